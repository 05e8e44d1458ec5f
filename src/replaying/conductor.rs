//! Beside a running engine: hears all that it tells, and has recordings sent again over its connections.
//!
//! Whoever owns the engine opens the connections, when asked to, and decides what nobody answered in the recording. The
//! conductor keeps a fold of its own, and only while something is being sent again.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{Session, Source};
use crate::diff::Options;
use crate::diff::report::Report;
use crate::inspector::{Command, Inspector, Update};
use crate::mcp::asked::Capabilities;
use crate::mcp::client::Call;
use crate::mcp::revision::Revision;
use crate::mcp::types::{List, ToolEffect};
use crate::note::Note;
use crate::note::decided::Decided;
use crate::recording::Bodies;
use crate::replay::{self, Do, Happened, Plan, Run, Speed};
use crate::session::timeline::Timeline;
use crate::text;

/// Numbers of requests from here on are the conductor's.
const TICKETS: u64 = 1 << 40;
/// Between two words on how far it has come.
const PROGRESS: Duration = Duration::from_millis(100);
/// Updates that may wait for who takes them.
const UPDATES: usize = 4_096;

/// A recording that was read, and what of it is sent again.
#[derive(Debug)]
pub struct Prepared {
    /// The recording.
    pub source: Source,
    /// What of it.
    pub plan: Plan,
    /// Whether that is all of it.
    pub whole: bool,
}

/// One is the same as itself only.
impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Prepared {}

/// A recording that was sent again.
#[derive(Debug)]
pub struct Done {
    pub(super) prepared: Arc<Prepared>,
    pub(super) run: Run,
    pub(super) timeline: Timeline,
    pub(super) bodies: Bodies,
    /// The connections it was sent over.
    pub(super) conns: Vec<u32>,
    /// What the server is called.
    name: String,
}

impl PartialEq for Done {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Done {}

impl Done {
    /// What the recording and the server are called.
    pub fn names(&self) -> (String, String) {
        (self.prepared.source.name(), self.name.clone())
    }

    /// What differs. Reads both sessions.
    pub fn report(&self, options: &Options) -> std::io::Result<Report> {
        let new = Session {
            name: &self.name,
            timeline: &self.timeline,
            bodies: &self.bodies,
        };
        self.prepared.source.report(&self.run, new, options)
    }
}

/// What the conductor is told to do.
#[derive(Debug)]
pub enum Order {
    /// Send a recording again.
    Begin {
        /// Who wants it.
        asker: u64,
        /// Which.
        prepared: Arc<Prepared>,
        /// How fast.
        speed: Speed,
        /// Whether tools that do not say what they do are asked about too.
        careful: bool,
    },
    /// The connection that was wanted is being opened under this number.
    Opened(u64, u32),
    /// Call what may destroy something.
    Anyway(u64),
    /// Send nothing more.
    CallOff(u64),
    /// The same, and tell what came until now.
    End(u64),
}

/// What the conductor tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A connection is wanted; say [`Order::Opened`] first, then open it.
    Wants {
        /// What the client is to say it can do.
        capabilities: Capabilities,
        /// The revision that was spoken.
        revision: Option<Revision>,
    },
    /// These tools may destroy something: [`Order::Anyway`] or [`Order::CallOff`].
    Held(String),
    /// Something is being sent: so many calls, and what is not.
    Began(usize, Vec<String>),
    /// So many calls have ended, of so many.
    Progress(usize, usize),
    /// It did not come to that.
    Failed(String),
    /// It is over.
    Over(Arc<Done>),
    /// It was accepted as baseline: what the old recording is called now, or why not.
    Accepted(Result<String, String>),
}

