//! A list that asks only for the rows it shows.
//!
//! Owns which row is selected, which is first on screen, and how both follow movement. It holds no items: a list of a
//! million rows costs what a list of ten does.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::tui::theme::{Role, Theme};

/// Columns left of every row: the mark of the selected one and a space.
pub const GUTTER: u16 = 2;

/// What the selected row starts with.
pub const MARK: &str = "▸";

/// Where a list stands. Rows count from 0; `height` is always in rows, not screen lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListState {
    /// The selected row.
    pub selected: usize,
    /// The first row on screen.
    pub offset: usize,
}

impl ListState {
    /// Moves up by `n` rows.
    pub fn up(&mut self, n: usize) {
        self.selected = self.selected.saturating_sub(n);
    }

    /// Moves down by `n` rows.
    pub fn down(&mut self, n: usize, len: usize) {
        self.selected = self.selected.saturating_add(n).min(len.saturating_sub(1));
    }

    /// Moves up by a screen, keeping one row in sight.
    pub fn page_up(&mut self, height: usize) {
        let n = height.saturating_sub(1).max(1);
        self.offset = self.offset.saturating_sub(n);
        self.up(n);
    }

    /// Moves down by a screen, keeping one row in sight.
    pub fn page_down(&mut self, len: usize, height: usize) {
        let n = height.saturating_sub(1).max(1);
        self.offset = self.offset.saturating_add(n);
        self.down(n, len);
        self.clamp(len, height);
    }

    /// Moves to the first row.
    pub fn top(&mut self) {
        self.selected = 0;
    }

    /// Moves to the last row.
    pub fn bottom(&mut self, len: usize) {
        self.selected = len.saturating_sub(1);
    }

    /// Scrolls by `n` rows without moving the selection further than the screen's edge (mouse wheel).
    pub fn scroll(&mut self, n: isize, len: usize, height: usize) {
        let last = len.saturating_sub(height);
        self.offset = self.offset.saturating_add_signed(n).min(last);
        let end = self.offset + height.max(1) - 1;
        self.selected = self
            .selected
            .clamp(self.offset, end.max(self.offset))
            .min(len.saturating_sub(1));
    }

    /// Puts the selected row in the middle of the screen.
    pub fn centre(&mut self, len: usize, height: usize) {
        self.offset = self.selected.saturating_sub(height / 2);
        self.clamp(len, height);
    }

    /// Makes the selection exist, keeps it on screen, and leaves no empty room below the last row.
    pub fn clamp(&mut self, len: usize, height: usize) {
        let height = height.max(1);
        self.selected = self.selected.min(len.saturating_sub(1));
        self.offset = self
            .offset
            .min(self.selected)
            .min(len.saturating_sub(height));
        if self.selected >= self.offset + height {
            self.offset = self.selected + 1 - height;
        }
    }

    /// The row drawn at a screen position, if any; `lines` is how many screen lines a row takes.
    pub fn row_at(&self, at: Position, len: usize, lines: u16, area: Rect) -> Option<usize> {
        let row = self.offset + usize::from(at.y.checked_sub(area.y)? / lines.max(1));
        (area.contains(at) && row < len).then_some(row)
    }
}

/// Draws a list of one-line rows; see [`draw_tall`].
pub fn draw<'a>(
    len: usize,
    state: &ListState,
    focused: bool,
    mut row: impl FnMut(usize, u16) -> Line<'a>,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    draw_tall(
        len,
        state,
        focused,
        1,
        |i, _, width| row(i, width),
        area,
        buf,
        theme,
    )
}

