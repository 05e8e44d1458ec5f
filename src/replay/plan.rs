//! What of a recording is sent again, in which order, and what each request waits for.
//!
//! A request waits for those that had ended before it was sent: what was under way together then is under way together
//! again. Requests are left out that the client makes by itself (the handshake, what it asks of tasks), and those
//! whose end nobody saw.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Reading;
use super::answers::{Answers, is_out, message};
use super::carry::{Carry, Ledger};
use crate::json::{self, Value};
use crate::mask::names_in;
use crate::mcp::asked::{Capabilities, Reply};
use crate::mcp::meta;
use crate::mcp::revision::Revision;
use crate::mcp::subscriptions::Filter;
use crate::mcp::types::List;
use crate::session::timeline::{
    Connection, EntryIndex, EntryRow, Exchange, ExchangeIndex, LinkState, Row, SingleKind, Status,
    Timeline,
};

/// What the client says by itself.
const OWN_NOTIFICATIONS: [&str; 3] = [
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/roots/list_changed",
];

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A request, whose answer is compared.
    Call,
    /// A notification, as it was.
    Notify,
    /// From now on, changes of these resources, and of lists, are to be told (2026-07-28).
    Follow {
        /// The resources.
        uris: Vec<String>,
        /// Whether lists too.
        lists: bool,
    },
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Answered,
    /// It was cancelled, when this many of the part's calls had ended and it had come this far.
    Cancelled {
        /// See [`Step::needs`].
        needs: usize,
        /// So many notifications of progress had come.
        ticks: usize,
    },
    /// Nobody waited any longer.
    TimedOut,
}

/// Something that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The exchange of the recording; none for a notification.
    pub exchange: Option<ExchangeIndex>,
    /// The entry that sent it, by sequence number.
    pub seq: u64,
    /// The method.
    pub method: String,
    /// What it is about.
    pub subject: String,
    /// What it is.
    pub what: What,
    /// When, after the first one of its part.
    pub at: Duration,
    /// How many calls of the part, in the order in which they end, must have ended before.
    pub needs: usize,
    /// The notification that a list changed which had come so often before.
    pub after: Option<(String, usize)>,
    /// Raw params, as they are to be sent; of a notification, the whole frame.
    pub params: Option<String>,
    /// What of them came from earlier results.
    pub carries: Vec<Carry>,
    /// How it ended.
    pub ending: Ending,
    /// How long it took.
    pub took: Duration,
}

/// What was sent on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The connection of the recording.
    pub conn: u32,
    /// The revision that was spoken.
    pub revision: Option<Revision>,
    /// What the client said it could do.
    pub capabilities: Capabilities,
    /// In the order they were sent.
    pub steps: Vec<Step>,
    /// The calls of [`Self::steps`] in the order in which they ended.
    pub ends: Vec<usize>,
    /// What was answered when the server asked.
    pub answers: Answers,
}

/// What is not sent, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It had no answer when its connection was closed.
    Unfinished,
    /// It asks about a task that no call of the recording was made.
    ForeignTask,
    /// It is no request and no notification.
    Odd,
}

impl LeftOut {
    /// Why, for so many.
    pub fn words(self, count: usize) -> String {
        let noun = match self {
            Self::Odd => "frame",
            Self::Unfinished | Self::ForeignTask => "request",
        };
        let why = match self {
            Self::Unfinished => "no answer had come when the connection was closed",
            Self::ForeignTask => "about a task of an earlier run",
            Self::Odd => "neither a request nor a notification",
        };
        format!("{} left out: {why}", crate::text::plural(count, noun))
    }
}

/// Why a recording cannot be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing in it was sent, or nothing of what was chosen.
    #[error("nothing in it can be sent again")]
    Nothing,
    /// It went to several servers.
    #[error("it holds requests to several servers: {}", .0.join(", "))]
    Servers(Vec<String>),
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The server's name for people, as it was recorded.
    pub server: String,
    /// Connection by connection.
    pub parts: Vec<Part>,
    /// What is not sent, and how much of it.
    pub left_out: BTreeMap<LeftOut, usize>,
}

