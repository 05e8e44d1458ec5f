//! What Traffic and Logs share: a list that grows at its end while somebody reads it.
//!
//! Owns the selection, following the newest row, and how many rows came in unseen. Rows are only ever added at the
//! end, so the number of a row is its identity: what is selected stays selected while others arrive.

use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::action::Action;
use crate::tui::panes::moves::moved;
use crate::tui::widgets::distinct::distinct;
use crate::tui::widgets::list::ListState;

pub mod areas;
pub mod bar;
pub mod detail;
pub mod filtering;
pub mod narrowed;
pub mod search;
pub mod sifting;

#[cfg(test)]
pub(crate) mod fixture;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    list: ListState,
    follow: bool,
    len: usize,
    height: usize,
    /// Rows from the first to the last that ever was on screen.
    seen: usize,
}

impl Stream {
    /// Empty; `follow` says whether it stays at the newest row.
    pub fn new(follow: bool) -> Self {
        Self {
            list: ListState::default(),
            follow,
            len: 0,
            height: 1,
            seen: 0,
        }
    }

    /// There are `len` rows now.
    pub fn arrived(&mut self, len: usize) {
        self.len = len;
        if self.follow {
            self.list.bottom(len);
        }
    }

    /// Will be drawn with room for `height` rows.
    pub fn place(&mut self, len: usize, height: usize) {
        self.height = height.max(1);
        self.arrived(len);
        self.list.clamp(len, self.height);
        self.seen = self.seen.max(self.list.offset + self.height).min(len);
    }

    /// The selected row; none while there is no row.
    pub fn selected(&self) -> Option<usize> {
        (self.len > 0).then(|| self.list.selected.min(self.len - 1))
    }

    /// Where the list stands, for drawing.
    pub fn list(&self) -> &ListState {
        &self.list
    }

    /// The rows on screen.
    pub fn visible(&self) -> std::ops::Range<usize> {
        let start = self.list.offset.min(self.len);
        start..(start + self.height).min(self.len)
    }

    /// Whether it stays at the newest row.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Follows, or stops doing so.
    pub fn toggle_follow(&mut self) {
        self.follow = !self.follow;
        self.arrived(self.len);
        self.settle();
    }

    /// Stays at the selected row from now on.
    pub fn hold(&mut self) {
        self.follow = false;
    }

    /// Selects a row.
    pub fn go(&mut self, row: usize) {
        self.list.selected = row;
        self.settle();
    }

    /// The rows are others now (a filter changed), and `row` is the one to stand on.
    pub fn refiltered(&mut self, len: usize, row: usize) {
        self.len = len;
        self.seen = len;
        self.list.selected = row;
        if self.follow {
            self.list.bottom(len);
        }
        self.list.clamp(len, self.height);
    }

    /// Moves, if the action is a movement.
    pub fn act(&mut self, action: Action) -> bool {
        if !moved(&mut self.list, action, self.len, self.height) {
            return false;
        }
        self.follow |= action == Action::Bottom;
        self.settle();
        true
    }

    /// The wheel was turned.
    pub fn wheel(&mut self, lines: isize) {
        self.list.scroll(lines, self.len, self.height);
        self.settle();
    }

    /// The row drawn at a position; `lines` is how many screen lines a row takes.
    pub fn row_at(&self, at: Position, lines: u16, area: Rect) -> Option<usize> {
        self.list.row_at(at, self.len, lines, area)
    }

    /// `FOLLOW`, or `42 new below`.
    pub fn remark(&self) -> String {
        match self.len.saturating_sub(self.seen) {
            _ if self.follow => "FOLLOW".to_owned(),
            0 => String::new(),
            new => format!("{new} new below"),
        }
    }

    /// After a movement: whoever looks at an older row does not follow.
    fn settle(&mut self) {
        self.list.clamp(self.len, self.height);
        self.follow &= self.list.selected + 1 >= self.len;
    }
}

/// The remarks of a title in one text: those that say something, a dot between them.
pub fn join(remarks: &[String]) -> String {
    let said: Vec<&str> = remarks
        .iter()
        .map(String::as_str)
        .filter(|remark| !remark.is_empty())
        .collect();
    said.join(" · ")
}

