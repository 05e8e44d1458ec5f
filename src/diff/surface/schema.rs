//! Two JSON Schemas against each other, keyword by keyword: does the second take more values than the first, or less?
//!
//! [`KEYWORDS`] says what each keyword does. What it does not know is unknown, never guessed.

use super::told;
use crate::diff::path::is_plain;
use crate::diff::report::{Told, Verdict};
use crate::form::number::Decimal;
use crate::json::{Value, quote};

/// Which way values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the server: it must go on taking what it took.
    In,
    /// From the server: it must not give what it did not give.
    Out,
}

/// What became of the values a schema takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    /// Fewer, or the same.
    Narrower,
    /// More, or the same.
    Wider,
    /// Some that were not, and not some that were.
    Other,
    /// The same.
    Words,
    /// It cannot be said.
    Unknown,
}

/// What a keyword does.
#[derive(Debug, Clone, Copy)]
enum Does {
    /// It is for people.
    Words,
    /// Lists what must be there.
    Required,
    /// Names types.
    Type,
    /// Lists values.
    Enum,
    /// Is the least: more is narrower.
    Least,
    /// Is the most: less is narrower.
    Most,
    /// Is one more condition, if it is there.
    Condition,
    /// `false` or a schema for what has no name.
    Rest,
    /// Is a condition when it is true.
    Flag,
    /// Is a schema.
    Schema,
    /// Holds properties by name.
    Properties,
    /// Is what a missing value counts as.
    Default,
}

/// Every keyword something is known of (JSON Schema 2020-12 and draft-07).
const KEYWORDS: &[(&str, Does)] = &[
    ("title", Does::Words),
    ("description", Does::Words),
    ("examples", Does::Words),
    ("$comment", Does::Words),
    ("deprecated", Does::Words),
    ("readOnly", Does::Words),
    ("writeOnly", Does::Words),
    ("required", Does::Required),
    ("type", Does::Type),
    ("enum", Does::Enum),
    ("minimum", Does::Least),
    ("exclusiveMinimum", Does::Least),
    ("minLength", Does::Least),
    ("minItems", Does::Least),
    ("minProperties", Does::Least),
    ("maximum", Does::Most),
    ("exclusiveMaximum", Does::Most),
    ("maxLength", Does::Most),
    ("maxItems", Does::Most),
    ("maxProperties", Does::Most),
    ("const", Does::Condition),
    ("pattern", Does::Condition),
    ("format", Does::Condition),
    ("multipleOf", Does::Condition),
    ("not", Does::Condition),
    ("propertyNames", Does::Schema),
    ("uniqueItems", Does::Flag),
    ("additionalProperties", Does::Rest),
    ("items", Does::Schema),
    ("properties", Does::Properties),
    ("default", Does::Default),
];

/// `path` and one more name.
pub fn below(path: &str, name: &str) -> String {
    if is_plain(name) {
        format!("{path}.{name}")
    } else {
        format!("{path}[{}]", quote(name))
    }
}

/// Tells what differs between two schemas, and what that means.
pub fn compare(a: &Value, b: &Value, way: Way, path: &str, changes: &mut Vec<Told>) {
    if a == b {
        return;
    }
    let (Some(mine), Some(theirs)) = (a.as_object(), b.as_object()) else {
        let shift = match (accepts(a), accepts(b)) {
            (_, Some(true)) | (Some(false), _) => Shift::Wider,
            (Some(true), _) | (_, Some(false)) => Shift::Narrower,
            _ => Shift::Unknown,
        };
        changes.push(judge(
            path.to_owned(),
            Some(a),
            Some(b),
            shift,
            way,
            "another schema",
        ));
        return;
    };
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in mine.iter().chain(theirs) {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        let (one, two) = (a.get(name), b.get(name));
        if one != two {
            keyword(name, (a, one), (b, two), way, path, changes);
        }
    }
}

/// Whether a schema takes everything, or nothing; none when it depends.
fn accepts(schema: &Value) -> Option<bool> {
    match schema {
        Value::Bool(all) => Some(*all),
        Value::Object(members) if members.is_empty() => Some(true),
        _ => None,
    }
}

