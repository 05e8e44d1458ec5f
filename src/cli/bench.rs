//! `mcpscope bench`: loads a server with one request, or with those of a recording, and tells how it bears it.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::call::arguments;
use super::document::Document;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::target::{Target, limit};
use super::{Early, Exit, Outcome, given};
use crate::bench::{Figures, Pace, Plan, Template, Until};
use crate::inspector::{Command, Connect, Update};
use crate::json::{self, quote};
use crate::mcp::types::{List, ToolEffect};
use crate::note;
use crate::recording::Recording;
use crate::session::timeline::{LinkState, Timeline};
use crate::text;

mod report;
mod screen;

use report::{Compared, Report};

/// The ids of a load begin here, far from those of the client.
const FIRST_ID: u64 = 1_000_000;

/// How long the end of a server is waited for whose connection has ended.
const GONE: Duration = Duration::from_secs(5);

/// Load a server with one tool call, or any request, and tell how it bears it
///
/// Each request is sent once first, as call would; that is recorded and has to be answered. Then copies
/// of it are sent, of which nothing is recorded:
///
///   a closed loop (--in-flight N): N are under way at any time, the next is sent when one is answered;
///   an open loop (--rate R): R a second are sent, whatever comes back, and time counts from when a
///   request was due, so that a server that halts is charged with all it kept waiting.
///
/// With --json, one object; times in microseconds:
///
///   {"server": {…}, "recording": FILE or null, "requests": [NAME, …],
///    "pace": {"in_flight": N} or {"per_second": R}, "rounds": N,
///    "figures": {"took_us", "sent", "answered", "failed", "per_second",
///      "latency_us": {"p50", "p90", "p99", "p999", "max", "mean"},
///      "faults": {WORDS: N}, "by_name": [{"name", "answered", "failed", "latency_us"}],
///      "seconds": [{"answered", "failed", "p50", "p99"}], "late_us", "overrun": N or null,
///      "server": {"cpu_us", "rss_before", "rss_most", "rss_after", "processes"} or null},
///    "against": {"server", "figures", "ratio": {NAME: {"median", "least", "most"}}} or null}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct BenchArgs {
    /// The tool to call
    #[arg(conflicts_with_all = ["method", "replay"])]
    tool: Option<String>,
    /// Its arguments: key=value, or key:=json
    #[arg(value_name = "KEY=VALUE|KEY:=JSON")]
    arguments: Vec<String>,
    /// Its arguments as one JSON object, from a file with @FILE, from stdin with -
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    args: Option<String>,
    /// Send this request instead of a tool call
    #[arg(long, value_name = "METHOD", conflicts_with = "replay")]
    method: Option<String>,
    /// Its parameters, as one JSON object
    #[arg(
        long,
        value_name = "JSON|@FILE|-",
        requires = "method",
        allow_hyphen_values = true
    )]
    params: Option<String>,
    /// Send the requests of this recording in turn: a file, or a name that mcpscope sessions lists
    #[arg(long, value_name = "FILE")]
    replay: Option<std::path::PathBuf>,
    /// So many at any time (closed loop); of a recording, so many that each go through all of it
    #[arg(short = 'n', long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=10_000), help_heading = "Load")]
    in_flight: u32,
    /// So many a second, whatever comes back (open loop)
    #[arg(long, value_name = "R", conflicts_with = "in_flight", value_parser = rate, help_heading = "Load")]
    rate: Option<f64>,
    /// For how long
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = limit, help_heading = "Load")]
    duration: Duration,
    /// Until so many were sent, however long that takes
    #[arg(long, value_name = "N", conflicts_with = "duration", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Load")]
    calls: Option<u64>,
    /// How long the server is loaded before it counts
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = span, help_heading = "Load")]
    warmup: Duration,
    /// Load this server in turn with the other, and compare: an address, or a command line in quotes
    #[arg(long, value_name = "COMMAND|URL", help_heading = "Load")]
    against: Option<String>,
    /// In how many parts the load is cut, and the two servers take turns
    #[arg(long, value_name = "N", requires = "against", default_value = "5", value_parser = clap::value_parser!(u32).range(1..=1_000), help_heading = "Load")]
    rounds: u32,
    /// Send what its schema forbids, or what is not listed
    #[arg(long)]
    no_validate: bool,
    /// Call a tool that is marked destructive, so many times
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

