//! What the fake server lists: a small decent catalogue, and the odd things flags add to it.
//! Never answers a call.

use serde_json::{Value, json};

use crate::flags::Options;

/// Everything `tools/list` may list, over all pages.
pub fn tools(options: &Options) -> Vec<Value> {
    let text =
        json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    let none = json!({"type": "object", "properties": {}});
    let mut tools = vec![
        json!({"name": "echo", "description": "Returns its text.", "inputSchema": text}),
        json!({"name": "slow", "description": "Answers after some steps.", "inputSchema": none}),
        json!({"name": "fail", "description": "Fails with isError.", "inputSchema": none}),
        json!({"name": "error", "description": "Answers with an error.", "inputSchema": none}),
    ];
    for (flag, name) in [
        ("--huge", "huge"),
        ("--rows", "rows"),
        ("--flood", "flood"),
        ("--deep", "deep"),
        ("--ask-on-shutdown", "finish"),
        ("--bad-utf8", "bad-utf8"),
    ] {
        if options.has(flag) {
            tools.push(json!({"name": name, "description": format!("Comes with {flag}."), "inputSchema": none}));
        }
    }
    if options.has("--wild") {
        tools.push(json!({
            "name": format!("wild{WILD}"),
            "title": WILD,
            "description": format!("first line\n{WILD}\nlast line"),
            "inputSchema": {"type": "object", "properties": {(format!("arg{WILD}")): {
                "type": "string", "description": WILD, "enum": [WILD, "tame"], "default": WILD}}}
        }));
    }
    if options.has("--schema-zoo") {
        tools.extend(zoo());
    }
    let more: usize = options.number("--tools").unwrap_or(0);
    tools.extend((1..=more).map(|number| {
        json!({"name": format!("tool-{number:04}"), "description": format!("Tool {number} of {more}."), "inputSchema": text})
    }));
    tools
}

pub fn resources(options: &Options) -> Vec<Value> {
    let mut resources = vec![
        json!({"uri": "fake://one", "name": "one", "mimeType": "text/plain"}),
        json!({"uri": "fake://two", "name": "two", "mimeType": "application/json"}),
        json!({"uri": "fake://three", "name": "three", "mimeType": "application/octet-stream"}),
    ];
    if options.has("--wild") {
        resources.push(json!({"uri": "fake://wild", "name": WILD, "description": WILD, "mimeType": "text/plain"}));
    }
    resources
}

pub fn templates() -> Vec<Value> {
    vec![json!({"uriTemplate": "fake://item/{id}", "name": "item", "mimeType": "text/plain"})]
}

pub fn prompts(options: &Options) -> Vec<Value> {
    let mut prompts = vec![
        json!({"name": "plain", "description": "No arguments."}),
        json!({"name": "greet", "description": "One argument.", "arguments": [{"name": "who", "required": true}]}),
    ];
    if options.has("--wild") {
        prompts.push(json!({"name": format!("wild{WILD}"), "description": WILD}));
    }
    prompts
}

pub fn contents(uri: &str) -> Option<Value> {
    Some(match uri {
        "fake://one" => json!({"uri": uri, "mimeType": "text/plain", "text": "the text of one\n"}),
        "fake://two" => {
            json!({"uri": uri, "mimeType": "application/json", "text": "{\"b\":1.50,\"a\":[null,true]}"})
        }
        "fake://three" => {
            json!({"uri": uri, "mimeType": "application/octet-stream", "blob": "AAECA/8="})
        }
        "fake://wild" => json!({"uri": uri, "mimeType": "text/plain", "text": WILD}),
        _ => {
            let id = uri
                .strip_prefix("fake://item/")
                .filter(|id| !id.is_empty())?;
            json!({"uri": uri, "mimeType": "text/plain", "text": format!("item {id}")})
        }
    })
}

