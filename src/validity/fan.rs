//! How many schemas one value is held against. A few lines of `$ref` and `allOf` can ask for billions of checks; such
//! a schema is refused before the validator starts on it.

use std::collections::HashMap;

use serde_json::Value as Plain;

/// Keywords that hold schemas for the same value, in a list.
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Keywords that hold one schema for the same value.
const SINGLE: &[&str] = &["if", "then", "else", "not"];

/// Keywords that hold schemas for the same value, by name.
const MAPS: &[&str] = &["dependentSchemas", "dependencies"];

/// The most schemas that the schema applies to any one value. A recursion that stays at the same value counts once.
pub fn fan_out(schema: &Plain) -> u64 {
    let mut fan = Fan {
        root: schema,
        known: HashMap::new(),
    };
    fan.widest(schema)
}

struct Fan<'a> {
    root: &'a Plain,
    /// What targets of references cost; none while one is being counted.
    known: HashMap<&'a str, Option<u64>>,
}

impl<'a> Fan<'a> {
    fn widest(&mut self, schema: &'a Plain) -> u64 {
        let below = match schema {
            Plain::Object(members) => members.values().map(|value| self.widest(value)).max(),
            Plain::Array(items) => items.iter().map(|item| self.widest(item)).max(),
            _ => return 0,
        };
        // Only where several meet can there be more than below.
        let own = if schema.is_object() {
            self.cost(schema)
        } else {
            0
        };
        own.max(below.unwrap_or(0))
    }

    fn cost(&mut self, schema: &'a Plain) -> u64 {
        let Plain::Object(members) = schema else {
            return 1;
        };
        let mut sum = 1_u64;
        for (name, value) in members {
            let name = name.as_str();
            let more = match value {
                Plain::Array(items) if LISTS.contains(&name) => self.sum(items.iter().collect()),
                Plain::Object(schemas) if MAPS.contains(&name) => {
                    self.sum(schemas.values().collect())
                }
                value if SINGLE.contains(&name) => self.cost(value),
                Plain::String(target) if matches!(name, "$ref" | "$dynamicRef") => {
                    self.target(target)
                }
                _ => 0,
            };
            sum = sum.saturating_add(more);
        }
        sum
    }

    fn sum(&mut self, schemas: Vec<&'a Plain>) -> u64 {
        schemas
            .into_iter()
            .fold(0_u64, |sum, schema| sum.saturating_add(self.cost(schema)))
    }

    fn target(&mut self, target: &'a str) -> u64 {
        if let Some(known) = self.known.get(target) {
            return known.unwrap_or(0);
        }
        let Some(found) = target
            .strip_prefix('#')
            .and_then(|at| self.root.pointer(at))
        else {
            return 1;
        };
        self.known.insert(target, None);
        let cost = self.cost(found);
        self.known.insert(target, Some(cost));
        cost
    }
}
