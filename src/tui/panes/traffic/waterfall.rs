//! The time line: a lane for each server and direction, what lasted as bars, and the window somebody looks through.
//!
//! Owns the window and the brush. The rows are those of the pairs; which of them is selected is the list's to know.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::failures::Failures;
use crate::session::timeline::{EntryRow, Row, Timeline};
use crate::text;
use crate::tui::clock::Clock;
use crate::tui::pane::Ctx;
use crate::tui::theme::{Role, Theme};
use chart::{Bar, Drawn, Filled, Look, Plan};
use lanes::{Kind, Lanes, began};
use window::Window;

mod chart;
mod lanes;
#[cfg(test)]
mod tests;
mod window;

/// Columns that a mark of the axis needs: `14:02:09.120` and a space.
const MARK: u16 = 13;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Waterfall {
    lanes: Lanes,
    window: Option<Window>,
    /// The row the window was moved to show.
    shown: Option<usize>,
    /// One end of the time that is being brushed, and the other.
    brush: Option<(u64, u64)>,
}

/// How long a session is, in microseconds; while something goes on, up to now.
fn length(ctx: &Ctx<'_>) -> u64 {
    let last = ctx.timeline.entries().last().map_or(0, EntryRow::us);
    if ctx.live { last.max(ctx.now_us) } else { last }
}

impl Waterfall {
    /// Takes what is new, and shows the selected row if that is another than before.
    pub fn place(&mut self, selected: Option<usize>, follows: bool, ctx: &Ctx<'_>) {
        self.lanes.take(ctx.timeline);
        let length = length(ctx);
        let window = self.window.get_or_insert_with(|| Window::of(length));
        let began = selected
            .and_then(|number| ctx.timeline.rows().get(number))
            .and_then(|row| began(*row, ctx.timeline));
        if let Some(us) = began.filter(|_| self.shown != selected) {
            *window = window.showing(us);
        }
        if follows && self.shown != selected {
            *window = window.showing(length);
        }
        self.shown = selected;
    }

    /// Closer, or further away, around the selected row if it is in sight.
    pub fn zoom(&mut self, closer: bool, ctx: &Ctx<'_>) {
        let Some(window) = self.window else { return };
        let middle = window.from + window.span / 2;
        let us = self
            .us_of_shown(ctx.timeline)
            .filter(|us| window.time().contains(us));
        self.window = Some(window.zoomed(closer, us.unwrap_or(middle), length(ctx)));
    }

    /// Moves the window, or the end of the brush.
    pub fn sideways(&mut self, later: bool, ctx: &Ctx<'_>) {
        let Some(window) = self.window else { return };
        let sign = if later { 1.0 } else { -1.0 };
        let Some((_, end)) = &mut self.brush else {
            self.window = Some(window.panned(sign * 0.25, length(ctx)));
            return;
        };
        let by = ((window.span / 40) as i64).max(1) * if later { 1 } else { -1 };
        *end = end.saturating_add_signed(by).min(length(ctx));
        self.window = Some(window.showing(*end));
    }

    /// The wheel over it.
    pub fn wheel(&mut self, lines: isize, ctx: &Ctx<'_>) {
        let length = length(ctx);
        self.window = self
            .window
            .map(|window| window.panned(lines as f64 / 40.0, length));
    }

    fn us_of_shown(&self, timeline: &Timeline) -> Option<u64> {
        began(*timeline.rows().get(self.shown?)?, timeline)
    }

    /// Begins to brush at the selected row; gives the time that was brushed when one was being brushed already.
    pub fn brush(&mut self, ctx: &Ctx<'_>) -> Option<(u64, u64)> {
        if let Some((one, other)) = self.brush.take() {
            return Some((one.min(other), one.max(other)));
        }
        let window = self.window?;
        let us = self
            .us_of_shown(ctx.timeline)
            .filter(|us| window.time().contains(us));
        let us = us.unwrap_or(window.from + window.span / 2);
        self.brush = Some((us, us));
        None
    }

