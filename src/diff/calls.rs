//! Two runs compared call by call: which call of the one is which of the other, and what differs in the answers.
//!
//! Calls are given as values; where they were recorded or made is not known here.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use super::index::{Index, mix};
use super::report::{Report, Row, Seen, Told, Verdict};
use super::{By, Change, Counts, Diff, Options, Part, Path, What, diff};
use crate::json;
use crate::mcp::method::Method;
use crate::mcp::revision::Era;

/// What every result of 2026-07-28 says, and no older one.
const ERA_MEMBERS: [&str; 4] = ["$.resultType", "$.ttlMs", "$.cacheScope", "$._meta"];
/// What the results of `initialize` and `server/discover` say in ways of their own.
const OPENING_MEMBERS: [&str; 5] = [
    "$.protocolVersion",
    "$.supportedVersions",
    "$.serverInfo",
    "$.capabilities.tasks",
    "$.capabilities.extensions",
];
/// What is called as the reason why something stands on one side only: the other era, or nobody having to ask.
const ERA: &str = "era";
const DISCOVER: &str = "server/discover";

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The raw `result`.
    Result(Part),
    /// The raw `error`.
    Error(Part),
    /// Nothing.
    None,
}

impl Answer {
    fn part(&self) -> Option<&Part> {
        match self {
            Self::Result(part) | Self::Error(part) => Some(part),
            Self::None => None,
        }
    }
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The entry of the request.
    pub seq: u64,
    /// The method.
    pub method: String,
    /// What it is about: the tool, the URI, the prompt.
    pub subject: String,
    /// The raw `params`; empty when there are none.
    pub params: Part,
    /// What was answered.
    pub answer: Answer,
    /// How it ended, in words.
    pub outcome: String,
    /// Whether that is a failure.
    pub failed: bool,
    /// How long it took, in microseconds.
    pub took_us: Option<u64>,
    /// The era of its connection, when that is known.
    pub era: Option<Era>,
}

impl Call {
    /// Its method and what it is about. A place in a list and a task are called otherwise in each run.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.about())
            .trim_end()
            .to_owned()
    }

    /// What it is about, unless the server makes that up anew in each run.
    fn about(&self) -> &str {
        if self.opaque().is_some() {
            ""
        } else {
            &self.subject
        }
    }

    /// The member of the params that the server made up, of methods that are about nothing else.
    fn opaque(&self) -> Option<&'static str> {
        match Method::find(&self.method)?.subject {
            [name @ ("cursor" | "taskId")] => Some(*name),
            _ => None,
        }
    }

    /// The hash of the method; what only sounded a server out is another one than the handshake.
    fn sign(&self) -> u64 {
        mix(u64::from(self.sounds_out()), self.method.as_bytes())
    }

    /// Whether a server was asked for an era that it does not speak.
    fn sounds_out(&self) -> bool {
        self.failed && self.method == DISCOVER
    }

    /// Whether it began the connection.
    fn is_opening(&self) -> bool {
        self.method == "initialize" || self.method == DISCOVER && !self.sounds_out()
    }

    /// What a report tells of it.
    pub fn seen(&self) -> Seen {
        Seen {
            seq: Some(self.seq),
            took_us: self.took_us,
            outcome: self.outcome.clone(),
            whole: self.answer.part().cloned(),
            asked: json::get(self.params.bytes(), &["arguments"])
                .filter(|raw| json::members(raw).next().is_some())
                .map(|raw| self.params.part(json::place_of(raw, self.params.bytes()))),
        }
    }

    /// The same for calls that ask for the same.
    fn key(&self, options: &Options) -> u64 {
        let mut key = mix(self.sign(), self.about().as_bytes());
        let opaque = self.opaque();
        for (name, value) in json::members(self.params.bytes()) {
            if opaque == Some(&*name) {
                // The first page is not one of the others.
                key = key.wrapping_add(mix(0, name.as_bytes()));
            } else if name != "_meta" && name != "requestState" {
                // These are made up anew for every request.
                let value = Part::from(value.to_vec());
                let loose = Index::of(&value, options.rules.shapes()).node(0).loose;
                // In any order.
                key = key.wrapping_add(mix(loose, name.as_bytes()));
            }
        }
        key
    }
}

