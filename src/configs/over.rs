//! What a command line says of a server that it takes out of somebody's settings: it comes on top of what they say.

use std::fmt;
use std::path::PathBuf;

use super::trust::Consent;
use super::{Configured, Launch, Machine};
use crate::mcp::http::Choice;
use crate::transport::{Target, http};

/// See the module. Values of variables and headers are secrets: no `Debug` output has them.
#[derive(Clone, PartialEq, Eq)]
pub struct Over {
    /// Where its entry was read, with the variables and inputs that were given.
    pub machine: Machine,
    /// Where it runs.
    pub cwd: Option<PathBuf>,
    /// Variables that are set.
    pub env: Vec<(String, String)>,
    /// Headers that are sent.
    pub headers: Vec<(String, String)>,
    /// How HTTP is spoken.
    pub choice: Option<Choice>,
    /// Certificates that are trusted too.
    pub cacert: Option<PathBuf>,
    /// Whether any certificate is taken.
    pub insecure: bool,
    /// How to log in.
    pub login: Option<Box<http::Login>>,
}

impl fmt::Debug for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Over").finish_non_exhaustive()
    }
}

impl Over {
    /// What is started for an entry: in its project's folder, when that is not where we are.
    pub fn target(&self, launch: &Launch, server: &Configured) -> Result<Target, String> {
        let folder = server.project.as_deref();
        let folder = folder.filter(|folder| *folder != self.machine.folder);
        let target = launch.target(folder, &self.machine.home)?;
        Ok(self.onto(target))
    }

    /// The same target with what was said of it.
    pub fn onto(&self, target: Target) -> Target {
        match target {
            Target::Process(mut spawn) => {
                spawn.cwd = self.cwd.clone().or(spawn.cwd);
                for (name, value) in &self.env {
                    spawn.env.retain(|(known, _)| known != name);
                    spawn.env.push((name.clone(), value.clone()));
                }
                spawn.into()
            }
            Target::Address(mut address) => {
                for (name, value) in &self.headers {
                    address.headers.retain(|(known, _)| known != name);
                    address.headers.push((name.clone(), value.clone()));
                }
                address.choice = self.choice.unwrap_or(address.choice);
                address.cacert.clone_from(&self.cacert);
                address.insecure = self.insecure;
                address.login.clone_from(&self.login);
                Target::Address(address)
            }
        }
    }
}

/// A server that a command line names out of somebody's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its entry.
    pub server: Configured,
    /// What was said of it.
    pub over: Over,
    /// What somebody has to agree to before it runs.
    pub consent: Option<Box<Consent>>,
}
