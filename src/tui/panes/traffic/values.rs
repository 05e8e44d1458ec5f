//! Values in columns: read from bodies elsewhere, for the rows on screen, and kept for a while.

use std::collections::{HashMap, HashSet};

use super::columns::{Column, Layout};
use super::told::Told;
use crate::session::timeline::EntryIndex;
use crate::tui::effect::{Effect, Source, Wanted};
use crate::tui::pane::Ctx;

/// The most that are kept.
const KEPT: usize = 20_000;

/// Owns what was read and what is being read: by the number of the entry, and the path.
#[derive(Debug, Clone, Default)]
pub struct Values {
    found: HashMap<(u64, Box<str>), Option<Box<str>>>,
    asked: HashSet<(u64, Box<str>)>,
}

impl Values {
    /// The value of a row: none while it is not known, nothing inside when there is none.
    pub fn of(&self, told: &Told<'_>, path: &str, ctx: &Ctx<'_>) -> Option<Option<&str>> {
        let entry = if Column::is_of_answer(path) {
            match told.answer {
                Some(answer) => ctx.timeline.entry(answer)?.seq(),
                None => return Some(None),
            }
        } else {
            told.entry.seq()
        };
        let found = self.found.get(&(entry, path.into()))?;
        Some(found.as_deref())
    }

    /// What reads those that are missing: each row is its first entry and that of its answer.
    pub fn ask(
        &mut self,
        rows: impl Iterator<Item = (EntryIndex, Option<EntryIndex>)>,
        layout: &Layout,
        ctx: &Ctx<'_>,
    ) -> Option<Effect> {
        if self.found.len() > KEPT {
            self.found.clear();
        }
        let mut missing = Vec::new();
        for (first, answer) in rows {
            for path in layout.paths() {
                let of_answer = Column::is_of_answer(path);
                let entry = if of_answer { answer } else { Some(first) };
                let Some(source) = entry.and_then(|entry| ctx.source(entry)) else {
                    continue;
                };
                let key = (source.seq, path.into());
                if !self.found.contains_key(&key) && self.asked.insert(key) {
                    missing.push(Wanted {
                        source,
                        path: path.into(),
                    });
                }
            }
        }
        (!missing.is_empty()).then_some(Effect::Values(missing))
    }

    /// Takes what was read.
    pub fn take(&mut self, found: &[(Source, Box<str>, Option<Box<str>>)]) {
        for (source, path, value) in found {
            let key = (source.seq, path.clone());
            self.asked.remove(&key);
            self.found.insert(key, value.clone());
        }
    }
}
