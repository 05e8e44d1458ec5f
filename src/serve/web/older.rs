//! HTTP+SSE, as servers of 2024-11-05 speak it: a stream that names where messages are to be posted, and everything the
//! server says in that stream (basic/transports of 2024-11-05).

use std::sync::Arc;

use tokio::sync::mpsc;

use super::client_messages;
use super::exchange::Exchange;
use super::house::{House, name};
use super::leaving::Leaving;
use super::plain;
use crate::listen::Response;
use crate::listen::http::{HeaderMap, StatusCode};

/// Where messages are posted.
const MESSAGES: &str = "/messages?sessionId=";

/// A session begins with its stream, and ends with it.
pub(super) fn get(house: &Arc<House>, headers: &HeaderMap, url: &str) -> Response {
    let key = name();
    let exchange = house.begin(&key, "GET", url, headers, None);
    let pieces = house.listens(&key, exchange);
    let leaving = Leaving::with_session(Arc::clone(house), key.clone());
    let endpoint = format!("event: endpoint\ndata: {MESSAGES}{key}\n\n");
    let exchange = Exchange::new(Arc::clone(house), key, exchange, None);
    exchange.stream(Some(endpoint), None, pieces, leaving, usize::MAX)
}

/// A message of a session.
pub(super) fn post(house: &Arc<House>, headers: &HeaderMap, url: &str, body: &[u8]) -> Response {
    let Some(key) = url.strip_prefix(MESSAGES) else {
        return plain(StatusCode::METHOD_NOT_ALLOWED, String::new());
    };
    if !house.knows(key) {
        return plain(StatusCode::NOT_FOUND, "no such session".to_owned());
    }
    let Some(messages) = client_messages(body) else {
        return plain(StatusCode::BAD_REQUEST, "not JSON".to_owned());
    };
    let exchange = house.begin(key, "POST", url, headers, Some(body));
    // It is all said in the stream.
    let (sender, _) = mpsc::unbounded_channel();
    let mut response = Exchange::new(Arc::clone(house), key.to_owned(), exchange, None);
    let accepted = response.accepted();
    house.hear(key, &messages, exchange, &sender);
    accepted
}
