//! The Logs view: stderr, log notifications, stray output and what happened to the processes, on one time line.
//!
//! Owns which line is selected. Lines are read off the timeline while they are drawn, and
//! only those on screen; whole lines come from the viewer.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::stream::areas::{Areas, Wish};
use super::stream::detail::{Detail, messages};
use super::stream::filtering::Filtering;
use super::stream::search::Search;
use super::stream::{Naming, Stream, join, wanted};
use super::traffic::draw_empty;
use super::traffic::shown::Shown;
use crate::filter::row::Item;
use crate::session::level::Level;
use crate::session::timeline::{EntryIndex, LogRow, LogSource};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::effect::exporting::Share;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

mod line;
mod tally;
mod title;

use tally::Tally;

/// See the module.
#[derive(Debug, Clone)]
pub struct Logs {
    clock: Clock,
    stream: Stream,
    search: Search,
    filtering: Filtering,
    shown: Shown,
    tally: Tally,
    detail: Detail,
    /// Whether the whole line is shown below the list.
    open: bool,
    alone: bool,
    area: Rect,
    /// Lines of the log that have what was searched for, shown or not.
    hits: Vec<u32>,
}

impl Logs {
    /// Nothing selected; `follow` says whether it stays at the newest line.
    pub fn new(clock: Clock, follow: bool) -> Self {
        Self {
            filtering: Filtering::new(clock.zone().clone()),
            clock,
            stream: Stream::new(follow),
            search: Search::default(),
            shown: Shown::default(),
            tally: Tally::default(),
            detail: Detail::new("Select a line: all of it shows here."),
            open: false,
            alone: false,
            area: Rect::default(),
            hits: Vec::new(),
        }
    }

    fn areas(&self) -> Areas {
        Areas::of(
            self.area,
            Wish {
                detail: self.open,
                detail_focused: self.detail.focused,
                alone: self.alone,
                headings: false,
                find: self.search.is_open(),
                filter: self.filtering.is_shown(),
            },
        )
    }

    fn ask_bodies(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let logs = ctx.timeline.logs();
        let item = |number| logs.get(number).copied().map(Item::Log);
        self.filtering.ask(self.shown.picks(), item, ctx)
    }

    fn take(&mut self, ctx: &Ctx<'_>) {
        let logs = ctx.timeline.logs();
        self.tally.take(logs);
        let number = self.number();
        let follows = self.stream.follows();
        let left = self
            .filtering
            .reach(ctx, || (0, number.filter(|_| !follows)));
        let item = |number| logs.get(number).copied().map(Item::Log);
        // While rows are still being found, the one to stand on may be among those that come at the end.
        let finding = !self.shown.picks().is_whole() && self.filtering.is_anchored(number);
        let moved = self.shown.sift(logs.len(), &mut self.filtering, item, ctx);
        let near = self.filtering.near(number);
        // Rows that only come at the end are new ones, however they were found.
        let elsewhere = near.map(|near| self.shown.place(near)) != self.stream.selected();
        if moved || left.flatten().is_some() || finding && elsewhere {
            if left.flatten().is_some() {
                self.stream.hold();
            }
            let place = self.shown.place(left.flatten().or(near).unwrap_or(0));
            self.stream.refiltered(self.shown.len(), place);
            self.filtering.stood(near, self.number());
            if let Some(found) = self.search.hits() {
                let term = found.term.clone();
                let number = self.number().unwrap_or(0);
                self.search.found(term, self.shown_hits(), number);
            }
        } else {
            self.stream.arrived(self.shown.len());
        }
    }

    /// What a recording held when it was opened is not new.
    fn was_there(&mut self, ctx: &Ctx<'_>) {
        if let Some(last) = ctx.timeline.logs().len().checked_sub(1) {
            self.stream.saw(last);
        }
    }

    /// The number of the selected line in the log.
    fn number(&self) -> Option<usize> {
        self.shown.number(self.stream.selected()?)
    }

    fn line(&self, ctx: &Ctx<'_>) -> Option<LogRow> {
        ctx.timeline.logs().get(self.number()?).copied()
    }

    fn open(&mut self) -> Reply {
        if self.stream.selected().is_none() {
            return Reply::say("There is no line yet.");
        }
        // What somebody reads must not be replaced by what arrives.
        self.stream.hold();
        self.open = true;
        self.detail.focused = true;
        Reply::done()
    }

