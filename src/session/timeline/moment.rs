//! Looking at a session in the middle: what everything said when some entry was the newest.
//!
//! What only grows is shown up to there; what changes is put back to what it was. Of that, the state is folded on from
//! a checkpoint, or from the moment that is shown when that is nearer, by whoever can read entries again: the timeline
//! says what it needs ([`Approach`]), and takes what came of it ([`Moment`]).

use super::exchange::{EntryIndex, Exchange, ExchangeIndex, Row};
use super::frames::FrameRow;
use super::http::{Hop, HopIndex, StepKind};
use super::questions::Questions;
use super::{CHECKPOINT, EntryRow, LogRow, Single, SingleKind, State, Timeline};
use crate::note::Note;
use crate::note::http::Step;
use crate::session::level::Level;
use crate::session::recorded::{Facts, Place, Recorded};

/// What must be read again to look at an entry. Two are the same when they lead to the same entry over the same ones.
#[derive(Debug, Clone)]
pub struct Approach {
    at: EntryIndex,
    from: Box<State>,
    entries: Vec<(u64, Place)>,
    steps: Vec<(HopIndex, Vec<(u64, Place)>)>,
}

impl PartialEq for Approach {
    fn eq(&self, other: &Self) -> bool {
        (self.at, &self.entries, &self.steps) == (other.at, &other.entries, &other.steps)
    }
}

impl Eq for Approach {}

impl Approach {
    /// The entry it leads to.
    pub const fn at(&self) -> EntryIndex {
        self.at
    }

    /// Reads what there is to read, at most 65,536 entries and a few for each exchange over HTTP that goes on.
    pub fn arrive<E>(
        self,
        mut read: impl FnMut(u64, Place) -> Result<Recorded, E>,
    ) -> Result<Moment, E> {
        let mut state = *self.from;
        for (seq, place) in self.entries {
            state.fold(&read(seq, place)?, &mut Vec::new());
        }
        let mut steps = Vec::with_capacity(self.steps.len());
        for (hop, entries) in self.steps {
            let mut read_back = Vec::with_capacity(entries.len());
            for (seq, place) in entries {
                if let Facts::Note(Note::Http(step)) = read(seq, place)?.facts {
                    read_back.push(step);
                }
            }
            steps.push((hop, read_back));
        }
        Ok(Moment {
            at: self.at,
            state: Box::new(state),
            steps,
            over: Vec::new(),
        })
    }
}

/// What was true when entry `at` was the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    at: EntryIndex,
    state: Box<State>,
    /// Of the exchanges over HTTP that went on then: what had happened.
    steps: Vec<(HopIndex, Vec<Step>)>,
    /// Of those that were over then and got more to tell since: what was told of them.
    over: Vec<(HopIndex, Hop)>,
}

impl Moment {
    /// The entry that is the newest then.
    pub const fn at(&self) -> EntryIndex {
        self.at
    }
}

/// A moment that is shown: how much of everything, and what was changed for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    moment: Moment,
    rows: usize,
    logs: usize,
    exchanges: usize,
    singles: usize,
    frames: usize,
    questions: Questions,
    /// The exchanges that ended later, as they did.
    ended: Vec<(ExchangeIndex, Exchange)>,
}

/// What one goes to in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Any entry.
    Entry,
    /// The end of an exchange.
    Exchange,
    /// Something that went wrong.
    Error,
}

impl Timeline {
    /// What must be read to look at an entry, if it is there.
    pub fn approach(&self, at: EntryIndex) -> Option<Approach> {
        let end = at as usize + 1;
        if end > self.entries.len() {
            return None;
        }
        let start = at as usize / CHECKPOINT * CHECKPOINT;
        let (start, from) = match &self.shown {
            Some(shown) if (start..end).contains(&(shown.moment.at as usize)) => {
                (shown.moment.at as usize + 1, &*shown.moment.state)
            }
            _ => (start, &self.checkpoints[start / CHECKPOINT]),
        };
        let source = |entry: &EntryRow| (entry.seq(), entry.place());
        let steps = self.hops.going_on(at).map(|(hop, told)| {
            let told = told.into_iter();
            (
                hop,
                told.map(|entry| source(&self.entries[entry as usize]))
                    .collect(),
            )
        });
        Some(Approach {
            at,
            from: Box::new(from.clone()),
            entries: self.entries[start..end].iter().map(source).collect(),
            steps: steps.collect(),
        })
    }

    /// Shows what was true then. The last entry is no moment: everything is shown.
    pub fn enter(&mut self, moment: Moment) {
        self.leave();
        let at = moment.at;
        if at as usize + 1 >= self.entries.len() {
            return;
        }
        let entry_of = |row: &Row| match row {
            Row::Exchange(index) => self.exchanges[*index as usize].request,
            Row::Single(index) => self.singles[*index as usize].entry,
        };
        let mut shown = Shown {
            rows: self.rows.partition_point(|row| entry_of(row) <= at),
            logs: self.logs.partition_point(|log| log.entry <= at),
            exchanges: self
                .exchanges
                .partition_point(|exchange| exchange.request <= at),
            singles: self.singles.partition_point(|single| single.entry <= at),
            frames: self.frames.partition_point(|frame| frame.entry <= at),
            questions: self.questions.as_of(at),
            ended: Vec::new(),
            moment,
        };
        for index in shown.moment.state.pending() {
            let Some(exchange) = self.exchanges.get_mut(index as usize) else {
                continue;
            };
            let before = exchange.as_of(at);
            if before != *exchange {
                shown
                    .ended
                    .push((index, std::mem::replace(exchange, before)));
            }
        }
        let moment = &shown.moment;
        self.hops
            .enter(at, &moment.steps, &moment.over, &mut self.symbols);
        self.shown = Some(Box::new(shown));
    }

