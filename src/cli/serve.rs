//! `mcpscope serve`: a recording as a server.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::Failure;
use super::signals::Signals;
use super::target::{Target, TargetArgs};
use crate::filter::Filter;
use crate::listen::{ListenError, Listener, Reach};
use crate::paths::Paths;
use crate::recording::Bodies;
use crate::script::{Delay, Masked, Matching, Rules, Script};
use crate::serve::{self, Choice, LoadError, Served, Serving};
use crate::session::timeline::Timeline;
use crate::text;

/// Be the server of a recording: on stdin and stdout, or with --listen over Streamable HTTP
///
/// A request is answered as it was recorded: notifications in their place, questions that wait for
/// the client, the answer byte for byte. What is not in the recording is an error that names the
/// nearest recorded requests and what differs; or it goes to a live server that is given too:
///
///   mcpscope serve bug-41
///   mcpscope serve bug-41 --listen 8080
///   mcpscope serve bug-41 --mode spy -- COMMAND [ARGS…]
///
/// The session is recorded as it happens. At its end stderr tells what was asked for and what was not.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ServeArgs {
    /// The recording: a file, or a name that mcpscope sessions lists
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Listen on this address (PORT, HOST:PORT) instead of stdin; port 0 is any that is free
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Let others than programs of this machine connect
    #[arg(long, requires = "listen")]
    public: bool,
    /// The server to be, when the recording has several; the first one otherwise
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
    /// Serve only the recorded requests that this filter lets through, such as 'tool:search | method:*/list'; connections
    /// are opened as ever
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse)]
    filter: Option<Filter>,
    /// How a request finds its answer
    #[arg(long = "match", value_name = "HOW", default_value = "arguments")]
    matching: How,
    /// How long answers take: none, recorded, or xN for N times as long as recorded
    #[arg(long, value_name = "TIME", value_parser = delay, default_value = "none")]
    delay: Delay,
    /// What a live server is for; spy when one is given
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,
    #[command(flatten)]
    target: TargetArgs,
}

/// How a request finds its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    /// By method and parameters; of several the next, and the last again and again
    Arguments,
    /// By method and name, whatever the arguments; each once, in order
    Sequence,
    /// Only as the next of the recording; replies must be the recorded ones too
    Strict,
}

/// What a live server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// There is none
    None,
    /// It answers what is not in the recording
    Spy,
    /// It answers everything
    All,
}

fn delay(text: &str) -> Result<Delay, String> {
    let times = match text {
        "none" => return Ok(Delay::None),
        "recorded" => Some(1.0),
        _ => text
            .strip_prefix('x')
            .and_then(|times| times.parse::<f64>().ok()),
    };
    times
        .filter(|times| (0.0..=1e6).contains(times))
        .map(Delay::Recorded)
        .ok_or_else(|| "it is none, recorded or xN, as in x0.5 and x10".to_owned())
}

/// Runs it.
pub fn run(args: &ServeArgs) -> Exit {
    args.run().unwrap_or_else(|failure| super::report(&failure))
}

