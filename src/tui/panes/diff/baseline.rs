//! What came when a recording was sent again takes its place, when somebody looks at what differs and says so.

use std::sync::Arc;

use super::DiffPane;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Comparison;
use crate::tui::effect::replaying::Replaying;
use crate::tui::pane::{Ctx, Reply};

impl DiffPane {
    pub(super) fn accept(&self, ctx: &Ctx<'_>) -> Reply {
        let Some(Comparison::Replayed(done)) = &self.what else {
            return Reply::done();
        };
        let accept = Replaying::Accept(ctx.ticket(), Arc::clone(done));
        Reply::effect(Effect::Replay(Box::new(accept)))
    }

    pub(super) fn why_no_baseline(&self) -> Option<String> {
        let why = match &self.what {
            Some(Comparison::Replayed(_)) if self.report().is_none() => {
                "look at what differs first"
            }
            Some(Comparison::Replayed(_)) => return None,
            _ => "only a recording that was sent again can be replaced",
        };
        Some(why.to_owned())
    }
}
