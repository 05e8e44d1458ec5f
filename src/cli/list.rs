//! `mcpscope list`: everything a server lists of one kind, all pages of it.

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::watching::WatchArgs;
use super::{Exit, Outcome, signature};
use crate::mcp::types::List;

/// List the tools, resources, resource templates or prompts of a server
///
/// One line each, all pages. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "tools": [as the server sent them], "complete": BOOL}
///
/// where the list is called "tools", "resources", "resourceTemplates" or "prompts".
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    what: What,
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Tools,
    Resources,
    Templates,
    Prompts,
}

impl Live for ListArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "list WHAT"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn watch(&self) -> Option<&WatchArgs> {
        Some(&self.watch)
    }

    fn lists(&self) -> &'static [List] {
        match self.what {
            What::Tools => &[List::Tools],
            What::Resources => &[List::Resources],
            What::Templates => &[List::Templates],
            What::Prompts => &[List::Prompts],
        }
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        for list in self.lists() {
            list_one(session, *list, output).await?;
        }
        Ok(Exit::Ok)
    }
}

async fn list_one(session: &mut Headless, list: List, output: &mut Output) -> Outcome {
    session.listed(list).await?;
    let note = session.judge(list)?;
    if let Some(note) = &note {
        session.console.note(note);
    }
    let connection = session.connection();
    let cut = session.is_cut(list);
    let items = connection.list(list).items.clone();
    session.console.settle();
    if output.json {
        let raw: Vec<&str> = items.iter().map(|item| &*item.raw).collect();
        let mut document = session.document();
        document
            .raw(list.member(), &format!("[{}]", raw.join(",")))
            .flag("complete", !cut);
        output.document(&document)?;
    } else {
        for item in items.iter() {
            let line = signature::line(list, item);
            let name = line.find(['(', ' ']).unwrap_or(line.len());
            output.named(&line, name)?;
        }
        output.flush()?;
        if items.is_empty() && note.is_none() {
            let what = format!("{} lists no {}", session.name(), list.member());
            session.console.note(&what);
        }
    }
    Ok(Exit::Ok)
}
