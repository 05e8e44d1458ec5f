//! What a client answered when a server asked, and which of it answers what a server asks now.

use std::collections::HashMap;

use super::Reading;
use crate::json;
use crate::jsonrpc::{self, Id, Kind};
use crate::mcp::asked::{AskKind, Outcome, Reply, Which, reply};
use crate::session::Direction;
use crate::session::timeline::{ExchangeIndex, Question, questions};

/// A question of a recording, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What kind of thing was asked.
    kind: AskKind,
    /// In which words.
    label: Box<str>,
    /// Under which key.
    key: Option<Box<str>>,
    /// What was answered; none when nobody did.
    pub reply: Option<Reply>,
}

/// What can be answered: by the first request of the call it was asked for, if that was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers(HashMap<Option<ExchangeIndex>, Vec<Option<Answer>>>);

impl Answers {
    /// All that was answered on a connection.
    pub fn of(session: &Reading<'_>, conn: u32) -> Self {
        let mut all = Self::default();
        let mut updates: Option<Updates> = None;
        let timeline = session.timeline;
        for question in timeline.questions().iter().filter(|one| one.conn == conn) {
            // What nobody was asked, the client refuses again by itself.
            if !question.asked && question.end.is_none() {
                continue;
            }
            let reply = match &question.end {
                Some((_, questions::End::Answered(outcome, _))) => {
                    let said = said(session, question, conn, &mut updates);
                    said.or_else(|| Some(in_words(question.kind, *outcome)))
                }
                _ => None,
            };
            let call = question.call.map(|call| timeline.first_round(call));
            all.0.entry(call).or_default().push(Some(Answer {
                kind: question.kind,
                label: question.label.clone(),
                key: key(&question.which).map(Into::into),
                reply,
            }));
        }
        all
    }

    /// Takes what answers a question that is asked for this call of the recording, when that is known: of the same
    /// kind, in the same words if there is one, else the next. None when nothing does.
    pub fn take(&mut self, call: Option<ExchangeIndex>, question: &Question) -> Option<Answer> {
        let key = key(&question.which);
        let rank = |answer: &Answer| {
            u8::from(answer.label == question.label) * 2 + u8::from(answer.key.as_deref() == key)
        };
        let best = |list: &mut Vec<Option<Answer>>, least: u8| {
            let mut found: Option<(u8, usize)> = None;
            for (place, answer) in list.iter().enumerate() {
                let Some(answer) = answer.as_ref().filter(|one| one.kind == question.kind) else {
                    continue;
                };
                let rank = rank(answer);
                if rank >= least && found.is_none_or(|(best, _)| rank > best) {
                    found = Some((rank, place));
                }
            }
            list[found?.1].take()
        };
        let own = self.0.get_mut(&call).and_then(|list| best(list, 0));
        if own.is_some() {
            return own;
        }
        if call.is_some() {
            return self.0.get_mut(&None).and_then(|list| best(list, 0));
        }
        // Nobody can tell what it is asked for: the words have to be the same.
        let mut calls: Vec<Option<ExchangeIndex>> = self.0.keys().copied().collect();
        calls.sort_unstable();
        calls
            .into_iter()
            .find_map(|call| best(self.0.get_mut(&call)?, 2))
    }

    /// Every answer, for who wants to know what they say.
    pub fn all(&self) -> impl Iterator<Item = &Answer> {
        self.0.values().flatten().flatten()
    }
}

fn key(which: &Which) -> Option<&str> {
    match which {
        Which::Input { key, .. } | Which::Task { key, .. } => Some(key),
        Which::Request(_) | Which::Required { .. } => None,
    }
}

/// An answer of which only the kind is known.
fn in_words(kind: AskKind, outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Accept if kind == AskKind::Url => reply::accept(None),
        Outcome::Cancel => reply::cancelled(kind),
        _ => reply::declined(kind),
    }
}

/// What was sent to tasks, by task and key.
type Updates = HashMap<(String, String), String>;

/// What was answered, as it was sent.
fn said(
    session: &Reading<'_>,
    question: &Question,
    conn: u32,
    updates: &mut Option<Updates>,
) -> Option<Reply> {
    let timeline = session.timeline;
    match &question.which {
        Which::Request(id) => {
            let exchange = timeline.exchange(question.exchange?)?;
            let body = session.body(exchange.response?)?;
            let message = message(&body, id)?;
            let envelope = jsonrpc::envelope(message)?;
            match envelope.kind {
                Kind::Result => Some(Reply::Result(text(envelope.result?))),
                Kind::Error => {
                    let error = envelope.error?;
                    Some(Reply::Error {
                        code: json::get(error, &["code"]).and_then(json::integer)?,
                        message: json::string_at(error, &["message"]).unwrap_or_default(),
                    })
                }
                _ => None,
            }
        }
        Which::Input { key, .. } => {
            let call = question.call?;
            let rounds = timeline.rounds(call);
            let place = rounds.iter().position(|round| *round == call)?;
            let next = timeline.exchange(*rounds.get(place + 1)?)?;
            let body = session.body(next.request)?;
            let message = message(&body, &next.id)?;
            let given = json::get(message, &["params", "inputResponses", key])?;
            Some(Reply::Result(text(given)))
        }
        Which::Task { task, key } => {
            let updates = updates.get_or_insert_with(|| sent_to_tasks(session, conn));
            let given = updates.get(&(task.to_string(), key.to_string()))?;
            Some(Reply::Result(given.clone()))
        }
        Which::Required { .. } => None,
    }
}

fn sent_to_tasks(session: &Reading<'_>, conn: u32) -> Updates {
    let timeline = session.timeline;
    let mut updates = Updates::new();
    for exchange in timeline.exchanges() {
        let is = exchange.conn == conn && timeline.word(exchange.method) == "tasks/update";
        let Some(body) = is.then(|| session.body(exchange.request)).flatten() else {
            continue;
        };
        let Some(message) = message(&body, &exchange.id) else {
            continue;
        };
        let task = json::string_at(message, &["params", "taskId"]).unwrap_or_default();
        let given = json::get(message, &["params", "inputResponses"]).unwrap_or_default();
        for (key, raw) in json::members(given) {
            updates.insert((task.clone(), key.into_owned()), text(raw));
        }
    }
    updates
}

fn text(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

/// The message with this id in a frame: all of it, or one of a batch.
pub fn message<'b>(body: &'b [u8], id: &Id) -> Option<&'b [u8]> {
    if json::kind(body) == json::Kind::Array {
        return json::elements(body)
            .find(|message| json::get(message, &["id"]).map(Id::read).as_ref() == Some(id));
    }
    Some(body)
}

/// Whether an entry went to the server.
pub fn is_out(session: &Reading<'_>, entry: u32) -> bool {
    let row = session.timeline.entry(entry);
    row.is_some_and(|row| row.direction() == Direction::Out)
}
