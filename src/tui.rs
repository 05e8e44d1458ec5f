//! The screen: [`run`] is its only loop. Input first, then a draw if anything changed and 33 ms have passed since the
//! last, then what the engine has to tell, at most 256 updates at a time; so keys and screen never starve.
//!
//! ```text
//! keyboard ─┐                                   ┌─> view(&Model) -> screen
//! engine  ──┼─> Event -> update(&mut Model) ────┤
//! workers ──┘                                   └─> Vec<Effect> -> runtime -> engine, workers
//! ```

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, WrapErr as _};
use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc;

pub mod action;
pub mod clock;
pub mod effect;
pub mod event;
pub mod highlight;
pub mod keymap;
pub mod model;
pub mod overlays;
pub mod pane;
pub mod panes;
pub mod payload;
pub mod previews;
pub mod runtime;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;

use crate::config::{Settings, ThemeChoice};
use crate::inspector::{self, Command, Connect, Inspector, Update};
use crate::mcp::client;
use crate::recorder::{Keep, Recorder};
use crate::recording::Recording;
use crate::transport::Spawn;
use clock::Clock;
use event::Event;
use keymap::Keymap;
use model::{Keeping, Model};
use runtime::keeper::{Keeper, Shelves};
use runtime::{Order, Runtime};
use terminal::Terminal;
use theme::{Depth, Theme};

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// Updates taken between two looks at the keyboard.
const BATCH: usize = 256;
/// How long history and drafts may take to be written when we leave.
const KEEPING: Duration = Duration::from_secs(2);
/// Parts of an opened file that may wait: the reader is faster than the fold, and they are bigger than what it keeps.
const PARTS: usize = 4;

/// What the screen starts with.
#[derive(Debug)]
pub struct Start {
    /// What to look at.
    pub subject: Subject,
    /// Settings.
    pub settings: Settings,
    /// Which keys mean what.
    pub keys: Keymap,
    /// What clients are told beforehand.
    pub options: client::Options,
    /// Where history, drafts and presets are kept; none when this user has no place for files.
    pub shelves: Option<Shelves>,
}

/// What to look at.
#[derive(Debug)]
pub enum Subject {
    /// Servers, live.
    Live {
        /// The server given on the command line, by name; connected at once.
        server: Option<(String, Spawn)>,
        /// The demo server; offered in any case.
        demo: Spawn,
        /// Where everything is recorded.
        recorder: Recorder,
        /// Why it is not recorded where it should be.
        trouble: Option<String>,
    },
    /// A session file, read-only.
    Opened(Recording),
}

impl Subject {
    /// Servers, recorded as `keep` says; the one of `connect` is connected at once.
    pub fn live(connect: Option<&Connect>, keep: &Keep) -> Result<Self> {
        let name = connect.map_or("session", |connect| &connect.name);
        let (recorder, trouble) = keep.start_somewhere(name)?;
        Ok(Self::Live {
            server: connect.map(|connect| (connect.name.clone(), connect.spawn.clone())),
            demo: Spawn::new(
                std::env::current_exe().wrap_err("cannot find mcpscope itself")?,
                ["demo-server"],
            ),
            recorder,
            trouble: trouble.map(|error| format!("{error}; this session is not kept")),
        })
    }

    /// A session file.
    pub fn opened(file: &Path) -> Result<Self> {
        Ok(Self::Opened(Recording::open(file)?))
    }
}

/// Why the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Somebody quit.
    Quit,
    /// SIGTERM.
    Terminated,
    /// SIGHUP, or the terminal went away.
    HungUp,
    /// SIGINT from outside; as a key, Ctrl-C is an action.
    Interrupted,
}

