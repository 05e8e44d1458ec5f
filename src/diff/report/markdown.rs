//! A report for issues and pull requests. Whatever servers said stands in code, where it can mean nothing.

use std::fmt::Write as _;

use super::{Report, Row, Told};
use crate::text;

/// Columns for one side of a difference.
const SIDE: usize = 160;

/// Writes it.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        out,
        "## {} → {}\n\n{}",
        code(&report.left),
        code(&report.right),
        super::plain::summary(report)
    );
    for row in report.rows.iter().filter(|row| row.differs()) {
        tell(row, &mut out);
    }
    let ignored = report.ignored();
    if !ignored.is_empty() {
        let counts: Vec<String> = ignored
            .iter()
            .map(|(rule, count)| format!("{} ×{count}", code(rule)))
            .collect();
        let _ = writeln!(out, "\nIgnored: {}", counts.join(", "));
    }
    out
}

fn tell(row: &Row, out: &mut String) {
    let words = row.words();
    let words = if words.is_empty() {
        String::new()
    } else {
        format!(" ({})", code(&words))
    };
    let _ = writeln!(
        out,
        "\n### {} {}{words}\n",
        row.verdict.word(),
        code(&row.name)
    );
    let told: Vec<&Told> = row
        .changes
        .iter()
        .filter(|told| told.ignored.is_none())
        .collect();
    if told.is_empty() {
        return;
    }
    let judged = told.iter().any(|told| told.means.is_some());
    let (head, line) = if judged {
        (" means |", " --- |")
    } else {
        ("", "")
    };
    let _ = writeln!(
        out,
        "| | path | first | second |{head}\n| --- | --- | --- | --- |{line}"
    );
    for told in told {
        let (one, other) = told.sides(SIDE);
        let asked = if told.asked { "asked " } else { "" };
        let _ = write!(
            out,
            "| {} | {asked}{} | {} | {} |",
            told.what.word(),
            code(&told.path),
            code(&one),
            code(&other)
        );
        if judged {
            let means = told.means.as_ref();
            let means = means.map(|(verdict, why)| format!("{}: {}", verdict.word(), code(why)));
            let _ = write!(out, " {} |", means.unwrap_or_default());
        }
        out.push('\n');
    }
    if row.left_out > 0 {
        let _ = writeln!(out, "\n… {} more", row.left_out);
    }
}

/// In code, whatever it holds; also within a table, where a bar would end the cell.
fn code(words: &str) -> String {
    let words = text::sanitize(words).replace('|', "\\|");
    let longest = words
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if words.starts_with('`') || words.ends_with('`') || words.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{words}{space}{fence}")
}
