//! What of the traffic is where on the screen: list and detail, what is asked for before they are drawn, the mouse.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::draw::Flags;
use super::sorted::Work;
use super::subs::{At, Sub};
use super::told::{self, told};
use super::{Areas, Columns, Traffic, WIDE, Wish, draw, draw_empty, join};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

impl Traffic {
    pub(super) fn areas(&self) -> Areas {
        Areas::of(
            self.area,
            Wish {
                detail: true,
                detail_focused: self.detail.focused,
                alone: self.alone,
                headings: !self.is_tall() || self.sub == Sub::Timeline,
                find: self.search.is_open(),
                filter: self.filtering.is_shown(),
            },
        )
    }

    /// Whether a row takes two lines.
    pub(super) fn is_tall(&self) -> bool {
        self.area.width < WIDE && self.sub != Sub::Timeline
    }

    pub(super) fn lines(&self) -> u16 {
        if self.is_tall() { 2 } else { 1 }
    }

    /// Whether only one of list and detail is on screen.
    pub(super) fn is_drilled(&self) -> bool {
        self.alone || !Areas::fits_both(self.area)
    }

    pub(super) fn title(&self, ctx: &Ctx<'_>) -> String {
        let at = self.at(ctx);
        let name = at.and_then(|at| told::name(at, ctx));
        let mut name = name.unwrap_or_else(|| "nothing selected".to_owned());
        // What somebody wrote about it stands above what it says.
        let first = at.and_then(|at| ctx.timeline.entry(at.entry(ctx.timeline)?));
        let mark = first.and_then(|entry| ctx.marks.get(entry.seq()));
        if let Some(mark) = mark.filter(|mark| !mark.note.is_empty()) {
            name = format!("{name} · {}", text::sanitize(&mark.note));
        }
        if self.is_drilled() {
            format!("Traffic › {name}")
        } else {
            name
        }
    }

    /// `TRAFFIC 131`, or `TRAFFIC 23 of 131`.
    fn heading(&self) -> String {
        let (shown, all) = (self.shown().len(), self.shown().all());
        if self.filtering.is_on() {
            format!("TRAFFIC {shown} of {all}")
        } else {
            format!("TRAFFIC {shown}")
        }
    }

    /// Draws the filter bar; gives the caret.
    fn draw_filter(&self, areas: &Areas, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let shown = self.shown();
        let whole = shown.picks().is_whole();
        let remark = self
            .filtering
            .remark(shown.len(), shown.all(), whole, ctx.timeline);
        let caret = self.filtering.draw(areas.filter, &remark, buf, ctx);
        self.filtering
            .bar
            .draw_choices(areas.filter, areas.rows, buf, ctx);
        caret
    }

    fn draw_rule(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let failed = match self.failures.count() {
            0 => String::new(),
            // It is counted in all rows, whichever are shown.
            count if self.filtering.is_on() => format!("{count} went wrong in all"),
            count => format!("{count} went wrong"),
        };
        let zoom = match self.sub {
            Sub::Timeline => self.waterfall.remark(&self.clock, ctx),
            _ => String::new(),
        };
        // Without rows nothing is seen of what is selected.
        let selected = match self.shown().len() {
            0 => String::new(),
            _ => self.picked.remark(),
        };
        let short = area.width < WIDE;
        let tabs = Sub::ALL.map(|sub| {
            let (long, brief) = sub.title();
            if short { brief } else { long }
        });
        Rule {
            title: &self.heading(),
            focused: !self.detail.focused,
            tabs: &tabs,
            active: self.sub as usize,
            right: &join(&[
                ctx.only_words(),
                zoom,
                selected,
                self.search.remark(),
                self.sorting(),
                self.lasting(short),
                failed,
                self.stream()
                    .remark(self.shown().from(self.stream().unseen())),
            ]),
        }
        .draw(area, buf, ctx.theme)
    }

    /// In which order, if it is not the recorded one.
    fn sorting(&self) -> String {
        match self.shown().by() {
            Some(_) if self.shown().is_sorting() => "sorting…".to_owned(),
            Some(by) => by.words().to_owned(),
            None => String::new(),
        }
    }

