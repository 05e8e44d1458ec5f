//! A report as one JSON object; what was compared stays as it was spelled.

use super::{Report, Row, Seen, Told};
use crate::diff::Part;
use crate::json::{Kind, kind, quote};

/// Writes it.
pub fn write(report: &Report) -> String {
    let counts: Vec<String> = report
        .tally()
        .into_iter()
        .map(|(verdict, count)| format!("{}:{count}", quote(verdict.word())))
        .collect();
    let ignoring: Vec<String> = report.ignoring.iter().map(|rule| quote(rule)).collect();
    let ignored: Vec<String> = report
        .ignored()
        .into_iter()
        .map(|(rule, count)| format!("{}:{count}", quote(&rule)))
        .collect();
    let rows: Vec<String> = report.rows.iter().map(row).collect();
    format!(
        "{{\"left\":{},\"right\":{},\"same\":{},\"counts\":{{{}}},\"ignoring\":[{}],\"ignored\":{{{}}},\"rows\":[{}]}}",
        quote(&report.left),
        quote(&report.right),
        report.is_same(),
        counts.join(","),
        ignoring.join(","),
        ignored.join(","),
        rows.join(",")
    )
}

/// One row.
pub fn row(row: &Row) -> String {
    let changes: Vec<String> = row.changes.iter().map(change).collect();
    format!(
        "{{\"name\":{},\"verdict\":{},\"a\":{},\"b\":{},\"paths\":{},\"leftOut\":{},\"changes\":[{}]}}",
        quote(&row.name),
        quote(row.verdict.word()),
        seen(row.a.as_ref()),
        seen(row.b.as_ref()),
        row.paths(),
        row.left_out,
        changes.join(",")
    )
}

fn seen(seen: Option<&Seen>) -> String {
    let Some(seen) = seen else {
        return "null".to_owned();
    };
    let number = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |n| n.to_string());
    let outcome = if seen.outcome.is_empty() {
        "null".to_owned()
    } else {
        quote(&seen.outcome)
    };
    format!(
        "{{\"seq\":{},\"tookUs\":{},\"outcome\":{outcome}}}",
        number(seen.seq),
        number(seen.took_us)
    )
}

fn change(told: &Told) -> String {
    let text = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), quote);
    format!(
        "{{\"what\":{},\"path\":{},\"a\":{},\"b\":{},\"asked\":{},\"ignored\":{},\"means\":{},\"why\":{}}}",
        quote(told.what.word()),
        quote(&told.path),
        value(told.a.as_ref()),
        value(told.b.as_ref()),
        told.asked,
        text(told.ignored.as_deref()),
        text(told.means.as_ref().map(|(verdict, _)| verdict.word())),
        text(told.means.as_ref().map(|(_, why)| &**why)),
    )
}

/// The JSON itself, on one line; what is none, as a string; what is not there, as null.
fn value(part: Option<&Part>) -> String {
    let Some(part) = part else {
        return "null".to_owned();
    };
    let raw = part.bytes();
    if kind(raw) == Kind::Invalid || crate::json::check(raw).is_err() {
        return quote(&String::from_utf8_lossy(raw));
    }
    String::from_utf8_lossy(&crate::json::one_line(raw)).into_owned()
}
