//! One line of the form: where its columns are, what its name and type read, and a pen that stays within it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::FormPane;
use crate::form::flat::Node;
use crate::form::flat::schema::{Field, Kind};
use crate::text;
use crate::tui::widgets::list::GUTTER;

/// Where the columns are, relative to the left edge.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    pub name: usize,
    pub kind: usize,
    /// Where widgets begin.
    pub widget: usize,
    /// How wide an input is, with its brackets.
    pub input: usize,
    /// Where everything ends.
    pub end: usize,
}

impl Columns {
    pub fn of(form: &FormPane, width: u16) -> Self {
        // The last column is kept for the marks of rows above and below.
        let end = usize::from(width).saturating_sub(1);
        let longest = |of: &dyn Fn(&Node) -> usize| form.form.nodes().iter().map(of).max();
        let name = longest(&|node| label(node.field()).1).unwrap_or(0);
        let name = name.clamp(6, (end / 4).max(6));
        let kind = longest(&|node| text::width(&kind(node.field()))).unwrap_or(0);
        let kind = kind.clamp(4, 14.min((end / 6).max(4)));
        let widget = (usize::from(GUTTER) + name + 2 + kind + 2).min(end);
        let rest = end - widget;
        Self {
            name,
            kind,
            widget,
            input: (rest * 6 / 10).clamp(12, 60).min(rest),
            end,
        }
    }
}

/// The name with its mark, and its width.
pub fn label(field: &Field) -> (String, usize) {
    let mut name = text::sanitize(&field.name).into_owned();
    if name.is_empty() {
        name.push_str("\"\"");
    }
    if field.required {
        name.push_str(" *");
    }
    let width = text::width(&name);
    (name, width)
}

pub fn kind(field: &Field) -> String {
    let word = match &field.kind {
        // The hint has the whole of it.
        Kind::Json(raw) if raw.why.starts_with("array") => "array",
        Kind::Json(raw) if raw.why.len() > 10 => "JSON",
        kind => kind.word(),
    };
    let word = text::sanitize(word);
    if field.nullable {
        format!("{word}|null")
    } else {
        word.into_owned()
    }
}

impl Columns {
    /// Where boxes begin: below the widgets, or further left where those have little room.
    pub fn box_at(self) -> usize {
        let roomy = self.end - self.widget >= 48;
        let at = if roomy { self.widget } else { 6 };
        at.clamp(2, self.end.max(2))
    }
}

/// Draws on one line of the form, by columns from its left edge.
pub struct Pen<'a> {
    pub buf: &'a mut Buffer,
    pub area: Rect,
    pub end: usize,
}

impl Pen<'_> {
    /// Draws sanitised text, cut with `…` where the line ends.
    pub fn put(&mut self, at: usize, text: &str, style: Style) {
        self.put_in(at, self.end.saturating_sub(at), text, style);
    }

    pub fn put_in(&mut self, at: usize, room: usize, text: &str, style: Style) {
        let room = room.min(self.end.saturating_sub(at));
        if room > 0 {
            let cut = text::fit(text, room);
            let x = self.area.x + at as u16;
            self.buf.set_stringn(x, self.area.y, cut, room, style);
        }
    }

    pub fn rect(&self, at: usize, width: usize) -> Rect {
        let width = width.min(self.end.saturating_sub(at));
        Rect {
            x: self.area.x + at as u16,
            y: self.area.y,
            width: width as u16,
            height: 1,
        }
    }
}
