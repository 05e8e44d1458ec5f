//! Scripts of what a good client could ask: what is there, what is not, and more than one thing at once.

use super::known::{Known, required};
use super::script::{LAST, Meta, Sends, Step, client_info, request};
use super::{NOBODY, Sends as S};
use crate::json::{self, quote};
use crate::jsonrpc::Id;
use crate::mcp::types::List;

/// The address of a resource that is not there.
const NOWHERE: &str = "mcpscope://no/such/resource";

/// A handshake that proposes a version; nothing follows.
pub fn version(_: &Known, version: &str) -> Vec<Step> {
    vec![Step::ask("initialize", "initialize", handshake(version))]
}

/// The parameters of a handshake.
pub fn handshake(version: &str) -> String {
    format!(
        "{{\"protocolVersion\":{},\"capabilities\":{{}},\"clientInfo\":{}}}",
        quote(version),
        client_info()
    )
}

pub fn ping(_: &Known) -> Vec<Step> {
    vec![Step::ask("ping", "ping", "{}")]
}

pub fn capabilities(known: &Known) -> Vec<Step> {
    let mut steps: Vec<Step> = List::ALL
        .iter()
        .map(|list| Step::ask(list.method(), list.method(), "{}"))
        .collect();
    if !known.is_modern() {
        let params = r#"{"level":"info"}"#;
        steps.push(Step::ask("logging/setLevel", "logging/setLevel", params));
    }
    steps
}

pub fn lists(known: &Known) -> Vec<Step> {
    let twice = |list: List| {
        [1, 2].map(|turn| Step::ask(format!("{} {turn}", list.method()), list.method(), "{}"))
    };
    known.declared().flat_map(twice).collect()
}

pub fn unknown_method(known: &Known) -> Vec<Step> {
    let mut steps = vec![Step::ask("unknown", "mcpscope/no-such-method", "{}")];
    if known.is_modern() {
        steps.push(Step::ask("ping", "ping", "{}"));
        let level = r#"{"level":"info"}"#;
        steps.push(Step::ask("logging/setLevel", "logging/setLevel", level));
        let uri = format!("{{\"uri\":{}}}", quote(NOWHERE));
        steps.push(Step::ask("resources/subscribe", "resources/subscribe", uri));
    }
    steps
}

pub fn bad_cursor(known: &Known) -> Vec<Step> {
    let params = format!("{{\"cursor\":{}}}", quote(NOBODY));
    let ask = |list: List| Step::ask(list.method(), list.method(), params.clone());
    known.declared().map(ask).collect()
}

pub fn unknown_tool(known: &Known) -> Vec<Step> {
    if !known.has("tools") {
        return Vec::new();
    }
    let params = format!("{{\"name\":{},\"arguments\":{{}}}}", quote(NOBODY));
    vec![
        // What is not there is known by the list.
        Step::ask("list", "tools/list", "{}"),
        Step::ask("call", "tools/call", params),
    ]
}

pub fn unknown_resource(known: &Known) -> Vec<Step> {
    if !known.has("resources") {
        return Vec::new();
    }
    let params = format!("{{\"uri\":{}}}", quote(NOWHERE));
    vec![Step::ask("read", "resources/read", params)]
}

pub fn unknown_prompt(known: &Known) -> Vec<Step> {
    if !known.has("prompts") {
        return Vec::new();
    }
    let params = format!("{{\"name\":{}}}", quote(NOBODY));
    vec![Step::ask("get", "prompts/get", params)]
}

pub fn missing_argument(known: &Known) -> Vec<Step> {
    let mut prompts = known.list(List::Prompts).iter();
    let wants = prompts.find(|prompt| prompt.prompt_arguments().iter().any(|one| one.required));
    let ask = |name: &str| {
        let params = format!("{{\"name\":{}}}", quote(name));
        Step::ask("get", "prompts/get", params)
    };
    wants.map(|prompt| ask(&prompt.name)).into_iter().collect()
}

