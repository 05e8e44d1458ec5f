//! One row of a report: a conversation, a notification, a stray line, with the words every format needs.

use jiff::Timestamp;

use super::{Fault, Job};
use crate::json;
use crate::jsonrpc::{self, Frame, Id};
use crate::note::Note;
use crate::session::Direction;
use crate::session::timeline::{EntryIndex, ExchangeIndex, Row, SingleKind, Status};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A request and what became of it.
    Request,
    /// A notification.
    Notification,
    /// A response to nothing, or nothing that JSON-RPC knows.
    Stray,
    /// Bytes that are no JSON-RPC.
    Junk,
    /// A line of stderr.
    Stderr,
    /// What happened to a server, or what we decided.
    Event,
}

impl ItemKind {
    /// One word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Notification => "notification",
            Self::Stray => "stray",
            Self::Junk => "junk",
            Self::Stderr => "stderr",
            Self::Event => "event",
        }
    }
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Round {
    /// The request's id, as JSON.
    pub id: String,
    /// The request, as it stood on the wire.
    pub request: Vec<u8>,
    /// Its answer.
    pub response: Option<Vec<u8>>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Item {
    /// What.
    pub kind: ItemKind,
    /// Its first entry.
    pub entry: EntryIndex,
    /// That entry's number.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The connection; 0 for none.
    pub conn: u32,
    /// Which way the first entry went.
    pub direction: Direction,
    /// Sent by the client for itself.
    pub aux: bool,
    /// The method, or the name of the event.
    pub name: String,
    /// What it is about.
    pub subject: String,
    /// What became of it, in words; empty for what nothing can become of.
    pub status: String,
    /// Whether it went wrong.
    pub failed: bool,
    /// Whether nothing came back, and nothing will.
    pub open: bool,
    /// How long it took, in microseconds; of it, a person.
    pub took: Option<(u64, u64)>,
    /// Requests with their answers; empty but for [`ItemKind::Request`].
    pub rounds: Vec<Round>,
    /// The message, line or note; empty for [`ItemKind::Request`].
    pub body: Vec<u8>,
    /// An event in words; empty otherwise.
    pub words: String,
}

/// A place in the order of rows.
#[derive(Debug, Clone, Copy)]
enum Next {
    Row(Row),
    Stderr(EntryIndex),
}

impl Job<'_> {
    /// Gives everything chosen to `take`, oldest first, with the bodies of one row at a time.
    pub(super) fn items(
        &mut self,
        mut take: impl FnMut(&mut Self, Item) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let material = self.material;
        let timeline = &material.timeline;
        let mut stderr = material.stderr().iter().copied().peekable();
        if !self.chosen.is_all() {
            // Lines of stderr are no rows; a choice of rows has none.
            stderr = [].iter().copied().peekable();
        }
        let mut rows = timeline.rows().iter().copied().peekable();
        loop {
            let row = rows.peek().and_then(|row| timeline.entry_of(*row));
            let next = match (row, stderr.peek()) {
                (None, None) if rows.peek().is_none() => return Ok(()),
                (Some(row), Some(line)) if *line < row => stderr.next().map(Next::Stderr),
                (None, Some(_)) if rows.peek().is_none() => stderr.next().map(Next::Stderr),
                _ => rows.next().map(Next::Row),
            };
            let item = match next {
                Some(Next::Row(row)) if self.chosen.has(row) => self.item(row)?,
                Some(Next::Stderr(entry)) => Some(self.line(entry)?),
                _ => None,
            };
            if let Some(item) = item {
                self.step(item.entry)?;
                take(self, item)?;
            }
        }
    }

    /// One row; none when the fold does not know it.
    pub(super) fn item(&mut self, row: Row) -> Result<Option<Item>, Fault> {
        match row {
            Row::Exchange(index) => self.conversation(index),
            Row::Single(index) => {
                let timeline = &self.material.timeline;
                let Some(single) = timeline.single_row(index).cloned() else {
                    return Ok(None);
                };
                let (kind, status) = match single.kind {
                    SingleKind::Notification => (ItemKind::Notification, ""),
                    SingleKind::Junk => (ItemKind::Junk, "junk"),
                    SingleKind::Process
                    | SingleKind::Http
                    | SingleKind::Note
                    | SingleKind::Other => (ItemKind::Event, ""),
                    odd => (ItemKind::Stray, odd.word()),
                };
                let mut item = self.bare(kind, single.entry)?;
                item.name = timeline.word(single.method).to_owned();
                item.subject = timeline.word(single.subject).to_owned();
                status.clone_into(&mut item.status);
                if kind == ItemKind::Event {
                    item.words = Note::read(&item.body).sentence();
                }
                item.failed = kind == ItemKind::Junk || kind == ItemKind::Stray;
                Ok(Some(item))
            }
        }
    }

    fn conversation(&mut self, index: ExchangeIndex) -> Result<Option<Item>, Fault> {
        let timeline = &self.material.timeline;
        let Some(first) = timeline.exchange(index) else {
            return Ok(None);
        };
        let mut rounds = Vec::new();
        let mut head = None;
        for round in timeline.rounds(index) {
            let Some(exchange) = timeline.exchange(round) else {
                continue;
            };
            let request = self.entry(exchange.request)?;
            let response = match exchange.response {
                Some(response) => {
                    let body = self.body(response)?;
                    Some(message_of(body, &exchange.id, false))
                }
                None => None,
            };
            head.get_or_insert((request.at, request.direction, request.aux, request.seq));
            rounds.push(Round {
                id: exchange.id.to_json(),
                request: message_of(request.body, &exchange.id, true),
                response,
            });
        }
        let Some((at, direction, aux, seq)) = head else {
            return Ok(None);
        };
        let last = timeline.exchange(timeline.last_round(index));
        let ended = last.is_some_and(|last| last.ended.is_some());
        let spans = timeline.spans(index, self.material.last_us());
        Ok(Some(Item {
            kind: ItemKind::Request,
            entry: first.request,
            seq,
            at,
            conn: first.conn,
            direction,
            aux,
            name: timeline.word(first.method).to_owned(),
            subject: timeline.word(first.subject).to_owned(),
            status: timeline.status_words(index),
            failed: last.is_some_and(|last| timeline.went_wrong(last)),
            open: matches!(
                timeline.status(index),
                Status::Pending | Status::InputRequired
            ),
            took: ended.then_some((spans.whole, spans.person)),
            rounds,
            body: Vec::new(),
            words: String::new(),
        }))
    }

    fn line(&mut self, entry: EntryIndex) -> Result<Item, Fault> {
        self.bare(ItemKind::Stderr, entry)
    }

    fn bare(&mut self, kind: ItemKind, index: EntryIndex) -> Result<Item, Fault> {
        let entry = self.entry(index)?;
        Ok(Item {
            kind,
            entry: index,
            seq: entry.seq,
            at: entry.at,
            conn: entry.conn,
            direction: entry.direction,
            aux: entry.aux,
            name: String::new(),
            subject: String::new(),
            status: String::new(),
            failed: false,
            open: false,
            took: None,
            rounds: Vec::new(),
            body: entry.body,
            words: String::new(),
        })
    }
}

