//! What a row of the traffic says, in words: direction, name, status, how long, how big.
//!
//! Pairs and single rows here, frames and HTTP below. Everything from a server is sanitised here. Nothing is kept: a row is told again whenever it is drawn.

use std::time::Duration;

use super::subs::At;
use crate::session::Direction;
use crate::session::level::Level;
use crate::session::timeline::{
    EntryIndex, EntryRow, Exchange, ExchangeIndex, Row, Single, SingleKind, Status, Timeline,
};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

mod frames;
mod hops;

/// The most cells of any text here: wider than any column.
const WIDEST: usize = 400;

/// A text in its role.
pub type Piece = (String, Role);

/// What one row says.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Its first entry.
    pub entry: &'a EntryRow,
    /// The entry that answers it, when that is another.
    pub answer: Option<EntryIndex>,
    /// Which way.
    pub dir: (&'static str, Role),
    /// What it is: method and subject, or the name of what happened.
    pub what: Vec<Piece>,
    /// The beginning of its body, if it is known.
    pub preview: Option<String>,
    /// Whether the preview says all that `what` says.
    pub preview_tells: bool,
    /// Its id.
    pub id: String,
    /// What became of it.
    pub status: Piece,
    /// How long it took, or waits already.
    pub took: String,
    /// How big: out, and in.
    pub size: String,
    /// Whether it is mcpscope's own business.
    pub own: bool,
}

/// Tells a row.
pub fn told<'a>(at: At, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    match at {
        At::Pair(Row::Exchange(index)) => exchange(index, ctx),
        At::Pair(Row::Single(index)) => single(ctx.timeline.single_row(index)?, ctx),
        At::Frame(entry, kind, more) => frames::told(entry, kind, more, ctx),
        At::Http(row) => hops::told(row, ctx),
    }
}

/// A row in a few words, for titles: `#124 tools/call echo`.
pub fn name(at: At, ctx: &Ctx<'_>) -> Option<String> {
    let told = told(at, ctx)?;
    let words: Vec<&str> = told.what.iter().map(|(text, _)| text.as_str()).collect();
    let words = match told.preview {
        Some(preview) if told.preview_tells => preview,
        _ => words.join(" "),
    };
    Some(format!("#{} {words}", told.entry.seq()))
}

fn exchange<'a>(index: ExchangeIndex, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    let timeline = ctx.timeline;
    let exchange = timeline.exchange(index)?;
    let entry = timeline.entry(exchange.request)?;
    let mut what = named(
        timeline.word(exchange.method),
        timeline.word(exchange.subject),
    );
    // A conversation of several rounds is one row: the first request, and what became of the last.
    let last_index = timeline.last_round(index);
    let last = timeline.exchange(last_index)?;
    if let Some(far) = progress(last, last_index, timeline) {
        what.push((far, Role::Accent));
    }
    let response = last.response.and_then(|entry| timeline.entry(entry));
    let (held, before) = held(entry, response, ctx);
    if let Some(held) = held {
        // Before what may be long.
        what.insert(1.min(what.len()), (held, Role::Pending));
    }
    let size = match response {
        Some(response) => format!(
            "{} → {}",
            text::size(entry.size()),
            text::size(response.size())
        ),
        None => format!("{} →", text::size(entry.size())),
    };
    Some(Told {
        entry,
        answer: last.response,
        dir: way(entry.direction()),
        what,
        preview: preview(entry, ctx),
        preview_tells: false,
        id: safe(&exchange.id.to_string(), WIDEST),
        status: (timeline.status_words(index), role(last.status)),
        took: {
            // What a tap held of it is nobody's time.
            let whole = timeline.spans(index, ctx.now_us).whole;
            let took = Duration::from_micros(whole.saturating_sub(before));
            let more = if timeline.goes_on(index) { "…" } else { "" };
            format!("{}{more}", text::took(took))
        },
        size,
        own: entry.aux,
    })
}

/// What a tap held of a request and its answer, in words; and how long, in microseconds, before the server had it.
fn held(entry: &EntryRow, answer: Option<&EntryRow>, ctx: &Ctx<'_>) -> (Option<String>, u64) {
    let tap = &ctx.timeline.state().tap;
    let now = |row: &EntryRow| {
        let since = tap.since(row.seq())?;
        Some(ctx.now_us.saturating_sub(since))
    };
    let waited = |row: &EntryRow| tap.waited(row.seq()).or_else(|| now(row));
    let before = waited(entry);
    let after = answer.and_then(waited);
    if before.is_none() && after.is_none() {
        return (None, 0);
    }
    let time = text::took(Duration::from_micros(
        before.unwrap_or(0) + after.unwrap_or(0),
    ));
    let waits = now(entry).is_some() || answer.is_some_and(|answer| now(answer).is_some());
    let words = match (waits, after) {
        (true, Some(_)) => format!("answer held {time}…"),
        (true, None) => format!("held {time}…"),
        (false, _) => format!("held {time}"),
    };
    // While it waits, that counts.
    (Some(words), tap.waited(entry.seq()).unwrap_or(0))
}

