//! What a client sends, as a tap records it: messages, the order at the beginning, and what was agreed on.
//!
//! These rules look at connections of somebody else only: what a person sends from here by hand may be as wrong as they
//! like.

use std::collections::HashSet;

use super::errors::trace;
use super::wire::{faults_of, is_meta_key, placed, tell};
use crate::json::{self, Kind as JsonKind};
use crate::jsonrpc::{Id, Kind};
use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::meta;
use crate::mcp::method::{Method, Sender};
use crate::mcp::revision::Revision::{self, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};
use crate::mcp::shape;
use crate::note::http::Step;
use crate::session::{Channel, Direction};

pub(super) mod answers;
pub(super) mod fitting;
pub(super) mod headers;
pub(super) mod order;

/// Ids that are remembered of a client.
const REMEMBERED: usize = 100_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "client-message-is-json",
        section: "basic/transports",
        what: "What a client sends is one JSON text in UTF-8, on one line over stdio.",
        why: "The server drops the message, or ends.",
        fix: "Let a JSON library write every message, without line breaks; write nothing else to the server's stdin.",
        check: Check::Entry(is_json),
        ..Rule::ROW
    },
    Rule {
        name: "client-message-is-an-object",
        section: "basic Messages",
        what: "A message is a JSON object; arrays (batches) exist in 2025-03-26 only, and never hold `initialize`.",
        why: "Servers of every other revision read an array as garbage.",
        fix: "Send each message by itself.",
        check: Check::Entry(is_object),
        ..Rule::ROW
    },
    Rule {
        name: "client-envelope",
        section: "basic Messages",
        what: "A message of the client's has `jsonrpc` \"2.0\", an id that is a string or an integer, and in an answer either `result` or `error`.",
        why: "Strict servers refuse the message, or answer what nobody can match.",
        fix: "Use a JSON-RPC library, or compare with the message named here.",
        check: Check::Entry(envelope),
        ..Rule::ROW
    },
    Rule {
        name: "client-ids-differ",
        section: "basic Requests",
        what: "A client does not use the id of one of its requests again; in 2026-07-28 not while it waits.",
        why: "An answer may be taken for that of the other request.",
        fix: "Count up, for as long as the program runs.",
        check: Check::Watch(|| Box::new(Ids::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-message-shape",
        section: "schema",
        what: "A message of the client's looks as the schema of the revision that is spoken says.",
        why: "Servers check what they get against that schema, and refuse the whole request.",
        fix: "Send the member that is named, with the type that is named. Leave optional members out instead of sending null.",
        check: Check::Entry(shaped),
        ..Rule::ROW
    },
    Rule {
        name: "client-methods-exist",
        section: "schema",
        what: "A client sends methods that the revision that is spoken has, and that are a client's to send.",
        why: "Servers answer -32601, or do not know what a notification means.",
        fix: "Look at what took the method's place; mcpscope keeps a table of them.",
        check: Check::Entry(exists),
        ..Rule::ROW
    },
    Rule {
        name: "client-asks-what-was-declared",
        grade: Grade::ErrorSince(V2025_06_18),
        section: "basic/lifecycle Operation",
        what: "A client asks only for what the server declared.",
        why: "The server answers -32601, and people see an error that is none.",
        fix: "Look at the capabilities the server answered with, and ask for nothing else.",
        check: Check::Entry(declared),
        ..Rule::ROW
    },
    Rule {
        name: "client-meta-keys",
        since: V2025_06_18,
        section: "basic `_meta`",
        what: "Keys of `_meta` are `prefix/name`: labels of letters, digits and hyphens parted by dots, a slash, a name.",
        why: "Other keys may clash with those the protocol adds later.",
        fix: "Put the reversed name of a domain of yours before the key: `com.example/key`.",
        check: Check::Entry(meta_keys),
        ..Rule::ROW
    },
    Rule {
        name: "client-trace-context",
        since: V2026_07_28,
        section: "basic `_meta`",
        what: "`traceparent`, `tracestate` and `baggage` are as W3C has them.",
        why: "The trace ends at the server.",
        fix: "Let a tracing library write them.",
        check: Check::Entry(traced),
        ..Rule::ROW
    },
    Rule {
        name: "client-meta-is-whole",
        section: "basic `_meta` (2026-07-28)",
        since: V2026_07_28,
        what: "Every request says `protocolVersion` and `clientCapabilities` in its `_meta`.",
        why: "A stateless server knows nothing of its client but this, and answers -32602.",
        fix: "Add both to every request, `{}` where the client can do nothing.",
        check: Check::Entry(whole_meta),
        ..Rule::ROW
    },
    Rule {
        name: "client-names-itself",
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic `_meta` (2026-07-28)",
        what: "A request says `clientInfo` in its `_meta`.",
        why: "Logs of servers do not tell who it was.",
        fix: "Add name and version.",
        check: Check::Entry(names_itself),
        ..Rule::ROW
    },
];

/// The messages that somebody else's client sent with an entry.
pub(super) fn said<'a, 's>(seen: &'a Seen<'s>) -> impl Iterator<Item = &'a Message<'s>> {
    let own = is_from_client(seen);
    seen.messages.iter().filter(move |_| own)
}

/// Whether somebody else's client sent it.
pub(super) fn is_from_client(seen: &Seen<'_>) -> bool {
    seen.entry.direction == Direction::Out && seen.entry.channel == Channel::Wire && is_tapped(seen)
}

/// Whether its connection is somebody else's.
pub(super) fn is_tapped(seen: &Seen<'_>) -> bool {
    seen.connection.is_some_and(|connection| connection.tapped)
}

/// The requests among them.
pub(super) fn requests<'a, 's>(seen: &'a Seen<'s>) -> impl Iterator<Item = &'a Message<'s>> {
    said(seen).filter(|message| message.facts.kind == Kind::Request)
}

/// Whether a message speaks the revision without a handshake.
pub(super) fn is_modern(message: &Message<'_>) -> bool {
    message
        .get(&["params", "_meta", meta::PROTOCOL_VERSION])
        .is_some()
}

pub(super) fn method<'a>(message: &'a Message<'_>) -> &'a str {
    message.method.as_deref().unwrap_or_default()
}

/// The revision of a message: what it says itself, or what was agreed on.
fn revision(seen: &Seen<'_>, message: &Message<'_>) -> Option<Revision> {
    if is_modern(message) {
        Some(V2026_07_28)
    } else {
        seen.revision()
    }
}

fn is_json(seen: &Seen<'_>, told: &mut Told) {
    if !is_from_client(seen) {
        return;
    }
    if seen.junk.is_none() {
        told.looked();
    } else if let Err(problem) = json::check(&seen.entry.body) {
        told.wrong("", format!("not JSON: {problem}"));
    }
}

fn is_object(seen: &Seen<'_>, told: &mut Told) {
    if !is_from_client(seen) || seen.messages.is_empty() {
        return;
    }
    let is_array = json::kind(&seen.entry.body) == JsonKind::Array;
    let batches = seen.revision() == Some(V2025_03_26);
    let opens = seen.messages.iter().any(|one| method(one) == "initialize");
    told.demand(!is_array || (batches && !opens), "", || {
        if opens {
            "initialize in an array".to_owned()
        } else {
            "an array of messages; only 2025-03-26 has batches".to_owned()
        }
    });
}

fn envelope(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        let revision = revision(seen, message).unwrap_or(Revision::NEWEST_LEGACY);
        tell(told, shape::envelope(message.raw, revision));
    }
}

