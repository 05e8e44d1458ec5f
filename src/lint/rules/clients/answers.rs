//! What a client answers when its server asks.

use super::{LEGACY_END, is_from_client, is_tapped, method, said};
use crate::json;
use crate::jsonrpc::Kind;
use crate::lint::memory::GRACE_US;
use crate::lint::rule::{Check, Grade, Rule};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::asked::AskKind;
use crate::mcp::facts::Detail;
use crate::mcp::method::Method;
use crate::mcp::revision::Revision::V2026_07_28;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "client-answers-what-was-asked",
        section: "basic Responses",
        until: LEGACY_END,
        what: "An answer of the client's carries the id of a request of the server's that waits, with the same JSON type.",
        why: "An answer with another id is nobody's: what the server waits for never comes.",
        fix: "Copy the id from the request as it is, and answer once.",
        check: Check::Entry(asked),
        ..Rule::ROW
    },
    Rule {
        name: "client-silent-after-cancellation",
        grade: Grade::WARNING,
        section: "basic/utilities/cancellation",
        until: LEGACY_END,
        what: "A request that the server called off is not answered any more.",
        why: "The user goes on being asked for what nobody waits for.",
        fix: "End the handler, and close what it shows, when the cancellation arrives.",
        check: Check::Entry(after_cancel),
        ..Rule::ROW
    },
    Rule {
        name: "client-answers-nothing",
        section: "basic/patterns",
        since: V2026_07_28,
        what: "A client of 2026-07-28 sends no answers: servers ask by `input_required`.",
        why: "No server expects one; over HTTP it is refused.",
        fix: "Send the call again with `inputResponses`, and report a request of the server's as its mistake.",
        check: Check::Entry(nothing),
        ..Rule::ROW
    },
    Rule {
        name: "client-answers-pings",
        section: "basic/utilities/ping",
        until: LEGACY_END,
        what: "A `ping` is answered with an empty result.",
        why: "The server takes the client for dead, and ends the connection.",
        fix: "Answer `{}` at once, whatever else is going on.",
        check: Check::Entry(pings),
        ..Rule::ROW
    },
    Rule {
        name: "client-does-what-it-declared",
        section: "basic/lifecycle Operation",
        until: LEGACY_END,
        what: "A client that declared sampling, elicitation or roots does not answer such a request with -32601.",
        why: "The server relied on it, and its call fails.",
        fix: "Declare only what has a handler.",
        check: Check::Entry(does),
        ..Rule::ROW
    },
    Rule {
        name: "client-refuses-the-unknown",
        grade: Grade::WARNING,
        section: "basic Responses",
        until: LEGACY_END,
        what: "A request of the server's that the protocol does not have is answered with -32601.",
        why: "With another code the server cannot tell that it need not ask again.",
        fix: "Answer `{\"code\": -32601, \"message\": \"Method not found\"}`.",
        check: Check::Entry(refuses),
        ..Rule::ROW
    },
    Rule {
        name: "client-roots-are-files",
        section: "client/roots",
        what: "The URIs of roots begin with `file://`.",
        why: "Servers know no other folders, and fail or pass them over.",
        fix: "Make an absolute `file://` URI of the path.",
        check: Check::Entry(roots),
        ..Rule::ROW
    },
];

/// Answers of a client, and the error code of those that are errors.
fn answers<'a, 's>(seen: &'a Seen<'s>) -> impl Iterator<Item = (&'a Message<'s>, Option<i64>)> {
    let is_answer =
        |message: &&Message<'_>| matches!(message.facts.kind, Kind::Result | Kind::Error);
    said(seen).filter(is_answer).map(|message| {
        let code = message.get(&["error", "code"]).and_then(json::integer);
        (message, code)
    })
}

fn asked(seen: &Seen<'_>, told: &mut Told) {
    for (message, _) in answers(seen) {
        let Some(id) = message.facts.id.as_ref().filter(|id| id.is_valid()) else {
            continue;
        };
        // What was called off may have been answered already; `client-silent-after-cancellation` looks at it.
        let waits = seen.memory.asking.contains_key(id) || seen.memory.called_off(id).is_some();
        told.demand(waits, "/id", || {
            if seen.memory.ever_asking.contains(id) {
                format!("answers {id} again")
            } else {
                format!("answers {id}, which the server never asked")
            }
        });
    }
}

