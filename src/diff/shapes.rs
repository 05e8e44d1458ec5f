//! Pieces of a text that differ from run to run: UUIDs, times, durations, folders. Found by what they look like, and
//! replaced, so that two texts with different ones are the same.

use std::ops::Range;

/// What a piece looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `0b5b6b1e-6c4e-4a8e-8a53-0f1c2d3e4f50`
    Uuid,
    /// `2026-11-21T10:00:00Z`, `Sat, 21 Nov 2026 20:10:14 GMT`, `10:00:00`; a bare date is a version as often as not.
    Timestamp,
    /// `12 ms`, `1.5s`
    Duration,
    /// What stands before the last name of an absolute path.
    Folder,
}

/// Some of the shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shapes(u8);

/// What stands for a piece; private to us, and told to nobody.
const MARKS: [char; 4] = ['\u{f8f0}', '\u{f8f1}', '\u{f8f2}', '\u{f8f3}'];

/// How long the piece is that some text starts with.
type Length = fn(&[u8]) -> Option<usize>;

const UNITS: &[&str] = &[
    "nanoseconds",
    "microseconds",
    "milliseconds",
    "millisecond",
    "seconds",
    "second",
    "minutes",
    "minute",
    "hours",
    "hour",
    "secs",
    "sec",
    "mins",
    "min",
    "hrs",
    "ns",
    "us",
    "µs",
    "μs",
    "ms",
    "s",
];

impl Shapes {
    /// Adds one.
    pub const fn add(&mut self, shape: Shape) {
        self.0 |= 1 << shape as u8;
    }

    /// Whether it is one of them.
    pub const fn has(self, shape: Shape) -> bool {
        self.0 & (1 << shape as u8) != 0
    }

    /// All of them.
    pub const fn all() -> Self {
        Self(0b1111)
    }

    /// `text` with a mark for every piece of these shapes, and which there were; none when there were none.
    pub fn replace(self, text: &str) -> Option<(String, Self)> {
        let mut out = String::new();
        let mut used = Self::default();
        let mut copied = 0;
        self.each(text, |shape, piece| {
            out.push_str(&text[copied..piece.start]);
            out.push(MARKS[shape as usize]);
            used.add(shape);
            copied = piece.end;
        });
        if used.0 == 0 {
            return None;
        }
        out.push_str(&text[copied..]);
        Some((out, used))
    }

    /// The pieces of these shapes, in their order.
    pub fn pieces(self, text: &str) -> Vec<(Shape, Range<usize>)> {
        let mut pieces = Vec::new();
        self.each(text, |shape, piece| pieces.push((shape, piece)));
        pieces
    }

    fn each(self, text: &str, mut see: impl FnMut(Shape, Range<usize>)) {
        let bytes = text.as_bytes();
        if self.0 == 0
            || !bytes
                .iter()
                .any(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'\\'))
        {
            return;
        }
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let edge = at == 0 || !is_word(bytes[at - 1]);
            let may_start = edge && (byte.is_ascii_alphanumeric() || byte == b'/')
                || byte == b'/' && bytes[..at].ends_with(b"file://");
            let found = if may_start {
                self.piece(bytes, at)
            } else {
                None
            };
            if let Some((shape, length)) = found {
                see(shape, at..at + length);
                at += length;
            } else {
                at += 1;
            }
        }
    }

    /// The piece that starts at `at`, which is the edge of a word, and its length.
    fn piece(self, bytes: &[u8], at: usize) -> Option<(Shape, usize)> {
        let rest = &bytes[at..];
        let first = rest[0];
        let tries: [(Shape, bool, Length); 4] = [
            (Shape::Uuid, first.is_ascii_hexdigit(), uuid),
            (Shape::Timestamp, first.is_ascii_alphanumeric(), timestamp),
            (Shape::Duration, first.is_ascii_digit(), duration),
            (
                Shape::Folder,
                first.is_ascii_alphabetic()
                    || first == b'/' && !matches!(bytes[..at].last(), Some(b'<' | b'.' | b'~')),
                folder,
            ),
        ];
        tries.into_iter().find_map(|(shape, may_be, length)| {
            let length = (may_be && self.has(shape))
                .then(|| length(rest))
                .flatten()?;
            Some((shape, length))
        })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'/' | b'\\')
}

/// Whether `rest` starts as `pattern` says: `0` is a digit, `a` a small letter, `A` a capital one, `x` a hexadecimal
/// digit, all else itself.
fn fits(rest: &[u8], pattern: &str) -> bool {
    rest.len() >= pattern.len()
        && pattern
            .bytes()
            .zip(rest)
            .all(|(wanted, byte)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'a' => byte.is_ascii_lowercase(),
                b'A' => byte.is_ascii_uppercase(),
                b'x' => byte.is_ascii_hexdigit(),
                same => same == *byte,
            })
}

/// A length, if the word ends there.
fn ended(rest: &[u8], length: usize) -> Option<usize> {
    let goes_on = rest
        .get(length)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (!goes_on).then_some(length)
}

