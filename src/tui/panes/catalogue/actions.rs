//! What keys and actions do, by what has the focus.

use crossterm::event::{KeyCode, KeyEvent};

use super::{CataloguePane, Focus};
use crate::form::flat::Node;
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Go, Reply};
use crate::tui::panes::form::{FormReply, Mode};
use crate::tui::widgets::input::Reaction;

impl CataloguePane {
    // --- going about ---

    /// Goes to the form of the selected item, ready for letters, or reads the resource.
    pub(super) fn open(&mut self, ctx: &Ctx<'_>) -> Reply {
        let narrow = self.areas.narrow;
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let Some(form) = &mut work.form else {
            let has_result = !work.result.is_empty() || work.outcome.is_some();
            if has_result && super::words::cannot_send(ctx).is_some() {
                // It cannot be read again, but what was read can be looked at.
                self.focus = Focus::Result;
                return Reply::done();
            }
            let reply = self.run(false, ctx);
            if narrow && (!reply.effects.is_empty() || has_result) {
                self.focus = Focus::Result;
            }
            return reply;
        };
        form.enter();
        work.on_about = false;
        self.focus = Focus::Form;
        Reply::done()
    }

    pub(super) fn pane(&mut self, forward: bool) -> Reply {
        if self.work().is_none() {
            return Reply::ignored();
        }
        self.focus = match (self.focus, forward) {
            (Focus::List, true) | (Focus::Result, false) => Focus::Form,
            (Focus::Form, true) | (Focus::List, false) => Focus::Result,
            (Focus::Result, true) | (Focus::Form, false) => Focus::List,
        };
        Reply::done()
    }

    pub(super) fn back(&mut self) -> Reply {
        if self.zoom {
            self.zoom = false;
            return Reply::done();
        }
        self.focus = match self.focus {
            Focus::Result if self.has_form() => Focus::Form,
            Focus::Result | Focus::Form => Focus::List,
            Focus::List if !self.filter().is_empty() => {
                self.browse_mut().clear_filter();
                Focus::List
            }
            Focus::List => return Reply::go(Go::Out),
        };
        Reply::done()
    }

    fn filter(&self) -> &str {
        self.browse().map_or("", |browse| browse.filter.text())
    }

    /// What a key or an action did to the form.
    pub(super) fn took(&mut self, reply: FormReply, ctx: &Ctx<'_>) -> Reply {
        match reply {
            FormReply::Ignored => Reply::ignored(),
            FormReply::Moved => Reply::done(),
            FormReply::Edited => {
                if let Some(work) = self.work_mut() {
                    work.changed = false;
                }
                Reply::done()
            }
            FormReply::Run => self.run(false, ctx),
        }
    }

    // --- actions by focus ---

    pub(super) fn list_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let height = usize::from(self.list_rows().height);
        match action {
            Action::OpenItem => return self.open(ctx),
            Action::Right => {
                if self.work().is_none() {
                    return Reply::ignored();
                }
                self.focus = if self.has_form() {
                    Focus::Form
                } else {
                    Focus::Result
                };
                return Reply::done();
            }
            Action::Find => {
                self.browse_mut().typing = true;
                return Reply::done();
            }
            _ => {}
        }
        let browse = self.browse_mut();
        let (len, list) = (browse.rows.len(), &mut browse.list);
        let down = match action {
            Action::Up => {
                list.up(1);
                false
            }
            Action::Down => {
                list.down(1, len);
                true
            }
            Action::PageUp => {
                list.page_up(height);
                false
            }
            Action::PageDown => {
                list.page_down(len, height);
                true
            }
            Action::Top => {
                list.top();
                true
            }
            Action::Bottom => {
                list.bottom(len);
                false
            }
            Action::Centre => {
                list.centre(len, height);
                return Reply::done();
            }
            _ => return Reply::ignored(),
        };
        browse.settle(down);
        Reply::done()
    }

    pub(super) fn form_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let turns = matches!(action, Action::NextTab | Action::PreviousTab);
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        if turns && work.form.is_some() {
            work.on_about = !work.on_about;
            return Reply::done();
        }
        if work.shows_about() {
            return match action {
                Action::Left => self.back(),
                action => work.about_action(action),
            };
        }
        let Some(form) = &mut work.form else {
            return Reply::ignored();
        };
        let edited = |result: Result<(), &'static str>| Reply::of(result);
        match action {
            Action::Run => self.run(false, ctx),
            Action::TypeIntoField => {
                let reply = form.start_typing();
                self.took(reply, ctx)
            }
            Action::Unset => edited(form.unset()),
            Action::SetNull => edited(form.set_null()),
            Action::SetEmpty => edited(form.set_empty()),
            Action::SetDefault => edited(form.set_default()),
            Action::NextOption => edited(form.step(1)),
            Action::PreviousOption => edited(form.step(-1)),
            Action::NextProblem => edited(form.next_problem()),
            Action::EditJson => {
                form.edit_json_in_place();
                Reply::done()
            }
            Action::Up => {
                form.previous_field();
                Reply::done()
            }
            Action::Down => {
                form.next_field();
                Reply::done()
            }
            Action::PageUp | Action::Top => {
                form.first_field();
                Reply::done()
            }
            Action::PageDown | Action::Bottom => {
                form.last_field();
                Reply::done()
            }
            Action::Find => Reply::say("the list and the result can be searched, not the form"),
            _ => Reply::ignored(),
        }
    }

    /// The question about problems has been asked: what a key answers. Others do what they always do.
    pub(super) fn answer(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Option<Reply> {
        let work = self.work_mut()?;
        let reply = match key.code {
            KeyCode::Char('s') => {
                work.asking = false;
                return Some(self.run(true, ctx));
            }
            KeyCode::Char('f') | KeyCode::Enter => {
                // Broken JSON of the whole form has no field to go to.
                Reply::of(work.form.as_mut()?.next_problem())
            }
            KeyCode::Esc => Reply::done(),
            _ => {
                work.asking = false;
                return None;
            }
        };
        work.asking = false;
        Some(reply)
    }

    pub(super) fn filter_key(&mut self, key: KeyEvent) -> Reply {
        let browse = self.browse_mut();
        match key.code {
            KeyCode::Esc => browse.clear_filter(),
            KeyCode::Enter | KeyCode::Tab => browse.typing = false,
            // The rest of the list's keys work as ever.
            KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                return Reply::ignored();
            }
            _ => match browse.filter.key(key) {
                Reaction::Ignored => return Reply::ignored(),
                Reaction::Moved => {}
                Reaction::Edited => browse.filter_typed(),
            },
        }
        Reply::done()
    }

    pub(super) fn form_key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if self.is_asking()
            && let Some(reply) = self.answer(key, ctx)
        {
            return reply;
        }
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return Reply::ignored();
        };
        // Tab walks the fields first; from the first and the last it goes on to the other panes.
        let first = form.form().nodes().first().map(Node::field);
        let on_first = match (first, form.focused_field()) {
            (Some(first), Some(here)) => std::ptr::eq(first, here),
            (first, _) => first.is_none(),
        };
        if form.mode() == Mode::Typing {
            match key.code {
                KeyCode::Tab if form.on_run() && !form.takes_letters() => return self.pane(true),
                KeyCode::BackTab if on_first => return self.pane(false),
                _ => {}
            }
        }
        let reply = form.key(key);
        self.took(reply, ctx)
    }
}
