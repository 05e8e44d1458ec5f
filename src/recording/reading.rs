//! Reading a session file in order, and on from where it stopped when it has grown since.
//!
//! No line stops it: one that is no entry becomes a row of its own as far as there are few of them, is counted, and
//! the rest goes on. Numbers only ever rise, whatever the file says. Whether anybody still writes is not known here.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::note::Note;
use crate::note::http::Step;
use crate::session::codec;
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::{Channel, DAMAGED, Direction, Entry, FORMAT};

/// Entries handed over at a time.
const BATCH: usize = 1_024;
/// Entries handed over the first time, so that there is something to see.
const FIRST: usize = 128;
/// Bytes of lines after which entries are handed over, however few they are.
const BATCH_BYTES: u64 = 8 << 20;
/// Lines that are no entries and still get a row; of more the number is told.
pub const SHOWN: usize = 10_000;
/// A longer line is none of ours and is not kept in memory to look at it.
const LONGEST: u64 = 1 << 30;

/// A file read at its own pace: several readers of one handle do not move each other.
#[derive(Debug)]
struct At {
    file: Arc<File>,
    offset: u64,
}

impl io::Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = super::read_at(&self.file, buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Where a file is not as we write it; who reads an entry back must know.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Oddities {
    /// The offsets of the lines that are no entries, ascending.
    pub(super) damaged: Vec<u64>,
    /// From which offset on entries have higher numbers than stand in their lines, and by how much.
    pub(super) shifts: Vec<(u64, u64)>,
}

impl Oddities {
    /// Whether the line at `offset` is no entry.
    pub(super) fn is_damaged(&self, offset: u64) -> bool {
        self.damaged.binary_search(&offset).is_ok()
    }

    /// What the number in a line at `offset` falls short of.
    pub(super) fn shift(&self, offset: u64) -> u64 {
        let after = self.shifts.partition_point(|(from, _)| *from <= offset);
        after.checked_sub(1).map_or(0, |place| self.shifts[place].1)
    }
}

/// The same, between the one who reads in order and those who read back.
pub(super) type SharedOddities = Arc<Mutex<Oddities>>;

/// What there is to say of a format that is newer than ours, for people.
pub fn newer_than_ours(format: u32) -> Option<String> {
    (format > FORMAT).then(|| {
        format!(
            "written in format {format} by a newer mcpscope, this one knows up to {FORMAT}: what it does not know is shown as it stands"
        )
    })
}

/// How reading a file went.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Loaded {
    /// Entries read.
    pub entries: u64,
    /// Lines that are no entries.
    pub skipped: u64,
    /// The first of them: its number (from 1) and why.
    pub first_problem: Option<(u64, String)>,
    /// Whether the last line was cut off, as a crash leaves it.
    pub cut: bool,
    /// The format it was written in, when that is newer than ours.
    pub newer: Option<u32>,
    /// Whether its first line, the header, is missing.
    pub headless: bool,
}

impl Loaded {
    /// One line for people, when there is anything to tell.
    pub fn notice(&self) -> Option<String> {
        let others = self.skipped.saturating_sub(u64::from(self.cut));
        let mut told = Vec::new();
        told.extend(self.newer.and_then(newer_than_ours));
        if self.headless {
            told.push("the first line, the header, is missing".to_owned());
        }
        if let (Some((line, why)), 1..) = (&self.first_problem, others) {
            told.push(if others == 1 {
                format!("line {line} is no entry and was skipped: {why}")
            } else {
                format!("{others} lines are no entries and were skipped, first line {line}: {why}")
            });
        }
        if self.cut {
            let cut = "the last line is cut off (it was being written when the recording stopped)";
            told.push(cut.to_owned());
        }
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// What the entry before was, as far as the next one counts from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Before {
    seq: u64,
    us: u64,
    /// Microseconds since 1970.
    at_us: i64,
}

/// How far a [`Reading`] is: from here one can read on as if all before had just been read.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// Bytes of whole lines read.
    pub offset: u64,
    /// Lines read.
    pub(super) lines: u64,
    pub(super) before: Before,
    /// How it went so far.
    pub loaded: Loaded,
    /// What is odd about the lines so far.
    pub(super) oddities: Oddities,
}