fn span(text: &str) -> Result<Duration, &'static str> {
    crate::config::duration(text)
        .ok_or("a whole number with a unit is needed, as in 0s, 500ms or 3s")
}

fn rate(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|rate: &f64| (1e-3..=1e6).contains(rate))
        .ok_or("a number of requests a second is needed, from 0.001 to 1000000")
}

/// What was settled before there was a connection.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Arguments or parameters.
    json: Option<String>,
    /// Requests of a recording: methods and parameters.
    recorded: Vec<(String, Option<String>)>,
    other: Option<Box<(Target, Connect)>>,
}

impl Live for BenchArgs {
    type Ready = Ready;

    fn usage(&self) -> &'static str {
        "bench TOOL [KEY=VALUE]…"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn lists(&self) -> &'static [List] {
        &[List::Tools]
    }

    fn ready(&self, stdin: Stdin) -> Result<Ready, Failure> {
        if self.tool.is_none() && self.method.is_none() && self.replay.is_none() {
            let hint = "mcpscope bench TOOL, --method METHOD, or --replay FILE".to_owned();
            return Err(Failure::usage("nothing is said of what to send").hint(hint));
        }
        let json = match &self.method {
            Some(_) => {
                let example = "--params '{\"uri\": \"test://one\"}'";
                given::params(self.params.as_deref(), example, stdin)?
            }
            None => given::optional(
                self.args.as_deref(),
                "--args",
                "--args '{\"key\": 1}'",
                stdin,
            )?,
        };
        let recorded = match &self.replay {
            Some(file) => self.recorded(file)?,
            None => Vec::new(),
        };
        let other = match &self.against {
            Some(server) => {
                let target = self.common.target.instead(server)?.target(self.lists())?;
                let connect = target.server(self.usage())?;
                Some(Box::new((target, connect)))
            }
            None => None,
        };
        Ok(Ready {
            json,
            recorded,
            other,
        })
    }

    async fn work(&self, ready: Ready, session: &mut Headless, output: &mut Output) -> Outcome {
        let Some(other) = &ready.other else {
            return self.both(&ready, session, None, output).await;
        };
        let (target, connect) = &**other;
        let mut second = Headless::start(target, connect.clone(), &self.common.output)?;
        let outcome = self.both(&ready, session, Some(&mut second), output).await;
        second.close().await;
        second.console.settle();
        outcome
    }
}

/// What one server is loaded with, and what came of it.
#[derive(Debug)]
struct Loaded {
    templates: Arc<[Template]>,
    next_id: u64,
    /// Each round by itself.
    rounds: Vec<Figures>,
}

impl BenchArgs {
    /// The requests a person made in a recording, in their order.
    fn recorded(&self, file: &std::path::Path) -> Result<Vec<(String, Option<String>)>, Failure> {
        let target = self.common.target.target(&[])?;
        let file = super::sessions::named(file, target.paths.as_ref())?;
        let recording =
            Recording::open(&file).map_err(|error| Failure::usage(error.to_string()))?;
        let unreadable = |error: std::io::Error| {
            let what = format!("{} cannot be read: {error}", file.display());
            Failure::new(Exit::Internal, what)
        };
        let mut timeline = Timeline::default();
        let take = |entries: Vec<_>, _| {
            for entry in &entries {
                timeline.push(entry);
            }
            true
        };
        recording.load(take).map_err(unreadable)?;
        let bodies = recording.bodies();
        let mut requests = Vec::new();
        for exchange in timeline.exchanges() {
            let method = timeline.word(exchange.method);
            let asks = matches!(
                method,
                "tools/call" | "resources/read" | "prompts/get" | "completion/complete"
            );
            let Some(row) = timeline.entry(exchange.request).filter(|_| asks) else {
                continue;
            };
            let body = bodies
                .read(row.seq(), row.place())
                .map_err(unreadable)?
                .body;
            let params = json::get(&body, &["params"]).map(plain_params);
            requests.push((method.to_owned(), params));
        }
        if requests.is_empty() {
            let what = format!(
                "{} holds no call, read, prompt or completion",
                file.display()
            );
            return Err(Failure::usage(what));
        }
        Ok(requests)
    }