fn single<'a>(single: &Single, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    let timeline = ctx.timeline;
    let entry = timeline.entry(single.entry)?;
    let preview = preview(entry, ctx);
    let out = entry.direction() == Direction::Out;
    let (method, subject) = (timeline.word(single.method), timeline.word(single.subject));
    let ours = matches!(
        single.kind,
        SingleKind::Process | SingleKind::Http | SingleKind::Note
    );
    let stands_for = timeline.state().tap.stands_for(entry.seq());
    let stands_for = stands_for.filter(|_| single.kind == SingleKind::Other);
    let dir = match single.kind {
        SingleKind::Other if stands_for.is_some() => way(entry.direction()),
        SingleKind::Notification => (if out { "C~" } else { "S~" }, Role::Notif),
        // Typed by hand.
        SingleKind::Junk | SingleKind::Malformed if out => ("C!", Role::Junk),
        SingleKind::Junk | SingleKind::Malformed => ("!!", Role::Junk),
        SingleKind::Process | SingleKind::Http | SingleKind::Note | SingleKind::Other => {
            ("**", Role::Life)
        }
        _ => way(entry.direction()),
    };
    let what = match single.kind {
        SingleKind::Junk if entry.is_wire() => vec![("not JSON-RPC".to_owned(), Role::Text)],
        SingleKind::Junk if entry.is_damage() => {
            vec![("a line of the file, no entry".to_owned(), Role::Text)]
        }
        SingleKind::Junk => vec![("stdout, not JSON-RPC".to_owned(), Role::Text)],
        SingleKind::Malformed => vec![("malformed message".to_owned(), Role::Text)],
        SingleKind::Process => vec![(format!("process: {method}"), Role::Text)],
        SingleKind::Http => vec![(format!("http: {method}"), Role::Text)],
        SingleKind::Note => vec![(format!("mcpscope: {method}"), Role::Text)],
        SingleKind::Notification | SingleKind::Other => match stands_for {
            Some(of) => instead(of, timeline),
            None => named(method, subject),
        },
        _ => vec![("response".to_owned(), Role::Text)],
    };
    Some(Told {
        entry,
        answer: None,
        dir,
        what,
        status: single_status(single, timeline, preview.as_deref()),
        preview_tells: ours,
        preview,
        id: "·".to_owned(),
        took: "–".to_owned(),
        size: if ours {
            "–".to_owned()
        } else {
            text::size(entry.size())
        },
        own: entry.aux || single.kind == SingleKind::Note,
    })
}

/// What went on in the place of a frame.
fn instead(of: u64, timeline: &Timeline) -> Vec<Piece> {
    let mut pieces = vec![(format!("instead of #{of}"), Role::Text)];
    if let Some(about) = timeline.about(of) {
        pieces.push((safe(&about.to_string(), WIDEST), Role::Text));
    }
    pieces
}

/// Which way a request or an answer went.
pub fn way(direction: Direction) -> (&'static str, Role) {
    match direction {
        Direction::In => ("S→C", Role::DirIn),
        Direction::Out | Direction::Here => ("C→S", Role::DirOut),
    }
}

fn named(method: &str, subject: &str) -> Vec<Piece> {
    let mut pieces = vec![(safe(method, WIDEST), Role::Text)];
    if !subject.is_empty() {
        pieces.push((safe(subject, WIDEST), Role::Text));
    }
    pieces
}

fn preview(entry: &EntryRow, ctx: &Ctx<'_>) -> Option<String> {
    ctx.previews
        .get(entry.seq())
        .map(|text| safe(text, WIDEST))
        .filter(|text| !text.is_empty())
}

/// `3/5`, of a request that waits.
fn progress(exchange: &Exchange, index: ExchangeIndex, timeline: &Timeline) -> Option<String> {
    if exchange.status != Status::Pending {
        return None;
    }
    let direction = timeline.entry(exchange.request)?.direction();
    let waiting = timeline
        .state()
        .waiting_for(exchange.conn, direction, &exchange.id)?;
    let progress = waiting.progress.as_ref()?;
    if waiting.exchange != index {
        return None;
    }
    let far = safe(&progress.progress, 12);
    let total = progress.total.as_deref();
    let total = total.map_or_else(String::new, |total| format!("/{}", safe(total, 12)));
    let message = progress.message.as_deref();
    let message = message.map_or_else(String::new, |text| format!(" {}", safe(text, WIDEST)));
    Some(format!("{far}{total}{message}"))
}

