//! The screen: [`run`] is its only loop. Input first, then a draw if anything changed and 33 ms have passed since the
//! last, then what the engine has to tell, at most 256 updates at a time; so keys and screen never starve.
//!
//! ```text
//! keyboard ─┐                                   ┌─> view(&Model) -> screen
//! engine  ──┼─> Event -> update(&mut Model) ────┤
//! workers ──┘                                   └─> Vec<Effect> -> runtime -> engine, workers
//! ```

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, WrapErr as _};
use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::sync::mpsc;

pub mod action;
pub mod clock;
pub mod deeds;
pub mod effect;
pub mod event;
pub mod examined;
pub mod highlight;
pub mod keymap;
mod looks;
pub mod model;
mod opened;
pub mod outside;
pub mod overlays;
pub mod pace;
pub mod pane;
pub mod panes;
pub mod payload;
pub mod previews;
pub mod replay;
pub mod runtime;
mod signals;
pub mod tables;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;

use crate::config::Settings;
use crate::configs::Machine;
use crate::configs::over::Named;
use crate::configs::trust::Trust;
use crate::filter::Filter;
use crate::history::eras::Eras;
use crate::inspector::{self, Command, Connect, Inspector, Update};
use crate::mask::Rules;
use crate::mcp::client;
use crate::recorder::{Keep, Recorder};
use crate::recording::{Follow, Opening};
use crate::replaying::conductor;
use crate::transport::{Spawn, Target, http};
use clock::Clock;
use effect::Effect;
use effect::configs::Configs;
use event::Event;
use keymap::Keymap;
use looks::{is_ascii, pictures_for, theme_for};
use model::{Keeping, Model};
use outside::visit::Visit;
use runtime::keeper::{Keeper, Shelves};
use runtime::librarian::{self, Librarian};
use runtime::linting::Linting;
use runtime::opening::Opened;
use runtime::tapping::{self, Controls};
use runtime::{Order, Runtime, checker::Checker, sifter::Sifter};
use signals::Signals;
use terminal::Terminal;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// Updates taken between two looks at the keyboard.
const BATCH: usize = 256;
/// How long history and drafts may take to be written when we leave.
const KEEPING: Duration = Duration::from_secs(2);

/// What the screen starts with.
#[derive(Debug)]
pub struct Start {
    /// What to look at.
    pub subject: Subject,
    /// Settings.
    pub settings: Settings,
    /// Which keys mean what.
    pub keys: Keymap,
    /// What Traffic lets through at first.
    pub filter: Option<Filter>,
    /// What clients are told beforehand.
    pub options: client::Options,
    /// How to log in to servers over HTTP that are added.
    pub login: Option<Box<http::Login>>,
    /// Where servers are looked for in the settings of clients, and where agreements are remembered; none when that is
    /// not wanted.
    pub configs: Option<Box<(Machine, Trust)>>,
    /// Patterns of files; when one changes, the server of the command line is started again.
    pub watch: Vec<String>,
    /// What the command line says of its server, when that stands in somebody's settings.
    pub named: Option<Box<Named>>,
    /// Where taps that run make themselves known.
    pub taps: Option<PathBuf>,
    /// Where history, drafts and presets are kept; none when this user has no place for files.
    pub shelves: Option<Shelves>,
}

/// What to look at.
#[derive(Debug)]
pub enum Subject {
    /// Servers, live.
    Live {
        /// The server given on the command line, by name; connected at once.
        server: Option<(String, Target)>,
        /// The demo server; offered in any case.
        demo: Spawn,
        /// Where everything is recorded.
        recorder: Recorder,
        /// Why it is not recorded where it should be.
        trouble: Option<String>,
    },
    /// A session file or what comes out of a pipe, read-only.
    Opened(Opening),
}

impl Subject {
    /// Servers, recorded as `keep` says; the one of `connect` is connected at once.
    pub fn live(connect: Option<&Connect>, keep: &Keep) -> Result<Self> {
        let name = connect.map_or("session", |connect| &connect.name);
        let (recorder, trouble) = keep.start_somewhere(name)?;
        Ok(Self::Live {
            server: connect.map(|connect| (connect.name.clone(), connect.target.clone())),
            demo: Spawn::new(
                std::env::current_exe().wrap_err("cannot find mcpscope itself")?,
                ["demo-server"],
            ),
            recorder,
            trouble: trouble.map(|error| format!("{error}; this session is not kept")),
        })
    }