pub fn unknown_reference(known: &Known) -> Vec<Step> {
    if !known.has("completions") {
        return Vec::new();
    }
    let argument = "\"argument\":{\"name\":\"a\",\"value\":\"\"}";
    let prompt = format!(
        "{{\"ref\":{{\"type\":\"ref/prompt\",\"name\":{}}},{argument}}}",
        quote(NOBODY)
    );
    let template = format!(
        "{{\"ref\":{{\"type\":\"ref/resource\",\"uri\":{}}},{argument}}}",
        quote("mcpscope://no/such/{a}")
    );
    vec![
        Step::ask("prompt", "completion/complete", prompt),
        Step::ask("template", "completion/complete", template),
    ]
}

pub fn bad_level(known: &Known) -> Vec<Step> {
    if !known.has("logging") {
        return Vec::new();
    }
    let params = r#"{"level":"loudest"}"#;
    vec![Step::ask("set", "logging/setLevel", params)]
}

pub fn unknown_subscription(known: &Known) -> Vec<Step> {
    if !known.opening.is_true(&["resources", "subscribe"]) {
        return Vec::new();
    }
    let uri = quote(NOWHERE);
    if known.is_modern() {
        let params = format!("{{\"notifications\":{{\"resourceSubscriptions\":[{uri}]}}}}");
        let listen = Step::ask("listen", "subscriptions/listen", params).quiet();
        // Over HTTP its stream was closed by then, which says the same.
        let cancel = S::Notice {
            method: "notifications/cancelled".to_owned(),
            params: format!("{{\"requestId\":{LAST}}}"),
        };
        let mut steps = vec![listen];
        if !known.http {
            steps.push(Step::new("cancel", vec![cancel]).quiet());
        }
        return steps;
    }
    vec![
        Step::ask(
            "subscribe",
            "resources/subscribe",
            format!("{{\"uri\":{uri}}}"),
        ),
        Step::ask(
            "unsubscribe",
            "resources/unsubscribe",
            format!("{{\"uri\":{uri}}}"),
        ),
    ]
}

pub fn unknown_task(known: &Known) -> Vec<Step> {
    if !known.has_tasks() {
        return Vec::new();
    }
    let params = format!("{{\"taskId\":{}}}", quote(NOBODY));
    vec![
        Step::ask("get", "tasks/get", params.clone()).meta(Meta::Tasks),
        Step::ask("cancel", "tasks/cancel", params).meta(Meta::Tasks),
    ]
}

pub fn odd_ids(known: &Known) -> Vec<Step> {
    let (method, params) = known.harmless();
    let long = "mcpscope-".repeat(32);
    let ids = [
        ("a word", Id::Text("mcpscope".into())),
        ("digits", Id::Text("7001".into())),
        ("a long one", Id::Text(long.into())),
        ("beyond ASCII", Id::Text("größe-🦀".into())),
        ("an empty one", Id::Text("".into())),
        ("zero", Id::Integer(0)),
        ("below zero", Id::Integer(-7)),
        ("a huge one", Id::Integer((1 << 53) - 1)),
    ];
    let ask = |(name, id): (&str, Id)| {
        let sends = Sends::Request {
            method: method.to_owned(),
            params: params.to_owned(),
            meta: Meta::Whole,
            id: Some(id),
        };
        let mut step = Step::new(name, vec![sends]);
        step.wait = std::time::Duration::from_secs(3);
        step
    };
    ids.into_iter().map(ask).collect()
}

pub fn many_at_once(known: &Known) -> Vec<Step> {
    let (method, params) = known.harmless();
    let lists: Vec<List> = known.declared().collect();
    let each = |at: usize| match lists.get(at % (lists.len() + 1)) {
        Some(list) => request(list.method(), "{}"),
        None => request(method, params),
    };
    vec![Step::new("at once", (0..16).map(each).collect())]
}

