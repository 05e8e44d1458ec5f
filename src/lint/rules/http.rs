//! HTTP: statuses, types of responses, sessions, and event streams.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::lint::hops::{APART, Hop, Hops};
use crate::lint::rule::{Check, Grade, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::http::{ODD_SESSION_ID, headers};
use crate::mcp::revision::Revision::{V2025_03_26, V2025_11_25, V2026_07_28};
use crate::note::Note;
use crate::note::http::Step;

/// A session id of fewer characters can be guessed.
const SHORT: usize = 16;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "answers-are-json-or-events",
        checks: &[53],
        since: V2025_03_26,
        section: "basic/transports Sending Messages to the Server",
        what: "The answer to a POST with a request is `application/json` or `text/event-stream`.",
        why: "Clients do not look into anything else, and the request fails.",
        fix: "Set the `Content-Type`; look for a proxy or an error page in between.",
        check: Check::Entry(answer_type),
        ..Rule::ROW
    },
    Rule {
        name: "notifications-are-accepted",
        checks: &[55],
        since: V2025_03_26,
        section: "basic/transports Sending Messages to the Server",
        what: "A POST with a notification or an answer is met with 202 and no body.",
        why: "Clients wait for a body, or take the notification for refused.",
        fix: "Answer 202 Accepted, without a body.",
        check: Check::Entry(accepted),
        ..Rule::ROW
    },
    Rule {
        name: "error-bodies-echo-the-id",
        checks: &[71],
        since: V2025_03_26,
        section: "basic Error Responses",
        what: "An error in the body of a response has the id of the request that was posted.",
        why: "A client that goes by ids waits until it runs out of time.",
        fix: "Read the body before refusing the request, and answer its id.",
        check: Check::Message(On::Errors, echoes),
        ..Rule::ROW
    },
    Rule {
        name: "status-of-errors",
        checks: &[22, 41, 44],
        since: V2026_07_28,
        section: "basic/transports/streamable-http",
        what: "-32601 comes with status 404, -32020, -32021 and -32022 with 400.",
        why: "Clients and proxies go by the status when they decide whether to try otherwise.",
        fix: "Set the status by the code.",
        check: Check::Message(On::Errors, error_status),
        ..Rule::ROW
    },
    Rule {
        name: "session-id-characters",
        checks: &[58],
        section: "basic/transports Session Management",
        what: "A session id has only visible ASCII characters.",
        why: "It does not fit into a header: clients cannot send it back.",
        fix: "Use a UUID, or base64 without line breaks.",
        check: Check::Entry(session_characters),
        ..Rule::ROW
    },
    Rule {
        name: "session-id-is-long",
        checks: &[59],
        grade: Grade::WARNING,
        section: "basic/transports Session Management",
        what: "A session id is too long to be guessed.",
        why: "Whoever guesses one speaks in another's session.",
        fix: "Use 128 random bits, such as a UUID of version 4.",
        lines: &[
            ("Python", "uuid.uuid4().hex"),
            ("TypeScript", "sessionIdGenerator: () => randomUUID()"),
        ],
        check: Check::Entry(session_length),
        ..Rule::ROW
    },
    Rule {
        name: "no-sessions-any-more",
        checks: &[57],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic/transports/streamable-http Earlier Revisions",
        what: "No `Mcp-Session-Id` is given: there are no sessions.",
        why: "Clients ignore it, so what the server keeps by it is never found again.",
        fix: "Give handles as results of tools, and take them as arguments.",
        check: Check::Entry(no_session),
        ..Rule::ROW
    },
    Rule {
        name: "stream-ends-with-its-answer",
        checks: &[72],
        grade: Grade::WARNING,
        since: V2025_03_26,
        section: "basic/transports",
        what: "Nothing comes on the stream of a POST after its answer.",
        why: "Clients close the stream with the answer, and what follows is lost.",
        fix: "Send what belongs to a request before its result.",
        check: Check::Entry(after_the_answer),
        ..Rule::ROW
    },
    Rule {
        name: "stream-lasts-until-its-answer",
        checks: &[73, 74],
        grade: Grade::WARNING,
        since: V2025_03_26,
        section: "basic/transports",
        what: "The stream of a POST does not end before its answer; in 2025-11-25 it may, once an event had an id.",
        why: "The answer is lost, or comes seconds later by a detour.",
        fix: "Keep the stream open while the request is worked on; send comments so that proxies do not close it.",
        check: Check::Entry(before_the_answer),
        ..Rule::ROW
    },
    Rule {
        name: "no-answers-on-the-open-stream",
        checks: &[75],
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Listening for Messages from the Server",
        what: "Answers come with the POST of their request, not on the stream of a GET.",
        why: "A client that has no such stream never gets the answer.",
        fix: "Send the answer on the response of its request.",
        check: Check::Entry(answer_on_get),
        ..Rule::ROW
    },
    Rule {
        name: "one-stream-per-message",
        checks: &[76],
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Multiple Connections",
        what: "A message is sent on one stream only.",
        why: "Clients act on it twice: they ask a person twice.",
        fix: "Choose the stream of the request it belongs to, else that of the GET.",
        check: Check::Watch(|| Box::new(Streams::default())),
        ..Rule::ROW
    },
    Rule {
        name: "event-ids-differ",
        checks: &[77],
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Resumability and Redelivery",
        what: "No two events of a session have one id.",
        why: "After a broken stream the client is given the wrong messages, or none.",
        fix: "Put the stream into the id, and count.",
        check: Check::Entry(event_ids),
        ..Rule::ROW
    },
    Rule {
        name: "stream-begins-with-an-id",
        checks: &[79],
        grade: Grade::NOTE,
        since: V2025_11_25,
        until: V2025_11_25,
        section: "basic/transports Sending Messages to the Server",
        what: "An event stream begins with an event that has an id and no data.",
        why: "A stream that breaks off before its first message cannot be taken up again.",
        fix: "Give your transport an event store; SDKs send the event then.",
        lines: &[(
            "TypeScript",
            "new StreamableHTTPServerTransport({ eventStore })",
        )],
        check: Check::Watch(|| Box::new(Priming::default())),
    },
    Rule {
        name: "stream-carries-its-own",
        checks: &[80],
        grade: Grade::ErrorSince(V2026_07_28),
        since: V2025_03_26,
        section: "basic/transports",
        what: "On the stream of a request come only messages that belong to it, no news of lists and resources.",
        why: "The news reaches whoever happens to ask for something, and nobody else.",
        fix: "Send news on the stream of the GET, in 2026-07-28 on that of `subscriptions/listen`.",
        check: Check::Message(On::Notifications, own_news),
        ..Rule::ROW
    },
    Rule {
        name: "streams-are-not-buffered",
        checks: &[81],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic/transports/streamable-http Receiving Messages",
        what: "An event stream has the header `X-Accel-Buffering: no`.",
        why: "Proxies hold events back until there are enough of them; progress comes when all is over.",
        fix: "Set the header on every event stream.",
        check: Check::Entry(not_buffered),
        ..Rule::ROW
    },
    Rule {
        name: "endpoint-comes-first",
        checks: &[82],
        section: "basic/transports HTTP with SSE (2024-11-05)",
        what: "The first event of the HTTP+SSE stream is `endpoint`; all others are `message`.",
        why: "Clients do not know where to send anything before, and pass over events of other types.",
        fix: "Send `event: endpoint` with the path of the POSTs as soon as the stream is open.",
        check: Check::Entry(endpoint_first),
        ..Rule::ROW
    },
    Rule {
        name: "plain-http-stays-at-home",
        grade: Grade::WARNING,
        what: "A server on another machine is reached over https.",
        why: "Everybody on the way can read and change what passes, tokens too.",
        fix: "Put a certificate in front of it.",
        check: Check::Entry(plain_http),
        ..Rule::ROW
    },
];

