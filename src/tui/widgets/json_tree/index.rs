//! What is remembered of a document: where its big values end, and waymarks in its big containers.
//!
//! Owns the sparse index: small values (see [`Grain`]) are not in it, they are read again when they are looked at. An
//! index may cover only the beginning of its document; then it says how far it goes.

use super::flags::{Flag, Flags};

/// How fine the index is. Tests take a very fine one, so that small documents meet everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    /// Values of more bytes have a record, containers of more bytes waymarks about this far apart.
    pub small: usize,
    /// Arrays of more items, if they have records, are shown as groups of so many.
    pub group: u32,
}

impl Default for Grain {
    fn default() -> Self {
        Self {
            small: 4096,
            group: 1000,
        }
    }
}

/// The end of what has not ended yet.
pub(super) const OPEN: u32 = u32::MAX;

/// A big value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// Its first byte.
    pub start: u32,
    /// The byte after its last, or [`OPEN`].
    pub end: u32,
    /// Its children; so far, while it is open.
    pub count: u32,
    /// The first of its waymarks, and how many there are.
    pub marks: (u32, u32),
}

/// A child of a big container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Where it begins: a member with the quote of its name.
    pub at: u32,
    /// Its place among the children.
    pub index: u32,
    /// Values of the document before it.
    pub rows: u32,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// By where they start.
    pub(super) records: Vec<Record>,
    /// Those of one container together, ascending.
    pub(super) marks: Vec<Mark>,
    /// How far the document is known to be JSON, in bytes.
    pub(super) upto: u32,
    /// Whether that is all of it.
    pub(super) done: bool,
    /// Values found so far.
    pub(super) rows: u32,
    pub(super) flags: Flags,
    pub(super) grain: Grain,
}

impl Index {
    /// How far it goes, in bytes.
    pub fn upto(&self) -> usize {
        self.upto as usize
    }

    /// Whether it covers the whole document.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// What is odd about values, counted.
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// What is odd about the value that starts here.
    pub(super) fn flags_at(&self, start: u32) -> impl Iterator<Item = Flag> {
        self.flags.at(start)
    }

    pub(super) fn record(&self, start: u32) -> Option<&Record> {
        let at = self
            .records
            .binary_search_by_key(&start, |record| record.start);
        at.ok().map(|at| &self.records[at])
    }

    /// The waymarks of a big container.
    pub(super) fn marks_of(&self, record: &Record) -> &[Mark] {
        let (first, count) = record.marks;
        &self.marks[first as usize..][..count as usize]
    }

    /// Bytes it takes.
    pub fn size(&self) -> usize {
        size_of_val(&self.records[..]) + size_of_val(&self.marks[..]) + self.flags.size()
    }
}
