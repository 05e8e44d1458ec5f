//! What a tap that runs is told to do.

use std::path::PathBuf;

use crate::tap::control::words::Command;

/// See the module. Rules that are made so go when the session is looked at no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Who wants it.
    pub asker: u64,
    /// The socket of the tap.
    pub socket: PathBuf,
    /// What it is to do.
    pub command: Command,
}
