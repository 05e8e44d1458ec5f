//! The bodies of `process` and `note` entries: what happened to a server, and what we decided and why.
//!
//! They are JSON like everything else, written and read here only, so that live and opened sessions agree.

use crate::json::{self, quote};

pub mod asked;
pub mod decided;
pub mod http;
pub mod login;
pub mod tapped;

use asked::Asking;
use decided::Decided;
use http::Step;
use login::Hop;
use tapped::Deed;

/// What a remark begins with that tells how a tap works: what it changes without a rule.
pub const BY_TAP: &str = "changed by the tap: ";
/// The word in place of the era when a tap listens to somebody else's connection: it asks nothing and decides nothing.
pub const TAP: &str = "tap";

/// What is said of processes that a server started and left behind when it ended.
pub const LEFT_BEHIND: &str = "the server ended, and processes it started run on";

/// What a `process` or `note` entry says. Unknown ones of later versions read as [`Note::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A person asked for this connection. First entry of a connection.
    Connect {
        /// The server's name for people.
        name: String,
        /// `stdio` or `http`.
        transport: String,
        /// `auto`, `legacy` or `modern`; [`TAP`] for somebody else's connection.
        era: String,
    },
    /// The process runs.
    Spawn {
        /// Process id.
        pid: u32,
        /// Program and arguments.
        command: Vec<String>,
        /// Working directory, when it is not ours.
        cwd: Option<String>,
        /// Names (never values) of the variables passed in.
        env: Vec<String>,
    },
    /// The process could not be started.
    StartFailed {
        /// What happened, in words.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A step of the shutdown ladder: `stdin closed`, `terminate`, `kill`. Of a tapped server, what led to its end:
    /// `the client closed stdin`, or a signal from outside that was passed on.
    Step {
        /// Which.
        step: String,
    },
    /// What the process tree uses.
    Usage {
        /// CPU time so far, in milliseconds.
        cpu_ms: u64,
        /// Resident memory, in bytes.
        rss: u64,
        /// Processes in the tree.
        processes: u32,
    },
    /// Writing to the server failed.
    WriteFailed {
        /// Why.
        what: String,
    },
    /// The process is gone.
    Exit {
        /// Exit code.
        code: Option<i64>,
        /// Signal that ended it.
        signal: Option<i64>,
    },
    /// We asked `server/discover` to learn the era.
    Probe {
        /// Milliseconds we are ready to wait.
        wait_ms: u64,
    },
    /// We know how to talk to this server.
    Verdict {
        /// `legacy` or `modern`.
        era: String,
        /// What made us think so.
        evidence: String,
    },
    /// The connection works.
    Ready {
        /// The revision in use.
        revision: String,
    },
    /// The connection cannot work.
    Failed {
        /// Why.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A request was not answered in time.
    Timeout {
        /// Its id, as JSON.
        id: String,
        /// Milliseconds we waited.
        after_ms: u64,
    },
    /// A list that never ended was cut off.
    ListCut {
        /// Its method.
        method: String,
        /// Pages taken.
        pages: u64,
        /// Why no more were asked for.
        why: String,
    },
    /// There is a server to be talked to over HTTP; nothing was sent yet.
    Address {
        /// Where, without secrets.
        url: String,
        /// Which transport was asked for: `auto`, `http` or `sse`.
        transport: String,
        /// Names (never values) of the headers a person gave.
        headers: Vec<String>,
        /// Whether any certificate is taken.
        insecure: bool,
        /// Of an address of this machine, whether whoever listens there does so on all of its addresses, where the system
        /// says.
        everywhere: Option<bool>,
    },
    /// A step of an HTTP exchange.
    Http(Step),
    /// A step of a login.
    Login(Hop),
    /// A step of asking and answering.
    Asking(Asking),
    /// A request will get no answer over HTTP.
    Unanswered {
        /// Its id, as JSON.
        id: String,
        /// `unreachable`, `needs-login`, `refused`, `fault`, `not-mcp` or `broken`.
        kind: String,
        /// The HTTP status, when there was one.
        status: Option<u16>,
        /// Why.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A request was given up by closing its exchange, which is how it is cancelled in 2026-07-28 over HTTP.
    Abandoned {
        /// Its id, as JSON.
        id: String,
        /// Why.
        why: String,
    },
    /// A task is not asked after any more although it has not ended, as far as we know.
    TaskLeft {
        /// Its id.
        task: String,
        /// Why.
        why: String,
    },
    /// A connection over HTTP is over.
    Closed {
        /// Why, when it was not we who closed it.
        what: Option<String>,
    },
    /// About eras, limits and what was sent by hand.
    Decided(Decided),
    /// What a tap did to the traffic of others.
    Tapped(Deed),
    /// Something odd that is worth a line.
    Remark {
        /// What.
        what: String,
    },
    /// What a client said in the log that it kept of the server.
    ClientSaid {
        /// Its level, as the client writes it.
        level: Option<String>,
        /// What.
        what: String,
    },
    /// Entries that could not be written (disk full).
    Gap {
        /// How many.
        lost: u64,
    },
    /// Something this version does not know.
    Unknown {
        /// Its name.
        name: String,
    },
}

impl Note {
    /// Its name in the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Spawn { .. } => "spawn",
            Self::StartFailed { .. } => "start-failed",
            Self::Step { .. } => "step",
            Self::Usage { .. } => "usage",
            Self::WriteFailed { .. } => "write-failed",
            Self::Exit { .. } => "exit",
            Self::Probe { .. } => "probe",
            Self::Verdict { .. } => "verdict",
            Self::Ready { .. } => "ready",
            Self::Failed { .. } => "failed",
            Self::Timeout { .. } => "timeout",
            Self::ListCut { .. } => "list-cut",
            Self::Address { .. } => "address",
            Self::Http(step) => step.name(),
            Self::Login(hop) => hop.name(),
            Self::Decided(decided) => decided.name(),
            Self::Asking(step) => step.name(),
            Self::Tapped(deed) => deed.name(),
            Self::Unanswered { .. } => "unanswered",
            Self::Abandoned { .. } => "abandoned",
            Self::TaskLeft { .. } => "task-left",
            Self::Closed { .. } => "closed",
            Self::Remark { .. } => "remark",
            Self::ClientSaid { .. } => "client-said",
            Self::Gap { .. } => "gap",
            Self::Unknown { name } => name,
        }
    }

    /// Whether it is about the process (channel `process`) or a decision of ours (channel `note`).
    pub fn is_process(&self) -> bool {
        matches!(
            self,
            Self::Spawn { .. }
                | Self::StartFailed { .. }
                | Self::Step { .. }
                | Self::Usage { .. }
                | Self::WriteFailed { .. }
                | Self::Exit { .. }
        )
    }

    /// Whether it is about HTTP (channel `http`).
    pub fn is_http(&self) -> bool {
        matches!(
            self,
            Self::Address { .. } | Self::Http(_) | Self::Login(_) | Self::Closed { .. }
        )
    }

    /// The body of its entry.
    pub fn to_json(&self) -> String {
        let mut members = vec![("event", quote(self.name()))];
        let optional =
            |text: &Option<String>| text.as_deref().map_or_else(|| "null".to_owned(), quote);
        let list = |texts: &[String]| {
            format!(
                "[{}]",
                texts
                    .iter()
                    .map(|text| quote(text))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        };
        match self {
            Self::Connect {
                name,
                transport,
                era,
            } => members.extend([
                ("name", quote(name)),
                ("transport", quote(transport)),
                ("era", quote(era)),
            ]),
            Self::Spawn {
                pid,
                command,
                cwd,
                env,
            } => members.extend([
                ("pid", pid.to_string()),
                ("command", list(command)),
                ("cwd", optional(cwd)),
                ("env", list(env)),
            ]),
            Self::StartFailed { what, hint } | Self::Failed { what, hint } => {
                members.extend([("what", quote(what)), ("hint", optional(hint))]);
            }
            Self::Step { step } => members.push(("step", quote(step))),
            Self::Usage {
                cpu_ms,
                rss,
                processes,
            } => members.extend([
                ("cpu_ms", cpu_ms.to_string()),
                ("rss", rss.to_string()),
                ("processes", processes.to_string()),
            ]),
            Self::WriteFailed { what } | Self::Remark { what } => {
                members.push(("what", quote(what)));
            }
            Self::ClientSaid { level, what } => {
                let level = level.as_deref().map_or_else(|| "null".to_owned(), quote);
                members.extend([("level", level), ("what", quote(what))]);
            }
            Self::Exit { code, signal } => {
                let number = |value: &Option<i64>| {
                    value.map_or_else(|| "null".to_owned(), |n| n.to_string())
                };
                members.extend([("code", number(code)), ("signal", number(signal))]);
            }
            Self::Probe { wait_ms } => members.push(("wait_ms", wait_ms.to_string())),
            Self::Verdict { era, evidence } => {
                members.extend([("era", quote(era)), ("evidence", quote(evidence))]);
            }
            Self::Ready { revision } => members.push(("revision", quote(revision))),
            Self::Timeout { id, after_ms } => {
                members.extend([("id", id.clone()), ("after_ms", after_ms.to_string())]);
            }
            Self::ListCut { method, pages, why } => members.extend([
                ("method", quote(method)),
                ("pages", pages.to_string()),
                ("why", quote(why)),
            ]),
            Self::Address {
                url,
                transport,
                headers,
                insecure,
                everywhere,
            } => {
                members.extend([
                    ("url", quote(url)),
                    ("transport", quote(transport)),
                    ("headers", list(headers)),
                    ("insecure", insecure.to_string()),
                ]);
                members.extend(everywhere.map(|all| ("everywhere", all.to_string())));
            }
            Self::Http(step) => members.extend(step.members()),
            Self::Login(hop) => members.extend(hop.members()),
            Self::Decided(decided) => members.extend(decided.members()),
            Self::Asking(step) => members.extend(step.members()),
            Self::Tapped(deed) => members.extend(deed.members()),
            Self::Unanswered {
                id,
                kind,
                status,
                what,
                hint,
            } => members.extend([
                ("id", id.clone()),
                ("kind", quote(kind)),
                (
                    "status",
                    status.map_or_else(|| "null".to_owned(), |status| status.to_string()),
                ),
                ("what", quote(what)),
                ("hint", optional(hint)),
            ]),
            Self::Abandoned { id, why } => {
                members.extend([("id", id.clone()), ("why", quote(why))]);
            }
            Self::TaskLeft { task, why } => {
                members.extend([("task", quote(task)), ("why", quote(why))]);
            }
            Self::Closed { what } => members.push(("what", optional(what))),
            Self::Gap { lost } => members.push(("lost", lost.to_string())),
            Self::Unknown { .. } => {}
        }
        let members: Vec<String> = members
            .iter()
            .map(|(key, value)| format!("\"{key}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Reads the body of a `process` or `note` entry; odd members read as empty.
    pub fn read(body: &[u8]) -> Self {
        let text = |name: &str| json::string_at(body, &[name]).unwrap_or_default();
        let optional = |name: &str| json::string_at(body, &[name]);
        let raw = |name: &str| {
            json::get(body, &[name])
                .map_or_else(String::new, |raw| String::from_utf8_lossy(raw).into_owned())
        };
        let number = |name: &str| json::get(body, &[name]).and_then(json::integer);
        let count = |name: &str| {
            number(name)
                .and_then(|n| u64::try_from(n).ok())
                .unwrap_or(0)
        };
        let small = |name: &str| u32::try_from(count(name)).unwrap_or(u32::MAX);
        let list = |name: &str| {
            json::get(body, &[name])
                .map(|raw| json::elements(raw).filter_map(json::string).collect())
                .unwrap_or_default()
        };
        match text("event").as_str() {
            "connect" => Self::Connect {
                name: text("name"),
                transport: text("transport"),
                era: text("era"),
            },
            "spawn" => Self::Spawn {
                pid: small("pid"),
                command: list("command"),
                cwd: optional("cwd"),
                env: list("env"),
            },
            "start-failed" => Self::StartFailed {
                what: text("what"),
                hint: optional("hint"),
            },
            "step" => Self::Step { step: text("step") },
            "usage" => Self::Usage {
                cpu_ms: count("cpu_ms"),
                rss: count("rss"),
                processes: small("processes"),
            },
            "write-failed" => Self::WriteFailed { what: text("what") },
            "exit" => Self::Exit {
                code: number("code"),
                signal: number("signal"),
            },
            "probe" => Self::Probe {
                wait_ms: count("wait_ms"),
            },
            "verdict" => Self::Verdict {
                era: text("era"),
                evidence: text("evidence"),
            },
            "ready" => Self::Ready {
                revision: text("revision"),
            },
            "failed" => Self::Failed {
                what: text("what"),
                hint: optional("hint"),
            },
            "address" => Self::Address {
                url: text("url"),
                transport: text("transport"),
                headers: list("headers"),
                insecure: json::get(body, &["insecure"]).and_then(json::boolean) == Some(true),
                everywhere: json::get(body, &["everywhere"]).and_then(json::boolean),
            },
            "unanswered" => Self::Unanswered {
                id: raw("id"),
                kind: text("kind"),
                status: number("status").and_then(|status| u16::try_from(status).ok()),
                what: text("what"),
                hint: optional("hint"),
            },
            "abandoned" => Self::Abandoned {
                id: raw("id"),
                why: text("why"),
            },
            "task-left" => Self::TaskLeft {
                task: text("task"),
                why: text("why"),
            },
            "closed" => Self::Closed {
                what: optional("what"),
            },
            "timeout" => Self::Timeout {
                id: raw("id"),
                after_ms: count("after_ms"),
            },
            "list-cut" => Self::ListCut {
                method: text("method"),
                pages: count("pages"),
                why: text("why"),
            },
            "remark" => Self::Remark { what: text("what") },
            "client-said" => Self::ClientSaid {
                level: optional("level"),
                what: text("what"),
            },
            "gap" => Self::Gap {
                lost: count("lost"),
            },
            name => Step::read(name, body)
                .map(Self::Http)
                .or_else(|| Hop::read(name, body).map(Self::Login))
                .or_else(|| Asking::read(name, body).map(Self::Asking))
                .or_else(|| Decided::read(name, body).map(Self::Decided))
                .or_else(|| Deed::read(name, body).map(Self::Tapped))
                .unwrap_or_else(|| Self::Unknown {
                    name: name.to_owned(),
                }),
        }
    }

    /// One line for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Connect {
                name,
                transport,
                era,
            } => format!("connect {name} over {transport}, era {era}"),
            Self::Spawn { pid, command, .. } => {
                format!("started, pid {pid}: {}", command.join(" "))
            }
            Self::StartFailed { what, .. } | Self::WriteFailed { what } | Self::Remark { what } => {
                what.clone()
            }
            Self::ClientSaid { level, what } => match level {
                Some(level) => format!("the client says: {level}: {what}"),
                None => format!("the client says: {what}"),
            },
            Self::Step { step } => format!("shutdown: {step}"),
            Self::Usage {
                cpu_ms,
                rss,
                processes,
            } => format!(
                "CPU {}.{:02} s, memory {} MB, {processes} {}",
                cpu_ms / 1000,
                cpu_ms % 1000 / 10,
                rss / 1_000_000,
                if *processes == 1 {
                    "process"
                } else {
                    "processes"
                }
            ),
            Self::Exit { code, signal } => exit_sentence(*code, *signal),
            Self::Probe { wait_ms } => {
                format!("asking which era the server speaks, waiting up to {wait_ms} ms")
            }
            Self::Verdict { era, evidence } => format!("era {era}: {evidence}"),
            Self::Ready { revision } => format!("ready, revision {revision}"),
            Self::Failed { what, .. } => format!("cannot connect: {what}"),
            Self::Timeout { id, after_ms } => {
                format!("request {id} not answered within {after_ms} ms")
            }
            Self::ListCut { method, pages, why } => {
                format!("{method} cut off after {pages} pages: {why}")
            }
            Self::Address { url, transport, .. } => match transport.as_str() {
                "auto" => format!("server at {url}"),
                transport => format!("server at {url}, transport {transport}"),
            },
            Self::Http(step) => step.sentence(),
            Self::Login(hop) => hop.sentence(),
            Self::Decided(decided) => decided.sentence(),
            Self::Asking(step) => step.sentence(),
            Self::Tapped(deed) => deed.sentence(),
            Self::Unanswered { id, what, .. } => format!("request {id} gets no answer: {what}"),
            Self::Abandoned { id, why } => format!("request {id} given up: {why}"),
            Self::TaskLeft { task, why } => {
                format!("task {} is not asked after any more: {why}", quote(task))
            }
            Self::Closed { what } => what
                .clone()
                .unwrap_or_else(|| "connection closed".to_owned()),
            Self::Gap { lost } => format!("{lost} entries could not be recorded"),
            Self::Unknown { name } => format!("event \"{name}\" of a later version"),
        }
    }
}

/// `exited with code 3`, `killed by signal 9`.
pub fn exit_sentence(code: Option<i64>, signal: Option<i64>) -> String {
    match (code, signal) {
        (_, Some(signal)) => format!("killed by signal {signal}{}", signal_name(signal)),
        (Some(code), _) => format!("exited with code {code}"),
        _ => "exited".to_owned(),
    }
}

fn signal_name(signal: i64) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
