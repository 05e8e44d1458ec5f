//! `mcpscope completions` and `mcpscope man`: made from the same description of the command line that reads it.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, ValueEnum};

use super::failure::Failure;
use super::{CommandLine, Exit, completing};

/// Print completions for a shell
///
///   bash: mcpscope completions bash > ~/.local/share/bash-completion/completions/mcpscope
///   zsh:  mcpscope completions zsh > "$fpath[-1]/_mcpscope"
///   fish: mcpscope completions fish > ~/.config/fish/completions/mcpscope.fish
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Print the manual page, or write those of all commands
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// The command whose page is wanted: call, or config add
    #[arg(value_name = "COMMAND", conflicts_with = "all")]
    command: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR")]
    all: Option<PathBuf>,
}

/// The help that was asked for, with a word on every verb. Those of a command line that is only read are put together
/// no sooner than they are named, and have no words until then.
pub fn help<Line, Words>(words: Words, asked: clap::Error) -> clap::Error
where
    Line: clap::CommandFactory,
    Words: IntoIterator,
    Words::Item: Into<OsString> + Clone,
{
    let mut whole = Line::command();
    whole.build();
    whole.try_get_matches_from(words).err().unwrap_or(asked)
}

/// The command line without what is not for people.
fn shown() -> clap::Command {
    let whole = CommandLine::command();
    let mut shown = clap::Command::new("mcpscope").version(env!("CARGO_PKG_VERSION"));
    if let Some(about) = whole.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(after) = whole.get_after_help() {
        shown = shown.after_help(after.clone());
    }
    shown = shown.args(whole.get_arguments().cloned());
    let verbs = whole.get_subcommands().filter(|verb| !verb.is_hide_set());
    shown.subcommands(verbs.cloned())
}

/// Runs `completions`.
pub fn completions(args: &CompletionsArgs) -> Exit {
    let mut command = shown();
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "mcpscope", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match args.shell {
        Shell::Bash => completing::bash(&script),
        Shell::Zsh => completing::zsh(&script),
        Shell::Fish => completing::fish(&script, &command),
    };
    print(script.as_bytes())
}

/// Runs `man`.
pub fn man(args: &ManArgs) -> Exit {
    // No page of its own for what --help says.
    let mut command = shown().disable_help_subcommand(true);
    command.build();
    if let Some(directory) = &args.all {
        return write_all(directory, &command);
    }
    let mut found = &command;
    let mut name = "mcpscope".to_owned();
    for word in &args.command {
        let Some(inner) = found.find_subcommand(word) else {
            let known = found.get_subcommands().map(clap::Command::get_name);
            let nearest = crate::form::assign::nearest(word, known);
            let command = name.replace('-', " ");
            let hint = nearest.map_or_else(
                || format!("{command} --help lists the commands"),
                |name| format!("did you mean {name}?"),
            );
            let what = format!("there is no command {word}");
            return super::report(&Failure::usage(what).hint(hint));
        };
        found = inner;
        name = format!("{name}-{}", inner.get_name());
    }
    match page(found, &name) {
        Ok(page) => print(&page),
        Err(error) => super::report(&Failure::new(Exit::Internal, error.to_string())),
    }
}

fn page(command: &clap::Command, name: &str) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let name: &'static str = name.to_owned().leak();
    let mut command = command.clone();
    // As --help has it: with the `--` that the server's command stands behind.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    clap_mangen::Man::new(command.override_usage(usage).name(name)).render(&mut page)?;
    Ok(page)
}

/// Writes the page of a command and those of all below it; how many that were.
fn write_pages(
    directory: &std::path::Path,
    command: &clap::Command,
    name: &str,
) -> io::Result<usize> {
    std::fs::write(directory.join(format!("{name}.1")), page(command, name)?)?;
    command.get_subcommands().try_fold(1, |count, inner| {
        let name = format!("{name}-{}", inner.get_name());
        Ok(count + write_pages(directory, inner, &name)?)
    })
}

fn write_all(directory: &std::path::Path, command: &clap::Command) -> Exit {
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| write_pages(directory, command, "mcpscope"));
    match written {
        Ok(count) => {
            let pages = crate::text::plural(count, "page");
            // Nobody may be reading; the exit code says it too.
            let _ = writeln!(io::stderr(), "{pages} written to {}", directory.display());
            Exit::Ok
        }
        Err(error) => {
            let what = format!("cannot write to {}: {error}", directory.display());
            super::report(&Failure::usage(what))
        }
    }
}

fn print(bytes: &[u8]) -> Exit {
    match super::print(&String::from_utf8_lossy(bytes)) {
        Ok(()) => Exit::Ok,
        Err(failure) => super::report(&failure),
    }
}
