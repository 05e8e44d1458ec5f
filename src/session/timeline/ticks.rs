//! Which call a progress notification tells of. It can be known only while that call waits, so it is kept: 8 bytes each.

use super::Timeline;
use super::exchange::{EntryIndex, ExchangeIndex};

/// A progress notification, and the call it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tick {
    /// The notification.
    pub entry: EntryIndex,
    /// The call.
    pub exchange: ExchangeIndex,
}

impl Timeline {
    /// The progress notifications that name a call that waited, in the order they came.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// The call that entry `index` tells the progress of.
    pub fn progress_of(&self, index: EntryIndex) -> Option<ExchangeIndex> {
        let place = self.ticks.binary_search_by_key(&index, |tick| tick.entry);
        place.ok().map(|place| self.ticks[place].exchange)
    }
}
