//! Faults of clients, as a tap hears them.

use serde_json::{Value, json};

use super::http::{header, responded};
use super::{
    Fault, HTTP_LEGACY, HTTP_MODERN, LEGACY, LEGACY_MORE, MODERN, MODERN_MORE, asked, entries,
    fault, fault_on, lint, place, posted, result, sent,
};

pub(super) const FAULTS: &[Fault] = &[
    fault("client-message-is-json", LEGACY, |all| {
        let at = asked(all, "tools/list", "");
        let members = all[at].as_object_mut().unwrap();
        members.remove("json");
        members.insert("text".to_owned(), json!("{\"jsonrpc\": \"2.0\", oops"));
    }),
    fault("client-message-is-an-object", LEGACY, |all| {
        let at = asked(all, "tools/list", "");
        all[at]["json"] = json!([all[at]["json"].clone()]);
    }),
    fault("client-envelope", LEGACY, |all| {
        let at = asked(all, "tools/list", "");
        all[at]["json"]["jsonrpc"] = json!("1.0");
    }),
    fault("client-ids-differ", LEGACY, |all| {
        let at = asked(all, "tools/list", "");
        all[at]["json"]["id"] = json!(2);
    }),
    fault("client-message-shape", LEGACY, |all| {
        let at = asked(all, "tools/call", "echo");
        all[at]["json"]["params"]["name"] = json!(5);
    }),
    fault("client-methods-exist", LEGACY, |all| {
        let at = asked(all, "tools/list", "");
        all[at]["json"]["method"] = json!("tools/all");
    }),
    fault("client-asks-what-was-declared", LEGACY, |all| {
        result(all, "initialize", "")["capabilities"]
            .as_object_mut()
            .unwrap()
            .remove("prompts");
    }),
    fault("client-meta-keys", LEGACY, |all| {
        let at = asked(all, "tools/call", "countdown");
        all[at]["json"]["params"]["_meta"]["-mine/x"] = json!(1);
    }),
    fault_on(
        "client-trace-context",
        MODERN,
        |all| {
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            meta(all, "tools/list")["traceparent"] = json!(parent);
        },
        |all| meta(all, "tools/list")["traceparent"] = json!("0af7"),
    ),
    fault("client-meta-is-whole", MODERN, |all| {
        unset(
            meta(all, "tools/list"),
            "io.modelcontextprotocol/clientCapabilities",
        );
    }),
    fault("client-names-itself", MODERN, |all| {
        unset(
            meta(all, "tools/list"),
            "io.modelcontextprotocol/clientInfo",
        );
    }),
    fault("client-proposes-what-exists", LEGACY, |all| {
        let at = asked(all, "initialize", "");
        all[at]["json"]["params"]["protocolVersion"] = json!("2026-07-28");
    }),
    fault("client-waits-for-its-handshake", LEGACY, |all| {
        let list = request(all, "tools/list", "", 90);
        let at = asked(all, "initialize", "");
        all.insert(at + 1, list);
    }),
    fault("client-says-initialized", LEGACY, |all| {
        all.retain(|entry| entry["json"]["method"] != "notifications/initialized");
    }),
    fault("client-initializes-once", LEGACY, |all| {
        let again = request(all, "initialize", "", 91);
        let at = asked(all, "prompts/list", "");
        all.insert(at, again);
    }),
    fault_on(
        "client-news-is-declared",
        LEGACY_MORE,
        |all| {
            let at = asked(all, "initialize", "");
            all[at]["json"]["params"]["capabilities"]["roots"] = json!({"listChanged": true});
            let at = asked(all, "notifications/initialized", "");
            let mut news = all[at].clone();
            news["json"]["method"] = json!("notifications/roots/list_changed");
            all.insert(at + 1, news);
        },
        |all| {
            let at = asked(all, "initialize", "");
            all[at]["json"]["params"]["capabilities"]["roots"] = json!({});
        },
    ),
    fault("client-never-cancels-the-handshake", LEGACY_MORE, |all| {
        let cancelled = cancelled(all, &json!(1));
        let at = asked(all, "initialize", "");
        all.insert(at + 1, cancelled);
    }),
    fault("client-cancels-what-it-asked", LEGACY_MORE, |all| {
        let at = asked(all, "notifications/cancelled", "");
        all[at]["json"]["params"]["requestId"] = json!("13");
    }),
    fault("client-cancels-tasks-as-tasks", LEGACY_MORE, |all| {
        let task = all[asked(all, "tools/call", "bake-bread")]["json"]["id"].clone();
        let cancelled = cancelled(all, &task);
        let at = asked(all, "tasks/get", "");
        all.insert(at, cancelled);
    }),
    fault("client-tokens-differ", LEGACY, |all| {
        let twin = request(all, "tools/call", "countdown", 92);
        let at = asked(all, "tools/call", "countdown");
        all.insert(at + 1, twin);
    }),
    fault_on(
        "client-progress-is-known",
        LEGACY_MORE,
        |all| {
            let asks = sent(all, "sampling/createMessage");
            all[asks]["json"]["params"]["_meta"] = json!({"progressToken": "p"});
            let at = asked(all, "notifications/cancelled", "");
            let mut progress = all[at].clone();
            progress["json"]["method"] = json!("notifications/progress");
            progress["json"]["params"] = json!({"progressToken": "p", "progress": 1});
            all.insert(asks + 1, progress);
        },
        |all| {
            let at = asked(all, "notifications/progress", "");
            all[at]["json"]["params"]["progressToken"] = json!("q");
        },
    ),
    fault("client-cursors-are-the-servers", LEGACY, |all| {
        let at = place(all, |entry| {
            entry["dir"] == "out" && entry["json"]["params"].get("cursor").is_some()
        });
        all[at]["json"]["params"]["cursor"] = json!("made-up");
    }),
    fault_on(
        "client-echoes-the-state",
        MODERN_MORE,
        |all| {
            let wants = place(all, |entry| {
                entry["json"]["result"].get("inputRequests").is_some()
            });
            all[wants]["json"]["result"]["requestState"] = json!("state");
            let at = responds(all);
            all[at]["json"]["params"]["requestState"] = json!("state");
        },
        |all| {
            let at = responds(all);
            all[at]["json"]["params"]["requestState"] = json!("STATE");
        },
    ),
    fault("client-answers-what-was-wanted", MODERN_MORE, |all| {
        let at = responds(all);
        let answers = &mut all[at]["json"]["params"]["inputResponses"];
        let (_, answer) = answers.as_object().unwrap().iter().next().unwrap();
        *answers = json!({"no-such-key": answer});
    }),
    fault("client-answers-what-was-asked", LEGACY, |all| {
        let at = answered(all);
        all[at]["json"]["id"] = json!("1");
    }),
    fault_on("client-answers-what-was-asked", LEGACY, called_off, |all| {
        reply_as(all, &json!("70"));
    }),
    fault_on(
        "client-silent-after-cancellation",
        LEGACY,
        called_off,
        |all| {
            let at = replied(all);
            all[at]["us"] = json!(all[at]["us"].as_u64().unwrap() + 2_000_000);
        },
    ),
    fault("client-arguments-fit-the-schema", LEGACY, |all| {
        let at = asked(all, "tools/call", "echo");
        all[at]["json"]["params"]["arguments"]["text"] = json!(5);
    }),
    fault("client-answers-fit-the-form", LEGACY, |all| {
        let at = answered(all);
        all[at]["json"]["result"]["content"] = json!({"name": 5});
    }),
    fault("client-answers-fit-the-form", MODERN_MORE, |all| {
        let at = asked(all, "tasks/update", "");
        let answers = &mut all[at]["json"]["params"]["inputResponses"];
        answers["crust"]["content"] = json!({"crust": "burnt"});
    }),
    fault("client-answers-nothing", MODERN, |all| {
        let at = asked(all, "tools/list", "");
        let mut answer = all[at].clone();
        answer["json"] = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
        all.insert(at, answer);
    }),
    fault_on(
        "client-answers-pings",
        LEGACY,
        |all| {
            asks(all, "ping", &json!({"result": {}}));
        },
        |all| reply(all, &json!({"error": {"code": -32601, "message": "?"}})),
    ),
    fault("client-does-what-it-declared", LEGACY_MORE, |all| {
        let id = all[sent(all, "sampling/createMessage")]["json"]["id"].clone();
        let at = place(all, |entry| {
            entry["dir"] == "out"
                && entry["json"]["id"] == id
                && entry["json"].get("method").is_none()
        });
        all[at]["json"] = json!({
            "jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "Method not found"},
        });
    }),
    fault_on(
        "client-refuses-the-unknown",
        LEGACY,
        |all| {
            asks(
                all,
                "x/y",
                &json!({"error": {"code": -32601, "message": "Method not found"}}),
            );
        },
        |all| reply(all, &json!({"error": {"code": -32603, "message": "?"}})),
    ),
    fault("client-roots-are-files", LEGACY_MORE, |all| {
        let at = place(all, |entry| {
            entry["dir"] == "out" && entry["json"]["result"].get("roots").is_some()
        });
        all[at]["json"]["result"]["roots"][0]["uri"] = json!("/tmp");
    }),
    fault_on("client-accepts-both", HTTP_LEGACY, tapped, |all| {
        let at = posted(all, "tools/list");
        *header(&mut all[at], "accept") = json!("application/json");
    }),
    fault_on("client-says-json", HTTP_LEGACY, tapped, |all| {
        let at = posted(all, "tools/list");
        *header(&mut all[at], "content-type") = json!("text/plain");
    }),
    fault_on("client-says-its-version", HTTP_LEGACY, tapped, |all| {
        let at = posted(all, "tools/list");
        *header(&mut all[at], "mcp-protocol-version") = json!("2025-06-18");
    }),
    fault_on("client-sends-its-session", HTTP_LEGACY, tapped, |all| {
        let at = posted(all, "tools/list");
        let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
        headers.retain(|pair| pair[0] != "mcp-session-id");
    }),
    fault_on(
        "client-leaves-an-ended-session",
        HTTP_LEGACY,
        tapped,
        |all| {
            let at = responded(all, "tools/list");
            all[at]["json"]["status"] = json!(404);
        },
    ),
    fault_on(
        "client-resumes-what-it-saw",
        HTTP_LEGACY,
        |all| {
            tapped(all);
            let at = place(all, |entry| entry["json"]["event"] == "http-event");
            all[at]["json"]["id"] = json!("e1");
            let at = posted(all, "resources/read");
            let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
            headers.push(json!(["last-event-id", "e1"]));
        },
        |all| {
            let at = posted(all, "resources/read");
            *header(&mut all[at], "last-event-id") = json!("e2");
        },
    ),
    fault_on("client-mirrors-the-message", HTTP_MODERN, tapped, |all| {
        let at = posted(all, "tools/call");
        *header(&mut all[at], "mcp-name") = json!("count_dogs");
    }),
    fault_on("client-has-no-session", HTTP_MODERN, tapped, |all| {
        let at = posted(all, "tools/list");
        let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
        headers.push(json!(["mcp-session-id", "‹masked:session›"]));
    }),
    fault_on("client-asks-by-post", HTTP_MODERN, tapped, |all| {
        let at = posted(all, "tools/list");
        all[at]["json"]["method"] = json!("GET");
    }),
];

