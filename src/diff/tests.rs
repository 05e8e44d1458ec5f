//! What differs is told, nothing else is, and what is told is enough to make the second of the first.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::json::{Value, quote};

fn part(text: &str) -> Part {
    Part::from(text.as_bytes().to_vec())
}

fn plain() -> Options {
    Options {
        rules: Rules::none(),
        ..Options::default()
    }
}

/// Every change on a line of its own.
fn told(a: &str, b: &str, options: &Options) -> Vec<String> {
    let found = diff(&part(a), &part(b), options);
    let side = |part: &Option<Part>| {
        part.as_ref().map_or("∅".to_owned(), |part| {
            String::from_utf8_lossy(part.bytes()).into_owned()
        })
    };
    let line = |change: &Change| {
        let by = change.ignored.map(|by| options.rules.name(by));
        format!(
            "{} {} {} | {}{}",
            change.what.word(),
            change.path,
            side(&change.a),
            side(&change.b),
            by.map_or_else(String::new, |by| format!(" ({by})"))
        )
    };
    found.changes.iter().map(line).collect()
}

#[test]
fn what_is_still_there_is_itself_though_it_has_a_successor() {
    let mut successors = Successors::default();
    successors.add("production", "staging");
    let mut options = Options::default();
    options.rules.follow(successors);
    for (a, b, expected) in [
        (
            r#"["production","staging","x"]"#,
            r#"["production","staging","y"]"#,
            vec![r#"changed $[2] "x" | "y""#],
        ),
        (
            r#"[{"id":"production","n":1},{"id":"staging","n":2}]"#,
            r#"[{"id":"production","n":1},{"id":"staging","n":3}]"#,
            vec![r#"changed $[id="staging"].n 2 | 3"#],
        ),
        // One of two went, the other one stayed.
        (
            r#"["production","x","production"]"#,
            r#"["production","x","staging"]"#,
            vec![r#"changed $[2] "production" | "staging" (carried)"#],
        ),
    ] {
        assert_eq!(told(a, b, &options), expected, "{a}");
    }
}

#[test]
fn what_took_the_place_of_a_value_is_the_same_wherever_it_stands() {
    let mut successors = Successors::default();
    successors.add("ticket-51614521", "ticket-12045332");
    successors.add("4711001", "4711002");
    let mut options = Options::default();
    options.rules.follow(successors);
    let a = r#"{"key":"ticket-51614521","n":4711001,"text":"ticket-51614521 took 7 ms","json":"{\"of\":\"ticket-51614521\"}",
        "all":[{"id":"b"},{"id":"ticket-51614521","x":1}],"tags":["one","see ticket-51614521","two"],"real":"ticket-51614521 is 1"}"#;
    let b = r#"{"key":"ticket-12045332","n":4711002,"text":"ticket-12045332 took 9 ms","json":"{\"of\":\"ticket-12045332\"}",
        "all":[{"id":"ticket-12045332","x":2},{"id":"b"}],"tags":["see ticket-12045332","two"],"real":"ticket-12045332 is 2"}"#;
    let told = told(a, b, &options);
    let (carried, real): (Vec<&String>, Vec<&String>) =
        told.iter().partition(|line| line.ends_with("(carried)"));
    assert_eq!(carried.len(), 6, "{told:#?}");
    let real: Vec<&str> = real
        .iter()
        .map(|line| line.split(" | ").next().unwrap_or_default())
        .collect();
    assert_eq!(
        real,
        [
            "changed $.all[id=\"ticket-12045332\"].x 1",
            "moved $.all[id=\"b\"] {\"id\":\"b\"}",
            "removed $.tags[0] \"one\"",
            "changed $.real \"ticket-51614521 is 1\"",
        ]
    );
}

#[test]
fn changes_are_told_by_path() {
    for (a, b, expected) in [
        (r#"{"a":1}"#, r#" { "a" : 1 } "#, &[][..]),
        (
            r#"{"a":1,"b":2}"#,
            r#"{"a":1,"c":"x"}"#,
            &["removed $.b 2 | ∅", "added $.c ∅ | \"x\""],
        ),
        (r#"{"a":1}"#, r#"{"a":"1"}"#, &["type $.a 1 | \"1\""]),
        ("[1,2]", "{}", &["type $ [1,2] | {}"]),
        (
            r#"{"a":1.0,"b":"A"}"#,
            r#"{"a":1,"b":"\u0041"}"#,
            &["spelling $.a 1.0 | 1", "spelling $.b \"A\" | \"\\u0041\""],
        ),
        (
            r#"{"a":1,"b":2}"#,
            r#"{"b":2,"a":1}"#,
            &[r#"order $ {"a":1,"b":2} | {"b":2,"a":1}"#],
        ),
        (
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"a":3,"a":4}"#,
            &["changed $.a#2 2 | 3", "added $.a#3 ∅ | 4"],
        ),
        ("[1,2,3]", "[0,1,2,3]", &["added $[0] ∅ | 0"]),
        ("[1,2,3]", "[3,1,2]", &["moved $[0] 3 | 3"]),
        (
            r#"{"labels":["bug","ui"],"odd name":[{"x":1}]}"#,
            r#"{"labels":["bug"],"odd name":[{"x":2}]}"#,
            &[
                "removed $.labels[1] \"ui\" | ∅",
                "changed $[\"odd name\"][0].x 1 | 2",
            ],
        ),
        (
            r#"[{"name":"a","v":1},{"name":"b","v":2}]"#,
            r#"[{"name":"c"},{"name":"b","v":3},{"name":"a","v":1}]"#,
            &[
                "added $[name=\"c\"] ∅ | {\"name\":\"c\"}",
                "changed $[name=\"b\"].v 2 | 3",
                "moved $[name=\"a\"] {\"name\":\"a\",\"v\":1} | {\"name\":\"a\",\"v\":1}",
            ],
        ),
        (
            r#"{"content":[{"type":"text","text":"{\"a\":1,\"b\":[1]}"}]}"#,
            r#"{"content":[{"type":"text","text":"{\"a\":2, \"b\":[1]}"}]}"#,
            &["changed $.content[0].text → $.a 1 | 2"],
        ),
        (
            r#"["{\"a\":1}"]"#,
            r#"["{ \"a\": 1 }"]"#,
            &[r#"spelling $[0] "{\"a\":1}" | "{ \"a\": 1 }""#],
        ),
        (
            r#""\ud800""#,
            r#""\ud801""#,
            &["changed $ \"\\ud800\" | \"\\ud801\""],
        ),
        ("no json", "[1]", &["changed $ no json | [1]"]),
        ("null", "true", &["type $ null | true"]),
    ] {
        let mut lines = told(a, b, &plain());
        let mut expected: Vec<&str> = expected.to_vec();
        if a.contains("\"c\"") || b.contains("\"c\"") {
            // What moved, and where it is told, is as good as the other.
            lines.sort();
            expected.sort_unstable();
        }
        assert_eq!(lines, expected, "{a} {b}");
    }
}

#[test]
fn rules_ignore_and_are_told() {
    let mut options = Options::default();
    for path in ["*.noise", "$.list[*].x", "$.content[0].text → $.a"] {
        options.rules.take(path).unwrap();
    }
    let a = r#"{"id":1,"at":"2026-11-21T10:00:00Z","msg":"took 12 ms in /tmp/a/f","noise":[1],"list":[{"x":1,"y":1}],
        "elapsedMs":5,"content":[{"text":"{\"a\":1}"}],"count":1,"who":"a","_meta":{"progressToken":1}}"#;
    let b = r#"{"id":2,"at":"2026-11-22T10:00:01Z","msg":"took 15 ms in /tmp/b/f","noise":{"x":2},"list":[{"x":2,"y":2}],
        "elapsedMs":6,"content":[{"text":"{\"a\":2}"}],"count":2,"who":"b","_meta":{"progressToken":2}}"#;
    assert_eq!(
        told(a, b, &options),
        [
            "changed $.id 1 | 2 (id)",
            "changed $.at \"2026-11-21T10:00:00Z\" | \"2026-11-22T10:00:01Z\" (timestamp)",
            "changed $.msg \"took 12 ms in /tmp/a/f\" | \"took 15 ms in /tmp/b/f\" (duration)",
            "type $.noise [1] | {\"x\":2} (noise)",
            "changed $.list[0].x 1 | 2 ($.list[*].x)",
            "changed $.list[0].y 1 | 2",
            "changed $.elapsedMs 5 | 6 (duration)",
            "changed $.content[0].text → $.a 1 | 2 ($.content[0].text → $.a)",
            "changed $.count 1 | 2",
            "changed $.who \"a\" | \"b\"",
            "changed $._meta.progressToken 1 | 2 (progress-token)",
        ]
    );
    let counts = diff(&part(a), &part(b), &options).counts;
    let ignored: usize = counts.ignored().map(|(_, count)| count).sum();
    assert_eq!((counts.differences(), ignored), (3, 8));
    options.rules.take("no-id").unwrap();
    assert_eq!(diff(&part(a), &part(b), &options).counts.differences(), 4);
}

#[test]
fn times_do_not_hide_what_was_put_in_between() {
    let log = |from: usize| {
        let lines = (from..100).map(|at| {
            quote(&format!(
                "2026-11-21T10:00:{:02}Z step {at}",
                (at * 7 + from) % 60
            ))
        });
        format!("[{}]", lines.collect::<Vec<_>>().join(","))
    };
    let found = diff(&part(&log(0)), &part(&log(3)), &Options::default());
    assert_eq!(
        (found.counts.of(What::Removed), found.counts.differences()),
        (3, 3)
    );
}

#[test]
fn many_changes_are_counted_and_few_kept() {
    let list = |add: usize| {
        format!(
            "[{}]",
            (0..5_000)
                .map(|at| (at + add).to_string())
                .collect::<Vec<_>>()
                .join(",")
        )
    };
    let options = Options {
        most: 10,
        ..plain()
    };
    let found = diff(&part(&list(0)), &part(&list(10_000)), &options);
    assert_eq!(
        (
            found.changes.len(),
            found.left_out,
            found.counts.differences()
        ),
        (10, 4_990, 5_000)
    );
}

/// The first with the changes made, as a value.
fn apply(a: &Value, changes: &[(&[Step], &Change)]) -> Value {
    let value = |part: &Option<Part>| Value::parse(part.as_ref().unwrap().bytes()).unwrap();
    if let Some((_, change)) = changes.iter().find(|(rest, change)| {
        rest.is_empty() && matches!(change.what, What::Changed | What::Type | What::Spelling)
    }) {
        return value(&change.b);
    }
    let places = |step: &Step| match step {
        Step::Member { a, b, .. } | Step::Item { a, b, .. } => (*a, *b),
        Step::Text => unreachable!("texts are not looked into here"),
    };
    let children: Vec<(String, Value)> = match a {
        Value::Array(items) => items
            .iter()
            .map(|item| (String::new(), item.clone()))
            .collect(),
        Value::Object(members) => members.clone(),
        _ => return a.clone(),
    };
    let mut free = Vec::new();
    // Each child with its name, and which of that name it is.
    let mut fixed: Vec<(u32, (String, u32, Value))> = Vec::new();
    let mut seen: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
    for (at, (name, child)) in (0..).zip(&children) {
        let count = seen.entry(name).or_default();
        *count += 1;
        let nth = *count - 1;
        let here: Vec<_> = changes
            .iter()
            .filter(|(rest, _)| rest.first().is_some_and(|step| places(step).0 == Some(at)))
            .collect();
        let own = |what: What| {
            here.iter()
                .find(|(rest, change)| rest.len() == 1 && change.what == what)
        };
        if own(What::Removed).is_some() {
            continue;
        }
        let inner: Vec<_> = here
            .iter()
            .map(|(rest, change)| (&rest[1..], *change))
            .collect();
        let new = (name.clone(), nth, apply(child, &inner));
        match own(What::Moved) {
            Some((rest, _)) => fixed.push((places(&rest[0]).1.unwrap(), new)),
            None => free.push(new),
        }
    }
    for (rest, change) in changes {
        if rest.len() == 1 && change.what == What::Added {
            let (name, nth) = match &rest[0] {
                Step::Member { name, nth, .. } => (name.to_string(), *nth),
                _ => (String::new(), 0),
            };
            fixed.push((places(&rest[0]).1.unwrap(), (name, nth, value(&change.b))));
        }
    }
    fixed.sort_by_key(|(place, _)| *place);
    let mut all = free;
    for (place, child) in fixed {
        all.insert(place as usize, child);
    }
    let order = changes
        .iter()
        .find(|(rest, change)| rest.is_empty() && change.what == What::Order);
    if let Some((_, change)) = order {
        let mut ordered = Vec::new();
        for (name, _) in value(&change.b).as_object().unwrap() {
            let of_name = all.iter().zip(0..).filter(|((other, ..), _)| other == name);
            let (_, at) = of_name.min_by_key(|((_, nth, _), _)| *nth).unwrap();
            ordered.push(all.remove(at));
        }
        all = ordered;
    }
    match a {
        Value::Array(_) => Value::Array(all.into_iter().map(|(.., child)| child).collect()),
        _ => Value::Object(
            all.into_iter()
                .map(|(name, _, child)| (name, child))
                .collect(),
        ),
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop::sample::select(vec!["0", "1", "1.0", "-0", "1e400", "12"])
            .prop_map(|text| Value::Number(text.to_owned())),
        prop::sample::select(vec![
            "",
            "a",
            "b",
            "{\"a\":1}",
            "[1]",
            "2026-11-21T10:00:00Z"
        ])
        .prop_map(|text| Value::String(text.to_owned())),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        let name =
            prop::sample::select(vec!["a", "b", "name", "id", "x y"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..6).prop_map(Value::Object),
        ]
    })
}

/// A document, and one like it.
fn two() -> impl Strategy<Value = (Value, Value)> {
    (
        documents(),
        documents(),
        prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8), 0..6),
    )
        .prop_map(|(a, other, edits)| {
            let mut b = a.clone();
            for (at, how) in edits {
                edit(&mut b, at.index(1 << 20), how, &other);
            }
            (a, b)
        })
}

