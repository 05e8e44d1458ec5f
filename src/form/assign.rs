//! Arguments given on a command line, `key=value` and `key:=json`, as the object that is sent.
//!
//! The schema decides what a text stands for; where it does not, a text is a string. Nothing is added (no defaults),
//! nothing reordered, no number respelled, and what `:=` or `--args` give is sent whatever the schema says.

use super::number::Decimal;
use super::schema::{self, Field, Kind};
use crate::json::{self, Value};

/// Why the arguments make no object. The message says what is wrong, [`AssignError::hint`] what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssignError {
    /// An argument without `=`, or without a name.
    #[error("`{argument}` is not an argument")]
    Form {
        /// The argument as given.
        argument: String,
    },
    /// The same name twice.
    #[error("argument `{name}` is given twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// Text that should be JSON and is not.
    #[error("argument `{name}` is not JSON: {problem}")]
    Json {
        /// The name.
        name: String,
        /// What is wrong, and where in the text.
        problem: json::Problem,
    },
    /// Text that is no answer to what the schema asks for.
    #[error("argument `{name}` must be {expected}, not `{found}`")]
    Expected {
        /// The name.
        name: String,
        /// What the schema asks for.
        expected: String,
        /// What was given.
        found: String,
    },
    /// Text that more than one value of an enum is written as.
    #[error("argument `{name}` could be {first} or {second}")]
    Ambiguous {
        /// The name.
        name: String,
        /// One of the values, as JSON.
        first: String,
        /// Another of the values, as JSON.
        second: String,
    },
    /// A name the schema neither names nor allows.
    #[error("there is no argument `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
        /// All names there are.
        known: Vec<String>,
    },
    /// `--args` is not JSON.
    #[error("--args is not JSON: {0}")]
    Args(json::Problem),
    /// `--args` is JSON, but not an object.
    #[error("--args must be a JSON object")]
    ArgsKind,
}

impl AssignError {
    /// What to do about it. `also` stands behind an argument that is to be sent as it is: what else that takes.
    pub fn hint(&self, also: &str) -> String {
        match self {
            Self::Form { .. } => {
                "write key=value, or key:=json for a value as JSON (count:=3, tags:='[\"a\"]')"
                    .to_owned()
            }
            Self::Twice { name } => format!("give `{name}` once; a list is {name}:='[…]'"),
            Self::Json { name, .. } => {
                format!("quote JSON for the shell: '{name}:={{\"a\": [1, 2]}}'")
            }
            Self::Expected { name, .. } => {
                format!("{name}:=JSON{also} sends any value as it is, checked by the server alone")
            }
            Self::Ambiguous {
                name,
                first,
                second,
            } => {
                format!("say which: '{name}:={first}' or '{name}:={second}'")
            }
            Self::Unknown {
                name,
                nearest: Some(nearest),
                ..
            } => {
                format!("did you mean `{nearest}`? {name}:=JSON{also} sends it anyway")
            }
            Self::Unknown { name, known, .. } if known.is_empty() => {
                format!("it takes no arguments; {name}:=JSON{also} sends it anyway")
            }
            Self::Unknown { name, known, .. } => {
                format!(
                    "it takes {}; {name}:=JSON{also} sends it anyway",
                    known.join(", ")
                )
            }
            Self::Args(_) => "quote the object for the shell: --args '{\"key\": 1}'".to_owned(),
            Self::ArgsKind => "for example --args '{\"key\": 1}'".to_owned(),
        }
    }
}

