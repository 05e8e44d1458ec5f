//! What a load is told as: lines for people, members of a document for programs. The same figures in both.

use std::fmt::Write as _;
use std::time::Duration;

use super::screen::plot;
use crate::bench::{Figures, Latency, Named, Pace};
use crate::cli::document::Document;
use crate::json::quote;
use crate::session::timeline::Connection;
use crate::text;

/// Names that are told apart in lines.
const NAMES: usize = 12;

/// What was measured on one server, or two.
#[derive(Debug)]
pub struct Report {
    /// How it was loaded.
    pub pace: Pace,
    /// How long before it counted.
    pub warmup: Duration,
    /// What was sent.
    pub names: Vec<String>,
    /// Each round by itself.
    pub rounds: Vec<Figures>,
    /// The other server.
    pub against: Option<Compared>,
}

/// The other of two servers.
#[derive(Debug)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Each round by itself.
    pub rounds: Vec<Figures>,
}

/// A figure that two servers are compared by.
struct Compare {
    name: &'static str,
    of: fn(&Figures) -> f64,
    words: fn(f64) -> String,
}

const COMPARED: [Compare; 4] = [
    Compare {
        name: "answers a second",
        of: Figures::rate,
        words: |rate| thousands(rate as u64),
    },
    Compare {
        name: "p50",
        of: |figures| figures.latency.quantile(0.5).as_secs_f64(),
        words: seconds,
    },
    Compare {
        name: "p99",
        of: |figures| figures.latency.quantile(0.99).as_secs_f64(),
        words: seconds,
    },
    Compare {
        name: "CPU an answer",
        of: |figures| {
            let used = figures.used.map_or(0.0, |used| used.cpu.as_secs_f64());
            used / (figures.answered().max(1) as f64)
        },
        words: seconds,
    },
];

impl Report {
    /// All rounds as one.
    pub fn all(&self) -> Figures {
        joined(&self.rounds)
    }

    /// For people; ends its lines itself.
    pub fn text(&self, server: &str, connection: &Connection) -> String {
        let mut out = String::new();
        let what = match self.names.as_slice() {
            [one] => one.clone(),
            many => format!("{} requests in turn", many.len()),
        };
        let revision = connection
            .revision
            .map_or_else(String::new, |revision| format!(", {revision}"));
        let _ = writeln!(
            out,
            "{} on {}{revision}",
            text::sanitize(&what),
            text::sanitize(server)
        );
        let pace = match self.pace {
            Pace::Closed { in_flight } => format!("closed loop, {in_flight} at a time"),
            Pace::Open { every } => {
                let rate = every.as_secs_f64().recip();
                format!("open loop, {rate:.1} a second, time counted from when each was due")
            }
        };
        let all = self.all();
        let how_long = if all.lost && all.answered() == 0 {
            "it ended while it warmed up".to_owned()
        } else {
            let (took, warmup) = (text::took(all.took), text::took(self.warmup));
            format!("{took} after {warmup} of warming up")
        };
        let _ = writeln!(out, "{pace}; {how_long}\n");
        // Of a server that was gone before anything counted there is nothing to tell.
        if !all.lost || all.answered() > 0 {
            push_figures(&mut out, &all);
        }
        if let Some(other) = &self.against {
            let _ = writeln!(out, "\nagainst {}\n", text::sanitize(&other.name));
            push_figures(&mut out, &joined(&other.rounds));
            self.push_compared(&mut out, other);
        }
        out
    }

    fn push_compared(&self, out: &mut String, other: &Compared) {
        let _ = writeln!(
            out,
            "\n  median of {} in turn (least … most)\n  {:<18}{:>12}{:>12}   that / this",
            text::plural(self.rounds.len(), "round"),
            "",
            "this",
            "that",
        );
        for compare in &COMPARED {
            let Some([least, median, most]) = self.ratio(other, compare) else {
                continue;
            };
            let verdict = match (least > 1.0, most < 1.0) {
                (true, _) | (_, true) => "",
                _ => "  no clear difference",
            };
            let _ = writeln!(
                out,
                "  {:<18}{:>12}{:>12}   {median:.2} ({least:.2} … {most:.2}){verdict}",
                compare.name,
                (compare.words)((compare.of)(&self.all())),
                (compare.words)((compare.of)(&joined(&other.rounds)))
            );
        }
    }

    /// Least, median and most of that / this over the rounds; none where this is nothing.
    fn ratio(&self, other: &Compared, compare: &Compare) -> Option<[f64; 3]> {
        let pairs = self.rounds.iter().zip(&other.rounds);
        let mut ratios: Vec<f64> = pairs
            .map(|(this, that)| (compare.of)(that) / (compare.of)(this))
            .collect();
        ratios.sort_by(f64::total_cmp);
        let found = [
            *ratios.first()?,
            *ratios.get(ratios.len() / 2)?,
            *ratios.last()?,
        ];
        found.iter().all(|ratio| ratio.is_finite()).then_some(found)
    }

