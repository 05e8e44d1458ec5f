//! Logs that clients keep of their servers: what they say of frames, of stderr and of themselves becomes entries.

use std::collections::HashMap;
use std::io::BufRead;

use jiff::Timestamp;

use super::writing::{Draft, Writing};
use super::{ImportError, numbered};
use crate::json;
use crate::logbook::{Clock, Reader, Said};
use crate::note::Note;
use crate::session::{Channel, Direction};

pub use crate::logbook::is_log;

/// A connection of the log.
struct Wire {
    conn: u32,
    /// Whether it was opened by a handshake already: another one is another connection.
    opened: bool,
}

pub fn read(source: &mut dyn BufRead, writing: &mut Writing<'_>) -> Result<(), ImportError> {
    let mut reader = Reader::default();
    let mut wires: HashMap<String, Wire> = HashMap::new();
    // Of a line without time or server, those of the line before hold.
    let (mut at, mut server) = (Timestamp::UNIX_EPOCH, String::new());
    let mut pending: Vec<(u64, String)> = Vec::new();
    numbered(source, |line, number| {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let told = reader.read(text);
        match told.timestamp() {
            Some(time) => at = time,
            None if wires.is_empty() => {
                // Nobody knows yet when that was, nor of whom.
                pending.push((number, String::from_utf8_lossy(text).into_owned()));
                return Ok(());
            }
            None => {}
        }
        if let Some(name) = &told.server {
            server.clone_from(name);
        }
        let begins = matches!(&told.said, Said::Frame(Direction::Out, json) if json::text(json::get(json, &["method"]).unwrap_or_default()).as_deref() == Some("initialize"));
        let known = wires.get(&server).filter(|wire| !(begins && wire.opened));
        let conn = if let Some(wire) = known {
            wire.conn
        } else {
            let local = told
                .at
                .as_ref()
                .is_some_and(|(_, clock)| *clock == Clock::Local);
            let conn = writing.connect(at, name_of(&server), "unknown", missing(local))?;
            let opened = false;
            wires.insert(server.clone(), Wire { conn, opened });
            for (number, text) in pending.drain(..) {
                writing.put(stderr(at, conn, text).from("line", number, ""))?;
            }
            conn
        };
        if begins && let Some(wire) = wires.get_mut(&server) {
            wire.opened = true;
        }
        let draft = match told.said {
            Said::Frame(direction, json) => Draft::wire(at, conn, direction, json),
            Said::Stderr(text) => stderr(at, conn, text),
            Said::Client(text) => {
                let (level, what) = (told.level, text);
                Draft::note(at, conn, &Note::ClientSaid { level, what })
            }
        };
        writing.put(draft.from("line", number, ""))?;
        Ok(())
    })
}

fn name_of(server: &str) -> &str {
    if server.is_empty() { "server" } else { server }
}

fn missing(local: bool) -> &'static str {
    if local {
        "it records neither the command nor the end of the process, and frames only at some levels; its times name no \
         zone and are read as UTC"
    } else {
        "it records neither the command nor the end of the process, and frames only at some levels"
    }
}

fn stderr(at: Timestamp, conn: u32, text: String) -> Draft {
    Draft {
        at,
        conn,
        channel: Channel::Stderr,
        direction: Direction::In,
        body: text.into_bytes(),
        extra: Vec::new(),
    }
}
