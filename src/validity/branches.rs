//! Why a value fits none of several variants: the reasons of the one that is meant, not a dump of all.
//!
//! A variant is meant when somebody chose it, or when it is the only one whose kind of value and fixed members
//! (discriminators) the value has. Otherwise the nearest one is named in one sentence at the value itself.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Plain;

use super::Violation;
use super::words::{Words, count, cut, listed, type_name, type_of};
use crate::json::pointer;

/// How many reasons of the nearest variant one sentence holds.
const REASONS: usize = 3;

/// How far a variant is from the value; less is nearer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// It wants another kind of value.
    other_type: bool,
    /// It wants another value in a fixed place: itself, or a member right below.
    other_constant: bool,
    errors: usize,
    /// Minus the steps to the deepest error: who got further is nearer.
    shallow: std::cmp::Reverse<usize>,
}

/// Tells an `anyOf` or `oneOf` of which no variant fits; `context` has the errors of each variant.
pub fn none_fits(
    words: &Words<'_>,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    told: &mut Vec<Violation>,
) {
    let at = error.instance_path().as_str();
    let schema = error.schema_path().as_str();
    let tell = |index: usize, told: &mut Vec<Violation>| {
        for reason in &context[index] {
            words.tell(reason, told);
        }
    };
    let distances: Vec<Distance> = context.iter().map(|errors| distance(at, errors)).collect();
    let meant = (words.chosen)(at, schema)
        .filter(|index| *index < context.len())
        .or_else(|| {
            only(&distances, |distance| {
                !distance.other_type && !distance.other_constant
            })
        })
        .or_else(|| only(&distances, |distance| !distance.other_type))
        .or((context.len() == 1).then_some(0));
    if let Some(index) = meant {
        tell(index, told);
        return;
    }
    let nearest = distances
        .iter()
        .enumerate()
        .min_by_key(|(_, distance)| *distance)
        .map(|(index, _)| index);
    let text = if distances.iter().all(|distance| distance.other_type) {
        no_type(at, error.instance(), context)
    } else if let Some(choices) = constants(at, context) {
        choices
    } else if let Some(index) = nearest {
        let mut reasons = Vec::new();
        tell(index, &mut reasons);
        let name = title(&words.schema.value, schema, index)
            .map_or_else(String::new, |title| format!(" ({title})"));
        format!(
            "fits none of the {} variants; the nearest is {}{name}: {}",
            context.len(),
            index + 1,
            sentence(at, &reasons)
        )
    } else {
        "fits none of the variants, there are none".to_owned()
    };
    told.push(Violation {
        pointer: at.to_owned(),
        words: text,
        keyword: error.kind().keyword().to_owned(),
        schema: schema.to_owned(),
    });
}

/// A few reasons with the members they are about, in one line.
fn sentence(at: &str, reasons: &[Violation]) -> String {
    let mut listed: Vec<String> = reasons
        .iter()
        .take(REASONS)
        .map(|reason| match reason.pointer.strip_prefix(at) {
            Some("") | None => reason.words.clone(),
            Some(below) => format!(
                "{} {}",
                cut(&pointer::unescape(&below[1..]), 40),
                reason.words
            ),
        })
        .collect();
    let more = reasons.len().saturating_sub(REASONS);
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    listed.join(", ")
}

/// The one index for which `holds`, if there is just one.
fn only(distances: &[Distance], holds: impl Fn(&Distance) -> bool) -> Option<usize> {
    let mut found = distances
        .iter()
        .enumerate()
        .filter(|(_, distance)| holds(distance));
    let (first, _) = found.next()?;
    found.next().is_none().then_some(first)
}

fn distance(at: &str, errors: &[ValidationError<'static>]) -> Distance {
    let steps = |error: &ValidationError<'_>| {
        error.instance_path().as_str()[at.len()..]
            .matches('/')
            .count()
    };
    Distance {
        other_type: errors.iter().any(|error| wrong_kind(at, error)),
        other_constant: errors.iter().any(|error| {
            steps(error) <= 1 && matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. })
        }),
        errors: errors.len(),
        shallow: std::cmp::Reverse(errors.iter().map(steps).max().unwrap_or(0)),
    }
}

/// Whether the error says that the value itself is of another type; of nested variants all must.
fn wrong_kind(at: &str, error: &ValidationError<'_>) -> bool {
    if error.instance_path().as_str() != at {
        return false;
    }
    match error.kind() {
        Kind::Type { kind } => {
            // 1.5 is near to a whole number.
            !(matches!(kind, TypeKind::Single(jsonschema::JsonType::Integer))
                && error.instance().is_number())
        }
        Kind::FalseSchema => true,
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context
            .iter()
            .all(|errors| errors.iter().any(|error| wrong_kind(at, error))),
        _ => false,
    }
}

/// `must be text or null, not a number`: what all variants want together.
fn no_type(at: &str, value: &Plain, context: &[Vec<ValidationError<'static>>]) -> String {
    let mut wanted: Vec<&str> = Vec::new();
    for errors in context {
        types(at, errors, &mut wanted);
    }
    let is = type_of(value);
    format!("must be {}, not {is}", listed(&wanted))
}

fn types(at: &str, errors: &[ValidationError<'static>], wanted: &mut Vec<&'static str>) {
    for error in errors.iter().filter(|error| wrong_kind(at, error)) {
        match error.kind() {
            Kind::Type { kind } => {
                let kinds: Vec<_> = match kind {
                    TypeKind::Single(one) => vec![*one],
                    TypeKind::Multiple(several) => several.iter().collect(),
                };
                for name in kinds.into_iter().map(type_name) {
                    if !wanted.contains(&name) {
                        wanted.push(name);
                    }
                }
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                for errors in context {
                    types(at, errors, wanted);
                }
            }
            _ => {}
        }
    }
}

/// When every variant is one fixed value (an enum with titles): the choices.
fn constants(at: &str, context: &[Vec<ValidationError<'static>>]) -> Option<String> {
    let mut named = Vec::new();
    for errors in context {
        let constant = errors.iter().find_map(|error| match error.kind() {
            Kind::Constant { expected_value } if error.instance_path().as_str() == at => {
                Some(expected_value.to_string())
            }
            _ => None,
        })?;
        named.push(cut(&constant, 40));
    }
    let more = named.len().saturating_sub(8);
    let rest = if more > 0 {
        format!(" … ({} in all)", count(named.len() as u64, "value"))
    } else {
        String::new()
    };
    named.truncate(8);
    Some(format!("must be one of {}{rest}", named.join(", ")))
}

/// The title of a variant, or the end of its reference.
fn title(schema: &Plain, at: &str, index: usize) -> Option<String> {
    let variant = schema.pointer(at)?.get(index)?;
    let text = |name: &str| variant.get(name).and_then(Plain::as_str);
    let named = text("title").or_else(|| text("$ref").and_then(|target| target.rsplit('/').next()));
    named.map(|name| cut(name, 40))
}
