//! Two sessions are compared by their calls, or by what their servers offer; one turns from the one to the other.

use super::DiffPane;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Comparison;
use crate::tui::pane::Ctx;
use crate::tui::widgets::list::ListState;

impl DiffPane {
    /// The same two sessions compared by the other.
    pub(super) fn other_way(&self) -> Option<Comparison> {
        match &self.what {
            Some(Comparison::Files(a, b)) => Some(Comparison::Offers(a.clone(), b.clone())),
            Some(Comparison::Offers(a, b)) => Some(Comparison::Files(a.clone(), b.clone())),
            _ => None,
        }
    }

    /// Compares the sessions by what their servers offer, or by their calls again.
    pub(super) fn offers(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(other) = self.other_way() else {
            return Vec::new();
        };
        self.what = Some(other);
        self.report = None;
        self.rows = ListState::default();
        self.changes = ListState::default();
        self.turned();
        self.compare(ctx).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Action;
    use crate::tui::pane::Pane as _;
    use crate::tui::panes::stream::fixture::Stage;

    #[test]
    fn two_sessions_are_compared_by_calls_or_by_what_is_offered() {
        let stage = Stage::of(&[]);
        let mut pane = DiffPane::default();
        assert!(pane.why_not(Action::DiffSurface, &stage.ctx()).is_some());
        pane.open(Comparison::Files("a".into(), "b".into()), &stage.ctx());
        let mut turn = || {
            assert_eq!(pane.why_not(Action::DiffSurface, &stage.ctx()), None);
            match &pane.action(Action::DiffSurface, &stage.ctx()).effects[..] {
                [Effect::Compare { what, .. }] => what.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(turn(), Comparison::Offers("a".into(), "b".into()));
        assert_eq!(turn(), Comparison::Files("a".into(), "b".into()));
    }
}
