//! The streams of the fake server: how a frame gets onto stdout, well or badly.
//! Never decides what a frame says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::flags::Options;

/// The two streams, shared by the threads that answer late.
#[derive(Clone)]
pub struct Wire {
    frames: Arc<Mutex<u64>>,
    junk_every: u64,
    split: bool,
    crlf: bool,
    pad: bool,
    batch: bool,
}

impl Wire {
    pub fn new(options: &Options) -> Self {
        Self {
            frames: Arc::default(),
            junk_every: options.number("--junk-every").unwrap_or(0),
            split: options.has("--split-writes"),
            crlf: options.has("--crlf"),
            pad: options.has("--pad"),
            batch: options.has("--batch"),
        }
    }

    /// Writes one frame, with whatever the flags do to frames.
    pub fn frame(&self, text: &str) {
        self.frame_bytes(text.as_bytes());
    }

    /// The answer to a request: as `frame`, and in an array when batches are asked for.
    pub fn answer(&self, text: &str) {
        if self.batch {
            let notice = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"in a batch"}}"#;
            self.frame(&format!("[{notice},{text}]"));
        } else {
            self.frame(text);
        }
    }

    /// Writes bytes that need not be text as a frame.
    pub fn frame_bytes(&self, bytes: &[u8]) {
        let mut count = self.frames.lock().expect("no thread dies holding it");
        *count += 1;
        if self.junk_every > 0 && (*count).is_multiple_of(self.junk_every) {
            write(format!("junk before frame {count}\n").as_bytes());
        }
        let mut line = Vec::with_capacity(bytes.len() + 8);
        if self.pad {
            line.extend_from_slice(b" \t ");
        }
        line.extend_from_slice(bytes);
        if self.pad {
            line.extend_from_slice(b"\t  ");
        }
        line.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
        if self.split {
            // At most about forty pieces, and an odd size, so that characters of several bytes are cut too.
            for piece in line.chunks((line.len() / 40).max(7) | 1) {
                write(piece);
                thread::sleep(Duration::from_millis(1));
            }
        } else {
            write(&line);
        }
    }

    /// Writes half of a frame and no line ending.
    pub fn half(&self, text: &str) {
        let _whole = self.frames.lock().expect("no thread dies holding it");
        write(&text.as_bytes()[..text.len() / 2]);
    }

    /// Writes a frame of exactly `size` bytes (where that is possible), never holding it in memory.
    /// `text` is the whole frame with one NUL where the filling goes.
    pub fn filled(&self, text: &str, size: usize) {
        let _whole = self.frames.lock().expect("no thread dies holding it");
        let (head, tail) = text.split_once('\0').unwrap_or((text, ""));
        write(head.as_bytes());
        let mut left = size.saturating_sub(head.len() + tail.len());
        let block = [b'x'; 1 << 14];
        while left > 0 {
            let part = left.min(block.len());
            write(&block[..part]);
            left -= part;
        }
        write(tail.as_bytes());
        write(if self.crlf { b"\r\n" } else { b"\n" });
    }

    /// A line on stdout that is no frame.
    pub fn junk(&self, bytes: &[u8]) {
        let _whole = self.frames.lock().expect("no thread dies holding it");
        write(bytes);
        write(b"\n");
    }
}

/// Writes to stdout at once; a client that is gone ends the process.
fn write(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    if stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .is_err()
    {
        std::process::exit(0);
    }
}

/// A line on stderr; one that cannot be written is lost.
pub fn complain(text: &str) {
    complain_bytes(format!("{text}\n").as_bytes());
}

/// Bytes on stderr.
pub fn complain_bytes(bytes: &[u8]) {
    let _ = io::stderr().lock().write_all(bytes);
}
