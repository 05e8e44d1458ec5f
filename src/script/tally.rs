//! What was played and what was not, in numbers and in words.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use super::Script;
use crate::text;

/// Names of requests that were never asked for which are told.
const TOLD: usize = 10;

/// What players did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests that were answered as recorded.
    pub matched: u64,
    /// Of these, those that were asked for more often than they were recorded.
    pub repeated: u64,
    /// Requests answered without the recording: pings, levels.
    pub plain: u64,
    /// Requests that are not in the recording.
    pub unknown: u64,
    /// Requests that a live server answered.
    pub forwarded: u64,
    /// Replies to the server's questions that are not as recorded.
    pub differing: u64,
    /// Whether each scene was played.
    pub played: Vec<bool>,
    /// Whether nothing is to be answered from the recording, so that nothing of it is unused.
    pub passes_by: bool,
}

/// Requests of one name that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Their method and what they are about.
    pub name: String,
    /// How many.
    pub count: usize,
    /// Of how many that were recorded.
    pub of: usize,
}

impl Tally {
    /// Adds what another player did.
    pub fn add(&mut self, other: &Self) {
        self.matched += other.matched;
        self.repeated += other.repeated;
        self.plain += other.plain;
        self.unknown += other.unknown;
        self.forwarded += other.forwarded;
        self.differing += other.differing;
        self.passes_by |= other.passes_by;
        if self.played.len() < other.played.len() {
            self.played.resize(other.played.len(), false);
        }
        for (mine, theirs) in self.played.iter_mut().zip(&other.played) {
            *mine |= theirs;
        }
    }

    /// The requests nobody asked for, by name; openings of connections do not count.
    pub fn unused(&self, script: &Script) -> Vec<Unused> {
        let mut names: Vec<Unused> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, scene) in script.requests().filter(|_| !self.passes_by) {
            if super::finding::is_opening(&scene.method) {
                continue;
            }
            let name = scene.name();
            let place = *places.entry(name.clone()).or_insert_with(|| {
                let (count, of) = (0, 0);
                names.push(Unused { name, count, of });
                names.len() - 1
            });
            names[place].of += 1;
            names[place].count += usize::from(self.played.get(at) != Some(&true));
        }
        names.retain(|one| one.count > 0);
        names
    }

    /// All of it in lines, sanitised: what was played, then what nobody asked for, a name a line.
    pub fn words(&self, script: &Script) -> String {
        let mut lines = self.to_string();
        let unused = self.unused(script);
        if unused.is_empty() {
            return lines;
        }
        let count: usize = unused.iter().map(|one| one.count).sum();
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            lines,
            "\nunused: {}",
            text::plural(count, "recorded request")
        );
        let more = unused.len().saturating_sub(TOLD);
        for Unused { name, count, of } in unused.iter().take(TOLD) {
            let name = text::sanitize(name);
            let _ = match (count, of) {
                (1, 1) => write!(lines, "\n  {name}"),
                (count, of) if count == of => write!(lines, "\n  {name} ({count} times)"),
                (count, of) => write!(lines, "\n  {name} ({count} of {of})"),
            };
        }
        if more > 0 {
            let _ = write!(lines, "\n  and {more} more");
        }
        lines
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of =
            |count: u64, noun| text::plural(usize::try_from(count).unwrap_or(usize::MAX), noun);
        let first = if self.passes_by {
            format!("{} forwarded", of(self.forwarded, "request"))
        } else {
            format!(
                "{} answered from the recording",
                of(self.matched, "request")
            )
        };
        write!(out, "{first}")?;
        let forwarded = if self.passes_by { 0 } else { self.forwarded };
        let parts = [
            (self.repeated, "more often than recorded"),
            (self.plain, "without it"),
            (forwarded, "forwarded"),
            (self.unknown, "unknown"),
        ];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(out, ", {count} {what}")?;
        }
        if self.differing > 0 {
            write!(out, ", {} not as recorded", of(self.differing, "reply"))?;
        }
        Ok(())
    }
}
