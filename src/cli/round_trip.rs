//! One request of a headless verb: sent, waited for, its answer read back. A signal cancels it.

use super::Early;
use super::exit::Exit;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use crate::inspector::{Command, Update};
use crate::mcp::client::Call;

/// The number of our call: a verb has one at a time.
const TICKET: u64 = 1;

/// A request that got its result.
#[derive(Debug)]
pub struct Answered {
    /// The raw member `result`.
    pub result: String,
    /// From the request to its answer, in microseconds.
    pub took_us: u64,
}

impl Headless {
    /// Sends a request (as soon as the connection works) and waits for its result. `params` is a raw JSON object.
    pub(super) async fn request(
        &mut self,
        method: &str,
        params: Option<String>,
    ) -> Result<Answered, Early> {
        self.console.call_begins();
        self.send(Command::Call {
            conn: 1,
            call: Call {
                ticket: TICKET,
                method: method.to_owned(),
                params,
                wait: None,
            },
        });
        let seq = self.finished().await?;
        let Some(exchange) = seq.and_then(|seq| self.exchange(seq)) else {
            return Err(Stop::Lost.into());
        };
        if let Some(failure) = self.failed(exchange) {
            return Err(failure.into());
        }
        let took_us = self.timeline.took(exchange).unwrap_or(0);
        let Some(result) = self.answer(exchange, "result") else {
            let what = "the answer cannot be read back from the recording";
            return Err(Failure::new(Exit::Internal, what).into());
        };
        Ok(Answered { result, took_us })
    }

    /// Waits for the end of our call; gives the entry of its request, if it was sent.
    async fn finished(&mut self) -> Result<Option<u64>, Stop> {
        let mut sent = None;
        loop {
            match self.next().await {
                Ok(Update::Sent {
                    ticket: TICKET,
                    seq,
                }) => sent = Some(seq),
                Ok(Update::Finished { ticket: TICKET, .. }) => return Ok(sent),
                Ok(_) => {}
                Err(stop) => {
                    if matches!(stop, Stop::Signal(_)) {
                        self.send(Command::Cancel {
                            conn: 1,
                            ticket: TICKET,
                        });
                    }
                    return Err(stop);
                }
            }
        }
    }
}
