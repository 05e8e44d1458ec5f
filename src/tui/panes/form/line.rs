//! One line of the form as data: pieces of text at columns, each with what a click on it means. Drawing puts them on
//! the screen, the mouse looks them up; both see the same.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::{Sheet, indent};
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list::GUTTER;

/// What a click on a piece of text does, beyond giving the row the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// Nothing.
    Focus,
    /// Folds or unfolds.
    Fold,
    /// Puts the caret.
    Field,
    /// The name: the key of an entry is typed into.
    Name,
    /// Picks a choice, or ticks it.
    Choice(usize),
    /// The next state of a switch.
    Toggle,
    /// One option, variant or step back or forth.
    Step(i64),
    /// Opens the list of choices or variants.
    List,
    /// Makes an optional container be there, or adds an item or entry.
    Add,
    /// Goes on to the next of what the field can be: left out, null, a value.
    Chip,
    /// Shows or hides a secret.
    Reveal,
    /// Fills in a new UUID.
    Generate,
    /// Asks for a file.
    Load,
    /// Answers whether pasted lines are items.
    Paste(bool),
    /// Presses this button below the fields.
    Button(usize),
}

/// A piece of a line. Its text is sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub at: usize,
    pub text: String,
    pub role: Role,
    pub hit: Hit,
}

/// A row laid out: its lines, and where what is typed into goes.
#[derive(Debug, Clone, Default)]
pub struct Laid {
    pub lines: Vec<Vec<Span>>,
    /// Column and width of the line that is typed into, in the first line.
    pub field: Option<(usize, usize)>,
    /// The first line of the box that is typed into, and how many there are.
    pub boxed: Option<(usize, usize)>,
}

/// Where the columns are, relative to the left edge.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Where names may not go on.
    pub name_end: usize,
    /// Where types are; none when there is no room for them.
    pub kind: Option<usize>,
    pub kind_width: usize,
    /// Where widgets begin.
    pub widget: usize,
    /// How wide an input is, with its brackets.
    pub input: usize,
    /// Where everything ends.
    pub end: usize,
    /// Columns for the mark of what can be folded.
    fold: usize,
}

impl Columns {
    pub fn of(sheet: &Sheet, width: u16) -> Self {
        // The last column is kept for the marks of rows above and below.
        let end = usize::from(width).saturating_sub(1);
        let fold = if sheet.folds { 2 } else { 0 };
        let start = usize::from(GUTTER) + fold;
        let name = sheet.name.clamp(6, (end / 3).max(6));
        let name_end = start + name;
        let kind_width = sheet.kind.clamp(4, 12.min((end / 6).max(4)));
        let kind = (end >= 56).then_some(name_end + 2);
        let widget = kind.map_or(name_end + 2, |at| at + kind_width + 2).min(end);
        let rest = end - widget;
        Self {
            name_end,
            kind,
            kind_width,
            widget,
            input: (rest * 6 / 10).clamp(12, 60).min(rest),
            end,
            fold,
        }
    }

    /// Where the name of a row of this depth begins.
    pub fn name(self, depth: usize) -> usize {
        let most = self.name_end.saturating_sub(6);
        (usize::from(GUTTER) + self.fold + indent(depth)).min(most.max(usize::from(GUTTER)))
    }

    /// Where the fold mark of a row of this depth is.
    pub fn mark(self, depth: usize) -> usize {
        self.name(depth).saturating_sub(self.fold)
    }

    /// Where boxes begin: below the widgets, or further left where those have little room.
    pub fn box_at(self) -> usize {
        let roomy = self.end - self.widget >= 48;
        let at = if roomy { self.widget } else { 6 };
        at.clamp(2, self.end.max(2))
    }

    /// How wide boxes are.
    pub fn box_width(self) -> usize {
        self.end.saturating_sub(self.box_at()).min(100)
    }
}

/// Puts pieces beside each other, and never beyond the end of the line.
pub struct Writer<'a> {
    pub laid: &'a mut Laid,
    pub columns: Columns,
    /// Where the next piece goes.
    pub at: usize,
}

impl<'a> Writer<'a> {
    pub fn new(laid: &'a mut Laid, columns: Columns) -> Self {
        laid.lines.push(Vec::new());
        Self {
            laid,
            columns,
            at: columns.widget,
        }
    }

    /// Columns left on this line.
    pub fn room(&self) -> usize {
        self.columns.end.saturating_sub(self.at)
    }

    /// Writes where the last piece ended, cut with `…` at the end of the line.
    pub fn put(&mut self, text: &str, role: Role, hit: Hit) {
        let room = self.room();
        self.put_in(room, text, role, hit);
    }

    /// The same, in at most so many columns.
    pub fn put_in(&mut self, room: usize, text: &str, role: Role, hit: Hit) {
        let room = room.min(self.room());
        if room == 0 || text.is_empty() {
            return;
        }
        let text = text::fit(text, room).into_owned();
        let width = text::width(&text);
        let span = Span {
            at: self.at,
            text,
            role,
            hit,
        };
        if let Some(line) = self.laid.lines.last_mut() {
            line.push(span);
        }
        self.at += width;
    }

    /// Writes at a column.
    pub fn put_at(&mut self, at: usize, text: &str, role: Role, hit: Hit) {
        self.at = at;
        self.put(text, role, hit);
    }

    /// Leaves room.
    pub fn gap(&mut self, columns: usize) {
        self.at += columns;
    }

    /// Goes on in a new line, at a column.
    pub fn line(&mut self, at: usize) {
        self.laid.lines.push(Vec::new());
        self.at = at;
    }
}

/// Draws the pieces of a line.
pub fn draw(line: &[Span], area: Rect, buf: &mut Buffer, theme: &Theme) {
    for span in line {
        let room = usize::from(area.width).saturating_sub(span.at);
        if room > 0 {
            let x = area.x + span.at as u16;
            buf.set_stringn(x, area.y, &span.text, room, theme.style(span.role));
        }
    }
}

/// What is at a column of a line.
pub fn hit(line: &[Span], column: usize) -> Hit {
    line.iter()
        .find(|span| (span.at..span.at + text::width(&span.text)).contains(&column))
        .map_or(Hit::Focus, |span| span.hit)
}
