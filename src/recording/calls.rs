//! Calls of a recording, to be compared: found in the fold, read back from the file.

use std::io;
use std::sync::Arc;

use super::Bodies;
use crate::diff::Part;
use crate::diff::calls::{Answer, Call};
use crate::json;
use crate::jsonrpc::Id;
use crate::mcp::revision::{Era, Revision};
use crate::note::exit_sentence;
use crate::session::recorded::Place;
use crate::session::timeline::{EntryIndex, EntryRow, ExchangeIndex, LinkState, Status, Timeline};

/// A call, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAt {
    /// The entry of the request, or the only one.
    pub seq: u64,
    place: Place,
    /// The id of the request, and of the last round of it; none when it is no request.
    ids: Option<(Id, Id)>,
    response: Option<(u64, Place)>,
    method: String,
    subject: String,
    outcome: String,
    failed: bool,
    took_us: Option<u64>,
    era: Option<Era>,
}

impl CallAt {
    /// The exchange, with the answer to its last round.
    pub fn of(timeline: &Timeline, index: ExchangeIndex) -> Option<Self> {
        let first = timeline.exchange(timeline.first_round(index))?;
        let last = timeline.exchange(timeline.last_round(index))?;
        let request = timeline.entry(first.request)?;
        let response = last.response.and_then(|entry| timeline.entry(entry));
        let us = |entry: EntryIndex| timeline.entry(entry).map(EntryRow::us);
        Some(Self {
            seq: request.seq(),
            place: request.place(),
            ids: Some((first.id.clone(), last.id.clone())),
            response: response.map(|row| (row.seq(), row.place())),
            method: timeline.word(first.method).to_owned(),
            subject: timeline.word(first.subject).to_owned(),
            outcome: outcome(timeline, index),
            failed: timeline.went_wrong(last),
            took_us: last
                .ended
                .and_then(us)
                .zip(us(first.request))
                .map(|(ended, began)| ended.saturating_sub(began)),
            era: era(timeline, first.conn),
        })
    }

    /// The same with what came of the task in the end, when the call became one.
    pub fn settled(timeline: &Timeline, index: ExchangeIndex) -> Option<Self> {
        let call = Self::of(timeline, index)?;
        let Some(task) = timeline.task_of_call(index) else {
            return Some(call);
        };
        let outcome = format!("task {}", task.status);
        let failed = task.outcome.is_some_and(|outcome| outcome.bad);
        let Some((entry, id)) = timeline.settled(index) else {
            return Some(Self {
                outcome,
                response: None,
                ..call
            });
        };
        let answer = timeline.entry(entry)?;
        let began = timeline.entry(timeline.index_of_seq(call.seq)?)?;
        Some(Self {
            ids: call.ids.map(|(first, _)| (first, id)),
            response: Some((answer.seq(), answer.place())),
            took_us: Some(answer.us().saturating_sub(began.us())),
            outcome,
            failed,
            ..call
        })
    }

    /// The exchange an entry is the request of; else the entry alone, all of it.
    pub fn at(timeline: &Timeline, entry: EntryIndex) -> Option<Self> {
        if let Some(index) = timeline.exchange_of_request(entry) {
            return Self::of(timeline, index);
        }
        let row = timeline.entry(entry)?;
        Some(Self {
            seq: row.seq(),
            place: row.place(),
            ids: None,
            response: None,
            method: format!("#{}", row.seq()),
            subject: String::new(),
            outcome: String::new(),
            failed: false,
            took_us: None,
            era: era(timeline, row.conn()),
        })
    }

    /// Whether it is a request, rather than a single entry.
    pub fn is_call(&self) -> bool {
        self.ids.is_some()
    }

    /// Its first entry alone, all of it.
    #[must_use]
    pub fn frame(self) -> Self {
        Self {
            ids: None,
            response: None,
            method: format!("#{}", self.seq),
            subject: String::new(),
            outcome: String::new(),
            failed: false,
            took_us: None,
            ..self
        }
    }

    /// Every exchange of a session, each conversation once.
    pub fn all(timeline: &Timeline) -> Vec<Self> {
        (0..timeline.exchanges().len() as ExchangeIndex)
            .filter(|index| timeline.first_round(*index) == *index)
            .filter_map(|index| Self::of(timeline, index))
            .collect()
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        if self.ids.is_none() {
            return self.method.clone();
        }
        format!("#{} {} {}", self.seq, self.method, self.subject)
            .trim_end()
            .to_owned()
    }

