//! Every rule of lint against real recordings: a good one passes it, and the same with one fault in it fails it.
//!
//! The recordings are of the demo server behind `mcpscope tap`, in both eras (`tests/lint/`); one tool, whose
//! parameters are not all described, is cut out of its list. A fault is one change to
//! one entry, made to the file as any server could have written it; no rule helps to make its own.

use std::io::Write as _;

use mcpscope::lint::{Finding, Linter, RULES, Standing};
use mcpscope::recording::Recording;
use serde_json::{Value, json};

/// One change to a recording.
type Change = fn(&mut Vec<Value>);

/// A fault, and the rule that must find it.
struct Fault {
    rule: &'static str,
    session: &'static str,
    change: Change,
}

const LEGACY: &str = "legacy";
const MODERN: &str = "modern";

const fn fault(rule: &'static str, session: &'static str, change: Change) -> Fault {
    Fault {
        rule,
        session,
        change,
    }
}

/// The answer to the first request with this method (and tool, prompt or URI, when one is named).
fn answer<'a>(entries: &'a mut [Value], method: &str, of: &str) -> &'a mut Value {
    let asked = entries.iter().find(|entry| {
        let frame = &entry["json"];
        entry["dir"] == "out"
            && frame["method"] == method
            && (of.is_empty() || frame["params"]["name"] == of || frame["params"]["uri"] == of)
    });
    let id = asked.unwrap_or_else(|| panic!("{method} {of} was asked"))["json"]["id"].clone();
    let answers = |entry: &&mut Value| entry["dir"] == "in" && entry["json"]["id"] == id;
    let is_answer = |entry: &&mut Value| answers(entry) && entry["json"].get("method").is_none();
    entries.iter_mut().find(is_answer).unwrap()
}

fn result<'a>(entries: &'a mut [Value], method: &str, of: &str) -> &'a mut Value {
    &mut answer(entries, method, of)["json"]["result"]
}

fn tool(entries: &mut [Value]) -> &mut Value {
    &mut result(entries, "tools/list", "")["tools"][0]
}

/// A copy of an entry behind it.
fn again(entries: &mut Vec<Value>, at: usize) {
    let copy = entries[at].clone();
    entries.insert(at + 1, copy);
}

fn place(entries: &[Value], is: impl Fn(&Value) -> bool) -> usize {
    entries.iter().position(is).unwrap()
}

/// A line that is no frame, from the server.
fn line(entries: &mut Vec<Value>, channel: &str, member: &str, body: Value) {
    let mut entry = entries.last().unwrap().clone();
    let members = entry.as_object_mut().unwrap();
    members.remove("json");
    members.insert("ch".to_owned(), json!(channel));
    members.insert("dir".to_owned(), json!("in"));
    members.insert(member.to_owned(), body);
    entries.push(entry);
}

const FAULTS: &[Fault] = &[
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
    fault("tool-name", LEGACY, |all| {
        tool(all)["name"] = json!("say it again");
    }),
    fault("tool-names-differ", LEGACY, |all| {
        let tools = &mut result(all, "tools/list", "")["tools"];
        tools[1]["name"] = tools[0]["name"].clone();
    }),
    fault("input-schema-is-an-object", LEGACY, |all| {
        tool(all)["inputSchema"]
            .as_object_mut()
            .unwrap()
            .remove("type");
    }),
    fault("schema-is-valid", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["type"] = json!("text");
    }),
    fault("output-schema-is-an-object", LEGACY, |all| {
        tool(all)["outputSchema"] = json!({"type": "array"});
    }),
    fault("tool-is-described", LEGACY, |all| {
        tool(all)["description"] = json!(" ");
    }),
    fault("parameters-are-described", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["loud"] = json!({"type": "boolean"});
    }),
    fault("required-parameters-exist", LEGACY, |all| {
        tool(all)["inputSchema"]["required"] = json!(["txet"]);
    }),
    fault("hints-agree", LEGACY, |all| {
        tool(all)["annotations"] = json!({"readOnlyHint": true, "destructiveHint": true});
    }),
    fault("promised-structure-is-there", LEGACY, |all| {
        result(all, "tools/call", "weather")
            .as_object_mut()
            .unwrap()
            .remove("structuredContent");
    }),
    fault("structure-keeps-its-promise", MODERN, |all| {
        result(all, "tools/call", "weather")["structuredContent"] = json!({"celsius": "cold"});
    }),
    fault("structure-has-a-text-twin", LEGACY, |all| {
        result(all, "tools/call", "weather")["content"] = json!([{"type": "text", "text": "cold"}]);
    }),
];

/// The entries of a recording, its header first.
fn entries(session: &str) -> Vec<Value> {
    let path = format!("{}/tests/lint/{session}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Looks at a recording the way an opened file is looked at.
fn lint(entries: &[Value]) -> (Linter, Vec<Finding>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for (seq, entry) in entries.iter().enumerate() {
        let mut entry = entry.clone();
        if seq > 0 {
            entry["seq"] = json!(seq);
        }
        writeln!(file, "{entry}").unwrap();
    }
    let recording = Recording::open(file.path()).unwrap();
    let bodies = recording.bodies();
    let (mut linter, mut findings) = (Linter::default(), Vec::new());
    recording
        .load(|recorded, _| {
            for one in recorded {
                let entry = bodies.read(one.seq, one.place).unwrap();
                findings.extend(linter.push(&entry, one.place));
            }
            true
        })
        .unwrap();
    (linter, findings)
}

#[test]
fn good_servers_are_found_good() {
    for session in [LEGACY, MODERN] {
        let (_, findings) = lint(&entries(session));
        assert_eq!(findings, [], "{session}");
    }
}

#[test]
fn every_rule_has_a_fault_that_only_it_and_its_like_find() {
    for rule in RULES.iter() {
        let own = FAULTS.iter().find(|fault| fault.rule == rule.name);
        let own = own.unwrap_or_else(|| panic!("{} has no fault", rule.name));
        let good = entries(own.session);
        let (linter, _) = lint(&good);
        let (_, standing) = linter.standings().find(|(one, _)| one == rule).unwrap();
        assert_eq!(
            standing,
            Standing::Passed,
            "{} on {}",
            rule.name,
            own.session
        );
        let mut bad = good.clone();
        (own.change)(&mut bad);
        assert_ne!(good, bad, "{}", rule.name);
        let (linter, findings) = lint(&bad);
        let found: Vec<_> = findings.iter().map(|finding| finding.rule.name).collect();
        assert!(found.contains(&rule.name), "{}: {found:?}", rule.name);
        let (_, standing) = linter.standings().find(|(one, _)| one == rule).unwrap();
        assert!(matches!(standing, Standing::Failed(_)), "{}", rule.name);
    }
}

#[test]
fn the_table_is_well_formed() {
    for (at, rule) in RULES.iter().enumerate() {
        let kebab =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        assert!(rule.name.chars().all(kebab), "{}", rule.name);
        assert!(
            RULES[..at].iter().all(|other| other.name != rule.name),
            "{} twice",
            rule.name
        );
        assert!(rule.since <= rule.until, "{}", rule.name);
        for words in [rule.what, rule.why, rule.fix] {
            assert!(
                words.ends_with('.') || words.ends_with('?'),
                "{}: {words}",
                rule.name
            );
        }
    }
}
