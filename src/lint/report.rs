//! The readiness report: what a session says of a server in one page. One value, written in several ways ([`FORMS`]).
//!
//! A question that nothing was seen for is not answered with yes.

use std::collections::BTreeMap;

use super::exceptions::Exception;
use super::findings::{Told, about};
use super::linter::{Linter, Probed, Standing};
use super::rule::{Rule, Severity};
use super::rules::{GROUPS, RULES};
use crate::mcp::revision::Revision;
use crate::text;

pub mod baseline;
mod facts;
mod github;
mod json;
mod junit;
mod markdown;
mod plain;
mod sarif;
#[cfg(test)]
mod tests;

pub use facts::{Method, Server};
pub use json::members;

/// A way to write it.
#[derive(Debug)]
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Writes it; what comes from servers is safe for a terminal.
    pub write: fn(&Report) -> String,
}

/// Every way to write it, but for the members of a JSON object ([`members`]).
pub const FORMS: &[Form] = &[
    Form {
        name: "text",
        about: "a page for people",
        write: plain::write,
    },
    Form {
        name: "markdown",
        about: "the same for a pull request",
        write: markdown::write,
    },
    Form {
        name: "junit",
        about: "a case for each rule, for CI",
        write: junit::write,
    },
    Form {
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning",
        write: sarif::write,
    },
    Form {
        name: "github",
        about: "annotations of GitHub Actions",
        write: github::write,
    },
];

/// A question that the page answers.
#[derive(Debug)]
pub struct Question {
    /// In a word.
    pub name: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// The groups of rules that answer it.
    groups: &'static [&'static str],
    /// Rules of other groups that answer it, and not what their group does.
    rules: &'static [&'static str],
}

/// The page, from the top.
pub const QUESTIONS: &[Question] = &[
    Question {
        name: "start",
        asks: "Can it be started and reached, and does it stop?",
        groups: &["life", "stdio"],
        rules: &["serves-a-second-client"],
    },
    Question {
        name: "login",
        asks: "Does a login work?",
        groups: &["auth"],
        rules: &["garbage-token-is-refused"],
    },
    Question {
        name: "wire",
        asks: "Is the wire right?",
        groups: &[
            "wire",
            "lifecycle",
            "http",
            "progress",
            "logging",
            "asking",
            "sampling",
            "tasks",
            "listen",
            "extensions",
            "probed",
            "probed-http",
            "probed-modern",
        ],
        rules: &[],
    },
    Question {
        name: "discovery",
        asks: "Can tools, resources and prompts be found, and are they what they say?",
        groups: &["paging", "resources", "content", "tools"],
        rules: &[],
    },
    Question {
        name: "words",
        asks: "Are they described well?",
        groups: &["quality"],
        rules: &["tool-is-described", "parameters-are-described"],
    },
    Question {
        name: "errors",
        asks: "Are errors proper?",
        groups: &["errors"],
        rules: &[
            "failures-are-marked",
            "unknown-tool-is-an-error",
            "unknown-method-is-refused",
            "bad-cursor-is-refused",
            "missing-resource-is-refused",
            "missing-resource-is-not-empty",
            "unknown-prompt-is-refused",
            "unknown-reference-is-refused",
            "bad-level-is-refused",
            "unknown-task-is-refused",
            "bad-arguments-are-a-tool-error",
            "wrong-requests-are-no-faults",
        ],
    },
    Question {
        name: "leaks",
        asks: "Does it keep secrets to itself?",
        groups: &[],
        rules: &[
            "lists-hold-no-secrets",
            "header-marks-hold-no-secrets",
            "listens-at-home",
        ],
    },
    Question {
        name: "clients",
        asks: "Will clients take it?",
        groups: &["schemas"],
        rules: &[
            "tool-name",
            "tool-name-is-short",
            "tool-name-fits-with-prefix",
            "tool-name-has-no-dots",
            "not-too-many-tools",
        ],
    },
    Question {
        name: "client",
        asks: "Is its client right, as far as a tap heard it?",
        groups: &[
            "client",
            "client-order",
            "client-answers",
            "client-fitting",
            "client-headers",
        ],
        rules: &[],
    },
    Question {
        name: "context",
        asks: "What does it cost in context?",
        groups: &[],
        rules: &["context-cost", "description-is-short"],
    },
];

