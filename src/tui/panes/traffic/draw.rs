//! The columns of the traffic: one line a row from 100 columns, two below.

use ratatui::text::{Line, Span};

use super::columns::{Column, Layout};
use super::sorted::By;
use super::subs::At;
use super::times::Times;
use super::told::{Piece, Told, delta};
use super::values::{Known, Values};
use crate::session::timeline::EntryRow;
use crate::text;
use crate::tui::clock::Clock;
use crate::tui::pane::Ctx;
use crate::tui::panes::lint::{marked, role, sign};
use crate::tui::panes::stream::{Naming, safe};
use crate::tui::theme::{Role, Theme};

/// Columns of `14:02:09.120`.
const TIME: usize = 12;
const DELTA: usize = 6;
const DIR: usize = 3;
const STATUS: usize = 10;
const TOOK: usize = 10;
/// Columns of `999 kB → 999 kB`.
const SIZE: usize = 15;

/// Columns of a value.
const VALUE: usize = 18;
/// The least that what a row is gets.
const WHAT: usize = 16;

/// What is marked on a row, beside what it says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flags {
    /// What was searched for is in it.
    pub hit: bool,
    /// It is selected, with others.
    pub picked: bool,
}

/// How wide each column is.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    cells: Vec<(&'a Column, usize)>,
    naming: Naming,
    times: Times,
    values: &'a Values,
}

impl<'a> Columns<'a> {
    /// For rows of one line in `width` columns; `picks` are selected rows.
    pub fn of(
        width: u16,
        layout: &'a Layout,
        times: Times,
        values: &'a Values,
        picks: bool,
        ctx: &Ctx<'_>,
    ) -> Self {
        let naming = Naming::of(ctx.timeline);
        let newest = ctx.timeline.entries().last().map_or(0, EntryRow::seq);
        let seq = newest.to_string().len().max(3);
        let (id, delta) = match width {
            ..118 => (6, if naming == Naming::None { DELTA } else { 0 }),
            118..160 => (8, DELTA),
            _ => (14, DELTA),
        };
        let mut cells: Vec<(&Column, usize)> = layout
            .0
            .iter()
            .map(|column| {
                let width = match column {
                    Column::Mark => mark_width(picks, ctx),
                    Column::Number => seq,
                    Column::Time => TIME,
                    Column::Since => delta,
                    Column::Server => naming.width(),
                    Column::Direction => DIR,
                    Column::What => 0,
                    Column::Id => id,
                    Column::Status => STATUS,
                    Column::Took => TOOK,
                    Column::Size => SIZE,
                    Column::Lint => usize::from(ctx.lint.counts().all() > 0),
                    Column::Value(_) => VALUE,
                };
                (column, width)
            })
            .collect();
        let room = usize::from(width);
        let taken = |cells: &[(&Column, usize)]| {
            let shown = cells.iter().filter(|(_, width)| *width > 0);
            shown.map(|(_, width)| width + 1).sum::<usize>()
        };
        // What does not fit beside what a row is, is left out from the right.
        while taken(&cells) + WHAT > room {
            let last = cells
                .iter_mut()
                .rfind(|(column, width)| *width > 0 && **column != Column::What);
            match last {
                Some((_, width)) => *width = 0,
                None => break,
            }
        }
        let left = room.saturating_sub(taken(&cells));
        for (column, width) in &mut cells {
            if **column == Column::What {
                // A space follows it unless it is the last.
                *width = left;
            }
        }
        if cells
            .last()
            .is_some_and(|(column, _)| **column != Column::What)
        {
            for (column, width) in &mut cells {
                if **column == Column::What {
                    *width = width.saturating_sub(1);
                }
            }
        }
        // The last column needs no space after it.
        cells.retain(|(_, width)| *width > 0);
        if let Some(what) = cells
            .iter_mut()
            .find(|(column, _)| **column == Column::What)
        {
            what.1 += 1;
        }
        Self {
            cells,
            naming,
            times,
            values,
        }
    }

