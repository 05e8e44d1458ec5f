//! The command line: what was asked for ([`parse`]), and the verbs that need no screen ([`run`]).
//!
//! One file per verb, each with its arguments and what it does. stdout carries answers, stderr everything else.
//! It knows nothing of the screen: what asks for one is handed back as a [`Screen`].

mod asked;
mod bench;
mod call;
mod complete;
mod completing;
mod configs;
mod configured;
mod conformance;
mod console;
mod content;
mod demo_server;
mod diff;
mod doctor;
mod document;
mod events;
mod exit;
mod export;
mod failure;
mod filtered;
mod generated;
mod get;
mod given;
mod headless;
mod import;
mod info;
#[cfg(feature = "tui")]
mod jq_worker;
mod lines;
mod lint;
mod list;
mod listen;
mod live;
mod login;
mod logs;
mod masks;
mod named;
mod notify;
mod output;
mod raw;
mod read;
mod refusal;
mod replay;
mod request;
mod round_trip;
mod serve;
mod sessions;
mod shell;
mod signals;
mod signature;
mod stream;
pub mod tables;
#[cfg(unix)]
mod tap;
mod target;
mod tasks;
mod tone;
mod validated;
mod verdict;
mod watching;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory as _, Parser, Subcommand};

pub use exit::Exit;
pub use failure::Failure;
pub use target::Target;

use headless::{Headless, Stop};
use output::Output;
use target::TargetArgs;

use crate::filter::Filter;
use crate::inspector::Connect;
use crate::mcp::types::List;
use crate::recording::PIPE;

/// Inspector for MCP servers: shows what a server offers, calls it, and records every byte.
#[derive(Debug, Parser)]
#[command(
    name = "mcpscope",
    version,
    override_usage = "mcpscope [OPTIONS] -- COMMAND [ARGS]...\n       mcpscope [OPTIONS] --url URL\n       mcpscope VERB [ARGUMENTS] [OPTIONS] -- COMMAND [ARGS]...\n       mcpscope VERB [ARGUMENTS] [OPTIONS] --url URL",
    after_help = "Exit codes: 0 ok, 1 internal, 2 usage, 3 cannot start, 4 cannot reach, 5 needs login,\n\
                  6 protocol error, 7 tool error, 8 timeout, 9 server exited or crashed, 10 differs,\n\
                  11 findings, 12 not trusted."
)]
struct CommandLine {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// A line at a time instead of the screen: numbered lists and questions, nothing drawn over (also: TERM=dumb)
    #[arg(long)]
    plain: bool,
    /// Start the server again when these files change, and send the last call again (repeatable): 'src/**/*.py'
    #[arg(long, value_name = "GLOB", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    watch: Vec<String>,
    #[command(flatten)]
    target: TargetArgs,
}

// The arguments of verbs that nobody asked for are not put together: that takes longer than the rest of a start.
#[derive(Debug, Clone, Subcommand)]
#[command(defer = true)]
enum Verb {
    #[command(flatten)]
    Live(live::Verb),
    Shell(shell::ShellArgs),
    Raw(raw::RawArgs),
    #[cfg(unix)]
    Tap(tap::TapArgs),
    Login(login::VerbArgs),
    Logout(login::LogoutArgs),
    Diff(diff::DiffArgs),
    Replay(replay::ReplayArgs),
    Serve(serve::ServeArgs),
    Keys(tables::KeysArgs),
    Theme(tables::ThemeArgs),
    Completions(generated::CompletionsArgs),
    Man(generated::ManArgs),
    /// Open a recording on the screen, read-only
    Open {
        /// The recording: a file, or a name that mcpscope sessions lists; - reads it from stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Read on as it grows, whoever writes it; a recording that mcpscope still writes is followed anyway
        #[arg(short, long)]
        follow: bool,
        /// Begin with this filter in Traffic, such as 'status:error time>100ms'
        #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse)]
        filter: Option<Filter>,
    },
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Masks(masks::MasksArgs),
    Lint(lint::LintArgs),
    Doctor(doctor::DoctorArgs),
    Sessions(sessions::SessionsArgs),
    Logs(logs::LogsArgs),
    Config(configs::ConfigArgs),
    /// Be an MCP server on stdin and stdout, for trying things out
    DemoServer,
    /// The names that --server takes, for completions
    #[command(name = completing::NAMES, hide = true)]
    ServerNames,
    #[command(hide = true)]
    Conformance(conformance::ConformanceArgs),
    /// Run a jq filter over stdin, for the screen
    #[cfg(feature = "tui")]
    #[command(name = crate::query::VERB, hide = true)]
    JqWorker {
        /// The filter
        filter: String,
    },
}

