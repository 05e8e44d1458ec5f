//! jq filters over JSON (by jaq): what comes out, one text per output, and mistakes in words.
//!
//! A filter may be endless, and eat memory while it is: whoever runs one that somebody is still typing runs it in a
//! process of its own ([`VERB`]) that can be killed. No module is read from a file; that `env` is empty is for that
//! process to see to.

use std::fmt;

use jaq_core::load::{Arena, Error, File, Loader, lex, parse, span};
use jaq_core::{Compiler, Ctx, Vars, data};
use jaq_json::{Val, read};

/// The hidden verb under which this program is its own worker: the filter follows, the document comes on stdin.
pub const VERB: &str = "jq-worker";

/// Outputs it gives at most.
pub const MOST: usize = 1_000;

/// Why there is no answer, or no more of it. In words, not made safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The filter is not one.
    Filter(String),
    /// The document cannot be read by jq.
    Document(String),
    /// The filter failed, maybe after some outputs.
    Failed(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Filter(words) | Self::Document(words) | Self::Failed(words)) = self;
        f.write_str(words)
    }
}

/// What an answer is like beside its outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remarks {
    /// There were more outputs than [`MOST`].
    pub more: bool,
    /// The document as jq has read it has other numbers or members than it has in bytes.
    pub changed: bool,
}

/// Runs a filter over one JSON text. Each output, as JSON on one line, goes to `put` until that says false.
pub fn run(
    filter: &str,
    document: &[u8],
    mut put: impl FnMut(&str) -> bool,
) -> Result<Remarks, Problem> {
    let defs = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    let funs = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(defs)
        .load(
            &arena,
            File {
                code: filter,
                path: (),
            },
        )
        .map_err(|errors| {
            Problem::Filter(unread(filter, errors.into_iter().map(|(_, error)| error)))
        })?;
    let compiled = Compiler::default()
        .with_funs(funs)
        .compile(modules)
        .map_err(|errors| {
            let undefined = errors.into_iter().flat_map(|(_, errors)| errors);
            let words =
                undefined.map(|(name, what)| format!("there is no {} {name}", what.as_str()));
            Problem::Filter(first(words))
        })?;
    let input = read::parse_single(document)
        .map_err(|error| Problem::Document(format!("jq cannot read the document: {error}")))?;
    let mut remarks = Remarks {
        changed: literals(document) != literals(input.to_string().as_bytes()),
        more: false,
    };
    let ctx = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
    for (count, output) in compiled.id.run((ctx, input)).enumerate() {
        let output = match output {
            Ok(output) => output,
            Err(exception) => match exception.get_err() {
                Ok(error) => return Err(Problem::Failed(error.to_string())),
                // `halt` is an end like any other.
                Err(_) => break,
            },
        };
        if count == MOST {
            remarks.more = true;
            break;
        }
        if !put(&output.to_string()) {
            break;
        }
    }
    Ok(remarks)
}

fn unread<'a>(filter: &str, errors: impl Iterator<Item = Error<&'a str>>) -> String {
    let place = |found: &str| {
        let start = span(filter, found).start;
        let column = filter.get(..start).unwrap_or(filter).chars().count() + 1;
        match found.chars().next() {
            Some(_) => format!("found {} at column {column}", shortened(found)),
            None => "but it ends".to_owned(),
        }
    };
    first(errors.flat_map(|error| {
        match error {
            Error::Io(errors) => errors
                .into_iter()
                .map(|(name, _)| format!("there are no modules here: {name}"))
                .collect::<Vec<_>>(),
            Error::Lex(errors) => errors
                .into_iter()
                .map(|(expected, found): lex::Error<&str>| match expected {
                    // What is missing is missing at the end, wherever it was opened.
                    lex::Expect::Delim(open) => format!("{open} is not closed"),
                    other => format!("expected {}, {}", other.as_str(), place(found)),
                })
                .collect(),
            Error::Parse(errors) => errors
                .into_iter()
                .map(|(expected, found): parse::Error<&str>| {
                    format!("expected {}, {}", expected.as_str(), place(found))
                })
                .collect(),
        }
    }))
}

fn shortened(found: &str) -> String {
    const LONG: usize = 20;
    let short: String = found.chars().take(LONG).collect();
    let more = if short.len() < found.len() { "…" } else { "" };
    format!("{short}{more}")
}

fn first(mut words: impl Iterator<Item = String>) -> String {
    words
        .next()
        .unwrap_or_else(|| "this is no filter".to_owned())
}

