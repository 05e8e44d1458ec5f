//! A report for those who collect the results of tests: each row is a case, and fails when it differs.

use std::fmt::Write as _;

use super::{Report, Told, Verdict};
use crate::text::markup::xml;

/// Columns for one side of a difference.
const SIDE: usize = 200;

/// Writes it.
pub fn write(report: &Report) -> String {
    let failures = report
        .rows
        .iter()
        .filter(|row| row.differs() && row.verdict != Verdict::Error)
        .count();
    let errors = report
        .rows
        .iter()
        .filter(|row| row.verdict == Verdict::Error)
        .count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = xml(&format!("{} → {}", report.left, report.right));
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        out,
        "<testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">",
        report.rows.len()
    );
    for row in &report.rows {
        let took = row
            .b
            .as_ref()
            .and_then(|seen| seen.took_us)
            .map_or_else(String::new, |us| {
                format!(" time=\"{:.6}\"", us as f64 / 1e6)
            });
        let _ = write!(
            out,
            "  <testcase classname=\"{}\" name=\"{}\"{took}",
            xml(report.noun),
            xml(&row.name)
        );
        if !row.differs() {
            out.push_str("/>\n");
            continue;
        }
        let tag = if row.verdict == Verdict::Error {
            "error"
        } else {
            "failure"
        };
        let _ = write!(
            out,
            ">\n    <{tag} type=\"{}\" message=\"{}\">",
            row.verdict.word(),
            xml(&row.words())
        );
        for told in row.changes.iter().filter(|told| told.ignored.is_none()) {
            let side = |part| Told::side(part, SIDE);
            let line = format!(
                "{} {}: {} → {}",
                told.what.word(),
                told.path,
                side(told.a.as_ref()),
                side(told.b.as_ref())
            );
            out.push_str(&xml(&line));
            out.push('\n');
        }
        let _ = write!(out, "</{tag}>\n  </testcase>\n");
    }
    out.push_str("</testsuite>\n");
    out
}
