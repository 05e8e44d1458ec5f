//! Halves of surrogate pairs in the spelling of a string. They stand for no character and no UTF-8 can hold them, so
//! whoever shows such a text names them in their place.

use std::borrow::Cow;

/// The spelling of a string with every half of a pair named, such as `‹U+D800›`, and how many there were. `raw` is what
/// stands in the JSON text, with its quotation marks or without.
pub fn name_halves(raw: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let (mut out, mut taken, mut count, mut at) = (Vec::new(), 0, 0, 0);
    while let Some(found) = memchr::memchr(b'\\', &raw[at..]) {
        at += found;
        match unit(raw, at) {
            Some(0xd800..0xdc00) if matches!(unit(raw, at + 6), Some(0xdc00..0xe000)) => at += 12,
            Some(half @ 0xd800..0xe000) => {
                out.extend_from_slice(&raw[taken..at]);
                out.extend_from_slice(format!("‹U+{half:04X}›").as_bytes());
                count += 1;
                at += 6;
                taken = at;
            }
            _ => at = raw.len().min(at + 2),
        }
    }
    if count == 0 {
        return (Cow::Borrowed(raw), 0);
    }
    out.extend_from_slice(&raw[taken..]);
    (Cow::Owned(out), count)
}

/// Where the spelling of a string can be cut, at this many bytes or a few before: not inside of a character, of an
/// escape or of a pair of them.
pub fn cut(raw: &[u8], most: usize) -> usize {
    if most >= raw.len() {
        return raw.len();
    }
    let mut end = most;
    while end > 0 && raw[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    let parted = (end.saturating_sub(5)..end)
        .filter(|at| is_escape(raw, *at))
        .find(|at| at + if raw.get(at + 1) == Some(&b'u') { 6 } else { 2 } > end);
    end = parted.unwrap_or(end);
    let first = end.checked_sub(6).filter(|at| is_escape(raw, *at));
    let is_pair = matches!(unit(raw, end), Some(0xdc00..0xe000))
        && first.is_some_and(|at| matches!(unit(raw, at), Some(0xd800..0xdc00)));
    first.filter(|_| is_pair).unwrap_or(end)
}

/// Whether an escape begins here: a backslash that no other one escapes.
fn is_escape(raw: &[u8], at: usize) -> bool {
    let before = raw[..at].iter().rev().take_while(|byte| **byte == b'\\');
    raw[at] == b'\\' && before.count().is_multiple_of(2)
}

/// What the escape `\uXXXX` at this place stands for.
fn unit(raw: &[u8], at: usize) -> Option<u16> {
    let digits = raw.get(at..)?.strip_prefix(b"\\u")?.get(..4)?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u16::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(raw: &str) -> (String, usize) {
        let (named, count) = name_halves(raw.as_bytes());
        (String::from_utf8_lossy(&named).into_owned(), count)
    }

    #[test]
    fn halves_are_named_and_pairs_are_not() {
        for (raw, expected, count) in [
            (r#""plain""#, r#""plain""#, 0),
            (r#""\ud83d\ude00 \n""#, r#""\ud83d\ude00 \n""#, 0),
            (r#""a \ud800 b""#, r#""a ‹U+D800› b""#, 1),
            (r#""\uDE00\uD83D""#, r#""‹U+DE00›‹U+D83D›""#, 2),
            (r#""\ud83d\ud83d\ude00""#, r#""‹U+D83D›\ud83d\ude00""#, 1),
            // An escaped backslash before a u is none of an escape.
            (r#""\\ud800""#, r#""\\ud800""#, 0),
            (r#""\\\ud800""#, r#""\\‹U+D800›""#, 1),
            (r"\ud8", r"\ud8", 0),
            (r"\", r"\", 0),
        ] {
            assert_eq!(named(raw), (expected.to_owned(), count), "{raw}");
        }
    }

    #[test]
    fn what_is_cut_is_cut_between_characters() {
        for (raw, most, expected) in [
            (r"plain", 3, 3),
            (r"plain", 9, 5),
            ("aé", 2, 1),
            (r"a\nb", 2, 1),
            (r"a\nb", 3, 3),
            (r"a\\nb", 3, 3),
            (r"\ud83d\ude00", 6, 0),
            (r"\ud83d\ude00", 9, 0),
            (r"\ud83d\ude00x", 12, 12),
            (r"\ud83dx", 6, 6),
            (r"\\ud83d\ude00", 7, 7),
        ] {
            assert_eq!(cut(raw.as_bytes(), most), expected, "{raw} at {most}");
        }
    }

    proptest! {
        /// Nothing is told of a part that is not so of the whole.
        #[test]
        fn a_part_is_how_the_whole_begins(
            units in prop::collection::vec(prop_oneof![0xd7f0u16..0xe010, Just(0x5c_u16), Just(0x6e_u16)], 0..12),
            most in 0_usize..80,
        ) {
            let spelled: Vec<String> = units
                .iter()
                .map(|unit| match unit {
                    0x5c => r"\\".to_owned(),
                    0x6e => "n".to_owned(),
                    unit => format!("\\u{unit:04x}"),
                })
                .collect();
            let raw = spelled.concat();
            let read = |raw: &str| crate::json::string(format!("\"{}\"", named(raw).0).as_bytes());
            let part = &raw[..cut(raw.as_bytes(), most)];
            prop_assert!(most >= raw.len() || most - part.len() < 12);
            let (part, whole) = (read(part), read(&raw));
            prop_assert!(part.is_some_and(|part| whole.is_some_and(|whole| whole.starts_with(&part))));
        }

        /// What is left has no half in it: decoding it invents no replacement character.
        #[test]
        fn nothing_is_left_to_be_replaced(units in prop::collection::vec(0xd7f0u16..0xe010, 0..12)) {
            let escapes: Vec<String> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let raw = format!("\"{}\"", escapes.concat());
            let (named, count) = named(&raw);
            let text = crate::json::string(named.as_bytes());
            let is_whole = text.is_some_and(|text| !text.contains('\u{fffd}'));
            prop_assert!(is_whole);
            let lone = char::decode_utf16(units).filter(Result::is_err).count();
            prop_assert_eq!(count, lone);
        }
    }
}
