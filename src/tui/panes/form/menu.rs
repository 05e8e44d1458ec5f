//! A list that drops down from a field: choices, variants, boxes to tick, fields to go to, answers to take over.
//!
//! Owns what is typed to narrow it and which row is selected. What picking means is the pane's business.

use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::form::NodeId;
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{Place, Popup};

/// Lists of more rows than this are narrowed by typing.
pub const SHORT: usize = 12;
/// Rows shown at a time.
const ROWS: usize = 12;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A choice of an enum.
    Enum(NodeId),
    /// Boxes of a set.
    Set(NodeId),
    /// A variant of a union.
    Variant(NodeId),
    /// A field to go to.
    Search,
}

/// What picking a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// A choice or variant, by its place.
    Index(usize),
    /// A value that is not in the list.
    Other,
    /// A field.
    Node(NodeId),
}

/// One row; its texts are not sanitised yet.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    /// The value behind the name.
    pub value: String,
    /// What it means.
    pub remark: String,
    pub pick: Pick,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// Nothing yet.
    Nothing,
    /// This was picked.
    This(Pick),
    /// This was ticked, and the list stays.
    Toggle(Pick),
    /// The list was left.
    Closed,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Menu {
    pub purpose: Purpose,
    title: String,
    input: LineInput,
    /// Whether letters narrow it.
    narrows: bool,
    entries: Vec<Entry>,
    shown: Vec<usize>,
    list: ListState,
}

impl Menu {
    /// A list with `at` selected.
    pub fn new(purpose: Purpose, title: String, entries: Vec<Entry>, at: usize) -> Self {
        let shown = (0..entries.len()).collect();
        Self {
            purpose,
            title,
            input: LineInput::default(),
            narrows: purpose == Purpose::Search || entries.len() > SHORT + 1,
            entries,
            shown,
            list: ListState {
                selected: at,
                offset: 0,
            },
        }
    }

    /// Whether its rows are boxes to tick.
    pub fn ticks(&self) -> bool {
        matches!(self.purpose, Purpose::Set(_))
    }

    /// Whether letters narrow it.
    pub fn narrows(&self) -> bool {
        self.narrows
    }

