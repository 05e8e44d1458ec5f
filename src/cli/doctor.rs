//! `mcpscope doctor`: the steps of reaching a server, one by one, and the true cause of the one that fails.

use std::fmt::Write as _;

use clap::Args;

use super::document::Document;
use super::headless::{Headless, Stop};
use super::output::Output;
use super::target::TargetArgs;
use super::{Early, Exit, OutputArgs};
use crate::doctor::course::Said;
use crate::doctor::{self, Case, Finding, Kind, State, Step, Weight, causes, examine};
use crate::json::quote;
use crate::mcp::types::List;
use crate::session::recorded::Recorded;
use crate::session::timeline::{EntryRow, LinkState};
use crate::surroundings;
use crate::text;
use crate::transport::Target;
use crate::transport::http::Address;

/// Lines of stderr that a failure quotes when they were not shown as they came.
const QUOTED: usize = 5;

/// Find out why a server does not work: each step with its time, the true cause, and what to do
///
/// The server is started (or reached), opened, asked for its lists and shut down; no tool is called. A
/// step that fails ends it with the exit code of its kind; a flaw that other clients may fail on, with 11.
///
/// With --json, one object:
///
///   {"server": {…} or null, "recording": FILE or null, "works": true or false,
///    "steps": [{"name", "state": "ok", "flawed", "failed", "passed" (nothing to do, or nobody can
///      tell) or "skipped", "took_us": N or null, "words",
///      "findings": [{"cause": NAME or null, "what", "advice": TEXT or null, "entry": N or null}, …]}, …],
///    "stderr": [LINE, …]}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct DoctorArgs {
    /// List the causes it knows
    #[arg(long)]
    causes: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs it.
pub fn run(args: &DoctorArgs) -> Exit {
    if args.causes {
        return match super::print(&table()) {
            Ok(()) => Exit::Ok,
            Err(failure) => super::report(&failure),
        };
    }
    let mut case = Case::default();
    let mut before = None;
    let mut address = None;
    let target = args.target.target(&List::ALL).and_then(|target| {
        let connect = target.server("doctor")?;
        match &connect.target {
            Target::Process(spawn) => {
                let program = surroundings::of_command(spawn);
                before = surroundings::before(&program);
                case.around.program = Some(program);
            }
            Target::Address(at) => address = Some(at.clone()),
        }
        Ok((target, connect))
    });
    super::session(target, &args.output, async |session, output| {
        let exit = gather(&mut case, session, address.as_ref()).await?;
        if let Some(program) = &mut case.around.program {
            surroundings::after(program, before);
        }
        let steps = examine(&case);
        session.console.settle();
        tell(&steps, &case, session, output)?;
        Ok(verdict(&steps, exit))
    })
}

/// Has the server opened, asked and shut down, and takes down all that was seen of it. Gives the exit code of what
/// did not work.
async fn gather(
    case: &mut Case,
    session: &mut Headless,
    address: Option<&Address>,
) -> Result<Option<Exit>, Early> {
    session.console.hide_junk();
    if let Some(address) = address {
        case.around.network = Some(surroundings::of_address(address).await);
    }
    let mut exit = None;
    match session.all_listed().await {
        Ok(()) => {
            for list in List::ALL {
                if let Err(failure) = session.judge(list) {
                    exit = Some(failure.exit);
                    case.unlisted = Some(Said {
                        us: 0,
                        seq: session.last(list.method()).map_or(0, |asked| {
                            session
                                .timeline
                                .entry(asked.request)
                                .map_or(0, EntryRow::seq)
                        }),
                        what: failure.what,
                        hint: failure.hint,
                    });
                    break;
                }
            }
        }
        Err(Stop::Lost) => {}
        Err(stop) => return Err(stop.into()),
    }
    let lost = !matches!(session.connection().link, LinkState::Ready);
    session.close().await;
    if lost {
        exit = Some(session.lost().exit);
    }
    for row in session.timeline.entries() {
        let (seq, place) = (row.seq(), row.place());
        let entry = session.bodies.read(seq, place)?;
        if entry.conn == session.conn {
            case.course.push(&Recorded::of(&entry, place));
        }
    }
    case.connection = session.connection().clone();
    Ok(exit)
}

/// The exit code: that of what failed, else whether something is flawed.
fn verdict(steps: &[Step], exit: Option<Exit>) -> Exit {
    let failed = steps.iter().find(|step| step.state == State::Failed);
    match (failed, exit) {
        (_, Some(exit)) => exit,
        (Some(step), None) => match step.kind {
            Kind::Found | Kind::Spawned => Exit::CannotStart,
            Kind::Dns | Kind::Connect | Kind::Tls => Exit::CannotReach,
            Kind::Auth => Exit::NeedsLogin,
            _ => Exit::Protocol,
        },
        (None, None) if steps.iter().any(|step| step.state == State::Flawed) => Exit::Findings,
        (None, None) => Exit::Ok,
    }
}

fn tell(steps: &[Step], case: &Case, session: &Headless, output: &mut Output) -> Result<(), Early> {
    let failed = steps.iter().find(|step| step.state == State::Failed);
    let stderr = || case.connection.stderr_tail.iter();
    if output.json {
        let list = |items: Vec<String>| format!("[{}]", items.join(","));
        let mut document = session.document();
        document
            .flag("works", failed.is_none())
            .raw("steps", &list(steps.iter().map(object).collect()))
            .raw("stderr", &list(stderr().map(|line| quote(line)).collect()));
        output.document(&document)?;
        return Ok(());
    }
    for step in steps {
        for line in doctor::lines(step) {
            output.toned(&(line + "\n"))?;
        }
        if step.state == State::Failed && session.console.is_quiet() {
            let skip = stderr().count().saturating_sub(QUOTED);
            for line in stderr().skip(skip) {
                output.line(&format!("         stderr: {}", text::sanitize(line)))?;
            }
        }
    }
    output.line(&doctor::verdict(session.name(), steps))?;
    output.flush()?;
    Ok(())
}

fn object(step: &Step) -> String {
    let number = |value: Option<u64>| value.map_or_else(|| "null".to_owned(), |n| n.to_string());
    let finding = |finding: &Finding| {
        let mut object = Document::default();
        object
            .maybe("cause", finding.cause)
            .text("what", &finding.what)
            .maybe("advice", finding.advice.as_deref())
            .raw("entry", &number(finding.entry));
        object.to_string()
    };
    let findings: Vec<String> = step.findings.iter().map(finding).collect();
    let mut object = Document::default();
    object
        .text("name", step.kind.word())
        .text("state", step.state.word())
        .raw("took_us", &number(step.took))
        .text("words", &step.words)
        .raw("findings", &format!("[{}]", findings.join(",")));
    object.to_string()
}

/// The table of causes.
fn table() -> String {
    let mut lines = String::new();
    for cause in causes() {
        let weight = match cause.weight {
            Weight::Fails => "fails",
            Weight::Flaw => "flaw",
            Weight::Remark => "note",
        };
        let at: Vec<&str> = cause.at.iter().map(|kind| kind.word()).collect();
        // Writing to a string never fails.
        let _ = writeln!(lines, "{:<22} {weight:<6} {}", cause.name, at.join(", "));
        let _ = writeln!(lines, "  {}\n  {}", cause.what, cause.advice);
    }
    lines
}
