//! update: the one place that changes the model. Synchronous, without I/O and without a clock: time comes with the
//! event. It routes; what a key means is in `action.rs`, what it does in the pane that has the focus.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;

use super::action::{ACTIONS, Action, Scope};
use super::effect::Effect;
use super::event::Event;
use super::keymap::{self, Chord, Meaning};
use super::model::{Keeping, Model, Overlay, Tone};
use super::overlays::picker::{Choice, Pick, Picked, Picker};
use super::pane::{Go, Pane as _, Reply, Server, View};
use crate::inspector::{Command, Connect, Update};
use crate::mcp::types::List;
use crate::note::Note;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::Connection;
use crate::text;
use crate::transport::Spawn;

/// Two clicks within this many microseconds are a double click.
const DOUBLE_CLICK: u64 = 400_000;

/// Takes an event that happened at `now_us` of the session.
pub fn update(model: &mut Model, event: Event, now_us: u64) -> Vec<Effect> {
    model.world.now_us = now_us;
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => key_pressed(model, key),
        Event::Paste(pasted) => paste(model, &pasted),
        Event::Mouse(mouse) => mouse_used(model, mouse, now_us),
        Event::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Event::Second => Vec::new(),
        Event::Update(update) => engine_told(model, update),
        Event::Loading { entries, bytes } => {
            if let Keeping::Opened { bytes: so_far, .. } = &mut model.keeping {
                *so_far = bytes;
            }
            fold(model, &entries);
            tell_panes(model, &Event::Loading { entries, bytes })
        }
        Event::Loaded(result) => {
            if let Keeping::Opened { bytes, .. } = &mut model.keeping {
                bytes.0 = bytes.1;
            }
            model.status = match &result {
                Ok(loaded) => loaded.notice().map(|notice| (Tone::Warn, notice)),
                Err(error) => Some((Tone::Error, error.clone())),
            };
            tell_panes(model, &Event::Loaded(result))
        }
        Event::Previews(texts) => {
            for (seq, text) in texts {
                model.world.previews.put(seq, text);
            }
            Vec::new()
        }
        Event::Copied(result) => {
            model.status = Some(match result {
                Ok(what) => (Tone::Info, what),
                Err(why) => (Tone::Error, why),
            });
            Vec::new()
        }
        Event::Failed(what) => {
            model.status = Some((Tone::Error, what));
            Vec::new()
        }
        event @ (Event::Built { .. } | Event::Found { .. }) => tell_panes(model, &event),
    }
}

/// Says to the pane that is shown where it will be drawn; once before each draw.
pub fn place(model: &mut Model) -> Vec<Effect> {
    let body = super::view::body(model);
    model.areas.body = body;
    let ctx = model.world.ctx();
    let effects = model.panes.get_mut(model.view).place(body, &ctx);
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            // Asked for once, however often it is drawn before it comes.
            Effect::Previews(wanted) => model.world.previews.ask(wanted),
            other => Some(other),
        })
        .collect()
}

fn tell_panes(model: &mut Model, event: &Event) -> Vec<Effect> {
    let ctx = model.world.ctx();
    View::ALL
        .into_iter()
        .flat_map(|view| model.panes.get_mut(view).event(event, &ctx))
        .collect()
}

fn fold(model: &mut Model, entries: &[Recorded]) {
    for entry in entries {
        model.world.previews.arrived(entry);
        model.world.timeline.push(entry);
        if !model.world.live {
            learn_server(model, entry);
        }
    }
}

