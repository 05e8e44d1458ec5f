//! From all that applies to a place to one [`Field`]: its annotations and the kind of answer it takes.

use super::document::{At, Document};
use super::layers::{Open, Spec, Type, View, is_null};
use super::{Array, Choice, Field, Kind, Object, Range, Raw, Set, Text, Union, Variant, names};
use crate::form::number::{self, Decimal};
use crate::json::Value;

/// What a place without any type can be.
pub const ANY: [Type; 5] = [
    Type::String,
    Type::Number,
    Type::Boolean,
    Type::Object,
    Type::Array,
];

/// The field at `spec`, given what is filled in there.
pub fn field(doc: &Document, spec: &Spec, value: Option<&Value>) -> Field {
    let view = View::of(doc, spec, value);
    let text = |keyword: &str| {
        view.text(keyword)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (kind, null) = kind(&view, spec);
    let mut examples: Vec<Value> = Vec::new();
    if let Some(list) = view.get("examples") {
        examples.extend(doc.elements(list).iter().take(64).map(|at| doc.value(*at)));
    }
    if let (true, Some(one)) = (examples.is_empty(), view.get("example")) {
        examples.push(doc.value(one));
    }
    let secret = view.flag("writeOnly") || matches!(&kind, Kind::String(text) if text.secret);
    Field {
        name: String::new(),
        title: text("title"),
        description: text("description"),
        required: false,
        nullable: spec.only.is_none() && (view.nullable || null),
        default: view.get("default").map(|at| doc.value(at)),
        examples,
        deprecated: view.flag("deprecated"),
        read_only: view.flag("readOnly"),
        secret,
        because: None,
        kind,
    }
}

/// The kind of a place, and whether `null` is among its types or choices.
fn kind(view: &View<'_>, spec: &Spec) -> (Kind, bool) {
    if view.never {
        let raw = Raw {
            why: "the schema allows nothing here".to_owned(),
            never: true,
        };
        return (Kind::Json(raw), false);
    }
    if let Some(why) = &view.blocked {
        return (Kind::Json(Raw::new(why.clone())), false);
    }
    let types = match view.types() {
        Ok(types) => types,
        Err(why) => return (Kind::Json(Raw::new(why)), false),
    };
    if spec.only.is_none()
        && let Some((choices, null)) = choices(view)
    {
        return if choices.is_empty() {
            (Kind::Null, true)
        } else {
            (Kind::Enum(choices), null)
        };
    }
    let null = types
        .as_ref()
        .is_some_and(|types| types.contains(&Type::Null));
    let mut real: Vec<Type> = match (&spec.only, &types) {
        (Some(only), _) => vec![*only],
        (None, Some(types)) => types
            .iter()
            .copied()
            .filter(|one| *one != Type::Null)
            .collect(),
        (None, None) => implied(view),
    };
    // Every integer is a number.
    if real.contains(&Type::Number) {
        real.retain(|one| *one != Type::Integer);
    }
    if types.as_ref().is_some_and(Vec::is_empty) {
        let why = "types that exclude each other".to_owned();
        return (Kind::Json(Raw { why, never: true }), false);
    }
    if types.is_some() && real.is_empty() {
        return (Kind::Null, true);
    }
    // Beside one simple type a union only narrows what is valid; the widget of the type can express all of it.
    let simple = matches!(
        real.as_slice(),
        [Type::String | Type::Number | Type::Integer | Type::Boolean]
    );
    if !simple
        && spec
            .only
            .is_none_or(|only| matches!(only, Type::Object | Type::Array))
        && let Some(open) = telling(view)
    {
        return (Kind::Union(union(view.doc, open)), null);
    }
    match real.as_slice() {
        [one] => (of(view, *one), null),
        [] => {
            let untold = ["not", "contains", "propertyNames", "minProperties"]
                .into_iter()
                .find(|keyword| *keyword == "not" && view.has(keyword));
            match untold {
                Some(keyword) => (Kind::Json(Raw::new(keyword)), false),
                None => (chooser(&ANY), true),
            }
        }
        several => (chooser(several), null),
    }
}

/// The type that keywords speak of when none is named.
fn implied(view: &View<'_>) -> Vec<Type> {
    let any = |keywords: &[&str]| keywords.iter().any(|keyword| view.has(keyword));
    let mut types = Vec::new();
    if any(&[
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "if",
        "dependentSchemas",
        "dependentRequired",
        "dependencies",
    ]) {
        types.push(Type::Object);
    }
    if any(&[
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
    ]) {
        types.push(Type::Array);
    }
    if any(&[
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "contentMediaType",
        "contentEncoding",
    ]) {
        types.push(Type::String);
    }
    if any(&[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ]) {
        types.push(Type::Number);
    }
    types
}

fn chooser(types: &[Type]) -> Kind {
    Kind::Union(Union {
        keyword: "type",
        text: types.contains(&Type::String),
        variants: types
            .iter()
            .map(|one| Variant {
                name: one.word().to_owned(),
                description: None,
            })
            .collect(),
    })
}

/// The types a type chooser of `spec` offers, in the order of its variants.
pub fn offered(view: &View<'_>) -> Vec<Type> {
    let mut real: Vec<Type> = match view.types() {
        Ok(Some(types)) => types.into_iter().filter(|one| *one != Type::Null).collect(),
        _ => implied(view),
    };
    if real.contains(&Type::Number) {
        real.retain(|one| *one != Type::Integer);
    }
    if real.is_empty() { ANY.to_vec() } else { real }
}

/// The first union whose branches are different shapes, rather than different rules for the same one.
pub fn telling(view: &View<'_>) -> Option<Open> {
    const SHAPES: [&str; 15] = [
        "type",
        "properties",
        "$ref",
        "items",
        "prefixItems",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "allOf",
        "additionalProperties",
        "patternProperties",
        "nullable",
        "title",
        "$dynamicRef",
    ];
    view.unions.iter().copied().find(|open| {
        view.doc.elements(open.list).iter().any(|branch| {
            !view.doc.is_object(*branch)
                || SHAPES
                    .iter()
                    .any(|keyword| view.doc.get(*branch, keyword).is_some())
        })
    })
}

/// The branches of a union that are variants, by their index in the schema: all but `null`.
pub fn branches(doc: &Document, list: At) -> Vec<(usize, At)> {
    doc.elements(list)
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, at)| !is_null(doc, *at))
        .collect()
}

