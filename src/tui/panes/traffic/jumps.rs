//! Ways to another row by what it is: failures, warnings, marks, the same operation, the call behind it. The last one
//! is gone again by `n` and `N`.

use std::collections::HashSet;

use super::Traffic;
use super::subs::At;
use crate::session::level::Level;
use crate::session::timeline::{EntryIndex, FrameKind, Row, SingleKind, Status, Symbol, Timeline};
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Go, Reply};

/// What is gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// What went wrong.
    Error,
    /// What deserves a look.
    Warning,
    /// What is marked.
    Mark,
    /// The same: another frame of an exchange, another call of the same.
    Same,
}

impl Jump {
    /// The jump of an action, and whether it goes down.
    pub const fn of(action: Action) -> Option<(Self, bool)> {
        Some(match action {
            Action::NextError => (Self::Error, true),
            Action::PreviousError => (Self::Error, false),
            Action::NextWarning => (Self::Warning, true),
            Action::PreviousWarning => (Self::Warning, false),
            Action::NextMarked => (Self::Mark, true),
            Action::PreviousMarked => (Self::Mark, false),
            Action::NextSame => (Self::Same, true),
            Action::PreviousSame => (Self::Same, false),
            _ => return None,
        })
    }

    const fn none(self, below: bool) -> &'static str {
        match (self, below) {
            (Self::Error, true) => "Nothing below went wrong.",
            (Self::Error, false) => "Nothing above went wrong.",
            (Self::Warning, true) => "Nothing below deserves a look.",
            (Self::Warning, false) => "Nothing above deserves a look.",
            (Self::Mark, true) => "Nothing below is marked.",
            (Self::Mark, false) => "Nothing above is marked.",
            (Self::Same, true) => "Nothing below is the same.",
            (Self::Same, false) => "Nothing above is the same.",
        }
    }
}

impl Traffic {
    /// Jumps, and remembers how.
    pub(super) fn jump(&mut self, jump: Jump, below: bool, ctx: &Ctx<'_>) -> Reply {
        let number = match jump {
            Jump::Error => self.wrong(below, ctx),
            Jump::Warning => self.beside(below, ctx, |at| warns(at, ctx.timeline)),
            Jump::Mark => self.marked(below, ctx),
            Jump::Same => {
                let Some(at) = self.at(ctx) else {
                    return Reply::say("There is no row yet.");
                };
                let alike = alike(at, ctx.timeline);
                self.beside(below, ctx, |other| alike.covers(other, ctx.timeline))
            }
        };
        if number.is_some() {
            self.jumped = Some(jump);
        }
        self.go(number, jump.none(below))
    }

    /// The number of the next row below or above, as they are shown, of which something is true. It looks at no more
    /// than it has to.
    pub(super) fn beside(
        &self,
        below: bool,
        ctx: &Ctx<'_>,
        wanted: impl Fn(At) -> bool,
    ) -> Option<usize> {
        self.along(below, |number| {
            self.sub.at(number, ctx.timeline).is_some_and(&wanted)
        })
    }

    /// The same, told by numbers.
    fn along(&self, below: bool, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let place = self.stream().selected()?;
        let is = |place: &usize| self.shown().number(*place).is_some_and(&wanted);
        let place = if below {
            (place + 1..self.shown().len()).find(is)
        } else {
            (0..place).rev().find(is)
        };
        self.shown().number(place?)
    }

    fn marked(&self, below: bool, ctx: &Ctx<'_>) -> Option<usize> {
        let timeline = ctx.timeline;
        let row_of = |seq: u64| {
            let entry = timeline.index_of_seq(seq)?;
            self.sub.place_of(entry, timeline)
        };
        if self.shown().by().is_some() {
            // Below is what stands below, however it is numbered.
            let marked: HashSet<usize> = ctx
                .marks
                .iter()
                .filter_map(|(seq, _)| row_of(seq))
                .collect();
            return self.along(below, |number| marked.contains(&number));
        }
        let number = self.number()?;
        let entry = self.sub.at(number, timeline)?.entry(timeline)?;
        let mut seq = timeline.entry(entry)?.seq();
        // Marks of other lists may be on no row of this one, or on this very row.
        loop {
            seq = if below {
                ctx.marks.after(seq)
            } else {
                ctx.marks.before(seq)
            }?;
            let found = row_of(seq).filter(|found| {
                let is_there = if below {
                    *found > number
                } else {
                    *found < number
                };
                is_there && self.shown().shows(*found)
            });
            if found.is_some() {
                return found;
            }
        }
    }

