//! What time it is in the session that is looked at, and whether anything on the screen counts by it.
//!
//! A live session has the program's clock. A recording is as late as its newest entry, but for that of a tap that runs:
//! there it is as late as it is here, so that what its client waits for counts on. Reads no clock.

use super::{Model, World};
use crate::tui::panes::inbox::Inbox;

impl World {
    /// Whether a tap that runs records what is looked at, and the newest of it is.
    pub fn looks_on(&self) -> bool {
        self.tap().is_some() && self.timeline.moment().is_none()
    }

    /// Whether a tap recorded what is looked at, be it over or not.
    pub fn is_of_tap(&self) -> bool {
        let mut connections = self.timeline.state().connections();
        self.tap().is_some() || connections.any(|connection| connection.tapped)
    }

    /// The time of the session when the program's clock says this, both in microseconds.
    pub fn time_at(&self, clock_us: u64) -> u64 {
        if self.live {
            return clock_us;
        }
        let Some(last) = self.timeline.entries().last() else {
            return 0;
        };
        let Some(began) = self.began.filter(|_| self.looks_on()) else {
            return last.us();
        };
        let now = began.as_microsecond().saturating_add_unsigned(clock_us);
        let since = now.saturating_sub(last.at().as_microsecond());
        // Somebody may set the clock of the machine back.
        last.us().saturating_add(u64::try_from(since).unwrap_or(0))
    }
}

impl Model {
    /// Whether something is pending, so that its time should count on the screen. At rest nothing does, nor in a
    /// recording that nobody writes any more.
    pub fn is_waiting(&self) -> bool {
        let state = self.world.timeline.state();
        let pending = |conn| state.waiting(conn).any(|waiting| !waiting.is_stream());
        let mut connections = state.connections();
        let looks_on = self.world.looks_on();
        // A call may wait for a person between two of its requests.
        (self.world.live || looks_on)
            && (connections.any(|connection| {
                let tasks = connection.tasks.all();
                // Of a client that is gone nothing is waited for.
                (self.world.live || connection.is_alive())
                    && (pending(connection.number) || tasks.iter().any(|task| !task.is_over()))
            }) || Inbox::count(&self.world.ctx()) > 0
                || (looks_on && !state.tap.held().is_empty()))
    }
}
