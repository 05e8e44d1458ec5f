//! Links to servers: what goes in, what comes out, and nothing about what it means.
//!
//! A [`Link`] is a pair of channels. Whoever holds it sees bytes cut into frames, process and HTTP events and
//! the steps of a shutdown. [`stdio`] makes a link to a child process, [`http`] one to an address, [`memory`] one to
//! a test. What HTTP itself demands of a client is in [`crate::mcp::http`]; beyond that the protocol and the session
//! file are not known here.
//!
//! This module never records and never decides to restart a server.

mod family;
pub mod http;
mod lines;
pub mod listeners;
pub mod memory;
#[cfg(target_os = "linux")]
mod procfs;
mod spawn;
pub mod stdio;
pub mod usage;

pub(crate) use lines::MAX_LINE;
pub use spawn::{Spawn, StartError};

use std::time::Duration;

use tokio::sync::mpsc;

use crate::jsonrpc::Id;
use crate::mcp::auth::{Hop, Secret};
use crate::mcp::http::{Loss, Request};
use crate::note::http::Step;

/// How many events wait in an inbox before the side that fills it has to wait too.
///
/// A long line takes as many places as it has pieces of [`PLACE`] bytes, so that what is waiting is
/// bounded in bytes as well (about 16 MiB, or one single longer line).
pub(crate) const INBOX_PLACES: usize = 64;

/// Bytes of a line that one place of an inbox stands for.
pub(crate) const PLACE: usize = 16 * 1024;

/// One connection to a server, as two channels.
///
/// Dropping either half ends the connection: the processes behind it go through the shutdown ladder
/// as if [`Outgoing::Shutdown`] had been sent, or are killed at once when the runtime goes too.
#[derive(Debug)]
pub struct Link {
    /// Where to put what the server shall get. Never blocks: what a server does not read waits here.
    pub outbox: mpsc::UnboundedSender<Outgoing>,
    /// What happened, in order per stream. Bounded: a server that floods is held back, not buffered.
    pub inbox: mpsc::Receiver<LinkEvent>,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A process to start.
    Process(Spawn),
    /// An address to talk to over HTTP.
    Address(http::Address),
}

impl From<Spawn> for Target {
    fn from(spawn: Spawn) -> Self {
        Self::Process(spawn)
    }
}

impl Target {
    /// The word for how it is reached.
    pub const fn transport(&self) -> &'static str {
        match self {
            Self::Process(_) => "stdio",
            Self::Address(_) => "http",
        }
    }

    /// What people would call the server.
    pub fn short_name(&self) -> String {
        match self {
            Self::Process(spawn) => spawn.short_name(),
            Self::Address(address) => address.short_name(),
        }
    }
}

/// Something to do on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// One frame without its line ending; the link adds `\n` (protocol.md §4.1, all revisions).
    Frame(Vec<u8>),
    /// Bytes to write exactly as they are, for sending deliberate nonsense.
    Raw(Vec<u8>),
    /// Give up a request by closing its exchange (HTTP). Other links have nothing of the kind.
    Abandon(Id),
    /// Where a person was sent back to after a login (HTTP): the whole address, or its query.
    CameBack(Secret),
    /// Nobody will log in: what waits for that fails (HTTP).
    NoLogin,
    /// Make this HTTP request as it is; only links of [`http::bare`] do.
    Exchange(Box<Request>),
    /// Let go of an exchange, whatever still comes; of the same links.
    Release(u32),
    /// Tell the process to end, its stdin open (not on Windows, where it is killed).
    Terminate,
    /// Start the shutdown ladder: close stdin, wait, terminate, wait, kill. Frames that are sent
    /// before stdin is closed still go out. Sending it twice changes nothing.
    Shutdown,
    /// Kill the whole group at once.
    Kill,
}

/// Something that happened on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// The server's process runs. Always the first event of a stdio link.
    Started {
        /// Process id, which is also the id of its process group on Unix.
        pid: u32,
    },
    /// The address can be talked to; nothing was sent yet. Always the first event of an HTTP link.
    Ready,
    /// A step of an HTTP exchange. In a request, `frame` counts what was sent on this link, from 1.
    Http(Step),
    /// A frame came in over HTTP.
    Frame {
        /// With which exchange.
        exchange: u32,
        /// Its bytes; any bytes, not only JSON.
        bytes: Vec<u8>,
        /// The request it answers, when HTTP says so whatever the frame does.
        answers: Option<Id>,
    },
    /// The head of a response came, on a link of [`http::bare`].
    Head {
        /// With which exchange.
        exchange: u32,
        /// The session it names; a secret, which is recorded nowhere.
        session: Option<Secret>,
        /// Its status and where it says that the request is to be sent instead, when it does.
        elsewhere: Option<(u16, String)>,
    },
    /// A request that was sent will get no answer.
    Unanswered {
        /// Which.
        id: Id,
        /// Why.
        loss: Loss,
    },
    /// The server gave this session a name. It is a secret, wherever it is repeated.
    Session(Secret),
    /// The server has forgotten the session: what it needs is a new handshake.
    SessionEnded,
    /// Something odd about the exchanges.
    Remark(String),
    /// A step of a login.
    Login(Hop),
    /// A person has to open this address to log in; none when that is over.
    Visit(Option<Secret>),
    /// While true, requests wait for a login: the time does not count against the server.
    Held(bool),
    /// Something of a login is to be kept.
    Keep(http::login::Keep),
    /// An HTTP link is over. Always its last event, exactly once; holds why, unless it was closed by us.
    Closed(Option<Loss>),
    /// A line came in.
    Line {
        /// Where it came from.
        stream: Stream,
        /// Its bytes without the line ending; any bytes, not only UTF-8.
        bytes: Vec<u8>,
        /// How it ended.
        ending: Ending,
    },
    /// Something that was sent did not reach the server (it closed its stdin, or we did).
    WriteFailed {
        /// The reason, in words for a user.
        what: String,
    },
    /// The shutdown reached a step. Also reported when left-over processes of a server that exited
    /// by itself are ended.
    Step {
        /// Which one.
        step: ShutdownStep,
    },
    /// A sample of what the server's process tree uses. Sent only when it changed visibly.
    Usage {
        /// User and system time since the start, with that of children that were waited for.
        cpu: Duration,
        /// Resident memory in bytes, summed over the tree (shared pages count once per process).
        rss: u64,
        /// How many processes there are.
        processes: u32,
    },
    /// The server's process is gone. Always the last event of a stdio link, exactly once. Both fields are `None` when the
    /// system did not tell, or when the process survived even the kill.
    Exited {
        /// Its exit code, when it exited.
        code: Option<i32>,
        /// The signal that ended it, on Unix.
        signal: Option<i32>,
    },
}

/// One of the two output streams of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// Frames, one a line (and whatever else the server prints there).
    Stdout,
    /// Free text of any level; never a sign of failure by itself (protocol.md §4.1).
    Stderr,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// It did not: the stream ended inside the line, or the line is longer than the cap of 1 GiB
    /// and this is a piece of it.
    None,
}

/// A step of the shutdown ladder (protocol.md §4.1: close stdin, wait, terminate, wait, kill).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShutdownStep {
    /// The server's stdin is closed; this is how it is asked to leave.
    StdinClosed,
    /// The process group got SIGTERM (not on Windows).
    Terminate,
    /// The process group got SIGKILL, or the job object was terminated.
    Kill,
}
