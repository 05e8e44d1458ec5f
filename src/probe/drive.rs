//! One connection: opens it, goes through the scripts of its probes, and tells what to send. Sans-io.
//!
//! It looks at answers only as far as it must to go on: which request is answered, which session was opened.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use url::Url;

mod flying;

pub use flying::Elsewhere;
use flying::Flying;

use super::asks::handshake;
use super::course::{Opens, Visit};
use super::known::Known;
use super::script::{LAST, Sends, Step, with_meta};
use super::{Edit, Meta, Probe};
use crate::jsonrpc::{self, Id, Kind};
use crate::mcp::facts::{Detail, Message, Opening};
use crate::mcp::http::{Request, Verb};
use crate::mcp::revision::Revision;
use crate::note::Note;
use crate::note::decided::Decided;

/// Something happened on the connection.
#[derive(Debug, Clone, Copy)]
pub enum Happened<'a> {
    /// It is there.
    Started,
    /// A message came.
    Message(&'a Message),
    /// The head of a response came.
    Head {
        /// With which exchange.
        exchange: u32,
        /// The session it names.
        session: Option<&'a str>,
        /// Where it says that the request is to be sent instead.
        elsewhere: Option<Elsewhere<'a>>,
    },
    /// An exchange is over.
    Over(u32),
    /// A request will get no answer, as the link says.
    Unanswered(&'a Id),
    /// Time passed.
    Tick,
    /// The connection is gone.
    Gone,
}

/// What to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Do {
    /// Record this.
    Note(Note),
    /// Send a frame on the pipe.
    Frame(Vec<u8>),
    /// Make an HTTP request; its body is a frame.
    Exchange(Request),
    /// Let go of an exchange.
    Release(u32),
    /// Close the pipe, or end the connection.
    Close,
    /// Tell the process to end.
    Terminate,
}

/// What is left to do.
enum Act {
    Step(usize, Step),
    End(usize),
}

/// See the module.
pub struct Drive {
    known: Known,
    url: Option<Url>,
    /// Where the last request was redirected to, at home.
    landed: Option<Url>,
    opens: Opens,
    probes: Vec<&'static Probe>,
    acts: VecDeque<Act>,
    revision: Revision,
    session: Option<String>,
    /// Whether it works.
    open: bool,
    /// How far the opening is: its request waits.
    opening: Option<Id>,
    /// The handshake that a probe sent, and what came of it.
    shaking: Option<Id>,
    answered: Option<Opening>,
    ids: i64,
    /// The id of the last request.
    last: Id,
    exchanges: u32,
    /// Frames that went over HTTP: their exchanges name them by their number.
    frames: u64,
    /// Requests of the current step that wait, and exchanges with what they carry.
    waits: Vec<Id>,
    flying: HashMap<u32, Flying>,
    until: Option<Duration>,
    /// Whether the current step waits however soon all is answered.
    lingers: bool,
    current: Option<usize>,
    finished: usize,
    /// Probes that could not be sent.
    undone: usize,
    over: bool,
}