    /// A session file; `-` is what comes on stdin. What is exported of it is masked by these rules.
    pub fn opened(file: &Path, follow: Follow, rules: &Rules) -> Result<Self> {
        Ok(Self::Opened(opened::open(file, follow, rules)?))
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
    /// SIGINT or SIGQUIT from outside; as a key, Ctrl-C is an action.
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
    let (parts, part_events) = mpsc::channel(opened::PARTS);
    let theme = theme_for(start.settings.theme)?;
    let pictures = pictures_for(&start.settings);
    let (began, began_at) = (Instant::now(), jiff::Timestamp::now());
    let mut replays = None;
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
            let eras = start.shelves.as_ref().map(|shelves| shelves.eras.clone());
            let (engine, orders) = spawn_engine(recorder, eras.unwrap_or_default(), events.clone());
            replays = Some(orders);
            let demo = Target::from(demo);
            let mut model = Model::new(
                start.settings,
                theme,
                keeping,
                start.options,
                Clock::local(),
            );
            model.attend(std::env::current_dir().ok().as_deref());
            let first = server.map(|(name, target)| {
                let is_demo = target == demo;
                let origin = if is_demo { "built in" } else { "command line" };
                update::push_server(&mut model, &name, target, origin)
            });
            if model
                .world
                .servers
                .iter()
                .all(|server| server.target.as_ref() != Some(&demo))
            {
                update::push_server(&mut model, "demo", demo, "built in");
            }
            if let Some(place) = first {
                update::from_settings(&mut model, place, start.named);
            }
            model.entering = first;
            model.status = trouble.map(|trouble| (model::Tone::Error, trouble));
            (model, bodies, Some(engine))
        }
        Subject::Opened(opening) => {
            let keeping = opened::keeping(&opening);
            let marks = runtime::opening::read_meta(opening.path()).marks;
            let bodies = opening.bodies();
            opened::read(opening, parts.clone());
            let mut model = Model::new(
                start.settings,
                theme,
                keeping,
                start.options,
                Clock::local(),
            );
            model.view = pane::View::Traffic;
            model.world.marks = marks;
            (model, bodies, None)
        }
    };
    model.world.keys = start.keys;
    model.world.began = Some(began_at);
    if let Some(filter) = start.filter {
        let timeline = &model.world.timeline;
        model.panes.traffic.begin_with(&filter, timeline);
    }
    model.login = start.login;
    let library = start
        .shelves
        .as_ref()
        .map(|shelves| shelves.library.clone());
    if let (Some(library), Some(_)) = (&library, &engine) {
        let current = kept_in(&model.keeping);
        librarian::keep_house(library.clone(), model.world.settings.sessions, current);
    }
    if let Some(taps) = start.taps {
        tapping::watch(taps, events.clone());
    }
    let (keeper, kept) = Keeper::start(start.shelves, events.clone(), bodies.secrets());
    let (librarian, shelved) = Librarian::start(library, events.clone());
    let runtime = Runtime {
        engine: engine.as_ref().map(|engine| engine.commands.clone()),
        replays,
        bodies,
        pictures,
        opened: Opened::default(),
        controls: Controls::default(),
        librarian,
        parts,
        keeper,
        checker: Checker::start(events.clone()),
        linting: Linting::start(events.clone()),
        watches: runtime::watches::Watches::new(events.clone()),
        sifter: Sifter::start(events.clone()),
        desk: outside::Desk::new(model.world.settings.clone()),
        events,
    };
    let mut terminal = Terminal::enter(is_ascii()).wrap_err("cannot take the terminal")?;
    model.size = terminal.size()?;
    draw(&mut terminal, &mut model, &runtime)?;
    let first = if model.entering == Some(0) {
        update::begin(&mut model)
    } else {
        Vec::new()
    };
    let watch = if model.entering == Some(0) && !start.watch.is_empty() {
        update::watch(&mut model, 0, start.watch)
    } else {
        Vec::new()
    };
    let find = start.configs.filter(|_| engine.is_some()).map(|configs| {
        let (machine, trust) = *configs;
        Effect::Configs(Box::new(Configs::Find(machine, trust)))
    });
    for effect in first.into_iter().chain(watch).chain(find) {
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
    // No command outlives us; they are killed while servers are stopped.
    runtime.desk.stop_all();
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
    shelved.wait(KEEPING);
    looped
}

/// The file that is recorded into, if any.
fn kept_in(keeping: &Keeping) -> Option<PathBuf> {
    match keeping {
        Keeping::Recording { path, .. } => Some(path.clone()),
        Keeping::Unrecorded | Keeping::Opened { .. } => None,
    }
}

