//! The logs that MCP clients keep of their servers: what a line of one says.
//!
//! Owns the shapes of such lines. Claude Desktop, VS Code and Cursor begin theirs with a time and words in brackets,
//! Claude Code writes one JSON object a line, and the first two write down frames. What a server writes to stderr
//! stands between them, often as it is. A line that has none of these shapes is what it says, and nothing is left out.
//! Values in, values out; which files there are is `clientlogs`' business.

use crate::json;
use crate::session::Direction;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// What one side sent to the other, as it was written down.
    Frame(Direction, Vec<u8>),
    /// A line of the server's stderr.
    Stderr(String),
    /// What the client says itself.
    Client(String),
}

/// How the time of a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// With its zone, as RFC 3339 has it.
    Zoned,
    /// Without one: the time of the machine that wrote it.
    Local,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When, as it is written; none where the line does not say.
    pub at: Option<(String, Clock)>,
    /// The server it is about, where the line says so.
    pub server: Option<String>,
    /// The level, as the client writes it.
    pub level: Option<String>,
    /// What it says.
    pub said: Said,
}

impl Line {
    /// The time, that of a clock without zone taken for UTC.
    pub fn timestamp(&self) -> Option<jiff::Timestamp> {
        let (text, clock) = self.at.as_ref()?;
        match clock {
            Clock::Zoned => text.parse().ok(),
            Clock::Local => {
                let time: jiff::civil::DateTime = text.parse().ok()?;
                let zoned = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
                Some(zoned.timestamp())
            }
        }
    }
}

/// The words that stand in brackets for how bad something is.
const LEVELS: [&str; 8] = [
    "trace", "debug", "info", "notice", "warn", "warning", "error", "critical",
];

/// What stands before a frame or a line of stderr, in brackets or not. Of Claude Desktop, of VS Code since 1.100, and
/// of VS Code before.
const MARKS: [(&str, Mark); 8] = [
    ("Message from client: ", Mark::Frame(Direction::Out)),
    ("Message from server: ", Mark::Frame(Direction::In)),
    ("[editor -> server] ", Mark::Frame(Direction::Out)),
    ("[server -> editor] ", Mark::Frame(Direction::In)),
    ("[Client Says] ", Mark::Frame(Direction::Out)),
    ("[Server Says] ", Mark::Frame(Direction::In)),
    ("[server stderr] ", Mark::Stderr),
    ("Server stderr: ", Mark::Stderr),
];

/// What Claude Desktop puts behind what it logs.
const TAIL: &str = " { metadata: undefined }";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Frame(Direction),
    Stderr,
}

/// Reads a log line by line: what a line without a time is depends on those before it.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// Whether lines without a time go on with what the client said: it writes objects over several lines.
    inside: bool,
}

impl Reader {
    /// Reads the next line, without its ending.
    pub fn read(&mut self, line: &[u8]) -> Line {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches('\r');
        if let Some(line) = object(text.as_bytes()) {
            return line;
        }
        let Some((at, rest)) = stamp(text) else {
            return self.unstamped(text);
        };
        let (server, level, rest) = brackets(rest, at.1);
        let said = said(rest);
        self.inside = matches!(said, Said::Client(_)) && rest.trim_end().ends_with(['{', '[']);
        Line {
            at: Some(at),
            server,
            level,
            said,
        }
    }

    fn unstamped(&mut self, text: &str) -> Line {
        let said = if self.inside {
            // The end of an object stands at the margin.
            self.inside = !text.starts_with(['}', ']']);
            Said::Client(text.to_owned())
        } else {
            Said::Stderr(text.to_owned())
        };
        Line {
            at: None,
            server: None,
            level: None,
            said,
        }
    }
}

/// Whether this looks like such a log: among its first whole lines is a frame, or a line that only Claude Code writes.
pub fn is_log(head: &[u8]) -> bool {
    let Some(end) = head.iter().rposition(|byte| *byte == b'\n') else {
        return false;
    };
    head[..end].split(|byte| *byte == b'\n').any(|line| {
        if object(line).is_some() {
            return true;
        }
        let text = String::from_utf8_lossy(line);
        let Some((at, rest)) = stamp(text.trim_end_matches('\r')) else {
            return false;
        };
        let (_, level, rest) = brackets(rest, at.1);
        level.is_some() && matches!(said(rest), Said::Frame(..))
    })
}

/// A line of Claude Code's.
fn object(line: &[u8]) -> Option<Line> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") || json::get(line, &["jsonrpc"]).is_some() {
        return None;
    }
    let at = json::string_at(line, &["timestamp"])?;
    at.parse::<jiff::Timestamp>().ok()?;
    let found = json::members(line)
        .filter(|(key, _)| LEVELS.contains(&&**key))
        .find_map(|(key, value)| Some((key.into_owned(), json::string(value)?)));
    let (level, text) = found?;
    json::check(line).ok()?;
    Some(Line {
        at: Some((at, Clock::Zoned)),
        server: None,
        level: Some(level),
        said: said(&text),
    })
}

/// The time that a line begins with, and what follows the space behind it.
fn stamp(text: &str) -> Option<((String, Clock), &str)> {
    const DATE: usize = "2026-07-24".len();
    let apart = *text.as_bytes().get(DATE)?;
    let from = text.get(DATE + 1..)?;
    match apart {
        b'T' => {
            let end = from.find(' ').unwrap_or(from.len());
            let at = &text[..=DATE + end];
            at.parse::<jiff::Timestamp>().ok()?;
            Some(((at.to_owned(), Clock::Zoned), from[end..].trim_start()))
        }
        b' ' => {
            let end = from.find(' ').unwrap_or(from.len());
            let at = &text[..=DATE + end];
            at.parse::<jiff::civil::DateTime>().ok()?;
            Some(((at.to_owned(), Clock::Local), from[end..].trim_start()))
        }
        _ => None,
    }
}

/// The server and the level in brackets, in either order, and the rest. Only Claude Desktop, which writes the zone,
/// names servers.
fn brackets(text: &str, clock: Clock) -> (Option<String>, Option<String>, &str) {
    let (mut server, mut level, mut rest) = (None, None, text);
    while let Some((word, after)) = rest
        .strip_prefix('[')
        .and_then(|inside| inside.split_once(']'))
    {
        if level.is_none() && LEVELS.contains(&word) {
            level = Some(word.to_owned());
        } else if server.is_none() && clock == Clock::Zoned && !word.is_empty() {
            server = Some(word.to_owned());
        } else {
            break;
        }
        rest = after.trim_start();
    }
    if level.is_none() {
        // Brackets of somebody else's.
        return (None, None, text);
    }
    (server, level, rest)
}

fn said(text: &str) -> Said {
    let text = text.strip_suffix(TAIL).unwrap_or(text);
    for (mark, what) in MARKS {
        let Some(rest) = text.strip_prefix(mark) else {
            continue;
        };
        match what {
            Mark::Stderr => return Said::Stderr(rest.trim_end().to_owned()),
            Mark::Frame(direction) if json::check(rest.as_bytes()).is_ok() => {
                return Said::Frame(direction, rest.trim().as_bytes().to_vec());
            }
            // Cut short, as it seems.
            Mark::Frame(_) => {}
        }
    }
    Said::Client(text.to_owned())
}

#[cfg(test)]
mod tests;
