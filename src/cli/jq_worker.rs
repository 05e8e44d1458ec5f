//! `mcpscope jq-worker FILTER`: a jq filter over the document on stdin, for the screen's query line.
//!
//! A process of its own, because a filter may be endless and eat memory: it can be killed, and it bounds itself.
//! Outputs go to stdout, one a line. stderr says at the end in one line what there is to say about them.

use std::io::{self, Read as _, Write as _};

use super::exit::Exit;
use crate::query::{self, Remarks};

/// What it may take of memory, in bytes: far more than filters over the largest document take that do come to an end.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;

/// What it may take of a processor's time, in seconds: it ends even if whoever started it cannot see to that.
#[cfg(unix)]
const TIME: u64 = 10;

/// Runs it.
pub fn run(filter: &str) -> Exit {
    #[cfg(unix)]
    bound();
    let mut document = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut document) {
        return fail(&format!("the document did not come: {error}"));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let answer = query::run(filter, &document, |output| {
        // When nobody reads any more, this was enough.
        writeln!(out, "{output}").is_ok()
    });
    if out.flush().is_err() {
        return Exit::Ok;
    }
    match answer {
        Ok(Remarks { more, changed }) => {
            let words = [(more, "more"), (changed, "changed")];
            let said: Vec<&str> = words
                .iter()
                .filter(|(so, _)| *so)
                .map(|(_, word)| *word)
                .collect();
            let _ = writeln!(io::stderr(), "{}", said.join(" "));
            Exit::Ok
        }
        Err(problem) => fail(&problem.to_string()),
    }
}

fn fail(words: &str) -> Exit {
    // Whoever started us reads it; if not, the code says that it failed.
    let _ = writeln!(io::stderr(), "{}", words.replace('\n', " "));
    Exit::Usage
}

#[cfg(unix)]
fn bound() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, TIME)] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        // Without it, only what our starter does bounds us.
        let _ = setrlimit(resource, limit);
    }
}
