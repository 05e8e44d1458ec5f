//! What a report says of one thing that was found: how often, in which revisions, and whether it counts.

use std::collections::HashMap;

use crate::lint::findings::{Told, about};
use crate::mcp::revision::Revision;

/// Why a finding counts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is new.
    No,
    /// It stands in the baseline.
    Baseline,
    /// Somebody decided to live with it, for this reason.
    Ignored(Box<str>),
}

/// A finding with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// It, as it was found first.
    pub told: Told,
    /// The line of the session file, from 1, when the session is a file.
    pub line: Option<u64>,
    /// Whether it counts.
    pub known: Known,
    /// How often it was found.
    pub times: u64,
    /// The connections it was found on, each once.
    pub conns: Vec<u32>,
    /// The revisions that were spoken there, oldest first.
    pub revisions: Vec<Revision>,
}

impl Reported {
    /// What it is about, in words; not sanitised.
    pub fn about(&self) -> Option<String> {
        self.told.finding.subject.as_ref().map(about)
    }

    /// What it is about, and its words, where they do not name it; not sanitised.
    pub fn whole(&self) -> String {
        let finding = &self.told.finding;
        match (&finding.subject, self.about()) {
            (Some(subject), Some(about)) if !finding.words.contains(subject.name()) => {
                format!("{about}: {}", finding.words)
            }
            _ => finding.words.clone(),
        }
    }

    /// Whether it counts.
    pub fn is_new(&self) -> bool {
        self.known == Known::No
    }
}

/// What was found, each thing once: the same rule, server, subject, place and words are one, whatever the connection.
/// `spoken` says which revision connections spoke.
pub(super) fn folded(
    found: impl IntoIterator<Item = (Told, u64)>,
    is_file: bool,
    spoken: &[(u32, Revision)],
) -> Vec<Reported> {
    let mut all: Vec<Reported> = Vec::new();
    let mut places = HashMap::new();
    for (told, line) in found {
        let finding = &told.finding;
        let same = (
            finding.rule.name,
            std::sync::Arc::clone(&told.server),
            finding.subject.clone(),
            finding.pointer.clone(),
            finding.words.clone(),
        );
        let (conn, severity) = (finding.conn, finding.severity);
        let place = *places.entry(same).or_insert(all.len());
        if place == all.len() {
            all.push(Reported {
                told,
                line: is_file.then_some(line),
                known: Known::No,
                times: 0,
                conns: Vec::new(),
                revisions: Vec::new(),
            });
        }
        let one = &mut all[place];
        one.times += 1;
        one.told.finding.severity = one.told.finding.severity.max(severity);
        if !one.conns.contains(&conn) {
            one.conns.push(conn);
            let spoke = spoken.iter().filter(|(other, _)| *other == conn);
            one.revisions.extend(spoke.map(|(_, revision)| *revision));
            one.revisions.sort_unstable();
            one.revisions.dedup();
        }
    }
    all
}
