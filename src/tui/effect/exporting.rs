//! What an export from the screen is asked for with, and what is told of it.

use std::path::{Path, PathBuf};

use crate::export::Format;
use crate::session::marks::Marks;
use crate::session::timeline::Row;

/// What of the session is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// All of it; so many rows, where that is known.
    All(Option<usize>),
    /// What a filter lets through, with the marks it may ask for.
    Filter(String, Marks),
    /// These rows, and what they are called.
    Rows(Vec<Row>, &'static str),
}

impl Share {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::All(Some(1)) => "all: 1 row".to_owned(),
            Self::All(Some(rows)) => format!("all: {rows} rows"),
            Self::All(None) => "all of it".to_owned(),
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
    /// To a collector of traces.
    Collector {
        /// Its address, as it was typed.
        url: String,
    },
}

impl To {
    /// Where somebody means it to go: to a collector, if it is an address of the web.
    pub fn of(typed: &str, overwrite: bool) -> Self {
        if Self::is_address(typed) {
            let url = typed.to_owned();
            return Self::Collector { url };
        }
        let path = typed.to_owned();
        Self::File { path, overwrite }
    }

    /// Whether it is an address of the web.
    pub fn is_address(typed: &str) -> bool {
        let begins = |with: &str| {
            let start = typed.get(..with.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        begins("http://") || begins("https://")
    }
}

/// Which session is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    /// The one that is looked at, and its file, where it has one.
    Shown(Option<PathBuf>),
    /// The one of a file.
    File(PathBuf),
}

impl Exported {
    /// Its file, where it has one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Shown(file) => file.as_deref(),
            Self::File(file) => Some(file),
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        let stem = self.file().and_then(Path::file_stem);
        stem.map_or_else(
            || "session".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }

    /// The name of a file that is proposed for it: beside its own, never in the place of it.
    pub fn proposed(&self, format: Format) -> String {
        let (name, extension) = (self.name(), format.row().extension);
        let proposed = format!("{name}.{extension}");
        let own = self.file().and_then(Path::file_name);
        if own.is_some_and(|own| own == proposed.as_str()) {
            format!("{name}-export.{extension}")
        } else {
            proposed
        }
    }
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Who asks.
    pub asker: u64,
    /// Of what.
    pub of: Exported,
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
