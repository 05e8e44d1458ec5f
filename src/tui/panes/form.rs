//! The argument form on the screen: which field has the focus, and what is being typed into it.
//!
//! Owns focus, mode, caret and scroll over a [`Form`], which owns every value. While a field is typed into, letters
//! always type; everything that is not typing is a method, for an action to call. It sends nothing: what a key means
//! to others comes back as a [`FormReply`].

use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::form::flat::schema::Field;
use crate::form::flat::{Form, State};
use crate::json::{self, Value};
use crate::text;
use crate::tui::widgets::input::{LineInput, Reaction, TextBox};

mod draw;
mod line;
mod widget;

use widget::{Widget, json_box, rules, text_box};

/// Whether letters go into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Fields that take text are typed into.
    Typing,
    /// Keys are actions.
    Navigation,
}

/// What a key or an action did to the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormReply {
    /// Nothing: the key may mean something to somebody else.
    Ignored,
    /// Focus, mode or caret changed.
    Moved,
    /// What the form holds changed.
    Edited,
    /// The user asks to send what the form holds.
    Run,
}

/// Where the focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// On a member of the form, by its index.
    Node(usize),
    /// On the row of buttons below them.
    Run,
}

/// What is typed into.
#[derive(Debug, Clone)]
enum Input {
    /// One line of text, for strings and numbers.
    Line(LineInput),
    /// Text over several lines.
    Lines(TextBox),
    /// One member as JSON.
    Json(TextBox),
    /// All arguments as JSON.
    All(TextBox),
}

/// The form of one tool, prompt or template.
#[derive(Debug, Clone)]
pub struct FormPane {
    form: Form,
    focus: Focus,
    mode: Mode,
    input: Option<Input>,
    /// The line holds a default that nobody has touched: what is typed replaces it.
    over_default: bool,
    /// The text of all arguments as JSON, while it is broken.
    all: Option<(String, json::Problem)>,
    /// Rows hidden above; it follows the focus when the form is drawn.
    scroll: Cell<usize>,
}

/// Why an action on a field cannot run on the row of buttons.
const NO_FIELD: &str = "no field has the focus";

impl FormPane {
    /// A form with the caret in its first field, ready for letters; without fields, on its Run button.
    pub fn new(form: Form) -> Self {
        let mut pane = Self {
            focus: if form.nodes().is_empty() {
                Focus::Run
            } else {
                Focus::Node(0)
            },
            form,
            mode: Mode::Typing,
            input: None,
            over_default: false,
            all: None,
            scroll: Cell::new(0),
        };
        pane.open_input();
        pane
    }

    /// What the form holds.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The arguments as they would go on the wire.
    pub fn arguments(&self) -> Value {
        self.form.arguments()
    }

    /// Replaces what the form holds, as [`Form::load`] does; anything but an object changes nothing.
    pub fn load(&mut self, arguments: &Value) -> bool {
        let loaded = self.form.load(arguments);
        if loaded {
            self.all = None;
            self.refocus();
        }
        loaded
    }

    /// Whether fields are typed into, or keys are actions.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether letters go into the focused field now; choices and buttons leave them to actions in either mode.
    pub fn takes_letters(&self) -> bool {
        self.input.is_some()
    }

    /// Whether Enter makes a new line in the focused field rather than leaving it.
    pub fn takes_lines(&self) -> bool {
        matches!(
            &self.input,
            Some(Input::Lines(_) | Input::Json(_) | Input::All(_))
        )
    }

    /// Whether the Run button has the focus.
    pub fn on_run(&self) -> bool {
        self.focus == Focus::Run
    }

    /// The focused member.
    pub fn focused_field(&self) -> Option<&Field> {
        Some(self.form.nodes()[self.node().ok()?].field())
    }

    /// How many members have a problem, counting broken JSON of the whole form as one.
    pub fn problems(&self) -> usize {
        self.form.problems().len() + usize::from(self.all.is_some())
    }

