//! Values that are known to have taken the place of others from the first run to the second: an identifier that the
//! server made up anew. They are the same wherever they stand, also within a text.
//!
//! Which they are is found out by others; what only looks like an identifier is a matter of rules.

use std::collections::HashMap;
use std::sync::Arc;

use crate::json::{self, Kind};

/// Shorter texts stand anywhere without being the value.
const TEXT: usize = 6;
/// The same of values that are digits only.
const DIGITS: usize = 5;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Successors {
    known: Arc<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Known {
    new: HashMap<String, String>,
    /// How long the old ones are, in bytes; the longest first.
    lengths: Vec<usize>,
}

impl Successors {
    /// `is` stands where `was` stood. The first that is said of a value counts; what is too short to be told apart is
    /// left alone.
    pub fn add(&mut self, was: &str, is: &str) {
        let digits = was.bytes().all(|byte| byte.is_ascii_digit());
        let clear = was.len() >= if digits { DIGITS } else { TEXT };
        if !clear || was == is || self.known.new.contains_key(was) {
            return;
        }
        let known = Arc::make_mut(&mut self.known);
        known.new.insert(was.to_owned(), is.to_owned());
        if let Err(place) = known
            .lengths
            .binary_search_by(|length| was.len().cmp(length))
        {
            known.lengths.insert(place, was.len());
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.new.is_empty()
    }

    /// What took the place of a whole value.
    pub fn of(&self, was: &str) -> Option<&str> {
        self.known.new.get(was).map(String::as_str)
    }

    /// `text` with every value that stands in it, as a word of its own, replaced; none when there is none.
    pub fn replace(&self, text: &str) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let mut out = String::new();
        let (mut at, mut copied) = (0, 0);
        while at < bytes.len() {
            // Most places are within a word.
            if !is_edge(bytes, at) {
                at += 1;
                continue;
            }
            let found = self.known.lengths.iter().find_map(|length| {
                let end = at + length;
                let word = text.get(at..end).filter(|_| is_edge(bytes, end))?;
                Some((end, self.of(word)?))
            });
            if let Some((end, new)) = found {
                out.push_str(&text[copied..at]);
                out.push_str(new);
                (at, copied) = (end, end);
            } else {
                at += 1;
            }
        }
        if copied == 0 {
            return None;
        }
        out.push_str(&text[copied..]);
        Some(out)
    }

    /// A raw string or number with what takes its place; none when nothing does.
    pub(super) fn replace_raw(&self, raw: &[u8]) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        match json::kind(raw) {
            Kind::String => {
                let new = self.replace(&json::text(raw)?)?;
                Some(json::quote(&new).into_bytes())
            }
            Kind::Number => {
                let new = self.of(std::str::from_utf8(raw).ok()?)?;
                Some(new.as_bytes().to_vec())
            }
            _ => None,
        }
    }
}

/// Whether a word may begin or end between two bytes.
fn is_edge(bytes: &[u8], at: usize) -> bool {
    let inner =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    at == 0 || !inner(bytes.get(at - 1)) || !inner(bytes.get(at))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(pairs: &[(&str, &str)]) -> Successors {
        let mut known = Successors::default();
        for (was, is) in pairs {
            known.add(was, is);
        }
        known
    }

    #[test]
    fn values_are_replaced_where_they_are_words() {
        let known = known(&[
            ("ticket-51", "ticket-12"),
            ("ticket-51/a", "ticket-7/b"),
            ("51614", "12045"),
            ("1234", "5678"),
            ("short", "other"),
            ("ticket-51", "never"),
        ]);
        for (text, expected) in [
            ("ticket-51: in /tmp", Some("ticket-12: in /tmp")),
            ("<ticket-51><ticket-51>", Some("<ticket-12><ticket-12>")),
            ("at ticket-51/a", Some("at ticket-7/b")),
            ("ticket-511", None),
            ("myticket-51", None),
            ("no 51614, no 516140", Some("no 12045, no 516140")),
            ("1234 short", None),
            ("éticket-51 ticket-51é", None),
        ] {
            assert_eq!(known.replace(text).as_deref(), expected, "{text}");
        }
        assert_eq!(known.replace_raw(b"51614").unwrap(), b"12045");
        assert_eq!(
            known.replace_raw(b"\"ticket-51\"").unwrap(),
            b"\"ticket-12\""
        );
        assert_eq!(known.replace_raw(b"[51614]"), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(text in "([a-f]{1,3}|abc-def-1|é|[ ,./-]){0,20}") {
            let there = known(&[("abc-def-1", "xyz-xyz-2")]);
            let back = known(&[("xyz-xyz-2", "abc-def-1")]);
            if let Some(new) = there.replace(&text) {
                prop_assert_eq!(back.replace(&new).unwrap(), text);
            }
        }
    }
}
