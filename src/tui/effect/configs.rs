//! Work with the settings of clients: looking for servers, and remembering what somebody agreed to.

use std::path::{Path, PathBuf};

use crate::configs::edit::{self, EditError};
use crate::configs::tapped::{self, Deed};
use crate::configs::trust::{Consent, Terms, Trust};
use crate::configs::{self, Configured, Found, Machine};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configs {
    /// Look for all servers; answered by [`Event::Servers`](crate::tui::event::Event::Servers).
    Find(Machine, Trust),
    /// The same once more; and of entries that a command line names, what they are with what it said of them.
    Again {
        /// What the machine is like.
        machine: Machine,
        /// Where agreements are remembered.
        trust: Trust,
        /// Those entries, each with the machine as that command line has it.
        named: Vec<(Configured, Machine)>,
    },
    /// Somebody agreed.
    Agree(Consent),
    /// A tap is put into an entry, or taken out; answered as if all servers were looked for again.
    Tap {
        /// Which entry.
        server: Configured,
        /// What becomes of the tap.
        deed: Deed,
        /// What the machine is like.
        machine: Machine,
        /// Where agreements are remembered.
        trust: Trust,
    },
    /// An entry is written anew, as somebody edited it; answered as if all servers were looked for again.
    Write {
        /// Which entry.
        server: Configured,
        /// What it was, as [`text_of`] gave it.
        before: String,
        /// What it is to be.
        after: String,
        /// What the machine is like.
        machine: Machine,
        /// Where agreements are remembered.
        trust: Trust,
    },
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The servers, and what could not be read.
    pub found: Found,
    /// For each server, what has to be agreed to before it runs.
    pub terms: Vec<Option<Terms>>,
    /// What the machine is like.
    pub machine: Option<Machine>,
    /// Where agreements are remembered.
    pub trust: Trust,
    /// Our own program, for clients to start.
    pub program: Option<PathBuf>,
    /// Entries that a command line names, as they are with what it said of them; what has to be agreed to.
    pub named: Vec<(Configured, Option<Terms>)>,
    /// Whether an entry was written as somebody edited it.
    pub written: bool,
    /// What was done before, for people.
    pub told: Option<String>,
}

impl Configs {
    /// Does it: reads and writes files. Gives what was found, or why something could not be remembered.
    pub fn carry_out(self) -> Option<Result<Box<Discovery>, String>> {
        match self {
            Self::Find(machine, trust) => Some(Ok(Box::new(find(machine, trust)))),
            Self::Again {
                machine,
                trust,
                named,
            } => {
                let named = named.iter();
                let named = named.filter_map(|(server, machine)| {
                    let server = configs::find(machine).same(server)?.clone();
                    let terms = trust.terms(&server);
                    Some((server, terms))
                });
                Some(Ok(Box::new(Discovery {
                    named: named.collect(),
                    ..find(machine, trust)
                })))
            }
            Self::Write {
                server,
                before,
                after,
                machine,
                trust,
            } => {
                let kept = match write(&server, &before, &after) {
                    Ok(kept) => kept,
                    Err(error) => return Some(Err(with_hint(&error))),
                };
                let kept = kept.as_deref().and_then(Path::file_name);
                let kept = kept.map(|name| format!(" (before: {})", name.to_string_lossy()));
                let told = format!(
                    "{} is written where it stood{}",
                    server.name,
                    kept.unwrap_or_default()
                );
                Some(Ok(Box::new(Discovery {
                    told: Some(told),
                    written: true,
                    ..find(machine, trust)
                })))
            }
            Self::Tap {
                server,
                deed,
                machine,
                trust,
            } => {
                let done = match tapped::carry_out(&server, &deed, &machine, &trust) {
                    Ok((_, backup)) => backup,
                    Err(error) => {
                        let hint = error.hint().map(|hint| format!("; {hint}"));
                        return Some(Err(format!("{error}{}", hint.unwrap_or_default())));
                    }
                };
                let kept = done.map(|path| format!("; what was there is in {}", path.display()));
                let does = match deed {
                    Deed::PutIn(_) => "has a tap",
                    Deed::TakeOut => "has no tap any more",
                };
                let told = format!(
                    "{} {does} from its next start by {} on{}",
                    server.name,
                    server.client.name,
                    kept.unwrap_or_default()
                );
                let told = Some(told);
                Some(Ok(Box::new(Discovery {
                    told,
                    ..find(machine, trust)
                })))
            }
            Self::Agree(consent) => {
                let agreed = consent.trust.agree(&consent.server);
                agreed.err().map(|error| Err(error.to_string()))
            }
        }
    }
}

fn find(machine: Machine, trust: Trust) -> Discovery {
    let found = configs::find(&machine);
    let servers = found.servers.iter();
    let terms = servers.map(|server| trust.terms(server)).collect();
    Discovery {
        found,
        terms,
        machine: Some(machine),
        trust,
        program: std::env::current_exe().ok(),
        ..Discovery::default()
    }
}

/// The text of an entry, to be edited; or why it cannot be. Reads its file.
pub fn text_of(server: &Configured) -> Result<String, String> {
    let read = || {
        let (place, project) = edit::place_of(server).ok_or_else(|| unwritable(server))?;
        let text = edit::read(&server.file)?;
        edit::entry_of(&text, place, &project, &server.name)
            .map_err(|refused| refused.of(&server.file, &server.name))
    };
    read().map_err(|error| with_hint(&error))
}

fn write(server: &Configured, before: &str, after: &str) -> Result<Option<PathBuf>, EditError> {
    let (place, project) = edit::place_of(server).ok_or_else(|| unwritable(server))?;
    edit::write(&server.file, &server.name, |text| {
        edit::with_entry(text, place, &project, &server.name, (before, after))
    })
}

fn unwritable(server: &Configured) -> EditError {
    EditError::Unknowable(format!(
        "{} only describes {}: it says how it can be run, not how it is",
        server.file.display(),
        server.name
    ))
}

fn with_hint(error: &EditError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
