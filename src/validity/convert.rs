//! Our values as the validator takes them, and honesty about what is lost on the way: it knows numbers as 64 bits.
//!
//! Members that stand twice count once, the last one. A number that 64 bits do not hold is checked as the nearest
//! they do, bounds are judged again by its spelling, and where that cannot settle it the verdict says so.

use std::collections::HashMap;

use serde_json::{Map, Number, Value as Plain};

use super::Violation;
use crate::form::number::Decimal;
use crate::json::{Value, pointer};

/// Values and schemas deeper than this are not checked: the validator walks them on the stack.
pub const DEPTH: usize = 128;

/// How many numbers beyond 64 bits are looked at in one value.
const INEXACT: usize = 16;

/// Keywords that compare a number with theirs.
pub const NUMERIC: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// A value in the validator's terms.
pub struct Converted {
    /// The value.
    pub value: Plain,
    /// Numbers that are not quite what was written: where, and how they were written.
    pub inexact: Vec<(String, String)>,
    /// What was read in one of several ways.
    pub remarks: Vec<String>,
}

/// Converts a value; words when it is too deep.
pub fn instance(value: &Value) -> Result<Converted, String> {
    let mut converted = Converted {
        value: Plain::Null,
        inexact: Vec::new(),
        remarks: Vec::new(),
    };
    converted.value = converted.plain(value, "", 0)?;
    Ok(converted)
}

impl Converted {
    fn plain(&mut self, value: &Value, at: &str, depth: usize) -> Result<Plain, String> {
        if depth > DEPTH {
            return Err(format!("nested deeper than {DEPTH} levels"));
        }
        Ok(match value {
            Value::Null => Plain::Null,
            Value::Bool(value) => Plain::Bool(*value),
            Value::String(text) => Plain::String(text.clone()),
            Value::Number(spelling) => {
                let (number, exact) = number(spelling);
                if !exact {
                    self.inexact.push((at.to_owned(), spelling.clone()));
                }
                Plain::Number(number)
            }
            Value::Array(items) => Plain::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.plain(item, &format!("{at}/{index}"), depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(members) => {
                let mut map = Map::new();
                for (name, value) in members {
                    let here = pointer::below(at, name);
                    if map.contains_key(name) {
                        let remark = format!("{here} stands twice, the last one counts");
                        if self.remarks.len() < INEXACT && !self.remarks.contains(&remark) {
                            self.remarks.push(remark);
                        }
                        self.inexact.retain(|(inexact, _)| {
                            inexact != &here && !inexact.starts_with(&format!("{here}/"))
                        });
                    }
                    let value = self.plain(value, &here, depth + 1)?;
                    map.insert(name.clone(), value);
                }
                Plain::Object(map)
            }
        })
    }
}

/// The number nearest to a spelling, and whether it is the number itself.
pub fn number(spelling: &str) -> (Number, bool) {
    if let Ok(number) = spelling.parse::<i64>() {
        // A float keeps the sign of -0, an integer does not; to a schema both are 0.
        return (number.into(), true);
    }
    if let Ok(number) = spelling.parse::<u64>() {
        return (number.into(), true);
    }
    let float: f64 = spelling.parse().unwrap_or(0.0);
    let float = float.clamp(f64::MIN, f64::MAX);
    let number = Number::from_f64(float).unwrap_or_else(|| 0.into());
    let exact = Decimal::parse(spelling) == Decimal::parse(&float.to_string());
    (number, exact)
}

/// What one compares a number in the validator's terms by.
pub fn decimal(number: &Number) -> Option<Decimal> {
    Decimal::parse(&match (number.is_f64(), number.as_f64()) {
        (true, Some(float)) => float.to_string(),
        _ => number.to_string(),
    })
}

/// Judges the numbers again that 64 bits did not hold: bounds and steps by their spelling, and whatever else hangs on
/// the last digit becomes a violation that says it cannot be checked. `told` checks a value, `limit` spells the number
/// at a place of the schema.
pub fn judge_inexact(
    converted: &Converted,
    violations: &mut Vec<Violation>,
    told: &dyn Fn(&Plain) -> Vec<Violation>,
    limit: &dyn Fn(&str) -> Option<String>,
) {
    for (at, spelling) in converted.inexact.iter().take(INEXACT) {
        let Some(exact) = Decimal::parse(spelling) else {
            continue;
        };
        let mut here = take_at(violations, at);
        let mut doubtful = false;
        for neighbour in neighbours(&converted.value, at) {
            let mut beside = told(&neighbour);
            let (numeric, other): (Vec<_>, Vec<_>) =
                take_at(&mut beside, at).into_iter().partition(is_numeric);
            doubtful |= !other.iter().eq(here.iter().filter(|own| !is_numeric(own)));
            for violation in numeric {
                if !here.contains(&violation) {
                    here.push(violation);
                }
            }
        }
        for violation in here {
            let limit = || Decimal::parse(&limit(&violation.schema)?);
            let wrong = match violation.keyword.as_str() {
                "minimum" => limit().map(|limit| exact < limit),
                "maximum" => limit().map(|limit| exact > limit),
                "exclusiveMinimum" => limit().map(|limit| exact <= limit),
                "exclusiveMaximum" => limit().map(|limit| exact >= limit),
                "multipleOf" => limit()
                    .and_then(|limit| exact.is_multiple_of(&limit))
                    .map(|fits| !fits),
                _ => Some(true),
            };
            match wrong {
                Some(true) => violations.push(violation),
                Some(false) => {}
                None => doubtful = true,
            }
        }
        if doubtful {
            violations.push(Violation::unchecked(at, "number beyond f64"));
        }
    }
}

/// Takes out what is said of the value at `at`.
fn take_at(violations: &mut Vec<Violation>, at: &str) -> Vec<Violation> {
    violations
        .extract_if(.., |violation| violation.pointer == at)
        .collect()
}

fn is_numeric(violation: &Violation) -> bool {
    NUMERIC.contains(&violation.keyword.as_str())
}

/// The value with the next smaller and the next larger number at `at`.
fn neighbours(root: &Plain, at: &str) -> impl Iterator<Item = Plain> {
    let float = root.pointer(at).and_then(Plain::as_f64);
    let beside = float.map_or([f64::NAN; 2], |float| [float.next_down(), float.next_up()]);
    beside
        .into_iter()
        .filter_map(Number::from_f64)
        .filter_map(|number| {
            let mut changed = root.clone();
            *changed.pointer_mut(at)? = Plain::Number(number);
            Some(changed)
        })
}

/// Whether a string of the text holds an escape for half a character.
pub fn has_lone_surrogate(text: &[u8]) -> bool {
    let unit = |at: usize| -> Option<u32> {
        if text.get(at..at + 2)? != b"\\u" {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(text.get(at + 2..at + 6)?).ok()?, 16).ok()
    };
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        at += found;
        match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => return true,
            Some(_) => at += 6,
            None => at += 2,
        }
        if at >= text.len() {
            break;
        }
    }
    false
}

/// A key that is one for values that are equal to JSON Schema: members in any order, numbers by what they stand for.
pub fn canonical(value: &Plain) -> String {
    match value {
        Plain::Number(number) => match decimal(number) {
            Some(decimal) => format!("{decimal:?}"),
            None => number.to_string(),
        },
        Plain::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Plain::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", canonical(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// The first item equal to a later one, for each later one: `(later, first)`.
pub fn repeated(items: &[Plain]) -> Vec<(usize, usize)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match first.entry(canonical(item)) {
            std::collections::hash_map::Entry::Occupied(known) => found.push((index, *known.get())),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(index);
            }
        }
    }
    found
}
