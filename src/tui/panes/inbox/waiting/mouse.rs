//! The mouse: what is under the pointer, by the same sums as the drawing.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Position;

use super::answer::Answer;
use super::draw::FIX;
use super::{Focus, Waiting};
use crate::text;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::FormReply;

impl Waiting {
    pub(super) fn clicked(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas.clone();
        if let Some(form) = self.typed_mut().filter(|form| form.covers(at)) {
            let reply = form.click(at, double);
            let mut reply = self.took(reply, ctx);
            reply.handled = true;
            return reply;
        }
        if areas.policy.contains(at) {
            return self.open_policies(ctx);
        }
        if areas.rows.contains(at) {
            self.focus = Focus::List;
            self.policies = None;
            return match self.list.row_at(at, self.rows.len(), 1, areas.rows) {
                Some(row) => {
                    self.select(row);
                    self.sync(ctx);
                    if double { self.enter() } else { Reply::done() }
                }
                None => Reply::done(),
            };
        }
        if areas.trouble.contains(at) && self.answer().is_some_and(|answer| answer.asking) {
            return self.click_trouble(at, ctx);
        }
        if !areas.rule.contains(at) && !areas.detail.contains(at) {
            return Reply::ignored();
        }
        if self.focus != Focus::Policies {
            if self.selected.is_none() {
                return Reply::ignored();
            }
            self.focus = Focus::Answer;
        }
        if self.focus == Focus::Answer && self.answer().is_none() {
            let mut reply = self.over.click(at, double, ctx);
            reply.handled = true;
            return reply;
        }
        let json = self.answer().is_some_and(Answer::is_json) && self.focus == Focus::Answer;
        let Some(form) = self.typed_mut() else {
            return Reply::done();
        };
        let reply = if json {
            form.click_json(double)
        } else {
            form.click(at, double)
        };
        match reply {
            FormReply::Ignored => Reply::done(),
            reply => self.took(reply, ctx),
        }
    }

    fn click_trouble(&mut self, at: Position, ctx: &Ctx<'_>) -> Reply {
        let row = self.areas.trouble;
        let Some(answer) = self.answer() else {
            return Reply::ignored();
        };
        let words = format!("{}: ", answer.trouble().unwrap_or_default());
        let column = usize::from(at.x - row.x).checked_sub(text::width(&words));
        let fix = text::width(FIX);
        let letter = match column {
            Some(column) if column < fix => 'f',
            Some(column) if column > fix + 1 => 's',
            _ => return Reply::done(),
        };
        let key = KeyEvent::from(KeyCode::Char(letter));
        self.settle_trouble(key, ctx).unwrap_or_else(Reply::done)
    }

    pub(super) fn wheeled(&mut self, at: Position, lines: isize) -> Reply {
        let areas = self.areas.clone();
        if areas.rows.contains(at) {
            let height = usize::from(areas.rows.height);
            self.list.scroll(lines, self.rows.len(), height);
            self.select(self.list.selected);
        } else if areas.head.contains(at) {
            let window = areas.head_window();
            if let Some(answer) = self.answer_mut()
                && let Some(Ok(question)) = &answer.question
            {
                let n = lines.unsigned_abs();
                if lines < 0 {
                    answer.head.up(n, &question.document, window);
                } else {
                    answer.head.down(n, &question.document, window);
                }
            }
        } else if areas.detail.contains(at) {
            match self.focus {
                Focus::Policies => {
                    if let Some(policies) = &mut self.policies {
                        policies.form.wheel(lines);
                    }
                }
                Focus::List | Focus::Answer => match self.answer_mut().map(Answer::shown_mut) {
                    Some(Some(form)) => form.wheel(lines),
                    Some(None) => {}
                    None => self.over.wheel(lines),
                },
            }
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }
}
