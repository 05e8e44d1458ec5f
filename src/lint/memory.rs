//! What rules look back at: the requests that wait on a connection and those that ended lately, what was declared and
//! agreed on, and the exchanges over HTTP. It holds what was true *before* the entry that is looked at, and stays as
//! small as what waits.

use std::collections::{HashMap, HashSet, VecDeque};

use super::hops::{Carried, Hops};
use super::seen::Message;
use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::mcp::asked::Capabilities;
use crate::mcp::facts::Detail;
use crate::mcp::meta;
use crate::mcp::revision::Revision;
use crate::mcp::subscriptions::Filter;
use crate::note::Note;
use crate::session::level::Level;
use crate::session::recorded::{Facts, Recorded};
use crate::session::{Direction, Entry};

/// Requests that ended lately and are remembered, on each connection.
const OVER: usize = 256;
/// Requests that wait and are remembered; a client with more of them has other troubles.
const WAITING: usize = 65_536;

/// How long an answer may be on its way after its request was called off, in microseconds.
pub const GRACE_US: u64 = 1_000_000;

/// A request of the client's that waits for an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Its method.
    pub method: Box<str>,
    /// What it is about: a tool, a URI, a cursor.
    pub subject: Box<str>,
    /// Its progress token.
    pub token: Option<Id>,
    /// The least level of log messages it wants (2026-07-28).
    pub level: Option<Level>,
    /// Whether it wants a task (2025-11-25).
    pub task: bool,
    /// What its client declared with it (2026-07-28).
    pub declared: Option<Capabilities>,
    /// What it wants to be told, when it opens a stream (2026-07-28).
    pub filter: Option<Filter>,
    /// What the server is going to tell on that stream, once it said so.
    pub honoured: Option<Filter>,
    /// Whether it goes on with an earlier one: it brings answers, or the server's state.
    pub again: bool,
    /// The revision it proposes (`initialize`), or is in (2026-07-28).
    pub version: Option<Revision>,
    /// How far it has come, by the last notification.
    pub progress: Option<f64>,
    /// When it was sent, in microseconds of the session.
    pub us: u64,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was answered.
    Answered,
    /// It was cancelled by who had asked.
    Cancelled,
    /// We stopped waiting.
    Lost,
}

/// A request of the client's that ended lately.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// Its id.
    pub id: Id,
    /// What it was.
    pub asked: Asked,
    /// How it ended.
    pub how: How,
    /// Whether a task came of it, whose progress goes on.
    pub task: bool,
    /// When, in microseconds of the session.
    pub us: u64,
}

/// A request of the server's that it called off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledOff {
    /// Its id.
    pub id: Id,
    /// Its method.
    pub method: Box<str>,
    /// When it was called off, in microseconds of the session.
    pub us: u64,
}

/// What is remembered of one connection.
#[derive(Debug, Default)]
pub struct Memory {
    /// Requests of the client that wait, by id.
    pub asked: HashMap<Id, Asked>,
    /// Those that ended lately, oldest first.
    pub over: VecDeque<Over>,
    /// Requests of the server that wait, by id, with their methods.
    pub asking: HashMap<Id, Box<str>>,
    /// Those that the server called off lately and that were not answered yet, oldest first.
    pub called_off: VecDeque<CalledOff>,
    /// Ids of all requests of the server so far, up to a limit.
    pub ever_asking: HashSet<Id>,
    /// What the client declared in its handshake, once it was seen.
    pub declared: Option<Capabilities>,
    /// Whether it opened with `initialize`.
    pub shook_hands: bool,
    /// Whether that was granted.
    pub greeted: bool,
    /// Whether `notifications/initialized` went out.
    pub initialized: bool,
    /// Whether the client ever sent a notification.
    pub told: bool,
    /// The least log level that was set and taken.
    pub level: Option<Level>,
    /// Resources that were unsubscribed from.
    pub unsubscribed: HashSet<Box<str>>,
    /// Exchanges over HTTP.
    pub hops: Hops,
}

impl Memory {
    /// The latest request with this id that is over.
    pub fn ended(&self, id: &Id) -> Option<&Over> {
        self.over.iter().rev().find(|over| over.id == *id)
    }

    /// The request of the server's with this id that it called off.
    pub fn called_off(&self, id: &Id) -> Option<&CalledOff> {
        self.called_off.iter().rev().find(|one| one.id == *id)
    }

