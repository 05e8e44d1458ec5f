//! `mcpscope tap control`: a tap that runs, told to hold frames, change them, let them go, or break something.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::super::document::exact;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::live::Stdin;
use super::super::{given, target};
use crate::json;
use crate::paths::Paths;
use crate::tap::control::caller::Caller;
use crate::tap::control::words::{Command, Refusal};
use crate::tap::running::{self, Running};
use crate::text;

/// Hold, change, answer and break what passes through a tap that runs
///
/// Frames are called by their numbers in the recording. What is held stays until it is let go, or
/// its rule is cleared. Rules stay until they are cleared, or the tap ends. Several commands in a row
/// are several runs:
///
///   mcpscope tap control hold method:elicitation/create
///   mcpscope tap control wait
///   mcpscope tap control edit 41 --frame '{"jsonrpc":"2.0", …}'
///
/// With --json it prints what the tap told: of list, wait and rules a list, else an object.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ControlArgs {
    /// Which tap, by its process or its server's name; needed when several run
    #[arg(long, value_name = "PID|NAME", global = true)]
    tap: Option<String>,
    /// Print what the tap told as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Hold the frames that a filter lets through, until they are let go
    Hold {
        /// A filter, as for mcpscope export --filter; all frames without one
        #[arg(value_name = "FILTER")]
        filter: Vec<String>,
        /// Have all frames behind one wait too that go the same way
        #[arg(long)]
        all: bool,
    },
    /// Break something, as with mcpscope tap --fault
    Fault {
        /// What to break, as --fault takes it
        rule: String,
    },
    /// List the rules
    Rules,
    /// Take a rule away, or all of them; what they hold goes on
    Clear {
        /// Its number
        rule: Option<u32>,
    },
    /// List the frames that are held
    List,
    /// Wait until a frame is held, then list those that are
    Wait {
        /// Until so many are
        #[arg(value_name = "COUNT", default_value_t = 1)]
        held: usize,
        /// How long at most; then it ends with 8
        #[arg(long, value_name = "DURATION", value_parser = target::limit, default_value = "30s")]
        timeout: Duration,
    },
    /// Print a frame that is held
    Show {
        /// Its number
        frame: u64,
    },
    /// Let a frame go on as it is, or all of them
    Release {
        /// Its number
        frame: Option<u64>,
    },
    /// Let something else go on in the place of a frame
    Edit {
        /// Its number
        frame: u64,
        /// What goes on, JSON or not; from a file with @FILE, from stdin with -
        #[arg(
            long = "frame",
            value_name = "JSON|@FILE|-",
            allow_hyphen_values = true
        )]
        instead: String,
    },
    /// Let a frame not go on
    Drop {
        /// Its number
        frame: u64,
    },
    /// Answer a request instead of letting it go on, or what an input_required result asks
    Answer {
        /// Its number
        frame: u64,
        /// The result, or an object with one for each input; from a file with @FILE, from stdin with -
        #[arg(value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
        result: String,
        /// It is an error: an object with code and message
        #[arg(long)]
        error: bool,
    },
}

/// How long a tap may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs it.
pub fn run(args: &ControlArgs) -> Exit {
    match told(args).and_then(|text| super::super::print(&text)) {
        Ok(()) => Exit::Ok,
        Err(failure) => failure.print(args.json),
    }
}

fn told(args: &ControlArgs) -> Result<String, Failure> {
    let command = args.what.command()?;
    let (tap, socket) = which(args.tap.as_deref())?;
    let mut caller = Caller::connect(&socket).map_err(|error| {
        let name = text::sanitize(&tap.server).into_owned();
        let what = format!(
            "the tap of {name} (process {}) does not listen: {error}",
            tap.pid
        );
        Failure::new(Exit::CannotReach, what)
    })?;
    let within = match &args.what {
        What::Wait { timeout, .. } => *timeout,
        _ => PATIENCE,
    };
    let told = caller.ask(&command, Some(within));
    if let Some((entries, why)) = caller.lost() {
        let entries = text::plural(*entries as usize, "entry");
        let line = format!("tap: {entries} could not be recorded so far: {why}");
        let _ = writeln!(std::io::stderr(), "{}", text::sanitize(&line));
    }
    let told = told.map_err(|refusal| {
        if let (What::Wait { held, timeout }, true) = (&args.what, refusal.is_late()) {
            let count = text::plural(*held, "frame");
            let what = format!("{count} not held within {}", text::took(*timeout));
            let hint = "mcpscope tap control rules tells what is to be held".to_owned();
            return Failure::new(Exit::Timeout, what).hint(hint);
        }
        refused(refusal)
    })?;
    Ok(if args.json {
        format!("{}\n", exact(&told))
    } else {
        args.what.in_words(told.as_bytes())
    })
}

fn refused(refusal: Refusal) -> Failure {
    let exit = if refusal.is_gone() {
        Exit::CannotReach
    } else {
        Exit::Usage
    };
    Failure::new(exit, refusal.what).hint(refusal.hint)
}

