//! The tap over HTTP: listens where a client is sent to, passes each request on to the server, and records both.
//!
//! A request is in the session file before the server sees it. Of its response every event, and every message, is
//! there before its last byte goes on; otherwise pieces go on as they come. Bodies stay byte for byte what they were,
//! headers too, but for those of a single hop, a wish for compression, and a `Host` or `Origin` that is the tap's own;
//! secrets in them are masked in the recording only. What the server does not answer the client is told with 502, and
//! why.
//!
//! Where rules may change something (`gate`), responses pass message by message instead.
//!
//! Each client is a connection of the recording (`clients`), what is recorded of an exchange stands in `exchange`.

mod by_hand;
mod clients;
mod events;
mod exchange;
mod gate;
mod heads;
mod upstream;

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HOST, HeaderValue, ORIGIN};
use hyper::http::response::Parts;
use hyper::{StatusCode, Uri, Version};
use url::Url;

use super::Known;
use super::desk::Shared;
use super::faults::{Over, Rules, Strike};
use crate::listen::{self, Body, Bytes, Incoming, Listener};
use crate::mask::Rule;
use crate::mcp::http::{Loss, LossKind};
use crate::note::Note;
use crate::recorder::Recorder;
use crate::transport::Target;
use crate::transport::http::{Address, Head, OpenError};
use by_hand::Origin;
use clients::Clients;
use exchange::{Endpoint, Exchange, Post, Record, Request};
use gate::Pass;
use upstream::Upstream;

/// The longest body of a request, in bytes.
const LONGEST: usize = 1 << 30;

/// A tap that listens.
#[derive(Debug)]
pub struct Tap {
    listener: Listener,
    door: Arc<Door>,
}

/// What all requests pass.
#[derive(Debug)]
struct Door {
    shared: Shared,
    clients: Mutex<Clients>,
    upstream: Upstream,
    /// What `upstream` leads to.
    target: Target,
    post: Post,
    here: SocketAddr,
    /// Requests that the tap sent by itself.
    own: AtomicU64,
}

impl Tap {
    /// Makes a tap of what comes to `listener`, for the server at `to`, called `name`.
    pub fn new(
        listener: Listener,
        to: &Address,
        name: &str,
        recorder: Recorder,
        rules: Rules,
    ) -> Result<Self, OpenError> {
        let upstream = Upstream::new(to)?;
        let door = Door {
            shared: Shared::new(recorder, rules, Over::Http, name),
            clients: Mutex::default(),
            target: Target::Address(to.clone()),
            post: Post {
                name: name.to_owned(),
                to: to.url.clone(),
                insecure: to.insecure,
                proxy: upstream.proxy(),
            },
            upstream,
            here: listener.address(),
            own: AtomicU64::new(0),
        };
        Ok(Self {
            listener,
            door: Arc::new(door),
        })
    }

    /// Where clients reach it: its own address with the path of the server's.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.door.here, self.door.post.to.path())
    }

    /// Passes on what comes until `stop`. Gives back how many entries could not be recorded, and why the last could
    /// not. Who comes in by the door it is known by may hold and change frames.
    pub async fn run(self, stop: impl Future<Output = ()>, known: Known) -> Option<(u64, String)> {
        let Self { listener, door } = self;
        let Known {
            registration,
            door: control,
        } = known;
        door.shared.tells(registration.as_ref());
        if let Some(mut control) = control {
            let shared = door.shared.clone();
            // It goes with the runtime.
            tokio::spawn(async move { control.attend(&shared).await });
        }
        let attends = Arc::clone(&door);
        let answer = move |client, request| {
            let door = Arc::clone(&attends);
            async move { door.pass(client, request).await }
        };
        listener.serve(answer, stop).await;
        let mut clients = door.clients();
        for conn in clients.open() {
            exchange::over(&mut clients, conn, &mut |record| {
                door.put(record, &mut None)
            });
        }
        drop(clients);
        door.shared.lost()
    }
}

/// An exchange and the clock of it. When it is dropped, nobody waited for the end of it.
struct Watched {
    door: Arc<Door>,
    exchange: Exchange,
    began: Instant,
    /// The frame that was recorded last and is struck by a rule.
    struck: Struck,
    /// What it began with.
    origin: Origin,
}

/// The number of a frame, and what strikes it.
type Struck = Option<(u64, Strike)>;

