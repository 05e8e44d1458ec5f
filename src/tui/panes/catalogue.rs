//! The Tools, Resources and Prompts views: a list, a form for what is selected in it, and the last result.
//!
//! Owns which item is selected, where the focus is, and per item the draft, the runs and the result, known by server
//! and name so that they outlive refreshes and restarts. It looks things up in the fold and sends nothing itself:
//! calls are effects.

use std::collections::HashMap;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::mcp::types::List;
use crate::session::timeline::EntryIndex;
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::{Effect, Source};
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Pane, Reply, View};
use crate::tui::panes::copy_as;
use crate::tui::panes::form::FormPane;

mod actions;
mod broken;
mod buttons;
mod calls;
mod changes;
mod comparing;
mod completion;
mod drafts;
mod draw;
mod editor;
mod following;
mod history;
mod layout;
mod listing;
mod mouse;
mod pause;
mod person;
mod pick;
mod presets;
mod prompt;
mod recorded;
mod sending;
mod services;
mod shelf;
mod tabs;
mod together;
mod validation;
mod why;
mod words;
mod work;

use calls::{Last, Pending};
use changes::ChangesBox;
use completion::Completing;
use drafts::Kept;
pub use following::fresh_words;
use layout::{Areas, body};
use listing::{Browse, Key};
use presets::Saving;
use prompt::Prompt;
use sending::{Resolving, ValuePreview};
use shelf::Shelf;
use tabs::Tab;
use validation::Reading;
pub use words::{cannot_send, wrap};
use work::Work;

/// Items whose unused forms are kept in memory.
const KEPT: usize = 256;

/// Which of the three views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tools.
    Tools,
    /// Resources and their templates.
    Resources,
    /// Prompts.
    Prompts,
}

impl Kind {
    /// The server's lists it shows.
    pub const fn lists(self) -> &'static [List] {
        match self {
            Self::Tools => &[List::Tools],
            Self::Resources => &[List::Resources, List::Templates],
            Self::Prompts => &[List::Prompts],
        }
    }

    /// Its title.
    const fn title(self) -> &'static str {
        match self {
            Self::Tools => "Tools",
            Self::Resources => "Resources",
            Self::Prompts => "Prompts",
        }
    }

    /// The view it is.
    const fn view(self) -> View {
        match self {
            Self::Tools => View::Tools,
            Self::Resources => View::Resources,
            Self::Prompts => View::Prompts,
        }
    }

    /// What its results are called.
    const fn result(self) -> &'static str {
        match self {
            Self::Tools => "Result",
            Self::Resources => "Content",
            Self::Prompts => "Messages",
        }
    }
}

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    List,
    /// The form, or the description in its place.
    Form,
    Result,
}

/// See the module.
#[derive(Debug)]
pub struct CataloguePane {
    kind: Kind,
    focus: Focus,
    zoom: bool,
    /// The server of the selected item.
    server: Arc<str>,
    /// The server that was looked at last.
    looked: Arc<str>,
    /// Under which the list is kept: a server's name, or that of several.
    shown: Arc<str>,
    /// The list, and those of others that were looked at.
    browses: HashMap<Arc<str>, Browse>,
    works: HashMap<Key, Work>,
    pending: Vec<Pending>,
    /// The last call of each server.
    last: HashMap<Arc<str>, Last>,
    areas: Areas,
    /// The last answer of each server.
    answers: HashMap<Arc<str>, Source>,
    /// Refusals that are being read back.
    refusals: Vec<Reading>,
    /// Arguments whose references are looked up, to be sent then.
    resolving: Option<Resolving>,
    /// What the references of the focused field stand for.
    preview: Option<ValuePreview>,
    /// The drafts of each server, as they were kept.
    drafts: HashMap<Arc<str>, Kept>,
    /// Runs or presets to pick from.
    shelf: Option<Shelf>,
    /// What changed in the lists, being looked at.
    changes: Option<ChangesBox>,
    /// Up to which entry that was looked at, by server.
    seen: HashMap<Arc<str>, u64>,
    /// A question in the last row.
    prompt: Option<Prompt>,
    /// A preset that is being written.
    saving: Option<Saving>,
    /// What the server is asked to complete.
    completing: Option<Completing>,
}

