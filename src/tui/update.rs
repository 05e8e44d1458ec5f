//! update: the one place that changes the model. Synchronous, without I/O and without a clock: time comes with the
//! event. It routes; what a key means is in `action.rs`, what it does in the pane that has the focus.

use crossterm::event::KeyEventKind;

mod clientlogs;
mod configs;
mod crossing;
mod deeds;
mod everywhere;
mod examining;
mod exporting;
mod going;
mod input;
mod linting;
mod lists;
mod marks;
mod masks;
mod notices;
mod opened;
mod probing;
mod replay;
mod replaying;
mod servers;
mod tapping;
#[cfg(test)]
mod tests;
mod watching;
mod whose;

pub use configs::{from_settings, tapping};
pub use servers::{connect, push_server};
pub use watching::watch;

use super::action::Action;
use super::effect::{Effect, Store};
use super::event::{Event, Stored};
use super::model::{Keeping, Model, Overlay, Tone};
use super::outside::part::Part;
use super::pane::{Go, Reply, View};
use crate::inspector::Update;
use crate::note::Note;
use crate::note::decided::Decided;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::Connection;
use crate::text;
use going::{go, go_call, show};
use whose::{Whose, whose};

/// Takes an event that happened at `now_us` of the session. It is for the session that is looked at, for the one the
/// program began with, which may be put aside, or for both.
pub fn update(model: &mut Model, event: Event, now_us: u64) -> Vec<Effect> {
    model.clock_us = now_us;
    model.world.now_us = now_us;
    let session = model.session;
    if let Event::Of(session, event) = event {
        return replay::of_session(model, session, *event);
    }
    if linting::excepted(model, &event) {
        return Vec::new();
    }
    let mut effects = match whose(&event) {
        Whose::First if session != 0 => replay::underneath(model, |model| take(model, event)),
        Whose::Both if model.aside.is_some() => replay::tell_both(model, &event),
        _ => {
            let effects = take(model, event);
            replay::of(session, effects)
        }
    };
    everywhere::follow(model);
    deeds::keep(model, &effects);
    if model.view == View::Lint {
        effects.extend(replay::of(model.session, linting::feed(model)));
    }
    effects
}

/// What time it is in the session.
fn look_at_clock(model: &mut Model) {
    model.world.now_us = model.world.time_at(model.clock_us);
}

/// The program begins by connecting the first server.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    let effects = connect(model, 0);
    deeds::keep(model, &effects);
    effects
}

