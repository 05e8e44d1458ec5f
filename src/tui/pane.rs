//! What a part of the screen is: a plain struct with a handful of methods. No ids, no bubbling, no downcasts.

mod listed;
mod reach;

use std::cell::Cell;
use std::path::PathBuf;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use listed::{Listed, Other};
pub use reach::Reach;

use super::action::{Action, Scope};
use super::effect::comparison::{Comparison, Everywhere};
use super::effect::exporting::Share;
use super::effect::replaying::Rerun;
use super::effect::{Effect, Source};
use super::event::Event;
use super::keymap::Keymap;
use super::previews::Previews;
use super::theme::Theme;
use crate::config::Settings;
use crate::history;
use crate::lint::exceptions::Exception;
use crate::lint::findings::Findings;
use crate::mcp::client::EraChoice;
use crate::session::marks::Marks;
use crate::session::timeline::{Connection, EntryIndex, Timeline};
use crate::tap::running::Running;
use crate::transport::Target;

/// The views, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// 1
    Servers,
    /// 2
    Tools,
    /// 3
    Resources,
    /// 4
    Prompts,
    /// 5
    Traffic,
    /// 6
    Logs,
    /// 7
    Inbox,
    /// 8
    Sessions,
    /// 9
    Lint,
    /// Without a number: requests by hand.
    ByHand,
    /// Without a number: what differs.
    Diff,
    /// Without a number: what a tap holds.
    Held,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Servers,
        Self::Tools,
        Self::Resources,
        Self::Prompts,
        Self::Traffic,
        Self::Logs,
        Self::Inbox,
        Self::Sessions,
        Self::Lint,
    ];

    /// All that have a number, and those that have none.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .chain([Self::ByHand, Self::Diff, Self::Held])
    }

    /// Its name, long and short.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Servers => ("Servers", "Srv"),
            Self::Tools => ("Tools", "Tools"),
            Self::Resources => ("Resources", "Res"),
            Self::Prompts => ("Prompts", "Prm"),
            Self::Traffic => ("Traffic", "Trf"),
            Self::Logs => ("Logs", "Log"),
            Self::Inbox => ("Inbox", "Inb"),
            Self::Sessions => ("Sessions", "Ses"),
            Self::Lint => ("Lint", "Lint"),
            Self::ByHand => ("By hand", "Hand"),
            Self::Diff => ("Diff", "Diff"),
            Self::Held => ("Held", "Held"),
        }
    }
}

/// A server one can connect to, or one that an opened file tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// How to start it; none in an opened file.
    pub target: Option<Target>,
    /// What its history, drafts and presets are kept under; none in an opened file.
    pub identity: Option<history::Server>,
    /// Where it is known from: `command line`, `built in`, a file.
    pub origin: String,
    /// Its newest connection.
    pub conn: Option<u32>,
    /// Connections so far.
    pub starts: u32,
    /// The era it is to be talked to in, when that is fixed for this one.
    pub era: Option<EraChoice>,
    /// What is known of it out of the settings of clients.
    pub listed: Option<Box<Listed>>,
    /// Patterns of files; when one changes, it is started again.
    pub watched: Vec<String>,
    /// The request that is sent again then; the last call where none is pinned.
    pub pinned: Option<EntryIndex>,
}

/// What a pane may look at. Read-only, but for the counter of tickets.
#[derive(Debug, Clone, Copy)]
pub struct Ctx<'a> {
    /// The fold.
    pub timeline: &'a Timeline,
    /// The servers.
    pub servers: &'a [Server],
    /// Which of them is looked at.
    pub current: usize,
    /// Which of them lists, Traffic and Logs tell of.
    pub reach: &'a Reach,
    /// Whether anything can be sent: false in an opened file.
    pub live: bool,
    /// What is being sent again.
    pub rerun: Option<&'a Rerun>,
    /// The taps that run on this machine.
    pub taps: &'a [Running],
    /// The one whose recording is looked at.
    pub tap: Option<&'a Running>,
    /// Whether masks are lifted on the screen.
    pub revealed: bool,
    /// Time of the newest event, in microseconds of the session.
    pub now_us: u64,
    /// Beginnings of bodies, as far as they have been read back.
    pub previews: &'a Previews,
    /// What people marked in the session.
    pub marks: &'a Marks,
    /// What is wrong with it.
    pub lint: &'a Findings,
    /// Settings.
    pub settings: &'a Settings,
    /// Colours.
    pub theme: &'a Theme,
    /// Keys, for sentences that name them.
    pub keys: &'a Keymap,
    /// The next unused number for tickets and askers.
    pub tickets: &'a Cell<u64>,
}

