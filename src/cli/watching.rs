//! `--watch`: the server is started again whenever files change, what it offers is compared with before, and what was
//! asked is asked again.

use std::io::{self, IsTerminal as _};

use clap::Args;
use tokio::sync::mpsc;

use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::live::Live;
use super::output::Output;
use super::{Early, Outcome};
use crate::diff::Rules;
use crate::diff::report::{Form, Report};
use crate::diff::surface::{self, Catalogue};
use crate::inspector::{Command, Connect};
use crate::mcp::types::{List, ToolEffect};
use crate::replaying::conductor;
use crate::text;
use crate::watch::{self, Pattern};

/// What verbs take that can be done again.
#[derive(Debug, Clone, Default, Args)]
pub struct WatchArgs {
    /// Start the server again and do it again when these files change (repeatable): 'src/**/*.py'; Ctrl-C ends it
    #[arg(long = "watch", value_name = "GLOB", help_heading = "Watching", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub globs: Vec<String>,
    /// Call a tool that is marked destructive again without asking
    #[arg(long, help_heading = "Watching")]
    pub yes: bool,
}

/// Does a verb's work, and again after every change, until told to stop. `careful` asks before tools that do not say
/// what they do, too.
pub async fn again<V: Live>(
    verb: &V,
    ready: V::Ready,
    args: &WatchArgs,
    connect: Connect,
    careful: bool,
    session: &mut Headless,
    output: &mut Output,
) -> Outcome
where
    V::Ready: Clone,
{
    let folder = std::env::current_dir()
        .map_err(|error| Failure::usage(format!("cannot watch anything here: {error}")))?;
    let patterns = args.globs.iter().map(|glob| Pattern::of(glob, &folder));
    let (sender, mut changes) = mpsc::unbounded_channel();
    let _watch = watch::start(patterns.collect(), move |files| sender.send(files).is_ok())
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    let mut connect = connect;
    let mut before = None;
    loop {
        let mut alive = true;
        match round(verb, &ready, (args, careful), &mut before, session, output).await {
            Ok(()) => {}
            Err(Early::Stop(Stop::Lost)) => {
                alive = false;
                super::report(&session.lost());
            }
            Err(Early::Failure(failure)) => {
                super::report(&failure);
            }
            Err(other) => return Err(other),
        }
        output.flush()?;
        session.console.settle();
        session.console.note(&format!(
            "watching {}",
            text::sanitize(&args.globs.join(", "))
        ));
        session.console.flush();
        let files = loop {
            tokio::select! {
                biased;
                update = session.next() => match update {
                    Ok(_) => {}
                    Err(Stop::Lost) => {
                        alive = false;
                        session.console.note(&format!("{} has ended", text::sanitize(session.name())));
                    }
                    Err(stop) => return Err(stop.into()),
                },
                files = changes.recv() => match files {
                    Some(files) => break files,
                    // Cannot be: it ends with the watch.
                    None => return Ok(super::Exit::Internal),
                },
            }
        };
        session
            .console
            .note(&format!("{} changed", watch::words(&files, &folder)));
        if alive {
            session.send(Command::Stop { conn: session.conn });
            loop {
                match session.next().await {
                    Ok(_) => {}
                    Err(Stop::Lost) => break,
                    Err(stop) => return Err(stop.into()),
                }
            }
        }
        connect.conn = session.conn + 1;
        session.reconnect(connect.clone());
    }
}

/// One time. `before` is what the server offered the time before, and then what it offers now.
async fn round<V: Live>(
    verb: &V,
    ready: &V::Ready,
    (args, careful): (&WatchArgs, bool),
    before: &mut Option<Catalogue>,
    session: &mut Headless,
    output: &mut Output,
) -> Result<(), Early>
where
    V::Ready: Clone,
{
    session.all_listed().await?;
    let now = Catalogue::of(session.connection());
    let first = before.is_none();
    if let Some(before) = &*before {
        let names = (("before", before), ("now", &now));
        let report = surface::report(names.0, names.1, &Rules::default());
        tell(&report, session, output)?;
    }
    *before = Some(now);
    if !first && !agreed(verb, args, careful, session).await? {
        return Ok(());
    }
    verb.work(ready.clone(), session, output).await?;
    Ok(())
}

/// Says what changed of what the server offers.
fn tell(report: &Report, session: &mut Headless, output: &mut Output) -> io::Result<()> {
    if output.events() {
        let mut event = super::document::Document::default();
        event
            .text("event", "restarted")
            .raw("connection", &session.conn.to_string())
            .raw("surface", report.write(Form::Json).trim());
        output.event(&event)?;
    }
    session.console.settle();
    if report.is_same() {
        session
            .console
            .note("started again; it offers the same as before");
    } else {
        session
            .console
            .note("started again; what it offers is not the same:");
        for line in report.write(Form::Plain).lines() {
            session.console.tell(line);
        }
    }
    session.console.flush();
    Ok(())
}

/// Whether a tool may be called again: one that may destroy something is asked about.
async fn agreed<V: Live>(
    verb: &V,
    args: &WatchArgs,
    careful: bool,
    session: &mut Headless,
) -> Result<bool, Early> {
    let Some(tool) = verb.calls().filter(|_| !args.yes) else {
        return Ok(true);
    };
    let items = &session.connection().list(List::Tools).items;
    if conductor::destructive(&[(tool, 1)], items, careful).is_empty() {
        return Ok(true);
    }
    let marked = items
        .iter()
        .any(|item| *item.name == *tool && item.effect == ToolEffect::Destroys);
    let tool = text::sanitize(tool).into_owned();
    let what = if marked {
        format!("{tool} is marked destructive")
    } else {
        format!("{tool} may destroy something: it does not say what it does")
    };
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let what = format!("{what}; it is not called again");
        session
            .console
            .warn(&what, Some("--yes calls it all the same"));
        return Ok(false);
    }
    let question = format!("{what}; call it again? [y/N]");
    Ok(session.agreed(&question).await?)
}
