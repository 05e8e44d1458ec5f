//! Questions that are over: what is shown of them, and which page may be opened once more.

use super::Waiting;
use crate::mcp::asked::Outcome;
use crate::session::timeline::Question;
use crate::session::timeline::questions::End;
use crate::tui::effect::Subject;
use crate::tui::pane::Ctx;

/// Whether the page of a question may be wanted once more: it was accepted, and the request it is for goes on.
pub(super) fn can_be_reopened(question: &Question, ctx: &Ctx<'_>) -> bool {
    let accepted = matches!(question.end, Some((_, End::Answered(Outcome::Accept, _))));
    let goes_on = question.call.is_some_and(|call| ctx.timeline.goes_on(call));
    accepted && question.completed.is_none() && goes_on
}

impl Waiting {
    /// What is shown of a question that is over: what asked it, and what answered it.
    pub(super) fn subject(&self, ctx: &Ctx<'_>) -> Option<Subject> {
        let question = self.question(ctx)?;
        let exchange = |index| ctx.timeline.exchange(index);
        let own = question.exchange.and_then(exchange);
        let own = own.and_then(|exchange| exchange.response);
        // What a result asked for is answered by the next request of the same conversation.
        let next = || {
            let call = question.call.filter(|_| question.exchange.is_none())?;
            let rounds = ctx.timeline.rounds(call);
            let at = rounds.iter().position(|round| *round == call)?;
            Some(exchange(*rounds.get(at + 1)?)?.request)
        };
        let ended = question.end.as_ref().map(|(entry, _)| *entry);
        let second = own.or_else(next).or(ended);
        Some(Subject::Messages {
            first: ctx.source(question.entry)?,
            second: second.and_then(|entry| ctx.source(entry)),
        })
    }
}