    /// About the focused row in one line: what is wrong, what it means, what fits. Sanitised.
    pub fn hint(&self) -> Option<String> {
        let Ok(index) = self.node() else {
            if let Some((_, problem)) = &self.all {
                return Some(format!(
                    "JSON has an error: {problem}; the form is as before"
                ));
            }
            let list: Vec<String> = self
                .form
                .problems()
                .into_iter()
                .map(|(index, what)| format!("{}: {what}", self.form.nodes()[index].field().name))
                .collect();
            return (!list.is_empty()).then(|| text::sanitize(&list.join(" · ")).into_owned());
        };
        let field = self.form.nodes()[index].field();
        let mut parts = Vec::new();
        parts.extend(
            self.form
                .problem(index)
                .map(|problem| format!("✗ {problem}")),
        );
        parts.extend(field.title.clone());
        if let Some(description) = &field.description {
            let words: Vec<&str> = description.split_whitespace().collect();
            parts.push(words.join(" "));
        }
        parts.extend(rules(&field.kind));
        (!parts.is_empty()).then(|| text::sanitize(&parts.join(" · ")).into_owned())
    }

    // --- keys while typing ---

    /// Takes a key in typing mode; in navigation mode every key is for the actions, and ignored here.
    pub fn key(&mut self, key: KeyEvent) -> FormReply {
        if self.mode == Mode::Navigation || key.kind == KeyEventKind::Release {
            return FormReply::Ignored;
        }
        let held = KeyModifiers::ALT | KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Enter if key.modifiers.intersects(held) => FormReply::Run,
            KeyCode::Esc => {
                self.stop_typing();
                FormReply::Moved
            }
            KeyCode::Tab => self.next_field(),
            KeyCode::BackTab => self.previous_field(),
            _ if self.input.is_some() => self.type_key(key),
            KeyCode::Down => self.next_field(),
            KeyCode::Up => self.previous_field(),
            KeyCode::Enter if self.on_run() => FormReply::Run,
            KeyCode::Enter => self.next_field(),
            KeyCode::Right | KeyCode::Char(' ') => self.stepped(1),
            KeyCode::Left => self.stepped(-1),
            _ => FormReply::Ignored,
        }
    }

    fn type_key(&mut self, key: KeyEvent) -> FormReply {
        let leaves = key.code == KeyCode::Enter && self.enter_leaves();
        let held = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let types = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(held);
        let replaces = std::mem::take(&mut self.over_default) && types;
        let Some(input) = &mut self.input else {
            return FormReply::Ignored;
        };
        let reaction = match input {
            Input::Line(line) => match key.code {
                KeyCode::Enter | KeyCode::Down => return self.next_field(),
                KeyCode::Up => return self.previous_field(),
                _ => {
                    if replaces {
                        line.set("");
                    }
                    line.key(key)
                }
            },
            Input::Lines(area) | Input::Json(area) | Input::All(area) => {
                if leaves {
                    return self.next_field();
                }
                let before = area.place();
                let reaction = area.key(key);
                // At its first and last line a box hands the arrows on.
                match key.code {
                    KeyCode::Down if area.place() == before => return self.next_field(),
                    KeyCode::Up if area.place() == before => return self.previous_field(),
                    _ => reaction,
                }
            }
        };
        match reaction {
            Reaction::Ignored => FormReply::Ignored,
            Reaction::Moved => FormReply::Moved,
            Reaction::Edited => self.keep(),
        }
    }

    /// Enter leaves a box that is empty, or holds complete JSON with the caret behind it.
    fn enter_leaves(&self) -> bool {
        match &self.input {
            Some(Input::Lines(area)) => area.text().is_empty(),
            Some(Input::Json(area) | Input::All(area)) => {
                let text = area.text();
                let last = text.rsplit('\n').next().unwrap_or_default();
                let end = (area.lines(), last.chars().count() + 1);
                text.trim().is_empty()
                    || (area.place() == end && json::check(text.as_bytes()).is_ok())
            }
            _ => false,
        }
    }

    /// Takes pasted text: into what is typed, into a field that can be typed into, as the choice it names, or, on the
    /// Run button, as all arguments when it is a JSON object.
    pub fn paste(&mut self, pasted: &str) -> FormReply {
        if self.input.is_none() {
            self.mode = Mode::Typing;
            self.open_input();
        }
        match (&mut self.input, self.focus) {
            (Some(Input::Line(line)), _) => {
                if std::mem::take(&mut self.over_default) {
                    line.set("");
                }
                line.paste(pasted);
                let reply = self.keep();
                // What is more than a line now gets the room for it.
                if pasted.contains('\n') {
                    self.open_input();
                }
                reply
            }
            (Some(Input::Lines(area) | Input::Json(area) | Input::All(area)), _) => {
                area.paste(pasted);
                self.keep()
            }
            (None, Focus::Node(index)) => {
                self.form.set_text(index, pasted.trim());
                FormReply::Edited
            }
            (None, Focus::Run) => match self.form.load_json(pasted) {
                Ok(()) => FormReply::Edited,
                Err(_) => FormReply::Ignored,
            },
        }
    }

    /// Hands what is typed to the form.
    fn keep(&mut self) -> FormReply {
        match (&self.input, self.focus) {
            (Some(Input::Line(line)), Focus::Node(index)) => self.form.set_text(index, line.text()),
            (Some(Input::Lines(area)), Focus::Node(index)) => {
                self.form.set_text(index, &area.text());
            }
            (Some(Input::Json(area)), Focus::Node(index)) => {
                self.form.set_json(index, &area.text());
            }
            (Some(Input::All(area)), _) => {
                let text = area.text();
                let blank = text.trim().is_empty();
                let loaded = self.form.load_json(if blank { "{}" } else { &text });
                self.all = loaded.err().map(|problem| (text, problem));
            }
            _ => return FormReply::Ignored,
        }
        FormReply::Edited
    }

    // --- actions ---

    /// To the next field; after the last one the Run button. In typing mode the caret goes along.
    pub fn next_field(&mut self) -> FormReply {
        let to = match self.focus {
            Focus::Node(index) if index + 1 < self.form.nodes().len() => Focus::Node(index + 1),
            _ => Focus::Run,
        };
        self.go(to)
    }

    /// To the field before; from the Run button the last one.
    pub fn previous_field(&mut self) -> FormReply {
        let to = match self.focus {
            Focus::Node(index) => Some(index.saturating_sub(1)),
            Focus::Run => self.form.nodes().len().checked_sub(1),
        };
        self.go(to.map_or(Focus::Run, Focus::Node))
    }

    /// To the first field.
    pub fn first_field(&mut self) -> FormReply {
        self.go(if self.form.nodes().is_empty() {
            Focus::Run
        } else {
            Focus::Node(0)
        })
    }

    /// The caret in the first field, ready for letters, as when the form was new.
    pub fn enter(&mut self) -> FormReply {
        self.mode = Mode::Typing;
        self.input = None;
        self.first_field()
    }

    /// To the Run button.
    pub fn last_field(&mut self) -> FormReply {
        self.go(Focus::Run)
    }

    /// To the next field with a problem, round and round; the error says that there is none.
    pub fn next_problem(&mut self) -> Result<(), &'static str> {
        let problems = self.form.problems();
        let (first, _) = problems.first().ok_or("no field has a problem")?;
        let next = match self.focus {
            Focus::Node(here) => problems.iter().find(|(index, _)| *index > here),
            Focus::Run => None,
        };
        self.go(Focus::Node(next.map_or(*first, |(index, _)| *index)));
        Ok(())
    }

    fn go(&mut self, to: Focus) -> FormReply {
        if to != self.focus {
            self.focus = to;
            self.open_input();
        } else if !matches!(self.input, Some(Input::Line(_))) {
            // Out of a box: back to what the field usually is.
            self.open_input();
        }
        FormReply::Moved
    }

    /// Starts typing in the focused field; on a boolean or a choice, moves it on; on the Run button, runs.
    pub fn start_typing(&mut self) -> FormReply {
        if self.on_run() {
            return FormReply::Run;
        }
        self.mode = Mode::Typing;
        self.open_input();
        if self.input.is_some() {
            FormReply::Moved
        } else {
            self.stepped(1)
        }
    }

    /// Leaves typing for navigation; what was typed stays.
    pub fn stop_typing(&mut self) {
        self.mode = Mode::Navigation;
        self.input = None;
    }

    /// Leaves the focused member out.
    pub fn unset(&mut self) -> Result<(), &'static str> {
        let index = self.node()?;
        self.form.unset(index);
        self.refresh();
        Ok(())
    }

    /// Makes the focused member `null`.
    pub fn set_null(&mut self) -> Result<(), &'static str> {
        let index = self.node()?;
        self.form.set_null(index);
        self.refresh();
        Ok(())
    }

    /// Makes the focused member the empty value of its type; the error says why it cannot be.
    pub fn set_empty(&mut self) -> Result<(), &'static str> {
        let index = self.node()?;
        self.form.set_empty(index)?;
        self.refresh();
        Ok(())
    }

    /// Puts the focused member back to its default; the error says why it cannot be.
    pub fn set_default(&mut self) -> Result<(), &'static str> {
        let index = self.node()?;
        self.form.set_default(index)?;
        self.refresh();
        Ok(())
    }

    /// Moves the focused number by `times` steps, or to another option of a boolean or a choice.
    pub fn step(&mut self, times: i64) -> Result<(), &'static str> {
        let index = self.node()?;
        self.form.step(index, times)?;
        self.refresh();
        Ok(())
    }

    fn stepped(&mut self, times: i64) -> FormReply {
        match self.step(times) {
            Ok(()) => FormReply::Edited,
            Err(_) => FormReply::Ignored,
        }
    }

    /// Edits the focused member as JSON in place, whatever its kind; on the Run button, all arguments at once.
    pub fn edit_json_in_place(&mut self) {
        self.mode = Mode::Typing;
        self.input = Some(match self.focus {
            Focus::Node(index) => Input::Json(json_box(&self.form.nodes()[index].json())),
            Focus::Run => Input::All(match &self.all {
                Some((text, _)) => json_box(text),
                None => json_box(&self.form.arguments().pretty()),
            }),
        });
    }

    fn node(&self) -> Result<usize, &'static str> {
        match self.focus {
            Focus::Node(index) => Ok(index),
            Focus::Run => Err(NO_FIELD),
        }
    }

    /// After members came or went.
    fn refocus(&mut self) {
        if let Focus::Node(index) = self.focus
            && index >= self.form.nodes().len()
        {
            self.focus = Focus::Run;
        }
        self.open_input();
    }

    /// After an action changed the value below what is typed into.
    fn refresh(&mut self) {
        if self.input.is_some() {
            self.open_input();
        }
    }

    /// Opens the input that suits the focused field, in typing mode and if it takes text at all.
    fn open_input(&mut self) {
        self.over_default = self.mode == Mode::Typing
            && matches!(self.focus, Focus::Node(index)
                if self.form.nodes().get(index).is_some_and(|node| *node.state() == State::Default));
        self.input = match (self.mode, self.focus) {
            (Mode::Typing, Focus::Node(index)) => {
                let node = &self.form.nodes()[index];
                match Widget::of(&self.form, index) {
                    Widget::Line => Some(Input::Line(LineInput::new(node.text()))),
                    Widget::Lines => Some(Input::Lines(text_box(&node.text()))),
                    Widget::Json => Some(Input::Json(json_box(&node.json()))),
                    Widget::Boolean | Widget::Choices => None,
                }
            }
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests;
