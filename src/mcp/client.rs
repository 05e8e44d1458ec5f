//! The client's half of the protocol, sans-io: told what happened, it answers what to do.
//!
//! It owns ids, time limits, the opening of a connection in both eras, paging, cancelling and the answers to
//! server requests. It reads no clock (time comes in), touches no bytes but those it sends, and never sees a
//! transport, so every rule of the lifecycle is a transcript in `client/tests.rs`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

mod asked;
mod completing;
mod dues;
mod exchanges;
mod known;
mod limits;
mod listing;
mod logins;
mod opening;
mod params;
mod rounds;
mod settings;
mod subscriptions;
mod tasks;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
mod words;

use super::asked::Capabilities;
use super::completion::Completed;
use super::facts::{Detail, Message, Opening};
use super::http::Loss;
use super::meta;
use super::revision::{Era, Revision};
use super::types::List;
use crate::jsonrpc::{self, Id, Kind};
use crate::note::Note;
use asked::Parked;
use dues::Dues;
pub use known::Known;
use limits::Limit;
use opening::Phase;
use params::{modern_meta, raw_value, with_meta};
use rounds::Talks;
pub use settings::{RequestSettings, traceparent};
use subscriptions::{Group, Subscriptions};
pub use tasks::Wish;
use tasks::{Step, Tasks};
pub use words::{Call, End, EraChoice, Input, NoteText, Options, Output, Over};

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
    /// A stream of notifications (2026-07-28).
    Listen {
        group: Group,
    },
    /// A subscription to a resource begins or ends (before 2026-07-28).
    Watch {
        uri: Box<str>,
        on: bool,
    },
    Task {
        id: Box<str>,
        step: Step,
    },
    TaskList {
        page: u32,
    },
}

