//! What an exchange over HTTP says: method, address, type, how long its parts took, what it carries.

use std::time::Duration;

use super::{Piece, Told, named, preview, way};
use crate::session::Direction;
use crate::session::level::Level;
use crate::session::timeline::{EntryIndex, EntryRow, Hop, HopRow, Timeline};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// The most cells of an address.
const ADDRESS: usize = 44;

/// Tells a row of HTTP.
pub fn told<'a>(row: HopRow, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    match row {
        HopRow::Hop(index) => hop(ctx.timeline.hops().get(index)?, ctx),
        HopRow::Entry(entry, hop) => {
            let of = hop.and_then(|hop| ctx.timeline.hops().get(hop));
            other(entry, of, ctx)
        }
    }
}

fn hop<'a>(hop: &Hop, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    let timeline = ctx.timeline;
    let entry = timeline.entry(hop.request)?;
    let carried = hop
        .frame()
        .and_then(|frame| timeline.entry(frame))
        .map(|row| row.aux);
    let what = pieces(hop, timeline);
    // In two lines there is no room for all of it in the first.
    let rest: Vec<&str> = what.iter().skip(2).map(|(text, _)| text.as_str()).collect();
    Some(Told {
        entry,
        answer: None,
        dir: way(Direction::Out),
        preview: Some(rest.join("  ")),
        what,
        preview_tells: false,
        id: format!("#{}", hop.number),
        status: status(hop),
        took: took(hop, entry, ctx),
        size: match hop.status {
            0 => format!("{} →", text::size(u64::from(hop.size.0))),
            _ => format!(
                "{} → {}",
                text::size(u64::from(hop.size.0)),
                text::size(u64::from(hop.size.1))
            ),
        },
        own: carried.unwrap_or(true),
    })
}

fn pieces(hop: &Hop, timeline: &Timeline) -> Vec<Piece> {
    let verb = safe(timeline.word(hop.verb), 10);
    let url = timeline.word(hop.url);
    // That it is HTTP is known.
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = safe(url, ADDRESS);
    let mut pieces = vec![(verb, Role::Text), (url, Role::Text)];
    let mut put = |text: String| pieces.push((text, Role::TextMuted));
    if let Some(other) = hop.follows() {
        put(format!("after #{other}"));
    }
    match hop.frame().map(|frame| carried(frame, timeline)) {
        Some(Some(name)) => put(name),
        Some(None) | None if hop.apart => put("HTTP+SSE stream".to_owned()),
        Some(None) | None => put(safe(timeline.word(hop.why), 40)),
    }
    let mime = timeline.word(hop.mime);
    if !mime.is_empty() {
        put(safe(short_mime(mime), 24));
    }
    if hop.events > 0 {
        put(text::plural(hop.events as usize, "event"));
    }
    let parts = [
        ("dns", hop.dns),
        ("connect", hop.connect),
        ("tls", hop.tls),
        ("first byte", hop.first_byte),
    ];
    for (name, us) in parts {
        if let Some(us) = us {
            let took = text::took(Duration::from_micros(u64::from(us)));
            put(format!("{name} {took}"));
        }
    }
    pieces
}

/// What the frame of a request is about.
fn carried(frame: EntryIndex, timeline: &Timeline) -> Option<String> {
    let exchange = timeline.exchange(timeline.exchange_of_request(frame)?)?;
    let named = named(
        timeline.word(exchange.method),
        timeline.word(exchange.subject),
    );
    let words: Vec<String> = named.into_iter().map(|(text, _)| text).collect();
    Some(words.join(" "))
}

/// `json`, `sse`; others as they are.
fn short_mime(mime: &str) -> &str {
    match mime {
        "application/json" => "json",
        "text/event-stream" => "sse",
        other => other,
    }
}

fn status(hop: &Hop) -> Piece {
    let role = match hop.status {
        _ if hop.broken => Role::Error,
        0 => Role::Pending,
        200..300 => Role::Ok,
        300..400 => Role::Info,
        // A probe may be refused, and a server need not have a stream of its own.
        404 | 405 => Role::Warn,
        _ => Role::Error,
    };
    let word = match (hop.status, hop.broken, hop.took) {
        (0, true, _) => "no reply".to_owned(),
        (0, false, Some(_)) => "let go".to_owned(),
        (0, false, None) => "pending".to_owned(),
        (status, true, _) => format!("{status} cut"),
        (status, false, _) => status.to_string(),
    };
    (word, role)
}

fn took(hop: &Hop, entry: &EntryRow, ctx: &Ctx<'_>) -> String {
    match hop.took {
        Some(us) => text::took(Duration::from_micros(u64::from(us))),
        None => {
            let us = ctx.now_us.saturating_sub(entry.us());
            format!("{}…", text::took(Duration::from_micros(us)))
        }
    }
}

/// An event of a stream, a wait, the address, the end.
fn other<'a>(index: EntryIndex, of: Option<&Hop>, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    let entry = ctx.timeline.entry(index)?;
    let level = ctx.timeline.level_of(index).unwrap_or_default();
    // The exchange has a column of its own.
    let preview = preview(entry, ctx).map(|text| {
        let rest = text
            .strip_prefix("http #")
            .and_then(|rest| rest.split_once(": "))
            .filter(|_| of.is_some());
        rest.map_or_else(|| text.clone(), |(_, rest)| rest.to_owned())
    });
    Some(Told {
        entry,
        answer: None,
        dir: if of.is_some() {
            way(Direction::In)
        } else {
            ("**", Role::Life)
        },
        what: Vec::new(),
        preview_tells: true,
        preview,
        id: of.map_or_else(|| "·".to_owned(), |hop| format!("#{}", hop.number)),
        status: (
            if of.is_some() { "event" } else { "–" }.to_owned(),
            if level >= Level::Warning {
                Role::Warn
            } else {
                Role::TextMuted
            },
        ),
        took: "–".to_owned(),
        size: "–".to_owned(),
        own: true,
    })
}
