//! The reading end of a session file: all of it in order ([`Recording::load`]), or one body ([`Bodies::read`]).
//!
//! Both may be slow and are never called on the drawing thread. Nothing is mapped: positioned reads do.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

mod again;
pub mod calls;
pub mod index;
mod masks;
mod opening;
mod reading;
mod shared;
pub mod sift;

pub use opening::{Follow, News, Opening, Over, PIPE, Stop, is_being_written};
pub use reading::{Loaded, Mark, Reading, newer_than_ours};
pub(crate) use shared::Fresh;
pub use shared::Shared;

use crate::mask::{self, Rules, Secrets};
use crate::recorder::{Kept, LOST};
use crate::session::codec;
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::Timeline;
use crate::session::{Entry, FORMAT, Header};
use index::Indexing;
use reading::{Oddities, SharedOddities};

/// Why a file cannot be opened as a session.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read.
    #[error("cannot open {}: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is something else.
    #[error("{} is no session: {problem}", path.display())]
    NoSession {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: NoSession,
    },
}

impl OpenError {
    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            error,
        }
    }

    pub(crate) fn no_session(path: &Path, problem: NoSession) -> Self {
        Self::NoSession {
            path: path.to_owned(),
            problem,
        }
    }
}

/// Opens a file, which is no folder.
fn open(path: &Path) -> Result<File, OpenError> {
    let unreadable = |error| OpenError::unreadable(path, error);
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(OpenError::no_session(path, NoSession::Directory));
    }
    Ok(file)
}

/// What a file is that is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSession {
    /// Nothing was written to it.
    #[error("it is empty")]
    Empty,
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// Neither a header nor an entry stands in its first lines.
    #[error("the first line is no mcpscope session header, and no entry follows")]
    Foreign,
    /// It is a recording of another tool, which cannot be imported.
    #[error("it looks like a recording of {tool}, but {why}")]
    Unimportable {
        /// Whose.
        tool: &'static str,
        /// Why not.
        why: String,
    },
}

/// Reads bodies back. Cheap to clone; all clones read the same file.
#[derive(Debug, Clone)]
pub struct Bodies {
    file: Arc<File>,
    kept: Arc<Mutex<Kept>>,
    /// Whether the lines are as we write them, so that a body ends where its line does.
    ours: bool,
    /// Where they are not.
    odd: SharedOddities,
    /// Long bodies that somebody holds.
    held: Arc<Mutex<Vec<shared::Held>>>,
    /// The one that was written last, if it is huge.
    fresh: Fresh,
    /// What masks hide; nothing in an opened file.
    secrets: Secrets,
}

/// Of longer lines, the body is looked for in so many first bytes.
const HEAD: usize = 4096;
/// The beginning of a session is short; somebody's 10 GB of zeros are not read to find out what they are.
const BEGINNING: u64 = 1 << 20;

impl Bodies {
    /// Of a file that is being recorded.
    pub(crate) fn new(
        file: Arc<File>,
        kept: Arc<Mutex<Kept>>,
        fresh: Fresh,
        secrets: Secrets,
    ) -> Self {
        Self {
            file,
            kept,
            ours: true,
            odd: Arc::default(),
            held: Arc::default(),
            fresh,
            secrets,
        }
    }

