//! How one moves through a report, and how it is laid out.

use ratatui::layout::Rect;

use super::{Areas, DiffPane, Tab};
use crate::tui::action::Action;
use crate::tui::pane::{Go, Reply};
use crate::tui::panes::moves::moved;
use crate::tui::widgets::list::ListState;

impl DiffPane {
    /// To the next difference or the one before: in what is looked at, then in the rows.
    pub(super) fn step(&mut self, forward: bool) -> Reply {
        let within = match self.tab {
            _ if self.on_rows => false,
            Tab::Paths => {
                let to = if forward {
                    Some(self.changes.selected + 1).filter(|to| *to < self.shown.len())
                } else {
                    self.changes.selected.checked_sub(1)
                };
                to.inspect(|to| self.changes.selected = *to).is_some()
            }
            Tab::Text | Tab::Sides => self.lines.step(forward),
        };
        if within {
            return Reply::done();
        }
        let differs = |at: &usize| {
            self.report()
                .is_some_and(|report| report.rows[*at].differs())
        };
        let here = self.rows.selected;
        let to = if forward {
            (here + 1..self.rows_len()).find(differs)
        } else {
            (0..here).rev().find(differs)
        };
        let Some(to) = to else {
            return Reply::say(if forward {
                "No difference below."
            } else {
                "No difference above."
            });
        };
        self.rows.selected = to;
        self.turned();
        self.changes.selected = if forward {
            0
        } else {
            self.shown.len().saturating_sub(1)
        };
        Reply::done()
    }

    pub(super) fn moved(&mut self, action: Action) -> Reply {
        let (rows, height) = (
            self.rows_len(),
            usize::from(self.areas.rows.height).max(2) - 1,
        );
        let (changes, body) = (self.shown.len(), self.body_rows());
        if !self.on_rows && self.tab != Tab::Paths {
            return if self.lines.act(action) {
                Reply::done()
            } else {
                Reply::ignored()
            };
        }
        let (list, len, height) = if self.on_rows {
            (&mut self.rows, rows, height)
        } else {
            (&mut self.changes, changes, body)
        };
        if !moved(list, action, len, height) {
            return Reply::ignored();
        }
        if self.on_rows {
            self.turned();
            self.changes = ListState::default();
        }
        Reply::done()
    }

    pub(super) fn turn(&mut self, tab: Tab) -> Reply {
        self.tab = tab;
        Reply::done()
    }

    pub(super) fn beside(&self, forward: bool) -> Tab {
        let step = if forward { 1 } else { Tab::ALL.len() - 1 };
        Tab::ALL[(self.tab as usize + step) % Tab::ALL.len()]
    }

    pub(super) fn back(&mut self) -> Reply {
        if !self.on_rows && self.rows_len() > 1 {
            self.on_rows = true;
            return Reply::done();
        }
        Reply::go(Go::Out)
    }

    pub(super) fn lay(&mut self, area: Rect) {
        let several = self.rows_len() > 1;
        let rows = if several {
            let most = (area.height * 2 / 5).max(3);
            (self.rows_len() as u16).saturating_add(1).min(most)
        } else {
            0
        };
        let below = area.height - rows.min(area.height);
        self.areas = Areas {
            rows: Rect {
                height: rows,
                ..area
            },
            rule: Rect {
                y: area.y + rows,
                height: 1.min(below),
                ..area
            },
            body: Rect {
                y: area.y + rows + 1.min(below),
                height: below.saturating_sub(1),
                ..area
            },
        };
        self.rows
            .clamp(self.rows_len(), usize::from(rows.max(2) - 1));
        self.changes.clamp(self.shown.len(), self.body_rows());
    }
}
