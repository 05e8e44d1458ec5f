//! The engine: drives a client over a link for every connection of a session, and records all of it.
//!
//! Commands go in, updates come out; in between, in this order for every frame: record, fold facts, interpret, act.
//! In the TUI the engine has a thread of its own, so that writing or reading a huge frame never holds up a key;
//! headless commands run it beside themselves on the same thread.

mod ended;
mod exchanges;
mod hand;
mod load;
pub mod logins;
mod masking;
mod probing;
mod words;

pub use probing::MOST as MOST_PROBED;
pub use words::{Command, Connect, Update};

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::history::eras::Eras;
use crate::mcp::auth::given;
use crate::mcp::client::{Client, End, Input, NoteText, Options, Output, Over};
use crate::mcp::completion::Completed;
use crate::mcp::facts::{self, Message};
use crate::note::Note;
use crate::probe::Drive;
use crate::recorder::{Draft, Recorder};
use crate::session::recorded::{Facts, Recorded};
use crate::session::{Channel, Direction};
use crate::transport::stdio;
use crate::transport::{Ending, Link, LinkEvent, Outgoing, ShutdownStep, Stream, Target};

/// Updates that may wait before the engine does, and with it the servers.
const UPDATES: usize = 4_096;
/// Link events that may wait.
const EVENTS: usize = 64;

/// The caller's side of a running engine. Dropping it shuts everything down.
#[derive(Debug)]
pub struct Inspector {
    /// Where commands go.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Where updates come from; it ends when the engine has finished.
    pub updates: mpsc::Receiver<Update>,
}

/// An engine over `recorder`, and the side to talk to it. The engine does nothing until [`Engine::run`].
pub fn engine(recorder: Recorder) -> (Inspector, Engine) {
    let (commands, command_queue) = mpsc::unbounded_channel();
    let (update_queue, updates) = mpsc::channel(UPDATES);
    let (event_queue, events) = mpsc::channel(EVENTS);
    let engine = Engine {
        recorder,
        commands: command_queue,
        updates: update_queue,
        event_queue,
        events,
        connections: HashMap::new(),
        began: Instant::now(),
        told: 0,
        listening: true,
        eras: Eras::default(),
        probing: None,
        keychain: logins::Keychain::default(),
    };
    (Inspector { commands, updates }, engine)
}

/// See the module.
#[derive(Debug)]
pub struct Engine {
    recorder: Recorder,
    commands: mpsc::UnboundedReceiver<Command>,
    updates: mpsc::Sender<Update>,
    event_queue: mpsc::Sender<(u32, LinkEvent)>,
    events: mpsc::Receiver<(u32, LinkEvent)>,
    connections: HashMap<u32, Live>,
    began: Instant,
    /// Lost entries the other side knows of.
    told: u64,
    /// Whether anybody still takes updates.
    listening: bool,
    /// What is known of servers' eras from before.
    eras: Eras,
    /// The server that is being probed.
    probing: Option<Box<probing::Probing>>,
    /// Where logins are kept if not in a file.
    keychain: logins::Keychain,
}

#[derive(Debug)]
struct Live {
    connect: Connect,
    client: Client,
    outbox: mpsc::UnboundedSender<Outgoing>,
    /// The entries of what was sent over HTTP, in order: its exchanges name them by their number.
    sent: Vec<u64>,
    /// Which requests HTTP exchanges carry.
    carried: exchanges::Carried,
    /// The server's process.
    pid: Option<u32>,
    /// A load that is under way.
    load: Option<Box<load::Running>>,
    /// What speaks on it instead of the client, where it is probed.
    probe: Option<Box<Drive>>,
}

impl Live {
    fn new(connect: Connect, client: Client, outbox: mpsc::UnboundedSender<Outgoing>) -> Self {
        Self {
            connect,
            client,
            outbox,
            sent: Vec::new(),
            carried: exchanges::Carried::default(),
            pid: None,
            load: None,
            probe: None,
        }
    }
}

enum Happened {
    Command(Option<Command>),
    Event(u32, LinkEvent),
    Tick,
}

impl Engine {
    /// Works until told to shut down (or until nobody is left to tell), and until every process is gone.
    pub async fn run(mut self) {
        let mut closing = false;
        while !(closing && self.connections.is_empty()) {
            match self.next(closing).await {
                Happened::Command(None | Some(Command::Shutdown)) => {
                    closing = true;
                    self.probing = None;
                    for live in self.connections.values_mut() {
                        // What a probe did not finish is nobody's fault.
                        if let Some(drive) = live.probe.as_mut() {
                            drive.stop();
                        }
                        // A failed send means that the link has ended by itself.
                        let _ = live.outbox.send(Outgoing::Shutdown);
                    }
                }
                Happened::Command(Some(command)) => self.command(command).await,
                Happened::Event(conn, event) => self.event(conn, event).await,
                Happened::Tick => self.tick().await,
            }
        }
        self.keep_the_last().await;
    }

