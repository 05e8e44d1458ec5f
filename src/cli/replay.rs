//! `mcpscope replay`: the requests of a recording, sent again to a live server, and what differs in the answers.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::asked::{Answers, message};
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::output::Output;
use super::target::{Target, TargetArgs};
use super::{Early, Exit, Outcome, OutputArgs};
use crate::diff::Options;
use crate::diff::report::Form;
use crate::filter::Filter;
use crate::inspector::{Command, Connect, Update};
use crate::json::quote;
use crate::mcp::asked::{Policies, Reply, reply};
use crate::mcp::client::EraChoice;
use crate::mcp::revision::Era;
use crate::mcp::types::List;
use crate::note::Note;
use crate::note::decided::Decided;
use crate::replay::{self, Do, Happened, Part, Plan, Problem, Run, Speed};
use crate::replaying::{self, Fault, Session, Source, conductor};
use crate::text;

/// Send the requests of a recording again, and compare the answers
///
/// The handshake is done anew, in the recorded revision unless --era or --protocol says
/// otherwise. Requests go out in the recorded order, together where they were under way
/// together. Cursors, task ids, progress tokens and states are the new ones; a value that
/// came from an earlier answer is taken from the new one, and that is said. What the server
/// asks is answered as it was.
///
///   mcpscope replay bug-41 -- ./my-server
///   mcpscope replay baseline.jsonl --filter tool:search --ignore '$..score' --url URL
///
/// Values that differ from run to run are ignored as by mcpscope diff. Exit code 10 when
/// anything differs. The report of --json is that of mcpscope diff; a failure has "error".
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ReplayArgs {
    /// The recording: a file, or the name of a session
    #[arg(value_name = "FILE|NAME")]
    file: PathBuf,
    /// Only what this filter lets through, such as 'tool:search status:ok'
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse)]
    filter: Option<Filter>,
    /// Call tools that are marked destructive without asking
    #[arg(long)]
    yes: bool,
    /// How fast: none for as fast as it goes, recorded, or a factor as in x10
    #[arg(long, value_name = "SPEED", default_value = "none", value_parser = Speed::parse)]
    speed: Speed,
    /// Put what came of it in the place of the recording, which is kept beside it
    #[arg(long, conflicts_with_all = ["filter", "no_record"])]
    accept: bool,
    /// Ignore this path ($.a..b, *.timestamp), or what this rule says; no-RULE turns a rule off (repeatable)
    #[arg(long, value_name = "PATH|RULE", help_heading = "Comparison")]
    ignore: Vec<String>,
    /// Ignore nothing but what --ignore says: no rules, no ignore files
    #[arg(long, help_heading = "Comparison")]
    exact: bool,
    /// Print a Markdown report
    #[arg(long, conflicts_with_all = ["junit", "json", "ndjson"], help_heading = "Output")]
    markdown: bool,
    /// Print a JUnit report
    #[arg(long, conflicts_with_all = ["json", "ndjson"], help_heading = "Output")]
    junit: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// What is known before there is a server.
struct Ready {
    source: Source,
    plan: Plan,
    options: Options,
    connect: Connect,
    /// What is answered that was not asked in the recording.
    answers: Answers,
    careful: bool,
}

/// Runs it.
pub fn run(args: &ReplayArgs) -> Exit {
    let mut ready = None;
    let target = args.ready().map(|(target, made)| {
        let connect = made.connect.clone();
        ready = Some(made);
        (target, connect)
    });
    let file = ready.as_ref().map(|ready| ready.source.path.clone());
    let mut recorded = None;
    let exit = super::session(target, &args.output, async |session, output| {
        recorded = session.recording().map(std::path::Path::to_owned);
        match ready {
            Some(ready) => args.work(ready, session, output).await,
            // There is no session without it.
            None => Ok(Exit::Internal),
        }
    });
    if !args.accept || !matches!(exit, Exit::Ok | Exit::Differs) {
        return exit;
    }
    let (Some(file), Some(recorded)) = (file, recorded) else {
        let hint = "--record FILE says where; or let recordings be kept".to_owned();
        let failure = Failure::usage("the new session was not kept, so it cannot be accepted");
        return super::report(&failure.hint(hint));
    };
    match replaying::accept(&recorded, &file) {
        Ok(backup) => {
            let [file, backup] = [&file, &backup].map(|path| path.display().to_string());
            let told = format!(
                "{} is the new session now; the old one is {}",
                text::sanitize(&file),
                text::sanitize(&backup)
            );
            // Nobody may be left to read it.
            let _ = writeln!(io::stderr(), "{told}");
            Exit::Ok
        }
        Err(error) => {
            let what = format!("{} stays as it was: {error}", file.display());
            super::report(&Failure::new(Exit::Internal, what))
        }
    }
}

