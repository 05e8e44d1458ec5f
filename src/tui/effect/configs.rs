//! Work with the settings of clients: looking for servers, and remembering what somebody agreed to.

use crate::configs::trust::{Consent, Terms, Trust};
use crate::configs::{self, Found, Machine};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configs {
    /// Look for all servers; answered by [`Event::Servers`](crate::tui::event::Event::Servers).
    Find(Machine, Trust),
    /// Somebody agreed.
    Agree(Consent),
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
}

impl Configs {
    /// Does it: reads and writes files. Gives what was found, or why something could not be remembered.
    pub fn carry_out(self) -> Option<Result<Box<Discovery>, String>> {
        match self {
            Self::Find(machine, trust) => {
                let found = configs::find(&machine);
                let servers = found.servers.iter();
                let terms = servers.map(|server| trust.terms(server)).collect();
                Some(Ok(Box::new(Discovery {
                    found,
                    terms,
                    machine: Some(machine),
                    trust,
                })))
            }
            Self::Agree(consent) => {
                let agreed = consent.trust.agree(&consent.server);
                agreed.err().map(|error| Err(error.to_string()))
            }
        }
    }
}
