//! Looking around a server, as effects carry it: before it is started or reached, and after it is gone.

use crate::doctor::{Program, Surroundings};
use crate::transport::Target;

/// What is to be looked at; each names who wants to know. Answered by [`Event::Looked`](crate::tui::event::Event).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looking {
    /// What stands around it.
    Before(u64, Box<Target>),
    /// What became of its far process; with what ran there before.
    After(u64, Box<Program>, Option<Vec<String>>),
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// What stands around it, and what runs where its far process will.
    Before(Surroundings, Option<Vec<String>>),
    /// Its command, and what became of its far process.
    After(Box<Program>),
}
