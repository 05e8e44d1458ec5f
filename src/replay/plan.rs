//! What of a recording is sent again, in which order, and what each request waits for.
//!
//! A request waits for those that had ended before it was sent: what was under way together then is under way together
//! again. Requests are left out that the client makes by itself (the handshake, what it asks of tasks), and those
//! whose end nobody saw.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Reading;
use super::answers::Answers;
use super::carry::{self, Carry};
use crate::json::Value;
use crate::mask::{Missing, names_in};
use crate::mcp::asked::{Capabilities, Reply};
use crate::mcp::revision::Revision;
use crate::session::timeline::ExchangeIndex;

/// Calls that need what a mask hides which are told.
const TOLD: usize = 5;

mod draft;

use draft::Draft;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A request, whose answer is compared.
    Call,
    /// A notification, as it was.
    Notify,
    /// From now on, changes of these resources, and of lists, are to be told (2026-07-28).
    Follow {
        /// The resources.
        uris: Vec<String>,
        /// Whether lists too.
        lists: bool,
    },
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Answered,
    /// It was cancelled, when this many of the part's calls had ended and it had come this far.
    Cancelled {
        /// See [`Step::needs`].
        needs: usize,
        /// So many notifications of progress had come.
        ticks: usize,
    },
    /// Nobody waited any longer.
    TimedOut,
}

/// Something that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The exchange of the recording; none for a notification.
    pub exchange: Option<ExchangeIndex>,
    /// The entry that sent it, by sequence number.
    pub seq: u64,
    /// The method.
    pub method: String,
    /// What it is about.
    pub subject: String,
    /// What it is.
    pub what: What,
    /// When, after the first one of its part.
    pub at: Duration,
    /// How many calls of the part, in the order in which they end, must have ended before.
    pub needs: usize,
    /// The notification that a list changed which had come so often before.
    pub after: Option<(String, usize)>,
    /// Raw params, as they are to be sent; of a notification, the whole frame.
    pub params: Option<String>,
    /// What of them came from earlier results.
    pub carries: Vec<Carry>,
    /// How it ended.
    pub ending: Ending,
    /// How long it took.
    pub took: Duration,
}

/// What was sent on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The connection of the recording.
    pub conn: u32,
    /// The revision that was spoken.
    pub revision: Option<Revision>,
    /// What the client said it could do.
    pub capabilities: Capabilities,
    /// In the order they were sent.
    pub steps: Vec<Step>,
    /// The calls of [`Self::steps`] in the order in which they ended.
    pub ends: Vec<usize>,
    /// What was answered when the server asked.
    pub answers: Answers,
}

/// What is not sent, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It had no answer when its connection was closed.
    Unfinished,
    /// It asks about a task that no call of the recording was made.
    ForeignTask,
    /// It is no request and no notification.
    Odd,
}

impl LeftOut {
    /// Why, for so many.
    pub fn words(self, count: usize) -> String {
        let noun = match self {
            Self::Odd => "frame",
            Self::Unfinished | Self::ForeignTask => "request",
        };
        let why = match self {
            Self::Unfinished => "no answer had come when the connection was closed",
            Self::ForeignTask => "about a task of an earlier run",
            Self::Odd => "neither a request nor a notification",
        };
        format!("{} left out: {why}", crate::text::plural(count, noun))
    }
}

/// Why a recording cannot be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing in it was sent, or nothing of what was chosen.
    #[error("nothing in it can be sent again")]
    Nothing,
    /// It went to several servers.
    #[error("it holds requests to several servers: {}", .0.join(", "))]
    Servers(Vec<String>),
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The server's name for people, as it was recorded.
    pub server: String,
    /// Connection by connection.
    pub parts: Vec<Part>,
    /// What is not sent, and how much of it.
    pub left_out: BTreeMap<LeftOut, usize>,
}

