//! One exchange: a task that sends a request and hands on what comes, piece by piece. It understands nothing of it.

use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::client::{CLOCK, Clock, Opening};
use super::trouble;
use crate::mcp::http::headers::Headers;
use crate::mcp::http::{Loss, Request, Verb};

/// The head of a response as it came.
#[derive(Debug)]
pub struct Head {
    /// Its status.
    pub status: u16,
    /// Of HTTP, as in `HTTP/1.1`.
    pub version: String,
    /// Its headers, unmasked.
    pub headers: Headers,
    /// The address that answered.
    pub remote: Option<String>,
    /// How long it took to reach it.
    pub opening: Opening,
}

/// What comes of an exchange, in this order.
#[derive(Debug)]
pub(super) enum Piece {
    Head(Head),
    Chunk(Vec<u8>),
    /// Always the last; holds what went wrong.
    End(Option<Loss>),
}

/// A running exchange.
#[derive(Debug)]
pub(super) struct Task(AbortHandle);

impl Task {
    /// Ends it at once, and with it its connection if that is in the middle of something.
    pub fn abort(&self) {
        self.0.abort();
    }
}

/// Sends a request; what comes of it goes to `pieces`, with its number.
pub(super) fn begin(
    client: &Client,
    request: Request,
    headers: Headers,
    pieces: mpsc::Sender<(u32, Piece)>,
) -> Task {
    let client = client.clone();
    let clock = Arc::new(Clock::default());
    let reading = CLOCK.scope(Arc::clone(&clock), async move {
        let exchange = request.exchange;
        let loss = match send(&client, &request, &headers).await {
            Ok(response) => read(response, exchange, &clock, &pieces).await,
            Err(loss) => Some(loss),
        };
        // Fails when nobody wants to know any more.
        let _ = pieces.send((exchange, Piece::End(loss))).await;
    });
    Task(tokio::spawn(reading).abort_handle())
}

async fn send(client: &Client, request: &Request, headers: &Headers) -> Result<Response, Loss> {
    let method = match request.verb {
        Verb::Post => Method::POST,
        Verb::Get => Method::GET,
        Verb::Delete => Method::DELETE,
    };
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            return Err(trouble::header(name));
        };
        map.append(name, value);
    }
    let mut builder = client.request(method, request.url.clone()).headers(map);
    if let Some(body) = &request.body {
        builder = builder.body(body.to_vec());
    }
    builder
        .send()
        .await
        .map_err(|error| trouble::explain(&error, &request.url))
}

async fn read(
    mut response: Response,
    exchange: u32,
    clock: &Clock,
    pieces: &mpsc::Sender<(u32, Piece)>,
) -> Option<Loss> {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let head = Head {
        status: response.status().as_u16(),
        version: format!("{:?}", response.version()),
        headers: headers.collect(),
        remote: response.remote_addr().map(|address| address.to_string()),
        opening: clock.read(),
    };
    pieces.send((exchange, Piece::Head(head))).await.ok()?;
    let url = response.url().clone();
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => pieces
                .send((exchange, Piece::Chunk(bytes.to_vec())))
                .await
                .ok()?,
            Ok(None) => return None,
            Err(error) => return Some(trouble::broken_off(&error, &url)),
        }
    }
}
