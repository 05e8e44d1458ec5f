//! The model: everything the screen is made from. Changed in `update.rs` only.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::action::{Action, Need, Scope};
use super::clock::Clock;
use super::deeds::Deeds;
use super::effect::configs::Discovery;
use super::effect::replaying::Rerun;
use super::examined::Examined;
use super::keymap::{Chord, Keymap};
use super::pace::Pace;
use super::pane::{Ctx, Pane, Reach, Server, View};
use super::panes::catalogue::{CataloguePane, Kind};
use super::panes::diff::DiffPane;
use super::panes::held::HeldPane;
use super::panes::inbox::Inbox;
use super::panes::lint::LintPane;
use super::panes::logs::Logs;
use super::panes::request::RequestPane;
use super::panes::servers::ServersPane;
use super::panes::sessions::SessionsPane;
use super::panes::traffic::Traffic;
use super::previews::Previews;
use super::replay::Replay;
use super::theme::Theme;
use crate::config::Settings;
use crate::lint::exceptions::Exception;
use crate::lint::findings::Findings;
use crate::mcp::asked::{Capabilities, Root};
use crate::mcp::client;
use crate::session::marks::Marks;
use crate::session::timeline::Timeline;
use crate::tap::running::Running;
use crate::transport::http::Login;
use crate::transport::stdio::StdioOptions;

mod aside;
mod crossing;
mod keeping;
mod now;
mod overlay;
mod starting;

pub use aside::Aside;
pub use crossing::Crossing;
pub use keeping::Keeping;
pub use overlay::{Overlay, Purpose};
pub use starting::{Editing, Starting, Then};

/// The smallest screen that everything fits on.
pub const SMALLEST: (u16, u16) = (60, 16);

/// What panes may look at; see [`Ctx`].
#[derive(Debug)]
pub struct World {
    /// The fold.
    /// Held by nobody else while entries come.
    pub timeline: Arc<Timeline>,
    /// The servers.
    pub servers: Vec<Server>,
    /// Which is looked at.
    pub current: usize,
    /// Which of them lists, Traffic and Logs tell of.
    pub reach: Reach,
    /// Whether anything can be sent.
    pub live: bool,
    /// What is being sent again.
    pub rerun: Option<Rerun>,
    /// The taps that run on this machine.
    pub taps: Vec<Running>,
    /// The file of the session that is looked at, when it was opened.
    pub opened: Option<PathBuf>,
    /// Whether masks are lifted on the screen.
    pub revealed: bool,
    /// Time of the newest event, in microseconds of the session.
    pub now_us: u64,
    /// What time it was when the program's clock began; unknown where nobody looks on at others.
    pub began: Option<Timestamp>,
    /// Beginnings of bodies.
    pub previews: Previews,
    /// What people marked in the session.
    pub marks: Marks,
    /// What is wrong with it.
    pub lint: Findings,
    /// What somebody lives with, whatever session it is found in.
    pub exceptions: Arc<[Exception]>,
    /// Whether that was asked for.
    pub asked_for_exceptions: bool,
    /// Settings.
    pub settings: Settings,
    /// Colours.
    pub theme: Theme,
    /// Which keys mean what; the table's own until the user's are put here.
    pub keys: Keymap,
    tickets: Cell<u64>,
}

impl World {
    /// The fold, to add to it. It is copied first if somebody else still holds it, which nobody does while entries come.
    pub fn timeline_mut(&mut self) -> &mut Timeline {
        Arc::make_mut(&mut self.timeline)
    }

    /// The tap that runs and records what is looked at.
    pub fn tap(&self) -> Option<&Running> {
        let opened = self.opened.as_deref()?;
        let mut taps = self.taps.iter();
        taps.find(|tap| tap.file.as_deref() == Some(opened))
    }

    /// The view a pane has of it.
    pub fn ctx(&self) -> Ctx<'_> {
        Ctx {
            timeline: &self.timeline,
            servers: &self.servers,
            current: self.current,
            reach: &self.reach,
            live: self.live,
            rerun: self.rerun.as_ref(),
            taps: &self.taps,
            tap: self.tap(),
            revealed: self.revealed,
            now_us: self.now_us,
            previews: &self.previews,
            marks: &self.marks,
            lint: &self.lint,
            settings: &self.settings,
            theme: &self.theme,
            keys: &self.keys,
            tickets: &self.tickets,
        }
    }
}

