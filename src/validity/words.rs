//! The validator's errors in words of ours, each at the member it is about.
//!
//! Words speak to whoever fills in the field: what it must be, never what it holds. Lengths are told unless the schema
//! marks the value as a secret.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Plain;

use super::compile::Schema;
use super::{Chosen, UNCHECKED, Violation, branches, convert};
use crate::json::pointer;

/// How many values of an `enum` are named, and how many characters of them.
const NAMED: (usize, usize) = (8, 80);

/// What a format looks like, for people.
const FORMATS: &[(&str, &str)] = &[
    ("date", "a date, like 2026-11-20"),
    ("date-time", "a date and time, like 2026-11-20T14:02:00Z"),
    ("time", "a time, like 14:02:00Z"),
    ("duration", "a duration, like P1DT2H"),
    ("email", "an email address"),
    ("idn-email", "an email address"),
    ("hostname", "a host name"),
    ("idn-hostname", "a host name"),
    ("ipv4", "an IPv4 address"),
    ("ipv6", "an IPv6 address"),
    ("uri", "a URI with its scheme, like https://example.com"),
    ("uri-reference", "a URI or a part of one"),
    ("iri", "an IRI with its scheme"),
    ("iri-reference", "an IRI or a part of one"),
    ("uri-template", "a URI template, like /users/{id}"),
    ("json-pointer", "a JSON pointer, like /a/0"),
    ("relative-json-pointer", "a relative JSON pointer, like 1/a"),
    ("regex", "a regular expression"),
    ("uuid", "a UUID"),
];

/// What is needed to tell errors.
pub struct Words<'a> {
    /// The schema as compiled.
    pub schema: &'a Schema,
    /// The value that was checked.
    pub root: &'a Plain,
    /// The variants somebody meant.
    pub chosen: Chosen<'a>,
}

