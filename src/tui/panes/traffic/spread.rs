//! How long exchanges took, all together: counts in bins, so that a million cost what one does. A bin is a
//! thirty-second of its size wide.

use crate::session::timeline::{Row, Timeline};
use crate::tui::panes::stream::sifting::Picks;

/// Bins for each doubling.
const FINE: u32 = 32;

/// The bin of what took no time: it is no exchange, or not over.
const NONE: u16 = u16::MAX;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    bins: Bins,
    /// The bin of each row, or [`NONE`].
    of_row: Vec<u16>,
    /// Rows that are not over.
    open: Vec<u32>,
    looked: usize,
    entries: usize,
}

impl Spread {
    /// Takes what is new: rows that came, and exchanges that ended.
    pub fn take(&mut self, timeline: &Timeline) {
        if self.entries == timeline.entries().len() {
            return;
        }
        if timeline.entries().len() < self.entries {
            // An earlier moment is looked at.
            *self = Self::default();
        }
        self.entries = timeline.entries().len();
        self.of_row.resize(timeline.rows().len(), NONE);
        let mut open = std::mem::take(&mut self.open);
        open.extend(self.looked as u32..timeline.rows().len() as u32);
        open.retain(|number| {
            let Some(Row::Exchange(index)) = timeline.rows().get(*number as usize) else {
                return false;
            };
            let goes_on = timeline.goes_on(*index);
            if !goes_on {
                // While a person was waited for, it was not the server that took its time.
                let bin = bin(timeline.spans(*index, 0).server());
                self.bins.put(bin);
                self.of_row[*number as usize] = bin as u16;
            }
            goes_on
        });
        self.open = open;
        self.looked = timeline.rows().len();
    }

    /// How long they took.
    pub fn bins(&self) -> &Bins {
        &self.bins
    }
}

/// How long some of the rows took: those that a filter lets through. Counted anew, by the bins that are known, when they
/// are others than before.
#[derive(Debug, Clone, Default)]
pub struct Passing {
    bins: Bins,
    /// What they were counted of: how often rows came or went, how many passed, and how many entries there were.
    of: Option<(u64, usize, usize)>,
}

impl Passing {
    /// These rows pass now; `spread` knows all.
    pub fn take(&mut self, picks: &Picks, spread: &Spread) {
        let of = (picks.changes(), picks.rows().len(), spread.entries);
        if self.of.replace(of) == Some(of) {
            return;
        }
        self.bins.clear();
        for number in picks.rows() {
            if let Some(bin) = spread.of_row.get(*number as usize)
                && *bin != NONE
            {
                self.bins.put(usize::from(*bin));
            }
        }
    }

    /// How long they took.
    pub fn bins(&self) -> &Bins {
        &self.bins
    }
}

/// Counts by bin.
#[derive(Debug, Clone, Default)]
pub struct Bins {
    counts: Vec<u32>,
    count: u64,
}

impl Bins {
    fn put(&mut self, bin: usize) {
        if self.counts.len() <= bin {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
        self.count += 1;
    }

    fn clear(&mut self) {
        self.counts.fill(0);
        self.count = 0;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time that this part of them, in hundredths, did not take longer than; in microseconds, to a thirtieth.
    pub fn percentile(&self, hundredths: u64) -> Option<u64> {
        let wanted = (self.count * hundredths).div_ceil(100).max(1);
        let mut seen = 0;
        let place = self.counts.iter().position(|bin| {
            seen += u64::from(*bin);
            seen >= wanted
        });
        place.map(middle)
    }
}

fn bin(us: u64) -> usize {
    if us < u64::from(FINE) {
        return us as usize;
    }
    let doubling = us.ilog2() - FINE.ilog2();
    let part = (us >> doubling) as u32 - FINE;
    ((doubling + 1) * FINE + part) as usize
}

fn middle(bin: usize) -> u64 {
    let (doubling, part) = (bin as u32 / FINE, bin as u64 % u64::from(FINE));
    match doubling {
        0 => part,
        doubling => {
            let shift = doubling - 1;
            ((u64::from(FINE) + part) << shift) + ((1 << shift) >> 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_list(mut took in prop::collection::vec(0_u64..1 << 40, 1..200)) {
            let mut spread = Bins::default();
            for us in &took {
                spread.put(bin(*us));
            }
            took.sort_unstable();
            for hundredths in [50, 95, 100] {
                let place = (took.len() * hundredths).div_ceil(100) - 1;
                let (told, exact) = (spread.percentile(hundredths as u64).unwrap_or(0), took[place]);
                prop_assert!(told.abs_diff(exact) <= exact / 30, "{told} {exact}");
            }
        }
    }
}
