//! The exit codes. They are stable: scripts rely on them, so a code is never given another meaning.

use std::process::ExitCode;

/// How a run of mcpscope ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It worked. A reader of our output that goes away early is no failure either.
    Ok = 0,
    /// A fault of mcpscope itself.
    Internal = 1,
    /// The command line, the settings or the arguments of a tool are wrong; nothing was sent because of them.
    Usage = 2,
    /// The server's command cannot be started.
    CannotStart = 3,
    /// The server cannot be reached over the network.
    CannotReach = 4,
    /// The server wants a login first.
    NeedsLogin = 5,
    /// The server answered with a JSON-RPC error, or with something that is no answer.
    Protocol = 6,
    /// The tool ran and reported an error (`isError`).
    ToolError = 7,
    /// No answer in time.
    Timeout = 8,
    /// The server exited or crashed before it answered.
    ServerGone = 9,
    /// What was compared differs.
    Differs = 10,
    /// A check found something.
    Findings = 11,
    /// The server is not trusted.
    NotTrusted = 12,
    /// SIGHUP ended the run.
    HungUp = 129,
    /// SIGINT (Ctrl-C) ended the run.
    Interrupted = 130,
    /// SIGTERM ended the run.
    Terminated = 143,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The name that `--json` gives a failure.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::CannotStart => "cannot-start",
            Self::CannotReach => "cannot-reach",
            Self::NeedsLogin => "needs-login",
            Self::Protocol => "protocol-error",
            Self::ToolError => "tool-error",
            Self::Timeout => "timeout",
            Self::ServerGone => "server-gone",
            Self::Differs => "differs",
            Self::Findings => "findings",
            Self::NotTrusted => "not-trusted",
            Self::HungUp => "hung-up",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
