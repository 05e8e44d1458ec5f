//! What was done in this run, as a list; below it the command line that does the selected one.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line as Row, Span};

use crate::text;
use crate::tui::deeds::{Deed, Deeds, Line};
use crate::tui::panes::servers::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{Place, Popup};

/// Lines for the command line.
const BELOW: u16 = 6;
/// Columns of the names of servers.
const SERVER: usize = 20;
/// Columns of times.
const TIME: usize = 9;

/// What a key wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing more.
    Nothing,
    /// The box is left.
    Closed,
    /// Copy the line of this deed, by its number.
    Copy(u64),
    /// Print it to the normal screen.
    Print(u64),
    /// Do it again.
    Again(u64),
    /// Show its request in Traffic.
    Traffic(u64),
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct DeedsBox {
    list: ListState,
    length: usize,
}

impl DeedsBox {
    /// A box whose newest row is selected.
    pub fn new(deeds: &Deeds) -> Self {
        let length = deeds.rows().len();
        let mut list = ListState::default();
        list.bottom(length);
        Self { list, length }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, deeds: &Deeds) -> Wanted {
        let selected = deeds.rows().get(self.list.selected).map(|deed| deed.number);
        let on = |wanted: fn(u64) -> Wanted| selected.map_or(Wanted::Nothing, wanted);
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | '@') => return Wanted::Closed,
            KeyCode::Enter | KeyCode::Char('y') => return on(Wanted::Copy),
            KeyCode::Char('p') => return on(Wanted::Print),
            KeyCode::Char('r') => return on(Wanted::Again),
            KeyCode::Char('t') => return on(Wanted::Traffic),
            KeyCode::Up | KeyCode::Char('k') => self.list.up(1),
            KeyCode::Down | KeyCode::Char('j') => self.list.down(1, self.length),
            KeyCode::PageUp => self.list.up(10),
            KeyCode::PageDown => self.list.down(10, self.length),
            KeyCode::Home | KeyCode::Char('g') => self.list.top(),
            KeyCode::End | KeyCode::Char('G') => self.list.bottom(self.length),
            _ => {}
        }
        Wanted::Nothing
    }

    /// Takes a click: on a row it selects, beside the box it leaves it.
    pub fn click(&mut self, at: Position, screen: Rect) -> Wanted {
        let popup = self.popup(screen);
        if !popup.area(screen).contains(at) {
            return Wanted::Closed;
        }
        let rows = Self::rows(popup.room(screen));
        self.list.clamp(self.length, usize::from(rows.height));
        if let Some(row) = self.list.row_at(at, self.length, 1, rows) {
            self.list.selected = row;
        }
        Wanted::Nothing
    }

    /// The wheel was turned, by this many rows (negative is up).
    pub fn wheel(&mut self, lines: isize, screen: Rect) {
        let height = usize::from(Self::rows(self.popup(screen).room(screen)).height);
        self.list.clamp(self.length, height);
        self.list.scroll(lines, self.length, height);
    }

    fn popup(&self, screen: Rect) -> Popup<'static> {
        let rows = (self.length as u16).max(1);
        Popup {
            title: "WHAT WAS DONE",
            footer: "y copy  p print  r again  t in traffic  Esc closes",
            width: screen.width.saturating_sub(8).clamp(20, 112),
            height: (rows + 1 + BELOW).min(screen.height.saturating_sub(6)),
            place: Place::Centre,
        }
    }

    /// Where the list is in the room of the box.
    fn rows(room: Rect) -> Rect {
        Rect {
            height: room.height.saturating_sub(BELOW + 1),
            ..room
        }
    }

    /// Draws it; gives back where the cursor is.
    pub fn draw(&self, deeds: &Deeds, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let room = self.popup(screen).draw(screen, buf, theme);
        let rows = Self::rows(room);
        let all = deeds.rows();
        let mut state = self.list;
        // While it is open, more may be done.
        let length = self.length.min(all.len());
        state.clamp(length, usize::from(rows.height));
        let server = all.iter().map(|deed| text::width(&deed.server)).max();
        let server = server.unwrap_or(0).min(SERVER);
        let cursor = list::draw(
            length,
            &state,
            true,
            |index, width| row(&all[index], server, usize::from(width), theme),
            rows,
            buf,
            theme,
        );
        let below = Rect {
            y: rows.bottom() + 1,
            height: room.bottom().saturating_sub(rows.bottom() + 1),
            ..room
        };
        let (role, words) = match all.get(state.selected).map(|deed| &deed.line) {
            None => (Role::TextMuted, "Nothing was done yet."),
            Some(Line::Known(line)) => (Role::Text, line.as_str()),
            Some(Line::Never(why)) => (Role::TextMuted, why.as_str()),
            Some(Line::Request(_, None)) => (Role::TextMuted, "it was not sent"),
            Some(Line::Request(..)) => (Role::TextMuted, "…"),
        };
        let words = text::sanitize(words).into_owned();
        let width = usize::from(below.width).max(1);
        let lines = wrap(&words, width);
        let cut = lines.len() > usize::from(below.height);
        for (index, (y, line)) in (below.y..below.bottom()).zip(&lines).enumerate() {
            let last = cut && index + 1 == usize::from(below.height);
            let line = if last {
                "… (y copies all of it)"
            } else {
                line
            };
            buf.set_stringn(below.x, y, line, width, theme.style(role));
        }
        cursor.unwrap_or(room.as_position())
    }
}

fn row(deed: &Deed, server: usize, width: usize, theme: &Theme) -> Row<'static> {
    let seconds = deed.us / 1_000_000;
    let time = format!("{:>3}:{:02}", seconds / 60, seconds % 60);
    let name = text::sanitize(&deed.server).into_owned();
    let words = text::sanitize(&deed.words).into_owned();
    let room = width.saturating_sub(TIME + server + 2);
    Row::from(vec![
        Span::styled(text::pad(&time, TIME), theme.style(Role::TextMuted)),
        Span::styled(
            text::pad(&text::fit(&name, server), server + 2),
            theme.style(Role::TextMuted),
        ),
        Span::styled(
            text::fit(&words, room).into_owned(),
            theme.style(Role::Text),
        ),
    ])
}
