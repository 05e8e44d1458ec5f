//! Questions of ours to a person at the terminal, as often as one comes up: stdin has one reader, whoever asks.

use std::io;

use super::{Headless, Stop};
use crate::cli::lines::Lines;

impl Headless {
    /// Whether a person says yes to this question, which is safe to show. What was typed before it does not count: nobody
    /// agrees to what is not on the screen yet.
    pub(in crate::cli) async fn agreed(&mut self, question: &str) -> Result<bool, Stop> {
        forget_typed();
        // A reader that is left behind would take the next answer.
        let typed = self.door.typed.take();
        let mut lines = typed.unwrap_or_else(|| Lines::of(io::stdin()));
        while lines.has_next() {
            lines.next().await;
        }
        // Only now: whoever answers at once is heard.
        self.console.tell(question);
        let before = self.lines.replace(lines);
        self.door.lent = true;
        let said = self.line(false).await;
        self.door.lent = false;
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
