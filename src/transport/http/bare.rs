//! A link to an address on which every HTTP request is made as it was given: for probes. It has no courier, so it adds
//! no header but those it was given, follows no redirect, resumes nothing and logs in nowhere.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Client;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::exchange::{self, Piece, Task};
use super::{Address, GRACE, OpenError, client, excerpt};
use crate::mcp::auth::{Secret, masked_headers};
use crate::mcp::http::headers::{self, Headers, masked_url};
use crate::mcp::http::{Request, redirects};
use crate::note::http::Step;
use crate::sse::Parser;
use crate::transport::lines::MAX_LINE;
use crate::transport::{INBOX_PLACES, Link, LinkEvent, Outgoing};

/// Makes a link. Must be called inside a tokio runtime with I/O and time.
pub fn start(address: &Address) -> Result<Link, OpenError> {
    let (outbox, orders) = mpsc::unbounded_channel();
    let (events, inbox) = mpsc::channel(INBOX_PLACES);
    let (pieces_in, pieces) = mpsc::channel(16);
    let bare = Bare {
        plain: client::build(address, false)?,
        dressed: client::build(address, true)?,
        given: address.headers.clone(),
        orders,
        events,
        pieces_in,
        pieces,
        open: HashMap::new(),
    };
    tokio::spawn(bare.run());
    Ok(Link { outbox, inbox })
}

struct Open {
    task: Task,
    began: Instant,
    body: Vec<u8>,
    /// The events of its stream, when it is one.
    parser: Option<Parser>,
    size: u64,
}

struct Bare {
    plain: Client,
    /// The one that begins the words of header names with capitals.
    dressed: Client,
    given: Headers,
    orders: mpsc::UnboundedReceiver<Outgoing>,
    events: mpsc::Sender<LinkEvent>,
    pieces_in: mpsc::Sender<(u32, Piece)>,
    pieces: mpsc::Receiver<(u32, Piece)>,
    open: HashMap<u32, Open>,
}

