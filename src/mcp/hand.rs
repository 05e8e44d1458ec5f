//! Requests by hand, as values: what a person can fill in, the frame that becomes of it, and back again.
//!
//! The forms are JSON Schema like those of tools, so that one form engine serves both; what they hold is read here. The
//! type `any` is none of JSON Schema's: what has it is edited as JSON.

use std::time::Duration;

use super::asked::capabilities::{Capabilities, Elicitation, RootsCapability, Sampling};
use super::client::RequestSettings;
use super::meta;
use super::method::{METHODS, MethodKind, Sender};
use crate::json::{self, Value, quote};
use crate::jsonrpc::{self, Kind};

/// The levels of log messages, least first (RFC 5424).
pub const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

/// A request that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Its method.
    pub method: String,
    /// Its params, as JSON.
    pub params: Option<String>,
    /// How long to wait for the answer.
    pub wait: Option<Duration>,
}

/// A frame that was sent, to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// A request: what the form of requests takes.
    Request(Value),
    /// A notification: what the form of notifications takes.
    Notification(Value),
    /// Anything else, as it is.
    Frame(Vec<u8>),
}

/// The form of a request.
pub fn request_schema() -> String {
    let levels = LEVELS.map(quote).join(",");
    format!(
        r#"{{"type":"object","required":["method"],"properties":{{
"method":{{"type":"string","minLength":1,"description":"Any method, of the protocol or not","examples":[{}]}},
"params":{{"type":"any","description":"Any JSON; left out when empty. An id and what every request carries are put in when it is sent"}},
"log level":{{"enum":[{levels}],"description":"The least log messages the server may send for it, in _meta (2026-07-28)"}},
"traceparent":{{"type":"string","description":"W3C trace context, in _meta; g n makes one up"}},
"progress token":{{"type":"string","description":"In _meta, instead of the one tools/call gets; digits are a number, \"7\" in quotes is text"}},
"_meta":{{"type":"any","description":"Further members of _meta: a JSON object"}},
"timeout":{{"type":"number","exclusiveMinimum":0,"description":"Seconds to wait for the answer, instead of what the settings say"}}}}}}"#,
        names(MethodKind::Request)
    )
}

/// The form of a notification.
pub fn notification_schema() -> String {
    format!(
        r#"{{"type":"object","required":["method"],"properties":{{
"method":{{"type":"string","minLength":1,"description":"Any method, of the protocol or not","examples":[{}]}},
"params":{{"type":"any","description":"Any JSON; left out when empty"}}}}}}"#,
        names(MethodKind::Notification)
    )
}

/// The form of what the calls of a connection carry, and of what the client says it can do.
pub fn settings_schema() -> String {
    let levels = LEVELS.map(quote).join(",");
    let switch = |name: &str, words: &str| {
        format!(
            r#""{name}":{{"type":"boolean","description":{}}}"#,
            quote(words)
        )
    };
    format!(
        r#"{{"type":"object","required":["traceparent","sampling","sampling tools","sampling context","elicitation form","elicitation url","roots","roots listChanged"],"properties":{{
"log level":{{"enum":[{levels}],"description":"The least log messages the server may send for a call (2026-07-28, in _meta; before, logging/setLevel is sent)"}},
{},
"_meta":{{"type":"any","description":"Further members of _meta for every call: a JSON object"}},
"task ttl":{{"type":"integer","minimum":0,"description":"How long the server is to keep tasks, in ms (2025-11-25)"}},
{},{},{},{},{},{},{},
"tasks":{{"type":"any","description":"The capability tasks (2025-11-25), as JSON"}},
"extensions":{{"type":"any","description":"Extensions and their settings, as a JSON object"}},
"experimental":{{"type":"any","description":"Experimental capabilities, as a JSON object"}}}}}}"#,
        switch("traceparent", "Every call carries a trace of its own"),
        switch("sampling", "The server may ask for model completions"),
        switch("sampling tools", "…with tools (since 2025-11-25)"),
        switch("sampling context", "…and with includeContext"),
        switch("elicitation form", "The server may ask for input"),
        switch(
            "elicitation url",
            "The server may send people to an address (since 2025-11-25)"
        ),
        switch("roots", "The server may ask for root folders"),
        switch("roots listChanged", "…and is told when they change"),
    )
}

fn names(kind: MethodKind) -> String {
    let ours = METHODS
        .iter()
        .filter(|method| method.kind == kind && method.sender != Sender::Server);
    ours.map(|method| quote(method.name))
        .collect::<Vec<_>>()
        .join(",")
}

fn text(form: &Value, name: &str) -> Option<String> {
    let text = form.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn object(form: &Value, name: &str) -> Result<Vec<(String, Value)>, String> {
    match form.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(members)) => Ok(members.clone()),
        Some(_) => Err(format!("{name} is no JSON object")),
    }
}

