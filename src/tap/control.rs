//! Control of a tap while it runs: frames that are held, and what becomes of them.
//!
//! Here is what is held, in which order, and who waits behind whom: values, without a clock or a socket. `words` is the
//! protocol, `door` the socket, `caller` the other end of it.
//!
//! A frame that a rule holds waits alone: those behind it pass. One that is held by `hold-all` has all behind it wait
//! that go the same way on its connection; they follow by themselves once it is gone. Each can be let go before its
//! turn.

pub mod caller;
pub mod door;
pub mod words;

use std::sync::Arc;

use jiff::Timestamp;

use crate::session::Direction;

/// What becomes of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on as it is.
    Pass,
    /// This goes on in its place.
    Instead(Vec<u8>),
    /// It does not go on.
    Drop,
    /// It does not go on, and this is its answer.
    Answer(Vec<u8>),
}

/// A frame that waits.
#[derive(Debug)]
pub struct Held<T> {
    /// The number of its entry.
    pub frame: u64,
    /// The connection.
    pub conn: u32,
    /// Which way it goes.
    pub direction: Direction,
    /// Its bytes; shared, for they may be many.
    pub body: Arc<Vec<u8>>,
    /// Since when.
    pub since: Timestamp,
    /// The rule that holds it.
    pub rule: u32,
    /// The rule as it was given.
    pub text: String,
    /// Whether those behind it wait too.
    pub all: bool,
    /// Whether it waits only for one before it.
    pub behind: bool,
    /// The way it goes on by.
    pub outlet: T,
}

impl<T> Held<T> {
    /// What there is to see of it.
    pub fn seen(&self) -> Held<()> {
        Held {
            frame: self.frame,
            conn: self.conn,
            direction: self.direction,
            body: Arc::clone(&self.body),
            since: self.since,
            rule: self.rule,
            text: self.text.clone(),
            all: self.all,
            behind: self.behind,
            outlet: (),
        }
    }

    /// Whether it has those behind it wait, for its own sake.
    fn blocks(&self, conn: u32, direction: Direction) -> bool {
        self.all && !self.behind && self.conn == conn && self.direction == direction
    }
}

