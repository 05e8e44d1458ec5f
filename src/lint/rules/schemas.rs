//! Schemas of tools: what they refer to, the marks of 2026-07-28, and features that known clients refuse.

use std::collections::BTreeSet;

use crate::json::{self, Kind as JsonKind};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::http::headers;
use crate::mcp::revision::Revision::V2026_07_28;

const LIST: On = On::Results(&["tools/list"]);

/// Schemas are looked into so deep.
const DEEPEST: usize = 64;

/// Models are given schemas this deep at most.
const DEEP: usize = 10;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "no-network-refs",
        checks: &[88],
        grade: Grade::WARNING,
        section: "basic `$ref` Resolution",
        what: "A schema refers to nothing on the network.",
        why: "Clients must not fetch it, so they cannot check arguments, or refuse the tool.",
        fix: "Put what is referred to into `$defs` of the same schema.",
        check: Check::Message(LIST, network_refs),
        ..Rule::ROW
    },
    Rule {
        name: "header-marks-are-valid",
        checks: &[102],
        since: V2026_07_28,
        section: "server/tools x-mcp-header",
        what: "`x-mcp-header` names a header token, once, on a string, integer or boolean reached by `properties` only.",
        why: "Clients over HTTP must drop the whole tool from the list.",
        fix: "Mend the mark that is named, or take it out.",
        check: Check::Message(LIST, header_marks),
        ..Rule::ROW
    },
    Rule {
        name: "header-marks-hold-no-secrets",
        checks: &[103],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "server/tools x-mcp-header",
        what: "A parameter that may hold a secret is not repeated in a header.",
        why: "Proxies write headers into their logs.",
        fix: "Take `x-mcp-header` off the parameter.",
        check: Check::Message(LIST, secret_marks),
        ..Rule::ROW
    },
    Rule {
        name: "task-support-is-gone",
        checks: &[104],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "server/tools",
        what: "Tools have no `execution.taskSupport` any more.",
        why: "It means nothing here: the server decides what becomes a task, with the extension.",
        fix: "Leave `execution` out on 2026-07-28.",
        check: Check::Message(LIST, task_support),
        ..Rule::ROW
    },
    Rule {
        name: "schema-root-is-plain",
        grade: Grade::WARNING,
        what: "The root of an input schema has no `oneOf`, `anyOf`, `allOf`, `not` or `enum`.",
        why: "The interfaces of the large models refuse the tool, and with it mostly all tools of the request.",
        fix: "Put the alternatives into a property, or make them tools of their own.",
        check: Check::Message(LIST, plain_root),
        ..Rule::ROW
    },
    Rule {
        name: "parameter-names-are-portable",
        grade: Grade::WARNING,
        what: "Names of parameters have 1 to 64 characters out of letters, digits, `_`, `-` and `.`.",
        why: "The interfaces of the large models refuse other names, and the whole request with them.",
        fix: "Rename the parameter; say in its description what it stands for.",
        check: Check::Message(LIST, parameter_names),
        ..Rule::ROW
    },
    Rule {
        name: "arrays-say-their-items",
        grade: Grade::WARNING,
        what: "An array says in `items`, as one schema, what it holds.",
        why: "Some models' interfaces and editors refuse a tool with an array of anything, or with a list of schemas.",
        fix: "Add `\"items\": {\"type\": …}`.",
        lines: &[
            ("Python", "list[str] instead of list"),
            (
                "TypeScript",
                "z.array(z.string()) instead of z.array(z.any())",
            ),
        ],
        check: Check::Message(LIST, array_items),
        ..Rule::ROW
    },
    Rule {
        name: "schema-is-not-too-deep",
        grade: Grade::NOTE,
        what: "A schema is not nested more than ten levels deep and does not contain itself.",
        why: "Some models' interfaces refuse deeper schemas, and forms for recursive ones never end.",
        fix: "Flatten it, or take the deep part as one string of JSON.",
        check: Check::Message(LIST, not_deep),
        ..Rule::ROW
    },
    Rule {
        name: "schema-features",
        grade: Grade::NOTE,
        what: "Schemas do without `$ref`, `const`, lists of types, `patternProperties`, `if`, and formats nobody defined.",
        why: "Some clients take them out or refuse the tool; the model then sees less than was written.",
        fix: "Write the schema out: `enum` for `const`, two tools for `if`, the pattern into the description.",
        check: Check::Message(LIST, features),
        ..Rule::ROW
    },
    Rule {
        name: "defaults-are-of-their-type",
        grade: Grade::WARNING,
        what: "A `default` is of the type of its parameter, and one of its `enum`.",
        why: "Forms that are filled with it cannot be sent as they are.",
        fix: "Mend the default or the type.",
        check: Check::Message(LIST, defaults),
        ..Rule::ROW
    },
];

