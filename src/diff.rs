//! What differs between two JSON documents, by path and over their bytes.
//!
//! A document is indexed once, every value with two hashes: a strict one (spelling, order of members and all) and a
//! loose one (what it says). What is strictly equal is never looked at again, so two large documents with little
//! between them cost as much as reading them; items of lists are paired by what names them, or else by what they say,
//! and nothing is compared with everything. What differs in spelling or order of members alone is told apart from what
//! differs in value; what a rule ignores is kept, with the rule.
//!
//! Values in, values out: whoever has the documents reads them, and judges what a difference means.

mod align;
pub mod calls;
mod glob;
mod index;
mod lines;
mod path;
pub mod report;
mod rules;
mod shapes;
mod successors;
pub mod surface;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;
use std::sync::Arc;

pub use glob::{Glob, GlobProblem};
pub use lines::{Line, Sides, lines};
pub use path::{Path, Step};
pub use rules::{By, Ignored, RULES, Rule, Rules};
pub use successors::Successors;

/// A piece of a text that several hold.
#[derive(Clone)]
pub struct Part {
    whole: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Part {
    /// This range of `whole`; what lies outside of it is left out.
    pub fn new(whole: Arc<Vec<u8>>, range: Range<usize>) -> Self {
        let end = range.end.min(whole.len());
        let range = range.start.min(end)..end;
        Self { whole, range }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.whole[self.range.clone()]
    }

    /// The same text from `range` of this part.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let start = self.range.start;
        let end = (start + range.end).min(self.range.end);
        Self {
            whole: Arc::clone(&self.whole),
            range: (start + range.start).min(end)..end,
        }
    }
}

impl From<Vec<u8>> for Part {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self::new(Arc::new(bytes), range)
    }
}

impl From<Arc<Vec<u8>>> for Part {
    fn from(whole: Arc<Vec<u8>>) -> Self {
        let range = 0..whole.len();
        Self { whole, range }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Part {}

impl std::fmt::Debug for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.bytes();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        write!(formatter, "Part({shown}, {} bytes)", bytes.len())
    }
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// Only in the second.
    Added,
    /// Only in the first.
    Removed,
    /// Another value of the same type.
    Changed,
    /// A value of another type.
    Type,
    /// An item that says the same, or has the same name, at another place of its list.
    Moved,
    /// The same value, spelled in another way: `1.0` and `1`, `"\u0041"` and `"A"`, JSON in a text laid out anew.
    Spelling,
    /// The same members of an object, in another order.
    Order,
}

impl What {
    /// All of them, as they are counted.
    pub const ALL: [Self; 7] = [
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Type,
        Self::Moved,
        Self::Spelling,
        Self::Order,
    ];

    /// A word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Type => "type",
            Self::Moved => "moved",
            Self::Spelling => "spelling",
            Self::Order => "order",
        }
    }

    /// Its sign in front of a line; no colour is needed to read it.
    pub const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed | Self::Type => '~',
            Self::Moved => '>',
            Self::Spelling | Self::Order => '=',
        }
    }

    /// Whether the values are the same for whoever reads JSON. Such are told, and are no difference.
    pub const fn is_same_value(self) -> bool {
        matches!(self, Self::Spelling | Self::Order)
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How.
    pub what: What,
    /// Where.
    pub path: Path,
    /// What the first has there.
    pub a: Option<Part>,
    /// What the second has there.
    pub b: Option<Part>,
    /// The rule that ignores it.
    pub ignored: Option<By>,
}

impl Change {
    /// Whether it makes the documents different.
    pub fn counts(&self) -> bool {
        self.ignored.is_none() && !self.what.is_same_value()
    }
}

/// How many of each there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    by_what: [usize; What::ALL.len()],
    ignored: std::collections::BTreeMap<By, usize>,
}

impl Counts {
    /// Differences of this kind that no rule ignores.
    pub fn of(&self, what: What) -> usize {
        self.by_what[what as usize]
    }

    /// Differences: all that is not ignored and not the same value.
    pub fn differences(&self) -> usize {
        What::ALL
            .into_iter()
            .filter(|what| !what.is_same_value())
            .map(|what| self.of(what))
            .sum()
    }

    /// The rules that ignored something, and how much.
    pub fn ignored(&self) -> impl Iterator<Item = (By, usize)> {
        self.ignored.iter().map(|(by, count)| (*by, *count))
    }

    fn count(&mut self, change: &Change) {
        match change.ignored {
            Some(by) => *self.ignored.entry(by).or_default() += 1,
            None => self.by_what[change.what as usize] += 1,
        }
    }
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Every difference, in the order of the documents; the first of them when there are more than were wanted.
    pub changes: Vec<Change>,
    /// How many there are, those that were left out included.
    pub counts: Counts,
    /// So many were left out.
    pub left_out: usize,
}

impl Diff {
    /// Whether they are the same but for what rules ignore, spelling, and order of members.
    pub fn is_same(&self) -> bool {
        self.counts.differences() == 0
    }
}

/// How to compare.
#[derive(Debug, Clone)]
pub struct Options {
    /// What is ignored.
    pub rules: Rules,
    /// Whether JSON objects and lists within strings are looked into.
    pub unwrap: bool,
    /// So many changes are kept; the others are counted.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rules::standard(),
            unwrap: true,
            most: 20_000,
        }
    }
}

/// What differs between two documents. What is no JSON text is compared byte for byte.
pub fn diff(a: &Part, b: &Part, options: &Options) -> Diff {
    walk::Walk::new(options).run(a, b)
}
