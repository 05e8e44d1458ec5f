//! Where rules may change what passes over HTTP: requests and answers are held against them one by one.
//!
//! A response that is no stream is read whole before it goes on, a stream passes event by event. What no rule strikes
//! stays as it is.

use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep, sleep_until};

use super::by_hand::Nested;
use super::events::{Goes, Waiting, parted, with_data};
use super::{Body, Bytes, Struck, Watched, heads, upstream};
use crate::json;
use crate::jsonrpc::{self, Id};
use crate::listen::{self, Incoming, Sender};
use crate::mcp::asked::again;
use crate::mcp::http::{Loss, LossKind};
use crate::session::Direction;
use crate::sse;
use crate::tap::control::Verdict;
use crate::tap::faults::{Fault, OVERTAKEN, half};
use crate::transport::http::{Head, Opening};

/// What becomes of a request.
pub(super) enum Pass {
    /// It goes on with this body.
    On(Bytes),
    /// It goes on twice.
    Twice(Bytes),
    /// The tap answers it.
    Answered(listen::Response),
}

impl Watched {
    /// What rules make of a request that was recorded.
    pub(super) async fn gate(&mut self, body: Bytes) -> Pass {
        let Some(struck) = self.struck.take() else {
            return Pass::On(body);
        };
        if matches!(struck.1.fault, Fault::Hold | Fault::HoldAll) {
            return self.held_request(&struck, body).await;
        }
        let asks = !struck.1.ids.is_empty();
        match struck.1.fault {
            Fault::Timeout => self.never(&struck).await,
            Fault::Drop if asks => self.never(&struck).await,
            Fault::Drop => self.answer(&struck, StatusCode::ACCEPTED, &[], String::new()),
            Fault::Error(_) => {
                let answer = struck.1.answer().unwrap_or_default();
                let kind = [("content-type", "application/json")];
                self.answer(&struck, StatusCode::OK, &kind, answer)
            }
            Fault::Status(status) => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let more: &[_] = match status.as_u16() {
                    401 => &[("www-authenticate", "Bearer")],
                    429 | 503 => &[("retry-after", "1")],
                    _ => &[],
                };
                let headers = [&[("content-type", "text/plain")], more].concat();
                let text = "broken on purpose by mcpscope tap\n".to_owned();
                self.answer(&struck, status, &headers, text)
            }
            Fault::Delay(time) => {
                self.told(&struck, Direction::Out, None);
                sleep(time).await;
                Pass::On(body)
            }
            Fault::Truncate => {
                let half = body.slice(..half(&body).len());
                self.told(&struck, Direction::Out, Some(&half));
                Pass::On(half)
            }
            Fault::Duplicate => {
                self.told(&struck, Direction::Out, None);
                Pass::Twice(body)
            }
            // Not of requests over HTTP, or held before.
            Fault::Hold
            | Fault::HoldAll
            | Fault::Noise
            | Fault::Exit(_)
            | Fault::Cut
            | Fault::Reorder => Pass::On(body),
        }
    }

    /// Waits for what becomes of a request.
    async fn held_request(&mut self, struck: &(u64, super::Strike), body: Bytes) -> Pass {
        match self.decided(struck, Direction::Out, &body).await {
            Verdict::Pass => Pass::On(body),
            Verdict::Instead(body) => Pass::On(body.into()),
            // Who asked waits until it gives up.
            Verdict::Drop if !struck.1.ids.is_empty() => std::future::pending().await,
            Verdict::Drop => self.answered(StatusCode::ACCEPTED, &[], String::new()),
            Verdict::Answer(text) => {
                let kind = [("content-type", "application/json")];
                let text = String::from_utf8_lossy(&text).into_owned();
                self.answered(StatusCode::OK, &kind, text)
            }
        }
    }

    fn told(&self, struck: &(u64, super::Strike), way: Direction, instead: Option<&[u8]>) {
        let conn = self.exchange.conn;
        self.door.shared.struck((conn, way), struck, instead);
    }

    /// Waits until the client gives up.
    async fn never(&self, struck: &(u64, super::Strike)) -> Pass {
        self.told(struck, Direction::Out, None);
        std::future::pending().await
    }

    /// Answers in the place of the server, which is recorded as if it had.
    fn answer(
        &mut self,
        struck: &(u64, super::Strike),
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        text: String,
    ) -> Pass {
        self.told(struck, Direction::Out, None);
        self.answered(status, headers, text)
    }

    fn answered(
        &mut self,
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        text: String,
    ) -> Pass {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        self.head(Head {
            status: status.as_u16(),
            version: "HTTP/1.1".to_owned(),
            headers: heads::told(&map),
            remote: None,
            opening: Opening::default(),
        });
        self.chunk(text.as_bytes());
        self.finish();
        // What is made up strikes nobody.
        self.struck = None;
        let mut response = hyper::Response::new(Body::whole(text));
        *response.status_mut() = status;
        *response.headers_mut() = map;
        Pass::Answered(response)
    }
}

