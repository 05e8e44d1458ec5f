//! Whether a value fits a schema, as far as that can be told here: to choose the variant of something loaded, and to
//! evaluate `if`. The validator of the whole is somebody else; what this does not know it does not guess.

use super::document::{At, Document};
use super::layers::Type;
use super::pattern;
use crate::form::check::same;
use crate::form::number::Decimal;
use crate::json::Value;

/// How deep a schema is followed.
const DEPTH: usize = 48;
/// How many schemas are looked at for one answer.
const STEPS: usize = 20_000;

/// Whether `value` fits the schema at `at`; none when it cannot be told.
pub fn fits(doc: &Document, at: At, value: &Value) -> Option<bool> {
    let mut judge = Judge { doc, steps: STEPS };
    judge.fits(at, value, 0)
}

struct Judge<'a> {
    doc: &'a Document,
    steps: usize,
}

/// Both must hold: a no is a no whatever the other says.
fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    not(and(not(left), not(right)))
}

fn not(one: Option<bool>) -> Option<bool> {
    one.map(|yes| !yes)
}

impl Judge<'_> {
    fn fits(&mut self, at: At, value: &Value, depth: usize) -> Option<bool> {
        if depth > DEPTH || self.steps == 0 {
            return None;
        }
        self.steps -= 1;
        let doc = self.doc;
        if let Some(Value::Bool(yes)) = doc.leaf(at) {
            return Some(*yes);
        }
        let mut all = Some(true);
        for (keyword, place) in doc.members(at) {
            all = and(all, self.keyword(at, keyword, *place, value, depth));
            if all == Some(false) {
                break;
            }
        }
        all
    }

    fn keyword(
        &mut self,
        at: At,
        keyword: &str,
        place: At,
        value: &Value,
        depth: usize,
    ) -> Option<bool> {
        let doc = self.doc;
        match keyword {
            "$ref" => match doc.resolve(doc.text(place)?) {
                Ok(target) => self.fits(target, value, depth + 1),
                Err(_) => None,
            },
            "$dynamicRef" | "$recursiveRef" | "unevaluatedProperties" | "unevaluatedItems" => None,
            "type" => {
                if *value == Value::Null && doc.flag(at, "nullable") == Some(true) {
                    return Some(true);
                }
                let names: Vec<&str> = match doc.text(place) {
                    Some(one) => vec![one],
                    None => doc.texts(place).collect(),
                };
                Some(
                    names
                        .iter()
                        .filter_map(|name| Type::named(name))
                        .any(|one| one.is_of(value)),
                )
            }
            "const" => Some(same(&doc.value(place), value)),
            "enum" => Some(
                doc.elements(place)
                    .iter()
                    .any(|one| same(&doc.value(*one), value)),
            ),
            "allOf" | "anyOf" => {
                let all = keyword == "allOf";
                let mut sum = Some(all);
                for branch in doc.elements(place) {
                    let one = self.fits(*branch, value, depth + 1);
                    sum = if all { and(sum, one) } else { or(sum, one) };
                    if sum == Some(!all) {
                        break;
                    }
                }
                sum
            }
            "oneOf" => {
                let (mut yes, mut unsure) = (0, false);
                for branch in doc.elements(place) {
                    match self.fits(*branch, value, depth + 1) {
                        Some(true) => yes += 1,
                        Some(false) => {}
                        None => unsure = true,
                    }
                }
                if yes > 1 {
                    Some(false)
                } else if unsure {
                    None
                } else {
                    Some(yes == 1)
                }
            }
            "not" => not(self.fits(place, value, depth + 1)),
            "if" => {
                let holds = self.fits(place, value, depth + 1);
                let mut branch = |keyword| match doc.get(at, keyword) {
                    Some(place) => self.fits(place, value, depth + 1),
                    None => Some(true),
                };
                match holds {
                    Some(true) => branch("then"),
                    Some(false) => branch("else"),
                    None => match (branch("then"), branch("else")) {
                        (a, b) if a == b => a,
                        _ => None,
                    },
                }
            }
            _ => match value {
                Value::Object(members) => self.object(at, keyword, place, members, value, depth),
                Value::Array(items) => self.array(at, keyword, place, items, depth),
                Value::Number(text) => self.number(at, keyword, place, text),
                Value::String(text) => self.string(keyword, place, text),
                _ => Some(true),
            },
        }
    }

    fn object(
        &mut self,
        at: At,
        keyword: &str,
        place: At,
        members: &[(String, Value)],
        value: &Value,
        depth: usize,
    ) -> Option<bool> {
        let doc = self.doc;
        let has = |name: &str| members.iter().any(|(known, _)| known == name);
        match keyword {
            "required" => Some(doc.texts(place).all(has)),
            "properties" => {
                let mut all = Some(true);
                for (name, place) in doc.members(place) {
                    if let Some(value) = value.get(name) {
                        all = and(all, self.fits(*place, value, depth + 1));
                    }
                }
                all
            }
            "additionalProperties" => {
                let named = doc.get(at, "properties");
                let patterns = doc.get(at, "patternProperties");
                let mut all = Some(true);
                for (name, value) in members {
                    if named.is_some_and(|named| doc.get(named, name).is_some()) {
                        continue;
                    }
                    let by_pattern = patterns
                        .map(|table| doc.members(table))
                        .into_iter()
                        .flatten()
                        .map(|(pattern, _)| pattern::matches(pattern, name))
                        .fold(Some(false), or);
                    match by_pattern {
                        Some(true) => {}
                        Some(false) => all = and(all, self.fits(place, value, depth + 1)),
                        None => all = and(all, None),
                    }
                    if all == Some(false) {
                        break;
                    }
                }
                all
            }
            "patternProperties" => {
                let mut all = Some(true);
                for (expression, place) in doc.members(place) {
                    for (name, value) in members {
                        match pattern::matches(expression, name) {
                            Some(true) => all = and(all, self.fits(*place, value, depth + 1)),
                            Some(false) => {}
                            None => all = and(all, None),
                        }
                    }
                }
                all
            }
            "propertyNames" => {
                let mut all = Some(true);
                for (name, _) in members {
                    let name = Value::String(name.clone());
                    all = and(all, self.fits(place, &name, depth + 1));
                }
                all
            }
            "minProperties" => Some(doc.count(place)? <= members.len() as u64),
            "maxProperties" => Some(doc.count(place)? >= members.len() as u64),
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                let mut all = Some(true);
                for (name, then) in doc.members(place) {
                    if !has(name) {
                        continue;
                    }
                    all = if doc.is_array(*then) {
                        and(all, Some(doc.texts(*then).all(has)))
                    } else {
                        and(all, self.fits(*then, value, depth + 1))
                    };
                }
                all
            }
            _ => Some(true),
        }
    }

    fn array(
        &mut self,
        at: At,
        keyword: &str,
        place: At,
        items: &[Value],
        depth: usize,
    ) -> Option<bool> {
        let doc = self.doc;
        let mut each = |places: &mut dyn Iterator<Item = (At, &Value)>| {
            let mut all = Some(true);
            for (place, item) in places {
                all = and(all, self.fits(place, item, depth + 1));
                if all == Some(false) {
                    break;
                }
            }
            all
        };
        match keyword {
            "items" if doc.is_array(place) => {
                each(&mut doc.elements(place).iter().copied().zip(items))
            }
            "items" => {
                let slots = doc
                    .get(at, "prefixItems")
                    .map_or(0, |list| doc.elements(list).len());
                each(&mut items.iter().skip(slots).map(|item| (place, item)))
            }
            "prefixItems" => each(&mut doc.elements(place).iter().copied().zip(items)),
            "additionalItems" => {
                let slots = doc
                    .get(at, "items")
                    .filter(|list| doc.is_array(*list))
                    .map_or(usize::MAX, |list| doc.elements(list).len());
                each(&mut items.iter().skip(slots).map(|item| (place, item)))
            }
            "contains" => {
                let mut any = Some(false);
                for item in items {
                    any = or(any, self.fits(place, item, depth + 1));
                }
                if doc.get(at, "minContains").is_some() || doc.get(at, "maxContains").is_some() {
                    return None;
                }
                any
            }
            "minItems" => Some(doc.count(place)? <= items.len() as u64),
            "maxItems" => Some(doc.count(place)? >= items.len() as u64),
            "uniqueItems" if doc.leaf(place) == Some(&Value::Bool(true)) => {
                Some(crate::form::check::repeats(items).is_empty())
            }
            _ => Some(true),
        }
    }

    fn number(&self, at: At, keyword: &str, place: At, text: &str) -> Option<bool> {
        let doc = self.doc;
        let bound = || Decimal::parse(doc.number(place)?);
        let value = Decimal::parse(text)?;
        match keyword {
            "minimum" if doc.flag(at, "exclusiveMinimum") == Some(true) => Some(value > bound()?),
            "maximum" if doc.flag(at, "exclusiveMaximum") == Some(true) => Some(value < bound()?),
            "minimum" => Some(value >= bound()?),
            "maximum" => Some(value <= bound()?),
            "exclusiveMinimum" | "exclusiveMaximum" if doc.number(place).is_none() => Some(true),
            "exclusiveMinimum" => Some(value > bound()?),
            "exclusiveMaximum" => Some(value < bound()?),
            "multipleOf" => value.is_multiple_of(&bound()?),
            _ => Some(true),
        }
    }

    fn string(&self, keyword: &str, place: At, text: &str) -> Option<bool> {
        let length = || text.chars().count() as u64;
        match keyword {
            "minLength" => Some(self.doc.count(place)? <= length()),
            "maxLength" => Some(self.doc.count(place)? >= length()),
            "pattern" => pattern::matches(self.doc.text(place)?, text),
            _ => Some(true),
        }
    }
}
