//! A document with tabs: a result, a message, the content of a resource. Part of several panes.
//!
//! Owns which tab is shown, where its reader is, and the find line. It parses nothing: documents come built. What can
//! be copied is in `copy`, the reader of one tab in `page`.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::{Effect, Subject};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::address::Address;
use crate::tui::payload::{Indexed, Opened, Tab};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::find::Term;
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use page::Page;
use prompt::{Goal, Prompt};
use query::Query;
use trail::Trail;

mod aside;
mod copy;
mod link;
mod outward;
mod page;
mod prompt;
mod prose;
mod query;
mod table;
#[cfg(test)]
mod tests;
mod trail;
mod tree;
mod value;

/// Documents up to this many bytes are searched at once; bigger ones elsewhere, for it would hold the next frame up.
const SEARCHED: usize = 64 << 10;

/// Strings up to this many bytes are shown alone, and bodies compared to keep a place: a millisecond or two at most.
const SMALL: usize = 1 << 20;

/// Before the find line.
const FIND: &str = "Find: ";

/// Titles of documents that are not so wide may have no room for a remark.
const NARROW: u16 = 100;

/// Columns a key moves text sideways.
const SIDEWAYS: isize = 8;

/// Whether long lines go on below, rather than being cut at the edge.
#[derive(Debug, Clone, Copy)]
struct Wrap {
    text: bool,
    trees: bool,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Viewer {
    placeholder: String,
    /// What is shown or being built.
    subject: Option<Subject>,
    /// The number under which a document is being built.
    asked: Option<u64>,
    /// The number under which a big page is being searched, which page, and where its array is if that is a table.
    finding: Option<(u64, usize, Option<usize>)>,
    /// Why the document could not be built; sanitised.
    problem: Option<String>,
    pages: Vec<Page>,
    active: usize,
    /// The tab somebody chose last, for the next document.
    chosen: Option<String>,
    /// Where somebody stood in the frames of the document, by bytes; the last one last.
    stood: Vec<(link::Frame, std::ops::Range<usize>)>,
    /// Whether long lines wrap.
    wrap: Wrap,
    area: Rect,
    /// The find line, while it is open.
    find: Option<LineInput>,
    /// What links were followed from.
    trail: Trail,
    /// The line that says where a value goes, while it is open.
    prompt: Option<Prompt>,
    /// The query over the document, and its result in place of it.
    query: Option<Query>,
    /// The command that a value goes through.
    piping: Option<(u64, String)>,
    /// It is asked whether this page of the web is to be opened.
    leaving: Option<Address>,
    /// What came out of the last one, in place of all else.
    output: Option<(String, Page)>,
}

impl Viewer {
    /// Nothing to show yet; `placeholder` says so.
    pub fn empty(placeholder: &str) -> Self {
        Self {
            placeholder: placeholder.to_owned(),
            subject: None,
            asked: None,
            finding: None,
            problem: None,
            pages: Vec::new(),
            active: 0,
            chosen: None,
            stood: Vec::new(),
            wrap: Wrap {
                text: true,
                trees: false,
            },
            area: Rect::ZERO,
            find: None,
            trail: Trail::default(),
            prompt: None,
            query: None,
            piping: None,
            leaving: None,
            output: None,
        }
    }

    /// Where its actions are listed, for whoever embeds it.
    pub const fn scopes() -> [Scope; 2] {
        [Scope::Viewer, Scope::Move]
    }

    /// Shows the tab of this name first, until somebody chooses another.
    pub fn prefer(&mut self, tab: &str) {
        self.chosen.get_or_insert_with(|| tab.to_owned());
    }

    /// Whether there is a document (or one is being built).
    pub fn is_empty(&self) -> bool {
        self.subject.is_none()
    }

    /// What is shown or being built.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// Forgets the document.
    pub fn clear(&mut self, placeholder: &str) {
        placeholder.clone_into(&mut self.placeholder);
        self.subject = None;
        self.asked = None;
        self.problem = None;
        self.pages.clear();
        self.find = None;
        self.trail = Trail::default();
        self.forget_asides();
    }

    /// Shows a subject: gives the effect that builds it, or nothing when it is shown already. The old document stays
    /// until the new one is there; the tab of the same name stays chosen.
    pub fn show(&mut self, subject: Subject, ctx: &Ctx<'_>) -> Option<Effect> {
        if self.subject.as_ref() == Some(&subject) {
            return None;
        }
        self.trail = Trail::default();
        Some(self.ask(subject, ctx))
    }