    /// No longer; false if none was.
    pub fn leave(&mut self) -> bool {
        self.brush.take().is_some()
    }

    /// The other end goes to where the selected row begins.
    pub fn brush_to(&mut self, number: Option<usize>, timeline: &Timeline) {
        let us = number
            .and_then(|number| timeline.rows().get(number))
            .and_then(|row| began(*row, timeline));
        if let (Some((_, end)), Some(us)) = (&mut self.brush, us) {
            *end = us;
        }
    }

    /// For the title: how much time is shown, and what is brushed of it.
    pub fn remark(&self, clock: &Clock, ctx: &Ctx<'_>) -> String {
        let took = |us: u64| text::took(Duration::from_micros(us));
        let zoom = self
            .window
            .map_or_else(String::new, |window| format!("zoom {}", took(window.span)));
        match self.brush {
            None => zoom,
            Some((one, other)) => {
                let (from, to) = (one.min(other), one.max(other));
                let time = |us: u64| wall(us, ctx.timeline).map(|at| clock.time(at));
                format!(
                    "brush {}..{} ({}) · {zoom}",
                    time(from).unwrap_or_default(),
                    time(to).unwrap_or_default(),
                    took(to - from)
                )
            }
        }
    }

    fn plan<'a>(
        &'a self,
        area: Rect,
        failures: &'a Failures,
        ctx: &Ctx<'a>,
    ) -> Option<(Plan<'a>, u16)> {
        let widest = self.lanes.list().iter().map(|lane| {
            let name = text::width(&text::sanitize(self.lanes.name(lane.server)));
            name + 1 + text::width(lane.kind.word())
        });
        let widest = widest.max().unwrap_or(0).max(6) as u16;
        let label = widest.min(if area.width < 100 { 13 } else { 20 }) + 2;
        let columns = area
            .width
            .checked_sub(label + 1)
            .filter(|columns| *columns > 4)?;
        let plan = Plan {
            window: self.window?,
            columns,
            lines: usize::from(area.height),
            now_us: ctx.now_us,
            wrong: failures.rows(),
            timeline: ctx.timeline,
            lanes: &self.lanes,
        };
        Some((plan, label))
    }

    /// The number of the row whose bar is at a position.
    pub fn row_at(
        &self,
        at: Position,
        area: Rect,
        failures: &Failures,
        ctx: &Ctx<'_>,
    ) -> Option<usize> {
        let (plan, label) = self.plan(area, failures, ctx)?;
        let column = at.x.checked_sub(area.x + label)?;
        let mut y = area.y;
        for lane in plan.chart() {
            let Filled::Bars(lines, _) = &lane.filled else {
                y += 1;
                continue;
            };
            for line in lines {
                if y == at.y {
                    // What begins last before the position: its words stand behind it.
                    let bar = line.iter().rfind(|bar| bar.columns.0 <= column)?;
                    return Some(bar.number as usize);
                }
                y += 1;
            }
            y += u16::from(lines.is_empty());
        }
        None
    }

    /// Draws the axis and the lanes; gives where the selected bar begins.
    pub fn draw(
        &self,
        (axis, area): (Rect, Rect),
        selected: Option<usize>,
        failures: &Failures,
        clock: &Clock,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        let (plan, label) = self.plan(area, failures, ctx)?;
        let lanes = Rect {
            x: area.x + label,
            width: plan.columns,
            ..area
        };
        let axis = Rect {
            x: lanes.x,
            width: lanes.width,
            ..axis
        };
        draw_axis(&plan, axis, clock, buf, ctx);
        let row = selected.and_then(|number| ctx.timeline.rows().get(number));
        let under = row.and_then(|row| self.lanes.folded_under(*row, ctx.timeline));
        let chosen = |bar: &Bar| {
            let row = ctx.timeline.rows().get(bar.number as usize);
            selected == Some(bar.number as usize)
                || under.is_some_and(|call| row == Some(&Row::Exchange(call)))
        };
        let mut cursor = None;
        let mut y = area.y;
        for lane in plan.chart() {
            if y >= area.bottom() {
                break;
            }
            draw_label(
                &lane,
                Rect {
                    y,
                    width: label,
                    height: 1,
                    ..area
                },
                buf,
                ctx.theme,
            );
            match &lane.filled {
                Filled::Crowd(counts, wrong) => {
                    draw_crowd(
                        counts,
                        wrong,
                        &lane,
                        Rect {
                            y,
                            height: 1,
                            ..lanes
                        },
                        buf,
                        ctx.theme,
                    );
                }
                Filled::Bars(lines, _) => {
                    for (line, y) in lines.iter().zip(y..area.bottom()) {
                        let line_area = Rect {
                            y,
                            height: 1,
                            ..lanes
                        };
                        for (index, bar) in line.iter().enumerate() {
                            let next = line.get(index + 1).map(|bar| bar.columns.0);
                            let next = next.unwrap_or(plan.columns);
                            let is_chosen = chosen(bar);
                            draw_bar(bar, next, lane.kind, is_chosen, line_area, buf, ctx.theme);
                            if is_chosen {
                                cursor = Some(Position::new(lanes.x + bar.columns.0, y));
                            }
                        }
                    }
                }
            }
            y += lane.lines() as u16;
        }
        self.draw_brush(&plan, lanes, buf, ctx.theme);
        cursor
    }

    fn draw_brush(&self, plan: &Plan<'_>, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let Some((one, other)) = self.brush else {
            return;
        };
        let column = |us: u64| plan.window.column(us, plan.columns);
        let (from, to) = (column(one.min(other)), column(one.max(other)));
        for y in area.top()..area.bottom() {
            for x in [from, to] {
                let cell = &mut buf[(area.x + x, y)];
                if cell.symbol() == " " {
                    cell.set_symbol("│");
                }
                cell.set_style(theme.style(Role::MatchCurrent));
            }
        }
    }
}

