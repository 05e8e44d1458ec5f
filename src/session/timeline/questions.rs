//! What servers asked, in the order they did: which, for which request, since when, how it ended and by whom.
//!
//! Read off frames; our notes add who answered. The params stay in the file: [`Question::entry`] and
//! [`Which::params`](crate::mcp::asked::Which::params) find them again. What is kept is bounded: of very many
//! questions the oldest that are over go.

use std::collections::{HashMap, HashSet, VecDeque};

use super::exchange::{EntryIndex, Exchange, ExchangeIndex, Status};
use crate::jsonrpc::Id;
use crate::mcp::asked::{Again, AskKind, Asked, Outcome, Which};
use crate::mcp::facts::{Detail, Message, ResultFacts};
use crate::note::asked::Asking;
use crate::session::Direction;
use crate::session::recorded::{Facts, Recorded};

/// Questions that are kept; those that are open always are.
const KEPT: usize = 10_000;

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum By {
    /// A person.
    Person,
    /// A policy of this name.
    Policy(Box<str>),
    /// We, because nothing else was possible: it was not declared, or its request was called off.
    Client,
    /// Another client, in somebody else's recording.
    Unknown,
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum End {
    /// It was answered.
    Answered(Outcome, By),
    /// It is no longer asked; holds why.
    Withdrawn(Box<str>),
    /// The connection ended first.
    Gone,
}

/// One thing a server asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Question {
    /// Its number in the session, from 1, in order of arrival.
    pub number: u32,
    /// The connection.
    pub conn: u32,
    /// How it is named on the wire, and in commands.
    pub which: Which,
    /// What kind of thing is asked.
    pub kind: AskKind,
    /// Its beginning in words, not sanitised.
    pub label: Box<str>,
    /// The frame that holds its params.
    pub entry: EntryIndex,
    /// The request of ours it is asked for, when that can be told: the one whose answer it came in, or was asked
    /// during.
    pub call: Option<ExchangeIndex>,
    /// The exchange it is itself, when it is a request of the server's.
    pub exchange: Option<ExchangeIndex>,
    /// The task it is asked for.
    pub task: Option<Box<str>>,
    /// `elicitationId`, in mode url.
    pub elicitation: Option<Box<str>>,
    /// Whether a person was asked. Until our note says so, nobody can answer it.
    pub asked: bool,
    /// The entry that ended it, and how.
    pub end: Option<(EntryIndex, End)>,
    /// The entry that said that what was to be done in the browser is done.
    pub completed: Option<EntryIndex>,
    /// The entry that said that a person was asked.
    asked_at: Option<EntryIndex>,
    /// The entry that told for which request.
    called_at: Option<EntryIndex>,
}

impl Question {
    /// The question as it was when entry `now` was the newest.
    fn as_of(&self, now: EntryIndex) -> Self {
        let came = |entry: &EntryIndex| *entry <= now;
        let asked_at = self.asked_at.filter(came);
        let called_at = self.called_at.filter(came);
        Self {
            asked: asked_at.is_some(),
            asked_at,
            call: self.call.filter(|_| called_at.is_some()),
            called_at,
            end: self.end.clone().filter(|(entry, _)| came(entry)),
            completed: self.completed.filter(came),
            ..self.clone()
        }
    }

    /// Whether it waits for a person.
    pub const fn is_waiting(&self) -> bool {
        self.asked && self.end.is_none()
    }

    /// Whether it waited for a person when entry `now` was the newest.
    pub fn was_waiting(&self, now: EntryIndex) -> bool {
        self.asked && self.entry <= now && self.end.as_ref().is_none_or(|(end, _)| *end > now)
    }
}

/// All questions of a session.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Questions {
    /// In the order of their numbers, with holes where some were let go.
    list: VecDeque<Question>,
    count: u32,
    open: HashMap<(u32, Which), u32>,
    /// Of the requests of the servers that ask: their question.
    own: HashMap<ExchangeIndex, u32>,
    /// The questions asked for a request of ours.
    of_call: HashMap<ExchangeIndex, Vec<u32>>,
    /// What tasks asked: they say it again until it is answered, and each key is one question.
    of_tasks: HashSet<(u32, Which)>,
}

