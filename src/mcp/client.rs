//! The client's half of the protocol, sans-io: told what happened, it answers what to do.
//!
//! It owns ids, time limits, the opening of a connection in both eras, paging, cancelling and the answers to
//! server requests. It reads no clock (time comes in), touches no bytes but those it sends, and never sees a
//! transport, so every rule of the lifecycle is a transcript in `client/tests.rs`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

mod completing;
mod exchanges;
mod known;
mod limits;
mod listing;
mod opening;
mod params;
mod settings;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

use super::completion::{Ask, Completed};
use super::facts::{Detail, Message, Opening};
use super::http::Loss;
use super::meta;
use super::revision::{Era, Revision};
use super::types::List;
use crate::jsonrpc::{self, Id, Kind};
use crate::note::Note;
pub use known::Known;
use limits::Limit;
use opening::Phase;
use params::{modern_meta, raw_value, with_meta};
pub use settings::RequestSettings;

/// How to find out the era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EraChoice {
    /// Ask (`server/discover`), fall back to the handshake.
    #[default]
    Auto,
    /// Handshake, without asking.
    Legacy,
    /// Stateless, or not at all.
    Modern,
}

impl EraChoice {
    /// The word people use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }
}

/// What carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// One stream each way (stdio).
    #[default]
    Pipe,
    /// An exchange for each message: there, silence says nothing of the era, and in 2026-07-28 a request is cancelled
    /// by closing its exchange.
    Http,
}

/// What a connection may be told beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How to find out the era.
    pub era: EraChoice,
    /// The revision to propose in the handshake; the newest by default.
    pub revision: Option<Revision>,
    /// How long to wait for the answer to the probe.
    pub probe_wait: Duration,
    /// How long to wait for any other answer; progress starts it anew.
    pub request_wait: Duration,
    /// How long to wait at the very most, progress or not.
    pub request_wait_max: Duration,
    /// What carries the messages.
    pub over: Over,
    /// The lists to ask for as soon as the connection works.
    pub lists: Vec<List>,
    /// What is known of the era from before; counts where the era is to be found out.
    pub known: Option<Known>,
    /// Find the era out whatever is known of it.
    pub ask_again: bool,
    /// What calls carry besides what they are about.
    pub settings: RequestSettings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            era: EraChoice::Auto,
            revision: None,
            probe_wait: Duration::from_secs(3),
            request_wait: Duration::from_secs(60),
            request_wait_max: Duration::from_secs(600),
            over: Over::Pipe,
            lists: List::ALL.to_vec(),
            known: None,
            ask_again: false,
            settings: RequestSettings::default(),
        }
    }
}

/// A request somebody wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The caller's own number for it, given back in [`Output::Send`] and [`Output::Finished`].
    pub ticket: u64,
    /// The method.
    pub method: String,
    /// Raw JSON object, sent as it is but for `_meta`.
    pub params: Option<String>,
    /// Instead of [`Options::request_wait`].
    pub wait: Option<Duration>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    /// The process runs and can be talked to (again, after [`Output::Respawn`]).
    Started,
    /// A message came.
    Message(&'a Message),
    /// A request that was sent will get no answer.
    Unanswered(&'a Id, &'a Loss),
    /// The server has forgotten the session it gave us.
    SessionEnded,
    /// The process is gone.
    Gone,
    /// Somebody wants a request sent; kept until the connection works.
    Call(Call),
    /// Somebody no longer wants it.
    Cancel(u64),
    /// Somebody lets a call take longer: by so much, or as long as it takes.
    Extend {
        /// Which.
        ticket: u64,
        /// By how much.
        more: Option<Duration>,
    },
    /// Calls carry something else from now on.
    Settings(RequestSettings),
    /// Somebody wants a list fetched anew.
    Refresh(List),
    /// Somebody wants suggestions for an argument, instead of any asked for before.
    Complete {
        /// The caller's own number for it, given back in [`Output::Completed`].
        ticket: u64,
        /// What.
        ask: Ask,
    },
    /// Time has passed; see [`Client::deadline`].
    Tick,
}

