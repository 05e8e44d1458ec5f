//! Arguments with their secrets taken out: a JSON value in which some places are the name of a variable.

use crate::json::Value;
use crate::mask::schema::{Schema, below};
use crate::mask::{is_mask, masks};

use super::variables::Names;

/// A secret shorter than this is not looked for in answers: it would be found everywhere.
pub const TELLING: usize = 4;

/// A JSON value, some of it secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Null,
    Bool(bool),
    /// As it was spelled.
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
    Secret(Secret),
}

/// A place whose value is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The variable that holds it.
    pub variable: String,
    /// Whether the variable holds the text of a string; else it holds JSON.
    pub is_text: bool,
    /// What it is, to be found where an answer repeats it.
    pub value: String,
}

impl Node {
    /// A value none of which is secret.
    pub fn open(value: &Value) -> Self {
        Self::of(value, "", &[], &mut Names::default(), &mut Vec::new())
    }

    /// A value, called `name`, with what `schemas` mark as secret taken out into `secrets`.
    pub fn of(
        value: &Value,
        name: &str,
        schemas: &[Schema<'_>],
        names: &mut Names,
        secrets: &mut Vec<Secret>,
    ) -> Self {
        let masked = value
            .as_str()
            .is_some_and(|text| masks(text).next().is_some());
        if schemas.iter().any(Schema::is_secret) && *value != Value::Null && !masked {
            let text = value.as_str().map(str::to_owned);
            let same = secrets.iter().find(|other| {
                other.is_text == text.is_some() && text.as_ref() == Some(&other.value)
            });
            if let Some(same) = same {
                return Self::Secret(same.clone());
            }
            let secret = Secret {
                variable: names.take(name),
                is_text: text.is_some(),
                value: text.unwrap_or_else(|| value.to_string()),
            };
            secrets.push(secret.clone());
            return Self::Secret(secret);
        }
        // What was masked when it was recorded is a variable too; half a text is none.
        if let Some(text) = value.as_str()
            && let Some((_, mask)) = masks(text).next()
        {
            return Self::masked(text, mask, schemas, names, secrets);
        }
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(spelling) => Self::Number(spelling.clone()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        let schemas = below(schemas, |schema| schema.items(index));
                        Self::of(item, name, &schemas, names, secrets)
                    })
                    .collect(),
            ),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(key, value)| {
                        let schemas = below(schemas, |schema| schema.member(key));
                        let node = Self::of(value, key, &schemas, names, secrets);
                        (key.clone(), node)
                    })
                    .collect(),
            ),
        }
    }

    /// A text with a mask in it. Whether it hid a text or a number, only the schema can tell.
    fn masked(
        text: &str,
        mask: &str,
        schemas: &[Schema<'_>],
        names: &mut Names,
        secrets: &mut Vec<Secret>,
    ) -> Self {
        if let Some(same) = secrets.iter().find(|other| other.value == text) {
            return Self::Secret(same.clone());
        }
        let secret = Secret {
            variable: names.take(mask),
            is_text: !is_mask(text) || schemas.iter().all(Schema::takes_text),
            value: text.to_owned(),
        };
        secrets.push(secret.clone());
        Self::Secret(secret)
    }

    /// A member of an object; of duplicates the last.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let found = members.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, node)| node)
    }

    /// The text of a string that is no secret.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value with `mark` in the place of every secret.
    pub fn redacted(&self, mark: &str) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(spelling) => Value::Number(spelling.clone()),
            Self::String(text) => Value::String(text.clone()),
            Self::Array(items) => {
                Value::Array(items.iter().map(|item| item.redacted(mark)).collect())
            }
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, node)| (key.clone(), node.redacted(mark)))
                    .collect(),
            ),
            Self::Secret(_) => Value::String(mark.to_owned()),
        }
    }
}
