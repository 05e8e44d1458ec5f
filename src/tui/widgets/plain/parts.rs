//! Parts of a document that can be gone to, and pictures over its empty lines.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Document, PlainState, Window};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::part::Part;
use crate::tui::widgets::picture::Picture;

/// A picture and where it is drawn.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The byte its first empty line starts at.
    pub at: u32,
    /// Below that line are as many more as it has rows.
    pub picture: Arc<Picture>,
}

impl Document {
    /// The same document with parts that can be gone to and with pictures, each in the order of the document.
    pub fn with_parts(self, parts: Vec<Part>, pictures: Vec<Placed>) -> Document {
        debug_assert!(
            parts.is_sorted_by_key(|part| part.at) && pictures.is_sorted_by_key(|placed| placed.at),
            "in order"
        );
        Document {
            parts,
            pictures,
            ..self
        }
    }

    /// What can be gone to.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl PlainState {
    /// The part that is looked at: the one gone to last, as long as its heading is on screen; else the first on
    /// screen, or the one that fills it.
    pub fn part(&self, document: &Document, window: Window) -> Option<usize> {
        if self.hex.is_some() || document.parts.is_empty() {
            return None;
        }
        let on_screen = |index: &usize| {
            document
                .parts
                .get(*index)
                .is_some_and(|part| self.is_on_screen(document, part.at, window))
        };
        if let Some(part) = self.part.filter(on_screen) {
            return Some(part);
        }
        let first = self.first_byte(document);
        let next = document
            .parts
            .partition_point(|part| (part.at as usize) < first);
        if on_screen(&next) {
            return Some(next);
        }
        Some(next.saturating_sub(1))
    }

    /// Goes to the next part, or to the one before. False if there is none.
    pub fn go_to_part(&mut self, forward: bool, document: &Document, window: Window) -> bool {
        let Some(here) = self.part(document, window) else {
            return false;
        };
        let next = if forward {
            Some(here + 1).filter(|next| *next < document.parts.len())
        } else {
            here.checked_sub(1)
        };
        match next {
            Some(next) => self.show_part(next, document, window),
            // What has begun above the screen is gone back to.
            None => self.show_part(here, document, window),
        }
        next.is_some()
    }

    /// Looks at the part of this number.
    pub fn show_part(&mut self, index: usize, document: &Document, window: Window) {
        let Some(part) = document.parts.get(index) else {
            return;
        };
        self.part = Some(index);
        if !self.is_on_screen(document, part.at, window) {
            self.go(part.at as usize, document, window);
        }
    }

    /// The part whose heading is on this row of the screen.
    pub fn part_at_row(&self, row: u16, document: &Document, window: Window) -> Option<usize> {
        (0..document.parts.len()).find(|index| {
            self.row_of(document, document.parts[*index].at, window) == Some(i32::from(row))
        })
    }

    /// The row of the screen its heading is on.
    pub fn part_row(&self, index: usize, document: &Document, window: Window) -> Option<u16> {
        let row = self.row_of(document, document.parts.get(index)?.at, window)?;
        u16::try_from(row).ok().filter(|row| *row < window.height)
    }

    fn is_on_screen(&self, document: &Document, byte: u32, window: Window) -> bool {
        self.row_of(document, byte, window)
            .is_some_and(|row| (0..i32::from(window.height)).contains(&row))
    }

    /// How many rows below the first one on screen the line of this byte starts; negative above. None when that is far
    /// off.
    fn row_of(&self, document: &Document, byte: u32, window: Window) -> Option<i32> {
        /// Rows above the screen that are counted: more than any picture has.
        const ABOVE: i32 = 64;
        if self.hex.is_some() {
            return None;
        }
        let line = document.line_of(byte as usize);
        let mut row = -(self.top.1 as i32);
        if line >= self.top.0 {
            for above in self.top.0..line {
                row += self.rows(document, above, window) as i32;
                if row >= i32::from(window.height) {
                    return None;
                }
            }
            return Some(row);
        }
        for above in (line..self.top.0).rev() {
            row -= self.rows(document, above, window) as i32;
            if row < -ABOVE {
                return None;
            }
        }
        Some(row)
    }
}

/// Draws the pictures that are on screen.
pub(super) fn draw_pictures(document: &Document, state: &PlainState, area: Rect, buf: &mut Buffer) {
    let window = Window {
        width: area.width,
        height: area.height,
    };
    for placed in &document.pictures {
        if let Some(top) = state.row_of(document, placed.at, window) {
            placed.picture.draw(top, area, buf);
        }
    }
}

/// Shows which part is looked at; returns its row on the screen.
pub fn mark_part(
    document: &Document,
    state: &PlainState,
    focused: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<u16> {
    let area = area.intersection(buf.area);
    let window = Window {
        width: area.width,
        height: area.height,
    };
    let row = state.part_row(state.part(document, window)?, document, window)?;
    let y = area.y + row;
    if focused {
        let heading = Rect {
            y,
            height: 1,
            ..area
        };
        buf.set_style(heading, theme.style(Role::Selection));
    }
    Some(y)
}
