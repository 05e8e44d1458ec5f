//! JSON shown as text, a line at a time: the roles of a tree over the text as the server wrote it.
//!
//! Reads leniently and never looks far: a string that does not end goes to the end of its line.

use super::{Span, paint};
use crate::tui::theme::Role;

/// Paints one line that starts at byte `at`.
pub(super) fn line(line: &[u8], at: usize, spans: &mut Vec<Span>) {
    let mut i = 0;
    while let Some(&b) = line.get(i) {
        let start = i;
        let run = |is: fn(&u8) -> bool| {
            let rest = &line[start..];
            start + rest.iter().position(|b| !is(b)).unwrap_or(rest.len())
        };
        let role = match b {
            b'"' => {
                i = string_end(line, start);
                let after = line[i..].iter().find(|b| !b.is_ascii_whitespace());
                if after == Some(&b':') {
                    Role::JsonKey
                } else {
                    Role::JsonString
                }
            }
            b'-' | b'0'..=b'9' => {
                i = run(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                Role::JsonNumber
            }
            b'a'..=b'z' | b'A'..=b'Z' => {
                i = run(u8::is_ascii_alphanumeric);
                match &line[start..i] {
                    b"true" | b"false" => Role::JsonBool,
                    b"null" => Role::JsonNull,
                    _ => continue,
                }
            }
            b'{' | b'}' | b'[' | b']' | b':' | b',' => {
                i += 1;
                Role::JsonPunct
            }
            _ => {
                i += 1;
                continue;
            }
        };
        paint(spans, at + start..at + i, role);
    }
}

/// Behind the string that starts here.
fn string_end(line: &[u8], start: usize) -> usize {
    let mut i = start + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', line.get(i..).unwrap_or_default()) {
        i += found;
        if line[i] == b'"' {
            return i + 1;
        }
        i += 2;
    }
    line.len()
}
