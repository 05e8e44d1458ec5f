//! One line of the log on the screen: its columns and their colours.

use ratatui::text::{Line, Span};

use super::super::stream::{Naming, safe};
use super::Logs;
use crate::session::level::Level;
use crate::session::timeline::LogSource;
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::theme::Role;

/// Columns of `14:02:09.120`.
const TIME: usize = 12;
/// Columns of the longest [`LogSource::word`].
const SOURCE: usize = 8;
/// Columns of most level words.
const LEVEL: usize = 8;

impl Logs {
    pub(super) fn drawn(
        &self,
        row: usize,
        width: u16,
        naming: &Naming,
        ctx: &Ctx<'_>,
    ) -> Option<Line<'static>> {
        let number = self.shown.number(row)?;
        let log = ctx.timeline.logs().get(number)?;
        let entry = ctx.timeline.entry(log.entry)?;
        let theme = ctx.theme;
        let mut spans = Vec::with_capacity(8);
        let mut left = usize::from(width);
        let mut cell = |text: &str, role: Role, width: usize| {
            if width > 0 {
                left = left.saturating_sub(width + 1);
                spans.push(Span::styled(text::pad(text, width + 1), theme.style(role)));
            }
        };
        cell(&self.clock.time(entry.at()), Role::TextMuted, TIME);
        let server = naming.of_connection(ctx.timeline, entry.conn());
        cell(&server, Role::Text, naming.width());
        cell(log.source.word(), source_role(log.source), SOURCE);
        let (word, role) = if log.source == LogSource::Junk {
            ("junk", Role::Junk)
        } else {
            (log.level.word(), level_role(log.level))
        };
        cell(word, role, LEVEL);
        let style = theme.style(if log.source == LogSource::Note {
            Role::TextMuted
        } else {
            Role::Text
        });
        match (ctx.previews.get(entry.seq()), self.search.hits()) {
            (None, _) => spans.push(Span::styled("…", theme.style(Role::TextFaint))),
            (Some(text), Some(found)) => {
                let match_style = theme.style(Role::Match);
                spans.extend(found.term.spans(&safe(text, left), style, match_style));
            }
            (Some(text), None) => spans.push(Span::styled(safe(text, left), style)),
        }
        Some(Line::from(spans))
    }
}

fn source_role(source: LogSource) -> Role {
    match source {
        LogSource::Stderr => Role::TextMuted,
        LogSource::Notification => Role::Notif,
        LogSource::Junk => Role::Junk,
        LogSource::Process | LogSource::Http | LogSource::Note => Role::Life,
    }
}

fn level_role(level: Level) -> Role {
    match level {
        Level::Debug => Role::TextMuted,
        Level::Info | Level::Notice => Role::Info,
        Level::Warning => Role::Warn,
        Level::Error | Level::Critical | Level::Alert | Level::Emergency => Role::Error,
    }
}