    /// Reads it back.
    pub fn read(&self, bodies: &Bodies) -> io::Result<Call> {
        let request = bodies.share(self.seq, self.place)?.body;
        let (params, answer) = match (&self.ids, self.response) {
            (None, _) => (Part::from(Vec::new()), Answer::Result(request.into())),
            (Some((id, _)), None) => (member(&request, id, "params"), Answer::None),
            (Some((id, last)), Some((seq, place))) => {
                let response = bodies.share(seq, place)?.body;
                let result = member(&response, last, "result");
                let answer = if result.bytes().is_empty() {
                    Answer::Error(member(&response, last, "error"))
                } else {
                    Answer::Result(result)
                };
                (member(&request, id, "params"), answer)
            }
        };
        Ok(Call {
            seq: self.seq,
            method: self.method.clone(),
            subject: self.subject.clone(),
            params,
            answer,
            outcome: self.outcome.clone(),
            failed: self.failed,
            took_us: self.took_us,
            era: self.era,
        })
    }
}

/// How it ended, and how the server did when it went away over it.
fn outcome(timeline: &Timeline, index: ExchangeIndex) -> String {
    let words = timeline.status_words(index);
    let last = timeline.exchange(timeline.last_round(index));
    let exited = last
        .filter(|last| last.status == Status::NoReply)
        .and_then(|last| timeline.state().connection(last.conn));
    match exited.map(|connection| &connection.link) {
        Some(&LinkState::Exited {
            code,
            signal,
            asked: false,
        }) => format!("{words}: {}", exit_sentence(code, signal)),
        _ => words,
    }
}

fn era(timeline: &Timeline, conn: u32) -> Option<Era> {
    let connection = timeline.state().connection(conn)?;
    connection.revision.map(Revision::era)
}

/// A member of a message, or of the one with this id in a batch; empty when there is none.
fn member(body: &Arc<Vec<u8>>, id: &Id, name: &str) -> Part {
    let message = if json::kind(body) == json::Kind::Array {
        json::elements(body)
            .find(|message| json::get(message, &["id"]).map(Id::read).as_ref() == Some(id))
    } else {
        Some(&body[..])
    };
    let found = message.and_then(|message| json::get(message, &[name]));
    let range = found.map_or(0..0, |found| json::place_of(found, body));
    Part::new(Arc::clone(body), range)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::recorder::{Draft, Recorder};
    use crate::session::Direction;

    #[test]
    fn calls_are_read_back_with_their_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        let mut timeline = Timeline::default();
        for (direction, body) in [
            (
                Direction::Out,
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#,
            ),
            (
                Direction::Out,
                r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            ),
            (
                Direction::In,
                r#"[{"jsonrpc":"2.0","id":2,"error":{"code":-1}},{"jsonrpc":"2.0","id":1,"result":{"a":1.0}}]"#,
            ),
            (
                Direction::Out,
                r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#,
            ),
            (
                Direction::In,
                r#"{"jsonrpc":"2.0","method":"notifications/message"}"#,
            ),
        ] {
            let draft = Draft::wire(1, direction, body.as_bytes().to_vec());
            recorder
                .append(draft, None)
                .iter()
                .for_each(|entry| timeline.push(entry));
        }
        let bodies = recorder.bodies();
        let calls: Vec<Call> = CallAt::all(&timeline)
            .iter()
            .map(|call| call.read(&bodies).unwrap())
            .collect();
        let part = |text: &str| Part::from(text.as_bytes().to_vec());
        let answers: Vec<&Answer> = calls.iter().map(|call| &call.answer).collect();
        assert_eq!(
            answers,
            [
                &Answer::Result(part("{\"a\":1.0}")),
                &Answer::Error(part("{\"code\":-1}")),
                &Answer::None
            ]
        );
        assert_eq!(
            (calls[0].name(), calls[0].params.bytes()),
            ("tools/call echo".to_owned(), &b"{\"name\":\"echo\"}"[..])
        );
        let alone = CallAt::at(&timeline, 4).unwrap().read(&bodies).unwrap();
        assert_eq!(
            alone.answer,
            Answer::Result(part(
                r#"{"jsonrpc":"2.0","method":"notifications/message"}"#
            ))
        );
    }
}
