//! What stands in which lane of the time line, and when it ends: an index that grows with the rows, so that a window
//! onto a million of them is found by binary search. Reads only the timeline.

use std::collections::HashMap;
use std::ops::Range;

use crate::mcp::types::List;
use crate::session::Direction;
use crate::session::timeline::{
    EntryIndex, Exchange, ExchangeIndex, LogSource, Row, SingleKind, Status, Timeline,
};

/// Exchanges whose latest end is kept together.
const BLOCK: usize = 256;

/// The most exchanges from before a window that are looked for in it.
const REACHING: usize = 400;

/// What a lane holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What was asked of the server.
    Asked,
    /// What the server asked.
    Asking,
    /// Notifications, either way.
    Told,
    /// What happened: junk, the process, HTTP, decisions of ours.
    Happened,
}

impl Kind {
    /// What stands after the server's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "C→S",
            Self::Asking => "S→C",
            Self::Told => "~",
            Self::Happened => "**",
        }
    }

    /// Whether what stands in it lasts.
    pub const fn lasts(self) -> bool {
        matches!(self, Self::Asked | Self::Asking)
    }
}

/// A lane of one server.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Whose, by its place among the servers of the session.
    pub server: usize,
    /// What it holds.
    pub kind: Kind,
    /// Numbers of rows, ascending.
    pub rows: Vec<u32>,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    list: Vec<Lane>,
    /// Their names, in the order they were met; not sanitised.
    servers: Vec<Box<str>>,
    of_conn: HashMap<u32, usize>,
    /// Entries that are lines of stderr.
    stderr: Vec<EntryIndex>,
    /// What asks after the task of a call, by the call.
    polls: HashMap<ExchangeIndex, Vec<ExchangeIndex>>,
    /// The call of each of these.
    polled: HashMap<ExchangeIndex, ExchangeIndex>,
    /// The latest end of each block of exchanges, in microseconds of the session; without end: `u64::MAX`.
    blocks: Vec<u64>,
    /// Exchanges that may end later than they are known to.
    open: Vec<ExchangeIndex>,
    rows: usize,
    logs: usize,
    exchanges: usize,
    entries: usize,
}

impl Lanes {
    /// Takes what is new.
    pub fn take(&mut self, timeline: &Timeline) {
        if self.entries == timeline.entries().len() {
            return;
        }
        if timeline.entries().len() < self.entries {
            // An earlier moment is looked at.
            *self = Self::default();
        }
        self.entries = timeline.entries().len();
        for number in self.rows..timeline.rows().len() {
            self.row(number as u32, timeline.rows()[number], timeline);
        }
        self.rows = timeline.rows().len();
        let logs = timeline.logs();
        let stderr = logs[self.logs..]
            .iter()
            .filter(|log| log.source == LogSource::Stderr);
        self.stderr.extend(stderr.map(|log| log.entry));
        self.logs = logs.len();
        self.ends(timeline);
    }

    fn row(&mut self, number: u32, row: Row, timeline: &Timeline) {
        let Some(entry) = timeline
            .entry_of(row)
            .and_then(|index| timeline.entry(index))
        else {
            return;
        };
        let kind = match row {
            Row::Exchange(index) => {
                if let Some(call) = call_of_poll(index, timeline) {
                    self.polls.entry(call).or_default().push(index);
                    self.polled.insert(index, call);
                    return;
                }
                match entry.direction() {
                    Direction::In => Kind::Asking,
                    Direction::Out | Direction::Here => Kind::Asked,
                }
            }
            Row::Single(single) => match timeline.single_row(single) {
                // It stands on the bar of its call.
                Some(single) if timeline.progress_of(single.entry).is_some() => return,
                Some(single) if single.kind == SingleKind::Notification => Kind::Told,
                _ => Kind::Happened,
            },
        };
        let server = self.server(entry.conn(), timeline);
        let lane = match self
            .list
            .binary_search_by_key(&(server, kind), |lane| (lane.server, lane.kind))
        {
            Ok(place) => place,
            Err(place) => {
                let rows = Vec::new();
                self.list.insert(place, Lane { server, kind, rows });
                place
            }
        };
        self.list[lane].rows.push(number);
    }