/// One keyword that differs.
fn keyword(
    name: &str,
    (a, one): (&Value, Option<&Value>),
    (b, two): (&Value, Option<&Value>),
    way: Way,
    path: &str,
    changes: &mut Vec<Told>,
) {
    let at = below(path, name);
    let does = KEYWORDS.iter().find(|(known, _)| *known == name);
    let Some((_, does)) = does else {
        // Names of definitions mean nothing by themselves, what refers to them does; those are not followed.
        let why = "what this keyword changes is not known";
        changes.push(judge(at, one, two, Shift::Unknown, way, why));
        return;
    };
    let (shift, why) = match does {
        Does::Words => (Shift::Words, "words for people".to_owned()),
        Does::Default => (
            Shift::Unknown,
            "what is left out counts as something else".to_owned(),
        ),
        Does::Required => return required(one, two, way, &at, changes),
        Does::Properties => return properties((a, one), (b, two), way, &at, changes),
        Does::Type => types(one, two),
        Does::Enum => values(one, two),
        Does::Least => limit(one, two, true),
        Does::Most => limit(one, two, false),
        Does::Condition => match (one, two) {
            (None, _) => (Shift::Narrower, "a new condition".to_owned()),
            (_, None) => (Shift::Wider, "a condition less".to_owned()),
            _ if name == "const" => (Shift::Other, "another value".to_owned()),
            _ => (Shift::Unknown, "another condition".to_owned()),
        },
        Does::Flag => {
            let is = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or(false);
            match (is(one), is(two)) {
                (false, true) => (Shift::Narrower, "a new condition".to_owned()),
                (true, false) => (Shift::Wider, "a condition less".to_owned()),
                _ => (Shift::Words, "it says the same".to_owned()),
            }
        }
        Does::Rest | Does::Schema => {
            let everything = Value::Bool(true);
            let (one, two) = (one.unwrap_or(&everything), two.unwrap_or(&everything));
            // In draft-07 items may be a list of schemas.
            let schemas = [one, two]
                .iter()
                .all(|schema| !matches!(schema, Value::Array(_)));
            if schemas {
                // What some properties are not, depends on which are named.
                let named =
                    matches!(does, Does::Rest) && a.get("properties") != b.get("properties");
                if named && accepts(one).is_none_or(|_| accepts(two).is_none()) {
                    changes.push(judge(
                        at,
                        Some(one),
                        Some(two),
                        Shift::Unknown,
                        way,
                        "other names count",
                    ));
                    return;
                }
                return compare(one, two, way, &at, changes);
            }
            (Shift::Unknown, "another schema".to_owned())
        }
    };
    changes.push(judge(at, one, two, shift, way, &why));
}

/// A change with what it means for those who use the server.
fn judge(
    path: String,
    a: Option<&Value>,
    b: Option<&Value>,
    shift: Shift,
    way: Way,
    why: &str,
) -> Told {
    let verdict = match (shift, way) {
        (Shift::Words, _) | (Shift::Wider, Way::In) | (Shift::Narrower, Way::Out) => {
            Verdict::Compatible
        }
        (Shift::Other, _) | (Shift::Narrower, Way::In) | (Shift::Wider, Way::Out) => {
            Verdict::Breaking
        }
        (Shift::Unknown, _) => Verdict::Unknown,
    };
    let meaning = match (shift, way) {
        (Shift::Narrower, Way::In) => "; fewer arguments are taken",
        (Shift::Wider, Way::In) => "; more arguments are taken",
        (Shift::Narrower, Way::Out) => "; results say less than they might have",
        (Shift::Wider, Way::Out) => "; results may be what they never were",
        (Shift::Other, _) => "; what was right is not any more",
        _ => "",
    };
    told(path, a, b, verdict, format!("{why}{meaning}"))
}

