//! The columns of the list of servers, and a row of it.

use ratatui::text::{Line, Span};

use super::{ServersPane, login, state_of, taps};
use crate::session::timeline::LinkState;
use crate::tap::running::Running;
use crate::text;
use crate::tui::pane::{Ctx, Server};
use crate::tui::theme::Role;

/// Columns of the list: the state, the space between columns, what is left to tell, and the most that names and
/// origins get.
pub(super) const STATE: usize = 15;
pub(super) const GAP: usize = 2;
const DETAIL: usize = 20;
const NAME: usize = 32;
const ORIGIN: usize = 18;

/// How wide the columns of the list are, gaps included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub name: usize,
    pub origin: usize,
}

impl Columns {
    /// The longest name decides; the origin shows when names and details leave room for it.
    pub fn of(servers: &[Server], taps: &[Running], width: usize) -> Self {
        let of = |text: &str| text::width(&text::sanitize(text));
        let names = servers.iter().map(|server| of(&server.name));
        let names = names.chain(taps.iter().map(|tap| of(&tap.server)));
        let longest = names.max().unwrap_or(0).max(8);
        let room = width.saturating_sub(STATE + GAP + DETAIL);
        let name = longest.min(room.clamp(12, NAME)) + GAP;
        let origins = servers.iter().map(|server| of(&server.origin));
        let origins = origins.chain(taps.iter().map(|tap| taps::origin(tap).len()));
        let origin = origins.max().unwrap_or(0).min(ORIGIN) + GAP;
        let fits = STATE + name + origin + DETAIL <= width;
        Self {
            name,
            origin: if fits { origin } else { 0 },
        }
    }
}

impl ServersPane {
    pub(super) fn row(
        &self,
        server: &Server,
        columns: Columns,
        ctx: &Ctx<'_>,
        width: usize,
    ) -> Line<'static> {
        let theme = ctx.theme;
        let connection = server
            .conn
            .and_then(|conn| ctx.timeline.state().connection(conn));
        let (glyph, word, role) = state_of(connection);
        let detail = match connection {
            Some(connection) if connection.login.is_waiting() => {
                login::detail(connection).unwrap_or_default()
            }
            Some(connection) => match &connection.link {
                LinkState::Ready => {
                    let tools = connection.list(crate::mcp::types::List::Tools);
                    let count = text::plural(tools.items.len(), "tool");
                    if connection.counters.junk > 0 {
                        format!("{count}, junk {}", connection.counters.junk)
                    } else {
                        count
                    }
                }
                LinkState::Failed { what, .. } => what.to_string(),
                LinkState::Exited { asked: false, .. } => connection
                    .stderr_tail
                    .iter()
                    .rev()
                    .find(|line| !line.trim().is_empty())
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                LinkState::Opening | LinkState::Starting => {
                    connection.stderr_tail.back().map_or_else(
                        || "waiting for its first answer".to_owned(),
                        ToString::to_string,
                    )
                }
                _ => String::new(),
            },
            None => server
                .listed
                .as_ref()
                .map(|listed| listed.detail())
                .unwrap_or_default(),
        };
        let mark = if self.marked.contains(&server.name) {
            "+ "
        } else {
            ""
        };
        let shown = format!("{mark}{}", server.name);
        let Columns { name, origin } = columns;
        let detail = text::sanitize(&detail).into_owned();
        let cell = |text: &str, width: usize| {
            let text = text::sanitize(text);
            text::pad(&text::fit(&text, width.saturating_sub(GAP)), width)
        };
        Line::from(vec![
            Span::styled(format!("{glyph} "), theme.style(role)),
            Span::styled(text::pad(&word, STATE - 2), theme.style(role)),
            Span::styled(cell(&shown, name), theme.style(Role::Text)),
            Span::styled(cell(&server.origin, origin), theme.style(Role::TextMuted)),
            Span::styled(
                text::fit(&detail, width.saturating_sub(STATE + name + origin)).into_owned(),
                theme.style(Role::TextMuted),
            ),
        ])
    }
}