impl Question {
    /// The question that a rule answers.
    pub fn of(rule: &Rule) -> Option<&'static Self> {
        let named = |question: &&Self| question.rules.contains(&rule.name);
        let group = || {
            let holds = |rules: &[Rule]| rules.iter().any(|one| one.name == rule.name);
            let group = GROUPS.iter().find(|(_, rules)| holds(rules));
            group.map(|(name, _)| *name)
        };
        QUESTIONS.iter().find(named).or_else(|| {
            let group = group()?;
            QUESTIONS
                .iter()
                .find(|question| question.groups.contains(&group))
        })
    }
}

/// How a question, or a revision, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answer {
    /// Errors that are new.
    pub errors: usize,
    /// Warnings that are new.
    pub warnings: usize,
    /// Notes that are new.
    pub notes: usize,
    /// Rules that something was seen for.
    pub looked: usize,
    /// Rules there are.
    pub rules: usize,
}

impl Answer {
    /// One or two words.
    pub const fn word(self) -> &'static str {
        match self {
            Self { errors: 1.., .. } => "wrong",
            Self { warnings: 1.., .. } => "wanting",
            Self { looked: 0, .. } => "not seen",
            _ => "good",
        }
    }

    /// What is behind it: `1 error, 2 notes; 3 of 9 rules saw something`.
    pub fn words(self) -> String {
        let counts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, noun)| text::plural(count, noun))
            .collect();
        let rules = format!("{} of {} rules saw something", self.looked, self.rules);
        match counts.join(", ") {
            none if none.is_empty() => rules,
            counts => format!("{counts}; {rules}"),
        }
    }

    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }
}

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
    /// It.
    pub told: Told,
    /// The line of the session file, from 1, when the session is a file.
    pub line: Option<u64>,
    /// Whether it counts.
    pub known: Known,
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

/// See the module.
#[derive(Debug)]
pub struct Report {
    /// The session, as it is called for people; a path when it is a file.
    pub name: String,
    /// Whether that is a path.
    pub is_file: bool,
    /// The servers, connection by connection.
    pub servers: Vec<Server>,
    /// The revisions that connections spoke, those among them that were probed.
    pub spoken: Vec<(u32, Revision)>,
    /// How many probes it was sent.
    pub probes: Probed,
    /// Revisions that a server was asked in and refused.
    pub refused: Vec<Revision>,
    /// Everything found, as it was found.
    pub findings: Vec<Reported>,
    /// Every rule, in the order of the table.
    pub rules: Vec<(&'static Rule, Standing)>,
}

impl Report {
    /// Of all that a linter took.
    pub fn of(
        name: String,
        is_file: bool,
        linter: &Linter,
        found: impl IntoIterator<Item = (Told, u64)>,
    ) -> Self {
        let reported = |(told, line): (Told, u64)| Reported {
            told,
            line: is_file.then_some(line),
            known: Known::No,
        };
        Self {
            name,
            is_file,
            servers: facts::servers(linter.timeline()),
            spoken: facts::spoken(linter.timeline()),
            probes: linter.probes().clone(),
            refused: linter.refused().collect(),
            findings: found.into_iter().map(reported).collect(),
            rules: linter.standings().collect(),
        }
    }

    /// What somebody lives with counts no more.
    pub fn except(&mut self, exceptions: &[Exception]) {
        for one in &mut self.findings {
            let finding = &one.told.finding;
            if let Some(exception) = exceptions.iter().find(|exception| exception.holds(finding)) {
                one.known = Known::Ignored(exception.reason.clone());
            }
        }
    }

