//! Which sessions go by themselves: the oldest beyond an age or a total size, never one that somebody needs.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Item, Writing};
pub use crate::config::Retention;

const DAY: i64 = 24 * 60 * 60;

/// Why a session stays whatever the limits say.
pub fn why_kept(item: &Item) -> Option<&'static str> {
    match item.writing {
        Writing::Ours => Some("it is being recorded here"),
        Writing::Others => Some("another mcpscope still records it"),
        Writing::Nobody if item.meta.keep => Some("it is marked to be kept"),
        Writing::Nobody if !item.meta.marks.is_empty() => Some("it has marks"),
        Writing::Nobody => None,
    }
}

/// The sessions that go, oldest first. Those that stay count for the size all the same.
pub fn too_many(items: &[Item], retention: Retention, now: Timestamp) -> Vec<PathBuf> {
    let mut oldest: Vec<&Item> = items.iter().collect();
    oldest.sort_by_key(|item| (item.changed, &item.path));
    let mut left: u64 = items.iter().map(|item| item.size).sum();
    let mut going = Vec::new();
    for item in oldest {
        let age = now.as_second().saturating_sub(item.changed.as_second());
        let old = retention.days > 0 && age > i64::from(retention.days) * DAY;
        let large = retention.bytes > 0 && left > retention.bytes;
        if (old || large) && why_kept(item).is_none() {
            left = left.saturating_sub(item.size);
            going.push(item.path.clone());
        }
    }
    going
}

/// Days that what was deleted stays in the trash.
pub const TRASH_DAYS: u32 = 7;

/// Whether something that was deleted then is gone for good by now. What does not say when is younger than anything.
pub(super) fn is_over(deleted: Option<Timestamp>, now: Timestamp) -> bool {
    deleted.is_some_and(|at| {
        now.as_second().saturating_sub(at.as_second()) > i64::from(TRASH_DAYS) * DAY
    })
}
