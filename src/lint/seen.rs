//! What a rule sees: an entry with its bytes, the messages in it, and what the fold knows at that moment. And where it
//! tells what it thinks of it.

use crate::json;
use crate::jsonrpc::{self, Frame};
use crate::mcp::facts;
use crate::mcp::revision::Revision;
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
}

impl Seen<'_> {
    /// The revision that is spoken, as far as is known.
    pub fn revision(&self) -> Option<Revision> {
        self.connection?.revision
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
}

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
}

impl<'a> Message<'a> {
    /// A member of it.
    pub fn get(&self, path: &[&str]) -> Option<&'a [u8]> {
        json::get(self.raw, path)
    }

    /// Whether it is a result of a method.
    pub fn is_result_of(&self, method: &str) -> bool {
        self.facts.kind == jsonrpc::Kind::Result && self.method.as_deref() == Some(method)
    }
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
            pointer,
            subject,
            words,
        });
    }

    /// Looks at something that must hold.
    pub fn demand(&mut self, holds: bool, pointer: &str, words: impl FnOnce() -> String) {
        self.looked();
        if !holds {
            self.wrong(pointer, words());
        }
    }
}