/// The frames that wait, in the order they came.
#[derive(Debug)]
pub struct Queue<T>(Vec<Held<T>>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Queue<T> {
    /// Those that wait.
    pub fn all(&self) -> &[Held<T>] {
        &self.0
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that wait.
    pub fn size(&self) -> usize {
        self.0.iter().map(|held| held.body.len()).sum()
    }

    /// One that waits.
    pub fn get(&self, frame: u64) -> Option<&Held<T>> {
        self.0.iter().find(|held| held.frame == frame)
    }

    /// One more waits.
    pub fn hold(&mut self, held: Held<T>) {
        self.0.push(held);
    }

    /// The one that whoever comes next on this way has to wait for, if so.
    pub fn ahead(&self, conn: u32, direction: Direction) -> Option<&Held<T>> {
        let same = |held: &&Held<T>| held.conn == conn && held.direction == direction;
        let mut ahead = self.0.iter().filter(same);
        ahead.rfind(|held| held.all || held.behind)
    }

    /// One waits no longer.
    pub fn take(&mut self, frame: u64) -> Option<Held<T>> {
        let at = self.0.iter().position(|held| held.frame == frame)?;
        Some(self.0.remove(at))
    }

    /// Some rules are gone. Gives those that they held and that nothing else does, in their order; the others wait on,
    /// for one before them that another rule holds with all behind it.
    pub fn loosened(&mut self, rules: &[u32]) -> Vec<u64> {
        let mut free = Vec::new();
        for at in 0..self.0.len() {
            let (before, rest) = self.0.split_at_mut(at);
            let Some(held) = rest.first_mut().filter(|held| rules.contains(&held.rule)) else {
                continue;
            };
            let ahead = before.iter().rfind(|other| {
                !rules.contains(&other.rule) && other.blocks(held.conn, held.direction)
            });
            match ahead {
                Some(ahead) => {
                    (held.all, held.behind) = (false, true);
                    (held.rule, held.text) = (ahead.rule, ahead.text.clone());
                }
                None => free.push(held.frame),
            }
        }
        free
    }

    /// Those on this way that waited only for one that is gone, in their order.
    pub fn freed(&mut self, conn: u32, direction: Direction) -> Vec<Held<T>> {
        let mut blocked = false;
        let free = |held: &mut Held<T>| {
            let same = held.conn == conn && held.direction == direction;
            blocked |= held.blocks(conn, direction);
            same && held.behind && !blocked
        };
        self.0.extract_if(.., free).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A queue as rules fill it: what a frame is struck by, `a` all, `h` itself alone, anything else nothing.
    fn filled(struck: &str) -> (Queue<()>, Vec<u64>) {
        let mut queue = Queue::default();
        let mut passed = Vec::new();
        for (frame, rule) in (1..).zip(struck.bytes()) {
            come(&mut queue, frame, rule, &mut passed);
        }
        (queue, passed)
    }

    fn come(queue: &mut Queue<()>, frame: u64, rule: u8, passed: &mut Vec<u64>) {
        let behind = queue.ahead(1, Direction::In).is_some();
        let struck = matches!(rule, b'a' | b'h');
        if !struck && !behind {
            passed.push(frame);
            return;
        }
        queue.hold(Held {
            frame,
            conn: 1,
            direction: Direction::In,
            body: Arc::default(),
            since: Timestamp::UNIX_EPOCH,
            rule: 1,
            text: String::new(),
            all: rule == b'a',
            behind: !struck,
            outlet: (),
        });
    }

    fn let_go(queue: &mut Queue<()>, frame: u64) -> Vec<u64> {
        let mut gone = vec![queue.take(frame).unwrap().frame];
        let freed = queue.freed(1, Direction::In);
        gone.extend(freed.iter().map(|held| held.frame));
        gone
    }

    #[test]
    fn one_that_is_held_alone_is_passed_by_those_behind_it() {
        let (mut queue, passed) = filled("-h--h");
        assert_eq!(passed, [1, 3, 4]);
        assert_eq!(let_go(&mut queue, 5), [5]);
        assert_eq!(let_go(&mut queue, 2), [2]);
        assert!(queue.is_empty() && queue.take(2).is_none());
    }

    #[test]
    fn those_behind_follow_once_it_is_gone() {
        let (mut queue, passed) = filled("-a--a-");
        assert_eq!(passed, [1]);
        // The later one first: what is behind it still waits for the first.
        assert_eq!(let_go(&mut queue, 5), [5]);
        assert_eq!(let_go(&mut queue, 2), [2, 3, 4, 6]);
        let (mut queue, _) = filled("a-a-");
        assert_eq!(let_go(&mut queue, 1), [1, 2]);
        assert_eq!(let_go(&mut queue, 3), [3, 4]);
        // One of those behind, before its turn.
        let (mut queue, _) = filled("a--");
        assert_eq!(let_go(&mut queue, 3), [3]);
        assert_eq!(let_go(&mut queue, 1), [1, 2]);
    }

    #[test]
    fn other_ways_are_not_held_up() {
        let (queue, _) = filled("a");
        assert!(
            queue.ahead(1, Direction::Out).is_none() && queue.ahead(2, Direction::In).is_none()
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nobody_passes_one_that_holds_all(
            struck in "[ah-]{0,12}", order in proptest::collection::vec(any::<prop::sample::Index>(), 40),
        ) {
            let (mut queue, mut passed) = filled(&struck);
            let mut order = order.into_iter();
            while !queue.is_empty() {
                let frames: Vec<u64> = queue.all().iter().filter(|held| !held.behind).map(|held| held.frame).collect();
                prop_assert!(!frames.is_empty(), "those behind wait for nobody");
                let frame = *order.next().unwrap().get(&frames);
                passed.extend(let_go(&mut queue, frame));
            }
            let place = |frame: u64| passed.iter().position(|other| *other == frame).unwrap();
            let frames: Vec<(u64, u8)> = (1..).zip(struck.bytes()).collect();
            prop_assert_eq!(passed.len(), frames.len());
            for (first, by) in &frames {
                let later = frames.iter().filter(|(other, by)| other > first && *by == b'-');
                for (other, _) in later {
                    prop_assert!(*by == b'h' || place(*first) < place(*other));
                }
            }
        }
    }
}
