//! The part of the session's time that the time line shows, and the marks of its axis. Times are microseconds of the
//! session.

use std::ops::Range;

/// The shortest time that is shown.
const LEAST: u64 = 1_000;

/// Distances of marks, in microseconds: round ones.
const STEPS: [u64; 22] = [
    100,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
    900_000_000,
    3_600_000_000,
    14_400_000_000,
    43_200_000_000,
    86_400_000_000,
];

/// A window onto the time of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub from: u64,
    /// How long it is.
    pub span: u64,
}

impl Window {
    /// All of a session of this length; of a long one its end.
    pub fn of(length: u64) -> Self {
        let span = (length + length / 20).clamp(1_000_000, 60_000_000);
        Self {
            from: length.saturating_sub(span - span / 20),
            span,
        }
    }

    /// The time it shows.
    pub fn time(self) -> Range<u64> {
        self.from..self.from.saturating_add(self.span)
    }

    /// Half of it, or twice; what is at `us` stays where it is.
    pub fn zoomed(self, closer: bool, us: u64, length: u64) -> Self {
        let most = (length + length / 10).max(1_000_000);
        let span = if closer {
            self.span / 2
        } else {
            self.span.saturating_mul(2)
        };
        let span = span.clamp(LEAST, most.max(self.span));
        let us = us.clamp(self.from, self.from.saturating_add(self.span));
        let part = (us - self.from) as f64 / self.span as f64;
        let before = (part * span as f64) as u64;
        Self {
            from: us.saturating_sub(before),
            span,
        }
    }

    /// Moved by a part of itself; not away from the session.
    pub fn panned(self, part: f64, length: u64) -> Self {
        let by = (self.span as f64 * part) as i64;
        let last = length.saturating_sub(self.span / 2);
        Self {
            from: self
                .from
                .saturating_add_signed(by)
                .min(last.max(self.from.min(last))),
            ..self
        }
    }

    /// Moved as far as it takes to show `us`, with room around it.
    pub fn showing(self, us: u64) -> Self {
        let time = self.time();
        if time.contains(&us) {
            return self;
        }
        let from = if us < self.from && us + self.span / 4 > self.from {
            us.saturating_sub(self.span / 8)
        } else if us >= time.end && us < time.end.saturating_add(self.span / 4) {
            us.saturating_sub(self.span - self.span / 8)
        } else {
            us.saturating_sub(self.span / 2)
        };
        Self { from, ..self }
    }

    /// The column of a time among so many; before the window 0, after it the last.
    pub fn column(self, us: u64, columns: u16) -> u16 {
        let into = us.saturating_sub(self.from).min(self.span);
        let column = u128::from(into) * u128::from(columns) / u128::from(self.span.max(1));
        (column as u16).min(columns.saturating_sub(1))
    }

    /// When a column begins.
    pub fn at(self, column: u16, columns: u16) -> u64 {
        let into = u128::from(self.span) * u128::from(column) / u128::from(columns.max(1));
        self.from + into as u64
    }

    /// Times of the marks on its axis, at least `apart` columns from each other, and their distance. `origin` is the
    /// wall time at which the session began, in microseconds: marks are round in it.
    pub fn marks(self, columns: u16, apart: u16, origin: u64) -> (Vec<u64>, u64) {
        let least = self.span.saturating_mul(u64::from(apart)) / u64::from(columns.max(1));
        let step = STEPS
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or(STEPS[STEPS.len() - 1] * (least / STEPS[STEPS.len() - 1] + 1));
        let first = (origin + self.from).div_ceil(step) * step;
        let end = origin.saturating_add(self.time().end);
        let marks = (first..end).step_by(step as usize).map(|at| at - origin);
        (marks.collect(), step)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_round_in_wall_time() {
        let window = Window {
            from: 300_000,
            span: 8_000_000,
        };
        let (marks, step) = window.marks(100, 10, 500_000);
        assert_eq!(step, 1_000_000);
        assert_eq!(marks[..2], [500_000, 1_500_000]);
        assert_eq!(marks.len(), 8);
        assert_eq!(window.column(4_300_000, 100), 50);
    }

    #[test]
    fn what_is_looked_at_stays_in_place_when_zoomed() {
        let window = Window {
            from: 1_000_000,
            span: 8_000_000,
        };
        let closer = window.zoomed(true, 3_000_000, 20_000_000);
        assert_eq!((closer.from, closer.span), (2_000_000, 4_000_000));
        assert_eq!(closer.zoomed(false, 3_000_000, 20_000_000), window);
        assert_eq!(window.zoomed(false, 0, 10_000_000).span, 11_000_000);
    }

    proptest! {
        #[test]
        fn every_time_has_a_column_and_every_column_a_time(
            from in 0_u64..1 << 50, span in LEAST..1 << 50, us in 0_u64..1 << 51, columns in 1_u16..400,
        ) {
            let window = Window { from, span };
            let column = window.column(us, columns);
            prop_assert!(column < columns);
            if window.time().contains(&us) && span > u64::from(columns) {
                prop_assert!(window.at(column, columns) <= us + 1);
                prop_assert!(us <= window.at(column + 1, columns) + 1);
            }
            prop_assert!(window.showing(us).time().contains(&us));
            let closer = window.zoomed(true, us, from + span);
            prop_assert!(closer.span >= LEAST && closer.span <= span);
            let (marks, step) = window.marks(columns, 10, 12_345);
            prop_assert!(marks.len() <= usize::from(columns / 10) + 2);
            prop_assert!(marks.windows(2).all(|pair| pair[1] - pair[0] == step));
        }
    }
}
