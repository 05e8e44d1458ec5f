//! Requests that take several rounds: what the server wants is collected, then the request is sent again with it
//! (2026-07-28, multi round-trip requests). A request that is refused with -32042 until some URLs were opened
//! (2025-11-25) goes the same way.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::asked::{By, MOST, Parked, note_answered, note_withdrawn, one_line, policed};
use super::{Call, Client, End, Output, Purpose, remark};
use crate::json::quote;
use crate::jsonrpc::Id;
use crate::mcp::asked::again::{first_params, with_members};
use crate::mcp::asked::{AskKind, Asked, Inputs, Outcome, Reply, Which};
use crate::mcp::facts::{Detail, Message};
use crate::mcp::revision::Era;
use crate::note::Note;
use crate::note::asked::Asking;

/// The pause before a request is sent again although nothing was asked (load shedding); it doubles each time.
const PACE: Duration = Duration::from_millis(250);
/// The longest such pause.
const SLOWEST: Duration = Duration::from_secs(5);
/// What may be answered with `input_required` (2026-07-28).
const MAY_ASK: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

#[derive(Debug)]
struct Talk {
    call: Call,
    /// How often it was sent again.
    again: u32,
    stage: Stage,
    /// Raw members that the next request carries besides its params.
    carry: Option<String>,
}

#[derive(Debug)]
enum Stage {
    /// A request is on its way.
    Sent,
    /// The server wants input.
    Waiting {
        of: Id,
        replies: Vec<(Box<str>, Option<String>)>,
        state: Option<Arc<str>>,
    },
    /// URLs are to be opened first.
    Required { of: Id, left: usize },
    /// The server wants nothing but to be asked again.
    Pausing {
        of: Id,
        until: Duration,
        state: Option<Arc<str>>,
    },
}

/// The requests somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Talks {
    calls: HashMap<u64, Talk>,
    /// Those that pause, and until when.
    pausing: BTreeSet<(Duration, u64)>,
}

impl Talks {
    /// A request was sent for the first time.
    pub(super) fn begin(&mut self, call: Call) {
        let talk = Talk {
            again: 0,
            stage: Stage::Sent,
            carry: None,
            call,
        };
        self.calls.insert(talk.call.ticket, talk);
    }

    /// It is over.
    pub(super) fn end(&mut self, ticket: u64) {
        if let Some(talk) = self.calls.remove(&ticket) {
            self.goes_on(ticket, &talk.stage);
        }
    }

    /// A pause is over, if it was one.
    fn goes_on(&mut self, ticket: u64, stage: &Stage) {
        if let Stage::Pausing { until, .. } = stage {
            self.pausing.remove(&(*until, ticket));
        }
    }

    /// All are over; whose they were.
    pub(super) fn end_all(&mut self) -> Vec<u64> {
        self.pausing.clear();
        self.calls.drain().map(|(ticket, _)| ticket).collect()
    }

    /// When the first pause ends.
    pub(super) fn due(&self) -> Option<Duration> {
        self.pausing.first().map(|(until, _)| *until)
    }

    /// Puts what the server wanted into the params of its request; all else stays as spelled.
    pub(super) fn carry(&mut self, ticket: Option<u64>, params: Option<String>) -> Option<String> {
        let carried = ticket
            .and_then(|ticket| self.calls.get_mut(&ticket))
            .and_then(|talk| talk.carry.take());
        match carried {
            Some(members) if !members.is_empty() => Some(with_members(params, &members)),
            _ => params,
        }
    }
}

