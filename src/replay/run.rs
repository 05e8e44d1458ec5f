//! Going through a plan: told what happened on the new connection, it says what to do next.
//!
//! It reads no clock and touches no connection. Everything is sent in the recorded order, each as soon as what had
//! ended before it has ended again; at a speed, not before its time either.

mod ending;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::answers::message;
use super::carry::{self, Now};
use super::plan::{Ending, Part, Plan, Step, What};
use super::{Reading, Speed};
use crate::json::{self, Value};
use crate::mask::names_in;
use crate::mcp::asked::{Reply, Which};
use crate::session::timeline::{ExchangeIndex, Question, Row, SingleKind};

/// Calls that took longer than this may take twice as long again.
const SLOW: Duration = Duration::from_secs(20);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The connection that was wanted works.
    Ready,
    /// The request of this ticket was sent, as this entry.
    Sent {
        /// Whose.
        ticket: u64,
        /// Its sequence number.
        seq: u64,
    },
    /// The request of this ticket is over.
    Finished(u64),
    /// Entries were recorded.
    Recorded,
    /// The connection is gone.
    Gone,
    /// Time has passed; see [`Run::due`].
    Tick,
}

/// What to do about it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Do {
    /// Open a connection for this part of the plan; say [`Run::opened`] with its number.
    Connect(usize),
    /// Close the connection.
    Close,
    /// Send a request.
    Call {
        /// Its number.
        ticket: u64,
        /// Its method.
        method: String,
        /// Its raw params.
        params: Option<String>,
        /// How long to wait for the answer, when that is not as long as ever.
        wait: Option<Duration>,
    },
    /// Cancel a request.
    Cancel(u64),
    /// Send a frame as it is.
    Frame(String),
    /// Be told of changes of a resource, or no longer.
    Follow(String, bool),
    /// Be told of changes of lists.
    FollowLists,
    /// Answer a question.
    Answer(Which, Reply),
    /// Nobody answered this question in the recording: somebody has to decide.
    Unknown(u32),
    /// Record this.
    Note(String),
    /// It is over.
    Over,
}

/// A value that took the place of a recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Where in the params.
    pub path: String,
    /// What stood there.
    pub was: Value,
    /// What stands there now; of what was masked, the mask.
    pub is: Value,
    /// Where it came from, and what it was.
    pub words: String,
}

/// How far a step has come.
#[derive(Debug, Clone, Default)]
struct Course {
    sent: bool,
    seq: Option<u64>,
    ended: bool,
    cancelled: bool,
    carried: Vec<Carried>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opening,
    Going,
    Closing,
    Over,
}

/// See the module.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    speed: Speed,
    /// The ticket of the first step of all.
    tickets: u64,
    courses: Vec<Vec<Course>>,
    part: usize,
    conn: u32,
    stage: Stage,
    began: Duration,
    next: usize,
    /// How many of the part's ends have come, in their order.
    ended: usize,
    under_way: usize,
    /// How many calls have ended, on all connections.
    finished: usize,
    /// Whether somebody did not want to wait for the rest.
    is_broken: bool,
    /// Calls that are going to be cancelled.
    doomed: Vec<usize>,
    by_seq: HashMap<u64, usize>,
    /// The new results' entries are read once for all that came from them: by exchange of the recording.
    sources: HashMap<ExchangeIndex, usize>,
    results: HashMap<ExchangeIndex, Option<Vec<u8>>>,
    decided: HashSet<u32>,
    /// Rows of the new session that were looked at for changes of lists, and what they told.
    rows: usize,
    changes: HashMap<String, usize>,
    followed: Vec<String>,
    due: Option<Duration>,
}

