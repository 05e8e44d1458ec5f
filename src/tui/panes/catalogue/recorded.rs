//! What a recording knows of an item: its last call, with the arguments it was made with and what came of it.
//!
//! Nothing is sent: the form shows what was sent then.

use super::CataloguePane;
use super::calls::{BOUND, outcome_of, subject};
use crate::json::Value;
use crate::mcp::hand::Again;
use crate::mcp::types::List;
use crate::session::timeline::Exchange;
use crate::tui::effect::Effect;
use crate::tui::pane::Ctx;

impl CataloguePane {
    /// In an opened file: looks for the last recorded result of the selected item, a bounded part of the file at
    /// a time.
    pub(super) fn look_back(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.recorded(ctx).unwrap_or_default()
    }

    fn recorded(&mut self, ctx: &Ctx<'_>) -> Option<Vec<Effect>> {
        if ctx.live {
            return None;
        }
        let key = self.key()?;
        let work = self.works.get_mut(&key)?;
        let exchanges = ctx.timeline.exchanges();
        let seen = std::mem::replace(&mut work.scanned, exchanges.len());
        let method = match key.list {
            List::Tools => "tools/call",
            List::Resources => "resources/read",
            List::Prompts => "prompts/get",
            // Which URIs came of a template is not recorded.
            List::Templates => return None,
        };
        let from = seen.max(exchanges.len().saturating_sub(BOUND));
        let mine = |exchange: &&Exchange| {
            ctx.timeline.word(exchange.subject) == &*key.name
                && ctx.timeline.word(exchange.method) == method
                && ctx
                    .timeline
                    .state()
                    .connection(exchange.conn)
                    .is_some_and(|connection| *connection.name == *key.server)
        };
        let exchange = exchanges.get(from..)?.iter().rev().find(mine)?;
        let request = ctx.timeline.entry(exchange.request)?;
        work.request = Some(request.seq());
        let mut outcome = outcome_of(exchange, exchange.response, ctx);
        if exchange.response.is_none() {
            outcome.words = vec!["The recording has no answer to the last call.".to_owned()];
        }
        work.outcome = Some(outcome);
        let mut effects = Vec::new();
        let untouched = work.form.as_ref().is_some_and(|form| !form.is_touched());
        if let (true, Some(source)) = (untouched, ctx.source(exchange.request)) {
            let asker = ctx.ticket();
            work.filled = Some(asker);
            effects.push(Effect::ReadFrame { asker, source });
        }
        if let Some(source) = exchange.response.and_then(|entry| ctx.source(entry)) {
            effects.extend(work.result.show(subject(key.list, &work.item, source), ctx));
        }
        Some(effects)
    }

    /// What was sent was read back: the form begins with it.
    pub(super) fn sent_read(&mut self, asker: u64, read: &Result<Again, String>) {
        let mut works = self.works.values_mut();
        let Some(work) = works.find(|work| work.filled == Some(asker)) else {
            return;
        };
        let Ok(Again::Request(request)) = read else {
            return;
        };
        let params = request.get("params");
        let arguments = params.and_then(|params| params.get("arguments"));
        let none = Value::Object(Vec::new());
        if let Some(form) = &mut work.form
            && form.begin_with(arguments.unwrap_or(&none))
        {
            work.memory.banner = Some("as it was called last".to_owned());
        }
    }

    /// A recording is looked at from another moment: what was found may not have been there yet.
    pub(super) fn look_again(&mut self) {
        for work in self.works.values_mut() {
            work.scanned = 0;
            work.outcome = None;
            work.request = None;
            work.result = super::work::no_result(work.list);
        }
    }
}
