//! The columns of the traffic: one line a row from 100 columns, two below.

use ratatui::text::{Line, Span};

use super::subs::At;
use super::told::{Piece, Told, delta};
use crate::session::timeline::EntryRow;
use crate::text;
use crate::tui::clock::Clock;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::Naming;
use crate::tui::theme::{Role, Theme};

/// Columns of `14:02:09.120`.
const TIME: usize = 12;
const DELTA: usize = 6;
const DIR: usize = 3;
const STATUS: usize = 10;
const TOOK: usize = 10;
/// Columns of `999 kB → 999 kB`.
const SIZE: usize = 15;

/// How wide each column is.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    seq: usize,
    delta: usize,
    naming: Naming,
    what: usize,
    id: usize,
}

impl Columns {
    /// For rows of one line in `width` columns.
    pub fn of(width: u16, ctx: &Ctx<'_>) -> Self {
        let naming = Naming::of(ctx.timeline);
        let newest = ctx.timeline.entries().last().map_or(0, EntryRow::seq);
        let seq = newest.to_string().len().max(3);
        let (id, delta) = match width {
            ..118 => (6, if naming == Naming::None { DELTA } else { 0 }),
            118..160 => (8, DELTA),
            _ => (14, DELTA),
        };
        let fixed = [
            seq,
            TIME,
            delta,
            naming.width(),
            DIR,
            id,
            STATUS,
            TOOK,
            SIZE,
        ];
        let gaps = fixed.iter().filter(|width| **width > 0).count();
        let what = usize::from(width).saturating_sub(fixed.iter().sum::<usize>() + gaps);
        Self {
            seq,
            delta,
            naming,
            what,
            id,
        }
    }

    /// The headings.
    pub fn headings(&self) -> String {
        let mut out = String::new();
        let mut put = |text: &str, width: usize| {
            if width > 0 {
                out.push_str(&text::pad(text, width));
                out.push(' ');
            }
        };
        put("#", self.seq);
        put("time", TIME);
        put("Δ", self.delta);
        put(self.naming.heading(), self.naming.width());
        put("dir", DIR);
        put("what", self.what);
        put("id", self.id);
        put("status", STATUS);
        put("took", TOOK);
        out.push_str("size");
        out
    }

    /// A row in one line; `since` is what passed since the row before.
    pub fn line(
        &self,
        told: &Told<'_>,
        since: Option<u64>,
        hit: bool,
        clock: &Clock,
        ctx: &Ctx<'_>,
    ) -> Line<'static> {
        let mut pen = Pen::new(told.own, ctx.theme);
        let seq = told.entry.seq().to_string();
        let mark = if hit { Role::Match } else { Role::TextMuted };
        pen.cell(&seq, mark, self.seq);
        pen.cell(&clock.time(told.entry.at()), Role::TextMuted, TIME);
        let since = since.map_or_else(String::new, delta);
        pen.cell(&since, Role::TextMuted, self.delta);
        let server = self.naming.of_connection(ctx.timeline, told.entry.conn());
        pen.cell(&server, Role::Text, self.naming.width());
        pen.cell(told.dir.0, told.dir.1, DIR);
        if told.preview_tells && told.status.0 == "–" {
            // Nothing to say in the columns on the right: room for a longer sentence.
            let rest = [self.id, STATUS, TOOK, SIZE];
            pen.cells(
                &inline(told),
                self.what + rest.iter().sum::<usize>() + rest.len(),
            );
            return Line::from(pen.spans);
        }
        let more = wider(told, self.what);
        pen.cells(&inline(told), self.what - more);
        pen.cell(&told.id, Role::TextMuted, self.id);
        pen.cell(&told.status.0, told.status.1, STATUS + more);
        pen.cell(&told.took, took_role(told), TOOK);
        pen.cell(&told.size, Role::TextMuted, SIZE);
        Line::from(pen.spans)
    }

    /// A row in two lines: what happened, and the beginning of what it says.
    pub fn tall_line(
        &self,
        told: &Told<'_>,
        line: u16,
        width: u16,
        hit: bool,
        clock: &Clock,
        ctx: &Ctx<'_>,
    ) -> Line<'static> {
        let mut pen = Pen::new(told.own, ctx.theme);
        if line > 0 {
            let room = usize::from(width).saturating_sub(2);
            pen.cell("", Role::Text, 1);
            let mut pieces = Vec::new();
            if told.size != "–" {
                pieces.push((told.size.clone(), Role::TextMuted));
            }
            if let Some(preview) = &told.preview {
                let gap = if pieces.is_empty() { "" } else { " " };
                pieces.push((format!("{gap}{preview}"), Role::Text));
            }
            pen.cells(&pieces, room);
            return Line::from(pen.spans);
        }
        let naming = self.naming;
        let fixed = [TIME, naming.width(), DIR, STATUS, TOOK];
        let gaps = fixed.iter().filter(|width| **width > 0).count();
        let what = usize::from(width).saturating_sub(fixed.iter().sum::<usize>() + gaps);
        let mark = if hit { Role::Match } else { Role::TextMuted };
        pen.cell(&clock.time(told.entry.at()), mark, TIME);
        let server = naming.of_connection(ctx.timeline, told.entry.conn());
        pen.cell(&server, Role::Text, naming.width());
        pen.cell(told.dir.0, told.dir.1, DIR);
        let mut pieces = told.what.clone();
        if told.id != "·" {
            pieces.push((told.id.clone(), Role::TextMuted));
        }
        let more = wider(told, what);
        pen.cells(&pieces, what - more);
        pen.cell(&told.status.0, told.status.1, STATUS + more);
        pen.cell(&told.took, took_role(told), TOOK);
        Line::from(pen.spans)
    }
}

