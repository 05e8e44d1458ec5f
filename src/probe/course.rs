//! Which probes a server is sent, on which connections, and in which order.

use std::collections::VecDeque;

use super::drive::Drive;
use super::known::Known;
use super::{Over, PROBES, Place, Probe};
use crate::mcp::revision::{Era, Revision};

/// How a connection is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// By the handshake, with this revision.
    Handshake(Revision),
    /// Not at all: every request stands alone.
    Modern,
    /// Not by us: the probe does it, or does not.
    Probe,
}

/// One connection.
#[derive(Debug, Clone)]
pub struct Visit {
    /// How it is opened.
    pub opens: Opens,
    /// What is sent on it, in this order.
    pub probes: Vec<&'static Probe>,
    /// What is known by then.
    pub known: Known,
}

impl Visit {
    /// Whether one of its probes is this.
    pub fn holds(&self, name: &str) -> bool {
        self.probes.iter().any(|probe| probe.name == name)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Course {
    known: Known,
    waiting: VecDeque<Visit>,
    /// Whether the other era is to be asked for yet.
    asks: bool,
    /// Handshakes that failed one after the other.
    failed: u32,
    done: usize,
    total: usize,
}

/// Whether a probe is sent to what is known.
fn is_for(probe: &Probe, known: &Known) -> bool {
    let carried = match probe.over {
        Over::Any => true,
        Over::Pipe => !known.http && !known.sse,
        Over::Http => known.http,
    };
    carried && probe.is_for(known.revision) && !(probe.script)(known).is_empty()
}

/// What a server is sent, as far as that is known before, and what else if it speaks the older era too.
pub fn planned(known: &Known) -> (Vec<&'static Probe>, Vec<&'static Probe>) {
    let of = |known: &Known| -> Vec<&'static Probe> {
        let sent = |probe: &&Probe| is_for(probe, known);
        PROBES.iter().filter(sent).collect()
    };
    if known.revision.era() == Era::Legacy {
        return (of(known), Vec::new());
    }
    // What depends on whether it speaks both is listed; what is sent in both eras is listed in both.
    let only = Known {
        both: Some(false),
        ..known.clone()
    };
    let sure = of(&only);
    (sure, of(&known.older()))
}

impl Course {
    /// For a server.
    pub fn new(known: Known) -> Self {
        let mut course = Self {
            asks: known.is_modern(),
            known,
            waiting: VecDeque::new(),
            failed: 0,
            done: 0,
            total: 0,
        };
        if course.asks {
            let probes = PROBES.iter().filter(|probe| probe.name == "initialize");
            let known = course.known.clone();
            course.push(Opens::Probe, probes.collect(), &known);
        } else {
            let known = course.known.clone();
            course.plan(&known);
        }
        course
    }

    fn push(&mut self, opens: Opens, probes: Vec<&'static Probe>, known: &Known) {
        self.total += probes.len();
        self.waiting.push_back(Visit {
            opens,
            probes,
            known: known.clone(),
        });
    }

    /// All that is for a revision.
    fn plan(&mut self, known: &Known) {
        let opens = match known.revision.era() {
            Era::Legacy => Opens::Handshake(known.revision),
            Era::Modern => Opens::Modern,
        };
        let mut shared = Vec::new();
        for probe in PROBES.iter().filter(|probe| is_for(probe, known)) {
            match probe.place {
                Place::Shared => shared.push(probe),
                _ if probe.name == "initialize" => {}
                Place::Own | Place::Unopened => {}
            }
        }
        // What rules about servers look at comes first.
        shared.sort_by_key(|probe| !probe.civil);
        if !shared.is_empty() {
            self.push(opens, shared, known);
        }
        for probe in PROBES.iter().filter(|probe| is_for(probe, known)) {
            match probe.place {
                Place::Own => self.push(opens, vec![probe], known),
                Place::Unopened if probe.name != "initialize" => {
                    self.push(Opens::Probe, vec![probe], known);
                }
                Place::Shared | Place::Unopened => {}
            }
        }
    }

    /// The next connection.
    pub fn following(&mut self) -> Option<Visit> {
        self.waiting.pop_front()
    }

    /// A connection is gone.
    pub fn over(&mut self, visit: &Visit, drive: &Drive) {
        let left = drive.left();
        self.done += visit.probes.len() - left.len() - drive.undone();
        if self.asks && visit.holds("initialize") {
            self.asks = false;
            let answered = drive.answered().and_then(|version| version.parse().ok());
            let older = answered.filter(|revision: &Revision| revision.era() == Era::Legacy);
            let known = Known {
                both: Some(older.is_some()),
                ..self.known.clone()
            };
            self.plan(&known);
            if let Some(revision) = older {
                let opening = drive.opening().cloned().unwrap_or_default();
                // What somebody agreed to is called as often as was said, not once more in this era.
                self.plan(&Known {
                    revision,
                    opening,
                    calls: Vec::new(),
                    ..known
                });
            }
            return;
        }
        if matches!(visit.opens, Opens::Handshake(_)) {
            self.failed = if drive.is_open() { 0 } else { self.failed + 1 };
            if self.failed >= 2 {
                // It takes no more clients: nothing else would come of the rest.
                self.waiting
                    .retain(|other| !matches!(other.opens, Opens::Handshake(_)));
            }
        }
        if !left.is_empty() && drive.is_open() {
            // It ended in the middle: the rest is sent to another.
            self.waiting.push_front(Visit {
                probes: left,
                ..visit.clone()
            });
        }
    }

    /// How many probes were sent, of how many.
    pub const fn progress(&self) -> (usize, usize) {
        (self.done, self.total)
    }
}