/// The wall time at a time of the session.
pub fn wall(us: u64, timeline: &Timeline) -> Option<jiff::Timestamp> {
    let first = timeline.entries().first()?;
    let began = first
        .at()
        .as_microsecond()
        .checked_sub_unsigned(first.us())?;
    jiff::Timestamp::from_microsecond(began.checked_add_unsigned(us)?).ok()
}

fn draw_axis(plan: &Plan<'_>, area: Rect, clock: &Clock, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let style = ctx.theme.style(Role::TextMuted);
    let origin = wall(0, ctx.timeline).map_or(0, |at| at.as_microsecond().max(0) as u64);
    let (marks, step) = plan.window.marks(plan.columns, MARK, origin);
    for us in marks {
        let Some(at) = wall(us, ctx.timeline) else {
            continue;
        };
        let x = area.x + plan.window.column(us, plan.columns);
        let time = clock.time(at);
        let words = if step >= 1_000_000 {
            time.split('.').next().unwrap_or_default()
        } else {
            &time
        };
        if usize::from(area.right() - x) > words.len() {
            buf.set_string(x, area.y, format!("╷{words}"), style);
        }
    }
}

fn draw_label(lane: &Drawn, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let role = match lane.kind {
        Some(Kind::Asked) => Role::DirOut,
        Some(Kind::Asking) => Role::DirIn,
        Some(Kind::Told) => Role::Notif,
        Some(Kind::Happened) => Role::Life,
        None => Role::TextMuted,
    };
    let room = usize::from(area.width.saturating_sub(2));
    let more = match &lane.filled {
        Filled::Bars(_, more) if *more > 0 => format!(" +{more}"),
        _ => String::new(),
    };
    // What a lane holds is at the end of its words, and worth more than the end of a name.
    let (name, word) = lane.label.rsplit_once(' ').unwrap_or((&lane.label, ""));
    let name = text::fit(
        name,
        room.saturating_sub(text::width(word) + 1 + more.len()),
    );
    let words = format!("{name} {word}{more}");
    buf.set_stringn(area.x + 1, area.y, words, room, theme.style(role));
}

