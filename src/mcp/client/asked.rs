//! Questions of the server's while it has the word (2024-11-05 … 2025-11-25), and everybody's answers.
//!
//! A question is refused when it was not declared, answered by a policy, or parked until a person answers. Which of
//! our requests it belongs to decides which of them do not run out of time meanwhile.

use std::time::Duration;

use super::opening::Phase;
use super::{Client, Output, Purpose, remark};
use crate::json;
use crate::jsonrpc::{self, Id};
use crate::mcp::asked::{
    AskKind, Asked, Capabilities, Outcome, Policies, Policy, Reply, Which, reply,
};
use crate::mcp::revision::{Era, Revision};
use crate::note::Note;
use crate::note::asked::{Asking, named};

/// The most questions that wait on one connection; a server that asks more is told so.
pub(super) const MOST: usize = 1_000;

/// A question that waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parked {
    pub which: Which,
    pub kind: AskKind,
    /// The request of ours it is asked during, when that can be told.
    pub call: Option<Id>,
    /// Whose request goes on once it is answered.
    pub ticket: Option<u64>,
    /// `elicitationId`
    pub elicitation: Option<Box<str>>,
}

/// Who answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'a> {
    Person,
    Policy(&'a Policy),
    Client,
}

pub(super) fn note_answered(which: &Which, by: By<'_>, how: Outcome, out: &mut Vec<Output>) {
    let (by, rule) = match by {
        By::Person => ("person", None),
        By::Policy(policy) => ("policy", Some(policy.word().to_owned())),
        By::Client => ("mcpscope", None),
    };
    let step = Asking::Answered {
        question: which.to_json(),
        by: by.to_owned(),
        rule,
        how: how.word(),
    };
    out.push(Output::Note(Note::Asking(step).into()));
}

pub(super) fn note_withdrawn(which: &Which, why: &str, out: &mut Vec<Output>) {
    let step = Asking::Withdrawn {
        question: which.to_json(),
        why: why.to_owned(),
    };
    out.push(Output::Note(Note::Asking(step).into()));
}

/// What `policy` says, if it can be sent.
pub(super) fn policed(policy: &Policy, kind: AskKind) -> Option<Reply> {
    policy.reply(kind).filter(|reply| problem(reply).is_none())
}

/// Why a reply cannot be sent.
fn problem(reply: &Reply) -> Option<String> {
    match reply {
        Reply::Result(raw) => json::check(raw.as_bytes())
            .err()
            .map(|problem| format!("it is not JSON: {problem}")),
        Reply::Error { .. } => None,
    }
}

/// JSON on one line, as frames are: line ends mean nothing between its tokens, and there are none inside of them.
pub(super) fn one_line(raw: &str) -> String {
    raw.trim().replace(['\n', '\r'], " ")
}

impl Client {
    /// What the server was told: with every request, or in the handshake.
    pub(super) fn declared(&self) -> &Capabilities {
        match (self.era, self.phase) {
            (Era::Legacy, _) => &self.declared,
            (Era::Modern, _) => &self.options.capabilities,
        }
    }

    /// Why nobody is asked: it was not declared, or is nothing anybody could answer.
    fn refusal(&self, asked: &Asked) -> Option<Reply> {
        let declared = self.declared();
        if !matches!(self.phase, Phase::Initializing | Phase::Ready) {
            return Some(reply::unsupported(asked.kind, false));
        }
        if let Some(odd) = &asked.odd {
            return Some(Reply::Error {
                code: -32602,
                message: odd.to_string(),
            });
        }
        if !declared.take(asked.kind) {
            let mode = matches!(asked.kind, AskKind::Form | AskKind::Url);
            let elicits = declared.take(AskKind::Form) || declared.take(AskKind::Url);
            return Some(reply::unsupported(asked.kind, mode && elicits));
        }
        // Client `sampling`, Tools in Sampling: clients MUST return an error then.
        let tools = declared.sampling.is_some_and(|sampling| sampling.tools);
        (asked.tools && !tools).then(|| Reply::Error {
            code: -32602,
            message: "tools in sampling are not supported by this client".to_owned(),
        })
    }

