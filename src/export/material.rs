//! What an export is made from: the fold, the few links between entries that the fold lets go, and what is secret in it.

use std::collections::HashMap;

use crate::jsonrpc::{Id, Kind};
use crate::mask::Secrets;
use crate::mcp::facts::Detail;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::{EntryIndex, EntryRow, ExchangeIndex, Timeline};
use crate::session::{Channel, Direction, Header, Via};

/// A session, read once from its beginning. Bodies are not in it.
#[derive(Debug, Clone)]
pub struct Material {
    /// The first line of the session.
    pub header: Header,
    /// Its name for people: that of its file, without the ending.
    pub name: String,
    /// The fold, of entries as they may be told.
    pub timeline: Timeline,
    /// What was found to be secret in it: the same is masked when it is written, under the same names.
    pub secrets: Secrets,
    /// Of exchanges over HTTP (connection and number): the frames their responses brought, in order.
    carried: HashMap<(u32, u32), Vec<EntryIndex>>,
    /// Of exchanges: the notifications of their progress, in order.
    progress: HashMap<ExchangeIndex, Vec<EntryIndex>>,
    /// The exchange that a progress token belongs to.
    tokens: HashMap<(u32, Direction, Id), ExchangeIndex>,
    /// Lines of stderr, in order.
    stderr: Vec<EntryIndex>,
}

impl Material {
    /// Of a session nothing of which was read yet.
    pub fn new(header: Header, name: impl Into<String>) -> Self {
        Self {
            header,
            name: name.into(),
            timeline: Timeline::default(),
            secrets: Secrets::default(),
            carried: HashMap::new(),
            progress: HashMap::new(),
            tokens: HashMap::new(),
            stderr: Vec::new(),
        }
    }

    /// Takes the next entry, with its further members.
    pub fn push(&mut self, entry: &Recorded, extra: Option<&str>) {
        let index = self.timeline.entries().len() as EntryIndex;
        self.timeline.push(entry);
        match entry.channel {
            Channel::Stderr => self.stderr.push(index),
            Channel::Wire => {
                let connection = self.timeline.state().connection(entry.conn);
                let http = connection.is_some_and(|connection| &*connection.transport == "http");
                if http
                    && entry.direction == Direction::In
                    && let Some(via) = extra.and_then(Via::of)
                {
                    let frames = self.carried.entry((entry.conn, via.exchange)).or_default();
                    frames.push(index);
                }
                if let Facts::Messages(messages) = &entry.facts {
                    for message in messages {
                        self.message(index, entry, message);
                    }
                }
            }
            _ => {}
        }
    }

    fn message(
        &mut self,
        index: EntryIndex,
        entry: &Recorded,
        message: &crate::mcp::facts::Message,
    ) {
        match (&message.detail, &message.progress_token) {
            (Detail::Progress { token, .. }, _) => {
                let asked = match entry.direction {
                    Direction::Out => Direction::In,
                    _ => Direction::Out,
                };
                let key = (entry.conn, asked, token.clone());
                if let Some(exchange) = self.tokens.get(&key) {
                    self.progress.entry(*exchange).or_default().push(index);
                }
            }
            (_, Some(token)) if message.kind == Kind::Request => {
                if let Some(exchange) = self.timeline.exchange_of_request(index) {
                    let key = (entry.conn, entry.direction, token.clone());
                    self.tokens.insert(key, exchange);
                }
            }
            _ => {}
        }
    }

    /// The frames that an HTTP exchange's response brought.
    pub fn carried(&self, conn: u32, number: u32) -> &[EntryIndex] {
        self.carried.get(&(conn, number)).map_or(&[], Vec::as_slice)
    }

    /// The notifications of an exchange's progress.
    pub fn progress(&self, exchange: ExchangeIndex) -> &[EntryIndex] {
        self.progress.get(&exchange).map_or(&[], Vec::as_slice)
    }

    /// The lines of stderr.
    pub fn stderr(&self) -> &[EntryIndex] {
        &self.stderr
    }

    /// The last moment of the session that is known, in microseconds since it began.
    pub fn last_us(&self) -> u64 {
        let last = self.timeline.entries().last();
        last.map_or(0, EntryRow::us)
    }
}
