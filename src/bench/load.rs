//! A load under way, sans-io: told what came and what time it is, it says what to send next.
//!
//! It reads no clock and touches no link. Times are counted on any clock that does not run backwards.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, Fault};
use super::figures::{Figures, Latency, Second, Used};
use super::template::Template;

/// How often it is looked back at, and for answers that do not come.
const TICK: Duration = Duration::from_secs(1);

/// Requests of an open loop that may wait for their answers: with more, the server is not going to catch up, and we
/// would only fill our memory.
const BACKLOG: u64 = 100_000;

/// When requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// So many are under way at any time.
    Closed {
        /// How many; each is sent when the one before it was answered.
        in_flight: u32,
    },
    /// At a rate, whatever comes back.
    Open {
        /// One is due this long after the other; at least a nanosecond.
        every: Duration,
    },
}

/// How long a load goes on after warming up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// So long.
    Time(Duration),
    /// Until so many were sent.
    Calls(u64),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is sent, in turn; in a closed loop each of those under way goes through all of it. Never empty.
    pub templates: Arc<[Template]>,
    /// When.
    pub pace: Pace,
    /// How long what is measured does not count.
    pub warmup: Duration,
    /// For how long.
    pub until: Until,
    /// How long an answer is waited for.
    pub wait: Duration,
    /// The id of the first request; the others count on from there.
    pub first_id: u64,
}

impl Plan {
    /// In an open loop: when a request is due, from the beginning.
    pub fn due(&self, index: u64) -> Duration {
        match self.pace {
            Pace::Open { every } => {
                let nanoseconds = every.as_nanos() * u128::from(index);
                Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
            }
            Pace::Closed { .. } => Duration::ZERO,
        }
    }

    /// In an open loop: how many requests there will be.
    pub fn count(&self) -> u64 {
        let Pace::Open { every } = self.pace else {
            return 0;
        };
        let within = |time: Duration| {
            let count = time.as_nanos().div_ceil(every.as_nanos().max(1));
            u64::try_from(count).unwrap_or(u64::MAX)
        };
        match self.until {
            Until::Time(time) => within(self.warmup + time),
            Until::Calls(calls) => within(self.warmup).saturating_add(calls),
        }
    }

    /// In an open loop: the frame of a request.
    pub fn frame(&self, index: u64) -> Vec<u8> {
        self.template(index).frame(self.first_id + index)
    }

    fn template(&self, index: u64) -> &Template {
        &self.templates[(index % self.templates.len() as u64) as usize]
    }
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    at: Duration,
    worker: u32,
    template: u32,
}

#[derive(Debug)]
enum Waiting {
    /// By id; and which template each of those under way sends next.
    Closed {
        sent: HashMap<u64, Sent>,
        next: Vec<u32>,
    },
    /// Which are answered, a bit each; the first that is not; how many are.
    Open {
        seen: Vec<u64>,
        from: u64,
        answered: u64,
    },
}

/// See the module.
#[derive(Debug)]
pub struct Load {
    plan: Plan,
    began: Duration,
    waiting: Waiting,
    /// Sent so far; in an open loop as told.
    sent: u64,
    /// Sent after warming up.
    counted: u64,
    /// When it is looked back next.
    tick: Duration,
    figures: Figures,
    /// Since the last tick.
    recent: (Latency, u64),
    /// The server's CPU time when counting began.
    cpu: Option<Duration>,
    given_up: bool,
}

impl Load {
    /// A load that begins now.
    pub fn new(plan: Plan, now: Duration) -> Self {
        let waiting = match plan.pace {
            Pace::Closed { in_flight } => Waiting::Closed {
                sent: HashMap::new(),
                next: vec![0; in_flight as usize],
            },
            Pace::Open { .. } => Waiting::Open {
                seen: Vec::new(),
                from: 0,
                answered: 0,
            },
        };
        Self {
            plan,
            began: now,
            waiting,
            sent: 0,
            counted: 0,
            tick: now + TICK,
            figures: Figures::default(),
            recent: (Latency::default(), 0),
            cpu: None,
            given_up: false,
        }
    }