    /// Out one level.
    fn back(&mut self) -> Reply {
        if self.detail.focused {
            self.detail.focused = false;
            // Where list and line are not on screen together, there is nothing left to close.
            self.open = Areas::fits_both(self.area);
        } else if self.search.is_open() {
            self.search.leave();
        } else if self.open && Areas::fits_both(self.area) {
            self.open = false;
            self.alone = false;
        } else if self.search.leave() {
            self.hits.clear();
        } else {
            return Reply::go(Go::Out);
        }
        Reply::done()
    }

    /// Shows only what happened within a time, given as a term of the filter.
    pub fn during(&mut self, term: &str, ctx: &Ctx<'_>) {
        self.filtering.also(term, ctx.timeline);
        self.take(ctx);
    }

    /// Shows only the next level and worse; after `error`, everything again.
    fn raise(&mut self, ctx: &Ctx<'_>) -> Reply {
        let least = match self.filtering.least_level() {
            // Debug is the least there is: from it on is everything.
            None | Some(Level::Debug) => Some(Level::Info),
            Some(Level::Info) => Some(Level::Notice),
            Some(Level::Notice) => Some(Level::Warning),
            Some(Level::Warning) => Some(Level::Error),
            Some(_) => None,
        };
        self.filtering.raise(least, ctx.timeline);
        self.take(ctx);
        Reply::say(match least {
            None => "Every level is shown.".to_owned(),
            Some(least) => format!("{least} and worse are shown."),
        })
    }

    fn shown_hits(&self) -> Vec<u32> {
        let shown = |number: &&u32| self.shown.shows(**number as usize);
        self.hits.iter().filter(shown).copied().collect()
    }

    fn item(&self, ctx: &Ctx<'_>) -> Option<Item> {
        self.line(ctx).map(Item::Log)
    }

    /// Goes to a line of the log, or tells why there is none to go to.
    fn go(&mut self, number: Option<usize>, why: &str) -> Reply {
        match number {
            Some(number) => {
                self.stream.go(self.shown.place(number));
                Reply::done()
            }
            None => Reply::say(why),
        }
    }

    fn in_list(&mut self, action: Action) -> Reply {
        let number = self.number().unwrap_or(0);
        match action {
            Action::Find => {
                self.search.open();
                Reply::done()
            }
            Action::FindNext | Action::FindPrevious => {
                if let Some(why) = self.search.why_not() {
                    return Reply::say(why);
                }
                let hit = self.search.step(action == Action::FindNext, number);
                self.go(hit, "No hit.")
            }
            Action::Right => self.open(),
            Action::Left => Reply::done(),
            _ if self.stream.act(action) => Reply::done(),
            _ => Reply::ignored(),
        }
    }
}

