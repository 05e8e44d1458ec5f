//! Lossless JSON over bytes: where members are, and a value tree that keeps order, duplicates and number spelling.
//!
//! An inspector shows what was sent. `serde_json::Value` rewrites numbers, drops duplicate members and refuses
//! `1e400`, so nothing that is shown, edited or sent on goes through it. This file owns the strict check
//! ([`check()`]) and the lenient look-ups ([`members`], [`elements`], [`get`]); the tree is [`Value`].
//! It never allocates for what it skips, never recurses, and never fails on depth.

use std::borrow::Cow;
use std::ops::Range;

mod check;
mod halves;
mod patch;
pub mod path;
pub mod pointer;
mod skip;
pub mod steps;
mod value;

pub use check::check;
pub use halves::{cut, name_halves};
pub use patch::patch;
pub use value::{Value, quote};

/// Why some bytes are not one JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at {line}:{column}")]
pub struct Problem {
    /// Byte offset into the text.
    pub at: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// What is wrong there, in words.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(bytes: &[u8], at: usize, what: impl Into<String>) -> Self {
        let at = at.min(bytes.len());
        let before = &bytes[..at];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = at - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) + 1;
        Self {
            at,
            line,
            column,
            what: what.into(),
        }
    }
}

/// What a raw value starts out as; its inside is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
    /// Anything else, or nothing.
    Invalid,
}

/// The kind of the value that `raw` holds, by its first byte after white space.
pub fn kind(raw: &[u8]) -> Kind {
    match raw.get(skip_space(raw, 0)) {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::String,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'n') => Kind::Null,
        _ => Kind::Invalid,
    }
}

/// The members of the object that `raw` holds, in order, duplicates included; empty for anything else.
///
/// Lenient: stops where the text stops making sense.
pub fn members(raw: &[u8]) -> Members<'_> {
    let start = skip_space(raw, 0);
    let at = if raw.get(start) == Some(&b'{') {
        start + 1
    } else {
        raw.len()
    };
    Members { raw, at }
}

/// The items of the array that `raw` holds, in order; empty for anything else.
pub fn elements(raw: &[u8]) -> Elements<'_> {
    let start = skip_space(raw, 0);
    let at = if raw.get(start) == Some(&b'[') {
        start + 1
    } else {
        raw.len()
    };
    Elements { raw, at }
}

/// The raw value at `path`, member by member; of duplicate members the last, as most parsers have it.
pub fn get<'a>(raw: &'a [u8], path: &[&str]) -> Option<&'a [u8]> {
    path.iter().try_fold(raw, |value, name| {
        members(value)
            .filter(|(key, _)| key == name)
            .last()
            .map(|(_, found)| found)
    })
}

/// The decoded string that `raw` holds; lone surrogates and invalid UTF-8 become U+FFFD.
pub fn string(raw: &[u8]) -> Option<String> {
    text(raw).map(Cow::into_owned)
}

/// The same, borrowed where nothing had to be decoded.
pub fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let start = skip_space(raw, 0);
    if raw.get(start) != Some(&b'"') {
        return None;
    }
    let end = skip_string(raw, start);
    (end > start + 1 && raw.get(end - 1) == Some(&b'"')).then(|| decode(&raw[start + 1..end - 1]))
}

/// Where `part`, which was found in `raw`, stands in it.
pub fn place_of(part: &[u8], raw: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(raw.as_ptr().addr());
    start..start + part.len()
}

/// A text with another raw value at `path`; all other bytes stay, and all of them where there is nothing.
pub fn replaced(raw: &[u8], path: &[&str], value: &str) -> Vec<u8> {
    let Some(part) = get(raw, path) else {
        return raw.to_vec();
    };
    let place = place_of(part, raw);
    [&raw[..place.start], value.as_bytes(), &raw[place.end..]].concat()
}

/// The string at `path`, if there is one.
pub fn string_at(raw: &[u8], path: &[&str]) -> Option<String> {
    get(raw, path).and_then(string)
}

/// The integer that `raw` holds when it is spelled as one and fits.
pub fn integer(raw: &[u8]) -> Option<i64> {
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

/// `true` or `false`, if `raw` is one of them.
pub fn boolean(raw: &[u8]) -> Option<bool> {
    match raw.trim_ascii() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

/// See [`members`].
#[derive(Debug, Clone)]
pub struct Members<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.raw;
        let mut at = skip_space(raw, self.at);
        if raw.get(at) == Some(&b',') {
            at = skip_space(raw, at + 1);
        }
        if raw.get(at) != Some(&b'"') {
            self.at = raw.len();
            return None;
        }
        let key_end = skip_string(raw, at);
        let key = decode(
            raw.get(at + 1..key_end.saturating_sub(1))
                .unwrap_or_default(),
        );
        let colon = skip_space(raw, key_end);
        if raw.get(colon) != Some(&b':') {
            self.at = raw.len();
            return None;
        }
        let value = skip_space(raw, colon + 1);
        let end = skip_value(raw, value);
        self.at = end;
        (end > value).then(|| (key, &raw[value..end]))
    }
}

