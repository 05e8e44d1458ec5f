//! What happens on a link over HTTP: recorded first, then told to the client, as everything else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Engine;
use crate::json;
use crate::jsonrpc::Id;
use crate::mask::Rule;
use crate::mcp::auth::{Secret, given};
use crate::mcp::client::Input;
use crate::mcp::facts;
use crate::mcp::http::headers::masked_url;
use crate::mcp::http::{Loss, LossKind};
use crate::note::Note;
use crate::note::http::Step;
use crate::probe::{Elsewhere, Happened};
use crate::recorder::Draft;
use crate::session::{Channel, Direction, Via};
use crate::transport::{LinkEvent, Target, listeners};

/// Exchanges that are remembered: what comes on older ones belongs to no request that can be told.
const REMEMBERED: usize = 1_024;

/// The requests of ours that HTTP exchanges carry, so that what a server asks on one of them has its cause.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// By the number of the frame on its link.
    frames: BTreeMap<u64, Id>,
    /// By the number of the exchange.
    exchanges: BTreeMap<u32, Id>,
}

impl Carried {
    /// A frame is about to be sent.
    fn sent(&mut self, number: u64, frame: &[u8]) {
        if let (Some(id), true) = (
            json::get(frame, &["id"]),
            json::get(frame, &["method"]).is_some(),
        ) {
            self.frames.insert(number, Id::read(id));
            if self.frames.len() > REMEMBERED {
                self.frames.pop_first();
            }
        }
    }

    /// An exchange begins, with a frame or instead of another one.
    fn begins(&mut self, exchange: u32, frame: Option<u64>, follows: Option<u32>) {
        let id = frame
            .and_then(|number| self.frames.remove(&number))
            .or_else(|| self.exchanges.remove(&follows?));
        if let Some(id) = id {
            self.exchanges.insert(exchange, id);
            if self.exchanges.len() > REMEMBERED {
                self.exchanges.pop_first();
            }
        }
    }

    /// The request an exchange carries.
    fn on(&self, exchange: u32) -> Option<&Id> {
        self.exchanges.get(&exchange)
    }
}

impl Engine {
    pub(super) async fn exchange(&mut self, conn: u32, event: LinkEvent) {
        match event {
            LinkEvent::Ready => {
                let Some(Target::Address(address)) =
                    self.connections.get(&conn).map(|live| &live.connect.target)
                else {
                    return;
                };
                let note = Note::Address {
                    url: masked_url(&address.url),
                    transport: address.choice.word().to_owned(),
                    // Names only: values never enter a recording.
                    headers: address
                        .headers
                        .iter()
                        .map(|(name, _)| name.clone())
                        .collect(),
                    insecure: address.insecure,
                    everywhere: listeners::everywhere(&address.url),
                };
                self.note(conn, &note).await;
                self.put(conn, Input::Started, None).await;
            }
            LinkEvent::Http(step) => {
                let step = self.with_entry(conn, step);
                let over = match &step {
                    Step::End { exchange, .. } => Some(*exchange),
                    _ => None,
                };
                self.note(conn, &Note::Http(step)).await;
                if let Some(exchange) = over {
                    self.drive(conn, Happened::Over(exchange)).await;
                }
            }
            LinkEvent::Head {
                exchange,
                session,
                elsewhere,
            } => {
                if let Some(id) = &session {
                    let named = ("mcp-session-id".to_owned(), id.reveal().to_owned());
                    self.recorder.passed(conn, Rule::Header, &[named]);
                }
                let what = Happened::Head {
                    exchange,
                    session: session.as_ref().map(Secret::reveal),
                    elsewhere: elsewhere.as_ref().map(|(status, location)| Elsewhere {
                        status: *status,
                        location,
                    }),
                };
                self.drive(conn, what).await;
            }
            LinkEvent::Frame {
                exchange,
                bytes,
                answers,
            } => {
                let via = Via { exchange, answers };
                self.frame(conn, &via, bytes).await;
            }
            LinkEvent::Unanswered { id, loss } => self.unanswered(conn, &id, &loss).await,
            LinkEvent::Session(id) => {
                let named = ("mcp-session-id".to_owned(), id.reveal().to_owned());
                self.recorder.passed(conn, Rule::Header, &[named]);
            }
            LinkEvent::SessionEnded => self.put(conn, Input::SessionEnded, None).await,
            LinkEvent::Remark(what) => self.note(conn, &Note::Remark { what }).await,
            LinkEvent::Closed(loss) => {
                let what = loss.map(|loss| loss.what);
                self.note(conn, &Note::Closed { what }).await;
                self.exited(conn).await;
            }
            // The rest is of processes; see `event`.
            _ => {}
        }
    }

    /// A request over HTTP names the frame it carries by its entry, not by its number on the link.
    fn with_entry(&mut self, conn: u32, mut step: Step) -> Step {
        if let (
            Step::Request {
                exchange,
                frame,
                follows,
                ..
            },
            Some(live),
        ) = (&mut step, self.connections.get_mut(&conn))
        {
            live.carried.begins(*exchange, *frame, *follows);
            *frame = frame
                .and_then(|number| usize::try_from(number).ok()?.checked_sub(1))
                .and_then(|place| live.sent.get(place).copied())
                // What a load sent has no entry.
                .filter(|entry| *entry != 0);
        }
        step
    }

    /// What is about to be sent stands in entry `seq`.
    pub(super) fn remember(&mut self, conn: u32, seq: u64, frame: &str) {
        if let Some(live) = self.connections.get_mut(&conn)
            && matches!(live.connect.target, Target::Address(_))
        {
            live.sent.push(seq);
            live.carried.sent(live.sent.len() as u64, frame.as_bytes());
        }
    }

    async fn frame(&mut self, conn: u32, via: &Via, bytes: Vec<u8>) {
        let read = |bytes: &[u8]| {
            let mut messages = facts::of_frame(bytes)?;
            via.settle(&mut messages);
            Ok(messages)
        };
        let draft = Draft {
            extra: Some(via.member()),
            ..Draft::wire(conn, Direction::In, bytes)
        };
        let (seq, messages) = self.record_frame(draft, Channel::Wire, read).await;
        let on = self
            .connections
            .get(&conn)
            .and_then(|live| live.carried.on(via.exchange).cloned());
        for message in &messages {
            let input = match &on {
                Some(id) => Input::MessageOn(message, id),
                None => Input::Message(message),
            };
            self.put(conn, input, Some(seq)).await;
        }
    }

    async fn unanswered(&mut self, conn: u32, id: &Id, loss: &Loss) {
        // What a 403 lacks is said by its own hint.
        let is_refused = loss.kind == LossKind::NeedsLogin && loss.status == Some(401);
        let refused = self.why_refused(conn).filter(|_| is_refused);
        let loss = &Loss {
            hint: refused.or_else(|| loss.hint.clone()),
            ..loss.clone()
        };
        let note = Note::Unanswered {
            id: id.to_json(),
            kind: loss.kind.word().to_owned(),
            status: loss.status,
            what: loss.what.clone(),
            hint: loss.hint.clone(),
        };
        self.note(conn, &note).await;
        self.put(conn, Input::Unanswered(id, loss), None).await;
    }

    /// What may be wrong with the token that was given for a connection: who gave one need not be told to.
    fn why_refused(&self, conn: u32) -> Option<String> {
        match &self.connections.get(&conn)?.connect.target {
            Target::Address(address) => {
                let now = Timestamp::now().as_second();
                given::why_refused(&address.headers, &address.url, now)
            }
            Target::Process(_) => None,
        }
    }
}