impl std::fmt::Debug for Drive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drive")
            .field("probes", &self.probes)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl Drive {
    /// For a visit, to an address when there is one.
    pub fn new(visit: &Visit, url: Option<Url>) -> Self {
        let mut acts = VecDeque::new();
        for (at, probe) in visit.probes.iter().enumerate() {
            let steps = (probe.script)(&visit.known);
            acts.extend(steps.into_iter().map(|step| Act::Step(at, step)));
            acts.push_back(Act::End(at));
        }
        Self {
            known: visit.known.clone(),
            url,
            landed: None,
            opens: visit.opens,
            probes: visit.probes.clone(),
            acts,
            revision: visit.known.revision,
            session: None,
            open: false,
            opening: None,
            shaking: None,
            answered: None,
            ids: 0,
            last: Id::Integer(0),
            exchanges: 0,
            frames: 0,
            waits: Vec::new(),
            flying: HashMap::new(),
            until: None,
            lingers: false,
            current: None,
            finished: 0,
            undone: 0,
            over: false,
        }
    }

    /// Whether the connection could be opened.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// The version a handshake was answered with.
    pub fn answered(&self) -> Option<&str> {
        self.answered.as_ref()?.version.as_deref()
    }

    /// What a handshake was answered with.
    pub const fn opening(&self) -> Option<&Opening> {
        self.answered.as_ref()
    }

    /// Probes that were not begun.
    pub fn left(&self) -> Vec<&'static Probe> {
        self.probes[self.finished..].to_vec()
    }

    /// Probes that went to their end.
    pub const fn done(&self) -> usize {
        self.finished - self.undone
    }

    /// Probes that could not be sent, since the connection could not be opened.
    pub const fn undone(&self) -> usize {
        self.undone
    }

    /// When to say that time passed.
    pub const fn deadline(&self) -> Option<Duration> {
        self.until
    }

    /// Takes what happened.
    pub fn handle(&mut self, now: Duration, what: Happened<'_>) -> Vec<Do> {
        let mut out = Vec::new();
        match what {
            Happened::Started => self.started(now, &mut out),
            Happened::Message(message) => self.message(now, message, &mut out),
            Happened::Head {
                exchange,
                session,
                elsewhere,
            } => {
                let followed =
                    elsewhere.is_some_and(|there| self.follow(exchange, there, &mut out));
                if followed {
                    return out;
                }
                if let (Some(session), None) = (session, &self.session) {
                    self.session = Some(session.to_owned());
                }
                // Streams stay open: that it is there is enough.
                let verb = self.flying.get(&exchange).map(|one| one.request.verb);
                if verb == Some(Verb::Get) {
                    self.flying.remove(&exchange);
                    out.push(Do::Release(exchange));
                    self.go_on(now, &mut out);
                }
            }
            Happened::Over(exchange) => {
                if let Some(Flying { ids, .. }) = self.flying.remove(&exchange) {
                    self.waits.retain(|id| !ids.contains(id));
                    let fails = self.opening.as_ref().is_some_and(|id| ids.contains(id));
                    if fails {
                        self.unopened("the handshake was not answered", &mut out);
                    } else {
                        self.go_on(now, &mut out);
                    }
                }
            }
            Happened::Unanswered(id) => {
                self.waits.retain(|other| other != id);
                if self.opening.take_if(|opening| *opening == *id).is_some() {
                    self.unopened("the handshake was not answered", &mut out);
                } else {
                    self.go_on(now, &mut out);
                }
            }
            Happened::Tick if self.until.is_some_and(|until| until <= now) => {
                self.until = None;
                if self.opening.take().is_some() {
                    self.unopened("the handshake was not answered", &mut out);
                } else {
                    self.waits.clear();
                    self.lingers = false;
                    for (exchange, Flying { ids, .. }) in self.flying.drain() {
                        out.extend(ids.iter().map(|id| {
                            let why = "it was waited for long enough".to_owned();
                            let id = id.to_json();
                            Do::Note(Note::Abandoned { id, why })
                        }));
                        out.push(Do::Release(exchange));
                    }
                    self.go_on(now, &mut out);
                }
            }
            Happened::Tick => {}
            Happened::Gone => self.gone(&mut out),
        }
        out
    }

    fn started(&mut self, now: Duration, out: &mut Vec<Do>) {
        match self.opens {
            Opens::Handshake(revision) => {
                let step = Step::ask("", "initialize", handshake(revision.as_str()));
                self.send(now, &step, out);
                self.opening = self.waits.first().cloned();
            }
            Opens::Modern => {
                self.open = true;
                self.ready(out);
                self.go_on(now, out);
            }
            Opens::Probe => {
                self.open = true;
                self.go_on(now, out);
            }
        }
    }

    fn ready(&self, out: &mut Vec<Do>) {
        let revision = self.revision.as_str().to_owned();
        out.push(Do::Note(Note::Verdict {
            era: self.revision.era().to_string(),
            evidence: "it is probed in it".to_owned(),
        }));
        out.push(Do::Note(Note::Ready { revision }));
    }

    /// The connection cannot be used as it should.
    fn unopened(&mut self, why: &str, out: &mut Vec<Do>) {
        self.acts.clear();
        for probe in &self.probes[self.finished..] {
            out.push(Do::Note(Note::Decided(Decided::Probed {
                probe: probe.name.to_owned(),
                why: Some(why.to_owned()),
            })));
        }
        self.undone += self.probes.len() - self.finished;
        self.finished = self.probes.len();
        self.end(out);
    }

    fn gone(&mut self, out: &mut Vec<Do>) {
        if let Some(at) = self.current.take() {
            self.probed(at, out);
        } else if !self.open && !self.over {
            self.unopened("the server ended before it could be talked to", out);
        }
        self.over = true;
        self.until = None;
    }

    fn probed(&mut self, at: usize, out: &mut Vec<Do>) {
        self.finished = at + 1;
        self.current = None;
        out.push(Do::Note(Note::Decided(Decided::Probed {
            probe: self.probes[at].name.to_owned(),
            why: None,
        })));
    }

    /// Nothing more is sent, and nothing is said of what was not finished.
    pub fn stop(&mut self) -> Vec<Do> {
        let mut out = Vec::new();
        self.acts.clear();
        self.current = None;
        self.opening = None;
        self.end(&mut out);
        out
    }

    fn end(&mut self, out: &mut Vec<Do>) {
        if self.over {
            return;
        }
        self.over = true;
        self.until = None;
        // Sessions are given back, as every client should.
        let ended = self
            .probes
            .iter()
            .any(|probe| probe.name == "ended-session");
        if self.session.is_some() && !ended && !self.known.is_modern() {
            // Nobody is there any more to follow a redirect.
            if let Some(landed) = self.landed.take() {
                self.url = Some(landed);
            }
            self.exchange(Verb::Delete, None, Vec::new(), &[], false, out);
        }
        out.push(Do::Close);
    }

    fn message(&mut self, now: Duration, message: &Message, out: &mut Vec<Do>) {
        let Some(id) = message.id.clone() else {
            return;
        };
        match message.kind {
            Kind::Request => self.asked(&id, message.method.as_deref(), out),
            Kind::Result | Kind::Error => {
                self.waits.retain(|other| *other != id);
                if let Detail::Result(result) = &message.detail
                    && let Some(opening) = &result.opening
                    && (self.shaking.as_ref() == Some(&id) || self.opening.as_ref() == Some(&id))
                {
                    self.answered = Some((**opening).clone());
                }
                if self.opening.as_ref() == Some(&id) {
                    self.opening = None;
                    self.opened(now, out);
                }
            }
            _ => {}
        }
        self.go_on(now, out);
    }

    /// Nothing was declared, so there is nothing to ask but a ping. In 2026-07-28 nothing is answered at all.
    fn asked(&mut self, id: &Id, method: Option<&str>, out: &mut Vec<Do>) {
        if self.known.is_modern() {
            return;
        }
        let answer = match method {
            Some("ping") => jsonrpc::result(id, "{}"),
            // Servers hand this on as their own answer, and are not to be blamed for its code.
            Some("sampling/createMessage") => jsonrpc::error(id, -1, "a probe answers nothing"),
            _ => jsonrpc::error(id, -32601, "a probe answers nothing"),
        };
        self.carry(answer.into_bytes(), Vec::new(), &[], false, out);
    }

    fn opened(&mut self, now: Duration, out: &mut Vec<Do>) {
        let version = self.answered().and_then(|version| version.parse().ok());
        let Some(revision) = version else {
            let why = "the handshake was refused, or answered with a version that is none";
            return self.unopened(why, out);
        };
        self.revision = revision;
        self.open = true;
        self.ready(out);
        let sends = Sends::Notice {
            method: "notifications/initialized".to_owned(),
            params: "{}".to_owned(),
        };
        let mut step = Step::new("", vec![sends]);
        if !self.known.http {
            step.wait = Duration::ZERO;
        }
        self.send(now, &step, out);
    }

    /// The next thing to do, once nothing is waited for.
    fn go_on(&mut self, now: Duration, out: &mut Vec<Do>) {
        while !self.over
            && self.opening.is_none()
            && self.waits.is_empty()
            && self.flying.is_empty()
            && !self.lingers
        {
            self.until = None;
            match self.acts.pop_front() {
                Some(Act::Step(at, step)) => {
                    self.current = Some(at);
                    out.push(Do::Note(Note::Decided(Decided::Probing {
                        probe: self.probes[at].name.to_owned(),
                        step: step.name.clone(),
                        revision: self.revision.as_str().to_owned(),
                    })));
                    self.send(now, &step, out);
                }
                Some(Act::End(at)) => self.probed(at, out),
                None => return self.end(out),
            }
        }
    }

    /// Sends what a step has.
    fn send(&mut self, now: Duration, step: &Step, out: &mut Vec<Do>) {
        self.until = Some(now + step.wait);
        let mut asks = false;
        for one in &step.sends {
            match one {
                Sends::Request {
                    method,
                    params,
                    meta,
                    id,
                } => {
                    let id = id.clone().unwrap_or_else(|| {
                        self.ids += 1;
                        Id::Integer(self.ids)
                    });
                    self.last = id.clone();
                    asks = true;
                    let params = self.params(params, *meta);
                    if method == "initialize" && self.opens == Opens::Probe {
                        self.shaking = Some(id.clone());
                    }
                    self.waits.push(id.clone());
                    let frame = jsonrpc::request(&id, method, Some(&params)).into_bytes();
                    let is_first = method == "initialize";
                    self.carry(frame, vec![id], &step.edits, is_first, out);
                }
                Sends::Notice { method, params } => {
                    let params = params.replace(LAST, &self.last.to_json());
                    let frame = jsonrpc::notification(method, Some(&params)).into_bytes();
                    self.carry(frame, Vec::new(), &step.edits, false, out);
                }
                Sends::Raw(bytes, ids) => {
                    asks |= !ids.is_empty();
                    self.waits.extend(ids.iter().cloned());
                    self.carry(bytes.clone(), ids.clone(), &step.edits, false, out);
                }
                Sends::Verb(verb) => {
                    self.exchange(*verb, None, Vec::new(), &step.edits, false, out);
                }
                Sends::Close => out.push(Do::Close),
                Sends::Terminate => out.push(Do::Terminate),
            }
        }
        // On a pipe nothing says that a notification was taken, nor that nothing is going to be said of nonsense.
        let ends = |one: &Sends| matches!(one, Sends::Close | Sends::Terminate);
        let unsaid = !self.known.http && !asks && !step.wait.is_zero();
        self.lingers = unsaid || step.sends.iter().any(ends);
    }

    fn params(&self, params: &str, meta: Meta) -> String {
        if self.known.is_modern() {
            with_meta(params, meta, self.revision)
        } else {
            params.to_owned()
        }
    }

    fn carry(
        &mut self,
        frame: Vec<u8>,
        ids: Vec<Id>,
        edits: &[Edit],
        is_first: bool,
        out: &mut Vec<Do>,
    ) {
        if self.known.http {
            self.exchange(Verb::Post, Some(frame), ids, edits, is_first, out);
        } else {
            out.push(Do::Frame(frame));
        }
    }
}
