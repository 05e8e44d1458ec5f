//! A link to an address over HTTP: carries out what a [`Courier`] says, and tells what happened.
//!
//! One task does the thinking, each exchange has one that reads. What is read waits in bounded places: while nobody
//! takes the events of the link, nothing more is read from the server. What to send, and what a response means, is
//! the courier's affair; redirects are followed by it, hop by hop, never here.

pub mod bare;
mod client;
mod exchange;
pub mod login;
mod tls;
mod trouble;
mod wire;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::lines::MAX_LINE;
use super::{INBOX_PLACES, Link, LinkEvent, Outgoing};
use crate::mcp::auth::{self, Secret, masked_headers};
use crate::mcp::http::headers::{Headers, masked_url};
use crate::mcp::http::{Choice, Courier, Ending, Loss, LossKind, Output, Request};
use crate::note::http::Step;
use crate::sse::{Block, Parser};
pub use client::OpenError;
pub use client::Opening;
pub use exchange::Head;
use exchange::{Piece, Task};
use login::{Desk, Shelf};

/// A server's address, and how to talk to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Where.
    pub url: Url,
    /// Headers to send to this origin. The values are secrets: they reach the server and nothing else.
    pub headers: Vec<(String, String)>,
    /// What stands in the address that is as secret as the values of headers, by name.
    pub secrets: Vec<(String, String)>,
    /// Which transport to speak.
    pub choice: Choice,
    /// Certificates (PEM) to trust on top of the system's.
    pub cacert: Option<PathBuf>,
    /// Whether to take any certificate.
    pub insecure: bool,
    /// How to log in when the server wants it; without, what it refuses fails.
    pub login: Option<Box<Login>>,
}

/// How to log in, and where that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// What a person gave.
    pub settings: auth::Settings,
    /// Where clients and tokens are kept; without, they live as long as the connection.
    pub store: Option<Store>,
}

/// Where clients and tokens of logins are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In a file of the user's, in plain text.
    File(PathBuf),
    /// In the keychain of the platform. The path is of the file that would be used otherwise: its lock keeps others out.
    Keychain(PathBuf),
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Address")
            .field("url", &masked_url(&self.url))
            .field("headers", &names)
            .field("choice", &self.choice)
            .field("cacert", &self.cacert)
            .field("insecure", &self.insecure)
            .field("login", &self.login)
            .finish()
    }
}

impl Address {
    /// An address with nothing special about it.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            headers: Vec::new(),
            secrets: Vec::new(),
            choice: Choice::Auto,
            cacert: None,
            insecure: false,
            login: None,
        }
    }

    /// What people would call the server: its host, and the port when that is a special one.
    pub fn short_name(&self) -> String {
        let host = self.url.host_str().unwrap_or("server");
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// Reads an address of a server; `http` and `https` there are.
pub fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("no address: {error}"))?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_some() => Ok(url),
        scheme => Err(format!(
            "no address of a server: it begins with {scheme}:, not with http: or https:"
        )),
    }
}

/// Reads a header as people write it: `Name: value`.
pub fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("it needs a name and a value, as in 'Authorization: Bearer TOKEN'")?;
    let (name, value) = (name.trim(), value.trim());
    if reqwest::header::HeaderName::try_from(name).is_err() {
        return Err(format!("no name of a header: {name:?}"));
    }
    if reqwest::header::HeaderValue::try_from(value).is_err() {
        // Not the value itself: it may be a secret.
        return Err(format!(
            "the value of {name} has characters that no header can have"
        ));
    }
    Ok((name.to_ascii_lowercase(), value.to_owned()))
}

/// How long what is left to do at the end may take: sending what was said, giving the session back.
const GRACE: Duration = Duration::from_secs(1);

/// Bytes of an error's body that are told.
const EXCERPT: usize = 600;

/// A client for requests of another kind than MCP's, with the same trust in certificates.
pub fn client(address: &Address) -> Result<reqwest::Client, OpenError> {
    client::build(address, false)
}

/// A plain connection to an address, TLS included, for whoever speaks HTTP over it; see [`Wire`].
pub use wire::{Connected, Proxy, Wire};

/// Why a request failed, with what lies behind it.
pub fn told(error: &reqwest::Error) -> String {
    trouble::chain(error)
}

/// Makes a link. Must be called inside a tokio runtime with I/O and time; nothing is sent before a frame is.
pub fn start(address: &Address) -> Result<Link, OpenError> {
    start_with(address, None)
}

