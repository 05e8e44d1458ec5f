//! The Traffic view: every exchange, notification, stray line and event of the session, and what they say.
//!
//! Owns which row is selected and what is done to it. Rows are read off the timeline while they are drawn, and only
//! those on screen; bodies come from the viewer, which has them built elsewhere.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::copy_as::{self, Asked, Looked};
use super::stream::areas::{Areas, WIDE, Wish};
use super::stream::detail::Detail;
use super::stream::search::Search;
use super::stream::{Stream, join};
use crate::session::timeline::{EntryIndex, Row, Status};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

mod draw;
mod failures;
mod rows;
mod told;

use draw::Columns;
use failures::Failures;
use told::told;

/// See the module.
#[derive(Debug, Clone)]
pub struct Traffic {
    clock: Clock,
    stream: Stream,
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
            stream: Stream::new(follow),
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

    fn row(&self, ctx: &Ctx<'_>) -> Option<Row> {
        ctx.timeline.rows().get(self.stream.selected()?).copied()
    }

    fn title(&self, ctx: &Ctx<'_>) -> String {
        let name = self.row(ctx).and_then(|row| told::name(row, ctx));
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
                self.stream.go(row);
                Reply::done()
            }
            None => Reply::say(why),
        }
    }

    fn open(&mut self) -> Reply {
        if self.stream.selected().is_none() {
            return Reply::say("There is no row yet.");
        }
        // What somebody reads must not be replaced by what arrives.
        self.stream.hold();
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

    /// The body to copy, or why there is none.
    fn copied(&self, response: bool, ctx: &Ctx<'_>) -> Result<EntryIndex, &'static str> {
        let row = self.row(ctx).ok_or("There is no row yet.")?;
        let entry = if response {
            rows::response_of(ctx.timeline, row)
        } else {
            rows::request_of(ctx.timeline, row)
        };
        entry.ok_or_else(|| {
            let status = match row {
                Row::Exchange(index) => Some(ctx.timeline.status(index)),
                Row::Single(_) => None,
            };
            match (response, status) {
                (false, _) => "This row is a response, without its request.",
                (true, Some(Status::Pending)) => "It is not answered yet.",
                (true, Some(_)) => "It was never answered.",
                (true, None) => "This row has no response.",
            }
        })
    }

    fn copy(&self, response: bool, ctx: &Ctx<'_>) -> Reply {
        match self.copied(response, ctx) {
            Ok(entry) => Reply::effects(
                ctx.source(entry)
                    .map(Effect::CopyBody)
                    .into_iter()
                    .collect(),
            ),
            Err(why) => Reply::say(why),
        }
    }

    /// The request of the row.
    fn asked(&self, ctx: &Ctx<'_>) -> Looked {
        self.copied(false, ctx).map(Asked::Sent)
    }

    fn in_list(&mut self, action: Action) -> Reply {
        let selected = self.stream.selected().unwrap_or(0);
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
            _ if self.stream.act(action) => Reply::done(),
            _ => Reply::ignored(),
        }
    }
}

impl Pane for Traffic {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            let scopes = [Scope::Viewer, Scope::Move, Scope::Traffic, Scope::Request];
            let table = self
                .detail
                .viewer
                .inner_scope()
                .filter(|scope| *scope == Scope::Table);
            table.into_iter().chain(scopes).collect()
        } else {
            vec![Scope::Traffic, Scope::Move, Scope::Request]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.stream.arrived(ctx.timeline.rows().len());
        self.failures.take(ctx.timeline);
        let selected = self.stream.selected().unwrap_or(0);
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
                self.stream.toggle_follow();
                Reply::done()
            }
            Action::NextError => {
                self.go(self.failures.after(selected), "Nothing below went wrong.")
            }
            Action::PreviousError => {
                self.go(self.failures.before(selected), "Nothing above went wrong.")
            }
            Action::CopyRequest => self.copy(false, ctx),
            Action::CopyResponse => self.copy(true, ctx),
            Action::NextPane | Action::PreviousPane if self.detail.focused => {
                self.detail.focused = false;
                Reply::done()
            }
            Action::NextPane | Action::PreviousPane => self.open(),
            Action::NextTab | Action::PreviousTab => self.detail.viewer.action(action, ctx),
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
            Action::OpenRow if self.stream.selected().is_none() => "There is no row yet.",
            Action::CopyRequest => self.copied(false, ctx).err()?,
            Action::CopyResponse => self.copied(true, ctx).err()?,
            Action::NextError | Action::PreviousError if self.failures.count() == 0 => {
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
            self.stream.arrived(ctx.timeline.rows().len());
            let hits = rows::with_seqs(ctx.timeline, seqs);
            let from = self.stream.selected().unwrap_or(0);
            if let Some(row) = self.search.found(term, hits, from) {
                self.stream.go(row);
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
            self.stream.hold();
            return reply;
        }
        if !areas.rows.contains(at) {
            return Reply::ignored();
        }
        self.detail.focused = false;
        match self.stream.row_at(at, self.lines(), areas.rows) {
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
        let timeline = ctx.timeline;
        self.failures.take(timeline);
        let len = timeline.rows().len();
        if areas.rows.is_empty() {
            self.stream.arrived(len);
        } else {
            let height = usize::from(areas.rows.height / self.lines());
            self.stream.place(len, height);
        }
        let mut effects = Vec::new();
        if !areas.rows.is_empty() {
            let missing: Vec<_> = timeline.rows()[self.stream.visible()]
                .iter()
                .filter_map(|row| ctx.source(rows::shown(timeline, *row, self.is_tall())?))
                .filter(|source| ctx.previews.get(source.seq).is_none())
                .collect();
            if !missing.is_empty() {
                effects.push(Effect::Previews(missing));
            }
        }
        if !areas.detail.is_empty() {
            let row = self.row(ctx);
            let first = row.and_then(|row| timeline.entry_of(row));
            let second = row
                .and_then(|row| rows::response_of(timeline, row))
                .filter(|entry| Some(*entry) != first);
            effects.extend(self.detail.show(first, second, ctx));
            effects.extend(self.detail.viewer.place(areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let areas = self.areas();
        let theme = ctx.theme;
        let rows = ctx.timeline.rows();
        if !areas.rule.is_empty() {
            let failed = match self.failures.count() {
                0 => String::new(),
                count => format!("{count} went wrong"),
            };
            Rule {
                title: &format!("TRAFFIC {}", rows.len()),
                focused: !self.detail.focused,
                right: &join(&[self.search.remark(), failed, self.stream.remark()]),
                ..Rule::default()
            }
            .draw(areas.rule, buf, theme);
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
        if rows.is_empty() && !areas.rows.is_empty() {
            let words = if ctx.live {
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
            rows.len(),
            self.stream.list(),
            !self.detail.focused,
            self.lines(),
            |index, line, width| {
                let Some(told) = told(rows[index], ctx) else {
                    return Line::default();
                };
                let hit = self.search.is_hit(index);
                if tall {
                    columns.tall_line(&told, line, width, hit, &self.clock, ctx)
                } else {
                    let since = draw::since(rows, index, &told, ctx);
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
        let row = self.row(ctx)?;
        let told = told(row, ctx)?;
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
        let reason = told::reason(row, ctx.timeline);
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

    fn reveal(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        self.stream.arrived(ctx.timeline.rows().len());
        if let Some(row) = rows::place_of(ctx.timeline, entry) {
            self.detail.focused = false;
            self.stream.go(row);
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.entry_of(self.row(ctx)?)
    }
}

/// Why a list is empty, in words.
pub(super) fn draw_empty(words: &str, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
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
