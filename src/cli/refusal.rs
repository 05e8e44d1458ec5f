//! What is wrong with a command line, in one line and a hint: never a page of usage.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use crate::config;

/// The failure that clap's error is; `help` says where to read on when nothing better is known.
pub fn of(error: &clap::Error, help: String) -> Failure {
    let said = |kind: ContextKind| {
        error.get(kind).map(|value| match value {
            ContextValue::Strings(several) => several.clone(),
            ContextValue::StyledStr(text) => vec![text.to_string()],
            other => vec![other.to_string()],
        })
    };
    let one = |kind| said(kind).and_then(|several| several.into_iter().next());
    let rendered = error.render().to_string();
    let first = rendered.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    let argument = one(ContextKind::InvalidArg).unwrap_or_default();
    let like = |kind| one(kind).map(|nearest| format!("did you mean {nearest}?"));
    let (what, hint) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = one(ContextKind::InvalidSubcommand).unwrap_or_default();
            (
                format!("there is no command {word}"),
                like(ContextKind::SuggestedSubcommand),
            )
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => (
            format!("there is no option {argument} here"),
            like(ContextKind::SuggestedArg),
        ),
        ErrorKind::UnknownArgument => (
            format!("{argument} is one word too many"),
            Some(format!("quote what has blanks; {help}")),
        ),
        ErrorKind::MissingRequiredArgument => {
            let missing = said(ContextKind::InvalidArg).unwrap_or_default();
            (format!("{} is missing", missing.join(", ")), None)
        }
        ErrorKind::ArgumentConflict => {
            let prior = said(ContextKind::PriorArg).unwrap_or_default();
            let two = || std::iter::once(&argument).chain(&prior);
            if two().count() > 1 && two().all(|one| names_server(one)) {
                let both: Vec<&str> = two().map(String::as_str).collect();
                (
                    format!("two servers are given: {}", both.join(" and ")),
                    Some("one of -- COMMAND, --url URL, --server NAME and --demo".to_owned()),
                )
            } else {
                (first, None)
            }
        }
        ErrorKind::InvalidValue => {
            let value = one(ContextKind::InvalidValue).unwrap_or_default();
            let known = said(ContextKind::ValidValue).unwrap_or_default().join(", ");
            if value.is_empty() {
                (
                    format!("{argument} needs a value"),
                    (!known.is_empty()).then(|| format!("one of {known}")),
                )
            } else {
                let hint = match one(ContextKind::SuggestedValue) {
                    Some(nearest) => format!("did you mean {nearest}? It can be {known}"),
                    None => format!("it can be {known}"),
                };
                (format!("{argument} cannot be {value}"), Some(hint))
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("a command is missing".to_owned(), None)
        }
        _ => (first, None),
    };
    Failure::usage(what).hint(hint.unwrap_or(help))
}

/// Whether an argument, as clap writes it, says which server.
fn names_server(argument: &str) -> bool {
    let options = ["--demo", "--url", "--server", "[COMMAND]", "<COMMAND>"];
    options.iter().any(|option| argument.starts_with(option))
}

/// A word too many, with no server given: it is the server's command, and what stands before it is forgotten.
pub fn forgotten_dashes(error: &clap::Error, arguments: &[OsString]) -> Option<Failure> {
    let ContextValue::String(argument) = error.get(ContextKind::InvalidArg)? else {
        return None;
    };
    let words: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let given = |word: &String| {
        let option = word.split('=').next().unwrap_or_default();
        matches!(option, "--" | "--url" | "--server" | "--demo")
    };
    if argument.starts_with('-') || words.iter().any(given) {
        return None;
    }
    let what = format!("{argument} is one word too many");
    // The words around it may be secrets.
    let hint = format!("the server's command stands behind --: put -- before {argument}");
    Some(Failure::usage(what).hint(hint))
}

/// The first word of a command line is no command: one that is like it, or what a server stands behind.
pub fn no_command(word: &str, commands: &[&str]) -> Failure {
    let failure = Failure::usage(format!("there is no command {word}"));
    let hint = match config::nearest(word, commands.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None if word.contains("://") => {
            format!("the address of a server stands behind --url: mcpscope --url {word}")
        }
        None => {
            "mcpscope --help lists them; the command of a server stands behind --: mcpscope -- COMMAND"
                .to_owned()
        }
    };
    failure.hint(hint)
}

/// Where the help is: of the words that are a verb and what stands below it, or of all.
pub fn help(verb: &[&str]) -> String {
    match verb {
        [] => "mcpscope --help lists the commands and options".to_owned(),
        words => format!("mcpscope {} --help tells what it takes", words.join(" ")),
    }
}
