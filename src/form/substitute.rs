//! References in arguments: `${env:NAME}` is a variable of the environment, `${last:$.path}` a value of the last result.
//!
//! Finds them in the strings of a value and puts values in their place. Where these come from is the caller's business;
//! nothing is looked up here, and no value ends up in an error. `$${` stands for `${`; other `${…}` are plain text.

use crate::json::path::{self, Path};
use crate::json::{Value, pointer};

/// One reference in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The string it stands in, as a JSON pointer.
    pub pointer: String,
    /// As it was written, `${` and `}` included.
    pub text: String,
    /// What it refers to.
    pub target: Target,
    /// Whether it is all of its string; then a value takes the string's place, with its type.
    pub whole: bool,
}

/// What a reference refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A variable of the environment, by name.
    Env(String),
    /// A value of the last result.
    Last(Path),
    /// Nothing: it is written wrongly, in the way these words say.
    Broken(String),
}

/// A reference without a value, and why, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The reference.
    pub reference: Reference,
    /// `the variable TOKEN is not set`
    pub words: String,
}

/// All references in the strings of a value, in order. Names of members hold none.
pub fn find(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    each_string(value, "", &mut |text, at| {
        for piece in Pieces::new(text, at) {
            if let Piece::Reference(reference) = piece {
                found.push(reference);
            }
        }
    });
    found
}

/// The value with all references replaced by what `lookup` has for them; else those it has nothing for.
///
/// A string that is one reference to the last result becomes the value it refers to, number spelling included. In the
/// midst of text, texts go in as they are and other values as JSON.
pub fn resolve(
    value: &Value,
    lookup: &dyn Fn(&Reference) -> Option<Value>,
) -> Result<Value, Vec<Missing>> {
    let mut missing = Vec::new();
    let resolved = resolved(value, "", lookup, &mut missing);
    if missing.is_empty() {
        Ok(resolved)
    } else {
        Err(missing)
    }
}

/// Whether a text is one reference to the last result and nothing else: a value of any type takes its place.
pub fn stands_for_a_value(text: &str) -> bool {
    if !text.starts_with("${last:") {
        return false;
    }
    let mut pieces = Pieces::new(text, "");
    matches!(
        pieces.next(),
        Some(Piece::Reference(Reference {
            target: Target::Last(_),
            whole: true,
            ..
        }))
    )
}

/// Text that stands for itself, whatever it looks like.
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

fn each_string(value: &Value, at: &str, each: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(text, at),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_string(item, &format!("{at}/{index}"), each);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                each_string(value, &pointer::below(at, name), each);
            }
        }
        _ => {}
    }
}

fn resolved(
    value: &Value,
    at: &str,
    lookup: &dyn Fn(&Reference) -> Option<Value>,
    missing: &mut Vec<Missing>,
) -> Value {
    match value {
        Value::String(text) => string(text, at, lookup, missing),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| resolved(item, &format!("{at}/{index}"), lookup, missing))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    let value = resolved(value, &pointer::below(at, name), lookup, missing);
                    (name.clone(), value)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

fn string(
    text: &str,
    at: &str,
    lookup: &dyn Fn(&Reference) -> Option<Value>,
    missing: &mut Vec<Missing>,
) -> Value {
    let mut out = String::with_capacity(text.len());
    for piece in Pieces::new(text, at) {
        let reference = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Reference(reference) => reference,
        };
        let value = match reference.target {
            Target::Broken(_) => None,
            _ => lookup(&reference),
        };
        match value {
            Some(value) if reference.whole && matches!(reference.target, Target::Last(_)) => {
                return value;
            }
            Some(Value::String(text)) => out.push_str(&text),
            Some(other) => out.push_str(&other.to_string()),
            None => missing.push(Missing {
                words: why(&reference),
                reference,
            }),
        }
    }
    Value::String(out)
}

fn why(reference: &Reference) -> String {
    match &reference.target {
        Target::Env(name) => format!("the variable {name} is not set"),
        Target::Last(_) => format!("the last result has nothing for {}", reference.text),
        Target::Broken(words) => format!("{}: {words}", reference.text),
    }
}

enum Piece<'a> {
    Text(&'a str),
    Reference(Reference),
}

/// A string taken apart into texts and references.
struct Pieces<'a> {
    text: &'a str,
    pointer: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str, pointer: &'a str) -> Self {
        Self {
            text,
            pointer,
            at: 0,
        }
    }

    fn reference(&self, start: usize) -> Option<(Reference, usize)> {
        let rest = &self.text[start..];
        let (kind, body) = rest.strip_prefix("${")?.split_once(':')?;
        let length = match kind {
            "env" => body
                .find(['}', '{', '$'])
                .filter(|end| body[*end..].starts_with('}'))?,
            "last" => path_end(body)?,
            _ => return None,
        };
        let target = match (kind, &body[..length]) {
            ("env", "") => Target::Broken("a name is missing".to_owned()),
            ("env", name) => Target::Env(name.to_owned()),
            (_, path) => Path::parse(path).map_or_else(Target::Broken, Target::Last),
        };
        let end = start + "${:".len() + kind.len() + length + 1;
        let reference = Reference {
            pointer: self.pointer.to_owned(),
            text: self.text[start..end].to_owned(),
            target,
            whole: start == 0 && end == self.text.len(),
        };
        Some((reference, end))
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = &self.text[start..];
        if rest.is_empty() {
            return None;
        }
        if let Some((reference, end)) = self.reference(start) {
            self.at = end;
            return Some(Piece::Reference(reference));
        }
        if rest.starts_with("$${") {
            self.at = start + 3;
            return Some(Piece::Text(&rest[1..3]));
        }
        // Up to where the next piece may start; the first character cannot start one.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let length = rest[first..]
            .find('$')
            .map_or(rest.len(), |next| first + next);
        self.at = start + length;
        Some(Piece::Text(&rest[..length]))
    }
}