fn after_cancel(seen: &Seen<'_>, told: &mut Told) {
    if seen.is_from_server() && is_tapped(seen) {
        for message in seen.messages {
            if let Detail::Cancelled { request } = &message.facts.detail
                && seen.memory.asking.contains_key(request)
            {
                told.looked();
            }
        }
    }
    for (message, _) in answers(seen) {
        let id = message.facts.id.as_ref();
        let Some(off) = id.and_then(|id| seen.memory.called_off(id)) else {
            continue;
        };
        let late = seen.entry.us.saturating_sub(off.us);
        told.demand(late <= GRACE_US, "", || {
            format!("{} was called off {} ms before", off.method, late / 1000)
        });
    }
}

fn nothing(seen: &Seen<'_>, told: &mut Told) {
    if !is_from_client(seen) || seen.messages.is_empty() {
        return;
    }
    let answers = answers(seen).count();
    told.demand(answers == 0, "", || {
        "an answer, though nothing can have been asked".to_owned()
    });
}

/// The method of the server's that a message answers.
fn of<'a>(seen: &Seen<'a>, message: &Message<'_>) -> Option<&'a str> {
    let asked = seen.memory.asking.get(message.facts.id.as_ref()?)?;
    Some(asked)
}

fn pings(seen: &Seen<'_>, told: &mut Told) {
    for (message, _) in answers(seen).filter(|(message, _)| of(seen, message) == Some("ping")) {
        told.demand(message.facts.kind == Kind::Result, "/error", || {
            "a ping was answered with an error".to_owned()
        });
    }
}

fn does(seen: &Seen<'_>, told: &mut Told) {
    let Some(declared) = &seen.memory.declared else {
        return;
    };
    for (message, code) in answers(seen) {
        let declares = match of(seen, message) {
            Some("sampling/createMessage") => declared.sampling.is_some(),
            Some("roots/list") => declared.roots.is_some(),
            Some("elicitation/create") => {
                declared.take(AskKind::Form) || declared.take(AskKind::Url)
            }
            _ => continue,
        };
        if declares {
            told.demand(code != Some(-32601), "/error/code", || {
                let method = of(seen, message).unwrap_or_default();
                format!("{method} is declared, and was answered with -32601")
            });
        }
    }
}

fn refuses(seen: &Seen<'_>, told: &mut Told) {
    for (message, code) in answers(seen) {
        let Some(method) = of(seen, message).filter(|method| Method::find(method).is_none()) else {
            continue;
        };
        // An extension may bring a method of the server's, which a client then grants.
        if message.facts.kind == Kind::Error {
            told.demand(code == Some(-32601), "/error/code", || {
                format!("{method} was refused with {}", code.unwrap_or_default())
            });
        }
    }
}

fn roots(seen: &Seen<'_>, told: &mut Told) {
    for message in said(seen) {
        let whole = method(message) == "roots/list" && message.facts.kind == Kind::Result;
        let mut lists: Vec<(String, &[u8])> = Vec::new();
        if whole && let Some(roots) = message.get(&["result", "roots"]) {
            lists.push(("/result/roots".to_owned(), roots));
        }
        let answers = message.get(&["params", "inputResponses"]);
        for (key, answer) in answers.into_iter().flat_map(json::members) {
            if let Some(roots) = json::get(answer, &["roots"]) {
                let at = json::pointer::below("/params/inputResponses", &key);
                lists.push((format!("{at}/roots"), roots));
            }
        }
        for (at, roots) in lists {
            for (place, root) in json::elements(roots).enumerate() {
                let uri = json::string_at(root, &["uri"]).unwrap_or_default();
                let at = format!("{at}/{place}/uri");
                told.demand(uri.starts_with("file://"), &at, || {
                    format!("the root {uri} is no file:// URI")
                });
            }
        }
    }
}
