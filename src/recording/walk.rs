//! All entries of a session file with their bodies, in order, by positioned reads: a file that is being recorded can be
//! walked while it grows.

use std::io::{self, BufRead as _, BufReader, Read};

use super::{Bodies, Recording, read_at};
use crate::session::codec;
use crate::session::recorded::Place;
use crate::session::{Entry, Header};

/// The file from its beginning to where it ended when the walk began.
struct FromStart<'a> {
    file: &'a std::fs::File,
    at: u64,
    end: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(rest);
        let read = read_at(self.file, &mut buffer[..most], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Bodies {
    /// Bytes of the file as it is now.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The first line of the file, when it is one of ours.
    pub fn header(&self) -> io::Result<Option<Header>> {
        let mut first = Vec::new();
        self.from_start()?
            .take(1 << 20)
            .read_until(b'\n', &mut first)?;
        Ok(codec::read_header(&first).ok())
    }

    fn from_start(&self) -> io::Result<BufReader<FromStart<'_>>> {
        let end = self.length()?;
        let file = FromStart {
            file: &self.file,
            at: 0,
            end,
        };
        Ok(BufReader::with_capacity(1 << 20, file))
    }

    /// Gives every entry to `take`, with its place, whether its body is known to be one JSON text, and the bytes read so
    /// far; stops when that says false. Lines that are no entries are passed over; how many there were is the answer.
    pub fn walk(
        &self,
        mut take: impl FnMut(&Entry, Place, bool, u64) -> bool,
    ) -> io::Result<u64> {
        let mut reader = self.from_start()?;
        let (mut line, mut offset, mut skipped) = (Vec::new(), 0_u64, 0);
        let mut first = true;
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                return Ok(skipped);
            }
            let place = Place { offset, length };
            offset += length;
            if std::mem::take(&mut first) || line.trim_ascii().is_empty() {
                continue;
            }
            match codec::read_owned(std::mem::take(&mut line)) {
                Ok((entry, is_json)) => {
                    if !take(&entry, place, is_json, offset) {
                        return Ok(skipped);
                    }
                    line = entry.body;
                }
                Err(_) => skipped += 1,
            }
        }
    }
}

impl Recording {
    /// A session that stands in a file without a name of its own; `path` is what people call it.
    pub fn of_file(file: std::fs::File, path: &std::path::Path) -> Result<Self, super::OpenError> {
        Self::read_first_line(file, path)
    }
}