/// Runs the screen until it is left. Terminal, servers and session file are in order when it returns. Gives back why
/// it was left, and where the session was recorded, if it was.
pub fn run(start: Start) -> Result<(Leaving, Option<PathBuf>)> {
    let kept = match &start.subject {
        Subject::Live { recorder, .. } => recorder.path().map(Path::to_owned),
        Subject::Opened(_) => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(show(start));
    // A blocking worker that is still reading must not keep us here.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result.map(|leaving| (leaving, kept))
}

async fn show(start: Start) -> Result<Leaving> {
    let (events, worker_events) = mpsc::unbounded_channel();
    let (parts, part_events) = mpsc::channel(PARTS);
    let theme = theme_for(start.settings.theme)?;
    let began = Instant::now();
    let (mut model, bodies, mut engine) = match start.subject {
        Subject::Live {
            server,
            demo,
            recorder,
            trouble,
        } => {
            let keeping = recorder
                .path()
                .map_or(Keeping::Unrecorded, |path| Keeping::Recording {
                    path: path.to_owned(),
                    since: Timestamp::now(),
                });
            let bodies = recorder.bodies();
            let engine = spawn_engine(recorder);
            let mut model = Model::new(
                start.settings,
                theme,
                keeping,
                start.options,
                Clock::local(),
            );
            let first = server.map(|(name, spawn)| {
                let is_demo = spawn == demo;
                let origin = if is_demo { "built in" } else { "command line" };
                update::push_server(&mut model, &name, spawn, origin)
            });
            if model
                .world
                .servers
                .iter()
                .all(|server| server.target.as_ref() != Some(&demo))
            {
                update::push_server(&mut model, "demo", demo, "built in");
            }
            model.entering = first;
            model.status = trouble.map(|trouble| (model::Tone::Error, trouble));
            (model, bodies, Some(engine))
        }
        Subject::Opened(recording) => {
            let path = recording.path().to_owned();
            let size = std::fs::metadata(&path).map_or(0, |data| data.len());
            let keeping = Keeping::Opened {
                path,
                bytes: (0, size),
            };
            let bodies = recording.bodies();
            load(recording, size, parts);
            let mut model = Model::new(
                start.settings,
                theme,
                keeping,
                start.options,
                Clock::local(),
            );
            model.view = pane::View::Traffic;
            (model, bodies, None)
        }
    };
    model.world.keys = start.keys;
    let (keeper, kept) = Keeper::start(start.shelves, events.clone());
    let runtime = Runtime {
        engine: engine.as_ref().map(|engine| engine.commands.clone()),
        bodies,
        keeper,
        events,
    };
    let mut terminal = Terminal::enter(is_ascii()).wrap_err("cannot take the terminal")?;
    model.size = terminal.size()?;
    draw(&mut terminal, &mut model, &runtime)?;
    let first = if model.entering == Some(0) {
        update::connect(&mut model, 0)
    } else {
        Vec::new()
    };
    for effect in first {
        runtime.carry_out(effect);
    }
    let looped = event_loop(
        &mut terminal,
        &mut model,
        &runtime,
        &mut engine,
        Workers {
            answers: worker_events,
            parts: part_events,
        },
        began,
    )
    .await;
    if let Some(engine) = &mut engine {
        // Even after an error of ours no server may be left behind.
        let _ = engine.commands.send(Command::Shutdown);
        let bound = model.stdio.stdin_grace + model.stdio.terminate_grace + Duration::from_secs(3);
        if looped.is_ok() {
            model.quitting = true;
            draw(&mut terminal, &mut model, &runtime)?;
        }
        let drained = tokio::time::timeout(bound, async {
            while engine.updates.recv().await.is_some() {}
        })
        .await;
        if drained.is_err() {
            crate::transport::stdio::kill_everything();
        }
    }
    drop(terminal);
    // With it goes the last way to the keeper, who then writes what is left.
    drop(runtime);
    kept.wait(KEEPING);
    looped
}

/// Writing and reading of huge frames happens on the engine's own thread.
fn spawn_engine(recorder: Recorder) -> Inspector {
    let (inspector, engine) = inspector::engine(recorder);
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                runtime.block_on(engine.run());
            }
        })
        .map_or_else(
            |error| tracing::error!(%error, "no thread for the engine"),
            drop,
        );
    inspector
}

fn load(recording: Recording, size: u64, parts: mpsc::Sender<Event>) {
    tokio::task::spawn_blocking(move || {
        let loaded = recording.load(|entries, read| {
            let bytes = (read, size);
            parts
                .blocking_send(Event::Loading { entries, bytes })
                .is_ok()
        });
        let loaded = loaded.map_err(|error| format!("reading stopped: {error}"));
        // Nobody listens any more when the screen is gone.
        let _ = parts.blocking_send(Event::Loaded(loaded));
    });
}

/// What blocking workers send.
struct Workers {
    /// Answers to effects.
    answers: mpsc::UnboundedReceiver<Event>,
    /// An opened file, part by part.
    parts: mpsc::Receiver<Event>,
}

fn draw(terminal: &mut Terminal, model: &mut Model, runtime: &Runtime) -> Result<()> {
    for effect in update::place(model) {
        runtime.carry_out(effect);
    }
    let mut areas = None;
    terminal.draw(model.size, |buf| {
        let (cursor, drawn) = view::view(model, buf);
        areas = Some(drawn);
        cursor
    })?;
    if let Some(areas) = areas {
        model.areas = areas;
    }
    Ok(())
}