/// The views.
#[derive(Debug)]
pub struct Panes {
    /// 1
    pub servers: ServersPane,
    /// 2
    pub tools: CataloguePane,
    /// 3
    pub resources: CataloguePane,
    /// 4
    pub prompts: CataloguePane,
    /// 5
    pub traffic: Traffic,
    /// 6
    pub logs: Logs,
    /// 7
    pub inbox: Inbox,
    /// 8
    pub sessions: SessionsPane,
    /// 9
    pub lint: LintPane,
    /// Without a number.
    pub request: RequestPane,
    /// Without a number.
    pub diff: DiffPane,
    /// Without a number.
    pub held: HeldPane,
}

impl Panes {
    /// Nothing selected anywhere; `follow` says whether streams stay at their newest row.
    pub fn new(clock: &Clock, follow: bool, columns: &[String]) -> Self {
        Self {
            servers: ServersPane::default(),
            tools: CataloguePane::new(Kind::Tools),
            resources: CataloguePane::new(Kind::Resources),
            prompts: CataloguePane::new(Kind::Prompts),
            traffic: Traffic::new(clock.clone(), follow).with_columns(columns),
            logs: Logs::new(clock.clone(), follow),
            inbox: Inbox::new(clock.clone()),
            sessions: SessionsPane::new(clock.clone()),
            lint: LintPane::default(),
            request: RequestPane::default(),
            diff: DiffPane::default(),
            held: HeldPane::default(),
        }
    }

    /// The pane of a view.
    pub fn get(&self, view: View) -> &dyn Pane {
        match view {
            View::Servers => &self.servers,
            View::Tools => &self.tools,
            View::Resources => &self.resources,
            View::Prompts => &self.prompts,
            View::Traffic => &self.traffic,
            View::Logs => &self.logs,
            View::Inbox => &self.inbox,
            View::Sessions => &self.sessions,
            View::Lint => &self.lint,
            View::ByHand => &self.request,
            View::Diff => &self.diff,
            View::Held => &self.held,
        }
    }

    /// How many items of a view came, went and changed since somebody looked at that.
    pub fn changed(&self, view: View, ctx: &Ctx<'_>) -> [u32; 3] {
        match view {
            View::Tools => self.tools.changed(ctx),
            View::Resources => self.resources.changed(ctx),
            View::Prompts => self.prompts.changed(ctx),
            View::Servers
            | View::Traffic
            | View::Logs
            | View::Inbox
            | View::Sessions
            | View::Lint
            | View::ByHand
            | View::Diff
            | View::Held => [0; 3],
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, view: View) -> &mut dyn Pane {
        match view {
            View::Servers => &mut self.servers,
            View::Tools => &mut self.tools,
            View::Resources => &mut self.resources,
            View::Prompts => &mut self.prompts,
            View::Traffic => &mut self.traffic,
            View::Logs => &mut self.logs,
            View::Inbox => &mut self.inbox,
            View::Sessions => &mut self.sessions,
            View::Lint => &mut self.lint,
            View::ByHand => &mut self.request,
            View::Diff => &mut self.diff,
            View::Held => &mut self.held,
        }
    }
}

/// A call that nears its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow {
    /// On which connection.
    pub conn: u32,
    /// Its number.
    pub ticket: u64,
    /// When it will be given up, in microseconds of the session.
    pub until_us: u64,
}

/// Notices above the status row. They never take the keys by themselves.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// Calls that near their limit, the newest last.
    pub slow: Vec<Slow>,
    /// The entries of the requests that wait, by ticket.
    pub sent: HashMap<u64, u64>,
    /// Whether the newest has the keys.
    pub focused: bool,
}

impl Notices {
    /// The most that are shown.
    const MOST: usize = 3;

    /// Lines they take on a screen of so many.
    pub fn lines(&self, height: u16) -> u16 {
        let most = if height < 20 { 1 } else { Self::MOST };
        self.slow.len().min(most) as u16
    }
}

/// How bad a status line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Info,
    /// Something could not be done.
    Warn,
    /// Something went wrong.
    Error,
}

/// Where things were drawn, for the mouse.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    /// The body.
    pub body: Rect,
    /// The names in the view bar.
    pub views: Vec<(Rect, View)>,
    /// The hints.
    pub hints: Vec<(Rect, Action)>,
    /// How half-typed keys may go on, while they are shown.
    pub continuations: Vec<(Rect, Action)>,
    /// What can be clicked on the row of a recording.
    pub replay: Vec<(Rect, Action)>,
    /// What the notices offer: the ticket of the call, and what is done to it.
    pub notices: Vec<(Rect, u64, Action)>,
}

