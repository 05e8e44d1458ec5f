//! Notifications as they come, until enough of them came or time is up: what `subscribe` and `listen` share.

use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, timeout_at};

use super::Early;
use super::document::Document;
use super::headless::Headless;
use super::output::Output;
use crate::inspector::Update;
use crate::json;
use crate::jsonrpc::Kind;
use crate::mcp::facts::{Detail, Message};
use crate::session::Direction;
use crate::session::recorded::{Facts, Recorded};
use crate::text;

/// When it is enough.
#[derive(Debug, Clone, Copy, Args)]
pub struct Enough {
    /// End after so many
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// End after this time (e.g. 500ms, 10s, 2min); without, and without --count, it goes on until it is stopped
    #[arg(long = "for", value_name = "DURATION", value_parser = super::target::limit)]
    time: Option<Duration>,
}

/// Shows notifications that are `wanted`, and gives them as JSON. With events they were told already.
pub(super) async fn notifications(
    session: &mut Headless,
    output: &mut Output,
    enough: Enough,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Vec<String>, Early> {
    // Nobody knows when the next one comes: what is told goes out, whatever lines wait in a shell.
    output.hold(false);
    output.flush()?;
    let until = enough.time.map(|time| Instant::now() + time);
    let mut told = Vec::new();
    let mut count = 0;
    while enough.count.is_none_or(|most| count < most) {
        let update = match until {
            None => session.next().await?,
            Some(until) => match timeout_at(until, session.next()).await {
                Ok(update) => update?,
                Err(_) => break,
            },
        };
        let Update::Recorded(batch) = update else {
            continue;
        };
        for entry in &batch {
            let Some(message) = notification(entry).filter(|message| wanted(message)) else {
                continue;
            };
            count += 1;
            let params = session.text_of(entry).and_then(|body| {
                let params = json::get(body.as_bytes(), &["params"])?;
                Some(String::from_utf8_lossy(params).into_owned())
            });
            let method = message.method.as_deref().unwrap_or_default();
            if output.events() {
                // It went out as it came.
            } else if output.json {
                let mut document = Document::default();
                document
                    .raw("seq", &entry.seq.to_string())
                    .text("method", method)
                    .raw("params", params.as_deref().unwrap_or("null"));
                told.push(document.to_string());
            } else {
                session.console.settle();
                output.line(&line(method, params.as_deref()))?;
                output.flush()?;
            }
        }
    }
    Ok(told)
}

fn notification(entry: &Recorded) -> Option<&Message> {
    match &entry.facts {
        Facts::Messages(messages) if entry.direction == Direction::In => messages
            .iter()
            .find(|message| message.kind == Kind::Notification),
        _ => None,
    }
}

/// Whether it tells that this resource changed, or one below it.
pub(super) fn updates(message: &Message, uri: &str) -> bool {
    match &message.detail {
        Detail::Updated(updated) => crate::mcp::subscriptions::is_within(updated, uri),
        _ => false,
    }
}

/// `notifications/resources/updated {"uri":"file:///a"}`, without what is the protocol's own.
fn line(method: &str, params: Option<&str>) -> String {
    let mut line = method.to_owned();
    if let Some(params) = params {
        let members: Vec<String> = json::members(params.as_bytes())
            .filter(|(name, _)| name != "_meta")
            .map(|(name, raw)| format!("{}:{}", json::quote(&name), String::from_utf8_lossy(raw)))
            .collect();
        if !members.is_empty() {
            line = format!("{line} {{{}}}", members.join(","));
        }
    }
    text::sanitize(&line).into_owned()
}
