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
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Pane, Reply};
use crate::tui::panes::copy_as::{self, Asked, Looked};
use crate::tui::panes::form::Mode;

mod actions;
mod calls;
mod draw;
mod editor;
mod layout;
mod listing;
mod mouse;
mod pick;
mod words;
mod work;

use calls::{Last, NOTHING_CALLED, Pending};
use layout::{Areas, body};
use listing::{Browse, Key};
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
    /// The server looked at last.
    server: Arc<str>,
    /// Its list, and those of others that were looked at.
    browses: HashMap<Arc<str>, Browse>,
    works: HashMap<Key, Work>,
    pending: Vec<Pending>,
    /// The last call of each server.
    last: HashMap<Arc<str>, Last>,
    areas: Areas,
}

impl CataloguePane {
    /// A view of nothing yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            focus: Focus::List,
            zoom: false,
            server: "".into(),
            browses: HashMap::new(),
            works: HashMap::new(),
            pending: Vec::new(),
            last: HashMap::new(),
            areas: Areas::default(),
        }
    }

    /// How many items the server looked at has, as far as they are known: for the view bar.
    pub fn count(&self, ctx: &Ctx<'_>) -> usize {
        ctx.connection().map_or(0, |connection| {
            let of = |list: &List| connection.list(*list).items.len();
            self.kind.lists().iter().map(of).sum()
        })
    }

    /// Takes what the server has listed by now, and finds the selected item again.
    fn sync(&mut self, ctx: &Ctx<'_>) {
        let name = ctx.server().map_or("", |server| server.name.as_str());
        if *self.server != *name {
            self.server = name.into();
        }
        let hold = self.focus != Focus::List;
        let browse = self
            .browses
            .entry(Arc::clone(&self.server))
            .or_insert_with_key(|server| Browse::new(Arc::clone(server)));
        browse.sync(self.kind.lists(), ctx.connection(), hold);
        let listed = browse.current().cloned();
        if let Some(entry) = listed {
            match self.works.get_mut(&entry.key) {
                Some(work) => work.renew(&entry.item),
                None => {
                    if self.works.len() >= KEPT {
                        self.works.retain(|_, work| work.is_used());
                    }
                    let work = Work::new(entry.key.list, entry.item);
                    self.works.insert(entry.key, work);
                }
            }
        }
        if self.work().is_none() {
            self.focus = Focus::List;
        }
    }

    fn browse(&self) -> Option<&Browse> {
        self.browses.get(&self.server)
    }

    fn browse_mut(&mut self) -> &mut Browse {
        self.browses
            .entry(Arc::clone(&self.server))
            .or_insert_with_key(|server| Browse::new(Arc::clone(server)))
    }

    fn key(&self) -> Option<Key> {
        self.browse()?.selected.clone()
    }

    fn work(&self) -> Option<&Work> {
        self.works.get(self.browse()?.selected.as_ref()?)
    }

    fn work_mut(&mut self) -> Option<&mut Work> {
        let selected = self.browses.get(&self.server)?.selected.as_ref()?;
        self.works.get_mut(selected)
    }

    fn has_form(&self) -> bool {
        self.work().is_some_and(|work| work.form.is_some())
    }

    /// Whether the description has the keys, in place of a form.
    fn on_about(&self) -> bool {
        self.focus == Focus::Form && self.work().is_some_and(Work::shows_about)
    }

    /// The request that is looked at: the one whose result has the keys, else what would be sent.
    fn asked(&self, ctx: &Ctx<'_>) -> Looked {
        let work = self.work().ok_or("There is no request here.")?;
        if self.focus == Focus::Result {
            let sent = work.request.ok_or(NOTHING_CALLED)?;
            let entry = ctx.timeline.index_of_seq(sent);
            return entry.map(Asked::Sent).ok_or(NOTHING_CALLED);
        }
        let (method, params) = work.request()?;
        Ok(Asked::Draft { method, params })
    }

    fn is_asking(&self) -> bool {
        self.focus == Focus::Form && self.work().is_some_and(|work| work.asking)
    }

    fn typing_filter(&self) -> bool {
        self.focus == Focus::List && self.browse().is_some_and(|browse| browse.typing)
    }
}

