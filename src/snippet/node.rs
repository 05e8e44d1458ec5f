//! Arguments with their secrets taken out: a JSON value in which some places are the name of a variable.

use crate::json::Value;
use crate::mask::schema::{Schema, below};
use crate::mask::{is_mask, masks};

use super::variables::{Names, Piece};

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
    /// A text of which parts are secret, each in a variable.
    Text(Vec<Piece>),
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
        // What stands around a mask is as secret as that.
        let masked = value.as_str().is_some_and(is_mask);
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
        // What was masked when it was recorded is a variable too.
        if let Some(text) = value.as_str()
            && let Some((_, mask)) = masks(text).next()
        {
            return if is_mask(text) {
                let is_text = schemas.iter().all(Schema::takes_text);
                Self::Secret(hidden(text, mask, is_text, names, secrets).clone())
            } else {
                Self::around(text, names, secrets)
            };
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

    /// A text with masks in it, and the words around them.
    fn around(text: &str, names: &mut Names, secrets: &mut Vec<Secret>) -> Self {
        let (mut pieces, mut from) = (Vec::new(), 0);
        for (place, mask) in masks(text) {
            let secret = hidden(&text[place.clone()], mask, true, names, secrets);
            if from < place.start {
                pieces.push(Piece::Plain(text[from..place.start].to_owned()));
            }
            pieces.push(Piece::Variable(secret.variable.clone()));
            from = place.end;
        }
        if from < text.len() {
            pieces.push(Piece::Plain(text[from..].to_owned()));
        }
        Self::Text(pieces)
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
            Self::Text(pieces) => {
                let told = pieces.iter().map(|piece| match piece {
                    Piece::Plain(text) => text.as_str(),
                    Piece::Variable(_) | Piece::Escaped(_) => mark,
                });
                Value::String(told.collect())
            }
        }
    }
}

/// What a mask stands for. Whether that was a text or a number, only the schema can tell.
fn hidden<'a>(
    text: &str,
    mask: &str,
    is_text: bool,
    names: &mut Names,
    secrets: &'a mut Vec<Secret>,
) -> &'a Secret {
    let known = secrets
        .iter()
        .position(|other| other.value == text && other.is_text == is_text);
    let place = known.unwrap_or_else(|| {
        secrets.push(Secret {
            variable: names.take(mask),
            is_text,
            value: text.to_owned(),
        });
        secrets.len() - 1
    });
    &secrets[place]
}