impl Questions {
    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Question> {
        self.list.iter()
    }

    /// How many there were, kept or not.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// One of them.
    pub fn get(&self, number: u32) -> Option<&Question> {
        let place = self
            .list
            .partition_point(|question| question.number < number);
        self.list
            .get(place)
            .filter(|question| question.number == number)
    }

    fn get_mut(&mut self, number: u32) -> Option<&mut Question> {
        let place = self
            .list
            .partition_point(|question| question.number < number);
        self.list
            .get_mut(place)
            .filter(|question| question.number == number)
    }

    /// The open one of this name.
    pub fn open(&self, conn: u32, which: &Which) -> Option<&Question> {
        self.get(*self.open.get(&(conn, which.clone()))?)
    }

    /// Those that wait for a person, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = &Question> {
        let mut numbers: Vec<u32> = self.open.values().copied().collect();
        numbers.sort_unstable();
        numbers
            .into_iter()
            .filter_map(|number| self.get(number))
            .filter(|question| question.is_waiting())
    }

    /// Those asked for a request of ours, oldest first. For all of a conversation ask for each of its rounds.
    pub fn of_call(&self, call: ExchangeIndex) -> impl Iterator<Item = &Question> {
        self.of_call
            .get(&call)
            .into_iter()
            .flatten()
            .filter_map(|number| self.get(*number))
    }

    /// The question that an exchange of the server's is.
    pub fn of_exchange(&self, exchange: ExchangeIndex) -> Option<&Question> {
        self.get(*self.own.get(&exchange)?)
    }

    /// The questions as they were when entry `now` was the newest. Which of them tasks asked is not told: it only
    /// matters to what comes next.
    pub(super) fn as_of(&self, now: EntryIndex) -> Self {
        let mut then = Self::default();
        for question in self.list.iter().filter(|question| question.entry <= now) {
            let question = question.as_of(now);
            let number = question.number;
            then.count = number;
            if question.end.is_none() {
                let name = (question.conn, question.which.clone());
                then.open.insert(name, number);
            }
            if let Some(exchange) = question.exchange {
                then.own.insert(exchange, number);
            }
            if let Some(call) = question.call {
                then.of_call.entry(call).or_default().push(number);
            }
            then.list.push_back(question);
        }
        // In the order they were told of.
        let list = &then.list;
        for numbers in then.of_call.values_mut() {
            numbers.sort_by_key(|number| {
                let place = list.partition_point(|one| one.number < *number);
                (list.get(place).and_then(|one| one.called_at), *number)
            });
        }
        then
    }

    /// A question came.
    pub(super) fn came(
        &mut self,
        entry: EntryIndex,
        conn: u32,
        which: Which,
        asked: &Asked,
    ) -> u32 {
        // A name that is used again means the newer one.
        self.end(
            entry,
            conn,
            &which,
            End::Withdrawn("asked again under the same name".into()),
        );
        self.count += 1;
        let number = self.count;
        self.open.insert((conn, which.clone()), number);
        self.list.push_back(Question {
            number,
            conn,
            which,
            kind: asked.kind,
            label: asked.label.clone(),
            entry,
            call: None,
            exchange: None,
            task: asked.task.clone(),
            elicitation: asked.elicitation.clone(),
            asked: false,
            end: None,
            completed: None,
            asked_at: None,
            called_at: None,
        });
        if self.list.len() > KEPT * 2 {
            self.shrink();
        }
        number
    }

    fn shrink(&mut self) {
        let mut spare = self.list.len().saturating_sub(KEPT);
        self.list.retain(|question| {
            let goes = spare > 0 && question.end.is_some();
            if goes {
                spare -= 1;
                if let Some(exchange) = question.exchange {
                    self.own.remove(&exchange);
                }
                if let Some(call) = question.call
                    && let Some(numbers) = self.of_call.get_mut(&call)
                {
                    numbers.retain(|number| *number != question.number);
                    if numbers.is_empty() {
                        self.of_call.remove(&call);
                    }
                }
            }
            !goes
        });
    }

    fn end(&mut self, entry: EntryIndex, conn: u32, which: &Which, end: End) {
        if let Some(number) = self.open.remove(&(conn, which.clone()))
            && let Some(question) = self.get_mut(number)
        {
            question.end = Some((entry, end));
        }
    }

    fn belongs(&mut self, entry: EntryIndex, number: u32, call: ExchangeIndex) {
        let Some(question) = self.get_mut(number) else {
            return;
        };
        if question.call.is_none() {
            question.call = Some(call);
            question.called_at = Some(entry);
            self.of_call.entry(call).or_default().push(number);
        }
    }

    /// A request of the server's opened an exchange.
    pub(super) fn requested(
        &mut self,
        entry: EntryIndex,
        conn: u32,
        message: &Message,
        exchange: ExchangeIndex,
    ) {
        let (Detail::Asked(asked), Some(id)) = (&message.detail, &message.id) else {
            return;
        };
        let number = self.came(entry, conn, Which::Request(id.clone()), asked);
        if let Some(question) = self.get_mut(number) {
            question.exchange = Some(exchange);
            self.own.insert(exchange, number);
        }
    }

    /// A task told what it wants; `call` is the request that it was made of.
    fn task_told(
        &mut self,
        entry: EntryIndex,
        conn: u32,
        result: &ResultFacts,
        call: Option<ExchangeIndex>,
    ) {
        let Some((facts, inputs)) = result.task.as_ref().zip(result.inputs.as_ref()) else {
            return;
        };
        for (key, asked) in &inputs.asks {
            let which = Which::Task {
                task: facts.id.clone(),
                key: key.clone(),
            };
            if self.of_tasks.len() >= KEPT * 2 || !self.of_tasks.insert((conn, which.clone())) {
                continue;
            }
            let number = self.came(entry, conn, which, asked);
            if let Some(question) = self.get_mut(number) {
                question.task = Some(facts.id.clone());
            }
            if let Some(call) = call {
                self.belongs(entry, number, call);
            }
        }
    }

    /// An exchange ended with the newest entry; with `message`, if that answered it. `made_of` is the request that the
    /// task was made of that the answer tells of.
    pub(super) fn exchange_ended(
        &mut self,
        entry: EntryIndex,
        index: ExchangeIndex,
        exchange: &Exchange,
        direction: Direction,
        message: Option<&Message>,
        made_of: Option<ExchangeIndex>,
    ) {
        if direction == Direction::In {
            self.own_ended(entry, index, exchange, message);
            return;
        }
        let id = &exchange.id;
        match message.map(|message| &message.detail) {
            Some(Detail::Result(result)) if exchange.status == Status::InputRequired => {
                for (key, asked) in result.inputs.iter().flat_map(|inputs| &inputs.asks) {
                    let which = Which::Input {
                        of: id.clone(),
                        key: key.clone(),
                    };
                    let number = self.came(entry, exchange.conn, which, asked);
                    self.belongs(entry, number, index);
                }
            }
            Some(Detail::Result(result)) if result.task.is_some() => {
                self.task_told(entry, exchange.conn, result, made_of);
            }
            Some(Detail::Error {
                code: Some(-32042),
                urls,
                ..
            }) => {
                for (nth, asked) in (0..).zip(urls.iter()) {
                    let which = Which::Required {
                        of: id.clone(),
                        nth,
                    };
                    let number = self.came(entry, exchange.conn, which, asked);
                    self.belongs(entry, number, index);
                }
            }
            _ => {}
        }
    }

    fn own_ended(
        &mut self,
        entry: EntryIndex,
        index: ExchangeIndex,
        exchange: &Exchange,
        message: Option<&Message>,
    ) {
        let Some(question) = self.own.get(&index).and_then(|number| self.get(*number)) else {
            return;
        };
        if question.end.is_some() {
            return;
        }
        let (conn, which, asked) = (question.conn, question.which.clone(), question.asked);
        let end = match (exchange.status, message.map(|message| &message.detail)) {
            (_, Some(Detail::Result(result))) => {
                End::Answered(result.action.unwrap_or(Outcome::Result), By::Unknown)
            }
            (_, Some(Detail::Error { code, .. })) => {
                // What was never put to anybody we refused ourselves.
                let by = if asked { By::Unknown } else { By::Client };
                End::Answered(Outcome::Error(code.unwrap_or(0)), by)
            }
            (Status::NoReply, _) => End::Gone,
            (Status::Cancelled, _) => End::Withdrawn("cancelled by the server".into()),
            (status, _) => End::Withdrawn(status.to_string().into()),
        };
        self.end(entry, conn, &which, end);
    }

    /// A request of ours goes on with another one: what that one was asked for and nobody noted, this one answers.
    pub(super) fn went_on(
        &mut self,
        entry: EntryIndex,
        conn: u32,
        before: ExchangeIndex,
        again: &Again,
    ) {
        let open: Vec<Which> = self
            .of_call(before)
            .filter(|question| question.end.is_none())
            .map(|question| question.which.clone())
            .collect();
        for which in open {
            let Which::Input { key, .. } = &which else {
                continue;
            };
            let reply = again.replies.iter().find(|(other, _)| other == key);
            let end = match reply {
                Some((_, outcome)) => End::Answered(*outcome, By::Unknown),
                None => End::Withdrawn("the request went on without it".into()),
            };
            self.end(entry, conn, &which, end);
        }
    }

    /// A connection ended: what is still asked there will never be answered.
    pub(super) fn connection_ended(&mut self, entry: EntryIndex, conn: u32) {
        let open: Vec<Which> = self
            .open
            .keys()
            .filter(|(number, _)| *number == conn)
            .map(|(_, which)| which.clone())
            .collect();
        for which in open {
            self.end(entry, conn, &which, End::Gone);
        }
    }

    /// What was to be done in a browser is done.
    pub(super) fn elicited(&mut self, entry: EntryIndex, conn: u32, id: &str) {
        let found = self.list.iter_mut().rev().find(|question| {
            question.conn == conn
                && question.completed.is_none()
                && question.elicitation.as_deref() == Some(id)
        });
        if let Some(question) = found {
            question.completed = Some(entry);
        }
    }

    /// A note of ours; `exchange_of` finds the request of ours with an id.
    pub(super) fn noted(
        &mut self,
        entry: EntryIndex,
        conn: u32,
        step: &Asking,
        exchange_of: impl Fn(&Id) -> Option<ExchangeIndex>,
    ) {
        let read = |question: &str| Which::read(question.as_bytes());
        match step {
            Asking::Asked { question, call } => {
                let Some(number) = read(question).and_then(|which| self.open.get(&(conn, which)))
                else {
                    return;
                };
                let number = *number;
                if let Some(question) = self.get_mut(number) {
                    question.asked = true;
                    question.asked_at.get_or_insert(entry);
                }
                let call = call.as_deref().map(|id| Id::read(id.as_bytes()));
                if let Some(call) = call.and_then(|id| exchange_of(&id)) {
                    self.belongs(entry, number, call);
                }
            }
            Asking::Answered {
                question,
                by,
                rule,
                how,
            } => {
                let by = match (by.as_str(), rule) {
                    ("person", _) => By::Person,
                    ("policy", rule) => By::Policy(rule.clone().unwrap_or_default().into()),
                    ("mcpscope", _) => By::Client,
                    _ => By::Unknown,
                };
                if let Some(which) = read(question) {
                    let end = End::Answered(Outcome::of_word(how), by);
                    self.end(entry, conn, &which, end);
                }
            }
            Asking::Withdrawn { question, why } => {
                if let Some(which) = read(question) {
                    self.end(entry, conn, &which, End::Withdrawn(why.as_str().into()));
                }
            }
            Asking::Round { .. } | Asking::Capabilities { .. } => {}
        }
    }

    /// A frame or note that ends no exchange may still end questions.
    pub(super) fn seen(&mut self, entry: EntryIndex, recorded: &Recorded) {
        if let Facts::Messages(messages) = &recorded.facts {
            for message in messages {
                if let Detail::Elicited(id) = &message.detail
                    && recorded.direction == Direction::In
                {
                    self.elicited(entry, recorded.conn, id);
                }
            }
        }
    }
}
