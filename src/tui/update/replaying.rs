//! Sending a session again: asking how, opening the connections it needs, and what came of it.

use std::path::PathBuf;

use super::{Model, go, replay, servers, show};
use crate::filter::Filter;
use crate::inspector::Command;
use crate::mcp::asked::{Capabilities, Policies};
use crate::mcp::client::EraChoice;
use crate::mcp::revision::{Era, Revision};
use crate::replay::Speed;
use crate::replaying::conductor::Told;
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Comparison;
use crate::tui::effect::replaying::{Replaying, Rerun};
use crate::tui::model::{Overlay, Purpose, Tone};
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Go, View};

/// What is said when it begins.
const SENDING: &str = "sending ";
/// Columns of the names of tools in a title.
const TITLE: usize = 44;

/// Asks how to send a session again.
pub(super) fn ask(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    // It goes to a live server, whatever is looked at.
    let effects = replay::leave(model);
    if !model.world.live {
        let why = "mcpscope was started to look at a recording: there is no server to send to";
        model.status = Some((Tone::Warn, why.to_owned()));
        return effects;
    }
    let world = &model.world;
    let named = |place: usize| {
        let server = world.servers.get(place);
        server.filter(|server| server.target.is_some())
    };
    // Its calls may do harm elsewhere: of a recording that is known, only the server it was made of is proposed.
    let summary = model.panes.sessions.meta(&path);
    let recorded = summary
        .and_then(|meta| meta.summary.as_ref()?.servers.first())
        .map(|server| server.name.split(" (").next().unwrap_or_default());
    let server = match recorded {
        Some(recorded) => (0..world.servers.len())
            .filter_map(named)
            .find(|server| server.name == recorded),
        None => named(world.current).or_else(|| named(0)),
    };
    let server = server.map_or("", |server| &server.name);
    let title = format!("REPLAY {}", replay::name_of(&path));
    let known = names(model);
    let known = if known.is_empty() {
        "its command line or address".to_owned()
    } else {
        format!("{known}; or a command line or address")
    };
    let sheet = Sheet::new(title, "send again")
        .with("server", server, known)
        .with("filter", "", "all of it, or as in tool:search status:ok")
        .with("speed", "none", "none, recorded, or as in x10");
    let overlay = Overlay::Sheet(sheet, Purpose::Replay(path));
    model.overlays.push(overlay);
    effects
}

/// The servers that something can be sent to, safe to show.
fn names(model: &Model) -> String {
    let servers = model.world.servers.iter();
    let servers = servers.filter(|server| server.target.is_some());
    let names: Vec<&str> = servers.map(|server| &*server.name).collect();
    text::sanitize(&names.join(", ")).into_owned()
}

/// The server that is meant: one of those there are by its name, or a new one by its command line or address.
fn place(model: &mut Model, name: &str) -> Result<usize, String> {
    let mut servers = model.world.servers.iter();
    let place = servers.position(|row| row.name == name && row.target.is_some());
    if let Some(place) = place {
        // A row beside it runs the same command.
        if let Some(why) = super::configs::held(model, place) {
            let connect = model.world.keys.word(Action::Connect);
            let why = format!("server: {name}: {why}; connect it first ({connect} in Servers)");
            return Err(text::sanitize(&why).into_owned());
        }
        return Ok(place);
    }
    if !name.contains([' ', '/']) {
        return Err(format!("server: there is no such server; {}", names(model)));
    }
    let (target, era) = servers::typed(model, name).map_err(|why| format!("server: {why}"))?;
    let mut servers = model.world.servers.iter();
    let same = servers.position(|row| {
        row.listed.is_none() && row.era == era && row.target.as_ref() == Some(&target)
    });
    if let Some(place) = same {
        return Ok(place);
    }
    let place = servers::push_server(model, &target.short_name(), target, "added");
    model.world.servers[place].era = era;
    Ok(place)
}

/// It was said how.
pub(super) fn begin(
    model: &mut Model,
    path: PathBuf,
    [server, filter, speed]: [String; 3],
) -> Result<Vec<Effect>, String> {
    let filter = Filter::parse(&filter).map_err(|fault| format!("filter: {fault}"))?;
    let speed = if speed.is_empty() { "none" } else { &speed };
    let speed = Speed::parse(speed).map_err(|known| format!("speed: {known}"))?;
    if model.world.rerun.is_some() {
        return Err("another session is being sent again".to_owned());
    }
    let server = place(model, &server)?;
    let asker = model.world.ctx().ticket();
    let recording = replay::name_of(&path);
    model.status = Some((Tone::Info, format!("reading {recording}")));
    model.world.rerun = Some(Rerun {
        asker,
        name: recording,
        server,
        row: None,
        far: None,
    });
    let begin = Replaying::Begin {
        asker,
        path,
        filter: Some(filter),
        speed,
    };
    Ok(vec![Effect::Replay(Box::new(begin))])
}