/// How the answer of a headless verb is wanted.
#[derive(Debug, Clone, Default, Args)]
struct OutputArgs {
    /// Print one JSON object, with the server's own JSON as it sent it
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Print JSON objects, one a line, as things happen: notifications, progress, questions, then the answer
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    ndjson: bool,
    /// Hide the server's stderr and progress; a failure still quotes the last lines
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
}

impl OutputArgs {
    /// What these say, or `general` where they say nothing.
    fn over(&self, general: &Self) -> Self {
        let own = self.json || self.ndjson;
        Self {
            json: if own { self.json } else { general.json },
            ndjson: if own { self.ndjson } else { general.ndjson },
            quiet: self.quiet || general.quiet,
        }
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Invocation {
    /// Something without a screen.
    Headless(Work),
    /// The screen.
    Screen(Screen),
    /// The screen's keys or themes, on stdout.
    Tables(tables::Tables),
}

/// A verb that needs no screen, for [`run`].
#[derive(Debug)]
pub struct Work(Verb);

/// What the screen shall show first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// The inspector: connected to the target's server, when there is one.
    Inspect(Box<Target>),
    /// A recording.
    Open {
        /// Which; `-` is stdin.
        file: PathBuf,
        /// Whether to read on whoever writes it.
        follow: bool,
        /// What Traffic begins with.
        filter: Option<Filter>,
        /// Settings and paths; never a server.
        target: Box<Target>,
    },
}

impl Screen {
    /// The same, where somebody sits who can log in.
    pub fn with_person(mut self) -> Self {
        let (Self::Inspect(target) | Self::Open { target, .. }) = &mut self;
        target.ask_person();
        self
    }
}

/// Reads the command line. What is wrong with it, and what `--help` asks for, is printed here; then only the exit
/// code is left.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, Exit> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let line = CommandLine::try_parse_from(&arguments).map_err(|error| {
        if error.use_stderr() {
            return refused(&error, &arguments).print(wants_json(&arguments));
        }
        // Nobody may be reading.
        if error.kind() == clap::error::ErrorKind::DisplayVersion {
            let _ = error.print();
            return Exit::Ok;
        }
        let _ = generated::help::<CommandLine, _>(&arguments, error).print();
        Exit::Ok
    })?;
    if line.verb.is_some()
        && (line.plain || !line.watch.is_empty() || line.target != TargetArgs::default())
    {
        let failure = Failure::usage("an option or command stands before the verb");
        let hint = "put it after, as in mcpscope list tools --era legacy -- COMMAND".to_owned();
        return Err(report(&failure.hint(hint)));
    }
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if line.verb.is_none() && (line.plain || dumb) && !line.watch.is_empty() {
        let failure = Failure::usage("a line at a time nothing is watched");
        let hint = "mcpscope call TOOL --watch GLOB -- COMMAND does".to_owned();
        return Err(report(&failure.hint(hint)));
    }
    if line.verb.is_none() && (line.plain || dumb) {
        let shell = shell::ShellArgs::plain(line.target);
        return Ok(Invocation::Headless(Work(Verb::Shell(shell))));
    }
    if line.verb.is_none() && line.target.answers_by_itself() {
        let failure = Failure::usage("on the screen a person answers what servers ask");
        let hint = "[ask] in the settings says what is answered without one".to_owned();
        return Err(report(&failure.hint(hint)));
    }
    let target = |lists: &[List]| {
        line.target
            .target(lists)
            .map(Box::new)
            .map_err(|failure| report(&failure))
    };
    match line.verb {
        None => {
            let target = line.target.on_screen();
            let mut target = target.map_err(|failure| report(&failure))?;
            if !line.watch.is_empty() && target.connect.is_none() {
                let failure = Failure::usage("--watch is for a server, and none is given");
                let hint = "mcpscope --watch 'src/**/*.py' -- COMMAND".to_owned();
                return Err(report(&failure.hint(hint)));
            }
            target.watch = line.watch;
            Ok(Invocation::Screen(Screen::Inspect(Box::new(target))))
        }
        Some(Verb::Keys(args)) => match tables::keys(&args) {
            Ok(tables) => Ok(Invocation::Tables(tables)),
            Err(failure) => Err(report(&failure)),
        },
        Some(Verb::Theme(args)) => Ok(Invocation::Tables(tables::theme(&args))),
        Some(Verb::Open {
            file,
            follow,
            filter,
        }) => {
            let target = target(&[])?;
            let file = sessions::named(&file, target.paths.as_ref());
            let file = file.map_err(|failure| report(&failure))?;
            Ok(Invocation::Screen(Screen::Open {
                file,
                follow,
                filter,
                target,
            }))
        }
        Some(verb) => Ok(Invocation::Headless(Work(verb))),
    }
}