/// Stands between an engine and who uses it. What is told comes with the number of who wanted it.
pub fn conduct(
    inspector: Inspector,
    bodies: Bodies,
    orders: mpsc::UnboundedReceiver<Order>,
    tell: impl Fn(u64, Told) + Send + 'static,
) -> (Inspector, impl Future<Output = ()> + Send) {
    let (sender, updates) = mpsc::channel(UPDATES);
    let outer = Inspector {
        commands: inspector.commands.clone(),
        updates,
    };
    let conductor = Conductor {
        commands: inspector.commands,
        bodies,
        tell: Box::new(tell),
        piece: None,
    };
    (outer, conductor.run(inspector.updates, sender, orders))
}

struct Conductor {
    commands: mpsc::UnboundedSender<Command>,
    bodies: Bodies,
    tell: Box<dyn Fn(u64, Told) + Send>,
    piece: Option<Box<Piece>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The first connection is being opened; whether it works, and whether its tools are known.
    Opening {
        ready: bool,
        listed: bool,
    },
    /// Somebody is asked whether to go on.
    Held,
    Going,
}

/// What is being sent again.
struct Piece {
    asker: u64,
    prepared: Arc<Prepared>,
    careful: bool,
    run: Run,
    timeline: Timeline,
    conn: u32,
    /// All there were.
    conns: Vec<u32>,
    stage: Stage,
    began: Instant,
    /// How many calls were told to have ended, and when that was.
    told: (usize, Instant),
}

impl Conductor {
    async fn run(
        mut self,
        mut inner: mpsc::Receiver<Update>,
        outer: mpsc::Sender<Update>,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) {
        loop {
            let due = self.piece.as_ref().and_then(|piece| {
                let due = piece.run.due()?;
                Some(due.saturating_sub(piece.began.elapsed()))
            });
            let due = due.into_iter().chain(self.tell_progress()).min();
            tokio::select! {
                biased;
                Some(order) = orders.recv() => self.ordered(order),
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => {
                    self.happened(Happened::Tick);
                }
                update = inner.recv() => {
                    let Some(update) = update else {
                        return;
                    };
                    self.heard(&update);
                    // Nobody listens any more when we are on our way out; the engine still has to be heard out.
                    let _ = outer.send(update).await;
                }
            }
        }
    }

    /// Tells how far it has come, not more often than one can read; gives when there is more to tell.
    fn tell_progress(&mut self) -> Option<Duration> {
        let piece = self.piece.as_mut()?;
        let (ended, of) = piece.run.progress();
        if piece.stage != Stage::Going || ended == piece.told.0 {
            return None;
        }
        let left = PROGRESS.saturating_sub(piece.told.1.elapsed());
        if left.is_zero() {
            piece.told = (ended, Instant::now());
            (self.tell)(piece.asker, Told::Progress(ended, of));
            return None;
        }
        Some(left)
    }

    fn ordered(&mut self, order: Order) {
        let wanted = |piece: &&mut Box<Piece>, asker| piece.asker == asker;
        match order {
            Order::Begin {
                asker,
                prepared,
                speed,
                careful,
            } => {
                if self.piece.is_some() {
                    let why = "another recording is being sent again";
                    return (self.tell)(asker, Told::Failed(why.to_owned()));
                }
                let secrets = self.bodies.secrets();
                let mut needed = prepared.plan.masks();
                needed.retain(|one| secrets.reveal(&one.name).is_none());
                if let Some((why, hint)) = replay::unknown(&needed) {
                    return (self.tell)(asker, Told::Failed(format!("{why}; {hint}")));
                }
                self.piece = Some(Box::new(Piece {
                    run: Run::new(prepared.plan.clone(), speed, TICKETS),
                    asker,
                    prepared,
                    careful,
                    timeline: Timeline::default(),
                    conn: 0,
                    conns: Vec::new(),
                    stage: Stage::Opening {
                        ready: false,
                        listed: false,
                    },
                    began: Instant::now(),
                    told: (0, Instant::now()),
                }));
                self.want(0);
            }
            Order::Opened(asker, conn) => {
                if let Some(piece) = self.piece.as_mut().filter(|piece| wanted(piece, asker)) {
                    piece.conn = conn;
                    piece.conns.push(conn);
                    piece.run.opened(conn);
                }
            }
            Order::Anyway(asker) => {
                if let Some(piece) = self.piece.as_mut().filter(|piece| wanted(piece, asker))
                    && piece.stage == Stage::Held
                {
                    self.go();
                }
            }
            Order::End(asker) => {
                let piece = self.piece.as_mut().filter(|piece| wanted(piece, asker));
                let going = piece.filter(|piece| piece.stage == Stage::Going);
                let Some(piece) = going else {
                    return self.ordered(Order::CallOff(asker));
                };
                let conn = piece.conn;
                let does = piece.run.break_off();
                let (ended, of) = piece.run.progress();
                self.note(conn, format!("broken off: {ended} of {of} calls had ended"));
                let commands = does.into_iter().filter_map(|one| command(conn, one));
                commands.for_each(|one| self.command(one));
                self.over();
            }
            Order::CallOff(asker) => {
                if let Some(piece) = self.piece.take_if(|piece| piece.asker == asker) {
                    self.command(Command::Stop { conn: piece.conn });
                    (self.tell)(asker, Told::Failed("called off".to_owned()));
                }
            }
        }
    }

