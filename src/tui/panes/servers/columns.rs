//! The columns of the list of servers, and a row of it.

use ratatui::text::{Line, Span};

use super::{ServersPane, login, state_of, taps};
use crate::mcp::http::Choice;
use crate::session::timeline::LinkState;
use crate::tap::running::Running;
use crate::text;
use crate::transport::Target;
use crate::tui::pane::{Ctx, Server};
use crate::tui::theme::Role;

/// Columns of the list: the state, the space between columns, what is left to tell, how it is spoken to, and the most
/// and least that names and origins get.
pub(super) const STATE: usize = 15;
pub(super) const GAP: usize = 2;
const DETAIL: usize = 19;
const TRANSPORT: usize = 5;
const NAME: usize = 32;
const SHORT: usize = 13;
const ORIGIN: usize = 18;
const NARROW: usize = 13;

/// How wide the columns of the list are, gaps included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub name: usize,
    pub transport: usize,
    pub origin: usize,
}

impl Columns {
    /// The longest name decides, as long as all columns have room; one very long name takes none away from the rest.
    pub fn of(servers: &[Server], taps: &[Running], width: usize) -> Self {
        let of = |text: &str| text::width(&text::sanitize(text));
        let names = servers.iter().map(|server| of(&server.name));
        let names = names.chain(taps.iter().map(|tap| of(&tap.server)));
        let longest = names.max().unwrap_or(0).max(8);
        let room = width.saturating_sub(STATE + GAP + DETAIL);
        let origins = servers.iter().map(|server| of(&server.origin));
        let origins = origins.chain(taps.iter().map(|tap| taps::origin(tap).len()));
        let origin = origins.max().unwrap_or(0).min(ORIGIN) + GAP;
        let transport = if servers.iter().any(|server| transport(server).is_some()) {
            TRANSPORT + GAP
        } else {
            0
        };
        // The least that names can do with.
        let least = longest.min(SHORT);
        let fit = |transport: usize| {
            let left = room.saturating_sub(least + transport);
            (left >= origin.min(NARROW)).then(|| (transport, origin.min(left)))
        };
        let (transport, origin) = fit(transport).or_else(|| fit(0)).unwrap_or((0, 0));
        let left = room.saturating_sub(transport + origin);
        Self {
            name: longest.min(left.clamp(12, NAME)) + GAP,
            transport,
            origin,
        }
    }
}

/// How a server is spoken to; not known of a recording.
fn transport(server: &Server) -> Option<&'static str> {
    if let Some(listed) = &server.listed {
        return Some(listed.server.launch.transport());
    }
    Some(match server.target.as_ref()? {
        Target::Process(_) => "stdio",
        Target::Address(address) if address.choice == Choice::Sse => "sse",
        Target::Address(_) => "http",
    })
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
        let Columns {
            name,
            transport: spoken,
            origin,
        } = columns;
        let detail = text::sanitize(&detail).into_owned();
        let cell = |text: &str, width: usize| {
            let text = text::sanitize(text);
            text::pad(&text::fit(&text, width.saturating_sub(GAP)), width)
        };
        Line::from(vec![
            Span::styled(format!("{glyph} "), theme.style(role)),
            Span::styled(text::pad(&word, STATE - 2), theme.style(role)),
            Span::styled(cell(&shown, name), theme.style(Role::Text)),
            Span::styled(
                cell(transport(server).unwrap_or_default(), spoken),
                theme.style(Role::TextMuted),
            ),
            Span::styled(cell(&server.origin, origin), theme.style(Role::TextMuted)),
            Span::styled(
                text::fit(
                    &detail,
                    width.saturating_sub(STATE + name + spoken + origin),
                )
                .into_owned(),
                theme.style(Role::TextMuted),
            ),
        ])
    }
}
