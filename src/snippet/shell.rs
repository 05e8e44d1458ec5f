//! Words for a POSIX shell: whatever they hold, the program gets exactly that.

use std::fmt::Write as _;

use super::literal;
use super::node::Node;
use super::variables::Piece;
use crate::text;

/// One word. Plain ones stand as they are; control and invisible characters are spelled out, so that pasting them
/// into a terminal does nothing else.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut out = String::new();
    let mut open = false;
    for c in word.chars() {
        let odd = c != '\n' && (c.is_control() || text::is_unsafe(c));
        if odd || c == '\'' {
            if open {
                out.push('\'');
                open = false;
            }
            if c == '\'' {
                out.push_str("\\'");
                continue;
            }
            out.push_str("\"$(printf '");
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\{byte:03o}");
            }
            out.push_str("')\"");
            continue;
        }
        if !open {
            out.push('\'');
            open = true;
        }
        out.push(c);
    }
    if open || out.is_empty() {
        out.push_str(if out.is_empty() { "''" } else { "'" });
    }
    out
}

/// One word out of several parts.
pub fn word(pieces: &[Piece]) -> String {
    let parts = pieces.iter().map(|piece| match piece {
        Piece::Plain(text) => quote(text),
        Piece::Variable(name) => format!("\"${name}\""),
        Piece::Escaped(name) => format!("\"$(json \"${name}\")\""),
    });
    parts.collect()
}

/// A value as JSON, in one word. Needs [`JSON`] when a part is [`Piece::Escaped`].
pub fn json(node: &Node) -> String {
    let mut pieces = vec![Piece::Plain(String::new())];
    literal::json(node, &mut pieces);
    pieces.retain(|piece| !matches!(piece, Piece::Plain(text) if text.is_empty()));
    word(&pieces)
}

/// What escapes the text of a variable for the inside of a JSON string.
pub const JSON: &str = r#"json() { printf '%s' "$1" | sed -e 's/[\\"]/\\&/g' -e '$!s/$/\\n/' | tr -d '\n' | sed "s/$(printf '\t')/\\\\t/g"; }
"#;

/// Puts [`JSON`] before a text that uses it.
pub fn with_json(text: String) -> String {
    if text.contains("$(json ") {
        format!("{JSON}{text}")
    } else {
        text
    }
}
