//! Any bytes as text or as hex, for looking at.
//!
//! Owns lines, wrapping, scrolling and search over bytes that may be anything: invalid UTF-8 shows as `‹0xFF›`, control
//! and invisible characters as escapes. Only the lines on screen are ever measured, so ten megabytes open at once.
//! Drawing is in `draw`.
//!
//! A line longer than [`PIECE`] bytes is shown as several, so that no single line can make a frame slow.

mod draw;
mod layout;
mod spots;

use crate::tui::theme::Role;
use crate::tui::widgets::find::{Found, Term};
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::Spot;
use layout::rows;

pub use draw::draw;
pub use spots::{Placed, mark_spot};

/// Longest run of bytes shown as one line.
pub const PIECE: usize = 4096;

/// Bytes of a document that are drawn in a role of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// What they are.
    pub role: Role,
}

/// A document cut into lines.
#[derive(Debug, Clone)]
pub struct Document {
    bytes: Slice,
    /// Where each line starts.
    starts: Vec<u32>,
    /// Lines that are ours, not the document's: where each starts, ascending.
    headings: Vec<u32>,
    /// Ascending, none over another.
    spans: Vec<Span>,
    /// What can be gone to, by where each starts, ascending.
    spots: Vec<Spot>,
    /// Drawn over empty lines, ascending.
    pictures: Vec<Placed>,
}

impl Document {
    /// A document in which some lines are headings of ours, by where they start. They look different from all others,
    /// so that no text can pretend to be one.
    pub fn with_headings(bytes: impl Into<Slice>, headings: Vec<u32>) -> Document {
        Document {
            headings,
            ..Document::new(bytes)
        }
    }

