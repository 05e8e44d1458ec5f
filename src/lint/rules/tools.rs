//! Tools: names, schemas, hints, and whether what they answer is what they promised.

use std::collections::HashMap;
use std::sync::Arc;

use super::paging::Once;
use super::references;
use crate::json::{self, Kind as JsonKind};
use crate::lint::rule::{Check, Grade, On, Rule, Severity, Watch};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::revision::Revision::{V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};
use crate::mcp::types::{Item, List};
use crate::validity::{self, Validator, Violation};

const ERROR: Grade = Grade::Always(Severity::Error);
const WARNING: Grade = Grade::Always(Severity::Warning);
const LIST: On = On::Results(&["tools/list"]);
const CALL: On = On::Results(&["tools/call"]);

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "tool-name",
        checks: &[83],
        grade: WARNING,
        since: V2025_11_25,
        until: V2026_07_28,
        section: "server/tools Tool Names",
        what: "A tool's name has 1 to 128 characters out of letters, digits, `_`, `-` and `.`.",
        why: "Models and clients refuse other names; the whole list may be refused with it.",
        fix: "Rename the tool; put the words for people into `title`.",
        lines: &[],
        check: Check::Message(LIST, tool_name),
    },
    Rule {
        name: "tool-names-differ",
        checks: &[84, 140],
        grade: WARNING,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "server/tools",
        what: "No two tools have one name.",
        why: "Only one of them can be called, and clients disagree on which.",
        fix: "Rename one; look for a handler that is registered twice.",
        lines: &[],
        check: Check::Watch(|| Box::new(Once::of(List::Tools))),
    },
    Rule {
        name: "input-schema-is-an-object",
        checks: &[85, 101],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "server/tools",
        what: "`inputSchema` is there and says `\"type\": \"object\"`.",
        why: "Clients hand it to a model as the parameters of a function; anything else is refused there.",
        fix: "A tool without arguments has `{\"type\": \"object\", \"additionalProperties\": false}`.",
        lines: &[],
        check: Check::Message(LIST, input_schema),
    },
    Rule {
        name: "schema-is-valid",
        checks: &[86],
        grade: Grade::ErrorSince(V2025_11_25),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic JSON Schema Usage",
        what: "Input and output schemas are valid in the dialect they declare, else in 2020-12.",
        why: "A client that checks arguments cannot, or refuses the tool.",
        fix: "Mend the keyword that is named; let a library make the schema from types.",
        lines: &[],
        check: Check::Message(LIST, schema_valid),
    },
    Rule {
        name: "schema-dialect-is-known",
        checks: &[87],
        grade: Grade::Always(Severity::Warning),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Schema Dialect",
        what: "A schema that declares a dialect with `$schema` declares one that clients know.",
        why: "A client cannot check arguments in a dialect it does not know; it refuses the tool, or checks something else.",
        fix: "Leave `$schema` out, which is 2020-12, or name 2020-12 or draft-07.",
        lines: &[],
        check: Check::Message(LIST, dialect_known),
    },
    Rule {
        name: "output-schema-is-an-object",
        checks: &[89],
        grade: ERROR,
        since: V2025_06_18,
        until: V2025_11_25,
        section: "schema",
        what: "`outputSchema` says `\"type\": \"object\"`.",
        why: "Structured content is an object in these revisions; SDKs refuse a tool that promises something else.",
        fix: "Wrap the value: `{\"type\": \"object\", \"properties\": {\"result\": …}}`.",
        lines: &[],
        check: Check::Message(LIST, output_schema),
    },
    Rule {
        name: "tool-is-described",
        checks: &[107],
        grade: WARNING,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "",
        what: "A tool has a description.",
        why: "The description is all a model knows of when to call it.",
        fix: "Say in a sentence or two what it does, when to use it and what it gives back.",
        lines: &[
            ("Python", "the docstring of the function"),
            (
                "TypeScript",
                "server.registerTool(name, { description: \"…\" }, …)",
            ),
            ("Rust", "#[tool(description = \"…\")]"),
        ],
        check: Check::Message(LIST, described),
    },
    Rule {
        name: "parameters-are-described",
        checks: &[],
        grade: Grade::Always(Severity::Note),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "",
        what: "Each parameter of a tool has a description.",
        why: "A model guesses what to put there from the name alone.",
        fix: "Give units, formats and an example.",
        lines: &[
            ("Python", "Annotated[str, Field(description=\"…\")]"),
            ("TypeScript", "z.string().describe(\"…\")"),
        ],
        check: Check::Message(LIST, parameters_described),
    },
    Rule {
        name: "required-parameters-exist",
        checks: &[107],
        grade: WARNING,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "",
        what: "Whatever a tool requires is one of its parameters.",
        why: "Nobody can know what to pass, and strict checks refuse every call.",
        fix: "Take the name out of `required` or add it to `properties`.",
        lines: &[],
        check: Check::Message(LIST, required_exist),
    },
    Rule {
        name: "hints-agree",
        checks: &[107],
        grade: WARNING,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "",
        what: "A tool that only reads does not say that it destroys.",
        why: "Clients ask before they call what destroys and run what reads by itself: one of the two is wrong.",
        fix: "Leave `destructiveHint` out where `readOnlyHint` is true.",
        lines: &[],
        check: Check::Message(LIST, hints),
    },
    Rule {
        name: "promised-structure-is-there",
        checks: &[90],
        grade: ERROR,
        since: V2025_06_18,
        until: V2026_07_28,
        section: "server/tools Output Schema",
        what: "A tool with an output schema answers with `structuredContent`, unless it failed.",
        why: "SDKs fail the call when it is missing.",
        fix: "Return the structured value too, not only its text.",
        lines: &[],
        check: Check::Message(CALL, structure_there),
    },
    Rule {
        name: "structure-keeps-its-promise",
        checks: &[91],
        grade: ERROR,
        since: V2025_06_18,
        until: V2026_07_28,
        section: "server/tools Output Schema",
        what: "`structuredContent` is valid against the tool's output schema.",
        why: "Clients check it and fail the call.",
        fix: "Mend the value or the schema at the place that is named.",
        lines: &[],
        check: Check::Watch(|| Box::new(Promises::default())),
    },
    Rule {
        name: "structure-has-a-text-twin",
        checks: &[93],
        grade: WARNING,
        since: V2025_06_18,
        until: V2026_07_28,
        section: "server/tools Structured Content",
        what: "With structured content comes a text block with the same as JSON.",
        why: "Clients that do not know structured content show the blocks only, and would show nothing.",
        fix: "Add a block `{\"type\": \"text\", \"text\": JSON of the value}`.",
        lines: &[],
        check: Check::Message(CALL, text_twin),
    },
];

