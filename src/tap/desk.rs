//! The recorder and the rules of a tap, shared by all that passes: one entry after the other, each held against the
//! rules when there are any, and what is held until somebody says what becomes of it.
//!
//! Locks are taken in this order: the lane of a side, then the desk. Who lets a frame go has its lane first, so that
//! nothing overtakes it between the two.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

mod orders;
mod rounds;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

use super::CONN;
use super::control::{Held, Queue, Verdict};
use super::faults::{Fault, Over, Rules, Strike};
use super::pump::Means;
use super::running::{Registration, Sign};
use crate::note::Note;
use crate::note::tapped::{Deed, Fate};
use crate::recorder::{Draft, Recorder};
use crate::recording::Recording;
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction};
use rounds::Rounds;

/// The channel of what went on in the place of a frame.
const INSTEAD: &str = "instead";
/// The most that is held, in bytes and frames; what comes then passes.
const MOST: (usize, usize) = (256 << 20, 10_000);

/// The way a held frame goes on by.
#[derive(Debug)]
pub(super) enum Outlet {
    /// Between two lines, with this ending.
    Lane(Arc<Means>, &'static str),
    /// By whoever waits for it.
    Exchange(oneshot::Sender<Verdict>),
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    desk: Arc<Mutex<Desk>>,
    ruled: Arc<AtomicBool>,
    /// How many frames are held.
    held: Arc<watch::Sender<usize>>,
    over: Over,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub recorder: Recorder,
    /// None when nothing may be touched.
    pub rules: Option<Rules>,
    queue: Queue<Outlet>,
    /// Requests that were sent once more.
    rounds: Rounds,
    /// The server's name for people.
    server: String,
    /// Where others see that it cannot record, and what they see there, since when.
    sign: Option<(Sign, u64, Instant)>,
}

/// How often others see how much cannot be recorded.
const SEEN: Duration = Duration::from_secs(1);

impl Desk {
    /// Records; says the number, and what strikes the frame it is.
    pub fn put(&mut self, draft: Draft) -> (u64, Option<Strike>) {
        let Some(rules) = &mut self.rules else {
            let seq = self.recorder.put(draft);
            self.tell_trouble();
            return (seq, None);
        };
        let body = draft.body.clone();
        let (conn, direction) = (draft.conn, draft.direction);
        let passes = matches!(draft.channel, Channel::Wire | Channel::Stdout) && !draft.aux;
        let ahead = self.queue.ahead(conn, direction).filter(|_| passes);
        let mut struck = (0, None);
        for recorded in self.recorder.append(draft, None) {
            struck = (recorded.seq, rules.take(&recorded, &body, ahead.is_some()));
        }
        // Nobody shows it here.
        self.recorder.let_go();
        if struck.1.is_none() {
            struck.1 = ahead.map(|ahead| Strike {
                fault: Fault::Hold,
                rule: ahead.text.clone(),
                ids: super::faults::ids(&body),
                number: ahead.rule,
                behind: true,
            });
        }
        self.tell_trouble();
        struck
    }

    /// Has others see how much cannot be recorded, while that is so. To be called after each entry.
    pub fn tell_trouble(&mut self) {
        let lost = self.recorder.trouble().map_or(0, |(lost, _)| lost);
        let Some((sign, told, at)) = &mut self.sign else {
            return;
        };
        // It is written as often as that, or when it is much more: who looks reads "at least".
        let news = lost == 0 || *told == 0 || lost >= *told * 2 || at.elapsed() >= SEEN;
        if lost == *told || !news {
            return;
        }
        sign.tell(lost);
        (*told, *at) = (lost, Instant::now());
    }

    fn note(&mut self, conn: u32, deed: Deed) {
        self.put(Draft::note(conn, &Note::Tapped(deed)));
    }

    /// Records what went on in the place of a frame.
    fn instead(&mut self, conn: u32, direction: Direction, body: &[u8]) -> u64 {
        let draft = Draft {
            conn,
            channel: Channel::Other(INSTEAD.into()),
            direction,
            aux: false,
            body: body.to_vec(),
            ending: "\n",
            extra: None,
        };
        self.put(draft).0
    }

    /// Records which rules there are now.
    fn note_rules(&mut self) {
        let rules = self.rules.as_ref().map(Rules::texts).unwrap_or_default();
        self.note(0, Deed::Rules { rules });
    }

    /// The session so far, as far as a file has it.
    fn path(&self) -> Option<Recording> {
        Recording::open(self.recorder.path()?).ok()
    }
}

impl Shared {
    pub fn new(recorder: Recorder, rules: Rules, over: Over, server: &str) -> Self {
        let rules = Some(rules).filter(|rules| !rules.is_empty());
        let ruled = rules.is_some();
        let shared = Self {
            desk: Arc::new(Mutex::new(Desk {
                recorder,
                rules,
                queue: Queue::default(),
                rounds: Rounds::default(),
                server: server.to_owned(),
                sign: None,
            })),
            ruled: Arc::new(AtomicBool::new(ruled)),
            held: Arc::new(watch::Sender::new(0)),
            over,
        };
        if ruled {
            shared.desk().note_rules();
        }
        shared
    }

