//! What is to be drawn of a window onto the time: lanes, the bars in them, how full a lane is where bars would lie on
//! one another. Values only; nothing here knows a colour.

use std::ops::Range;

use super::lanes::{Kind, Lanes, began};
use super::window::Window;
use crate::session::timeline::{EntryIndex, ExchangeIndex, Row, SingleKind, Status, Timeline};
use crate::tui::panes::stream::safe;

/// The most bars a lane is drawn with one by one.
const BARS: usize = 300;

/// The most ticks that are looked through.
const TICKS: usize = 4_000;

/// The most lines a lane takes.
const LINES: usize = 6;

/// Something on a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The number of its row.
    pub number: u32,
    /// Columns from and to, both part of it.
    pub columns: (u16, u16),
    /// Whether it begins before the window, or ends after it.
    pub open: (bool, bool),
    /// What became of it.
    pub look: Look,
    /// What is written on it.
    pub label: String,
    /// Columns in which a person was waited for.
    pub person: Vec<(u16, u16)>,
    /// Columns with progress, a poll, a new round.
    pub signs: Vec<(u16, char)>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It went well.
    Fine,
    /// It goes on.
    Open,
    /// It went wrong.
    Wrong,
    /// It lasted no time: a notification.
    Told,
    /// It lasted no time: no JSON-RPC.
    Junk,
    /// It lasted no time: an event, which was none to worry about.
    Event,
}

/// What a lane shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// Bars, in lines below one another; and how many had no line.
    Bars(Vec<Vec<Bar>>, usize),
    /// How many rows begin in each column, and which columns hold something that went wrong.
    Crowd(Vec<u32>, Vec<bool>),
}

/// A lane in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Whose it is and what it holds, sanitised.
    pub label: String,
    /// What it holds; none for stderr.
    pub kind: Option<Kind>,
    /// What is in it.
    pub filled: Filled,
}

impl Drawn {
    /// Lines it takes.
    pub fn lines(&self) -> usize {
        match &self.filled {
            Filled::Bars(lines, _) => lines.len().max(1),
            Filled::Crowd(..) => 1,
        }
    }
}

/// What is needed to make a chart.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Which time.
    pub window: Window,
    /// In how many columns.
    pub columns: u16,
    /// In how many lines.
    pub lines: usize,
    /// The newest event, in microseconds of the session.
    pub now_us: u64,
    /// Places of rows that went wrong, ascending.
    pub wrong: &'a [u32],
    /// The fold.
    pub timeline: &'a Timeline,
    /// The index.
    pub lanes: &'a Lanes,
}

