//! What a value seems to be, in a few dim words: a time, a link, base64, JSON in a string. Guesses, so never more.

use jiff::Timestamp;
use jiff::civil;

use super::Kind;
use crate::json;
use crate::text;

/// Strings up to this many bytes are looked at closely.
const CLOSE: usize = 4096;

/// Seconds since 1970 that are taken for a time: from 2010 to 2040.
const SECONDS: std::ops::Range<i64> = 1_262_304_000..2_208_988_800;

/// The fewest characters that are taken for base64.
const BASE64: usize = 32;

/// What the beginning of a scalar's spelling tells; `size` is how long all of it is.
pub(super) fn tell(kind: Kind, raw: &[u8], size: usize) -> Option<String> {
    match kind {
        Kind::Number => time(json::integer(raw)?),
        Kind::String => {
            let inside = raw.get(1..)?;
            let whole = raw.len() == size;
            let inside = if whole {
                inside.strip_suffix(b"\"")?
            } else {
                inside
            };
            string(inside, whole, size.saturating_sub(2))
        }
        _ => None,
    }
}

fn time(number: i64) -> Option<String> {
    let time = if SECONDS.contains(&number) {
        Timestamp::from_second(number)
    } else if SECONDS.contains(&(number / 1000)) {
        Timestamp::from_millisecond(number)
    } else {
        return None;
    };
    time.ok().map(|time| time.to_string())
}

fn string(inside: &[u8], whole: bool, size: usize) -> Option<String> {
    if inside.starts_with(b"https://") || inside.starts_with(b"http://") {
        return Some("link".to_owned());
    }
    if whole && (10..40).contains(&inside.len()) && inside[4] == b'-' {
        let text = std::str::from_utf8(inside).ok()?;
        let date: civil::Date = text.get(..10)?.parse().ok()?;
        return Some(format!("{:?}", date.weekday()));
    }
    if let Some(b'{' | b'[') = inside.trim_ascii_start().first() {
        let json = if whole && inside.len() <= CLOSE {
            json::check(json::decode(inside).as_bytes()).is_ok() && inside.len() > 2
        } else {
            // Escaped quotes soon after a brace: text rarely looks so.
            let start = inside.get(..64.min(inside.len()))?;
            memchr::memmem::find(start, b"\\\"").is_some()
        };
        return json.then(|| "JSON inside".to_owned());
    }
    is_base64(&inside[..inside.len().min(CLOSE)], size).then(|| {
        let padding = inside
            .iter()
            .rev()
            .take_while(|byte| **byte == b'=')
            .count();
        let bytes = (size / 4 * 3).saturating_sub(padding.min(2));
        format!("base64 of {}", text::size(bytes as u64))
    })
}

/// Letters of either case and digits, nothing else, and enough of them.
fn is_base64(start: &[u8], size: usize) -> bool {
    let has = |is: fn(&u8) -> bool| start.iter().any(is);
    size >= BASE64
        && size.is_multiple_of(4)
        && start
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(|b| b.is_ascii_digit() || matches!(b, b'+' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_made_where_there_is_reason() {
        let cases = [
            (Kind::Number, "1763733600", Some("2025-11-21T14:00:00Z")),
            (
                Kind::Number,
                "1763733600123",
                Some("2025-11-21T14:00:00.123Z"),
            ),
            (Kind::Number, "8812", None),
            (Kind::Number, "1763733600.5", None),
            (Kind::String, "\"https://example.org\"", Some("link")),
            (Kind::String, "\"2026-11-20T14:02:00Z\"", Some("Friday")),
            (Kind::String, "\"2026-13-20\"", None),
            (Kind::String, "\"{\\\"a\\\":1}\"", Some("JSON inside")),
            (Kind::String, "\"[see below]\"", None),
            (
                Kind::String,
                "\"aGVsbG8gd29ybGQhIGhlbGxvIHdvcmxkIQ0K\"",
                Some("base64 of 27 B"),
            ),
            (
                Kind::String,
                "\"YSB2ZXJ5IHNob3J0IHRleHQgb2YgMjUgQg==\"",
                Some("base64 of 25 B"),
            ),
            (
                Kind::String,
                "\"a plain sentence that is long enough to look at\"",
                None,
            ),
            (Kind::Null, "null", None),
        ];
        for (kind, raw, told) in cases {
            assert_eq!(
                tell(kind, raw.as_bytes(), raw.len()).as_deref(),
                told,
                "{raw}"
            );
        }
    }
}
