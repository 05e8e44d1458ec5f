//! Doctor on the screen: looks around a server, opens a connection of its own to it, ends that, and tells each step as
//! it ends. The connection is recorded like any other; nothing but its lists is asked for.

use crossterm::event::{KeyCode, KeyEvent};

use super::{Model, go, replay, say, servers};
use crate::doctor::Said;
use crate::inspector::{Command, Update};
use crate::mcp::asked::{Capabilities, Policies};
use crate::mcp::auth::Person;
use crate::mcp::types::List;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::{Connection, EntryRow, Listed, Timeline};
use crate::text;
use crate::transport::Target;
use crate::tui::effect::Effect;
use crate::tui::effect::examining::{Looked, Looking};
use crate::tui::examined::Examined;
use crate::tui::keymap::Chord;
use crate::tui::model::{Overlay, Then, Tone};
use crate::tui::pane::Go;

/// What is behind the name of the server in the row of its examination.
const MARK: &str = " (doctor)";

/// Begins with the server at a place; what has to be agreed to is asked first.
pub(super) fn begin(model: &mut Model, place: usize) -> Vec<Effect> {
    if let Some(running) = &model.examined {
        let what = format!("{} is being looked at", text::sanitize(&running.name));
        return say(model, &what);
    }
    if let Some(effects) = super::configs::before(model, place, Then::Examine) {
        return effects;
    }
    let Some(server) = model.world.servers.get(place) else {
        return Vec::new();
    };
    let Some(mut target) = server.target.clone() else {
        return say(model, "this is a recording; nothing is started or sent");
    };
    if let Target::Address(address) = &mut target
        && let Some(login) = &mut address.login
    {
        // That it wants a login is what is to be found out.
        login.settings.person = Person::Nobody;
    }
    let plain = server.name.split(MARK).next().unwrap_or(&server.name);
    let plain = plain.to_owned();
    let asker = model.world.ctx().ticket();
    model.examined = Some(Box::new(Examined::new(
        asker,
        &plain,
        place,
        target.clone(),
    )));
    model.overlays.push(Overlay::Doctor);
    vec![Effect::Look(Looking::Before(asker, Box::new(target)))]
}

/// Something was seen.
pub(super) fn looked(model: &mut Model, asker: u64, looked: Looked) -> Vec<Effect> {
    let Some(examined) = model
        .examined
        .as_mut()
        .filter(|examined| examined.asker == asker)
    else {
        return Vec::new();
    };
    match looked {
        Looked::Before(around, before) => {
            examined.case.around = around;
            examined.before = before;
            examined.stage.looked = true;
            examined.tell();
            connect(model)
        }
        Looked::After(program) => {
            examined.case.around.program = Some(*program);
            examined.stage.over = true;
            examined.tell();
            Vec::new()
        }
    }
}

/// Opens the connection that is looked at, in a row of its own.
fn connect(model: &mut Model) -> Vec<Effect> {
    let Some((name, place, target)) = model
        .examined
        .as_ref()
        .map(|one| (format!("{}{MARK}", one.name), one.place, one.target.clone()))
    else {
        return Vec::new();
    };
    let current = model.world.current;
    let era = model.world.servers.get(place).and_then(|server| server.era);
    let row = servers::once_more(model, &name, target, "doctor", era);
    let mut effects = servers::connect(model, row);
    // The list stays where it is.
    model.world.current = current;
    for effect in &mut effects {
        if let Effect::Engine(Command::Connect(connect)) = effect {
            connect.options.capabilities = Capabilities::default();
            connect.options.policies = Policies::default();
            connect.options.subscribed.clear();
            connect.options.lists = List::ALL.to_vec();
            if let Some(examined) = &mut model.examined {
                examined.conn = Some(connect.conn);
                examined.lists = List::ALL.to_vec();
            }
        }
    }
    effects
}

/// Hears what happens to the connection.
pub(super) fn hear(model: &mut Model, update: &Update) -> Vec<Effect> {
    let Some(mut examined) = model.examined.take() else {
        return Vec::new();
    };
    let effects = match examined.conn {
        Some(conn) => happened(model, &mut examined, conn, update),
        None => Vec::new(),
    };
    model.examined = Some(examined);
    effects
}

