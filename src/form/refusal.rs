//! A server's refusal of arguments, mapped on the members it is about.
//!
//! Servers say `-32602`, or a result that is an error, in the words of whatever library checked the arguments. Each
//! way of saying it is one row of `FORMATS`. What does not map on a member that exists is not forced on one: the
//! text is shown anyway. Words are the server's, cut to a line, without the values some of them repeat.

use crate::json::{self, Value, pointer};

mod issues;
mod text;

/// How long the words for one member get, in characters.
const WORDS: usize = 300;

/// How many members one refusal names at most.
const MOST: usize = 64;

/// Whether a form has a member at this JSON pointer.
pub type Known<'a> = &'a dyn Fn(&str) -> bool;

/// What was refused, before it is understood.
struct Refused<'a> {
    /// All that was said.
    message: &'a str,
    /// `data` of the error, or JSON inside the message.
    json: Vec<Value>,
}

/// One thing somebody said of one place: the steps to it, and the words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Blame {
    path: Vec<String>,
    words: String,
}

type Reader = fn(&Refused<'_>) -> Vec<Blame>;

/// The ways refusals are worded, the surest first: the first that names a member is believed.
const FORMATS: &[(&str, Reader)] = &[
    (
        "issues in JSON: zod, ajv, JSON:API and the like",
        issues::read,
    ),
    ("pydantic's report", text::pydantic),
    ("words at the end of a line: `… at a.b[0]`", text::at_path),
    ("ajv's line: `data/a/0 must be number`", text::rooted),
    (
        "Python's jsonschema: `On instance['a'][0]`",
        text::on_instance,
    ),
    ("a name in quotes, or after the word field", text::quoted),
];

/// The members a JSON-RPC error is about, from its raw `error` object, each with what is said of it.
pub fn of_error(error: &[u8], known: Known<'_>) -> Vec<(String, String)> {
    let message = json::string_at(error, &["message"]).unwrap_or_default();
    let data = json::get(error, &["data"]);
    read(&message, data, known)
}

/// The members the text of a failed result is about, each with what is said of it.
pub fn of_text(text: &str, known: Known<'_>) -> Vec<(String, String)> {
    read(text, None, known)
}

fn read(message: &str, data: Option<&[u8]>, known: Known<'_>) -> Vec<(String, String)> {
    let mut values: Vec<Value> = data
        .and_then(|data| Value::parse(data).ok())
        .into_iter()
        .collect();
    // `data` is often the message of the library as text.
    let inner = values
        .iter()
        .find_map(|value| value.as_str().map(str::to_owned));
    let mut messages = vec![message];
    messages.extend(inner.as_deref());
    values.extend(messages.iter().filter_map(|message| json_inside(message)));
    for (_, reader) in FORMATS {
        for message in &messages {
            let blames = reader(&Refused {
                message,
                json: values.clone(),
            });
            let mut found: Vec<(String, String)> = Vec::new();
            for blame in blames {
                if let Some(place) = settle(blame, known)
                    && !found.contains(&place)
                    && found.len() < MOST
                {
                    found.push(place);
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

/// Steps that name the envelope of arguments, not a member.
const ENVELOPES: &[&str] = &[
    "params",
    "arguments",
    "args",
    "input",
    "body",
    "data",
    "root",
    "$",
];

/// The deepest member that is known on the way to what is blamed. A step that is none (the name of a variant, say) is
/// left out; the steps beyond the last member stand before the words.
fn settle(blame: Blame, known: Known<'_>) -> Option<(String, String)> {
    let mut at = String::new();
    let mut beyond: Vec<&str> = Vec::new();
    for step in &blame.path {
        let next = pointer::below(&at, step);
        if known(&next) {
            at = next;
            beyond.clear();
        } else if at.is_empty() && !ENVELOPES.contains(&step.as_str()) {
            return None;
        } else if !at.is_empty() {
            beyond.push(step);
        }
    }
    if at.is_empty() {
        return None;
    }
    let words = one_line(&blame.words);
    let words = if beyond.is_empty() {
        words
    } else {
        format!("{}: {words}", beyond.join("."))
    };
    Some((at, words))
}

/// The first line, cut, and without white space around it.
fn one_line(words: &str) -> String {
    let line = words.trim().lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The JSON array or object that a text ends with.
fn json_inside(text: &str) -> Option<Value> {
    text.match_indices(['[', '{'])
        .take(8)
        .find_map(|(start, open)| {
            let close = if open == "[" { ']' } else { '}' };
            let end = text.rfind(close).filter(|end| *end > start)?;
            Value::parse(&text.as_bytes()[start..=end])
                .ok()
                .filter(|value| match value {
                    Value::Array(items) => items.iter().any(|item| item.as_object().is_some()),
                    _ => true,
                })
        })
}

/// `a.b[0]["c"]`, `a/b/0`, `/a/b/0` or `['a'][0]` taken apart.
fn steps(path: &str) -> Vec<String> {
    if path.contains('/') {
        return path
            .split('/')
            .filter(|step| !step.is_empty() && *step != "#")
            .map(pointer::unescape)
            .collect();
    }
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let quote = inside
                .chars()
                .next()
                .filter(|first| matches!(first, '\'' | '"'));
            let (step, after) = match quote {
                Some(quote) => inside[1..].split_once(quote).unwrap_or((&inside[1..], "")),
                None => inside.split_once(']').unwrap_or((inside, "")),
            };
            steps.push(step.to_owned());
            rest = after.trim_start_matches(']').trim_start_matches('.');
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(rest[..end].to_owned());
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
    }
    steps
}

#[cfg(test)]
mod tests;
