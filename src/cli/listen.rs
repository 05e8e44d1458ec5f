//! `mcpscope listen`: what a server tells by itself. `mcpscope subscribe`: that resources changed.

use clap::Args;
use tokio::time::{Instant, timeout_at};

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::stream::{self, Enough};
use super::{Exit, Outcome};
use crate::inspector::Command;
use crate::json::quote;
use crate::mcp::client::{Options, RequestSettings};
use crate::mcp::revision::Era;
use crate::session::timeline::subscriptions::WatchState;

/// Show the notifications of a server as they come
///
/// One line each: changed lists, changed resources, log messages, progress, whatever it sends. With
/// --json, one object at the end (with --ndjson a line for each as it comes):
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "notifications": [{"seq", "method", "params"}, …]}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ListenArgs {
    /// Ask for log messages from this level on: debug, info, notice, warning, error, critical, alert, emergency
    #[arg(long, value_name = "LEVEL", value_parser = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"])]
    level: Option<String>,
    #[command(flatten)]
    enough: Enough,
    #[command(flatten)]
    common: Common,
}

impl Live for ListenArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "listen"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn prepare(&self, options: &mut Options) {
        options.follow_lists = true;
        options.settings = RequestSettings {
            log_level: self.level.clone(),
            ..options.settings.clone()
        };
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        session.ready().await?;
        session.send(Command::FollowLists { conn: 1, on: true });
        let revision = session.connection().revision;
        let legacy = revision.is_none_or(|revision| revision.era() == Era::Legacy);
        if let Some(level) = self.level.as_deref().filter(|_| legacy) {
            let params = format!("{{\"level\":{}}}", quote(level));
            session.request("logging/setLevel", Some(params)).await?;
        }
        let told = stream::notifications(session, output, self.enough, |_| true).await?;
        tell(session, output, "notifications", &told)
    }
}

/// Be told when resources of a server change
///
/// Subscribes in the way of the server's revision, and shows a line for each update. With --json,
/// one object at the end (with --ndjson a line for each as it comes):
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "updates": [{"seq", "method", "params"}, …]}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct SubscribeArgs {
    /// Their addresses
    #[arg(required = true, value_name = "URI")]
    uris: Vec<String>,
    #[command(flatten)]
    enough: Enough,
    #[command(flatten)]
    common: Common,
}

impl Live for SubscribeArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "subscribe URI…"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        session.ready().await?;
        for uri in &self.uris {
            session.send(Command::Subscribe {
                conn: 1,
                uri: uri.clone(),
                on: true,
            });
        }
        self.settled(session).await?;
        let told = stream::notifications(session, output, self.enough, |message| {
            self.uris.iter().any(|uri| stream::updates(message, uri))
        })
        .await?;
        for uri in &self.uris {
            session.send(Command::Subscribe {
                conn: 1,
                uri: uri.clone(),
                on: false,
            });
        }
        tell(session, output, "updates", &told)
    }
}

impl SubscribeArgs {
    /// Waits until the server has said to every one whether it will tell.
    async fn settled(&self, session: &mut Headless) -> Result<(), super::Early> {
        let until = Instant::now() + session.limits().0;
        for uri in &self.uris {
            loop {
                let watched = session.connection().subscriptions.watched(uri);
                let why = match watched.map(|watched| watched.state) {
                    Some(WatchState::On) => break,
                    None | Some(WatchState::Asked) => {
                        match timeout_at(until, session.next()).await {
                            Ok(update) => drop(update?),
                            Err(_) => {
                                let what = format!("{} did not answer", session.name());
                                return Err(Failure::new(Exit::Timeout, what).into());
                            }
                        }
                        continue;
                    }
                    Some(state) => state.words(),
                };
                let what = format!("no subscription to {}: {why}", quote(uri));
                let hint =
                    "mcpscope info shows whether the server offers subscriptions (resources)";
                return Err(Failure::new(Exit::Protocol, what)
                    .hint(hint.to_owned())
                    .into());
            }
            session.console.note(&format!("subscribed to {uri}"));
        }
        session.console.flush();
        Ok(())
    }
}

fn tell(session: &mut Headless, output: &mut Output, name: &str, told: &[String]) -> Outcome {
    session.console.settle();
    if output.json {
        let mut document: Document = session.document();
        if !output.events() {
            document.raw(name, &format!("[{}]", told.join(",")));
        }
        output.document(&document)?;
    }
    Ok(Exit::Ok)
}