/// The tools of a page, with their places.
fn tools<'a>(message: &Message<'a>) -> impl Iterator<Item = (String, Box<str>, &'a [u8])> {
    let page = message.get(&["result", "tools"]).unwrap_or_default();
    json::elements(page).enumerate().map(|(at, tool)| {
        let name = json::string_at(tool, &["name"]).unwrap_or_default();
        (format!("/result/tools/{at}"), name.into(), tool)
    })
}

fn of_tool(name: &str) -> Subject {
    Subject::Tool(name.into())
}

fn tool_name(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, _) in tools(message) {
        told.looked();
        let length = name.chars().count();
        let odd = name
            .chars()
            .find(|letter| !(letter.is_ascii_alphanumeric() || "_-.".contains(*letter)));
        let place = format!("{at}/name");
        if !(1..=128).contains(&length) {
            told.about(of_tool(&name), place, format!("{length} characters long"));
        } else if let Some(odd) = odd {
            told.about(
                of_tool(&name),
                place,
                format!("\"{name}\" has a {odd:?} in it"),
            );
        }
    }
}

fn input_schema(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        told.looked();
        let words = match json::get(tool, &["inputSchema"]) {
            None => "inputSchema is missing",
            Some(schema) if json::kind(schema) != JsonKind::Object => "inputSchema is no object",
            Some(schema) if json::string_at(schema, &["type"]).as_deref() != Some("object") => {
                "inputSchema does not say \"type\": \"object\""
            }
            Some(_) => continue,
        };
        told.about(of_tool(&name), format!("{at}/inputSchema"), words);
    }
}

fn output_schema(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(schema) = json::get(tool, &["outputSchema"]) else {
            continue;
        };
        told.looked();
        if json::string_at(schema, &["type"]).as_deref() != Some("object") {
            let words = "outputSchema does not say \"type\": \"object\"";
            told.about(of_tool(&name), format!("{at}/outputSchema"), words);
        }
    }
}

fn schema_valid(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        for member in ["inputSchema", "outputSchema"] {
            let schema = json::get(tool, &[member]);
            let Some(schema) = schema.filter(|schema| json::kind(schema) == JsonKind::Object)
            else {
                continue;
            };
            told.looked();
            if let Err((pointer, words)) = validity::is_schema(schema) {
                told.about(of_tool(&name), format!("{at}/{member}{pointer}"), words);
                continue;
            }
            for (pointer, words) in references::faults(schema) {
                let words = format!("{name}: {words}");
                told.about(of_tool(&name), format!("{at}/{member}{pointer}"), words);
            }
        }
    }
}

fn dialect_known(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        for member in ["inputSchema", "outputSchema"] {
            let schema = json::get(tool, &[member]).unwrap_or_default();
            let Some((declared, is_known)) = validity::dialect(schema) else {
                continue;
            };
            told.looked();
            if !is_known {
                let words = format!("{member} is in a dialect that nobody knows: {declared}");
                told.about(of_tool(&name), format!("{at}/{member}/$schema"), words);
            }
        }
    }
}

fn described(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        told.looked();
        let words = json::string_at(tool, &["description"]).unwrap_or_default();
        if words.trim().is_empty() {
            told.about(of_tool(&name), at, format!("{name} has no description"));
        }
    }
}