impl CataloguePane {
    /// A view of nothing yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            focus: Focus::List,
            zoom: false,
            server: "".into(),
            looked: "".into(),
            shown: "".into(),
            browses: HashMap::new(),
            works: HashMap::new(),
            pending: Vec::new(),
            last: HashMap::new(),
            areas: Areas::default(),
            answers: HashMap::new(),
            refusals: Vec::new(),
            resolving: None,
            preview: None,
            drafts: HashMap::new(),
            shelf: None,
            changes: None,
            seen: HashMap::new(),
            prompt: None,
            saving: None,
            completing: None,
        }
    }

    /// What was done with the selected item before is taken up again.
    fn take_up(&mut self) {
        let listed = self.browse().and_then(Browse::current).cloned();
        if let Some(entry) = listed {
            match self.works.get_mut(&entry.key) {
                Some(work) => work.renew(&entry.item),
                None => {
                    if self.works.len() >= KEPT {
                        self.works.retain(|_, work| work.is_used());
                    }
                    let work = Work::new(entry.key.list, entry.item);
                    self.works.insert(entry.key.clone(), work);
                    self.restore(&entry.key);
                }
            }
        }
        if self.work().is_none() {
            self.focus = Focus::List;
        }
    }

    fn key(&self) -> Option<Key> {
        self.browse()?.selected.clone()
    }

    fn work(&self) -> Option<&Work> {
        self.works.get(self.browse()?.selected.as_ref()?)
    }

    fn work_mut(&mut self) -> Option<&mut Work> {
        let selected = self.browses.get(&self.shown)?.selected.as_ref()?;
        self.works.get_mut(selected)
    }

    fn has_form(&self) -> bool {
        self.work().is_some_and(|work| work.form.is_some())
    }

    /// Whether a tab has the keys that holds no arguments.
    fn on_reading(&self) -> bool {
        self.focus == Focus::Form && !self.tab().is_form()
    }

    fn is_asking(&self) -> bool {
        self.focus == Focus::Form && self.work().is_some_and(|work| work.asking)
    }

    fn typing_filter(&self) -> bool {
        self.focus == Focus::List && self.browse().is_some_and(|browse| browse.typing)
    }

    fn acted(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        if let Some(work) = self.work_mut() {
            work.asking = false;
        }
        if let Some(reply) = copy_as::reply(action, || self.asked(ctx), ctx) {
            return reply;
        }
        if let (Focus::Form, Tab::Schema, Some(work)) = (self.focus, self.tab(), self.work_mut())
            && !matches!(action, Action::NextTab | Action::PreviousTab)
        {
            let reply = work.schema.action(action, ctx);
            if reply.handled {
                return reply;
            }
        }
        if self.focus == Focus::Result
            && action == Action::Follow
            && let Some(uri) = self.work().and_then(|work| work.result.link())
        {
            let uri = uri.to_owned();
            return self.read_link(&uri, ctx);
        }
        if self.focus == Focus::Result
            && let Some(work) = self.work_mut()
        {
            // The document leaves its own levels (a search, a fold) before the pane does.
            let reply = work.result.action(action, ctx);
            if reply.handled {
                return reply;
            }
        }
        match action {
            Action::RefreshList => self.refresh(ctx),
            Action::Subscribe => self.subscribe(ctx),
            Action::ListChanges => self.show_changes(ctx),
            Action::CompareRuns => self.compare_last(ctx),
            Action::RunOnAll => self.run_everywhere(ctx),
            Action::History | Action::Presets | Action::SavePreset
                if self.focus != Focus::Result =>
            {
                self.arguments_action(action, ctx)
            }
            Action::Repeat => self.repeat(ctx),
            Action::CancelCall => self.cancel(),
            Action::NextPane => self.pane(true),
            Action::PreviousPane => self.pane(false),
            Action::Zoom => {
                self.zoom = !self.zoom;
                Reply::done()
            }
            Action::Back => self.back(),
            action => match self.focus {
                Focus::List => self.list_action(action, ctx),
                Focus::Form => self.form_action(action, ctx),
                Focus::Result if action == Action::Left => self.back(),
                Focus::Result => Reply::ignored(),
            },
        }
    }
}

