//! What a rule sees: an entry with its bytes, the messages in it, and what the fold knows at that moment. And where it
//! tells what it thinks of it.

use std::borrow::Cow;
use std::ops::Range;

use super::hops::{Hop, Hops};
use super::memory::{Asked, Memory};
use crate::json;
use crate::jsonrpc::{self, Frame};
use crate::mask::Mark;
use crate::mcp::facts;
use crate::mcp::http::headers;
use crate::mcp::revision::Revision;
use crate::note::Note;
use crate::note::http::Step;
use crate::session::recorded::Facts;
use crate::session::timeline::{Connection, ExchangeIndex, Timeline};
use crate::session::{Direction, Entry};

/// What a finding is about, beside the entry that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A tool, by name.
    Tool(Box<str>),
    /// A resource or a template, by its URI.
    Resource(Box<str>),
    /// A prompt, by name.
    Prompt(Box<str>),
}

impl Subject {
    /// Its name, or its URI; not sanitised.
    pub fn name(&self) -> &str {
        let (Self::Tool(name) | Self::Resource(name) | Self::Prompt(name)) = self;
        name
    }
}

/// One entry, when it is looked at: the fold has taken it already.
pub struct Seen<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Its connection, if the fold knows it.
    pub connection: Option<&'a Connection>,
    /// The whole fold.
    pub timeline: &'a Timeline,
    /// Its messages; none when it is no frame.
    pub messages: &'a [Message<'a>],
    /// Why it is no frame, when it should be one.
    pub junk: Option<&'a str>,
    /// What it says.
    pub facts: &'a Facts,
    /// What was true on its connection before it.
    pub memory: &'a Memory,
    /// Where secrets were masked in its body.
    pub masks: &'a [Range<usize>],
}

impl<'a> Seen<'a> {
    /// The revision that is spoken, as far as is known.
    pub fn revision(&self) -> Option<Revision> {
        let agreed = self.connection?.revision;
        agreed.or_else(|| self.said().and_then(|said| said.parse().ok()))
    }

    /// The revision that a request over HTTP names itself, in its message or its header.
    fn said(&self) -> Option<&str> {
        let Step::Request { headers, frame, .. } = self.step()? else {
            return None;
        };
        let carried = frame.and_then(|seq| self.memory.hops.carried(seq));
        carried
            .and_then(|carried| carried.version.as_deref())
            .or_else(|| headers::value(headers, "mcp-protocol-version"))
    }

    /// Whether it came from the server.
    pub fn is_from_server(&self) -> bool {
        self.entry.direction == Direction::In
    }

    /// Whether it is a connection over stdio.
    pub fn is_stdio(&self) -> bool {
        self.connection
            .is_some_and(|connection| &*connection.transport == "stdio")
    }

    /// What happened or was decided here, when it is that.
    pub const fn note(&self) -> Option<&'a Note> {
        match self.facts {
            Facts::Note(note) => Some(note),
            _ => None,
        }
    }

    /// The step of an exchange over HTTP, when it is one.
    pub const fn step(&self) -> Option<&'a Step> {
        match self.facts {
            Facts::Note(Note::Http(step)) => Some(step),
            _ => None,
        }
    }

    /// The exchange over HTTP that it belongs to, as it was before.
    pub fn hop(&self) -> Option<&'a Hop> {
        let exchange = match self.step() {
            Some(step) => step.exchange(),
            None => Hops::of(self.entry)?,
        };
        self.memory.hops.get(exchange)
    }

    /// Whether something of it was masked: what it was is not known.
    pub fn hides(&self, part: &[u8]) -> bool {
        let place = json::place_of(part, &self.entry.body);
        self.masks
            .iter()
            .any(|mask| mask.start < place.end && place.start < mask.end)
    }
}

/// Where secrets were masked in the body of an entry.
pub(super) fn masks(entry: &Entry) -> Vec<Range<usize>> {
    let marks = Mark::of(entry.extra.as_deref());
    marks
        .iter()
        .map(|mark| mark.at..mark.at + mark.len)
        .collect()
}

/// The members of an object, in order.
type Members<'a> = Vec<(Cow<'a, str>, &'a [u8])>;

/// One message of a frame.
pub struct Message<'a> {
    /// Its place in a batch; 0 alone.
    pub place: usize,
    /// Its bytes.
    pub raw: &'a [u8],
    /// What the fold knows of it.
    pub facts: &'a facts::Message,
    /// The request it answered, when that was waiting.
    pub answers: Option<ExchangeIndex>,
    /// Its method, or that of the request it answers.
    pub method: Option<Box<str>>,
    /// Its members, so that every rule need not look for them again.
    members: Members<'a>,
    /// The members of its `params`, or of its `result`.
    inner: (&'static str, Members<'a>),
}

