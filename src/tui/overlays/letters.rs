//! The box that waits for the letter of a mark: which there are, and where.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::marks::Marks;
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::popup::{Place, Popup};

/// Columns of the box, where there is room.
const WIDTH: u16 = 56;
/// The most marks that are listed.
const MOST: usize = 12;

/// Draws it, away from the focused row. `at` is the entry to be marked; none when one is gone to.
pub fn draw(
    at: Option<u64>,
    marks: &Marks,
    focused_row: u16,
    screen: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let with_letter = || marks.iter().filter(|(_, mark)| mark.letter.is_some());
    let mut lines: Vec<(String, String)> = with_letter()
        .take(MOST)
        .map(|(seq, mark)| {
            let note = text::sanitize(&mark.note);
            let words = format!("#{seq} {note}");
            (mark.sign().to_string(), words.trim_end().to_owned())
        })
        .collect();
    let more = with_letter().count().saturating_sub(MOST);
    if more > 0 {
        lines.push((String::new(), format!("and {more} more")));
    }
    if lines.is_empty() {
        lines.push((String::new(), "no entry has a letter yet".to_owned()));
    }
    let title = match at {
        Some(seq) => format!("MARK #{seq}: a letter or digit"),
        None => "GO TO a letter; ' goes back".to_owned(),
    };
    let room = Popup {
        title: &title,
        footer: "Esc cancels",
        width: WIDTH.min(screen.width.saturating_sub(8)),
        height: lines.len() as u16,
        place: Place::Avoiding(focused_row),
    }
    .draw(screen, buf, theme);
    for (y, (letter, words)) in (room.y..room.bottom()).zip(&lines) {
        let width = usize::from(room.width);
        buf.set_stringn(room.x, y, text::pad(letter, 3), 3, theme.style(Role::Key));
        let words = text::fit(words, width.saturating_sub(3));
        buf.set_stringn(
            room.x + 3,
            y,
            words,
            width.saturating_sub(3),
            theme.style(Role::Text),
        );
    }
}