fn take(model: &mut Model, event: Event) -> Vec<Effect> {
    look_at_clock(model);
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => input::key_pressed(model, key),
        Event::Paste(pasted) => input::paste(model, &pasted),
        Event::Mouse(mouse) => input::mouse_used(model, mouse, model.clock_us),
        Event::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Event::Second | Event::Back => Vec::new(),
        Event::ToTerminal { sequence, told } => vec![Effect::ToTerminal { sequence, told }],
        Event::Update(update) => engine_told(model, update),
        Event::Loading { entries, bytes } => {
            if let Keeping::Opened { bytes: so_far, .. } = &mut model.keeping {
                *so_far = bytes;
            }
            fold(model, &entries);
            let mut effects = linting::feed(model);
            effects.extend(tell_panes(model, &Event::Loading { entries, bytes }));
            effects
        }
        Event::Linted(linted) => {
            linting::hear(model, *linted);
            Vec::new()
        }
        Event::Folded { timeline, bytes } => opened::folded(model, timeline, bytes),
        Event::Loaded(loaded, indexing) => {
            let mut effects = opened::whole(model, &loaded, indexing);
            effects.extend(tell_panes(model, &Event::Loaded(loaded, None)));
            effects
        }
        Event::Over(over) => {
            opened::over(model, &over);
            tell_panes(model, &Event::Over(over))
        }
        Event::Arrived(read) => replay::arrived(model, read),
        Event::FoldKept => replay::fold_kept(model),
        Event::Woken { asker } => match replay::woken(model, asker) {
            Some(effects) => effects,
            None => tell_panes(model, &Event::Woken { asker }),
        },
        Event::Of(session, event) => replay::of_session(model, session, *event),
        // They come as of their session.
        Event::SessionOpened(_) => Vec::new(),
        Event::Previews(texts) => {
            for (seq, text) in texts {
                model.world.previews.put(seq, text);
            }
            Vec::new()
        }
        Event::Servers(told) => configs::found(model, told),
        Event::Taps(taps) => {
            model.world.taps = taps;
            Vec::new()
        }
        Event::Looked(asker, looked) => examining::looked(model, asker, *looked),
        Event::LinesWritten(written) => {
            model.deeds.written(written);
            Vec::new()
        }
        Event::Watched(told) => watching::heard(model, told),
        Event::ClientLogs(found) => clientlogs::found(model, &found),
        Event::ToCopy { text, what } => vec![Effect::Copy { text, what }],
        Event::ToPrint(text) => vec![Effect::Print(Part::exact(text.into_bytes()))],
        Event::Copied(result) => {
            model.status = Some(match result {
                Ok(what) if model.world.revealed => (
                    Tone::Warn,
                    format!("{what}; masks are lifted, so it may hold secrets"),
                ),
                Ok(what) => (Tone::Info, what),
                Err(why) => (Tone::Error, why),
            });
            Vec::new()
        }
        Event::Browsed { asker, result } => {
            model.status = Some(match &result {
                Ok(what) => (Tone::Info, what.clone()),
                Err(why) => (Tone::Error, why.clone()),
            });
            tell_panes(model, &Event::Browsed { asker, result })
        }
        Event::Failed(what) => {
            model.status = Some((Tone::Error, what));
            Vec::new()
        }
        Event::FoundIn { viewer, text, hits } => {
            // It said that it was looking.
            model.status = hits
                .is_empty()
                .then(|| (Tone::Info, format!("Not found: {text}")));
            tell_panes(model, &Event::FoundIn { viewer, text, hits })
        }
        Event::ConfigRead { asker, result } => configs::editing::read(model, asker, result),
        Event::Edited { asker, result } => {
            if let Some(effects) = configs::editing::edited(model, asker, &result) {
                return effects;
            }
            if let Err(why) = &result {
                model.status = Some((Tone::Error, why.clone()));
            }
            tell_panes(model, &Event::Edited { asker, result })
        }
        Event::FileRead { asker, result } => {
            if let Err(why) = &result {
                model.status = Some((Tone::Error, why.clone()));
            }
            tell_panes(model, &Event::FileRead { asker, result })
        }
        Event::Stored(stored) => {
            said_of(model, &stored);
            tell_panes(model, &Event::Stored(stored))
        }
        Event::Replaying { asker, told } => replaying::hear(model, asker, told),
        Event::Exporting { asker, told } => exporting::hear(model, asker, &told),
        event @ (Event::Saved { .. }
        | Event::Piped { .. }
        | Event::Queried { .. }
        | Event::Validated { .. }
        | Event::FrameRead { .. }
        | Event::Refused { .. }
        | Event::Resolved { .. }
        | Event::Parsed { .. }
        | Event::Laid { .. }
        | Event::Compared { .. }
        | Event::ComparedText { .. }
        | Event::Library(_)
        | Event::Indexed { .. }
        | Event::Built { .. }
        | Event::Question { .. }
        | Event::Sifted { .. }
        | Event::Sorted { .. }
        | Event::Values(_)
        | Event::Tapped { .. }
        | Event::Found { .. }) => tell_panes(model, &event),
        Event::Opened { viewer, result } => {
            if let Err(why) = &result {
                model.status = Some((Tone::Info, why.clone()));
            }
            tell_panes(model, &Event::Opened { viewer, result })
        }
    }
}

/// What the status row says of something that was stored, whichever sessions hear of it.
fn said_of(model: &mut Model, stored: &Stored) {
    let said = match stored {
        Stored::NotKept(why)
        | Stored::Filters {
            chips: Err(why), ..
        } => (Tone::Error, why.clone()),
        Stored::Filters {
            saved: Some(name), ..
        } => {
            let told = format!("The filter is kept as \"{}\".", text::sanitize(name));
            (Tone::Info, told)
        }
        _ => return,
    };
    model.status = Some(said);
}

/// Says to the pane that is shown where it will be drawn; once before each draw.
pub fn place(model: &mut Model) -> Vec<Effect> {
    let body = super::view::body(model);
    model.areas.body = body;
    let ctx = model.world.ctx();
    let effects = model.panes.get_mut(model.view).place(body, &ctx);
    everywhere::follow(model);
    let effects = effects
        .into_iter()
        .filter_map(|effect| match effect {
            // Asked for once, however often it is drawn before it comes.
            Effect::Previews(wanted) => model.world.previews.ask(wanted),
            other => Some(other),
        })
        .collect();
    replay::of(model.session, effects)
}

