//! The Lint view: what a session shows to be wrong with its servers, why that matters, and what to do.
//!
//! Owns which findings are shown in which order, and which is selected. They are found elsewhere, on a thread of their
//! own, and stand in [`Ctx::lint`]; what is ignored stands in a file that `update` writes.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::lint::exceptions::Exception;
use crate::lint::findings::Found;
use crate::lint::{Severity, Subject};
use crate::session::timeline::EntryIndex;
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::linting::Excepting;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Go, Pane, Reply, View};
use crate::tui::panes::moves::moved;
use crate::tui::widgets::input::{LineInput, Reaction};
use crate::tui::widgets::list::ListState;

mod about;
mod draw;
mod marks;
mod rows;
#[cfg(test)]
mod tests;

pub use draw::role;
pub use marks::{mark_of, marked, remark, remark_of, sign};
use rows::{Made, Order, Row, Wanted};

/// See the module.
#[derive(Debug, Default)]
pub struct LintPane {
    order: Order,
    made: Made,
    list: ListState,
    /// The selected one, by its place among all that was found.
    selected: Option<u32>,
    /// What is typed to find some of them.
    filter: Option<LineInput>,
    typing: bool,
    /// Whether what is ignored is shown too.
    ignored: bool,
    /// Whether what is told of the selected one has the keys.
    detail: bool,
    /// Whether it is told of at all.
    alone: bool,
    top: usize,
    area: Rect,
}

impl LintPane {
    fn wanted(&self, ctx: &Ctx<'_>) -> Wanted {
        Wanted {
            version: ctx.lint.version(),
            last: ctx
                .timeline
                .entries()
                .last()
                .map_or(0, crate::session::timeline::EntryRow::seq),
            order: self.order,
            ignored: self.ignored,
            typed: self
                .filter
                .as_ref()
                .map_or_else(String::new, |input| input.text().to_owned()),
        }
    }

    /// Rows follow what was found meanwhile; the selected one stays so, wherever it stands now.
    fn sync(&mut self, ctx: &Ctx<'_>) {
        if self.made.update(self.wanted(ctx), ctx) {
            let found = self.selected.and_then(|found| self.made.row_of(found));
            self.list.selected = found.unwrap_or(self.list.selected);
        }
        self.list
            .clamp(self.made.rows.len(), usize::from(self.rows_area().height));
        self.settle(true);
    }

    /// Headings are not selected: goes on to what stands below, or above where that was the way.
    fn settle(&mut self, down: bool) {
        let rows = &self.made.rows;
        let is_found = |row: &usize| matches!(rows.get(*row), Some(Row::Found(_)));
        let at = self.list.selected;
        let below = || (at..rows.len()).find(is_found);
        let above = || (0..at.min(rows.len())).rev().find(is_found);
        let next = if down {
            below().or_else(above)
        } else {
            above().filter(|_| !is_found(&at)).or_else(below)
        };
        if let Some(next) = next {
            self.list.selected = next;
        }
        let height = usize::from(self.rows_area().height);
        self.list.clamp(self.made.rows.len(), height);
        let selected = match self.made.rows.get(self.list.selected) {
            Some(Row::Found(found)) => Some(*found),
            _ => None,
        };
        if selected != self.selected {
            self.selected = selected;
            self.top = 0;
        }
    }

    fn found<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Found> {
        ctx.lint.all().get(self.selected? as usize)
    }

    fn entry(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.with_seq(self.found(ctx)?.finding().seq)
    }

    fn subject(&self, ctx: &Ctx<'_>) -> Option<Reply> {
        let finding = self.found(ctx)?.finding();
        let (view, name) = match finding.subject.as_ref()? {
            Subject::Tool(name) => (View::Tools, name),
            Subject::Resource(uri) => (View::Resources, uri),
            Subject::Prompt(name) => (View::Prompts, name),
        };
        Some(Reply::go(Go::Item(view, name.to_string(), finding.conn)))
    }

