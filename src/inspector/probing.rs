//! Probing a server: one connection after the other, each driven by a [`Drive`] instead of a client.
//!
//! What passes on them is recorded as on any other connection.

use std::time::Duration;

use super::{Connect, Engine, Live, Update};
use crate::mcp::client::{Client, Input, Options};
use crate::mcp::http::Choice;
use crate::mcp::revision::Era;
use crate::note::Note;
use crate::probe::{Course, Do, Drive, Happened, Known, Visit};
use crate::recorder::Draft;
use crate::session::{Channel, Direction};
use crate::transport::stdio::{self, StdioOptions};
use crate::transport::{Outgoing, Target, http};

/// Connections that are opened at most; whoever counts connections leaves so many numbers free.
pub const MOST: u32 = 128;

/// A server that is being probed.
#[derive(Debug)]
pub(super) struct Probing {
    connect: Connect,
    course: Course,
    /// The connection there is, and what it is for.
    current: Option<(u32, Visit)>,
    /// The number of the next one, and what is left of them.
    next: u32,
    left: u32,
}

impl Engine {
    /// Begins to probe a server. One at a time is.
    pub(super) async fn probe(&mut self, connect: Connect, known: Known) {
        if self.probing.is_some() {
            return;
        }
        let next = connect.conn;
        self.probing = Some(Box::new(Probing {
            course: Course::new(known),
            connect,
            current: None,
            next,
            left: MOST,
        }));
        self.next_visit().await;
    }

    /// Sends no more probes; the connection there is ends.
    pub(super) async fn unprobe(&mut self) {
        let Some(probing) = self.probing.take() else {
            return;
        };
        let mut begun = 0;
        if let Some((conn, _)) = probing.current {
            let live = self.connections.get_mut(&conn);
            if let Some(drive) = live.and_then(|live| live.probe.as_mut()) {
                begun = drive.done();
                let last = drive.stop();
                self.carry_out(conn, last).await;
            }
        }
        self.tell_probing(&probing, begun, true).await;
    }

    /// `begun` counts what was done on the connection there is.
    async fn tell_probing(&mut self, probing: &Probing, begun: usize, over: bool) {
        let (done, total) = probing.course.progress();
        let visit = probing.current.as_ref().map(|(_, visit)| visit);
        let names = visit.map_or_else(Vec::new, |visit| {
            visit.probes.iter().map(|probe| probe.name).collect()
        });
        self.tell(Update::Probing {
            conn: probing.connect.conn,
            done: done + begun,
            total,
            names,
            over,
        })
        .await;
    }

    /// Opens the next connection, or is done.
    async fn next_visit(&mut self) {
        loop {
            let Some(mut probing) = self.probing.take() else {
                return;
            };
            let visit = if probing.left > 0 {
                probing.course.following()
            } else {
                None
            };
            let Some(visit) = visit else {
                probing.current = None;
                return self.tell_probing(&probing, 0, true).await;
            };
            let conn = probing.next;
            probing.next += 1;
            probing.left -= 1;
            probing.current = Some((conn, visit.clone()));
            self.tell_probing(&probing, 0, false).await;
            let connect = Connect {
                conn,
                ..probing.connect.clone()
            };
            self.probing = Some(probing);
            if self.visit(connect, &visit).await {
                return;
            }
        }
    }

    /// Opens a connection; whether it came to that.
    async fn visit(&mut self, connect: Connect, visit: &Visit) -> bool {
        let conn = connect.conn;
        self.passes(&connect);
        let era = match visit.known.revision.era() {
            Era::Legacy => "legacy",
            Era::Modern => "modern",
        };
        let note = Note::Connect {
            name: connect.name.clone(),
            transport: connect.target.transport().to_owned(),
            era: era.to_owned(),
        };
        self.note(conn, &note).await;
        let url = match &connect.target {
            Target::Process(_) => None,
            Target::Address(address) => Some(address.url.clone()),
        };
        let started = match &connect.target {
            Target::Process(spawn) => stdio::start(spawn.clone(), patience(visit))
                .map_err(|error| (error.to_string(), error.hint())),
            Target::Address(address) => {
                let mut address = self.with_login(conn, &connect, address).await;
                // Nobody is asked to log in for a probe.
                address.login = None;
                let started = if visit.known.sse {
                    address.choice = Choice::Sse;
                    http::start(&address)
                } else {
                    http::bare::start(&address)
                };
                started.map_err(|error| (error.to_string(), error.hint()))
            }
        };
        let mut drive = Drive::new(visit, url);
        match started {
            Ok(link) => {
                let outbox = self.forward(conn, link);
                let client = Client::new(Options {
                    bare: true,
                    ..Options::default()
                });
                let live = Live {
                    probe: Some(Box::new(drive)),
                    ..Live::new(connect, client, outbox)
                };
                self.connections.insert(conn, live);
                true
            }
            Err((what, hint)) => {
                self.note(conn, &Note::StartFailed { what, hint }).await;
                let done = drive.handle(self.now(), Happened::Gone);
                self.record_notes(conn, done).await;
                if let Some(probing) = &mut self.probing {
                    probing.course.over(visit, &drive);
                }
                false
            }
        }
    }

