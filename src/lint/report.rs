//! The readiness report: what a session says of a server in one page. One value, written in several ways ([`FORMS`]).
//!
//! A question that nothing was seen for is not answered with yes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::exceptions::Exception;
use super::findings::{Told, most};
use super::linter::{Linter, Probed, Standing};
use super::rule::{Rule, Severity};
use super::rules::{GROUPS, RULES};
use crate::mcp::revision::{Era, Revision};
use crate::text;

pub mod baseline;
mod facts;
mod github;
mod json;
mod junit;
mod markdown;
mod plain;
mod reported;
mod sarif;
#[cfg(test)]
mod tests;

pub use facts::{Method, Server};
pub use json::members;
pub use reported::{Known, Reported};

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

/// A report in a form of this name, or as one JSON object.
pub fn written(report: &Report, form: &str) -> String {
    if let Some(form) = FORMS.iter().find(|one| one.name == form) {
        return (form.write)(report);
    }
    let members: Vec<String> = members(report)
        .iter()
        .map(|(name, value)| format!("{}:{value}", crate::json::quote(name)))
        .collect();
    format!("{{{}}}\n", members.join(","))
}

/// The form that the name of a file asks for by its ending.
pub fn form_of(file: &std::path::Path) -> Option<&'static str> {
    let ending = file.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "sarif" => "sarif",
        "xml" => "junit",
        "md" => "markdown",
        "json" => "json",
        "txt" => "text",
        _ => return None,
    })
}

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
        name: "fast",
        asks: "Is it fast?",
        groups: &[],
        rules: &["first-answer-comes-soon", "requests-come-to-an-end"],
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
    /// Whether something did not work at all.
    pub failed: bool,
    /// Whether something worked, whatever the rules saw of it.
    pub worked: bool,
}

impl Answer {
    /// One or two words.
    pub const fn word(self) -> &'static str {
        match self {
            Self { errors: 1.., .. } | Self { failed: true, .. } => "wrong",
            Self { warnings: 1.., .. } => "wanting",
            Self {
                looked: 0,
                worked: false,
                ..
            } => "not seen",
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
        let how = match (self.failed, self.worked && self.looked == 0) {
            (true, _) => "it failed",
            (false, true) => "it answered",
            (false, false) => "",
        };
        let parts = [how, &counts.join(", "), &rules];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
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
    /// What else is to be said, such as of what is ignored; not sanitised.
    pub remarks: Vec<String>,
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
        let spoken = facts::spoken(linter.timeline());
        let findings = reported::folded(found, is_file, &spoken);
        Self {
            name,
            is_file,
            servers: facts::servers(linter.timeline()),
            spoken,
            probes: linter.probes().clone(),
            refused: linter.refused().collect(),
            findings,
            remarks: Vec::new(),
            rules: linter.standings().collect(),
        }
    }

    /// How often things were found, also where that was too often to be told each time.
    pub fn count(&mut self, linter: &Linter) {
        for one in &mut self.findings {
            let told = &one.told;
            one.times = one.times.max(linter.times(&told.finding, &told.server));
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

    /// What counts, the worst first, and what a rule told together.
    pub fn new_findings(&self) -> Vec<&Reported> {
        let mut new: Vec<&Reported> = self.findings.iter().filter(|one| one.is_new()).collect();
        let mut rules: Vec<&str> = Vec::new();
        for one in &new {
            let name = one.told.finding.rule.name;
            if !rules.contains(&name) {
                rules.push(name);
            }
        }
        let place = |name: &str| rules.iter().position(|rule| *rule == name);
        new.sort_by_cached_key(|one| {
            let finding = &one.told.finding;
            (
                std::cmp::Reverse(finding.severity),
                place(finding.rule.name),
            )
        });
        new
    }

    /// The same as far as it fits on a page: of a rule and a server only some, the last of them with how many more there
    /// are.
    pub fn page(&self) -> Vec<(&Reported, usize)> {
        let mut counts: HashMap<(&str, &str), (usize, usize)> = HashMap::new();
        let mut page: Vec<(&Reported, usize)> = Vec::new();
        for one in self.new_findings() {
            let rule = one.told.finding.rule.name;
            let (count, last) = counts.entry((rule, &*one.told.server)).or_default();
            *count += 1;
            if *count <= most(one.told.finding.severity) {
                *last = page.len();
                page.push((one, 0));
            } else {
                page[*last].1 += 1;
            }
        }
        page
    }

    /// What did not work at all: the question that is about it, and why; not sanitised.
    pub fn failed(&self) -> Vec<(&'static str, &str)> {
        let failed = self.servers.iter().filter_map(|server| {
            let why = server.failed.as_deref()?;
            // What ended after it had worked was started, and reached.
            let opens = |name: &str| matches!(name, "initialize" | "server/discover");
            let worked = server.methods.iter().any(|one| !opens(&one.name));
            match (server.needs_login, worked) {
                (true, _) => Some(("login", why)),
                (false, true) => None,
                (false, false) => Some(("start", why)),
            }
        });
        failed.collect()
    }

    /// In which of the revisions something was found, where there is more than one; `in both eras` in short.
    pub fn when(&self, one: &Reported) -> Option<String> {
        let all: BTreeSet<Revision> = self.spoken.iter().map(|(_, revision)| *revision).collect();
        if all.len() < 2 || one.revisions.is_empty() {
            return None;
        }
        let eras = |mut of: Vec<Era>| {
            of.dedup();
            of.len()
        };
        if eras(one.revisions.iter().map(|one| one.era()).collect()) > 1 {
            return Some("in both eras".to_owned());
        }
        if one.revisions.len() == all.len() {
            return None;
        }
        let names: Vec<&str> = one.revisions.iter().map(|one| one.as_str()).collect();
        Some(format!("in {}", names.join(", ")))
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
        let failed = self.failed();
        let answered = self.servers.iter().any(|one| one.first_answer.is_some());
        for (question, answer) in &mut answers {
            answer.failed = failed.iter().any(|(name, _)| *name == question.name);
            // What answered was reached.
            answer.worked = question.name == "start" && answered && !answer.failed;
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
                if one.conns.iter().any(|conn| conns.contains(conn)) {
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
