//! JSON with comments and trailing commas, made strict JSON of the same length: what is blanked out becomes blanks, so
//! that every byte stays where it stood.

use crate::json::{self, Problem};

/// A text without its comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// Strict JSON, as long as the text was.
    pub bytes: Vec<u8>,
    /// Where the first thing stood that strict JSON does not have; none when the text was strict.
    pub first: Option<usize>,
}

/// Blanks out comments, commas before a closing bracket, and a byte order mark; then the rest has to be JSON. A text of
/// blanks and comments alone is an empty object, as clients have it.
pub fn plain(text: &str) -> Result<Plain, Problem> {
    let mut bytes = text.as_bytes().to_vec();
    let mut first = None;
    let mut blank = |bytes: &mut [u8], from: usize, to: usize| {
        first = Some(first.map_or(from, |before: usize| before.min(from)));
        for byte in &mut bytes[from..to] {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    if text.starts_with('\u{feff}') {
        bytes[..3].fill(b' ');
        at = 3;
    }
    // The comma that nothing has followed yet.
    let mut comma = None;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                comma = None;
                at = json::skip_string(&bytes, at);
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let rest = &bytes[at..];
                let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                blank(&mut bytes, at, at + length);
                at += length;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let Some(length) = memchr::memmem::find(&bytes[at + 2..], b"*/") else {
                    return Err(Problem::new(&bytes, at, "a comment that does not end"));
                };
                blank(&mut bytes, at, at + length + 4);
                at += length + 4;
            }
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    blank(&mut bytes, comma, comma + 1);
                }
                at += 1;
            }
            b',' => {
                comma = Some(at);
                at += 1;
            }
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            _ => {
                comma = None;
                at += 1;
            }
        }
    }
    if bytes.trim_ascii().is_empty() {
        return Ok(Plain {
            bytes: b"{}".to_vec(),
            first,
        });
    }
    json::check(&bytes)?;
    Ok(Plain { bytes, first })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn blanked(text: &str) -> String {
        String::from_utf8(plain(text).unwrap().bytes).unwrap()
    }

    #[test]
    fn bytes_stay_where_they_stood() {
        let text = "{ // one\n \"a\": [1, 2, /* x */ ], \"b//c\": \"/*\",\n}";
        assert_eq!(
            blanked(text),
            "{       \n \"a\": [1, 2          ], \"b//c\": \"/*\" \n}"
        );
        assert_eq!(blanked(text).len(), text.len());
        assert_eq!(plain(text).unwrap().first, Some(2));
        assert_eq!(plain("{\"a\": \"//\"}").unwrap().first, None);
        assert_eq!(blanked("\u{feff}{}"), "   {}");
        assert_eq!(blanked("// nothing yet\n"), "{}");
    }

    #[test]
    fn what_is_broken_is_told_with_its_place() {
        for (text, line, column) in [
            ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3),
            ("{ /* never", 1, 3),
            ("{\"a\": 1,,}", 1, 10),
            ("{\"a\" 1}", 1, 6),
        ] {
            let problem = plain(text).unwrap_err();
            assert_eq!((problem.line, problem.column), (line, column), "{text}");
        }
    }

    proptest! {
        #[test]
        fn strict_json_stays_as_it_is(text in "[\\[\\]{}\",:/*a0 \\\\\n]{0,40}") {
            if json::check(text.as_bytes()).is_ok() {
                prop_assert_eq!(blanked(&text), text);
            } else if let Ok(plain) = plain(&text) {
                prop_assert!(json::check(&plain.bytes).is_ok());
            }
        }
    }
}
