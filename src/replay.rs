//! A recording as a client that sends everything again: what is sent in which order, what it waits for, what takes the
//! place of values that a server made up, and what is answered when the server asks.
//!
//! A [`Plan`] is read off the fold of a recording. A [`Run`] goes through it: told what happened on the new
//! connection, it says what to do, as the client in `mcp` does. The handshake, rounds, tasks and pages of lists that
//! the client fetches by itself are the client's own; of a recording only what somebody wanted is sent.
//!
//! Values in, values out: who has the connection and the files is `replaying`.

mod answers;
pub mod carry;
mod plan;
mod run;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

pub use plan::{Ending, LeftOut, Needed, Part, Plan, Problem, Step, What, unknown};
pub use run::{Carried, Do, Happened, Run};

use crate::session::recorded::Place;
use crate::session::timeline::{EntryIndex, Timeline};

/// A session that is read: its fold, and the bodies of its entries.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The fold.
    pub timeline: &'a Timeline,
    /// Reads the body of an entry back, by its sequence number and place.
    pub read: &'a dyn Fn(u64, Place) -> Option<Vec<u8>>,
}

impl Reading<'_> {
    /// The body of an entry.
    pub fn body(&self, entry: EntryIndex) -> Option<Vec<u8>> {
        let row = self.timeline.entry(entry)?;
        (self.read)(row.seq(), row.place())
    }
}

impl std::fmt::Debug for Reading<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reading").finish_non_exhaustive()
    }
}

/// How fast a recording is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Speed {
    /// As fast as what waits for something else allows.
    #[default]
    None,
    /// This many times as fast as it was recorded.
    Times(f64),
}

/// What is no number is no speed.
impl Eq for Speed {}

impl Speed {
    /// Reads `none`, `recorded`, or `x2`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let wrong = "none, recorded, or a factor as in x2 or x0.5, from x1e-6 to x1e6";
        match text {
            "none" => Ok(Self::None),
            "recorded" => Ok(Self::Times(1.0)),
            _ => {
                let factor = text.strip_prefix('x').and_then(|text| text.parse().ok());
                factor
                    .filter(|factor: &f64| (1e-6..=1e6).contains(factor))
                    .map(Self::Times)
                    .ok_or(wrong)
            }
        }
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => out.write_str("none"),
            Self::Times(1.0) => out.write_str("recorded"),
            Self::Times(factor) => write!(out, "x{factor}"),
        }
    }
}
