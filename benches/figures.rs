//! What both benches measure with: rates, the memory of a process, and lines of figures. Judges nothing itself.
#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::time::{Duration, Instant};

/// Prints a heading.
pub fn heading(text: &str) {
    println!("\n{text}");
}

/// Prints one figure.
pub fn figure(what: &str, value: &str) {
    println!("  {what:<58} {value:>22}");
}

/// Runs `work` until it has taken long enough to tell, and gives the fastest round.
pub fn fastest<T>(rounds: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..rounds)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// `count` things in `took`, as a rate for people.
pub fn rate(count: usize, took: Duration, unit: &str) -> String {
    let each_second = count as f64 / took.as_secs_f64();
    if each_second >= 1e6 {
        format!("{:.2} M {unit}/s", each_second / 1e6)
    } else {
        format!("{:.0} k {unit}/s", each_second / 1e3)
    }
}

/// A field of `/proc/PID/status` in bytes: `RssAnon`, `VmHWM`; none where there is no such file.
pub fn memory(pid: &str, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Bytes as MiB, for people.
pub fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
