//! `mcpscope get`: a prompt's messages, with its arguments filled in.

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
use crate::mcp::types::List;

/// Get the messages of a prompt
///
/// With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "prompt": NAME, "arguments": {as sent}, "took_us": N,
///    "result": {as the server sent it}}
///
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct GetArgs {
    /// The prompt's name
    pub(super) prompt: String,
    /// Its arguments; they are texts
    #[arg(value_name = "KEY=VALUE")]
    arguments: Vec<String>,
    /// Its arguments as one JSON object, from a file with @FILE, from stdin with -
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub(super) args: Option<String>,
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    common: Common,
}

impl Live for GetArgs {
    type Ready = Option<String>;

    fn usage(&self) -> &'static str {
        "get PROMPT [KEY=VALUE]…"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn watch(&self) -> Option<&WatchArgs> {
        Some(&self.watch)
    }

    fn lists(&self) -> &'static [List] {
        &[List::Prompts]
    }

    fn ready(&self, stdin: Stdin) -> Result<Option<String>, Failure> {
        let given = self.args.as_deref();
        given::optional(given, "--args", "--args '{\"key\": \"text\"}'", stdin)
    }

    async fn work(
        &self,
        json: Option<String>,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome {
        get(session, self, json.as_deref(), output).await
    }
}

impl GetArgs {
    /// Whether it has no arguments at all.
    pub(super) fn is_bare(&self) -> bool {
        self.arguments.is_empty() && self.args.is_none()
    }
}

async fn get(
    session: &mut Headless,
    args: &GetArgs,
    json: Option<&str>,
    output: &mut Output,
) -> Outcome {
    session.listed(List::Prompts).await?;
    let schema = match session.named(List::Prompts, &args.prompt)? {
        Some(prompt) => {
            let names = prompt.prompt_arguments().into_iter();
            let text = || Value::Object(vec![("type".to_owned(), Value::from("string"))]);
            let properties = names
                .map(|argument| (argument.name.clone(), text()))
                .collect();
            let properties = Value::Object(properties);
            format!(
                "{{\"type\":\"object\",\"properties\":{properties},\"additionalProperties\":false}}"
            )
        }
        None => "{}".to_owned(),
    };
    let arguments = assign::arguments(schema.as_bytes(), &args.arguments, json)
        .map_err(|error| Failure::usage(format!("{}: {error}", args.prompt)).hint(error.hint("")))?
        .to_string();
    let name = quote(&args.prompt);
    let params = format!("{{\"name\":{name},\"arguments\":{arguments}}}");
    let answered = session.request("prompts/get", Some(params)).await?;
    let describe = |document: &mut Document| {
        document
            .text("prompt", &args.prompt)
            .raw("arguments", &arguments);
    };
    answered.print(session, output, describe, content::prompt)?;
    Ok(Exit::Ok)
}
