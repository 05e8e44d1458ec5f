//! What the tests stand on: a home of their own, mcpscope as a program, processes that may be gone.
//! Nothing here asserts what mcpscope does.

#[cfg(unix)]
pub mod changing;
pub mod oauth;
pub mod program;
pub mod screen;
#[cfg(unix)]
pub mod terminal;
pub mod web;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mcpscope::recording::{Loaded, Recording};
use mcpscope::session::Entry;
use mcpscope::session::timeline::Timeline;

/// The program.
pub const MCPSCOPE: &str = env!("CARGO_BIN_EXE_mcpscope");
/// The server that misbehaves as told.
pub const FAKE: &str = env!("CARGO_BIN_EXE_fake-mcp-server");
/// Longer than anything here takes; what takes longer hangs.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Waits until something is so; says what was waited for when it never is.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Whether a process runs; one that has ended and was not waited for does not.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        let state = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        !matches!(state, Some('Z' | 'X'))
    })
}

/// A session file, read whole.
pub struct Session {
    pub path: PathBuf,
    pub loaded: Loaded,
    pub timeline: Timeline,
    pub entries: Vec<Entry>,
}

impl Session {
    pub fn read(path: &Path) -> Self {
        let recording = Recording::open(path).unwrap();
        let (mut timeline, mut entries) = (Timeline::default(), Vec::new());
        let bodies = recording.bodies();
        let loaded = recording
            .load(|batch, _| {
                for recorded in batch {
                    entries.push(bodies.read(recorded.seq, recorded.place).unwrap());
                    timeline.push(&recorded);
                }
                true
            })
            .unwrap();
        Self {
            path: path.to_owned(),
            loaded,
            timeline,
            entries,
        }
    }

    /// Everything we sent, as the server must have received it.
    pub fn sent(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in &self.entries {
            if entry.channel == mcpscope::session::Channel::Wire
                && entry.direction == mcpscope::session::Direction::Out
            {
                bytes.extend_from_slice(&entry.body);
                bytes.extend_from_slice(entry.ending.as_bytes());
            }
        }
        bytes
    }

    /// The methods of what we sent, in order.
    pub fn methods(&self) -> Vec<String> {
        self.sent()
            .split(|byte| *byte == b'\n')
            .filter_map(|line| mcpscope::json::string_at(line, &["method"]))
            .collect()
    }
}
