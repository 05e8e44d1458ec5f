//! A recording as a server: on our stdin and stdout, or on an address over Streamable HTTP.
//!
//! What is said is decided by [`script`](crate::script); here are its clock, its streams, its sessions, and the live
//! server that answers what is not in the recording. A served session is recorded like every other: what comes before
//! it is acted on, what goes before it goes.

mod client;
mod live;
pub mod stdio;
pub mod web;

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use url::Url;

use crate::mask::{self, Mark, Rule, Secrets};
use crate::mcp::http::headers::{self, Headers};
use crate::note::decided::Decided;
use crate::note::{self, Note};
use crate::recorder::{Draft, Recorder};
use crate::recording::{Bodies, OpenError, Recording};
use crate::script::{Masked, Reader, Rules, Script, Tally};
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction, Via};
use crate::text;
use crate::transport::Target;
use crate::transport::stdio::StdioOptions;
use client::Offer;

/// Why a recording cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// A client said nothing in it.
    #[error("nothing was asked in this recording")]
    Silent,
    /// Nobody chose any of its requests.
    #[error("the filter leaves out all that was asked in this recording, {} in all", text::plural(*.0, "request"))]
    Nothing(usize),
    /// The server that was named is not in it.
    #[error("no server {wanted} in this recording; it has {known}")]
    NoServer {
        /// Which.
        wanted: String,
        /// Those that are there.
        known: String,
    },
}

/// Which entries are served, by the fold and the bodies of a recording: their numbers.
pub type Choice<'a> = &'a dyn Fn(&Timeline, &Bodies) -> io::Result<HashSet<u64>>;

/// Reads a recording of this server, or of its first. What masks hide is taken from `given`; what is not known stays
/// masked, see [`Script::masked`]. With a choice, only the
/// requests that it names are played.
pub fn load(
    path: &Path,
    server: Option<&str>,
    given: &mask::Rules,
    choice: Option<Choice<'_>>,
) -> Result<Script, LoadError> {
    let recording = Recording::open(path)?;
    let bodies = recording.bodies();
    let secrets = Secrets::of(given.clone());
    let mut reader = Reader::new(server);
    let mut masked = Masked::default();
    let mut trouble = None;
    let mut timeline = choice.map(|_| Timeline::default());
    recording.load(|batch, _| {
        for recorded in batch {
            if let Some(timeline) = &mut timeline {
                timeline.push(&recorded);
            }
            let mut entry = match bodies.read(recorded.seq, recorded.place) {
                Ok(entry) => entry,
                Err(error) => {
                    trouble = Some(error);
                    return false;
                }
            };
            let marks = Mark::of(entry.extra.as_deref());
            if entry.channel == Channel::Wire && !marks.is_empty() {
                let (body, missing) = secrets.known_originals(&entry.body, &marks);
                entry.body = body;
                match entry.direction {
                    Direction::Out => masked.asked.extend(missing.names),
                    _ => masked.said.extend(missing.names),
                }
            }
            reader.take(&entry);
        }
        true
    })?;
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let chosen = match (choice, timeline) {
        (Some(choice), Some(timeline)) => Some(choice(&timeline, &bodies)?),
        _ => None,
    };
    let mut script = reader.finish();
    script.masked = masked;
    if let Some(chosen) = chosen.filter(|_| !script.scenes.is_empty()) {
        script.choose(&|seq| chosen.contains(&seq));
        let left_out = script.left_out();
        if left_out > 0 && script.calls() == 0 {
            return Err(LoadError::Nothing(left_out));
        }
    }
    match server {
        Some(wanted) if script.scenes.is_empty() && !script.others.is_empty() => {
            let known: Vec<&str> = script.others.iter().map(String::as_str).collect();
            Err(LoadError::NoServer {
                wanted: wanted.to_owned(),
                known: known.join(", "),
            })
        }
        _ if script.scenes.is_empty() => Err(LoadError::Silent),
        _ => Ok(script),
    }
}

/// What is served, and how.
#[derive(Debug)]
pub struct Serving {
    /// The recording.
    pub script: Arc<Script>,
    /// How it is played.
    pub rules: Rules,
    /// Who answers what is not in it.
    pub live: Option<(Target, StdioOptions)>,
    /// Where this session is recorded.
    pub recorder: Recorder,
    /// What is said of it in the recording of this session.
    pub told: String,
}