/// See the module.
#[derive(Debug)]
pub struct Model {
    /// What panes may look at.
    pub world: World,
    /// The views.
    pub panes: Panes,
    /// Which is shown.
    pub view: View,
    /// Which was shown before.
    pub last_view: View,
    /// The last way between Traffic and Logs.
    pub crossed: Option<Crossing>,
    /// The servers that clients have in their settings, once they were looked for.
    pub discovery: Option<Box<Discovery>>,
    /// What is drawn over it, the topmost last.
    pub overlays: Vec<Overlay>,
    /// A half-typed sequence of keys.
    pub chords: Vec<Chord>,
    /// The status row's sentence.
    pub status: Option<(Tone, String)>,
    /// Where the session is kept.
    pub keeping: Keeping,
    /// Which session is looked at: 0 is what the program began with.
    pub session: u32,
    /// The newest session that was opened beside it.
    pub sessions: u32,
    /// What is put aside while another session is looked at.
    pub aside: Option<Box<Aside>>,
    /// Time of the newest event, in microseconds since the program began.
    pub clock_us: u64,
    /// Where a recording stands.
    pub replay: Replay,
    /// The entry that a mark was last gone to from.
    pub jumped_from: Option<u64>,
    /// The zone times are shown in.
    pub clock: Clock,
    /// Entries that could not be recorded, and why.
    pub trouble: Option<(u64, String)>,
    /// The screen, in cells.
    pub size: (u16, u16),
    /// The server that doctor looks at.
    pub examined: Option<Box<Examined>>,
    /// What was done in this run.
    pub deeds: Deeds,
    /// How long keys took.
    pub pace: Pace,
    /// What wants to be seen, without taking the keys.
    pub notices: Notices,
    /// Where things were drawn.
    pub areas: Areas,
    /// What clients are told beforehand.
    pub options: client::Options,
    /// How to log in to servers over HTTP that are added; none when that is not wanted.
    pub login: Option<Box<Login>>,
    /// How patient shutdowns are.
    pub stdio: StdioOptions,
    /// The newest connection.
    pub conns: u32,
    /// Whether a server is being probed.
    pub probing: bool,
    /// Servers to be connected again when their process is gone.
    pub restarting: Vec<usize>,
    /// A server that is started again because files changed, which in words; its last call is sent again then.
    pub rerunning: Option<(usize, String)>,
    /// A server whose era is to be asked for when it is connected again, whatever is known of it.
    pub asking_again: Option<usize>,
    /// A server to go to the tools of when it is ready.
    pub entering: Option<usize>,
    /// What waits until settings were read again, or until somebody answered.
    pub starting: Starting,
    /// Time and place of the last click, for double clicks.
    pub last_click: Option<(u64, u16, u16)>,
    /// We are on our way out.
    pub quitting: bool,
}

impl Model {
    /// A model that shows the Servers view.
    pub fn new(
        settings: Settings,
        theme: Theme,
        keeping: Keeping,
        options: client::Options,
        clock: Clock,
    ) -> Self {
        let live = !matches!(keeping, Keeping::Opened { .. });
        let grows = !matches!(
            keeping,
            Keeping::Opened {
                following: false,
                ..
            }
        );
        let follow = settings.follow && grows;
        Self {
            panes: Panes::new(&clock, follow, &settings.columns),
            stdio: StdioOptions {
                stdin_grace: settings.stdin_grace,
                terminate_grace: settings.terminate_grace,
            },
            world: World {
                timeline: Arc::default(),
                servers: Vec::new(),
                current: 0,
                reach: Reach::default(),
                live,
                rerun: None,
                taps: Vec::new(),
                opened: keeping.opened(),
                revealed: false,
                now_us: 0,
                began: None,
                previews: Previews::default(),
                marks: Marks::default(),
                lint: Findings::default(),
                exceptions: Arc::from([]),
                asked_for_exceptions: false,
                settings,
                theme,
                keys: Keymap::default(),
                tickets: Cell::new(0),
            },
            view: View::Servers,
            last_view: View::Servers,
            crossed: None,
            discovery: None,
            overlays: Vec::new(),
            chords: Vec::new(),
            status: None,
            keeping,
            session: 0,
            sessions: 0,
            aside: None,
            clock_us: 0,
            replay: Replay::default(),
            jumped_from: None,
            clock,
            trouble: None,
            size: (0, 0),
            examined: None,
            deeds: Deeds::default(),
            pace: Pace::default(),
            notices: Notices::default(),
            areas: Areas::default(),
            options,
            login: None,
            conns: 0,
            probing: false,
            restarting: Vec::new(),
            rerunning: None,
            asking_again: None,
            entering: None,
            starting: Starting::default(),
            last_click: None,
            quitting: false,
        }
    }

