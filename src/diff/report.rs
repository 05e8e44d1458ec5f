//! What came of a comparison, as it is told everywhere: on the screen, as text, JSON, Markdown and JUnit. One value, so
//! that all of them count the same.
//!
//! A report has rows: a call, a document, a tool. It knows neither where they come from nor where it is written to.

use super::{Change, Counts, Diff, Options, Part, Rules, What};
use crate::text;

mod json;
mod junit;
mod markdown;
mod parting;
mod plain;

/// What took less, in microseconds, is no measure for anything.
const NOTHING: u64 = 100;
/// From so many times on, how often is told rather than per cents.
const TIMES: f64 = 10.0;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The same, but for what is ignored.
    Same,
    /// It differs.
    Changed,
    /// It went well in the first and failed in the second.
    Error,
    /// Only in the first.
    Missing,
    /// Only in the second.
    New,
    /// It differs so that what worked with the first need not work with the second.
    Breaking,
    /// It differs, and what worked goes on working.
    Compatible,
    /// It differs, and what that means cannot be said.
    Unknown,
}

impl Verdict {
    /// All of them, as they are counted.
    pub const ALL: [Self; 8] = [
        Self::Same,
        Self::Breaking,
        Self::Unknown,
        Self::Compatible,
        Self::Changed,
        Self::Error,
        Self::Missing,
        Self::New,
    ];

    /// A word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Error => "error",
            Self::Missing => "missing",
            Self::New => "new",
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::Unknown => "unknown",
        }
    }
}

/// One side of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The entry of the request, by sequence number.
    pub seq: Option<u64>,
    /// How long it took, in microseconds.
    pub took_us: Option<u64>,
    /// How it ended, in words: `ok`, `tool error`, `-32602`.
    pub outcome: String,
    /// All of what is compared.
    pub whole: Option<Part>,
    /// What was asked for: the arguments of a call.
    pub asked: Option<Part>,
}

/// One difference, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How.
    pub what: What,
    /// Where.
    pub path: String,
    /// What the first has there.
    pub a: Option<Part>,
    /// What the second has there.
    pub b: Option<Part>,
    /// What it means, and why.
    pub means: Option<(Verdict, String)>,
    /// The rule that ignores it.
    pub ignored: Option<String>,
    /// Whether it is in what was asked, rather than in the answer.
    pub asked: bool,
}

impl Told {
    /// Whether it makes its row differ.
    pub fn counts(&self) -> bool {
        self.ignored.is_none() && !self.what.is_same_value() && !self.asked
    }

    fn of(change: Change, rules: &Rules, asked: bool) -> Self {
        Self {
            what: change.what,
            path: change.path.to_string(),
            ignored: change.ignored.map(|by| rules.name(by)),
            a: change.a,
            b: change.b,
            means: None,
            asked,
        }
    }

    /// Both sides of it, each in at most `most` columns, safe to show. Of long texts what is shown begins shortly before
    /// they differ.
    pub fn sides(&self, most: usize) -> (String, String) {
        let plain = |part: &Option<Part>| Self::side(part.as_ref(), most);
        let both = self.a.as_ref().zip(self.b.as_ref());
        both.and_then(|(a, b)| parting::shown(a.bytes(), b.bytes(), most))
            .unwrap_or_else(|| (plain(&self.a), plain(&self.b)))
    }

    /// One side of it in a line of at most `most` columns, safe to show.
    pub fn side(part: Option<&Part>, most: usize) -> String {
        part.map_or_else(|| "(absent)".to_owned(), |part| short(part.bytes(), most))
    }
}

/// The beginning of some JSON on one line, safe to show.
pub fn short(raw: &[u8], most: usize) -> String {
    // A cell has at most four bytes for what is shown, and white space between tokens goes.
    let head = &raw[..raw.len().min(most.saturating_mul(8) + 64)];
    let line = crate::json::one_line(head);
    let mut shown = text::sanitize(&String::from_utf8_lossy(&line)).into_owned();
    if head.len() < raw.len() {
        shown.push('…');
    }
    text::fit(&shown, most).into_owned()
}

/// Something that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is: `tools/call echo`, `tool echo`.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Of the first.
    pub a: Option<Seen>,
    /// Of the second.
    pub b: Option<Seen>,
    /// What differs, ignored and asked things included.
    pub changes: Vec<Told>,
    /// So many more that differ were left out.
    pub left_out: usize,
    counts: Counts,
}

impl Row {
    /// A row whose changes are judged already.
    pub fn judged(name: String, verdict: Verdict, changes: Vec<Told>) -> Self {
        Self {
            name,
            verdict,
            a: None,
            b: None,
            changes,
            left_out: 0,
            counts: Counts::default(),
        }
    }

    /// What was found between two sides. `asked` is what differs between the requests.
    pub fn found(
        name: String,
        sides: [Seen; 2],
        diff: Diff,
        asked: Diff,
        options: &Options,
    ) -> Self {
        let verdict = if diff.is_same() {
            Verdict::Same
        } else {
            Verdict::Changed
        };
        let tell = |diff: Diff, is_asked| {
            diff.changes
                .into_iter()
                .map(move |change| Told::of(change, &options.rules, is_asked))
        };
        let (left_out, counts) = (diff.left_out, diff.counts.clone());
        let [a, b] = sides;
        Self {
            name,
            verdict,
            a: Some(a),
            b: Some(b),
            changes: tell(asked, true).chain(tell(diff, false)).collect(),
            left_out,
            counts,
        }
    }

    /// A row of one side only.
    pub fn alone(name: String, verdict: Verdict, a: Option<Seen>, b: Option<Seen>) -> Self {
        Self {
            a,
            b,
            ..Self::judged(name, verdict, Vec::new())
        }
    }

