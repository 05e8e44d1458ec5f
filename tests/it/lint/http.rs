//! Faults of HTTP exchanges, of event streams and of logins.

use serde_json::{Value, json};

use super::{Fault, HTTP_LEGACY, HTTP_MODERN, answer, asked, fault, fault_on, place, posted, sent};

pub(super) const FAULTS: &[Fault] = &[
    fault("answers-are-json-or-events", HTTP_MODERN, |all| {
        let at = responded(all, "tools/list");
        *header(&mut all[at], "content-type") = json!("text/html");
    }),
    fault("notifications-are-accepted", HTTP_LEGACY, |all| {
        let at = responded(all, "notifications/initialized");
        all[at]["json"]["status"] = json!(200);
    }),
    fault("error-bodies-echo-the-id", HTTP_MODERN, |all| {
        answer(all, "no/such", "")["json"]["id"] = json!(null);
    }),
    fault("status-of-errors", HTTP_MODERN, |all| {
        let at = responded(all, "no/such");
        all[at]["json"]["status"] = json!(200);
    }),
    fault("session-id-characters", HTTP_LEGACY, |all| {
        let at = responded(all, "initialize");
        *header(&mut all[at], "mcp-session-id") = json!("a session of ours");
    }),
    fault("session-id-is-long", HTTP_LEGACY, |all| {
        let at = responded(all, "initialize");
        *header(&mut all[at], "mcp-session-id") = json!("‹masked, 4 characters›");
    }),
    fault("no-sessions-any-more", HTTP_MODERN, |all| {
        let at = responded(all, "tools/list");
        let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
        headers.push(json!(["mcp-session-id", "‹masked, 36 characters›"]));
    }),
    fault("stream-ends-with-its-answer", HTTP_LEGACY, |all| {
        let at = event(all, "tools/list");
        let event = all[at].clone();
        all.insert(at + 2, event);
    }),
    fault("stream-lasts-until-its-answer", HTTP_LEGACY, |all| {
        let id = answer(all, "tools/list", "")["json"]["id"].clone();
        all.retain(|entry| entry["dir"] != "in" || entry["json"]["id"] != id);
    }),
    fault_on(
        "no-answers-on-the-open-stream",
        HTTP_LEGACY,
        |all| {
            let at = place(all, |entry| {
                entry["json"]["event"] == "http-request" && entry["json"]["method"] == "GET"
            });
            let exchange = all[at]["json"]["exchange"].clone();
            let news = sent(all, "notifications/progress");
            let mut news = all[news].clone();
            news["json"] = json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"});
            news["http"] = json!({"exchange": exchange});
            all.insert(at + 1, news);
        },
        |all| {
            let news = sent(all, "notifications/tools/list_changed");
            let exchange = all[news]["http"]["exchange"].clone();
            answer(all, "tools/call", "count_cats")["http"]["exchange"] = exchange;
        },
    ),
    fault("one-stream-per-message", HTTP_LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        let mut twin = all[at].clone();
        let exchange = twin["http"]["exchange"].as_u64().unwrap();
        twin["http"]["exchange"] = json!(exchange - 1);
        all.insert(at + 1, twin);
    }),
    fault_on(
        "event-ids-differ",
        HTTP_LEGACY,
        |all| {
            for (number, entry) in all.iter_mut().enumerate() {
                if entry["json"]["event"] == "http-event" {
                    entry["json"]["id"] = json!(format!("e{number}"));
                }
            }
        },
        |all| {
            for entry in all
                .iter_mut()
                .filter(|entry| entry["json"]["event"] == "http-event")
            {
                entry["json"]["id"] = json!("e");
            }
        },
    ),
    fault_on(
        "stream-begins-with-an-id",
        HTTP_LEGACY,
        |all| {
            let mut exchanges = Vec::new();
            let mut at = 0;
            while at < all.len() {
                let event = all[at].clone();
                let exchange = event["json"]["exchange"].clone();
                if event["json"]["event"] == "http-event" && !exchanges.contains(&exchange) {
                    let mut first = event;
                    first["json"]["id"] = json!(format!("p{at}"));
                    first["json"]["size"] = json!(0);
                    all.insert(at, first);
                    exchanges.push(exchange);
                }
                at += 1;
            }
        },
        |all| {
            let at = event(all, "tools/call");
            all[at]["json"]["id"] = json!(null);
        },
    ),
    fault("stream-carries-its-own", HTTP_LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        all[at]["json"] = json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"});
    }),
    fault("streams-are-not-buffered", HTTP_MODERN, |all| {
        let at = responded(all, "tools/call");
        *header(&mut all[at], "x-accel-buffering") = json!("yes");
    }),
    fault_on(
        "endpoint-comes-first",
        HTTP_LEGACY,
        |all| {
            let at = place(all, |entry| {
                entry["json"]["event"] == "http-request" && entry["json"]["method"] == "GET"
            });
            all[at]["json"]["why"] = json!("HTTP+SSE stream");
            let exchange = all[at]["json"]["exchange"].clone();
            let first = place(all, |entry| entry["json"]["event"] == "http-event");
            let mut event = all[first].clone();
            event["json"]["exchange"] = exchange;
            event["json"]["type"] = json!("endpoint");
            all.insert(at + 1, event);
        },
        |all| {
            let at = place(all, |entry| entry["json"]["type"] == "endpoint");
            all[at]["json"]["type"] = json!("message");
        },
    ),
    fault("plain-http-stays-at-home", HTTP_LEGACY, |all| {
        let at = place(all, |entry| entry["json"]["event"] == "address");
        all[at]["json"]["url"] = json!("http://example.com/mcp");
    }),
    fault_on(
        "refusal-has-a-challenge",
        HTTP_MODERN,
        |all| challenge(all, "Bearer scope=\"cats\""),
        |all| {
            let at = responded(all, "tools/list");
            all[at]["json"]["headers"] = json!([]);
        },
    ),
    fault_on(
        "challenge-names-its-scope",
        HTTP_MODERN,
        |all| challenge(all, "Bearer scope=\"cats\""),
        |all| {
            let at = responded(all, "tools/list");
            *header(&mut all[at], "www-authenticate") = json!("Bearer error=\"invalid_token\"");
        },
    ),
    fault_on(
        "scopes-come-at-once",
        HTTP_MODERN,
        |all| {
            let at = responded(all, "tools/call");
            all[at]["json"]["status"] = json!(403);
            let challenge = "Bearer error=\"insufficient_scope\", scope=\"cats:count\"";
            all[at]["json"]["headers"] = json!([["www-authenticate", challenge]]);
            super::again(all, at);
        },
        |all| {
            let at = responded(all, "tools/call");
            *header(&mut all[at + 1], "www-authenticate") =
                json!("Bearer error=\"insufficient_scope\", scope=\"cats:count cats:see\"");
        },
    ),
    fault_on(
        "no-offline-access-in-challenges",
        HTTP_MODERN,
        |all| challenge(all, "Bearer scope=\"cats\""),
        |all| {
            let at = responded(all, "tools/list");
            *header(&mut all[at], "www-authenticate") =
                json!("Bearer scope=\"cats offline_access\"");
        },
    ),
    fault_on(
        "resource-metadata-is-whole",
        HTTP_MODERN,
        |all| {
            let got = json!({"resource": "https://example.com/mcp", "authorization_servers": ["https://login.example.com"]});
            tried(all, "resource metadata", &got);
        },
        |all| regot(all, |got| got["authorization_servers"] = json!([])),
    ),
    fault_on("login-has-pkce", HTTP_MODERN, server_metadata, |all| {
        regot(all, |got| {
            got["code_challenge_methods_supported"] = json!(["plain"]);
        });
    }),
    fault_on(
        "login-takes-new-clients",
        HTTP_MODERN,
        server_metadata,
        |all| {
            regot(all, |got| got["registration_endpoint"] = json!(null));
            regot(all, |got| {
                got.as_object_mut().unwrap().remove("registration_endpoint");
            });
        },
    ),
    fault_on(
        "stream-of-news-says-its-end",
        HTTP_MODERN,
        |all| {
            let at = asked(all, "tools/call", "count_cats");
            all[at]["json"]["method"] = json!("subscriptions/listen");
            all[at]["json"]["params"]["notifications"] = json!({});
        },
        |all| {
            let id = answer(all, "subscriptions/listen", "")["json"]["id"].clone();
            all.retain(|entry| entry["dir"] != "in" || entry["json"]["id"] != id);
        },
    ),
];

