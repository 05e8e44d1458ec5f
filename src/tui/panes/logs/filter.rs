//! Which lines of the log are shown, and how many there are of each kind. Grows with the log, never reads it twice
//! (but once when the level changes).

use crate::session::level::Level;
use crate::session::timeline::{LogRow, LogSource};

/// See the module. A line is named by its number in the log, a row by its number among those shown.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The least level shown; all when none.
    least: Option<Level>,
    /// Numbers of the lines shown, ascending; unused when all are.
    shown: Vec<u32>,
    /// Numbers of the lines that went wrong, ascending.
    wrong: Vec<u32>,
    /// Lines looked at so far.
    looked: usize,
    counts: [usize; Level::ALL.len()],
}

impl Filter {
    /// Takes the lines that are new.
    pub fn take(&mut self, logs: &[LogRow]) {
        for (number, log) in (self.looked as u32..).zip(&logs[self.looked..]) {
            self.counts[log.level as usize] += 1;
            if is_wrong(*log) {
                self.wrong.push(number);
            }
            if self.least.is_some_and(|least| log.level >= least) {
                self.shown.push(number);
            }
        }
        self.looked = logs.len();
    }

    /// Forgets the lines, but not which level is shown.
    pub fn begin_again(&mut self) {
        *self = Self {
            least: self.least,
            ..Self::default()
        };
    }

    /// The least level shown.
    pub fn least(&self) -> Option<Level> {
        self.least
    }

    /// Shows only the next level and worse; after `error`, everything again.
    pub fn raise(&mut self, logs: &[LogRow]) {
        self.least = match self.least {
            // Debug is the least there is: from it on is everything.
            None => Some(Level::Info),
            Some(Level::Info) => Some(Level::Notice),
            Some(Level::Notice) => Some(Level::Warning),
            Some(Level::Warning) => Some(Level::Error),
            Some(_) => None,
        };
        self.shown = match self.least {
            None => Vec::new(),
            Some(least) => (0_u32..)
                .zip(&logs[..self.looked])
                .filter(|(_, log)| log.level >= least)
                .map(|(number, _)| number)
                .collect(),
        };
    }

    /// Rows shown.
    pub fn len(&self) -> usize {
        if self.least.is_none() {
            self.looked
        } else {
            self.shown.len()
        }
    }

    /// The line a row shows.
    pub fn line(&self, row: usize) -> Option<usize> {
        if self.least.is_none() {
            (row < self.looked).then_some(row)
        } else {
            self.shown.get(row).map(|line| *line as usize)
        }
    }

    /// The row of a line, or of the first one shown after it.
    pub fn row(&self, line: usize) -> usize {
        if self.least.is_none() {
            line
        } else {
            self.shown.partition_point(|other| (*other as usize) < line)
        }
    }

    /// Whether a line is shown.
    pub fn shows(&self, log: LogRow) -> bool {
        self.least.is_none_or(|least| log.level >= least)
    }

    /// The next shown line after `line` that went wrong, or the last one before it.
    pub fn wrong(&self, forward: bool, line: usize, logs: &[LogRow]) -> Option<usize> {
        let shown = |number: &&u32| self.shows(logs[**number as usize]);
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
