//! A JSON document as rows, for looking at: every member and item is one row over the document's own bytes.
//!
//! Owns what can be asked of a document and its rows. Nothing is decoded: numbers, escapes, member order and duplicates
//! show as they were sent. A document of any size costs its bytes and a sparse [`Index`] (see `index`); what is small
//! is read again when it is looked at. While the index is made, the document ends where the index does.
//!
//! ```text
//! bytes -> build -> Index      ends of big values, waymarks        scan, node   one value and its neighbours
//! place: a row, and the next   folds: what is folded               state: the reader        draw: the screen
//! ```

mod build;
mod draw;
mod flags;
mod folds;
mod hits;
mod index;
mod node;
mod path;
mod place;
mod row;
mod scan;
mod search;
mod splice;
mod state;
mod tell;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Weak};

use crate::text;
use crate::tui::widgets::slice::Slice;

pub use draw::draw;
pub use flags::{Flag, Flags};
pub use index::Index;
pub use place::Place;
pub use search::names_only;
pub use splice::Swapped;
pub use state::TreeState;

use build::Builder;
use index::Grain;
use place::Part;
use splice::Splice;

/// Documents up to this many bytes are indexed as soon as they are made; of others, this much.
const AT_ONCE: usize = 4 << 20;

/// The index of a big document is handed over in about so many parts, each of at least a megabyte.
const PARTS: usize = 24;

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

/// A document, as far as it is indexed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tree {
    bytes: Slice,
    index: Arc<Index>,
    /// Held by everybody who looks at this document; when nobody does, the work on its index stops.
    looked_at: Arc<()>,
    /// What it was before a string was opened in place.
    splice: Option<Arc<Splice>>,
    /// Where values are that were strings.
    decoded: Arc<Vec<Range<usize>>>,
}

/// A big document whose index is to be made. Keeps the document only while somebody looks at it.
#[derive(Debug)]
pub struct Indexing {
    bytes: Slice,
    looked_at: Weak<()>,
}

impl Indexing {
    /// Makes the index, and hands it over in parts as it grows; the last says that it is done. Nothing more comes
    /// when nobody looks at the document any longer. Takes seconds: not for the drawing thread.
    pub fn run(self, mut part: impl FnMut(Result<Index, TreeError>)) {
        let step = (self.bytes.len() / PARTS).max(1 << 20);
        // Small steps, so that it stops at once; few parts, for each is a copy.
        let small = 256 << 10;
        let mut builder = match Builder::new(&self.bytes, Grain::default()) {
            Ok(builder) => builder,
            Err(error) => return part(Err(error)),
        };
        let (mut at, mut told) = (0, AT_ONCE);
        loop {
            at += small;
            if self.looked_at.strong_count() == 0 {
                return;
            }
            match builder.run(at) {
                Err(error) => return part(Err(error)),
                Ok(true) => return part(Ok(builder.finish())),
                Ok(false) if at >= told + step => {
                    told = at;
                    part(Ok(builder.index()));
                }
                Ok(false) => {}
            }
        }
    }
}

impl Tree {
    /// Takes a document that must be exactly one JSON text. Costs no stack however deep it is. Of a big document only
    /// the beginning is looked at: see [`indexing`](Self::indexing).
    pub fn parse(bytes: impl Into<Slice>) -> Result<Tree, TreeError> {
        Self::parse_part(bytes.into(), AT_ONCE, Grain::default())
    }

    /// As [`parse`](Self::parse), but to the end, and the number of bytes does not matter.
    pub fn parse_whole(bytes: impl Into<Slice>) -> Result<Tree, TreeError> {
        Self::parse_part(bytes.into(), usize::MAX, Grain::default())
    }

    fn parse_part(bytes: Slice, limit: usize, grain: Grain) -> Result<Tree, TreeError> {
        let mut builder = Builder::new(&bytes, grain)?;
        let index = if builder.run(limit)? {
            builder.finish()
        } else {
            builder.index()
        };
        Ok(Tree {
            bytes,
            index: Arc::new(index),
            looked_at: Arc::new(()),
            splice: None,
            decoded: Arc::default(),
        })
    }

    /// The work that is left to do; none when the index is whole.
    pub fn indexing(&self) -> Option<Indexing> {
        (!self.index.is_done()).then(|| Indexing {
            bytes: self.bytes.clone(),
            looked_at: Arc::downgrade(&self.looked_at),
        })
    }

    /// The same document, further indexed.
    pub fn with_index(&self, index: Arc<Index>) -> Self {
        Self {
            index,
            ..self.clone()
        }
    }

    /// The document. With strings decoded in place, as it looks then.
    pub fn bytes(&self) -> &Slice {
        &self.bytes
    }

    /// The index as far as it goes.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// How far the index goes in percent, rounded down; 100 only when it is whole.
    pub fn percent(&self) -> usize {
        if self.index.is_done() {
            return 100;
        }
        (self.index.upto() * 100 / self.bytes.len().max(1)).min(99)
    }

    /// How many values there are, as far as they are known.
    pub fn values(&self) -> usize {
        self.index.rows as usize
    }

