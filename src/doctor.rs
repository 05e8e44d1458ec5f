//! What keeps a server from working, found step by step: the steps of reaching it, in order and with their times, and
//! the true cause of the one that fails, with a line of advice.
//!
//! [`Case`] is all that is known: what was found around the server ([`Surroundings`]) and what was recorded of it
//! ([`Course`]). [`examine`] makes the steps of it. Nothing is looked up or started here: who does that fills in the
//! case, and an opened recording fills in as much as it holds.

pub mod causes;
pub mod course;
pub mod far;
pub mod progress;
pub mod surroundings;
mod told;

use crate::mcp::types::List;
use crate::note;
use crate::session::timeline::{Connection, Listed};
use crate::text;

pub use causes::{Cause, Weight, causes};
pub use course::{Course, Said};
pub use surroundings::{Network, Probe, Program, Surroundings};
pub use told::{lines, verdict};

/// A step on the way to a server that works, and out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command is a file that can be run, and the directory is there.
    Found,
    /// The process runs.
    Spawned,
    /// Something came on stdout.
    FirstByte,
    /// All that came on stdout is JSON-RPC.
    Json,
    /// The name has an address.
    Dns,
    /// A TCP connection comes about.
    Connect,
    /// TLS comes about on it.
    Tls,
    /// What the server says of who may log in, and where.
    WellKnown,
    /// It lets us in.
    Auth,
    /// We agree on a revision.
    Negotiate,
    /// It lists what it has.
    Lists,
    /// It leaves when its stdin is closed.
    StdinClose,
    /// How it left.
    Exit,
    /// Nothing it started runs on.
    Orphans,
}

impl Kind {
    /// The steps of a server that is a process.
    pub const STDIO: [Self; 9] = [
        Self::Found,
        Self::Spawned,
        Self::FirstByte,
        Self::Json,
        Self::Negotiate,
        Self::Lists,
        Self::StdinClose,
        Self::Exit,
        Self::Orphans,
    ];
    /// The steps of a server at an address.
    pub const HTTP: [Self; 7] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::WellKnown,
        Self::Auth,
        Self::Negotiate,
        Self::Lists,
    ];

    /// Its name for people and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Spawned => "spawned",
            Self::FirstByte => "first byte",
            Self::Json => "JSON",
            Self::Dns => "DNS",
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::WellKnown => "well-known",
            Self::Auth => "auth",
            Self::Negotiate => "negotiate",
            Self::Lists => "lists",
            Self::StdinClose => "stdin close",
            Self::Exit => "exit",
            Self::Orphans => "orphans",
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Well.
    Ok,
    /// Well enough for us; other clients may fail here.
    Flawed,
    /// The server cannot be used because of it.
    Failed,
    /// There was nothing to do, or nobody can tell.
    Passed,
    /// It did not come to that.
    Skipped,
}

impl State {
    /// Its word for people and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Flawed => "flawed",
            Self::Failed => "failed",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
        }
    }
}

/// Why a step is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The name of the row of [`causes()`]; none when the words are those of whoever failed.
    pub cause: Option<&'static str>,
    /// The true cause, in words; not sanitised.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// The entry of the recording that shows it.
    pub entry: Option<u64>,
}

/// A step, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub kind: Kind,
    /// How it went.
    pub state: State,
    /// How long it took, in microseconds, where that means something.
    pub took: Option<u64>,
    /// What is to be said of it in a few words; not sanitised.
    pub words: String,
    /// Why it failed or is flawed, and what is worth knowing when it went well.
    pub findings: Vec<Finding>,
}

/// All that is known of a server.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What was found around it.
    pub around: Surroundings,
    /// What was recorded of it.
    pub course: Course,
    /// What the fold makes of its connection.
    pub connection: Connection,
    /// Why a list did not come.
    pub unlisted: Option<Said>,
}

/// The steps of a case, in order. Behind the first one that failed all are skipped, but for those of the end of a
/// process that ran.
pub fn examine(case: &Case) -> Vec<Step> {
    let kinds: &[Kind] = if case.around.network.is_some() {
        &Kind::HTTP
    } else {
        &Kind::STDIO
    };
    let mut failed = false;
    let mut steps = Vec::new();
    for kind in kinds {
        let leaves = matches!(kind, Kind::StdinClose | Kind::Exit | Kind::Orphans);
        let mut step = if (failed && !leaves) || (leaves && case.course.spawned.is_none()) {
            step(*kind, State::Skipped, None, "")
        } else {
            taken(*kind, case)
        };
        explain(&mut step, case);
        failed |= step.state == State::Failed;
        steps.push(step);
    }
    steps
}

fn step(kind: Kind, state: State, took: Option<u64>, words: impl Into<String>) -> Step {
    Step {
        kind,
        state,
        took,
        words: words.into(),
        findings: Vec::new(),
    }
}

