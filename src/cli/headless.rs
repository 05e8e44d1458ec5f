//! One headless session: the engine runs beside it on the same thread, updates are folded as they come, and
//! whatever happens (an answer, a dead server, a signal) the servers are shut down before it is over.

mod agreed;
mod answered;

use std::collections::{HashSet, VecDeque};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::OutputArgs;
use super::asked::Answers;
use super::console::Console;
use super::document::Document;
use super::exit::Exit;
use super::failure::Failure;
use super::lines::Lines;
use super::login::Door;
use super::signals::Signals;
use super::target::Target;
use super::validated::Schemas;
use crate::inspector::{self, Command, Connect, Inspector, Update};
use crate::mcp::auth::Secret;
use crate::mcp::client::Options;
use crate::mcp::facts::{Detail, Message};
use crate::mcp::revision::Era;
use crate::mcp::types::List;
use crate::note::Note;
use crate::recorder::{Keep, Recorder};
use crate::recording::Bodies;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::{Connection, Row, SingleKind, Timeline};
use crate::session::{Channel, Direction};
use crate::transport::stdio;

/// The first connection of a headless session; a replay and a watch open more, one after the other.
const CONN: u32 = 1;

/// Why waiting for an update ended without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A signal told us to go.
    Signal(Exit),
    /// The connection failed, or its process is gone.
    Lost,
    /// Nobody reads what we say any more.
    Unread,
}

/// See the module.
#[derive(Debug)]
pub struct Headless {
    /// What is known so far.
    pub timeline: Timeline,
    /// Where to say things.
    pub console: Console,
    inspector: Inspector,
    pub(super) bodies: Bodies,
    recording: Option<PathBuf>,
    signals: Signals,
    /// The connection that is there.
    pub(super) conn: u32,
    name: String,
    limits: (Duration, Duration),
    /// What the connection was opened with.
    pub(super) options: Options,
    signal: Option<Exit>,
    cut: Vec<List>,
    door: Door,
    /// Whether the connection works, and the lists that were asked for and that have come.
    is_ready: bool,
    asked: Vec<List>,
    fetched: Vec<List>,
    /// What is answered when the server asks, and the questions that were.
    pub(super) answers: Option<Arc<Answers>>,
    pub(super) answered: HashSet<u32>,
    /// The number of the last question that was told as an event.
    pub(super) told: u32,
    /// Lines that are typed, in a shell; whether a person types them; and what happened while one was asked.
    pub(super) lines: Option<Lines>,
    pub(super) person: bool,
    stash: VecDeque<Update>,
    /// Calls that were made.
    pub(super) tickets: u64,
    /// What tools ask for, as far as they were called.
    pub(super) schemas: Schemas,
}

impl Headless {
    /// Starts recording and connecting. Must be called inside the runtime.
    pub fn start(target: &Target, connect: Connect, output: &OutputArgs) -> Result<Self, Failure> {
        let mut console = Console::new(output);
        let signals =
            Signals::listen().map_err(|error| internal("cannot listen for signals", &error))?;
        let recorder = recorder(&target.keep, &connect.name, &mut console)?
            .masked_by(target.settings.mask.clone());
        let recording = recorder
            .path()
            .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let bodies = recorder.bodies();
        let (inspector, engine) = inspector::engine(recorder);
        tokio::spawn(engine.run());
        let name = connect.name.clone();
        let limits = (
            connect.options.request_wait,
            connect.options.request_wait_max,
        );
        let options = connect.options.clone();
        // The engine has just been started; if it is gone all the same, the first update says so.
        let _ = inspector.commands.send(Command::Connect(Box::new(connect)));
        Ok(Self {
            timeline: Timeline::default(),
            console,
            inspector,
            bodies,
            recording,
            signals,
            conn: CONN,
            name,
            limits,
            signal: None,
            cut: Vec::new(),
            door: Door::default(),
            is_ready: false,
            asked: options.lists.clone(),
            options,
            fetched: Vec::new(),
            answers: target.answers.clone(),
            answered: HashSet::new(),
            told: 0,
            lines: None,
            person: false,
            stash: VecDeque::new(),
            tickets: 0,
            schemas: Schemas::default(),
        })
    }

