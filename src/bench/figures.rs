//! What a load measured: counts, latencies, the server's use. Knows no clock; says nothing in words.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::answer::Fault;

/// Requests with a name of their own that are told apart; the rest counts in the sums only.
const NAMES: usize = 64;

/// Latencies, to three digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency(Histogram<u32>);

impl Default for Latency {
    fn default() -> Self {
        Self(Histogram::new(3).expect("three digits are within what a histogram can have"))
    }
}

impl Latency {
    /// Counts one.
    pub fn add(&mut self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        // It grows to what it is given, so that this cannot fail.
        let _ = self.0.record(nanoseconds.max(1));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// What `part` of them (0 to 1) do not exceed; zero when there are none.
    pub fn quantile(&self, part: f64) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(part).min(self.0.max()))
    }

    /// The longest.
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.0.max())
    }

    /// The mean.
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(self.0.mean() as u64)
    }

    /// Counts all of another's too.
    pub fn join(&mut self, other: &Self) {
        self.0 += &other.0;
    }
}

/// What the server's processes used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// User and system time over the load.
    pub cpu: Duration,
    /// Resident bytes at its beginning.
    pub rss_before: u64,
    /// The most resident bytes seen.
    pub rss_most: u64,
    /// Resident bytes at its end.
    pub rss_after: u64,
    /// Processes, at its end.
    pub processes: u32,
}

/// One second of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Second {
    /// Requests that were answered in it, well or not.
    pub answered: u64,
    /// Of these, the failed.
    pub failed: u64,
    /// What half of the answers took at most.
    pub p50: Duration,
    /// What all but one of a hundred took at most.
    pub p99: Duration,
}

/// The same of all requests with one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// See [`Template::name`](super::Template::name).
    pub name: Box<str>,
    /// How long answers took.
    pub latency: Latency,
    /// Failed ones.
    pub failed: u64,
}

/// What was measured so far. Requests that were due while the server warmed up are in none of it but `seconds`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// From the first request that counts to the last answer, or until now.
    pub took: Duration,
    /// Requests that were sent.
    pub sent: u64,
    /// How long answers took, also those that failed; for those that never came, how long they were waited for.
    pub latency: Latency,
    /// The failed ones, by reason.
    pub faults: BTreeMap<Fault, u64>,
    /// By name, in the order of their first answer.
    pub names: Vec<Named>,
    /// Every second since the beginning, warming up included.
    pub seconds: Vec<Second>,
    /// Open loop: the most that a request was sent after it was due, which is the generator's doing.
    pub late: Duration,
    /// Open loop: it was given up, since so many requests were waiting.
    pub overrun: Option<u64>,
    /// What the server used; none when that cannot be seen.
    pub used: Option<Used>,
    /// Whether the connection ended while it was loaded.
    pub lost: bool,
}

impl Figures {
    /// Requests that were answered (or given up).
    pub fn answered(&self) -> u64 {
        self.latency.count()
    }

    /// The failed among them.
    pub fn failed(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Answers a second that are no failures; 0 before there is a time.
    pub fn rate(&self) -> f64 {
        let good = self.answered() - self.failed().min(self.answered());
        if self.took.is_zero() {
            return 0.0;
        }
        good as f64 / self.took.as_secs_f64()
    }

    /// Counts one.
    pub(super) fn count(&mut self, name: &str, took: Duration, fault: Option<Fault>) {
        self.latency.add(took);
        let failed = u64::from(fault.is_some());
        if let Some(fault) = fault {
            *self.faults.entry(fault).or_default() += 1;
        }
        let known = self.names.iter().position(|named| *named.name == *name);
        if known.is_none() && self.names.len() == NAMES {
            return;
        }
        let place = known.unwrap_or_else(|| {
            self.names.push(Named {
                name: name.into(),
                latency: Latency::default(),
                failed: 0,
            });
            self.names.len() - 1
        });
        self.names[place].latency.add(took);
        self.names[place].failed += failed;
    }

    /// Counts all of another run too, as of one longer run.
    pub fn join(&mut self, other: &Self) {
        self.took += other.took;
        self.sent += other.sent;
        self.latency.join(&other.latency);
        for (fault, count) in &other.faults {
            *self.faults.entry(fault.clone()).or_default() += count;
        }
        for named in &other.names {
            let known = self.names.iter_mut().find(|own| own.name == named.name);
            if let Some(own) = known {
                own.latency.join(&named.latency);
                own.failed += named.failed;
            } else if self.names.len() < NAMES {
                self.names.push(named.clone());
            }
        }
        self.seconds.extend(other.seconds.iter().cloned());
        self.late = self.late.max(other.late);
        self.overrun = self.overrun.or(other.overrun);
        self.lost |= other.lost;
        self.used = match (self.used, other.used) {
            (Some(own), Some(other)) => Some(Used {
                cpu: own.cpu + other.cpu,
                rss_before: own.rss_before,
                rss_most: own.rss_most.max(other.rss_most),
                ..other
            }),
            (own, other) => own.or(other),
        };
    }
}