/// Draws the visible rows, each of `lines` screen lines. `row(index, line, width)` is asked only for what is on
/// screen; its text must be sanitised. A state that does not fit `len` is drawn clamped. Returns where the hardware
/// cursor belongs: the mark of the selected row.
#[expect(
    clippy::too_many_arguments,
    reason = "a plain function beats a builder used once per pane"
)]
pub fn draw_tall<'a>(
    len: usize,
    state: &ListState,
    focused: bool,
    lines: u16,
    mut row: impl FnMut(usize, u16, u16) -> Line<'a>,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    let lines = lines.max(1);
    if area.is_empty() || len == 0 {
        return None;
    }
    let height = usize::from(area.height / lines).max(1);
    let mut state = *state;
    state.clamp(len, height);
    let width = area.width.saturating_sub(GUTTER);
    let mut cursor = None;
    for index in state.offset..len.min(state.offset + height) {
        let y = area.y + (index - state.offset) as u16 * lines;
        let drawn = lines.min(area.bottom() - y);
        let selected = index == state.selected;
        if selected {
            if focused {
                buf.set_style(
                    Rect {
                        y,
                        height: drawn,
                        ..area
                    },
                    theme.style(Role::Selection),
                );
            }
            let role = if focused {
                Role::Focus
            } else {
                Role::TextMuted
            };
            buf.set_stringn(area.x, y, MARK, usize::from(area.width), theme.style(role));
            cursor = Some(Position { x: area.x, y });
        }
        for line in 0..drawn {
            buf.set_line(
                area.x + GUTTER.min(area.width),
                y + line,
                &row(index, line, width),
                width,
            );
        }
    }
    cursor
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::testing::text_of;

    fn theme() -> Theme {
        Theme::load("mono", Depth::None).expect("bundled")
    }

    #[test]
    fn draws_the_window_and_marks_the_selected_row() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 3));
        let state = ListState {
            selected: 999_999,
            offset: 0,
        };
        let mut asked = Vec::new();
        let row = |i, _| {
            asked.push(i);
            Line::from(format!("row {i}"))
        };
        let cursor = draw(1_000_000, &state, true, row, buf.area, &mut buf, &theme());
        assert_eq!(text_of(&buf), "  row 99\n  row 99\n▸ row 99\n");
        assert_eq!(asked, [999_997, 999_998, 999_999]);
        assert_eq!(cursor, Some(Position::new(0, 2)));
        let selection = theme().style(Role::Selection).add_modifier;
        assert!(buf[(7, 2)].modifier.contains(selection));
        assert!(!buf[(7, 1)].modifier.contains(selection));
    }

    #[test]
    fn rows_of_two_lines_keep_together() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 4));
        let state = ListState {
            selected: 1,
            offset: 0,
        };
        let row = |i, line, _| Line::from(format!("{i}.{line}"));
        let cursor = draw_tall(9, &state, false, 2, row, buf.area, &mut buf, &theme());
        assert_eq!(text_of(&buf), "  0.0\n  0.1\n▸ 1.0\n  1.1\n");
        assert_eq!(cursor, Some(Position::new(0, 2)));
        assert_eq!(state.row_at(Position::new(3, 3), 9, 2, buf.area), Some(1));
        assert_eq!(state.row_at(Position::new(3, 4), 9, 2, buf.area), None);
    }

    #[test]
    fn nothing_to_draw_is_no_trouble() {
        for (len, width, height) in [(0, 8, 3), (5, 0, 3), (5, 1, 1), (5, 8, 0)] {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            draw(
                len,
                &ListState::default(),
                true,
                |_, _| Line::from("x"),
                area,
                &mut buf,
                &theme(),
            );
        }
    }

    proptest! {
        #[test]
        fn the_selection_stays_on_screen(
            len in 0_usize..60, height in 1_usize..12,
            moves in prop::collection::vec((0_u8..8, 0_usize..9), 0..30),
        ) {
            let mut state = ListState::default();
            for (what, n) in moves {
                match what {
                    0 => state.up(n),
                    1 => state.down(n, len),
                    2 => state.page_up(height),
                    3 => state.page_down(len, height),
                    4 => state.top(),
                    5 => state.bottom(len),
                    6 => state.scroll(n as isize - 4, len, height),
                    _ => state.centre(len, height),
                }
                state.clamp(len, height);
                prop_assert!(state.selected < len.max(1));
                prop_assert!(state.offset <= state.selected && state.selected < state.offset + height);
                prop_assert!(state.offset + height <= len.max(height));
            }
        }
    }
}
