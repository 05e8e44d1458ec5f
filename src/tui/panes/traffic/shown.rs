//! Which rows of a list are shown, and in which order.
//!
//! A row has a number, which it keeps: its place in the order rows were recorded. Where it stands on the screen is its
//! place in what is shown.

use crate::filter::row::Item;
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
        self.rows = rows;
        self.filtered = filtering.is_on();
        self.picks
            .take(&mut filtering.sifting, rows, item, ctx.timeline, ctx.marks)
    }

    /// What the filter lets through.
    pub fn picks(&self) -> &Picks {
        &self.picks
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        if self.filtered {
            self.picks.rows().len()
        } else {
            self.rows
        }
    }

    /// Rows there are.
    pub fn all(&self) -> usize {
        self.rows
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
        if self.filtered {
            self.picks.rows().get(place).map(|number| *number as usize)
        } else {
            (place < self.rows).then_some(place)
        }
    }

    /// The place of a row; of one that is not shown, of the nearest that is.
    pub fn place(&self, number: usize) -> usize {
        if self.filtered {
            self.picks.nearest(number)
        } else {
            number.min(self.rows.saturating_sub(1))
        }
    }
}
