//! Pauses of typing: what a big form holds is checked and kept as a draft in those only, since both look at all of it.
//!
//! Whatever is no letter (an action, a click) ends the wait: what was typed is kept before anything else is done.

use super::CataloguePane;
use super::work::Work;
use crate::tui::effect::Effect;
use crate::tui::pane::Ctx;
use crate::tui::panes::form::FormPane;

/// How long nothing must be typed, in milliseconds.
const PAUSE: u64 = 150;

/// How a form is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pause {
    /// The state of the form that was typed on last, and the number under which its pause ends.
    waits: Option<(u64, u64)>,
    /// The state of the form that may be looked at.
    over: Option<u64>,
}

impl Work {
    /// Whether so much is in its form that it is not to be looked at while somebody types.
    pub fn is_busy(&self) -> bool {
        self.form
            .as_ref()
            .is_some_and(|form| form.is_big() && self.memory.pause.over != Some(form.revision()))
    }

    fn rest(&mut self) {
        self.memory.pause.over = self.form.as_ref().map(FormPane::revision);
    }
}

impl CataloguePane {
    /// Waits for a pause when the form that is looked at was typed on.
    pub(super) fn wait_for_rest(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let work = self.work_mut().filter(|work| work.is_busy())?;
        let revision = work.form.as_ref()?.revision();
        if work
            .memory
            .pause
            .waits
            .is_some_and(|(of, _)| of == revision)
        {
            return None;
        }
        let asker = ctx.ticket();
        work.memory.pause.waits = Some((revision, asker));
        Some(Effect::Wake {
            asker,
            after_ms: PAUSE,
        })
    }

    /// A pause is over, if nothing was typed since. False when it was nobody's here.
    pub(super) fn rested(&mut self, asker: u64) -> bool {
        let waits = |work: &&mut Work| {
            let waits = work.memory.pause.waits;
            waits.is_some_and(|(_, waiting)| waiting == asker)
        };
        let Some(work) = self.works.values_mut().find(waits) else {
            return false;
        };
        work.memory.pause.over = work.memory.pause.waits.take().map(|(of, _)| of);
        true
    }

    /// Something else is done than typing: what was typed is kept before that.
    pub(super) fn keep_at_once(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !ctx.live || !self.works.values().any(Work::is_busy) {
            return Vec::new();
        }
        self.works.values_mut().for_each(Work::rest);
        self.keep_drafts(ctx)
    }
}
