//! Reads a JSON Schema into the shape of a form: its fields in order, and what kind of answer each one takes.
//!
//! Works on the raw bytes a server sent and takes any garbage for a schema with nothing in it. It decides which
//! widget fits, and is no validator: whatever no widget can express becomes [`Kind::Json`], edited as raw JSON and
//! saying why. References are followed only inside the document, and only so far.

use crate::json::{self, Value};

mod layers;

use layers::{Layers, is_null_type};

/// What a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The fields, in the order the schema lists them.
    pub fields: Vec<Field>,
    /// Whether members that the schema does not name are allowed.
    pub open: bool,
    /// What about the schema as a whole the fields do not show, in words.
    pub note: Option<String>,
}

/// One member that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The member's name on the wire.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What the member means.
    pub description: Option<String>,
    /// Whether the schema requires the member.
    pub required: bool,
    /// Whether `null` is a valid answer.
    pub nullable: bool,
    /// The value the schema declares as default.
    pub default: Option<Value>,
    /// What kind of answer fits.
    pub kind: Kind,
}

/// The kind of answer a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String(Text),
    /// Any number.
    Number(Range),
    /// A whole number.
    Integer(Range),
    /// `true` or `false`.
    Boolean,
    /// One of some values, which keep their JSON type.
    Enum(Vec<Choice>),
    /// Anything else: edited as raw JSON.
    Json(Raw),
}

/// What the schema says about text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// `format`, such as `date-time`; a hint only.
    pub format: Option<String>,
    /// The pattern it should match; a hint only.
    pub pattern: Option<String>,
    /// Fewest characters.
    pub min: Option<u64>,
    /// Most characters.
    pub max: Option<u64>,
    /// Long text, better edited over several lines.
    pub multiline: bool,
    /// A password or the like, not to be shown.
    pub secret: bool,
}

/// What the schema says about a number; the bounds as they are spelled there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// Smallest allowed value.
    pub min: Option<String>,
    /// Greatest allowed value.
    pub max: Option<String>,
    /// The value must be greater than this.
    pub above: Option<String>,
    /// The value must be less than this.
    pub below: Option<String>,
    /// `multipleOf`.
    pub step: Option<String>,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: Value,
    /// What it is called.
    pub title: Option<String>,
}

impl Choice {
    /// The value as text: a string as it is, anything else as compact JSON.
    pub fn text(&self) -> String {
        plain(&self.value)
    }
}

/// Why a field is edited as raw JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// What no widget can express, in words: `array of string`, `oneOf`.
    pub why: String,
    /// Whether a string might be a valid answer.
    pub text: bool,
    /// The empty value of the type: `[]`, `{}`, or `""` when the type is not certain.
    pub empty: Value,
}

impl Raw {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            text: true,
            empty: Value::String(String::new()),
        }
    }
}

impl Kind {
    /// The type in a word, for the column beside the name.
    pub fn word(&self) -> &str {
        match self {
            Self::String(_) => "string",
            Self::Number(_) => "number",
            Self::Integer(_) => "int",
            Self::Boolean => "bool",
            Self::Enum(_) => "enum",
            Self::Json(raw) => &raw.why,
        }
    }
}

/// A string as it is, anything else as compact JSON.
pub(super) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl Field {
    /// A plain text field, as prompt arguments and template variables are.
    pub fn text(name: &str, description: Option<&str>, required: bool) -> Self {
        Self {
            name: name.to_owned(),
            title: None,
            description: description.map(str::to_owned),
            required,
            nullable: false,
            default: None,
            kind: Kind::String(Text::default()),
        }
    }

    /// A member that no schema describes.
    pub fn unknown(name: &str, why: &str) -> Self {
        Self {
            kind: Kind::Json(Raw::new(why)),
            ..Self::text(name, None, false)
        }
    }
}

