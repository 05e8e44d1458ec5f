//! Text of servers inside XML, HTML and Markdown: nothing in it can end an attribute, an element or a cell, or mean
//! anything there.

use super::{push_safe, sanitize};

/// Text for an attribute or an element of XML or HTML. What XML 1.0 has no place for is written as `‹U+…›`, as everywhere.
pub fn xml(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => push_safe(&mut out, c),
        }
    }
    out
}

/// Text for a cell or a sentence of Markdown, on one line: no tag, no table, no link, no emphasis.
pub fn markdown(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in sanitize(words).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