    async fn record_notes(&mut self, conn: u32, done: Vec<Do>) {
        for one in done {
            if let Do::Note(note) = one {
                self.note(conn, &note).await;
            }
        }
    }

    /// What would be told to a client is told to its drive, where a connection is probed; whether it is.
    pub(super) async fn drives(&mut self, conn: u32, input: &Input<'_>) -> bool {
        let probed = |live: &Live| live.probe.is_some();
        if !self.connections.get(&conn).is_some_and(probed) {
            return false;
        }
        let what = match input {
            Input::Started => Happened::Started,
            Input::Message(message) | Input::MessageOn(message, _) => Happened::Message(message),
            Input::Tick => Happened::Tick,
            Input::Unanswered(id, _) => Happened::Unanswered(id),
            _ => return true,
        };
        self.drive(conn, what).await;
        true
    }

    /// Tells the drive of a connection what happened, and does what it says.
    pub(super) async fn drive(&mut self, conn: u32, what: Happened<'_>) {
        let now = self.now();
        let live = self.connections.get_mut(&conn);
        let Some(drive) = live.and_then(|live| live.probe.as_mut()) else {
            return;
        };
        let wanted = drive.handle(now, what);
        self.carry_out(conn, wanted).await;
    }

    async fn carry_out(&mut self, conn: u32, wanted: Vec<Do>) {
        for one in wanted {
            match one {
                Do::Note(note) => self.note(conn, &note).await,
                Do::Frame(frame) => {
                    self.sent(conn, &frame).await;
                    self.send(conn, Outgoing::Frame(frame));
                }
                Do::Exchange(request) => {
                    // What is redirected is the frame that was recorded already.
                    if let (Some(body), None) = (&request.body, request.follows) {
                        self.sent(conn, body).await;
                    }
                    self.send(conn, Outgoing::Exchange(Box::new(request)));
                }
                Do::Release(exchange) => self.send(conn, Outgoing::Release(exchange)),
                Do::Close => self.send(conn, Outgoing::Shutdown),
                Do::Terminate => self.send(conn, Outgoing::Terminate),
            }
        }
    }

    async fn sent(&mut self, conn: u32, frame: &[u8]) {
        let draft = Draft {
            conn,
            channel: Channel::Wire,
            direction: Direction::Out,
            aux: true,
            body: frame.to_vec(),
            ending: "\n",
            extra: None,
        };
        let seq = self.record(draft, None).await;
        self.remember(conn, seq, &String::from_utf8_lossy(frame));
    }

    /// A connection that was probed is gone: the next one is opened.
    pub(super) async fn visited(&mut self, conn: u32, mut drive: Drive) {
        let done = drive.handle(self.now(), Happened::Gone);
        self.record_notes(conn, done).await;
        let Some(probing) = &mut self.probing else {
            return;
        };
        if let Some((_, visit)) = probing.current.take_if(|(current, _)| *current == conn) {
            probing.course.over(&visit, &drive);
            Box::pin(self.next_visit()).await;
        }
    }
}

/// How long a process may take to end: longer than usual, for that is what is looked at.
fn patience(visit: &Visit) -> StdioOptions {
    let grace = |name: &str, otherwise: u64| {
        Duration::from_millis(if visit.holds(name) { 5_000 } else { otherwise })
    };
    StdioOptions {
        stdin_grace: grace("closed-stdin", 1_200),
        terminate_grace: grace("terminate", 2_000),
    }
}