    fn selected(&self) -> Option<Pick> {
        let index = self.shown.get(self.list.selected)?;
        Some(self.entries[*index].pick)
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Picked {
        let ticks = self.ticks();
        let len = self.shown.len();
        match key.code {
            KeyCode::Esc => return Picked::Closed,
            KeyCode::Enter => {
                return match self.selected() {
                    Some(pick) if ticks && pick != Pick::Other => Picked::Toggle(pick),
                    Some(pick) => Picked::This(pick),
                    None => Picked::Nothing,
                };
            }
            KeyCode::Char(' ') if ticks || !self.narrows => {
                return match self.selected() {
                    Some(pick) if ticks && pick != Pick::Other => Picked::Toggle(pick),
                    Some(pick) => Picked::This(pick),
                    None => Picked::Nothing,
                };
            }
            KeyCode::Up | KeyCode::BackTab => self.list.up(1),
            KeyCode::Down | KeyCode::Tab => self.list.down(1, len),
            KeyCode::PageUp => self.list.page_up(ROWS),
            KeyCode::PageDown => self.list.page_down(len, ROWS),
            KeyCode::Home if !self.narrows => self.list.top(),
            KeyCode::End if !self.narrows => self.list.bottom(len),
            KeyCode::Char('j') if !self.narrows => self.list.down(1, len),
            KeyCode::Char('k') if !self.narrows => self.list.up(1),
            KeyCode::Char(letter) if !self.narrows => self.jump(letter),
            _ => {
                if self.narrows && self.input.key(key) == Reaction::Edited {
                    self.narrow();
                }
            }
        }
        Picked::Nothing
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        if self.narrows {
            self.input.paste(pasted);
            self.narrow();
        }
    }

    /// To the next row that begins with a letter.
    fn jump(&mut self, letter: char) {
        let begins = |index: &usize| {
            let name = &self.entries[*index].name;
            name.chars()
                .next()
                .is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
        };
        let from = self.list.selected + 1;
        let found = self.shown.iter().skip(from).position(begins);
        let first = self.shown.iter().position(begins);
        if let Some(at) = found.map(|at| at + from).or(first) {
            self.list.selected = at;
        }
    }

    fn narrow(&mut self) {
        self.list = ListState::default();
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                // What is not in the list can always be given.
                if entry.pick == Pick::Other {
                    return Some((0, index));
                }
                // What it is called says more than what it means.
                let name = format!("{} {}", entry.name, entry.value);
                let by_name = pattern.score(Utf32Str::new(&name, &mut buffer), &mut matcher);
                if let Some(score) = by_name {
                    return Some((score + 1_000, index));
                }
                pattern
                    .score(Utf32Str::new(&entry.remark, &mut buffer), &mut matcher)
                    .map(|score| (score, index))
            })
            .collect();
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.shown = scored.into_iter().map(|(_, index)| index).collect();
    }

    /// Takes a click: the row under the pointer; none beside the list.
    pub fn click(&mut self, at: Position, anchor: Rect, room: Rect) -> Option<Picked> {
        let area = self.area(anchor, room);
        if !area.contains(at) {
            return None;
        }
        let first = area.y + 1 + u16::from(self.narrows);
        let row = usize::from(at.y.checked_sub(first)?) + self.offset(area);
        if at.y + 1 >= area.bottom() || row >= self.shown.len() {
            return Some(Picked::Nothing);
        }
        self.list.selected = row;
        Some(self.key(KeyEvent::from(KeyCode::Enter)))
    }

    /// Scrolls.
    pub fn wheel(&mut self, lines: isize) {
        if lines < 0 {
            self.list.up(lines.unsigned_abs());
        } else {
            self.list.down(lines.unsigned_abs(), self.shown.len());
        }
    }

    fn offset(&self, area: Rect) -> usize {
        let height = usize::from(area.height.saturating_sub(2 + u16::from(self.narrows)));
        let mut list = self.list;
        list.clamp(self.shown.len(), height);
        list.offset
    }

    /// Where the box goes: below its field, or above it where there is more room.
    pub fn area(&self, anchor: Rect, room: Rect) -> Rect {
        let rows = self.entries.len().clamp(1, ROWS) as u16 + u16::from(self.narrows);
        let wanted = rows + 2;
        let below = room.bottom().saturating_sub(anchor.bottom());
        let above = anchor.y.saturating_sub(room.y);
        let (y, height) = if below >= wanted.min(8) || below >= above {
            (anchor.bottom(), wanted.min(below))
        } else {
            let height = wanted.min(above);
            (anchor.y - height, height)
        };
        let width = self.width().min(room.width);
        let x = anchor.x.min(room.right().saturating_sub(width)).max(room.x);
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    fn width(&self) -> u16 {
        let (names, values) = self.columns();
        let remarks = self
            .entries
            .iter()
            .map(|entry| text::width(&entry.remark).min(40))
            .max()
            .unwrap_or(0);
        let gap = |width: usize| if width == 0 { 0 } else { width + 2 };
        let wanted = names + gap(values) + gap(remarks) + 8;
        wanted.max(text::width(&self.title) + 12).clamp(24, 96) as u16
    }

    fn columns(&self) -> (usize, usize) {
        let widest = |of: &dyn Fn(&Entry) -> usize| self.entries.iter().map(of).max().unwrap_or(0);
        let names = widest(&|entry| text::width(&text::sanitize(&entry.name)));
        let values = widest(&|entry| text::width(&text::sanitize(&entry.value)));
        (names.min(48), values.min(24))
    }

    /// Draws it over the form; returns where the hardware cursor belongs. `ticked` says which rows have their box
    /// ticked, or are what stands now.
    pub fn draw(
        &self,
        anchor: Rect,
        room: Rect,
        ticked: &[usize],
        buf: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let area = self.area(anchor, room).intersection(buf.area);
        if area.height < 3 || area.width < 8 {
            return None;
        }
        let footer = if self.ticks() {
            "Space ticks  Esc closes"
        } else {
            "Enter picks  Esc closes"
        };
        let inner = Popup {
            title: &self.title,
            footer,
            width: area.width - 4,
            height: area.height - 2,
            place: Place::Centre,
        }
        .draw(area, buf, theme);
        let mut rows = inner;
        let mut caret = None;
        if self.narrows {
            let line = Rect { height: 1, ..inner };
            let look = Look {
                placeholder: "type to search",
                ..Look::default()
            };
            caret = Some(self.input.draw(look, line, buf, theme));
            rows.y += 1;
            rows.height = rows.height.saturating_sub(1);
        }
        let mut state = self.list;
        state.clamp(self.shown.len(), usize::from(rows.height));
        if self.shown.is_empty() {
            let style = theme.style(Role::TextMuted);
            buf.set_stringn(
                rows.x,
                rows.y,
                "Nothing matches.",
                usize::from(rows.width),
                style,
            );
        }
        let (names, values) = self.columns();
        let ticks = self.ticks();
        let cursor = list::draw(
            self.shown.len(),
            &state,
            true,
            |row, width| {
                let index = self.shown[row];
                let entry = &self.entries[index];
                let is = matches!(entry.pick, Pick::Index(at) if ticked.contains(&at));
                let mark = match (ticks, is) {
                    _ if entry.pick == Pick::Other => "",
                    (true, true) => "[x] ",
                    (true, false) => "[ ] ",
                    _ => "",
                };
                entry_line(entry, mark, (names, values), usize::from(width), theme)
            },
            rows,
            buf,
            theme,
        );
        caret.or(cursor)
    }
}

fn entry_line(
    entry: &Entry,
    mark: &str,
    (names, values): (usize, usize),
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let muted = theme.style(Role::TextMuted);
    let name = text::sanitize(&entry.name);
    let role = if entry.pick == Pick::Other {
        Role::Accent
    } else {
        Role::Text
    };
    let mut spans = vec![
        Span::styled(mark.to_owned(), theme.style(Role::Text)),
        Span::styled(text::pad(&name, names.min(width)), theme.style(role)),
    ];
    let mut used = text::width(mark) + names;
    if values > 0 {
        let value = text::pad(&text::sanitize(&entry.value), values);
        spans.push(Span::styled(format!("  {value}"), muted));
        used += values + 2;
    }
    let room = width.saturating_sub(used + 2);
    let remark = text::sanitize(&entry.remark);
    spans.push(Span::styled(
        format!("  {}", text::fit(&remark, room)),
        muted,
    ));
    Line::from(spans)
}
