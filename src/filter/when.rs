//! Whether something went on at a time that somebody wrote.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::amount::{DAY, Moment, Span};

/// Local wall time in microseconds, as if it were UTC.
pub fn local(at: Timestamp, zone: &TimeZone) -> i64 {
    at.as_microsecond() + i64::from(zone.to_offset(at).seconds()) * 1_000_000
}

fn day_us(day: Date) -> i64 {
    let days = day.to_datetime(jiff::civil::Time::midnight());
    TimeZone::UTC
        .to_timestamp(days)
        .map_or(0, jiff::Timestamp::as_microsecond)
}

/// When a moment begins on a day, as [`local`] counts.
pub fn start(moment: Moment, day: Date) -> i64 {
    day_us(day) + moment.of_day().start
}

/// Whether what went on from one local time to another met a span.
pub fn meets(span: &Span<Moment>, began: i64, ended: i64) -> bool {
    let dated = span
        .from
        .and_then(|from| from.date())
        .or(span.to.and_then(|to| to.date()));
    let from = span.from.map(|from| from.of_day().start);
    let to = span.to.map(|to| to.of_day().end);
    if let Some(day) = dated {
        let of = |moment: Moment| day_us(moment.date().unwrap_or(day));
        let from = span.from.zip(from).map(|(moment, us)| of(moment) + us);
        let to = span.to.zip(to).map(|(moment, us)| of(moment) + us);
        return from.is_none_or(|from| from <= ended) && to.is_none_or(|to| began < to);
    }
    // A time of the day is one of every day; it may go past midnight.
    let (from, mut to) = (from.unwrap_or(0), to.unwrap_or(DAY));
    if to <= from {
        to += DAY;
    }
    let (first, last) = (began.div_euclid(DAY) - 1, ended.div_euclid(DAY));
    last - first > 2
        || (first..=last).any(|day| day * DAY + from <= ended && began < day * DAY + to)
}
