//! What every message must be, whatever it says: envelopes, ids, answers, and the shape its revision gives it.

use std::collections::HashSet;

use crate::json::{self, Kind as JsonKind};
use crate::jsonrpc::{Id, Kind};
use crate::lint::rule::{Check, Grade, On, Rule, Severity, Watch};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::meta;
use crate::mcp::revision::Revision::{self, V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};
use crate::mcp::shape::{self, Fault, FaultKind};
use crate::session::{Channel, Direction};

const ERROR: Grade = Grade::Always(Severity::Error);
const WARNING: Grade = Grade::Always(Severity::Warning);

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "message-is-json",
        checks: &[1],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic/transports",
        what: "What is sent as a message is one JSON text in UTF-8.",
        why: "A client cannot read a message that is cut, has a comma too many or bytes that are no UTF-8: it drops it, or drops the connection.",
        fix: "Let a JSON library write every message, never string formatting; set the encoding of the output stream to UTF-8.",
        lines: &[
            ("Python", "sys.stdout.reconfigure(encoding=\"utf-8\")"),
            (
                "TypeScript",
                "process.stdout.write(JSON.stringify(message) + \"\\n\")",
            ),
        ],
        check: Check::Entry(message_is_json),
    },
    Rule {
        name: "message-is-an-object",
        checks: &[2, 54],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Messages",
        what: "A message is a JSON object; arrays (batches) exist in 2025-03-26 only.",
        why: "Clients of every other revision read an array as garbage, and all answers in it are lost.",
        fix: "Send each message by itself.",
        lines: &[],
        check: Check::Entry(message_is_object),
    },
    Rule {
        name: "jsonrpc-version",
        checks: &[3],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Messages",
        what: "`jsonrpc` is exactly \"2.0\".",
        why: "Strict clients refuse the message.",
        fix: "Add `\"jsonrpc\": \"2.0\"` to every message, answers and notifications too.",
        lines: &[],
        check: Check::Message(On::Any, version),
    },
    Rule {
        name: "id-type",
        checks: &[4],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Requests",
        what: "An id is a string or an integer, never null or a fraction.",
        why: "The client cannot tell which of its requests is answered, and waits until it runs out of time.",
        fix: "Send back the very id of the request, with its type.",
        lines: &[],
        check: Check::Message(On::Any, id_type),
    },
    Rule {
        name: "answer-to-a-request",
        checks: &[5],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Responses",
        what: "An answer carries the id of a request that waits, with the same JSON type.",
        why: "An answer with another id is nobody's: the request it was meant for never ends.",
        fix: "Copy the id from the request as it is: 1 is not \"1\".",
        lines: &[],
        check: Check::Watch(|| Box::new(Answers)),
    },
    Rule {
        name: "one-answer-per-request",
        checks: &[6],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Responses",
        what: "A request is answered once.",
        why: "The second answer may be taken for the answer to a later request with the same id.",
        fix: "Look for a handler that answers and then fails, or that is registered twice.",
        lines: &[],
        check: Check::Watch(|| Box::new(Twice::default())),
    },
    Rule {
        name: "result-or-error",
        checks: &[7],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Responses",
        what: "An answer has either `result` or `error`, not both and not none.",
        why: "Clients disagree on which of the two counts.",
        fix: "Leave the member out that does not apply; null is not absent.",
        lines: &[],
        check: Check::Message(On::Any, result_or_error),
    },
    Rule {
        name: "result-is-an-object",
        checks: &[8],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Responses",
        what: "`result` is an object.",
        why: "Every client reads members of it; a bare string or array fails there.",
        fix: "Answer `{}` where there is nothing to say.",
        lines: &[],
        check: Check::Message(On::AnyResult, result_object),
    },
    Rule {
        name: "error-object",
        checks: &[9],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic Error Responses",
        what: "`error` has an integer `code` and a string `message`.",
        why: "Without them nobody learns what went wrong.",
        fix: "Answer `{\"code\": -32603, \"message\": \"what happened\"}` and put the rest into `data`.",
        lines: &[],
        check: Check::Message(On::Errors, error_object),
    },
    Rule {
        name: "no-server-requests",
        checks: &[14],
        grade: ERROR,
        since: V2026_07_28,
        until: V2026_07_28,
        section: "basic/patterns",
        what: "A stateless server never sends a request of its own.",
        why: "Nobody answers it: clients of this revision have no way to.",
        fix: "Answer the client's request with `resultType: \"input_required\"` and take the answer from its next try.",
        lines: &[],
        check: Check::Message(On::Any, no_requests),
    },
    Rule {
        name: "request-ids-are-new",
        checks: &[13],
        grade: ERROR,
        since: V2024_11_05,
        until: V2025_11_25,
        section: "basic Requests",
        what: "A server does not use the id of one of its requests again.",
        why: "The client answers the wrong one.",
        fix: "Count up.",
        lines: &[],
        check: Check::Watch(|| Box::new(Reused::default())),
    },
    Rule {
        name: "message-shape",
        checks: &[
            17, 29, 37, 39, 92, 94, 95, 97, 98, 104, 108, 111, 117, 122, 137, 141, 161,
        ],
        grade: ERROR,
        since: V2024_11_05,
        until: V2026_07_28,
        section: "schema",
        what: "A message looks as the schema of the revision that is spoken says.",
        why: "SDKs check messages against that schema and fail the whole call when one member is missing or of another type.",
        fix: "Send the member that is named, with the type that is named. Leave optional members out instead of sending null.",
        lines: &[],
        check: Check::Message(On::Any, shaped),
    },
    Rule {
        name: "reserved-error-codes",
        checks: &[18, 19],
        grade: ERROR,
        since: V2026_07_28,
        until: V2026_07_28,
        section: "basic Error Codes",
        what: "Codes from -32099 to -32023, and -32002 and -32042, are not sent.",
        why: "They are reserved or withdrawn; a client takes them for something they are not.",
        fix: "Use -32602 for what is not found, and codes outside -32768…-32000 for errors of your own.",
        lines: &[],
        check: Check::Message(On::Errors, reserved_codes),
    },
    Rule {
        name: "result-type",
        checks: &[27],
        grade: ERROR,
        since: V2026_07_28,
        until: V2026_07_28,
        section: "basic ResultType",
        what: "Every result says its `resultType`.",
        why: "It tells a finished answer from one that wants input; without it clients guess.",
        fix: "Add `\"resultType\": \"complete\"`.",
        lines: &[],
        check: Check::Message(On::AnyResult, result_type),
    },
    Rule {
        name: "server-info-on-results",
        checks: &[26],
        grade: WARNING,
        since: V2026_07_28,
        until: V2026_07_28,
        section: "basic `_meta`",
        what: "A result names its server in `_meta[\"io.modelcontextprotocol/serverInfo\"]`.",
        why: "There is no handshake any more that would tell who answers; logs and bug reports do not say it either then.",
        fix: "Add name and version to the `_meta` of each result.",
        lines: &[],
        check: Check::Message(On::AnyResult, server_info),
    },
    Rule {
        name: "meta-keys",
        checks: &[23],
        grade: ERROR,
        since: V2025_06_18,
        until: V2026_07_28,
        section: "basic `_meta`",
        what: "Keys of `_meta` are `prefix/name`: labels of letters, digits and hyphens parted by dots, a slash, a name.",
        why: "Other keys may clash with those the protocol adds later.",
        fix: "Put the reversed name of a domain of yours before the key: `com.example/key`.",
        lines: &[],
        check: Check::Message(On::Any, meta_keys),
    },
];

