//! How many lines of the log there are of each kind, and which went wrong. Grows with the log, never reads it twice.

use crate::session::level::Level;
use crate::session::timeline::{LogRow, LogSource};

/// See the module. A line is named by its number in the log.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Numbers of the lines that went wrong, ascending.
    wrong: Vec<u32>,
    /// Lines looked at so far.
    looked: usize,
    counts: [usize; Level::ALL.len()],
}

impl Tally {
    /// Takes the lines that are new.
    pub fn take(&mut self, logs: &[LogRow]) {
        for (number, log) in (self.looked as u32..).zip(&logs[self.looked..]) {
            self.counts[log.level as usize] += 1;
            if is_wrong(*log) {
                self.wrong.push(number);
            }
        }
        self.looked = logs.len();
    }

    /// The next line after `line` that went wrong and is shown, or the last one before it.
    pub fn wrong(
        &self,
        forward: bool,
        line: usize,
        shown: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let shown = |number: &&u32| shown(**number as usize);
        let found = if forward {
            let at = self.wrong.partition_point(|other| *other as usize <= line);
            self.wrong[at..].iter().find(shown)
        } else {
            let at = self.wrong.partition_point(|other| (*other as usize) < line);
            self.wrong[..at].iter().rev().find(shown)
        };
        found.map(|number| *number as usize)
    }

    /// Whether any line went wrong.
    pub fn any_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// Lines of a range of levels.
    pub fn count(&self, levels: std::ops::RangeInclusive<Level>) -> usize {
        Level::ALL
            .iter()
            .filter(|level| levels.contains(level))
            .map(|level| self.counts[*level as usize])
            .sum()
    }
}

/// Stray bytes on stdout break clients, whatever level they count as.
fn is_wrong(log: LogRow) -> bool {
    log.level >= Level::Error || log.source == LogSource::Junk
}
