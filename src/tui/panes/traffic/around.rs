//! What happened while the selected exchange lasted: found among the entries once, and then only among new ones.

use std::time::Duration;

use crate::session::Direction;
use crate::session::timeline::{
    EntryIndex, EntryRow, ExchangeIndex, FrameKind, LogSource, Row, SingleKind, Timeline,
};
use crate::text;
use crate::tui::clock::Clock;
use crate::tui::effect::Subject;
use crate::tui::pane::Ctx;
use crate::tui::payload::{Around, Near, Round, rounds};

/// The most that is shown.
const MOST: usize = 300;

/// The most entries that are looked at for one frame.
const LOOKED: usize = 20_000;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    of: Option<ExchangeIndex>,
    /// The first entry that was not looked at.
    next: EntryIndex,
    found: Around,
}

impl Surroundings {
    /// The subject with what happened meanwhile, if it is an exchange.
    pub fn put(&mut self, subject: Subject, row: Row, clock: &Clock, ctx: &Ctx<'_>) -> Subject {
        let Row::Exchange(index) = row else {
            return subject;
        };
        if self.look(index, clock, ctx).is_none() {
            return subject;
        }
        Subject::Row {
            of: Box::new(subject),
            around: self.found.clone(),
        }
    }

    fn look(&mut self, index: ExchangeIndex, clock: &Clock, ctx: &Ctx<'_>) -> Option<()> {
        let timeline = ctx.timeline;
        let first = timeline.exchange(index)?.request;
        let last = timeline.exchange(timeline.last_round(index))?;
        let newest = timeline.entries().len() as EntryIndex;
        let end = match last.ended {
            Some(end) if !timeline.goes_on(index) => end,
            _ => newest,
        };
        if self.of != Some(index) || self.next > newest.max(first + 1) {
            *self = Self {
                of: Some(index),
                next: first + 1,
                found: Around::default(),
            };
        }
        let began = timeline.entry(first)?;
        let mut near = Vec::new();
        let stop = end.min(self.next.saturating_add(LOOKED as u32));
        while self.next < stop && self.found.near.len() + near.len() < MOST {
            if let Some(what) = what(self.next, began.conn(), timeline)
                && let (Some(entry), Some(source)) =
                    (timeline.entry(self.next), ctx.source(self.next))
            {
                near.push(Near {
                    source,
                    after_us: entry.us().saturating_sub(began.us()),
                    what,
                });
            }
            self.next += 1;
        }
        if !near.is_empty() {
            self.found.near = self.found.near.iter().cloned().chain(near).collect();
        }
        self.found.more = self.next < end;
        let times = times(index, clock, ctx);
        if *self.found.times != *times {
            self.found.times = times.into();
        }
        let rounds = conversation(index, ctx);
        if *self.found.rounds != *rounds {
            self.found.rounds = rounds.into();
        }
        Some(())
    }
}

/// The rounds of an exchange that has more than one.
fn conversation(index: ExchangeIndex, ctx: &Ctx<'_>) -> Vec<Round> {
    let timeline = ctx.timeline;
    if timeline.round_count(index) < 2 {
        return Vec::new();
    }
    let us = |entry: EntryIndex| timeline.entry(entry).map(EntryRow::us);
    let mut before = None;
    let all = timeline.rounds(index).into_iter().take(rounds::MOST);
    all.filter_map(|round| {
        let exchange = timeline.exchange(round)?;
        let asked = us(exchange.request)?;
        let answered = exchange.response.and_then(us);
        let waited_us = before.map(|before| asked.saturating_sub(before));
        before = answered;
        Some(Round {
            request: ctx.source(exchange.request)?,
            answer: exchange.response.and_then(|entry| ctx.source(entry)),
            status: exchange.status.to_string(),
            took_us: timeline.took(exchange),
            waited_us,
        })
    })
    .collect()
}

/// What kind of thing an entry is, when it tells of what surrounds an exchange on its connection: all but the requests
/// of ours and their answers.
fn what(index: EntryIndex, conn: u32, timeline: &Timeline) -> Option<&'static str> {
    let entry = timeline.entry(index)?;
    if entry.conn() != conn {
        return None;
    }
    let frames = timeline.frames();
    if let Ok(frame) = frames.binary_search_by_key(&index, |frame| frame.entry) {
        return match frames[frame].kind {
            FrameKind::Request(_) if entry.direction() == Direction::In => Some("asks"),
            FrameKind::Response(_) if entry.direction() == Direction::Out => Some("answer"),
            FrameKind::Request(_) | FrameKind::Response(_) => None,
            FrameKind::Single(single) => Some(match timeline.single_row(single)?.kind {
                SingleKind::Notification => "notif",
                kind => kind.word(),
            }),
        };
    }
    let logs = timeline.logs();
    let log = logs.binary_search_by_key(&index, |log| log.entry).ok()?;
    Some(match logs[log].source {
        LogSource::Junk => "junk",
        source => source.word(),
    })
}

/// How long what took; nothing that grows while one looks.
fn times(index: ExchangeIndex, clock: &Clock, ctx: &Ctx<'_>) -> Vec<(String, String)> {
    let timeline = ctx.timeline;
    let mut times = Vec::new();
    let mut put = |name: &str, words: String| times.push((name.to_owned(), words));
    let at = |entry: EntryIndex| timeline.entry(entry).map(|entry| clock.moment(entry.at()));
    let took = |us: u64| text::took(Duration::from_micros(us));
    let rounds = timeline.rounds(index);
    for (number, round) in rounds.iter().enumerate() {
        let Some(exchange) = timeline.exchange(*round) else {
            continue;
        };
        let name = match rounds.len() {
            1 => "asked".to_owned(),
            _ => format!("asked, round {}", number + 1),
        };
        put(&name, at(exchange.request).unwrap_or_default());
        if let (Some(ended), Some(us)) = (exchange.ended, timeline.took(exchange)) {
            let how = if exchange.response.is_some() {
                "answered"
            } else {
                "ended"
            };
            let when = at(ended).unwrap_or_default();
            put(
                how,
                format!("{when}, {}, after {}", exchange.status, took(us)),
            );
        }
    }
    let ticks = timeline.ticks();
    let first = timeline
        .exchange(index)
        .map_or(0, |exchange| exchange.request);
    let from = ticks.partition_point(|tick| tick.entry < first);
    let of_it = ticks[from..].iter().take(LOOKED);
    let progress = of_it
        .filter(|tick| timeline.first_round(tick.exchange) == index)
        .count();
    if progress > 0 {
        put("progress", text::plural(progress, "notification"));
    }
    if timeline.goes_on(index) {
        put("still waiting", String::new());
    } else {
        let spans = timeline.spans(index, ctx.now_us);
        if spans.person > 0 {
            put("a person was waited for", took(spans.person));
            put("server, and the way there", took(spans.server()));
        }
        put("all in all", took(spans.whole));
    }
    times
}