fn message_is_json(seen: &Seen<'_>, told: &mut Told) {
    if !seen.is_from_server() {
        return;
    }
    match (&seen.entry.channel, seen.junk) {
        (Channel::Wire, None) => told.looked(),
        // What does not even begin like a message is no message: `stdout-only-messages`.
        (Channel::Wire | Channel::Stdout, Some(_)) => {
            let bytes = seen.entry.body.trim_ascii();
            if matches!(bytes.first(), Some(b'{' | b'['))
                && let Err(problem) = json::check(bytes)
            {
                told.wrong("", format!("not JSON: {problem}"));
            }
        }
        _ => {}
    }
}

fn message_is_object(seen: &Seen<'_>, told: &mut Told) {
    if !seen.is_from_server() || seen.entry.channel != Channel::Wire || seen.messages.is_empty() {
        return;
    }
    let batches = seen.revision() == Some(Revision::V2025_03_26);
    let is_array = json::kind(&seen.entry.body) == JsonKind::Array;
    told.demand(!is_array || batches, "", || {
        "an array of messages; only 2025-03-26 has batches".to_owned()
    });
}

/// The faults of an envelope at one member.
fn envelope_at(seen: &Seen<'_>, message: &Message<'_>, members: &[&str]) -> Vec<Fault> {
    let revision = seen.revision().unwrap_or(Revision::NEWEST_LEGACY);
    let mut faults = shape::envelope(message.raw, revision);
    faults.retain(|fault| {
        let name = fault.pointer.split('/').nth(1).unwrap_or_default();
        let missing = fault.words.strip_suffix(" is missing").unwrap_or_default();
        members.contains(&name) || (fault.pointer.is_empty() && members.contains(&missing))
    });
    faults
}

