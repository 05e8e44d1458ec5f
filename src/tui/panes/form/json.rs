//! All arguments as text, edited beside the fields: valid text becomes what the form holds, broken text changes
//! nothing and is kept.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::widget::{json_box, json_safe};
use super::{FormPane, FormReply, Mode};
use crate::json::{self, Value};
use crate::text;
use crate::tui::action::Action;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{Look, Reaction, TextBox};

/// Longer texts are read by others, when they are left: not at every key, and not on this thread.
pub const SMALL: usize = 64 << 10;

/// Why nothing can be typed into the text.
const WRITING: &str = "the arguments are being written as text: a moment";

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct JsonText {
    area: TextBox,
    /// What is wrong with the text.
    problem: Option<json::Problem>,
    /// The text was changed and not read since.
    unread: bool,
    /// It was left, and so is to be read.
    due: bool,
    /// What the form holds is to be written here, by others.
    stale: bool,
    /// Edits to the text.
    pub(super) typed: u64,
    /// The edit of the form the text shows; none before it was shown.
    shows: Option<u64>,
}

impl JsonText {
    /// Whether what is in the text is not what is in the form.
    pub fn is_broken(&self) -> bool {
        self.problem.is_some()
    }

    /// Whether the text is still to be read.
    pub(super) fn is_unread(&self) -> bool {
        self.unread
    }

    /// Whether it is to be read now.
    pub(super) fn is_due(&self) -> bool {
        self.unread && self.due
    }

    /// Whether it is to be written by others.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// The text as it stands.
    pub(super) fn text(&self) -> String {
        self.area.text()
    }

    /// The text whose layout is kept; none when nothing was shown before.
    pub(super) fn layout(&self) -> String {
        self.shows.map(|_| self.text()).unwrap_or_default()
    }

    /// Shows what the form holds as of an edit; the caret stays where it was.
    pub(super) fn show(&mut self, area: TextBox, revision: u64) {
        let (line, column) = match self.shows {
            Some(_) => self.area.place(),
            None => (1, 1),
        };
        self.area = area;
        self.area.go(line, column);
        self.shows = Some(revision);
        self.stale = false;
    }

    /// Drops the text: the form holds something else now.
    pub fn forget(&mut self) {
        let typed = self.typed + 1;
        *self = Self {
            typed,
            ..Self::default()
        };
    }

    /// Where it is wrong, in a few words.
    pub fn place(&self) -> Option<String> {
        let json::Problem { line, column, .. } = self.problem.as_ref()?;
        Some(format!("JSON has an error at {line}:{column}"))
    }

    /// What is wrong, in words.
    pub fn words(&self) -> Option<String> {
        let problem = self.problem.as_ref()?;
        let json::Problem {
            line, column, what, ..
        } = problem;
        let words = format!("JSON has an error at {line}:{column}: {what}; the form is as before");
        Some(text::sanitize(&words).into_owned())
    }
}

impl FormPane {
    /// Brings the text up to what the form holds; broken text is left alone. What is long is written by others.
    pub(super) fn sync_json(&mut self) {
        if self.json.is_broken() || self.json.unread || self.json.shows == Some(self.revision) {
            return;
        }
        let fresh = self.json.shows.is_none();
        let before = self.json.text();
        if self.is_big() || Self::is_long(&before) {
            self.json.stale = true;
            return;
        }
        let arguments = self.form.arguments();
        let same = Value::parse(before.as_bytes()).is_ok_and(|value| value == arguments);
        if same && !fresh {
            self.json.shows = Some(self.revision);
            return;
        }
        let after = if fresh || before.trim().is_empty() {
            arguments.pretty()
        } else {
            json::patch(&before, &arguments)
        };
        self.json.show(json_box(&after), self.revision);
    }

    /// The text is seen: it is to show what the form holds.
    pub fn show_text(&mut self) {
        self.sync_json();
    }

    /// Reads the text into the form, if it is JSON.
    fn read_json(&mut self) -> FormReply {
        let text = self.json.text();
        let blank = text.trim().is_empty();
        let loaded = self.form.load_json(if blank { "{}" } else { &text });
        self.settled(loaded);
        FormReply::Edited
    }

    /// The text was read: the form holds it, or it is broken.
    pub(super) fn settled(&mut self, loaded: Result<(), json::Problem>) {
        self.json.unread = false;
        self.json.due = false;
        match loaded {
            Ok(()) => {
                self.json.problem = None;
                self.revision += 1;
                // The text stays as it was typed.
                self.json.shows = Some(self.revision + 1);
                self.edited(true);
                self.json.shows = Some(self.revision);
            }
            Err(problem) => self.json.problem = Some(problem),
        }
    }

    /// The text of all arguments: as it was typed last if it is broken, else what the form holds.
    pub fn whole_text(&mut self) -> String {
        self.sync_json();
        if self.json.stale {
            // Nobody waits for an editor: the layout is ours then.
            return self.form.arguments().pretty();
        }
        self.json.text()
    }