/// Which calls of two runs belong together: by method, name and arguments, and the nth of several that ask for the
/// same; then by method and name alone; the handshake of the one era with that of the other. In the order of the first,
/// then what is only in the second.
pub fn pair<'c>(
    a: &'c [Call],
    b: &'c [Call],
    options: &Options,
) -> Vec<(Option<&'c Call>, Option<&'c Call>)> {
    let mut taken = vec![false; b.len()];
    let mut partners: Vec<Option<usize>> = vec![None; a.len()];
    let keys = |calls: &[Call]| {
        calls
            .iter()
            .map(|call| Some(call.key(options)))
            .collect::<Vec<_>>()
    };
    let names = |calls: &[Call]| {
        let name = |call: &Call| Some(mix(call.sign(), call.about().as_bytes()));
        calls.iter().map(name).collect::<Vec<_>>()
    };
    let openings = |calls: &[Call]| -> Vec<Option<u64>> {
        calls
            .iter()
            .map(|call| call.is_opening().then_some(0))
            .collect()
    };
    for (mine, theirs) in [
        (keys(a), keys(b)),
        (names(a), names(b)),
        (openings(a), openings(b)),
    ] {
        let mut free: HashMap<u64, VecDeque<usize>> = HashMap::new();
        for (at, key) in theirs.into_iter().enumerate().filter(|(at, _)| !taken[*at]) {
            if let Some(key) = key {
                free.entry(key).or_default().push_back(at);
            }
        }
        for (at, key) in mine.into_iter().enumerate() {
            if let Some(key) = key.filter(|_| partners[at].is_none()) {
                partners[at] = free.get_mut(&key).and_then(VecDeque::pop_front);
                if let Some(partner) = partners[at] {
                    taken[partner] = true;
                }
            }
        }
    }
    let paired = a
        .iter()
        .zip(partners)
        .map(|(call, partner)| (Some(call), partner.map(|at| &b[at])));
    let only = b
        .iter()
        .zip(taken)
        .filter(|(_, taken)| !taken)
        .map(|(call, _)| (None, Some(call)));
    paired.chain(only).collect()
}

/// How to compare: what only one of two eras says in every result is no difference.
fn across<'o>(a: &Call, b: &Call, options: &'o Options) -> Cow<'o, Options> {
    if options.rules.is_exact() || !are_eras_apart(a.era, b.era) {
        return Cow::Borrowed(options);
    }
    let mut options = options.clone();
    let openings: &[&str] = if a.is_opening() && b.is_opening() {
        &OPENING_MEMBERS
    } else {
        &[]
    };
    for path in ERA_MEMBERS.iter().chain(openings) {
        // They are paths, as a test makes sure of.
        let _ = options.rules.take(path);
    }
    Cow::Owned(options)
}

fn are_eras_apart(a: Option<Era>, b: Option<Era>) -> bool {
    a.is_some() && b.is_some() && a != b
}

/// One call against another. Of two eras, what only one of them says in every result, and how it asks for input, is no
/// difference.
pub fn compare(a: &Call, b: &Call, options: &Options) -> Row {
    let mut options = across(a, b, options);
    if let Some(rules) = options.rules.of_call(&b.name()) {
        options.to_mut().rules = rules;
    }
    let options = &*options;
    // `ok, 2 rounds`
    let outcome = |call: &Call| match call.outcome.split_once(", ") {
        Some((outcome, _)) if are_eras_apart(a.era, b.era) => outcome.to_owned(),
        _ => call.outcome.clone(),
    };
    let outcomes = [outcome(a), outcome(b)];
    let answers = match (&a.answer, &b.answer) {
        (Answer::Result(a), Answer::Result(b)) | (Answer::Error(a), Answer::Error(b)) => {
            diff(a, b, options)
        }
        (Answer::None, Answer::None) if outcomes[0] == outcomes[1] => Diff::default(),
        (one, other) => whole(one.part(), other.part()),
    };
    let asked = diff(&a.params, &b.params, options);
    let name = if a.name() == b.name() {
        b.name()
    } else {
        format!("{} → {}", a.name(), b.name())
    };
    let differ = outcomes[0] != outcomes[1];
    let [mut one, mut two] = [a.seen(), b.seen()];
    [one.outcome, two.outcome] = outcomes;
    let mut row = Row::found(name, [one, two], answers, asked, options);
    if b.failed && !a.failed {
        row.verdict = Verdict::Error;
    } else if differ {
        row.verdict = Verdict::Changed;
    }
    row
}

