//! What two or more things are to be compared with each other, as an effect carries it, and what came of it as text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diff::Line;
use crate::diff::surface::Catalogue;
use crate::mcp::types::List;
use crate::recording::calls::CallAt;
use crate::replaying::conductor::Done;

/// What is to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Calls, or single entries, of the session that is looked at, each with another.
    Calls {
        /// What the first ones are called.
        left: String,
        /// What the second ones are called.
        right: String,
        /// What the rows are called; as their calls are when there are none.
        rows: Vec<String>,
        /// Which.
        pairs: Vec<(CallAt, CallAt)>,
    },
    /// Two session files, call by call.
    Files(PathBuf, PathBuf),
    /// What the servers of two session files offer.
    Offers(PathBuf, PathBuf),
    /// What two servers of the session that is looked at offer, by their names.
    Surfaces(Box<[(String, Catalogue); 2]>),
    /// Two calls of two session files.
    Across(Box<[(PathBuf, CallAt); 2]>),
    /// A recording, and what came when it was sent again.
    Replayed(Arc<Done>),
}

impl Comparison {
    /// What two session files are called beside each other: by their names, and by all of their paths only when they
    /// have the same one.
    pub fn names(a: &Path, b: &Path) -> (String, String) {
        let name = |path: &Path| {
            let stem = path.file_stem().unwrap_or(path.as_os_str());
            stem.to_string_lossy().into_owned()
        };
        let (left, right) = (name(a), name(b));
        if left == right {
            return (a.display().to_string(), b.display().to_string());
        }
        (left, right)
    }

    /// Two calls; or two entries, when one of them is no call.
    pub fn of(a: CallAt, b: CallAt) -> Self {
        let (a, b) = if a.is_call() == b.is_call() {
            (a, b)
        } else {
            (a.frame(), b.frame())
        };
        Self::Calls {
            left: a.name(),
            right: b.name(),
            rows: Vec::new(),
            pairs: vec![(a, b)],
        }
    }
}

/// A call that is to go to several servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Everywhere {
    /// The method.
    pub method: &'static str,
    /// Its parameters.
    pub params: String,
    /// The list what is called stands in.
    pub list: List,
    /// Its name there; of a resource the URI.
    pub name: String,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_by_their_names_where_these_tell_them_apart() {
        let names = |a: &str, b: &str| Comparison::names(Path::new(a), Path::new(b));
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(names("/x/one.jsonl", "/y/two.jsonl"), both("one", "two"));
        assert_eq!(
            names("/x/a.jsonl", "/y/a.jsonl"),
            both("/x/a.jsonl", "/y/a.jsonl")
        );
    }
}
