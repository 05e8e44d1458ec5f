//! Lists with numbers, and what a number stands for: the thing of that number in the list shown last.

use super::super::failure::Failure;
use super::super::headless::Headless;
use super::super::signature;
use crate::mcp::types::List;
use crate::text;

/// What was listed last.
#[derive(Debug, Default)]
pub struct Numbered {
    list: Option<List>,
    names: Vec<String>,
}

impl Numbered {
    /// The lines of a list: those things that have `filter` in what they are called. From now on numbers mean them.
    pub fn list(
        &mut self,
        list: List,
        filter: Option<&str>,
        session: &mut Headless,
    ) -> Result<Vec<String>, Failure> {
        let note = session.judge(list)?;
        if let Some(note) = &note {
            session.console.note(note);
        }
        let items = session.connection().list(list).items.clone();
        let wanted = filter.unwrap_or_default().to_lowercase();
        self.list = Some(list);
        self.names.clear();
        let mut lines = Vec::new();
        for item in items.iter() {
            let name = match list {
                List::Resources | List::Templates => item.uri.as_deref().unwrap_or(&item.name),
                List::Tools | List::Prompts => &item.name,
            };
            let label = format!("{name} {}", item.label()).to_lowercase();
            if label.contains(&wanted) {
                self.names.push(name.to_owned());
                let line = signature::line(list, item);
                lines.push(format!("{} {line}", self.names.len()));
            }
        }
        if lines.is_empty() && note.is_none() {
            lines.push(match items.len() {
                0 => format!("{} lists none", text::sanitize(session.name())),
                all => format!("none of {all} has that in its name"),
            });
        }
        Ok(lines)
    }

    /// Puts names in the place of numbers: `2`, `call 2`.
    pub fn name(&self, words: &mut Vec<String>) {
        let Some(verb) = self.list.map(|list| match list {
            List::Tools => "call",
            List::Prompts => "get",
            List::Resources | List::Templates => "read",
        }) else {
            return;
        };
        if words.len() == 1 && self.of(&words[0]).is_some() {
            words.insert(0, verb.to_owned());
        }
        if let [first, number, ..] = words.as_mut_slice()
            && first == verb
            && let Some(name) = self.of(number)
        {
            *number = name.to_owned();
        }
    }

    fn of(&self, word: &str) -> Option<&str> {
        let number: usize = word.parse().ok()?;
        self.names.get(number.checked_sub(1)?).map(String::as_str)
    }
}

/// The first line, once the connection works.
pub fn greeting(session: &Headless) -> String {
    let connection = session.connection();
    let mut parts = vec![format!("mcpscope {}: connected", session.name())];
    parts.extend(connection.revision.map(|revision| revision.to_string()));
    for (list, word) in [
        (List::Tools, "tool"),
        (List::Resources, "resource"),
        (List::Prompts, "prompt"),
    ] {
        let count = connection.list(list).items.len();
        if count > 0 {
            parts.push(text::plural(count, word));
        }
    }
    let parts = parts.join(", ");
    format!(
        "{}. Type tools, a number, a command, or ? for help; quit leaves.",
        text::sanitize(&parts)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_for_what_was_listed_last() {
        let numbered = Numbered {
            list: Some(List::Tools),
            names: vec!["echo".to_owned(), "7".to_owned()],
        };
        let named = |line: &str| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            numbered.name(&mut words);
            words.join(" ")
        };
        for (line, means) in [
            ("1", "call echo"),
            ("2", "call 7"),
            ("3", "3"),
            ("0", "0"),
            ("call 1 text=2", "call echo text=2"),
            ("call echo 1", "call echo 1"),
            ("read 1", "read 1"),
            ("tools", "tools"),
        ] {
            assert_eq!(named(line), means);
        }
    }
}