/// An opened file tells its servers one by one: same name, same server.
fn learn_server(model: &mut Model, entry: &Recorded) {
    let name = match &entry.facts {
        Facts::Note(Note::Connect { name, .. }) => name.clone(),
        _ if entry.conn == 0
            || model
                .world
                .servers
                .iter()
                .any(|server| server.conn >= Some(entry.conn)) =>
        {
            return;
        }
        // Somebody else's recording, without our notes.
        _ => format!("connection {}", entry.conn),
    };
    let world = &mut model.world;
    let place = world
        .servers
        .iter()
        .position(|server| server.name == name)
        .unwrap_or_else(|| {
            world.servers.push(Server {
                name,
                target: None,
                origin: "recording".to_owned(),
                conn: None,
                starts: 0,
            });
            world.servers.len() - 1
        });
    world.servers[place].conn = Some(entry.conn);
    world.servers[place].starts += 1;
}

fn engine_told(model: &mut Model, update: Update) -> Vec<Effect> {
    let mut effects = Vec::new();
    match &update {
        Update::Recorded(entries) => {
            let entries = entries.clone();
            fold(model, &entries);
        }
        Update::Trouble { lost, what } => {
            model.trouble = Some((*lost, what.clone()));
            let lost = text::plural(*lost as usize, "entry");
            model.status = Some((
                Tone::Error,
                format!("recording fails: {what}; {lost} not in the file"),
            ));
        }
        Update::Ready { conn } => {
            if let Some(place) = model
                .entering
                .filter(|place| conn_of(model, *place) == Some(*conn))
            {
                model.entering = None;
                if model.world.current == place && model.view == View::Servers {
                    show(model, View::Tools);
                }
            }
        }
        Update::Failed { conn } => {
            model.entering = model
                .entering
                .filter(|place| conn_of(model, *place) != Some(*conn));
            if let Some(what) = why_failed(model, *conn) {
                model.status = Some((Tone::Error, what));
            }
        }
        Update::Gone { conn } => {
            if let Some(at) = model
                .restarting
                .iter()
                .position(|place| conn_of(model, *place) == Some(*conn))
            {
                let place = model.restarting.remove(at);
                effects.extend(connect(model, place));
            } else if let Some(what) = why_gone(model, *conn) {
                model.status = Some((Tone::Error, what));
            }
        }
        Update::Sent { .. } | Update::Finished { .. } | Update::Listed { .. } => {}
    }
    effects.extend(tell_panes(model, &Event::Update(update)));
    effects
}

fn conn_of(model: &Model, place: usize) -> Option<u32> {
    model.world.servers.get(place)?.conn
}

fn why_failed(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    match &connection.link {
        crate::session::timeline::LinkState::Failed { what, .. } => Some(format!(
            "{}: {}",
            text::sanitize(&connection.name),
            text::sanitize(what)
        )),
        _ => None,
    }
}

fn why_gone(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    match connection.link {
        crate::session::timeline::LinkState::Exited {
            code,
            signal,
            asked: false,
        } => {
            let how = crate::note::exit_sentence(code, signal);
            let last = connection
                .stderr_tail
                .iter()
                .rev()
                .find(|line| !line.trim().is_empty());
            let last = last
                .map(|line| format!(": {}", text::sanitize(line)))
                .unwrap_or_default();
            Some(format!("{} {how}{last}", text::sanitize(&connection.name)))
        }
        _ => None,
    }
}

