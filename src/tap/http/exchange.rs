//! What of a tapped HTTP exchange becomes which entries, and in which order: the same notes and frames that a
//! connection of our own leaves behind, so that it is shown and checked as one.
//!
//! Told what passes before it is passed on, it says what to record. It changes nothing, reads no clock and no socket.

mod beginning;
mod carried;

use std::net::SocketAddr;

use url::Url;

use super::clients::{Asked, Clients, Place};
use super::heads;
use crate::jsonrpc::{self, Frame, Id, Kind};
use crate::mcp::auth::masked_headers;
use crate::mcp::http::headers::{self, Headers};
use crate::mcp::http::{Loss, LossKind, refused};
use crate::note::Note;
use crate::note::http::Step;
use crate::recorder::Draft;
use crate::session::{Channel, Direction, Via};
use crate::sse::{Block, Parser};
use crate::transport::http::Head;
use beginning::{asks, begin_connection, looks, why};
use carried::{Carried, messages};

/// The longest message that is kept together, in bytes; a longer one passes and is not recorded as a frame.
const LONGEST: usize = 1 << 30;
/// Bytes of a body that is no message that are told.
const EXCERPT: usize = 600;

/// Something to be recorded, in this order.
#[derive(Debug)]
pub(super) enum Record {
    /// A connection begins.
    Connects(u32),
    /// Headers were passed whose values are not to be written down.
    Passed(u32, Headers),
    /// An entry; its number is given back.
    Entry(Draft),
}

/// Where records go; answers with the number of an entry.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Record) -> u64;

/// Where a tap stands.
#[derive(Debug, Clone)]
pub(super) struct Post {
    /// The server's name for people.
    pub name: String,
    /// Its address.
    pub to: Url,
    /// Whether any certificate of it is taken.
    pub insecure: bool,
    /// The proxy it is reached through.
    pub proxy: Option<String>,
}

/// The head of a request as it came.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub verb: &'a str,
    /// Path and query, as the client wrote them.
    pub path: &'a str,
    /// Where it goes.
    pub url: &'a Url,
    pub headers: &'a Headers,
    /// The other end of the TCP connection; none when the tap itself asks.
    pub from: Option<SocketAddr>,
}

#[derive(Debug)]
enum Reading {
    /// A message, perhaps: wanted whole.
    Whole(Vec<u8>),
    /// Its beginning is enough.
    Beginning(Vec<u8>),
    /// Block by block.
    Stream(Parser),
}

/// An exchange on its way.
#[derive(Debug)]
pub(super) struct Exchange {
    pub conn: u32,
    number: u32,
    verb: String,
    url: Url,
    /// Its request carries a frame, or would.
    is_mcp: bool,
    /// The requests in the frame that are not answered yet.
    waiting: Vec<Id>,
    /// Whether answers come with this exchange, not on a stream of the older transport.
    apart: bool,
    opens: bool,
    /// Whether it is the stream of the older transport: it named an address.
    is_endpoint: bool,
    /// Whether the frame is of 2026-07-28, where hanging up cancels.
    is_modern: bool,
    status: u16,
    headers: Headers,
    reading: Reading,
    /// Whether the response is compressed, so that nobody here knows what it says.
    is_packed: bool,
    resumable: bool,
    size: u64,
    over: bool,
}