/// Passes a response on, as rules want it.
pub(super) async fn respond(mut watched: Watched, answered: upstream::Answer) -> listen::Response {
    let (mut parts, mut incoming, used) = watched.take_head(answered);
    if watched.origin.stands_for.is_some() {
        parts.headers.remove(CONTENT_LENGTH);
    }
    if is_stream(&parts.headers) {
        let (sender, body) = Body::stream();
        tokio::spawn(stream(watched, None, incoming, sender, used));
        return hyper::Response::from_parts(parts, body);
    }
    let mut whole = Vec::new();
    let took = |bytes: &[u8]| whole.extend_from_slice(bytes);
    if watched.read(&mut incoming, took).await.is_err() {
        let (sender, body) = Body::stream();
        let _ = sender.send(whole).await;
        sender.cut().await;
        return hyper::Response::from_parts(parts, body);
    }
    watched.door.upstream.done(used);
    whole = watched.known(whole);
    let Some(struck) = watched.struck.take() else {
        return hyper::Response::from_parts(parts, Body::whole(whole));
    };
    let way = Direction::In;
    match struck.1.fault {
        Fault::Hold | Fault::HoldAll => {
            match watched.decided(&struck, way, &whole).await {
                Verdict::Pass => {}
                Verdict::Answer(answer) if again::wanted(&whole).is_some() => {
                    return match watched.again(&whole, &answer).await {
                        Ok((watched, answered)) => responds(watched, answered).await,
                        Err(loss) => super::answer(StatusCode::BAD_GATEWAY, &loss.what),
                    };
                }
                Verdict::Answer(answer) => {
                    watched.answers(answer);
                    whole.clear();
                }
                Verdict::Instead(body) => whole = body,
                Verdict::Drop => whole.clear(),
            }
            parts.headers.remove(CONTENT_LENGTH);
        }
        Fault::Truncate | Fault::Cut => {
            whole.truncate(half(&whole).len());
            watched.told(&struck, way, Some(&whole));
            if struck.1.fault == Fault::Cut {
                let (sender, body) = Body::stream();
                let _ = sender.send(whole).await;
                sender.cut().await;
                return hyper::Response::from_parts(parts, body);
            }
            parts.headers.remove(CONTENT_LENGTH);
        }
        Fault::Drop => {
            watched.told(&struck, way, Some(b""));
            whole.clear();
            parts.headers.remove(CONTENT_LENGTH);
        }
        Fault::Delay(time) => {
            watched.told(&struck, way, None);
            sleep(time).await;
        }
        // A body comes once, and nothing comes after it.
        _ => watched.remark(format!(
            "{} does nothing to an answer that is no event of a stream",
            struck.1.rule
        )),
    }
    hyper::Response::from_parts(parts, Body::whole(whole))
}

/// The same, of a request that was sent once more.
fn responds(watched: Watched, answered: upstream::Answer) -> Nested<'static, listen::Response> {
    Box::pin(respond(watched, answered))
}

