//! The servers that clients have in their settings: put on the list, and agreed to before they first run.

pub(super) mod editing;
pub(super) mod inputs;
pub(super) mod reading;

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent};

use super::servers::{connect, push_server};
use super::{Model, say};
use crate::configs::over::Named;
use crate::configs::tapped::{self, Deed, Plan, Tap, TapError, Tapped};
use crate::configs::trust::{Consent, Terms};
use crate::configs::{self, Configured, Launch, Machine, Unselected};
use crate::session::timeline::Connection;
use crate::text;
use crate::transport::Target;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::configs::{Configs, Discovery};
use crate::tui::keymap::Chord;
use crate::tui::model::{Overlay, Then, Tone};
use crate::tui::pane::{Listed, Other};
use reading::News;

/// Columns that a path gets in the list; of longer ones the client stands there.
const PATH: usize = 18;

/// What was found is put on the list, behind what is there; then what waited for it is done.
pub(super) fn found(model: &mut Model, told: Result<Box<Discovery>, String>) -> Vec<Effect> {
    let discovery = match told {
        Ok(discovery) => discovery,
        Err(why) => {
            model.status = Some((Tone::Error, why));
            return Vec::new();
        }
    };
    let mut news = News::default();
    for place in 0..model.world.servers.len() {
        let row = model.world.servers.get(place);
        let known = row.and_then(|row| row.listed.as_ref());
        let server = known.and_then(|listed| {
            let mut named = discovery.named.iter().map(|(server, _)| server);
            let found = discovery.found.same(&listed.server);
            found.or_else(|| named.find(|server| server.is_same(&listed.server)))
        });
        if let Some(server) = server
            && renew(model, &discovery, server, place)
        {
            news.changed.push(place);
        }
    }
    for group in configs::grouped(&discovery.found) {
        let counting = group.servers.iter();
        let counting = counting
            .clone()
            .find(|server| server.off.is_none() && discovery.found.shadow_of(server).is_none());
        let Some(server) = counting.or(group.servers.first()) else {
            continue;
        };
        let is_there = model.world.servers.iter().any(|row| {
            let listed = row.listed.as_ref();
            listed.is_some_and(|listed| listed.server.is_same(server))
        });
        if is_there {
            continue;
        }
        match reading::heir(model, &discovery, server) {
            Some(place) => {
                renew(model, &discovery, server, place);
                news.changed.push(place);
            }
            None => news.new.push(put(model, &discovery, server, &server.name)),
        }
    }
    reading::gone(model, &discovery, &mut news);
    if discovery.written {
        model.starting.unwritten = None;
    }
    if let Some(told) = &discovery.told {
        model.status = Some((Tone::Info, text::sanitize(told).into_owned()));
    }
    if let Some(broken) = discovery.found.broken.first()
        && !reading::told_before(model, &discovery)
    {
        let more = match discovery.found.broken.len() {
            1 => String::new(),
            count => format!(", and {} more (mcpscope config list)", count - 1),
        };
        let what = format!("{broken}{more}");
        model.status = Some((Tone::Warn, text::sanitize(&what).into_owned()));
    }
    model.discovery = Some(discovery);
    reading::go_on(model, &news)
}

/// What an entry on the list says now; whether that is something else than before.
fn renew(model: &mut Model, discovery: &Discovery, server: &Configured, place: usize) -> bool {
    let state = model.world.timeline.state();
    let Some(row) = model.world.servers.get_mut(place) else {
        return false;
    };
    let alive = row.conn.and_then(|conn| state.connection(conn));
    let alive = alive.is_some_and(Connection::is_alive);
    let Some(known) = &mut row.listed else {
        return false;
    };
    let (mut now, target) = match &known.over {
        None => listed(discovery, server, terms_of(discovery, server)),
        // What the command line said of it holds for it as it stands now.
        Some(over) => {
            let mut named = discovery.named.iter();
            let named = named.find(|(other, _)| other.is_same(server));
            let (now, _) = listed(discovery, server, None);
            let Some((server, terms)) = named else {
                (known.place, known.others) = (now.place, now.others);
                return false;
            };
            let (named, target) = listed(discovery, server, terms.clone());
            let others = now.others;
            (Listed { others, ..named }, over.onto(target))
        }
    };
    if known.server.launch == now.server.launch {
        known.server = now.server;
        known.place = now.place;
        known.others = now.others;
        known.problem = now.problem;
        // What somebody agreed to meanwhile, here or elsewhere, is not asked for again.
        known.consent = now.consent.filter(|_| known.consent.is_some());
        return false;
    }
    now.over = known.over.take();
    now.stale = alive;
    row.target = Some(target);
    row.listed = Some(Box::new(now));
    true
}