impl Plan {
    /// What of a session is sent again: the exchanges that are `chosen`. With `all`, notifications too.
    pub fn of(
        session: &Reading<'_>,
        chosen: &dyn Fn(ExchangeIndex) -> bool,
        all: bool,
    ) -> Result<Self, Problem> {
        let mut plan = Self {
            server: String::new(),
            parts: Vec::new(),
            left_out: BTreeMap::new(),
        };
        let mut servers: Vec<String> = Vec::new();
        for connection in session.timeline.state().connections() {
            let part = Draft {
                session,
                connection,
                chosen,
                all,
                left_out: BTreeMap::new(),
                again: Draft::is_again(session, connection),
            }
            .part(&mut plan.left_out);
            if part.steps.is_empty() {
                continue;
            }
            if servers.iter().all(|name| **name != *connection.name) {
                servers.push(connection.name.to_string());
            }
            plan.parts.push(part);
        }
        match servers.len() {
            0 => return Err(Problem::Nothing),
            1 => plan.server = servers.remove(0),
            _ => return Err(Problem::Servers(servers)),
        }
        Ok(plan)
    }

    /// How many requests are sent whose answers are compared.
    pub fn calls(&self) -> usize {
        let steps = self.parts.iter().flat_map(|part| &part.steps);
        steps.filter(|step| step.what == What::Call).count()
    }

    /// The tools that are called, each once, and how often.
    pub fn tools(&self) -> Vec<(&str, usize)> {
        let mut tools: Vec<(&str, usize)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let steps = self.parts.iter().flat_map(|part| &part.steps);
        for step in steps.filter(|step| step.method == "tools/call") {
            let place = *places.entry(&step.subject).or_insert_with(|| {
                tools.push((&step.subject, 0));
                tools.len() - 1
            });
            tools[place].1 += 1;
        }
        tools
    }

    /// The masks whose secrets are needed before anything is sent, each once, and the calls that need them. What is
    /// carried over comes from new answers.
    pub fn masks(&self) -> Vec<Needed> {
        let mut needed: Vec<Needed> = Vec::new();
        let mut add = |raw: &str, whose: &dyn Fn() -> String| {
            for name in names_in(raw.as_bytes()) {
                let known = needed.iter().position(|known| known.name == name);
                let at = known.unwrap_or_else(|| {
                    let calls = Vec::new();
                    needed.push(Needed { name, calls });
                    needed.len() - 1
                });
                let whose = whose();
                // One call after the other: the same can only be the last.
                if needed[at].calls.last() != Some(&whose) {
                    needed[at].calls.push(whose);
                }
            }
        };
        for part in &self.parts {
            for step in &part.steps {
                let Some(params) = &step.params else {
                    continue;
                };
                let whose = || {
                    let call = format!("#{} {} {}", step.seq, step.method, step.subject);
                    call.trim_end().to_owned()
                };
                let parsed = Value::parse(params.as_bytes());
                match parsed.ok().filter(|_| !step.carries.is_empty()) {
                    Some(mut value) => {
                        for carry in &step.carries {
                            carry::put(&mut value, &carry.to, Value::Null);
                        }
                        add(&value.to_string(), &whose);
                    }
                    None => add(params, &whose),
                }
            }
            for answer in part.answers.all() {
                if let Some(Reply::Result(raw)) = &answer.reply {
                    add(raw, &|| "a reply to the server".to_owned());
                }
            }
        }
        needed
    }
}

/// A mask that hides what has to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// The calls of the recording that need what it hides.
    pub calls: Vec<String>,
}

/// Why nothing can be sent, and what to do about it, while nobody knows what these masks hide.
pub fn unknown(needed: &[Needed]) -> Option<(String, String)> {
    let names = needed.iter().map(|one| one.name.clone()).collect();
    let missing = Missing { names };
    let mut calls: Vec<&str> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for call in needed.iter().flat_map(|one| &one.calls) {
        if seen.insert(call.as_str()) {
            calls.push(call);
        }
    }
    let first = needed.first()?;
    let more = match calls.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let calls = calls
        .iter()
        .take(TOLD)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let name = &first.name;
    Some((
        format!("nothing was sent: {missing}; it is needed for {calls}{more}"),
        format!(
            "start mcpscope with --secret {name}=VALUE (--secret {name} takes it from the environment), or leave these calls out with a filter"
        ),
    ))
}
