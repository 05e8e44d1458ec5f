//! The report as SARIF 2.1.0 (OASIS), for code scanning: rules, and where each finding stands in the session file.

use std::fmt::Write as _;

use super::baseline::fingerprint;
use super::{Known, Report, Reported};
use crate::json::Value;
use crate::lint::{Rule, Severity, Standing};
use crate::text;

/// See the module.
pub fn write(report: &Report) -> String {
    let rules: Vec<&Rule> = report
        .rules
        .iter()
        .filter(|(_, standing)| matches!(standing, Standing::Failed(_)))
        .map(|(rule, _)| *rule)
        .collect();
    let place = |wanted: &Rule| rules.iter().position(|rule| *rule == wanted);
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|one| result(report, one, place(one.told.finding.rule)))
        .collect();
    let driver = object([
        ("name", string("mcpscope")),
        ("version", string(env!("CARGO_PKG_VERSION"))),
        (
            "rules",
            Value::Array(rules.iter().map(|rule| described(rule)).collect()),
        ),
    ]);
    let mut run = vec![
        ("tool", object([("driver", driver)])),
        ("results", Value::Array(results)),
    ];
    let failed = report.failed();
    if !failed.is_empty() {
        // What could not be looked at is no result of a rule.
        let notes = failed.iter().map(|(question, why)| {
            let why = format!("{question}: {}", text::sanitize(why));
            object([("level", string("error")), ("message", words(&why))])
        });
        let invocation = object([
            ("executionSuccessful", Value::Bool(false)),
            ("toolExecutionNotifications", Value::Array(notes.collect())),
        ]);
        run.push(("invocations", Value::Array(vec![invocation])));
    }
    let run = object(run);
    let log = object([
        (
            "$schema",
            string("https://json.schemastore.org/sarif-2.1.0.json"),
        ),
        ("version", string("2.1.0")),
        ("runs", Value::Array(vec![run])),
    ]);
    let mut out = log.pretty();
    out.push('\n');
    out
}

fn described(rule: &Rule) -> Value {
    let mut help = format!("{}\n\nFix: {}", rule.why, rule.fix);
    for (language, line) in rule.lines {
        let _ = write!(help, "\n{language}: {line}");
    }
    let level = level(rule.grade.at(Some(rule.until)));
    object([
        ("id", string(rule.name)),
        ("shortDescription", words(rule.what)),
        ("fullDescription", words(rule.why)),
        ("help", words(&help)),
        ("defaultConfiguration", object([("level", string(level))])),
    ])
}

fn result(report: &Report, one: &Reported, rule: Option<usize>) -> Value {
    let finding = &one.told.finding;
    let mut members = vec![
        ("ruleId", string(finding.rule.name)),
        ("level", string(level(finding.severity))),
        ("message", words(&text::sanitize(&one.whole()))),
    ];
    if one.times > 1 {
        members.push(("occurrenceCount", Value::Number(one.times.to_string())));
    }
    if let Some(rule) = rule {
        members.push(("ruleIndex", Value::Number(rule.to_string())));
    }
    let mut location = Vec::new();
    if let Some(line) = one.line {
        let line = Value::Number(line.to_string());
        let physical = object([
            (
                "artifactLocation",
                object([("uri", string(&uri(&report.name)))]),
            ),
            ("region", object([("startLine", line)])),
        ]);
        location.push(("physicalLocation", physical));
    }
    let named = format!("#{}{}", finding.seq, finding.pointer);
    let mut logical = vec![("fullyQualifiedName", string(&text::sanitize(&named)))];
    if let Some(about) = one.about() {
        logical.push(("name", string(&text::sanitize(&about))));
    }
    location.push(("logicalLocations", Value::Array(vec![object(logical)])));
    members.push(("locations", Value::Array(vec![object(location)])));
    members.push((
        "partialFingerprints",
        object([(
            "mcpscopeFinding/v1",
            string(&text::sanitize(&fingerprint(&one.told))),
        )]),
    ));
    match &one.known {
        Known::No => members.push(("baselineState", string("new"))),
        Known::Baseline => members.push(("baselineState", string("unchanged"))),
        Known::Ignored(reason) => {
            let suppression = object([
                ("kind", string("external")),
                ("justification", string(&text::sanitize(reason))),
            ]);
            members.push(("suppressions", Value::Array(vec![suppression])));
        }
    }
    object(members)
}

const fn level(severity: Severity) -> &'static str {
    severity.word()
}

/// A path as a URI reference (RFC 3986): what may not stand there is written in hex.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn words(text: &str) -> Value {
    object([("text", string(text))])
}

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_are_references() {
        assert_eq!(super::uri("a b/c#d%.jsonl"), "a%20b/c%23d%25.jsonl");
        assert_eq!(super::uri("/tmp/é"), "/tmp/%C3%A9");
    }
}