/// See [`elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.raw;
        let mut at = skip_space(raw, self.at);
        if raw.get(at) == Some(&b',') {
            at = skip_space(raw, at + 1);
        }
        if matches!(raw.get(at), None | Some(b']')) {
            self.at = raw.len();
            return None;
        }
        let end = skip_value(raw, at);
        self.at = end;
        (end > at).then(|| &raw[at..end])
    }
}

pub(crate) fn skip_space(raw: &[u8], mut at: usize) -> usize {
    while matches!(raw.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The end of the string whose opening quote is at `start`; the end of the text when it is never closed.
pub(crate) fn skip_string(raw: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = raw
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found;
        if raw[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    raw.len()
}

/// The end of the value that starts at `at`; containers are skipped by counting brackets outside strings.
pub(crate) fn skip_value(raw: &[u8], at: usize) -> usize {
    match raw.get(at) {
        Some(b'"') => skip_string(raw, at),
        Some(b'{' | b'[') => skip::container_end(raw, at),
        _ => {
            let mut here = at;
            while raw.get(here).is_some_and(|byte| {
                !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')
            }) {
                here += 1;
            }
            here
        }
    }
}

/// JSON without white space between its tokens; the tokens stay as they are spelled.
pub fn one_line(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let (mut in_string, mut escaped) = (false, false);
    for byte in raw {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            continue;
        } else {
            in_string = *byte == b'"';
        }
        out.push(*byte);
    }
    out
}

/// Decodes the inside of a string.
pub(crate) fn decode(inside: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inside).is_none() {
        return String::from_utf8_lossy(inside);
    }
    let mut text = String::with_capacity(inside.len());
    let mut at = 0;
    while at < inside.len() {
        let plain = memchr::memchr(b'\\', &inside[at..]).unwrap_or(inside.len() - at);
        text.push_str(&String::from_utf8_lossy(&inside[at..at + plain]));
        at += plain;
        let Some(escape) = inside.get(at + 1) else {
            break;
        };
        at += 2;
        match escape {
            b'n' => text.push('\n'),
            b't' => text.push('\t'),
            b'r' => text.push('\r'),
            b'b' => text.push('\u{8}'),
            b'f' => text.push('\u{c}'),
            b'u' => {
                let first = hex4(inside, at);
                at += 4;
                let decoded = match first {
                    Some(high @ 0xD800..=0xDBFF) if inside.get(at..at + 2) == Some(b"\\u") => {
                        match hex4(inside, at + 2) {
                            Some(low @ 0xDC00..=0xDFFF) => {
                                at += 6;
                                char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
                            }
                            _ => None,
                        }
                    }
                    Some(unit) => char::from_u32(unit),
                    None => None,
                };
                text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => text.push(char::from(*other)),
        }
    }
    Cow::Owned(text)
}

pub(crate) fn hex4(raw: &[u8], at: usize) -> Option<u32> {
    let digits = raw.get(at..at + 4)?;
    digits.iter().try_fold(0, |sum, digit| {
        char::from(*digit)
            .to_digit(16)
            .map(|value| sum * 16 + value)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn members_keep_order_duplicates_and_raw_text() {
        let raw = br#" {"b": 1.0, "a":[1,{"x":"]"}] ,"b":"\u0041\"" } "#;
        let found: Vec<(String, &str)> = members(raw)
            .map(|(key, value)| (key.into_owned(), std::str::from_utf8(value).unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                ("b".to_owned(), "1.0"),
                ("a".to_owned(), r#"[1,{"x":"]"}]"#),
                ("b".to_owned(), r#""\u0041\"""#)
            ]
        );
        assert_eq!(get(raw, &["b"]).and_then(string).as_deref(), Some("A\""));
    }

    #[test]
    fn what_was_found_is_found_again() {
        let raw = br#"{"a":[1,{"b":"x"}],"c":""}"#;
        for path in [&["a"][..], &["c"], &[]] {
            let part = get(raw, path).unwrap();
            assert_eq!(&raw[place_of(part, raw)], part);
        }
    }

    #[test]
    fn lookups_stop_where_the_text_breaks() {
        assert_eq!(members(br#"{"a":1,"b"#).count(), 1);
        assert_eq!(elements(br#"[1, "x"#).count(), 2);
        assert_eq!(members(b"[1]").count(), 0);
        assert_eq!(elements(b"[]").count(), 0);
        assert_eq!(get(br#"{"a":{"b":2}}"#, &["a", "b"]), Some(&b"2"[..]));
    }

    #[test]
    fn surrogates_decode_leniently() {
        assert_eq!(string(br#""\ud83d\ude00""#).as_deref(), Some("😀"));
        assert_eq!(string(br#""\ud83d""#).as_deref(), Some("\u{fffd}"));
        assert_eq!(string(b"\"open"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = members(&bytes).count();
            let _ = elements(&bytes).count();
            let _ = string(&bytes);
            let _ = check(&bytes);
            let _ = Value::parse(&bytes);
        }
    }
}
