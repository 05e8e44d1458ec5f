//! Work with the settings of clients: looking for servers, and remembering what somebody agreed to.

use std::path::PathBuf;

use crate::configs::tapped::{self, Deed};
use crate::configs::trust::{Consent, Terms, Trust};
use crate::configs::{self, Configured, Found, Machine};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configs {
    /// Look for all servers; answered by [`Event::Servers`](crate::tui::event::Event::Servers).
    Find(Machine, Trust),
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
    /// What was done before, for people.
    pub told: Option<String>,
}

impl Configs {
    /// Does it: reads and writes files. Gives what was found, or why something could not be remembered.
    pub fn carry_out(self) -> Option<Result<Box<Discovery>, String>> {
        match self {
            Self::Find(machine, trust) => Some(Ok(Box::new(find(machine, trust)))),
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
        told: None,
    }
}