/// Finds the causes of a step that did not go well, and what is worth knowing of one that did.
fn explain(step: &mut Step, case: &Case) {
    if matches!(step.state, State::Skipped) {
        return;
    }
    for cause in causes().filter(|cause| cause.at.contains(&step.kind)) {
        let fits = match cause.weight {
            // One truth is enough.
            Weight::Fails => step.state == State::Failed && step.findings.is_empty(),
            Weight::Flaw | Weight::Remark => step.state != State::Failed,
        };
        if !fits {
            continue;
        }
        if let Some(seen) = (cause.seen)(case) {
            if cause.weight == Weight::Flaw {
                step.state = State::Flawed;
            }
            step.findings.push(cause.finding(&seen));
        }
    }
    if step.state == State::Failed && step.findings.is_empty() {
        step.findings.push(said(step.kind, case));
    }
}

/// What whoever failed says of it, when no cause is known.
fn said(kind: Kind, case: &Case) -> Finding {
    let course = &case.course;
    let said = match kind {
        Kind::Lists => case.unlisted.as_ref(),
        _ => course.failed.as_ref().or(course.start_failed.as_ref()),
    };
    let trouble = case.connection.trouble.as_ref();
    let (what, advice, entry) = match (said, trouble.filter(|_| kind != Kind::Lists)) {
        (_, Some(trouble)) => (
            trouble.what.to_string(),
            trouble.hint.as_deref().map(str::to_owned),
            None,
        ),
        (Some(said), None) => (said.what.clone(), said.hint.clone(), Some(said.seq)),
        (None, None) if matches!(kind, Kind::StdinClose | Kind::Exit) => (
            "its process runs on, whatever it was told".to_owned(),
            Some("end it by hand; a server has to end when its stdin does".to_owned()),
            None,
        ),
        (None, None) => (
            "it did not come to that in time".to_owned(),
            Some("--timeout DURATION waits longer".to_owned()),
            None,
        ),
    };
    Finding {
        cause: None,
        what,
        advice,
        entry,
    }
}