impl Watched {
    fn us(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    fn head(&mut self, head: Head) {
        let us = self.us();
        let (mut clients, door, struck) = (self.door.clients(), &self.door, &mut self.struck);
        let put = &mut |record| door.put(record, struck);
        self.exchange.head(&mut clients, head, us, put);
    }

    fn chunk(&mut self, bytes: &[u8]) -> Option<Endpoint> {
        let (mut clients, door, struck) = (self.door.clients(), &self.door, &mut self.struck);
        let put = &mut |record| door.put(record, struck);
        self.exchange.chunk(&mut clients, bytes, put)
    }

    fn finish(&mut self) {
        let us = self.us();
        let (mut clients, door, struck) = (self.door.clients(), &self.door, &mut self.struck);
        let put = &mut |record| door.put(record, struck);
        self.exchange.finish(&mut clients, us, put);
    }

    fn broke(&mut self, loss: &Loss) {
        let us = self.us();
        let (mut clients, door, struck) = (self.door.clients(), &self.door, &mut self.struck);
        let put = &mut |record| door.put(record, struck);
        self.exchange.broke(&mut clients, us, loss, put);
    }

    fn remark(&self, what: String) {
        let remark = exchange::remark(self.exchange.conn, what);
        self.door.put(remark, &mut None);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.exchange.is_over() {
            let us = self.us();
            let (mut clients, door, struck) = (self.door.clients(), &self.door, &mut self.struck);
            let put = &mut |record| door.put(record, struck);
            self.exchange.left(&mut clients, us, put);
        }
    }
}

impl Door {
    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, record: Record, struck: &mut Struck) -> u64 {
        let mut desk = self.shared.desk();
        match record {
            Record::Connects(conn) => {
                desk.recorder.connects(conn, &self.post.name);
                desk.recorder.passes(conn, &self.target);
                0
            }
            Record::Passed(conn, pairs) => {
                desk.recorder.passed(conn, Rule::Header, &pairs);
                0
            }
            Record::Entry(draft) => {
                let (seq, strike) = desk.put(draft);
                if let Some(strike) = strike {
                    *struck = Some((seq, strike));
                }
                seq
            }
        }
    }

    async fn pass(
        self: Arc<Self>,
        client: SocketAddr,
        request: listen::Request,
    ) -> listen::Response {
        let (parts, body) = request.into_parts();
        let body = match listen::whole(body, LONGEST).await {
            Ok(body) => Bytes::from(body),
            Err(error) => {
                // Half a request is none; it is said, and goes nowhere.
                let what = format!("{} {}: {error}", parts.method, parts.uri.path());
                self.shared.note(&Note::Remark { what });
                return answer(StatusCode::BAD_REQUEST, &error.to_string());
            }
        };
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let url = heads::target(&path, &self.post.to);
        let told = heads::told(&parts.headers);
        let began = Instant::now();
        let mut struck = None;
        let exchange = Exchange::begin(
            &mut self.clients(),
            &self.post,
            &Request {
                verb: parts.method.as_str(),
                path: &path,
                url: &url,
                headers: &told,
                from: Some(client),
            },
            &body,
            &mut |record| self.put(record, &mut struck),
        );
        let mut watched = Watched {
            door: Arc::clone(&self),
            exchange,
            began,
            struck,
            origin: Origin {
                path: path.clone(),
                url: url.clone(),
                headers: parts.headers.clone(),
                body: body.clone(),
                stands_for: None,
                round: 1,
            },
        };
        let body = match watched.gate(body).await {
            Pass::On(body) => {
                watched.origin.body = body.clone();
                body
            }
            Pass::Twice(body) => {
                let twin = self.request(&path, &url, parts.clone(), body.clone());
                if let Ok(twin) = twin {
                    // Its answer is nobody's.
                    let _ = self.upstream.send(twin).await;
                }
                body
            }
            Pass::Answered(response) => return response,
        };
        let sent = self.request(&path, &url, parts, body);
        let answered = match sent {
            Ok(request) => self.upstream.send(request).await,
            Err(what) => Err(Loss::new(LossKind::Refused, what)),
        };
        match answered {
            Ok(answered) if self.shared.has_rules() => gate::respond(watched, answered).await,
            Ok(answered) => self.respond(watched, answered),
            Err(loss) => {
                watched.broke(&loss);
                answer(StatusCode::BAD_GATEWAY, &loss.what)
            }
        }
    }

    /// The request as the server is to see it.
    fn request(
        &self,
        path: &str,
        url: &Url,
        mut parts: hyper::http::request::Parts,
        body: Bytes,
    ) -> Result<hyper::Request<Body>, String> {
        heads::without_hop(&mut parts.headers);
        if let Some(host) = heads::host(parts.headers.get(HOST), self.here, &self.post.to) {
            parts.headers.insert(HOST, host);
        }
        let origin = parts.headers.get(ORIGIN);
        if let Some(origin) = origin.and_then(|said| heads::origin(said, self.here, &self.post.to))
        {
            parts.headers.insert(ORIGIN, origin);
        }
        // What is compressed is not seen.
        if parts.headers.contains_key(ACCEPT_ENCODING) {
            let plain = HeaderValue::from_static("identity");
            parts.headers.insert(ACCEPT_ENCODING, plain);
        }
        // As it was written, unless it stands for the whole address.
        let path = if url.path() == path.split('?').next().unwrap_or_default()
            && url.query() == path.split_once('?').map(|(_, query)| query)
        {
            path.to_owned()
        } else {
            heads::path_and_query(url)
        };
        parts.uri = Uri::try_from(path).map_err(|error| error.to_string())?;
        parts.version = Version::HTTP_11;
        if parts
            .headers
            .get(CONTENT_LENGTH)
            .is_some_and(|said| said.as_bytes() != body.len().to_string().as_bytes())
        {
            // A rule has changed it.
            parts.headers.remove(CONTENT_LENGTH);
        }
        let body = if body.is_empty() {
            Body::empty()
        } else {
            Body::whole(body)
        };
        Ok(hyper::Request::from_parts(parts, body))
    }

