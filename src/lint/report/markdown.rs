//! The report as Markdown, for a pull request or an issue.

use std::fmt::Write as _;

use super::plain::{facts, named, place, took};
use super::{Known, Report};
use crate::lint::Rule;
use crate::text::markup::markdown;

/// See the module.
pub fn write(report: &Report) -> String {
    let mut out = format!(
        "# Readiness of {}\n\n{}\n",
        markdown(&report.name),
        report.summary()
    );
    for server in &report.servers {
        let _ = writeln!(out, "\n## {}\n", markdown(&named(server)));
        for (label, words) in facts(server) {
            let _ = writeln!(out, "- {label}: {}", markdown(&words));
        }
        if !server.methods.is_empty() {
            out.push_str("\n| method | answered | p50 | p95 | p99 |\n|---|--:|--:|--:|--:|\n");
        }
        for method in &server.methods {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                markdown(&method.name),
                method.count,
                took(method.p50),
                took(method.p95),
                took(method.p99)
            );
        }
    }
    for remark in &report.remarks {
        let _ = writeln!(out, "\n{}", markdown(remark));
    }
    out.push_str("\n## Questions\n\n| question | answer | why |\n|---|---|---|\n");
    for (question, answer) in report.answers() {
        let _ = writeln!(
            out,
            "| {} | **{}** | {} |",
            question.asks,
            answer.word(),
            answer.words()
        );
    }
    out.push_str("\n| revision | verdict |\n|---|---|\n");
    for (revision, answer) in report.revisions() {
        let verdict = match answer {
            Some(answer) => format!("**{}** ({})", answer.word(), answer.words()),
            None => report.unspoken(revision).to_owned(),
        };
        let _ = writeln!(out, "| {revision} | {verdict} |");
    }
    if let Some(probes) = report.probes.words() {
        let _ = writeln!(out, "\n{}", markdown(&probes));
    }
    let page = report.page();
    if !page.is_empty() {
        out.push_str("\n## Findings\n\n| severity | rule | finding | place |\n|---|---|---|---|\n");
    }
    let mut rules: Vec<&Rule> = Vec::new();
    for (one, more) in &page {
        let finding = &one.told.finding;
        let more = match more {
            0 => String::new(),
            more => format!(", and {more} more like it"),
        };
        if !rules.contains(&finding.rule) {
            rules.push(finding.rule);
        }
        let _ = writeln!(
            out,
            "| {} | `{}` | {}{more} | {} |",
            finding.severity.word(),
            finding.rule.name,
            markdown(&finding.words),
            markdown(&place(report, one))
        );
    }
    for rule in rules {
        let _ = write!(
            out,
            "\n<details><summary><code>{}</code>: {}</summary>\n\n{}\n\nFix: {}\n",
            rule.name,
            markdown(rule.what),
            rule.why,
            rule.fix
        );
        for (language, line) in rule.lines {
            let _ = write!(out, "\n- {language}: `{line}`");
        }
        out.push_str("\n</details>\n");
    }
    let ignored: Vec<_> = report
        .findings
        .iter()
        .filter_map(|one| match &one.known {
            Known::Ignored(reason) => Some((one, reason)),
            Known::No | Known::Baseline => None,
        })
        .collect();
    if !ignored.is_empty() {
        out.push_str("\n## Ignored\n\n");
    }
    for (one, reason) in ignored {
        let finding = &one.told.finding;
        let _ = writeln!(
            out,
            "- `{}`: {} ({}): {}",
            finding.rule.name,
            markdown(&finding.words),
            markdown(&place(report, one)),
            markdown(reason)
        );
    }
    out
}
