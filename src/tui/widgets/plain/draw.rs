//! Drawing the window of a document, as text or as hex.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::layout::{Cell, rows, show};
use super::{Document, PlainState, Window};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::find::Found;

/// Draws what is on screen. Returns where the hardware cursor belongs: the current hit, else the first row.
pub fn draw(
    document: &Document,
    state: &PlainState,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    // A copy without the hits, which may be many.
    let mut place = PlainState {
        found: None,
        top: state.top,
        left: state.left,
        wrap: state.wrap,
        hex: state.hex,
        spot: state.spot,
        lit: None,
    };
    place.clamp(
        document,
        Window {
            width: area.width,
            height: area.height,
        },
    );
    let marks = Marks {
        found: state.found.as_ref(),
        lit: state.lit.clone().unwrap_or_default(),
        theme,
    };
    let cursor = match place.hex {
        Some(byte) => draw_hex(document, byte, &marks, area, buf),
        None => {
            let cursor = draw_text(document, &place, &marks, area, buf);
            super::spots::draw_pictures(document, &place, area, buf);
            cursor
        }
    };
    cursor.or(Some(area.as_position()))
}

/// How cells are styled, by the byte they show.
struct Marks<'a> {
    found: Option<&'a Found>,
    lit: std::ops::Range<usize>,
    theme: &'a Theme,
}

impl Marks<'_> {
    /// The hit this byte is part of, and whether it is the current one.
    fn hit(&self, byte: usize) -> Option<(usize, bool)> {
        let found = self.found?;
        let i = found
            .hits
            .partition_point(|h| *h as usize <= byte)
            .checked_sub(1)?;
        let hit = found.hits[i] as usize;
        let inside = byte < hit + found.term.text().len();
        inside.then_some((hit, found.current() == Some(found.hits[i])))
    }

    fn style(&self, byte: usize, escape: bool, otherwise: Role) -> Style {
        match self.hit(byte) {
            Some((_, true)) => self.theme.style(Role::MatchCurrent),
            Some((_, false)) => self.theme.style(Role::Match),
            None if self.lit.contains(&byte) => self.theme.style(Role::Selection),
            None => self
                .theme
                .style(if escape { Role::Warn } else { otherwise }),
        }
    }

    fn is_current(&self, byte: usize) -> bool {
        matches!(self.hit(byte), Some((hit, true)) if hit == byte)
            || (self.found.is_none() && !self.lit.is_empty() && self.lit.start == byte)
    }
}

fn draw_text(
    document: &Document,
    state: &PlainState,
    marks: &Marks<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let width = usize::from(area.width);
    let mut cursor = None;
    let mut y = area.y;
    let mut first_row = state.top.1;
    for line in state.top.0..document.lines() {
        let (start, bytes) = document.line(line);
        let heading = document.is_heading(start);
        let mut spans = document.spans_from(start);
        // One column more than fits tells that something is cut.
        let shown = show(
            start,
            bytes,
            if state.wrap {
                usize::MAX
            } else {
                state.left + width + 1
            },
        );
        let rows = rows(&shown, if state.wrap { width } else { usize::MAX });
        for row in rows.into_iter().skip(std::mem::take(&mut first_row)) {
            if y == area.bottom() {
                return cursor;
            }
            let mut column = 0_usize;
            for Cell {
                at,
                text,
                width: w,
                escape,
            } in &shown.cells[row]
            {
                while let [span, rest @ ..] = spans
                    && span.end <= *at
                {
                    spans = rest;
                }
                let role = match spans.first() {
                    _ if heading => Role::Accent,
                    Some(span) if span.start <= *at => span.role,
                    _ => Role::Text,
                };
                let (at, w) = (*at as usize, usize::from(*w));
                let Some(x) = column.checked_sub(state.left) else {
                    column += w;
                    continue;
                };
                column += w;
                if x + w > width {
                    buf[(area.right() - 1, y)]
                        .set_symbol("…")
                        .set_style(marks.theme.style(Role::TextFaint));
                    break;
                }
                let x = area.x + x as u16;
                buf.set_stringn(
                    x,
                    y,
                    &shown.text[text.clone()],
                    w,
                    marks.style(at, *escape, role),
                );
                if cursor.is_none() && marks.is_current(at) {
                    cursor = Some(Position { x, y });
                }
            }
            y += 1;
        }
    }
    cursor
}

/// Bytes on a row of hex: 16 if they fit beside the offset and the text, else 8.
pub(super) fn hex_row(width: u16) -> usize {
    if width >= 76 { 16 } else { 8 }
}

/// `00000010  7b 22 6a 73 6f 6e 72 70  63 22 3a 22 32 2e 30 22  {"jsonrpc":"2.0"`
fn draw_hex(
    document: &Document,
    byte: usize,
    marks: &Marks<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let n = hex_row(area.width);
    let faint = marks.theme.style(Role::TextMuted);
    let mut cursor = None;
    let lines = document.bytes().get(byte..).unwrap_or_default().chunks(n);
    for (y, (i, line)) in (area.y..area.bottom()).zip(lines.enumerate()) {
        let start = byte + i * n;
        let mut pen = (area.x, y);
        let mut put = |s: &str, style: Style| {
            let room = area.right().saturating_sub(pen.0);
            let at = pen;
            if room > 0 {
                pen = buf.set_stringn(pen.0, pen.1, s, usize::from(room), style);
            }
            at
        };
        put(&format!("{start:08x} "), faint);
        let mut cell = String::new();
        for column in 0..n {
            put(if column == 8 { "  " } else { " " }, faint);
            let Some(b) = line.get(column) else {
                put("  ", faint);
                continue;
            };
            cell.clear();
            let _ = write!(cell, "{b:02x}");
            let at = put(&cell, marks.style(start + column, false, Role::Text));
            if marks.is_current(start + column) && at.0 < area.right() {
                cursor = cursor.or(Some(Position { x: at.0, y: at.1 }));
            }
        }
        put("  ", faint);
        for (column, &b) in line.iter().enumerate() {
            let printable = (0x20..0x7f).contains(&b);
            cell.clear();
            cell.push(if printable { char::from(b) } else { '.' });
            let style = marks.style(start + column, false, Role::Text);
            put(
                &cell,
                if printable
                    || marks.hit(start + column).is_some()
                    || marks.lit.contains(&(start + column))
                {
                    style
                } else {
                    faint
                },
            );
        }
    }
    cursor
}
