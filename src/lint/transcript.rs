//! What came of a probe: its steps, what was sent with each, and what came back. Read off the entries of its
//! connection, live or in a recording; kept until the rules have judged it, and the answers of a few probes longer.

use std::collections::{HashMap, HashSet};

use super::hops::Hops;
use super::seen::Message;
use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::mcp::http::headers;
use crate::mcp::revision::Revision;
use crate::note::Note;
use crate::note::decided::Decided;
use crate::note::http::{APART, Step as Hop};
use crate::session::recorded::{Facts, Recorded};
use crate::session::{Direction, Entry};

/// Bytes of an answer that are kept; of longer ones nobody knows what they say.
const LONGEST: usize = 256 * 1024;
/// Answers of a step that are kept.
const MOST: usize = 256;

/// Beginnings of the names of probes that later ones are compared with.
const LOOKED_BACK: &[&str] = &["discover", "initialize", "version-", "lists"];

/// An answer of the server's.
#[derive(Debug, Clone, PartialEq)]
pub struct Came {
    /// Its entry.
    pub seq: u64,
    /// Its id.
    pub id: Option<Id>,
    /// Whether it is an error.
    pub failed: bool,
    /// Its bytes; empty when they are too many.
    pub raw: Vec<u8>,
}

impl Came {
    /// The code of an error.
    pub fn code(&self) -> Option<i64> {
        json::get(&self.raw, &["error", "code"]).and_then(json::integer)
    }

    /// A member of it.
    pub fn get(&self, path: &[&str]) -> Option<&[u8]> {
        json::get(&self.raw, path)
    }

    /// What it says, in a few words.
    pub fn words(&self) -> String {
        match (self.failed, self.code()) {
            (true, Some(code)) => format!("error {code}"),
            (true, None) => "an error without a code".to_owned(),
            (false, _) => "a result".to_owned(),
        }
    }
}

/// A step of a probe.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stepped {
    /// Its name.
    pub name: Box<str>,
    /// The entry that announces it.
    pub seq: u64,
    /// Ids of requests that were sent with it.
    pub asked: Vec<Id>,
    /// What answered them, or came with their exchanges, or said that it cannot tell what it answers.
    pub came: Vec<Came>,
    /// The status of its HTTP responses, each with its entry and the type of its body.
    pub statuses: Vec<(u64, u16, Box<str>)>,
    /// Whether the server ended meanwhile, by this entry.
    pub ended: Option<u64>,
}

impl Stepped {
    /// The first answer.
    pub fn answer(&self) -> Option<&Came> {
        self.came.first()
    }

    /// The first status.
    pub fn status(&self) -> Option<u16> {
        self.statuses.first().map(|(_, status, _)| *status)
    }

    /// The entry that shows what came of it.
    pub fn shown(&self) -> u64 {
        let answer = self.answer().map(|came| came.seq);
        let status = self.statuses.first().map(|(seq, ..)| *seq);
        answer.or(status).or(self.ended).unwrap_or(self.seq)
    }

    /// Whether it was met with what tells nothing of what was asked: a redirect, a login that is missing, too many
    /// requests.
    pub fn tells_nothing(&self) -> bool {
        matches!(self.status(), Some(300..=399 | 401 | 429))
    }

    /// What came, in a few words.
    pub fn words(&self) -> String {
        let status = self.status().filter(|status| *status != 200);
        match (self.answer(), status) {
            // What is answered on a stream was only taken by its own exchange.
            (Some(came), Some(202)) => came.words(),
            (Some(came), Some(status)) => format!("{} with status {status}", came.words()),
            (Some(came), None) => came.words(),
            (None, Some(status)) => format!("status {status}"),
            (None, None) if self.status().is_some() => "nothing but status 200".to_owned(),
            (None, None) if self.ended.is_some() => "the end of the server".to_owned(),
            (None, None) => "nothing".to_owned(),
        }
    }
}

/// All of a probe.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// Its name.
    pub probe: Box<str>,
    /// The connection.
    pub conn: u32,
    /// The server, as its connection is called.
    pub server: Box<str>,
    /// The revision that was spoken.
    pub revision: Option<Revision>,
    /// Whether it came over HTTP.
    pub http: bool,
    /// Whether the server opened a session on it.
    pub has_session: bool,
    /// Its steps, in order.
    pub steps: Vec<Stepped>,
    /// Why it came to nothing, when it did.
    pub why: Option<Box<str>>,
}

impl Transcript {
    /// A step by its name.
    pub fn step(&self, name: &str) -> Option<&Stepped> {
        self.steps.iter().find(|step| *step.name == *name)
    }
}

/// Takes the entries of connections that are probed, and gives transcripts.
#[derive(Debug, Default)]
pub struct Transcripts {
    /// By connection.
    open: HashMap<u32, Open>,
    /// What rules look back at: earlier probes, in order.
    kept: Vec<Transcript>,
    /// Connections on which a session was opened.
    sessions: HashSet<u32>,
}

#[derive(Debug, Default)]
struct Open {
    now: Transcript,
    /// The step of a request that waits.
    asked: HashMap<Id, usize>,
    /// The step of an exchange, and that of a frame before its exchange.
    hops: HashMap<u32, usize>,
    /// The entries of responses, by their exchange.
    heads: HashMap<u32, u64>,
    frames: HashMap<u64, usize>,
    /// Exchanges that are streams, on which whatever was asked before is answered.
    streams: HashSet<u32>,
    /// Whether what is sent is what any client may send.
    civil: bool,
}

impl Transcripts {
    /// Earlier probes that later ones are compared with, of any server; rules tell them apart.
    pub fn kept(&self) -> &[Transcript] {
        &self.kept
    }

