//! Wall time for people, in their time zone. Reads the zone once, when it is made; never asks what time it is.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time zone, and how times are written.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// In the zone of this machine; UTC when it has none.
    pub fn local() -> Self {
        Self::in_zone(TimeZone::system())
    }

    /// In a given zone.
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `14:02:09.120`
    pub fn time(&self, at: Timestamp) -> String {
        self.write(at, "%H:%M:%S%.3f")
    }

    /// `2026-11-21 14:02:09.120`
    pub fn moment(&self, at: Timestamp) -> String {
        self.write(at, "%Y-%m-%d %H:%M:%S%.3f")
    }

    fn write(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    /// `14:02:09`
    pub fn second(&self, at: Timestamp) -> String {
        self.write(at, "%H:%M:%S")
    }

    /// Milliseconds since midnight.
    pub fn of_day(&self, at: Timestamp) -> u64 {
        let time = at.to_zoned(self.zone.clone()).time();
        let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60
            + i64::from(time.second());
        (seconds * 1_000 + i64::from(time.millisecond())).cast_unsigned()
    }

    /// `today 14:02`, `Nov 18 14:02` within the year, `2025-11-18` before.
    pub fn day(&self, at: Timestamp, now: Option<Timestamp>) -> String {
        let then = at.to_zoned(self.zone.clone());
        let now = now.map(|now| now.to_zoned(self.zone.clone()));
        let format = match now {
            Some(now) if now.date() == then.date() => "today %H:%M",
            Some(now) if now.year() == then.year() => "%b %d %H:%M",
            _ => "%Y-%m-%d",
        };
        then.strftime(format).to_string()
    }

    /// `14:02`
    pub fn minute(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::*;

    #[test]
    fn tells_the_time_of_the_zone() {
        let at = Timestamp::from_microsecond(1_795_269_729_120_900).expect("a time");
        let utc = Clock::in_zone(TimeZone::UTC);
        assert_eq!(utc.time(at), "14:02:09.120");
        let east = Clock::in_zone(TimeZone::fixed(Offset::constant(10)));
        assert_eq!(east.moment(at), "2026-11-22 00:02:09.120");
        assert_eq!(
            (utc.second(at).as_str(), east.of_day(at)),
            ("14:02:09", 129_120)
        );
        let later = |days: i64| Timestamp::from_second(at.as_second() + days * 86_400).ok();
        for (now, told) in [
            (later(0), "today 14:02"),
            (later(1), "Nov 21 14:02"),
            (later(41), "2026-11-21"),
            (None, "2026-11-21"),
        ] {
            assert_eq!(utc.day(at, now), told);
        }
    }
}