/// Ids of requests, by connection.
#[derive(Default)]
struct Ids {
    seen: HashSet<(u32, Id)>,
}

impl Watch for Ids {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if let (Some(Step::Response { status: 401, .. }), Some(hop)) = (seen.step(), seen.hop()) {
            // With a login it comes again as it was.
            if let Some(id) = hop.carries.as_ref().and_then(|carried| carried.id.clone()) {
                self.seen.remove(&(seen.entry.conn, id));
            }
            return;
        }
        for message in requests(seen) {
            let Some(id) = message.facts.id.as_ref().filter(|id| id.is_valid()) else {
                continue;
            };
            if self.seen.len() >= REMEMBERED {
                self.seen.clear();
            }
            let new = self.seen.insert((seen.entry.conn, id.clone()));
            let waits = seen.memory.asked.contains_key(id);
            // What starts anew on a connection counts anew.
            let anew = method(message) == "initialize";
            let fits = if is_modern(message) || anew {
                !waits
            } else {
                new
            };
            told.demand(fits, "/id", || {
                if waits {
                    format!("{id} is the id of a request that waits")
                } else {
                    format!("{id} was used before")
                }
            });
        }
    }
}

fn shaped(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        let opens = method(message) == "initialize";
        let proposed = || message.text(&["params", "protocolVersion"])?.parse().ok();
        let revision = match revision(seen, message) {
            None if opens => proposed().or(Some(Revision::NEWEST_LEGACY)),
            revision => revision,
        };
        let Some(revision) = revision else { continue };
        let Some(mut faults) = faults_of(message, method(message), revision) else {
            continue;
        };
        // `client-meta-is-whole` names these, with better words.
        faults.retain(|fault| {
            let of_meta = fault.pointer.starts_with("/params/_meta")
                || (fault.pointer == "/params"
                    && ["params is missing", "_meta is missing"].contains(&&*fault.words));
            !(of_meta && revision == V2026_07_28)
        });
        tell(told, placed(method(message), faults));
    }
}

