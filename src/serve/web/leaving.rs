//! Whoever waits for a response, and tells the house when it hangs up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::house::House;

/// Tells the house when nobody waits any more.
#[derive(Debug)]
pub(super) struct Leaving {
    house: Arc<House>,
    key: String,
    is_modern: bool,
    runs: Vec<u64>,
    /// Whether the session ends with it.
    whole: bool,
    done: AtomicBool,
}

impl Leaving {
    pub(super) fn new(
        house: Arc<House>,
        key: String,
        is_modern: bool,
        runs: impl IntoIterator<Item = u64>,
    ) -> Self {
        Self {
            house,
            key,
            is_modern,
            runs: runs.into_iter().collect(),
            whole: false,
            done: AtomicBool::new(false),
        }
    }

    /// Of the stream that is a session of HTTP+SSE: with it goes all of it.
    pub(super) fn with_session(house: Arc<House>, key: String) -> Self {
        let mut leaving = Self::new(house, key, false, []);
        leaving.whole = true;
        leaving
    }

    /// All is through.
    pub(super) fn done(&self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.whole {
            self.house.leave(&self.key);
        } else if !self.done.load(Ordering::Relaxed) {
            self.house.gone(&self.key, self.is_modern, &self.runs);
        }
    }
}
