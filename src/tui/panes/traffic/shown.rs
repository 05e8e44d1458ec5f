//! Which rows of a list are shown, and in which order.
//!
//! A row has a number, which it keeps: its place in the order rows were recorded. Where it stands on the screen is its
//! place in what is shown.

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Rows there are.
    rows: usize,
}

impl Shown {
    /// There are so many rows now.
    pub fn take(&mut self, rows: usize) {
        self.rows = rows;
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The number of the row at a place.
    pub fn number(&self, place: usize) -> Option<usize> {
        (place < self.rows).then_some(place)
    }

    /// The place of a row; of one that is not shown, of the nearest that is.
    pub fn place(&self, number: usize) -> usize {
        number.min(self.rows.saturating_sub(1))
    }
}
