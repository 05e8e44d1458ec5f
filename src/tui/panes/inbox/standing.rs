//! A list whose rows come and go while it is looked at: the selection stays with what was selected.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::tui::action::Action;
use crate::tui::panes::moves::moved;
use crate::tui::theme::Theme;
use crate::tui::widgets::list::{self, ListState};

/// See the module.
#[derive(Debug)]
pub(super) struct Standing<T> {
    pub list: ListState,
    /// The selected row, which may be gone.
    pub selected: Option<T>,
    /// Where the rows are.
    pub area: Rect,
}

impl<T> Default for Standing<T> {
    fn default() -> Self {
        Self {
            list: ListState::default(),
            selected: None,
            area: Rect::ZERO,
        }
    }
}

impl<T: Clone + PartialEq> Standing<T> {
    fn select(&mut self, rows: &[T]) {
        self.selected = rows.get(self.list.selected).cloned();
    }

    fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    /// Finds the selected row again among those of now.
    pub fn settle(&mut self, rows: &[T]) {
        let selected = self.selected.as_ref();
        if let Some(at) = selected.and_then(|one| rows.iter().position(|row| row == one)) {
            self.list.selected = at;
        }
        self.list.clamp(rows.len(), self.height());
        self.select(rows);
    }

    /// Moves, when that is what is wanted.
    pub fn moved(&mut self, action: Action, rows: &[T]) -> bool {
        let height = self.height();
        if !moved(&mut self.list, action, rows.len(), height) {
            return false;
        }
        self.select(rows);
        true
    }

    /// Selects the row at a place, if there is one.
    pub fn click(&mut self, at: Position, rows: &[T]) -> bool {
        let Some(row) = self.list.row_at(at, rows.len(), 1, self.area) else {
            return false;
        };
        self.list.selected = row;
        self.select(rows);
        true
    }

    /// Draws the rows, each as `line` has it for its width, sanitised. Gives where the hardware cursor belongs.
    pub fn draw<'a>(
        &self,
        rows: &[T],
        line: impl Fn(&T, u16) -> Line<'a>,
        buf: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let line = |row: usize, width: u16| {
            let row = rows.get(row);
            row.map_or_else(Line::default, |row| line(row, width))
        };
        let cursor = list::draw(rows.len(), &self.list, true, line, self.area, buf, theme);
        cursor.or(Some(self.area.as_position()))
    }

    /// Scrolls.
    pub fn wheel(&mut self, lines: isize, rows: &[T]) {
        self.list.scroll(lines, rows.len(), self.height());
        self.select(rows);
    }
}
