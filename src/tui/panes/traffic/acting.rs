//! What is done to the rows of a list, whichever part of the view has the keys: time, order, selection, columns.

use crossterm::event::KeyEvent;

use super::jumps::Jump;
use super::picked::MOST;
use super::sorted::By;
use super::subs::{Sub, of_entry};
use super::waterfall::wall;
use super::{Chooser, Chosen, Event, Traffic, WIDE};
use crate::session::timeline::{EntryIndex, Row};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Go, Reply};

impl Traffic {
    /// Does what is meant for rows; nothing if the action is another.
    pub(super) fn on_rows(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Reply> {
        if let Some((jump, below)) = Jump::of(action) {
            return Some(self.jump(jump, below, ctx));
        }
        let entry = self.at(ctx).and_then(|at| at.entry(ctx.timeline));
        let nothing = || Reply::say("There is no row yet.");
        Some(match action {
            Action::FindNext | Action::FindPrevious if self.search.hits().is_none() => {
                let jump = self.jumped?;
                self.jump(jump, action == Action::FindNext, ctx)
            }
            Action::GoCall => self.call(ctx),
            Action::TimeFormat => Reply::say(self.times.turn(ctx.timeline)),
            Action::TimeReference => entry.map_or_else(nothing, |entry| {
                Reply::say(self.times.refer(entry, ctx.timeline))
            }),
            Action::SortRows => self.sort_next(),
            Action::PickColumns if self.is_tall() => {
                Reply::say(format!("Columns need a screen of {WIDE} columns."))
            }
            Action::PickColumns => {
                self.chooser = Some(Chooser::new(&self.layout));
                Reply::done()
            }
            Action::CompareRows => self.compare(ctx),
            Action::SelectRow => entry.map_or_else(nothing, |entry| {
                if self.picked.anchor().is_none() {
                    self.picked.toggle(entry);
                }
                self.end_range(ctx);
                Reply::done()
            }),
            Action::SelectRange if self.sub == Sub::Timeline => self.brush(ctx),
            Action::SelectRange => match (self.picked.anchor(), self.number()) {
                (Some(_), _) => {
                    self.end_range(ctx);
                    Reply::done()
                }
                (None, Some(number)) => {
                    self.stream_mut().hold();
                    self.picked.begin(number);
                    Reply::say("Move, then end the range with the same key.")
                }
                (None, None) => nothing(),
            },
            _ => return None,
        })
    }

    /// Selects the rows of the range, if one was begun.
    fn end_range(&mut self, ctx: &Ctx<'_>) {
        let Some(anchor) = self.picked.end() else {
            return;
        };
        let places = self.range_from(anchor);
        let entries: Vec<EntryIndex> = places
            .take(MOST)
            .filter_map(|place| self.at_place(place, ctx.timeline)?.entry(ctx.timeline))
            .collect();
        self.picked.add(entries);
    }

    /// The places from a row to the selected one.
    fn range_from(&self, anchor: usize) -> std::ops::RangeInclusive<usize> {
        let place = self.shown().place(anchor);
        let selected = self.stream().selected().unwrap_or(place);
        place.min(selected)..=place.max(selected)
    }

    /// Whether the row at a place is selected, or will be when the range ends.
    pub(super) fn is_picked(&self, place: usize, entry: EntryIndex) -> bool {
        let in_range = || {
            let anchor = self.picked.anchor();
            anchor.is_some_and(|anchor| self.range_from(anchor).contains(&place))
        };
        self.picked.contains(entry) || in_range()
    }

    /// The pairs that somebody selected, or parts of.
    pub(super) fn picked_rows(&self, ctx: &Ctx<'_>) -> Vec<Row> {
        let entries = self.picked.entries();
        let rows = entries.filter_map(|entry| of_entry(entry, ctx.timeline).pair(ctx.timeline));
        rows.collect()
    }

    /// The entries of the rows that somebody selected, ascending.
    pub fn selection(&self) -> Vec<EntryIndex> {
        self.picked.entries().collect()
    }

    /// Another order; then the next, then the recorded one again.
    fn sort_next(&mut self) -> Reply {
        let by = match self.shown().by() {
            None => By::ALL.first(),
            Some(by) => {
                let place = By::ALL.iter().position(|other| *other == by);
                place.and_then(|place| By::ALL.get(place + 1))
            }
        };
        self.sort(by.copied())
    }

    /// Sorts the rows, or no longer; what is selected stays so.
    pub(super) fn sort(&mut self, by: Option<By>) -> Reply {
        if self.sub == Sub::Timeline {
            return Reply::say("A time line has one order only.");
        }
        let number = self.number();
        let sub = self.sub as usize;
        self.shown[sub].sort(by);
        self.stream_mut().hold();
        if let Some(number) = number {
            self.go_to(number);
        }
        Reply::say(match by {
            Some(by) => format!("Sorted: {}.", by.words()),
            None => "In the order they were recorded.".to_owned(),
        })
    }

    /// Takes an order that was made elsewhere.
    pub(super) fn hear_sorted(&mut self, event: &Event, ctx: &Ctx<'_>) {
        let Event::Sorted { asker, places } = event else {
            return;
        };
        let number = self.number();
        let ours = self
            .shown
            .iter_mut()
            .any(|shown| shown.sorted(*asker, places, ctx.timeline));
        if let Some(number) = number.filter(|_| ours) {
            self.go_to(number);
        }
    }

    /// A key in the box in which columns are picked, if it is open.
    pub(super) fn choose(&mut self, key: KeyEvent) -> Option<Reply> {
        Some(match self.chooser.as_mut()?.key(key) {
            Chosen::Nothing => Reply::done(),
            Chosen::Layout(layout) => {
                self.layout = layout;
                Reply::done()
            }
            Chosen::Refused(why) => Reply::say(why),
            Chosen::Closed => {
                let changed = self.chooser.take()?.is_changed(&self.layout);
                if !changed {
                    return Some(Reply::done());
                }
                let names = self.layout.names();
                Reply::effect(Effect::Store(Store::KeepColumns(names)))
            }
        })
    }

    /// A time was brushed: a filter for it, in every view that has one.
    fn brushed(&mut self, from: u64, to: u64, ctx: &Ctx<'_>) -> Reply {
        // With its day: a session may see several.
        let time =
            |us: u64| wall(us, ctx.timeline).map(|at| self.clock.moment(at).replace(' ', "T"));
        match (time(from), time(to.saturating_add(1_000))) {
            (Some(from), Some(to)) => Reply::go(Go::During(format!("at:{from}..{to}"))),
            _ => Reply::say("There is no row yet."),
        }
    }

    /// Shows only what happened within a time, given as a term of the filter.
    pub fn during(&mut self, term: &str, ctx: &Ctx<'_>) {
        self.filtering.also(term, ctx.timeline);
        self.arrived(ctx);
    }

    /// Begins to brush a time, or ends it.
    fn brush(&mut self, ctx: &Ctx<'_>) -> Reply {
        match self.waterfall.brush(ctx) {
            None => Reply::say("Move, then end the time with the same key."),
            Some((from, to)) => self.brushed(from, to, ctx),
        }
    }
}
