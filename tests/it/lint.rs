//! Every rule of lint against real recordings: a good one passes it, and the same with one fault in it fails it.
//!
//! The recordings are of the demo server behind `mcpscope tap`, in both eras, and of a small server on the Python SDK
//! over HTTP (`tests/lint/`); one tool, whose parameters are not all described, is cut out of the demo's lists. A fault
//! is one change, made to the file as any server could have written it; no rule helps to make its own. What no good
//! recording has (an icon, a login) is put in first, so that the rule passes with it.

use std::collections::HashMap;
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
    /// What makes the recording one that the rule has something to look at in.
    occasion: Change,
    change: Change,
}

mod asking;
mod clients;
mod content;
mod examples;
mod http;
mod life;
mod lists;
mod probed;
mod wire;

const LEGACY: &str = "legacy";
const MODERN: &str = "modern";
/// Logs, subscriptions, questions of all kinds, tasks, a cancellation.
const LEGACY_MORE: &str = "legacy-more";
const MODERN_MORE: &str = "modern-more";
/// A server on the Python SDK (1.x, then 2.x) over HTTP: event streams, a session, JSON.
const HTTP_LEGACY: &str = "http-legacy";
const HTTP_MODERN: &str = "http-modern";
const SESSIONS: &[&str] = &[
    LEGACY,
    MODERN,
    LEGACY_MORE,
    MODERN_MORE,
    HTTP_LEGACY,
    HTTP_MODERN,
];

/// All faults.
fn faults() -> impl Iterator<Item = &'static Fault> {
    [
        wire::FAULTS,
        life::FAULTS,
        http::FAULTS,
        lists::FAULTS,
        content::FAULTS,
        asking::FAULTS,
        probed::FAULTS,
        clients::FAULTS,
    ]
    .into_iter()
    .flatten()
}

const fn fault(rule: &'static str, session: &'static str, change: Change) -> Fault {
    Fault {
        rule,
        session,
        occasion: |_| {},
        change,
    }
}

/// A fault of something that first has to be there: `occasion` makes a session that is as good as before.
const fn fault_on(
    rule: &'static str,
    session: &'static str,
    occasion: Change,
    change: Change,
) -> Fault {
    Fault {
        rule,
        session,
        occasion,
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

/// The first message of a method from the server.
fn sent(entries: &[Value], method: &str) -> usize {
    place(entries, |entry| {
        entry["dir"] == "in" && entry["json"]["method"] == method
    })
}

/// The first request with a method, of a tool when one is named.
fn asked(entries: &[Value], method: &str, of: &str) -> usize {
    place(entries, |entry| {
        let frame = &entry["json"];
        entry["dir"] == "out"
            && frame["method"] == method
            && (of.is_empty() || frame["params"]["name"] == of)
    })
}

/// The HTTP request that carries the first message of a method.
fn posted(entries: &[Value], method: &str) -> usize {
    let frame = &entries[asked(entries, method, "")]["seq"];
    place(entries, |entry| {
        entry["json"]["event"] == "http-request" && entry["json"]["frame"] == *frame
    })
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
    // Entries are counted anew, and the frames of exchanges named by their new numbers.
    let places: HashMap<u64, usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(seq, entry)| Some((entry["seq"].as_u64()?, seq)))
        .collect();
    for (seq, entry) in entries.iter().enumerate() {
        let mut entry = entry.clone();
        if seq > 0 {
            entry["seq"] = json!(seq);
        }
        if let Some(frame) = entry["json"]["frame"].as_u64() {
            entry["json"]["frame"] = json!(places.get(&frame));
        }
        // The format wants the body last.
        let members = entry.as_object_mut().unwrap();
        for name in ["json", "text", "b64"] {
            if let Some(body) = members.shift_remove(name) {
                members.insert(name.to_owned(), body);
            }
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
    for session in SESSIONS {
        let (_, mut findings) = lint(&entries(session));
        // The SDK has no event store, as most servers have none: worth knowing.
        findings.retain(|finding| finding.rule.name != "stream-begins-with-an-id");
        assert_eq!(findings, [], "{session}");
    }
}

#[test]
fn every_rule_has_a_fault_that_it_finds() {
    let standing = |linter: &Linter, name: &str| {
        let mut standings = linter.standings();
        standings.find(|(rule, _)| rule.name == name).unwrap().1
    };
    let mut wrong = Vec::new();
    for rule in RULES.iter() {
        if !faults().any(|fault| fault.rule == rule.name) {
            wrong.push(format!("{} has no fault", rule.name));
        }
    }
    for own in faults() {
        let name = own.rule;
        let mut good = entries(own.session);
        (own.occasion)(&mut good);
        let passed = standing(&lint(&good).0, name);
        if passed != Standing::Passed {
            wrong.push(format!("{name} has not passed {}: {passed:?}", own.session));
        }
        let mut bad = good.clone();
        (own.change)(&mut bad);
        assert_ne!(good, bad, "{name}");
        let (linter, findings) = lint(&bad);
        let found: Vec<_> = findings.iter().map(|finding| finding.rule.name).collect();
        let failed = standing(&linter, name);
        if !found.contains(&name) || !matches!(failed, Standing::Failed(_)) {
            wrong.push(format!("{name} did not find its fault, but {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_is_of_a_rule() {
    for fault in faults() {
        let is_rule = RULES.iter().any(|rule| rule.name == fault.rule);
        assert!(is_rule, "{}", fault.rule);
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