impl Run {
    /// Nothing is sent yet. `tickets` is the first number that is free for its requests.
    pub fn new(plan: Plan, speed: Speed, tickets: u64) -> Self {
        let courses = plan
            .parts
            .iter()
            .map(|part| vec![Course::default(); part.steps.len()]);
        Self {
            courses: courses.collect(),
            speed,
            tickets,
            part: 0,
            conn: 0,
            stage: Stage::Opening,
            began: Duration::ZERO,
            next: 0,
            ended: 0,
            under_way: 0,
            finished: 0,
            is_broken: false,
            doomed: Vec::new(),
            by_seq: HashMap::new(),
            sources: HashMap::new(),
            results: HashMap::new(),
            decided: HashSet::new(),
            rows: 0,
            changes: HashMap::new(),
            followed: Vec::new(),
            due: None,
            plan,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Begins.
    pub fn start(&self) -> Vec<Do> {
        vec![Do::Connect(0)]
    }

    /// The connection that was wanted has this number.
    pub fn opened(&mut self, conn: u32) {
        self.conn = conn;
    }

    /// When to say [`Happened::Tick`], if nothing else happens first.
    pub fn due(&self) -> Option<Duration> {
        self.due
    }

    /// Whether there is nothing left to do.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Every call: the exchange of the recording, the entry that sent it again, and what was carried over. Of a run that
    /// was broken off, those that had ended.
    pub fn calls(&self) -> impl Iterator<Item = (ExchangeIndex, Option<u64>, &[Carried])> {
        let parts = self.plan.parts.iter().zip(&self.courses);
        let steps = parts.flat_map(|(part, courses)| part.steps.iter().zip(courses));
        steps
            .filter(|(step, _)| step.what == What::Call)
            .filter(|(_, course)| course.ended || !self.is_broken)
            .filter_map(|(step, course)| Some((step.exchange?, course.seq, &course.carried[..])))
    }

    fn part(&self) -> &Part {
        &self.plan.parts[self.part]
    }

    fn first_ticket(&self) -> u64 {
        let before = self.plan.parts[..self.part].iter();
        self.tickets + before.map(|part| part.steps.len() as u64).sum::<u64>()
    }

    fn step_of(&self, ticket: u64) -> Option<usize> {
        let place = usize::try_from(ticket.checked_sub(self.first_ticket())?).ok()?;
        (place < self.part().steps.len()).then_some(place)
    }

    /// Takes what happened at `now`, on any clock that does not run backwards.
    pub fn handle(&mut self, now: Duration, what: Happened, new: &Reading<'_>) -> Vec<Do> {
        let mut out = Vec::new();
        match (what, self.stage) {
            (_, Stage::Over) => {}
            (Happened::Ready, Stage::Opening) => {
                self.stage = Stage::Going;
                self.began = now;
                self.advance(now, new, &mut out);
            }
            (Happened::Sent { ticket, seq }, _) => {
                if let Some(place) = self.step_of(ticket) {
                    let course = &mut self.courses[self.part][place];
                    // Each round of a conversation is sent, too.
                    course.seq.get_or_insert(seq);
                    self.by_seq.insert(seq, place);
                    self.advance(now, new, &mut out);
                }
            }
            (Happened::Finished(ticket), _) => {
                if let Some(place) = self.step_of(ticket) {
                    self.end(place);
                    self.advance(now, new, &mut out);
                }
            }
            (Happened::Recorded, Stage::Going) => {
                self.questions(new, &mut out);
                self.news(new);
                if self.waits_for_news() {
                    self.advance(now, new, &mut out);
                }
            }
            (Happened::Tick, Stage::Going) => self.advance(now, new, &mut out),
            (Happened::Gone, _) => self.gone(&mut out),
            (Happened::Ready | Happened::Recorded | Happened::Tick, _) => {}
        }
        out
    }

    fn end(&mut self, place: usize) {
        let course = &mut self.courses[self.part][place];
        if std::mem::replace(&mut course.ended, true) {
            return;
        }
        self.under_way -= usize::from(course.sent);
        self.finished += 1;
        let (part, courses) = (&self.plan.parts[self.part], &self.courses[self.part]);
        while part
            .ends
            .get(self.ended)
            .is_some_and(|place| courses[*place].ended)
        {
            self.ended += 1;
        }
        self.doomed.retain(|doomed| *doomed != place);
    }

    /// Sends what can be sent.
    fn advance(&mut self, now: Duration, new: &Reading<'_>, out: &mut Vec<Do>) {
        if self.stage != Stage::Going {
            return;
        }
        self.due = None;
        while let Some(step) = self.part().steps.get(self.next) {
            if step.needs > self.ended || self.waits_for_change(step) {
                break;
            }
            if let Speed::Times(factor) = self.speed {
                let after = Duration::try_from_secs_f64(step.at.as_secs_f64() / factor);
                let at = self.began.checked_add(after.unwrap_or(Duration::MAX));
                let at = at.unwrap_or(Duration::MAX);
                if now < at {
                    self.due = Some(at);
                    break;
                }
            }
            self.send(self.next, new, out);
            self.next += 1;
        }
        self.cancel_due(new, out);
        if self.next == self.part().steps.len() && self.under_way == 0 {
            if self.part + 1 < self.plan.parts.len() {
                self.stage = Stage::Closing;
                out.push(Do::Close);
            } else {
                self.stage = Stage::Over;
                out.push(Do::Over);
            }
        }
    }

    /// Whether a list was fetched because the server had told that it changed, and has not told so yet. It may never:
    /// then the list is fetched once nothing is under way.
    fn waits_for_change(&self, step: &Step) -> bool {
        let Some((method, count)) = &step.after else {
            return false;
        };
        let told = self.changes.get(method).copied().unwrap_or(0);
        self.under_way > 0 && told < *count
    }

    fn waits_for_news(&self) -> bool {
        let next = self.part().steps.get(self.next);
        next.is_some_and(|step| step.after.is_some()) || !self.doomed.is_empty()
    }

    /// What the server told since it was last looked at.
    fn news(&mut self, new: &Reading<'_>) {
        let rows = new.timeline.rows();
        for row in &rows[self.rows.min(rows.len())..] {
            if let Row::Single(single) = row
                && let Some(single) = new.timeline.single_row(*single)
                && single.kind == SingleKind::Notification
                && new
                    .timeline
                    .entry(single.entry)
                    .is_some_and(|entry| entry.conn() == self.conn)
            {
                let method = new.timeline.word(single.method);
                if method.ends_with("/list_changed") {
                    *self.changes.entry(method.to_owned()).or_default() += 1;
                }
            }
        }
        self.rows = rows.len();
    }

    fn send(&mut self, place: usize, new: &Reading<'_>, out: &mut Vec<Do>) {
        let step = self.part().steps[place].clone();
        self.courses[self.part][place].sent = true;
        let params = self.carried(place, &step, new, out);
        match step.what {
            What::Call => {
                self.under_way += 1;
                if matches!(step.ending, Ending::Cancelled { .. }) {
                    self.doomed.push(place);
                }
                if let Some(exchange) = step.exchange {
                    self.sources.insert(exchange, place);
                }
                out.push(Do::Call {
                    ticket: self.first_ticket() + place as u64,
                    method: step.method,
                    params,
                    wait: match step.ending {
                        Ending::TimedOut => Some(step.took),
                        _ => (step.took > SLOW).then(|| step.took * 2),
                    },
                });
            }
            What::Notify => out.extend(params.map(Do::Frame)),
            What::Follow { uris, lists } => {
                // A stream for lists alone says nothing of the resources of another.
                if !uris.is_empty() || !lists {
                    let gone = self.followed.iter().filter(|uri| !uris.contains(uri));
                    out.extend(gone.map(|uri| Do::Follow(uri.clone(), false)));
                    let come = uris.iter().filter(|uri| !self.followed.contains(uri));
                    out.extend(come.map(|uri| Do::Follow(uri.clone(), true)));
                    self.followed = uris;
                }
                if lists {
                    out.push(Do::FollowLists);
                }
            }
        }
    }

    /// The params of a step, with what takes the place of values that came from earlier results.
    fn carried(
        &mut self,
        place: usize,
        step: &Step,
        new: &Reading<'_>,
        out: &mut Vec<Do>,
    ) -> Option<String> {
        let params = step.params.clone();
        if step.carries.is_empty() {
            return params;
        }
        let mut value = Value::parse(params.as_deref()?.as_bytes()).ok()?;
        let mut changed = false;
        for carry in &step.carries {
            let (from, call) = (carry.call.0, &carry.call.1);
            let target = carry.target();
            let result = self.result(carry.from, new);
            let now = result.map_or(Now::Lost, |result| carry::now(carry, result));
            // What was a secret then is one now.
            let masked = !names_in(carry.value.to_string().as_bytes()).is_empty();
            match now {
                Now::Same => {}
                Now::Other(other) => {
                    let words = format!(
                        "carried over from {} of the new answer to #{from} (was {})",
                        carry.source(),
                        carry.value
                    );
                    let shown = if masked { &carry.value } else { &other }.clone();
                    out.push(Do::Note(format!(
                        "{} {} {target}: {shown} {words}",
                        step.method, step.subject
                    )));
                    changed |= carry::put(&mut value, &carry.to, other);
                    let carried = Carried {
                        path: target,
                        was: carry.value.clone(),
                        is: shown,
                        words,
                    };
                    self.courses[self.part][place].carried.push(carried);
                }
                Now::Lost => {
                    let why = if self.sources.contains_key(&carry.from) {
                        "the new answer has nothing in its place".to_owned()
                    } else {
                        format!("which was not sent again (add {call} to the filter)")
                    };
                    let end = if masked {
                        "not sent, unless it is known what the mask hides"
                    } else {
                        "sent as it was"
                    };
                    out.push(Do::Note(format!(
                        "{} {} {target}: {} came from {} of the answer to #{from}, {why}; {end}",
                        step.method,
                        step.subject,
                        carry.value,
                        carry.source()
                    )));
                }
            }
        }
        if changed {
            Some(value.to_string())
        } else {
            params
        }
    }

    /// The new result of what was sent again.
    fn result(&mut self, from: ExchangeIndex, new: &Reading<'_>) -> Option<&[u8]> {
        if !self.results.contains_key(&from) {
            let result = self.read_result(from, new);
            self.results.insert(from, result);
        }
        self.results.get(&from)?.as_deref()
    }

    fn read_result(&self, from: ExchangeIndex, new: &Reading<'_>) -> Option<Vec<u8>> {
        let place = *self.sources.get(&from)?;
        let seq = self.courses[self.part][place].seq?;
        let timeline = new.timeline;
        let index = timeline.exchange_of_request(timeline.index_of_seq(seq)?)?;
        let (entry, id) = timeline.settled(index)?;
        let body = new.body(entry)?;
        Some(json::get(message(&body, &id)?, &["result"])?.to_vec())
    }

    fn cancel_due(&mut self, new: &Reading<'_>, out: &mut Vec<Do>) {
        let first = self.first_ticket();
        let (part, ended) = (&self.plan.parts[self.part], self.ended);
        let courses = &mut self.courses[self.part];
        self.doomed.retain(|place| {
            let course = &mut courses[*place];
            let Ending::Cancelled { needs, ticks } = part.steps[*place].ending else {
                return false;
            };
            let Some(seq) = course.seq.filter(|_| needs <= ended) else {
                return true;
            };
            let timeline = new.timeline;
            let index = timeline
                .index_of_seq(seq)
                .and_then(|entry| timeline.exchange_of_request(entry));
            let come = index.map_or(0, |index| {
                let ticks = timeline.ticks().iter();
                ticks.filter(|tick| tick.exchange == index).count()
            });
            if come < ticks {
                return true;
            }
            course.cancelled = true;
            out.push(Do::Cancel(first + *place as u64));
            false
        });
    }

    /// Answers what is asked and was not decided yet.
    fn questions(&mut self, new: &Reading<'_>, out: &mut Vec<Do>) {
        let questions = new.timeline.questions();
        if questions.count() == 0 {
            return;
        }
        let open: Vec<&Question> = questions
            .waiting()
            .filter(|one| one.conn == self.conn && !self.decided.contains(&one.number))
            .collect();
        for question in open {
            self.decided.insert(question.number);
            let timeline = new.timeline;
            let call = question.call.and_then(|call| {
                let first = timeline.exchange(timeline.first_round(call))?;
                let seq = timeline.entry(first.request)?.seq();
                let place = *self.by_seq.get(&seq)?;
                self.part().steps[place].exchange
            });
            let answers = &mut self.plan.parts[self.part].answers;
            match answers.take(call, question) {
                Some(answer) => {
                    // What nobody answered then, nobody answers now.
                    if let Some(reply) = answer.reply {
                        out.push(Do::Answer(question.which.clone(), reply));
                    }
                }
                None => out.push(Do::Unknown(question.number)),
            }
        }
    }

    /// The connection is gone: what was not sent on it will not be.
    fn gone(&mut self, out: &mut Vec<Do>) {
        self.part += 1;
        self.next = 0;
        self.ended = 0;
        self.under_way = 0;
        self.rows = 0;
        self.due = None;
        self.doomed.clear();
        self.by_seq.clear();
        self.changes.clear();
        self.followed.clear();
        if self.part < self.plan.parts.len() {
            self.stage = Stage::Opening;
            out.push(Do::Connect(self.part));
        } else {
            self.part = self.plan.parts.len() - 1;
            self.stage = Stage::Over;
            out.push(Do::Over);
        }
    }
}
