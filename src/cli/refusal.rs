//! What is wrong with a command line, in one line and a hint: never a page of usage.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;

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

/// Where the help is: of a verb there is, or of all.
pub fn help(verb: Option<&str>) -> String {
    match verb {
        Some(verb) => format!("mcpscope {verb} --help tells what it takes"),
        None => "mcpscope --help lists the commands and options".to_owned(),
    }
}
