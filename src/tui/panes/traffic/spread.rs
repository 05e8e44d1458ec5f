//! How long exchanges took, all together: counts in bins, so that a million cost what one does. A bin is a
//! thirty-second of its size wide.

use crate::session::timeline::{Row, Timeline};

/// Bins for each doubling.
const FINE: u32 = 32;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    bins: Vec<u32>,
    count: u64,
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
        self.entries = timeline.entries().len();
        let mut open = std::mem::take(&mut self.open);
        open.extend(self.looked as u32..timeline.rows().len() as u32);
        open.retain(|number| {
            let Some(Row::Exchange(index)) = timeline.rows().get(*number as usize) else {
                return false;
            };
            let goes_on = timeline.goes_on(*index);
            if !goes_on {
                self.put(timeline.spans(*index, 0).whole);
            }
            goes_on
        });
        self.open = open;
        self.looked = timeline.rows().len();
    }

    fn put(&mut self, us: u64) {
        let bin = bin(us);
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += 1;
        self.count += 1;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time that this part of them, in hundredths, did not take longer than; in microseconds, to a thirtieth.
    pub fn percentile(&self, hundredths: u64) -> Option<u64> {
        let wanted = (self.count * hundredths).div_ceil(100).max(1);
        let mut seen = 0;
        let place = self.bins.iter().position(|bin| {
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
            let mut spread = Spread::default();
            for us in &took {
                spread.put(*us);
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
