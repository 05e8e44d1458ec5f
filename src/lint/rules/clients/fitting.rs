//! What a client fills in: the arguments of its calls, and what its user said to forms.

use std::collections::HashMap;

use super::super::tools::Compiled;
use super::{is_tapped, method, said};
use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::types::List;
use crate::validity::Violation;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "client-arguments-fit-the-schema",
        grade: Grade::WARNING,
        section: "server/tools Calling Tools",
        what: "The arguments of a call fit the `inputSchema` of the tool.",
        why: "The call fails, or the tool works with what nobody meant.",
        fix: "Check arguments against the schema before the call, and tell the model what is wrong with them.",
        check: Check::Watch(|| Box::new(Arguments::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-answers-fit-the-form",
        grade: Grade::WARNING,
        section: "client/elicitation Security Considerations",
        what: "What a client accepts a form with fits its `requestedSchema`.",
        why: "The server asked for it because it needs it so; its call fails after the user was bothered.",
        fix: "Check what was typed before it is sent, and say at the field what is wrong.",
        check: Check::Watch(|| Box::new(Forms::default())),
        ..Rule::ROW
    },
];

/// Questions that wait; with more of them it begins anew.
const KEPT: usize = 256;

/// `name: must be a string`
fn placed(pointer: &str, words: &str) -> String {
    let place = pointer.trim_start_matches('/').replace('/', ".");
    if place.is_empty() {
        words.to_owned()
    } else {
        format!("{place}: {words}")
    }
}

#[derive(Default)]
struct Arguments {
    compiled: Compiled,
}

impl Watch for Arguments {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let calls =
            said(seen).filter(|one| one.facts.kind == Kind::Request && method(one) == "tools/call");
        for message in calls {
            let name = message.text(&["params", "name"]).unwrap_or_default();
            let listed = seen.connection.map(|one| &one.list(List::Tools).items);
            let tool = listed.and_then(|items| items.iter().find(|item| *item.name == *name));
            let Some(tool) = tool else { continue };
            let arguments = message.get(&["params", "arguments"]).unwrap_or(b"{}");
            let Some(wrong) = self.compiled.look(tool.input_schema(), arguments) else {
                continue;
            };
            told.looked();
            for Violation { pointer, words, .. } in wrong {
                let words = format!("{name}: {}", placed(&pointer, &words));
                let subject = Subject::Tool(name.as_str().into());
                told.about(subject, format!("/params/arguments{pointer}"), words);
            }
        }
    }
}

/// Forms that wait for what somebody says: by the id of the question, or by its key in 2026-07-28.
#[derive(Default)]
struct Forms {
    asked: HashMap<(u32, Id), Vec<u8>>,
    keyed: HashMap<(u32, String), Vec<u8>>,
    compiled: Compiled,
}

/// The schema of a question that is a form.
fn form(params: &[u8]) -> Option<Vec<u8>> {
    let is_form = json::string_at(params, &["mode"]).is_none_or(|mode| mode == "form");
    Some(
        json::get(params, &["requestedSchema"])
            .filter(|_| is_form)?
            .to_vec(),
    )
}

impl Forms {
    fn asks(&mut self, conn: u32, message: &Message<'_>) {
        if self.asked.len() + self.keyed.len() >= KEPT {
            self.asked.clear();
            self.keyed.clear();
        }
        if let (Kind::Request, Some(id)) = (message.facts.kind, &message.facts.id)
            && let Some(schema) = message.get(&["params"]).and_then(form)
        {
            self.asked.insert((conn, id.clone()), schema);
        }
        let questions = message.get(&["result", "inputRequests"]);
        for (key, question) in questions.into_iter().flat_map(json::members) {
            let place = (conn, key.into_owned());
            match json::get(question, &["params"]).and_then(form) {
                Some(schema) => self.keyed.insert(place, schema),
                None => self.keyed.remove(&place),
            };
        }
    }

    /// What is accepted at a place is looked at.
    fn accepts(&mut self, schema: &[u8], answer: &[u8], at: &str, told: &mut Told) {
        if json::string_at(answer, &["action"]).as_deref() != Some("accept") {
            return;
        }
        let content = json::get(answer, &["content"]).unwrap_or(b"{}");
        let Some(wrong) = self.compiled.look(schema, content) else {
            return;
        };
        told.looked();
        for Violation { pointer, words, .. } in wrong {
            let words = placed(&pointer, &words);
            told.wrong(
                format!("{at}/content{pointer}"),
                format!("the form: {words}"),
            );
        }
    }
}

impl Watch for Forms {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if seen.is_from_server() && is_tapped(seen) {
            for message in seen.messages {
                self.asks(conn, message);
            }
            return;
        }
        for message in said(seen) {
            let answered = message
                .facts
                .id
                .clone()
                .filter(|_| message.facts.kind == Kind::Result);
            if let Some(schema) = answered.and_then(|id| self.asked.remove(&(conn, id)))
                && let Some(result) = message.get(&["result"])
            {
                self.accepts(&schema, result, "/result", told);
            }
            let answers = message.get(&["params", "inputResponses"]);
            for (key, answer) in answers.into_iter().flat_map(json::members) {
                let at = json::pointer::below("/params/inputResponses", &key);
                if let Some(schema) = self.keyed.remove(&(conn, key.into_owned())) {
                    self.accepts(&schema, answer, &at, told);
                }
            }
        }
    }
}
