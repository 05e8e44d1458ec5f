//! Recordings that are sent again, as effects carry it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::filter::Filter;
use crate::replay::Speed;
use crate::replaying::conductor::Done;
use crate::text;

/// What is to be done; each names who wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaying {
    /// Read a recording, and send it again over a connection that will be asked for.
    Begin {
        /// Who.
        asker: u64,
        /// Which.
        path: PathBuf,
        /// What of it; all without one.
        filter: Option<Filter>,
        /// How fast.
        speed: Speed,
    },
    /// The connection that was asked for is being opened under this number.
    Opened(u64, u32),
    /// Call what may destroy something.
    Anyway(u64),
    /// Send nothing more.
    CallOff(u64),
    /// The same, and tell what came until now.
    End(u64),
    /// Put what came of it in the place of the recording.
    Accept(u64, Arc<Done>),
}

/// A session that is being sent again: to whom, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// Its number.
    pub asker: u64,
    /// What the recording is called, safe to show.
    pub name: String,
    /// The server it goes to.
    pub server: usize,
    /// The row of the connections that are opened for it.
    pub row: Option<usize>,
    /// How many calls have ended, of how many; none before the first is sent.
    pub far: Option<(usize, usize)>,
}

impl Rerun {
    /// `replay bug-41: 7 of 21 calls`
    pub fn words(&self) -> String {
        let name = &self.name;
        match self.far {
            Some((ended, of)) => format!("replay {name}: {ended} of {}", text::plural(of, "call")),
            None => format!("replay {name}: nothing sent yet"),
        }
    }
}