/// What to do about it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send {
        /// Without line ending.
        frame: String,
        /// Whose request it is.
        ticket: Option<u64>,
        /// Sent for our own sake.
        aux: bool,
    },
    /// Give up the exchange of this request; that cancels it.
    Abandon(Id),
    /// Record this.
    Note(NoteText),
    /// Start the process again; then say [`Input::Started`].
    Respawn,
    /// The connection works.
    Ready,
    /// A list has come as far as it will.
    Listed(List),
    /// A request is over.
    Finished {
        /// Whose.
        ticket: u64,
        /// How.
        end: End,
    },
    /// A call nears its limit; or has more time again.
    Limit {
        /// Whose.
        ticket: u64,
        /// How long it is waited for yet, if that is not long.
        left: Option<Duration>,
    },
    /// A question for suggestions is over.
    Completed {
        /// Whose.
        ticket: u64,
        /// How; for what was answered, the message that was just put in is the answer.
        completed: Completed,
    },
    /// The connection cannot work; the process should be shut down.
    Failed,
}

/// A [`Note`] that can be compared: its JSON body and its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText(pub String);

impl From<Note> for NoteText {
    fn from(note: Note) -> Self {
        Self(note.to_json())
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a response, good or bad; the message that was just put in is it.
    Answered,
    /// We stopped waiting.
    TimedOut,
    /// It was cancelled.
    Cancelled,
    /// The connection ended first.
    Gone,
    /// What carries the messages brought none.
    Unanswered,
}

#[derive(Debug, Clone, PartialEq)]
enum Purpose {
    Probe,
    Initialize,
    List {
        list: List,
        page: u32,
        seen: HashSet<String>,
    },
    Call {
        ticket: u64,
    },
    Complete {
        ticket: u64,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct Pending {
    purpose: Purpose,
    sent: Duration,
    wait: Duration,
    until: Duration,
    at_most: Duration,
    token: Option<Id>,
    limit: Limit,
}

/// The state of one connection's client half.
#[derive(Debug)]
pub struct Client {
    options: Options,
    phase: Phase,
    era: Era,
    /// What was agreed on, once the connection works.
    revision: Revision,
    /// It was asked to complete, and does not know how.
    refuses_completion: bool,
    next_id: i64,
    probes: u32,
    pending: HashMap<Id, Pending>,
    queued: Vec<Call>,
    /// A list that changed again while it was being fetched.
    stale: HashSet<List>,
    opening: Option<Opening>,
    /// A discover result that came after we had fallen back to the handshake.
    late: Option<Opening>,
    respawned: bool,
    /// Whether a request was answered since the connection was opened, so that opening it anew may help.
    proven: bool,
    /// When it was last opened anew.
    reopened: Option<Duration>,
    /// The server was not asked which era it speaks: it is known.
    skipped: bool,
    /// What was found out of the era, and by what.
    learned: Option<(Era, String)>,
}

impl Client {
    /// A client that has not begun.
    pub fn new(options: Options) -> Self {
        Self {
            era: Era::Legacy,
            revision: Revision::NEWEST_LEGACY,
            refuses_completion: false,
            options,
            phase: Phase::Idle,
            next_id: 1,
            probes: 0,
            pending: HashMap::new(),
            queued: Vec::new(),
            stale: HashSet::new(),
            opening: None,
            late: None,
            respawned: false,
            proven: false,
            reopened: None,
            skipped: false,
            learned: None,
        }
    }

    /// When to say [`Input::Tick`] next, if nothing else happens first.
    pub fn deadline(&self) -> Option<Duration> {
        self.pending.values().map(Pending::due).min()
    }

    /// Whether the connection works.
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// Takes what happened at `now` (on any clock that does not run backwards) and says what to do.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Started => self.started(now, &mut out),
            Input::Message(message) => self.message(now, message, &mut out),
            Input::Unanswered(id, loss) => self.unanswered(now, id, loss, &mut out),
            Input::SessionEnded => self.session_ended(now, &mut out),
            Input::Gone => self.gone(&mut out),
            Input::Call(call) => match self.phase {
                Phase::Ready => self.call(now, call, &mut out),
                Phase::Over => out.push(Output::Finished {
                    ticket: call.ticket,
                    end: End::Gone,
                }),
                _ => self.queued.push(call),
            },
            Input::Cancel(ticket) => self.cancel(ticket, &mut out),
            Input::Extend { ticket, more } => self.extend(now, ticket, more, &mut out),
            Input::Settings(settings) => self.set(settings, &mut out),
            Input::Refresh(list) => {
                if self.is_ready() {
                    self.refresh(now, list, &mut out);
                }
            }
            Input::Complete { ticket, ask } => self.complete(now, ticket, &ask, &mut out),
            Input::Tick => self.tick(now, &mut out),
        }
        out
    }