fn taken(kind: Kind, case: &Case) -> Step {
    let course = &case.course;
    let connection = &case.connection;
    let since = |from: Option<u64>, to: Option<u64>| Some(to?.saturating_sub(from?));
    let network = case.around.network.as_ref();
    match kind {
        Kind::Found => {
            let Some(program) = &case.around.program else {
                return step(kind, State::Passed, None, "was not looked for");
            };
            let state = if program.can_run() {
                State::Ok
            } else {
                State::Failed
            };
            let words = program.file.clone().unwrap_or_else(|| program.name.clone());
            step(kind, state, Some(program.took_us), words)
        }
        Kind::Spawned => {
            let took = since(course.starts, course.spawned);
            let state = if took.is_some() {
                State::Ok
            } else {
                State::Failed
            };
            let mut words = Vec::new();
            if let Some(cwd) = &connection.cwd {
                words.push(format!("in {cwd}"));
            }
            if !connection.env.is_empty() {
                words.push(format!("with {}", connection.env.join(", ")));
            }
            step(kind, state, took, words.join(", "))
        }
        Kind::FirstByte => match (&course.first, &course.left) {
            (Some(first), _) => step(kind, State::Ok, since(course.spawned, Some(*first)), ""),
            (None, Some(left)) if course.died() => {
                let took = since(course.spawned, Some(left.us));
                let words = format!("{} before it wrote anything to stdout", left.sentence());
                step(kind, State::Failed, took, words)
            }
            (None, _) => step(kind, State::Failed, None, "nothing came on stdout in time"),
        },
        Kind::Json => {
            let lines = course.lines + course.noise;
            let words = match (course.noise, lines) {
                (0, 1) => "the one line on stdout is a message".to_owned(),
                (0, lines) => format!("all {lines} lines on stdout are messages"),
                (1, lines) => format!(
                    "1 of {} on stdout is no message",
                    text::plural(lines as usize, "line")
                ),
                (noise, lines) => format!("{noise} of {lines} lines on stdout are no messages"),
            };
            // Without any message there is nothing to go on with.
            let state = if course.lines == 0 {
                State::Failed
            } else {
                State::Ok
            };
            step(kind, state, None, words)
        }
        Kind::Dns | Kind::Connect | Kind::Tls => {
            let probe = network.map(|network| match kind {
                Kind::Dns => &network.dns,
                Kind::Connect => &network.connect,
                _ => &network.tls,
            });
            match probe {
                None => step(kind, State::Passed, None, ""),
                Some(Probe::Passed(why)) => step(kind, State::Passed, None, why.clone()),
                Some(Probe::Done { took_us, what }) => {
                    step(kind, State::Ok, Some(*took_us), what.clone())
                }
                Some(Probe::Failed {
                    took_us,
                    what,
                    hint,
                }) => Step {
                    findings: vec![Finding {
                        cause: None,
                        what: what.clone(),
                        advice: hint.clone(),
                        entry: None,
                    }],
                    ..step(kind, State::Failed, Some(*took_us), "")
                },
            }
        }
        Kind::WellKnown => match course.documents.as_slice() {
            [] if course.ready.is_none() && !course.needs_login => {
                step(kind, State::Passed, None, "not asked for")
            }
            [] if course.needs_login => step(
                kind,
                State::Passed,
                None,
                "not asked for: no login was tried",
            ),
            [] => step(
                kind,
                State::Passed,
                None,
                "not asked for: it wants no login",
            ),
            tried => {
                let words: Vec<&str> = tried.iter().map(|tried| tried.what.as_str()).collect();
                let state = if course.lost_directions().is_some() {
                    State::Failed
                } else {
                    State::Ok
                };
                step(kind, state, None, words.join("; "))
            }
        },
        Kind::Auth => {
            if course.needs_login {
                return step(kind, State::Failed, None, "");
            }
            let words = match (
                &course.token,
                connection.env.iter().any(|name| name == "authorization"),
            ) {
                (Some(how), _) => format!("with a token ({how})"),
                (None, true) => "with the header authorization that was given".to_owned(),
                (None, false) if course.ready.is_none() => {
                    let words = "nobody can tell: nothing there spoke MCP";
                    return step(kind, State::Passed, None, words);
                }
                (None, false) => "it wants no login".to_owned(),
            };
            step(kind, State::Ok, None, words)
        }
        Kind::Negotiate => match &course.ready {
            Some(ready) => {
                let evidence = connection
                    .verdict
                    .as_ref()
                    .map(|(_, evidence)| evidence.to_string());
                let words = match evidence.filter(|evidence| !evidence.is_empty()) {
                    Some(evidence) => format!("revision {}: {evidence}", ready.what),
                    None => format!("revision {}", ready.what),
                };
                step(
                    kind,
                    State::Ok,
                    since(course.spawned.or(course.connected), Some(ready.us)),
                    words,
                )
            }
            None => {
                let words = course.left.as_ref().map(Left::sentence);
                step(kind, State::Failed, None, words.unwrap_or_default())
            }
        },
        Kind::Lists => lists(case),
        Kind::StdinClose => match (
            course.closed,
            course
                .terminated
                .or(course.left.as_ref().map(|left| left.us)),
        ) {
            (Some(closed), Some(left)) => {
                step(kind, State::Ok, Some(left.saturating_sub(closed)), "")
            }
            (None, _) => step(kind, State::Passed, None, "it was gone before"),
            (Some(_), None) => step(kind, State::Failed, None, "it is still there"),
        },
        Kind::Exit => match &course.left {
            // That is told where it happened.
            Some(left) if course.died() => step(kind, State::Passed, None, left.sentence()),
            Some(left) => step(kind, State::Ok, None, left.sentence()),
            None => step(kind, State::Failed, None, "it is still there"),
        },
        Kind::Orphans => {
            let far = case
                .around
                .program
                .as_ref()
                .and_then(|program| program.far.as_ref());
            match far {
                None if course.left_behind.is_some() => {
                    step(kind, State::Ok, None, "they were ended")
                }
                None => step(kind, State::Ok, None, "nothing it started is left"),
                Some(far) => {
                    let (state, words) = far.told();
                    step(kind, state, None, words)
                }
            }
        }
    }
}

/// How the four lists came.
fn lists(case: &Case) -> Step {
    let course = &case.course;
    let mut words = Vec::new();
    let mut state = State::Ok;
    for list in List::ALL {
        let (one, name) = match list {
            List::Tools => ("tool", "tools"),
            List::Resources => ("resource", "resources"),
            List::Templates => ("template", "templates"),
            List::Prompts => ("prompt", "prompts"),
        };
        let catalogue = case.connection.list(list);
        match catalogue.listed {
            Listed::Never => {}
            Listed::Whole => words.push(text::plural(catalogue.items.len(), one)),
            Listed::Refused(code) => {
                words.push(format!("{name} refused with {code}"));
                // Servers offer lists they do not know; that is no reason not to work.
                if code != -32601 {
                    state = State::Failed;
                }
            }
            Listed::Loading => {
                words.push(format!("{name} did not come"));
                state = State::Failed;
            }
        }
    }
    if let Some(left) = course.left.as_ref().filter(|_| course.died()) {
        words.push(left.sentence());
        state = State::Failed;
    }
    if words.is_empty() {
        words.push("it offers none".to_owned());
    }
    let ready = course.ready.as_ref().map(|ready| ready.us);
    let took = ready.and_then(|ready| Some(course.last?.saturating_sub(ready)));
    step(Kind::Lists, state, took, words.join(", "))
}

/// How a process left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// When, in microseconds of the session.
    pub us: u64,
    /// Its exit code.
    pub code: Option<i64>,
    /// The signal that ended it.
    pub signal: Option<i64>,
    /// The entry that says so.
    pub seq: u64,
}

impl Left {
    fn sentence(&self) -> String {
        note::exit_sentence(self.code, self.signal)
    }
}

#[cfg(test)]
mod tests;
