//! What forms want from outside, and what comes of it: one place that asks, one that hears.

use super::{CataloguePane, Work};
use crate::inspector::Update;
use crate::tui::effect::Effect;
use crate::tui::event::{Event, Stored};
use crate::tui::pane::{Ctx, Reply};

impl CataloguePane {
    /// Asks for what the screen lacks: what is said of the arguments, drafts, the last run, values, completions.
    pub(super) fn wants(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !ctx.live {
            return Vec::new();
        }
        let mut effects = Vec::new();
        effects.extend(self.load_drafts(ctx));
        effects.extend(self.load_last(ctx));
        effects.extend(self.keep_drafts(ctx));
        let checked = self.work_mut().filter(|work| !work.is_busy());
        effects.extend(checked.and_then(|work| work.check(ctx)));
        effects.extend(self.preview_value(ctx));
        effects.extend(self.wait_for_pause(ctx));
        effects.extend(self.look_at_preset(ctx));
        effects
    }

    /// Something was done: what it changed is kept at once, since the next thing may be to quit.
    pub(super) fn keeping(&mut self, mut reply: Reply, ctx: &Ctx<'_>) -> Reply {
        if ctx.live && reply.handled {
            self.offer_past();
            reply.effects.extend(self.keep_drafts(ctx));
        }
        reply
    }

    /// Hears answers.
    pub(super) fn served(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Validated {
                asker,
                revision,
                verdict,
            } => {
                for work in self.works.values_mut() {
                    if work.checked(*asker, *revision, verdict) {
                        break;
                    }
                }
                Vec::new()
            }
            Event::Refused { asker, refusal } => {
                self.refused(*asker, refusal.as_ref());
                Vec::new()
            }
            Event::Resolved { asker, result } => self.resolved(*asker, result, ctx),
            Event::Woken { asker } if self.rested(*asker) => Vec::new(),
            Event::Woken { asker } => self.woken(*asker, ctx).into_iter().collect(),
            Event::Update(Update::Completed {
                ticket, completed, ..
            }) => {
                self.completed(*ticket, completed);
                Vec::new()
            }
            Event::Stored(Stored::Drafts { asker, drafts }) => {
                self.drafts_read(*asker, drafts).into_iter().collect()
            }
            Event::Stored(Stored::History { asker, found }) => {
                self.history_read(*asker, found, ctx)
            }
            Event::Stored(stored) => self.presets_told(stored, ctx),
            _ => Vec::new(),
        }
    }

    /// About the focused field in one line, sanitised: what its references stand for, what is wrong, what it means.
    pub(super) fn form_hint(&self, work: &Work) -> Option<String> {
        let form = work.form.as_ref()?;
        let remark = work.said.remark.as_deref().filter(|_| form.on_run());
        let parts: Vec<String> = [self.value_words(), remark]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .chain(form.hint())
            .collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}
