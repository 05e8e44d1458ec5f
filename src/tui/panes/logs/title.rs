//! What stands above the lines, and above the one that is looked at.

use super::{Areas, Logs, join};
use crate::session::level::Level;
use crate::text;
use crate::tui::pane::Ctx;

impl Logs {
    pub(super) fn title(&self, ctx: &Ctx<'_>) -> String {
        let line = self.line(ctx);
        let Some(entry) = line.and_then(|line| ctx.timeline.entry(line.entry)) else {
            return "nothing selected".to_owned();
        };
        let word = line.map_or("", |line| line.source.word());
        let name = format!("#{} {word}", entry.seq());
        if self.alone || !Areas::fits_both(self.area) {
            format!("Logs › {name}")
        } else {
            name
        }
    }

    /// The title: how many lines.
    pub(super) fn heading(&self) -> String {
        if self.filtering.is_on() {
            format!("LOGS {} of {}", self.shown.len(), self.shown.all())
        } else {
            format!("LOGS {}", self.shown.len())
        }
    }

    pub(super) fn remark(&self, ctx: &Ctx<'_>) -> String {
        let counted = |levels, noun| match self.tally.count(levels) {
            0 => String::new(),
            count => text::plural(count, noun),
        };
        join(&[
            ctx.only_words(),
            self.search.remark(),
            counted(Level::Error..=Level::Emergency, "error"),
            counted(Level::Warning..=Level::Warning, "warning"),
            self.stream.remark(self.shown.from(self.stream.unseen())),
        ])
    }
}
