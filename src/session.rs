//! A session: one run of mcpscope (or one tap). One file, one sequence of entries over all its connections.
//!
//! This file owns the entry, the one thing everything else is derived from. [`codec`] writes and reads the
//! lines of the file, [`crate::note`] has the bodies of our own entries, [`timeline`] is the fold over all of them.

use std::borrow::Cow;

use jiff::Timestamp;

pub mod codec;
pub mod level;
pub mod recorded;
pub mod timeline;

/// The number of the file format this version writes; see [`codec`].
pub const FORMAT: u32 = 1;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Client to server.
    Out,
    /// Server to client.
    In,
    /// Neither: something that happened.
    Here,
}

impl Direction {
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
    /// Members this version does not know, as raw JSON members (`"mark":{…}`), kept for whoever does.
    pub extra: Option<Box<str>>,
}

impl Entry {
    /// The body as text, invalid UTF-8 replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