/// The request that a form of [`request_schema`] holds.
pub fn request(form: &Value) -> Result<Filled, String> {
    let method = text(form, "method").ok_or("it has no method")?;
    let mut extra = object(form, "_meta")?;
    let mut put = |name: &str, value: Value| {
        extra.retain(|(other, _)| other != name);
        extra.push((name.to_owned(), value));
    };
    if let Some(level) = text(form, "log level") {
        put(meta::LOG_LEVEL, Value::String(level));
    }
    if let Some(trace) = text(form, "traceparent") {
        put(meta::TRACEPARENT, Value::String(trace));
    }
    if let Some(token) = text(form, "progress token") {
        put(meta::PROGRESS_TOKEN, token_of(&token));
    }
    let params = with_extra(form.get("params").cloned(), extra)?;
    let wait = match form.get("timeout") {
        Some(Value::Number(seconds)) => {
            let seconds: f64 = seconds.parse().map_err(|_| "timeout is no number")?;
            Some(Duration::try_from_secs_f64(seconds).map_err(|_| "timeout is out of range")?)
        }
        _ => None,
    };
    Ok(Filled {
        method,
        params: params.map(|params| params.to_string()),
        wait,
    })
}

/// Digits are a number, JSON text is what it says, anything else is itself.
fn token_of(typed: &str) -> Value {
    match Value::parse(typed.as_bytes()) {
        Ok(value @ (Value::Number(_) | Value::String(_))) => value,
        _ => Value::from(typed),
    }
}

fn with_extra(params: Option<Value>, extra: Vec<(String, Value)>) -> Result<Option<Value>, String> {
    if extra.is_empty() {
        return Ok(params);
    }
    let mut members = match params {
        None => Vec::new(),
        Some(Value::Object(members)) => members,
        Some(_) => return Err("params is no object, so there is no place for _meta".to_owned()),
    };
    match members.iter_mut().find(|(key, _)| key == "_meta") {
        Some((_, Value::Object(there))) => {
            for (key, value) in extra {
                there.retain(|(other, _)| *other != key);
                there.push((key, value));
            }
        }
        Some(_) => return Err("params has a _meta that is no object".to_owned()),
        None => members.push(("_meta".to_owned(), Value::Object(extra))),
    }
    Ok(Some(Value::Object(members)))
}

/// The frame of the notification that a form of [`notification_schema`] holds.
pub fn notification(form: &Value) -> Result<String, String> {
    let method = text(form, "method").ok_or("it has no method")?;
    let params = form.get("params").map(Value::to_string);
    Ok(jsonrpc::notification(&method, params.as_deref()))
}

/// What a frame is, in words; the error says why it is no JSON-RPC message.
pub fn described(frame: &[u8]) -> Result<String, String> {
    json::check(frame).map_err(|problem| problem.to_string())?;
    if json::kind(frame) == json::Kind::Array {
        let count = json::elements(frame).count();
        return Ok(format!("a batch of {count}; only 2025-03-26 has those"));
    }
    let envelope = jsonrpc::envelope(frame).ok_or("JSON, but no JSON-RPC message")?;
    let id = envelope.id.as_ref().map_or_else(String::new, |id| {
        let odd = if id.is_valid() {
            ""
        } else {
            ", neither text nor integer"
        };
        format!(", id {id}{odd}")
    });
    match envelope.kind {
        Kind::Request => Ok(format!("a request{id}")),
        Kind::Notification => Ok("a notification".to_owned()),
        Kind::Result | Kind::Error => Ok(format!("an answer{id}")),
        Kind::Malformed => Err("JSON, but no JSON-RPC message".to_owned()),
    }
}

/// What was sent, as a form takes it: without its id, and without what every request is given when it goes out. What a
/// form would mend (no JSON, another version, members that JSON-RPC does not have) stays the frame that it is.
pub fn again(frame: &[u8]) -> Again {
    let whole = || Again::Frame(frame.to_vec());
    let Some(envelope) = jsonrpc::envelope(frame).filter(|_| is_plain(frame)) else {
        return whole();
    };
    if envelope.id.as_ref().is_some_and(|id| !id.is_valid()) {
        return whole();
    }
    let params = match envelope.params.map(Value::parse) {
        None => None,
        Some(Ok(params)) => Some(params),
        Some(Err(_)) => return whole(),
    };
    let mut form = Vec::new();
    if let Some(method) = &envelope.method {
        form.push(("method".to_owned(), Value::from(method.as_ref())));
    }
    match envelope.kind {
        Kind::Request => {
            let own = envelope.id.as_ref().map(jsonrpc::Id::to_json);
            if let Some(params) = params.and_then(|params| stripped(params, own.as_deref())) {
                form.push(("params".to_owned(), params));
            }
            Again::Request(Value::Object(form))
        }
        Kind::Notification => {
            form.extend(params.map(|params| ("params".to_owned(), params)));
            Again::Notification(Value::Object(form))
        }
        Kind::Result | Kind::Error | Kind::Malformed => whole(),
    }
}

