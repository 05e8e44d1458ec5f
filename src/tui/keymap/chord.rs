//! One key press, and its names.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::config::nearest;

/// One key press with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    control: bool,
}

const NAMED: [(&str, KeyCode); 16] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("S-Tab", KeyCode::BackTab),
    ("Space", KeyCode::Char(' ')),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
];

impl Chord {
    /// Out one level, always: nothing else can have it.
    pub const ESC: Self = Self {
        code: KeyCode::Esc,
        control: false,
    };
    /// Cancels, always.
    pub const CTRL_C: Self = Self {
        code: KeyCode::Char('c'),
        control: true,
    };

    /// The chord of a name as the table writes it: `x`, `G`, `Enter`, `F5`, `C-l`; only what terminals send.
    pub fn named(name: &str) -> Option<Self> {
        let plain = |code| Self {
            code,
            control: false,
        };
        if let Some((_, code)) = NAMED.iter().find(|(other, _)| *other == name) {
            return Some(plain(*code));
        }
        if let Some(rest) = name.strip_prefix("C-") {
            let character = match only(rest) {
                _ if rest == "Space" => ' ',
                // These arrive as Tab and Enter.
                Some('i' | 'm') => return None,
                Some(letter @ 'a'..='z') => letter,
                _ => return None,
            };
            return Some(Self {
                code: KeyCode::Char(character),
                control: true,
            });
        }
        if let Some(Ok(number @ 1..=12)) = name.strip_prefix('F').map(str::parse) {
            return Some(plain(KeyCode::F(number)));
        }
        only(name)
            .filter(|character| !character.is_control() && !character.is_whitespace())
            .map(|character| plain(KeyCode::Char(character)))
    }

    /// Why there is no such chord, as a clause, and what may be meant.
    pub(super) fn why_not(name: &str) -> (&'static str, Option<String>) {
        let lower = name.to_lowercase();
        let control = ["c-", "ctrl-", "ctrl+", "control-", "^"]
            .iter()
            .find_map(|prefix| lower.strip_prefix(prefix))
            .filter(|rest| !rest.is_empty());
        if let Some(rest) = control {
            let why = match rest {
                "i" => "terminals send it for Tab",
                "m" => "terminals send it for Enter",
                "[" => "terminals send it for Esc",
                _ => "there is no such key",
            };
            let meant = format!("C-{rest}");
            return (why, Self::named(&meant).map(|_| meant));
        }
        let keys = NAMED.iter().map(|(name, _)| *name);
        let meant = nearest(name, keys).map(str::to_owned);
        let number = name.to_uppercase();
        let number = Self::named(&number).map(|_| number);
        ("there is no such key", number.or(meant))
    }
}

/// The character that is all of a text.
fn only(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        let shift_tab = key.code == KeyCode::Tab && key.modifiers.contains(KeyModifiers::SHIFT);
        Self {
            code: if shift_tab {
                KeyCode::BackTab
            } else {
                key.code
            },
            control: key.modifiers.contains(KeyModifiers::CONTROL),
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            formatter.write_str("Ctrl-")?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => formatter.write_str(name),
            (None, KeyCode::Char(character)) => write!(formatter, "{character}"),
            (None, KeyCode::F(number)) => write!(formatter, "F{number}"),
            (None, code) => write!(formatter, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_terminals_send_have_names() {
        for name in [
            "x", "é", "F", "F1", "F12", "C-a", "C-j", "C-Space", "-", "Ins",
        ] {
            assert!(Chord::named(name).is_some(), "{name}");
        }
        for name in [
            "", "xy", " ", "\t", "F0", "F13", "C-", "C-A", "C-1", "C-[", "C-i", "C-m", "C-Enter",
            "enter",
        ] {
            assert_eq!(Chord::named(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        for (name, meant) in [
            ("enter", Some("Enter")),
            ("PageUp", Some("PgUp")),
            ("Escape", None),
            ("f5", Some("F5")),
            ("C-X", Some("C-x")),
            ("Ctrl-x", Some("C-x")),
            ("^x", Some("C-x")),
            ("C-i", None),
            ("M-x", None),
        ] {
            assert_eq!(Chord::why_not(name).1.as_deref(), meant, "{name}");
        }
        assert_eq!(Chord::why_not("C-i").0, "terminals send it for Tab");
    }
}
