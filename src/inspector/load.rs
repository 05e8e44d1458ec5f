//! A load on a connection: what it sends goes past the client, what answers it past the recorder.
//!
//! This is the one place where frames are not recorded; a note before and one after say so, with how many there were.
//! Everything else that comes meanwhile takes the usual way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Engine, Live, Update};
use crate::bench::{Answer, Fault, Load, Pace, Plan, answer};
use crate::jsonrpc::Id;
use crate::note::Note;
use crate::transport::{LinkEvent, Outgoing, Stream, usage};

/// A load, and what sends it.
#[derive(Debug)]
pub(super) struct Running {
    load: Load,
    outbox: mpsc::UnboundedSender<Outgoing>,
    metronome: Option<Arc<Metronome>>,
    pid: Option<u32>,
}

/// What the thread that sends at a rate tells, and is told.
#[derive(Debug, Default)]
struct Metronome {
    /// How many it has sent.
    sent: AtomicU64,
    /// The most it was late by, in nanoseconds.
    late: AtomicU64,
    /// Whether it shall go on.
    ended: AtomicBool,
}

impl Metronome {
    /// Sends what is due, from now on. Timers of the runtime are too coarse for this by far, so it is a thread.
    fn start(plan: Plan, outbox: mpsc::UnboundedSender<Outgoing>) -> Arc<Self> {
        let shared = Arc::new(Self::default());
        let own = Arc::clone(&shared);
        let beat = move || {
            let began = std::time::Instant::now();
            for index in 0..plan.count() {
                let due = plan.due(index);
                if let Some(left) = due.checked_sub(began.elapsed()) {
                    std::thread::sleep(left);
                }
                if own.ended.load(Ordering::Relaxed) {
                    return;
                }
                let late = began.elapsed().saturating_sub(due).as_nanos();
                own.late
                    .fetch_max(u64::try_from(late).unwrap_or(u64::MAX), Ordering::Relaxed);
                // Counted first: its answer may come before we are back here.
                own.sent.store(index + 1, Ordering::Release);
                if outbox.send(Outgoing::Frame(plan.frame(index))).is_err() {
                    return;
                }
            }
        };
        // Without a thread nothing is sent, which the figures say.
        if std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(beat)
            .is_err()
        {
            shared.ended.store(true, Ordering::Relaxed);
        }
        shared
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(metronome) = &self.metronome {
            metronome.ended.store(true, Ordering::Relaxed);
        }
    }
}

impl Running {
    fn sent(&self) -> u64 {
        self.metronome
            .as_ref()
            .map_or(0, |metronome| metronome.sent.load(Ordering::Acquire))
    }

    fn send(&self, frames: impl IntoIterator<Item = Vec<u8>>) {
        for frame in frames {
            // A failed send means that the link has ended; its last event is on its way to us.
            let _ = self.outbox.send(Outgoing::Frame(frame));
        }
    }

    fn answered(&mut self, now: Duration, answer: Answer) -> bool {
        let Some(next) = self.load.answered(now, answer) else {
            return false;
        };
        self.send(next);
        true
    }

    fn sample(&mut self, now: Duration) {
        if let Some((cpu, rss, processes)) = self.pid.and_then(usage::of) {
            self.load.sample(now, cpu, rss, processes);
        }
    }

    /// What becomes of something that happened: gives back what is none of the load's.
    fn take(&mut self, now: Duration, event: LinkEvent) -> Option<LinkEvent> {
        let ours = match &event {
            LinkEvent::Line {
                stream: Stream::Stdout,
                bytes,
                ..
            }
            | LinkEvent::Frame { bytes, .. } => answer(bytes),
            LinkEvent::Unanswered {
                id: Id::Integer(id),
                loss,
            } => u64::try_from(*id).ok().map(|id| Answer {
                id,
                fault: Some(Fault::Lost(loss.kind.word().into())),
            }),
            // Each request of ours has an exchange of its own, with all its steps.
            LinkEvent::Http(_) => return None,
            LinkEvent::Closed(_) | LinkEvent::Exited { .. } => {
                let sent = self.sent();
                self.load.lose(now, sent, "the connection ended");
                None
            }
            _ => None,
        };
        let taken = ours.is_some_and(|answer| self.answered(now, answer));
        (!taken).then_some(event)
    }
}

