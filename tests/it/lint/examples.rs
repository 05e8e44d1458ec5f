//! The examples that `mcpscope lint --explain` shows: the faults of these tests, each as what differs between the good
//! recording and the bad one. `UPDATE_EXAMPLES=1` writes them anew.

use std::collections::HashMap;
use std::fmt::Write as _;

use mcpscope::lint::RULES;
use serde_json::Value;

use super::{entries, faults};

/// Lines on each side, and characters of one.
const MOST: usize = 3;
const LONGEST: usize = 200;

#[test]
fn examples_are_the_faults_of_these_tests() {
    let mut written = String::new();
    for rule in RULES.iter() {
        let Some(fault) = faults().find(|fault| fault.rule == rule.name) else {
            continue;
        };
        let mut good = entries(fault.session);
        (fault.occasion)(&mut good);
        let mut bad = good.clone();
        (fault.change)(&mut bad);
        let [fires, silent] = told(&good, &bad);
        let _ = writeln!(written, "{}", rule.name);
        for (sign, lines) in [("+", fires), ("-", silent)] {
            for line in lines {
                let _ = writeln!(written, "{sign} {line}");
            }
        }
        written.push('\n');
    }
    let path = format!("{}/src/lint/examples.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == written,
        "UPDATE_EXAMPLES=1 writes src/lint/examples.txt anew"
    );
}

/// Without what says when it was, and its number.
fn plain(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(members) = entry.as_object_mut() {
        for name in ["seq", "at", "us"] {
            members.shift_remove(name);
        }
    }
    entry
}

/// What differs: lines of the bad one, lines of the good one.
fn told(good: &[Value], bad: &[Value]) -> [Vec<String>; 2] {
    let plains = |all: &[Value]| all.iter().map(plain).collect::<Vec<_>>();
    let (was, is) = (plains(good), plains(bad));
    if was == is {
        return times(good, bad);
    }
    let same = was.iter().zip(&is).take_while(|(a, b)| a == b).count();
    let rest = was[same..].iter().rev().zip(is[same..].iter().rev());
    let end = rest.take_while(|(a, b)| a == b).count();
    let (was_mid, is_mid) = (&was[same..was.len() - end], &is[same..is.len() - end]);
    let (was_named, is_named) = (named(&was), named(&is));
    let [mut fires, mut silent] = [Vec::new(), Vec::new()];
    if was_mid.len() == is_mid.len() {
        for (old, new) in was_mid.iter().zip(is_mid).filter(|(a, b)| a != b) {
            let mut places = Vec::new();
            differ(String::new(), Some(old), Some(new), &mut places);
            for (place, old_value, new_value) in places {
                let (old_value, new_value) = windows(old_value, new_value);
                fires.push(line(&title(new, &is_named), &place, new_value.as_ref()));
                silent.push(line(&title(old, &was_named), &place, old_value.as_ref()));
            }
        }
    } else {
        let only = |these: &[Value], others: &[Value], named: &Named| -> Vec<String> {
            let own = these.iter().filter(|one| !others.contains(one));
            own.map(|one| line(&title(one, named), "", Some(body(one))))
                .collect()
        };
        fires = only(is_mid, was_mid, &is_named);
        silent = only(was_mid, is_mid, &was_named);
        if fires.is_empty() && silent.is_empty() {
            // Something stands there twice.
            let twice = if is_mid.len() > was_mid.len() {
                is_mid
            } else {
                was_mid
            };
            fires = twice
                .iter()
                .take(1)
                .map(|one| {
                    line(
                        &format!("twice: {}", title(one, &is_named)),
                        "",
                        Some(body(one)),
                    )
                })
                .collect();
        }
    }
    for (these, others) in [
        (&mut fires, "the same without that"),
        (&mut silent, "the same without that"),
    ] {
        let more = these.len().saturating_sub(MOST);
        these.truncate(MOST);
        if more > 0 {
            these.push(format!("… and {more} more"));
        }
        if these.is_empty() {
            these.push(others.to_owned());
        }
    }
    [fires, silent]
}

