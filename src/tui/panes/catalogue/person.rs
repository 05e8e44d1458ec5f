//! Calls that wait for a person: what the server asks, and whose time it is.

use std::time::Duration;

use super::CataloguePane;
use super::calls::Pending;
use super::listing::Key;
use crate::session::timeline::{ExchangeIndex, Question};
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::panes::inbox::lasted;

/// What the label of a pending call says of it.
pub const WAITS: &str = "waits for you";

impl CataloguePane {
    /// The exchange of a call, once it was sent.
    fn exchange(call: &Pending, ctx: &Ctx<'_>) -> Option<ExchangeIndex> {
        let sent = ctx.timeline.index_of_seq(call.seq?)?;
        ctx.timeline.exchange_of_request(sent)
    }

    /// What a person is asked for a call, oldest first.
    fn asked_for<'a>(call: &Pending, ctx: &Ctx<'a>) -> Vec<&'a Question> {
        let Some(exchange) = Self::exchange(call, ctx) else {
            return Vec::new();
        };
        let rounds = ctx.timeline.rounds(exchange);
        let questions = ctx.timeline.questions();
        let asked = rounds
            .into_iter()
            .flat_map(|round| questions.of_call(round));
        asked.filter(|question| question.is_waiting()).collect()
    }

    /// How a call that waits for a person stands, long and short; none when it does not.
    pub(super) fn waits_label(call: &Pending, ctx: &Ctx<'_>) -> Option<[String; 2]> {
        let exchange = Self::exchange(call, ctx)?;
        if !ctx.timeline.waits_for_person(exchange) {
            return None;
        }
        let spans = ctx.timeline.spans(exchange, ctx.now_us);
        let short = format!("{WAITS} {}", lasted(spans.person));
        let server = text::took(Duration::from_micros(spans.server()));
        Some([format!("{short}  server {server}"), short])
    }

    /// What stands in the place of the result while a person is asked.
    pub(super) fn waits_words(&self, key: &Key, ctx: &Ctx<'_>) -> Option<Vec<String>> {
        let call = self.pending.iter().rfind(|call| call.key == *key)?;
        let asked = Self::asked_for(call, ctx);
        let first = asked.first()?;
        let server = text::sanitize(&call.key.server);
        let label = text::sanitize(&first.label);
        let more = match asked.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let what = if label.is_empty() {
            first.kind.word().to_owned()
        } else {
            format!("{}: \"{label}\"", first.kind.word())
        };
        let inbox = ctx.keys.word(Action::ViewInbox);
        let cancel = ctx.keys.word(Action::CancelCall);
        Some(vec![
            format!("{server} asks you, {what}{more}"),
            format!("{WAITS}: {inbox} Inbox answers it, {cancel} cancels the call."),
        ])
    }
}