/// Writing and reading of huge frames happens on the engine's own thread.
fn spawn_engine(
    recorder: Recorder,
    eras: Eras,
    events: mpsc::UnboundedSender<Event>,
) -> (Inspector, mpsc::UnboundedSender<conductor::Order>) {
    let bodies = recorder.bodies();
    let (inspector, engine) = inspector::engine(recorder);
    let engine = engine.with_eras(eras);
    let (orders, taken) = mpsc::unbounded_channel();
    let (inspector, conductor) =
        conductor::conduct(inspector, bodies, taken, move |asker, told| {
            // Nobody listens any more when the screen is gone.
            let _ = events.send(Event::Replaying { asker, told });
        });
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                runtime.block_on(async { tokio::join!(engine.run(), conductor) });
            }
        })
        .map_or_else(
            |error| tracing::error!(%error, "no thread for the engine"),
            drop,
        );
    (inspector, orders)
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
    let mut input = Some(EventStream::new());
    // While another program has the terminal, nothing is read from it and nothing drawn; all else goes on.
    let mut visit: Option<Visit> = None;
    let mut orders: VecDeque<Order> = VecDeque::new();
    let mut signals = Signals::new()?;
    let (mut dirty, mut drawn) = (false, Instant::now());
    let mut second = Instant::now();
    // When the first key was read that no frame has answered yet, and whether it was typed into a line.
    let mut pressed: Option<(Instant, bool)> = None;
    loop {
        let frame_due = drawn + FRAME;
        let counting = model.is_waiting();
        let mut taken: Vec<Event> = Vec::new();
        tokio::select! {
            biased;
            key = next_key(&mut input) => match key {
                Some(Ok(event)) => taken.extend(from_terminal(event)),
                // The terminal is gone: leave in order.
                Some(Err(_)) | None => return Ok(Leaving::HungUp),
            },
            leaving = signals.end() => match visit.take() {
                // Meant for the program: Ctrl-C goes to everybody on the terminal.
                Some(going_on) if leaving == Leaving::Interrupted => visit = Some(going_on),
                Some(going_on) => {
                    going_on.abandon().await;
                    return Ok(leaving);
                }
                None => return Ok(leaving),
            },
            answer = end_of(&mut visit) => {
                visit = None;
                terminal.come_back()?;
                let (width, height) = terminal.size()?;
                taken.extend([Event::Resize(width, height), answer]);
                input = Some(EventStream::new());
            }
            // A timer goes off only once nothing else is to be done, which under a flood is never soon: what is due is
            // not left to it.
            () = std::future::ready(()), if dirty && visit.is_none() && frame_due <= Instant::now() => {
                draw(terminal, model, runtime)?;
                (dirty, drawn) = (false, Instant::now());
                if let Some((since, typed)) = pressed.take() {
                    model.pace.took(typed, since.elapsed());
                }
            }
            () = tokio::time::sleep_until(frame_due.into()), if dirty && visit.is_none() => {}
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
            if matches!(event, Event::Key(_)) && pressed.is_none() {
                pressed = Some((Instant::now(), model.pane().takes_text()));
            }
            let now_us = began.elapsed().as_micros() as u64;
            for effect in update::update(model, event, now_us) {
                orders.extend(runtime.carry_out(effect));
            }
            if at_once {
                drawn = drawn.checked_sub(FRAME).unwrap_or(drawn);
            }
            dirty = true;
        }
        while visit.is_none()
            && let Some(order) = orders.pop_front()
        {
            match order {
                Order::Quit => return Ok(Leaving::Quit),
                Order::Redraw => terminal.clear()?,
                Order::ToTerminal { sequence, told } => {
                    let copied = terminal.send(&sequence).map(|()| told);
                    let copied = Event::Copied(copied);
                    update::update(model, copied, began.elapsed().as_micros() as u64);
                }
                Order::Suspend => {
                    // How long somebody is away is not how long a key took.
                    pressed = None;
                    drop(input.take());
                    suspend(terminal)?;
                    input = Some(EventStream::new());
                }
                Order::Visit(errand) => {
                    pressed = None;
                    // Whoever reads keys must be gone before the program is there.
                    input = None;
                    terminal.leave();
                    visit = Some(Visit::start(errand));
                }
            }
        }
    }
}

async fn next_key(
    input: &mut Option<EventStream>,
) -> Option<std::io::Result<crossterm::event::Event>> {
    match input {
        Some(input) => input.next().await,
        None => std::future::pending().await,
    }
}

async fn end_of(visit: &mut Option<Visit>) -> Event {
    match visit {
        Some(visit) => visit.end().await,
        None => std::future::pending().await,
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