/// Where the `}` stands that ends a path: not one inside a quoted name.
fn path_end(body: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + body[at..].find(['}', '[', '$'])?;
        match body.as_bytes()[found] {
            b'}' => return Some(found),
            b'[' => {
                let inside = &body[found + 1..];
                at = match inside.chars().next() {
                    Some(quote @ ('\'' | '"')) => {
                        found + 1 + path::quoted_end(inside, quote).unwrap_or(1)
                    }
                    _ => found + 1,
                };
            }
            _ => at = found + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const LAST: &str =
        r#"{"id":12345678901234567890123,"n":1.50,"s":"a\"b","l":[true,null],"o":{"}":"x"}}"#;

    fn lookup(reference: &Reference) -> Option<Value> {
        match &reference.target {
            Target::Env(name) => (name == "X").then(|| Value::String("ex".into())),
            Target::Last(path) => path.find(&Value::parse(LAST.as_bytes()).unwrap()).cloned(),
            Target::Broken(_) => None,
        }
    }

    fn one(text: &str) -> Result<String, Vec<String>> {
        resolve(&Value::String(text.into()), &lookup)
            .map(|value| value.to_string())
            .map_err(|missing| missing.into_iter().map(|missing| missing.words).collect())
    }

    #[test]
    fn references_are_replaced() {
        let table = [
            ("${env:X}", r#""ex""#),
            ("a ${env:X}${env:X} b", r#""a exex b""#),
            ("${last:$.id}", "12345678901234567890123"),
            ("${last:$.n}", "1.50"),
            ("n=${last:$.n}", r#""n=1.50""#),
            ("${last:$.s}", r#""a\"b""#),
            (" ${last:$.s}", r#"" a\"b""#),
            ("${last:$.l}", "[true,null]"),
            ("${last:$.l[1]}", "null"),
            ("l ${last:$.l}", r#""l [true,null]""#),
            ("${last:$.o['}']}", r#""x""#),
            (r#"${last:$.o["}"]}!"#, r#""x!""#),
            // Not ours, or not a reference.
            (
                "${foo} ${X} $X ${foo:bar} $",
                r#""${foo} ${X} $X ${foo:bar} $""#,
            ),
            ("${env:X", r#""${env:X""#),
            ("${env:${env:X}}", r#""${env:ex}""#),
            ("$${env:X}", r#""${env:X}""#),
            ("$$${env:X}", r#""$${env:X}""#),
            ("$${last:$.n} é ${env:X}", r#""${last:$.n} é ex""#),
            ("", r#""""#),
        ];
        for (text, expected) in table {
            assert_eq!(one(text), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named_without_values() {
        let table: &[(&str, &[&str])] = &[
            ("${env:NOPE} ${env:X}", &["the variable NOPE is not set"]),
            (
                "${last:$.nope}",
                &["the last result has nothing for ${last:$.nope}"],
            ),
            ("${last:nope}", &["${last:nope}: a path starts with $"]),
            (
                "${env:} ${last:$[x]}",
                &[
                    "${env:}: a name is missing",
                    "${last:$[x]}: an index is a whole number from 0",
                ],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(one(text).unwrap_err(), *expected, "{text}");
        }
    }

    #[test]
    fn references_say_where_they_stand() {
        let value =
            Value::parse(br#"{"${env:X}":1,"a/b":["x","${env:X}"],"c":"-${last:$.s}"}"#).unwrap();
        let found: Vec<(String, String, bool)> = find(&value)
            .into_iter()
            .map(|reference| (reference.pointer, reference.text, reference.whole))
            .collect();
        assert_eq!(
            found,
            [
                ("/a~1b/1".to_owned(), "${env:X}".to_owned(), true),
                ("/c".to_owned(), "${last:$.s}".to_owned(), false),
            ]
        );
        let resolved = resolve(&value, &lookup).unwrap();
        assert_eq!(
            resolved.to_string(),
            r#"{"${env:X}":1,"a/b":["x","ex"],"c":"-a\"b"}"#
        );
    }

    proptest! {
        #[test]
        fn what_is_escaped_stands_for_itself(text in "(\\$|\\{|\\}|env:|last:|X|\\$\\.n|a|é|\\['|'\\]){0,12}") {
            let value = Value::String(escaped(&text));
            prop_assert_eq!(find(&value), []);
            prop_assert_eq!(resolve(&value, &|_| None), Ok(Value::String(text)));
        }

        #[test]
        fn any_text_is_survived(text in "(\\$|\\{|\\}|\\$\\{env:|\\$\\{last:\\$|X|\\.n|a|é|\\['|'\\]){0,12}") {
            let value = Value::String(text.clone());
            let found = find(&value);
            // With every reference standing for its own text, nothing but escapes changes.
            let itself = resolve(&value, &|reference| Some(Value::String(reference.text.clone())));
            if found.iter().any(|reference| reference.text.contains("$${")) {
                prop_assert!(found.len() < text.len());
            } else if found.iter().all(|reference| !matches!(reference.target, Target::Broken(_))) {
                prop_assert_eq!(itself, Ok(Value::String(text.replace("$${", "${"))));
            } else {
                prop_assert!(itself.is_err());
            }
        }
    }
}
