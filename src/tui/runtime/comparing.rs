//! Comparing for the screen: bodies and files are read, and what differs is found, never on the drawing thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diff::calls::{self, Call};
use crate::diff::report::Report;
use crate::diff::surface::{self, Catalogue};
use crate::diff::{Line, Options, Part, Rules, lines};
use crate::json::Value;
use crate::mask;
use crate::recording::calls::CallAt;
use crate::recording::{Bodies, Recording};
use crate::session::timeline::Timeline;
use crate::text;
use crate::tui::effect::comparison::{Comparison, Texts};

/// Larger sides are not laid out as text.
const TEXT: usize = 8 << 20;
/// Texts within texts that are opened.
const TEXTS: u8 = 4;
/// Of longer lines no more is shown.
const LONGEST: usize = 2_000;
/// Of two that begin alike for longer, what is shown begins so many characters before they differ.
const BEFORE: usize = 100;

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
        Comparison::Across(both) => {
            let masks = bodies.secrets().rules();
            let read = |(path, call): &(PathBuf, CallAt)| {
                let recording =
                    Recording::masked_by(path, masks).map_err(|error| error.to_string())?;
                let read = call.read(&recording.bodies());
                read.map_err(|error| format!("{} cannot be read: {error}", path.display()))
            };
            let [theirs, ours] = &**both;
            let row = calls::compare(&read(theirs)?, &read(ours)?, &options);
            let left = format!("{} of the client", theirs.1.name());
            let right = format!("{} of ours", ours.1.name());
            Report::new(&left, &right, "call", &options.rules, vec![row])
        }
        Comparison::Files(left, right) => {
            let masks = bodies.secrets().rules();
            let (a, b) = (session(left, masks)?, session(right, masks)?);
            let (left, right) = Comparison::names(left, right);
            calls::report((&left, &a), (&right, &b), &options)
        }
        Comparison::Surfaces(both) => {
            let [(left, a), (right, b)] = &**both;
            surface::report((left, a), (right, b), &options.rules)
        }
        Comparison::Offers(left, right) => {
            let masks = bodies.secrets().rules();
            let offered =
                |path: &Path| read(path, masks).map(|(timeline, _)| Catalogue::newest(&timeline));
            let (a, b) = (offered(left)?, offered(right)?);
            let (left, right) = Comparison::names(left, right);
            surface::report((&left, &a), (&right, &b), &options.rules)
        }
    };
    Ok(Arc::new(report))
}

/// A session file: its fold and its bodies.
fn read(path: &Path, masks: &mask::Rules) -> Result<(Timeline, Bodies), String> {
    let recording = Recording::masked_by(path, masks).map_err(|error| error.to_string())?;
    let timeline = recording.fold();
    let timeline =
        timeline.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    Ok((timeline, recording.bodies()))
}

