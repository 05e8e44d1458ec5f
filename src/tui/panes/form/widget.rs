//! How a member is edited: which widget is true to its value, with what in it and what beside it in words.

use std::fmt::Write as _;

use crate::form::flat::Form;
use crate::form::flat::schema::{Field, Kind};
use crate::json::Value;
use crate::text;
use crate::tui::widgets::input::TextBox;

/// How a member is shown and edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    Line,
    Lines,
    Json,
    Boolean,
    Choices,
}

impl Widget {
    /// A value that the field's own widget cannot show truly (an array in a text field, say) is JSON.
    pub fn of(form: &Form, index: usize) -> Self {
        let node = &form.nodes()[index];
        let value = node.shown().filter(|value| **value != Value::Null);
        match (&node.field().kind, value) {
            (Kind::Json(_), _) => Self::Json,
            (Kind::String(rules), None | Some(Value::String(_))) => {
                let text = node.text();
                // A box shows its text as it is, so text that must not be shown so stays on one line.
                let safe = !text.chars().any(|c| c != '\n' && text::is_unsafe(c));
                if safe && !rules.secret && (rules.multiline || text.contains('\n')) {
                    Self::Lines
                } else {
                    Self::Line
                }
            }
            (Kind::Number(_) | Kind::Integer(_), None | Some(Value::Number(_))) => Self::Line,
            (Kind::Boolean, None | Some(Value::Bool(_))) if !node.is_unfinished() => Self::Boolean,
            (Kind::Enum(_), value)
                if !node.is_unfinished() && (value.is_none() || node.choice().is_some()) =>
            {
                Self::Choices
            }
            _ => Self::Json,
        }
    }
}

/// A box for text, the caret at its end.
pub fn text_box(text: &str) -> TextBox {
    let mut area = TextBox::new(text);
    area.go(usize::MAX, usize::MAX);
    area
}

/// A box for JSON; characters that must not be shown as they are become escapes, which mean the same.
pub fn json_box(text: &str) -> TextBox {
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
    text_box(&safe)
}

/// What fits a field, in words, as far as its type alone does not say.
pub fn rules(kind: &Kind) -> Option<String> {
    match kind {
        Kind::String(text) => {
            let length = match (text.min, text.max) {
                (Some(min), Some(max)) => Some(format!("{min} to {max} characters")),
                (Some(min), None) => Some(format!("{min} characters or more")),
                (None, Some(max)) => Some(format!("up to {max} characters")),
                (None, None) => None,
            };
            let parts: Vec<String> = [
                text.format.clone(),
                text.pattern
                    .as_ref()
                    .map(|pattern| format!("like {pattern}")),
                length,
            ]
            .into_iter()
            .flatten()
            .collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }
        Kind::Number(range) | Kind::Integer(range) => {
            let bounds = match (&range.min, &range.max) {
                (Some(min), Some(max)) => Some(format!("{min} to {max}")),
                (Some(min), None) => Some(format!("{min} or more")),
                (None, Some(max)) => Some(format!("{max} or less")),
                (None, None) => None,
            };
            let parts: Vec<String> = [
                bounds,
                range
                    .above
                    .as_ref()
                    .map(|bound| format!("more than {bound}")),
                range
                    .below
                    .as_ref()
                    .map(|bound| format!("less than {bound}")),
                range
                    .step
                    .as_ref()
                    .map(|step| format!("in steps of {step}")),
            ]
            .into_iter()
            .flatten()
            .collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }
        Kind::Json(raw) => Some(format!("as JSON: {}", raw.why)),
        Kind::Boolean | Kind::Enum(_) => None,
    }
}

/// Whether the text of a field must not be shown.
pub fn is_secret(field: &Field) -> bool {
    matches!(&field.kind, Kind::String(text) if text.secret)
}

/// What an empty input shows: how its format is written.
pub fn ghost(field: &Field) -> &'static str {
    let Kind::String(text) = &field.kind else {
        return "";
    };
    match text.format.as_deref() {
        Some("date-time") => "2026-11-20T14:02:00Z",
        Some("date") => "2026-11-20",
        Some("time") => "14:02:00Z",
        Some("duration") => "PT1H30M",
        Some("email") => "name@example.com",
        Some("uri" | "url") => "https://example.com/",
        Some("uuid") => "00000000-0000-0000-0000-000000000000",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("hostname") => "host.example.com",
        _ => "",
    }
}