fn key_pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if model.is_too_small() {
        // Nothing can be seen: only leaving makes sense.
        return if key.code == KeyCode::Char('Q') {
            act(model, Action::Quit)
        } else {
            Vec::new()
        };
    }
    if let Some(effects) = overlay_key(model, key) {
        return effects;
    }
    // Terminals send Alt as Esc before the key, so a quick Esc and a letter arrive as one: take them as the two.
    let was_escape = key.modifiers == KeyModifiers::ALT && matches!(key.code, KeyCode::Char(_));
    if was_escape && !model.pane().takes_text() {
        let mut effects = key_pressed(model, KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        effects.extend(key_pressed(
            model,
            KeyEvent::new(key.code, KeyModifiers::NONE),
        ));
        return effects;
    }
    if model.chords.is_empty() {
        if model.pane().takes_text() {
            let ctx = model.world.ctx();
            let reply = model.panes.get_mut(model.view).key(key, &ctx);
            if reply.handled {
                model.status = None;
                return replied(model, reply);
            }
            let types = matches!(key.code, KeyCode::Char(_))
                && !key
                    .modifiers
                    .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
            if types {
                return Vec::new();
            }
        }
    } else if key.code == KeyCode::Esc {
        model.chords.clear();
        return Vec::new();
    }
    model.status = None;
    model.chords.push(Chord::from(key));
    match keymap::meaning(&model.chords, &model.scopes()) {
        Meaning::Action(action) => {
            model.chords.clear();
            act(model, action)
        }
        Meaning::Prefix(_) => Vec::new(),
        Meaning::Nothing => {
            let keys: String = model
                .chords
                .drain(..)
                .map(|chord| chord.to_string())
                .collect();
            model.status = Some((
                Tone::Warn,
                format!("{keys} is not bound here; ? lists the keys"),
            ));
            Vec::new()
        }
    }
}

fn overlay_key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    match model.overlays.last_mut()? {
        Overlay::Quit => {
            model.overlays.pop();
            Some(match key.code {
                KeyCode::Char('q' | 'Q' | 'y') | KeyCode::Enter => act(model, Action::Quit),
                KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    act(model, Action::Quit)
                }
                _ => Vec::new(),
            })
        }
        Overlay::Picker(picker) => {
            if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
                model.overlays.pop();
                return Some(Vec::new());
            }
            match picker.key(key) {
                Picked::Nothing => Some(Vec::new()),
                Picked::Closed => {
                    model.overlays.pop();
                    Some(Vec::new())
                }
                Picked::This(pick) => {
                    model.overlays.pop();
                    model.status = None;
                    Some(match pick {
                        Pick::Action(action) => act(model, action),
                        Pick::Item(view, name) => {
                            show(model, view);
                            match view {
                                View::Tools => model.panes.tools.pick(&name, &model.world.ctx()),
                                View::Resources => {
                                    model.panes.resources.pick(&name, &model.world.ctx())
                                }
                                _ => model.panes.prompts.pick(&name, &model.world.ctx()),
                            }
                            Vec::new()
                        }
                        Pick::Server(place) => go(model, Go::Server(place)),
                    })
                }
            }
        }
    }
}

fn paste(model: &mut Model, pasted: &str) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(Overlay::Picker(picker)) => {
            picker.paste(pasted);
            Vec::new()
        }
        Some(Overlay::Quit) => Vec::new(),
        None => {
            model.chords.clear();
            let ctx = model.world.ctx();
            let reply = model.panes.get_mut(model.view).paste(pasted, &ctx);
            replied(model, reply)
        }
    }
}

fn mouse_used(model: &mut Model, mouse: MouseEvent, now_us: u64) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    if !model.overlays.is_empty() {
        if matches!(mouse.kind, MouseEventKind::Down(_)) {
            model.overlays.pop();
        }
        return Vec::new();
    }
    let ctx = model.world.ctx();
    let pane = model.panes.get_mut(model.view);
    match mouse.kind {
        MouseEventKind::ScrollUp => {
            let reply = pane.wheel(at, -3, &ctx);
            replied(model, reply)
        }
        MouseEventKind::ScrollDown => {
            let reply = pane.wheel(at, 3, &ctx);
            replied(model, reply)
        }
        MouseEventKind::Down(MouseButton::Left) => {
            if let Some((_, view)) = model.areas.views.iter().find(|(area, _)| area.contains(at)) {
                let view = *view;
                return go(model, Go::View(view));
            }
            if let Some((_, action)) = model.areas.hints.iter().find(|(area, _)| area.contains(at))
            {
                let action = *action;
                return act(model, action);
            }
            let double = model.last_click.is_some_and(|(when, x, y)| {
                now_us.saturating_sub(when) < DOUBLE_CLICK && (x, y) == (at.x, at.y)
            });
            model.last_click = (!double).then_some((now_us, at.x, at.y));
            let reply = pane.click(at, double, &ctx);
            replied(model, reply)
        }
        MouseEventKind::Down(MouseButton::Right) => {
            let reply = pane.click(at, false, &ctx);
            let mut effects = replied(model, reply);
            effects.extend(act(model, Action::Menu));
            effects
        }
        _ => Vec::new(),
    }
}