fn union(doc: &Document, open: Open) -> Union {
    let places: Vec<At> = branches(doc, open.list)
        .into_iter()
        .map(|(_, at)| at)
        .collect();
    Union {
        keyword: open.keyword,
        text: places.iter().any(|at| may_be_text(doc, *at)),
        variants: names::variants(doc, &places),
    }
}

/// Whether a text may fit a branch; looks no deeper than the branch itself, since unions may hold themselves.
fn may_be_text(doc: &Document, at: At) -> bool {
    let view = View::of(doc, &Spec::at(at), None);
    if let Some(list) = view.get("enum") {
        return doc.texts(list).next().is_some();
    }
    if let Some(constant) = view.get("const") {
        return doc.text(constant).is_some();
    }
    match view.types() {
        Ok(Some(types)) => types.contains(&Type::String),
        _ => {
            let implied = implied(&view);
            implied.is_empty() || implied.contains(&Type::String)
        }
    }
}

fn of(view: &View<'_>, one: Type) -> Kind {
    match one {
        Type::String => Kind::String(text(view)),
        Type::Number => Kind::Number(range(view)),
        Type::Integer => Kind::Integer(range(view)),
        Type::Boolean => Kind::Boolean,
        Type::Null => Kind::Null,
        Type::Object => Kind::Object(object(view)),
        Type::Array => array(view),
    }
}

