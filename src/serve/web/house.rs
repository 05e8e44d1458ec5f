//! Who is served: sessions, the requests of each that wait for what is played, and the streams apart.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use url::Url;

use super::super::client::{Client, Offer};
use super::super::{Book, Served};
use super::streams::{EventId, Streams};
use crate::listen::http::{HeaderMap, StatusCode};
use crate::mcp::auth::{masked_headers, masked_url};
use crate::mcp::http::headers;
use crate::note::Note;
use crate::note::http::Step;
use crate::script::{Act, Heard, Primed, SceneIndex, Tally, refusal};
use crate::session::Direction;
use crate::transport::LinkEvent;

/// Messages for a stream apart that nobody has opened yet.
const BACKLOG: usize = 1_000;

/// How long a session may be left alone that keeps a live server running. Many clients never end theirs.
const IDLE: Duration = Duration::from_secs(600);

/// Something for a response.
#[derive(Debug)]
pub(super) enum Piece {
    /// A message before the answer.
    Event(Vec<u8>, Option<EventId>),
    /// The answer.
    Answer(Vec<u8>, Option<EventId>),
    /// The server is gone in the middle of it.
    Broken,
    /// No message at all.
    Refused {
        /// Which scene knows the status.
        scene: SceneIndex,
        /// The body.
        body: String,
    },
}

/// A request that was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) run: u64,
    pub(super) scene: Option<SceneIndex>,
}

/// The form of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) status: Option<u16>,
    pub(super) is_stream: bool,
    pub(super) mime: String,
    /// See [`Shape::primed`](crate::script::Shape::primed).
    pub(super) primed: Option<Primed>,
}

/// A response that something is sent with.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) pieces: mpsc::UnboundedSender<Piece>,
    pub(super) exchange: u32,
    /// The exchange that began the stream, when that can be taken up again.
    pub(super) stream: Option<u32>,
}

/// Who is behind a session.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) client: Client,
    pub(super) lanes: HashMap<u64, Lane>,
    pub(super) apart: Option<Lane>,
    pub(super) backlog: Vec<Vec<u8>>,
    pub(super) exchanges: u32,
    /// Whether everything goes over the stream apart, as in HTTP+SSE.
    pub(super) older: bool,
    pub(super) streams: Streams,
    /// When it last said something or stopped listening, in microseconds.
    heard: u64,
}

#[derive(Debug)]
pub(super) struct Rooms {
    pub(super) book: Book,
    pub(super) guests: HashMap<String, Guest>,
    conns: u32,
    tally: Tally,
    exit: Option<(Option<i64>, Option<i64>)>,
    /// Connections whose client is gone, and whose live server is on its way out.
    leaving: HashSet<u32>,
}

/// All of it.
#[derive(Debug)]
pub(super) struct House {
    offer: Offer,
    /// Where it is.
    here: Url,
    rooms: Mutex<Rooms>,
    /// How long a session may be left alone that keeps a live server running, in microseconds.
    idle_us: u64,
    /// Something may be due at another time.
    sooner: Notify,
    /// The recorded server's end was played.
    over: Notify,
    /// A live server has left.
    left: Notify,
}

impl House {
    pub(super) fn new(offer: Offer, book: Book, address: SocketAddr) -> Self {
        let here = Url::parse(&format!("http://{address}/")).expect("an address and a port");
        Self {
            offer,
            here,
            rooms: Mutex::new(Rooms {
                book,
                guests: HashMap::new(),
                conns: 0,
                tally: Tally::default(),
                exit: None,
                leaving: HashSet::new(),
            }),
            idle_us: IDLE.as_micros() as u64,
            sooner: Notify::new(),
            over: Notify::new(),
            left: Notify::new(),
        }
    }

    pub(super) fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose this request is: the name of a session, a new one for a handshake; empty for what stands alone.
    pub(super) fn key(
        &self,
        session: Option<&str>,
        greets: bool,
        is_modern: bool,
    ) -> Result<String, StatusCode> {
        let manners = self.offer.script.http.as_ref();
        let sessions = manners.is_none_or(|manners| manners.sessions);
        if greets {
            return Ok(if sessions { name() } else { String::new() });
        }
        if is_modern || !sessions {
            return Ok(String::new());
        }
        match session {
            Some(session) if self.rooms().guests.contains_key(session) => Ok(session.to_owned()),
            Some(_) => Err(StatusCode::NOT_FOUND),
            None => Err(StatusCode::BAD_REQUEST),
        }
    }

