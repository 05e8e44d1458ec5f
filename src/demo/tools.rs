//! The tools of the demo server: names, teaching text, schemas, and how each revision lists them.
//! Never runs one; `calls` does.

use serde_json::{Value, json};

use super::calls::{self, Call, Played};
use super::message::Fault;
use super::resources;
use super::revision::Revision;
use super::trip;

pub(super) struct Tool {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    /// `readOnlyHint` and `idempotentHint`; nothing here destroys anything or leaves the process.
    read_only: bool,
    idempotent: bool,
    pub(super) input: fn() -> Value,
    output: Option<fn() -> Value>,
    pub(super) play: fn(&Call) -> Played,
}

pub(super) const TOOLS: [Tool; 10] = [
    Tool {
        name: "echo",
        title: "Echo",
        description: "Returns the text you give it. The smallest useful tool: one required string.",
        read_only: true,
        idempotent: true,
        input: echo_input,
        output: None,
        play: calls::echo,
    },
    Tool {
        name: "book-table",
        title: "Book a table",
        description: "Pretends to book a table. Shows the usual kinds of argument: a string, a whole number with bounds, a number, a choice, a switch and a date, some with defaults and two that may be left out. Nothing is really booked.",
        read_only: false,
        idempotent: false,
        input: book_table_input,
        output: None,
        play: calls::book_table,
    },
    Tool {
        name: "plan-trip",
        title: "Plan a trip",
        description: "Takes an object and a list of objects, and adds up the nights. Shows arguments that are nested.",
        read_only: true,
        idempotent: true,
        input: plan_trip_input,
        output: None,
        play: calls::plan_trip,
    },
    Tool {
        name: "book-trip",
        title: "Book a trip",
        description: "Says what it was given. Its arguments are of every kind there is: nested objects, lists of objects, one of several shapes, boxes to tick, a map, a pair, null, a secret, and one that is asked for only when another is true. Nothing is really booked.",
        read_only: true,
        idempotent: true,
        input: trip::input,
        output: None,
        play: trip::book,
    },
    Tool {
        name: "divide",
        title: "Divide",
        description: "Divides one number by another. Give it a divisor of 0 to see a tool fail: the answer is a normal result whose isError is true, so that a model can read what went wrong.",
        read_only: true,
        idempotent: true,
        input: divide_input,
        output: None,
        play: calls::divide,
    },
    Tool {
        name: "refuse",
        title: "Refuse",
        description: "Always answers with a JSON-RPC error that has a code, a message and data. Compare it with divide: this is how the protocol fails, that is how a tool fails.",
        read_only: true,
        idempotent: true,
        input: refuse_input,
        output: None,
        play: calls::refuse,
    },
    Tool {
        name: "weather",
        title: "Weather",
        description: "Invents the weather of a place; the same place always has the same weather. The answer has structuredContent, promised by an outputSchema (from revision 2025-06-18 on).",
        read_only: true,
        idempotent: true,
        input: weather_input,
        output: Some(weather_output),
        play: calls::weather,
    },
    Tool {
        name: "countdown",
        title: "Countdown",
        description: "Counts down slowly and then answers. With a progress token it reports every step; cancel it and it stops without an answer.",
        read_only: true,
        idempotent: true,
        input: countdown_input,
        output: None,
        play: calls::countdown,
    },
    Tool {
        name: "chatter",
        title: "Chatter",
        description: "Writes lines to stderr and sends log notifications at every level. Set the log level first and see which notifications stop coming; stderr never stops.",
        read_only: true,
        idempotent: true,
        input: chatter_input,
        output: None,
        play: calls::chatter,
    },
    Tool {
        name: "show-blocks",
        title: "Show every block",
        description: "Returns one content block of each kind the revision knows: text, image, audio, embedded resource, resource link. Takes no arguments.",
        read_only: true,
        idempotent: true,
        input: no_input,
        output: None,
        play: calls::show_blocks,
    },
];

impl Tool {
    fn listed(&self, revision: Revision) -> Value {
        let mut entry = json!({"name": self.name});
        if revision.has_titles() {
            entry["title"] = json!(self.title);
        }
        entry["description"] = json!(self.description);
        entry["inputSchema"] = (self.input)();
        if let Some(output) = self.output.filter(|_| revision.has_titles()) {
            entry["outputSchema"] = output();
        }
        if revision.has_tool_annotations() {
            let mut hints = json!({});
            // Later revisions have a title of their own for this.
            if !revision.has_titles() {
                hints["title"] = json!(self.title);
            }
            hints["readOnlyHint"] = json!(self.read_only);
            if !self.read_only {
                hints["destructiveHint"] = json!(false);
            }
            hints["idempotentHint"] = json!(self.idempotent);
            hints["openWorldHint"] = json!(false);
            entry["annotations"] = hints;
        }
        entry
    }
}

pub(super) fn list(revision: Revision, params: &Value) -> Result<Value, Fault> {
    if let Some(cursor) = params.get("cursor") {
        return Err(resources::bad_cursor(cursor));
    }
    Ok(json!({"tools": TOOLS.iter().map(|tool| tool.listed(revision)).collect::<Vec<_>>()}))
}

fn object(properties: Value, required: &[&str]) -> Value {
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["additionalProperties"] = json!(false);
    schema
}

fn no_input() -> Value {
    json!({"type": "object", "additionalProperties": false})
}

fn echo_input() -> Value {
    object(
        json!({"text": {"type": "string", "description": "What to send back."}}),
        &["text"],
    )
}

fn book_table_input() -> Value {
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

fn plan_trip_input() -> Value {
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

fn divide_input() -> Value {
    object(
        json!({
            "dividend": {"type": "number", "description": "The number to divide."},
            "divisor": {"type": "number", "description": "The number to divide by. Try 0."}
        }),
        &["dividend", "divisor"],
    )
}

fn refuse_input() -> Value {
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

fn weather_input() -> Value {
    object(
        json!({"place": {"type": "string", "minLength": 1, "description": "Any name of a place, real or not."}}),
        &["place"],
    )
}

fn weather_output() -> Value {
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

fn countdown_input() -> Value {
    object(
        json!({
            "steps": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 5, "description": "How many steps to count."},
            "seconds": {"type": "number", "minimum": 0, "maximum": 60, "default": 0.5, "description": "How long one step takes."}
        }),
        &[],
    )
}

fn chatter_input() -> Value {
    object(
        json!({"lines": {
            "type": "integer", "minimum": 0, "maximum": 1000, "default": 8,
            "description": "How many lines to write, and how many notifications to offer."
        }}),
        &[],
    )
}