/// What must never reach a terminal as it is: clear screen, title, hyperlink, a C1 introducer, bell,
/// backspace, carriage return, bidi override and isolate, zero-width joiner, tag characters, a tab.
pub const WILD: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]8;;http://example.invalid\u{1b}\\link\u{9b}31m\u{8}\r\u{202e}txet\u{2066}\u{200d}\u{200b}\u{feff}\u{e0041}\ttab é 漢 👩\u{200d}💻";

fn zoo() -> Vec<Value> {
    let with = |name: &str, schema: Value| json!({"name": name, "description": "An odd schema.", "inputSchema": schema});
    let inner = json!({"type": "object", "properties": {"x": {"type": "integer"}, "more": {"type": "object", "properties": {"y": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}}}}, "required": ["x"]});
    vec![
        json!({"name": "zoo-no-schema", "description": "No inputSchema at all."}),
        with("zoo-null-schema", Value::Null),
        with("zoo-empty-schema", json!({})),
        with("zoo-bool-schema", json!(true)),
        with(
            "zoo-null-properties",
            json!({"type": "object", "properties": null, "required": null}),
        ),
        with(
            "zoo-type-list",
            json!({"type": "object", "properties": {"v": {"type": ["string", "null"], "default": null}, "w": {"type": ["integer", "string", "boolean"]}}}),
        ),
        with(
            "zoo-enums",
            json!({"type": "object", "properties": {"n": {"enum": [1, 2.50, -3e2]}, "mixed": {"enum": ["a", 1, null, true, {"k": 1}]}, "one": {"const": "only"}, "none": {"enum": []}}}),
        ),
        with(
            "zoo-nested",
            json!({"type": "object", "properties": {"outer": inner, "list": {"type": "array", "items": inner, "minItems": 1}}, "required": ["outer"]}),
        ),
        with(
            "zoo-ref",
            json!({"type": "object", "$defs": {"point": {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}}}, "properties": {"from": {"$ref": "#/$defs/point"}, "to": {"$ref": "#/$defs/point", "description": "beside a ref"}, "lost": {"$ref": "#/$defs/nowhere"}, "far": {"$ref": "https://example.invalid/schema.json"}}}),
        ),
        with(
            "zoo-recursion",
            json!({"type": "object", "$defs": {"node": {"type": "object", "properties": {"value": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}, "loop": {"$ref": "#/$defs/loop"}}, "properties": {"tree": {"$ref": "#/$defs/node"}, "self": {"$ref": "#"}, "loop": {"$ref": "#/$defs/loop"}}}),
        ),
        with(
            "zoo-one-of",
            json!({"type": "object", "properties": {"v": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"id": {"type": "integer"}}}]}, "opt": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 7}, "titled": {"oneOf": [{"const": "a", "title": "First"}, {"const": "b", "title": "Second"}]}}}),
        ),
        with(
            "zoo-root-one-of",
            json!({"type": "object", "oneOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]}),
        ),
        with(
            "zoo-all-of",
            json!({"type": "object", "allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]}),
        ),
        with(
            "zoo-map",
            json!({"type": "object", "additionalProperties": {"type": "number"}}),
        ),
        with(
            "zoo-numbers",
            json!({"type": "object", "properties": {"big": {"type": "integer", "maximum": 9_007_199_254_740_993_u64}, "exact": {"type": "number", "default": 1.0}, "open": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.1}}}),
        ),
        with(
            "zoo-wrong-default",
            json!({"type": "object", "properties": {"n": {"type": "integer", "default": "seven"}, "b": {"type": "boolean", "default": "no"}}, "required": ["n", "missing"]}),
        ),
        with(
            "zoo-odd-names",
            json!({"type": "object", "properties": {"": {"type": "string"}, "a.b": {"type": "string"}, "a b": {"type": "string"}, "ключ": {"type": "string"}, "x=y": {"type": "string"}}}),
        ),
        with(
            "zoo-formats",
            json!({"type": "object", "properties": {"when": {"type": "string", "format": "date-time"}, "raw": {"type": "string", "format": "json"}, "id": {"type": "string", "pattern": "^[a-z]{2,4}$", "minLength": 2}, "secret": {"type": "string", "format": "password", "writeOnly": true}}}),
        ),
    ]
}
