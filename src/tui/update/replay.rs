//! Opening recordings, going through them, and the way back to what was there before.

use std::path::PathBuf;

use super::{Model, say, tell_panes};
use crate::library::Meta;
use crate::session::timeline::{EntryIndex, Moment, Stop};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::event::{Event, OpenedSession};
use crate::tui::model::{Aside, Keeping, Overlay, Panes, Purpose, Tone};
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::View;
use crate::tui::replay;

/// Does an action of a recording; none when it is not one.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    let at = replay::at(&model.world.timeline);
    let step = |model: &Model, forward, what| {
        let at = aim(model).or(at)?;
        model.world.timeline.stop(at, forward, what)
    };
    let target = match action {
        Action::ReplayOn => step(model, true, Stop::Exchange),
        Action::ReplayBack => step(model, false, Stop::Exchange),
        Action::ReplayNextError => step(model, true, Stop::Error),
        Action::ReplayPreviousError => step(model, false, Stop::Error),
        Action::ReplayNextEntry => step(model, true, Stop::Entry),
        Action::ReplayPreviousEntry => step(model, false, Stop::Entry),
        Action::ReplayNextMark => mark(model, true),
        Action::ReplayPreviousMark => mark(model, false),
        Action::ReplayStart => at.map(|_| 0),
        Action::ReplayEnd => last(model),
        Action::ReplayHere => {
            let moment = model.pane().moment(&model.world.ctx());
            let Some(entry) = moment else {
                return Some(say(model, "nothing here has a moment to go to"));
            };
            Some(entry)
        }
        Action::ReplayTime => {
            let hint = "11:20:31, +1:30, #41 or 50%";
            let sheet = Sheet::new("GO TO", "go").with("time or entry", "", hint);
            model.overlays.push(Overlay::Sheet(sheet, Purpose::Place));
            return Some(Vec::new());
        }
        Action::ReplayPlay => return Some(play(model)),
        Action::ReplayFaster | Action::ReplaySlower => {
            model.replay.hurry(action == Action::ReplayFaster);
            let speed = model.replay.speed();
            model.status = Some((Tone::Info, format!("recorded speed {speed}")));
            return Some(Vec::new());
        }
        Action::ReplayCap => {
            model.replay.capped ^= true;
            let sentence = if model.replay.capped {
                "pauses longer than a second are shortened"
            } else {
                "pauses are as long as they were"
            };
            model.status = Some((Tone::Info, sentence.to_owned()));
            return Some(Vec::new());
        }
        Action::ReplayLeave => return Some(leave(model)),
        _ => return None,
    };
    Some(match target {
        Some(target) => {
            model.replay.playing = None;
            to(model, target)
        }
        None => say(model, no_more(action)),
    })
}

const fn no_more(action: Action) -> &'static str {
    match action {
        Action::ReplayOn | Action::ReplayNextEntry => "this is the end of the recording",
        Action::ReplayBack | Action::ReplayPreviousEntry => {
            "this is the beginning of the recording"
        }
        Action::ReplayNextError => "nothing goes wrong from here on",
        Action::ReplayPreviousError => "nothing went wrong before",
        Action::ReplayNextMark | Action::ReplayPreviousMark => "there is no mark that way",
        _ => "there is no entry yet",
    }
}

fn last(model: &Model) -> Option<EntryIndex> {
    let entries = model.world.timeline.whole().len();
    entries.checked_sub(1).map(|last| last as EntryIndex)
}

/// The entry that is on its way to be shown.
fn aim(model: &Model) -> Option<EntryIndex> {
    model
        .replay
        .wanted
        .map(|(first, then)| then.unwrap_or(first))
}

fn mark(model: &Model, forward: bool) -> Option<EntryIndex> {
    let timeline = &model.world.timeline;
    let at = aim(model).or_else(|| replay::at(timeline))?;
    let seq = timeline.whole().get(at as usize)?.seq();
    let mut marks = model.world.marks.iter();
    let there = |(seq, _)| timeline.with_seq(seq);
    if forward {
        marks.filter(|(other, _)| *other > seq).find_map(there)
    } else {
        marks.rfind(|(other, _)| *other < seq).and_then(there)
    }
}

/// Shows the recording as it was when entry `target` was the newest.
pub(super) fn to(model: &mut Model, target: EntryIndex) -> Vec<Effect> {
    if let Some((_, then)) = &mut model.replay.wanted {
        *then = Some(target);
        return Vec::new();
    }
    if Some(target) == last(model) {
        // Asked first: who only looks takes no copy from whoever keeps the fold meanwhile.
        if model.world.timeline.moment().is_some() {
            model.world.timeline_mut().leave();
            moved(model);
        }
        return going_on(model);
    }
    match model.world.timeline.approach(target) {
        Some(approach) => {
            model.replay.wanted = Some((target, None));
            vec![Effect::Approach(Box::new(approach))]
        }
        None => Vec::new(),
    }
}

