//! Recordings that are sent again, as effects carry it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::filter::Filter;
use crate::replay::Speed;
use crate::replaying::conductor::Done;

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
    /// Put what came of it in the place of the recording.
    Accept(u64, Arc<Done>),
}
