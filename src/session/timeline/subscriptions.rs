//! What a connection is told of by itself: streams of notifications (2026-07-28), resources that are subscribed to,
//! and what came of them.

use crate::jsonrpc::Id;
use crate::mcp::subscriptions::{Filter, is_within};

/// Streams that stay at hand; of those that are over the oldest go.
const STREAMS: usize = 200;
/// Resources that stay at hand.
const WATCHED: usize = 10_000;

/// How a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StreamState {
    /// Asked for, not acknowledged.
    Asked,
    /// Acknowledged.
    Open,
    /// Refused with this code.
    Refused(i64),
    /// Given up by us.
    Closed,
    /// Ended by the server, in order.
    Ended,
    /// It broke off, or nothing was heard of it.
    Lost,
}

impl StreamState {
    /// Whether something may come of it yet.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Asked | Self::Open)
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Asked => "asked for".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Refused(code) => format!("refused ({code})"),
            Self::Closed => "closed".to_owned(),
            Self::Ended => "ended by the server".to_owned(),
            Self::Lost => "broke off".to_owned(),
        }
    }
}

/// A stream of notifications.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Stream {
    /// The id of its `subscriptions/listen`, which its notifications name.
    pub id: Id,
    /// The entry of the request, by sequence number.
    pub seq: u64,
    /// When it was asked for, in microseconds of the session.
    pub since_us: u64,
    /// What was asked for.
    pub asked: Filter,
    /// What the server is going to tell, once it said so.
    pub honoured: Option<Filter>,
    /// How it stands.
    pub state: StreamState,
    /// Notifications that came with it.
    pub heard: u32,
    /// When the last one did.
    pub last_us: Option<u64>,
}

/// How a subscription to a resource stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum WatchState {
    /// Asked for, not answered.
    Asked,
    /// Its changes are told.
    On,
    /// The server acknowledged the stream, but not this.
    NotHonoured,
    /// Refused with this code.
    Refused(i64),
    /// Its stream broke off; another may be on its way.
    Lost,
    /// No longer.
    Off,
}

impl WatchState {
    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Asked => "asked for".to_owned(),
            Self::On => "subscribed".to_owned(),
            Self::NotHonoured => "not honoured".to_owned(),
            Self::Refused(0) => "not answered".to_owned(),
            Self::Refused(code) => format!("refused ({code})"),
            Self::Lost => "broke off".to_owned(),
            Self::Off => "ended".to_owned(),
        }
    }

    /// Whether its changes are told, or will be if the server does as it was asked. What broke off can be asked for
    /// again.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::On | Self::Asked)
    }

    /// Whether its changes are wanted: told, asked for, or to be told again.
    pub const fn is_wanted(self) -> bool {
        matches!(self, Self::On | Self::Asked | Self::Lost)
    }
}

/// A resource that is or was subscribed to.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Watched {
    /// Which.
    pub uri: Box<str>,
    /// How that stands.
    pub state: WatchState,
    /// Since when, in microseconds of the session.
    pub since_us: u64,
    /// Updates that were told.
    pub updates: u32,
    /// Updates since it was last read.
    pub unread: u32,
    /// When the last one came.
    pub last_us: Option<u64>,
    /// The entry of the last one, by sequence number.
    pub last_seq: Option<u64>,
}

/// What a connection is told of.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Subscriptions {
    /// Streams, oldest first.
    pub streams: Vec<Stream>,
    /// Resources, in the order they were first subscribed to.
    pub watched: Vec<Watched>,
    /// Updates of resources that nobody subscribed to.
    pub unasked: u32,
}

impl Subscriptions {
    /// The subscription to a resource, as it stands or ended.
    pub fn watched(&self, uri: &str) -> Option<&Watched> {
        self.watched.iter().find(|watched| *watched.uri == *uri)
    }

    /// The resources whose changes are wanted.
    pub fn wanted(&self) -> impl Iterator<Item = &Watched> {
        self.watched
            .iter()
            .filter(|watched| watched.state.is_wanted())
    }

    /// Streams and resources that are alive.
    pub fn alive(&self) -> usize {
        self.wanted().count()
            + self
                .streams
                .iter()
                .filter(|stream| stream.state.is_alive() && stream.asked.uris.is_empty())
                .count()
    }

    fn watch(&mut self, uri: &str, us: u64) -> Option<&mut Watched> {
        let place = self.watched.iter().position(|one| *one.uri == *uri);
        let place = match place {
            Some(place) => place,
            None if self.watched.len() >= WATCHED => return None,
            None => {
                self.watched.push(Watched {
                    uri: uri.into(),
                    state: WatchState::Off,
                    since_us: us,
                    updates: 0,
                    unread: 0,
                    last_us: None,
                    last_seq: None,
                });
                self.watched.len() - 1
            }
        };
        self.watched.get_mut(place)
    }

    /// A resource is subscribed to one by one, or no longer.
    pub(super) fn watch_asked(&mut self, uri: &str, on: bool, us: u64) {
        if !on {
            return;
        }
        if let Some(watched) = self.watch(uri, us)
            && watched.state != WatchState::On
        {
            watched.state = WatchState::Asked;
            watched.since_us = us;
        }
    }

