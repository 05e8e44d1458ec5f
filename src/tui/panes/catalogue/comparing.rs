//! Answers held against each other: the last two to what is selected, and those of several servers to one call.

use super::calls::NOTHING_CALLED;
use super::{CataloguePane, words};
use crate::mcp::types::List;
use crate::recording::calls::CallAt;
use crate::session::timeline::ExchangeIndex;
use crate::tui::effect::comparison::{Comparison, Everywhere};
use crate::tui::pane::{Ctx, Go, Reply};

/// Exchanges that are looked through for earlier answers.
const BOUND: usize = 100_000;

impl CataloguePane {
    /// The last two finished calls of what is selected, the older first; on any server.
    fn last_two(&self, ctx: &Ctx<'_>) -> Option<(ExchangeIndex, ExchangeIndex)> {
        let key = self.key()?;
        let method = method_of(key.list)?;
        let timeline = ctx.timeline;
        let all = timeline.exchanges();
        let mut found = (0..all.len() as ExchangeIndex)
            .rev()
            .take(BOUND)
            .filter(|index| {
                let exchange = &all[*index as usize];
                timeline.first_round(*index) == *index
                    && timeline.word(exchange.method) == method
                    && timeline.word(exchange.subject) == &*key.name
                    && !timeline.goes_on(*index)
            });
        let newest = found.next()?;
        Some((found.next()?, newest))
    }

    pub(super) fn why_not_compare(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.last_two(ctx)
            .is_none()
            .then(|| "it was not called twice yet".to_owned())
    }

    /// What the last two answers differ in.
    pub(super) fn compare_last(&self, ctx: &Ctx<'_>) -> Reply {
        let two = self.last_two(ctx).and_then(|(older, newer)| {
            Some((
                CallAt::of(ctx.timeline, older)?,
                CallAt::of(ctx.timeline, newer)?,
            ))
        });
        match two {
            Some((older, newer)) => Reply::go(Go::Diff(Box::new(Comparison::of(older, newer)))),
            None => Reply::say("It was not called twice yet."),
        }
    }

    /// What the form holds, for every marked server.
    pub(super) fn run_everywhere(&self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = words::cannot_send(ctx) {
            return Reply::say(why);
        }
        let (Some(key), Some(work)) = (self.key(), self.work()) else {
            return Reply::say(NOTHING_CALLED);
        };
        if work.problems() > 0 {
            return Reply::say(
                "The arguments have problems: fix them, or run it on this server only.",
            );
        }
        let arguments = work.arguments();
        if super::sending::may_refer(&arguments) {
            return Reply::say(
                "The form has ${…} in it, which means something else on each server.",
            );
        }
        match work.request(arguments) {
            Ok((method, params)) => Reply::go(Go::Everywhere(Box::new(Everywhere {
                method,
                params,
                list: key.list,
                name: key.name.to_string(),
            }))),
            Err(why) => Reply::say(why),
        }
    }
}

const fn method_of(list: List) -> Option<&'static str> {
    match list {
        List::Tools => Some("tools/call"),
        List::Prompts => Some("prompts/get"),
        List::Resources => Some("resources/read"),
        List::Templates => None,
    }
}