    /// Takes more entries, and goes on showing the moment that is shown.
    pub fn extend(&mut self, entries: &[Recorded]) {
        let mut moment = self.leave();
        for entry in entries {
            if let (Some(moment), Facts::Note(Note::Http(step))) = (&mut moment, &entry.facts)
                && let Some(index) = self.hops.numbered(entry.conn, step.exchange())
                && let Some(hop) = self.hops.get(index)
                && hop.request <= moment.at
                && moment.steps.iter().all(|(known, _)| *known != index)
                && moment.over.iter().all(|(known, _)| *known != index)
            {
                moment.over.push((index, *hop));
            }
            self.push(entry);
        }
        if let Some(moment) = moment {
            self.enter(moment);
        }
    }

    /// Shows everything again. Gives the moment back that was shown, for [`Timeline::enter`].
    pub fn leave(&mut self) -> Option<Moment> {
        let shown = *self.shown.take()?;
        for (index, exchange) in shown.ended {
            self.exchanges[index as usize] = exchange;
        }
        self.hops.leave();
        Some(shown.moment)
    }

    /// The entry that is looked at; none while everything is shown.
    pub fn moment(&self) -> Option<EntryIndex> {
        self.shown.as_ref().map(|shown| shown.moment.at)
    }

    /// All entries, whatever is shown.
    pub fn whole(&self) -> &[EntryRow] {
        &self.entries
    }

    /// The next entry of a kind after `from`, or the last one before it, whatever is shown.
    pub fn stop(&self, from: EntryIndex, forward: bool, what: Stop) -> Option<EntryIndex> {
        let last = self.entries.len().checked_sub(1)? as EntryIndex;
        if what == Stop::Entry {
            return if forward {
                from.checked_add(1).filter(|next| *next <= last)
            } else {
                from.checked_sub(1)
            };
        }
        let later = self.shown.iter().flat_map(|shown| &shown.ended);
        let exchanges = self
            .exchanges
            .iter()
            .chain(later.map(|(_, exchange)| exchange));
        let ends = exchanges
            .filter(|exchange| what == Stop::Exchange || self.went_wrong(exchange))
            .filter_map(|exchange| exchange.ended);
        let others = self.singles.iter().filter(|single| {
            what == Stop::Error
                && matches!(
                    single.kind,
                    SingleKind::Junk | SingleKind::Malformed | SingleKind::DuplicateResponse
                )
        });
        let told = self.logs.iter().filter(|log| {
            what == Stop::Error && log.level >= Level::Error && log.source.is_of_life()
        });
        let all = ends
            .chain(others.map(|single| single.entry))
            .chain(told.map(|log| log.entry));
        if forward {
            all.filter(|entry| *entry > from).min()
        } else {
            all.filter(|entry| *entry < from).max()
        }
    }

    /// The last entry at or before a time, in microseconds of the session; the first when all are later.
    pub fn at_us(&self, us: u64) -> Option<EntryIndex> {
        let end = self.entries.partition_point(|entry| entry.us() <= us);
        let last = self.entries.len().checked_sub(1)?;
        Some(end.saturating_sub(1).min(last) as EntryIndex)
    }

    /// The entry with a sequence number, whatever is shown.
    pub fn with_seq(&self, seq: u64) -> Option<EntryIndex> {
        let index = self.entries.partition_point(|entry| entry.seq() < seq);
        (self.entries.get(index)?.seq() == seq).then_some(index as EntryIndex)
    }

    /// What is true now, or was at the moment that is shown.
    pub fn state(&self) -> &State {
        self.shown
            .as_ref()
            .map_or(&self.state, |shown| &shown.moment.state)
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[EntryRow] {
        let shown = self.shown.as_ref();
        &self.entries[..shown.map_or(self.entries.len(), |shown| shown.moment.at as usize + 1)]
    }

    /// The rows of the traffic, oldest first.
    pub fn rows(&self) -> &[Row] {
        let shown = self.shown.as_ref();
        &self.rows[..shown.map_or(self.rows.len(), |shown| shown.rows)]
    }

    /// Every frame, and every stray line on stdout, oldest first.
    pub fn frames(&self) -> &[FrameRow] {
        let shown = self.shown.as_ref();
        &self.frames[..shown.map_or(self.frames.len(), |shown| shown.frames)]
    }

    /// The lines of the log, oldest first.
    pub fn logs(&self) -> &[LogRow] {
        let shown = self.shown.as_ref();
        &self.logs[..shown.map_or(self.logs.len(), |shown| shown.logs)]
    }

    /// All exchanges, in the order of their requests.
    pub fn exchanges(&self) -> &[Exchange] {
        let shown = self.shown.as_ref();
        &self.exchanges[..shown.map_or(self.exchanges.len(), |shown| shown.exchanges)]
    }

    /// What servers asked.
    pub fn questions(&self) -> &Questions {
        self.shown
            .as_ref()
            .map_or(&self.questions, |shown| &shown.questions)
    }

    pub(super) fn singles(&self) -> &[Single] {
        let shown = self.shown.as_ref();
        &self.singles[..shown.map_or(self.singles.len(), |shown| shown.singles)]
    }

    /// Of the requests of a conversation, those that had been sent.
    pub(super) fn sent<'a>(&self, rounds: &'a [ExchangeIndex]) -> &'a [ExchangeIndex] {
        let known = self.exchanges().len() as ExchangeIndex;
        &rounds[..rounds.partition_point(|round| *round < known)]
    }
}

/// What the steps of an exchange over HTTP say that changes what is told of it.
pub(super) const fn tells(kind: StepKind) -> bool {
    matches!(kind, StepKind::Response | StepKind::End)
}
