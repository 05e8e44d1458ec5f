//! The fold: [`Timeline::push`] takes entries one by one, and everything anybody shows is read off the result.
//!
//! A live session, an opened file, lint, replay and the tests all take this one path. What grows with the session
//! (entries, rows, exchanges, logs) only ever gets longer and is kept in a few dozen bytes an entry; what changes
//! is the small [`State`], copied as a checkpoint now and then, so that the state at any entry can be had again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

mod asking;
mod behind;
mod catalogue;
pub mod changes;
mod connection;
mod exchange;
mod frames;
mod http;
pub mod login;
mod moment;
mod packed;
pub mod questions;
mod rounds;
mod settled;
mod state;
pub mod subscriptions;
mod symbols;
mod tapped;
pub mod tasks;
mod wrong;

pub use behind::Tick;
pub use catalogue::{Catalogue, Fresh, Listed};
pub use connection::{Connection, Counters, LinkState, Trouble, Usage};
pub use exchange::{EntryIndex, Exchange, ExchangeIndex, Row, Single, SingleKind, Status};
pub use frames::{FrameKind, FrameRow};
pub use http::{Hop, HopIndex, HopRow, Hops};
pub use moment::{Approach, Moment, Stop};
pub use questions::{Question, Questions};
pub use rounds::Spans;
pub use state::{Progress, State, Waiting};
pub use symbols::{Symbol, Symbols};
pub use tapped::{About, TapState};

use super::level::Level;
use super::recorded::{Facts, Place, Recorded};
use super::{Channel, Direction};
use crate::jsonrpc::Id;
use crate::mcp::facts::Detail;
use crate::note::{self, Note};
use rounds::Opened;
use state::Linked;

/// Entries between two checkpoints: folding on from one takes a few milliseconds.
const CHECKPOINT: usize = 65_536;

/// An entry, as it stays resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EntryRow {
    offset: u64,
    us: u64,
    at_us: i64,
    length: u32,
    seq: u32,
    size: u32,
    conn: u16,
    channel: ChannelTag,
    direction: Direction,
    /// Sent by mcpscope for itself.
    pub aux: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum ChannelTag {
    Wire,
    Stdout,
    Stderr,
    Process,
    Http,
    Note,
    Other,
}

impl EntryRow {
    /// Its sequence number.
    pub const fn seq(&self) -> u64 {
        self.seq as u64
    }

    /// Microseconds since the session began.
    pub const fn us(&self) -> u64 {
        self.us
    }

    /// Wall time.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at_us).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Bytes of the body (4 GiB at most are told).
    pub const fn size(&self) -> u64 {
        self.size as u64
    }

    /// The connection.
    pub const fn conn(&self) -> u32 {
        self.conn as u32
    }

    /// Which way it went.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether it is a line of stderr.
    pub fn is_stderr(&self) -> bool {
        self.channel == ChannelTag::Stderr
    }

    /// Whether it is a frame.
    pub fn is_wire(&self) -> bool {
        self.channel == ChannelTag::Wire
    }

    /// Whether it tells what happened or was decided here, rather than what somebody said.
    pub fn is_ours(&self) -> bool {
        use ChannelTag::{Http, Note, Process};
        matches!(self.channel, Process | Http | Note)
    }

    /// Whether it is a line of an opened file that is no entry, if its row says that it is no JSON-RPC.
    pub fn is_damage(&self) -> bool {
        self.channel == ChannelTag::Other
    }

    /// Where its line stands in the file.
    pub const fn place(&self) -> Place {
        Place {
            offset: self.offset,
            length: self.length as u64,
        }
    }
}

/// Where a line of the log comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum LogSource {
    /// The server's stderr.
    Stderr,
    /// `notifications/message`
    Notification,
    /// stdout, but no JSON-RPC.
    Junk,
    /// The process: started, exited.
    Process,
    /// HTTP: requests, responses, streams.
    Http,
    /// A decision of ours.
    Note,
}

impl LogSource {
    /// One word for the list.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stderr => "stderr",
            Self::Notification => "notif",
            Self::Junk => "stdout",
            Self::Process => "life",
            Self::Http => "http",
            Self::Note => "mcpscope",
        }
    }

    /// Whether it is about the connection itself, rather than what somebody says over it.
    const fn is_of_life(self) -> bool {
        matches!(self, Self::Process | Self::Http | Self::Note)
    }
}

/// One line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogRow {
    /// Which entry.
    pub entry: EntryIndex,
    /// Where it comes from.
    pub source: LogSource,
    /// Its level; what says none counts as info.
    pub level: Level,
}

