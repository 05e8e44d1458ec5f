//! What a client sends over HTTP beside its messages: verbs and headers.

use std::collections::HashSet;

use super::is_tapped;
use crate::jsonrpc::Kind;
use crate::lint::hops::{APART, Carried};
use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Seen, Told};
use crate::mcp::http::headers;
use crate::mcp::revision::Revision::{self, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};
use crate::note::http::Step;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "client-accepts-both",
        section: "basic/transports Sending Messages to the Server",
        what: "A POST accepts `application/json` and `text/event-stream`; a GET `text/event-stream`.",
        why: "Servers answer in either form, and refuse with 406 who does not take both.",
        fix: "Send `Accept: application/json, text/event-stream`.",
        check: Check::Entry(accepts),
        ..Rule::ROW
    },
    Rule {
        name: "client-says-json",
        section: "basic/transports Sending Messages to the Server",
        what: "A POST has the `Content-Type` `application/json`.",
        why: "Servers refuse other types with 415.",
        fix: "Set the header.",
        check: Check::Entry(says_json),
        ..Rule::ROW
    },
    Rule {
        name: "client-says-its-version",
        section: "basic/transports Protocol Version Header",
        since: V2025_06_18,
        what: "Every request after the handshake has the header `MCP-Protocol-Version` with what was agreed on; in 2026-07-28 every one, as its `_meta` says.",
        why: "The server takes the client for one of 2025-03-26, or refuses it with 400.",
        fix: "Send the revision that `initialize` was answered with.",
        check: Check::Entry(says_version),
        ..Rule::ROW
    },
    Rule {
        name: "client-sends-its-session",
        section: "basic/transports Session Management",
        since: V2025_03_26,
        until: V2025_11_25,
        what: "Once the server gave a session id, every request brings it.",
        why: "The server refuses it with 400, or begins another session.",
        fix: "Keep `Mcp-Session-Id` of the answer to `initialize`, and send it with every request, GET and DELETE too.",
        check: Check::Watch(|| Box::new(Sessions::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-leaves-an-ended-session",
        section: "basic/transports Session Management",
        since: V2025_03_26,
        until: V2025_11_25,
        what: "After a 404 to a request with a session id a client begins a new session with `initialize`.",
        why: "The session is gone: every further request is answered with 404.",
        fix: "Forget the id, and send `initialize` without one.",
        check: Check::Watch(|| Box::new(Ended::default())),
        ..Rule::ROW
    },
    Rule {
        name: "client-resumes-what-it-saw",
        grade: Grade::WARNING,
        section: "basic/transports Resumability and Redelivery",
        until: V2025_11_25,
        what: "`Last-Event-ID` is the id of an event that came.",
        why: "The server does not know where to go on, and what was missed is lost.",
        fix: "Send the id of the last event of the stream that broke off.",
        check: Check::Entry(resumes),
        ..Rule::ROW
    },
    Rule {
        name: "client-mirrors-the-message",
        section: "basic/transports/streamable-http Standard Headers",
        since: V2026_07_28,
        what: "`Mcp-Method` is the method of the request, `Mcp-Name` the tool, prompt, URI or task it is about.",
        why: "Servers refuse a request whose headers say something else with -32020.",
        fix: "Write both headers from the message, encoded where it is no plain ASCII.",
        check: Check::Entry(mirrors),
        ..Rule::ROW
    },
    Rule {
        name: "client-has-no-session",
        section: "basic/transports/streamable-http Earlier Revisions",
        since: V2026_07_28,
        what: "A client of 2026-07-28 sends no `Mcp-Session-Id` and no `Last-Event-ID`.",
        why: "There are no sessions and nothing to take up: servers pass them over.",
        fix: "Leave them out; ask again with a new id when a stream breaks off.",
        check: Check::Entry(sessionless),
        ..Rule::ROW
    },
    Rule {
        name: "client-asks-by-post",
        section: "basic/transports/streamable-http Earlier Revisions",
        since: V2026_07_28,
        what: "A client of 2026-07-28 sends POST only.",
        why: "Servers answer GET and DELETE with 405.",
        fix: "Open a stream of news with `subscriptions/listen`.",
        check: Check::Entry(posts),
        ..Rule::ROW
    },
];

/// A request of somebody else's client to the server itself.
struct Asks<'a> {
    verb: &'a str,
    headers: &'a [(String, String)],
    why: &'a str,
    carries: Option<&'a Carried>,
}