/// The tools of a page: place, subject, raw.
pub(super) fn tools<'a>(message: &Message<'a>) -> Vec<(String, Box<str>, &'a [u8])> {
    let named = message.items(&["result", "tools"]).map(|(at, tool)| {
        let name = json::string_at(tool, &["name"]).unwrap_or_default();
        (at, name.into(), tool)
    });
    named.collect()
}

/// Walks a schema and everything below it, with places.
pub(super) fn walk<'a>(
    at: &str,
    raw: &'a [u8],
    depth: usize,
    look: &mut impl FnMut(&str, &'a [u8], usize),
) {
    if depth > DEEPEST || json::kind(raw) != JsonKind::Object {
        return;
    }
    look(at, raw, depth);
    for (key, value) in json::members(raw) {
        let below = || json::pointer::below(at, &key);
        match &*key {
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                let at = below();
                for (name, schema) in json::members(value) {
                    let place = json::pointer::below(&at, &name);
                    walk(&place, schema, depth + 1, look);
                }
            }
            "items" | "prefixItems" | "allOf" | "anyOf" | "oneOf" => {
                let at = below();
                if json::kind(value) == JsonKind::Object {
                    walk(&at, value, depth + 1, look);
                }
                for (place, schema) in json::elements(value).enumerate() {
                    walk(&format!("{at}/{place}"), schema, depth, look);
                }
            }
            "additionalProperties"
            | "contains"
            | "propertyNames"
            | "not"
            | "if"
            | "then"
            | "else"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "additionalItems" => {
                walk(&below(), value, depth + 1, look);
            }
            _ => {}
        }
    }
}

/// The schemas of each tool of a page, walked through.
fn each_schema<'a>(
    message: &Message<'a>,
    members: &[&str],
    look: &mut impl FnMut(&str, &str, &'a [u8], usize),
) {
    for (at, name, tool) in tools(message) {
        for member in members {
            if let Some(schema) = json::get(tool, &[member]) {
                let place = format!("{at}/{member}");
                walk(&place, schema, 0, &mut |at, raw, depth| {
                    look(&name, at, raw, depth);
                });
            }
        }
    }
}

const BOTH: &[&str] = &["inputSchema", "outputSchema"];
const INPUT: &[&str] = &["inputSchema"];

fn of_tool(name: &str) -> Subject {
    Subject::Tool(name.into())
}

fn network_refs(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    each_schema(message, BOTH, &mut |tool, at, raw, depth| {
        if depth == 0 {
            told.looked();
        }
        for key in ["$ref", "$dynamicRef"] {
            let target = json::string_at(raw, &[key]).unwrap_or_default();
            if target.starts_with("http://") || target.starts_with("https://") {
                let words = format!("{tool} refers to {target}");
                told.about(of_tool(tool), format!("{at}/{key}"), words);
            }
        }
    });
}

fn has_marks(tool: &[u8]) -> bool {
    memchr::memmem::find(tool, b"x-mcp-header").is_some()
}

fn header_marks(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(schema) = json::get(tool, &["inputSchema"]).filter(|_| has_marks(tool)) else {
            continue;
        };
        told.looked();
        if let Err(why) = headers::params(schema) {
            told.about(of_tool(&name), format!("{at}/inputSchema"), why);
        }
    }
}