/// The fold over the entries of a session.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Timeline {
    #[serde(with = "packed::entries")]
    entries: Vec<EntryRow>,
    rows: Vec<Row>,
    logs: Vec<LogRow>,
    exchanges: Vec<Exchange>,
    singles: Vec<Single>,
    frames: Vec<FrameRow>,
    hops: Hops,
    symbols: Symbols,
    /// Exchange by hash of (connection, direction, id), once it has ended: tells late answers from unknown ones.
    #[serde(skip)]
    finished: HashMap<u64, ExchangeIndex>,
    questions: Questions,
    rounds: rounds::Rounds,
    /// Entries that a person sent, ascending.
    by_hand: Vec<EntryIndex>,
    ticks: Vec<Tick>,
    state: State,
    checkpoints: Vec<State>,
    /// The moment that is shown, when it is not all.
    #[serde(skip)]
    shown: Option<Box<moment::Shown>>,
    /// Empty between two entries; kept for its room.
    #[serde(skip)]
    linked: Vec<Linked>,
}

impl Timeline {
    /// Takes the next entry. While a moment is shown, none can be taken: leave it first.
    pub fn push(&mut self, entry: &Recorded) {
        debug_assert!(
            self.shown.is_none(),
            "entries are added to a whole timeline"
        );
        if self.entries.len().is_multiple_of(CHECKPOINT) {
            self.checkpoints.push(self.state.clone());
        }
        let index = self.entries.len() as EntryIndex;
        self.entries.push(EntryRow {
            offset: entry.place.offset,
            length: u32::try_from(entry.place.length).unwrap_or(u32::MAX),
            us: entry.us,
            at_us: entry.at.as_microsecond(),
            seq: u32::try_from(entry.seq).unwrap_or(u32::MAX),
            size: u32::try_from(entry.size).unwrap_or(u32::MAX),
            conn: u16::try_from(entry.conn).unwrap_or(u16::MAX),
            channel: match entry.channel {
                Channel::Wire => ChannelTag::Wire,
                Channel::Stdout => ChannelTag::Stdout,
                Channel::Stderr => ChannelTag::Stderr,
                Channel::Process => ChannelTag::Process,
                Channel::Http => ChannelTag::Http,
                Channel::Note => ChannelTag::Note,
                Channel::Other(_) => ChannelTag::Other,
            },
            direction: entry.direction,
            aux: entry.aux,
        });
        let mut linked = std::mem::take(&mut self.linked);
        self.state.fold(entry, &mut linked);
        for one in linked.drain(..) {
            self.link(index, entry, &one);
        }
        self.linked = linked;
        self.http(index, entry);
        self.ask(index, entry);
        self.sent_by_hand(entry);
        self.log(index, entry);
    }

    fn http(&mut self, index: EntryIndex, entry: &Recorded) {
        let Facts::Note(note) = &entry.facts else {
            return;
        };
        let entries = &self.entries;
        self.hops
            .push(index, entry.conn, note, &mut self.symbols, |seq| {
                let place = entries.partition_point(|entry| entry.seq() < seq);
                (entries.get(place)?.seq() == seq).then_some(place as EntryIndex)
            });
    }

