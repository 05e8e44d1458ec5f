//! The report as members of one JSON object.

use super::{Answer, Known, Report, Server};
use crate::json::quote;
use crate::lint::Standing;
use crate::mcp::revision::Revision;
use crate::mcp::types::List;

/// Names and values, in their order. Text of servers is as it came.
pub fn members(report: &Report) -> Vec<(&'static str, String)> {
    let findings = report.findings.iter().map(|one| {
        let finding = &one.told.finding;
        let (known, reason) = match &one.known {
            Known::No => ("new", None),
            Known::Baseline => ("baseline", None),
            Known::Ignored(reason) => ("ignored", Some(reason)),
        };
        object([
            ("rule", quote(finding.rule.name)),
            ("severity", quote(finding.severity.word())),
            ("entry", finding.seq.to_string()),
            ("line", number(one.line)),
            ("connection", finding.conn.to_string()),
            ("times", one.times.to_string()),
            (
                "revisions",
                array(one.revisions.iter().map(|one| quote(one.as_str()))),
            ),
            ("about", maybe(one.about().as_deref())),
            ("pointer", quote(&finding.pointer)),
            ("words", quote(&finding.words)),
            ("state", quote(known)),
            ("reason", maybe(reason.map(|reason| &**reason))),
        ])
    });
    let rules = report.rules.iter().map(|(rule, standing)| {
        let (word, failed) = match standing {
            Standing::NotSeen => ("not seen", 0),
            Standing::Passed => ("passed", 0),
            Standing::Failed(failed) => ("failed", *failed),
        };
        object([
            ("name", quote(rule.name)),
            ("standing", quote(word)),
            ("failed", failed.to_string()),
        ])
    });
    let answers = report.answers();
    let questions = answers.iter().map(|(question, answer)| {
        let mut members = vec![
            ("name", quote(question.name)),
            ("asks", quote(question.asks)),
        ];
        members.extend(answered(*answer));
        object(members)
    });
    let revisions = report.revisions();
    let revisions = revisions.iter().map(|(revision, answer)| {
        let mut members = vec![("revision", quote(revision.as_str()))];
        match answer {
            Some(answer) => members.extend(answered(*answer)),
            None => members.push(("verdict", quote(report.unspoken(*revision)))),
        }
        object(members)
    });
    vec![
        ("servers", array(report.servers.iter().map(server))),
        ("questions", array(questions)),
        ("revisions", array(revisions)),
        (
            "probes",
            object([
                ("done", report.probes.done.to_string()),
                ("undone", report.probes.undone.to_string()),
                ("why", maybe(report.probes.why.as_deref())),
            ]),
        ),
        ("findings", array(findings)),
        ("rules", array(rules)),
        (
            "remarks",
            array(report.remarks.iter().map(|one| quote(one))),
        ),
    ]
}

fn answered(answer: Answer) -> [(&'static str, String); 6] {
    [
        ("verdict", quote(answer.word())),
        ("errors", answer.errors.to_string()),
        ("warnings", answer.warnings.to_string()),
        ("notes", answer.notes.to_string()),
        ("looked", answer.looked.to_string()),
        ("rules", answer.rules.to_string()),
    ]
}

fn server(server: &Server) -> String {
    let items = List::ALL.iter().zip(server.items).map(|(list, count)| {
        let name = match list {
            List::Tools => "tools",
            List::Resources => "resources",
            List::Templates => "templates",
            List::Prompts => "prompts",
        };
        (name, number(count.map(|count| count as u64)))
    });
    let methods = server.methods.iter().map(|method| {
        object([
            ("method", quote(&method.name)),
            ("answered", method.count.to_string()),
            ("p50_us", method.p50.to_string()),
            ("p95_us", method.p95.to_string()),
            ("p99_us", method.p99.to_string()),
        ])
    });
    object([
        ("connection", server.conn.to_string()),
        ("name", quote(&server.name)),
        ("transport", quote(&server.transport)),
        ("revision", maybe(server.revision.map(Revision::as_str))),
        ("failed", maybe(server.failed.as_deref())),
        ("first_asked_us", number(server.first_asked)),
        ("first_answer_us", number(server.first_answer)),
        ("items", object(items)),
        (
            "context_bytes",
            number(server.context.map(|(bytes, _)| bytes)),
        ),
        (
            "context_tokens",
            number(server.context.map(|(_, tokens)| tokens)),
        ),
        ("peak_rss_bytes", number(server.peak_rss)),
        ("failures", server.failures.to_string()),
        ("junk", server.junk.to_string()),
        ("methods", array(methods)),
    ])
}

fn maybe(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quote)
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "null".to_owned(), |number| number.to_string())
}

fn object(members: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let members = members.into_iter();
    let members: Vec<String> = members
        .map(|(name, value)| format!("{}:{value}", quote(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
