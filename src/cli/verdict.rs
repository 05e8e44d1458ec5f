//! Why something did not work, read off the folded session: lists, calls, and connections that are gone.
//!
//! Words only; nothing is waited for or written here.

use std::time::Duration;

use super::exit::Exit;
use super::failure::Failure;
use super::headless::Headless;
use crate::json::{self, quote};
use crate::mcp::http::LossKind;
use crate::mcp::revision::{Era, Revision};
use crate::mcp::types::List;
use crate::note;
use crate::session::timeline::{Exchange, LinkState, Listed, Status};

impl Headless {
    /// What became of a list that was waited for: nothing to say, a note, or a failure.
    pub fn judge(&self, list: List) -> Result<Option<String>, Failure> {
        let connection = self.connection();
        let listed = connection.list(list).listed;
        if listed == Listed::Whole {
            return Ok(None);
        }
        let method = list.method();
        match (listed, self.last(method)) {
            (Listed::Never, _) | (_, None) => Ok(Some(format!(
                "{} does not offer {}",
                self.name(),
                list.capability()
            ))),
            (Listed::Refused(-32601), _) => Ok(Some(format!(
                "{} offers {}, but does not know {method} (-32601); taken for an empty list",
                self.name(),
                list.capability()
            ))),
            (_, Some(exchange)) => Err(self.failed(exchange).unwrap_or_else(|| {
                Failure::new(
                    Exit::Protocol,
                    format!(
                        "{}: the answer to {method} has no list \"{}\"",
                        self.name(),
                        list.member()
                    ),
                )
                .hint("look at the answer in the recording".to_owned())
            })),
        }
    }

    /// Servers that know the handshake only may say a lot of our question for the newer era: whose it is, is said.
    pub(super) fn explain(&mut self) {
        const ASKED: &str = "server/discover";
        let connection = self.connection();
        let older = connection.revision.map(Revision::era) == Some(Era::Legacy);
        let mut said = connection.stderr_tail.iter();
        if older && said.any(|line| line.contains(ASKED)) {
            self.console.note_once(
                "what its stderr says of server/discover is about our question for 2026-07-28; --era legacy does not ask",
            );
        }
    }

    /// Why an exchange that is over got no result; none when it got one.
    pub fn failed(&self, exchange: &Exchange) -> Option<Failure> {
        let (method, subject) = (
            self.timeline.word(exchange.method),
            self.timeline.word(exchange.subject),
        );
        let what = if subject.is_empty() || List::of_method(method).is_some() {
            method.to_owned()
        } else {
            format!("{method} {}", quote(subject))
        };
        let name = self.name();
        Some(match exchange.status {
            Status::Error(_) => {
                let rpc = self.answer(exchange, "error").unwrap_or_default();
                let code = json::get(rpc.as_bytes(), &["code"])
                    .map_or("no code".into(), String::from_utf8_lossy);
                let message = json::string_at(rpc.as_bytes(), &["message"])
                    .unwrap_or_else(|| "no message".to_owned());
                let hint = match exchange.status {
                    Status::Error(-32601) => Some("the server does not know this method"),
                    Status::Error(-32602) => Some(
                        "the server does not accept these parameters; mcpscope list shows what it asks for",
                    ),
                    Status::Error(-32021) => {
                        Some("--answers POLICY or --answer FILE says what is answered when it asks")
                    }
                    Status::Error(-32603) => {
                        Some("a fault inside the server; its stderr may say more")
                    }
                    Status::Error(0) if code == "0" => Some(
                        "code 0 tells nothing; handlers that fail in older Python SDKs answer so",
                    ),
                    Status::Error(0) => {
                        Some("the error has no integer code, which JSON-RPC demands")
                    }
                    _ => None,
                };
                Failure {
                    rpc: Some(rpc.clone()),
                    ..Failure::new(
                        Exit::Protocol,
                        format!("{name} answered {what} with error {code}: {message}"),
                    )
                }
                .hint(hint.map(str::to_owned))
            }
            Status::TimedOut => {
                let took = self.timeline.took(exchange).unwrap_or(0);
                let (wait, wait_max) = self.limits();
                // What the user set, not what the clock made of it; progress only makes it longer.
                let limit = if Duration::from_micros(took) < wait_max {
                    wait
                } else {
                    wait_max
                };
                let limit = crate::text::took(limit);
                Failure::new(
                    Exit::Timeout,
                    format!("{name} did not answer {what} within {limit}"),
                )
                .hint("--timeout DURATION waits longer".to_owned())
            }
            Status::InputRequired => self.wants_input(exchange, &what),
            Status::Task => Failure::new(Exit::Protocol, format!("{name} made a task of {what}"))
                .hint("mcpscope tasks list shows it, mcpscope tasks wait waits for it".to_owned()),
            Status::NoReply => self.gone(Some(&what)),
            Status::Http(_) => self.unanswered(&what),
            Status::OddResult => Failure::new(
                Exit::Protocol,
                format!("{name} answered {what} with a result of a type that 2026-07-28 does not know (resultType)"),
            )
            .hint("a server says complete, input_required, or what an extension adds that both sides declared".to_owned()),
            Status::Cancelled | Status::Superseded | Status::Pending => Failure::new(
                Exit::Protocol,
                format!("{name} did not answer {what}: {}", exchange.status),
            ),
            Status::Ok | Status::ToolError => return None,
        })
    }