    /// Whether it is a difference.
    pub fn differs(&self) -> bool {
        self.verdict != Verdict::Same
    }

    /// How many paths differ.
    pub fn paths(&self) -> usize {
        self.counts
            .differences()
            .max(self.changes.iter().filter(|told| told.counts()).count())
    }

    /// `#21`, the entry it was recorded as; of what is only in the second, its own.
    pub fn place(&self) -> Option<u64> {
        let recorded = self.a.as_ref().and_then(|seen| seen.seq);
        recorded.or_else(|| self.b.as_ref()?.seq)
    }

    /// What was asked for, in a line of at most `most` columns, safe to show; nothing without arguments.
    pub fn asked(&self, most: usize) -> String {
        let asked = [&self.a, &self.b].into_iter().flatten();
        let mut asked = asked.filter_map(|seen| seen.asked.as_ref());
        let asked = asked.next().map(|part| short(part.bytes(), most));
        asked.unwrap_or_default()
    }

    /// `182 ms (was 64 ms, +184%)`, when both sides know; how the outcomes differ, when they do.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        if let (Some(a), Some(b)) = (&self.a, &self.b) {
            if a.outcome != b.outcome {
                parts.push(format!("{} → {}", a.outcome, b.outcome));
            }
            parts.extend(latency(a.took_us, b.took_us));
        } else if let Some(seen) = self.a.as_ref().or(self.b.as_ref()) {
            parts.push(seen.outcome.clone());
        }
        let paths = self.paths();
        if paths > 0 && self.verdict != Verdict::Error {
            parts.push(text::plural(paths, "path"));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }
}

/// How long something took, and how long it had taken before.
pub fn latency(was: Option<u64>, is: Option<u64>) -> Option<String> {
    let (was, is) = (was?, is?);
    let took = |us| text::took(std::time::Duration::from_micros(us));
    let ratio = is as f64 / was.max(1) as f64;
    let percent = (ratio - 1.0) * 100.0;
    // Below a tenth of a millisecond there is nothing to measure.
    Some(if was < NOTHING || percent.abs() < 10.0 {
        format!("{} (was {})", took(is), took(was))
    } else if ratio >= TIMES {
        format!("{} (was {}, ×{ratio:.0})", took(is), took(was))
    } else {
        format!("{} (was {}, {percent:+.0}%)", took(is), took(was))
    })
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people at a terminal.
    Plain,
    /// One JSON object.
    Json,
    /// For issues and pull requests.
    Markdown,
    /// For those who collect the results of tests.
    Junit,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the first is called.
    pub left: String,
    /// What the second is called.
    pub right: String,
    /// What a row is: `call`, `document`, `item`.
    pub noun: &'static str,
    /// The rules that held.
    pub ignoring: Vec<String>,
    /// Everything that was compared.
    pub rows: Vec<Row>,
}

impl Report {
    /// A report about these.
    pub fn new(left: &str, right: &str, noun: &'static str, rules: &Rules, rows: Vec<Row>) -> Self {
        Self {
            left: left.to_owned(),
            right: right.to_owned(),
            noun,
            ignoring: rules.names(),
            rows,
        }
    }

    /// Two documents.
    pub fn of_documents(left: (&str, &Part), right: (&str, &Part), options: &Options) -> Self {
        let diff = super::diff(left.1, right.1, options);
        let seen = |part: &Part| Seen {
            whole: Some(part.clone()),
            ..Seen::default()
        };
        let sides = [seen(left.1), seen(right.1)];
        let row = Row::found(right.0.to_owned(), sides, diff, Diff::default(), options);
        Self::new(left.0, right.0, "document", &options.rules, vec![row])
    }

    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        !self.rows.iter().any(Row::differs)
    }

    /// How many rows became what, without what is nought; same first.
    pub fn tally(&self) -> Vec<(Verdict, usize)> {
        Verdict::ALL
            .into_iter()
            .map(|verdict| {
                let of = self.rows.iter().filter(|row| row.verdict == verdict);
                (verdict, of.count())
            })
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// `27 same  2 changed  1 missing`
    pub fn tally_words(&self) -> String {
        let words: Vec<String> = self
            .tally()
            .into_iter()
            .map(|(verdict, count)| format!("{count} {}", verdict.word()))
            .collect();
        words.join("  ")
    }

    /// Whether anything is ignored, in questions too.
    pub fn ignores(&self) -> bool {
        let mut told = self.rows.iter().flat_map(|row| &row.changes);
        told.any(|told| told.ignored.is_some())
    }

    /// How much each rule ignored, in what was answered.
    pub fn ignored(&self) -> Vec<(String, usize)> {
        let mut counts: Vec<(String, usize)> = Vec::new();
        let told = self.rows.iter().flat_map(|row| &row.changes);
        for rule in told.filter_map(|told| told.ignored.as_ref().filter(|_| !told.asked)) {
            match counts.iter_mut().find(|(name, _)| name == rule) {
                Some((_, count)) => *count += 1,
                None => counts.push((rule.clone(), 1)),
            }
        }
        counts
    }

    /// Each of its rows as one JSON object, as they stand in [`Form::Json`].
    pub fn rows_as_json(&self) -> impl Iterator<Item = String> {
        self.rows.iter().map(json::row)
    }

    /// Writes it.
    pub fn write(&self, form: Form) -> String {
        match form {
            Form::Plain => plain::write(self),
            Form::Json => json::write(self),
            Form::Markdown => markdown::write(self),
            Form::Junit => junit::write(self),
        }
    }
}

#[cfg(test)]
mod tests;
