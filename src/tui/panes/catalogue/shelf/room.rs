//! Where the list and its rows are, and what is under the pointer: the drawing and the mouse do the same sums.

use ratatui::layout::{Position, Rect};

use super::{Did, Goods, Shelf};
use crate::history::Scope;
use crate::text;
use crate::tui::widgets::popup::{Place, Popup};

impl Shelf {
    /// What is above it.
    pub(super) fn title(&self, screen: Rect) -> String {
        let name = text::sanitize(&self.key.name).into_owned();
        let title = match self.goods {
            Goods::Runs(Scope::Callee) => format!("RUNS of {name}"),
            Goods::Runs(Scope::Server) => {
                let server = text::sanitize(&self.key.server).into_owned();
                format!("RUNS on {server}")
            }
            Goods::Runs(Scope::All) => "RUNS everywhere".to_owned(),
            Goods::Presets => format!("PRESETS of {name}"),
        };
        text::fit(&title, usize::from(screen.width.saturating_sub(12))).into_owned()
    }

    /// The box around it.
    pub(super) fn popup<'a>(&self, screen: Rect, title: &'a str, footer: &'a str) -> Popup<'a> {
        let tall = usize::from(screen.height.saturating_sub(4));
        Popup {
            title,
            footer,
            width: screen.width.saturating_sub(8).clamp(20, 100),
            height: tall.min(self.wanted() + 12).max(4) as u16,
            place: Place::Centre,
        }
    }

    /// Rows it would like: what is below them says more than a screen of empty ones.
    fn wanted(&self) -> usize {
        self.rows.len().clamp(3, 10)
    }

    /// Where its rows are in the room of the box.
    pub(super) fn rows_in(&self, room: Rect) -> Rect {
        let half = (room.height.saturating_sub(2) / 2).min(self.wanted() as u16);
        Rect {
            y: room.y + 1,
            height: half.min(room.height.saturating_sub(1)),
            ..room
        }
    }

    /// Takes a click: one on a row looks at it, a double one takes it, one beside the list closes that.
    pub fn click(&mut self, at: Position, double: bool, screen: Rect) -> Did {
        let title = self.title(screen);
        let popup = self.popup(screen, &title, "");
        if !popup.area(screen).contains(at) {
            return Did::Closed;
        }
        let rows = self.rows_in(popup.room(screen));
        self.deleting = false;
        self.picked = false;
        self.list.clamp(self.shown.len(), usize::from(rows.height));
        let Some(row) = self.list.row_at(at, self.shown.len(), 1, rows) else {
            return Did::Nothing;
        };
        self.list.selected = row;
        if double { self.pick() } else { Did::Nothing }
    }

    /// The wheel was turned, by this many rows (negative is up).
    pub fn wheel(&mut self, lines: isize, screen: Rect) {
        let title = self.title(screen);
        let room = self.popup(screen, &title, "").room(screen);
        let height = usize::from(self.rows_in(room).height);
        self.list.clamp(self.shown.len(), height);
        self.list.scroll(lines, self.shown.len(), height);
    }
}