    /// The headings; `sorted` is the column they are sorted by.
    pub fn headings(&self, sorted: Option<By>, ctx: &Ctx<'_>) -> String {
        let (mut out, mut unmarked) = (String::new(), true);
        for (column, width) in &self.cells {
            // Of several that say the same, the first says it.
            let sorts = unmarked && sorted.is_some() && sorted == by_of(column);
            unmarked &= !sorts;
            let mark = if sorts { "▾" } else { "" };
            let name = match column {
                Column::Mark => String::new(),
                Column::Number => "#".to_owned(),
                // It has room for a sign only.
                Column::Lint => "!".to_owned(),
                Column::Time => self.times.heading(ctx.timeline),
                Column::Since => "Δ".to_owned(),
                Column::Server => self.naming.heading().to_owned(),
                Column::Direction => "dir".to_owned(),
                Column::Value(path) => safe(path.rsplit('.').next().unwrap_or(path), *width),
                column => column.to_string(),
            };
            out.push_str(&text::pad(&format!("{name}{mark}"), *width));
            out.push(' ');
        }
        out.trim_end().to_owned()
    }

    /// What a click on the headings sorts by.
    pub fn sorts_at(&self, x: u16) -> Option<By> {
        let mut end = 0;
        let at = usize::from(x);
        let column = self.cells.iter().find(|(_, width)| {
            end += width + 1;
            at < end
        });
        column.and_then(|(column, _)| by_of(column))
    }