fn tell_panes(model: &mut Model, event: &Event) -> Vec<Effect> {
    let ctx = model.world.ctx();
    let mut effects: Vec<Effect> = View::every()
        .flat_map(|view| model.panes.get_mut(view).event(event, &ctx))
        .collect();
    effects.retain(|effect| match effect {
        Effect::Tell { sentence, bad } => {
            let tone = if *bad { Tone::Error } else { Tone::Info };
            model.status = Some((tone, sentence.clone()));
            false
        }
        _ => true,
    });
    effects
}

fn fold(model: &mut Model, entries: &[Recorded]) {
    for entry in entries {
        model.world.previews.arrived(entry);
    }
    model.world.timeline_mut().extend(entries);
    look_at_clock(model);
    if model.world.live {
        return;
    }
    for entry in entries {
        servers::learn(model, entry);
    }
    let probes = |entry: &Recorded| {
        matches!(
            entry.facts,
            Facts::Note(Note::Decided(Decided::Probing { .. }))
        )
    };
    if model.world.timeline.moment().is_some() || entries.iter().any(probes) {
        servers::stand_as_then(model);
    }
}

fn engine_told(model: &mut Model, update: Update) -> Vec<Effect> {
    let mut effects = Vec::new();
    notices::hear(model, &update);
    deeds::hear(model, &update);
    match &update {
        Update::Recorded(entries) => {
            fold(model, entries);
            servers::refused_login(model, entries);
            effects.extend(linting::feed(model));
        }
        Update::Probing { .. } => probing::hear(model, &update),
        Update::Trouble { lost, what } => {
            model.trouble = Some((*lost, what.clone()));
            let lost = text::plural(*lost as usize, "entry");
            model.status = Some((
                Tone::Error,
                format!("recording fails: {what}; {lost} not in the file"),
            ));
        }
        Update::Ready { conn } => {
            if let Some(sentence) = servers::downgraded(model, *conn) {
                model.status = Some((Tone::Error, sentence));
            } else if let Some(sentence) = servers::another_revision(model, *conn) {
                model.status = Some((Tone::Warn, sentence));
            }
            if let Some(place) = model
                .entering
                .filter(|place| servers::conn_of(model, *place) == Some(*conn))
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
                .filter(|place| servers::conn_of(model, *place) != Some(*conn));
            // Doctor says it with its cause.
            let examined = model.examined.as_ref().and_then(|one| one.conn);
            if let Some(what) =
                servers::why_failed(model, *conn).filter(|_| examined != Some(*conn))
            {
                model.status = Some((Tone::Error, what));
            }
        }
        Update::Gone { conn } => {
            if let Some(at) = model
                .restarting
                .iter()
                .position(|place| servers::conn_of(model, *place) == Some(*conn))
            {
                let place = model.restarting.remove(at);
                effects.extend(connect(model, place));
            } else if let Some(what) = servers::why_gone(model, *conn)
                // Doctor says that, too.
                && model.examined.as_ref().and_then(|one| one.conn) != Some(*conn)
            {
                model.status = Some((Tone::Error, what));
            }
        }
        Update::Visit { conn, url } => servers::wants_login(model, *conn, url.is_some()),
        Update::Limit { .. }
        | Update::Sent { .. }
        | Update::Finished { .. }
        | Update::Completed { .. }
        | Update::Listed { .. }
        | Update::Load { .. } => {}
    }
    effects.extend(examining::hear(model, &update));
    let listed = match &update {
        Update::Listed { conn, list } => Some((*conn, *list)),
        _ => None,
    };
    effects.extend(tell_panes(model, &Event::Update(update)));
    if let Some((conn, list)) = listed {
        effects.extend(watching::listed(model, conn, list));
    }
    effects
}

/// Does an action, wherever it came from: key, hint, menu, palette.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let session = model.session;
    let effects = perform(model, action);
    replay::of(session, effects)
}

fn perform(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(reason) = model.why_not(action) {
        model.status = Some((Tone::Warn, format!("{}: {reason}", action.row().name)));
        return Vec::new();
    }
    if let Some(effects) = notices::act(model, action)
        .or_else(|| marks::act(model, action))
        .or_else(|| replay::act(model, action))
        .or_else(|| tapping::act(model, action))
    {
        return effects;
    }
    let ctx = model.world.ctx();
    let reply = model.panes.get_mut(model.view).action(action, &ctx);
    if reply.handled {
        return replied(model, reply);
    }
    // What the pane wants done first, whoever does the action.
    let mut effects = reply.effects;
    effects.extend(act_beyond(model, action));
    effects
}

