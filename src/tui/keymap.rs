//! Keys to actions and back: the table's keys with the user's own in their place, what a sequence of keys means, and
//! what a half-typed one may become.

mod chord;
mod own;
mod problem;

pub use chord::Chord;
pub use problem::{KeyError, KeyProblem};

use super::action::{ACTIONS, Action, Row, Scope};

/// A key sequence as people write it: `gt`, `Enter`, `Ctrl-l`.
pub fn label(keys: &str) -> String {
    label_of(&sequence(keys))
}

fn label_of(chords: &[Chord]) -> String {
    chords.iter().map(ToString::to_string).collect()
}

/// The chords of a sequence as the table writes it.
fn sequence(keys: &str) -> Vec<Chord> {
    keys.split(' ').filter_map(Chord::named).collect()
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

/// Which keys mean what: made once, when the screen starts. [`Default`] is what the table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// The sequences of every action, in the order of the table.
    keys: Vec<Vec<Vec<Chord>>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = ACTIONS
            .iter()
            .map(|row| row.keys.iter().map(|keys| sequence(keys)).collect());
        Self {
            keys: keys.collect(),
        }
    }
}

impl Keymap {
    fn of(&self, action: Action) -> &[Vec<Chord>] {
        // As in [`Action::row`].
        &self.keys[action as usize]
    }

    /// What `chords` mean where these scopes apply, innermost first. The innermost scope that knows them decides; the
    /// continuations of a prefix are gathered over all.
    pub fn meaning(&self, chords: &[Chord], scopes: &[Scope]) -> Meaning {
        let mut continuations: Vec<(String, Action)> = Vec::new();
        for row in scopes.iter().flat_map(|scope| rows(*scope)) {
            for sequence in self.of(row.action) {
                if sequence == chords && continuations.is_empty() {
                    return Meaning::Action(row.action);
                }
                if sequence.len() > chords.len() && sequence.starts_with(chords) {
                    let rest = label_of(&sequence[chords.len()..]);
                    if continuations.iter().all(|(other, _)| *other != rest) {
                        continuations.push((rest, row.action));
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

    /// All keys of an action, for people.
    pub fn labels(&self, action: Action) -> String {
        self.list(action).join(" ")
    }

    /// The same, each by itself.
    pub fn list(&self, action: Action) -> Vec<String> {
        self.of(action).iter().map(|keys| label_of(keys)).collect()
    }

    /// The first keys of an action, for people.
    pub fn first(&self, action: Action) -> Option<String> {
        self.of(action).first().map(|keys| label_of(keys))
    }

    /// The first keys of an action, for sentences; its name when it has none.
    pub fn word(&self, action: Action) -> String {
        let keys = self.first(action);
        keys.unwrap_or_else(|| action.row().name.to_owned())
    }

    /// The first keys that do it where these scopes apply: an inner scope may use others for something else.
    pub fn word_in(&self, action: Action, scopes: &[Scope]) -> Option<String> {
        self.of(action)
            .iter()
            .find(|keys| self.meaning(keys, scopes) == Meaning::Action(action))
            .map(|keys| label_of(keys))
    }

    /// The one key that does it, if there is such a one.
    pub fn key_of(&self, action: Action) -> Option<Chord> {
        self.of(action).iter().find_map(|keys| match keys[..] {
            [key] => Some(key),
            _ => None,
        })
    }

    /// Whether this one key does it.
    pub fn is_key_of(&self, key: Chord, action: Action) -> bool {
        self.of(action).iter().any(|keys| *keys == [key])
    }
}

/// The rows of a scope, in the table's order.
pub fn rows(scope: Scope) -> impl Iterator<Item = &'static Row> {
    ACTIONS.iter().filter(move |row| row.scope == scope)
}

/// The README's tables of the default keys, a scope each, as Markdown.
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

    fn meaning(keys: &str, scopes: &[Scope]) -> Meaning {
        Keymap::default().meaning(&sequence(keys), scopes)
    }

    #[test]
    fn the_innermost_scope_decides() {
        let viewer = [Scope::Viewer, Scope::Move, Scope::Global];
        assert_eq!(
            meaning("Enter", &viewer),
            Meaning::Action(Action::ToggleFold)
        );
        assert_eq!(
            meaning("Enter", &[Scope::Traffic, Scope::Global]),
            Meaning::Action(Action::OpenRow)
        );
        assert_eq!(
            meaning("h", &[Scope::Form, Scope::Move]),
            Meaning::Action(Action::PreviousOption)
        );
        assert_eq!(meaning("g g", &viewer), Meaning::Action(Action::Top));
        assert_eq!(meaning("g Z", &viewer), Meaning::Nothing);
    }

    #[test]
    fn a_prefix_lists_what_may_follow() {
        let Meaning::Prefix(list) = meaning("y", &[Scope::Viewer, Scope::Traffic, Scope::Global])
        else {
            panic!()
        };
        let keys: Vec<&str> = list.iter().map(|(keys, _)| keys.as_str()).collect();
        assert_eq!(
            keys,
            ["y", "Y", "s", "k", "p", "b", "q", "j", "a", "r", "R"]
        );
    }

    #[test]
    fn labels_read_well() {
        assert_eq!(label("g t"), "gt");
        assert_eq!(label("C-l"), "Ctrl-l");
        assert_eq!(label("S-Tab"), "S-Tab");
    }
}