/// What it takes to look at an entry was read.
pub(super) fn arrived(model: &mut Model, read: Result<Box<Moment>, String>) -> Vec<Effect> {
    if model.replay.lent {
        // A fold that is being kept would have to be copied first, all of it. What is wanted meanwhile comes after.
        model.replay.held = Some(read);
        return Vec::new();
    }
    let then = model.replay.wanted.take().and_then(|(_, then)| then);
    match read {
        Ok(moment) => {
            model.world.timeline_mut().enter(*moment);
            moved(model);
        }
        Err(why) => {
            model.replay.playing = None;
            model.status = Some((Tone::Error, why));
            return Vec::new();
        }
    }
    match then {
        Some(target) => to(model, target),
        None => going_on(model),
    }
}

/// The fold was written down, and is nobody else's any more.
pub(super) fn fold_kept(model: &mut Model) -> Vec<Effect> {
    model.replay.lent = false;
    match model.replay.held.take() {
        Some(read) => arrived(model, read),
        None => Vec::new(),
    }
}

/// Rows are fewer or more than they were, and servers stand as they did.
fn moved(model: &mut Model) {
    super::look_at_clock(model);
    super::servers::stand_as_then(model);
    let ctx = model.world.ctx();
    for view in View::every() {
        model.panes.get_mut(view).rewound(&ctx);
    }
    let shown = ctx.timeline.entries().len() as EntryIndex;
    if let Some(entry) = model.replay.reveal.take_if(|entry| *entry < shown) {
        super::marks::reveal(model, entry);
    }
}

fn play(model: &mut Model) -> Vec<Effect> {
    if model.replay.playing.take().is_some() {
        return Vec::new();
    }
    let Some(at) = replay::at(&model.world.timeline) else {
        return say(model, "there is no entry yet");
    };
    model.replay.playing = Some(model.world.ctx().ticket());
    if Some(at) == last(model) {
        // From the end there is nowhere to go but the beginning.
        to(model, 0)
    } else {
        going_on(model)
    }
}

/// While it plays: waits for the next entry.
fn going_on(model: &mut Model) -> Vec<Effect> {
    let timeline = &model.world.timeline;
    let (Some(asker), Some(at)) = (model.replay.playing, replay::at(timeline)) else {
        return Vec::new();
    };
    match model.replay.next(timeline, at) {
        Some((_, after_ms)) => vec![Effect::Wake { asker, after_ms }],
        None => {
            model.replay.playing = None;
            Vec::new()
        }
    }
}

/// A while has passed; none when it was not waited for here.
pub(super) fn woken(model: &mut Model, asker: u64) -> Option<Vec<Effect>> {
    if model.replay.playing != Some(asker) {
        return None;
    }
    let timeline = &model.world.timeline;
    let next = replay::at(timeline).and_then(|at| model.replay.next(timeline, at));
    Some(match next {
        Some((target, _)) => to(model, target),
        None => {
            model.replay.playing = None;
            Vec::new()
        }
    })
}

/// A place was typed.
pub(super) fn go_to(model: &mut Model, typed: &str) -> Result<Vec<Effect>, String> {
    let target = replay::place(typed, &model.world.timeline, &model.clock)?;
    model.replay.playing = None;
    Ok(to(model, target))
}

/// Opens a session file in the place of what is shown.
pub(super) fn open(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    if matches!(&model.keeping, Keeping::Opened { path: opened, .. } if *opened == path) {
        super::show(model, View::Traffic);
        return Vec::new();
    }
    let other = model.aside.as_ref().map(|aside| &aside.keeping);
    let is_other = match other {
        Some(Keeping::Recording { path: other, .. } | Keeping::Opened { path: other, .. }) => {
            *other == path
        }
        _ => false,
    };
    if is_other {
        let effects = leave(model);
        super::show(model, View::Traffic);
        return effects;
    }
    if matches!(&model.keeping, Keeping::Recording { path: current, .. } if *current == path) {
        super::show(model, View::Traffic);
        return Vec::new();
    }
    model.sessions += 1;
    let session = model.sessions;
    vec![Effect::OpenSession { session, path }]
}