/// Whether a name sounds like a secret.
pub(super) fn is_secretive(name: &str) -> bool {
    let name: String = name
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "apikey",
        "accesskey",
        "privatekey",
        "accesstoken",
        "authtoken",
        "refreshtoken",
        "bearertoken",
        "credential",
        "creditcard",
        "cardnumber",
        "cvv",
        "cvc",
        "socialsecurity",
        "pincode",
    ]
    .iter()
    .any(|part| name.contains(part))
        || matches!(
            name.as_str(),
            "token" | "ssn" | "pin" | "pwd" | "auth" | "authorization"
        )
}

fn secret_marks(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, tool, raw) in tools(message) {
        if !has_marks(raw) {
            continue;
        }
        let Some(schema) = json::get(raw, &["inputSchema"]) else {
            continue;
        };
        walk(
            &format!("{at}/inputSchema"),
            schema,
            0,
            &mut |at, raw, _| {
                let properties = json::get(raw, &["properties"]).unwrap_or_default();
                for (name, property) in json::members(properties) {
                    let Some(mark) = json::string_at(property, &["x-mcp-header"]) else {
                        continue;
                    };
                    told.looked();
                    if is_secretive(&name) || is_secretive(&mark) {
                        let words = format!("{tool}: \"{name}\" is repeated in Mcp-Param-{mark}");
                        told.about(of_tool(&tool), format!("{at}/properties/{name}"), words);
                    }
                }
            },
        );
    }
}

fn task_support(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        told.looked();
        if json::get(tool, &["execution", "taskSupport"]).is_some() {
            let words = format!("{name} has execution.taskSupport");
            told.about(of_tool(&name), format!("{at}/execution"), words);
        }
    }
}

fn plain_root(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(schema) = json::get(tool, &["inputSchema"]) else {
            continue;
        };
        told.looked();
        for key in ["oneOf", "anyOf", "allOf", "not", "enum"] {
            if json::get(schema, &[key]).is_some() {
                let words = format!("{name} has {key} at the root of its schema");
                told.about(of_tool(&name), format!("{at}/inputSchema/{key}"), words);
            }
        }
    }
}

fn parameter_names(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let portable = |name: &str| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    each_schema(message, INPUT, &mut |tool, at, raw, _| {
        let properties = json::get(raw, &["properties"]).unwrap_or_default();
        for (name, _) in json::members(properties) {
            told.looked();
            if !portable(&name) {
                let place = json::pointer::below(&format!("{at}/properties"), &name);
                told.about(of_tool(tool), place, format!("{tool}: \"{name}\""));
            }
        }
    });
}

fn is_type(raw: &[u8], word: &str) -> bool {
    json::string_at(raw, &["type"]).as_deref() == Some(word)
}

fn array_items(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    each_schema(message, INPUT, &mut |tool, at, raw, _| {
        if !is_type(raw, "array") {
            return;
        }
        told.looked();
        let items = json::get(raw, &["items"]).map(json::kind);
        let words = match items {
            Some(JsonKind::Object | JsonKind::Bool) => return,
            Some(JsonKind::Array) => "a list of schemas as items",
            _ if json::get(raw, &["prefixItems"]).is_some() => return,
            _ => "an array without items",
        };
        told.about(of_tool(tool), at, format!("{tool} has {words}"));
    });
}

/// The targets of local references in a schema.
fn refs(schema: &[u8], found: &mut BTreeSet<String>) {
    walk("", schema, 0, &mut |_, raw, _| {
        found.extend(json::string_at(raw, &["$ref"]));
    });
}

