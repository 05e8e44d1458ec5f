//! A page of what is about to be sent, that somebody agrees to as a whole or not at all.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::panes::servers::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::popup::{Place, Popup};

/// Columns of the names, where there is room for words beside them.
const NAMES: usize = 23;
/// With fewer columns the words stand below the names.
const NARROW: usize = 60;

/// What a key or a click did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// Nothing yet.
    Nothing,
    /// No.
    No,
    /// Yes.
    Yes,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct AgreeBox {
    title: String,
    /// A name, empty for a sentence about all, and what is sent; sanitised.
    items: Vec<(String, String)>,
    top: usize,
}

impl AgreeBox {
    /// A page; title and items must be sanitised.
    pub const fn new(title: String, items: Vec<(String, String)>) -> Self {
        Self {
            title,
            items,
            top: 0,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, screen: Rect) -> Agreed {
        let height = usize::from(self.popup(screen).room(screen).height);
        match key.code {
            // Enter may be the one that opened the page, still held.
            KeyCode::Char('y') if key.modifiers.is_empty() => return Agreed::Yes,
            KeyCode::Esc | KeyCode::Char('q' | 'n') => return Agreed::No,
            KeyCode::Up | KeyCode::Char('k') => self.scroll(-1, screen),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(1, screen),
            KeyCode::PageUp => self.scroll(-(height as isize), screen),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(height as isize, screen),
            KeyCode::Home | KeyCode::Char('g') => self.top = 0,
            KeyCode::End | KeyCode::Char('G') => self.scroll(isize::MAX, screen),
            _ => {}
        }
        Agreed::Nothing
    }

    /// Takes a click: beside the page it is no.
    pub fn click(&self, at: Position, screen: Rect) -> Agreed {
        if self.popup(screen).area(screen).contains(at) {
            Agreed::Nothing
        } else {
            Agreed::No
        }
    }

    /// Goes on by this many lines (negative is up).
    pub fn scroll(&mut self, lines: isize, screen: Rect) {
        let room = self.popup(screen).room(screen);
        let all = self.lines(usize::from(room.width)).len();
        let last = all.saturating_sub(usize::from(room.height));
        self.top = self.top.saturating_add_signed(lines).min(last);
    }

    fn popup(&self, screen: Rect) -> Popup<'_> {
        let width = screen.width.saturating_sub(6).clamp(20, 112);
        let lines = self.lines(usize::from(width.saturating_sub(4))).len() as u16;
        Popup {
            title: &self.title,
            footer: "y sends them all  ↑↓ scrolls  Esc sends none",
            width,
            height: lines.min(screen.height.saturating_sub(6)).max(1),
            place: Place::Centre,
        }
    }

    /// The page: names with how their lines begin, and words.
    fn lines(&self, width: usize) -> Vec<(String, String)> {
        let narrow = width < NARROW;
        let beside = if narrow { 2 } else { NAMES + 1 };
        let mut lines = Vec::new();
        for (name, words) in &self.items {
            if name.is_empty() {
                let all = wrap(words, width.max(1)).into_iter();
                lines.extend(all.map(|line| (String::new(), line)));
                continue;
            }
            let mut name = name.clone();
            if narrow {
                lines.push((std::mem::take(&mut name), String::new()));
            }
            for line in wrap(words, width.saturating_sub(beside).max(1)) {
                let name = text::pad(&std::mem::take(&mut name), beside);
                lines.push((name, line));
            }
        }
        lines
    }

    /// Draws it; gives back where the cursor is.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let room = self.popup(screen).draw(screen, buf, theme);
        let width = usize::from(room.width);
        let lines = self.lines(width);
        let top = self
            .top
            .min(lines.len().saturating_sub(usize::from(room.height)));
        for (y, (name, words)) in (room.y..room.bottom()).zip(&lines[top..]) {
            let (x, _) = buf.set_stringn(room.x, y, name, width, theme.style(Role::TextMuted));
            let left = usize::from(room.right().saturating_sub(x));
            buf.set_stringn(x, y, words, left, theme.style(Role::Text));
        }
        room.as_position()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tui::theme::Depth;
    use crossterm::event::KeyModifiers;

    fn page() -> AgreeBox {
        let items = (0..40).map(|at| (format!("probe-{at}"), "a call of a tool ".repeat(6)));
        AgreeBox::new("SEND?".to_owned(), items.collect())
    }

    #[test]
    fn every_word_can_be_read_at_any_width() {
        for width in [30, 80, 200] {
            let lines = page().lines(width);
            let words: usize = lines
                .iter()
                .map(|(_, words)| words.matches("tool").count())
                .sum();
            assert_eq!(words, 40 * 6, "{width}");
            let wide = |(name, words): &(String, String)| text::width(name) + text::width(words);
            assert!(lines.iter().all(|line| wide(line) <= width), "{width}");
        }
    }

    #[test]
    fn it_scrolls_to_its_end_and_is_agreed_to_as_a_whole() {
        let (mut page, screen) = (page(), Rect::new(0, 0, 80, 24));
        page.key(KeyCode::End.into(), screen);
        let theme = Theme::load("mono", Depth::None).unwrap();
        let mut buf = Buffer::empty(screen);
        page.draw(screen, &mut buf, &theme);
        let text: String = buf
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert!(text.contains("probe-39") && !text.contains("probe-1 "));
        let end = page.top;
        page.key(KeyCode::Down.into(), screen);
        assert_eq!(page.top, end);
        assert_eq!(page.key(KeyCode::Char('x').into(), screen), Agreed::Nothing);
        for no in [
            KeyCode::Enter.into(),
            KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL),
        ] {
            assert_eq!(page.key(no, screen), Agreed::Nothing);
        }
        assert_eq!(page.key(KeyCode::Char('y').into(), screen), Agreed::Yes);
        assert_eq!(page.key(KeyCode::Esc.into(), screen), Agreed::No);
        assert_eq!(page.click(Position::new(0, 0), screen), Agreed::No);
    }
}
