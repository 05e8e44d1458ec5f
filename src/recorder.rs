//! The writing end of a session file: every entry is written before anybody acts on it.
//!
//! When a write fails (a full disk, mostly) the work goes on: the entry stays in memory as far as it is bounded,
//! the gap is counted, and a `gap` entry says so in the file as soon as it can be written to again.
//!
//! What is secret is masked on the way in (`masking`): who reads an entry back, from the file or from memory, finds the
//! masks and, in its member `mask`, where they stand.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

mod frame;
mod keep;
mod masking;
mod together;

pub use keep::{Keep, KeepError};

use crate::mask::Masker;
use crate::note::Note;
use crate::recording::{Bodies, Fresh, Shared};
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::{Channel, Direction, Entry, FORMAT, Header, codec};

/// Bytes of unrecorded bodies that stay in memory.
const KEPT_BYTES: usize = 16 << 20;

/// Bytes from which on a body counts as huge.
const HUGE: usize = 1 << 20;

/// How long a huge body stays in memory for whoever shows it.
const FRESH: Duration = Duration::from_secs(2);

/// Bytes of a body from which on it is not copied to be written.
const LENT: usize = 32 << 10;

/// The place of an entry that could not be written.
pub const LOST: Place = Place {
    offset: u64::MAX,
    length: 0,
};

/// An entry that has not happened yet: sequence and times are the recorder's.
#[derive(Debug, Clone)]
pub struct Draft {
    /// See [`Entry::conn`].
    pub conn: u32,
    /// See [`Entry::channel`].
    pub channel: Channel,
    /// See [`Entry::direction`].
    pub direction: Direction,
    /// See [`Entry::aux`].
    pub aux: bool,
    /// See [`Entry::body`].
    pub body: Vec<u8>,
    /// See [`Entry::ending`].
    pub ending: &'static str,
    /// See [`Entry::extra`].
    pub extra: Option<Box<str>>,
}

impl Draft {
    /// A frame on the wire, as a line of its own.
    pub fn wire(conn: u32, direction: Direction, body: impl Into<Vec<u8>>) -> Self {
        Self {
            conn,
            channel: Channel::Wire,
            direction,
            aux: false,
            body: body.into(),
            ending: "\n",
            extra: None,
        }
    }

    /// The entry of a note.
    pub fn note(conn: u32, note: &Note) -> Self {
        Self {
            conn,
            channel: if note.is_process() {
                Channel::Process
            } else if note.is_http() {
                Channel::Http
            } else {
                Channel::Note
            },
            direction: Direction::Here,
            aux: false,
            body: note.to_json().into_bytes(),
            ending: "\n",
            extra: None,
        }
    }
}

/// Entries that are in no file, shared with the reading end.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    entries: HashMap<u64, Entry>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl Kept {
    fn put(&mut self, entry: Entry) {
        self.bytes += entry.body.len();
        self.order.push_back(entry.seq);
        self.entries.insert(entry.seq, entry);
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.bytes -= entry.body.len();
            }
        }
    }

    pub(crate) fn get(&self, seq: u64) -> Option<Entry> {
        self.entries.get(&seq).cloned()
    }
}

/// Appends entries to a session file.
#[derive(Debug)]
pub struct Recorder {
    file: Arc<File>,
    path: Option<PathBuf>,
    offset: u64,
    seq: u64,
    began: Instant,
    unwritten: u64,
    lost: u64,
    trouble: Option<String>,
    /// Why the last entry that is lost could not be written.
    why: Option<String>,
    kept: Arc<Mutex<Kept>>,
    /// The newest entry while it is huge, and since when.
    fresh: Fresh,
    fresh_since: Option<Instant>,
    line: Vec<u8>,
    /// Entries that stand in the line and are still to be written.
    gathered: Option<u64>,
    masker: Masker,
}