/// Names and values, in their order.
type Headers = [(String, String)];

/// A response, with its exchange: status and headers.
fn response<'a>(seen: &'a Seen<'_>) -> Option<(&'a Hop, u16, &'a Headers)> {
    let Step::Response {
        status, headers, ..
    } = seen.step()?
    else {
        return None;
    };
    Some((seen.hop()?, *status, headers))
}

fn answer_type(seen: &Seen<'_>, told: &mut Told) {
    let Some((hop, status, headers)) = response(seen) else {
        return;
    };
    if seen.memory.hops.are_apart()
        || !hop.asks()
        || !(200..300).contains(&status)
        || &*hop.verb != "POST"
    {
        return;
    }
    let mime = headers::mime(headers);
    let fits = matches!(mime.as_str(), "application/json" | "text/event-stream");
    told.demand(fits, "", || match mime.as_str() {
        "" => format!("the answer to {} has no Content-Type", hop.method()),
        mime => format!("the answer to {} is {mime}", hop.method()),
    });
}

fn accepted(seen: &Seen<'_>, told: &mut Told) {
    let Some(hop) = seen.hop().filter(|_| !seen.memory.hops.are_apart()) else {
        return;
    };
    let kind = hop.carries.as_ref().map(|carried| carried.kind);
    if !matches!(kind, Some(Kind::Notification | Kind::Result | Kind::Error)) {
        return;
    }
    match seen.step() {
        Some(Step::Response { status, .. }) if (200..300).contains(status) => {
            told.demand(*status == 202, "", || {
                format!("{} was met with {status}, not 202", hop.method())
            });
        }
        Some(Step::End { size, .. }) if hop.status == 202 && *size > 0 => {
            told.wrong("", format!("202 with a body of {size} bytes"));
        }
        _ => {}
    }
}

