//! What somebody ignores while they look, what was ignored before, and how it is taken back.

use super::DiffPane;
use crate::diff::Glob;
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Reply};

impl DiffPane {
    pub(super) fn ignore(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(told) = self.told() else {
            return Reply::say("Select what differs first.");
        };
        if let Some(rule) = &told.ignored {
            return Reply::say(format!("{rule} ignores it already."));
        }
        let Ok(glob) = Glob::parse(&told.path) else {
            return Reply::say("This path cannot be written down.");
        };
        let line = glob.to_string();
        let count = self.count_below(&told.path.clone());
        self.rules.ignore(glob.clone());
        self.ignored.push(glob);
        let mut effects = vec![Effect::Store(Store::Ignore {
            line: line.clone(),
            on: true,
        })];
        effects.extend(self.compare(ctx));
        Reply {
            say: Some(format!(
                "{} is ignored from now on, in every comparison ({count}); {} takes that back",
                text::sanitize(&line),
                ctx.keys.word(Action::Unignore)
            )),
            ..Reply::effects(effects)
        }
    }

    /// So many differences stand at this path or below it.
    fn count_below(&self, path: &str) -> String {
        let rows = self.report().map_or(&[][..], |report| &report.rows);
        let all = rows.iter().flat_map(|row| &row.changes);
        let below = all.filter(|told| {
            let rest = told.path.strip_prefix(path);
            told.counts()
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ' ']))
        });
        text::plural(below.count(), "difference")
    }

    pub(super) fn unignore(&mut self, ctx: &Ctx<'_>) -> Reply {
        // The newest that was ignored here, else what ignores the selected one.
        let selected = self
            .told()
            .and_then(|told| told.ignored.as_deref())
            .and_then(|rule| {
                let mut paths = self.rules.paths().iter();
                paths.find(|path| path.to_string() == rule).cloned()
            });
        let Some(glob) = self.ignored.pop().or(selected) else {
            return Reply::say("Nothing was ignored here.");
        };
        self.ignored.retain(|other| *other != glob);
        self.rules.forget(&glob);
        let line = glob.to_string();
        let mut effects = vec![Effect::Store(Store::Ignore {
            line: line.clone(),
            on: false,
        })];
        effects.extend(self.compare(ctx));
        Reply {
            say: Some(format!("{} counts again", text::sanitize(&line))),
            ..Reply::effects(effects)
        }
    }

    /// What is kept from before.
    pub(super) fn take_ignores(
        &mut self,
        lines: &Result<Vec<String>, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let mut rules = self.rules.clone();
        let (mut wrong, mut unread) = (None, None);
        match lines {
            Ok(lines) => {
                for line in lines {
                    wrong = rules.take(line).err().or(wrong);
                }
            }
            Err(why) => unread = Some(why.clone()),
        }
        let mut effects = Vec::new();
        if let Some(sentence) = wrong.map(|wrong| wrong.to_string()).or(unread) {
            effects.push(Effect::Tell {
                sentence,
                bad: true,
            });
        }
        if rules != self.rules {
            self.rules = rules;
            effects.extend(self.compare(ctx));
        }
        effects
    }
}
