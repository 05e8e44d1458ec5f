//! Whether a result's structured content and its text block hold the same data.
//!
//! A tool that returns structured content should return the same as serialised JSON in a text block (MCP 2025-06-18,
//! server/tools, "Structured Content"). Compared are data: order of members and spelling of numbers do not count.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::form::number::Decimal;
use crate::json::{self, Kind, pointer};

/// How deep two documents are compared.
const DEPTH: usize = 512;

/// What a text block is to the structured content beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twin {
    /// The same data.
    Same,
    /// The structured content has one member `result`, and that is what the text holds: so SDKs wrap plain values.
    Wrapped,
    /// Other data; where they part first, as a JSON pointer into the structured content.
    Different(String),
    /// The text is no JSON.
    NotJson,
}

/// Compares the raw `structuredContent` with the (decoded) text of a block.
pub fn twin(structured: &[u8], text: &[u8]) -> Twin {
    let mut members = json::members(structured);
    let wrapped = match (members.next(), members.next()) {
        (Some((name, value)), None) if name == "result" => Some(value),
        _ => None,
    };
    if json::check(text).is_err() {
        let plain = wrapped.and_then(json::text);
        return match plain {
            Some(plain) if plain.as_bytes() == text => Twin::Wrapped,
            _ => Twin::NotJson,
        };
    }
    if json::check(structured).is_err() {
        return Twin::Different(String::new());
    }
    let mut at = String::new();
    if same(structured, text, &mut at, 0) {
        return Twin::Same;
    }
    if let Some(value) = wrapped {
        let plain = json::text(value).is_some_and(|plain| plain.as_bytes() == text);
        if plain || same(value, text, &mut String::new(), 0) {
            return Twin::Wrapped;
        }
    }
    Twin::Different(at)
}

/// Whether two raw texts that passed the check hold the same data; leaves in `at` where they part.
fn same(left: &[u8], right: &[u8], at: &mut String, depth: usize) -> bool {
    let kind = json::kind(left);
    if kind != json::kind(right) || depth > DEPTH {
        return false;
    }
    let here = at.len();
    match kind {
        Kind::Object => {
            let theirs: HashMap<Cow<'_, str>, &[u8]> = json::members(right).collect();
            // Of members that stand twice the last one counts, on both sides.
            let mut ours: HashMap<Cow<'_, str>, &[u8]> = HashMap::new();
            let mut order = Vec::new();
            for (name, value) in json::members(left) {
                if ours.insert(name.clone(), value).is_none() {
                    order.push(name);
                }
            }
            for name in &order {
                at.push('/');
                at.push_str(&pointer::escape(name));
                match theirs.get(name) {
                    Some(other) if same(ours[name], other, at, depth + 1) => at.truncate(here),
                    _ => return false,
                }
            }
            ours.len() == theirs.len()
        }
        Kind::Array => {
            let (mut ours, mut theirs) = (json::elements(left), json::elements(right));
            let mut index = 0_usize;
            loop {
                match (ours.next(), theirs.next()) {
                    (None, None) => return true,
                    (Some(our), Some(their)) => {
                        at.push('/');
                        at.push_str(&index.to_string());
                        if !same(our, their, at, depth + 1) {
                            return false;
                        }
                        at.truncate(here);
                    }
                    _ => return false,
                }
                index += 1;
            }
        }
        Kind::String => json::text(left) == json::text(right),
        Kind::Number => {
            let number = |raw: &[u8]| {
                std::str::from_utf8(raw.trim_ascii())
                    .ok()
                    .and_then(Decimal::parse)
            };
            left.trim_ascii() == right.trim_ascii() || number(left) == number(right)
        }
        _ => left.trim_ascii() == right.trim_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Value;
    use crate::validity::tests::values;
    use proptest::prelude::*;

    #[test]
    fn twins() {
        let table: &[(&str, &str, Twin)] = &[
            (
                r#"{"a":1,"b":[2.0]}"#,
                r#"{ "b": [2], "a": 1e0 }"#,
                Twin::Same,
            ),
            (r#"{"a":"é"}"#, r#"{"a":"\u00e9"}"#, Twin::Same),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, Twin::Same),
            (
                r#"{"a":{"b/c":[1,2]}}"#,
                r#"{"a":{"b/c":[1,3]}}"#,
                Twin::Different("/a/b~1c/1".into()),
            ),
            (
                r#"{"a":1}"#,
                r#"{"a":1,"b":2}"#,
                Twin::Different(String::new()),
            ),
            (
                r#"{"a":[1]}"#,
                r#"{"a":[1,2]}"#,
                Twin::Different("/a".into()),
            ),
            (r#"{"a":1}"#, "12 degrees", Twin::NotJson),
            (r#"{"a":1}"#, r#"{"a":1"#, Twin::NotJson),
            (r#"{"result":"fine"}"#, "fine", Twin::Wrapped),
            (r#"{"result":"42"}"#, "42", Twin::Wrapped),
            (r#"{"result":[1]}"#, "[1.0]", Twin::Wrapped),
            (r#"{"result":[1]}"#, r#"{"result":[1]}"#, Twin::Same),
            (r#"{"result":[1]}"#, "[2]", Twin::Different(String::new())),
        ];
        for (structured, text, expected) in table {
            assert_eq!(
                twin(structured.as_bytes(), text.as_bytes()),
                *expected,
                "{structured} {text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_value_is_its_own_twin(value in values()) {
            let (compact, pretty) = (value.to_string(), value.pretty());
            prop_assert_eq!(twin(compact.as_bytes(), pretty.as_bytes()), Twin::Same);
        }

        #[test]
        fn another_value_is_none(value in values()) {
            let other = Value::Array(vec![value.clone()]);
            prop_assert!(matches!(
                twin(value.to_string().as_bytes(), other.to_string().as_bytes()),
                Twin::Different(_) | Twin::Wrapped
            ));
        }
    }
}
