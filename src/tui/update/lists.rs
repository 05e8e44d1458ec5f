//! The lists that are drawn over the screen: help, menu, palette. All are made from the table of actions.

use super::Model;
use crate::mcp::types::List;
use crate::text;
use crate::tui::action::{ACTIONS, Action, Row, Scope};
use crate::tui::effect::Effect;
use crate::tui::keymap;
use crate::tui::model::Overlay;
use crate::tui::overlays::picker::{Choice, Pick, Picker};
use crate::tui::pane::View;

/// The keys that work here.
pub(super) fn help(model: &mut Model) -> Vec<Effect> {
    open(model, "KEYS that work here", help_choices(model))
}

/// What can be done here.
pub(super) fn menu(model: &mut Model) -> Vec<Effect> {
    open(model, "ACTIONS", menu_choices(model))
}

/// The ways to copy the request that is looked at.
pub(super) fn copies(model: &mut Model) -> Vec<Effect> {
    let scopes = [Scope::Traffic, Scope::Request];
    let here = model.scopes();
    let choices = scopes
        .into_iter()
        .filter(|scope| here.contains(scope))
        .flat_map(keymap::rows)
        .filter(|row| row.action != Action::CopyList && is_copy(row))
        .map(|row| choice(model, row.action, row.action.row().name))
        .collect();
    open(model, "COPY AS", choices)
}

/// Whether an action copies or prints: their keys all begin alike.
fn is_copy(row: &Row) -> bool {
    row.name.starts_with("copy-") || row.name.starts_with("print-")
}

/// Everything that has a name.
pub(super) fn palette(model: &mut Model) -> Vec<Effect> {
    let picker = Picker::new("COMMANDS", palette_choices(model)).with_numbers();
    model.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// To an entry.
pub(super) fn entry(model: &mut Model, seq: u64) -> Vec<Effect> {
    let Some(entry) = model.world.timeline.with_seq(seq) else {
        return super::say(model, &format!("there is no entry #{seq}"));
    };
    // Logs has rows for some of them only.
    if model.view == View::Logs {
        super::show(model, View::Traffic);
    }
    super::marks::jump_to(model, entry)
}

fn open(model: &mut Model, title: &str, choices: Vec<Choice>) -> Vec<Effect> {
    model
        .overlays
        .push(Overlay::Picker(Picker::new(title, choices)));
    Vec::new()
}

fn choice(model: &Model, action: Action, remark: &str) -> Choice {
    let reason = model.why_not(action);
    Choice {
        left: model.world.keys.labels(action),
        middle: action.row().doc.to_owned(),
        enabled: reason.is_none(),
        right: reason.unwrap_or_else(|| remark.to_owned()),
        pick: Pick::Action(action),
    }
}

fn help_choices(model: &Model) -> Vec<Choice> {
    model
        .scopes()
        .into_iter()
        .flat_map(|scope| keymap::rows(scope).map(move |row| (scope, row)))
        .map(|(scope, row)| choice(model, row.action, scope.title()))
        .collect()
}

fn menu_choices(model: &Model) -> Vec<Choice> {
    let inner: Vec<Scope> = model
        .scopes()
        .into_iter()
        .filter(|scope| !matches!(scope, Scope::Global | Scope::Move))
        .collect();
    let common = [
        Action::CancelCall,
        Action::Repeat,
        Action::Restart,
        Action::GoTraffic,
        Action::GoLogs,
    ];
    inner
        .into_iter()
        .flat_map(keymap::rows)
        .map(|row| row.action)
        .chain(common)
        .map(|action| choice(model, action, action.row().name))
        .collect()
}

fn palette_choices(model: &Model) -> Vec<Choice> {
    let ctx = model.world.ctx();
    let mut choices = Vec::new();
    if let Some(connection) = ctx.connection() {
        for (list, view, kind) in [
            (List::Tools, View::Tools, "tool"),
            (List::Resources, View::Resources, "resource"),
            (List::Templates, View::Resources, "template"),
            (List::Prompts, View::Prompts, "prompt"),
        ] {
            choices.extend(connection.list(list).items.iter().map(|item| Choice {
                left: kind.to_owned(),
                middle: item.name.to_string(),
                right: text::fit(&text::sanitize(item.summary()), 40).into_owned(),
                enabled: true,
                pick: Pick::Item(view, item.name.to_string()),
            }));
        }
    }
    choices.extend(
        ctx.servers
            .iter()
            .enumerate()
            .map(|(place, server)| Choice {
                left: "server".to_owned(),
                middle: server.name.clone(),
                right: server.origin.clone(),
                enabled: true,
                pick: Pick::Server(place),
            }),
    );
    let scopes = model.scopes();
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        ACTIONS.iter().partition(|row| scopes.contains(&row.scope));
    // One way to press it is enough where there is so much else.
    let short = |row: &'static Row, remark: &str| Choice {
        left: model.world.keys.first(row.action).unwrap_or_default(),
        ..choice(model, row.action, remark)
    };
    choices.extend(here.into_iter().map(|row| short(row, row.scope.title())));
    choices.extend(elsewhere.into_iter().map(|row| Choice {
        enabled: false,
        right: format!("in {}", row.scope.title()),
        ..short(row, "")
    }));
    choices
}