impl Plan {
    /// What of a session is sent again: the exchanges that are `chosen`. With `all`, notifications too.
    pub fn of(
        session: &Reading<'_>,
        chosen: &dyn Fn(ExchangeIndex) -> bool,
        all: bool,
    ) -> Result<Self, Problem> {
        let mut plan = Self {
            server: String::new(),
            parts: Vec::new(),
            left_out: BTreeMap::new(),
        };
        let mut servers: Vec<String> = Vec::new();
        for connection in session.timeline.state().connections() {
            let part = Draft {
                session,
                connection,
                chosen,
                all,
                left_out: BTreeMap::new(),
            }
            .part(&mut plan.left_out);
            if part.steps.is_empty() {
                continue;
            }
            if servers.iter().all(|name| **name != *connection.name) {
                servers.push(connection.name.to_string());
            }
            plan.parts.push(part);
        }
        match servers.len() {
            0 => return Err(Problem::Nothing),
            1 => plan.server = servers.remove(0),
            _ => return Err(Problem::Servers(servers)),
        }
        Ok(plan)
    }

    /// How many requests are sent whose answers are compared.
    pub fn calls(&self) -> usize {
        let steps = self.parts.iter().flat_map(|part| &part.steps);
        steps.filter(|step| step.what == What::Call).count()
    }

    /// The tools that are called, each once, and how often.
    pub fn tools(&self) -> Vec<(&str, usize)> {
        let mut tools: Vec<(&str, usize)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let steps = self.parts.iter().flat_map(|part| &part.steps);
        for step in steps.filter(|step| step.method == "tools/call") {
            let place = *places.entry(&step.subject).or_insert_with(|| {
                tools.push((&step.subject, 0));
                tools.len() - 1
            });
            tools[place].1 += 1;
        }
        tools
    }

    /// The names of the masks whose secrets are needed, each once.
    pub fn masks(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |raw: &str| {
            for name in names_in(raw.as_bytes()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        };
        for part in &self.parts {
            for step in &part.steps {
                step.params.iter().for_each(|params| add(params));
            }
            for answer in part.answers.all() {
                if let Some(Reply::Result(raw)) = &answer.reply {
                    add(raw);
                }
            }
        }
        names
    }
}

/// A connection of a recording that is read.
struct Draft<'a> {
    session: &'a Reading<'a>,
    connection: &'a Connection,
    chosen: &'a dyn Fn(ExchangeIndex) -> bool,
    all: bool,
    left_out: BTreeMap<LeftOut, usize>,
}

/// Something that may be sent, before it is known what it waits for.
struct Sent {
    step: Step,
    request: EntryIndex,
    /// When it ended; none for what has no end.
    ended: Option<EntryIndex>,
    /// The entry that cancelled it.
    cancelled: Option<EntryIndex>,
    /// Whether it is sent, rather than only looked at for what it gave out.
    chosen: bool,
    params: Option<Value>,
}