    /// What to do.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is sent first. In an open loop nothing: that is sent when it is [due](Plan::due).
    pub fn begin(&mut self, now: Duration) -> Vec<Vec<u8>> {
        let workers = match &self.waiting {
            Waiting::Closed { next, .. } => next.len() as u32,
            Waiting::Open { .. } => 0,
        };
        (0..workers)
            .map_while(|worker| self.next(now, worker))
            .collect()
    }

    /// When counting begins.
    fn counts_from(&self) -> Duration {
        self.began + self.plan.warmup
    }

    /// The next of one of those under way.
    fn next(&mut self, now: Duration, worker: u32) -> Option<Vec<u8>> {
        let counts_from = self.counts_from();
        let more = match self.plan.until {
            Until::Time(time) => now < counts_from + time,
            Until::Calls(calls) => self.counted < calls,
        };
        let Waiting::Closed { sent, next } = &mut self.waiting else {
            return None;
        };
        if !more || self.given_up {
            return None;
        }
        let template = next[worker as usize];
        next[worker as usize] = (template + 1) % self.plan.templates.len() as u32;
        let id = self.plan.first_id + self.sent;
        self.sent += 1;
        self.counted += u64::from(now >= counts_from);
        sent.insert(
            id,
            Sent {
                at: now,
                worker,
                template,
            },
        );
        Some(self.plan.templates[template as usize].frame(id))
    }

    /// An answer came. None when it is none of ours; else what is sent next, if anything.
    pub fn answered(&mut self, now: Duration, answer: Answer) -> Option<Option<Vec<u8>>> {
        let index = answer.id.checked_sub(self.plan.first_id)?;
        match &mut self.waiting {
            Waiting::Closed { sent, .. } => {
                let Sent {
                    at,
                    worker,
                    template,
                } = sent.remove(&answer.id)?;
                self.count(now, at, template, answer.fault);
                Some(self.next(now, worker))
            }
            Waiting::Open { seen, answered, .. } => {
                if index >= self.plan.count() || !mark(seen, index) {
                    return None;
                }
                *answered += 1;
                self.sent = self.sent.max(index + 1);
                self.count_open(now, index, answer.fault);
                Some(None)
            }
        }
    }

    fn count_open(&mut self, now: Duration, index: u64, fault: Option<Fault>) {
        let template = (index % self.plan.templates.len() as u64) as u32;
        self.count(now, self.began + self.plan.due(index), template, fault);
    }

    fn count(&mut self, now: Duration, since: Duration, template: u32, fault: Option<Fault>) {
        let took = now.saturating_sub(since);
        self.recent.0.add(took);
        self.recent.1 += u64::from(fault.is_some());
        let counts_from = self.counts_from();
        if since < counts_from {
            return;
        }
        self.figures.took = self.figures.took.max(now.saturating_sub(counts_from));
        let name = self.plan.templates[template as usize].name();
        self.figures.count(name, took, fault);
    }

    /// When to say [`Self::tick`] next.
    pub fn deadline(&self) -> Duration {
        let counts_from = self.counts_from();
        if self.cpu.is_none() && counts_from < self.tick {
            return counts_from;
        }
        self.tick
    }

    /// Time passed. `sent` is how many an open loop has sent. Gives what is sent instead of what was given up.
    pub fn tick(&mut self, now: Duration, sent: u64) -> Vec<Vec<u8>> {
        let frames = self.give_up(now, sent);
        while now >= self.tick {
            self.tick += TICK;
            let (latency, failed) = std::mem::take(&mut self.recent);
            self.figures.seconds.push(Second {
                answered: latency.count(),
                failed,
                p50: latency.quantile(0.5),
                p99: latency.quantile(0.99),
            });
        }
        frames
    }