    fn ask(&mut self, subject: Subject, ctx: &Ctx<'_>) -> Effect {
        let viewer = ctx.ticket();
        self.subject = Some(subject.clone());
        self.asked = Some(viewer);
        Effect::Build { viewer, subject }
    }

    /// Takes a built document if it is the one that was asked for last.
    pub fn built(&mut self, viewer: u64, tabs: &Result<Vec<Tab>, String>) -> bool {
        if self.asked != Some(viewer) {
            return false;
        }
        self.asked = None;
        self.finding = None;
        self.stood.clear();
        let old = std::mem::take(&mut self.pages);
        let looked_at = old.get(self.active).cloned();
        match tabs {
            Ok(tabs) => {
                self.problem = None;
                self.pages = tabs
                    .iter()
                    .map(|tab| {
                        // An answer that arrives leaves the place in its request alone.
                        old.iter().find(|page| page.shows(tab)).map_or_else(
                            || Page::new(tab.clone()),
                            |page| page.moved_to(tab.clone()),
                        )
                    })
                    .collect();
                self.active = self
                    .chosen
                    .as_ref()
                    .and_then(|name| self.pages.iter().position(|page| page.name() == name))
                    .unwrap_or(0);
            }
            Err(problem) => self.problem = Some(text::sanitize(problem).into_owned()),
        }
        let page = self.pages.get(self.active);
        if !looked_at.is_some_and(|old| page.is_some_and(|page| old.shows(page.tab()))) {
            self.forget_asides();
        }
        self.settle();
        true
    }

    /// The names of the tabs and the one shown, for the title rule of whoever embeds it.
    pub fn tabs(&self) -> (Vec<&str>, usize) {
        (self.pages.iter().map(Page::name).collect(), self.active)
    }

    /// Shows a tab by its number: a click on its name.
    pub fn choose(&mut self, tab: usize) {
        if let Some(page) = self.pages.get(tab) {
            if tab != self.active {
                self.prompt = None;
                self.query = None;
                self.output = None;
            }
            self.chosen = Some(page.name().to_owned());
            let before = std::mem::replace(&mut self.active, tab);
            self.settle();
            self.follow_from(before);
        }
    }

    /// A remark for the right end of the title rule: path, place, hits.
    pub fn remark(&self) -> String {
        self.page()
            .map(|page| page.remark(self.inner()))
            .unwrap_or_default()
    }

    /// The same where the title is narrow, so that it may have no room for it; else nothing.
    pub fn narrow_remark(&self) -> String {
        if self.area.width < NARROW {
            self.remark()
        } else {
            String::new()
        }
    }

    /// Whether something was searched for here.
    pub fn has_found(&self) -> bool {
        self.page().is_some_and(|page| page.found().is_some())
    }

    /// Why an action of these scopes does nothing now, if so.
    pub fn why_not(&self, action: Action) -> Option<String> {
        if action == Action::Follow {
            return self.why_not_follow();
        }
        let Some(page) = self.page() else {
            return (action.row().scope == Scope::Viewer)
                .then(|| "There is no document yet.".to_owned());
        };
        match action {
            Action::FindNext | Action::FindPrevious if page.found().is_none() => {
                Some("Nothing was searched for yet.".to_owned())
            }
            Action::Query => self.why_no_query(),
            _ if self.moves_in_bytes(action) => None,
            _ => page.why_not(action).map(str::to_owned),
        }
    }

