//! A session: one run of mcpscope (or one tap). One file, one sequence of entries over all its connections.
//!
//! This file owns the entry, the one thing everything else is derived from. [`codec`] writes and reads the
//! lines of the file, [`crate::note`] has the bodies of our own entries, [`timeline`] is the fold over all of them.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::mcp::facts::Message;

pub mod codec;
pub mod level;
pub mod marks;
pub mod recorded;
pub mod timeline;

/// The number of the file format this version writes; see [`codec`].
pub const FORMAT: u32 = 1;

/// The word in place of the channel for a line of an opened file that is no entry. Never written.
pub const DAMAGED: &str = "damaged";

/// The first line of a session file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The format number.
    pub format: u32,
    /// When the session began.
    pub created: Timestamp,
    /// The program that wrote it, such as `mcpscope 0.1.0`.
    pub by: String,
}

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Direction {
    /// Client to server.
    Out,
    /// Server to client.
    In,
    /// Neither: something that happened.
    Here,
}

impl Direction {
    /// The way back.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
            Self::Here => Self::Here,
        }
    }

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
            Self::Here => "here",
        }
    }
}

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A JSON-RPC frame.
    Wire,
    /// Bytes on stdout that are no JSON-RPC.
    Stdout,
    /// A line of the server's stderr.
    Stderr,
    /// The server's process: spawned, used, told to stop, exited.
    Process,
    /// HTTP: an address, requests, responses, events of a stream.
    Http,
    /// A decision or finding of ours: probe, verdict, timeout, gap.
    Note,
    /// A channel of a later version; kept and shown.
    Other(Box<str>),
}

impl Channel {
    /// The word in the file.
    pub fn word(&self) -> &str {
        match self {
            Self::Wire => "wire",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Process => "process",
            Self::Http => "http",
            Self::Note => "note",
            Self::Other(word) => word,
        }
    }

    /// The channel of a word in a file.
    pub fn of_word(word: &str) -> Self {
        match word {
            "wire" => Self::Wire,
            "stdout" => Self::Stdout,
            "stderr" => Self::Stderr,
            "process" => Self::Process,
            "http" => Self::Http,
            "note" => Self::Note,
            other => Self::Other(other.into()),
        }
    }
}

/// One thing that happened, with its exact bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the session, from 1, without holes (a hole is a lost entry).
    pub seq: u64,
    /// Microseconds since the session began, never running backwards.
    pub us: u64,
    /// Wall time.
    pub at: Timestamp,
    /// The connection it belongs to, from 1; 0 for the session itself.
    pub conn: u32,
    /// Where it was seen.
    pub channel: Channel,
    /// Which way it went.
    pub direction: Direction,
    /// Sent by mcpscope for itself (lists, probes), not because a person asked.
    pub aux: bool,
    /// The bytes, without the line ending.
    pub body: Vec<u8>,
    /// The line ending that followed them: `\n` almost always; empty when the line was cut.
    pub ending: Cow<'static, str>,
    /// Further members, as raw JSON members (`"mark":{…}`): [`Via`], and those this version does not know, kept for
    /// whoever does.
    pub extra: Option<Box<str>>,
}

impl Entry {
    /// The body as text, invalid UTF-8 replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// How a frame came over HTTP: the member `http` of its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// The exchange it came with.
    pub exchange: u32,
    /// The request it answers, when HTTP says so whatever the frame does: an error that is the body of a response
    /// belongs to the request of that response (protocol.md §4.2).
    pub answers: Option<Id>,
}

impl Via {
    /// The member as it stands in the entry.
    pub fn member(&self) -> Box<str> {
        let answers = self
            .answers
            .as_ref()
            .map_or_else(String::new, |id| format!(",\"answers\":{}", id.to_json()));
        format!("\"http\":{{\"exchange\":{}{answers}}}", self.exchange).into()
    }

    /// Reads it from the further members of an entry.
    pub fn of(extra: &str) -> Option<Self> {
        let object = format!("{{{extra}}}");
        let via = json::get(object.as_bytes(), &["http"])?;
        Some(Self {
            exchange: json::get(via, &["exchange"])
                .and_then(json::integer)
                .and_then(|number| u32::try_from(number).ok())?,
            answers: json::get(via, &["answers"]).map(Id::read),
        })
    }

    /// Lets an answer be one, whatever id it has.
    pub fn settle(&self, messages: &mut [Message]) {
        if let (Some(id), [message]) = (&self.answers, messages)
            && matches!(message.kind, Kind::Error | Kind::Result)
        {
            message.id = Some(id.clone());
        }
    }
}
