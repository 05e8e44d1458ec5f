//! From a raw schema to a compiled one. What the validator refuses is left out, keyword by keyword, and remarked on:
//! a server's slip in one place must not cost the checks everywhere else.

use std::collections::HashMap;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError};
use serde_json::Value as Plain;

use super::{Refusal, convert};
use crate::json::{Value, pointer};

/// How often a pattern may turn back before it counts as not answered: the worst one known takes 1.3 ms with it.
const BACKTRACKS: usize = 50_000;

/// How many keywords may be left out of a schema.
const LEFT_OUT: usize = 32;

/// How many schemas may apply to one value by way of `$ref`, `allOf` and the like.
const APPLIED: u64 = 100_000;

/// Keywords whose values are data, not schemas.
const DATA: &[&str] = &["const", "enum", "default", "examples", "example"];

/// A schema as it was compiled, to look up what a keyword says and stands beside.
pub struct Schema {
    /// Without what was left out.
    pub value: Plain,
    /// How numbers are spelled that 64 bits do not hold, by where they stand.
    spellings: HashMap<String, String>,
}

impl Schema {
    /// The number at `at` as the schema spells it, or the same number otherwise.
    pub fn number(&self, at: &str) -> Option<String> {
        if let Some(spelling) = self.spellings.get(at) {
            return Some(spelling.clone());
        }
        match self.value.pointer(at)? {
            Plain::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// Keywords with a schema for each name.
const MAPS: &[&str] = &[
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];

/// Keywords with a list of schemas, where one that allows everything changes nothing for the others.
const LISTS: &[&str] = &["allOf", "prefixItems", "items"];

/// Compiles; also gives the schema as it was compiled and what was left out.
pub fn compile(schema: &[u8]) -> Result<(jsonschema::Validator, Schema, Vec<String>), Refusal> {
    let parsed = Value::parse(schema)
        .map_err(|problem| Refusal(format!("the schema is not usable JSON: {problem}")))?;
    if !matches!(parsed, Value::Object(_) | Value::Bool(_)) {
        return Err(Refusal(
            "the schema is neither an object nor true or false".to_owned(),
        ));
    }
    let converted =
        convert::instance(&parsed).map_err(|words| Refusal(format!("the schema is {words}")))?;
    let mut remarks: Vec<String> = converted
        .remarks
        .iter()
        .map(|remark| format!("in the schema, {remark}"))
        .collect();
    let keyword = |at: &str| pointer::steps(at).last().unwrap_or_default().to_owned();
    remarks.extend(
        converted
            .inexact
            .iter()
            .filter(|(at, _)| !convert::NUMERIC.contains(&keyword(at).as_str()))
            .take(LEFT_OUT)
            .map(|(at, _)| {
                format!("the number at {at} of the schema is beyond f64, the nearest one is used")
            }),
    );
    let mut plain = converted.value;
    // A bound beyond 64 bits must not meet a value beyond them: the value is the larger one, and is judged by spelling.
    for (at, _) in converted
        .inexact
        .iter()
        .filter(|(at, _)| convert::NUMERIC.contains(&keyword(at).as_str()))
    {
        if let Some(bound) = plain.pointer_mut(at)
            && bound.as_f64().is_some_and(|bound| bound.abs() >= f64::MAX)
        {
            *bound = (bound.as_f64().unwrap_or_default().signum() * f64::MAX.next_down()).into();
        }
    }
    for _ in 0..=LEFT_OUT {
        if super::fan::fan_out(&plain) > APPLIED {
            return Err(Refusal(
                "the schema applies too many schemas to one value by way of $ref and allOf"
                    .to_owned(),
            ));
        }
        let built = jsonschema::options()
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS))
            .offline()
            .build(&plain);
        let error = match built {
            Ok(validator) => {
                let schema = Schema {
                    value: plain,
                    spellings: converted.inexact.into_iter().collect(),
                };
                return Ok((validator, schema, remarks));
            }
            Err(error) => error,
        };
        remarks.push(leave_out(&mut plain, &error)?);
    }
    Err(Refusal(format!(
        "more than {LEFT_OUT} keywords of the schema cannot be used"
    )))
}

/// Removes what the validator stumbled over and says so.
fn leave_out(schema: &mut Plain, error: &ValidationError<'_>) -> Result<String, Refusal> {
    if let ValidationErrorKind::Referencing(why) = error.kind() {
        return reference(schema, why);
    }
    let at = error.instance_path().as_str().to_owned();
    let why = match error.kind() {
        ValidationErrorKind::Format { format } if format == "regex" => {
            "is a pattern that cannot be read".to_owned()
        }
        ValidationErrorKind::Custom { message, .. } => short(message),
        _ => format!(
            "is not what JSON Schema allows there ({})",
            error.kind().keyword()
        ),
    };
    // A meta-schema may complain about a whole object; then what it holds cannot be told apart.
    if at.is_empty() || !remove(schema, &at) {
        return Err(Refusal(format!(
            "the schema is no JSON Schema: {}",
            short(&error.masked().to_string())
        )));
    }
    Ok(format!("{at} {why}: not checked"))
}

/// What of a schema's references or dialects cannot be followed, removed.
fn reference(schema: &mut Plain, why: &jsonschema::ReferencingError) -> Result<String, Refusal> {
    use jsonschema::ReferencingError as Error;
    let refused = |words: String| Err(Refusal(words));
    let (uri, fragment) = match why {
        Error::Unretrievable { uri, .. } => (Some(uri.clone()), None),
        Error::UnknownSpecification { specification } => (Some(specification.clone()), None),
        Error::CircularMetaschema { uri } => (Some(uri.clone()), None),
        Error::PointerToNowhere { pointer }
        | Error::InvalidPercentEncoding { pointer, .. }
        | Error::InvalidArrayIndex { pointer, .. } => (None, Some(pointer.clone())),
        Error::NoSuchAnchor { anchor } | Error::InvalidAnchor { anchor } => {
            (None, Some(anchor.clone()))
        }
        other @ Error::InvalidUri(_) => {
            return refused(format!(
                "the schema cannot be used: {}",
                short(&other.to_string())
            ));
        }
    };
    let names = |target: &str| {
        let (document, inside) = target.split_once('#').unwrap_or((target, ""));
        match (&uri, &fragment) {
            (Some(uri), _) => {
                let uri = uri.split('#').next().unwrap_or_default();
                !document.is_empty() && uri.ends_with(document.trim_start_matches(['.', '/']))
            }
            (None, Some(fragment)) => {
                inside.trim_start_matches('/') == fragment.trim_start_matches('/')
                    || unpercent(inside).trim_start_matches('/') == fragment.trim_start_matches('/')
            }
            (None, None) => false,
        }
    };
    let mut found = Vec::new();
    references(schema, "", &mut |at, keyword, target| {
        if names(target) {
            found.push((
                pointer::below(at, keyword),
                keyword.to_owned(),
                target.to_owned(),
            ));
        }
    });
    let Some((at, keyword, target)) = found.first().cloned() else {
        return refused(format!(
            "a reference of the schema leads nowhere: {}",
            short(&why.to_string())
        ));
    };
    for (at, ..) in &found {
        remove(schema, at);
    }
    let target = short(&target);
    Ok(match (keyword.as_str(), uri.is_some()) {
        ("$schema", _) => format!(
            "the dialect {target} is not known: read as {:?}",
            Draft::default()
        ),
        (_, true) => format!("{at} names {target}, which is not fetched: not checked"),
        (_, false) => format!("{at} names {target}, which the schema does not hold: not checked"),
    })
}

/// Calls `each` with every reference in the schema: where its object stands, the keyword, what it names.
fn references(schema: &Plain, at: &str, each: &mut dyn FnMut(&str, &str, &str)) {
    match schema {
        Plain::Object(members) => {
            for (name, value) in members {
                match value {
                    Plain::String(target)
                        if matches!(
                            name.as_str(),
                            "$ref" | "$dynamicRef" | "$recursiveRef" | "$schema"
                        ) =>
                    {
                        each(at, name, target);
                    }
                    _ if DATA.contains(&name.as_str()) => {}
                    value => references(value, &pointer::below(at, name), each),
                }
            }
        }
        Plain::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(item, &format!("{at}/{index}"), each);
            }
        }
        _ => {}
    }
}