impl<'a> Ctx<'a> {
    /// A number nobody has.
    pub fn ticket(&self) -> u64 {
        let ticket = self.tickets.get() + 1;
        self.tickets.set(ticket);
        ticket
    }

    /// The server looked at.
    pub fn server(&self) -> Option<&'a Server> {
        self.servers.get(self.current)
    }

    /// Its newest connection.
    pub fn connection(&self) -> Option<&'a Connection> {
        self.timeline.state().connection(self.server()?.conn?)
    }

    /// Where the body of an entry can be read.
    pub fn source(&self, entry: EntryIndex) -> Option<Source> {
        self.timeline.entry(entry).map(|row| Source {
            seq: row.seq(),
            place: row.place(),
            revealed: self.revealed,
        })
    }
}

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// To a view.
    View(View),
    /// To the row of an entry in Traffic.
    Traffic(EntryIndex),
    /// To the line of an entry in Logs, or the first one after it.
    Logs(EntryIndex),
    /// Show only what happened within a time, a term of a filter, wherever filters are.
    During(String),
    /// Out of the pane: it has no level left to leave.
    Out,
    /// Look at another server, by its place in the list.
    Server(usize),
    /// Connect a server, by its place; and then go to its tools, if so.
    Connect(usize, bool),
    /// Find out why a server does not work.
    Examine(usize),
    /// Stop a server.
    Stop(usize),
    /// Stop and connect again.
    Restart(usize),
    /// Watch files for a server, by its place, and start it again when they change; none to watch no longer.
    Watch(usize, Vec<String>),
    /// To requests by hand.
    ByHand,
    /// To what differs between two entries: calls, when they are their requests.
    Compare(EntryIndex, EntryIndex),
    /// To what differs between these.
    Diff(Box<Comparison>),
    /// To the answers of several servers to a call.
    Everywhere(Box<Everywhere>),
    /// Send an entry again; or have it changed first, if so.
    Again(EntryIndex, bool),
    /// Open a server, by its place, in the other era beside this one.
    OtherEra(usize),
    /// Put a tap before a server, by its place, in its client's settings, or take it out.
    Tap(usize),
    /// Edit the entry of a server, by its place, in its client's settings.
    EditServer(usize),
    /// Read the settings of clients again.
    ReadSettings,
    /// Add a server by its command line, and connect it.
    Add(String),
    /// Open a session file, in the place of what is shown.
    Open(PathBuf),
    /// Look for the logs that clients keep of their servers, to have one picked.
    ClientLogs,
    /// To the session that is recorded here.
    Live,
    /// Export a session file.
    Export(PathBuf),
    /// Ask how to send a session again.
    Replay(PathBuf),
    /// To an item of a list, by its name, of the server that a connection is to.
    Item(View, String, u32),
    /// Ask why a finding is to be ignored.
    Except(Exception),
    /// Ask where the findings are to be written to.
    Findings,
    /// Show what a server would be sent to probe it, that of a connection or else the one that is looked at; or send no
    /// more of it.
    Probe(Option<u32>),
    /// Ask for the name, tags and note of a session.
    EditSession(PathBuf),
    /// Do what somebody wants, as its key would.
    Do(Action),
}