impl Exchange {
    /// A request came, its body whole. Says what to record before it is passed on.
    pub fn begin(
        clients: &mut Clients,
        post: &Post,
        request: &Request<'_>,
        body: &[u8],
        put: Sink<'_>,
    ) -> Self {
        let apart = clients.is_endpoint(request.path);
        let at_home = apart || request.url.path() == post.to.path();
        let carries = request.verb == "POST"
            && !body.is_empty()
            && (at_home || memchr::memmem::find(body, b"\"jsonrpc\"").is_some());
        let told = if carries {
            Carried::read(body)
        } else {
            Carried::default()
        };
        let session = headers::value(request.headers, "mcp-session-id");
        let looks = looks(request);
        let place = clients.place(&Asked {
            session,
            path: request.path,
            looks: &looks,
            login: headers::value(request.headers, "authorization").unwrap_or_default(),
            line: request.from,
            listens: request.verb == "GET"
                && heads::accepts_stream(request.headers)
                && headers::value(request.headers, "last-event-id").is_none(),
            opens: told.opens,
            discovers: told.discovers,
            is_modern: told.is_modern,
            ids: &told.ids,
        });
        let Place { conn, exchange, .. } = place;
        if place.is_new {
            begin_connection(post, conn, put);
            if let Some(packing) = heads::packing(request.headers, "accept-encoding") {
                let what = format!(
                    "changed by the tap: the client takes compressed answers ({packing}), and the server is asked for \
                     others, so that what they say is seen"
                );
                put(remark(conn, what));
            }
        }
        let query = request.url.query_pairs().into_owned();
        let secret: Headers = request
            .headers
            .iter()
            .cloned()
            .chain(query)
            .filter(|(name, _)| {
                headers::is_secret(name) && !name.eq_ignore_ascii_case("mcp-session-id")
            })
            .collect();
        if !secret.is_empty() {
            put(Record::Passed(conn, secret));
        }
        let frame = carries.then(|| put(Record::Entry(wire(conn, Direction::Out, body, None))));
        let why = why(request, carries, at_home);
        let is_mcp = carries || at_home;
        put(entry(
            conn,
            asks(request, exchange, (body.len(), frame), why),
        ));
        Self::new((conn, exchange), request, told, apart, is_mcp)
    }

    /// The tap itself sends something in the place of a client, on its connection. Says what to record before it goes.
    pub fn own(
        clients: &mut Clients,
        conn: u32,
        request: &Request<'_>,
        body: &[u8],
        put: Sink<'_>,
    ) -> Self {
        let told = Carried::read(body);
        let exchange = clients.own(conn, &told.ids);
        let apart = clients.is_endpoint(request.path);
        let frame = put(Record::Entry(Draft {
            aux: true,
            ..wire(conn, Direction::Out, body, None)
        }));
        let sent = (body.len(), Some(frame));
        put(entry(conn, asks(request, exchange, sent, "answer by hand")));
        Self::new((conn, exchange), request, told, apart, true)
    }

    fn new(
        (conn, number): (u32, u32),
        request: &Request<'_>,
        told: Carried,
        apart: bool,
        is_mcp: bool,
    ) -> Self {
        Self {
            conn,
            number,
            verb: request.verb.to_owned(),
            url: request.url.clone(),
            is_mcp,
            waiting: told.ids,
            apart,
            opens: told.opens,
            is_endpoint: false,
            is_modern: told.is_modern,
            status: 0,
            headers: Vec::new(),
            reading: Reading::Beginning(Vec::new()),
            is_packed: false,
            resumable: false,
            size: 0,
            over: false,
        }
    }

    /// The status of its response, once there is one.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether it is over, so that there is nothing more to record.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The head of the response came, `us` microseconds after the request.
    pub fn head(&mut self, clients: &mut Clients, head: Head, us: u64, put: Sink<'_>) {
        let is_fine = (200..300).contains(&head.status);
        let mime = headers::mime(&head.headers);
        if is_fine
            && self.opens
            && let Some(session) = headers::value(&head.headers, "mcp-session-id")
        {
            clients.bind(self.conn, session);
            let named = ("mcp-session-id".to_owned(), session.to_owned());
            put(Record::Passed(self.conn, vec![named]));
        }
        if head.status == 401 {
            clients.refused(self.conn, &self.waiting, self.opens);
        }
        put(entry(
            self.conn,
            Step::Response {
                exchange: self.number,
                status: head.status,
                version: head.version,
                headers: masked_headers(&head.headers, &[]),
                remote: head.remote,
                dns: head.opening.dns,
                connect: head.opening.connect,
                tls: head.opening.tls,
                first_byte: us,
            },
        ));
        let packing = heads::packing(&head.headers, "content-encoding");
        self.is_packed = packing.is_some();
        if let Some(packing) = packing {
            let what = format!("the answer is compressed ({packing}): what it says is not seen");
            put(remark(self.conn, what));
        }
        self.reading = if self.is_packed {
            Reading::Beginning(Vec::new())
        } else if is_fine && mime == "text/event-stream" {
            Reading::Stream(Parser::new(LONGEST))
        } else if self.is_mcp && self.verb == "POST" {
            Reading::Whole(Vec::new())
        } else {
            Reading::Beginning(Vec::new())
        };
        self.status = head.status;
        self.headers = head.headers;
    }