impl Draft<'_> {
    fn timeline(&self) -> &Timeline {
        self.session.timeline
    }

    fn part(mut self, left_out: &mut BTreeMap<LeftOut, usize>) -> Part {
        let conn = self.connection.number;
        let mut sent = Vec::new();
        for index in 0..self.timeline().exchanges().len() as ExchangeIndex {
            sent.extend(self.request(index));
        }
        if self.all {
            self.notifications(&mut sent);
        }
        sent.sort_by_key(|sent| sent.request);
        self.trace(&mut sent);
        sent.retain(|sent| sent.chosen);
        for (why, count) in &self.left_out {
            *left_out.entry(*why).or_default() += count;
        }
        let part = Part {
            conn,
            revision: self.connection.revision,
            capabilities: self.capabilities(),
            answers: Answers::of(self.session, conn),
            steps: Vec::new(),
            ends: Vec::new(),
        };
        self.ordered(part, sent)
    }

    fn leave(&mut self, why: LeftOut) {
        *self.left_out.entry(why).or_default() += 1;
    }

    /// What the client said it could do: in our notes, else in what it sent.
    fn capabilities(&self) -> Capabilities {
        if !self.connection.declared.is_empty() {
            return self.connection.declared.clone();
        }
        let timeline = self.timeline();
        let conn = self.connection.number;
        let told = timeline
            .exchanges()
            .iter()
            .filter(|exchange| exchange.conn == conn && is_out(self.session, exchange.request))
            .take(20)
            .find_map(|exchange| {
                let body = self.session.body(exchange.request)?;
                let message = message(&body, &exchange.id)?;
                let params = json::get(message, &["params"])?;
                let raw =
                    json::get(params, &["_meta", meta::CLIENT_CAPABILITIES]).or_else(|| {
                        (timeline.word(exchange.method) == "initialize")
                            .then(|| json::get(params, &["capabilities"]))?
                    })?;
                Some(Capabilities::read(raw))
            });
        told.unwrap_or_default()
    }

    /// An exchange, if it is one that somebody wanted.
    fn request(&mut self, index: ExchangeIndex) -> Option<Sent> {
        let timeline = self.session.timeline;
        let first = timeline.exchange(index)?;
        let row = timeline.entry(first.request)?;
        let ours = first.conn == self.connection.number && is_out(self.session, first.request);
        if !ours || timeline.first_round(index) != index {
            return None;
        }
        let method = timeline.word(first.method);
        let what = self.what(first, row, method)?;
        let chosen = (self.chosen)(index);
        let last = timeline.exchange(timeline.last_round(index))?;
        let end = match what {
            What::Call => self.end(index, last),
            What::Notify | What::Follow { .. } => Some((None, None, Ending::Answered)),
        };
        let Some((ended, cancelled, ending)) = end else {
            if chosen {
                self.leave(LeftOut::Unfinished);
            }
            return None;
        };
        let body = self.session.body(first.request)?;
        let raw = json::get(message(&body, &first.id)?, &["params"]);
        let params = raw.and_then(|raw| Value::parse(raw).ok());
        let us = |entry: Option<EntryIndex>| Some(timeline.entry(entry?)?.us());
        let took = us(ended).map_or(0, |us| us.saturating_sub(row.us()));
        Some(Sent {
            step: Step {
                exchange: Some(index),
                seq: row.seq(),
                method: method.to_owned(),
                subject: timeline.word(first.subject).to_owned(),
                what,
                at: Duration::from_micros(row.us()),
                needs: 0,
                after: List::of_method(method).map(|list| (changed(list).to_owned(), 0)),
                params: raw.map(|raw| String::from_utf8_lossy(raw).into_owned()),
                carries: Vec::new(),
                ending,
                took: Duration::from_micros(took),
            },
            request: first.request,
            ended,
            cancelled,
            chosen,
            params,
        })
    }

    /// What a request is to us.
    fn what(&mut self, exchange: &Exchange, row: &EntryRow, method: &str) -> Option<What> {
        match method {
            "initialize" | "server/discover" => None,
            "subscriptions/listen" => {
                let body = self.session.body(exchange.request)?;
                let raw = json::get(message(&body, &exchange.id)?, &["params", "notifications"]);
                let wanted = Filter::read(raw.unwrap_or_default());
                Some(What::Follow {
                    lists: List::ALL.into_iter().any(|list| wanted.has_list(list)),
                    uris: wanted.uris.iter().map(ToString::to_string).collect(),
                })
            }
            "tasks/get" | "tasks/result" | "tasks/update" | "tasks/cancel" => {
                let body = self.session.body(exchange.request)?;
                let id = json::string_at(message(&body, &exchange.id)?, &["params", "taskId"]);
                let task = id.and_then(|id| self.connection.tasks.get(&id));
                // The client asks after the tasks of its calls by itself.
                if !row.aux && task.is_none_or(|task| task.exchange.is_none()) {
                    self.leave(LeftOut::ForeignTask);
                }
                None
            }
            _ if List::of_method(method).is_some() || method == "completion/complete" => {
                Some(What::Call)
            }
            _ if row.aux => None,
            _ => Some(What::Call),
        }
    }

    /// When a call ended, by which entry it was cancelled, and how it ended. None when nobody saw the end.
    fn end(
        &self,
        index: ExchangeIndex,
        last: &Exchange,
    ) -> Option<(Option<EntryIndex>, Option<EntryIndex>, Ending)> {
        let timeline = self.timeline();
        let link = &self.connection.link;
        let crashed = matches!(
            link,
            LinkState::Exited { asked: false, .. } | LinkState::Failed { .. }
        );
        let cancelled = Ending::Cancelled {
            needs: 0,
            ticks: timeline
                .ticks()
                .iter()
                .filter(|tick| tick.exchange == index)
                .count(),
        };
        match last.status {
            Status::Pending => None,
            Status::NoReply if !crashed => None,
            Status::Cancelled => Some((last.ended, last.ended, cancelled)),
            Status::TimedOut => Some((last.ended, None, Ending::TimedOut)),
            Status::Task => {
                let task = timeline.task_of_call(index)?;
                if !task.status.is_terminal() && task.outcome.is_none() {
                    return None;
                }
                let seq = task.outcome.map_or(task.last_seq, |outcome| outcome.seq);
                let called_off = self.cancel_of(&task.id);
                let ending = called_off.map_or(Ending::Answered, |_| cancelled);
                Some((timeline.index_of_seq(seq), called_off, ending))
            }
            _ => Some((last.ended, None, Ending::Answered)),
        }
    }

    /// The request that cancelled a task.
    fn cancel_of(&self, id: &str) -> Option<EntryIndex> {
        let timeline = self.timeline();
        let found = timeline.exchanges().iter().find(|exchange| {
            exchange.conn == self.connection.number
                && timeline.word(exchange.method) == "tasks/cancel"
                && timeline.word(exchange.subject) == id
        });
        found.map(|exchange| exchange.request)
    }

    /// What else was sent.
    fn notifications(&mut self, sent: &mut Vec<Sent>) {
        let timeline = self.session.timeline;
        for row in timeline.rows() {
            let Row::Single(single) = row else {
                continue;
            };
            let Some(single) = timeline.single_row(*single) else {
                continue;
            };
            let Some(entry) = timeline.entry(single.entry) else {
                continue;
            };
            let ours = entry.conn() == self.connection.number && is_out(self.session, single.entry);
            if !ours || !entry.is_wire() || entry.aux {
                continue;
            }
            let method = timeline.word(single.method);
            match single.kind {
                SingleKind::Notification if OWN_NOTIFICATIONS.contains(&method) => {}
                SingleKind::Notification => {
                    let Some(body) = self.session.body(single.entry) else {
                        continue;
                    };
                    sent.push(Sent {
                        step: Step {
                            exchange: None,
                            seq: entry.seq(),
                            method: method.to_owned(),
                            subject: String::new(),
                            what: What::Notify,
                            at: Duration::from_micros(entry.us()),
                            needs: 0,
                            after: None,
                            params: Some(String::from_utf8_lossy(&body).into_owned()),
                            carries: Vec::new(),
                            ending: Ending::Answered,
                            took: Duration::ZERO,
                        },
                        request: single.entry,
                        ended: None,
                        cancelled: None,
                        chosen: true,
                        params: None,
                    });
                }
                SingleKind::Junk | SingleKind::Malformed => self.leave(LeftOut::Odd),
                _ => {}
            }
        }
    }

    /// Finds out which values of requests came from results, and takes out of their params what the client puts there.
    fn trace(&self, sent: &mut [Sent]) {
        let mut ledger = Ledger::default();
        for sent in sent.iter() {
            if let Some(params) = &sent.params {
                ledger.want(&sent.step.method, params);
            }
        }
        let mut answers: Vec<(EntryIndex, ExchangeIndex, &str)> = Vec::new();
        let methods: Vec<String> = sent.iter().map(|sent| sent.step.method.clone()).collect();
        for (sent, method) in sent.iter().zip(&methods) {
            if let (Some(ended), Some(exchange)) = (sent.ended, sent.step.exchange) {
                answers.push((ended, exchange, method));
            }
        }
        answers.sort_unstable();
        let mut answers = answers.into_iter().peekable();
        for sent in sent.iter_mut() {
            while let Some((_, exchange, method)) =
                answers.next_if(|(ended, ..)| *ended < sent.request && !ledger.is_idle())
            {
                let settled = self.timeline().settled(exchange);
                let body = settled.and_then(|(entry, id)| Some((self.session.body(entry)?, id)));
                if let Some((body, id)) = body
                    && let Some(result) =
                        message(&body, &id).and_then(|message| json::get(message, &["result"]))
                {
                    ledger.result(exchange, method, result);
                }
            }
            let Some(mut params) = sent.params.take() else {
                continue;
            };
            sent.step.carries = ledger.request(&sent.step.method, &params);
            if strip(&sent.step.method, sent.step.seq, &mut params) {
                let empty = matches!(&params, Value::Object(members) if members.is_empty());
                sent.step.params = (!empty).then(|| params.to_string());
            }
        }
    }

    /// Says what each one waits for.
    fn ordered(&self, mut part: Part, sent: Vec<Sent>) -> Part {
        let mut ends: Vec<(EntryIndex, usize)> = sent
            .iter()
            .enumerate()
            .filter_map(|(place, sent)| Some((sent.ended?, place)))
            .collect();
        ends.sort_unstable();
        let before = |entry: EntryIndex| ends.partition_point(|(ended, _)| *ended < entry);
        let told = self.told_changes();
        let began = sent.first().map_or(Duration::ZERO, |sent| sent.step.at);
        for sent in sent {
            let mut step = sent.step;
            step.at = step.at.saturating_sub(began);
            step.needs = before(sent.request);
            if let (Ending::Cancelled { needs, .. }, Some(cancelled)) =
                (&mut step.ending, sent.cancelled)
            {
                *needs = before(cancelled);
            }
            if let Some((method, count)) = &mut step.after {
                let entries = told.get(method.as_str()).map_or(&[][..], Vec::as_slice);
                *count = entries.partition_point(|entry| *entry < sent.request);
            }
            step.after = step.after.filter(|(_, count)| *count > 0);
            part.steps.push(step);
        }
        part.ends = ends.into_iter().map(|(_, place)| place).collect();
        part
    }

    /// When the server told that which list changed.
    fn told_changes(&self) -> HashMap<&str, Vec<EntryIndex>> {
        let timeline = self.timeline();
        let mut told: HashMap<&str, Vec<EntryIndex>> = HashMap::new();
        for row in timeline.rows() {
            if let Row::Single(single) = row
                && let Some(single) = timeline.single_row(*single)
                && let Some(entry) = timeline.entry(single.entry)
                && entry.conn() == self.connection.number
                && timeline.word(single.method).ends_with("/list_changed")
                && !is_out(self.session, single.entry)
            {
                let method = timeline.word(single.method);
                told.entry(method).or_default().push(single.entry);
            }
        }
        told
    }
}

