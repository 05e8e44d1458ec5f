//! History: every run with its arguments and what became of it, found again after renames and changed schemas.
//!
//! One file for all servers, a line of JSON a run, in the state directory, the user's alone:
//!
//! ```text
//! {"v":1,"at":"2026-11-21T10:30:00Z","server":"weather","id":"9dbc…","kind":"tool","name":"forecast",
//!  "schema":{"city":"string"},"outcome":"ok","took_us":812,"session":"/…/x.jsonl","seq":12,"args":{"city":"Oslo"}}
//! ```
//!
//! Several mcpscopes append to it at once, under a lock. What is no run is passed over: a line cut off by a crash is
//! dropped when the file is next cut down, a line of a later version stays. Runs are bounded by number, age and
//! bytes ([`Limits`]). Secrets never come here: whoever makes a [`Run`] takes them out of its arguments before.
//!
//! [`identity`] says what a server is, [`find`] which runs somebody gets to see, [`file`](mod@file) writes for this
//! file and for drafts and presets.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

pub mod eras;
pub mod file;
pub mod find;
pub mod identity;
#[cfg(test)]
mod tests;

pub use file::FileError;
pub use find::{Found, Match, Query, Scope};
pub use identity::{Callee, CalleeKind, Change, Fingerprint, Server, ServerId};

use crate::json::{self, Value};

/// The version of the lines this mcpscope writes.
const VERSION: i64 = 1;

/// Files that somebody else blew up beyond this are not read.
const MOST_READ: u64 = 64 << 20;

/// One run of a tool, a prompt or a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Of which server.
    pub server: Server,
    /// What was run.
    pub callee: Callee,
    /// What it asked for.
    pub fingerprint: Fingerprint,
    /// With which arguments: order of members and spelling of numbers as they were sent, and no secrets.
    pub arguments: Value,
    /// What became of it.
    pub outcome: Outcome,
    /// Microseconds from the request to the end.
    pub took_us: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// The session file it is recorded in, and the sequence number of the request.
    pub session: Option<(PathBuf, u64)>,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A result.
    Ok,
    /// A result with `isError`.
    ToolError,
    /// An error, with its code.
    Error(Option<i64>),
    /// It was cancelled.
    Cancelled,
    /// We stopped waiting.
    TimedOut,
    /// The connection ended first.
    NoReply,
}

impl Outcome {
    /// In words; the code of an error is not told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool error",
            Self::Error(_) => "error",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timeout",
            Self::NoReply => "no reply",
        }
    }

    fn read(word: &str, code: Option<i64>) -> Option<Self> {
        let all = [
            Self::Ok,
            Self::ToolError,
            Self::Error(code),
            Self::Cancelled,
            Self::TimedOut,
            Self::NoReply,
        ];
        all.into_iter().find(|outcome| outcome.word() == word)
    }
}

impl Run {
    /// As a line of the file, newline included.
    pub fn to_line(&self) -> String {
        let text = |text: &str| Value::from(text);
        let number = |number: u64| Value::Number(number.to_string());
        let mut members = vec![
            ("v", Value::Number(VERSION.to_string())),
            ("at", text(&self.at.to_string())),
            ("server", text(&self.server.name)),
            ("id", text(&self.server.id.to_string())),
            ("kind", text(self.callee.kind.word())),
            ("name", text(&self.callee.name)),
            ("schema", self.fingerprint.to_value()),
            ("outcome", text(self.outcome.word())),
        ];
        if let Outcome::Error(Some(code)) = self.outcome {
            members.push(("code", Value::Number(code.to_string())));
        }
        members.push(("took_us", number(self.took_us)));
        // A path that is no text cannot be written down, and without it the number says nothing.
        if let Some((path, seq)) = &self.session
            && let Some(path) = path.to_str()
        {
            members.push(("session", text(path)));
            members.push(("seq", number(*seq)));
        }
        members.push(("args", self.arguments.clone()));
        let members = members.into_iter();
        let line = Value::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        );
        format!("{line}\n")
    }

    /// Reads a line of the file.
    pub fn read(line: &[u8]) -> Option<Self> {
        json::check(line).ok()?;
        if version(line)? != VERSION {
            return None;
        }
        let text = |name: &str| json::string_at(line, &[name]);
        let number = |name: &str| json::get(line, &[name]).and_then(json::integer);
        let count = |name: &str| number(name).and_then(|number| u64::try_from(number).ok());
        Some(Self {
            server: Server {
                name: text("server")?.into(),
                id: ServerId::parse(&text("id")?)?,
            },
            callee: Callee {
                kind: CalleeKind::of_word(&text("kind")?)?,
                name: text("name")?.into(),
            },
            fingerprint: Fingerprint::read(json::get(line, &["schema"]).unwrap_or_default()),
            arguments: Value::parse(json::get(line, &["args"])?).ok()?,
            outcome: Outcome::read(&text("outcome")?, number("code"))?,
            took_us: count("took_us").unwrap_or(0),
            at: text("at")?.parse().ok()?,
            session: text("session").map(PathBuf::from).zip(count("seq")),
        })
    }
}

