//! `mcpscope logs`: the logs that clients keep of their servers, found, shown and followed.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::document::Document;
use super::failure::Failure;
use super::output::Output;
use super::{Exit, OutputArgs};
use crate::clientlogs::{self, Kept, LOGS};
use crate::configs::Machine;
use crate::json;
use crate::logbook::{Line, Reader, Said};
use crate::session::Direction;
use crate::tail::{News, Tail};
use crate::text;

/// Show the logs that MCP clients keep of their servers
///
/// Without FILE, --client and --server it lists those of the known clients that are on this machine.
/// With one of them it shows lines, and on a terminal it goes on with those that are still written,
/// whether a log is cut or replaced by a new one. Frames in them have an arrow: -> to the server,
/// <- from it. mcpscope open FILE shows them in Traffic.
///
/// With --json, one object; with --ndjson an object a line, as they come:
///
///   {"logs": [{"client", "server": NAME or null, "file", "bytes": N, "written": TIME or null}]}
///   {"lines": [LINE, …]}
///
/// where a LINE is one of
///
///   {"event": "frame", "file", "server", "at", "level", "direction": "out" or "in", "json": {…}}
///   {"event": "stderr" or "client", "file", "server", "at", "level", "text": TEXT}
///   {"event": "cut" or "replaced" or "new", "file"}
///
/// and "server", "at" and "level" are null where the line does not say.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment, after_help = places())]
pub struct LogsArgs {
    /// Log files, of any client, or of a server
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The newest logs of this client
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    client: Option<String>,
    /// The newest logs of this server
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    server: Option<String>,
    /// All logs of the client or server, not only the newest of each
    #[arg(long, conflicts_with = "files")]
    all: bool,
    /// Only list the logs there are
    #[arg(long, conflicts_with_all = ["files", "follow", "lines"])]
    list: bool,
    /// Go on with what is still written [default: on a terminal]
    #[arg(short, long, overrides_with = "no_follow")]
    follow: bool,
    /// End at the end of the logs
    #[arg(long)]
    no_follow: bool,
    /// Begin with the last N lines of each log
    #[arg(short = 'n', long, value_name = "N")]
    lines: Option<u64>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Where logs are looked for, for `--help`.
fn places() -> String {
    let rows = LOGS.iter().map(|row| {
        let unsure = row
            .unconfirmed
            .map_or_else(String::new, |what| format!("; not confirmed: {what}"));
        format!("  {:<15} {}{unsure}\n", row.client, row.name)
    });
    format!("Clients:\n{}", rows.collect::<String>())
}

/// A log that is shown.
struct Log {
    file: PathBuf,
    /// Whose, as far as its place says.
    server: Option<String>,
    reader: Reader,
}

/// Runs it.
pub fn run(args: &LogsArgs) -> Exit {
    let mut output = Output::default();
    output.set(&args.output);
    match show(args, &mut output) {
        Ok(()) => Exit::Ok,
        Err(Wrong::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(Wrong::Output(error)) => {
            let what = format!("cannot write the answer: {error}");
            super::report(&Failure::new(Exit::Internal, what))
        }
        Err(Wrong::Failure(failure)) => super::fail(&failure, Document::default(), &mut output),
    }
}

enum Wrong {
    Failure(Failure),
    Output(io::Error),
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn show(args: &LogsArgs, output: &mut Output) -> Result<(), Wrong> {
    let machine = Machine::here(None, None);
    let wanted = if args.files.is_empty() {
        let found = chosen(args, &machine)?;
        if args.list || (args.client.is_none() && args.server.is_none()) {
            return list(&found, output);
        }
        found.into_iter().map(|kept| kept.file).collect()
    } else {
        args.files.clone()
    };
    let follows = if args.output.json {
        if args.follow {
            let what = "--json prints one object at the end, and --follow has none";
            return Err(Failure::usage(what)
                .hint("--ndjson prints an object a line".to_owned())
                .into());
        }
        false
    } else {
        args.follow || (!args.no_follow && io::stdout().is_terminal())
    };
    for file in &wanted {
        readable(file, follows)?;
    }
    let logs: Vec<Log> = wanted.iter().map(|file| Log::of(file, &machine)).collect();
    let mut printing = Printing {
        output,
        logs,
        several: wanted.len() > 1 || args.client.is_some() || args.server.is_some(),
        json: args.output.json.then(Vec::new),
        machine: &machine,
        wrong: None,
    };
    let tail = Tail::of(wanted, args.lines);
    if follows {
        let (client, server) = (args.client.as_deref(), args.server.as_deref());
        let newer = |path: &Path| {
            args.files.is_empty()
                && clientlogs::recognise(&machine, path).is_some_and(|(row, named)| {
                    client.is_none_or(|client| client == row.client)
                        && server.is_none_or(|server| named.as_deref() == Some(server))
                })
        };
        tail.follow(newer, |news| printing.take(news));
    } else {
        tail.read(|news| printing.take(news));
    }
    printing.end()
}

/// A file that is there can be read; one that is not may come, when it is followed.
fn readable(file: &Path, follows: bool) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::usage(format!("cannot read {}: {error}", file.display()))
            .hint("mcpscope logs lists the logs of clients on this machine".to_owned())
    };
    match std::fs::metadata(file) {
        Ok(about) if about.is_dir() => Err(cannot(io::ErrorKind::IsADirectory.into())),
        Ok(_) => std::fs::File::open(file).map(|_| ()).map_err(cannot),
        Err(error) if follows && error.kind() == io::ErrorKind::NotFound => {
            let folder = std::path::absolute(file).map_err(cannot)?;
            match folder.parent() {
                Some(folder) if folder.is_dir() => Ok(()),
                _ => Err(cannot(error)),
            }
        }
        Err(error) => Err(cannot(error)),
    }
}

/// The logs that are asked about: all of them, or the newest of each server.
fn chosen(args: &LogsArgs, machine: &Machine) -> Result<Vec<Kept>, Failure> {
    if let Some(client) = &args.client
        && !LOGS.iter().any(|row| row.client == client)
    {
        let known = LOGS.iter().map(|row| row.client);
        let nearest = crate::form::assign::nearest(client, known.clone());
        let hint = nearest.map_or_else(
            || format!("it knows those of {}", known.collect::<Vec<_>>().join(", ")),
            |name| format!("did you mean {name}?"),
        );
        let what = format!("{client} is no client whose logs are known");
        return Err(Failure::usage(what).hint(hint));
    }
    let all = clientlogs::find(machine);
    let of_client = |kept: &&Kept| {
        args.client
            .as_deref()
            .is_none_or(|one| one == kept.row.client)
    };
    let of_server = |kept: &&Kept| {
        let wanted = args.server.as_deref();
        wanted.is_none_or(|one| kept.server.as_deref() == Some(one))
    };
    let mut found: Vec<Kept> = all
        .iter()
        .filter(of_client)
        .filter(of_server)
        .cloned()
        .collect();
    let asked = args.client.is_some() || args.server.is_some();
    if found.is_empty() && asked {
        return Err(none(args, &all));
    }
    if asked && !args.all && !args.list {
        let mut seen = Vec::new();
        found.retain(|kept| {
            let name = (kept.row.client, kept.server.clone());
            let first = !seen.contains(&name);
            seen.push(name);
            first
        });
    }
    Ok(found)
}

fn none(args: &LogsArgs, all: &[Kept]) -> Failure {
    let of = |word: &str, name: &Option<String>| {
        name.as_ref()
            .map_or_else(String::new, |name| format!(" of {word} {name}"))
    };
    let (server, client) = (of("server", &args.server), of("client", &args.client));
    let what = format!("there is no log{server}{client}");
    let servers = all.iter().filter_map(|kept| kept.server.as_deref());
    let nearest = args
        .server
        .as_deref()
        .and_then(|server| crate::form::assign::nearest(server, servers));
    let hint = nearest.map_or_else(
        || "mcpscope logs lists what there is; a path shows any file".to_owned(),
        |name| format!("did you mean {name}?"),
    );
    Failure::usage(what).hint(hint)
}

fn list(found: &[Kept], output: &mut Output) -> Result<(), Wrong> {
    let written = |kept: &Kept| {
        let time = Timestamp::try_from(kept.written?).ok()?;
        time.round(jiff::Unit::Second)
            .ok()
            .map(|time| time.to_string())
    };
    if output.json {
        let rows = found.iter().map(|kept| {
            let mut row = Document::default();
            row.text("client", kept.row.client)
                .maybe("server", kept.server.as_deref())
                .text("file", &kept.file.to_string_lossy())
                .raw("bytes", &kept.bytes.to_string())
                .maybe("written", written(kept).as_deref());
            row.to_string()
        });
        let mut document = Document::default();
        document.raw("logs", &format!("[{}]", rows.collect::<Vec<_>>().join(",")));
        return Ok(output.document(&document)?);
    }
    let safe = |text: &str| text::sanitize(text).into_owned();
    let cells = found.iter().map(|kept| {
        [
            kept.row.client.to_owned(),
            safe(kept.server.as_deref().unwrap_or("(all)")),
            text::size(kept.bytes),
            written(kept).unwrap_or_default(),
            safe(&kept.file.to_string_lossy()),
        ]
    });
    let rows: Vec<[String; 5]> = cells.collect();
    let wide = |column: usize| {
        let widths = rows.iter().map(|row| text::width(&row[column]));
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(wide).collect();
    for row in &rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| text::pad(cell, *width));
        let line = format!("{}  {}", cells.collect::<Vec<_>>().join("  "), row[4]);
        output.line(&line)?;
    }
    output.flush()?;
    if rows.is_empty() {
        let names: Vec<&str> = LOGS.iter().map(|row| row.name).collect();
        super::say(&format!(
            "no logs of {} are on this machine; a path shows any file",
            names.join(", ")
        ));
    }
    Ok(())
}

