//! One exchange: the response that is made of what comes for it, and what is recorded of that.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::house::{House, Piece};
use super::leaving::Leaving;
use super::streams::EventId;
use super::{give, json_body};
use crate::listen::http::{HeaderValue, StatusCode, header};
use crate::listen::{Body, Response};
use crate::mcp::http::headers;
use crate::note::Note;
use crate::note::http::Step;
use crate::script::Primed;
use crate::sse;

pub(super) struct Exchange {
    house: Arc<House>,
    key: String,
    number: u32,
    /// The session it is given.
    given: Option<String>,
    began: Instant,
}

/// A message as an event of a stream.
pub(super) fn event(frame: &[u8], id: Option<EventId>) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len() + 40);
    out.extend_from_slice(b"event: message\n");
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    sse::write_data(frame, &mut out);
    out
}

impl Exchange {
    pub(super) fn new(house: Arc<House>, key: String, number: u32, given: Option<String>) -> Self {
        Self {
            house,
            key,
            number,
            given,
            began: Instant::now(),
        }
    }

    /// There is nothing to answer.
    pub(super) fn accepted(&mut self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::ACCEPTED;
        self.told(&response, 0, None);
        response
    }

    /// One JSON object.
    pub(super) fn whole(&mut self, status: u16, frame: Vec<u8>) -> Response {
        let size = frame.len();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let response = json_body(status, frame.into(), self.given.as_deref());
        self.told(&response, size as u64, None);
        response
    }

    /// No message.
    pub(super) fn refused(&mut self, status: u16, mime: &str, body: String) -> Response {
        let (size, excerpt) = (body.len() as u64, Some(body.clone()));
        let mut response = Response::new(Body::whole(body));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Ok(mime) = HeaderValue::from_str(mime) {
            response.headers_mut().insert(header::CONTENT_TYPE, mime);
        }
        self.told(&response, size, excerpt);
        response
    }

    /// The event that begins a stream, so that it can be taken up before anything was said in it.
    pub(super) fn prime(&self, primed: Primed) -> String {
        let id = EventId(self.number, 0);
        let retry = primed
            .retry
            .map_or_else(String::new, |retry| format!("retry: {retry}\n"));
        format!("id: {id}\n{retry}data:\n\n")
    }

    /// A stream of what comes, after some bytes, until `answers` answers are through.
    pub(super) fn stream(
        self,
        prime: Option<String>,
        first: Option<Piece>,
        mut pieces: mpsc::UnboundedReceiver<Piece>,
        leaving: Leaving,
        mut answers: usize,
    ) -> Response {
        let (sender, body) = Body::stream();
        let mut response = Response::new(body);
        let set = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        for (name, value) in set {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        give(&mut response, self.given.as_deref());
        self.head(&response);
        tokio::spawn(async move {
            let (mut next, mut size) = (first, 0);
            if let Some(prime) = prime {
                size += prime.len() as u64;
                if !sender.send(prime.into_bytes()).await {
                    self.end(size, None);
                    return;
                }
            }
            loop {
                let piece = match next.take() {
                    Some(piece) => Some(piece),
                    None => tokio::select! {
                        piece = pieces.recv() => piece,
                        () = sender.closed() => {
                            self.end(size, None);
                            return;
                        }
                    },
                };
                let (frame, id, is_last) = match piece {
                    Some(Piece::Event(frame, id)) => (frame, id, false),
                    Some(Piece::Answer(frame, id)) => {
                        answers -= 1;
                        (frame, id, answers == 0)
                    }
                    // Too late to refuse; the stream breaks off.
                    Some(Piece::Refused { .. } | Piece::Broken) => {
                        leaving.done();
                        sender.cut().await;
                        self.end(size, None);
                        return;
                    }
                    None => {
                        leaving.done();
                        self.end(size, None);
                        return;
                    }
                };
                let bytes = event(&frame, id);
                size += bytes.len() as u64;
                if is_last {
                    leaving.done();
                    // Before its last byte goes, so that nobody finds it unfinished.
                    self.end(size, None);
                    sender.send(bytes).await;
                    return;
                }
                if !sender.send(bytes).await {
                    self.end(size, None);
                    return;
                }
            }
        });
        response
    }

    /// All of it in one write: how the response begins, and where it ends.
    fn told(&self, response: &Response, size: u64, excerpt: Option<String>) {
        let notes = [self.begins(response), self.ends(size, excerpt)];
        self.house.notes(&self.key, &notes);
    }

    fn head(&self, response: &Response) {
        self.house.notes(&self.key, &[self.begins(response)]);
    }

    fn begins(&self, response: &Response) -> Note {
        let told = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let told: Vec<(String, String)> = told.collect();
        Note::Http(Step::Response {
            exchange: self.number,
            status: response.status().as_u16(),
            version: "HTTP/1.1".to_owned(),
            headers: headers::masked(&told, &[]),
            remote: None,
            dns: None,
            connect: None,
            tls: None,
            first_byte: self.took(),
        })
    }

    fn end(&self, size: u64, excerpt: Option<String>) {
        self.house.notes(&self.key, &[self.ends(size, excerpt)]);
    }

    fn ends(&self, size: u64, excerpt: Option<String>) -> Note {
        Note::Http(Step::End {
            exchange: self.number,
            size,
            took: self.took(),
            error: None,
            excerpt,
        })
    }

    fn took(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }
}