    /// A person is there to answer what servers ask, in this folder: that is what servers are told.
    pub fn attend(&mut self, folder: Option<&Path>) {
        if self.options.capabilities.is_empty() {
            self.options.capabilities = Capabilities::interactive();
        }
        let here = folder.and_then(|folder| Root::at(folder, None));
        self.panes.inbox.offer(here);
    }

    /// The pane that is shown.
    pub fn pane(&self) -> &dyn Pane {
        self.panes.get(self.view)
    }

    /// The scopes that apply now, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        if self.notices.focused {
            return vec![Scope::Notice, Scope::Global];
        }
        let mut scopes = self.pane().scopes();
        if !self.world.live {
            scopes.push(Scope::Replay);
            scopes.extend(self.world.is_of_tap().then_some(Scope::Tap));
        }
        scopes.push(Scope::Global);
        scopes
    }

    /// Whether the screen is too small to show anything.
    pub fn is_too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// Why an action does nothing now, if so.
    pub fn why_not(&self, action: Action) -> Option<String> {
        if action == Action::GoNotice || action.row().scope == Scope::Notice {
            let none = self.notices.slow.is_empty();
            return none.then(|| "no call nears its limit".to_owned());
        }
        if action.row().scope == Scope::Replay {
            return self.why_no_replay(action);
        }
        if action.row().scope == Scope::Tap {
            return self.why_no_tap(action);
        }
        let ctx = self.world.ctx();
        let recording = || "this is a recording; nothing is started or sent".to_owned();
        let connection = ctx.connection();
        let word = |action| ctx.keys.word(action);
        let reason = match action.row().need {
            // Servers of a recording can be told apart as well.
            Need::Servers if ctx.servers.len() < 2 => Some("there is one server only".to_owned()),
            Need::Servers if action == Action::RunOnAll && !ctx.live => Some(recording()),
            // A search is kept by the pane that made it.
            Need::Nothing | Need::Found | Need::Servers => None,
            // Calls are made in some views, and can be cancelled and repeated from all.
            Need::Pending if ctx.live && ctx.rerun.is_some() => return None,
            Need::Called | Need::Pending => {
                let none = if action == Action::Repeat {
                    "nothing was called yet".to_owned()
                } else {
                    format!("nothing runs; {} asks to quit", word(Action::Close))
                };
                let calls = [View::Tools, View::Resources, View::Prompts, View::ByHand];
                let possible = calls
                    .into_iter()
                    .any(|view| self.panes.get(view).why_not(action, &ctx).is_none());
                return (!possible).then_some(none);
            }
            _ if !ctx.live => Some(recording()),
            Need::Target => (ctx.servers.is_empty()).then(|| {
                format!(
                    "no server here; {} adds one in Servers",
                    word(Action::AddServer)
                )
            }),
            Need::Alive => (!connection
                .is_some_and(crate::session::timeline::Connection::is_alive))
            .then(|| {
                let trouble = |one: &crate::session::timeline::Connection| {
                    one.trouble.as_ref().and_then(|trouble| trouble.kind)
                };
                let at_address = connection.filter(|one| one.url.is_some());
                let words = match at_address.map(trouble) {
                    Some(Some(crate::mcp::http::LossKind::NeedsLogin)) => "it needs a login first",
                    Some(_) => "it is not connected",
                    None => "no process runs",
                };
                words.to_owned()
            }),
            Need::Ready => (!connection
                .is_some_and(crate::session::timeline::Connection::is_ready))
            .then(|| {
                let name = ctx.server().map_or("the server", |server| &server.name);
                format!(
                    "{name} is not connected; {} starts it",
                    word(Action::Restart)
                )
            }),
        };
        reason.or_else(|| self.pane().why_not(action, &ctx))
    }
}
