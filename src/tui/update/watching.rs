//! Servers that are started again when files change: what changed in their lists is said, and the last call is sent
//! again, or asked about when it may destroy something.

use super::{Model, act, say, servers};
use crate::mcp::types::List;
use crate::session::Direction;
use crate::session::timeline::changes::Since;
use crate::session::timeline::{EntryIndex, Timeline};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::watching::{Watched, Watching};
use crate::tui::model::Tone;
use crate::tui::panes::request::{call_words, destroys};

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
    let pinned = model.world.servers.get(place).and_then(|one| one.pinned);
    if let Some(entry) = pinned {
        return again(model, place, entry);
    }
    // Calls are made with the server that is looked at.
    let possible = model.world.current == place && model.why_not(Action::Repeat).is_none();
    if !possible {
        return Vec::new();
    }
    if let Some(risk) = model.panes.tools.why_asked(&model.world.ctx()) {
        // A question would take the keys of whoever types right now.
        let repeat = model.world.keys.word(Action::Repeat);
        let what = format!("{why}; {words}; the last call {risk}: {repeat} sends it again");
        model.status = Some((Tone::Warn, what));
        return Vec::new();
    }
    let status = model.status.take();
    let effects = act(model, Action::Repeat);
    // What was said of the call is seen by its result; what changed is not.
    model.status = status;
    effects
}

/// Sends what was pinned, whatever was called last and whichever server is looked at; but for what may destroy
/// something: a question would take the keys of whoever types right now.
fn again(model: &mut Model, place: usize, entry: EntryIndex) -> Vec<Effect> {
    let current = std::mem::replace(&mut model.world.current, place);
    let status = model.status.take();
    let effects = if let Some(tool) = destroys(entry, &model.world.ctx()) {
        let what = format!("{tool}, so it was not sent again by itself");
        say(model, &what)
    } else {
        servers::again(model, entry, false)
    };
    model.world.current = current;
    // Why it cannot be sent is more than what changed.
    model.status = model.status.take().or(status);
    effects
}

/// Pins the request that is looked at: it is sent again when files of its server change. The same once more: no longer.
pub(super) fn pin(model: &mut Model) -> Vec<Effect> {
    if !model.world.live {
        return say(model, "this is a recording; nothing is started or sent");
    }
    let moment = model.pane().moment(&model.world.ctx());
    let timeline = &model.world.timeline;
    let call = moment.and_then(|entry| {
        let own = timeline.exchange_of_request(entry);
        timeline.exchange(own.or_else(|| timeline.call_behind(entry))?)
    });
    let sent = call.filter(|call| {
        let row = timeline.entry(call.request);
        row.is_some_and(|row| row.direction() == Direction::Out)
    });
    let Some(call) = sent else {
        return say(model, "no request that we sent is looked at here");
    };
    let (request, conn) = (call.request, call.conn);
    let what = call_words(timeline, request);
    let connection = timeline.state().connection(conn);
    let name = connection.map_or_else(String::new, |connection| connection.name.to_string());
    let Some(server) = model.world.servers.iter_mut().find(|one| one.name == name) else {
        return say(model, "its server is not on the list any more");
    };
    let on = server.pinned != Some(request);
    server.pinned = on.then_some(request);
    let watched = !server.watched.is_empty();
    let name = text::sanitize(&name).into_owned();
    let watch = model.world.keys.word(Action::Watch);
    let told = match (on, watched) {
        (false, _) => format!("{what} is not pinned any more: the last call is sent again"),
        (true, true) => format!("{what} is pinned: it is sent again when files of {name} change"),
        (true, false) => format!("{what} is pinned; {watch} in Servers says when: which files"),
    };
    model.status = Some((Tone::Info, told));
    Vec::new()
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
