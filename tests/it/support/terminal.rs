//! mcpscope in a terminal: a pty, what it wrote, and the screen that makes. Never left running.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::program::Home;
use super::{LIMIT, MCPSCOPE};

/// How long nothing must be written for it to count as nothing.
pub const QUIET: Duration = Duration::from_millis(1_500);

/// A program in a terminal.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn std::io::Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything it wrote.
    pub bytes: Vec<u8>,
}

impl Terminal {
    /// `mcpscope ARGUMENTS…` as the user of `home`.
    pub fn start(home: &Home, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::start_with(home, arguments, size, &[])
    }

    pub fn start_with(
        home: &Home,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        Self::run(Path::new(MCPSCOPE), home, arguments, size, variables)
    }

    /// Any program.
    pub fn run(
        program: &Path,
        home: &Home,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(pty_size(columns, rows))
            .unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home.folder.path());
        command.env("MCPSCOPE_HOME", home.path("home"));
        command.env("HOME", home.path("user"));
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        for name in [
            "XDG_CONFIG_HOME",
            "CODEX_HOME",
            "CLAUDE_CONFIG_DIR",
            "MCPSCOPE_LOG",
            "NO_COLOR",
            "COLORTERM",
            "COLORFGBG",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        // The end of the output is when nobody has the other side any more: not we either.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            input: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            output,
            screen: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
            bytes: Vec::new(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Types these bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.input.write_all(bytes.as_ref()).unwrap();
        self.input.flush().unwrap();
    }

    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.master.resize(pty_size(columns, rows)).unwrap();
        self.screen
            .screen_mut()
            .set_size(nonzero(rows), nonzero(columns));
    }

    /// The screen now, without blanks at the ends of lines.
    pub fn text(&self) -> String {
        let (_, columns) = self.screen.screen().size();
        let rows: Vec<String> = self
            .screen
            .screen()
            .rows(0, columns.get())
            .map(|row| row.trim_end().to_owned())
            .collect();
        rows.join("\n")
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// The line the cursor is on.
    pub fn cursor_line(&self) -> String {
        let (row, _) = self.screen().cursor_position();
        self.text()
            .lines()
            .nth(usize::from(row))
            .unwrap_or_default()
            .to_owned()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.bytes.extend_from_slice(bytes);
    }

    /// Waits until the screen is as wanted, and gives it as text.
    pub fn wait_for(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> String {
        let until = Instant::now() + LIMIT;
        while !is_so(self) {
            match self
                .output
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("{error}, never: {what}; the screen is\n{}", self.text()),
            }
        }
        self.text()
    }

    /// Waits until these words are on the screen.
    pub fn shows(&mut self, words: &str) -> String {
        self.wait_for(words, |terminal| terminal.text().contains(words))
    }

    /// Waits until nothing has been written for a while, then says how many bytes are written in the next while.
    pub fn idle_bytes(&mut self) -> usize {
        let until = Instant::now() + LIMIT;
        while let Ok(bytes) = self.output.recv_timeout(QUIET) {
            self.take(&bytes);
            assert!(Instant::now() < until, "it never comes to rest");
        }
        let before = self.bytes.len();
        let until = Instant::now() + QUIET;
        while let Ok(bytes) = self
            .output
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            self.take(&bytes);
        }
        self.bytes.len() - before
    }

    /// Waits until it has ended and everything it wrote was read; gives its exit code, none when a signal ended it.
    pub fn end(&mut self) -> Option<u32> {
        let until = Instant::now() + LIMIT;
        loop {
            match self
                .output
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("it does not end; the screen is\n{}", self.text())
                }
            }
        }
        let status = self.child.wait().unwrap();
        status.signal().is_none().then(|| status.exit_code())
    }

    /// Whether the terminal was given back as it was found: normal screen, cursor, no mouse, no bracketed paste.
    pub fn is_given_back(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is off"
        );
        for off in ["\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l", "\x1b[?1000l"] {
            let at = self.last(off);
            let on = self.last(&off.replace('l', "h"));
            let restored = if off.ends_with('h') {
                at > self.last(&off.replace('h', "l"))
            } else {
                at > on
            };
            assert!(restored, "{off:?} is the last word on it");
        }
    }

    /// Where these bytes were written last.
    fn last(&self, bytes: &str) -> Option<usize> {
        self.bytes
            .windows(bytes.len())
            .rposition(|window| window == bytes.as_bytes())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn nonzero(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}
