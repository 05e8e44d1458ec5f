//! mcpscope as a program: started with a home of its own, its outputs captured, never left running.

use std::fmt;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use super::{FAKE, LIMIT, MCPSCOPE, Session};

/// A user's files, and mcpscope run by that user.
pub struct Home {
    pub folder: TempDir,
}

/// A run that is over.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl fmt::Display for Run {
    /// stdout, then stderr, then the exit code, for snapshots.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "--- {name}\n{}", text.trim_end())?;
            }
        }
        write!(
            formatter,
            "--- exit {}",
            self.code
                .map_or("by signal".into(), |code| code.to_string())
        )
    }
}

/// The same without the times that runs take.
pub fn untimed(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("ok, ") {
            out.push_str("ok, TIME\n");
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("\"took_us\":") {
            out.push_str(before);
            out.push_str("\"took_us\":N");
            rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        out.push_str(rest);
    }
    out
}

impl Home {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A path in this home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `mcpscope VERB… -- fake-mcp-server FLAGS…`
    pub fn fake(&self, verb: &str, flags: &[&str]) -> Run {
        self.start_fake(verb, flags).end()
    }

    pub fn start_fake(&self, verb: &str, flags: &[&str]) -> Running {
        let mut arguments: Vec<&str> = verb.split_whitespace().collect();
        arguments.extend(["--", FAKE]);
        arguments.extend(flags);
        self.start(&arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.start(arguments).end()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, b"")
    }

    pub fn start_with(&self, arguments: &[&str], stdin: &[u8]) -> Running {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        // Whoever does not read it has ended, and is asked how.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        Running {
            child,
            stdout,
            stderr,
            said: String::new(),
            home: self.folder.path().to_string_lossy().into_owned(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(MCPSCOPE);
        command.args(arguments).current_dir(self.folder.path());
        command.env("MCPSCOPE_HOME", self.path("home"));
        self.only(&mut command);
        for variable in [
            "MCPSCOPE_LOG",
            "NO_COLOR",
            "RUST_BACKTRACE",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
        ] {
            command.env_remove(variable);
        }
        command
    }

    /// No settings of clients but those in this home: nobody's own are read.
    pub fn only(&self, command: &mut Command) {
        command.env("HOME", self.path("user"));
        for moved in [
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "APPDATA",
            "CODEX_HOME",
            "CLAUDE_CONFIG_DIR",
        ] {
            command.env_remove(moved);
        }
    }

    /// The files of all recorded sessions, by name.
    pub fn sessions(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.path("home/data/sessions"))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default();
        paths.sort();
        paths
    }

    /// The one recorded session.
    pub fn session(&self) -> Session {
        let paths = self.sessions();
        assert_eq!(paths.len(), 1, "{paths:?}");
        Session::read(&paths[0])
    }
}

/// A run that is not over. Dropping it kills it.
pub struct Running {
    child: Child,
    stdout: Receiver<io::Result<Vec<u8>>>,
    stderr: Receiver<String>,
    said: String,
    home: String,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for a line on stderr that `find` makes something of.
    pub fn said<T>(&mut self, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let until = Instant::now() + LIMIT;
        loop {
            match self
                .stderr
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.said.push_str(&line);
                    if let Some(found) = find(line.trim_end()) {
                        return found;
                    }
                }
                Err(error) => panic!("{error}; on stderr there was only\n{}", self.said),
            }
        }
    }

    /// Waits until it has ended by itself.
    pub fn end(mut self) -> Run {
        let until = Instant::now() + LIMIT;
        loop {
            match self
                .stderr
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(line) => self.said.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("it does not end; on stderr there was\n{}", self.said)
                }
            }
        }
        let stdout = self
            .stdout
            .recv_timeout(LIMIT)
            .expect("stdout ends")
            .unwrap();
        let status = self.child.wait().unwrap();
        let tame = |text: &str| {
            text.replace(FAKE, "FAKE")
                .replace(MCPSCOPE, "MCPSCOPE")
                .replace(&self.home, "HOME")
        };
        Run {
            stdout: tame(&String::from_utf8(stdout).unwrap()),
            stderr: tame(&self.said),
            code: status.code(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything from a pipe, once it has ended.
fn collect(mut pipe: impl Read + Send + 'static) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = pipe.read_to_end(&mut bytes).map(|_| bytes);
        let _ = sender.send(result);
    });
    receiver
}

/// The lines of a pipe, as they come.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            if pipe.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                break;
            }
            if sender
                .send(String::from_utf8(line).expect("stderr is UTF-8"))
                .is_err()
            {
                break;
            }
        }
    });
    receiver
}