fn exists(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        if !matches!(message.facts.kind, Kind::Request | Kind::Notification) {
            continue;
        }
        let method = method(message);
        // Who looks which era a server speaks asks for what it may not have.
        let probes = matches!(method, "initialize" | "server/discover");
        let (Some(revision), false) = (revision(seen, message), probes) else {
            continue;
        };
        match Method::find(method) {
            Some(row) => {
                let known = (row.since..=row.until).contains(&revision);
                told.demand(known && row.sender != Sender::Server, "/method", || {
                    if known {
                        format!("{method} is a server's to send")
                    } else {
                        format!("{revision} has no {method}")
                    }
                });
            }
            // Extensions bring methods of their own.
            None => {
                let plain = [
                    "tools/",
                    "resources/",
                    "prompts/",
                    "notifications/",
                    "tasks/",
                ];
                let own = !plain.iter().any(|prefix| method.starts_with(prefix));
                told.demand(own && method.contains('/'), "/method", || {
                    format!("there is no {method}")
                });
            }
        }
    }
}

fn declared(seen: &Seen<'_>, told: &mut Told) {
    let opening = seen.connection.and_then(|one| one.opening.as_deref());
    let Some(opening) = opening.filter(|opening| opening.capabilities.is_some()) else {
        return;
    };
    for message in requests(seen) {
        let method = method(message);
        let needs = Method::find(method).and_then(|row| row.capability);
        // Tasks of the extension are declared elsewhere; 2024-11-05 has no word for completions.
        let old = seen
            .revision()
            .is_some_and(|revision| revision < V2025_03_26);
        let Some(needs) =
            needs.filter(|needs| *needs != "tasks" && !(old && *needs == "completions"))
        else {
            continue;
        };
        told.demand(opening.has(needs), "/method", || {
            format!("{method}, though the server did not declare {needs}")
        });
        if method == "resources/subscribe" && opening.has(needs) {
            told.demand(
                opening.is_true(&["resources", "subscribe"]),
                "/method",
                || {
                    "resources/subscribe, though the server did not declare resources.subscribe"
                        .to_owned()
                },
            );
        }
    }
}

fn meta_keys(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        for part in ["params", "result"] {
            let Some(meta) = message.get(&[part, "_meta"]) else {
                continue;
            };
            told.looked();
            for (key, _) in json::members(meta).filter(|(key, _)| !is_meta_key(key)) {
                let at = json::pointer::below(&format!("/{part}/_meta"), &key);
                told.wrong(at, format!("{key} is no key of _meta"));
            }
        }
    }
}

fn traced(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        trace(seen, message, told);
    }
}

fn whole_meta(seen: &Seen<'_>, told: &mut Told) {
    for message in requests(seen).filter(|message| method(message) != "initialize") {
        let has = |key: &str, kind: JsonKind| {
            let value = message.get(&["params", "_meta", key]);
            value.is_some_and(|value| json::kind(value) == kind)
        };
        let wanted = [
            (meta::PROTOCOL_VERSION, JsonKind::String),
            (meta::CLIENT_CAPABILITIES, JsonKind::Object),
        ];
        for (key, kind) in wanted {
            told.demand(has(key, kind), "/params/_meta", || {
                format!("{} without {key}", method(message))
            });
        }
    }
}

fn names_itself(seen: &Seen<'_>, told: &mut Told) {
    for message in requests(seen).filter(|message| is_modern(message)) {
        let info = message.get(&["params", "_meta", meta::CLIENT_INFO]);
        told.demand(info.is_some(), "/params/_meta", || {
            format!("{} without {}", method(message), meta::CLIENT_INFO)
        });
    }
}

/// Revisions with a handshake.
pub(super) const LEGACY_END: Revision = V2025_11_25;
