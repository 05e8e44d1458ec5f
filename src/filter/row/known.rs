//! What the fold knows of a row, whatever list it is a row of.

use super::{
    Direction, EntryIndex, EntryRow, Exchange, FrameKind, FrameRow, Hop, HopRow, Level, LogRow,
    LogSource, Row, Single, SingleKind, Status, Symbol, Timeline,
};

/// A row of one of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Of the pairs.
    Pair(Row),
    /// Of the frames.
    Frame(FrameRow),
    /// Of HTTP.
    Http(HopRow),
    /// Of the log.
    Log(LogRow),
}

/// The most entries of an HTTP exchange that are looked at for text: a stream may have a million.
const STEPS: usize = 256;

/// From how many microseconds on something is slow.
const SLOW: u64 = 1_000_000;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub item: Item,
    /// Its first entry.
    pub index: EntryIndex,
    pub first: &'a EntryRow,
    pub exchange: Option<&'a Exchange>,
    pub single: Option<&'a Single>,
    pub hop: Option<&'a Hop>,
    pub method: Symbol,
    pub subject: Symbol,
    /// Of the exchange; of a conversation, that of the last round.
    pub status: Status,
    /// The number of the exchange, when the row is all of it.
    pair: Option<u32>,
}

impl<'a> Known<'a> {
    pub fn of(item: Item, timeline: &'a Timeline) -> Option<Self> {
        let (mut exchange, mut single, mut hop, mut pair) = (None, None, None, None);
        let index = match item {
            Item::Pair(Row::Exchange(number)) => {
                let found = timeline.exchange(number)?;
                (exchange, pair) = (Some(found), Some(number));
                found.request
            }
            Item::Pair(Row::Single(number)) => {
                let found = timeline.single_row(number)?;
                single = Some(found);
                found.entry
            }
            Item::Frame(frame) => {
                match frame.kind {
                    FrameKind::Request(number) | FrameKind::Response(number) => {
                        exchange = timeline.exchange(number);
                    }
                    FrameKind::Single(number) => single = timeline.single_row(number),
                }
                frame.entry
            }
            Item::Http(HopRow::Hop(number)) => {
                let found = timeline.hops().get(number)?;
                hop = Some(found);
                // What it carries lends it a name.
                let carried = found
                    .frame()
                    .and_then(|frame| timeline.exchange_of_request(frame));
                exchange = carried.and_then(|number| timeline.exchange(number));
                found.request
            }
            Item::Http(HopRow::Entry(entry, number)) => {
                hop = number.and_then(|number| timeline.hops().get(number));
                entry
            }
            Item::Log(log) => log.entry,
        };
        let (method, subject) = match (exchange, single) {
            (Some(exchange), _) => (exchange.method, exchange.subject),
            (None, Some(single)) => (single.method, single.subject),
            _ => (Symbol::default(), Symbol::default()),
        };
        let status = match (exchange, pair) {
            (_, Some(number)) => timeline.status(number),
            (Some(exchange), None) => exchange.status,
            _ => Status::Pending,
        };
        Some(Self {
            item,
            index,
            first: timeline.entry(index)?,
            exchange,
            single,
            hop,
            method,
            subject,
            status,
            pair,
        })
    }

    /// Calls `each` with every entry of the row until it says false.
    pub fn each_entry(&self, timeline: &Timeline, each: &mut dyn FnMut(EntryIndex) -> bool) {
        match (self.item, self.pair) {
            (_, Some(number)) if timeline.round_count(number) > 1 => {
                for round in timeline.rounds(number) {
                    let Some(exchange) = timeline.exchange(round) else {
                        continue;
                    };
                    if !each(exchange.request)
                        || exchange.response.is_some_and(|entry| !each(entry))
                    {
                        return;
                    }
                }
            }
            (_, Some(_)) => {
                if each(self.index)
                    && let Some(response) = self.exchange.and_then(|exchange| exchange.response)
                {
                    each(response);
                }
            }
            (Item::Http(HopRow::Hop(number)), _) => {
                let frame = self.hop.and_then(Hop::frame);
                let steps = timeline.hops().steps(number, STEPS);
                steps.into_iter().chain(frame).all(each);
            }
            _ => {
                each(self.index);
            }
        }
    }

    pub fn entries(&self, timeline: &Timeline) -> Vec<EntryIndex> {
        let mut all = Vec::new();
        self.each_entry(timeline, &mut |entry| {
            all.push(entry);
            true
        });
        all
    }

    pub fn is_open(&self) -> bool {
        match (self.item, self.hop) {
            (Item::Http(HopRow::Hop(_)), Some(hop)) => hop.took.is_none() && !hop.broken,
            (Item::Pair(_) | Item::Frame(_), _) => {
                self.exchange.is_some()
                    && matches!(self.status, Status::Pending | Status::InputRequired)
            }
            _ => false,
        }
    }

    pub fn goes(&self, word: &str) -> bool {
        word == self.first.direction().word()
    }

