//! Whether a value is what a JSON Schema asks for, and in words of ours why not.
//!
//! Owns the full validation of arguments and structured results: [`Validator`] is compiled once a schema and kept,
//! [`Violation`] is one thing that is wrong, at the member it is about. What of a schema cannot be used is left out and
//! said in a remark; only what is no schema at all is a [`Refusal`]. It fetches nothing, whatever a `$ref` names, and
//! quotes no value of the instance: it may be a secret. Compiling is a worker's business, not the drawing thread's.

use std::fmt;

use crate::json::{self, Value};

mod branches;
mod compile;
mod convert;
mod fan;
mod order;
mod twin;
mod words;

pub use compile::unpercent;
pub use twin::{Twin, twin};

/// How many violations are told of one value.
pub const MOST: usize = 200;

/// The keyword of a violation that says something could not be judged, rather than that it is wrong.
pub const UNCHECKED: &str = "unchecked";

/// The variant somebody means at a `oneOf` or `anyOf`: from the pointer of the value and the schema pointer of the
/// keyword to the index of the variant. None where nobody chose.
pub type Chosen<'a> = &'a dyn Fn(&str, &str) -> Option<usize>;

/// A compiled schema. `Send` and `Sync`: keep it in an `Arc`.
pub struct Validator {
    compiled: jsonschema::Validator,
    schema: compile::Schema,
    remarks: Vec<String>,
}

/// Why a schema cannot be used at all, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where in the value: a JSON pointer (RFC 6901). A missing member is named itself, as is one that must not be.
    pub pointer: String,
    /// What is wrong, to stand right at the field: `must be 1 or more`.
    pub words: String,
    /// The keyword that says so, or [`UNCHECKED`].
    pub keyword: String,
    /// Where in the schema that keyword stands: a JSON pointer, behind any `$ref`.
    pub schema: String,
}

/// All that is to say of one value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong, in the order of the document; [`MOST`] at most.
    pub violations: Vec<Violation>,
    /// Whether there was more than that.
    pub more: bool,
    /// What was read in one of several ways: members that stand twice, halves of characters.
    pub remarks: Vec<String>,
}

/// The dialects that are known, without the `#` that some write behind them.
const DIALECTS: &[&str] = &[
    "://json-schema.org/draft-04/schema",
    "://json-schema.org/draft-06/schema",
    "://json-schema.org/draft-07/schema",
    "://json-schema.org/draft/2019-09/schema",
    "://json-schema.org/draft/2020-12/schema",
    "://json-schema.org/schema",
];

/// The dialect that a raw schema declares, and whether schemas can be checked in it.
pub fn dialect(schema: &[u8]) -> Option<(String, bool)> {
    let declared = json::string_at(schema, &["$schema"])?;
    let place = declared.strip_suffix('#').unwrap_or(&declared);
    let place = place.strip_prefix("http").unwrap_or(place);
    let place = place.strip_prefix('s').unwrap_or(place);
    let is_known = DIALECTS.contains(&place);
    Some((declared, is_known))
}

/// Whether a raw schema is valid in the dialect it declares, else (or where that is not known) in 2020-12.
///
/// # Errors
/// Where in the schema it is not, as a JSON pointer, and why.
pub fn is_schema(schema: &[u8]) -> Result<(), (String, String)> {
    let nowhere = |words: String| (String::new(), words);
    let value = Value::parse(schema).map_err(|problem| nowhere(problem.to_string()))?;
    let mut plain = convert::instance(&value).map_err(nowhere)?.value;
    if let (Some(object), Some((_, false))) = (plain.as_object_mut(), dialect(schema)) {
        object.remove("$schema");
    }
    // The other function that asks this panics where it does not know a dialect.
    match jsonschema::meta::options().validate(&plain) {
        Ok(()) => Ok(()),
        Err(error) => Err((error.instance_path().to_string(), error.to_string())),
    }
}

impl Validator {
    /// Compiles a raw schema. What cannot be used of it is left out, see [`remarks`](Self::remarks).
    pub fn compile(schema: &[u8]) -> Result<Self, Refusal> {
        let (compiled, schema, remarks) = compile::compile(schema)?;
        Ok(Self {
            compiled,
            schema,
            remarks,
        })
    }

    /// What of the schema is not checked, or was read otherwise than it is written, in words.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// What is wrong with `value`, in the order of the document; [`MOST`] at most.
    pub fn check(&self, value: &Value) -> Vec<Violation> {
        self.verdict(value, &|_, _| None).violations
    }

    /// The same for a raw text; what is no JSON is one violation, and remarks tell what a [`Value`] cannot show.
    pub fn check_text(&self, text: &[u8]) -> Verdict {
        match Value::parse(text) {
            Ok(value) => {
                let mut verdict = self.verdict(&value, &|_, _| None);
                if convert::has_lone_surrogate(text) {
                    verdict.remarks.push(
                        "holds half a character (a lone surrogate), checked as U+FFFD".into(),
                    );
                }
                verdict
            }
            Err(problem) => Verdict {
                violations: vec![Violation::unchecked("", &problem.to_string())],
                ..Verdict::default()
            },
        }
    }

    /// What is wrong with `value` when `chosen` says which variant of a `oneOf` or `anyOf` is meant: of that one the
    /// reasons are given. Where it says nothing, the nearest variant is told if there is one.
    pub fn verdict(&self, value: &Value, chosen: Chosen<'_>) -> Verdict {
        let converted = match convert::instance(value) {
            Ok(converted) => converted,
            Err(words) => {
                return Verdict {
                    violations: vec![Violation::unchecked("", &words)],
                    ..Verdict::default()
                };
            }
        };
        if fan::explodes(&self.schema.value, &converted.value) {
            return Verdict {
                violations: vec![Violation::unchecked(
                    "",
                    "the schema asks for the same checks over and over",
                )],
                ..Verdict::default()
            };
        }
        let told = |value: &serde_json::Value| {
            let words = words::Words {
                schema: &self.schema,
                root: value,
                chosen,
            };
            words.told(self.compiled.iter_errors(value), MOST * 2)
        };
        let mut violations = told(&converted.value);
        convert::judge_inexact(&converted, &mut violations, &told, &|at| {
            self.schema.number(at)
        });
        order::sort(&mut violations, value);
        let more = violations.len() > MOST;
        violations.truncate(MOST);
        Verdict {
            violations,
            more,
            remarks: converted.remarks,
        }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Validator")
            .field("remarks", &self.remarks)
            .finish_non_exhaustive()
    }
}

impl Violation {
    fn unchecked(pointer: &str, why: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            words: format!("cannot be checked: {why}"),
            keyword: UNCHECKED.to_owned(),
            schema: String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