    /// The value that holds this byte of the document, or whose name does.
    pub fn place_at(&self, byte: usize) -> Place {
        let view = place::View {
            tree: self,
            folds: &folds::Folds::default(),
            lines: true,
        };
        Place::at(view, byte as u32)
    }

    /// What the row's value is.
    pub fn kind(&self, row: &Place) -> Kind {
        self.kind_at(row.node.start)
    }

    /// Members or items of the value, as far as they are known; 0 for anything but a filled object or array.
    pub fn count(&self, row: &Place) -> usize {
        self.count_at(row.node.start).0
    }

    /// The member's name as it is spelled in the document, without quotes; `None` for items and the root.
    pub fn key(&self, row: &Place) -> Option<Cow<'_, str>> {
        if matches!(row.part, Part::Group(..)) {
            return None;
        }
        self.key_of(&row.node)
    }

    fn key_of(&self, node: &node::Node) -> Option<Cow<'_, str>> {
        node.key()
            .map(|key| String::from_utf8_lossy(&self.bytes[key]))
    }

    /// Whether one of the first members beside this one has that name.
    pub fn has_sibling(&self, row: &Place, name: &str) -> bool {
        const LOOKED_AT: u32 = 32;
        row.above.last().is_some_and(|parent| {
            (0..LOOKED_AT)
                .map_while(|n| self.nth_child(parent.start, n))
                .any(|node| self.key_of(&node).as_deref() == Some(name))
        })
    }

    /// The item's place in its array; `None` for members and the root.
    pub fn index_of(&self, row: &Place) -> Option<usize> {
        let item = row.node.key().is_none() && !row.above.is_empty();
        (item && !matches!(row.part, Part::Group(..))).then_some(row.node.index as usize)
    }

    /// The value's own bytes, as the server wrote them; of a group, all its items. Ends where the index does.
    pub fn value_bytes(&self, row: &Place) -> &[u8] {
        let span = self.span(row);
        self.as_written(span)
    }

    /// Where the row's value is in the document.
    pub fn span(&self, row: &Place) -> Range<usize> {
        let upto = self.index.upto();
        let end = |start| self.end_at(start).map_or(upto, |end| end as usize);
        if let Part::Group(group, at) = row.part {
            let last = self
                .nth_child(row.node.start, (group + 1) * self.group() - 1)
                .or_else(|| self.last_child(row.node.start));
            let last = last.map_or(at, |last| last.start);
            return at as usize..end(last);
        }
        row.start()..end(row.node.start)
    }

    /// Whether the whole value is within the index.
    pub fn is_whole(&self, row: &Place) -> bool {
        self.end_at(row.node.start).is_some()
    }

    /// The value as it is spelled in the document. Untrusted: sanitise before showing.
    pub fn value(&self, row: &Place) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes[self.span(row)])
    }

    /// The text of a string, with nothing escaped; none for other values.
    pub fn text(&self, row: &Place) -> Option<String> {
        (self.kind(row) == Kind::String && !matches!(row.part, Part::Group(..)))
            .then(|| crate::json::string(self.value_bytes(row)))
            .flatten()
    }

    /// The row's number among all values of the document, from 1.
    pub fn number(&self, row: &Place) -> usize {
        let start = match row.part {
            Part::Group(_, at) => at,
            Part::Value | Part::Close => row.node.start,
        };
        self.rows_before(start) + 1
    }

    /// A filled object or array in one line, sanitised: `{type: "object", required: […]}`, cut at `cols`.
    pub fn preview(&self, row: &Place, cols: usize) -> String {
        let (open, close) = match self.kind(row) {
            Kind::Array => ('[', ']'),
            _ => ('{', '}'),
        };
        let (mut child, until) = match row.part {
            Part::Group(group, _) => (
                self.nth_child(row.node.start, group * self.group()),
                (group + 1) * self.group(),
            ),
            _ => (self.first_child(row.node.start), u32::MAX),
        };
        let mut out = String::from(open);
        let mut first = true;
        while let Some(node) = child.filter(|node| node.index < until) {
            if !first {
                out.push_str(", ");
            }
            first = false;
            if let Some(key) = self.key_of(&node) {
                out.push_str(&clip(&key, cols).0);
                out.push_str(": ");
            }
            match self.kind_at(node.start) {
                Kind::Object if self.first_child(node.start).is_some() => out.push_str("{…}"),
                Kind::Array if self.first_child(node.start).is_some() => out.push_str("[…]"),
                _ => out.push_str(&clip(&self.beginning(node.start, cols), cols).0),
            }
            if text::width(&out) > cols {
                break;
            }
            child = self.next_child(row.node.start, &node);
        }
        out.push(close);
        text::fit(&out, cols).into_owned()
    }

    /// As much of a scalar's spelling as `cols` columns can need.
    fn beginning(&self, start: u32, cols: usize) -> Cow<'_, str> {
        let start = start as usize;
        let most = (start + cols * 8 + 64).min(self.index.upto());
        let end = self
            .end_at(start as u32)
            .map_or(most, |end| (end as usize).min(most));
        let mut end = end.max(start);
        // Not between the bytes of one character.
        while end > start && end == most && self.bytes.get(end).is_some_and(|b| b & 0xc0 == 0x80) {
            end -= 1;
        }
        String::from_utf8_lossy(&self.bytes[start..end])
    }
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