    /// Opens another connection, once the one before is gone.
    pub fn reconnect(&mut self, connect: Connect) {
        self.conn = connect.conn;
        self.is_ready = false;
        self.asked.clone_from(&connect.options.lists);
        self.fetched.clear();
        self.cut.clear();
        self.schemas = Schemas::default();
        self.send(Command::Connect(Box::new(connect)));
    }

    /// The file of the session, when it is kept.
    pub fn recording(&self) -> Option<&std::path::Path> {
        self.recording.as_deref()
    }

    /// Gives the engine something to do.
    pub fn send(&self, command: Command) {
        // A failed send means that the engine is gone; the next update says so.
        let _ = self.inspector.commands.send(command);
    }

    /// Has the connection go on with other options: what calls carry, what they declare, and whether changed lists are
    /// told. Only 2026-07-28 has all that with every request; a handshake settled it for good.
    pub(super) fn adjust(&self, from: &Options, to: &Options) {
        let revision = self.connection().revision;
        if revision.is_none_or(|revision| revision.era() == Era::Legacy) {
            return;
        }
        if from.settings != to.settings {
            let settings = to.settings.clone();
            self.send(Command::Settings {
                conn: CONN,
                settings,
            });
        }
        if from.capabilities != to.capabilities {
            let capabilities = Box::new(to.capabilities.clone());
            self.send(Command::Capabilities {
                conn: CONN,
                capabilities,
            });
        }
        if from.follow_lists != to.follow_lists {
            let on = to.follow_lists;
            self.send(Command::FollowLists { conn: CONN, on });
        }
    }

    /// The next update, folded and shown already. What the server asks a person was answered, where there is one.
    pub async fn next(&mut self) -> Result<Update, Stop> {
        if let Some(update) = self.stash.pop_front() {
            return Ok(update);
        }
        let update = self.step().await?;
        if self.person && self.lines.is_some() && matches!(update, Update::Recorded(_)) {
            self.attend().await?;
        }
        Ok(update)
    }

    /// The next line that is typed; none at the end. What happens meanwhile is folded, and kept for [`Self::next`] if
    /// somebody waits for it.
    pub(super) async fn line(&mut self, keep: bool) -> Result<Option<String>, Stop> {
        let Some(mut lines) = self.lines.take() else {
            return Ok(None);
        };
        let line = loop {
            tokio::select! {
                biased;
                update = self.step() => match update {
                    Ok(update) if keep => self.stash.push_back(update),
                    Ok(_) => {}
                    Err(stop) => break Err(stop),
                },
                line = lines.next() => {
                    break Ok(line.map(|line| String::from_utf8_lossy(&line).into_owned()));
                }
            }
        };
        self.lines = Some(lines);
        // Where nobody sees what is typed, the answers would stand behind each other.
        if let Ok(Some(line)) = &line
            && self.person
            && !std::io::stdin().is_terminal()
        {
            self.console.say(&crate::text::sanitize(line));
        }
        line
    }

    /// A person goes on after a signal.
    pub(super) fn forgive(&mut self) {
        self.signal = None;
    }

    /// The next update, folded and shown already.
    async fn step(&mut self) -> Result<Update, Stop> {
        if self.inspector.updates.is_empty() {
            self.console.flush();
        }
        let update = loop {
            tokio::select! {
                biased;
                exit = self.signals.next() => {
                    self.signal = Some(exit);
                    return Err(Stop::Signal(exit));
                }
                update = self.inspector.updates.recv() => match update {
                    // One that was left behind.
                    Some(Update::Failed { conn } | Update::Gone { conn }) if conn != self.conn => {}
                    update => break update,
                },
                address = self.door.pasted() => {
                    let address = Secret::new(address);
                    self.send(Command::CameBack { conn: self.conn, address });
                }
            }
        };
        match update {
            None | Some(Update::Failed { .. } | Update::Gone { .. }) => Err(Stop::Lost),
            Some(update) => {
                self.take(&update);
                if self.console.is_unread() {
                    return Err(Stop::Unread);
                }
                Ok(update)
            }
        }
    }