    fn command(&self, command: Command) {
        // The engine outlives us, but for a fault of its own, which others tell of.
        let _ = self.commands.send(command);
    }

    fn want(&self, part: usize) {
        if let Some(piece) = &self.piece
            && let Some(part) = piece.prepared.plan.parts.get(part)
        {
            let wants = Told::Wants {
                capabilities: part.capabilities.clone(),
                revision: part.revision,
            };
            (self.tell)(piece.asker, wants);
        }
    }

    fn heard(&mut self, update: &Update) {
        let Some(piece) = &mut self.piece else {
            return;
        };
        let (conn, going) = (piece.conn, piece.stage == Stage::Going);
        match update {
            Update::Recorded(entries) => {
                for entry in entries {
                    piece.timeline.push(entry);
                }
                if going {
                    self.happened(Happened::Recorded);
                }
            }
            Update::Sent { ticket, seq } if *ticket >= TICKETS => {
                let (ticket, seq) = (*ticket, *seq);
                self.happened(Happened::Sent { ticket, seq });
            }
            Update::Finished { ticket, .. } if *ticket >= TICKETS => {
                self.happened(Happened::Finished(*ticket));
            }
            Update::Ready { conn: other } if *other == conn => {
                if going {
                    return self.happened(Happened::Ready);
                }
                if let Stage::Opening { ready, .. } = &mut piece.stage {
                    *ready = true;
                }
                self.begin();
            }
            Update::Listed { conn: other, list } if (*other, *list) == (conn, List::Tools) => {
                if let Stage::Opening { listed, .. } = &mut piece.stage {
                    *listed = true;
                    self.begin();
                }
            }
            Update::Gone { conn: other } if *other == conn => {
                if going {
                    return self.happened(Happened::Gone);
                }
                let asker = piece.asker;
                self.piece = None;
                let why = "the server could not be connected".to_owned();
                (self.tell)(asker, Told::Failed(why));
            }
            _ => {}
        }
    }

    /// Begins to send, once it is known what the tools do.
    fn begin(&mut self) {
        let Some(piece) = &mut self.piece else {
            return;
        };
        let Stage::Opening {
            ready: true,
            listed,
        } = piece.stage
        else {
            return;
        };
        let connection = piece.timeline.state().connection(piece.conn);
        let tools = connection.is_some_and(|connection| {
            let opening = connection.opening.as_ref();
            opening.is_some_and(|opening| opening.has(List::Tools.capability()))
        });
        let called = piece.prepared.plan.tools();
        if !called.is_empty() && tools && !listed {
            return;
        }
        let items = connection.map_or(&[][..], |connection| &connection.list(List::Tools).items);
        let destroys = destructive(&called, items, piece.careful);
        if destroys.is_empty() {
            return self.go();
        }
        piece.stage = Stage::Held;
        (self.tell)(piece.asker, Told::Held(destroys.join(", ")));
    }

