//! Suggestions for an argument: asked one at a time, and only of servers that complete.
//!
//! A newer question takes the place of the one under way, which is cancelled; its answer, should it come, finds
//! nobody waiting. So an answer is always one to the newest question.

use std::time::Duration;

use super::{Client, Output, Pending, Purpose};
use crate::jsonrpc::Id;
use crate::mcp::completion::{self, Ask, Completed};
use crate::mcp::facts::{Detail, Message};

/// The method.
const METHOD: &str = "completion/complete";
/// The method is not there.
const METHOD_NOT_FOUND: i64 = -32601;

impl Client {
    /// Whether this server can be asked, and did not say yet that it does not know how (-32601).
    pub fn completes(&self) -> bool {
        self.is_ready()
            && !self.refuses_completion
            && completion::is_offered(self.revision, self.opening.as_ref())
    }

    pub(super) fn complete(
        &mut self,
        now: Duration,
        ticket: u64,
        ask: &Ask,
        out: &mut Vec<Output>,
    ) {
        self.stop_completing(None, "a newer question was asked", out);
        if !self.completes() {
            let completed = Completed::NotAsked;
            return out.push(Output::Completed { ticket, completed });
        }
        let id = self.fresh_id();
        let params = ask.params(self.revision);
        let purpose = Purpose::Complete { ticket };
        self.send(now, id, METHOD, Some(&params), purpose, None, out);
    }

    /// Gives up the question under way, or only that of `ticket`.
    pub(super) fn stop_completing(
        &mut self,
        only: Option<u64>,
        reason: &str,
        out: &mut Vec<Output>,
    ) {
        let found = self.pending.iter().find_map(|(id, pending)| {
            let ticket = pending.completes()?;
            only.is_none_or(|only| only == ticket)
                .then(|| (id.clone(), ticket))
        });
        if let Some((id, ticket)) = found {
            self.pending.remove(&id);
            self.call_off(&id, reason, out);
            let completed = Completed::Cancelled;
            out.push(Output::Completed { ticket, completed });
        }
    }

    pub(super) fn completed(&mut self, ticket: u64, message: &Message, out: &mut Vec<Output>) {
        let completed = match &message.detail {
            Detail::Result(result) => match &result.suggestions {
                Some(suggestions) => Completed::Values(suggestions.clone()),
                None => Completed::Odd,
            },
            Detail::Error { code, message, .. } => {
                self.refuses_completion |= *code == Some(METHOD_NOT_FOUND);
                Completed::Refused {
                    code: *code,
                    message: message.clone(),
                }
            }
            _ => Completed::Odd,
        };
        out.push(Output::Completed { ticket, completed });
    }

    pub(super) fn completing_timed_out(&self, id: &Id, ticket: u64, out: &mut Vec<Output>) {
        self.call_off(id, "timed out", out);
        let completed = Completed::TimedOut;
        out.push(Output::Completed { ticket, completed });
    }
}

impl Pending {
    /// The ticket of a question for suggestions.
    fn completes(&self) -> Option<u64> {
        match self.purpose {
            Purpose::Complete { ticket } => Some(ticket),
            _ => None,
        }
    }
}
