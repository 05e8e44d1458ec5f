//! Conversations: a request, what the server wanted before it went on, the request again, and so on until the end
//! (2026-07-28, multi round-trip requests; 2025-11-25, -32042). And whose time it took: the server's, or a person's.

use std::collections::{HashMap, VecDeque};

use super::exchange::{Exchange, ExchangeIndex, Status};
use super::symbols::Symbol;
use super::{EntryIndex, Timeline};
use crate::mcp::asked::state_mark;
use crate::mcp::facts::{Detail, Message};

/// Requests of one conversation that are kept together; more are rows of their own.
const LONGEST: usize = 1_000;

/// How long a conversation took, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spans {
    /// All in all, up to now if it goes on.
    pub whole: u64,
    /// Of it, while a person was waited for.
    pub person: u64,
}

impl Spans {
    /// The rest: the server, and the way there and back.
    pub const fn server(self) -> u64 {
        self.whole.saturating_sub(self.person)
    }
}

/// The conversations of a session that have more than one round.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Rounds {
    /// By their first exchange: all of them, the first included.
    all: HashMap<ExchangeIndex, Vec<ExchangeIndex>>,
    /// The first of each later one.
    first: HashMap<ExchangeIndex, ExchangeIndex>,
    /// What the next request of a connection goes on with: connection, its id as JSON, the exchange before it.
    announced: Option<(u32, String, ExchangeIndex)>,
    /// Requests that were answered with `input_required` and did not go on yet.
    wanting: VecDeque<Opened>,
}

/// A request that wants input, as far as it takes to recognise the one that brings it; or that one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Opened {
    pub exchange: ExchangeIndex,
    pub conn: u32,
    pub method: Symbol,
    pub subject: Symbol,
    pub state: Option<u64>,
}

impl Rounds {
    /// A note said that request `id` will go on with `before`.
    pub(super) fn announce(&mut self, conn: u32, id: &str, before: ExchangeIndex) {
        self.announced = Some((conn, id.to_owned(), before));
    }

    /// A request was answered with `input_required`.
    pub(super) fn wants(&mut self, ended: &Exchange, exchange: ExchangeIndex, answer: &Message) {
        let state = match &answer.detail {
            Detail::Result(result) => result.inputs.as_ref(),
            _ => None,
        };
        let state = state.and_then(|inputs| inputs.state.as_deref());
        if self.wanting.len() >= LONGEST {
            self.wanting.pop_front();
        }
        self.wanting.push_back(Opened {
            exchange,
            conn: ended.conn,
            method: ended.method,
            subject: ended.subject,
            state: state.map(|raw| state_mark(raw.as_bytes())),
        });
    }

    /// A request opened an exchange; the one before it, if it goes on with one. Our notes say so; in the recording of
    /// somebody else's client it is the newest that wants what `again` brings.
    pub(super) fn opened(
        &mut self,
        id: &str,
        exchange: &Opened,
        again: bool,
    ) -> Option<ExchangeIndex> {
        let announced = self
            .announced
            .take_if(|(conn, announced, _)| *conn == exchange.conn && announced == id)
            .map(|(.., before)| before);
        let before = announced.or_else(|| {
            let same = |wanting: &&Opened| {
                let found = Opened {
                    exchange: exchange.exchange,
                    ..Opened::clone(wanting)
                };
                found == *exchange
            };
            let found = self.wanting.iter().rev().find(same).filter(|_| again)?;
            Some(found.exchange)
        })?;
        self.wanting.retain(|wanting| wanting.exchange != before);
        self.follows(before, exchange.exchange).then_some(before)
    }

    fn follows(&mut self, before: ExchangeIndex, exchange: ExchangeIndex) -> bool {
        let first = self.first.get(&before).copied().unwrap_or(before);
        let rounds = self.all.entry(first).or_insert_with(|| vec![first]);
        if rounds.len() >= LONGEST {
            return false;
        }
        rounds.push(exchange);
        self.first.insert(exchange, first);
        true
    }
}

impl Timeline {
    /// The first request of the conversation an exchange belongs to: the one that has a row.
    pub fn first_round(&self, exchange: ExchangeIndex) -> ExchangeIndex {
        self.rounds
            .first
            .get(&exchange)
            .copied()
            .unwrap_or(exchange)
    }

