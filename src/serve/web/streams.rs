//! Event streams that break off and are taken up again: what was said in them is kept for a while, by number, and said
//! once more to whoever names the last event that came (basic/transports, Resumability and Redelivery; 2025-03-26 to
//! 2025-11-25).

use std::collections::{HashMap, VecDeque};

use tokio::sync::mpsc;

use super::super::Book;
use super::house::{Guest, House, Lane, Piece};
use crate::session::{Direction, Via};

/// Events of a stream that are kept.
const KEPT: usize = 1_000;
/// Streams of a client that are kept though all was said in them.
const OVER: usize = 100;

/// The id of an event: the exchange that began its stream, and its number there. 0 is the event that begins it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventId(pub(super) u32, pub(super) u64);

impl std::fmt::Display for EventId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.0, self.1)
    }
}

impl EventId {
    /// Reads one of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (stream, number) = text.split_once('-')?;
        Some(Self(stream.parse().ok()?, number.parse().ok()?))
    }
}

/// What was said in the streams of one client.
#[derive(Debug, Default)]
pub(super) struct Streams {
    past: HashMap<u32, Past>,
    /// Those in which nothing more will be said, oldest first.
    over: VecDeque<u32>,
}

#[derive(Debug, Default)]
struct Past {
    /// The number of the newest event.
    newest: u64,
    /// The newest of them, and whether each is an answer.
    said: VecDeque<(Vec<u8>, bool)>,
}

impl Streams {
    /// Says something in the stream of a lane. It is recorded once somebody is there to hear it.
    pub(super) fn say(
        &mut self,
        lane: &Lane,
        frame: Vec<u8>,
        answers: bool,
        conn: u32,
        book: &mut Book,
    ) {
        let id = lane.stream.map(|stream| {
            let past = self.past.entry(stream).or_default();
            past.newest += 1;
            past.said.push_back((frame.clone(), answers));
            if past.said.len() > KEPT {
                past.said.pop_front();
            }
            EventId(stream, past.newest)
        });
        if id.is_none() || !lane.pieces.is_closed() {
            deliver(lane, frame, answers, id, conn, book);
        }
    }

    /// Nothing more will be said in a stream. What was said in those that ended long ago is forgotten.
    fn ended(&mut self, stream: u32) {
        if !self.past.contains_key(&stream) {
            return;
        }
        self.over.push_back(stream);
        if self.over.len() > OVER
            && let Some(oldest) = self.over.pop_front()
        {
            self.past.remove(&oldest);
        }
    }

    /// Says again what came after an event, in another response.
    fn again(&self, after: EventId, lane: &Lane, conn: u32, book: &mut Book) {
        let Some(past) = self.past.get(&after.0) else {
            return;
        };
        let first = past.newest - past.said.len() as u64 + 1;
        for (number, (frame, answers)) in (first..).zip(&past.said) {
            if number > after.1 {
                let id = Some(EventId(after.0, number));
                deliver(lane, frame.clone(), *answers, id, conn, book);
            }
        }
    }
}

fn deliver(
    lane: &Lane,
    frame: Vec<u8>,
    answers: bool,
    id: Option<EventId>,
    conn: u32,
    book: &mut Book,
) {
    let via = Via {
        exchange: lane.exchange,
        answers: None,
    };
    book.frame(conn, Direction::In, frame.clone(), "\n", Some(via));
    let piece = if answers {
        Piece::Answer(frame, id)
    } else {
        Piece::Event(frame, id)
    };
    // Whoever waited may have gone meanwhile.
    let _ = lane.pieces.send(piece);
}

impl Guest {
    /// Nothing more is said for a request. Its stream has ended when that was the last one there.
    pub(super) fn through(&mut self, run: u64) -> Option<Lane> {
        let lane = self.lanes.remove(&run)?;
        self.ended(&lane);
        Some(lane)
    }

    /// A lane is no longer there: neither is its stream, unless others speak in it too.
    pub(super) fn ended(&mut self, lane: &Lane) {
        let mut others = self.lanes.values().chain(self.apart.as_ref());
        if let Some(stream) = lane.stream
            && !others.any(|other| other.stream == lane.stream)
        {
            self.streams.ended(stream);
        }
    }

    /// Ends a response before its answer. What can be taken up again goes on unheard.
    pub(super) fn break_off(&mut self, run: u64) {
        match self.lanes.get_mut(&run) {
            Some(lane) if lane.stream.is_some() => lane.pieces = mpsc::unbounded_channel().0,
            _ => drop(self.through(run)),
        }
    }
}

