//! A list to type into: help, menu and palette are this with different rows.

use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Reach;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{Place, Popup};

/// What picking a row does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// An action.
    Action(Action),
    /// To the item of this name in a view's list.
    Item(crate::tui::pane::View, String),
    /// To the entry of this number, in Traffic.
    Entry(u64),
    /// To a server.
    Server(usize),
    /// Mark a server, or no longer.
    Mark(usize),
    /// Have lists, Traffic and Logs tell of these servers.
    Reach(Reach),
    /// Look at a client's log, or at one whose path is to be typed.
    Log(Option<std::path::PathBuf>),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In the first column: keys, or the kind of thing.
    pub left: String,
    /// What it is; this is what typing looks through.
    pub middle: String,
    /// A remark: where it applies, or why it does nothing now.
    pub right: String,
    /// Whether it does something now.
    pub enabled: bool,
    /// What it does.
    pub pick: Pick,
}

impl Choice {
    /// What it is called in settings and by the menu.
    fn name(&self) -> &'static str {
        match self.pick {
            Pick::Action(action) => action.row().name,
            _ => "",
        }
    }

    /// Its word in the hint row, and what it is called in settings.
    fn words(&self) -> String {
        match self.pick {
            Pick::Action(action) => format!("{} {}", action.row().hint, action.row().name),
            _ => String::new(),
        }
    }

    /// How well it begins like what was typed, in lower case: its name, or a word of it, comes before letters that
    /// stand somewhere.
    fn begins(&self, typed: &str) -> u8 {
        let word = |text: &str| {
            let text = text.to_lowercase();
            let mut words = text.split(|letter: char| !letter.is_alphanumeric());
            words.any(|word| word.starts_with(typed))
        };
        match self.name() {
            _ if typed.is_empty() => 0,
            name if name == typed => 3,
            name if name.starts_with(typed) => 2,
            _ if word(&self.words()) || word(&self.middle) => 1,
            _ => 0,
        }
    }

    /// How to do the same without a screen, when that makes sense.
    fn cli(&self) -> Option<&'static str> {
        match self.pick {
            Pick::Action(action) => Some(action.row().cli).filter(|cli| !cli.is_empty()),
            Pick::Log(_) => Some("mcpscope open FILE"),
            _ => None,
        }
    }
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// Nothing yet.
    Nothing,
    /// This was picked.
    This(Pick),
    /// The list was left.
    Closed,
}

/// See the module.
#[derive(Debug)]
pub struct Picker {
    title: String,
    input: LineInput,
    choices: Vec<Choice>,
    /// Whether a number that is typed is that of an entry.
    numbers: bool,
    shown: Vec<usize>,
    list: ListState,
    left_width: usize,
}