/// A session file is open: shows it, in the place of another one that was opened so.
pub(super) fn opened(model: &mut Model, session: u32, opened: OpenedSession) -> Vec<Effect> {
    if session != model.sessions {
        // Another one was asked for since.
        return vec![Effect::CloseSession(session)];
    }
    let effects = leave(model);
    let OpenedSession {
        path,
        size,
        following,
        meta,
        log,
    } = opened;
    let Meta { marks, .. } = meta;
    let bytes = (0, size);
    let keeping = Keeping::Opened {
        path,
        bytes,
        following,
    };
    let panes = Panes::new(&model.clock, false, &model.world.settings.columns);
    let mut aside = Box::new(Aside::recording(session, keeping, marks, panes));
    // Numbers of askers stay nobody else's: there is one count of them.
    model.exchange(&mut aside);
    // What was asked over the session before is not asked of this one.
    model.overlays.clear();
    model.aside = Some(aside);
    model.chords.clear();
    model.notices.focused = false;
    if log {
        super::show(model, View::Logs);
    }
    tell_sessions(model);
    effects
}

/// Back to what the program began with, if something else is shown.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(mut aside) = model.aside.take() else {
        return Vec::new();
    };
    model.exchange(&mut aside);
    model.chords.clear();
    tell_sessions(model);
    vec![Effect::CloseSession(aside.session)]
}

/// The list of sessions shows which is looked at.
pub(super) fn tell_sessions(model: &mut Model) {
    let began = |keeping: &Keeping| match keeping {
        Keeping::Recording { path, since } => Some((path.clone(), Some(*since))),
        Keeping::Unrecorded => Some((PathBuf::new(), None)),
        Keeping::Opened { .. } => None,
    };
    let opened = match &model.keeping {
        Keeping::Opened { path, .. } => Some(path.clone()),
        _ => None,
    };
    let live = match &model.aside {
        Some(aside) => began(&aside.keeping),
        None => began(&model.keeping),
    };
    model.panes.sessions.stand(live, opened);
}

/// Takes an event of another session: of the one that is put aside, or of one that is looked at.
pub(super) fn of_session(model: &mut Model, session: u32, event: Event) -> Vec<Effect> {
    if let Event::SessionOpened(what) = event {
        return opened(model, session, *what);
    }
    if session == model.session {
        let effects = super::take(model, event);
        return of(session, effects);
    }
    if model
        .aside
        .as_ref()
        .is_some_and(|aside| aside.session == session)
    {
        return underneath(model, |model| super::take(model, event));
    }
    match event {
        // It could not be opened.
        Event::Failed(why) if session == model.sessions => {
            model.status = Some((Tone::Error, why));
            Vec::new()
        }
        // It is shown no longer.
        _ => Vec::new(),
    }
}

/// Lets the session that is put aside take something, with what is looked at put aside meanwhile. What it says in the
/// status row is said to be of it.
pub(super) fn underneath(
    model: &mut Model,
    take: impl FnOnce(&mut Model) -> Vec<Effect>,
) -> Vec<Effect> {
    let Some(mut aside) = model.aside.take() else {
        return Vec::new();
    };
    let status = model.status.take();
    model.exchange(&mut aside);
    let (session, is_live) = (model.session, model.world.live);
    let effects = take(model);
    model.exchange(&mut aside);
    super::look_at_clock(model);
    model.aside = Some(aside);
    let said = model.status.take();
    model.status = match said {
        Some((tone, sentence)) if is_live => Some((tone, format!("live session: {sentence}"))),
        Some(said) => Some(said),
        None => status,
    };
    of(session, effects)
}

/// Effects of a session, said to be that.
pub(super) fn of(session: u32, effects: Vec<Effect>) -> Vec<Effect> {
    if session == 0 {
        return effects;
    }
    let named = effects.into_iter().map(|effect| match effect {
        // These are about the program, not about a session.
        effect @ (Effect::OpenSession { .. }
        | Effect::CloseSession(_)
        | Effect::Library(_)
        | Effect::ClientLogs(_)
        | Effect::Of(..)) => effect,
        effect => Effect::Of(session, Box::new(effect)),
    });
    named.collect()
}

/// Tells both sessions: who asked is known by a number that nobody else has.
pub(super) fn tell_both(model: &mut Model, event: &Event) -> Vec<Effect> {
    let session = model.session;
    if let Event::Stored(stored) = event {
        super::said_of(model, stored);
    }
    let effects = tell_panes(model, event);
    let mut effects = of(session, effects);
    effects.extend(underneath(model, |model| tell_panes(model, event)));
    effects
}

/// One line about a session file, for the status row.
pub(super) fn name_of(path: &std::path::Path) -> String {
    let name = path.file_stem().map(|name| name.to_string_lossy());
    text::sanitize(&name.unwrap_or_default()).into_owned()
}
