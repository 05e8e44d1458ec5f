//! Two runs compared call by call: which call of the one is which of the other, and what differs in the answers.
//!
//! Calls are given as values; where they were recorded or made is not known here.

use std::collections::{HashMap, VecDeque};

use super::index::{Index, mix};
use super::report::{Report, Row, Seen, Verdict};
use super::{By, Change, Counts, Diff, Options, Part, Path, What, diff};
use crate::json;

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
}

impl Call {
    /// Its method and what it is about.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.subject)
            .trim_end()
            .to_owned()
    }

    /// What a report tells of it.
    pub fn seen(&self) -> Seen {
        Seen {
            seq: Some(self.seq),
            took_us: self.took_us,
            outcome: self.outcome.clone(),
            whole: self.answer.part().cloned(),
        }
    }

    /// The same for calls that ask for the same.
    fn key(&self, options: &Options) -> u64 {
        let mut key = mix(mix(0, self.method.as_bytes()), self.subject.as_bytes());
        for (name, value) in json::members(self.params.bytes()) {
            // Made up anew for every request.
            if name != "_meta" && name != "requestState" {
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
/// same; then by method and name alone. In the order of the first, then what is only in the second.
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
            .map(|call| call.key(options))
            .collect::<Vec<_>>()
    };
    let names = |calls: &[Call]| {
        let name = |call: &Call| mix(mix(1, call.method.as_bytes()), call.subject.as_bytes());
        calls.iter().map(name).collect::<Vec<_>>()
    };
    for (mine, theirs) in [(keys(a), keys(b)), (names(a), names(b))] {
        let mut free: HashMap<u64, VecDeque<usize>> = HashMap::new();
        for (at, key) in theirs.into_iter().enumerate().filter(|(at, _)| !taken[*at]) {
            free.entry(key).or_default().push_back(at);
        }
        for (at, key) in mine.into_iter().enumerate() {
            if partners[at].is_none() {
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

/// One call against another.
pub fn compare(a: &Call, b: &Call, options: &Options) -> Row {
    let answers = match (&a.answer, &b.answer) {
        (Answer::Result(a), Answer::Result(b)) | (Answer::Error(a), Answer::Error(b)) => {
            diff(a, b, options)
        }
        (Answer::None, Answer::None) if a.outcome == b.outcome => Diff::default(),
        (one, other) => whole(one.part(), other.part()),
    };
    let asked = diff(&a.params, &b.params, options);
    let name = if a.name() == b.name() {
        b.name()
    } else {
        format!("{} → {}", a.name(), b.name())
    };
    let mut row = Row::found(name, [a.seen(), b.seen()], answers, asked, options);
    if b.failed && !a.failed {
        row.verdict = Verdict::Error;
    } else if a.outcome != b.outcome {
        row.verdict = Verdict::Changed;
    }
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
    let rows = pair(left.1, right.1, options)
        .into_iter()
        .filter_map(|pair| match pair {
            (Some(a), Some(b)) => Some(compare(a, b, options)),
            (Some(a), None) => Some(Row::alone(a.name(), Verdict::Missing, Some(a.seen()), None)),
            (None, b) => b.map(|b| Row::alone(b.name(), Verdict::New, None, Some(b.seen()))),
        })
        .collect();
    Report::new(left.0, right.0, "call", &options.rules, rows)
}

#[cfg(test)]
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
        }
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