fn version(line: &[u8]) -> Option<i64> {
    json::get(line, &["v"]).and_then(json::integer)
}

/// How much is kept. The oldest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Runs.
    pub runs: usize,
    /// Bytes of the file; a little more until it is cut down.
    pub bytes: u64,
    /// Bytes of one line; longer ones are not kept.
    pub line: usize,
    /// Age.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            runs: 5_000,
            bytes: 4 << 20,
            line: 256 << 10,
            age: Duration::from_secs(365 * 24 * 60 * 60),
        }
    }
}

/// Whether a run is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stands in the file.
    Yes,
    /// Its arguments are too large for a history.
    TooLarge,
}

/// The file. Holds nothing in memory: other mcpscopes write to it too. To be used off the drawing thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    path: PathBuf,
    limits: Limits,
}

impl History {
    /// The history in this file, which need not exist.
    pub fn open(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            limits: Limits::default(),
        }
    }

    /// The same, with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a run, and cuts the file down when it has grown beyond its limits.
    pub fn append(&self, run: &Run) -> Result<Kept, FileError> {
        let line = run.to_line();
        if line.len() > self.limits.line {
            return Ok(Kept::TooLarge);
        }
        let _lock = file::Lock::of(&self.path)?;
        let size = file::append(&self.path, &line)?;
        if size > self.limits.bytes || self.holds_too_many(size)? {
            self.compact(run.at)?;
        }
        Ok(Kept::Yes)
    }

    /// The runs, oldest first.
    pub fn load(&self) -> Result<Vec<Run>, FileError> {
        let bytes = file::read(&self.path, MOST_READ)?;
        let mut runs: Vec<Run> = lines(&bytes).filter_map(Run::read).collect();
        // Clocks of two machines that share a home differ; two processes finish in another order than they began.
        runs.sort_by_key(|run| run.at);
        Ok(runs)
    }

    /// The runs that `query` is about, newest first; see [`find::find`].
    pub fn runs(&self, query: &Query) -> Result<Vec<Found>, FileError> {
        Ok(find::find(self.load()?, query))
    }

    /// The newest run that a form of `query` could begin with: of this very thing, whatever the query's scope.
    pub fn last(&self, query: &Query) -> Result<Option<Found>, FileError> {
        let query = Query {
            scope: Scope::Callee,
            ..query.clone()
        };
        Ok(self.runs(&query)?.into_iter().next())
    }

    /// Whether a file of `size` bytes holds too many runs; only looks when that is possible.
    fn holds_too_many(&self, size: u64) -> Result<bool, FileError> {
        // No run takes less.
        const SHORTEST_LINE: u64 = 100;
        if size <= self.limits.runs as u64 * SHORTEST_LINE {
            return Ok(false);
        }
        let bytes = file::read(&self.path, MOST_READ)?;
        Ok(memchr::memchr_iter(b'\n', &bytes).count() > self.limits.runs)
    }

    /// Leaves out what is too old, then the oldest until three quarters of the limits are left, so that this is not
    /// done again at once. To be called with the lock held. Lines of later versions count as new.
    fn compact(&self, now: Timestamp) -> Result<(), FileError> {
        let bytes = file::read(&self.path, MOST_READ)?;
        let oldest = now.checked_sub(self.limits.age).unwrap_or(Timestamp::MIN);
        let most = (self.limits.runs * 3 / 4, self.limits.bytes as usize * 3 / 4);
        let (mut count, mut size) = (0, 0);
        let mut kept: Vec<&[u8]> = lines(&bytes)
            .rev()
            .filter(|line| match Run::read(line) {
                Some(run) => run.at >= oldest,
                None => json::check(line).is_ok() && version(line).is_some_and(|it| it > VERSION),
            })
            .take_while(|line| {
                count += 1;
                size += line.len() + 1;
                count <= most.0 && size <= most.1
            })
            .collect();
        kept.reverse();
        let mut text = Vec::with_capacity(size);
        for line in kept {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        file::replace(&self.path, &text)
    }
}

fn lines(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
}