fn happened(model: &mut Model, examined: &mut Examined, ours: u32, update: &Update) -> Vec<Effect> {
    let timeline = &model.world.timeline;
    let mut effects = Vec::new();
    let mut news = true;
    match update {
        Update::Recorded(entries) => {
            let own = entries.iter().filter(|entry| entry.conn == ours);
            let own: Vec<&Recorded> = own.collect();
            for entry in &own {
                examined.case.course.push(entry);
            }
            news = own.iter().any(|entry| matters(entry, examined));
        }
        Update::Listed { conn, list } if *conn == ours => {
            // One may come twice: a server may tell of a change while others are still asked for.
            examined.lists.retain(|one| one != list);
            let all = examined.lists.is_empty();
            if all && !std::mem::replace(&mut examined.stage.listed, true) {
                effects.push(Effect::Engine(Command::Stop { conn: ours }));
            }
        }
        Update::Ready { conn } if *conn == ours => {}
        Update::Gone { conn } if *conn == ours => {
            examined.stage.gone = true;
            let program = examined.case.around.program.clone();
            let before = examined.before.take();
            match program.filter(|_| before.is_some()) {
                Some(program) => effects.push(Effect::Look(Looking::After(
                    examined.asker,
                    Box::new(program),
                    before,
                ))),
                None => examined.stage.over = true,
            }
        }
        _ => news = false,
    }
    if news {
        if let Some(connection) = timeline.state().connection(ours) {
            examined.case.connection = connection.clone();
            examined.case.unlisted = unlisted(timeline, connection);
        }
        examined.tell();
    }
    effects
}

/// Whether an entry changes what is told. Of what comes on stdout only the first of its kind does.
fn matters(entry: &Recorded, examined: &Examined) -> bool {
    let course = &examined.case.course;
    match entry.facts {
        Facts::Note(_) => true,
        Facts::Messages(_) => course.lines <= 1,
        Facts::Junk(_) => course.noise <= 1,
        _ => false,
    }
}

/// Why a list did not come, once it was refused.
fn unlisted(timeline: &Timeline, connection: &Connection) -> Option<Said> {
    let refused = |list: &List| matches!(connection.list(*list).listed, Listed::Refused(code) if code != -32601);
    let list = List::ALL.into_iter().find(refused)?;
    let method = list.method();
    let exchange = timeline.exchanges().iter().rev().find(|exchange| {
        exchange.conn == connection.number && timeline.word(exchange.method) == method
    })?;
    let entry = exchange.response.unwrap_or(exchange.request);
    let row = timeline.entry(entry);
    let name = &connection.name;
    Some(Said {
        us: row.map_or(0, EntryRow::us),
        seq: row.map_or(0, EntryRow::seq),
        what: format!("{name} answered {method} with {}", exchange.status),
        hint: None,
    })
}

/// A key while it is shown.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let copy = |model: &Model| model.examined.as_ref().map(|examined| report(examined));
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => leave(model),
        _ if Chord::from(key) == Chord::CTRL_C => leave(model),
        KeyCode::Char('y') => match copy(model) {
            Some(text) => {
                let what = "what doctor says".to_owned();
                vec![Effect::Copy { text, what }]
            }
            None => Vec::new(),
        },
        KeyCode::Enter => {
            let evidence = model
                .examined
                .as_ref()
                .filter(|examined| examined.stage.over && model.session == 0)
                .and_then(|examined| examined.evidence())
                .and_then(|seq| model.world.timeline.index_of_seq(seq));
            let Some(entry) = evidence else {
                return say(model, "no entry shows it");
            };
            let mut effects = leave(model);
            effects.extend(go(model, Go::Traffic(entry)));
            effects
        }
        _ => Vec::new(),
    }
}

/// It is looked at no longer; what runs for it is ended.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Doctor));
    let Some(examined) = model.examined.take() else {
        return Vec::new();
    };
    let name = text::sanitize(&examined.name).into_owned();
    if examined.stage.over {
        model.status = examined.verdict().map(|verdict| {
            let bad = examined.failed().is_some();
            let tone = if bad { Tone::Error } else { Tone::Info };
            (tone, text::sanitize(&verdict).into_owned())
        });
        return Vec::new();
    }
    model.status = Some((Tone::Info, format!("{name} is looked at no longer")));
    let conn = examined.conn.filter(|_| !examined.stage.gone);
    let stop = conn.map(|conn| Effect::Engine(Command::Stop { conn }));
    // It belongs to the session the program began with, whichever is looked at.
    replay::of(0, stop.into_iter().collect())
}

/// All of it as text, as the command line tells it.
fn report(examined: &Examined) -> String {
    let mut lines: Vec<String> = examined
        .steps
        .iter()
        .flat_map(crate::doctor::lines)
        .collect();
    lines.extend(examined.verdict());
    lines.join("\n") + "\n"
}