    fn server(&mut self, conn: u32, timeline: &Timeline) -> usize {
        if let Some(server) = self.of_conn.get(&conn) {
            return *server;
        }
        let name = timeline
            .state()
            .connection(conn)
            .map_or("mcpscope", |connection| &connection.name);
        let known = self.servers.iter().position(|server| **server == *name);
        let server = known.unwrap_or_else(|| {
            self.servers.push(name.into());
            self.servers.len() - 1
        });
        self.of_conn.insert(conn, server);
        server
    }

    fn ends(&mut self, timeline: &Timeline) {
        let new = self.exchanges..timeline.exchanges().len();
        self.exchanges = new.end;
        self.blocks.resize(new.end.div_ceil(BLOCK), 0);
        let mut open = std::mem::take(&mut self.open);
        open.extend(new.map(|index| index as ExchangeIndex));
        open.retain(|index| {
            let Some(exchange) = timeline.exchange(*index) else {
                return false;
            };
            let settled = is_settled(*index, exchange, timeline);
            let end = exchange
                .ended
                .filter(|_| settled || exchange.status != Status::Pending);
            let end = end
                .and_then(|end| timeline.entry(end))
                .map_or(u64::MAX, crate::session::timeline::EntryRow::us);
            // A conversation lasts to the end of its last round, a call to the last that asks after its task.
            let first = timeline.first_round(*index);
            let call = self.polled.get(index).copied();
            for one in [*index, first].into_iter().chain(call) {
                let block = &mut self.blocks[one as usize / BLOCK];
                *block = (*block).max(if settled { end } else { u64::MAX });
            }
            !settled
        });
        // What was open had no end; what is not any more has one.
        let mut stale: Vec<usize> = self
            .blocks
            .iter()
            .enumerate()
            .filter_map(|(block, end)| (*end == u64::MAX).then_some(block))
            .collect();
        stale.retain(|block| {
            let range = block * BLOCK..(block + 1) * BLOCK;
            let still = |index: &ExchangeIndex| range.contains(&(*index as usize));
            !open.iter().any(|index| {
                still(index)
                    || still(&timeline.first_round(*index))
                    || self.polled.get(index).is_some_and(still)
            })
        });
        self.open = open;
        for block in stale {
            let all = block * BLOCK..((block + 1) * BLOCK).min(self.exchanges);
            let ends = all.filter_map(|index| self.end(index as ExchangeIndex, timeline, u64::MAX));
            self.blocks[block] = ends.max().unwrap_or(0);
        }
    }

    /// When the row of an exchange ends, up to `now_us` when it goes on: its conversation, and what asks after its
    /// task.
    pub fn end(&self, index: ExchangeIndex, timeline: &Timeline, now_us: u64) -> Option<u64> {
        let exchange = timeline.exchange(index)?;
        let began = timeline.entry(exchange.request)?.us();
        let own = if timeline.goes_on(index) {
            // What is looked at may be later than what time it is taken to be.
            now_us.max(began)
        } else {
            began + timeline.spans(index, now_us).whole
        };
        let asked = self.polls(index).last().and_then(|poll| {
            let poll = timeline.exchange(*poll)?;
            Some(timeline.entry(poll.ended.unwrap_or(poll.request))?.us())
        });
        Some(own.max(asked.unwrap_or(0)))
    }

    /// What asked after the task of a call.
    pub fn polls(&self, call: ExchangeIndex) -> &[ExchangeIndex] {
        self.polls.get(&call).map_or(&[], Vec::as_slice)
    }

    /// The call on whose bar a row stands, when it has none of its own.
    pub fn folded_under(&self, row: Row, timeline: &Timeline) -> Option<ExchangeIndex> {
        match row {
            Row::Exchange(index) => self.polled.get(&index).copied(),
            Row::Single(single) => timeline
                .progress_of(timeline.single_row(single)?.entry)
                .map(|call| timeline.first_round(call)),
        }
    }

