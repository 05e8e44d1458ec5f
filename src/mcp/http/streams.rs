//! Event streams: what their events carry, and how one that broke off is taken up again (protocol.md §4.2, §4.5).

use std::time::Duration;

use super::flight::{Flight, Purpose};
use super::{Courier, Ending, Loss, LossKind, Mode, Output, Verb};
use crate::jsonrpc::Id;
use crate::sse::Block;

/// How long to wait before a stream is taken up again, when the server does not say; in milliseconds.
const RETRY: u64 = 1_000;
/// The least and the most there is to wait, whatever the server says: it must not make us busy, nor wait for ever.
const RETRIES: (u64, u64) = (100, 60_000);
/// How often a stream is taken up again without hearing anything.
const FRUITLESS: u32 = 5;

impl Courier {
    /// A block of an event stream came.
    pub fn block(&mut self, exchange: u32, block: Block) -> Vec<Output> {
        let mut out = Vec::new();
        let Some(flight) = self.flights.get_mut(&exchange) else {
            return out;
        };
        if let Some(id) = &block.id {
            let id = String::from_utf8_lossy(id).into_owned();
            // A header can hold no more; an id that is empty says that there is none any more.
            let usable = !id.is_empty() && id.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            flight.last_id = usable.then_some(id);
        }
        flight.retry = block.retry.or(flight.retry);
        if block.payload().is_none() {
            return out;
        }
        flight.events += 1;
        flight.fruitless = 0;
        if flight.purpose == Purpose::Endpoint && block.kind() == b"endpoint" {
            let said = String::from_utf8_lossy(block.payload().unwrap_or_default()).into_owned();
            self.endpoint(exchange, &said, &mut out);
            return out;
        }
        if block.kind() != b"message" {
            out.push(Output::Remark(format!(
                "an event of the type {} carries no message",
                crate::json::quote(&String::from_utf8_lossy(block.kind()))
            )));
            return out;
        }
        if block.dropped > 0 {
            out.push(Output::Remark(format!(
                "an event is too long: {} bytes of it were dropped",
                block.dropped
            )));
        }
        let bytes = block.data.unwrap_or_default();
        if let Some(mut flight) = self.flights.remove(&exchange) {
            self.heard(&mut flight, &bytes);
            self.flights.insert(exchange, flight);
        }
        out.push(Output::Frame {
            exchange,
            bytes,
            answers: None,
        });
        self.tell_excluded(&mut out);
        out
    }

    /// Tools that must not be offered over HTTP (2026-07-28, `x-mcp-header`), as they become known.
    pub(super) fn tell_excluded(&mut self, out: &mut Vec<Output>) {
        out.extend(self.excluded.drain(..).map(|(name, why)| {
            Output::Remark(format!(
                "tool {} must not be used over HTTP: {why}",
                crate::json::quote(&name)
            ))
        }));
    }

    /// A stream ended, in order or not.
    pub(super) fn stream_ended(
        &mut self,
        exchange: u32,
        flight: Flight,
        how: Ending,
        out: &mut Vec<Output>,
    ) {
        if self.closing.is_some() {
            return;
        }
        let broken = match how {
            Ending::Whole => None,
            Ending::Broken(loss) => Some(loss),
        };
        match flight.purpose {
            Purpose::Listen => self.try_later(exchange, flight, "", out),
            Purpose::Frame | Purpose::Resume if flight.waiting.is_empty() => {}
            Purpose::Frame | Purpose::Resume if !flight.is_modern() && flight.last_id.is_some() => {
                self.try_later(exchange, flight, "", out);
            }
            Purpose::Endpoint if self.mode == Mode::Finding => {
                let name = flight.name();
                let loss = Loss::new(
                    LossKind::NotMcp,
                    format!("{name} is a stream, but names no endpoint"),
                );
                self.no_endpoint(broken.unwrap_or(loss), out);
            }
            purpose => {
                let mut loss = broken.unwrap_or_else(|| {
                    Loss::new(
                        LossKind::Broken,
                        format!("the stream of {} ended", flight.name()),
                    )
                });
                loss.status = Some(flight.status);
                loss.what.push_str(" before the answer came");
                if flight.is_modern() {
                    // 2026-07-28, `basic/transports/streamable-http`: re-issue as a new request.
                    loss.hint = Some(
                        "it may have been carried out; call again only if that does no harm"
                            .to_owned(),
                    );
                }
                Self::unanswered(flight.waiting, &loss, out);
                if purpose == Purpose::Endpoint {
                    out.push(Output::Over(Some(Loss {
                        what: "the server ended the HTTP+SSE stream".to_owned(),
                        ..loss
                    })));
                }
            }
        }
    }

    /// Takes a stream up again after a while, unless that was in vain too often.
    pub(super) fn try_later(
        &mut self,
        exchange: u32,
        mut flight: Flight,
        why: &str,
        out: &mut Vec<Output>,
    ) {
        let in_vain = std::mem::take(&mut flight.events) == 0;
        // A stream with answers to come is polled as long as somebody waits for them (2025-11-25), if it can be had.
        let polls = flight.purpose != Purpose::Listen && why.is_empty();
        flight.fruitless = if in_vain { flight.fruitless + 1 } else { 0 };
        if flight.fruitless > FRUITLESS && !polls {
            let times = flight.fruitless;
            if flight.purpose == Purpose::Listen {
                out.push(Output::Remark(format!(
                    "the stream for the server's own messages ended {times} times without any; it is not opened again"
                )));
                return;
            }
            let loss = Loss::new(
                LossKind::Broken,
                format!("the rest of the stream cannot be had: {why}"),
            );
            return Self::unanswered(flight.waiting, &loss, out);
        }
        let asked = flight.retry.unwrap_or(RETRY);
        let patience = if polls {
            0
        } else {
            flight.fruitless.saturating_sub(1)
        };
        let wait = asked
            .saturating_mul(1 << patience)
            .clamp(RETRIES.0, RETRIES.1);
        if flight.purpose == Purpose::Frame {
            flight.purpose = Purpose::Resume;
        }
        out.push(Output::Wait {
            exchange,
            after: Duration::from_millis(wait),
            why: flight.purpose.word(),
        });
        self.later.insert(exchange, flight);
    }

    /// The wait is over.
    pub(super) fn take_up(&mut self, exchange: u32, old: Flight, out: &mut Vec<Output>) {
        let flight = Flight {
            waiting: old.waiting,
            last_id: old.last_id,
            retry: old.retry,
            fruitless: old.fruitless,
            ..Flight::new(Verb::Get, self.url.clone(), old.purpose)
        };
        self.open(flight, Some(exchange), out);
    }

    /// Nobody waits for the answer any more: streams that are to be taken up again for it are not.
    pub(super) fn stop_resuming(&mut self, id: &Id) {
        for flight in self.later.values_mut() {
            flight.waiting.retain(|other| other != id);
        }
        self.later
            .retain(|_, flight| flight.purpose == Purpose::Listen || !flight.waiting.is_empty());
        for flight in self.flights.values_mut() {
            if !flight.is_modern() {
                flight.waiting.retain(|other| other != id);
            }
        }
    }
}
