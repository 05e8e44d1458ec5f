//! The server on an address, over Streamable HTTP: sessions and their streams for clients of the older revisions,
//! requests that stand alone for those of 2026-07-28.
//!
//! Every session of the older kind hears the recording from its beginning; requests that stand alone share one playing
//! of it, for nothing tells them apart. Responses have the form they had in the recording: one JSON object, or a
//! stream, which breaks off where it did and can be taken up again where it could. A server of HTTP+SSE is one again.

mod exchange;
mod house;
mod leaving;
mod older;
mod streams;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::client::{Offer, messages as client_messages};
use super::{Served, Serving};
use crate::json;
use crate::listen::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use crate::listen::{self, Body, Bytes, Listener, Reach, Request, Response};
use crate::mcp::meta;
use crate::mcp::revision::Revision;
use exchange::Exchange;
use house::{House, Piece};
use leaving::Leaving;
use streams::EventId;

/// Bytes of a request's body that are taken.
const LONGEST: usize = 64 << 20;
/// The header that names a session.
const SESSION: &str = "mcp-session-id";
/// The header that names the last event that came.
const LAST: &str = "last-event-id";

/// Serves until the recorded server's end is played, or `stop`.
pub async fn serve(
    mut serving: Serving,
    listener: Listener,
    reach: Reach,
    stop: impl Future<Output = ()>,
) -> Served {
    serving.rules.by_exchange = !serving.script.is_older();
    let (offer, book, mut news) = Offer::of(serving);
    let house = Arc::new(House::new(offer, book, listener.address()));
    let timer = tokio::spawn(Arc::clone(&house).keep_time());
    let hearing = Arc::clone(&house);
    let live = tokio::spawn(async move {
        while let Some((conn, event)) = news.recv().await {
            hearing.news(conn, event);
        }
    });
    let serving = Arc::clone(&house);
    let answer = move |_, request| {
        let house = Arc::clone(&serving);
        async move { answer(house, request, reach).await }
    };
    let ended = Arc::clone(&house);
    listener
        .serve(answer, async {
            tokio::select! {
                () = stop => {}
                () = ended.ended() => {}
            }
        })
        .await;
    timer.abort();
    house.empty().await;
    live.abort();
    house.finish()
}

async fn answer(house: Arc<House>, request: Request, reach: Reach) -> Response {
    let (head, body) = request.into_parts();
    if let Some(why) = listen::foreign(&head.headers).filter(|_| reach == Reach::Loopback) {
        return plain(StatusCode::FORBIDDEN, why);
    }
    let url = head.uri.path_and_query();
    let url = url.map_or_else(|| "/".to_owned(), ToString::to_string);
    match head.method {
        Method::POST => {
            let Ok(body) = listen::whole(body, LONGEST).await else {
                return plain(StatusCode::PAYLOAD_TOO_LARGE, "too long".to_owned());
            };
            if house.is_older() {
                return older::post(&house, &head.headers, &url, &body);
            }
            post(house, &head.headers, &url, body).await
        }
        Method::GET if house.is_older() => older::get(&house, &head.headers, &url),
        Method::GET => get(&house, &head.headers, &url),
        Method::DELETE => delete(&house, &head.headers),
        _ => plain(StatusCode::METHOD_NOT_ALLOWED, String::new()),
    }
}

async fn post(house: Arc<House>, headers: &HeaderMap, url: &str, body: Vec<u8>) -> Response {
    let Some(messages) = client_messages(&body) else {
        let error = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON"}}"#;
        return json_body(StatusCode::BAD_REQUEST, error.into(), None);
    };
    let greets = messages
        .iter()
        .any(|message| method_is(message, "initialize"));
    let is_modern = !greets && is_modern(headers, &messages);
    let key = match house.key(session(headers), greets, is_modern) {
        Ok(key) => key,
        Err(status) => return plain(status, "no such session".to_owned()),
    };
    let given = (greets && !key.is_empty()).then(|| key.clone());
    let exchange = house.begin(&key, "POST", url, headers, Some(&body));
    let (sender, mut pieces) = mpsc::unbounded_channel();
    let asked = house.hear(&key, &messages, exchange, &sender);
    drop(sender);
    let mut exchange = Exchange::new(Arc::clone(&house), key.clone(), exchange, given);
    if asked.is_empty() {
        return exchange.accepted();
    }
    // What is dropped unanswered is a request that nobody waits for any more.
    let leaving = Leaving::new(
        Arc::clone(&house),
        key,
        is_modern,
        asked.iter().map(|one| one.run),
    );
    let only = match &asked[..] {
        [one] => Some(one.scene),
        _ => None,
    };
    let form = only.flatten().map(|scene| house.form(scene));
    if let Some(form) = form.as_ref().filter(|form| form.is_stream) {
        let prime = form.primed.map(|primed| exchange.prime(primed));
        return exchange.stream(prime, None, pieces, leaving, asked.len());
    }
    match pieces.recv().await {
        Some(Piece::Answer(frame, _)) if only.is_some() => {
            leaving.done();
            let status = form
                .and_then(|form| form.status)
                .unwrap_or_else(|| status_of(&frame, is_modern));
            exchange.whole(status, frame)
        }
        Some(Piece::Refused { scene, body }) => {
            leaving.done();
            let form = house.form(scene);
            let status = form.status.filter(|status| *status >= 400);
            exchange.refused(status.unwrap_or(502), &form.mime, body)
        }
        Some(piece) => exchange.stream(None, Some(piece), pieces, leaving, asked.len()),
        // It was given up, or the server ended.
        None => exchange.accepted(),
    }
}

