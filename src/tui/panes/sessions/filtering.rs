//! The filter of the list of sessions: its bar, and what of it is in force.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::chips::Chip;
use crate::filter::{Filter, Subject};
use crate::library::Item;
use crate::library::choosing::values;
use crate::text;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::stream::bar::{Bar, Typed, wrong};
use crate::tui::panes::stream::join;

/// See the module.
#[derive(Debug)]
pub struct Filtering {
    bar: Bar,
    /// What is in force, as it was typed.
    text: String,
    filter: Filter,
    /// Whether those with a name were asked for.
    asked: bool,
}

impl Default for Filtering {
    fn default() -> Self {
        Self {
            bar: Bar::of(Subject::Sessions),
            text: String::new(),
            filter: Filter::default(),
            asked: false,
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

    /// Gives it the keys; asks for the filters that have a name, once.
    pub fn open(&mut self, items: &[Item]) -> Reply {
        let text = self.text.clone();
        self.bar.open(&text, &|key| values(items, key));
        if std::mem::replace(&mut self.asked, true) {
            Reply::done()
        } else {
            Reply::effect(Effect::Store(Store::LoadFilters(Subject::Sessions)))
        }
    }

    /// Asks for a name to keep it under.
    pub fn ask_name(&mut self) {
        let name = self.name().unwrap_or_default().to_owned();
        self.bar.ask_name(&name);
    }

    /// The name under which it is kept.
    fn name(&self) -> Option<&str> {
        let mine = |chip: &&Chip| {
            Filter::parse_sessions(&chip.text).is_ok_and(|filter| filter == self.filter)
        };
        let named = self.bar.chips.iter().find(mine);
        named.map(|chip| chip.name.as_str())
    }

    /// These are the filters that have a name.
    pub fn named(&mut self, chips: &[Chip], items: &[Item]) {
        self.bar.chips = chips.to_vec();
        self.bar.look_again(&|key| values(items, key));
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
                let reply = self.open(items);
                (reply, false)
            });
        }
        let typed = self.bar.click(at, row, below, &|key| values(items, key));
        (typed != Typed::Ignored).then(|| self.typed(typed))
    }

    fn typed(&mut self, typed: Typed) -> (Reply, bool) {
        match typed {
            Typed::Ignored => (Reply::ignored(), false),
            Typed::Nothing | Typed::Left => (Reply::done(), false),
            Typed::Wrong(fault) => (Reply::say(wrong(&fault, &self.text)), false),
            Typed::Name(name) => {
                let text = self.text.clone();
                let store = Store::SaveFilter(Subject::Sessions, Chip { name, text });
                (Reply::effect(Effect::Store(store)), false)
            }
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
            let shown = format!("{shown} of {}", text::plural(all, "session"));
            let name = self.name().map(|name| format!("kept as \"{name}\""));
            join(&[shown, name.unwrap_or_default()])
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
