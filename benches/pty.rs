//! A program in a pseudo-terminal, as far as `screen.rs` needs it: what it shows, how much it wrote, its CPU time.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Columns of the screen.
pub const COLUMNS: u16 = 120;
/// Rows of the screen.
pub const ROWS: u16 = 36;
/// How long anything may take to show.
const LIMIT: Duration = Duration::from_secs(60);
/// Silence after which a program counts as settled.
const QUIET: Duration = Duration::from_millis(500);
/// What every drawn frame begins with.
const FRAME: &[u8] = b"\x1b[?2026h";

fn nonzero(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).expect("a screen has cells")
}

/// See the file.
pub struct Pty {
    /// The process.
    pub pid: String,
    began: Instant,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    chunks: mpsc::Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    bytes: u64,
    frames: u64,
    _master: Box<dyn MasterPty + Send>,
}

impl Pty {
    /// Starts a program, its files below `home`.
    pub fn start(home: &Path, command: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut builder = CommandBuilder::new(command[0]);
        builder.args(&command[1..]);
        builder.env("MCPSCOPE_HOME", home);
        builder.env("TERM", "xterm-256color");
        builder.env("LC_ALL", "C.UTF-8");
        let mut from = pair
            .master
            .try_clone_reader()
            .expect("a pseudo-terminal can be read");
        let keys = pair
            .master
            .take_writer()
            .expect("a pseudo-terminal can be written to");
        let (sender, chunks) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                if sender
                    .send((Instant::now(), buffer[..read].to_vec()))
                    .is_err()
                {
                    break;
                }
            }
        });
        let began = Instant::now();
        let child = pair
            .slave
            .spawn_command(builder)
            .expect("the program starts");
        Self {
            pid: child.process_id().unwrap_or(0).to_string(),
            began,
            child,
            keys,
            chunks,
            screen: vt100::Parser::new(nonzero(ROWS), nonzero(COLUMNS), 0),
            bytes: 0,
            frames: 0,
            _master: pair.master,
        }
    }

    /// Waits until `text` is on the screen; the time since the start.
    pub fn wait(&mut self, text: &str) -> Duration {
        self.wait_until(|screen| screen.contains(text))
    }

    /// Waits until the screen is as wanted; the time since the start.
    pub fn wait_until(&mut self, wanted: impl Fn(&str) -> bool) -> Duration {
        let mut at = Instant::now();
        loop {
            let contents = self.screen.screen().contents();
            if wanted(&contents) {
                return at - self.began;
            }
            match self.chunks.recv_timeout(LIMIT) {
                Ok(chunk) => at = self.take(chunk),
                Err(error) => panic!("{error} while waiting; the screen is\n{contents}"),
            }
        }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether what is on the screen by now is as wanted.
    pub fn shows(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        while let Ok(chunk) = self.chunks.try_recv() {
            self.take(chunk);
        }
        wanted(&self.screen.screen().contents())
    }

    /// Waits until nothing has been written for a while.
    pub fn settle(&mut self) {
        while let Ok(chunk) = self.chunks.recv_timeout(QUIET) {
            self.take(chunk);
        }
    }

    /// Looks on for so long.
    pub fn watch(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Ok(chunk) = self
            .chunks
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.take(chunk);
        }
    }

    fn take(&mut self, (at, bytes): (Instant, Vec<u8>)) -> Instant {
        self.bytes += bytes.len() as u64;
        self.frames += bytes
            .windows(FRAME.len())
            .filter(|part| *part == FRAME)
            .count() as u64;
        self.screen.process(&bytes);
        at
    }

    /// The number of lines that the view bar tells of Logs.
    pub fn logs(&self) -> u64 {
        let contents = self.screen.screen().contents();
        let after = contents.split("Logs ").nth(1).unwrap_or_default();
        let digits = after.split(|c: char| !c.is_ascii_digit()).next();
        digits
            .and_then(|digits| digits.parse().ok())
            .unwrap_or_default()
    }

    /// Frames drawn so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// CPU time of the process so far, in ticks.
    pub fn ticks(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        // After the name, which may hold anything: state is the first, utime and stime the 12th and 13th.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(user + system)
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        // A program that is gone shows in the next wait.
        let _ = self.keys.write_all(keys.as_bytes());
        let _ = self.keys.flush();
    }

    /// Leaves, and waits for the end.
    pub fn quit(mut self) {
        self.press("Q");
        while let Ok(chunk) = self.chunks.recv_timeout(Duration::from_secs(5)) {
            self.take(chunk);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
