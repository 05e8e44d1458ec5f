//! `mcpscope lint --active`: what would be sent is told, somebody agrees, it is sent.

use std::io::{self, IsTerminal as _};

use clap::Args;

use super::super::Early;
use super::super::failure::Failure;
use super::super::headless::Headless;
use crate::inspector::{Command, Connect, Update};
use crate::json::{self, Kind};
use crate::mcp::types::List;
use crate::probe::{Known, Probe, planned};
use crate::text;

/// What is said of probes.
#[derive(Debug, Clone, Default, Args)]
pub struct ActiveArgs {
    /// Also send probes, on connections of their own
    #[arg(long, help_heading = "Probes")]
    active: bool,
    /// Send them without asking
    #[arg(short, long, requires = "active", help_heading = "Probes")]
    yes: bool,
    /// Call this tool too, with these arguments (repeatable): once, and once cancelled at once
    #[arg(
        long,
        value_name = "TOOL[=JSON]",
        requires = "active",
        help_heading = "Probes"
    )]
    call: Vec<String>,
    /// Call any tool with wrong arguments, not only one that says that it only reads
    #[arg(long, requires = "active", help_heading = "Probes")]
    call_any: bool,
}

impl ActiveArgs {
    /// Whether probes are wanted.
    pub const fn is_given(&self) -> bool {
        self.active
    }

    /// Finds out what can be found out without a server.
    pub fn check(&self) -> Result<(), Failure> {
        self.calls().map(|_| ())
    }

    fn calls(&self) -> Result<Vec<(String, String)>, Failure> {
        let read = |given: &String| {
            let (tool, arguments) = given.split_once('=').unwrap_or((given, "{}"));
            let fits = json::check(arguments.as_bytes()).is_ok()
                && json::kind(arguments.as_bytes()) == Kind::Object;
            if tool.is_empty() || !fits {
                let shown = text::sanitize(given).into_owned();
                let hint = "as in --call 'echo={\"message\":\"hi\"}'".to_owned();
                return Err(
                    Failure::usage(format!("no tool with a JSON object: {shown}")).hint(hint),
                );
            }
            Ok((tool.to_owned(), arguments.to_owned()))
        };
        self.call.iter().map(read).collect()
    }
}

/// Probes the server of a session; false when nobody agreed.
pub async fn probe(
    args: &ActiveArgs,
    connect: Connect,
    session: &mut Headless,
) -> Result<bool, Early> {
    let connection = session.connection();
    let Some(mut known) = Known::of(connection) else {
        let what = "nobody knows which revision the server speaks, so it cannot be probed";
        return Err(Failure::usage(what).into());
    };
    known.any_tool = args.call_any;
    known.calls = args.calls()?;
    for (tool, _) in &known.calls {
        let listed = known
            .list(List::Tools)
            .iter()
            .any(|one| *one.name == **tool);
        if !listed {
            let what = format!("the server lists no tool {}", text::sanitize(tool));
            return Err(Failure::usage(what).into());
        }
    }
    if !agreed(args, &known, session).await? {
        return Ok(false);
    }
    let connect = Connect {
        conn: session.conn + 1,
        ..connect
    };
    session.send(Command::Probe {
        connect: Box::new(connect),
        known: Box::new(known),
    });
    loop {
        if let Update::Probing {
            done,
            total,
            over,
            names,
            ..
        } = session.next().await?
        {
            if over {
                // Those that could not be sent are told of on the page, with the reason.
                let sent = format!("{done} of {} sent", text::plural(total, "probe"));
                session.console.note(&sent);
                return Ok(true);
            }
            let names = names.first().copied().unwrap_or_default();
            let told = format!("{names} ({done} of {total})");
            session
                .console
                .progress(&done.to_string(), Some(&total.to_string()), Some(&told));
        }
    }
}

/// Tells what would be sent, and asks.
async fn agreed(args: &ActiveArgs, known: &Known, session: &mut Headless) -> Result<bool, Early> {
    let (sure, perhaps) = planned(known);
    session.console.settle();
    let name = text::sanitize(session.name()).into_owned();
    let more = match perhaps.len() {
        0 => String::new(),
        more => format!(", and {more} more if it takes the handshake of older clients too"),
    };
    session.console.tell(&format!(
        "{} for {name}, on connections of their own{more}:",
        text::plural(sure.len(), "probe")
    ));
    list(&sure, known, session);
    if !perhaps.is_empty() {
        session
            .console
            .tell("if it takes the handshake of older clients too:");
        // They are sent to what the same server lists to older clients.
        list(&perhaps, &known.older(), session);
    }
    if let Some(company) = known.company() {
        session.console.tell(company);
    }
    if args.yes {
        return Ok(true);
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(session.agreed("send them? [y/N]").await?);
    }
    let hint = "--yes sends them without asking".to_owned();
    Err(Failure::usage("nothing was sent: nobody is there to agree")
        .hint(hint)
        .into())
}

fn list(probes: &[&Probe], known: &Known, session: &mut Headless) {
    for probe in probes {
        let words = probe.tells(known);
        let words = text::sanitize(&words);
        session
            .console
            .tell(&format!("  {:<22} {words}", probe.name));
    }
}
