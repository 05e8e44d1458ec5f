//! The reading end of a session file: all of it in order ([`Recording::load`]), or one body ([`Bodies::read`]).
//!
//! Both may be slow and are never called on the drawing thread. Nothing is mapped: positioned reads do.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub mod calls;
mod shared;
pub mod sift;

pub use shared::Shared;

use crate::recorder::{Kept, LOST};
use crate::session::codec::{self, HeaderProblem};
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::{Entry, Header};

/// Entries handed over at a time while a file is read.
const BATCH: usize = 1_024;

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
    /// It is something else, or too new.
    #[error("{} is no session: {problem}", path.display())]
    NoSession {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: HeaderProblem,
    },
}

/// Reads bodies back. Cheap to clone; all clones read the same file.
#[derive(Debug, Clone)]
pub struct Bodies {
    file: Arc<File>,
    kept: Arc<Mutex<Kept>>,
    /// Whether the lines are as we write them, so that a body ends where its line does.
    ours: bool,
    /// Long bodies that somebody holds.
    held: Arc<Mutex<Vec<shared::Held>>>,
}

/// Of longer lines, the body is looked for in so many first bytes.
const HEAD: usize = 4096;

impl Bodies {
    /// Of a file that is being recorded.
    pub(crate) fn new(file: Arc<File>, kept: Arc<Mutex<Kept>>) -> Self {
        Self {
            file,
            kept,
            ours: true,
            held: Arc::default(),
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
        // It was checked when its place was found.
        codec::read_checked(line)
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem.to_string()))
    }
}

impl Bodies {
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
            let mut from = 0;
            while let Some(newline) = memchr::memchr(b'\n', &chunk[from..end]) {
                let line = &chunk[from..from + newline];
                if body_of(line)
                    .is_some_and(|body| needles.iter().any(|needle| holds(body, needle, exact)))
                {
                    found.extend(
                        crate::json::get(line, &["seq"])
                            .and_then(crate::json::integer)
                            .map(i64::cast_unsigned),
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
}

/// How reading a file went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Entries read.
    pub entries: u64,
    /// Lines that are no entries.
    pub skipped: u64,
    /// The first of them: its number (from 1) and why.
    pub first_problem: Option<(u64, String)>,
    /// Whether the last line was cut off, as a crash leaves it.
    pub cut: bool,
}

impl Loaded {
    /// One line for people, when there is anything to tell.
    pub fn notice(&self) -> Option<String> {
        let others = self.skipped - u64::from(self.cut);
        let cut = "the last line is cut off (it was being written when the recording stopped)";
        match (self.cut, others, &self.first_problem) {
            (false, 0, _) => None,
            (true, 0, _) => Some(cut.to_owned()),
            (was_cut, others, problem) => {
                let (line, why) = problem.clone().unwrap_or_default();
                let also = if was_cut {
                    format!("; {cut}")
                } else {
                    String::new()
                };
                Some(format!(
                    "{others} lines are no entries and were skipped, first line {line}: {why}{also}"
                ))
            }
        }
    }
}

impl Recording {
    /// Opens a session file and reads its first line.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let unreadable = |error| OpenError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut first = Vec::new();
        // A line of a header is short; somebody's 10 GB of zeros is not read to find that out.
        BufReader::new(&file)
            .take(1 << 20)
            .read_until(b'\n', &mut first)
            .map_err(unreadable)?;
        let header = codec::read_header(&first).map_err(|problem| OpenError::NoSession {
            path: path.to_owned(),
            problem,
        })?;
        Ok(Self {
            header,
            path: path.to_owned(),
            file: Arc::new(file),
        })
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
            held: Arc::default(),
        }
    }

    /// Reads all entries, in batches with the bytes read so far; stops when `take` says false.
    pub fn load(&self, mut take: impl FnMut(Vec<Recorded>, u64) -> bool) -> io::Result<Loaded> {
        use std::io::Seek as _;
        let mut file = &*self.file;
        file.rewind()?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let (mut loaded, mut batch) = (Loaded::default(), Vec::with_capacity(BATCH));
        let (mut line, mut offset, mut number) = (Vec::new(), 0, 0_u64);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                break;
            }
            number += 1;
            let place = Place { offset, length };
            offset += length;
            if number == 1 || line.trim_ascii().is_empty() {
                continue;
            }
            let whole = line.ends_with(b"\n");
            match codec::read_owned(std::mem::take(&mut line)) {
                Ok((entry, is_json)) => {
                    loaded.entries += 1;
                    let facts = if is_json {
                        Facts::of_json(&entry)
                    } else {
                        Facts::of(&entry)
                    };
                    batch.push(Recorded::with_facts(&entry, place, facts));
                    // Its room is good for the next line.
                    line = entry.body;
                }
                Err(problem) => {
                    loaded.skipped += 1;
                    loaded.cut = !whole;
                    loaded
                        .first_problem
                        .get_or_insert((number, problem.to_string()));
                }
            }
            if batch.len() == BATCH
                && !take(
                    std::mem::replace(&mut batch, Vec::with_capacity(BATCH)),
                    offset,
                )
            {
                return Ok(loaded);
            }
        }
        take(batch, offset);
        Ok(loaded)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_are_skipped_counted_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let entry = r#"{"seq":1,"us":1,"at":"2026-11-21T10:30:00Z","conn":1,"ch":"stderr","dir":"in","text":"a"}"#;
        std::fs::write(
            &path,
            format!("{{\"mcpscope\":1}}\n{entry}\nhello\n\n{entry}\n{{\"seq\":3,\"te"),
        )
        .unwrap();
        let recording = Recording::open(&path).unwrap();
        let mut places = Vec::new();
        let loaded = recording
            .load(|batch, _| {
                places.extend(batch.iter().map(|recorded| recorded.place));
                true
            })
            .unwrap();
        assert_eq!((loaded.entries, loaded.skipped, loaded.cut), (2, 2, true));
        assert_eq!(
            loaded.first_problem.as_ref().map(|(line, _)| *line),
            Some(3)
        );
        assert!(loaded.notice().unwrap().contains("cut off"));
        assert_eq!(recording.bodies().read(1, places[1]).unwrap().text(), "a");
    }

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

    #[test]
    fn other_files_are_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "hello\n").unwrap();
        let words = Recording::open(&path).unwrap_err().to_string();
        assert!(
            words.ends_with("is no session: the first line is no mcpscope session header"),
            "{words}"
        );
        assert!(
            Recording::open(&folder.path().join("none"))
                .unwrap_err()
                .to_string()
                .starts_with("cannot open")
        );
    }
}
