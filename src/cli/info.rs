//! `mcpscope info`: what a server says of itself, and how it was found out how to talk to it.

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::watching::WatchArgs;
use super::{Exit, Outcome};
use crate::mcp::types::List;
use crate::session::timeline::Listed;
use crate::text;

/// Show what a server is, speaks and offers
///
/// With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "era": "legacy" or "modern", "evidence": TEXT, "capabilities": {as sent} or null,
///    "instructions": TEXT or null, "counts": {"tools": N or null, …}}
///
/// where a count is null when the server does not offer the list, or refuses it.
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct InfoArgs {
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    common: Common,
}

impl Live for InfoArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "info"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn watch(&self) -> Option<&WatchArgs> {
        Some(&self.watch)
    }

    fn lists(&self) -> &'static [List] {
        &List::ALL
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        info(session, output).await
    }
}

async fn info(session: &mut Headless, output: &mut Output) -> Outcome {
    session.all_listed().await?;
    session.console.settle();
    let connection = session.connection();
    let opening = connection.opening.as_deref();
    let (era, evidence) = connection.verdict.clone().unwrap_or_default();
    let count = |list: List| {
        let catalogue = connection.list(list);
        (catalogue.listed == Listed::Whole).then(|| catalogue.items.len())
    };
    if output.json {
        let mut counts = Document::default();
        for list in List::ALL {
            let count = count(list).map_or("null".to_owned(), |count| count.to_string());
            counts.raw(list.member(), &count);
        }
        let capabilities = opening.and_then(|opening| opening.capabilities.as_deref());
        let mut document = session.document();
        document
            .text("era", &era)
            .text("evidence", &evidence)
            .raw("capabilities", capabilities.unwrap_or("null"))
            .maybe(
                "instructions",
                opening.and_then(|opening| opening.instructions.as_deref()),
            )
            .raw("counts", &counts.to_string());
        output.document(&document)?;
        return Ok(Exit::Ok);
    }
    let mut lines = Vec::new();
    let mut say = |name: &str, what: &str| {
        if !what.is_empty() {
            lines.push(format!("{name:<13}{}", text::sanitize(what)));
        }
    };
    let of = |text: Option<&String>| text.cloned().unwrap_or_default();
    let name = of(opening.and_then(|opening| opening.name.as_ref()));
    let version = of(opening.and_then(|opening| opening.server_version.as_ref()));
    say("server", format!("{name} {version}").trim());
    let revision = connection.revision.map(|revision| revision.to_string());
    say("protocol", &revision.unwrap_or_default());
    say("era", &format!("{era}: {evidence}"));
    match &connection.url {
        Some(url) => say("address", url),
        None => say("command", &shell_words::join(&connection.command)),
    }
    let names = opening.map(crate::mcp::facts::Opening::capability_names);
    say("capabilities", &names.unwrap_or_default().join(", "));
    for list in List::ALL {
        let word = match list {
            List::Templates => "templates",
            other => other.member(),
        };
        match (count(list), connection.list(list).listed) {
            (Some(count), _) => say(word, &count.to_string()),
            (None, Listed::Refused(code)) => say(word, &format!("refused with {code}")),
            (None, _) => {}
        }
    }
    for line in lines {
        output.line(&line)?;
    }
    if let Some(instructions) = opening.and_then(|opening| opening.instructions.as_deref()) {
        output.line("")?;
        output.line(text::sanitize_lines(instructions).trim_end())?;
    }
    output.flush()?;
    Ok(Exit::Ok)
}
