//! SIGTERM, SIGHUP, SIGINT and SIGQUIT from outside: leave in order.

use color_eyre::eyre::Result;

use super::Leaving;

/// What ends us from outside.
#[cfg(unix)]
pub(super) struct Signals([tokio::signal::unix::Signal; 4]);

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
        ]))
    }

    pub(super) async fn end(&mut self) -> Leaving {
        let [terminate, hangup, interrupt, quit] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => Leaving::Terminated,
            _ = hangup.recv() => Leaving::HungUp,
            _ = interrupt.recv() => Leaving::Interrupted,
            // Ctrl-\ in a program that has our terminal comes here too.
            _ = quit.recv() => Leaving::Interrupted,
        }
    }
}

/// What ends us from outside: Ctrl-C alone.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new() -> Result<Self> {
        Ok(Self)
    }

    pub(super) async fn end(&mut self) -> Leaving {
        // Ctrl-C is a key in raw mode; if it cannot be listened for, it never comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Leaving::Interrupted
    }
}
