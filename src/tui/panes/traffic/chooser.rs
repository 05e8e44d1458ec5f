//! The box in which columns are picked, put in order and added. Every change shows at once.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::columns::{COLUMNS, Column, Layout};
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{Place, Popup};

/// What keys mean in it.
pub const KEYS: &[(&str, &str)] = &[
    ("Space", "show or hide"),
    ("J K", "move"),
    ("a", "add a value"),
    ("d", "take it away"),
    ("Esc", "done"),
];

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Nothing that shows.
    Nothing,
    /// The columns are these now.
    Layout(Layout),
    /// That cannot be, in words.
    Refused(String),
    /// It was left.
    Closed,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Chooser {
    /// All columns, and whether each is shown; those that are shown in their order.
    rows: Vec<(Column, bool)>,
    /// What was shown when it was opened.
    before: Layout,
    list: ListState,
    /// The path that is being typed.
    path: Option<LineInput>,
}

impl Chooser {
    /// Open, with these columns shown.
    pub fn new(layout: &Layout) -> Self {
        let mut rows: Vec<(Column, bool)> =
            layout.0.iter().cloned().map(|one| (one, true)).collect();
        for (column, _) in COLUMNS {
            if !layout.0.contains(column) {
                rows.push((column.clone(), false));
            }
        }
        Self {
            rows,
            before: layout.clone(),
            list: ListState::default(),
            path: None,
        }
    }

    /// Whether these columns are others than when it was opened.
    pub fn is_changed(&self, now: &Layout) -> bool {
        self.before != *now
    }

    fn layout(&self) -> Chosen {
        let shown = self.rows.iter().filter(|(_, shown)| *shown);
        Chosen::Layout(Layout(shown.map(|(column, _)| column.clone()).collect()))
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Chosen {
        if key.kind == KeyEventKind::Release {
            return Chosen::Nothing;
        }
        if self.path.is_some() {
            return self.typed(key);
        }
        if key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
        {
            // No letter of these: something else was meant.
            return Chosen::Nothing;
        }
        let at = self.list.selected.min(self.rows.len() - 1);
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => self.list.down(1, self.rows.len()),
            KeyCode::Char('k') | KeyCode::Up => self.list.up(1),
            KeyCode::Char(' ') | KeyCode::Enter => return self.toggle(at),
            KeyCode::Char('J') if at + 1 < self.rows.len() => return self.swap(at, at + 1),
            KeyCode::Char('K') if at > 0 => return self.swap(at, at - 1),
            KeyCode::Char('a') => self.path = Some(LineInput::new("$.params.")),
            KeyCode::Char('d') => {
                if !matches!(self.rows[at].0, Column::Value(_)) {
                    return Chosen::Refused("Only values are taken away; Space hides.".to_owned());
                }
                self.rows.remove(at);
                return self.layout();
            }
            KeyCode::Esc | KeyCode::Char('q' | 'C') => return Chosen::Closed,
            _ => {}
        }
        Chosen::Nothing
    }

    fn toggle(&mut self, at: usize) -> Chosen {
        if self.rows[at].0 == Column::What {
            return Chosen::Refused("What a row is cannot be hidden.".to_owned());
        }
        self.rows[at].1 = !self.rows[at].1;
        self.layout()
    }

    fn swap(&mut self, from: usize, to: usize) -> Chosen {
        self.rows.swap(from, to);
        self.list.selected = to;
        self.layout()
    }

    fn typed(&mut self, key: KeyEvent) -> Chosen {
        let Some(line) = &mut self.path else {
            return Chosen::Nothing;
        };
        match key.code {
            KeyCode::Esc => self.path = None,
            KeyCode::Enter => {
                let column = match Column::named(line.text()) {
                    Ok(column @ Column::Value(_)) => column,
                    Ok(_) => return Chosen::Refused("A path begins with $.".to_owned()),
                    Err(why) => return Chosen::Refused(why),
                };
                self.path = None;
                self.rows.retain(|(other, _)| *other != column);
                let what = self
                    .rows
                    .iter()
                    .position(|(other, _)| *other == Column::What);
                let at = what.map_or(0, |what| what + 1);
                self.rows.insert(at, (column, true));
                self.list.selected = at;
                return self.layout();
            }
            _ => {
                if line.key(key) == Reaction::Ignored {
                    return Chosen::Nothing;
                }
            }
        }
        Chosen::Nothing
    }

