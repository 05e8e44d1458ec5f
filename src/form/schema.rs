//! Reads a JSON Schema (2020-12, draft-07, and what of older drafts servers still send) into shapes: what kind of
//! answer a place takes, one place at a time and only when asked.
//!
//! It decides which widget fits, and is no validator: whatever no widget can express becomes [`Kind::Json`], edited
//! as raw JSON and saying why. References are followed only inside the document, and only so far.
//!
//! `document` stores the schema; `layers` finds everything that applies to one place (`$ref`, `allOf`, unions,
//! conditions); `shape` turns that into a [`Field`]; `members` lists what an object or array holds; `names` finds
//! words for variants; `judge` tells whether a value fits, as far as that needs no validator.

use crate::json::Value;

pub(super) mod document;
pub(super) mod judge;
pub(super) mod layers;
pub(super) mod members;
mod names;
pub(super) mod pattern;
pub(super) mod shape;

pub use members::read;

/// What a form as a whole asks for, flat: for a command line, which has no rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The fields, in the order the schema lists them; those of variants and conditions come last and are optional.
    pub fields: Vec<Field>,
    /// Whether members that the schema does not name are allowed.
    pub open: bool,
    /// What about the schema as a whole the fields do not show, in words.
    pub note: Option<String>,
}

/// What the schema says of one place: a member, an item, a variant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The member's name on the wire; empty for items and the whole.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What the member means.
    pub description: Option<String>,
    /// Whether the schema requires the member.
    pub required: bool,
    /// Whether `null` is a valid answer.
    pub nullable: bool,
    /// The value the schema declares as default; for a required constant, that constant.
    pub default: Option<Value>,
    /// Values the schema gives as examples.
    pub examples: Vec<Value>,
    /// `deprecated`.
    pub deprecated: bool,
    /// `readOnly`: a server ignores or refuses it.
    pub read_only: bool,
    /// `writeOnly`, or a password: not to be shown or kept.
    pub secret: bool,
    /// Why the member is there at all, when a condition brought it: `kind = file`.
    pub because: Option<String>,
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
    /// Only `null`.
    Null,
    /// One of some values, which keep their JSON type.
    Enum(Vec<Choice>),
    /// Some of some values: an array with a box to tick for each.
    Set(Set),
    /// A list of items.
    Array(Array),
    /// Named members; with none named by the schema, a map.
    Object(Object),
    /// One of several shapes: `oneOf`, `anyOf`, or one of several types.
    Union(Union),
    /// Anything else: edited as raw JSON.
    Json(Raw),
}

impl Default for Kind {
    fn default() -> Self {
        Self::String(Text::default())
    }
}

/// What the schema says about text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// `format`, such as `date-time`; a hint only.
    pub format: Option<String>,
    /// The pattern it should match.
    pub pattern: Option<String>,
    /// Fewest characters.
    pub min: Option<u64>,
    /// Most characters.
    pub max: Option<u64>,
    /// Long text, better edited over several lines.
    pub multiline: bool,
    /// A password or the like, not to be shown.
    pub secret: bool,
    /// `contentMediaType`, such as `text/markdown`.
    pub media: Option<String>,
    /// `contentEncoding: base64`: bytes, better loaded from a file.
    pub base64: bool,
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
    /// What it means.
    pub description: Option<String>,
}

impl Choice {
    /// The value as text: a string as it is, anything else as compact JSON.
    pub fn text(&self) -> String {
        plain(&self.value)
    }
}

/// What the schema says about a choice of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// Fewest that must be chosen.
    pub min: Option<u64>,
    /// Most that may be chosen.
    pub max: Option<u64>,
    /// Whether the schema rules out choosing one twice. Boxes never do; what is loaded may.
    pub unique: bool,
}

/// What the schema says about a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Array {
    /// The type of its items in a word; none when there are slots only.
    pub item: Option<String>,
    /// Names of the first items, when each has its own meaning (`prefixItems`): title, else `item 0`.
    pub slots: Vec<String>,
    /// Fewest items.
    pub min: Option<u64>,
    /// Most items.
    pub max: Option<u64>,
    /// Whether no two items may be the same.
    pub unique: bool,
}

/// What the schema says about an object beside its members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Whether the schema names members. Without, an object that takes others is a map.
    pub named: bool,
    /// What other members may be.
    pub extra: Extra,
    /// Fewest members.
    pub min: Option<u64>,
    /// Most members.
    pub max: Option<u64>,
}

impl Object {
    /// Whether it is a map of keys that the user chooses.
    pub fn is_map(&self) -> bool {
        !self.named && self.extra != Extra::Refused
    }
}

/// What members beyond the named ones may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Extra {
    /// Anything.
    #[default]
    Any,
    /// Values of a type, in a word.
    Typed(String),
    /// There may be none.
    Refused,
}

/// One of several shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Union {
    /// `oneOf`, `anyOf`, or `type` when it is the type that is chosen.
    pub keyword: &'static str,
    /// Whether a text may be a valid answer.
    pub text: bool,
    /// The variants, in the order of the schema.
    pub variants: Vec<Variant>,
}

/// One variant of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// What it is called; unlike the others of its union.
    pub name: String,
    /// What it means.
    pub description: Option<String>,
}

/// Why a field is edited as raw JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// What no widget can express, in words: `a reference to another document`, `not`.
    pub why: String,
    /// Nothing at all is valid here.
    pub never: bool,
}

impl Raw {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            never: false,
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
            Self::Null => "null",
            Self::Enum(_) => "enum",
            Self::Set(_) => "set",
            Self::Array(array) if array.slots.is_empty() => "array",
            Self::Array(_) => "tuple",
            Self::Object(object) if object.is_map() => "map",
            Self::Object(_) => "object",
            Self::Union(union) if union.keyword == "type" => "any",
            Self::Union(union) => union.keyword,
            Self::Json(_) => "JSON",
        }
    }

    /// Whether it holds other nodes.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_) | Self::Union(_))
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
            description: description.map(str::to_owned),
            required,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