impl ServeArgs {
    fn run(&self) -> Result<Exit, Failure> {
        let target = self.target.target(&[])?;
        let file = super::sessions::named(&self.file, target.paths.as_ref())?;
        let rules = self.rules(&target)?;
        let choose = |timeline: &Timeline, bodies: &Bodies| match &self.filter {
            Some(filter) => super::filtered::rows(&file, timeline, bodies, filter, None),
            None => Ok(HashSet::new()),
        };
        let choice: Option<Choice<'_>> = self.filter.is_some().then_some(&choose);
        let script = serve::load(&file, self.of.as_deref(), &target.settings.mask, choice)
            .map_err(|error| explain(&error))?;
        let mode = self.mode.unwrap_or(Mode::None);
        let live = (mode != Mode::None || rules.forwards)
            .then(|| target.server("serve FILE"))
            .transpose()?
            .map(|connect| (connect.target, connect.stdio));
        let name = format!("{}-served", script.name);
        let (recorder, trouble) = target
            .keep
            .start_somewhere(&name)
            .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
        if let Some(error) = trouble {
            let _ = Failure::new(Exit::Internal, format!("{error}; this session is not kept"))
                .hint(error.hint())
                .tell(&mut io::stderr().lock());
        }
        let path = recorder.path().map(Path::to_owned);
        let script = Arc::new(script);
        let serving = Serving {
            told: Self::told(&file, &script),
            script: Arc::clone(&script),
            rules,
            live,
            recorder: recorder.masked_by(target.settings.mask.clone()),
        };
        if !script.others.is_empty() && self.of.is_none() {
            let others: Vec<&str> = script.others.iter().map(String::as_str).collect();
            say(&format!(
                "the recording has other servers too, which --of NAME takes: {}",
                others.join(", ")
            ));
        }
        for line in masked(&script.masked) {
            say(&line);
        }
        if let Some(path) = &path {
            say(&format!("this session is recorded in {}", path.display()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Exit::Internal, format!("no runtime: {error}")))?;
        let known = Known {
            folder: target.paths.as_ref().map(Paths::taps),
            name: script.name.clone(),
            file: path.clone(),
        };
        let (served, exit) = runtime.block_on(self.serve(serving, &file, known))?;
        for line in served.tally.words(&script).lines() {
            say(line);
        }
        if let Some((lost, why)) = &served.lost {
            let entries = text::plural(*lost as usize, "entry");
            say(&format!("{entries} could not be recorded: {why}"));
        }
        super::tell_recording(path.as_deref());
        if let Some((code, signal)) = served.exit {
            // Nothing is dropped in good order from here.
            crate::transport::stdio::kill_everything();
            end_as(code, signal);
        }
        Ok(exit)
    }

    async fn serve(
        &self,
        serving: Serving,
        file: &Path,
        known: Known,
    ) -> Result<(Served, Exit), Failure> {
        let no_signals = |error| {
            Failure::new(
                Exit::Internal,
                format!("cannot listen for signals: {error}"),
            )
        };
        let mut signals = Signals::listen().map_err(no_signals)?;
        let mut exit = Exit::Ok;
        let stop = async { exit = signals.next().await };
        let Some(address) = &self.listen else {
            let _known = known.register(None);
            let failed =
                |error| Failure::new(Exit::Internal, format!("cannot serve on stdout: {error}"));
            let served = serve::stdio::serve(serving, stop).await.map_err(failed)?;
            return Ok((served, exit));
        };
        let reach = if self.public {
            Reach::Anyone
        } else {
            Reach::Loopback
        };
        let listener = Listener::bind(address, reach).await.map_err(|error| {
            let hint = matches!(error, ListenError::Public(_))
                .then(|| "--public lets others than programs of this machine connect".to_owned());
            Failure::usage(error.to_string()).hint(hint)
        })?;
        say(&format!(
            "serving {} on http://{}/{}",
            file.display(),
            listener.address(),
            if serving.script.is_older() {
                "sse"
            } else {
                "mcp"
            }
        ));
        let _known = known.register(Some(listener.address().to_string()));
        let served = serve::web::serve(serving, listener, reach, stop).await;
        // That is how one ends it.
        Ok((served, Exit::Ok))
    }

    fn rules(&self, target: &Target) -> Result<Rules, Failure> {
        let mode = match (self.mode, &target.connect) {
            (Some(Mode::None), Some(_)) => {
                let failure = Failure::usage("--mode none has no use for a live server");
                return Err(failure.hint("--mode spy asks it what is not recorded".to_owned()));
            }
            (None, None) => Mode::None,
            (None, Some(_)) => Mode::Spy,
            (Some(mode), _) => mode,
        };
        Ok(Rules {
            matching: match self.matching {
                How::Arguments => Matching::Arguments,
                How::Sequence => Matching::Sequence,
                How::Strict => Matching::Strict,
            },
            delay: self.delay,
            forwards: mode != Mode::None,
            forwards_all: mode == Mode::All,
            ..Rules::default()
        })
    }

    fn told(file: &Path, script: &Script) -> String {
        let requests = text::plural(script.requests().count(), "recorded request");
        let name = file.file_name().unwrap_or(file.as_os_str());
        let left_out = match script.left_out() {
            0 => String::new(),
            count => format!(", {count} left out by the filter"),
        };
        format!(
            "served from {}: {requests}{left_out}",
            name.to_string_lossy()
        )
    }
}

/// What others are told of a recording that is served, while it is.
struct Known {
    folder: Option<PathBuf>,
    name: String,
    file: Option<PathBuf>,
}

#[cfg(unix)]
impl Known {
    /// Without it all works the same.
    fn register(self, listens: Option<String>) -> Option<crate::tap::running::Registration> {
        let serving = crate::tap::running::Running {
            pid: std::process::id(),
            server: self.name,
            serves: true,
            file: self.file.and_then(|path| std::path::absolute(path).ok()),
            listens,
            control: None,
            since: jiff::Timestamp::now(),
            lost: 0,
        };
        crate::tap::running::register(&self.folder?, &serving).ok()
    }
}

#[cfg(not(unix))]
impl Known {
    /// Elsewhere nobody looks on.
    fn register(self, _: Option<String>) {}
}

fn explain(error: &LoadError) -> Failure {
    let hint = match error {
        LoadError::Nothing(_) => {
            Some("mcpscope open FILE --filter FILTER shows what a filter lets through".to_owned())
        }
        LoadError::Silent => Some("record a session in which something is asked".to_owned()),
        _ => None,
    };
    Failure::usage(error.to_string()).hint(hint)
}

/// What becomes of values that are masked and not known here.
fn masked(masked: &Masked) -> Vec<String> {
    let names = |names: &BTreeSet<String>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.join(", ")
    };
    let mut lines = Vec::new();
    if !masked.asked.is_empty() {
        lines.push(format!(
            "masked in what was asked, so that any value will do: {}",
            names(&masked.asked)
        ));
    }
    if let Some(first) = masked.said.first() {
        lines.push(format!(
            "masked in what was answered, so that clients get the masks: {}; --secret {first}=VALUE gives them the value",
            names(&masked.said)
        ));
    }
    lines
}

fn say(line: &str) {
    // Nobody may be reading.
    let _ = writeln!(io::stderr(), "mcpscope serve: {}", text::sanitize(line));
}

/// Ends this process as the recorded one ended.
fn end_as(code: Option<i64>, signal: Option<i64>) -> ! {
    let small = |number: Option<i64>| number.and_then(|number| i32::try_from(number).ok());
    #[cfg(unix)]
    crate::tap::pass_on(crate::tap::Ended {
        code: small(code),
        signal: small(signal),
    });
    #[cfg(not(unix))]
    std::process::exit(small(code).or(small(signal)).unwrap_or(1));
}