fn edit(value: &mut Value, at: usize, how: u8, other: &Value) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let place = at % items.len();
            match how {
                0 => drop(items.remove(place)),
                1 => items.insert(place, other.clone()),
                2 => items.rotate_left(place),
                _ => edit(&mut items[place], at / 7, how, other),
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let place = at % members.len();
            match how {
                0 => drop(members.remove(place)),
                1 => members.insert(place, ("a".to_owned(), other.clone())),
                2 => members.rotate_left(place),
                _ => edit(&mut members[place].1, at / 7, how, other),
            }
        }
        _ => *value = other.clone(),
    }
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(a in documents()) {
        let found = diff(&part(&a.to_string()), &part(&a.pretty()), &plain());
        prop_assert_eq!(found, Diff::default());
    }

    #[test]
    fn the_changes_make_the_second_of_the_first((a, b) in two()) {
        let options = Options { unwrap: false, ..plain() };
        let found = diff(&part(&a.to_string()), &part(&b.to_string()), &options);
        let changes: Vec<(&[Step], &Change)> = found.changes.iter().map(|change| (&change.path.0[..], change)).collect();
        prop_assert_eq!(apply(&a, &changes), b);
    }

    #[test]
    fn both_sides_are_counted_alike((a, b) in two()) {
        for options in [plain(), Options::default()] {
            let one = diff(&part(&a.to_string()), &part(&b.to_string()), &options).counts;
            let other = diff(&part(&b.to_string()), &part(&a.to_string()), &options).counts;
            prop_assert_eq!(one.of(What::Added), other.of(What::Removed));
            prop_assert_eq!(one.of(What::Removed), other.of(What::Added));
            for what in [What::Changed, What::Type, What::Moved, What::Spelling, What::Order] {
                prop_assert_eq!(one.of(what), other.of(what));
            }
            prop_assert_eq!(one.ignored().collect::<Vec<_>>(), other.ignored().collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_bytes_are_compared(a: Vec<u8>, b: Vec<u8>) {
        let same = a == b;
        let found = diff(&Part::from(a), &Part::from(b), &Options::default());
        // Of two texts that are no JSON nothing is the same but themselves.
        prop_assert!(same || !found.changes.is_empty() || found.counts == Counts::default());
    }
}
