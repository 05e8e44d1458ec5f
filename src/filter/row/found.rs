//! What bodies said, kept by leaf: in which entries each holds, and which were looked at.

use super::super::body::Leaf;
use crate::session::timeline::EntryIndex;

/// What bodies said: of one leaf, in which entries it holds, and which were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    holds: Bits,
    /// Looked at one by one, beyond those before `read`.
    seen: Bits,
    read: EntryIndex,
}

/// A set of entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn put(&mut self, entry: EntryIndex) {
        let word = entry as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (entry % 64);
    }

    fn has(&self, entry: EntryIndex) -> bool {
        let word = self.0.get(entry as usize / 64).copied().unwrap_or(0);
        word >> (entry % 64) & 1 == 1
    }
}

impl Found {
    /// It holds in this entry.
    pub fn put(&mut self, entry: EntryIndex) {
        self.holds.put(entry);
    }

    /// This entry was looked at.
    pub fn see(&mut self, entry: EntryIndex) {
        self.seen.put(entry);
    }

    /// All entries before this one were looked at.
    pub fn read_to(&mut self, entry: EntryIndex) {
        self.read = self.read.max(entry);
    }

    /// All entries before this one were looked at.
    pub fn read(&self) -> EntryIndex {
        self.read
    }

    /// Whether an entry was looked at.
    pub fn has_seen(&self, entry: EntryIndex) -> bool {
        entry < self.read || self.seen.has(entry)
    }

    /// Whether it holds in an entry, as far as is known.
    pub fn has(&self, entry: EntryIndex) -> bool {
        self.holds.has(entry)
    }

    /// What is known of what asks for more than this: that it does not hold where this does not.
    pub fn refined(&self) -> Self {
        let words = self.read as usize / 64;
        let word = |at: usize| !self.holds.0.get(at).copied().unwrap_or(0);
        let mut seen: Vec<u64> = (0..words).map(word).collect();
        if !self.read.is_multiple_of(64) {
            seen.push(word(words) & ((1 << (self.read % 64)) - 1));
        }
        Self {
            holds: Bits::default(),
            seen: Bits(seen),
            read: 0,
        }
    }
}

/// What bodies said of several leaves.
pub type Answers = ByLeaf<Found>;

/// Something for each of a few leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByLeaf<T>(Vec<(Leaf, T)>);

impl<T: Default> ByLeaf<T> {
    /// Nothing for any.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// What there is for a leaf.
    pub fn get(&self, leaf: &Leaf) -> Option<&T> {
        self.0
            .iter()
            .find(|(known, _)| known == leaf)
            .map(|(_, one)| one)
    }

    /// The same, to be changed; what is not there is put there.
    pub fn of(&mut self, leaf: &Leaf) -> &mut T {
        let place = self.0.iter().position(|(known, _)| known == leaf);
        let place = place.unwrap_or_else(|| {
            self.0.push((leaf.clone(), T::default()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    /// Puts something there for a leaf.
    pub fn insert(&mut self, leaf: Leaf, one: T) {
        self.remove(&leaf);
        self.0.push((leaf, one));
    }

    /// Takes away what there is for a leaf.
    pub fn remove(&mut self, leaf: &Leaf) {
        self.0.retain(|(known, _)| known != leaf);
    }

    /// All of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Leaf, &mut T)> {
        self.0.iter_mut().map(|(leaf, one)| (&*leaf, one))
    }
}
