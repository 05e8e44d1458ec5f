//! `mcpscope request`: any method, with the parameters as they are given.

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::output::Output;
use super::target::TargetArgs;
use super::{Exit, content, given};
use crate::json::{self, Kind};

/// Send any request and show its result
///
/// The parameters are sent as they are given, member for member; only what the protocol demands
/// in "_meta" is added. The result goes to stdout as JSON. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "method": METHOD, "params": {as given} or null, "took_us": N,
///    "result": {as the server sent it}}
///
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
///
/// where "rpc" is the server's JSON-RPC error, if there was one.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct RequestArgs {
    /// The method, e.g. tools/list; known to the protocol or not
    method: String,
    /// Its parameters as one JSON object, from a file with @FILE, from stdin with -
    #[arg(value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    params: Option<String>,
    #[command(flatten)]
    output: super::OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs it.
pub fn run(args: &RequestArgs) -> Exit {
    let prepared = args.params().and_then(|params| {
        let target = args.target.target(&[])?;
        let connect = target.server("request METHOD [PARAMS]")?;
        Ok((params, (target, connect)))
    });
    let (params, target) = match prepared {
        Ok((params, target)) => (params, Ok(target)),
        Err(failure) => (None, Err(failure)),
    };
    super::session(target, &args.output, async |session, output| {
        send(session, args, params, output).await
    })
}

impl RequestArgs {
    fn params(&self) -> Result<Option<String>, Failure> {
        let example = "mcpscope request tools/call '{\"name\": \"echo\"}'";
        let Some(given) = &self.params else {
            return Ok(None);
        };
        let text = given::text(given, "the parameters", example)?;
        json::check(text.as_bytes()).map_err(|problem| {
            Failure::usage(format!("the parameters are not JSON: {problem}"))
                .hint(format!("one object, as in {example}"))
        })?;
        if json::kind(text.as_bytes()) != Kind::Object {
            let failure = Failure::usage("the parameters of an MCP request are one JSON object");
            return Err(failure.hint(format!("as in {example}")));
        }
        Ok(Some(text))
    }
}

async fn send(
    session: &mut Headless,
    args: &RequestArgs,
    params: Option<String>,
    output: &mut Output,
) -> super::Outcome {
    let answered = session.request(&args.method, params.clone()).await?;
    let describe = |document: &mut Document| {
        document
            .text("method", &args.method)
            .raw("params", params.as_deref().unwrap_or("null"));
    };
    answered.print(session, output, describe, content::any)?;
    if args.method == "tools/call" && answered.is_tool_error() {
        session
            .console
            .error("the tool reported an error (isError)");
        return Ok(Exit::ToolError);
    }
    Ok(Exit::Ok)
}
