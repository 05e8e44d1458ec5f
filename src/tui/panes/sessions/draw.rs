//! The list of sessions on the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::about::of_now;
use super::{SessionsPane, WIDE};
use crate::library::{Item, Writing};
use crate::text;
use crate::tui::pane::{Ctx, Pane as _};
use crate::tui::panes::traffic::draw_empty;
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

/// Columns of `today 14:02` and `2025-11-18`.
const WHEN: usize = 13;
/// Columns of the sign behind it, and a blank.
const SIGN: usize = 5;
/// Columns of a number of messages, and of errors.
const COUNT: usize = 7;
/// Columns of a size.
const SIZE: usize = 9;

impl SessionsPane {
    pub(super) fn lines(&self) -> u16 {
        if self.is_wide() { 1 } else { 2 }
    }

    fn list_area(&self) -> Rect {
        let area = self.area;
        if self.is_wide() {
            let width = (u32::from(area.width) * 3 / 5).max(u32::from(WIDE) * 3 / 5) as u16;
            Rect { width, ..area }
        } else if self.about.focused {
            Rect::default()
        } else {
            area
        }
    }

    pub(super) fn about_area(&self) -> Rect {
        let area = self.area;
        if self.is_wide() {
            let list = self.list_area().width + 1;
            Rect {
                x: area.x + list,
                width: area.width.saturating_sub(list),
                ..area
            }
        } else if self.about.focused {
            area
        } else {
            Rect::default()
        }
    }

    /// Where the filter is, when it is shown.
    pub(super) fn filter_area(&self) -> Rect {
        let area = self.list_area();
        let shown = u16::from(self.filtering.is_shown());
        Rect {
            y: area.y + 1.min(area.height),
            height: shown.min(area.height.saturating_sub(1)),
            ..area
        }
    }

    /// All that is below it.
    pub(super) fn below_filter(&self) -> Rect {
        let (area, row) = (self.list_area(), self.filter_area());
        Rect {
            y: row.bottom(),
            height: area.bottom().saturating_sub(row.bottom()),
            ..area
        }
    }

    /// Where the rows are.
    pub(super) fn rows(&self) -> Rect {
        let area = self.list_area();
        let above = 1 + u16::from(self.is_wide()) + u16::from(self.filtering.is_shown());
        Rect {
            y: area.y + above.min(area.height),
            height: area.height.saturating_sub(above),
            ..area
        }
    }

    pub(super) fn drawn(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let area = self.list_area();
        let mut cursor = None;
        if !area.is_empty() {
            let shown = if self.filtering.is_on() {
                format!("SESSIONS {} of {}", self.found.len(), self.items.len())
            } else {
                format!("SESSIONS {}", self.items.len())
            };
            let chosen = match self.selected.len() {
                0 => String::new(),
                count => format!("{count} selected · "),
            };
            Rule {
                title: &shown,
                focused: !self.about.focused,
                right: &format!("{chosen}by {}", self.found.order().word()),
                ..Rule::default()
            }
            .draw(Rect { height: 1, ..area }, buf, ctx.theme);
            cursor = self.draw_list(area, buf, ctx);
            let (row, below) = (self.filter_area(), self.below_filter());
            self.filtering.draw_choices(row, below, buf, ctx);
        }
        let about = self.about_area();
        if self.is_wide() {
            for y in about.y..about.bottom() {
                let sign = if y == about.y { "┯" } else { "│" };
                let style = ctx.theme.style(Role::Rule);
                buf.set_stringn(about.x - 1, y, sign, 1, style);
            }
        }
        let refused = |action| self.why_not(action, ctx).is_some();
        self.about
            .draw(self.item(), refused, &self.clock, about, buf, ctx);
        if self.about.focused {
            return Some(Position::new(about.x + 1, about.y + 1));
        }
        cursor
    }

    fn draw_list(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let theme = ctx.theme;
        let mut y = area.y + 1;
        let mut caret = None;
        if self.filtering.is_shown() {
            let (shown, all) = (self.found.len(), self.items.len());
            caret = self
                .filtering
                .draw(self.filter_area(), shown, all, buf, ctx);
            y += 1;
        }
        if self.is_wide() {
            let heading = Self::heading(area.width.saturating_sub(list::GUTTER));
            let style = theme.style(Role::TextMuted);
            let x = area.x + list::GUTTER;
            buf.set_stringn(x, y, heading, usize::from(area.width), style);
        }
        let rows = self.rows();
        if self.found.len() == 0 {
            draw_empty(&self.nothing(), rows, buf, ctx);
            return caret.or(Some(rows.as_position()));
        }
        let drawn = list::draw_tall(
            self.found.len(),
            &self.list,
            !self.about.focused,
            self.lines(),
            |row, line, width| self.row(row, line, width, ctx).unwrap_or_default(),
            rows,
            buf,
            theme,
        );
        caret.or(drawn)
    }

    fn nothing(&self) -> String {
        match &self.listed {
            None => "Looking for sessions…".to_owned(),
            Some(Err(why)) => format!("The sessions cannot be listed: {why}"),
            Some(Ok(_)) => {
                if self.filtering.is_on() {
                    let filter = text::sanitize(self.filtering.text());
                    format!("No session passes the filter {filter}; Esc shows all again.")
                } else {
                    "No session is kept yet. Every session is recorded as it happens, unless record = false or \
                    --no-record says otherwise."
                        .to_owned()
                }
            }
        }
    }

