//! Recordings of other tools, read as sessions.
//!
//! Owns the table of what can be read ([`IMPORTS`]) and tells by the content which one a file is ([`detect`]). What a
//! tool recorded becomes the entries it would have been; where each came from stands in its further member `origin`.
//! What the tool did not record is not made up: a remark says what is missing. Secrets are masked as in a recording of
//! ours. Values in, values out.

use std::io::{self, BufRead, Write};

mod client_log;
mod har;
mod lines;
mod writing;

use crate::mask::Rules;

use writing::Writing;

/// Whose recording it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// mcpsnoop, a tap: one JSON object a line.
    McpSnoop,
    /// mcp-rec, a recorder: one JSON object a line.
    McpRec,
    /// mcporter, a client: the messages themselves, one a line.
    Mcporter,
    /// An HTTP Archive 1.2, of a browser, a proxy or another tool.
    Har,
    /// The log a client keeps of its servers: Claude Desktop, Claude Code, VS Code.
    ClientLog,
}

type Detect = fn(&[u8]) -> bool;
type Read = fn(&mut dyn BufRead, &mut Writing<'_>) -> Result<(), ImportError>;

/// One row of the table.
#[derive(Debug)]
pub struct ImportRow {
    /// Which.
    pub tool: Tool,
    /// Its name.
    pub name: &'static str,
    /// What its files are, for people.
    pub doc: &'static str,
    detect: Detect,
    read: Read,
}

/// The table, in the order of [`Tool`].
pub const IMPORTS: &[ImportRow] = &[
    ImportRow {
        tool: Tool::McpSnoop,
        name: "mcpsnoop",
        doc: "session logs of mcpsnoop (.jsonl)",
        detect: lines::is_mcpsnoop,
        read: lines::mcpsnoop,
    },
    ImportRow {
        tool: Tool::McpRec,
        name: "mcp-rec",
        doc: "sessions of mcp-rec record (.jsonl)",
        detect: lines::is_mcp_rec,
        read: lines::mcp_rec,
    },
    ImportRow {
        tool: Tool::Mcporter,
        name: "mcporter",
        doc: "recordings of mcporter record (.ndjson)",
        detect: lines::is_mcporter,
        read: lines::mcporter,
    },
    ImportRow {
        tool: Tool::Har,
        name: "har",
        doc: "HTTP Archives 1.2 (.har) with MCP in them, our own included",
        detect: har::is_har,
        read: har::read,
    },
    ImportRow {
        tool: Tool::ClientLog,
        name: "client-log",
        doc: "logs that Claude Desktop, Claude Code and VS Code keep of their servers",
        detect: client_log::is_log,
        read: client_log::read,
    },
];

impl Tool {
    /// Its row.
    pub fn row(self) -> &'static ImportRow {
        &IMPORTS[self as usize]
    }
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Read(io::Error),
    /// The session cannot be written.
    #[error("cannot write the session: {0}")]
    Write(io::Error),
    /// It is not what it seems.
    #[error("{0}")]
    Broken(String),
}

/// How an import went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Whose it was.
    pub tool: Tool,
    /// Entries of the session.
    pub entries: u64,
    /// Lines or exchanges that were left out.
    pub skipped: u64,
    /// The first of them: its number (from 1) and why.
    pub first_problem: Option<(u64, String)>,
}

/// Whose recording begins like this. A session of ours is none.
pub fn detect(head: &[u8]) -> Option<Tool> {
    let found = IMPORTS.iter().find(|row| (row.detect)(head));
    found.map(|row| row.tool)
}

/// Reads a recording and writes the session it makes, masked by these rules.
pub fn import(
    tool: Tool,
    source: &mut dyn BufRead,
    out: &mut dyn Write,
    rules: &Rules,
) -> Result<Imported, ImportError> {
    let mut writing = Writing::new(tool, out, rules.clone());
    (tool.row().read)(source, &mut writing)?;
    writing.finish()
}

/// Gives every line that says anything to `take`, with its number, from 1.
fn numbered(
    source: &mut dyn BufRead,
    mut take: impl FnMut(&[u8], u64) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = source
            .read_until(b'\n', &mut line)
            .map_err(ImportError::Read)?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        if !line.trim_ascii().is_empty() {
            take(&line, number)?;
        }
    }
}

/// A piece of a file that may be text of any kind, for a sentence.
fn beginning(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
    crate::text::fit(&crate::text::sanitize(text.trim()), 60).into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
