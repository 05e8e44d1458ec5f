//! Faults of messages, of errors, and of stdout and stderr.

use serde_json::{Value, json};

use super::{
    Fault, LEGACY, LEGACY_MORE, MODERN, MODERN_MORE, again, answer, asked, fault, fault_on, line,
    place, result, sent,
};

pub(super) const FAULTS: &[Fault] = &[
    fault("message-is-json", LEGACY, |all| {
        line(
            all,
            "stdout",
            "text",
            json!(r#"{"jsonrpc":"2.0","id":4,"result":{}"#),
        );
    }),
    fault("message-is-an-object", LEGACY, |all| {
        let entry = answer(all, "ping", "");
        entry["json"] = json!([entry["json"]]);
    }),
    fault("jsonrpc-version", LEGACY, |all| {
        answer(all, "ping", "")["json"]["jsonrpc"] = json!("1.0");
    }),
    fault("id-type", LEGACY, |all| {
        answer(all, "ping", "")["json"]["id"] = json!(1.5);
    }),
    fault("answer-to-a-request", LEGACY, |all| {
        answer(all, "ping", "")["json"]["id"] = json!("2");
    }),
    fault("one-answer-per-request", MODERN, |all| {
        let at = place(all, |entry| {
            entry["dir"] == "in" && entry["json"].get("result").is_some()
        });
        again(all, at);
    }),
    fault("result-or-error", LEGACY, |all| {
        answer(all, "ping", "")["json"]["error"] = json!({"code": -32603, "message": "no"});
    }),
    fault("result-is-an-object", LEGACY, |all| {
        *result(all, "ping", "") = json!("pong");
    }),
    fault("error-object", LEGACY, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]["error"] = json!("no such tool");
    }),
    fault("no-server-requests", MODERN, |all| {
        let entry = answer(all, "tools/call", "echo");
        entry["json"] = json!({"jsonrpc": "2.0", "id": "s1", "method": "roots/list"});
    }),
    fault("request-ids-are-new", LEGACY, |all| {
        let asks =
            |entry: &Value| entry["dir"] == "in" && entry["json"]["method"] == "elicitation/create";
        let first = all[place(all, asks)]["json"]["id"].clone();
        let second = all.iter_mut().rfind(|entry| asks(entry)).unwrap();
        second["json"]["id"] = first;
    }),
    fault("message-shape", LEGACY, |all| {
        result(all, "resources/list", "")["resources"][0]["size"] = json!("many");
    }),
    fault("reserved-error-codes", MODERN, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]["error"]["code"] = json!(-32002);
    }),
    fault("result-type", MODERN, |all| {
        result(all, "tools/call", "echo")
            .as_object_mut()
            .unwrap()
            .remove("resultType");
    }),
    fault("server-info-on-results", MODERN, |all| {
        result(all, "tools/call", "echo")
            .as_object_mut()
            .unwrap()
            .remove("_meta");
    }),
    fault("meta-keys", MODERN, |all| {
        result(all, "tools/call", "echo")["_meta"]["-odd.example/x"] = json!(1);
    }),
    fault("stdout-only-messages", LEGACY, |all| {
        line(all, "stdout", "text", json!("Server is running"));
    }),
    fault("one-line-per-message", LEGACY, |all| {
        line(all, "stdout", "text", json!("  \"jsonrpc\": \"2.0\","));
    }),
    fault("stderr-is-utf-8", LEGACY, |all| {
        line(all, "stderr", "b64", json!("/w=="));
    }),
    fault("error-names-its-request", LEGACY, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]
            .as_object_mut()
            .unwrap()
            .remove("id");
    }),
    fault("notification-has-no-id", LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        all[at]["json"]["id"] = json!(77);
    }),
    fault("notifications-are-not-answered", LEGACY, |all| {
        let at = place(all, |entry| {
            entry["json"]["method"] == "notifications/initialized"
        });
        let mut entry = answer(all, "ping", "").clone();
        entry["json"]["id"] = json!(null);
        all.insert(at + 1, entry);
    }),
    fault("implementation-error-codes", MODERN, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]["error"]["code"] = json!(-32001);
    }),
    fault("own-error-codes", MODERN, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]["error"]["code"] = json!(-32500);
    }),
    fault("error-code-says-something", LEGACY, |all| {
        answer(all, "tools/call", "no-such-tool")["json"]["error"]["code"] = json!(0);
    }),
    fault_on(
        "error-data-tells-what-is-needed",
        MODERN,
        |all| {
            answer(all, "tools/call", "no-such-tool")["json"]["error"] = json!({
                "code": -32022, "message": "no", "data": {"supported": ["2026-07-28"], "requested": "1999-01-01"},
            });
        },
        |all| {
            answer(all, "tools/call", "no-such-tool")["json"]["error"]["data"] = json!({});
        },
    ),
    fault("reserved-meta-keys", MODERN, |all| {
        result(all, "tools/call", "echo")["_meta"]["io.modelcontextprotocol/mood"] = json!("good");
    }),
    fault_on(
        "trace-context",
        MODERN,
        |all| {
            result(all, "tools/call", "echo")["_meta"]["traceparent"] =
                json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        },
        |all| {
            result(all, "tools/call", "echo")["_meta"]["traceparent"] = json!("4bf92f35");
        },
    ),
    fault("result-type-is-known", MODERN, |all| {
        result(all, "tools/call", "echo")["resultType"] = json!("partial");
    }),
    fault("progress-token-is-known", LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        all[at]["json"]["params"]["progressToken"] = json!("q");
    }),
    fault("progress-rises", MODERN, |all| {
        let at = sent(all, "notifications/progress");
        again(all, at);
    }),
    fault("no-progress-after-the-answer", LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        let entry = all[at].clone();
        let id = answer(all, "tools/call", "countdown")["json"]["id"].clone();
        let end = place(all, |entry| {
            entry["dir"] == "in" && entry["json"]["id"] == id
        });
        all.insert(end + 1, entry);
    }),
    fault("progress-within-total", LEGACY, |all| {
        let at = sent(all, "notifications/progress");
        all[at]["json"]["params"]["total"] = json!(0.5);
    }),
    fault_on(
        "cancels-only-its-own",
        LEGACY,
        |all| {
            let at = sent(all, "elicitation/create");
            let id = all[at]["json"]["id"].clone();
            let mut entry = all[at].clone();
            entry["json"] = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}});
            all.insert(at + 1, entry);
        },
        |all| {
            let at = sent(all, "notifications/cancelled");
            all[at]["json"]["params"]["requestId"] = json!(8);
        },
    ),
    fault("logging-is-declared", LEGACY_MORE, |all| {
        result(all, "initialize", "")["capabilities"]
            .as_object_mut()
            .unwrap()
            .remove("logging");
    }),
    fault("log-level-is-kept", LEGACY_MORE, |all| {
        let at = sent(all, "notifications/message");
        all[at]["json"]["params"]["level"] = json!("debug");
    }),
    fault("logs-were-asked-for", MODERN_MORE, |all| {
        let at = asked(all, "tools/call", "chatter");
        all[at]["json"]["params"]["_meta"]
            .as_object_mut()
            .unwrap()
            .remove("io.modelcontextprotocol/logLevel");
    }),
    fault("no-logs-among-news", MODERN_MORE, |all| {
        let id = all[asked(all, "subscriptions/listen", "")]["json"]["id"].clone();
        let at = sent(all, "notifications/message");
        all[at]["json"]["params"]["_meta"] = json!({"io.modelcontextprotocol/subscriptionId": id});
    }),
    fault("logs-hold-no-secrets", LEGACY, |all| {
        line(
            all,
            "stderr",
            "text",
            json!("key AKIAABCDEFGHIJKLMNOP taken"),
        );
    }),
];
