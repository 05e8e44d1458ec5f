//! The engine against a real process that misbehaves: the table of eras, the traps real servers set, and that a
//! live session and its file tell the same story.

mod asking;
mod completing;
mod eras;
mod following;
mod hand;
mod http;
mod links;
mod logins;
pub mod peer;
mod traps;
