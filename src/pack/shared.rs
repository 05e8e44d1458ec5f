//! What several hold together is written once, and held together again when it is read: for `#[serde(with = …)]`.
//!
//! Only within one call of `pack::write` or `pack::read`; elsewhere each holder gets its own.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What was met so far in this call.
#[derive(Default)]
struct Met {
    /// Written, by address: its number.
    written: HashMap<usize, u64>,
    /// Read, by number.
    read: HashMap<u64, Box<dyn Any>>,
}

thread_local! {
    static MET: RefCell<Met> = RefCell::default();
}

/// Runs one call, which has met nothing before, and forgets what it met.
pub(super) fn afresh<T>(call: impl FnOnce() -> T) -> T {
    struct Restore(Option<Met>);
    impl Drop for Restore {
        fn drop(&mut self) {
            MET.set(self.0.take().unwrap_or_default());
        }
    }
    let _restore = Restore(Some(MET.take()));
    call()
}

/// Writes a number, and what is held too when it is met for the first time.
pub fn serialize<T: Serialize, S: Serializer>(held: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
    let (number, first) = number(held);
    (number, first.then_some(&**held)).serialize(to)
}

/// The way back.
pub fn deserialize<'de, T, D>(from: D) -> Result<Arc<T>, D::Error>
where
    T: Deserialize<'de> + 'static,
    D: Deserializer<'de>,
{
    let (number, held) = <(u64, Option<T>)>::deserialize(from)?;
    place(number, held)
}

/// The number of something held, and whether it is met for the first time.
fn number<T>(held: &Arc<T>) -> (u64, bool) {
    let address = Arc::as_ptr(held) as usize;
    MET.with_borrow_mut(|met| {
        let next = met.written.len() as u64;
        let number = *met.written.entry(address).or_insert(next);
        (number, number == next)
    })
}

/// Holds what was read under its number, or what was before when only the number was.
fn place<T: 'static, E: Error>(number: u64, held: Option<T>) -> Result<Arc<T>, E> {
    MET.with_borrow_mut(|met| match held {
        Some(held) => {
            let held = Arc::new(held);
            met.read.insert(number, Box::new(Arc::clone(&held)));
            Ok(held)
        }
        None => met
            .read
            .get(&number)
            .and_then(|held| held.downcast_ref::<Arc<T>>())
            .cloned()
            .ok_or_else(|| Error::custom("what is held here was not met before")),
    })
}

/// The same for a list that is held, of things that are.
pub mod list {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    struct Writing<'a, T>(&'a [Arc<T>]);

    impl<T: Serialize> Serialize for Writing<'_, T> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            struct One<'a, T>(&'a Arc<T>);
            impl<T: Serialize> Serialize for One<'_, T> {
                fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    super::serialize(self.0, to)
                }
            }
            to.collect_seq(self.0.iter().map(One))
        }
    }

    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de> + 'static")]
    struct Read<T>(#[serde(with = "super")] Arc<T>);

    /// Writes a number, and the list too when it is met for the first time.
    pub fn serialize<T: Serialize, S: Serializer>(
        held: &Arc<Vec<Arc<T>>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let (number, first) = super::number(held);
        (number, first.then_some(Writing(held))).serialize(to)
    }

    /// The way back.
    pub fn deserialize<'de, T, D>(from: D) -> Result<Arc<Vec<Arc<T>>>, D::Error>
    where
        T: Deserialize<'de> + 'static,
        D: Deserializer<'de>,
    {
        let (number, held) = <(u64, Option<Vec<Read<T>>>)>::deserialize(from)?;
        super::place(
            number,
            held.map(|list| list.into_iter().map(|one| one.0).collect()),
        )
    }
}