fn single_status(single: &Single, timeline: &Timeline, preview: Option<&str>) -> Piece {
    let role = match single.kind {
        SingleKind::Notification | SingleKind::Closing | SingleKind::Other => Role::TextMuted,
        SingleKind::Process | SingleKind::Http | SingleKind::Note => {
            return note_status(single.entry, timeline, preview);
        }
        SingleKind::Junk | SingleKind::Malformed => Role::Junk,
        _ => Role::Warn,
    };
    (single.kind.word().to_owned(), role)
}

/// `404`, `exit 3`, `signal 9`; else the level, when it is worth a look.
fn note_status(entry: EntryIndex, timeline: &Timeline, preview: Option<&str>) -> Piece {
    let level = timeline.level_of(entry).unwrap_or_default();
    let role = if level >= Level::Error {
        Role::Error
    } else if level >= Level::Warning {
        Role::Warn
    } else {
        Role::TextMuted
    };
    let preview = preview.unwrap_or_default();
    let http = preview
        .strip_prefix("http #")
        .and_then(|rest| rest.split_once(": "))
        .and_then(|(_, rest)| rest.split_once(" after "))
        .map(|(status, _)| status)
        .filter(|status| status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(status) = http {
        return (status.to_owned(), role);
    }
    let exit = preview
        .strip_prefix("exited with code ")
        .map(|code| format!("exit {code}"));
    let signal = || {
        let number = preview
            .strip_prefix("killed by signal ")?
            .split(' ')
            .next()?;
        Some(format!("signal {number}"))
    };
    let word = exit.or_else(signal).unwrap_or_else(|| {
        if level >= Level::Warning {
            level.to_string()
        } else {
            "–".to_owned()
        }
    });
    (word, role)
}

fn role(status: Status) -> Role {
    match status {
        Status::Ok => Role::Ok,
        Status::Pending => Role::Pending,
        Status::InputRequired | Status::Task => Role::Info,
        Status::Cancelled => Role::Warn,
        failure => {
            debug_assert!(failure.is_failure());
            Role::Error
        }
    }
}

/// Why a row is what it is, where the status word alone may not be enough.
pub fn reason(row: Row, timeline: &Timeline) -> Option<&'static str> {
    Some(match row {
        Row::Exchange(index) => match timeline.status(index) {
            Status::NoReply => "the connection ended before an answer came",
            Status::Http(_) => "HTTP brought no answer; the row below says why",
            Status::Superseded => "its id was used again before an answer came",
            Status::OddResult => "its resultType is none of 2026-07-28, so it counts as no result",
            Status::TimedOut => "mcpscope stopped waiting",
            Status::InputRequired if timeline.waits_for_person(index) => {
                "the server wants input before it goes on; it waits for you"
            }
            Status::InputRequired => "the server wants input before it goes on",
            Status::Task => "the server made a task of it",
            _ => return None,
        },
        Row::Single(index) => match timeline.single_row(index)?.kind {
            SingleKind::LateResponse => "came after nobody waited for it any more",
            SingleKind::Closing => "the end of a stream that we had closed",
            SingleKind::DuplicateResponse => "a second answer to the same request",
            SingleKind::UnknownResponse => "answers an id that was never used",
            SingleKind::ResponseWithoutId => "answers no request: it has no usable id",
            SingleKind::Malformed => "JSON, but no JSON-RPC message",
            SingleKind::Junk
                if timeline
                    .entry(timeline.single_row(index)?.entry)
                    .is_some_and(|entry| entry.direction() == Direction::Out) =>
            {
                "typed by hand: no JSON-RPC"
            }
            SingleKind::Junk
                if timeline
                    .entry(timeline.single_row(index)?.entry)
                    .is_some_and(EntryRow::is_damage) =>
            {
                "a line of the file that is no entry: damaged, cut, or from somewhere else"
            }
            SingleKind::Junk => "bytes that are no JSON-RPC: strict clients fail here",
            _ => return None,
        },
    })
}

/// Time since the row before: `+0.4s`, `+12s`, `+5m`.
pub fn delta(us: i64) -> String {
    let sign = if us < 0 { '−' } else { '+' };
    let ms = us.unsigned_abs() / 1000;
    match ms {
        0..1_000 => format!("{sign}{ms}ms"),
        1_000..100_000 => format!("{sign}{}.{}s", ms / 1000, ms % 1000 / 100),
        100_000..6_000_000 => format!("{sign}{}m", ms / 60_000),
        _ => format!("{sign}{}h", ms / 3_600_000),
    }
}