/// Removes what stands at `at`. Where a schema must stand, one that allows everything is put instead, so that what is
/// beside it keeps its meaning; another item of an array takes the array with it.
fn remove(schema: &mut Plain, at: &str) -> bool {
    let parent = pointer::parent(at);
    let last = |at: &str| pointer::unescape(pointer::steps(at).last().unwrap_or_default());
    let (name, owner) = (last(at), last(parent));
    match schema.pointer_mut(parent) {
        Some(Plain::Object(members)) if MAPS.contains(&owner.as_str()) => members
            .get_mut(&name)
            .map(|broken| *broken = Plain::Bool(true))
            .is_some(),
        Some(Plain::Object(members)) => members.shift_remove(&name).is_some(),
        Some(Plain::Array(items)) if LISTS.contains(&owner.as_str()) => name
            .parse::<usize>()
            .ok()
            .and_then(|index| items.get_mut(index))
            .map(|broken| *broken = Plain::Bool(true))
            .is_some(),
        Some(Plain::Array(_)) => remove(schema, parent),
        _ => false,
    }
}

/// A fragment of an address without its `%` signs.
pub fn unpercent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let decoded = (bytes[at] == b'%')
            .then(|| std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(decoded.unwrap_or(bytes[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Foreign words, kept to a line's length.
fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(120).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