    /// The next or previous finding that is at least so bad.
    fn jump(&mut self, least: Severity, down: bool, ctx: &Ctx<'_>) -> Reply {
        let rows = &self.made.rows;
        let is_bad = |row: &usize| match rows[*row] {
            Row::Found(found) => {
                let found = &ctx.lint.all()[found as usize];
                found.finding().severity >= least && !found.is_excepted()
            }
            _ => false,
        };
        let at = self.list.selected;
        let next = if down {
            (at + 1..rows.len()).find(is_bad)
        } else {
            (0..at.min(rows.len())).rev().find(is_bad)
        };
        match next {
            Some(row) => {
                self.list.selected = row;
                self.settle(true);
                Reply::done()
            }
            None => Reply::say("there is none that way"),
        }
    }

    fn copy(&self, ctx: &Ctx<'_>) -> Reply {
        let Some(found) = self.found(ctx) else {
            return Reply::done();
        };
        Reply::effect(Effect::Copy {
            text: about::in_words(found),
            what: "the finding".to_owned(),
        })
    }

    fn copy_all(&self, ctx: &Ctx<'_>) -> Reply {
        let shown = self.made.rows.iter().filter_map(|row| match row {
            Row::Found(found) => ctx.lint.all().get(*found as usize),
            _ => None,
        });
        Reply::effect(Effect::Copy {
            text: about::markdown(shown, ctx),
            what: "the findings, as Markdown".to_owned(),
        })
    }
}

