//! What objects and arrays hold: the members a schema names, the rules for others, the slots and items of lists.

use std::collections::HashMap;
use std::sync::Arc;

use super::document::{At, Document};
use super::layers::{Spec, View};
use super::{Extra, Field, Shape, names, pattern, shape};
use crate::json::Value;

/// A member that a schema names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub spec: Spec,
    pub required: bool,
    pub because: Option<Arc<str>>,
}

/// The members that a view names, in the order of the schema; required ones that it does not describe come last.
pub fn members(view: &View<'_>) -> Vec<Member> {
    let doc = view.doc;
    let mut found: Vec<Member> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for layer in &view.layers {
        let Some(table) = doc.get(layer.at, "properties") else {
            continue;
        };
        for (name, at) in doc.members(table) {
            match index.get(name.as_str()) {
                Some(known) => {
                    let member = &mut found[*known];
                    if !member.spec.layers.contains(at) {
                        member.spec.layers.push(*at);
                    }
                }
                None => {
                    index.insert(name, found.len());
                    found.push(Member {
                        name: name.clone(),
                        spec: Spec::at(*at),
                        required: false,
                        because: layer.because.clone(),
                    });
                }
            }
        }
    }
    let mut needed: Vec<(String, Option<Arc<str>>)> = Vec::new();
    for layer in &view.layers {
        if let Some(list) = doc.get(layer.at, "required") {
            needed.extend(
                doc.texts(list)
                    .map(|name| (name.to_owned(), layer.because.clone())),
            );
        }
        // Draft 3 says so in the member itself.
    }
    needed.extend(
        view.required
            .iter()
            .map(|(name, because)| (name.clone(), Some(because.clone()))),
    );
    let patterns = patterns(view);
    for member in &mut found {
        for (expression, at) in &patterns {
            if pattern::matches(expression, &member.name) == Some(true) {
                member.spec.layers.push(*at);
            }
        }
    }
    for (name, because) in needed {
        match found.iter_mut().find(|member| member.name == name) {
            Some(member) => {
                if !member.required && member.because.is_none() {
                    // A member that is always there says what made it required.
                    member.because = because;
                }
                member.required = true;
            }
            None => found.push(Member {
                spec: entry(view, &name).unwrap_or_default(),
                name,
                required: true,
                because,
            }),
        }
    }
    found
}

fn patterns<'a>(view: &View<'a>) -> Vec<(&'a str, At)> {
    view.all("patternProperties")
        .flat_map(|table| view.doc.members(table))
        .map(|(expression, at)| (expression.as_str(), *at))
        .collect()
}

/// The schema of a member that is not named; none when there may be no such member.
pub fn entry(view: &View<'_>, name: &str) -> Option<Spec> {
    let doc = view.doc;
    let mut layers: Vec<At> = Vec::new();
    for (expression, at) in patterns(view) {
        if pattern::matches(expression, name) == Some(true) {
            layers.push(at);
        }
    }
    if layers.is_empty() {
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            for at in view.all(keyword) {
                match doc.leaf(at) {
                    Some(Value::Bool(false)) => return None,
                    _ if doc.is_object(at) => layers.push(at),
                    _ => {}
                }
            }
        }
    }
    Some(Spec {
        layers,
        ..Spec::default()
    })
}

/// What members beyond the named ones may be.
pub fn extra(view: &View<'_>) -> Extra {
    let doc = view.doc;
    let word = |at: At| {
        let view = View::of(doc, &Spec::at(at), None);
        shape::short(&view)
    };
    let patterns = patterns(view);
    let mut refused = false;
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        for at in view.all(keyword) {
            match doc.leaf(at) {
                Some(Value::Bool(false)) => refused = true,
                _ if doc.is_object(at) => return Extra::Typed(word(at)),
                // `additionalProperties: true` beside nothing named is a map of anything.
                Some(Value::Bool(true)) if !view.has("properties") => {
                    return Extra::Typed("any".to_owned());
                }
                _ => {}
            }
        }
    }
    match patterns.first() {
        Some((_, at)) => Extra::Typed(word(*at)),
        None if refused => Extra::Refused,
        None => Extra::Any,
    }
}