/// Marks what an entry says as just read: what is started next is that.
pub(super) fn fresh(model: &mut Model, place: usize) {
    let row = model.world.servers.get_mut(place);
    if let Some(listed) = row.and_then(|row| row.listed.as_mut()) {
        listed.fresh = true;
    }
}

/// What has to be agreed to before an entry runs.
fn terms_of(discovery: &Discovery, server: &Configured) -> Option<Terms> {
    let servers = &discovery.found.servers;
    let index = servers.iter().position(|other| other == server)?;
    discovery.terms.get(index)?.clone()
}

/// Puts an entry on the list; gives back its place.
fn put(model: &mut Model, discovery: &Discovery, server: &Configured, name: &str) -> usize {
    let (listed, target) = listed(discovery, server, terms_of(discovery, server));
    let path = short(discovery.machine.as_ref(), &server.file);
    let origin = if text::width(&path) <= PATH {
        path
    } else {
        server.client.id.to_owned()
    };
    let place = push_server(model, name, target, &origin);
    if let Some(row) = model.world.servers.get_mut(place) {
        row.listed = Some(Box::new(listed));
    }
    place
}

/// What is known of an entry, and what it starts.
fn listed(discovery: &Discovery, server: &Configured, terms: Option<Terms>) -> (Listed, Target) {
    let machine = discovery.machine.as_ref();
    let mut problem = inputs::unasked(server);
    let asks = if problem.is_some() {
        Vec::new()
    } else {
        server.asks.clone()
    };
    let target = inputs::target(&server.launch, server, machine);
    if let (Err(error), true) = (&target, asks.is_empty()) {
        problem.get_or_insert_with(|| error.clone());
    }
    let consent = terms.map(|terms| {
        Box::new(Consent {
            terms,
            server: server.clone(),
            trust: discovery.trust.clone(),
        })
    });
    let others = discovery
        .found
        .servers
        .iter()
        .filter(|other| other.name == server.name && !other.is_same(server))
        .map(|other| Other {
            selector: selector(discovery, other),
            place: format!("{}:{}", short(machine, &other.file), other.line),
            differs: server.launch.differences(&other.launch),
        });
    let path = short(machine, &server.file);
    let listed = Listed {
        server: server.clone(),
        place: format!("{path}:{}", server.line),
        others: others.collect(),
        consent,
        problem,
        asks,
        over: None,
        fresh: false,
        stale: false,
    };
    let target = target.unwrap_or_else(|_| Target::Process(crate::transport::Spawn::default()));
    (listed, target)
}

/// The word that means an entry; with its scope where its client has several.
fn selector(discovery: &Discovery, server: &Configured) -> String {
    if discovery.found.shadow_of(server).is_some() {
        let scope = server.scope.word();
        return format!("{}/{scope}:{}", server.client.id, server.name);
    }
    server.selector()
}

/// A path as people write it.
fn short(machine: Option<&Machine>, path: &Path) -> String {
    let below = |folder: &Path, mark: &str| {
        let rest = path.strip_prefix(folder).ok()?;
        Some(format!("{mark}/{}", rest.display()))
    };
    machine
        .and_then(|machine| below(&machine.folder, ".").or_else(|| below(&machine.home, "~")))
        .unwrap_or_else(|| path.display().to_string())
}

/// A piece of a client's settings on the line that adds servers: each goes on the list, and the first is connected.
/// None when it is something else.
pub(super) fn pasted(model: &mut Model, text: &str) -> Option<Vec<Effect>> {
    let machine = model.discovery.as_ref();
    let machine = machine.and_then(|discovery| discovery.machine.clone())?;
    let servers = match configs::pasted(&machine, text)? {
        Ok(servers) => servers,
        Err(why) => return Some(say(model, &text::sanitize(&why))),
    };
    let lacking = servers.iter().find_map(|server| {
        let lacks: Vec<String> = server
            .launch
            .lacks()
            .iter()
            .map(ToString::to_string)
            .collect();
        (!lacks.is_empty()).then(|| format!("{} needs {}", server.name, lacks.join(" and ")))
    });
    if let Some(why) = lacking {
        return Some(say(model, &text::sanitize(&why)));
    }
    // All of them or none: what stands on the list is not there twice when the piece is mended and pasted again.
    let targets: Result<Vec<(&str, Target)>, String> = servers
        .iter()
        .map(|server| match server.launch.target(None, &machine.home) {
            Ok(target) => Ok((&*server.name, target)),
            Err(why) => Err(format!("{}: {why}", server.name)),
        })
        .collect();
    let targets = match targets {
        Ok(targets) => targets,
        Err(why) => return Some(say(model, &text::sanitize(&why))),
    };
    let mut first = None;
    for (name, target) in targets {
        let place = push_server(model, name, target, "pasted");
        first.get_or_insert(place);
    }
    let place = first?;
    model.world.current = place;
    model.entering = Some(place);
    Some(connect(model, place))
}