    /// To the call that is behind the selected row.
    pub(super) fn call(&self, ctx: &Ctx<'_>) -> Reply {
        let entry = self.at(ctx).and_then(|at| at.entry(ctx.timeline));
        let call = entry.and_then(|entry| ctx.timeline.call_behind(entry));
        match call.and_then(|call| ctx.timeline.exchange(call)) {
            Some(call) => Reply::go(Go::Traffic(call.request)),
            None => Reply::say("No call is behind this row."),
        }
    }
}

/// What a row is one of.
enum Alike {
    /// Frames of this exchange.
    Exchange(u32),
    /// Calls of a method about a subject, notifications of a method.
    Operation(Symbol, Symbol),
    /// Singles of a kind that have no name.
    Kind(SingleKind),
    /// Requests over HTTP of a verb to an address.
    Address(Symbol, Symbol),
    Nothing,
}

fn alike(at: At, timeline: &Timeline) -> Alike {
    match at {
        At::Frame(_, FrameKind::Request(index) | FrameKind::Response(index), _) => {
            Alike::Exchange(index)
        }
        At::Pair(Row::Exchange(index)) => timeline.exchange(index).map_or(Alike::Nothing, |one| {
            Alike::Operation(one.method, one.subject)
        }),
        At::Pair(Row::Single(single)) | At::Frame(_, FrameKind::Single(single), _) => {
            match timeline.single_row(single) {
                Some(one) if one.kind == SingleKind::Notification => {
                    Alike::Operation(one.method, one.subject)
                }
                Some(one) => Alike::Kind(one.kind),
                None => Alike::Nothing,
            }
        }
        At::Http(row) => {
            let hop = match row {
                crate::session::timeline::HopRow::Hop(hop) => Some(hop),
                crate::session::timeline::HopRow::Entry(_, hop) => hop,
            };
            hop.and_then(|hop| timeline.hops().get(hop))
                .map_or(Alike::Nothing, |hop| Alike::Address(hop.verb, hop.url))
        }
    }
}

impl Alike {
    fn covers(&self, other: At, timeline: &Timeline) -> bool {
        match (self, alike(other, timeline)) {
            (Self::Exchange(one), Alike::Exchange(other)) => *one == other,
            (Self::Operation(method, subject), Alike::Operation(other, about)) => {
                *method == other && *subject == about
            }
            (Self::Kind(one), Alike::Kind(other)) => *one == other,
            (Self::Address(verb, url), Alike::Address(other, to)) => *verb == other && *url == to,
            _ => false,
        }
    }
}

/// Whether a row deserves a look: it went wrong, or is no more than a warning.
fn warns(at: At, timeline: &Timeline) -> bool {
    let level = |entry: EntryIndex| timeline.level_of(entry) >= Some(Level::Warning);
    match at {
        At::Pair(Row::Exchange(index)) => {
            let last = timeline.exchange(timeline.last_round(index));
            last.is_some_and(|last| timeline.went_wrong(last) || last.status == Status::Cancelled)
        }
        At::Pair(Row::Single(single)) | At::Frame(_, FrameKind::Single(single), _) => timeline
            .single_row(single)
            .is_some_and(|one| match one.kind {
                SingleKind::Notification
                | SingleKind::Closing
                | SingleKind::Process
                | SingleKind::Http
                | SingleKind::Note
                | SingleKind::Other => level(one.entry),
                _ => true,
            }),
        At::Frame(..) => at.is_wrong(timeline),
        At::Http(_) => at.is_wrong(timeline) || at.entry(timeline).is_some_and(level),
    }
}
