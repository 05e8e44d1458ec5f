//! A session as a server: the command line that serves it, and the entry for a client's settings, to be copied.

use crate::json::Value;
use crate::library::{Item, Writing};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::Reply;

/// The command line, wherever it is typed.
fn command(item: &Item) -> String {
    let path = item.path.to_string_lossy();
    format!("mcpscope serve {}", shell_words::quote(&path))
}

/// The same as it is shown: what is in the library has a name, which is shorter.
pub fn shown(item: &Item) -> String {
    if item.writing == Writing::Ours {
        return command(item);
    }
    format!("mcpscope serve {}", shell_words::quote(&item.stem()))
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::library::Meta;

    fn item(path: &str, writing: Writing) -> Item {
        Item {
            path: path.into(),
            writing,
            began: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            by: String::new(),
            size: 0,
            meta: Meta::default(),
        }
    }

    fn copied(action: Action, item: &Item) -> Option<String> {
        let reply = reply(action, Some(item));
        reply.effects.into_iter().find_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text),
            _ => None,
        })
    }

    #[test]
    fn what_is_copied_can_be_run_anywhere() {
        let item = item("/data/my sessions/a.jsonl", Writing::Nobody);
        let line = copied(Action::ServeSession, &item);
        assert_eq!(
            line.as_deref(),
            Some("mcpscope serve '/data/my sessions/a.jsonl'")
        );
        assert_eq!(shown(&item), "mcpscope serve a");
        let config = copied(Action::ServeConfig, &item).unwrap_or_default();
        let args = crate::json::get(config.as_bytes(), &["mcpServers", "a", "args"]);
        let args: Vec<_> = crate::json::elements(args.unwrap_or_default())
            .filter_map(crate::json::string)
            .collect();
        assert_eq!(args, ["serve", "/data/my sessions/a.jsonl"], "{config}");
    }
}
