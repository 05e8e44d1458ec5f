//! The part of the fold that changes: connections, and the requests that wait for an answer.
//!
//! It is small (it does not grow with the session), so it can be copied as a checkpoint and folded on from there.

use std::collections::HashMap;

mod told;

use super::connection::{Connection, LinkState};
use super::exchange::{ExchangeIndex, Status};
use super::subscriptions::StreamState;
use super::tapped::TapState;
use crate::jsonrpc::{Id, Kind};
use crate::mcp::facts::{Detail, Message};
use crate::mcp::revision::Era;
use crate::mcp::types::List;
use crate::note::Note;
use crate::session::recorded::{Facts, Recorded};
use crate::session::{Channel, Direction};
use told::About;

/// How far a pending request has come, as the server spelled it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// How far.
    pub progress: Box<str>,
    /// Of how much.
    pub total: Option<Box<str>>,
    /// In words.
    pub message: Option<Box<str>>,
    /// Notifications so far.
    pub count: u32,
}

/// A request that waits.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Waiting {
    /// Its exchange.
    pub exchange: ExchangeIndex,
    /// The list it asks for, and the cursor of its page; none for the first one.
    list: Option<(List, Option<Box<str>>)>,
    /// Whether it opens the connection.
    opens: bool,
    /// Whether it asks which era the server speaks: a refusal is an answer, not a failure.
    probes: bool,
    /// Its progress token.
    token: Option<Id>,
    /// What its answer is about, when that is more than the exchange.
    about: About,
    /// How far it has come.
    pub progress: Option<Progress>,
}

impl Waiting {
    /// Whether it is a stream of notifications, which stays open as long as it is wanted.
    pub fn is_stream(&self) -> bool {
        self.about == About::Listen
    }
}

/// The method that asks which era a server speaks.
pub(super) const PROBE: &str = "server/discover";

/// Whether a note has a row and a line of the log. Measurements have none, nor has what an exchange does as it should.
pub(super) fn is_event(note: &Note) -> bool {
    match note {
        Note::Usage { .. } => false,
        Note::Http(step) => step.is_telling(),
        Note::Asking(step) => step.is_telling(),
        _ => true,
    }
}

type Key = (u32, Direction, Id);

/// Everything that is true at some entry.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct State {
    /// By number; index 0 is the session itself.
    connections: Vec<Connection>,
    waiting: HashMap<Key, Waiting>,
    exchanges: ExchangeIndex,
    /// Entries that could not be recorded.
    pub lost: u64,
    /// What a tap holds back, and by which rules.
    pub tap: TapState,
}

/// What an entry did, for the rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Linked {
    /// A request: a new exchange. Holds the message's place in the frame.
    Opened(usize),
    /// An exchange ended; `answered` by this very entry's message.
    Ended {
        exchange: ExchangeIndex,
        status: Status,
        answered: bool,
        /// The place of the message that answered it.
        place: usize,
    },
    /// A message that is a row of its own.
    Single(usize),
    /// It tells how far this exchange has come.
    Progressed(ExchangeIndex),
    /// A response that nothing waits for.
    Orphan(usize),
}

impl State {
    /// The connection `number`, if it was seen.
    pub fn connection(&self, number: u32) -> Option<&Connection> {
        self.connections
            .get(number as usize)
            .filter(|connection| connection.number == number && number > 0)
    }

    /// All connections, in the order of their numbers.
    pub fn connections(&self) -> impl DoubleEndedIterator<Item = &Connection> {
        self.connections
            .iter()
            .filter(|connection| connection.number > 0)
    }

    /// The requests of `conn` that wait for an answer.
    pub fn waiting(&self, conn: u32) -> impl Iterator<Item = &Waiting> {
        self.waiting
            .iter()
            .filter(move |((number, ..), _)| *number == conn)
            .map(|(_, waiting)| waiting)
    }

    /// The exchanges that wait for an answer, on any connection.
    pub(super) fn pending(&self) -> Vec<ExchangeIndex> {
        self.waiting
            .values()
            .map(|waiting| waiting.exchange)
            .collect()
    }

    /// The request with this id that waits for an answer.
    pub fn waiting_for(&self, conn: u32, direction: Direction, id: &Id) -> Option<&Waiting> {
        self.waiting.get(&(conn, direction, id.clone()))
    }

    /// The task whose result the request with this id waits for.
    pub(super) fn awaited_task(&self, conn: u32, id: &Id) -> Option<&str> {
        match &self.waiting_for(conn, Direction::Out, id)?.about {
            About::TaskResult(task) => Some(task),
            _ => None,
        }
    }

    /// How far a pending exchange has come.
    pub fn progress(&self, exchange: ExchangeIndex) -> Option<&Progress> {
        self.waiting
            .values()
            .find(|waiting| waiting.exchange == exchange)
            .and_then(|waiting| waiting.progress.as_ref())
    }