pub fn cancel(known: &Known) -> Vec<Step> {
    let (method, params) = known.harmless();
    let cancel = |id: &str| S::Notice {
        method: "notifications/cancelled".to_owned(),
        params: format!("{{\"requestId\":{id},\"reason\":\"a probe\"}}"),
    };
    let mut steps = vec![
        Step::new("of nothing", vec![cancel(&quote(NOBODY))]).quiet(),
        Step::ask("then", method, params),
    ];
    if let (Some(list), false) = (known.declared().next(), known.is_modern() && known.http) {
        let both = vec![request(list.method(), "{}"), cancel(LAST)];
        steps.push(Step::new("of a list", both).quiet());
        steps.push(Step::ask("afterwards", method, params));
    }
    steps
}

pub fn listed_resource(known: &Known) -> Vec<Step> {
    let Some(first) = known.list(List::Resources).first() else {
        return Vec::new();
    };
    let uri = first.uri.as_deref().unwrap_or_default();
    let params = format!("{{\"uri\":{}}}", quote(uri));
    vec![
        Step::ask("list", "resources/list", "{}"),
        Step::ask("read", "resources/read", params),
    ]
}

pub fn ui_resource(known: &Known) -> Vec<Step> {
    let link = known.list(List::Tools).iter().find_map(|tool| {
        let raw = tool.raw.as_bytes();
        json::string_at(raw, &["_meta", "ui", "resourceUri"])
            .or_else(|| json::string_at(raw, &["_meta", "ui/resourceUri"]))
    });
    let Some(uri) = link else { return Vec::new() };
    let params = format!("{{\"uri\":{}}}", quote(&uri));
    vec![Step::ask("read", "resources/read", params)]
}

pub fn bad_arguments(known: &Known) -> Vec<Step> {
    let wants = known.callable().find_map(|tool| {
        let required = required(tool.input_schema());
        (!required.is_empty()).then_some((tool, required))
    });
    let Some((tool, required)) = wants else {
        return Vec::new();
    };
    let call = |name: &str, arguments: &str| {
        let params = format!(
            "{{\"name\":{},\"arguments\":{arguments}}}",
            quote(&tool.name)
        );
        Step::ask(name, "tools/call", params)
    };
    // None of these is what the type wants, whatever is made of it.
    let wrong = |kind: &str| match kind {
        "string" => Some("{\"a\":[7]}"),
        "number" | "integer" | "boolean" => Some("\"mcpscope\""),
        "array" => Some("{\"a\":7}"),
        "object" => Some("[7]"),
        _ => None,
    };
    let mut steps = vec![call("missing", "{}")];
    let members: Vec<String> = required
        .iter()
        .filter_map(|(name, kind)| Some(format!("{}:{}", quote(name), wrong(kind)?)))
        .collect();
    if members.len() == required.len() {
        steps.push(call("wrong type", &format!("{{{}}}", members.join(","))));
    }
    steps
}

pub fn given_calls(known: &Known) -> Vec<Step> {
    let (method, params) = known.harmless();
    let mut steps = Vec::new();
    for (at, (tool, arguments)) in known.calls.iter().enumerate() {
        let call = || {
            let params = format!("{{\"name\":{},\"arguments\":{arguments}}}", quote(tool));
            request("tools/call", params)
        };
        let number = at + 1;
        steps.push(Step::new(format!("call {number}"), vec![call()]));
        if known.is_modern() && known.http {
            continue;
        }
        let cancel = S::Notice {
            method: "notifications/cancelled".to_owned(),
            params: format!("{{\"requestId\":{LAST},\"reason\":\"a probe\"}}"),
        };
        let mut step = Step::new(format!("cancelled {number}"), vec![call(), cancel]);
        step.wait = std::time::Duration::from_secs(3);
        steps.push(step);
        steps.push(Step::ask(format!("afterwards {number}"), method, params));
    }
    steps
}
