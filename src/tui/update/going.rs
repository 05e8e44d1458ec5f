//! Going somewhere: what a pane, an action or an answer asks for, and cannot do alone.

use super::{
    Model, act, clientlogs, configs, connect, everywhere, examining, exporting, linting, marks,
    probing, replay, replaying, say, servers, watching,
};
use crate::inspector::Command;
use crate::recording::calls::CallAt;
use crate::session::timeline::EntryIndex;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Comparison;
use crate::tui::pane::{Go, Pane as _, View};

/// To the call that is behind an entry.
pub(super) fn go_call(model: &mut Model, entry: EntryIndex) -> Vec<Effect> {
    let timeline = &model.world.timeline;
    let call = timeline.call_behind(entry);
    match call.and_then(|call| timeline.exchange(call)) {
        Some(call) => {
            let request = call.request;
            go(model, Go::Traffic(request))
        }
        None => say(model, "no call is behind this"),
    }
}

/// Shows a view; the one before is come back to.
pub(super) fn show(model: &mut Model, view: View) {
    if view != model.view {
        model.last_view = model.view;
        model.view = view;
        model.chords.clear();
    }
}

/// Goes there.
pub(super) fn go(model: &mut Model, target: Go) -> Vec<Effect> {
    match target {
        Go::View(view) => {
            show(model, view);
            if view == View::Inbox {
                model.panes.inbox.entered(&model.world.ctx());
            }
            if view == View::Sessions {
                replay::tell_sessions(model);
                return model.panes.sessions.entered();
            }
        }
        Go::Traffic(entry) => {
            show(model, View::Traffic);
            model.panes.traffic.reveal(entry, &model.world.ctx());
        }
        Go::Logs(entry) => {
            show(model, View::Logs);
            model.panes.logs.reveal(entry, &model.world.ctx());
        }
        Go::During(term) => {
            let ctx = model.world.ctx();
            model.panes.traffic.during(&term, &ctx);
            model.panes.logs.during(&term, &ctx);
        }
        Go::ByHand => show(model, View::ByHand),
        Go::Compare(a, b) => {
            let at = |entry| CallAt::at(&model.world.timeline, entry);
            if let (Some(a), Some(b)) = (at(a), at(b)) {
                return go(model, Go::Diff(Box::new(Comparison::of(a, b))));
            }
        }
        Go::Everywhere(call) => return everywhere::run(model, *call),
        Go::Diff(what) => {
            show(model, View::Diff);
            return model.panes.diff.open(*what, &model.world.ctx());
        }
        Go::Again(entry, edit) => return servers::again(model, entry, edit),
        Go::Tap(place) => return configs::tap(model, place),
        Go::EditServer(place) => return configs::editing::begin(model, place),
        Go::ReadSettings => return configs::reading::look(model),
        Go::OtherEra(place) => return servers::other_era(model, place),
        // It has no number to be left by.
        Go::Out if matches!(model.view, View::ByHand | View::Diff | View::Held) => {
            show(model, model.last_view);
        }
        Go::Out => {
            let close = model.world.keys.word(Action::Close);
            let sentence = format!("this is the outermost level; {close} asks to quit");
            return say(model, &sentence);
        }
        Go::Server(place) => {
            if place < model.world.servers.len() {
                model.world.current = place;
            }
        }
        Go::Connect(place, enter) => {
            model.entering = enter.then_some(place);
            return connect(model, place);
        }
        Go::Examine(place) => return examining::begin(model, place),
        Go::Stop(place) => {
            if let Some(conn) = servers::conn_of(model, place) {
                return vec![Effect::Engine(Command::Stop { conn })];
            }
        }
        Go::Restart(place) => return servers::restart(model, place),
        Go::Watch(place, globs) => return watching::watch(model, place, globs),
        Go::Add(command) => return servers::add(model, &command),
        Go::Open(path) => return replay::open(model, path),
        Go::ClientLogs => return clientlogs::look(model),
        Go::Live => {
            let effects = replay::leave(model);
            show(model, View::Traffic);
            return effects;
        }
        Go::Export(path) => return exporting::of_file(model, path),
        Go::Replay(path) => return replaying::ask(model, path),
        Go::EditSession(path) => return marks::ask_words(model, path),
        Go::Item(view, name, conn) => return linting::item(model, view, &name, conn),
        Go::Except(exception) => return linting::ask(model, &exception),
        Go::Findings => return linting::ask_where(model),
        Go::Probe(conn) => return probing::ask(model, conn),
        Go::Do(action) => return act(model, action),
    }
    Vec::new()
}