/// Passes on what came of a request that was sent once more, in the stream of the one before it.
fn flows(
    mut watched: Watched,
    answered: upstream::Answer,
    sender: &Sender,
) -> Nested<'_, Result<(), Over>> {
    Box::pin(async move {
        let (parts, mut incoming, used) = watched.take_head(answered);
        if is_stream(&parts.headers) {
            let passed = events(&mut watched, None, &mut incoming, sender).await;
            match passed {
                Ok(()) => watched.door.upstream.done(used),
                // It broke off; the stream of the first one ends well all the same.
                Err(_) if watched.exchange.is_over() => {
                    let loss = Loss::new(LossKind::Broken, "its answer broke off");
                    return send(sender, failed(&watched, &loss)).await;
                }
                Err(_) => {}
            }
            return passed;
        }
        let mut whole = Vec::new();
        let took = |bytes: &[u8]| whole.extend_from_slice(bytes);
        if let Err(loss) = watched.read(&mut incoming, took).await {
            return send(sender, failed(&watched, &loss)).await;
        }
        let whole = watched.known(whole);
        watched.door.upstream.done(used);
        let mut event = b"event: message\n".to_vec();
        sse::write_data(&whole, &mut event);
        let mut waiting = Waiting::default();
        let struck = watched.struck.take();
        match waiting.hold(&watched, event, struck) {
            Some((event, struck)) => {
                event_passes(&mut watched, struck, event, &mut None, sender).await
            }
            None => rest(&watched, &mut waiting, sender).await,
        }
    })
}

/// What a client is told when its request cannot be sent once more, as an event.
fn failed(watched: &Watched, loss: &Loss) -> Vec<u8> {
    let known = watched
        .origin
        .stands_for
        .as_ref()
        .map(|(_, known)| known.as_bytes());
    let id = known.or_else(|| json::get(&watched.origin.body, &["id"]));
    let id = Id::read(id.unwrap_or(b"null"));
    let error = jsonrpc::error(&id, -32603, &format!("mcpscope tap: {}", loss.what));
    let mut event = b"event: message\n".to_vec();
    sse::write_data(error.as_bytes(), &mut event);
    event
}

/// An event that was held is let go.
async fn goes(watched: &Watched, goes: Goes, sender: &Sender) -> Result<(), Over> {
    match goes {
        Goes::On(event) => send(sender, event).await,
        Goes::Answered(event, answer) => {
            let (_, asked) = parted(&event);
            if again::wanted(&asked).is_none() {
                watched.answers(answer);
                return Ok(());
            }
            let again = tokio::select! {
                again = watched.again(&asked, &answer) => again,
                () = sender.closed() => return Err(Over),
            };
            match again {
                Ok((watched, answered)) => flows(watched, answered, sender).await,
                Err(loss) => send(sender, failed(watched, &loss)).await,
            }
        }
    }
}

/// Whether a response is a stream of events.
pub(super) fn is_stream(headers: &HeaderMap) -> bool {
    crate::mcp::http::headers::mime(&heads::told(headers)) == "text/event-stream"
}

/// Passes a stream on, as rules want it, to its end; `first` is what came of it already and has not passed.
pub(super) async fn stream(
    mut watched: Watched,
    first: Option<Bytes>,
    mut incoming: Incoming,
    sender: Sender,
    used: upstream::Used,
) {
    if events(&mut watched, first, &mut incoming, &sender)
        .await
        .is_ok()
    {
        let door = watched.door.clone();
        door.upstream.done(used);
    } else if watched.exchange.is_over() {
        sender.cut().await;
    }
}

/// The client is gone, or a rule has ended the stream.
struct Over;

async fn send(sender: &Sender, bytes: impl Into<Bytes>) -> Result<(), Over> {
    let bytes = bytes.into();
    // Of what was dropped nothing goes on.
    let sent = bytes.is_empty() || sender.send(bytes).await;
    sent.then_some(()).ok_or(Over)
}

