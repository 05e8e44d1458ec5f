//! view: the model on the screen. Changes nothing; gives back where things are, for the mouse.
//!
//! ```text
//!  ● demo          2025-11-25 stdio pid 4121   REC since 13:50   junk 3     header
//!  1 Servers  2▸Tools 9  3 Resources 7  4 Prompts 3  5 Traffic 41  6 Logs 5  view bar
//! ━▌TOOLS 9 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ body: the pane
//!  …
//!  progress 3/5 indexing…                                                   status row
//!  Enter form  . repeat  x actions  : commands  ? keys                      hint row
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::action::{Action, Scope};
use super::keymap::{self, Meaning};
use super::model::{Areas, Keeping, Model, Overlay, SMALLEST, Tone};
use super::overlays::{letters, which_key};
use super::pane::View;
use super::panes::catalogue::{CataloguePane, Kind};
use super::panes::inbox::Inbox;
use super::replay;
use super::theme::Role;
use super::widgets::hint::{self, Hint};
use super::widgets::popup::{Place, Popup};
use crate::session::timeline::changes;
use crate::text;

mod doctor;
mod header;
mod notices;
mod tap;
mod trust;

/// Below this width the view bar has short names.
const WIDE: u16 = 100;

/// What every hint row ends with.
const ENDING: [Action; 3] = [Action::Menu, Action::Palette, Action::Help];

/// The rectangle of the pane.
pub fn body(model: &Model) -> Rect {
    let (width, height) = model.size;
    // A recording has a row of its own that says where in it one is.
    let above = 2 + u16::from(!model.world.live);
    Rect {
        x: 0,
        y: above.min(height),
        width,
        height: height.saturating_sub(above + 2 + model.notices.lines(height)),
    }
}

/// Draws everything. Returns where the hardware cursor belongs, and where things are.
pub fn view(model: &Model, buf: &mut Buffer) -> (Option<Position>, Areas) {
    let screen = Rect::new(0, 0, model.size.0, model.size.1).intersection(buf.area);
    let mut areas = Areas {
        body: body(model),
        ..Areas::default()
    };
    if model.is_too_small() {
        let (width, height) = SMALLEST;
        let notice = format!("mcpscope needs {width}x{height}");
        buf.set_stringn(
            0,
            0,
            &notice,
            usize::from(screen.width),
            model.world.theme.style(Role::Warn),
        );
        let quit = model.world.keys.word(Action::Quit);
        let rest = format!("everything goes on meanwhile; {quit} quits");
        if screen.height > 1 {
            buf.set_stringn(
                0,
                1,
                &rest,
                usize::from(screen.width),
                model.world.theme.style(Role::TextMuted),
            );
        }
        return (Some(Position::new(0, 0)), areas);
    }
    header::header(
        model,
        Rect {
            height: 1,
            ..screen
        },
        buf,
    );
    areas.views = view_bar(
        model,
        Rect {
            y: 1,
            height: 1,
            ..screen
        },
        buf,
    );
    if !model.world.live {
        let row = Rect {
            y: 2,
            height: 1,
            ..screen
        };
        let remark = model.underneath();
        areas.replay = replay::draw(
            &model.replay,
            &model.world.timeline,
            (&remark, model.world.tap().is_some()),
            &model.clock,
            row,
            buf,
            &model.world.theme,
        );
    }
    let ctx = model.world.ctx();
    let mut cursor = model.pane().draw(areas.body, buf, &ctx);
    let status_row = Rect {
        y: screen.height - 2,
        height: 1,
        ..screen
    };
    let lines = model.notices.lines(screen.height);
    let above = Rect {
        y: status_row.y - lines,
        height: lines,
        ..screen
    };
    let (places, focused) = notices::draw(model, above, buf);
    areas.notices = places;
    cursor = focused.or(cursor);
    status(model, status_row, buf);
    areas.hints = hints(
        model,
        Rect {
            y: screen.height - 1,
            height: 1,
            ..screen
        },
        buf,
    );
    areas.continuations = which_key_box(model, cursor, screen, buf);
    for overlay in &model.overlays {
        cursor = match overlay {
            Overlay::Picker(picker) => Some(picker.draw(screen, buf, &model.world.theme)),
            Overlay::Sheet(sheet, _) => Some(sheet.draw(screen, buf, &model.world.theme)),
            Overlay::Letters(at) => {
                let (world, row) = (&model.world, cursor.map_or(0, |at| at.y));
                // Status and hint row stay in sight.
                let room = Rect {
                    height: screen.height - 2,
                    ..screen
                };
                letters::draw(*at, &world.marks, row, room, buf, &world.theme);
                cursor
            }
            Overlay::Export(export) => Some(export.draw(screen, buf, &model.world.theme)),
            Overlay::Doctor => Some(doctor::draw(model, screen, buf)),
            Overlay::Agree(page, _) => Some(page.draw(screen, buf, &model.world.theme)),
            Overlay::Deeds(shown) => {
                Some(shown.draw(&model.deeds, screen, buf, &model.world.theme))
            }
            Overlay::Quit => Some(quit_box(model, screen, buf)),
            Overlay::Trust(place, _) => Some(trust::draw(model, *place, screen, buf)),
            Overlay::Tap(place) => Some(tap::draw(model, *place, screen, buf)),
        };
    }
    (cursor.or(Some(Position::new(0, status_row.y))), areas)
}

