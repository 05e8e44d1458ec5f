//! Beginnings of bodies, for the lists: a small cache, filled as entries arrive and by reading back.

use std::collections::{HashMap, HashSet, VecDeque};

use super::effect::{Effect, Source};
use crate::session::recorded::Recorded;

/// How many are kept: a few hundred screens.
const KEPT: usize = 8_192;

/// See the module.
#[derive(Debug, Default)]
pub struct Previews {
    texts: HashMap<u64, Box<str>>,
    order: VecDeque<u64>,
    asked: HashSet<u64>,
}

impl Previews {
    /// The text of the entry `seq`, not yet sanitised; none while it has not been read.
    pub fn get(&self, seq: u64) -> Option<&str> {
        self.texts.get(&seq).map(|text| &**text)
    }

    /// Keeps one.
    pub fn put(&mut self, seq: u64, text: Box<str>) {
        self.asked.remove(&seq);
        if self.texts.insert(seq, text).is_none() {
            self.order.push_back(seq);
            if self.order.len() > KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.texts.remove(&oldest);
            }
        }
    }

    /// Keeps that of an entry that just arrived.
    pub fn arrived(&mut self, entry: &Recorded) {
        if let Some(preview) = &entry.preview {
            self.put(entry.seq, preview.clone());
        }
    }

    /// The effect that reads those of `wanted` that are missing and not asked for, and notes that they are.
    pub fn ask(&mut self, wanted: impl IntoIterator<Item = Source>) -> Option<Effect> {
        let missing: Vec<Source> = wanted
            .into_iter()
            .filter(|source| !self.texts.contains_key(&source.seq) && self.asked.insert(source.seq))
            .collect();
        (!missing.is_empty()).then_some(Effect::Previews(missing))
    }
}
