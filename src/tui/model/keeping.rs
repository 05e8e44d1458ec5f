//! Where the session on the screen is kept.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::recording::PIPE;

/// Where the session is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// In a file, since.
    Recording {
        /// Which.
        path: PathBuf,
        /// Since when.
        since: Timestamp,
    },
    /// Nowhere: `--no-record`.
    Unrecorded,
    /// It is an opened file.
    Opened {
        /// Which.
        path: PathBuf,
        /// Bytes read, and in all; equal when it is read.
        bytes: (u64, u64),
        /// Whether more may come: it is still being written.
        following: bool,
    },
}

impl Keeping {
    /// The whole path of an opened file.
    pub fn opened(&self) -> Option<PathBuf> {
        match self {
            Self::Opened { path, .. } if path != Path::new(PIPE) => std::path::absolute(path).ok(),
            _ => None,
        }
    }

    /// Its file: something can stand beside it. What comes out of a pipe has none.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Recording { path, .. } => Some(path),
            Self::Opened { path, .. } => Some(path).filter(|path| *path != Path::new(PIPE)),
            Self::Unrecorded => None,
        }
        .map(PathBuf::as_path)
    }
}
