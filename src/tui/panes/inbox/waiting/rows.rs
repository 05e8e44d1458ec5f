//! The list of questions: those that wait for a person, oldest first, and below them what became of the others, the
//! newest first. Automatic answers of the same kind are one row, counted.

use ratatui::text::{Line, Span};

use super::super::words;
use crate::mcp::asked::{AskKind, Outcome};
use crate::session::timeline::questions::{By, End};
use crate::session::timeline::{EntryRow, Question, Timeline};
use crate::text;
use crate::tui::clock::Clock;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// Columns of `1:02:03` and `14:02:11`.
const TIME: usize = 8;

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The question; of several the newest.
    pub number: u32,
    /// How many questions it stands for.
    pub count: u32,
    /// Whether nobody was asked.
    pub automatic: bool,
    /// Whether it waits for a person.
    pub waits: bool,
}

/// All rows.
pub fn rows(timeline: &Timeline) -> Vec<Row> {
    let questions = timeline.questions();
    let mut rows: Vec<Row> = questions
        .waiting()
        .map(|question| Row {
            number: question.number,
            count: 1,
            automatic: false,
            waits: true,
        })
        .collect();
    // By connection, kind and answer; few, so that looking through them is quick.
    let mut groups: Vec<((u32, AskKind, Outcome), usize)> = Vec::new();
    for question in questions.iter().rev() {
        let automatic = match &question.end {
            Some((_, End::Answered(outcome, By::Policy(_) | By::Client))) => Some(*outcome),
            Some(_) => None,
            None => continue,
        };
        if let Some(outcome) = automatic {
            let key = (question.conn, question.kind, outcome);
            if let Some((_, row)) = groups.iter().find(|(known, _)| *known == key) {
                rows[*row].count += 1;
                continue;
            }
            groups.push((key, rows.len()));
        }
        rows.push(Row {
            number: question.number,
            count: 1,
            automatic: automatic.is_some(),
            waits: false,
        });
    }
    rows
}

/// What became of a question, in a few words.
pub fn ending(question: &Question) -> (String, Role) {
    endings(question, 1)
}

/// The same of so many questions.
fn endings(question: &Question, count: u32) -> (String, Role) {
    let Some((_, end)) = &question.end else {
        return if question.asked {
            ("waiting".to_owned(), Role::Pending)
        } else {
            ("not asked".to_owned(), Role::TextMuted)
        };
    };
    match end {
        End::Answered(outcome, by) => {
            let (word, role) = match outcome {
                Outcome::Accept => ("accepted".to_owned(), Role::Ok),
                Outcome::Decline => ("declined".to_owned(), Role::Warn),
                Outcome::Cancel => ("cancelled".to_owned(), Role::Warn),
                Outcome::Result => ("answered".to_owned(), Role::Ok),
                // Its code says that a person does not want it (client, sampling).
                Outcome::Error(-1) => ("declined".to_owned(), Role::Warn),
                Outcome::Error(code) => (format!("refused {code}"), Role::Error),
            };
            let by = match by {
                By::Policy(rule) if rule.is_empty() => " by policy".to_owned(),
                By::Policy(rule) => format!(" by policy {}", safe(rule, 16)),
                By::Client => " by mcpscope".to_owned(),
                By::Person | By::Unknown => String::new(),
            };
            let done = match question.completed {
                Some(_) => ", done",
                None => "",
            };
            let count = match count {
                1 => String::new(),
                count => format!(" ×{count}"),
            };
            (format!("{word}{count}{by}{done}"), role)
        }
        End::Withdrawn(why) => (safe(&format!("over: {why}"), 60), Role::TextMuted),
        End::Gone => ("connection ended".to_owned(), Role::TextMuted),
    }
}

/// `for #121 tools/call trigger`, in at most so many columns; empty when it belongs to no request.
pub fn purpose(question: &Question, timeline: &Timeline, cols: usize) -> String {
    match question.call {
        Some(call) => {
            let call = timeline.first_round(call);
            let what = words::exchange(timeline, call, cols.saturating_sub(4));
            format!("for {what}")
        }
        None => String::new(),
    }
}

/// How long a question has waited, in microseconds.
pub fn waited(question: &Question, ctx: &Ctx<'_>) -> u64 {
    let us = |entry| ctx.timeline.entry(entry).map_or(0, EntryRow::us);
    let until = match &question.end {
        Some((entry, _)) => us(*entry),
        None => ctx.now_us,
    };
    until.saturating_sub(us(question.entry))
}

/// One row on the screen.
pub fn line(row: Row, width: u16, clock: &Clock, ctx: &Ctx<'_>) -> Option<Line<'static>> {
    let question = ctx.timeline.questions().get(row.number)?;
    let theme = ctx.theme;
    let muted = theme.style(Role::TextMuted);
    let (time, style) = if row.waits {
        (
            words::lasted(waited(question, ctx)),
            theme.style(Role::Pending),
        )
    } else if row.automatic {
        ("auto".to_owned(), muted)
    } else {
        let entry = ctx.timeline.entry(question.end.as_ref()?.0)?;
        let time = clock.time(entry.at());
        (time.get(..TIME).unwrap_or_default().to_owned(), muted)
    };
    let mut room = usize::from(width);
    let mut spans = Vec::with_capacity(8);
    let mut put = |words: &str, style| {
        let words = text::fit(words, room).into_owned();
        room = room.saturating_sub(text::width(&words) + 2);
        if !words.is_empty() {
            spans.push(Span::styled(words, style));
            spans.push(Span::raw("  "));
        }
        room
    };
    put(&text::pad(&time, TIME), style);
    let plain = if row.waits {
        theme.style(Role::Text)
    } else {
        muted
    };
    let server = words::server(ctx.timeline, question.conn);
    let most = (usize::from(width) / 4).max(10);
    put(&text::fit(&server, most), plain);
    put(question.kind.word(), plain);
    let mut left = usize::MAX;
    if !row.waits {
        let (word, role) = endings(question, row.count);
        left = put(&word, theme.style(role));
    }
    if row.count == 1 {
        left = put(&purpose(question, ctx.timeline, left.min(60)), plain);
    }
    if left > 12 && row.waits {
        put(&safe(&question.label, left.min(80)), muted);
    }
    Some(Line::from(spans))
}