/// The connection is somebody else's.
#[expect(clippy::ptr_arg, reason = "what is done to a recording may add to it")]
fn tapped(entries: &mut Vec<Value>) {
    let at = place(entries, |entry| entry["json"]["event"] == "connect");
    entries[at]["json"]["era"] = json!("tap");
}

fn meta<'a>(entries: &'a mut [Value], method: &str) -> &'a mut Value {
    let at = asked(entries, method, "");
    &mut entries[at]["json"]["params"]["_meta"]
}

fn unset(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().remove(name).unwrap();
}

/// The same request once more, with another id.
fn request(entries: &[Value], method: &str, of: &str, id: u64) -> Value {
    let mut request = entries[asked(entries, method, of)].clone();
    request["json"]["id"] = json!(id);
    request
}

fn cancelled(entries: &[Value], id: &Value) -> Value {
    let mut cancelled = entries[asked(entries, "notifications/cancelled", "")].clone();
    cancelled["json"]["params"]["requestId"] = id.clone();
    cancelled
}

/// The first request with answers to what was asked for.
fn responds(entries: &[Value]) -> usize {
    place(entries, |entry| {
        entry["json"]["params"].get("inputResponses").is_some()
    })
}

/// The first answer of the client's.
fn answered(entries: &[Value]) -> usize {
    place(entries, |entry| {
        entry["dir"] == "out" && entry["json"].get("method").is_none()
    })
}

