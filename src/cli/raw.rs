//! `mcpscope raw`: lines to a server exactly as they are, without handshake, and everything that comes back.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, timeout_at};

use super::document::Document;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::lines::Lines;
use super::live::Common;
use super::output::Output;
use super::round_trip::unsent;
use super::{Early, Exit, Outcome, OutputArgs};
use crate::inspector::{Command, Update};
use crate::jsonrpc::{Id, Kind};
use crate::mask::names_in;
use crate::mcp::client::End;
use crate::mcp::facts;
use crate::note::{self, Note};
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::LinkState;
use crate::session::{Channel, Direction};
use crate::text;

/// How long a server may be quiet that was asked nothing.
const QUIET: Duration = Duration::from_millis(500);

/// Send lines to a server as they are, without handshake, and show what comes back
///
/// Each line of FILE (or of stdin) is a frame, JSON or not. Frames of the server go to stdout, one
/// a line; lines that are no JSON-RPC, stderr and the exit to stderr. It ends when every request has
/// its answer, or when the server is quiet for --wait: then exit code 8 names the requests without.
/// With --json, one object:
///
///   {"server": null, "recording": FILE or null, "entries": [ENTRY, …], "unanswered": [ID, …]}
///
/// where an entry (with --ndjson a line of its own, as it happens) is one of
///
///   {"event": "frame", "seq": N, "direction": "out" or "in", "json": {…}}
///   {"event": "junk" or "stderr", "seq": N, "direction": "out" or "in", "text": TEXT}
///   {"event": "exit", "seq": N, "code": N or null, "signal": N or null}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct RawArgs {
    /// The lines; stdin without it, or with -
    #[arg(value_name = "FILE|-")]
    file: Option<PathBuf>,
    /// Send a line only when the request before it was answered
    #[arg(long)]
    step: bool,
    /// How long the server may be quiet [default: as long as --timeout; 500ms when nothing was asked]
    #[arg(long, value_name = "DURATION", value_parser = super::target::limit)]
    wait: Option<Duration>,
    #[command(flatten)]
    common: Common,
}

/// Runs it.
pub fn run(args: &RawArgs) -> Exit {
    let mut lines = None;
    let target = args.lines().and_then(|read| {
        lines = Some(read);
        let target = args.common.target.target(&[])?;
        let mut connect = target.server("raw [FILE|-]")?;
        connect.options.bare = true;
        Ok((target, connect))
    });
    super::session(target, &args.common.output, async |session, output| {
        let Some(lines) = lines else {
            return Ok(Exit::Internal);
        };
        let mut raw = Raw {
            session,
            output,
            lines,
            open: Vec::new(),
            unheard: Vec::new(),
            asked: false,
            masked: HashMap::new(),
            entries: Vec::new(),
            step: args.step,
        };
        raw.work(args.wait).await
    })
}

impl RawArgs {
    fn lines(&self) -> Result<Lines, Failure> {
        let path = self.file.as_deref().filter(|path| *path != "-");
        let Some(path) = path else {
            return Ok(Lines::of(io::stdin()));
        };
        let cannot = |error: io::Error| {
            Failure::usage(format!("cannot read {}: {error}", path.display()))
                .hint("a file of lines, or - for stdin; the server stands behind --".to_owned())
        };
        let file = File::open(path).map_err(cannot)?;
        if file.metadata().is_ok_and(|about| about.is_dir()) {
            return Err(cannot(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Lines::of(file))
    }
}

struct Raw<'a> {
    session: &'a mut Headless,
    output: &'a mut Output,
    lines: Lines,
    /// Requests that have no answer yet.
    open: Vec<Id>,
    /// The ids, as JSON, of those that HTTP brought none for.
    unheard: Vec<String>,
    /// Whether anything was asked at all.
    asked: bool,
    /// The masks of lines that have some, by the line's ticket, which is its number.
    masked: HashMap<u64, Vec<String>>,
    entries: Vec<String>,
    step: bool,
}

/// What was waited for.
enum Came {
    Line(Option<Vec<u8>>),
    Update(Result<Update, Stop>),
    Quiet,
}

impl Raw<'_> {
    async fn work(&mut self, wait: Option<Duration>) -> Outcome {
        self.session.console.show_all();
        // Events are ours: every frame is one.
        self.session.console.set(&OutputArgs {
            quiet: self.session.console.is_quiet(),
            ..OutputArgs::default()
        });
        loop {
            match self.next(None, false).await? {
                Came::Update(Ok(Update::Ready { .. })) => break,
                Came::Update(Err(stop)) => return Err(stop.into()),
                _ => {}
            }
        }
        if self.session.console.is_terminal() && io::stdin().is_terminal() {
            let what = "every line is a frame; the end of the input (Ctrl-D) ends it";
            self.session.console.note(what);
        }
        let mut reading = true;
        let patience = |raw: &Self| {
            wait.unwrap_or(if raw.asked {
                raw.session.limits().0
            } else {
                QUIET
            })
        };
        let mut gone = false;
        while reading || !self.open.is_empty() || !self.asked {
            // A person at the keyboard may think; a server that is waited for may not for ever.
            let waits = !reading || (self.step && !self.open.is_empty());
            let until = waits.then(|| Instant::now() + patience(self));
            let take = reading && (!self.step || self.open.is_empty());
            match self.next(until, take).await? {
                Came::Line(Some(line)) => self.send(line),
                Came::Line(None) => {
                    reading = false;
                    if let Some(error) = self.lines.fault() {
                        return Err(Failure::usage(format!("cannot read on: {error}")).into());
                    }
                }
                Came::Quiet => break,
                Came::Update(Err(Stop::Lost)) => {
                    gone = true;
                    break;
                }
                Came::Update(Err(stop)) => return Err(stop.into()),
                Came::Update(Ok(_)) => {}
            }
        }
        let waited = patience(self);
        self.end(gone, waited).await
    }

