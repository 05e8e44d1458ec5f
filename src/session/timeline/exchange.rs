//! Rows of the traffic: exchanges (a request and what became of it) and single entries.

use std::fmt;

use super::symbols::Symbol;
use crate::jsonrpc::Id;

/// Index of an entry in the timeline, from 0. Not its sequence number, though equal but for 1 in a whole file.
pub type EntryIndex = u32;
/// Index of an exchange in the timeline, from 0.
pub type ExchangeIndex = u32;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Status {
    /// Not answered yet.
    Pending,
    /// A result.
    Ok,
    /// A tool result with `isError`.
    ToolError,
    /// The server wants input before it goes on (2026-07-28).
    InputRequired,
    /// The server made a task of it.
    Task,
    /// A JSON-RPC error with this code (0 when it had no integer code).
    Error(i64),
    /// Cancelled by the side that asked.
    Cancelled,
    /// We stopped waiting.
    TimedOut,
    /// The connection ended before an answer came.
    NoReply,
    /// HTTP brought no answer: the status, or 0 when there was no response either.
    Http(u16),
    /// Its id was used again before an answer came.
    Superseded,
    /// A result of a kind that nobody knows: it counts as none (2026-07-28, basic, `resultType`).
    OddResult,
}

impl Status {
    /// Whether it went wrong in any way.
    pub const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::ToolError
                | Self::Error(_)
                | Self::TimedOut
                | Self::NoReply
                | Self::Http(_)
                | Self::Superseded
                | Self::OddResult
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => formatter.write_str("pending"),
            Self::Ok => formatter.write_str("ok"),
            Self::ToolError => formatter.write_str("tool error"),
            Self::InputRequired => formatter.write_str("input"),
            Self::Task => formatter.write_str("task"),
            Self::Error(code) => write!(formatter, "{code}"),
            Self::Cancelled => formatter.write_str("cancelled"),
            Self::TimedOut => formatter.write_str("timeout"),
            Self::NoReply | Self::Http(0) => formatter.write_str("no reply"),
            Self::Http(status) => write!(formatter, "http {status}"),
            Self::Superseded => formatter.write_str("id reused"),
            Self::OddResult => formatter.write_str("odd result"),
        }
    }
}

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exchange {
    /// The entry of the request.
    pub request: EntryIndex,
    /// The entry of the response.
    pub response: Option<EntryIndex>,
    /// The entry that ended it: the response, a timeout, a cancellation, the exit.
    pub ended: Option<EntryIndex>,
    /// The connection.
    pub conn: u32,
    /// The method.
    pub method: Symbol,
    /// What it is about.
    pub subject: Symbol,
    /// The request's id.
    pub id: Id,
    /// What became of it so far.
    pub status: Status,
}

impl Exchange {
    /// The exchange as it was when entry `now` was the newest.
    pub(super) fn as_of(&self, now: EntryIndex) -> Self {
        let came = |entry: Option<EntryIndex>| entry.filter(|entry| *entry <= now);
        Self {
            status: self.status_at(now),
            response: came(self.response),
            ended: came(self.ended),
            ..self.clone()
        }
    }

    /// What had become of it when entry `now` was the newest.
    pub fn status_at(&self, now: EntryIndex) -> Status {
        match self.ended {
            Some(ended) if ended > now => Status::Pending,
            _ => self.status,
        }
    }
}

/// Why an entry has a row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum SingleKind {
    /// A notification.
    Notification,
    /// A response that came after we had stopped waiting for it.
    LateResponse,
    /// The result of a stream of ours after we had closed it, which is how a server says goodbye (2026-07-28,
    /// subscriptions).
    Closing,
    /// A second response to the same request.
    DuplicateResponse,
    /// A response to an id nobody used.
    UnknownResponse,
    /// A response without an id.
    ResponseWithoutId,
    /// JSON-RPC members, but no message.
    Malformed,
    /// Bytes that are no JSON-RPC.
    Junk,
    /// Something about the process.
    Process,
    /// Something about HTTP.
    Http,
    /// A decision of ours.
    Note,
    /// A channel of a later version.
    Other,
}

impl SingleKind {
    /// A word for the status column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Notification | Self::Process | Self::Http | Self::Note | Self::Other => "–",
            Self::LateResponse => "late",
            Self::Closing => "closed",
            Self::DuplicateResponse => "duplicate",
            Self::UnknownResponse => "unknown id",
            Self::ResponseWithoutId => "no id",
            Self::Malformed => "malformed",
            Self::Junk => "junk",
        }
    }
}

/// An entry that is a row of its own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Single {
    /// Which entry.
    pub entry: EntryIndex,
    /// Why.
    pub kind: SingleKind,
    /// Its method, or the name of its event.
    pub method: Symbol,
    /// What it is about.
    pub subject: Symbol,
}

/// One row of the traffic.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Row {
    /// A request and what became of it.
    Exchange(ExchangeIndex),
    /// Anything else; index into the singles.
    Single(u32),
}
