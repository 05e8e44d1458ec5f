//! How the fake server dies, refuses to die, and leaves children behind.
//! Never touches a frame.

use std::env;
use std::io;
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::flags::Options;
use crate::wire::complain;

/// Nothing a test forgot may stay for ever.
const LONGEST: Duration = Duration::from_secs(300);

/// Stays until it is killed, or five minutes.
pub fn linger() -> ! {
    thread::sleep(LONGEST);
    process::exit(0)
}

/// Dies the way the flags say.
pub fn die(options: &Options) -> ! {
    for text in options.values("--last-words") {
        complain(text);
    }
    if let Some(signal) = options.value("--signal") {
        // The standard library has no kill; a shell has.
        let kill = format!("kill -{signal} {}", process::id());
        // Twice, because the runtime takes the first SEGV for a possible stack overflow.
        for _ in 0..2 {
            let _ = Command::new("sh").args(["-c", &kill]).status();
            thread::sleep(Duration::from_millis(50));
        }
    }
    process::exit(options.number("--exit").unwrap_or(1))
}

/// Leaves a grandchild of the client that holds our stdout and stderr and reads nothing.
pub fn fork() -> io::Result<()> {
    let child = Command::new(env::current_exe()?)
        .arg("--be-grandchild")
        .stdin(Stdio::null())
        .spawn()?;
    complain(&format!("grandchild {}", child.id()));
    Ok(())
}

/// Starts this program again, in this process, with SIGTERM ignored: what is ignored stays ignored
/// across exec, so no signal code is needed here. Returns only when that cannot be done.
#[cfg(unix)]
pub fn ignore_term() -> io::Error {
    use std::os::unix::process::CommandExt as _;

    const MARK: &str = "FAKE_MCP_SERVER_TERM_IGNORED";
    if env::var_os(MARK).is_some() {
        return io::Error::other("done already");
    }
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    Command::new("sh")
        .args(["-c", "trap '' TERM; exec \"$0\" \"$@\""])
        .arg(program)
        .args(env::args_os().skip(1))
        .env(MARK, "1")
        .exec()
}

/// Only Unix has the signal.
#[cfg(not(unix))]
pub fn ignore_term() -> io::Error {
    io::Error::other("no SIGTERM here")
}
