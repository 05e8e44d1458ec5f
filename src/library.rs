//! The sessions this user has recorded: listed, named, tagged, found, deleted with a way back, and kept within limits.
//!
//! Files of the data directory are read and moved here, never written into: what people add stands in the sidecar
//! beside a session ([`Meta`]). All of it may be slow and is never called on the drawing thread.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub mod choosing;
mod meta;
pub mod retention;
mod summary;
mod trash;

pub use meta::{Meta, tags_of};
pub use retention::{Retention, TRASH_DAYS};
pub use summary::{Party, Summary};
pub use trash::{Deleted, Housekeeping};

pub use crate::history::FileError;
use crate::history::file::{self, Lock, failed};
use crate::paths::Paths;
use crate::recording::{OpenError, Recording, index};

/// A sidecar is no bigger than this; notes and marks of people are far smaller.
const SIDECAR: u64 = 16 << 20;

/// Who writes a session file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Nobody any more.
    Nobody,
    /// This process: it is the session of now.
    Ours,
    /// Another process.
    Others,
}

/// A session of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its file.
    pub path: PathBuf,
    /// When it began.
    pub began: Timestamp,
    /// When it was changed last.
    pub changed: Timestamp,
    /// The program that recorded it.
    pub by: String,
    /// Bytes of the file.
    pub size: u64,
    /// What stands beside it. Its summary is one of the file as it is now, or none.
    pub meta: Meta,
    /// Whether it still grows.
    pub writing: Writing,
}

impl Item {
    /// The name of its file, without what all of them end with.
    pub fn stem(&self) -> String {
        stem(&self.path)
    }

    /// What it is called where its date stands beside it: without the date its file begins with.
    pub fn short_title(&self) -> String {
        let title = self.title();
        let rest = title.split_once("Z-").filter(|(date, rest)| {
            let is_date = date.len() == 15 && date.bytes().all(|c| c.is_ascii_digit() || c == b'T');
            is_date && !rest.is_empty()
        });
        rest.map_or_else(|| title.clone(), |(_, rest)| rest.to_owned())
    }

    /// What people call it: its name, else that of its file.
    pub fn title(&self) -> String {
        if self.meta.name.is_empty() {
            self.stem()
        } else {
            self.meta.name.clone()
        }
    }

    /// Everything a search looks through, in lines: names, tags, servers, the date, the note.
    pub fn words(&self, date: &str) -> String {
        let mut words = vec![
            self.meta.name.clone(),
            self.stem(),
            self.meta.tags.join(" "),
            date.to_owned(),
        ];
        for server in self
            .meta
            .summary
            .iter()
            .flat_map(|summary| &summary.servers)
        {
            words.extend([server.name.clone(), server.says.clone()]);
        }
        words.push(self.meta.note.clone());
        words.retain(|word| !word.is_empty());
        words.join("\n")
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The file beside a session in which people's additions stand.
pub fn sidecar(session: &Path) -> PathBuf {
    session.with_extension("meta.json")
}

/// The files that go with a session: its sidecar and its index.
fn companions(session: &Path) -> [PathBuf; 2] {
    [sidecar(session), index::path_of(session)]
}

/// Why a session that somebody named cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// There is none.
    #[error("no session is called {0}")]
    Unknown(String),
    /// There are several.
    #[error("{name} may be {}", files.join(", "))]
    Several {
        /// What was asked for.
        name: String,
        /// The names of their files.
        files: Vec<String>,
    },
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    folder: PathBuf,
    trash: PathBuf,
}

impl Library {
    /// That of this user.
    pub fn of(paths: &Paths) -> Self {
        Self::at(paths.sessions(), paths.data.join("trash"))
    }

    /// One that keeps sessions and what is deleted of them in these folders, which need not exist.
    pub fn at(folder: PathBuf, trash: PathBuf) -> Self {
        Self { folder, trash }
    }

    /// Where the sessions are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All sessions, newest first. Of each only the first line and what stands beside it is read; files that are no
    /// sessions are left out.
    pub fn list(&self, current: Option<&Path>) -> Result<Vec<Item>, FileError> {
        let mut items: Vec<Item> = files(&self.folder)?
            .into_iter()
            .filter_map(|path| look(&path, current).ok())
            .collect();
        items.sort_by(|a, b| (b.began, &b.path).cmp(&(a.began, &a.path)));
        Ok(items)
    }

    /// One session, wherever it is.
    pub fn look(&self, path: &Path, current: Option<&Path>) -> Result<Item, OpenError> {
        look(path, current)
    }

