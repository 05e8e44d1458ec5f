//! Entries that several look at at the same time, with one copy of the body between them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Bodies;
use crate::session::Entry;
use crate::session::recorded::Place;

/// Smaller bodies are read for everybody who asks: a copy is cheaper than looking for one.
const SMALL: u64 = 64 << 10;

/// An entry that was read back; its body is beside it.
#[derive(Debug, Clone)]
pub struct Shared {
    /// All but the body, which is empty here.
    pub entry: Entry,
    /// The body.
    pub body: Arc<Vec<u8>>,
}

impl From<Entry> for Shared {
    fn from(mut entry: Entry) -> Self {
        let body = Arc::new(std::mem::take(&mut entry.body));
        Self { entry, body }
    }
}

/// The newest huge body, still in memory because whoever shows it asks for it right after it was written: making as much
/// memory again and reading it back would be half of what one waits for. Who asks takes it; the recorder lets go of it
/// when nobody does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fresh(Arc<Mutex<Option<Shared>>>);

impl Fresh {
    /// This was written just now. What was fresh before is not any more.
    pub(crate) fn put(&self, shared: Option<Shared>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = shared;
    }

    /// The entry `seq`, once.
    pub(super) fn take(&self, seq: u64) -> Option<Shared> {
        let mut fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.take_if(|shared| shared.entry.seq == seq)
    }
}

/// What somebody may still hold.
#[derive(Debug)]
pub struct Held {
    entry: Entry,
    body: Weak<Vec<u8>>,
}

impl Bodies {
    /// The entry `seq` that stands at `place`. A long body is read once for all who hold it at the same time.
    pub fn share(&self, seq: u64, place: Place) -> io::Result<Shared> {
        if place.length < SMALL {
            return self.read(seq, place).map(Shared::from);
        }
        // Locked while it is read: who asks for the same meanwhile waits, rather than reading it too.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|one| one.body.strong_count() > 0);
        let here = held.iter().find(|one| one.entry.seq == seq);
        if let Some((one, body)) = here.and_then(|one| Some((one, one.body.upgrade()?))) {
            let entry = one.entry.clone();
            return Ok(Shared { entry, body });
        }
        let shared = match self.fresh.take(seq) {
            Some(shared) => shared,
            None => Shared::from(self.read(seq, place)?),
        };
        held.push(Held {
            entry: shared.entry.clone(),
            body: Arc::downgrade(&shared.body),
        });
        Ok(shared)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::recorder::{Draft, Recorder};
    use crate::session::Direction;

    fn record(recorder: &mut Recorder, body: &str) -> (u64, Place) {
        let draft = Draft::wire(1, Direction::In, body.to_owned());
        let entries = recorder.append(draft, None);
        (entries[0].seq, entries[0].place)
    }

    #[test]
    fn long_bodies_are_held_once_and_only_as_long_as_somebody_wants_them() {
        let mut recorder = Recorder::unnamed().unwrap();
        let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(100_000));
        let (seq, place) = record(&mut recorder, &long);
        let (other, other_place) = record(&mut recorder, &long.replace('y', "z"));
        let (small, small_place) = record(&mut recorder, "{}");
        let bodies = recorder.bodies();
        let one = bodies.share(seq, place).unwrap();
        assert_eq!(*one.body, *long.as_bytes());
        assert!(one.entry.body.is_empty());
        // A clone of the reader knows too.
        let two = bodies.clone().share(seq, place).unwrap();
        assert!(Arc::ptr_eq(&one.body, &two.body));
        assert_eq!(two.entry, one.entry);
        let third = bodies.share(other, other_place).unwrap();
        assert!(!Arc::ptr_eq(&one.body, &third.body));
        assert_ne!(one.body, third.body);
        let (a, b) = (
            bodies.share(small, small_place).unwrap(),
            bodies.share(small, small_place).unwrap(),
        );
        assert_eq!(*a.body, *b"{}");
        assert!(!Arc::ptr_eq(&a.body, &b.body));
        // Nobody wants it any more: it is gone, and read again for who does.
        let weak = Arc::downgrade(&one.body);
        drop((one, two));
        assert!(weak.upgrade().is_none());
        assert_eq!(*bodies.share(seq, place).unwrap().body, *long.as_bytes());
    }

    /// What is taken from memory is what the file has, is there once, and is gone when nobody wanted it.
    #[test]
    fn a_huge_body_is_at_hand_until_somebody_took_it() {
        let mut recorder = Recorder::unnamed().unwrap();
        let huge = format!(r#"{{"x":"{}"}}"#, "y".repeat(2 << 20));
        let (seq, place) = record(&mut recorder, &huge);
        let bodies = recorder.bodies();
        assert!(recorder.holds_until().is_some());
        let shared = bodies.share(seq, place).unwrap();
        assert!(bodies.fresh.take(seq).is_none(), "it was taken");
        assert_eq!(*shared.body, *huge.as_bytes());
        let read = bodies.read(seq, place).unwrap();
        assert_eq!(read.body, *shared.body);
        let bare = Entry {
            body: Vec::new(),
            ..read
        };
        assert_eq!(bare, shared.entry, "as the file tells it");
        // Who wants it whole and for himself gets it too.
        let (seq, place) = record(&mut recorder, &huge);
        assert_eq!(bodies.read(seq, place).unwrap().body, huge.as_bytes());
        assert!(bodies.fresh.take(seq).is_none());
        // The newest only, and not for long.
        let (first, _) = record(&mut recorder, &huge);
        let (second, place) = record(&mut recorder, &huge);
        assert!(bodies.fresh.take(first).is_none());
        recorder.let_go();
        assert!(bodies.fresh.take(second).is_none());
        assert!(recorder.holds_until().is_none());
        assert_eq!(*bodies.share(second, place).unwrap().body, *huge.as_bytes());
    }
}
