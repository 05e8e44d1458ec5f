//! The Traffic view: every exchange, notification, stray line and event of the session, and what they say. It has
//! three lists of it: pairs, frames one by one, exchanges over HTTP.
//!
//! Owns which row is selected and what is done to it. Rows are read off the timeline while they are drawn, and only
//! those on screen; bodies come from the viewer, which has them built elsewhere.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::copy_as;
use super::stream::areas::{Areas, WIDE, Wish};
use super::stream::detail::Detail;
use super::stream::search::Search;
use super::stream::{Stream, join};
use crate::session::timeline::{EntryIndex, Row, Timeline};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::{Effect, Subject};
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

mod draw;
mod failures;
mod requests;
mod rows;
mod subs;
mod told;

use draw::Columns;
use failures::Failures;
use subs::{At, Sub};
use told::told;

/// See the module.
#[derive(Debug, Clone)]
pub struct Traffic {
    clock: Clock,
    sub: Sub,
    /// One for each list, in the order of [`Sub::ALL`].
    streams: [Stream; 3],
    search: Search,
    failures: Failures,
    detail: Detail,
    /// Nothing but what has the keys.
    alone: bool,
    area: Rect,
}

impl Traffic {
    /// Nothing selected; `follow` says whether it stays at the newest row.
    pub fn new(clock: Clock, follow: bool) -> Self {
        Self {
            clock,
            sub: Sub::default(),
            streams: [Stream::new(follow); 3],
            search: Search::default(),
            failures: Failures::default(),
            detail: Detail::new("Select a row: what it says shows here."),
            alone: false,
            area: Rect::default(),
        }
    }

    fn areas(&self) -> Areas {
        Areas::of(
            self.area,
            Wish {
                detail: true,
                detail_focused: self.detail.focused,
                alone: self.alone,
                headings: !self.is_tall(),
                find: self.search.is_open(),
            },
        )
    }

    /// Whether a row takes two lines.
    fn is_tall(&self) -> bool {
        self.area.width < WIDE
    }

    fn lines(&self) -> u16 {
        if self.is_tall() { 2 } else { 1 }
    }

    /// Whether only one of list and detail is on screen.
    fn is_drilled(&self) -> bool {
        self.alone || !Areas::fits_both(self.area)
    }

    fn stream(&self) -> &Stream {
        &self.streams[self.sub as usize]
    }

    fn stream_mut(&mut self) -> &mut Stream {
        &mut self.streams[self.sub as usize]
    }

    /// The list may have grown.
    fn arrived(&mut self, timeline: &Timeline) {
        let len = self.sub.len(timeline);
        self.stream_mut().arrived(len);
    }

    /// The selected row of the list.
    fn at(&self, ctx: &Ctx<'_>) -> Option<At> {
        self.sub.at(self.stream().selected()?, ctx.timeline)
    }

    /// The pair it is a part of.
    fn row(&self, ctx: &Ctx<'_>) -> Option<Row> {
        self.at(ctx)?.pair(ctx.timeline)
    }

    /// Turns to another list, and to the same moment in it.
    fn turn(&mut self, sub: Sub, ctx: &Ctx<'_>) -> Reply {
        if sub == self.sub {
            return Reply::done();
        }
        let entry = self.at(ctx).and_then(|at| at.entry(ctx.timeline));
        let (follows, at_end) = (
            self.stream().follows(),
            self.stream().selected() == self.sub.len(ctx.timeline).checked_sub(1),
        );
        self.sub = sub;
        self.search.forget();
        self.arrived(ctx.timeline);
        if let Some(entry) = entry.filter(|_| !(follows && at_end))
            && let Some(place) = sub.place_of(entry, ctx.timeline)
        {
            self.stream_mut().go(place);
        }
        Reply::done()
    }

    fn title(&self, ctx: &Ctx<'_>) -> String {
        let name = self.at(ctx).and_then(|at| told::name(at, ctx));
        let name = name.unwrap_or_else(|| "nothing selected".to_owned());
        if self.is_drilled() {
            format!("Traffic › {name}")
        } else {
            name
        }
    }

    /// Goes to a row, or tells why there is none to go to.
    fn go(&mut self, row: Option<usize>, why: &str) -> Reply {
        match row {
            Some(row) => {
                self.stream_mut().go(row);
                Reply::done()
            }
            None => Reply::say(why),
        }
    }