impl Log {
    fn of(file: &Path, machine: &Machine) -> Self {
        let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let known = clientlogs::recognise(machine, &whole);
        Self {
            file: file.to_owned(),
            server: known.and_then(|(_, server)| server),
            reader: Reader::default(),
        }
    }

    /// What people call it.
    fn name(&self) -> String {
        let file = self.file.file_name().unwrap_or(self.file.as_os_str());
        let file = || file.to_string_lossy().into_owned();
        self.server.clone().unwrap_or_else(file)
    }
}

struct Printing<'a> {
    output: &'a mut Output,
    logs: Vec<Log>,
    /// Whether lines say whose they are.
    several: bool,
    /// The lines of the one object.
    json: Option<Vec<String>>,
    machine: &'a Machine,
    wrong: Option<Wrong>,
}

impl Printing<'_> {
    /// Whether more is wanted.
    fn take(&mut self, news: News) -> bool {
        match self.try_take(news) {
            Ok(()) => true,
            Err(wrong) => {
                self.wrong = Some(wrong);
                false
            }
        }
    }

    fn try_take(&mut self, news: News) -> Result<(), Wrong> {
        match news {
            News::Line { file, text } => {
                let Some(log) = self.logs.get_mut(file) else {
                    return Ok(());
                };
                let line = log.reader.read(&text);
                if self.output.json {
                    let event = event(log, &line);
                    return self.tell(&event);
                }
                let name = self.several.then(|| log.name());
                self.output.line(&readable_line(name.as_deref(), &line))?;
            }
            News::Cut(file) => {
                self.happened(file, "cut", "was cut; it goes on from its beginning")?;
            }
            News::Replaced(file) => self.happened(file, "replaced", "was replaced by a new one")?,
            News::New(path) => {
                self.logs.push(Log::of(&path, self.machine));
                self.happened(self.logs.len() - 1, "new", "is new")?;
            }
            News::Waiting => self.output.flush()?,
            News::Failed(file, why) => {
                let log = self.logs.get(file);
                let name = log.map(|log| log.file.display().to_string());
                let what = format!("cannot read {}: {why}", name.unwrap_or_default());
                return Err(Failure::usage(what).into());
            }
        }
        Ok(())
    }

    /// Something happened to a file.
    fn happened(&mut self, file: usize, event: &str, words: &str) -> Result<(), Wrong> {
        let Some(log) = self.logs.get(file) else {
            return Ok(());
        };
        let path = log.file.to_string_lossy();
        if self.output.json {
            let mut document = Document::default();
            document.text("event", event).text("file", &path);
            return self.tell(&document);
        }
        self.output.flush()?;
        super::say(&format!("{} {words}", text::sanitize(&path)));
        Ok(())
    }

    fn tell(&mut self, event: &Document) -> Result<(), Wrong> {
        match &mut self.json {
            Some(lines) => lines.push(event.to_string()),
            None => self.output.event(event)?,
        }
        Ok(())
    }

    fn end(self) -> Result<(), Wrong> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        if let Some(lines) = self.json {
            let mut document = Document::default();
            document.raw("lines", &format!("[{}]", lines.join(",")));
            self.output.document(&document)?;
        }
        Ok(self.output.flush()?)
    }
}

