//! What an export from the screen is asked for with, and what is told of it.

use crate::export::Format;
use crate::session::marks::Marks;
use crate::session::timeline::Row;

/// What of the session is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// All of it; so many rows.
    All(usize),
    /// What a filter lets through, with the marks it may ask for.
    Filter(String, Marks),
    /// These rows, and what they are called.
    Rows(Vec<Row>, &'static str),
}

impl Share {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::All(1) => "all: 1 row".to_owned(),
            Self::All(rows) => format!("all: {rows} rows"),
            Self::Filter(text, _) => format!("filter: {text}"),
            Self::Rows(_, words) => (*words).to_owned(),
        }
    }
}

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Nowhere: it is only counted.
    Nowhere,
    /// To a file.
    File {
        /// Which; `~/` at the beginning is the home folder.
        path: String,
        /// Whether a file of that name may go.
        overwrite: bool,
    },
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Who asks.
    pub asker: u64,
    /// The session's name.
    pub name: String,
    /// As what.
    pub format: Format,
    /// What of it.
    pub share: Share,
    /// Where to.
    pub to: To,
}

/// What is told of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// How far it is, in thousandths.
    Far(u32),
    /// What it would hold: rows, spans or entries, and what would be masked, in words.
    Counted {
        /// How many.
        count: u64,
        /// In words; empty when nothing would be.
        masked: String,
    },
    /// It is done; what to say.
    Done(String),
    /// There is a file of that name; what to say.
    Exists(String),
    /// It came to nothing; why.
    Failed(String),
    /// It was called off.
    Stopped,
}