impl Item {
    /// The answer to the last request, if there was one.
    pub fn answer(&self) -> Option<&[u8]> {
        self.rounds.last()?.response.as_deref()
    }

    /// What the server said when it refused or failed: the message of an error, the first text of a tool's result.
    pub fn complaint(&self) -> Option<String> {
        let answer = self.answer()?;
        json::string_at(answer, &["error", "message"]).or_else(|| {
            let content = json::get(answer, &["result", "content"])?;
            let first = json::elements(content).next()?;
            json::string_at(first, &["text"]).filter(|_| self.failed)
        })
    }

    /// Method and subject in one line.
    pub fn title(&self) -> String {
        match (self.name.as_str(), self.subject.as_str()) {
            ("", "") => self.kind.word().to_owned(),
            (name, "") => name.to_owned(),
            (name, subject) => format!("{name} {subject}"),
        }
    }
}

/// The message with this id in a frame: itself, but for batches.
pub fn message_of(frame: Vec<u8>, id: &Id, asks: bool) -> Vec<u8> {
    if frame.trim_ascii_start().first() != Some(&b'[') {
        return frame;
    }
    let Frame::Batch(_) = jsonrpc::read(&frame) else {
        return frame;
    };
    let found = json::elements(&frame).find(|message| {
        json::get(message, &["id"]).map(Id::read).as_ref() == Some(id)
            && json::get(message, &["method"]).is_some() == asks
    });
    found.map(<[u8]>::to_vec).unwrap_or(frame)
}
