//! The demo server: a small, correct MCP server of both eras, for a first run and for learning.
//! This is its core, lines in and scheduled lines out; it never reads a clock, waits, or writes
//! (`run` does), and takes nothing from the rest of mcpscope, so that it can stand against it.
//!
//! Where to add what: a tool in `demo/tools.rs` with its play in `demo/calls.rs`, what a tool asks its client in
//! `demo/questions.rs` (`demo/asking.rs` is how), a resource in `demo/resources.rs`, a prompt in `demo/prompts.rs`,
//! what is told without being asked in `demo/changes.rs`, tasks in `demo/tasks.rs`,
//! what it suggests while an argument is typed in `demo/completions.rs`, a method in `demo/request.rs`,
//! and what a revision knows in `demo/revision.rs`.

mod able;
mod answers;
mod arguments;
mod asking;
mod calls;
mod changes;
mod completions;
mod message;
mod opening;
mod prompts;
mod questions;
mod request;
mod resources;
mod revision;
mod run;
mod state;
mod tasks;
#[cfg(test)]
mod tests;
mod tools;
mod trip;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use able::Able;
use asking::Talk;
use calls::Said;
use changes::{Changing, Listen};
use message::{Fault, INVALID_PARAMS, INVALID_REQUEST, Level, PARSE_ERROR};
use revision::Revision;
pub use run::run;
use tasks::Task;

/// A point in time: how long after the beginning of 1970 (UTC).
pub type Moment = Duration;

/// What a server says on its streams; one line, without its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemoOutput {
    /// One JSON-RPC message.
    Stdout(String),
    /// One line of free text.
    Stderr(String),
}

/// Something to be said, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// How long after the line that caused it.
    pub after: Duration,
    /// Id of the request it belongs to, with its JSON type; a cancellation of that request takes
    /// it back as long as it was not said.
    pub request: Option<Value>,
    /// What to say.
    pub output: DemoOutput,
}

/// What one line led to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reaction {
    /// A request that was cancelled: everything still scheduled for this id is to be dropped.
    pub cancel: Option<Value>,
    /// What to say, in order; things with the same time keep it.
    pub scheduled: Vec<Scheduled>,
}

/// The demo server without its streams and its clock.
#[derive(Debug)]
pub struct DemoServer {
    /// What a handshake agreed on. Stateless requests neither need nor change it.
    agreed: Option<Revision>,
    /// What the client of the handshake can be asked; stateless requests bring their own.
    able: Able,
    /// Lowest level of log notification in the handshake era; stateless requests bring their own.
    level: Level,
    /// When this is.
    now: Moment,
    /// Requests that wait for their client's answers (handshake era).
    talks: Vec<Talk>,
    /// How many requests of our own there were.
    asked: u64,
    /// A page that is to be visited before a call is repeated, and when it will have been.
    page: Option<(String, Moment)>,
    tasks: Vec<Task>,
    /// How many tasks there were.
    baked: u64,
    changing: Changing,
    /// What the client of the handshake subscribed to.
    subscribed: BTreeSet<String>,
    /// Who listens, of the stateless era.
    listens: Vec<Listen>,
}

/// One message on its way out, before it is text.
struct Due {
    after: Duration,
    request: Option<Value>,
    said: Said,
}

impl Default for DemoServer {
    fn default() -> Self {
        Self::new()
    }
}

impl DemoServer {
    /// A server that nobody has spoken to yet.
    pub fn new() -> Self {
        Self {
            agreed: None,
            able: Able::default(),
            level: Level::Info,
            now: Moment::ZERO,
            talks: Vec::new(),
            asked: 0,
            page: None,
            tasks: Vec::new(),
            baked: 0,
            changing: Changing::default(),
            subscribed: BTreeSet::new(),
            listens: Vec::new(),
        }
    }

    /// When to call [`Self::wake`], if no line comes before.
    pub fn next_wake(&self) -> Option<Moment> {
        self.next_due()
    }

    /// Lets what takes its time go on, up to now.
    pub fn wake(&mut self, now: Moment) -> Reaction {
        self.now = now;
        Reaction {
            cancel: None,
            scheduled: self
                .advance()
                .into_iter()
                .map(Due::into_scheduled)
                .collect(),
        }
    }