fn get(house: &Arc<House>, headers: &HeaderMap, url: &str) -> Response {
    let Ok(key) = house.key(session(headers), false, false) else {
        return plain(StatusCode::NOT_FOUND, "no such session".to_owned());
    };
    let last = headers.get(LAST).and_then(|value| value.to_str().ok());
    if let Some(after) = last.and_then(EventId::parse) {
        let exchange = house.begin(&key, "GET", url, headers, None);
        if let Some(pieces) = house.resumes(&key, exchange, after) {
            let leaving = Leaving::new(Arc::clone(house), key.clone(), false, []);
            let exchange = Exchange::new(Arc::clone(house), key, exchange, None);
            return exchange.stream(None, None, pieces, leaving, usize::MAX);
        }
        return Exchange::new(Arc::clone(house), key, exchange, None).refused(
            StatusCode::NOT_FOUND.as_u16(),
            "text/plain",
            "no such stream".to_owned(),
        );
    }
    if !house.has_apart() {
        return plain(StatusCode::METHOD_NOT_ALLOWED, String::new());
    }
    let exchange = house.begin(&key, "GET", url, headers, None);
    let pieces = house.listens(&key, exchange);
    let leaving = Leaving::new(Arc::clone(house), key.clone(), false, []);
    Exchange::new(Arc::clone(house), key, exchange, None).stream(
        None,
        None,
        pieces,
        leaving,
        usize::MAX,
    )
}

fn delete(house: &Arc<House>, headers: &HeaderMap) -> Response {
    match session(headers) {
        Some(session) if house.leave(session) => plain(StatusCode::OK, String::new()),
        Some(_) => plain(StatusCode::NOT_FOUND, "no such session".to_owned()),
        None => plain(StatusCode::METHOD_NOT_ALLOWED, String::new()),
    }
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers.get(SESSION).and_then(|value| value.to_str().ok())
}

fn method_is(message: &[u8], method: &str) -> bool {
    json::get(message, &["method"])
        .and_then(json::text)
        .as_deref()
        == Some(method)
}

/// Whether a request stands alone, as those of 2026-07-28 do.
fn is_modern(headers: &HeaderMap, messages: &[&[u8]]) -> bool {
    let version = headers.get("mcp-protocol-version");
    let newest = Revision::NEWEST_MODERN.as_str();
    let told = |message: &&[u8]| {
        json::get(message, &["params", "_meta", meta::PROTOCOL_VERSION]).is_some()
    };
    version.is_some_and(|version| version == newest) || messages.iter().any(told)
}

/// The status that an answer has that was not recorded over HTTP (protocol.md §4.4).
fn status_of(frame: &[u8], is_modern: bool) -> u16 {
    let code = json::get(frame, &["error", "code"]).and_then(json::integer);
    match code.filter(|_| is_modern) {
        Some(-32601) => 404,
        Some(-32602 | -32020 | -32021 | -32022) => 400,
        _ => 200,
    }
}

fn plain(status: StatusCode, why: String) -> Response {
    let mut response = Response::new(Body::whole(why));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

fn json_body(status: StatusCode, body: Bytes, session: Option<&str>) -> Response {
    let mut response = Response::new(Body::whole(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    give(&mut response, session);
    response
}

fn give(response: &mut Response, session: Option<&str>) {
    if let Some(value) = session.and_then(|session| HeaderValue::from_str(session).ok()) {
        response.headers_mut().insert(SESSION, value);
    }
}

#[cfg(test)]
mod tests {
    use super::exchange::event;
    use super::*;

    #[test]
    fn statuses_of_answers_that_were_not_recorded_over_http() {
        let error = |code: i64| format!(r#"{{"id":1,"error":{{"code":{code}}}}}"#).into_bytes();
        assert_eq!(status_of(&error(-32601), true), 404);
        assert_eq!(status_of(&error(-32022), true), 400);
        assert_eq!(status_of(&error(-32603), true), 200);
        assert_eq!(status_of(&error(-32601), false), 200);
        assert_eq!(status_of(br#"{"id":1,"result":{}}"#, true), 200);
    }

    #[test]
    fn an_event_holds_a_message_of_several_lines() {
        assert_eq!(event(b"{}", None), b"event: message\ndata: {}\n\n");
        assert_eq!(
            event(b"{\n}", Some(EventId(3, 1))),
            b"event: message\nid: 3-1\ndata: {\ndata: }\n\n"
        );
    }
}
