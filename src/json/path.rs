//! JSONPath, as much of it as names one value: `$`, `.name`, `['name']`, `["name"]`, `[0]` (RFC 9535, singular queries).
//!
//! Reads paths and follows them. No wildcards, no filters, no counting from the end: whoever refers to a value means one.

use super::{Value, elements, members, string};

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// The way to one value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// Reads a path; words say what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text
            .strip_prefix('$')
            .ok_or_else(|| "a path starts with $".to_owned())?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = if let Some(name) = rest.strip_prefix('.') {
                let end = name.find(['.', '[']).unwrap_or(name.len());
                if end == 0 {
                    return Err("a name is missing after .".to_owned());
                }
                (Step::Member(name[..end].to_owned()), &name[end..])
            } else if let Some(inside) = rest.strip_prefix('[') {
                bracket(inside)?
            } else {
                return Err("expected . or [".to_owned());
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }

    /// The value at the end of the path; of members that stand twice the last.
    pub fn find<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(index) => value.as_array()?.get(*index),
        })
    }

    /// The raw value at the end of the path in raw JSON, which is not read further than it takes; of members that
    /// stand twice the last.
    pub fn find_in<'a>(&self, root: &'a [u8]) -> Option<&'a [u8]> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Member(name) => members(value)
                .filter(|(other, _)| other == name)
                .last()
                .map(|(_, value)| value),
            Step::Item(index) => elements(value).nth(*index),
        })
    }
}

/// What stands behind `[`, and what behind its `]`.
fn bracket(inside: &str) -> Result<(Step, &str), String> {
    let close = |after: &'_ str| after.starts_with(']');
    if let Some(quote @ ('\'' | '"')) = inside.chars().next() {
        let end = quoted_end(inside, quote).ok_or_else(|| "the quote is not closed".to_owned())?;
        let after = &inside[end..];
        if !close(after) {
            return Err("expected ]".to_owned());
        }
        let name = &inside[1..end - 1];
        let name = if quote == '\'' {
            string(format!("\"{}\"", requoted(name)).as_bytes())
        } else {
            string(&inside.as_bytes()[..end])
        };
        return Ok((Step::Member(name.unwrap_or_default()), &after[1..]));
    }
    let (index, after) = inside
        .split_once(']')
        .ok_or_else(|| "expected ]".to_owned())?;
    let plain = index.bytes().all(|byte| byte.is_ascii_digit());
    match index.parse() {
        Ok(index) if plain => Ok((Step::Item(index), after)),
        _ => Err("an index is a whole number from 0".to_owned()),
    }
}

/// The end of a quoted name that starts `text`, its closing quote included.
pub fn quoted_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            same if same == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The inside of single quotes as the inside of double ones.
fn requoted(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => match characters.next() {
                Some('\'') => out.push('\''),
                Some(other) => out.extend(['\\', other]),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::json::quote;
    use proptest::prelude::*;

    #[test]
    fn paths_find_one_value() {
        let root = Value::parse(
            br#"{"a":{"b-c":[1,1.50]},"it's":{"":"x"},"d.e":2,"a\"\\":3,"f":1,"f":2}"#,
        )
        .unwrap();
        let table = [
            ("$.a.b-c[1]", Some("1.50")),
            ("$['a'][\"b-c\"][0]", Some("1")),
            ("$['it\\'s']['']", Some("\"x\"")),
            ("$['d.e']", Some("2")),
            (r#"$["a\"\\"]"#, Some("3")),
            (r#"$['a"\\']"#, Some("3")),
            ("$.f", Some("2")),
            ("$.a[0]", None),
            ("$.a.b-c[2]", None),
            ("$.nope", None),
        ];
        for (path, expected) in table {
            let found = Path::parse(path).unwrap();
            assert_eq!(
                found.find(&root).map(Value::to_string).as_deref(),
                expected,
                "{path}"
            );
        }
        assert_eq!(Path::parse("$").unwrap().find(&root), Some(&root));
    }

    #[test]
    fn what_is_no_path_is_said() {
        let table = [
            ("", "a path starts with $"),
            ("a.b", "a path starts with $"),
            ("$a", "expected . or ["),
            ("$..a", "a name is missing after ."),
            ("$.", "a name is missing after ."),
            ("$[-1]", "an index is a whole number from 0"),
            ("$[+1]", "an index is a whole number from 0"),
            ("$[]", "an index is a whole number from 0"),
            ("$[1", "expected ]"),
            ("$['a'", "expected ]"),
            ("$['a", "the quote is not closed"),
        ];
        for (path, words) in table {
            assert_eq!(Path::parse(path), Err(words.to_owned()), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_found_in_quotes(name: String, text in "[$.\\[\\]'\"\\\\a0é]{0,10}") {
            let root = Value::Object(vec![(name.clone(), Value::Null)]);
            let path = Path::parse(&format!("$[{}]", quote(&name))).unwrap();
            prop_assert_eq!(path.find(&root), Some(&Value::Null));
            if let Ok(path) = Path::parse(&text) {
                let _ = path.find(&root);
            }
        }
    }
}