    /// Takes one line from the client, with or without its line ending, at this moment. An empty line is nothing.
    pub fn line(&mut self, line: &[u8], now: Moment) -> Reaction {
        let mut reaction = self.wake(now);
        if line.trim_ascii().is_empty() {
            return reaction;
        }
        let (cancel, due) = match serde_json::from_slice::<Value>(line) {
            Err(error) => {
                let fault = Fault::new(PARSE_ERROR, format!("this line is not JSON: {error}"));
                (None, vec![self.unaddressed(fault)])
            }
            Ok(Value::Array(members)) => (None, self.batch(&members)),
            Ok(message) => self.message(&message),
        };
        reaction.cancel = cancel;
        reaction
            .scheduled
            .extend(due.into_iter().map(Due::into_scheduled));
        reaction
    }

    /// A batch, which only 2025-03-26 has: the answers come together, as one array, when the last is due.
    fn batch(&mut self, members: &[Value]) -> Vec<Due> {
        if members.is_empty() || !self.agreed.is_some_and(Revision::has_batches) {
            let fault = Fault::new(
                INVALID_REQUEST,
                "a message is one JSON object; arrays are only part of 2025-03-26",
            );
            return vec![self.unaddressed(fault)];
        }
        let (mut due, mut answers, mut after) = (Vec::new(), Vec::new(), Duration::ZERO);
        for member in members {
            for item in self.message(member).1 {
                match item.said {
                    Said::Message(message) if message.get("method").is_none() => {
                        answers.push(message);
                        after = after.max(item.after);
                    }
                    said => due.push(Due { said, ..item }),
                }
            }
        }
        if !answers.is_empty() {
            due.push(Due {
                after,
                request: None,
                said: Said::Message(Value::Array(answers)),
            });
        }
        due
    }

    /// One message: the request it cancels, and what is said because of it.
    fn message(&mut self, message: &Value) -> (Option<Value>, Vec<Due>) {
        let id = message.get("id");
        let method = message.get("method").and_then(Value::as_str);
        match (method, id) {
            (Some("notifications/cancelled"), None) => {
                let given_up = message["params"].get("requestId").filter(|id| is_id(id));
                let due = given_up.map_or_else(Vec::new, |id| self.forget(id));
                (given_up.cloned(), due)
            }
            // A notification is never answered, known or not.
            (Some(_), None) => (None, Vec::new()),
            (Some(method), Some(id)) if is_id(id) && message["jsonrpc"] == "2.0" => {
                (None, self.request(id, method, message.get("params")))
            }
            (None, Some(id))
                if message.get("result").is_some() || message.get("error").is_some() =>
            {
                (None, self.answered(id, message))
            }
            _ => {
                let fault = Fault::new(
                    INVALID_REQUEST,
                    "a request has jsonrpc \"2.0\", a method, and an id that is a string or a whole number",
                );
                match id.filter(|id| is_id(id)) {
                    Some(id) => (
                        None,
                        vec![Due::answer(
                            id,
                            message::error(self.agreed, Some(id), fault),
                        )],
                    ),
                    None => (None, vec![self.unaddressed(fault)]),
                }
            }
        }
    }

    fn request(&mut self, id: &Value, method: &str, params: Option<&Value>) -> Vec<Due> {
        let empty = json!({});
        let given = params.unwrap_or(&empty);
        let request = if given.is_object() {
            self.place(id, method, given)
        } else {
            Err(Fault::new(INVALID_PARAMS, "params must be an object"))
        };
        match request {
            Ok(request) => self.answer(request),
            Err(fault) => vec![Due::answer(
                id,
                message::error(self.agreed, Some(id), fault),
            )],
        }
    }

    /// An error for a line that cannot be told to belong to a request.
    fn unaddressed(&self, fault: Fault) -> Due {
        Due {
            after: Duration::ZERO,
            request: None,
            said: Said::Message(message::error(self.agreed, None, fault)),
        }
    }
}

impl Due {
    fn answer(id: &Value, message: Value) -> Self {
        Self {
            after: Duration::ZERO,
            request: Some(id.clone()),
            said: Said::Message(message),
        }
    }

    /// Something that belongs to no request of the client's.
    fn unasked(after: Duration, message: Value) -> Self {
        Self {
            after,
            request: None,
            said: Said::Message(message),
        }
    }

    fn into_scheduled(self) -> Scheduled {
        let output = match self.said {
            Said::Message(message) => DemoOutput::Stdout(message.to_string()),
            Said::Stderr(line) => DemoOutput::Stderr(line),
        };
        Scheduled {
            after: self.after,
            request: self.request,
            output,
        }
    }
}

/// Ids and progress tokens are strings or whole numbers, in every revision.
fn is_id(value: &Value) -> bool {
    value.is_string() || value.is_i64() || value.is_u64()
}