    /// Takes pasted text into the path that is being typed.
    pub fn paste(&mut self, text: &str) {
        if let Some(line) = &mut self.path {
            line.paste(text);
        }
    }

    /// Draws it over `screen`; gives the caret.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let popup = Popup {
            title: "COLUMNS",
            footer: "Space show  J K move  a add  d away  Esc",
            width: 44,
            height: self.rows.len() as u16 + u16::from(self.path.is_some()),
            place: Place::Centre,
        };
        let inside = popup.draw(screen, buf, theme);
        let typed = u16::from(self.path.is_some()).min(inside.height);
        let rows = Rect {
            height: inside.height - typed,
            ..inside
        };
        let row = |index: usize, width: u16| {
            let (column, shown) = &self.rows[index];
            let name = match column {
                Column::Since => "delta: since the row before".to_owned(),
                Column::Mark => "mark: letters, and what is selected".to_owned(),
                column => text::sanitize(&column.to_string()).into_owned(),
            };
            let (sign, role) = if *shown {
                ("[x] ", Role::Text)
            } else {
                ("[ ] ", Role::TextMuted)
            };
            let name = text::fit(&name, usize::from(width).saturating_sub(4)).into_owned();
            Line::from(vec![
                Span::styled(sign, theme.style(role)),
                Span::styled(name, theme.style(role)),
            ])
        };
        let mut list = self.list;
        list.clamp(self.rows.len(), usize::from(rows.height));
        let cursor = list::draw(self.rows.len(), &list, true, row, rows, buf, theme);
        let Some(line) = &self.path else {
            return cursor;
        };
        let field = Rect {
            y: rows.bottom(),
            height: typed,
            ..inside
        };
        let label = "Path: ";
        buf.set_stringn(
            field.x,
            field.y,
            label,
            usize::from(field.width),
            theme.style(Role::TextMuted),
        );
        let input = Rect {
            x: field.x + (label.len() as u16).min(field.width),
            width: field.width.saturating_sub(label.len() as u16),
            ..field
        };
        let look = Look {
            placeholder: "$.params.arguments.city",
            ..Look::default()
        };
        Some(line.draw(look, input, buf, theme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(chooser: &mut Chooser, keys: &str) -> Chosen {
        let mut last = Chosen::Nothing;
        for letter in keys.chars() {
            let code = match letter {
                '⏎' => KeyCode::Enter,
                letter => KeyCode::Char(letter),
            };
            last = chooser.key(KeyEvent::new(code, KeyModifiers::NONE));
        }
        last
    }

    fn names(chosen: Chosen) -> Vec<String> {
        match chosen {
            Chosen::Layout(layout) => layout.names(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_are_hidden_moved_added_and_taken_away() {
        let mut chooser = Chooser::new(&Layout::of(["number", "what", "took"]));
        assert_eq!(names(press(&mut chooser, " ")), ["what", "took"]);
        assert_eq!(names(press(&mut chooser, " J")), ["what", "number", "took"]);
        assert!(matches!(press(&mut chooser, "k "), Chosen::Refused(_)));
        assert!(matches!(press(&mut chooser, "a[⏎"), Chosen::Refused(_)));
        chooser.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let added = names(press(&mut chooser, "aarguments.city⏎"));
        assert_eq!(added, ["what", "$.params.arguments.city", "number", "took"]);
        assert_eq!(names(press(&mut chooser, "d")), ["what", "number", "took"]);
        assert!(matches!(press(&mut chooser, "d"), Chosen::Refused(_)));
        for (modifiers, letter) in [(KeyModifiers::CONTROL, 'd'), (KeyModifiers::ALT, ' ')] {
            let key = KeyEvent::new(KeyCode::Char(letter), modifiers);
            assert_eq!(chooser.key(key), Chosen::Nothing);
        }
        // What is hidden is below, to be shown again.
        assert_eq!(names(press(&mut chooser, "jjj ")).len(), 4);
        assert_eq!(press(&mut chooser, "q"), Chosen::Closed);
    }
}
