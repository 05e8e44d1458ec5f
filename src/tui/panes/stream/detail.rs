//! What is below the list: the body of the selected row, with a title and tabs.
//!
//! Owns the viewer and which part of the view has the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::areas::Areas;
use super::safe;
use crate::session::timeline::EntryIndex;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::{Effect, Subject};
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::viewer::Viewer;
use crate::tui::widgets::rule::Rule;

/// A message and its answer, or any single entry, as a subject.
pub fn messages(
    first: Option<EntryIndex>,
    second: Option<EntryIndex>,
    ctx: &Ctx<'_>,
) -> Option<Subject> {
    Some(Subject::Messages {
        first: ctx.source(first?)?,
        second: second.and_then(|entry| ctx.source(entry)),
    })
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The document.
    pub viewer: Viewer,
    /// Whether it has the keys; else the list has.
    pub focused: bool,
    placeholder: &'static str,
}

impl Detail {
    /// Nothing to show yet; `placeholder` says so.
    pub fn new(placeholder: &'static str) -> Self {
        Self {
            viewer: Viewer::empty(placeholder),
            focused: false,
            placeholder,
        }
    }

    /// Where keys are looked for while it has the focus: in what it shows, then in `outer`.
    pub fn scopes(&self, outer: &[Scope]) -> Vec<Scope> {
        let table = self.viewer.inner_scope();
        let table = table.filter(|scope| *scope == Scope::Table);
        let inner = [Scope::Viewer, Scope::Move];
        table
            .into_iter()
            .chain(inner)
            .chain(outer.iter().copied())
            .collect()
    }

    /// Shows this, or nothing; gives the work it takes.
    pub fn show(&mut self, subject: Option<Subject>, ctx: &Ctx<'_>) -> Option<Effect> {
        let Some(subject) = subject else {
            if !self.viewer.is_empty() {
                self.viewer.clear(self.placeholder);
            }
            return None;
        };
        self.viewer.show(subject, ctx)
    }

    /// Does what somebody wants while it has the keys. Without hits of its own, `n` walks those of the list.
    pub fn action(&mut self, action: Action, list_has_hits: bool, ctx: &Ctx<'_>) -> Reply {
        let steps = matches!(action, Action::FindNext | Action::FindPrevious);
        if !self.focused || (steps && list_has_hits && !self.viewer.has_found()) {
            return Reply::ignored();
        }
        self.viewer.action(action, ctx)
    }

    /// Why it would do nothing, if it has the keys.
    pub fn why_not(&self, action: Action, list_has_hits: bool) -> Option<String> {
        let steps = matches!(action, Action::FindNext | Action::FindPrevious);
        if !self.focused || (steps && list_has_hits && !self.viewer.has_found()) {
            return None;
        }
        self.viewer.why_not(action)
    }

    /// Hears of built documents, and of what was found in them.
    pub fn event(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Built { viewer, tabs } => {
                self.viewer.built(*viewer, tabs);
            }
            Event::FoundIn { viewer, text, hits } => {
                self.viewer.found_in(*viewer, text, hits);
            }
            Event::Indexed { viewer, part } => {
                self.viewer.indexed(*viewer, part);
            }
            Event::Opened { viewer, result } => {
                self.viewer.opened(*viewer, result);
            }
            event => return self.viewer.heard(event).unwrap_or_default(),
        }
        Vec::new()
    }

    /// A click; true if it was here.
    pub fn click(
        &mut self,
        at: Position,
        double: bool,
        areas: &Areas,
        title: &str,
        ctx: &Ctx<'_>,
    ) -> Option<Reply> {
        if areas.detail_rule.contains(at) {
            self.focused = true;
            self.choose_tab(at, areas.detail_rule, title, ctx);
            return Some(Reply::done());
        }
        if !areas.detail.contains(at) {
            return None;
        }
        self.focused = true;
        let mut reply = self.viewer.click(at, double, ctx);
        reply.handled = true;
        Some(reply)
    }

    fn choose_tab(&mut self, at: Position, rule: Rect, title: &str, ctx: &Ctx<'_>) {
        // Drawn once more, aside, to learn where the tabs are.
        let mut aside = Buffer::empty(rule);
        let places = self.draw_rule(rule, &mut aside, title, ctx);
        if let Some(tab) = places.iter().position(|place| place.contains(at)) {
            self.viewer.choose(tab);
        }
    }

    fn draw_rule(&self, area: Rect, buf: &mut Buffer, title: &str, ctx: &Ctx<'_>) -> Vec<Rect> {
        let (tabs, active) = self.viewer.tabs();
        let cut = safe(title, usize::from(area.width / 2).max(30));
        Rule {
            title: &cut,
            focused: self.focused,
            tabs: &tabs,
            active,
            right: &self.viewer.remark(),
        }
        .draw(area, buf, ctx.theme)
    }

    /// Draws title and document; gives the cursor's place.
    pub fn draw(
        &self,
        areas: &Areas,
        buf: &mut Buffer,
        title: &str,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        if areas.detail_rule.is_empty() {
            return None;
        }
        self.draw_rule(areas.detail_rule, buf, title, ctx);
        self.viewer.draw(areas.detail, buf, ctx, self.focused)
    }
}
