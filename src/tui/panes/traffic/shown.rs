//! Which rows of a list are shown, and in which order.
//!
//! A row has a number, which it keeps: its place in the order rows were recorded. Where it stands on the screen is its
//! place in what is shown.

use super::sorted::{By, Sorted, Work};
use super::subs::Sub;
use crate::session::timeline::Timeline;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Rows there are.
    rows: usize,
    /// Another order than they were recorded in.
    sorted: Option<Sorted>,
}

impl Shown {
    /// There are so many rows now.
    pub fn arrived(&mut self, rows: usize) {
        self.rows = rows;
    }

    /// Takes what is new; gives what is to be done for the order.
    pub fn take(&mut self, sub: Sub, timeline: &Timeline, ticket: impl FnOnce() -> u64) -> Work {
        self.rows = sub.len(timeline);
        self.sorted
            .as_mut()
            .map_or(Work::None, |sorted| sorted.take(sub, timeline, ticket))
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.order().map_or(self.rows, <[u32]>::len)
    }

    /// The number of the row at a place.
    pub fn number(&self, place: usize) -> Option<usize> {
        match self.order() {
            Some(order) => order.get(place).map(|number| *number as usize),
            None => (place < self.rows).then_some(place),
        }
    }

    /// The place of a row; of one that is not shown, of the nearest that is.
    pub fn place(&self, number: usize) -> usize {
        let place = match self.order() {
            // Told by a pass over four bytes a row: a fraction of a millisecond for a million.
            Some(order) => order.iter().position(|other| *other as usize == number),
            None => Some(number),
        };
        place.unwrap_or(0).min(self.len().saturating_sub(1))
    }

    /// Sorts it, or no longer.
    pub fn sort(&mut self, by: Option<By>) {
        self.sorted = by.map(Sorted::new);
    }

    /// By what it is sorted.
    pub fn by(&self) -> Option<By> {
        self.sorted.as_ref().map(Sorted::by)
    }

    /// Whether it is being sorted.
    pub fn is_sorting(&self) -> bool {
        self.sorted.as_ref().is_some_and(|sorted| !sorted.is_done())
    }

    /// Takes an order that was made elsewhere.
    pub fn sorted(&mut self, ticket: u64, places: &[u32]) -> bool {
        self.sorted
            .as_mut()
            .is_some_and(|sorted| sorted.sorted(ticket, places))
    }

    fn order(&self) -> Option<&[u32]> {
        let sorted = self.sorted.as_ref().filter(|sorted| sorted.is_done());
        sorted.map(Sorted::places)
    }
}