    /// A piece of the response came. Gives back where the older transport names its address in it, if it does.
    pub fn chunk(
        &mut self,
        clients: &mut Clients,
        bytes: &[u8],
        put: Sink<'_>,
    ) -> Option<Endpoint> {
        let began = self.size;
        self.size += bytes.len() as u64;
        let mut endpoint = None;
        let mut blocks = Vec::new();
        match &mut self.reading {
            Reading::Whole(body) if body.len() + bytes.len() > LONGEST => {
                self.reading = Reading::Beginning(Vec::new());
                let what = format!("an answer of more than {} MiB is no entry", LONGEST >> 20);
                put(remark(self.conn, what));
            }
            Reading::Whole(body) => body.extend_from_slice(bytes),
            Reading::Beginning(body) => {
                let room = (EXCERPT + 1).saturating_sub(body.len()).min(bytes.len());
                body.extend_from_slice(&bytes[..room]);
            }
            Reading::Stream(parser) => parser.feed(bytes, &mut blocks),
        }
        for block in blocks {
            if block.kind() == b"endpoint" && block.payload().is_some() {
                endpoint = self.endpoint(clients, &block, began);
            }
            self.block(clients, block, put);
        }
        endpoint
    }

    fn endpoint(&mut self, clients: &mut Clients, block: &Block, began: u64) -> Option<Endpoint> {
        let said = String::from_utf8_lossy(block.payload()?).trim().to_owned();
        let there = self.url.join(&said).ok()?;
        clients.endpoint(self.conn, &heads::path_and_query(&there));
        self.is_endpoint = true;
        let is_whole = said.contains("://") && there.origin() == self.url.origin();
        is_whole.then_some(Endpoint {
            said,
            here: block.at.start >= began,
        })
    }

    fn block(&mut self, clients: &mut Clients, block: Block, put: Sink<'_>) {
        self.resumable |= block.id.as_ref().is_some_and(|id| !id.is_empty());
        put(entry(self.conn, Step::event(self.number, &block)));
        if block.payload().is_some() && block.kind() == b"message" {
            self.came(clients, &block.data.unwrap_or_default(), None, put);
        }
    }

    /// A frame for the client.
    fn came(&mut self, clients: &mut Clients, body: &[u8], answers: Option<Id>, put: Sink<'_>) {
        let mut ids: Vec<Id> = answers.iter().cloned().collect();
        for message in messages(&jsonrpc::read(body)) {
            if matches!(message.kind, Kind::Result | Kind::Error) {
                ids.extend(message.id.clone());
            }
        }
        for id in &ids {
            self.waiting.retain(|other| other != id);
            clients.answered(self.conn, id);
        }
        let via = Via {
            exchange: self.number,
            answers,
        };
        put(Record::Entry(wire(
            self.conn,
            Direction::In,
            body,
            Some(&via),
        )));
    }

    /// The response is complete. To be told before its end is passed on.
    pub fn finish(&mut self, clients: &mut Clients, us: u64, put: Sink<'_>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let reading = std::mem::replace(&mut self.reading, Reading::Beginning(Vec::new()));
        let is_fine = (200..300).contains(&self.status);
        match reading {
            Reading::Stream(parser) => {
                let rest = parser.finish().filter(|block| block.data.is_some());
                let cut = rest.map(|_| "the last event is not complete".to_owned());
                self.end(us, cut, None, put);
                // Of a stream that can be taken up again the rest may still come.
                if !self.resumable || self.is_modern {
                    let what = "the stream ended without the answer";
                    self.lost(clients, &Loss::new(LossKind::Broken, what), put);
                }
            }
            Reading::Whole(body) => self.finish_whole(clients, &body, us, put),
            Reading::Beginning(body) => {
                let tells = self.is_mcp && !self.is_packed;
                self.end(us, None, excerpt(&body, self.size).filter(|_| tells), put);
                // Whatever it was, it was an answer.
                for id in std::mem::take(&mut self.waiting) {
                    clients.answered(self.conn, &id);
                }
            }
        }
        self.gone(clients, is_fine, put);
    }