    async fn next(&mut self, closing: bool) -> Happened {
        let deadline = self
            .connections
            .values()
            .filter_map(|live| {
                live.client
                    .deadline()
                    .into_iter()
                    .chain(live.loaded())
                    .chain(live.probe.as_ref().and_then(|drive| drive.deadline()))
                    .min()
            })
            .chain(
                self.recorder
                    .holds_until()
                    .map(|end| end.saturating_duration_since(self.began)),
            )
            .min();
        let wait = deadline.map(|at| at.saturating_sub(self.began.elapsed()));
        tokio::select! {
            biased;
            command = self.commands.recv(), if !closing => Happened::Command(command),
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => Happened::Tick,
            event = self.events.recv() => match event {
                Some((conn, event)) => Happened::Event(conn, event),
                // Cannot be: we hold a sender ourselves.
                None => Happened::Command(None),
            },
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn tell(&mut self, update: Update) {
        if self.listening && self.updates.send(update).await.is_err() {
            self.listening = false;
        }
    }

    /// Records, then tells. Everything that happens passes here first.
    async fn record(&mut self, draft: Draft, facts: Option<Facts>) -> u64 {
        let recorded = self.recorder.append(draft, facts);
        self.recorded(recorded).await
    }

    /// The same for a frame that came; see [`Recorder::append_frame`].
    async fn record_frame(
        &mut self,
        draft: Draft,
        junk: Channel,
        read: impl Fn(&[u8]) -> Result<Vec<Message>, String> + Sync,
    ) -> (u64, Vec<Message>) {
        let (recorded, messages) = self.recorder.append_frame(draft, junk, read);
        (self.recorded(recorded).await, messages)
    }

    async fn recorded(&mut self, recorded: Vec<Recorded>) -> u64 {
        let seq = recorded.last().map_or(0, |entry: &Recorded| entry.seq);
        self.tell(Update::Recorded(recorded)).await;
        if let Some((lost, what)) = self.recorder.trouble()
            && lost != self.told
        {
            self.told = lost;
            let what = what.to_owned();
            self.tell(Update::Trouble { lost, what }).await;
        }
        seq
    }

    async fn note(&mut self, conn: u32, note: &Note) {
        self.record(Draft::note(conn, note), None).await;
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Connect(connect) => self.connect(*connect).await,
            Command::Call { conn, mut call } => {
                let ticket = call.ticket;
                if !self.unmask_call(conn, &mut call).await {
                    let end = End::Masked;
                    self.tell(Update::Finished {
                        ticket,
                        end,
                        seq: None,
                    })
                    .await;
                } else if self.connections.contains_key(&conn) {
                    self.put(conn, Input::Call(call), None).await;
                } else {
                    self.tell(Update::Finished {
                        ticket,
                        end: End::Gone,
                        seq: None,
                    })
                    .await;
                }
            }
            Command::Complete {
                conn,
                ticket,
                mut ask,
            } => {
                self.unmask_ask(conn, &mut ask);
                if self.connections.contains_key(&conn) {
                    self.put(conn, Input::Complete { ticket, ask }, None).await;
                } else {
                    self.tell(Update::Completed {
                        ticket,
                        completed: Completed::Gone,
                        seq: None,
                    })
                    .await;
                }
            }
            Command::Cancel { conn, ticket } => self.put(conn, Input::Cancel(ticket), None).await,
            Command::Refresh { conn, list } => self.put(conn, Input::Refresh(list), None).await,
            Command::CameBack { conn, address } => self.send(conn, Outgoing::CameBack(address)),
            Command::NoLogin { conn } => self.send(conn, Outgoing::NoLogin),
            Command::Subscribe { conn, uri, on } => {
                let Some(uri) = self.unmasked_text(conn, uri).await else {
                    return;
                };
                self.put(conn, Input::Subscribe { uri: &uri, on }, None)
                    .await;
            }
            Command::FollowLists { conn, on } => {
                self.put(conn, Input::FollowLists(on), None).await;
            }
            Command::Task { conn, id, wish } => {
                let Some(id) = self.unmasked_text(conn, id).await else {
                    return;
                };
                self.put(conn, Input::Task { id: &id, wish }, None).await;
            }
            Command::ListTasks { conn } => self.put(conn, Input::ListTasks, None).await,
            Command::Typed {
                conn,
                ticket,
                bytes,
            } => self.typed(conn, ticket, bytes).await,
            Command::Extend { conn, ticket, more } => {
                self.changed(conn, Input::Extend { ticket, more }).await;
            }
            Command::Settings { conn, settings } => {
                self.changed(conn, Input::Settings(settings)).await;
            }
            Command::Answer {
                conn,
                question,
                reply,
            } => {
                let Some(reply) = self.unmasked_reply(conn, reply).await else {
                    return;
                };
                self.put(conn, Input::Answer(&question, reply), None).await;
            }
            Command::Policies { conn, policies } => {
                self.put(conn, Input::Policies(*policies), None).await;
            }
            Command::Capabilities { conn, capabilities } => {
                self.put(conn, Input::Capabilities(*capabilities), None)
                    .await;
            }
            Command::Load { conn, plan } => self.load(conn, *plan).await,
            Command::Unload { conn } => self.unload(conn).await,
            Command::Probe { connect, known } => self.probe(*connect, *known).await,
            Command::Unprobe => self.unprobe().await,
            Command::Note { conn, note } => self.note(conn, &note).await,
            Command::Stop { conn } => self.send(conn, Outgoing::Shutdown),
            // `run` takes care of it.
            Command::Shutdown => {}
        }
    }

    async fn connect(&mut self, connect: Connect) {
        let conn = connect.conn;
        self.passes(&connect);
        self.note(
            conn,
            &Note::Connect {
                name: connect.name.clone(),
                transport: connect.target.transport().to_owned(),
                era: connect.options.era.word().to_owned(),
            },
        )
        .await;
        if let Target::Address(address) = &connect.target
            && let Some(token) = given::told(&address.headers)
        {
            self.note(conn, &Note::Login(token)).await;
        }
        let over = match &connect.target {
            Target::Process(_) => Over::Pipe,
            Target::Address(_) => Over::Http,
        };
        let client = Client::new(Options {
            over,
            ..self.informed(&connect)
        });
        self.start(connect, client).await;
    }

    /// Starts the process of a connection, the first time or again.
    async fn start(&mut self, connect: Connect, client: Client) {
        let conn = connect.conn;
        let started = match &connect.target {
            Target::Process(spawn) => stdio::start(spawn.clone(), connect.stdio)
                .map_err(|error| (error.to_string(), error.hint())),
            Target::Address(address) => self
                .link(&connect, address)
                .map_err(|error| (error.to_string(), error.hint())),
        };
        match started {
            Ok(link) => {
                let outbox = self.forward(conn, link);
                self.connections
                    .insert(conn, Live::new(connect, client, outbox));
            }
            Err((what, hint)) => {
                self.note(conn, &Note::StartFailed { what, hint }).await;
                self.tell(Update::Failed { conn }).await;
                self.tell(Update::Gone { conn }).await;
            }
        }
    }

    /// All links' events come through one queue; it is bounded, so a flooding server waits.
    fn forward(&self, conn: u32, link: Link) -> mpsc::UnboundedSender<Outgoing> {
        let Link { outbox, mut inbox } = link;
        let queue = self.event_queue.clone();
        tokio::spawn(async move {
            while let Some(event) = inbox.recv().await {
                if queue.send((conn, event)).await.is_err() {
                    break;
                }
            }
        });
        outbox
    }

    fn send(&self, conn: u32, what: Outgoing) {
        if let Some(live) = self.connections.get(&conn) {
            // A failed send means that the process is gone; its exit is on its way to us.
            let _ = live.outbox.send(what);
        }
    }

    async fn event(&mut self, conn: u32, event: LinkEvent) {
        let Some(event) = self.past_load(conn, event).await else {
            return;
        };
        match event {
            LinkEvent::Started { pid } => {
                let live = self.connections.get_mut(&conn);
                let Some(Target::Process(spawn)) = live.map(|live| {
                    live.pid = Some(pid);
                    &live.connect.target
                }) else {
                    return;
                };
                let command = std::iter::once(&spawn.program)
                    .chain(&spawn.args)
                    .map(|part| part.to_string_lossy().into_owned())
                    .collect();
                let note = Note::Spawn {
                    pid,
                    command,
                    cwd: spawn.cwd.as_ref().map(|path| path.display().to_string()),
                    // Names only: values never enter a recording.
                    env: spawn.env.iter().map(|(name, _)| name.clone()).collect(),
                };
                self.note(conn, &note).await;
                self.put(conn, Input::Started, None).await;
            }
            LinkEvent::Line {
                stream,
                bytes,
                ending,
            } => self.line(conn, stream, bytes, ending).await,
            LinkEvent::WriteFailed { what } => self.note(conn, &Note::WriteFailed { what }).await,
            LinkEvent::Step { step } => {
                let step = match step {
                    ShutdownStep::StdinClosed => "stdin closed",
                    ShutdownStep::Terminate => "terminate",
                    ShutdownStep::Kill => "kill",
                };
                self.note(
                    conn,
                    &Note::Step {
                        step: step.to_owned(),
                    },
                )
                .await;
            }
            LinkEvent::Usage {
                cpu,
                rss,
                processes,
            } => {
                self.note(
                    conn,
                    &Note::Usage {
                        cpu_ms: cpu.as_millis() as u64,
                        rss,
                        processes,
                    },
                )
                .await;
            }
            LinkEvent::Exited { code, signal } => {
                self.note(
                    conn,
                    &Note::Exit {
                        code: code.map(i64::from),
                        signal: signal.map(i64::from),
                    },
                )
                .await;
                self.exited(conn).await;
            }
            other => {
                if let Some(other) = self.login(conn, other).await {
                    self.exchange(conn, other).await;
                }
            }
        }
    }

    async fn line(&mut self, conn: u32, stream: Stream, bytes: Vec<u8>, ending: Ending) {
        let ending = match ending {
            Ending::Lf => "\n",
            Ending::CrLf => "\r\n",
            Ending::None => "",
        };
        let draft = Draft {
            ending,
            ..Draft::wire(conn, Direction::In, bytes)
        };
        if stream == Stream::Stderr {
            let channel = Channel::Stderr;
            self.record(Draft { channel, ..draft }, None).await;
            return;
        }
        let (seq, messages) = self
            .record_frame(draft, Channel::Stdout, facts::of_frame)
            .await;
        for message in &messages {
            self.put(conn, Input::Message(message), Some(seq)).await;
        }
    }

    async fn tick(&mut self) {
        let now = Instant::now();
        if self.recorder.holds_until().is_some_and(|end| end <= now) {
            self.recorder.let_go();
        }
        let conns: Vec<u32> = self.connections.keys().copied().collect();
        for conn in conns {
            self.put(conn, Input::Tick, None).await;
            self.tick_load(conn).await;
        }
    }

    async fn note_text(&mut self, conn: u32, NoteText(text): NoteText) {
        let note = Note::read(text.as_bytes());
        self.note(conn, &note).await;
    }

    /// Tells a client what happened and does what it says. `seq` is the entry of the message it is told.
    async fn put(&mut self, conn: u32, input: Input<'_>, seq: Option<u64>) {
        if self.drives(conn, &input).await {
            return;
        }
        let now = self.now();
        let Some(live) = self.connections.get_mut(&conn) else {
            return;
        };
        for output in live.client.handle(now, input) {
            match output {
                Output::Send { frame, ticket, aux } => {
                    let draft = Draft {
                        aux,
                        ..Draft::wire(conn, Direction::Out, frame.clone())
                    };
                    let sent = self.record(draft, None).await;
                    self.remember(conn, sent, &frame);
                    self.send(conn, Outgoing::Frame(frame.into_bytes()));
                    if let Some(ticket) = ticket {
                        self.tell(Update::Sent { ticket, seq: sent }).await;
                    }
                }
                Output::Abandon(id) => self.send(conn, Outgoing::Abandon(id)),
                Output::Note(text) => self.note_text(conn, text).await,
                Output::Ready => {
                    self.keep_era(conn);
                    self.tell(Update::Ready { conn }).await;
                }
                Output::Limit { ticket, left } => {
                    self.tell(Update::Limit { conn, ticket, left }).await;
                }
                Output::Listed(list) => self.tell(Update::Listed { conn, list }).await,
                Output::Finished { ticket, end } => {
                    self.tell(Update::Finished { ticket, end, seq }).await;
                }
                Output::Completed { ticket, completed } => {
                    // Only an answer has an entry: what it superseded was not what was just told.
                    let seq = seq.filter(|_| completed.is_answer());
                    self.tell(Update::Completed {
                        ticket,
                        completed,
                        seq,
                    })
                    .await;
                }
                Output::Failed => {
                    self.tell(Update::Failed { conn }).await;
                    self.send(conn, Outgoing::Shutdown);
                }
                // Only a process that went away is started again; see `exited`.
                Output::Respawn => {}
            }
        }
    }
}
