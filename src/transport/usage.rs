//! When to look at what a server's process tree uses, and the sum of what is seen there.
//!
//! A sample is taken two seconds after the start or after traffic, then at intervals that double up
//! to a minute while the link is silent: a leak shows, and an idle link costs next to nothing. Only
//! Linux is read; elsewhere no sample is ever due.

#[cfg(target_os = "linux")]
use super::{LinkEvent, procfs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What a process and all below it use now: CPU time since their start, resident bytes, how many they are. None where the
/// system does not tell, or when there is none.
#[cfg(target_os = "linux")]
pub fn of(pid: u32) -> Option<(Duration, u64, u32)> {
    let root = procfs::stat(i32::try_from(pid).ok()?)?;
    let tree = procfs::descendants(&[root.process]);
    let cpu = tree.iter().map(|stat| stat.cpu).sum();
    let rss = tree
        .iter()
        .map(|stat| procfs::resident(stat.process.pid))
        .sum();
    (!tree.is_empty()).then_some((cpu, rss, tree.len() as u32))
}

/// Nothing is known of processes here.
#[cfg(not(target_os = "linux"))]
pub fn of(_: u32) -> Option<(Duration, u64, u32)> {
    None
}

/// First interval, and the one while there is traffic.
const SOON: Duration = Duration::from_secs(2);

/// Longest interval, without traffic.
const LONGEST: Duration = Duration::from_secs(60);

/// Tells the sampler that bytes moved. Set by the readers as often as they like; the sampler wakes
/// only for the first time after each sample.
#[derive(Debug, Default)]
pub(super) struct Activity {
    stirred: AtomicBool,
    wake: Notify,
}

impl Activity {
    /// Bytes moved.
    pub(super) fn stir(&self) {
        if !self.stirred.load(Ordering::Relaxed) && !self.stirred.swap(true, Ordering::Relaxed) {
            self.wake.notify_one();
        }
    }

    /// Waits for the first traffic since the last sample.
    pub(super) async fn stirred(&self) {
        self.wake.notified().await;
    }

    /// Whether there was traffic since the last call.
    fn take(&self) -> bool {
        self.stirred.swap(false, Ordering::Relaxed)
    }
}

/// When the next sample is due.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    due: Instant,
}

impl Schedule {
    /// For a link that starts now.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            interval: SOON,
            due: now + SOON,
        }
    }

    /// The time of the next sample, if this system has samples.
    pub(super) fn due(&self) -> Option<Instant> {
        cfg!(target_os = "linux").then_some(self.due)
    }

    /// There is traffic again.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.interval = SOON;
        self.due = self.due.min(now + SOON);
    }

    /// A sample was taken.
    pub(super) fn taken(&mut self, now: Instant, activity: &Activity) {
        self.interval = if activity.take() {
            SOON
        } else {
            (self.interval * 2).min(LONGEST)
        };
        self.due = now + self.interval;
    }
}

/// Sums a process tree, and leaves out what nobody would see a difference in.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
pub(super) struct Meter {
    last: Option<(Duration, u64, u32)>,
}

#[cfg(target_os = "linux")]
impl Meter {
    /// The event for this state of the tree; `None` when it is empty or much as before.
    pub(super) fn read(&mut self, tree: &[procfs::Stat]) -> Option<LinkEvent> {
        let cpu: Duration = tree.iter().map(|stat| stat.cpu).sum();
        let rss: u64 = tree
            .iter()
            .map(|stat| procfs::resident(stat.process.pid))
            .sum();
        let processes = tree.len() as u32;
        if processes == 0 {
            return None;
        }
        if let Some((last_cpu, last_rss, last_processes)) = self.last {
            let same_cpu = cpu.abs_diff(last_cpu) < Duration::from_millis(50);
            let same_rss = rss.abs_diff(last_rss) <= last_rss / 100;
            if same_cpu && same_rss && processes == last_processes {
                return None;
            }
        }
        self.last = Some((cpu, rss, processes));
        Some(LinkEvent::Usage {
            cpu,
            rss,
            processes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_double_in_silence_and_start_again_with_traffic() {
        let start = Instant::now();
        let activity = Activity::default();
        let mut schedule = Schedule::new(start);
        let mut at = start;
        let mut seconds = Vec::new();
        for _ in 0..7 {
            seconds.push((schedule.due - at).as_secs());
            at = schedule.due;
            schedule.taken(at, &activity);
        }
        assert_eq!(seconds, [2, 4, 8, 16, 32, 60, 60]);
        activity.stir();
        schedule.hurry(at);
        assert_eq!(schedule.due - at, SOON);
        at = schedule.due;
        schedule.taken(at, &activity);
        assert_eq!(
            schedule.due - at,
            SOON,
            "there was traffic before this sample"
        );
        at = schedule.due;
        schedule.taken(at, &activity);
        assert_eq!(schedule.due - at, 2 * SOON);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_unchanged_tree_is_not_reported_twice() {
        let me = procfs::stat(i32::try_from(std::process::id()).expect("small")).expect("we run");
        let mut meter = Meter::default();
        let first = meter.read(std::slice::from_ref(&me));
        assert!(
            matches!(
                first,
                Some(LinkEvent::Usage {
                    rss: 100_000..,
                    processes: 1,
                    ..
                })
            ),
            "{first:?}"
        );
        meter.last = meter
            .last
            .map(|(cpu, _, processes)| (cpu, procfs::resident(me.process.pid), processes));
        // A tree without processes has nothing to say either.
        assert_eq!(meter.read(&[]), None);
        let busier = procfs::Stat {
            cpu: me.cpu + Duration::from_secs(1),
            ..me
        };
        assert!(meter.read(&[busier]).is_some());
    }
}
