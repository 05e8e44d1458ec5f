//! What answers want from outside, and what comes of it: one place that hears.

use super::answer::Answer;
use super::{Focus, Waiting};
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::Ctx;

fn tell(sentence: impl Into<String>, bad: bool) -> Effect {
    Effect::Tell {
        sentence: sentence.into(),
        bad,
    }
}

impl Waiting {
    pub(super) fn heard(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Question { asker, read } => {
                let found = self.answers.iter().find(|(_, one)| one.asker == *asker);
                let Some((number, conn)) = found.map(|(number, one)| (*number, one.conn)) else {
                    return Vec::new();
                };
                let roots = self.roots(conn, ctx);
                let here = self.focus == Focus::Answer && self.selected == Some(number);
                let mut early = Vec::new();
                if let Some(answer) = self.answers.get_mut(&number) {
                    answer.asked(read, &roots);
                    early = std::mem::take(&mut answer.early);
                    if let Some(form) = answer.form.as_mut().filter(|_| here) {
                        form.enter();
                    }
                }
                if here {
                    self.type_early(early, ctx)
                } else {
                    Vec::new()
                }
            }
            Event::Validated {
                asker,
                revision,
                verdict,
            } => self.validated(*asker, *revision, verdict, ctx),
            Event::Edited { asker, result } => {
                let why = self.edited(*asker, result);
                why.map(|why| tell(why, true)).into_iter().collect()
            }
            Event::Browsed { asker, result } => self.browsed(*asker, result.is_ok(), ctx),
            Event::FileRead { asker, result } => self.file_read(*asker, result, ctx),
            Event::Parsed {
                asker,
                text,
                result,
            } => {
                let policies = self.policies.as_mut().map(|policies| &mut policies.form);
                let forms = self.answers.values_mut().filter_map(Answer::shown_mut);
                let taken = forms
                    .chain(policies)
                    .find_map(|form| form.parsed(*asker, text, result));
                match taken {
                    Some(Err(why)) => vec![tell(text::sanitize(&why), true)],
                    Some(Ok(said)) => vec![tell(said, false)],
                    None => Vec::new(),
                }
            }
            Event::Laid { asker, text } => {
                let mut forms = self.answers.values_mut().filter_map(Answer::shown_mut);
                forms.any(|form| form.laid(*asker, text));
                Vec::new()
            }
            Event::Built { viewer, tabs } => {
                self.over.built(*viewer, tabs);
                Vec::new()
            }
            Event::FoundIn { viewer, text, hits } => {
                self.over.found_in(*viewer, text, hits);
                Vec::new()
            }
            Event::Indexed { viewer, part } => {
                self.over.indexed(*viewer, part);
                Vec::new()
            }
            Event::Opened { viewer, result } => {
                self.over.opened(*viewer, result);
                Vec::new()
            }
            event => self.over.heard(event).unwrap_or_default(),
        }
    }

    fn validated(
        &mut self,
        asker: u64,
        revision: u64,
        verdict: &Result<crate::validity::Verdict, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let mut answers = self.answers.values_mut();
        let its = |answer: &mut Answer| answer.checked(asker, revision, verdict);
        let Some(answer) = answers.find_map(|answer| its(answer).then_some(answer)) else {
            return Vec::new();
        };
        if !answer.sending || !answer.is_checked() {
            return Vec::new();
        }
        answer.sending = false;
        if answer.trouble().is_some() {
            answer.asking = true;
            return Vec::new();
        }
        let (number, given) = (answer.number, answer.reply());
        let (selected, focus) = (self.selected.replace(number), self.focus);
        let reply = self.give(given, "accepted", ctx);
        if selected != Some(number) {
            // Somebody went on to another one meanwhile.
            (self.selected, self.focus) = (selected, focus);
        }
        let said = reply.say.map(|words| tell(words, false));
        reply.effects.into_iter().chain(said).collect()
    }

    fn file_read(
        &mut self,
        asker: u64,
        result: &Result<Vec<u8>, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if let Some(effects) = self.canned_read(asker, result, ctx) {
            return effects;
        }
        let policies = self.policies.as_mut().map(|policies| &mut policies.form);
        let forms = self.answers.values_mut().filter_map(Answer::shown_mut);
        for form in forms.chain(policies) {
            match form.file_read(asker, result) {
                Ok(false) => {}
                Ok(true) => break,
                Err(why) => return vec![tell(why, true)],
            }
        }
        Vec::new()
    }
}