pub(super) fn tell(told: &mut Told, faults: Vec<Fault>) {
    told.looked();
    for fault in faults {
        told.wrong(fault.pointer, fault.words);
    }
}

fn version(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    tell(told, envelope_at(seen, message, &["jsonrpc"]));
}

fn id_type(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(id) = &message.facts.id else { return };
    // An error may answer what had no readable id.
    let unread = message.facts.kind == Kind::Error && *id == Id::Other("null".into());
    told.demand(id.is_valid() || unread, "/id", || format!("the id is {id}"));
}

fn result_or_error(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    if message.facts.method.is_some() {
        return;
    }
    let has = |name: &str| message.get(&[name]).is_some();
    match (has("result"), has("error")) {
        (true, true) => told.wrong("", "both result and error"),
        (false, false) => told.wrong("", "neither result nor error, nor a method"),
        _ => told.looked(),
    }
}

fn result_object(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(result) = message.get(&["result"]) else {
        return;
    };
    told.demand(json::kind(result) == JsonKind::Object, "/result", || {
        "result is no object".to_owned()
    });
}

fn error_object(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    tell(told, envelope_at(seen, message, &["error"]));
}

fn no_requests(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    told.demand(message.facts.kind != Kind::Request, "", || {
        let method = message.method.as_deref().unwrap_or_default();
        format!("the server asks for {method}")
    });
}

/// What is wrong with the shape of the params or the result of a message, each with its place in the message; nothing
/// when the revision has no table for it.
pub(super) fn faults_of(
    message: &Message<'_>,
    method: &str,
    revision: Revision,
) -> Option<Vec<Fault>> {
    let (mut faults, below) = match message.facts.kind {
        Kind::Request | Kind::Notification => (
            shape::params(method, revision, message.get(&["params"]))?,
            "/params",
        ),
        Kind::Result => (
            shape::result(method, revision, message.get(&["result"])?)?,
            "/result",
        ),
        _ => return None,
    };
    for fault in &mut faults {
        fault.pointer.insert_str(0, below);
    }
    Some(faults)
}

/// The same in words that say where: `tools/list: tools[1].name is missing`.
pub(super) fn placed(method: &str, mut faults: Vec<Fault>) -> Vec<Fault> {
    for fault in &mut faults {
        let (missing, words) = match fault.words.strip_suffix(" is missing") {
            Some(name) if fault.kind == FaultKind::Missing => (Some(name), "is missing"),
            _ => (None, &*fault.words),
        };
        let steps = fault.pointer.split('/').skip(2);
        let mut steps: Vec<String> = steps.map(json::pointer::unescape).collect();
        steps.extend(missing.map(str::to_owned));
        let mut place = String::new();
        for step in steps {
            let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
            match (is_number, place.is_empty()) {
                (true, _) => place.extend(["[", &step, "]"]),
                (false, true) => place.push_str(&step),
                (false, false) => place.extend([".", &step]),
            }
        }
        if place.is_empty() {
            fault.pointer.trim_start_matches('/').clone_into(&mut place);
        }
        fault.words = format!("{method}: {place} {words}");
    }
    faults
}

fn shaped(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let (Some(revision), Some(method)) = (seen.revision(), message.method.as_deref()) else {
        return;
    };
    let Some(mut faults) = faults_of(message, method, revision) else {
        return;
    };
    // `result-type` and `last-page-has-no-cursor` name these, with better words.
    let cursor = message.get(&["result", "nextCursor"]).map(json::kind);
    faults.retain(|fault| {
        let typeless = revision == V2026_07_28
            && fault.pointer == "/result"
            && fault.words == "resultType is missing";
        let null = fault.pointer == "/result/nextCursor" && cursor == Some(JsonKind::Null);
        !typeless && !null
    });
    tell(told, placed(method, faults));
}

fn reserved_codes(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(code) = message.get(&["error", "code"]).and_then(json::integer) else {
        return;
    };
    let reserved = (-32099..=-32023).contains(&code) || matches!(code, -32002 | -32042);
    told.demand(!reserved, "/error/code", || format!("code {code}"));
}