    /// All lanes, in the order they are shown.
    pub fn list(&self) -> &[Lane] {
        &self.list
    }

    /// The name of a server; not sanitised.
    pub fn name(&self, server: usize) -> &str {
        self.servers.get(server).map_or("", |name| name)
    }

    /// Of the rows of a lane, the places of those that begin within this time.
    pub fn within(&self, lane: usize, time: &Range<u64>, timeline: &Timeline) -> Range<usize> {
        let rows = &self.list[lane].rows;
        let before = |us: u64| {
            rows.partition_point(|row| {
                let row = timeline.rows().get(*row as usize);
                row.and_then(|row| began(*row, timeline)) < Some(us)
            })
        };
        before(time.start)..before(time.end)
    }

    /// Lines of stderr within this time.
    pub fn stderr(&self, time: &Range<u64>, timeline: &Timeline) -> usize {
        let before = |us: u64| {
            self.stderr.partition_point(|entry| {
                timeline.entry(*entry).is_some_and(|entry| entry.us() < us)
            })
        };
        before(time.end) - before(time.start)
    }

    /// Whether there is a line of stderr at all.
    pub fn has_stderr(&self) -> bool {
        !self.stderr.is_empty()
    }

    /// Exchanges with rows that begin before `us` and end at it or later, oldest first; the newest, if they are very
    /// many.
    pub fn reaching(&self, us: u64, now_us: u64, timeline: &Timeline) -> Vec<ExchangeIndex> {
        let exchanges = timeline.exchanges();
        let before = exchanges.partition_point(|exchange| {
            timeline
                .entry(exchange.request)
                .is_some_and(|entry| entry.us() < us)
        });
        let mut found = Vec::new();
        for block in (0..before.div_ceil(BLOCK)).rev() {
            if self.blocks.get(block).is_none_or(|end| *end < us) {
                continue;
            }
            for index in (block * BLOCK..((block + 1) * BLOCK).min(before)).rev() {
                let index = index as ExchangeIndex;
                if timeline.first_round(index) == index
                    && !self.polled.contains_key(&index)
                    && self
                        .end(index, timeline, now_us)
                        .is_some_and(|end| end >= us)
                {
                    found.push(index);
                }
            }
            if found.len() >= REACHING {
                break;
            }
        }
        found.reverse();
        found
    }
}

/// When a row begins, in microseconds of the session.
pub fn began(row: Row, timeline: &Timeline) -> Option<u64> {
    Some(timeline.entry(timeline.entry_of(row)?)?.us())
}

/// The call that became the task this request is about; none when it is about no task, or a list of them.
fn call_of_poll(index: ExchangeIndex, timeline: &Timeline) -> Option<ExchangeIndex> {
    let exchange = timeline.exchange(index)?;
    let method = timeline.word(exchange.method);
    if !method.starts_with("tasks/") || List::of_method(method).is_some() {
        return None;
    }
    let connection = timeline.state().connection(exchange.conn)?;
    let task = connection.tasks.get(timeline.word(exchange.subject))?;
    task.exchange.filter(|call| *call != index)
}

/// Whether its end is known for good.
fn is_settled(index: ExchangeIndex, exchange: &Exchange, timeline: &Timeline) -> bool {
    match exchange.status {
        Status::Pending => false,
        Status::InputRequired => {
            timeline.last_round(index) != index || !timeline.waits_for_person(index)
        }
        Status::Task => timeline
            .state()
            .connection(exchange.conn)
            .and_then(|connection| connection.tasks.of_exchange(index))
            .is_none_or(crate::session::timeline::tasks::Task::is_over),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::panes::stream::fixture::Stage;

    #[test]
    fn nothing_ends_before_it_began() {
        let stage = Stage::of(&[
            "2 before",
            r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#,
        ]);
        let mut lanes = Lanes::default();
        lanes.take(&stage.timeline);
        // Time as it was before an entry came.
        assert_eq!(lanes.end(0, &stage.timeline, 0), Some(120_000));
        assert_eq!(lanes.end(0, &stage.timeline, 130_000), Some(130_000));
    }
}