    /// What counts, the worst first.
    pub fn new_findings(&self) -> Vec<&Reported> {
        let mut new: Vec<&Reported> = self.findings.iter().filter(|one| one.is_new()).collect();
        new.sort_by_key(|one| std::cmp::Reverse(one.told.finding.severity));
        new
    }

    /// How many do not count: those that are ignored, and those of the baseline.
    pub fn known(&self) -> (usize, usize) {
        let count = |is: fn(&Known) -> bool| {
            let known = self.findings.iter().filter(|one| is(&one.known));
            known.count()
        };
        (
            count(|known| matches!(known, Known::Ignored(_))),
            count(|known| *known == Known::Baseline),
        )
    }

    /// The answers to the questions, in their order.
    pub fn answers(&self) -> Vec<(&'static Question, Answer)> {
        let mut answers: Vec<_> = QUESTIONS
            .iter()
            .map(|question| (question, Answer::default()))
            .collect();
        let place = |rule: &Rule| {
            let question = Question::of(rule)?;
            QUESTIONS.iter().position(|one| one.name == question.name)
        };
        for (rule, standing) in &self.rules {
            if let Some(place) = place(rule) {
                answers[place].1.rules += 1;
                answers[place].1.looked += usize::from(*standing != Standing::NotSeen);
            }
        }
        for one in self.findings.iter().filter(|one| one.is_new()) {
            if let Some(place) = place(one.told.finding.rule) {
                answers[place].1.add(one.told.finding.severity);
            }
        }
        answers
    }

    /// How each revision stands; none for one that was not spoken.
    pub fn revisions(&self) -> BTreeMap<Revision, Option<Answer>> {
        let all = Revision::ALL.iter().map(|revision| {
            let spoke = |(conn, other): &(u32, Revision)| (other == revision).then_some(*conn);
            let conns: Vec<u32> = self.spoken.iter().filter_map(spoke).collect();
            conns.first()?;
            let mut answer = Answer::default();
            for (rule, standing) in &self.rules {
                let applies = rule.applies(Some(*revision));
                answer.rules += usize::from(applies);
                answer.looked += usize::from(applies && *standing != Standing::NotSeen);
            }
            for one in self.findings.iter().filter(|one| one.is_new()) {
                if conns.contains(&one.told.finding.conn) {
                    answer.add(one.told.finding.severity);
                }
            }
            Some(answer)
        });
        Revision::ALL.iter().copied().zip(all).collect()
    }

    /// What is said of a revision that was not spoken.
    pub fn unspoken(&self, revision: Revision) -> &'static str {
        if self.refused.contains(&revision) {
            "not spoken"
        } else {
            "not seen"
        }
    }

    /// Errors, warnings and notes that count, and how the rules stand, in one line.
    pub fn summary(&self) -> String {
        let mut answer = Answer::default();
        for one in self.findings.iter().filter(|one| one.is_new()) {
            answer.add(one.told.finding.severity);
        }
        let count = |is: fn(&Standing) -> bool| {
            let rules = self.rules.iter().filter(|(_, standing)| is(standing));
            rules.count()
        };
        let (ignored, known) = self.known();
        let aside = match (ignored, known) {
            (0, 0) => String::new(),
            (ignored, 0) => format!(" ({ignored} ignored)"),
            (0, known) => format!(" ({known} in the baseline)"),
            (ignored, known) => format!(" ({ignored} ignored, {known} in the baseline)"),
        };
        format!(
            "{}, {}, {}{aside}; of {} rules {} passed, {} failed, {} not seen",
            text::plural(answer.errors, "error"),
            text::plural(answer.warnings, "warning"),
            text::plural(answer.notes, "note"),
            RULES.len(),
            count(|one| *one == Standing::Passed),
            count(|one| matches!(one, Standing::Failed(_))),
            count(|one| *one == Standing::NotSeen),
        )
    }
}
