//! What holds for a server that is a child process: its stdout, its stderr.

use std::collections::HashMap;

use crate::json;
use crate::lint::rule::{Check, Grade, Rule, Severity, Watch};
use crate::lint::seen::{Seen, Told};
use crate::mcp::revision::Revision::{V2024_11_05, V2026_07_28};
use crate::session::Channel;
use crate::text;

/// Columns of a line that are repeated.
const SAID: usize = 60;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "stdout-only-messages",
        checks: &[47],
        grade: Grade::Always(Severity::Error),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic/transports stdio",
        what: "A server writes nothing to stdout that is not a message.",
        why: "Strict clients end the connection at the first such line; others log an error for each.",
        fix: "Write logs to stderr. Look for prints in libraries, banners of package runners and blank lines.",
        lines: &[
            ("Python", "print(\"…\", file=sys.stderr)"),
            ("TypeScript", "console.error(\"…\")"),
            ("Go", "log.SetOutput(os.Stderr)"),
            ("Rust", "eprintln!(\"…\")"),
        ],
        check: Check::Watch(|| Box::new(Lines::default())),
    },
    Rule {
        name: "one-line-per-message",
        checks: &[48],
        grade: Grade::Always(Severity::Error),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic/transports stdio",
        what: "A message is one line: it has no newlines in it.",
        why: "Each line is read as a message of its own, and none of them is one.",
        fix: "Write messages without indentation.",
        lines: &[
            ("Python", "json.dumps(message)  # no indent="),
            (
                "TypeScript",
                "JSON.stringify(message)  // no third argument",
            ),
        ],
        check: Check::Entry(one_line),
    },
    Rule {
        name: "stderr-is-utf-8",
        checks: &[49],
        grade: Grade::Always(Severity::Warning),
        since: V2024_11_05,
        until: V2026_07_28,
        section: "basic/transports stdio",
        what: "What is written to stderr is UTF-8.",
        why: "Clients show and keep it as text; other bytes become question marks there.",
        fix: "Set the encoding of the log stream.",
        lines: &[("Python", "sys.stderr.reconfigure(encoding=\"utf-8\")")],
        check: Check::Entry(stderr_text),
    },
];

/// Whether a line of stdout is a piece of a message that was written over several lines.
fn is_piece(bytes: &[u8]) -> bool {
    let line = bytes.trim_ascii();
    matches!(line, b"{" | b"}" | b"}," | b"]" | b"]," | b"[")
        || (line.starts_with(b"\"") && line.windows(2).any(|two| two == b"\":"))
}

/// How many lines came on the stdout of a connection.
#[derive(Default)]
struct Lines(HashMap<u32, u64>);

impl Watch for Lines {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let is_message = seen.entry.channel == Channel::Wire;
        let is_line = is_message && seen.is_stdio() && seen.is_from_server();
        if !is_line && seen.entry.channel != Channel::Stdout {
            return;
        }
        let line = self.0.entry(seen.entry.conn).or_default();
        *line += 1;
        if is_message {
            return told.looked();
        }
        let body = &seen.entry.body;
        let bytes = body.trim_ascii();
        let problem = json::check(bytes).err();
        let broken = matches!(bytes.first(), Some(b'{' | b'[')) && problem.is_some();
        if broken || is_piece(body) {
            return;
        }
        if bytes.is_empty() {
            return told.wrong("", format!("an empty line, line {line} of stdout"));
        }
        let why = problem.map_or_else(
            || "JSON, but no message".to_owned(),
            |problem| format!("not JSON at byte {}", problem.at + 1),
        );
        let said = text::sanitize(&String::from_utf8_lossy(bytes)).into_owned();
        told.wrong(
            "",
            format!(
                "\"{}\" is no message ({} B, line {line} of stdout; {why})",
                text::fit(&said, SAID),
                body.len()
            ),
        );
    }
}

fn one_line(seen: &Seen<'_>, told: &mut Told) {
    match seen.entry.channel {
        Channel::Wire if seen.is_stdio() && seen.is_from_server() => told.looked(),
        Channel::Stdout if is_piece(&seen.entry.body) => {
            told.wrong("", "a piece of a message that goes over several lines");
        }
        _ => {}
    }
}

fn stderr_text(seen: &Seen<'_>, told: &mut Told) {
    if seen.entry.channel == Channel::Stderr {
        let text = std::str::from_utf8(&seen.entry.body);
        told.demand(text.is_ok(), "", || {
            let at = text.err().map_or(0, |error| error.valid_up_to());
            format!("byte {at} of the line is no UTF-8")
        });
    }
}
