//! What was recorded of one connection, entry by entry, as far as the steps and their causes go by it.

use std::collections::VecDeque;

use super::Left;
use crate::note::login::Hop;
use crate::note::{LEFT_BEHIND, Note};
use crate::session::recorded::{Facts, Recorded};
use crate::session::{Channel, Direction};

/// Lines of stderr, and of what is none of stdout, that are kept: the first ones and the last.
const KEPT: usize = 200;

/// A line that a server wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When, in microseconds of the session.
    pub us: u64,
    /// Its entry.
    pub seq: u64,
    /// Which it is on its stream, from 1.
    pub number: u64,
    /// Its beginning.
    pub text: String,
}

/// Something that was said of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When, in microseconds of the session.
    pub us: u64,
    /// Its entry.
    pub seq: u64,
    /// What.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A document on the way to a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which, and what came of it.
    pub what: String,
    /// Whether it is there.
    pub ok: bool,
}

/// See the module. Times are in microseconds of the session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// When it was asked for.
    pub connected: Option<u64>,
    /// When the newest process of it began to be started.
    pub starts: Option<u64>,
    /// When it was there.
    pub spawned: Option<u64>,
    /// Why none could be.
    pub start_failed: Option<Said>,
    /// When the newest process first wrote to stdout.
    pub first: Option<u64>,
    /// Messages that came.
    pub lines: u64,
    /// Lines on stdout that are none.
    pub noise: u64,
    /// The first of those.
    pub junk: Vec<Line>,
    /// The newest lines of stderr.
    pub stderr: VecDeque<Line>,
    /// How many there were.
    pub stderr_lines: u64,
    /// When it worked, and in which revision.
    pub ready: Option<Said>,
    /// Why it cannot.
    pub failed: Option<Said>,
    /// When the last message came before the end began.
    pub last: Option<u64>,
    /// When its stdin was closed.
    pub closed: Option<u64>,
    /// When it was told to terminate, and whether it was killed.
    pub terminated: Option<u64>,
    /// See [`Self::terminated`].
    pub killed: bool,
    /// Whether answers came only once stdin was closed.
    pub held_back: bool,
    /// How its process left.
    pub left: Option<Left>,
    /// Whether processes of its were left when it was gone.
    pub left_behind: Option<u64>,
    /// What was looked for before a login.
    pub documents: Vec<Document>,
    /// Whether it wants a login that did not come about.
    pub needs_login: bool,
    /// How a token was come by.
    pub token: Option<String>,
}

impl Course {
    /// Takes the next entry of the connection.
    pub fn push(&mut self, entry: &Recorded) {
        let text = || entry.preview.as_deref().unwrap_or_default().to_owned();
        let incoming = entry.direction == Direction::In;
        match &entry.facts {
            Facts::Messages(_) if incoming => {
                self.first.get_or_insert(entry.us);
                self.lines += 1;
                match self.closed {
                    None => self.last = Some(entry.us),
                    Some(_) => self.held_back |= self.ready.is_none(),
                }
            }
            Facts::Junk(_) if incoming && entry.channel == Channel::Stdout => {
                self.first.get_or_insert(entry.us);
                self.noise += 1;
                if self.junk.len() < KEPT {
                    self.junk.push(Line {
                        us: entry.us,
                        seq: entry.seq,
                        number: self.lines + self.noise,
                        text: text(),
                    });
                }
            }
            Facts::Line(_) => {
                self.stderr_lines += 1;
                if self.stderr.len() == KEPT {
                    self.stderr.pop_front();
                }
                self.stderr.push_back(Line {
                    us: entry.us,
                    seq: entry.seq,
                    number: self.stderr_lines,
                    text: text(),
                });
            }
            Facts::Note(note) => self.note(note, entry),
            _ => {}
        }
    }

    fn note(&mut self, note: &Note, entry: &Recorded) {
        let said = |what: &str, hint: &Option<String>| {
            Some(Said {
                us: entry.us,
                seq: entry.seq,
                what: what.to_owned(),
                hint: hint.clone(),
            })
        };
        match note {
            Note::Connect { .. } => {
                self.connected = Some(entry.us);
                self.starts = Some(entry.us);
            }
            // A server that left on being asked for its era is started again.
            Note::Spawn { .. } => {
                if let Some(left) = &self.left {
                    self.starts = Some(left.us);
                }
                self.spawned = Some(entry.us);
                self.first = None;
                self.left = None;
                self.closed = None;
                self.terminated = None;
            }
            Note::StartFailed { what, hint } => self.start_failed = said(what, hint),
            Note::Ready { revision } => self.ready = said(revision, &None),
            Note::Failed { what, hint } => self.failed = said(what, hint),
            Note::Step { step } if self.left.is_none() => match step.as_str() {
                "stdin closed" => self.closed = Some(entry.us),
                "terminate" if self.left_behind.is_none() => self.terminated = Some(entry.us),
                "kill" if self.left_behind.is_none() => {
                    self.terminated.get_or_insert(entry.us);
                    self.killed = true;
                }
                _ => {}
            },
            Note::Exit { code, signal } => {
                self.left = Some(Left {
                    us: entry.us,
                    code: *code,
                    signal: *signal,
                    seq: entry.seq,
                });
            }
            Note::Remark { what } if what == LEFT_BEHIND => self.left_behind = Some(entry.seq),
            Note::Unanswered { kind, .. } => self.needs_login = kind == "needs-login",
            Note::Login(Hop::Tried { step, what, ok, .. }) if step.contains("metadata") => {
                self.documents.push(Document {
                    what: format!("{step}: {what}"),
                    ok: *ok,
                });
            }
            Note::Login(Hop::Token { how, .. }) => self.token = Some(how.clone()),
            _ => {}
        }
    }

    /// All lines that are no messages, newest first, those of stderr before those of stdout.
    pub fn told(&self) -> impl Iterator<Item = &Line> {
        self.stderr.iter().rev().chain(self.junk.iter().rev())
    }

    /// Of an authorization server that is named, and whose metadata is nowhere: what came of it last.
    pub fn lost_directions(&self) -> Option<&Document> {
        let (servers, resources): (Vec<_>, Vec<_>) = self
            .documents
            .iter()
            .partition(|tried| tried.what.starts_with("authorization server"));
        let named = self.needs_login && resources.iter().any(|tried| tried.ok);
        let last = servers.last().filter(|_| named)?;
        (!servers.iter().any(|tried| tried.ok)).then_some(last)
    }

    /// Whether the server left without being asked to.
    pub fn died(&self) -> bool {
        self.left.is_some() && self.closed.is_none()
    }
}
