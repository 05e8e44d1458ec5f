//! Everything of a schema that applies to one place, gathered: references, `allOf`, picked variants, conditions.
//!
//! The result is a list of plain schemas that all hold at once, nearest first: an annotation is taken from the first
//! that has it, bounds and types from all of them. Nothing is copied and nothing below the place is looked at.

use std::sync::Arc;

use super::document::{At, Document};
use super::judge;
use crate::json::Value;

/// How many schemas may apply to one place before it is left as raw JSON.
const MOST: usize = 128;

/// The types of JSON, as schemas name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
    Null,
}

impl Type {
    /// The type a schema means by `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "number" => Self::Number,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::Array,
            "null" => Self::Null,
            _ => return None,
        })
    }

    /// The type in a word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Null => "null",
        }
    }

    /// Whether a value is of the type; integers by their spelling only.
    pub fn is_of(self, value: &Value) -> bool {
        match (self, value) {
            (Self::String, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Boolean, Value::Bool(_))
            | (Self::Object, Value::Object(_))
            | (Self::Array, Value::Array(_))
            | (Self::Null, Value::Null) => true,
            (Self::Integer, Value::Number(text)) => {
                crate::form::number::Decimal::parse(text).is_none_or(|number| number.is_whole())
            }
            _ => false,
        }
    }
}

/// Where a node's schema is: schemas that all apply, and what was picked of their unions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Spec {
    /// The schemas; none at all allows anything.
    pub layers: Vec<At>,
    /// Which branch of which union applies.
    pub picks: Vec<(At, usize)>,
    /// The type, when it was chosen of several.
    pub only: Option<Type>,
}

impl Spec {
    /// The place `at`.
    pub fn at(at: At) -> Self {
        Self {
            layers: vec![at],
            ..Self::default()
        }
    }

    /// The same with the branch `index` of the union `list`.
    pub fn picked(&self, list: At, index: usize) -> Self {
        let mut spec = self.clone();
        spec.picks.push((list, index));
        spec
    }
}

/// One schema that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    pub at: At,
    /// The condition that brought it, in words.
    pub because: Option<Arc<str>>,
}

/// A union that is left to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub keyword: &'static str,
    pub list: At,
}

/// All that applies to a place.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub doc: &'a Document,
    pub layers: Vec<Layer>,
    /// Whether a union with `null`, or `nullable`, adds `null` to whatever else fits.
    pub nullable: bool,
    pub unions: Vec<Open>,
    /// Why no widget can be true to the schema.
    pub blocked: Option<String>,
    /// Nothing is valid here.
    pub never: bool,
    /// Members that other members require, with the reason.
    pub required: Vec<(String, Arc<str>)>,
    /// Whether anything depends on what is filled in.
    pub conditional: bool,
}

impl<'a> View<'a> {
    /// Gathers all that applies to `spec`, given what is filled in (`Null` counts as nothing).
    pub fn of(doc: &'a Document, spec: &Spec, value: Option<&Value>) -> Self {
        let mut view = Self {
            doc,
            layers: Vec::new(),
            nullable: false,
            unions: Vec::new(),
            blocked: None,
            never: false,
            required: Vec::new(),
            conditional: false,
        };
        let mut stack = Vec::new();
        for at in &spec.layers {
            view.add(*at, None, &spec.picks, value, &mut stack);
        }
        view
    }

    fn block(&mut self, why: impl Into<String>) {
        if self.blocked.is_none() {
            self.blocked = Some(why.into());
        }
    }