    fn take(&mut self, update: &Update) {
        match update {
            Update::Ready { .. } => self.is_ready = true,
            Update::Listed { list, .. } => self.fetched.push(*list),
            Update::Recorded(batch) => {
                for entry in batch {
                    self.timeline.push(entry);
                    // What passes while a server is probed is nobody's news.
                    if [0, self.conn].contains(&entry.conn) {
                        self.show(entry);
                    }
                }
                if self.console.tells_events() && self.timeline.questions().count() > self.told {
                    self.tell_questions();
                }
                if self.answers.is_some() && self.timeline.questions().count() > 0 {
                    self.answer_known();
                }
            }
            Update::Visit { url, .. } => {
                let login = &self.connection().login;
                let issuer = login.issuer.clone().unwrap_or_default();
                let redirect = login.redirect.clone().unwrap_or_default();
                if let Some(told) = self.door.visit(url.as_ref(), &issuer, &redirect) {
                    self.console.tell(&told);
                }
            }
            Update::Trouble { lost: 1, what } => {
                self.console.warn(
                    &format!("recording fails: {what}"),
                    Some("the work goes on; what cannot be written is counted in the recording"),
                );
            }
            _ => {}
        }
    }

    fn show(&mut self, entry: &Recorded) {
        if self.console.tells_events()
            && let Some(event) = self.event(entry)
        {
            self.console.event(&event);
        }
        let preview = entry.preview.as_deref().unwrap_or_default();
        match &entry.facts {
            Facts::Line(_) if !self.console.is_quiet() => {
                if preview.len() as u64 == entry.size {
                    self.console.stderr(preview);
                } else {
                    let whole = self.bodies.read(entry.seq, entry.place);
                    let line = whole
                        .map_or_else(|_| preview.to_owned(), |entry| entry.text().into_owned());
                    self.console.stderr(&line);
                }
            }
            Facts::Junk(_) if entry.channel == Channel::Stdout => {
                self.console.junk(preview, entry.size);
            }
            Facts::Note(note @ (Note::Remark { .. } | Note::ListCut { .. })) => {
                if let Note::ListCut { method, .. } = note {
                    self.cut.extend(List::of_method(method));
                }
                self.console.note(&note.sentence());
            }
            Facts::Messages(messages) if entry.direction == Direction::In => {
                if messages
                    .iter()
                    .any(|message| matches!(message.detail, Detail::Progress { .. }))
                {
                    self.show_progress();
                }
                if let Some(odd) = self.stray(messages) {
                    self.console.odd(&odd);
                }
            }
            _ => {}
        }
    }

    fn show_progress(&mut self) {
        let mut waiting = self.timeline.state().waiting(self.conn);
        if let Some(progress) = waiting.find_map(|waiting| waiting.progress.as_ref()) {
            self.console.progress(
                &progress.progress,
                progress.total.as_deref(),
                progress.message.as_deref(),
            );
        }
    }