    /// A request of the server's asks something.
    pub(super) fn asked(&mut self, id: &Id, asked: &Asked, on: Option<&Id>, out: &mut Vec<Output>) {
        let which = Which::Request(id.clone());
        if let Some(place) = self.parked.iter().position(|other| other.which == which) {
            self.parked.remove(place);
            self.unheld = true;
            let id = id.to_json();
            remark(
                out,
                format!(
                    "the server used the id {id} again before it was answered; only the newer question can be"
                ),
            );
        }
        if let Some(reply) = self.refusal(asked) {
            return reply_to(id, reply, true, out);
        }
        let policy = self.options.policies.of(asked.kind);
        if let Some(reply) = policed(policy, asked.kind) {
            note_answered(&which, By::Policy(policy), reply.outcome(), out);
            return reply_to(id, reply, true, out);
        }
        if self.parked.len() >= MOST {
            let reply = Reply::Error {
                code: -32603,
                message: format!("{MOST} questions wait already"),
            };
            note_answered(&which, By::Client, reply.outcome(), out);
            return reply_to(id, reply, true, out);
        }
        let call = self.cause(on, asked.task.as_deref());
        self.park(
            Parked {
                which,
                kind: asked.kind,
                call,
                ticket: None,
                elicitation: asked.elicitation.clone(),
            },
            out,
        );
    }

    /// Which of our requests a question is asked for: the one on whose exchange it came, or else the only one there is.
    /// What is asked for a task (2025-11-25) belongs to the request that waits for the task's result.
    fn cause(&self, on: Option<&Id>, task: Option<&str>) -> Option<Id> {
        if let Some(request) = task.and_then(|task| self.result_of_task(task)) {
            return Some(request.clone());
        }
        if let Some(on) = on.filter(|on| self.pending.contains_key(on)) {
            return Some(on.clone());
        }
        let mut calls = self
            .pending
            .iter()
            .filter(|(_, pending)| matches!(pending.purpose, Purpose::Call { .. }));
        match (calls.next(), calls.next()) {
            (Some((id, _)), None) => Some(id.clone()),
            _ => None,
        }
    }

    pub(super) fn park(&mut self, parked: Parked, out: &mut Vec<Output>) {
        let step = Asking::Asked {
            question: parked.which.to_json(),
            call: parked.call.as_ref().map(Id::to_json),
        };
        out.push(Output::Note(Note::Asking(step).into()));
        self.parked.push(parked);
        self.unheld = true;
    }

    /// Requests that wait for a person do not wait for the server: their time stands still.
    pub(super) fn hold(&mut self, now: Duration) {
        if !std::mem::take(&mut self.unheld) {
            return;
        }
        let requests = || {
            self.parked
                .iter()
                .filter(|parked| matches!(parked.which, Which::Request(_)))
        };
        // What nobody can tell the request of, may be asked for any.
        let all = requests().any(|parked| parked.call.is_none());
        let held: std::collections::HashSet<&Id> = requests()
            .filter_map(|parked| parked.call.as_ref())
            .collect();
        for (id, pending) in &mut self.pending {
            let opens = matches!(pending.purpose, Purpose::Probe | Purpose::Initialize);
            // Streams, and results of tasks, have no time of their own that could stand still.
            let endless = pending.until == Duration::MAX;
            let waits = !opens && !endless && (all || held.contains(id));
            match (pending.held, waits) {
                (None, true) => pending.held = Some(now),
                (Some(since), false) => {
                    pending.held = None;
                    let lost = now.saturating_sub(since);
                    pending.at_most = pending.at_most.saturating_add(lost);
                    pending.until = now.saturating_add(pending.wait).min(pending.at_most);
                    self.dues.put(pending.due(), id.clone());
                }
                _ => {}
            }
        }
    }

    /// Somebody answers.
    pub(super) fn answered(
        &mut self,
        now: Duration,
        which: &Which,
        reply: Reply,
        out: &mut Vec<Output>,
    ) {
        let Some(place) = self.parked.iter().position(|other| other.which == *which) else {
            return remark(
                out,
                format!(
                    "{} is no longer asked; the answer was not sent",
                    named(&which.to_json())
                ),
            );
        };
        if let Some(problem) = problem(&reply) {
            return remark(
                out,
                format!(
                    "question {} is still open; the answer was not sent: {problem}",
                    which.to_json()
                ),
            );
        }
        let parked = self.parked.remove(place);
        self.unheld = true;
        note_answered(which, By::Person, reply.outcome(), out);
        self.deliver(now, parked, reply, out);
        self.hurry_tasks(now);
    }

