//! Drawing the form: only the rows in sight are laid out. Lists that drop down go over them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::line::{self, Columns, Hit, Laid};
use super::widget::{Widget, is_secret};
use super::{Focus, FormPane, Input, words};
use crate::form::Node;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::Look;
use crate::tui::widgets::list::MARK;

impl FormPane {
    /// Will be drawn in `area`: scrolls just so far that the focused row is in sight. Lists that drop down may take
    /// all of `room`.
    pub fn place(&mut self, area: Rect, room: Rect) {
        self.area = area;
        self.room = room;
        if area.is_empty() {
            // Another tab is shown; the place is kept.
            return;
        }
        let height = usize::from(area.height);
        let columns = Columns::of(&self.sheet, area.width);
        let rows = self.sheet.len();
        let lines = |index: usize| self.lay(index, columns, area.height).lines.len();
        // The highest row that can be on top with `last` whole at the bottom.
        let top_for = |last: usize| {
            let (mut first, mut used) = (last, lines(last));
            while first > 0 {
                used += lines(first - 1);
                if used > height {
                    break;
                }
                first -= 1;
            }
            first
        };
        let most = top_for(rows - 1);
        let mut top = self.top.min(most);
        if !self.loose {
            top = top.max(top_for(self.at)).min(self.at);
        }
        self.top = top;
    }

    /// How many lines it takes in so many columns, up to `most`.
    pub fn lines(&self, width: u16, most: u16) -> u16 {
        let columns = Columns::of(&self.sheet, width);
        let mut lines = 0;
        for index in 0..self.sheet.len() {
            if lines >= usize::from(most) {
                break;
            }
            lines += self.lay(index, columns, most).lines.len();
        }
        u16::try_from(lines).map_or(most, |lines| lines.min(most))
    }

    /// Draws the form where it was placed and returns where the hardware cursor belongs: at the caret, else on the
    /// focused row; nowhere when the pane has not the focus.
    pub fn draw(&self, buf: &mut Buffer, theme: &Theme, focused: bool) -> Option<Position> {
        let area = self.area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let columns = Columns::of(&self.sheet, area.width);
        let mut cursor = None;
        let mut index = self.top;
        let mut y = area.y;
        while y < area.bottom() && index < self.sheet.len() {
            let laid = self.lay(index, columns, area.height);
            let here = index == self.at;
            for (at, line) in (y..area.bottom()).zip(&laid.lines) {
                let row = Rect {
                    y: at,
                    height: 1,
                    ..area
                };
                line::draw(line, row, buf, theme);
            }
            if here {
                let role = if focused { Role::Focus } else { Role::Text };
                buf.set_stringn(area.x, y, MARK, usize::from(area.width), theme.style(role));
                let caret = self.draw_input(&laid, y, columns, buf, theme);
                let caret = caret.or_else(|| self.pointed_at(&laid, y));
                cursor = Some(caret.unwrap_or(Position::new(area.x, y)));
            }
            y = y.saturating_add(laid.lines.len().max(1) as u16);
            index += 1;
        }
        let last = area.right() - 1;
        let muted = theme.style(Role::TextMuted);
        if self.top > 0 {
            buf.set_stringn(last, area.y, "↑", 1, muted);
        }
        if index < self.sheet.len() || y > area.bottom() {
            buf.set_stringn(last, area.bottom() - 1, "↓", 1, muted);
        }
        // The focused row may be out of sight, and an area too narrow for a widget has its caret beyond the edge.
        let cursor = cursor.unwrap_or(area.as_position());
        focused.then(|| Position {
            x: cursor.x.min(last),
            y: cursor.y.min(area.bottom() - 1),
        })
    }

    /// Draws the list that is open over everything else; returns where the hardware cursor belongs then.
    pub fn draw_over(&self, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let anchor = self.anchored()?;
        let room = self.room.intersection(buf.area);
        if let Some(menu) = &self.menu {
            return menu.draw(anchor, room, &self.ticked_rows(), buf, theme);
        }
        if let Some(offer) = &self.offer {
            offer.draw(anchor, room, buf, theme);
        }
        None
    }

    /// Where the box is that Space ticks, or the button that Enter presses.
    fn pointed_at(&self, laid: &Laid, y: u16) -> Option<Position> {
        let hit = match self.focus {
            Focus::Run if self.button > 0 => Hit::Button(self.button),
            _ if self.widget() == Some(Widget::Ticks) => Hit::Choice(self.tick),
            _ => return None,
        };
        let is = |span: &line::Span| span.hit == hit;
        let (down, span) = laid
            .lines
            .iter()
            .enumerate()
            .find_map(|(down, line)| Some((down, line.iter().find(|span| is(span))?)))?;
        Some(Position {
            x: self.area.x + span.at as u16 + 1,
            y: y + down as u16,
        })
    }

    /// Where lists that drop down hang.
    pub(super) fn anchor(&self, laid: &Laid, y: u16, columns: Columns) -> Rect {
        let x = match laid.field {
            Some((at, _)) => at.saturating_sub(2),
            None => columns.widget,
        };
        Rect {
            x: self.area.x + (x as u16).min(self.area.width),
            y,
            width: 1,
            height: 1,
        }
    }

    /// Draws what is typed into over the focused row; returns where the caret is.
    fn draw_input(
        &self,
        laid: &Laid,
        y: u16,
        columns: Columns,
        buf: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let area = self.area.intersection(buf.area);
        match (&self.input, laid.field, laid.boxed) {
            (Some(Input::Line(line) | Input::Key(line) | Input::Ask(_, line)), Some(field), _) => {
                let (at, width) = field;
                let width = width.min(columns.end.saturating_sub(at));
                let rect = Rect {
                    x: area.x + at as u16,
                    y,
                    width: width as u16,
                    height: 1,
                };
                let blank = " ".repeat(width);
                buf.set_stringn(rect.x, y, blank, width, theme.style(Role::Input));
                let look = self.look();
                Some(line.draw(look, rect, buf, theme))
            }
            (Some(Input::Lines(text) | Input::Json(text)), _, Some((first, lines))) => {
                let top = y.saturating_add(first as u16);
                let height = (lines as u16).min(area.bottom().saturating_sub(top));
                if height == 0 {
                    return None;
                }
                let rect = Rect {
                    x: area.x + columns.box_at() as u16,
                    y: top,
                    width: columns.box_width() as u16,
                    height,
                };
                Some(text.draw(self.look(), rect, buf, theme))
            }
            _ => None,
        }
    }

    /// How what is typed into looks.
    fn look(&self) -> Look<'_> {
        let Focus::Row(id, _) = self.focus else {
            return Look::default();
        };
        let Some(Input::Line(_) | Input::Lines(_) | Input::Json(_)) = &self.input else {
            return Look {
                placeholder: match &self.input {
                    Some(Input::Ask(super::Ask::File, _)) => "path of a file",
                    Some(Input::Ask(super::Ask::Other, _)) => "JSON, or text",
                    Some(Input::Key(_)) => "a key, then Enter",
                    _ => "",
                },
                ..Look::default()
            };
        };
        Look {
            invalid: self.is_invalid(id),
            placeholder: match &self.input {
                Some(Input::Json(_)) => "JSON",
                _ => self.form.get(id).map(Node::field).map_or("", words::ghost),
            },
            masked: matches!(self.input, Some(Input::Line(_)))
                && is_secret(&self.form, id)
                && !self.revealed.contains(&id),
        }
    }
}
