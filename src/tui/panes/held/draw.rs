//! The list above, the frame or what is typed for it below.
//!
//! ```text
//! ━▌HELD 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ hold:method:elicitation/create ━
//!  #41 → client  0:12  elicitation/create   message: What is your name?
//! ━ #41 elicitation/create ━ Message Raw ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{HeldPane, Purpose, answering, held};
use crate::json;
use crate::session::Direction;
use crate::session::timeline::EntryRow;
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::panes::inbox::words;
use crate::tui::panes::stream::areas::Areas;
use crate::tui::theme::Role;
use crate::tui::widgets::input::Look;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

/// The most lines of the list.
const MOST: u16 = 8;
/// Cells of how long a frame waits.
const SINCE: usize = 7;
/// A text of more bytes is not read while it is drawn.
const READ: usize = 64 << 10;

impl HeldPane {
    /// Divides the area: the list has what it needs.
    pub(super) fn lay(&mut self, area: Rect, ctx: &Ctx<'_>) {
        let wanted = (held(ctx).len() as u16).clamp(1, MOST);
        let rows = wanted.min(area.height.saturating_sub(1) / 2);
        let part = |y: u16, height: u16| Rect {
            y: area.y + y.min(area.height),
            height: height.min(area.height.saturating_sub(y)),
            ..area
        };
        self.areas = Areas {
            rule: part(0, 1),
            rows: part(1, rows),
            detail_rule: part(1 + rows, 1),
            detail: part(2 + rows, area.height),
            ..Areas::default()
        };
    }

    /// What the lower part is about.
    pub(super) fn title(&self, ctx: &Ctx<'_>) -> String {
        let Some(frame) = self.frame else {
            return String::new();
        };
        let what = answering::what(frame, ctx);
        format!("#{frame} {}", text::sanitize(&what))
    }

    fn row(frame: u64, ctx: &Ctx<'_>, width: usize) -> Line<'static> {
        let theme = ctx.theme;
        let entry = ctx
            .timeline
            .with_seq(frame)
            .and_then(|entry| ctx.timeline.entry(entry));
        let way = match entry.map(EntryRow::direction) {
            Some(Direction::Out) => "→ server",
            _ => "→ client",
        };
        let number = text::pad(&format!("#{frame}"), 7);
        let what = answering::what(frame, ctx);
        let what = text::sanitize(&what).into_owned();
        let what = text::pad(&text::fit(&what, 38), 40);
        // Clients wait for a while only.
        let since = ctx.timeline.state().tap.since(frame);
        let since = ctx.now_us.saturating_sub(since.unwrap_or(ctx.now_us));
        let since = text::pad(&words::lasted(since), SINCE);
        let preview = ctx.previews.get(frame).unwrap_or_default();
        let preview = text::sanitize(preview).into_owned();
        let used = text::width(&number) + 12 + SINCE + text::width(&what);
        Line::from(vec![
            Span::styled(format!(" {number}"), theme.style(Role::TextMuted)),
            Span::styled(text::pad(way, 11), theme.style(Role::Pending)),
            Span::styled(since, theme.style(Role::Pending)),
            Span::styled(what, theme.style(Role::Text)),
            Span::styled(
                text::fit(&preview, width.saturating_sub(used)).into_owned(),
                theme.style(Role::TextMuted),
            ),
        ])
    }

    /// Draws it; gives the caret, or the selected row.
    pub(super) fn drawn(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let frames = held(ctx);
        let typing = self.draft.as_ref().is_some_and(|draft| draft.typing);
        let title = format!("HELD {}", frames.len());
        let rules = ctx.timeline.state().tap.rules().join(", ");
        let rules = text::sanitize(&rules).into_owned();
        let room = usize::from(self.areas.rule.width / 2);
        Rule {
            title: &title,
            focused: !self.detail.focused && !typing,
            right: &text::fit(&rules, room),
            ..Rule::default()
        }
        .draw(self.areas.rule, buf, ctx.theme);
        let mut cursor = list::draw(
            frames.len(),
            &self.list,
            !self.detail.focused && !typing,
            |index, width| Self::row(frames[index], ctx, usize::from(width)),
            self.areas.rows,
            buf,
            ctx.theme,
        );
        if frames.is_empty() {
            let hold = ctx.keys.word(Action::HoldFrames);
            let words = match (ctx.tap, rules.is_empty()) {
                (None, _) => "The tap has ended: nothing can be held any more.".to_owned(),
                (Some(_), true) => format!("Nothing is held; {hold} says which frames are to be."),
                (Some(_), false) => {
                    "Nothing is held yet: what the rules ask for shows here.".to_owned()
                }
            };
            let area = self.areas.rows;
            let room = usize::from(area.width.saturating_sub(1));
            buf.set_stringn(
                area.x + 1,
                area.y,
                words,
                room,
                ctx.theme.style(Role::TextMuted),
            );
        }
        if self.draft.is_some() {
            return self.draw_draft(buf, ctx).filter(|_| typing).or(cursor);
        }
        let title = self.title(ctx);
        let detail = self.detail.draw(&self.areas, buf, &title, ctx);
        if self.detail.focused {
            cursor = detail;
        }
        cursor
    }

    fn draw_draft(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let draft = self.draft.as_ref()?;
        let title = match draft.purpose {
            _ if draft.gone => format!("#{} WENT ON MEANWHILE: WHAT WAS TYPED", draft.frame),
            Purpose::Instead => format!("{}: WHAT GOES ON", self.title(ctx)),
            Purpose::Answer => format!("{}: THE RESULT THAT ANSWERS IT", self.title(ctx)),
        };
        let typed = draft.text.text();
        let right = if typed.len() > READ {
            text::size(typed.len() as u64)
        } else {
            match json::check(typed.as_bytes()) {
                Ok(()) => "valid JSON".to_owned(),
                Err(problem) => format!("✗ {problem}"),
            }
        };
        let room = usize::from(self.areas.detail_rule.width / 2);
        Rule {
            title: &title,
            focused: draft.typing,
            right: &text::fit(&text::sanitize(&right), room),
            ..Rule::default()
        }
        .draw(self.areas.detail_rule, buf, ctx.theme);
        let area = self.areas.detail;
        if area.is_empty() {
            return None;
        }
        let inner = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        Some(draft.text.draw(Look::default(), inner, buf, ctx.theme))
    }
}