/// Does an action that is not for the pane that has the focus.
fn act_beyond(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::ViewServers => go(model, Go::View(View::Servers)),
        Action::ViewTools => go(model, Go::View(View::Tools)),
        Action::ViewResources => go(model, Go::View(View::Resources)),
        Action::ViewPrompts => go(model, Go::View(View::Prompts)),
        Action::ViewTraffic => go(model, Go::View(View::Traffic)),
        Action::ViewLogs => go(model, Go::View(View::Logs)),
        Action::ViewInbox => go(model, Go::View(View::Inbox)),
        Action::ViewSessions => go(model, Go::View(View::Sessions)),
        Action::ViewLint => go(model, Go::View(View::Lint)),
        Action::Export => exporting::open(model),
        Action::LastView => go(model, Go::View(model.last_view)),
        Action::ByHand => go(model, Go::ByHand),
        Action::OtherEra => go(model, Go::OtherEra(model.world.current)),
        Action::GoTraffic => crossing::cross(model, View::Traffic),
        Action::GoLogs => crossing::cross(model, View::Logs),
        Action::GoCall | Action::GoServer => {
            let moment = model.pane().moment(&model.world.ctx());
            match moment {
                Some(entry) if action == Action::GoCall => go_call(model, entry),
                Some(entry) => servers::go_server(model, entry),
                None => say(model, "nothing here has a moment to go from"),
            }
        }
        Action::NextServer => everywhere::step(model, 1),
        Action::PreviousServer => everywhere::step(model, -1),
        Action::Restart => go(model, Go::Restart(model.world.current)),
        Action::Connect => go(model, Go::Connect(model.world.current, false)),
        Action::Back => go(model, Go::Out),
        Action::Close => close(model),
        Action::CancelCall | Action::Repeat => {
            // Calls are made in some views and can be cancelled and repeated from everywhere.
            for view in [View::Tools, View::Resources, View::Prompts, View::ByHand] {
                let ctx = model.world.ctx();
                let pane = model.panes.get_mut(view);
                if pane.why_not(action, &ctx).is_none() {
                    let reply = pane.action(action, &ctx);
                    return replied(model, reply);
                }
            }
            match replaying::end(model).filter(|_| action == Action::CancelCall) {
                Some(end) => vec![end],
                None => say(model, "nothing to cancel or repeat"),
            }
        }
        Action::Quit => {
            model.quitting = true;
            vec![Effect::Quit]
        }
        Action::ActionLog => deeds::open(model),
        Action::PinCall => watching::pin(model),
        Action::ListMasks => vec![Effect::ListMasks],
        Action::RevealMasks => masks::lift(model),
        Action::Performance => {
            let told = model.pace.told();
            tell(model, told)
        }
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::CopyList => lists::copies(model),
        Action::PickServers => everywhere::pick(model),
        Action::Help => lists::help(model),
        Action::Menu => lists::menu(model),
        Action::Palette => lists::palette(model),
        other => say(model, &format!("{} does nothing here", other.row().name)),
    }
}

/// Says what was asked for.
fn tell(model: &mut Model, sentence: String) -> Vec<Effect> {
    model.status = Some((Tone::Info, sentence));
    Vec::new()
}

fn say(model: &mut Model, sentence: &str) -> Vec<Effect> {
    model.status = Some((Tone::Warn, sentence.to_owned()));
    Vec::new()
}

fn replied(model: &mut Model, reply: Reply) -> Vec<Effect> {
    if let Some(sentence) = reply.say {
        model.status = Some((Tone::Info, sentence));
    }
    for effect in &reply.effects {
        // Sessions that are opened from now on begin with them.
        if let Effect::Store(Store::KeepColumns(columns)) = effect {
            model.world.settings.columns.clone_from(columns);
        }
    }
    let mut effects = reply.effects;
    if let Some(target) = reply.go {
        effects.extend(go(model, target));
    }
    effects
}

/// `q`: closes the top thing; at the root asks, when there is something to lose.
fn close(model: &mut Model) -> Vec<Effect> {
    let ctx = model.world.ctx();
    let reply = model.panes.get_mut(model.view).action(Action::Back, &ctx);
    if reply.handled
        && (reply.go != Some(Go::Out)
            || matches!(model.view, View::ByHand | View::Diff | View::Held))
    {
        return replied(model, reply);
    }
    if model.aside.is_some() {
        return replay::leave(model);
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