    fn link(&mut self, index: EntryIndex, entry: &Recorded, linked: &Linked) {
        let message = |place: usize| match &entry.facts {
            Facts::Messages(messages) => messages.get(place),
            _ => None,
        };
        match *linked {
            Linked::Opened(place) => {
                let message = message(place);
                let method = message.and_then(|message| message.method.as_deref());
                let method = self.symbols.put(method.unwrap_or_default());
                let subject = message.and_then(|message| message.subject.as_deref());
                let subject = self.symbols.put(subject.unwrap_or_default());
                let number = self.exchanges.len() as ExchangeIndex;
                let id = message
                    .and_then(|message| message.id.clone())
                    .unwrap_or(Id::Integer(0));
                let opened = Opened {
                    exchange: number,
                    conn: entry.conn,
                    method,
                    subject,
                    state: None,
                };
                let before = message
                    .filter(|_| entry.direction == Direction::Out)
                    .and_then(|message| self.goes_on_with(index, &id, message, opened));
                frames::push(&mut self.frames, index, FrameKind::Request(number));
                // The rounds of a conversation are under the row of its first request.
                if before.is_none() {
                    self.rows.push(Row::Exchange(number));
                }
                if let (Direction::In, Some(message)) = (entry.direction, message) {
                    self.questions.requested(index, entry.conn, message, number);
                }
                self.exchanges.push(Exchange {
                    request: index,
                    response: None,
                    ended: None,
                    conn: entry.conn,
                    method,
                    subject,
                    id,
                    status: Status::Pending,
                });
            }
            Linked::Ended {
                exchange,
                status,
                answered,
                place,
            } => {
                let Some(ended) = self.exchanges.get_mut(exchange as usize) else {
                    return;
                };
                ended.status = status;
                ended.ended = Some(index);
                if answered {
                    ended.response = Some(index);
                    frames::push(&mut self.frames, index, FrameKind::Response(exchange));
                }
                let direction = self.entries[ended.request as usize].direction;
                self.finished
                    .insert(hash(ended.conn, direction, &ended.id), exchange);
                let answer = message(place).filter(|_| answered);
                if let (Status::InputRequired, Some(answer)) = (status, answer) {
                    self.rounds.wants(ended, exchange, answer);
                }
                let task = answer.and_then(|answer| match &answer.detail {
                    Detail::Result(result) => result.task.as_deref(),
                    _ => None,
                });
                let connection = self.state.connection(ended.conn);
                let made_of = task
                    .zip(connection)
                    .and_then(|(task, connection)| connection.tasks.get(&task.id)?.exchange);
                self.questions
                    .exchange_ended(index, exchange, ended, direction, answer, made_of);
            }
            Linked::Progressed(exchange) => self.ticks.push(Tick {
                entry: index,
                exchange,
            }),
            Linked::Single(place) => self.single(index, single_kind(entry, place), entry, place),
            Linked::Orphan(place) => {
                let asked = match entry.direction {
                    Direction::Out => Direction::In,
                    _ => Direction::Out,
                };
                let id = message(place).and_then(|message| message.id.as_ref());
                let known = id
                    .and_then(|id| self.finished.get(&hash(entry.conn, asked, id)))
                    .map(|exchange| self.exchanges[*exchange as usize].clone());
                let kind = match (id, known) {
                    (None | Some(Id::Other(_)), _) => SingleKind::ResponseWithoutId,
                    (_, Some(exchange)) if exchange.response.is_some() => {
                        SingleKind::DuplicateResponse
                    }
                    (_, Some(exchange)) if self.says_goodbye(&exchange, message(place)) => {
                        SingleKind::Closing
                    }
                    (_, Some(_)) => SingleKind::LateResponse,
                    _ => SingleKind::UnknownResponse,
                };
                self.single(index, kind, entry, place);
            }
        }
    }

    fn single(&mut self, index: EntryIndex, kind: SingleKind, entry: &Recorded, place: usize) {
        let (method, subject) = match &entry.facts {
            Facts::Messages(messages) => messages.get(place).map_or(("", None), |message| {
                (
                    message.method.as_deref().unwrap_or_default(),
                    message.subject.as_deref(),
                )
            }),
            Facts::Note(note) => (note.name(), None),
            Facts::Other => (entry.channel.word(), None),
            Facts::Junk(_) | Facts::Line(_) => ("", None),
        };
        // Progress tokens and request ids as subjects would be one symbol each; the preview tells them instead.
        let subject = match kind {
            SingleKind::Notification
                if matches!(method, "notifications/progress" | "notifications/cancelled") =>
            {
                None
            }
            _ => subject,
        };
        let (method, subject) = (
            self.symbols.put(method),
            self.symbols.put(subject.unwrap_or_default()),
        );
        let place = self.singles.len() as u32;
        self.rows.push(Row::Single(place));
        if matches!(entry.facts, Facts::Messages(_) | Facts::Junk(_)) {
            frames::push(&mut self.frames, index, FrameKind::Single(place));
        }
        self.singles.push(Single {
            entry: index,
            kind,
            method,
            subject,
        });
    }

    fn log(&mut self, index: EntryIndex, entry: &Recorded) {
        let (source, level) = match &entry.facts {
            Facts::Line(level) => (LogSource::Stderr, level.unwrap_or_default()),
            Facts::Junk(_) if entry.channel == Channel::Stdout => (LogSource::Junk, Level::Warning),
            Facts::Messages(messages) => {
                let Some(level) = messages.iter().find_map(|message| match &message.detail {
                    Detail::Log { level } => Some(Level::of_word(level).unwrap_or_default()),
                    _ => None,
                }) else {
                    return;
                };
                (LogSource::Notification, level)
            }
            Facts::Note(note) => {
                let source = if note.is_process() {
                    LogSource::Process
                } else if note.is_http() {
                    LogSource::Http
                } else {
                    LogSource::Note
                };
                (source, note_level(note))
            }
            Facts::Junk(_) | Facts::Other => return,
        };
        if matches!(&entry.facts, Facts::Note(note) if !state::is_event(note)) {
            return;
        }
        self.logs.push(LogRow {
            entry: index,
            source,
            level,
        });
    }

