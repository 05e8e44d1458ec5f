//! The report as a page of text.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Report, Reported, Server};
use crate::lint::Rule;
use crate::mcp::types::List;
use crate::text;

/// See the module.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    for server in &report.servers {
        let _ = writeln!(out, "{}", named(server));
        for (label, words) in facts(server) {
            let _ = writeln!(out, "  {label:<10} {words}");
        }
        for method in &server.methods {
            let _ = writeln!(
                out,
                "  {:<28} {:>5} answered   p50 {:>8}  p95 {:>8}  p99 {:>8}",
                text::fit(&text::sanitize(&method.name), 28),
                method.count,
                took(method.p50),
                took(method.p95),
                took(method.p99)
            );
        }
    }
    if !report.servers.is_empty() {
        out.push('\n');
    }
    for (question, answer) in report.answers() {
        let _ = writeln!(
            out,
            "{:<10} {:<9} {}  ({})",
            question.name,
            answer.word(),
            question.asks,
            answer.words()
        );
    }
    for (revision, answer) in report.revisions() {
        if let Some(answer) = answer {
            let _ = writeln!(out, "{revision} {:<9} ({})", answer.word(), answer.words());
        }
    }
    if let Some(probes) = report.probes.words() {
        let _ = writeln!(out, "{}", text::sanitize(&probes));
    }
    let page = report.page();
    if !page.is_empty() {
        out.push('\n');
    }
    let mut told: Vec<&Rule> = Vec::new();
    for (one, more) in page {
        let finding = &one.told.finding;
        let _ = writeln!(
            out,
            "{:<8} {}: {}  ({})",
            finding.severity.word(),
            finding.rule.name,
            text::sanitize(&finding.words),
            place(report, one)
        );
        if more > 0 {
            let _ = writeln!(out, "         … and {more} more like it");
        }
        if !told.contains(&finding.rule) {
            told.push(finding.rule);
            let _ = writeln!(out, "         fix: {}", finding.rule.fix);
        }
    }
    for remark in &report.remarks {
        let _ = writeln!(out, "remark   {}", text::sanitize(remark));
    }
    let _ = writeln!(out, "\n{}", report.summary());
    out
}

/// `#9 /result/tools/0`, `×3, first #9 /result/tools/0; in both eras`
pub fn place(report: &Report, one: &Reported) -> String {
    let finding = &one.told.finding;
    let mut words = format!("#{}", finding.seq);
    if one.times > 1 {
        words = format!("×{}, first {words}", text::grouped(one.times));
    }
    if !finding.pointer.is_empty() {
        let _ = write!(words, " {}", text::sanitize(&finding.pointer));
    }
    if let Some(when) = report.when(one) {
        let _ = write!(words, "; {when}");
    }
    words
}

/// `demo, stdio, 2025-11-25`
pub fn named(server: &Server) -> String {
    let mut words = format!(
        "{}, {}",
        text::sanitize(&server.name),
        text::sanitize(&server.transport)
    );
    if let Some(revision) = server.revision {
        let _ = write!(words, ", {revision}");
    }
    words
}

/// What is known of a server, line by line; sanitised.
pub fn facts(server: &Server) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(why) = &server.failed {
        facts.push(("failed", text::sanitize(why).into_owned()));
    }
    let answers = match (server.first_answer, server.first_asked) {
        (Some(us), Some(asked)) => format!(
            "first after {}: asked after {}, answered {} later",
            took(us),
            took(asked),
            took(us.saturating_sub(asked))
        ),
        (Some(us), None) => format!("first after {}", took(us)),
        (None, _) => "none seen".to_owned(),
    };
    facts.push(("answers", answers));
    let has = List::ALL.iter().zip(server.items);
    let has: Vec<String> = has
        .filter_map(|(list, count)| {
            let noun = match list {
                List::Tools => "tool",
                List::Resources => "resource",
                List::Templates => "template",
                List::Prompts => "prompt",
            };
            Some(text::plural(count?, noun))
        })
        .collect();
    if !has.is_empty() {
        facts.push(("has", has.join(", ")));
    }
    if let Some((bytes, tokens)) = server.context {
        let words = format!(
            "its tools are {}, about {tokens} tokens of every conversation",
            text::size(bytes)
        );
        facts.push(("context", words));
    }
    if let Some(peak) = server.peak_rss {
        facts.push(("memory", format!("{} at most", text::size(peak))));
    }
    if server.failures > 0 {
        let failures = text::plural(server.failures as usize, "request");
        facts.push(("failures", format!("{failures} went wrong")));
    }
    facts
}

/// A time in words.
pub fn took(us: u64) -> String {
    text::took(Duration::from_micros(us))
}
