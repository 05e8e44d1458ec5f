//! A link to a child process over its stdin, stdout and stderr (protocol.md §4.1, all revisions).
//!
//! One task writes, one reads each output, and a supervisor owns the child: it walks the shutdown
//! ladder, samples the usage and makes sure that nobody of the process group outlives the link. No
//! step waits without a limit for the server, and none waits for the end of a pipe.
//!
//! Frames are not looked at here, and nothing is restarted.

use super::family::{LIVE, Member, Registry};
use super::lines;
#[cfg(target_os = "linux")]
use super::usage::Meter;
use super::usage::{Activity, Schedule};
use super::{INBOX_PLACES, Link, LinkEvent, Outgoing, ShutdownStep, Spawn, StartError, Stream};
use crate::note::LEFT_BEHIND;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

/// How patient the shutdown is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdioOptions {
    /// From closing stdin to SIGTERM.
    pub stdin_grace: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate_grace: Duration,
}

impl Default for StdioOptions {
    fn default() -> Self {
        Self {
            stdin_grace: Duration::from_millis(400),
            terminate_grace: Duration::from_millis(600),
        }
    }
}

impl StdioOptions {
    /// The longest a shutdown takes, left-over processes included.
    pub const fn longest(self) -> Duration {
        let asked = self.stdin_grace.saturating_add(self.terminate_grace);
        asked
            .saturating_add(KILL_GRACE)
            .saturating_mul(2)
            .saturating_add(SETTLE)
    }
}

/// How long a shutdown lets whoever holds the link answer what is already in its inbox, before stdin
/// is closed. It ends early once the inbox is empty.
const SETTLE: Duration = Duration::from_millis(50);

/// How long the system may take to end a killed process before the link goes without its status.
const KILL_GRACE: Duration = Duration::from_secs(1);

/// How often to look whether the left-over processes of a server are gone. Ticks only then.
const LEFT_OVER_POLL: Duration = Duration::from_millis(10);

/// Starts a server in its own process group (on Windows: job object) and connects to it.
///
/// Must be called inside a tokio runtime with I/O and time; the tasks of the link run there.
pub fn start(spawn: Spawn, options: StdioOptions) -> Result<Link, StartError> {
    start_in(&LIVE, &spawn, options)
}

/// Kills every process of every stdio link of ours, at once. Synchronous, without a runtime, for
/// panic hooks and signals; calling it again is harmless. Links that live on report the exits.
pub fn kill_everything() {
    LIVE.kill_everything();
}

fn start_in(
    registry: &'static Registry,
    spawn: &Spawn,
    options: StdioOptions,
) -> Result<Link, StartError> {
    let mut command = Command::new(&spawn.program);
    command
        .args(&spawn.args)
        .envs(spawn.env.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(cwd) = &spawn.cwd {
        command.current_dir(cwd);
    }
    let mut wrap = CommandWrap::from(command);
    #[cfg(unix)]
    wrap.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    wrap.wrap(process_wrap::tokio::JobObject);
    let mut child = wrap.spawn().map_err(|error| spawn.explain(error))?;
    let pid = child.id().unwrap_or(0);
    let member = registry.enter(pid);
    tracing::debug!(pid, program = ?spawn.program, "server started");

    let (outbox, orders) = mpsc::unbounded_channel();
    let (events, inbox) = mpsc::channel(INBOX_PLACES);
    // The channel is new and empty, so this cannot fail; it makes `Started` the first event.
    let _ = events.try_send(LinkEvent::Started { pid });
    let (own, own_events) = mpsc::unbounded_channel();
    let (exited, gone) = watch::channel(false);
    let activity = Arc::new(Activity::default());

    let mut readers = Vec::new();
    if let Some(stdout) = child.stdout().take() {
        let (events, gone, activity) = (events.clone(), gone.clone(), Arc::clone(&activity));
        let reading = lines::read(
            stdout,
            Stream::Stdout,
            events,
            gone,
            activity,
            lines::MAX_LINE,
        );
        readers.push(tokio::spawn(reading));
    }
    if let Some(stderr) = child.stderr().take() {
        let (events, activity) = (events.clone(), Arc::clone(&activity));
        let reading = lines::read(
            stderr,
            Stream::Stderr,
            events,
            gone,
            activity,
            lines::MAX_LINE,
        );
        readers.push(tokio::spawn(reading));
    }
    let (writer, queue) = mpsc::unbounded_channel();
    let writing = tokio::spawn(write(child.stdin().take(), queue, own.clone()));
    let forwarding = tokio::spawn(forward(own_events, events.clone()));
    let supervisor = Supervisor {
        child,
        member,
        options,
        orders,
        events,
        own,
        writer: Some(writer),
        writing,
        readers,
        forwarding,
        exited,
        activity,
        phase: Phase::Running,
        terminated: false,
        #[cfg(target_os = "linux")]
        meter: Meter::default(),
    };
    tokio::spawn(supervisor.run());
    Ok(Link { outbox, inbox })
}

/// Writes what comes out of the queue, and closes stdin by ending when the queue does.
async fn write(
    mut stdin: Option<ChildStdin>,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
    events: mpsc::UnboundedSender<LinkEvent>,
) {
    let mut why = String::from("the server has no stdin");
    while let Some(bytes) = queue.recv().await {
        if let Some(pipe) = &mut stdin {
            match pipe.write_all(&bytes).await {
                Ok(()) => continue,
                Err(error) => {
                    why = match error.kind() {
                        io::ErrorKind::BrokenPipe => "the server closed its stdin".into(),
                        _ => format!("writing to the server's stdin failed: {error}"),
                    };
                    stdin = None;
                }
            }
        }
        let _ = events.send(LinkEvent::WriteFailed { what: why.clone() });
    }
}

/// Carries the supervisor's own events into the bounded inbox, so that a full one delays no step.
async fn forward(mut from: mpsc::UnboundedReceiver<LinkEvent>, to: mpsc::Sender<LinkEvent>) {
    while let Some(event) = from.recv().await {
        if to.send(event).await.is_err() {
            return;
        }
    }
}

/// Where on the ladder a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody wants it to end.
    Running,
    /// The writer has what is left to write; it shall be done by then.
    Closing(Instant),
    /// Stdin is closed; the server shall be gone by then.
    Closed(Instant),
    /// The group got SIGTERM.
    Terminated(Instant),
    /// The group got SIGKILL.
    Killed(Instant),
}