    fn add(
        &mut self,
        at: At,
        because: Option<&Arc<str>>,
        picks: &[(At, usize)],
        value: Option<&Value>,
        stack: &mut Vec<At>,
    ) {
        if stack.contains(&at) {
            self.block("a reference that leads to itself");
            return;
        }
        if self.layers.iter().any(|layer| layer.at == at) {
            return;
        }
        if self.layers.len() >= MOST || stack.len() >= MOST {
            self.block("put together of too many schemas");
            return;
        }
        let doc = self.doc;
        if let Some(Value::Bool(false)) = doc.leaf(at) {
            self.never = true;
            return;
        }
        if !doc.is_object(at) {
            return;
        }
        self.layers.push(Layer {
            at,
            because: because.cloned(),
        });
        stack.push(at);
        if let Some(reference) = doc.get(at, "$ref") {
            match doc.text(reference).map(|text| doc.resolve(text)) {
                Some(Ok(target)) => self.add(target, because, picks, value, stack),
                Some(Err(why)) => self.block(why),
                None => self.block("a reference that is no text"),
            }
        }
        for keyword in ["$dynamicRef", "$recursiveRef"] {
            if doc.get(at, keyword).is_some() {
                self.block(keyword);
            }
        }
        if doc.flag(at, "nullable") == Some(true) {
            self.nullable = true;
        }
        if let Some(list) = doc.get(at, "allOf") {
            for part in doc.elements(list) {
                self.add(*part, because, picks, value, stack);
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(list) = doc.get(at, keyword) {
                self.union(keyword, list, because, picks, value, stack);
            }
        }
        self.conditions(at, because, picks, value, stack);
        stack.pop();
    }

    fn union(
        &mut self,
        keyword: &'static str,
        list: At,
        because: Option<&Arc<str>>,
        picks: &[(At, usize)],
        value: Option<&Value>,
        stack: &mut Vec<At>,
    ) {
        let doc = self.doc;
        let branches = doc.elements(list);
        if let Some((_, index)) = picks.iter().find(|(picked, _)| *picked == list) {
            if let Some(branch) = branches.get(*index) {
                self.add(*branch, because, picks, value, stack);
            }
            return;
        }
        let real: Vec<At> = branches
            .iter()
            .copied()
            .filter(|branch| !is_null(doc, *branch))
            .collect();
        if real.len() < branches.len() {
            self.nullable = true;
        }
        if let [only] = real.as_slice() {
            self.add(*only, because, picks, value, stack);
        } else if !real.is_empty() {
            self.unions.push(Open { keyword, list });
        }
    }

    fn conditions(
        &mut self,
        at: At,
        because: Option<&Arc<str>>,
        picks: &[(At, usize)],
        value: Option<&Value>,
        stack: &mut Vec<At>,
    ) {
        let doc = self.doc;
        if let Some(test) = doc.get(at, "if") {
            let (then, other) = (doc.get(at, "then"), doc.get(at, "else"));
            if then.is_some() || other.is_some() {
                self.conditional = true;
                let empty = Value::Object(Vec::new());
                let holds = judge::fits(doc, test, value.unwrap_or(&empty));
                let words = super::names::condition(doc, test);
                // What cannot be told is shown: a member too many is better than one that cannot be reached.
                if holds != Some(false)
                    && let Some(then) = then
                {
                    self.add(then, Some(&Arc::from(words.as_str())), picks, value, stack);
                }
                if holds != Some(true)
                    && let Some(other) = other
                {
                    let words = format!("not {words}");
                    self.add(other, Some(&Arc::from(words.as_str())), picks, value, stack);
                }
            }
        }
        for keyword in ["dependentSchemas", "dependentRequired", "dependencies"] {
            let Some(table) = doc.get(at, keyword) else {
                continue;
            };
            for (name, then) in doc.members(table) {
                self.conditional = true;
                if value.and_then(|value| value.get(name)).is_none() {
                    continue;
                }
                let words: Arc<str> = Arc::from(format!("{name} is set"));
                if doc.is_array(*then) {
                    self.required.extend(
                        doc.texts(*then)
                            .map(|name| (name.to_owned(), words.clone())),
                    );
                } else {
                    self.add(*then, Some(&words), picks, value, stack);
                }
            }
        }
        let _ = because;
    }

    /// The nearest place of a keyword.
    pub fn get(&self, keyword: &str) -> Option<At> {
        self.all(keyword).next()
    }

    /// All places of a keyword, nearest first.
    pub fn all<'b>(&'b self, keyword: &'b str) -> impl Iterator<Item = At> + 'b {
        self.layers
            .iter()
            .filter_map(move |layer| self.doc.get(layer.at, keyword))
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.get(keyword).is_some()
    }

    pub fn text(&self, keyword: &str) -> Option<&'a str> {
        self.all(keyword).find_map(|at| self.doc.text(at))
    }

    pub fn flag(&self, keyword: &str) -> bool {
        self.layers
            .iter()
            .any(|layer| self.doc.flag(layer.at, keyword) == Some(true))
    }

    /// The types that all layers allow; none when no layer says, an error for a name that is no type.
    pub fn types(&self) -> Result<Option<Vec<Type>>, String> {
        let mut allowed: Option<Vec<Type>> = None;
        for at in self.all("type") {
            let names: Vec<&str> = match self.doc.text(at) {
                Some(one) => vec![one],
                None => self.doc.texts(at).collect(),
            };
            let mut here = Vec::new();
            for name in names {
                let known = Type::named(name).ok_or_else(|| format!("type {name}"))?;
                if !here.contains(&known) {
                    here.push(known);
                }
            }
            allowed = Some(match allowed {
                None => here,
                Some(before) => meet(&before, &here),
            });
        }
        Ok(allowed)
    }
}

fn meet(left: &[Type], right: &[Type]) -> Vec<Type> {
    let has = |list: &[Type], one: Type| {
        list.contains(&one) || (one == Type::Integer && list.contains(&Type::Number))
    };
    let mut both: Vec<Type> = left
        .iter()
        .copied()
        .filter(|one| has(right, *one))
        .collect();
    for one in right {
        if has(left, *one) && !both.contains(one) {
            both.push(*one);
        }
    }
    both
}

/// Whether a schema allows `null` and nothing else.
pub fn is_null(doc: &Document, at: At) -> bool {
    if let Some(kind) = doc.get(at, "type") {
        return doc.text(kind) == Some("null")
            || (doc.elements(kind).len() == 1 && doc.texts(kind).next() == Some("null"));
    }
    if let Some(constant) = doc.get(at, "const") {
        return doc.leaf(constant) == Some(&Value::Null);
    }
    doc.get(at, "enum").is_some_and(
        |list| matches!(doc.elements(list), [only] if doc.leaf(*only) == Some(&Value::Null)),
    )
}
