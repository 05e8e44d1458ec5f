//! Where a session is kept: a name nobody has used yet, the user's own, or none.
//!
//! Owns the naming of session files; what stands in them is the [`Recorder`]'s.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Recorder;
use crate::paths;

/// Names tried in one second before it is somebody's fault.
const TRIES: u32 = 1_000;

/// Where a session shall be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// In a new file of this directory, named after time and server.
    In(PathBuf),
    /// In exactly this file, which must not exist.
    At(PathBuf),
    /// Nowhere: an unlinked temporary file holds the bodies.
    Nowhere,
}

impl Keep {
    /// What somebody means who names a path: a folder that is there or ends in a slash, or else a file.
    pub fn of(path: &Path) -> Self {
        let said = path.as_os_str().to_string_lossy();
        if path.is_dir() || said.ends_with(std::path::is_separator) {
            Self::In(path.to_owned())
        } else {
            Self::At(path.to_owned())
        }
    }

    /// Starts recording a session with `name`.
    ///
    /// Errors say which file could not be started and why.
    pub fn start(&self, name: &str) -> Result<Recorder, KeepError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| KeepError { path, error }
        };
        match self {
            Self::Nowhere => Recorder::unnamed().map_err(failed(&std::env::temp_dir())),
            Self::At(path) => Recorder::create(path).map_err(failed(path)),
            Self::In(directory) => {
                paths::create(directory).map_err(failed(directory))?;
                let stem = format!(
                    "{}-{}",
                    Timestamp::now().strftime("%Y%m%dT%H%M%SZ"),
                    slug(name)
                );
                for number in 1..TRIES {
                    let file = match number {
                        1 => format!("{stem}.jsonl"),
                        _ => format!("{stem}-{number}.jsonl"),
                    };
                    match Recorder::create(&directory.join(file)) {
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        result => return result.map_err(failed(directory)),
                    }
                }
                Err(failed(directory)(io::ErrorKind::AlreadyExists.into()))
            }
        }
    }
}

impl Keep {
    /// The same, but only a file that the user named must work: otherwise the session goes on without a name, and the
    /// error says why.
    pub fn start_somewhere(&self, name: &str) -> Result<(Recorder, Option<KeepError>), KeepError> {
        match (self.start(name), self) {
            (Ok(recorder), _) => Ok((recorder, None)),
            (Err(error), Self::In(_)) => Ok((Self::Nowhere.start(name)?, Some(error))),
            (Err(error), _) => Err(error),
        }
    }
}

/// A recording cannot start.
#[derive(Debug, thiserror::Error)]
#[error("cannot record to {}: {error}", path.display())]
pub struct KeepError {
    path: PathBuf,
    error: io::Error,
}

impl KeepError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self.error.kind() {
            io::ErrorKind::AlreadyExists => {
                Some("a recording is never written over; name another file".into())
            }
            io::ErrorKind::NotFound => Some("create the directory first".into()),
            _ => Some("--record FILE records elsewhere, --no-record not at all".into()),
        }
    }
}

/// What of a server's name can stand in a file name everywhere.
fn slug(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '-'
        }
    };
    let slug: String = name.chars().take(40).map(plain).collect();
    let slug = slug.trim_matches(['-', '.']);
    if slug.is_empty() {
        "session".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn two_sessions_of_one_second_have_two_names() {
        let home = tempfile::tempdir().unwrap();
        let keep = Keep::In(home.path().join("a/b"));
        let names: std::collections::HashSet<PathBuf> = (0..20)
            .map(|_| keep.start("one/../two").unwrap().path().unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), 20);
        assert!(
            names
                .iter()
                .all(|path| path.parent() == Some(&home.path().join("a/b"))),
            "{names:?}"
        );
    }

    #[test]
    fn a_file_that_exists_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mine");
        std::fs::write(&path, "dear").unwrap();
        let error = Keep::At(path.clone()).start("x").unwrap_err();
        assert!(
            error.to_string().starts_with("cannot record to ")
                && error.hint().unwrap().contains("never")
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"dear");
    }

    #[test]
    fn a_folder_is_told_from_a_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_owned();
        assert_eq!(Keep::of(&folder), Keep::In(folder.clone()));
        let new = folder.join("new/");
        assert_eq!(Keep::of(&new), Keep::In(new.clone()));
        let file = folder.join("new");
        assert_eq!(Keep::of(&file), Keep::At(file.clone()));
    }

    #[test]
    fn names_of_servers_become_names_of_files() {
        assert_eq!(slug("@scope/pkg"), "scope-pkg");
        assert_eq!(slug("../.."), "session");
        assert_eq!(slug("mcp-server-time"), "mcp-server-time");
    }
}
