//! How far a run has come, and its end before its time.

use super::{Do, Run, Stage, What};

impl Run {
    /// How many calls have ended, of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.finished, self.plan.calls())
    }

    /// Sends nothing more, and cancels what is under way. What came counts; what did not end by itself was not sent.
    pub fn break_off(&mut self) -> Vec<Do> {
        if self.stage == Stage::Over {
            return Vec::new();
        }
        self.stage = Stage::Over;
        self.due = None;
        self.is_broken = true;
        let first = self.first_ticket();
        let courses = self.courses[self.part].iter().zip(&self.part().steps);
        courses
            .zip(first..)
            .filter(|((course, step), _)| course.sent && !course.ended && step.what == What::Call)
            .map(|(_, ticket)| Do::Cancel(ticket))
            .collect()
    }

    /// How far it had come when it was broken off, if it was.
    pub fn broken_off(&self) -> Option<(usize, usize)> {
        self.is_broken.then(|| self.progress())
    }
}
