//! Sampling that a server asks for: tools, their results, and context.

use std::collections::HashSet;

use super::asking::{Ask, asks};
use crate::json::{self, Kind as JsonKind};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::revision::Revision::V2025_11_25;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "sampling-tools-are-declared",
        checks: &[158],
        since: V2025_11_25,
        section: "client/sampling Tools",
        what: "Sampling brings `tools` or `toolChoice` only when the client declared `sampling.tools`.",
        why: "Other clients must refuse the request.",
        fix: "Look at `capabilities.sampling.tools` first.",
        check: Check::Message(On::Any, sampling_tools),
        ..Rule::ROW
    },
    Rule {
        name: "tool-results-follow-their-uses",
        checks: &[158],
        since: V2025_11_25,
        section: "client/sampling Tools",
        what: "In sampling, each use of a tool is answered by its result in the next message, which holds nothing else.",
        why: "The interfaces of the models refuse any other order.",
        fix: "Put all results of one message into the next one, and words into one of their own.",
        check: Check::Message(On::Any, tool_results),
        ..Rule::ROW
    },
    Rule {
        name: "context-is-declared",
        checks: &[159],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "client/sampling",
        what: "`includeContext` is `none` unless the client declared `sampling.context`.",
        why: "Clients leave the context out, and the model knows less than was meant.",
        fix: "Put what the model must know into the messages.",
        check: Check::Message(On::Any, context),
        ..Rule::ROW
    },
];

fn samplings<'a>(message: &Message<'a>) -> Vec<Ask<'a>> {
    let mut found = asks(message);
    found.retain(|ask| ask.method == "sampling/createMessage");
    found
}

fn sampling_tools(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(declared) = seen.memory.declared_with(message.asked(seen)) else {
        return;
    };
    for ask in samplings(message) {
        let has = |name: &str| json::get(ask.params, &[name]).is_some();
        let takes = declared.sampling.is_some_and(|sampling| sampling.tools);
        told.demand(
            takes || !(has("tools") || has("toolChoice")),
            &ask.at,
            || "sampling with tools, which the client did not declare".to_owned(),
        );
    }
}

/// The blocks of a message of sampling: type and the id of a use or of what is answered.
fn blocks(message: &[u8]) -> Vec<(String, Option<String>)> {
    let content = json::get(message, &["content"]).unwrap_or_default();
    let of = |block: &[u8]| {
        let kind = json::string_at(block, &["type"]).unwrap_or_default();
        let id = match kind.as_str() {
            "tool_use" => json::string_at(block, &["id"]),
            "tool_result" => json::string_at(block, &["toolUseId"]),
            _ => None,
        };
        (kind, id)
    };
    match json::kind(content) {
        JsonKind::Array => json::elements(content).map(of).collect(),
        _ => vec![of(content)],
    }
}

fn tool_results(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in samplings(message) {
        let messages = json::get(ask.params, &["messages"]).unwrap_or_default();
        told.looked();
        let mut open: HashSet<String> = HashSet::new();
        for (place, raw) in json::elements(messages).enumerate() {
            let at = format!("{}/messages/{place}/content", ask.at);
            let blocks = blocks(raw);
            let of = |word: &str| -> HashSet<String> {
                let all = blocks.iter().filter(|(kind, _)| kind == word);
                all.filter_map(|(_, id)| id.clone()).collect()
            };
            let results = of("tool_result");
            if results != open {
                told.wrong(at, "uses and results of tools do not match");
            } else if !results.is_empty() && blocks.iter().any(|(kind, _)| kind != "tool_result") {
                told.wrong(at, "results of tools with other content beside them");
            }
            open = of("tool_use");
        }
    }
}

fn context(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(declared) = seen.memory.declared_with(message.asked(seen)) else {
        return;
    };
    for ask in samplings(message) {
        let wanted = json::string_at(ask.params, &["includeContext"]);
        let wanted = wanted.unwrap_or_else(|| "none".to_owned());
        let takes = declared.sampling.is_some_and(|sampling| sampling.context);
        told.demand(
            takes || wanted == "none",
            &format!("{}/includeContext", ask.at),
            || format!("includeContext is {wanted}, which the client did not declare"),
        );
    }
}
