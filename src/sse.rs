//! Event streams (`text/event-stream`), read incrementally: bytes in, blocks out, whatever way they were cut.
//!
//! It follows the WHATWG grammar (protocol.md §4.3) and keeps what a browser would throw away: comments, unknown
//! fields, refused ids, byte offsets, bytes that are no UTF-8. It knows nothing of MCP, reads no clock and no socket.

use std::ops::Range;

/// What stands between two blank lines of an event stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// Where it stands in the stream, in bytes: from its first line up to the blank line that ends it.
    pub at: Range<u64>,
    /// The last `event` field: the type. None means `message`.
    pub event: Option<Vec<u8>>,
    /// The `data` lines, joined by line feeds. None when there was no such line, which makes it no event at all.
    pub data: Option<Vec<u8>>,
    /// The `id` that was set here; it stays for later blocks, see [`Parser::last_id`].
    pub id: Option<Vec<u8>>,
    /// The `retry` that was set here, in milliseconds.
    pub retry: Option<u64>,
    /// Comments, without the colon (and one space).
    pub comments: Vec<Vec<u8>>,
    /// Fields that mean nothing: unknown names, an `id` with a NUL, a `retry` that is no number.
    pub ignored: Vec<(Vec<u8>, Vec<u8>)>,
    /// Bytes that were dropped because the block is longer than the limit. What is here is its beginning.
    pub dropped: u64,
}

impl Block {
    /// The type of the event.
    pub fn kind(&self) -> &[u8] {
        self.event
            .as_deref()
            .filter(|kind| !kind.is_empty())
            .unwrap_or(b"message")
    }

    /// The data of an event that has any; priming events and comments have none.
    pub fn payload(&self) -> Option<&[u8]> {
        self.data.as_deref().filter(|data| !data.is_empty())
    }
}

/// Writes the data of an event, and the blank line that ends it. A line feed in it is one between two lines, and stays
/// one.
pub fn write_data(data: &[u8], into: &mut Vec<u8>) {
    for line in data.split(|byte| *byte == b'\n') {
        into.extend_from_slice(b"data: ");
        into.extend_from_slice(line);
        into.push(b'\n');
    }
    into.push(b'\n');
}

/// Reads a stream. Time and memory are linear in what is given to it, memory up to the limit.
#[derive(Debug, Clone)]
pub struct Parser {
    limit: usize,
    /// Bytes taken so far.
    offset: u64,
    /// The line that has begun, and where it did.
    line: Vec<u8>,
    line_at: u64,
    /// Whether the line is over the limit.
    cut: bool,
    /// Whether the last byte was a CR, so that a LF now belongs to it.
    after_cr: bool,
    first_line: bool,
    block: Block,
    /// Whether the block has a line, so that a blank one ends it.
    begun: bool,
    /// Bytes kept for the block that has begun, without those of the line.
    kept: usize,
    last_id: Vec<u8>,
}

impl Parser {
    /// A parser at the beginning of a stream, that keeps at most `limit` bytes of a block.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            offset: 0,
            line: Vec::new(),
            line_at: 0,
            cut: false,
            after_cr: false,
            first_line: true,
            block: Block::default(),
            begun: false,
            kept: 0,
            last_id: Vec::new(),
        }
    }

    /// The id a reconnection has to name: the last one that was set; empty when there is none.
    pub fn last_id(&self) -> &[u8] {
        &self.last_id
    }

    /// Takes the next bytes; adds the blocks they complete to `out`.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<Block>) {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                self.offset += 1;
                self.line_at = self.offset;
                bytes = &bytes[1..];
                continue;
            }
            let end = memchr::memchr2(b'\n', b'\r', bytes);
            self.extend(&bytes[..end.unwrap_or(bytes.len())]);
            let Some(end) = end else {
                self.offset += bytes.len() as u64;
                return;
            };
            self.after_cr = bytes[end] == b'\r';
            self.offset += end as u64 + 1;
            self.end_line(out);
            self.line_at = self.offset;
            bytes = &bytes[end + 1..];
        }
    }

    /// The end of the stream: what has begun is no event, but can be looked at.
    pub fn finish(mut self) -> Option<Block> {
        if self.offset > self.line_at {
            self.take_line();
        }
        self.begun.then(|| {
            self.block.at.end = self.offset;
            self.block
        })
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.kept + self.line.len());
        // What follows the cut is dropped too, even what is short: the rest is a beginning, not a selection.
        let fits = room.min(bytes.len()) * usize::from(self.block.dropped == 0);
        self.line.extend_from_slice(&bytes[..fits]);
        self.cut |= fits < bytes.len();
        self.block.dropped += (bytes.len() - fits) as u64;
    }

    fn end_line(&mut self, out: &mut Vec<Block>) {
        // Not whether anything of it was kept: a line over the limit is not blank.
        if self.offset - 1 > self.line_at {
            return self.take_line();
        }
        self.first_line = false;
        self.kept = 0;
        if std::mem::take(&mut self.begun) {
            let mut block = std::mem::take(&mut self.block);
            block.at.end = self.line_at;
            out.push(block);
        }
    }

    /// One line, at least a byte long.
    fn take_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.first_line) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
            self.line_at += 3;
            if line.is_empty() {
                return;
            }
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.block.at.start = self.line_at;
        }
        // Half a line of data is data; half a name or an id would be another one.
        if std::mem::take(&mut self.cut) && !line.starts_with(b"data:") {
            self.block.dropped += line.len() as u64;
            return;
        }
        self.kept += line.len();
        let colon = memchr::memchr(b':', &line);
        let name = &line[..colon.unwrap_or(line.len())];
        let value_at = colon.map_or(line.len(), |colon| {
            colon + 1 + usize::from(line.get(colon + 1) == Some(&b' '))
        });
        match name {
            b"" if colon.is_some() => self.block.comments.push(line.split_off(value_at)),
            b"data" => match &mut self.block.data {
                None => {
                    // The usual event has one long line: moved, not copied.
                    line.drain(..value_at);
                    self.block.data = Some(line);
                }
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(&line[value_at..]);
                }
            },
            b"event" => self.block.event = Some(line.split_off(value_at)),
            b"id" if !line[value_at..].contains(&0) => {
                let id = line.split_off(value_at);
                self.last_id.clone_from(&id);
                self.block.id = Some(id);
            }
            b"retry" if is_number(&line[value_at..]) => {
                // More than fits is for ever either way.
                let number = std::str::from_utf8(&line[value_at..]).unwrap_or_default();
                self.block.retry = Some(number.parse().unwrap_or(u64::MAX));
            }
            _ => {
                let name = name.to_vec();
                self.block.ignored.push((name, line.split_off(value_at)));
            }
        }
    }
}

fn is_number(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests;
