//! What a rule is: the columns of the table.

use super::seen::{Message, Seen, Told};
use super::transcript::Transcript;
use crate::mcp::revision::Revision;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The specification advises against it, or people will be bitten by it.
    Warning,
    /// The specification forbids it.
    Error,
}

impl Severity {
    /// One word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How bad it is, by revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// The same in all.
    Always(Severity),
    /// A warning before this revision, an error from it on.
    ErrorSince(Revision),
}

impl Grade {
    /// An error in all revisions.
    pub const ERROR: Self = Self::Always(Severity::Error);
    /// A warning in all.
    pub const WARNING: Self = Self::Always(Severity::Warning);
    /// A note in all.
    pub const NOTE: Self = Self::Always(Severity::Note);

    /// How bad it is, in words.
    pub fn words(self) -> String {
        match self {
            Self::Always(severity) => severity.word().to_owned(),
            Self::ErrorSince(since) => format!("warning, from {since} on error"),
        }
    }

    /// How bad it is in a revision.
    pub fn at(self, revision: Option<Revision>) -> Severity {
        match self {
            Self::Always(severity) => severity,
            Self::ErrorSince(since) if revision.is_some_and(|revision| revision >= since) => {
                Severity::Error
            }
            Self::ErrorSince(_) => Severity::Warning,
        }
    }
}

/// Which messages a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// All.
    Any,
    /// Results of these methods.
    Results(&'static [&'static str]),
    /// All results.
    AnyResult,
    /// Errors.
    Errors,
    /// Requests and notifications with these methods.
    Sent(&'static [&'static str]),
    /// All notifications.
    Notifications,
}

/// What looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// At every entry by itself.
    Entry(fn(&Seen<'_>, &mut Told)),
    /// At every message from the server by itself.
    Message(On, fn(&Seen<'_>, &Message<'_>, &mut Told)),
    /// At a whole session, with a memory.
    Watch(fn() -> Box<dyn Watch>),
    /// At what came of these probes, each when it is over; with those of the same server before it.
    Probe(
        &'static [&'static str],
        fn(&Transcript, &[Transcript], &mut Told),
    ),
}

/// A rule with a memory. What it remembers must not grow with the session but by what the fold keeps as well: ids
/// that wait, names of a list.
pub trait Watch: Send {
    /// Takes the next entry.
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told);
}

/// The same fix in a programming language: one line.
pub type Line = (&'static str, &'static str);

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its stable name, in kebab case. Baselines and ignore lists hold it; it is never given to another rule.
    pub name: &'static str,
    /// The checks of the protocol reference that it is; none for a rule of quality.
    pub checks: &'static [u16],
    /// How bad it is.
    pub grade: Grade,
    /// The first revision it applies to.
    pub since: Revision,
    /// The last.
    pub until: Revision,
    /// The section of the specification; empty for a rule of quality.
    pub section: &'static str,
    /// What is demanded.
    pub what: &'static str,
    /// What happens to people otherwise.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// The same in a line of code, by language.
    pub lines: &'static [Line],
    /// What looks.
    pub check: Check,
}

impl Rule {
    /// What most rows have in common; each of them says its own `name`, `what`, `why`, `fix` and `check`.
    pub const ROW: Self = Self {
        name: "",
        checks: &[],
        grade: Grade::Always(Severity::Error),
        since: Revision::ALL[0],
        until: Revision::ALL[Revision::ALL.len() - 1],
        section: "",
        what: "",
        why: "",
        fix: "",
        lines: &[],
        check: Check::Entry(|_, _| {}),
    };

    /// Whether it applies to a revision. As long as nobody knows which is spoken, what holds in all applies.
    pub fn applies(&self, revision: Option<Revision>) -> bool {
        match revision {
            Some(revision) => (self.since..=self.until).contains(&revision),
            None => {
                self.since == Revision::ALL[0]
                    && self.until == Revision::ALL[Revision::ALL.len() - 1]
            }
        }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Rule").field(&self.name).finish()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}
