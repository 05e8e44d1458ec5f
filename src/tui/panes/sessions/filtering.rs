//! The filter of the list of sessions: its bar, and what of it is in force.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::filter::{Filter, Subject};
use crate::library::Item;
use crate::library::choosing::values;
use crate::text;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::stream::bar::{Bar, Typed};

/// See the module.
#[derive(Debug)]
pub struct Filtering {
    bar: Bar,
    /// What is in force, as it was typed.
    text: String,
    filter: Filter,
}

impl Default for Filtering {
    fn default() -> Self {
        Self {
            bar: Bar::of(Subject::Sessions),
            text: String::new(),
            filter: Filter::default(),
        }
    }
}

impl Filtering {
    /// What is in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The same, as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether some sessions may be held back.
    pub fn is_on(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Whether it has a row on the screen.
    pub fn is_shown(&self) -> bool {
        self.is_typed() || self.is_on()
    }

    /// Whether it takes the keys.
    pub fn is_typed(&self) -> bool {
        self.bar.is_open()
    }

    /// Gives it the keys.
    pub fn open(&mut self, items: &[Item]) {
        let text = self.text.clone();
        self.bar.open(&text, &|key| values(items, key));
    }

    /// Lets through every session.
    pub fn clear(&mut self) {
        self.text.clear();
        self.filter = Filter::default();
    }

    /// Takes a key; whether other sessions may be let through now.
    pub fn key(&mut self, key: KeyEvent, items: &[Item]) -> (Reply, bool) {
        let typed = self.bar.key(key, &|key| values(items, key));
        self.typed(typed)
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str, items: &[Item]) -> (Reply, bool) {
        let typed = self.bar.paste(pasted, &|key| values(items, key));
        self.typed(typed)
    }

    /// Takes a click on its row, or on what is proposed below it; nothing when it is elsewhere.
    pub fn click(
        &mut self,
        at: Position,
        row: Rect,
        below: Rect,
        items: &[Item],
    ) -> Option<(Reply, bool)> {
        if !self.is_typed() {
            return row.contains(at).then(|| {
                self.open(items);
                (Reply::done(), false)
            });
        }
        let typed = self.bar.click(at, row, below, &|key| values(items, key));
        (typed != Typed::Ignored).then(|| self.typed(typed))
    }

    fn typed(&mut self, typed: Typed) -> (Reply, bool) {
        match typed {
            Typed::Ignored => (Reply::ignored(), false),
            // Filters of sessions have no names.
            Typed::Nothing | Typed::Left | Typed::Name(_) => (Reply::done(), false),
            Typed::Say(words) => (Reply::say(words), false),
            Typed::Filter(filter) => {
                self.bar.text().clone_into(&mut self.text);
                self.filter = filter;
                (Reply::done(), true)
            }
            Typed::Done(filter) => {
                self.text = filter.to_string();
                self.filter = filter;
                (Reply::done(), true)
            }
        }
    }

    /// What keys mean while it has them.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        self.bar.keys()
    }

    /// Draws its row; gives the caret.
    pub fn draw(
        &self,
        row: Rect,
        shown: usize,
        all: usize,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        let remark = if self.is_on() {
            format!("{shown} of {}", text::plural(all, "session"))
        } else {
            String::new()
        };
        self.bar.draw(row, &self.text, &remark, buf, ctx)
    }

    /// Draws what may be typed next over what is below its row.
    pub fn draw_choices(&self, row: Rect, below: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        self.bar.draw_choices(row, below, buf, ctx);
    }
}