/// The response to the POST of the first message of a method.
pub(super) fn responded(entries: &[Value], method: &str) -> usize {
    let exchange = &entries[posted(entries, method)]["json"]["exchange"];
    place(entries, |entry| {
        entry["json"]["event"] == "http-response" && entry["json"]["exchange"] == *exchange
    })
}

/// The first event of its stream.
fn event(entries: &[Value], method: &str) -> usize {
    let exchange = &entries[posted(entries, method)]["json"]["exchange"];
    place(entries, |entry| {
        entry["json"]["event"] == "http-event" && entry["json"]["exchange"] == *exchange
    })
}

/// The value of a header.
pub(super) fn header<'a>(entry: &'a mut Value, name: &str) -> &'a mut Value {
    let headers = entry["json"]["headers"].as_array_mut().unwrap();
    let found = headers.iter_mut().find(|pair| pair[0] == name);
    &mut found.unwrap_or_else(|| panic!("there is {name}"))[1]
}

/// The list of tools is refused until somebody logs in.
fn challenge(entries: &mut [Value], challenge: &str) {
    let at = responded(entries, "tools/list");
    entries[at]["json"]["status"] = json!(401);
    entries[at]["json"]["headers"] = json!([["www-authenticate", challenge]]);
}

/// A step of a login.
fn tried(entries: &mut Vec<Value>, step: &str, got: &Value) {
    let at = posted(entries, "tools/list");
    let mut entry = entries[at].clone();
    entry["json"] = json!({
        "event": "login-step", "step": step, "what": "found", "ok": true,
        "exchange": null, "sent": null, "got": got.to_string(),
    });
    entries.insert(at, entry);
}

/// Changes what a step of the login got.
fn regot(entries: &mut [Value], change: impl Fn(&mut Value)) {
    let at = place(entries, |entry| entry["json"]["event"] == "login-step");
    let mut got = serde_json::from_str(entries[at]["json"]["got"].as_str().unwrap()).unwrap();
    change(&mut got);
    entries[at]["json"]["got"] = json!(got.to_string());
}

fn server_metadata(entries: &mut Vec<Value>) {
    let got = json!({
        "issuer": "https://login.example.com",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
        "registration_endpoint": "https://login.example.com/register",
        "code_challenge_methods_supported": ["S256"],
    });
    tried(entries, "authorization server metadata", &got);
}