/// What was said to tools that may destroy something.
pub(super) fn anyway(asker: u64, said: &str) -> Effect {
    let yes = matches!(said.to_lowercase().as_str(), "y" | "yes");
    Effect::Replay(Box::new(if yes {
        Replaying::Anyway(asker)
    } else {
        Replaying::CallOff(asker)
    }))
}

/// Ends what is being sent again, with a report of what came; none when nothing is.
pub(super) fn end(model: &Model) -> Option<Effect> {
    let rerun = model.world.rerun.as_ref().filter(|_| model.world.live)?;
    Some(Effect::Replay(Box::new(Replaying::End(rerun.asker))))
}

/// What is told of it.
pub(super) fn hear(model: &mut Model, asker: u64, told: Told) -> Vec<Effect> {
    if let Told::Accepted(backup) = told {
        let (tone, sentence) = match backup {
            Ok(backup) => (
                Tone::Info,
                format!("the new answers are the recording now; the old one is {backup}"),
            ),
            Err(why) => (Tone::Error, format!("the recording stays as it was: {why}")),
        };
        model.status = Some((tone, text::sanitize(&sentence).into_owned()));
        return Vec::new();
    }
    if model
        .world
        .rerun
        .as_ref()
        .is_none_or(|rerun| rerun.asker != asker)
    {
        return Vec::new();
    }
    match told {
        Told::Wants {
            capabilities,
            revision,
        } => connect(model, capabilities, revision),
        Told::Held(tools) => {
            let tools = text::fit(&text::sanitize(&tools), TITLE).into_owned();
            let sheet = Sheet::new(format!("{tools} MAY DESTROY SOMETHING"), "answer").with(
                "call?",
                "",
                "yes calls all of them; anything else calls it off",
            );
            let overlay = Overlay::Sheet(sheet, Purpose::Anyway(asker));
            model.overlays.push(overlay);
            Vec::new()
        }
        Told::Progress(ended, of) => {
            if let Some(rerun) = &mut model.world.rerun {
                // The status row tells how far it is, when nothing else is said.
                let said = model.status.as_ref().map_or("", |(_, said)| said);
                if said.starts_with(SENDING) && !said.contains(';') {
                    model.status = None;
                }
                rerun.far = Some((ended, of));
            }
            Vec::new()
        }
        Told::Began(calls, left_out) => {
            if let Some(rerun) = &mut model.world.rerun {
                rerun.far = Some((0, calls));
            }
            let mut sentence = format!("{SENDING}{} again", text::plural(calls, "call"));
            for why in left_out {
                sentence.push_str("; ");
                sentence.push_str(&why);
            }
            model.status = Some((Tone::Info, sentence));
            show(model, View::Traffic);
            Vec::new()
        }
        Told::Failed(why) => {
            model.world.rerun = None;
            let why = text::sanitize(&why).into_owned();
            model.status = Some((Tone::Error, format!("replay: {why}")));
            Vec::new()
        }
        Told::Over(done) => {
            model.world.rerun = None;
            model.status = None;
            go(model, Go::Diff(Box::new(Comparison::Replayed(done))))
        }
        // It was told before.
        Told::Accepted(_) => Vec::new(),
    }
}

/// Opens a connection beside those there are, set up as the recorded one was. What is asked of a person that nobody
/// was asked then, waits in the Inbox.
fn connect(
    model: &mut Model,
    capabilities: Capabilities,
    revision: Option<Revision>,
) -> Vec<Effect> {
    let Some(rerun) = model.world.rerun.clone() else {
        return Vec::new();
    };
    let Some(row) = rerun.row.or_else(|| row(model, rerun.server)) else {
        return Vec::new();
    };
    if let Some(rerun) = &mut model.world.rerun {
        rerun.row = Some(row);
    }
    model.world.current = row;
    let mut effects = servers::connect(model, row);
    for effect in &mut effects {
        let Effect::Engine(Command::Connect(connect)) = effect else {
            continue;
        };
        let options = &mut connect.options;
        options.capabilities = capabilities.clone();
        options.policies = Policies::default();
        if let Some(revision) = revision {
            (options.era, options.revision) = match revision.era() {
                Era::Legacy => (EraChoice::Legacy, Some(revision)),
                Era::Modern => (EraChoice::Modern, None),
            };
        }
        let opened = Replaying::Opened(rerun.asker, connect.conn);
        // It is told first, so that nothing of the connection is missed.
        effects.insert(0, Effect::Replay(Box::new(opened)));
        break;
    }
    effects
}

/// A row for a server that is there once more.
fn row(model: &mut Model, server: usize) -> Option<usize> {
    let base = model.world.servers.get(server)?;
    let (target, origin, era) = (base.target.clone()?, base.origin.clone(), base.era);
    let plain = base.name.split(" (replay)").next().unwrap_or(&base.name);
    let name = format!("{plain} (replay)");
    Some(servers::once_more(model, &name, target, &origin, era))
}