impl Bare {
    async fn run(mut self) {
        self.tell(LinkEvent::Ready).await;
        let mut ends_by: Option<Instant> = None;
        loop {
            if ends_by.is_some() && self.open.is_empty() {
                break;
            }
            let end = ends_by.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                biased;
                order = self.orders.recv(), if ends_by.is_none() => match order {
                    Some(Outgoing::Exchange(request)) => self.begin(*request).await,
                    Some(Outgoing::Release(exchange)) => self.end(exchange, None).await,
                    Some(Outgoing::Kill) => break,
                    None | Some(Outgoing::Shutdown) => ends_by = Some(Instant::now() + GRACE),
                    Some(_) => {}
                },
                piece = self.pieces.recv() => if let Some((exchange, piece)) = piece {
                    self.piece(exchange, piece).await;
                },
                () = sleep_until(end), if ends_by.is_some() => break,
            }
        }
        for open in self.open.values() {
            open.task.abort();
        }
        self.tell(LinkEvent::Closed(None)).await;
    }

    async fn tell(&self, event: LinkEvent) {
        // Fails when nobody wants to know any more; then the orders end too.
        let _ = self.events.send(event).await;
    }

    fn secret(&self) -> Vec<String> {
        self.given.iter().map(|(name, _)| name.clone()).collect()
    }

    async fn begin(&mut self, request: Request) {
        let mut all = request.headers.clone();
        if request.credentials {
            // What a probe is about counts more than what is always sent.
            let given = self.given.iter();
            let missing =
                given.filter(|(name, _)| headers::value(&request.headers, name).is_none());
            all.extend(missing.cloned());
        }
        self.tell(LinkEvent::Http(Step::Request {
            exchange: request.exchange,
            verb: request.verb.word().to_owned(),
            url: masked_url(&request.url),
            headers: masked_headers(&all, &self.secret()),
            size: request.body.as_ref().map_or(0, |body| body.len() as u64),
            frame: request.frame,
            why: request.why.to_owned(),
            follows: request.follows,
        }))
        .await;
        let dressed = all
            .iter()
            .any(|(name, _)| name.bytes().any(|byte| byte.is_ascii_uppercase()));
        let client = if dressed { &self.dressed } else { &self.plain };
        let exchange = request.exchange;
        let task = exchange::begin(client, request, all, self.pieces_in.clone());
        let open = Open {
            task,
            began: Instant::now(),
            body: Vec::new(),
            parser: None,
            size: 0,
        };
        self.open.insert(exchange, open);
    }

    async fn piece(&mut self, exchange: u32, piece: Piece) {
        let Some(open) = self.open.get_mut(&exchange) else {
            return;
        };
        match piece {
            Piece::Head(head) => {
                let first_byte = open.began.elapsed().as_micros() as u64;
                if headers::mime(&head.headers) == "text/event-stream" {
                    open.parser = Some(Parser::new(MAX_LINE));
                }
                let session = headers::value(&head.headers, "mcp-session-id").map(Secret::new);
                let elsewhere = headers::value(&head.headers, "location")
                    .filter(|_| redirects(head.status))
                    .map(|location| (head.status, location.to_owned()));
                let step = Step::Response {
                    exchange,
                    status: head.status,
                    version: head.version,
                    headers: masked_headers(&head.headers, &self.secret()),
                    remote: head.remote,
                    dns: head.opening.dns,
                    connect: head.opening.connect,
                    tls: head.opening.tls,
                    first_byte,
                };
                self.tell(LinkEvent::Http(step)).await;
                self.tell(LinkEvent::Head {
                    exchange,
                    session,
                    elsewhere,
                })
                .await;
            }
            Piece::Chunk(bytes) => self.chunk(exchange, &bytes).await,
            Piece::End(None) => self.whole(exchange).await,
            Piece::End(Some(loss)) => self.end(exchange, Some(loss.what)).await,
        }
    }

    async fn chunk(&mut self, exchange: u32, bytes: &[u8]) {
        let Some(open) = self.open.get_mut(&exchange) else {
            return;
        };
        open.size += bytes.len() as u64;
        let Some(parser) = &mut open.parser else {
            if open.body.len() + bytes.len() <= MAX_LINE {
                open.body.extend_from_slice(bytes);
            }
            return;
        };
        let mut blocks = Vec::new();
        parser.feed(bytes, &mut blocks);
        for block in blocks {
            self.tell(LinkEvent::Http(Step::event(exchange, &block)))
                .await;
            if let Some(bytes) = block.data.filter(|data| !data.is_empty()) {
                self.frame(exchange, bytes).await;
            }
        }
    }

    async fn frame(&self, exchange: u32, bytes: Vec<u8>) {
        self.tell(LinkEvent::Frame {
            exchange,
            bytes,
            answers: None,
        })
        .await;
    }

    /// The response is complete. A body that is JSON is a frame, told before the end.
    async fn whole(&mut self, exchange: u32) {
        let Some(open) = self.open.get_mut(&exchange) else {
            return;
        };
        let body = std::mem::take(&mut open.body);
        if crate::json::check(&body).is_ok() {
            self.frame(exchange, body).await;
            self.end(exchange, None).await;
        } else {
            let told = excerpt(&body);
            self.end_with(exchange, None, told).await;
        }
    }

    async fn end(&mut self, exchange: u32, error: Option<String>) {
        self.end_with(exchange, error, None).await;
    }

    async fn end_with(&mut self, exchange: u32, error: Option<String>, excerpt: Option<String>) {
        let Some(open) = self.open.remove(&exchange) else {
            return;
        };
        open.task.abort();
        self.tell(LinkEvent::Http(Step::End {
            exchange,
            size: open.size,
            took: open.began.elapsed().as_micros() as u64,
            error,
            excerpt,
        }))
        .await;
    }
}