impl Pane for CataloguePane {
    fn scopes(&self) -> Vec<Scope> {
        match self.focus {
            Focus::List => vec![
                Scope::Catalogue,
                Scope::Arguments,
                Scope::Move,
                Scope::Request,
            ],
            Focus::Form if self.tab() == Tab::Schema => {
                Self::document_scopes(self.work().map(|work| &work.schema))
            }
            Focus::Form if self.on_reading() => vec![Scope::Move, Scope::Request],
            Focus::Form => vec![Scope::Form, Scope::Arguments, Scope::Move, Scope::Request],
            Focus::Result => Self::document_scopes(self.work().map(|work| &work.result)),
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        let ctx = &self.at_selected(ctx);
        let mut kept = self.keep_at_once(ctx);
        if self.put_aside() && action == Action::Back {
            return Reply::effects(kept);
        }
        let reply = self.acted(action, ctx);
        let mut reply = self.keeping(reply, ctx);
        kept.append(&mut reply.effects);
        reply.effects = kept;
        reply
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        self.why(action, &self.at_selected(ctx))
    }

    fn takes_text(&self) -> bool {
        if self.shelf.is_some() || self.prompt.is_some() || self.changes.is_some() {
            return true;
        }
        match self.focus {
            Focus::List => self.typing_filter(),
            Focus::Form if self.tab() == Tab::Schema => {
                self.work().is_some_and(|work| work.schema.takes_text())
            }
            Focus::Form if self.on_reading() => false,
            Focus::Form => {
                let form = self.work().and_then(|work| work.form.as_ref());
                self.is_asking() || form.is_some_and(FormPane::takes_keys)
            }
            Focus::Result => self.work().is_some_and(|work| work.result.takes_text()),
        }
    }

    fn letters_act(&self) -> bool {
        self.pressed_next().is_some()
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.changes.is_some() {
            return ChangesBox::KEYS;
        }
        match (&self.shelf, &self.prompt) {
            (Some(shelf), _) => shelf.keys(),
            (None, Some(prompt)) => prompt.keys(),
            (None, None) if self.is_asking() => {
                &[("f", "fix first"), ("s", "send anyway"), ("Esc", "neither")]
            }
            (None, None) if self.focus == Focus::Result => {
                self.work().map_or(&[], |work| work.result.open_keys())
            }
            (None, None) => self.row_keys(),
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        let ctx = &self.at_selected(ctx);
        if let Some(reply) = self.asked_key(key, ctx) {
            return reply;
        }
        let reply = match self.focus {
            Focus::List if self.typing_filter() => self.filter_key(key),
            Focus::List => Reply::ignored(),
            Focus::Form if self.tab() == Tab::Schema => match self.work_mut() {
                Some(work) => work.schema.key(key, ctx),
                None => Reply::ignored(),
            },
            Focus::Form if self.on_reading() => Reply::ignored(),
            Focus::Form => self.form_key(key, ctx),
            Focus::Result => match self.work_mut() {
                Some(work) => work.result.key(key, ctx),
                None => Reply::ignored(),
            },
        };
        self.keeping(reply, ctx)
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        let ctx = &self.at_selected(ctx);
        if let Some(reply) = self.asked_paste(text) {
            return reply;
        }
        if self.typing_filter() {
            let browse = self.browse_mut();
            browse.filter.paste(text);
            browse.filter_typed();
            return Reply::done();
        }
        if let (Focus::Result, Some(work)) = (self.focus, self.work_mut()) {
            return work.result.paste(text, ctx);
        }
        if let (Focus::Form, Tab::Schema, Some(work)) = (self.focus, self.tab(), self.work_mut()) {
            return work.schema.paste(text, ctx);
        }
        if self.focus != Focus::Form || self.on_reading() {
            return Reply::ignored();
        }
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return Reply::ignored();
        };
        let reply = form.paste(text);
        let reply = self.took(reply, ctx);
        self.keeping(reply, ctx)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let ctx = self.at_selected(ctx);
        self.heard(event, &ctx)
    }

    fn rewound(&mut self, _ctx: &Ctx<'_>) {
        self.look_again();
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        let ctx = &self.at_selected(ctx);
        if let Some(reply) = self.asked_click(at, double, ctx) {
            return reply;
        }
        let reply = self.clicked(at, double, ctx);
        self.keeping(reply, ctx)
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        if self.asked_wheel(lines) {
            return Reply::done();
        }
        self.wheeled(at, lines)
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(changes) = &mut self.changes {
            changes.place(area);
        }
        self.sync(ctx);
        let ctx = &self.at_selected(ctx);
        let rows = self.work().map_or(1, Work::form_rows);
        self.areas = layout::areas(area, self.focus, self.zoom, rows);
        if self.tab() == Tab::Split && !self.areas.narrow {
            self.areas = layout::stacked(area, rows);
        }
        self.areas.whole = area;
        let list = self.list_rows();
        let browse = self.browse_mut();
        browse
            .list
            .clamp(browse.rows.len(), usize::from(list.height));
        let mut effects = self.look_back(ctx);
        let (form, result) = (body(self.areas.form), self.document_area());
        let (tab, (fields, json)) = (self.tab(), self.halves());
        let document = draw::indent(form);
        let room = self.right_side();
        let buttons = self.buttons();
        if let Some(work) = self.work_mut() {
            if let Some(form) = &mut work.form {
                form.set_buttons(buttons);
            }
            match (tab, &mut work.form) {
                (Tab::About, _) => work.place_about(form),
                (Tab::Schema, _) => {
                    effects.extend(work.show_schema(ctx));
                    effects.extend(work.schema.place(document, ctx));
                }
                (_, Some(form)) => {
                    form.place(fields, room);
                    if !json.is_empty() {
                        form.show_text();
                    }
                }
                (_, None) => {}
            }
            effects.extend(work.result.place(result, ctx));
        }
        effects.extend(self.wants(ctx));
        effects.extend(self.errands(ctx));
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        // On a screen of a few cells a focused row may have no place.
        let area = area.intersection(buf.area);
        let ctx = &self.at_selected(ctx);
        let cursor = self.drawn(buf, ctx);
        let cursor = self.draw_asked(area, buf, ctx).or(cursor)?;
        (!area.is_empty()).then(|| Position {
            x: cursor.x.clamp(area.x, area.right() - 1),
            y: cursor.y.clamp(area.y, area.bottom() - 1),
        })
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        let work = self.work()?;
        match self.focus {
            Focus::Form if !self.on_reading() => self.form_hint(work),
            Focus::Result => self.untold_remark(&self.at_selected(ctx)),
            Focus::List | Focus::Form => {
                let summary = text::sanitize(work.item.summary()).into_owned();
                (!summary.is_empty()).then_some(summary)
            }
        }
    }

    fn stands_on(&self, ctx: &Ctx<'_>) -> Option<usize> {
        self.selected_server(ctx)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.index_of_seq(self.work()?.request?)
    }
}

#[cfg(test)]
mod tests;
