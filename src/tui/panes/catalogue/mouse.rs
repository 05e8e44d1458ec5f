//! The mouse: what is under the pointer, by the same sums as the drawing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::draw::{FIX, SEND};
use super::layout::body;
use super::tabs::{Tab, tabs};
use super::{CataloguePane, Focus};
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::{FormReply, Side};

impl CataloguePane {
    pub(super) fn clicked(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas.clone();
        if self.focus == Focus::Form
            && self.tab().is_form()
            && let Some(form) = self.work_mut().and_then(|work| work.form.as_mut())
            && form.side() == Side::Fields
            && form.covers(at)
        {
            let reply = form.click(at, double);
            let mut reply = self.took(reply, ctx);
            reply.handled = true;
            return reply;
        }
        if areas.list.contains(at) {
            return self.clicked_list(at, double, ctx);
        }
        if areas.form.contains(at) && self.work().is_some() {
            self.focus = Focus::Form;
            return self.clicked_form(at, double, ctx);
        }
        if areas.result.contains(at) && self.work().is_some() {
            self.focus = Focus::Result;
            return self.clicked_result(at, double, ctx);
        }
        if areas.detail.contains(at) {
            return Reply::done();
        }
        Reply::ignored()
    }

    fn clicked_list(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.focus = Focus::List;
        let rows = self.list_rows();
        let filter = self.filter_row();
        let browse = self.browse_mut();
        if filter.contains(at) {
            browse.typing = true;
            return Reply::done();
        }
        browse.typing = false;
        let row = browse.list.row_at(at, browse.rows.len(), 1, rows);
        let Some(row) = row.filter(|row| browse.entry(*row).is_some()) else {
            return Reply::done();
        };
        browse.list.selected = row;
        browse.settle(true);
        self.resync(ctx, None);
        if double {
            self.open(&self.at_selected(ctx))
        } else {
            Reply::done()
        }
    }

    fn clicked_form(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let area = self.areas.form;
        if at.y == area.y {
            let tab = self.tab_at(at, area, ctx);
            let wide = self.areas.wide;
            if let (Some(tab), Some(work)) = (tab, self.work_mut())
                && let Some(tab) = tabs(work, wide).get(tab)
            {
                work.turn(*tab);
            }
            return Reply::done();
        }
        if self.on_reading() {
            let on_schema = self.tab() == Tab::Schema;
            return match self.work_mut().filter(|_| on_schema) {
                Some(work) => {
                    let mut reply = work.schema.click(at, double, ctx);
                    reply.handled = true;
                    reply
                }
                None => Reply::done(),
            };
        }
        let (_, question) = self.form_area();
        if question.contains(at) {
            let from = self.work().map_or(0, |work| {
                text::width(&super::draw::question(work.problems(), work.is_broken()))
            });
            let column = usize::from(at.x - question.x);
            let fix = from..from + FIX.len();
            let send = fix.end + 2..fix.end + 2 + SEND.len();
            let letter = match column {
                column if fix.contains(&column) => 'f',
                column if send.contains(&column) => 's',
                _ => return Reply::done(),
            };
            let key = crossterm::event::KeyCode::Char(letter).into();
            return self.answer(key, ctx).unwrap_or_else(Reply::done);
        }
        if let Some(work) = self.work_mut() {
            work.asking = false;
        }
        let (fields, json) = self.halves();
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return Reply::done();
        };
        let reply = if json.contains(at) {
            form.turn(Side::Json);
            form.click_json(double)
        } else if fields.contains(at) {
            form.turn(Side::Fields);
            form.click(at, double)
        } else {
            FormReply::Moved
        };
        let mut reply = self.took(reply, ctx);
        reply.handled = true;
        reply
    }

    fn clicked_result(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let area = self.areas.result;
        let tab = (at.y == area.y).then(|| self.tab_at(at, area, ctx));
        let Some(work) = self.work_mut() else {
            return Reply::done();
        };
        let mut reply = match tab {
            Some(None) => return Reply::done(),
            Some(Some(tab)) => {
                work.result.choose(tab);
                Reply::done()
            }
            None => {
                let reply = work.result.click(at, double, ctx);
                match work.result.link().filter(|_| double).map(str::to_owned) {
                    Some(uri) => self.read_link(&uri, ctx),
                    None if double && work.result.has_spots() => {
                        work.result.action(Action::Follow, ctx)
                    }
                    None => reply,
                }
            }
        };
        reply.handled = true;
        reply
    }

    /// The tab of a title row under the pointer: the title is drawn once more, where nobody sees it.
    fn tab_at(&self, at: Position, area: Rect, ctx: &Ctx<'_>) -> Option<usize> {
        let mut nowhere = Buffer::empty(area);
        let tabs = if area == self.areas.form {
            self.draw_form_title(&mut nowhere, ctx)
        } else {
            self.draw_result_title(&mut nowhere, ctx)
        };
        tabs.iter().position(|tab| tab.contains(at))
    }

    pub(super) fn wheeled(&mut self, at: Position, lines: isize) -> Reply {
        if self.areas.list.contains(at) {
            let height = usize::from(self.list_rows().height);
            let browse = self.browse_mut();
            browse.list.scroll(lines, browse.rows.len(), height);
            browse.settle(lines > 0);
            return Reply::done();
        }
        let (form, result) = (body(self.areas.form), body(self.areas.result));
        let tab = self.tab();
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        if result.contains(at) {
            work.result.wheel(lines);
        } else if form.contains(at) {
            match (tab, &mut work.form) {
                (Tab::About, _) => work.scroll_about(lines),
                (Tab::Schema, _) => work.schema.wheel(lines),
                (_, Some(form)) => form.wheel(lines),
                (_, None) => {}
            }
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }
}