    /// How long half of what is shown took at most, and all but a twentieth.
    fn lasting(&self, short: bool) -> String {
        let bins = if self.filtering.is_on() {
            self.passing.bins()
        } else {
            self.spread.bins()
        };
        if !self.sub.is_pairs() || short || bins.count() < 2 {
            return String::new();
        }
        let took = |hundredths| {
            let us = bins.percentile(hundredths).unwrap_or(0);
            text::took(Duration::from_micros(us))
        };
        format!("p50 {}  p95 {}", took(50), took(95))
    }

    /// Asks for what the screen lacks.
    pub(super) fn placed(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        let areas = self.areas();
        let timeline = ctx.timeline;
        self.failures.take(timeline);
        self.spread.take(timeline);
        let mut effects = self.put_in_order(ctx);
        if self.filtering.is_on() && self.sub.is_pairs() {
            let picks = self.shown[self.sub as usize].picks();
            self.passing.take(picks, &self.spread);
        }
        if !areas.rows.is_empty() {
            let height = usize::from(areas.rows.height / self.lines());
            let len = self.shown().len();
            self.stream_mut().place(len, height);
            let last = self.stream().visible().end.checked_sub(1);
            if let Some(number) = last.and_then(|place| self.shown().number(place)) {
                self.stream_mut().saw(number);
            }
        }
        if self.sub == Sub::Timeline {
            let (number, follows) = (self.number(), self.stream().follows());
            self.waterfall.place(number, follows, ctx);
        }
        if !areas.rows.is_empty() {
            let tall = self.is_tall();
            let missing: Vec<_> = self
                .asked_for()
                .filter_map(|index| {
                    ctx.source(self.at_place(index, timeline)?.shown(timeline, tall)?)
                })
                .filter(|source| ctx.previews.get(source.seq).is_none())
                .collect();
            if !missing.is_empty() {
                effects.push(Effect::Previews(missing));
            }
            if !tall && self.layout.paths().next().is_some() {
                let rows: Vec<_> = self
                    .asked_for()
                    .filter_map(|place| {
                        let at = self.at_place(place, timeline)?;
                        Some((at.entry(timeline)?, at.answer(timeline)))
                    })
                    .collect();
                effects.extend(self.values.ask(rows.into_iter(), &self.layout, ctx));
            }
        }
        effects.extend(self.ask_bodies(ctx));
        if !areas.detail.is_empty() {
            let at = self.at(ctx);
            let subject = at.and_then(|at| at.subject(ctx));
            // A frame is looked at alone.
            let row = at
                .filter(|at| !matches!(at, At::Frame(..)))
                .and_then(|at| at.pair(ctx.timeline));
            let subject = match (subject, row) {
                (Some(subject), Some(row)) => Some(self.around.put(subject, row, &self.clock, ctx)),
                (subject, _) => subject,
            };
            // While no row is found yet, what somebody reads stays where they read it.
            let finds = self.filtering.is_on() && !self.shown().picks().is_whole();
            if at.is_some() || !finds {
                effects.extend(self.detail.show(subject, ctx));
            }
            effects.extend(self.detail.viewer.place(areas.detail, ctx));
        }
        effects
    }

    /// Takes what is new; what is selected stays so when rows come in between.
    fn put_in_order(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.arrived(ctx);
        let number = self.number().filter(|_| self.shown().by().is_some());
        let sub = self.sub as usize;
        let work = self.shown[sub].take(self.sub, ctx.timeline, || ctx.ticket());
        self.shown[sub].mix(ctx.timeline);
        self.streams[sub].arrived(self.shown[sub].len());
        if let Some(number) = number {
            self.go_to(number);
        }
        match work {
            Work::None => Vec::new(),
            Work::GoOn => vec![Effect::Wake {
                asker: ctx.ticket(),
                after_ms: 1,
            }],
            Work::Sort(asker, keys) => vec![Effect::Sort { asker, keys }],
        }
    }

    /// The places of the rows that are told: of a time line only the selected one.
    fn asked_for(&self) -> std::ops::Range<usize> {
        match (self.sub, self.stream().selected()) {
            (Sub::Timeline, Some(place)) => place..place + 1,
            (Sub::Timeline, None) => 0..0,
            _ => self.stream().visible(),
        }
    }

