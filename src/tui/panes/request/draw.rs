//! Where everything is, and what it looks like.
//!
//! ```text
//! ━▌REQUEST to demo ━ [Request] Notification Frame Settings ━━━ 2026-07-28 stdio ━
//!    method *  [tools/call      ]
//!    …         [ Send ]
//! ━ #12 tools/call echo ━ Request [Response] Raw request ━━━━━━━━━━━━ ok  12 ms ━
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{RequestPane, Tab};
use crate::mcp::hand;
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::areas::Areas;
use crate::tui::panes::traffic;
use crate::tui::theme::Role;
use crate::tui::widgets::input::Look;
use crate::tui::widgets::rule::Rule;

/// The least lines of either part.
const LEAST: u16 = 5;

/// A frame of more bytes is not read while it is drawn.
const READ: usize = 64 << 10;

impl RequestPane {
    /// Divides the area: what has the keys gets more of it.
    pub(super) fn lay(&mut self, area: Rect) {
        let rows = area.height;
        let result = match (self.last, self.detail.focused) {
            (None, _) => 0,
            (Some(_), true) => (rows * 2 / 3).max(LEAST),
            (Some(_), false) => (rows * 2 / 5).max(LEAST),
        };
        // A form that needs less leaves the rest.
        let wanted = match self.pane() {
            Some(pane) => u16::try_from(pane.wanted()).unwrap_or(u16::MAX),
            None => u16::try_from(self.frame.0.lines() + 2).unwrap_or(u16::MAX),
        };
        let spare = rows
            .saturating_sub(result + 1)
            .saturating_sub(wanted.max(LEAST));
        let result = if result == 0 {
            0
        } else {
            (result + spare).min(rows.saturating_sub(LEAST))
        };
        let part = |y: u16, height: u16| Rect {
            y: area.y + y.min(rows),
            height: height.min(rows.saturating_sub(y)),
            ..area
        };
        let top = rows - result;
        self.areas = Areas {
            rule: part(0, 1),
            detail_rule: part(top, result.min(1)),
            detail: part(top + 1, result.saturating_sub(1)),
            ..Areas::default()
        };
        self.form = part(1, top.saturating_sub(1));
        let form = self.form;
        if let Some(pane) = self.pane_mut() {
            pane.place(form, area);
        }
    }

    fn draw_rule(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let name = ctx.server().map(|server| text::sanitize(&server.name));
        let title = name.map_or_else(
            || "BY HAND".to_owned(),
            |name| format!("BY HAND to {}", text::fit(&name, 30)),
        );
        let tabs = Tab::ALL.map(Tab::title);
        let right = match ctx.connection().filter(|one| one.is_ready()) {
            Some(connection) => format!(
                "{} {}",
                connection
                    .revision
                    .map_or_else(String::new, |revision| revision.to_string()),
                text::sanitize(&connection.transport)
            ),
            None => "not connected".to_owned(),
        };
        Rule {
            title: &title,
            focused: !self.detail.focused,
            tabs: &tabs,
            active: self.tab as usize,
            right: right.trim(),
        }
        .draw(area, buf, ctx.theme)
    }

    /// The tab whose name is there.
    pub(super) fn tab_at(&self, at: Position, ctx: &Ctx<'_>) -> Option<Tab> {
        // Drawn once more, aside, to learn where the names are.
        let mut aside = Buffer::empty(self.areas.rule);
        let places = self.draw_rule(self.areas.rule, &mut aside, ctx);
        let place = places.iter().position(|place| place.contains(at))?;
        Tab::ALL.get(place).copied()
    }

    /// What was sent last, and how it stands.
    pub(super) fn title(&self, ctx: &Ctx<'_>) -> String {
        self.sent(ctx)
            .and_then(|entry| traffic::title_of(entry, ctx))
            .unwrap_or_else(|| "waiting to be sent…".to_owned())
    }

    /// What the frame is, in words.
    pub(super) fn frame_words(&self) -> String {
        let frame = self.frame.0.text();
        let size = text::size(frame.len() as u64);
        let lines = match self.frame.0.lines() {
            1 => String::new(),
            count => format!(" · over a pipe it is {count} lines"),
        };
        if frame.len() > READ {
            return format!("{size}{lines}");
        }
        match hand::described(frame.as_bytes()) {
            Ok(words) => format!("{words} · {size}{lines}"),
            Err(why) => format!("✗ {why} · {size}, sent as it is{lines}"),
        }
    }

    fn draw_frame(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let area = self.form;
        if area.is_empty() {
            return None;
        }
        let inner = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(1),
            ..area
        };
        let words = self.frame_words();
        let invalid = words.starts_with('✗');
        let look = Look {
            invalid,
            placeholder: "any bytes; sent as they are",
            ..Look::default()
        };
        let caret = self.frame.0.draw(look, inner, buf, ctx.theme);
        let below = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..inner
        };
        let role = if invalid { Role::Warn } else { Role::TextMuted };
        let room = usize::from(below.width);
        let words = text::sanitize(&words).into_owned();
        buf.set_stringn(
            below.x,
            below.y,
            text::fit(&words, room),
            room,
            ctx.theme.style(role),
        );
        Some(if self.frame.1 {
            caret
        } else {
            inner.as_position()
        })
    }

    pub(super) fn drawn(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let focused = !self.detail.focused;
        self.draw_rule(self.areas.rule, buf, ctx);
        let mut cursor = match self.pane() {
            Some(pane) => pane.draw(buf, ctx.theme, focused),
            None => self.draw_frame(buf, ctx),
        }
        .filter(|_| focused);
        let of_detail = self.detail.draw(&self.areas, buf, &self.title(ctx), ctx);
        if self.detail.focused {
            cursor = of_detail;
        }
        if let Some(pane) = self.pane().filter(|_| focused) {
            cursor = pane.draw_over(buf, ctx.theme).or(cursor);
        }
        if let Some(why) = &self.question {
            let row = Rect {
                y: area.bottom().checked_sub(1)?,
                height: area.height.min(1),
                ..area
            };
            let blank = " ".repeat(usize::from(row.width));
            buf.set_stringn(
                row.x,
                row.y,
                blank,
                usize::from(row.width),
                ctx.theme.style(Role::Text),
            );
            let question = format!(" {why}: s send again  Esc");
            buf.set_stringn(
                row.x,
                row.y,
                question,
                usize::from(row.width),
                ctx.theme.style(Role::Warn),
            );
            return Some(row.as_position());
        }
        cursor.or(Some(self.form.as_position()))
    }
}
