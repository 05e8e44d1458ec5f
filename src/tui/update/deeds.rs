//! The log of what was done: kept by the effects that go out, shown, copied from, done again.

mod telling;

use crossterm::event::KeyEvent;

use super::{Model, go, replay, say};
use crate::inspector::Update;
use crate::snippet::Form;
use crate::tui::deeds::{Deed, Line};
use crate::tui::effect::Effect;
use crate::tui::keymap::Chord;
use crate::tui::model::Overlay;
use crate::tui::outside::part::Part;
use crate::tui::overlays::deeds::{DeedsBox, Wanted};
use crate::tui::pane::Go;
use crate::tui::panes::copy_as;

/// Keeps what is being done.
pub(super) fn keep(model: &mut Model, effects: &[Effect]) {
    for effect in effects {
        if let Some(deed) = telling::of(effect, model) {
            model.deeds.keep(deed);
        }
    }
}

/// Hears which entry a request is.
pub(super) fn hear(model: &mut Model, update: &Update) {
    if let Update::Sent { ticket, seq } = update {
        model.deeds.sent(*ticket, *seq);
    }
}

/// Shows the log. Lines that are written from requests are asked for then.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model
        .overlays
        .push(Overlay::Deeds(DeedsBox::new(&model.deeds)));
    if model.session == 0 {
        ask(model)
    } else {
        replay::underneath(model, ask)
    }
}

fn ask(model: &mut Model) -> Vec<Effect> {
    let (mut wanted, mut known) = (Vec::new(), Vec::new());
    for deed in model.deeds.rows() {
        let Line::Request(_, Some(seq)) = deed.line else {
            continue;
        };
        let ctx = model.world.ctx();
        let entry = ctx.timeline.index_of_seq(seq);
        let entry = entry.ok_or("the request is not in this session");
        match entry
            .map_err(str::to_owned)
            .and_then(|entry| copy_as::sent(Form::Cli, false, entry, &ctx))
        {
            Ok(copy) => match Form::Cli.why_not(&copy.subject.server, &copy.subject.method) {
                None => wanted.push((deed.number, copy)),
                Some(why) => known.push((deed.number, Err(why))),
            },
            // What is no request has no verb of its own.
            Err(_) if deed.words == telling::BY_HAND => known.push((
                deed.number,
                Err(
                    "mcpscope raw sends such lines, over a connection without a handshake"
                        .to_owned(),
                ),
            )),
            Err(why) => known.push((deed.number, Err(why))),
        }
    }
    model.deeds.written(known);
    if wanted.is_empty() {
        return Vec::new();
    }
    vec![Effect::WriteLines(wanted)]
}

/// A key while the log is shown.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Deeds(shown)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let wanted = if Chord::from(key) == Chord::CTRL_C {
        Wanted::Closed
    } else {
        shown.key(key, &model.deeds)
    };
    does(model, wanted)
}

/// What was wanted of the log.
pub(super) fn does(model: &mut Model, wanted: Wanted) -> Vec<Effect> {
    let (Wanted::Copy(number)
    | Wanted::Print(number)
    | Wanted::Again(number)
    | Wanted::Traffic(number)) = wanted
    else {
        if wanted == Wanted::Closed {
            model.overlays.pop();
        }
        return Vec::new();
    };
    let mut rows = model.deeds.rows().iter();
    let Some(deed) = rows.find(|deed| deed.number == number).cloned() else {
        return Vec::new();
    };
    match wanted {
        Wanted::Copy(_) | Wanted::Print(_) => match deed.line {
            // Somebody comes back to where they were.
            Line::Known(text) if matches!(wanted, Wanted::Print(_)) => {
                vec![Effect::Print(Part::exact((text + "\n").into_bytes()))]
            }
            Line::Known(text) => {
                let what = "the command line".to_owned();
                vec![Effect::Copy { text, what }]
            }
            Line::Never(why) => say(model, &why),
            Line::Request(..) => say(model, "it was not sent"),
        },
        Wanted::Again(_) => again(model, deed),
        _ => match shown(model, &deed) {
            Some(entry) => {
                model.overlays.pop();
                go(model, Go::Traffic(entry))
            }
            None => say(model, "this is no request of the session that is shown"),
        },
    }
}

/// The entry of the request it was, in the session that is shown.
fn shown(model: &Model, deed: &Deed) -> Option<crate::session::timeline::EntryIndex> {
    let seq = deed.entry.filter(|_| model.session == 0)?;
    model.world.timeline.index_of_seq(seq)
}

fn again(model: &mut Model, deed: Deed) -> Vec<Effect> {
    if !model.world.live {
        return say(model, "this is a recording; nothing is started or sent");
    }
    if let Some(entry) = shown(model, &deed) {
        model.overlays.pop();
        return go(model, Go::Again(entry, false));
    }
    match deed.again {
        Some(effect) => {
            model.overlays.pop();
            vec![*effect]
        }
        None => {
            // What a server is told to do has a row to be told it by.
            let mut servers = model.world.servers.iter();
            let place = servers.position(|server| server.name == deed.server);
            let go_to = place.and_then(|place| match deed.words.as_str() {
                telling::CONNECT => Some(Go::Connect(place, false)),
                telling::DOCTOR => Some(Go::Examine(place)),
                _ => None,
            });
            match go_to {
                Some(target) => {
                    model.overlays.pop();
                    go(model, target)
                }
                None => {
                    let what = format!("{}: not from here, but from where it was done", deed.words);
                    say(model, &crate::text::sanitize(&what))
                }
            }
        }
    }
}