fn echoes(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(hop) = seen.hop().filter(|hop| hop.asks()) else {
        return;
    };
    let Some(asked) = hop.carries.as_ref().and_then(|carried| carried.id.as_ref()) else {
        return;
    };
    let own = message.get(&["id"]).map(Id::read);
    told.demand(own.as_ref() == Some(asked), "/id", || match own {
        Some(own) => format!("the error to request {asked} has the id {own}"),
        None => format!("the error to request {asked} has no id"),
    });
}

fn error_status(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(hop) = seen.hop().filter(|hop| !hop.streams() && hop.status > 0) else {
        return;
    };
    let wanted = match message.get(&["error", "code"]).and_then(json::integer) {
        Some(-32601) => 404,
        Some(-32022..=-32020) => 400,
        _ => return,
    };
    told.demand(hop.status == wanted, "/error/code", || {
        format!("the status is {}, not {wanted}", hop.status)
    });
}

/// The session id of a response, and how many characters it has; none where a mask hides that.
fn session<'a>(seen: &'a Seen<'_>) -> Option<(&'a str, Option<usize>)> {
    let (_, status, headers) = response(seen)?;
    let value =
        headers::value(headers, "mcp-session-id").filter(|_| (200..300).contains(&status))?;
    let length = match value.strip_prefix('‹') {
        // Recordings of before masks had names tell the length.
        Some(mask) => mask
            .strip_prefix("masked, ")
            .and_then(|rest| rest.strip_suffix(" characters›"))
            .and_then(|count| count.parse().ok()),
        None => Some(value.chars().count()),
    };
    Some((value, length))
}

/// The same where sessions are (2025-03-26 … 2025-11-25). The response that gives one comes before the revision is agreed
/// on, so that no rule about it can ask for revisions.
fn session_of_then<'a>(seen: &'a Seen<'_>) -> Option<(&'a str, Option<usize>)> {
    session(seen)
        .filter(|_| response(seen).is_some_and(|(hop, ..)| hop.revision != Some(V2026_07_28)))
}

fn session_characters(seen: &Seen<'_>, told: &mut Told) {
    if let Some(Note::Remark { what }) = seen.note() {
        if what == ODD_SESSION_ID {
            told.wrong("", "the session id has other characters");
        }
        return;
    }
    let Some((value, _)) = session_of_then(seen) else {
        return;
    };
    // Masks are told apart by their marks; what they hide was looked at when it came.
    let visible = |byte: u8| (0x21..=0x7e).contains(&byte);
    let fits = value.starts_with('‹') || value.bytes().all(visible);
    told.demand(fits, "", || {
        "the session id has other characters".to_owned()
    });
}

fn session_length(seen: &Seen<'_>, told: &mut Told) {
    if let Some((_, Some(length))) = session_of_then(seen) {
        told.demand(length >= SHORT, "", || {
            format!("the session id has {length} characters")
        });
    }
}

fn no_session(seen: &Seen<'_>, told: &mut Told) {
    if response(seen).is_some_and(|(hop, ..)| hop.revision == Some(V2026_07_28)) {
        told.demand(session(seen).is_none(), "", || {
            "the response gives a session id".to_owned()
        });
    }
}

/// The exchange of an entry, when it is a POST with a request that is answered by a stream.
fn stream<'a>(seen: &Seen<'a>) -> Option<&'a Hop> {
    seen.hop()
        .filter(|hop| &*hop.verb == "POST" && hop.asks() && hop.streams())
}

fn after_the_answer(seen: &Seen<'_>, told: &mut Told) {
    let Some(hop) = stream(seen).filter(|hop| hop.answered) else {
        return;
    };
    match seen.step() {
        Some(Step::Event { size, .. }) if size.is_some_and(|size| size > 0) => {
            told.wrong("", format!("an event after the answer to {}", hop.method()));
        }
        Some(Step::End { .. }) => told.looked(),
        _ => {}
    }
}

fn before_the_answer(seen: &Seen<'_>, told: &mut Told) {
    let Some(hop) = stream(seen) else { return };
    let Some(Step::End { error: None, .. }) = seen.step() else {
        return;
    };
    // What is no longer wanted may end at any time, and streams of news have a rule of their own.
    let id = hop.carries.as_ref().and_then(|carried| carried.id.as_ref());
    let waits = id.is_some_and(|id| seen.memory.asked.contains_key(id));
    if hop.method() == "subscriptions/listen" || !(waits || hop.answered) {
        return;
    }
    let may_be_resumed = seen.revision() == Some(V2025_11_25) && hop.has_ids;
    told.demand(hop.answered || may_be_resumed, "", || {
        format!("the stream of {} ended without its answer", hop.method())
    });
}

