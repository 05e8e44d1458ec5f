//! JSON that the user gives: as itself, in a file (`@FILE`), or on stdin (`-`).

use std::io::Read as _;

use super::failure::Failure;

/// The text that `given` stands for. `what` is how the command line calls it (`--args`), `example` what it may be.
pub fn text(given: &str, what: &str, example: &str) -> Result<String, Failure> {
    let unreadable = |from: &str, error: std::io::Error| {
        Failure::usage(format!("cannot read {what} from {from}: {error}"))
            .hint(format!("the text itself is taken too: {example}"))
    };
    if given == "-" {
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
