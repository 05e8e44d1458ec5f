//! The tabs beside the form: the same arguments as fields, as text or both, the schema they are from, and what is
//! said of the item.

use super::work::Work;
use super::{CataloguePane, Focus};
use crate::json;
use crate::mcp::types::List;
use crate::tui::action::Scope;
use crate::tui::effect::{Effect, Subject};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::Side;
use crate::tui::panes::viewer::Viewer;

/// One tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The arguments as fields.
    Form,
    /// The arguments as text.
    Json,
    /// Both, beside each other.
    Split,
    /// The schema as the server sent it.
    Schema,
    /// Title, description, annotations.
    About,
}

impl Tab {
    /// Its name in the title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Form => "Form",
            Self::Json => "JSON",
            Self::Split => "Split",
            Self::Schema => "Schema",
            Self::About => "About",
        }
    }

    /// Whether arguments are edited in it.
    pub const fn is_form(self) -> bool {
        matches!(self, Self::Form | Self::Json | Self::Split)
    }
}

/// The tabs of an item; `wide`: whether there is room for two halves.
pub fn tabs(work: &Work, wide: bool) -> &'static [Tab] {
    match (work.list, wide) {
        _ if work.form.is_none() => &[Tab::About],
        (List::Tools, true) => &[Tab::Form, Tab::Json, Tab::Split, Tab::Schema, Tab::About],
        (List::Tools, false) => &[Tab::Form, Tab::Json, Tab::Schema, Tab::About],
        (_, true) => &[Tab::Form, Tab::Json, Tab::Split, Tab::About],
        (_, false) => &[Tab::Form, Tab::Json, Tab::About],
    }
}

impl Work {
    /// The tab that is shown.
    pub fn tab(&self, wide: bool) -> Tab {
        match self.tab {
            _ if self.form.is_none() => Tab::About,
            Tab::Split if !wide => Tab::Form,
            tab => tab,
        }
    }

    /// Shows another tab.
    pub fn turn(&mut self, tab: Tab) {
        self.tab = tab;
        if let Some(form) = &mut self.form {
            form.settle_json();
            match tab {
                Tab::Json => {
                    form.turn(Side::Json);
                    // On the way to the tabs behind it nobody means to type.
                    form.rest();
                }
                Tab::Form => form.turn(Side::Fields),
                Tab::Split | Tab::Schema | Tab::About => {}
            }
        }
    }

    /// Asks for the schema as a document, when it is looked at for the first time.
    pub fn show_schema(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let raw = json::get(self.item.raw.as_bytes(), &["inputSchema"])?;
        let shown = match self.schema.subject() {
            Some(Subject::Json(bytes)) => **bytes == *raw,
            _ => false,
        };
        if shown {
            return None;
        }
        self.schema.show(Subject::Json(raw.into()), ctx)
    }
}

impl CataloguePane {
    /// The tab of the selected item.
    pub(super) fn tab(&self) -> Tab {
        self.work()
            .map_or(Tab::About, |work| work.tab(self.areas.wide))
    }

    /// Shows the next tab, or the one before.
    pub(super) fn turn(&mut self, forward: bool) -> Reply {
        let wide = self.areas.wide;
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let tabs = tabs(work, wide);
        let here = work.tab(wide);
        let at = tabs.iter().position(|tab| *tab == here).unwrap_or(0);
        let count = tabs.len();
        let next = if forward { at + 1 } else { at + count - 1 } % count;
        work.turn(tabs[next]);
        Reply::done()
    }

    /// In the split tab, the other half before another pane.
    pub(super) fn turn_half(&mut self, forward: bool) -> bool {
        let split = self.focus == Focus::Form && self.tab() == Tab::Split;
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return false;
        };
        let to = match (split, forward, form.side()) {
            (true, true, Side::Fields) => Side::Json,
            (true, false, Side::Json) => Side::Fields,
            _ => return false,
        };
        form.settle_json();
        form.turn(to);
        true
    }

    /// Where keys are looked for while a document has the focus.
    pub(super) fn document_scopes(viewer: Option<&Viewer>) -> Vec<Scope> {
        let inner = viewer.and_then(Viewer::inner_scope);
        let scopes = [Scope::Viewer, Scope::Move, Scope::Request];
        inner.into_iter().chain(scopes).collect()
    }
}