impl Words<'_> {
    /// All of `errors`, told, until there are `most`.
    pub fn told<'e>(
        &self,
        errors: impl IntoIterator<Item = ValidationError<'e>>,
        most: usize,
    ) -> Vec<Violation> {
        let mut told = Vec::new();
        for error in errors {
            self.tell(&error, &mut told);
            if told.len() >= most {
                break;
            }
        }
        told
    }

    /// What one error says; of an error of variants the nearest one's reasons.
    pub fn tell(&self, error: &ValidationError<'_>, told: &mut Vec<Violation>) {
        let at = error.instance_path().as_str();
        let mut say = |pointer: String, words: String| {
            told.push(Violation {
                pointer,
                words,
                keyword: error.kind().keyword().to_owned(),
                schema: error.schema_path().as_str().to_owned(),
            });
        };
        match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                say(pointer::below(at, name), "is required".to_owned());
            }
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    say(
                        pointer::below(at, name),
                        "no such member is allowed".to_owned(),
                    );
                }
            }
            Kind::AdditionalItems { limit } => {
                let items = self
                    .root
                    .pointer(at)
                    .and_then(Plain::as_array)
                    .map_or(0, Vec::len);
                for index in *limit..items {
                    say(
                        format!("{at}/{index}"),
                        "no further item is allowed".to_owned(),
                    );
                }
            }
            Kind::UniqueItems => {
                let items = self.root.pointer(at).and_then(Plain::as_array);
                for (later, first) in items.map_or_else(Vec::new, |items| convert::repeated(items))
                {
                    say(format!("{at}/{later}"), format!("same as item {first}"));
                }
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                branches::none_fits(self, error, context, told);
            }
            Kind::OneOfMultipleValid { context } => {
                let fits = context.iter().filter(|errors| errors.is_empty()).count();
                say(
                    at.to_owned(),
                    format!("fits {fits} of the {} variants, must be one", context.len()),
                );
            }
            Kind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default().to_owned();
                let mut reasons = Vec::new();
                self.tell(inner, &mut reasons);
                let words: Vec<String> = reasons.into_iter().map(|reason| reason.words).collect();
                say(
                    pointer::below(at, &name),
                    format!("its name {}", words.join(", and ")),
                );
            }
            Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
                told.push(Violation {
                    schema: error.schema_path().as_str().to_owned(),
                    ..Violation::unchecked(at, "the pattern takes too long on it")
                });
            }
            Kind::Referencing(_) => {
                told.push(Violation::unchecked(
                    at,
                    "a reference of the schema leads nowhere",
                ));
            }
            kind => say(at.to_owned(), self.plain(kind, error)),
        }
    }

    /// Words of errors that are about the value as a whole.
    fn plain(&self, kind: &Kind, error: &ValidationError<'_>) -> String {
        let value = error.instance().as_ref();
        let has = |count: usize| {
            if self.secret(error) {
                String::new()
            } else {
                format!(", has {count}")
            }
        };
        let characters = || has(value.as_str().map_or(0, |text| text.chars().count()));
        let items = || has(value.as_array().map_or(0, Vec::len));
        let members = || has(value.as_object().map_or(0, serde_json::Map::len));
        match kind {
            Kind::Type { kind } => wrong_type(kind, value),
            Kind::Minimum { .. }
            | Kind::Maximum { .. }
            | Kind::ExclusiveMinimum { .. }
            | Kind::ExclusiveMaximum { .. }
            | Kind::MultipleOf { .. } => self.limit(kind, error),
            Kind::MinLength { limit } => {
                format!(
                    "needs {} or more{}",
                    count(*limit, "character"),
                    characters()
                )
            }
            Kind::MaxLength { limit } => {
                format!(
                    "takes {} or fewer{}",
                    count(*limit, "character"),
                    characters()
                )
            }
            Kind::MinItems { limit } => {
                format!("needs {} or more{}", count(*limit, "item"), items())
            }
            Kind::MaxItems { limit } => {
                format!("takes {} or fewer{}", count(*limit, "item"), items())
            }
            Kind::MinProperties { limit } => {
                format!("needs {} or more{}", count(*limit, "member"), members())
            }
            Kind::MaxProperties { limit } => {
                format!("takes {} or fewer{}", count(*limit, "member"), members())
            }
            Kind::Pattern { pattern } => format!("must match {}", cut(pattern, NAMED.1)),
            Kind::Format { format } => FORMATS.iter().find(|(name, _)| name == format).map_or_else(
                || format!("must be of the format {}", cut(format, NAMED.1)),
                |(_, words)| format!("must be {words}"),
            ),
            Kind::Enum { options } => one_of(options),
            Kind::Constant { expected_value } => {
                format!("must be {}", cut(&expected_value.to_string(), NAMED.1))
            }
            Kind::FalseSchema => "nothing is allowed here".to_owned(),
            Kind::Not { .. } => "is what the schema rules out".to_owned(),
            Kind::Contains => self.contains(error),
            Kind::UnevaluatedItems { .. } => "has items that are not allowed".to_owned(),
            Kind::ContentEncoding { content_encoding } => {
                format!("must be encoded as {}", cut(content_encoding, NAMED.1))
            }
            Kind::ContentMediaType { content_media_type } => {
                format!("must hold {}", cut(content_media_type, NAMED.1))
            }
            Kind::FromUtf8 { .. } => "must hold encoded UTF-8 text".to_owned(),
            other => format!("breaks {}", cut(other.keyword(), NAMED.1)),
        }
    }

    /// What a number must be, with the limit spelled as in the schema.
    fn limit(&self, kind: &Kind, error: &ValidationError<'_>) -> String {
        let spelled = |limit: String| {
            let known = self.schema.number(error.schema_path().as_str());
            cut(&known.unwrap_or(limit), NAMED.1)
        };
        match kind {
            Kind::Minimum { limit } => format!("must be {} or more", spelled(limit.to_string())),
            Kind::Maximum { limit } => format!("must be {} or less", spelled(limit.to_string())),
            Kind::ExclusiveMinimum { limit } => {
                format!("must be more than {}", spelled(limit.to_string()))
            }
            Kind::ExclusiveMaximum { limit } => {
                format!("must be less than {}", spelled(limit.to_string()))
            }
            Kind::MultipleOf { multiple_of } => {
                format!("must be a multiple of {}", spelled(multiple_of.to_string()))
            }
            other => format!("breaks {}", other.keyword()),
        }
    }

    /// How many items must fit `contains`, by what stands beside it.
    fn contains(&self, error: &ValidationError<'_>) -> String {
        let at = error.schema_path().as_str();
        let beside = self.schema.value.pointer(pointer::parent(at));
        let bound = |name: &str| {
            beside
                .and_then(|schema| schema.get(name))
                .and_then(Plain::as_u64)
        };
        match (bound("minContains"), bound("maxContains")) {
            (None, None) => "needs an item that fits what it must contain".to_owned(),
            (min, None) => format!(
                "needs {} or more that fit what it must contain",
                count(min.unwrap_or(1), "item")
            ),
            (min, Some(max)) => format!(
                "needs {} to {} that fit what it must contain",
                min.unwrap_or(1),
                count(max, "item")
            ),
        }
    }

    /// Whether the schema marks the value as a secret.
    fn secret(&self, error: &ValidationError<'_>) -> bool {
        let at = error.schema_path().as_str();
        self.schema
            .value
            .pointer(pointer::parent(at))
            .is_some_and(|schema| {
                schema.get("writeOnly") == Some(&Plain::Bool(true))
                    || schema.get("format").and_then(Plain::as_str) == Some("password")
            })
    }
}

fn wrong_type(kind: &TypeKind, value: &Plain) -> String {
    let wanted: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(several) => several.iter().collect(),
    };
    let names: Vec<&str> = wanted.iter().map(|kind| type_name(*kind)).collect();
    let must = format!("must be {}", listed(&names));
    if value.is_number() && wanted.contains(&JsonType::Integer) {
        return must;
    }
    format!("{must}, not {}", type_of(value))
}

/// The type of a value, in words.
pub fn type_of(value: &Plain) -> &'static str {
    type_name(match value {
        Plain::Null => JsonType::Null,
        Plain::Bool(_) => JsonType::Boolean,
        Plain::Number(_) => JsonType::Number,
        Plain::String(_) => JsonType::String,
        Plain::Array(_) => JsonType::Array,
        Plain::Object(_) => JsonType::Object,
    })
}

/// A type in words.
pub fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

/// `a, b or c`.
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn one_of(options: &Plain) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let mut named = String::new();
    for (index, option) in options.iter().enumerate() {
        let text = option.to_string();
        if index == NAMED.0 || named.chars().count() + text.chars().count() > NAMED.1 && index > 0 {
            return format!("must be one of {named} … ({} in all)", options.len());
        }
        if index > 0 {
            named.push_str(", ");
        }
        named.push_str(&cut(&text, NAMED.1));
    }
    if options.len() == 1 {
        format!("must be {named}")
    } else {
        format!("must be one of {named}")
    }
}

/// `1 item`, `2 items`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The first `most` characters, with … when there were more.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Violation {
    /// Whether this says that something could not be judged.
    pub fn is_unchecked(&self) -> bool {
        self.keyword == UNCHECKED
    }
}