impl<'a> Message<'a> {
    /// A message with its members.
    pub(super) fn new(
        place: usize,
        raw: &'a [u8],
        facts: &'a facts::Message,
        answers: Option<ExchangeIndex>,
        method: Option<Box<str>>,
    ) -> Self {
        let members: Members<'a> = json::members(raw).collect();
        let inner = ["params", "result"].into_iter().find_map(|name| {
            let inner = last(&members, name)?;
            Some((name, json::members(inner).collect()))
        });
        Self {
            place,
            raw,
            facts,
            answers,
            method,
            members,
            inner: inner.unwrap_or_default(),
        }
    }

    /// A member of it.
    pub fn get(&self, path: &[&str]) -> Option<&'a [u8]> {
        match path {
            [] => Some(self.raw),
            [first, second, rest @ ..] if *first == self.inner.0 => {
                json::get(last(&self.inner.1, second)?, rest)
            }
            [first, rest @ ..] => json::get(last(&self.members, first)?, rest),
        }
    }

    /// A text in it.
    pub fn text(&self, path: &[&str]) -> Option<String> {
        self.get(path).and_then(json::string)
    }

    /// The items of an array in it, with their places.
    pub fn items(&self, path: &[&str]) -> impl Iterator<Item = (String, &'a [u8])> + use<'a> {
        let list = self.get(path).unwrap_or_default();
        let at = path
            .iter()
            .fold(String::new(), |at, name| json::pointer::below(&at, name));
        json::elements(list)
            .enumerate()
            .map(move |(place, item)| (format!("{at}/{place}"), item))
    }

    /// Whether it is a result of a method.
    pub fn is_result_of(&self, method: &str) -> bool {
        self.facts.kind == jsonrpc::Kind::Result && self.method.as_deref() == Some(method)
    }

    /// The request it answers, as it waited.
    pub fn asked<'m>(&self, seen: &Seen<'m>) -> Option<&'m Asked> {
        self.answers?;
        seen.memory.asked.get(self.facts.id.as_ref()?)
    }
}

/// Of duplicate members the last, as everywhere.
fn last<'a>(members: &Members<'a>, name: &str) -> Option<&'a [u8]> {
    let found = members.iter().rev().find(|(key, _)| key == name);
    found.map(|(_, value)| *value)
}

/// The bytes of each message of a frame.
pub(super) fn raws<'a>(bytes: &'a [u8], frame: &Frame<'_>) -> Vec<&'a [u8]> {
    match frame {
        Frame::One(_) => vec![bytes],
        Frame::Batch(_) => json::elements(bytes).collect(),
        Frame::Junk(_) => Vec::new(),
    }
}

/// What a rule thinks of what it saw.
#[derive(Debug, Default)]
pub struct Told {
    /// How often there was something to look at.
    pub(super) looked: u64,
    /// What was wrong.
    pub(super) wrong: Vec<Complaint>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The entry that shows it, when that is not the one that is looked at.
    pub(super) seq: Option<u64>,
    pub(super) pointer: String,
    pub(super) subject: Option<Subject>,
    pub(super) words: String,
}

impl Told {
    /// There was something to look at. Whatever is not told to be wrong then was right.
    pub fn looked(&mut self) {
        self.looked += 1;
    }

    /// Something is wrong, at a JSON pointer into the message (empty for all of it).
    pub fn wrong(&mut self, pointer: impl Into<String>, words: impl Into<String>) {
        self.put(None, pointer.into(), words.into());
    }

    /// Something is wrong with a tool, a resource or a prompt.
    pub fn about(
        &mut self,
        subject: Subject,
        pointer: impl Into<String>,
        words: impl Into<String>,
    ) {
        self.put(Some(subject), pointer.into(), words.into());
    }

    fn put(&mut self, subject: Option<Subject>, pointer: String, words: String) {
        self.wrong.push(Complaint {
            seq: None,
            pointer,
            subject,
            words,
        });
    }

    /// The same with an entry that came before.
    pub fn demand_at(&mut self, holds: bool, seq: u64, words: impl FnOnce() -> String) {
        self.demand(holds, "", words);
        if let (false, Some(last)) = (holds, self.wrong.last_mut()) {
            last.seq = Some(seq);
        }
    }

    /// Looks at something that must hold.
    pub fn demand(&mut self, holds: bool, pointer: &str, words: impl FnOnce() -> String) {
        self.looked();
        if !holds {
            self.wrong(pointer, words());
        }
    }
}
