//! The list of findings on the screen, and below it what is told of the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::rows::Row;
use super::{LintPane, about};
use crate::lint::findings::Found;
use crate::lint::{Severity, Subject, findings};
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::catalogue::wrap;
use crate::tui::panes::traffic::draw_empty;
use crate::tui::theme::Role;
use crate::tui::widgets::list::{self, GUTTER};
use crate::tui::widgets::narrow;
use crate::tui::widgets::rule::Rule;

/// Columns from which on a row has one line.
const WIDE: u16 = 100;
/// Columns of `warning`, and a blank.
const SEVERITY: usize = 8;
/// Columns of what stands before a line of the detail.
const LABEL: usize = 9;
/// The least lines that list and detail need together.
const BOTH: u16 = 12;

/// What a severity looks like.
pub const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Error,
        Severity::Warning => Role::Warn,
        Severity::Note => Role::Info,
    }
}

impl LintPane {
    fn shows_both(&self) -> bool {
        !self.alone && self.selected.is_some() && self.area.height >= BOTH
    }

    fn list_area(&self) -> Rect {
        let area = self.area;
        if self.shows_both() {
            let height = area.height - self.about_area().height;
            Rect { height, ..area }
        } else if self.detail {
            Rect::default()
        } else {
            area
        }
    }

    pub(super) fn about_area(&self) -> Rect {
        let area = self.area;
        if self.shows_both() {
            let height = (area.height * 2 / 5).clamp(6, 14);
            Rect {
                y: area.bottom() - height,
                height,
                ..area
            }
        } else if self.detail {
            area
        } else {
            Rect::default()
        }
    }

    pub(super) fn rows_area(&self) -> Rect {
        let area = self.list_area();
        let above = (1 + u16::from(self.filter.is_some())).min(area.height);
        Rect {
            y: area.y + above,
            height: area.height - above,
            ..area
        }
    }

    /// What is told of the selected one has ends.
    pub(super) fn clamp_detail(&mut self, ctx: &Ctx<'_>) {
        let area = self.about_area();
        let lines = self.told(area.width, ctx).len();
        let room = usize::from(area.height.saturating_sub(1));
        self.top = self.top.min(lines.saturating_sub(room));
    }

    pub(super) fn scroll(&mut self, action: Action) -> Reply {
        let page = usize::from(self.about_area().height.saturating_sub(2)).max(1);
        self.top = match action {
            Action::Up => self.top.saturating_sub(1),
            Action::Down => self.top + 1,
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => self.top + page,
            Action::Top => 0,
            // As far as it goes: it is clamped before it is drawn.
            Action::Bottom => usize::from(u16::MAX),
            _ => return Reply::ignored(),
        };
        Reply::done()
    }

    pub(super) fn drawn(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let mut cursor = None;
        if !self.list_area().is_empty() {
            cursor = self.draw_list(buf, ctx);
        }
        let area = self.about_area();
        if !area.is_empty() {
            self.draw_about(area, buf, ctx);
            if self.detail {
                return Some(Position::new(
                    area.x + 1,
                    (area.y + 1).min(area.bottom() - 1),
                ));
            }
        }
        cursor
    }

    fn title(&self, ctx: &Ctx<'_>) -> String {
        let counts = ctx.lint.counts();
        let counts = if self.list_area().width < WIDE {
            counts.short()
        } else {
            counts.words()
        };
        let shown = self.made.rows.iter();
        let shown = shown.filter(|row| matches!(row, Row::Found(_))).count();
        if self
            .filter
            .as_ref()
            .is_some_and(|input| !input.text().is_empty())
        {
            return format!("LINT {shown} of {}", self.made.all);
        }
        if !counts.is_empty() && self.made.all == ctx.lint.counts().all() {
            return format!("LINT  {counts}");
        }
        // Of a moment of a recording.
        format!("LINT {}", self.made.all)
    }

