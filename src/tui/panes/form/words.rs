//! Words about fields: what fits them, how a format is written, what a header says of its list.

use crate::form::schema::{Array, Extra, Field, Kind, Set};
use crate::form::{Form, NodeId};
use crate::text;

/// What fits a field, in words, as far as its type alone does not say.
pub fn rules(kind: &Kind) -> Option<String> {
    let parts: Vec<String> = match kind {
        Kind::String(rules) => {
            let length = bounds(rules.min, rules.max, "character");
            let pattern = rules.pattern.as_ref().map(|one| format!("like {one}"));
            let encoded = rules.base64.then(|| "base64".to_owned());
            [
                rules.format.clone(),
                rules.media.clone(),
                encoded,
                pattern,
                length,
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Kind::Number(range) | Kind::Integer(range) => {
            let bounds = match (&range.min, &range.max) {
                (Some(min), Some(max)) => Some(format!("{min} to {max}")),
                (Some(min), None) => Some(format!("{min} or more")),
                (None, Some(max)) => Some(format!("{max} or less")),
                (None, None) => None,
            };
            let word = |words: &str, bound: &Option<String>| {
                bound.as_ref().map(|bound| format!("{words} {bound}"))
            };
            [
                bounds,
                word("more than", &range.above),
                word("less than", &range.below),
                word("in steps of", &range.step),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Kind::Array(array) => bounds(array.min, array.max, "item").into_iter().collect(),
        Kind::Object(object) => bounds(object.min, object.max, "member")
            .into_iter()
            .collect(),
        Kind::Json(raw) => vec![format!("as JSON: {}", raw.why)],
        _ => Vec::new(),
    };
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn bounds(min: Option<u64>, max: Option<u64>, noun: &str) -> Option<String> {
    let of = |count: u64| text::plural(usize::try_from(count).unwrap_or(usize::MAX), noun);
    match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {}", of(min))),
        (Some(min), Some(max)) => Some(format!("{min} to {}", of(max))),
        (Some(min), None) => Some(format!("{} or more", of(min))),
        (None, Some(max)) => Some(format!("up to {}", of(max))),
        (None, None) => None,
    }
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
        Some("email" | "idn-email") => "name@example.com",
        Some("uri" | "url" | "iri") => "https://example.com/",
        Some("uri-reference" | "iri-reference") => "/path?query",
        Some("uri-template") => "/items/{id}",
        Some("uuid") => "00000000-0000-0000-0000-000000000000",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("hostname" | "idn-hostname") => "host.example.com",
        Some("json-pointer") => "/items/0",
        Some("regex") => "^[a-z]+$",
        _ => "",
    }
}

/// `2 items · string · unique · max 5`; sanitised.
pub fn list_header(array: &Array, count: usize) -> String {
    let mut parts = vec![text::plural(count, "item")];
    parts.extend(array.item.clone());
    if array.unique {
        parts.push("unique".to_owned());
    }
    match (array.min, array.max) {
        (Some(min), Some(max)) if min == max => parts.push(format!("exactly {min}")),
        (min, max) => {
            parts.extend(min.filter(|min| *min > 0).map(|min| format!("min {min}")));
            parts.extend(max.map(|max| format!("max {max}")));
        }
    }
    text::sanitize(&parts.join(" · ")).into_owned()
}

/// `1 entry · string → string`; sanitised.
pub fn map_header(form: &Form, id: NodeId) -> String {
    let Kind::Object(object) = form.node(id).kind() else {
        return String::new();
    };
    let count = match form.children(id).len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let of = match &object.extra {
        Extra::Typed(word) => format!(" · string → {word}"),
        _ => String::new(),
    };
    text::sanitize(&(count + &of)).into_owned()
}

/// `2 of 1–3 chosen`.
pub fn chosen(set: &Set, ticked: usize) -> String {
    let of = match (set.min.filter(|min| *min > 0), set.max) {
        (Some(min), Some(max)) if min == max => min.to_string(),
        (Some(min), Some(max)) => format!("{min}–{max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => set.choices.len().to_string(),
    };
    format!("{ticked} of {of} chosen")
}

/// The description on one line; sanitised.
pub fn description(field: &Field) -> Option<String> {
    let words: Vec<&str> = field.description.as_ref()?.split_whitespace().collect();
    let text = text::sanitize(&words.join(" ")).into_owned();
    (!text.is_empty()).then_some(text)
}
