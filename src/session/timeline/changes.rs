//! What changed in a list: against what it held before, and against what the same server listed before a restart.

use std::collections::HashMap;
use std::sync::Arc;

use crate::json;
use crate::mcp::types::Item;

/// Differences of a list that stay at hand.
const KEPT: usize = 50;
/// Items of one difference that stay at hand, of each kind; more are counted.
const MOST: usize = 1_000;

/// Why a list was fetched again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Since {
    /// The server said that it changed.
    Announced,
    /// Somebody wanted to know.
    Asked,
    /// The server was started again.
    Restart,
}

/// An item that is another than before.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Altered {
    /// Its name, or its URI.
    pub name: Box<str>,
    /// The members that differ, in the order of the new one, then those that are gone.
    pub members: Vec<Box<str>>,
    /// As it was.
    #[serde(with = "crate::pack::shared")]
    pub old: Arc<Item>,
    /// As it is.
    #[serde(with = "crate::pack::shared")]
    pub new: Arc<Item>,
}

/// What differs between two states of a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// Why it was fetched again.
    pub since: Since,
    /// The entry that brought the new state, by sequence number.
    pub seq: u64,
    /// Items that were not there: names, or URIs.
    pub added: Vec<Box<str>>,
    /// Items that are gone.
    pub removed: Vec<Box<str>>,
    /// Items that are others.
    pub altered: Vec<Altered>,
    /// How many of each there are, kept or not.
    pub counts: [u32; 3],
}

impl Difference {
    /// What became of `old`.
    pub fn between(old: &[Arc<Item>], new: &[Arc<Item>], since: Since, seq: u64) -> Self {
        let mut difference = Self {
            since,
            seq,
            added: Vec::new(),
            removed: Vec::new(),
            altered: Vec::new(),
            counts: [0; 3],
        };
        let before = keyed(old);
        let after = keyed(new);
        for (name, item) in ordered(new) {
            match before.get(&name) {
                None => {
                    difference.counts[0] += 1;
                    push(&mut difference.added, name.0.into());
                }
                Some(was) if was.raw != item.raw => {
                    let members = differing(&was.raw, &item.raw);
                    if members.is_empty() {
                        // Spelled in another way, and the same.
                        continue;
                    }
                    difference.counts[2] += 1;
                    push(
                        &mut difference.altered,
                        Altered {
                            name: name.0.into(),
                            members,
                            old: Arc::clone(was),
                            new: Arc::clone(item),
                        },
                    );
                }
                Some(_) => {}
            }
        }
        for (name, _) in ordered(old) {
            if !after.contains_key(&name) {
                difference.counts[1] += 1;
                push(&mut difference.removed, name.0.into());
            }
        }
        difference
    }

    /// Whether nothing differs.
    pub const fn is_empty(&self) -> bool {
        matches!(self.counts, [0, 0, 0])
    }

    /// `+1 −1 ~2`, without what is nought; nothing when nothing differs.
    pub fn words(&self) -> String {
        words(self.counts)
    }
}

/// See [`Difference::words`].
pub fn words(counts: [u32; 3]) -> String {
    let parts: Vec<String> = ["+", "−", "~"]
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(sign, count)| format!("{sign}{count}"))
        .collect();
    parts.join(" ")
}

fn push<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() < MOST {
        kept.push(one);
    }
}

/// What an item is known by: its URI or name, and which one of that name it is.
type Name<'a> = (&'a str, u32);

fn ordered(items: &[Arc<Item>]) -> impl Iterator<Item = (Name<'_>, &Arc<Item>)> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    items.iter().map(move |item| {
        let name = item.uri.as_deref().unwrap_or(&item.name);
        let count = seen.entry(name).or_default();
        *count += 1;
        ((name, *count), item)
    })
}

fn keyed(items: &[Arc<Item>]) -> HashMap<Name<'_>, &Arc<Item>> {
    ordered(items).collect()
}

/// The members of two objects that differ in more than spelling.
fn differing(old: &str, new: &str) -> Vec<Box<str>> {
    let of = |raw: &str| -> HashMap<String, Vec<u8>> {
        json::members(raw.as_bytes())
            .map(|(key, value)| (key.into_owned(), json::one_line(value)))
            .collect()
    };
    let (was, is) = (of(old), of(new));
    let order = json::members(new.as_bytes()).chain(json::members(old.as_bytes()));
    let mut names: Vec<Box<str>> = Vec::new();
    for (name, _) in order {
        if was.get(&*name) != is.get(&*name) && !names.iter().any(|known| **known == *name) {
            names.push(name.as_ref().into());
        }
    }
    names
}