    /// What happens next; what was recorded is shown already. A line that cannot be sent ends it.
    async fn next(&mut self, until: Option<Instant>, take: bool) -> Result<Came, Early> {
        let session = &mut *self.session;
        let lines = &mut self.lines;
        let come = async {
            tokio::select! {
                biased;
                update = session.next() => Came::Update(update),
                line = lines.next(), if take => Came::Line(line),
            }
        };
        let came = match until {
            Some(until) => timeout_at(until, come).await.unwrap_or(Came::Quiet),
            None => come.await,
        };
        match &came {
            Came::Update(Ok(Update::Recorded(batch))) => {
                for entry in batch {
                    self.show(entry)?;
                }
            }
            Came::Update(Ok(Update::Finished { ticket, end, .. })) if *end == End::Masked => {
                let names = self.masked.remove(ticket).unwrap_or_default();
                return Err(unsent(&format!("line {ticket}"), names).into());
            }
            _ => {}
        }
        Ok(came)
    }

    fn send(&mut self, bytes: Vec<u8>) {
        for message in facts::of_frame(&bytes).unwrap_or_default() {
            if let (Kind::Request, Some(id)) = (message.kind, message.id) {
                self.asked = true;
                self.open.push(id);
            }
        }
        self.session.tickets += 1;
        let ticket = self.session.tickets;
        let names = names_in(&bytes);
        if !names.is_empty() {
            self.masked.insert(ticket, names);
        }
        self.session.send(Command::Typed {
            conn: 1,
            ticket,
            bytes,
        });
    }

    fn show(&mut self, entry: &Recorded) -> io::Result<()> {
        let incoming = entry.direction == Direction::In;
        let direction = if incoming { "in" } else { "out" };
        let mut event = Document::default();
        match &entry.facts {
            Facts::Messages(messages) if entry.channel == Channel::Wire => {
                let body = self.session.text_of(entry).unwrap_or_default();
                if incoming {
                    let answered: HashSet<&Id> = messages
                        .iter()
                        .filter(|message| matches!(message.kind, Kind::Result | Kind::Error))
                        .filter_map(|message| message.id.as_ref())
                        .collect();
                    self.open.retain(|id| !answered.contains(id));
                    if !self.output.json {
                        self.session.console.settle();
                        self.output.raw(&body)?;
                        self.output.flush()?;
                    }
                }
                event
                    .text("event", "frame")
                    .raw("seq", &entry.seq.to_string())
                    .text("direction", direction)
                    .raw("json", &body);
            }
            Facts::Junk(_) | Facts::Line(_) => {
                let word = match entry.facts {
                    Facts::Junk(_) => "junk",
                    _ => "stderr",
                };
                event
                    .text("event", word)
                    .raw("seq", &entry.seq.to_string())
                    .text("direction", direction)
                    .text("text", &self.session.text_of(entry).unwrap_or_default());
            }
            Facts::Note(Note::Unanswered { id, .. }) => {
                self.open.retain(|open| open.to_json() != *id);
                self.unheard.push(id.clone());
                return Ok(());
            }
            Facts::Note(Note::Exit { code, signal }) => {
                let number =
                    |number: &Option<i64>| number.map_or("null".to_owned(), |n| n.to_string());
                event
                    .text("event", "exit")
                    .raw("seq", &entry.seq.to_string())
                    .raw("code", &number(code))
                    .raw("signal", &number(signal));
            }
            _ => return Ok(()),
        }
        if self.output.events() {
            self.output.event(&event)?;
        } else if self.output.json {
            self.entries.push(event.to_string());
        }
        Ok(())
    }

    /// All was sent, and all came that will: has the server end, and tells how it went.
    async fn end(&mut self, gone: bool, waited: Duration) -> Outcome {
        self.session.send(Command::Shutdown);
        while let Came::Update(Ok(_)) = self.next(None, false).await? {}
        let mut left: Vec<String> = self.open.iter().map(Id::to_json).collect();
        let waits = !left.is_empty();
        left.splice(0..0, std::mem::take(&mut self.unheard));
        let link = self.session.connection().link.clone();
        // An address does not exit.
        if self.session.connection().url.is_none()
            && let LinkState::Exited { code, signal, .. } = &link
        {
            let how = note::exit_sentence(*code, *signal);
            let what = format!("{} {how}", self.session.name());
            self.session.console.note(&what);
        }
        let name = self.session.name();
        let what = match left.as_slice() {
            [one] => format!("request {one}"),
            several => format!("requests {}", several.join(", ")),
        };
        let failure = match link {
            LinkState::Failed { .. } => Some(self.session.lost()),
            _ if left.is_empty() => None,
            _ if !waits => Some(self.session.unanswered(&what)),
            _ if gone => Some(Failure::new(
                Exit::ServerGone,
                format!("{name} ended before it answered {what}"),
            )),
            _ => {
                let waited = text::took(waited);
                let what = format!("{name} did not answer {what} within {waited}");
                let hint = "--wait DURATION waits longer; --step sends a request when the one before it was answered";
                Some(Failure::new(Exit::Timeout, what).hint(hint.to_owned()))
            }
        };
        if !self.output.json {
            return failure.map_or(Ok(Exit::Ok), |failure| Err(failure.into()));
        }
        let mut document = self.session.document();
        if !self.output.events() {
            document.raw("entries", &format!("[{}]", self.entries.join(",")));
        }
        document.raw("unanswered", &format!("[{}]", left.join(",")));
        if let Some(failure) = &failure {
            failure.describe(&mut document);
        }
        self.output.document(&document)?;
        Ok(failure.map_or(Exit::Ok, |failure| super::report(&failure)))
    }
}
