//! The report as JUnit XML: a case for each rule, failed with its findings, skipped when nothing was seen for it.

use std::fmt::Write as _;

use super::plain::place;
use super::{Question, Report};
use crate::lint::Standing;
use crate::text::markup::xml;

/// See the module.
pub fn write(report: &Report) -> String {
    let new = report.new_findings();
    let mut cases = String::new();
    let (mut failures, mut skipped) = (0, 0);
    let failed = report.failed();
    for (question, why) in &failed {
        failures += 1;
        let _ = write!(
            cases,
            "    <testcase classname=\"{question}\" name=\"works\">\n      <failure type=\"error\" \
             message=\"{}\"/>\n    </testcase>\n",
            xml(why)
        );
    }
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
                xml(&finding.words)
            );
            for one in of {
                let words = format!("{} ({})", one.told.finding.words, place(report, one));
                let _ = writeln!(cases, "{}", xml(&words));
            }
            let _ = write!(cases, "fix: {}</failure>\n    </testcase>\n", xml(rule.fix));
        } else if *standing == Standing::NotSeen {
            skipped += 1;
            cases.push_str(">\n      <skipped message=\"not seen\"/>\n    </testcase>\n");
        } else {
            cases.push_str("/>\n");
        }
    }
    let name = xml(&report.name);
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"",
        report.rules.len() + failed.len()
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mcpscope lint\" {counts}>\n  <testsuite \
         name=\"{name}\" {counts}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}
