//! Rows somebody selected, to do something with several of them: one by one, or from here to there.

use std::collections::BTreeSet;

use crate::session::timeline::EntryIndex;

/// The most that a range takes.
pub const MOST: usize = 10_000;

/// Owns which are selected: by their first entry, so that they are the same in every list.
#[derive(Debug, Clone, Default)]
pub struct Picked {
    entries: BTreeSet<EntryIndex>,
    /// The number of the row a range began at.
    anchor: Option<usize>,
}

impl Picked {
    /// Selects one, or no longer.
    pub fn toggle(&mut self, entry: EntryIndex) {
        if !self.entries.remove(&entry) {
            self.entries.insert(entry);
        }
    }

    /// Selects several.
    pub fn add(&mut self, entries: impl IntoIterator<Item = EntryIndex>) {
        self.entries.extend(entries);
    }

    /// Begins a range at the row of this number.
    pub fn begin(&mut self, number: usize) {
        self.anchor = Some(number);
    }

    /// Where the range began, which ends with that.
    pub fn end(&mut self) -> Option<usize> {
        self.anchor.take()
    }

    /// Where the range began.
    pub fn anchor(&self) -> Option<usize> {
        self.anchor
    }

    /// Gives up the range, or else the selection; false when there was neither.
    pub fn leave(&mut self) -> bool {
        if self.anchor.take().is_some() {
            return true;
        }
        let any = !self.entries.is_empty();
        self.entries.clear();
        any
    }

    /// Whether a row is selected.
    pub fn contains(&self, entry: EntryIndex) -> bool {
        self.entries.contains(&entry)
    }

    /// Their first entries, ascending.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = EntryIndex> + '_ {
        self.entries.iter().copied()
    }

    /// For the title.
    pub fn remark(&self) -> String {
        match (self.entries.len(), self.anchor) {
            (0, None) => String::new(),
            (_, Some(_)) => "selecting a range".to_owned(),
            (count, None) => format!("{count} selected"),
        }
    }
}