impl Plan<'_> {
    /// The lanes of the window, those without anything in it too: what is where does not jump.
    pub fn chart(&self) -> Vec<Drawn> {
        let time = self.window.time();
        let reaching = self.lanes.reaching(time.start, self.now_us, self.timeline);
        let mut drawn: Vec<Drawn> = (0..self.lanes.list().len())
            .map(|lane| self.lane(lane, &time, &reaching))
            .collect();
        if self.lanes.has_stderr() {
            let counts = self.counts(|time| self.lanes.stderr(time, self.timeline));
            let quiet = vec![false; counts.len()];
            drawn.push(Drawn {
                label: "stderr".to_owned(),
                kind: None,
                filled: Filled::Crowd(counts, quiet),
            });
        }
        self.squeeze(&mut drawn);
        drawn
    }

    fn lane(&self, place: usize, time: &Range<u64>, reaching: &[ExchangeIndex]) -> Drawn {
        let lane = &self.lanes.list()[place];
        let label = format!(
            "{} {}",
            safe(self.lanes.name(lane.server), 24),
            lane.kind.word()
        );
        let within = self.lanes.within(place, time, self.timeline);
        let rows = &lane.rows[within];
        let crowd = if lane.kind.lasts() {
            BARS
        } else {
            usize::from(self.columns) * 2
        };
        let filled = if rows.len() > crowd {
            let counts = self.counts(|time| self.lanes.within(place, time, self.timeline).len());
            let wrong = self.wrong_columns(&lane.rows);
            Filled::Crowd(counts, wrong)
        } else {
            let before = reaching.iter().filter_map(|index| {
                let number = self.number_of(*index)?;
                lane.rows.binary_search(&number).is_ok().then_some(number)
            });
            let numbers = before.chain(rows.iter().copied());
            let mut bars: Vec<Bar> = numbers.filter_map(|number| self.bar(number)).collect();
            self.ticks(&mut bars);
            packed(bars)
        };
        Drawn {
            label,
            kind: Some(lane.kind),
            filled,
        }
    }

    /// The number of the row that an exchange has.
    fn number_of(&self, index: ExchangeIndex) -> Option<u32> {
        let request = self.timeline.exchange(index)?.request;
        let rows = self.timeline.rows();
        let from = rows.partition_point(|row| self.timeline.entry_of(*row) < Some(request));
        // A batch is several rows of one entry.
        let same = rows[from..]
            .iter()
            .position(|row| *row == Row::Exchange(index))?;
        Some((from + same) as u32)
    }

    fn counts(&self, count: impl Fn(&Range<u64>) -> usize) -> Vec<u32> {
        (0..self.columns)
            .map(|column| count(&self.column(column)) as u32)
            .collect()
    }

    fn column(&self, column: u16) -> Range<u64> {
        self.window.at(column, self.columns)..self.window.at(column + 1, self.columns)
    }

    /// Columns in which a row of this lane begins that went wrong. Costs time by what went wrong in the window.
    fn wrong_columns(&self, rows: &[u32]) -> Vec<bool> {
        let mut columns = vec![false; usize::from(self.columns)];
        let all = self.timeline.rows();
        let us = |number: u32| {
            all.get(number as usize)
                .and_then(|row| began(*row, self.timeline))
        };
        for (column, marked) in columns.iter_mut().enumerate() {
            let time = self.column(column as u16);
            let before = |end: u64| self.wrong.partition_point(|number| us(*number) < Some(end));
            // A few stand for all: what went wrong in other lanes is passed over.
            let wrong = &self.wrong[before(time.start)..before(time.end)];
            *marked = wrong
                .iter()
                .take(64)
                .any(|number| rows.binary_search(number).is_ok());
        }
        columns
    }

    fn bar(&self, number: u32) -> Option<Bar> {
        let row = *self.timeline.rows().get(number as usize)?;
        let began = began(row, self.timeline)?;
        let time = self.window.time();
        let column = |us: u64| self.window.column(us, self.columns);
        match row {
            Row::Exchange(index) => {
                let end = self.lanes.end(index, self.timeline, self.now_us)?;
                let goes_on = self.timeline.goes_on(index);
                let last = self.timeline.exchange(self.timeline.last_round(index))?;
                let (look, word) = if goes_on {
                    (Look::Open, String::new())
                } else if self.timeline.went_wrong(last) {
                    (Look::Wrong, format!(" {}", last.status))
                } else if last.status == Status::Cancelled {
                    (Look::Wrong, " cancelled".to_owned())
                } else {
                    (Look::Fine, String::new())
                };
                Some(Bar {
                    number,
                    columns: (column(began), column(end)),
                    open: (began < time.start, end >= time.end),
                    look,
                    label: format!("{}{word}", self.label(index)?),
                    person: self.person(index, &time),
                    signs: self.rounds(index, &time),
                })
            }
            Row::Single(single) => {
                let single = self.timeline.single_row(single)?;
                let wrong = self.wrong.binary_search(&number).is_ok();
                let method = safe(self.timeline.word(single.method), 40);
                let (look, label) = match single.kind {
                    SingleKind::Notification => (Look::Told, method),
                    SingleKind::Junk | SingleKind::Malformed => {
                        (Look::Junk, single.kind.word().to_owned())
                    }
                    _ if wrong => (Look::Wrong, method),
                    _ => (Look::Event, method),
                };
                let label = label
                    .strip_prefix("notifications/")
                    .map_or(label.clone(), str::to_owned);
                Some(Bar {
                    number,
                    columns: (column(began), column(began)),
                    open: (false, false),
                    look,
                    label,
                    person: Vec::new(),
                    signs: Vec::new(),
                })
            }
        }
    }

    /// `#121 echo (2 rounds)`
    fn label(&self, index: ExchangeIndex) -> Option<String> {
        let exchange = self.timeline.exchange(index)?;
        let seq = self.timeline.entry(exchange.request)?.seq();
        let subject = self.timeline.word(exchange.subject);
        let name = match subject {
            "" => self.timeline.word(exchange.method),
            subject => subject,
        };
        let rounds = match self.timeline.round_count(index) {
            1 => String::new(),
            rounds => format!(" ({rounds} rounds)"),
        };
        Some(format!("#{seq} {}{rounds}", safe(name, 40)))
    }

    fn us(&self, entry: EntryIndex) -> u64 {
        self.timeline
            .entry(entry)
            .map_or(0, crate::session::timeline::EntryRow::us)
    }

    /// While a person was asked for it.
    fn person(&self, index: ExchangeIndex, time: &Range<u64>) -> Vec<(u16, u16)> {
        let column = |us: u64| self.window.column(us, self.columns);
        self.timeline
            .rounds(index)
            .into_iter()
            .flat_map(|round| self.timeline.questions().of_call(round))
            .filter(|question| question.asked)
            .filter_map(|question| {
                let until = question.end.as_ref();
                let until = until.map_or(self.now_us, |(end, _)| self.us(*end));
                let from = self.us(question.entry);
                (from < time.end && until >= time.start).then(|| (column(from), column(until)))
            })
            .collect()
    }

    /// Where later rounds begin, and where it was asked after a task.
    fn rounds(&self, index: ExchangeIndex, time: &Range<u64>) -> Vec<(u16, char)> {
        let of = |index: ExchangeIndex, sign: char| {
            let us = self.us(self.timeline.exchange(index)?.request);
            let column = self.window.column(us, self.columns);
            time.contains(&us).then_some((column, sign))
        };
        let rounds = self.timeline.rounds(index);
        let rounds = rounds
            .into_iter()
            .skip(1)
            .filter_map(|round| of(round, '┼'));
        let polls = self.lanes.polls(index);
        let polls = polls.iter().take(TICKS).filter_map(|poll| of(*poll, ':'));
        polls.chain(rounds).collect()
    }

    /// Puts progress on the bars it belongs to.
    fn ticks(&self, bars: &mut [Bar]) {
        let time = self.window.time();
        let ticks = self.timeline.ticks();
        let from = ticks.partition_point(|tick| self.us(tick.entry) < time.start);
        let within = ticks[from..]
            .iter()
            .take(TICKS)
            .take_while(|tick| self.us(tick.entry) < time.end);
        for tick in within {
            let call = self.timeline.first_round(tick.exchange);
            let Some(number) = self.number_of(call) else {
                continue;
            };
            if let Some(bar) = bars.iter_mut().find(|bar| bar.number == number) {
                let column = self.window.column(self.us(tick.entry), self.columns);
                if bar.signs.iter().all(|(other, _)| *other != column) {
                    bar.signs.push((column, '\''));
                }
            }
        }
    }

    /// Takes lines from the tallest lanes until they fit.
    fn squeeze(&self, drawn: &mut [Drawn]) {
        loop {
            let lines: usize = drawn.iter().map(Drawn::lines).sum();
            if lines <= self.lines {
                return;
            }
            let tallest = drawn.iter_mut().max_by_key(|lane| lane.lines());
            let Some(Drawn {
                filled: Filled::Bars(lines, more),
                ..
            }) = tallest.filter(|lane| lane.lines() > 1)
            else {
                return;
            };
            if let Some(last) = lines.pop() {
                *more += last.len();
            }
        }
    }
}

/// Puts bars into lines in which none lies on another.
fn packed(bars: Vec<Bar>) -> Filled {
    let mut lines: Vec<Vec<Bar>> = vec![Vec::new()];
    let mut more = 0;
    for bar in bars {
        let free = lines.iter().position(|line| {
            line.last()
                .is_none_or(|last| last.columns.1 < bar.columns.0)
        });
        match free {
            Some(line) => lines[line].push(bar),
            None if lines.len() < LINES => lines.push(vec![bar]),
            None => more += 1,
        }
    }
    Filled::Bars(lines, more)
}