fn view_bar(model: &Model, area: Rect, buf: &mut Buffer) -> Vec<(Rect, View)> {
    let theme = &model.world.theme;
    let ctx = model.world.ctx();
    let short = area.width < WIDE;
    let label_of = |number: usize, view: View, tight: bool| {
        let (long_name, short_name) = view.title();
        let name = if short { short_name } else { long_name };
        let n = match view {
            View::Servers => model.world.servers.len(),
            View::Tools => CataloguePane::count(Kind::Tools.lists(), &ctx),
            View::Resources => CataloguePane::count(Kind::Resources.lists(), &ctx),
            View::Prompts => CataloguePane::count(Kind::Prompts.lists(), &ctx),
            View::Traffic => model.world.timeline.rows().len(),
            View::Logs => model.world.timeline.logs().len(),
            View::Inbox => Inbox::count(&ctx),
            View::Sessions => model.panes.sessions.count(),
            View::Lint => model.world.lint.counts().all(),
            View::ByHand | View::Diff | View::Held => 0,
        };
        let mark = if view == model.view {
            "▸"
        } else if tight {
            ""
        } else {
            " "
        };
        let changed = changes::words(model.panes.changed(view, &ctx));
        let count = if n > 0 { n.to_string() } else { String::new() };
        let mut label = format!("{}{mark}{name}", number + 1);
        for more in [count, changed] {
            if !more.is_empty() {
                label.push(' ');
                label.push_str(&more);
            }
        }
        label
    };
    let all = |tight: bool| {
        let views = View::ALL.into_iter().enumerate();
        let labels = views.map(|(number, view)| (view, label_of(number, view, tight)));
        labels.collect::<Vec<_>>()
    };
    let takes = |labels: &[(View, String)], gap: usize| {
        let widths = labels.iter().map(|(_, label)| text::width(label) + gap);
        1 + widths.sum::<usize>() - gap
    };
    let room = usize::from(area.width);
    let (mut labels, mut gap) = (all(false), 2);
    if takes(&labels, gap) > room {
        labels = all(true);
        gap = if takes(&labels, gap) > room { 1 } else { gap };
    }
    let mut places = Vec::new();
    let mut x = area.x + 1;
    for (view, label) in labels {
        let active = view == model.view;
        let style = theme.style(if active { Role::Focus } else { Role::TextMuted });
        let width = text::width(&label) as u16;
        if x + width > area.right() {
            break;
        }
        buf.set_stringn(x, area.y, &label, usize::from(width), style);
        places.push((
            Rect {
                x,
                y: area.y,
                width,
                height: 1,
            },
            view,
        ));
        x += width + gap as u16;
    }
    places
}

fn status(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.world.theme;
    let ctx = model.world.ctx();
    let (style, sentence) = if let Some((tone, sentence)) = &model.status {
        let role = match tone {
            Tone::Info => Role::Info,
            Tone::Warn => Role::Warn,
            Tone::Error => Role::Error,
        };
        (theme.style(role), sentence.clone())
    } else if model.quitting {
        (theme.style(Role::Info), "stopping servers…".to_owned())
    } else if let Some(rerun) = ctx.rerun.filter(|rerun| ctx.live && rerun.far.is_some()) {
        let stop = ctx.keys.word(Action::CancelCall);
        let sentence = format!("{}; {stop} ends it with what came", rerun.words());
        (theme.style(Role::Info), sentence)
    } else if let Some(sentence) = model.pane().hint(&ctx) {
        (theme.style(Role::TextMuted), sentence)
    } else {
        (Style::default(), String::new())
    };
    let sentence = text::sanitize(&sentence).into_owned();
    let room = usize::from(area.width).saturating_sub(2);
    buf.set_stringn(area.x + 1, area.y, text::fit(&sentence, room), room, style);
}