impl Picker {
    /// A list of everything in `choices`.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>) -> Self {
        let left_width = choices
            .iter()
            .map(|choice| text::width(&choice.left))
            .max()
            .unwrap_or(0);
        Self {
            title: title.into(),
            input: LineInput::new(""),
            shown: (0..choices.len()).collect(),
            choices,
            numbers: false,
            list: ListState::default(),
            left_width,
        }
    }

    /// The same, in which a number goes to the entry of that number.
    #[must_use]
    pub fn with_numbers(self) -> Self {
        Self {
            numbers: true,
            ..self
        }
    }

    /// Takes a key; letters always type.
    pub fn key(&mut self, key: KeyEvent) -> Picked {
        match key.code {
            KeyCode::Esc => return Picked::Closed,
            KeyCode::Enter => return self.picked(),
            KeyCode::Up | KeyCode::BackTab => self.list.up(1),
            KeyCode::Down | KeyCode::Tab => self.list.down(1, self.shown.len()),
            KeyCode::PageUp => self.list.page_up(10),
            KeyCode::PageDown => self.list.page_down(self.shown.len(), 10),
            _ => {
                if self.input.key(key) == Reaction::Edited {
                    self.filter();
                }
            }
        }
        Picked::Nothing
    }

    fn picked(&self) -> Picked {
        self.shown
            .get(self.list.selected)
            .map_or(Picked::Nothing, |index| {
                Picked::This(self.choices[*index].pick.clone())
            })
    }

    /// Takes a click: on a row it picks, beside the list it closes it.
    pub fn click(&mut self, at: Position, screen: Rect) -> Picked {
        if !self.popup(screen, "").area(screen).contains(at) {
            return Picked::Closed;
        }
        let rows = rows_of(self.popup(screen, "").room(screen));
        self.list.clamp(self.shown.len(), usize::from(rows.height));
        match self.list.row_at(at, self.shown.len(), 1, rows) {
            Some(row) => {
                self.list.selected = row;
                self.picked()
            }
            None => Picked::Nothing,
        }
    }

    /// The wheel was turned, by this many rows (negative is up).
    pub fn wheel(&mut self, lines: isize, screen: Rect) {
        let height = usize::from(rows_of(self.popup(screen, "").room(screen)).height);
        self.list.clamp(self.shown.len(), height);
        self.list.scroll(lines, self.shown.len(), height);
    }

    /// The box around it.
    fn popup<'a>(&'a self, screen: Rect, footer: &'a str) -> Popup<'a> {
        Popup {
            title: &self.title,
            footer,
            width: screen.width.saturating_sub(8).clamp(20, 92),
            height: screen.height.saturating_sub(6).clamp(4, 22),
            place: Place::Centre,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        self.input.paste(pasted);
        self.filter();
    }

    fn filter(&mut self) {
        self.list = ListState::default();
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let typed = self.input.text().trim().to_lowercase();
        // What was made of a number stands at the end, and nothing is numbered after it.
        let mut scored: Vec<(u8, u32, usize)> = self
            .choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| !matches!(choice.pick, Pick::Entry(_)))
            .filter_map(|(index, choice)| {
                let hay = format!("{} {} {}", choice.middle, choice.left, choice.words());
                pattern
                    .score(Utf32Str::new(&hay, &mut buffer), &mut matcher)
                    .map(|score| (choice.begins(&typed), score, index))
            })
            .collect();
        // The same score keeps the table's order.
        scored.sort_by_key(|(begins, score, index)| {
            (
                std::cmp::Reverse(*begins),
                std::cmp::Reverse(*score),
                *index,
            )
        });
        self.shown = scored.into_iter().map(|(.., index)| index).collect();
        self.choices
            .retain(|choice| !matches!(choice.pick, Pick::Entry(_)));
        let number = typed.strip_prefix('#').unwrap_or(&typed).parse();
        if let Some(seq) = number.ok().filter(|_| self.numbers) {
            self.shown.insert(0, self.choices.len());
            self.choices.push(Choice {
                left: "entry".to_owned(),
                middle: format!("go to #{seq} in Traffic"),
                right: String::new(),
                enabled: true,
                pick: Pick::Entry(seq),
            });
        }
    }

    /// Draws it over the screen; the caret is in the line that is typed into.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let footer = format!(
            "{} of {}  arrows move  Enter runs  Esc closes",
            self.shown.len(),
            self.choices.len()
        );
        let room = self.popup(screen, &footer).draw(screen, buf, theme);
        let line = Rect { height: 1, ..room };
        let look = Look {
            placeholder: "type to search",
            ..Look::default()
        };
        let caret = self.input.draw(look, line, buf, theme);
        let rows = rows_of(room);
        let mut state = self.list;
        state.clamp(self.shown.len(), usize::from(rows.height));
        if self.shown.is_empty() {
            let style = theme.style(Role::TextMuted);
            let room = usize::from(rows.width);
            buf.set_stringn(rows.x, rows.y, "Nothing matches.", room, style);
        }
        list::draw(
            self.shown.len(),
            &state,
            true,
            |index, width| self.row(index, usize::from(width), theme),
            rows,
            buf,
            theme,
        );
        let selected = self.shown.get(state.selected);
        if let Some(cli) = selected.and_then(|index| self.choices[*index].cli()) {
            let words = format!("without a screen: {cli}");
            let width = usize::from(room.width);
            buf.set_stringn(
                room.x,
                room.bottom().saturating_sub(1),
                text::fit(&words, width),
                width,
                theme.style(Role::TextMuted),
            );
        }
        caret
    }

    fn row(&self, index: usize, width: usize, theme: &Theme) -> Line<'static> {
        let choice = &self.choices[self.shown[index]];
        let left = text::pad(&choice.left, self.left_width + 2);
        let middle = text::sanitize(&choice.middle).into_owned();
        let right = text::sanitize(&choice.right).into_owned();
        // What it is comes before the remark, which still says that there is one.
        let avail = width.saturating_sub(text::width(&left) + 2);
        let room = avail
            .saturating_sub(text::width(&right))
            .max(text::width(&middle).min(avail * 2 / 3));
        let right = text::fit(&right, avail.saturating_sub(room)).into_owned();
        let style = theme.style(if choice.enabled {
            Role::Text
        } else {
            Role::TextMuted
        });
        Line::from(vec![
            Span::styled(left, theme.style(Role::Key)),
            Span::styled(text::pad(&text::fit(&middle, room), room), style),
            Span::styled(format!("  {right}"), theme.style(Role::TextMuted)),
        ])
    }
}

