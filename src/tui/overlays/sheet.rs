//! A few lines to fill in, over the screen: the name of a session, a note, a time.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::panes::servers::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look};
use crate::tui::widgets::popup::{Place, Popup};

/// Columns of a field, where there is room.
const WIDTH: u16 = 60;
/// The same of one that proposes words with what they do.
const WIDE: u16 = 96;

/// A line to fill in.
#[derive(Debug, Clone)]
struct Field {
    label: Cow<'static, str>,
    input: LineInput,
    hint: Cow<'static, str>,
    /// It is not to be seen.
    hidden: bool,
    /// What it may begin with, and what that does: Tab completes it, what fits stands below.
    proposals: Vec<(String, String)>,
    /// Only these can be said; empty when anything can.
    options: Vec<String>,
    /// What it was filled with, and the same as it stands in one line.
    before: (String, String),
}

impl Field {
    /// What is filled in; what nobody touched keeps its line breaks.
    fn text(&self) -> String {
        let (before, in_line) = &self.before;
        if self.input.text() == in_line {
            before.clone()
        } else {
            self.input.text().trim().to_owned()
        }
    }
}

impl Field {
    /// Takes a key: text, or the next of the options.
    fn key(&mut self, key: KeyEvent) {
        let count = self.options.len();
        if count == 0 {
            self.input.key(key);
            return;
        }
        let at = self.options.iter();
        let at = at.clone().position(|option| option == self.input.text());
        let at = at.unwrap_or(0);
        let next = match key.code {
            KeyCode::Right | KeyCode::Char(' ') => (at + 1) % count,
            KeyCode::Left => (at + count - 1) % count,
            // A letter goes to the next that begins with it.
            KeyCode::Char(letter) => {
                let mut others = (1..=count).map(|step| (at + step) % count);
                let begins = |index: &usize| self.options[*index].starts_with(letter);
                others.find(begins).unwrap_or(at)
            }
            _ => at,
        };
        self.input = LineInput::new(self.options[next].clone());
    }
}

impl Field {
    /// The proposals that what is typed may become.
    fn fitting(&self) -> impl Iterator<Item = &(String, String)> {
        let text = self.input.text();
        // What follows the word is nobody's to propose.
        let word = text.split([':', '=']).next().unwrap_or_default().to_owned();
        let whole = word.len() < text.len();
        self.proposals.iter().filter(move |(proposal, _)| {
            if whole {
                *proposal == word
            } else {
                proposal.starts_with(&word)
            }
        })
    }

    /// Writes what all that fit have in common.
    fn complete(&mut self) {
        let mut fitting = self.fitting().map(|(proposal, _)| proposal.as_str());
        let Some(first) = fitting.next() else { return };
        let common = fitting.fold(first, |common, other| {
            let same = common.chars().zip(other.chars());
            let length = same
                .take_while(|(one, other)| one == other)
                .map(|(one, _)| one.len_utf8())
                .sum();
            &common[..length]
        });
        if common.len() > self.input.text().len() {
            self.input = LineInput::new(common.to_owned());
        }
    }
}

/// Lines of proposals at most.
const PROPOSED: usize = 13;

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// Nothing yet.
    Going,
    /// It was left.
    Left,
    /// It is to be kept.
    Kept,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Sheet {
    title: String,
    /// What Enter does from the last line, in a word or two.
    does: &'static str,
    fields: Vec<Field>,
    at: usize,
    /// What was wrong with it when it was last to be kept.
    problem: String,
}

impl Sheet {
    /// An empty one; the title must be sanitised. `does` is what becomes of it in the end, as in `send again`.
    pub fn new(title: impl Into<String>, does: &'static str) -> Self {
        Self {
            title: title.into(),
            does,
            fields: Vec::new(),
            at: 0,
            problem: String::new(),
        }
    }

    /// With one more line, its text, and what is said of it while it is empty.
    #[must_use]
    pub fn with(
        mut self,
        label: &'static str,
        text: &str,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        // One line each: a line break would be lost on the screen.
        let in_line: String = text.lines().collect::<Vec<_>>().join(" ");
        let input = LineInput::new(in_line.clone());
        self.fields.push(Field {
            label: label.into(),
            input,
            hint: hint.into(),
            hidden: false,
            proposals: Vec::new(),
            options: Vec::new(),
            before: (text.to_owned(), in_line),
        });
        self
    }

