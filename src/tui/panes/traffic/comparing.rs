//! Two rows, or more, held against each other: which ones, and why not.

use super::Traffic;
use crate::recording::calls::CallAt;
use crate::session::timeline::EntryIndex;
use crate::tui::effect::comparison::Comparison;
use crate::tui::pane::{Ctx, Go, Reply};

impl Traffic {
    /// The filter in force, as it was typed.
    pub fn filter(&self) -> &str {
        self.filtering.text()
    }

    /// What is compared: the selected rows; one of them and the one that is looked at.
    fn compared(&self, ctx: &Ctx<'_>) -> Vec<EntryIndex> {
        let mut entries = self.selection();
        if let [only] = entries[..]
            && let Some(here) = self.at(ctx).and_then(|row| row.entry(ctx.timeline))
            && here != only
        {
            entries.push(here);
            entries.sort_unstable();
        }
        entries
    }

    /// Why nothing can be compared.
    pub(super) fn why_not_compare(&self, ctx: &Ctx<'_>) -> Option<&'static str> {
        (self.compared(ctx).len() < 2).then_some("Select two rows first.")
    }

    /// What the rows differ in: the first from each of the others.
    pub(super) fn compare(&mut self, ctx: &Ctx<'_>) -> Reply {
        let entries = self.compared(ctx);
        let calls: Vec<CallAt> = entries
            .iter()
            .filter_map(|entry| CallAt::at(ctx.timeline, *entry))
            .collect();
        Reply::go(match &calls[..] {
            [first, second] => Go::Diff(Box::new(Comparison::of(first.clone(), second.clone()))),
            [first, others @ ..] if !others.is_empty() => Go::Diff(Box::new(Comparison::Calls {
                left: first.name(),
                right: format!("{} others", others.len()),
                rows: others.iter().map(CallAt::name).collect(),
                pairs: others
                    .iter()
                    .map(|other| (first.clone(), other.clone()))
                    .collect(),
            })),
            _ => return Reply::say("Select two rows first."),
        })
    }
}
