//! One request of a headless verb: sent, waited for, its answer read back. A signal cancels it.

use std::io;

use super::Early;
use super::document::Document;
use super::exit::Exit;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::output::Output;
use crate::inspector::{Command, Update};
use crate::json;
use crate::mask::{Missing, names_in};
use crate::mcp::client::{Call, End};
use crate::session::timeline::Status;

/// Something was not sent, for the values behind these masks are not known here.
pub(super) fn unsent(what: &str, names: Vec<String>) -> Failure {
    let missing = Missing { names };
    Failure::usage(format!("{what} was not sent: {missing}")).hint(missing.hint())
}

/// A request that got its result.
#[derive(Debug)]
pub struct Answered {
    /// The raw member `result`.
    pub result: String,
    /// From the request to its answer, in microseconds.
    pub took_us: u64,
}

impl Answered {
    /// Prints it: with `--json` the document, to which `describe` adds what was asked; else the result as `lines` has
    /// it, sanitised.
    pub(super) fn print(
        &self,
        session: &mut Headless,
        output: &mut Output,
        describe: impl FnOnce(&mut Document),
        lines: impl FnOnce(&[u8]) -> String,
    ) -> io::Result<()> {
        session.console.settle();
        if output.json {
            let mut document = session.document();
            describe(&mut document);
            document
                .raw("took_us", &self.took_us.to_string())
                .raw("result", &self.result);
            return output.document(&document);
        }
        output.text(&lines(self.result.as_bytes()))?;
        output.flush()
    }

    /// Whether it is a tool's own report of a failure.
    pub(super) fn is_tool_error(&self) -> bool {
        json::get(self.result.as_bytes(), &["isError"]).and_then(json::boolean) == Some(true)
    }
}

impl Headless {
    /// Sends a request (as soon as the connection works) and waits for its result. `params` is a raw JSON object.
    pub(super) async fn request(
        &mut self,
        method: &str,
        params: Option<String>,
    ) -> Result<Answered, Early> {
        self.console.call_begins();
        self.tickets += 1;
        let ticket = self.tickets;
        let masks = params.as_ref().map(|params| names_in(params.as_bytes()));
        self.send(Command::Call {
            conn: self.conn,
            call: Call {
                ticket,
                method: method.to_owned(),
                params,
                wait: None,
            },
        });
        let (seq, end) = self.finished(ticket).await?;
        if end == End::Masked {
            return Err(unsent(method, masks.unwrap_or_default()).into());
        }
        let Some(exchange) = seq.and_then(|seq| self.exchange(seq)) else {
            return Err(Stop::Lost.into());
        };
        if exchange.status == Status::Task {
            let index = self.timeline.index_of_seq(seq.unwrap_or_default());
            let index = index.and_then(|index| self.timeline.exchange_of_request(index));
            if let Some(task) = index.and_then(|index| self.task_of(index)) {
                return self.outcome(task);
            }
        }
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
    async fn finished(&mut self, ours: u64) -> Result<(Option<u64>, End), Stop> {
        let mut sent = None;
        loop {
            match self.next().await {
                Ok(Update::Sent { ticket, seq }) if ticket == ours => sent = Some(seq),
                Ok(Update::Finished { ticket, end, .. }) if ticket == ours => {
                    return Ok((sent, end));
                }
                Ok(_) => {}
                Err(stop) => {
                    if matches!(stop, Stop::Signal(_)) {
                        self.send(Command::Cancel {
                            conn: self.conn,
                            ticket: ours,
                        });
                    }
                    return Err(stop);
                }
            }
        }
    }
}