    /// All requests of the conversation an exchange belongs to, in order; one when there are no more.
    pub fn rounds(&self, exchange: ExchangeIndex) -> Vec<ExchangeIndex> {
        let first = self.first_round(exchange);
        self.rounds
            .all
            .get(&first)
            .map_or_else(|| vec![first], |rounds| self.sent(rounds).to_vec())
    }

    /// How many requests a conversation has.
    pub fn round_count(&self, exchange: ExchangeIndex) -> usize {
        self.rounds
            .all
            .get(&self.first_round(exchange))
            .map_or(1, |rounds| self.sent(rounds).len())
    }

    /// The newest request of the conversation an exchange belongs to.
    pub fn last_round(&self, exchange: ExchangeIndex) -> ExchangeIndex {
        let first = self.first_round(exchange);
        self.rounds
            .all
            .get(&first)
            .and_then(|rounds| self.sent(rounds).last().copied())
            .unwrap_or(first)
    }

    /// What became of a conversation so far: the status of its newest request.
    pub fn status(&self, exchange: ExchangeIndex) -> Status {
        self.exchange(self.last_round(exchange))
            .map_or(Status::Pending, |exchange| exchange.status)
    }

    /// The same in words: `input, 2 rounds`, `ok, 2 rounds`, `ok`.
    pub fn status_words(&self, exchange: ExchangeIndex) -> String {
        let status = self.status(exchange);
        match self.round_count(exchange) {
            1 => status.to_string(),
            rounds => format!("{status}, {rounds} rounds"),
        }
    }

    /// Whether a conversation is not over: a request is pending, or a person is asked.
    pub fn goes_on(&self, exchange: ExchangeIndex) -> bool {
        self.status(exchange) == Status::Pending || self.waits_for_person(exchange)
    }

    /// Whether a person is asked something for it.
    pub fn waits_for_person(&self, exchange: ExchangeIndex) -> bool {
        self.rounds(exchange)
            .into_iter()
            .flat_map(|round| self.questions().of_call(round))
            .any(super::Question::is_waiting)
    }

    /// How long a conversation took, and how much of that a person; up to `now_us` (of the session) when it goes on.
    pub fn spans(&self, exchange: ExchangeIndex, now_us: u64) -> Spans {
        let us = |entry: EntryIndex| self.entry(entry).map_or(0, |entry| entry.us);
        let rounds = self.rounds(exchange);
        let (Some(first), Some(last)) = (
            rounds.first().and_then(|index| self.exchange(*index)),
            rounds.last().and_then(|index| self.exchange(*index)),
        ) else {
            return Spans::default();
        };
        let began = us(first.request);
        let ended = match last.ended {
            Some(ended) if !self.goes_on(exchange) => us(ended),
            _ => now_us,
        };
        let mut waits: Vec<(u64, u64)> = rounds
            .iter()
            .flat_map(|round| self.questions().of_call(*round))
            .filter(|question| question.asked)
            .map(|question| {
                let until = question.end.as_ref().map_or(now_us, |(end, _)| us(*end));
                (us(question.entry).max(began), until)
            })
            .collect();
        // Whoever logs in meanwhile is waited for as well.
        let login = self.state().connection(first.conn).map(|one| &one.login);
        let visits = login.map_or(&[][..], |login| &login.waits);
        waits.extend(visits.iter().filter_map(|(from, until)| {
            let until = until.unwrap_or(now_us).min(ended);
            (*from < ended && until > began).then_some(((*from).max(began), until))
        }));
        waits.sort_unstable();
        let ended = waits
            .iter()
            .map(|(_, until)| *until)
            .fold(ended, |ended, until| {
                if last.ended.is_some() {
                    ended.max(until)
                } else {
                    ended
                }
            });
        let (mut person, mut reached) = (0, began);
        for (from, until) in waits {
            let from = from.max(reached);
            let until = until.min(ended);
            person += until.saturating_sub(from);
            reached = reached.max(until);
        }
        Spans {
            whole: ended.saturating_sub(began),
            person,
        }
    }
}
