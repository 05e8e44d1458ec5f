//! The way to one side of a tap: for the pump that carries lines there, and for whoever lets a line go there in between.
//!
//! What is said in between goes between two lines, never into one.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// See the module.
#[derive(Debug)]
pub(in crate::tap) struct Lane<W = File>(Mutex<Way<W>>);

/// A lane that nobody else has meanwhile.
#[derive(Debug)]
pub(in crate::tap) struct Way<W = File> {
    /// Gone once it is closed.
    to: Option<W>,
    /// Whether the last line that passed has no end yet.
    amid: bool,
    /// What waits for that end.
    waiting: Vec<u8>,
}

impl<W: Write> Lane<W> {
    /// To this.
    pub fn new(to: W) -> Self {
        Self(Mutex::new(Way {
            to: Some(to),
            amid: false,
            waiting: Vec::new(),
        }))
    }

    /// Has it alone.
    pub fn lock(&self) -> MutexGuard<'_, Way<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes it for good.
    pub fn close(&self) {
        self.lock().to.take();
    }
}

impl<W: Write> Way<W> {
    /// Passes bytes on, as they come.
    pub fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(last) = bytes.last() else {
            return Ok(());
        };
        let end = *last == b'\n';
        // What waits goes between the line that ends here and those behind it.
        let first = match memchr::memchr(b'\n', bytes) {
            Some(at) if !self.waiting.is_empty() => at + 1,
            _ => bytes.len(),
        };
        self.write(&bytes[..first])?;
        if bytes[first - 1] == b'\n' && !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            self.write(&waiting)?;
        }
        self.amid = !end;
        self.write(&bytes[first..])
    }

    /// Says whole lines.
    pub fn say(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.amid {
            self.waiting.extend_from_slice(lines);
            return Ok(());
        }
        self.write(lines)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.to {
            Some(to) => to.write_all(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn came(lane: &Lane<Vec<u8>>) -> Vec<u8> {
        lane.lock().to.take().unwrap()
    }

    #[test]
    fn nothing_is_said_in_the_middle_of_a_line() {
        let lane = Lane::new(Vec::new());
        lane.lock().pass(b"one\ntw").unwrap();
        lane.lock().say(b"said\n").unwrap();
        lane.lock().pass(b"o\nthree\n").unwrap();
        lane.lock().say(b"more\n").unwrap();
        assert_eq!(came(&lane), b"one\ntwo\nsaid\nthree\nmore\n");
        lane.close();
        assert!(lane.lock().say(b"x\n").is_err());
    }

    proptest! {
        #[test]
        fn every_line_comes_whole(pieces in proptest::collection::vec(("[ab\n]{0,6}", any::<bool>()), 0..12)) {
            let lane = Lane::new(Vec::new());
            let (mut passed, mut said) = (String::new(), 0);
            for (piece, says) in &pieces {
                lane.lock().pass(piece.as_bytes()).unwrap();
                passed.push_str(piece);
                if *says {
                    lane.lock().say(b"S\n").unwrap();
                    said += 1;
                }
            }
            lane.lock().pass(b"\n").unwrap();
            passed.push('\n');
            let came = String::from_utf8(came(&lane)).unwrap();
            let (ours, theirs): (Vec<&str>, Vec<&str>) =
                came.split_inclusive('\n').partition(|line| *line == "S\n");
            prop_assert_eq!(ours.len(), said);
            prop_assert_eq!(theirs.concat(), passed);
        }
    }
}
