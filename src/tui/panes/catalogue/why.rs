//! Why an action does nothing here, in words.

use super::calls::NOTHING_CALLED;
use super::tabs::Tab;
use super::{CataloguePane, Focus, words};
use crate::tui::action::{Action, Scope};
use crate::tui::pane::Ctx;
use crate::tui::panes::copy_as;

impl CataloguePane {
    /// None when it does something.
    pub(super) fn why(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        match action {
            Action::Run | Action::RunItem => words::cannot_send(ctx).or_else(|| {
                let work = self.work()?;
                words::barred(&work.item, ctx)
            }),
            Action::RefreshList => words::cannot_send(ctx),
            Action::RunAsTask => self.why_no_task(ctx),
            Action::Subscribe => self.why_no_subscription(ctx),
            Action::ListChanges => self.why_no_changes(ctx),
            Action::CompareRuns => self.why_not_compare(ctx),
            Action::OpenItem => match self.work() {
                None => Some(format!("no {} to open", words::noun(self.kind.lists()[0]))),
                Some(work) if work.form.is_none() => words::cannot_send(ctx)
                    // What was read before can still be looked at.
                    .filter(|_| work.result.is_empty() && work.outcome.is_none()),
                Some(_) => None,
            },
            Action::Repeat => words::cannot_send(ctx).or_else(|| {
                (!self.last.contains_key(&self.server)).then(|| NOTHING_CALLED.to_owned())
            }),
            Action::History | Action::Presets | Action::SavePreset => self.why_nothing_kept(ctx),
            Action::CancelCall => self
                .waiting()
                .is_none()
                .then(|| "no call waits for its answer".to_owned()),
            Action::NextError | Action::PreviousError => {
                Some("Traffic (5) and Logs (6) know what went wrong".to_owned())
            }
            Action::Find if self.focus == Focus::Form && self.tab() == Tab::About => {
                Some("the list and the result can be searched, not the description".to_owned())
            }
            action if action.row().scope == Scope::Request => {
                copy_as::why_not(action, || self.asked(ctx), ctx)
            }
            action if self.focus == Focus::Result => self.work()?.result.why_not(action),
            action if self.focus == Focus::Form => match self.tab() {
                Tab::Schema => self.work()?.schema.why_not(action),
                Tab::About => None,
                _ => self.work()?.form.as_ref()?.why_not(action),
            },
            _ => None,
        }
    }
}
