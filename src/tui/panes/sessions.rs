//! The Sessions view: what was recorded, found by name, tag, server or date, opened, named and deleted.
//!
//! Owns which sessions are shown in which order, and which are selected. The list comes from the librarian, which
//! reads it elsewhere; so does everything that is done to a session.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::filter::Subject;
use crate::library::retention::why_kept;
use crate::library::{Deleted, Item, Meta, Writing};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::comparison::Comparison;
use crate::tui::effect::{Effect, MetaChange, Shelving};
use crate::tui::event::{Event, Shelved, Stored};
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::panes::moves::moved;
use crate::tui::widgets::list::ListState;

mod about;
mod draw;
mod filtering;
mod find;
mod serving;

use filtering::Filtering;
use find::Found;

/// Columns from which on list and summary are on screen together.
const WIDE: u16 = 100;
/// Deletions that can be undone.
const UNDO: usize = 100;

/// See the module.
#[derive(Debug)]
pub struct SessionsPane {
    clock: Clock,
    /// The sessions as they were listed; the one that is recorded here is always among them.
    items: Vec<Item>,
    /// Whether the list has come, and when; or why it did not.
    listed: Option<Result<Timestamp, String>>,
    found: Found,
    list: ListState,
    filtering: Filtering,
    selected: BTreeSet<PathBuf>,
    /// The session that is recorded here and since when; without a path when it is not kept.
    live: Option<(PathBuf, Option<Timestamp>)>,
    /// The file that is looked at.
    opened: Option<PathBuf>,
    /// Deletions, the newest last.
    undo: Vec<Vec<Deleted>>,
    about: about::About,
    area: Rect,
}

