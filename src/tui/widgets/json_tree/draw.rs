//! Drawing the visible rows of a tree.
//!
//! Owns how a row reads: mark, indent, fold, name, value or preview. Everything shown is sanitised and cut to the row;
//! only as much of a value is looked at as can be seen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Kind, Tree, TreeState, clip};
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list;

/// Draws the window of rows that the state stands at. Returns where the hardware cursor belongs: the start of the
/// selected row.
pub fn draw(
    tree: &Tree,
    state: &TreeState,
    focused: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let mut place = state.list;
    place.clamp(state.visible.len(), usize::from(area.height));
    let mut cursor = None;
    let rows = state
        .visible
        .iter()
        .enumerate()
        .skip(place.offset)
        .take(usize::from(area.height));
    for (y, (i, &row)) in (area.y..).zip(rows) {
        let selected = i == place.selected;
        if selected {
            if focused {
                buf.set_style(
                    Rect {
                        y,
                        height: 1,
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
            buf.set_stringn(area.x, y, list::MARK, 1, theme.style(role));
            cursor = Some(Position { x: area.x, y });
        }
        let width = area.width - 1;
        if width > 0 {
            buf.set_line(
                area.x + 1,
                y,
                &line(tree, state, row, usize::from(width), theme),
                width,
            );
        }
    }
    cursor
}

/// One row: indent, fold, name, value.
fn line(tree: &Tree, state: &TreeState, row: u32, width: usize, theme: &Theme) -> Line<'static> {
    let punct = theme.style(Role::JsonPunct);
    let mut row_text = Writer {
        spans: Vec::new(),
        used: 0,
        width,
        state,
        row,
        theme,
    };

    // Deep rows keep room for their text: from a third of the width on, depth is only hinted at.
    let levels = tree.depth(row) - tree.first() as usize;
    let shown = (2 * levels).min(width / 3 / 2 * 2);
    if 2 * levels > shown && shown > 0 {
        row_text.put("…".to_owned(), theme.style(Role::TextFaint));
        row_text.put(" ".repeat(shown - 1), punct);
    } else {
        row_text.put(" ".repeat(shown), punct);
    }
    let filled = tree.count(row) > 0;
    let folded = filled && state.is_folded(row);
    row_text.put(
        if folded {
            "▸ "
        } else if filled {
            "▾ "
        } else {
            "  "
        }
        .to_owned(),
        punct,
    );

    if let Some(key) = tree.key(row) {
        let quoted = key.is_empty() || key.contains([' ', ':', ',', '"']);
        let key = if quoted {
            format!("\"{key}\"")
        } else {
            key.to_owned()
        };
        row_text.found(&clip(&key, row_text.left()).0, theme.style(Role::JsonKey));
        row_text.put(if filled && !folded { " " } else { ": " }.to_owned(), punct);
    } else if let Some(i) = tree.index(row) {
        row_text.put(format!("[{i}] "), punct);
    }

    let kind = tree.kind(row);
    if filled {
        let count = if kind == Kind::Array {
            format!("[{}]", tree.count(row))
        } else {
            format!("{{{}}}", tree.count(row))
        };
        row_text.put(count, punct);
        if folded {
            row_text.put(" ".to_owned(), punct);
            row_text.put(tree.preview(row, row_text.left()), punct);
        }
        return Line::from(row_text.spans);
    }
    let style = theme.style(match kind {
        Kind::String => Role::JsonString,
        Kind::Number => Role::JsonNumber,
        Kind::Bool => Role::JsonBool,
        Kind::Null => Role::JsonNull,
        Kind::Object | Kind::Array => Role::JsonPunct,
    });
    let value = tree.value(row);
    let (whole, cut) = clip(value, row_text.left());
    if cut {
        let size = format!(" {}", text::size(value.len() as u64));
        let room = row_text.left().saturating_sub(size.len());
        let (mut part, _) = clip(value, room);
        if !part.ends_with('…') && room > 0 {
            part.push('…');
        }
        row_text.found(&part, style);
        row_text.put(size, theme.style(Role::TextMuted));
    } else {
        row_text.found(&whole, style);
    }
    Line::from(row_text.spans)
}

/// A row being put together.
struct Writer<'s> {
    spans: Vec<Span<'static>>,
    used: usize,
    width: usize,
    state: &'s TreeState,
    row: u32,
    theme: &'s Theme,
}

impl Writer<'_> {
    fn left(&self) -> usize {
        self.width.saturating_sub(self.used)
    }

    fn put(&mut self, s: String, style: Style) {
        self.used += text::width(&s);
        self.spans.push(Span::styled(s, style));
    }

    /// As `put`, with what is searched for marked.
    fn found(&mut self, s: &str, style: Style) {
        let Some(found) = self.state.found() else {
            return self.put(s.to_owned(), style);
        };
        let current = found.current() == Some(self.row) && self.state.selected() == self.row;
        let role = if current {
            Role::MatchCurrent
        } else {
            Role::Match
        };
        self.used += text::width(s);
        self.spans
            .extend(found.term.spans(s, style, self.theme.style(role)));
    }
}