    /// A row in one line; `since` is what passed since the row before.
    pub fn line(
        &self,
        told: &Told<'_>,
        since: Option<i64>,
        flags: Flags,
        clock: &Clock,
        ctx: &Ctx<'_>,
    ) -> Line<'static> {
        let mut pen = Pen::new(told.own, ctx.theme);
        let mut cells = self.cells.iter().peekable();
        while let Some((column, width)) = cells.next() {
            let width = *width;
            match column {
                Column::Mark => pen.mark(told, flags, width, ctx),
                Column::Number => {
                    let role = if flags.hit {
                        Role::Match
                    } else {
                        Role::TextMuted
                    };
                    pen.cell(&told.entry.seq().to_string(), role, width);
                }
                Column::Time => {
                    let time = self.times.told(told.entry, since, clock, ctx.timeline);
                    pen.cell(&time, Role::TextMuted, width);
                }
                Column::Since => {
                    let since = since.map_or_else(String::new, delta);
                    pen.cell(&since, Role::TextMuted, width);
                }
                Column::Server => {
                    let server = self.naming.of_connection(told.entry.conn());
                    pen.cell(&server, Role::Text, width);
                }
                Column::Direction => pen.cell(told.dir.0, told.dir.1, width),
                Column::What => {
                    let mut room = width;
                    if told.preview_tells {
                        let pieces = inline(told);
                        let wanted: usize =
                            pieces.iter().map(|(text, _)| text::width(text) + 1).sum();
                        let quiet = told.status.0 == "–";
                        if quiet || wanted > width + 1 {
                            // Nothing to say in the columns on the right but a word: room for a longer sentence.
                            let empty = |(column, _): &&(&Column, usize)| {
                                matches!(
                                    column,
                                    Column::Id | Column::Status | Column::Took | Column::Size
                                )
                            };
                            while let Some((_, width)) = cells.next_if(|cell| empty(cell)) {
                                room += width + 1;
                            }
                            if quiet || room == width {
                                pen.cells(&pieces, room);
                            } else {
                                let word = text::width(&told.status.0);
                                pen.cells(&pieces, room.saturating_sub(word + 1));
                                pen.cell(&told.status.0, told.status.1, word);
                            }
                            continue;
                        }
                    }
                    pen.cells(&inline(told), room - self.wider(told));
                }
                Column::Id => pen.cell(&told.id, Role::TextMuted, width),
                Column::Status => {
                    let width = width + self.wider(told);
                    pen.cell(&told.status.0, told.status.1, width);
                }
                Column::Took => pen.cell(&told.took, took_role(told), width),
                Column::Size => pen.cell(&told.size, Role::TextMuted, width),
                Column::Lint => pen.lint(told, width, ctx),
                Column::Value(path) => {
                    let (value, role) = match self.values.of(told, path, ctx) {
                        Known::Is(value) => (safe(value, width), Role::Text),
                        Known::Missing => ("–".to_owned(), Role::TextMuted),
                        Known::NotYet => ("…".to_owned(), Role::TextMuted),
                    };
                    pen.cell(&value, role, width);
                }
            }
        }
        Line::from(pen.spans)
    }

    /// What a long status (`input, 2 rounds`) takes from what stands before it; half of that at most.
    fn wider(&self, told: &Told<'_>) -> usize {
        let width_of = |wanted: &Column| {
            let found = self.cells.iter().find(|(column, _)| *column == wanted);
            found.map(|(_, width)| *width)
        };
        match (width_of(&Column::What), width_of(&Column::Status)) {
            (Some(what), Some(_)) => wider(told, what),
            _ => 0,
        }
    }

    /// A row in two lines: what happened, and the beginning of what it says.
    #[expect(
        clippy::too_many_arguments,
        reason = "one row, with all that is marked on it"
    )]
    pub fn tall_line(
        &self,
        told: &Told<'_>,
        since: Option<i64>,
        line: u16,
        width: u16,
        flags: Flags,
        clock: &Clock,
        ctx: &Ctx<'_>,
    ) -> Line<'static> {
        let mut pen = Pen::new(told.own, ctx.theme);
        if line > 0 {
            let room = usize::from(width).saturating_sub(2);
            pen.lint(told, 1, ctx);
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
        let naming = &self.naming;
        let marks = mark_width(flags.picked, ctx);
        let fixed = [marks, TIME, naming.width(), DIR, STATUS, TOOK];
        let gaps = fixed.iter().filter(|width| **width > 0).count();
        let what = usize::from(width).saturating_sub(fixed.iter().sum::<usize>() + gaps);
        pen.mark(told, flags, marks, ctx);
        let mark = if flags.hit {
            Role::Match
        } else {
            Role::TextMuted
        };
        let time = self.times.told(told.entry, since, clock, ctx.timeline);
        pen.cell(&time, mark, TIME);
        let server = naming.of_connection(told.entry.conn());
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

/// Columns of letters and ticks: none while there are none.
fn mark_width(picks: bool, ctx: &Ctx<'_>) -> usize {
    if picks || !ctx.marks.is_empty() { 2 } else { 0 }
}

/// What a column sorts by.
fn by_of(column: &Column) -> Option<By> {
    Some(match column {
        Column::Number | Column::Time => By::Newest,
        Column::Status => By::Status,
        Column::Took => By::Took,
        Column::Size => By::Size,
        _ => return None,
    })
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
            } else if told.entry.is_damage() {
                "no entry"
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

/// The time from the row above to this one, in microseconds: less than nothing where the newest stand first.
pub fn since(above: Option<At>, told: &Told<'_>, ctx: &Ctx<'_>) -> Option<i64> {
    let above = ctx.timeline.entry(above?.entry(ctx.timeline)?)?;
    Some(told.entry.us() as i64 - above.us() as i64)
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

    /// The letter of a mark, and whether the row is selected.
    fn mark(&mut self, told: &Told<'_>, flags: Flags, width: usize, ctx: &Ctx<'_>) {
        if width > 0 {
            let mark = ctx.marks.get(told.entry.seq());
            let picked = if flags.picked { '✓' } else { ' ' };
            let sign = mark.map_or(' ', crate::session::marks::Mark::sign);
            self.put(text::pad(&format!("{picked}{sign}"), width), Role::Accent);
            self.put(" ".to_owned(), Role::Text);
        }
    }

    /// The worst that lint finds in it.
    fn lint(&mut self, told: &Told<'_>, width: usize, ctx: &Ctx<'_>) {
        let (sign, role) = match marked(told, ctx) {
            Some(severity) => (sign(severity), role(severity)),
            None => (" ", Role::Text),
        };
        self.cell(sign, role, width);
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
