//! The stdout of a headless run: the answer and nothing else, written in one go where possible.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use super::document::Document;

/// See the module.
#[derive(Debug)]
pub struct Output {
    /// Whether one JSON object is wanted instead of text.
    pub json: bool,
    to: BufWriter<StdoutLock<'static>>,
}

impl Output {
    /// The process's stdout.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            to: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
        }
    }

    /// A line of text that is safe to show.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.to.write_all(line.as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// Text that is safe to show and ends its lines itself.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// The object, and nothing after it.
    pub fn document(&mut self, document: &Document) -> io::Result<()> {
        writeln!(self.to, "{document}")?;
        self.flush()
    }

    /// Hands everything to the system.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