    fn go(&mut self) {
        let Some(piece) = &mut self.piece else {
            return;
        };
        piece.stage = Stage::Going;
        piece.began = Instant::now();
        let plan = &piece.prepared.plan;
        let left_out = plan.left_out.iter().map(|(why, count)| why.words(*count));
        let began = Told::Began(plan.calls(), left_out.collect());
        let calls = text::plural(plan.calls(), "call");
        let what = format!("{calls} of {}", piece.prepared.source.name());
        let (asker, conn) = (piece.asker, piece.conn);
        self.note(conn, what);
        (self.tell)(asker, began);
        self.happened(Happened::Ready);
    }

    fn note(&self, conn: u32, what: String) {
        let note = Box::new(Note::Decided(Decided::Replay { what }));
        self.command(Command::Note { conn, note });
    }

    fn happened(&mut self, what: Happened) {
        let Some(piece) = &mut self.piece else {
            return;
        };
        let now = piece.began.elapsed();
        let new = Session {
            name: "",
            timeline: &piece.timeline,
            bodies: &self.bodies,
        };
        let run = &mut piece.run;
        let does = new.reading(|new| run.handle(now, what, new));
        let conn = piece.conn;
        for one in does {
            match one {
                Do::Connect(part) => self.want(part),
                Do::Over => self.over(),
                Do::Note(what) => self.note(conn, what),
                // A person is asked.
                Do::Unknown(_) => {}
                one => {
                    if let Some(command) = command(conn, one) {
                        self.command(command);
                    }
                }
            }
        }
    }

    fn over(&mut self) {
        let Some(piece) = self.piece.take() else {
            return;
        };
        let connection = piece.timeline.state().connection(piece.conn);
        let name = connection.map_or_else(String::new, |connection| connection.name.to_string());
        let done = Done {
            prepared: piece.prepared,
            run: piece.run,
            timeline: piece.timeline,
            bodies: self.bodies.clone(),
            conns: piece.conns,
            name,
        };
        (self.tell)(piece.asker, Told::Over(Arc::new(done)));
    }
}

/// What the engine is told; none for what is not its business.
pub fn command(conn: u32, what: Do) -> Option<Command> {
    Some(match what {
        Do::Close => Command::Stop { conn },
        Do::Call {
            ticket,
            method,
            params,
            wait,
        } => Command::Call {
            conn,
            call: Call {
                ticket,
                method,
                params,
                wait,
            },
        },
        Do::Cancel(ticket) => Command::Cancel { conn, ticket },
        Do::Frame(frame) => Command::Typed {
            conn,
            ticket: u64::MAX >> 1,
            bytes: frame.into_bytes(),
        },
        Do::Follow(uri, on) => Command::Subscribe { conn, uri, on },
        Do::FollowLists => Command::FollowLists { conn, on: true },
        Do::Answer(question, reply) => Command::Answer {
            conn,
            question,
            reply,
        },
        Do::Connect(_) | Do::Unknown(_) | Do::Note(_) | Do::Over => return None,
    })
}

/// Which of the tools that are called may destroy something, by what the live server says of them, and how often.
pub fn destructive(
    called: &[(&str, usize)],
    items: &[Arc<crate::mcp::types::Item>],
    careful: bool,
) -> Vec<String> {
    called
        .iter()
        .filter(|(name, _)| {
            let item = items.iter().find(|item| *item.name == **name);
            item.is_some_and(|item| match item.effect {
                ToolEffect::Destroys => true,
                ToolEffect::Unknown => careful,
                ToolEffect::Reads | ToolEffect::Writes => false,
            })
        })
        .map(|(name, count)| match count {
            1 => (*name).to_owned(),
            _ => format!("{name} ×{count}"),
        })
        .collect()
}