    fn give_up(&mut self, now: Duration, told: u64) -> Vec<Vec<u8>> {
        let wait = self.plan.wait;
        match &mut self.waiting {
            Waiting::Closed { sent, .. } => {
                let mut over: Vec<u64> = sent
                    .iter()
                    .filter(|(_, sent)| now.saturating_sub(sent.at) >= wait)
                    .map(|(id, _)| *id)
                    .collect();
                over.sort_unstable();
                let fault = Some(Fault::Timeout);
                over.into_iter()
                    .filter_map(|id| {
                        let fault = fault.clone();
                        self.answered(now, Answer { id, fault }).flatten()
                    })
                    .collect()
            }
            Waiting::Open { .. } => {
                self.sent = self.sent.max(told);
                while let Some(index) = self.oldest() {
                    if now.saturating_sub(self.began + self.plan.due(index)) < wait {
                        break;
                    }
                    let id = self.plan.first_id + index;
                    let fault = Some(Fault::Timeout);
                    self.answered(now, Answer { id, fault });
                }
                Vec::new()
            }
        }
    }

    /// The first of an open loop that is sent and not answered.
    fn oldest(&mut self) -> Option<u64> {
        let Waiting::Open { seen, from, .. } = &mut self.waiting else {
            return None;
        };
        while *from < self.sent && is_marked(seen, *from) {
            *from += 1;
        }
        (*from < self.sent).then_some(*from)
    }

    /// Those that are sent and not answered. `sent` is how many an open loop has sent.
    pub fn under_way(&self, told: u64) -> u64 {
        match &self.waiting {
            Waiting::Closed { sent, .. } => sent.len() as u64,
            Waiting::Open { answered, .. } => self.sent.max(told) - answered,
        }
    }

    /// Whether an open loop has so many waiting that there is no sense in sending more.
    pub fn is_overrun(&self, told: u64) -> bool {
        matches!(self.plan.pace, Pace::Open { .. }) && self.under_way(told) > BACKLOG
    }

    /// Nothing more is sent: the link is gone, somebody wants it to end, or it is overrun.
    pub fn stop(&mut self, told: u64) {
        if self.is_overrun(told) {
            self.figures.overrun = Some(self.under_way(told));
        }
        self.sent = self.sent.max(told);
        self.given_up = true;
    }

    /// The link is gone: what is under way will not be answered.
    pub fn lose(&mut self, now: Duration, told: u64, why: &str) {
        self.stop(told);
        self.figures.lost = true;
        let fault = || Some(Fault::Lost(why.into()));
        let ids: Vec<u64> = match &self.waiting {
            Waiting::Closed { sent, .. } => sent.keys().copied().collect(),
            Waiting::Open { .. } => {
                let first = self.plan.first_id;
                (first..first + self.sent).collect()
            }
        };
        for id in ids {
            self.answered(now, Answer { id, fault: fault() });
        }
    }

    /// Whether all is sent and answered.
    pub fn is_over(&self, now: Duration, told: u64) -> bool {
        let all_sent = match (self.plan.pace, self.plan.until) {
            _ if self.given_up => true,
            (Pace::Open { .. }, _) => told >= self.plan.count(),
            (Pace::Closed { .. }, Until::Time(time)) => now >= self.counts_from() + time,
            (Pace::Closed { .. }, Until::Calls(calls)) => self.counted >= calls,
        };
        all_sent && self.under_way(told) == 0
    }

    /// What the server's processes have used since their start, and hold.
    pub fn sample(&mut self, now: Duration, cpu: Duration, rss: u64, processes: u32) {
        if now < self.counts_from() {
            return;
        }
        let before = *self.cpu.get_or_insert(cpu);
        let used = self.figures.used.get_or_insert(Used {
            rss_before: rss,
            ..Used::default()
        });
        used.cpu = cpu.saturating_sub(before);
        used.rss_most = used.rss_most.max(rss);
        used.rss_after = rss;
        used.processes = processes;
    }

