//! Reports of small sessions, with what is said of them by every writer.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use super::baseline::Baseline;
use super::*;
use crate::json::{self, Value};
use crate::session::recorded::Place;
use crate::session::{Channel, Direction, Entry};

const SESSION: [(&str, &str); 6] = [
    (
        ">",
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#,
    ),
    (
        "<",
        r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}"#,
    ),
    (
        ">",
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    ),
    (">", r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#),
    (
        "<",
        r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a|<b>","inputSchema":{"type":"object"}},{"name":"add","inputSchema":{"type":"object"}}]}}"#,
    ),
    ("!", "50% \u{1b}[31mnow"),
];

/// What is said of the first so many lines.
fn report(lines: &[(&str, &str)], is_file: bool) -> Report {
    let mut linter = Linter::default();
    let mut found = Vec::new();
    for (index, (mark, body)) in lines.iter().enumerate() {
        let (channel, direction) = match *mark {
            ">" => (Channel::Wire, Direction::Out),
            "<" => (Channel::Wire, Direction::In),
            _ => (Channel::Stdout, Direction::In),
        };
        let entry = Entry {
            seq: index as u64 + 1,
            us: index as u64 * 1_000,
            at: jiff::Timestamp::UNIX_EPOCH,
            conn: 1,
            channel,
            direction,
            aux: false,
            body: body.as_bytes().to_vec(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        };
        for finding in linter.push(&entry, Place::default()) {
            let server = "s".into();
            found.push((Told { finding, server }, index as u64 + 2));
        }
    }
    Report::of("a b.jsonl".to_owned(), is_file, &linter, found)
}

fn answer(report: &Report, name: &str) -> Answer {
    let answers = report.answers();
    answers.iter().find(|(one, _)| one.name == name).unwrap().1
}

#[test]
fn every_rule_answers_a_question() {
    for rule in RULES.iter() {
        assert!(Question::of(rule).is_some(), "{}", rule.name);
    }
    for question in QUESTIONS {
        for rule in question.rules {
            assert!(RULES.iter().any(|one| one.name == *rule), "{rule}");
        }
        for group in question.groups {
            assert!(GROUPS.iter().any(|(name, _)| name == group), "{group}");
        }
    }
}

#[test]
fn questions_are_answered_by_what_was_seen() {
    let whole = report(&SESSION, true);
    assert_eq!(answer(&whole, "start").word(), "wrong");
    assert_eq!(answer(&whole, "wire").word(), "good");
    assert_eq!(answer(&whole, "words").word(), "wanting");
    assert_eq!(answer(&whole, "login").word(), "not seen");
    let nothing = report(&[], true);
    assert!(
        nothing
            .answers()
            .iter()
            .all(|(_, one)| one.word() == "not seen")
    );
    let revisions = whole.revisions().into_iter();
    let spoken: Vec<_> = revisions
        .filter_map(|(revision, one)| Some((revision.as_str(), one?.word())))
        .collect();
    assert_eq!(spoken, [("2025-06-18", "wrong")]);
    // Nobody asked for others; here somebody did.
    assert_eq!(whole.unspoken(Revision::V2025_11_25), "not seen");
    let proposal = SESSION[0].1.replace("2025-06-18", "2025-11-25");
    let mut lines = SESSION;
    lines[0].1 = &proposal;
    let refused = report(&lines, true);
    assert_eq!(refused.unspoken(Revision::V2025_11_25), "not spoken");
    assert_eq!(refused.unspoken(Revision::V2024_11_05), "not seen");
}

#[test]
fn facts_are_of_the_connection() {
    let report = report(&SESSION, false);
    let [server] = &report.servers[..] else {
        panic!("{:?}", report.servers);
    };
    assert_eq!(server.first_answer, Some(1_000));
    assert_eq!(server.items[0], Some(2));
    assert_eq!(server.junk, 1);
    let names: Vec<_> = server
        .methods
        .iter()
        .map(|one| (&*one.name, one.p99))
        .collect();
    assert_eq!(names, [("initialize", 1_000), ("tools/list", 1_000)]);
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let mut before = report(&SESSION[..5], true);
    let text = Baseline::of(&before).write();
    let baseline = Baseline::read(text.as_bytes()).unwrap();
    assert_eq!(baseline, Baseline::of(&before));
    baseline.apply(&mut before);
    assert!(before.new_findings().is_empty());
    // The tools come in another order, and a line on stdout that is none.
    let tools = SESSION[4].1.replace(
        r#"{"name":"a|<b>","inputSchema":{"type":"object"}},{"name":"add","inputSchema":{"type":"object"}}"#,
        r#"{"name":"add","inputSchema":{"type":"object"}},{"name":"a|<b>","inputSchema":{"type":"object"}}"#,
    );
    let mut lines = SESSION;
    lines[4].1 = &tools;
    let mut after = report(&lines, true);
    baseline.apply(&mut after);
    let new: Vec<_> = after
        .new_findings()
        .iter()
        .map(|one| one.told.finding.rule.name)
        .collect();
    assert_eq!(new, ["stdout-only-messages"]);
    // Another line is another fault, and so is one more that a list has; the same with another figure is not.
    let baseline = Baseline::of(&report(&SESSION, true));
    let is_new = |line: usize, body: &str| {
        let mut lines = SESSION;
        lines[line].1 = body;
        let mut after = report(&lines, true);
        baseline.apply(&mut after);
        after
            .new_findings()
            .iter()
            .any(|one| one.told.finding.severity == Severity::Error)
    };
    assert!(!is_new(5, "51% \u{1b}[31mnow"));
    assert!(is_new(5, "everything else"));
    assert!(!is_new(4, SESSION[4].1));
    let nameless = SESSION[4].1.replace(r#""name":"add","#, "");
    assert!(is_new(4, &nameless));
    assert!(Baseline::read(b"{}").is_err());
    assert!(Baseline::read(b"[").is_err());
}

#[test]
fn what_is_ignored_is_told_apart() {
    let mut report = report(&SESSION, true);
    let exception = Exception::read("stdout-only-messages # a banner").unwrap();
    report.except(&[exception]);
    assert_eq!(answer(&report, "start").word(), "good");
    assert!(
        report.summary().contains("(1 ignored)"),
        "{}",
        report.summary()
    );
}

/// The members that SARIF 2.1.0 requires where they stand, and its closed lists of words.
#[test]
fn sarif_has_what_it_must() {
    let mut report = report(&SESSION, true);
    report.except(&[Exception::read("stdout-only-messages # a banner").unwrap()]);
    let log = Value::parse((FORMS[3].write)(&report).as_bytes()).unwrap();
    assert_eq!(log.get("version").and_then(Value::as_str), Some("2.1.0"));
    let [run] = log.get("runs").and_then(Value::as_array).unwrap() else {
        panic!("one run");
    };
    let driver = run.get("tool").and_then(|tool| tool.get("driver")).unwrap();
    assert_eq!(driver.get("name").and_then(Value::as_str), Some("mcpscope"));
    let rules = driver.get("rules").and_then(Value::as_array).unwrap();
    let results = run.get("results").and_then(Value::as_array).unwrap();
    assert_eq!(results.len(), report.findings.len());
    for result in results {
        let text = |name| result.get(name).and_then(Value::as_str);
        assert!(["none", "note", "warning", "error"].contains(&text("level").unwrap()));
        let message = result.get("message").and_then(|one| one.get("text"));
        assert!(
            message
                .and_then(Value::as_str)
                .is_some_and(|one| !one.is_empty())
        );
        let index: usize = result
            .get("ruleIndex")
            .unwrap()
            .to_string()
            .parse()
            .unwrap();
        assert_eq!(
            rules[index].get("id").and_then(Value::as_str),
            text("ruleId")
        );
        let [location] = result.get("locations").and_then(Value::as_array).unwrap() else {
            panic!("one location");
        };
        let physical = location.get("physicalLocation").unwrap();
        let uri = physical
            .get("artifactLocation")
            .and_then(|one| one.get("uri"));
        assert_eq!(uri.and_then(Value::as_str), Some("a%20b.jsonl"));
        let line = physical.get("region").and_then(|one| one.get("startLine"));
        assert!(line.unwrap().to_string().parse::<u64>().unwrap() >= 1);
    }
    let suppressed = results
        .iter()
        .filter(|one| one.get("suppressions").is_some());
    assert_eq!(suppressed.count(), 1);
}

#[test]
fn no_writer_lets_a_server_act() {
    let report = report(&SESSION, true);
    for form in FORMS {
        let text = (form.write)(&report);
        let is_safe = |c: char| c == '\n' || !c.is_control();
        assert!(text.chars().all(is_safe), "{}: {text:?}", form.name);
        assert!(text.contains("stdout-only-messages"), "{}", form.name);
    }
    let write = |name| {
        let form = FORMS.iter().find(|form| form.name == name).unwrap();
        (form.write)(&report)
    };
    assert!(!write("markdown").contains("a|<b>"));
    assert!(!write("junit").contains("<b>"));
    let annotations = write("github");
    assert!(annotations.starts_with("::error title=stdout-only-messages,file=a b.jsonl,line=7::"));
    assert!(annotations.lines().all(|line| line.starts_with("::")));
}

#[test]
fn the_object_has_all_of_it() {
    let report = report(&SESSION, false);
    let members: Vec<String> = members(&report)
        .into_iter()
        .map(|(name, value)| format!("{}:{value}", json::quote(name)))
        .collect();
    let object = Value::parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
    let length = |name| object.get(name).and_then(Value::as_array).unwrap().len();
    assert_eq!(length("findings"), report.findings.len());
    assert_eq!(length("rules"), RULES.len());
    assert_eq!(length("questions"), QUESTIONS.len());
    assert_eq!(length("revisions"), Revision::ALL.len());
    assert_eq!(length("servers"), 1);
}