    /// Passes a response on, piece by piece.
    fn respond(
        self: &Arc<Self>,
        mut watched: Watched,
        answered: upstream::Answer,
    ) -> listen::Response {
        let (parts, mut incoming, used) = watched.take_head(answered);
        if is_ended(&incoming) {
            watched.finish();
            self.upstream.done(used);
            return hyper::Response::from_parts(parts, Body::empty());
        }
        let (sender, body) = Body::stream();
        let door = Arc::clone(self);
        let is_stream = gate::is_stream(&parts.headers);
        // Whether the last event that passed is whole.
        let mut at_end = true;
        tokio::spawn(async move {
            loop {
                let piece = tokio::select! {
                    piece = listen::piece(&mut incoming) => piece,
                    // What is left of it is recorded as the client's hanging up.
                    () = sender.closed() => return,
                };
                match piece {
                    Some(Ok(bytes)) if at_end && is_stream && door.shared.has_rules() => {
                        // There are rules now: event by event from here on, this piece too.
                        return gate::stream(watched, Some(bytes), incoming, sender, used).await;
                    }
                    Some(Ok(bytes)) => {
                        at_end = bytes.ends_with(b"\n\n") || bytes.ends_with(b"\n\r\n");
                        let bytes = watched.pass_piece(bytes, &door);
                        // It passes: what strikes it is not to strike the next.
                        watched.struck = None;
                        if is_ended(&incoming) {
                            watched.finish();
                        }
                        if !sender.send(bytes).await {
                            return;
                        }
                    }
                    Some(Err(error)) => {
                        watched.broke(&door.upstream.broken(&error));
                        return sender.cut().await;
                    }
                    None => {
                        watched.finish();
                        door.upstream.done(used);
                        return;
                    }
                }
            }
        });
        hyper::Response::from_parts(parts, body)
    }
}

impl Watched {
    /// Records the head of a response; gives back what goes on of it, its body, and its connection.
    fn take_head(&mut self, answered: upstream::Answer) -> (Parts, Incoming, upstream::Used) {
        let (remote, opening) = (answered.remote.clone(), answered.opening);
        let (response, used) = answered.parts();
        let (mut parts, incoming) = response.into_parts();
        self.head(Head {
            status: parts.status.as_u16(),
            version: format!("{:?}", parts.version),
            headers: heads::told(&parts.headers),
            remote: Some(remote),
            opening,
        });
        heads::without_hop(&mut parts.headers);
        parts.version = Version::HTTP_11;
        (parts, incoming, used)
    }

    /// Records a piece, and gives back what goes on: the piece, but for an address past the tap.
    fn pass_piece(&mut self, bytes: Bytes, door: &Door) -> Bytes {
        let Some(Endpoint { said, here }) = self.chunk(&bytes) else {
            return bytes;
        };
        let origin = door.post.to.origin().ascii_serialization();
        let rest = said.strip_prefix(&*origin).map(str::to_owned);
        let at = memchr::memmem::find(&bytes, said.as_bytes()).filter(|_| here);
        let (Some(rest), Some(at)) = (rest, at) else {
            self.remark(format!(
                "the stream sends the client to {origin}, past the tap; what it says there is not seen"
            ));
            return bytes;
        };
        let there = format!("http://{}{rest}", door.here);
        self.remark(format!(
            "changed by the tap: the stream names {origin} as the address for messages, and the client was told http://{} instead",
            door.here
        ));
        let mut changed = bytes[..at].to_vec();
        changed.extend_from_slice(there.as_bytes());
        changed.extend_from_slice(&bytes[at + said.len()..]);
        changed.into()
    }
}

fn is_ended(incoming: &Incoming) -> bool {
    hyper::body::Body::is_end_stream(incoming)
}

/// An answer of the tap itself.
fn answer(status: StatusCode, what: &str) -> listen::Response {
    let text = format!("mcpscope tap: {}\n", crate::text::sanitize(what));
    let mut response = hyper::Response::new(Body::whole(text));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert("content-type", plain);
    response
}
