//! The index beside a session file: the fold over it, so that opening it again takes no fold. `NAME.jsonl.idx`.
//!
//! It is a copy of what the file says and never the only one: whatever is odd about it (another length, other bytes at
//! the places looked at, a broken checksum, another build of mcpscope), it is not used, and made anew. Of a file that
//! has only grown it tells the first part. Owns the file and the doubts; [`Timeline::pack`] owns the bytes of the fold.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Mark, Recording, read_exact_at};
use crate::pack::{self, PackError};
use crate::session::timeline::Timeline;

/// Files from so many bytes on get one: smaller ones are folded before anybody sees it.
pub const LEAST: u64 = 8 << 20;
/// The first bytes of every index.
const MAGIC: &[u8; 8] = b"mcpidx\x01\n";
/// Bytes before the payload: magic, build, checksum.
const HEAD: usize = 24;
/// Bytes that are looked at at both ends of the file.
const END: u64 = 64 << 10;
/// Places in between that are looked at, and how many bytes there.
const PLACES: u64 = 64;
const PLACE: u64 = 4 << 10;
/// A bigger index is not read: the fold of a file of several gigabytes is smaller.
const MOST: u64 = 4 << 30;

/// What a file looked like when it had been folded up to some byte.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Stamp {
    /// Bytes of the file.
    length: u64,
    /// When it was last changed, in nanoseconds since 1970, as far as the system knows.
    modified: Option<u64>,
    /// The bytes at the places looked at, of those that were folded.
    prints: u64,
}

/// Everything it takes to keep the fold of a file that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexing {
    /// The session file.
    path: PathBuf,
    stamp: Stamp,
    mark: Mark,
}

/// Why there is no index now.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It cannot be written.
    #[error("{}: {error}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The fold is no fold to be kept.
    #[error(transparent)]
    Pack(#[from] PackError),
}

/// Where the index of a session file is.
pub fn path_of(session: &Path) -> PathBuf {
    let mut name = session.file_name().map_or_else(OsString::new, Into::into);
    name.push(".idx");
    session.with_file_name(name)
}

impl Indexing {
    /// Of a file that was read up to `mark`; none when an index would not be worth it.
    pub(super) fn of(recording: &Recording, mark: &Mark) -> Option<Self> {
        if mark.offset < LEAST {
            return None;
        }
        Some(Self {
            path: recording.path.clone(),
            stamp: Stamp::of(&recording.file, mark.offset).ok()?,
            mark: mark.clone(),
        })
    }

    /// Writes the index, in place of one that may be there; only its owner may read it. Gives its bytes.
    pub fn keep(&self, timeline: &Timeline) -> Result<u64, IndexError> {
        let mut out = vec![0; HEAD];
        let mut part = Vec::new();
        pack::write(&(&self.stamp, &self.mark), &mut part)?;
        pack::put_number(part.len() as u64, &mut out);
        out.append(&mut part);
        timeline.pack(&mut out)?;
        let check = checksum(&out[HEAD..]);
        out[..8].copy_from_slice(MAGIC);
        out[8..16].copy_from_slice(&build().to_le_bytes());
        out[16..HEAD].copy_from_slice(&check.to_le_bytes());
        let path = path_of(&self.path);
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let write = || -> io::Result<()> {
            // Its owner's alone, as such files are made.
            let mut file = tempfile::Builder::new()
                .prefix(".idx")
                .tempfile_in(folder.unwrap_or(Path::new(".")))?;
            file.write_all(&out)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| IndexError::Write {
            path: path.clone(),
            error,
        })?;
        Ok(out.len() as u64)
    }
}

/// The fold of a file as its index tells it, and how far that goes; none when there is no index to be trusted.
pub(super) fn load(recording: &Recording) -> Option<(Timeline, Mark)> {
    let mut file = File::open(path_of(&recording.path)).ok()?;
    let length = file.metadata().ok()?.len();
    if !(HEAD as u64..=MOST).contains(&length) {
        return None;
    }
    let mut head = [0; HEAD];
    file.read_exact(&mut head).ok()?;
    let number = |from: usize| Some(u64::from_le_bytes(head[from..from + 8].try_into().ok()?));
    if head[..8] != *MAGIC || number(8)? != build() {
        return None;
    }
    let mut bytes = Vec::with_capacity(length as usize - HEAD);
    file.read_to_end(&mut bytes).ok()?;
    if number(16)? != checksum(&bytes) {
        return None;
    }
    let mut rest = &bytes[..];
    let part = pack::take_number(&mut rest)?.try_into().ok()?;
    let (part, fold) = rest.split_at_checked(part)?;
    let (stamp, mark): (Stamp, Mark) = pack::read(part).ok()?;
    if !stamp.holds(&recording.file, mark.offset) {
        return None;
    }
    Some((Timeline::unpack(fold).ok()?, mark))
}

impl Stamp {
    fn of(file: &File, folded: u64) -> io::Result<Self> {
        let about = file.metadata()?;
        let modified = about
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            length: about.len(),
            modified: modified.map(|since| since.as_nanos() as u64),
            prints: prints(file, folded)?,
        })
    }

    /// Whether the file is as it was up to the byte `folded`, as far as can be seen.
    fn holds(&self, file: &File, folded: u64) -> bool {
        let Ok(now) = Self::of(file, folded) else {
            return false;
        };
        if now.prints != self.prints || now.length < self.length {
            return false;
        }
        if now.length == self.length {
            return now.modified == self.modified;
        }
        // It grew. What was the last line then must have been whole, or it is another one now.
        let mut last = [0];
        let before = folded.checked_sub(1);
        before.is_some_and(|at| read_exact_at(file, &mut last, at).is_ok()) && last == *b"\n"
    }
}

/// A number of the bytes at both ends and at some places in between, of the first `folded` bytes.
fn prints(file: &File, folded: u64) -> io::Result<u64> {
    let mut bytes = Vec::new();
    let mut look = |from: u64, length: u64| -> io::Result<()> {
        let start = bytes.len();
        bytes.resize(start + length.min(folded - from) as usize, 0);
        read_exact_at(file, &mut bytes[start..], from)
    };
    look(0, END)?;
    look(folded.saturating_sub(END), END)?;
    for place in 1..=PLACES {
        look(folded / (PLACES + 1) * place, PLACE)?;
    }
    Ok(checksum(&bytes))
}

/// This very build: the bytes of the fold say nothing of their shape, so only who wrote them reads them.
fn build() -> u64 {
    let program = std::env::current_exe().and_then(|path| path.metadata());
    let program = program.map_or((0, None), |about| {
        let modified = about.modified().ok();
        let since = modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        (about.len(), since.map(|since| since.as_nanos()))
    });
    checksum(format!("{} {program:?}", env!("CARGO_PKG_VERSION")).as_bytes())
}

/// A number that differs when the bytes do, but for somebody who wants it not to.
fn checksum(bytes: &[u8]) -> u64 {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(STEP).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| {
        mix(sum, u64::from_le_bytes(*word))
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let sum = mix(sum, u64::from_le_bytes(last));
    sum ^ (sum >> 32)
}

#[cfg(test)]
mod tests;
