//! Keys to actions and back: chords, sequences, and what a half-typed sequence may become.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, Row, Scope};

/// One key press with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    control: bool,
}

const NAMED: [(&str, KeyCode); 15] = [
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
];

impl Chord {
    /// The chord of a name as the table writes it: `x`, `G`, `Enter`, `C-l`.
    pub fn named(name: &str) -> Option<Self> {
        if let Some((_, code)) = NAMED.iter().find(|(other, _)| *other == name) {
            return Some(Self {
                code: *code,
                control: false,
            });
        }
        let (control, rest) = name
            .strip_prefix("C-")
            .map_or((false, name), |rest| (true, rest));
        let mut characters = rest.chars();
        let character = characters.next()?;
        characters.next().is_none().then_some(Self {
            code: KeyCode::Char(character),
            control,
        })
    }
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

/// A key sequence as people write it: `gt`, `Enter`, `Ctrl-l`.
pub fn label(keys: &str) -> String {
    keys.split(' ')
        .filter_map(Chord::named)
        .map(|chord| chord.to_string())
        .collect()
}

/// The first keys of an action, for people.
pub fn keys_of(action: Action) -> String {
    action
        .row()
        .keys
        .first()
        .map(|keys| label(keys))
        .unwrap_or_default()
}

/// What a sequence of chords means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// An action.
    Action(Action),
    /// The beginning of these.
    Prefix(Vec<(String, Action)>),
    /// Nothing.
    Nothing,
}

/// What `chords` mean where these scopes apply, innermost first. The innermost scope that knows them decides; the
/// continuations of a prefix are gathered over all.
pub fn meaning(chords: &[Chord], scopes: &[Scope]) -> Meaning {
    let mut continuations: Vec<(String, Action)> = Vec::new();
    for scope in scopes {
        for row in rows(*scope) {
            for keys in row.keys {
                let sequence: Vec<Chord> = keys.split(' ').filter_map(Chord::named).collect();
                if sequence == chords && continuations.is_empty() {
                    return Meaning::Action(row.action);
                }
                if sequence.len() > chords.len() && sequence.starts_with(chords) {
                    let rest: String = sequence[chords.len()..]
                        .iter()
                        .map(ToString::to_string)
                        .collect();
                    if continuations.iter().all(|(other, _)| *other != rest) {
                        continuations.push((rest, row.action));
                    }
                }
            }
        }
    }
    if continuations.is_empty() {
        Meaning::Nothing
    } else {
        Meaning::Prefix(continuations)
    }
}

/// The rows of a scope, in the table's order.
pub fn rows(scope: Scope) -> impl Iterator<Item = &'static Row> {
    ACTIONS.iter().filter(move |row| row.scope == scope)
}

/// The README's tables of keys, a scope each, as Markdown.
pub fn key_table() -> String {
    use std::fmt::Write as _;
    let mut table = String::new();
    for scope in Scope::ALL {
        let _ = write!(
            table,
            "\n**{}**\n\n| keys | action | what it does |\n|---|---|---|\n",
            scope.title()
        );
        for row in rows(scope) {
            let keys: Vec<String> = row
                .keys
                .iter()
                .map(|keys| format!("`{}`", label(keys).replace('|', "\\|")))
                .collect();
            let _ = writeln!(table, "| {} | {} | {} |", keys.join(" "), row.name, row.doc);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chords(keys: &str) -> Vec<Chord> {
        keys.split(' ').filter_map(Chord::named).collect()
    }

    #[test]
    fn the_innermost_scope_decides() {
        let viewer = [Scope::Viewer, Scope::Move, Scope::Global];
        assert_eq!(
            meaning(&chords("Enter"), &viewer),
            Meaning::Action(Action::ToggleFold)
        );
        assert_eq!(
            meaning(&chords("Enter"), &[Scope::Traffic, Scope::Global]),
            Meaning::Action(Action::OpenRow)
        );
        assert_eq!(
            meaning(&chords("h"), &[Scope::Form, Scope::Move]),
            Meaning::Action(Action::PreviousOption)
        );
        assert_eq!(
            meaning(&chords("g g"), &viewer),
            Meaning::Action(Action::Top)
        );
        assert_eq!(meaning(&chords("g Z"), &viewer), Meaning::Nothing);
    }

    #[test]
    fn a_prefix_lists_what_may_follow() {
        let Meaning::Prefix(list) = meaning(
            &chords("y"),
            &[Scope::Viewer, Scope::Traffic, Scope::Global],
        ) else {
            panic!()
        };
        let keys: Vec<&str> = list.iter().map(|(keys, _)| keys.as_str()).collect();
        assert_eq!(keys, ["y", "s", "p", "k", "a", "r", "R"]);
    }

    #[test]
    fn labels_read_well() {
        assert_eq!(label("g t"), "gt");
        assert_eq!(label("C-l"), "Ctrl-l");
        assert_eq!(label("S-Tab"), "S-Tab");
    }
}