impl Recorder {
    /// Starts a session file at `path`, which must not exist; only its owner may read it.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::begin(options.open(path)?, Some(path.to_owned()))
    }

    /// Starts a session without a name in a temporary file that goes away with the process.
    pub fn unnamed() -> io::Result<Self> {
        Self::begin(tempfile::tempfile()?, None)
    }

    fn begin(mut file: File, path: Option<PathBuf>) -> io::Result<Self> {
        let header = codec::write_header(&Header {
            format: FORMAT,
            created: Timestamp::now(),
            by: concat!("mcpscope ", env!("CARGO_PKG_VERSION")).to_owned(),
        });
        claim(&file);
        file.write_all(header.as_bytes())?;
        Ok(Self {
            file: Arc::new(file),
            path,
            offset: header.len() as u64,
            seq: 0,
            began: Instant::now(),
            unwritten: 0,
            lost: 0,
            trouble: None,
            why: None,
            kept: Arc::default(),
            fresh: Fresh::default(),
            fresh_since: None,
            line: Vec::new(),
            gathered: None,
            masker: Masker::default(),
        })
    }

    /// The file's path; none for an unnamed session.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The reading end.
    pub fn bodies(&self) -> Bodies {
        let secrets = self.masker.secrets().clone();
        let (file, kept) = (Arc::clone(&self.file), Arc::clone(&self.kept));
        Bodies::new(file, kept, self.fresh.clone(), secrets)
    }

    /// The number of the newest entry; 0 before the first.
    pub fn last(&self) -> u64 {
        self.seq
    }

    /// Entries that could not be written so far, and why the last could not.
    pub fn trouble(&self) -> Option<(u64, &str)> {
        self.trouble.as_deref().map(|why| (self.lost, why))
    }

    /// The same, though the file may take entries again since.
    pub fn lost(&self) -> Option<(u64, &str)> {
        self.why.as_deref().map(|why| (self.lost, why))
    }

    /// Writes an entry and gives back what the fold takes: the entry, after a `gap` entry if there was one to tell.
    ///
    /// When this returns, the bytes are the operating system's: a crash of ours loses nothing. Who gives facts that are
    /// messages has found the body to be one JSON text.
    pub fn append(&mut self, mut draft: Draft, facts: Option<Facts>) -> Vec<Recorded> {
        let mut done = Vec::with_capacity(1);
        done.extend(self.tell_gap());
        // What is told of an entry is what its file tells.
        let masked = self.mask(&mut draft).is_some();
        let facts = facts.filter(|_| !masked);
        let entry = self.entry(draft);
        let known = matches!(facts, Some(Facts::Messages(_)));
        let written = self.write(&entry, known);
        let (place, is_json) = written.unwrap_or_else(|error| (self.lose(&entry, &error), known));
        let facts = facts.unwrap_or_else(|| {
            if is_json {
                Facts::of_json(&entry)
            } else {
                Facts::of(&entry)
            }
        });
        done.push(Recorded::with_facts(&entry, place, facts));
        self.keep_fresh(entry, place);
        done
    }

    /// Keeps an entry that could not be written in memory, as far as that is bounded.
    fn lose(&mut self, entry: &Entry, error: &io::Error) -> Place {
        self.failed(error, 1);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.put(entry.clone());
        LOST
    }

    /// Keeps a huge body at hand for whoever shows it.
    fn keep_fresh(&mut self, mut entry: Entry, place: Place) {
        if entry.body.len() <= HUGE || place == LOST {
            return;
        }
        // As the file tells it.
        entry.at = Timestamp::from_microsecond(entry.at.as_microsecond()).unwrap_or(entry.at);
        self.fresh.put(Some(Shared::from(entry)));
        self.fresh_since = Some(Instant::now());
    }

    /// Until when a huge body stays in memory though nobody asked for it.
    pub fn holds_until(&self) -> Option<Instant> {
        self.fresh_since.map(|since| since + FRESH)
    }

    /// Lets go of it.
    pub fn let_go(&mut self) {
        if self.fresh_since.take().is_some() {
            self.fresh.put(None);
        }
    }

    /// The same for who has no fold to feed: writes an entry, looks no further into it, and gives back its number.
    pub fn put(&mut self, mut draft: Draft) -> u64 {
        let mut body = std::mem::take(&mut draft.body);
        self.put_lent(draft, &mut body, false)
    }

    /// The same with a body that is needed afterwards, as it was: it takes the place of the draft's. Who has found it to
    /// be one JSON text says so, and it is not looked for again.
    pub fn put_lent(&mut self, mut draft: Draft, body: &mut Vec<u8>, is_json: bool) -> u64 {
        self.tell_gap();
        draft.body = std::mem::take(body);
        let was = self.mask(&mut draft);
        let entry = self.entry(draft);
        if let Err(error) = self.write(&entry, is_json && was.is_none()) {
            self.failed(&error, 1);
        }
        *body = was.unwrap_or(entry.body);
        entry.seq
    }

    /// Writes how many entries could not be written, once the file takes them again.
    fn tell_gap(&mut self) -> Option<Recorded> {
        if self.unwritten == 0 || self.gathered.is_some() {
            return None;
        }
        let note = Note::Gap {
            lost: self.unwritten,
        };
        let entry = self.entry(Draft::note(0, &note));
        let Ok((place, _)) = self.write(&entry, false) else {
            self.seq -= 1;
            return None;
        };
        self.unwritten = 0;
        self.trouble = None;
        Some(Recorded::of(&entry, place))
    }

    fn failed(&mut self, error: &io::Error, entries: u64) {
        self.unwritten += entries;
        self.lost += entries;
        self.trouble = Some(error.to_string());
        self.why.clone_from(&self.trouble);
    }

    fn entry(&mut self, draft: Draft) -> Entry {
        self.seq += 1;
        Entry {
            seq: self.seq,
            us: self.began.elapsed().as_micros() as u64,
            at: Timestamp::now(),
            conn: draft.conn,
            channel: draft.channel,
            direction: draft.direction,
            aux: draft.aux,
            body: draft.body,
            ending: Cow::Borrowed(draft.ending),
            extra: draft.extra,
        }
    }

    /// Also says whether the body was found to be one JSON text, or is `known` to be.
    fn write(&mut self, entry: &Entry, known: bool) -> io::Result<(Place, bool)> {
        debug_assert!(
            !known || crate::json::check(&entry.body).is_ok(),
            "known to be JSON"
        );
        if let Some(entries) = self.gathered {
            if entry.body.len() <= HUGE {
                let before = self.line.len() as u64;
                let apart = codec::write_but_body(entry, known, &mut self.line);
                if apart {
                    self.line.extend_from_slice(&entry.body);
                }
                self.line.extend_from_slice(codec::END);
                self.gathered = Some(entries + 1);
                let place = Place {
                    offset: self.offset + before,
                    length: self.line.len() as u64 - before,
                };
                return Ok((place, known || apart));
            }
            // A huge one goes out alone, behind what stands before it.
            self.flush(entries);
            self.gathered = Some(0);
        }
        self.write_as(entry, known)
    }

    /// The same for a body that is `taken` for one JSON text, whatever it is.
    fn write_as(&mut self, entry: &Entry, taken: bool) -> io::Result<(Place, bool)> {
        self.line.clear();
        let apart = codec::write_but_body(entry, taken, &mut self.line);
        let mut file = &*self.file;
        let (length, written) = if apart && entry.body.len() >= LENT {
            // Not copied into the line first, for that would be as much work and memory again.
            let parts = [&self.line, &entry.body, codec::END];
            let length = parts.iter().map(|part| part.len()).sum();
            (length, write_parts(file, parts))
        } else {
            if apart {
                self.line.extend_from_slice(&entry.body);
            }
            self.line.extend_from_slice(codec::END);
            (self.line.len(), file.write_all(&self.line))
        };
        let place = Place {
            offset: self.offset,
            length: length as u64,
        };
        if let Err(error) = written {
            self.cut_back();
            return Err(error);
        }
        self.offset += place.length;
        self.line.clear();
        // A huge frame should not keep its size in memory for the rest of the session.
        if self.line.capacity() > HUGE {
            self.line = Vec::new();
        }
        Ok((place, taken || apart))
    }
}

