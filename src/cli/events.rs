//! What `--ndjson` tells as it happens: the server's notifications (progress among them), what it asks, lines that are
//! no JSON-RPC. One object a line; the member `event` says what it is.

use super::document::Document;
use super::headless::Headless;
use crate::json;
use crate::jsonrpc::Kind;
use crate::mcp::facts::Detail;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::Question;
use crate::session::{Channel, Direction};

impl Headless {
    /// The event that an entry is, if it is one.
    pub(super) fn event(&self, entry: &Recorded) -> Option<Document> {
        let mut event = Document::default();
        match &entry.facts {
            Facts::Junk(why) if entry.channel == Channel::Stdout => {
                event
                    .text("event", "junk")
                    .raw("seq", &entry.seq.to_string())
                    .text("why", why)
                    .text("text", &self.text_of(entry)?);
            }
            Facts::Messages(messages) if entry.direction == Direction::In => {
                let told = [Kind::Notification, Kind::Request];
                // What a person or a policy answers is told by itself, however it was asked.
                let message = messages.iter().find(|message| {
                    told.contains(&message.kind) && !matches!(message.detail, Detail::Asked(_))
                })?;
                let word = match message.kind {
                    Kind::Request => "request",
                    _ => "notification",
                };
                let body = self.text_of(entry)?;
                // A batch is told as it came.
                let raw = match json::kind(body.as_bytes()) {
                    json::Kind::Array => None,
                    _ => json::get(body.as_bytes(), &["params"]),
                };
                event
                    .text("event", word)
                    .raw("seq", &entry.seq.to_string())
                    .maybe("method", message.method.as_deref());
                match raw {
                    Some(params) => event.raw("params", &String::from_utf8_lossy(params)),
                    None if messages.len() > 1 => event.raw("batch", &body),
                    None => &mut event,
                };
            }
            _ => return None,
        }
        Some(event)
    }

    /// Tells what the server asked since this was last called.
    pub(super) fn tell_questions(&mut self) {
        let count = self.timeline.questions().count();
        let new: Vec<Question> = self
            .timeline
            .questions()
            .iter()
            .rev()
            .take_while(|question| question.number > self.told)
            .cloned()
            .collect();
        self.told = count;
        for question in new.iter().rev() {
            let params = self.question(question).unwrap_or_default();
            let params = if params.is_empty() {
                "null".into()
            } else {
                String::from_utf8_lossy(&params)
            };
            let mut event = Document::default();
            event
                .text("event", "asked")
                .text("kind", question.kind.word())
                .text("tool", &self.tool_of(question))
                .raw("params", &params);
            self.console.event(&event);
        }
    }

    /// The body of an entry as it was before anything was masked, as in an answer; it is masked in the recording.
    pub(super) fn text_of(&self, entry: &Recorded) -> Option<String> {
        let read = self.bodies.original(entry.seq, entry.place).ok()?;
        Some(read.text().into_owned())
    }
}