/// The object that `pairs` and `json` (the text of `--args`) make under `schema`, the raw `inputSchema`.
///
/// The members of `json` come first, in their order; a pair of the same name takes the member's place, other pairs
/// follow as given. A name is taken as it stands: `a.b=1` is the member `a.b`.
pub fn arguments(
    schema: &[u8],
    pairs: &[String],
    json: Option<&str>,
) -> Result<Value, AssignError> {
    let shape = schema::read(schema);
    let mut members = match json {
        None => Vec::new(),
        Some(text) => match Value::parse(text.as_bytes()).map_err(AssignError::Args)? {
            Value::Object(members) => members,
            _ => return Err(AssignError::ArgsKind),
        },
    };
    let mut given: Vec<&str> = Vec::new();
    for pair in pairs {
        let (name, value) = match pair.split_once('=') {
            None | Some(("" | ":", _)) => {
                return Err(AssignError::Form {
                    argument: pair.clone(),
                });
            }
            Some((name, text)) => match name.strip_suffix(':') {
                Some(name) => (name, parse(name, text)?),
                None => match shape.fields.iter().find(|field| field.name == name) {
                    Some(field) => (name, convert(field, text)?),
                    None if shape.open => (name, Value::String(text.to_owned())),
                    None => {
                        let known: Vec<String> = shape
                            .fields
                            .iter()
                            .map(|field| field.name.clone())
                            .collect();
                        return Err(AssignError::Unknown {
                            nearest: nearest(name, known.iter().map(String::as_str))
                                .map(str::to_owned),
                            name: name.to_owned(),
                            known,
                        });
                    }
                },
            },
        };
        if given.contains(&name) {
            return Err(AssignError::Twice {
                name: name.to_owned(),
            });
        }
        given.push(name);
        match members.iter().position(|(known, _)| known == name) {
            None => members.push((name.to_owned(), value)),
            Some(at) => {
                members[at].1 = value;
                let mut index = 0;
                members.retain(|(known, _)| {
                    index += 1;
                    known != name || index - 1 == at
                });
            }
        }
    }
    Ok(Value::Object(members))
}

fn parse(name: &str, text: &str) -> Result<Value, AssignError> {
    Value::parse(text.as_bytes()).map_err(|problem| AssignError::Json {
        name: name.to_owned(),
        problem,
    })
}

fn convert(field: &Field, text: &str) -> Result<Value, AssignError> {
    let expected = |expected: String| AssignError::Expected {
        name: field.name.clone(),
        expected,
        found: text.to_owned(),
    };
    match &field.kind {
        Kind::String(_) => Ok(Value::String(text.to_owned())),
        Kind::Number(_) => match Decimal::parse(text) {
            Some(_) => Ok(Value::Number(text.to_owned())),
            None => Err(expected("a number".to_owned())),
        },
        Kind::Integer(_) => match Decimal::parse(text) {
            Some(number) if number.is_whole() => Ok(Value::Number(text.to_owned())),
            _ => Err(expected("a whole number".to_owned())),
        },
        Kind::Boolean => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(expected("true or false".to_owned())),
        },
        Kind::Enum(choices) => {
            let mut fits = choices.iter().filter(|choice| choice.text() == text);
            match (fits.next(), fits.next()) {
                (Some(only), None) => Ok(only.value.clone()),
                (Some(first), Some(second)) => Err(AssignError::Ambiguous {
                    name: field.name.clone(),
                    first: first.value.to_string(),
                    second: second.value.to_string(),
                }),
                (None, _) => {
                    const SHOWN: usize = 12;
                    let mut names: Vec<String> = choices
                        .iter()
                        .take(SHOWN)
                        .map(schema::Choice::text)
                        .collect();
                    if choices.len() > SHOWN {
                        names.push(format!("… ({} in all)", choices.len()));
                    }
                    Err(expected(format!("one of {}", names.join(", "))))
                }
            }
        }
        Kind::Json(_) => Ok(Value::String(text.to_owned())),
        Kind::Union(union) if union.text => Ok(Value::String(text.to_owned())),
        Kind::Union(_) | Kind::Null | Kind::Set(_) | Kind::Array(_) | Kind::Object(_) => {
            parse(&field.name, text)
        }
    }
}

