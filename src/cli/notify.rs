//! `mcpscope notify`: any notification, with the parameters as they are given.

use clap::Args;
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;
use super::given::Params;
use super::headless::{Headless, Stop};
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::round_trip::unsent;
use super::{Exit, Outcome};
use crate::inspector::{Command, Update};
use crate::jsonrpc;
use crate::mask::names_in;
use crate::mcp::client::End;

/// Send any notification
///
/// Nothing answers one; over HTTP its exchange is waited for. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "method": METHOD, "params": {as given} or null}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct NotifyArgs {
    /// The method, e.g. notifications/roots/list_changed; known to the protocol or not
    method: String,
    #[command(flatten)]
    params: Params,
    #[command(flatten)]
    common: Common,
}

impl Live for NotifyArgs {
    type Ready = Option<String>;

    fn usage(&self) -> &'static str {
        "notify METHOD [PARAMS]"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn ready(&self, stdin: Stdin) -> Result<Option<String>, Failure> {
        let example = "mcpscope notify notifications/cancelled '{\"requestId\": 1}'";
        self.params.read(example, stdin)
    }

    async fn work(
        &self,
        params: Option<String>,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome {
        session.ready().await?;
        session.tickets += 1;
        let ours = session.tickets;
        let line = params
            .as_deref()
            .map(|params| crate::json::one_line(params.as_bytes()));
        let line = line.map(|line| String::from_utf8_lossy(&line).into_owned());
        session.send(Command::Typed {
            conn: 1,
            ticket: ours,
            bytes: jsonrpc::notification(&self.method, line.as_deref()).into_bytes(),
        });
        let seq = loop {
            match session.next().await? {
                Update::Sent { ticket, seq } if ticket == ours => break seq,
                Update::Finished { ticket, end, .. } if ticket == ours => {
                    if end != End::Masked {
                        return Err(Stop::Lost.into());
                    }
                    let names = params.map(|params| names_in(params.as_bytes()));
                    return Err(unsent(&self.method, names.unwrap_or_default()).into());
                }
                _ => {}
            }
        };
        self.taken(session, seq).await?;
        session.console.settle();
        if output.json {
            let mut document = session.document();
            document
                .text("method", &self.method)
                .raw("params", params.as_deref().unwrap_or("null"));
            output.document(&document)?;
        }
        Ok(Exit::Ok)
    }
}

impl NotifyArgs {
    /// Waits until HTTP has carried the frame `seq`, where it is HTTP that does.
    async fn taken(&self, session: &mut Headless, seq: u64) -> Result<(), super::Early> {
        if session.connection().url.is_none() {
            return Ok(());
        }
        let until = Instant::now() + session.limits().0;
        loop {
            let timeline = &session.timeline;
            let hop = timeline
                .index_of_seq(seq)
                .and_then(|frame| timeline.hops().carrier(frame))
                .and_then(|hop| timeline.hops().get(hop));
            let name = session.name();
            if let Some(hop) = hop {
                if hop.is_failure() {
                    let how = match hop.status {
                        0 => "the exchange broke off".to_owned(),
                        status => format!("status {status}"),
                    };
                    let what = format!("{name} did not take {}: {how}", self.method);
                    return Err(Failure::new(Exit::Protocol, what).into());
                }
                if hop.took.is_some() {
                    return Ok(());
                }
            }
            if let Ok(update) = timeout_at(until, session.next()).await {
                update?;
            } else {
                let what = format!("{} did not take {}", session.name(), self.method);
                return Err(Failure::new(Exit::Timeout, what).into());
            }
        }
    }
}
