//! Requests that a tap between processes sends once more by itself, with what was answered by hand to their results
//! (2026-07-28, multi round-trip requests): each goes under an id of the tap's, and what comes for that goes on under
//! the id that the client knows.
//!
//! It holds ids and requests; who sends and records is [`super::orders`].

use std::collections::{HashMap, VecDeque};

use super::super::CONN;
use super::super::control::words::Refusal;
use super::{Desk, Shared};
use crate::json;
use crate::jsonrpc::Id;
use crate::mcp::asked::again;
use crate::note::Note;
use crate::note::asked::Asking;
use crate::recorder::Draft;

/// Answered ones that are remembered, for the case that their answers want input again.
const KEPT: usize = 256;

/// A request as the server got it last, and what its client knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    /// As it went to the server.
    pub request: Vec<u8>,
    /// The raw id that the client knows.
    pub known: String,
    /// How many requests there were with it.
    pub number: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// What is sent once the answer to a frame goes, by the number of that frame.
    ready: HashMap<u64, (Asking, Id, Round)>,
    /// What waits for an answer.
    waiting: HashMap<Id, Round>,
    /// What was answered, by the number of the answer; the newest last.
    answered: VecDeque<(u64, Round)>,
}

impl Rounds {
    /// Whether nothing waits for an answer.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The request that a frame answers, when it was sent once more.
    fn of(&self, frame: u64) -> Option<Round> {
        let mut all = self.answered.iter().rev();
        all.find(|(answer, _)| *answer == frame)
            .map(|(_, round)| round.clone())
    }

    /// The answer to a frame goes. Gives what is to be recorded before it.
    pub fn goes(&mut self, frame: u64) -> Option<Note> {
        let (step, id, round) = self.ready.remove(&frame)?;
        self.waiting.insert(id, round);
        Some(Note::Asking(step))
    }

    /// A frame came. When it answers one of these: its id, and the raw one that its client knows.
    fn came(&mut self, frame: u64, body: &[u8]) -> Option<(Id, String)> {
        if json::get(body, &["method"]).is_some() {
            return None;
        }
        let id = Id::read(json::get(body, &["id"])?);
        let round = self.waiting.remove(&id)?;
        let known = round.known.clone();
        if self.answered.len() >= KEPT {
            self.answered.pop_front();
        }
        self.answered.push_back((frame, round));
        Some((id, known))
    }
}

impl Desk {
    /// The request that a frame answers, as it was recorded, with its masks undone.
    fn request_of(&self, frame: u64) -> Option<Vec<u8>> {
        let (seq, place) = self.rules.as_ref()?.request_of(frame)?;
        let bodies = self.recorder.bodies();
        let entry = bodies.read(seq, place).ok()?;
        let restored = bodies.secrets().restore(&entry.body, None).ok()?;
        Some(restored.into_owned())
    }
}

impl Shared {
    /// What is sent to the server when a result that wants input is answered by hand, with raw responses to what it
    /// wants.
    pub(super) fn once_more(
        &self,
        frame: u64,
        result: &[u8],
        responses: &str,
    ) -> Result<Vec<u8>, Refusal> {
        let unknown = || {
            Refusal {
            what: format!("the request that #{frame} answers is not known, so it cannot be sent once more"),
            hint: Some("release it for the client to answer, or let another result go on in its place (edit)".to_owned()),
        }
        };
        let mut desk = self.desk();
        let before = match desk.rounds.of(frame) {
            Some(round) => round,
            None => {
                let request = desk.request_of(frame).ok_or_else(unknown)?;
                let raw = json::get(&request, &["id"]).ok_or_else(unknown)?;
                let known = String::from_utf8_lossy(raw).into_owned();
                Round {
                    request,
                    known,
                    number: 1,
                }
            }
        };
        let of = json::get(&before.request, &["id"]).ok_or_else(unknown)?;
        let of = String::from_utf8_lossy(of).into_owned();
        // Of one frame one answer goes.
        let id = Id::Text(format!("mcpscope-tap-{frame}").into());
        let sent = again::again(&before.request, result, &id, responses).ok_or_else(unknown)?;
        let sent = sent.into_bytes();
        let number = before.number + 1;
        let step = Asking::Round {
            id: id.to_json(),
            of,
            round: number,
        };
        let round = Round {
            request: sent.clone(),
            known: before.known,
            number,
        };
        desk.rounds.ready.insert(frame, (step, id, round));
        Ok(sent)
    }

    /// A frame that came from the server, under the id that the client knows; none when it is its own.
    pub fn known(&self, frame: u64, body: &[u8]) -> Option<Vec<u8>> {
        let mut desk = self.desk();
        if desk.rounds.is_empty() {
            return None;
        }
        let (id, known) = desk.rounds.came(frame, body)?;
        let what = format!(
            "changed by the tap: the client gets the answer to {id} under its own id {known}"
        );
        desk.put(Draft::note(CONN, &Note::Remark { what }));
        self.settle(&mut desk);
        Some(json::replaced(body, &["id"], &known))
    }

    /// What a client cancels, under the id that the server knows; none when that is its own.
    pub fn cancelled(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut desk = self.desk();
        if desk.rounds.is_empty()
            || json::string_at(body, &["method"]).as_deref() != Some("notifications/cancelled")
        {
            return None;
        }
        let wanted = Id::read(json::get(body, &["params", "requestId"])?);
        let mut all = desk.rounds.waiting.iter();
        let (id, _) = all.find(|(_, round)| Id::read(round.known.as_bytes()) == wanted)?;
        let id = id.clone();
        let what = format!("changed by the tap: for the server it is {id} that the client cancels");
        desk.put(Draft::note(CONN, &Note::Remark { what }));
        let id = id.to_json();
        Some(json::replaced(body, &["params", "requestId"], &id))
    }
}
