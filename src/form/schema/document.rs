//! A schema as it was sent, parsed once into a flat store, so that its parts are small copyable places.
//!
//! It finds members and local references; what they mean is the business of others.

use std::collections::HashMap;

use crate::json::Value;

/// A place in a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At(u32);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Object(Vec<(String, At)>),
    Array(Vec<At>),
    Leaf(Value),
}

/// A schema document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    items: Vec<Item>,
    /// `$anchor`s and `$id`s, as a reference names them.
    names: HashMap<String, At>,
    fault: Option<String>,
    /// Whether every array of choices is there to be ticked, as in elicitation.
    pub multi_select: bool,
}

impl Document {
    /// Reads a schema; bytes that are none give an empty document and a [fault](Self::fault).
    pub fn read(bytes: &[u8]) -> Self {
        let mut document = Self {
            items: Vec::new(),
            names: HashMap::new(),
            fault: None,
            multi_select: false,
        };
        match Value::parse(bytes) {
            Ok(value) => {
                if matches!(value, Value::Object(_) | Value::Bool(_)) {
                    document.put(value);
                } else {
                    document.fault = Some("the schema is not an object".to_owned());
                    document.put(Value::Object(Vec::new()));
                }
            }
            Err(problem) => {
                document.fault = Some(if bytes.trim_ascii().is_empty() {
                    "there is no schema".to_owned()
                } else {
                    format!("the schema is not JSON: {problem}")
                });
                document.put(Value::Object(Vec::new()));
            }
        }
        document
    }

    fn put(&mut self, value: Value) -> At {
        let at = At(self.items.len() as u32);
        self.items.push(Item::Leaf(Value::Null));
        self.items[at.0 as usize] = match value {
            Value::Object(members) => {
                for (key, value) in &members {
                    let Some(text) = value.as_str() else {
                        continue;
                    };
                    let name = match key.as_str() {
                        "$anchor" | "$dynamicAnchor" => format!("#{text}"),
                        "$id" | "id" => text.trim_end_matches('#').to_owned(),
                        _ => continue,
                    };
                    if !name.is_empty() {
                        self.names.entry(name).or_insert(at);
                    }
                }
                Item::Object(
                    last_of_each(members)
                        .into_iter()
                        .map(|(key, value)| (key, self.put(value)))
                        .collect(),
                )
            }
            Value::Array(items) => {
                Item::Array(items.into_iter().map(|item| self.put(item)).collect())
            }
            leaf => Item::Leaf(leaf),
        };
        at
    }

    /// The whole.
    #[expect(
        clippy::unused_self,
        reason = "a place means nothing without its document"
    )]
    pub fn root(&self) -> At {
        At(0)
    }

    /// Why there is no schema to read, in words.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// The members of an object; none of anything else.
    pub fn members(&self, at: At) -> &[(String, At)] {
        match &self.items[at.0 as usize] {
            Item::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none of anything else.
    pub fn elements(&self, at: At) -> &[At] {
        match &self.items[at.0 as usize] {
            Item::Array(items) => items,
            _ => &[],
        }
    }

    /// The member `key` of an object.
    pub fn get(&self, at: At, key: &str) -> Option<At> {
        self.members(at)
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, at)| *at)
    }

    pub fn is_object(&self, at: At) -> bool {
        matches!(self.items[at.0 as usize], Item::Object(_))
    }

    pub fn is_array(&self, at: At) -> bool {
        matches!(self.items[at.0 as usize], Item::Array(_))
    }

    pub fn leaf(&self, at: At) -> Option<&Value> {
        match &self.items[at.0 as usize] {
            Item::Leaf(value) => Some(value),
            _ => None,
        }
    }

    pub fn text(&self, at: At) -> Option<&str> {
        self.leaf(at)?.as_str()
    }

    pub fn flag(&self, at: At, key: &str) -> Option<bool> {
        self.leaf(self.get(at, key)?)?.as_bool()
    }

    /// The number at a place, as it is spelled.
    pub fn number(&self, at: At) -> Option<&str> {
        match self.leaf(at)? {
            Value::Number(spelling) => Some(spelling),
            _ => None,
        }
    }

    /// A count such as `maxLength`.
    pub fn count(&self, at: At) -> Option<u64> {
        let text = self.number(at)?;
        text.strip_suffix(".0").unwrap_or(text).parse().ok()
    }

    /// The texts of an array of strings.
    pub fn texts(&self, at: At) -> impl Iterator<Item = &str> {
        self.elements(at).iter().filter_map(|at| self.text(*at))
    }

    /// What stands at a place, as a value.
    pub fn value(&self, at: At) -> Value {
        match &self.items[at.0 as usize] {
            Item::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, at)| (key.clone(), self.value(*at)))
                    .collect(),
            ),
            Item::Array(items) => Value::Array(items.iter().map(|at| self.value(*at)).collect()),
            Item::Leaf(value) => value.clone(),
        }
    }

    /// What a reference points at, inside this document only: `#`, a JSON Pointer (RFC 6901) behind it, an anchor,
    /// or an `$id` that the document itself declares. The error says why not, in words.
    pub fn resolve(&self, reference: &str) -> Result<At, String> {
        let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let start = if base.is_empty() {
            self.root()
        } else {
            *self
                .names
                .get(base)
                .ok_or_else(|| "a reference to another document".to_owned())?
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self
                .names
                .get(&format!("#{fragment}"))
                .copied()
                .ok_or_else(|| "a reference to an anchor that is not there".to_owned());
        }
        fragment
            .split('/')
            .skip(1)
            .try_fold(start, |here, step| {
                let step = unescape(step);
                match &self.items[here.0 as usize] {
                    Item::Array(items) => items.get(step.parse::<usize>().ok()?).copied(),
                    _ => self.get(here, &step),
                }
            })
            .ok_or_else(|| "a reference that leads nowhere".to_owned())
    }
}

/// Members without those that a later one of the same name takes the place of, as validators read them.
fn last_of_each(members: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(String, Value)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        match places.get(&name) {
            Some(place) => kept[*place].1 = value,
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
    }
    kept
}

/// One step of a pointer in a URI fragment, without its escapes.
fn unescape(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(tail.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes)
        .replace("~1", "/")
        .replace("~0", "~")
}