    pub(super) fn drawn(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let areas = self.areas();
        let theme = ctx.theme;
        let len = self.shown().len();
        if !areas.rule.is_empty() {
            self.draw_rule(areas.rule, buf, ctx);
        }
        if self.sub == Sub::Timeline && len > 0 {
            let of_list = self.waterfall.draw(
                (areas.headings, areas.rows),
                self.number(),
                (&self.failures, self.shown().passing()),
                &self.clock,
                buf,
                ctx,
            );
            return self.draw_below(&areas, of_list, buf, ctx);
        }
        let columns = self.columns(&areas, ctx);
        if !areas.headings.is_empty() {
            buf.set_stringn(
                areas.headings.x + list::GUTTER,
                areas.headings.y,
                columns.headings(self.shown().by(), ctx),
                usize::from(areas.headings.width.saturating_sub(list::GUTTER)),
                theme.style(Role::TextMuted),
            );
        }
        if len == 0 && !areas.rows.is_empty() {
            let words = if self.filtering.is_on() && self.shown().all() > 0 {
                self.filtering.why_empty(self.shown().picks(), ctx)
            } else if self.sub == Sub::Http && !ctx.timeline.rows().is_empty() {
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
                let row = self.at_place(index, ctx.timeline);
                let Some(told) = row.and_then(|row| told(row, ctx)) else {
                    return Line::default();
                };
                let number = self.shown().number(index);
                let hit = number.is_some_and(|number| self.search.is_hit(number));
                let entry = row.and_then(|row| row.entry(ctx.timeline));
                let flags = Flags {
                    hit,
                    picked: entry.is_some_and(|entry| self.is_picked(index, entry)),
                };
                let before = index.checked_sub(1);
                let before = before.and_then(|before| self.at_place(before, ctx.timeline));
                let since = draw::since(before, &told, ctx);
                if tall {
                    columns.tall_line(&told, since, line, width, flags, &self.clock, ctx)
                } else {
                    columns.line(&told, since, flags, &self.clock, ctx)
                }
            },
            areas.rows,
            buf,
            theme,
        );
        self.draw_below(&areas, of_list, buf, ctx)
    }

    fn columns(&self, areas: &Areas, ctx: &Ctx<'_>) -> Columns<'_> {
        let width = areas.rows.width.saturating_sub(list::GUTTER);
        let picks = self.picked.anchor().is_some() || self.picked.entries().len() > 0;
        Columns::of(width, &self.layout, self.times, &self.values, picks, ctx)
    }

    /// Draws what is below the list; gives the cursor's place.
    fn draw_below(
        &self,
        areas: &Areas,
        of_list: Option<Position>,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        let of_detail = self.detail.draw(areas, buf, &self.title(ctx), ctx);
        let of_filter = self.draw_filter(areas, buf, ctx);
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

    /// A click anywhere in it.
    pub(super) fn clicked(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if let Some(reply) = self.filtering.click(at, areas.filter, areas.rows, ctx) {
            self.arrived(ctx);
            return reply;
        }
        if areas.find.contains(at) {
            self.search.click(at, areas.find);
            return Reply::done();
        }
        let title = self.title(ctx);
        if let Some(reply) = self.detail.click(at, double, &areas, &title, ctx) {
            self.stream_mut().hold();
            return reply;
        }
        if areas.headings.contains(at) && self.sub != Sub::Timeline {
            let x = at.x.saturating_sub(areas.headings.x + list::GUTTER);
            let by = self.columns(&areas, ctx).sorts_at(x);
            return match by {
                Some(by) if self.shown().by() == Some(by) => self.sort(None),
                Some(by) => self.sort(Some(by)),
                None => Reply::done(),
            };
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
        let place = if self.sub == Sub::Timeline {
            let number = self.waterfall.row_at(
                at,
                areas.rows,
                (&self.failures, self.shown().passing()),
                ctx,
            );
            number.map(|number| self.shown().place(number))
        } else {
            self.stream().row_at(at, self.lines(), areas.rows)
        };
        match place {
            Some(place) => {
                self.stream_mut().go(place);
                if double { self.open() } else { Reply::done() }
            }
            None => Reply::done(),
        }
    }
}
