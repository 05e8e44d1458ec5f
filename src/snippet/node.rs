//! Arguments with their secrets taken out: a JSON value in which some places are the name of a variable.

use crate::json::{self, Value};

use super::variables::Names;

/// How deep schemas are looked into.
const DEEPEST: usize = 64;
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
        if schemas.iter().any(Schema::is_secret) && *value != Value::Null {
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

/// A schema in the document it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    root: &'a [u8],
    raw: &'a [u8],
}

fn below<'a>(
    schemas: &[Schema<'a>],
    step: impl Fn(&Schema<'a>) -> Vec<Schema<'a>>,
) -> Vec<Schema<'a>> {
    schemas.iter().flat_map(step).collect()
}

impl<'a> Schema<'a> {
    /// A whole schema, and all that it takes in.
    pub fn all(root: &'a [u8]) -> Vec<Self> {
        let mut found = Vec::new();
        Self { root, raw: root }.spread(0, &mut found);
        found
    }

    fn is_secret(&self) -> bool {
        json::get(self.raw, &["writeOnly"]).and_then(json::boolean) == Some(true)
            || json::string_at(self.raw, &["format"]).as_deref() == Some("password")
    }

    /// The schema and those it refers to or is made of. Branches that may not apply count: rather hidden than told.
    fn spread(self, depth: usize, found: &mut Vec<Self>) {
        if depth > DEEPEST || found.len() > DEEPEST * DEEPEST {
            return;
        }
        found.push(self);
        for (key, raw) in json::members(self.raw) {
            match &*key {
                "$ref" => {
                    let target = json::string(raw).and_then(|target| self.resolve(&target));
                    if let Some(target) = target {
                        target.spread(depth + 1, found);
                    }
                }
                "allOf" | "anyOf" | "oneOf" => {
                    for raw in json::elements(raw) {
                        self.at(raw).spread(depth + 1, found);
                    }
                }
                "if" | "then" | "else" => self.at(raw).spread(depth + 1, found),
                _ => {}
            }
        }
    }

    fn at(self, raw: &'a [u8]) -> Self {
        Self { raw, ..self }
    }

    fn resolve(self, target: &str) -> Option<Self> {
        let mut raw = self.root;
        for step in json::pointer::steps(target.strip_prefix('#')?) {
            let step = json::pointer::unescape(step);
            raw = match json::kind(raw) {
                json::Kind::Array => json::elements(raw).nth(step.parse().ok()?)?,
                _ => json::get(raw, &[&step])?,
            };
        }
        Some(self.at(raw))
    }

    fn member(&self, name: &str) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(raw) = json::get(self.raw, &["properties", name]) {
            self.at(raw).spread(0, &mut found);
        } else if let Some(raw) = json::get(self.raw, &["additionalProperties"]) {
            self.at(raw).spread(0, &mut found);
        }
        let patterns = json::get(self.raw, &["patternProperties"]);
        for (_, raw) in json::members(patterns.unwrap_or_default()) {
            self.at(raw).spread(0, &mut found);
        }
        found
    }

    fn items(&self, index: usize) -> Vec<Self> {
        let mut found = Vec::new();
        let of = |name: &str| json::get(self.raw, &[name]);
        let tuple = of("prefixItems").and_then(|raw| json::elements(raw).nth(index));
        for raw in [tuple, of("items"), of("contains")].into_iter().flatten() {
            self.at(raw).spread(0, &mut found);
        }
        found
    }
}