    /// The request that waits with this progress token.
    pub fn of_token(&self, token: &Id) -> Option<(&Id, &Asked)> {
        let named = |(_, asked): &(&Id, &Asked)| asked.token.as_ref() == Some(token);
        self.asked.iter().find(named)
    }

    /// What the client declared: with a request, or in the handshake.
    pub fn declared_with<'a>(&'a self, asked: Option<&'a Asked>) -> Option<&'a Capabilities> {
        asked
            .and_then(|asked| asked.declared.as_ref())
            .or(self.declared.as_ref())
    }

    /// The revision that a message says the server does not speak, when it was asked in it.
    pub(super) fn refuses(&self, message: &Message<'_>) -> Option<Revision> {
        let asked = self.asked.get(message.facts.id.as_ref()?)?;
        let version = asked.version?;
        let opens = &*asked.method == "initialize";
        let discovers = &*asked.method == "server/discover";
        let refused = match message.facts.kind {
            Kind::Error => {
                let code = message.get(&["error", "code"]).and_then(json::integer);
                // An error of another kind says nothing of the version.
                let of_version = matches!(code, Some(-32602..=-32600 | -32022));
                discovers || code == Some(-32022) || (opens && of_version)
            }
            Kind::Result if opens => {
                let answered = message.text(&["result", "protocolVersion"]);
                answered.is_some_and(|answered| answered.parse() != Ok(version))
            }
            Kind::Result if discovers => {
                let mut supported = message.items(&["result", "supportedVersions"]).peekable();
                supported.peek().is_some()
                    && !supported.any(|(_, one)| {
                        json::string(one).is_some_and(|one| one.parse() == Ok(version))
                    })
            }
            _ => false,
        };
        refused.then_some(version)
    }

