//! Errors, ids of what wants no answer, and the `_meta` and type of results.

use std::time::Duration;

use crate::json::{self, Kind as JsonKind};
use crate::jsonrpc::{Id, Kind};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::meta;
use crate::mcp::revision::Revision::{V2025_06_18, V2026_07_28};
use crate::note::Note;
use crate::session::Direction;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "error-names-its-request",
        checks: &[10],
        grade: Grade::WARNING,
        section: "basic Error Responses",
        what: "An error has the id of the request it answers; only what could not be read is answered without.",
        why: "The client cannot tell which request failed, and waits for it until it runs out of time.",
        fix: "Read the id first, and put it into the error whatever else is wrong with the request.",
        check: Check::Message(On::Errors, error_named),
        ..Rule::ROW
    },
    Rule {
        name: "requests-come-to-an-end",
        checks: &[5],
        grade: Grade::WARNING,
        section: "basic Responses",
        what: "A request is answered while its client waits for it.",
        why: "The client runs out of time, and its user learns nothing of what went wrong.",
        fix: "Catch what a handler throws and answer it as an error; of what takes long, tell the progress.",
        check: Check::Entry(in_time),
        ..Rule::ROW
    },
    Rule {
        name: "first-answer-comes-soon",
        grade: Grade::NOTE,
        what: "A server answers its first request within five seconds.",
        why: "Clients give up on servers that start slowly, and their users wait at every start.",
        fix: "Load models, indexes and connections when they are first needed; have packages installed, not fetched at each start.",
        check: Check::Message(On::Results(&["initialize", "server/discover"]), soon),
        ..Rule::ROW
    },
    Rule {
        name: "notification-has-no-id",
        checks: &[11],
        section: "basic Notifications",
        what: "A notification has no `id`.",
        why: "With an id it is a request: the client answers that it knows no such method.",
        fix: "Send it with the function for notifications of your SDK, without an id.",
        check: Check::Message(On::Any, notification_id),
        ..Rule::ROW
    },
    Rule {
        name: "notifications-are-not-answered",
        checks: &[12],
        section: "basic Notifications",
        what: "Nothing is answered to a notification.",
        why: "The answer belongs to no request; strict clients take it for a broken stream.",
        fix: "Answer only what has an id.",
        lines: &[("Python", "if \"id\" not in message: return")],
        check: Check::Entry(not_answered),
        ..Rule::ROW
    },
    Rule {
        name: "implementation-error-codes",
        checks: &[20],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic Error Codes",
        what: "Codes from -32019 to -32000 are not used any more.",
        why: "They mean something else in every SDK, so no client can act on them.",
        fix: "Use a code outside -32768…-32000 for an error of your own.",
        check: Check::Message(On::Errors, implementation_codes),
        ..Rule::ROW
    },
    Rule {
        name: "own-error-codes",
        checks: &[21],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic Error Codes",
        what: "Codes of your own lie outside -32768…-32000.",
        why: "JSON-RPC keeps that range for itself; a client may take the code for one of its own.",
        fix: "Use a positive code, or one below -32768.",
        check: Check::Message(On::Errors, own_codes),
        ..Rule::ROW
    },
    Rule {
        name: "error-code-says-something",
        grade: Grade::NOTE,
        what: "The code of an error is one of JSON-RPC, or one of your own that is not 0.",
        why: "0 is what a forgotten code looks like; clients and logs show it as it is.",
        fix: "Use -32602 for what was asked wrongly and -32603 for what went wrong inside.",
        lines: &[
            (
                "Python",
                "raise McpError(ErrorData(code=INVALID_PARAMS, message=\"…\"))",
            ),
            (
                "TypeScript",
                "throw new McpError(ErrorCode.InvalidParams, \"…\")",
            ),
        ],
        check: Check::Message(On::Errors, code_zero),
        ..Rule::ROW
    },
    Rule {
        name: "error-data-tells-what-is-needed",
        checks: &[41, 44],
        since: V2026_07_28,
        section: "basic Error Codes",
        what: "-32022 lists `supported` versions and the `requested` one, -32021 has `requiredCapabilities`.",
        why: "The client reads there how to try again; without it the connection ends.",
        fix: "Answer `data: {\"supported\": [\"2026-07-28\"], \"requested\": …}` or `data: {\"requiredCapabilities\": {…}}`.",
        check: Check::Message(On::Errors, error_data),
        ..Rule::ROW
    },
    Rule {
        name: "reserved-meta-keys",
        checks: &[24],
        grade: Grade::WARNING,
        since: V2025_06_18,
        section: "basic `_meta`",
        what: "Keys of `_meta` whose prefix is the protocol's are keys the protocol knows.",
        why: "A later revision may give the key a meaning, and clients will act on it.",
        fix: "Use a prefix of a domain of yours.",
        check: Check::Message(On::Any, reserved_keys),
        ..Rule::ROW
    },
    Rule {
        name: "trace-context",
        checks: &[25],
        since: V2026_07_28,
        section: "basic `_meta`",
        what: "`traceparent`, `tracestate` and `baggage` are as W3C Trace Context and Baggage have them.",
        why: "Tools that follow traces drop what they cannot read, and the call is missing there.",
        fix: "`traceparent` is `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`; let a tracing library write it.",
        check: Check::Message(On::Any, trace),
        ..Rule::ROW
    },
    Rule {
        name: "result-type-is-known",
        checks: &[28],
        since: V2026_07_28,
        section: "basic ResultType",
        what: "`resultType` is `complete`, `input_required`, or a value of an extension that the client declared.",
        why: "A client treats an unknown type as no result at all.",
        fix: "Answer `complete` unless the client declared the extension in this very request.",
        check: Check::Message(On::AnyResult, result_type),
        ..Rule::ROW
    },
];

