//! What a headless run says beside its answer, all of it on stderr: the server's own stderr as it comes, junk on
//! stdout, notes, progress. Nothing of the server's gets there unsanitised.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::OutputArgs;
use super::document::Document;
use crate::text;

/// Oddities of a kind that are shown; the rest is counted.
const SHOWN: u64 = 3;
/// Bytes of a junk line that are shown.
const JUNK_WIDTH: usize = 120;
/// Cells of a bar.
const BAR: usize = 24;
/// Where nobody watches, progress is told no more often than this, and not before.
const PROGRESS_PAUSE: Duration = Duration::from_secs(2);

/// How far it is as a bar; none when that is not said, or makes no sense.
fn bar(progress: &str, total: Option<&str>) -> Option<String> {
    let (done, of): (f64, f64) = (progress.parse().ok()?, total?.parse().ok()?);
    let part = (done / of).clamp(0.0, 1.0);
    if !part.is_finite() || of <= 0.0 {
        return None;
    }
    let filled = (part * BAR as f64).round() as usize;
    let percent = (part * 100.0).floor();
    Some(format!("[{:<BAR$}] {percent:>3}%", "#".repeat(filled)))
}

/// The stderr of a headless run.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    /// Whether events go to stdout, and whether somebody still takes them.
    events: bool,
    unread: bool,
    terminal: bool,
    dim: bool,
    pending: String,
    shown: u64,
    junk: (u64, u64),
    odd: u64,
    /// Whether a progress line stands on the terminal, and how many lines above it belong to it.
    progress: bool,
    above: usize,
    told: Instant,
    /// What was noted once.
    once: Vec<&'static str>,
    /// While a screen stands: lines of stderr that were kept back, and the last of them.
    held: Option<(u64, VecDeque<String>)>,
}

/// Lines of stderr that are told in the end, of those that were kept back.
const LAST: usize = 3;

