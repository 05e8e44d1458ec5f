//! Which rows of a list are shown, and in which order.
//!
//! A row has a number, which it keeps: its place in the order rows were recorded. Where it stands on the screen is its
//! place in what is shown.

use super::sorted::{By, Sorted, Work};
use super::subs::Sub;
use crate::filter::row::Item;
use crate::session::timeline::Timeline;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::filtering::Filtering;
use crate::tui::panes::stream::sifting::Picks;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Rows there are.
    rows: usize,
    /// Those that the filter lets through, when there is one.
    picks: Picks,
    filtered: bool,
    /// Another order than they were recorded in.
    sorted: Option<Sorted>,
    /// Those that the filter lets through, in that order; made anew when one of the two changed.
    both: Option<Vec<u32>>,
}

impl Shown {
    /// There are so many rows now. Says whether rows came or went before the end.
    pub fn take(
        &mut self,
        rows: usize,
        filtering: &mut Filtering,
        item: impl Fn(usize) -> Option<Item>,
        ctx: &Ctx<'_>,
    ) -> bool {
        let before = (self.filtered, self.picks.rows().len());
        self.rows = rows;
        self.filtered = filtering.is_on();
        let moved = self
            .picks
            .take(&mut filtering.sifting, rows, item, ctx.timeline, ctx.marks);
        if moved || before != (self.filtered, self.picks.rows().len()) {
            self.combine();
        }
        moved
    }

    /// What the filter lets through.
    pub fn picks(&self) -> &Picks {
        &self.picks
    }

    /// The numbers of the rows that the filter lets through, when there is one.
    pub fn passing(&self) -> Option<&[u32]> {
        self.filtered.then(|| self.picks.rows())
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.order().map_or(self.rows, <[u32]>::len)
    }

    /// Rows there are.
    pub fn all(&self) -> usize {
        self.rows
    }

    /// Whether a row is shown.
    pub fn shows(&self, number: usize) -> bool {
        match self.passing() {
            Some(rows) => rows.binary_search(&(number as u32)).is_ok(),
            None => number < self.rows,
        }
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
        let sorted = self.is_sorted().then(|| self.order()).flatten();
        match sorted {
            // Told by a pass over four bytes a row: a fraction of a millisecond for a million.
            Some(order) => {
                let near = if self.filtered {
                    let near = self.picks.nearest(number);
                    self.picks.rows().get(near).copied()
                } else {
                    Some(number as u32)
                };
                let place = order.iter().position(|other| Some(*other) == near);
                place.unwrap_or(0)
            }
            None if self.filtered => self.picks.nearest(number),
            None => number.min(self.rows.saturating_sub(1)),
        }
    }

    /// Takes what is new for the order; gives what is to be done for it.
    pub fn sort_on(&mut self, sub: Sub, timeline: &Timeline, ticket: impl FnOnce() -> u64) -> Work {
        let Some(sorted) = &mut self.sorted else {
            return Work::None;
        };
        let (done, changes) = (sorted.is_done(), sorted.changes());
        let work = sorted.take(sub, timeline, ticket);
        if (done, changes) != (sorted.is_done(), sorted.changes()) {
            self.combine();
        }
        work
    }

    /// Sorts it, or no longer.
    pub fn sort(&mut self, by: Option<By>) {
        self.sorted = by.map(Sorted::new);
        self.combine();
    }

    /// By what it is sorted.
    pub fn by(&self) -> Option<By> {
        self.sorted.as_ref().map(Sorted::by)
    }

    /// Whether it is being sorted.
    pub fn is_sorting(&self) -> bool {
        self.sorted.as_ref().is_some_and(|sorted| !sorted.is_done())
    }

    fn is_sorted(&self) -> bool {
        self.sorted.as_ref().is_some_and(Sorted::is_done)
    }

    /// Takes an order that was made elsewhere.
    pub fn sorted(&mut self, ticket: u64, places: &[u32]) -> bool {
        let ours = self
            .sorted
            .as_mut()
            .is_some_and(|sorted| sorted.sorted(ticket, places));
        if ours {
            self.combine();
        }
        ours
    }

    /// The numbers as they are shown; none when that is all rows as they were recorded.
    fn order(&self) -> Option<&[u32]> {
        let sorted = self.sorted.as_ref().filter(|sorted| sorted.is_done());
        match (sorted, &self.both) {
            (Some(_), Some(both)) => Some(both),
            (Some(sorted), None) => Some(sorted.places()),
            (None, _) => self.passing(),
        }
    }

    /// Makes the order of what the filter lets through: one pass over the order, a bit a row.
    fn combine(&mut self) {
        let sorted = self.sorted.as_ref().filter(|sorted| sorted.is_done());
        self.both = sorted.filter(|_| self.filtered).map(|sorted| {
            let mut bits = vec![0_u64; sorted.places().len().div_ceil(64)];
            for number in self.picks.rows() {
                if let Some(word) = bits.get_mut(*number as usize / 64) {
                    *word |= 1 << (number % 64);
                }
            }
            let passes = |number: &&u32| bits[**number as usize / 64] >> (**number % 64) & 1 == 1;
            sorted.places().iter().filter(passes).copied().collect()
        });
    }
}