/// `--server NAME` on the line that adds servers.
pub(super) fn add(model: &mut Model, words: &[String]) -> Vec<Effect> {
    if words.len() != 1 {
        return say(model, "--server takes one name, such as db or cursor:db");
    }
    match reading::again(model, Then::Add(words.to_vec())) {
        Some(effects) => effects,
        None => say(model, "the settings of clients are not read yet"),
    }
}

/// The server of this name, out of what was just read: put on the list if it is not there, and connected.
fn find_named(model: &mut Model, wanted: &str) -> Vec<Effect> {
    let Some(discovery) = model.discovery.take() else {
        return Vec::new();
    };
    let chosen = match configs::select(&discovery.found, wanted) {
        Ok(selection) => Ok(selection.server),
        Err(Unselected::Unknown(Some(meant))) => Err(format!(
            "no client has a server {wanted}; did you mean {meant}?"
        )),
        Err(Unselected::Unknown(None)) => Err(format!("no client has a server {wanted}")),
        Err(Unselected::Several(several)) => {
            let all: Vec<String> = several.iter().map(|one| one.selector()).collect();
            Err(format!(
                "{wanted} is not the same everywhere: say {}",
                all.join(" or ")
            ))
        }
    };
    let effects = match chosen {
        Ok(server) => {
            let there = model.world.servers.iter().position(|row| {
                let listed = row.listed.as_ref();
                listed.is_some_and(|listed| listed.server.is_same(server))
            });
            let name = if wanted.contains(':') {
                wanted
            } else {
                &server.name
            };
            let place = there.unwrap_or_else(|| put(model, &discovery, server, name));
            model.world.current = place;
            model.entering = Some(place);
            fresh(model, place);
            connect(model, place)
        }
        Err(why) => say(model, &why),
    };
    model.discovery = Some(discovery);
    effects
}

/// What keeps a server from being started now, in words; see [`before`].
pub(super) fn held(model: &Model, place: usize) -> Option<String> {
    let listed = model.world.servers.get(place)?.listed.as_ref()?;
    let held = listed.problem.is_some() || listed.consent.is_some() || !listed.asks.is_empty();
    held.then(|| listed.detail())
}

/// What keeps something from being done with a server now: its entry has to be read again, something it needs, or
/// somebody's word. None when nothing does. Once that is known, it is done.
pub(super) fn before(model: &mut Model, then: Then) -> Option<Vec<Effect>> {
    let place = then.place()?;
    let listed = model.world.servers.get_mut(place)?.listed.as_mut()?;
    if !std::mem::take(&mut listed.fresh)
        && let Some(effects) = reading::again(model, then.clone())
    {
        return Some(effects);
    }
    let server = model.world.servers.get(place)?;
    let listed = server.listed.as_ref()?;
    if let Some(problem) = &listed.problem {
        let what = format!("{} {problem} ({})", server.name, listed.place);
        refused(model, place);
        return Some(say(model, &text::sanitize(&what)));
    }
    let asks = !listed.asks.is_empty();
    // Nobody pressed a key for it: a question would take those of whoever types, and may stand over another session.
    let by_itself = model.rerunning.as_ref().is_some_and(|(at, _)| *at == place);
    if by_itself && (asks || listed.consent.is_some()) {
        let restart = model.world.keys.word(Action::Restart);
        let what = format!(
            "{} changed in {}: it is not started again before you agreed; {restart} asks",
            server.name, listed.place
        );
        refused(model, place);
        return Some(say(model, &text::sanitize(&what)));
    }
    if listed.consent.is_some() {
        model.overlays.push(Overlay::Trust(place, then));
        return Some(Vec::new());
    }
    asks.then(|| inputs::ask(model, place, then))
}

/// Goes on with a server that was asked about, to what it was asked for.
pub(super) fn go_on(model: &mut Model, place: usize, then: Then) -> Vec<Effect> {
    // What was agreed to is what was shown: it is not read again in between.
    fresh(model, place);
    reading::perform(model, then)
}

/// Somebody does not want to.
pub(super) fn refused(model: &mut Model, place: usize) {
    model.entering = None;
    // Nor is anything sent again when somebody connects it some time.
    model.rerunning = model.rerunning.take().filter(|(at, _)| *at != place);
}

