//! What a response means: its head, a body that is no stream, and its end (protocol.md §4.2, §4.4).

use super::flight::{Flight, Purpose};
use super::headers::{self, Headers};
use super::opening::{hop, redirects};
use super::{Courier, Ending, Loss, LossKind, Mode, Output, Verb, loss};
use crate::json;
use crate::jsonrpc::{self, Envelope, Frame, Id, Kind};
use crate::mcp::revision::Revision;

/// Bytes of a refusal in which it is looked for what it is about.
const SAID: usize = 1 << 10;

impl Courier {
    /// The head of a response came. Its body is wanted whole, unless [`Output::Stream`] or [`Output::Close`] says
    /// otherwise.
    pub fn head(&mut self, exchange: u32, status: u16, headers: Headers) -> Vec<Output> {
        let mut out = Vec::new();
        let Some(flight) = self.flights.get_mut(&exchange) else {
            return out;
        };
        flight.status = status;
        flight.mime = headers::mime(&headers);
        flight.headers = headers;
        let location = redirects(status)
            .then(|| headers::value(&flight.headers, "location").map(str::to_owned))
            .flatten();
        if let Some(location) = location {
            self.redirected(exchange, &location, &mut out);
            return out;
        }
        let is_fine = (200..300).contains(&status);
        flight.streaming = is_fine && flight.mime == "text/event-stream";
        if flight.streaming {
            out.push(Output::Stream(exchange));
        }
        if is_fine && flight.is("initialize") && !flight.apart {
            self.session = headers::value(&flight.headers, "mcp-session-id").map(str::to_owned);
            self.session_of = Some(flight.url.origin());
            if self
                .session
                .as_deref()
                .is_some_and(|id| !id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)))
            {
                out.push(Output::Remark(super::ODD_SESSION_ID.to_owned()));
                self.session = None;
            }
        }
        if self.flights[&exchange].apart && is_fine {
            // The answers come with the stream; here is nothing to wait for.
            if let Some(flight) = self.flights.get_mut(&exchange) {
                flight.waiting.clear();
            }
        }
        // One that waits for a login goes on holding back what is behind it.
        if self.holding == Some(exchange) && !(self.logs_in && status == 401) {
            if is_fine {
                self.listen(&mut out);
            }
            self.release(&mut out);
        }
        out
    }

    fn redirected(&mut self, exchange: u32, location: &str, out: &mut Vec<Output>) {
        let Some(mut flight) = self.flights.remove(&exchange) else {
            return;
        };
        out.push(Output::Close(exchange));
        let so_far = (flight.verb, flight.status, flight.hops);
        match hop(&flight.url, so_far, location) {
            Ok(url) => {
                flight.url = url;
                flight.hops += 1;
                let number = self.open(flight, Some(exchange), out);
                if self.holding == Some(exchange) {
                    self.holding = Some(number);
                }
            }
            Err(loss) => self.lost(exchange, flight, loss, out),
        }
    }

    /// The whole body of a response that is no stream; the exchange is over.
    pub fn body(&mut self, exchange: u32, body: Vec<u8>) -> Vec<Output> {
        let mut out = Vec::new();
        let Some(flight) = self.flights.remove(&exchange) else {
            return out;
        };
        let Some(flight) = self.park(exchange, flight, &body, &mut out) else {
            return out;
        };
        match flight.purpose {
            Purpose::Frame => self.answered(exchange, flight, body, &mut out),
            Purpose::Listen => {
                // 405 is how a server says that it has nothing to say by itself.
                if flight.status != 405 {
                    let loss = loss::of_response(&flight, &body);
                    out.push(Output::Remark(format!(
                        "no stream for the server's own messages: {}",
                        loss.what
                    )));
                }
            }
            Purpose::Delete => {
                if !(200..300).contains(&flight.status) && flight.status != 405 {
                    let loss = loss::of_response(&flight, &body);
                    out.push(Output::Remark(format!(
                        "the session was not given back: {}",
                        loss.what
                    )));
                }
            }
            Purpose::Resume | Purpose::Endpoint => {
                let loss = loss::of_response(&flight, &body);
                self.lost(exchange, flight, loss, &mut out);
            }
        }
        self.close(&mut out);
        out
    }

    /// The body of a POST.
    fn answered(
        &mut self,
        exchange: u32,
        mut flight: Flight,
        body: Vec<u8>,
        out: &mut Vec<Output>,
    ) {
        let is_fine = (200..300).contains(&flight.status);
        let frame = jsonrpc::read(&body);
        let is_message = !matches!(frame, Frame::Junk(_));
        if is_fine && flight.waiting.is_empty() && !is_message {
            // Accepted; some say so in the body too.
            return;
        }
        let is_error = matches!(&frame, Frame::One(message) if message.kind == Kind::Error);
        let code = error_code(&frame);
        let asks_era = flight.is("server/discover");
        // A login is not the request's own affair, and a fault says nothing of the era.
        let beside = flight.status == 401
            || flight.status == 429
            || (asks_era && (flight.status >= 500 || flight.status == 403));
        // What names the request that it answers is about that.
        let is_its_answer = matches!(&frame, Frame::One(message)
            if is_error && message.id.as_ref().is_some_and(|id| flight.waiting.contains(id)));
        // Servers of the first SDKs say 400 where 404 is asked for (2025-03-26 to 2025-11-25, Session Management).
        let names_session = || {
            let text = body.get(..SAID).unwrap_or(&body).to_ascii_lowercase();
            memchr::memmem::find(&text, b"session").is_some()
        };
        let forgotten = flight.session.is_some()
            && match flight.status {
                404 => code != Some(-32601),
                400 => !is_its_answer && names_session(),
                _ => false,
            };
        if !is_message || beside || forgotten {
            drop(frame);
            let loss = if forgotten {
                Loss {
                    status: Some(flight.status),
                    ..Loss::new(
                        LossKind::Broken,
                        format!("the server has forgotten the session ({})", flight.status),
                    )
                    .hint("mcpscope opens a new one; send it again")
                }
            } else {
                loss::of_response(&flight, &body)
            };
            if self.may_be_older(&flight, is_message) {
                return self.try_older(flight, &loss, out);
            }
            // Not one that was replaced meanwhile: requests of the old one may come back late.
            let forget = forgotten && flight.session == self.session;
            self.lost(exchange, flight, loss, out);
            if forget {
                self.forget(out);
            }
            return;
        }
        if is_fine && flight.mime != "application/json" {
            out.push(Output::Remark(format!(
                "a message came as {}, not as application/json",
                if flight.mime.is_empty() {
                    "no type at all"
                } else {
                    &flight.mime
                }
            )));
        }
        // An error that came as the response of a request is its answer, whatever id it has (or has not).
        let answers = (!is_fine && is_error)
            .then(|| match flight.waiting.as_slice() {
                [id] => Some(id.clone()),
                _ => None,
            })
            .flatten();
        drop(frame);
        match &answers {
            Some(_) => flight.waiting.clear(),
            None => self.heard(&mut flight, &body),
        }
        out.push(Output::Frame {
            exchange,
            bytes: body,
            answers,
        });
        self.tell_excluded(out);
        if !flight.waiting.is_empty() {
            let ids: Vec<String> = flight.waiting.iter().map(ToString::to_string).collect();
            let what = format!(
                "{} was answered, but not request {}",
                flight.name(),
                ids.join(", ")
            );
            let mut loss = Loss::new(LossKind::NotMcp, what)
                .hint("the response carries another id; look at it in Traffic");
            loss.status = Some(flight.status);
            self.lost(exchange, flight, loss, out);
        }
    }

    /// The session is gone: what hangs on it goes too, and a new handshake is asked for.
    fn forget(&mut self, out: &mut Vec<Output>) {
        if self.session.take().is_none() {
            return;
        }
        self.later.clear();
        let streams: Vec<u32> = self
            .flights
            .iter()
            .filter(|(_, flight)| matches!(flight.purpose, Purpose::Listen | Purpose::Resume))
            .map(|(number, _)| *number)
            .collect();
        for number in streams {
            self.flights.remove(&number);
            out.push(Output::Close(number));
        }
        out.push(Output::SessionEnded);
    }

    /// The exchange has ended otherwise than with a whole body: a stream, or a failure.
    pub fn end(&mut self, exchange: u32, how: Ending) -> Vec<Output> {
        let mut out = Vec::new();
        let Some(flight) = self.flights.remove(&exchange) else {
            return out;
        };
        match how {
            Ending::Broken(loss) if flight.status == 0 || !flight.streaming => {
                self.lost(exchange, flight, loss, &mut out);
            }
            how => self.stream_ended(exchange, flight, how, &mut out),
        }
        self.close(&mut out);
        out
    }

    /// An exchange brought nothing. (It is no longer among the flights.)
    pub(super) fn lost(
        &mut self,
        exchange: u32,
        flight: Flight,
        loss: Loss,
        out: &mut Vec<Output>,
    ) {
        if self.closing.is_some() {
            return;
        }
        match flight.purpose {
            Purpose::Endpoint => self.endpoint_lost(flight, loss, out),
            Purpose::Listen | Purpose::Resume if loss.kind == LossKind::Unreachable => {
                self.try_later(exchange, flight, &loss.what, out);
            }
            Purpose::Listen => out.push(Output::Remark(format!(
                "no stream for the server's own messages: {}",
                loss.what
            ))),
            Purpose::Delete => {}
            Purpose::Frame | Purpose::Resume => {
                if flight.apart
                    && let Some(stream) = self
                        .flights
                        .values_mut()
                        .find(|other| other.purpose == Purpose::Endpoint)
                {
                    stream.waiting.retain(|id| !flight.waiting.contains(id));
                }
                if flight.waiting.is_empty() {
                    let what = format!("a message did not arrive: {}", loss.what);
                    out.push(Output::Remark(what));
                }
                Self::unanswered(flight.waiting, &loss, out);
                if self.holding == Some(exchange) {
                    self.release(out);
                }
            }
        }
    }

    fn endpoint_lost(&mut self, flight: Flight, loss: Loss, out: &mut Vec<Output>) {
        if self.mode == Mode::Finding {
            return self.no_endpoint(loss, out);
        }
        Self::unanswered(flight.waiting, &loss, out);
        out.push(Output::Over(Some(loss)));
    }

    /// Learns from a frame of the server: what it answers, and what later requests need to know.
    pub(super) fn heard(&mut self, flight: &mut Flight, body: &[u8]) {
        let messages = match jsonrpc::read(body) {
            Frame::One(message) => vec![message],
            Frame::Batch(messages) => messages,
            Frame::Junk(_) => return,
        };
        for message in &messages {
            let Some(id) = message
                .id
                .as_ref()
                .filter(|_| matches!(message.kind, Kind::Result | Kind::Error))
            else {
                continue;
            };
            if !flight.waiting.contains(id) {
                continue;
            }
            flight.waiting.retain(|other| other != id);
            self.learn(flight, message, id);
        }
    }

    fn learn(&mut self, flight: &Flight, message: &Envelope<'_>, id: &Id) {
        let result = message.result.unwrap_or_default();
        if !flight.is_modern()
            && let Some(version) = json::string_at(result, &["protocolVersion"])
        {
            self.version = version.parse::<Revision>().ok();
        }
        let Some(letter) = &flight.letter else { return };
        let (Some(begins), true) = (
            letter.tools,
            letter.version.is_some() && letter.requests.contains(id),
        ) else {
            return;
        };
        if begins {
            self.params.clear();
        }
        let tools = json::get(result, &["tools"]).unwrap_or_default();
        for tool in json::elements(tools) {
            let (Some(name), Some(schema)) = (
                json::string_at(tool, &["name"]),
                json::get(tool, &["inputSchema"]),
            ) else {
                continue;
            };
            match headers::params(schema) {
                Ok(params) if params.is_empty() => {}
                Ok(params) => drop(self.params.insert(name, params)),
                Err(why) => self.excluded.push((name, why)),
            }
        }
    }

    /// Opens the stream for what the server says by itself, as soon as it may (after `initialized`).
    fn listen(&mut self, out: &mut Vec<Output>) {
        if self.mode == Mode::Posts && !std::mem::replace(&mut self.listening, true) {
            let flight = Flight::new(Verb::Get, self.url.clone(), Purpose::Listen);
            self.open(flight, None, out);
        }
    }
}

fn error_code(frame: &Frame<'_>) -> Option<i64> {
    match frame {
        Frame::One(message) => json::get(message.error?, &["code"]).and_then(json::integer),
        _ => None,
    }
}