    /// With one more line that asks for something, and what is proposed there. Its label and hint must be sanitised. One
    /// with options is picked from them, one that is hidden shows dots.
    #[must_use]
    pub fn asking(
        mut self,
        label: String,
        hint: String,
        hidden: bool,
        options: Vec<String>,
        proposed: &str,
    ) -> Self {
        let own = options.iter().find(|option| *option == proposed);
        let first = match own.or(options.first()) {
            Some(option) => option.clone(),
            None => proposed.to_owned(),
        };
        self.fields.push(Field {
            label: label.into(),
            input: LineInput::new(first.clone()),
            hint: hint.into(),
            hidden,
            proposals: Vec::new(),
            options,
            before: (first.clone(), first),
        });
        self
    }

    /// With words that its last line may begin with, each with what it does.
    #[must_use]
    pub fn proposing(mut self, proposals: Vec<(String, String)>) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.proposals = proposals;
        }
        self
    }

    /// What stands below the lines: what may be typed, and what is wrong.
    fn below(&self, width: u16) -> Vec<(Role, String)> {
        let room = usize::from(width);
        let mut lines: Vec<(Role, String)> = Vec::new();
        if let Some(field) = self.fields.get(self.at) {
            let words = field.proposals.iter().map(|(word, _)| text::width(word));
            let widest = words.max().unwrap_or(0) + 2;
            let fitting = field.fitting().take(PROPOSED);
            lines.extend(fitting.map(|(word, what)| {
                let line = format!("{}{what}", text::pad(word, widest));
                (Role::TextMuted, text::fit(&line, room).into_owned())
            }));
        }
        let problem = wrap(&self.problem, room.max(1)).into_iter();
        let problem = problem.filter(|line| !line.is_empty());
        lines.extend(problem.map(|line| (Role::Error, line)));
        lines
    }

    /// What was filled in.
    pub fn texts(&self) -> Vec<String> {
        self.fields.iter().map(Field::text).collect()
    }

    /// It cannot be kept as it is. A problem that begins with the label of a line puts the caret there.
    pub fn refuse(&mut self, problem: String) {
        let of = |field: &Field| {
            problem
                .strip_prefix(&*field.label)
                .is_some_and(|rest| rest.starts_with(':'))
        };
        self.at = self.fields.iter().position(of).unwrap_or(self.at);
        self.problem = problem;
    }

    /// Takes a key. Enter goes to the next line, and keeps all of them from the last.
    pub fn key(&mut self, key: KeyEvent) -> Filled {
        match key.code {
            KeyCode::Esc => return Filled::Left,
            KeyCode::Enter if self.is_last() => return Filled::Kept,
            KeyCode::Tab if self.proposes() => {
                self.problem.clear();
                if let Some(field) = self.fields.get_mut(self.at) {
                    field.complete();
                }
            }
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down => {
                self.at = (self.at + 1) % self.fields.len().max(1);
            }
            KeyCode::BackTab | KeyCode::Up => {
                self.at =
                    (self.at + self.fields.len().saturating_sub(1)) % self.fields.len().max(1);
            }
            _ => {
                self.problem.clear();
                if let Some(field) = self.fields.get_mut(self.at) {
                    field.key(key);
                }
            }
        }
        Filled::Going
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        let pasted: String = pasted.lines().collect::<Vec<_>>().join(" ");
        if let Some(field) = self.fields.get_mut(self.at)
            && field.options.is_empty()
        {
            field.input.paste(&pasted);
        }
    }

    fn proposes(&self) -> bool {
        let field = self.fields.get(self.at);
        field.is_some_and(|field| !field.proposals.is_empty())
    }

    /// What keys do where the caret is.
    fn footer(&self) -> String {
        if self.proposes() && self.is_last() {
            format!("Tab completes  Enter {}  Esc cancels", self.does)
        } else if self.is_last() {
            format!("Enter {}  Esc cancels", self.does)
        } else {
            "Enter next line  Esc cancels".to_owned()
        }
    }

    fn is_last(&self) -> bool {
        self.at + 1 >= self.fields.len()
    }

    fn popup<'a>(&'a self, footer: &'a str, screen: Rect) -> Popup<'a> {
        let widest = if self.proposes() { WIDE } else { WIDTH };
        let width = widest.min(screen.width.saturating_sub(8));
        Popup {
            title: &self.title,
            footer,
            width,
            height: (self.fields.len() + self.below(width).len()) as u16,
            place: Place::Centre,
        }
    }

    fn labels(&self) -> u16 {
        let widest = self.fields.iter().map(|field| text::width(&field.label));
        widest.max().unwrap_or(0) as u16 + 2
    }

    /// Takes a click; beside the box it leaves it.
    pub fn click(&mut self, at: Position, screen: Rect) -> Filled {
        let footer = self.footer();
        let popup = self.popup(&footer, screen);
        let room = popup.room(screen);
        if !popup.area(screen).contains(at) {
            return Filled::Left;
        }
        let labels = self.labels();
        let row = at.y.checked_sub(room.y).map(usize::from);
        if let Some(row) = row.filter(|row| *row < self.fields.len()) {
            self.at = row;
            let column = at.x.saturating_sub(room.x + labels);
            self.fields[row]
                .input
                .click(column, room.width.saturating_sub(labels));
        }
        Filled::Going
    }

    /// Draws it; gives back where the caret is.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let footer = self.footer();
        let room = self.popup(&footer, screen).draw(screen, buf, theme);
        let labels = self.labels();
        let mut caret = room.as_position();
        for (index, (y, field)) in (room.y..room.bottom()).zip(&self.fields).enumerate() {
            let focused = index == self.at;
            let role = if focused {
                Role::Focus
            } else {
                Role::TextMuted
            };
            buf.set_stringn(
                room.x,
                y,
                &*field.label,
                usize::from(labels),
                theme.style(role),
            );
            let area = Rect {
                x: room.x + labels,
                y,
                width: room.width.saturating_sub(labels),
                height: 1,
            };
            let look = Look {
                placeholder: &field.hint,
                masked: field.hidden,
                ..Look::default()
            };
            let at = field.input.draw(look, area, buf, theme);
            if !field.options.is_empty() {
                let at = field.options.iter();
                let at = at.clone().position(|option| option == field.input.text());
                let count = field.options.len();
                let told = format!("‹ › {} of {count}", at.unwrap_or(0) + 1);
                let width = text::width(&told) as u16;
                let x = area.right().saturating_sub(width);
                let style = theme.style(Role::TextMuted);
                buf.set_stringn(x, y, told, usize::from(width), style);
            }
            if focused {
                caret = at;
            }
        }
        let below = room.y + self.fields.len() as u16;
        for (y, (role, line)) in (below..room.bottom()).zip(self.below(room.width)) {
            buf.set_stringn(room.x, y, line, usize::from(room.width), theme.style(role));
        }
        caret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_goes_to_the_line_that_is_wrong() {
        let mut sheet = Sheet::new("REPLAY", "send again")
            .with("server", "x", "")
            .with("speed", "none", "");
        sheet.key(KeyEvent::from(KeyCode::Tab));
        sheet.refuse("server: there is no such server".to_owned());
        sheet.key(KeyEvent::from(KeyCode::Char('!')));
        assert_eq!(sheet.texts(), ["x!", "none"]);
        // What names no line leaves it where it is.
        sheet.key(KeyEvent::from(KeyCode::Tab));
        sheet.refuse("servers are busy".to_owned());
        sheet.key(KeyEvent::from(KeyCode::Char('!')));
        assert_eq!(sheet.texts(), ["x!", "none!"]);
    }

    #[test]
    fn words_are_proposed_and_completed() {
        let proposals =
            ["delay", "drop", "duplicate"].map(|word| (word.to_owned(), "…".to_owned()));
        let mut sheet = Sheet::new("BREAK", "break")
            .with("fault", "", "")
            .proposing(proposals.to_vec());
        let mut press = |code| {
            sheet.key(KeyEvent::from(code));
            let lines = sheet.below(40).len();
            (sheet.texts().remove(0), lines)
        };
        assert_eq!(press(KeyCode::Tab), ("d".to_owned(), 3));
        assert_eq!(press(KeyCode::Char('u')), ("du".to_owned(), 1));
        assert_eq!(press(KeyCode::Tab), ("duplicate".to_owned(), 1));
        assert_eq!(press(KeyCode::Char('=')), ("duplicate=".to_owned(), 1));
        assert_eq!(press(KeyCode::Tab), ("duplicate=".to_owned(), 1));
        assert_eq!(press(KeyCode::Backspace), ("duplicate".to_owned(), 1));
        assert_eq!(press(KeyCode::Char('x')), ("duplicatex".to_owned(), 0));
        sheet.refuse("a sentence that is longer than the line".to_owned());
        assert_eq!(sheet.below(20).len(), 2);
    }

    #[test]
    fn several_lines_stay_several_unless_somebody_types_there() {
        let note = "first\nsecond";
        let mut sheet = Sheet::new("SESSION", "keep")
            .with("name", "bug-41", "")
            .with("note", note, "");
        sheet.key(KeyEvent::from(KeyCode::Char('0')));
        assert_eq!(sheet.texts(), ["bug-410", note]);
        assert_eq!(sheet.footer(), "Enter next line  Esc cancels");
        sheet.key(KeyEvent::from(KeyCode::Down));
        sheet.key(KeyEvent::from(KeyCode::Char('!')));
        assert_eq!(sheet.texts(), ["bug-410", "first second!"]);
        assert_eq!(sheet.footer(), "Enter keep  Esc cancels");
    }
}
