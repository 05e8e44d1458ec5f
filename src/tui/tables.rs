//! What the screen goes by, told without one: its keys, its themes, and what is wrong with somebody's own.
//!
//! Text in, text out; who asks reads the files and prints the lines.

use std::fmt::Write as _;

use super::action::{ACTIONS, Scope};
use super::keymap::{Keymap, rows};
use super::theme::{BUNDLED, Depth, Role, Theme, ThemeError, contrast};
use crate::json::{self, quote};

/// The keys of every action, a line each: where it applies, keys, name, what it does. As JSON, a list of objects.
pub fn keys(keymap: &Keymap, json: bool) -> String {
    let mut out = String::new();
    let mut objects = Vec::new();
    for scope in Scope::ALL {
        if !json {
            let _ = writeln!(out, "{}", scope.title());
        }
        for row in rows(scope) {
            let keys = keymap.labels(row.action);
            if json {
                let keys: Vec<String> = keymap
                    .list(row.action)
                    .iter()
                    .map(|key| quote(key))
                    .collect();
                objects.push(format!(
                    r#"{{"action":{},"where":{},"keys":[{}],"doc":{}}}"#,
                    quote(row.name),
                    quote(scope.title()),
                    keys.join(","),
                    quote(row.doc)
                ));
            } else {
                let _ = writeln!(out, "  {keys:<16} {:<20} {}", row.name, row.doc);
            }
        }
    }
    if json {
        out = format!("[{}]\n", objects.join(","));
    }
    out
}

/// The terminal as far as it takes keys away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal<'a> {
    /// `TERM`
    pub term: Option<&'a str>,
    /// Whether it is in tmux.
    pub tmux: bool,
    /// Whether it is in GNU screen.
    pub screen: bool,
}

/// The actions whose keys do not all arrive here, a line each, and whether one has none left.
pub fn unsent(keymap: &Keymap, terminal: Terminal<'_>) -> (Vec<String>, bool) {
    let takes = |key: &str| match key {
        "Ctrl-b" if terminal.tmux => Some("tmux takes it, unless its prefix is another"),
        "Ctrl-a" if terminal.screen => Some("screen takes it, unless its escape is another"),
        "Ctrl-Space" | "S-Tab" if terminal.term == Some("linux") => {
            Some("the Linux console does not send it")
        }
        _ => None,
    };
    let mut lines = Vec::new();
    let mut lost = false;
    for row in ACTIONS {
        let keys = keymap.list(row.action);
        let taken: Vec<(&String, &str)> = keys
            .iter()
            .filter_map(|key| Some((key, takes(key)?)))
            .collect();
        let left = keys.len() - taken.len();
        for (key, why) in taken {
            let others = match left {
                0 => {
                    lost = true;
                    format!("; {} has no other: bind one in [keys], or use x", row.name)
                }
                _ => String::new(),
            };
            lines.push(format!("{key} ({}): {why}{others}", row.name));
        }
    }
    (lines, lost)
}

/// The themes there are.
pub fn themes() -> Vec<&'static str> {
    BUNDLED.iter().map(|(name, _)| *name).collect()
}

/// The text of a theme that is part of mcpscope.
pub fn bundled(name: &str) -> Option<&'static str> {
    BUNDLED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// What cannot be read well in a theme, a line each; the error is why it cannot be used at all.
pub fn check(text: &str) -> Result<Vec<String>, ThemeError> {
    let mut lines: Vec<String> = Vec::new();
    for (depth, word) in [(Depth::Rgb, "24-bit colours"), (Depth::C256, "256 colours")] {
        let theme = Theme::parse(text, depth)?;
        for faint in contrast::faint(&theme, contrast::ground(text)) {
            let line = format!(
                "{}: contrast {:.1} with {word}, {:.1} is wanted",
                faint.role.name(),
                faint.found,
                faint.wanted
            );
            lines.push(line);
        }
    }
    Theme::parse(text, Depth::C16)?;
    Ok(lines)
}

/// What a check found, as JSON.
pub fn findings(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| json::quote(line)).collect();
    format!("[{}]", lines.join(","))
}

/// How many roles a theme styles.
pub const fn roles() -> usize {
    Role::ALL.len()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_action_is_told() {
        let text = keys(&Keymap::default(), false);
        let json = keys(&Keymap::default(), true);
        assert!(json::check(json.as_bytes()).is_ok());
        for row in ACTIONS {
            assert!(
                text.contains(row.name) && json.contains(&quote(row.name)),
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn a_key_that_does_not_arrive_is_named() {
        let tmux = Terminal {
            tmux: true,
            ..Terminal::default()
        };
        let (lines, lost) = unsent(&Keymap::default(), tmux);
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("Ctrl-b (page-up): tmux")),
            "{lines:?}"
        );
        assert!(!lost, "{lines:?}");
        assert_eq!(
            unsent(&Keymap::default(), Terminal::default()),
            (Vec::new(), false)
        );
    }

    #[test]
    fn a_theme_that_cannot_be_read_is_told() {
        for (name, text) in BUNDLED {
            assert_eq!(check(text).unwrap(), Vec::<String>::new(), "{name}");
        }
        let faint = "inherits = \"dark\"\n[roles]\n\"text.muted\" = \"#222222\"\n";
        let lines = check(faint).unwrap();
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("text.muted: contrast 1.")),
            "{lines:?}"
        );
        assert_eq!(check("[roles]\nnothing = \"red\"").unwrap_err().line, 2);
    }
}