fn answer_on_get(seen: &Seen<'_>, told: &mut Told) {
    let Some(hop) = seen.hop().filter(|hop| hop.is_open_ended()) else {
        return;
    };
    if &*hop.why == APART {
        return;
    }
    for message in seen.messages {
        let answers = matches!(message.facts.kind, Kind::Result | Kind::Error);
        told.demand(!answers, "", || {
            "an answer on the stream of a GET".to_owned()
        });
    }
}

/// Messages that came lately, with their streams.
#[derive(Default)]
struct Streams {
    lately: VecDeque<(u32, u64, u32)>,
}

impl Watch for Streams {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        let (Some(exchange), Some(hop)) = (Hops::of(seen.entry), seen.hop()) else {
            return;
        };
        let conn = seen.entry.conn;
        for message in seen.messages {
            // Other notifications may well say the same twice.
            let method = message.facts.method.as_deref();
            if message.facts.kind != Kind::Request && method != Some("notifications/progress") {
                continue;
            }
            let mut hasher = DefaultHasher::new();
            message.raw.hash(&mut hasher);
            let hash = hasher.finish();
            let elsewhere = self
                .lately
                .iter()
                .any(|one| (one.0, one.1) == (conn, hash) && one.2 != exchange);
            told.demand(!elsewhere || hop.resumes, "", || {
                let method = method.unwrap_or_default();
                format!("the same {method} came on another stream")
            });
            if self.lately.len() >= 64 {
                self.lately.pop_front();
            }
            self.lately.push_back((conn, hash, exchange));
        }
    }
}

fn event_ids(seen: &Seen<'_>, told: &mut Told) {
    let Some(Step::Event { id: Some(id), .. }) = seen.step() else {
        return;
    };
    if seen.hop().is_some_and(|hop| hop.resumes) || id.is_empty() {
        return;
    }
    told.demand(!seen.memory.hops.knows(id), "", || {
        format!("the id {id} came before")
    });
}

/// Connections that were told about it: once is enough.
#[derive(Default)]
struct Priming {
    told: HashSet<u32>,
}

impl Watch for Priming {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let Some(Step::Event { id, size, .. }) = seen.step() else {
            return;
        };
        if stream(seen).is_none_or(|hop| hop.events > 0) {
            return;
        }
        let primes = id.is_some() && size.is_none_or(|size| size == 0);
        if primes || self.told.insert(seen.entry.conn) {
            told.demand(primes, "", || {
                "the first event of a stream is no empty one with an id".to_owned()
            });
        }
    }
}

fn own_news(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(hop) = stream(seen).filter(|hop| hop.method() != "subscriptions/listen") else {
        return;
    };
    let method = message.facts.method.as_deref().unwrap_or_default();
    let is_news = method.ends_with("/list_changed") || method == "notifications/resources/updated";
    told.demand(!is_news, "", || {
        format!("{method} on the stream of {}", hop.method())
    });
}

fn not_buffered(seen: &Seen<'_>, told: &mut Told) {
    let Some((_, status, headers)) = response(seen) else {
        return;
    };
    if status == 200 && headers::mime(headers) == "text/event-stream" {
        let value = headers::value(headers, "x-accel-buffering");
        let fits = value.is_some_and(|value| value.eq_ignore_ascii_case("no"));
        told.demand(fits, "", || "X-Accel-Buffering: no is missing".to_owned());
    }
}

fn endpoint_first(seen: &Seen<'_>, told: &mut Told) {
    let Some(Step::Event { kind, size, .. }) = seen.step() else {
        return;
    };
    let Some(hop) = seen.hop().filter(|hop| &*hop.why == APART) else {
        return;
    };
    if size.is_none_or(|size| size == 0) {
        return;
    }
    let wanted = if hop.events == 0 {
        "endpoint"
    } else {
        "message"
    };
    told.demand(kind == wanted, "", || {
        format!("an event of type \"{kind}\" where \"{wanted}\" must come")
    });
}

/// Whether a host is this machine.
pub(super) fn is_here(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.")
}

fn plain_http(seen: &Seen<'_>, told: &mut Told) {
    let Some(Note::Address { url, .. }) = seen.note() else {
        return;
    };
    let Ok(url) = url::Url::parse(url) else {
        return;
    };
    let host = url.host_str().unwrap_or_default();
    told.demand(url.scheme() != "http" || is_here(host), "", || {
        format!("{host} is reached over plain http")
    });
}