struct Supervisor {
    child: Box<dyn ChildWrapper>,
    member: Member,
    options: StdioOptions,
    orders: mpsc::UnboundedReceiver<Outgoing>,
    /// The inbox itself: to see that it is gone or empty, and for the last event.
    events: mpsc::Sender<LinkEvent>,
    /// The way of our own events into it.
    own: mpsc::UnboundedSender<LinkEvent>,
    writer: Option<mpsc::UnboundedSender<Vec<u8>>>,
    writing: JoinHandle<()>,
    readers: Vec<JoinHandle<()>>,
    forwarding: JoinHandle<()>,
    exited: watch::Sender<bool>,
    activity: Arc<Activity>,
    phase: Phase,
    /// Whether SIGTERM went out already.
    terminated: bool,
    #[cfg(target_os = "linux")]
    meter: Meter,
}

impl Supervisor {
    async fn run(mut self) {
        let mut schedule = Schedule::new(Instant::now());
        let mut holder_gone = false;
        let mut outbox_gone = false;
        let status = loop {
            let deadline = self.deadline();
            let sample = schedule.due().filter(|_| self.phase == Phase::Running);
            tokio::select! {
                // Not `self.child.wait()`: the wrappers' waits go on until the whole group or job is gone.
                status = wait(self.child.as_mut()) => break status.ok(),
                order = self.orders.recv(), if !outbox_gone => match order {
                    Some(order) => {
                        self.activity.stir();
                        self.obey(order).await;
                    }
                    None => {
                        outbox_gone = true;
                        self.begin_shutdown().await;
                    }
                },
                () = self.events.closed(), if !holder_gone => {
                    holder_gone = true;
                    self.begin_shutdown().await;
                }
                _ = &mut self.writing, if matches!(self.phase, Phase::Closing(_)) => self.stdin_is_closed(),
                () = until(deadline) => {
                    if matches!(self.phase, Phase::Killed(_)) {
                        tracing::warn!(pid = self.child.id(), "the server's process survived SIGKILL");
                        break None;
                    }
                    self.next_step();
                }
                () = until(sample) => {
                    self.sample();
                    schedule.taken(Instant::now(), &self.activity);
                }
                () = self.activity.stirred() => {
                    // Also the cheapest moment to learn who was started meanwhile.
                    self.member.look();
                    schedule.hurry(Instant::now());
                }
            }
        };
        self.finish(status).await;
    }

    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running => None,
            Phase::Closing(at) | Phase::Closed(at) | Phase::Terminated(at) | Phase::Killed(at) => {
                Some(at)
            }
        }
    }

    /// Looks at the process tree and reports it, where the system tells.
    fn sample(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(usage) = self.meter.read(&self.member.look()) {
            self.tell(usage);
        }
    }

    fn tell(&self, event: LinkEvent) {
        // Only fails when the holder of the link is gone, who then does not want to know.
        let _ = self.own.send(event);
    }

    fn step(&self, step: ShutdownStep) {
        tracing::debug!(pid = self.child.id(), ?step, "shutdown");
        self.tell(LinkEvent::Step { step });
    }

    async fn obey(&mut self, order: Outgoing) {
        match order {
            Outgoing::Frame(_) | Outgoing::Raw(_) => self.pass_on(order),
            Outgoing::Shutdown => self.begin_shutdown().await,
            Outgoing::Abandon(_)
            | Outgoing::CameBack(_)
            | Outgoing::NoLogin
            | Outgoing::Exchange(_)
            | Outgoing::Release(_) => {}
            Outgoing::Terminate if self.phase == Phase::Running => self.terminate(),
            Outgoing::Terminate => {}
            Outgoing::Kill => self.kill(),
        }
    }

    /// Hands bytes to the writer, or says that it is too late for them.
    fn pass_on(&self, order: Outgoing) {
        let bytes = match order {
            Outgoing::Frame(mut bytes) => {
                bytes.push(b'\n');
                bytes
            }
            Outgoing::Raw(bytes) => bytes,
            _ => return,
        };
        match &self.writer {
            // The writer outlives its queue, so the bytes arrive there.
            Some(writer) => drop(writer.send(bytes)),
            None => self.tell(LinkEvent::WriteFailed {
                what: "stdin is closed already".into(),
            }),
        }
    }

    /// The first step: answer what came in, write what is queued, then close stdin.
    async fn begin_shutdown(&mut self) {
        if self.phase != Phase::Running {
            return;
        }
        self.member.look();
        // Requests that are in the inbox already get their answer out: wait until it was emptied
        // (all its places are free), let the holder act on the last of it, take what it sent.
        let places = self.events.max_capacity();
        let _ = timeout(SETTLE, self.events.reserve_many(places)).await;
        for _ in 0..8 {
            tokio::task::yield_now().await;
            while let Ok(order) = self.orders.try_recv() {
                if order == Outgoing::Kill {
                    return self.kill();
                }
                self.pass_on(order);
            }
        }
        self.writer = None;
        self.phase = Phase::Closing(Instant::now() + self.options.stdin_grace);
    }

    fn stdin_is_closed(&mut self) {
        self.step(ShutdownStep::StdinClosed);
        self.phase = Phase::Closed(Instant::now() + self.options.stdin_grace);
    }

    /// A deadline has passed.
    fn next_step(&mut self) {
        match self.phase {
            Phase::Running | Phase::Killed(_) => {}
            Phase::Closing(_) => {
                // It does not read, so it would not see the end of its stdin either.
                self.writing.abort();
                self.tell(LinkEvent::WriteFailed {
                    what: "the server did not read what was sent last".into(),
                });
                self.step(ShutdownStep::StdinClosed);
                self.terminate();
            }
            Phase::Closed(_) => self.terminate(),
            Phase::Terminated(_) => self.kill(),
        }
    }

    fn terminate(&mut self) {
        if cfg!(windows) {
            return self.kill();
        }
        self.member.terminate();
        self.terminated = true;
        self.step(ShutdownStep::Terminate);
        self.phase = Phase::Terminated(Instant::now() + self.options.terminate_grace);
    }

    fn kill(&mut self) {
        if matches!(self.phase, Phase::Killed(_)) {
            return;
        }
        self.writer = None;
        self.member.kill();
        #[cfg(windows)]
        let _ = self.child.start_kill();
        self.step(ShutdownStep::Kill);
        self.phase = Phase::Killed(Instant::now() + KILL_GRACE);
    }

    /// The server itself is gone: end those it left behind, drain the pipes, report.
    async fn finish(mut self, status: Option<ExitStatus>) {
        // From here on the readers stop by themselves, end of pipe or not.
        self.exited.send_replace(true);
        self.writer = None;
        self.writing.abort();
        if self.member.left_overs() {
            self.end_left_overs().await;
        }
        let Self {
            member,
            readers,
            events,
            own,
            forwarding,
            ..
        } = self;
        member.leave();
        for reader in readers {
            let _ = reader.await;
        }
        drop(own);
        // The aborted writer drops its sender too; then the forwarder has seen everything.
        let _ = forwarding.await;
        let code = status.and_then(|status| status.code());
        let signal = status.and_then(signal);
        tracing::debug!(?code, ?signal, "server exited");
        let _ = events.send(LinkEvent::Exited { code, signal }).await;
    }

    /// Asks the rest of the family to end, then kills it.
    async fn end_left_overs(&mut self) {
        if !matches!(self.phase, Phase::Killed(_)) {
            self.tell(LinkEvent::Remark(LEFT_BEHIND.to_owned()));
            let asked_at = match self.phase {
                Phase::Terminated(deadline) => deadline,
                _ => Instant::now() + self.options.terminate_grace,
            };
            self.member.terminate_left_overs();
            if !self.terminated {
                self.step(ShutdownStep::Terminate);
            }
            while self.member.left_overs() && Instant::now() < asked_at {
                tokio::time::sleep(LEFT_OVER_POLL).await;
            }
            if !self.member.left_overs() {
                return;
            }
            self.step(ShutdownStep::Kill);
        }
        self.member.kill();
        let limit = Instant::now() + KILL_GRACE;
        while self.member.left_overs() && Instant::now() < limit {
            tokio::time::sleep(LEFT_OVER_POLL).await;
        }
    }
}

/// Waits for the server's own process only.
async fn wait(child: &mut dyn ChildWrapper) -> io::Result<ExitStatus> {
    child.inner_mut().wait().await
}

/// Waits until then; without a time, for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
