//! `mcpscope diff` between two servers that run, or one in both eras: what they offer, or what they answer to one request.

use clap::Args;

use super::{DiffArgs, print};
use crate::cli::call::arguments;
use crate::cli::failure::Failure;
use crate::cli::headless::Headless;
use crate::cli::live::Stdin;
use crate::cli::output::Output;
use crate::cli::target::{Target, TargetArgs, era};
use crate::cli::{Early, Exit, Outcome, given};
use crate::diff::Options;
use crate::diff::calls::Call;
use crate::diff::report::{Form, Report};
use crate::diff::surface::{self, Catalogue};
use crate::inspector::Connect;
use crate::json::quote;
use crate::mcp::client::EraChoice;
use crate::mcp::types::List;
use crate::recording::calls::CallAt;
use crate::replaying::{self, conductor};

/// The second server, and what both are asked.
#[derive(Debug, Clone, Args)]
pub struct Servers {
    /// Compare with this server: an address, or a command line in quotes
    #[arg(long, value_name = "COMMAND|URL", conflicts_with_all = ["a", "b"], help_heading = "Two servers")]
    against: Option<String>,
    /// Speak to the second, or to the same server once more, in this era
    #[arg(long, value_name = "ERA", value_parser = era(), conflicts_with_all = ["a", "b"], help_heading = "Two servers")]
    against_era: Option<EraChoice>,
    /// Compare what they answer to a call of this tool
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["surface", "method", "a"], help_heading = "Two servers")]
    call: Option<String>,
    /// Its arguments as one JSON object, from a file with @FILE, from stdin with -
    #[arg(
        long,
        value_name = "JSON|@FILE|-",
        requires = "call",
        allow_hyphen_values = true,
        help_heading = "Two servers"
    )]
    args: Option<String>,
    /// Compare what they answer to this request
    #[arg(long, value_name = "METHOD", conflicts_with_all = ["surface", "a"], help_heading = "Two servers")]
    method: Option<String>,
    /// Its parameters, as one JSON object
    #[arg(
        long,
        value_name = "JSON|@FILE|-",
        requires = "method",
        allow_hyphen_values = true,
        help_heading = "Two servers"
    )]
    params: Option<String>,
    /// Call a tool that is marked destructive, on both
    #[arg(long, requires = "call", help_heading = "Two servers")]
    yes: bool,
    /// Send what the first server's schema forbids, or what it does not list
    #[arg(long, requires = "call", help_heading = "Two servers")]
    no_validate: bool,
}

/// What is known before there is a server.
struct Ready {
    first: (Target, Connect),
    second: (Target, Connect),
    options: Options,
    /// Arguments or parameters.
    json: Option<String>,
}

impl Servers {
    /// Whether two servers are compared.
    pub(super) fn are_meant(&self) -> bool {
        self.against.is_some()
            || self.against_era.is_some()
            || self.call.is_some()
            || self.method.is_some()
    }

    /// The second server.
    fn second(&self, first: &TargetArgs) -> Result<TargetArgs, Failure> {
        let other = self.against.as_deref();
        let other = other.map(|server| first.instead(server)).transpose()?;
        match (other, self.against_era) {
            (None, None) => Err(Failure::usage("there is no second server to compare with").hint(
                "--against 'COMMAND' or --against URL names it; --against-era takes the same in another era"
                    .to_owned(),
            )),
            (Some(other), None) => Ok(other),
            (other, Some(era)) => Ok(other.as_ref().unwrap_or(first).in_era(era)),
        }
    }

    /// What was given in JSON.
    fn json(&self) -> Result<Option<String>, Failure> {
        let stdin = Stdin::Own;
        if self.method.is_some() {
            let example = "--params '{\"uri\": \"test://one\"}'";
            return given::params(self.params.as_deref(), example, stdin);
        }
        given::optional(
            self.args.as_deref(),
            "--args",
            "--args '{\"key\": 1}'",
            stdin,
        )
    }
}

impl DiffArgs {
    /// Compares two servers.
    pub(super) fn between(&self) -> Exit {
        let mut ready = None;
        let target = self.pair().map(|made| {
            let first = made.first.clone();
            ready = Some(made);
            first
        });
        crate::cli::session(target, &self.output, async |session, output| match &ready {
            Some(ready) => self.beside(ready, session, output).await,
            // There is no session without it.
            None => Ok(Exit::Internal),
        })
    }

