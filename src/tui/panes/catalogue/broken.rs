//! Lines that are no JSON-RPC while a call waits: the answer may be one of them, and would never be known for it.

use super::CataloguePane;
use super::listing::Key;
use crate::session::timeline::{EntryRow, LogSource};
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;

/// Lines that are looked at in a frame, the newest.
const LOOKED: usize = 10_000;

impl CataloguePane {
    /// What is said of such lines that came since the newest pending call of an item was sent, where there are any.
    pub(super) fn broken_words(&self, key: &Key, ctx: &Ctx<'_>) -> Option<String> {
        let call = self.pending.iter().rfind(|call| call.key == *key)?;
        let sent = ctx.timeline.index_of_seq(call.seq?)?;
        let since = ctx.timeline.logs().iter().rev().take(LOOKED);
        let since = since.take_while(|line| line.entry > sent);
        let lines: Vec<&EntryRow> = since
            .filter(|line| line.source == LogSource::Junk)
            .filter_map(|line| ctx.timeline.entry(line.entry))
            .filter(|entry| entry.conn() == call.conn)
            .collect();
        let newest = lines.first()?.seq();
        let count = text::plural(lines.len(), "line");
        let traffic = ctx.keys.word(Action::GoTraffic);
        Some(format!(
            "Since then came {count} that no client can read (not JSON, or not UTF-8), the newest #{newest}: if the \
             answer is among them, nobody will ever know. {traffic} shows them."
        ))
    }
}
