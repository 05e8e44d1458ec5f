//! One line of bytes as cells, and where it wraps.
//!
//! Owns which cell shows which byte: search hits and cursors are byte offsets.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// What is drawn in one or two columns.
pub(super) struct Cell {
    /// The byte of the document it shows.
    pub at: u32,
    /// Where its text is in [`Shown::text`].
    pub text: Range<usize>,
    /// Columns.
    pub width: u8,
    /// Part of an escape: it stands for something that cannot be shown.
    pub escape: bool,
}

/// A line ready to be drawn.
pub(super) struct Shown {
    pub text: String,
    pub cells: Vec<Cell>,
}

/// The cells of a line that starts at byte `start`, at least as many as fill `columns`.
pub(super) fn show(start: usize, line: &[u8], columns: usize) -> Shown {
    let mut shown = Shown {
        text: String::with_capacity(line.len().min(columns)),
        cells: Vec::new(),
    };
    let mut at = start;
    let mut used = 0;
    for chunk in line.utf8_chunks() {
        for g in chunk.valid().graphemes(true) {
            if used >= columns {
                return shown;
            }
            used += shown.push(at, g);
            at += g.len();
        }
        for byte in chunk.invalid() {
            used += shown.escape(at, &format!("‹0x{byte:02X}›"));
            at += 1;
        }
    }
    shown
}

impl Shown {
    /// Adds one grapheme; returns its columns.
    fn push(&mut self, at: usize, g: &str) -> usize {
        let safe = text::sanitize(g);
        let width = text::width(&safe);
        if *safe != *g || width > 2 {
            return self.escape(at, &safe);
        }
        if width > 0 {
            self.cell(at, g, false);
        }
        width
    }

    fn escape(&mut self, at: usize, s: &str) -> usize {
        // A tab is no secret; it only becomes spaces.
        let escape = !s.starts_with(' ');
        s.graphemes(true).map(|g| self.cell(at, g, escape)).sum()
    }

    fn cell(&mut self, at: usize, g: &str, escape: bool) -> usize {
        let start = self.text.len();
        self.text.push_str(g);
        let width = text::grapheme_width(g);
        let cell = Cell {
            at: at as u32,
            text: start..self.text.len(),
            width: width.min(255) as u8,
            escape,
        };
        self.cells.push(cell);
        width
    }
}

/// The cells on each row when the line wraps at `width`: after a space where one is near, else anywhere. At least one
/// row.
pub(super) fn rows(shown: &Shown, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut used, mut space) = (0, 0, 0);
    for (i, cell) in shown.cells.iter().enumerate() {
        let w = usize::from(cell.width);
        if used + w > width && i > start {
            // A word longer than half a row is broken rather than leaving the row half empty.
            let end = if space > start && i - space <= width / 2 {
                space
            } else {
                i
            };
            rows.push(start..end);
            start = end;
            used = shown.cells[start..i]
                .iter()
                .map(|c| usize::from(c.width))
                .sum();
        }
        used += w;
        if &shown.text[cell.text.clone()] == " " {
            space = i + 1;
        }
    }
    rows.push(start..shown.cells.len());
    rows
}
