//! What a client must do to carry frames over HTTP, sans-io: told what happened, a [`Courier`] says what to do.
//!
//! It owns what the transports define: which request a frame becomes and with which headers, sessions, the streams a
//! server may keep open, resumption, redirects, the older transport with its two addresses, and the way from an
//! unknown address to the transport it speaks. Protocol.md §4.2 to §4.5 is the reference, all revisions. It opens no
//! connection, reads no clock, and does not know what frames are about beyond that.
//!
//! Each HTTP request with its response is an *exchange* and has a number of its own; an exchange that is taken up by
//! another one (a redirect, a resumption) is followed by that one's number.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

mod flight;
pub mod headers;
mod loss;
mod opening;
mod parked;
mod responses;
mod streams;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

use crate::jsonrpc::Id;
use crate::mcp::revision::Revision;
use flight::{Flight, Letter, Purpose};
use headers::{Headers, Param};
pub use loss::{Loss, LossKind, refused};
pub use opening::{hop, redirects};
use parked::Parked;
pub use parked::{Refusal, challenged};

/// What is said of a session id with anything but visible ASCII in it (2025-03-26 to 2025-11-25, Session Management).
pub const ODD_SESSION_ID: &str = "the session id has characters that no session id may have";

/// Which of the two HTTP transports to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// Streamable HTTP; if the server knows nothing of it, the older HTTP+SSE.
    #[default]
    Auto,
    /// Streamable HTTP (2025-03-26 and later), or not at all.
    Streamable,
    /// HTTP+SSE (2024-11-05), without asking.
    Sse,
}

impl Choice {
    /// The word people use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Streamable => "http",
            Self::Sse => "sse",
        }
    }
}

/// The method of an HTTP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A message.
    Post,
    /// A stream.
    Get,
    /// The end of a session.
    Delete,
}

impl Verb {
    /// As it stands in the request.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Delete => "DELETE",
        }
    }
}

/// An HTTP request to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The number of the exchange.
    pub exchange: u32,
    /// The method.
    pub verb: Verb,
    /// Where to.
    pub url: Url,
    /// Headers that the transport demands, names in lower case.
    pub headers: Headers,
    /// The body: a frame.
    pub body: Option<Arc<[u8]>>,
    /// Which frame that is, by the number it was given.
    pub frame: Option<u64>,
    /// Whether the headers that a person gave belong on it: only towards the origin they were given for.
    pub credentials: bool,
    /// What it is for, in words.
    pub why: &'static str,
    /// The exchange it takes up: one that was redirected or broke off.
    pub follows: Option<u32>,
}

/// What to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Make this request.
    Open(Request),
    /// Read the body as an event stream; otherwise it is wanted whole.
    Stream(u32),
    /// Let go of this exchange, whatever still comes.
    Close(u32),
    /// Say [`Courier::due`] with this number after this time.
    Wait {
        /// The exchange that ended.
        exchange: u32,
        /// How long.
        after: Duration,
        /// What then, in words.
        why: &'static str,
    },
    /// A frame came.
    Frame {
        /// With which exchange.
        exchange: u32,
        /// Its bytes.
        bytes: Vec<u8>,
        /// The request it answers, when that is certain whatever the frame itself says.
        answers: Option<Id>,
    },
    /// A request will get no answer.
    Unanswered {
        /// Which.
        id: Id,
        /// Why.
        loss: Loss,
    },
    /// The server wants a login before it does what it is asked for; the request waits until
    /// [`Courier::logged_in`] or [`Courier::not_logged_in`].
    Refused(Refusal),
    /// The server has forgotten the session; it wants a new handshake.
    SessionEnded,
    /// Something odd that is worth a line.
    Remark(String),
    /// The connection is over: it was closed, or the stream that carried it ended.
    Over(Option<Loss>),
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The response was complete.
    Whole,
    /// It broke off, or never came.
    Broken(Loss),
}

