//! The session that an import makes: entries get numbers and times here, and their secrets are masked.

use std::io::Write;

use jiff::Timestamp;

use super::{ImportError, Imported, Tool};
use crate::export::Masked;
use crate::json::quote;
use crate::mask::{Masker, Rules};
use crate::note::{Note, TAP};
use crate::session::{Channel, Direction, Entry, FORMAT, Header, codec};

/// Something that becomes an entry.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When.
    pub at: Timestamp,
    /// The connection.
    pub conn: u32,
    /// Where it was seen.
    pub channel: Channel,
    /// Which way it went.
    pub direction: Direction,
    /// The bytes.
    pub body: Vec<u8>,
    /// Further members, raw.
    pub extra: Vec<String>,
}

impl Draft {
    /// Of a note.
    pub fn note(at: Timestamp, conn: u32, note: &Note) -> Self {
        Self {
            at,
            conn,
            channel: if note.is_process() {
                Channel::Process
            } else if note.is_http() {
                Channel::Http
            } else {
                Channel::Note
            },
            direction: Direction::Here,
            body: note.to_json().into_bytes(),
            extra: Vec::new(),
        }
    }

    /// Of what one side sent.
    pub fn wire(at: Timestamp, conn: u32, direction: Direction, body: Vec<u8>) -> Self {
        Self {
            at,
            conn,
            channel: Channel::Wire,
            direction,
            body,
            extra: Vec::new(),
        }
    }

    /// Says where it comes from: a line or exchange of the source, and what else that says.
    pub fn from(mut self, place: &str, number: u64, more: &str) -> Self {
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(",{more}")
        };
        self.extra
            .push(format!("\"origin\":{{\"{place}\":{number}{more}}}"));
        self
    }
}

/// See the module.
pub struct Writing<'a> {
    tool: Tool,
    out: &'a mut dyn Write,
    created: Option<Timestamp>,
    us: u64,
    seq: u64,
    conns: u32,
    masker: Masker,
    masked: Masked,
    skipped: u64,
    first_problem: Option<(u64, String)>,
    line: Vec<u8>,
    last: Timestamp,
}

impl<'a> Writing<'a> {
    /// Nothing yet.
    pub fn new(tool: Tool, out: &'a mut dyn Write, rules: Rules) -> Self {
        Self {
            tool,
            out,
            created: None,
            us: 0,
            seq: 0,
            conns: 0,
            masker: Masker::new(rules),
            masked: Masked::default(),
            skipped: 0,
            first_problem: None,
            line: Vec::new(),
            last: Timestamp::UNIX_EPOCH,
        }
    }

    /// The number of the next entry.
    pub fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// A connection begins that somebody else made. `missing` says what its recording does not hold.
    pub fn connect(
        &mut self,
        at: Timestamp,
        name: &str,
        transport: &str,
        missing: &str,
    ) -> Result<u32, ImportError> {
        self.conns += 1;
        let conn = self.conns;
        let connect = Note::Connect {
            name: name.to_owned(),
            transport: transport.to_owned(),
            era: TAP.to_owned(),
        };
        self.put(Draft::note(at, conn, &connect))?;
        let what = format!("imported from {}; {missing}", self.tool.row().name);
        self.remark(at, conn, &what)?;
        Ok(conn)
    }

    /// Says something about a connection.
    pub fn remark(&mut self, at: Timestamp, conn: u32, what: &str) -> Result<(), ImportError> {
        let note = Note::Remark {
            what: what.to_owned(),
        };
        self.put(Draft::note(at, conn, &note))
    }

    /// Leaves something out.
    pub fn skip(&mut self, number: u64, why: impl Into<String>) {
        self.skipped += 1;
        self.first_problem
            .get_or_insert_with(|| (number, why.into()));
    }

    /// Writes an entry.
    pub fn put(&mut self, draft: Draft) -> Result<(), ImportError> {
        let created = match self.created {
            Some(created) => created,
            None => {
                let header = Header {
                    format: FORMAT,
                    created: draft.at,
                    by: format!(
                        "{}, imported by mcpscope {}",
                        self.tool.row().name,
                        env!("CARGO_PKG_VERSION")
                    ),
                };
                self.out
                    .write_all(codec::write_header(&header).as_bytes())
                    .map_err(ImportError::Write)?;
                self.created = Some(draft.at);
                draft.at
            }
        };
        let since = draft.at.duration_since(created).as_micros();
        // Other clocks may run backwards; this one only stands still.
        self.us = self.us.max(u64::try_from(since).unwrap_or(0));
        self.seq += 1;
        self.last = self.last.max(draft.at);
        let mut entry = Entry {
            seq: self.seq,
            us: self.us,
            at: draft.at,
            conn: draft.conn,
            channel: draft.channel,
            direction: draft.direction,
            aux: false,
            body: draft.body,
            ending: "\n".into(),
            extra: (!draft.extra.is_empty()).then(|| draft.extra.join(",").into()),
        };
        self.masked.entry(&mut self.masker, &mut entry);
        self.line.clear();
        codec::write(&entry, &mut self.line);
        self.out.write_all(&self.line).map_err(ImportError::Write)
    }

    /// The end: says what was left out.
    pub fn finish(mut self) -> Result<Imported, ImportError> {
        if self.created.is_none() {
            let why = self
                .first_problem
                .map_or_else(String::new, |(number, why)| {
                    format!(
                        ": the first of {} that were left out, {number}: {why}",
                        self.skipped
                    )
                });
            return Err(ImportError::Broken(format!(
                "there is nothing of MCP in this recording of {}{why}",
                self.tool.row().name
            )));
        }
        if let Some((number, why)) = self.first_problem.clone() {
            let what = format!(
                "{} of the source were left out, the first is {number}: {why}",
                self.skipped
            );
            self.remark(self.last, 0, &what)?;
        }
        self.out.flush().map_err(ImportError::Write)?;
        Ok(Imported {
            tool: self.tool,
            entries: self.seq,
            skipped: self.skipped,
            first_problem: self.first_problem,
        })
    }
}

/// A member of `origin`, quoted.
pub fn member(name: &str, value: &str) -> String {
    format!("{}:{}", quote(name), quote(value))
}
