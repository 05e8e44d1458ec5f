//! `mcpscope tap`: between a client and the server it meant to start, or the address it meant to reach.

use std::io::Write as _;

use clap::{Args, Subcommand};

mod control;
mod installing;

use super::exit::Exit;
use super::failure::Failure;
use super::signals::Signals;
use super::target::{self, Target, TargetArgs};
use crate::inspector::Connect;
use crate::listen::{ListenError, Listener, Reach};
use crate::mcp::http::headers;
use crate::paths::Paths;
use crate::recorder::Recorder;
use crate::session::Direction;
use crate::tap::{
    self,
    control::door::Door,
    faults::{FAULTS, Over, Rules},
    running::{self, Running},
};
use crate::transport::{self, http};

/// Stand between a client and its server, pass everything on, and record it
///
/// Put this before the server's command in the client's settings: stdin, stdout, stderr, signals and
/// the exit code pass through unchanged. Or let it listen with --listen, and send the client there instead
/// of to the address --to.
///
/// install, remove and status do the former in the settings of the clients that mcpscope knows.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub struct TapArgs {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Listen here for a client (PORT or HOST:PORT) and pass on what it says to the server at --to
    #[arg(long, value_name = "ADDR", requires = "address", help_heading = "HTTP")]
    listen: Option<String>,
    /// The address of the server
    #[arg(long, value_name = "URL", value_parser = target::address, group = "address", requires = "listen", conflicts_with_all = ["demo", "command"], help_heading = "HTTP")]
    to: Option<url::Url>,
    /// Let other machines connect too
    #[arg(long, requires = "listen", help_heading = "HTTP")]
    public: bool,
    /// Break something on purpose (repeatable): KIND[=VALUE], for the frames FILTER lets through
    ///
    /// KIND is one of those that `mcpscope tap --faults` lists.
    #[arg(long, value_name = "KIND[:FILTER]", help_heading = "Faults")]
    fault: Vec<String>,
    /// List the kinds of faults, and end
    #[arg(long, exclusive = true, help_heading = "Faults")]
    faults: bool,
    /// List the taps that run, each with the file it records to, and end; mcpscope open FILE looks on
    #[arg(long, exclusive = true, help_heading = "Watching")]
    running: bool,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Clone, Subcommand)]
enum Verb {
    Control(control::ControlArgs),
    #[command(flatten)]
    Installing(installing::Installing),
}

/// Runs it. When a server ran, this process ends as that did.
pub fn run(args: &TapArgs) -> Exit {
    match &args.verb {
        Some(Verb::Control(args)) => return control::run(args),
        Some(Verb::Installing(installing)) => return installing.run(),
        None => {}
    }
    if args.faults || args.running {
        let text = if args.faults {
            Ok(faults())
        } else {
            those_running()
        };
        return match text.and_then(|text| super::print(&text)) {
            Ok(()) => Exit::Ok,
            Err(failure) => super::report(&failure),
        };
    }
    match tap(args) {
        Ok((ended, lost)) => {
            if let Some((lost, why)) = lost {
                let entries = crate::text::plural(lost as usize, "entry");
                // The traffic was not held up by it; the server's own exit says the rest.
                super::report(&Failure::new(
                    Exit::Internal,
                    format!("{entries} could not be recorded: {why}"),
                ));
            }
            match ended {
                Ending::Server(ended) => tap::pass_on(ended),
                Ending::Told(exit) => exit,
            }
        }
        Err(failure) => super::report(&failure),
    }
}

/// The kinds of faults, a line each.
fn faults() -> String {
    let lines = FAULTS.iter().map(|row| {
        let value = row.value.map_or_else(String::new, |(name, default)| {
            format!("[={name}, else {default}]")
        });
        let only = match row.over {
            Over::Any => "",
            Over::Stdio => "; commands only",
            Over::Http => "; over HTTP only",
        };
        let side = match row.direction {
            None => "both",
            Some(Direction::In) if row.goes_out() => "in*",
            Some(direction) => direction.word(),
        };
        format!(
            "{:<26}{side:<5}{}{only}\n",
            format!("{}{value}", row.word),
            row.what
        )
    });
    let more = "* what the server sends; what its client does, with dir:out\n";
    lines.chain([more.to_owned()]).collect()
}

/// The taps that run and the recordings that are served, a line each.
fn those_running() -> Result<String, Failure> {
    let paths = Paths::from_env().map_err(|error| Failure::usage(error.to_string()))?;
    let lines = running::running(&paths.taps()).into_iter().map(|tap| {
        let file = tap.file.map_or_else(
            || "not recorded".to_owned(),
            |file| file.display().to_string(),
        );
        let at = tap
            .listens
            .map_or_else(String::new, |at| format!(" at {at}"));
        let lost = match tap.lost {
            0 => String::new(),
            lost => format!(
                "; at least {} NOT RECORDED so far",
                crate::text::plural(lost as usize, "entry")
            ),
        };
        let line = format!(
            "{} {}{}{at}, since {:.0}: {file}{lost}",
            tap.pid,
            tap.server,
            if tap.serves { ", served" } else { "" },
            tap.since
        );
        format!("{}\n", crate::text::sanitize(&line))
    });
    Ok(lines.collect())
}

