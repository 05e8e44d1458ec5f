//! `mcpscope shell`: commands line by line over one connection, for scripts, agents and people.
//!
//! The verbs are those of the command line, out of the same table. For a person (at a terminal, or with `--plain`)
//! lists are numbered, arguments that are missing are asked for, and so is what the server asks; everything is
//! appended, nothing is drawn over, so that it can be read aloud.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::lines::Lines;
use super::live::{self, Common};
use super::output::Output;
use super::target::TargetArgs;
use super::{Early, Exit, Outcome, refusal};
use crate::mcp::asked::{Capabilities, capabilities};
use crate::mcp::types::List;
use crate::text;

mod filling;
mod numbered;
mod questions;

use numbered::Numbered;

/// Run commands line by line over one connection
///
/// Each line of stdin is a command as on the command line, without mcpscope and without the server:
/// call echo text=hi. Empty lines and lines that begin with # are left out; help lists the commands.
/// Answers go to stdout, each as its own options ask for; --json and --ndjson here hold for every
/// line. A line that fails does not end the others: the exit code is that of the first that failed.
///
/// At a terminal, and with --plain, it is for a person: lists are numbered, numbers stand for what
/// was listed last, missing arguments are asked for, and what the server asks can be answered.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ShellArgs {
    /// For a person: numbered lists and questions, a line at a time, nothing drawn over
    #[arg(long)]
    plain: bool,
    /// End with the first line that fails
    #[arg(short = 'e', long)]
    exit_on_error: bool,
    #[command(flatten)]
    common: Common,
}

impl ShellArgs {
    /// For a person, at this server.
    pub(super) fn plain(target: TargetArgs) -> Self {
        Self {
            plain: true,
            exit_on_error: false,
            common: Common {
                target,
                ..Common::default()
            },
        }
    }
}

/// A line.
#[derive(Debug, Parser)]
#[command(
    name = "",
    no_binary_name = true,
    disable_help_flag = true,
    override_usage = "COMMAND [ARGUMENTS] [OPTIONS]"
)]
struct Line {
    #[command(subcommand)]
    word: Word,
}

#[derive(Debug, Clone, Subcommand)]
#[command(defer = true)]
enum Word {
    #[command(flatten)]
    Live(live::Verb),
    /// List tools, numbered; with text, those that have it in their name
    Tools { text: Option<String> },
    /// List resources, numbered
    Resources { text: Option<String> },
    /// List resource templates, numbered
    Templates { text: Option<String> },
    /// List prompts, numbered
    Prompts { text: Option<String> },
    /// Leave
    #[command(alias = "exit")]
    Quit,
}

/// Runs it.
pub fn run(args: &ShellArgs) -> Exit {
    let person = args.plain || (io::stdin().is_terminal() && io::stdout().is_terminal());
    let lists: &[List] = if person { &List::ALL } else { &[] };
    let target = args.common.target.target(lists).and_then(|target| {
        let mut connect = target.server("shell")?;
        if person && target.answers.is_none() {
            let mut could = Capabilities::interactive();
            // A call is waited for; nobody looks after what becomes a task meanwhile.
            could.extend(capabilities::TASKS, None);
            connect.options.capabilities = could;
        }
        Ok((target, connect))
    });
    super::session(target, &args.common.output, async |session, output| {
        session.lines = Some(Lines::of(io::stdin()));
        session.person = person;
        let mut shell = Shell {
            args,
            person,
            parser: Line::command(),
            numbered: Numbered::default(),
            first: None,
        };
        shell.work(session, output).await
    })
}

struct Shell<'a> {
    args: &'a ShellArgs,
    person: bool,
    parser: clap::Command,
    numbered: Numbered,
    /// How the first line failed that did.
    first: Option<Exit>,
}

/// What comes after a line.
enum Then {
    Next(Exit),
    /// The same, and nothing was asked of the server.
    Shown,
    Leave,
}