/// A call that only one side has. What the era of the other one does not have, and what only sounds a server out, is no
/// difference, and counted.
fn alone(call: &Call, verdict: Verdict, other: Option<Era>) -> Row {
    let seen = Some(call.seen());
    let first = verdict == Verdict::Missing;
    let (a, b) = if first { (seen, None) } else { (None, seen) };
    let known = other.is_none_or(|era| {
        Method::find(&call.method).is_none_or(|method| match era {
            Era::Legacy => method.since.era() == Era::Legacy,
            Era::Modern => method.until.era() == Era::Modern,
        })
    });
    if known && !call.sounds_out() {
        return Row::alone(call.name(), verdict, a, b);
    }
    let part = call.answer.part().cloned();
    let mut row = Row::alone(call.name(), Verdict::Same, a, b);
    row.changes.push(Told {
        what: if first { What::Removed } else { What::Added },
        path: Path::default().to_string(),
        a: part.clone().filter(|_| first),
        b: part.filter(|_| !first),
        means: None,
        ignored: Some(ERA.to_owned()),
        asked: false,
    });
    row
}

/// All of the one is other than all of the other.
fn whole(a: Option<&Part>, b: Option<&Part>) -> Diff {
    let what = match (a, b) {
        (Some(_), None) => What::Removed,
        (None, Some(_)) => What::Added,
        _ => What::Changed,
    };
    let change = Change {
        what,
        path: Path::default(),
        a: a.cloned(),
        b: b.cloned(),
        ignored: None::<By>,
    };
    let mut counts = Counts::default();
    counts.count(&change);
    Diff {
        changes: vec![change],
        counts,
        left_out: 0,
    }
}