    fn connection_mut(&mut self, number: u32) -> &mut Connection {
        // Numbers come from us, but an opened file may hold anything: bound what it can make us allocate.
        let index = (number as usize).min(65_535);
        while self.connections.len() <= index {
            let number = self.connections.len() as u32;
            self.connections.push(Connection::default());
            if number as usize == index {
                self.connections[index].number = index as u32;
            }
        }
        let connection = &mut self.connections[index];
        connection.number = index as u32;
        connection
    }

    /// Takes one more entry; adds what it did to the rows to `linked`.
    pub(super) fn fold(&mut self, entry: &Recorded, linked: &mut Vec<Linked>) {
        match &entry.facts {
            Facts::Messages(messages) => {
                for (place, message) in messages.iter().enumerate() {
                    self.message(entry, place, message, linked);
                }
            }
            Facts::Junk(_) => {
                if entry.channel == Channel::Stdout {
                    self.connection_mut(entry.conn).counters.junk += 1;
                }
                linked.push(Linked::Single(0));
            }
            Facts::Line(_) => {
                self.connection_mut(entry.conn)
                    .line(entry.preview.as_deref());
            }
            Facts::Note(note) => self.note(entry, note, linked),
            Facts::Other => linked.push(Linked::Single(0)),
        }
    }

    fn note(&mut self, entry: &Recorded, note: &Note, linked: &mut Vec<Linked>) {
        if is_event(note) {
            linked.push(Linked::Single(0));
        }
        if let Note::Gap { lost } = note {
            self.lost += lost;
        }
        if let Note::Tapped(deed) = note {
            self.tap.fold(deed, entry.us);
        }
        if entry.conn > 0 {
            self.connection_mut(entry.conn).note(note, entry.us);
        }
        match note {
            Note::Exit { .. } | Note::StartFailed { .. } | Note::Closed { .. } => {
                let gone: Vec<Key> = self
                    .waiting
                    .keys()
                    .filter(|(conn, ..)| *conn == entry.conn)
                    .cloned()
                    .collect();
                self.connection_mut(entry.conn).gone();
                let mut ended: Vec<ExchangeIndex> = gone
                    .iter()
                    .filter_map(|key| self.waiting.remove(key))
                    .map(|waiting| waiting.exchange)
                    .collect();
                ended.sort_unstable();
                self.connection_mut(entry.conn).counters.failures += ended.len() as u64;
                linked.extend(ended.into_iter().map(|exchange| Linked::Ended {
                    exchange,
                    status: Status::NoReply,
                    answered: false,
                    place: 0,
                }));
            }
            Note::Timeout { id, .. } => {
                let key = (entry.conn, Direction::Out, Id::read(id.as_bytes()));
                linked.extend(self.end(&key, Status::TimedOut, entry.us));
            }
            Note::Unanswered { id, status, .. } => {
                let key = (entry.conn, Direction::Out, Id::read(id.as_bytes()));
                linked.extend(self.end(&key, Status::Http(status.unwrap_or(0)), entry.us));
            }
            Note::Abandoned { id, .. } => {
                let key = (entry.conn, Direction::Out, Id::read(id.as_bytes()));
                linked.extend(self.end(&key, Status::Cancelled, entry.us));
            }
            _ => {}
        }
    }

    fn end(&mut self, key: &Key, status: Status, us: u64) -> Option<Linked> {
        let waiting = self.waiting.remove(key)?;
        if waiting.opens && status == Status::TimedOut {
            self.connection_mut(key.0).late = Some(key.2.clone());
        }
        let subscriptions = &mut self.connection_mut(key.0).subscriptions;
        match &waiting.about {
            About::Watch(uri, on) => subscriptions.watch_answered(uri, *on, Some(0)),
            About::Listen => {
                let how = match status {
                    Status::Cancelled => StreamState::Closed,
                    _ => StreamState::Lost,
                };
                subscriptions.stream_ended(&key.2, how, us);
            }
            _ => {}
        }
        if status.is_failure() && !waiting.probes {
            self.connection_mut(key.0).counters.failures += 1;
        }
        Some(Linked::Ended {
            exchange: waiting.exchange,
            status,
            answered: false,
            place: 0,
        })
    }

    fn message(
        &mut self,
        entry: &Recorded,
        place: usize,
        message: &Message,
        linked: &mut Vec<Linked>,
    ) {
        let connection = self.connection_mut(entry.conn);
        match entry.direction {
            Direction::Out => connection.counters.out += 1,
            _ => connection.counters.received += 1,
        }
        match message.kind {
            Kind::Request => self.request(entry, place, message, linked),
            Kind::Notification => {
                self.notification(entry, message, linked);
                linked.push(Linked::Single(place));
            }
            Kind::Result | Kind::Error => self.response(entry, place, message, linked),
            Kind::Malformed => linked.push(Linked::Single(place)),
        }
    }

