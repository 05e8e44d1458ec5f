//! Taps that run on this machine, and recordings that are served, below the servers: somebody else's client and its server, to be looked on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use super::columns::{Columns, GAP, STATE};
use super::{inset, overview};
use crate::tap::running::Running;
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::pane::Ctx;
use crate::tui::theme::Role;
use crate::tui::widgets::rule::Rule;

/// Those that are listed: among what can be started, not among the servers of a recording.
pub fn shown<'a>(ctx: &Ctx<'a>) -> &'a [Running] {
    if ctx.live { ctx.taps } else { &[] }
}

/// Rows of the list, servers and taps.
pub fn rows(ctx: &Ctx<'_>) -> usize {
    ctx.servers.len() + shown(ctx).len()
}

/// Whether an action is about a server that can be started.
pub fn is_of_servers(action: Action) -> bool {
    let adds = matches!(action, Action::OpenServer | Action::AddServer);
    (action.row().scope == Scope::Servers && !adds)
        || matches!(action, Action::Restart | Action::OtherEra)
}

/// How many of them there are, in words: `2 taps, 1 served`.
pub fn counted(taps: &[Running]) -> String {
    let served = taps.iter().filter(|tap| tap.serves).count();
    let taps = taps.len() - served;
    let parts = [
        (taps, text::plural(taps, "tap")),
        (served, format!("{served} served")),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(_, words)| words).collect();
    parts.join(", ")
}

/// What it does.
fn word(tap: &Running) -> &'static str {
    if tap.serves { "serve" } else { "tap" }
}

/// Where it is known from.
pub fn origin(tap: &Running) -> String {
    format!("pid {}", tap.pid)
}

/// Its row.
pub fn row(tap: &Running, columns: Columns, ctx: &Ctx<'_>, width: usize) -> Line<'static> {
    let theme = ctx.theme;
    let cell = |text: &str, width: usize| {
        let text = text::sanitize(text);
        text::pad(&text::fit(&text, width.saturating_sub(GAP)), width)
    };
    let Columns {
        name,
        transport,
        origin,
    } = columns;
    let role = if tap.file.is_some() {
        Role::Accent
    } else {
        Role::TextMuted
    };
    let detail = match (&tap.file, &tap.listens) {
        _ if tap.lost > 0 => lost(tap),
        (None, _) => "not recorded".to_owned(),
        (Some(_), Some(at)) => text::sanitize(at).into_owned(),
        (Some(_), None) => "live, read-only".to_owned(),
    };
    let room = width.saturating_sub(STATE + name + transport + origin);
    Line::from(vec![
        Span::styled("◉ ", theme.style(role)),
        Span::styled(text::pad(word(tap), STATE - 2), theme.style(role)),
        Span::styled(cell(&tap.server, name), theme.style(Role::Text)),
        Span::styled(cell(word(tap), transport), theme.style(Role::TextMuted)),
        Span::styled(
            cell(&self::origin(tap), origin),
            theme.style(Role::TextMuted),
        ),
        Span::styled(
            text::fit(&detail, room).into_owned(),
            theme.style(if tap.lost > 0 {
                Role::Error
            } else {
                Role::TextMuted
            }),
        ),
    ])
}

/// That it cannot record.
fn lost(tap: &Running) -> String {
    let entries = text::plural(tap.lost as usize, "entry");
    format!("at least {entries} NOT RECORDED so far")
}

/// What is known of it.
pub fn draw(tap: &Running, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let name = text::sanitize(&tap.server);
    let title = if tap.serves {
        format!("{name}, served from a recording")
    } else {
        format!("tap of {name}")
    };
    Rule {
        title: &title,
        ..Rule::default()
    }
    .draw(area, buf, ctx.theme);
    let body = inset(area);
    let since = tap.since.to_zoned(jiff::tz::TimeZone::system());
    let mut told = vec![
        ("process", tap.pid.to_string()),
        ("since", since.strftime("%H:%M:%S").to_string()),
    ];
    told.extend(tap.listens.clone().map(|at| ("listens", at)));
    match &tap.file {
        Some(file) => told.push(("file", file.display().to_string())),
        None => told.push(("file", "none: it keeps no recording".to_owned())),
    }
    if tap.lost > 0 {
        told.push(("trouble", lost(tap)));
    }
    let open = ctx.keys.word(Action::OpenServer);
    let hold = ctx.keys.word(Action::HoldFrames);
    let mut words = match (&tap.file, &tap.control) {
        (Some(_), Some(_)) => format!(
            "{open} looks on in every view, while it goes on; there {hold} holds frames, to change, answer or drop them."
        ),
        (Some(_), None) => format!("{open} looks on in every view, while it goes on."),
        (None, _) if tap.serves => "Nothing of it is recorded.".to_owned(),
        (None, _) => "mcpscope tap control can hold its frames.".to_owned(),
    };
    let width = usize::from(body.width).saturating_sub(1);
    let mut lines: Vec<(Role, String)> = Vec::new();
    for (label, value) in told {
        let value = text::sanitize(&value).into_owned();
        let mut label = text::pad(label, 10);
        for part in overview::wrap(&value, width.saturating_sub(10).max(8)) {
            lines.push((Role::Text, format!("{label}{part}")));
            label = " ".repeat(10);
        }
    }
    lines.push((Role::Text, String::new()));
    let parts = overview::wrap(&std::mem::take(&mut words), width.max(8));
    lines.extend(parts.into_iter().map(|part| (Role::Info, part)));
    for (y, (role, line)) in (body.y..body.bottom()).zip(lines) {
        let at = Rect {
            x: body.x + 1,
            y,
            width: body.width.saturating_sub(1),
            height: 1,
        };
        Line::styled(line, ctx.theme.style(role)).render(at, buf);
    }
}
