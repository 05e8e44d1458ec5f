//! Spots of a document that can be gone to, and pictures over its empty lines.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Document, PlainState, Window};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list;
use crate::tui::widgets::picture::Picture;
use crate::tui::widgets::spot::Spot;

/// A picture and where it is drawn.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The byte its first empty line starts at.
    pub at: u32,
    /// Below that line are as many more as it has rows.
    pub picture: Arc<Picture>,
}

impl Document {
    /// The same document with spots that can be gone to and with pictures, each in the order of the document.
    pub fn with_spots(self, spots: Vec<Spot>, pictures: Vec<Placed>) -> Document {
        debug_assert!(
            spots.is_sorted_by_key(|spot| spot.at) && pictures.is_sorted_by_key(|placed| placed.at),
            "in order"
        );
        Document {
            spots,
            pictures,
            ..self
        }
    }

    /// What can be gone to.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }
}

impl PlainState {
    /// The spot that is looked at: the one gone to last, as long as its heading is on screen; else the first on
    /// screen, or the one that fills it.
    pub fn spot(&self, document: &Document, window: Window) -> Option<usize> {
        if self.hex.is_some() || document.spots.is_empty() {
            return None;
        }
        let on_screen = |index: &usize| {
            document
                .spots
                .get(*index)
                .is_some_and(|spot| self.is_on_screen(document, spot.at, window))
        };
        if let Some(spot) = self.spot.filter(on_screen) {
            return Some(spot);
        }
        let first = self.first_byte(document);
        let next = document
            .spots
            .partition_point(|spot| (spot.at as usize) < first);
        if on_screen(&next) {
            return Some(next);
        }
        Some(next.saturating_sub(1))
    }

    /// Goes to the next spot, or to the one before. False if there is none.
    pub fn go_to_spot(&mut self, forward: bool, document: &Document, window: Window) -> bool {
        let Some(here) = self.spot(document, window) else {
            return false;
        };
        let next = if forward {
            Some(here + 1).filter(|next| *next < document.spots.len())
        } else {
            here.checked_sub(1)
        };
        match next {
            Some(next) => self.show_spot(next, document, window),
            // What has begun above the screen is gone back to.
            None => self.show_spot(here, document, window),
        }
        next.is_some()
    }

    /// Looks at the spot of this number.
    pub fn show_spot(&mut self, index: usize, document: &Document, window: Window) {
        let Some(spot) = document.spots.get(index) else {
            return;
        };
        self.spot = Some(index);
        if !self.is_on_screen(document, spot.at, window) {
            self.go(spot.at as usize, document, window);
        }
    }

    /// The spot whose heading is on this row of the screen.
    pub fn spot_at_row(&self, row: u16, document: &Document, window: Window) -> Option<usize> {
        (0..document.spots.len()).find(|index| {
            self.row_of(document, document.spots[*index].at, window) == Some(i32::from(row))
        })
    }

    /// The row of the screen its heading is on.
    pub fn spot_row(&self, index: usize, document: &Document, window: Window) -> Option<u16> {
        let row = self.row_of(document, document.spots.get(index)?.at, window)?;
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

/// Shows which spot is looked at; returns its row on the screen.
pub fn mark_spot(
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
    let row = state.spot_row(state.spot(document, window)?, document, window)?;
    let y = area.y + row;
    if focused {
        let heading = Rect {
            y,
            height: 1,
            ..area
        };
        buf.set_style(heading, theme.style(Role::Selection));
        // Where nothing is beside the text, a mark says so without any colour.
        if let Some(x) = area.x.checked_sub(1)
            && buf[(x, y)].symbol() == " "
        {
            buf.set_stringn(x, y, list::MARK, 1, theme.style(Role::Focus));
        }
    }
    Some(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::spot::Target;

    const WINDOW: Window = Window {
        width: 20,
        height: 4,
    };

    /// Four spots, of which the third fills more than a screen.
    fn document() -> Document {
        let text = "[0]\na\n[1]\nb\n[2]\nc\nd\ne\nf\ng\nh\n[3]\ni";
        let starts: Vec<u32> = text.match_indices('[').map(|(at, _)| at as u32).collect();
        let spot = |at: &u32| Spot {
            at: *at,
            target: Target::Nothing,
            held: None,
        };
        let spots = starts.iter().map(spot).collect();
        Document::with_headings(text.as_bytes(), starts).with_spots(spots, Vec::new())
    }

    #[test]
    fn parts_are_gone_to_one_by_one() {
        let document = document();
        let mut state = PlainState::new(true);
        let mut walk = |forward: bool| {
            let went = state.go_to_spot(forward, &document, WINDOW);
            let spot = state.spot(&document, WINDOW);
            let row = spot.and_then(|spot| state.spot_row(spot, &document, WINDOW));
            (went, spot, row)
        };
        assert_eq!(
            walk(true),
            (true, Some(1), Some(2)),
            "on screen: nothing moves"
        );
        assert_eq!(walk(true), (true, Some(2), Some(0)));
        assert_eq!(
            walk(true),
            (true, Some(3), Some(2)),
            "as far as there is text"
        );
        assert_eq!(walk(true), (false, Some(3), Some(2)));
        assert_eq!(walk(false), (true, Some(2), Some(0)));
        assert_eq!(walk(false), (true, Some(1), Some(0)));
        assert_eq!(walk(false), (true, Some(0), Some(0)));
        assert_eq!(walk(false), (false, Some(0), Some(0)));
    }

    #[test]
    fn what_is_read_is_what_is_looked_at() {
        let document = document();
        let mut state = PlainState::new(true);
        assert_eq!(state.spot(&document, WINDOW), Some(0));
        // Scrolled into the third, whose heading is above.
        state.down(6, &document, WINDOW);
        assert_eq!(state.spot(&document, WINDOW), Some(2));
        assert_eq!(state.spot_row(2, &document, WINDOW), None);
        // Back goes to where it begins first.
        assert!(state.go_to_spot(false, &document, WINDOW));
        assert_eq!(state.spot(&document, WINDOW), Some(1));
        state.last(&document, WINDOW);
        assert_eq!(state.spot(&document, WINDOW), Some(3));
        assert_eq!(state.spot_at_row(2, &document, WINDOW), Some(3));
        assert_eq!(state.spot_at_row(1, &document, WINDOW), None);
        state.toggle_hex(&document);
        assert_eq!(state.spot(&document, WINDOW), None);
        assert!(!state.go_to_spot(true, &document, WINDOW));
    }

    #[test]
    fn the_part_is_marked_in_its_row() {
        let (document, state) = (document(), PlainState::new(true));
        let theme = Theme::load("dark", Depth::Rgb).expect("bundled");
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
        let y = mark_spot(&document, &state, true, buf.area, &mut buf, &theme);
        assert_eq!(y, Some(0));
        assert_eq!(
            buf[(19, 0)].bg,
            theme.style(Role::Selection).bg.unwrap_or_default()
        );
        assert_ne!(buf[(0, 1)].bg, buf[(0, 0)].bg);
    }
}