/// Does an action, wherever it came from: key, hint, menu, palette.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(reason) = model.why_not(action) {
        model.status = Some((Tone::Warn, format!("{}: {reason}", action.row().name)));
        return Vec::new();
    }
    let ctx = model.world.ctx();
    let reply = model.panes.get_mut(model.view).action(action, &ctx);
    if reply.handled {
        return replied(model, reply);
    }
    match action {
        Action::ViewServers => go(model, Go::View(View::Servers)),
        Action::ViewTools => go(model, Go::View(View::Tools)),
        Action::ViewResources => go(model, Go::View(View::Resources)),
        Action::ViewPrompts => go(model, Go::View(View::Prompts)),
        Action::ViewTraffic => go(model, Go::View(View::Traffic)),
        Action::ViewLogs => go(model, Go::View(View::Logs)),
        Action::LastView => go(model, Go::View(model.last_view)),
        Action::GoTraffic | Action::GoLogs => {
            let moment = model.pane().moment(&model.world.ctx());
            match moment {
                Some(entry) if action == Action::GoTraffic => go(model, Go::Traffic(entry)),
                Some(entry) => go(model, Go::Logs(entry)),
                None => say(model, "nothing here has a moment to go to"),
            }
        }
        Action::NextServer => step_server(model, 1),
        Action::PreviousServer => step_server(model, -1),
        Action::Restart => go(model, Go::Restart(model.world.current)),
        Action::Connect => go(model, Go::Connect(model.world.current, false)),
        Action::Back => say(model, "this is the outermost level; q asks to quit"),
        Action::Close => close(model),
        Action::CancelCall | Action::Repeat => {
            // Calls are made in three views and can be cancelled and repeated from everywhere.
            for view in [View::Tools, View::Resources, View::Prompts] {
                let ctx = model.world.ctx();
                let pane = model.panes.get_mut(view);
                if pane.why_not(action, &ctx).is_none() {
                    let reply = pane.action(action, &ctx);
                    return replied(model, reply);
                }
            }
            say(model, "nothing to cancel or repeat")
        }
        Action::Quit => {
            model.quitting = true;
            vec![Effect::Quit]
        }
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Help => open_picker(model, "KEYS that work here", help_choices(model)),
        Action::Menu => open_picker(model, "ACTIONS", menu_choices(model)),
        Action::Palette => open_picker(model, "COMMANDS", palette_choices(model)),
        other => say(model, &format!("{} does nothing here", other.row().name)),
    }
}

fn say(model: &mut Model, sentence: &str) -> Vec<Effect> {
    model.status = Some((Tone::Warn, sentence.to_owned()));
    Vec::new()
}

fn replied(model: &mut Model, reply: Reply) -> Vec<Effect> {
    if let Some(sentence) = reply.say {
        model.status = Some((Tone::Info, sentence));
    }
    let mut effects = reply.effects;
    if let Some(target) = reply.go {
        effects.extend(go(model, target));
    }
    effects
}

fn show(model: &mut Model, view: View) {
    if view != model.view {
        model.last_view = model.view;
        model.view = view;
        model.chords.clear();
    }
}