    /// Others see there how much cannot be recorded.
    pub fn tells(&self, registration: Option<&Registration>) {
        let sign = registration.and_then(Registration::sign);
        self.desk().sign = sign.map(|sign| (sign, 0, Instant::now()));
    }

    /// Entries that could not be recorded so far and why, while that is so.
    pub fn trouble(&self) -> Option<(u64, String)> {
        let desk = self.desk();
        let trouble = desk.recorder.trouble();
        trouble.map(|(lost, why)| (lost, why.to_owned()))
    }

    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether frames may be touched.
    pub fn has_rules(&self) -> bool {
        self.ruled.load(Ordering::Acquire)
    }

    /// Tells what is held and whether frames may be touched, after something has changed.
    fn settle(&self, desk: &mut Desk) {
        let is_over = desk.queue.is_empty() && desk.rounds.is_empty();
        if is_over && desk.rules.as_ref().is_some_and(Rules::is_empty) {
            desk.rules = None;
        }
        self.ruled.store(desk.rules.is_some(), Ordering::Release);
        self.held.send_replace(desk.queue.all().len());
    }

    pub fn put(&self, drafts: impl IntoIterator<Item = Draft>) {
        let mut desk = self.desk();
        for draft in drafts {
            desk.put(draft);
        }
    }

    /// Records that a rule strikes the frame of an entry, after what goes on in its place.
    pub fn struck(
        &self,
        (conn, direction): (u32, Direction),
        (frame, strike): &(u64, Strike),
        instead: Option<&[u8]>,
    ) {
        let mut desk = self.desk();
        let instead = instead.map(|body| desk.instead(conn, direction, body));
        let deed = Deed::Struck {
            frame: *frame,
            rule: strike.rule.clone(),
            what: strike.fault.deed(),
            instead,
        };
        desk.note(conn, deed);
    }

    /// Entries that could not be recorded, and why the last could not.
    pub fn lost(&self) -> Option<(u64, String)> {
        let desk = self.desk();
        let lost = desk.recorder.lost();
        lost.map(|(lost, why)| (lost, why.to_owned()))
    }

    pub fn note(&self, note: &Note) {
        self.put([Draft::note(CONN, note)]);
    }

    /// Holds a frame that a rule struck. False when it is to pass: the rule is gone by now, or too much is held.
    pub fn hold(
        &self,
        (conn, direction): (u32, Direction),
        (frame, strike): &(u64, Strike),
        body: &[u8],
        outlet: Outlet,
    ) -> bool {
        let mut desk = self.desk();
        let Desk { rules, queue, .. } = &mut *desk;
        let has = |rules: &Rules| rules.has(strike.number);
        let by_rule = !strike.behind && rules.as_ref().is_some_and(has);
        // One whose rule is gone by now waits behind others all the same.
        let (rule, text) = match queue.ahead(conn, direction) {
            _ if by_rule => (strike.number, strike.rule.clone()),
            Some(ahead) => (ahead.rule, ahead.text.clone()),
            None => return false,
        };
        if queue.size() + body.len() > MOST.0 || queue.all().len() >= MOST.1 {
            let what = format!("#{frame} passes: too much is held already");
            desk.put(Draft::note(conn, &Note::Remark { what }));
            return false;
        }
        queue.hold(Held {
            frame: *frame,
            conn,
            direction,
            body: Arc::new(body.to_vec()),
            since: Timestamp::now(),
            rule,
            text: text.clone(),
            all: by_rule && strike.fault == Fault::HoldAll,
            behind: !by_rule,
            outlet,
        });
        let deed = Deed::Held {
            frame: *frame,
            rule: text,
        };
        desk.note(conn, deed);
        self.settle(&mut desk);
        true
    }

    /// A held frame has nobody any more who sent it or is to get it.
    pub fn withdraw(&self, frame: u64, why: &str) {
        let mut desk = self.desk();
        if let Some(held) = desk.queue.take(frame) {
            let deed = Deed::LetGo {
                frame,
                fate: Fate::Gone,
                why: Some(why.to_owned()),
                instead: None,
            };
            desk.note(held.conn, deed);
            self.settle(&mut desk);
            drop(desk);
            self.follow(held.conn, held.direction);
        }
    }

    /// Releases what is held of some, as it is.
    pub fn release(&self, which: impl Fn(&Held<Outlet>) -> bool, why: &str) {
        let frames: Vec<u64> = {
            let desk = self.desk();
            let held = desk.queue.all().iter().filter(|held| which(held));
            held.map(|held| held.frame).collect()
        };
        self.pass(frames, why);
    }