    fn remark(&self, ctx: &Ctx<'_>) -> String {
        let mut parts = Vec::new();
        if self.made.ignored > 0 {
            let verb = if self.ignored { "shown" } else { "hidden" };
            parts.push(format!("{} ignored, {verb}", self.made.ignored));
        }
        let is_wide = self.list_area().width >= WIDE;
        if is_wide {
            parts.push(format!("by {}", self.order.word()));
        }
        let standings = ctx.lint.standings;
        if standings.passed + standings.failed > 0 {
            parts.push(format!(
                "rules: {} passed, {} not seen",
                standings.passed, standings.not_seen
            ));
        }
        // With several servers it is that of the selected finding's.
        let state = ctx.timeline.state();
        let found = self.found(ctx).map(|found| found.finding().conn);
        let connection = found.and_then(|conn| state.connection(conn));
        let revision = connection
            .or_else(|| ctx.connection())
            .and_then(|one| one.revision);
        if is_wide {
            parts.extend(revision.map(|revision| format!("spec {revision}")));
        }
        parts.join(" · ")
    }

    fn draw_list(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let (area, theme) = (self.list_area(), ctx.theme);
        Rule {
            title: &self.title(ctx),
            focused: !self.detail,
            right: &self.remark(ctx),
            ..Rule::default()
        }
        .draw(Rect { height: 1, ..area }, buf, theme);
        let mut caret = None;
        if let Some(input) = &self.filter {
            let words = "severity, rule, words, tool, server";
            let row = Rect {
                y: area.y + 1,
                ..area
            };
            caret = narrow::draw(input, self.typing, words, row, buf, theme);
        }
        let rows = self.rows_area();
        if self.made.rows.is_empty() {
            draw_empty(&self.nothing(ctx), rows, buf, ctx);
            return caret.or(Some(rows.as_position()));
        }
        let several = self.made.several;
        let drawn = list::draw(
            self.made.rows.len(),
            &self.list,
            !self.detail,
            |row, width| match &self.made.rows[row] {
                Row::Heading(words, count) => {
                    let words = format!("{words}  {count}");
                    Line::styled(words, theme.style(Role::Title))
                }
                Row::Probes(words) => Line::styled(words.clone(), theme.style(Role::TextMuted)),
                Row::More(more) => {
                    let key = ctx.keys.word(Action::GroupFindings);
                    let words =
                        format!("… and {more} more like it; {key} groups by rule and shows them");
                    let words = format!("{}{words}", " ".repeat(SEVERITY));
                    Line::styled(words, theme.style(Role::TextMuted))
                }
                Row::Found(at) => match ctx.lint.all().get(*at as usize) {
                    Some(found) => line(found, several, width, ctx),
                    None => Line::default(),
                },
            },
            rows,
            buf,
            theme,
        );
        caret.or(drawn)
    }

    fn nothing(&self, ctx: &Ctx<'_>) -> String {
        let entries = ctx.timeline.entries().len() as u64;
        if self
            .filter
            .as_ref()
            .is_some_and(|input| !input.text().is_empty())
        {
            return "No finding has all of these words.".to_owned();
        }
        if self.made.ignored > 0 {
            let key = ctx.keys.word(Action::ShowIgnoredFindings);
            return format!(
                "Nothing but what is ignored: {}; {key} shows it.",
                self.made.ignored
            );
        }
        if ctx.lint.looked < entries {
            return format!("Looking: {} of {entries} entries…", ctx.lint.looked);
        }
        let standings = ctx.lint.standings;
        if standings.passed == 0 {
            return "Nothing passed yet that a rule looks at. Connect a server, and call what it has."
                .to_owned();
        }
        format!(
            "Nothing is wrong with what passed so far: {} rules passed. Of {} rules nothing was seen yet, so they \
            have not passed; what is called, read and asked for shows more.",
            standings.passed, standings.not_seen
        )
    }