/// Writes all of them, at once where the system takes them so.
fn write_parts(mut file: &File, parts: [&[u8]; 3]) -> io::Result<()> {
    let mut written = match file.write_vectored(&parts.map(IoSlice::new)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        written => written?,
    };
    for part in parts {
        let done = written.min(part.len());
        written -= done;
        file.write_all(&part[done..])?;
    }
    Ok(())
}

/// Lets others see that the file is being written; it ends with the process, however that ends.
#[cfg(unix)]
fn claim(file: &File) {
    // Somebody who just looks holds it for a moment. A file system without locks only costs that others do not see it.
    let tries = 100;
    for _ in 0..tries {
        match file.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => std::thread::yield_now(),
            _ => break,
        }
    }
}

/// Elsewhere a lock would keep others from reading.
#[cfg(not(unix))]
fn claim(_file: &File) {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::recording;
    use crate::session::timeline::EntryRow;

    fn draft(text: &str) -> Draft {
        Draft {
            conn: 1,
            channel: Channel::Stderr,
            direction: Direction::In,
            aux: false,
            body: text.as_bytes().to_vec(),
            ending: "\n",
            extra: None,
        }
    }

    #[test]
    fn an_entry_is_in_the_file_when_append_returns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        for text in ["one", "two"] {
            let recorded = recorder.append(draft(text), None).remove(0);
            let lines = std::fs::read_to_string(&path).unwrap();
            assert!(
                lines.ends_with(&format!("\"text\":\"{text}\"}}\n")),
                "{lines}"
            );
            assert_eq!(
                recorder
                    .bodies()
                    .read(recorded.seq, recorded.place)
                    .unwrap()
                    .text(),
                text
            );
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert!(
            Recorder::create(&path).is_err(),
            "never over an existing file"
        );
    }

    #[test]
    fn a_huge_frame_stands_in_its_line_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        let huge = format!(r#"{{"jsonrpc":"2.0","method":"{}"}}"#, "x".repeat(HUGE));
        for text in ["before", &huge, "after"] {
            let recorded = recorder.append(draft(text), None).remove(0);
            let back = recorder
                .bodies()
                .read(recorded.seq, recorded.place)
                .unwrap();
            assert!(back.text() == text);
        }
        let opened = recording::Recording::open(&path).unwrap();
        let told = opened.load(|_, _| true).unwrap();
        assert_eq!((told.entries, told.skipped), (3, 0));
    }

    #[test]
    fn entries_that_belong_together_stand_in_the_file_as_others_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        recorder.put(draft("one"));
        let before = std::fs::metadata(&path).unwrap().len();
        let huge = "x".repeat(HUGE + 1);
        recorder.begin_together();
        recorder.put(draft("two"));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), before);
        recorder.put(draft(&huge));
        recorder.put(draft("four"));
        recorder.end_together();
        let place = recorder.append(draft("five"), None).remove(0);
        recorder.begin_together();
        recorder.end_together();
        let bodies = recorder.bodies();
        assert_eq!(bodies.read(5, place.place).unwrap().text(), "five");
        let mut sizes = Vec::new();
        let opened = recording::Recording::open(&path).unwrap();
        let told = opened.load(|batch, _| {
            sizes.extend(batch.iter().map(|entry| (entry.seq, entry.size)));
            true
        });
        assert_eq!(told.unwrap().skipped, 0);
        let huge = huge.len() as u64;
        assert_eq!(sizes, [(1, 3), (2, 3), (3, huge), (4, 4), (5, 4)]);
        let writable = std::mem::replace(&mut recorder.file, Arc::new(File::open(&path).unwrap()));
        recorder.begin_together();
        recorder.put(draft("lost"));
        recorder.put(draft("too"));
        recorder.end_together();
        assert_eq!(recorder.lost().map(|(lost, _)| lost), Some(2));
        recorder.file = writable;
        let after = recorder.append(draft("after"), None);
        assert_eq!(after[0].facts, Facts::Note(Note::Gap { lost: 2 }));
    }

    /// A file opened for reading only refuses every write, as a full disk would.
    #[test]
    fn a_failing_write_loses_no_work_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        recorder.append(draft("before"), None);
        let writable = std::mem::replace(&mut recorder.file, Arc::new(File::open(&path).unwrap()));
        let lost = recorder.append(draft("during"), None).remove(0);
        assert_eq!(lost.place, LOST);
        assert_eq!(recorder.trouble().map(|(lost, _)| lost), Some(1));
        assert_eq!(
            recorder.bodies().read(lost.seq, lost.place).unwrap().text(),
            "during"
        );
        recorder.file = writable;
        let after = recorder.append(draft("after"), None);
        assert_eq!(after[0].facts, Facts::Note(Note::Gap { lost: 1 }));
        let mut timeline = crate::session::timeline::Timeline::default();
        let opened = recording::Recording::open(&path).unwrap();
        let told = opened.load(|batch, _| {
            for entry in &batch {
                timeline.push(entry);
            }
            true
        });
        assert_eq!(told.unwrap().skipped, 0);
        assert_eq!(
            timeline
                .entries()
                .iter()
                .map(EntryRow::seq)
                .collect::<Vec<_>>(),
            [1, 3, 4]
        );
        assert_eq!(timeline.state().lost, 1);
    }
}
