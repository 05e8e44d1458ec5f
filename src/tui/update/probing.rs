//! Probing a server from the screen: what would be sent, whether it shall be, and how far it is.

use crossterm::event::{KeyEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Model, say, show};
use crate::inspector::{Command, Connect, MOST_PROBED, Update};
use crate::probe::{Known, Probe, planned};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Chord;
use crate::tui::model::{Overlay, Tone};
use crate::tui::overlays::agree::{AgreeBox, Agreed};
use crate::tui::pane::View;

/// What is known of the server that is looked at.
fn known(model: &Model) -> Option<Known> {
    let server = model.world.servers.get(model.world.current)?;
    server.target.as_ref()?;
    let state = model.world.timeline.state();
    Known::of(state.connection(server.conn?)?)
}

/// Lists what would be sent to the server that is looked at, or that of a connection; sends no more while something is.
pub(super) fn ask(model: &mut Model, conn: Option<u32>) -> Vec<Effect> {
    if model.probing {
        return vec![Effect::Engine(Command::Unprobe)];
    }
    if let Some(place) = conn.and_then(|conn| super::linting::server_of(model, conn)) {
        model.world.current = place;
    }
    if !model.world.live {
        return say(model, "only a live server can be probed");
    }
    let Some(known) = known(model) else {
        return say(model, "a server is probed once it has answered");
    };
    if let Some(why) = super::configs::held(model, model.world.current) {
        return say(model, &text::sanitize(&why));
    }
    let (sure, perhaps) = planned(&known);
    let item = |probe: &Probe, known: &Known| {
        let words = probe.tells(known);
        (probe.name.to_owned(), text::sanitize(&words).into_owned())
    };
    let sentence = |words: &str| (String::new(), words.to_owned());
    let mut items: Vec<(String, String)> = known.company().map(sentence).into_iter().collect();
    items.extend(sure.iter().map(|probe| item(probe, &known)));
    if !perhaps.is_empty() {
        items.push(sentence(
            "and if it takes the handshake of older clients too:",
        ));
        let older = known.older();
        items.extend(perhaps.iter().map(|probe| item(probe, &older)));
    }
    let name = model.world.servers[model.world.current].name.clone();
    let count = match perhaps.len() {
        0 => text::plural(sure.len(), "probe"),
        more => format!("{} to {} probes", sure.len(), sure.len() + more),
    };
    let title = format!("SEND {count} TO {}?", text::sanitize(&name));
    let page = AgreeBox::new(title, items);
    model.overlays.push(Overlay::Agree(page, Box::new(known)));
    Vec::new()
}

/// A key while it is asked.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let Some(Overlay::Agree(page, _)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let agreed = if Chord::from(key) == Chord::CTRL_C {
        Agreed::No
    } else {
        page.key(key, screen)
    };
    answered(model, agreed)
}

/// The mouse while it is asked.
pub(super) fn mouse(model: &mut Model, kind: MouseEventKind, at: Position) -> Vec<Effect> {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    let Some(Overlay::Agree(page, _)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let agreed = match kind {
        MouseEventKind::ScrollUp => {
            page.scroll(-3, screen);
            Agreed::Nothing
        }
        MouseEventKind::ScrollDown => {
            page.scroll(3, screen);
            Agreed::Nothing
        }
        MouseEventKind::Down(_) => page.click(at, screen),
        _ => Agreed::Nothing,
    };
    answered(model, agreed)
}

fn answered(model: &mut Model, agreed: Agreed) -> Vec<Effect> {
    if agreed == Agreed::Nothing {
        return Vec::new();
    }
    let page = model.overlays.pop();
    model.status = None;
    match page {
        Some(Overlay::Agree(_, known)) if agreed == Agreed::Yes => begin(model, known),
        _ => Vec::new(),
    }
}

/// Somebody agreed to what was put together out of this, whatever the server lists by now.
fn begin(model: &mut Model, agreed: Box<Known>) -> Vec<Effect> {
    if known(model).is_none() {
        return say(model, "the server is not there any more");
    }
    if let Some(why) = super::configs::held(model, model.world.current) {
        return say(model, &text::sanitize(&why));
    }
    let server = &model.world.servers[model.world.current];
    let Some(target) = server.target.clone() else {
        return Vec::new();
    };
    let connect = Connect {
        conn: model.conns + 1,
        name: server.name.clone(),
        target,
        options: model.options.clone(),
        stdio: model.stdio,
    };
    model.conns += MOST_PROBED;
    model.probing = true;
    show(model, View::Lint);
    vec![Effect::Engine(Command::Probe {
        connect: Box::new(connect),
        known: agreed,
    })]
}

/// It went on.
pub(super) fn hear(model: &mut Model, update: &Update) {
    let Update::Probing {
        done,
        total,
        names,
        over,
        ..
    } = update
    else {
        return;
    };
    model.probing = !over;
    let sentence = if *over {
        let all = text::plural(*total, "probe");
        let how = if done == total {
            format!("{all} sent")
        } else {
            format!("{done} of {all} sent")
        };
        format!("{how}; what came of them stands among the findings")
    } else {
        let names = names.first().copied().unwrap_or_default();
        let stop = model.world.keys.word(Action::ProbeServer);
        format!("probing: {names}, {done} of {total}; {stop} in Lint sends no more")
    };
    model.status = Some((Tone::Info, sentence));
}