impl SessionsPane {
    /// Nothing listed yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            items: Vec::new(),
            listed: None,
            found: Found::default(),
            list: ListState::default(),
            filtering: Filtering::default(),
            selected: BTreeSet::new(),
            live: None,
            opened: None,
            undo: Vec::new(),
            about: about::About::default(),
            area: Rect::default(),
        }
    }

    /// Which session is recorded here, and which file is looked at.
    pub fn stand(&mut self, live: Option<(PathBuf, Option<Timestamp>)>, opened: Option<PathBuf>) {
        let was_live = std::mem::replace(&mut self.live, live);
        self.opened = opened;
        if was_live != self.live {
            self.add_live();
            self.find_again();
        }
    }

    /// The view is entered: the list may be another one by now.
    pub fn entered(&self) -> Vec<Effect> {
        let current = self.current();
        vec![Effect::Library(Shelving::List { current })]
    }

    /// How many sessions there are; none before the first list.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// What stands beside a session.
    pub fn meta(&self, path: &Path) -> Option<&Meta> {
        let item = self.items.iter().find(|item| item.path == path);
        item.map(|item| &item.meta)
    }

    fn current(&self) -> Option<PathBuf> {
        let path = self.live.as_ref().map(|(path, _)| path.clone());
        path.filter(|path| !path.as_os_str().is_empty())
    }

    /// The session of now stands in the list wherever it is kept.
    fn add_live(&mut self) {
        self.items
            .retain(|item| item.writing != Writing::Ours || !item.by.is_empty());
        let Some((path, since)) = &self.live else {
            return;
        };
        if self.items.iter().any(|item| item.path == *path) {
            return;
        }
        let began = since.unwrap_or(Timestamp::UNIX_EPOCH);
        let item = Item {
            path: path.clone(),
            began,
            changed: began,
            by: String::new(),
            size: 0,
            meta: Meta::default(),
            writing: Writing::Ours,
        };
        self.items.insert(0, item);
    }

    /// Filters ask for what is in the session of now, too, which nobody counts in a file.
    fn know_current(&mut self, ctx: &Ctx<'_>) {
        let mut items = self.items.iter_mut();
        let current = items.find(|item| item.writing == Writing::Ours);
        if let Some(item) = current.filter(|_| ctx.live) {
            item.meta.summary = Some(about::of_now(ctx));
        }
    }

    fn item(&self) -> Option<&Item> {
        self.items.get(self.found.item(self.list.selected)?)
    }

    /// What an action is done to: the selected sessions, else the focused one.
    fn subjects(&self) -> Vec<PathBuf> {
        if self.selected.is_empty() {
            self.item()
                .map(|item| item.path.clone())
                .into_iter()
                .collect()
        } else {
            self.selected.iter().cloned().collect()
        }
    }

    /// Whether it is the session that is looked at.
    fn is_shown(&self, path: &Path) -> bool {
        let live = self.live.as_ref().map(|(path, _)| path);
        self.opened.as_ref().or(live).is_some_and(|it| it == path)
    }

    fn find_again(&mut self) {
        let focused = self.item().map(|item| item.path.clone());
        self.find_beside(focused);
    }

    /// Finds again, and stays on the session that was focused while the items were still those before.
    fn find_beside(&mut self, focused: Option<PathBuf>) {
        let filter = self.filtering.filter();
        self.found.again(&self.items, filter, &self.clock);
        // Who is focused stays so wherever it stands now.
        if let Some(path) = focused
            && let Some(row) = self.found.row_of(|index| self.items[index].path == path)
        {
            self.list.selected = row;
        }
        self.list
            .clamp(self.found.len(), usize::from(self.rows().height));
    }

    /// What came of something typed.
    fn filtered(&mut self, (reply, other): (Reply, bool)) -> Reply {
        if other {
            self.list.top();
            self.find_again();
        }
        reply
    }

    fn is_wide(&self) -> bool {
        self.area.width >= WIDE
    }

    fn open(&self) -> Reply {
        match self.item() {
            Some(item) if item.writing == Writing::Ours => Reply::go(Go::Live),
            Some(item) => Reply::go(Go::Open(item.path.clone())),
            None => Reply::say("No session is selected."),
        }
    }

    fn delete(&mut self) -> Reply {
        let paths = self.subjects();
        let current = self.current();
        let effect = Effect::Library(Shelving::Delete { paths, current });
        self.selected.clear();
        Reply::effect(effect)
    }

    fn toggle(&mut self) -> Reply {
        let Some(path) = self.item().map(|item| item.path.clone()) else {
            return Reply::done();
        };
        if !self.selected.remove(&path) {
            self.selected.insert(path);
        }
        self.list.down(1, self.found.len());
        Reply::done()
    }

    fn hear(&mut self, shelved: &Shelved) -> Vec<Effect> {
        let tell = |sentence: String, bad: bool| Effect::Tell { sentence, bad };
        let listing = |pane: &Self| pane.entered();
        match shelved {
            Shelved::Listed { at, items } => {
                let focused = self.item().map(|item| item.path.clone());
                match items {
                    Ok(items) => {
                        self.items.clone_from(items);
                        self.listed = Some(Ok(*at));
                        let paths: BTreeSet<&PathBuf> =
                            self.items.iter().map(|item| &item.path).collect();
                        self.selected.retain(|path| paths.contains(path));
                        self.found.today(*at);
                    }
                    Err(why) => self.listed = Some(Err(why.clone())),
                }
                self.add_live();
                self.find_beside(focused);
                Vec::new()
            }
            Shelved::Counted { path, summary } => {
                let item = self.items.iter_mut().find(|item| item.path == *path);
                if let (Some(item), Ok(summary)) = (item, summary) {
                    item.meta.summary = Some(summary.clone());
                    self.find_again();
                }
                Vec::new()
            }
            Shelved::Changed { path, meta } => match meta {
                Ok(meta) => {
                    if let Some(item) = self.items.iter_mut().find(|item| item.path == *path) {
                        let summary = item.meta.summary.take();
                        item.meta = meta.clone();
                        item.meta.summary = summary;
                        self.find_again();
                    }
                    Vec::new()
                }
                Err(why) => vec![tell(format!("not kept: {why}"), true)],
            },
            Shelved::Deleted { deleted, troubles } => {
                let mut effects = Vec::new();
                if !deleted.is_empty() {
                    self.undo.push(deleted.clone());
                    let spare = self.undo.len().saturating_sub(UNDO);
                    self.undo.drain(..spare);
                    let what = text::plural(deleted.len(), "session");
                    effects.push(tell(format!("{what} moved to the trash"), false));
                }
                effects.extend(troubles.iter().map(|why| tell(why.clone(), true)));
                effects.extend(listing(self));
                effects
            }
            Shelved::Restored { paths, troubles } => {
                let what = text::plural(paths.len(), "session");
                let mut effects = vec![tell(format!("{what} back"), false)];
                effects.extend(troubles.iter().map(|why| tell(why.clone(), true)));
                effects.extend(listing(self));
                effects
            }
        }
    }

    fn why_deleted_not(&self) -> Option<String> {
        let subjects = self.subjects();
        if subjects.is_empty() {
            return Some("no session is selected".to_owned());
        }
        // Those that are kept go when somebody says so; those that are written never.
        let busy = self
            .items
            .iter()
            .find(|item| item.writing != Writing::Nobody && subjects.contains(&item.path))?;
        why_kept(busy).map(str::to_owned)
    }
}

