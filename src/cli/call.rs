//! `mcpscope call`: one tool, called once. What is sent keeps the order and spelling the user gave it.

use std::io::Read as _;

use clap::Args;

use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::output::Output;
use super::target::TargetArgs;
use super::{Exit, content};
use crate::form::assign;
use crate::inspector::{Command, Update};
use crate::json::{self, Value, quote};
use crate::mcp::client::Call;
use crate::mcp::types::List;

/// The number of our one call.
const TICKET: u64 = 1;

/// Call a tool of a server and show its result
///
/// key=value converts by the tool's schema (to a string where the schema does not say),
/// key:=json is sent as it is.
///
/// The result's text goes to stdout, whatever the tool says of its success; exit code 7
/// tells that it failed. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "tool": NAME, "arguments": {as sent}, "took_us": N,
///    "result": {as the server sent it}}
///
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
///
/// where "rpc" is the server's JSON-RPC error, if there was one.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct CallArgs {
    /// The tool's name
    tool: String,
    /// Its arguments: key=value, or key:=json
    #[arg(value_name = "KEY=VALUE|KEY:=JSON")]
    arguments: Vec<String>,
    /// Its arguments as one JSON object, from a file with @FILE, from stdin with -
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    args: Option<String>,
    #[command(flatten)]
    output: super::OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs it.
pub fn run(args: &CallArgs) -> Exit {
    let prepared = args.json().and_then(|json| {
        let target = args.target.target(&[List::Tools])?;
        let connect = target.server("call TOOL [KEY=VALUE]…")?;
        Ok((json, (target, connect)))
    });
    let (json, target) = match prepared {
        Ok((json, target)) => (json, Ok(target)),
        Err(failure) => (None, Err(failure)),
    };
    super::session(target, &args.output, async |session, output| {
        call_one(session, args, json.as_deref(), output).await
    })
}

impl CallArgs {
    /// The text of `--args`.
    fn json(&self) -> Result<Option<String>, Failure> {
        let unreadable = |what: &str, error: std::io::Error| {
            Failure::usage(format!("cannot read --args from {what}: {error}"))
                .hint("the text itself is taken too: --args '{\"key\": 1}'".to_owned())
        };
        match self.args.as_deref() {
            None => Ok(None),
            Some("-") => {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| unreadable("stdin", error))?;
                Ok(Some(text))
            }
            Some(text) => match text.strip_prefix('@') {
                Some(path) => std::fs::read_to_string(path)
                    .map(Some)
                    .map_err(|error| unreadable(path, error)),
                None => Ok(Some(text.to_owned())),
            },
        }
    }

    /// The arguments as the tool's schema wants them.
    fn arguments(&self, session: &mut Headless, json: Option<&str>) -> Result<Value, Failure> {
        let note = session.judge(List::Tools)?;
        if let Some(note) = &note {
            session.console.note(note);
        }
        let connection = session.connection();
        let tools = &connection.list(List::Tools).items;
        let tool = tools.iter().find(|tool| *tool.name == *self.tool);
        // A list that the server does not give, or not to its end, says nothing of what it lacks: then it is called
        // all the same.
        if tool.is_none() && note.is_none() && !session.is_cut(List::Tools) {
            let nearest = assign::nearest(&self.tool, tools.iter().map(|tool| &*tool.name));
            let hint = match (nearest, tools.len()) {
                (Some(nearest), _) => format!("did you mean {}?", quote(nearest)),
                (None, 0) => "the server lists no tools".to_owned(),
                (None, 1..=8) => {
                    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
                    format!("it has {}", names.join(", "))
                }
                (None, count) => format!("mcpscope list tools shows its {count} tools"),
            };
            return Err(Failure::usage(format!(
                "{} has no tool {}",
                session.name(),
                quote(&self.tool)
            ))
            .hint(hint));
        }
        let schema = tool.map_or(&b"{}"[..], |tool| tool.input_schema());
        assign::arguments(schema, &self.arguments, json)
            .map_err(|error| Failure::usage(format!("{}: {error}", self.tool)).hint(error.hint()))
    }
}

async fn call_one(
    session: &mut Headless,
    args: &CallArgs,
    json: Option<&str>,
    output: &mut Output,
) -> super::Outcome {
    session.listed(List::Tools).await?;
    let arguments = args.arguments(session, json)?;
    let arguments = arguments.to_string();
    session.console.call_begins();
    session.send(Command::Call {
        conn: 1,
        call: Call {
            ticket: TICKET,
            method: "tools/call".to_owned(),
            params: Some(format!(
                "{{\"name\":{},\"arguments\":{arguments}}}",
                quote(&args.tool)
            )),
            wait: None,
        },
    });
    let seq = finished(session).await?;
    let Some(exchange) = seq.and_then(|seq| session.exchange(seq)) else {
        return Err(Stop::Lost.into());
    };
    if let Some(failure) = session.failed(exchange) {
        return Err(failure.into());
    }
    let took = session.timeline.took(exchange).unwrap_or(0);
    let Some(result) = session.answer(exchange, "result") else {
        let what = "the answer cannot be read back from the recording";
        return Err(Failure::new(Exit::Internal, what).into());
    };
    let is_error = json::get(result.as_bytes(), &["isError"]).and_then(json::boolean) == Some(true);
    session.console.settle();
    if output.json {
        let mut document = session.document();
        document
            .text("tool", &args.tool)
            .raw("arguments", &arguments)
            .raw("took_us", &took.to_string())
            .raw("result", &result);
        output.document(&document)?;
    } else {
        output.text(&content::lines(result.as_bytes()))?;
        output.flush()?;
    }
    if is_error {
        let what = format!("tool {} reported an error (isError)", quote(&args.tool));
        session.console.error(&what);
        return Ok(Exit::ToolError);
    }
    Ok(Exit::Ok)
}

/// Waits for the end of our call; gives the entry of its request, if it was sent. A signal cancels it.
async fn finished(session: &mut Headless) -> Result<Option<u64>, Stop> {
    let mut sent = None;
    loop {
        match session.next().await {
            Ok(Update::Sent {
                ticket: TICKET,
                seq,
            }) => sent = Some(seq),
            Ok(Update::Finished { ticket: TICKET, .. }) => return Ok(sent),
            Ok(_) => {}
            Err(stop) => {
                if matches!(stop, Stop::Signal(_)) {
                    session.send(Command::Cancel {
                        conn: 1,
                        ticket: TICKET,
                    });
                }
                return Err(stop);
            }
        }
    }
}