impl House {
    /// Takes up a stream after the last event that came; none when there is no such stream.
    pub(super) fn resumes(
        &self,
        key: &str,
        exchange: u32,
        after: EventId,
    ) -> Option<mpsc::UnboundedReceiver<Piece>> {
        let mut rooms = self.rooms();
        let rooms = &mut *rooms;
        let guest = rooms.guests.get_mut(key)?;
        let (conn, wanted) = (guest.client.conn, Some(after.0));
        let mut lanes = guest.lanes.values_mut().chain(guest.apart.as_mut());
        let open = lanes.any(|lane| lane.stream == wanted);
        if !open && !guest.streams.past.contains_key(&after.0) {
            return None;
        }
        let (pieces, heard) = mpsc::unbounded_channel();
        let lane = Lane {
            pieces,
            exchange,
            stream: wanted,
        };
        guest.streams.again(after, &lane, conn, &mut rooms.book);
        let lanes = guest.lanes.values_mut().chain(guest.apart.as_mut());
        for open in lanes.filter(|open| open.stream == wanted) {
            (open.pieces, open.exchange) = (lane.pieces.clone(), exchange);
        }
        Some(heard)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::listen::http::HeaderMap;
    use crate::recorder::Recorder;
    use crate::script::{Manners, Rules, Script};
    use crate::serve::Serving;
    use crate::serve::client::Offer;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = EventId(7, 12);
        assert_eq!(EventId::parse(&id.to_string()), Some(id));
        for other in ["", "7", "7-", "-1", "a-b", "7-12-1"] {
            assert_eq!(EventId::parse(other), None, "{other}");
        }
    }

    /// A house where streams can be taken up again.
    fn house() -> House {
        let mut script = Script::default();
        script.http = Some(Manners {
            sessions: true,
            ids: true,
            ..Manners::default()
        });
        let (offer, book, _) = Offer::of(Serving {
            script: Arc::new(script),
            rules: Rules::default(),
            live: None,
            recorder: Recorder::unnamed().unwrap(),
            told: String::new(),
        });
        House::new(offer, book, "127.0.0.1:1".parse().unwrap())
    }

    #[test]
    fn streams_that_had_their_answer_are_kept_for_a_while_only() {
        let house = house();
        let key = house.key(None, true, false).unwrap();
        let mut asked = Vec::new();
        for id in 0..3 * OVER {
            let asks = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#);
            let asks = asks.as_bytes();
            let exchange = house.begin(&key, "POST", "/mcp", &HeaderMap::new(), Some(asks));
            let (pieces, mut heard) = mpsc::unbounded_channel();
            house.hear(&key, &[asks], exchange, &pieces);
            assert!(matches!(heard.try_recv(), Ok(Piece::Answer(_, Some(_)))));
            asked.push(exchange);
        }
        {
            let mut rooms = house.rooms();
            let guest = rooms.guests.get_mut(&key).unwrap();
            let streams = &guest.streams;
            assert_eq!((streams.past.len(), streams.over.len()), (OVER, OVER));
            assert!(guest.lanes.is_empty());
        }
        let taken_up = |stream: u32| house.resumes(&key, 9_999, EventId(stream, 0));
        assert!(taken_up(asked[0]).is_none());
        let mut again = taken_up(asked[3 * OVER - 1]).unwrap();
        assert!(matches!(again.try_recv(), Ok(Piece::Answer(_, Some(_)))));
    }

    #[test]
    fn a_stream_apart_that_another_takes_the_place_of_has_ended() {
        let house = house();
        let key = house.key(None, true, false).unwrap();
        for _ in 0..3 {
            let exchange = house.begin(&key, "GET", "/mcp", &HeaderMap::new(), None);
            let heard = house.listens(&key, exchange);
            let mut rooms = house.rooms();
            let rooms = &mut *rooms;
            let guest = rooms.guests.get_mut(&key).unwrap();
            let lane = guest.apart.take().unwrap();
            let conn = guest.client.conn;
            guest
                .streams
                .say(&lane, b"{}".to_vec(), false, conn, &mut rooms.book);
            guest.apart = Some(lane);
            drop(heard);
        }
        let rooms = house.rooms();
        let streams = &rooms.guests[&key].streams;
        assert_eq!((streams.past.len(), streams.over.len()), (3, 2));
    }
}