    pub fn is_kind(&self, word: &str) -> bool {
        match self.item {
            Item::Frame(FrameRow {
                kind: FrameKind::Request(_),
                ..
            }) => word == "request",
            Item::Frame(FrameRow {
                kind: FrameKind::Response(_),
                ..
            }) => word == "response",
            Item::Http(_) => word == "http",
            Item::Log(log) => match log.source {
                LogSource::Stderr => word == "stderr",
                LogSource::Notification => word == "notification",
                LogSource::Junk => word == "junk",
                LogSource::Process | LogSource::Note => word == "life",
                LogSource::Http => word == "http",
            },
            Item::Pair(_) | Item::Frame(_) => match (self.exchange, self.single) {
                (Some(exchange), _) => {
                    word == "request" || (word == "response" && exchange.response.is_some())
                }
                (None, Some(single)) => match single.kind {
                    SingleKind::Notification => word == "notification",
                    SingleKind::LateResponse
                    | SingleKind::Closing
                    | SingleKind::DuplicateResponse
                    | SingleKind::UnknownResponse
                    | SingleKind::ResponseWithoutId => word == "response",
                    SingleKind::Malformed | SingleKind::Junk => word == "junk",
                    SingleKind::Process | SingleKind::Note => word == "life",
                    SingleKind::Http => word == "http",
                    SingleKind::Other => false,
                },
                (None, None) => false,
            },
        }
    }

    /// Whether it went wrong in any way, as the list it is in counts it.
    fn is_wrong(&self, timeline: &Timeline) -> bool {
        match (self.item, self.single, self.hop) {
            (Item::Log(log), ..) => log.level >= Level::Error || log.source == LogSource::Junk,
            (Item::Http(HopRow::Hop(_)), _, Some(hop)) => hop.is_failure(),
            (Item::Http(_), ..) => false,
            (_, Some(single), _) => timeline.single_went_wrong(single),
            _ => self.pair.map_or_else(
                || {
                    self.exchange
                        .is_some_and(|exchange| timeline.went_wrong(exchange))
                },
                |number| {
                    timeline
                        .exchange(timeline.last_round(number))
                        .is_some_and(|exchange| timeline.went_wrong(exchange))
                },
            ),
        }
    }

    pub fn has_status(&self, word: &str, timeline: &Timeline) -> bool {
        if word == "error" {
            return self.is_wrong(timeline);
        }
        if let (Item::Http(HopRow::Hop(_)), Some(hop)) = (self.item, self.hop) {
            return match word {
                "ok" => hop.status > 0 && !hop.is_failure(),
                "pending" => hop.status == 0 && !hop.broken,
                "no-reply" => hop.broken && hop.status == 0,
                _ => false,
            };
        }
        if self.exchange.is_none() {
            return false;
        }
        match self.status {
            Status::Pending => word == "pending",
            Status::Ok => word == "ok",
            Status::ToolError => word == "tool-error",
            Status::InputRequired => word == "input",
            Status::Task => word == "task",
            Status::Error(_) => word == "rpc-error",
            Status::Cancelled => word == "cancelled",
            Status::TimedOut => word == "timeout",
            Status::OddResult => word == "odd-result",
            Status::NoReply | Status::Http(_) | Status::Superseded => word == "no-reply",
        }
    }

    pub fn is(&self, word: &str, timeline: &Timeline) -> bool {
        match word {
            "aux" => self.first.aux,
            "slow" => self.took(timeline).is_some_and(|us| us >= SLOW),
            "lint" => match (self.item, self.single) {
                (Item::Log(log), _) => log.source == LogSource::Junk,
                (_, Some(single)) => {
                    let ours = self.first.direction() == Direction::Out;
                    match single.kind {
                        SingleKind::Junk | SingleKind::Malformed => !ours,
                        SingleKind::DuplicateResponse
                        | SingleKind::UnknownResponse
                        | SingleKind::ResponseWithoutId => true,
                        _ => false,
                    }
                }
                _ => false,
            },
            "late" => self
                .single
                .is_some_and(|single| single.kind == SingleKind::LateResponse),
            "replayed" => {
                let frame = self.hop.and_then(Hop::frame).unwrap_or(self.index);
                timeline.is_by_hand(frame)
            }
            "task" => {
                let method = timeline.word(self.method);
                method.starts_with("tasks/")
                    || method.starts_with("notifications/tasks")
                    || (self.exchange.is_some() && self.status == Status::Task)
            }
            _ => false,
        }
    }

    pub fn level(&self, timeline: &Timeline) -> Option<Level> {
        match self.item {
            Item::Log(log) => Some(log.level),
            _ if self.exchange.is_some() => None,
            _ => timeline.level_of(self.index),
        }
    }

    /// In microseconds.
    pub fn took(&self, timeline: &Timeline) -> Option<u64> {
        if let (Item::Http(HopRow::Hop(_)), Some(hop)) = (self.item, self.hop) {
            return hop.took.map(u64::from);
        }
        if matches!(self.item, Item::Http(_) | Item::Log(_)) {
            return None;
        }
        match self.pair {
            Some(number) if timeline.round_count(number) > 1 => {
                let last = timeline.exchange(timeline.last_round(number))?;
                let ended = timeline.entry(last.ended?)?;
                Some(ended.us().saturating_sub(self.first.us()))
            }
            _ => timeline.took(self.exchange?),
        }
    }

    /// In bytes, request and response together.
    pub fn size(&self, timeline: &Timeline) -> u64 {
        if let (Item::Http(HopRow::Hop(_)), Some(hop)) = (self.item, self.hop) {
            return u64::from(hop.size.0) + u64::from(hop.size.1);
        }
        let mut size = 0;
        self.each_entry(timeline, &mut |entry| {
            size += timeline.entry(entry).map_or(0, EntryRow::size);
            true
        });
        size
    }

    /// The entry that ended it.
    pub fn ended(&self, timeline: &'a Timeline) -> Option<&'a EntryRow> {
        let ended = match self.pair {
            Some(number) => timeline.exchange(timeline.last_round(number))?.ended?,
            None => return None,
        };
        timeline.entry(ended)
    }
}
