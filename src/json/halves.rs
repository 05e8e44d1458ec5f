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

    proptest! {
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