    /// The entry `seq` that stands at `place`, with its body.
    pub fn read(&self, seq: u64, place: Place) -> io::Result<Entry> {
        if place == LOST {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            return kept.get(seq).ok_or_else(|| {
                io::Error::new(io::ErrorKind::NotFound, "it could not be recorded")
            });
        }
        if let Some(Shared { mut entry, body }) = self.fresh.take(seq) {
            entry.body = Arc::unwrap_or_clone(body);
            return Ok(entry);
        }
        let length = usize::try_from(place.length).unwrap_or(0);
        if self.ours && length > HEAD {
            let mut head = [0; HEAD];
            read_exact_at(&self.file, &mut head, place.offset)?;
            if let Some((mut entry, start)) = codec::read_head(&head) {
                entry.body = vec![0; length - start - codec::END.len()];
                read_exact_at(&self.file, &mut entry.body, place.offset + start as u64)?;
                return Ok(entry);
            }
        }
        let mut line = vec![0; length];
        read_exact_at(&self.file, &mut line, place.offset)?;
        if self.odd().is_damaged(place.offset) {
            return Ok(reading::damaged_entry(seq, line));
        }
        // It was checked when its place was found.
        let entry = codec::read_checked(line)
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem.to_string()))?;
        Ok(Entry { seq, ..entry })
    }

    fn odd(&self) -> MutexGuard<'_, Oddities> {
        self.odd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bodies {
    /// What masks hide in the session that is being recorded; in an opened file, what a person gave.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The entry as it came, masks of ours undone where what they hide is still known.
    pub fn original(&self, seq: u64, place: Place) -> io::Result<Entry> {
        let mut entry = self.read(seq, place)?;
        let marks = mask::Mark::of(entry.extra.as_deref());
        if !marks.is_empty()
            && let Ok(body) = self.secrets.originals(&entry.body, &marks)
        {
            entry.body = body;
        }
        Ok(entry)
    }

    /// The sequence numbers of the entries whose recorded body holds `text`, ascending. Without a capital letter in
    /// `text`, ASCII letters match in either case.
    pub fn search(&self, text: &str) -> io::Result<Vec<u64>> {
        let quoted = crate::json::quote(text);
        let needles = [text.as_bytes(), &quoted.as_bytes()[1..quoted.len() - 1]];
        let exact = text.chars().any(char::is_uppercase);
        let mut found = Vec::new();
        let (mut chunk, mut offset, mut start) = (vec![0; 1 << 20], 0_u64, 0_usize);
        loop {
            // `start` bytes of an unfinished line stand at the beginning of the chunk.
            if start == chunk.len() {
                chunk.resize(chunk.len() * 2, 0);
            }
            let read = read_at(&self.file, &mut chunk[start..], offset)?;
            offset += read as u64;
            let end = start + read;
            let begin = offset - end as u64;
            let mut from = 0;
            while let Some(newline) = memchr::memchr(b'\n', &chunk[from..end]) {
                let line = &chunk[from..from + newline];
                let at = begin + from as u64;
                if body_of(line)
                    .filter(|_| !self.odd().is_damaged(at))
                    .is_some_and(|body| needles.iter().any(|needle| holds(body, needle, exact)))
                {
                    let shift = self.odd().shift(at);
                    found.extend(
                        crate::json::get(line, &["seq"])
                            .and_then(crate::json::integer)
                            .map(|seq| seq.cast_unsigned().saturating_add(shift)),
                    );
                }
                from += newline + 1;
            }
            if read == 0 {
                return Ok(found);
            }
            chunk.copy_within(from..end, 0);
            start = end - from;
        }
    }
}

/// The part of a line after the name of its body member, which comes last.
fn body_of(line: &[u8]) -> Option<&[u8]> {
    [&b",\"json\":"[..], b",\"text\":", b",\"b64\":"]
        .iter()
        .filter_map(|member| memchr::memmem::find(line, member).map(|at| at + member.len()))
        .min()
        .map(|at| &line[at..])
}

fn holds(hay: &[u8], needle: &[u8], exact: bool) -> bool {
    if exact || needle.is_empty() {
        return memchr::memmem::find(hay, needle).is_some();
    }
    let first = needle[0];
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), hay).any(|at| {
        hay[at..]
            .get(..needle.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(needle))
    })
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

/// An opened session file.
#[derive(Debug)]
pub struct Recording {
    /// Its first line; what is missing there is assumed.
    pub header: Header,
    path: PathBuf,
    file: Arc<File>,
    odd: SharedOddities,
    /// Whether it was made from a recording of another tool: what it is read from is not the file of its path.
    imported: bool,
    /// What is masked when it goes on from here, and in a recording of another tool.
    rules: Rules,
}

