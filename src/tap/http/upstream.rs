//! Requests to the server, over connections that are used again, as a client's own would be.

use std::sync::{Mutex, PoisonError};

use hyper::Uri;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::PROXY_AUTHORIZATION;
use hyper_util::rt::TokioIo;
use url::Url;

use crate::listen::{Body, Incoming};
use crate::mcp::http::{Loss, LossKind};
use crate::transport::http::{Address, OpenError, Opening, Proxy, Wire};

/// Connections that are kept while nobody needs them.
const IDLE: usize = 32;

/// The server.
#[derive(Debug)]
pub(super) struct Upstream {
    wire: Wire,
    to: Url,
    host: String,
    idle: Mutex<Vec<Line>>,
}

/// A connection.
#[derive(Debug)]
struct Line {
    requests: SendRequest<Body>,
    remote: String,
}

/// What came back; the connection is to be given back after its body.
#[derive(Debug)]
pub(super) struct Answer {
    pub response: hyper::Response<Incoming>,
    pub remote: String,
    pub opening: Opening,
    line: Line,
}

impl Answer {
    /// Parts it: the response, and what [`Upstream::done`] takes.
    pub fn parts(self) -> (hyper::Response<Incoming>, Used) {
        (self.response, Used(self.line))
    }
}

/// A connection whose response is being read.
#[derive(Debug)]
pub(super) struct Used(Line);

impl Upstream {
    pub fn new(address: &Address) -> Result<Self, OpenError> {
        Ok(Self {
            wire: Wire::by_environment(address)?,
            to: address.url.clone(),
            host: super::heads::authority(&address.url),
            idle: Mutex::default(),
        })
    }

    /// The proxy on the way, by host and port.
    pub fn proxy(&self) -> Option<String> {
        self.wire.proxy().map(Proxy::at)
    }

    /// Sends a request and waits for the head of its response.
    pub async fn send(&self, mut request: hyper::Request<Body>) -> Result<Answer, Loss> {
        self.address(&mut request);
        let mut request = Some(request);
        // A server may close a connection that was kept, at any moment. What was not sent is sent on another.
        while let Some(mut line) = self.kept() {
            let Some(sent) = request.take() else { break };
            match line.requests.try_send_request(sent).await {
                Ok(response) => {
                    return Ok(Answer {
                        response,
                        remote: line.remote.clone(),
                        opening: Opening::default(),
                        line,
                    });
                }
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = Some(unsent),
                    None => return Err(self.broken(&error.into_error())),
                },
            }
        }
        let connected = self.wire.connect().await?;
        let (requests, connection) = Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(connected.stream))
            .await
            .map_err(|error| self.broken(&error))?;
        // Its errors reach whoever waits for a response.
        tokio::spawn(async move { drop(connection.await) });
        let mut line = Line {
            requests,
            remote: connected.remote.to_string(),
        };
        let Some(request) = request else {
            return Err(Loss::new(LossKind::Broken, "the request is gone"));
        };
        let response = line
            .requests
            .send_request(request)
            .await
            .map_err(|error| self.broken(&error))?;
        Ok(Answer {
            response,
            remote: line.remote.clone(),
            opening: connected.opening,
            line,
        })
    }

    /// Has a request name the whole address, for a proxy that passes it on.
    fn address(&self, request: &mut hyper::Request<Body>) {
        let Some(proxy) = self.wire.passes_on() else {
            return;
        };
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        let whole = format!("{}://{}{path}", self.to.scheme(), self.host);
        if let Ok(whole) = Uri::try_from(whole) {
            *request.uri_mut() = whole;
        }
        if let Some(authorization) = proxy.authorization() {
            let headers = request.headers_mut();
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
    }

    fn kept(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|line| !line.requests.is_closed());
        let at = idle.iter().rposition(|line| line.requests.is_ready())?;
        Some(idle.swap_remove(at))
    }

    /// The response was read to its end.
    pub fn done(&self, used: Used) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE && !used.0.requests.is_closed() {
            idle.push(used.0);
        }
    }

    /// What went wrong after a connection was made.
    pub fn broken(&self, error: &hyper::Error) -> Loss {
        let host = &self.host;
        let what = if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
            format!("{host} closed the connection without an answer")
        } else if error.is_parse() {
            format!("{host} did not answer in HTTP: {error}")
        } else {
            let mut source: &dyn std::error::Error = error;
            while let Some(inner) = source.source() {
                source = inner;
            }
            format!("{host} broke off the connection: {source}")
        };
        Loss::new(LossKind::Broken, what)
    }
}
