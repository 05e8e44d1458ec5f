//! What is to be done about findings of lint, and what came of looking.

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
}
