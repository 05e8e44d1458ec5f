//! The engine against a real process that misbehaves: the table of eras, the traps real servers set, and that a
//! live session and its file tell the same story.

mod asking;
mod completing;
mod eras;
mod following;
mod http;
mod links;
mod peer;
mod traps;