/// Reads a session file from some line on.
#[derive(Debug)]
pub struct Reading {
    reader: BufReader<At>,
    /// What is there of a line whose end is not.
    line: Vec<u8>,
    /// Whether that line is too long to be kept; then it is empty.
    overlong: u64,
    mark: Mark,
    shared: SharedOddities,
    /// Whether anything was handed over.
    begun: bool,
}

impl Reading {
    /// Of a file, on from `mark`. What is odd becomes known to the holders of `shared` too.
    pub(super) fn new(file: Arc<File>, mark: Mark, shared: SharedOddities) -> Self {
        shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(&mark.oddities);
        let offset = mark.offset;
        Self {
            reader: BufReader::with_capacity(1 << 20, At { file, offset }),
            line: Vec::new(),
            overlong: 0,
            mark,
            shared,
            begun: false,
        }
    }

    /// How far it is.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// How it went so far.
    pub fn loaded(&self) -> &Loaded {
        &self.mark.loaded
    }

    /// How many bytes the file has by now; fewer than were read when somebody cut it.
    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.reader.get_ref().file.metadata()?.len())
    }

    /// Forgets a line that has only begun, for it is being written anew.
    pub(super) fn step_back(&mut self) {
        let file = Arc::clone(&self.reader.get_ref().file);
        let offset = self.mark.offset;
        self.reader = BufReader::with_capacity(1 << 20, At { file, offset });
        (self.line, self.overlong) = (Vec::new(), 0);
    }

    /// Bytes read, those of a line that has only begun included.
    pub(super) fn reached(&self) -> u64 {
        self.mark.offset + self.overlong.max(self.line.len() as u64)
    }

    /// Reads all whole lines that are there by now, and hands entries over in batches with the bytes read so far.
    /// False when `take` said so, which stops it.
    pub fn read_on(
        &mut self,
        mut take: impl FnMut(Vec<Recorded>, u64) -> bool,
    ) -> io::Result<bool> {
        let mut batch = Vec::new();
        let mut handed = self.mark.offset;
        while self.whole_line()? {
            batch.extend(self.line_read());
            let due = if self.begun { BATCH } else { FIRST };
            if batch.len() >= due || self.mark.offset - handed >= BATCH_BYTES {
                handed = self.mark.offset;
                self.begun = true;
                let room = Vec::with_capacity(BATCH);
                if !take(std::mem::replace(&mut batch, room), handed) {
                    return Ok(false);
                }
            }
        }
        Ok(take(batch, self.mark.offset))
    }

    /// Takes what follows the last newline for a line, as it is when nobody writes on. Nothing when there is nothing.
    pub fn finish(&mut self) -> Option<Recorded> {
        if self.line.trim_ascii().is_empty() && self.overlong == 0 {
            return None;
        }
        let entries = self.mark.loaded.entries;
        let last = self.line_read();
        self.mark.loaded.cut = self.mark.loaded.entries == entries;
        last
    }

    /// Completes [`Self::line`]; false when its end is not there yet.
    fn whole_line(&mut self) -> io::Result<bool> {
        let room = LONGEST.saturating_sub(self.line.len() as u64);
        if self.overlong == 0 {
            (&mut self.reader)
                .take(room)
                .read_until(b'\n', &mut self.line)?;
            if self.line.ends_with(b"\n") {
                return Ok(true);
            }
            if (self.line.len() as u64) < LONGEST {
                return Ok(false);
            }
            self.overlong = LONGEST;
            self.line = Vec::new();
        }
        loop {
            let here = self.reader.fill_buf()?;
            if here.is_empty() {
                return Ok(false);
            }
            let end = memchr::memchr(b'\n', here);
            let used = end.map_or(here.len(), |end| end + 1);
            self.reader.consume(used);
            self.overlong += used as u64;
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// What the line in [`Self::line`] is; the next one may be read after it.
    fn line_read(&mut self) -> Option<Recorded> {
        let overlong = std::mem::take(&mut self.overlong);
        let place = Place {
            offset: self.mark.offset,
            length: overlong.max(self.line.len() as u64),
        };
        self.mark.offset += place.length;
        self.mark.lines += 1;
        if overlong > 0 {
            return self.damaged(place, b"", "longer than 1 GiB");
        }
        if (self.mark.lines == 1 && self.header()) || self.line.trim_ascii().is_empty() {
            self.line.clear();
            return None;
        }
        let line = std::mem::take(&mut self.line);
        // A line that cannot be read is needed once more, to show how it begins; that is rare, a copy of all is not.
        let beginning: Vec<u8> = line[..line.len().min(2_048)].to_vec();
        match codec::read_owned(line) {
            Ok((entry, is_json)) => {
                let recorded = self.entry(&entry, place, is_json);
                // Its room is good for the next line.
                self.line = entry.body;
                self.line.clear();
                Some(recorded)
            }
            Err(_) if codec::read_header(&beginning).is_some() => {
                let why = "a second header: another session was put behind this one";
                self.damaged(place, &beginning, why)
            }
            Err(problem) => self.damaged(place, &beginning, &problem.to_string()),
        }
    }

    /// Whether the first line is the header, or what is left of one.
    fn header(&mut self) -> bool {
        let loaded = &mut self.mark.loaded;
        if let Some(header) = codec::read_header(&self.line) {
            loaded.newer = Some(header.format).filter(|format| *format > FORMAT);
            return true;
        }
        loaded.headless = !is_cut_header(&self.line);
        !loaded.headless
    }

    fn entry(&mut self, entry: &Entry, place: Place, is_json: bool) -> Recorded {
        self.mark.loaded.entries += 1;
        let mut facts = if is_json {
            Facts::of_json(entry)
        } else {
            Facts::of(entry)
        };
        let seq = entry.seq.max(self.mark.before.seq.saturating_add(1));
        let shift = seq - entry.seq;
        let known = self.mark.oddities.shifts.last().map_or(0, |last| last.1);
        if shift != known {
            self.mark.oddities.shifts.push((place.offset, shift));
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.shifts.push((place.offset, shift));
        }
        if let Facts::Note(Note::Http(Step::Request {
            frame: Some(frame), ..
        })) = &mut facts
        {
            *frame = frame.saturating_add(shift);
        }
        self.mark.before = Before {
            seq,
            us: entry.us,
            at_us: entry.at.as_microsecond(),
        };
        Recorded {
            seq,
            ..Recorded::with_facts(entry, place, facts)
        }
    }

    fn damaged(&mut self, place: Place, beginning: &[u8], why: &str) -> Option<Recorded> {
        let loaded = &mut self.mark.loaded;
        loaded.skipped += 1;
        loaded
            .first_problem
            .get_or_insert_with(|| (self.mark.lines, why.to_owned()));
        if self.mark.oddities.damaged.len() >= SHOWN {
            return None;
        }
        self.mark.oddities.damaged.push(place.offset);
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.damaged.push(place.offset);
        // Mostly it was an entry, and then this was its number.
        self.mark.before.seq = self.mark.before.seq.saturating_add(1);
        let mut entry = damaged_entry(self.mark.before.seq, beginning.to_vec());
        entry.us = self.mark.before.us;
        entry.at = Timestamp::from_microsecond(self.mark.before.at_us).unwrap_or_default();
        let facts = Facts::Junk(why.into());
        Some(Recorded {
            size: place.length,
            ..Recorded::with_facts(&entry, place, facts)
        })
    }
}

/// Whether the machine stopped while this first line, a header, was being written.
pub(super) fn is_cut_header(line: &[u8]) -> bool {
    const START: &[u8] = b"{\"mcpscope\":";
    !line.ends_with(b"\n") && (line.starts_with(START) || START.starts_with(line))
}

/// What a line that is no entry is shown as: its bytes, seen in the file.
pub(super) fn damaged_entry(seq: u64, mut line: Vec<u8>) -> Entry {
    let ending = if line.ends_with(b"\n") { "\n" } else { "" };
    line.truncate(line.len() - ending.len());
    Entry {
        seq,
        us: 0,
        at: Timestamp::UNIX_EPOCH,
        conn: 0,
        channel: Channel::Other(DAMAGED.into()),
        direction: Direction::Here,
        aux: false,
        body: line,
        ending: ending.into(),
        extra: None,
    }
}

#[cfg(test)]
mod tests;