/// Whether a command line that is not understood asks for JSON.
fn wants_json(arguments: &[OsString]) -> bool {
    let mut own = arguments.iter().take_while(|word| *word != "--");
    own.any(|word| word == "--json" || word == "--ndjson")
}

/// Why a command line is not understood.
fn refused(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let command = CommandLine::command();
    let words = arguments.iter().skip(1).map_while(|word| word.to_str());
    let mut inner = &command;
    let mut known = Vec::new();
    for word in words {
        let Some(next) = inner.find_subcommand(word) else {
            break;
        };
        known.push(word);
        inner = next;
    }
    let first = arguments.get(1).and_then(|word| word.to_str());
    let unknown = error.kind() == clap::error::ErrorKind::UnknownArgument && known.is_empty();
    if let Some(word) = first.filter(|word| unknown && !word.starts_with('-')) {
        let shown = command.get_subcommands().filter(|verb| !verb.is_hide_set());
        let commands: Vec<&str> = shown.map(clap::Command::get_name).collect();
        return refusal::no_command(word, &commands);
    }
    if error.kind() == clap::error::ErrorKind::UnknownArgument
        && let Some(failure) = refusal::forgotten_dashes(error, arguments)
    {
        return failure;
    }
    refusal::of(error, refusal::help(&known))
}

/// Runs a verb that needs no screen to its end.
pub fn run(Work(verb): &Work) -> Exit {
    match verb {
        Verb::Live(verb) => verb.run(),
        Verb::Shell(args) => shell::run(args),
        Verb::Raw(args) => raw::run(args),
        #[cfg(unix)]
        Verb::Tap(args) => tap::run(args),
        Verb::Login(args) => login::run(args),
        Verb::Logout(args) => login::forget(args),
        Verb::Export(args) => export::run(args),
        Verb::Import(args) => import::run(args),
        Verb::Diff(args) => diff::run(args),
        Verb::Replay(args) => replay::run(args),
        Verb::Serve(args) => serve::run(args),
        Verb::Masks(args) => masks::run(args),
        Verb::Lint(args) => lint::run(args),
        Verb::Doctor(args) => doctor::run(args),
        Verb::DemoServer => demo_server::run(),
        Verb::ServerNames => completing::run(),
        Verb::Conformance(args) => conformance::run(args),
        #[cfg(feature = "tui")]
        Verb::JqWorker { filter } => jq_worker::run(filter),
        Verb::Sessions(args) => sessions::run(args),
        Verb::Logs(args) => logs::run(args),
        Verb::Config(args) => configs::run(args),
        Verb::Completions(args) => generated::completions(args),
        Verb::Man(args) => generated::man(args),
        // Those are not headless work.
        Verb::Open { .. } | Verb::Keys(_) | Verb::Theme(_) => Exit::Internal,
    }
}

/// The screen needs a terminal to draw on and to be typed at. What it shows may come on stdin (`open -`): then keys
/// are read from the terminal all the same.
pub fn needs_terminal(screen: &Screen) -> Result<(), Failure> {
    use io::IsTerminal as _;
    let typed = io::stdin().is_terminal();
    if matches!(screen, Screen::Open { file, .. } if file == Path::new(PIPE)) {
        if typed {
            let hint = "mcpscope open FILE opens a file; - is for a pipe, as in ssh HOST cat FILE | mcpscope open -";
            return Err(Failure::usage("stdin is the terminal, and no pipe").hint(hint.to_owned()));
        }
        if io::stdout().is_terminal() && File::open("/dev/tty").is_ok() {
            return Ok(());
        }
    }
    if io::stdout().is_terminal() && typed {
        return Ok(());
    }
    let hint = "in scripts, mcpscope list, call, read and get do the same without a screen";
    Err(
        Failure::usage("stdin or stdout is no terminal, and the screen needs both")
            .hint(hint.to_owned()),
    )
}