    /// Loads one server, or two in turn, and tells.
    async fn both(
        &self,
        ready: &Ready,
        session: &mut Headless,
        mut other: Option<&mut Headless>,
        output: &mut Output,
    ) -> Outcome {
        let mut first = self.once(ready, session).await?;
        let mut second = match other.as_deref_mut() {
            Some(other) => Some(self.once(ready, other).await?),
            None => None,
        };
        let rounds = if second.is_some() { self.rounds } else { 1 };
        let mut ended = None;
        for round in 0..rounds {
            let (wait, _) = session.limits();
            let plan = |loaded: &Loaded| self.plan(loaded, round, rounds, wait);
            let head = |name: &str| match rounds {
                1 => String::new(),
                _ => format!(
                    "round {} of {rounds}: {} ",
                    round + 1,
                    text::fit(&text::sanitize(name), 16)
                ),
            };
            let title = head(session.name());
            let figures = load(session, plan(&first), &title, output).await?;
            first.took(figures);
            ended = first.ended(session).await;
            if ended.is_some() {
                break;
            }
            if let (Some(other), Some(second)) = (other.as_deref_mut(), second.as_mut()) {
                let title = head(other.name());
                let figures = load(other, plan(second), &title, output).await?;
                second.took(figures);
                ended = second.ended(other).await;
                if ended.is_some() {
                    break;
                }
            }
        }
        let report = Report {
            pace: self.pace(),
            warmup: self.warmup,
            names: first
                .templates
                .iter()
                .map(|one| one.name().to_owned())
                .collect(),
            rounds: first.rounds,
            against: second
                .filter(|second| !second.rounds.is_empty())
                .zip(other.as_deref())
                .map(|(second, other)| Compared {
                    name: other.name().to_owned(),
                    rounds: second.rounds,
                }),
        };
        Self::tell(&report, ended, session, output)
    }

    /// `ended` says how a server came to its end.
    fn tell(
        report: &Report,
        ended: Option<Failure>,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome {
        session.console.settle();
        if output.json {
            let mut document = session.document();
            report.describe(&mut document);
            if let Some(failure) = &ended {
                failure.describe(&mut document);
            }
            output.document(&document)?;
        } else {
            output.text(&report.text(session.name(), session.connection()))?;
            output.flush()?;
        }
        if let Some(failure) = ended {
            return Ok(super::report(&failure));
        }
        let all = report.all();
        if all.failed() > 0 && all.failed() == all.answered() {
            let what = "every request failed";
            session.console.error(what);
            let only_tool = all
                .faults
                .keys()
                .all(|fault| *fault == crate::bench::Fault::Tool);
            return Ok(if only_tool {
                Exit::ToolError
            } else {
                Exit::Protocol
            });
        }
        Ok(Exit::Ok)
    }

    fn pace(&self) -> Pace {
        match self.rate {
            Some(rate) => Pace::Open {
                every: Duration::from_secs_f64(rate.recip()),
            },
            None => Pace::Closed {
                in_flight: self.in_flight,
            },
        }
    }

    fn plan(&self, loaded: &Loaded, round: u32, rounds: u32, wait: Duration) -> Plan {
        let part = |calls: u64| {
            let rounds = u64::from(rounds);
            (calls / rounds + u64::from(u64::from(round) < calls % rounds)).max(1)
        };
        Plan {
            templates: Arc::clone(&loaded.templates),
            pace: self.pace(),
            // Once is enough: what is in its caches stays there.
            warmup: if round == 0 {
                self.warmup
            } else {
                Duration::ZERO
            },
            until: match self.calls {
                Some(calls) => Until::Calls(part(calls)),
                None => Until::Time(self.duration / rounds),
            },
            wait,
            first_id: loaded.next_id,
        }
    }

    /// Sends each request once, as a call would, and makes templates of what was sent.
    async fn once(&self, ready: &Ready, session: &mut Headless) -> Result<Loaded, Early> {
        session.ready().await?;
        let mut requests = ready.recorded.clone();
        if let Some(method) = &self.method {
            requests.push((method.clone(), ready.json.clone()));
        }
        if let Some(tool) = &self.tool {
            session.listed(List::Tools).await?;
            let (given, json) = (&self.arguments, ready.json.as_deref());
            let arguments = arguments(session, tool, given, json, self.no_validate)?;
            let params = format!("{{\"name\":{},\"arguments\":{arguments}}}", quote(tool));
            requests.push(("tools/call".to_owned(), Some(params)));
        }
        self.careful(&requests, session).await?;
        let mut templates = Vec::new();
        for (method, params) in requests {
            let answered = session.request(&method, params).await?;
            if answered.is_tool_error() {
                let what = format!("{method}: the tool reports an error (isError)");
                session
                    .console
                    .warn(&what, Some("its failures are counted below"));
            }
            let Some(template) = session.newest_request(&method) else {
                let what = "the request cannot be read back from the recording";
                return Err(Failure::new(Exit::Internal, what).into());
            };
            if !templates.contains(&template) {
                templates.push(template);
            }
        }
        Ok(Loaded {
            templates: templates.into(),
            next_id: FIRST_ID,
            rounds: Vec::new(),
        })
    }

    /// What is marked destructive is not called a thousand times by mistake.
    async fn careful(
        &self,
        requests: &[(String, Option<String>)],
        session: &mut Headless,
    ) -> Result<(), Early> {
        let calls: Vec<String> = requests
            .iter()
            .filter(|(method, _)| method == "tools/call")
            .filter_map(|(_, params)| json::string_at(params.as_ref()?.as_bytes(), &["name"]))
            .collect();
        if self.yes || calls.is_empty() {
            return Ok(());
        }
        session.listed(List::Tools).await?;
        let destroys = session
            .connection()
            .list(List::Tools)
            .items
            .iter()
            .find(|tool| {
                tool.effect == ToolEffect::Destroys && calls.iter().any(|call| **call == *tool.name)
            });
        if let Some(tool) = destroys {
            let what = format!("tool {} is marked destructive", quote(&tool.name));
            let hint = "--yes calls it as often as the load asks for".to_owned();
            return Err(Failure::usage(what).hint(hint).into());
        }
        Ok(())
    }
}

impl Loaded {
    /// How the server came to its end, when it did while it was loaded.
    async fn ended(&self, session: &mut Headless) -> Option<Failure> {
        if !self.rounds.last()?.lost {
            return None;
        }
        // Its end is on its way to us.
        let gone = async { while session.next().await.is_ok() {} };
        let _ = tokio::time::timeout(GONE, gone).await;
        let sent: u64 = self.rounds.iter().map(|figures| figures.sent).sum();
        let requests = format!("{} of a load", text::plural(sent as usize, "request"));
        let name = session.name();
        let what = match &session.connection().link {
            LinkState::Exited { code, signal, .. } => {
                let was = if signal.is_some() { "was " } else { "" };
                let how = note::exit_sentence(*code, *signal);
                format!("{name} {was}{how} after {requests}")
            }
            LinkState::Failed { what, .. } => {
                format!("the connection to {name} ended after {requests}: {what}")
            }
            _ => format!("the connection to {name} ended after {requests}"),
        };
        Some(session.with_stderr(Failure::new(Exit::ServerGone, what)))
    }

