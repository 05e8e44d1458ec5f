//! The program in a real terminal: what only the terminal can show. What the screen says is tested in `tui`.
#![cfg(unix)]

mod arguments;
mod asking;
mod leaving;
mod named;
mod outside;
mod secrets;
mod watching;
mod working;
