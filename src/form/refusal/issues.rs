//! Refusals as JSON: lists of issues with a path and words, and objects from member to words.

use super::{Blame, Refused, steps};
use crate::json::Value;

/// What a library calls the path of an issue.
const PATHS: &[&str] = &[
    "path",
    "instancePath",
    "dataPath",
    "instance_path",
    "instanceLocation",
    "pointer",
    "loc",
    "location",
    "field",
    "property",
    "parameter",
    "param",
    "argument",
    // JSON:API, which puts a pointer inside.
    "source",
];

/// What a library calls the words.
const WORDS: &[&str] = &[
    "message",
    "msg",
    "reason",
    "detail",
    "description",
    "error",
    "title",
];

/// Members that hold one list or text of words for each member.
const MAPS: &[&str] = &["errors", "fieldErrors", "fields", "properties", "details"];

/// How deep issues are looked for.
const DEPTH: usize = 8;

/// All issues in what came as JSON.
pub fn read(refused: &Refused<'_>) -> Vec<Blame> {
    let mut found = Vec::new();
    for value in &refused.json {
        collect(value, refused.message, 0, &mut found);
    }
    found
}

fn collect(value: &Value, message: &str, depth: usize, found: &mut Vec<Blame>) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                collect(item, message, depth + 1, found);
            }
        }
        Value::Object(members) => {
            let path = PATHS.iter().find_map(|name| path(value.get(name)?));
            let before = found.len();
            if let Some(path) = path {
                issue(value, path, message, found);
            }
            // Inside an issue stand the branches of a union: they say the same less plainly.
            if found.len() > before {
                return;
            }
            for (name, value) in members {
                if MAPS.contains(&name.as_str()) {
                    map(value, found);
                }
                collect(value, message, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The steps of a path: an array of them, or one text.
fn path(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(steps(text.trim_start_matches('$'))),
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Some(text.clone()),
                Value::Number(index) => Some(index.clone()),
                // Standard Schema writes `{"key": …}`.
                object => object.get("key")?.as_str().map(str::to_owned),
            })
            .collect(),
        Value::Object(_) => path(value.get("pointer")?),
        _ => None,
    }
}

fn issue(value: &Value, path: Vec<String>, message: &str, found: &mut Vec<Blame>) {
    let words = WORDS
        .iter()
        .find_map(|name| value.get(name)?.as_str())
        .unwrap_or(message)
        .to_owned();
    // Some blame the object and name the member beside: zod's unknown keys, ajv's missing property.
    let params = value.get("params").unwrap_or(value);
    let mut named: Vec<String> = [
        "missingProperty",
        "additionalProperty",
        "unevaluatedProperty",
    ]
    .iter()
    .filter_map(|name| params.get(name)?.as_str())
    .map(str::to_owned)
    .collect();
    let keys = value
        .get("keys")
        .and_then(Value::as_array)
        .unwrap_or_default();
    named.extend(keys.iter().filter_map(Value::as_str).map(str::to_owned));
    if named.is_empty() {
        found.push(Blame { path, words });
        return;
    }
    for name in named {
        let mut path = path.clone();
        path.push(name);
        found.push(Blame {
            path,
            words: words.clone(),
        });
    }
}

/// `{"name": ["is too short"], "age": "must be a number"}`
fn map(value: &Value, found: &mut Vec<Blame>) {
    for (name, said) in value.as_object().unwrap_or_default() {
        let words = match said {
            Value::String(text) => Some(text.as_str()),
            Value::Array(items) => items.first().and_then(Value::as_str),
            _ => None,
        };
        if let Some(words) = words {
            found.push(Blame {
                path: steps(name),
                words: words.to_owned(),
            });
        }
    }
}
