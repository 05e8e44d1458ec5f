//! `mcpscope diff`: what differs between two sessions, two exchanges, two documents, or what two servers offer.

mod servers;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::headless::Headless;
use super::output::Output;
use super::target::TargetArgs;
use super::{Early, Exit, Outcome, OutputArgs};
use crate::diff::calls::{self, Call};
use crate::diff::report::{Form, Report};
use crate::diff::surface::{self, Catalogue};
use crate::diff::{Options, Part, RULES, Rules};
use crate::filter::Filter;
use crate::ignores::Ignores;
use crate::mcp::types::List;
use crate::paths::{self, Paths};
use crate::presets::Presets;
use crate::recording::calls::CallAt;
use crate::recording::{Bodies, OpenError, Recording};
use crate::session::timeline::EntryRow;

/// Compare two sessions, two exchanges or two JSON files; or what two servers offer
///
/// A and B are sessions (files, or names that mcpscope sessions lists), single entries of them
/// (FILE#12), or JSON files. The calls of two
/// sessions are paired by method, name and arguments. With --surface, what the servers offer is
/// compared (capabilities, tools, schemas, prompts, resources), and each change is called
/// breaking, compatible or unknown; then B may be left out and a server given instead. Two
/// servers, or one in both eras, are compared by what they offer or by one call:
///
///   mcpscope diff monday.jsonl tuesday.jsonl
///   mcpscope diff session.jsonl#12 session.jsonl#15
///   mcpscope diff --surface released.jsonl -- COMMAND [ARGS…]
///   mcpscope diff --surface --against './new-server' -- ./old-server
///   mcpscope diff --call search --args '{"q": "x"}' --against URL -- COMMAND [ARGS…]
///   mcpscope diff --call search --era legacy --against-era modern -- COMMAND [ARGS…]
///
/// Values that differ from run to run are ignored, by these rules, and counted:
///
///   progress-token, cursor, state, id, uuid, timestamp, duration, path
///
/// Exit code 10 when anything differs. With --json, one object:
///
///   {"left", "right", "same": BOOL, "counts": {VERDICT: N}, "ignoring": [RULE or PATH],
///    "ignored": {RULE or PATH: N}, "rows": [{"name", "verdict", "a", "b", "paths", "leftOut",
///    "changes": [{"what", "path", "a", "b", "asked", "ignored", "means", "why"}]}]}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct DiffArgs {
    /// The first: a session, FILE#ENTRY, or a JSON file
    #[arg(required_unless_present_any = ["against", "against_era", "call", "method"])]
    a: Option<PathBuf>,
    /// The second
    b: Option<PathBuf>,
    /// Compare what the servers offer
    #[arg(long)]
    surface: bool,
    /// Of two sessions, only the calls that this filter lets through, such as 'tool:search status:ok'
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse, conflicts_with = "surface")]
    filter: Option<Filter>,
    /// Ignore this path ($.a..b, *.timestamp), or what this rule says; no-RULE turns a rule off (repeatable)
    #[arg(long, value_name = "PATH|RULE", help_heading = "Comparison")]
    ignore: Vec<String>,
    /// Ignore nothing but what --ignore says: no rules, no ignore files
    #[arg(long, help_heading = "Comparison")]
    exact: bool,
    /// Print a Markdown report
    #[arg(long, conflicts_with_all = ["junit", "json"], help_heading = "Output")]
    markdown: bool,
    /// Print a JUnit report
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    junit: bool,
    #[command(flatten)]
    servers: servers::Servers,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs it.