/// How serving ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// What was played.
    pub tally: Tally,
    /// How the recorded server's process ended, when that was played.
    pub exit: Option<(Option<i64>, Option<i64>)>,
    /// Entries that could not be recorded, and why the last could not.
    pub lost: Option<(u64, String)>,
}

/// The recording of this session, and its clock.
#[derive(Debug)]
struct Book {
    recorder: Recorder,
    began: Instant,
}

impl Book {
    fn new(recorder: Recorder) -> Self {
        Self {
            recorder,
            began: Instant::now(),
        }
    }

    /// Microseconds since the session began.
    fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// A connection begins.
    fn connect(&mut self, conn: u32, name: &str, transport: &str, offer: &Offer) {
        self.recorder.connects(conn, name);
        if let Some(target) = offer.live() {
            self.recorder.passes(conn, target);
        }
        self.note(
            conn,
            &Note::Connect {
                name: name.to_owned(),
                transport: transport.to_owned(),
                era: note::TAP.to_owned(),
            },
        );
        let what = offer.told.clone();
        self.note(conn, &Note::Decided(Decided::Served { what }));
    }

    /// What of this request over HTTP is a secret is recorded nowhere, whoever repeats it.
    fn asked(&mut self, conn: u32, told: &Headers, url: &Url) {
        let is_secret =
            |name: &str| headers::is_secret(name) && !name.eq_ignore_ascii_case("mcp-session-id");
        let given = told.iter().filter(|(name, _)| is_secret(name)).cloned();
        let query = url.query_pairs().into_owned();
        let query = query.filter(|(name, _)| is_secret(name));
        let secret: Headers = given.chain(query).collect();
        if !secret.is_empty() {
            self.recorder.passed(conn, Rule::Header, &secret);
        }
    }

    /// What is written meanwhile is in one write.
    fn together(&mut self, write: impl FnOnce(&mut Self)) {
        self.recorder.begin_together();
        write(self);
        self.recorder.end_together();
    }

    fn notes(&mut self, conn: u32, notes: &[Note]) {
        self.together(|book| {
            for note in notes {
                book.note(conn, note);
            }
        });
    }

    fn note(&mut self, conn: u32, note: &Note) {
        self.recorder.put(Draft::note(conn, note));
    }

    /// A frame went by; the number of its entry.
    fn frame(
        &mut self,
        conn: u32,
        direction: Direction,
        body: Vec<u8>,
        ending: &str,
        via: Option<Via>,
    ) -> u64 {
        self.recorder.put(Draft {
            conn,
            channel: Channel::Wire,
            direction,
            aux: false,
            body,
            ending: known(ending),
            extra: via.map(|via| via.member()),
        });
        self.recorder.last()
    }

    /// The server printed something beside the protocol, its line ending included.
    fn print(&mut self, conn: u32, stderr: bool, bytes: &[u8]) {
        let ending = match bytes {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\n'] => "\n",
            _ => "",
        };
        self.recorder.put(Draft {
            conn,
            channel: if stderr {
                Channel::Stderr
            } else {
                Channel::Stdout
            },
            direction: Direction::In,
            aux: false,
            body: bytes[..bytes.len() - ending.len()].to_vec(),
            ending,
            extra: None,
        });
    }

    /// The end of all: what was played, and what of this session is lost.
    fn finish(
        &mut self,
        script: &Script,
        tally: Tally,
        exit: Option<(Option<i64>, Option<i64>)>,
    ) -> Served {
        let what = tally.words(script);
        self.note(1, &Note::Decided(Decided::Served { what }));
        if let Some((code, signal)) = exit {
            self.note(1, &Note::Exit { code, signal });
        }
        let lost = self
            .recorder
            .lost()
            .map(|(lost, why)| (lost, why.to_owned()));
        Served { tally, exit, lost }
    }
}

/// The line endings there are, as texts that live for ever.
fn known(ending: &str) -> &'static str {
    match ending {
        "\r\n" => "\r\n",
        "" => "",
        _ => "\n",
    }
}

/// A line for the person who looks at stderr. Nobody may.
fn complain(what: &str) {
    let _ = writeln!(io::stderr(), "mcpscope serve: {}", text::sanitize(what));
}
