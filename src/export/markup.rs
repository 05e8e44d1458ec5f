//! Text of servers inside XML and HTML: nothing in it can end an attribute, an element or a script.

use crate::text;

/// Text for an attribute or an element. What XML 1.0 has no place for is written as `‹U+…›`, as everywhere.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push_str("\u{FFFD}"),
            c => text::push_safe(&mut out, c),
        }
    }
    out
}

/// JSON as it may stand in a `<script>` of an HTML page: no tag, comment or entity can begin in it, and JavaScript reads
/// the same value.
pub fn in_script(json: &[u8], out: &mut Vec<u8>) {
    let mut rest = json;
    while let Some((byte, tail)) = rest.split_first() {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            // U+2028 and U+2029, which once ended lines of scripts.
            0xE2 if matches!(tail, [0x80, 0xA8 | 0xA9, ..]) => {
                out.extend_from_slice(if tail[1] == 0xA8 {
                    b"\\u2028"
                } else {
                    b"\\u2029"
                });
                rest = &tail[2..];
                continue;
            }
            other => out.push(*other),
        }
        rest = tail;
    }
}
