//! A session in the formats of others: what a colleague, a browser, a tracing system or a CI server reads.
//!
//! Owns the table of formats ([`FORMATS`]), what is chosen of a session ([`Chosen`]) and the desk a format is written
//! at ([`Job`]). Values in, bytes out: entries are asked for one by one, secrets are masked again before a format sees
//! any, and nothing but one exchange is held at a time. Where the bytes come from and go to is the world's business.

use std::io::{self, Write};

use crate::mask::Masker;
use crate::session::recorded::Place;
use crate::session::timeline::{EntryIndex, Row};
use crate::session::{Direction, Entry};

mod har;
mod html;
mod item;
mod junit;
mod lines;
mod markdown;
mod markup;
mod material;
mod otlp;
mod secrets;
mod session;

pub use material::Material;
pub use secrets::Masked;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// A session file of mcpscope.
    #[default]
    Session,
    /// One plain JSON object a line.
    Lines,
    /// HTTP Archive 1.2.
    Har,
    /// A report for people.
    Markdown,
    /// A page for a browser, all in one file.
    Html,
    /// Traces by the conventions of OpenTelemetry.
    Otlp,
    /// A report for CI servers.
    Junit,
}

type Writer = fn(&mut Job<'_>) -> Result<(), Fault>;

/// One row of the table.
#[derive(Debug)]
pub struct FormatRow {
    /// Which.
    pub format: Format,
    /// Its name on the command line.
    pub name: &'static str,
    /// How its files end, without the dot.
    pub extension: &'static str,
    /// What it is, for people.
    pub doc: &'static str,
    /// What it counts: one, and several.
    noun: (&'static str, &'static str),
    write: Writer,
}

impl FormatRow {
    /// So many of what it counts.
    pub fn counted(&self, count: u64) -> String {
        let (one, several) = self.noun;
        format!("{count} {}", if count == 1 { one } else { several })
    }
}

/// The table, in the order of [`Format`].
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        format: Format::Session,
        name: "session",
        extension: "jsonl",
        doc: "a session that mcpscope opens, with every byte",
        noun: ("entry", "entries"),
        write: session::write,
    },
    FormatRow {
        format: Format::Lines,
        name: "json-lines",
        extension: "ndjson",
        doc: "one plain JSON object for each call, notification and line, for jq and scripts",
        noun: ("row", "rows"),
        write: lines::write,
    },
    FormatRow {
        format: Format::Har,
        name: "har",
        extension: "har",
        doc: "HTTP Archive 1.2, for browsers and proxies; frames over stdio as POSTs to mcp+stdio:",
        noun: ("exchange", "exchanges"),
        write: har::write,
    },
    FormatRow {
        format: Format::Markdown,
        name: "markdown",
        extension: "md",
        doc: "a report for people",
        noun: ("row", "rows"),
        write: markdown::write,
    },
    FormatRow {
        format: Format::Html,
        name: "html",
        extension: "html",
        doc: "one page for a browser, which loads nothing from anywhere",
        noun: ("row", "rows"),
        write: html::write,
    },
    FormatRow {
        format: Format::Otlp,
        name: "otlp",
        extension: "otlp.jsonl",
        doc: "OpenTelemetry traces, as OTLP JSON; --push sends them to a collector",
        noun: ("span", "spans"),
        write: otlp::write,
    },
    FormatRow {
        format: Format::Junit,
        name: "junit",
        extension: "xml",
        doc: "JUnit XML, a test case for each request",
        noun: ("case", "cases"),
        write: junit::write,
    },
];

impl Format {
    /// Its row.
    pub fn row(self) -> &'static FormatRow {
        &FORMATS[self as usize]
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        let found = FORMATS.iter().find(|row| row.name == name);
        found.map(|row| row.format)
    }

    /// The format whose files end as this one does; the longest ending counts.
    pub fn of_file(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let fits = |row: &&FormatRow| {
            let stem = name.strip_suffix(row.extension);
            stem.is_some_and(|stem| stem.ends_with('.') && stem.len() > 1)
        };
        let found = FORMATS.iter().filter(fits);
        let longest = found.max_by_key(|row| row.extension.len());
        longest.map(|row| row.format)
    }
}

/// What of a session is exported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chosen {
    /// All of it.
    #[default]
    All,
    /// These rows of the traffic, with what belongs to them.
    Rows {
        /// Sorted, each once.
        rows: Vec<Row>,
        /// How they were chosen, for people: `filter status:error`, `3 selected`.
        words: String,
    },
}