    /// The text of all arguments as it was typed, if it is not what the form holds.
    pub fn broken_text(&self) -> Option<String> {
        (self.json.is_broken() || self.json.unread).then(|| self.json.text())
    }

    /// How often the text of all arguments was changed.
    pub fn text_edits(&self) -> u64 {
        self.json.typed
    }

    /// Takes the text of all arguments, layout and all. Broken text changes nothing in the form and stands in the text
    /// then; the error says what is wrong with it. Long text is read by others first.
    pub fn take_text(&mut self, text: &str) -> Result<(), String> {
        self.json.area = json_box(text);
        self.json.stale = false;
        self.json.typed += 1;
        if Self::is_long(text) {
            self.json.unread = true;
            self.json.due = true;
            return Ok(());
        }
        self.read_json();
        self.json.words().map_or(Ok(()), Err)
    }

    fn json_typed(&mut self) -> FormReply {
        self.json.typed += 1;
        if Self::is_long(&self.json.text()) {
            self.json.unread = true;
            self.json.due = false;
            return FormReply::Moved;
        }
        self.read_json()
    }

    /// Takes text that was typed but not read yet; before it is sent or left. Long text is read by others.
    pub fn settle_json(&mut self) {
        if !self.json.unread {
            return;
        }
        if Self::is_long(&self.json.text()) {
            self.json.due = true;
        } else {
            self.read_json();
        }
    }

    pub(super) fn json_key(&mut self, key: KeyEvent) -> FormReply {
        if key.code == KeyCode::Esc {
            self.mode = Mode::Navigation;
            self.settle_json();
            return FormReply::Moved;
        }
        if self.json.stale {
            return FormReply::Say(WRITING.to_owned());
        }
        match self.json.area.key(key) {
            Reaction::Ignored => FormReply::Ignored,
            Reaction::Moved => FormReply::Moved,
            Reaction::Edited => self.json_typed(),
        }
    }

    pub(super) fn json_paste(&mut self, pasted: &str) -> FormReply {
        if self.json.stale {
            return FormReply::Say(WRITING.to_owned());
        }
        self.json.area.paste(&json_safe(pasted));
        self.json_typed()
    }

    /// Actions on the text; none for those that are about the form as ever.
    pub(super) fn json_action(&mut self, action: Action) -> Option<FormReply> {
        let code = match action {
            Action::TypeIntoField => {
                self.mode = Mode::Typing;
                return Some(FormReply::Moved);
            }
            Action::Up => KeyCode::Up,
            Action::Down => KeyCode::Down,
            Action::Left | Action::PreviousOption => KeyCode::Left,
            Action::Right | Action::NextOption => KeyCode::Right,
            Action::PageUp => KeyCode::PageUp,
            Action::PageDown => KeyCode::PageDown,
            Action::Top => {
                self.json.area.go(1, 1);
                return Some(FormReply::Moved);
            }
            Action::Bottom => {
                self.json.area.go(usize::MAX, usize::MAX);
                return Some(FormReply::Moved);
            }
            Action::UndoEdit | Action::RedoEdit if self.json.is_broken() => {
                return Some(FormReply::Say(
                    "the text has an error; mend it, or change the form".to_owned(),
                ));
            }
            Action::NextProblem | Action::PreviousProblem if self.json.is_broken() => {
                let problem = self.json.problem.as_ref()?;
                self.json.area.go(problem.line, problem.column);
                return Some(FormReply::Moved);
            }
            Action::UndoEdit | Action::RedoEdit | Action::NextProblem | Action::PreviousProblem => {
                return None;
            }
            _ => return Some(FormReply::Ignored),
        };
        self.json.area.key(KeyEvent::from(code));
        Some(FormReply::Moved)
    }

    /// What is wrong with the text, in words; nothing where it is what the form holds.
    pub fn broken_words(&self) -> Option<String> {
        self.json.words()
    }

    /// Throws broken text away and shows what the form holds.
    pub fn drop_json(&mut self) {
        self.forget_text();
        self.sync_json();
    }

    /// A click into the text.
    pub fn click_json(&mut self, double: bool) -> FormReply {
        if double {
            self.mode = Mode::Typing;
        }
        FormReply::Moved
    }

    /// Draws the text, under what is wrong with it; returns where the hardware cursor belongs.
    pub fn draw_json(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        focused: bool,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let banner = u16::from(self.json.is_broken() && area.height > 1);
        if let (1, Some(words)) = (banner, self.json.words()) {
            let width = usize::from(area.width);
            let style = theme.style(Role::Error);
            buf.set_stringn(area.x, area.y, text::fit(&words, width), width, style);
        }
        let rest = Rect {
            y: area.y + banner,
            height: area.height - banner,
            ..area
        };
        let look = Look {
            invalid: self.json.is_broken(),
            placeholder: "{ … }",
            ..Look::default()
        };
        let caret = self.json.area.draw(look, rest, buf, theme);
        focused.then_some(caret)
    }
}