fn uuid(rest: &[u8]) -> Option<usize> {
    const PATTERN: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    fits(rest, PATTERN).then(|| ended(rest, PATTERN.len()))?
}

fn digits(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length with a fraction of a second behind it, if there is one.
fn fraction(rest: &[u8], length: usize) -> usize {
    match rest.get(length) {
        Some(b'.' | b',') => match digits(&rest[length + 1..]) {
            0 => length,
            count => length + 1 + count,
        },
        _ => length,
    }
}

fn timestamp(rest: &[u8]) -> Option<usize> {
    if fits(rest, "00:00:00") {
        return ended(rest, fraction(rest, 8));
    }
    if fits(rest, "0000-00-00") && matches!(rest.get(10), Some(b'T' | b't' | b' ')) {
        let time = &rest[11..];
        let mut length = 11
            + if fits(time, "00:00:00") {
                fraction(time, 8)
            } else if fits(time, "00:00") {
                5
            } else {
                return None;
            };
        let zone = &rest[length..];
        length += match zone.first() {
            Some(b'Z' | b'z') => 1,
            Some(b'+' | b'-') if fits(&zone[1..], "00:00") => 6,
            Some(b'+' | b'-') if fits(&zone[1..], "0000") => 5,
            _ => 0,
        };
        return ended(rest, length);
    }
    let day = if fits(rest, "Aaa, ") { 5 } else { 0 };
    let date = &rest[day..];
    let number = digits(date);
    let rfc = matches!(number, 1 | 2) && fits(&date[number..], " Aaa 0000 00:00:00");
    if !rfc {
        return None;
    }
    let length = day + number + 18;
    let zone = [" GMT", " UTC"]
        .into_iter()
        .any(|zone| rest[length..].starts_with(zone.as_bytes()));
    ended(rest, if zone { length + 4 } else { length })
}

fn duration(rest: &[u8]) -> Option<usize> {
    let number = fraction(rest, digits(rest));
    let unit = number + usize::from(rest.get(number) == Some(&b' '));
    let word = UNITS
        .iter()
        .find(|word| rest[unit..].starts_with(word.as_bytes()))?;
    ended(rest, unit + word.len())
}

/// The folder of an absolute path that has one, its last separator included.
fn folder(rest: &[u8]) -> Option<usize> {
    let (start, separator) = match rest {
        [b'/', b'/', ..] => return None,
        [b'/', ..] => (1, b'/'),
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => (3, b'\\'),
        _ => return None,
    };
    let part = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || *byte >= 0x80
            || *byte == separator
            || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'@' | b'~' | b'%' | b'=')
    };
    let length = start + rest[start..].iter().take_while(|byte| part(byte)).count();
    let last = rest[start..length]
        .iter()
        .rposition(|byte| *byte == separator)?;
    (last > 0).then_some(start + last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: Shapes = Shapes::all();

    fn told(text: &str) -> String {
        let replaced = ALL
            .replace(text)
            .map_or_else(|| text.to_owned(), |(text, _)| text);
        MARKS
            .iter()
            .zip(["<u>", "<t>", "<d>", "<f>"])
            .fold(replaced, |text, (mark, word)| text.replace(*mark, word))
    }

    #[test]
    fn pieces_are_found_and_nothing_else_is() {
        for (text, expected) in [
            ("id 0b5b6b1e-6c4e-4a8e-8a53-0f1c2d3e4f50.", "id <u>."),
            (
                "0b5b6b1e-6c4e-4a8e-8a53-0f1c2d3e4f501",
                "0b5b6b1e-6c4e-4a8e-8a53-0f1c2d3e4f501",
            ),
            ("at 2026-11-21T10:00:00.123+01:00, ok", "at <t>, ok"),
            ("2026-11-21 10:00", "<t>"),
            ("speaks 2025-11-25", "speaks 2025-11-25"),
            ("Sat, 21 Nov 2026 20:10:14 GMT", "<t>"),
            ("1 Nov 2026 20:10:14", "<t>"),
            ("10:00:00,5 INFO", "<t> INFO"),
            ("took 12 ms", "took <d>"),
            ("1.5s, 3 seconds and 2min", "<d>, <d> and <d>"),
            ("5 steps, 3 m", "5 steps, 3 m"),
            ("in /home/me/work/a.txt:3", "in <f>a.txt:3"),
            ("file:///tmp/x/b", "file://<f>b"),
            ("https://a.example/b/c", "https://a.example/b/c"),
            ("C:\\Users\\me\\a.txt", "<f>a.txt"),
            (
                "./a/b ~/c/d </p> and/or a/b/c",
                "./a/b ~/c/d </p> and/or a/b/c",
            ),
            ("/tmp", "/tmp"),
            ("Sat, 21", "Sat, 21"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "([0-9a-fA-F:T./\\\\ -]|é|ms|Sat, |file://){0,40}") {
            let _ = ALL.replace(&text);
        }
    }
}