    fn open(&mut self) -> Reply {
        if self.stream().selected().is_none() {
            return Reply::say("There is no row yet.");
        }
        // What somebody reads must not be replaced by what arrives.
        self.stream_mut().hold();
        self.detail.focused = true;
        Reply::done()
    }

    /// Out one level.
    fn back(&mut self) -> Reply {
        if self.detail.focused {
            self.detail.focused = false;
        } else if self.search.leave() {
        } else if self.alone {
            self.alone = false;
        } else {
            return Reply::go(Go::Out);
        }
        Reply::done()
    }

    /// The next row that went wrong, or the one before.
    fn wrong(&self, below: bool, ctx: &Ctx<'_>) -> Option<usize> {
        let selected = self.stream().selected().unwrap_or(0);
        let (sub, timeline) = (self.sub, ctx.timeline);
        let wrong = |index: &usize| {
            sub.at(*index, timeline)
                .is_some_and(|at| at.is_wrong(timeline))
        };
        match (sub, below) {
            (Sub::Pairs, true) => self.failures.after(selected),
            (Sub::Pairs, false) => self.failures.before(selected),
            (_, true) => (selected + 1..sub.len(timeline)).find(wrong),
            (_, false) => (0..selected).rev().find(wrong),
        }
    }

    fn draw_rule(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let failed = match self.failures.count() {
            0 => String::new(),
            count => format!("{count} went wrong"),
        };
        let short = area.width < WIDE;
        let tabs = Sub::ALL.map(|sub| {
            let (long, brief) = sub.title();
            if short { brief } else { long }
        });
        Rule {
            title: &format!("TRAFFIC {}", self.sub.len(ctx.timeline)),
            focused: !self.detail.focused,
            tabs: &tabs,
            active: self.sub as usize,
            right: &join(&[self.search.remark(), failed, self.stream().remark()]),
        }
        .draw(area, buf, ctx.theme)
    }

    fn in_list(&mut self, action: Action) -> Reply {
        let selected = self.stream().selected().unwrap_or(0);
        match action {
            Action::Find => {
                self.search.open();
                Reply::done()
            }
            Action::FindNext | Action::FindPrevious => {
                if let Some(why) = self.search.why_not() {
                    return Reply::say(why);
                }
                let row = self.search.step(action == Action::FindNext, selected);
                self.go(row, "No hit.")
            }
            Action::Right => self.open(),
            Action::Left => Reply::done(),
            _ if self.stream_mut().act(action) => Reply::done(),
            _ => Reply::ignored(),
        }
    }
}