/// Whether a message has an id that names a request.
fn is_named(message: &Message<'_>) -> bool {
    let id = message.get(&["id"]).map(Id::read);
    id.is_some_and(|id| id.is_valid())
}

fn code(message: &Message<'_>) -> Option<i64> {
    message.get(&["error", "code"]).and_then(json::integer)
}

/// Requests that only find out which era is spoken: older servers may pass over what they do not know.
const ASKS_FOR_ERA: &str = "server/discover";

fn in_time(seen: &Seen<'_>, told: &mut Told) {
    if let Some(Note::Timeout { id, after_ms }) = seen.note() {
        let asked = seen.memory.asked.get(&Id::read(id.as_bytes()));
        let Some(asked) = asked.filter(|asked| *asked.method != *ASKS_FOR_ERA) else {
            return;
        };
        let subject = match &*asked.method {
            "tools/call" => Some(Subject::Tool(asked.subject.clone())),
            "prompts/get" => Some(Subject::Prompt(asked.subject.clone())),
            "resources/read" => Some(Subject::Resource(asked.subject.clone())),
            _ => None,
        };
        let after = crate::text::took(Duration::from_millis(*after_ms));
        match subject {
            Some(subject) => {
                let words = format!(
                    "{} {} was given up after {after} without an answer",
                    asked.method,
                    subject.name()
                );
                told.about(subject, "", words);
            }
            None => {
                let words = format!(
                    "{} was given up after {after} without an answer",
                    asked.method
                );
                told.wrong("", words);
            }
        }
        return;
    }
    if seen.is_from_server() && seen.messages.iter().any(|one| one.answers.is_some()) {
        told.looked();
    }
}

/// A first answer that comes later is worth knowing, in microseconds.
const SLOW_US: u64 = 5_000_000;

fn soon(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(asked) = message.asked(seen) else {
        return;
    };
    // Whoever logs in meanwhile is waited for as well, and is no server.
    let took = match message.answers {
        Some(at) => seen.timeline.spans(at, seen.entry.us).server(),
        None => seen.entry.us.saturating_sub(asked.us),
    };
    told.demand(took <= SLOW_US, "", || {
        let took = crate::text::took(Duration::from_micros(took));
        format!("{} was answered after {took}", asked.method)
    });
}

fn error_named(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    // Over HTTP the response says what it answers; `error-bodies-echo-the-id` looks at those.
    let unreadable = matches!(code(message), Some(-32700 | -32600));
    if unreadable || seen.hop().is_some() {
        return;
    }
    let what = json::string_at(message.raw, &["error", "message"]).unwrap_or_default();
    told.demand(is_named(message), "", || {
        format!("the error \"{what}\" has no id")
    });
}

fn notification_id(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let method = message.facts.method.as_deref().unwrap_or_default();
    if method.starts_with("notifications/") {
        told.demand(message.facts.kind == Kind::Notification, "/id", || {
            format!("{method} has an id")
        });
    }
}

fn not_answered(seen: &Seen<'_>, told: &mut Told) {
    for message in seen.messages {
        match (seen.entry.direction, message.facts.kind) {
            (Direction::Out, Kind::Notification) => told.looked(),
            (Direction::In, Kind::Result | Kind::Error) if !is_named(message) => {
                let what = message.text(&["error", "message"]).unwrap_or_default();
                let asked = !seen.memory.asked.is_empty();
                if seen.memory.told && (!asked || what.contains("notifications/")) {
                    told.wrong("", "a notification was answered");
                }
            }
            _ => {}
        }
    }
}

fn implementation_codes(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(code) = code(message).filter(|code| *code != -32002) else {
        return;
    };
    told.demand(!(-32019..=-32000).contains(&code), "/error/code", || {
        format!("code {code}")
    });
}

