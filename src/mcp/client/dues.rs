//! When something is to be done about requests under way. With thousands of them each turn would be as slow as there
//! are many, were all of them looked at; so they wait in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::{Client, End, Id, Note, Output, Pending, Purpose};

/// Requests by when they are due. No request is due before one of its places here; what is here may be out of date,
/// and is found out to be when its turn comes.
#[derive(Debug, Default)]
pub(super) struct Dues(BinaryHeap<Reverse<(Duration, Id)>>);

impl Dues {
    /// How many places there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A request is due at `at`, which may be before it was.
    pub(super) fn put(&mut self, at: Duration, id: Id) {
        if at < Duration::MAX {
            self.0.push(Reverse((at, id)));
        }
    }

    /// Those that may be due by now, each once; they are here no longer.
    fn take(&mut self, now: Duration) -> Vec<Id> {
        let mut ids = Vec::new();
        while self.0.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            ids.extend(self.0.pop().map(|Reverse((_, id))| id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// When the first is due.
    fn first(&self) -> Option<Duration> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// Brings the first place up to date; `due` says when a request is due, if at all.
    fn settle(&mut self, due: impl Fn(&Id) -> Option<Duration>) {
        while let Some(Reverse((at, id))) = self.0.peek() {
            let due = due(id);
            if due == Some(*at) {
                return;
            }
            if let (Some(Reverse((_, id))), Some(due)) = (self.0.pop(), due) {
                self.put(due, id);
            }
        }
    }
}

impl Pending {
    /// When it is due, unless it waits for a person.
    fn ticking(&self) -> Option<Duration> {
        self.held.is_none().then(|| self.due())
    }
}

impl Client {
    /// When to say [`Input::Tick`](super::Input::Tick) next, if nothing else happens first.
    pub fn deadline(&self) -> Option<Duration> {
        if self.login_since.is_some() {
            return None;
        }
        self.dues
            .first()
            .into_iter()
            .chain(self.talks.due())
            .chain(self.subscriptions.deadline())
            .chain(self.tasks.deadline())
            .filter(|until| *until < Duration::MAX)
            .min()
    }

    /// After each turn: what was answered is due no longer.
    pub(super) fn settle(&mut self) {
        let pending = &self.pending;
        self.dues
            .settle(|id| pending.get(id).and_then(Pending::ticking));
    }

    pub(super) fn tick(&mut self, now: Duration, out: &mut Vec<Output>) {
        let mut due = self.dues.take(now);
        self.near_limits(now, &due, out);
        due.retain(|id| {
            let Some(pending) = self.pending.get(id).filter(|one| one.held.is_none()) else {
                return false;
            };
            let over = pending.until <= now;
            if !over {
                self.dues.put(pending.due(), id.clone());
            }
            over
        });
        due.sort_by_key(Id::to_json);
        for id in due {
            let Some(pending) = self.pending.remove(&id) else {
                continue;
            };
            out.push(Output::Note(
                Note::Timeout {
                    id: id.to_json(),
                    after_ms: now.saturating_sub(pending.sent).as_millis() as u64,
                }
                .into(),
            ));
            match pending.purpose {
                Purpose::Probe => self.probe_unanswered(now, out),
                // `initialize` must not be cancelled (basic/lifecycle, Cancellation; all handshake revisions).
                Purpose::Initialize => self.initialize_unanswered(now, out),
                Purpose::List { list, .. } => {
                    self.call_off(&id, "timed out", out);
                    out.push(Output::Listed(list));
                }
                Purpose::Complete { ticket } => self.completing_timed_out(&id, ticket, out),
                Purpose::Call { ticket } => {
                    self.call_off(&id, "timed out", out);
                    self.finish(ticket, End::TimedOut, out);
                }
                Purpose::Listen { group } => {
                    self.call_off(&id, "timed out", out);
                    self.listen_lost(now, &id, group, None, out);
                }
                Purpose::Watch { uri, on } => {
                    self.call_off(&id, "timed out", out);
                    self.watched(&uri, on, false);
                }
                Purpose::Task { id: task, step } => {
                    self.call_off(&id, "timed out", out);
                    self.task_unanswered(now, &task, step, End::TimedOut, out);
                }
                Purpose::TaskList { .. } => self.call_off(&id, "timed out", out),
            }
        }
        self.tasks_due(now, out);
        self.streams_due(now, out);
        self.go_on(now, out);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes, goes, and is put off: the first is the first of all.
        #[test]
        fn the_first_is_the_first_of_all(
            turns in prop::collection::vec((0u8..3, 0i64..8, 0u64..50), 0..60),
        ) {
            let mut known: HashMap<Id, Duration> = HashMap::new();
            let mut dues = Dues::default();
            for (what, id, at) in turns {
                let (id, at) = (Id::Integer(id), Duration::from_secs(at));
                match what {
                    0 => {
                        known.insert(id.clone(), at);
                        dues.put(at, id);
                    }
                    1 => {
                        known.remove(&id);
                    }
                    // Later is told to nobody.
                    _ => {
                        if let Some(due) = known.get_mut(&id) {
                            *due += at;
                        }
                    }
                }
                dues.settle(|id| known.get(id).copied());
                prop_assert_eq!(dues.first(), known.values().min().copied());
            }
            let now = Duration::from_secs(25);
            let mut over = dues.take(now);
            over.retain(|id| known.get(id).is_some_and(|at| *at <= now));
            let mut all: Vec<Id> = known.iter().filter(|(_, at)| **at <= now).map(|(id, _)| id.clone()).collect();
            all.sort_unstable();
            prop_assert_eq!(over, all);
        }
    }
}