    /// An open loop sent one so much after it was due.
    pub fn was_late(&mut self, by: Duration) {
        self.figures.late = self.figures.late.max(by);
    }

    /// What was measured so far.
    pub fn figures(&self) -> Figures {
        Figures {
            sent: self.sent,
            ..self.figures.clone()
        }
    }
}

fn is_marked(seen: &[u64], index: u64) -> bool {
    let word = seen.get((index / 64) as usize).copied().unwrap_or(0);
    word >> (index % 64) & 1 == 1
}

/// Whether it was not marked before.
fn mark(seen: &mut Vec<u64>, index: u64) -> bool {
    let place = (index / 64) as usize;
    if seen.len() <= place {
        seen.resize(place + 1, 0);
    }
    let bit = 1 << (index % 64);
    let new = seen[place] & bit == 0;
    seen[place] |= bit;
    new
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::bench::answer;

    const MS: Duration = Duration::from_millis(1);

    fn template(name: &str) -> Template {
        let frame = format!(r#"{{"id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#);
        Template::of(frame.as_bytes()).unwrap()
    }

    fn plan(pace: Pace, until: Until) -> Plan {
        Plan {
            templates: [template("a"), template("b")].into(),
            pace,
            warmup: Duration::ZERO,
            until,
            wait: 2_000 * MS,
            first_id: 1_000,
        }
    }

    fn id_of(frame: &[u8]) -> u64 {
        let id = crate::json::get(frame, &["id"]).unwrap();
        std::str::from_utf8(id).unwrap().parse().unwrap()
    }

    fn good(id: u64) -> Answer {
        answer(format!(r#"{{"id":{id},"result":{{}}}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn a_closed_loop_keeps_so_many_under_way_and_ends_with_the_last_answer() {
        let mut load = Load::new(plan(Pace::Closed { in_flight: 3 }, Until::Calls(10)), MS);
        let mut under_way: std::collections::VecDeque<_> = load.begin(MS).into();
        let mut now = MS;
        let mut sent = under_way.len();
        while let Some(frame) = under_way.pop_front() {
            assert!(!load.is_over(now, 0));
            now += MS;
            let next = load.answered(now, good(id_of(&frame))).unwrap();
            sent += usize::from(next.is_some());
            under_way.extend(next);
            assert!(under_way.len() <= 3);
        }
        assert!(load.is_over(now, 0));
        let figures = load.figures();
        assert_eq!((sent, figures.sent, figures.answered()), (10, 10, 10));
        assert_eq!(figures.took, 10 * MS);
        // Each of the three goes through both.
        let names: Vec<_> = figures
            .names
            .iter()
            .map(|named| (&*named.name, named.latency.count()))
            .collect();
        assert_eq!(names.iter().map(|(_, count)| count).sum::<u64>(), 10);
        assert!(names.iter().all(|(_, count)| *count >= 4), "{names:?}");
    }

    #[test]
    fn an_answer_counts_once_and_a_stranger_s_not_at_all() {
        let mut load = Load::new(plan(Pace::Closed { in_flight: 1 }, Until::Calls(2)), MS);
        let first = id_of(&load.begin(MS)[0]);
        assert!(load.answered(MS, good(7)).is_none(), "the client's own");
        assert!(load.answered(2 * MS, good(first)).is_some());
        assert!(
            load.answered(3 * MS, good(first)).is_none(),
            "a second time"
        );
        assert_eq!(load.figures().answered(), 1);
    }

    #[test]
    fn an_open_loop_charges_a_halt_to_all_that_were_due_in_it() {
        // 1,000 a second for 4 s; the server halts for all of the second second and then answers at once.
        let pace = Pace::Open { every: MS };
        let plan = plan(pace, Until::Time(4_000 * MS));
        assert_eq!(plan.count(), 4_000);
        let mut load = Load::new(plan, Duration::ZERO);
        assert!(load.begin(Duration::ZERO).is_empty());
        for index in 0..4_000 {
            let due = load.plan().due(index);
            let halted = due >= 1_000 * MS && due < 2_000 * MS;
            let now = if halted { 2_000 * MS } else { due + MS / 10 };
            assert_eq!(id_of(&load.plan().frame(index)), 1_000 + index);
            load.answered(now, good(1_000 + index)).unwrap();
        }
        assert!(load.is_over(5_000 * MS, 4_000));
        let latency = &load.figures().latency;
        assert_eq!(latency.count(), 4_000);
        assert!(latency.quantile(0.5) < MS);
        let p90 = latency.quantile(0.9);
        assert!(
            p90 > 550 * MS && p90 < 650 * MS,
            "a quarter waited for half a second on average: {p90:?}"
        );
    }

    #[test]
    fn what_is_not_answered_in_time_is_given_up_and_the_loop_goes_on() {
        let mut load = Load::new(plan(Pace::Closed { in_flight: 2 }, Until::Calls(3)), MS);
        assert_eq!(load.begin(MS).len(), 2);
        assert!(load.tick(1_000 * MS, 0).is_empty());
        let again = load.tick(2_001 * MS, 0);
        assert_eq!(again.len(), 1, "three were to be sent");
        assert_eq!(load.figures().faults, [(Fault::Timeout, 2)].into());
        load.answered(2_002 * MS, good(id_of(&again[0]))).unwrap();
        assert!(load.is_over(2_002 * MS, 0));
        assert_eq!(load.figures().seconds.len(), 2);

        let mut load = Load::new(plan(Pace::Open { every: 1_000 * MS }, Until::Calls(3)), MS);
        load.answered(MS, good(1_001)).unwrap();
        load.tick(2_001 * MS, 3);
        assert_eq!(load.figures().faults, [(Fault::Timeout, 1)].into());
        load.tick(4_001 * MS, 3);
        assert_eq!(load.figures().faults, [(Fault::Timeout, 2)].into());
        assert!(load.is_over(4_001 * MS, 3));
    }

    #[test]
    fn what_is_due_while_warming_up_does_not_count() {
        let mut plan = plan(Pace::Closed { in_flight: 1 }, Until::Calls(2));
        plan.warmup = 10 * MS;
        let mut load = Load::new(plan, Duration::ZERO);
        let mut frame = load.begin(Duration::ZERO).pop();
        let mut now = Duration::ZERO;
        let mut sent = 0;
        while let Some(last) = frame {
            sent += 1;
            now += 4 * MS;
            frame = load.answered(now, good(id_of(&last))).unwrap();
        }
        assert_eq!(sent, 5, "at 0, 4 and 8 for nothing, then two");
        let figures = load.figures();
        assert_eq!((figures.answered(), figures.sent), (2, 5));
        assert_eq!(figures.took, 10 * MS);
    }

    #[test]
    fn a_link_that_goes_takes_what_is_under_way_with_it() {
        for pace in [
            Pace::Closed { in_flight: 4 },
            Pace::Open { every: 100 * MS },
        ] {
            let mut load = Load::new(plan(pace, Until::Calls(100)), MS);
            load.begin(MS);
            load.answered(2 * MS, good(1_000)).unwrap();
            load.lose(3 * MS, 4, "gone");
            assert!(load.is_over(3 * MS, 4));
            let lost = Fault::Lost("gone".into());
            assert!(load.figures().faults[&lost] >= 3);
        }
    }

    #[test]
    fn a_server_that_does_not_keep_up_is_not_buried() {
        let mut load = Load::new(
            plan(Pace::Open { every: MS / 1_000 }, Until::Time(10_000 * MS)),
            MS,
        );
        assert!(!load.is_overrun(BACKLOG));
        assert!(load.is_overrun(BACKLOG + 1));
        load.stop(BACKLOG + 1);
        assert_eq!(load.figures().overrun, Some(BACKLOG + 1));
    }
}