impl Console {
    /// A console; a quiet one leaves out what the server says there and how far it has come.
    pub(super) fn new(output: &OutputArgs) -> Self {
        let terminal = io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            quiet: output.quiet,
            events: output.ndjson,
            unread: false,
            terminal,
            dim: terminal && !no_color,
            pending: String::new(),
            shown: SHOWN,
            junk: (0, 0),
            odd: 0,
            progress: false,
            above: 0,
            told: Instant::now(),
            once: Vec::new(),
            held: None,
        }
    }

    /// The same, from now on.
    pub(super) fn set(&mut self, output: &OutputArgs) {
        self.quiet = output.quiet;
        self.events = output.ndjson;
    }

    /// Whether events are wanted as they come.
    pub fn tells_events(&self) -> bool {
        self.events
    }

    /// Whether whoever wanted events has gone.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// A line for a person, on stdout.
    pub fn say(&mut self, line: &str) {
        self.settle();
        // Whoever does not listen will not answer either.
        let _ = writeln!(io::stdout(), "{line}");
    }

    /// What a person is asked, and answers on the same line.
    pub fn prompt(&mut self, words: &str) {
        self.settle();
        let mut to = io::stdout().lock();
        let _ = to.write_all(words.as_bytes()).and_then(|()| to.flush());
    }

    /// Something that happened, for programs: a line on stdout at once.
    pub fn event(&mut self, event: &Document) {
        self.settle();
        let line = format!("{event}\n");
        let mut to = io::stdout().lock();
        let written = to.write_all(line.as_bytes()).and_then(|()| to.flush());
        self.unread |= written.is_err();
    }

    /// Whether somebody watches.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Lines that are no JSON-RPC are shown, however many there are.
    pub fn show_all(&mut self) {
        self.shown = u64::MAX;
    }

    /// Lines of stdout that are no JSON-RPC are told elsewhere.
    pub fn hide_junk(&mut self) {
        self.shown = 0;
    }

    /// Keeps the server's stderr back: on a terminal something else stands there, and elsewhere nobody wants thousands of
    /// lines.
    pub fn hold_stderr(&mut self) {
        self.held = Some((0, VecDeque::new()));
    }

    /// Says how much was kept back, and its end.
    pub fn release_stderr(&mut self) {
        let Some((count, last)) = self.held.take() else {
            return;
        };
        let left_out = count.saturating_sub(last.len() as u64);
        if left_out > 0 {
            let lines = text::plural(usize::try_from(left_out).unwrap_or(usize::MAX), "line");
            self.note(&format!("{lines} of stderr, not shown; the last:"));
        }
        for line in last {
            self.stderr(&line);
        }
    }

    /// Whether the server's stderr stays hidden.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    fn line(&mut self, line: &str) {
        self.clear_progress();
        self.pending.push_str(line);
        self.pending.push('\n');
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.progress) {
            let above = std::mem::take(&mut self.above);
            if above > 0 {
                let _ = write!(self.pending, "\x1b[{above}A");
            }
            self.pending.push_str("\r\x1b[J");
        }
    }

    /// A line of the server's stderr.
    pub fn stderr(&mut self, line: &str) {
        if self.quiet {
            return;
        }
        if let Some((count, last)) = &mut self.held {
            *count += 1;
            if last.len() == LAST {
                last.pop_front();
            }
            last.push_back(line.to_owned());
            return;
        }
        let line = text::sanitize(line);
        match (self.terminal, self.dim) {
            (true, true) => self.line(&format!("\x1b[2m│ {line}\x1b[0m")),
            (true, false) => self.line(&format!("│ {line}")),
            (false, _) => self.line(&line),
        }
    }

    /// A line of stdout that is no JSON-RPC, of `size` bytes.
    pub fn junk(&mut self, head: &str, size: u64) {
        self.junk.0 += 1;
        self.junk.1 += size;
        if self.junk.0 <= self.shown {
            let head = text::sanitize(head);
            let head = text::fit(&head, JUNK_WIDTH);
            self.line(&match size {
                0 => "warning: server wrote an empty line to stdout, which is not JSON-RPC"
                    .to_owned(),
                1 => format!("warning: server wrote 1 byte to stdout that is not JSON-RPC: {head}"),
                _ => format!(
                    "warning: server wrote {size} bytes to stdout that are not JSON-RPC: {head}"
                ),
            });
        }
    }

    /// A frame that fits nowhere.
    pub fn odd(&mut self, what: &str) {
        self.odd += 1;
        if self.odd <= SHOWN {
            self.warn(what, None);
        }
    }

    /// Something worth knowing that stops nothing.
    pub fn note(&mut self, what: &str) {
        let what = format!("note: {}", text::sanitize(what));
        self.line(&what);
    }

    /// The same, but not when the server's stderr is hidden, and not twice.
    pub fn note_once(&mut self, what: &'static str) {
        if !self.quiet && !self.once.contains(&what) {
            self.once.push(what);
            self.note(what);
        }
    }

    /// Something that somebody has to read now, sanitised already.
    pub fn tell(&mut self, what: &str) {
        self.line(what);
        self.flush();
    }

    /// Something that went wrong, after the answer.
    pub fn error(&mut self, what: &str) {
        let what = format!("error: {}", text::sanitize(what));
        self.line(&what);
    }

    /// Something worth worrying about that stops nothing.
    pub fn warn(&mut self, what: &str, hint: Option<&str>) {
        let what = format!("warning: {}", text::sanitize(what));
        self.line(&what);
        if let Some(hint) = hint {
            let hint = format!(" hint: {}", text::sanitize(hint));
            self.line(&hint);
        }
    }

    /// How far a call has come: one line that changes for whoever watches, a line now and then otherwise.
    pub fn progress(&mut self, progress: &str, total: Option<&str>, message: Option<&str>) {
        if self.quiet {
            return;
        }
        let mut line = match bar(progress, total).filter(|_| self.terminal) {
            Some(bar) => format!("{bar} {progress}"),
            None => format!("progress {progress}"),
        };
        for (mark, part) in [('/', total), (' ', message)] {
            if let Some(part) = part {
                let _ = write!(line, "{mark}{part}");
            }
        }
        let line = text::sanitize(&line);
        let line = text::fit(&line, 79);
        if self.terminal {
            self.clear_progress();
            self.pending.push_str(&line);
            self.progress = true;
        } else if self.told.elapsed() >= PROGRESS_PAUSE {
            self.told = Instant::now();
            self.line(&line);
        }
    }

    /// Lines that stand in place of those told before, for whoever watches; sanitised already.
    pub fn stand(&mut self, lines: &[String]) {
        if self.quiet || !self.terminal {
            return;
        }
        self.clear_progress();
        self.pending.push_str(&lines.join("\n"));
        self.progress = true;
        self.above = lines.len().saturating_sub(1);
        self.flush();
    }

    /// A call begins: its progress is told from now on.
    pub fn call_begins(&mut self) {
        self.told = Instant::now();
    }

    /// The answer comes next: nothing may stand in its way.
    pub fn settle(&mut self) {
        self.clear_progress();
        self.flush();
    }

    /// The run is over: tells what was only counted.
    pub fn finish(&mut self) {
        let (lines, bytes) = self.junk;
        if lines > self.shown && self.shown > 0 {
            let all = text::plural(lines as usize, "line");
            self.line(&format!(
                "warning: server wrote {all} ({}) to stdout that are not JSON-RPC in all",
                text::size(bytes)
            ));
        }
        if self.odd > SHOWN {
            let more = text::plural((self.odd - SHOWN) as usize, "frame");
            self.line(&format!("warning: and {more} more that fit nowhere"));
        }
        self.settle();
    }

    /// Writes what is waiting. A stderr that nobody takes is no reason to stop.
    pub fn flush(&mut self) {
        if !self.pending.is_empty() {
            let _ = io::stderr().write_all(self.pending.as_bytes());
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_how_far_it_is_where_that_can_be_told() {
        let bar = |progress, total| bar(progress, Some(total));
        assert_eq!(
            bar("1", "4").as_deref(),
            Some("[######                  ]  25%")
        );
        assert_eq!(
            bar("9", "4").as_deref(),
            Some("[########################] 100%")
        );
        assert_eq!(
            bar("-1", "4").as_deref(),
            Some("[                        ]   0%")
        );
        for (progress, total) in [
            ("1", "0"),
            ("1", "-2"),
            ("x", "2"),
            ("NaN", "2"),
            ("1", "inf"),
        ] {
            assert!(
                bar(progress, total).is_none_or(|bar| bar.len() == 31),
                "{progress} {total}"
            );
        }
        assert_eq!(super::bar("1", None), None);
    }
}