/// Only the time differs: how long after what went before the first of them comes.
fn times(good: &[Value], bad: &[Value]) -> [Vec<String>; 2] {
    let us = |entry: &Value| entry["us"].as_u64().unwrap_or_default();
    let at = (1..good.len())
        .find(|at| us(&good[*at]) != us(&bad[*at]))
        .unwrap_or(1);
    [bad, good].map(|all| {
        let plains: Vec<Value> = all.iter().map(plain).collect();
        let after = us(&all[at]).saturating_sub(us(&all[at - 1])) / 1_000;
        let title = title(&plains[at], &named(&plains));
        vec![format!("{title}, {after} ms after what went before")]
    })
}

/// The methods of requests, by connection, whether they came in, and id.
type Named = HashMap<(String, bool, String), String>;

fn named(all: &[Value]) -> Named {
    let asks = |entry: &Value| {
        let method = entry["json"]["method"].as_str()?.to_owned();
        let id = entry["json"].get("id")?.to_string();
        let key = (entry["conn"].to_string(), entry["dir"] == "in", id);
        Some((key, method))
    };
    all.iter().filter_map(asks).collect()
}

/// `← answer to tools/list`
fn title(entry: &Value, named: &Named) -> String {
    let arrow = match entry["dir"].as_str() {
        Some("in") => "←",
        Some("out") => "→",
        _ => "·",
    };
    let frame = &entry["json"];
    let what = if let Some(event) = frame["event"].as_str() {
        event.to_owned()
    } else if let Some(method) = frame["method"].as_str() {
        method.to_owned()
    } else {
        let id = frame["id"].to_string();
        let key = (entry["conn"].to_string(), entry["dir"] != "in", id);
        match named.get(&key) {
            Some(method) => format!("answer to {method}"),
            None if entry["ch"] == "wire" => "message".to_owned(),
            None => entry["ch"].as_str().unwrap_or("line").to_owned(),
        }
    };
    format!("{arrow} {what}")
}

/// What an entry holds.
fn body(entry: &Value) -> &Value {
    let held = ["json", "text", "b64"]
        .into_iter()
        .find_map(|name| entry.get(name));
    held.unwrap_or(entry)
}

/// A place, without the member that every entry has its body in, and what stands there.
fn line(title: &str, place: &str, value: Option<&Value>) -> String {
    let place = place.strip_prefix("/json").unwrap_or(place);
    let value = value.map_or_else(|| "(not there)".to_owned(), Value::to_string);
    let mut words = match place {
        "" => format!("{title}: {value}"),
        place => format!("{title} {place}: {value}"),
    };
    if words.chars().count() > LONGEST {
        words = words.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    // Values are JSON, which may hold what a terminal acts on beyond its own escapes.
    mcpscope::text::sanitize(&words).into_owned()
}

type Places<'a> = Vec<(String, Option<&'a Value>, Option<&'a Value>)>;

/// Where two values differ, as deep as it can be said.
fn differ<'a>(at: String, old: Option<&'a Value>, new: Option<&'a Value>, places: &mut Places<'a>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in old
                .keys()
                .chain(new.keys().filter(|name| !old.contains_key(*name)))
            {
                differ(format!("{at}/{name}"), old.get(name), new.get(name), places);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for place in 0..old.len().max(new.len()) {
                differ(
                    format!("{at}/{place}"),
                    old.get(place),
                    new.get(place),
                    places,
                );
            }
        }
        (old, new) => places.push((at, old, new)),
    }
}

/// Of two long texts what stands around the first difference.
fn windows(old: Option<&Value>, new: Option<&Value>) -> (Option<Value>, Option<Value>) {
    let (Some(Value::String(was)), Some(Value::String(is))) = (old, new) else {
        return (old.cloned(), new.cloned());
    };
    let same = was
        .chars()
        .zip(is.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = same.saturating_sub(40);
    let cut = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        Some(Value::String(if from > 0 {
            format!("…{rest}")
        } else {
            rest
        }))
    };
    (cut(was), cut(is))
}
