//! Why servers do not work, as one table: where it shows, how it is told from what is known, the true cause in words,
//! and a line of advice. The first row that fits a step that failed is its cause.

use super::{Case, Finding, Kind};

mod beginning;
mod going;
mod words;

use words::within;

/// What a cause means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Nothing works because of it.
    Fails,
    /// It works here; other clients may fail.
    Flaw,
    /// Worth knowing.
    Remark,
}

/// A row of the table.
#[derive(Debug)]
pub struct Cause {
    /// Its name, which stays.
    pub name: &'static str,
    /// The steps it explains.
    pub at: &'static [Kind],
    /// What it means.
    pub weight: Weight,
    /// What is so, with `{0}`, `{1}` … for what was seen.
    pub what: &'static str,
    /// What to do, likewise.
    pub advice: &'static str,
    /// Tells whether it is so.
    pub seen: fn(&Case) -> Option<Seen>,
}

/// What was seen of a cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// What stands in for `{0}`, `{1}` …
    pub words: Vec<String>,
    /// The entry that shows it.
    pub entry: Option<u64>,
}

impl Cause {
    /// The finding of what was seen.
    pub fn finding(&self, seen: &Seen) -> Finding {
        Finding {
            cause: Some(self.name),
            what: filled(self.what, &seen.words),
            advice: Some(filled(self.advice, &seen.words)),
            entry: seen.entry,
        }
    }
}

/// A text with `{0}`, `{1}` … replaced, once: what stands in for them may hold braces itself.
fn filled(text: &str, words: &[String]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let word = after.split_once('}').and_then(|(number, after)| {
            let word = words.get(number.parse::<usize>().ok()?)?;
            Some((word, after))
        });
        match word {
            Some((word, after)) => {
                out.push_str(word);
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn seen<const N: usize>(words: [&str; N]) -> Seen {
    Seen {
        words: words.into_iter().map(str::to_owned).collect(),
        entry: None,
    }
}

/// Whether the seconds between two moments are at least so many.
fn seconds(from: Option<u64>, to: Option<u64>, least: u64) -> Option<u64> {
    let took = to?.saturating_sub(from?);
    (took >= least * 1_000_000).then_some(took)
}

/// A line of the server that holds one of these, in any case; with what it says.
fn says(case: &Case, any: &[&str]) -> Option<Seen> {
    let line = case.course.told().find(|line| within(&line.text, any))?;
    Some(Seen {
        words: vec![line.text.trim().to_owned()],
        entry: Some(line.seq),
    })
}

/// What package runners say while they download.
const DOWNLOADS: &[&str] = &[
    "will be installed",
    "downloading ",
    "downloaded ",
    "resolved ",
    "installed ",
    "unable to find image",
    "pulling from",
    "added ",
];

/// The table, in groups: those of servers that come to nothing, and those of servers that work.
const GROUPS: [&[Cause]; 2] = [beginning::CAUSES, going::CAUSES];

/// The rows of the table, in order.
pub fn causes() -> impl Iterator<Item = &'static Cause> {
    GROUPS.into_iter().flatten()
}
