//! `mcpscope get`: a prompt's messages, with its arguments filled in.

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
    prompt: String,
    /// Its arguments; they are texts
    #[arg(value_name = "KEY=VALUE")]
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
pub fn run(args: &GetArgs) -> Exit {
    let given = args.args.as_deref();
    let json = given
        .map(|given| given::text(given, "--args", "--args '{\"key\": \"text\"}'"))
        .transpose();
    let prepared = json.and_then(|json| {
        let target = args.target.target(&[List::Prompts])?;
        let connect = target.server("get PROMPT [KEY=VALUE]…")?;
        Ok((json, (target, connect)))
    });
    let (json, target) = match prepared {
        Ok((json, target)) => (json, Ok(target)),
        Err(failure) => (None, Err(failure)),
    };
    super::session(target, &args.output, async |session, output| {
        get(session, args, json.as_deref(), output).await
    })
}

async fn get(
    session: &mut Headless,
    args: &GetArgs,
    json: Option<&str>,
    output: &mut Output,
) -> super::Outcome {
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
        .map_err(|error| Failure::usage(format!("{}: {error}", args.prompt)).hint(error.hint()))?
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
