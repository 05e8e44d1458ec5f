//! Which rows went wrong: an index that grows with the rows, so that going to the next one never reads them all.

use std::ops::Range;

use crate::session::timeline::{Row, Status, Timeline};

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Failures {
    /// Numbers of rows that went wrong, ascending.
    rows: Vec<u32>,
    /// Rows whose request still waits.
    pending: Vec<u32>,
    /// Rows looked at so far.
    looked: usize,
    /// Entries there were then.
    entries: usize,
}

impl Failures {
    /// Takes what is new: rows that came, and requests that ended.
    pub fn take(&mut self, timeline: &Timeline) {
        if self.entries == timeline.entries().len() {
            return;
        }
        self.entries = timeline.entries().len();
        let rows = timeline.rows();
        let mut ended = Vec::new();
        self.pending.retain(|row| {
            let state = outcome(timeline, rows[*row as usize]);
            if state == Outcome::Wrong {
                ended.push(*row);
            }
            state == Outcome::Open
        });
        for row in ended {
            let at = self.rows.partition_point(|other| *other < row);
            self.rows.insert(at, row);
        }
        let Range { start, end } = self.looked..rows.len();
        for (row, what) in (start..).zip(&rows[start..end]) {
            match outcome(timeline, *what) {
                Outcome::Open => self.pending.push(row as u32),
                Outcome::Wrong => self.rows.push(row as u32),
                Outcome::Fine => {}
            }
        }
        self.looked = end;
    }

    /// Their numbers, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The first after `row`.
    pub fn after(&self, row: usize) -> Option<usize> {
        let at = self.rows.partition_point(|other| *other as usize <= row);
        self.rows.get(at).map(|row| *row as usize)
    }

    /// The last before `row`.
    pub fn before(&self, row: usize) -> Option<usize> {
        let at = self.rows.partition_point(|other| (*other as usize) < row);
        Some(self.rows[at.checked_sub(1)?] as usize)
    }
}

/// Whether a row of the pairs went wrong.
pub fn is_wrong(at: super::subs::At, timeline: &Timeline) -> bool {
    matches!(at, super::subs::At::Pair(row) if outcome(timeline, row) == Outcome::Wrong)
}

#[derive(PartialEq, Eq)]
enum Outcome {
    Open,
    Fine,
    Wrong,
}

fn outcome(timeline: &Timeline, row: Row) -> Outcome {
    let wrong = match row {
        Row::Exchange(index) => match timeline.exchange(timeline.last_round(index)) {
            // What wants input may go on, and go wrong then.
            Some(exchange)
                if matches!(exchange.status, Status::Pending | Status::InputRequired) =>
            {
                return Outcome::Open;
            }
            Some(exchange) => timeline.went_wrong(exchange),
            None => false,
        },
        Row::Single(index) => timeline
            .single_row(index)
            .is_some_and(|single| timeline.single_went_wrong(single)),
    };
    if wrong { Outcome::Wrong } else { Outcome::Fine }
}
