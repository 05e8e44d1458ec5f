//! Finding text in the cells of a table, and walking over what was found in the order that is shown.

use super::{Table, TableState};
use crate::tui::widgets::find::{Found, Term};
use crate::tui::widgets::json_tree::names_only;

impl Table {
    /// The cells whose value holds the term as it is spelled, each as its row times the columns plus its column,
    /// ascending. A term that begins with `k:` is for the names of columns; those are found in the first row. Takes a
    /// while on a big table: not for the drawing thread then.
    pub fn search(&self, term: &Term) -> Vec<u32> {
        let columns = self.columns();
        if let Some(term) = names_only(term) {
            let holds = |column: &usize| {
                let name = self.columns[*column].name.as_bytes();
                term.find(name, 0).is_some()
            };
            return (0..columns).filter(holds).map(|at| at as u32).collect();
        }
        let holds = |row: usize, column: usize| {
            let raw = self.cell(row, column)?;
            term.find(raw, 0)?;
            Some((row * columns + column) as u32)
        };
        (0..self.rows())
            .flat_map(|row| (0..columns).filter_map(move |column| holds(row, column)))
            .collect()
    }
}

impl TableState {
    /// Searches the cells and goes to the first hit from here on. False if there is none.
    pub fn find(&mut self, table: &Table, term: Term) -> bool {
        let cells = table.search(&term);
        self.show_hits(table, term, cells)
    }

    /// As [`find`](Self::find), with hits found elsewhere ([`Table::search`]).
    pub fn show_hits(&mut self, table: &Table, term: Term, cells: Vec<u32>) -> bool {
        self.cells = cells;
        self.spread(term);
        let hit = self.found.as_ref().and_then(Found::current);
        self.arrive(table, hit)
    }

    /// To the next hit, or the one before. False if there is none.
    pub fn find_next(&mut self, table: &Table, forward: bool) -> bool {
        let here = self.here();
        let hit = self.found.as_mut().and_then(|found| {
            if forward {
                found.next(here)
            } else {
                found.previous(here)
            }
        });
        self.arrive(table, hit)
    }

    /// What is searched for and where the search stands.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Ends the search. False if there was none.
    pub fn clear_find(&mut self) -> bool {
        self.cells.clear();
        self.found.take().is_some()
    }

    /// Rows or columns are in another place: so are the hits.
    pub(super) fn spread_again(&mut self) {
        if let Some(found) = self.found.take() {
            self.spread(found.term);
        }
    }

    /// Puts the hits in the order that is shown; those in columns that are hidden are none.
    fn spread(&mut self, term: Term) {
        let mut rows = vec![0; self.order.len()];
        for (at, row) in self.order.iter().enumerate() {
            rows[*row as usize] = at;
        }
        let mut columns = vec![None; self.all];
        for (at, column) in self.columns.iter().enumerate() {
            columns[*column] = Some(at);
        }
        let shown = self.columns.len();
        let place = |cell: &u32| {
            let cell = *cell as usize;
            let column = columns[cell % self.all]?;
            Some((rows[cell / self.all] * shown + column) as u32)
        };
        let mut hits: Vec<u32> = self.cells.iter().filter_map(place).collect();
        hits.sort_unstable();
        self.found = Some(Found::new(term, hits, self.here()));
    }

    /// The focused cell as hits are counted.
    fn here(&self) -> u32 {
        (self.row * self.columns.len() + self.column) as u32
    }

    fn arrive(&mut self, table: &Table, hit: Option<u32>) -> bool {
        let Some(hit) = hit else { return false };
        self.row = hit as usize / self.columns.len();
        self.column = hit as usize % self.columns.len();
        self.settle(Some(table));
        true
    }
}