fn event(log: &Log, line: &Line) -> Document {
    let mut document = Document::default();
    let kind = match line.said {
        Said::Frame(..) => "frame",
        Said::Stderr(_) => "stderr",
        Said::Client(_) => "client",
    };
    document
        .text("event", kind)
        .text("file", &log.file.to_string_lossy())
        .maybe("server", line.server.as_deref().or(log.server.as_deref()))
        .maybe("at", line.at.as_ref().map(|(at, _)| at.as_str()))
        .maybe("level", line.level.as_deref());
    match &line.said {
        Said::Frame(direction, json) => document
            .text("direction", direction.word())
            .raw("json", &String::from_utf8_lossy(json)),
        Said::Stderr(text) | Said::Client(text) => document.text("text", text),
    };
    document
}

/// A line for people: when, whose, what kind, what. Nothing in it acts on a terminal.
fn readable_line(name: Option<&str>, line: &Line) -> String {
    let mut shown = String::new();
    if let Some((at, _)) = &line.at {
        shown.push_str(at);
        shown.push(' ');
    }
    if let Some(name) = line.server.as_deref().or(name) {
        shown.push_str(name);
        shown.push(' ');
    }
    match &line.said {
        Said::Frame(direction, frame) => {
            let arrow = if *direction == Direction::Out {
                "->"
            } else {
                "<-"
            };
            let method = json::string_at(frame, &["method"]).unwrap_or_else(|| {
                let failed = json::get(frame, &["error"]).is_some();
                if failed { "error" } else { "result" }.to_owned()
            });
            let id = json::get(frame, &["id"]);
            let id = id.map_or_else(String::new, |id| {
                format!(" {}", String::from_utf8_lossy(id))
            });
            let frame = String::from_utf8_lossy(frame);
            // A string takes everything.
            let _ = write!(shown, "{arrow} {method}{id} {frame}");
        }
        // Where it stands as the server wrote it, it is shown so.
        Said::Stderr(text) if line.at.is_none() => shown.push_str(text),
        Said::Stderr(text) => {
            shown.push_str("err ");
            shown.push_str(text);
        }
        Said::Client(text) => {
            if let Some(level) = &line.level {
                shown.push_str(level);
                shown.push(' ');
            }
            shown.push_str(text);
        }
    }
    text::sanitize(&shown).into_owned()
}
