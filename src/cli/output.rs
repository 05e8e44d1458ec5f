//! The stdout of a headless run: the answer and nothing else, written in one go where possible. What is no answer of
//! ours but a whole document goes there as it is ([`Stdout`]).

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use super::OutputArgs;
use super::document::{self, Document};
use super::exit::Exit;
use super::failure::Failure;
use super::tone::{self, Tone};
use crate::text;

/// See the module.
#[derive(Debug)]
pub struct Output {
    /// Whether one JSON object is wanted instead of text.
    pub json: bool,
    /// Whether that is the last of several, one a line.
    events: bool,
    /// Whether what is written may wait for what is written next.
    held: bool,
    /// Whether lines have colours.
    colours: bool,
    /// How many columns a line has room for, where a terminal says so.
    columns: Option<usize>,
    to: BufWriter<StdoutLock<'static>>,
}

impl Default for Output {
    /// The process's stdout, for text.
    fn default() -> Self {
        Self {
            json: false,
            events: false,
            held: false,
            colours: tone::wanted(&io::stdout()),
            columns: columns(),
            to: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
        }
    }
}

impl Output {
    /// Answers are wanted in this form from now on.
    pub(super) fn set(&mut self, args: &OutputArgs) {
        self.json = args.json || args.ndjson;
        self.events = args.ndjson;
    }

    /// Whether events are wanted, one a line.
    pub fn events(&self) -> bool {
        self.events
    }

    /// An event, at once.
    pub fn event(&mut self, event: &Document) -> io::Result<()> {
        writeln!(self.to, "{event}")?;
        self.flush()
    }

    /// JSON as it was written, on a line of its own; only what would act on a terminal is spelled otherwise.
    pub fn raw(&mut self, json: &str) -> io::Result<()> {
        writeln!(self.to, "{}", document::exact(json))
    }

    /// A line of text that is safe to show.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.to.write_all(line.as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// A line that begins with a name of so many bytes. Safe to show; no more of it than fits where a terminal reads.
    pub fn named(&mut self, line: &str, name: usize) -> io::Result<()> {
        let line = match self.columns {
            Some(columns) => text::fit(line, columns),
            None => line.into(),
        };
        let whole = line.is_char_boundary(name) && name <= line.len();
        if self.colours && whole {
            self.line(&tone::led(&line, name, Tone::Name))
        } else {
            self.line(&line)
        }
    }

    /// Lines that are safe to show, in the colours that their first words stand for.
    pub fn toned(&mut self, lines: &str) -> io::Result<()> {
        if self.colours {
            self.text(&tone::toned(lines))
        } else {
            self.text(lines)
        }
    }

    /// Text that is safe to show and ends its lines itself.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// The object, and nothing after it.
    pub fn document(&mut self, document: &Document) -> io::Result<()> {
        if self.events {
            writeln!(self.to, "{}", document.event())?;
        } else {
            writeln!(self.to, "{document}")?;
        }
        self.flush()
    }

    /// What is written from now on may wait for what comes next, or goes out at once.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Hands everything to the system, unless it may wait.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.held {
            return Ok(());
        }
        self.to.flush()
    }
}

/// The columns of the terminal that reads, if one does.
fn columns() -> Option<usize> {
    #[cfg(unix)]
    {
        let stdout = io::stdout();
        let size = rustix::termios::tcgetwinsize(&stdout).ok()?;
        (stdout.is_terminal() && size.ws_col > 20).then_some(usize::from(size.ws_col))
    }
    #[cfg(not(unix))]
    None
}

/// What cannot be written, to a file or to stdout.
pub(super) fn unwritten(to: &str, error: &io::Error) -> Failure {
    let to = text::sanitize(to);
    if error.kind() == io::ErrorKind::AlreadyExists {
        let hint = "--force replaces it".to_owned();
        return Failure::usage(format!("{to} is there already")).hint(hint);
    }
    Failure::new(Exit::Internal, format!("cannot write {to}: {error}"))
}

/// stdout: as it is into a pipe or file, but nothing that a terminal acts on to a terminal.
pub(super) struct Stdout {
    to: BufWriter<StdoutLock<'static>>,
    /// The beginning of a line, when a terminal reads.
    line: Option<Vec<u8>>,
}

impl Stdout {
    pub(super) fn new() -> Self {
        let line = io::stdout().is_terminal().then(Vec::new);
        Self {
            to: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
            line,
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(line) = &mut self.line else {
            return self.to.write(bytes);
        };
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            line.extend_from_slice(&rest[..end]);
            let shown = String::from_utf8_lossy(line);
            writeln!(self.to, "{}", text::sanitize(&shown))?;
            line.clear();
            rest = &rest[end + 1..];
        }
        line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(line) = self.line.as_mut().filter(|line| !line.is_empty()) {
            let shown = String::from_utf8_lossy(line);
            write!(self.to, "{}", text::sanitize(&shown))?;
            line.clear();
        }
        self.to.flush()
    }
}
