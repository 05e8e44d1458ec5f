//! Where the reader of a table is: the focused cell, the order, which columns are hidden.

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::{Position, Rect};

use super::{Csv, Sort, Table};
use crate::tui::widgets::find::Found;

/// Between columns.
pub(super) const GAP: usize = 2;

/// See the module.
#[derive(Debug, Clone)]
pub struct TableState {
    /// The rows as they are shown.
    pub(super) order: Arc<[u32]>,
    pub(super) sort: Option<Sort>,
    /// The columns as they are shown.
    pub(super) columns: Vec<usize>,
    /// The focused cell, as places in `order` and `columns`.
    pub(super) row: usize,
    pub(super) column: usize,
    /// The first ones on screen.
    pub(super) top: usize,
    pub(super) left: usize,
    /// How many columns there are, hidden ones too.
    pub(super) all: usize,
    /// What was found, by its place in the table, and the same in the order that is shown.
    pub(super) cells: Vec<u32>,
    pub(super) found: Option<Found>,
    /// Rows of the screen below the header, and its width.
    size: (u16, u16),
}

impl TableState {
    /// At the cell that holds this byte of the document, in the order of the document.
    pub fn new(table: &Table, byte: usize) -> Self {
        let (row, column) = table.holding(byte);
        Self {
            order: table.order(None),
            sort: None,
            columns: (0..table.columns()).collect(),
            row,
            column,
            top: 0,
            left: 0,
            all: table.columns(),
            cells: Vec::new(),
            found: None,
            size: (0, 0),
        }
    }

    /// The focused row and column of the table.
    pub fn focus(&self) -> (usize, usize) {
        (self.order[self.row] as usize, self.columns[self.column])
    }

    /// By what it is sorted.
    pub fn sort(&self) -> Option<Sort> {
        self.sort
    }

    /// By what it is sorted next: the focused column ascending, descending, not at all.
    pub fn next_sort(&self) -> Option<Sort> {
        let column = self.columns[self.column];
        match self.sort.filter(|sort| sort.column == column) {
            None => Some(Sort {
                column,
                descending: false,
            }),
            Some(sort) if !sort.descending => Some(Sort {
                column,
                descending: true,
            }),
            Some(_) => None,
        }
    }

    /// Takes another order; the focus stays on its place on the screen.
    pub fn reorder(&mut self, sort: Option<Sort>, order: Arc<[u32]>) {
        self.sort = sort;
        self.order = order;
        self.settle(None);
        self.spread_again();
    }

    /// Columns that are not shown.
    pub fn hidden(&self, table: &Table) -> usize {
        table.columns() - self.columns.len()
    }

    /// Hides the focused column. False if it is the last one.
    pub fn hide(&mut self, table: &Table) -> bool {
        if self.columns.len() < 2 {
            return false;
        }
        self.columns.remove(self.column);
        self.settle(Some(table));
        self.spread_again();
        true
    }

    /// Moves by rows.
    pub fn down(&mut self, n: isize) {
        self.row = self.row.saturating_add_signed(n);
        self.settle(None);
    }

    /// Moves by screens.
    pub fn page(&mut self, down: bool) {
        let rows = isize::from(self.size.0.max(1) as i16);
        self.top = self
            .top
            .saturating_add_signed(if down { rows } else { -rows });
        self.down(if down { rows } else { -rows });
    }

    /// To the first row, or the last.
    pub fn end(&mut self, last: bool) {
        self.row = if last { self.order.len() } else { 0 };
        self.settle(None);
    }

    /// Moves by columns.
    pub fn sideways(&mut self, table: &Table, n: isize) {
        self.column = self.column.saturating_add_signed(n);
        self.settle(Some(table));
    }

    /// Scrolls by rows; the focus comes along when it would leave the screen.
    pub fn scroll(&mut self, n: isize) {
        let rows = usize::from(self.size.0.max(1));
        let last = self.order.len().saturating_sub(rows);
        self.top = self.top.saturating_add_signed(n).min(last);
        self.row = self.row.clamp(self.top, self.top + rows - 1);
        self.settle(None);
    }

    /// Puts the focused row in the middle of the screen.
    pub fn centre(&mut self) {
        self.top = self.row.saturating_sub(usize::from(self.size.0) / 2);
        self.settle(None);
    }

    /// Makes it fit its place on the screen.
    pub fn fit(&mut self, table: &Table, area: Rect) {
        self.size = (area.height.saturating_sub(1), area.width);
        self.settle(Some(table));
    }

    /// Whether it was made to fit this.
    pub(super) fn fits(&self, area: Rect) -> bool {
        self.size == (area.height.saturating_sub(1), area.width)
    }

    pub(super) fn settle(&mut self, table: Option<&Table>) {
        let rows = usize::from(self.size.0.max(1));
        self.row = self.row.min(self.order.len() - 1);
        self.column = self.column.min(self.columns.len() - 1);
        let last = self.order.len().saturating_sub(rows);
        self.top = self
            .top
            .clamp((self.row + 1).saturating_sub(rows), self.row)
            .min(last);
        let Some(table) = table else { return };
        self.left = self.left.min(self.column);
        // What is focused is on screen, and so is as much as there is room for.
        while self.left < self.column && !self.shows(table, self.left) {
            self.left += 1;
        }
        while self.left > 0 && self.shows_last(table, self.left - 1) {
            self.left -= 1;
        }
    }

    /// Whether the focused column is whole on a screen that starts with column `left`.
    fn shows(&self, table: &Table, left: usize) -> bool {
        self.wide(table, left..self.column + 1) <= usize::from(self.size.1)
    }

    /// Whether the last column is, too.
    fn shows_last(&self, table: &Table, left: usize) -> bool {
        self.wide(table, left..self.columns.len()) <= usize::from(self.size.1)
    }

    /// How much of a row some columns take, with the mark before them.
    fn wide(&self, table: &Table, columns: Range<usize>) -> usize {
        let columns = &self.columns[columns];
        let widths: usize = columns.iter().map(|n| table.columns[*n].width + GAP).sum();
        widths + 1 - GAP
    }

    /// Where the columns on a screen are that is so wide: place in `columns`, first cell, width.
    pub(super) fn spans(&self, table: &Table, width: u16) -> Vec<(usize, u16, u16)> {
        let (mut x, width) = (1, usize::from(width));
        let mut spans = Vec::new();
        for (n, column) in self.columns.iter().enumerate().skip(self.left) {
            if x >= width {
                break;
            }
            let wide = table.columns[*column].width.min(width - x);
            spans.push((n, x as u16, wide as u16));
            x += wide + GAP;
        }
        spans
    }

    /// Focuses the cell that is drawn there; in the header only the column. False if there is none.
    pub fn click(&mut self, table: &Table, at: Position, area: Rect) -> bool {
        if !area.contains(at) {
            return false;
        }
        let row = (at.y > area.y).then(|| self.top + usize::from(at.y - area.y) - 1);
        if row.is_some_and(|row| row >= self.order.len()) {
            return false;
        }
        let x = at.x - area.x;
        let spans = self.spans(table, area.width);
        let column = spans.iter().rev().find(|(_, from, _)| *from <= x);
        self.column = column.map_or(self.column, |(n, ..)| *n);
        self.row = row.unwrap_or(self.row);
        self.settle(Some(table));
        true
    }

    /// The table as it is shown, for a copy.
    pub fn csv(&self, table: &Arc<Table>) -> Csv {
        Csv::new(table, &self.order, self.columns.clone())
    }
}
