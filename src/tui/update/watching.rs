//! Servers that are started again when files change: what changed in their lists is said, and the last call is sent
//! again, or asked about when it may destroy something.

use super::{Model, act, say, servers};
use crate::mcp::types::List;
use crate::session::timeline::Timeline;
use crate::session::timeline::changes::Since;
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::watching::{Watched, Watching};
use crate::tui::model::Tone;

/// Watches other files for the server at `place`.
pub fn watch(model: &mut Model, place: usize, globs: Vec<String>) -> Vec<Effect> {
    let Some(server) = model.world.servers.get_mut(place) else {
        return Vec::new();
    };
    let name = text::sanitize(&server.name).into_owned();
    let words = text::sanitize(&globs.join(", ")).into_owned();
    server.watched.clone_from(&globs);
    let work = Watching {
        server: server.name.clone(),
        globs,
    };
    let told = if words.is_empty() {
        format!("{name} is not watched")
    } else {
        format!("{name} is started again when {words} changes")
    };
    let mut effects = say(model, &told);
    effects.push(Effect::Watch(work));
    effects
}

/// Files changed, or cannot be watched.
pub(super) fn heard(model: &mut Model, told: Watched) -> Vec<Effect> {
    let (Watched::Changed { server, .. } | Watched::Failed { server, .. }) = &told;
    let servers = &mut model.world.servers;
    let Some(place) = servers.iter().position(|one| one.name == *server) else {
        return Vec::new();
    };
    if servers[place].watched.is_empty() {
        // It was on its way when somebody had enough.
        return Vec::new();
    }
    match told {
        Watched::Failed { why, .. } => {
            servers[place].watched.clear();
            model.status = Some((Tone::Error, why));
            Vec::new()
        }
        Watched::Changed { files, server } => {
            model.rerunning = Some((place, format!("{files} changed")));
            let effects = servers::restart(model, place);
            let server = text::sanitize(&server).into_owned();
            let sentence = format!("{files} changed: {server} is started again");
            model.status = Some((Tone::Info, sentence));
            effects
        }
    }
}

/// A list has come: of a server that was started again for a change it is said what is new, and the last call is sent
/// again.
pub(super) fn listed(model: &mut Model, conn: u32, list: List) -> Vec<Effect> {
    let servers = &model.world.servers;
    let is_its = |place: usize| servers.get(place).and_then(|server| server.conn) == Some(conn);
    let due = model
        .rerunning
        .as_ref()
        // The old connection may still tell of its lists while it is stopped.
        .filter(|(place, _)| {
            list == List::Tools && is_its(*place) && !model.restarting.contains(place)
        });
    let Some((place, why)) = due.cloned() else {
        return Vec::new();
    };
    model.rerunning = None;
    let words = changed(&model.world.timeline, conn);
    model.status = Some((Tone::Info, format!("{why}; {words}")));
    // Calls are made with the server that is looked at.
    let possible = model.world.current == place && model.why_not(Action::Repeat).is_none();
    if !possible {
        return Vec::new();
    }
    let status = model.status.take();
    let effects = act(model, Action::Repeat);
    // What was said of the call is seen by its result; what changed is not.
    model.status = status;
    effects
}

/// What is new in the tools of a server that was started again.
fn changed(timeline: &Timeline, conn: u32) -> String {
    let connection = timeline.state().connection(conn);
    let changes = connection.map(|connection| &connection.list(List::Tools).changes);
    // What changed before stands there too.
    let is_new = |seq: u64| {
        let entry = timeline.index_of_seq(seq).and_then(|at| timeline.entry(at));
        entry.is_some_and(|entry| entry.conn() == conn)
    };
    let newest = changes
        .and_then(|changes| changes.all().last())
        .filter(|difference| difference.since == Since::Restart && is_new(difference.seq));
    newest.map_or_else(
        || "its tools are the same".to_owned(),
        |difference| format!("tools {}", difference.words()),
    )
}