fn parameters_described(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let parameters = json::get(tool, &["inputSchema", "properties"]).unwrap_or_default();
        let below = format!("{at}/inputSchema/properties");
        let mut silent = Vec::new();
        for (parameter, schema) in json::members(parameters) {
            told.looked();
            let words = ["description", "title", "$ref"];
            if words
                .iter()
                .all(|word| json::get(schema, &[word]).is_none())
            {
                silent.push(parameter);
            }
        }
        let Some(first) = silent.first() else {
            continue;
        };
        let place = json::pointer::below(&below, first);
        let words = match silent.len() {
            1 => format!("{name}: parameter \"{first}\" has no description"),
            count => format!("{name}: {count} parameters have no description, such as \"{first}\""),
        };
        told.about(of_tool(&name), place, words);
    }
}

fn required_exist(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(required) = json::get(tool, &["inputSchema", "required"]) else {
            continue;
        };
        told.looked();
        for (place, parameter) in json::elements(required).enumerate() {
            let Some(parameter) = json::string(parameter) else {
                continue;
            };
            if json::get(tool, &["inputSchema", "properties", &parameter]).is_none() {
                let words = format!("{name} requires \"{parameter}\", which it does not have");
                told.about(
                    of_tool(&name),
                    format!("{at}/inputSchema/required/{place}"),
                    words,
                );
            }
        }
    }
}

fn hints(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let hint = |hint: &str| json::get(tool, &["annotations", hint]).and_then(json::boolean);
        if let Some(reads) = hint("readOnlyHint") {
            told.looked();
            if reads && hint("destructiveHint") == Some(true) {
                let words = format!("{name} says that it only reads and that it destroys");
                told.about(of_tool(&name), format!("{at}/annotations"), words);
            }
        }
    }
}

/// The tool that a result is of, as it is listed.
fn called(seen: &Seen<'_>, message: &Message<'_>) -> Option<Arc<Item>> {
    let exchange = seen.timeline.exchange(message.answers?)?;
    let name = seen.timeline.word(exchange.subject);
    let listed = seen.connection?.list(List::Tools);
    listed
        .items
        .iter()
        .find(|item| &*item.name == name)
        .cloned()
}

/// The tool and its output schema, when the call went well.
fn promised(seen: &Seen<'_>, message: &Message<'_>) -> Option<(Arc<Item>, Vec<u8>)> {
    let failed = message.get(&["result", "isError"]).and_then(json::boolean);
    let is_whole = message.get(&["result", "content"]).is_some();
    let tool = called(seen, message).filter(|_| failed != Some(true) && is_whole)?;
    let schema = json::get(tool.raw.as_bytes(), &["outputSchema"])?.to_vec();
    Some((tool, schema))
}

fn structure_there(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some((tool, _)) = promised(seen, message) else {
        return;
    };
    told.looked();
    if message.get(&["result", "structuredContent"]).is_none() {
        let words = format!("{} promises structure and answers without", tool.name);
        told.about(of_tool(&tool.name), "/result", words);
    }
}

/// Schemas that are kept compiled; with more of them it begins anew.
const COMPILED: usize = 256;

/// Schemas that were needed, compiled; none for what is no schema.
#[derive(Default)]
pub(super) struct Compiled(HashMap<Vec<u8>, Option<Validator>>);

impl Compiled {
    /// What is wrong with a text in a schema; nothing when the schema is none.
    pub(super) fn look(&mut self, schema: &[u8], text: &[u8]) -> Option<Vec<Violation>> {
        if self.0.len() >= COMPILED && !self.0.contains_key(schema) {
            self.0.clear();
        }
        let compiled = self.0.entry(schema.to_vec());
        let compiled = compiled.or_insert_with_key(|schema| Validator::compile(schema).ok());
        Some(compiled.as_ref()?.check_text(text).violations)
    }
}

/// What tools answer, against the output schemas they promise.
#[derive(Default)]
struct Promises(Compiled);

impl Watch for Promises {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let called = |message: &&Message<'_>| message.is_result_of("tools/call");
        if seen.is_from_server() {
            for message in seen.messages.iter().filter(called) {
                self.look(seen, message, told);
            }
        }
    }
}

impl Promises {
    fn look(&mut self, seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
        let content = message.get(&["result", "structuredContent"]);
        let (Some((tool, schema)), Some(content)) = (promised(seen, message), content) else {
            return;
        };
        let Some(violations) = self.0.look(&schema, content) else {
            return;
        };
        told.looked();
        for violation in violations {
            let place = format!("/result/structuredContent{}", violation.pointer);
            told.about(of_tool(&tool.name), place, violation.words);
        }
    }
}

fn text_twin(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    if message.get(&["result", "structuredContent"]).is_none() {
        return;
    }
    let content = message.get(&["result", "content"]).unwrap_or_default();
    let mut texts = json::elements(content).filter_map(|block| json::string_at(block, &["text"]));
    told.demand(
        texts.any(|text| json::check(text.as_bytes()).is_ok()),
        "/result/content",
        || "no text block holds the structured content as JSON".to_owned(),
    );
}
