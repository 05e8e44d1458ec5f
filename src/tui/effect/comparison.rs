//! What two or more things are to be compared with each other, as an effect carries it, and what came of it as text.

use std::path::PathBuf;

use crate::diff::Line;
use crate::recording::calls::CallAt;

/// What is to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Calls, or single entries, of the session that is looked at, each with another.
    Calls {
        /// What the first ones are called.
        left: String,
        /// What the second ones are called.
        right: String,
        /// Which.
        pairs: Vec<(CallAt, CallAt)>,
    },
    /// Two session files, call by call.
    Files(PathBuf, PathBuf),
}

impl Comparison {
    /// Two calls or entries.
    pub fn of(a: CallAt, b: CallAt) -> Self {
        Self::Calls {
            left: a.name(),
            right: b.name(),
            pairs: vec![(a, b)],
        }
    }
}

/// Both sides of something as lines, one against the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Lines of the first, safe to show.
    pub a: Vec<Box<str>>,
    /// Lines of the second, safe to show.
    pub b: Vec<Box<str>>,
    /// Which stand against each other.
    pub rows: Vec<Line>,
}
