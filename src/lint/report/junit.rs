//! The report as JUnit XML: a case for each rule, failed with its findings, skipped when nothing was seen for it.

use std::fmt::Write as _;

use super::plain::place;
use super::{Question, Report};
use crate::lint::Standing;
use crate::text;

/// See the module.
pub fn write(report: &Report) -> String {
    let new = report.new_findings();
    let mut cases = String::new();
    let (mut failures, mut skipped) = (0, 0);
    for (rule, standing) in &report.rules {
        let of: Vec<_> = new
            .iter()
            .filter(|one| one.told.finding.rule == *rule)
            .collect();
        let class = Question::of(rule).map_or("lint", |question| question.name);
        let _ = write!(
            cases,
            "    <testcase classname=\"{class}\" name=\"{}\"",
            rule.name
        );
        if let Some(worst) = of.first() {
            failures += 1;
            let finding = &worst.told.finding;
            let _ = write!(
                cases,
                ">\n      <failure type=\"{}\" message=\"{}\">",
                finding.severity.word(),
                escape(&finding.words)
            );
            for one in of {
                let words = format!("{} ({})", one.told.finding.words, place(one));
                let _ = writeln!(cases, "{}", escape(&words));
            }
            let _ = write!(
                cases,
                "fix: {}</failure>\n    </testcase>\n",
                escape(rule.fix)
            );
        } else if *standing == Standing::NotSeen {
            skipped += 1;
            cases.push_str(">\n      <skipped message=\"not seen\"/>\n    </testcase>\n");
        } else {
            cases.push_str("/>\n");
        }
    }
    let name = escape(&report.name);
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"",
        report.rules.len()
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mcpscope lint\" {counts}>\n  <testsuite \
         name=\"{name}\" {counts}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Text for an attribute or an element; what XML has no place for is written out.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => text::push_safe(&mut out, c),
        }
    }
    out
}
