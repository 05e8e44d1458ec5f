//! How long exchanges took, all together: counts in bins, so that a million cost what one does. A bin is a
//! thirty-second of its size wide.

use crate::session::timeline::{Row, Timeline};
use crate::tui::panes::stream::sifting::Picks;

/// Bins for each doubling.
const FINE: u32 = 32;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    bins: Bins,
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
        let mut open = std::mem::take(&mut self.open);
        open.extend(self.looked as u32..timeline.rows().len() as u32);
        open.retain(|number| {
            let Some(Row::Exchange(index)) = timeline.rows().get(*number as usize) else {
                return false;
            };
            let goes_on = timeline.goes_on(*index);
            if !goes_on {
                self.bins.put(bin(timeline.spans(*index, 0).whole));
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

/// How long some of the rows took: those that a filter lets through. Takes a walk over their numbers when they are
/// others than before, and looks closer only at those that are new.
#[derive(Debug, Clone, Default)]
pub struct Passing {
    bins: Bins,
    /// Numbers of rows, ascending, and in which bin each is.
    taken: Vec<(u32, Option<u16>)>,
    /// What they were taken of: how often rows came or went, how many passed, and how many entries there were.
    of: Option<(u64, usize, usize)>,
}

impl Passing {
    /// These rows pass now.
    pub fn take(&mut self, picks: &Picks, timeline: &Timeline) {
        let of = (
            picks.changes(),
            picks.rows().len(),
            timeline.entries().len(),
        );
        if self.of == Some(of) {
            return;
        }
        if self.of.is_some_and(|(.., entries)| of.2 < entries) {
            // An earlier moment is looked at.
            *self = Self::default();
        }
        self.of = Some(of);
        let mut taken = Vec::with_capacity(picks.rows().len());
        let mut before = std::mem::take(&mut self.taken).into_iter().peekable();
        for number in picks.rows().iter().copied() {
            while let Some((_, gone)) = before.next_if(|(other, _)| *other < number) {
                self.bins.remove(gone);
            }
            let known = before.next_if(|(other, _)| *other == number);
            let bin = known.and_then(|(_, bin)| bin).or_else(|| {
                let bin = bin_of(number, timeline)?;
                self.bins.put(usize::from(bin));
                Some(bin)
            });
            taken.push((number, bin));
        }
        for (_, gone) in before {
            self.bins.remove(gone);
        }
        self.taken = taken;
    }

    /// How long they took.
    pub fn bins(&self) -> &Bins {
        &self.bins
    }
}

/// The bin of a row, when it is an exchange that is over.
fn bin_of(number: u32, timeline: &Timeline) -> Option<u16> {
    let Some(Row::Exchange(index)) = timeline.rows().get(number as usize) else {
        return None;
    };
    let over = !timeline.goes_on(*index);
    over.then(|| bin(timeline.spans(*index, 0).whole) as u16)
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

    fn remove(&mut self, bin: Option<u16>) {
        if let Some(bin) = bin {
            self.counts[usize::from(bin)] -= 1;
            self.count -= 1;
        }
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