impl Chosen {
    /// Some rows, in any order.
    pub fn rows(mut rows: Vec<Row>, words: String) -> Self {
        rows.sort_unstable();
        rows.dedup();
        Self::Rows { rows, words }
    }

    /// Whether a row is among them.
    pub fn has(&self, row: Row) -> bool {
        match self {
            Self::All => true,
            Self::Rows { rows, .. } => rows.binary_search(&row).is_ok(),
        }
    }

    /// Whether everything is.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// Why an export ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An entry cannot be read back.
    #[error("cannot read the recording: {0}")]
    Read(io::Error),
    /// The bytes cannot be written, or sent.
    #[error("cannot write: {0}")]
    Write(io::Error),
    /// Somebody called it off.
    #[error("called off")]
    Cancelled,
}

/// Gives entries with their bodies back, by sequence number and place.
pub type Reader<'a> = &'a mut dyn FnMut(u64, Place) -> io::Result<Entry>;

/// An export while it is written.
pub struct Job<'a> {
    material: &'a Material,
    chosen: &'a Chosen,
    read: Reader<'a>,
    out: &'a mut dyn Write,
    /// Takes how far it is (of a thousand); false calls it off.
    told: &'a mut dyn FnMut(u32) -> bool,
    shown: u32,
    masker: Masker,
    masked: Masked,
    written: u64,
}

/// How an export went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows of the traffic, spans or entries in it, as the format counts.
    pub count: u64,
    /// What was masked on the way, beyond what the recording holds masked already.
    pub masked: Masked,
}

impl<'a> Job<'a> {
    /// Lays everything out. `told` is given how far it is, in thousandths, and says whether to go on.
    pub fn new(
        material: &'a Material,
        chosen: &'a Chosen,
        read: Reader<'a>,
        out: &'a mut dyn Write,
        told: &'a mut dyn FnMut(u32) -> bool,
    ) -> Self {
        Self {
            material,
            chosen,
            read,
            out,
            told,
            shown: 0,
            masker: Masker::over(material.secrets.clone()),
            masked: Masked::default(),
            written: 0,
        }
    }

    /// Writes it all in a format.
    pub fn run(mut self, format: Format) -> Result<Written, Fault> {
        self.learn()?;
        (format.row().write)(&mut self)?;
        self.out.flush().map_err(Fault::Write)?;
        Ok(Written {
            count: self.written,
            masked: self.masked,
        })
    }

    /// Lets the masker see which arguments tools mark as secret, where they are not all seen on the way anyway.
    fn learn(&mut self) -> Result<(), Fault> {
        let timeline = &self.material.timeline;
        for exchange in timeline.exchanges() {
            if timeline.word(exchange.method) == "tools/list"
                && let Some(response) = exchange.response
            {
                self.entry(response)?;
            }
        }
        self.masked = Masked::default();
        Ok(())
    }

    /// An entry, its secrets masked.
    fn entry(&mut self, index: EntryIndex) -> Result<Entry, Fault> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "there is no such entry");
        let row = self.material.timeline.entry(index);
        let row = row.ok_or_else(missing).map_err(Fault::Read)?;
        let mut entry = (self.read)(row.seq(), row.place()).map_err(Fault::Read)?;
        self.masked.entry(&mut self.masker, &mut entry);
        Ok(entry)
    }

    /// Its body alone.
    fn body(&mut self, index: EntryIndex) -> Result<Vec<u8>, Fault> {
        Ok(self.entry(index)?.body)
    }

    fn put(&mut self, text: impl AsRef<[u8]>) -> Result<(), Fault> {
        self.out.write_all(text.as_ref()).map_err(Fault::Write)
    }

    /// Says that everything before this entry is done.
    fn step(&mut self, index: EntryIndex) -> Result<(), Fault> {
        let all = self.material.timeline.entries().len().max(1) as u64;
        let far = (u64::from(index) * 1_000 / all) as u32;
        if far != self.shown || index.is_multiple_of(1_024) {
            self.shown = far;
            if !(self.told)(far) {
                return Err(Fault::Cancelled);
            }
        }
        Ok(())
    }

    /// The name of a connection's server.
    fn server(&self, conn: u32) -> &'a str {
        let connection = self.material.timeline.state().connection(conn);
        connection.map_or("", |connection| &connection.name)
    }
}

/// An arrow for lists: which way something went.
const fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Out => "→",
        Direction::In => "←",
        Direction::Here => "·",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