    /// Changes what stands beside a session, and gives it back as it is then. Others who do so at the same time wait.
    pub fn change(
        &self,
        session: &Path,
        change: impl FnOnce(&mut Meta),
    ) -> Result<Meta, FileError> {
        let path = sidecar(session);
        let _lock = self.lock(session)?;
        let mut meta = read(&path)?;
        let before = meta.clone();
        change(&mut meta);
        if meta != before {
            file::replace(&path, meta.write().as_bytes())?;
        }
        Ok(meta)
    }

    /// What stands beside a session; nothing when there is nothing.
    pub fn meta(&self, session: &Path) -> Result<Meta, FileError> {
        read(&sidecar(session))
    }

    /// Counts what is in a session and remembers it, if nobody writes it any more. Stops with nothing when `go_on` says
    /// no.
    pub fn summarise(
        &self,
        item: &Item,
        go_on: impl FnMut() -> bool,
    ) -> Result<Option<Summary>, OpenError> {
        let Some(summary) = Summary::count(&item.path, go_on)? else {
            return Ok(None);
        };
        if item.writing == Writing::Nobody {
            let counted = summary.clone();
            // It is counted again the next time.
            if let Err(error) = self.change(&item.path, |meta| meta.summary = Some(counted)) {
                tracing::debug!(%error, "a summary is not kept");
            }
        }
        Ok(Some(summary))
    }

    /// The session of a name: a path, the name of a file with or without its ending, a name somebody gave, or the
    /// beginning of either when only one begins so. `last` is the newest that nobody writes.
    pub fn find(&self, name: &str) -> Result<PathBuf, Unclear> {
        let unknown = || Unclear::Unknown(name.to_owned());
        let path = Path::new(name);
        if path.is_file() || name.contains(std::path::MAIN_SEPARATOR) {
            return path.is_file().then(|| path.to_owned()).ok_or_else(unknown);
        }
        let items = self.list(None).map_err(|_| unknown())?;
        if name == "last" {
            let mut ended = items.iter().filter(|item| item.writing == Writing::Nobody);
            return ended
                .next()
                .map(|item| item.path.clone())
                .ok_or_else(unknown);
        }
        let exactly = |item: &&Item| {
            let file = item.path.file_name().unwrap_or_default();
            item.meta.name == name || file == name || item.stem() == name
        };
        let begins =
            |item: &&Item| item.meta.name.starts_with(name) || item.stem().starts_with(name);
        let mut found: Vec<&Item> = items.iter().filter(exactly).collect();
        if found.is_empty() {
            found = items.iter().filter(begins).collect();
        }
        match found.as_slice() {
            [] => Err(unknown()),
            [only] => Ok(only.path.clone()),
            several => Err(Unclear::Several {
                name: name.to_owned(),
                files: several.iter().map(|item| item.stem()).collect(),
            }),
        }
    }

    /// Keeps others from changing what stands in the folder of a session.
    fn lock(&self, session: &Path) -> Result<Lock, FileError> {
        Lock::of(&session.parent().unwrap_or(&self.folder).join("library"))
    }
}

/// The session files of a folder; none when there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed("read", folder))?,
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect())
}

fn read(sidecar: &Path) -> Result<Meta, FileError> {
    file::read(sidecar, SIDECAR).map(|bytes| Meta::read(&bytes))
}

fn look(path: &Path, current: Option<&Path>) -> Result<Item, OpenError> {
    let header = Recording::header_of(path)?;
    let about = std::fs::metadata(path).map_err(|error| OpenError::unreadable(path, error))?;
    // A sidecar that cannot be read is told of when somebody wants to change it.
    let mut meta = read(&sidecar(path)).unwrap_or_default();
    meta.summary = meta.summary.filter(|summary| summary.holds_for(&about));
    let (size, changed) = summary::state_of(&about);
    Ok(Item {
        path: path.to_owned(),
        began: header.created,
        changed: summary::moment(changed),
        by: header.by,
        size,
        meta,
        writing: if current == Some(path) {
            Writing::Ours
        } else if is_written(path) {
            Writing::Others
        } else {
            Writing::Nobody
        },
    })
}

/// Whether a recorder has the file: it holds a lock on it as long as it writes.
#[cfg(unix)]
fn is_written(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| crate::recording::is_being_written(&file))
}

/// Where locks keep readers out too, none is held: what was changed within a minute may still be.
#[cfg(not(unix))]
fn is_written(path: &Path) -> bool {
    let changed = File::open(path).and_then(|file| file.metadata()?.modified());
    changed.is_ok_and(|at| at.elapsed().is_ok_and(|since| since.as_secs() < 60))
}

#[cfg(test)]
mod tests;