fn result_type(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    told.demand(
        message.get(&["result", "resultType"]).is_some(),
        "/result",
        || "resultType is missing".to_owned(),
    );
}

fn server_info(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let info = message.get(&["result", "_meta", meta::SERVER_INFO]);
    told.demand(info.is_some(), "/result/_meta", || {
        format!("{} is missing", meta::SERVER_INFO)
    });
}

fn meta_keys(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (part, below) in [("params", "/params/_meta"), ("result", "/result/_meta")] {
        let Some(meta) = message.get(&[part, "_meta"]) else {
            continue;
        };
        told.looked();
        for (key, _) in json::members(meta).filter(|(key, _)| !is_meta_key(key)) {
            told.wrong(
                json::pointer::below(below, &key),
                format!("{key} is no key of _meta"),
            );
        }
    }
}

/// Whether a key follows the grammar of `_meta` (2025-06-18 and later, `basic` `_meta`).
pub(super) fn is_meta_key(key: &str) -> bool {
    let (prefix, name) = key
        .rsplit_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let label = |label: &str| {
        label.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && label.ends_with(|letter: char| letter.is_ascii_alphanumeric())
            && label
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    let ends = |letter: char| letter.is_ascii_alphanumeric();
    let named = name.is_empty()
        || (name.starts_with(ends)
            && name.ends_with(ends)
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
    named
        && prefix.is_none_or(|prefix| prefix.split('.').all(label))
        && !(prefix.is_none() && name.is_empty())
}

/// Answers that nothing waits for.
struct Answers;

impl Watch for Answers {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        for message in seen.messages {
            let id = message.facts.id.as_ref();
            let (Kind::Result | Kind::Error, Some(id)) =
                (message.facts.kind, id.filter(|id| id.is_valid()))
            else {
                continue;
            };
            if message.answers.is_some() {
                told.looked();
                continue;
            }
            let state = seen.timeline.state();
            let twin = match id {
                Id::Integer(number) => Id::Text(number.to_string().into()),
                Id::Text(text) => text.parse().map_or_else(|_| id.clone(), Id::Integer),
                Id::Other(_) => continue,
            };
            let asked = seen.timeline.exchanges().iter().rev().take(10_000);
            let known = asked
                .filter(|one| one.conn == seen.entry.conn)
                .any(|one| one.id == *id);
            if state
                .waiting_for(seen.entry.conn, Direction::Out, &twin)
                .is_some()
            {
                told.wrong(
                    "/id",
                    format!("answers {id}, but {twin} was asked: another JSON type"),
                );
            } else if !known {
                told.wrong("/id", format!("answers {id}, which nobody asked"));
            }
        }
    }
}

/// Second answers. Late ones, to what was given up, are none.
#[derive(Default)]
struct Twice {
    answered: HashSet<(u32, Id)>,
    /// Ids that a client used again while they waited.
    twice: HashSet<(u32, Id)>,
}

/// Ids used twice that are remembered.
const REMEMBERED: usize = 1024;

impl Watch for Twice {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        for message in seen.messages {
            let Some(id) = &message.facts.id else {
                continue;
            };
            match message.facts.kind {
                Kind::Request if !seen.is_from_server() => {
                    self.answered.remove(&(conn, id.clone()));
                    // Who asks twice with one id is answered twice, and it is the client's fault.
                    if seen.memory.asked.contains_key(id) && self.twice.len() < REMEMBERED {
                        self.twice.insert((conn, id.clone()));
                    }
                }
                Kind::Result | Kind::Error if seen.is_from_server() && id.is_valid() => {
                    let first = message.answers.is_some();
                    if !first && self.twice.remove(&(conn, id.clone())) {
                        continue;
                    }
                    if first {
                        self.answered.insert((conn, id.clone()));
                    }
                    told.demand(
                        first || !self.answered.contains(&(conn, id.clone())),
                        "/id",
                        || format!("{id} was answered before"),
                    );
                }
                _ => {}
            }
        }
    }
}

/// Ids of the server's own requests.
#[derive(Default)]
struct Reused {
    seen: HashSet<(u32, Id)>,
}

impl Watch for Reused {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        for message in seen.messages {
            if let (true, Kind::Request, Some(id)) =
                (seen.is_from_server(), message.facts.kind, &message.facts.id)
            {
                let new = self.seen.insert((seen.entry.conn, id.clone()));
                told.demand(new, "/id", || format!("{id} was used before"));
            }
        }
    }
}