fn go(model: &mut Model, target: Go) -> Vec<Effect> {
    match target {
        Go::View(view) => show(model, view),
        Go::Traffic(entry) => {
            show(model, View::Traffic);
            model.panes.traffic.reveal(entry, &model.world.ctx());
        }
        Go::Logs(entry) => {
            show(model, View::Logs);
            model.panes.logs.reveal(entry, &model.world.ctx());
        }
        Go::Out => {}
        Go::Server(place) => {
            if place < model.world.servers.len() {
                model.world.current = place;
            }
        }
        Go::Connect(place, enter) => {
            model.entering = enter.then_some(place);
            return connect(model, place);
        }
        Go::Stop(place) => {
            if let Some(conn) = conn_of(model, place) {
                return vec![Effect::Engine(Command::Stop { conn })];
            }
        }
        Go::Restart(place) => return restart(model, place),
        Go::Add(command) => return add(model, &command),
    }
    Vec::new()
}

/// Connects the server at `place`: the one given on the command line, at the start.
pub fn act_connect(model: &mut Model, place: usize) -> Vec<Effect> {
    connect(model, place)
}

fn connect(model: &mut Model, place: usize) -> Vec<Effect> {
    let alive = conn_of(model, place)
        .and_then(|conn| model.world.timeline.state().connection(conn))
        .is_some_and(Connection::is_alive);
    let Some(server) = model.world.servers.get_mut(place) else {
        return Vec::new();
    };
    let Some(target) = server.target.clone() else {
        return Vec::new();
    };
    if alive {
        let name = server.name.clone();
        return say(model, &format!("{name} runs already; R starts it again"));
    }
    model.conns += 1;
    server.conn = Some(model.conns);
    server.starts += 1;
    vec![Effect::Engine(Command::Connect(Box::new(Connect {
        conn: model.conns,
        name: server.name.clone(),
        spawn: target,
        options: model.options.clone(),
        stdio: model.stdio,
    })))]
}

fn restart(model: &mut Model, place: usize) -> Vec<Effect> {
    let alive = conn_of(model, place)
        .and_then(|conn| model.world.timeline.state().connection(conn))
        .filter(|connection| connection.is_alive())
        .map(|connection| connection.number);
    match alive {
        Some(conn) => {
            if !model.restarting.contains(&place) {
                model.restarting.push(place);
            }
            model.status = Some((Tone::Info, "restarting".to_owned()));
            vec![Effect::Engine(Command::Stop { conn })]
        }
        None => connect(model, place),
    }
}

/// `KEY=value … program arguments…`
fn add(model: &mut Model, command: &str) -> Vec<Effect> {
    let words = match shell_words::split(command) {
        Ok(words) => words,
        Err(error) => return say(model, &format!("not a command line: {error}")),
    };
    let variables = words
        .iter()
        .take_while(|word| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        })
        .count();
    let Some(program) = words.get(variables) else {
        return say(model, "that sets variables but names no program");
    };
    let mut spawn = Spawn::new(program, &words[variables + 1..]);
    spawn.env = words[..variables]
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let place = push_server(model, &spawn.short_name(), spawn, "added");
    model.world.current = place;
    model.entering = Some(place);
    connect(model, place)
}

/// Adds a server under `name`, numbered if that is taken; gives back its place.
pub fn push_server(model: &mut Model, name: &str, spawn: Spawn, origin: &str) -> usize {
    let taken = |other: &str| {
        model
            .world
            .servers
            .iter()
            .any(|server| server.name == other)
    };
    let name = (1..)
        .map(|number| {
            if number == 1 {
                name.to_owned()
            } else {
                format!("{name} {number}")
            }
        })
        .find(|other| !taken(other))
        .unwrap_or_else(|| name.to_owned());
    model.world.servers.push(Server {
        name,
        target: Some(spawn),
        origin: origin.to_owned(),
        conn: None,
        starts: 0,
    });
    model.world.servers.len() - 1
}

