//! What somebody says to the server in the place of its client: the answer to what it asks, or a request once more with
//! what its result wanted. It goes as a POST of the client's would, with its session and its login; it is recorded
//! before it goes, and the client sees neither side of it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use url::Url;

use super::exchange::{Exchange, Request};
use super::{Bytes, Door, Watched, heads, upstream};
use crate::json;
use crate::jsonrpc::Id;
use crate::listen::{self, Incoming};
use crate::mcp::asked::again;
use crate::mcp::http::{Loss, LossKind};
use crate::note::Note;
use crate::note::asked::Asking;

/// What a request was, as far as another can be made of it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Path and query, as the client wrote them.
    pub path: String,
    /// Where it went.
    pub url: Url,
    pub headers: HeaderMap,
    /// As it went on.
    pub body: Bytes,
    /// When it is a request once more: its id, and the raw one that the client knows it by.
    pub stands_for: Option<(Id, String)>,
    /// How many requests there were with it.
    pub round: u32,
}

/// Headers that were for that request alone.
const OWN: &[&str] = &["last-event-id", "mcp-method", "mcp-name", "cache-control"];

impl Origin {
    /// The head of a message that the same client would send.
    fn head(&self) -> Parts {
        let (mut parts, ()) = hyper::Request::new(()).into_parts();
        parts.method = Method::POST;
        parts.headers = self.headers.clone();
        parts.headers.remove(CONTENT_LENGTH);
        let json = HeaderValue::from_static("application/json");
        parts.headers.insert(CONTENT_TYPE, json);
        parts
    }
}

impl Watched {
    /// Another exchange on the same connection, which the tap begins by itself.
    fn another(&self, path: &str, url: &Url, head: &Parts, body: Vec<u8>) -> Self {
        let door = Arc::clone(&self.door);
        let told = heads::told(&head.headers);
        let mut struck = None;
        let exchange = Exchange::own(
            &mut door.clients(),
            self.exchange.conn,
            &Request {
                verb: "POST",
                path,
                url,
                headers: &told,
                from: None,
            },
            &body,
            &mut |record| door.put(record, &mut struck),
        );
        Self {
            exchange,
            began: Instant::now(),
            struck: None,
            origin: Origin {
                path: path.to_owned(),
                url: url.clone(),
                headers: head.headers.clone(),
                body: body.into(),
                stands_for: None,
                round: 1,
            },
            door,
        }
    }

    /// Says to the server what answers a request of its own. What comes of that is recorded, and waited for by nobody.
    pub(super) fn answers(&self, answer: Vec<u8>) {
        let mut head = self.origin.head();
        for name in OWN {
            head.headers.remove(*name);
        }
        let both = HeaderValue::from_static("application/json, text/event-stream");
        head.headers.insert(ACCEPT, both);
        let endpoint = {
            let clients = self.door.clients();
            clients.endpoint_of(self.exchange.conn).map(str::to_owned)
        };
        let path = endpoint.unwrap_or_else(|| self.origin.path.clone());
        let url = heads::target(&path, &self.door.post.to);
        let mut watched = self.another(&path, &url, &head, answer);
        tokio::spawn(async move {
            match watched.send(head).await {
                Ok(answered) => {
                    let (_, mut incoming, used) = watched.take_head(answered);
                    // Nobody waits for it, and it may be a stream that stays open.
                    if watched.read(&mut incoming, |_| {}).await.is_ok() {
                        watched.door.upstream.done(used);
                    }
                    let status = watched.exchange.status();
                    if !(200..300).contains(&status) {
                        watched.remark(format!(
                            "the server does not take the answer that was given by hand: HTTP {status}"
                        ));
                    }
                }
                Err(loss) => watched.broke(&loss),
            }
        });
    }

    /// Sends the request once more, with raw responses to what its result wanted.
    pub(super) async fn again(
        &self,
        result: &[u8],
        responses: &[u8],
    ) -> Result<(Self, upstream::Answer), Loss> {
        let refused = |what: &str| Loss::new(LossKind::Refused, what);
        let asked = json::get(&self.origin.body, &["id"]);
        let asked = asked.ok_or_else(|| refused("its request has no id"))?;
        let known = String::from_utf8_lossy(asked).into_owned();
        let (of, known) = match &self.origin.stands_for {
            Some((id, known)) => (id.to_json(), known.clone()),
            None => (known.clone(), known),
        };
        let id = Id::Text(format!("mcpscope-tap-{}", self.door.fresh()).into());
        let responses = String::from_utf8_lossy(responses);
        let body = again::again(&self.origin.body, result, &id, &responses)
            .ok_or_else(|| refused("it answers no single request"))?;
        self.door.shared.put([crate::recorder::Draft::note(
            self.exchange.conn,
            &Note::Asking(Asking::Round {
                id: id.to_json(),
                of,
                round: self.origin.round + 1,
            }),
        )]);
        let head = self.origin.head();
        let (path, url) = (self.origin.path.clone(), self.origin.url.clone());
        let mut watched = self.another(&path, &url, &head, body.into_bytes());
        (watched.origin.stands_for, watched.origin.round) =
            (Some((id, known)), self.origin.round + 1);
        match watched.send(head).await {
            Ok(answered) => Ok((watched, answered)),
            Err(loss) => {
                watched.broke(&loss);
                Err(loss)
            }
        }
    }

    async fn send(&self, head: Parts) -> Result<upstream::Answer, Loss> {
        let Origin {
            path, url, body, ..
        } = &self.origin;
        let request = self.door.request(path, url, head, body.clone());
        let request = request.map_err(|what| Loss::new(LossKind::Refused, what))?;
        self.door.upstream.send(request).await
    }

    /// Reads a body to its end, and gives each piece to `take`.
    pub(super) async fn read(
        &mut self,
        incoming: &mut Incoming,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Loss> {
        while let Some(piece) = listen::piece(&mut *incoming).await {
            match piece {
                Ok(bytes) => {
                    self.chunk(&bytes);
                    take(&bytes);
                }
                Err(error) => {
                    let loss = self.door.upstream.broken(&error);
                    self.broke(&loss);
                    return Err(loss);
                }
            }
        }
        self.finish();
        Ok(())
    }

    /// What came, under the id that the client knows.
    pub(super) fn known(&self, body: Vec<u8>) -> Vec<u8> {
        match &self.origin.stands_for {
            Some((id, known))
                if json::get(&body, &["id"]).is_some_and(|raw| Id::read(raw) == *id) =>
            {
                self.remark(format!(
                    "changed by the tap: the client gets the answer to {id} under its own id {known}"
                ));
                json::replaced(&body, &["id"], known)
            }
            _ => body,
        }
    }
}

/// Something that ends in the same way as what waits for it.
pub(super) type Nested<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Door {
    /// A number that was not given before.
    fn fresh(&self) -> u64 {
        self.own.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1
    }
}
