//! What the engine is told, and what it tells.

use std::time::Duration;

use crate::bench::{Figures, Plan};
use crate::mcp::asked::{Capabilities, Policies, Reply, Which};
use crate::mcp::auth::Secret;
use crate::mcp::client::{Call, End, Options, RequestSettings, Wish};
use crate::mcp::completion::{Ask, Completed};
use crate::mcp::types::List;
use crate::note::Note;
use crate::probe::Known;
use crate::session::recorded::Recorded;
use crate::transport::Target;
use crate::transport::stdio::StdioOptions;

/// What to connect to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// The connection's number; the caller counts, from 1.
    pub conn: u32,
    /// The server's name for people.
    pub name: String,
    /// The process to start, or the address to talk to.
    pub target: Target,
    /// What the client is told beforehand.
    pub options: Options,
    /// How long each step of the shutdown of a process may take.
    pub stdio: StdioOptions,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a connection.
    Connect(Box<Connect>),
    /// Send a request.
    Call {
        /// On which connection.
        conn: u32,
        /// What.
        call: Call,
    },
    /// Ask for suggestions for an argument, instead of any asked for before on that connection.
    Complete {
        /// On which connection.
        conn: u32,
        /// The caller's number for it. Calls are numbered by the same caller: [`Command::Cancel`] takes both.
        ticket: u64,
        /// What.
        ask: Ask,
    },
    /// Cancel a request.
    Cancel {
        /// On which connection.
        conn: u32,
        /// Which, by its caller's number.
        ticket: u64,
    },
    /// Send a frame exactly as it was typed; told by [`Update::Sent`], and never [`Update::Finished`] but when there is
    /// no connection.
    Typed {
        /// On which connection.
        conn: u32,
        /// The caller's number for it.
        ticket: u64,
        /// Any bytes, without line ending.
        bytes: Vec<u8>,
    },
    /// Let a request take longer.
    Extend {
        /// On which connection.
        conn: u32,
        /// Which, by its caller's number.
        ticket: u64,
        /// By how much; none for as long as it takes.
        more: Option<Duration>,
    },
    /// Let calls of a connection carry something else from now on.
    Settings {
        /// Of which connection.
        conn: u32,
        /// What.
        settings: RequestSettings,
    },
    /// Fetch a list anew.
    Refresh {
        /// On which connection.
        conn: u32,
        /// Which.
        list: List,
    },
    /// A person was sent back from the browser at the end of a login, to this address.
    CameBack {
        /// On which connection.
        conn: u32,
        /// The whole address, or its query; it holds a secret.
        address: Secret,
    },
    /// Nobody will log in: what waits for that fails.
    NoLogin {
        /// On which connection.
        conn: u32,
    },
    /// Be told when a resource changes, or no longer; whatever the revision calls that.
    Subscribe {
        /// On which connection.
        conn: u32,
        /// Which.
        uri: String,
        /// Whether so.
        on: bool,
    },
    /// Have a 2026-07-28 server tell of changed lists, or no longer.
    FollowLists {
        /// On which connection.
        conn: u32,
        /// Whether so.
        on: bool,
    },
    /// Something about a task.
    Task {
        /// On which connection.
        conn: u32,
        /// Which.
        id: String,
        /// What.
        wish: Wish,
    },
    /// Ask which tasks there are (2025-11-25).
    ListTasks {
        /// On which connection.
        conn: u32,
    },
    /// Answer a question of a server's. One that is no longer asked is not answered; a remark says so.
    Answer {
        /// On which connection.
        conn: u32,
        /// Which: [`Question::which`](crate::session::timeline::Question::which).
        question: Which,
        /// With what; [`crate::mcp::asked::reply`] makes them.
        reply: Reply,
    },
    /// Who answers the questions that come from now on. New roots are told to a server that was promised so.
    Policies {
        /// On which connection.
        conn: u32,
        /// Who.
        policies: Box<Policies>,
    },
    /// What the client says it can do: from the next request on (2026-07-28), or with the next handshake.
    Capabilities {
        /// On which connection.
        conn: u32,
        /// What.
        capabilities: Box<Capabilities>,
    },
    /// Load a connection that works; told by [`Update::Load`]. What is sent and comes back is not recorded.
    Load {
        /// Which.
        conn: u32,
        /// How.
        plan: Box<Plan>,
    },
    /// End a load before its time; what is under way is waited for.
    Unload {
        /// Of which connection.
        conn: u32,
    },
    /// Probe a server on connections of their own, one after the other, whose numbers begin with the one given; so many
    /// as [`super::MOST_PROBED`] are its. Told by [`Update::Probing`]; nothing when another is being probed.
    Probe {
        /// The server, and the number of the first connection.
        connect: Box<Connect>,
        /// What is known of it.
        known: Box<Known>,
    },
    /// Send no more probes.
    Unprobe,
    /// Record what whoever sends commands decided.
    Note {
        /// Of which connection.
        conn: u32,
        /// What.
        note: Box<Note>,
    },
    /// Shut a connection down.
    Stop {
        /// Which.
        conn: u32,
    },
    /// Shut everything down and finish.
    Shutdown,
}

/// Something that happened. What was recorded always comes before what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// Entries for the fold, in order.
    Recorded(Vec<Recorded>),
    /// A request went out; again for each round of a conversation.
    Sent {
        /// Whose.
        ticket: u64,
        /// Its entry.
        seq: u64,
    },
    /// A request nears its limit, or has more time again.
    Limit {
        /// On which connection.
        conn: u32,
        /// Whose.
        ticket: u64,
        /// How long it is waited for yet, if that is not long.
        left: Option<Duration>,
    },
    /// A request is over.
    Finished {
        /// Whose.
        ticket: u64,
        /// How.
        end: End,
        /// The entry of the response, when there was one.
        seq: Option<u64>,
    },
    /// A question for suggestions is over.
    Completed {
        /// Whose.
        ticket: u64,
        /// How.
        completed: Completed,
        /// The entry of the response, when there was one.
        seq: Option<u64>,
    },
    /// A person has to open an address to log in, or has no longer.
    Visit {
        /// On which connection.
        conn: u32,
        /// The address. What makes it this login's own is a secret, so that it is recorded only masked.
        url: Option<Secret>,
    },
    /// A connection works.
    Ready {
        /// Which.
        conn: u32,
    },
    /// A list has come as far as it will.
    Listed {
        /// On which connection.
        conn: u32,
        /// Which.
        list: List,
    },
    /// A connection could not be opened; the timeline says why.
    Failed {
        /// Which.
        conn: u32,
    },
    /// A connection's process is gone (or never came).
    Gone {
        /// Which.
        conn: u32,
    },
    /// How far a load is: every second, and once when it is over.
    Load {
        /// Of which connection.
        conn: u32,
        /// What was measured so far.
        figures: Box<Figures>,
        /// Whether it is over.
        over: bool,
    },
    /// How far the probing of a server is: before each connection, and once when it is over.
    Probing {
        /// The number of its first connection.
        conn: u32,
        /// Probes that were sent.
        done: usize,
        /// Of how many.
        total: usize,
        /// Those that are sent now.
        names: Vec<&'static str>,
        /// Whether it is over.
        over: bool,
    },
    /// Recording fails.
    Trouble {
        /// Entries lost so far.
        lost: u64,
        /// Why.
        what: String,
    },
}
