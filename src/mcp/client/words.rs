//! What a client is told, and what it says: options, inputs, outputs. No rule is here.

use std::time::Duration;

use super::tasks::Wish;
use super::{Known, RequestSettings};
use crate::jsonrpc::Id;
use crate::mcp::asked::{Capabilities, Policies, Reply, Which};
use crate::mcp::completion::{Ask, Completed};
use crate::mcp::facts::Message;
use crate::mcp::http::Loss;
use crate::mcp::revision::Revision;
use crate::mcp::types::List;
use crate::note::Note;

/// How to find out the era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EraChoice {
    /// Ask (`server/discover`), fall back to the handshake.
    #[default]
    Auto,
    /// Handshake, without asking.
    Legacy,
    /// Stateless, or not at all.
    Modern,
}

impl EraChoice {
    /// The word people use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }
}

/// What carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// One stream each way (stdio).
    #[default]
    Pipe,
    /// An exchange for each message: there, silence says nothing of the era, and in 2026-07-28 a request is cancelled
    /// by closing its exchange.
    Http,
}

/// What a connection may be told beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How to find out the era.
    pub era: EraChoice,
    /// The revision to propose in the handshake; the newest by default.
    pub revision: Option<Revision>,
    /// How long to wait for the answer to the probe.
    pub probe_wait: Duration,
    /// How long to wait for any other answer; progress starts it anew.
    pub request_wait: Duration,
    /// How long to wait at the very most, progress or not.
    pub request_wait_max: Duration,
    /// What carries the messages.
    pub over: Over,
    /// The lists to ask for as soon as the connection works.
    pub lists: Vec<List>,
    /// What the server is told we can do. Nothing by default: nobody may be there.
    pub capabilities: Capabilities,
    /// Who answers what servers ask.
    pub policies: Policies,
    /// How often a request is sent again because the server wants input first, at most.
    pub rounds: u32,
    /// Whether to have a 2026-07-28 server tell of changed lists; older ones tell unasked.
    pub follow_lists: bool,
    /// Resources to be told of from the beginning: those of an earlier connection to the same server.
    pub subscribed: Vec<String>,
    /// What is known of the era from before; counts where the era is to be found out.
    pub known: Option<Known>,
    /// Find the era out whatever is known of it.
    pub ask_again: bool,
    /// What calls carry besides what they are about.
    pub settings: RequestSettings,
    /// Begin nothing and answer nothing: all that is sent is somebody else's frames.
    pub bare: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            era: EraChoice::Auto,
            revision: None,
            probe_wait: Duration::from_secs(3),
            request_wait: Duration::from_secs(60),
            request_wait_max: Duration::from_secs(600),
            over: Over::Pipe,
            lists: List::ALL.to_vec(),
            capabilities: Capabilities::default(),
            policies: Policies::default(),
            rounds: 10,
            follow_lists: false,
            subscribed: Vec::new(),
            known: None,
            ask_again: false,
            settings: RequestSettings::default(),
            bare: false,
        }
    }
}

/// A request somebody wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The caller's own number for it, given back in [`Output::Send`] and [`Output::Finished`].
    pub ticket: u64,
    /// The method.
    pub method: String,
    /// Raw JSON object, sent as it is but for `_meta`.
    pub params: Option<String>,
    /// Instead of [`Options::request_wait`].
    pub wait: Option<Duration>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    /// The process runs and can be talked to (again, after [`Output::Respawn`]).
    Started,
    /// A message came.
    Message(&'a Message),
    /// A message came on the exchange of this request of ours (HTTP), so it belongs to it whatever it is.
    MessageOn(&'a Message, &'a Id),
    /// A request that was sent will get no answer.
    Unanswered(&'a Id, &'a Loss),
    /// The server has forgotten the session it gave us.
    SessionEnded,
    /// While true, requests wait for a login, and no limit runs.
    Held(bool),
    /// The process is gone.
    Gone,
    /// Somebody wants a request sent; kept until the connection works.
    Call(Call),
    /// Somebody no longer wants it.
    Cancel(u64),
    /// Somebody lets a call take longer: by so much, or as long as it takes.
    Extend {
        /// Which.
        ticket: u64,
        /// By how much.
        more: Option<Duration>,
    },
    /// Calls carry something else from now on.
    Settings(RequestSettings),
    /// Somebody wants a list fetched anew.
    Refresh(List),
    /// Somebody wants suggestions for an argument, instead of any asked for before.
    Complete {
        /// The caller's own number for it, given back in [`Output::Completed`].
        ticket: u64,
        /// What.
        ask: Ask,
    },
    /// Somebody answers what the server asked.
    Answer(&'a Which, Reply),
    /// Somebody else answers from now on.
    Policies(Policies),
    /// We can do other things from now on.
    Capabilities(Capabilities),
    /// Somebody wants to be told when a resource changes, or no longer.
    Subscribe {
        /// Which.
        uri: &'a str,
        /// Whether so.
        on: bool,
    },
    /// Somebody wants a 2026-07-28 server to tell of changed lists, or no longer.
    FollowLists(bool),
    /// Somebody wants something of a task.
    Task {
        /// Which.
        id: &'a str,
        /// What.
        wish: Wish,
    },
    /// Somebody wants to know which tasks there are (2025-11-25).
    ListTasks,
    /// Time has passed; see [`Client::deadline`](super::Client::deadline).
    Tick,
}

/// What to do about it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send {
        /// Without line ending.
        frame: String,
        /// Whose request it is.
        ticket: Option<u64>,
        /// Sent for our own sake.
        aux: bool,
    },
    /// Give up the exchange of this request; that cancels it.
    Abandon(Id),
    /// Record this.
    Note(NoteText),
    /// Start the process again; then say [`Input::Started`].
    Respawn,
    /// The connection works.
    Ready,
    /// A list has come as far as it will.
    Listed(List),
    /// A request is over.
    Finished {
        /// Whose.
        ticket: u64,
        /// How.
        end: End,
    },
    /// A call nears its limit; or has more time again.
    Limit {
        /// Whose.
        ticket: u64,
        /// How long it is waited for yet, if that is not long.
        left: Option<Duration>,
    },
    /// A question for suggestions is over.
    Completed {
        /// Whose.
        ticket: u64,
        /// How; for what was answered, the message that was just put in is the answer.
        completed: Completed,
    },
    /// The connection cannot work; the process should be shut down.
    Failed,
}

/// A [`Note`] that can be compared: its JSON body and its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText(pub String);

impl From<Note> for NoteText {
    fn from(note: Note) -> Self {
        Self(note.to_json())
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a response, good or bad; the message that was just put in is it.
    Answered,
    /// We stopped waiting.
    TimedOut,
    /// It was cancelled.
    Cancelled,
    /// The connection ended first.
    Gone,
    /// What carries the messages brought none.
    Unanswered,
    /// The server wants something that a person or a policy declined to give (2026-07-28).
    Declined,
    /// The server wants something that this client did not say it could give (2026-07-28).
    NeedsInput,
    /// The server wanted something once too often; see [`Options::rounds`].
    TooManyRounds,
    /// It was not sent: a value that it needs is masked, and not known here.
    Masked,
}

impl End {
    /// One or two words for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::TimedOut => "timeout",
            Self::Cancelled => "cancelled",
            Self::Gone | Self::Unanswered => "no reply",
            Self::Declined => "declined",
            Self::NeedsInput => "input",
            Self::TooManyRounds => "too many rounds",
            Self::Masked => "not sent",
        }
    }
}