    /// The server wants something first, and nobody is here to give it: a headless run declares nothing.
    fn wants_input(&self, exchange: &Exchange, what: &str) -> Failure {
        let timeline = &self.timeline;
        let name = self.name();
        let index = timeline.exchange_of_request(exchange.request);
        let wanted: Vec<String> = index
            .into_iter()
            .flat_map(|index| timeline.questions().of_call(index))
            .take(8)
            .map(|question| match &*question.label {
                "" => question.kind.word().to_owned(),
                label => format!("{} {}", question.kind.word(), quote(label)),
            })
            .collect();
        let rounds = index.map_or(1, |index| timeline.round_count(index));
        let (wants, hint) = match (wanted.is_empty(), rounds) {
            (false, _) => (
                format!(
                    "{name} wants input before it answers {what}: {}",
                    wanted.join(", ")
                ),
                "--answers POLICY or --answer FILE answers it; on the screen (mcpscope without a verb) and in mcpscope shell you can",
            ),
            (true, 1) => (
                format!("{name} wants input before it answers {what}"),
                "it does not say what it wants; look at its answer in the recording",
            ),
            (true, rounds) => (
                format!("{name} put off {what} {rounds} times"),
                "it wants to be asked again later",
            ),
        };
        Failure::new(Exit::Protocol, wants).hint(hint.to_owned())
    }

    /// Why there is no connection (any more). Call it when everything has been folded, so after [`Self::finish`].
    pub fn lost(&self) -> Failure {
        let unanswered = self
            .timeline
            .exchanges()
            .iter()
            .rev()
            .find(|exchange| exchange.status == Status::NoReply);
        let waiting = unanswered.map(|exchange| self.timeline.word(exchange.method).to_owned());
        self.gone(waiting.as_deref())
    }

    /// HTTP brought no answer.
    pub fn unanswered(&self, what: &str) -> Failure {
        let name = self.name();
        let Some(trouble) = &self.connection().trouble else {
            return Failure::new(Exit::Protocol, format!("{name} did not answer {what}"));
        };
        Failure::new(
            exit_of(trouble.kind),
            format!("{name} did not answer {what}: {}", trouble.what),
        )
        .hint(trouble.hint.as_deref().map(str::to_owned))
    }

    fn gone(&self, waiting: Option<&str>) -> Failure {
        let connection = self.connection();
        let name = self.name();
        let failure = match &connection.link {
            LinkState::Failed { what, hint } => {
                let opening = self.timeline.exchanges().iter().rfind(|exchange| {
                    matches!(
                        self.timeline.word(exchange.method),
                        "initialize" | "server/discover"
                    )
                });
                let exit = match opening.map(|exchange| exchange.status) {
                    Some(Status::TimedOut) => Exit::Timeout,
                    Some(Status::Http(_)) => {
                        exit_of(connection.trouble.as_ref().and_then(|trouble| trouble.kind))
                    }
                    _ if connection.pid.is_none() && connection.url.is_none() => Exit::CannotStart,
                    _ => Exit::Protocol,
                };
                let what = if matches!(exit, Exit::CannotStart | Exit::CannotReach) {
                    what.to_string()
                } else {
                    format!("cannot talk to {name}: {what}")
                };
                let rpc = opening
                    .filter(|_| exit == Exit::Protocol)
                    .and_then(|exchange| self.answer(exchange, "error"));
                Failure {
                    rpc,
                    ..Failure::new(exit, what)
                }
                .hint(hint.as_deref().map(str::to_owned))
            }
            LinkState::Exited { code, signal, .. } => {
                let before = waiting.map_or_else(
                    || "could answer".to_owned(),
                    |what| format!("answered {what}"),
                );
                let was = if signal.is_some() { "was " } else { "" };
                let how = format!("{was}{}", note::exit_sentence(*code, *signal));
                let hint = match (
                    connection.stderr_tail.is_empty(),
                    connection.command.as_slice(),
                ) {
                    (false, _) | (true, []) => {
                        "mcpscope doctor looks for the cause of what its stderr says".to_owned()
                    }
                    (true, command) => format!(
                        "it wrote nothing to stderr; run it by itself: {}",
                        shell_words::join(command)
                    ),
                };
                Failure::new(Exit::ServerGone, format!("{name} {how} before it {before}"))
                    .hint(hint)
            }
            _ => Failure::new(Exit::Internal, "the engine stopped working"),
        };
        self.with_stderr(failure)
    }

    /// The same failure, with what the server last said on stderr.
    pub fn with_stderr(&self, failure: Failure) -> Failure {
        Failure {
            stderr: self
                .connection()
                .stderr_tail
                .iter()
                .map(ToString::to_string)
                .collect(),
            shown: !self.console.is_quiet(),
            ..failure
        }
    }
}

/// The exit code of a reason.
fn exit_of(kind: Option<LossKind>) -> Exit {
    match kind {
        Some(LossKind::Unreachable) => Exit::CannotReach,
        Some(LossKind::NeedsLogin) => Exit::NeedsLogin,
        Some(LossKind::Broken) => Exit::ServerGone,
        _ => Exit::Protocol,
    }
}