/// How full each column is, in eighths of the fullest.
fn draw_crowd(
    counts: &[u32],
    wrong: &[bool],
    lane: &Drawn,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    const FILLED: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let role = lane.kind.map_or(Role::TextMuted, |kind| match kind {
        Kind::Asked => Role::DirOut,
        Kind::Asking => Role::DirIn,
        Kind::Told => Role::Notif,
        Kind::Happened => Role::Life,
    });
    for ((count, wrong), x) in counts.iter().zip(wrong).zip(area.x..) {
        let (symbol, role) = match (count, wrong) {
            (0, _) => continue,
            (_, true) => ("✗", Role::Error),
            // Few lines of stderr are dots.
            (_, false) if most < 8 => ("·", role),
            (count, false) => {
                let eighth = (u64::from(*count) * 8).div_ceil(u64::from(most)) as usize;
                (FILLED[eighth.clamp(1, 8) - 1], role)
            }
        };
        buf[(x, area.y)]
            .set_symbol(symbol)
            .set_style(theme.style(role));
    }
}

/// A bar: `├─#118 echo──┤`; where that has no room, its words follow it.
fn draw_bar(
    bar: &Bar,
    next: u16,
    kind: Option<Kind>,
    chosen: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let (from, to) = bar.columns;
    let role = match (bar.look, kind) {
        (Look::Wrong, _) => Role::Error,
        (Look::Open, _) => Role::Pending,
        (Look::Told, _) => Role::Notif,
        (Look::Junk, _) => Role::Junk,
        (Look::Event, _) => Role::Life,
        (Look::Fine, Some(Kind::Asking)) => Role::DirIn,
        (Look::Fine, _) => Role::DirOut,
    };
    let style = theme.style(role);
    let style = if chosen {
        style.patch(theme.style(Role::Selection))
    } else {
        style
    };
    let width = to - from + 1;
    let mut put = |column: u16, symbol: &str| {
        if column < area.width {
            buf[(area.x + column, area.y)]
                .set_symbol(symbol)
                .set_style(style);
        }
    };
    if width == 1 {
        put(
            from,
            match bar.look {
                Look::Told | Look::Event => "·",
                Look::Junk => "!",
                Look::Wrong => "✗",
                Look::Open => "▸",
                Look::Fine => "│",
            },
        );
    } else {
        for column in from..=to {
            put(column, if bar.look == Look::Open { "·" } else { "─" });
        }
        for (one, other) in &bar.person {
            for column in (*one).max(from)..=(*other).min(to) {
                put(column, "░");
            }
        }
        for (column, sign) in &bar.signs {
            put((*column).clamp(from, to), sign.encode_utf8(&mut [0; 4]));
        }
        put(from, if bar.open.0 { "◂" } else { "├" });
        put(
            to,
            match (bar.open.1 || bar.look == Look::Open, bar.look) {
                (true, _) => "▸",
                (false, Look::Wrong) => "✗",
                (false, _) => "┤",
            },
        );
    }
    let words = text::width(&bar.label) as u16;
    let (inside, behind) = (width.saturating_sub(2), next.saturating_sub(to + 2));
    // Words go where they fit whole, else where more of them do.
    let inner = inside >= words || inside >= behind;
    let (x, room) = if inner {
        (from + 1, inside)
    } else {
        (to + 1, behind)
    };
    if room < 3 {
        return;
    }
    let label = text::fit(&bar.label, usize::from(room));
    let style = if inner {
        style
    } else {
        theme.style(Role::TextMuted)
    };
    buf.set_stringn(area.x + x, area.y, label, usize::from(room), style);
}
