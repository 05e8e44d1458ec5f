//! Which call is behind an entry. What a progress notification tells of can be known only while that call waits, so it
//! is kept, 8 bytes each; the rest is read off what the fold has.

use super::Timeline;
use super::exchange::{EntryIndex, ExchangeIndex};
use crate::session::Direction;

/// Calls that are looked at, back from an entry, for one that waited when it came.
const LOOKED: usize = 2_000;

/// A progress notification, and the call it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// The call of ours that is behind entry `index`: the one whose progress it tells, for which the server asked it,
    /// or that waited on its connection when it came (the newest that did).
    pub fn call_behind(&self, index: EntryIndex) -> Option<ExchangeIndex> {
        if let Some(call) = self.progress_of(index) {
            return Some(self.first_round(call));
        }
        let entry = self.entry(index)?;
        let before = self
            .exchanges()
            .partition_point(|exchange| exchange.request < index);
        if let Some(own) = self.exchange_of_request(index) {
            // A request of ours has none behind it, but for what it goes on with.
            if entry.direction() != Direction::In {
                return Some(self.first_round(own)).filter(|first| *first != own);
            }
            if let Some(question) = self.questions().of_exchange(own)
                && let Some(call) = question.call
            {
                return Some(self.first_round(call));
            }
        }
        let waited = |call: &usize| {
            let exchange = &self.exchanges()[*call];
            let ours = self
                .entry(exchange.request)
                .is_some_and(|request| request.direction() == Direction::Out);
            ours && exchange.conn == entry.conn() && exchange.ended.is_none_or(|end| end >= index)
        };
        let calls = (before.saturating_sub(LOOKED)..before).rev();
        let call = calls.into_iter().find(waited)? as ExchangeIndex;
        Some(self.first_round(call))
    }
}