impl Shell<'_> {
    async fn work(&mut self, session: &mut Headless, output: &mut Output) -> Outcome {
        session.ready().await?;
        if self.person {
            session.all_listed().await?;
            session.say(&numbered::greeting(session));
        }
        loop {
            if self.person {
                session.prompt("> ");
            }
            if !session.lines.as_mut().is_some_and(Lines::has_next) {
                // Whoever types the next line may want to see the answers first.
                output.hold(false);
                output.flush()?;
            }
            let line = match session.line(false).await {
                Err(Stop::Signal(Exit::Interrupted)) if self.person => {
                    session.forgive();
                    session.say("quit leaves");
                    continue;
                }
                line => line?,
            };
            let Some(line) = line else {
                break;
            };
            output.set(&self.args.common.output);
            let began = Instant::now();
            let exit = match self.line(&line, session, output).await {
                Ok(Then::Leave) => break,
                Ok(Then::Shown) => continue,
                Ok(Then::Next(exit)) => exit,
                Err(Early::Failure(failure)) => {
                    session.console.settle();
                    super::fail(&failure, session.document(), output)
                }
                Err(Early::Stop(Stop::Signal(Exit::Interrupted))) if self.person => {
                    session.forgive();
                    session.say("cancelled");
                    Exit::Interrupted
                }
                Err(early) => return Err(early),
            };
            if self.person && exit == Exit::Ok {
                session.say(&format!("ok, {}", text::took(began.elapsed())));
            }
            if exit != Exit::Ok {
                self.first.get_or_insert(exit);
                if self.args.exit_on_error {
                    break;
                }
            }
        }
        let fault = session.lines.as_mut().and_then(Lines::fault);
        if let Some(error) = fault {
            return Err(Failure::usage(format!("cannot read on: {error}")).into());
        }
        Ok(self.first.filter(|_| !self.person).unwrap_or(Exit::Ok))
    }

    async fn line(
        &mut self,
        line: &str,
        session: &mut Headless,
        output: &mut Output,
    ) -> Result<Then, Early> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(Then::Shown);
        }
        let mut words = shell_words::split(line).map_err(|_| {
            let failure = Failure::usage("a quote is not closed");
            failure.hint("quote as in a shell: call echo 'text=two words'".to_owned())
        })?;
        if self.person {
            self.numbered.name(&mut words);
        }
        if words.first().is_some_and(|word| word == "?") {
            "help".clone_into(&mut words[0]);
        }
        let word = match self.parse(&words) {
            Ok(line) => line.word,
            Err(error) if error.use_stderr() => {
                let known = words
                    .first()
                    .filter(|word| self.parser.find_subcommand(word).is_some());
                let help = known.map_or_else(
                    || "help lists the commands".to_owned(),
                    |word| format!("help {word} tells what it takes"),
                );
                return Err(refusal::of(&error, help).into());
            }
            Err(error) => {
                // Help was asked for.
                output.text(&error.render().to_string())?;
                output.flush()?;
                return Ok(Then::Shown);
            }
        };
        let (list, filter) = match word {
            Word::Quit => return Ok(Then::Leave),
            Word::Tools { text } => (List::Tools, text),
            Word::Resources { text } => (List::Resources, text),
            Word::Templates { text } => (List::Templates, text),
            Word::Prompts { text } => (List::Prompts, text),
            Word::Live(verb) => return self.verb(verb, session, output).await,
        };
        session.listed(list).await?;
        for line in self.numbered.list(list, filter.as_deref(), session)? {
            output.line(&line)?;
        }
        output.flush()?;
        Ok(Then::Shown)
    }

    fn parse(&mut self, words: &[String]) -> Result<Line, clap::Error> {
        let matches = self.parser.try_get_matches_from_mut(words)?;
        Line::from_arg_matches(&matches)
    }

    async fn verb(
        &mut self,
        mut verb: live::Verb,
        session: &mut Headless,
        output: &mut Output,
    ) -> Result<Then, Early> {
        let own = verb.common().output.over(&self.args.common.output);
        output.set(&own);
        session.console.set(&own);
        if self.person && !self.fill(&mut verb, session).await? {
            return Ok(Then::Shown);
        }
        // What waits may wait a little longer: answers to lines that are at hand go out together. Events do not
        // wait, and nothing may be left behind by them.
        let events = own.ndjson || self.args.common.output.ndjson;
        let more = !self.person && !events && session.lines.as_mut().is_some_and(Lines::has_next);
        output.hold(more);
        if events {
            output.flush()?;
        }
        let exit = verb.inside(session, output).await;
        session.console.set(&self.args.common.output);
        exit.map(Then::Next)
    }
}
