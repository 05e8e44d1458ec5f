//! What waits until the settings of clients were read again, or until somebody answered a question about a server.

use crate::configs::Configured;

/// What somebody wants of a server, once it is known what its settings say now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Connect it, by its place.
    Connect(usize),
    /// Start it again.
    Restart(usize),
    /// Find out why it does not work.
    Examine(usize),
    /// Open it in the other era.
    OtherEra(usize),
    /// Connect one out of the settings: the words behind `--server`.
    Add(Vec<String>),
    /// Only say what is new.
    Tell,
}

impl Then {
    /// What somebody agrees to by an answer, as a button says it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Examine(_) => "look at it",
            Self::OtherEra(_) => "connect in the other era",
            Self::Restart(_) => "start it again",
            Self::Connect(_) | Self::Add(_) | Self::Tell => "connect",
        }
    }

    /// The server it is about, by its place.
    pub const fn place(&self) -> Option<usize> {
        match self {
            Self::Connect(place)
            | Self::Restart(place)
            | Self::Examine(place)
            | Self::OtherEra(place) => Some(*place),
            Self::Add(_) | Self::Tell => None,
        }
    }
}

/// An entry that somebody edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// The number it was asked for with, and comes back with.
    pub asker: u64,
    /// The entry.
    pub server: Configured,
    /// Its text, once it was read.
    pub before: Option<String>,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Starting {
    /// What is done when the settings were read again.
    pub reading: Vec<Then>,
    /// The entry that is being edited.
    pub editing: Option<Editing>,
    /// What somebody made of an entry and could not be written: not lost, but edited further.
    pub unwritten: Option<(Configured, String)>,
}