impl ReplayArgs {
    /// Finds out what can be found out without a server.
    fn ready(&self) -> Result<(Target, Ready), Failure> {
        let options = Options {
            rules: super::diff::rules(&self.ignore, self.exact)?,
            ..Options::default()
        };
        let mut target = self.target.target(&[])?;
        let path = super::sessions::named(&self.file, target.paths.as_ref())?;
        let of_file = |fault: Fault| {
            let what = match &fault {
                Fault::Open(_) => fault.to_string(),
                _ => format!("{}: {fault}", path.display()),
            };
            Failure::usage(what).hint(match fault {
                Fault::Plan(Problem::Servers(names)) => names
                    .first()
                    .map(|name| format!("--filter server:{name} takes those to one")),
                Fault::Plan(Problem::Nothing) if self.filter.is_some() => {
                    Some("--filter chooses none; mcpscope open shows what there is".to_owned())
                }
                _ => None,
            })
        };
        let source = Source::open(&path).map_err(of_file)?;
        let plan = source.plan(self.filter.as_ref()).map_err(of_file)?;
        let mut connect = target.server("replay FILE")?;
        if !plan.tools().is_empty() {
            connect.options.lists = vec![List::Tools];
        }
        // What was answered then is; all else is looked up where it is asked.
        connect.options.policies = Policies::default();
        let answers = target.answers.take();
        if let Some(part) = plan.parts.first() {
            self.speak(&mut connect, part);
        }
        let ready = Ready {
            source,
            plan,
            options,
            connect,
            answers: answers
                .map(|answers| (*answers).clone())
                .unwrap_or_default(),
            careful: target.settings.careful,
        };
        Ok((target, ready))
    }

    /// Sets a connection up as the recorded one was.
    fn speak(&self, connect: &mut Connect, part: &Part) {
        connect.options.capabilities = part.capabilities.clone();
        let Some(revision) = part.revision.filter(|_| !self.target.says_era()) else {
            return;
        };
        (connect.options.era, connect.options.revision) = match revision.era() {
            Era::Legacy => (EraChoice::Legacy, Some(revision)),
            Era::Modern => (EraChoice::Modern, None),
        };
    }

