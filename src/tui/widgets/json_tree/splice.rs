//! JSON inside a string, opened where it is: the string's text takes the place of the string.
//!
//! Owns the swap there and back, and what the server wrote all the same. The document is copied for it, so only small
//! ones take part.

use std::ops::Range;
use std::sync::Arc;

use super::{Kind, Place, Tree, TreeError};
use crate::json;
use crate::text;

/// Documents up to this many bytes can have strings opened in place: each time is a copy.
const MOST: usize = 4 << 20;

/// So many swaps at most: each keeps the document before it.
const SWAPS: usize = 32;

/// A document in which other bytes took the place of some.
#[derive(Debug)]
pub(super) struct Splice {
    before: Tree,
    old: Range<usize>,
    new: Range<usize>,
    /// Swaps so far.
    depth: usize,
}

/// Bytes that were swapped: everything from `at` on moved by `by`.
#[derive(Debug, Clone)]
pub struct Swapped {
    /// The document now.
    pub tree: Tree,
    pub(super) at: u32,
    pub(super) old_end: u32,
    pub(super) by: i64,
}

impl Tree {
    /// Whether the value is JSON that was a string.
    pub fn is_decoded(&self, row: &Place) -> bool {
        self.decoded.iter().any(|range| range.start == row.start())
    }

    /// The value around the row that was a string, or else the row.
    pub fn decoded_around(&self, row: &Place) -> Place {
        let starts = self
            .decoded
            .iter()
            .filter(|range| range.contains(&row.start()));
        match starts.map(|range| range.start).max() {
            Some(start) => self.place_at(start),
            None => row.clone(),
        }
    }

    /// The document with the JSON in this string as values of its own; or with the string again, when that was done
    /// before. For a document of up to 64 KiB it can be done while drawing.
    pub fn toggle_decoded(&self, row: &Place) -> Result<Swapped, String> {
        let span = self.span(row);
        if self.bytes().len() > MOST {
            return Err(format!(
                "JSON in strings opens in place in documents up to {}; Enter shows the string alone.",
                text::size(MOST as u64)
            ));
        }
        if self.is_decoded(row) {
            return Ok(self.encoded(span));
        }
        if self.kind(row) != Kind::String {
            return Err("This is no string that could hold JSON.".to_owned());
        }
        let inside = json::string(&self.bytes()[span.clone()]).unwrap_or_default();
        let trimmed = inside.trim_ascii();
        if trimmed.is_empty() {
            return Err("This string is empty.".to_owned());
        }
        self.swap(span, trimmed.as_bytes(), true)
            .map_err(|error| format!("This string is no JSON: {}.", error.what))
    }

    fn encoded(&self, span: Range<usize>) -> Swapped {
        let written = self.as_written(span.clone()).to_vec();
        // What was there before is JSON.
        self.swap(span.clone(), &written, false)
            .unwrap_or_else(|_| Swapped {
                tree: self.clone(),
                at: span.start as u32,
                old_end: span.end as u32,
                by: 0,
            })
    }

    fn swap(&self, old: Range<usize>, bytes: &[u8], decoding: bool) -> Result<Swapped, TreeError> {
        let depth = self.splice.as_ref().map_or(0, |splice| splice.depth) + 1;
        if depth > SWAPS {
            return Err(TreeError {
                at: 0,
                what: "too many strings are open already",
            });
        }
        if decoding {
            // It must be a value by itself, not just look like one in its place.
            Tree::parse_whole(bytes)?;
        }
        let new = old.start..old.start + bytes.len();
        let whole = [&self.bytes()[..old.start], bytes, &self.bytes()[old.end..]].concat();
        let by = bytes.len() as i64 - old.len() as i64;
        let moved = |at: usize| (at as i64 + by) as usize;
        let mut decoded: Vec<Range<usize>> = self
            .decoded
            .iter()
            .filter(|range| !(old.start <= range.start && range.end <= old.end))
            .map(|range| {
                let start = if range.start >= old.end {
                    moved(range.start)
                } else {
                    range.start
                };
                let end = if range.end >= old.end {
                    moved(range.end)
                } else {
                    range.end
                };
                start..end
            })
            .collect();
        if decoding {
            decoded.push(new.clone());
        }
        let mut tree = Tree::parse_whole(whole)?;
        tree.splice = Some(Arc::new(Splice {
            before: self.clone(),
            old: old.clone(),
            new,
            depth,
        }));
        tree.decoded = Arc::new(decoded);
        Ok(Swapped {
            tree,
            at: old.start as u32,
            old_end: old.end as u32,
            by,
        })
    }

    /// The bytes the server wrote for what is at `span` now. In a string that was opened, the text of the string.
    pub(super) fn as_written(&self, span: Range<usize>) -> &[u8] {
        let Some(splice) = &self.splice else {
            return &self.bytes()[span];
        };
        let within = splice.new.start <= span.start && span.end <= splice.new.end;
        if within && span != splice.new {
            return &self.bytes()[span];
        }
        let back = |at: usize| match at {
            at if at >= splice.new.end => at - splice.new.end + splice.old.end,
            at => at.min(splice.old.end),
        };
        splice.before.as_written(back(span.start)..back(span.end))
    }

    /// The document as the server wrote it.
    pub fn written(&self) -> &[u8] {
        self.as_written(0..self.bytes().len())
    }
}