    /// That was answered; `refused` with a code, 0 when there was no answer.
    pub(super) fn watch_answered(&mut self, uri: &str, on: bool, refused: Option<i64>) {
        if let Some(watched) = self.watched.iter_mut().find(|one| *one.uri == *uri) {
            watched.state = match (on, refused) {
                (true, None) => WatchState::On,
                (true, Some(code)) => WatchState::Refused(code),
                (false, None) => WatchState::Off,
                (false, Some(_)) => watched.state,
            };
        }
    }

    /// A stream is asked for.
    pub(super) fn listen(&mut self, id: Id, asked: Filter, seq: u64, us: u64) {
        if self.streams.len() >= STREAMS
            && let Some(over) = self.streams.iter().position(|one| !one.state.is_alive())
        {
            self.streams.remove(over);
        }
        if self.streams.len() >= STREAMS {
            return;
        }
        self.streams.push(Stream {
            id,
            seq,
            since_us: us,
            asked,
            honoured: None,
            state: StreamState::Asked,
            heard: 0,
            last_us: None,
        });
        self.settle(us);
    }

    /// It was acknowledged. Without a name it is the oldest that waits for that.
    pub(super) fn acknowledged(&mut self, id: Option<&Id>, honoured: &Filter, us: u64) {
        let found = self.streams.iter_mut().find(|stream| match id {
            Some(id) => stream.id == *id && stream.state.is_alive(),
            None => stream.state == StreamState::Asked,
        });
        if let Some(stream) = found {
            stream.state = StreamState::Open;
            stream.honoured = Some(honoured.clone());
            self.settle(us);
        }
    }

    /// It is over.
    pub(super) fn stream_ended(&mut self, id: &Id, state: StreamState, us: u64) {
        let found = self
            .streams
            .iter_mut()
            .rfind(|stream| stream.id == *id && stream.state.is_alive());
        if let Some(stream) = found {
            stream.state = state;
            self.settle(us);
        }
    }

    /// A notification came with a stream.
    pub(super) fn heard(&mut self, id: &Id, us: u64) {
        if let Some(stream) = self.streams.iter_mut().rfind(|stream| stream.id == *id) {
            stream.heard += 1;
            stream.last_us = Some(us);
        }
    }

    /// A resource was updated.
    pub(super) fn updated(&mut self, uri: &str, seq: u64, us: u64) {
        let exact = self.watched.iter().position(|one| *one.uri == *uri);
        let longest = |(_, one): &(usize, &Watched)| one.uri.len();
        let whole = || {
            let within = self.watched.iter().enumerate();
            within
                .filter(|(_, one)| is_within(uri, &one.uri))
                .max_by_key(longest)
                .map(|(place, _)| place)
        };
        let Some(place) = exact.or_else(whole) else {
            self.unasked += 1;
            return;
        };
        let watched = &mut self.watched[place];
        watched.updates += 1;
        watched.unread += 1;
        watched.last_us = Some(us);
        watched.last_seq = Some(seq);
    }

    /// A resource was read.
    pub(super) fn read(&mut self, uri: &str) {
        if let Some(watched) = self.watched.iter_mut().find(|one| *one.uri == *uri) {
            watched.unread = 0;
        }
    }

    /// The connection is gone, and all of it with it. What was subscribed to stays marked so: it is what the next
    /// connection takes up.
    pub(super) fn gone(&mut self) {
        for stream in self.streams.iter_mut().filter(|one| one.state.is_alive()) {
            stream.state = StreamState::Lost;
        }
    }

    /// Gives the resources of streams the state that follows from all streams.
    fn settle(&mut self, us: u64) {
        let mut uris: Vec<Box<str>> = Vec::new();
        for stream in &self.streams {
            uris.extend(stream.asked.uris.iter().cloned());
        }
        uris.sort_unstable();
        uris.dedup();
        for uri in uris {
            let mut state = WatchState::Off;
            for stream in &self.streams {
                let asked = stream.asked.uris.contains(&uri);
                let honoured = stream
                    .honoured
                    .as_ref()
                    .is_some_and(|filter| filter.covers(&uri));
                state = match (stream.state, state) {
                    (_, WatchState::On) => WatchState::On,
                    (StreamState::Open, _) if honoured => WatchState::On,
                    (StreamState::Open, _) if asked => WatchState::NotHonoured,
                    (StreamState::Asked, _) if asked => WatchState::Asked,
                    (StreamState::Refused(code), WatchState::Off) if asked => {
                        WatchState::Refused(code)
                    }
                    (StreamState::Lost, WatchState::Off) if asked => WatchState::Lost,
                    // What was refused or lost, and asked for again since, and given up in order.
                    (
                        StreamState::Closed | StreamState::Ended,
                        WatchState::Refused(_) | WatchState::Lost,
                    ) if asked => WatchState::Off,
                    (_, state) => state,
                };
            }
            if let Some(watched) = self.watch(&uri, us)
                && watched.state != state
            {
                if state == WatchState::Asked {
                    watched.since_us = us;
                }
                watched.state = state;
            }
        }
    }
}