/// Why a key will not do, in words.
pub fn key_problem(view: &View<'_>, name: &str) -> Option<String> {
    let doc = view.doc;
    let text = Value::String(name.to_owned());
    for at in view.all("propertyNames") {
        if super::judge::fits(doc, at, &text) == Some(false) {
            let inner = View::of(doc, &Spec::at(at), None);
            if let Some(expression) = inner.text("pattern") {
                return Some(format!("the key must match {expression}"));
            }
            if let Some(list) = inner.get("enum") {
                let names: Vec<&str> = doc.texts(list).take(8).collect();
                return Some(format!("the key must be one of {}", names.join(", ")));
            }
            return Some("the schema does not allow such a key".to_owned());
        }
    }
    if entry(view, name).is_none() {
        let patterns = patterns(view);
        return Some(match patterns.as_slice() {
            [] => "the schema allows no such member".to_owned(),
            list => {
                let list: Vec<&str> = list.iter().take(4).map(|(text, _)| *text).collect();
                format!("the key must match {}", list.join(" or "))
            }
        });
    }
    None
}

/// The schemas of the first items, when each has its own (`prefixItems`, or `items` as a list).
pub fn slots(view: &View<'_>) -> Vec<Spec> {
    let list = view
        .get("prefixItems")
        .or_else(|| view.all("items").find(|at| view.doc.is_array(*at)));
    list.map(|list| {
        view.doc
            .elements(list)
            .iter()
            .copied()
            .map(Spec::at)
            .collect()
    })
    .unwrap_or_default()
}

/// The schema of the items behind the slots; none when there may be no more.
pub fn rest(view: &View<'_>) -> Option<Spec> {
    let doc = view.doc;
    let tuple = view.all("items").any(|at| doc.is_array(at));
    let keyword = if tuple { "additionalItems" } else { "items" };
    let mut layers = Vec::new();
    for at in view.all(keyword).chain(view.all("unevaluatedItems")) {
        match doc.leaf(at) {
            Some(Value::Bool(false)) => return None,
            _ if doc.is_object(at) => layers.push(at),
            _ => {}
        }
    }
    Some(Spec {
        layers,
        ..Spec::default()
    })
}

/// The field of a member, name and all.
pub fn field(doc: &Document, member: &Member) -> Field {
    let mut field = shape::field(doc, &member.spec, None);
    field.name.clone_from(&member.name);
    field.required = member.required;
    field.because = member.because.as_deref().map(str::to_owned);
    // There is only one valid answer, so a required constant is filled in like a default.
    if let (true, None, super::Kind::Enum(choices)) = (member.required, &field.default, &field.kind)
        && let [only] = choices.as_slice()
        && !field.nullable
    {
        field.default = Some(only.value.clone());
    }
    field
}

/// What a schema asks for as a whole, flat: members of every variant and condition, each name once.
pub fn read(schema: &[u8]) -> Shape {
    let doc = Document::read(schema);
    let spec = Spec::at(doc.root());
    let view = View::of(&doc, &spec, None);
    let mut note = doc.fault().map(str::to_owned).or_else(|| {
        view.blocked
            .as_ref()
            .map(|why| format!("the schema is {why}"))
    });
    let mut fields: Vec<Field> = members(&view)
        .iter()
        .map(|member| field(&doc, member))
        .collect();
    if let Some(open) = shape::telling(&view) {
        let branches = shape::branches(&doc, open.list);
        let places: Vec<At> = branches.iter().map(|(_, at)| *at).collect();
        let names: Vec<String> = names::variants(&doc, &places)
            .into_iter()
            .map(|variant| variant.name)
            .collect();
        note = note.or_else(|| Some(format!("{}: {}", open.keyword, names.join(" | "))));
        for (index, _) in branches {
            let view = View::of(&doc, &spec.picked(open.list, index), None);
            for member in members(&view) {
                if !fields.iter().any(|field| field.name == member.name) {
                    let mut field = field(&doc, &member);
                    field.required = false;
                    fields.push(field);
                }
            }
        }
    }
    Shape {
        open: extra(&view) != Extra::Refused,
        fields,
        note,
    }
}