/// The state of one connection over HTTP.
#[derive(Debug)]
pub struct Courier {
    url: Url,
    choice: Choice,
    mode: Mode,
    session: Option<String>,
    /// Who named it, and gets to see it: the server, or where that sends us to.
    session_of: Option<url::Origin>,
    version: Option<Revision>,
    next: u32,
    flights: BTreeMap<u32, Flight>,
    /// Streams that ended and are to be taken up again, by the exchange that ended.
    later: BTreeMap<u32, Flight>,
    /// Frames that wait for their turn.
    held: VecDeque<Letter>,
    /// The exchange that must be accepted before anything else may be sent.
    holding: Option<u32>,
    /// Whether the stream for what the server says by itself was asked for.
    listening: bool,
    /// What tools want repeated in headers, by name.
    params: HashMap<String, Vec<Param>>,
    /// Tools that must not be used over HTTP and why, until it was told.
    excluded: Vec<(String, String)>,
    /// What was tried to find the transport, in words.
    tried: Vec<String>,
    /// Whether the end was asked for; then, whether the session was given back.
    closing: Option<bool>,
    /// Whether somebody can log in.
    logs_in: bool,
    /// Requests that wait for that, by the exchange that was refused.
    parked: BTreeMap<u32, Parked>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    /// Streamable HTTP: each message is a POST.
    Posts,
    /// HTTP+SSE: the stream is to be opened with the first frame, or being opened.
    Finding,
    /// HTTP+SSE: messages go here.
    Endpoint(Url),
}

impl Courier {
    /// A courier that has nothing to carry yet.
    pub fn new(url: Url, choice: Choice) -> Self {
        Self {
            mode: if choice == Choice::Sse {
                Mode::Finding
            } else {
                Mode::Posts
            },
            url,
            choice,
            session: None,
            session_of: None,
            version: None,
            next: 1,
            flights: BTreeMap::new(),
            later: BTreeMap::new(),
            held: VecDeque::new(),
            holding: None,
            listening: false,
            params: HashMap::new(),
            excluded: Vec::new(),
            tried: Vec::new(),
            closing: None,
            logs_in: false,
            parked: BTreeMap::new(),
        }
    }

    /// Whether nothing is left to be done after a shutdown.
    pub fn is_over(&self) -> bool {
        self.closing.is_some() && self.flights.is_empty()
    }

    /// Somebody wants a frame sent; `number` is theirs.
    pub fn frame(&mut self, number: u64, bytes: Vec<u8>) -> Vec<Output> {
        let mut out = Vec::new();
        let letter = Letter::read(number, bytes);
        if self.closing.is_some() {
            out.push(Output::Remark(
                "a message was not sent: the connection is being closed".to_owned(),
            ));
            return out;
        }
        if let Some(id) = &letter.cancels {
            self.stop_resuming(id);
            if self.unpark(id) {
                return out;
            }
        }
        match self.mode {
            Mode::Finding => {
                self.held.push_back(letter);
                if self
                    .flights
                    .values()
                    .all(|flight| flight.purpose != Purpose::Endpoint)
                {
                    self.find_endpoint(&mut out);
                }
            }
            // While one is waited for, those behind it keep their order.
            _ if self.holding.is_some() => self.held.push_back(letter),
            _ => self.post(letter, &mut out),
        }
        out
    }

    /// Nobody wants the answer to this request any more (2026-07-28: closing its stream cancels it).
    pub fn abandon(&mut self, id: &Id) -> Vec<Output> {
        let mut out = Vec::new();
        self.held.retain(|letter| !letter.requests.contains(id));
        self.stop_resuming(id);
        self.unpark(id);
        let found: Vec<u32> = self
            .flights
            .iter_mut()
            .filter_map(|(number, flight)| {
                let had = flight.waiting.len();
                flight.waiting.retain(|other| other != id);
                (flight.waiting.len() < had
                    && flight.waiting.is_empty()
                    && flight.purpose != Purpose::Endpoint)
                    .then_some(*number)
            })
            .collect();
        for number in found {
            self.flights.remove(&number);
            out.push(Output::Close(number));
        }
        out
    }

    /// The time of an [`Output::Wait`] has come.
    pub fn due(&mut self, exchange: u32) -> Vec<Output> {
        let mut out = Vec::new();
        if let Some(flight) = self.later.remove(&exchange) {
            self.take_up(exchange, flight, &mut out);
        }
        out
    }

    /// The session that the server named; a secret.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The end: what was sent still goes out, streams are closed, the session is given back.
    pub fn shutdown(&mut self) -> Vec<Output> {
        let mut out = Vec::new();
        if self.closing.is_some() {
            return out;
        }
        self.closing = Some(false);
        self.later.clear();
        self.parked.clear();
        // What was held back may be sent now as well as ever, if it is more than a question.
        for letter in std::mem::take(&mut self.held) {
            if letter.requests.is_empty() && self.mode != Mode::Finding {
                self.post(letter, &mut out);
            }
        }
        let streams: Vec<u32> = self
            .flights
            .iter()
            .filter(|(_, flight)| !flight.tells())
            .map(|(number, _)| *number)
            .collect();
        for number in streams {
            self.flights.remove(&number);
            out.push(Output::Close(number));
        }
        self.close(&mut out);
        out
    }