/// Whether a definition is reached from itself.
fn is_recursive(schema: &[u8]) -> bool {
    if memchr::memmem::find(schema, b"$ref").is_none() {
        return false;
    }
    let mut all = BTreeSet::new();
    refs(schema, &mut all);
    if all.contains("#") {
        return true;
    }
    let below = |target: &str| {
        let mut found = BTreeSet::new();
        let mut raw = schema;
        for step in target.strip_prefix("#/")?.split('/') {
            raw = json::get(raw, &[&json::pointer::unescape(step)])?;
        }
        refs(raw, &mut found);
        Some(found)
    };
    all.iter().any(|start| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(target) = next.pop() {
            for other in below(&target).into_iter().flatten() {
                if other == *start {
                    return true;
                }
                if seen.insert(other.clone()) {
                    next.push(other);
                }
            }
        }
        false
    })
}

fn not_deep(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(schema) = json::get(tool, &["inputSchema"]) else {
            continue;
        };
        told.looked();
        let mut deepest = 0;
        walk("", schema, 0, &mut |_, _, depth| {
            deepest = deepest.max(depth)
        });
        let words = if deepest > DEEP {
            format!("{name} is {deepest} levels deep")
        } else if is_recursive(schema) {
            format!("a schema of {name} contains itself")
        } else {
            continue;
        };
        told.about(of_tool(&name), format!("{at}/inputSchema"), words);
    }
}

/// The formats that JSON Schema defines (2020-12 validation §7.3).
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "password",
    "binary",
    "byte",
];

fn features(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(schema) = json::get(tool, &["inputSchema"]) else {
            continue;
        };
        told.looked();
        let mut found = BTreeSet::new();
        walk("", schema, 0, &mut |_, raw, _| {
            for key in ["$ref", "const", "patternProperties", "if"] {
                if json::get(raw, &[key]).is_some() {
                    found.insert(key.to_owned());
                }
            }
            if json::get(raw, &["type"]).map(json::kind) == Some(JsonKind::Array) {
                found.insert("lists of types".to_owned());
            }
            let format = json::string_at(raw, &["format"]);
            if let Some(format) = format.filter(|format| !FORMATS.contains(&format.as_str())) {
                found.insert(format!("format {format}"));
            }
        });
        if !found.is_empty() {
            let list: Vec<String> = found.into_iter().collect();
            let words = format!("{name} uses {}", list.join(", "));
            told.about(of_tool(&name), format!("{at}/inputSchema"), words);
        }
    }
}

/// Whether a value is of a type of JSON Schema.
fn fits(value: &[u8], word: &str) -> bool {
    let kind = json::kind(value);
    match word {
        "string" => kind == JsonKind::String,
        "number" => kind == JsonKind::Number,
        "integer" => {
            let number = std::str::from_utf8(value).ok();
            let number = number.and_then(|text| text.trim().parse::<f64>().ok());
            kind == JsonKind::Number && number.is_some_and(|number| number.fract() == 0.0)
        }
        "boolean" => kind == JsonKind::Bool,
        "array" => kind == JsonKind::Array,
        "object" => kind == JsonKind::Object,
        "null" => kind == JsonKind::Null,
        _ => true,
    }
}

fn defaults(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    each_schema(message, INPUT, &mut |tool, at, raw, depth| {
        let Some(default) = json::get(raw, &["default"]).filter(|_| depth > 0) else {
            return;
        };
        told.looked();
        let types: Vec<String> = match json::get(raw, &["type"]) {
            Some(one) if json::kind(one) == JsonKind::String => {
                json::string(one).into_iter().collect()
            }
            Some(list) => json::elements(list).filter_map(json::string).collect(),
            None => Vec::new(),
        };
        let typed = types.is_empty() || types.iter().any(|word| fits(default, word));
        let one_of = json::get(raw, &["enum"]).is_none_or(|list| {
            let same =
                |item: &[u8]| json::Value::parse(item).ok() == json::Value::parse(default).ok();
            json::elements(list).any(same)
        });
        // `null` as "none" is how optional parameters are written everywhere.
        let is_none = json::kind(default) == JsonKind::Null;
        if !is_none && !(typed && one_of) {
            let words = format!("{tool}: a default that its schema does not allow");
            told.about(of_tool(tool), format!("{at}/default"), words);
        }
    });
}