fn names(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// Each name that came or went.
fn required(a: Option<&Value>, b: Option<&Value>, way: Way, at: &str, changes: &mut Vec<Told>) {
    let (mine, theirs) = (names(a), names(b));
    for name in mine.iter().filter(|name| !theirs.contains(name)) {
        let why = format!("{name} may be left out now");
        changes.push(judge(
            at.to_owned(),
            Some(name),
            None,
            Shift::Wider,
            way,
            &why,
        ));
    }
    for name in theirs.iter().filter(|name| !mine.contains(name)) {
        let why = format!("{name} is required now");
        changes.push(judge(
            at.to_owned(),
            None,
            Some(name),
            Shift::Narrower,
            way,
            &why,
        ));
    }
}

/// Each property that came, went, or is another.
fn properties(
    (a, mine): (&Value, Option<&Value>),
    (b, theirs): (&Value, Option<&Value>),
    way: Way,
    at: &str,
    changes: &mut Vec<Told>,
) {
    let members = |value: Option<&Value>| -> Vec<(String, Value)> {
        value
            .and_then(Value::as_object)
            .unwrap_or_default()
            .to_vec()
    };
    let closed = |schema: &Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, one) in members(mine) {
        let here = below(at, &name);
        match theirs.and_then(|theirs| theirs.get(&name)) {
            Some(two) => compare(&one, two, way, &here, changes),
            None => {
                let (verdict, why) = match way {
                    Way::In if closed(b) => (Verdict::Breaking, "this argument is refused now"),
                    Way::In => (Verdict::Breaking, "this argument is not known any more"),
                    Way::Out => (
                        Verdict::Breaking,
                        "this is not said to be in results any more",
                    ),
                };
                changes.push(told(here, Some(&one), None, verdict, why.to_owned()));
            }
        }
    }
    for (name, two) in members(theirs) {
        if mine.and_then(|mine| mine.get(&name)).is_some() {
            continue;
        }
        let here = below(at, &name);
        let (verdict, why) = match way {
            // Whether it must be there stands in `required`.
            Way::In if closed(a) || accepts(&two) == Some(true) => {
                (Verdict::Compatible, "a new argument")
            }
            Way::In => (
                Verdict::Unknown,
                "a new argument; what was taken under this name before is checked now",
            ),
            Way::Out if closed(a) => (
                Verdict::Breaking,
                "results may have this now, and were said not to",
            ),
            Way::Out
                if a.get("additionalProperties")
                    .is_none_or(|rest| accepts(rest) == Some(true)) =>
            {
                (Verdict::Compatible, "results may have this now")
            }
            Way::Out => (
                Verdict::Unknown,
                "results may have this now, of another schema",
            ),
        };
        changes.push(told(here, None, Some(&two), verdict, why.to_owned()));
    }
}

/// Whether all of `few` are among `many`.
fn within(few: &[&Value], many: &[&Value], covers: impl Fn(&Value, &Value) -> bool) -> bool {
    few.iter()
        .all(|one| many.iter().any(|other| covers(other, one)))
}

fn shift(wider: bool, narrower: bool) -> Shift {
    match (wider, narrower) {
        (true, true) => Shift::Words,
        (true, false) => Shift::Wider,
        (false, true) => Shift::Narrower,
        (false, false) => Shift::Other,
    }
}

fn types(a: Option<&Value>, b: Option<&Value>) -> (Shift, String) {
    if a.is_none() || b.is_none() {
        let shift = if b.is_none() {
            Shift::Wider
        } else {
            Shift::Narrower
        };
        return (shift, "any type, or some".to_owned());
    }
    let covers = |many: &Value, one: &Value| {
        many == one || (many.as_str() == Some("number") && one.as_str() == Some("integer"))
    };
    let (mine, theirs) = (names(a), names(b));
    let shift = shift(
        within(&mine, &theirs, covers),
        within(&theirs, &mine, covers),
    );
    (shift, "another type".to_owned())
}

fn values(a: Option<&Value>, b: Option<&Value>) -> (Shift, String) {
    if a.is_none() || b.is_none() {
        let shift = if b.is_none() {
            Shift::Wider
        } else {
            Shift::Narrower
        };
        return (shift, "any value, or some".to_owned());
    }
    let covers = |many: &Value, one: &Value| many == one;
    let (mine, theirs) = (names(a), names(b));
    let shift = shift(
        within(&mine, &theirs, covers),
        within(&theirs, &mine, covers),
    );
    let gone = mine.iter().filter(|one| !theirs.contains(one)).count();
    let new = theirs.iter().filter(|one| !mine.contains(one)).count();
    (shift, format!("{new} more and {gone} fewer values"))
}

fn limit(a: Option<&Value>, b: Option<&Value>, least: bool) -> (Shift, String) {
    let number = |value: Option<&Value>| match value {
        Some(Value::Number(spelling)) => Decimal::parse(spelling),
        _ => None,
    };
    let shift = match (a, b, number(a), number(b)) {
        (None, Some(_), _, Some(_)) => Shift::Narrower,
        (Some(_), None, Some(_), _) => Shift::Wider,
        (_, _, Some(one), Some(two)) if one == two => Shift::Words,
        (_, _, Some(one), Some(two)) => {
            if (two > one) == least {
                Shift::Narrower
            } else {
                Shift::Wider
            }
        }
        _ => Shift::Unknown,
    };
    (shift, "another limit".to_owned())
}