    /// Remembers one for those after it.
    pub fn keep(&mut self, transcript: Transcript) {
        let wanted = LOOKED_BACK
            .iter()
            .any(|name| transcript.probe.starts_with(name));
        if wanted && self.kept.len() < MOST {
            self.kept.push(transcript);
        }
    }

    /// Whether what passes on a connection now is nothing that a good client sends.
    pub fn is_rude(&self, conn: u32) -> bool {
        self.open.get(&conn).is_some_and(|open| !open.civil)
    }

    /// The first connection that was opened to probe.
    pub fn first(&self) -> Option<u32> {
        self.open.keys().min().copied()
    }

    /// Takes the next entry; gives a transcript when that ends one.
    pub(super) fn take(
        &mut self,
        entry: &Entry,
        recorded: &Recorded,
        messages: &[Message<'_>],
        server: &str,
    ) -> Option<Transcript> {
        match &recorded.facts {
            Facts::Note(Note::Decided(Decided::Probing {
                probe,
                step,
                revision,
            })) => {
                let has_session = self.sessions.contains(&entry.conn);
                let open = self.open.entry(entry.conn).or_default();
                open.begin(entry, probe, step, revision, server);
                open.now.has_session = has_session;
                None
            }
            Facts::Note(Note::Decided(Decided::Probed { probe, why })) => {
                let open = self.open.entry(entry.conn).or_default();
                if *open.now.probe != **probe {
                    open.begin(entry, probe, "", "", server);
                    open.now.steps.clear();
                }
                open.now.why = why.as_deref().map(Into::into);
                open.asked.clear();
                // What passes between two probes is their connection's, and how it ends in the middle of the others.
                open.civil = false;
                Some(std::mem::take(&mut open.now))
            }
            Facts::Note(note) => {
                if let Note::Http(Hop::Response { headers, .. }) = note
                    && headers::value(headers, "mcp-session-id").is_some()
                {
                    self.sessions.insert(entry.conn);
                }
                self.open.get_mut(&entry.conn)?.note(entry, note);
                None
            }
            _ => {
                self.open.get_mut(&entry.conn)?.frame(entry, messages);
                None
            }
        }
    }
}

impl Open {
    fn begin(&mut self, entry: &Entry, probe: &str, step: &str, revision: &str, server: &str) {
        if *self.now.probe != *probe {
            self.civil = crate::probe::Probe::find(probe).is_some_and(|probe| probe.civil);
            self.asked.clear();
            self.hops.clear();
            self.heads.clear();
            self.frames.clear();
            self.now = Transcript {
                probe: probe.into(),
                conn: entry.conn,
                server: server.into(),
                revision: revision.parse().ok(),
                ..Transcript::default()
            };
        }
        self.now.steps.push(Stepped {
            name: step.into(),
            seq: entry.seq,
            ..Stepped::default()
        });
    }

    fn note(&mut self, entry: &Entry, note: &Note) {
        let Some(last) = self.now.steps.len().checked_sub(1) else {
            return;
        };
        match note {
            Note::Http(Hop::Request { exchange, why, .. }) if why == APART => {
                self.streams.insert(*exchange);
                self.now.http = true;
            }
            Note::Http(Hop::Request {
                exchange,
                frame,
                follows,
                ..
            }) => {
                let step = frame.and_then(|frame| self.frames.get(&frame).copied());
                let step = step.unwrap_or(last);
                self.hops.insert(*exchange, step);
                self.now.http = true;
                // A redirect that was followed is not what came of it.
                if let Some(head) = follows.and_then(|other| self.heads.get(&other)) {
                    let statuses = &mut self.now.steps[step].statuses;
                    statuses.retain(|(seq, ..)| seq != head);
                }
            }
            Note::Http(Hop::Response {
                exchange,
                status,
                headers,
                ..
            }) => {
                self.heads.insert(*exchange, entry.seq);
                if let Some(step) = self.hops.get(exchange) {
                    let mime = headers::mime(headers).into();
                    self.now.steps[*step]
                        .statuses
                        .push((entry.seq, *status, mime));
                }
            }
            Note::Exit { .. } => self.now.steps[last].ended = Some(entry.seq),
            _ => {}
        }
    }

    fn frame(&mut self, entry: &Entry, messages: &[Message<'_>]) {
        let Some(last) = self.now.steps.len().checked_sub(1) else {
            return;
        };
        if entry.direction == Direction::Out {
            self.frames.insert(entry.seq, last);
        }
        for message in messages {
            let kind = message.facts.kind;
            let id = message.facts.id.clone();
            if entry.direction == Direction::Out {
                if let (Kind::Request, Some(id)) = (kind, id) {
                    self.asked.insert(id.clone(), last);
                    self.now.steps[last].asked.push(id);
                }
                continue;
            }
            if !matches!(kind, Kind::Result | Kind::Error) {
                continue;
            }
            let exchange = Hops::of(entry).filter(|exchange| !self.streams.contains(exchange));
            let by_exchange = exchange.and_then(|exchange| self.hops.get(&exchange));
            let by_id = || id.as_ref().and_then(|id| self.asked.get(id));
            let step = by_exchange.or_else(by_id).copied();
            // Who cannot read a message cannot know its id either.
            let unread = id.as_ref().is_none_or(|id| !id.is_valid());
            let Some(step) = step.or_else(|| unread.then_some(last)) else {
                continue;
            };
            let came = &mut self.now.steps[step].came;
            if came.len() < MOST {
                came.push(Came {
                    seq: entry.seq,
                    id,
                    failed: kind == Kind::Error,
                    raw: if message.raw.len() <= LONGEST {
                        message.raw.to_vec()
                    } else {
                        Vec::new()
                    },
                });
            }
        }
    }
}
