//! How a node is edited: which widget is true to what it holds, and what goes into its box.

use std::fmt::Write as _;

use crate::form::schema::{Choice, Extra, Kind};
use crate::form::substitute::stands_for_a_value;
use crate::form::{Form, NodeId, State};
use crate::json::{self, Value};
use crate::text;
use crate::tui::widgets::input::TextBox;

/// How a node is shown and edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// One line of text.
    Line,
    /// Text over several lines.
    Lines,
    /// JSON over several lines.
    Json,
    /// Only `null`.
    Null,
    /// `[x] true`.
    Boolean,
    /// All choices in a row.
    Radios,
    /// One choice, and a list of the others.
    Drop,
    /// Boxes to tick.
    Ticks,
    /// How many are ticked, and a list to tick them in.
    TickList,
    /// A list of items.
    Array,
    /// Keys and values.
    Map,
    /// Named members.
    Object,
    /// One of several shapes.
    Union,
}

/// More choices than this are shown one at a time.
const RADIOS: usize = 4;
/// Radios take at most so many columns.
const RADIOS_WIDTH: usize = 56;
/// More boxes than this are ticked in a list.
const TICKS: usize = 16;

impl Widget {
    /// A value that the node's own widget cannot show truly (an array in a text field, say) is JSON.
    pub fn of(form: &Form, id: NodeId) -> Self {
        let node = form.node(id);
        let unfinished = node.is_unfinished();
        let kind = node.kind();
        if kind.is_container() {
            return match kind {
                _ if node.is_misfit() || unfinished => Self::Json,
                Kind::Array(_) => Self::Array,
                Kind::Object(object) if is_map(object) => Self::Map,
                Kind::Object(_) => Self::Object,
                _ => Self::Union,
            };
        }
        let shown = form.shown(id).filter(|value| *value != Value::Null);
        match (kind, shown) {
            (Kind::String(rules), None | Some(Value::String(_))) => {
                let text = form.text(id);
                // A box shows its text as it is, so text that must not be shown so stays on one line.
                let safe = !text.chars().any(|c| c != '\n' && text::is_unsafe(c));
                let long = rules.multiline || rules.media.is_some() || text.contains('\n');
                if safe && !node.field().secret && !rules.secret && !rules.base64 && long {
                    Self::Lines
                } else {
                    Self::Line
                }
            }
            (Kind::Number(_) | Kind::Integer(_), None | Some(Value::Number(_))) => Self::Line,
            // What it stands for is a number when it is sent.
            (Kind::Number(_) | Kind::Integer(_), Some(Value::String(text)))
                if stands_for_a_value(&text) =>
            {
                Self::Line
            }
            (Kind::Boolean, None | Some(Value::Bool(_))) if !unfinished => Self::Boolean,
            (Kind::Enum(choices), None) if !unfinished => Self::of_choices(choices),
            (Kind::Enum(choices), Some(_)) if !unfinished && form.choice(id).is_some() => {
                Self::of_choices(choices)
            }
            (Kind::Set(set), _) if !unfinished && form.ticked(id).is_some() => {
                if set.choices.len() > TICKS {
                    Self::TickList
                } else {
                    Self::Ticks
                }
            }
            (Kind::Null, None) if !unfinished => Self::Null,
            _ => Self::Json,
        }
    }

    fn of_choices(choices: &[Choice]) -> Self {
        let width: usize = choices
            .iter()
            .take(RADIOS)
            .map(|choice| text::width(&text::sanitize(&name_among(choice, choices))) + 6)
            .sum();
        if choices.len() <= RADIOS && width <= RADIOS_WIDTH {
            Self::Radios
        } else {
            Self::Drop
        }
    }

    /// Whether letters go into it.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Line | Self::Lines | Self::Json)
    }
}

/// Whether an object is keys and values rather than members one knows.
fn is_map(object: &crate::form::schema::Object) -> bool {
    object.is_map()
}

/// Whether an object takes members that the schema does not name.
pub fn takes_extra(form: &Form, id: NodeId) -> bool {
    matches!(form.node(id).kind(), Kind::Object(object) if object.extra != Extra::Refused)
}

/// What a choice is called: its title, else its value.
pub fn name_of(choice: &Choice) -> String {
    choice.title.clone().unwrap_or_else(|| choice.text())
}

/// The same of one among others: where texts stand beside other values, they are told by their quotes.
pub fn name_among(choice: &Choice, choices: &[Choice]) -> String {
    match &choice.value {
        Value::String(text) if choice.title.is_none() && mixes_types(choices) => json::quote(text),
        _ => name_of(choice),
    }
}

/// Whether there are texts and other values. That null is one of them makes none of the others unclear.
fn mixes_types(choices: &[Choice]) -> bool {
    let texts = choices
        .iter()
        .filter(|choice| matches!(choice.value, Value::String(_)));
    let nulls = choices.iter().filter(|choice| choice.value == Value::Null);
    let (texts, nulls) = (texts.count(), nulls.count());
    texts > 0 && texts + nulls < choices.len()
}

/// The value of a choice, where its name does not tell.
pub fn value_of(choice: &Choice) -> Option<String> {
    let value = choice.text();
    (choice.title.as_ref().is_some_and(|title| *title != value)).then_some(value)
}

/// Whether the text of a node must not be shown.
pub fn is_secret(form: &Form, id: NodeId) -> bool {
    let field = form.field(id);
    field.secret || matches!(&field.kind, Kind::String(text) if text.secret)
}

/// What a node shows when nothing is typed: one line, sanitised.
pub fn shown_text(form: &Form, id: NodeId) -> String {
    let node = form.node(id);
    let typed = matches!(
        node.kind(),
        Kind::String(_) | Kind::Number(_) | Kind::Integer(_)
    );
    let text = match (node.state(), form.shown(id)) {
        _ if node.is_unfinished() => form.text(id),
        (State::Null, _) | (_, None) => String::new(),
        (_, Some(Value::String(text))) if typed => text,
        // Laid-out JSON is shown on one line by what it means, not by its line ends.
        (_, Some(value)) => value.to_string(),
    };
    let most = text
        .char_indices()
        .nth(400)
        .map_or(text.len(), |(at, _)| at);
    text::sanitize(&text[..most]).into_owned()
}

/// A box for text, the caret at its end.
pub fn text_box(text: &str) -> TextBox {
    let mut area = TextBox::new(text);
    area.go(usize::MAX, usize::MAX);
    area
}

/// A box for JSON; characters that must not be shown as they are become escapes, which mean the same.
pub fn json_box(text: &str) -> TextBox {
    text_box(&json_safe(text))
}

/// JSON with characters that must not be shown as they are as escapes.
pub fn json_safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && text::is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(safe, "\\u{unit:04x}").expect("a String takes any text");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}
