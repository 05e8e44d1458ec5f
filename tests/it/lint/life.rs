//! Faults of how connections open and end.

use serde_json::{Value, json};

use super::{
    Fault, LEGACY, LEGACY_MORE, MODERN, answer, asked, fault, fault_on, line, place, result, sent,
};

pub(super) const FAULTS: &[Fault] = &[
    fault("answered-version-exists", LEGACY, |all| {
        result(all, "initialize", "")["protocolVersion"] = json!("2025-12-24");
    }),
    fault("supported-versions", MODERN, |all| {
        result(all, "server/discover", "")["supportedVersions"] = json!(["2026-07-28", "latest"]);
    }),
    fault("server-says-its-version", LEGACY, |all| {
        result(all, "initialize", "")["serverInfo"]["version"] = json!("");
    }),
    fault("quiet-before-initialized", LEGACY_MORE, |all| {
        let news = all[sent(all, "notifications/tools/list_changed")].clone();
        let at = place(all, |entry| {
            entry["json"]["method"] == "notifications/initialized"
        });
        all.insert(at, news);
    }),
    fault("asks-what-was-declared", LEGACY_MORE, |all| {
        let at = asked(all, "initialize", "");
        all[at]["json"]["params"]["capabilities"]
            .as_object_mut()
            .unwrap()
            .remove("sampling");
    }),
    fault("asks-during-a-request", LEGACY_MORE, |all| {
        let mut asks = all[sent(all, "roots/list")].clone();
        asks["json"]["id"] = json!(99);
        let at = place(all, |entry| {
            entry["json"]["method"] == "notifications/initialized"
        });
        all.insert(at + 1, asks);
    }),
    fault("declared-methods-work", LEGACY, |all| {
        unknown(answer(all, "prompts/list", ""));
    }),
    fault("templates-are-listed", LEGACY, |all| {
        unknown(answer(all, "resources/templates/list", ""));
    }),
    fault("working-methods-are-declared", LEGACY, |all| {
        result(all, "initialize", "")["capabilities"]
            .as_object_mut()
            .unwrap()
            .remove("prompts");
    }),
    fault_on(
        "no-exit-with-requests-waiting",
        LEGACY,
        |_| {},
        |all| {
            let id = answer(all, "tools/call", "no-such-tool")["json"]["id"].clone();
            all.retain(|entry| entry["dir"] != "in" || entry["json"]["id"] != id);
        },
    ),
    fault("requests-come-to-an-end", LEGACY, |all| {
        let at = asked(all, "tools/call", "weather");
        let id = all[at]["json"]["id"].clone();
        let mut given_up = all.last().unwrap().clone();
        given_up["us"] = json!(all[at]["us"].as_u64().unwrap() + 2_000_000);
        given_up["json"] = json!({"event": "timeout", "id": id, "after_ms": 2000});
        all.insert(at + 1, given_up);
    }),
    fault("first-answer-comes-soon", LEGACY, |all| {
        let at = asked(all, "initialize", "") + 1;
        for entry in &mut all[at..] {
            entry["us"] = json!(entry["us"].as_u64().unwrap() + 6_000_000);
        }
    }),
    fault("does-not-crash", LEGACY, |all| {
        let exit = all.last_mut().unwrap();
        exit["json"]["code"] = json!(3);
    }),
    fault("silent-after-cancellation", LEGACY_MORE, |all| {
        let id = all[asked(all, "tools/call", "countdown")]["json"]["id"].clone();
        let mut late = answer(all, "tools/call", "show-blocks").clone();
        late["json"]["id"] = id;
        late["us"] = all.last().unwrap()["us"].clone();
        let at = all.len() - 1;
        all.insert(at, late);
    }),
    fault_on("ends-with-its-stdin", LEGACY, closed, |all| {
        step(all, "terminate", 2_500_000);
    }),
    fault_on(
        "ends-when-told",
        LEGACY,
        |all| {
            closed(all);
            step(all, "terminate", 500_000);
        },
        |all| step(all, "kill", 1_500_000),
    ),
    fault_on("ends-soon", LEGACY, closed, |all| {
        step(all, "terminate", 400_000);
    }),
    fault_on("leaves-nothing-behind", LEGACY, closed, |all| {
        let mut remark = all[1].clone();
        remark["json"] = json!({
            "event": "remark", "what": "the server ended, and processes it started run on",
        });
        let exit = all.len() - 1;
        all.insert(exit, remark);
    }),
    fault_on(
        "listens-at-home",
        LEGACY,
        |all| {
            line(
                all,
                "stderr",
                "text",
                json!("Listening on http://127.0.0.1:3000"),
            );
        },
        |all| {
            line(
                all,
                "stderr",
                "text",
                json!("Listening on http://0.0.0.0:3000"),
            );
        },
    ),
];

/// An answer that the method is not known.
fn unknown(answer: &mut Value) {
    let message = answer["json"].as_object_mut().unwrap();
    message.remove("result");
    message.insert(
        "error".to_owned(),
        json!({"code": -32601, "message": "Method not found"}),
    );
}

/// The server's stdin is closed before it ends.
fn closed(entries: &mut Vec<Value>) {
    step(entries, "stdin closed", 0);
}

/// A step of the ladder before the exit, so many microseconds after its stdin was closed; the exit follows at once.
fn step(entries: &mut Vec<Value>, step: &str, after_us: u64) {
    let exit = entries.len() - 1;
    let of = |entry: &&Value| entry["json"]["step"] == "stdin closed";
    let began = entries.iter().find(of).unwrap_or(&entries[exit])["us"].as_u64();
    let mut entry = entries[exit].clone();
    entry["json"] = json!({"event": "step", "step": step});
    entry["us"] = json!(began.unwrap() + after_us);
    entries[exit]["us"] = entry["us"].clone();
    entries.insert(exit, entry);
}
