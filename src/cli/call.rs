//! `mcpscope call`: one tool, called once. What is sent keeps the order and spelling the user gave it.

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::output::Output;
use super::target::TargetArgs;
use super::{Exit, content, given};
use crate::form::assign;
use crate::json::{Value, quote};
use crate::mcp::types::List;

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
        let given = self.args.as_deref();
        given
            .map(|given| given::text(given, "--args", "--args '{\"key\": 1}'"))
            .transpose()
    }

    /// The arguments as the tool's schema wants them.
    fn arguments(&self, session: &mut Headless, json: Option<&str>) -> Result<Value, Failure> {
        let tool = session.named(List::Tools, &self.tool)?;
        let schema = tool.as_ref().map_or(&b"{}"[..], |tool| tool.input_schema());
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
    let params = format!(
        "{{\"name\":{},\"arguments\":{arguments}}}",
        quote(&args.tool)
    );
    let answered = session.request("tools/call", Some(params)).await?;
    let describe = |document: &mut Document| {
        document
            .text("tool", &args.tool)
            .raw("arguments", &arguments);
    };
    answered.print(session, output, describe, content::lines)?;
    if answered.is_tool_error() {
        let what = format!("tool {} reported an error (isError)", quote(&args.tool));
        session.console.error(&what);
        return Ok(Exit::ToolError);
    }
    Ok(Exit::Ok)
}