impl<'a> Asks<'a> {
    fn of(seen: &Seen<'a>) -> Option<Self> {
        let Step::Request {
            verb,
            headers,
            frame,
            why,
            url,
            ..
        } = seen.step()?
        else {
            return None;
        };
        // What a tap passes on to other places of the host (logins, icons) is no MCP.
        let path = |text: &str| Some(url::Url::parse(text).ok()?.path().to_owned());
        let home = seen.connection.and_then(|one| path(one.url.as_deref()?));
        if frame.is_none() && home.is_some() && path(url) != home {
            return None;
        }
        is_tapped(seen).then(|| Self {
            verb,
            headers,
            why,
            carries: frame.and_then(|seq| seen.memory.hops.carried(seq)),
        })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        headers::value(self.headers, name)
    }

    fn method(&self) -> &'a str {
        self.carries.map_or("", |carried| &carried.method)
    }

    /// Whether it is of HTTP+SSE, whose rules are others.
    fn is_apart(&self, seen: &Seen<'_>) -> bool {
        seen.memory.hops.are_apart() || self.why == APART
    }

    /// What it may be named by.
    fn name(&self) -> String {
        match self.method() {
            "" => self.verb.to_owned(),
            method => format!("the {} of {method}", self.verb),
        }
    }
}

fn accepts(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| !asks.is_apart(seen)) else {
        return;
    };
    let wanted: &[&str] = match asks.verb {
        "POST" => &["application/json", "text/event-stream"],
        "GET" => &["text/event-stream"],
        _ => return,
    };
    let said = asks.header("accept").unwrap_or_default().to_lowercase();
    let types: Vec<&str> = said
        .split(',')
        .map(|one| one.split(';').next().unwrap_or_default().trim())
        .collect();
    let takes = |mime: &&&str| {
        let all = mime.split('/').next().unwrap_or_default();
        types
            .iter()
            .any(|one| *one == **mime || *one == "*/*" || *one == format!("{all}/*"))
    };
    let lacking: Vec<&str> = wanted.iter().filter(|mime| !takes(mime)).copied().collect();
    told.demand(lacking.is_empty(), "", || {
        format!("{} does not accept {}", asks.name(), lacking.join(" and "))
    });
}

fn says_json(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| asks.verb == "POST") else {
        return;
    };
    let mime = headers::mime(asks.headers);
    told.demand(mime == "application/json", "", || match mime.as_str() {
        "" => format!("{} has no Content-Type", asks.name()),
        mime => format!("{} is {mime}", asks.name()),
    });
}

fn says_version(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| !asks.is_apart(seen)) else {
        return;
    };
    if matches!(asks.method(), "initialize" | "server/discover") {
        return;
    }
    // Headers of notifications are not defined in 2026-07-28.
    let of_request = asks.carries.map(|carried| carried.kind) == Some(Kind::Request);
    let Some(agreed) = seen.revision() else {
        return;
    };
    if agreed == V2026_07_28 && !of_request {
        return;
    }
    let said = asks.header("mcp-protocol-version");
    let wanted = asks
        .carries
        .and_then(|carried| carried.version.as_deref())
        .map_or_else(|| agreed.to_string(), str::to_owned);
    told.demand(said == Some(wanted.as_str()), "", || match said {
        Some(said) => format!("{} says {said}, not {wanted}", asks.name()),
        None => format!("{} has no MCP-Protocol-Version", asks.name()),
    });
}