/// Every call of a session file.
fn session(path: &Path, masks: &mask::Rules) -> Result<Vec<Call>, String> {
    let (timeline, bodies) = read(path, masks)?;
    CallAt::all(&timeline)
        .iter()
        .map(|call| call.read(&bodies))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// Both sides line by line.
pub fn texts(a: Option<&Part>, b: Option<&Part>) -> Result<Texts, String> {
    let (left, right) = (laid_out(a)?, laid_out(b)?);
    let left: Vec<&str> = left.lines().collect();
    let right: Vec<&str> = right.lines().collect();
    // Compared whole; only what is shown of them is cut.
    let rows = lines(&left, &right);
    let cut = |lines: &[&str]| lines.iter().map(|line| shown(line, 0)).collect();
    let (mut a, mut b): (Vec<Box<str>>, Vec<Box<str>>) = (cut(&left), cut(&right));
    for row in &rows {
        if let Line::Changed(x, y) = *row {
            let (x, y) = (x as usize, y as usize);
            let from = left[x].chars().zip(right[y].chars());
            let from = from.take_while(|(one, other)| one == other).count();
            if from > LONGEST - BEFORE {
                a[x] = shown(left[x], from - BEFORE);
                b[y] = shown(right[y], from - BEFORE);
            }
        }
    }
    Ok(Texts { a, b, rows })
}

/// What is shown of a line, from that character on.
fn shown(line: &str, from: usize) -> Box<str> {
    let at = |from: &str, chars: usize| {
        let found = from.char_indices().nth(chars);
        found.map_or(from.len(), |(at, _)| at)
    };
    let rest = &line[at(line, from)..];
    let end = at(rest, LONGEST);
    let mut shown = if from > 0 { "…" } else { "" }.to_owned();
    shown.push_str(&text::sanitize(&rest[..end]));
    if end < rest.len() {
        shown.push('…');
    }
    shown.into()
}

fn laid_out(part: Option<&Part>) -> Result<String, String> {
    let Some(part) = part else {
        return Ok(String::new());
    };
    let raw = part.bytes();
    if raw.len() > TEXT {
        return Err(format!(
            "{} is too much to be laid out as text; By path shows what differs",
            text::size(raw.len() as u64)
        ));
    }
    Ok(match Value::parse(raw) {
        Ok(value) => opened(value, TEXTS).pretty(),
        Err(_) => String::from_utf8_lossy(raw).into_owned(),
    })
}

/// The same with the JSON that its texts hold in the place of the texts; the names of the members say so, as paths do.
fn opened(value: Value, depth: u8) -> Value {
    let held = |text: &str| {
        let may_be = depth > 0 && text.trim_start().starts_with(['{', '[']);
        let held = may_be
            .then(|| Value::parse(text.as_bytes()).ok())
            .flatten()?;
        matches!(held, Value::Object(_) | Value::Array(_)).then(|| opened(held, depth - 1))
    };
    match value {
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| opened(item, depth)).collect())
        }
        Value::Object(members) => {
            let each =
                members
                    .into_iter()
                    .map(|(name, member)| match member.as_str().and_then(held) {
                        Some(inner) => (format!("{name} →"), inner),
                        None => (name, opened(member, depth)),
                    });
            Value::Object(each.collect())
        }
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn json_in_texts_is_laid_out_too() {
        let side = |x: u8| {
            let inner = format!("{{\"items\":[{{\"x\":{x}}},\"[1\"]}}");
            let outer = format!("{{\"text\":{},\"y\":\"{{\"}}", crate::json::quote(&inner));
            Part::from(outer.into_bytes())
        };
        let texts = texts(Some(&side(1)), Some(&side(2))).unwrap();
        let lines: Vec<&str> = texts.a.iter().map(|line| line.trim()).collect();
        assert_eq!(lines[1], "\"text →\": {");
        let differing: Vec<&str> = texts
            .rows
            .iter()
            .filter_map(|row| match row {
                Line::Changed(x, _) => Some(lines[*x as usize]),
                _ => None,
            })
            .collect();
        assert!(
            matches!(differing[..], [line] if line.contains('1')),
            "{differing:?}"
        );
        assert!(
            lines.contains(&"\"[1\"") && lines.contains(&"\"y\": \"{\""),
            "{lines:?}"
        );
    }

    #[test]
    fn what_differs_far_into_a_line_is_shown() {
        let part = |text: &str| Part::from(crate::json::quote(text).into_bytes());
        let (same, far) = ("y".repeat(30), "é".repeat(5_000));
        let a = part(&format!("{far}one{far}"));
        let b = part(&format!("{far}two{far}"));
        let texts = texts(Some(&a), Some(&b)).unwrap();
        assert_eq!(texts.rows, [Line::Changed(0, 0)]);
        for (line, word) in [(&texts.a[0], "one"), (&texts.b[0], "two")] {
            let at = line.find(word).unwrap();
            assert!(line.starts_with('…') && line.ends_with('…'), "{line}");
            assert_eq!(line[..at].chars().count(), BEFORE + 1);
            assert!(line.chars().count() <= LONGEST + 2);
        }
        // Near the beginning, lines are shown from there.
        let a = part(&format!("{same}one{far}"));
        let b = part(&format!("{same}two{far}"));
        let near = super::texts(Some(&a), Some(&b)).unwrap();
        assert!(near.a[0].starts_with("\"yyy"), "{}", near.a[0]);
        let alone = super::texts(None, Some(&b)).unwrap();
        assert_eq!(alone.rows, [Line::Added(0)]);
    }
}