impl Client {
    /// A request of somebody's was answered.
    pub(super) fn called(
        &mut self,
        now: Duration,
        ticket: u64,
        message: &Message,
        out: &mut Vec<Output>,
    ) {
        let id = message.id.clone().unwrap_or(Id::Integer(0));
        match &message.detail {
            // In the handshake era a result may hold any member, this one too.
            Detail::Result(result) if self.era == Era::Modern => {
                match result.result_type.as_deref() {
                    Some("input_required") => {
                        let inputs = result.inputs.clone().unwrap_or_default();
                        return self.round(now, ticket, &id, &inputs, out);
                    }
                    None | Some("complete" | "task") => {}
                    Some(other) => {
                        let other = quote(&other.chars().take(80).collect::<String>());
                        remark(
                            out,
                            format!(
                                "the result of request {id} is of type {other}, which is not known"
                            ),
                        );
                    }
                }
            }
            Detail::Error {
                code: Some(-32042),
                urls,
                ..
            } if self.era == Era::Legacy && !urls.is_empty() => {
                return self.required(now, ticket, &id, urls, out);
            }
            _ => {}
        }
        self.finish(ticket, End::Answered, out);
    }

    /// A request was answered with `input_required`.
    fn round(
        &mut self,
        now: Duration,
        ticket: u64,
        of: &Id,
        inputs: &Inputs,
        out: &mut Vec<Output>,
    ) {
        let Some(talk) = self.talks.calls.get_mut(&ticket) else {
            return self.finish(ticket, End::Answered, out);
        };
        if !MAY_ASK.contains(&talk.call.method.as_str()) {
            let method = &talk.call.method;
            remark(
                out,
                format!("{method} must not be answered with input_required"),
            );
        }
        let again = talk.again;
        let whiches: Vec<Which> = inputs
            .asks
            .iter()
            .map(|(key, _)| Which::Input {
                of: of.clone(),
                key: key.clone(),
            })
            .collect();
        let mut give_up = |client: &mut Self, what: String, why: &str, end| {
            remark(out, what);
            for which in &whiches {
                note_withdrawn(which, why, out);
            }
            client.finish(ticket, end, out);
        };
        if again >= self.options.rounds {
            let what = format!(
                "request {of} wants input once more; it was sent {} times, and no more",
                again + 1
            );
            return give_up(self, what, "too many rounds", End::TooManyRounds);
        }
        if inputs.asks.is_empty() && inputs.odd.is_none() {
            if inputs.state.is_none() {
                let what = format!(
                    "request {of} wants input, but says neither what nor in which state to ask again"
                );
                return give_up(self, what, "", End::NeedsInput);
            }
            let until = now + (PACE * 2u32.saturating_pow(again)).min(SLOWEST);
            talk.stage = Stage::Pausing {
                of: of.clone(),
                until,
                state: inputs.state.clone(),
            };
            self.talks.pausing.insert((until, ticket));
            return;
        }
        if let Some(why) = self.unanswerable(inputs) {
            let what = format!("request {of} wants input that nobody can give: {why}");
            return give_up(self, what, "nobody can answer it", End::NeedsInput);
        }
        self.collect(now, ticket, of, inputs, whiches, out);
    }

    /// Why what is asked cannot be answered.
    fn unanswerable(&self, inputs: &Inputs) -> Option<String> {
        if let Some(odd) = &inputs.odd {
            return Some(odd.to_string());
        }
        let declared = self.declared();
        let tools = declared.sampling.is_some_and(|sampling| sampling.tools);
        for (_, asked) in &inputs.asks {
            if !declared.take(asked.kind) {
                return Some(format!("{} was not declared", asked.kind.word()));
            }
            if asked.tools && !tools {
                return Some("sampling with tools was not declared".to_owned());
            }
        }
        (self.parked.len() + inputs.asks.len() > MOST)
            .then(|| format!("{} questions wait already", self.parked.len()))
    }