/// Reads the schema of an object. Bytes that are no schema give a shape without fields and a note.
pub fn read(schema: &[u8]) -> Shape {
    let root = match Layers::new(schema).resolved(schema) {
        Ok(layers) => layers,
        Err(why) => return nothing(format!("the schema is {why}")),
    };
    match json::kind(schema) {
        json::Kind::Object => {}
        json::Kind::Invalid => return nothing("there is no schema".to_owned()),
        _ => return nothing("the schema is not an object".to_owned()),
    }
    let required: Vec<String> = root
        .get("required")
        .map(|names| json::elements(names).filter_map(json::string).collect())
        .unwrap_or_default();
    let mut fields: Vec<Field> = Vec::new();
    for (name, raw) in root
        .get("properties")
        .map(json::members)
        .into_iter()
        .flatten()
    {
        let field = field(
            schema,
            &name,
            raw,
            required.iter().any(|known| *known == name),
        );
        match fields.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = field,
            None => fields.push(field),
        }
    }
    for name in required {
        if !fields.iter().any(|field| field.name == name) {
            fields.push(Field {
                required: true,
                ..Field::unknown(&name, "not described")
            });
        }
    }
    let rest: Vec<&str> = [
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "if",
        "dependentSchemas",
        "dependentRequired",
        "dependencies",
        "patternProperties",
        "propertyNames",
    ]
    .into_iter()
    .filter(|keyword| root.get(keyword).is_some())
    .collect();
    Shape {
        fields,
        open: root.get("additionalProperties").and_then(json::boolean) != Some(false),
        note: (!rest.is_empty()).then(|| format!("the schema also has {}", rest.join(", "))),
    }
}

fn nothing(note: String) -> Shape {
    Shape {
        fields: Vec::new(),
        open: true,
        note: Some(note),
    }
}

fn field(root: &[u8], name: &str, raw: &[u8], required: bool) -> Field {
    let outer = Layers::new(raw);
    let mut field = Field {
        required,
        ..Field::unknown(name, "any JSON")
    };
    let layers = match outer.clone().resolved(root) {
        Ok(layers) => layers,
        Err(why) => {
            field.kind = Kind::Json(Raw::new(why));
            field.annotate(&outer);
            return field;
        }
    };
    let (kind, nullable) = kind(root, &layers);
    field.kind = kind;
    field.nullable = nullable;
    field.annotate(&layers);
    // There is only one valid answer, so a required constant is filled in like a default.
    if let (true, None, Some(constant)) = (required, &field.default, layers.get("const")) {
        field.default = Value::parse(constant).ok();
    }
    field
}

impl Field {
    fn annotate(&mut self, layers: &Layers<'_>) {
        let text = |keyword: &str| {
            layers
                .get(keyword)
                .and_then(json::string)
                .filter(|text| !text.is_empty())
        };
        self.title = text("title");
        self.description = text("description");
        self.default = layers.get("default").and_then(|raw| Value::parse(raw).ok());
    }
}

/// The kind of a schema, and whether `null` is allowed too.
fn kind(root: &[u8], layers: &Layers<'_>) -> (Kind, bool) {
    let nullable = layers.nullable || layers.get("nullable").and_then(json::boolean) == Some(true);
    if let Some((choices, null)) = choices(layers) {
        return (Kind::Enum(choices), nullable || null);
    }
    let names = types(layers.get("type"));
    let null = names.iter().any(|name| name == "null");
    let real: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "null")
        .collect();
    let nullable = nullable || null;
    // Beside one simple type a union only narrows what is valid; the widget of the type can express all of it.
    let simple = matches!(
        real.as_slice(),
        ["string" | "number" | "integer" | "boolean"]
    );
    if let (false, Some(keyword)) = (
        simple,
        ["oneOf", "anyOf", "allOf"]
            .into_iter()
            .find(|keyword| layers.has(keyword)),
    ) {
        let branches = || {
            layers
                .get(keyword)
                .map(json::elements)
                .into_iter()
                .flatten()
        };
        let raw = Raw {
            text: if real.is_empty() {
                branches().any(|branch| may_be_text(root, branch))
            } else {
                real.contains(&"string")
            },
            empty: empty(&real),
            why: keyword.to_owned(),
        };
        let null = keyword != "allOf" && branches().any(is_null_type);
        return (Kind::Json(raw), nullable || null);
    }
    let kind = match real.as_slice() {
        ["string"] => Kind::String(text(layers)),
        ["number"] => Kind::Number(range(layers)),
        ["integer"] => Kind::Integer(range(layers)),
        // Every integer is a number.
        ["integer", "number"] | ["number", "integer"] => Kind::Number(range(layers)),
        ["boolean"] => Kind::Boolean,
        _ => Kind::Json(Raw {
            why: why(root, layers, &real),
            text: real.contains(&"string") || (real.is_empty() && !null),
            empty: empty(&real),
        }),
    };
    (kind, nullable)
}

fn empty(types: &[&str]) -> Value {
    match types {
        ["array"] => Value::Array(Vec::new()),
        ["object"] => Value::Object(Vec::new()),
        _ => Value::String(String::new()),
    }
}

