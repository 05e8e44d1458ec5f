//! Both sides of a row as lines: which of them are shown, where one stands in them. Long stretches that are the same
//! are one line.

use ratatui::layout::Rect;

use crate::diff::{Line, Part};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Texts;
use crate::tui::pane::Ctx;
use crate::tui::panes::moves::moved;
use crate::tui::widgets::list::ListState;

/// Lines that are the same and are shown around what differs.
const AROUND: usize = 3;

/// One line of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// So many lines that are the same.
    Gap(usize),
    /// A line, of one side or of both.
    Line {
        /// How it differs.
        sign: char,
        /// Of the first.
        a: Option<u32>,
        /// Of the second.
        b: Option<u32>,
    },
}

impl Shown {
    fn differs(self) -> bool {
        matches!(self, Self::Line { sign, .. } if sign != ' ')
    }
}

/// How lines are put below each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// All that goes, then all that comes.
    Unified,
    /// What stands for each other, one below the other.
    Stacked,
    /// Beside each other.
    Sides,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Lines {
    /// The number under which they were asked for; none when they have to be.
    asker: Option<u64>,
    texts: Option<Result<Texts, String>>,
    shown: Vec<Shown>,
    order: Option<Order>,
    list: ListState,
    aside: usize,
    height: usize,
}

impl Lines {
    /// Something else is looked at.
    pub fn forget(&mut self) {
        *self = Self {
            height: self.height,
            ..Self::default()
        };
    }

    /// They were laid out.
    pub fn came(&mut self, asker: u64, result: &Result<Texts, String>) {
        if self.asker == Some(asker) {
            self.texts = Some(result.clone());
            self.order = None;
        }
    }

    /// Will be drawn; asks for what it lacks.
    pub fn place(
        &mut self,
        a: Option<Part>,
        b: Option<Part>,
        sides: bool,
        paired: bool,
        area: Rect,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        self.height = usize::from(area.height).max(1);
        if self.asker.is_none() {
            let asker = ctx.ticket();
            self.asker = Some(asker);
            return vec![Effect::CompareText { asker, a, b }];
        }
        let order = match (sides, paired) {
            (true, _) => Order::Sides,
            (false, true) => Order::Stacked,
            (false, false) => Order::Unified,
        };
        if self.order != Some(order)
            && let Some(Ok(texts)) = &self.texts
        {
            self.shown = shown(&texts.rows, order);
            self.order = Some(order);
            self.list = ListState::default();
            if !self.shown.first().is_some_and(|first| first.differs()) {
                self.step(true);
            }
        }
        self.list.clamp(self.shown.len(), self.height);
        Vec::new()
    }

    /// What was laid out, or why it was not; none while it is under way.
    pub fn texts(&self) -> Option<&Result<Texts, String>> {
        self.texts.as_ref()
    }

    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    pub fn list(&self) -> &ListState {
        &self.list
    }

    /// Columns that are left out at the left.
    pub fn left(&self) -> usize {
        self.aside
    }

    pub fn aside(&mut self, right: bool, by: usize) {
        self.aside = if right {
            self.aside + by
        } else {
            self.aside.saturating_sub(by)
        };
    }

    pub fn scroll(&mut self, lines: isize) {
        self.list.scroll(lines, self.shown.len(), self.height);
    }

    /// To the beginning of the next stretch that differs, or of the one before; false when there is none.
    pub fn step(&mut self, forward: bool) -> bool {
        let begins =
            |at: &usize| self.shown[*at].differs() && (*at == 0 || !self.shown[*at - 1].differs());
        let here = self.list.selected;
        let found = if forward {
            (here + 1..self.shown.len()).find(begins)
        } else {
            (0..here.min(self.shown.len())).rev().find(begins)
        };
        if let Some(at) = found {
            self.list.selected = at;
        }
        found.is_some()
    }

    pub fn act(&mut self, action: Action) -> bool {
        moved(&mut self.list, action, self.shown.len(), self.height)
    }
}

fn shown(rows: &[Line], order: Order) -> Vec<Shown> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let differs = rows[at].differs();
        let end = rows[at..]
            .iter()
            .position(|row| row.differs() != differs)
            .map_or(rows.len(), |length| at + length);
        let run = &rows[at..end];
        if differs {
            differing(run, order, &mut out);
        } else {
            let before = if at == 0 { 0 } else { AROUND };
            let after = if end == rows.len() { 0 } else { AROUND };
            let line = |row: &Line| {
                let (a, b) = row.sides();
                Shown::Line { sign: ' ', a, b }
            };
            // One line is not worth hiding.
            if run.len() > before + after + 1 {
                out.extend(run[..before].iter().map(line));
                out.push(Shown::Gap(run.len() - before - after));
                out.extend(run[run.len() - after..].iter().map(line));
            } else {
                out.extend(run.iter().map(line));
            }
        }
        at = end;
    }
    out
}

fn differing(run: &[Line], order: Order, out: &mut Vec<Shown>) {
    let gone = |row: &Line| Shown::Line {
        sign: '-',
        a: row.sides().0,
        b: None,
    };
    let new = |row: &Line| Shown::Line {
        sign: '+',
        a: None,
        b: row.sides().1,
    };
    let has = |row: &Line| (row.sides().0.is_some(), row.sides().1.is_some());
    match order {
        Order::Unified => {
            out.extend(run.iter().filter(|row| has(row).0).map(gone));
            out.extend(run.iter().filter(|row| has(row).1).map(new));
        }
        Order::Stacked => {
            for row in run {
                out.extend(has(row).0.then(|| gone(row)));
                out.extend(has(row).1.then(|| new(row)));
            }
        }
        Order::Sides => out.extend(run.iter().map(|row| {
            let (a, b) = row.sides();
            let sign = match has(row) {
                (true, true) => '~',
                (true, false) => '-',
                _ => '+',
            };
            Shown::Line { sign, a, b }
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_stretches_that_are_the_same_are_one_line() {
        let mut rows: Vec<Line> = (0..20).map(|at| Line::Same(at, at)).collect();
        rows.push(Line::Changed(20, 20));
        rows.push(Line::Added(21));
        rows.extend((21..24).map(|at| Line::Same(at, at + 1)));
        let told = |order| -> String {
            shown(&rows, order)
                .iter()
                .map(|shown| match shown {
                    Shown::Gap(lines) => format!("[{lines}]"),
                    Shown::Line { sign, .. } => sign.to_string(),
                })
                .collect()
        };
        assert_eq!(told(Order::Unified), "[17]   -++   ");
        assert_eq!(told(Order::Stacked), "[17]   -++   ");
        assert_eq!(told(Order::Sides), "[17]   ~+   ");
    }
}
