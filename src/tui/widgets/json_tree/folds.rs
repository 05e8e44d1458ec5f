//! What is folded: rules, newest first, and never a list of rows.
//!
//! Owns the keeping: folding a million rows notes one rule.

use std::collections::HashMap;

use super::Tree;
use super::place::{Part, Place};

/// A place, whatever the way to it: where its value starts, and 0 or the number of its group from 1.
type Key = (u32, u32);

/// Folds or unfolds everything inside some bytes that is so deep.
#[derive(Debug, Clone)]
struct Rule {
    bytes: std::ops::Range<u32>,
    depths: std::ops::Range<u32>,
    fold: bool,
    when: u32,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Folds {
    /// Whether groups are folded where nothing else is said.
    groups: bool,
    rules: Vec<Rule>,
    one: HashMap<Key, (u32, bool)>,
    now: u32,
}

impl Default for Folds {
    /// Nothing is folded but groups.
    fn default() -> Self {
        Self {
            groups: true,
            rules: Vec::new(),
            one: HashMap::new(),
            now: 0,
        }
    }
}

/// What was said of one place before.
#[derive(Debug, Clone)]
pub(super) struct Before(Key, Option<(u32, bool)>);

impl Folds {
    /// Whether the inside of this row is hidden.
    pub(super) fn is_folded(&self, place: &Place, tree: &Tree) -> bool {
        let group = matches!(place.part, Part::Group(..));
        if !group && !place.is_container(tree) {
            return false;
        }
        let one = self.one.get(&key(place));
        let depth = depth(place);
        let at = position(place);
        let rule = self
            .rules
            .iter()
            .rev()
            .find(|rule| rule.bytes.contains(&at) && rule.depths.contains(&depth));
        let said = match (one, rule) {
            (Some((when, fold)), Some(rule)) if rule.when < *when => Some(*fold),
            (_, Some(rule)) => Some(rule.fold),
            (Some((_, fold)), None) => Some(*fold),
            (None, None) => None,
        };
        said.unwrap_or(group && self.groups) && place.is_filled(tree)
    }

    /// Folds or unfolds one row; gives what was said of it before.
    pub(super) fn set(&mut self, place: &Place, fold: bool) -> Before {
        self.now += 1;
        let key = key(place);
        Before(key, self.one.insert(key, (self.now, fold)))
    }

    /// Says again what was said before.
    pub(super) fn put_back(&mut self, before: Before) {
        match before {
            Before(key, Some(said)) => self.one.insert(key, said),
            Before(key, None) => self.one.remove(&key),
        };
    }

    /// Folds or unfolds the siblings of a row: what `bytes` of its container hold; with `deep`, what is in them too.
    pub(super) fn set_level(
        &mut self,
        place: &Place,
        bytes: std::ops::Range<u32>,
        fold: bool,
        deep: bool,
    ) {
        let depth = depth(place);
        let depths = depth..if deep { u32::MAX } else { depth + 1 };
        self.add(bytes, depths, fold);
    }

    /// Folds everything from `level` levels below the top ones, and unfolds the rest. Groups fold as at first.
    pub(super) fn set_all(&mut self, level: Option<u32>) {
        *self = Self {
            groups: level.is_some(),
            ..Self::default()
        };
        if let Some(level) = level {
            // Two steps a level: an array and its groups.
            self.add(0..u32::MAX, 2 * level..u32::MAX, true);
        }
    }

    /// The bytes from `at` to `old_end` were replaced: all after them moved by `by`, what was in them is gone.
    pub(super) fn swapped(&mut self, at: u32, old_end: u32, by: i64) {
        let moved = |byte: u32| match byte {
            u32::MAX => u32::MAX,
            byte if byte >= old_end => (i64::from(byte) + by) as u32,
            byte => byte,
        };
        self.one = std::mem::take(&mut self.one)
            .into_iter()
            .filter(|((start, _), _)| !(at..old_end).contains(start))
            .map(|((start, group), said)| ((moved(start), group), said))
            .collect();
        for rule in &mut self.rules {
            rule.bytes = moved(rule.bytes.start)..moved(rule.bytes.end);
        }
    }

    fn add(&mut self, bytes: std::ops::Range<u32>, depths: std::ops::Range<u32>, fold: bool) {
        self.now += 1;
        self.rules.retain(|rule| {
            !(bytes.start <= rule.bytes.start
                && rule.bytes.end <= bytes.end
                && depths.start <= rule.depths.start
                && rule.depths.end <= depths.end)
        });
        self.rules.push(Rule {
            bytes,
            depths,
            fold,
            when: self.now,
        });
    }
}

fn key(place: &Place) -> Key {
    match place.part {
        Part::Group(group, _) => (place.node.start, group + 1),
        Part::Value | Part::Close => (place.node.start, 0),
    }
}

fn position(place: &Place) -> u32 {
    match place.part {
        Part::Group(_, at) => at,
        Part::Value | Part::Close => place.node.start,
    }
}

/// Two steps a container, so that groups have one of their own between an array and its items.
fn depth(place: &Place) -> u32 {
    2 * place.above.len() as u32 + u32::from(matches!(place.part, Part::Group(..)))
}
