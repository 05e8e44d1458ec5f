//! JSON that the user gives: as itself, in a file (`@FILE`), or on stdin (`-`).

use std::io::Read as _;

use clap::Args;

use super::failure::Failure;
use super::live::Stdin;
use crate::json::{self, Kind};

/// The text that `given` stands for. `what` is how the command line calls it (`--args`), `example` what it may be.
pub fn text(given: &str, what: &str, example: &str, stdin: Stdin) -> Result<String, Failure> {
    let unreadable = |from: &str, error: std::io::Error| {
        Failure::usage(format!("cannot read {what} from {from}: {error}"))
            .hint(format!("the text itself is taken too: {example}"))
    };
    if given == "-" {
        if stdin == Stdin::Commands {
            let failure = Failure::usage(format!("{what} cannot come from stdin in a shell"));
            return Err(failure.hint("a file can hold it: @FILE".to_owned()));
        }
        let mut text = String::new();
        return match std::io::stdin().read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => Err(unreadable("stdin", error)),
        };
    }
    match given.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).map_err(|error| unreadable(path, error)),
        None => Ok(given.to_owned()),
    }
}

/// The same for what need not be given.
pub fn optional(
    given: Option<&str>,
    what: &str,
    example: &str,
    stdin: Stdin,
) -> Result<Option<String>, Failure> {
    given
        .map(|given| text(given, what, example, stdin))
        .transpose()
}

/// The parameters of a request or notification.
#[derive(Debug, Clone, Args)]
pub struct Params {
    /// Its parameters as one JSON object, from a file with @FILE, from stdin with -
    #[arg(value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    params: Option<String>,
}

impl Params {
    /// Reads them: one object. `example` is a whole command.
    pub fn read(&self, example: &str, stdin: Stdin) -> Result<Option<String>, Failure> {
        params(self.params.as_deref(), example, stdin)
    }
}

/// The same for parameters that are given otherwise.
pub fn params(given: Option<&str>, example: &str, stdin: Stdin) -> Result<Option<String>, Failure> {
    let Some(text) = optional(given, "the parameters", example, stdin)? else {
        return Ok(None);
    };
    json::check(text.as_bytes()).map_err(|problem| {
        Failure::usage(format!("the parameters are not JSON: {problem}"))
            .hint(format!("one object, as in {example}"))
    })?;
    if json::kind(text.as_bytes()) != Kind::Object {
        let failure = Failure::usage("the parameters of an MCP request are one JSON object");
        return Err(failure.hint(format!("as in {example}")));
    }
    Ok(Some(text))
}
