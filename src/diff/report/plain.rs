//! A report for people at a terminal: what is the same in one line, what differs with its paths.

use std::fmt::Write as _;

use super::{Report, Row, Verdict};
use crate::text;

/// Columns for one side of a difference.
const SIDE: usize = 100;

/// Writes it.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    let (left, right) = (text::sanitize(&report.left), text::sanitize(&report.right));
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(out, "{left} → {right}: {}", summary(report));
    for row in report.rows.iter().filter(|row| row.differs()) {
        tell(row, &mut out);
    }
    let ignored = report.ignored();
    if !ignored.is_empty() {
        let counts: Vec<String> = ignored
            .iter()
            .map(|(rule, count)| format!("{} ×{count}", text::sanitize(rule)))
            .collect();
        let _ = writeln!(out, "ignored: {}", counts.join(", "));
    }
    out
}

/// How many rows there are, and what became of them.
pub fn summary(report: &Report) -> String {
    let rows = text::plural(report.rows.len(), report.noun);
    let tally = report.tally_words();
    if tally.is_empty() {
        rows
    } else {
        format!("{rows}: {tally}")
    }
}

fn tell(row: &Row, out: &mut String) {
    let place = match (row.a.as_ref(), row.b.as_ref()) {
        (Some(a), Some(b)) => match (a.seq, b.seq) {
            (Some(a), Some(b)) => format!(" #{a} #{b}"),
            _ => String::new(),
        },
        (Some(one), None) | (None, Some(one)) => {
            one.seq.map_or_else(String::new, |seq| format!(" #{seq}"))
        }
        (None, None) => String::new(),
    };
    let words = row.words();
    let dash = if words.is_empty() { "" } else { "  " };
    let _ = writeln!(
        out,
        "{:<10} {}{place}{dash}{}",
        row.verdict.word(),
        text::sanitize(&row.name),
        text::sanitize(&words)
    );
    for told in row.changes.iter().filter(|told| told.ignored.is_none()) {
        let asked = if told.asked { "asked " } else { "" };
        let path = text::sanitize(&told.path);
        let _ = write!(out, "  {} {asked}{path}", told.what.sign());
        let (one, other) = told.sides(SIDE);
        match (&told.a, &told.b) {
            _ if matches!(told.what, crate::diff::What::Order) => {
                out.push_str("  same members, another order");
            }
            _ if matches!(told.what, crate::diff::What::Moved) => out.push_str("  moved"),
            (Some(_), Some(_)) => {
                let _ = write!(out, "  {one} → {other}");
            }
            (Some(_), None) => {
                let _ = write!(out, "  {one}");
            }
            (None, _) => {
                let _ = write!(out, "  {other}");
            }
        }
        if let Some((verdict, why)) = &told.means {
            let _ = write!(out, "  {}: {}", verdict.word(), text::sanitize(why));
        }
        out.push('\n');
    }
    if row.left_out > 0 {
        let _ = writeln!(out, "  … {} more", row.left_out);
    }
    if row.verdict == Verdict::Error
        && let Some(whole) = row.b.as_ref().and_then(|seen| seen.whole.as_ref())
        && row.changes.is_empty()
    {
        let _ = writeln!(out, "  now {}", super::short(whole.bytes(), SIDE));
    }
}
