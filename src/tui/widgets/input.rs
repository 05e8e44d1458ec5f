//! Typing: a line of text, and a box of several lines.
//!
//! Owns the text being typed, the caret, and readline's keys. Letters always type; which other keys mean something
//! else (Enter, Tab, Esc) is the caller's business and is left alone here. What was pasted is kept exactly, control
//! characters included, and only shown sanitised.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, TextArea, WrapMode};
use unicode_segmentation::UnicodeSegmentation;

use crate::text;
use crate::tui::theme::{Role, Theme};

/// What a key did to an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing: the key means something to somebody else.
    Ignored,
    /// The caret may have moved; the text is the same.
    Moved,
    /// The text changed.
    Edited,
}

/// How an input is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// The text breaks a rule.
    pub invalid: bool,
    /// Shown while the text is empty; sanitised.
    pub placeholder: &'a str,
    /// The text is a secret: a dot stands for each character.
    pub masked: bool,
}

impl Look<'_> {
    fn style(self, theme: &Theme) -> Style {
        theme.style(if self.invalid {
            Role::InputInvalid
        } else {
            Role::Input
        })
    }
}

/// One line of text and a caret. It may hold newlines (pasted ones), shown as `⏎`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
    /// Byte offset of the caret, always between two graphemes.
    caret: usize,
}

