//! Which row is looked at, and the ways from one to another: by movement, by kind, from list to list.

use super::failures;
use super::shown::Shown;
use super::subs::{At, Sub};
use super::{Stream, Traffic};
use crate::filter::row::Item;
use crate::session::timeline::{EntryIndex, Row, Timeline};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Go, Reply};

impl Traffic {
    pub(super) fn stream(&self) -> &Stream {
        &self.streams[self.sub as usize]
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream {
        &mut self.streams[self.sub as usize]
    }

    /// What of the list is shown.
    pub(super) fn shown(&self) -> &Shown {
        &self.shown[self.sub as usize]
    }

    /// The list may have grown.
    pub(super) fn arrived(&mut self, ctx: &Ctx<'_>) {
        let (sub, timeline) = (self.sub, ctx.timeline);
        let place = sub as usize;
        let number = self.number();
        let follows = self.stream().follows();
        let left = self
            .filtering
            .reach(ctx, || (place, number.filter(|_| !follows)));
        let item = |number| Some(sub.at(number, timeline)?.item());
        // While rows are still being found, the one to stand on may be among those that come at the end.
        let finding = !self.shown[place].picks().is_whole() && self.filtering.is_anchored(number);
        let moved = self.shown[place].sift(sub.len(timeline), &mut self.filtering, item, ctx);
        let (shown, stream) = (&self.shown[place], &mut self.streams[place]);
        if let Some(row) = left.flatten() {
            stream.hold();
            stream.refiltered(shown.len(), shown.place(row));
        } else if moved || finding && stands_elsewhere(shown, stream, self.filtering.near(number)) {
            let near = self.filtering.near(number);
            stream.refiltered(shown.len(), shown.place(near.unwrap_or(0)));
            let stood = stream.selected().and_then(|place| shown.number(place));
            self.filtering.stood(near, stood);
        } else {
            stream.arrived(shown.len());
        }
        // What the filter lets through again is found again; of many rows it is known only after a while.
        let whole = self.shown().picks().is_whole();
        if (moved || whole != self.hits_are_whole)
            && let Some(found) = self.search.hits()
        {
            let term = found.term.clone();
            self.search
                .found(term, self.shown_hits(), self.number().unwrap_or(0));
        }
        self.hits_are_whole = whole;
    }

    /// What a recording held when it was opened is not new.
    pub(super) fn was_there(&mut self, ctx: &Ctx<'_>) {
        for (sub, stream) in Sub::ALL.into_iter().zip(&mut self.streams) {
            if let Some(last) = sub.len(ctx.timeline).checked_sub(1) {
                stream.saw(last);
            }
        }
    }

    /// Asks for what decides about rows that nobody knows yet whether the filter lets them through.
    pub(super) fn ask_bodies(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let sub = self.sub;
        let item = |number| Some(sub.at(number, ctx.timeline)?.item());
        let picks = self.shown[sub as usize].picks();
        self.filtering.ask(picks, item, ctx)
    }

    /// Of the rows that were found, those that are shown.
    pub(super) fn shown_hits(&self) -> Vec<u32> {
        let shown = |number: &&u32| self.shown().shows(**number as usize);
        self.hits.iter().filter(shown).copied().collect()
    }

    /// Nothing was searched for here.
    pub(super) fn forget_hits(&mut self) {
        self.search.forget();
        self.hits.clear();
    }

    /// The row shown at a place.
    pub(super) fn at_place(&self, place: usize, timeline: &Timeline) -> Option<At> {
        let number = self.shown().number(place)?;
        self.sub.at(number, timeline)
    }

    /// The number of the selected row, in the order they were recorded.
    pub(super) fn number(&self) -> Option<usize> {
        self.shown().number(self.stream().selected()?)
    }

    /// The selected row, as filters know it.
    pub(super) fn item(&self, ctx: &Ctx<'_>) -> Option<Item> {
        self.at(ctx).map(At::item)
    }

    /// The selected row of the list.
    pub(super) fn at(&self, ctx: &Ctx<'_>) -> Option<At> {
        self.at_place(self.stream().selected()?, ctx.timeline)
    }

    /// The pair it is a part of.
    pub(super) fn row(&self, ctx: &Ctx<'_>) -> Option<Row> {
        self.at(ctx)?.pair(ctx.timeline)
    }

    /// Turns to another list, and to the same moment in it.
    pub(super) fn turn(&mut self, sub: Sub, ctx: &Ctx<'_>) -> Reply {
        if sub == self.sub {
            return Reply::done();
        }
        let entry = self.at(ctx).and_then(|at| at.entry(ctx.timeline));
        let (follows, at_end) = (
            self.stream().follows(),
            self.stream().selected() == self.shown().len().checked_sub(1),
        );
        self.sub = sub;
        self.forget_hits();
        self.arrived(ctx);
        if let Some(entry) = entry.filter(|_| !(follows && at_end)) {
            self.show_entry(entry, ctx);
        }
        Reply::done()
    }

    /// To the row of an entry, if there is one.
    pub(super) fn show_entry(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        if let Some(number) = self.sub.place_of(entry, ctx.timeline) {
            self.go_to(number);
        }
    }

    /// Selects a row by its number; one that is not shown is where it would be.
    pub(super) fn go_to(&mut self, number: usize) {
        let place = self.shown().place(number);
        self.stream_mut().go(place);
    }

    /// Goes to a row by its number, or tells why there is none to go to.
    pub(super) fn go(&mut self, number: Option<usize>, why: &str) -> Reply {
        match number {
            Some(number) => {
                self.go_to(number);
                Reply::done()
            }
            None => Reply::say(why),
        }
    }

    pub(super) fn open(&mut self) -> Reply {
        if self.stream().selected().is_none() {
            return Reply::say("There is no row yet.");
        }
        // What somebody reads must not be replaced by what arrives.
        self.stream_mut().hold();
        self.detail.focused = true;
        Reply::done()
    }

    /// Out one level.
    pub(super) fn back(&mut self) -> Reply {
        if self.detail.focused {
            self.detail.focused = false;
        } else if self.waterfall.leave() || self.picked.leave() || self.search.leave() {
        } else if self.alone {
            self.alone = false;
        } else {
            return Reply::go(Go::Out);
        }
        Reply::done()
    }

    /// The next row that went wrong, or the one before.
    pub(super) fn wrong(&self, below: bool, ctx: &Ctx<'_>) -> Option<usize> {
        let selected = self.number().unwrap_or(0);
        let (sub, timeline) = (self.sub, ctx.timeline);
        if self.shown().by().is_some() {
            return self.beside(below, ctx, |at| {
                at.is_wrong(timeline) || failures::is_wrong(at, timeline)
            });
        }
        let wrong = |index: &usize| {
            sub.at(*index, timeline)
                .is_some_and(|at| at.is_wrong(timeline))
        };
        let shown = |number: &usize| self.shown().shows(*number);
        let step = |from: &usize| {
            if below {
                self.failures.after(*from)
            } else {
                self.failures.before(*from)
            }
        };
        match (sub.is_pairs(), below) {
            (true, _) => std::iter::successors(step(&selected), step).find(shown),
            (_, true) => (selected + 1..sub.len(timeline)).filter(shown).find(wrong),
            (_, false) => (0..selected).rev().filter(shown).find(wrong),
        }
    }

    pub(super) fn in_list(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let selected = self.number().unwrap_or(0);
        if self.sub == Sub::Timeline
            && let Some(reply) = self.in_time(action, ctx)
        {
            return reply;
        }
        match action {
            Action::Find => {
                self.search.open();
                self.jumped = None;
                Reply::done()
            }
            Action::FindNext | Action::FindPrevious => {
                if let Some(why) = self.search.why_not() {
                    return Reply::say(why);
                }
                let hit = self.search.step(action == Action::FindNext, selected);
                self.go(hit, "No hit.")
            }
            Action::Right => self.open(),
            Action::Left => Reply::done(),
            _ if self.stream_mut().act(action) => {
                if self.shown().by().is_some() {
                    // The newest is wherever it belongs.
                    self.stream_mut().hold();
                }
                Reply::done()
            }
            _ => Reply::ignored(),
        }
    }

    /// What keys mean on the time line and nowhere else.
    fn in_time(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Reply> {
        match action {
            Action::Left | Action::Right => {
                self.waterfall.sideways(action == Action::Right, ctx);
            }
            Action::ZoomIn | Action::ZoomOut => {
                self.waterfall.zoom(action == Action::ZoomIn, ctx);
            }
            _ if self.stream_mut().act(action) => {
                let number = self.number();
                self.waterfall.brush_to(number, ctx.timeline);
            }
            _ => return None,
        }
        Some(Reply::done())
    }
}

/// Whether the row to stay near is not the one that is selected. In another order rows come anywhere, and nobody is
/// moved for it.
fn stands_elsewhere(shown: &Shown, stream: &Stream, near: Option<usize>) -> bool {
    shown.by().is_none() && near.map(|near| shown.place(near)) != stream.selected()
}
