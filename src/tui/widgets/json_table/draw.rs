//! Drawing the cells of a table that are on the screen. All of it is sanitised and cut.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Table, TableState, shown};
use crate::json::{self, Kind};
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::find::Term;
use crate::tui::widgets::list;

/// Draws the header and the rows the state stands at. Returns where the hardware cursor belongs: the focused cell.
pub fn draw(
    table: &Table,
    state: &TableState,
    focused: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let mut fitted;
    let state = if state.fits(area) {
        state
    } else {
        // A state that was made for another screen is drawn as it would fit this one.
        fitted = state.clone();
        fitted.fit(table, area);
        &fitted
    };
    let spans = state.spans(table, area.width);
    for &(n, x, width) in &spans {
        let column = &table.columns[state.columns[n]];
        let mark = match state.sort.filter(|sort| sort.column == state.columns[n]) {
            Some(sort) if sort.descending => " ↓",
            Some(_) => " ↑",
            None => "",
        };
        let room = usize::from(width).saturating_sub(text::width(mark));
        let name = text::sanitize(&column.name);
        let name = format!("{}{mark}", text::fit(&name, room));
        let role = if n == state.column {
            Role::Accent
        } else {
            Role::TextMuted
        };
        let cell = Rect::new(area.x + x, area.y, width, 1);
        put(&name, column.numeric, cell, buf, theme, role);
    }
    if state.left > 0 {
        buf.set_stringn(area.x, area.y, "‹", 1, theme.style(Role::TextMuted));
    }
    let mut cursor = None;
    let rows = state.order.iter().enumerate().skip(state.top);
    for (y, (n, row)) in (area.y + 1..area.bottom()).zip(rows) {
        let is_row = n == state.row;
        for &(column, x, width) in &spans {
            let cell = Rect::new(area.x + x, y, width, 1);
            let is_cell = is_row && column == state.column;
            if is_cell {
                cursor = Some(cell.as_position());
                if focused {
                    buf.set_style(cell, theme.style(Role::Selection));
                }
            }
            let Some(raw) = table.cell(*row as usize, state.columns[column]) else {
                continue;
            };
            let role = match json::kind(raw) {
                _ if is_cell && focused => Role::Selection,
                Kind::Object | Kind::Array | Kind::Null => Role::TextMuted,
                _ => Role::Text,
            };
            let right = json::kind(raw) == Kind::Number;
            let words = shown(raw, usize::from(width));
            put(&words, right, cell, buf, theme, role);
            if let Some(found) = &state.found {
                let role = if is_cell {
                    Role::MatchCurrent
                } else {
                    Role::Match
                };
                mark(&found.term, &words, right, cell, buf, theme.style(role));
            }
        }
        if is_row {
            let role = if focused {
                Role::Focus
            } else {
                Role::TextMuted
            };
            buf.set_stringn(area.x, y, list::MARK, 1, theme.style(role));
        }
    }
    cursor
}

/// Marks what was searched for in the words of a cell.
fn mark(term: &Term, words: &str, right: bool, cell: Rect, buf: &mut Buffer, style: Style) {
    let indent = indent(words, right, cell);
    for hit in term.ranges(words.as_bytes()) {
        let at = (indent + text::width(&words[..hit.start])) as u16;
        let part = Rect {
            x: cell.x + at,
            width: text::width(&words[hit]) as u16,
            ..cell
        };
        buf.set_style(part.intersection(cell), style);
    }
}

/// Columns before the words: numbers stand at the right.
fn indent(words: &str, right: bool, cell: Rect) -> usize {
    if right {
        usize::from(cell.width).saturating_sub(text::width(words))
    } else {
        0
    }
}

fn put(words: &str, right: bool, cell: Rect, buf: &mut Buffer, theme: &Theme, role: Role) {
    let width = usize::from(cell.width);
    let indent = indent(words, right, cell);
    buf.set_stringn(
        cell.x + indent as u16,
        cell.y,
        words,
        width - indent,
        theme.style(role),
    );
}
