//! Comparing for the screen: bodies and files are read, and what differs is found, never on the drawing thread.

use std::path::Path;
use std::sync::Arc;

use crate::diff::calls::{self, Call};
use crate::diff::report::Report;
use crate::diff::{Options, Part, Rules, lines};
use crate::json::Value;
use crate::recording::calls::CallAt;
use crate::recording::{Bodies, Recording};
use crate::session::timeline::Timeline;
use crate::text;
use crate::tui::effect::comparison::{Comparison, Texts};

/// Larger sides are not laid out as text.
const TEXT: usize = 8 << 20;
/// Of longer lines no more is shown.
const LONGEST: usize = 2_000;

/// What came of a comparison.
pub fn compare(bodies: &Bodies, what: &Comparison, rules: Rules) -> Result<Arc<Report>, String> {
    let options = Options {
        rules,
        ..Options::default()
    };
    let report = match what {
        Comparison::Calls {
            left,
            right,
            rows: names,
            pairs,
        } => {
            let read = |call: &CallAt| {
                call.read(bodies)
                    .map_err(|error| format!("#{} cannot be read back: {error}", call.seq))
            };
            let mut rows = pairs
                .iter()
                .map(|(a, b)| Ok(calls::compare(&read(a)?, &read(b)?, &options)))
                .collect::<Result<Vec<_>, String>>()?;
            for (row, name) in rows.iter_mut().zip(names) {
                row.name.clone_from(name);
            }
            Report::new(left, right, "call", &options.rules, rows)
        }
        Comparison::Replayed(done) => done
            .report(&options)
            .map_err(|error| format!("a session cannot be read back: {error}"))?,
        Comparison::Files(left, right) => {
            let (a, b) = (session(left)?, session(right)?);
            let (left, right) = (left.display().to_string(), right.display().to_string());
            calls::report((&left, &a), (&right, &b), &options)
        }
    };
    Ok(Arc::new(report))
}

/// Every call of a session file.
fn session(path: &Path) -> Result<Vec<Call>, String> {
    let recording = Recording::open(path).map_err(|error| error.to_string())?;
    let mut timeline = Timeline::default();
    let loaded = recording.load(|entries, _| {
        for entry in entries {
            timeline.push(&entry);
        }
        true
    });
    loaded.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let bodies = recording.bodies();
    CallAt::all(&timeline)
        .iter()
        .map(|call| call.read(&bodies))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// Both sides line by line.
pub fn texts(a: Option<&Part>, b: Option<&Part>) -> Result<Texts, String> {
    let (a, b) = (laid_out(a)?, laid_out(b)?);
    let borrow =
        |lines: &[Box<str>]| -> Vec<String> { lines.iter().map(ToString::to_string).collect() };
    let (left, right) = (borrow(&a), borrow(&b));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let rows = lines(&left, &right);
    Ok(Texts { a, b, rows })
}

fn laid_out(part: Option<&Part>) -> Result<Vec<Box<str>>, String> {
    let Some(part) = part else {
        return Ok(Vec::new());
    };
    let raw = part.bytes();
    if raw.len() > TEXT {
        return Err(format!(
            "{} is too much to be laid out as text; By path shows what differs",
            text::size(raw.len() as u64)
        ));
    }
    let laid = match Value::parse(raw) {
        Ok(value) => value.pretty(),
        Err(_) => String::from_utf8_lossy(raw).into_owned(),
    };
    let line = |line: &str| -> Box<str> {
        let end = line
            .char_indices()
            .nth(LONGEST)
            .map_or(line.len(), |(at, _)| at);
        let mut shown = text::sanitize(&line[..end]).into_owned();
        if end < line.len() {
            shown.push('…');
        }
        shown.into()
    };
    Ok(laid.lines().map(line).collect())
}