    fn request(
        &mut self,
        entry: &Recorded,
        place: usize,
        message: &Message,
        linked: &mut Vec<Linked>,
    ) {
        let exchange = self.exchanges;
        self.exchanges += 1;
        linked.push(Linked::Opened(place));
        let Some(id) = &message.id else { return };
        let method = message.method.as_deref().unwrap_or_default();
        let list = List::of_method(method).map(|list| (list, message.subject.clone()));
        if entry.direction == Direction::Out {
            let connection = self.connection_mut(entry.conn);
            connection.asked();
            if let Some((list, _)) = &list {
                connection.list_mut(*list).asked();
            }
        }
        let key = (entry.conn, entry.direction, id.clone());
        if let Some(ended) = self.end(&key, Status::Superseded, entry.us) {
            linked.push(ended);
        }
        let about = self.about(entry, message);
        self.waiting.insert(
            key,
            Waiting {
                exchange,
                about,
                list,
                opens: matches!(method, "initialize" | PROBE),
                probes: method == PROBE,
                token: message.progress_token.clone(),
                progress: None,
            },
        );
    }

    fn response(
        &mut self,
        entry: &Recorded,
        place: usize,
        message: &Message,
        linked: &mut Vec<Linked>,
    ) {
        let asked = match entry.direction {
            Direction::Out => Direction::In,
            _ => Direction::Out,
        };
        let found = message
            .id
            .as_ref()
            .and_then(|id| self.waiting.remove(&(entry.conn, asked, id.clone())));
        let Some(waiting) = found else {
            // Who opens a connection takes this answer even when it comes late.
            let connection = self.connection_mut(entry.conn);
            if let Detail::Result(result) = &message.detail
                && let Some(opening) = &result.opening
                && message.id.is_some()
                && connection.late == message.id
            {
                connection.late = None;
                if connection.opening.is_none() {
                    connection.opened(opening);
                }
            }
            linked.push(Linked::Orphan(place));
            return;
        };
        self.answered(entry, message, &waiting);
        if let Some((list, cursor)) = &waiting.list {
            self.list_page(entry, *list, cursor.as_deref(), message);
        }
        let connection = self.connection_mut(entry.conn);
        let status = match &message.detail {
            Detail::Error { code, .. } => {
                let code = code.unwrap_or(0);
                if let Some((list, _)) = waiting.list {
                    connection.list_mut(list).refused(code);
                }
                Status::Error(code)
            }
            Detail::Result(result) => {
                connection.answered();
                if waiting.opens
                    && let Some(opening) = &result.opening
                {
                    connection.opened(opening);
                }
                // Older revisions have no such member: there it is the server's own.
                let modern = connection
                    .revision
                    .is_some_and(|one| one.era() == Era::Modern);
                let made = result.task.as_deref().is_some_and(|task| task.nested);
                match result.result_type.as_deref() {
                    Some("input_required") => Status::InputRequired,
                    Some("task") => Status::Task,
                    _ if made && waiting.about == About::Tool => Status::Task,
                    Some(odd) if odd != "complete" && modern => Status::OddResult,
                    _ if result.is_error => Status::ToolError,
                    _ => Status::Ok,
                }
            }
            _ => Status::Ok,
        };
        if status.is_failure() && !waiting.probes {
            connection.counters.failures += 1;
        }
        linked.push(Linked::Ended {
            exchange: waiting.exchange,
            status,
            answered: true,
            place,
        });
    }

    fn notification(&mut self, entry: &Recorded, message: &Message, linked: &mut Vec<Linked>) {
        self.told(entry, message);
        match &message.detail {
            Detail::Cancelled { request } => {
                let key = (entry.conn, entry.direction, request.clone());
                linked.extend(self.end(&key, Status::Cancelled, entry.us));
                // Of our requests a server may end streams only.
                let key = (entry.conn, Direction::Out, request.clone());
                if entry.direction == Direction::In
                    && self
                        .waiting
                        .get(&key)
                        .is_some_and(|waiting| waiting.about == About::Listen)
                {
                    let subscriptions = &mut self.connection_mut(entry.conn).subscriptions;
                    subscriptions.stream_ended(request, StreamState::Ended, entry.us);
                    linked.extend(self.end(&key, Status::Cancelled, entry.us));
                }
            }
            Detail::Progress {
                token,
                progress,
                total,
                message,
            } => {
                let waiting = self
                    .waiting
                    .iter_mut()
                    .find(|((conn, direction, _), waiting)| {
                        *conn == entry.conn
                            && *direction != entry.direction
                            && waiting.token.as_ref() == Some(token)
                    });
                if let Some((_, waiting)) = waiting {
                    let count = waiting
                        .progress
                        .as_ref()
                        .map_or(0, |progress| progress.count);
                    waiting.progress = Some(Progress {
                        progress: progress.clone(),
                        total: total.clone(),
                        message: message.clone(),
                        count: count + 1,
                    });
                    linked.push(Linked::Progressed(waiting.exchange));
                }
            }
            _ => {
                let connection = self.connection_mut(entry.conn);
                if message.method.as_deref() == Some("notifications/initialized")
                    && entry.direction == Direction::Out
                    && connection.link == LinkState::Starting
                {
                    // A recording of somebody else's traffic: no notes of ours say that it works.
                    connection.link = LinkState::Ready;
                }
            }
        }
    }
}
