//! What is to be done about findings of lint, and what came of looking.

use std::path::PathBuf;
use std::sync::Arc;

use crate::lint::exceptions::Exception;
use crate::lint::findings::{Standings, Told};

/// What becomes of the file of findings that somebody lives with; answered by
/// [`crate::tui::event::Stored::Exceptions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excepting {
    /// It is read.
    Load,
    /// A line is written.
    Add(String),
    /// A line is taken out.
    Remove(String),
}

/// What was found is to be written to a file that is not there yet; answered by [`Linted`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporting {
    /// Where to.
    pub path: PathBuf,
    /// How, by its name among [`crate::lint::report::FORMS`], or `json`.
    pub form: &'static str,
    /// The session, as it is called; a path when it is a file.
    pub name: String,
    /// Whether that is a path.
    pub is_file: bool,
    /// What was found, each thing once, with the line of the file that shows it.
    pub told: Vec<(Told, u64)>,
    /// What somebody lives with.
    pub exceptions: Arc<[Exception]>,
}

/// Entries were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linted {
    /// What they show to be wrong.
    pub told: Vec<Told>,
    /// How many entries of the session have been looked at by now.
    pub looked: u64,
    /// How the rules stand by now.
    pub standings: Standings,
    /// How often rules were broken by now.
    pub failed: Vec<(&'static str, u64)>,
    /// How many probes were sent, in words.
    pub probes: Option<String>,
    /// What to say of a report that was written, or was not.
    pub written: Option<Result<String, String>>,
}
