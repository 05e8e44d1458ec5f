//! How exchanges and connections of a tap begin in the recording.

use super::super::heads;
use super::{Post, Record, Request, Sink, remark};
use crate::mcp::auth::{masked_headers, masked_url};
use crate::mcp::http::headers;
use crate::note::http::Step;
use crate::note::{self, Note};
use crate::recorder::Draft;

/// The step that a request is, with the size of its body and the entry of its frame.
pub(super) fn asks(
    request: &Request<'_>,
    exchange: u32,
    (size, frame): (usize, Option<u64>),
    why: &str,
) -> Step {
    Step::Request {
        exchange,
        verb: request.verb.to_owned(),
        url: masked_url(request.url),
        headers: masked_headers(request.headers, &[]),
        size: size as u64,
        frame,
        why: why.to_owned(),
        follows: None,
    }
}

/// A connection begins.
pub(super) fn begin_connection(post: &Post, conn: u32, put: Sink<'_>) {
    put(Record::Connects(conn));
    for note in [
        Note::Connect {
            name: post.name.clone(),
            transport: "http".to_owned(),
            era: note::TAP.to_owned(),
        },
        Note::Address {
            url: masked_url(&post.to),
            transport: "auto".to_owned(),
            headers: Vec::new(),
            insecure: post.insecure,
            everywhere: None,
        },
    ] {
        put(Record::Entry(Draft::note(conn, &note)));
    }
    if let Some(proxy) = &post.proxy {
        put(remark(
            conn,
            format!("the server is reached through the proxy {proxy}"),
        ));
    }
}

/// Who a client seems to be. Not kept: it names no one.
pub(super) fn looks(request: &Request<'_>) -> String {
    let from = request.from.map(|from| from.ip().to_string());
    let program = headers::value(request.headers, "user-agent").unwrap_or_default();
    format!("{}\n{program}", from.unwrap_or_default())
}

/// What a request is for, as far as it tells.
pub(super) fn why(request: &Request<'_>, carries: bool, at_home: bool) -> &'static str {
    let resumes = headers::value(request.headers, "last-event-id").is_some();
    match request.verb {
        "POST" if carries => "message",
        "GET" if resumes => "rest of a stream",
        "GET" if heads::accepts_stream(request.headers) => "server's own messages",
        "DELETE" if at_home => "end of the session",
        _ => "passed on",
    }
}