    /// Does what somebody wants; Esc and Left are ignored when there is nothing left to leave.
    pub fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        if action == Action::Back && self.find.take().is_some() {
            self.settle();
            return Reply::done();
        }
        // A command that runs is in nobody's way: the document is left level by level after it.
        if action == Action::Back && self.piping.is_some() {
            return self.leave_asides();
        }
        if self.pages.is_empty() && matches!(action, Action::Back | Action::Left) && self.go_back()
        {
            return Reply::done();
        }
        if self.move_in_bytes(action) {
            return Reply::done();
        }
        if let Some(why) = self.why_not(action) {
            return Reply::say(why);
        }
        let inner = self.inner();
        let wrap = self.wrap;
        let count = self.pages.len();
        let block = self.spot().and_then(|spot| spot.held.clone());
        let Some(page) = self.current_mut() else {
            return Reply::ignored();
        };
        match action {
            Action::Follow => return self.follow(ctx),
            Action::NextBlock | Action::PreviousBlock => {
                page.go_to_spot(action == Action::NextBlock, inner);
            }
            Action::NextTab => self.choose((self.active + 1) % count),
            Action::PreviousTab => self.choose((self.active + count - 1) % count),
            Action::Wrap => {
                let wraps = match page.sight() {
                    Some(page::Sight::Tree(..)) => &mut self.wrap.trees,
                    _ => &mut self.wrap.text,
                };
                *wraps = !*wraps;
                self.settle();
            }
            Action::Find => {
                self.find = Some(LineInput::default());
                self.settle();
            }
            Action::Query => self.open_query(),
            Action::Pipe => self.open_prompt(Goal::Command),
            Action::Write => self.open_prompt(Goal::File),
            Action::ShowOutside => {
                return self
                    .ask_to_leave()
                    .unwrap_or_else(|| self.show_outside(ctx));
            }
            Action::DecodeString => {
                let reply = page.decode(ctx);
                self.settle();
                return reply;
            }
            _ => {
                if let Some(reply) = copy::reply(page, block, action) {
                    return reply;
                }
                let reply = page.action(action, inner, wrap, ctx);
                if !reply.handled && action == Action::Back {
                    let left = self.leave_asides();
                    if left.handled {
                        return left;
                    }
                }
                if !reply.handled && matches!(action, Action::Back | Action::Left) && self.go_back()
                {
                    return Reply::done();
                }
                self.settle();
                return reply;
            }
        }
        Reply::done()
    }

    /// Whether a line has the caret.
    pub fn takes_text(&self) -> bool {
        self.find.is_some() || self.leaving.is_some() || self.line_is_open()
    }