pub fn run(args: &DiffArgs) -> Exit {
    if args.servers.are_meant() {
        return args.between();
    }
    if let (Some(a), None, true) = (&args.a, &args.b, args.surface) {
        let target = args.target.target(&List::ALL).and_then(|target| {
            let connect = target.server("diff --surface FILE")?;
            Ok((target, connect))
        });
        return super::session(target, &args.output, async |session, output| {
            against_server(session, a, args, output).await
        });
    }
    let mut output = Output::default();
    output.set(&args.output);
    let done = args
        .compare()
        .map_err(Early::from)
        .and_then(|report| args.print(&report, &mut output));
    match done {
        Ok(exit) => exit,
        Err(Early::Failure(failure)) => super::fail(&failure, super::nobody(), &mut output),
        Err(Early::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(Early::Output(error)) => {
            let what = format!("cannot write the answer: {error}");
            let failure = Failure::new(Exit::Internal, what);
            super::fail(&failure, super::nobody(), &mut output)
        }
        Err(Early::Stop(_)) => Exit::Internal,
    }
}

async fn against_server(
    session: &mut Headless,
    a: &Path,
    args: &DiffArgs,
    output: &mut Output,
) -> Outcome {
    let rules = args.rules()?;
    let Side::Session { catalogue, .. } = args.read(a)? else {
        return Err(no_session(a).into());
    };
    session.all_listed().await?;
    session.console.settle();
    let here = Catalogue::of(session.connection());
    let left = a.display().to_string();
    let report = surface::report((&left, &catalogue), (session.name(), &here), &rules);
    args.print(&report, output)
}

fn no_session(path: &Path) -> Failure {
    Failure::usage(format!("{} is no session", path.display()))
        .hint("--surface compares what is listed in sessions".to_owned())
}

/// What an argument names.
enum Side {
    /// A session: its calls, and what its last server offers.
    Session {
        calls: Vec<CallAt>,
        bodies: Bodies,
        catalogue: Catalogue,
    },
    /// One exchange of a session, or one entry.
    Entry(Call),
    /// Any other file.
    Document(Part),
}

impl Side {
    fn word(&self) -> &'static str {
        match self {
            Self::Session { .. } => "a session",
            Self::Entry(_) => "an entry of a session",
            Self::Document(_) => "no session",
        }
    }
}

/// The rules that hold: the standard ones and those of the ignore files, unless only what is given is to be, and what
/// is given.
pub(super) fn rules(ignore: &[String], exact: bool) -> Result<Rules, Failure> {
    let mut rules = if exact {
        Rules::none()
    } else {
        Rules::standard()
    };
    let mut lines = Vec::new();
    if !exact && let Ok(paths) = Paths::from_env() {
        let cwd = std::env::current_dir().unwrap_or_default();
        let presets = Presets::of(&cwd, paths::home().as_deref(), &paths);
        let ignores = Ignores::of(&presets, &paths);
        let kept = ignores
            .load()
            .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
        lines.extend(kept.into_iter().map(|line| (line, "the ignore file")));
    }
    lines.extend(ignore.iter().map(|line| (line.clone(), "--ignore")));
    for (line, of) in lines {
        rules.take(&line).map_err(|problem| {
            let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
            Failure::usage(format!("{of}: {problem}")).hint(format!(
                "a path is like $.a..b or *.timestamp; the rules are {}",
                names.join(", ")
            ))
        })?;
    }
    Ok(rules)
}

/// Prints a report; the exit code tells whether anything differs.
pub(super) fn print(report: &Report, form: Form, output: &mut Output) -> Outcome {
    let written = report.write(form);
    match form {
        Form::Plain => output.toned(&exact(&written, form))?,
        _ => output.text(&exact(&written, form))?,
    }
    if form == Form::Json {
        output.text("\n")?;
    }
    output.flush()?;
    Ok(if report.is_same() {
        Exit::Ok
    } else {
        Exit::Differs
    })
}

impl DiffArgs {
    fn rules(&self) -> Result<Rules, Failure> {
        rules(&self.ignore, self.exact)
    }

    fn read(&self, path: &Path) -> Result<Side, Failure> {
        read(path, self.filter.as_ref())
    }