    /// Finds the lines. Of more than 4 GiB the rest is left out.
    pub fn new(bytes: impl Into<Slice>) -> Document {
        let bytes = bytes.into();
        let whole = &bytes[..bytes.len().min(u32::MAX as usize)];
        let mut starts = vec![0];
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', whole)
            .map(|i| i + 1)
            .chain([whole.len()]);
        for end in ends {
            while end - start > PIECE {
                // Not between the bytes of one character, of which there are at most four.
                let cut = start + PIECE;
                let back = (0..4).find(|back| whole[cut - back] & 0xc0 != 0x80);
                start = cut - back.unwrap_or(0);
                starts.push(start as u32);
            }
            start = end;
            if end < whole.len() {
                starts.push(end as u32);
            }
        }
        Document {
            bytes,
            starts,
            headings: Vec::new(),
            spans: Vec::new(),
            spots: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// The same document with some bytes in roles of their own: `spans` ascend and none is over another. Headings,
    /// escapes and what was searched for keep their looks.
    pub fn with_spans(self, spans: Vec<Span>) -> Document {
        debug_assert!(
            spans
                .windows(2)
                .all(|pair| pair[0].end <= pair[1].start && pair[0].start < pair[0].end),
            "spans in order"
        );
        Document { spans, ..self }
    }

    /// The bytes with roles of their own.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// As [`spans`](Self::spans), without those that end before this byte.
    fn spans_from(&self, byte: usize) -> &[Span] {
        &self.spans[self.spans.partition_point(|s| s.end as usize <= byte)..]
    }

    /// How many lines there are; at least one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The document.
    pub fn bytes(&self) -> &Slice {
        &self.bytes
    }

    /// The bytes of the line that holds this byte, without the line's end.
    pub fn line_at(&self, byte: usize) -> &[u8] {
        self.line(self.line_of(byte)).1
    }

    /// The bytes between the headings around this byte; all of them in a document without headings.
    pub fn part_at(&self, byte: usize) -> &[u8] {
        let next = self.headings.partition_point(|h| *h as usize <= byte);
        let start = next.checked_sub(1).map_or(0, |before| {
            let heading = self.headings[before] as usize;
            memchr::memchr(b'\n', &self.bytes[heading..])
                .map_or(self.bytes.len(), |end| heading + end + 1)
        });
        let end = match self.headings.get(next) {
            // The newline before a heading belongs to it.
            Some(heading) => (*heading as usize).saturating_sub(1),
            None => self.bytes.len(),
        };
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Where the next heading after this byte starts.
    pub fn next_heading(&self, byte: usize) -> Option<usize> {
        let next = self.headings.partition_point(|h| *h as usize <= byte);
        self.headings.get(next).map(|h| *h as usize)
    }

    /// Where the last heading before this byte starts.
    pub fn previous_heading(&self, byte: usize) -> Option<usize> {
        let next = self.headings.partition_point(|h| (*h as usize) < byte);
        Some(self.headings[next.checked_sub(1)?] as usize)
    }

    fn is_heading(&self, start: usize) -> bool {
        self.headings.binary_search(&(start as u32)).is_ok()
    }

    /// Every place the term is at, as byte offsets.
    pub fn search(&self, term: &Term) -> Vec<u32> {
        term.ranges(&self.bytes[..self.bytes.len().min(u32::MAX as usize)])
            .map(|r| r.start as u32)
            .collect()
    }

    /// Where a line starts, and its bytes without the line's end.
    fn line(&self, i: usize) -> (usize, &[u8]) {
        let start = self.starts[i] as usize;
        let end = self
            .starts
            .get(i + 1)
            .map_or(self.bytes.len(), |e| *e as usize);
        let line = &self.bytes[start..end];
        let line = line
            .strip_suffix(b"\r\n")
            .or(line.strip_suffix(b"\n"))
            .unwrap_or(line);
        (start, line)
    }

    fn line_of(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|s| *s as usize <= byte)
            .saturating_sub(1)
    }
}

/// The size of the area a document is drawn in, as last drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// Where a reader is in a document, and how it is shown.
#[derive(Debug, Clone, Default)]
pub struct PlainState {
    /// The first line on screen and the first of its wrapped rows.
    top: (usize, usize),
    /// Columns hidden on the left while not wrapping.
    left: usize,
    wrap: bool,
    /// The first byte on screen, in hex.
    hex: Option<usize>,
    /// The spot somebody went to last.
    spot: Option<usize>,
    found: Option<Found>,
    /// Bytes that are shown to belong together.
    lit: Option<std::ops::Range<usize>>,
}

impl PlainState {
    /// At the start; long lines wrap or are cut.
    pub fn new(wrap: bool) -> PlainState {
        PlainState {
            wrap,
            ..PlainState::default()
        }
    }

    /// At the start, in hex.
    pub fn hex() -> PlainState {
        PlainState {
            hex: Some(0),
            ..PlainState::new(true)
        }
    }

    /// The byte that the first line on screen starts at.
    pub fn first_byte(&self, document: &Document) -> usize {
        self.hex
            .unwrap_or_else(|| document.line(self.top.0.min(document.lines() - 1)).0)
    }

    /// Columns hidden on the left.
    pub fn hidden(&self) -> usize {
        self.left
    }

    /// Puts the line that holds a byte first on screen, as far as the document allows.
    pub fn go(&mut self, byte: usize, document: &Document, window: Window) {
        if let Some(first) = &mut self.hex {
            *first = byte;
        } else {
            self.top = (document.line_of(byte), 0);
        }
        self.clamp(document, window);
    }

    /// True if all of the document is on screen.
    pub fn fits(&self, document: &Document, window: Window) -> bool {
        if self.hex.is_some() {
            let rows = document.bytes.len().div_ceil(draw::hex_row(window.width));
            return rows <= usize::from(window.height);
        }
        self.end(document, window) == (0, 0)
    }

    /// True if long lines wrap.
    pub fn wraps(&self) -> bool {
        self.wrap
    }

    /// True if bytes are shown in hex.
    pub fn is_hex(&self) -> bool {
        self.hex.is_some()
    }

    /// Wraps long lines, or stops to.
    pub fn toggle_wrap(&mut self) {
        self.wrap = !self.wrap;
        self.top.1 = 0;
        self.left = 0;
    }

    /// Shows hex instead of text, or text again, at the same place.
    pub fn toggle_hex(&mut self, document: &Document) {
        self.hex = match self.hex {
            None => Some(document.line(self.top.0.min(document.lines() - 1)).0),
            Some(byte) => {
                self.top = (document.line_of(byte), 0);
                None
            }
        };
    }

    /// Up by `n` rows.
    pub fn up(&mut self, n: usize, document: &Document, window: Window) {
        if let Some(byte) = &mut self.hex {
            *byte = byte.saturating_sub(n * draw::hex_row(window.width));
            return;
        }
        for _ in 0..n {
            self.top = match self.top {
                (0, 0) => return,
                (line, 0) => (line - 1, self.rows(document, line - 1, window) - 1),
                (line, row) => (line, row - 1),
            };
        }
    }

    /// Down by `n` rows, until the last one is on the last row.
    pub fn down(&mut self, n: usize, document: &Document, window: Window) {
        if let Some(byte) = &mut self.hex {
            *byte += n * draw::hex_row(window.width);
        } else {
            let last = self.end(document, window);
            for _ in 0..n {
                if self.top >= last {
                    break;
                }
                let (line, row) = self.top;
                self.top = if row + 1 < self.rows(document, line, window) {
                    (line, row + 1)
                } else {
                    (line + 1, 0)
                };
            }
        }
        self.clamp(document, window);
    }

    /// Up by a screen, keeping one row in sight.
    pub fn page_up(&mut self, document: &Document, window: Window) {
        self.up(page(window), document, window);
    }

    /// Down by a screen, keeping one row in sight.
    pub fn page_down(&mut self, document: &Document, window: Window) {
        self.down(page(window), document, window);
    }

    /// To the start.
    pub fn first(&mut self) {
        self.spot = None;
        self.top = (0, 0);
        self.hex = self.hex.map(|_| 0);
    }

    /// To the end.
    pub fn last(&mut self, document: &Document, window: Window) {
        self.spot = document.spots.len().checked_sub(1);
        self.top = (usize::MAX, 0);
        self.hex = self.hex.map(|_| usize::MAX);
        self.clamp(document, window);
    }

    /// Sideways by `n` columns, left if negative; nothing while wrapping.
    pub fn sideways(&mut self, n: isize) {
        if !self.wrap {
            self.left = self.left.saturating_add_signed(n).min(PIECE);
        }
    }

    /// True if a line on screen goes on to the right of it.
    pub fn is_cut(&self, document: &Document, window: Window) -> bool {
        if self.wrap || self.hex.is_some() {
            return false;
        }
        let right = self.left + usize::from(window.width);
        let lines = self.top.0..document.lines();
        lines.take(usize::from(window.height)).any(|line| {
            let (start, bytes) = document.line(line);
            let shown = layout::show(start, bytes, right + 1);
            let width: usize = shown.cells.iter().map(|c| usize::from(c.width)).sum();
            width > right
        })
    }

    /// Keeps the document on screen. Call after the window changed.
    pub fn clamp(&mut self, document: &Document, window: Window) {
        if let Some(byte) = &mut self.hex {
            let row = draw::hex_row(window.width);
            let rows = document.bytes.len().div_ceil(row);
            *byte = (*byte / row).min(rows.saturating_sub(usize::from(window.height))) * row;
            return;
        }
        self.top = self.top.min(self.end(document, window));
        let rows = self.rows(document, self.top.0, window);
        self.top.1 = self.top.1.min(rows - 1);
    }

    /// How far through the document the screen is, 0 to 100.
    pub fn percent(&self, document: &Document) -> usize {
        let at = self.first_byte(document);
        (at.min(document.bytes.len()) * 100)
            .checked_div(document.bytes.len())
            .unwrap_or(100)
    }

    /// Searches and goes to the first hit on screen or below. False if there is none.
    pub fn find(&mut self, document: &Document, term: Term, window: Window) -> bool {
        let hits = document.search(&term);
        self.show_hits(document, term, hits, window)
    }

    /// As [`find`](Self::find), with hits found elsewhere ([`Document::search`] on a big document).
    pub fn show_hits(
        &mut self,
        document: &Document,
        term: Term,
        hits: Vec<u32>,
        window: Window,
    ) -> bool {
        let from = self.first_byte(document);
        self.found = Some(Found::new(term, hits, from as u32));
        self.arrive(document, window)
    }

    /// To the next hit. False if there is none.
    pub fn find_next(&mut self, document: &Document, window: Window) -> bool {
        if let Some(found) = &mut self.found {
            found.current().and_then(|at| found.next(at));
        }
        self.arrive(document, window)
    }

    /// To the previous hit. False if there is none.
    pub fn find_previous(&mut self, document: &Document, window: Window) -> bool {
        if let Some(found) = &mut self.found {
            found.current().and_then(|at| found.previous(at));
        }
        self.arrive(document, window)
    }

    /// What is searched for and where the search stands.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Ends the search.
    pub fn clear_find(&mut self) {
        self.found = None;
    }

    /// Lights these bytes up and brings the first of them on screen, if it is not.
    pub fn light(&mut self, bytes: std::ops::Range<usize>, document: &Document, window: Window) {
        self.bring(bytes.start, document, window);
        self.lit = Some(bytes);
    }

    /// The bytes that are lit up, while the first of them is on screen; else the first byte there. Nothing while none
    /// were.
    pub fn lit(&self, document: &Document, window: Window) -> Option<std::ops::Range<usize>> {
        let lit = self.lit.clone()?;
        let first = self.first_byte(document);
        let shown = |lit: &std::ops::Range<usize>| match self.hex {
            Some(byte) => {
                let rows = usize::from(window.height) * draw::hex_row(window.width);
                (byte..byte + rows).contains(&lit.start)
            }
            None => self.on_screen(document, self.place_of(lit.start, document, window), window),
        };
        Some(if shown(&lit) { lit } else { first..first + 1 })
    }

    /// The byte that is drawn at a column and row of the window, in hex.
    pub fn hex_at(&self, column: u16, row: u16, window: Window) -> Option<usize> {
        let n = draw::hex_row(window.width);
        let byte = self.hex? + usize::from(row) * n;
        let within = (0..n).find(|i| {
            let x = 10 + i * 3 + usize::from(*i >= 8);
            (x..x + 2).contains(&usize::from(column))
        });
        Some(byte + within?)
    }

    /// The line that holds a byte, and which of its rows.
    fn place_of(&self, byte: usize, document: &Document, window: Window) -> (usize, usize) {
        let line = document.line_of(byte);
        let (start, bytes) = document.line(line);
        let shown = layout::show(start, bytes, usize::MAX);
        let cell = shown.cells.partition_point(|c| (c.at as usize) < byte);
        let row = rows(&shown, self.width(window))
            .iter()
            .position(|r| r.contains(&cell));
        (line, row.unwrap_or(0))
    }

    /// Brings the current hit on screen, if it is not.
    fn arrive(&mut self, document: &Document, window: Window) -> bool {
        let Some(hit) = self.found.as_ref().and_then(Found::current) else {
            return false;
        };
        self.bring(hit as usize, document, window);
        true
    }

    /// Brings a byte on screen, if it is not.
    fn bring(&mut self, hit: usize, document: &Document, window: Window) {
        let height = usize::from(window.height);
        if let Some(byte) = &mut self.hex {
            let row = draw::hex_row(window.width);
            if !(*byte..*byte + height * row).contains(&hit) {
                *byte = (hit / row).saturating_sub(height / 3) * row;
            }
            self.clamp(document, window);
            return;
        }
        let (line, row) = self.place_of(hit, document, window);
        if !self.on_screen(document, (line, row), window) {
            self.top = (line, row);
            self.up(height / 3, document, window);
            self.clamp(document, window);
        }
        if !self.wrap {
            let (start, bytes) = document.line(line);
            let shown = layout::show(start, bytes, usize::MAX);
            let before = shown.cells.iter().take_while(|c| (c.at as usize) < hit);
            let column: usize = before.map(|c| usize::from(c.width)).sum();
            let width = usize::from(window.width);
            if column < self.left || column + 8 > self.left + width {
                self.left = (column + 8 + width / 3).saturating_sub(width).min(column);
            }
        }
    }

    fn on_screen(&self, document: &Document, place: (usize, usize), window: Window) -> bool {
        if place < self.top {
            return false;
        }
        let (mut line, mut rows_left) = (self.top.0, usize::from(window.height));
        // Rows of the first line that are above the screen.
        let mut above = self.top.1;
        while line < place.0 {
            let n = self.rows(document, line, window) - above;
            above = 0;
            if n >= rows_left {
                return false;
            }
            rows_left -= n;
            line += 1;
        }
        place.1 - above < rows_left
    }

    /// The lowest place the screen may start at.
    fn end(&self, document: &Document, window: Window) -> (usize, usize) {
        let mut missing = usize::from(window.height.max(1));
        for line in (0..document.lines()).rev() {
            let n = self.rows(document, line, window);
            if n >= missing {
                return (line, n - missing);
            }
            missing -= n;
        }
        (0, 0)
    }

    fn rows(&self, document: &Document, line: usize, window: Window) -> usize {
        if !self.wrap {
            return 1;
        }
        let (start, bytes) = document.line(line);
        rows(&layout::show(start, bytes, usize::MAX), self.width(window)).len()
    }

    fn width(&self, window: Window) -> usize {
        if self.wrap {
            usize::from(window.width.max(1))
        } else {
            usize::MAX
        }
    }
}

fn page(window: Window) -> usize {
    usize::from(window.height).saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests;