fn why(root: &[u8], layers: &Layers<'_>, types: &[&str]) -> String {
    match types {
        ["array"] => {
            let items = layers
                .get("items")
                .and_then(|items| Layers::new(items).resolved(root).ok())
                .map(|items| self::types(items.get("type")))
                .unwrap_or_default();
            match items.as_slice() {
                [one] => format!("array of {one}"),
                _ => "array".to_owned(),
            }
        }
        ["object"] => "object".to_owned(),
        [] => "any JSON".to_owned(),
        [one] => format!("type {one}"),
        several => several.join(" or "),
    }
}

/// The names in `type`, one or several.
fn types(raw: Option<&[u8]>) -> Vec<String> {
    let Some(raw) = raw else {
        return Vec::new();
    };
    json::string(raw).map_or_else(
        || json::elements(raw).filter_map(json::string).collect(),
        |one| vec![one],
    )
}

fn may_be_text(root: &[u8], branch: &[u8]) -> bool {
    let Ok(layers) = Layers::new(branch).resolved(root) else {
        return true;
    };
    if let Some((choices, _)) = choices(&layers) {
        return choices.iter().any(|choice| choice.value.as_str().is_some());
    }
    let names = types(layers.get("type"));
    names.is_empty() || names.iter().any(|name| name == "string")
}

/// The values of an enum (`enum`, `const`, or a union of titled constants), and whether `null` was among them.
fn choices(layers: &Layers<'_>) -> Option<(Vec<Choice>, bool)> {
    let title = |raw: &[u8]| json::string_at(raw, &["title"]);
    let mut found: Vec<Choice> = if let Some(constant) = layers.get("const") {
        vec![Choice {
            value: Value::parse(constant).ok()?,
            title: None,
        }]
    } else if let Some(list) = layers.get("enum") {
        // `enumNames` is how elicitation titles its values up to revision 2025-06-18.
        let titles: Vec<Option<String>> = layers
            .get("enumNames")
            .map(|names| json::elements(names).map(json::string).collect())
            .unwrap_or_default();
        json::elements(list)
            .enumerate()
            .map(|(index, raw)| {
                Some(Choice {
                    value: Value::parse(raw).ok()?,
                    title: titles.get(index).cloned().flatten(),
                })
            })
            .collect::<Option<_>>()?
    } else {
        let list = layers.get("oneOf").or_else(|| layers.get("anyOf"))?;
        json::elements(list)
            .map(|branch| {
                if is_null_type(branch) {
                    return Some(Choice {
                        value: Value::Null,
                        title: None,
                    });
                }
                Some(Choice {
                    value: Value::parse(json::get(branch, &["const"])?).ok()?,
                    title: title(branch),
                })
            })
            .collect::<Option<_>>()?
    };
    let all = found.len();
    found.retain(|choice| choice.value != Value::Null);
    let null = found.len() < all;
    (!found.is_empty()).then_some((found, null))
}

fn text(layers: &Layers<'_>) -> Text {
    let format = layers.get("format").and_then(json::string);
    let max = layers.get("maxLength").and_then(count);
    Text {
        secret: format.as_deref() == Some("password")
            || layers.get("writeOnly").and_then(json::boolean) == Some(true),
        multiline: layers.has("contentMediaType") || max.is_some_and(|max| max > 200),
        pattern: layers.get("pattern").and_then(json::string),
        min: layers.get("minLength").and_then(count),
        max,
        format,
    }
}

fn count(raw: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(raw).ok()?.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

fn range(layers: &Layers<'_>) -> Range {
    let number = |keyword: &str| {
        let text = std::str::from_utf8(layers.get(keyword)?).ok()?.trim();
        super::number::is_json_number(text).then(|| text.to_owned())
    };
    // Draft 4 spells an exclusive bound as `minimum` beside `exclusiveMinimum: true`.
    let flag = |keyword: &str| layers.get(keyword).and_then(json::boolean) == Some(true);
    let (mut min, mut max) = (number("minimum"), number("maximum"));
    let mut above = number("exclusiveMinimum");
    let mut below = number("exclusiveMaximum");
    if flag("exclusiveMinimum") {
        above = min.take();
    }
    if flag("exclusiveMaximum") {
        below = max.take();
    }
    Range {
        min,
        max,
        above,
        below,
        step: number("multipleOf"),
    }
}

#[cfg(test)]
mod tests;
