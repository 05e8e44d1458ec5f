//! The Traffic view: every exchange, notification, stray line and event of the session, and what they say. It has
//! three lists of it: pairs, frames one by one, exchanges over HTTP; and the pairs once more on a time line.
//!
//! Owns which row is selected and what is done to it. Rows are read off the timeline while they are drawn, and only
//! those on screen; bodies come from the viewer, which has them built elsewhere.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::stream::areas::{Areas, WIDE, Wish};
use super::stream::detail::Detail;
use super::stream::filtering::Filtering;
use super::stream::search::Search;
use super::stream::{Stream, join, wanted};
use super::{copy_as, lint};
use crate::filter::Filter;
use crate::session::timeline::{EntryIndex, Timeline};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::exporting::Share;
use crate::tui::effect::{Effect, Subject};
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Pane, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::list;

mod acting;
mod around;
mod chooser;
mod columns;
mod comparing;
mod draw;
mod failures;
mod jumps;
mod moving;
mod picked;
mod requests;
mod rows;
mod screen;
pub(super) mod shown;
mod sorted;
mod spread;
mod subs;
mod times;
pub mod told;
mod values;
mod waterfall;

use around::Surroundings;
use chooser::{Chooser, Chosen};
use columns::Layout;
use draw::Columns;
use failures::Failures;
use jumps::Jump;
use picked::Picked;
use shown::Shown;
pub use sorted::order;
use spread::Spread;
use subs::{At, Sub};
use times::Times;
use told::told;
use values::Values;
use waterfall::Waterfall;

/// See the module.
#[derive(Debug, Clone)]
pub struct Traffic {
    clock: Clock,
    sub: Sub,
    /// One for each list, in the order of [`Sub::ALL`].
    streams: [Stream; 4],
    /// Which rows of each list are shown, in which order.
    shown: [Shown; 4],
    filtering: Filtering,
    search: Search,
    /// All rows that were found, ascending; those that are shown are for [`Search`] to walk. And whether it was known
    /// of all rows whether they are.
    hits: Vec<u32>,
    hits_are_whole: bool,
    failures: Failures,
    spread: Spread,
    /// The same of what a filter lets through.
    passing: spread::Passing,
    times: Times,
    layout: Layout,
    /// The box in which columns are picked, while it is open.
    chooser: Option<Chooser>,
    values: Values,
    picked: Picked,
    /// How the last jump went, until something is searched for.
    jumped: Option<Jump>,
    waterfall: Waterfall,
    around: Surroundings,
    detail: Detail,
    /// Nothing but what has the keys.
    alone: bool,
    area: Rect,
}

impl Traffic {
    /// The same with columns of one's own, by their names in settings.
    pub fn with_columns(self, names: &[String]) -> Self {
        let layout = Layout::of(names.iter().map(String::as_str));
        Self { layout, ..self }
    }

    /// Lets through what a filter does from the beginning.
    pub fn begin_with(&mut self, filter: &Filter, timeline: &Timeline) {
        self.filtering.begin_with(filter, timeline);
    }

    /// Nothing selected; `follow` says whether it stays at the newest row.
    pub fn new(clock: Clock, follow: bool) -> Self {
        Self {
            filtering: Filtering::new(clock.zone().clone()),
            clock,
            sub: Sub::default(),
            streams: [Stream::new(follow); 4],
            shown: Default::default(),
            search: Search::default(),
            hits: Vec::new(),
            hits_are_whole: true,
            failures: Failures::default(),
            spread: Spread::default(),
            passing: spread::Passing::default(),
            times: Times::default(),
            layout: Layout::default(),
            chooser: None,
            values: Values::default(),
            picked: Picked::default(),
            jumped: None,
            waterfall: Waterfall::default(),
            around: Surroundings::default(),
            detail: Detail::new("Select a row: what it says shows here."),
            alone: false,
            area: Rect::default(),
        }
    }
}