/// The notification that tells of a change of a list.
const fn changed(list: List) -> &'static str {
    match list {
        List::Tools => "notifications/tools/list_changed",
        List::Prompts => "notifications/prompts/list_changed",
        List::Resources | List::Templates => "notifications/resources/list_changed",
    }
}

/// Takes out what the client puts into `_meta` by itself, and what belongs to the recorded connection alone; says
/// whether anything was.
fn strip(method: &str, seq: u64, params: &mut Value) -> bool {
    let Value::Object(members) = params else {
        return false;
    };
    let before = members.len();
    members.retain(|(name, _)| !matches!(name.as_str(), "inputResponses" | "requestState"));
    let mut changed = members.len() != before;
    let mut emptied = false;
    if let Some((_, Value::Object(carried))) = members.iter_mut().find(|(name, _)| name == "_meta")
    {
        let before = carried.len();
        let own = [
            meta::PROTOCOL_VERSION,
            meta::CLIENT_CAPABILITIES,
            meta::CLIENT_INFO,
        ];
        carried.retain(|(name, _)| !own.contains(&name.as_str()));
        // Calls of tools get one anyway.
        if method == "tools/call" {
            carried.retain(|(name, _)| name != meta::PROGRESS_TOKEN);
        }
        changed |= carried.len() != before;
        emptied = carried.is_empty() && before > 0;
        let token = carried
            .iter_mut()
            .find(|(name, _)| name == meta::PROGRESS_TOKEN);
        if let Some((_, token)) = token {
            *token = Value::String(format!("replay-{seq}"));
            changed = true;
        }
    }
    if emptied {
        members.retain(|(name, _)| name != "_meta");
    }
    changed
}