impl Purpose {
    /// Whether a person asked for it, rather than mcpscope for its own sake.
    const fn is_asked(&self) -> bool {
        matches!(
            self,
            Self::Call { .. }
                | Self::Watch { .. }
                | Self::Listen {
                    group: Group::Resources
                }
                | Self::Task {
                    step: Step::Cancel,
                    ..
                }
                | Self::TaskList { .. }
        )
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Pending {
    purpose: Purpose,
    /// Whether it calls a tool.
    is_tool: bool,
    sent: Duration,
    wait: Duration,
    until: Duration,
    at_most: Duration,
    token: Option<Id>,
    limit: Limit,
    /// Since when a person is waited for, and not the server.
    held: Option<Duration>,
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
    dues: Dues,
    queued: Vec<Call>,
    /// What the server asked and nobody has answered yet.
    parked: Vec<Parked>,
    /// Whether it has to be looked which requests wait for a person.
    unheld: bool,
    /// What the handshake said we can do.
    declared: Capabilities,
    /// Calls, and what of them the server wants before it goes on.
    talks: Talks,
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
    /// Since when a login is waited for.
    login_since: Option<Duration>,
    subscriptions: Subscriptions,
    tasks: Tasks,
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
            subscriptions: Subscriptions::new(options.follow_lists, &options.subscribed),
            tasks: Tasks::default(),
            options,
            phase: Phase::Idle,
            next_id: 1,
            probes: 0,
            pending: HashMap::new(),
            dues: Dues::default(),
            queued: Vec::new(),
            parked: Vec::new(),
            unheld: false,
            declared: Capabilities::default(),
            talks: Talks::default(),
            stale: HashSet::new(),
            opening: None,
            late: None,
            respawned: false,
            proven: false,
            reopened: None,
            login_since: None,
            skipped: false,
            learned: None,
        }
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
            Input::Message(message) => self.message(now, message, None, &mut out),
            Input::MessageOn(message, on) => self.message(now, message, Some(on), &mut out),
            Input::Unanswered(id, loss) => self.unanswered(now, id, loss, &mut out),
            Input::SessionEnded => self.session_ended(now, &mut out),
            Input::Held(held) => self.wait_for_login(now, held),
            Input::Gone => self.gone(&mut out),
            Input::Call(call) => match self.phase {
                Phase::Ready => self.call(now, call, &mut out),
                Phase::Over => out.push(Output::Finished {
                    ticket: call.ticket,
                    end: End::Gone,
                }),
                _ => self.queued.push(call),
            },
            Input::Cancel(ticket) => self.cancel(now, ticket, &mut out),
            Input::Extend { ticket, more } => self.extend(now, ticket, more, &mut out),
            Input::Settings(settings) => self.set(settings, &mut out),
            Input::Refresh(list) => {
                if self.is_ready() {
                    self.refresh(now, list, &mut out);
                }
            }
            Input::Complete { ticket, ask } => self.complete(now, ticket, &ask, &mut out),
            Input::Subscribe { uri, on } => self.subscribe(now, uri, on, &mut out),
            Input::FollowLists(on) => self.follow_lists(now, on, &mut out),
            Input::Task { id, wish } => self.task_wish(now, id, &wish, &mut out),
            Input::ListTasks => {
                if self.is_ready() {
                    self.list_tasks(now, 1, None, &mut out);
                }
            }
            Input::Answer(which, reply) => self.answered(now, which, reply, &mut out),
            Input::Policies(policies) => self.set_policies(policies, &mut out),
            Input::Capabilities(capabilities) => self.set_capabilities(capabilities, &mut out),
            Input::Tick if self.login_since.is_some() => {}
            Input::Tick => self.tick(now, &mut out),
        }
        self.hold(now);
        self.settle();
        out
    }

    fn message(
        &mut self,
        now: Duration,
        message: &Message,
        on: Option<&Id>,
        out: &mut Vec<Output>,
    ) {
        match message.kind {
            _ if self.phase == Phase::Bare => {}
            Kind::Request => self.answer(message, on, out),
            Kind::Result | Kind::Error => self.response(now, message, out),
            Kind::Notification => self.notification(now, message, out),
            Kind::Malformed => {}
        }
    }

    fn notification(&mut self, now: Duration, message: &Message, out: &mut Vec<Output>) {
        if self.era == Era::Modern && self.is_ready() {
            self.demultiplex(message, out);
        }
        match &message.detail {
            Detail::Progress { token, .. } => self.progress(now, token, out),
            Detail::Changed(lists) if self.is_ready() => {
                for list in *lists {
                    self.refresh(now, *list, out);
                }
            }
            Detail::Task(facts) => self.task_notified(now, facts, out),
            Detail::Cancelled { request } if self.era == Era::Modern => {
                self.stream_cancelled(request, out);
            }
            Detail::Cancelled { request } => self.withdrawn(request),
            Detail::Elicited(id) => self.elicited(now, id, out),
            _ => {}
        }
    }

    /// Server requests (2024-11-05 … 2025-11-25): ping is answered at once, also while opening and closing; what we
    /// did not advertise is refused; questions are for a person or a policy. In 2026-07-28 a client may send no
    /// responses at all.
    fn answer(&mut self, message: &Message, on: Option<&Id>, out: &mut Vec<Output>) {
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
        if let Detail::Asked(asked) = &message.detail {
            return self.asked(id, asked, on, out);
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
            Purpose::Call { ticket } => {
                if !self.became_task(now, ticket, pending.is_tool, message, out) {
                    self.called(now, ticket, message, out);
                }
            }
            Purpose::Complete { ticket } => self.completed(ticket, message, out),
            Purpose::Listen { group } => self.listen_answered(group, message, out),
            Purpose::Watch { uri, on } => {
                self.watched(&uri, on, matches!(message.kind, Kind::Result));
            }
            Purpose::Task { id, step } => self.task_answered(now, &id, step, message, out),
            Purpose::TaskList { page } => self.tasks_listed(now, page, message, out),
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
        self.talks.begin(call);
    }

    /// A request of somebody's is over.
    fn finish(&mut self, ticket: u64, end: End, out: &mut Vec<Output>) {
        self.talks.end(ticket);
        out.push(Output::Finished { ticket, end });
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
            fields = modern_meta(&self.options.capabilities);
        }
        if ticket.is_some() {
            let era = if modern { Era::Modern } else { Era::Legacy };
            fields.extend(self.options.settings.fields(&id, era));
        }
        if method == "tools/call" {
            fields.push((meta::PROGRESS_TOKEN.to_owned(), raw_value(&id.to_json())));
        }
        let params = self.talks.carry(ticket, with_meta(params, fields));
        let params = params.map(|params| self.options.settings.keep_task(params));
        // Whoever asks may have put in another one, or none.
        let token = params.as_deref().and_then(settings::token_in);
        let wait = wait.unwrap_or(match purpose {
            Purpose::Probe => self.probe_wait(),
            _ => self.options.request_wait,
        });
        out.push(Output::Send {
            frame: jsonrpc::request(&id, method, params.as_deref()),
            ticket,
            aux: !purpose.is_asked(),
        });
        let at_most = now.saturating_add(self.options.request_wait_max.max(wait));
        self.unheld |= !self.parked.is_empty();
        let pending = Pending {
            purpose,
            is_tool: method == "tools/call",
            sent: now,
            wait,
            until: now.saturating_add(wait).min(at_most),
            at_most,
            token,
            limit: Limit::default(),
            held: None,
        };
        self.dues.put(pending.due(), id.clone());
        self.pending.insert(id, pending);
    }

    fn cancel(&mut self, now: Duration, ticket: u64, out: &mut Vec<Output>) {
        self.stop_completing(Some(ticket), "no longer wanted", out);
        if self.cancel_task(now, ticket, out) {
            return;
        }
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
            self.called_off(&id, out);
            self.finish(ticket, End::Cancelled, out);
        } else {
            self.stop_waiting(ticket, out);
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
                Purpose::Probe
                | Purpose::Initialize
                | Purpose::List { .. }
                | Purpose::Listen { .. }
                | Purpose::Watch { .. }
                | Purpose::Task { .. }
                | Purpose::TaskList { .. } => {}
            }
        }
        self.subscriptions.closed();
        tickets.extend(self.tasks.closed());
        tickets.extend(self.queued.drain(..).map(|call| call.ticket));
        tickets.extend(self.talks.end_all());
        self.parked.clear();
        tickets.sort_unstable();
        tickets.dedup();
        out.extend(tickets.into_iter().map(|ticket| Output::Finished {
            ticket,
            end: End::Gone,
        }));
    }
}

fn remark(out: &mut Vec<Output>, what: String) {
    out.push(Output::Note(Note::Remark { what }.into()));
}