    fn finish_whole(&mut self, clients: &mut Clients, body: &[u8], us: u64, put: Sink<'_>) {
        let is_fine = (200..300).contains(&self.status);
        let frame = jsonrpc::read(body);
        if matches!(frame, Frame::Junk(_)) {
            self.end(us, None, excerpt(body, self.size), put);
            if !self.apart || !is_fine {
                // Its hints are for those who connect with mcpscope.
                let mut loss = refused(&self.url, self.status, self.headers.clone(), body);
                loss.hint = None;
                self.lost(clients, &loss, put);
            }
            return;
        }
        // An error that came as the response of a request is its answer, whatever id it has.
        let is_error =
            matches!(frame, Frame::One(ref message) if matches!(message.kind, Kind::Error));
        let answers = match self.waiting.as_slice() {
            [id] if !is_fine && is_error => Some(id.clone()),
            _ => None,
        };
        self.came(clients, body, answers, put);
        self.end(us, None, None, put);
        if !self.apart {
            let what = "the response answers another id";
            let mut loss = Loss::new(LossKind::NotMcp, what);
            loss.status = Some(self.status);
            self.lost(clients, &loss, put);
        }
    }

    /// The exchange broke off, `us` microseconds after its request: the server did not answer, or not to the end.
    pub fn broke(&mut self, clients: &mut Clients, us: u64, loss: &Loss, put: Sink<'_>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.end(us, Some(loss.what.clone()), None, put);
        if self.status == 0 || !self.resumable {
            self.lost(clients, loss, put);
        }
        self.gone(clients, false, put);
    }

    /// The client did not wait for the end.
    pub fn left(&mut self, clients: &mut Clients, us: u64, put: Sink<'_>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.end(us, Some("the client closed it".to_owned()), None, put);
        let waiting = std::mem::take(&mut self.waiting);
        for id in waiting.iter().filter(|_| self.is_modern) {
            clients.answered(self.conn, id);
            let note = Note::Abandoned {
                id: id.to_json(),
                why: "its client closed the exchange".to_owned(),
            };
            put(Record::Entry(Draft::note(self.conn, &note)));
        }
        self.gone(clients, false, put);
    }

    fn end(&mut self, us: u64, error: Option<String>, excerpt: Option<String>, put: Sink<'_>) {
        put(entry(
            self.conn,
            Step::End {
                exchange: self.number,
                size: self.size,
                took: us,
                error,
                excerpt,
            },
        ));
    }

    /// Nothing more answers what was asked.
    fn lost(&mut self, clients: &mut Clients, loss: &Loss, put: Sink<'_>) {
        for id in std::mem::take(&mut self.waiting) {
            clients.answered(self.conn, &id);
            let note = Note::Unanswered {
                id: id.to_json(),
                kind: loss.kind.word().to_owned(),
                status: loss.status,
                what: loss.what.clone(),
                hint: loss.hint.clone(),
            };
            put(Record::Entry(Draft::note(self.conn, &note)));
        }
    }

    /// What its end says of its client.
    fn gone(&self, clients: &mut Clients, is_fine: bool, put: Sink<'_>) {
        match self.verb.as_str() {
            // Nothing reaches its client any more.
            "GET" if self.is_endpoint => over(clients, self.conn, put),
            "GET" => clients.unheard(self.conn),
            "DELETE" if is_fine && self.is_mcp => over(clients, self.conn, put),
            _ => {}
        }
    }
}

/// Where a stream of the older transport names an address at the server itself, past the tap.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// As it was written.
    pub said: String,
    /// Whether all of it stands in the piece at hand.
    pub here: bool,
}

/// The end of a client's connection.
pub(super) fn over(clients: &mut Clients, conn: u32, put: Sink<'_>) {
    if clients.over(conn) {
        let note = Note::Closed { what: None };
        put(Record::Entry(Draft::note(conn, &note)));
    }
}

fn entry(conn: u32, step: Step) -> Record {
    Record::Entry(Draft::note(conn, &Note::Http(step)))
}

/// A word about what was odd.
pub(super) fn remark(conn: u32, what: String) -> Record {
    Record::Entry(Draft::note(conn, &Note::Remark { what }))
}

fn wire(conn: u32, direction: Direction, body: &[u8], via: Option<&Via>) -> Draft {
    Draft {
        conn,
        channel: Channel::Wire,
        direction,
        aux: false,
        body: body.to_vec(),
        ending: "\n",
        extra: via.map(Via::member),
    }
}

/// The beginning of a body.
fn excerpt(body: &[u8], size: u64) -> Option<String> {
    let cut = body.len().min(EXCERPT);
    let text = String::from_utf8_lossy(&body[..cut]).into_owned();
    let more = if (cut as u64) < size { "…" } else { "" };
    (!text.trim().is_empty()).then(|| format!("{text}{more}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
