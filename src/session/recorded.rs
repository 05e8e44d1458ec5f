//! [`Recorded`]: an entry that is on disk, reduced to what the fold takes. The body stays in the file.

use std::borrow::Cow;

use jiff::Timestamp;

use super::level::Level;
use super::{Channel, Direction, Entry, Via};
use crate::mcp::facts::{self, Message};
use crate::note::Note;

/// The longest preview of a body that is kept, in characters.
const PREVIEW: usize = 400;

/// Where an entry's line stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// Byte offset of the line.
    pub offset: u64,
    /// Bytes of the line, its newline included.
    pub length: u64,
}

/// An entry as the fold takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// See [`Entry::seq`].
    pub seq: u64,
    /// See [`Entry::us`].
    pub us: u64,
    /// See [`Entry::at`].
    pub at: Timestamp,
    /// See [`Entry::conn`].
    pub conn: u32,
    /// See [`Entry::channel`].
    pub channel: Channel,
    /// See [`Entry::direction`].
    pub direction: Direction,
    /// See [`Entry::aux`].
    pub aux: bool,
    /// Bytes of the body.
    pub size: u64,
    /// Where to find it again.
    pub place: Place,
    /// What it says.
    pub facts: Facts,
    /// The beginning of a body that is text rather than a message, for lists.
    pub preview: Option<Box<str>>,
}

/// What an entry says, by its channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// The messages of a frame; more than one in a batch.
    Messages(Vec<Message>),
    /// Not a message; holds why.
    Junk(Box<str>),
    /// A line of stderr, and the level it seems to have.
    Line(Option<Level>),
    /// Something that happened or was decided here.
    Note(Note),
    /// A channel of a later version.
    Other,
}

impl Facts {
    /// Reads them from the entry.
    pub fn of(entry: &Entry) -> Self {
        Self::read(entry, facts::of_frame)
    }

    /// The same for an entry whose body is known to be one JSON text, so that it need not be checked again.
    pub fn of_json(entry: &Entry) -> Self {
        Self::read(entry, facts::of_json)
    }

    fn read(entry: &Entry, frame: fn(&[u8]) -> Result<Vec<Message>, String>) -> Self {
        match entry.channel {
            Channel::Wire => match frame(&entry.body) {
                Ok(mut messages) => {
                    if let Some(via) = entry.extra.as_deref().and_then(Via::of) {
                        via.settle(&mut messages);
                    }
                    Self::Messages(messages)
                }
                Err(why) => Self::Junk(why.into()),
            },
            Channel::Stdout => Self::Junk(match frame(&entry.body) {
                Err(why) => why.into(),
                Ok(_) => "".into(),
            }),
            Channel::Stderr => Self::Line(Level::guess(&head(&entry.body))),
            Channel::Process | Channel::Http | Channel::Note => Self::Note(Note::read(&entry.body)),
            Channel::Other(_) => Self::Other,
        }
    }
}

impl Recorded {
    /// Reduces an entry that stands at `place`.
    pub fn of(entry: &Entry, place: Place) -> Self {
        Self::with_facts(entry, place, Facts::of(entry))
    }

    /// The same, when the facts are known already.
    pub fn with_facts(entry: &Entry, place: Place, facts: Facts) -> Self {
        Self {
            seq: entry.seq,
            us: entry.us,
            at: entry.at,
            conn: entry.conn,
            channel: entry.channel.clone(),
            direction: entry.direction,
            aux: entry.aux,
            size: entry.body.len() as u64,
            place,
            preview: preview(entry, &facts),
            facts,
        }
    }
}

/// What a list shows of an entry whose body is no message: one line of text, not yet sanitised.
pub fn preview(entry: &Entry, facts: &Facts) -> Option<Box<str>> {
    match facts {
        Facts::Note(note) => Some(note.sentence().into()),
        Facts::Junk(_) | Facts::Line(_) | Facts::Other => Some(head(&entry.body).into()),
        Facts::Messages(messages) => match messages.first()?.method.as_deref()? {
            "notifications/message" => Some(log_text(&entry.body).into()),
            "notifications/progress" => Some(progress_text(&entry.body).into()),
            _ => None,
        },
    }
}

fn head(body: &[u8]) -> Cow<'_, str> {
    let cut = &body[..body.len().min(PREVIEW * 4)];
    match String::from_utf8_lossy(cut) {
        Cow::Borrowed(text) => start(text).into(),
        Cow::Owned(text) => start(&text).to_owned().into(),
    }
}

/// The first characters of a text, as many as a preview has.
fn start(text: &str) -> &str {
    if text.len() <= PREVIEW {
        return text;
    }
    text.char_indices()
        .nth(PREVIEW)
        .map_or(text, |(end, _)| &text[..end])
}

/// The `data` of a log notification: a string as it is, anything else as JSON, after the logger's name.
fn log_text(body: &[u8]) -> String {
    let params = crate::json::get(body, &["params"]).unwrap_or_default();
    let data = crate::json::get(params, &["data"]).unwrap_or_default();
    let data = crate::json::text(data).unwrap_or_else(|| String::from_utf8_lossy(data));
    let data = start(&data);
    match crate::json::string_at(params, &["logger"]) {
        Some(logger) => format!("{logger}: {data}"),
        None => data.to_owned(),
    }
}

fn progress_text(body: &[u8]) -> String {
    let member = |name| {
        crate::json::get(body, &["params", name]).map(|raw| {
            crate::json::string(raw).unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned())
        })
    };
    let total = member("total")
        .map(|total| format!("/{total}"))
        .unwrap_or_default();
    let message = member("message")
        .map(|text| format!(" {text}"))
        .unwrap_or_default();
    format!("{}{total}{message}", member("progress").unwrap_or_default())
}