/// Whether a frame is one JSON object with the members of JSON-RPC 2.0, each once, and nothing else.
fn is_plain(frame: &[u8]) -> bool {
    let mut seen = Vec::new();
    json::check(frame.trim_ascii()).is_ok()
        && json::members(frame).all(|(key, value)| {
            let known = match &*key {
                "jsonrpc" => value == b"\"2.0\"",
                "id" | "method" | "params" => true,
                _ => false,
            };
            let again = seen.contains(&key);
            seen.push(key);
            known && !again
        })
        && seen.iter().any(|key| key == "jsonrpc")
}

/// Params without what the client puts into `_meta`; nothing when nothing is left.
fn stripped(params: Value, id: Option<&str>) -> Option<Value> {
    let Value::Object(mut members) = params else {
        return Some(params);
    };
    let ours = |(key, value): &(String, Value)| {
        [
            meta::PROTOCOL_VERSION,
            meta::CLIENT_CAPABILITIES,
            meta::CLIENT_INFO,
        ]
        .contains(&key.as_str())
            || (key == meta::PROGRESS_TOKEN && Some(value.to_string().as_str()) == id)
    };
    let mut emptied = false;
    if let Some((_, Value::Object(carried))) = members.iter_mut().find(|(key, _)| key == "_meta") {
        let before = carried.len();
        carried.retain(|member| !ours(member));
        emptied = carried.is_empty() && before > 0;
    }
    if emptied {
        members.retain(|(key, _)| key != "_meta");
    }
    (!emptied || !members.is_empty()).then_some(Value::Object(members))
}

/// What a form of [`settings_schema`] holds. `seed` makes traces, if they are wanted.
pub fn settings(form: &Value, seed: u128) -> Result<(RequestSettings, Capabilities), String> {
    let on = |name: &str| form.get(name) == Some(&Value::Bool(true));
    let raw = |name: &str| -> Result<Vec<(String, String)>, String> {
        let members = object(form, name)?;
        Ok(members
            .into_iter()
            .map(|(key, value)| (key, value.to_string()))
            .collect())
    };
    let settings = RequestSettings {
        log_level: text(form, "log level"),
        trace: on("traceparent").then_some(seed),
        meta: object(form, "_meta")?,
        task_ttl: match form.get("task ttl") {
            None | Some(Value::Null) => None,
            Some(ttl) => Some(
                ttl.to_string()
                    .parse()
                    .map_err(|_| "task ttl is no count of milliseconds".to_owned())?,
            ),
        },
    };
    let capabilities = Capabilities {
        sampling: on("sampling").then(|| Sampling {
            tools: on("sampling tools"),
            context: on("sampling context"),
        }),
        elicitation: Elicitation {
            form: on("elicitation form"),
            url: on("elicitation url"),
        },
        roots: on("roots").then(|| RootsCapability {
            list_changed: on("roots listChanged"),
        }),
        tasks: form.get("tasks").map(Value::to_string),
        extensions: raw("extensions")?,
        experimental: raw("experimental")?,
    };
    Ok((settings, capabilities))
}

/// The same as a form takes it.
pub fn settings_form(settings: &RequestSettings, can: &Capabilities) -> Value {
    let mut form: Vec<(String, Value)> = Vec::new();
    let mut put = |name: &str, value: Value| form.push((name.to_owned(), value));
    let object = |members: &[(String, String)]| {
        let members = members.iter().map(|(key, raw)| {
            let value = Value::parse(raw.as_bytes()).unwrap_or(Value::Null);
            (key.clone(), value)
        });
        Value::Object(members.collect())
    };
    if let Some(level) = &settings.log_level {
        put("log level", Value::from(level.as_str()));
    }
    put("traceparent", Value::Bool(settings.trace.is_some()));
    if !settings.meta.is_empty() {
        put("_meta", Value::Object(settings.meta.clone()));
    }
    if let Some(ttl) = settings.task_ttl {
        put("task ttl", Value::Number(ttl.to_string()));
    }
    let (sampling, roots) = (
        can.sampling.unwrap_or_default(),
        can.roots.unwrap_or_default(),
    );
    for (name, on) in [
        ("sampling", can.sampling.is_some()),
        ("sampling tools", sampling.tools),
        ("sampling context", sampling.context),
        ("elicitation form", can.elicitation.form),
        ("elicitation url", can.elicitation.url),
        ("roots", can.roots.is_some()),
        ("roots listChanged", roots.list_changed),
    ] {
        put(name, Value::Bool(on));
    }
    if let Some(tasks) = can
        .tasks
        .as_deref()
        .and_then(|raw| Value::parse(raw.as_bytes()).ok())
    {
        put("tasks", tasks);
    }
    if !can.extensions.is_empty() {
        put("extensions", object(&can.extensions));
    }
    if !can.experimental.is_empty() {
        put("experimental", object(&can.experimental));
    }
    Value::Object(form)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
