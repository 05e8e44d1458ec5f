//! A way between Traffic and Logs that somebody went, for finding back.

use crate::session::timeline::EntryIndex;
use crate::tui::pane::View;

/// Somebody went from one of the two to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// Where they were, and on which entry.
    pub from: (View, EntryIndex),
    /// Where they went, and on which entry they stood there.
    pub to: (View, EntryIndex),
}