/// The values of an enum (`const`, `enum`, or a union of constants), and whether `null` was among them.
fn choices(view: &View<'_>) -> Option<(Vec<Choice>, bool)> {
    let mut found = if let Some(constant) = view.get("const") {
        vec![Choice {
            value: view.doc.value(constant),
            title: None,
            description: None,
        }]
    } else if let Some(choices) = listed(view) {
        choices
    } else {
        view.unions
            .iter()
            .find_map(|open| titled(view.doc, open.list))?
    };
    let all = found.len();
    found.retain(|choice| choice.value != Value::Null);
    let null = found.len() < all;
    (!found.is_empty() || null).then_some((found, null))
}

fn listed(view: &View<'_>) -> Option<Vec<Choice>> {
    let doc = view.doc;
    let list = view.get("enum").filter(|list| doc.is_array(*list))?;
    // `enumNames` is how elicitation titles its values up to revision 2025-06-18; the others are what generators of
    // schemas write.
    let table = |keywords: &[&str]| -> Vec<Option<String>> {
        keywords
            .iter()
            .find_map(|keyword| view.get(keyword))
            .map(|names| {
                doc.elements(names)
                    .iter()
                    .map(|at| doc.text(*at).map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default()
    };
    let titles = table(&["enumNames", "x-enumNames", "x-enum-varnames"]);
    let words = table(&[
        "enumDescriptions",
        "x-enumDescriptions",
        "x-enum-descriptions",
    ]);
    let others: Vec<At> = view.all("enum").skip(1).collect();
    Some(
        doc.elements(list)
            .iter()
            .enumerate()
            .map(|(index, at)| Choice {
                value: doc.value(*at),
                title: titles.get(index).cloned().flatten(),
                description: words.get(index).cloned().flatten(),
            })
            .filter(|choice| {
                others.iter().all(|list| {
                    doc.elements(*list)
                        .iter()
                        .any(|at| crate::form::check::same(&doc.value(*at), &choice.value))
                })
            })
            .collect(),
    )
}

/// The choices of a union whose branches are all constants or enums.
fn titled(doc: &Document, list: At) -> Option<Vec<Choice>> {
    let mut found = Vec::new();
    for branch in doc.elements(list) {
        if is_null(doc, *branch) {
            found.push(Choice {
                value: Value::Null,
                title: None,
                description: None,
            });
            continue;
        }
        let view = View::of(doc, &Spec::at(*branch), None);
        if view.blocked.is_some() || !view.unions.is_empty() || view.has("properties") {
            return None;
        }
        if let Some(constant) = view.get("const") {
            found.push(Choice {
                value: doc.value(constant),
                title: view.text("title").map(str::to_owned),
                description: view.text("description").map(str::to_owned),
            });
        } else {
            found.extend(listed(&view)?);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The nearest bound of several: the tightest, since all must hold.
fn tightest<T>(all: impl Iterator<Item = T>, tighter: impl Fn(&T, &T) -> bool) -> Option<T> {
    all.reduce(|best, next| if tighter(&next, &best) { next } else { best })
}

fn least(view: &View<'_>, keyword: &str) -> Option<u64> {
    view.all(keyword).filter_map(|at| view.doc.count(at)).max()
}

fn most(view: &View<'_>, keyword: &str) -> Option<u64> {
    view.all(keyword).filter_map(|at| view.doc.count(at)).min()
}

fn text(view: &View<'_>) -> Text {
    let format = view.text("format").map(str::to_owned);
    let max = most(view, "maxLength");
    let media = view.text("contentMediaType").map(str::to_owned);
    let base64 = view
        .text("contentEncoding")
        .is_some_and(|encoding| encoding.starts_with("base64"))
        || matches!(format.as_deref(), Some("byte" | "binary"));
    Text {
        secret: format.as_deref() == Some("password") || view.flag("writeOnly"),
        multiline: !base64 && (media.is_some() || max.is_some_and(|max| max > 200)),
        pattern: view.text("pattern").map(str::to_owned),
        min: least(view, "minLength"),
        max,
        media,
        base64,
        format,
    }
}

fn range(view: &View<'_>) -> Range {
    let doc = view.doc;
    let mut range = Range {
        step: view
            .all("multipleOf")
            .find_map(|at| doc.number(at))
            .map(str::to_owned),
        ..Range::default()
    };
    let all = |keyword: &str, flag: &str, exclusive: bool| -> Vec<String> {
        // Draft 4 spells an exclusive bound as `minimum` beside `exclusiveMinimum: true`.
        view.layers
            .iter()
            .filter(|layer| (doc.flag(layer.at, flag) == Some(true)) == exclusive)
            .filter_map(|layer| doc.number(doc.get(layer.at, keyword)?))
            .filter(|text| number::is_json_number(text))
            .map(str::to_owned)
            .collect()
    };
    let highest = |list: Vec<String>| {
        tightest(list.into_iter(), |a, b| {
            Decimal::parse(a) > Decimal::parse(b)
        })
    };
    let lowest = |list: Vec<String>| {
        tightest(list.into_iter(), |a, b| {
            Decimal::parse(a) < Decimal::parse(b)
        })
    };
    range.min = highest(all("minimum", "exclusiveMinimum", false));
    range.max = lowest(all("maximum", "exclusiveMaximum", false));
    let mut above = all("minimum", "exclusiveMinimum", true);
    above.extend(all("exclusiveMinimum", "", false));
    range.above = highest(above);
    let mut below = all("maximum", "exclusiveMaximum", true);
    below.extend(all("exclusiveMaximum", "", false));
    range.below = lowest(below);
    range
}

fn object(view: &View<'_>) -> Object {
    let named = view
        .all("properties")
        .any(|at| !view.doc.members(at).is_empty())
        || view
            .all("required")
            .any(|at| view.doc.texts(at).next().is_some());
    Object {
        named,
        extra: super::members::extra(view),
        min: least(view, "minProperties"),
        max: most(view, "maxProperties"),
    }
}

fn array(view: &View<'_>) -> Kind {
    let doc = view.doc;
    let unique = view.flag("uniqueItems");
    let (min, max) = (least(view, "minItems"), most(view, "maxItems"));
    let slots: Vec<String> = super::members::slots(view)
        .into_iter()
        .enumerate()
        .map(|(index, spec)| {
            View::of(doc, &spec, None)
                .text("title")
                .map_or_else(|| format!("item {index}"), str::to_owned)
        })
        .collect();
    let rest = super::members::rest(view);
    let inner = rest.as_ref().map(|spec| View::of(doc, spec, None));
    // Choices with titles are there to be ticked, as elicitation has it (MCP 2025-11-25, "Multi-Select Enum"), even
    // where nothing rules out one twice. A plain list of values may well mean an order, or one several times.
    let ticked = |choices: &[Choice]| {
        unique || doc.multi_select || choices.iter().any(|choice| choice.title.is_some())
    };
    if let (true, Some(inner)) = (slots.is_empty(), &inner)
        && let Some((choices, false)) = choices(inner)
        && ticked(&choices)
    {
        return Kind::Set(Set {
            choices,
            min,
            max,
            unique,
        });
    }
    Kind::Array(Array {
        item: inner.map(|inner| match choices(&inner) {
            Some(_) => "enum".to_owned(),
            None => short(&inner),
        }),
        slots,
        min,
        max,
        unique,
    })
}

/// The type of items or entries in a word.
pub fn short(view: &View<'_>) -> String {
    if !view.unions.is_empty() && !matches!(view.types(), Ok(Some(_))) {
        return telling(view).map_or("any", |open| open.keyword).to_owned();
    }
    match view.types() {
        Ok(Some(types)) => {
            let words: Vec<&str> = types
                .iter()
                .map(|one| match one {
                    Type::String => "string",
                    Type::Boolean => "bool",
                    Type::Integer => "int",
                    one => one.word(),
                })
                .collect();
            words.join("|")
        }
        _ => match implied(view).as_slice() {
            [Type::String] => "string".to_owned(),
            [one] => one.word().to_owned(),
            _ => "any".to_owned(),
        },
    }
}