    async fn work(&self, ready: Ready, session: &mut Headless, output: &mut Output) -> Outcome {
        session.ready().await?;
        masks(&ready.plan, session)?;
        self.destroys(&ready, session).await?;
        for (why, count) in &ready.plan.left_out {
            session.console.note(&why.words(*count));
        }
        let tickets = session.tickets + 1;
        let mut run = Run::new(ready.plan.clone(), self.speed, tickets);
        session.tickets += ready.plan.calls() as u64 * 2;
        let broken = self.drive(&ready, &mut run, session).await?;
        session.console.settle();
        let name = session.name().to_owned();
        let new = Session {
            name: &name,
            timeline: &session.timeline,
            bodies: &session.bodies,
        };
        let report = ready.source.report(&run, new, &ready.options)?;
        let form = match (output.json, self.markdown, self.junit) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Markdown,
            (.., true) => Form::Junit,
            _ => Form::Plain,
        };
        if self.output.ndjson {
            for row in report.rows_as_json() {
                output.raw(&format!("{{\"event\":\"compared\",\"row\":{row}}}"))?;
            }
        }
        let exit = super::diff::print(&report, form, output)?;
        Ok(broken.unwrap_or(exit))
    }

    /// Asks before tools are called that destroy something, by what the live server says of them.
    async fn destroys(&self, ready: &Ready, session: &mut Headless) -> Result<(), Early> {
        let called = ready.plan.tools();
        if self.yes || called.is_empty() {
            return Ok(());
        }
        session.listed(List::Tools).await?;
        let items = &session.connection().list(List::Tools).items;
        let words = conductor::destructive(&called, items, ready.careful);
        if words.is_empty() {
            return Ok(());
        }
        let words = words.join(", ");
        let what = format!("{} may destroy something: {words}", session.name());
        let hint = "--yes calls them all the same; --filter leaves them out".to_owned();
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let what = text::sanitize(&what).into_owned();
            let question = format!("{what}\ncall them? [y/N]");
            if session.agreed(&question).await? {
                return Ok(());
            }
        }
        Err(Failure::usage(format!("nothing was sent: {what}"))
            .hint(hint)
            .into())
    }

    /// Sends all of it again. When somebody does not want to wait for the rest, what came is enough: then the exit code.
    async fn drive(
        &self,
        ready: &Ready,
        run: &mut Run,
        session: &mut Headless,
    ) -> Result<Option<Exit>, Early> {
        let began = Instant::now();
        let calls = ready.plan.calls();
        let what = format!("{} of {}", text::plural(calls, "call"), ready.source.name());
        note(session, what);
        run.opened(session.conn);
        let mut what = Happened::Ready;
        loop {
            let now = began.elapsed();
            let new = Session {
                name: "",
                timeline: &session.timeline,
                bodies: &session.bodies,
            };
            let does = new.reading(|new| run.handle(now, what, new));
            for one in does {
                self.act(one, ready, session);
            }
            if run.is_over() {
                return Ok(None);
            }
            let wait = run.due().map(|due| due.saturating_sub(began.elapsed()));
            let next = match wait {
                None => Ok(session.next().await),
                Some(wait) => tokio::time::timeout(wait, session.next()).await,
            };
            what = match next {
                Err(_) => Happened::Tick,
                Ok(Err(Stop::Lost)) => Happened::Gone,
                Ok(Err(Stop::Signal(exit))) if run.progress().0 > 0 => {
                    for one in run.break_off() {
                        self.act(one, ready, session);
                    }
                    let (ended, of) = run.progress();
                    note(
                        session,
                        format!("broken off: {ended} of {of} calls had ended"),
                    );
                    return Ok(Some(exit));
                }
                Ok(Err(stop)) => return Err(stop.into()),
                Ok(Ok(Update::Ready { .. })) => Happened::Ready,
                Ok(Ok(Update::Sent { ticket, seq })) => Happened::Sent { ticket, seq },
                Ok(Ok(Update::Finished { ticket, .. })) => Happened::Finished(ticket),
                Ok(Ok(_)) => Happened::Recorded,
            };
        }
    }

    fn act(&self, what: Do, ready: &Ready, session: &mut Headless) {
        let conn = session.conn;
        match what {
            Do::Connect(part) => {
                let mut connect = ready.connect.clone();
                connect.conn = conn + 1;
                connect.options.lists.clear();
                if let Some(part) = ready.plan.parts.get(part) {
                    self.speak(&mut connect, part);
                }
                session.reconnect(connect);
            }
            Do::Unknown(number) => decide(number, ready, session),
            Do::Note(what) => {
                let secrets = session.bodies.secrets();
                let what = secrets.mask_text(&what, session.name()).unwrap_or(what);
                session.console.note(&what);
                note(session, what);
            }
            one => {
                if let Some(command) = conductor::command(conn, one) {
                    session.send(command);
                }
            }
        }
    }
}

/// Writes down what is decided.
fn note(session: &Headless, what: String) {
    let note = Box::new(Note::Decided(Decided::Replay { what }));
    session.send(Command::Note {
        conn: session.conn,
        note,
    });
}

/// Stops when a value is needed that is not known here.
fn masks(plan: &Plan, session: &Headless) -> Result<(), Failure> {
    let secrets = session.bodies.secrets();
    let mut needed = plan.masks();
    needed.retain(|one| secrets.reveal(&one.name).is_none());
    match replay::unknown(&needed) {
        Some((why, hint)) => Err(Failure::usage(why).hint(hint)),
        None => Ok(()),
    }
}

/// Answers what nobody asked in the recording.
fn decide(number: u32, ready: &Ready, session: &mut Headless) {
    let Some(question) = session.timeline.questions().get(number).cloned() else {
        return;
    };
    let kind = question.kind;
    let params = session.question(&question).unwrap_or_default();
    let tool = session.tool_of(&question);
    let says = message(kind, &params).unwrap_or_default();
    let answers = &ready.answers;
    let known = answers
        .reply(kind, &tool, &says, &params)
        .or_else(|| answers.policies().of(kind).reply(kind));
    let reply: Reply = known.unwrap_or_else(|| {
        let about = match &*question.label {
            "" => String::new(),
            label => format!(" {}", quote(label)),
        };
        let what = format!(
            "{} asks something that it did not ask in the recording ({}{about}): declined",
            session.name(),
            kind.word()
        );
        session.console.warn(&what, None);
        reply::declined(kind)
    });
    let (conn, question) = (session.conn, question.which);
    session.send(Command::Answer {
        conn,
        question,
        reply,
    });
}
