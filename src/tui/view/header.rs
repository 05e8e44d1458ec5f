//! The first line: the servers and how they stand, the protocol, the recording, and what went wrong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use super::WIDE;
use crate::session::timeline::{Connection, LinkState};
use crate::text;
use crate::tui::model::{Keeping, Model};
use crate::tui::pane::Reach;
use crate::tui::panes::inbox::Inbox;
use crate::tui::panes::servers::state_of;
use crate::tui::theme::Role;

/// Draws it.
pub(super) fn header(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.world.theme;
    let ctx = model.world.ctx();
    let muted = theme.style(Role::TextMuted);
    let mut left = vec![Span::raw(" ")];
    let room = usize::from(area.width);
    for (place, server) in ctx.servers.iter().enumerate() {
        // All servers when there is room, always the one that is looked at.
        if place != ctx.current && (room < usize::from(WIDE) || ctx.servers.len() > 4) {
            continue;
        }
        let its = server
            .conn
            .and_then(|conn| ctx.timeline.state().connection(conn));
        let (glyph, word, role) = state_of(its);
        left.push(Span::styled(format!("{glyph} "), theme.style(role)));
        let name = text::sanitize(&server.name).into_owned();
        let name = text::fit(&name, 24).into_owned();
        let style = if place == ctx.current {
            theme.style(Role::Title)
        } else {
            muted
        };
        left.push(Span::styled(name, style));
        let quiet = matches!(word.as_str(), "connected" | "off");
        left.push(Span::styled(
            if quiet {
                "  ".to_owned()
            } else {
                format!(" {word}  ")
            },
            theme.style(role),
        ));
    }
    let used: usize = left.iter().map(|span| text::width(&span.content)).sum();
    // What does not fit is said in fewer words, the least pressing first; what went wrong stays.
    let right = (0..=TERSEST)
        .map(|terse| facts(model, terse))
        .find(|right| used + room_of(right) <= room)
        .unwrap_or_else(|| facts(model, TERSEST));
    let rest = room.saturating_sub(room_of(&right));
    Line::from(left).render(
        Rect {
            width: rest.min(room) as u16,
            ..area
        },
        buf,
    );
    let mut spans = Vec::new();
    for span in right {
        spans.push(span);
        spans.push(Span::raw("  "));
    }
    let at = Rect {
        x: area.x + rest as u16,
        width: area.width - rest as u16,
        ..area
    };
    Line::from(spans).render(at, buf);
}

/// In how many steps the right side of the header gives up words.
const TERSEST: u8 = 4;

fn room_of(right: &[Span<'_>]) -> usize {
    right
        .iter()
        .map(|span| text::width(&span.content) + 2)
        .sum()
}

/// The right side of the header: protocol, recording, trouble, junk.
fn facts(model: &Model, terse: u8) -> Vec<Span<'static>> {
    let theme = &model.world.theme;
    let ctx = model.world.ctx();
    let connection = ctx.connection();
    let mut facts = Vec::new();
    let muted = theme.style(Role::TextMuted);
    if let Some(words) = connection.and_then(|connection| protocol(connection, terse)) {
        facts.push(Span::styled(words, muted));
    }
    let reach = match &model.world.reach {
        Reach::Own => String::new(),
        Reach::All => "all servers".to_owned(),
        Reach::One | Reach::Picked(_) if terse < 2 => ctx.only_words(),
        Reach::One => "one server".to_owned(),
        Reach::Picked(names) => text::plural(names.len(), "server"),
    };
    if !reach.is_empty() {
        facts.push(Span::styled(reach, theme.style(Role::Accent)));
    }
    facts.push(keeping(model, terse));
    // Of a tap that is looked on at: what it cannot record now, at least.
    let lost = ctx.tap.map(|tap| tap.lost).filter(|lost| *lost > 0);
    let trouble = model.trouble.as_ref().map(|(lost, _)| lost.to_string());
    if let Some(lost) = trouble.or_else(|| lost.map(|lost| format!("{lost}+"))) {
        facts.push(Span::styled(
            format!("{lost} NOT RECORDED"),
            theme.style(Role::Error),
        ));
    }
    if model.world.revealed {
        let words = if terse < 2 {
            "secrets shown"
        } else {
            "secrets"
        };
        facts.push(Span::styled(words, theme.style(Role::Warn)));
    }
    let held = ctx.timeline.state().tap.held().len();
    if held > 0 {
        facts.push(Span::styled(
            format!("held {held}"),
            theme.style(Role::Pending),
        ));
    }
    let asked = Inbox::count(&ctx);
    if asked > 0 {
        facts.push(Span::styled(
            format!("inbox {asked}"),
            theme.style(Role::Pending),
        ));
    }
    if let Some(junk) = connection
        .map(|connection| connection.counters.junk)
        .filter(|junk| *junk > 0)
    {
        facts.push(Span::styled(
            format!("junk {junk}"),
            theme.style(Role::Junk),
        ));
    }
    facts
}

fn protocol(connection: &Connection, terse: u8) -> Option<String> {
    let revision = connection.revision.filter(|_| terse < 3)?;
    let how = match revision.era() {
        crate::mcp::revision::Era::Modern if connection.url.is_some() => "stateless http",
        crate::mcp::revision::Era::Modern => "stateless",
        crate::mcp::revision::Era::Legacy if connection.apart => "http+sse",
        crate::mcp::revision::Era::Legacy => &connection.transport,
    };
    let how = if terse < 2 {
        format!(" {how}")
    } else {
        String::new()
    };
    let pid = connection
        .pid
        .filter(|_| terse < 1 && connection.is_alive() && connection.link != LinkState::Starting)
        .map(|pid| format!(" pid {pid}"))
        .unwrap_or_default();
    Some(format!("{revision}{how}{pid}"))
}

fn keeping(model: &Model, terse: u8) -> Span<'static> {
    let theme = &model.world.theme;
    match &model.keeping {
        Keeping::Recording { since, .. } => {
            let words = if terse < TERSEST {
                format!("REC since {}", model.clock.minute(*since))
            } else {
                "REC".to_owned()
            };
            Span::styled(words, theme.style(Role::Accent))
        }
        Keeping::Unrecorded => Span::styled("not recorded", theme.style(Role::Warn)),
        Keeping::Opened {
            path,
            bytes: (read, all),
            following,
        } => {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            let name = text::sanitize(&name).into_owned();
            let progress = if read < all {
                format!("  {} %", read * 100 / (*all).max(1))
            } else if *following {
                "  follows".to_owned()
            } else {
                String::new()
            };
            let name = if terse < TERSEST {
                format!("{}, ", text::fit(&name, 32))
            } else {
                String::new()
            };
            Span::styled(
                format!("↺ {name}read-only{progress}"),
                theme.style(Role::Accent),
            )
        }
    }
}
