//! One connection of a recording on its way to become a part of a plan.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::super::Reading;
use super::super::answers::{Answers, is_out, message};
use super::super::carry::Ledger;
use super::{Ending, LeftOut, Part, Step, What};
use crate::json::{self, Value};
use crate::mcp::asked::Capabilities;
use crate::mcp::meta;
use crate::mcp::revision::Era;
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

/// A connection of a recording that is read.
pub(super) struct Draft<'a> {
    pub session: &'a Reading<'a>,
    pub connection: &'a Connection,
    pub chosen: &'a dyn Fn(ExchangeIndex) -> bool,
    pub all: bool,
    pub left_out: BTreeMap<LeftOut, usize>,
    /// Whether it was a recording that was sent again there: then what the client fetched for itself is all its own.
    pub again: bool,
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

    /// What was sent on it.
    pub fn part(mut self, left_out: &mut BTreeMap<LeftOut, usize>) -> Part {
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

    /// Whether our notes say that a recording is sent again on a connection.
    pub fn is_again(session: &Reading<'_>, connection: &Connection) -> bool {
        let timeline = session.timeline;
        timeline.rows().iter().any(|row| {
            let Row::Single(single) = row else {
                return false;
            };
            timeline.single_row(*single).is_some_and(|single| {
                let entry = timeline.entry(single.entry);
                single.kind == SingleKind::Note
                    && timeline.word(single.method) == "replay"
                    && entry.is_some_and(|entry| entry.conn() == connection.number)
            })
        })
    }

    /// What the client said it could do. Where each request says so itself (2026-07-28), with every extension that any
    /// of them declared: a server that makes a task of a call does it for no other reason.
    fn capabilities(&self) -> Capabilities {
        let mut all = self.first_capabilities();
        if self
            .connection
            .revision
            .is_none_or(|revision| revision.era() == Era::Legacy)
        {
            return all;
        }
        for exchange in self.timeline().exchanges() {
            let conn = self.connection.number;
            if exchange.conn != conn || !is_out(self.session, exchange.request) {
                continue;
            }
            let declared = self.session.body(exchange.request).and_then(|body| {
                let params = json::get(message(&body, &exchange.id)?, &["params"])?;
                let raw = json::get(params, &["_meta", meta::CLIENT_CAPABILITIES])?;
                Some(Capabilities::read(raw).extensions)
            });
            for (id, settings) in declared.unwrap_or_default() {
                if !all.extends(&id) {
                    all.extend(&id, Some(&settings));
                }
            }
        }
        all
    }

    /// What the client said it could do at first: in our notes, else in what it sent.
    fn first_capabilities(&self) -> Capabilities {
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
            // What the client fetches for itself says what the server is, too.
            _ if row.aux => {
                let told = List::of_method(method).is_some() || method == "completion/complete";
                (told && !self.again).then_some(What::Call)
            }
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
        let cancelled = || {
            let ticks = timeline.ticks().iter();
            Ending::Cancelled {
                needs: 0,
                ticks: ticks.filter(|tick| tick.exchange == index).count(),
            }
        };
        match last.status {
            Status::Pending => None,
            Status::NoReply if !crashed => None,
            Status::Cancelled => Some((last.ended, last.ended, cancelled())),
            Status::TimedOut => Some((last.ended, None, Ending::TimedOut)),
            Status::Task => {
                let task = timeline.task_of_call(index)?;
                if !task.status.is_terminal() && task.outcome.is_none() {
                    return None;
                }
                let seq = task.outcome.map_or(task.last_seq, |outcome| outcome.seq);
                let called_off = self.cancel_of(&task.id);
                let ending = called_off.map_or(Ending::Answered, |_| cancelled());
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
        let called: HashMap<ExchangeIndex, (u64, String)> = sent
            .iter()
            .filter_map(|sent| {
                let step = &sent.step;
                Some((step.exchange?, (step.seq, chosen_by(step))))
            })
            .collect();
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
            for carry in &mut sent.step.carries {
                if let Some(call) = called.get(&carry.from) {
                    carry.call.clone_from(call);
                }
            }
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

/// What a filter has to say to choose it.
fn chosen_by(step: &Step) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if step.method == "tools/call" && !step.subject.is_empty() && step.subject.chars().all(is_plain)
    {
        format!("tool:{}", step.subject)
    } else {
        format!("method:{}", step.method)
    }
}
