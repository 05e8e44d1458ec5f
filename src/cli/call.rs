//! `mcpscope call`: one tool, called once. What is sent keeps the order and spelling the user gave it.

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::watching::WatchArgs;
use super::{Exit, Outcome, content, given};
use crate::form::assign;
use crate::json::{Value, quote};
use crate::mcp::client::Options;
use crate::mcp::tasks::{EXTENSION, Shape, Support};
use crate::mcp::types::List;

/// What sends arguments that break the schema.
const ANYWAY: &str = " --no-validate";

/// Call a tool of a server and show its result
///
/// key=value converts by the tool's schema (to a string where the schema does not say),
/// key:=json is sent as it is. What breaks the tool's schema is not sent; --no-validate
/// sends it.
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
    pub(super) tool: String,
    /// Its arguments: key=value, or key:=json
    #[arg(value_name = "KEY=VALUE|KEY:=JSON")]
    arguments: Vec<String>,
    /// Its arguments as one JSON object, from a file with @FILE, from stdin with -
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub(super) args: Option<String>,
    /// Send the call whatever the tool's schema says: arguments that break it, a tool that is not listed or excluded
    #[arg(long)]
    no_validate: bool,
    /// Have the server make a task of it, and wait for its end (2025-11-25; in 2026-07-28 the server decides)
    #[arg(long)]
    task: bool,
    /// How long the server is asked to keep the task, such as 90s (2025-11-25)
    #[arg(long, value_name = "DURATION", value_parser = super::target::limit, requires = "task")]
    task_ttl: Option<std::time::Duration>,
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    common: Common,
}

impl Live for CallArgs {
    type Ready = Option<String>;

    fn usage(&self) -> &'static str {
        "call TOOL [KEY=VALUE]…"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn watch(&self) -> Option<&WatchArgs> {
        Some(&self.watch)
    }

    fn calls(&self) -> Option<&str> {
        Some(&self.tool)
    }

    fn lists(&self) -> &'static [List] {
        &[List::Tools]
    }

    fn prepare(&self, options: &mut Options) {
        if self.task {
            options.capabilities.extend(EXTENSION, Some("{}"));
        }
        options.settings.task_ttl = self
            .task_ttl
            .map(|ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
    }

    fn ready(&self, stdin: Stdin) -> Result<Option<String>, Failure> {
        let given = self.args.as_deref();
        given::optional(given, "--args", "--args '{\"key\": 1}'", stdin)
    }

    async fn work(
        &self,
        json: Option<String>,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome {
        call_one(session, self, json.as_deref(), output).await
    }
}

impl CallArgs {
    /// Whether it has no arguments at all.
    pub(super) fn is_bare(&self) -> bool {
        self.arguments.is_empty() && self.args.is_none()
    }
}

/// The arguments of a call of `tool` as its schema wants them, out of `assigned` ones (`key=value`) over `json`. Unless
/// `anyway`, they have to fit it.
pub(super) fn arguments(
    session: &mut Headless,
    tool: &str,
    assigned: &[String],
    json: Option<&str>,
    anyway: bool,
) -> Result<Value, Failure> {
    let listed = match session.named(List::Tools, tool) {
        // It is called all the same.
        Err(failure) if anyway && failure.exit == Exit::Usage => None,
        listed => listed?,
    };
    let schema = listed
        .as_ref()
        .map_or(&b"{}"[..], |listed| listed.input_schema());
    let arguments = assign::arguments(schema, assigned, json)
        .map_err(|error| Failure::usage(format!("{tool}: {error}")).hint(error.hint(ANYWAY)))?;
    if let Some(listed) = listed.filter(|_| !anyway) {
        session.validated(&listed, &arguments)?;
    }
    Ok(arguments)
}

/// Whether a tool has to refuse a call that is no task (2025-11-25, `execution.taskSupport`).
fn runs_as_task_only(session: &Headless, tool: &str) -> bool {
    let connection = session.connection();
    let mut listed = connection.list(List::Tools).items.iter();
    connection.shape() == Shape::Core
        && listed.any(|item| *item.name == *tool && Support::of(item) == Support::Required)
}

async fn call_one(
    session: &mut Headless,
    args: &CallArgs,
    json: Option<&str>,
    output: &mut Output,
) -> Outcome {
    session.listed(List::Tools).await?;
    let (tool, assigned) = (&args.tool, &args.arguments);
    let arguments = arguments(session, tool, assigned, json, args.no_validate)?;
    let arguments = arguments.to_string();
    if !args.task && !args.no_validate && runs_as_task_only(session, tool) {
        let what = format!("{tool} runs only as a task (its execution.taskSupport says required)");
        let hint = "--task calls it as one; --no-validate sends it as it is".to_owned();
        return Err(Failure::usage(what).hint(hint).into());
    }
    let task = if args.task && session.connection().shape() == Shape::Core {
        ",\"task\":{}"
    } else {
        ""
    };
    let params = format!(
        "{{\"name\":{},\"arguments\":{arguments}{task}}}",
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