impl Pane for CataloguePane {
    fn scopes(&self) -> Vec<Scope> {
        match self.focus {
            Focus::List => vec![Scope::Catalogue, Scope::Move, Scope::Request],
            Focus::Form if self.on_about() => vec![Scope::Move, Scope::Request],
            Focus::Form => vec![Scope::Form, Scope::Move, Scope::Request],
            Focus::Result => vec![Scope::Viewer, Scope::Move, Scope::Request],
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        if let Some(work) = self.work_mut() {
            work.asking = false;
        }
        if let Some(reply) = copy_as::reply(action, || self.asked(ctx), ctx) {
            return reply;
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

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        match action {
            Action::Run | Action::RefreshList => words::cannot_send(ctx),
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
            Action::CancelCall => self
                .waiting()
                .is_none()
                .then(|| "no call waits for its answer".to_owned()),
            Action::NextError | Action::PreviousError => {
                Some("Traffic (5) and Logs (6) know what went wrong".to_owned())
            }
            Action::Find if self.on_about() => {
                Some("the list and the result can be searched, not the description".to_owned())
            }
            action => copy_as::why_not(action, || self.asked(ctx), ctx).or_else(|| {
                (self.focus == Focus::Result)
                    .then(|| self.work()?.result.why_not(action))
                    .flatten()
            }),
        }
    }

    fn takes_text(&self) -> bool {
        match self.focus {
            Focus::List => self.typing_filter(),
            Focus::Form => {
                self.is_asking()
                    || self.work().is_some_and(|work| {
                        !work.shows_about()
                            && work
                                .form
                                .as_ref()
                                .is_some_and(|form| form.mode() == Mode::Typing)
                    })
            }
            Focus::Result => self.work().is_some_and(|work| work.result.takes_text()),
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        match self.focus {
            Focus::List if self.typing_filter() => self.filter_key(key),
            Focus::List => Reply::ignored(),
            Focus::Form if self.on_about() => Reply::ignored(),
            Focus::Form => self.form_key(key, ctx),
            Focus::Result => match self.work_mut() {
                Some(work) => work.result.key(key, ctx),
                None => Reply::ignored(),
            },
        }
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        if self.typing_filter() {
            let browse = self.browse_mut();
            browse.filter.paste(text);
            browse.filter_typed();
            return Reply::done();
        }
        if let (Focus::Result, Some(work)) = (self.focus, self.work_mut()) {
            return work.result.paste(text, ctx);
        }
        if self.focus != Focus::Form || self.on_about() {
            return Reply::ignored();
        }
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return Reply::ignored();
        };
        let reply = form.paste(text);
        self.took(reply, ctx)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.heard(event, ctx)
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        self.clicked(at, double, ctx)
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        self.wheeled(at, lines)
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.sync(ctx);
        let rows = self.work().map_or(1, Work::form_rows);
        self.areas = layout::areas(area, self.focus, self.zoom, rows);
        let list = self.list_rows();
        let browse = self.browse_mut();
        browse
            .list
            .clamp(browse.rows.len(), usize::from(list.height));
        let mut effects: Vec<Effect> = self.look_back(ctx).into_iter().collect();
        let (form, result) = (body(self.areas.form), self.document_area());
        if let Some(work) = self.work_mut() {
            if work.shows_about() {
                work.place_about(form);
            }
            effects.extend(work.result.place(result, ctx));
        }
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        // On a screen of a few cells a focused row may have no place.
        let area = area.intersection(buf.area);
        let cursor = self.drawn(buf, ctx)?;
        (!area.is_empty()).then(|| Position {
            x: cursor.x.clamp(area.x, area.right() - 1),
            y: cursor.y.clamp(area.y, area.bottom() - 1),
        })
    }

    fn hint(&self, _ctx: &Ctx<'_>) -> Option<String> {
        let work = self.work()?;
        match self.focus {
            Focus::Form if !work.shows_about() => work.form.as_ref()?.hint(),
            Focus::Result => None,
            Focus::List | Focus::Form => {
                let summary = text::sanitize(work.item.summary()).into_owned();
                (!summary.is_empty()).then_some(summary)
            }
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.index_of_seq(self.work()?.request?)
    }
}

#[cfg(test)]
mod tests;
