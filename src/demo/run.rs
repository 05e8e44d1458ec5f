//! Runs the demo server on real streams: a thread that reads lines, and a loop that writes what is due.
//! The only part of the demo with a clock and a thread; decides nothing about the protocol.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{DemoOutput, DemoServer, Moment, Scheduled};

/// Serves one client until `stdin` ends, then returns at once, whatever is still to be said.
///
/// # Errors
/// When `stdin` cannot be read or `stdout` cannot be written. A client that closed its end of
/// `stdout` is no error, and what `stderr` refuses is lost.
pub fn run(
    stdin: impl BufRead + Send + 'static,
    mut stdout: impl Write,
    mut stderr: impl Write,
) -> io::Result<()> {
    let (sender, lines) = mpsc::channel();
    // Not joined: it may sit in a read for ever once stdout is gone, and the process ends without it.
    thread::Builder::new()
        .name("demo-stdin".into())
        .spawn(move || read_lines(stdin, &sender))?;

    let clock = Clock::start();
    let mut server = DemoServer::new();
    let mut queue = Queue::default();
    loop {
        let wake = server.next_wake().map(|moment| clock.instant(moment));
        let reaction = match next_line(&lines, wake, queue.next_due()) {
            Ok(line) => server.line(&line?, clock.now()),
            Err(RecvTimeoutError::Timeout) => server.wake(clock.now()),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        if let Some(id) = &reaction.cancel {
            queue.cancel(id);
        }
        queue.add(Instant::now(), reaction.scheduled);
        match queue.write_due(Instant::now(), &mut stdout, &mut stderr) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
}

/// The next line, unless the server wants to be woken, or something is to be said, before there is one.
fn next_line(
    lines: &mpsc::Receiver<io::Result<Vec<u8>>>,
    wake: Option<Instant>,
    due: Option<Instant>,
) -> Result<io::Result<Vec<u8>>, RecvTimeoutError> {
    match wake.into_iter().chain(due).min() {
        None => lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
        Some(until) => lines.recv_timeout(until.saturating_duration_since(Instant::now())),
    }
}

/// The time of day as it was at the start, carried on by a clock that nobody sets.
struct Clock {
    began: Instant,
    at: Moment,
}

impl Clock {
    fn start() -> Self {
        Self {
            began: Instant::now(),
            at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or(Duration::ZERO),
        }
    }

    fn now(&self) -> Moment {
        self.at + self.began.elapsed()
    }

    fn instant(&self, moment: Moment) -> Instant {
        self.began + moment.saturating_sub(self.at)
    }
}

fn read_lines(mut stdin: impl BufRead, sender: &mpsc::Sender<io::Result<Vec<u8>>>) {
    loop {
        let mut line = Vec::new();
        let read = match stdin.read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => Ok(line),
            Err(error) => Err(error),
        };
        let last = read.is_err();
        if sender.send(read).is_err() || last {
            return;
        }
    }
}

/// What is still to be said, in order of when, and of asking where that is the same.
#[derive(Default)]
struct Queue {
    items: Vec<(Instant, Scheduled)>,
}

impl Queue {
    fn add(&mut self, now: Instant, scheduled: Vec<Scheduled>) {
        self.items
            .extend(scheduled.into_iter().map(|item| (now + item.after, item)));
        // Stable, so equal times keep their order.
        self.items.sort_by_key(|(due, _)| *due);
    }

    fn cancel(&mut self, id: &serde_json::Value) {
        self.items
            .retain(|(_, item)| item.request.as_ref() != Some(id));
    }

    fn next_due(&self) -> Option<Instant> {
        self.items.first().map(|(due, _)| *due)
    }

    fn write_due(
        &mut self,
        now: Instant,
        stdout: &mut impl Write,
        stderr: &mut impl Write,
    ) -> io::Result<()> {
        let count = self.items.partition_point(|(due, _)| *due <= now);
        for (_, item) in self.items.drain(..count) {
            match item.output {
                DemoOutput::Stdout(line) => stdout.write_all(format!("{line}\n").as_bytes())?,
                DemoOutput::Stderr(line) => drop(stderr.write_all(format!("{line}\n").as_bytes())),
            }
        }
        stdout.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn output_of(input: &str) -> (Vec<String>, Vec<String>) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        run(
            Cursor::new(input.to_owned().into_bytes()),
            &mut stdout,
            &mut stderr,
        )
        .expect("memory does not fail");
        let lines = |bytes: Vec<u8>| {
            String::from_utf8_lossy(&bytes)
                .lines()
                .map(str::to_owned)
                .collect()
        };
        (lines(stdout), lines(stderr))
    }

    const OPENING: &str = concat!(
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        "\n",
    );

    #[test]
    fn ends_with_stdin_and_does_not_wait_for_what_is_due() {
        let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"countdown","arguments":{"steps":9,"seconds":60}}}"#;
        let (stdout, stderr) = output_of(&format!("{OPENING}{call}\n"));
        assert_eq!(stdout.len(), 1, "{stdout:?}");
        assert!(stderr.is_empty());
    }

    #[test]
    fn a_task_goes_on_while_no_line_comes() {
        let (input, mut typed) = io::pipe().expect("a pipe");
        let (printed, output) = io::pipe().expect("a pipe");
        let server = thread::spawn(move || run(io::BufReader::new(input), output, io::sink()));
        let opening = OPENING.replace("2025-06-18", "2025-11-25");
        let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"bake-bread","arguments":{"seconds":0},"task":{}}}"#;
        typed
            .write_all(format!("{opening}{call}\n").as_bytes())
            .expect("the server reads");
        let done = io::BufReader::new(printed)
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains("tasks/status") && line.contains("completed"));
        assert!(done, "the server ended before its task");
        drop(typed);
        server.join().expect("no panic").expect("no error");
    }

    #[test]
    fn answers_and_stderr_go_to_their_streams_even_without_a_last_newline() {
        let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"chatter","arguments":{"lines":2}}}"#;
        let (stdout, stderr) = output_of(&format!("{OPENING}\r\n{call}"));
        assert_eq!(
            stderr,
            [
                "chatter 1 of 2: said on stderr",
                "chatter 2 of 2: said on stderr"
            ]
        );
        assert!(
            stdout
                .last()
                .is_some_and(|line| line.starts_with(r#"{"jsonrpc":"2.0","id":2,"result""#)),
            "{stdout:?}"
        );
    }

    #[test]
    fn a_cancelled_request_leaves_the_queue_and_the_others_stay() {
        let now = Instant::now();
        let item = |id: i64| Scheduled {
            after: std::time::Duration::ZERO,
            request: Some(id.into()),
            output: DemoOutput::Stdout(id.to_string()),
        };
        let mut queue = Queue::default();
        queue.add(now, vec![item(1), item(2), item(1), item(3)]);
        queue.cancel(&1.into());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        queue
            .write_due(now, &mut stdout, &mut stderr)
            .expect("memory does not fail");
        assert_eq!(String::from_utf8_lossy(&stdout), "2\n3\n");
    }
}
