//! From an unknown address to the transport it speaks: POST first, then the older GET (protocol.md §2.4, §4.5).

use url::Url;

use super::flight::{Flight, Purpose};
use super::{Choice, Courier, Loss, LossKind, Mode, Output, Verb};

impl Courier {
    /// Whether a refused `initialize` may mean that the server speaks the older transport (2025-11-25,
    /// `basic/transports`, Backwards Compatibility: 400, 404 or 405). What answers in JSON-RPC is no such server.
    pub(super) fn may_be_older(&self, flight: &Flight, is_message: bool) -> bool {
        self.choice == Choice::Auto
            && self.mode == Mode::Posts
            && flight.is("initialize")
            && matches!(flight.status, 400 | 404 | 405)
            && !is_message
    }

    /// Tries the older transport with the message that was refused.
    pub(super) fn try_older(&mut self, flight: Flight, loss: &Loss, out: &mut Vec<Output>) {
        self.tried.push(loss.what.clone());
        self.mode = Mode::Finding;
        out.push(Output::Remark(
            "initialize by POST was refused; looking for the older HTTP+SSE transport (2024-11-05)"
                .to_owned(),
        ));
        if let Some(letter) = flight.letter {
            self.held.push_front(letter);
        }
        self.find_endpoint(out);
    }

    pub(super) fn find_endpoint(&mut self, out: &mut Vec<Output>) {
        let flight = Flight::new(Verb::Get, self.url.clone(), Purpose::Endpoint);
        self.open(flight, None, out);
    }

    /// There is no such stream: nothing that was tried works.
    pub(super) fn no_endpoint(&mut self, loss: Loss, out: &mut Vec<Output>) {
        let tried = std::mem::take(&mut self.tried);
        let mut loss = loss;
        if !tried.is_empty() {
            loss.what = format!("{}; {}", tried.join("; "), loss.what);
            loss.hint = Some(format!(
                "neither transport is at {}; many servers are at /mcp, older ones at /sse",
                self.url.path()
            ));
            self.mode = Mode::Posts;
        }
        let waiting = std::mem::take(&mut self.held);
        let waiting = waiting
            .into_iter()
            .flat_map(|letter| letter.requests)
            .collect();
        Self::unanswered(waiting, &loss, out);
    }

    /// The server says where messages go. Somewhere else than where it is itself must not be.
    pub(super) fn endpoint(&mut self, exchange: u32, said: &str, out: &mut Vec<Output>) {
        let base = self
            .flights
            .get(&exchange)
            .map_or_else(|| self.url.clone(), |flight| flight.url.clone());
        let url = match base.join(said.trim()) {
            Ok(url) if url.origin() == base.origin() => url,
            found => {
                let why = match found {
                    Ok(url) => format!("is on another host: {}", super::headers::masked_url(&url)),
                    Err(error) => format!("is no address ({error}): {said}"),
                };
                self.flights.remove(&exchange);
                out.push(Output::Close(exchange));
                let loss = Loss::new(
                    LossKind::NotMcp,
                    format!("the endpoint that the server names {why}"),
                )
                .hint("messages are sent only to the host you named");
                return self.no_endpoint(loss, out);
            }
        };
        if let Mode::Endpoint(old) = &self.mode {
            if *old != url {
                out.push(Output::Remark(
                    "the server names another endpoint; messages stay with the first".to_owned(),
                ));
            }
            return;
        }
        self.mode = Mode::Endpoint(url);
        self.tried.clear();
        self.release(out);
    }
}

/// Whether a response says with this status that a request is to be sent elsewhere.
pub const fn redirects(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads, and whether a message may follow it there: one that went `from` there with a verb, was
/// answered with a status, and was redirected so often before.
pub fn hop(from: &Url, (verb, status, hops): (Verb, u16, u8), location: &str) -> Result<Url, Loss> {
    let name = format!("{} {}", verb.word(), super::headers::masked_url(from));
    let refuse = |what: String| {
        let mut loss = Loss::new(LossKind::Refused, what);
        loss.status = Some(status);
        loss
    };
    let url = from.join(location).map_err(|_| {
        refuse(format!(
            "{name} redirects to {location}, which is no address"
        ))
    })?;
    let shown = super::headers::masked_url(&url);
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse(format!(
            "{name} redirects to {shown}, which is not followed"
        )));
    }
    if hops >= HOPS {
        return Err(refuse(format!(
            "{name} redirects to {shown}, after {HOPS} redirects"
        )));
    }
    if verb != Verb::Get && !matches!(status, 307 | 308) {
        return Err(refuse(format!(
            "{name} redirects to {shown} with {status}, which would make a GET of the message"
        ))
        .hint(format!("take the new address: --url {shown}")));
    }
    Ok(url)
}

/// Redirects that are followed in a row.
const HOPS: u8 = 5;