    /// Takes a key while a line has the caret.
    pub fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if let Some(reply) = self.leaving_key(key) {
            return reply;
        }
        let Some(line) = &mut self.find else {
            return self.line_key(key, ctx);
        };
        match key.code {
            KeyCode::Esc => {
                self.find = None;
                self.settle();
                Reply::done()
            }
            KeyCode::Enter => self.search(ctx),
            _ if line.key(key) == Reaction::Ignored => Reply::ignored(),
            _ => Reply::done(),
        }
    }

    /// Takes pasted text into the line that is open.
    pub fn paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        match &mut self.find {
            Some(line) => {
                line.paste(pasted);
                Reply::done()
            }
            None => self.line_paste(pasted, ctx),
        }
    }

    /// Will be drawn in `area` (below its title rule). Gives the effect that indexes a big document, once.
    pub fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Option<Effect> {
        self.area = area;
        self.settle();
        self.pages.get_mut(self.active)?.index(ctx)
    }

    /// Takes more of the index of a big document, if it is one of these.
    pub fn indexed(&mut self, viewer: u64, part: &Indexed) -> bool {
        let ours = self.pages.iter_mut().any(|page| page.indexed(viewer, part));
        if ours {
            self.settle();
        }
        ours
    }

    /// Takes a value that is to be looked at in another way, if that was asked for here.
    pub fn opened(&mut self, viewer: u64, result: &Result<Opened, String>) -> bool {
        let wrap = self.wrap;
        let ours = self
            .pages
            .iter_mut()
            .any(|page| page.opened(viewer, result, wrap));
        if ours {
            self.settle();
        }
        ours
    }

    /// A click in the area it was placed in.
    pub fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        if !self.area.contains(at) {
            return Reply::ignored();
        }
        if self.leaving.take().is_some() {
            return Reply::done();
        }
        let (inner, wrap) = (self.inner(), self.wrap);
        if let Some(line) = &mut self.find
            && !inner.contains(at)
        {
            let field = find_field(self.area);
            line.click(at.x.saturating_sub(field.x), field.width);
        } else if inner.contains(at)
            && !self.click_byte(at, inner)
            && let Some(page) = self.current_mut()
            && !page.click_spot(at, inner)
        {
            return page.click(at, double, inner, wrap, ctx);
        }
        Reply::done()
    }

    /// The wheel.
    pub fn wheel(&mut self, lines: isize) {
        let inner = self.inner();
        if let Some(page) = self.current_mut() {
            page.wheel(lines, inner);
        }
    }

    /// Draws the document without a title; returns the cursor's place.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
        focused: bool,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let theme = ctx.theme;
        let Some(page) = self.page() else {
            let (words, role) = match &self.problem {
                Some(problem) => (problem.as_str(), Role::Error),
                None if self.asked.is_some() => ("reading…", Role::TextMuted),
                None => (self.placeholder.as_str(), Role::TextMuted),
            };
            let words = text::fit(words, usize::from(area.width));
            buf.set_stringn(
                area.x,
                area.y,
                words,
                usize::from(area.width),
                theme.style(role),
            );
            return focused.then(|| area.as_position());
        };
        let inner = self.inside(area);
        self.draw_crumb(area, buf, theme);
        let cursor = page.draw(inner, buf, theme, focused && !self.takes_text());
        let caret = self.draw_find(area, buf, theme);
        let caret = self.draw_asides(area, buf, theme).or(caret);
        let caret = self.draw_leaving(area, buf, theme).or(caret);
        if focused { caret.or(cursor) } else { None }
    }

    fn draw_find(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let line = self.find.as_ref()?;
        let y = area.bottom() - 1;
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
        let label = theme.style(Role::TextMuted);
        buf.set_stringn(area.x, y, FIND, usize::from(area.width), label);
        Some(line.draw(Look::default(), find_field(area), buf, theme))
    }

    /// What is looked at: the output of a command, else the result of a query, else the tab.
    fn page(&self) -> Option<&Page> {
        let query = self.query.as_ref().and_then(|query| query.shown.as_ref());
        let aside = self.output.as_ref().map(|(_, page)| page).or(query);
        aside.or_else(|| self.pages.get(self.active))
    }

    /// The same, to be changed.
    fn current_mut(&mut self) -> Option<&mut Page> {
        let query = self.query.as_mut().and_then(|query| query.shown.as_mut());
        let aside = self.output.as_mut().map(|(_, page)| page).or(query);
        aside.or_else(|| self.pages.get_mut(self.active))
    }

    /// Takes what was found in a big page, if it is what was looked for last.
    pub fn found_in(&mut self, viewer: u64, text: &str, hits: &[u32]) -> bool {
        let ours = |finding: &(u64, usize, Option<usize>)| finding.0 == viewer;
        let Some((_, active, array)) = self.finding.filter(ours) else {
            return false;
        };
        self.finding = None;
        let inner = self.inner();
        if active != self.active {
            return true;
        }
        if let (Some(page), Some(term)) = (self.current_mut(), Term::new(text)) {
            page.show_hits(term, hits.to_vec(), array, inner);
        }
        self.settle();
        true
    }

    /// Where the document is: all of the area, but for the lines that are open.
    fn inner(&self) -> Rect {
        self.inside(self.area)
    }

    /// Makes the page that is shown fit its place. Pages nobody looks at cost nothing.
    fn settle(&mut self) {
        let (inner, wrap) = (self.inner(), self.wrap);
        if let Some(page) = self.current_mut() {
            page.settle(inner, wrap);
        }
    }

    /// Searches for what the find line holds; without anything in it, ends the search.
    fn search(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(line) = self.find.take() else {
            return Reply::ignored();
        };
        self.settle();
        let inner = self.inner();
        let active = self.active;
        let Some(page) = self.current_mut() else {
            return Reply::done();
        };
        let Some(term) = Term::new(line.text()) else {
            page.clear_find();
            return Reply::done();
        };
        if page.size() > SEARCHED {
            let ticket = ctx.ticket();
            let (body, array) = (page.body().clone(), page.searched_array());
            self.finding = Some((ticket, active, array));
            return Reply {
                say: Some(format!("looking for {}…", text::sanitize(line.text()))),
                ..Reply::effect(Effect::FindIn {
                    viewer: ticket,
                    body,
                    array,
                    text: line.text().to_owned(),
                })
            };
        }
        let found = page.find(term, inner);
        self.settle();
        if found {
            Reply::done()
        } else {
            Reply::say(format!("Not found: {}", text::sanitize(line.text())))
        }
    }
}

/// Where the find line's text is.
fn find_field(area: Rect) -> Rect {
    let label = (FIND.len() as u16).min(area.width.saturating_sub(1));
    Rect {
        x: area.x + label,
        y: area.bottom().saturating_sub(1),
        width: area.width - label,
        height: area.height.min(1),
    }
}
