//! Work with files that are watched: a server is started again when they change.

/// Watch these files for a server, or none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watching {
    /// The server, by name.
    pub server: String,
    /// Patterns, which count from where the program runs; none to watch no longer.
    pub globs: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// Files changed.
    Changed {
        /// The server, by name.
        server: String,
        /// Which files, in words, sanitised.
        files: String,
    },
    /// They cannot be watched.
    Failed {
        /// The server, by name.
        server: String,
        /// Why, and what to do.
        why: String,
    },
}
