//! The Inbox view: what servers want from us, and what we want from them, as far as it goes on.
//!
//! Owns which sub-tab is shown and draws the one title all of them share. What a sub-tab lists and does is a
//! [`Section`], a file of its own below: `waiting` has what servers ask, `running` the requests that wait, `tasks`
//! what became a task, `subscriptions` what servers tell by themselves. Nothing here takes the focus by itself: what
//! arrives is counted in the view bar and in the title, and waits to be looked at.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::{Settings, Standing};
use crate::mcp::asked::Root;
use crate::session::timeline::EntryIndex;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::widgets::rule::Rule;

mod calls;
mod running;
mod standing;
mod subscriptions;
mod tasks;
mod waiting;
pub(super) mod words;

use running::Running;
use subscriptions::SubscriptionsTab;
use tasks::TasksTab;
use waiting::Waiting;
pub use words::lasted;

/// A sub-tab: a list, and for some what is behind its rows.
///
/// It is a pane over the whole area. Where [`Section::heading`] says, the title of the Inbox is drawn for it; the row
/// is left alone by its own drawing.
pub trait Section: Pane {
    /// Its name in the title.
    fn name(&self) -> &'static str;

    /// How many rows there are to be looked at, for the title.
    fn count(&self, ctx: &Ctx<'_>) -> usize;

    /// Where the title goes, as of the last [`Pane::place`]; empty where what is behind a row has the whole area.
    fn heading(&self) -> Rect;

    /// Whether its list has the keys: then the title is drawn as focused.
    fn on_list(&self) -> bool {
        true
    }

    /// For the right end of the title.
    fn remark(&self, _ctx: &Ctx<'_>) -> String {
        String::new()
    }
}

/// The sub-tabs, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Waiting,
    Running,
    Tasks,
    Subscriptions,
}

impl Tab {
    const ALL: [Self; 4] = [
        Self::Waiting,
        Self::Running,
        Self::Tasks,
        Self::Subscriptions,
    ];
}

/// See the module.
#[derive(Debug)]
pub struct Inbox {
    tab: Tab,
    waiting: Waiting,
    running: Running,
    tasks: TasksTab,
    subscriptions: SubscriptionsTab,
}

impl Inbox {
    /// Nothing asked, nothing running yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            tab: Tab::Waiting,
            waiting: Waiting::new(clock),
            running: Running::default(),
            tasks: TasksTab::default(),
            subscriptions: SubscriptionsTab::default(),
        }
    }
}

impl Inbox {
    fn section(&self, tab: Tab) -> &dyn Section {
        match tab {
            Tab::Waiting => &self.waiting,
            Tab::Running => &self.running,
            Tab::Tasks => &self.tasks,
            Tab::Subscriptions => &self.subscriptions,
        }
    }

    fn section_mut(&mut self, tab: Tab) -> &mut dyn Section {
        match tab {
            Tab::Waiting => &mut self.waiting,
            Tab::Running => &mut self.running,
            Tab::Tasks => &mut self.tasks,
            Tab::Subscriptions => &mut self.subscriptions,
        }
    }

    fn shown(&self) -> &dyn Section {
        self.section(self.tab)
    }

    fn shown_mut(&mut self) -> &mut dyn Section {
        self.section_mut(self.tab)
    }

    /// What waits to be looked at: for the view bar.
    pub fn count(ctx: &Ctx<'_>) -> usize {
        Waiting::open(ctx)
    }

    /// Somebody comes to look: at what waits, if anything does.
    pub fn entered(&mut self, ctx: &Ctx<'_>) {
        if Self::count(ctx) > 0 {
            self.tab = Tab::Waiting;
            self.waiting.entered(ctx);
        }
    }

    /// Who answers a server of this name, by itself: what was said here, else what the settings have.
    pub fn standing(&self, server: &str, settings: &Settings) -> Standing {
        self.waiting.standing(server, settings)
    }

    /// The folder that a person is offered to give as a root when none is configured.
    pub fn offer(&mut self, here: Option<Root>) {
        self.waiting.offer(here);
    }

    fn turn(&mut self, by: usize) -> Reply {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab);
        let next = (at.unwrap_or(0) + by) % Tab::ALL.len();
        self.tab = Tab::ALL[next];
        Reply::done()
    }

    /// Draws the title; gives back where the sub-tabs are.
    fn draw_title(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let area = self.shown().heading();
        if area.is_empty() {
            return Vec::new();
        }
        let names: Vec<String> = Tab::ALL
            .iter()
            .map(|tab| {
                let section = self.section(*tab);
                format!("{} {}", section.name(), section.count(ctx))
            })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let active = Tab::ALL.iter().position(|tab| *tab == self.tab);
        Rule {
            title: "INBOX",
            focused: self.shown().on_list(),
            tabs: &names,
            active: active.unwrap_or(0),
            right: &self.shown().remark(ctx),
        }
        .draw(area, buf, ctx.theme)
    }
}

impl Pane for Inbox {
    fn scopes(&self) -> Vec<Scope> {
        self.shown().scopes()
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let reply = self.shown_mut().action(action, ctx);
        if reply.handled {
            return reply;
        }
        match action {
            Action::NextTab => self.turn(1),
            Action::PreviousTab => self.turn(Tab::ALL.len() - 1),
            // The first sub-tab is the root of the view.
            Action::Back if self.tab != Tab::ALL[0] => {
                self.tab = Tab::ALL[0];
                Reply::done()
            }
            Action::Back => Reply::go(Go::Out),
            _ => reply,
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        self.shown().why_not(action, ctx)
    }

    fn takes_text(&self) -> bool {
        self.shown().takes_text()
    }

    fn letters_act(&self) -> bool {
        self.shown().letters_act()
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        self.shown().open_keys()
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        self.shown_mut().key(key, ctx)
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        self.shown_mut().paste(text, ctx)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        Tab::ALL
            .into_iter()
            .flat_map(|tab| self.section_mut(tab).event(event, ctx))
            .collect()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        if self.shown().heading().contains(at) {
            // Drawn once more, aside, to learn where the sub-tabs are.
            let mut aside = Buffer::empty(self.shown().heading());
            let places = self.draw_title(&mut aside, ctx);
            if let Some(tab) = places.iter().position(|place| place.contains(at)) {
                self.tab = Tab::ALL[tab];
            }
            return Reply::done();
        }
        self.shown_mut().click(at, double, ctx)
    }

    fn wheel(&mut self, at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        self.shown_mut().wheel(at, lines, ctx)
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.shown_mut().place(area, ctx)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw_title(buf, ctx);
        self.shown().draw(area, buf, ctx)
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.shown().hint(ctx)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.shown().moment(ctx)
    }
}

#[cfg(test)]
mod tests;