impl Pane for Traffic {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            self.detail
                .scopes(&[Scope::Traffic, Scope::Filter, Scope::Request])
        } else {
            vec![Scope::Traffic, Scope::Filter, Scope::Move, Scope::Request]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.arrived(ctx);
        self.failures.take(ctx.timeline);
        let hits = self.search.hits().is_some();
        if let Some(reply) = copy_as::reply(action, || self.asked(ctx), ctx) {
            return reply;
        }
        let reply = self.detail.action(action, hits, ctx);
        if reply.handled {
            return reply;
        }
        if let Some(reply) = wanted::reply(action, &self.detail, &mut self.filtering, ctx) {
            self.arrived(ctx);
            return reply;
        }
        if let Some(reply) = self.filtering.action(action, self.item(ctx), ctx) {
            self.arrived(ctx);
            self.detail.focused &= !self.filtering.bar.is_open();
            return reply;
        }
        if let Some(reply) = self.on_rows(action, ctx) {
            return reply;
        }
        match action {
            Action::Back => self.back(),
            Action::OpenRow => self.open(),
            Action::FollowTraffic => {
                self.stream_mut().toggle_follow();
                Reply::done()
            }
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
            Action::FindNext | Action::FindPrevious => self.in_list(action, ctx),
            _ if self.detail.focused => Reply::ignored(),
            _ => self.in_list(action, ctx),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let hits = self.search.hits().is_some();
        if let Some(why) = self.detail.why_not(action, hits) {
            return Some(why);
        }
        let why = match action {
            Action::OpenRow if self.stream().selected().is_none() => "There is no row yet.",
            Action::CompareRows => self.why_not_compare(ctx)?,
            Action::Resend => return self.why_not_again(false, ctx),
            Action::EditResend => return self.why_not_again(true, ctx),
            Action::CopyRequest => self.copied(false, ctx).err()?,
            Action::CopyResponse => self.copied(true, ctx).err()?,
            Action::NextError | Action::PreviousError
                if self.sub.is_pairs() && self.failures.count() == 0 =>
            {
                "Nothing went wrong so far."
            }
            Action::ZoomIn | Action::ZoomOut if self.sub != Sub::Timeline => {
                "Only the time line has a zoom."
            }
            Action::FindNext | Action::FindPrevious
                if self.jumped.is_some() && self.search.hits().is_none() =>
            {
                return None;
            }
            Action::FindNext | Action::FindPrevious if hits || !self.detail.focused => {
                return self.search.why_not();
            }
            action => {
                return wanted::why_not(action, &self.detail)
                    .or_else(|| self.filtering.why_not(action, self.item(ctx), ctx))
                    .or_else(|| copy_as::why_not(action, || self.asked(ctx), ctx));
            }
        };
        Some(why.to_owned())
    }

    fn takes_text(&self) -> bool {
        self.chooser.is_some()
            || self.filtering.bar.is_open()
            || self.search.is_open()
            || (self.detail.focused && self.detail.viewer.takes_text())
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.chooser.is_some() {
            chooser::KEYS
        } else {
            self.filtering.open_keys()
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if let Some(reply) = self.choose(key) {
            reply
        } else if self.filtering.bar.is_open() {
            let reply = self.filtering.key(key, ctx);
            self.arrived(ctx);
            reply
        } else if self.search.is_open() {
            self.search.key(key, ctx)
        } else {
            self.detail.viewer.key(key, ctx)
        }
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        if let Some(chooser) = &mut self.chooser {
            chooser.paste(text);
            Reply::done()
        } else if self.filtering.bar.is_open() {
            let reply = self.filtering.paste(text, ctx);
            self.arrived(ctx);
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
            self.arrived(ctx);
            // The next slice does not wait for the next frame.
            effects = self.ask_bodies(ctx);
        }
        self.hear_sorted(event, ctx);
        if let Event::Values(found) = event {
            self.values.take(found);
        }
        if let Event::Found { asker, seqs } = event
            && let Some(term) = self.search.answered(*asker)
        {
            self.arrived(ctx);
            self.hits = self.sub.with_seqs(seqs, ctx.timeline);
            let from = self.number().unwrap_or(0);
            if let Some(number) = self.search.found(term, self.shown_hits(), from) {
                self.go_to(number);
            }
        }
        effects
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.clicked(at, double, ctx)
    }

    fn wheel(&mut self, at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if areas.detail.contains(at) {
            self.detail.viewer.wheel(lines);
        } else if areas.rows.contains(at) && self.sub == Sub::Timeline {
            self.waterfall.wheel(lines, ctx);
        } else if areas.rows.contains(at) {
            self.stream_mut().wheel(lines);
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.placed(area, ctx)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let cursor = self.drawn(buf, ctx);
        match &self.chooser {
            Some(chooser) => chooser.draw(area, buf, ctx.theme),
            None => cursor,
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
        let note = ctx.marks.get(told.entry.seq()).map(|mark| &mark.note);
        if let Some(note) = note.filter(|note| !note.is_empty()) {
            parts.push(format!("note: {}", text::sanitize(note)));
        }
        parts.extend(lint::remark(&told, ctx));
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
        self.forget_hits();
        self.filtering.rewound(ctx.timeline);
        for shown in &mut self.shown {
            shown.sort(shown.by());
        }
        self.arrived(ctx);
        self.was_there(ctx);
    }

    fn reveal(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        self.arrived(ctx);
        if self.sub.place_of(entry, ctx.timeline).is_some() {
            self.detail.focused = false;
            self.show_entry(entry, ctx);
        }
    }

    fn shares(&self, ctx: &Ctx<'_>) -> Vec<Share> {
        let row = self.row(ctx).map(|row| Share::Rows(vec![row], "this row"));
        let picked = self.picked_rows(ctx);
        let picked = (!picked.is_empty()).then_some(Share::Rows(picked, "the selected rows"));
        let filter = self.filtering.share(ctx);
        [row, picked, filter].into_iter().flatten().collect()
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
