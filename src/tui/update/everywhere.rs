//! Which servers several are: the marked ones, or all that are connected; which are looked at; and one call on all of
//! them.

use super::{Model, say, show};
use crate::mcp::types::{Item, List, ToolEffect};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Everywhere;
use crate::tui::model::{Overlay, Tone};
use crate::tui::overlays::picker::{Choice, Pick, Picker};
use crate::tui::pane::{Ctx, Reach, View};
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

/// The list in which servers are picked: which ones lists, Traffic and Logs tell of, and which are marked.
pub(super) fn pick(model: &mut Model) -> Vec<Effect> {
    let world = &model.world;
    let marked = model.panes.servers.marked();
    let state = world.timeline.state();
    let current = world.servers.get(world.current);
    let name = current.map_or_else(String::new, |server| {
        text::sanitize(&server.name).into_owned()
    });
    let keys = [Action::PreviousServer, Action::NextServer].map(|action| world.keys.word(action));
    let reaches = [
        (
            Reach::Own,
            "each list its own server, Traffic and Logs all".to_owned(),
            "as it begins".to_owned(),
        ),
        (
            Reach::All,
            "all servers in one list".to_owned(),
            "that were connected".to_owned(),
        ),
        (
            Reach::One,
            format!("one server everywhere: {name}"),
            format!("{} {} for others", keys[0], keys[1]),
        ),
    ];
    let here = |is: bool, word: &str| if is { word } else { "" }.to_owned();
    let reaches = reaches.into_iter().map(|(reach, middle, right)| Choice {
        left: here(world.reach == reach, "✓ now"),
        middle,
        right,
        enabled: true,
        pick: Pick::Reach(reach),
    });
    let servers = world.servers.iter().enumerate().map(|(place, server)| {
        let ready = server
            .conn
            .and_then(|conn| state.connection(conn))
            .is_some_and(crate::session::timeline::Connection::is_ready);
        Choice {
            left: here(marked.contains(&server.name), "✓ marked"),
            middle: text::sanitize(&server.name).into_owned(),
            right: if ready { "connected" } else { "not connected" }.to_owned(),
            enabled: true,
            pick: Pick::Mark(place),
        }
    });
    let choices = reaches.chain(servers).collect();
    let picker = Picker::new("SERVERS to look at; marked ones alone", choices);
    model.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// Somebody marked a server in the list: those that are marked are looked at, and the list stays open.
pub(super) fn picked(model: &mut Model, place: usize) -> Vec<Effect> {
    let Some(server) = model.world.servers.get(place) else {
        return Vec::new();
    };
    let name = server.name.clone();
    model.panes.servers.mark(&name);
    let marked = model.panes.servers.marked();
    model.world.reach = if marked.is_empty() {
        Reach::Own
    } else {
        Reach::Picked(marked.clone())
    };
    pick(model)
}

/// Somebody said which servers to look at.
pub(super) fn reach(model: &mut Model, reach: Reach) -> Vec<Effect> {
    let world = &model.world;
    let again = world.keys.word(Action::PickServers);
    let sentence = match &reach {
        Reach::Own => "each list is of its own server, Traffic and Logs of all".to_owned(),
        Reach::All => "lists, Traffic and Logs are of all servers".to_owned(),
        Reach::One | Reach::Picked(_) => {
            let ctx = Ctx {
                reach: &reach,
                ..world.ctx()
            };
            format!("{}; {again} changes that", ctx.only_words())
        }
    };
    // Those that were marked are not meant any more, wherever that is asked.
    if reach == Reach::All {
        model.panes.servers.unmark();
    }
    model.world.reach = reach;
    model.status = Some((Tone::Info, sentence));
    Vec::new()
}

/// Looks at the server that many further on: of those that are looked at together, when there are.
pub(super) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let ctx = model.world.ctx();
    let mut places = ctx.together();
    if places.is_empty() {
        places = (0..ctx.servers.len()).collect();
    }
    let at = places.iter().position(|place| *place == ctx.current);
    let next = match at {
        Some(at) => (at as isize + by).rem_euclid(places.len() as isize) as usize,
        None => 0,
    };
    let Some(place) = places.get(next) else {
        return Vec::new();
    };
    let name = text::sanitize(&ctx.servers[*place].name).into_owned();
    model.world.current = *place;
    model.status = Some((Tone::Info, format!("server {name}")));
    Vec::new()
}

/// Whoever stands on something of another server looks at that; and those that are picked are those that are marked.
pub(super) fn follow(model: &mut Model) {
    if let Reach::Picked(names) = &model.world.reach {
        let marked = model.panes.servers.marked();
        if marked.is_empty() {
            model.world.reach = Reach::Own;
        } else if names != marked {
            model.world.reach = Reach::Picked(marked.clone());
        }
    }
    let ctx = model.world.ctx();
    if let Some(place) = model.pane().stands_on(&ctx) {
        model.world.current = place;
    }
}