/// The server asks with the id 70 while it works on a call, and is answered at once.
fn asks(entries: &mut Vec<Value>, method: &str, answer: &Value) {
    let at = asked(entries, "tools/call", "echo");
    let mut request = super::answer(entries, "tools/call", "echo").clone();
    request["json"] = json!({"jsonrpc": "2.0", "id": 70, "method": method});
    let mut reply = entries[at].clone();
    reply["json"] = json!({"jsonrpc": "2.0", "id": 70});
    entries.insert(at + 1, request);
    entries.insert(at + 2, reply);
    self::reply(entries, answer);
}

/// The server calls it off just as the answer is on its way.
fn called_off(entries: &mut Vec<Value>) {
    asks(entries, "ping", &json!({"result": {}}));
    let at = replied(entries);
    let mut cancelled = entries[at - 1].clone();
    cancelled["json"] = json!({
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": 70},
    });
    entries.insert(at, cancelled);
}

/// The answer to what the server asked with the id 70.
fn replied(entries: &[Value]) -> usize {
    place(entries, |entry| {
        entry["dir"] == "out" && entry["json"]["id"] == 70
    })
}

fn reply_as(entries: &mut [Value], id: &Value) {
    let at = replied(entries);
    entries[at]["json"]["id"] = id.clone();
}

