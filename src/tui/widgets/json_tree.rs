//! A JSON document as rows, for looking at: every member and item is one row over the document's own bytes.
//!
//! Owns the scan from bytes to rows, JSONPaths and previews. Nothing is decoded: numbers, escapes, member order and
//! duplicates show as they were sent. Movement and folds are in `state`, drawing in `draw`.

mod draw;
mod scan;
mod state;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::sync::Arc;

use crate::text;
use crate::tui::widgets::find::Term;

pub use draw::draw;
pub use state::TreeState;

/// Why bytes are not a tree; show them as plain text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at byte {at}: {what}")]
pub struct TreeError {
    /// Byte offset from 0.
    pub at: usize,
    /// What was wrong there.
    pub what: &'static str,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number, in any spelling.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

/// No row: the parent of the root.
pub const NONE: u32 = u32::MAX;

/// In `Row::key_len`: the row is an item, and `Row::key` its index.
const ITEM: u32 = u32::MAX;

/// One value. 32 bytes, so that a million rows are 32 MB.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Where the member's name is, without its quotes; for items, the index.
    key: u32,
    key_len: u32,
    start: u32,
    end: u32,
    parent: u32,
    /// The first row after this value's own rows.
    after: u32,
    count: u32,
    depth_kind: u32,
}

/// A parsed document. Rows are numbered in document order; row 0 is the root.
#[derive(Debug, Clone)]
pub struct Tree {
    bytes: Arc<[u8]>,
    rows: Vec<Row>,
}

impl Tree {
    /// Scans a document that must be exactly one JSON text. Costs no stack however deep it is.
    pub fn parse(bytes: Arc<[u8]>) -> Result<Tree, TreeError> {
        let rows = scan::rows(&bytes)?;
        Ok(Tree { bytes, rows })
    }

    /// How many rows there are, at least one.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Never: a document is at least one row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The document.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The first row shown: the root, or what is in it (its brackets say nothing the rows do not).
    pub fn first(&self) -> u32 {
        u32::from(self.count(0) > 0)
    }

    /// What the row's value is.
    pub fn kind(&self, row: u32) -> Kind {
        match self.row(row).depth_kind & 7 {
            0 => Kind::Object,
            1 => Kind::Array,
            2 => Kind::String,
            3 => Kind::Number,
            4 => Kind::Bool,
            _ => Kind::Null,
        }
    }

    /// Distance from the root.
    pub fn depth(&self, row: u32) -> usize {
        (self.row(row).depth_kind >> 3) as usize
    }

    /// Members or items of the value; 0 for anything but a filled object or array.
    pub fn count(&self, row: u32) -> usize {
        self.row(row).count as usize
    }

    /// The row it is in, or [`NONE`].
    pub fn parent(&self, row: u32) -> u32 {
        self.row(row).parent
    }

    /// The first row that is not inside this one.
    pub fn after(&self, row: u32) -> u32 {
        self.row(row).after
    }

    /// The next row in the same object or array.
    pub fn next_sibling(&self, row: u32) -> Option<u32> {
        let next = self.after(row);
        ((next as usize) < self.len() && self.parent(next) == self.parent(row)).then_some(next)
    }

    /// The previous row in the same object or array.
    pub fn previous_sibling(&self, row: u32) -> Option<u32> {
        let parent = self.parent(row);
        let mut before = row.checked_sub(1)?;
        if parent == NONE || before == parent {
            return None;
        }
        while self.parent(before) != parent {
            before = self.parent(before);
        }
        Some(before)
    }

    /// The member's name as it is spelled in the document, without quotes; `None` for items and the root.
    pub fn key(&self, row: u32) -> Option<&str> {
        let r = self.row(row);
        (r.key_len != ITEM).then(|| self.str(r.key, r.key + r.key_len))
    }

    /// The item's place in its array; `None` for members and the root.
    pub fn index(&self, row: u32) -> Option<usize> {
        let r = self.row(row);
        (r.key_len == ITEM && r.parent != NONE).then_some(r.key as usize)
    }