/// A key while somebody is asked whether a server may run. Enter is not enough: it may have been meant for the list.
pub(super) fn key(model: &mut Model, key: KeyEvent, place: usize, then: Then) -> Vec<Effect> {
    match key.code {
        KeyCode::Char('y') if key.modifiers.is_empty() => {}
        KeyCode::Esc | KeyCode::Char('n' | 'q') => {
            model.overlays.pop();
            refused(model, place);
            return say(model, "it was not run");
        }
        _ if Chord::from(key) == Chord::CTRL_C => {
            model.overlays.pop();
            refused(model, place);
            return Vec::new();
        }
        _ => return Vec::new(),
    }
    model.overlays.pop();
    let server = model.world.servers.get_mut(place);
    let consent = server.and_then(|server| server.listed.as_mut()?.consent.take());
    let mut effects: Vec<Effect> = consent
        .map(|consent| Effect::Configs(Box::new(Configs::Agree(*consent))))
        .into_iter()
        .collect();
    effects.extend(go_on(model, place, then));
    effects
}

/// What would become of the tap of a server, and what its entry would say; or why nothing can.
pub fn tapping(model: &Model, place: usize) -> Result<(Deed, Plan), String> {
    let server = model.world.servers.get(place);
    let listed = server.and_then(|server| server.listed.as_ref());
    let Some(listed) = listed else {
        return Err("it stands in no client's settings: mcpscope tap -- COMMAND runs it".into());
    };
    let program = model.discovery.as_ref().and_then(|one| one.program.clone());
    let Some(program) = program else {
        return Err("the settings of clients are not read yet".to_owned());
    };
    let server = &listed.server;
    if let Launch::Address { .. } = server.launch {
        let error = TapError::of_address(server);
        let hint = error.hint().unwrap_or_default();
        return Err(format!("{error}; {hint}"));
    }
    let before = tapped::words(&server.launch);
    Ok(match Tapped::of(&before) {
        Some(tapped) => {
            let after = tapped.command;
            (Deed::TakeOut, Plan { before, after })
        }
        None => {
            let tap = Tap {
                program,
                record: None,
            };
            let after = tap.words().into_iter().chain(before.clone()).collect();
            (Deed::PutIn(tap), Plan { before, after })
        }
    })
}

/// Asks whether a tap is put before a server, or taken out.
pub(super) fn tap(model: &mut Model, place: usize) -> Vec<Effect> {
    match tapping(model, place) {
        Ok(_) => {
            model.overlays.push(Overlay::Tap(place));
            Vec::new()
        }
        Err(why) => say(model, &text::sanitize(&why)),
    }
}

/// A key while somebody is asked that. Enter is not enough, as for [`key`].
pub(super) fn tap_key(model: &mut Model, key: KeyEvent, place: usize) -> Vec<Effect> {
    let yes = key.code == KeyCode::Char('y') && key.modifiers.is_empty();
    let no = matches!(key.code, KeyCode::Esc | KeyCode::Char('n' | 'q'));
    if !yes && !no && Chord::from(key) != Chord::CTRL_C {
        return Vec::new();
    }
    model.overlays.pop();
    if !yes {
        return say(model, "nothing was written");
    }
    let server = model.world.servers.get(place);
    let server = server.and_then(|server| Some(server.listed.as_ref()?.server.clone()));
    let discovery = model.discovery.as_ref();
    let machine = discovery.and_then(|one| Some((one.machine.clone()?, one.trust.clone())));
    let (Ok((deed, _)), Some(server), Some((machine, trust))) =
        (tapping(model, place), server, machine)
    else {
        return Vec::new();
    };
    vec![Effect::Configs(Box::new(Configs::Tap {
        server,
        deed,
        machine,
        trust,
    }))]
}

/// A server of the command line that stands in somebody's settings is one of theirs: agreed to, and asked about, like
/// any other.
pub fn from_settings(model: &mut Model, place: usize, named: Option<Box<Named>>) {
    let server = model.world.servers.get_mut(place);
    let (Some(row), Some(named)) = (server, named) else {
        return;
    };
    let Named {
        server,
        over,
        consent,
    } = *named;
    let problem = inputs::unasked(&server);
    let asks = if problem.is_some() {
        Vec::new()
    } else {
        server.asks.clone()
    };
    row.listed = Some(Box::new(Listed {
        place: format!(
            "{}:{}",
            short(Some(&over.machine), &server.file),
            server.line
        ),
        others: Vec::new(),
        consent,
        asks,
        problem,
        server,
        over: Some(Box::new(over)),
        fresh: false,
        stale: false,
    }));
}