    fn compare(&self) -> Result<Report, Failure> {
        let options = Options {
            rules: self.rules()?,
            ..Options::default()
        };
        let (Some(one), Some(other)) = (&self.a, &self.b) else {
            return Err(Failure::usage("there is nothing to compare with").hint(
                "mcpscope diff A B, or mcpscope diff --surface A -- COMMAND for what a server offers"
                    .to_owned(),
            ));
        };
        if self.target != TargetArgs::default() {
            return Err(Failure::usage("two files and a server are one too many")
                .hint("with a server, one file and --surface are compared with it".to_owned()));
        }
        let (left, right) = (one.display().to_string(), other.display().to_string());
        let (first, second) = (self.read(one)?, self.read(other)?);
        if self.filter.is_some()
            && !matches!(
                (&first, &second),
                (Side::Session { .. }, Side::Session { .. })
            )
        {
            return Err(Failure::usage("--filter chooses calls of two sessions"));
        }
        Ok(match (first, second) {
            (Side::Session { catalogue: a, .. }, Side::Session { catalogue: b, .. })
                if self.surface =>
            {
                surface::report((&left, &a), (&right, &b), &options.rules)
            }
            (first, _) if self.surface => {
                let session = matches!(first, Side::Session { .. });
                return Err(no_session(if session { other } else { one }));
            }
            (
                Side::Session {
                    calls: a,
                    bodies: x,
                    ..
                },
                Side::Session {
                    calls: b,
                    bodies: y,
                    ..
                },
            ) => {
                let (a, b) = (all(&a, &x, one)?, all(&b, &y, other)?);
                calls::report((&left, &a), (&right, &b), &options)
            }
            (Side::Entry(a), Side::Entry(b)) => {
                let row = calls::compare(&a, &b, &options);
                Report::new(&left, &right, "call", &options.rules, vec![row])
            }
            (Side::Document(a), Side::Document(b)) => {
                Report::of_documents((&left, &a), (&right, &b), &options)
            }
            (a, b) => {
                return Err(Failure::usage(format!(
                    "{left} is {}, {right} is {}",
                    a.word(),
                    b.word()
                ))
                .hint(
                    "what is compared must be of one kind; FILE#12 is entry 12 of a session"
                        .to_owned(),
                ));
            }
        })
    }

    fn print(&self, report: &Report, output: &mut Output) -> Outcome {
        let form = match (self.output.json, self.markdown, self.junit) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Markdown,
            (.., true) => Form::Junit,
            _ => Form::Plain,
        };
        print(report, form, output)
    }
}

/// JSON as `--json` prints it everywhere: with escapes for what a terminal would act on. All else is safe already.
fn exact(written: &str, form: Form) -> std::borrow::Cow<'_, str> {
    if form == Form::Json {
        super::document::exact(written).into()
    } else {
        written.into()
    }
}

fn all(calls: &[CallAt], bodies: &Bodies, path: &Path) -> Result<Vec<Call>, Failure> {
    calls
        .iter()
        .map(|call| call.read(bodies))
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot read {}: {error}", path.display()))
}

/// Reads what an argument names; of a session only the calls that the filter lets through.
fn read(path: &Path, filter: Option<&Filter>) -> Result<Side, Failure> {
    // A file may well have such a name.
    let name = path.to_string_lossy().into_owned();
    let entry = name
        .rsplit_once('#')
        .and_then(|(file, seq)| Some((PathBuf::from(file), seq.parse::<u64>().ok()?)))
        .filter(|_| !path.exists());
    let file = entry.as_ref().map_or(path, |(file, _)| file);
    let file = &super::sessions::named(file, Paths::from_env().ok().as_ref())?;
    let recording = match Recording::masked_by(file, &super::masks::rules()?) {
        Ok(recording) => recording,
        Err(OpenError::NoSession { .. }) if entry.is_none() => {
            let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
            return Ok(Side::Document(bytes.into()));
        }
        Err(error) => return Err(Failure::usage(error.to_string())),
    };
    let timeline = recording.fold();
    let timeline = timeline.map_err(|error| unreadable(file, &error))?;
    let bodies = recording.bodies();
    let Some((_, seq)) = entry else {
        let mut calls = CallAt::all(&timeline);
        if let Some(filter) = filter {
            let rows = super::filtered::rows(file, &timeline, &bodies, filter, None)
                .map_err(|error| unreadable(file, &error))?;
            calls.retain(|call| rows.contains(&call.seq));
        }
        return Ok(Side::Session {
            calls,
            catalogue: Catalogue::newest(&timeline),
            bodies,
        });
    };
    let missing = || {
        let last = timeline.entries().last().map_or(0, EntryRow::seq);
        Failure::usage(format!("{} has no entry {seq}", file.display()))
            .hint(format!("its entries go up to #{last}"))
    };
    let index = timeline.index_of_seq(seq).ok_or_else(missing)?;
    // An answer stands for its call.
    let request = timeline
        .exchanges()
        .iter()
        .find(|exchange| exchange.response == Some(index))
        .map_or(index, |exchange| exchange.request);
    let call = CallAt::at(&timeline, request).ok_or_else(missing)?;
    let call = call.read(&bodies);
    Ok(Side::Entry(call.map_err(|error| unreadable(file, &error))?))
}