    fn message(&mut self, now: Duration, message: &Message, out: &mut Vec<Output>) {
        match message.kind {
            Kind::Request => self.answer(message, out),
            Kind::Result | Kind::Error => self.response(now, message, out),
            Kind::Notification => match &message.detail {
                Detail::Progress { token, .. } => self.progress(now, token, out),
                Detail::Changed(lists) if self.is_ready() => {
                    for list in *lists {
                        self.refresh(now, *list, out);
                    }
                }
                _ => {}
            },
            Kind::Malformed => {}
        }
    }

    /// Server requests (2024-11-05 … 2025-11-25): ping is answered at once, also while opening and closing; what we
    /// did not advertise is refused. In 2026-07-28 a client may send no responses at all.
    fn answer(&mut self, message: &Message, out: &mut Vec<Output>) {
        let method = message.method.as_deref().unwrap_or_default();
        let Some(id) = message.id.as_ref().filter(|id| id.is_valid()) else {
            return remark(
                out,
                format!("{method} cannot be answered: its id is neither string nor integer"),
            );
        };
        if self.era == Era::Modern && self.is_ready() {
            return remark(
                out,
                format!("{method} is not answered: 2026-07-28 knows no server requests"),
            );
        }
        let frame = match method {
            "ping" => jsonrpc::result(id, "{}"),
            _ => jsonrpc::error(
                id,
                -32601,
                &format!("{method} is not supported by this client"),
            ),
        };
        out.push(Output::Send {
            frame,
            ticket: None,
            aux: true,
        });
    }

    fn response(&mut self, now: Duration, message: &Message, out: &mut Vec<Output>) {
        let Some(pending) = message.id.as_ref().and_then(|id| self.pending.remove(id)) else {
            return self.stray(message, out);
        };
        self.proven |= matches!(pending.purpose, Purpose::List { .. } | Purpose::Call { .. });
        match pending.purpose {
            Purpose::Probe => self.probed(now, message, out),
            Purpose::Initialize => self.initialized(now, message, out),
            Purpose::Call { ticket } => out.push(Output::Finished {
                ticket,
                end: End::Answered,
            }),
            Purpose::Complete { ticket } => self.completed(ticket, message, out),
            Purpose::List { list, page, seen } => self.listed(now, message, list, page, seen, out),
        }
    }

    /// A response nothing waits for: late, unknown, or the answer to a probe we gave up.
    fn stray(&mut self, message: &Message, out: &mut Vec<Output>) {
        let is_probe =
            matches!(&message.id, Some(Id::Text(text)) if text.starts_with(opening::PROBE_ID));
        let Detail::Result(result) = &message.detail else {
            return;
        };
        if let (true, Some(opening)) = (is_probe, &result.opening) {
            if self.is_ready() {
                remark(
                    out,
                    "server/discover was answered after the handshake was done; the connection stays as it is".to_owned(),
                );
            } else {
                self.late = Some(Opening::clone(opening));
            }
        }
    }

    fn call(&mut self, now: Duration, call: Call, out: &mut Vec<Output>) {
        let id = self.fresh_id();
        let purpose = Purpose::Call {
            ticket: call.ticket,
        };
        self.send(
            now,
            id,
            &call.method,
            call.params.as_deref(),
            purpose,
            call.wait,
            out,
        );
    }