/// The tap that is meant, and its socket.
fn which(named: Option<&str>) -> Result<(Running, PathBuf), Failure> {
    let paths = Paths::from_env().map_err(|error| Failure::usage(error.to_string()))?;
    let list = "mcpscope tap --running lists them".to_owned();
    let mut taps = running::running(&paths.taps());
    taps.retain(|tap| !tap.serves);
    if let Some(named) = named {
        taps.retain(|tap| tap.server == named || tap.pid.to_string() == named);
    }
    let what = match (taps.len(), named) {
        (1, _) => {
            let tap = taps.remove(0);
            let Some(socket) = tap.control.clone() else {
                let what = format!("the tap of process {} has no socket to be told by", tap.pid);
                return Err(Failure::new(Exit::CannotReach, what));
            };
            return Ok((tap, socket));
        }
        (0, None) => "no tap runs".to_owned(),
        (0, Some(named)) => format!("no tap that runs is called {named}"),
        (_, None) => "several taps run: --tap PID or --tap NAME says which".to_owned(),
        (_, Some(named)) => format!("several taps are called {named}: --tap PID says which"),
    };
    let hint = if taps.is_empty() && named.is_none() {
        "mcpscope tap -- COMMAND, in a client's settings, starts one".to_owned()
    } else {
        list
    };
    Err(Failure::usage(what).hint(hint))
}

impl What {
    fn command(&self) -> Result<Command, Failure> {
        let text = |given: &str, what: &str| given::text(given, what, "'{\"a\": 1}'", Stdin::Own);
        Ok(match self {
            Self::Hold { filter, all } => {
                let kind = if *all { "hold-all" } else { "hold" };
                let filter = filter.join(" ");
                Command::Rule {
                    text: if filter.is_empty() {
                        kind.to_owned()
                    } else {
                        format!("{kind}:{filter}")
                    },
                    keep: true,
                }
            }
            Self::Fault { rule } => Command::Rule {
                text: rule.clone(),
                keep: true,
            },
            Self::Rules => Command::Rules,
            Self::Clear { rule } => Command::Clear(*rule),
            Self::List => Command::List,
            Self::Wait { held, .. } => Command::Wait(*held),
            Self::Show { frame } => Command::Show(*frame),
            Self::Release { frame } => Command::Release(*frame),
            Self::Edit { frame, instead } => {
                let instead = text(instead, "the frame")?;
                Command::Instead(*frame, instead.trim_end_matches('\n').to_owned())
            }
            Self::Drop { frame } => Command::Drop(*frame),
            Self::Answer {
                frame,
                result,
                error,
            } => {
                let raw = text(result, "the answer")?;
                json::check(raw.as_bytes()).map_err(|problem| {
                    Failure::usage(format!("the answer is not JSON: {problem}"))
                })?;
                let answer = if *error { Err(raw) } else { Ok(raw) };
                Command::Answer(*frame, answer)
            }
        })
    }

    /// What the tap told, for people.
    fn in_words(&self, told: &[u8]) -> String {
        let number = |name: &str| {
            json::get(told, &[name])
                .and_then(json::integer)
                .unwrap_or(0)
        };
        match self {
            Self::Hold { .. } | Self::Fault { .. } => format!("rule {}\n", number("rule")),
            Self::Rules => {
                let rules: String = json::elements(told).map(rule_line).collect();
                or_none(rules, "no rules\n")
            }
            Self::Clear { .. } => {
                let count = text::plural(number("removed").unsigned_abs() as usize, "rule");
                format!("{count} taken away\n")
            }
            Self::List | Self::Wait { .. } => {
                let held: String = json::elements(told).map(held_line).collect();
                or_none(held, "nothing is held\n")
            }
            Self::Show { .. } => {
                let body = json::string_at(told, &["body"]).unwrap_or_default();
                if json::check(body.as_bytes()).is_ok() {
                    format!("{}\n", exact(&body))
                } else {
                    format!("{}\n", text::sanitize(&body))
                }
            }
            Self::Release { frame: None } => {
                let count = text::plural(number("released").unsigned_abs() as usize, "frame");
                format!("{count} released\n")
            }
            Self::Release { .. } => format!("#{} released\n", number("frame")),
            Self::Edit { .. } => format!("#{} changed and released\n", number("frame")),
            Self::Drop { .. } => format!("#{} dropped\n", number("frame")),
            Self::Answer { .. } => format!("#{} answered\n", number("frame")),
        }
    }
}

fn or_none(lines: String, none: &str) -> String {
    if lines.is_empty() {
        none.to_owned()
    } else {
        lines
    }
}

fn rule_line(rule: &[u8]) -> String {
    let number = |name: &str| {
        json::get(rule, &[name])
            .and_then(json::integer)
            .unwrap_or(0)
    };
    let text = json::string_at(rule, &["text"]).unwrap_or_default();
    let stays = if json::get(rule, &["keep"]).and_then(json::boolean) == Some(true) {
        ""
    } else {
        ", goes with who made it"
    };
    let line = format!(
        "{} {text}, struck {}{stays}",
        number("rule"),
        text::plural(number("struck").unsigned_abs() as usize, "frame"),
    );
    format!("{}\n", text::sanitize(&line))
}

fn held_line(held: &[u8]) -> String {
    let number = |name: &str| {
        json::get(held, &[name])
            .and_then(json::integer)
            .unwrap_or(0)
    };
    let text = |name: &str| json::string_at(held, &[name]).unwrap_or_default();
    let id = json::get(held, &["id"]).map(String::from_utf8_lossy);
    let id = id
        .filter(|id| id != "null")
        .map_or_else(String::new, |id| format!(" id {id}"));
    let (kind, method) = (text("kind"), text("method"));
    let what = if method.is_empty() { kind } else { method };
    let way = if text("direction") == "in" {
        "to the client"
    } else {
        "to the server"
    };
    let behind = if json::get(held, &["behind"]).and_then(json::boolean) == Some(true) {
        ", waits behind another"
    } else {
        ""
    };
    let line = format!(
        "#{} {way}: {what}{id}, {} ({}){behind}",
        number("frame"),
        text::size(number("size").unsigned_abs()),
        text("rule")
    );
    format!("{}\n", text::sanitize(&line))
}