/// One run against another.
pub fn report(left: (&str, &[Call]), right: (&str, &[Call]), options: &Options) -> Report {
    // Of a side that spoke both there is nothing that it did not have.
    let era = |calls: &[Call]| {
        let mut eras = calls.iter().filter_map(|call| call.era);
        let first = eras.next();
        first.filter(|first| eras.all(|era| era == *first))
    };
    let (mine, theirs) = (era(left.1), era(right.1));
    let rows = pair(left.1, right.1, options)
        .into_iter()
        .filter_map(|pair| match pair {
            (Some(a), Some(b)) => Some(compare(a, b, options)),
            (Some(a), None) => Some(alone(a, Verdict::Missing, theirs)),
            (None, b) => b.map(|b| alone(b, Verdict::New, mine)),
        })
        .collect();
    Report::new(left.0, right.0, "call", &options.rules, rows)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn call(seq: u64, tool: &str, arguments: &str, answer: &str) -> Call {
        Call {
            seq,
            method: "tools/call".to_owned(),
            subject: tool.to_owned(),
            params: Part::from(
                format!(
                    "{{\"name\":\"{tool}\",\"arguments\":{arguments},\"_meta\":{{\"n\":{seq}}}}}"
                )
                .into_bytes(),
            ),
            answer: Answer::Result(Part::from(answer.as_bytes().to_vec())),
            outcome: "ok".to_owned(),
            failed: false,
            took_us: Some(seq * 1000),
            era: None,
        }
    }

    fn other(seq: u64, method: &str, subject: &str, params: &str, result: &str) -> Call {
        Call {
            method: method.to_owned(),
            subject: subject.to_owned(),
            params: Part::from(params.as_bytes().to_vec()),
            took_us: None,
            ..call(seq, "", "{}", result)
        }
    }

    #[test]
    fn what_an_era_says_is_written_as_a_path() {
        let mut rules = crate::diff::Rules::none();
        for path in ERA_MEMBERS.into_iter().chain(OPENING_MEMBERS) {
            rules.take(path).unwrap();
        }
        assert_eq!(
            rules.names().len(),
            ERA_MEMBERS.len() + OPENING_MEMBERS.len()
        );
    }

    #[test]
    fn pages_and_tasks_are_paired_by_their_turn() {
        let page = |seq, cursor: &str| {
            let params = if cursor.is_empty() {
                String::new()
            } else {
                format!("{{\"cursor\":\"{cursor}\"}}")
            };
            other(seq, "tools/list", cursor, &params, "{}")
        };
        let task = |seq, id: &str| {
            let params = format!("{{\"taskId\":\"{id}\"}}");
            other(seq, "tasks/get", id, &params, "{}")
        };
        let a = [
            page(1, ""),
            page(2, "c1"),
            page(3, "c2"),
            task(4, "t1"),
            page(5, ""),
        ];
        let b = [
            page(1, ""),
            page(2, ""),
            page(3, "x"),
            page(4, "y"),
            task(5, "t9"),
        ];
        let options = Options::default();
        let pairs: Vec<(u64, u64)> = pair(&a, &b, &options)
            .into_iter()
            .map(|(a, b)| (a.map_or(0, |call| call.seq), b.map_or(0, |call| call.seq)))
            .collect();
        assert_eq!(pairs, [(1, 1), (2, 3), (3, 4), (4, 5), (5, 2)]);
        let report = report(("a", &a), ("b", &b), &options);
        assert_eq!(report.tally_words(), "5 same");
        assert!(report.rows.iter().all(|row| !row.name.contains(' ')));
    }

    #[test]
    fn what_an_era_alone_says_is_no_difference() {
        let of = |era, calls: &[Call]| -> Vec<Call> {
            let era = Some(era);
            calls
                .iter()
                .map(|call| Call {
                    era,
                    ..call.clone()
                })
                .collect()
        };
        let mut probe = other(1, DISCOVER, "", "{}", "{}");
        (probe.failed, probe.outcome) = (true, "-32601".to_owned());
        let mut rounds = call(5, "ask", "{}", r#"{"content":[]}"#);
        let a = of(
            Era::Legacy,
            &[
                probe,
                other(
                    2,
                    "initialize",
                    "",
                    r#"{"protocolVersion":"2025-11-25"}"#,
                    r#"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"x"}}"#,
                ),
                other(3, "logging/setLevel", "", r#"{"level":"info"}"#, "{}"),
                rounds.clone(),
            ],
        );
        rounds.outcome = "ok, 2 rounds".to_owned();
        rounds.answer = Answer::Result(Part::from(
            br#"{"content":[],"resultType":"complete","_meta":{}}"#.to_vec(),
        ));
        let b = of(
            Era::Modern,
            &[
                other(
                    1,
                    DISCOVER,
                    "",
                    "{}",
                    r#"{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete"}"#,
                ),
                rounds,
                other(9, "subscriptions/listen", "", "{}", "{}"),
            ],
        );
        let options = Options::default();
        let found = report(("a", &a), ("b", &b), &options);
        assert_eq!(
            found.tally_words(),
            "5 same",
            "{}",
            found.write(crate::diff::report::Form::Plain)
        );
        assert!(
            found.ignored().contains(&(ERA.to_owned(), 3)),
            "{:?}",
            found.ignored()
        );
        // Of one era, all of it counts.
        let b = of(Era::Legacy, &b);
        assert!(!report(("a", &a), ("b", &b), &options).is_same());
    }

    #[test]
    fn calls_are_paired_by_what_they_ask_for() {
        let a = [
            call(1, "echo", r#"{"x":1}"#, "1"),
            call(2, "echo", r#"{"x":2}"#, "2"),
            call(3, "echo", r#"{"x":1}"#, "3"),
            call(4, "sum", "{}", "4"),
        ];
        let b = [
            call(11, "echo", r#"{"x":2.0}"#, "2"),
            call(12, "echo", r#"{"x":1}"#, "1"),
            call(13, "echo", r#"{"x":9}"#, "3"),
            call(14, "new", "{}", "5"),
        ];
        let options = Options::default();
        let pairs: Vec<(u64, u64)> = pair(&a, &b, &options)
            .into_iter()
            .map(|(a, b)| (a.map_or(0, |call| call.seq), b.map_or(0, |call| call.seq)))
            .collect();
        assert_eq!(pairs, [(1, 12), (2, 11), (3, 13), (4, 0), (0, 14)]);
        let report = report(("a", &a), ("b", &b), &options);
        assert_eq!(report.tally_words(), "3 same  1 missing  1 new");
    }

    #[test]
    fn a_path_may_be_ignored_in_one_call_only() {
        let mut options = Options::default();
        options.rules.take("tools/call get $.at").unwrap();
        let verdict = |tool: &str| {
            let row = compare(
                &call(1, tool, "{}", r#"{"at":1}"#),
                &call(2, tool, "{}", r#"{"at":2}"#),
                &options,
            );
            let ignored = row.changes.iter().find_map(|told| told.ignored.clone());
            (row.verdict, ignored)
        };
        let name = "tools/call get $.at".to_owned();
        assert_eq!(verdict("get"), (Verdict::Same, Some(name)));
        assert_eq!(verdict("set"), (Verdict::Changed, None));
    }

    #[test]
    fn failing_where_it_went_well_is_an_error() {
        let a = call(1, "echo", "{}", "{}");
        let mut b = call(2, "echo", "{}", "{}");
        b.answer = Answer::Error(Part::from(br#"{"code":-32602}"#.to_vec()));
        (b.outcome, b.failed) = ("-32602".to_owned(), true);
        let options = Options::default();
        assert_eq!(compare(&a, &b, &options).verdict, Verdict::Error);
        assert_eq!(compare(&b, &a, &options).verdict, Verdict::Changed);
        assert_eq!(compare(&b, &b, &options).verdict, Verdict::Same);
        assert_eq!(
            compare(&a, &b, &options).words(),
            "ok → -32602, 2.0 ms (was 1.0 ms, +100%)"
        );
    }
}
