//! What is known of a server's era from before (protocol 2026-07-28 `basic/versioning` lets a client keep it).
//!
//! A server known as legacy is not asked `server/discover` again: the handshake is done at once, and when that fails,
//! what was known counts for nothing and the server is asked after all. A server known as modern is asked in any case,
//! for its answer says what it offers; but it is given all the time of a request, and when it answers as an older one
//! that is said loudly. So a stale verdict of either kind shows: the one by its date, the other by what follows.

use super::{Client, EraChoice, Output, Over};
use crate::mcp::revision::Era;
use crate::note::Note;
use crate::note::decided::Decided;

/// An era that was found out before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub era: Era,
    /// The day, such as `2026-11-21`.
    pub since: String,
    /// By what.
    pub evidence: String,
}

impl Client {
    /// What is known, where it counts.
    fn known(&self) -> Option<&Known> {
        let counts = self.options.era == EraChoice::Auto && !self.options.ask_again;
        self.options.known.as_ref().filter(|_| counts)
    }

    /// Whether the server need not be asked; says what is known.
    pub(super) fn skips_probe(&mut self, out: &mut Vec<Output>) -> bool {
        let Some(known) = self.known().cloned() else {
            return false;
        };
        let skips = known.era == Era::Legacy;
        let Known {
            era,
            since,
            evidence,
        } = known;
        out.push(Output::Note(
            Note::Decided(Decided::KnownEra {
                era: era.to_string(),
                since,
                evidence,
                skips,
            })
            .into(),
        ));
        self.skipped = skips;
        skips
    }

    /// Whether the probe may take as long as any request: silence of a server that is known to answer is no verdict.
    pub(super) fn is_patient(&self) -> bool {
        self.options.era == EraChoice::Modern
            || (self.options.over == Over::Pipe
                && self.known().is_some_and(|known| known.era == Era::Modern))
    }

    /// What was known does not hold.
    pub(super) fn doubt(&mut self, why: &str, out: &mut Vec<Output>) {
        self.skipped = false;
        self.options.known = None;
        out.push(Output::Note(
            Note::Decided(Decided::Doubted {
                why: why.to_owned(),
            })
            .into(),
        ));
    }

    /// The server is an older one, by this evidence.
    pub(super) fn old(&mut self, out: &mut Vec<Output>, evidence: &str) {
        // Also when it was asked for anew: that it was modern is known all the same.
        let before = self
            .options
            .known
            .as_ref()
            .filter(|known| known.era == Era::Modern && self.options.era == EraChoice::Auto);
        if let Some(Known { since, .. }) = before {
            out.push(Output::Note(
                Note::Decided(Decided::Downgraded {
                    since: since.clone(),
                    evidence: evidence.to_owned(),
                })
                .into(),
            ));
        }
        self.found(out, Era::Legacy, evidence);
    }

    /// The era is known now, by this evidence.
    pub(super) fn found(&mut self, out: &mut Vec<Output>, era: Era, evidence: &str) {
        self.learned = Some((era, evidence.to_owned()));
        super::opening::verdict(out, era, evidence);
    }

    /// What was found out of the server's era by asking it, and by what; nothing while the connection does not work.
    pub fn learned(&self) -> Option<(Era, &str)> {
        let (era, evidence) = self.learned.as_ref()?;
        self.is_ready().then_some((*era, evidence))
    }
}
