//! What stands for a secret of a header or a login from where it is masked until its entry is recorded: its name, and a
//! fingerprint by which the recorder tells the same secret again, so that it reads the same throughout a session.
//!
//! Fingerprints are made with keys of this process, which nobody else has: outside of it they say nothing, and no text
//! of a server can pass for one. What is written down has names only ([`crate::mcp::http::headers`] masks, the recorder
//! names).

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::LazyLock;

/// How every one begins.
pub const OPENING: &str = "‹masked~";
const CLOSING: char = '›';
/// The longest name, in bytes.
const LONGEST: usize = 60;
/// The letter, the fingerprint, the seal and the colon.
const HEAD: usize = 1 + 16 + 16 + 1;

static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Whose secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    /// A header's.
    Header,
    /// A login's: a parameter or member of OAuth.
    Login,
}

impl Whose {
    const fn letter(self) -> char {
        match self {
            Self::Header => 'h',
            Self::Login => 'l',
        }
    }
}

/// One that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn<'a> {
    /// Where, in bytes.
    pub place: Range<usize>,
    /// Whose secret it is.
    pub whose: Whose,
    /// What tells the secret from others.
    pub print: u64,
    /// Of the header, parameter or member.
    pub name: &'a str,
}

/// What tells a secret from others while this process runs.
pub fn print_of(secret: &str) -> u64 {
    KEYS.hash_one((0_u8, secret))
}

fn seal(whose: Whose, print: u64, name: &str) -> u64 {
    KEYS.hash_one((1_u8, whose, print, name))
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// What stands for a secret.
pub fn of(whose: Whose, name: &str, secret: &str) -> String {
    let known = name.bytes().take(LONGEST);
    let mut name: String = known
        .map(|byte| {
            if is_of_name(byte) {
                char::from(byte)
            } else {
                '_'
            }
        })
        .collect();
    if name.is_empty() {
        "secret".clone_into(&mut name);
    }
    let (letter, print) = (whose.letter(), print_of(secret));
    let seal = seal(whose, print, &name);
    format!("{OPENING}{letter}{print:016x}{seal:016x}:{name}{CLOSING}")
}

/// Those of this process in a text, in order.
pub fn found(text: &str) -> impl Iterator<Item = StandIn<'_>> {
    let begin = memchr::memmem::find_iter(text.as_bytes(), OPENING.as_bytes());
    begin.filter_map(|start| {
        let head = start + OPENING.len();
        let told = text.get(head..head + HEAD)?;
        let whose = [Whose::Header, Whose::Login]
            .into_iter()
            .find(|whose| told.starts_with(whose.letter()))?;
        let number = |place: Range<usize>| u64::from_str_radix(told.get(place)?, 16).ok();
        let (print, sealed) = (number(1..17)?, number(17..33)?);
        let rest = &text.as_bytes()[head + HEAD..];
        let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
        let name = &text[head + HEAD..head + HEAD + length];
        let end = head + HEAD + length;
        (text[end..].starts_with(CLOSING) && seal(whose, print, name) == sealed).then_some(
            StandIn {
                place: start..end + CLOSING.len_utf8(),
                whose,
                print,
                name,
            },
        )
    })
}

/// The same text for people, who have no use for fingerprints.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for one in found(text) {
        out.push_str(&text[from..one.place.start]);
        out.push_str("‹masked:");
        out.push_str(one.name);
        out.push(CLOSING);
        from = one.place.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_put_in_is_found_and_says_no_secret(name: String, secret in "[a-z]{12,20}", around in "[a-z‹› ~]{0,9}") {
            let stand_in = of(Whose::Login, &name, &secret);
            prop_assert!(!stand_in.contains(&secret));
            let text = format!("{around}{stand_in}{around}");
            let all: Vec<StandIn<'_>> = found(&text).collect();
            prop_assert_eq!(all.len(), 1);
            prop_assert_eq!(&text[all[0].place.clone()], &stand_in);
            prop_assert_eq!((all[0].print, all[0].whose), (print_of(&secret), Whose::Login));
            prop_assert!(!plain(&text).contains('~') || around.contains('~'));
        }

        #[test]
        fn nobody_else_makes_one(print in "[0-9a-f]{32}", name in "[a-z]{1,5}") {
            let text = format!("{OPENING}h{print}:{name}›");
            prop_assert_eq!(found(&text).count(), 0);
            prop_assert_eq!(plain(&text), text);
        }

        #[test]
        fn any_text_is_survived(text in "(‹masked~[hl]?)?[0-9a-fé:›~‹]{0,50}") {
            prop_assert_eq!(found(&text).count(), 0);
        }
    }
}
