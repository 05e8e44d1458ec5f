//! The filter of a view: its bar, what it lets through, the filters before it, and the terms a row lends to it.
//!
//! Traffic and Logs have one each. What a row is, they say as an [`Item`].

use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::bar::{Bar, Typed, wrong};
use super::join;
use super::narrowed::{Left, Narrowed};
use super::sifting::{Picks, Sifting};
use crate::chips::Chip;
use crate::filter::amount::Span;
use crate::filter::row::{Item, said_of};
use crate::filter::{Expr, Filter, Key, Subject, Term};
use crate::session::level::Level;
use crate::session::timeline::Timeline;
use crate::tui::action::Action;
use crate::tui::effect::exporting::Share;
use crate::tui::effect::{Effect, Store};
use crate::tui::event::{Event, Stored};
use crate::tui::pane::{Ctx, Reply};

mod values;

use values::values;

/// See the module.
#[derive(Debug, Clone)]
pub struct Filtering {
    /// The bar.
    pub bar: Bar,
    /// What is let through.
    pub sifting: Sifting,
    /// The text of the filter, as it was typed.
    text: String,
    /// Filters that were in force before, the newest at the end.
    before: Vec<String>,
    /// The filter when the bar was opened.
    opened: Option<String>,
    /// What was left of it for other servers.
    narrowed: Narrowed,
    /// Whether the named filters were asked for.
    asked: bool,
    /// The row to stay near while rows come and go, and the one that was stood on for it.
    anchor: Option<(usize, Option<usize>)>,
}

