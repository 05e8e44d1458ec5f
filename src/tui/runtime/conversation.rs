//! Reads back what was said in the rounds of a conversation.

use std::sync::Arc;

use super::masks;
use crate::recording::Bodies;
use crate::tui::effect::Source;
use crate::tui::payload::Round;
use crate::tui::payload::rounds::{LONGEST, Said};

/// The messages of each round; none of what cannot be read back, or is too long to be told in a few lines.
pub(super) fn read(bodies: &Bodies, rounds: &[Round]) -> Vec<Said> {
    let one = |source: Source| -> Option<Arc<[u8]>> {
        let short = source.place.length as usize <= LONGEST;
        let read = short.then(|| masks::share(bodies, source).ok()).flatten()?;
        Some(Arc::from(&read.body[..]))
    };
    rounds
        .iter()
        .map(|round| (one(round.request), round.answer.and_then(one)))
        .collect()
}