    /// Takes an entry, once all rules looked at it.
    pub(super) fn take(&mut self, entry: &Entry, recorded: &Recorded, messages: &[Message<'_>]) {
        match &recorded.facts {
            Facts::Messages(_) => {
                self.hops.frame(entry, messages);
                for message in messages {
                    match entry.direction {
                        Direction::In => self.server_said(entry, message),
                        _ => self.client_said(entry, message),
                    }
                }
            }
            Facts::Note(note) => self.note(note, entry.us),
            _ => {}
        }
    }

    fn client_said(&mut self, entry: &Entry, message: &Message<'_>) {
        let method = message.facts.method.as_deref().unwrap_or_default();
        match (message.facts.kind, &message.facts.id) {
            (Kind::Request, Some(id)) if self.asked.len() < WAITING => {
                if method == "initialize" {
                    self.shook_hands = true;
                    let raw = message.get(&["params", "capabilities"]);
                    self.declared = raw.map(Capabilities::read);
                }
                self.asked.insert(id.clone(), asked(entry, message, method));
            }
            (Kind::Notification, _) => {
                self.told = true;
                self.initialized |= method == "notifications/initialized";
                if let Detail::Cancelled { request } = &message.facts.detail {
                    self.end(request, How::Cancelled, false, entry.us);
                }
            }
            (Kind::Result | Kind::Error, Some(id)) => {
                let waited = self.asking.remove(id).is_some();
                if !waited {
                    self.called_off.retain(|one| one.id != *id);
                }
            }
            _ => {}
        }
    }

    fn server_said(&mut self, entry: &Entry, message: &Message<'_>) {
        match (&message.facts.detail, message.facts.kind, &message.facts.id) {
            (_, Kind::Request, Some(id)) if self.asking.len() < WAITING => {
                let method = message.facts.method.clone().unwrap_or_default();
                self.asking.insert(id.clone(), method);
                if self.ever_asking.len() < WAITING {
                    self.ever_asking.insert(id.clone());
                }
            }
            (detail, Kind::Result | Kind::Error, Some(id)) => {
                let made = match detail {
                    Detail::Result(result) => {
                        self.agreed(id);
                        result.task.is_some()
                    }
                    _ => false,
                };
                self.end(id, How::Answered, made, entry.us);
            }
            (
                Detail::Progress {
                    token, progress, ..
                },
                ..,
            ) => {
                let named = |asked: &&mut Asked| asked.token.as_ref() == Some(token);
                if let Some(asked) = self.asked.values_mut().find(named) {
                    asked.progress = progress.parse().ok().or(asked.progress);
                }
            }
            (Detail::Acknowledged(filter), ..) => {
                let stream = message.facts.subscription.as_ref();
                if let Some(asked) = stream.and_then(|id| self.asked.get_mut(id)) {
                    asked.honoured = Some((**filter).clone());
                }
            }
            (Detail::Cancelled { request }, ..) => {
                self.call_off(request, entry.us);
                let streams = self.asked.get(request);
                if streams.is_some_and(|asked| asked.filter.is_some()) {
                    self.end(request, How::Answered, false, entry.us);
                }
            }
            _ => {}
        }
    }

    fn call_off(&mut self, id: &Id, us: u64) {
        let Some(method) = self.asking.remove(id) else {
            return;
        };
        if self.called_off.len() >= OVER {
            self.called_off.pop_front();
        }
        let id = id.clone();
        self.called_off.push_back(CalledOff { id, method, us });
    }

    /// A request of the client's was granted.
    fn agreed(&mut self, id: &Id) {
        let Some(asked) = self.asked.get(id) else {
            return;
        };
        match &*asked.method {
            "initialize" => self.greeted = true,
            "logging/setLevel" => self.level = Level::of_word(&asked.subject).or(self.level),
            "resources/unsubscribe" => {
                self.unsubscribed.insert(asked.subject.clone());
            }
            "resources/subscribe" => {
                self.unsubscribed.remove(&asked.subject);
            }
            _ => {}
        }
    }

    fn note(&mut self, note: &Note, us: u64) {
        match note {
            Note::Timeout { id, .. } | Note::Unanswered { id, .. } => {
                self.end(&Id::read(id.as_bytes()), How::Lost, false, us);
            }
            Note::Abandoned { id, .. } => {
                self.end(&Id::read(id.as_bytes()), How::Cancelled, false, us);
            }
            Note::Http(step) => self.hops.step(step),
            Note::Exit { .. } | Note::StartFailed { .. } | Note::Closed { .. } => {
                self.asked.clear();
                self.asking.clear();
                self.called_off.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, id: &Id, how: How, task: bool, us: u64) {
        let Some(asked) = self.asked.remove(id) else {
            return;
        };
        if self.over.len() >= OVER {
            self.over.pop_front();
        }
        self.over.push_back(Over {
            id: id.clone(),
            asked,
            how,
            task,
            us,
        });
    }
}

fn asked(entry: &Entry, message: &Message<'_>, method: &str) -> Asked {
    let of_meta = |key: &str| message.get(&["params", "_meta", key]);
    let again = ["inputResponses", "requestState"];
    Asked {
        method: method.into(),
        subject: message.facts.subject.clone().unwrap_or_default(),
        token: message.facts.progress_token.clone(),
        level: of_meta(meta::LOG_LEVEL)
            .and_then(json::string)
            .and_then(|word| Level::of_word(&word)),
        task: message.get(&["params", "task"]).is_some(),
        declared: of_meta(meta::CLIENT_CAPABILITIES).map(Capabilities::read),
        filter: match &message.facts.detail {
            Detail::Listen(filter) => Some((**filter).clone()),
            _ => None,
        },
        honoured: None,
        again: again
            .iter()
            .any(|name| message.get(&["params", name]).is_some()),
        version: match method {
            "initialize" => message.text(&["params", "protocolVersion"]),
            _ => of_meta(meta::PROTOCOL_VERSION).and_then(json::string),
        }
        .and_then(|version| version.parse().ok()),
        progress: None,
        us: entry.us,
    }
}

impl Carried {
    /// What a frame carries, for the exchange that takes it.
    pub(super) fn of(messages: &[Message<'_>]) -> Option<Self> {
        let first = messages.first()?;
        Some(Self {
            kind: first.facts.kind,
            method: first.facts.method.clone().unwrap_or_default(),
            id: first.facts.id.clone(),
            version: first
                .text(&["params", "_meta", meta::PROTOCOL_VERSION])
                .map(Into::into),
            named: named(first).map(Into::into),
        })
    }
}

/// What `Mcp-Name` says of a request (2026-07-28, `basic/transports/streamable-http`).
fn named(message: &Message<'_>) -> Option<String> {
    let member = match message.facts.method.as_deref()? {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        method if method.starts_with("tasks/") => "taskId",
        _ => return None,
    };
    message.text(&["params", member])
}
