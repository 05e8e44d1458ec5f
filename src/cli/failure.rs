//! What went wrong, told in one line with a way out, for people or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::document::Document;
use super::exit::Exit;
use super::tone;
use crate::json::{self, quote};
use crate::text;

/// Characters of an error's `data` that are shown.
const DATA: usize = 300;

/// A failure, as it is told and as the process exits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, and where; one line, not yet sanitised.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The raw JSON-RPC error, when the server sent one.
    pub rpc: Option<String>,
    /// The last lines the server wrote to stderr.
    pub stderr: Vec<String>,
    /// Whether those lines were shown as they came.
    pub shown: bool,
}

impl Failure {
    /// A failure without details.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            hint: None,
            rpc: None,
            stderr: Vec::new(),
            shown: true,
        }
    }

    /// The same, with a hint.
    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Something the user wrote is wrong.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Tells it on stderr.
    pub fn show(&self) {
        let mut lines = Vec::new();
        // Writing to memory never fails.
        let _ = self.tell(&mut lines);
        let lines = String::from_utf8_lossy(&lines);
        let stderr = io::stderr();
        let lines = if tone::wanted(&stderr) {
            tone::toned(&lines)
        } else {
            lines
        };
        // Nobody may be reading; the exit code says it too.
        let _ = stderr.lock().write_all(lines.as_bytes());
    }

    /// Writes it for people.
    pub fn tell(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut lines = format!("error: {}\n", text::sanitize(&self.what));
        if let Some(data) = self
            .rpc
            .as_ref()
            .and_then(|rpc| json::get(rpc.as_bytes(), &["data"]))
        {
            let data = String::from_utf8_lossy(data);
            let _ = writeln!(lines, " data: {}", text::fit(&text::sanitize(&data), DATA));
        }
        if !self.shown {
            for line in &self.stderr {
                let _ = writeln!(lines, "stderr: {}", text::sanitize(line));
            }
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(lines, " hint: {}", text::sanitize(hint));
        }
        to.write_all(lines.as_bytes())
    }

    /// Tells it on stderr, and where an object is wanted as one on stdout too.
    pub fn print(&self, json: bool) -> Exit {
        if json {
            let mut document = Document::default();
            self.describe(&mut document);
            // The exit code says it already.
            let _ = writeln!(io::stdout(), "{document}");
        }
        self.show();
        self.exit
    }

    /// The member `error` of the document that `--json` prints.
    pub fn describe(&self, document: &mut Document) {
        let optional =
            |text: &Option<String>| text.as_deref().map_or_else(|| "null".to_owned(), quote);
        let lines: Vec<String> = self.stderr.iter().map(|line| quote(line)).collect();
        let mut error = Document::default();
        error
            .text("kind", self.exit.word())
            .raw("exit", &self.exit.code().to_string())
            .text("message", &self.what)
            .raw("hint", &optional(&self.hint))
            .raw("rpc", self.rpc.as_deref().unwrap_or("null"))
            .raw("stderr", &format!("[{}]", lines.join(",")));
        document.fails().raw("error", &error.to_string());
    }
}