impl Pane for LintPane {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Lint, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        match action {
            Action::OpenFinding => {
                return match self.entry(ctx) {
                    Some(entry) => Reply::go(Go::Traffic(entry)),
                    None => Reply::done(),
                };
            }
            Action::ProbeServer => {
                let conn = self.found(ctx).map(|found| found.finding().conn);
                return Reply::go(Go::Probe(conn));
            }
            Action::ShowSubject => return self.subject(ctx).unwrap_or_else(Reply::done),
            Action::IgnoreFinding => {
                return match self.found(ctx) {
                    Some(found) => Reply::go(Go::Except(Exception::of(found.finding(), ""))),
                    None => Reply::done(),
                };
            }
            Action::UnignoreFinding => {
                let exception = self.found(ctx).and_then(|found| ctx.lint.exception(found));
                return match exception {
                    Some(one) => {
                        let remove = Excepting::Remove(one.line());
                        Reply::effect(Effect::Store(Store::Exceptions(remove)))
                    }
                    None => Reply::done(),
                };
            }
            Action::ShowIgnoredFindings => {
                self.ignored ^= true;
                self.sync(ctx);
                return Reply::say(if self.ignored {
                    "what is ignored is shown too"
                } else {
                    "what is ignored is hidden"
                });
            }
            Action::GroupFindings => {
                self.order = self.order.next();
                self.sync(ctx);
                return Reply::say(format!("by {}", self.order.word()));
            }
            Action::CopyFinding => return self.copy(ctx),
            Action::CopyFindings => return self.copy_all(ctx),
            Action::ExportFindings => return Reply::go(Go::Findings),
            Action::NextError => return self.jump(Severity::Error, true, ctx),
            Action::PreviousError => return self.jump(Severity::Error, false, ctx),
            Action::Find => {
                self.filter.get_or_insert_with(|| LineInput::new(""));
                (self.typing, self.detail) = (true, false);
            }
            Action::NextPane | Action::PreviousPane => self.detail ^= true,
            Action::Right => self.detail = true,
            Action::Left | Action::Back if self.detail => self.detail = false,
            Action::Zoom => self.alone ^= true,
            Action::Back if self.filter.is_some() => {
                self.filter = None;
                self.sync(ctx);
            }
            Action::Back => return Reply::go(Go::Out),
            action if self.detail => return self.scroll(action),
            action => {
                let (len, height) = (self.made.rows.len(), usize::from(self.rows_area().height));
                if !moved(&mut self.list, action, len, height) {
                    return Reply::ignored();
                }
                let up = matches!(action, Action::Up | Action::PageUp);
                self.settle(!up);
                if self.list.selected <= 1 {
                    // The heading above the first stays in sight.
                    self.list.offset = 0;
                }
            }
        }
        Reply::done()
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let found = self.found(ctx);
        let needs_one = matches!(
            action,
            Action::OpenFinding
                | Action::ShowSubject
                | Action::IgnoreFinding
                | Action::UnignoreFinding
                | Action::CopyFinding
                | Action::CopyFindings
        );
        let words = match action {
            Action::ExportFindings if ctx.lint.looked == 0 => "nothing was looked at yet",
            _ if needs_one && found.is_none() => "nothing is selected",
            Action::OpenFinding if self.entry(ctx).is_none() => "its entry is not there",
            Action::ShowSubject if found.is_some_and(|one| one.finding().subject.is_none()) => {
                "it is about no tool, resource or prompt"
            }
            Action::IgnoreFinding if found.is_some_and(Found::is_excepted) => {
                let reason = ctx.lint.exception(found?).map(|one| &*one.reason);
                return Some(format!(
                    "it is ignored already: {}",
                    text::sanitize(reason.unwrap_or_default())
                ));
            }
            Action::UnignoreFinding if !found.is_some_and(Found::is_excepted) => {
                let key = ctx.keys.word(Action::ShowIgnoredFindings);
                return Some(format!(
                    "this one is not ignored; {key} shows those that are"
                ));
            }
            Action::FindNext | Action::FindPrevious => "here / shows only what matches",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn takes_text(&self) -> bool {
        self.typing
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        match key.code {
            KeyCode::Esc => (self.typing, self.filter) = (false, None),
            KeyCode::Enter => {
                self.typing = false;
                self.filter.take_if(|input| input.text().is_empty());
            }
            KeyCode::Up | KeyCode::Down => {
                let down = key.code == KeyCode::Down;
                if down {
                    self.list.down(1, self.made.rows.len());
                } else {
                    self.list.up(1);
                }
                self.settle(down);
                return Reply::done();
            }
            _ => {
                let Some(input) = &mut self.filter else {
                    return Reply::ignored();
                };
                match input.key(key) {
                    Reaction::Ignored => return Reply::ignored(),
                    Reaction::Moved => return Reply::done(),
                    Reaction::Edited => self.list.top(),
                }
            }
        }
        self.sync(ctx);
        Reply::done()
    }

    fn paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        let Some(input) = &mut self.filter else {
            return Reply::ignored();
        };
        input.paste(&pasted.lines().collect::<Vec<_>>().join(" "));
        self.sync(ctx);
        Reply::done()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        if self.about_area().contains(at) {
            self.detail = true;
            return Reply::done();
        }
        let len = self.made.rows.len();
        let row = self.list.row_at(at, len, 1, self.rows_area());
        match row {
            Some(row) => {
                self.detail = false;
                self.list.selected = row;
                self.settle(true);
                if double {
                    return self.action(Action::OpenFinding, ctx);
                }
                Reply::done()
            }
            None => Reply::ignored(),
        }
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        if self.about_area().contains(at) {
            self.top = self.top.saturating_add_signed(lines);
        } else {
            let height = usize::from(self.rows_area().height);
            self.list.scroll(lines, self.made.rows.len(), height);
            self.settle(lines > 0);
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        self.sync(ctx);
        self.clamp_detail(ctx);
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.drawn(buf, ctx)
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        let all = ctx.timeline.entries().len() as u64;
        if ctx.lint.looked < all {
            let looked = ctx.lint.looked;
            return Some(format!("looking: {looked} of {all} entries"));
        }
        Some(self.found(ctx)?.finding().rule.what.to_owned())
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.entry(ctx)
    }
}