/// Tells where the session of the screen can be found, once the screen is gone.
pub fn tell_recording(path: Option<&std::path::Path>) {
    use io::Write as _;
    if let Some(path) = path {
        let path = crate::text::sanitize(&path.to_string_lossy()).into_owned();
        // Nobody may be left to read it.
        let _ = writeln!(io::stderr(), "recorded in {path}");
    }
}

/// Prints text that is an answer. What nobody reads to its end was enough.
pub fn print(text: &str) -> Result<(), Failure> {
    use io::Write as _;
    let mut to = io::stdout().lock();
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let what = format!("cannot write the answer: {error}");
            Err(Failure::new(Exit::Internal, what))
        }
        _ => Ok(()),
    }
}

/// Says something beside the answer, on stderr. It is safe to show.
fn say(what: &str) {
    use io::Write as _;
    // Nobody may be reading.
    let _ = writeln!(io::stderr(), "{what}");
}

/// Tells a failure on stderr.
pub fn report(failure: &Failure) -> Exit {
    failure.show();
    failure.exit
}

/// How the work of a verb went: an exit code, or why it ended early.
type Outcome = Result<Exit, Early>;

/// Why the work of a verb ended early.
#[derive(Debug)]
enum Early {
    /// The connection is gone, or we shall go.
    Stop(Stop),
    /// Something is wrong.
    Failure(Failure),
    /// The answer cannot be written.
    Output(io::Error),
}

impl From<Stop> for Early {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Failure> for Early {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<io::Error> for Early {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the work of a verb in a session with its server, and tells how it went. Whatever happens, the server is
/// gone when this returns.
fn session(
    target: Result<(Target, Connect), Failure>,
    output: &OutputArgs,
    work: impl AsyncFnOnce(&mut Headless, &mut Output) -> Outcome,
) -> Exit {
    let given = output;
    let mut output = Output::default();
    output.set(given);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Internal, format!("no runtime: {error}")));
    let (runtime, (target, connect)) = match runtime.and_then(|runtime| Ok((runtime, target?))) {
        Ok(both) => both,
        Err(failure) => return fail(&failure, nobody(), &mut output),
    };
    let _log = target
        .paths
        .as_ref()
        .and_then(|paths| crate::logging::start(paths.log.clone()));
    runtime.block_on(async {
        let mut session = match Headless::start(&target, connect, given) {
            Ok(session) => session,
            Err(failure) => return fail(&failure, nobody(), &mut output),
        };
        let outcome = work(&mut session, &mut output).await;
        session.finish().await;
        let failure = match (outcome, session.signalled()) {
            (Ok(exit), None) => return exit,
            (_, Some(exit)) => return exit,
            (Err(Early::Output(error)), _) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Exit::Ok;
            }
            (Err(Early::Output(error)), _) => {
                Failure::new(Exit::Internal, format!("cannot write the answer: {error}"))
            }
            (Err(Early::Stop(Stop::Unread)), _) => return Exit::Ok,
            (Err(Early::Stop(_)), _) => session.lost(),
            (Err(Early::Failure(failure)), _) if failure.exit == Exit::Usage => failure,
            (Err(Early::Failure(failure)), _) => session.with_stderr(failure),
        };
        fail(&failure, session.document(), &mut output)
    })
}

/// The beginning of the document when there was no session.
fn nobody() -> document::Document {
    let mut document = document::Document::default();
    document.raw("server", "null").raw("recording", "null");
    document
}

/// Tells a failure, with `--json` on stdout too.
fn fail(failure: &Failure, mut document: document::Document, output: &mut Output) -> Exit {
    report(failure);
    if output.json {
        failure.describe(&mut document);
        // The exit code says it already.
        let _ = output.document(&document);
    }
    failure.exit
}
