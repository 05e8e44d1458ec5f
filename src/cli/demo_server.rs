//! `mcpscope demo-server`: the demo server on this process's own streams.

use std::io::{self, BufReader};

use super::exit::Exit;
use super::failure::Failure;

/// Serves whoever started us until stdin ends.
pub fn run() -> Exit {
    match crate::demo::run(BufReader::new(io::stdin()), io::stdout(), io::stderr()) {
        Ok(()) => Exit::Ok,
        Err(error) => super::report(&Failure::new(
            Exit::Internal,
            format!("demo server: {error}"),
        )),
    }
}
