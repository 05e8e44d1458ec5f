//! Values in columns: read from bodies elsewhere, for the rows on screen, and kept for a while.

use std::collections::{HashMap, HashSet};

use super::columns::{Column, Layout};
use super::told::Told;
use crate::session::timeline::EntryIndex;
use crate::tui::effect::{Effect, Wanted};
use crate::tui::event::ValueFound as Found;
use crate::tui::pane::Ctx;

/// The most that are kept.
const KEPT: usize = 20_000;

/// What is known of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// It was not read yet.
    NotYet,
    /// There is none.
    Missing,
    /// It is this; not sanitised.
    Is(&'a str),
}

/// Owns what was read and what is being read: by the number of the entry, and the path.
#[derive(Debug, Clone, Default)]
pub struct Values {
    found: HashMap<(u64, Box<str>), Option<Box<str>>>,
    asked: HashSet<(u64, Box<str>)>,
}

impl Values {
    /// The value of a row.
    pub fn of(&self, told: &Told<'_>, path: &str, ctx: &Ctx<'_>) -> Known<'_> {
        let entry = if Column::is_of_answer(path) {
            told.answer.and_then(|answer| ctx.timeline.entry(answer))
        } else {
            Some(told.entry)
        };
        let Some(entry) = entry else {
            return Known::Missing;
        };
        match self.found.get(&(entry.seq(), path.into())) {
            Some(Some(value)) => Known::Is(value),
            Some(None) => Known::Missing,
            None => Known::NotYet,
        }
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
    pub fn take(&mut self, found: &[Found]) {
        for Found {
            source,
            path,
            value,
        } in found
        {
            let key = (source.seq, path.clone());
            self.asked.remove(&key);
            self.found.insert(key, value.clone());
        }
    }
}
