//! How the time of a row is told: by the clock, since the session began, since the row before, since a row of one's
//! choice.

use crate::session::timeline::{EntryIndex, EntryRow, Timeline};
use crate::tui::clock::Clock;

/// From what time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// It is not: the time of day.
    #[default]
    Clock,
    /// The beginning of the session.
    Start,
    /// The row before.
    Before,
    /// The reference.
    Reference,
}

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    since: Since,
    reference: Option<EntryIndex>,
}

impl Times {
    /// The next way; gives its words.
    pub fn turn(&mut self, timeline: &Timeline) -> String {
        self.since = match self.since {
            Since::Clock => Since::Start,
            Since::Start => Since::Before,
            Since::Before if self.reference.is_some() => Since::Reference,
            Since::Before | Since::Reference => Since::Clock,
        };
        match self.since {
            Since::Clock => "Times are times of day.".to_owned(),
            Since::Start => "Times count from the beginning of the session.".to_owned(),
            Since::Before => "Times count from the row before.".to_owned(),
            Since::Reference => format!("Times count from {}.", self.name(timeline)),
        }
    }

    /// Counts from this row; when it does so already, no longer. Gives words.
    pub fn refer(&mut self, entry: EntryIndex, timeline: &Timeline) -> String {
        if self.reference == Some(entry) && self.since == Since::Reference {
            *self = Self::default();
            return "Times are times of day.".to_owned();
        }
        self.reference = Some(entry);
        self.since = Since::Reference;
        format!("Times count from {}.", self.name(timeline))
    }

    fn name(self, timeline: &Timeline) -> String {
        let entry = self.reference.and_then(|entry| timeline.entry(entry));
        entry.map_or_else(String::new, |entry| format!("#{}", entry.seq()))
    }

    /// The column's heading.
    pub fn heading(self, timeline: &Timeline) -> String {
        match self.since {
            Since::Clock => "time".to_owned(),
            Since::Start => "since start".to_owned(),
            Since::Before => "since row".to_owned(),
            Since::Reference => format!("from {}", self.name(timeline)),
        }
    }

    /// The time of an entry; `before` is what passed since the row before it.
    pub fn told(
        self,
        entry: &EntryRow,
        before: Option<i64>,
        clock: &Clock,
        timeline: &Timeline,
    ) -> String {
        let since = |us: u64| passed(i128::from(entry.us()) - i128::from(us));
        match self.since {
            Since::Clock => clock.time(entry.at()),
            Since::Start => since(timeline.entries().first().map_or(0, EntryRow::us)),
            Since::Before => before.map_or_else(String::new, |us| passed(i128::from(us))),
            Since::Reference => {
                let reference = self.reference.and_then(|entry| timeline.entry(entry));
                since(reference.map_or(0, EntryRow::us))
            }
        }
    }
}

/// `+0.412`, `−3.000`, `+1:02.120`, `+2:00:00.000`: seconds with their thousandths.
pub fn passed(us: i128) -> String {
    let sign = if us < 0 { '−' } else { '+' };
    let ms = us.unsigned_abs() / 1_000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let ms = ms % 1_000;
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}.{ms:03}"),
        (0, _) => format!("{sign}{minutes}:{seconds:02}.{ms:03}"),
        _ => format!("{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_passed_is_exact_and_signed() {
        assert_eq!(passed(412_900), "+0.412");
        assert_eq!(passed(-3_000_000), "−3.000");
        assert_eq!(passed(62_120_000), "+1:02.120");
        assert_eq!(passed(7_200_000_000), "+2:00:00.000");
    }
}