    /// What is told of the selected one, in lines of this width.
    fn told(&self, width: u16, ctx: &Ctx<'_>) -> Vec<about::Line> {
        let Some(found) = self.found(ctx) else {
            return Vec::new();
        };
        let room = usize::from(width).saturating_sub(LABEL + 1).max(8);
        let mut out = Vec::new();
        for (label, words, role) in about::lines(found, ctx) {
            let mut label = label;
            for part in wrap(&words, room, 20) {
                out.push((label, part, role));
                label = "";
            }
        }
        out
    }

    fn draw_about(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let theme = ctx.theme;
        let found = self.found(ctx);
        let title = found.map_or("nothing selected", |found| found.finding().rule.name);
        let lines = self.told(area.width, ctx);
        let room = usize::from(area.height.saturating_sub(1));
        let below = lines.len().saturating_sub(self.top + room);
        let more = match below {
            0 => String::new(),
            below => format!("{} below", text::plural(below, "line")),
        };
        Rule {
            title,
            focused: self.detail,
            right: &more,
            ..Rule::default()
        }
        .draw(Rect { height: 1, ..area }, buf, theme);
        let shown = lines.iter().skip(self.top);
        for (y, (label, words, role)) in (area.y + 1..area.bottom()).zip(shown) {
            let width = usize::from(area.width.saturating_sub(1));
            let label = text::pad(label, LABEL);
            let (x, _) = buf.set_stringn(area.x + 1, y, label, width, theme.style(Role::TextMuted));
            let left = usize::from(area.right().saturating_sub(x));
            buf.set_stringn(x, y, words, left, theme.style(*role));
        }
    }
}

fn name_of(subject: &Subject) -> &str {
    match subject {
        Subject::Tool(name) | Subject::Prompt(name) | Subject::Resource(name) => name,
    }
}

/// A finding in one line.
fn line(found: &Found, several: bool, width: u16, ctx: &Ctx<'_>) -> Line<'static> {
    let theme = ctx.theme;
    let finding = found.finding();
    let muted = theme.style(Role::TextMuted);
    let is_wide = width + GUTTER >= WIDE;
    let style = if found.is_excepted() {
        muted
    } else {
        theme.style(role(finding.severity))
    };
    let mut spans = vec![Span::styled(
        text::pad(
            if found.is_excepted() {
                "ignored"
            } else {
                finding.severity.word()
            },
            SEVERITY,
        ),
        style,
    )];
    let mut room = usize::from(width).saturating_sub(SEVERITY);
    let mut put = |words: String, style| {
        room = room.saturating_sub(text::width(&words));
        spans.push(Span::styled(words, style));
        room
    };
    let names = if is_wide { 30 } else { 24 };
    let mut left = put(
        format!("{} ", text::pad(finding.rule.name, names)),
        theme.style(if found.is_excepted() {
            Role::TextMuted
        } else {
            Role::Text
        }),
    );
    if several {
        let server = text::sanitize(&found.told.server);
        left = put(format!("{} ", text::pad(&server, 10)), muted);
    }
    let times = match found.times {
        1 => String::new(),
        times => format!("×{times} "),
    };
    let place = match &finding.subject {
        Some(subject) if is_wide => {
            let about = findings::about(subject);
            let about = text::sanitize(&about).into_owned();
            format!("{times}{} #{}", text::fit(&about, 28), finding.seq)
        }
        _ => format!("{times}#{}", finding.seq),
    };
    let mut words = text::sanitize(&finding.words).into_owned();
    if !is_wide && let Some(subject) = &finding.subject {
        // There is no room for it behind the words.
        let name = text::sanitize(name_of(subject)).into_owned();
        if !words.contains(&name) {
            words = format!("{}: {words}", text::fit(&name, 20));
        }
    }
    let words_room = left.saturating_sub(text::width(&place) + 1);
    let style = theme.style(if found.is_excepted() {
        Role::TextMuted
    } else {
        Role::Text
    });
    spans.push(Span::styled(
        format!("{} ", text::pad(&text::fit(&words, words_room), words_room)),
        style,
    ));
    spans.push(Span::styled(place, muted));
    Line::from(spans)
}
