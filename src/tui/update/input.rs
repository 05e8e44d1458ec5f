//! Keys, pasted text and the mouse: who gets them, in which order.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Model, act, exporting, go, marks, notices, replied};
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Chord, Meaning};
use crate::tui::model::{Overlay, Tone};
use crate::tui::overlays::picker::{Pick, Picked};
use crate::tui::pane::Go;

/// Two clicks within this many microseconds are a double click.
const DOUBLE_CLICK: u64 = 400_000;

/// A key was pressed.
pub(super) fn key_pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if model.is_too_small() {
        // Nothing can be seen: only leaving makes sense.
        model.chords.push(Chord::from(key));
        let meaning = model.world.keys.meaning(&model.chords, &[Scope::Global]);
        if !matches!(meaning, Meaning::Prefix(_)) {
            model.chords.clear();
        }
        return if meaning == Meaning::Action(Action::Quit) {
            act(model, Action::Quit)
        } else {
            Vec::new()
        };
    }
    if let Some(effects) = overlay_key(model, key) {
        return effects;
    }
    // Terminals send Alt as Esc before the key, so a quick Esc and a letter arrive as one: take them as the two.
    let was_escape = key.modifiers == KeyModifiers::ALT && matches!(key.code, KeyCode::Char(_));
    if was_escape && !model.pane().takes_text() {
        return as_two(model, key);
    }
    if model.chords.is_empty() {
        if model.pane().takes_text() && !model.notices.focused {
            let ctx = model.world.ctx();
            let reply = model.panes.get_mut(model.view).key(key, &ctx);
            if reply.handled {
                model.status = None;
                return replied(model, reply);
            }
            // No key of the field: somebody left it and went on at once.
            if was_escape {
                return as_two(model, key);
            }
        }
    } else if key.code == KeyCode::Esc {
        model.chords.clear();
        return Vec::new();
    }
    model.status = None;
    model.chords.push(Chord::from(key));
    match model.world.keys.meaning(&model.chords, &model.scopes()) {
        Meaning::Action(action) => {
            model.chords.clear();
            act(model, action)
        }
        Meaning::Prefix(_) => Vec::new(),
        Meaning::Nothing => {
            let keys: String = model
                .chords
                .drain(..)
                .map(|chord| chord.to_string())
                .collect();
            let help = model.world.keys.word(Action::Help);
            model.status = Some((
                Tone::Warn,
                format!("{keys} is not bound here; {help} lists the keys"),
            ));
            Vec::new()
        }
    }
}

/// Esc, and the letter behind it.
fn as_two(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let mut effects = key_pressed(model, KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    let letter = KeyEvent::new(key.code, KeyModifiers::NONE);
    effects.extend(key_pressed(model, letter));
    effects
}

fn overlay_key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    match model.overlays.last_mut()? {
        Overlay::Quit => {
            model.overlays.pop();
            let chord = Chord::from(key);
            let keys = &model.world.keys;
            let yes = chord == Chord::CTRL_C
                || key.code == KeyCode::Enter
                || [Action::Close, Action::Quit]
                    .iter()
                    .any(|action| keys.is_key_of(chord, *action));
            Some(if yes {
                act(model, Action::Quit)
            } else {
                Vec::new()
            })
        }
        Overlay::Trust(place, then) => {
            let (place, then) = (*place, then.clone());
            Some(super::configs::key(model, key, place, then))
        }
        Overlay::Tap(place) => {
            let place = *place;
            Some(super::configs::tap_key(model, key, place))
        }
        Overlay::Doctor => Some(super::examining::key(model, key)),
        Overlay::Agree(..) => Some(super::probing::key(model, key)),
        Overlay::Deeds(_) => Some(super::deeds::key(model, key)),
        Overlay::Sheet(..) => Some(marks::sheet_key(model, key)),
        Overlay::Letters(at) => {
            let at = *at;
            model.overlays.pop();
            model.status = None;
            Some(marks::letter(model, key, at))
        }
        Overlay::Export(export) => {
            let key = if Chord::from(key) == Chord::CTRL_C {
                KeyEvent::from(KeyCode::Esc)
            } else {
                key
            };
            let outcome = export.key(key, model.world.ctx().ticket());
            Some(exporting::came_of(model, outcome))
        }
        Overlay::Picker(picker) => {
            if Chord::from(key) == Chord::CTRL_C {
                model.overlays.pop();
                return Some(Vec::new());
            }
            match picker.key(key) {
                Picked::Nothing => Some(Vec::new()),
                Picked::Closed => {
                    model.overlays.pop();
                    Some(Vec::new())
                }
                Picked::This(pick) => Some(picked(model, pick)),
            }
        }
    }
}