    fn fresh_id(&mut self) -> Id {
        let id = self.next_id;
        self.next_id += 1;
        Id::Integer(id)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place that sends; everything it takes differs per caller"
    )]
    fn send(
        &mut self,
        now: Duration,
        id: Id,
        method: &str,
        params: Option<&str>,
        purpose: Purpose,
        wait: Option<Duration>,
        out: &mut Vec<Output>,
    ) {
        let ticket = match purpose {
            Purpose::Call { ticket } => Some(ticket),
            _ => None,
        };
        let modern =
            matches!(purpose, Purpose::Probe) || (self.era == Era::Modern && self.is_ready());
        let mut fields = Vec::new();
        if modern {
            fields = modern_meta();
            if ticket.is_some() {
                fields.extend(self.options.settings.fields(&id));
            }
        }
        if method == "tools/call" {
            fields.push((meta::PROGRESS_TOKEN.to_owned(), raw_value(&id.to_json())));
        }
        let params = with_meta(params, fields);
        // Whoever asks may have put in another one, or none.
        let token = params.as_deref().and_then(settings::token_in);
        let wait = wait.unwrap_or(match purpose {
            Purpose::Probe => self.probe_wait(),
            _ => self.options.request_wait,
        });
        out.push(Output::Send {
            frame: jsonrpc::request(&id, method, params.as_deref()),
            ticket,
            aux: ticket.is_none(),
        });
        let at_most = now + self.options.request_wait_max.max(wait);
        self.pending.insert(
            id,
            Pending {
                purpose,
                sent: now,
                wait,
                until: (now + wait).min(at_most),
                at_most,
                token,
                limit: Limit::default(),
            },
        );
    }

    fn cancel(&mut self, ticket: u64, out: &mut Vec<Output>) {
        self.stop_completing(Some(ticket), "no longer wanted", out);
        if let Some(place) = self.queued.iter().position(|call| call.ticket == ticket) {
            self.queued.remove(place);
            out.push(Output::Finished {
                ticket,
                end: End::Cancelled,
            });
        }
        let found = self.pending.iter().find_map(|(id, pending)| {
            matches!(pending.purpose, Purpose::Call { ticket: other } if other == ticket)
                .then(|| id.clone())
        });
        if let Some(id) = found {
            self.pending.remove(&id);
            self.call_off(&id, "cancelled by the user", out);
            out.push(Output::Finished {
                ticket,
                end: End::Cancelled,
            });
        }
    }

    fn tick(&mut self, now: Duration, out: &mut Vec<Output>) {
        let mut due: Vec<Id> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.until <= now)
            .map(|(id, _)| id.clone())
            .collect();
        due.sort_by_key(Id::to_json);
        self.near_limits(now, out);
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
                    out.push(Output::Finished {
                        ticket,
                        end: End::TimedOut,
                    });
                }
            }
        }
    }

    fn gone(&mut self, out: &mut Vec<Output>) {
        if matches!(self.phase, Phase::Probing)
            && !self.respawned
            && self.options.era == EraChoice::Auto
        {
            // Older servers of some SDKs exit on any request before `initialize`.
            self.respawned = true;
            self.pending.clear();
            self.phase = Phase::Idle;
            self.old(out, "the process exited on server/discover");
            out.push(Output::Respawn);
            return;
        }
        if self.skipped && self.phase == Phase::Initializing {
            // It may have become one that knows no `initialize`.
            self.doubt("the process exited on initialize", out);
            self.pending.clear();
            self.phase = Phase::Idle;
            out.push(Output::Respawn);
            return;
        }
        self.phase = Phase::Over;
        self.end_all(out);
    }

    fn end_all(&mut self, out: &mut Vec<Output>) {
        let mut tickets = Vec::new();
        for (_, pending) in self.pending.drain() {
            match pending.purpose {
                Purpose::Call { ticket } => tickets.push(ticket),
                Purpose::Complete { ticket } => out.push(Output::Completed {
                    ticket,
                    completed: Completed::Gone,
                }),
                Purpose::Probe | Purpose::Initialize | Purpose::List { .. } => {}
            }
        }
        tickets.extend(self.queued.drain(..).map(|call| call.ticket));
        tickets.sort_unstable();
        out.extend(tickets.into_iter().map(|ticket| Output::Finished {
            ticket,
            end: End::Gone,
        }));
    }
}

fn remark(out: &mut Vec<Output>, what: String) {
    out.push(Output::Note(Note::Remark { what }.into()));
}