async fn event_loop(
    terminal: &mut Terminal,
    model: &mut Model,
    runtime: &Runtime,
    engine: &mut Option<Inspector>,
    mut workers: Workers,
    began: Instant,
) -> Result<Leaving> {
    let mut input = EventStream::new();
    let mut signals = Signals::new()?;
    let (mut dirty, mut drawn) = (false, Instant::now());
    let mut second = Instant::now();
    loop {
        let frame_due = drawn + FRAME;
        let counting = model.is_waiting();
        let mut taken: Vec<Event> = Vec::new();
        tokio::select! {
            biased;
            key = input.next() => match key {
                Some(Ok(event)) => taken.extend(from_terminal(event)),
                // The terminal is gone: leave in order.
                Some(Err(_)) | None => return Ok(Leaving::HungUp),
            },
            leaving = signals.end() => return Ok(leaving),
            // A timer goes off only once nothing else is to be done, which under a flood is never soon: what is due is
            // not left to it.
            () = std::future::ready(()), if dirty && frame_due <= Instant::now() => {
                draw(terminal, model, runtime)?;
                (dirty, drawn) = (false, Instant::now());
            }
            () = tokio::time::sleep_until(frame_due.into()), if dirty => {}
            Some(event) = workers.answers.recv() => taken.push(event),
            // One at a time keeps keys quick.
            Some(event) = workers.parts.recv() => taken.push(event),
            Some(update) = next_update(engine) => {
                taken.push(Event::Update(update));
                if let Some(engine) = engine {
                    while taken.len() < BATCH {
                        let Ok(update) = engine.updates.try_recv() else { break };
                        taken.push(Event::Update(update));
                    }
                }
            }
            () = tokio::time::sleep_until((second + Duration::from_secs(1)).into()), if counting => {
                second = Instant::now();
                taken.push(Event::Second);
            }
        }
        for event in taken {
            // A key is answered in the next frame at once, however little time has passed.
            let at_once = matches!(
                event,
                Event::Key(_) | Event::Paste(_) | Event::Mouse(_) | Event::Resize(..)
            );
            let now_us = began.elapsed().as_micros() as u64;
            for effect in update::update(model, event, now_us) {
                match runtime.carry_out(effect) {
                    Some(Order::Quit) => return Ok(Leaving::Quit),
                    Some(Order::Redraw) => terminal.clear()?,
                    Some(Order::Copy { text, what }) => {
                        let copied = Event::Copied(terminal.copy(&text, &what));
                        update::update(model, copied, now_us);
                    }
                    Some(Order::Suspend) => {
                        drop(std::mem::replace(&mut input, EventStream::new()));
                        suspend(terminal)?;
                        input = EventStream::new();
                    }
                    None => {}
                }
            }
            if at_once {
                drawn = drawn.checked_sub(FRAME).unwrap_or(drawn);
            }
            dirty = true;
        }
    }
}

async fn next_update(engine: &mut Option<Inspector>) -> Option<Update> {
    match engine {
        Some(engine) => engine.updates.recv().await,
        None => std::future::pending().await,
    }
}

fn from_terminal(event: crossterm::event::Event) -> Option<Event> {
    use crossterm::event::Event as Terminal;
    Some(match event {
        Terminal::Key(key) => Event::Key(key),
        Terminal::Paste(text) => Event::Paste(text),
        Terminal::Mouse(mouse) => Event::Mouse(mouse),
        Terminal::Resize(width, height) => Event::Resize(width, height),
        Terminal::FocusGained | Terminal::FocusLost => return None,
    })
}

/// SIGTERM, SIGHUP and SIGINT from outside: leave in order.
#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
        ]))
    }

    async fn end(&mut self) -> Leaving {
        let [terminate, hangup, interrupt] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => Leaving::Terminated,
            _ = hangup.recv() => Leaving::HungUp,
            _ = interrupt.recv() => Leaving::Interrupted,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    async fn end(&mut self) -> Leaving {
        // Ctrl-C is a key in raw mode; if it cannot be listened for, it never comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Leaving::Interrupted
    }
}

#[cfg(unix)]
fn suspend(terminal: &mut Terminal) -> Result<()> {
    terminal.leave();
    rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
    // Here again after `fg`.
    Ok(terminal.come_back()?)
}

#[cfg(not(unix))]
fn suspend(_terminal: &mut Terminal) -> Result<()> {
    Ok(())
}

fn theme_for(choice: ThemeChoice) -> Result<Theme> {
    let variable = |name: &str| std::env::var(name).ok();
    let depth = Depth::detect(
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
        variable("NO_COLOR").as_deref(),
    );
    let name = match choice {
        ThemeChoice::Auto => theme::for_background(variable("COLORFGBG").as_deref()),
        ThemeChoice::Dark => "dark",
        ThemeChoice::Light => "light",
        ThemeChoice::Mono => "mono",
    };
    Ok(Theme::load(name, depth)?)
}

/// Whether the locale says that the terminal does not take UTF-8.
fn is_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    // Without any word on it, terminals of today take UTF-8.
    locale.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        !value.contains("utf-8") && !value.contains("utf8")
    })
}
