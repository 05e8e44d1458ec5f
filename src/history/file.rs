//! Files that several mcpscopes write at once: locked, replaced as a whole, appended in one write, the user's alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::paths;

/// A file could not be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", path.display())]
pub struct FileError {
    /// `read`, `write` …
    pub what: &'static str,
    /// Which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self.source.kind() {
            io::ErrorKind::PermissionDenied => Some("check who owns it and its permissions".into()),
            io::ErrorKind::StorageFull => Some("make room on the disk".into()),
            io::ErrorKind::ReadOnlyFilesystem => Some(format!(
                "set {} to a directory that can be written",
                paths::HOME_VARIABLE
            )),
            io::ErrorKind::FileTooLarge => Some("delete it, or cut it down".into()),
            _ => None,
        }
    }
}

/// Makes a closure that says which file it was.
pub fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError { what, path, source }
}

/// Keeps other processes out while it lives. On file systems without locks, nobody is kept out.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of `path`, which is a file beside it; its directory is created when missing.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path = path.with_file_name(name);
        let folder = path.parent().unwrap_or(Path::new(""));
        paths::create(folder).map_err(failed("create", folder))?;
        let file = private().truncate(false).open(&path);
        let file = file.map_err(failed("open", &path))?;
        match file.lock() {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => {
                Err(failed("lock", &path)(error))
            }
            _ => Ok(Self { _file: file }),
        }
    }
}

/// Options of a file that is made when missing, and that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The bytes of a file, which may not be larger than `most`; nothing when there is no file.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let open = || -> io::Result<Vec<u8>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            let text = format!("it is larger than {most} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(bytes)
    };
    open().map_err(failed("read", path))
}

/// Appends a line (newline included) in one write; a line that somebody left unfinished is ended first. Gives the
/// size of the file then. To be called with the [`Lock`] held.
pub fn append(path: &Path, line: &str) -> Result<u64, FileError> {
    let write = || -> io::Result<u64> {
        let mut file = private().read(true).append(true).open(path)?;
        let size = file.seek(SeekFrom::End(0))?;
        let mut last = [b'\n'];
        if size > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        let mut bytes = Vec::with_capacity(line.len() + 1);
        if last != [b'\n'] {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(line.as_bytes());
        file.write_all(&bytes)?;
        Ok(size + bytes.len() as u64)
    };
    write().map_err(failed("write", path))
}

/// Puts `bytes` in the place of a file: either all of them are there afterwards, or what was there before.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let write = || -> io::Result<()> {
        paths::create(folder)?;
        // Temporary files are the user's alone, and stay so under their new name.
        // Where somebody keeps a link, the file behind it is meant.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(folder);
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(failed("write", path))
}