    /// What is odd about the newest frame, if nothing waited for it. It may well be the answer that is missed.
    fn stray(&self, messages: &[Message]) -> Option<String> {
        let newest = self.timeline.entries().len().checked_sub(1)? as u32;
        let Some(Row::Single(row)) = self.timeline.rows().last() else {
            return None;
        };
        let single = self
            .timeline
            .single_row(*row)
            .filter(|single| single.entry == newest)?;
        let id = messages
            .last()
            .and_then(|message| message.id.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default();
        let error = match messages.last().map(|message| &message.detail) {
            Some(Detail::Error {
                code: Some(code),
                message,
                ..
            }) => format!(": error {code}: {message}"),
            Some(Detail::Error {
                code: None,
                message,
                ..
            }) => format!(": error: {message}"),
            _ => String::new(),
        };
        Some(match single.kind {
            SingleKind::LateResponse => {
                format!("server answered request {id} after its time was up{error}")
            }
            SingleKind::DuplicateResponse => {
                format!("server answered request {id} once more{error}")
            }
            SingleKind::UnknownResponse => {
                format!("server answered a request {id} that was never sent{error}")
            }
            SingleKind::ResponseWithoutId => {
                format!("server sent an answer that does not say to which request{error}")
            }
            SingleKind::Malformed => {
                "server sent a message that is neither request, notification nor answer".to_owned()
            }
            _ => return None,
        })
    }

    /// Shuts the servers down and waits until they are gone. A second signal, or an engine that fails, kills them.
    pub async fn finish(&mut self) {
        self.close().await;
        stdio::kill_everything();
        self.console.finish();
    }

    /// Shuts the servers of this session down, and waits until they are gone.
    pub(super) async fn close(&mut self) {
        self.send(Command::Shutdown);
        loop {
            if self.inspector.updates.is_empty() {
                self.console.flush();
            }
            tokio::select! {
                biased;
                exit = self.signals.next() => {
                    if self.signal.is_some() {
                        break;
                    }
                    self.signal = Some(exit);
                }
                update = self.inspector.updates.recv() => match update {
                    Some(update) => self.take(&update),
                    None => break,
                },
            }
        }
    }

    /// The signal that came, if one did.
    pub fn signalled(&self) -> Option<Exit> {
        self.signal
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        static NONE: std::sync::LazyLock<Connection> =
            std::sync::LazyLock::new(Connection::default);
        self.timeline.state().connection(self.conn).unwrap_or(&NONE)
    }

    /// The server's name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long an answer is waited for, without and with progress.
    pub fn limits(&self) -> (Duration, Duration) {
        self.limits
    }

    /// Waits until `list` has come as far as it will; it is fetched if nobody did that yet.
    pub async fn listed(&mut self, list: List) -> Result<(), Stop> {
        if !self.fetched.contains(&list) && !self.asked.contains(&list) {
            self.ready().await?;
            self.asked.push(list);
            let opening = self.connection().opening.as_ref();
            if opening.is_none_or(|opening| opening.has(list.capability())) {
                let conn = self.conn;
                self.send(Command::Refresh { conn, list });
            } else {
                self.fetched.push(list);
            }
        }
        while !self.fetched.contains(&list) {
            self.next().await?;
        }
        self.explain();
        Ok(())
    }

    /// Waits until the connection works.
    pub async fn ready(&mut self) -> Result<(), Stop> {
        while !self.is_ready {
            self.next().await?;
        }
        self.explain();
        Ok(())
    }

    /// Waits until all four lists have come as far as they will.
    pub async fn all_listed(&mut self) -> Result<(), Stop> {
        for list in List::ALL {
            self.listed(list).await?;
        }
        Ok(())
    }

    /// Whether `list` was cut off because it did not end.
    pub fn is_cut(&self, list: List) -> bool {
        self.cut.contains(&list)
    }

    /// The beginning of the document that `--json` prints.
    pub fn document(&self) -> Document {
        let connection = self.connection();
        let opening = connection.opening.as_deref();
        let mut server = Document::default();
        server
            .maybe("name", opening.and_then(|opening| opening.name.as_deref()))
            .maybe(
                "version",
                opening.and_then(|opening| opening.server_version.as_deref()),
            )
            .maybe(
                "protocol",
                connection
                    .revision
                    .map(crate::mcp::revision::Revision::as_str),
            );
        let mut document = Document::default();
        document.raw("server", &server.to_string()).maybe(
            "recording",
            self.recording
                .as_deref()
                .map(std::path::Path::to_string_lossy)
                .as_deref(),
        );
        document
    }
}

/// A recorder for the session. Only a file the user named must work; otherwise the session goes on without a name.
fn recorder(keep: &Keep, name: &str, console: &mut Console) -> Result<Recorder, Failure> {
    let (recorder, trouble) = keep
        .start_somewhere(name)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    if let Some(error) = trouble {
        console.warn(
            &format!("{error}; this session is not kept"),
            error.hint().as_deref(),
        );
    }
    Ok(recorder)
}

fn internal(what: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Internal, format!("{what}: {error}"))
}
