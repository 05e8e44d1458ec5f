//! Probing a server from the screen: what would be sent, whether it shall be, and how far it is.

use super::{Model, say, show};
use crate::inspector::{Command, Connect, MOST_PROBED, Update};
use crate::probe::{Known, Probe, Touch, planned};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Overlay, Tone};
use crate::tui::overlays::picker::{Choice, Pick, Picker};
use crate::tui::pane::View;

/// What is known of the server that is looked at.
fn known(model: &Model) -> Option<Known> {
    let server = model.world.servers.get(model.world.current)?;
    server.target.as_ref()?;
    let state = model.world.timeline.state();
    Known::of(state.connection(server.conn?)?)
}

/// Lists what would be sent; sends no more while something is.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    if model.probing {
        return vec![Effect::Engine(Command::Unprobe)];
    }
    if !model.world.live {
        return say(model, "only a live server can be probed");
    }
    let Some(known) = known(model) else {
        return say(model, "a server is probed once it has answered");
    };
    let (sure, perhaps) = planned(&known);
    let choice = |probe: &&Probe, perhaps: bool| Choice {
        left: probe.name.to_owned(),
        middle: probe.sends.to_owned(),
        right: match probe.touch {
            Touch::Tools => "calls tools that only read",
            Touch::Reads => "reads what is listed",
            Touch::Nothing if perhaps => "if it takes the handshake",
            Touch::Nothing => "",
        }
        .to_owned(),
        enabled: true,
        pick: Pick::Probes,
    };
    let choices: Vec<Choice> = sure
        .iter()
        .map(|probe| choice(probe, false))
        .chain(perhaps.iter().map(|probe| choice(probe, true)))
        .collect();
    let name = model.world.servers[model.world.current].name.clone();
    let title = format!(
        "SEND {} TO {}? Enter all, Esc none",
        text::plural(choices.len(), "probe"),
        text::sanitize(&name)
    );
    let all = known.company().map(|company| Choice {
        left: "all of them".to_owned(),
        middle: company.to_owned(),
        right: String::new(),
        enabled: true,
        pick: Pick::Probes,
    });
    let choices = all.into_iter().chain(choices).collect();
    let picker = Picker::new(title, choices);
    model.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// Somebody agreed.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    let Some(known) = known(model) else {
        return say(model, "the server is not there any more");
    };
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
        known: Box::new(known),
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
        let sent = text::plural(*done, "probe");
        format!("{sent} sent; what came of them stands among the findings")
    } else {
        let names = names.first().copied().unwrap_or_default();
        let stop = model.world.keys.word(Action::ProbeServer);
        format!("probing: {names}, {done} of {total}; {stop} in Lint sends no more")
    };
    model.status = Some((Tone::Info, sentence));
}
