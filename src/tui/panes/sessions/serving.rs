//! A session as a server: the command line that serves it, and the entry for a client's settings, to be copied.

use crate::json::Value;
use crate::library::Item;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::Reply;

/// The command line.
pub fn command(item: &Item) -> String {
    let path = item.path.to_string_lossy();
    format!("mcpscope serve {}", shell_words::quote(&path))
}

/// The entry for the settings of a client.
fn config(item: &Item) -> String {
    let text = |text: &str| Value::String(text.to_owned());
    let path = item.path.to_string_lossy();
    let entry = Value::Object(vec![
        ("command".to_owned(), text("mcpscope")),
        (
            "args".to_owned(),
            Value::Array(vec![text("serve"), text(&path)]),
        ),
    ]);
    let servers = Value::Object(vec![(item.title(), entry)]);
    Value::Object(vec![("mcpServers".to_owned(), servers)]).pretty() + "\n"
}

/// Copies what an action means; nothing for other actions, or without a session.
pub fn reply(action: Action, item: Option<&Item>) -> Reply {
    let (text, what) = match (action, item) {
        (Action::ServeSession, Some(item)) => (command(item), "the command line"),
        (Action::ServeConfig, Some(item)) => (config(item), "the entry for a client"),
        _ => return Reply::done(),
    };
    let what = what.to_owned();
    Reply::effect(Effect::Copy { text, what })
}