    fn pair(&self) -> Result<Ready, Failure> {
        let servers = &self.servers;
        if !self.surface && servers.call.is_none() && servers.method.is_none() {
            let what = "nothing is said of what the two servers are compared by";
            return Err(Failure::usage(what).hint(
                "--surface compares what they offer, --call TOOL or --method METHOD what they answer"
                    .to_owned(),
            ));
        }
        let options = Options {
            rules: self.rules()?,
            ..Options::default()
        };
        let json = servers.json()?;
        let lists: &[List] = match (self.surface, &servers.call) {
            (true, _) => &List::ALL,
            (_, Some(_)) => &[List::Tools],
            _ => &[],
        };
        let server = |args: &TargetArgs| {
            let target = args.target(lists)?;
            let connect = target.server("diff --against SERVER")?;
            Ok::<_, Failure>((target, connect))
        };
        Ok(Ready {
            first: server(&self.target)?,
            second: server(&servers.second(&self.target)?)?,
            options,
            json,
        })
    }

    async fn beside(&self, ready: &Ready, first: &mut Headless, output: &mut Output) -> Outcome {
        let (target, connect) = &ready.second;
        let mut second = Headless::start(target, connect.clone(), &self.output)?;
        let report = self.both(ready, first, &mut second).await;
        second.close().await;
        second.console.settle();
        first.console.settle();
        let form = match (output.json, self.markdown, self.junit) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Markdown,
            (.., true) => Form::Junit,
            _ => Form::Plain,
        };
        print(&report?, form, output)
    }

    async fn both(
        &self,
        ready: &Ready,
        first: &mut Headless,
        second: &mut Headless,
    ) -> Result<Report, Early> {
        first.ready().await?;
        second.ready().await?;
        let [left, right] = [named(first), named(second)];
        if self.surface {
            first.all_listed().await?;
            second.all_listed().await?;
            let [a, b] = [&*first, &*second].map(|session| Catalogue::of(session.connection()));
            return Ok(surface::report(
                (&left, &a),
                (&right, &b),
                &ready.options.rules,
            ));
        }
        let (method, params) = self.request(ready, first).await?;
        self.careful(ready, [&mut *first, &mut *second]).await?;
        let a = answered(first, &method, params.clone()).await?;
        let b = answered(second, &method, params).await?;
        let (left, right) = ((&*left, &a), (&*right, &b));
        Ok(replaying::of_one_request(left, right, &ready.options))
    }

    /// What both are asked. Arguments are those the first server's schema makes of them, so that both get the same.
    async fn request(
        &self,
        ready: &Ready,
        first: &mut Headless,
    ) -> Result<(String, Option<String>), Early> {
        let servers = &self.servers;
        let Some(tool) = &servers.call else {
            return Ok((
                servers.method.clone().unwrap_or_default(),
                ready.json.clone(),
            ));
        };
        first.listed(List::Tools).await?;
        let json = ready.json.as_deref();
        let arguments = arguments(first, tool, &[], json, servers.no_validate)?;
        let params = format!("{{\"name\":{},\"arguments\":{arguments}}}", quote(tool));
        Ok(("tools/call".to_owned(), Some(params)))
    }

    /// What may destroy something on either is called only when that was said.
    async fn careful(&self, ready: &Ready, sessions: [&mut Headless; 2]) -> Result<(), Early> {
        let Some(tool) = self.servers.call.as_deref().filter(|_| !self.servers.yes) else {
            return Ok(());
        };
        let careful = ready.first.0.settings.careful;
        for session in sessions {
            session.listed(List::Tools).await?;
            let items = &session.connection().list(List::Tools).items;
            if !conductor::destructive(&[(tool, 1)], items, careful).is_empty() {
                let what = format!("{} may destroy something: {tool}", session.name());
                let hint = "--yes calls it all the same, on both".to_owned();
                return Err(Failure::usage(format!("nothing was sent: {what}"))
                    .hint(hint)
                    .into());
            }
        }
        Ok(())
    }
}

/// A server by its name and the revision it speaks, so that two of a kind are told apart.
fn named(session: &Headless) -> String {
    match session.connection().revision {
        Some(revision) => format!("{} ({revision})", session.name()),
        None => session.name().to_owned(),
    }
}

/// Sends a request; whatever is answered, an error too, can be compared.
async fn answered(
    session: &mut Headless,
    method: &str,
    params: Option<String>,
) -> Result<Call, Early> {
    let before = session.timeline.exchanges().len();
    let sent = session.request(method, params).await;
    let timeline = &session.timeline;
    let ours = (before..timeline.exchanges().len())
        .find(|index| timeline.word(timeline.exchanges()[*index].method) == method);
    let call = ours
        .and_then(|index| CallAt::settled(timeline, index as u32))
        .map(|call| call.read(&session.bodies));
    match (sent, call) {
        (Err(stop @ (Early::Stop(_) | Early::Output(_))), _) => Err(stop),
        (Err(failure), None) => Err(failure),
        (_, Some(call)) => {
            call.map_err(|error| Failure::new(Exit::Internal, error.to_string()).into())
        }
        (Ok(_), None) => {
            let what = "the answer cannot be read back from the recording";
            Err(Failure::new(Exit::Internal, what).into())
        }
    }
}