    /// Releases what rules held that are gone by now, unless another holds one before it and all behind that.
    fn loosen(&self, rules: &[u32], why: &str) {
        let free = self.desk().queue.loosened(rules);
        self.pass(free, why);
    }

    fn pass(&self, frames: Vec<u64>, why: &str) {
        for frame in frames {
            // Somebody else may have let it go, or it followed another.
            let _ = self.decide(frame, Verdict::Pass, Some(why));
        }
    }

    /// Lets a held frame go. False when it is not held, or no longer.
    pub fn decide(&self, frame: u64, verdict: Verdict, why: Option<&str>) -> bool {
        let way = {
            let desk = self.desk();
            desk.queue.get(frame).map(|held| {
                let means = match &held.outlet {
                    Outlet::Lane(means, _) => Some(Arc::clone(means)),
                    Outlet::Exchange(_) => None,
                };
                (held.conn, held.direction, means)
            })
        };
        let Some((conn, direction, means)) = way else {
            return false;
        };
        let goes = match verdict {
            Verdict::Answer(_) => direction.opposite(),
            _ => direction,
        };
        {
            let mut lane = means
                .as_ref()
                .filter(|_| verdict != Verdict::Drop)
                .and_then(|means| means.lane(goes))
                .map(|lane| lane.lock());
            let mut desk = self.desk();
            let Some(held) = desk.queue.take(frame) else {
                return false;
            };
            let (fate, instead) = match &verdict {
                Verdict::Pass => (Fate::Released, None),
                Verdict::Drop => (Fate::Dropped, None),
                Verdict::Instead(body) => {
                    (Fate::Changed, Some(desk.instead(conn, direction, body)))
                }
                // Over HTTP it is recorded as what came of the exchange.
                Verdict::Answer(_) if means.is_none() => (Fate::Answered, None),
                Verdict::Answer(body) => {
                    if let Some(round) = desk.rounds.goes(frame) {
                        desk.put(Draft::note(conn, &round));
                    }
                    let answer = Draft {
                        conn,
                        channel: Channel::Wire,
                        direction: goes,
                        aux: true,
                        body: body.clone(),
                        ending: "\n",
                        extra: None,
                    };
                    (Fate::Answered, Some(desk.put(answer).0))
                }
            };
            let deed = Deed::LetGo {
                frame,
                fate,
                why: why.map(str::to_owned),
                instead,
            };
            desk.note(conn, deed);
            self.settle(&mut desk);
            drop(desk);
            match held.outlet {
                Outlet::Lane(_, ending) => {
                    let line = match verdict {
                        Verdict::Pass => [&held.body[..], ending.as_bytes()].concat(),
                        Verdict::Instead(body) => [&body, ending.as_bytes()].concat(),
                        Verdict::Answer(body) => [&body[..], b"\n"].concat(),
                        Verdict::Drop => Vec::new(),
                    };
                    if let Some(lane) = &mut lane {
                        // Who takes no more need not be told.
                        let _ = lane.say(&line);
                    }
                }
                Outlet::Exchange(waits) => {
                    // Nobody waits when its client is gone.
                    let _ = waits.send(verdict);
                }
            }
        }
        self.follow(conn, direction);
        true
    }

    /// Lets those go that waited only for one that is gone.
    fn follow(&self, conn: u32, direction: Direction) {
        let means = {
            let desk = self.desk();
            let ahead = desk.queue.ahead(conn, direction);
            match ahead.map(|ahead| &ahead.outlet) {
                Some(Outlet::Lane(means, _)) => Some(Arc::clone(means)),
                Some(Outlet::Exchange(_)) => None,
                None => return,
            }
        };
        let mut lane = means
            .as_ref()
            .and_then(|means| means.lane(direction))
            .map(|lane| lane.lock());
        let mut desk = self.desk();
        let freed = desk.queue.freed(conn, direction);
        for held in &freed {
            let deed = Deed::LetGo {
                frame: held.frame,
                fate: Fate::Released,
                why: None,
                instead: None,
            };
            desk.note(conn, deed);
        }
        self.settle(&mut desk);
        drop(desk);
        for held in freed {
            match held.outlet {
                Outlet::Lane(_, ending) => {
                    if let Some(lane) = &mut lane {
                        let _ = lane.say(&[&held.body[..], ending.as_bytes()].concat());
                    }
                }
                Outlet::Exchange(waits) => drop(waits.send(Verdict::Pass)),
            }
        }
    }

    /// The session so far, for rules that come later.
    fn fold(&self) -> Option<(Timeline, crate::recording::Reading)> {
        let recording = self.desk().path()?;
        let mut reading = recording.reading();
        let mut timeline = Timeline::default();
        catch_up(&mut timeline, &mut reading);
        Some((timeline, reading))
    }
}

fn catch_up(timeline: &mut Timeline, reading: &mut crate::recording::Reading) {
    // What cannot be read is not known to rules; the traffic goes on.
    let _ = reading.read_on(|entries, _| {
        timeline.extend(&entries);
        true
    });
}
