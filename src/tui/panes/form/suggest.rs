//! Answers offered for the focused text field: from a server, from the schema's examples. They only offer: what was
//! typed is kept unless somebody takes one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{Place, Popup};

/// Rows shown at a time.
const ROWS: usize = 6;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What would be typed.
    pub text: String,
    /// What it is.
    pub remark: String,
}

/// Answers for the focused text field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The answers, best first.
    pub items: Vec<Suggestion>,
    /// Where they are from: `3 of 12 from server`.
    pub remark: String,
}

/// What is offered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub list: Suggestions,
    /// The row that was entered with the arrow keys.
    pub at: Option<usize>,
}

impl Offer {
    /// A list nobody has entered yet; none when there is nothing in it.
    pub fn new(list: Suggestions) -> Option<Self> {
        (!list.items.is_empty()).then_some(Self { list, at: None })
    }

    /// Goes down (up if negative) in the list; up from its first row leaves it.
    pub fn go(&mut self, by: isize) {
        let last = self.list.items.len() - 1;
        self.at = match self.at {
            None if by > 0 => Some(0),
            None => None,
            Some(at) => at.checked_add_signed(by).map(|at| at.min(last)),
        };
    }

    /// What Tab takes: the row that was entered; else, when something was typed, the first one that goes on from it.
    pub fn taken(&self, typed: &str) -> Option<String> {
        let item = match self.at {
            Some(at) => self.list.items.get(at),
            None => self.list.items.first().filter(|item| {
                !typed.is_empty() && item.text != typed && begins(&item.text, typed)
            }),
        };
        item.map(|item| item.text.clone())
    }

    /// Where it goes: below its field, or above it where there is more room.
    pub fn area(&self, anchor: Rect, room: Rect) -> Rect {
        let wanted = self.list.items.len().min(ROWS) as u16 + 2;
        let below = room.bottom().saturating_sub(anchor.bottom());
        let above = anchor.y.saturating_sub(room.y);
        let (y, height) = if below >= wanted.min(4) || below >= above {
            (anchor.bottom(), wanted.min(below))
        } else {
            let height = wanted.min(above);
            (anchor.y - height, height)
        };
        let widest = self
            .list
            .items
            .iter()
            .map(|item| text::width(&item.text) + text::width(&item.remark).min(30) + 2)
            .max()
            .unwrap_or(0);
        let width = widest.max(text::width(&self.footer())) + 6;
        let width = (width.clamp(20, 72) as u16).min(room.width);
        Rect {
            x: anchor.x.min(room.right().saturating_sub(width)).max(room.x),
            y,
            width,
            height,
        }
    }

    /// `3 of 12 from server  Tab takes  ↓ list`; sanitised.
    fn footer(&self) -> String {
        let remark = text::sanitize(&self.list.remark);
        let gap = if remark.is_empty() { "" } else { "  " };
        format!("{remark}{gap}Tab takes  ↓ list")
    }

    /// Draws it over the form.
    pub fn draw(&self, anchor: Rect, room: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = self.area(anchor, room).intersection(buf.area);
        if area.height < 3 || area.width < 8 {
            return;
        }
        let footer = self.footer();
        let rows = Popup {
            title: "",
            footer: &footer,
            width: area.width - 4,
            height: area.height - 2,
            place: Place::Centre,
        }
        .draw(area, buf, theme);
        let mut state = ListState {
            selected: self.at.unwrap_or(0),
            offset: 0,
        };
        state.clamp(self.list.items.len(), usize::from(rows.height));
        for (line, item) in self.list.items.iter().skip(state.offset).enumerate() {
            let Some(y) = u16::try_from(line).ok().map(|line| rows.y + line) else {
                return;
            };
            if y >= rows.bottom() {
                return;
            }
            let row = Rect {
                y,
                height: 1,
                ..rows
            };
            let here = self.at == Some(line + state.offset);
            if here {
                buf.set_style(row, theme.style(Role::Selection));
            }
            let mark = if here { list::MARK } else { " " };
            let spans = vec![
                Span::styled(format!("{mark} "), theme.style(Role::Focus)),
                Span::styled(
                    text::sanitize(&item.text).into_owned(),
                    theme.style(Role::Text),
                ),
                Span::styled(
                    format!("  {}", text::sanitize(&item.remark)),
                    theme.style(Role::TextMuted),
                ),
            ];
            buf.set_line(row.x, row.y, &Line::from(spans), row.width);
        }
    }

    /// The row under the pointer.
    pub fn row_at(&self, at: Position, anchor: Rect, room: Rect) -> Option<usize> {
        let area = self.area(anchor, room);
        if !area.contains(at) || at.y == area.y || at.y + 1 == area.bottom() {
            return None;
        }
        let mut state = ListState {
            selected: self.at.unwrap_or(0),
            offset: 0,
        };
        state.clamp(self.list.items.len(), usize::from(area.height - 2));
        let row = usize::from(at.y - area.y - 1) + state.offset;
        (row < self.list.items.len()).then_some(row)
    }
}

/// Whether one text goes on from another, whatever the case of its letters.
pub fn begins(text: &str, typed: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    typed
        .chars()
        .flat_map(char::to_lowercase)
        .all(|letter| letters.next() == Some(letter))
}
