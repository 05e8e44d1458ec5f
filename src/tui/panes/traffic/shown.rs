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
    /// Those that are let through, in that order; and what they were made of.
    both: Vec<u32>,
    mixed: Option<(u64, usize, By)>,
}

impl Shown {
    /// There are so many rows now. Says whether rows came or went before the end.
    pub fn sift(
        &mut self,
        rows: usize,
        filtering: &mut Filtering,
        item: impl Fn(usize) -> Option<Item>,
        ctx: &Ctx<'_>,
    ) -> bool {
        self.rows = rows;
        self.filtered = filtering.is_on();
        let moved = self.picks.take(
            &mut filtering.sifting,
            rows,
            item,
            ctx.timeline,
            ctx.marks,
            ctx.lint,
        );
        if moved {
            self.mix(ctx.timeline);
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

    /// Takes what is new; gives what is to be done for the order.
    pub fn take(&mut self, sub: Sub, timeline: &Timeline, ticket: impl FnOnce() -> u64) -> Work {
        self.rows = sub.len(timeline);
        self.sorted
            .as_mut()
            .map_or(Work::None, |sorted| sorted.take(sub, timeline, ticket))
    }

    /// Puts what is let through in order, after either changed.
    pub fn mix(&mut self, timeline: &Timeline) {
        let sorted = self.sorted.as_ref().filter(|sorted| sorted.is_done());
        let Some(sorted) = sorted.filter(|_| self.filtered) else {
            self.mixed = None;
            self.both.clear();
            return;
        };
        let of = (self.picks.changes(), timeline.entries().len(), sorted.by());
        if self.mixed == Some(of) {
            return;
        }
        self.mixed = Some(of);
        let mut through = vec![false; self.rows];
        for number in self.picks.rows() {
            if let Some(through) = through.get_mut(*number as usize) {
                *through = true;
            }
        }
        let is_through = |number: &&u32| through.get(**number as usize) == Some(&true);
        self.both = sorted.places().iter().filter(is_through).copied().collect();
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.order().map_or(self.rows, <[u32]>::len)
    }

    /// Rows there are.
    pub fn all(&self) -> usize {
        self.rows
    }

    /// How many of the rows from this number on are shown; none where the newest do not stand below.
    pub fn from(&self, number: usize) -> usize {
        if self.sorted.is_some() {
            return 0;
        }
        if self.filtered {
            let rows = self.picks.rows();
            return rows.len() - rows.partition_point(|row| (*row as usize) < number);
        }
        self.rows.saturating_sub(number)
    }

    /// Whether a row is shown.
    pub fn shows(&self, number: usize) -> bool {
        if self.filtered {
            self.picks.rows().binary_search(&(number as u32)).is_ok()
        } else {
            number < self.rows
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
        let is_sorted = self.sorted.as_ref().is_some_and(Sorted::is_done);
        let place = match self.order() {
            None => Some(number),
            Some(_) if !is_sorted => Some(self.picks.nearest(number)),
            // Told by a pass over four bytes a row: a fraction of a millisecond for a million.
            Some(order) => order.iter().position(|other| *other as usize == number),
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
    pub fn sorted(&mut self, ticket: u64, places: &[u32], timeline: &Timeline) -> bool {
        let ours = self
            .sorted
            .as_mut()
            .is_some_and(|sorted| sorted.sorted(ticket, places));
        if ours {
            self.mix(timeline);
        }
        ours
    }

    fn order(&self) -> Option<&[u32]> {
        let sorted = self.sorted.as_ref().filter(|sorted| sorted.is_done());
        match (sorted, self.filtered) {
            (Some(_), true) => Some(&self.both),
            (Some(sorted), false) => Some(sorted.places()),
            (None, true) => Some(self.picks.rows()),
            (None, false) => None,
        }
    }
}