impl Filtering {
    /// Lets everything through.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            bar: Bar::default(),
            sifting: Sifting::new(zone),
            text: String::new(),
            before: Vec::new(),
            opened: None,
            narrowed: Narrowed::default(),
            asked: false,
            anchor: None,
        }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is something to show of it.
    pub fn is_shown(&self) -> bool {
        self.bar.is_open() || self.has_filter()
    }

    /// Whether somebody asks for something.
    fn has_filter(&self) -> bool {
        self.sifting.filter().is_some()
    }

    /// Whether rows are held back, by the filter or because they are of other servers.
    pub fn is_on(&self) -> bool {
        self.sifting.whole().is_some()
    }

    /// Takes which servers are meant. When they are others than before, gives the row to stand on: that of the list
    /// `stands` says was left there.
    pub fn reach(
        &mut self,
        ctx: &Ctx<'_>,
        stands: impl FnOnce() -> (usize, Option<usize>),
    ) -> Option<Option<usize>> {
        if !self.narrowed.is_turned(ctx) {
            return None;
        }
        let (list, number) = stands();
        let left = Left {
            text: std::mem::take(&mut self.text),
            before: std::mem::take(&mut self.before),
            row: number.map(|number| (list, number)),
        };
        let found = self.narrowed.turn(ctx, left);
        self.sifting.narrow(ctx.only_term());
        self.before = found.before;
        self.set(&found.text, ctx.timeline);
        self.anchor = None;
        Some(found.row.filter(|(of, _)| *of == list).map(|(_, row)| row))
    }

    /// What it lets through, to be exported.
    pub fn share(&self, ctx: &Ctx<'_>) -> Option<Share> {
        let filter = self.sifting.whole()?;
        Some(Share::Filter(filter.to_string(), ctx.marks.clone()))
    }

    /// Puts a filter in force, to be undone with `u`. What it is no filter is not put there.
    pub fn put(&mut self, text: &str, timeline: &Timeline) {
        if text == self.text || Filter::parse(text).is_err() {
            return;
        }
        self.before.push(std::mem::take(&mut self.text));
        self.set(text, timeline);
    }

    /// Puts the first filter in force; there was none before it.
    pub fn begin_with(&mut self, filter: &Filter, timeline: &Timeline) {
        let text = filter.to_string();
        self.set(&text, timeline);
        self.bar.remember(text);
    }

    fn set(&mut self, text: &str, timeline: &Timeline) {
        if let Ok(filter) = Filter::parse(text) {
            text.trim().clone_into(&mut self.text);
            self.sifting.set(filter, timeline);
        }
    }

    /// Narrows it by what somebody else wrote, in the place of times that were asked for before.
    pub fn also(&mut self, term: &str, timeline: &Timeline) {
        let filter = self.sifting.filter().cloned().unwrap_or_default();
        let Ok(term) = Filter::parse(term) else {
            return;
        };
        let mut parts = filter.parts().to_vec();
        parts.retain(|part| !matches!(part, Expr::Term(Term::At(_))));
        parts.extend(term.parts().iter().cloned());
        let text = Filter::of(Expr::all(parts)).to_string();
        self.put(&text, timeline);
        self.bar.remember(text);
    }

    /// Narrows it by a term; `not` leaves out what it says.
    pub fn narrow(&mut self, term: Term, not: bool, timeline: &Timeline) {
        let term = Expr::Term(term);
        let part = if not { Expr::Not(Box::new(term)) } else { term };
        let filter = self.sifting.filter().cloned().unwrap_or_default();
        let text = filter.and(part).to_string();
        self.put(&text, timeline);
        self.bar.remember(text);
    }

    /// The least level that is let through, when that is asked for.
    pub fn least_level(&self) -> Option<Level> {
        let filter = self.sifting.filter()?;
        filter.parts().iter().find_map(least_of)
    }

    /// Lets through this level and worse, whatever was asked of levels before; or every level.
    pub fn raise(&mut self, least: Option<Level>, timeline: &Timeline) {
        let filter = self.sifting.filter().cloned().unwrap_or_default();
        let mut parts = filter.parts().to_vec();
        parts.retain(|part| least_of(part).is_none());
        let span = least.map(|least| Span {
            from: Some(least),
            to: None,
        });
        parts.extend(span.map(|span| Expr::Term(Term::Levels(vec![span]))));
        let text = Filter::of(Expr::all(parts)).to_string();
        self.put(&text, timeline);
    }

    /// Does what somebody wants with the row `item`; nothing when it is not about filters. The filter may
    /// be another one then.
    pub fn action(&mut self, action: Action, item: Option<Item>, ctx: &Ctx<'_>) -> Option<Reply> {
        let reply = match action {
            Action::OpenFilter => {
                self.opened = Some(self.text.clone());
                let text = self.text.clone();
                self.bar.open(&text, &|key| values(key, ctx));
                if std::mem::replace(&mut self.asked, true) {
                    Reply::done()
                } else {
                    Reply::effect(Effect::Store(Store::LoadFilters(Subject::Rows)))
                }
            }
            _ if self.why_not(action, item, ctx).is_some() => {
                Reply::say(self.why_not(action, item, ctx).unwrap_or_default())
            }
            Action::ClearFilter => {
                self.put("", ctx.timeline);
                Reply::say(format!(
                    "Every row is shown; {} brings the filter back.",
                    ctx.keys.word(Action::UndoFilter)
                ))
            }
            Action::UndoFilter => {
                let text = self.before.pop().unwrap_or_default();
                self.set(&text, ctx.timeline);
                Reply::done()
            }
            Action::SaveFilter => {
                let name = self.name().unwrap_or_default().to_owned();
                self.bar.ask_name(&name);
                Reply::done()
            }
            _ => {
                let (key, not) = lends(action)?;
                if let Some(term) = item.and_then(|item| said_of(item, key, ctx.timeline)) {
                    self.narrow(term, not, ctx.timeline);
                }
                Reply::done()
            }
        };
        Some(reply)
    }

    /// Why an action would do nothing.
    pub fn why_not(&self, action: Action, item: Option<Item>, ctx: &Ctx<'_>) -> Option<String> {
        let why = match action {
            Action::ClearFilter | Action::SaveFilter if !self.has_filter() => "There is no filter.",
            Action::UndoFilter if self.before.is_empty() => "There was no filter before this.",
            _ => {
                let (key, _) = lends(action)?;
                match item {
                    None => "There is no row yet.",
                    Some(item) if said_of(item, key, ctx.timeline).is_none() => match key {
                        Key::Method => "This row has no method.",
                        Key::Tool => "This row is about no tool, resource or prompt.",
                        Key::Srv => "This row is of no server.",
                        _ => "There is nothing to say about how this ended.",
                    },
                    Some(_) => return None,
                }
            }
        };
        Some(why.to_owned())
    }

    /// Takes a key while the bar is open.
    pub fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        let typed = self.bar.key(key, &|key| values(key, ctx));
        self.typed(typed, ctx)
    }

    /// Takes pasted text while the bar is open.
    pub fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        let typed = self.bar.paste(text, &|key| values(key, ctx));
        self.typed(typed, ctx)
    }

    /// Takes a click on the bar, or while it is open on what it proposes; nothing when it is elsewhere.
    pub fn click(&mut self, at: Position, bar: Rect, below: Rect, ctx: &Ctx<'_>) -> Option<Reply> {
        if !self.bar.is_open() {
            return bar
                .contains(at)
                .then(|| self.action(Action::OpenFilter, None, ctx))?;
        }
        let typed = self.bar.click(at, bar, below, &|key| values(key, ctx));
        (typed != Typed::Ignored).then(|| self.typed(typed, ctx))
    }

    fn typed(&mut self, typed: Typed, ctx: &Ctx<'_>) -> Reply {
        match typed {
            Typed::Ignored => Reply::ignored(),
            Typed::Nothing => Reply::done(),
            Typed::Say(words) => Reply::say(words),
            Typed::Filter(filter) => {
                self.bar.text().clone_into(&mut self.text);
                self.sifting.set(filter, ctx.timeline);
                Reply::done()
            }
            Typed::Done(filter) => {
                self.text = filter.to_string();
                self.sifting.set(filter, ctx.timeline);
                self.typed(Typed::Left, ctx)
            }
            Typed::Left => {
                if let Some(before) = self.opened.take().filter(|before| *before != self.text) {
                    self.before.push(before);
                }
                Reply::done()
            }
            Typed::Wrong(fault) => Reply::say(wrong(&fault, &self.text)),
            Typed::Name(name) => {
                let text = self.text.clone();
                let store = Store::SaveFilter(Subject::Rows, Chip { name, text });
                Reply::effect(Effect::Store(store))
            }
        }
    }

    /// Hears what others did; true when rows may be others now.
    pub fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> bool {
        if let Event::Stored(Stored::Filters {
            of: Subject::Rows,
            chips: Ok(chips),
            ..
        }) = event
        {
            self.bar.chips.clone_from(chips);
            self.bar.look_again(&|key| values(key, ctx));
        }
        if let Event::Loaded(..) = event {
            // What counts back from the end has another end now.
            self.rewound(ctx.timeline);
        }
        self.sifting.event(event, ctx.timeline)
    }

    /// Another moment is shown, or more of the session: every row is looked at again.
    pub fn rewound(&mut self, timeline: &Timeline) {
        if self.is_on() {
            let filter = self.sifting.filter().cloned().unwrap_or_default();
            self.sifting.set(filter, timeline);
        }
    }

    /// The name under which the filter is kept.
    fn name(&self) -> Option<&str> {
        let mine = |chip: &&Chip| Filter::parse(&chip.text).ok().as_ref() == self.sifting.filter();
        self.bar
            .chips
            .iter()
            .find(mine)
            .map(|chip| chip.name.as_str())
    }

    /// `23 of 131 · reading 40 % · kept as "slow"`
    pub fn remark(&self, shown: usize, of: usize, whole: bool, timeline: &Timeline) -> String {
        if !self.has_filter() {
            return String::new();
        }
        let reading = match self.sifting.reading(timeline) {
            Some(percent) => format!("reading {percent} %"),
            None if whole => String::new(),
            None => "reading…".to_owned(),
        };
        let name = self
            .name()
            .map_or_else(String::new, |name| format!("kept as \"{name}\""));
        join(&[format!("{shown} of {of}"), reading, name])
    }

    /// The row to stay near, when rows came or went: the one that was stood on before they did, and until somebody
    /// moves.
    pub fn near(&self, number: Option<usize>) -> Option<usize> {
        match self.anchor {
            Some((anchor, stood)) if stood == number || number.is_none() => Some(anchor),
            _ => number,
        }
    }

    /// Whether somebody still stands where rows that came and went have put them, and more may come.
    pub fn is_anchored(&self, number: Option<usize>) -> bool {
        let stands = |(_, stood): (usize, Option<usize>)| stood == number || number.is_none();
        self.is_on() && self.anchor.is_some_and(stands)
    }

    /// For the row `near`, this one is stood on.
    pub fn stood(&mut self, near: Option<usize>, number: Option<usize>) {
        self.anchor = near.map(|near| (near, number));
    }

    /// Asks for bodies that decide about rows of a list.
    pub fn ask(
        &mut self,
        picks: &Picks,
        item: impl Fn(usize) -> Option<Item>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        self.sifting.ask(picks, item, ctx)
    }

    /// What keys mean while the bar is open.
    pub fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        self.bar.keys()
    }

    /// Why no row is shown, in words.
    pub fn why_empty(&self, picks: &Picks, ctx: &Ctx<'_>) -> String {
        if !picks.is_whole() {
            return "Looking for rows that pass the filter…".to_owned();
        }
        let servers = ctx.keys.word(Action::PickServers);
        match (self.has_filter(), ctx.only_words()) {
            (false, only) => format!("Nothing here, {only}; {servers} shows other servers."),
            (true, only) => {
                let clear = ctx.keys.word(Action::ClearFilter);
                let only = if only.is_empty() {
                    only
                } else {
                    format!(", {only}")
                };
                format!("No row passes the filter{only}; {clear} shows all again.")
            }
        }
    }

    /// Draws the bar; gives the caret.
    pub fn draw(
        &self,
        area: Rect,
        remark: &str,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        self.bar.draw(area, &self.text, remark, buf, ctx)
    }
}

/// The level of a term that asks for it and worse.
fn least_of(part: &Expr) -> Option<Level> {
    match part {
        Expr::Term(Term::Levels(spans)) => match &spans[..] {
            [Span { from, to: None }] => *from,
            _ => None,
        },
        _ => None,
    }
}

/// What of a row an action takes, and whether that is left out.
fn lends(action: Action) -> Option<(Key, bool)> {
    Some(match action {
        Action::ForMethod => (Key::Method, false),
        Action::ForSubject => (Key::Tool, false),
        Action::ForServer => (Key::Srv, false),
        Action::ForStatus => (Key::Status, false),
        Action::NotMethod => (Key::Method, true),
        Action::NotSubject => (Key::Tool, true),
        Action::NotServer => (Key::Srv, true),
        Action::NotStatus => (Key::Status, true),
        _ => return None,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