fn hints(model: &Model, area: Rect, buf: &mut Buffer) -> Vec<(Rect, Action)> {
    let typing = model.pane().takes_text() && !model.notices.focused;
    let (keys, scopes) = (&model.world.keys, model.scopes());
    // An outer scope's key that an inner one has taken is not what pressing it would do.
    let shown = |action: Action| {
        let key = keys.word_in(action, &scopes)?;
        Some((action, key, action.row().hint))
    };
    let ending: Vec<(Action, String, &str)> = ENDING.into_iter().filter_map(shown).collect();
    let open = model.pane().open_keys();
    let act = !typing || model.pane().letters_act();
    let mut useful: Vec<(Action, String, &str)> = scopes
        .iter()
        .flat_map(|scope| keymap::rows(*scope))
        .filter(|row| act && !row.hint.is_empty() && !ENDING.contains(&row.action))
        .filter(|row| model.why_not(row.action).is_none())
        .filter_map(|row| shown(row.action))
        .filter(|(_, key, _)| open.iter().all(|(taken, _)| taken != key))
        .collect();
    // Somebody waits while a frame is held.
    useful.sort_by_key(|(action, ..)| *action != Action::HeldFrames || model.view == View::Held);
    let hint_list: Vec<Hint<'_>> = if typing {
        // The field's own keys: they cannot be bound, so they are not in the table.
        let in_form = scopes.contains(&Scope::Form);
        let field = [
            ("Tab", "next", in_form),
            (
                "Enter",
                if in_form { "keep and next" } else { "keep" },
                true,
            ),
            ("Esc", "leave", true),
            ("S-Tab", "back", in_form),
        ];
        let field = field.into_iter().filter(|_| open.is_empty());
        field
            .filter(|(_, _, works)| *works)
            .map(|(key, label, _)| (key, label))
            .chain(open.iter().copied())
            .map(|(key, label)| Hint { key, label })
            .chain(useful.iter().map(written))
            .collect()
    } else {
        let open = open.iter().map(|(key, label)| Hint { key, label });
        open.chain(useful.iter().map(written)).collect()
    };
    let ending_list: Vec<Hint<'_>> = ending.iter().map(written).collect();
    let drawn = hint::draw(&hint_list, &ending_list, area, buf, &model.world.theme);
    drawn
        .into_iter()
        .filter_map(|(place, index)| {
            let action = if index >= hint_list.len() {
                ending.get(index - hint_list.len())
            } else {
                // Before the actions stand the field's own keys.
                let first = hint_list.len() - useful.len();
                index.checked_sub(first).and_then(|at| useful.get(at))
            };
            Some((place, action?.0))
        })
        .collect()
}

fn written<'a>((_, key, label): &'a (Action, String, &'static str)) -> Hint<'a> {
    Hint { key, label }
}

fn which_key_box(
    model: &Model,
    cursor: Option<Position>,
    screen: Rect,
    buf: &mut Buffer,
) -> Vec<(Rect, Action)> {
    if model.chords.is_empty() {
        return Vec::new();
    }
    if let Meaning::Prefix(list) = model.world.keys.meaning(&model.chords, &model.scopes()) {
        let prefix: String = model.chords.iter().map(ToString::to_string).collect();
        let list: Vec<(String, Action, bool)> = list
            .into_iter()
            .map(|(keys, action)| (keys, action, model.why_not(action).is_none()))
            .collect();
        let row = cursor.map_or(0, |at| at.y);
        // Status and hint row stay in sight.
        let room = Rect {
            height: screen.height - 2,
            ..screen
        };
        return which_key::draw(&prefix, &list, row, room, buf, &model.world.theme);
    }
    Vec::new()
}

fn quit_box(model: &Model, screen: Rect, buf: &mut Buffer) -> Position {
    let theme = &model.world.theme;
    let alive: Vec<String> = model
        .world
        .timeline
        .state()
        .connections()
        .filter(|connection| connection.is_alive())
        .map(|connection| {
            let pid = connection
                .pid
                .map(|pid| format!(" (pid {pid})"))
                .unwrap_or_default();
            format!("{}{pid}", text::sanitize(&connection.name))
        })
        .collect();
    let where_kept = match &model.keeping {
        Keeping::Recording { path, .. } => format!("The session stays in {}", path.display()),
        _ => "The session is not recorded".to_owned(),
    };
    let mut lines = vec!["Still running, will be stopped:".to_owned()];
    lines.extend(alive.iter().map(|name| format!("  {name}")));
    lines.push(String::new());
    lines.push(where_kept);
    let close = model.world.keys.key_of(Action::Close);
    let close = close.map_or_else(String::new, |key| format!("{key} or "));
    lines.push(format!("{close}Enter quits, any other key stays"));
    let width = lines
        .iter()
        .map(|line| text::width(line))
        .max()
        .unwrap_or(0)
        .min(usize::from(screen.width) - 6);
    let room = Popup {
        title: "QUIT?",
        footer: "",
        width: width as u16,
        height: lines.len() as u16,
        place: Place::Centre,
    }
    .draw(screen, buf, theme);
    for (y, line) in (room.y..room.bottom()).zip(&lines) {
        let style = theme.style(Role::Text);
        buf.set_stringn(
            room.x,
            y,
            text::fit(line, usize::from(room.width)),
            usize::from(room.width),
            style,
        );
    }
    Position::new(room.x, room.bottom().saturating_sub(1))
}
