//! Paths of a filter: `$.params.arguments.city`, `$.result..id`, `$.result.content[*].text`. As JSONPath (RFC 9535)
//! writes them, without filters and slices; they are followed over raw bytes, and lead to any number of values.

use std::borrow::Cow;
use std::fmt;

use crate::json::{self, Kind};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// To a member.
    Member(String),
    /// To an item.
    Item(usize),
    /// To every member or item.
    Every,
    /// To this member, however deep.
    Deep(String),
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

/// Why a text is no path: where in it, and in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPath {
    /// In bytes of the text.
    pub at: usize,
    /// In words.
    pub what: &'static str,
}

/// The deepest that is looked into.
const DEEPEST: usize = 128;

impl Path {
    /// The path of these steps.
    pub fn of(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Reads the path at the beginning of `text`, and says where it ends.
    pub fn read(text: &str) -> Result<(Self, usize), NoPath> {
        let wrong = |at, what| Err(NoPath { at, what });
        if !text.starts_with('$') {
            return wrong(0, "a path starts with $");
        }
        let mut steps = Vec::new();
        let mut at = 1;
        loop {
            let rest = &text[at..];
            if let Some(after) = rest.strip_prefix("..") {
                let end = name_end(after);
                if end == 0 {
                    return wrong(text.len().min(at + 2), "a name is missing after ..");
                }
                steps.push(Step::Deep(after[..end].to_owned()));
                at += 2 + end;
            } else if let Some(after) = rest.strip_prefix('.') {
                if after.starts_with('*') {
                    steps.push(Step::Every);
                    at += 2;
                    continue;
                }
                let end = name_end(after);
                if end == 0 {
                    return wrong(text.len().min(at + 1), "a name is missing after .");
                }
                steps.push(Step::Member(after[..end].to_owned()));
                at += 1 + end;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let (step, length) = match bracket(inside) {
                    Ok(found) => found,
                    Err(what) => return wrong(at, what),
                };
                steps.push(step);
                at += 1 + length;
            } else {
                return Ok((Self { steps }, at));
            }
        }
    }

    /// The name every value it leads to stands under, if there is one: the last that is written.
    pub fn last_name(&self) -> Option<&str> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Member(name) | Step::Deep(name) => Some(name.as_str()),
            Step::Item(_) | Step::Every => None,
        })
    }

    /// Whether any value that it leads to is as `test` wants it. Of a batch, each message is a beginning.
    pub fn any(&self, body: &[u8], mut test: impl FnMut(&[u8]) -> bool) -> bool {
        if follow(&self.steps, body, 0, &mut test) {
            return true;
        }
        json::kind(body) == Kind::Array
            && json::elements(body).any(|message| follow(&self.steps, message, 0, &mut test))
    }
}

fn follow(steps: &[Step], value: &[u8], depth: usize, test: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return test(value);
    };
    if depth > DEEPEST {
        return false;
    }
    match step {
        Step::Member(name) => json::members(value)
            .filter(|(key, _)| key == name)
            .any(|(_, inner)| follow(rest, inner, depth + 1, test)),
        Step::Item(place) => json::elements(value)
            .nth(*place)
            .is_some_and(|inner| follow(rest, inner, depth + 1, test)),
        Step::Every => match json::kind(value) {
            Kind::Array => json::elements(value).any(|inner| follow(rest, inner, depth + 1, test)),
            _ => json::members(value).any(|(_, inner)| follow(rest, inner, depth + 1, test)),
        },
        Step::Deep(name) => match json::kind(value) {
            Kind::Array => json::elements(value).any(|inner| follow(steps, inner, depth + 1, test)),
            Kind::Object => json::members(value).any(|(key, inner)| {
                (key == *name && follow(rest, inner, depth + 1, test))
                    || follow(steps, inner, depth + 1, test)
            }),
            _ => false,
        },
    }
}

/// Where a name without quotes ends.
fn name_end(text: &str) -> usize {
    text.find(|letter: char| letter.is_whitespace() || ".[]=~<>:,()|\"*".contains(letter))
        .unwrap_or(text.len())
}

/// The step of `[…]`, and its length without the first bracket.
fn bracket(inside: &str) -> Result<(Step, usize), &'static str> {
    if let Some(quote @ ('\'' | '"')) = inside.chars().next() {
        let end = json::path::quoted_end(inside, quote).ok_or("the quote is not closed")?;
        if !inside[end..].starts_with(']') {
            return Err("a ] is missing");
        }
        let name = &inside[1..end - 1];
        let text = if quote == '"' {
            Cow::Borrowed(&inside[..end])
        } else {
            Cow::Owned(format!(
                "\"{}\"",
                name.replace("\\'", "'").replace('"', "\\\"")
            ))
        };
        let name = json::string(text.as_bytes()).unwrap_or_default();
        return Ok((Step::Member(name), end + 1));
    }
    let (place, _) = inside.split_once(']').ok_or("a ] is missing")?;
    if place == "*" {
        return Ok((Step::Every, 2));
    }
    let plain = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit());
    match place.parse() {
        Ok(number) if plain => Ok((Step::Item(number), place.len() + 1)),
        _ => Err("a whole number, * or a name in quotes is wanted in [ ]"),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("$")?;
        for step in &self.steps {
            match step {
                Step::Member(name) if !name.is_empty() && name_end(name) == name.len() => {
                    write!(out, ".{name}")?;
                }
                Step::Member(name) => write!(out, "[{}]", json::quote(name))?,
                Step::Item(place) => write!(out, "[{place}]")?,
                Step::Every => out.write_str("[*]")?,
                Step::Deep(name) => write!(out, "..{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let body =
            br#"{"params":{"a.b":1,"list":[{"id":"x"},{"id":"y","in":{"id":3}}],"id":null}}"#;
        for (path, expected) in [
            ("$.params.list[1].id", vec!["\"y\""]),
            ("$.params.list[*].id", vec!["\"x\"", "\"y\""]),
            ("$..id", vec!["\"x\"", "\"y\"", "3", "null"]),
            ("$.params['a.b']", vec!["1"]),
            ("$[\"params\"][\"a.b\"]", vec!["1"]),
            ("$.params.list..in.id", vec!["3"]),
            ("$.nope", vec![]),
        ] {
            let (read, end) = Path::read(path).unwrap();
            assert_eq!(end, path.len());
            let mut found = Vec::new();
            read.any(body, |value| {
                found.push(String::from_utf8_lossy(value).into_owned());
                false
            });
            assert_eq!(found, expected, "{path}");
            assert_eq!(Path::read(&read.to_string()).unwrap().0, read);
        }
        let batch = br#"[{"id":1},{"id":2}]"#;
        let id = Path::read("$.id").unwrap().0;
        assert!(id.any(batch, |value| value == b"2"));
    }

    #[test]
    fn what_is_no_path_is_said() {
        for (path, at, what) in [
            ("$.", 2, "a name is missing after ."),
            ("$..", 3, "a name is missing after .."),
            ("$.a[", 3, "a ] is missing"),
            ("$['a", 1, "the quote is not closed"),
            (
                "$[-1]",
                1,
                "a whole number, * or a name in quotes is wanted in [ ]",
            ),
        ] {
            assert_eq!(Path::read(path), Err(NoPath { at, what }), "{path}");
        }
        assert_eq!(Path::read("$.a=1").unwrap().1, 3);
    }

    #[test]
    fn depth_has_an_end() {
        let body = "[".repeat(100_000);
        assert!(
            !Path::read("$..id")
                .unwrap()
                .0
                .any(body.as_bytes(), |_| true)
        );
    }
}