    /// One entry.
    pub fn entry(&self, index: EntryIndex) -> Option<&EntryRow> {
        self.entries().get(index as usize)
    }

    /// The index of the entry with this sequence number, or of the next one after a hole.
    pub fn index_of_seq(&self, seq: u64) -> Option<EntryIndex> {
        let index = self.entries().partition_point(|entry| entry.seq() < seq);
        (index < self.entries().len()).then_some(index as EntryIndex)
    }

    /// The exchanges over HTTP.
    pub fn hops(&self) -> &Hops {
        &self.hops
    }

    /// One exchange.
    pub fn exchange(&self, index: ExchangeIndex) -> Option<&Exchange> {
        self.exchanges().get(index as usize)
    }

    /// The exchange whose request is entry `index` (the first of them, in a batch).
    pub fn exchange_of_request(&self, index: EntryIndex) -> Option<ExchangeIndex> {
        let place = self
            .exchanges()
            .partition_point(|exchange| exchange.request < index);
        (self.exchanges().get(place)?.request == index).then_some(place as ExchangeIndex)
    }

    /// One single row.
    pub fn single_row(&self, index: u32) -> Option<&Single> {
        self.singles().get(index as usize)
    }

    /// The first entry of a row: the request, or the entry itself.
    pub fn entry_of(&self, row: Row) -> Option<EntryIndex> {
        match row {
            Row::Exchange(index) => self.exchange(index).map(|exchange| exchange.request),
            Row::Single(index) => self.single_row(index).map(|single| single.entry),
        }
    }

    /// The word of a symbol.
    pub fn word(&self, symbol: Symbol) -> &str {
        self.symbols.word(symbol)
    }

    /// Whether an exchange went wrong. A refused or unanswered `server/discover` did not: it told the era.
    pub fn went_wrong(&self, exchange: &Exchange) -> bool {
        let told = matches!(
            exchange.status,
            Status::Error(_) | Status::TimedOut | Status::Http(400..500)
        );
        exchange.status.is_failure() && !(told && self.word(exchange.method) == state::PROBE)
    }

    /// How long an exchange took, in microseconds; none while it is pending.
    pub fn took(&self, exchange: &Exchange) -> Option<u64> {
        let ended = self.entry(exchange.ended?)?;
        let began = self.entry(exchange.request)?;
        Some(ended.us.saturating_sub(began.us))
    }
}

fn single_kind(entry: &Recorded, place: usize) -> SingleKind {
    match &entry.facts {
        Facts::Messages(messages) => match messages.get(place).map(|message| message.kind) {
            Some(crate::jsonrpc::Kind::Notification) => SingleKind::Notification,
            _ => SingleKind::Malformed,
        },
        Facts::Junk(_) => SingleKind::Junk,
        Facts::Note(note) if note.is_process() => SingleKind::Process,
        Facts::Note(note) if note.is_http() => SingleKind::Http,
        Facts::Note(_) => SingleKind::Note,
        Facts::Line(_) | Facts::Other => SingleKind::Other,
    }
}

fn note_level(note: &Note) -> Level {
    match note {
        Note::StartFailed { .. }
        | Note::Failed { .. }
        | Note::Gap { .. }
        | Note::WriteFailed { .. } => Level::Error,
        Note::Exit { code: Some(0), .. } => Level::Info,
        Note::Exit { .. } => Level::Error,
        Note::Closed { what: Some(_) } => Level::Error,
        Note::Http(step) if step.is_trouble() => Level::Warning,
        Note::Login(hop) if hop.is_trouble() => Level::Error,
        Note::Login(hop) if hop.stray().is_some() => Level::Warning,
        Note::Decided(decided) if decided.warns() => Level::Warning,
        // That it waits for somebody, or went on as it was, is what they wanted.
        Note::Tapped(deed) if deed.changes() => Level::Warning,
        Note::Remark { what } if what.starts_with(note::BY_TAP) => Level::Info,
        Note::Unanswered { .. }
        | Note::Timeout { .. }
        | Note::Remark { .. }
        | Note::TaskLeft { .. }
        | Note::ListCut { .. } => Level::Warning,
        Note::ClientSaid {
            level: Some(level), ..
        } => Level::of_word(level).unwrap_or_default(),
        _ => Level::Info,
    }
}

fn hash(conn: u32, direction: Direction, id: &Id) -> u64 {
    let mut hasher = DefaultHasher::new();
    (conn, direction, id).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
