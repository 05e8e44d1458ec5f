//! Questions of ours to a person at the terminal, as often as one comes up: stdin has one reader, whoever asks.

use std::io;

use super::{Headless, Stop};
use crate::cli::lines::Lines;

impl Headless {
    /// Whether a person says yes to the question that was just told. What was typed before it does not count: nobody
    /// agrees to what is not on the screen yet.
    pub(in crate::cli) async fn agreed(&mut self) -> Result<bool, Stop> {
        self.console.flush();
        forget_typed();
        // A reader that is left behind would take the next answer.
        let typed = self.door.typed.take();
        let mut lines = typed.unwrap_or_else(|| Lines::of(io::stdin()));
        while lines.has_next() {
            lines.next().await;
        }
        let before = self.lines.replace(lines);
        let said = self.line(false).await;
        let lines = std::mem::replace(&mut self.lines, before);
        // One that came to an end has none for the next question.
        self.door.typed = lines.filter(|_| !matches!(said, Ok(None)));
        let said = said?.unwrap_or_default();
        Ok(matches!(said.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// Drops what the terminal holds that nobody has read yet.
fn forget_typed() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, tcflush};
        // Without a terminal there is nothing to drop.
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }
}