/// The name most like `name`, if one is near enough to be a slip of the finger.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many single-character edits lie between two names, a swap of neighbours being one; capitals do not count.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SCHEMA: &[u8] = br#"{"type":"object","additionalProperties":false,"properties":{
        "city":{"type":"string"},"count":{"type":"integer","minimum":1},"ratio":{"type":["number","null"]},
        "deep":{"type":"boolean"},"level":{"enum":[1,2,"high"]},"twin":{"enum":[1,"1"]},
        "tags":{"type":"array"},"any":{}}}"#;

    fn made(pairs: &[&str], json: Option<&str>) -> Result<String, AssignError> {
        let pairs: Vec<String> = pairs.iter().map(|&pair| pair.to_owned()).collect();
        arguments(SCHEMA, &pairs, json).map(|value| value.to_string())
    }

    #[test]
    fn the_schema_converts() {
        assert_eq!(
            made(
                &[
                    "level=2",
                    "city=5",
                    "count=1152921504606846976",
                    "ratio=1.0",
                    "deep=true",
                    "tags=[\"a\"]",
                    "any=7"
                ],
                None
            )
            .unwrap(),
            r#"{"level":2,"city":"5","count":1152921504606846976,"ratio":1.0,"deep":true,"tags":["a"],"any":"7"}"#
        );
        assert_eq!(made(&["city="], None).unwrap(), r#"{"city":""}"#);
        assert_eq!(
            made(&["city=a=b:=c"], None).unwrap(),
            r#"{"city":"a=b:=c"}"#
        );
        assert_eq!(made(&["count=1e400"], None).unwrap(), r#"{"count":1e400}"#);
        assert_eq!(made(&["level=high"], None).unwrap(), r#"{"level":"high"}"#);
    }

    #[test]
    fn raw_json_is_sent_as_it_is() {
        assert_eq!(
            made(
                &["count:=\"x\"", "ratio:=null", "ghost:={\"b\":1,\"a\":1.50}"],
                None
            )
            .unwrap(),
            r#"{"count":"x","ratio":null,"ghost":{"b":1,"a":1.50}}"#
        );
    }

    #[test]
    fn without_a_schema_texts_are_strings() {
        let pairs = ["n=5".to_owned(), "a.b=true".to_owned()];
        for schema in [&b""[..], b"{}", b"null", b"[1]"] {
            assert_eq!(
                arguments(schema, &pairs, None).unwrap().to_string(),
                r#"{"n":"5","a.b":"true"}"#
            );
        }
    }

    #[test]
    fn pairs_win_in_place() {
        assert_eq!(
            made(
                &["count=3", "city=Oslo"],
                Some(r#"{"z":1.0,"city":"x","city":"y","a":2}"#)
            )
            .unwrap(),
            r#"{"z":1.0,"city":"Oslo","a":2,"count":3}"#
        );
        assert_eq!(made(&[], None).unwrap(), "{}");
        assert_eq!(
            made(&[], Some(r#"{"a":1,"a":2}"#)).unwrap(),
            r#"{"a":1,"a":2}"#
        );
    }

    #[test]
    fn errors_say_what_was_expected_and_what_to_do() {
        let error = |pairs: &[&str], json| {
            let error = made(pairs, json).unwrap_err();
            format!("{error} | {}", error.hint(""))
        };
        for (pair, wanted) in [
            ("city", "`city` is not an argument | write key=value"),
            ("=x", "`=x` is not an argument | "),
            (":=1", "`:=1` is not an argument | "),
            (
                "count=five",
                "argument `count` must be a whole number, not `five` | count:=JSON",
            ),
            (
                "count=1.5",
                "argument `count` must be a whole number, not `1.5`",
            ),
            (
                "count=+1",
                "argument `count` must be a whole number, not `+1`",
            ),
            (
                "ratio=null",
                "argument `ratio` must be a number, not `null`",
            ),
            (
                "deep=yes",
                "argument `deep` must be true or false, not `yes`",
            ),
            (
                "level=3",
                "argument `level` must be one of 1, 2, high, not `3`",
            ),
            (
                "twin=1",
                "argument `twin` could be 1 or \"1\" | say which: 'twin:=1' or 'twin:=\"1\"'",
            ),
            ("tags=a,b", "argument `tags` is not JSON: "),
            ("tags:=[", "argument `tags` is not JSON: "),
            (
                "ctiy=x",
                "there is no argument `ctiy` | did you mean `city`?",
            ),
            (
                "zzzzz=x",
                "there is no argument `zzzzz` | it takes city, count, ",
            ),
        ] {
            let said = error(&[pair], None);
            assert!(said.starts_with(wanted), "{pair}: {said}");
        }
        assert!(
            error(&["city=a", "city=b"], None).starts_with("argument `city` is given twice | ")
        );
        assert!(error(&[], Some("[1]")).starts_with("--args must be a JSON object"));
        assert!(error(&[], Some("{a}")).starts_with("--args is not JSON: "));
    }

    proptest::proptest! {
        #[test]
        fn any_pairs_are_survived(pairs: Vec<String>, json: Option<String>) {
            let _ = arguments(SCHEMA, &pairs, json.as_deref());
        }
    }
}