    /// The last steps of a shutdown, once nothing is on its way any more.
    fn close(&mut self, out: &mut Vec<Output>) {
        if self.closing.is_none() || !self.flights.is_empty() {
            return;
        }
        if self.closing == Some(false) && self.session.is_some() {
            self.closing = Some(true);
            let flight = Flight::new(Verb::Delete, self.url.clone(), Purpose::Delete);
            self.open(flight, None, out);
        } else {
            out.push(Output::Over(None));
        }
    }

    fn post(&mut self, letter: Letter, out: &mut Vec<Output>) {
        let url = match &self.mode {
            Mode::Endpoint(url) => url.clone(),
            _ => self.url.clone(),
        };
        if letter.method == "initialize" {
            // A new handshake begins without what the last one agreed on.
            (self.session, self.version, self.listening) = (None, None, false);
        }
        let mut flight = Flight::new(Verb::Post, url, Purpose::Frame);
        // Answers of the older transport come with its stream.
        let apart = matches!(self.mode, Mode::Endpoint(_));
        if apart {
            let stream = self
                .flights
                .values_mut()
                .find(|flight| flight.purpose == Purpose::Endpoint);
            if let Some(stream) = stream {
                stream.waiting.extend(letter.requests.iter().cloned());
            }
        }
        flight.waiting.clone_from(&letter.requests);
        flight.letter = Some(letter);
        flight.apart = apart;
        let holds = flight.is("notifications/initialized") && self.closing.is_none();
        let number = self.open(flight, None, out);
        if holds {
            self.holding = Some(number);
        }
    }

    /// Makes a request of a flight; everything that goes out passes here.
    fn open(&mut self, mut flight: Flight, follows: Option<u32>, out: &mut Vec<Output>) -> u32 {
        let exchange = self.next;
        self.next += 1;
        let home = flight.url.origin() == self.url.origin();
        let mut headers: Headers = Vec::new();
        let mut put = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        match flight.verb {
            Verb::Post => {
                put("content-type", "application/json");
                put("accept", "application/json, text/event-stream");
            }
            Verb::Get => {
                put("accept", "text/event-stream");
                put("cache-control", "no-cache");
            }
            Verb::Delete => put("accept", "application/json"),
        }
        let letter = flight.letter.as_ref();
        if let Some(version) = letter.and_then(|letter| letter.version.as_deref()) {
            put("mcp-protocol-version", version);
            if let Some(letter) = letter {
                headers.extend(letter.headers(&self.params));
            }
        } else if !flight.is("initialize") {
            // Since 2025-06-18 (basic/transports, Protocol Version Header).
            if let Some(version) = self.version.filter(|version| version.has_version_header()) {
                put("mcp-protocol-version", version.as_str());
            }
            let named = self.session_of.as_ref() == Some(&flight.url.origin());
            if let Some(session) = self.session.as_deref().filter(|_| named) {
                put("mcp-session-id", session);
                flight.session = Some(session.to_owned());
            }
            if let Some(id) = flight
                .last_id
                .as_deref()
                .filter(|_| home && flight.verb == Verb::Get)
            {
                put("last-event-id", id);
            }
        }
        let request = Request {
            exchange,
            verb: flight.verb,
            url: flight.url.clone(),
            headers,
            body: letter.map(|letter| Arc::clone(&letter.bytes)),
            frame: letter.map(|letter| letter.number),
            credentials: home,
            why: flight.purpose.word(),
            follows,
        };
        self.flights.insert(exchange, flight);
        out.push(Output::Open(request));
        exchange
    }

    /// Sends what was held back, as far as nothing holds it back again.
    fn release(&mut self, out: &mut Vec<Output>) {
        self.holding = None;
        while self.holding.is_none() {
            let Some(letter) = self.held.pop_front() else {
                return;
            };
            self.post(letter, out);
        }
    }

    fn unanswered(waiting: Vec<Id>, loss: &Loss, out: &mut Vec<Output>) {
        out.extend(waiting.into_iter().map(|id| Output::Unanswered {
            id,
            loss: loss.clone(),
        }));
    }
}
