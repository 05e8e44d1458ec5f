//! Keys that come before there is a form to type into: a question is read by a worker, and people are quick. They are
//! kept for the form, so that a letter that is meant for a field declines nothing.

use crossterm::event::{KeyCode, KeyEvent};

use super::answer::Answer;
use super::{Focus, Waiting};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Pane as _, Reply};

/// So many keys are kept for a form that is still being made.
const EARLY: usize = 256;

impl Waiting {
    /// Whether somebody is about to type into a form that is still being made.
    pub(super) fn is_early(&self) -> bool {
        let unread = |answer: &Answer| answer.question.is_none();
        self.focus == Focus::Answer && self.answer().is_some_and(unread)
    }

    /// Keeps a key for the form. Esc behind letters is one of them; by itself, or once more, it leaves.
    pub(super) fn typed_early(&mut self, key: KeyEvent) -> Reply {
        let Some(answer) = self.answer_mut() else {
            return Reply::ignored();
        };
        let last = answer.early.last().map(|key| key.code);
        if key.code == KeyCode::Esc && matches!(last, None | Some(KeyCode::Esc)) {
            answer.early.clear();
            return self.back();
        }
        if answer.early.len() < EARLY {
            answer.early.push(key);
        }
        Reply::done()
    }

    /// Types what was kept, now that there is a form; no key of before means an action.
    pub(super) fn type_early(&mut self, keys: Vec<KeyEvent>, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys {
            if self.takes_text() {
                let reply = self.key(key, ctx);
                effects.extend(reply.effects);
                effects.extend(reply.say.map(|sentence| Effect::Tell {
                    sentence,
                    bad: false,
                }));
            }
        }
        effects
    }
}