/// Where the rows are in the room of the box: below the line that is typed into. The last line is kept free even when
/// there is nothing to say, so that rows do not jump.
fn rows_of(room: Rect) -> Rect {
    Rect {
        y: room.y + 1,
        height: room.height.saturating_sub(2),
        ..room
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tui::action::ACTIONS;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::testing::text_of;

    fn screen(picker: &Picker, width: u16, height: u16) -> Vec<String> {
        let theme = Theme::load("mono", Depth::None).unwrap();
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        picker.draw(buf.area, &mut buf, &theme);
        text_of(&buf).lines().map(str::to_owned).collect()
    }

    fn picker() -> Picker {
        let rows = [Action::Run, Action::Unset, Action::SetNull].map(|action| Choice {
            left: "k".to_owned(),
            middle: action.row().doc.to_owned(),
            right: String::new(),
            enabled: true,
            pick: Pick::Action(action),
        });
        Picker::new("KEYS", rows.to_vec())
    }

    #[test]
    fn the_last_line_says_how_to_do_it_without_a_screen() {
        let mut picker = picker();
        let find = |picker: &Picker| {
            let lines = screen(picker, 80, 24);
            let at = lines.iter().position(|line| line.contains('└')).unwrap();
            lines[at - 1].clone()
        };
        assert!(
            find(&picker).contains("without a screen: mcpscope call TOOL key=value -- COMMAND"),
            "{}",
            find(&picker)
        );
        picker.key(KeyEvent::from(KeyCode::Down));
        assert!(!find(&picker).contains("without"), "{}", find(&picker));
        picker.paste("null");
        assert!(find(&picker).contains("key:=null"), "{}", find(&picker));
    }

    #[test]
    fn a_number_is_that_of_an_entry_where_it_may_be() {
        let mut picker = picker().with_numbers();
        picker.paste("#12");
        let enter = KeyEvent::from(KeyCode::Enter);
        assert_eq!(picker.key(enter), Picked::This(Pick::Entry(12)));
        picker.key(KeyEvent::from(KeyCode::Char('9')));
        assert_eq!(picker.key(enter), Picked::This(Pick::Entry(129)));
        assert_eq!(picker.choices.len(), 4);
        picker.key(KeyEvent::from(KeyCode::Char('x')));
        assert_eq!(picker.choices.len(), 3);
        let mut other = self::picker();
        other.paste("12");
        assert_eq!(other.key(enter), Picked::Nothing);
    }

    #[test]
    fn rows_are_clicked_and_a_click_beside_closes() {
        let mut picker = picker();
        let screen = Rect::new(0, 0, 80, 24);
        let lines = self::screen(&picker, 80, 24);
        let at = |words: &str| {
            let y = lines.iter().position(|line| line.contains(words)).unwrap();
            Position::new(20, y as u16)
        };
        let null = at("Make it null");
        assert_eq!(
            picker.click(null, screen),
            Picked::This(Pick::Action(Action::SetNull))
        );
        assert_eq!(picker.click(at("type to search"), screen), Picked::Nothing);
        let empty = Position::new(null.x, null.y + 3);
        assert_eq!(picker.click(empty, screen), Picked::Nothing);
        let beside = Position::new(0, 0);
        assert_eq!(picker.click(beside, screen), Picked::Closed);
    }

    #[test]
    fn the_wheel_brings_rows_from_below_under_the_pointer() {
        let all: Vec<Choice> = ACTIONS
            .iter()
            .map(|row| Choice {
                left: String::new(),
                middle: row.doc.to_owned(),
                right: String::new(),
                enabled: true,
                pick: Pick::Action(row.action),
            })
            .collect();
        let mut picker = Picker::new("KEYS", all);
        let lines = self::screen(&picker, 80, 24);
        let search = lines.iter().position(|line| line.contains("to search"));
        let first = Position::new(20, search.unwrap() as u16 + 1);
        let screen = Rect::new(0, 0, 80, 24);
        picker.wheel(3, screen);
        assert_eq!(
            picker.click(first, screen),
            Picked::This(Pick::Action(ACTIONS[3].action))
        );
    }

    #[test]
    fn every_way_without_a_screen_fits_80_columns() {
        for row in ACTIONS {
            let words = format!("without a screen: {}", row.cli);
            assert!(text::width(&words) <= 80 - 8, "{}", row.name);
        }
    }
}
