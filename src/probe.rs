//! Probes: what a server is sent on connections of its own, only to see what it makes of it. Sans-io.
//!
//! [`PROBES`] is the one table: a row says what is sent, in which revisions, over which transports, and with which
//! script. A [`Course`] puts rows on connections, a [`Drive`] goes through the scripts of one connection. What the
//! answers are worth is not known here: the rules of [`crate::lint`] that name a probe judge them, live or in a
//! recording, where [`Probing`](crate::note::decided::Decided::Probing) says which probe an entry belongs to.
//!
//! What of the listed things is called, read or got is read off the scripts ([`Probe::touches`]).

use crate::mcp::revision::Revision::{self, V2026_07_28};

mod asks;
mod course;
mod drive;
mod http;
mod known;
mod modern;
mod nonsense;
mod script;
mod table;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
mod touching;

pub use course::{Course, Opens, Visit, planned};
pub use drive::{Do, Drive, Elsewhere, Happened};
pub use known::Known;
pub use modern::NEVER;
pub use script::{Edit, Meta, Sends, Step};
pub use table::{PROBES, UNPROBED};

/// A name that nothing has.
pub const NOBODY: &str = "mcpscope-no-such-thing";

/// What carries the messages of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Either.
    Any,
    /// A child process.
    Pipe,
    /// An address.
    Http,
}

/// Which connection a probe wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One that was opened as it should be, together with other probes.
    Shared,
    /// One that was opened as it should be, alone: it may not live on.
    Own,
    /// One of its own that nothing was sent on: it opens it itself.
    Unopened,
}

/// One row.
#[derive(Debug)]
pub struct Probe {
    /// Its stable name, in kebab case: recordings hold it.
    pub name: &'static str,
    /// What is sent, in words.
    pub sends: &'static str,
    /// The checks of the protocol reference that it is for.
    pub checks: &'static [u16],
    /// The first revision it is for.
    pub since: Revision,
    /// The last.
    pub until: Revision,
    /// What carries it.
    pub over: Over,
    /// On which connection.
    pub place: Place,
    /// Whether a good client could send all this, so that rules about servers look at the answers too.
    pub civil: bool,
    /// What is sent; nothing when this server has nothing to send it to.
    pub script: fn(&Known) -> Vec<Step>,
}

impl Probe {
    /// What most rows have in common.
    const ROW: Self = Self {
        name: "",
        sends: "",
        checks: &[],
        since: Revision::V2024_11_05,
        until: V2026_07_28,
        over: Over::Any,
        place: Place::Shared,
        civil: true,
        script: |_| Vec::new(),
    };

    /// The row of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PROBES.iter().find(|probe| probe.name == name)
    }

    /// Whether it is for a revision.
    pub fn is_for(&self, revision: Revision) -> bool {
        (self.since..=self.until).contains(&revision)
    }
}