    /// For programs.
    pub fn describe(&self, document: &mut Document) {
        let names: Vec<String> = self.names.iter().map(|name| quote(name)).collect();
        let mut pace = Document::default();
        match self.pace {
            Pace::Closed { in_flight } => pace.raw("in_flight", &in_flight.to_string()),
            Pace::Open { every } => pace.raw("per_second", &number(every.as_secs_f64().recip())),
        };
        document
            .raw("requests", &format!("[{}]", names.join(",")))
            .raw("pace", &pace.to_string())
            .raw("rounds", &self.rounds.len().to_string())
            .raw("figures", &figures(&self.all()).to_string());
        let against = self.against.as_ref().map(|other| {
            let mut ratio = Document::default();
            for compare in &COMPARED {
                if let Some([least, median, most]) = self.ratio(other, compare) {
                    let mut one = Document::default();
                    one.raw("median", &number(median))
                        .raw("least", &number(least))
                        .raw("most", &number(most));
                    ratio.raw(compare.name, &one.to_string());
                }
            }
            let mut against = Document::default();
            against
                .text("server", &other.name)
                .raw("figures", &figures(&joined(&other.rounds)).to_string())
                .raw("ratio", &ratio.to_string());
            against.to_string()
        });
        document.raw("against", against.as_deref().unwrap_or("null"));
    }
}

fn joined(rounds: &[Figures]) -> Figures {
    let mut all = Figures::default();
    for round in rounds {
        all.join(round);
    }
    all
}

fn push_figures(out: &mut String, figures: &Figures) {
    let answered = figures.answered();
    let mut line = |name: &str, words: &str| {
        let _ = writeln!(out, "  {name:<11}{words}");
    };
    line(
        "answers",
        &format!(
            "{}, {} good ones a second",
            thousands(answered),
            thousands(figures.rate() as u64)
        ),
    );
    let faults: Vec<String> = figures
        .faults
        .iter()
        .map(|(fault, count)| {
            format!(
                "{} {}",
                thousands(*count),
                text::sanitize(&fault.to_string())
            )
        })
        .collect();
    let failed = if faults.is_empty() {
        "none".to_owned()
    } else {
        format!("{}: {}", thousands(figures.failed()), faults.join(", "))
    };
    line("failed", &failed);
    let [most_of_them, ends] = latency(&figures.latency);
    line("latency", &most_of_them);
    line("", &ends);
    match figures.used {
        Some(used) => {
            let part = used.cpu.as_secs_f64() / figures.took.as_secs_f64().max(1e-9) * 100.0;
            let processes = text::plural(used.processes as usize, "process");
            let cpu = text::took(used.cpu);
            line(
                "server",
                &format!("CPU {cpu} ({part:.0} % of a core), {processes}"),
            );
            let memory = format!(
                "memory {} → {} (most {})",
                text::size(used.rss_before),
                text::size(used.rss_after),
                text::size(used.rss_most),
            );
            line("", &memory);
        }
        None if figures.lost => line("server", "it ended before it could be looked at"),
        None => line("server", "what it uses cannot be seen from here"),
    }
    let seconds: Vec<f64> = figures
        .seconds
        .iter()
        .map(|second| second.answered as f64)
        .collect();
    if seconds.len() > 1 {
        let shown = &seconds[seconds.len().saturating_sub(60)..];
        line("a second", &plot(shown));
    }
    if figures.late > Duration::from_millis(1) {
        let late = precise(figures.late);
        line(
            "late",
            &format!("a request was sent up to {late} after it was due, by our own fault"),
        );
    }
    if let Some(waiting) = figures.overrun {
        let waiting = thousands(waiting);
        line(
            "overrun",
            &format!(
                "given up with {waiting} requests waiting: the server is too slow for this rate"
            ),
        );
    }
    if figures.names.len() > 1 {
        out.push('\n');
        let mut names: Vec<&Named> = figures.names.iter().collect();
        names.sort_by_key(|named| std::cmp::Reverse(named.latency.quantile(0.5)));
        for named in names.iter().take(NAMES) {
            let _ = writeln!(
                out,
                "  {} {:>9}  p50 {:>7}  p99 {:>7}",
                text::pad(&text::fit(&text::sanitize(&named.name), 36), 36),
                thousands(named.latency.count()),
                precise(named.latency.quantile(0.5)),
                precise(named.latency.quantile(0.99))
            );
        }
        if names.len() > NAMES {
            let _ = writeln!(out, "  … and {} more", names.len() - NAMES);
        }
    }
}

/// In two lines, each short enough for 80 columns.
fn latency(latency: &Latency) -> [String; 2] {
    let at = |part| precise(latency.quantile(part));
    let [half, ninth, hundredth, thousandth] = [at(0.5), at(0.9), at(0.99), at(0.999)];
    let (most, mean) = (precise(latency.max()), precise(latency.mean()));
    [
        format!("p50 {half}  p90 {ninth}  p99 {hundredth}  p99.9 {thousandth}"),
        format!("most {most}  mean {mean}"),
    ]
}

