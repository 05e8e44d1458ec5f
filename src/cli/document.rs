//! The one JSON object that `--json` prints: raw members side by side, nothing parsed and respelled.

use std::fmt::{self, Write as _};

use crate::json::quote;
use crate::text;

/// An object being put together, member by member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    members: String,
    fails: bool,
}

impl Document {
    /// Adds a member that is JSON already. Order and spelling stay; see [`push_exact`] for what does not.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        if !self.members.is_empty() {
            self.members.push(',');
        }
        self.members.push_str(&quote(name));
        self.members.push(':');
        push_exact(&mut self.members, json);
        self
    }

    /// The object as the last of a run's events: what it is, in a member before the others.
    pub fn event(&self) -> Self {
        let word = if self.fails { "error" } else { "result" };
        let mut event = Self::default();
        event.text("event", word);
        if !self.members.is_empty() {
            event.members.push(',');
            event.members.push_str(&self.members);
        }
        event
    }

    /// It tells of a failure.
    pub fn fails(&mut self) -> &mut Self {
        self.fails = true;
        self
    }

    /// Adds a string.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw(name, &quote(text))
    }

    /// Adds a string, or null.
    pub fn maybe(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        self.raw(name, &text.map_or_else(|| "null".to_owned(), quote))
    }

    /// Adds `true` or `false`.
    pub fn flag(&mut self, name: &str, flag: bool) -> &mut Self {
        self.raw(name, if flag { "true" } else { "false" })
    }
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{{{}}}", self.members)
    }
}

/// Raw JSON on one line that says exactly the same and does nothing to a terminal.
pub fn exact(json: &str) -> String {
    let mut out = String::new();
    push_exact(&mut out, json);
    out
}

/// Adds raw JSON that says exactly the same and does nothing to a terminal. It may be huge, and is copied only once.
///
/// A character that a terminal would act on or hide can stand only inside a string, where `\u…` means the same;
/// the three control characters that may stand between tokens become blanks.
fn push_exact(out: &mut String, json: &str) {
    out.reserve(json.len());
    for c in json.chars() {
        if matches!(c, '\t' | '\n' | '\r') {
            out.push(' ');
        } else if text::is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_stays_and_wild_characters_become_escapes() {
        let mut document = Document::default();
        document
            .raw("a", "{\"z\":1.50,\t\"a\":1E2}")
            .text("b", "\u{202e}\u{e0041}\u{7f}\u{9b}é")
            .maybe("c", None);
        assert_eq!(
            document.to_string(),
            r#"{"a":{"z":1.50, "a":1E2},"b":"\u202e\udb40\udc41\u007f\u009bé","c":null}"#
        );
    }
}
