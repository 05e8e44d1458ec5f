//! How long keys take: from when one is read to the frame that shows what it did.
//!
//! Owns the newest times and what is told of them. It has no clock: whoever draws says how long it took.

use std::collections::VecDeque;
use std::time::Duration;

use crate::text;

/// Times that are kept of each kind, the newest.
const KEPT: usize = 2_000;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// Keys that meant something to do.
    meant: Times,
    /// Keys that were typed into a line, as letters of a filter are.
    typed: Times,
}

#[derive(Debug, Clone, Default)]
struct Times(VecDeque<Duration>);

impl Pace {
    /// A key took so long to its frame; `typed` says whether it went into a line.
    pub fn took(&mut self, typed: bool, time: Duration) {
        let times = if typed {
            &mut self.typed
        } else {
            &mut self.meant
        };
        times.keep(time);
    }

    /// All of it on one line of 80 columns.
    pub fn told(&self) -> String {
        let keys = text::plural(self.meant.0.len(), "key");
        let typed = format!("{} typed", self.typed.0.len());
        let parts = [(keys, &self.meant), (typed, &self.typed)];
        let told: Vec<String> = parts
            .into_iter()
            .filter_map(|(count, times)| Some(format!("{count} {}", times.told()?)))
            .collect();
        if told.is_empty() {
            return "No key was measured yet.".to_owned();
        }
        let told = told.join(" · ");
        format!("key to frame, p50/p99/max ms: {told}")
    }
}

impl Times {
    fn keep(&mut self, time: Duration) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    /// `0.4/1.9/3.0`: half, 99 of 100 and all of them took no longer.
    fn told(&self) -> Option<String> {
        let mut sorted: Vec<Duration> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let longest = sorted.last()?.as_secs_f64() * 1e3;
        let within = |hundredths: usize| {
            let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
            sorted[rank - 1].as_secs_f64() * 1e3
        };
        Some(format!("{:.1}/{:.1}/{longest:.1}", within(50), within(99)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_of_a_hundred_is_beyond_the_99th() {
        let mut pace = Pace::default();
        assert_eq!(pace.told(), "No key was measured yet.");
        for ms in 1..=100 {
            pace.took(true, Duration::from_millis(ms));
        }
        pace.took(false, Duration::from_micros(400));
        assert_eq!(
            pace.told(),
            "key to frame, p50/p99/max ms: 1 key 0.4/0.4/0.4 · 100 typed 50.0/99.0/100.0"
        );
    }

    #[test]
    fn only_the_newest_count() {
        let mut pace = Pace::default();
        pace.took(false, Duration::from_secs(9));
        for _ in 0..KEPT {
            pace.took(false, Duration::from_millis(2));
        }
        assert!(
            pace.told().ends_with("2000 keys 2.0/2.0/2.0"),
            "{}",
            pace.told()
        );
    }
}
