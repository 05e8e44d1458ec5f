//! Deleting: sessions move to the trash beside the library, from where they can come back, and leave it days later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::retention::{Retention, is_over, too_many};
use super::{FileError, Item, Library, Writing, companions, files, look, read, sidecar};
use crate::history::file::{self, failed};
use crate::paths;

/// Names tried for one that is taken.
const TRIES: u32 = 1_000;

/// A session that was deleted, and how to have it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Where it was.
    pub from: PathBuf,
    /// Where it is now.
    pub now: PathBuf,
}

/// What was thrown out because there was too much, or it was too old.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Housekeeping {
    /// Sessions that were moved to the trash.
    pub deleted: Vec<Deleted>,
    /// How many left the trash for good.
    pub gone: usize,
    /// What could not be moved or removed, in words.
    pub troubles: Vec<String>,
}

impl Library {
    /// Moves a session and what stands beside it to the trash.
    ///
    /// Refused for one that is still written.
    pub fn delete(
        &self,
        session: &Path,
        current: Option<&Path>,
        now: Timestamp,
    ) -> Result<Deleted, FileError> {
        let refused = |why: &'static str| {
            failed("delete", session)(io::Error::new(io::ErrorKind::ResourceBusy, why))
        };
        let item = look(session, current).map_err(|error| {
            failed("delete", session)(io::Error::new(io::ErrorKind::InvalidData, error))
        })?;
        match item.writing {
            Writing::Ours => return Err(refused("it is being recorded here")),
            Writing::Others => return Err(refused("another mcpscope still records it")),
            Writing::Nobody => {}
        }
        paths::create(&self.trash).map_err(failed("create", &self.trash))?;
        let _lock = self.lock(session)?;
        let to = free(&self.trash, session)?;
        shift(session, &to)?;
        let beside = sidecar(&to);
        let mut meta = read(&beside).unwrap_or_default();
        meta.deleted = Some(now);
        file::replace(&beside, meta.write().as_bytes())?;
        Ok(Deleted {
            from: session.to_owned(),
            now: to,
        })
    }

    /// What is in the trash, newest first.
    pub fn trashed(&self) -> Result<Vec<Item>, FileError> {
        Self::at(self.trash.clone(), self.trash.clone()).list(None)
    }

    /// A session of the trash, to be brought back to the library.
    pub fn deleted(&self, now: &Path) -> Deleted {
        let name = now.file_name().unwrap_or_default();
        Deleted {
            from: self.folder.join(name),
            now: now.to_owned(),
        }
    }

    /// Brings a session back to where it was, under another name if that one is taken. Gives its path.
    pub fn restore(&self, deleted: &Deleted) -> Result<PathBuf, FileError> {
        let folder = deleted.from.parent().unwrap_or(&self.folder);
        paths::create(folder).map_err(failed("create", folder))?;
        let _lock = self.lock(&deleted.from)?;
        let to = free(folder, &deleted.from)?;
        shift(&deleted.now, &to)?;
        let beside = sidecar(&to);
        let mut meta = read(&beside).unwrap_or_default();
        meta.deleted = None;
        if meta.is_plain() && meta.summary.is_none() {
            fs::remove_file(&beside).map_err(failed("remove", &beside))?;
        } else {
            file::replace(&beside, meta.write().as_bytes())?;
        }
        Ok(to)
    }

    /// Throws out what is too old or too much, and what was in the trash for long enough.
    pub fn keep_house(
        &self,
        retention: Retention,
        current: Option<&Path>,
        now: Timestamp,
    ) -> Result<Housekeeping, FileError> {
        let mut done = Housekeeping::default();
        for path in too_many(&self.list(current)?, retention, now) {
            match self.delete(&path, current, now) {
                Ok(deleted) => done.deleted.push(deleted),
                Err(error) => done.troubles.push(error.to_string()),
            }
        }
        for path in files(&self.trash)? {
            let deleted = read(&sidecar(&path)).ok().and_then(|meta| meta.deleted);
            if !is_over(deleted, now) {
                continue;
            }
            match remove(&path) {
                Ok(()) => done.gone += 1,
                Err(error) => done.troubles.push(error.to_string()),
            }
        }
        Ok(done)
    }

    /// The sessions that [`Library::keep_house`] would throw out now.
    pub fn too_many(
        &self,
        retention: Retention,
        current: Option<&Path>,
        now: Timestamp,
    ) -> Result<Vec<PathBuf>, FileError> {
        Ok(too_many(&self.list(current)?, retention, now))
    }
}

/// A path in `folder` for a session that is nobody's yet.
fn free(folder: &Path, session: &Path) -> Result<PathBuf, FileError> {
    let stem = super::stem(session);
    (1..TRIES)
        .map(|number| match number {
            1 => folder.join(format!("{stem}.jsonl")),
            _ => folder.join(format!("{stem}-{number}.jsonl")),
        })
        .find(|path| !path.exists() && companions(path).iter().all(|path| !path.exists()))
        .ok_or_else(|| failed("move", session)(io::ErrorKind::AlreadyExists.into()))
}

/// Moves a session with all that goes with it; the session last, so that it never stands without.
fn shift(from: &Path, to: &Path) -> Result<(), FileError> {
    for (from, to) in companions(from).iter().zip(companions(to)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            moved => moved.map_err(failed("move", from))?,
        }
    }
    fs::rename(from, to).map_err(failed("move", from))
}

fn remove(session: &Path) -> Result<(), FileError> {
    fs::remove_file(session).map_err(failed("remove", session))?;
    for path in companions(session) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.map_err(failed("remove", &path))?,
        }
    }
    Ok(())
}
