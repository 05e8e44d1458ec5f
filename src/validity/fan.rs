//! How much work a schema asks for. A few lines of `$ref` and `allOf` can ask for billions of checks, of any value or of
//! a small nested one; such work is refused before the validator starts on it.

use std::collections::HashMap;

use serde_json::{Map, Value as Plain};

/// Keywords that hold schemas for the same value, in a list.
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Keywords that hold one schema for the same value.
const SINGLE: &[&str] = &["if", "then", "else", "not"];

/// Keywords that hold schemas for the same value, by name.
const MAPS: &[&str] = &["dependentSchemas", "dependencies"];

/// Keywords that name a schema for the same value.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];

/// Keywords that hold one schema for each item.
const ITEMS: &[&str] = &["items", "additionalItems", "unevaluatedItems", "contains"];

/// Keywords that hold one schema for each member.
const MEMBERS: &[&str] = &["additionalProperties", "unevaluatedProperties"];

/// How many checks of one value are too many, when most of them are the same again.
const CHECKS: u64 = 1_000_000;

/// How often the same is checked again before that counts as too many.
const AGAIN: u64 = 64;

/// How many pairs of schema and container are remembered; beyond that nothing is refused.
const KNOWN: usize = 200_000;

/// The most schemas that the schema applies to any one value. A recursion that stays at the same value counts once.
pub fn fan_out(schema: &Plain) -> u64 {
    let mut fan = Fan {
        targets: Targets::of(schema),
        known: HashMap::new(),
    };
    fan.widest(schema)
}

/// Whether checking `value` would repeat the same checks over and over: the recursion doubles at every level.
pub fn explodes(schema: &Plain, value: &Plain) -> bool {
    let targets = Targets::of(schema);
    if !targets.used {
        return false;
    }
    let mut effort = Effort {
        targets,
        known: HashMap::new(),
    };
    let checks = effort.checks(schema, value);
    effort.known.len() < KNOWN && checks > CHECKS && checks / AGAIN > effort.known.len() as u64
}

/// What references of a schema may name.
struct Targets<'a> {
    root: &'a Plain,
    named: HashMap<String, &'a Plain>,
    /// Whether there are references at all.
    used: bool,
}

impl<'a> Targets<'a> {
    fn of(root: &'a Plain) -> Self {
        let mut targets = Self {
            root,
            named: HashMap::new(),
            used: false,
        };
        targets.collect(root);
        targets
    }

    fn collect(&mut self, schema: &'a Plain) {
        match schema {
            Plain::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("$anchor" | "$dynamicAnchor", Plain::String(anchor)) => {
                            self.named.insert(format!("#{anchor}"), schema);
                        }
                        ("$id" | "id", Plain::String(id)) => {
                            self.named.insert(id.clone(), schema);
                        }
                        (name, Plain::String(_)) if REFERENCES.contains(&name) => self.used = true,
                        _ => {}
                    }
                    self.collect(value);
                }
            }
            Plain::Array(items) => items.iter().for_each(|item| self.collect(item)),
            _ => {}
        }
    }

    fn find(&self, target: &str) -> Option<&'a Plain> {
        let found = self.named.get(target).copied();
        found.or_else(|| self.root.pointer(target.strip_prefix('#')?))
    }

    /// The schemas that apply to the same value as the one with these members.
    fn beside(&self, members: &'a Map<String, Plain>) -> Vec<&'a Plain> {
        let mut found = Vec::new();
        for (name, value) in members {
            let name = name.as_str();
            match value {
                Plain::Array(items) if LISTS.contains(&name) => found.extend(items),
                Plain::Object(schemas) if MAPS.contains(&name) => found.extend(schemas.values()),
                Plain::String(target) if REFERENCES.contains(&name) => {
                    found.extend(self.find(target));
                }
                value if SINGLE.contains(&name) => found.push(value),
                _ => {}
            }
        }
        found
    }
}

struct Fan<'a> {
    targets: Targets<'a>,
    /// What schemas cost, by address; none while one is being counted.
    known: HashMap<*const Plain, Option<u64>>,
}

impl<'a> Fan<'a> {
    fn widest(&mut self, schema: &'a Plain) -> u64 {
        match schema {
            Plain::Object(members) => {
                let below = members.values().map(|value| self.widest(value)).max();
                self.cost(schema).max(below.unwrap_or(0))
            }
            Plain::Array(items) => items
                .iter()
                .map(|item| self.widest(item))
                .max()
                .unwrap_or(0),
            _ => 0,
        }
    }

    fn cost(&mut self, schema: &'a Plain) -> u64 {
        let Plain::Object(members) = schema else {
            return 1;
        };
        let key = std::ptr::from_ref(schema);
        if let Some(known) = self.known.get(&key) {
            return known.unwrap_or(0);
        }
        self.known.insert(key, None);
        let beside = self.targets.beside(members);
        let cost = beside
            .into_iter()
            .fold(1_u64, |sum, schema| sum.saturating_add(self.cost(schema)));
        self.known.insert(key, Some(cost));
        cost
    }
}

struct Effort<'a> {
    targets: Targets<'a>,
    /// Checks of a container against a schema, by their addresses; 0 while they are being counted.
    known: HashMap<(*const Plain, *const Plain), u64>,
}

impl<'a> Effort<'a> {
    fn checks(&mut self, schema: &'a Plain, value: &'a Plain) -> u64 {
        let Plain::Object(members) = schema else {
            return 1;
        };
        let key = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        // What one scalar costs is bounded by the fan.
        if !value.is_array() && !value.is_object() {
            return 1;
        }
        if self.known.len() >= KNOWN {
            return 1;
        }
        self.known.insert(key, 0);
        let mut sum = 1_u64;
        for beside in self.targets.beside(members) {
            sum = sum.saturating_add(self.checks(beside, value));
        }
        let below: Vec<(&'a Plain, &'a Plain)> = match value {
            Plain::Object(values) => below_object(members, values),
            Plain::Array(values) => below_array(members, values),
            _ => Vec::new(),
        };
        for (schema, value) in below {
            sum = sum.saturating_add(self.checks(schema, value));
        }
        self.known.insert(key, sum);
        sum
    }
}

/// Schemas for members, with the members; patterns count as fitting.
fn below_object<'a>(
    schema: &'a Map<String, Plain>,
    values: &'a Map<String, Plain>,
) -> Vec<(&'a Plain, &'a Plain)> {
    let mut found = Vec::new();
    if let Some(Plain::Object(named)) = schema.get("properties") {
        found.extend(
            named
                .iter()
                .filter_map(|(name, schema)| Some((schema, values.get(name)?))),
        );
    }
    let patterns = schema.get("patternProperties").and_then(Plain::as_object);
    let each = patterns.into_iter().flat_map(Map::values);
    let each = each.chain(MEMBERS.iter().filter_map(|name| schema.get(*name)));
    for schema in each {
        found.extend(values.values().map(|value| (schema, value)));
    }
    found
}

/// Schemas for items, with the items.
fn below_array<'a>(
    schema: &'a Map<String, Plain>,
    values: &'a [Plain],
) -> Vec<(&'a Plain, &'a Plain)> {
    let mut found = Vec::new();
    for name in ["prefixItems", "items"] {
        if let Some(Plain::Array(schemas)) = schema.get(name) {
            found.extend(schemas.iter().zip(values));
        }
    }
    for schema in ITEMS.iter().filter_map(|name| schema.get(*name)) {
        found.extend(values.iter().map(|value| (schema, value)));
    }
    found
}