/// What a long status (`input, 2 rounds`) takes from the column of names; half of that at most.
fn wider(told: &Told<'_>, what: usize) -> usize {
    text::width(&told.status.0)
        .saturating_sub(STATUS)
        .min(what / 2)
}

fn took_role(told: &Told<'_>) -> Role {
    if told.status.1 == Role::Pending {
        Role::Pending
    } else {
        Role::TextMuted
    }
}

/// What a row is and the beginning of what it says, on one line.
fn inline(told: &Told<'_>) -> Vec<Piece> {
    let mut pieces = told.what.clone();
    match &told.preview {
        Some(preview) if told.preview_tells => pieces = vec![(preview.clone(), Role::Text)],
        // A stray line is best recognised by its text; the columns around say that it is junk.
        Some(preview) if told.dir.1 == Role::Junk => {
            let from = if told.entry.is_wire() {
                "frame"
            } else {
                "stdout"
            };
            pieces = vec![(format!("{from}: \"{preview}\""), Role::Text)];
        }
        Some(preview) if told.dir.1 == Role::Notif => {
            pieces.push((preview.clone(), Role::TextMuted));
        }
        _ => {}
    }
    pieces
}

/// The time between a row and the one before it.
pub fn since(before: Option<At>, told: &Told<'_>, ctx: &Ctx<'_>) -> Option<u64> {
    let before = ctx.timeline.entry(before?.entry(ctx.timeline)?)?;
    Some(told.entry.us().saturating_sub(before.us()))
}

/// Writes columns from left to right, a space after each.
struct Pen<'t> {
    spans: Vec<Span<'static>>,
    dimmed: bool,
    theme: &'t Theme,
}

impl<'t> Pen<'t> {
    fn new(dimmed: bool, theme: &'t Theme) -> Self {
        Self {
            spans: Vec::with_capacity(20),
            dimmed,
            theme,
        }
    }

    fn cell(&mut self, text: &str, role: Role, width: usize) {
        if width > 0 {
            self.put(text::pad(text, width), role);
            self.put(" ".to_owned(), Role::Text);
        }
    }

    /// Several pieces in one column, a space between them.
    fn cells(&mut self, pieces: &[Piece], width: usize) {
        let mut room = width;
        for (index, (text, role)) in pieces.iter().enumerate() {
            let gap = usize::from(index > 0);
            if room <= gap {
                break;
            }
            let text = text::fit(text, room - gap);
            room -= gap + text::width(&text);
            self.put(format!("{}{text}", " ".repeat(gap)), *role);
        }
        self.put(" ".repeat(room + 1), Role::Text);
    }

    fn put(&mut self, text: String, role: Role) {
        // What went wrong stays visible in our own requests too.
        let role = match role {
            Role::Error | Role::Warn | Role::Pending | Role::Match => role,
            _ if self.dimmed => Role::TextMuted,
            role => role,
        };
        self.spans.push(Span::styled(text, self.theme.style(role)));
    }
}
