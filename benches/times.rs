//! What benches tell of the times they measured. Measures and judges nothing.

use std::time::Duration;

/// Median and 99th of 100.
pub fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let (half, most) = (at(times, 0.5), at(times, 0.99));
    format!("{} / {}", milliseconds(half), milliseconds(most))
}

/// What stands at a part of times in order; none at all are no time.
pub fn at(sorted: &[Duration], part: f64) -> Duration {
    let place = (sorted.len() as f64 * part) as usize;
    let last = sorted.len().saturating_sub(1);
    sorted.get(place.min(last)).copied().unwrap_or_default()
}

/// Milliseconds, for people.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