fn step_server(model: &mut Model, by: isize) -> Vec<Effect> {
    let count = model.world.servers.len() as isize;
    if count > 0 {
        model.world.current = (model.world.current as isize + by).rem_euclid(count) as usize;
        let name = text::sanitize(&model.world.servers[model.world.current].name).into_owned();
        model.status = Some((Tone::Info, format!("server {name}")));
    }
    Vec::new()
}

/// `q`: closes the top thing; at the root asks, when there is something to lose.
fn close(model: &mut Model) -> Vec<Effect> {
    let ctx = model.world.ctx();
    let reply = model.panes.get_mut(model.view).action(Action::Back, &ctx);
    if reply.handled && reply.go != Some(Go::Out) {
        return replied(model, reply);
    }
    let alive = model
        .world
        .timeline
        .state()
        .connections()
        .any(Connection::is_alive);
    if alive && model.world.live {
        model.overlays.push(Overlay::Quit);
        Vec::new()
    } else {
        act(model, Action::Quit)
    }
}

fn open_picker(model: &mut Model, title: &str, choices: Vec<Choice>) -> Vec<Effect> {
    model
        .overlays
        .push(Overlay::Picker(Picker::new(title, choices)));
    Vec::new()
}

fn choice(model: &Model, action: Action, remark: &str) -> Choice {
    let reason = model.why_not(action);
    Choice {
        left: action
            .row()
            .keys
            .iter()
            .map(|keys| keymap::label(keys))
            .collect::<Vec<_>>()
            .join(" "),
        middle: action.row().doc.to_owned(),
        enabled: reason.is_none(),
        right: reason.unwrap_or_else(|| remark.to_owned()),
        pick: Pick::Action(action),
    }
}

fn help_choices(model: &Model) -> Vec<Choice> {
    model
        .scopes()
        .into_iter()
        .flat_map(|scope| keymap::rows(scope).map(move |row| (scope, row)))
        .map(|(scope, row)| choice(model, row.action, scope.title()))
        .collect()
}

fn menu_choices(model: &Model) -> Vec<Choice> {
    let inner: Vec<Scope> = model
        .scopes()
        .into_iter()
        .filter(|scope| !matches!(scope, Scope::Global | Scope::Move))
        .collect();
    let common = [
        Action::CancelCall,
        Action::Repeat,
        Action::Restart,
        Action::GoTraffic,
        Action::GoLogs,
    ];
    inner
        .into_iter()
        .flat_map(keymap::rows)
        .map(|row| row.action)
        .chain(common)
        .map(|action| choice(model, action, action.row().name))
        .collect()
}

fn palette_choices(model: &Model) -> Vec<Choice> {
    let ctx = model.world.ctx();
    let mut choices = Vec::new();
    if let Some(connection) = ctx.connection() {
        for (list, view, kind) in [
            (List::Tools, View::Tools, "tool"),
            (List::Resources, View::Resources, "resource"),
            (List::Templates, View::Resources, "template"),
            (List::Prompts, View::Prompts, "prompt"),
        ] {
            choices.extend(connection.list(list).items.iter().map(|item| Choice {
                left: kind.to_owned(),
                middle: item.name.to_string(),
                right: text::fit(&text::sanitize(item.summary()), 40).into_owned(),
                enabled: true,
                pick: Pick::Item(view, item.name.to_string()),
            }));
        }
    }
    choices.extend(
        ctx.servers
            .iter()
            .enumerate()
            .map(|(place, server)| Choice {
                left: "server".to_owned(),
                middle: server.name.clone(),
                right: server.origin.clone(),
                enabled: true,
                pick: Pick::Server(place),
            }),
    );
    let scopes = model.scopes();
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        ACTIONS.iter().partition(|row| scopes.contains(&row.scope));
    choices.extend(
        here.into_iter()
            .map(|row| choice(model, row.action, row.scope.title())),
    );
    choices.extend(elsewhere.into_iter().map(|row| Choice {
        enabled: false,
        right: format!("in {}", row.scope.title()),
        ..choice(model, row.action, "")
    }));
    choices
}
