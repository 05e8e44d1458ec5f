//! Which servers several are: the marked ones, or all that are connected; and one call on all of them.

use super::{Model, say, show};
use crate::mcp::types::{Item, List, ToolEffect};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Everywhere;
use crate::tui::model::Overlay;
use crate::tui::overlays::picker::{Choice, Pick, Picker};
use crate::tui::pane::View;
use crate::tui::panes::diff::Asked;

/// Sends a call to every server meant that is connected and has it.
pub(super) fn run(model: &mut Model, call: Everywhere) -> Vec<Effect> {
    let marked = model.panes.servers.marked();
    let state = model.world.timeline.state();
    let mut asked = Vec::new();
    let mut first = None;
    for (place, server) in model.world.servers.iter().enumerate() {
        let meant = marked.is_empty() || marked.contains(&server.name);
        let connection = server.conn.and_then(|conn| state.connection(conn));
        let Some(connection) = connection.filter(|one| meant && one.is_ready()) else {
            continue;
        };
        let items = &connection.list(call.list).items;
        let named = |item: &&std::sync::Arc<Item>| match call.list {
            List::Resources | List::Templates => item.uri.as_deref() == Some(&*call.name),
            List::Tools | List::Prompts => *item.name == *call.name,
        };
        let Some(item) = items.iter().find(named) else {
            continue;
        };
        if place == model.world.current {
            first = Some(asked.len());
        }
        let careful = match item.effect {
            _ if call.list != List::Tools => None,
            ToolEffect::Destroys => Some("is marked destructive"),
            ToolEffect::Unknown if model.world.settings.careful => {
                Some("does not say what it does")
            }
            _ => None,
        };
        asked.push(Asked {
            conn: connection.number,
            name: server.name.clone(),
            careful,
        });
    }
    // The others are held against the one that is looked at.
    if let Some(first) = first {
        asked.swap(0, first);
    }
    if asked.len() < 2 {
        let name = text::sanitize(&call.name).into_owned();
        let key = model.world.keys.word(Action::PickServers);
        let sentence = format!(
            "{name} is on {} that is connected and meant; {key} marks others",
            text::plural(asked.len(), "server")
        );
        return say(model, &sentence);
    }
    show(model, View::Diff);
    model.panes.diff.everywhere(call, asked, &model.world.ctx())
}

/// The list in which servers are marked.
pub(super) fn pick(model: &mut Model) -> Vec<Effect> {
    let marked = model.panes.servers.marked();
    let state = model.world.timeline.state();
    let all = Choice {
        left: if marked.is_empty() { "marked" } else { "" }.to_owned(),
        middle: "all servers that are connected".to_owned(),
        right: "closes the list".to_owned(),
        enabled: true,
        pick: Pick::Mark(None),
    };
    let servers = model
        .world
        .servers
        .iter()
        .enumerate()
        .map(|(place, server)| {
            let ready = server
                .conn
                .and_then(|conn| state.connection(conn))
                .is_some_and(crate::session::timeline::Connection::is_ready);
            Choice {
                left: if marked.contains(&server.name) {
                    "marked"
                } else {
                    ""
                }
                .to_owned(),
                middle: text::sanitize(&server.name).into_owned(),
                right: if ready { "connected" } else { "not connected" }.to_owned(),
                enabled: true,
                pick: Pick::Mark(Some(place)),
            }
        });
    let choices = std::iter::once(all).chain(servers).collect();
    let picker = Picker::new("SERVERS meant by what runs on several", choices);
    model.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// Somebody marked a server, or all.
pub(super) fn picked(model: &mut Model, place: Option<usize>) -> Vec<Effect> {
    let Some(server) = place.and_then(|place| model.world.servers.get(place)) else {
        model.panes.servers.unmark();
        return say(model, "all servers that are connected are meant");
    };
    let name = server.name.clone();
    model.panes.servers.mark(&name);
    pick(model)
}
