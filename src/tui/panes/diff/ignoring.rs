//! What somebody ignores while they look, what was ignored before, and how it is taken back.

use super::DiffPane;
use crate::diff::{Glob, Ignored};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Reply};

impl DiffPane {
    /// The name of the call that is looked at.
    pub(super) fn call(&self) -> Option<&str> {
        let is_call = self.report()?.noun == "call";
        let name = self.row().map(|row| &*row.name).filter(|_| is_call)?;
        // Of two that are called otherwise neither is meant.
        (!name.contains(" → ")).then_some(name)
    }

    /// Ignores the selected path: everywhere, or in calls of this name only.
    pub(super) fn ignore(&mut self, here: bool, ctx: &Ctx<'_>) -> Reply {
        let Some(told) = self.told() else {
            return Reply::say("Select what differs first.");
        };
        if let Some(rule) = &told.ignored {
            return Reply::say(format!("{rule} ignores it already."));
        }
        let Ok(glob) = Glob::parse(&told.path) else {
            return Reply::say("This path cannot be written down.");
        };
        let of = self.call().filter(|_| here).map(str::to_owned);
        let (count, path) = (
            self.count_below(&told.path, of.as_deref()),
            glob.to_string(),
        );
        let place = of.as_deref().map_or_else(
            || "in every comparison".to_owned(),
            |of| format!("in {}", text::sanitize(of)),
        );
        let ignored = Ignored { of, path: glob };
        let line = ignored.to_string();
        // A name is the server's: what it is written as has to be read as the same.
        let again = Ignored::parse(&line).ok();
        if line.contains(char::is_control) || again.as_ref() != Some(&ignored) {
            return Reply::say(
                "The name of this call cannot be written down; i ignores the path everywhere.",
            );
        }
        self.rules.ignore(ignored.clone());
        self.ignored.push(ignored);
        let mut effects = vec![Effect::Store(Store::Ignore {
            line: line.clone(),
            on: true,
        })];
        effects.extend(self.compare(ctx));
        Reply {
            say: Some(format!(
                "{} is ignored from now on, {place} ({count}); {} takes that back",
                text::sanitize(&path),
                ctx.keys.word(Action::Unignore)
            )),
            ..Reply::effects(effects)
        }
    }

    /// So many differences stand at this path or below it, in all rows or in those of one name.
    fn count_below(&self, path: &str, of: Option<&str>) -> String {
        let rows = self.report().map_or(&[][..], |report| &report.rows);
        let rows = rows.iter().filter(|row| of.is_none_or(|of| row.name == of));
        let all = rows.flat_map(|row| &row.changes);
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
