//! What is plainly wrong with a value, by what the field's shape says.
//!
//! It sees types, bounds, lengths and choices; the full validator of the schema is not its business.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::number::Decimal;
use super::schema::{Choice, Field, Kind, Range, Text, pattern};
use super::substitute::stands_for_a_value;
use crate::json::Value;

/// What is wrong with `value` as an answer to `field`, in words; of containers only whether it is one.
pub fn fault(field: &Field, value: &Value) -> Option<String> {
    let fails = |bad: bool, words: &str| bad.then(|| words.to_owned());
    if *value == Value::Null {
        let fits = field.nullable || matches!(field.kind, Kind::Null | Kind::Json(_));
        return fails(!fits, "must not be null");
    }
    if value.as_str().is_some_and(stands_for_a_value) {
        // Of what it stands for nothing is known.
        return None;
    }
    match (&field.kind, value) {
        (Kind::String(text), Value::String(value)) => length(text, value),
        (Kind::String(_), _) => Some("must be a string".to_owned()),
        (Kind::Number(range), Value::Number(value)) => bounds(range, value),
        (Kind::Number(_), _) => Some("must be a number".to_owned()),
        (Kind::Integer(range), Value::Number(value)) => {
            // Plain digits are whole; this is asked of every number with every key.
            let plain = value.bytes().all(|byte| byte.is_ascii_digit());
            if !plain && Decimal::parse(value).is_some_and(|number| !number.is_whole()) {
                Some("must be a whole number".to_owned())
            } else {
                bounds(range, value)
            }
        }
        (Kind::Integer(_), _) => Some("must be a whole number".to_owned()),
        (Kind::Boolean, value) => fails(value.as_bool().is_none(), "must be true or false"),
        (Kind::Null, _) => Some("must be null".to_owned()),
        (Kind::Enum(choices), value) => fails(
            choice_of(choices, value).is_none(),
            "not one of the choices",
        ),
        (Kind::Set(set), Value::Array(items)) => {
            if items
                .iter()
                .any(|item| choice_of(&set.choices, item).is_none())
            {
                return Some("holds what is not one of the choices".to_owned());
            }
            items_fault(set.min, set.max, set.unique, items)
        }
        (Kind::Set(_) | Kind::Array(_), value) => {
            fails(value.as_array().is_none(), "must be an array")
        }
        (Kind::Object(_), value) => fails(value.as_object().is_none(), "must be an object"),
        (Kind::Union(_), _) => Some("fits none of the variants".to_owned()),
        (Kind::Json(raw), _) => fails(raw.never, &raw.why),
    }
}

/// What is wrong with how many items there are, and whether two are the same.
pub fn items_fault(
    min: Option<u64>,
    max: Option<u64>,
    unique: bool,
    items: &[Value],
) -> Option<String> {
    let count = items.len() as u64;
    if let Some(why) = counted(min, max, count, ["item", "items"]) {
        return Some(why);
    }
    if !unique {
        return None;
    }
    let (second, first) = *repeats(items).first()?;
    Some(format!("item {second} is the same as item {first}"))
}

/// Too few or too many of something.
pub fn counted(
    min: Option<u64>,
    max: Option<u64>,
    count: u64,
    [one, many]: [&str; 2],
) -> Option<String> {
    let of = |count: u64| if count == 1 { one } else { many };
    if let Some(min) = min.filter(|min| count < *min) {
        return Some(format!("needs {min} {} or more, has {count}", of(min)));
    }
    let max = max.filter(|max| count > *max)?;
    Some(format!("takes {max} {} or fewer, has {count}", of(max)))
}

/// The items that are the same as one before them, each with the first that it repeats: the later, the earlier.
pub fn repeats<'a>(items: impl IntoIterator<Item = &'a Value>) -> Vec<(usize, usize)> {
    let mut seen: HashMap<u64, Vec<(usize, &Value)>> = HashMap::new();
    let mut found = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let alike = seen.entry(trait_of(item)).or_default();
        match alike.iter().find(|(_, other)| same(other, item)) {
            Some((first, _)) => found.push((at, *first)),
            None => alike.push((at, item)),
        }
    }
    found
}

/// A number that values have in common when they are the [`same`].
fn trait_of(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Number(text) => match Decimal::parse(text) {
            Some(number) => number.hash(&mut hasher),
            None => text.hash(&mut hasher),
        },
        Value::String(text) => text.hash(&mut hasher),
        Value::Bool(yes) => yes.hash(&mut hasher),
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                trait_of(item).hash(&mut hasher);
            }
        }
        Value::Object(members) => {
            let mut all = 0_u64;
            for (name, value) in members {
                let mut one = DefaultHasher::new();
                name.hash(&mut one);
                trait_of(value).hash(&mut one);
                // In any order.
                all = all.wrapping_add(one.finish());
            }
            all.hash(&mut hasher);
        }
    }
    std::mem::discriminant(value).hash(&mut hasher);
    hasher.finish()
}

/// Which choice a value is: spelled alike, else of the same worth.
pub fn choice_of(choices: &[Choice], value: &Value) -> Option<usize> {
    let find = |like: &dyn Fn(&Value) -> bool| choices.iter().position(|one| like(&one.value));
    find(&|one| one == value).or_else(|| find(&|one| same(one, value)))
}

/// Whether two values are one to JSON Schema: numbers by what they stand for, members in any order.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || matches!((Decimal::parse(a), Decimal::parse(b)), (Some(a), Some(b)) if a == b)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a == b
                || (a.len() == b.len()
                    && a.iter().all(|(name, value)| {
                        right.get(name).is_some_and(|other| same(value, other))
                    }))
        }
        _ => left == right,
    }
}

fn length(text: &Text, value: &str) -> Option<String> {
    let count = value.chars().count() as u64;
    if let Some(why) = counted(text.min, text.max, count, ["character", "characters"]) {
        return Some(why);
    }
    let expression = text.pattern.as_ref()?;
    (pattern::matches(expression, value) == Some(false)).then(|| format!("must match {expression}"))
}

fn bounds(range: &Range, value: &str) -> Option<String> {
    if *range == Range::default() {
        return None;
    }
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
