//! What is known of one connection at some entry: its link, its server, its catalogue, its counters.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::catalogue::{Catalogue, Fresh};
use super::login::Login;
use super::subscriptions::Subscriptions;
use super::tasks::Tasks;
use crate::jsonrpc::Id;
use crate::mcp::asked::Capabilities;
use crate::mcp::facts::{ClientFacts, Opening};
use crate::mcp::http::LossKind;
use crate::mcp::revision::{Era, Revision};
use crate::mcp::tasks::Shape;
use crate::mcp::types::{Item, List};
use crate::note::Note;
use crate::note::asked::Asking;
use crate::note::decided::Decided;

/// The last lines of stderr that stay at hand, so that a crash explains itself at once.
const TAIL: usize = 20;
/// Resources whose freshness stays at hand.
const READS: usize = 10_000;

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum LinkState {
    /// Asked for; nothing runs yet.
    #[default]
    Starting,
    /// The process runs; we are finding out how to talk to it.
    Opening,
    /// It works.
    Ready,
    /// It is being shut down; holds the step.
    Closing(Box<str>),
    /// The process is gone.
    Exited {
        /// Exit code.
        code: Option<i64>,
        /// Signal.
        signal: Option<i64>,
        /// Whether we had asked it to go.
        asked: bool,
    },
    /// It could not be started or talked to.
    Failed {
        /// Why.
        what: Box<str>,
        /// What to do about it.
        hint: Option<Box<str>>,
    },
}

/// What the process tree used when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// CPU time, in milliseconds.
    pub cpu_ms: u64,
    /// Resident memory, in bytes.
    pub rss: u64,
    /// Processes.
    pub processes: u32,
    /// The most memory seen, in bytes.
    pub peak_rss: u64,
}

/// Counts of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Counters {
    /// Messages to the server.
    pub out: u64,
    /// Messages from the server.
    pub received: u64,
    /// Lines on stdout that are no JSON-RPC.
    pub junk: u64,
    /// Lines of stderr.
    pub stderr: u64,
    /// Requests that failed.
    pub failures: u64,
}

/// Why a request got no answer over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    /// What kind of reason; none when a later version knows more of them.
    pub kind: Option<LossKind>,
    /// What happened.
    pub what: Box<str>,
    /// What to do about it.
    pub hint: Option<Box<str>>,
}

/// One connection at some entry.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Connection {
    /// Its number.
    pub number: u32,
    /// The server's name for people, as the connection was asked for.
    pub name: Box<str>,
    /// `stdio` or `http`
    pub transport: Box<str>,
    /// Whether it is somebody else's connection, which a tap listens to: no notes of ours say how it stands.
    pub tapped: bool,
    /// Whether it was opened only to probe the server.
    pub probed: bool,
    /// The command line.
    pub command: Vec<String>,
    /// The working directory, when not ours.
    pub cwd: Option<Box<str>>,
    /// Names of the variables passed in, or of the headers that were given.
    pub env: Vec<String>,
    /// The request that should have opened it and was not waited for any longer.
    pub(super) late: Option<Id>,
    /// Whether what it says comes on a stream of its own: HTTP+SSE (2024-11-05, transports).
    pub apart: bool,
    /// Its address, when it is one over HTTP.
    pub url: Option<Box<str>>,
    /// Why the last request that HTTP brought no answer to got none.
    pub trouble: Option<Trouble>,
    /// How it stands with its login.
    pub login: Login,
    /// The process.
    pub pid: Option<u32>,
    /// How it stands.
    pub link: LinkState,
    /// What was decided about the era, and why.
    pub verdict: Option<(Box<str>, Box<str>)>,
    /// The day the era was found out, when the server was not asked this time.
    pub era_since: Option<Box<str>>,
    /// The day the server was found to be modern, when it answers as an older one now.
    pub downgraded: Option<Box<str>>,
    /// The revision in use.
    pub revision: Option<Revision>,
    /// What the server said of itself.
    pub opening: Option<Arc<Opening>>,
    /// What the client of a tap says it is.
    pub client: Option<Arc<ClientFacts>>,
    /// What the client says it can do: in every request (2026-07-28), or in the handshake.
    pub declared: Capabilities,
    /// What it would say if the handshake were done again.
    pub wanted: Option<Capabilities>,
    /// The four lists, in the order of [`List::ALL`].
    pub lists: [Catalogue; 4],
    /// What it is told of by itself.
    pub subscriptions: Subscriptions,
    /// Its tasks.
    pub tasks: Tasks,
    /// How fresh the resources are that were read and said so, by URI.
    pub reads: HashMap<Box<str>, Fresh>,
    /// Counts.
    pub counters: Counters,
    /// Resources in use.
    pub usage: Option<Usage>,
    /// The last lines of stderr, oldest first.
    pub stderr_tail: VecDeque<Box<str>>,
    /// When it was asked for, in microseconds of the session.
    pub began_us: u64,
    /// When it ended.
    pub ended_us: Option<u64>,
}

