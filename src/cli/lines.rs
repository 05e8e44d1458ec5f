//! Lines of stdin or a file, read on a thread of their own as they come.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use tokio::sync::mpsc;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait to be taken.
const WAITING: usize = 4;

/// See the module.
#[derive(Debug)]
pub struct Lines {
    chunks: mpsc::Receiver<io::Result<Vec<Vec<u8>>>>,
    ready: VecDeque<Vec<u8>>,
    fault: Option<io::Error>,
}

impl Lines {
    /// Reads lines until there are no more. The thread ends with `from`, with whoever takes the lines, or with the
    /// process.
    pub fn of(from: impl Read + Send + 'static) -> Self {
        let (sender, chunks) = mpsc::channel(WAITING);
        std::thread::spawn(move || {
            let mut from = BufReader::with_capacity(CHUNK, from);
            let mut begun = Vec::new();
            loop {
                match chunk(&mut from, &mut begun) {
                    Ok(Some(lines)) => {
                        if !lines.is_empty() && sender.blocking_send(Ok(lines)).is_err() {
                            return;
                        }
                    }
                    Ok(None) => return,
                    Err(error) => {
                        let _ = sender.blocking_send(Err(error));
                        return;
                    }
                }
            }
        });
        Self {
            chunks,
            ready: VecDeque::new(),
            fault: None,
        }
    }

    /// The next line, without its line break; none at the end.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        while self.ready.is_empty() {
            match self.chunks.recv().await? {
                Ok(lines) => self.ready.extend(lines),
                Err(error) => {
                    self.fault = Some(error);
                    return None;
                }
            }
        }
        self.ready.pop_front()
    }

    /// Whether another line is at hand.
    pub fn has_next(&mut self) -> bool {
        while self.ready.is_empty() {
            match self.chunks.try_recv() {
                Ok(Ok(lines)) => self.ready.extend(lines),
                Ok(Err(error)) => self.fault = Some(error),
                Err(_) => return false,
            }
        }
        true
    }

    /// Why there were no more lines, when that was not the end.
    pub fn fault(&mut self) -> Option<io::Error> {
        self.fault.take()
    }
}

/// What whole lines a read brings; the beginning of the next stays in `begun`. None at the end.
fn chunk(from: &mut impl BufRead, begun: &mut Vec<u8>) -> io::Result<Option<Vec<Vec<u8>>>> {
    let bytes = match from.fill_buf() {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Some(Vec::new())),
        Err(error) => return Err(error),
    };
    if bytes.is_empty() {
        let last = std::mem::take(begun);
        return Ok((!last.is_empty()).then(|| vec![last]));
    }
    let mut lines = Vec::new();
    let mut rest = bytes;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        begun.extend_from_slice(&rest[..end]);
        lines.push(std::mem::take(begun));
        rest = &rest[end + 1..];
    }
    begun.extend_from_slice(rest);
    let taken = bytes.len();
    from.consume(taken);
    Ok(Some(lines))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8], capacity: usize) -> Vec<Vec<u8>> {
        let mut from = BufReader::with_capacity(capacity, bytes);
        let (mut begun, mut lines) = (Vec::new(), Vec::new());
        while let Some(more) = chunk(&mut from, &mut begun).unwrap() {
            lines.extend(more);
        }
        lines
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_they_come(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            capacity in 1usize..40,
        ) {
            let mut whole: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if whole.last().is_some_and(Vec::is_empty) {
                whole.pop();
            }
            prop_assert_eq!(all(&bytes, capacity), whole);
        }
    }
}
