//! A program that runs beside us, never on the terminal: fed by pipe, bounded in time and output, ended at a word.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How often it is looked whether somebody wants it ended.
const GLANCE: Duration = Duration::from_millis(20);

/// How long an output may stay open after the program has ended.
const LEFT_OPEN: Duration = Duration::from_millis(500);

/// What a program may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until it is ended.
    pub time: Duration,
    /// Bytes kept of each of its outputs; what comes after is read and thrown away.
    pub output: usize,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The beginning of its stdout.
    pub stdout: Vec<u8>,
    /// The beginning of its stderr.
    pub stderr: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
    /// How it ended.
    pub end: Ended,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Exit(ExitStatus),
    /// It took too long and was killed.
    TooLong,
    /// Somebody had enough of it.
    Stopped,
}

/// A word that ends work which is going on elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Says it.
    pub fn say(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs a program with `input` on its stdin. It gets a process group of its own, away from the terminal's keys, and
/// that group is killed when it takes too long. What keeps its output open after it has ended is not waited for.
pub fn run(command: &mut Command, input: Vec<u8>, limits: Limits, stop: &Stop) -> io::Result<Ran> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = start(command)?;
    let (told, outputs) = mpsc::channel();
    let pipes = [
        child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ];
    for (which, pipe) in pipes.into_iter().enumerate() {
        let told = told.clone();
        thread::spawn(move || {
            let read = pipe.map_or_else(Default::default, |pipe| beginning(pipe, limits.output));
            // Nobody waits any more when this comes too late.
            let _ = told.send((which, read));
        });
    }
    drop(told);
    let end = drive(child, input, limits, stop)?;
    let mut read = [(Vec::new(), false), (Vec::new(), false)];
    let patience = Instant::now() + LEFT_OPEN;
    for _ in 0..2 {
        let left = patience.saturating_duration_since(Instant::now());
        let Ok((which, output)) = outputs.recv_timeout(left) else {
            break;
        };
        read[which] = output;
    }
    let [(stdout, more), (stderr, yet_more)] = read;
    Ok(Ran {
        stdout,
        stderr,
        cut: more || yet_more,
        end,
    })
}

/// As [`run`], with outputs that go nowhere: for programs that fork and hold them.
pub fn feed(
    command: &mut Command,
    input: Vec<u8>,
    limits: Limits,
    stop: &Stop,
) -> io::Result<Ended> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = start(command)?;
    drive(child, input, limits, stop)
}

fn start(command: &mut Command) -> io::Result<Child> {
    command.stdin(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn()
}

fn drive(mut child: Child, input: Vec<u8>, limits: Limits, stop: &Stop) -> io::Result<Ended> {
    let until = Instant::now() + limits.time;
    if let Some(mut pipe) = child.stdin.take() {
        thread::spawn(move || {
            // A program need not read to the end; dropping the pipe says that this was all.
            let _ = pipe.write_all(&input);
        });
    }
    let end = wait(&mut child, until, stop);
    if !matches!(end, Ok(Ended::Exit(_))) {
        kill(&mut child);
    }
    end
}

fn wait(child: &mut Child, until: Instant, stop: &Stop) -> io::Result<Ended> {
    let mut glance = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Exit(status));
        }
        if stop.is_said() {
            return Ok(Ended::Stopped);
        }
        if Instant::now() >= until {
            return Ok(Ended::TooLong);
        }
        thread::sleep(glance);
        glance = (glance * 2).min(GLANCE);
    }
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        // What it started dies with it.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads all there is and keeps the beginning; and whether there was more.
fn beginning(mut pipe: impl Read, most: usize) -> (Vec<u8>, bool) {
    let mut kept = Vec::new();
    let mut more = false;
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let room = most.saturating_sub(kept.len());
        kept.extend_from_slice(&buffer[..count.min(room)]);
        more |= count > room;
    }
    (kept, more)
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const LIMITS: Limits = Limits {
        time: Duration::from_secs(20),
        output: 1000,
    };

    fn sh(script: &str, input: &[u8], limits: Limits, stop: &Stop) -> Ran {
        run(
            Command::new("sh").args(["-c", script]),
            input.to_vec(),
            limits,
            stop,
        )
        .unwrap()
    }

    #[test]
    fn what_goes_in_and_what_comes_out() {
        let ran = sh(
            "tr a-z A-Z; echo no >&2; exit 3",
            b"words",
            LIMITS,
            &Stop::default(),
        );
        assert_eq!(
            (&ran.stdout[..], &ran.stderr[..], ran.cut),
            (&b"WORDS"[..], &b"no\n"[..], false)
        );
        assert!(matches!(ran.end, Ended::Exit(status) if status.code() == Some(3)));
    }

    #[test]
    fn more_output_than_fits_is_cut_and_input_need_not_be_read() {
        let input = vec![b'x'; 1 << 20];
        let ran = sh("cat", &input, LIMITS, &Stop::default());
        assert_eq!((ran.stdout.len(), ran.cut), (1000, true));
        let ran = sh("true", &input, LIMITS, &Stop::default());
        assert!(matches!(ran.end, Ended::Exit(status) if status.success()));
    }

    #[test]
    fn time_and_patience_end_with_everything_it_started() {
        let limits = Limits {
            time: Duration::from_millis(50),
            ..LIMITS
        };
        let ran = sh(
            "echo so far; sleep 1000 & sleep 1000",
            b"",
            limits,
            &Stop::default(),
        );
        assert_eq!(
            (ran.end, &ran.stdout[..]),
            (Ended::TooLong, &b"so far\n"[..])
        );
        let stop = Stop::default();
        stop.say();
        assert_eq!(sh("sleep 1000", b"", LIMITS, &stop).end, Ended::Stopped);
    }

    #[test]
    fn what_is_only_fed_says_how_it_ended() {
        let fed = |script: &str| {
            let mut command = Command::new("sh");
            feed(
                command.args(["-c", script]),
                b"yes".to_vec(),
                LIMITS,
                &Stop::default(),
            )
            .unwrap()
        };
        assert!(matches!(fed("test $(cat) = yes"), Ended::Exit(status) if status.success()));
        assert!(matches!(fed("exit 2"), Ended::Exit(status) if status.code() == Some(2)));
    }

    #[test]
    fn what_stays_behind_is_not_waited_for() {
        // As clipboard helpers do: they fork and hold the pipes.
        let ran = sh("sleep 3 & exit 0", b"", LIMITS, &Stop::default());
        assert!(matches!(ran.end, Ended::Exit(status) if status.success()));
    }
}
