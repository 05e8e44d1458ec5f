//! Signals and exits, passed on as if nobody stood in between.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal};
use tokio::signal::unix::{self, SignalKind};

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl Ended {
    pub(super) fn of(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        Self {
            code: status.code(),
            signal: status.signal(),
        }
    }
}

/// Ends this process as the server ended: with its exit code, or by the same signal.
pub fn pass_on(ended: Ended) -> ! {
    if let Some(signal) = ended.signal {
        // The default action of the signal; of one that does not end a process, the code a shell would tell.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        if let Some(signal) = Signal::from_named_raw(signal) {
            let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
        }
        std::process::exit(128 + signal);
    }
    std::process::exit(ended.code.unwrap_or(1));
}

/// What would end us, or is meant for the server.
#[derive(Debug)]
pub(super) struct Signals(Vec<(Signal, unix::Signal)>);

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let known = [
            (Signal::INT, SignalKind::interrupt()),
            (Signal::TERM, SignalKind::terminate()),
            (Signal::HUP, SignalKind::hangup()),
            (Signal::QUIT, SignalKind::quit()),
            (Signal::USR1, SignalKind::user_defined1()),
            (Signal::USR2, SignalKind::user_defined2()),
        ];
        let heard = known.map(|(signal, kind)| Ok((signal, unix::signal(kind)?)));
        heard.into_iter().collect::<io::Result<_>>().map(Self)
    }

    pub(super) async fn next(&mut self) -> Signal {
        std::future::poll_fn(|context| {
            for (signal, heard) in &mut self.0 {
                if heard.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(*signal);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}

/// What a signal that ends a server is called.
pub(super) fn name(signal: Signal) -> Option<&'static str> {
    match signal {
        Signal::INT => Some("SIGINT"),
        Signal::TERM => Some("SIGTERM"),
        Signal::HUP => Some("SIGHUP"),
        Signal::QUIT => Some("SIGQUIT"),
        _ => None,
    }
}

/// Sends a signal to the server. What a terminal sends to the whole group reaches it twice, which servers take for
/// once: they are on their way out.
pub(super) fn send(pid: u32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid.cast_signed()) {
        // A server that is gone already needs none.
        let _ = rustix::process::kill_process(pid, signal);
    }
}