/// The differences of a list, oldest first.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Changes(Arc<Vec<Arc<Difference>>>);

impl Changes {
    /// All that are at hand, oldest first.
    pub fn all(&self) -> &[Arc<Difference>] {
        &self.0
    }

    /// One more. An empty one says something only when the server announced it.
    pub(super) fn push(&mut self, difference: Difference) {
        if difference.is_empty() && difference.since != Since::Announced {
            return;
        }
        let all = Arc::make_mut(&mut self.0);
        if all.len() == KEPT {
            all.remove(0);
        }
        all.push(Arc::new(difference));
    }

    /// How many items came, went and changed in all after entry `seq`.
    pub fn counts_after(&self, seq: u64) -> [u32; 3] {
        self.0
            .iter()
            .filter(|difference| difference.seq > seq)
            .fold([0; 3], |sum, difference| {
                std::array::from_fn(|place| sum[place] + difference.counts[place])
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(raws: &[&str]) -> Vec<Arc<Item>> {
        raws.iter()
            .map(|raw| Arc::new(Item::read(raw.as_bytes())))
            .collect()
    }

    #[test]
    fn what_came_went_and_changed() {
        let old = items(&[
            r#"{"name":"a","description":"x"}"#,
            r#"{"name":"b"}"#,
            r#"{"name":"c","inputSchema":{"type":"object"},"title":"C"}"#,
        ]);
        let new = items(&[
            r#"{"name":"c","inputSchema":{"type":"object","required":[]},"icons":[]}"#,
            r#"{"name":"d"}"#,
            r#"{ "name": "a", "description": "x" }"#,
        ]);
        let difference = Difference::between(&old, &new, Since::Asked, 5);
        assert_eq!(difference.words(), "+1 −1 ~1");
        assert_eq!(difference.added, ["d".into()]);
        assert_eq!(difference.removed, ["b".into()]);
        let altered = &difference.altered[0];
        assert_eq!(&*altered.name, "c");
        assert_eq!(
            altered.members,
            ["inputSchema".into(), "icons".into(), "title".into()]
        );
    }

    #[test]
    fn equal_names_are_told_apart_by_their_order() {
        let old = items(&[r#"{"name":"a","title":"1"}"#, r#"{"name":"a","title":"2"}"#]);
        let new = items(&[r#"{"name":"a","title":"1"}"#]);
        let difference = Difference::between(&old, &new, Since::Asked, 5);
        assert_eq!(difference.counts, [0, 1, 0]);
    }

    #[test]
    fn only_announcements_may_be_empty() {
        let list = items(&[r#"{"name":"a"}"#]);
        let mut changes = Changes::default();
        changes.push(Difference::between(&list, &list, Since::Asked, 5));
        assert!(changes.all().is_empty());
        changes.push(Difference::between(&list, &list, Since::Announced, 6));
        assert_eq!(changes.all().len(), 1);
        for seq in 7..200 {
            changes.push(Difference::between(&[], &list, Since::Asked, seq));
        }
        assert_eq!(changes.all().len(), KEPT);
        assert_eq!(changes.counts_after(197), [2, 0, 0]);
    }

    proptest::proptest! {
        #[test]
        fn a_difference_leads_from_one_to_the_other(
            old in proptest::collection::vec(0u8..9, 0..8),
            new in proptest::collection::vec(0u8..9, 0..8),
        ) {
            let of = |names: &[u8]| -> Vec<Arc<Item>> {
                names.iter().map(|name| Arc::new(Item::read(format!("{{\"name\":\"{name}\"}}").as_bytes()))).collect()
            };
            let (old, new) = (of(&old), of(&new));
            let there = Difference::between(&old, &new, Since::Asked, 1);
            let back = Difference::between(&new, &old, Since::Asked, 1);
            let [came, went, altered] = there.counts;
            proptest::prop_assert_eq!(old.len() + came as usize - went as usize, new.len());
            proptest::prop_assert_eq!(altered, 0);
            proptest::prop_assert_eq!([went, came, 0], back.counts);
        }
    }
}
