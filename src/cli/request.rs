//! `mcpscope request`: any method, with the parameters as they are given.

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::given::Params;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::{Exit, Outcome, content};

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
    #[command(flatten)]
    params: Params,
    #[command(flatten)]
    common: Common,
}

impl Live for RequestArgs {
    type Ready = Option<String>;

    fn usage(&self) -> &'static str {
        "request METHOD [PARAMS]"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn ready(&self, stdin: Stdin) -> Result<Option<String>, Failure> {
        let example = "mcpscope request tools/call '{\"name\": \"echo\"}'";
        self.params.read(example, stdin)
    }

    async fn work(
        &self,
        params: Option<String>,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome {
        send(session, self, params, output).await
    }
}

async fn send(
    session: &mut Headless,
    args: &RequestArgs,
    params: Option<String>,
    output: &mut Output,
) -> Outcome {
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
