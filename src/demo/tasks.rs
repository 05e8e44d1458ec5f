//! The one tool that runs as a task, in both shapes there are: the core of 2025-11-25 (`params.task`, `tasks/result`) and
//! the extension of 2026-07-28 (flat, inline results, `tasks/update`). Never reads a clock: what is due when, the
//! server's loop is told by `next_wake`. Here is what a task is; `course` moves it on, `methods` answer for it.

use std::time::Duration;

use serde_json::{Value, json};

use super::calls::text_result;
use super::message::{self, Fault};
use super::questions;
use super::revision::Revision;
use super::{Due, Moment};

mod course;
mod methods;

pub(super) use methods::{misplaced, undeclared};

/// How often a client should look, in milliseconds.
const POLL: u64 = 500;

const RELATED: &str = "io.modelcontextprotocol/related-task";

/// A bread in the making.
#[derive(Debug)]
pub(super) struct Task {
    id: String,
    revision: Revision,
    created: Moment,
    updated: Moment,
    ttl: Duration,
    /// How long one of the two stages takes.
    half: Duration,
    stage: Stage,
    /// The crust is asked for between the stages; the client can be asked and wants to be.
    asks: bool,
    burn: bool,
    crust: String,
    progress: Option<Value>,
    /// Our own request about the crust, while it is open (2025-11-25).
    question: Option<u64>,
    /// Requests for the result that wait for it (2025-11-25).
    waiting: Vec<Value>,
}

#[derive(Debug)]
enum Stage {
    Rising {
        until: Moment,
    },
    /// Nobody has said yet how dark it shall be; after this moment nobody will.
    Asking {
        until: Moment,
    },
    Baking {
        until: Moment,
    },
    Ended(Ending),
}

#[derive(Debug)]
enum Ending {
    Result(Value),
    Error(Fault),
    Cancelled,
}

impl Task {
    /// When it changes by itself.
    fn due(&self) -> Option<Moment> {
        match self.stage {
            Stage::Rising { until } | Stage::Asking { until } | Stage::Baking { until } => {
                Some(until)
            }
            Stage::Ended(_) => None,
        }
    }

    fn status(&self) -> &'static str {
        match &self.stage {
            Stage::Rising { .. } | Stage::Baking { .. } => "working",
            Stage::Asking { .. } => "input_required",
            // The core has a task fail with its tool; the extension only with the protocol.
            Stage::Ended(Ending::Result(result))
                if result["isError"] == true && !self.revision.is_stateless() =>
            {
                "failed"
            }
            Stage::Ended(Ending::Result(_)) => "completed",
            Stage::Ended(Ending::Error(_)) => "failed",
            Stage::Ended(Ending::Cancelled) => "cancelled",
        }
    }

    fn words(&self) -> &'static str {
        match &self.stage {
            Stage::Rising { .. } => "The dough is rising.",
            Stage::Asking { .. } => "The baker wants to know how dark the crust shall be.",
            Stage::Baking { .. } => "The bread is in the oven.",
            Stage::Ended(Ending::Result(result)) if result["isError"] == true => {
                "The bread is burnt."
            }
            Stage::Ended(Ending::Result(_)) => "The bread is done.",
            Stage::Ended(Ending::Error(_)) => "Nobody wants the bread any more.",
            Stage::Ended(Ending::Cancelled) => "The oven was turned off.",
        }
    }

    /// A request for the result was given up.
    pub(super) fn unwait(&mut self, request: &Value) {
        self.waiting.retain(|id| id != request);
    }

    /// The task itself, in the spelling of its shape.
    fn state(&self) -> Value {
        let (ttl, poll) = if self.revision.is_stateless() {
            ("ttlMs", "pollIntervalMs")
        } else {
            ("ttl", "pollInterval")
        };
        json!({
            "taskId": self.id,
            "status": self.status(),
            "statusMessage": self.words(),
            "createdAt": written(self.created),
            "lastUpdatedAt": written(self.updated),
            ttl: self.ttl.as_millis() as u64,
            poll: POLL
        })
    }

    /// The task with what its status brings along (the extension only).
    fn detailed(&self) -> Value {
        let mut body = self.state();
        match &self.stage {
            Stage::Asking { .. } => {
                let (question, _) = questions::crust(self.revision);
                body["inputRequests"] = json!({question.key: question.entry()});
            }
            Stage::Ended(Ending::Result(result)) => {
                body["result"] = message::stateless_result(result.clone());
            }
            Stage::Ended(Ending::Error(fault)) => body["error"] = fault.clone().body(),
            Stage::Rising { .. } | Stage::Baking { .. } | Stage::Ended(Ending::Cancelled) => {}
        }
        body
    }

    /// What `tasks/result` answers once the task has ended: what the call would have been answered.
    fn outcome(&self) -> Option<Result<Value, Fault>> {
        let Stage::Ended(ending) = &self.stage else {
            return None;
        };
        Some(match ending {
            Ending::Result(result) => {
                let mut body = result.clone();
                body["_meta"] = json!({RELATED: {"taskId": self.id}});
                Ok(body)
            }
            Ending::Error(fault) => Err(fault.clone()),
            Ending::Cancelled => Err(Fault::new(
                message::INTERNAL_ERROR,
                "the task was cancelled; it has no result",
            )),
        })
    }

    /// A notification of how far it is, if one was wanted.
    fn step(&self) -> Option<Due> {
        let step = match self.stage {
            Stage::Baking { .. } => 1,
            Stage::Ended(Ending::Result(_)) => 2,
            _ => return None,
        };
        let params = json!({
            "progressToken": self.progress.as_ref()?, "progress": step, "total": 2, "message": self.words(),
            "_meta": {RELATED: {"taskId": self.id}}
        });
        let notice = message::notification("notifications/progress", params);
        Some(Due::unasked(Duration::ZERO, notice))
    }

    fn baked(&self) -> Value {
        if self.burn {
            let mut body = text_result("The bread is burnt. Leave burn out next time.");
            body["isError"] = json!(true);
            return body;
        }
        text_result(&format!("One bread, {} crust.", self.crust))
    }
}

/// A moment as ISO 8601 has it, to the millisecond.
fn written(moment: Moment) -> String {
    i64::try_from(moment.as_millis())
        .ok()
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok())
        .map(|stamp| format!("{stamp:.3}"))
        .unwrap_or_default()
}
