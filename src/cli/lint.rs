//! `mcpscope lint`: what a recording shows to be wrong with a server, or what a server shows that is only looked at.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::document::Document;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::output::{Output, unwritten};
use super::target::TargetArgs;
use super::{Early, Exit, Outcome};
use crate::filter::Filter;
use crate::ignores::Ignores;
use crate::inspector::Connect;
use crate::lint::exceptions::Exception;
use crate::lint::findings::Told;
use crate::lint::report::baseline::Baseline;
use crate::lint::report::{FORMS, Report, members};
use crate::lint::{Linter, Severity};
use crate::mcp::types::List;
use crate::paths::Paths;
use crate::presets::Presets;
use crate::recording::{PIPE, Recording};
use crate::session::Entry;
use crate::session::recorded::Place;
use crate::text;

mod active;
mod rules;

/// How long a server may take to end once its stdin was closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Check a recording, or a server's opening and lists, against the protocol
///
/// Nothing is called. With --active a server is also sent probes, on connections of their own: what nobody sends, what
/// is not there, what is wrong. They are listed first, and sent when somebody agrees; of what is listed, they call only
/// tools that say they only read. A rule that nothing was seen for has neither passed nor failed; it is counted as not seen.
/// What stands in .mcpscope/lint-ignore of the project, a line `RULE [ABOUT] # REASON` each, does not count.
///
/// With --json, one object:
///
///   {"servers": [{"connection": N, "name", "transport", "revision", "failed": TEXT or null,
///     "first_asked_us": N or null, "first_answer_us": N or null, "items": {"tools": N or null, …}, "context_bytes", "context_tokens",
///     "peak_rss_bytes": N or null, "failures": N, "junk": N,
///     "methods": [{"method", "answered": N, "p50_us": N, "p95_us": N, "p99_us": N}, …]}, …],
///    "questions": [{"name", "asks", "verdict": "good", "wanting", "wrong" or "not seen",
///     "errors": N, "warnings": N, "notes": N, "looked": N, "rules": N}, …],
///    "revisions": [{"revision", "verdict", … as for questions; "not spoken" where it was
///      refused}, …],
///    "probes": {"done": N, "undone": N, "why": TEXT or null},
///    "findings": [{"rule", "severity", "entry": N, "line": N or null, "connection": N, "times": N,
///     "revisions": [REVISION, …], "about": TEXT or null, "pointer": JSON POINTER, "words": TEXT, "state": "new", "baseline" or "ignored",
///     "reason": TEXT or null}, …],
///    "rules": [{"name", "standing": "passed", "failed" or "not seen", "failed": N}, …],
///    "remarks": [TEXT, …],
///    "error": of a server that could not be talked to, as for other commands}
///
/// With --json, --explain prints a rule as an object, and --rules {"rules": [RULE, …]}:
///
///   {"name", "severity", "what", "why", "fix", "lines": {LANGUAGE: LINE}, "since", "until": REVISION,
///    "section": of the specification, or null,
///    "fires": [LINE, …], "silent": [LINE, …]: what differs between a session it fires on and one it does not}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct LintArgs {
    /// The recording: a file, a name that mcpscope sessions lists, or - for stdin
    #[arg(value_name = "FILE", conflicts_with_all = ["explain", "rules"])]
    file: Option<PathBuf>,
    /// Of a recording, only what is found in rows that this filter lets through, such as 'tool:search since:5m'; the
    /// rules see all of it
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse, requires = "file")]
    filter: Option<Filter>,
    /// The least that makes it end with code 11
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Tell what a rule demands, why, and what to do
    #[arg(long, value_name = "RULE", conflicts_with = "rules")]
    explain: Option<String>,
    /// List the rules
    #[arg(long)]
    rules: bool,
    #[command(flatten)]
    active: active::ActiveArgs,
    #[command(flatten)]
    form: FormArgs,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    output: super::OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// How the report is written.
#[derive(Debug, Clone, Args)]
#[group(multiple = false, id = "form")]
struct FormArgs {
    /// As Markdown, for a pull request
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    markdown: bool,
    /// As JUnit XML: a case for each rule
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    junit: bool,
    /// As SARIF 2.1.0, for code scanning
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    sarif: bool,
    /// As annotations of a CI
    #[arg(long, value_enum, value_name = "CI", conflicts_with_all = ["json", "ndjson"])]
    annotations: Option<Annotations>,
}