impl Recording {
    /// Opens a session file and reads its beginning.
    ///
    /// A file whose header is missing is taken when one of its first lines is an entry, one with a cut header as one
    /// without entries.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::masked_by(path, &Rules::default())
    }

    /// The same; these rules hold for a recording of another tool, and for what is exported.
    pub fn masked_by(path: &Path, rules: &Rules) -> Result<Self, OpenError> {
        let file = open(path)?;
        let unreadable = |error| OpenError::unreadable(path, error);
        let mut head = Vec::new();
        (&file)
            .take(BEGINNING)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        let header = match begin(&head) {
            Ok(header) => header,
            Err(NoSession::Foreign) => return Self::imported(path, &head, rules),
            Err(problem) => return Err(OpenError::no_session(path, problem)),
        };
        Ok(Self {
            header,
            path: path.to_owned(),
            file: Arc::new(file),
            odd: Arc::default(),
            imported: false,
            rules: rules.clone(),
        })
    }

    /// The header of a session file, which is all that is read of it but for files without one. A recording of another
    /// tool is none.
    pub fn header_of(path: &Path) -> Result<Header, OpenError> {
        let file = open(path)?;
        let unreadable = |error| OpenError::unreadable(path, error);
        let mut head = vec![0; HEAD];
        let read = read_at(&file, &mut head, 0).map_err(unreadable)?;
        head.truncate(read);
        if let Some(end) = memchr::memchr(b'\n', &head)
            && let Some(header) = codec::read_header(&head[..=end])
        {
            return Ok(header);
        }
        head.clear();
        (&file)
            .take(BEGINNING)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        begin(&head).map_err(|problem| OpenError::no_session(path, problem))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads bodies back.
    pub fn bodies(&self) -> Bodies {
        Bodies {
            file: Arc::clone(&self.file),
            kept: Arc::default(),
            ours: false,
            odd: Arc::clone(&self.odd),
            held: Arc::default(),
            fresh: Fresh::default(),
            secrets: Secrets::of(self.rules.clone()),
        }
    }

    /// Reads it from its beginning on, as far as it goes whenever one asks.
    pub fn reading(&self) -> Reading {
        let (file, odd) = (Arc::clone(&self.file), Arc::clone(&self.odd));
        Reading::new(file, Mark::default(), odd)
    }

    /// The same on from where the index beside it ends, with the fold up to there; none without an index to be
    /// trusted.
    pub fn indexed(&self) -> Option<(Timeline, Reading)> {
        if self.imported {
            return None;
        }
        let (timeline, mark) = index::load(self)?;
        let (file, odd) = (Arc::clone(&self.file), Arc::clone(&self.odd));
        Some((timeline, Reading::new(file, mark, odd)))
    }

    /// What it takes to keep the fold of what was read up to `mark`, when that is worth it.
    pub fn indexing(&self, mark: &Mark) -> Option<Indexing> {
        if self.imported {
            return None;
        }
        Indexing::of(self, mark)
    }

    /// Reads all entries, in batches with the bytes read so far; stops when `take` says false.
    pub fn load(&self, mut take: impl FnMut(Vec<Recorded>, u64) -> bool) -> io::Result<Loaded> {
        let mut reading = self.reading();
        if reading.read_on(&mut take)?
            && let Some(last) = reading.finish()
        {
            take(vec![last], reading.mark().offset);
        }
        Ok(reading.loaded().clone())
    }

    /// The fold over all entries.
    pub fn fold(&self) -> io::Result<Timeline> {
        let mut timeline = Timeline::default();
        self.load(|entries, _| {
            for entry in &entries {
                timeline.push(entry);
            }
            true
        })?;
        Ok(timeline)
    }
}

/// Lines that are looked at for the beginning of a session.
const LOOKED_AT: usize = 100;

/// The header of a file that begins like this; made up when there is none.
fn begin(head: &[u8]) -> Result<Header, NoSession> {
    let made_up = |created| Header {
        format: FORMAT,
        created,
        by: String::new(),
    };
    if head.is_empty() {
        return Err(NoSession::Empty);
    }
    let lines = || head.split_inclusive(|byte| *byte == b'\n').take(LOOKED_AT);
    let first = lines().next().unwrap_or_default();
    if let Some(header) = codec::read_header(first) {
        return Ok(header);
    }
    if reading::is_cut_header(first) {
        return Ok(made_up(Timestamp::UNIX_EPOCH));
    }
    let created = lines().find_map(|line| match codec::read(line) {
        Ok(entry) => Some(entry.at),
        Err(_) => Some(codec::read_header(line)?.created),
    });
    created.map(made_up).ok_or(NoSession::Foreign)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    #[test]
    fn searching_looks_at_bodies_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder =
            crate::recorder::Recorder::create(&folder.path().join("s.jsonl")).unwrap();
        let long = "x".repeat(3 << 20) + "needle";
        for text in ["one stderr \"Quoted\"", "{\"json\":true}", &long, "two"] {
            let draft = crate::recorder::Draft {
                conn: 1,
                channel: crate::session::Channel::Stderr,
                direction: crate::session::Direction::In,
                aux: false,
                body: text.as_bytes().to_vec(),
                ending: "\n",
                extra: None,
            };
            recorder.append(draft, None);
        }
        let bodies = recorder.bodies();
        for (text, seqs) in [
            ("STDERR", vec![]),
            ("stderr", vec![1]),
            ("quoted\"", vec![1]),
            ("Needle", vec![]),
            ("needle", vec![3]),
            ("t", vec![1, 2, 4]),
            ("conn", vec![]),
        ] {
            assert_eq!(bodies.search(text).unwrap(), seqs, "{text}");
        }
    }
}
