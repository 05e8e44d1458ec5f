//! Drawing: the list, who answers by itself, and the question with its answer.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::super::words::{self, draw_empty};
use super::answer::Answer;
use super::layout::address_lines;
use super::rows;
use super::{Focus, Waiting};
use crate::session::timeline::Question;
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::panes::form::Side;
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::plain;
use crate::tui::widgets::rule::{Joint, Rule, divider};

/// Answers to the question about problems.
pub const FIX: &str = "f fix first";
/// See [`FIX`].
pub const SEND: &str = "s send anyway";

impl Waiting {
    pub(super) fn drawn(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let of_list = (!self.areas.rows.is_empty()).then(|| self.draw_list(buf, ctx));
        let of_detail = (!self.areas.rule.is_empty()).then(|| self.draw_detail(buf, ctx));
        if !self.areas.divider.is_empty() {
            let joint = (self.areas.divider.y, Joint::Above);
            divider(self.areas.divider, &[joint], buf, ctx.theme);
        }
        let mut cursor = match self.focus {
            Focus::List => of_list.flatten(),
            Focus::Answer | Focus::Policies => of_detail.flatten(),
        };
        if let Some(form) = self.typed().filter(|form| form.side() == Side::Fields) {
            cursor = form.draw_over(buf, ctx.theme).or(cursor);
        }
        cursor
    }

