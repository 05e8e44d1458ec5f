//! What a client sends when: the handshake, cancellations, progress, cursors, and rounds of questions.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{LEGACY_END, is_modern, is_tapped, method, requests, said};
use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::lint::memory::How;
use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Seen, Told};
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::{self, V2025_11_25, V2026_07_28};

/// Cursors and states that are remembered.
const REMEMBERED: usize = 10_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "client-proposes-what-exists",
        section: "basic/lifecycle Version Negotiation",
        what: "`initialize` proposes a published revision that has a handshake.",
        why: "2026-07-28 has none: a server that knows it does not expect it there, and one that does not answers another.",
        fix: "Propose `2025-11-25`; speak 2026-07-28 without `initialize`.",
        check: Check::Entry(proposes),
        ..Rule::ROW
    },
    Rule {
        name: "client-waits-for-its-handshake",
        grade: Grade::WARNING,
        section: "basic/lifecycle Initialization",
        what: "A client sends nothing but pings before `initialize` is answered.",
        why: "Many servers refuse or drop what comes before.",
        fix: "Wait for the answer.",
        check: Check::Entry(waits),
        ..Rule::ROW
    },
    Rule {
        name: "client-says-initialized",
        section: "basic/lifecycle Initialization",
        until: LEGACY_END,
        what: "After the answer to `initialize` a client sends `notifications/initialized` before it asks for anything.",
        why: "Servers wait for it before they work; some refuse every request until it comes.",
        fix: "Send the notification as soon as the answer is there.",
        check: Check::Entry(initialized),
        ..Rule::ROW
    },
    Rule {
        name: "client-initializes-once",
        section: "basic/lifecycle Initialization",
        what: "A client sends `initialize` once on a connection.",
        why: "Servers refuse the second one, or forget what they had.",
        fix: "Start the server anew for a new session.",
        check: Check::Entry(once),
        ..Rule::ROW
    },
    Rule {
        name: "client-news-is-declared",
        section: "client/roots Capabilities",
        until: LEGACY_END,
        what: "`notifications/roots/list_changed` comes from clients that declared `roots.listChanged`.",
        why: "A server that goes by capabilities passes it over.",
        fix: "Declare `\"roots\": {\"listChanged\": true}`.",
        check: Check::Entry(news),
        ..Rule::ROW
    },
    Rule {
        name: "client-never-cancels-the-handshake",
        section: "basic/utilities/cancellation",
        what: "`initialize` is never cancelled.",
        why: "The server does not know whether the session has begun.",
        fix: "End the connection instead.",
        check: Check::Entry(cancels_handshake),
        ..Rule::ROW
    },
    Rule {
        name: "client-cancels-what-it-asked",
        grade: Grade::WARNING,
        section: "basic/utilities/cancellation",
        what: "`notifications/cancelled` names a request of the client's own.",
        why: "Nothing is cancelled, and the work goes on.",
        fix: "Send the id of the request as it was sent: 1 is not \"1\".",
        check: Check::Entry(cancels_own),
        ..Rule::ROW
    },
    Rule {
        name: "client-cancels-tasks-as-tasks",
        section: "basic/utilities/tasks",
        since: V2025_11_25,
        what: "A task is cancelled with `tasks/cancel`, not by a notification.",
        why: "The request that made it was answered long ago: the task runs on.",
        fix: "Send `tasks/cancel` with the task's id.",
        check: Check::Entry(cancels_task),
        ..Rule::ROW
    },
    Rule {
        name: "client-tokens-differ",
        section: "basic/utilities/progress",
        what: "No two requests that wait have one progress token.",
        why: "Nobody knows whose progress it is.",
        fix: "Use the request's id as its token.",
        check: Check::Entry(tokens),
        ..Rule::ROW
    },
    Rule {
        name: "client-progress-is-known",
        section: "basic/utilities/progress",
        what: "A client tells progress only of a request of the server's that waits, and in 2026-07-28 none.",
        why: "The server cannot tell what it is about.",
        fix: "Send the token of the server's request, until it is answered.",
        check: Check::Watch(|| Box::new(Progress::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-cursors-are-the-servers",
        grade: Grade::WARNING,
        section: "server/utilities/pagination",
        what: "A cursor that a client sends was given to it by the server.",
        why: "Cursors mean nothing to clients: one that is made up or kept from another session is refused, or gives the wrong page.",
        fix: "Send `nextCursor` as it came, on the same connection.",
        check: Check::Watch(|| Box::new(Cursors::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-echoes-the-state",
        section: "basic/patterns/mrtr",
        since: V2026_07_28,
        what: "A request that goes on with an earlier one brings the server's `requestState` as it came.",
        why: "The server refuses what it has not written, or starts anew.",
        fix: "Keep it as the bytes it is, and send it with the answers.",
        check: Check::Watch(|| Box::new(States::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-answers-what-was-wanted",
        grade: Grade::WARNING,
        section: "basic/patterns/mrtr",
        since: V2026_07_28,
        what: "`inputResponses` answers what an `input_required` asked for, by the same keys.",
        why: "The server passes over other keys, and asks again.",
        fix: "Copy the keys of `inputRequests`.",
        check: Check::Watch(|| Box::new(Wanted::default())),
        ..Rule::ROW
    },
];

fn proposes(seen: &Seen<'_>, told: &mut Told) {
    for message in requests(seen).filter(|message| method(message) == "initialize") {
        let Some(version) = message.text(&["params", "protocolVersion"]) else {
            continue;
        };
        let known = version.parse::<Revision>();
        let fits = known.is_ok_and(|revision| revision <= Revision::NEWEST_LEGACY);
        told.demand(fits, "/params/protocolVersion", || {
            format!("initialize proposes {version}")
        });
    }
}

fn waits(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for message in said(seen) {
        let method = method(message);
        let asks = matches!(message.facts.kind, Kind::Request | Kind::Notification);
        let free = matches!(
            method,
            "initialize" | "ping" | "server/discover" | "notifications/cancelled"
        );
        if !asks || free || is_modern(message) || seen.revision() == Some(V2026_07_28) {
            continue;
        }
        told.demand(memory.greeted, "", || {
            if memory.shook_hands {
                format!("{method} before initialize was answered")
            } else {
                format!("{method} before initialize")
            }
        });
    }
}

fn initialized(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for message in requests(seen) {
        let method = method(message);
        if memory.greeted && !is_modern(message) && !matches!(method, "ping" | "initialize") {
            told.demand(memory.initialized, "", || {
                format!("{method} before notifications/initialized")
            });
        }
    }
}

fn once(seen: &Seen<'_>, told: &mut Told) {
    if seen.is_stdio() {
        for _ in requests(seen).filter(|message| method(message) == "initialize") {
            told.demand(!seen.memory.greeted, "", || "initialize again".to_owned());
        }
    }
}

fn news(seen: &Seen<'_>, told: &mut Told) {
    let Some(declared) = &seen.memory.declared else {
        return;
    };
    for message in said(seen) {
        if method(message) == "notifications/roots/list_changed" {
            let fits = declared.roots.as_ref();
            let fits = fits.is_some_and(|roots| roots.list_changed);
            told.demand(fits, "", || {
                "roots changed, which the client did not declare".to_owned()
            });
        }
    }
}

/// The ids that a client cancels.
fn cancelled<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = &'a Id> {
    said(seen).filter_map(|message| match &message.facts.detail {
        Detail::Cancelled { request } => Some(request),
        _ => None,
    })
}

fn cancels_handshake(seen: &Seen<'_>, told: &mut Told) {
    for id in cancelled(seen) {
        let asked = seen.memory.asked.get(id);
        let opens = asked.is_some_and(|asked| &*asked.method == "initialize");
        told.demand(!opens, "/params/requestId", || {
            "initialize is cancelled".to_owned()
        });
    }
}

fn cancels_own(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for id in cancelled(seen) {
        let known = memory.asked.contains_key(id) || memory.ended(id).is_some();
        told.demand(known, "/params/requestId", || {
            format!("{id} is cancelled, which nobody asked")
        });
    }
}

fn cancels_task(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for id in cancelled(seen) {
        let over = memory.ended(id);
        let made = over.is_some_and(|over| over.task && over.how == How::Answered);
        told.demand(!made, "/params/requestId", || {
            format!("{id} made a task, which is not cancelled by this")
        });
    }
}

fn tokens(seen: &Seen<'_>, told: &mut Told) {
    for message in requests(seen) {
        let Some(token) = &message.facts.progress_token else {
            continue;
        };
        let own = message.facts.id.as_ref();
        let other = seen.memory.of_token(token);
        let other = other.filter(|(id, _)| Some(*id) != own);
        told.demand(other.is_none(), "/params/_meta/progressToken", || {
            let (id, asked) = other.map_or_else(Default::default, |(id, asked)| {
                (id.to_string(), asked.method.to_string())
            });
            format!("{token} is the token of {asked} {id} too")
        });
    }
}

/// Tokens of the server's requests that wait, by connection and id.
#[derive(Default)]
struct Progress {
    tokens: HashMap<(u32, Id), Id>,
}

impl Watch for Progress {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if seen.is_from_server() {
            for message in seen.messages {
                if let (Kind::Request, Some(id), Some(token)) = (
                    message.facts.kind,
                    &message.facts.id,
                    &message.facts.progress_token,
                ) && self.tokens.len() < REMEMBERED
                {
                    self.tokens.insert((conn, id.clone()), token.clone());
                }
            }
            return;
        }
        for message in said(seen) {
            match (&message.facts.detail, message.facts.kind) {
                (Detail::Progress { token, .. }, _) => {
                    let waits = self
                        .tokens
                        .iter()
                        .any(|((of, _), known)| *of == conn && known == token);
                    told.demand(waits, "/params/progressToken", || {
                        format!("no request of the server's waits with the token {token}")
                    });
                }
                (_, Kind::Result | Kind::Error) => {
                    if let Some(id) = &message.facts.id {
                        self.tokens.remove(&(conn, id.clone()));
                    }
                }
                _ => {}
            }
        }
    }
}

fn hash(conn: u32, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (conn, bytes).hash(&mut hasher);
    hasher.finish()
}

/// Texts that a server gave, as hashes; once there are too many, nothing is said any more.
#[derive(Default)]
struct Given(HashSet<u64>);

impl Given {
    fn keep(&mut self, conn: u32, text: &[u8]) {
        if self.0.len() < REMEMBERED {
            self.0.insert(hash(conn, text));
        }
    }

    fn knows(&self, conn: u32, text: &[u8]) -> bool {
        self.0.len() >= REMEMBERED || self.0.contains(&hash(conn, text))
    }
}

#[derive(Default)]
struct Cursors(Given);

impl Watch for Cursors {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if seen.is_from_server() && is_tapped(seen) {
            for message in seen.messages {
                if let Some(cursor) = message.text(&["result", "nextCursor"]) {
                    self.0.keep(conn, cursor.as_bytes());
                }
            }
            return;
        }
        for message in requests(seen) {
            let Some(cursor) = message.text(&["params", "cursor"]) else {
                continue;
            };
            told.demand(
                self.0.knows(conn, cursor.as_bytes()),
                "/params/cursor",
                || format!("the server gave no cursor {cursor}"),
            );
        }
    }
}

#[derive(Default)]
struct States(Given);

impl Watch for States {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if seen.is_from_server() && is_tapped(seen) {
            for message in seen.messages {
                if let Some(state) = message.text(&["result", "requestState"]) {
                    self.0.keep(conn, state.as_bytes());
                }
            }
            return;
        }
        for message in requests(seen) {
            let Some(state) = message.text(&["params", "requestState"]) else {
                continue;
            };
            told.demand(
                self.0.knows(conn, state.as_bytes()),
                "/params/requestState",
                || "the server gave no such state".to_owned(),
            );
        }
    }
}

/// Keys of what was asked for.
#[derive(Default)]
struct Wanted(Given);

impl Watch for Wanted {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if seen.is_from_server() && is_tapped(seen) {
            let places: [&[&str]; 2] = [&["result", "inputRequests"], &["params", "inputRequests"]];
            for message in seen.messages {
                for asked in places.iter().filter_map(|place| message.get(place)) {
                    for (key, _) in json::members(asked) {
                        self.0.keep(conn, key.as_bytes());
                    }
                }
            }
            return;
        }
        for message in requests(seen) {
            let Some(answers) = message.get(&["params", "inputResponses"]) else {
                continue;
            };
            told.looked();
            for (key, _) in json::members(answers) {
                if !self.0.knows(conn, key.as_bytes()) {
                    let at = json::pointer::below("/params/inputResponses", &key);
                    told.wrong(at, format!("nothing was asked for by the name {key}"));
                }
            }
        }
    }
}