fn own_codes(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(code) = code(message) else { return };
    let known = matches!(code, -32700 | -32603..=-32600);
    // Those have rules of their own.
    let elsewhere = (-32099..=-32000).contains(&code);
    let free = !(-32768..=-32000).contains(&code);
    told.demand(known || elsewhere || free, "/error/code", || {
        format!("code {code}")
    });
}

fn code_zero(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(code) = code(message) else { return };
    told.demand(code != 0, "/error/code", || {
        let what = json::string_at(message.raw, &["error", "message"]).unwrap_or_default();
        format!("\"{what}\" has the code 0")
    });
}

fn error_data(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let kind = |path: &[&str]| message.get(path).map(json::kind);
    match code(message) {
        Some(-32022) => {
            let listed = kind(&["error", "data", "supported"]) == Some(JsonKind::Array);
            let echoed = kind(&["error", "data", "requested"]) == Some(JsonKind::String);
            told.demand(listed && echoed, "/error", || {
                "-32022 without data.supported and data.requested".to_owned()
            });
        }
        Some(-32021) => {
            let needs = kind(&["error", "data", "requiredCapabilities"]);
            told.demand(needs == Some(JsonKind::Object), "/error", || {
                "-32021 without an object data.requiredCapabilities".to_owned()
            });
        }
        _ => {}
    }
}

/// Keys of `_meta` with a prefix of the protocol's that mean something, and extensions that put theirs there.
const KNOWN: &[&str] = &[
    meta::PROTOCOL_VERSION,
    meta::CLIENT_CAPABILITIES,
    meta::CLIENT_INFO,
    meta::LOG_LEVEL,
    meta::SERVER_INFO,
    meta::RELATED_TASK,
    crate::mcp::subscriptions::SUBSCRIPTION_ID,
    "io.modelcontextprotocol/model-immediate-response",
    crate::mcp::asked::capabilities::UI,
    crate::mcp::asked::capabilities::TASKS,
];

/// The `_meta` of a message, with its place.
fn metas<'a>(message: &Message<'a>) -> impl Iterator<Item = (String, &'a [u8])> {
    ["params", "result"].into_iter().filter_map(|part| {
        let raw = message.get(&[part, "_meta"])?;
        Some((format!("/{part}/_meta"), raw))
    })
}

fn reserved_keys(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (below, raw) in metas(message) {
        for (key, _) in json::members(raw) {
            let labels = key.rsplit_once('/').map(|(prefix, _)| prefix.split('.'));
            let second = labels.and_then(|mut labels| labels.nth(1));
            if !matches!(second, Some("modelcontextprotocol" | "mcp")) {
                continue;
            }
            told.looked();
            if !KNOWN.contains(&&*key) {
                let words = format!("{key} is no key the protocol knows");
                told.wrong(json::pointer::below(&below, &key), words);
            }
        }
    }
}

pub(super) fn trace(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (below, raw) in metas(message) {
        for key in ["traceparent", "tracestate", "baggage"] {
            let Some(value) = json::get(raw, &[key]) else {
                continue;
            };
            let text = json::string(value);
            let fits = text.as_deref().is_some_and(|text| match key {
                "traceparent" => is_traceparent(text),
                _ => is_pairs(text),
            });
            told.demand(fits, &format!("{below}/{key}"), || {
                format!("{key} is not as W3C has it")
            });
        }
    }
}

/// W3C Trace Context §3.2: version, trace, parent, flags; neither of the ids all zeros.
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let some = |part: &str| part.bytes().any(|byte| byte != b'0');
    let [version, trace, parent, flags, rest @ ..] = parts.as_slice() else {
        return false;
    };
    hex(version, 2)
        && *version != "ff"
        && (rest.is_empty() || *version != "00")
        && hex(trace, 32)
        && some(trace)
        && hex(parent, 16)
        && some(parent)
        && hex(flags, 2)
}

/// A list of `key=value`, as `tracestate` and `baggage` are; an empty list is one.
fn is_pairs(text: &str) -> bool {
    let visible = |byte: u8| byte == b' ' || byte == b'\t' || byte.is_ascii_graphic();
    text.bytes().all(visible)
        && text.split(',').map(str::trim).all(|pair| {
            pair.is_empty() || pair.split_once('=').is_some_and(|(key, _)| !key.is_empty())
        })
}

fn result_type(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(word) = message.text(&["result", "resultType"]) else {
        return;
    };
    let declared = seen.memory.declared_with(message.asked(seen));
    let extends = |id: &str| declared.is_none_or(|declared| declared.extends(id));
    let known = match word.as_str() {
        "complete" | "input_required" => true,
        // Whether one may be made is `task-was-wanted`.
        "task" => true,
        _ => declared.is_some_and(|declared| !declared.extensions.is_empty()) && extends(&word),
    };
    told.demand(known, "/result/resultType", || {
        format!("resultType is \"{word}\", which nobody declared")
    });
}