    fn draw_list(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let area = self.areas.rows;
        self.draw_policy(buf, ctx);
        if self.rows.is_empty() {
            let words = if ctx.live {
                "Nothing was asked yet. What servers want from you (forms to be filled in, messages of a model, \
                 pages to be opened, folders) waits here until you answer, and interrupts nothing."
            } else {
                "In this recording servers asked for nothing."
            };
            draw_empty(words, area, buf, ctx.theme);
            return Some(area.as_position());
        }
        let draw_row = |row: usize, width: u16| -> Line<'static> {
            let line = self
                .rows
                .get(row)
                .and_then(|row| rows::line(*row, width, &self.clock, ctx));
            line.unwrap_or_default()
        };
        let (len, focused) = (self.rows.len(), self.focus == Focus::List);
        let cursor = list::draw(len, &self.list, focused, draw_row, area, buf, ctx.theme);
        cursor.or(Some(area.as_position()))
    }

    fn draw_policy(&self, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let area = self.areas.policy;
        let Some(words) = self.policy_words(ctx).filter(|_| !area.is_empty()) else {
            return;
        };
        let width = usize::from(area.width.saturating_sub(2));
        let style = ctx.theme.style(Role::TextMuted);
        let lines = words::wrap(&words, width, usize::from(area.height));
        for (y, line) in (area.y..area.bottom()).zip(lines) {
            buf.set_stringn(area.x + 1, y, line, width, style);
        }
    }

    /// Where the policy line is, for the mouse.
    pub(super) fn policy_words(&self, ctx: &Ctx<'_>) -> Option<String> {
        if !ctx.live {
            return None;
        }
        let connection = ctx.timeline.state().connection(self.conn(ctx)?)?;
        let standing = self.standing(&connection.name, ctx.settings);
        let name = words::server(ctx.timeline, connection.number);
        Some(format!("{name}: {}", super::policies::words(&standing)))
    }

    /// `elicitation form for #121 tools/call`, and what stands at the right end.
    fn title(&self, question: &Question, ctx: &Ctx<'_>) -> (String, String) {
        let cols = usize::from(self.areas.rule.width / 2).max(24);
        let purpose = rows::purpose(question, ctx.timeline, cols);
        let kind = question.kind.word();
        let title = format!("{kind} {purpose}");
        let title = title.trim_end();
        let over = self.answer().is_none();
        // The tabs need the room, and the row says the rest.
        let title = if over { kind } else { title };
        let title = if self.areas.narrow && over {
            format!("Inbox › {title}")
        } else if self.areas.narrow {
            let server = words::server(ctx.timeline, question.conn);
            format!("Inbox › {server} asks: {title}")
        } else {
            title.to_owned()
        };
        let waited = words::lasted(rows::waited(question, ctx));
        let right = match self.answer() {
            Some(answer) if answer.sending => "being checked…".to_owned(),
            Some(answer) if answer.sent && question.end.is_none() => "sent".to_owned(),
            _ if question.end.is_none() => format!("waiting {waited}"),
            _ => format!("{} after {waited}", rows::ending(question).0),
        };
        // How long it waits matters more than what it is called for.
        let room = usize::from(self.areas.rule.width).saturating_sub(text::width(&right) + 9);
        (text::fit(&title, room.max(12)).into_owned(), right)
    }

    fn draw_detail(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let (rule, theme) = (self.areas.rule, ctx.theme);
        let focused = self.focus != Focus::List;
        if let (Focus::Policies, Some(policies)) = (self.focus, &self.policies) {
            let name = words::server(ctx.timeline, policies.conn);
            let title = format!("who answers {name}");
            let title = if self.areas.narrow {
                format!("Inbox › {title}")
            } else {
                title
            };
            Rule {
                title: &title,
                focused,
                right: "until mcpscope ends",
                ..Rule::default()
            }
            .draw(rule, buf, theme);
            return policies.form.draw(buf, theme, true);
        }
        let Some(question) = self.question(ctx) else {
            Rule::default().draw(rule, buf, theme);
            return None;
        };
        let (title, right) = self.title(question, ctx);
        let Some(answer) = self.answer() else {
            let (tabs, active) = self.over.tabs();
            Rule {
                title: &title,
                focused,
                tabs: &tabs,
                active,
                right: &right,
            }
            .draw(rule, buf, theme);
            let cursor = self.over.draw(self.areas.detail, buf, ctx, focused);
            return cursor.or(Some(self.areas.detail.as_position()));
        };
        Rule {
            title: &title,
            focused,
            right: &right,
            ..Rule::default()
        }
        .draw(rule, buf, theme);
        self.draw_answer(answer, question, buf, ctx, focused)
    }

    fn draw_answer(
        &self,
        answer: &Answer,
        question: &Question,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
        focused: bool,
    ) -> Option<Position> {
        let (areas, theme) = (&self.areas, ctx.theme);
        let server = words::server(ctx.timeline, question.conn);
        let intro = format!("{server} asks you (not mcpscope):");
        put(areas.intro, &intro, Role::Title, buf, ctx);
        match &answer.question {
            None => put(
                areas.head,
                "reading what it asks…",
                Role::TextMuted,
                buf,
                ctx,
            ),
            Some(Err(why)) => put(areas.head, &text::sanitize(why), Role::Error, buf, ctx),
            Some(Ok(read)) => {
                if !areas.head.is_empty() {
                    plain::draw(&read.document, &answer.head, areas.head, buf, theme);
                    let window = areas.head_window();
                    if !answer.head.fits(&read.document, window) {
                        let (up, down) = (
                            ctx.keys.word(Action::PageUp),
                            ctx.keys.word(Action::PageDown),
                        );
                        let words =
                            format!(" {} % {up} {down} ", answer.head.percent(&read.document));
                        let width = text::width(&words) as u16;
                        let corner = Rect {
                            x: areas.head.right().saturating_sub(width),
                            y: areas.head.bottom() - 1,
                            width: width.min(areas.head.width),
                            height: 1,
                        };
                        put(corner, &words, Role::TextMuted, buf, ctx);
                    }
                }
            }
        }
        if let Some(address) = &answer.address {
            let lines = address_lines(address, usize::from(areas.address.width));
            for (y, (line, role)) in (areas.address.y..areas.address.bottom()).zip(lines) {
                let row = Rect {
                    y,
                    height: 1,
                    ..areas.address
                };
                put(row, &line, role, buf, ctx);
            }
        }
        let form = answer.shown()?;
        let cursor = if answer.is_json() {
            let area = Rect {
                x: areas.form.x + areas.form.width.min(1),
                width: areas.form.width.saturating_sub(1),
                ..areas.form
            };
            form.draw_json(area, buf, theme, focused)
        } else {
            form.draw(buf, theme, focused)
        };
        let row = areas.trouble;
        if row.is_empty() {
            return cursor;
        }
        let trouble = answer.trouble().unwrap_or_default();
        let answers = if answer.is_broken() {
            format!("{FIX}  Esc")
        } else {
            format!("{FIX}  {SEND}  Esc")
        };
        let width = usize::from(row.width);
        let answers_width = text::width(&answers);
        let trouble = text::fit(&trouble, width.saturating_sub(answers_width + 2)).into_owned();
        let warn = theme.style(Role::Warn);
        let (x, _) = buf.set_stringn(row.x, row.y, format!("{trouble}: "), width, warn);
        let room = usize::from(row.right().saturating_sub(x));
        let key = theme.style(Role::Key);
        buf.set_stringn(x, row.y, text::fit(&answers, room), room, key);
        if focused {
            Some(row.as_position())
        } else {
            cursor
        }
    }
}

/// A sanitised line in a role.
fn put(area: Rect, line: &str, role: Role, buf: &mut Buffer, ctx: &Ctx<'_>) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let style = ctx.theme.style(role);
    buf.set_stringn(area.x, area.y, text::fit(line, width), width, style);
}