impl LineInput {
    /// An input holding `text`, the caret at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            caret: text.len(),
            text,
        }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces the text and puts the caret at its end.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = Self::new(text);
    }

    /// Byte offset of the caret.
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// Puts `text` in the place of a part of it, the caret behind.
    pub fn replace(&mut self, part: std::ops::Range<usize>, text: &str) {
        if self.text.get(part.clone()).is_some() {
            self.caret = part.start + text.len();
            self.text.replace_range(part, text);
            self.caret = self.boundary_from(self.caret);
        }
    }

    /// Inserts pasted text at the caret, as it is.
    pub fn paste(&mut self, s: &str) {
        self.text.insert_str(self.caret, s);
        self.caret += s.len();
        // What was pasted may have joined the character after it.
        self.caret = self.boundary_from(self.caret);
    }

    /// Takes one key; see [`Reaction`].
    pub fn key(&mut self, key: KeyEvent) -> Reaction {
        if key.kind == KeyEventKind::Release {
            return Reaction::Ignored;
        }
        let before = self.text.len();
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            // AltGr arrives as both on Windows, and then the character is the point.
            KeyCode::Char(c) if ctrl == alt => {
                self.paste(c.encode_utf8(&mut [0; 4]));
                return Reaction::Edited;
            }
            KeyCode::Char('a') if ctrl => self.caret = 0,
            KeyCode::Char('e') if ctrl => self.caret = self.text.len(),
            KeyCode::Char('b') if ctrl => self.caret = self.left(),
            KeyCode::Char('f') if ctrl => self.caret = self.right(),
            KeyCode::Char('b') if alt => self.caret = self.word_left(),
            KeyCode::Char('f') if alt => self.caret = self.word_right(),
            KeyCode::Char('h') if ctrl => self.remove(self.left(), self.caret),
            KeyCode::Char('d') if ctrl => self.remove(self.caret, self.right()),
            KeyCode::Char('w') if ctrl => self.remove(self.word_left(), self.caret),
            KeyCode::Char('d') if alt => self.remove(self.caret, self.word_right()),
            KeyCode::Char('u') if ctrl => self.remove(0, self.caret),
            KeyCode::Char('k') if ctrl => self.remove(self.caret, self.text.len()),
            KeyCode::Left if ctrl || alt => self.caret = self.word_left(),
            KeyCode::Right if ctrl || alt => self.caret = self.word_right(),
            KeyCode::Left => self.caret = self.left(),
            KeyCode::Right => self.caret = self.right(),
            KeyCode::Home => self.caret = 0,
            KeyCode::End => self.caret = self.text.len(),
            KeyCode::Backspace if ctrl || alt => self.remove(self.word_left(), self.caret),
            KeyCode::Backspace => self.remove(self.left(), self.caret),
            KeyCode::Delete => self.remove(self.caret, self.right()),
            _ => return Reaction::Ignored,
        }
        if self.text.len() == before {
            Reaction::Moved
        } else {
            Reaction::Edited
        }
    }

    /// Puts the caret where the text was clicked; `column` counts from the left of the area it was drawn in.
    pub fn click(&mut self, column: u16, width: u16) {
        let goal = usize::from(column) + self.scroll(width);
        let mut col = 0;
        self.caret = self.text.len();
        for (at, g) in self.text.grapheme_indices(true) {
            let w = text::width(&text::sanitize(g));
            if col + w > goal {
                self.caret = at;
                return;
            }
            col += w;
        }
    }

    /// Draws into the first line of `area` and returns where the caret is.
    pub fn draw(&self, look: Look<'_>, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        if look.masked {
            let dots = |text: &str| "•".repeat(text.graphemes(true).count());
            let masked = Self {
                caret: dots(&self.text[..self.caret]).len(),
                text: dots(&self.text),
            };
            let look = Look {
                masked: false,
                ..look
            };
            return masked.draw(look, area, buf, theme);
        }
        let area = Rect {
            height: area.height.min(1),
            ..area
        }
        .intersection(buf.area);
        if area.is_empty() {
            return area.as_position();
        }
        let style = look.style(theme);
        buf.set_style(area, style);
        let width = usize::from(area.width);
        if self.text.is_empty() {
            let hint = text::fit(look.placeholder, width);
            buf.set_stringn(area.x, area.y, hint, width, theme.style(Role::TextMuted));
            return area.as_position();
        }
        let scroll = self.scroll(area.width);
        let shown = text::sanitize(&self.text);
        let mut col = 0;
        let mut cut_right = false;
        for g in shown.graphemes(true) {
            let w = text::grapheme_width(g);
            if col + w > scroll + width {
                cut_right = true;
                break;
            }
            // A wide character cut by the left edge leaves its cell blank.
            if col >= scroll {
                buf.set_stringn(area.x + (col - scroll) as u16, area.y, g, w, style);
            }
            col += w;
        }
        if width >= SCROLLS_SMOOTHLY {
            let faint = theme.style(Role::TextFaint);
            if scroll > 0 {
                buf.set_stringn(area.x, area.y, "…", 1, faint);
            }
            if cut_right {
                buf.set_stringn(area.right() - 1, area.y, "…", 1, faint);
            }
        }
        Position {
            x: area.x + (self.caret_column() - scroll).min(width - 1) as u16,
            y: area.y,
        }
    }

    fn caret_column(&self) -> usize {
        text::width(&text::sanitize(&self.text[..self.caret]))
    }

    /// Columns hidden on the left: by half widths, so that typing does not scroll on every key, and a function of the
    /// caret alone, so that drawing needs no memory.
    fn scroll(&self, width: u16) -> usize {
        let (caret, width) = (self.caret_column(), usize::from(width));
        if width < SCROLLS_SMOOTHLY {
            return caret.saturating_sub(width.saturating_sub(1));
        }
        match caret.checked_sub(width - 1) {
            None => 0,
            Some(over) => (over / (width / 2) + 1) * (width / 2),
        }
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.caret = self.boundary_from(from);
    }

    /// The first place at or after `at` where a caret can be.
    fn boundary_from(&self, at: usize) -> usize {
        let mut ends = self.text.grapheme_indices(true).map(|(i, _)| i);
        ends.find(|i| *i >= at).unwrap_or(self.text.len())
    }

    fn left(&self) -> usize {
        self.text[..self.caret]
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(i, _)| i)
    }

    fn right(&self) -> usize {
        self.caret
            + self.text[self.caret..]
                .graphemes(true)
                .next()
                .map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let before = &self.text[..self.caret];
        before
            .unicode_word_indices()
            .next_back()
            .map_or(0, |(i, _)| i)
    }

    fn word_right(&self) -> usize {
        let after = &self.text[self.caret..];
        after
            .unicode_word_indices()
            .next()
            .map_or(self.text.len(), |(i, w)| self.caret + i + w.len())
    }
}

