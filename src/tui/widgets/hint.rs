//! The hint row: which keys do something now.
//!
//! Owns what is left out when there is no room. It is told the keys and words; what they do is not its business.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::theme::{Role, Theme};

/// One key and what it does; sanitised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint<'a> {
    /// The key as it is written: `Enter`, `gt`.
    pub key: &'a str,
    /// A word or two.
    pub label: &'a str,
}

impl Hint<'_> {
    fn width(&self) -> usize {
        text::width(self.key) + 1 + text::width(self.label)
    }
}

/// Draws `hints` (most useful first) and then `ending`, which stays even when the hints have no room: those that do
/// not fit are left out, least useful first. Returns where each landed and its place in `hints` followed by `ending`.
pub fn draw(
    hints: &[Hint<'_>],
    ending: &[Hint<'_>],
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Vec<(Rect, usize)> {
    let area = Rect {
        height: area.height.min(1),
        ..area
    }
    .intersection(buf.area);
    let mut places = Vec::new();
    if area.is_empty() {
        return places;
    }
    // A space at the left, two between hints and none after the last.
    let mut room = (usize::from(area.width) + 1)
        .saturating_sub(ending.iter().map(|h| h.width() + 2).sum::<usize>());
    let kept = hints.iter().take_while(|h| {
        let need = h.width() + 2;
        let fits = need <= room;
        room = room.saturating_sub(need);
        fits
    });
    let shown = kept.enumerate().chain((hints.len()..).zip(ending));
    let mut x = area.x + 1;
    for (i, hint) in shown {
        let start = x;
        for (s, role) in [
            (hint.key, Role::Key),
            (" ", Role::TextMuted),
            (hint.label, Role::TextMuted),
        ] {
            let room = usize::from(area.right().saturating_sub(x));
            if room > 0 {
                x = buf
                    .set_stringn(x, area.y, text::fit(s, room), room, theme.style(role))
                    .0;
            }
        }
        if x > start {
            places.push((
                Rect {
                    x: start,
                    width: x - start,
                    ..area
                },
                i,
            ));
        }
        x = x.saturating_add(2);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::testing::text_of;

    const fn hint<'a>(key: &'a str, label: &'a str) -> Hint<'a> {
        Hint { key, label }
    }

    const HINTS: &[Hint<'static>] = &[
        hint("Enter", "form"),
        hint(".", "repeat"),
        hint("/", "filter"),
    ];
    const ENDING: &[Hint<'static>] = &[
        hint("x", "actions"),
        hint(":", "commands"),
        hint("?", "keys"),
    ];

    fn drawn(width: u16) -> (String, Vec<(Rect, usize)>) {
        let theme = Theme::load("mono", Depth::None).expect("bundled");
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let places = draw(HINTS, ENDING, buf.area, &mut buf, &theme);
        (text_of(&buf).trim_end().to_owned(), places)
    }

    #[test]
    fn the_ending_stays_while_hints_go() {
        for (width, expected) in [
            (
                80,
                " Enter form  . repeat  / filter  x actions  : commands  ? keys",
            ),
            (
                62,
                " Enter form  . repeat  / filter  x actions  : commands  ? keys",
            ),
            (61, " Enter form  . repeat  x actions  : commands  ? keys"),
            (45, " Enter form  x actions  : commands  ? keys"),
            (32, " x actions  : commands  ? keys"),
            (16, " x actions  : c…"),
            (0, ""),
        ] {
            assert_eq!(drawn(width).0, expected, "{width}");
        }
    }

    #[test]
    fn hints_can_be_clicked() {
        let (_, places) = drawn(45);
        let at: Vec<_> = places.iter().map(|(r, i)| (r.x, r.width, *i)).collect();
        assert_eq!(at, [(1, 10, 0), (13, 9, 3), (24, 10, 4), (36, 6, 5)]);
    }
}