    /// Puts the questions of a round to policies and persons.
    fn collect(
        &mut self,
        now: Duration,
        ticket: u64,
        of: &Id,
        inputs: &Inputs,
        whiches: Vec<Which>,
        out: &mut Vec<Output>,
    ) {
        let policies = self.options.policies.clone();
        let reply = |asked: &Asked| policed(policies.of(asked.kind), asked.kind);
        let decided: Vec<_> = inputs
            .asks
            .iter()
            .zip(whiches)
            .map(|((key, asked), which)| (key.clone(), asked, which, reply(asked)))
            .collect();
        // There is no way to say no to sampling or roots but not to ask again.
        let refused = decided
            .iter()
            .any(|(.., reply)| matches!(reply, Some(Reply::Error { .. })));
        let mut replies = Vec::new();
        for (key, asked, which, reply) in decided {
            match reply {
                Some(Reply::Error { code, .. }) => {
                    let by = By::Policy(policies.of(asked.kind));
                    note_answered(&which, by, Outcome::Error(code), out);
                }
                _ if refused => note_withdrawn(&which, "another input was declined", out),
                Some(reply @ Reply::Result(_)) => {
                    let by = By::Policy(policies.of(asked.kind));
                    note_answered(&which, by, reply.outcome(), out);
                    if let Reply::Result(raw) = reply {
                        replies.push((key, Some(one_line(&raw))));
                    }
                }
                None => {
                    self.park_for(ticket, of, which, asked, out);
                    replies.push((key, None));
                }
            }
        }
        if refused {
            return self.finish(ticket, End::Declined, out);
        }
        let whole = replies.iter().all(|(_, reply)| reply.is_some());
        if let Some(talk) = self.talks.calls.get_mut(&ticket) {
            talk.stage = Stage::Waiting {
                of: of.clone(),
                replies,
                state: inputs.state.clone(),
            };
        }
        if whole {
            self.again(now, ticket, out);
        }
    }

    fn park_for(
        &mut self,
        ticket: u64,
        of: &Id,
        which: Which,
        asked: &Asked,
        out: &mut Vec<Output>,
    ) {
        self.park(
            Parked {
                which,
                kind: asked.kind,
                call: Some(of.clone()),
                ticket: Some(ticket),
                elicitation: asked.elicitation.clone(),
            },
            out,
        );
    }

    /// An input of a round is answered.
    pub(super) fn given(
        &mut self,
        now: Duration,
        ticket: u64,
        key: &str,
        reply: Reply,
        out: &mut Vec<Output>,
    ) {
        let Reply::Result(raw) = reply else {
            self.withdraw_for(ticket, "another input was declined", out);
            return self.finish(ticket, End::Declined, out);
        };
        let Some(talk) = self.talks.calls.get_mut(&ticket) else {
            return;
        };
        let Stage::Waiting { replies, .. } = &mut talk.stage else {
            return;
        };
        if let Some((_, reply)) = replies.iter_mut().find(|(other, _)| **other == *key) {
            *reply = Some(one_line(&raw));
        }
        if replies.iter().all(|(_, reply)| reply.is_some()) {
            self.again(now, ticket, out);
        }
    }

    /// A request was refused until some URLs were opened. Without anybody to open them that is its answer.
    fn required(
        &mut self,
        now: Duration,
        ticket: u64,
        of: &Id,
        urls: &[Asked],
        out: &mut Vec<Output>,
    ) {
        let policy = self.options.policies.of(AskKind::Url).clone();
        let reply = policed(&policy, AskKind::Url);
        let outcome = reply.as_ref().map(Reply::outcome);
        let again = self.talks.calls.get(&ticket).map_or(0, |talk| talk.again);
        let why = if !self.declared().take(AskKind::Url) {
            Some("elicitation url was not declared")
        } else if again >= self.options.rounds {
            Some("too many rounds")
        } else if self.parked.len() + urls.len() > MOST {
            Some("too many questions wait already")
        } else {
            None
        };
        let mut left = 0;
        for (nth, asked) in (0..).zip(urls) {
            let which = Which::Required {
                of: of.clone(),
                nth,
            };
            match (why, outcome) {
                (Some(why), _) => note_withdrawn(&which, why, out),
                (None, Some(outcome)) => note_answered(&which, By::Policy(&policy), outcome, out),
                (None, None) => {
                    self.park_for(ticket, of, which, asked, out);
                    left += 1;
                }
            }
        }
        let opened = outcome == Some(Outcome::Accept);
        if why.is_some() || (left == 0 && !opened) {
            return self.finish(ticket, End::Answered, out);
        }
        if let Some(talk) = self.talks.calls.get_mut(&ticket) {
            talk.stage = Stage::Required {
                of: of.clone(),
                left,
            };
        }
        if left == 0 {
            self.again(now, ticket, out);
        }
    }

