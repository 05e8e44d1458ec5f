//! A recording gives its place to what came when it was sent again. It stays beside it, under another name.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::conductor::Done;
use crate::recording::is_being_written;
use crate::session::{FORMAT, Header, codec};

/// Puts a new recording in the place of an old one. The old one stays beside it under another name, which is given
/// back.
pub fn accept(new: &Path, file: &Path) -> io::Result<PathBuf> {
    let mut new = fs::File::open(new)?;
    put(file, |out| io::copy(&mut new, out).map(drop))
}

/// Puts what is written in the place of a file.
fn put(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<PathBuf> {
    // Where somebody keeps a link, the file behind it is meant.
    let file = file.canonicalize()?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    write(&mut new)?;
    let new = new.into_inner().map_err(io::IntoInnerError::into_error)?;
    new.as_file().sync_all()?;
    let backup = backup(&file)?;
    new.persist(&file)?;
    Ok(backup)
}

impl Done {
    /// Puts what came of it in the place of the recording: the entries of the connections it was sent over, as a session
    /// of their own. The old one stays beside it under another name, which is given back. An error says why nothing was
    /// replaced.
    pub fn accept(&self) -> Result<PathBuf, String> {
        if !self.prepared.whole {
            return Err("only a part of it was sent again, and the rest would be gone".to_owned());
        }
        if self.run.broken_off().is_some() {
            return Err("it was broken off, and the rest would be gone".to_owned());
        }
        let path = &self.prepared.source.path;
        let written = fs::File::open(path).is_ok_and(|file| is_being_written(&file));
        if written {
            return Err("it is still being written".to_owned());
        }
        put(path, |out| self.write(out)).map_err(|error| error.to_string())
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let header = Header {
            format: FORMAT,
            ..self.bodies.header()?
        };
        out.write_all(codec::write_header(&header).as_bytes())?;
        let mut line = Vec::new();
        let rows = self.timeline.entries().iter();
        for row in rows.filter(|row| self.conns.contains(&row.conn())) {
            line.clear();
            codec::write(&self.bodies.read(row.seq(), row.place())?, &mut line);
            out.write_all(&line)?;
        }
        Ok(())
    }
}

/// Keeps a file under a name that nobody has.
fn backup(file: &Path) -> io::Result<PathBuf> {
    for number in 1..=10_000 {
        let mut name = file.as_os_str().to_owned();
        name.push(if number == 1 {
            ".bak".to_owned()
        } else {
            format!(".bak{number}")
        });
        let path = PathBuf::from(name);
        // A link fails where there is a file; where there are no links, a copy does as well.
        match fs::hard_link(file, &path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) if path.exists() => {}
            Err(_) => return fs::copy(file, &path).map(|_| path),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AlreadyExists,
        "there are ten thousand backups of it",
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_replaced_whole_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let [file, new] = ["a.jsonl", "new.jsonl"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        fs::write(&new, "new").unwrap();
        let first = accept(&new, &file).unwrap();
        fs::write(&new, "newer").unwrap();
        let second = accept(&new, &file).unwrap();
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!(
            (read(&file), read(&first), read(&second)),
            ("newer".into(), "old".into(), "new".into())
        );
        assert!(first.ends_with("a.jsonl.bak") && second.ends_with("a.jsonl.bak2"));
        let count = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(count, 4);
        assert!(accept(&new, &folder.path().join("none")).is_err());
    }
}