    fn deliver(&mut self, now: Duration, parked: Parked, reply: Reply, out: &mut Vec<Output>) {
        match (parked.which, parked.ticket) {
            (Which::Request(id), _) => reply_to(&id, reply, false, out),
            (Which::Input { key, .. }, Some(ticket)) => self.given(now, ticket, &key, reply, out),
            (Which::Required { .. }, Some(ticket)) => {
                self.went(now, ticket, reply.outcome(), out);
            }
            (Which::Task { task, key }, _) => {
                self.task_given(now, &task, vec![(key, reply)], out);
            }
            // Only what belongs to a request is parked under these names.
            (Which::Input { .. } | Which::Required { .. }, _) => {}
        }
    }

    /// The server no longer wants to know.
    pub(super) fn withdrawn(&mut self, request: &Id) {
        let before = self.parked.len();
        self.parked
            .retain(|parked| !matches!(&parked.which, Which::Request(id) if id == request));
        self.unheld |= self.parked.len() != before;
    }

    /// What was to be done in a browser is done. The answer to the question itself was given before; only a request
    /// that was refused for it goes on now.
    pub(super) fn elicited(&mut self, now: Duration, id: &str, out: &mut Vec<Output>) {
        let found = self.parked.iter().position(|parked| {
            matches!(parked.which, Which::Required { .. })
                && parked.elicitation.as_deref() == Some(id)
        });
        if let Some(place) = found {
            let parked = self.parked.remove(place);
            note_answered(&parked.which, By::Client, Outcome::Accept, out);
            let done = reply::accept(None);
            self.deliver(now, parked, done, out);
        }
    }

    /// A request of ours was called off: what was asked for it is, too.
    pub(super) fn called_off(&mut self, call: &Id, out: &mut Vec<Output>) {
        let (gone, kept): (Vec<_>, _) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|parked| parked.call.as_ref() == Some(call));
        self.parked = kept;
        for parked in gone {
            let Which::Request(id) = &parked.which else {
                continue;
            };
            let reply = reply::cancelled(parked.kind);
            note_answered(&parked.which, By::Client, reply.outcome(), out);
            reply_to(id, reply, true, out);
            self.unheld = true;
        }
    }

    /// Nothing that was asked will be answered.
    pub(super) fn withdraw_all(&mut self, why: &str, out: &mut Vec<Output>) {
        for parked in self.parked.drain(..) {
            note_withdrawn(&parked.which, why, out);
        }
        self.unheld = true;
    }

    pub(super) fn set_policies(&mut self, policies: Policies, out: &mut Vec<Output>) {
        let old = std::mem::replace(&mut self.options.policies, policies);
        let changed = old.given_roots() != self.options.policies.given_roots();
        let promised = self
            .declared()
            .roots
            .is_some_and(|roots| roots.list_changed);
        if changed && promised && self.is_ready() && self.era == Era::Legacy {
            out.push(Output::Send {
                frame: jsonrpc::notification("notifications/roots/list_changed", None),
                ticket: None,
                aux: true,
            });
        }
    }

    pub(super) fn set_capabilities(&mut self, capabilities: Capabilities, out: &mut Vec<Output>) {
        self.options.capabilities = capabilities;
        let opened = matches!(self.phase, Phase::Initializing | Phase::Ready);
        let revision = match self.phase {
            Phase::Ready => self.revision,
            _ => self.options.revision.unwrap_or(Revision::NEWEST_LEGACY),
        };
        self.note_capabilities(revision, self.era == Era::Legacy && opened, out);
    }

    /// Says what the client can do, so that a recording tells it.
    pub(super) fn note_capabilities(&self, revision: Revision, waits: bool, out: &mut Vec<Output>) {
        let step = Asking::Capabilities {
            capabilities: self.options.capabilities.to_json(revision),
            waits,
        };
        out.push(Output::Note(Note::Asking(step).into()));
    }
}

fn reply_to(id: &Id, reply: Reply, aux: bool, out: &mut Vec<Output>) {
    let frame = match reply {
        Reply::Result(raw) => jsonrpc::result(id, &one_line(&raw)),
        Reply::Error { code, message } => jsonrpc::error(id, code, &message),
    };
    out.push(Output::Send {
        frame,
        ticket: None,
        aux,
    });
}