/// Makes the tap known while it runs, and gives the door by which it is told what to do. Without either it works all
/// the same.
fn known(
    target: &Target,
    connect: &Connect,
    recorder: &Recorder,
    listens: Option<String>,
) -> tap::Known {
    let Some(folder) = target.paths.as_ref().map(Paths::taps) else {
        return tap::Known::default();
    };
    let pid = std::process::id();
    let door = Door::open(&folder, pid).ok();
    let tap = Running {
        pid,
        server: connect.name.clone(),
        serves: false,
        // One that others can open.
        file: recorder
            .path()
            .and_then(|path| std::path::absolute(path).ok()),
        listens,
        control: door.as_ref().map(|door| door.path().to_owned()),
        since: jiff::Timestamp::now(),
        lost: 0,
    };
    tap::Known {
        registration: running::register(&folder, &tap).ok(),
        door,
    }
}

/// Why it is over.
enum Ending {
    /// The server ended.
    Server(tap::Ended),
    /// A signal wants it.
    Told(Exit),
}

type Ended = (Ending, Option<(u64, String)>);

fn tap(args: &TapArgs) -> Result<Ended, Failure> {
    let target = args.target.clone().to(args.to.clone()).target(&[])?;
    let connect = target.server("tap")?;
    let over = match &connect.target {
        transport::Target::Process(_) => Over::Stdio,
        transport::Target::Address(_) => Over::Http,
    };
    let rules = Rules::read(&args.fault, over)
        .map_err(|what| Failure::usage(what).hint("mcpscope tap --faults lists them".to_owned()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format!("no runtime: {error}")))?;
    match (&connect.target, &args.listen) {
        (transport::Target::Process(spawn), None) => {
            let recorder = record(&target, &connect)?;
            let known = known(&target, &connect, &recorder, None);
            let tapped = runtime
                .block_on(tap::run(spawn, &connect.name, recorder, rules, known))
                .map_err(failed)?;
            // Who is told to let something go may wait for a client that reads no more.
            runtime.shutdown_background();
            Ok((Ending::Server(tapped.ended), tapped.lost))
        }
        (transport::Target::Address(address), Some(listen)) => {
            let (exit, lost) =
                runtime.block_on(listening(args, listen, address, (&target, &connect), rules))?;
            Ok((Ending::Told(exit), lost))
        }
        (transport::Target::Address(_), None) => {
            let failure = Failure::usage("where is the client to be sent to?");
            Err(failure.hint("mcpscope tap --listen PORT --to URL".to_owned()))
        }
        (transport::Target::Process(_), Some(_)) => {
            let failure = Failure::usage("only an address is tapped by listening");
            Err(failure
                .hint("mcpscope tap -- COMMAND [ARGS…], or --listen PORT --to URL".to_owned()))
        }
    }
}

fn failed(error: tap::TapError) -> Failure {
    match error {
        tap::TapError::Start(error) => {
            let hint = error.hint();
            Failure::new(Exit::CannotStart, error.to_string()).hint(hint)
        }
        error @ tap::TapError::System { .. } => Failure::new(Exit::Internal, error.to_string()),
    }
}

/// Starts the recording; where it cannot be kept the traffic goes on all the same.
fn record(target: &Target, connect: &Connect) -> Result<Recorder, Failure> {
    let (recorder, trouble) = target
        .keep
        .start_somewhere(&connect.name)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    if let Some(error) = trouble {
        let _ = Failure::new(Exit::Internal, format!("{error}; this session is not kept"))
            .hint(error.hint())
            .tell(&mut std::io::stderr().lock());
    }
    Ok(recorder.masked_by(target.settings.mask.clone()))
}

/// Listens until a signal ends it.
async fn listening(
    args: &TapArgs,
    listen: &str,
    address: &http::Address,
    (target, connect): (&Target, &Connect),
    rules: Rules,
) -> Result<(Exit, Option<(u64, String)>), Failure> {
    if !address.headers.is_empty() {
        let failure = Failure::usage("a tap passes on the headers of its client, and adds none");
        return Err(failure.hint("leave --header out".to_owned()));
    }
    if !address.url.username().is_empty() || address.url.password().is_some() {
        let failure = Failure::usage("a tap passes on the headers of its client, and adds none");
        let hint = "leave the user and the password out of --to, and give them to the client";
        return Err(failure.hint(hint.to_owned()));
    }
    let internal = |error: std::io::Error| Failure::new(Exit::Internal, error.to_string());
    let mut signals = Signals::listen().map_err(internal)?;
    let reach = if args.public {
        Reach::Anyone
    } else {
        Reach::Loopback
    };
    let listener = Listener::bind(listen, reach).await.map_err(|error| {
        let hint = match &error {
            ListenError::Public(_) => Some("--public lets other machines connect".to_owned()),
            ListenError::Address(_) | ListenError::Bind { .. } => None,
        };
        Failure::usage(error.to_string()).hint(hint)
    })?;
    let recorder = record(target, connect)?;
    let file = recorder.path().map(ToOwned::to_owned);
    let here = format!("http://{}", listener.address());
    let known = known(target, connect, &recorder, Some(here));
    let tap = tap::http::Tap::new(listener, address, &connect.name, recorder, rules)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    // Nobody may be left to read it.
    let _ = writeln!(
        std::io::stderr(),
        "tap: {} passes on to {}; Ctrl-C ends it",
        tap.url(),
        crate::text::sanitize(&headers::masked_url(&address.url))
    );
    let mut told = Exit::Ok;
    let lost = tap
        .run(
            async {
                told = signals.next().await;
            },
            known,
        )
        .await;
    super::tell_recording(file.as_deref());
    Ok((told, lost))
}