/// Answers that as `answer` says.
fn reply(entries: &mut [Value], answer: &Value) {
    let at = replied(entries);
    let mut message = json!({"jsonrpc": "2.0", "id": 70});
    for (name, value) in answer.as_object().unwrap() {
        message[name] = value.clone();
    }
    entries[at]["json"] = message;
}

fn found(entries: &[Value], rule: &str) -> bool {
    let findings = lint(entries).1;
    findings.iter().any(|finding| finding.rule.name == rule)
}

#[test]
fn a_tap_knows_the_older_transport_by_its_first_event() {
    let mut all = entries(HTTP_LEGACY);
    tapped(&mut all);
    let rule = "answers-are-json-or-events";
    let at = responded(&all, "tools/call");
    *header(&mut all[at], "content-type") = json!("text/plain");
    assert!(found(&all, rule));
    // Its client asked for a stream, as that of any other server might.
    let at = place(&all, |entry| {
        entry["json"]["event"] == "http-request" && entry["json"]["method"] == "GET"
    });
    let first = place(&all, |entry| entry["json"]["event"] == "http-event");
    let mut event = all[first].clone();
    event["json"]["exchange"] = all[at]["json"]["exchange"].clone();
    event["json"]["type"] = json!("endpoint");
    all.insert(at + 1, event);
    assert!(!found(&all, rule));
    assert!(!found(&all, "endpoint-comes-first"));
}

/// A tap does not know whose request with an invented session id is: nothing was agreed on there.
#[test]
fn a_request_names_its_revision_itself() {
    let rule = "client-has-no-session";
    let mut all = entries(HTTP_MODERN);
    tapped(&mut all);
    let at = posted(&all, "tools/list");
    let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
    headers.push(json!(["mcp-session-id", "‹masked:session›"]));
    let frame = all[at]["json"]["frame"].clone();
    let carried = place(&all, |entry| entry["seq"] == frame);
    let connects = place(&all, |entry| entry["json"]["event"] == "connect");
    let mut connect = all[connects].clone();
    for entry in [&mut connect, &mut all[at]] {
        entry["conn"] = json!(9);
    }
    all[carried]["conn"] = json!(9);
    all.insert(carried, connect);
    assert!(found(&all, rule));
}
