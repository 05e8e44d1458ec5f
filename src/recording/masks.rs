//! What is masked in a session file, counted.

use std::io;

use super::{Bodies, read_at};
use crate::mask::{Mark, Tally};
use crate::session::codec;

impl Bodies {
    /// Counts the masks of the whole file, as far as it is written. Reads all of it.
    pub fn tally(&self) -> io::Result<Tally> {
        self.tally_of(&|_| true)
    }

    /// The same of the entries whose numbers are `meant`.
    pub fn tally_of(&self, meant: &dyn Fn(u64) -> bool) -> io::Result<Tally> {
        let mut tally = Tally::default();
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
                from += newline + 1;
                // Most lines have none, and need not be read.
                if memchr::memmem::find(line, b"\"mask\":[").is_some()
                    && let Ok(entry) = codec::read(line)
                    && meant(entry.seq)
                {
                    let marks = Mark::of(entry.extra.as_deref());
                    let line = format!("a line of {}", entry.channel.word());
                    tally.add(&marks, &entry.body, &line);
                }
            }
            if read == 0 {
                return Ok(tally);
            }
            chunk.copy_within(from..end, 0);
            start = end - from;
        }
    }
}
