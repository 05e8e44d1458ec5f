//! Boxes over the screen: help, palette, questions, which-key.
//!
//! Owns where a box goes and its frame. What is inside is drawn by the caller into the rectangle it gets back, rows
//! with [`list`](super::list).

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::text;
use crate::tui::theme::{Role, Theme};

/// Where a box goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// In the middle.
    #[default]
    Centre,
    /// At the bottom, or at the top if it would cover this screen row (the focused one).
    Avoiding(u16),
}

/// A box to be drawn. Texts must be sanitised.
#[derive(Debug, Clone, Copy, Default)]
pub struct Popup<'a> {
    /// In the top edge.
    pub title: &'a str,
    /// In the bottom edge, at the right: a count, a hint.
    pub footer: &'a str,
    /// Columns wanted inside the frame.
    pub width: u16,
    /// Rows wanted inside the frame.
    pub height: u16,
    /// Where it goes.
    pub place: Place,
}

impl Popup<'_> {
    /// The rectangle the box will take, frame included.
    pub fn area(&self, screen: Rect) -> Rect {
        // The title decides the width too: it names what is asked.
        let wanted = self
            .width
            .max(text::width(self.title).min(usize::from(u16::MAX) / 2) as u16 + 2);
        let width = wanted.saturating_add(4).min(screen.width);
        let height = self.height.saturating_add(2).min(screen.height);
        let x = screen.x + (screen.width - width) / 2;
        let y = match self.place {
            Place::Centre => screen.y + (screen.height - height) / 2,
            Place::Avoiding(row) if row >= screen.bottom() - height => screen.y,
            Place::Avoiding(_) => screen.bottom() - height,
        };
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    /// The room inside, where what is in the box is drawn.
    pub fn room(&self, screen: Rect) -> Rect {
        inside(self.area(screen))
    }

    /// Clears the box's place, draws its frame, and returns the room inside.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
        let area = self.area(screen.intersection(buf.area));
        if area.is_empty() {
            return area;
        }
        for y in area.top()..area.bottom() {
            // Half of a wide character would stick out from under the left edge.
            if let Some(cell) = area.x.checked_sub(1).and_then(|x| buf.cell_mut((x, y)))
                && cell.cell_width() > 1
            {
                cell.set_symbol(" ");
            }
        }
        Clear.render(area, buf);
        let popup = theme.style(Role::Popup);
        buf.set_style(area, popup);
        if area.width < 2 || area.height < 2 {
            return inside(area);
        }
        let edge = popup.patch(theme.style(Role::RuleFocus));
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.x..=right {
            buf[(x, area.y)].set_symbol("─").set_style(edge);
            buf[(x, bottom)].set_symbol("─").set_style(edge);
        }
        for y in area.y..=bottom {
            buf[(area.x, y)].set_symbol("│").set_style(edge);
            buf[(right, y)].set_symbol("│").set_style(edge);
        }
        for (at, corner) in [
            ((area.x, area.y), "┌"),
            ((right, area.y), "┐"),
            ((area.x, bottom), "└"),
            ((right, bottom), "┘"),
        ] {
            buf[at].set_symbol(corner);
        }
        let room = usize::from(area.width).saturating_sub(6);
        if !self.title.is_empty() && room > 0 {
            let title = format!(" {} ", text::fit(self.title, room));
            buf.set_stringn(
                area.x + 2,
                area.y,
                title,
                room + 2,
                popup.patch(theme.style(Role::Focus)),
            );
        }
        if !self.footer.is_empty() && room > 0 {
            let footer = format!(" {} ", text::fit(self.footer, room));
            let x = right - 1 - text::width(&footer) as u16;
            buf.set_stringn(
                x,
                bottom,
                footer,
                room + 2,
                popup.patch(theme.style(Role::TextMuted)),
            );
        }
        inside(area)
    }
}

/// What a frame leaves of an area, with a column of air on both sides.
fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    let air = u16::from(area.width >= 4);
    Rect {
        x: area.x + 1 + air,
        y: area.y + 1,
        width: area.width - 2 - 2 * air,
        height: area.height - 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::testing::text_of;

    fn theme() -> Theme {
        Theme::load("mono", Depth::None).expect("bundled")
    }

    #[test]
    fn a_box_covers_what_is_below_it() {
        let mut buf = Buffer::with_lines(["日本日本日本日本日本"; 5]);
        let popup = Popup {
            title: "Quit?",
            footer: "1 of 2",
            width: 10,
            height: 1,
            place: Place::Centre,
        };
        let inner = popup.draw(buf.area, &mut buf, &theme());
        assert_eq!(inner, Rect::new(5, 2, 10, 1));
        buf.set_string(
            inner.x,
            inner.y,
            "server ok",
            ratatui::style::Style::default(),
        );
        assert_eq!(
            text_of(&buf),
            "日本日本日本日本日本\n日 ┌─ Quit? ────┐ 本\n日 │ server ok  │ 本\n日 └─── 1 of 2 ─┘ 本\n日本日本日本日本日本\n"
        );
    }

    #[test]
    fn a_box_keeps_off_the_focused_row() {
        let popup = |row| Popup {
            width: 10,
            height: 3,
            place: Place::Avoiding(row),
            ..Popup::default()
        };
        let screen = Rect::new(0, 0, 80, 24);
        assert_eq!(popup(3).area(screen).y, 19);
        assert_eq!(popup(20).area(screen).y, 0);
    }

    proptest! {
        #[test]
        fn fits_any_screen(w in 0_u16..40, h in 0_u16..12, width in 0_u16..60, height in 0_u16..20, row in 0_u16..12) {
            for place in [Place::Centre, Place::Avoiding(row)] {
                let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
                let popup = Popup { title: "A title", footer: "footer", width, height, place };
                let inner = popup.draw(buf.area, &mut buf, &theme());
                prop_assert!(inner.right() <= w && inner.bottom() <= h);
            }
        }
    }
}