/// The same, with what is kept of earlier logins.
pub fn start_with(address: &Address, shelf: Option<Shelf>) -> Result<Link, OpenError> {
    let client = client::build(address, false)?;
    let (outbox, orders) = mpsc::unbounded_channel();
    let (events, inbox) = mpsc::channel(INBOX_PLACES);
    let (pieces_in, pieces) = mpsc::channel(16);
    let mut given: Headers = Vec::new();
    given.extend(address.headers.iter().cloned());
    let (back, came_back) = mpsc::unbounded_channel();
    // A token that a person gave counts more than one we could get.
    let has_token = given
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let login = address.login.as_ref().filter(|_| !has_token);
    let mut desk = login.map(|login| {
        Desk::new(
            address.url.clone(),
            login.settings.clone(),
            shelf,
            back.clone(),
        )
    });
    let mut courier = Courier::new(address.url.clone(), address.choice);
    let mut told = VecDeque::from([LinkEvent::Ready]);
    if let Some(proxy) = Proxy::of_environment(&address.url) {
        told.push_back(LinkEvent::Remark(format!(
            "requests go through the proxy {}, which the environment names",
            proxy.at()
        )));
    }
    let mut opening = None;
    if let Some(desk) = &mut desk {
        courier = courier.with_logins();
        opening = desk.opening();
        if opening.is_none() {
            told.extend(desk.open());
        }
    }
    let carriage = Carriage {
        courier,
        client,
        desk,
        came_back,
        _back: back,
        secret: given.iter().map(|(name, _)| name.clone()).collect(),
        given,
        orders,
        events,
        told,
        pieces_in,
        pieces,
        open: HashMap::new(),
        timers: Vec::new(),
        frames: 0,
        ends_by: None,
        session: None,
        over: Over::Not,
    };
    tokio::spawn(async move {
        match opening {
            Some(opening) => carriage.run_after(opening).await,
            None => carriage.run().await,
        }
    });
    Ok(Link { outbox, inbox })
}

/// An exchange that is being read.
struct Open {
    task: Task,
    began: Instant,
    reading: Reading,
    size: u64,
}

enum Reading {
    /// All of it, to be looked at as one.
    Whole(Vec<u8>),
    /// Block by block.
    Stream(Parser),
}

struct Carriage {
    courier: Courier,
    client: reqwest::Client,
    /// Where logins are made.
    desk: Option<Desk>,
    /// Where people were sent back to.
    came_back: mpsc::UnboundedReceiver<String>,
    /// Keeps the channel open while no login waits.
    _back: mpsc::UnboundedSender<String>,
    given: Headers,
    /// Names of the given headers.
    secret: Vec<String>,
    orders: mpsc::UnboundedReceiver<Outgoing>,
    events: mpsc::Sender<LinkEvent>,
    /// Events that wait for a place in the inbox. While there are any, nothing is read.
    told: VecDeque<LinkEvent>,
    pieces_in: mpsc::Sender<(u32, Piece)>,
    pieces: mpsc::Receiver<(u32, Piece)>,
    open: HashMap<u32, Open>,
    timers: Vec<(Instant, u32)>,
    frames: u64,
    ends_by: Option<Instant>,
    /// The session that was named last.
    session: Option<Secret>,
    over: Over,
}

