//! What was played and what was not, in numbers and in words.

use std::fmt;

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
        if self.played.len() < other.played.len() {
            self.played.resize(other.played.len(), false);
        }
        for (mine, theirs) in self.played.iter_mut().zip(&other.played) {
            *mine |= theirs;
        }
    }

    /// The requests nobody asked for, by name with their numbers; openings of connections do not count.
    pub fn unused(&self, script: &Script) -> Vec<(String, usize)> {
        let mut unused: Vec<(String, usize)> = Vec::new();
        for (at, scene) in script.requests() {
            let is_opening = matches!(&*scene.method, "initialize" | "server/discover" | "ping");
            if is_opening || self.played.get(at) == Some(&true) {
                continue;
            }
            let name = scene.name();
            match unused.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => unused.push((name, 1)),
            }
        }
        unused
    }

    /// All of it in a line or two, sanitised.
    pub fn words(&self, script: &Script) -> String {
        let mut line = self.to_string();
        let unused = self.unused(script);
        let count: usize = unused.iter().map(|(_, count)| count).sum();
        if count > 0 {
            let more = unused.len().saturating_sub(TOLD);
            let names = unused.iter().take(TOLD).map(|(name, count)| match count {
                1 => name.clone(),
                count => format!("{name} ({count} times)"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let requests = text::plural(count, "recorded request");
            let names = text::sanitize(&names);
            line += &["\nunused: ", &requests, ": ", &names, &more].concat();
        }
        line
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answered = text::plural(self.matched as usize, "request");
        write!(out, "{answered} answered from the recording")?;
        let parts = [
            (self.repeated, "more often than recorded"),
            (self.plain, "without it"),
            (self.forwarded, "forwarded"),
            (self.unknown, "unknown"),
            (self.differing, "replies not as recorded"),
        ];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(out, ", {count} {what}")?;
        }
        Ok(())
    }
}