/// What a pane made of an action, a key or a click.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// Whether it was for this pane; if not, the next one is asked.
    pub handled: bool,
    /// Work for outside.
    pub effects: Vec<Effect>,
    /// A sentence for the status row.
    pub say: Option<String>,
    /// Somewhere to go.
    pub go: Option<Go>,
}

impl Reply {
    /// Not for me.
    pub fn ignored() -> Self {
        Self::default()
    }

    /// Done, nothing else to do.
    pub fn done() -> Self {
        Self {
            handled: true,
            ..Self::default()
        }
    }

    /// Done, and this is to be carried out.
    pub fn effect(effect: Effect) -> Self {
        Self {
            handled: true,
            effects: vec![effect],
            ..Self::default()
        }
    }

    /// Done, and these are to be carried out.
    pub fn effects(effects: Vec<Effect>) -> Self {
        Self {
            handled: true,
            effects,
            ..Self::default()
        }
    }

    /// Done, and this is to be told.
    pub fn say(text: impl Into<String>) -> Self {
        Self {
            handled: true,
            say: Some(text.into()),
            ..Self::default()
        }
    }

    /// Done, and this is where to go.
    pub fn go(go: Go) -> Self {
        Self {
            handled: true,
            go: Some(go),
            ..Self::default()
        }
    }

    /// Done if it worked, else the reason is told.
    pub fn of(result: Result<(), impl Into<String>>) -> Self {
        result.map_or_else(|why| Self::say(why.into()), |()| Self::done())
    }
}

/// A part of the screen that fills the body: one of the views.
///
/// After every batch of events the loop calls [`Pane::place`] with the area the pane will be drawn in, so that scroll
/// positions are clamped and missing bodies asked for; then [`Pane::draw`], which changes nothing.
pub trait Pane {
    /// The scopes that apply now, innermost first, without [`Scope::Global`].
    fn scopes(&self) -> Vec<Scope>;

    /// Does what somebody wants.
    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply;

    /// Why an action that is bound here does nothing now, if so.
    fn why_not(&self, _action: Action, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// Whether a field has the caret, so that letters are text and not actions.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether letters are actions while [`Pane::takes_text`]: what has the focus is no field but a button.
    fn letters_act(&self) -> bool {
        false
    }

    /// What keys mean while [`Pane::takes_text`], when it is not what they mean in a field: a list or a question is
    /// open. Keys and words.
    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Takes a key while [`Pane::takes_text`]; an ignored one becomes an action after all.
    fn key(&mut self, _key: KeyEvent, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// Takes pasted text.
    fn paste(&mut self, _text: &str, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// Hears of everything that is not a key: updates of the engine, built documents, found text. Updates come after
    /// the timeline has taken them.
    fn event(&mut self, _event: &Event, _ctx: &Ctx<'_>) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes a click of the left button; a double click is Enter.
    fn click(&mut self, _at: Position, _double: bool, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// The wheel was turned over `at`, by `lines` (negative is up).
    fn wheel(&mut self, _at: Position, _lines: isize, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// Will be drawn in `area`: clamps, and asks for what it lacks.
    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect>;

    /// Draws. Returns where the hardware cursor belongs: the caret, else the focused row.
    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position>;

    /// About the focused thing, for the status row.
    fn hint(&self, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// A recording is looked at from another moment: rows may be fewer than they were, and others.
    fn rewound(&mut self, _ctx: &Ctx<'_>) {}

    /// Shows the row of an entry (Traffic and Logs), or does nothing.
    fn reveal(&mut self, _entry: EntryIndex, _ctx: &Ctx<'_>) {}

    /// What of the session may be exported from here, beside all of it.
    fn shares(&self, _ctx: &Ctx<'_>) -> Vec<Share> {
        Vec::new()
    }

    /// The server that what is selected is of, by its place, when that need not be the one that was looked at.
    fn stands_on(&self, _ctx: &Ctx<'_>) -> Option<usize> {
        None
    }

    /// The entry the focused row is about, for going to the same moment elsewhere.
    fn moment(&self, _ctx: &Ctx<'_>) -> Option<EntryIndex> {
        None
    }
}
