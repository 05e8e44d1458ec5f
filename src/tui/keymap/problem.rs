//! Why keys of the user's own cannot be taken, in words.

use std::path::PathBuf;

/// What is wrong in the table `[keys]`, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {problem}", file.display())]
pub struct KeyError {
    /// Which file.
    pub file: PathBuf,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: KeyProblem,
}

/// What can be wrong with keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// No action of that name.
    #[error("unknown action {name:?}")]
    UnknownAction {
        /// As written.
        name: String,
        /// The action that may be meant.
        nearest: Option<&'static str>,
    },
    /// No key of that name.
    #[error("{key:?} cannot be bound: {why}")]
    UnknownKey {
        /// As written.
        key: String,
        /// A clause.
        why: &'static str,
        /// The key that may be meant.
        nearest: Option<String>,
    },
    /// A key that means the same everywhere, so that there is always a way out.
    #[error("{key} cannot be bound to {action}: it is always {owner}")]
    Fixed {
        /// The key.
        key: String,
        /// Whose it was to be.
        action: &'static str,
        /// Whose it is.
        owner: &'static str,
    },
    /// Two actions of one scope on the same keys.
    #[error("{keys:?} is bound to both {action} and {other}")]
    Twice {
        /// The keys.
        keys: String,
        /// Who has them in this line.
        action: &'static str,
        /// Who has them too.
        other: &'static str,
        /// Whether those are the other's own keys, not the user's.
        by_default: bool,
    },
    /// Keys of which one begins the other: where both apply, one of them could never be reached.
    #[error(
        "{short:?} ({of_short}) begins {long:?} ({of_long}), so one of them could not be reached"
    )]
    Begins {
        /// The shorter keys.
        short: String,
        /// What they do.
        of_short: &'static str,
        /// The longer keys.
        long: String,
        /// What they do.
        of_long: &'static str,
    },
}

impl KeyError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> String {
        match &self.problem {
            KeyProblem::UnknownAction {
                nearest: Some(name),
                ..
            } => format!("did you mean {name}?"),
            KeyProblem::UnknownAction { .. } => {
                "README's tables of keys, and x on the screen, have the names".to_owned()
            }
            KeyProblem::UnknownKey {
                nearest: Some(key), ..
            } => format!("did you mean {key:?}?"),
            KeyProblem::UnknownKey { .. } => "keys are characters, names such as Enter and PgUp, \
                F1 to F12 and C-a to C-z; keys one after the other have a space between"
                .to_owned(),
            KeyProblem::Fixed { .. } => "take another key".to_owned(),
            KeyProblem::Twice {
                other,
                by_default: true,
                ..
            } => format!(
                "{other} has it by default: give it other keys in [keys] too, or none: {other} = []"
            ),
            KeyProblem::Twice { .. } => "leave it to one of them".to_owned(),
            KeyProblem::Begins { .. } => {
                "take a key that begins no others, or move those".to_owned()
            }
        }
    }
}
