//! One member of a form: its state, the text typed so far, and what goes on the wire.

use crate::form::flat::schema::{Field, Kind};
use crate::form::flat::{check, number, schema};
use crate::json::Value;

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not sent.
    Unset,
    /// Sent as `null`.
    Null,
    /// The schema's default; shown, and sent only where the schema requires the member or the form
    /// [sends defaults](super::Form::send_defaults).
    Default,
    /// Sent as it is.
    Value(Value),
}

/// Text as it was typed, where it differs from how the value would be written, or is no value yet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Draft {
    text: String,
    /// Why the text is no answer yet.
    fault: Option<String>,
}

/// One member of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub(super) field: Field,
    pub(super) state: State,
    draft: Option<Draft>,
    /// Whether the schema names the member.
    pub(super) known: bool,
}

impl Node {
    pub(super) fn new(field: Field, known: bool) -> Self {
        let state = match field.default {
            Some(_) => State::Default,
            None => State::Unset,
        };
        Self {
            field,
            state,
            draft: None,
            known,
        }
    }

    /// What the schema says about the member.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What the member is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether the schema names the member.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// The value shown: the one set, or the default while that stands.
    pub fn shown(&self) -> Option<&Value> {
        match &self.state {
            State::Unset => None,
            State::Null => Some(&Value::Null),
            State::Default => self.field.default.as_ref(),
            State::Value(value) => Some(value),
        }
    }

    /// What an input for the member holds: the text being typed, else the value, JSON unless it is a string that
    /// the field takes as text.
    pub fn text(&self) -> String {
        if let Some(draft) = &self.draft {
            return draft.text.clone();
        }
        match (&self.state, self.shown()) {
            (State::Null, _) | (_, None) => String::new(),
            (_, Some(value)) => match (&self.field.kind, value) {
                (Kind::Json(_), value) => value.pretty(),
                (_, value) => schema::plain(value),
            },
        }
    }

    /// The member as JSON text over several lines, for editing in place; empty when it is not set.
    pub fn json(&self) -> String {
        match (&self.draft, &self.field.kind) {
            (Some(draft), Kind::Json(_)) => draft.text.clone(),
            (Some(draft), _) if draft.fault.is_some() => draft.text.clone(),
            _ => self.shown().map(Value::pretty).unwrap_or_default(),
        }
    }

    /// Whether text was typed that is no answer yet, and so is not sent.
    pub fn is_unfinished(&self) -> bool {
        self.draft
            .as_ref()
            .is_some_and(|draft| draft.fault.is_some())
    }

    /// Which choice of an enum is shown.
    pub fn choice(&self) -> Option<usize> {
        let Kind::Enum(choices) = &self.field.kind else {
            return None;
        };
        let shown = self.shown()?;
        choices
            .iter()
            .position(|choice| choice.value == *shown)
            .or_else(|| {
                choices
                    .iter()
                    .position(|choice| check::same(&choice.value, shown))
            })
    }

    /// What the member puts on the wire.
    pub(super) fn wire(&self, defaults: bool) -> Option<&Value> {
        match self.state {
            State::Default if !self.field.required && !defaults => None,
            _ => self.shown(),
        }
    }

    pub(super) fn keep(&mut self, state: State) {
        self.state = state;
        self.draft = None;
    }

    fn unfinished(&mut self, text: &str, fault: String) {
        self.state = State::Unset;
        self.draft = Some(Draft {
            text: text.to_owned(),
            fault: Some(fault),
        });
    }

    pub(super) fn set_text(&mut self, text: &str) {
        // Text that only stands there (of a default, of a value of another type) was not typed.
        if text == self.text() {
            return;
        }
        match &self.field.kind {
            Kind::String(_) => {
                if text.is_empty() && !self.field.required {
                    self.keep(State::Unset);
                } else {
                    self.keep(State::Value(Value::String(text.to_owned())));
                }
            }
            Kind::Json(_) => self.set_json(text),
            _ if text.trim().is_empty() => self.keep(State::Unset),
            Kind::Number(_) | Kind::Integer(_) => {
                let number = text.trim();
                if number::is_json_number(number) {
                    self.keep(State::Value(Value::Number(number.to_owned())));
                } else {
                    self.unfinished(text, "not a number".to_owned());
                }
            }
            Kind::Boolean => match text.trim() {
                "true" => self.keep(State::Value(Value::Bool(true))),
                "false" => self.keep(State::Value(Value::Bool(false))),
                _ => self.unfinished(text, "must be true or false".to_owned()),
            },
            Kind::Enum(choices) => {
                match choices.iter().find(|choice| choice.text() == text.trim()) {
                    Some(choice) => self.keep(State::Value(choice.value.clone())),
                    None => self.unfinished(text, "not one of the choices".to_owned()),
                }
            }
        }
    }

    pub(super) fn set_json(&mut self, text: &str) {
        if text == self.json() {
            return;
        }
        if text.trim().is_empty() {
            self.keep(State::Unset);
            return;
        }
        match Value::parse(text.as_bytes()) {
            Ok(value) => {
                self.state = match value {
                    Value::Null => State::Null,
                    value => State::Value(value),
                };
                // The way it was laid out belongs to the user, so it is kept beside the value.
                self.draft = matches!(self.field.kind, Kind::Json(_)).then(|| Draft {
                    text: text.to_owned(),
                    fault: None,
                });
            }
            Err(problem) => self.unfinished(text, problem.to_string()),
        }
    }

    pub(super) fn problem(&self, open: bool) -> Option<String> {
        if let Some(fault) = self.draft.as_ref().and_then(|draft| draft.fault.as_ref()) {
            return Some(fault.clone());
        }
        if !self.known {
            return (!open && self.state != State::Unset)
                .then(|| "the schema allows no such member".to_owned());
        }
        match self.shown() {
            None => self.field.required.then(|| "required".to_owned()),
            Some(value) => check::fault(&self.field, value),
        }
    }
}