impl FormArgs {
    /// The name of the form, as FORMS has it.
    const fn name(&self) -> &'static str {
        match self {
            Self { markdown: true, .. } => "markdown",
            Self { junit: true, .. } => "junit",
            Self { sarif: true, .. } => "sarif",
            Self {
                annotations: Some(Annotations::Github),
                ..
            } => "github",
            _ => "text",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Annotations {
    Github,
}

/// What was found before.
#[derive(Debug, Clone, Args)]
struct BaselineArgs {
    /// What stands in this file is known and does not count
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found into that file, and end with code 0
    #[arg(long, requires = "baseline")]
    write_baseline: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

/// Runs it.
pub fn run(args: &LintArgs) -> Exit {
    if args.file.is_none() && args.explain.is_none() && !args.rules {
        let mut given = None;
        let checked = args.active.check();
        let target = checked.and_then(|()| args.target.target(&List::ALL));
        let target = target.and_then(|target| {
            let mut connect = target.server("lint")?;
            // Whether it ends with its stdin is looked at: it gets the time to.
            let grace = &mut connect.stdio.stdin_grace;
            *grace = PATIENCE.max(*grace);
            given = Some(connect.clone());
            Ok((target, connect))
        });
        return super::session(target, &args.output, async |session, output| {
            of_server(session, given, args, output).await
        });
    }
    let mut output = Output::default();
    output.set(&args.output);
    if args.active.is_given() {
        let failure = Failure::usage("--active is for a server, and none is looked at");
        return super::fail(&failure, super::nobody(), &mut output);
    }
    let done = match (&args.explain, &args.file) {
        _ if args.target != TargetArgs::default() => Err(Failure::usage(
            "a server is given that nobody would look at",
        )
        .hint("lint looks at a recording, or at a server, or tells of rules".to_owned())
        .into()),
        (Some(name), _) => rules::explain(name, &mut output),
        (None, Some(file)) => of_file(args, file, &mut output),
        (None, None) => rules::list(&mut output),
    };
    match done {
        Ok(exit) => exit,
        Err(Early::Failure(failure)) => super::fail(&failure, super::nobody(), &mut output),
        // Whoever reads may have had enough.
        Err(Early::Output(_) | Early::Stop(_)) => Exit::Ok,
    }
}

async fn of_server(
    session: &mut Headless,
    connect: Option<Connect>,
    args: &LintArgs,
    output: &mut Output,
) -> Outcome {
    let mut failure = match session.all_listed().await {
        Ok(()) => None,
        // What could not be started or talked to has a page too.
        Err(Stop::Lost) if !args.baseline.write_baseline => Some(session.lost()),
        Err(stop) => return Err(stop.into()),
    };
    let connect = connect.filter(|_| failure.is_none() && args.active.is_given());
    if let Some(connect) = connect {
        match active::probe(&args.active, connect, session).await {
            Ok(true) => {}
            Ok(false) => return Ok(Exit::Ok),
            // It bore no others beside the first connection.
            Err(Early::Stop(Stop::Lost)) => failure = Some(session.lost()),
            Err(early) => return Err(early),
        }
    }
    // How it ends belongs to it.
    session.close().await;
    session.console.settle();
    let mut looked = Looked::default();
    for entry in session.entries() {
        let (entry, place) = entry?;
        looked.push(&entry, place);
    }
    let name = session.name().to_owned();
    let exit = looked.print(&name, false, args, failure.as_ref(), output)?;
    Ok(failure.map_or(exit, |failure| super::report(&failure)))
}

fn of_file(args: &LintArgs, file: &std::path::Path, output: &mut Output) -> Outcome {
    let spooled;
    let (file, name) = if file == Path::new(PIPE) {
        spooled = spool()?;
        (spooled.path().to_owned(), None)
    } else {
        let file = super::sessions::named(file, Paths::from_env().ok().as_ref())?;
        let name = file.to_string_lossy().into_owned();
        (file, Some(name))
    };
    let rules = super::masks::rules()?;
    let recording =
        Recording::masked_by(&file, &rules).map_err(|error| Failure::usage(error.to_string()))?;
    let bodies = recording.bodies();
    let (mut looked, mut trouble) = (Looked::default(), None);
    let loaded = recording.load(|entries, _| {
        for recorded in entries {
            match bodies.read(recorded.seq, recorded.place) {
                Ok(entry) => looked.push(&entry, recorded.place),
                Err(error) => {
                    trouble = Some(error);
                    return false;
                }
            }
        }
        true
    });
    if let Some(error) = trouble.or(loaded.err()) {
        let what = format!("{} cannot be read: {error}", file.display());
        return Err(Failure::new(Exit::Internal, what).into());
    }
    if let Some(filter) = &args.filter {
        // What somebody decided to live with is not found, as on the screen.
        let exceptions = exceptions()?;
        let is_told = |told: &Told| !exceptions.iter().any(|one| one.holds(&told.finding));
        let told = looked.found.iter().filter(|(told, _)| is_told(told));
        let entries: HashSet<u64> = told.map(|(told, _)| told.finding.seq).collect();
        let found = |seq: u64| entries.contains(&seq);
        let timeline = looked.linter.timeline();
        let rows = super::filtered::rows(&file, timeline, &bodies, filter, Some(&found));
        let rows = rows.map_err(|error| {
            let what = format!("{} cannot be read: {error}", file.display());
            Failure::new(Exit::Internal, what)
        })?;
        looked.chosen = true;
        looked
            .found
            .retain(|(told, _)| rows.contains(&told.finding.seq));
    }
    let (name, is_file) = name.map_or(("stdin".to_owned(), false), |name| (name, true));
    looked.print(&name, is_file, args, None, output)
}

/// What comes on stdin, in a file that goes away with us.
fn spool() -> Result<tempfile::NamedTempFile, Failure> {
    let failed = |error: io::Error| {
        Failure::new(
            Exit::Internal,
            format!("what comes on stdin cannot be kept: {error}"),
        )
    };
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    io::copy(&mut io::stdin().lock(), &mut file).map_err(failed)?;
    Ok(file)
}

/// What was found so far.
#[derive(Default)]
struct Looked {
    linter: Linter,
    found: Vec<(Told, u64)>,
    /// Lines of the session so far; the first is its header.
    lines: u64,
    /// Whether only some of it is told.
    chosen: bool,
}

impl Looked {
    fn push(&mut self, entry: &Entry, place: Place) {
        self.lines += 1;
        let line = self.lines + 1;
        for finding in self.linter.push(entry, place) {
            let state = self.linter.timeline().state();
            let server = state.connection(finding.conn);
            let server = server.map_or("", |one| &one.name).into();
            self.found.push((Told { finding, server }, line));
        }
    }

    fn print(
        self,
        name: &str,
        is_file: bool,
        args: &LintArgs,
        failure: Option<&Failure>,
        output: &mut Output,
    ) -> Outcome {
        let mut report = Report::of(name.to_owned(), is_file, &self.linter, self.found);
        if !self.chosen {
            report.count(&self.linter);
        }
        let exceptions = exceptions()?;
        report
            .remarks
            .extend(exceptions.iter().filter_map(Exception::remark));
        report.except(&exceptions);
        if args.baseline.write_baseline {
            return write_baseline(args, &report, output);
        }
        if let Some(path) = &args.baseline.baseline {
            let baseline = read_baseline(path)?;
            baseline.apply(&mut report);
            if !baseline.is_empty() && report.known().1 == 0 && !report.findings.is_empty() {
                let words = "nothing of the baseline was found: is it that of another server?";
                report.remarks.push(words.to_owned());
            }
        }
        if output.json {
            let mut document = Document::default();
            for (name, value) in members(&report) {
                document.raw(name, &value);
            }
            if let Some(failure) = failure {
                failure.describe(&mut document);
            }
            output.document(&document)?;
        } else {
            let wanted = args.form.name();
            for form in FORMS.iter().filter(|form| form.name == wanted) {
                let written = (form.write)(&report);
                if wanted == FORMS[0].name {
                    output.toned(&written)?;
                } else {
                    output.text(&written)?;
                }
            }
        }
        output.flush()?;
        let fails = report
            .findings
            .iter()
            .any(|one| one.is_new() && args.fail_on.fails(one.told.finding.severity));
        Ok(if fails { Exit::Findings } else { Exit::Ok })
    }
}

/// What the project, or this user, lives with.
fn exceptions() -> Result<Vec<Exception>, Failure> {
    let Ok(paths) = Paths::from_env() else {
        return Ok(Vec::new());
    };
    let cwd = std::env::current_dir().unwrap_or_default();
    let presets = Presets::of(&cwd, crate::paths::home().as_deref(), &paths);
    let lines = Ignores::of_lint(&presets, &paths).load();
    let lines = lines
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()).hint(error.hint()))?;
    Ok(lines
        .iter()
        .filter_map(|line| Exception::read(line))
        .collect())
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let shown = text::sanitize(&path.to_string_lossy()).into_owned();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::usage(format!("cannot read the baseline {shown}: {error}"))
            .hint("--write-baseline writes one".to_owned())
    })?;
    Baseline::read(&bytes).map_err(|why| Failure::usage(format!("{shown} is no baseline: {why}")))
}

fn write_baseline(args: &LintArgs, report: &Report, output: &mut Output) -> Outcome {
    let path = args.baseline.baseline.as_deref().unwrap_or(Path::new(""));
    let baseline = Baseline::of(report);
    let shown = path.to_string_lossy();
    std::fs::write(path, baseline.write()).map_err(|error| unwritten(&shown, &error))?;
    let what = text::plural(baseline.len(), "finding");
    let sentence = format!("{what} written to {}", text::sanitize(&shown));
    if output.json {
        let mut document = Document::default();
        document
            .text("baseline", &shown)
            .raw("findings", &baseline.len().to_string());
        output.document(&document)?;
    } else {
        output.line(&sentence)?;
        output.flush()?;
    }
    Ok(Exit::Ok)
}