impl Pane for Traffic {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            self.detail.scopes(&[Scope::Traffic, Scope::Request])
        } else {
            vec![Scope::Traffic, Scope::Move, Scope::Request]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.arrived(ctx.timeline);
        self.failures.take(ctx.timeline);
        let hits = self.search.hits().is_some();
        if let Some(reply) = copy_as::reply(action, || self.asked(ctx), ctx) {
            return reply;
        }
        let reply = self.detail.action(action, hits, ctx);
        if reply.handled {
            return reply;
        }
        match action {
            Action::Back => self.back(),
            Action::OpenRow => self.open(),
            Action::FollowTraffic => {
                self.stream_mut().toggle_follow();
                Reply::done()
            }
            Action::NextError => self.go(self.wrong(true, ctx), "Nothing below went wrong."),
            Action::PreviousError => self.go(self.wrong(false, ctx), "Nothing above went wrong."),
            Action::Resend => self.again(false, ctx),
            Action::EditResend => self.again(true, ctx),
            Action::CopyRequest => self.copy(false, ctx),
            Action::CopyResponse => self.copy(true, ctx),
            Action::NextPane | Action::PreviousPane if self.detail.focused => {
                self.detail.focused = false;
                Reply::done()
            }
            Action::NextPane | Action::PreviousPane => self.open(),
            Action::NextTab | Action::PreviousTab => {
                self.turn(self.sub.beside(action == Action::NextTab), ctx)
            }
            Action::Zoom if Areas::fits_both(self.area) => {
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
            Action::OpenRow if self.stream().selected().is_none() => "There is no row yet.",
            Action::Resend => return self.why_not_again(false, ctx),
            Action::EditResend => return self.why_not_again(true, ctx),
            Action::CopyRequest => self.copied(false, ctx).err()?,
            Action::CopyResponse => self.copied(true, ctx).err()?,
            Action::NextError | Action::PreviousError
                if self.sub == Sub::Pairs && self.failures.count() == 0 =>
            {
                "Nothing went wrong so far."
            }
            Action::FindNext | Action::FindPrevious if hits || !self.detail.focused => {
                return self.search.why_not();
            }
            action => return copy_as::why_not(action, || self.asked(ctx), ctx),
        };
        Some(why.to_owned())
    }

    fn takes_text(&self) -> bool {
        self.search.is_open() || (self.detail.focused && self.detail.viewer.takes_text())
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if self.search.is_open() {
            self.search.key(key, ctx)
        } else {
            self.detail.viewer.key(key, ctx)
        }
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        if self.search.is_open() {
            self.search.paste(text)
        } else {
            self.detail.viewer.paste(text, ctx)
        }
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let heard = self.detail.event(event);
        if !heard.is_empty() {
            return heard;
        }
        if let Event::Found { asker, seqs } = event
            && let Some(term) = self.search.answered(*asker)
        {
            self.arrived(ctx.timeline);
            let hits = self.sub.with_seqs(seqs, ctx.timeline);
            let from = self.stream().selected().unwrap_or(0);
            if let Some(row) = self.search.found(term, hits, from) {
                self.stream_mut().go(row);
            }
        }
        Vec::new()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if areas.find.contains(at) {
            self.search.click(at, areas.find);
            return Reply::done();
        }
        let title = self.title(ctx);
        if let Some(reply) = self.detail.click(at, double, &areas, &title, ctx) {
            self.stream_mut().hold();
            return reply;
        }
        if areas.rule.contains(at) {
            // Drawn once more, aside, to learn where the tabs are.
            let mut aside = Buffer::empty(areas.rule);
            let places = self.draw_rule(areas.rule, &mut aside, ctx);
            let chosen = places.iter().position(|place| place.contains(at));
            return match chosen.and_then(|index| Sub::ALL.get(index)) {
                Some(sub) => self.turn(*sub, ctx),
                None => Reply::ignored(),
            };
        }
        if !areas.rows.contains(at) {
            return Reply::ignored();
        }
        self.detail.focused = false;
        match self.stream().row_at(at, self.lines(), areas.rows) {
            Some(row) => {
                self.stream_mut().go(row);
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
            self.stream_mut().wheel(lines);
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        let areas = self.areas();
        let timeline = ctx.timeline;
        self.failures.take(timeline);
        let sub = self.sub;
        let len = sub.len(timeline);
        if areas.rows.is_empty() {
            self.stream_mut().arrived(len);
        } else {
            let height = usize::from(areas.rows.height / self.lines());
            self.stream_mut().place(len, height);
        }
        let mut effects = Vec::new();
        if !areas.rows.is_empty() {
            let tall = self.is_tall();
            let missing: Vec<_> = self
                .stream()
                .visible()
                .filter_map(|index| ctx.source(sub.at(index, timeline)?.shown(timeline, tall)?))
                .filter(|source| ctx.previews.get(source.seq).is_none())
                .collect();
            if !missing.is_empty() {
                effects.push(Effect::Previews(missing));
            }
        }
        if !areas.detail.is_empty() {
            let subject = self.at(ctx).and_then(|at| at.subject(ctx));
            effects.extend(self.detail.show(subject, ctx));
            effects.extend(self.detail.viewer.place(areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let areas = self.areas();
        let theme = ctx.theme;
        let len = self.sub.len(ctx.timeline);
        if !areas.rule.is_empty() {
            self.draw_rule(areas.rule, buf, ctx);
        }
        let columns = Columns::of(areas.rows.width.saturating_sub(list::GUTTER), ctx);
        if !areas.headings.is_empty() {
            buf.set_stringn(
                areas.headings.x + list::GUTTER,
                areas.headings.y,
                columns.headings(),
                usize::from(areas.headings.width.saturating_sub(list::GUTTER)),
                theme.style(Role::TextMuted),
            );
        }
        if len == 0 && !areas.rows.is_empty() {
            let words = if self.sub == Sub::Http && !ctx.timeline.rows().is_empty() {
                "Nothing went over HTTP: servers that are programs talk over pipes.".to_owned()
            } else if ctx.live {
                format!(
                    "Nothing yet: connect a server ({}), every message will show here.",
                    ctx.keys.word(Action::ViewServers)
                )
            } else {
                "This recording holds no messages.".to_owned()
            };
            draw_empty(&words, areas.rows, buf, ctx);
        }
        let tall = self.is_tall();
        let of_list = list::draw_tall(
            len,
            self.stream().list(),
            !self.detail.focused,
            self.lines(),
            |index, line, width| {
                let row = self.sub.at(index, ctx.timeline);
                let Some(told) = row.and_then(|row| told(row, ctx)) else {
                    return Line::default();
                };
                let hit = self.search.is_hit(index);
                if tall {
                    columns.tall_line(&told, line, width, hit, &self.clock, ctx)
                } else {
                    let before = index.checked_sub(1);
                    let before = before.and_then(|before| self.sub.at(before, ctx.timeline));
                    let since = draw::since(before, &told, ctx);
                    columns.line(&told, since, hit, &self.clock, ctx)
                }
            },
            areas.rows,
            buf,
            theme,
        );
        let of_detail = self.detail.draw(&areas, buf, &self.title(ctx), ctx);
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
        let at = self.at(ctx)?;
        let told = told(at, ctx)?;
        let row = self.row(ctx).filter(|_| !matches!(at, At::Http(_)));
        // A narrow title has no room for it.
        let remark = self
            .detail
            .focused
            .then(|| self.detail.viewer.narrow_remark());
        let mut parts: Vec<String> = remark.into_iter().collect();
        parts.push(self.clock.moment(told.entry.at()));
        if let Some(connection) = ctx.timeline.state().connection(told.entry.conn()) {
            parts.push(text::sanitize(&connection.name).into_owned());
        }
        let reason = row.and_then(|row| told::reason(row, ctx.timeline));
        parts.extend(reason.map(str::to_owned));
        if reason.is_none() {
            parts.extend(told.preview);
        }
        if told.entry.aux {
            parts.push("asked by mcpscope itself".to_owned());
        }
        parts.retain(|part| !part.is_empty());
        Some(parts.join(" · "))
    }

    fn rewound(&mut self, ctx: &Ctx<'_>) {
        self.failures = Failures::default();
        self.failures.take(ctx.timeline);
        self.search.forget();
        for (sub, stream) in Sub::ALL.into_iter().zip(&mut self.streams) {
            let row = stream.selected().unwrap_or(0);
            stream.refiltered(sub.len(ctx.timeline), row);
        }
    }

    fn reveal(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        self.arrived(ctx.timeline);
        if let Some(row) = self.sub.place_of(entry, ctx.timeline) {
            self.detail.focused = false;
            self.stream_mut().go(row);
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.at(ctx)?.entry(ctx.timeline)
    }
}

/// What there is to see of an entry that was sent: with its answer, and the exchange that carried it.
pub fn subject_of(entry: EntryIndex, ctx: &Ctx<'_>) -> Option<Subject> {
    subs::of_entry(entry, ctx.timeline).subject(ctx)
}

/// An entry that was sent, in a few words, with what became of it.
pub fn title_of(entry: EntryIndex, ctx: &Ctx<'_>) -> Option<String> {
    let at = subs::of_entry(entry, ctx.timeline);
    let (name, told) = (told::name(at, ctx)?, told(at, ctx)?);
    let parts = [name, told.status.0, told.took];
    let said: Vec<String> = parts.into_iter().filter(|part| part != "–").collect();
    Some(said.join("  "))
}

/// Why a list is empty, in words.
pub(in crate::tui::panes) fn draw_empty(words: &str, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let inner = Rect {
        x: area.x + list::GUTTER.min(area.width),
        width: area.width.saturating_sub(list::GUTTER * 2),
        ..area
    };
    Paragraph::new(words)
        .style(ctx.theme.style(Role::TextMuted))
        .wrap(Wrap { trim: true })
        .render(inner.intersection(buf.area), buf);
}

#[cfg(test)]
mod tests;
