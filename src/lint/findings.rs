//! What was found in a session so far: each thing once, however often it was seen, and where to find it again.
//!
//! It holds values only. Who looks is a [`Linter`], elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

use super::exceptions::Exception;
use super::linter::{Finding, Linter, Standing};
use super::rule::Severity;
use super::seen::Subject;

/// Findings of one rule about one server that are shown where nobody asks for more.
pub const fn most(severity: Severity) -> usize {
    match severity {
        Severity::Note => 5,
        Severity::Warning | Severity::Error => 20,
    }
}

/// `tool echo`: what a finding is about, in words; the name is not sanitised.
pub fn about(subject: &Subject) -> String {
    match subject {
        Subject::Tool(name) => format!("tool {name}"),
        Subject::Resource(uri) => format!("resource {uri}"),
        Subject::Prompt(name) => format!("prompt {name}"),
    }
}

/// How many rules stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standings {
    /// Whatever came was right.
    pub passed: usize,
    /// Something was wrong.
    pub failed: usize,
    /// Nothing came that they look at.
    pub not_seen: usize,
}

impl Standings {
    /// As a linter has them now.
    pub fn of(linter: &Linter) -> Self {
        let mut all = Self::default();
        for (_, standing) in linter.standings() {
            match standing {
                Standing::Passed => all.passed += 1,
                Standing::Failed(_) => all.failed += 1,
                Standing::NotSeen => all.not_seen += 1,
            }
        }
        all
    }
}

/// How often each rule was broken that was.
pub fn failed(linter: &Linter) -> Vec<(&'static str, u64)> {
    let failed = linter
        .standings()
        .filter_map(|(rule, standing)| match standing {
            Standing::Failed(times) => Some((rule.name, times)),
            _ => None,
        });
    failed.collect()
}

/// A finding, with the name of the server it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// It.
    pub finding: Finding,
    /// The server, as its connection is called; empty when nobody said.
    pub server: Arc<str>,
}

/// Something that was found, once or several times.
#[derive(Debug, Clone)]
pub struct Found {
    /// How it was found first.
    pub told: Told,
    /// How often.
    pub times: u32,
    /// The entry that showed it last.
    pub last: u64,
    /// Which exception is made for it.
    except: Option<usize>,
}

impl Found {
    /// How it was found first.
    pub const fn finding(&self) -> &Finding {
        &self.told.finding
    }

    /// Whether somebody decided to live with it.
    pub const fn is_excepted(&self) -> bool {
        self.except.is_some()
    }
}

