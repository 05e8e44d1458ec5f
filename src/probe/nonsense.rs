//! Scripts of what no good client sends, to see whether the server goes on after it, and of how it ends.

use std::time::Duration;

use super::asks::handshake;
use super::known::Known;
use super::script::{Sends, Step};
use crate::json::quote;
use crate::jsonrpc::{self, Id};
use crate::mcp::revision::Revision;
use crate::mcp::types::List;

/// A request that is answered by whoever goes on.
fn afterwards(known: &Known) -> Step {
    let (method, params) = known.harmless();
    Step::ask("afterwards", method, params)
}

fn raw(name: &str, text: String, ids: Vec<Id>) -> Step {
    Step::new(name, vec![Sends::Raw(text.into_bytes(), ids)])
}

fn harmless(known: &Known, id: &Id) -> String {
    let params = known.harmless_params();
    jsonrpc::request(id, known.harmless().0, Some(&params))
}

pub fn batch(known: &Known) -> Vec<Step> {
    let ids = [Id::Text("batch-1".into()), Id::Text("batch-2".into())];
    let [one, two] = ids.each_ref().map(|id| harmless(known, id));
    let step = raw("batch", format!("[{one},{two}]"), ids.to_vec());
    let takes = known.revision == Revision::V2025_03_26;
    vec![if takes { step } else { step.quiet() }, afterwards(known)]
}

pub fn broken_json(known: &Known) -> Vec<Step> {
    let half = "{\"jsonrpc\":\"2.0\",\"id\":\"half\",\"method\":\"pi".to_owned();
    vec![raw("half", half, Vec::new()).quiet(), afterwards(known)]
}

pub fn wrong_envelope(known: &Known) -> Vec<Step> {
    let sends = [
        (
            "jsonrpc 1.0",
            r#"{"jsonrpc":"1.0","id":"e1","method":"ping"}"#,
        ),
        ("id null", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#),
        ("method 7", r#"{"jsonrpc":"2.0","id":"e3","method":7}"#),
        ("nothing", "{}"),
        (
            "params 7",
            r#"{"jsonrpc":"2.0","id":"e5","method":"tools/list","params":7}"#,
        ),
    ];
    let step = |(name, text): (&str, &str)| {
        let mut step = raw(name, text.to_owned(), Vec::new());
        step.wait = Duration::from_millis(250);
        step
    };
    let mut steps: Vec<Step> = sends.into_iter().map(step).collect();
    steps.push(afterwards(known));
    steps
}

pub fn same_id_twice(known: &Known) -> Vec<Step> {
    let id = Id::Text("twice".into());
    let text = harmless(known, &id).into_bytes();
    let both = vec![
        Sends::Raw(text.clone(), vec![id.clone()]),
        Sends::Raw(text, vec![id]),
    ];
    vec![Step::new("both", both).quiet(), afterwards(known)]
}

pub fn long_line(known: &Known) -> Vec<Step> {
    let id = Id::Text("long".into());
    let inner = known.harmless_params();
    let rest = inner.trim_start_matches('{');
    let comma = if rest.starts_with('}') { "" } else { "," };
    let params = format!("{{\"filling\":{}{comma}{rest}", quote(&"x".repeat(1 << 20)));
    let text = jsonrpc::request(&id, known.harmless().0, Some(&params));
    vec![raw("long", text, vec![id]), afterwards(known)]
}

pub fn early_request(known: &Known) -> Vec<Step> {
    let method = known.declared().next().map_or("ping", List::method);
    let revision = known.revision.as_str();
    vec![
        Step::ask("early", method, "{}").quiet(),
        Step::ask("initialize", "initialize", handshake(revision)),
    ]
}

pub fn closed_stdin(known: &Known) -> Vec<Step> {
    ending(known, "close", Sends::Close)
}

pub fn terminate(known: &Known) -> Vec<Step> {
    ending(known, "terminate", Sends::Terminate)
}

/// Ends a server that is up: how long it takes to start is not counted.
fn ending(known: &Known, name: &str, how: Sends) -> Vec<Step> {
    let (method, params) = known.harmless();
    let mut step = Step::new(name, vec![how]);
    step.wait = Duration::from_secs(12);
    vec![Step::ask("first", method, params), step]
}
