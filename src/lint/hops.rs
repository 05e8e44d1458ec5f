//! What rules look back at of HTTP: each exchange with what it carried, how it was answered, and its event stream.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::seen::Message;
use crate::jsonrpc::{Id, Kind};
use crate::mcp::http::headers;
use crate::mcp::revision::Revision;
pub use crate::note::http::APART;
use crate::note::http::Step;
use crate::session::{Direction, Entry, Via};

/// Exchanges that are remembered, and frames that wait for theirs.
const KEPT: usize = 512;
/// Ids of events that are remembered.
const EVENTS: usize = 100_000;

/// The type of the first event of the stream of HTTP+SSE.
pub const ENDPOINT: &str = "endpoint";

/// What the body of a request is.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// Its kind.
    pub kind: Kind,
    /// Its method, if it has one.
    pub method: Box<str>,
    /// Its id.
    pub id: Option<Id>,
    /// The revision that its `_meta` names (2026-07-28).
    pub version: Option<Box<str>>,
    /// The tool, prompt, URI or task it is about, where a header says it too (2026-07-28).
    pub named: Option<Box<str>>,
}

/// An exchange over HTTP.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hop {
    /// `POST`, `GET` or `DELETE`.
    pub verb: Box<str>,
    /// What it is for, in words.
    pub why: Box<str>,
    /// The message it carries.
    pub carries: Option<Carried>,
    /// Whether it takes up a stream that broke off.
    pub resumes: bool,
    /// Whether it was sent with a login.
    pub authorized: bool,
    /// The revision its header names.
    pub revision: Option<Revision>,
    /// The status; 0 while there is none.
    pub status: u16,
    /// The type of the response.
    pub mime: Box<str>,
    /// Blocks of its event stream so far.
    pub events: u32,
    /// Whether an event had an id.
    pub has_ids: bool,
    /// Whether the server said how long to wait before taking it up again.
    pub has_retry: bool,
    /// Whether the answer to what it carries has come with it.
    pub answered: bool,
    /// Whether it ended.
    pub ended: bool,
}

impl Hop {
    /// Whether its response is an event stream.
    pub fn streams(&self) -> bool {
        &*self.mime == "text/event-stream"
    }

    /// Whether it is a stream of the server's own messages.
    pub fn is_open_ended(&self) -> bool {
        &*self.verb == "GET" && !self.resumes
    }

    /// Whether it carries a request.
    pub fn asks(&self) -> bool {
        self.carries
            .as_ref()
            .is_some_and(|carried| carried.kind == Kind::Request)
    }

    /// The method it carries.
    pub fn method(&self) -> &str {
        self.carries.as_ref().map_or("", |carried| &carried.method)
    }
}

/// The exchanges of a connection.
#[derive(Debug, Default)]
pub struct Hops {
    all: HashMap<u32, Hop>,
    order: VecDeque<u32>,
    frames: VecDeque<(u64, Carried)>,
    /// Whether answers come on a stream of their own: HTTP+SSE of 2024-11-05, whatever revision is spoken over it.
    apart: bool,
    /// Hashes of the event ids so far.
    ids: HashSet<u64>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Hops {
    /// One of them, by its number.
    pub fn get(&self, exchange: u32) -> Option<&Hop> {
        self.all.get(&exchange)
    }

    /// The message of a frame that nothing has carried yet, or something did lately, by the number of its entry.
    pub fn carried(&self, seq: u64) -> Option<&Carried> {
        let found = self.frames.iter().rev().find(|(other, _)| *other == seq);
        found.map(|(_, carried)| carried)
    }

    /// Whether answers come on a stream of their own, as over HTTP+SSE.
    pub const fn are_apart(&self) -> bool {
        self.apart
    }

    /// Whether an event with this id came before.
    pub fn knows(&self, event: &str) -> bool {
        self.ids.contains(&hash(event))
    }

    /// The exchange a frame came with.
    pub fn of(entry: &Entry) -> Option<u32> {
        let extra = entry.extra.as_deref()?;
        extra
            .contains("\"http\"")
            .then(|| Via::of(extra))
            .flatten()
            .map(|via| via.exchange)
    }

    pub(super) fn frame(&mut self, entry: &Entry, messages: &[Message<'_>]) {
        if entry.direction == Direction::Out {
            if let Some(carried) = Carried::of(messages) {
                if self.frames.len() >= KEPT {
                    self.frames.pop_front();
                }
                self.frames.push_back((entry.seq, carried));
            }
            return;
        }
        let Some(hop) = Self::of(entry).and_then(|exchange| self.all.get_mut(&exchange)) else {
            return;
        };
        let is_answer = |message: &Message<'_>| {
            matches!(message.facts.kind, Kind::Result | Kind::Error)
                && hop
                    .carries
                    .as_ref()
                    .is_some_and(|carried| carried.id == message.facts.id)
        };
        hop.answered |= messages.iter().any(is_answer);
    }

    pub(super) fn step(&mut self, step: &Step) {
        if let Step::Request {
            exchange,
            verb,
            headers,
            frame,
            why,
            follows,
            ..
        } = step
        {
            self.apart |= why == APART;
            let carries = frame.and_then(|seq| self.carried(seq).cloned());
            if self.order.len() >= KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.all.remove(&oldest);
            }
            self.order.push_back(*exchange);
            self.all.insert(
                *exchange,
                Hop {
                    verb: verb.as_str().into(),
                    why: why.as_str().into(),
                    carries,
                    resumes: headers::value(headers, "last-event-id").is_some()
                        || (verb == "GET" && follows.is_some()),
                    authorized: headers::value(headers, "authorization").is_some(),
                    revision: headers::value(headers, "mcp-protocol-version")
                        .and_then(|version| version.parse().ok()),
                    ..Hop::default()
                },
            );
            return;
        }
        let Some(hop) = self.all.get_mut(&step.exchange()) else {
            return;
        };
        match step {
            Step::Response {
                status, headers, ..
            } => {
                hop.status = *status;
                hop.mime = headers::mime(headers).into();
            }
            Step::Event {
                kind, id, retry, ..
            } => {
                // A tap cannot know what a stream is for before it speaks: this event begins HTTP+SSE, and no other.
                if hop.events == 0 && &*hop.verb == "GET" && kind == ENDPOINT {
                    hop.why = APART.into();
                    self.apart = true;
                }
                hop.events += 1;
                hop.has_retry |= retry.is_some();
                if let Some(id) = id {
                    hop.has_ids = true;
                    if self.ids.len() < EVENTS {
                        self.ids.insert(hash(id));
                    }
                }
            }
            Step::End { .. } => hop.ended = true,
            Step::Request { .. } | Step::Wait { .. } => {}
        }
    }
}
