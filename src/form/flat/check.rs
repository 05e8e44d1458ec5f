//! What is plainly wrong with a value, by what the field's shape says.
//!
//! It sees types, bounds, lengths and choices; the full validator of the schema is not its business.

use super::number::Decimal;
use super::schema::{Field, Kind, Range, Text};
use crate::json::Value;

/// What is wrong with `value` as an answer to `field`, in words.
pub fn fault(field: &Field, value: &Value) -> Option<String> {
    if *value == Value::Null {
        let fits = field.nullable || matches!(&field.kind, Kind::Json(raw) if raw.text);
        return (!fits).then(|| "must not be null".to_owned());
    }
    match (&field.kind, value) {
        (Kind::String(text), Value::String(value)) => length(text, value),
        (Kind::String(_), _) => Some("must be a string".to_owned()),
        (Kind::Number(range), Value::Number(value)) => bounds(range, value),
        (Kind::Number(_), _) => Some("must be a number".to_owned()),
        (Kind::Integer(range), Value::Number(value)) => {
            if Decimal::parse(value).is_some_and(|number| !number.is_whole()) {
                Some("must be a whole number".to_owned())
            } else {
                bounds(range, value)
            }
        }
        (Kind::Integer(_), _) => Some("must be a whole number".to_owned()),
        (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::Boolean, _) => Some("must be true or false".to_owned()),
        (Kind::Enum(choices), value) => (!choices.iter().any(|choice| same(&choice.value, value)))
            .then(|| "not one of the choices".to_owned()),
        (Kind::Json(raw), value) => match (&raw.empty, value) {
            (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => None,
            (Value::Array(_), _) => Some("must be an array".to_owned()),
            (Value::Object(_), _) => Some("must be an object".to_owned()),
            _ => None,
        },
    }
}

/// Whether two values are one to JSON Schema: numbers by what they stand for, the rest as written.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || matches!((Decimal::parse(a), Decimal::parse(b)), (Some(a), Some(b)) if a == b)
        }
        _ => left == right,
    }
}

fn length(text: &Text, value: &str) -> Option<String> {
    let count = value.chars().count() as u64;
    let characters = |count: u64| {
        if count == 1 {
            "character"
        } else {
            "characters"
        }
    };
    if let Some(min) = text.min.filter(|min| count < *min) {
        return Some(format!(
            "needs {min} {} or more, has {count}",
            characters(min)
        ));
    }
    let max = text.max.filter(|max| count > *max)?;
    Some(format!(
        "takes {max} {} or fewer, has {count}",
        characters(max)
    ))
}

fn bounds(range: &Range, value: &str) -> Option<String> {
    let number = Decimal::parse(value)?;
    let broken = |bound: &Option<String>, bad: fn(&Decimal, &Decimal) -> bool| {
        let spelling = bound.as_ref()?;
        bad(&number, &Decimal::parse(spelling)?).then(|| spelling.clone())
    };
    if let Some(min) = broken(&range.min, |value, bound| value < bound) {
        return Some(format!("must be {min} or more"));
    }
    if let Some(max) = broken(&range.max, |value, bound| value > bound) {
        return Some(format!("must be {max} or less"));
    }
    if let Some(above) = broken(&range.above, |value, bound| value <= bound) {
        return Some(format!("must be more than {above}"));
    }
    if let Some(below) = broken(&range.below, |value, bound| value >= bound) {
        return Some(format!("must be less than {below}"));
    }
    let step = range.step.as_ref()?;
    (number.is_multiple_of(&Decimal::parse(step)?) == Some(false))
        .then(|| format!("must be a multiple of {step}"))
}
