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
pub(super) struct Streams(HashMap<u32, Past>);

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
            let past = self.0.entry(stream).or_default();
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

    /// Says again what came after an event, in another response.
    fn again(&self, after: EventId, lane: &Lane, conn: u32, book: &mut Book) {
        let Some(past) = self.0.get(&after.0) else {
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
    /// Ends a response before its answer. What can be taken up again goes on unheard.
    pub(super) fn break_off(&mut self, run: u64) {
        match self.lanes.get_mut(&run) {
            Some(lane) if lane.stream.is_some() => lane.pieces = mpsc::unbounded_channel().0,
            _ => drop(self.lanes.remove(&run)),
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
        if !open && !guest.streams.0.contains_key(&after.0) {
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
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = EventId(7, 12);
        assert_eq!(EventId::parse(&id.to_string()), Some(id));
        for other in ["", "7", "7-", "-1", "a-b", "7-12-1"] {
            assert_eq!(EventId::parse(other), None, "{other}");
        }
    }
}
