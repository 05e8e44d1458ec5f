//! Checks arguments against the schemas the demo server itself publishes, and fills in defaults.
//! Knows only the keywords those schemas use; it is no general JSON Schema validator.

use serde_json::{Map, Value};

/// What is wrong with `value`, one sentence a fault, each naming its place; empty when it fits.
pub(super) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, value, "", &mut found);
    found
}

/// `args` with the default of every absent property that has one, at every depth.
pub(super) fn with_defaults(schema: &Value, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut filled = members.clone();
            if let Some(properties) = schema["properties"].as_object() {
                for (name, property) in properties {
                    if let Some(given) = filled.get(name) {
                        let given = with_defaults(property, given);
                        filled.insert(name.clone(), given);
                    } else if let Some(default) = property.get("default") {
                        filled.insert(name.clone(), default.clone());
                    }
                }
            }
            Value::Object(filled)
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| with_defaults(&schema["items"], item))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn check(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let name = if place.is_empty() {
        "the arguments"
    } else {
        place
    };
    if let Some(kind) = schema["type"].as_str()
        && !is_kind(kind, value)
    {
        found.push(format!(
            "{name} must be {}, not {}",
            with_article(kind),
            describe(value)
        ));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        let allowed: Vec<_> = allowed.iter().map(Value::to_string).collect();
        found.push(format!("{name} must be one of {}", allowed.join(", ")));
    }
    if let Some(titled) = titled(schema)
        && !titled.contains(&value)
    {
        let titled: Vec<_> = titled.iter().map(ToString::to_string).collect();
        found.push(format!("{name} must be one of {}", titled.join(", ")));
    }
    match value {
        Value::Object(members) => check_members(schema, members, place, found),
        Value::Array(items) => {
            check_count(
                schema,
                items.len(),
                ("minItems", "maxItems"),
                name,
                "item",
                found,
            );
            for (index, item) in items.iter().enumerate() {
                check(&schema["items"], item, &format!("{place}[{index}]"), found);
            }
        }
        Value::String(text) => {
            check_count(
                schema,
                text.chars().count(),
                ("minLength", "maxLength"),
                name,
                "character",
                found,
            );
            if let Some(example) = schema["format"]
                .as_str()
                .and_then(|format| misses(format, text))
            {
                found.push(format!("{name} must be {example}"));
            }
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            if let Some(least) = schema["minimum"].as_f64().filter(|least| number < *least) {
                found.push(format!("{name} must be at least {least}"));
            }
            if let Some(most) = schema["maximum"].as_f64().filter(|most| number > *most) {
                found.push(format!("{name} must be at most {most}"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The values of a choice whose alternatives are all written as a `const` (and mostly a title).
fn titled(schema: &Value) -> Option<Vec<&Value>> {
    let alternatives = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    alternatives
        .as_array()?
        .iter()
        .map(|one| one.get("const"))
        .collect()
}

/// What a text of this format would look like, when this one does not. A look, no proof.
fn misses(format: &str, text: &str) -> Option<&'static str> {
    let (fits, example) = match format {
        "date" => (looks_like_date(text), "a date such as 2026-07-28"),
        "date-time" => (
            text.split_once(['T', 't', ' '])
                .is_some_and(|(date, time)| looks_like_date(date) && time.contains(':')),
            "a date and time such as 2026-07-28T19:30:00Z",
        ),
        "email" => (
            text.split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
            "an e-mail address such as ada@example.com",
        ),
        "uri" => (
            text.split_once(':').is_some_and(|(scheme, rest)| {
                scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && !rest.is_empty()
            }),
            "an address such as https://example.com/",
        ),
        _ => (true, ""),
    };
    (!fits).then_some(example)
}

fn check_members(
    schema: &Value,
    members: &Map<String, Value>,
    place: &str,
    found: &mut Vec<String>,
) {
    let at = |name: &str| {
        if place.is_empty() {
            name.to_owned()
        } else {
            format!("{place}.{name}")
        }
    };
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !members.contains_key(name) {
            found.push(format!("{} is required", at(name)));
        }
    }
    let properties = schema["properties"].as_object();
    for (name, member) in members {
        match properties.and_then(|properties| properties.get(name)) {
            Some(property) => check(property, member, &at(name), found),
            None if schema["additionalProperties"] == false => {
                found.push(format!("{} is not an argument of this tool", at(name)));
            }
            None => {}
        }
    }
}

fn check_count(
    schema: &Value,
    count: usize,
    (least, most): (&str, &str),
    name: &str,
    unit: &str,
    found: &mut Vec<String>,
) {
    let plural = |limit: u64| if limit == 1 { "" } else { "s" };
    let count = count as u64;
    if let Some(limit) = schema[least].as_u64().filter(|limit| count < *limit) {
        found.push(format!(
            "{name} needs at least {limit} {unit}{}",
            plural(limit)
        ));
    }
    if let Some(limit) = schema[most].as_u64().filter(|limit| count > *limit) {
        found.push(format!(
            "{name} takes at most {limit} {unit}{}",
            plural(limit)
        ));
    }
}

fn is_kind(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        // JSON Schema calls 2.0 an integer too.
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => true,
    }
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}

fn looks_like_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())?
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_names_its_place() {
        let schema = json!({"type": "object", "required": ["when"], "additionalProperties": false, "properties": {
            "when": {"type": "string", "format": "date"},
            "stops": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
                "nights": {"type": "integer", "minimum": 1, "maximum": 9}
            }}}
        }});
        assert_eq!(
            faults(
                &schema,
                &json!({"when": "2026-07-28", "stops": [{"nights": 2.0}]})
            ),
            [""; 0]
        );
        assert_eq!(
            faults(
                &schema,
                &json!({"when": "tomorrow", "stops": [{"nights": 2.5}, {"nights": 10}], "why": 1})
            ),
            [
                "when must be a date such as 2026-07-28",
                "stops[0].nights must be an integer, not a number",
                "stops[1].nights must be at most 9",
                "why is not an argument of this tool",
            ]
        );
        assert_eq!(
            faults(&schema, &json!({"stops": []})),
            ["when is required", "stops needs at least 1 item"]
        );
        assert_eq!(
            faults(&schema, &json!([])),
            ["the arguments must be an object, not an array"]
        );
    }

    #[test]
    fn choices_and_formats_are_held_to() {
        let schema = json!({"properties": {
            "seat": {"oneOf": [{"const": "in", "title": "Inside"}, {"const": 2}]},
            "days": {"type": "array", "items": {"anyOf": [{"const": "fri"}, {"const": "sat"}]}},
            "kind": {"oneOf": [{"type": "object", "properties": {"kind": {"const": "card"}}}]},
            "mail": {"format": "email"}, "page": {"format": "uri"}, "at": {"format": "date-time"}
        }});
        let good = json!({
            "seat": 2, "days": ["sat", "fri"], "kind": {"kind": "cash"}, "mail": "a@b", "page": "urn:x", "at": "2026-07-28T19:30:00Z"
        });
        assert_eq!(faults(&schema, &good), [""; 0]);
        let bad = json!({"seat": "out", "days": ["fri", "son"], "mail": "a@", "page": "x", "at": "2026-07-28"});
        assert_eq!(
            faults(&schema, &bad),
            [
                "seat must be one of \"in\", 2",
                "days[1] must be one of \"fri\", \"sat\"",
                "mail must be an e-mail address such as ada@example.com",
                "page must be an address such as https://example.com/",
                "at must be a date and time such as 2026-07-28T19:30:00Z",
            ]
        );
    }

    #[test]
    fn defaults_reach_into_arrays() {
        let schema = json!({"properties": {
            "a": {"default": 1}, "list": {"items": {"properties": {"b": {"default": true}}}}
        }});
        assert_eq!(
            with_defaults(&schema, &json!({"list": [{}]})),
            json!({"list": [{"b": true}], "a": 1})
        );
    }
}
