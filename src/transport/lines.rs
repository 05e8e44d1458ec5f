//! Cuts what a server prints into lines and puts them into an inbox.
//!
//! Each stream has its own task, buffer and place in the queue, so neither holds the other up. Bytes
//! are never decoded, a byte is looked at once, and nothing is lost but the line ending itself.
//! It never waits for the end of a pipe once the server is gone: a process that the server left
//! behind may hold the pipe open for ever.

use super::usage::Activity;
use super::{Ending, LinkEvent, PLACE, Stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

/// Longest line kept in one piece, in bytes.
pub(crate) const MAX_LINE: usize = 1 << 30;

/// Free room before each read; a pipe gives at most this much at once with its default size.
const CHUNK: usize = 64 * 1024;

/// After the server's exit: how long a pipe may be silent before it counts as drained.
const QUIET: Duration = Duration::from_millis(250);

/// After the server's exit: how long a pipe is read at all, if somebody keeps writing.
const DRAIN: Duration = Duration::from_secs(1);

/// What may still be read after [`DRAIN`] when it was us who were slow: one pipe of the largest
/// size an ordinary user can set, so that nothing the server itself wrote is lost.
const LATE: usize = 1 << 20;

/// Reads a stream to its end, or for a bounded time after `exited` turned true.
pub(super) async fn read<R: AsyncRead + Unpin>(
    mut source: R,
    stream: Stream,
    inbox: mpsc::Sender<LinkEvent>,
    mut exited: watch::Receiver<bool>,
    activity: Arc<Activity>,
    max_line: usize,
) {
    let mut cutter = Cutter::new(max_line);
    let mut drain_until = None;
    let mut late = 0;
    loop {
        cutter.make_room();
        let read = match drain_until {
            None => tokio::select! {
                read = source.read_buf(&mut cutter.buffer) => read,
                _ = exited.wait_for(|gone| *gone) => {
                    drain_until = Some(Instant::now() + DRAIN);
                    continue;
                }
            },
            Some(end) => {
                let now = Instant::now();
                let quiet = now + QUIET;
                let limit = if now < end { quiet.min(end) } else { now };
                let Ok(read) = timeout_at(limit, source.read_buf(&mut cutter.buffer)).await else {
                    break;
                };
                if now >= end {
                    late += read.as_ref().map_or(0, |n| *n);
                    if late > LATE {
                        break;
                    }
                }
                read
            }
        };
        // A failing read is the end of the stream too: there is nobody to ask again.
        if !matches!(read, Ok(1..)) {
            break;
        }
        activity.stir();
        while let Some((bytes, ending)) = cutter.cut() {
            if !deliver(&inbox, stream, bytes, ending).await {
                return;
            }
        }
    }
    if let Some(bytes) = cutter.rest() {
        deliver(&inbox, stream, bytes, Ending::None).await;
    }
}

/// Puts one line into the inbox, waiting for as much room as its size asks for.
async fn deliver(
    inbox: &mpsc::Sender<LinkEvent>,
    stream: Stream,
    bytes: Vec<u8>,
    ending: Ending,
) -> bool {
    let places = (bytes.len() / PLACE + 1).min(inbox.max_capacity());
    let event = LinkEvent::Line {
        stream,
        bytes,
        ending,
    };
    if places == 1 {
        return inbox.send(event).await.is_ok();
    }
    // The places beyond the first are given back at once; waiting for them is the point.
    match inbox.reserve_many(places).await {
        Ok(mut permits) => {
            if let Some(permit) = permits.next() {
                permit.send(event);
            }
            true
        }
        Err(_) => false,
    }
}

/// Bytes on the left, lines on the right.
struct Cutter {
    buffer: Vec<u8>,
    /// Where the line that is being cut begins.
    start: usize,
    /// Up to where there is certainly no line ending.
    scanned: usize,
    max_line: usize,
}

impl Cutter {
    fn new(max_line: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            max_line,
        }
    }

    /// Makes room for one read. Growth doubles, so a long line is copied a constant number of times.
    fn make_room(&mut self) {
        if self.buffer.capacity() - self.buffer.len() < CHUNK / 4 {
            self.buffer.reserve(CHUNK.max(self.buffer.len()));
        }
    }

    /// The next whole line; `None` when more bytes are needed.
    fn cut(&mut self) -> Option<(Vec<u8>, Ending)> {
        if let Some(found) = memchr::memchr(b'\n', &self.buffer[self.scanned..]) {
            let mut line = self.take(self.scanned + found + 1);
            line.pop();
            let ending = if line.last() == Some(&b'\r') {
                line.pop();
                Ending::CrLf
            } else {
                Ending::Lf
            };
            return Some((line, ending));
        }
        self.scanned = self.buffer.len();
        if self.scanned - self.start >= self.max_line {
            return Some((self.take(self.scanned), Ending::None));
        }
        // What is left is one partial line: to the front with it, so that `take` can hand a long
        // one over without a copy. At most one read's worth moves here.
        self.buffer.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        None
    }

    /// What is left at the end of the stream, if anything.
    fn rest(mut self) -> Option<Vec<u8>> {
        let end = self.buffer.len();
        (self.start < end).then(|| self.take(end))
    }

    /// Removes the bytes from `start` to `end`.
    fn take(&mut self, end: usize) -> Vec<u8> {
        if self.start == 0 && end > CHUNK {
            let rest = self.buffer.split_off(end);
            let mut line = std::mem::replace(&mut self.buffer, rest);
            line.shrink_to_fit();
            self.scanned = 0;
            return line;
        }
        let line = self.buffer[self.start..end].to_vec();
        self.start = end;
        self.scanned = end;
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]], max_line: usize) -> Vec<(Vec<u8>, Ending)> {
        let mut cutter = Cutter::new(max_line);
        let mut lines = Vec::new();
        for chunk in chunks {
            cutter.make_room();
            cutter.buffer.extend_from_slice(chunk);
            lines.extend(std::iter::from_fn(|| cutter.cut()));
        }
        lines.extend(cutter.rest().map(|rest| (rest, Ending::None)));
        lines
    }

    #[test]
    fn cuts_any_bytes_at_any_boundary() {
        let wire: &[u8] = b"one\r\n\n\xff\xfe\ntwo\rthree\nrest\r";
        let expected = [
            (b"one".to_vec(), Ending::CrLf),
            (b"".to_vec(), Ending::Lf),
            (b"\xff\xfe".to_vec(), Ending::Lf),
            (b"two\rthree".to_vec(), Ending::Lf),
            (b"rest\r".to_vec(), Ending::None),
        ];
        for size in 1..=wire.len() {
            let chunks: Vec<_> = wire.chunks(size).collect();
            assert_eq!(lines(&chunks, MAX_LINE), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_line_over_the_cap_comes_in_pieces() {
        let got = lines(&[b"aaaa", b"bb", b"b\ncc\n"], 4);
        let expected = [
            (b"aaaa".to_vec(), Ending::None),
            (b"bbb".to_vec(), Ending::Lf),
            (b"cc".to_vec(), Ending::Lf),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn long_lines_and_what_follows_stay_whole() {
        let long = vec![b'x'; 3 * CHUNK];
        let wire = [long.as_slice(), b"\nshort\n", long.as_slice(), b"\r\nend"].concat();
        let chunks: Vec<_> = wire.chunks(CHUNK).collect();
        let got = lines(&chunks, MAX_LINE);
        assert_eq!(got.len(), 4);
        assert_eq!(got[0], (long.clone(), Ending::Lf));
        assert_eq!(got[1], (b"short".to_vec(), Ending::Lf));
        assert_eq!(got[2], (long, Ending::CrLf));
        assert_eq!(got[3], (b"end".to_vec(), Ending::None));
    }
}