    /// One of those URLs was opened, or will not be.
    pub(super) fn went(
        &mut self,
        now: Duration,
        ticket: u64,
        outcome: Outcome,
        out: &mut Vec<Output>,
    ) {
        if !outcome.is_given() {
            self.withdraw_for(ticket, "another URL was declined", out);
            return self.finish(ticket, End::Declined, out);
        }
        if let Some(talk) = self.talks.calls.get_mut(&ticket)
            && let Stage::Required { left, .. } = &mut talk.stage
        {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.again(now, ticket, out);
            }
        }
    }

    fn withdraw_for(&mut self, ticket: u64, why: &str, out: &mut Vec<Output>) {
        self.parked.retain(|parked| {
            let goes = parked.ticket == Some(ticket);
            if goes {
                note_withdrawn(&parked.which, why, out);
            }
            !goes
        });
        self.unheld = true;
    }

    /// Somebody no longer wants a request that waits for input, or for its pause to end.
    pub(super) fn stop_waiting(&mut self, ticket: u64, out: &mut Vec<Output>) {
        if self.talks.calls.contains_key(&ticket) {
            self.withdraw_for(ticket, "its request was cancelled", out);
            self.finish(ticket, End::Cancelled, out);
        }
    }

    /// Sends what has paused for long enough.
    pub(super) fn go_on(&mut self, now: Duration, out: &mut Vec<Output>) {
        let pausing = &self.talks.pausing;
        let mut due: Vec<u64> = pausing
            .range(..=(now, u64::MAX))
            .map(|(_, ticket)| *ticket)
            .collect();
        due.sort_unstable();
        for ticket in due {
            self.again(now, ticket, out);
        }
    }

    /// Sends a request once more: same method and params, a new id, this round's answers, the state as it was spelled.
    fn again(&mut self, now: Duration, ticket: u64, out: &mut Vec<Output>) {
        let id = self.fresh_id();
        let Some(talk) = self.talks.calls.get_mut(&ticket) else {
            return;
        };
        let stage = std::mem::replace(&mut talk.stage, Stage::Sent);
        self.talks.goes_on(ticket, &stage);
        let Some(talk) = self.talks.calls.get_mut(&ticket) else {
            return;
        };
        let (of, replies, state) = match stage {
            Stage::Waiting { of, replies, state } => (of, Some(replies), state),
            Stage::Pausing { of, state, .. } => (of, None, state),
            Stage::Required { of, .. } => (of, None, None),
            Stage::Sent => return,
        };
        let mut members = Vec::new();
        if let Some(replies) = replies {
            let replies: Vec<String> = replies
                .iter()
                .filter_map(|(key, raw)| Some(format!("{}:{}", quote(key), raw.as_ref()?)))
                .collect();
            members.push(format!("\"inputResponses\":{{{}}}", replies.join(",")));
        }
        if let Some(state) = state {
            members.push(format!("\"requestState\":{}", one_line(&state)));
        }
        talk.again += 1;
        talk.carry = Some(members.join(","));
        let step = Asking::Round {
            id: id.to_json(),
            of: of.to_json(),
            round: talk.again + 1,
        };
        out.push(Output::Note(Note::Asking(step).into()));
        let Call {
            method,
            params,
            wait,
            ..
        } = talk.call.clone();
        let params = first_params(params.as_deref());
        let purpose = Purpose::Call { ticket };
        self.send(now, id, &method, params.as_deref(), purpose, wait, out);
    }
}
