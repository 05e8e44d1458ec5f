//! What differs when each message has an exchange of its own (HTTP): answers that never come, sessions that end, and
//! how a request is called off.

use std::time::Duration;

use super::opening::Phase;
use super::{Client, Era, Id, Loss, Message, Output, Over, Purpose, remark};
use crate::jsonrpc;
use crate::mcp::completion::Completed;
use crate::mcp::facts::Detail;
use crate::mcp::http::LossKind;
use crate::note::Note;

/// The least time a probe over HTTP has: there its silence is a failure, not a verdict.
const PATIENCE: Duration = Duration::from_secs(10);

/// A session that ends this soon after the last one did is not worth another.
const REOPEN: Duration = Duration::from_secs(10);

impl Client {
    /// How long the answer to the probe is waited for.
    pub(super) fn probe_wait(&self) -> Duration {
        match self.options.over {
            Over::Pipe => self.options.probe_wait,
            Over::Http => self.options.probe_wait.max(PATIENCE),
        }
    }

    /// Stops waiting for a request: tells the server, or hangs up where that is how it is told (2026-07-28,
    /// `basic/patterns/cancellation`).
    pub(super) fn call_off(&self, id: &Id, reason: &str, out: &mut Vec<Output>) {
        if self.options.over == Over::Http && self.era == Era::Modern && self.is_ready() {
            out.push(Output::Note(
                Note::Abandoned {
                    id: id.to_json(),
                    why: reason.to_owned(),
                }
                .into(),
            ));
            out.push(Output::Abandon(id.clone()));
            return;
        }
        let params = format!(
            "{{\"requestId\":{},\"reason\":{}}}",
            id.to_json(),
            crate::json::quote(reason)
        );
        out.push(Output::Send {
            frame: jsonrpc::notification("notifications/cancelled", Some(&params)),
            ticket: None,
            aux: true,
        });
    }

    /// A request that will get no answer.
    pub(super) fn unanswered(
        &mut self,
        now: Duration,
        id: &Id,
        loss: &Loss,
        out: &mut Vec<Output>,
    ) {
        let Some(pending) = self.pending.remove(id) else {
            return;
        };
        match pending.purpose {
            // What refuses the question may take the handshake; what is not there, or wants a login first, tells
            // nothing of its era.
            Purpose::Probe if matches!(loss.kind, LossKind::Refused | LossKind::NotMcp) => {
                self.fall_back(now, &loss.what, None, out);
            }
            Purpose::Initialize
                if self.skipped && matches!(loss.kind, LossKind::Refused | LossKind::NotMcp) =>
            {
                self.doubt(&loss.what, out);
                self.ask(now, out);
            }
            Purpose::Probe | Purpose::Initialize => {
                self.fail(&loss.what, loss.hint.as_deref(), out);
            }
            Purpose::List { list, .. } => out.push(Output::Listed(list)),
            Purpose::Complete { ticket } => out.push(Output::Completed {
                ticket,
                completed: Completed::Gone,
            }),
            Purpose::Call { ticket } => self.finish(ticket, super::End::Unanswered, out),
            Purpose::Listen { group } => self.listen_lost(now, id, group, Some(loss), out),
            Purpose::Watch { uri, on } => self.watched(&uri, on, false),
            Purpose::Task { id: task, step } => {
                self.task_unanswered(now, &task, step, super::End::Unanswered, out);
            }
            Purpose::TaskList { .. } => {}
        }
    }

    /// The server has forgotten the session: a new handshake, unless the last one was of no use either.
    pub(super) fn session_ended(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.phase != Phase::Ready || self.era != Era::Legacy {
            return;
        }
        let at_once = !std::mem::take(&mut self.proven);
        let again = self.reopened.replace(now);
        if at_once || again.is_some_and(|last| now.saturating_sub(last) < REOPEN) {
            let what = if at_once {
                "the server forgets every session at once"
            } else {
                "the server forgets one session after the other"
            };
            // Requests of one session that reach several servers look like this.
            let hint =
                "are there several servers behind this address that do not share their sessions?";
            return self.fail(what, Some(hint), out);
        }
        remark(out, "the session has ended; opening a new one".to_owned());
        let lists: Vec<_> = self
            .pending
            .values()
            .filter_map(|pending| match pending.purpose {
                Purpose::List { list, .. } => Some(list),
                _ => None,
            })
            .collect();
        out.extend(lists.into_iter().map(Output::Listed));
        self.withdraw_all("the session has ended", out);
        self.end_all(out);
        self.stale.clear();
        self.initialize(now, None, out);
    }

    /// What more there is to say when a server refuses `initialize`.
    pub(super) fn refused_all(&self, message: &Message) -> Option<&'static str> {
        let unknown = matches!(
            message.detail,
            Detail::Error {
                code: Some(-32601),
                ..
            }
        );
        (unknown && self.options.over == Over::Http && self.probes > 0)
            .then_some("it knows neither server/discover nor initialize: a 2026-07-28 server without server/discover?")
    }
}
