//! The verbs that work on a connection: one table, for the command line and for the lines of a shell.
//!
//! A verb says what it needs before there is a connection, and what it does on one. Who opens the connection is not
//! its business: alone it has one of its own ([`run`](Verb::run)), in a shell it shares one ([`inside`](Verb::inside)).

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::headless::Headless;
use super::output::Output;
use super::target::TargetArgs;
use super::watching::{self, WatchArgs};
use super::{Exit, Outcome, OutputArgs};
use super::{bench, call, complete, get, info, list, listen, notify, read, request, tasks};
use crate::mcp::client::Options;
use crate::mcp::types::List;

/// The table.
#[derive(Debug, Clone, Subcommand)]
#[command(defer = true)]
pub enum Verb {
    List(list::ListArgs),
    Call(call::CallArgs),
    Read(read::ReadArgs),
    Get(get::GetArgs),
    Complete(complete::CompleteArgs),
    Request(request::RequestArgs),
    Info(info::InfoArgs),
    Notify(notify::NotifyArgs),
    Subscribe(listen::SubscribeArgs),
    Listen(listen::ListenArgs),
    Tasks(tasks::TasksArgs),
    Bench(bench::BenchArgs),
}

/// What every one of them takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// Whether arguments may be read from stdin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdin {
    /// It is the verb's own.
    Own,
    /// Commands are read from it.
    Commands,
}

/// A verb that works on a connection.
pub trait Live {
    /// What it made of its arguments before there was a connection.
    type Ready: Clone;

    /// How it is written, for who forgot the server.
    fn usage(&self) -> &'static str;

    /// What every verb takes.
    fn common(&self) -> &Common;

    /// The lists that are fetched as soon as the connection works.
    fn lists(&self) -> &'static [List] {
        &[]
    }

    /// Settles what the connection has to be told beforehand.
    fn prepare(&self, _: &mut Options) {}

    /// Finds out what can be found out without a server: nothing is started for arguments that make no sense.
    fn ready(&self, stdin: Stdin) -> Result<Self::Ready, Failure>;

    /// What is done again when files change, where it can be.
    fn watch(&self) -> Option<&WatchArgs> {
        None
    }

    /// The tool that it calls.
    fn calls(&self) -> Option<&str> {
        None
    }

    /// Does it.
    async fn work(
        &self,
        ready: Self::Ready,
        session: &mut Headless,
        output: &mut Output,
    ) -> Outcome;
}

macro_rules! each {
    ($verb:expr, $args:ident => $does:expr) => {
        match $verb {
            Verb::List($args) => $does,
            Verb::Call($args) => $does,
            Verb::Read($args) => $does,
            Verb::Get($args) => $does,
            Verb::Complete($args) => $does,
            Verb::Request($args) => $does,
            Verb::Info($args) => $does,
            Verb::Notify($args) => $does,
            Verb::Subscribe($args) => $does,
            Verb::Listen($args) => $does,
            Verb::Tasks($args) => $does,
            Verb::Bench($args) => $does,
        }
    };
}

impl Verb {
    /// Runs it on a connection of its own.
    pub fn run(&self) -> Exit {
        each!(self, args => alone(args))
    }

    /// Runs it on a connection that is there.
    pub async fn inside(&self, session: &mut Headless, output: &mut Output) -> Outcome {
        let common = each!(self, args => args.common());
        if common.target != TargetArgs::default() {
            let failure = Failure::usage("the connection is open already: a line takes no server");
            let hint = "options of the server stand behind mcpscope shell".to_owned();
            return Err(failure.hint(hint).into());
        }
        if each!(self, args => args.watch()).is_some_and(|watch| !watch.globs.is_empty()) {
            let failure = Failure::usage("in a shell nothing is watched");
            let hint = "mcpscope call TOOL --watch GLOB -- COMMAND does".to_owned();
            return Err(failure.hint(hint).into());
        }
        each!(self, args => shared(args, session, output).await)
    }

    /// What every verb takes.
    pub fn common(&self) -> &Common {
        each!(self, args => args.common())
    }
}

/// What the connection has to be told for the verb is told before it, and taken back behind it.
async fn shared<V: Live>(verb: &V, session: &mut Headless, output: &mut Output) -> Outcome {
    let ready = verb.ready(Stdin::Commands)?;
    let standing = session.options.clone();
    let mut options = standing.clone();
    verb.prepare(&mut options);
    session.adjust(&standing, &options);
    let outcome = verb.work(ready, session, output).await;
    session.adjust(&options, &standing);
    outcome
}

fn alone<V: Live>(verb: &V) -> Exit {
    let common = verb.common();
    let mut ready = None;
    let mut again = None;
    let watch = verb.watch().filter(|watch| !watch.globs.is_empty());
    let target = verb.ready(Stdin::Own).and_then(|made| {
        ready = Some(made);
        let target = common.target.target(verb.lists())?;
        let mut connect = target.server(verb.usage())?;
        verb.prepare(&mut connect.options);
        if watch.is_some() {
            // What it offers is compared.
            connect.options.lists = List::ALL.to_vec();
            again = Some((connect.clone(), target.settings.careful));
        }
        Ok((target, connect))
    });
    super::session(target, &common.output, async |session, output| {
        match (ready, watch.zip(again)) {
            (Some(ready), Some((watch, (connect, careful)))) => {
                watching::again(verb, ready, watch, connect, careful, session, output).await
            }
            (Some(ready), None) => verb.work(ready, session, output).await,
            // There is no session without it.
            (None, _) => Ok(Exit::Internal),
        }
    })
}