/// The numbers and how many strings there are: what changes when numbers are read otherwise or members dropped.
fn literals(json: &[u8]) -> (Vec<&[u8]>, usize) {
    let (mut numbers, mut strings) = (Vec::new(), 0);
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => {
                strings += 1;
                while let Some(byte) = json.get(at) {
                    at += if *byte == b'\\' { 2 } else { 1 };
                    if *byte == b'"' {
                        break;
                    }
                }
            }
            b'-' | b'0'..=b'9' => {
                while matches!(
                    json.get(at),
                    Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')
                ) {
                    at += 1;
                }
                numbers.push(&json[start..at]);
            }
            _ => {}
        }
    }
    (numbers, strings)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::json::Value;
    use crate::json::steps::{self, Notation, Step};

    fn outputs(filter: &str, document: &str) -> Result<(Vec<String>, Remarks), Problem> {
        let mut outputs = Vec::new();
        let remarks = run(filter, document.as_bytes(), |output| {
            outputs.push(output.to_owned());
            true
        })?;
        Ok((outputs, remarks))
    }

    fn one(filter: &str, document: &str) -> String {
        outputs(filter, document).unwrap().0.join(" ")
    }

    #[test]
    fn filters_select_and_make() {
        let document = r#"{"a":[{"n":1,"s":"x"},{"n":2,"s":"yé"}],"b":null}"#;
        assert_eq!(one(".a[].n", document), "1 2");
        assert_eq!(
            one(".a | map(select(.s | test(\"^y\")))", document),
            r#"[{"n":2,"s":"yé"}]"#
        );
        assert_eq!(one("keys, (.a | length)", document), r#"["a","b"] 2"#);
        assert_eq!(one("empty", document), "");
        assert_eq!(one("1, halt, 2", document), "1");
        assert_eq!(one(".a[0] | {n: (.n + 0.5)}", document), r#"{"n":1.5}"#);
    }

    #[test]
    fn numbers_that_are_not_counted_with_keep_their_spelling() {
        let document = "[1.0,1152921504606846976,1e400,123456789012345678901234567890,-0.10]";
        let (out, remarks) = outputs(".", document).unwrap();
        assert_eq!(out, [document]);
        assert_eq!(remarks, Remarks::default());
        let (_, remarks) = outputs(".", "[-0]").unwrap();
        assert!(remarks.changed, "jq reads it as 0");
        let (out, remarks) = outputs(".", r#"{"a":1,"a":1}"#).unwrap();
        assert_eq!(out, [r#"{"a":1}"#]);
        assert!(remarks.changed, "a member is gone");
        let (_, remarks) = outputs(".", r#"{ "a" : "\"1\u0031\\" }"#).unwrap();
        assert!(!remarks.changed, "escapes are no change");
    }

    #[test]
    fn mistakes_are_told_in_words() {
        let filter = |filter: &str| match outputs(filter, "{}") {
            Err(Problem::Filter(words)) => words,
            other => panic!("{filter}: {other:?}"),
        };
        assert_eq!(filter(".a |"), "expected term, but it ends");
        assert_eq!(filter(".a é"), "expected token, found é at column 4");
        assert_eq!(filter("[.a"), "[ is not closed");
        assert_eq!(filter(".a ) b"), "expected token, found ) b at column 4");
        assert_eq!(filter("nosuch"), "there is no filter nosuch");
        assert_eq!(filter("$x"), "there is no variable $x");
        assert_eq!(filter("include \"m\"; ."), "there are no modules here: m");
        let failed = |filter| outputs(filter, "{\"a\":1}").unwrap_err();
        assert!(
            matches!(failed(".a.b"), Problem::Failed(words) if words.contains("cannot index 1")),
            "{:?}",
            failed(".a.b")
        );
        assert!(matches!(outputs(".", "{"), Err(Problem::Document(_))));
    }

    #[test]
    fn an_endless_filter_is_cut_off() {
        let (out, remarks) = outputs("repeat(.)", "1").unwrap();
        assert_eq!((out.len(), remarks.more), (MOST, true));
        let mut left = 3;
        let stopped = run("repeat(.)", b"1", |_| {
            left -= 1;
            left > 0
        });
        assert_eq!((stopped, left), (Ok(Remarks::default()), 0));
    }

    proptest! {
        #[test]
        fn a_path_written_for_jq_finds_its_value(names in prop::collection::vec(".{0,6}|\\PC{0,3}\\\\\\(\\PC{0,3}", 1..4), index in 0_usize..3) {
            let mut value = Value::Array(vec![Value::Null; index]);
            if let Value::Array(items) = &mut value {
                items.push(Value::from("here"));
            }
            let mut path = vec![Step::Index(index)];
            for name in names {
                value = Value::Object(vec![(name.clone(), value)]);
                path.insert(0, Step::Key(name));
            }
            let filter = steps::path(&path, Notation::Jq);
            prop_assert_eq!(one(&filter, &value.to_string()), "\"here\"", "{}", filter);
        }
    }
}