    /// Whether there is such a session.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.rooms().guests.contains_key(key)
    }

    /// Whether there is a stream for what belongs to no request.
    pub(super) fn has_apart(&self) -> bool {
        let manners = self.offer.script.http.as_ref();
        let refused = manners
            .and_then(|manners| manners.get)
            .is_some_and(|get| get >= 400);
        !refused && self.offer.script.has_legacy()
    }

    /// Whether it is served over HTTP+SSE, as it was recorded.
    pub(super) fn is_older(&self) -> bool {
        self.offer.script.is_older()
    }

    /// Whether events of this session have ids, as they had.
    fn has_ids(&self, key: &str) -> bool {
        let manners = self.offer.script.http.as_ref();
        !key.is_empty() && manners.is_some_and(|manners| manners.ids)
    }

    pub(super) fn form(&self, scene: SceneIndex) -> Form {
        let scene = &self.offer.script.scenes[scene];
        let listens = scene.method == "subscriptions/listen";
        match &scene.shape {
            Some(shape) => Form {
                status: Some(shape.status),
                is_stream: shape.is_stream && shape.status < 300,
                mime: shape.mime.clone(),
                primed: shape.primed,
            },
            None => Form {
                status: None,
                is_stream: scene.talks() || listens,
                mime: String::new(),
                primed: None,
            },
        }
    }

    /// A request came: recorded before anything is made of it. The number of its exchange.
    pub(super) fn begin(
        &self,
        key: &str,
        verb: &str,
        url: &str,
        given: &HeaderMap,
        body: Option<&[u8]>,
    ) -> u32 {
        let mut rooms = self.rooms();
        let rooms = &mut *rooms;
        let guest = match rooms.guests.get_mut(key) {
            Some(guest) => guest,
            None => {
                rooms.conns += 1;
                let conn = rooms.conns;
                let script = &self.offer.script;
                rooms.book.connect(conn, &script.name, "http", &self.offer);
                rooms.guests.entry(key.to_owned()).or_insert(Guest {
                    client: self.offer.client(conn),
                    lanes: HashMap::new(),
                    apart: None,
                    backlog: Vec::new(),
                    exchanges: 0,
                    heard: 0,
                    older: self.is_older(),
                    streams: Streams::default(),
                })
            }
        };
        guest.exchanges += 1;
        guest.heard = rooms.book.now();
        let (conn, exchange) = (guest.client.conn, guest.exchanges);
        // Before its frame, which may repeat them.
        let told = given.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let told: Vec<(String, String)> = told.collect();
        let url = headers::at(&self.here, url);
        rooms.book.asked(conn, &told, &url);
        let mut step = Step::Request {
            exchange,
            verb: verb.to_owned(),
            url: masked_url(&url),
            headers: masked_headers(&told, &[]),
            size: body.map_or(0, <[u8]>::len) as u64,
            frame: None,
            why: "the client's".to_owned(),
            follows: None,
        };
        rooms.book.together(|book| {
            if let Step::Request { frame, .. } = &mut step {
                *frame =
                    body.map(|body| book.frame(conn, Direction::Out, body.to_vec(), "\n", None));
            }
            book.note(conn, &Note::Http(step));
        });
        exchange
    }

    /// Plays what these messages ask for; what comes of it goes to `pieces`.
    pub(super) fn hear(
        &self,
        key: &str,
        messages: &[&[u8]],
        exchange: u32,
        pieces: &mpsc::UnboundedSender<Piece>,
    ) -> Vec<Asked> {
        let mut rooms = self.rooms();
        let now = rooms.book.now();
        let ids = self.has_ids(key);
        let Some(guest) = rooms.guests.get_mut(key) else {
            return vec![];
        };
        let mut asked = Vec::new();
        for message in messages {
            let Heard { run, scene, .. } = guest.client.hear(message, now);
            if let Some(run) = run.filter(|_| !guest.older) {
                asked.push(Asked { run, scene });
                let pieces = pieces.clone();
                let stream = ids.then_some(exchange);
                let lane = Lane {
                    pieces,
                    exchange,
                    stream,
                };
                guest.lanes.insert(run, lane);
            }
        }
        self.perform(&mut rooms, key);
        asked
    }

    /// Somebody listens to what belongs to no request.
    pub(super) fn listens(&self, key: &str, exchange: u32) -> mpsc::UnboundedReceiver<Piece> {
        let (pieces, heard) = mpsc::unbounded_channel();
        let mut rooms = self.rooms();
        let rooms = &mut *rooms;
        if let Some(guest) = rooms.guests.get_mut(key) {
            let lane = Lane {
                pieces,
                exchange,
                stream: self.has_ids(key).then_some(exchange),
            };
            for frame in std::mem::take(&mut guest.backlog) {
                guest
                    .streams
                    .say(&lane, frame, false, guest.client.conn, &mut rooms.book);
            }
            if let Some(before) = guest.apart.replace(lane) {
                guest.ended(&before);
            }
        }
        heard
    }

    /// A session is over; whether there was one.
    pub(super) fn leave(&self, key: &str) -> bool {
        let mut rooms = self.rooms();
        let Some(mut guest) = rooms.guests.remove(key) else {
            return false;
        };
        if guest.client.leave() {
            rooms.leaving.insert(guest.client.conn);
        }
        rooms.tally.add(&guest.client.player.tally);
        let closed = Note::Closed { what: None };
        rooms.book.note(guest.client.conn, &closed);
        true
    }

    /// Nobody waits for these answers any more. That cancels requests of 2026-07-28 alone (protocol.md §3.11).
    pub(super) fn gone(&self, key: &str, is_modern: bool, runs: &[u64]) {
        let mut rooms = self.rooms();
        let now = rooms.book.now();
        let Some(guest) = rooms.guests.get_mut(key) else {
            return;
        };
        for run in runs {
            let kept = guest
                .lanes
                .get(run)
                .is_some_and(|lane| lane.stream.is_some());
            if !kept {
                guest.lanes.remove(run);
            }
            if is_modern {
                guest.client.gone(*run, now);
            }
        }
        guest.heard = now;
        self.perform(&mut rooms, key);
    }

    /// Something happened at the live server of a connection.
    pub(super) fn news(&self, conn: u32, event: LinkEvent) {
        let mut rooms = self.rooms();
        let mut guests = rooms.guests.iter_mut();
        let found = guests.find(|(_, guest)| guest.client.conn == conn);
        let Some((key, guest)) = found else {
            // Of one on its way out.
            let is_over = matches!(event, LinkEvent::Exited { .. } | LinkEvent::Closed(_));
            if is_over && rooms.leaving.remove(&conn) {
                self.left.notify_one();
            }
            return;
        };
        let (key, acts) = (key.clone(), guest.client.news(event));
        self.play(&mut rooms, &key, acts);
    }

    pub(super) fn notes(&self, key: &str, notes: &[Note]) {
        let mut rooms = self.rooms();
        if let Some(conn) = rooms.guests.get(key).map(|guest| guest.client.conn) {
            rooms.book.notes(conn, notes);
        }
    }

    fn perform(&self, rooms: &mut Rooms, key: &str) {
        if let Some(guest) = rooms.guests.get_mut(key) {
            let acts = guest.client.acts(&mut rooms.book);
            self.play(rooms, key, acts);
        }
        self.sooner.notify_one();
    }

    fn play(&self, rooms: &mut Rooms, key: &str, acts: Vec<Act>) {
        let Some(guest) = rooms.guests.get_mut(key) else {
            return;
        };
        for act in acts {
            match act {
                Act::Say {
                    frame,
                    run,
                    answers,
                    ..
                } => guest.say(&mut rooms.book, frame, run, answers),
                Act::Print { stderr, bytes } => {
                    rooms.book.print(guest.client.conn, stderr, &bytes);
                    let _ = std::io::Write::write_all(&mut std::io::stderr(), &bytes);
                }
                Act::Refuse { id, scene, .. } if guest.older => {
                    let told = refusal(&id, &self.offer.script.scenes[scene]);
                    guest.say(&mut rooms.book, told, None, true);
                }
                Act::Refuse {
                    run, scene, body, ..
                } => {
                    if let Some(lane) = guest.through(run) {
                        let _ = lane.pieces.send(Piece::Refused { scene, body });
                    }
                }
                Act::Break { run } => guest.break_off(run),
                Act::Close { run } => drop(guest.through(run)),
                Act::Exit { code, signal } => {
                    rooms.exit = Some((code, signal));
                    for lane in guest
                        .lanes
                        .drain()
                        .map(|(_, lane)| lane)
                        .chain(guest.apart.take())
                    {
                        let _ = lane.pieces.send(Piece::Broken);
                    }
                    self.over.notify_one();
                }
                Act::Told(_) | Act::Forward { .. } => {}
            }
        }
    }

    /// Until the recorded server's end was played.
    pub(super) async fn ended(&self) {
        self.over.notified().await;
    }

    /// Does in time what has its time.
    pub(super) async fn keep_time(self: Arc<Self>) {
        loop {
            let (now, due) = {
                let rooms = self.rooms();
                let due = rooms.guests.iter().flat_map(|(key, guest)| {
                    let idle = guest.idles(key).map(|since| since + self.idle_us);
                    [guest.client.player.next_due(), idle]
                });
                (rooms.book.now(), due.flatten().min())
            };
            let wait = due.map(|due| Duration::from_micros(due.saturating_sub(now)));
            tokio::select! {
                () = self.sooner.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    self.wake();
                }
            }
        }
    }

    fn wake(&self) {
        let mut rooms = self.rooms();
        let now = rooms.book.now();
        let keys: Vec<String> = rooms.guests.keys().cloned().collect();
        for key in keys {
            if let Some(guest) = rooms.guests.get_mut(&key) {
                guest.client.player.wake(now);
            }
            self.perform(&mut rooms, &key);
        }
        let idle = rooms.guests.iter().filter(|(key, guest)| {
            guest
                .idles(key)
                .is_some_and(|since| since + self.idle_us <= now)
        });
        let idle: Vec<String> = idle.map(|(key, _)| key.clone()).collect();
        drop(rooms);
        for key in idle {
            self.leave(&key);
        }
    }

    /// All go, and their live servers after them, as far as these do in time.
    pub(super) async fn empty(&self) {
        let keys: Vec<String> = self.rooms().guests.keys().cloned().collect();
        for key in keys {
            self.leave(&key);
        }
        let all = async {
            while !self.rooms().leaving.is_empty() {
                self.left.notified().await;
            }
        };
        let _ = tokio::time::timeout(self.offer.patience(), all).await;
    }

    /// The end of all.
    pub(super) fn finish(&self) -> Served {
        let mut rooms = self.rooms();
        let (tally, exit) = (std::mem::take(&mut rooms.tally), rooms.exit);
        rooms.book.finish(&self.offer.script, tally, exit)
    }
}