/// Passes a stream on, event by event.
async fn events(
    watched: &mut Watched,
    mut first: Option<Bytes>,
    incoming: &mut Incoming,
    sender: &Sender,
) -> Result<(), Over> {
    let mut held = Vec::new();
    let mut late: Option<(Vec<u8>, Instant)> = None;
    let mut waiting = Waiting::default();
    loop {
        let until = late.as_ref().map(|(_, until)| *until);
        let piece = tokio::select! {
            // What is let go goes before what comes then.
            biased;
            event = waiting.next() => {
                goes(watched, event, sender).await?;
                continue;
            }
            piece = async {
                match first.take() {
                    Some(bytes) => Some(Ok(bytes)),
                    None => listen::piece(&mut *incoming).await,
                }
            } => piece,
            () = sender.closed() => return Err(Over),
            () = at(until) => {
                if let Some((late, _)) = late.take() {
                    send(sender, late).await?;
                }
                continue;
            }
        };
        match piece {
            Some(Ok(bytes)) => {
                for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                    held.extend_from_slice(line);
                    // An address past the tap is told of where nothing is changed.
                    watched.chunk(line);
                    let struck = watched.struck.take();
                    let is_event =
                        struck.is_some() || held.ends_with(b"\n\n") || held.ends_with(b"\n\r\n");
                    if is_event {
                        let event = known(watched, std::mem::take(&mut held));
                        let Some((event, struck)) = waiting.hold(watched, event, struck) else {
                            continue;
                        };
                        event_passes(watched, struck, event, &mut late, sender).await?;
                    }
                }
            }
            Some(Err(error)) => {
                let loss = watched.door.upstream.broken(&error);
                // What was held had come before.
                rest(watched, &mut waiting, sender).await?;
                watched.broke(&loss);
                if let Some((late, _)) = late.take() {
                    send(sender, late).await?;
                }
                return Err(Over);
            }
            None => {
                // Its end is told once everything has gone on.
                rest(watched, &mut waiting, sender).await?;
                watched.finish();
                if let Some((late, _)) = late.take() {
                    send(sender, late).await?;
                }
                return send(sender, held).await;
            }
        }
    }
}

/// Sends what is held, as it is let go.
async fn rest(watched: &Watched, waiting: &mut Waiting, sender: &Sender) -> Result<(), Over> {
    while !waiting.is_empty() {
        let event = tokio::select! {
            event = waiting.next() => event,
            () = sender.closed() => return Err(Over),
        };
        goes(watched, event, sender).await?;
    }
    Ok(())
}

/// An event under the id that the client knows.
fn known(watched: &Watched, event: Vec<u8>) -> Vec<u8> {
    if watched.origin.stands_for.is_none() {
        return event;
    }
    let (_, data) = parted(&event);
    let changed = watched.known(data.clone());
    if changed == data {
        event
    } else {
        with_data(&event, &changed)
    }
}

async fn at(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

async fn event_passes(
    watched: &mut Watched,
    struck: Struck,
    event: Vec<u8>,
    late: &mut Option<(Vec<u8>, Instant)>,
    sender: &Sender,
) -> Result<(), Over> {
    let way = Direction::In;
    let fault = struck.as_ref().map(|(_, strike)| strike.fault);
    let changed = match fault {
        Some(Fault::Truncate) => Some(truncated(&event)),
        Some(Fault::Cut) => Some(event[..event.len() / 2].to_vec()),
        _ => None,
    };
    if let Some(struck) = &struck {
        watched.told(struck, way, changed.as_deref());
    }
    match fault {
        Some(Fault::Cut) => {
            send(sender, changed.unwrap_or_default()).await?;
            watched.finish();
            return Err(Over);
        }
        Some(Fault::Reorder) if late.is_none() => {
            *late = Some((event, Instant::now() + OVERTAKEN));
            return Ok(());
        }
        Some(Fault::Drop) => {}
        Some(Fault::Delay(time)) => {
            sleep(time).await;
            send(sender, event).await?;
        }
        Some(Fault::Duplicate) => {
            send(sender, event.clone()).await?;
            send(sender, event).await?;
        }
        _ => send(sender, changed.unwrap_or(event)).await?,
    }
    if let Some((late, _)) = late.take() {
        send(sender, late).await?;
    }
    Ok(())
}

/// The event with half of its data.
fn truncated(event: &[u8]) -> Vec<u8> {
    let (_, data) = parted(event);
    with_data(event, half(&data))
}