impl Pane for Logs {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            self.detail.scopes(&[Scope::Logs, Scope::Filter])
        } else {
            vec![Scope::Logs, Scope::Filter, Scope::Move]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.take(ctx);
        let hits = self.search.hits().is_some();
        let reply = self.detail.action(action, hits, ctx);
        if reply.handled {
            return reply;
        }
        if let Some(reply) = wanted::reply(action, &self.detail, &mut self.filtering, ctx) {
            self.take(ctx);
            return reply;
        }
        if let Some(reply) = self.filtering.action(action, self.item(ctx), ctx) {
            self.take(ctx);
            self.detail.focused &= !self.filtering.bar.is_open();
            return reply;
        }
        match action {
            Action::Back => self.back(),
            Action::OpenLine => self.open(),
            Action::FollowLogs => {
                self.stream.toggle_follow();
                Reply::done()
            }
            Action::AddLogs => Reply::go(Go::ClientLogs),
            Action::Level => self.raise(ctx),
            Action::NextError | Action::PreviousError => {
                let forward = action == Action::NextError;
                let number = self.number().unwrap_or(0);
                let why = if forward {
                    "No error below."
                } else {
                    "No error above."
                };
                let shown = |number| self.shown.shows(number);
                self.go(self.tally.wrong(forward, number, shown), why)
            }
            Action::NextPane | Action::PreviousPane if self.detail.focused => {
                self.detail.focused = false;
                self.open = Areas::fits_both(self.area);
                Reply::done()
            }
            Action::NextPane | Action::PreviousPane => self.open(),
            Action::NextTab | Action::PreviousTab | Action::Wrap if self.open => {
                self.detail.viewer.action(action, ctx)
            }
            Action::Zoom if self.open && Areas::fits_both(self.area) => {
                self.alone = !self.alone;
                Reply::done()
            }
            Action::Left if self.detail.focused => self.back(),
            Action::FindNext | Action::FindPrevious => self.in_list(action),
            _ if self.detail.focused => Reply::ignored(),
            _ => self.in_list(action),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let hits = self.search.hits().is_some();
        if let Some(why) = self.detail.why_not(action, hits) {
            return Some(why);
        }
        let why = match action {
            Action::OpenLine if self.stream.selected().is_none() => "There is no line yet.",
            Action::NextError | Action::PreviousError if !self.tally.any_wrong() => {
                "Nothing went wrong so far."
            }
            Action::FindNext | Action::FindPrevious if hits || !self.detail.focused => {
                return self.search.why_not();
            }
            _ => {
                return wanted::why_not(action, &self.detail)
                    .or_else(|| self.filtering.why_not(action, self.item(ctx), ctx));
            }
        };
        Some(why.to_owned())
    }

    fn takes_text(&self) -> bool {
        self.filtering.bar.is_open()
            || self.search.is_open()
            || (self.detail.focused && self.detail.viewer.takes_text())
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        self.filtering.open_keys()
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if self.filtering.bar.is_open() {
            let reply = self.filtering.key(key, ctx);
            self.take(ctx);
            reply
        } else if self.search.is_open() {
            self.search.key(key, ctx)
        } else {
            self.detail.viewer.key(key, ctx)
        }
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        if self.filtering.bar.is_open() {
            let reply = self.filtering.paste(text, ctx);
            self.take(ctx);
            reply
        } else if self.search.is_open() {
            self.search.paste(text)
        } else {
            self.detail.viewer.paste(text, ctx)
        }
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Event::Loaded(..) = event {
            self.was_there(ctx);
        }
        let heard = self.detail.event(event);
        if !heard.is_empty() {
            return heard;
        }
        let mut effects = Vec::new();
        if self.filtering.event(event, ctx) {
            self.take(ctx);
            // The next slice does not wait for the next frame.
            effects = self.ask_bodies(ctx);
        }
        if let Event::Found { asker, seqs } = event
            && let Some(term) = self.search.answered(*asker)
        {
            self.take(ctx);
            let logs = ctx.timeline.logs();
            self.hits = seqs
                .iter()
                .filter_map(|seq| {
                    let entry = ctx.timeline.index_of_seq(*seq)?;
                    let at = logs.binary_search_by_key(&entry, |log| log.entry).ok()?;
                    (ctx.timeline.entry(entry)?.seq() == *seq).then_some(at as u32)
                })
                .collect();
            let number = self.number().unwrap_or(0);
            let hit = self.search.found(term, self.shown_hits(), number);
            if let Some(hit) = hit {
                self.stream.go(self.shown.place(hit));
            }
        }
        effects
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if let Some(reply) = self.filtering.click(at, areas.filter, areas.rows, ctx) {
            self.take(ctx);
            return reply;
        }
        if areas.find.contains(at) {
            self.search.click(at, areas.find);
            return Reply::done();
        }
        let title = self.title(ctx);
        if let Some(reply) = self.detail.click(at, double, &areas, &title, ctx) {
            self.stream.hold();
            return reply;
        }
        if !areas.rows.contains(at) {
            return Reply::ignored();
        }
        self.detail.focused = false;
        match self.stream.row_at(at, 1, areas.rows) {
            Some(row) => {
                self.stream.go(row);
                if double { self.open() } else { Reply::done() }
            }
            None => Reply::done(),
        }
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if areas.detail.contains(at) {
            self.detail.viewer.wheel(lines);
        } else if areas.rows.contains(at) {
            self.stream.wheel(lines);
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        let areas = self.areas();
        self.take(ctx);
        let mut effects = Vec::new();
        if !areas.rows.is_empty() {
            let height = usize::from(areas.rows.height);
            self.stream.place(self.shown.len(), height);
            let last = self.stream.visible().end.checked_sub(1);
            if let Some(number) = last.and_then(|place| self.shown.number(place)) {
                self.stream.saw(number);
            }
            let logs = ctx.timeline.logs();
            let missing: Vec<_> = self
                .stream
                .visible()
                .filter_map(|row| ctx.source(logs.get(self.shown.number(row)?)?.entry))
                .filter(|source| ctx.previews.get(source.seq).is_none())
                .collect();
            if !missing.is_empty() {
                effects.push(Effect::Previews(missing));
            }
        }
        effects.extend(self.ask_bodies(ctx));
        if !areas.detail.is_empty() {
            let entry = self.line(ctx).map(|line| line.entry);
            let subject = messages(entry, None, ctx);
            effects.extend(self.detail.show(subject, ctx));
            effects.extend(self.detail.viewer.place(areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let areas = self.areas();
        if !areas.rule.is_empty() {
            Rule {
                title: &self.heading(),
                focused: !self.detail.focused,
                right: &self.remark(ctx),
                ..Rule::default()
            }
            .draw(areas.rule, buf, ctx.theme);
        }
        if self.shown.len() == 0 && !areas.rows.is_empty() {
            let words = match (self.filtering.is_on() && self.shown.all() > 0, ctx.live) {
                (true, _) => self.filtering.why_empty(self.shown.picks(), ctx),
                (false, true) => format!(
                    "Nothing yet: connect a server ({}); what it writes to stderr, its log \
                    messages, its start and its end will show here.",
                    ctx.keys.word(Action::ViewServers)
                ),
                (false, false) => "This recording holds no log lines.".to_owned(),
            };
            draw_empty(&words, areas.rows, buf, ctx);
        }
        let naming = Naming::of(ctx.timeline);
        let of_list = list::draw(
            self.shown.len(),
            self.stream.list(),
            !self.detail.focused,
            |row, width| self.drawn(row, width, &naming, ctx).unwrap_or_default(),
            areas.rows,
            buf,
            ctx.theme,
        );
        let of_detail = self.detail.draw(&areas, buf, &self.title(ctx), ctx);
        let (shown, all) = (self.shown.len(), self.shown.all());
        let whole = self.shown.picks().is_whole();
        let remark = self.filtering.remark(shown, all, whole, ctx.timeline);
        let of_filter = self.filtering.draw(areas.filter, &remark, buf, ctx);
        self.filtering
            .bar
            .draw_choices(areas.filter, areas.rows, buf, ctx);
        if self.filtering.bar.is_open() {
            return of_filter;
        }
        if self.search.is_open() {
            return self.search.draw(areas.find, buf, ctx).or(of_list);
        }
        if self.detail.focused {
            of_detail
        } else {
            of_list.or(Some(areas.rows.as_position()))
        }
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        let line = self.line(ctx)?;
        let entry = ctx.timeline.entry(line.entry)?;
        let mut parts = vec![self.clock.moment(entry.at()), format!("#{}", entry.seq())];
        if let Some(connection) = ctx.timeline.state().connection(entry.conn()) {
            parts.push(text::sanitize(&connection.name).into_owned());
        }
        if line.source == LogSource::Junk {
            parts.push("bytes that are no JSON-RPC: strict clients fail here".to_owned());
        } else {
            parts.push(text::size(entry.size()));
        }
        parts.retain(|part| !part.is_empty());
        Some(parts.join(" · "))
    }

    fn rewound(&mut self, ctx: &Ctx<'_>) {
        self.hits.clear();
        self.search.forget();
        self.filtering.rewound(ctx.timeline);
        self.tally = Tally::default();
        self.take(ctx);
        self.was_there(ctx);
    }

    fn reveal(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        self.take(ctx);
        let logs = ctx.timeline.logs();
        let at = logs.partition_point(|log| log.entry < entry);
        if self.shown.len() > 0 {
            self.detail.focused = false;
            self.stream
                .go(self.shown.place(at).min(self.shown.len() - 1));
        }
    }

    fn shares(&self, ctx: &Ctx<'_>) -> Vec<Share> {
        self.filtering.share(ctx).into_iter().collect()
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Some(self.line(ctx)?.entry)
    }
}

#[cfg(test)]
mod tests;