/// Narrower inputs have no room for the marks of cut text.
const SCROLLS_SMOOTHLY: usize = 4;

/// Several lines of text and a caret.
#[derive(Debug, Clone)]
pub struct TextBox {
    area: TextArea<'static>,
}

impl Default for TextBox {
    fn default() -> Self {
        Self::new("")
    }
}

impl TextBox {
    /// A box holding `text`, the caret at its start.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        // The hardware cursor is the caret; a painted one would be a second.
        area.set_cursor_style(Style::default());
        area.set_cursor_line_style(Style::default());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_tab_length(2);
        Self { area }
    }

    /// What was typed, lines joined by `\n`.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        *self = Self::new(text);
    }

    /// How many lines were typed.
    pub fn lines(&self) -> usize {
        self.area.lines().len()
    }

    /// The caret's line and column, from 1, as editors count.
    pub fn place(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (at.0 + 1, at.1 + 1)
    }

    /// Puts the caret at a line and column, both from 1.
    pub fn go(&mut self, line: usize, column: usize) {
        let small = |n: usize| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(small(line), small(column)));
    }

    /// Inserts pasted text at the caret.
    pub fn paste(&mut self, s: &str) {
        self.area.insert_str(s);
    }

    /// Takes one key. Enter makes a new line; Tab and Esc are ignored.
    pub fn key(&mut self, key: KeyEvent) -> Reaction {
        if key.kind == KeyEventKind::Release
            || matches!(key.code, KeyCode::Tab | KeyCode::BackTab | KeyCode::Esc)
        {
            return Reaction::Ignored;
        }
        let ctrl = key.modifiers == KeyModifiers::CONTROL;
        let before = self.area.cursor();
        let edited = match key.code {
            // Readline's meanings, where the text area's own differ.
            KeyCode::Char('u') if ctrl => self.area.delete_line_by_head(),
            KeyCode::Char('c' | 'x' | 'y' | 'v' | 'm' | 'j') if ctrl => return Reaction::Ignored,
            _ => self.area.input(key),
        };
        if edited {
            Reaction::Edited
        } else if self.area.cursor() == before && !moves(key.code) {
            Reaction::Ignored
        } else {
            Reaction::Moved
        }
    }

    /// Draws and returns where the caret is.
    pub fn draw(&self, look: Look<'_>, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return area.as_position();
        }
        let style = look.style(theme);
        if self.area.is_empty() && !look.placeholder.is_empty() {
            let hint = text::fit(look.placeholder, usize::from(area.width));
            buf.set_stringn(
                area.x,
                area.y,
                hint,
                usize::from(area.width),
                theme.style(Role::TextMuted),
            );
            return area.as_position();
        }
        (&self.area).render(area, buf);
        buf.set_style(area, style);
        // The text area drops characters without a width of their own, but draws joiners and tags along with the letter
        // they cling to. None may reach the terminal; the letter says that something was there.
        for at in area.positions() {
            let cell = &mut buf[at];
            if cell.symbol().chars().any(text::is_unsafe) {
                let seen: String = cell
                    .symbol()
                    .chars()
                    .filter(|c| !text::is_unsafe(*c))
                    .collect();
                cell.set_symbol(&seen).set_style(theme.style(Role::Warn));
            }
        }
        let (top, left) = self.area.scroll_offset();
        let at = self.area.screen_cursor();
        let x = at
            .col
            .saturating_sub(usize::from(left))
            .min(usize::from(area.width) - 1);
        let y = at
            .row
            .saturating_sub(usize::from(top))
            .min(usize::from(area.height) - 1);
        Position {
            x: area.x + x as u16,
            y: area.y + y as u16,
        }
    }
}

