//! Of a row: whether it went wrong, how bad it is, whether a person sent it. Of a place in the file: which entry
//! stands there.

use super::{EntryIndex, Exchange, Single, SingleKind, Status, Timeline};
use crate::mcp::facts::{Detail, Message};
use crate::note::Note;
use crate::note::decided::Decided;
use crate::session::Direction;
use crate::session::level::Level;
use crate::session::recorded::{Facts, Recorded};

impl Timeline {
    /// Whether this result is what a server owes a stream that its client closed.
    pub(super) fn says_goodbye(&self, exchange: &Exchange, result: Option<&Message>) -> bool {
        exchange.status == Status::Cancelled
            && self.word(exchange.method) == "subscriptions/listen"
            && result.is_some_and(|message| matches!(message.detail, Detail::Result(_)))
    }

    /// Whether what is no exchange went wrong.
    pub fn single_went_wrong(&self, single: &Single) -> bool {
        match single.kind {
            // What was typed by hand is nobody's fault.
            SingleKind::Junk | SingleKind::Malformed => self
                .entry(single.entry)
                .is_none_or(|entry| entry.direction() != Direction::Out),
            SingleKind::DuplicateResponse
            | SingleKind::UnknownResponse
            | SingleKind::ResponseWithoutId => true,
            SingleKind::Process | SingleKind::Http | SingleKind::Note => {
                self.level_of(single.entry) >= Some(Level::Error)
            }
            // A late answer is told by the timeout before it.
            SingleKind::LateResponse
            | SingleKind::Closing
            | SingleKind::Notification
            | SingleKind::Other => false,
        }
    }

    /// The level an entry has in the log.
    pub fn level_of(&self, entry: EntryIndex) -> Option<Level> {
        let at = self
            .logs
            .binary_search_by_key(&entry, |log| log.entry)
            .ok()?;
        Some(self.logs[at].level)
    }

    /// Whether an entry was sent again or typed by a person.
    pub fn is_by_hand(&self, entry: EntryIndex) -> bool {
        self.by_hand.binary_search(&entry).is_ok()
    }

    /// The entry whose line stands at an offset of the file, whatever is shown: a file is looked through whole.
    pub fn index_of_place(&self, offset: u64) -> Option<EntryIndex> {
        let index = self.index_after(offset);
        let entry = self.entries.get(index as usize)?;
        (entry.place().offset == offset).then_some(index)
    }

    /// The first entry whose line does not stand before an offset of the file.
    pub fn index_after(&self, offset: u64) -> EntryIndex {
        let mut from = 0;
        loop {
            let before = |entry: &super::EntryRow| entry.place().offset < offset;
            let at = from + self.entries[from..].partition_point(before);
            // Entries that could not be recorded stand nowhere, between those that do.
            let lost = self.entries[at..]
                .iter()
                .take_while(|entry| entry.place().offset == u64::MAX)
                .count();
            if lost == 0
                || self
                    .entries
                    .get(at + lost)
                    .is_none_or(|entry| !before(entry))
            {
                return at as EntryIndex;
            }
            from = at + lost;
        }
    }

    pub(super) fn sent_by_hand(&mut self, entry: &Recorded) {
        if let Facts::Note(Note::Decided(Decided::ByHand { frame, .. })) = &entry.facts
            && let Some(index) = self.index_of_seq(*frame)
            && let Err(at) = self.by_hand.binary_search(&index)
        {
            self.by_hand.insert(at, index);
        }
    }
}