/// Whether that stands for a session without a file.
fn is_unkept(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

impl Pane for SessionsPane {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Sessions, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let (len, height) = (self.found.len(), usize::from(self.rows().height));
        match action {
            Action::OpenSession => return self.open(),
            Action::SelectSession => return self.toggle(),
            Action::EditSession => {
                let path = self.item().map(|item| item.path.clone());
                return path.map_or_else(Reply::done, |path| Reply::go(Go::EditSession(path)));
            }
            Action::ReplaySession => {
                let path = self.item().map(|item| item.path.clone());
                return path.map_or_else(Reply::done, |path| Reply::go(Go::Replay(path)));
            }
            Action::KeepSession => {
                let Some(item) = self.item() else {
                    return Reply::done();
                };
                let (path, keep) = (item.path.clone(), !item.meta.keep);
                let change = MetaChange::Keep(keep);
                let sentence = if keep {
                    "it stays, whatever the limits of [sessions] say"
                } else {
                    "it goes when the limits of [sessions] say so"
                };
                return Reply {
                    say: Some(sentence.to_owned()),
                    ..Reply::effect(Effect::Library(Shelving::Change { path, change }))
                };
            }
            Action::DeleteSession => return self.delete(),
            Action::UndoDelete => {
                return match self.undo.pop() {
                    Some(deleted) => Reply::effect(Effect::Library(Shelving::Restore(deleted))),
                    None => Reply::done(),
                };
            }
            Action::SortSessions => {
                self.found.turn();
                self.find_again();
                self.list.top();
                return Reply::say(format!("by {}", self.found.order().word()));
            }
            Action::DiffSessions => {
                let mut paths = self.selected.iter().cloned();
                if let (Some(a), Some(b)) = (paths.next(), paths.next()) {
                    return Reply::go(Go::Diff(Box::new(Comparison::Files(a, b))));
                }
            }
            Action::ExportSession => {
                return match self.subjects().pop() {
                    // What is looked at is exported as everywhere.
                    Some(path) if self.is_shown(&path) => Reply::go(Go::Do(Action::Export)),
                    Some(path) => Reply::go(Go::Export(path)),
                    None => Reply::done(),
                };
            }
            Action::CopySession => {
                let path = self.item().map(|item| item.path.display().to_string());
                return path.map_or_else(Reply::done, |text| {
                    let what = "the path".to_owned();
                    Reply::effect(Effect::Copy { text, what })
                });
            }
            Action::ServeSession | Action::ServeConfig => {
                return serving::reply(action, self.item());
            }
            Action::ReadSessions => return Reply::effects(self.entered()),
            Action::Find | Action::FilterSessions => {
                self.know_current(ctx);
                return self.filtering.open(&self.items);
            }
            Action::NameFilter => self.filtering.ask_name(),
            Action::NextTab | Action::PreviousTab => self.about.turn(),
            Action::NextPane | Action::PreviousPane => self.about.focused ^= true,
            Action::Right => self.about.focused = true,
            Action::Left if self.about.focused => self.about.focused = false,
            Action::Back if self.about.focused => self.about.focused = false,
            Action::Back if self.filtering.is_on() => {
                self.filtering.clear();
                self.find_again();
            }
            Action::Back if !self.selected.is_empty() => self.selected.clear(),
            Action::Back => return Reply::go(Go::Out),
            Action::Up if self.about.focused => self.about.scroll(-1),
            Action::Down if self.about.focused => self.about.scroll(1),
            action if moved(&mut self.list, action, len, height) => {}
            _ => return Reply::ignored(),
        }
        self.list.clamp(len, height);
        Reply::done()
    }

    fn why_not(&self, action: Action, _ctx: &Ctx<'_>) -> Option<String> {
        let none = || Some("no session is selected".to_owned());
        let unkept = |item: &Item| is_unkept(&item.path);
        let unrecorded = || Some("this session is not recorded".to_owned());
        match action {
            Action::OpenSession | Action::SelectSession if self.item().is_none() => none(),
            Action::EditSession
            | Action::KeepSession
            | Action::CopySession
            | Action::ReplaySession
            | Action::ServeSession
            | Action::ServeConfig => match self.item() {
                None => none(),
                Some(item) if unkept(item) => unrecorded(),
                Some(_) => None,
            },
            Action::DeleteSession => self.why_deleted_not(),
            Action::UndoDelete if self.undo.is_empty() => {
                Some("nothing was deleted here yet".to_owned())
            }
            Action::DiffSessions if self.selected.len() != 2 => {
                Some("select two sessions with Space first".to_owned())
            }
            Action::DiffSessions if self.selected.iter().any(|path| is_unkept(path)) => {
                Some("one of them is not recorded, so there is no file to compare".to_owned())
            }
            Action::ExportSession => match self.subjects().as_slice() {
                [] => none(),
                [path] if is_unkept(path) && !self.is_shown(path) => unrecorded(),
                [_] => None,
                several => Some(format!(
                    "sessions are exported one by one, and {} are selected",
                    several.len()
                )),
            },
            Action::NameFilter if !self.filtering.is_on() => Some("there is no filter".to_owned()),
            Action::NextError | Action::PreviousError => {
                Some("a session is opened to look for errors in it".to_owned())
            }
            Action::FindNext | Action::FindPrevious => {
                Some("here / shows only what matches".to_owned())
            }
            _ => None,
        }
    }

    fn takes_text(&self) -> bool {
        self.filtering.is_typed()
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        self.filtering.keys()
    }

    fn key(&mut self, key: KeyEvent, _ctx: &Ctx<'_>) -> Reply {
        let typed = self.filtering.key(key, &self.items);
        self.filtered(typed)
    }

    fn paste(&mut self, pasted: &str, _ctx: &Ctx<'_>) -> Reply {
        let typed = self.filtering.paste(pasted, &self.items);
        self.filtered(typed)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let shelved = match event {
            Event::Library(shelved) => shelved,
            Event::Stored(Stored::Filters {
                of: Subject::Sessions,
                chips: Ok(chips),
                ..
            }) => {
                self.filtering.named(chips, &self.items);
                return Vec::new();
            }
            _ => return Vec::new(),
        };
        let effects = self.hear(shelved);
        if self.filtering.is_shown() && matches!(shelved, Shelved::Listed { .. }) {
            self.know_current(ctx);
            self.find_again();
        }
        effects
    }

    fn click(&mut self, at: Position, double: bool, _ctx: &Ctx<'_>) -> Reply {
        if let Some(action) = about::About::button_at(at, self.about_area()) {
            return Reply::go(Go::Do(action));
        }
        if self.about_area().contains(at) {
            self.about.focused = true;
            if at.y == self.about_area().y {
                self.about.turn();
            }
            return Reply::done();
        }
        let rows = self.rows();
        let (row, below) = (self.filter_area(), self.below_filter());
        if let Some(typed) = self.filtering.click(at, row, below, &self.items) {
            self.about.focused = false;
            return self.filtered(typed);
        }
        if let Some(row) = self.list.row_at(at, self.found.len(), self.lines(), rows) {
            self.about.focused = false;
            self.list.selected = row;
            return if double { self.open() } else { Reply::done() };
        }
        Reply::ignored()
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        if self.about_area().contains(at) {
            self.about.scroll(lines);
        } else {
            let height = usize::from(self.rows().height / self.lines());
            self.list.scroll(lines, self.found.len(), height);
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, _ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        let height = usize::from(self.rows().height / self.lines());
        self.list.clamp(self.found.len(), height);
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.drawn(buf, ctx)
    }

    fn hint(&self, _ctx: &Ctx<'_>) -> Option<String> {
        let item = self.item()?;
        if item.path.as_os_str().is_empty() {
            return Some("the session of now, which is not recorded".to_owned());
        }
        Some(item.path.display().to_string())
    }
}
