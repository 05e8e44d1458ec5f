//! Finding what the user named in a server's list, with a way out when it is not there.

use std::sync::Arc;

use super::failure::Failure;
use super::headless::Headless;
use crate::form::assign;
use crate::json::quote;
use crate::mcp::types::{Item, List};

/// How one thing of a list is called.
const fn noun(list: List) -> (&'static str, &'static str, &'static str) {
    match list {
        List::Tools => ("tool", "tools", "tools"),
        List::Resources => ("resource", "resources", "resources"),
        List::Templates => ("resource template", "resource templates", "templates"),
        List::Prompts => ("prompt", "prompts", "prompts"),
    }
}

impl Headless {
    /// The thing called `name` in `list`, which has been waited for. None when a list that the server does not give,
    /// or not to its end, does not hold it: such a list says nothing of what it lacks.
    pub fn named(&mut self, list: List, name: &str) -> Result<Option<Arc<Item>>, Failure> {
        let note = self.judge(list)?;
        if let Some(note) = &note {
            self.console.note(note);
        }
        let items = &self.connection().list(list).items;
        let found = items
            .iter()
            .find(|item| *item.name == *name)
            .map(Arc::clone);
        if found.is_some() || note.is_some() || self.is_cut(list) {
            return Ok(found);
        }
        let (one, many, word) = noun(list);
        let nearest = assign::nearest(name, items.iter().map(|item| &*item.name));
        let hint = match (nearest, items.len()) {
            (Some(nearest), _) => format!("did you mean {}?", quote(nearest)),
            (None, 0) => format!("the server lists no {many}"),
            (None, 1..=8) => {
                let names: Vec<&str> = items.iter().map(|item| &*item.name).collect();
                format!("it has {}", names.join(", "))
            }
            (None, count) => format!("mcpscope list {word} shows its {count} {many}"),
        };
        let what = format!("{} has no {one} {}", self.name(), quote(name));
        Err(Failure::usage(what).hint(hint))
    }
}