    fn took(&mut self, figures: Figures) {
        self.next_id += figures.sent;
        self.rounds.push(figures);
    }
}

impl Headless {
    /// The newest request with this method as it was sent, to be sent again.
    fn newest_request(&self, method: &str) -> Option<Template> {
        let row = self.timeline.entry(self.last(method)?.request)?;
        let body = self.bodies.original(row.seq(), row.place()).ok()?.body;
        Template::of(&body)
    }
}

/// Parameters without what belongs to the connection they were sent on.
fn plain_params(params: &[u8]) -> String {
    let members: Vec<String> = json::members(params)
        .filter(|(name, _)| name != "_meta")
        .map(|(name, value)| format!("{}:{}", quote(&name), String::from_utf8_lossy(value)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// One load from its beginning to its end.
async fn load(
    session: &mut Headless,
    plan: Plan,
    title: &str,
    output: &mut Output,
) -> Result<Figures, Early> {
    session.console.settle();
    session.console.hold_stderr();
    session.send(Command::Load {
        conn: 1,
        plan: Box::new(plan),
    });
    loop {
        match session.next().await {
            Ok(Update::Load { figures, over, .. }) => {
                if over {
                    session.console.settle();
                    session.console.release_stderr();
                    return Ok(*figures);
                }
                if output.events() {
                    let mut event = Document::default();
                    event.text("event", "load");
                    report::second(&figures, &mut event);
                    output.event(&event)?;
                } else {
                    session.console.stand(&screen::lines(&figures, title));
                }
            }
            Ok(_) => {}
            Err(stop) => {
                session.console.release_stderr();
                if matches!(stop, Stop::Signal(_)) {
                    session.send(Command::Unload { conn: 1 });
                }
                return Err(stop.into());
            }
        }
    }
}
