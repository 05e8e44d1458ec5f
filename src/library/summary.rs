//! What is in a session, in a few figures: counted by reading it once, and remembered for a file that did not change.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;

use crate::json::Value;
use crate::recording::{OpenError, Recording};
use crate::session::timeline::{Connection, LinkState, Timeline};

/// What a masked value looks like in a recording, up to the name of its rule.
const MASKED: &str = "‹masked:";

/// A server of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Party {
    /// What we call it.
    pub name: String,
    /// What it calls itself, with its version; empty when it never said.
    pub says: String,
    /// The revision that was spoken; empty when none was agreed upon.
    pub revision: String,
    /// How its last connection ended or could not begin, when that is worth a word.
    pub trouble: String,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Bytes of the file it was counted in.
    pub size: u64,
    /// When that was changed last, in milliseconds since 1970.
    pub changed: i64,
    /// The servers, by name.
    pub servers: Vec<Party>,
    /// Entries.
    pub entries: u64,
    /// Frames either way.
    pub messages: u64,
    /// Requests that went wrong, and lines that are no JSON-RPC.
    pub errors: u64,
    /// Entries that hold masked values.
    pub masked: u64,
    /// Microseconds from the first to the last entry.
    pub took: u64,
    /// Lines that are no entries.
    pub skipped: u64,
}

/// The size of a file, and when it was changed last, in milliseconds since 1970.
pub(super) fn state_of(about: &std::fs::Metadata) -> (u64, i64) {
    let changed = about.modified().ok();
    let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |since| since.as_millis() as i64);
    (about.len(), changed)
}

impl Summary {
    /// Counts what is in a file: reads all of it, unless `go_on` says no; then there is nothing to tell.
    pub fn count(path: &Path, mut go_on: impl FnMut() -> bool) -> Result<Option<Self>, OpenError> {
        let unreadable = |error| OpenError::unreadable(path, error);
        let recording = Recording::open(path)?;
        let about = std::fs::metadata(path).map_err(unreadable)?;
        let mut timeline = Timeline::default();
        let loaded = recording.load(|batch, _| {
            for entry in &batch {
                timeline.push(entry);
            }
            go_on()
        });
        let loaded = loaded.map_err(unreadable)?;
        if !go_on() {
            return Ok(None);
        }
        let masked = recording.bodies().search(MASKED).map_err(unreadable)?;
        let (size, changed) = state_of(&about);
        Ok(Some(Self {
            size,
            changed,
            masked: masked.len() as u64,
            skipped: loaded.skipped,
            ..Self::of(&timeline)
        }))
    }

    /// What a fold knows; nothing of the file.
    pub fn of(timeline: &Timeline) -> Self {
        let mut servers: BTreeMap<&str, Party> = BTreeMap::new();
        let mut errors = 0;
        for connection in timeline.state().connections() {
            let party = servers.entry(&connection.name).or_default();
            let before = std::mem::take(party);
            *party = Party::of(connection, before);
            errors += connection.counters.junk;
        }
        errors += timeline
            .exchanges()
            .iter()
            .filter(|exchange| timeline.went_wrong(exchange))
            .count() as u64;
        let entries = timeline.entries();
        let us = |entry: Option<&crate::session::timeline::EntryRow>| {
            entry.map_or(0, crate::session::timeline::EntryRow::us)
        };
        Self {
            servers: servers.into_values().collect(),
            entries: entries.len() as u64,
            messages: entries.iter().filter(|entry| entry.is_wire()).count() as u64,
            errors,
            took: us(entries.last()).saturating_sub(us(entries.first())),
            ..Self::default()
        }
    }

    /// Whether it was counted in a file as it is now.
    pub(super) fn holds_for(&self, about: &std::fs::Metadata) -> bool {
        (self.size, self.changed) == state_of(about)
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let number = |name: &str| match value.get(name)? {
            Value::Number(spelled) => spelled.parse::<u64>().ok(),
            _ => None,
        };
        let party = |value: &Value| {
            let member = |name| {
                let text = value.get(name).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            Party {
                name: member("name"),
                says: member("says"),
                revision: member("revision"),
                trouble: member("trouble"),
            }
        };
        Some(Self {
            size: number("size")?,
            changed: number("changed")?.cast_signed(),
            servers: value
                .get("servers")?
                .as_array()?
                .iter()
                .map(party)
                .collect(),
            entries: number("entries")?,
            messages: number("messages")?,
            errors: number("errors")?,
            masked: number("masked")?,
            took: number("took")?,
            skipped: number("skipped")?,
        })
    }

    pub(super) fn write(&self) -> Value {
        let number = |name: &str, number: u64| (name.to_owned(), Value::Number(number.to_string()));
        let party = |party: &Party| {
            let members = [
                ("name", &party.name),
                ("says", &party.says),
                ("revision", &party.revision),
                ("trouble", &party.trouble),
            ];
            let written = members
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name.to_owned(), Value::String(text.clone())));
            Value::Object(written.collect())
        };
        let servers = self.servers.iter().map(party).collect();
        Value::Object(vec![
            number("size", self.size),
            number("changed", self.changed.max(0).cast_unsigned()),
            ("servers".to_owned(), Value::Array(servers)),
            number("entries", self.entries),
            number("messages", self.messages),
            number("errors", self.errors),
            number("masked", self.masked),
            number("took", self.took),
            number("skipped", self.skipped),
        ])
    }

    /// The servers in one cell: `everything`, `everything +2`.
    pub fn servers_in_short(&self) -> String {
        match self.servers.as_slice() {
            [] => String::new(),
            [only] => only.name.clone(),
            [first, rest @ ..] => format!("{} +{}", first.name, rest.len()),
        }
    }
}

impl Party {
    fn of(connection: &Connection, before: Self) -> Self {
        let opening = connection.opening.as_deref();
        let said = |text: Option<&String>| text.cloned().unwrap_or_default();
        let name = said(opening.and_then(|opening| opening.name.as_ref()));
        let version = said(opening.and_then(|opening| opening.server_version.as_ref()));
        let says = format!("{name} {version}").trim().to_owned();
        let revision = connection
            .revision
            .map_or_else(String::new, |revision| revision.to_string());
        let or = |text: String, before: String| if text.is_empty() { before } else { text };
        Self {
            name: connection.name.to_string(),
            says: or(says, before.says),
            revision: or(revision, before.revision),
            trouble: match &connection.link {
                LinkState::Failed { .. } if opening.is_none() => "never started".to_owned(),
                LinkState::Exited {
                    code,
                    signal,
                    asked: false,
                } if (*code, *signal) != (Some(0), None) => {
                    crate::note::exit_sentence(*code, *signal)
                }
                _ => String::new(),
            },
        }
    }
}

/// The moment of a time in milliseconds since 1970.
pub(super) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
