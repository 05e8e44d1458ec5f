//! `mcpscope complete`: what a server suggests for an argument of a prompt or a variable of a resource template.

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::{Exit, Outcome, target};
use crate::json;
use crate::mcp::completion::{Ask, Reference, Suggestions};
use crate::mcp::revision::Revision;
use crate::text;

/// Ask a server for values of an argument
///
/// One value a line. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "took_us": N, "result": {as the server sent it}}
///
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct CompleteArgs {
    /// Whose argument it is
    #[arg(value_enum)]
    of: Of,
    /// The prompt's name, or the resource template
    name: String,
    /// The argument, or the template's variable
    argument: String,
    /// What has been typed so far
    #[arg(default_value = "", allow_hyphen_values = true)]
    value: String,
    /// Another argument that has its value already (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = target::variable)]
    context: Vec<(String, String)>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    Prompt,
    Resource,
}

impl Live for CompleteArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "complete prompt NAME ARGUMENT [VALUE]"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        complete(session, self, output).await
    }
}

async fn complete(session: &mut Headless, args: &CompleteArgs, output: &mut Output) -> Outcome {
    session.ready().await?;
    let ask = Ask {
        reference: match args.of {
            Of::Prompt => Reference::Prompt(args.name.clone()),
            Of::Resource => Reference::Template(args.name.clone()),
        },
        argument: args.argument.clone(),
        value: args.value.clone(),
        context: args.context.clone(),
    };
    let revision = session
        .connection()
        .revision
        .unwrap_or(Revision::NEWEST_MODERN);
    if !args.context.is_empty() && !revision.has_completion_context() {
        let what = format!("--context is left out: {revision} does not know it");
        session.console.note(&what);
    }
    let params = ask.params(revision);
    let answered = session.request("completion/complete", Some(params)).await?;
    let raw = json::get(answered.result.as_bytes(), &["completion"]).unwrap_or_default();
    let found = Suggestions::read(raw);
    let lines = |_: &[u8]| {
        let values = found.iter().flat_map(|found| &found.values);
        values.map(|value| text::sanitize(value) + "\n").collect()
    };
    answered.print(session, output, |_| {}, lines)?;
    if output.json {
        return Ok(Exit::Ok);
    }
    let Some(found) = found else {
        let what = "the answer to completion/complete has no \"completion\"";
        return Err(Failure::new(Exit::Protocol, what).into());
    };
    if found.values.is_empty() {
        session.console.note("the server suggests nothing");
    } else if found.sent > found.values.len() || found.has_more == Some(true) {
        let total = found
            .total
            .map_or(String::new(), |total| format!(" of {total}"));
        let shown = text::plural(found.values.len(), "value");
        session
            .console
            .note(&format!("{shown}{total} shown; type more to narrow them"));
    }
    Ok(Exit::Ok)
}
