//! Which runs somebody gets to see: of this tool, of this server, of all; equal arguments once, newest first.
//!
//! A server whose command line changed is known by its name, as long as what it asks for is still alike. A tool that
//! is not listed any more may be the one looked at, under its old name, when both ask for nearly the same.

use std::collections::HashMap;

use super::{Callee, CalleeKind, Change, Fingerprint, Run, Server};

/// How alike two fingerprints must be, in hundredths, for a tool to count as renamed.
const RENAMED: u32 = 75;
/// The same for a tool of the same name on a server that is only of the same name.
const MOVED: u32 = 50;

/// Whose runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Of this tool, prompt or template.
    Callee,
    /// Of everything on this server.
    Server,
    /// Of everything.
    All,
}

/// What somebody wants to see runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The server looked at.
    pub server: Server,
    /// What is looked at on it.
    pub callee: Callee,
    /// What it asks for now.
    pub fingerprint: Fingerprint,
    /// The names of everything of its kind the server lists now: runs of these are their own.
    pub listed: Vec<Box<str>>,
    /// Whose runs.
    pub scope: Scope,
}

/// How a run has to do with what is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// It is a run of it.
    Same,
    /// It is a run of the same server's, under a name that is gone.
    Renamed,
    /// It is a run of the same name on a server of the same name, with another command line.
    Moved,
    /// It is a run of something else.
    Other,
}

/// A run, with every earlier one that had the same arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The newest of them.
    pub run: Run,
    /// How many there are.
    pub count: usize,
    /// What it has to do with what is looked at.
    pub matched: Match,
    /// How what is asked for now differs from what was asked for then; of another tool's runs, nothing.
    pub change: Change,
}

/// The runs that `query` is about, newest first. `runs` are oldest first.
pub fn find(runs: Vec<Run>, query: &Query) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut places: HashMap<(Server, Callee, String), usize> = HashMap::new();
    for run in runs.into_iter().rev() {
        let matched = matched(&run, query);
        let server_is_it = run.server.id == query.server.id || run.server.name == query.server.name;
        let wanted = match query.scope {
            Scope::Callee => matched != Match::Other,
            Scope::Server => server_is_it,
            Scope::All => true,
        };
        if !wanted {
            continue;
        }
        // What is the same to somebody who looks at it is the same here: not the name it had then.
        let key = match matched {
            Match::Other => (
                run.server.clone(),
                run.callee.clone(),
                run.arguments.to_string(),
            ),
            _ => (
                query.server.clone(),
                query.callee.clone(),
                run.arguments.to_string(),
            ),
        };
        if let Some(place) = places.get(&key) {
            found[*place].count += 1;
            continue;
        }
        places.insert(key, found.len());
        let change = match matched {
            Match::Other => Change::default(),
            _ => query.fingerprint.since(&run.fingerprint),
        };
        found.push(Found {
            run,
            count: 1,
            matched,
            change,
        });
    }
    found
}

fn matched(run: &Run, query: &Query) -> Match {
    let same_server = run.server.id == query.server.id;
    let same_name = run.callee == query.callee;
    let likeness = query.fingerprint.likeness(&run.fingerprint);
    let is_gone = |callee: &Callee| {
        callee.kind == query.callee.kind
            // A template's name is its URI: two of them differ in more than a name.
            && callee.kind != CalleeKind::Template
            && !query.listed.contains(&callee.name)
    };
    if same_server && same_name {
        Match::Same
    } else if same_server
        && likeness >= RENAMED
        // Many things ask for nothing; that makes them no relations.
        && !query.fingerprint.is_empty()
        && is_gone(&run.callee)
    {
        Match::Renamed
    } else if same_name && run.server.name == query.server.name && likeness >= MOVED {
        Match::Moved
    } else {
        Match::Other
    }
}