impl Connection {
    /// One of its lists.
    pub fn list(&self, list: List) -> &Catalogue {
        &self.lists[list as usize]
    }

    pub(super) fn list_mut(&mut self, list: List) -> &mut Catalogue {
        &mut self.lists[list as usize]
    }

    /// Why `tool` must not be used on it: marks that are not valid, over HTTP in 2026-07-28 (`server/tools`,
    /// `x-mcp-header`).
    pub fn excludes<'a>(&self, tool: &'a Item) -> Option<&'a str> {
        let modern = self.revision.map(Revision::era) == Some(Era::Modern);
        tool.barred
            .as_deref()
            .filter(|_| self.url.is_some() && modern)
    }

    /// How tasks look on it.
    pub fn shape(&self) -> Shape {
        match self.revision.map(Revision::era) {
            Some(Era::Modern) => Shape::Extension,
            _ => Shape::Core,
        }
    }

    /// A resource was read, and how fresh that is.
    pub(super) fn was_read(&mut self, uri: &str, fresh: Option<Fresh>) {
        self.subscriptions.read(uri);
        match fresh {
            Some(fresh) if self.reads.len() < READS || self.reads.contains_key(uri) => {
                self.reads.insert(uri.into(), fresh);
            }
            _ => {
                self.reads.remove(uri);
            }
        }
    }

    /// Nothing more comes of it.
    pub(super) fn gone(&mut self) {
        self.subscriptions.gone();
        self.tasks.gone();
    }

    /// Whether requests can be sent.
    pub fn is_ready(&self) -> bool {
        self.link == LinkState::Ready
    }

    /// Whether a process may be running for it.
    pub fn is_alive(&self) -> bool {
        matches!(
            self.link,
            LinkState::Starting | LinkState::Opening | LinkState::Ready | LinkState::Closing(_)
        )
    }

    pub(super) fn line(&mut self, text: Option<&str>) {
        self.counters.stderr += 1;
        if self.stderr_tail.len() == TAIL {
            self.stderr_tail.pop_front();
        }
        self.stderr_tail.push_back(text.unwrap_or_default().into());
    }

    pub(super) fn opened(&mut self, opening: &Arc<Opening>) {
        if let Some(revision) = opening
            .version
            .as_deref()
            .and_then(|version| version.parse().ok())
        {
            self.revision = Some(revision);
        } else if self.tapped && opening.supports(Revision::NEWEST_MODERN) {
            // Its client goes on in that revision, or says another one in `initialize`.
            self.revision = Some(Revision::NEWEST_MODERN);
        }
        self.opening = Some(Arc::clone(opening));
    }

    /// The server answered with a result.
    pub(super) fn answered(&mut self) {
        // What others recorded does not always say that it was started.
        if self.tapped && matches!(self.link, LinkState::Starting | LinkState::Opening) {
            self.link = LinkState::Ready;
        }
    }

    /// Its client sent a request. Behind a tap what looked like the end was none: a signal that the server survived, say.
    pub(super) fn asked(&mut self) {
        if self.tapped && matches!(self.link, LinkState::Closing(_)) {
            self.link = LinkState::Ready;
        }
    }

    pub(super) fn note(&mut self, note: &Note, us: u64) {
        match note {
            Note::Connect {
                name,
                transport,
                era,
            } => {
                self.tapped = era == crate::note::TAP;
                self.name = name.as_str().into();
                self.transport = transport.as_str().into();
                self.began_us = us;
            }
            Note::Spawn {
                pid,
                command,
                cwd,
                env,
            } => {
                self.pid = Some(*pid);
                self.command.clone_from(command);
                self.cwd = cwd.as_deref().map(Into::into);
                self.env.clone_from(env);
                self.link = LinkState::Opening;
                self.ended_us = None;
            }
            Note::Address { url, headers, .. } => {
                self.url = Some(url.as_str().into());
                self.env.clone_from(headers);
                self.link = LinkState::Opening;
                self.ended_us = None;
            }
            Note::Unanswered {
                kind, what, hint, ..
            } => {
                self.trouble = Some(Trouble {
                    kind: LossKind::of_word(kind),
                    what: what.as_str().into(),
                    hint: hint.as_deref().map(Into::into),
                });
            }
            Note::Closed { what } => {
                self.ended_us = Some(us);
                self.login.over(us);
                self.link = match (what, std::mem::take(&mut self.link)) {
                    (_, failed @ LinkState::Failed { .. }) => failed,
                    (Some(what), _) => LinkState::Failed {
                        what: what.as_str().into(),
                        hint: None,
                    },
                    (None, _) => LinkState::Exited {
                        code: None,
                        signal: None,
                        asked: true,
                    },
                };
            }
            Note::StartFailed { what, hint } | Note::Failed { what, hint } => {
                self.link = LinkState::Failed {
                    what: what.as_str().into(),
                    hint: hint.as_deref().map(Into::into),
                };
                self.ended_us = Some(us);
            }
            Note::Step { step } => {
                if self.is_alive() {
                    self.link = LinkState::Closing(step.as_str().into());
                }
            }
            Note::Usage {
                cpu_ms,
                rss,
                processes,
            } => {
                let peak = self.usage.map_or(0, |usage| usage.peak_rss);
                self.usage = Some(Usage {
                    cpu_ms: *cpu_ms,
                    rss: *rss,
                    processes: *processes,
                    peak_rss: peak.max(*rss),
                });
            }
            Note::Exit { code, signal } => {
                self.ended_us = Some(us);
                // A reason we found before it went says more than the exit itself.
                if !matches!(self.link, LinkState::Failed { .. }) {
                    self.link = LinkState::Exited {
                        code: *code,
                        signal: *signal,
                        asked: matches!(self.link, LinkState::Closing(_)),
                    };
                }
            }
            Note::Verdict { era, evidence } => {
                self.verdict = Some((era.as_str().into(), evidence.as_str().into()));
            }
            Note::Ready { revision } => {
                self.revision = revision.parse().ok().or(self.revision);
                self.link = LinkState::Ready;
            }
            Note::ListCut { method, .. } => {
                if let Some(list) = List::of_method(method) {
                    self.list_mut(list).cut();
                }
            }
            Note::Http(step) => self.apart |= step.is_apart(),
            Note::Login(hop) => self.login.hop(hop, us),
            Note::TaskLeft { task, why } => self.tasks.left(task, why),
            Note::Decided(Decided::KnownEra { since, skips, .. }) => {
                self.era_since = skips.then(|| since.as_str().into());
            }
            Note::Decided(Decided::Doubted { .. }) => self.era_since = None,
            Note::Decided(Decided::Downgraded { since, .. }) => {
                self.downgraded = Some(since.as_str().into());
            }
            Note::Decided(Decided::Probing { .. } | Decided::Probed { .. }) => self.probed = true,
            Note::Asking(Asking::Capabilities {
                capabilities,
                waits,
            }) => {
                let declared = Capabilities::read(capabilities.as_bytes());
                if *waits {
                    self.wanted = Some(declared);
                } else {
                    (self.declared, self.wanted) = (declared, None);
                }
            }
            Note::Decided(_)
            | Note::Tapped(_)
            | Note::Asking(_)
            | Note::Abandoned { .. }
            | Note::Probe { .. }
            | Note::Timeout { .. }
            | Note::Remark { .. }
            | Note::ClientSaid { .. }
            | Note::WriteFailed { .. }
            | Note::Gap { .. }
            | Note::Unknown { .. } => {}
        }
    }
}