/// What makes two findings the same.
type Same = (&'static str, Arc<str>, Option<Subject>, String, String);

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    found: Vec<Found>,
    same: HashMap<Same, u32>,
    /// By the number of an entry.
    at: HashMap<u64, Vec<u32>>,
    /// By server and subject.
    of: HashMap<(Arc<str>, Subject), Vec<u32>>,
    exceptions: Arc<[Exception]>,
    counts: Counts,
    /// Entries that were handed over to be looked at.
    pub handed: usize,
    /// Entries that were looked at.
    pub looked: u64,
    /// How rules stand.
    pub standings: Standings,
    /// How often rules were broken, by their names.
    pub failed: Vec<(&'static str, u64)>,
    /// How many probes were sent, in words; not sanitised.
    pub probes: Option<String>,
    version: u64,
}

impl Findings {
    /// Takes what was found.
    pub fn extend(&mut self, told: impl IntoIterator<Item = Told>) {
        for told in told {
            self.add(told);
        }
        self.changed();
    }

    fn add(&mut self, told: Told) {
        let finding = &told.finding;
        let seq = finding.seq;
        let same = (
            finding.rule.name,
            Arc::clone(&told.server),
            finding.subject.clone(),
            finding.pointer.clone(),
            finding.words.clone(),
        );
        let next = self.found.len() as u32;
        let place = *self.same.entry(same).or_insert(next);
        if place == next {
            if let Some(subject) = &finding.subject {
                let key = (Arc::clone(&told.server), subject.clone());
                self.of.entry(key).or_default().push(place);
            }
            let except = self.exceptions.iter().position(|one| one.holds(finding));
            self.found.push(Found {
                told,
                times: 0,
                last: seq,
                except,
            });
        }
        let found = &mut self.found[place as usize];
        found.times += 1;
        found.last = seq;
        let here = self.at.entry(seq).or_default();
        if !here.contains(&place) {
            here.push(place);
        }
    }

    /// What somebody decided to live with.
    pub fn except(&mut self, exceptions: Arc<[Exception]>) {
        for found in &mut self.found {
            let finding = &found.told.finding;
            found.except = exceptions.iter().position(|one| one.holds(finding));
        }
        self.exceptions = exceptions;
        self.changed();
    }

    fn changed(&mut self) {
        self.counts = Counts::of(self.found.iter());
        self.version += 1;
    }

    /// The exception that is made for something.
    pub fn exception(&self, found: &Found) -> Option<&Exception> {
        self.exceptions.get(found.except?)
    }

    /// Everything, in the order it was found.
    pub fn all(&self) -> &[Found] {
        &self.found
    }

    /// What an entry shows; without what is excepted.
    pub fn at(&self, seq: u64) -> impl Iterator<Item = &Found> {
        self.told(self.at.get(&seq))
    }

    /// What is wrong with something of a server; without what is excepted.
    pub fn about(&self, server: &str, subject: &Subject) -> impl Iterator<Item = &Found> {
        let key = (Arc::from(server), subject.clone());
        self.told(self.of.get(&key))
    }

    fn told(&self, places: Option<&Vec<u32>>) -> impl Iterator<Item = &Found> {
        let places = places.into_iter().flatten();
        places
            .map(|place| &self.found[*place as usize])
            .filter(|found| !found.is_excepted())
    }

    /// How many errors, warnings and notes there are; without what is excepted.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Entries that something is found in.
    pub fn entries(&self) -> usize {
        self.at.len()
    }

    /// How often a rule was broken by one session in all, and how many of these were kept.
    pub fn kept(&self, rule: &str) -> (u64, u64) {
        let kept = self.found.iter();
        let kept = kept.filter(|found| found.finding().rule.name == rule);
        let kept = kept.map(|found| u64::from(found.times)).sum();
        let failed = self.failed.iter().find(|(name, _)| *name == rule);
        (failed.map_or(kept, |(_, failed)| (*failed).max(kept)), kept)
    }

    /// Changes with whatever changes here.
    pub const fn version(&self) -> u64 {
        self.version
    }
}

/// How many of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Counts {
    /// Of these; without what is excepted.
    pub fn of<'a>(found: impl Iterator<Item = &'a Found>) -> Self {
        let mut counts = Self::default();
        for one in found.filter(|one| !one.is_excepted()) {
            match one.finding().severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }

    /// All of them.
    pub const fn all(self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// `1 error · 3 warn · 2 notes`, for a narrow place.
    pub fn short(self) -> String {
        self.words()
            .replace("warnings", "warn")
            .replace("warning", "warn")
    }

    /// `1 error · 3 warnings`: without what there is none of; empty when there is nothing.
    pub fn words(self) -> String {
        let parts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, noun)| crate::text::plural(count, noun))
            .collect();
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::RULES;

    fn told(rule: usize, seq: u64, subject: Option<&str>, words: &str) -> Told {
        Told {
            finding: Finding {
                rule: RULES[rule],
                severity: RULES[rule].grade.at(None),
                seq,
                conn: 1,
                method: Box::default(),
                subject: subject.map(|name| Subject::Tool(name.into())),
                pointer: String::new(),
                words: words.to_owned(),
            },
            server: "demo".into(),
        }
    }

    #[test]
    fn the_same_thing_is_found_once_and_counted() {
        let mut findings = Findings::default();
        findings.extend([
            told(0, 3, Some("echo"), "x"),
            told(0, 9, Some("echo"), "x"),
            told(0, 9, Some("add"), "x"),
            told(1, 9, None, "y"),
        ]);
        let times = findings.all().iter().map(|one| (one.times, one.last));
        assert_eq!(times.collect::<Vec<_>>(), [(2, 9), (1, 9), (1, 9)]);
        assert_eq!(findings.at(3).count(), 1);
        assert_eq!(findings.at(9).count(), 3);
        assert_eq!(findings.at(4).count(), 0);
        let echo = Subject::Tool("echo".into());
        assert_eq!(findings.about("demo", &echo).count(), 1);
        assert_eq!(findings.about("other", &echo).count(), 0);
        assert_eq!(findings.counts().all(), 3);
    }

    #[test]
    fn what_is_excepted_is_told_no_more_whenever_it_is_found() {
        let mut findings = Findings::default();
        findings.extend([told(0, 3, Some("echo"), "x")]);
        let before = findings.version();
        let exception = Exception::of(&told(0, 1, Some("echo"), "").finding, "known");
        findings.except([exception].into());
        assert!(findings.version() > before);
        findings.extend([told(0, 4, Some("echo"), "z"), told(0, 4, Some("add"), "z")]);
        assert_eq!(findings.at(3).count(), 0);
        assert_eq!(findings.at(4).count(), 1);
        assert_eq!(findings.counts().all(), 1);
        let reason = findings.exception(&findings.all()[0]);
        assert_eq!(reason.map(|one| &*one.reason), Some("known"));
        findings.except(Arc::from([]));
        assert_eq!(findings.counts().all(), 3);
    }
}
