//! Words for what a schema leaves unnamed: the variants of a union, and the condition that brought a member.

use super::document::{At, Document};
use super::layers::{Spec, View};
use super::{Variant, plain};

/// Longest a name made of other names gets, in characters.
const LONG: usize = 40;

/// Names for the branches of a union, each unlike the others: its title, else the constant that tells it apart, else
/// the name behind its `$ref`, else the members the others do not have, else its type.
pub fn variants(doc: &Document, branches: &[At]) -> Vec<Variant> {
    let views: Vec<View<'_>> = branches
        .iter()
        .map(|at| View::of(doc, &Spec::at(*at), None))
        .collect();
    let discriminator = discriminator(&views);
    let members: Vec<Vec<&str>> = views.iter().map(members).collect();
    let mut names: Vec<String> = Vec::with_capacity(branches.len());
    for (index, view) in views.iter().enumerate() {
        let at = branches[index];
        let name = view
            .text("title")
            .map(str::to_owned)
            .or_else(|| constant(view, discriminator.as_deref()?))
            .or_else(|| {
                let reference = doc.text(doc.get(at, "$ref")?)?;
                let last = reference.rsplit(['/', '#']).next()?;
                (!last.is_empty()).then(|| last.to_owned())
            })
            .or_else(|| {
                let own: Vec<&str> = members[index]
                    .iter()
                    .copied()
                    .filter(|name| {
                        (0..members.len())
                            .all(|other| other == index || !members[other].contains(name))
                    })
                    .take(3)
                    .collect();
                (!own.is_empty()).then(|| own.join(", "))
            })
            .or_else(|| {
                let values: Vec<String> = doc
                    .elements(view.get("enum")?)
                    .iter()
                    .map(|at| plain(&doc.value(*at)))
                    .collect();
                (!values.is_empty()).then(|| values.join("|"))
            })
            .or_else(|| Some(plain(&doc.value(view.get("const")?))))
            .unwrap_or_else(|| word(view));
        let name: String = if name.chars().count() > LONG {
            name.chars().take(LONG - 1).chain(['…']).collect()
        } else {
            name
        };
        names.push(if name.trim().is_empty() {
            format!("variant {}", index + 1)
        } else {
            name
        });
    }
    (0..names.len())
        .map(|index| {
            let twin = names
                .iter()
                .enumerate()
                .any(|(other, name)| other != index && *name == names[index]);
            Variant {
                name: if twin {
                    format!("{} {}", names[index], index + 1)
                } else {
                    names[index].clone()
                },
                description: views[index].text("description").map(str::to_owned),
            }
        })
        .collect()
}

fn members<'a>(view: &View<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for at in view.all("required") {
        names.extend(view.doc.texts(at));
    }
    for at in view.all("properties") {
        for (name, _) in view.doc.members(at) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names
}

/// The member that is a different constant in each variant.
fn discriminator(views: &[View<'_>]) -> Option<String> {
    let first = views.first()?;
    let table = first.get("properties")?;
    first
        .doc
        .members(table)
        .iter()
        .map(|(name, _)| name)
        .find(|name| {
            let mut seen = Vec::new();
            views.iter().all(|view| match constant(view, name) {
                Some(value) if !seen.contains(&value) => {
                    seen.push(value);
                    true
                }
                _ => false,
            })
        })
        .cloned()
}

/// The only value a member can have, as text.
fn constant(view: &View<'_>, member: &str) -> Option<String> {
    view.all("properties").find_map(|table| {
        let place = view.doc.get(table, member)?;
        if let Some(value) = view.doc.get(place, "const") {
            return Some(plain(&view.doc.value(value)));
        }
        match view.doc.elements(view.doc.get(place, "enum")?) {
            [only] => Some(plain(&view.doc.value(*only))),
            _ => None,
        }
    })
}

/// The type of what a view describes, in a word.
pub fn word(view: &View<'_>) -> String {
    match view.types() {
        Ok(Some(types)) if !types.is_empty() => {
            let words: Vec<&str> = types.iter().map(|one| one.word()).collect();
            let list = words.join("|");
            if types.as_slice() == [super::layers::Type::Array]
                && let Some(items) = view.get("items").filter(|at| view.doc.is_object(*at))
            {
                let inner = View::of(view.doc, &Spec::at(items), None);
                if let Ok(Some(types)) = inner.types() {
                    let words: Vec<&str> = types.iter().map(|one| one.word()).collect();
                    return format!("array of {}", words.join("|"));
                }
            }
            list
        }
        _ if view.has("properties") => "object".to_owned(),
        _ if view.has("enum") || view.has("const") => "enum".to_owned(),
        _ => "any".to_owned(),
    }
}

/// A condition in a few words: `kind = file`, `mode is set`.
pub fn condition(doc: &Document, test: At) -> String {
    let mut parts = Vec::new();
    if let Some(table) = doc.get(test, "properties") {
        for (name, place) in doc.members(table) {
            if let Some(value) = doc.get(*place, "const") {
                parts.push(format!("{name} = {}", plain(&doc.value(value))));
            } else if let Some(list) = doc.get(*place, "enum") {
                let values: Vec<String> = doc
                    .elements(list)
                    .iter()
                    .take(4)
                    .map(|at| plain(&doc.value(*at)))
                    .collect();
                parts.push(format!("{name} = {}", values.join(" or ")));
            } else {
                parts.push(format!("{name} fits"));
            }
        }
    }
    if parts.is_empty()
        && let Some(list) = doc.get(test, "required")
    {
        parts.extend(doc.texts(list).map(|name| format!("{name} is set")));
    }
    for (keyword, joint) in [("allOf", " and "), ("anyOf", " or "), ("oneOf", " or ")] {
        if parts.is_empty()
            && let Some(list) = doc.get(test, keyword)
        {
            let inner: Vec<String> = doc
                .elements(list)
                .iter()
                .take(3)
                // One level is enough for words, and it cannot run away.
                .filter(|at| {
                    doc.get(**at, "properties").is_some() || doc.get(**at, "required").is_some()
                })
                .map(|at| condition(doc, *at))
                .collect();
            if !inner.is_empty() {
                parts.push(inner.join(joint));
            }
        }
    }
    if parts.is_empty()
        && let Some(inner) = doc.get(test, "not")
        && (doc.get(inner, "properties").is_some() || doc.get(inner, "required").is_some())
    {
        return format!("not {}", condition(doc, inner));
    }
    if parts.is_empty() {
        "a condition".to_owned()
    } else {
        parts.join(" and ")
    }
}