    /// The value's own bytes.
    pub fn value_bytes(&self, row: u32) -> &[u8] {
        self.value(row).as_bytes()
    }

    /// Where the row's value is in the document.
    pub fn span(&self, row: u32) -> std::ops::Range<usize> {
        let r = self.row(row);
        r.start as usize..r.end as usize
    }

    /// The value as it is spelled in the document. Untrusted: sanitise before showing.
    pub fn value(&self, row: u32) -> &str {
        let r = self.row(row);
        self.str(r.start, r.end)
    }

    /// The row's JSONPath, `$.params.items[2]["odd name"]`; names keep the document's spelling, so it is untrusted.
    pub fn path(&self, row: u32) -> String {
        let mut chain = Vec::new();
        let mut at = row;
        while at != NONE {
            chain.push(at);
            at = self.parent(at);
        }
        let mut out = String::from("$");
        for &row in chain.iter().rev() {
            if let Some(i) = self.index(row) {
                let _ = write!(out, "[{i}]");
            } else if let Some(key) = self.key(row) {
                let _ = if is_plain_name(key) {
                    write!(out, ".{key}")
                } else {
                    write!(out, "[\"{key}\"]")
                };
            }
        }
        out
    }

    /// The row whose value or name holds this byte of the document.
    pub fn row_at(&self, byte: usize) -> u32 {
        let first_byte = |row: &Row| if row.key_len == ITEM { row.start } else { row.key } as usize;
        let next = self.rows.partition_point(|row| first_byte(row) <= byte);
        next.saturating_sub(1) as u32
    }

    /// A filled object or array in one line, sanitised: `{type: "object", required: […]}`, cut at `cols`.
    pub fn preview(&self, row: u32, cols: usize) -> String {
        let (open, close) = if self.kind(row) == Kind::Array {
            ('[', ']')
        } else {
            ('{', '}')
        };
        let mut out = String::from(open);
        let mut child = (self.count(row) > 0).then_some(row + 1);
        let mut first = true;
        while let Some(c) = child {
            if !first {
                out.push_str(", ");
            }
            first = false;
            if let Some(key) = self.key(c) {
                out.push_str(&clip(key, cols).0);
                out.push_str(": ");
            }
            match self.kind(c) {
                Kind::Object if self.count(c) > 0 => out.push_str("{…}"),
                Kind::Array if self.count(c) > 0 => out.push_str("[…]"),
                _ => out.push_str(&clip(self.value(c), cols).0),
            }
            if text::width(&out) > cols {
                break;
            }
            child = self.next_sibling(c);
        }
        out.push(close);
        text::fit(&out, cols).into_owned()
    }

    /// Every row whose name or scalar value holds the term, in order. Takes a while on a big document: not for the
    /// drawing thread then.
    pub fn search(&self, term: &Term) -> Vec<u32> {
        let is_in = |s: &str| term.find(s.as_bytes(), 0).is_some();
        (0..self.len() as u32)
            .filter(|&row| {
                self.key(row).is_some_and(is_in) || (self.count(row) == 0 && is_in(self.value(row)))
            })
            .collect()
    }

    fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize]
    }

    fn str(&self, start: u32, end: u32) -> &str {
        // The scan checked the whole document; a span never splits a character.
        std::str::from_utf8(&self.bytes[start as usize..end as usize]).unwrap_or("�")
    }
}

fn is_plain_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Sanitised text of at most `cols` cells, and whether something was cut. Looks only at as much as can be seen.
fn clip(raw: &str, cols: usize) -> (String, bool) {
    let mut end = raw.len().min(cols * 8 + 64);
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    let shown = text::sanitize(&raw[..end]);
    let cut = text::fit(&shown, cols);
    let whole = end == raw.len() && cut == shown;
    (cut.into_owned(), !whole)
}