fn figures(figures: &Figures) -> Document {
    let mut faults = Document::default();
    for (fault, count) in &figures.faults {
        faults.raw(&fault.to_string(), &count.to_string());
    }
    let names: Vec<String> = figures
        .names
        .iter()
        .map(|named| {
            let mut one = Document::default();
            one.text("name", &named.name)
                .raw("answered", &named.latency.count().to_string())
                .raw("failed", &named.failed.to_string())
                .raw("latency_us", &latencies(&named.latency).to_string());
            one.to_string()
        })
        .collect();
    let seconds: Vec<String> = figures
        .seconds
        .iter()
        .map(|second| {
            let mut one = Document::default();
            one.raw("answered", &second.answered.to_string())
                .raw("failed", &second.failed.to_string())
                .raw("p50", &us(second.p50))
                .raw("p99", &us(second.p99));
            one.to_string()
        })
        .collect();
    let server = figures.used.map(|used| {
        let mut one = Document::default();
        one.raw("cpu_us", &us(used.cpu))
            .raw("rss_before", &used.rss_before.to_string())
            .raw("rss_most", &used.rss_most.to_string())
            .raw("rss_after", &used.rss_after.to_string())
            .raw("processes", &used.processes.to_string());
        one.to_string()
    });
    let overrun = figures.overrun.map(|count| count.to_string());
    let mut all = Document::default();
    all.raw("took_us", &us(figures.took))
        .raw("sent", &figures.sent.to_string())
        .raw("answered", &figures.answered().to_string())
        .raw("failed", &figures.failed().to_string())
        .raw("per_second", &number(figures.rate()))
        .raw("latency_us", &latencies(&figures.latency).to_string())
        .raw("faults", &faults.to_string())
        .raw("by_name", &format!("[{}]", names.join(",")))
        .raw("seconds", &format!("[{}]", seconds.join(",")))
        .raw("late_us", &us(figures.late))
        .raw("overrun", overrun.as_deref().unwrap_or("null"))
        .raw("server", server.as_deref().unwrap_or("null"));
    all
}

/// The newest second of a load, as members of an event.
pub fn second(figures: &Figures, event: &mut Document) {
    if let Some(second) = figures.seconds.last() {
        event
            .raw("second", &figures.seconds.len().to_string())
            .raw("answered", &second.answered.to_string())
            .raw("failed", &second.failed.to_string())
            .raw("p50_us", &us(second.p50))
            .raw("p99_us", &us(second.p99));
    }
}

fn latencies(latency: &Latency) -> Document {
    let mut all = Document::default();
    for (name, part) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)] {
        all.raw(name, &us(latency.quantile(part)));
    }
    all.raw("max", &us(latency.max()))
        .raw("mean", &us(latency.mean()));
    all
}

fn us(time: Duration) -> String {
    number(time.as_nanos() as f64 / 1e3)
}

fn number(value: f64) -> String {
    format!("{value:.3}")
}

fn seconds(seconds: f64) -> String {
    precise(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// A time to three digits or so.
pub fn precise(time: Duration) -> String {
    let us = time.as_nanos() as f64 / 1e3;
    match us {
        ..9.95 => format!("{us:.1} µs"),
        ..999.5 => format!("{us:.0} µs"),
        ..9_995.0 => format!("{:.2} ms", us / 1e3),
        ..99_950.0 => format!("{:.1} ms", us / 1e3),
        ..999_500.0 => format!("{:.0} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}

/// A count with its thousands apart.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_times_read_well() {
        for (count, words) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(count), words);
        }
        for (us, words) in [
            (3, "3.0 µs"),
            (80, "80 µs"),
            (1_250, "1.25 ms"),
            (12_340, "12.3 ms"),
            (123_400, "123 ms"),
            (2_500_000, "2.50 s"),
        ] {
            assert_eq!(precise(Duration::from_micros(us)), words);
        }
    }

    fn round(took_ms: u64, each_us: u64) -> Figures {
        let mut figures = Figures {
            took: Duration::from_millis(took_ms),
            ..Figures::default()
        };
        for _ in 0..1_000 {
            figures.latency.add(Duration::from_micros(each_us));
        }
        figures
    }

    #[test]
    fn two_servers_differ_clearly_only_when_every_round_says_so() {
        let report = Report {
            pace: Pace::Closed { in_flight: 1 },
            warmup: Duration::ZERO,
            names: vec!["ping".to_owned()],
            rounds: vec![round(100, 100), round(110, 110), round(90, 90)],
            against: None,
        };
        let slower = Compared {
            name: "b".to_owned(),
            rounds: vec![round(200, 200), round(200, 200), round(200, 200)],
        };
        let mut text = String::new();
        report.push_compared(&mut text, &slower);
        assert!(text.contains("p50"), "{text}");
        assert!(!text.contains("no clear difference"), "{text}");
        let [least, median, most] = report.ratio(&slower, &COMPARED[1]).unwrap_or_default();
        assert!(
            (1.8..1.85).contains(&least) && (1.99..2.01).contains(&median),
            "{least} {median}"
        );
        assert!((2.2..2.25).contains(&most), "{most}");

        let alike = Compared {
            name: "b".to_owned(),
            rounds: vec![round(105, 105), round(100, 100), round(95, 95)],
        };
        let mut text = String::new();
        report.push_compared(&mut text, &alike);
        assert!(text.contains("no clear difference"), "{text}");
    }
}