/// The mouse while a list or a question is open: a click on a row picks it, one beside the list closes it.
fn overlay_mouse(model: &mut Model, kind: MouseEventKind, at: Position) -> Vec<Effect> {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    if let Some(Overlay::Sheet(sheet, _)) = model.overlays.last_mut() {
        if matches!(kind, MouseEventKind::Down(_)) {
            let filled = sheet.click(at, screen);
            return marks::filled_in(model, filled);
        }
        return Vec::new();
    }
    if let Some(Overlay::Export(export)) = model.overlays.last_mut() {
        if !matches!(kind, MouseEventKind::Down(_)) {
            return Vec::new();
        }
        let ticket = model.world.ctx().ticket();
        let outcome = if export.is_beside(at, screen) {
            export.key(KeyEvent::from(KeyCode::Esc), ticket)
        } else {
            export.click(at, screen, ticket)
        };
        return exporting::came_of(model, outcome);
    }
    if let Some(Overlay::Deeds(shown)) = model.overlays.last_mut() {
        let wanted = match kind {
            MouseEventKind::ScrollUp => {
                shown.wheel(-3, screen);
                return Vec::new();
            }
            MouseEventKind::ScrollDown => {
                shown.wheel(3, screen);
                return Vec::new();
            }
            MouseEventKind::Down(_) => shown.click(at, screen),
            _ => return Vec::new(),
        };
        return super::deeds::does(model, wanted);
    }
    if let Some(Overlay::Agree(..)) = model.overlays.last() {
        return super::probing::mouse(model, kind, at);
    }
    if let Some(Overlay::Doctor) = model.overlays.last() {
        // It takes a while: a click beside it does not end it.
        return Vec::new();
    }
    let Some(Overlay::Picker(picker)) = model.overlays.last_mut() else {
        if matches!(kind, MouseEventKind::Down(_)) {
            model.overlays.pop();
        }
        return Vec::new();
    };
    match kind {
        MouseEventKind::ScrollUp => picker.wheel(-3, screen),
        MouseEventKind::ScrollDown => picker.wheel(3, screen),
        MouseEventKind::Down(_) => match picker.click(at, screen) {
            Picked::Nothing => {}
            Picked::Closed => {
                model.overlays.pop();
            }
            Picked::This(pick) => return picked(model, pick),
        },
        _ => {}
    }
    Vec::new()
}

/// A row of the list on top was picked.
fn picked(model: &mut Model, pick: Pick) -> Vec<Effect> {
    model.overlays.pop();
    model.status = None;
    match pick {
        Pick::Action(action) => act(model, action),
        Pick::Item(view, name) => super::linting::pick(model, view, &name),
        Pick::Entry(seq) => super::lists::entry(model, seq),
        Pick::Server(place) => go(model, Go::Server(place)),
        Pick::Mark(place) => super::everywhere::picked(model, place),
        Pick::Reach(reach) => super::everywhere::reach(model, reach),
        Pick::Log(file) => super::clientlogs::picked(model, file),
    }
}

/// Text was pasted.
pub(super) fn paste(model: &mut Model, pasted: &str) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(Overlay::Picker(picker)) => {
            picker.paste(pasted);
            Vec::new()
        }
        Some(Overlay::Sheet(sheet, _)) => {
            sheet.paste(pasted);
            Vec::new()
        }
        Some(Overlay::Export(export)) => export.paste(pasted, model.world.ctx().ticket()),
        Some(
            Overlay::Quit
            | Overlay::Letters(_)
            | Overlay::Trust(..)
            | Overlay::Tap(_)
            | Overlay::Deeds(_)
            | Overlay::Agree(..)
            | Overlay::Doctor,
        ) => Vec::new(),
        None => {
            model.chords.clear();
            let ctx = model.world.ctx();
            let reply = model.panes.get_mut(model.view).paste(pasted, &ctx);
            replied(model, reply)
        }
    }
}

/// The mouse did something at `now_us`.
pub(super) fn mouse_used(model: &mut Model, mouse: MouseEvent, now_us: u64) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    if !model.overlays.is_empty() {
        return overlay_mouse(model, mouse.kind, at);
    }
    if matches!(mouse.kind, MouseEventKind::Down(_)) && !model.chords.is_empty() {
        // A click takes one of the ways the keys may go on, or gives them up.
        model.chords.clear();
        let place = |(area, _): &&(Rect, Action)| area.contains(at);
        let clicked = model.areas.continuations.iter().find(place);
        return match clicked.map(|(_, action)| *action) {
            Some(action) => act(model, action),
            None => Vec::new(),
        };
    }
    let ctx = model.world.ctx();
    let pane = model.panes.get_mut(model.view);
    match mouse.kind {
        MouseEventKind::ScrollUp => {
            let reply = pane.wheel(at, -3, &ctx);
            replied(model, reply)
        }
        MouseEventKind::ScrollDown => {
            let reply = pane.wheel(at, 3, &ctx);
            replied(model, reply)
        }
        MouseEventKind::Down(MouseButton::Left) => {
            if let Some((_, view)) = model.areas.views.iter().find(|(area, _)| area.contains(at)) {
                let view = *view;
                return go(model, Go::View(view));
            }
            let replay = model.areas.replay.iter();
            if let Some((_, action)) = replay.copied().find(|(area, _)| area.contains(at)) {
                return act(model, action);
            }
            let notice = model.areas.notices.iter();
            if let Some((_, ticket, action)) = notice.copied().find(|(area, ..)| area.contains(at))
            {
                return notices::choose(model, ticket, action);
            }
            if let Some((_, action)) = model.areas.hints.iter().find(|(area, _)| area.contains(at))
            {
                let action = *action;
                return act(model, action);
            }
            let double = model.last_click.is_some_and(|(when, x, y)| {
                now_us.saturating_sub(when) < DOUBLE_CLICK && (x, y) == (at.x, at.y)
            });
            model.last_click = (!double).then_some((now_us, at.x, at.y));
            let reply = pane.click(at, double, &ctx);
            replied(model, reply)
        }
        MouseEventKind::Down(MouseButton::Right) => {
            let reply = pane.click(at, false, &ctx);
            let mut effects = replied(model, reply);
            effects.extend(act(model, Action::Menu));
            effects
        }
        _ => Vec::new(),
    }
}