impl Live {
    /// When its load has to be looked at.
    pub(super) fn loaded(&self) -> Option<Duration> {
        self.load.as_ref().map(|running| running.load.deadline())
    }
}

impl Engine {
    /// Begins a load.
    pub(super) async fn load(&mut self, conn: u32, plan: Plan) {
        let pace = match plan.pace {
            Pace::Closed { in_flight } => format!("{in_flight} at a time"),
            Pace::Open { every } => format!("{:.1} a second", every.as_secs_f64().recip()),
        };
        let what = format!("a load begins: {pace}; its requests and answers are not recorded");
        self.note(conn, &Note::Remark { what }).await;
        let now = self.now();
        let Some(live) = self.connections.get_mut(&conn) else {
            return;
        };
        let outbox = live.outbox.clone();
        let metronome = match plan.pace {
            Pace::Open { .. } => Some(Metronome::start(plan.clone(), outbox.clone())),
            Pace::Closed { .. } => None,
        };
        let mut running = Running {
            load: Load::new(plan, now),
            outbox,
            metronome,
            pid: live.pid,
        };
        running.sample(now);
        let first = running.load.begin(now);
        running.send(first);
        live.load = Some(Box::new(running));
    }

    /// Ends a load early.
    pub(super) async fn unload(&mut self, conn: u32) {
        let live = self.connections.get_mut(&conn);
        if let Some(running) = live.and_then(|live| live.load.as_mut()) {
            if let Some(metronome) = &running.metronome {
                metronome.ended.store(true, Ordering::Relaxed);
            }
            let sent = running.sent();
            running.load.stop(sent);
            self.end_load(conn).await;
        }
    }

    /// What is none of the load's, to be dealt with as always.
    pub(super) async fn past_load(&mut self, conn: u32, event: LinkEvent) -> Option<LinkEvent> {
        let now = self.began.elapsed();
        let live = self.connections.get_mut(&conn)?;
        let Some(running) = live.load.as_mut() else {
            return Some(event);
        };
        let left = running.take(now, event);
        if running.load.is_over(now, running.sent()) {
            self.end_load(conn).await;
        }
        left
    }

    /// Time passed.
    pub(super) async fn tick_load(&mut self, conn: u32) {
        let now = self.now();
        let live = self.connections.get_mut(&conn);
        let Some(running) = live.and_then(|live| live.load.as_mut()) else {
            return;
        };
        if now < running.load.deadline() {
            return;
        }
        running.sample(now);
        let sent = running.sent();
        let frames = running.load.tick(now, sent);
        running.send(frames);
        if running.load.is_overrun(sent) {
            if let Some(metronome) = &running.metronome {
                metronome.ended.store(true, Ordering::Relaxed);
            }
            running.load.stop(sent);
        }
        let figures = Box::new(running.load.figures());
        let over = running.load.is_over(now, sent);
        if over {
            self.end_load(conn).await;
        } else {
            self.tell(Update::Load {
                conn,
                figures,
                over,
            })
            .await;
        }
    }

    async fn end_load(&mut self, conn: u32) {
        let now = self.now();
        let Some(live) = self.connections.get_mut(&conn) else {
            return;
        };
        let Some(mut running) = live.load.take() else {
            return;
        };
        let sent = running.sent();
        if !running.load.is_over(now, sent) {
            live.load = Some(running);
            return;
        }
        running.sample(now);
        if let Some(metronome) = &running.metronome {
            let late = metronome.late.load(Ordering::Relaxed);
            running.load.was_late(Duration::from_nanos(late));
        }
        let figures = running.load.figures();
        // Exchanges name frames by their number on the link: those of the load have no entry.
        live.sent.resize(live.sent.len() + figures.sent as usize, 0);
        let what = format!(
            "a load ends: {} requests sent, not recorded; {} answers counted, {} failed",
            figures.sent,
            figures.answered(),
            figures.failed()
        );
        self.note(conn, &Note::Remark { what }).await;
        let figures = Box::new(figures);
        self.tell(Update::Load {
            conn,
            figures,
            over: true,
        })
        .await;
    }
}
