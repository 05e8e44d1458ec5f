//! The tasks of a connection: what was told of each, where it came from, and what came of it.

use super::exchange::ExchangeIndex;
use crate::mcp::tasks::{Shape, TaskFacts, TaskStatus, UNKNOWN, UNWANTED};

/// Tasks that stay at hand; of those that ended the oldest go.
const KEPT: usize = 1_000;

/// How a task went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// The entry that holds its result or error, by sequence number.
    pub seq: u64,
    /// Whether that is an error, or a result that says so.
    pub bad: bool,
}

/// One task.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Task {
    /// Its id.
    pub id: Box<str>,
    /// Which kind of task it is.
    pub shape: Shape,
    /// How it stands, as far as was told.
    pub status: TaskStatus,
    /// In the server's words.
    pub said: Option<Box<str>>,
    /// How long the server keeps it, in milliseconds.
    pub ttl_ms: Option<u64>,
    /// How often to ask after it, in milliseconds.
    pub poll_ms: Option<u64>,
    /// The call it was made of; none when that was in an earlier run, or somebody else's.
    pub exchange: Option<ExchangeIndex>,
    /// When it was first heard of, in microseconds of the session.
    pub since_us: u64,
    /// When its status last changed.
    pub changed_us: u64,
    /// The entry that told of it last, by sequence number.
    pub last_seq: u64,
    /// How often it was asked after.
    pub asked: u32,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Why nobody asks after it any more although it has not ended.
    pub left: Option<Box<str>>,
}

impl Task {
    /// Whether it may go on at the server, as far as we know: then it is worth to be remembered.
    pub fn may_go_on(&self) -> bool {
        let given_up = |why: &str| matches!(why, UNKNOWN | UNWANTED);
        !self.status.is_terminal() && !self.left.as_deref().is_some_and(given_up)
    }

    /// Whether it is over, or nobody can know.
    pub fn is_over(&self) -> bool {
        self.status.is_terminal() || self.left.is_some()
    }
}

/// All of them, in the order they were heard of.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Tasks(Vec<Task>);

impl Tasks {
    /// All of them.
    pub fn all(&self) -> &[Task] {
        &self.0
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Option<&Task> {
        self.0.iter().rfind(|task| *task.id == *id)
    }

    /// The one that a call became.
    pub fn of_exchange(&self, exchange: ExchangeIndex) -> Option<&Task> {
        self.0.iter().rfind(|task| task.exchange == Some(exchange))
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Task> {
        self.0.iter_mut().rfind(|task| *task.id == *id)
    }

    /// Something was told of a task; `made` of a call.
    pub(super) fn told(
        &mut self,
        facts: &TaskFacts,
        shape: Shape,
        made: Option<ExchangeIndex>,
        seq: u64,
        us: u64,
    ) {
        if self.get(&facts.id).is_none() {
            if self.0.len() >= KEPT
                && let Some(over) = self.0.iter().position(Task::is_over)
            {
                self.0.remove(over);
            }
            if self.0.len() >= KEPT {
                return;
            }
            self.0.push(Task {
                id: facts.id.clone(),
                shape,
                status: facts.status,
                said: None,
                ttl_ms: None,
                poll_ms: None,
                exchange: made,
                since_us: us,
                changed_us: us,
                last_seq: seq,
                asked: 0,
                outcome: None,
                left: None,
            });
        }
        let Some(task) = self.get_mut(&facts.id) else {
            return;
        };
        if task.status != facts.status {
            task.status = facts.status;
            task.changed_us = us;
        }
        if facts.said.is_some() {
            task.said.clone_from(&facts.said);
        }
        task.ttl_ms = facts.ttl_ms.or(task.ttl_ms);
        task.poll_ms = facts.poll_ms.or(task.poll_ms);
        task.last_seq = seq;
        task.exchange = made.or(task.exchange);
        if facts.outcome && facts.status.is_terminal() {
            task.outcome = Some(Outcome {
                seq,
                bad: facts.status == TaskStatus::Failed,
            });
        }
    }

    /// It is asked after.
    pub(super) fn asked(&mut self, id: &str) {
        if let Some(task) = self.get_mut(id) {
            task.asked += 1;
            task.left = None;
        }
    }

    /// Its result came by itself (2025-11-25), or an error in its place.
    pub(super) fn result(&mut self, id: &str, seq: u64, bad: bool) {
        if let Some(task) = self.get_mut(id) {
            task.outcome = Some(Outcome { seq, bad });
        }
    }

    /// Nobody asks after it any more.
    pub(super) fn left(&mut self, id: &str, why: &str) {
        if let Some(task) = self.get_mut(id) {
            task.left = Some(why.into());
        }
    }

    /// The connection is gone.
    pub(super) fn gone(&mut self) {
        for task in self.0.iter_mut().filter(|task| !task.is_over()) {
            task.left = Some("the connection ended".into());
        }
    }
}