/// Whether the link is over.
enum Over {
    Not,
    /// We closed it.
    Closed,
    /// It ended.
    Lost(Loss),
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Carriage {
    async fn run(mut self) {
        let (mut outbox_gone, mut holder_gone) = (false, false);
        let events = self.events.clone();
        while matches!(self.over, Over::Not) {
            let timer = self.timers.iter().map(|(at, _)| *at).min();
            tokio::select! {
                biased;
                order = self.orders.recv(), if !outbox_gone => match order {
                    Some(order) => self.obey(order),
                    None => {
                        outbox_gone = true;
                        self.shutdown();
                    }
                },
                place = events.reserve(), if !self.told.is_empty() && !holder_gone => match (place, self.told.pop_front()) {
                    (Ok(place), Some(event)) => place.send(event),
                    _ => self.told.clear(),
                },
                () = events.closed(), if !holder_gone => {
                    holder_gone = true;
                    self.shutdown();
                }
                // Nobody takes what would be told; then nothing is asked for either.
                piece = self.pieces.recv(), if self.told.is_empty() || holder_gone => {
                    if let Some((exchange, piece)) = piece {
                        self.piece(exchange, piece);
                    }
                }
                Some(address) = self.came_back.recv() => self.came_back(&address),
                () = until(self.ends_by) => self.over = Over::Closed,
                () = until(timer) => self.due(),
            }
        }
        for open in self.open.values() {
            open.task.abort();
        }
        let loss = match self.over {
            Over::Lost(loss) => Some(loss),
            Over::Not | Over::Closed => None,
        };
        self.told.push_back(LinkEvent::Closed(loss));
        for event in self.told {
            if self.events.send(event).await.is_err() {
                return;
            }
        }
    }

    fn obey(&mut self, order: Outgoing) {
        let Some(order) = self.unless_renewing(order) else {
            return;
        };
        match order {
            Outgoing::Frame(bytes) | Outgoing::Raw(bytes) => {
                self.frames += 1;
                let outputs = self.courier.frame(self.frames, bytes);
                self.act(outputs);
            }
            Outgoing::Abandon(id) => {
                let outputs = self.courier.abandon(&id);
                self.act(outputs);
            }
            Outgoing::CameBack(text) => self.came_back(text.reveal()),
            Outgoing::NoLogin => self.give_up("nobody logged in"),
            Outgoing::Exchange(_) | Outgoing::Release(_) | Outgoing::Terminate => {}
            Outgoing::Shutdown => self.shutdown(),
            Outgoing::Kill => self.over = Over::Closed,
        }
    }

    fn shutdown(&mut self) {
        if self.ends_by.is_none() {
            self.ends_by = Some(Instant::now() + GRACE);
            self.timers.clear();
            let outputs = self.courier.shutdown();
            self.act(outputs);
        }
    }

    fn due(&mut self) {
        let now = Instant::now();
        let due: Vec<u32> = self
            .timers
            .iter()
            .filter(|(at, _)| *at <= now)
            .map(|(_, exchange)| *exchange)
            .collect();
        self.timers.retain(|(at, _)| *at > now);
        for exchange in due {
            let outputs = self.courier.due(exchange);
            self.act(outputs);
        }
    }

    fn act(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Open(request) => self.request(request),
                Output::Stream(exchange) => {
                    if let Some(open) = self.open.get_mut(&exchange) {
                        open.reading = Reading::Stream(Parser::new(MAX_LINE));
                    }
                }
                Output::Close(exchange) => self.end(exchange, None, None),
                Output::Wait {
                    exchange,
                    after,
                    why,
                } => {
                    self.timers.push((Instant::now() + after, exchange));
                    self.step(Step::Wait {
                        exchange,
                        ms: after.as_millis() as u64,
                        why: why.to_owned(),
                    });
                }
                Output::Frame {
                    exchange,
                    bytes,
                    answers,
                } => self.told.push_back(LinkEvent::Frame {
                    exchange,
                    bytes,
                    answers,
                }),
                Output::Unanswered { id, loss } => {
                    self.told.push_back(LinkEvent::Unanswered { id, loss });
                }
                Output::Refused(refusal) => self.refused(&refusal),
                Output::SessionEnded => self.told.push_back(LinkEvent::SessionEnded),
                Output::Remark(what) => self.told.push_back(LinkEvent::Remark(what)),
                Output::Over(loss) => self.over = loss.map_or(Over::Closed, Over::Lost),
            }
        }
    }

    fn step(&mut self, step: Step) {
        self.told.push_back(LinkEvent::Http(step));
    }

    fn request(&mut self, request: Request) {
        let mut headers = request.headers.clone();
        if request.credentials {
            // What a person gave counts more than what we would send.
            headers.retain(|(name, _)| {
                !self
                    .secret
                    .iter()
                    .any(|given| given.eq_ignore_ascii_case(name))
            });
            headers.extend(self.given.iter().cloned());
            if let Some(desk) = &mut self.desk {
                desk.stamp(&request, &mut headers);
            }
        }
        self.step(Step::Request {
            exchange: request.exchange,
            verb: request.verb.word().to_owned(),
            url: masked_url(&request.url),
            headers: masked_headers(&headers, &self.secret),
            size: request.body.as_ref().map_or(0, |body| body.len() as u64),
            frame: request.frame,
            why: request.why.to_owned(),
            follows: request.follows,
        });
        let exchange = request.exchange;
        let task = exchange::begin(&self.client, request, headers, self.pieces_in.clone());
        let open = Open {
            task,
            began: Instant::now(),
            reading: Reading::Whole(Vec::new()),
            size: 0,
        };
        self.open.insert(exchange, open);
    }

    fn piece(&mut self, exchange: u32, piece: Piece) {
        if self.desk.as_ref().is_some_and(|desk| desk.owns(exchange)) {
            return self.login_piece(exchange, piece);
        }
        match piece {
            Piece::Head(head) => self.head(exchange, head),
            Piece::Chunk(bytes) => self.chunk(exchange, &bytes),
            Piece::End(None) => self.finished(exchange),
            Piece::End(Some(loss)) => self.broken(exchange, loss),
        }
    }

    fn head(&mut self, exchange: u32, head: Head) {
        let Some(open) = self.open.get(&exchange) else {
            return;
        };
        let first_byte = open.began.elapsed().as_micros() as u64;
        if let Some(desk) = &mut self.desk {
            desk.noticed(exchange, &head);
        }
        self.step(Step::Response {
            exchange,
            status: head.status,
            version: head.version,
            headers: masked_headers(&head.headers, &self.secret),
            remote: head.remote,
            dns: head.opening.dns,
            connect: head.opening.connect,
            tls: head.opening.tls,
            first_byte,
        });
        let outputs = self.courier.head(exchange, head.status, head.headers);
        if let Some(session) = self.courier.session()
            && self.session.as_ref().map(Secret::reveal) != Some(session)
        {
            let session = Secret::new(session);
            self.session = Some(session.clone());
            self.told.push_back(LinkEvent::Session(session));
        }
        self.act(outputs);
    }

    fn chunk(&mut self, exchange: u32, bytes: &[u8]) {
        let Some(open) = self.open.get_mut(&exchange) else {
            return;
        };
        open.size += bytes.len() as u64;
        match &mut open.reading {
            Reading::Whole(body) if body.len() + bytes.len() > MAX_LINE => {
                let what = format!("the answer is longer than {} MiB", MAX_LINE >> 20);
                self.broken(exchange, Loss::new(LossKind::NotMcp, what));
            }
            Reading::Whole(body) => body.extend_from_slice(bytes),
            Reading::Stream(parser) => {
                let mut blocks = Vec::new();
                parser.feed(bytes, &mut blocks);
                for block in blocks {
                    self.block(exchange, block);
                }
            }
        }
    }

    fn block(&mut self, exchange: u32, block: Block) {
        self.step(Step::event(exchange, &block));
        let outputs = self.courier.block(exchange, block);
        self.act(outputs);
    }

    /// The response is complete.
    fn finished(&mut self, exchange: u32) {
        let Some(open) = self.open.get_mut(&exchange) else {
            return;
        };
        let stream = Reading::Whole(Vec::new());
        match std::mem::replace(&mut open.reading, stream) {
            Reading::Whole(body) => {
                let excerpt = excerpt(&body);
                let outputs = self.courier.body(exchange, body);
                let is_told = outputs
                    .iter()
                    .any(|output| matches!(output, Output::Frame { .. }));
                self.end(exchange, None, excerpt.filter(|_| !is_told));
                self.act(outputs);
            }
            Reading::Stream(parser) => {
                // What has begun is no event (WHATWG), but worth a word.
                let rest = parser.finish().filter(|block| block.data.is_some());
                let cut = rest.map(|_| "the last event is not complete".to_owned());
                self.end(exchange, cut, None);
                let outputs = self.courier.end(exchange, Ending::Whole);
                self.act(outputs);
            }
        }
    }

    fn broken(&mut self, exchange: u32, loss: Loss) {
        self.end(exchange, Some(loss.what.clone()), None);
        let outputs = self.courier.end(exchange, Ending::Broken(loss));
        self.act(outputs);
    }

    /// Lets go of an exchange, and tells that it is over.
    fn end(&mut self, exchange: u32, error: Option<String>, excerpt: Option<String>) {
        let Some(open) = self.open.remove(&exchange) else {
            return;
        };
        open.task.abort();
        self.step(Step::End {
            exchange,
            size: open.size,
            took: open.began.elapsed().as_micros() as u64,
            error,
            excerpt,
        });
    }
}

/// The beginning of a body.
fn excerpt(body: &[u8]) -> Option<String> {
    let cut = body.len().min(EXCERPT);
    let text = String::from_utf8_lossy(&body[..cut]).into_owned();
    let more = if cut < body.len() { "…" } else { "" };
    (!text.trim().is_empty()).then(|| format!("{text}{more}"))
}
