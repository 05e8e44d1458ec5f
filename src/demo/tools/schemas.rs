//! What the tools of the demo server take and give, as JSON Schema. Never checks anything; `arguments` does.

use serde_json::{Value, json};

use crate::demo::calls;

fn object(properties: Value, required: &[&str]) -> Value {
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["additionalProperties"] = json!(false);
    schema
}

pub(super) fn no_input() -> Value {
    json!({"type": "object", "additionalProperties": false})
}

pub(super) fn echo_input() -> Value {
    object(
        json!({"text": {"type": "string", "description": "What to send back."}}),
        &["text"],
    )
}

pub(super) fn book_table_input() -> Value {
    object(
        json!({
            "name": {"type": "string", "minLength": 1, "maxLength": 60, "description": "The name the table is booked under."},
            "guests": {"type": "integer", "minimum": 1, "maximum": 12, "default": 2, "description": "How many people come, from 1 to 12."},
            "menu": {"type": "string", "enum": ["set lunch", "tasting", "vegetarian"], "default": "set lunch", "description": "One of three menus."},
            "budget": {"type": "number", "minimum": 0, "default": 45.5, "description": "Most that one person may spend, in euros."},
            "terrace": {"type": "boolean", "default": false, "description": "Outside, if the weather allows."},
            "date": {"type": "string", "format": "date", "description": "A day such as 2026-07-28. Left out, it is the next free evening."},
            "note": {"type": "string", "maxLength": 200, "description": "Anything the kitchen should know. May be left out."}
        }),
        &["name", "guests"],
    )
}

pub(super) fn plan_trip_input() -> Value {
    object(
        json!({
            "traveller": {
                "type": "object",
                "description": "Who travels.",
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "seat": {"type": "string", "enum": ["window", "aisle"], "default": "window"}
                },
                "required": ["name"],
                "additionalProperties": false
            },
            "stops": {
                "type": "array",
                "description": "Where to stay, in order.",
                "minItems": 1,
                "maxItems": 8,
                "items": {
                    "type": "object",
                    "properties": {
                        "city": {"type": "string", "minLength": 1},
                        "nights": {"type": "integer", "minimum": 1, "maximum": 30, "default": 1},
                        "visits": {"type": "array", "items": {"type": "string"}, "description": "What to see there."}
                    },
                    "required": ["city"],
                    "additionalProperties": false
                }
            }
        }),
        &["traveller", "stops"],
    )
}

pub(super) fn divide_input() -> Value {
    object(
        json!({
            "dividend": {"type": "number", "description": "The number to divide."},
            "divisor": {"type": "number", "description": "The number to divide by. Try 0."}
        }),
        &["dividend", "divisor"],
    )
}

pub(super) fn refuse_input() -> Value {
    object(
        json!({"kind": {
            "type": "string",
            "enum": ["internal", "application"],
            "default": "internal",
            "description": "Whose code to use: -32603 of JSON-RPC, or a number this application made up."
        }}),
        &[],
    )
}

pub(super) fn weather_input() -> Value {
    object(
        json!({"place": {"type": "string", "minLength": 1, "description": "Any name of a place, real or not."}}),
        &["place"],
    )
}

pub(super) fn weather_output() -> Value {
    object(
        json!({
            "place": {"type": "string"},
            "sky": {"type": "string", "enum": calls::SKIES},
            "celsius": {"type": "number", "minimum": -20, "maximum": 40},
            "humidity": {"type": "integer", "minimum": 0, "maximum": 100, "description": "Per cent."},
            "wind": {
                "type": "object",
                "properties": {
                    "from": {"type": "string", "enum": calls::WINDS},
                    "metresPerSecond": {"type": "integer", "minimum": 0}
                },
                "required": ["from", "metresPerSecond"],
                "additionalProperties": false
            }
        }),
        &["place", "sky", "celsius", "humidity", "wind"],
    )
}

pub(super) fn countdown_input() -> Value {
    object(
        json!({
            "steps": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 5, "description": "How many steps to count."},
            "seconds": {"type": "number", "minimum": 0, "maximum": 60, "default": 0.5, "description": "How long one step takes."}
        }),
        &[],
    )
}

pub(super) fn chatter_input() -> Value {
    object(
        json!({"lines": {
            "type": "integer", "minimum": 0, "maximum": 1000, "default": 8,
            "description": "How many lines to write, and how many notifications to offer."
        }}),
        &[],
    )
}

pub(super) fn open_page_input() -> Value {
    object(
        json!({"way": {
            "type": "string",
            "enum": ["ask", "fail"],
            "default": "ask",
            "description": "ask: a question while the call runs. fail: error -32042, then a second call (only 2025-11-25; elsewhere it asks)."
        }}),
        &[],
    )
}

pub(super) fn ask_model_input() -> Value {
    object(
        json!({
            "ask": {"type": "string", "minLength": 1, "default": "What is the Model Context Protocol for?", "description": "What to ask the model."},
            "most": {"type": "integer", "minimum": 1, "maximum": 4000, "default": 200, "description": "The most tokens the answer may have."}
        }),
        &[],
    )
}

pub(super) fn order_dinner_input() -> Value {
    object(
        json!({"guests": {"type": "integer", "minimum": 1, "maximum": 12, "default": 2, "description": "How many eat, from 1 to 12."}}),
        &[],
    )
}

pub(super) fn bake_bread_input() -> Value {
    object(
        json!({
            "seconds": {"type": "number", "minimum": 0, "maximum": 60, "default": 4, "description": "How long it takes, without the time you think about the crust."},
            "ask": {"type": "boolean", "default": true, "description": "As a task: asks halfway how dark the crust shall be, if your client can show forms."},
            "burn": {"type": "boolean", "default": false, "description": "Let it burn, to see a task end badly."}
        }),
        &[],
    )
}

pub(super) fn sign_input() -> Value {
    object(
        json!({
            "name": {"type": "string", "minLength": 1, "maxLength": 60, "description": "What to write down."},
            "words": {"type": "string", "maxLength": 200, "description": "A few words after it. May be left out."}
        }),
        &["name"],
    )
}

pub(super) fn change_list_input() -> Value {
    object(
        json!({"list": {
            "type": "string",
            "enum": ["tools", "prompts", "resources"],
            "default": "tools",
            "description": "Which list to change."
        }}),
        &[],
    )
}