fn moves(code: KeyCode) -> bool {
    use KeyCode::{Down, End, Home, Left, PageDown, PageUp, Right, Up};
    matches!(
        code,
        Down | End | Home | Left | PageDown | PageUp | Right | Up
    )
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

    fn press(input: &mut LineInput, keys: &str) {
        for c in keys.chars() {
            let key = match c {
                '<' => KeyEvent::from(KeyCode::Left),
                '~' => KeyEvent::from(KeyCode::Backspace),
                c if c.is_ascii_uppercase() => {
                    KeyEvent::new(KeyCode::Char(c.to_ascii_lowercase()), KeyModifiers::CONTROL)
                }
                c => KeyEvent::from(KeyCode::Char(c)),
            };
            input.key(key);
        }
    }

    #[test]
    fn readline_keys_do_what_fingers_expect() {
        for (keys, expected, caret) in [
            ("abc", "abc", 3),
            ("abc<<x", "axbc", 2),
            ("one twoW", "one ", 4),
            ("one two<<U", "wo", 0),
            ("one<K", "on", 2),
            ("oneA!", "!one", 1),
            ("oneAE?", "one?", 4),
            ("日本<~", "本", 0),
            ("oneBD", "on", 2),
        ] {
            let mut input = LineInput::default();
            press(&mut input, keys);
            assert_eq!((input.text(), input.caret), (expected, caret), "{keys}");
        }
        let mut input = LineInput::new("x");
        assert_eq!(input.key(KeyCode::Enter.into()), Reaction::Ignored);
        assert_eq!(input.key(KeyCode::Left.into()), Reaction::Moved);
        assert_eq!(input.key(KeyCode::Delete.into()), Reaction::Edited);
    }

    fn drawn(input: &LineInput, width: u16) -> (String, u16) {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let look = Look {
            placeholder: "type here",
            ..Look::default()
        };
        let at = input.draw(look, buf.area, &mut buf, &theme());
        (text_of(&buf).trim_end().to_owned(), at.x)
    }

    #[test]
    fn the_caret_stays_in_sight() {
        assert_eq!(drawn(&LineInput::default(), 6), ("type …".to_owned(), 0));
        assert_eq!(drawn(&LineInput::new("ab"), 6), ("ab".to_owned(), 2));
        assert_eq!(
            drawn(&LineInput::new("abcdefghij"), 6),
            ("…hij".to_owned(), 4)
        );
        assert_eq!(
            drawn(&LineInput::new("a\nb\u{1b}"), 9),
            ("a⏎b^[".to_owned(), 5)
        );
        let mut input = LineInput::new("abcdefghij");
        press(&mut input, "A");
        assert_eq!(drawn(&input, 6), ("abcde…".to_owned(), 0));
        input.click(3, 6);
        assert_eq!(input.caret, 3);
    }

    #[test]
    fn a_box_takes_lines_and_gives_its_caret() {
        let mut text = TextBox::new("one\ntwo");
        text.go(2, 4);
        text.paste("!\r\n日本");
        assert_eq!(text.text(), "one\ntwo!\n日本");
        assert_eq!(text.place(), (3, 3));
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        let at = text.draw(Look::default(), buf.area, &mut buf, &theme());
        assert_eq!(text_of(&buf), "two!\n日本\n");
        assert_eq!(at, Position::new(4, 1));
        assert_eq!(text.key(KeyCode::Tab.into()), Reaction::Ignored);
        assert_eq!(text.key(KeyCode::Enter.into()), Reaction::Edited);
        assert_eq!(text.key(KeyCode::Up.into()), Reaction::Moved);
    }

    #[test]
    fn a_box_lets_nothing_hidden_through() {
        let text = TextBox::new("a\u{e0041}b\u{202e}c\u{1b}[31md\u{200d}e\u{200b}");
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        text.draw(Look::default(), buf.area, &mut buf, &theme());
        assert_eq!(text_of(&buf), "abc[31mde\n");
    }

    proptest! {
        #[test]
        fn any_keys_leave_the_caret_on_a_boundary_and_on_screen(
            start in "\\PC{0,12}", keys in "[a日é<~ABDEFHKUW]{0,24}", width in 1_u16..14,
        ) {
            let mut input = LineInput::new(start);
            press(&mut input, &keys);
            prop_assert!(input.text.is_char_boundary(input.caret));
            prop_assert_eq!(input.boundary_from(input.caret), input.caret);
            let (line, caret) = drawn(&input, width);
            prop_assert!(caret < width);
            prop_assert!(text::width(&line) <= usize::from(width));
        }
    }
}