    fn heading(width: u16) -> String {
        let (name, servers) = columns(width);
        let mut heading = text::pad("  when", WHEN + SIGN + 2);
        heading.push_str(&text::pad("name", name + 1));
        heading.push_str(&text::pad("servers", servers + 1));
        let counts = [("msgs", COUNT), ("err", COUNT - 2), ("size", SIZE)];
        let counts = counts.map(|(words, columns)| format!("{words:>columns$}"));
        heading + &counts.concat()
    }

    fn row(&self, row: usize, line: u16, width: u16, ctx: &Ctx<'_>) -> Option<Line<'static>> {
        let item = self.items.get(self.found.item(row)?)?;
        let live = (item.writing == Writing::Ours && ctx.live).then(|| of_now(ctx));
        let summary = live.as_ref().or(item.meta.summary.as_ref());
        let theme = ctx.theme;
        let mut spans = Vec::new();
        let mut put =
            |words: String, role: Role| spans.push(Span::styled(words, theme.style(role)));
        let sign = if self.selected.contains(&item.path) {
            "✓ "
        } else {
            "  "
        };
        let count = |number: Option<u64>, columns: usize| {
            let number = number.map_or_else(|| "·".to_owned(), |number| number.to_string());
            format!("{number:>columns$}")
        };
        let messages = summary.map(|summary| summary.messages);
        let errors = summary.map(|summary| summary.errors);
        let error_role = match errors {
            Some(1..) => Role::Error,
            _ => Role::TextMuted,
        };
        let size = match item.size {
            0 => String::new(),
            size => text::size(size),
        };
        let servers =
            summary.map(|summary| text::sanitize(&summary.servers_in_short()).into_owned());
        let servers = servers.unwrap_or_default();
        let when = if item.by.is_empty() && item.path.as_os_str().is_empty() {
            "now".to_owned()
        } else {
            self.found.when(item, &self.clock)
        };
        let (mark, mark_role) = self.sign(item);
        if self.is_wide() {
            let (name, of_servers) = columns(width);
            put(sign.to_owned(), Role::Accent);
            put(text::pad(&when, WHEN), Role::TextMuted);
            put(text::pad(mark, SIGN), mark_role);
            put(text::pad(&called(item, name), name + 1), Role::Text);
            put(text::pad(&servers, of_servers + 1), Role::TextMuted);
            put(count(messages, COUNT), Role::Text);
            put(count(errors, COUNT - 2), error_role);
            put(format!("{size:>SIZE$}"), Role::TextMuted);
        } else if line == 0 {
            let room = usize::from(width).saturating_sub(WHEN + 2 + SIGN);
            put(sign.to_owned(), Role::Accent);
            put(text::pad(&when, WHEN), Role::TextMuted);
            put(text::pad(mark, SIGN), mark_role);
            put(
                text::fit(&called(item, room), room).into_owned(),
                Role::Text,
            );
        } else {
            put(" ".repeat(WHEN + SIGN + 2), Role::Text);
            let mut words = vec![servers];
            words.extend(messages.map(|count| text::plural(count as usize, "message")));
            words.push(size);
            words.retain(|word| !word.is_empty());
            put(words.join(" · "), Role::TextMuted);
            if let Some(errors @ 1..) = errors {
                put(
                    format!(" · {}", text::plural(errors as usize, "error")),
                    Role::Error,
                );
            }
        }
        Some(Line::from(spans))
    }

    /// `REC` for what is recorded here, `rec` elsewhere, `open` for what is looked at, `keep` for what stays.
    fn sign(&self, item: &Item) -> (&'static str, Role) {
        match item.writing {
            _ if self.opened.as_ref() == Some(&item.path) => ("open", Role::Accent),
            Writing::Ours if item.path.as_os_str().is_empty() => ("", Role::Text),
            Writing::Ours => ("REC", Role::Accent),
            Writing::Others => ("rec", Role::Pending),
            Writing::Nobody if item.meta.keep => ("keep", Role::Ok),
            Writing::Nobody => ("", Role::Text),
        }
    }
}

/// The name, and the tags behind it as far as there is room.
fn called(item: &Item, room: usize) -> String {
    let mut called = if item.writing == Writing::Ours && item.meta.name.is_empty() {
        "(current)".to_owned()
    } else {
        text::sanitize(&item.short_title()).into_owned()
    };
    for tag in &item.meta.tags {
        let more = format!(" #{}", text::sanitize(tag));
        if text::width(&called) + text::width(&more) > room {
            break;
        }
        called.push_str(&more);
    }
    text::fit(&called, room).into_owned()
}

/// Columns of the name, and of the servers.
fn columns(width: u16) -> (usize, usize) {
    let fixed = 2 + WHEN + SIGN + COUNT + (COUNT - 2) + SIZE + 2;
    let room = usize::from(width).saturating_sub(fixed);
    let servers = (room * 2 / 5).clamp(6, 24);
    (room.saturating_sub(servers).max(8), servers)
}