/// The beginning of untrusted text, safe and at most `cols` cells wide. Costs time by `cols`, not by the length.
pub fn safe(text: &str, cols: usize) -> String {
    let mut end = text.len().min(cols.saturating_mul(4) + 16);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut shown = text::fit(&text::sanitize(&text[..end]), cols).into_owned();
    if end < text.len() && text::width(&shown) < cols {
        shown.push('…');
    }
    shown
}

/// How connections are told apart in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// There is only one.
    None,
    /// By the number of the connection: they are all runs of one server.
    Number,
    /// By the server's name, in so many columns; each with what of it is shown, sanitised.
    Name(usize, Vec<(Box<str>, String)>),
}

impl Naming {
    /// The widest a name is shown.
    const WIDEST: usize = 8;

    /// As the connections of the session want it.
    pub fn of(timeline: &crate::session::timeline::Timeline) -> Self {
        let names = Self::names(timeline);
        if timeline.state().connections().nth(1).is_none() {
            return Self::None;
        }
        let shown = distinct(&names, Self::WIDEST).filter(|_| names.len() > 1);
        shown.map_or(Self::Number, |shown| {
            let widest = shown.iter().map(|name| text::width(name)).max();
            let names = names.iter().map(|name| Box::from(*name));
            Self::Name(
                widest.unwrap_or(0).clamp(3, Self::WIDEST),
                names.zip(shown).collect(),
            )
        })
    }

    /// The names of the servers, each once.
    fn names(timeline: &crate::session::timeline::Timeline) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for connection in timeline.state().connections() {
            if !names.contains(&&*connection.name) {
                names.push(&connection.name);
            }
        }
        names
    }

    /// Columns it takes, without a space after it.
    pub fn width(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Number => 3,
            Self::Name(width, _) => *width,
        }
    }

    /// The column's heading.
    pub fn heading(&self) -> &'static str {
        match self {
            Self::None => "",
            Self::Number => "run",
            Self::Name(..) => "srv",
        }
    }

    /// What stands there for a connection; sanitised.
    pub fn of_connection(
        &self,
        timeline: &crate::session::timeline::Timeline,
        conn: u32,
    ) -> String {
        match self {
            Self::None => String::new(),
            _ if conn == 0 => "–".to_owned(),
            Self::Number => conn.to_string(),
            Self::Name(_, names) => {
                let connection = timeline.state().connection(conn);
                let shown = connection.and_then(|connection| {
                    let mut names = names.iter();
                    names.find(|(name, _)| **name == *connection.name)
                });
                shown.map_or_else(String::new, |(_, shown)| shown.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_until_somebody_moves_up() {
        let mut stream = Stream::new(true);
        stream.place(50, 10);
        assert_eq!(
            (stream.selected(), stream.remark()),
            (Some(49), "FOLLOW".into())
        );
        stream.act(Action::Up);
        stream.place(92, 10);
        assert_eq!(
            (stream.selected(), stream.remark()),
            (Some(48), "42 new below".into())
        );
        assert_eq!(stream.visible(), 40..50);
        stream.wheel(3);
        stream.place(92, 10);
        assert_eq!(stream.remark(), "39 new below");
        stream.act(Action::Bottom);
        stream.place(100, 10);
        assert_eq!(
            (stream.selected(), stream.remark()),
            (Some(99), "FOLLOW".into())
        );
    }

    #[test]
    fn moving_where_there_is_nothing_above_does_not_stop_it() {
        let mut stream = Stream::new(true);
        for action in [Action::Up, Action::PageUp, Action::Top, Action::Down] {
            stream.act(action);
        }
        stream.place(1, 10);
        stream.act(Action::Up);
        assert!(stream.follows());
        stream.arrived(2);
        stream.act(Action::Down);
        assert!(stream.follows());
        stream.place(2, 10);
        stream.toggle_follow();
        assert_eq!((stream.follows(), stream.remark()), (false, String::new()));
        stream.go(0);
        stream.toggle_follow();
        assert_eq!((stream.follows(), stream.selected()), (true, Some(1)));
    }

    #[test]
    fn untrusted_text_is_cut_before_it_is_read() {
        assert_eq!(safe("a\u{1b}[31mb", 20), "a^[[31mb");
        assert_eq!(safe(&"é".repeat(1_000_000), 3), "éé…");
        assert_eq!(safe("日本", 0), "");
        assert_eq!(safe(&"e\u{301}".repeat(99), 40).chars().last(), Some('…'));
    }
}