/// Connections whose server gave a session id.
#[derive(Default)]
struct Sessions {
    given: HashSet<u32>,
}

impl Watch for Sessions {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if let (Some(Step::Response { headers, .. }), true) = (seen.step(), is_tapped(seen)) {
            if headers::value(headers, "mcp-session-id").is_some() {
                self.given.insert(seen.entry.conn);
            }
            return;
        }
        let Some(asks) = Asks::of(seen) else { return };
        if asks.method() == "initialize" || !self.given.contains(&seen.entry.conn) {
            return;
        }
        told.demand(asks.header("mcp-session-id").is_some(), "", || {
            format!("{} has no Mcp-Session-Id", asks.name())
        });
    }
}

/// Exchanges with a session id, and connections whose session is gone.
#[derive(Default)]
struct Ended {
    asked: HashSet<(u32, u32)>,
    gone: HashSet<u32>,
}

impl Watch for Ended {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        match seen.step() {
            Some(Step::Response {
                exchange, status, ..
            }) => {
                let had_session = self.asked.remove(&(conn, *exchange));
                if had_session && *status == 404 {
                    self.gone.insert(conn);
                }
            }
            Some(Step::Request { exchange, .. }) => {
                let Some(asks) = Asks::of(seen) else { return };
                let session = asks.header("mcp-session-id").is_some();
                if asks.method() == "initialize" {
                    self.gone.remove(&conn);
                } else if session && asks.verb != "DELETE" {
                    told.demand(!self.gone.contains(&conn), "", || {
                        format!("{} in a session that was answered with 404", asks.name())
                    });
                    self.asked.insert((conn, *exchange));
                }
            }
            _ => {}
        }
    }
}

fn resumes(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen) else { return };
    if let Some(id) = asks.header("last-event-id") {
        told.demand(seen.memory.hops.knows(id), "", || {
            format!("no event {id} came")
        });
    }
}

/// Whether it belongs to 2026-07-28: by what it carries, or by what is spoken.
fn is_modern(seen: &Seen<'_>, asks: &Asks<'_>) -> bool {
    match asks.carries {
        Some(carried) => carried
            .version
            .as_deref()
            .is_some_and(|version| version.parse() == Ok::<Revision, _>(V2026_07_28)),
        None => seen.revision() == Some(V2026_07_28),
    }
}

fn mirrors(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| is_modern(seen, asks)) else {
        return;
    };
    let Some(carried) = asks.carries.filter(|carried| carried.kind == Kind::Request) else {
        return;
    };
    let method = asks.header("mcp-method");
    told.demand(method == Some(&carried.method), "", || match method {
        Some(said) => format!("{} says Mcp-Method: {said}", asks.name()),
        None => format!("{} has no Mcp-Method", asks.name()),
    });
    let Some(subject) = &carried.named else {
        return;
    };
    let wanted = headers::encoded(subject);
    let name = asks.header("mcp-name");
    // What a mask hides cannot be compared.
    let hidden = name.is_some_and(|name| name.contains('‹')) || subject.contains('‹');
    told.demand(hidden || name == Some(&wanted), "", || match name {
        Some(said) => format!("{} says Mcp-Name: {said}, not {wanted}", asks.name()),
        None => format!("{} has no Mcp-Name", asks.name()),
    });
}

fn sessionless(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| is_modern(seen, asks)) else {
        return;
    };
    told.looked();
    for name in ["Mcp-Session-Id", "Last-Event-ID"] {
        if asks.header(&name.to_lowercase()).is_some() {
            told.wrong("", format!("{} has {name}", asks.name()));
        }
    }
}

fn posts(seen: &Seen<'_>, told: &mut Told) {
    let Some(asks) = Asks::of(seen).filter(|asks| is_modern(seen, asks)) else {
        return;
    };
    told.demand(asks.verb == "POST", "", || {
        format!("a {} in 2026-07-28", asks.verb)
    });
}