impl Guest {
    /// Since when nobody speaks or listens in this session, where that keeps a live server running.
    fn idles(&self, key: &str) -> Option<u64> {
        // A stream that can be taken up again is kept though its client hung up.
        let mut lanes = self.lanes.values().chain(self.apart.as_ref());
        let listens = lanes.any(|lane| !lane.pieces.is_closed());
        let idles = !key.is_empty() && self.client.is_live() && !listens;
        idles.then_some(self.heard)
    }

    fn say(&mut self, book: &mut Book, frame: Vec<u8>, run: Option<u64>, answers: bool) {
        let conn = self.client.conn;
        let run = run.filter(|_| !self.older);
        let lane = match run {
            Some(run) => self.lanes.get(&run),
            None => self
                .apart
                .as_ref()
                .filter(|lane| lane.stream.is_some() || !lane.pieces.is_closed()),
        };
        let Some(lane) = lane else {
            // Who asked is gone; what is for nobody in particular waits for whoever listens.
            if run.is_none() && self.backlog.len() < BACKLOG {
                self.backlog.push(frame);
            }
            return;
        };
        self.streams.say(lane, frame, answers, conn, book);
        if let Some(run) = run.filter(|_| answers) {
            self.through(run);
        }
    }
}

/// A name for a session that nobody guesses.
pub(super) fn name() -> String {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0_u8; 16];
    // Without the system's randomness sessions are still told apart by their counter.
    if ring::rand::SystemRandom::new().fill(&mut bytes).is_err() {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        bytes[..8].copy_from_slice(&count.to_be_bytes());
    }
    bytes.iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
