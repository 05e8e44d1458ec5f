//! The sub-tab Running: requests of ours that go on, the oldest first.
//!
//! Rows are read off the fold. What it owns is which one is selected, known by its exchange, and which of them are
//! calls somebody made here, so that they can be cancelled.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Section;
use super::calls::Calls;
use super::standing::Standing;
use super::words::{self, draw_empty};
use crate::session::Direction;
use crate::session::timeline::{EntryIndex, ExchangeIndex, Timeline};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// Columns of `1:02:03` and of `120 ms`.
const TIME: usize = 7;
/// The most columns of what the server says of its progress.
const PROGRESS: usize = 80;

/// See the module.
#[derive(Debug, Default)]
pub struct Running {
    rows: Standing<ExchangeIndex>,
    calls: Calls,
    heading: Rect,
}

/// The requests of ours that go on, the oldest first: those that wait for an answer, and those that a person is asked
/// something for, which may be between two of their rounds.
fn waiting(timeline: &Timeline) -> Vec<ExchangeIndex> {
    let state = timeline.state();
    let ours = |index: &ExchangeIndex| {
        let exchange = timeline.exchange(*index);
        let request = exchange.and_then(|exchange| timeline.entry(exchange.request));
        request.is_some_and(|request| request.direction() == Direction::Out)
    };
    let pending = state
        .connections()
        .flat_map(|connection| state.waiting(connection.number))
        // What stays open by its nature is under Subscriptions.
        .filter(|waiting| !waiting.is_stream())
        .map(|waiting| waiting.exchange)
        .filter(ours);
    let asked = timeline.questions().waiting();
    let asked = asked.filter_map(|question| question.call);
    let mut all: Vec<ExchangeIndex> = pending
        .chain(asked)
        .map(|index| timeline.first_round(index))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl Running {
    fn request(index: ExchangeIndex, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Some(ctx.timeline.exchange(index)?.request)
    }

    /// What cancels the selected row, if it is a call.
    fn cancel(&self, ctx: &Ctx<'_>) -> Option<Effect> {
        self.calls.cancel(self.rows.selected?, ctx.timeline)
    }

    fn row(index: ExchangeIndex, width: u16, ctx: &Ctx<'_>) -> Option<Line<'static>> {
        let (timeline, theme) = (ctx.timeline, ctx.theme);
        let exchange = timeline.exchange(index)?;
        let request = timeline.entry(exchange.request)?;
        let waited = ctx.now_us.saturating_sub(request.us());
        let since = if waited < 10_000_000 {
            text::took(Duration::from_micros(waited))
        } else {
            words::lasted(waited)
        };
        let mut spans = vec![
            Span::styled(text::pad(&since, TIME + 2), theme.style(Role::Pending)),
            Span::styled(
                words::server(timeline, exchange.conn) + "  ",
                theme.style(Role::Text),
            ),
        ];
        let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
        let mut room = usize::from(width).saturating_sub(used);
        let what = words::exchange(timeline, index, room);
        room = room.saturating_sub(text::width(&what) + 2);
        spans.push(Span::styled(what, theme.style(Role::Text)));
        let mut say = |words: &str, role: Role| {
            let words = safe(words, room);
            room = room.saturating_sub(text::width(&words) + 2);
            if !words.is_empty() {
                spans.push(Span::raw("  "));
                spans.push(Span::styled(words, theme.style(role)));
            }
        };
        if timeline.waits_for_person(index) {
            say("waits for you", Role::Pending);
        }
        if let Some(progress) = timeline.state().progress(timeline.last_round(index)) {
            let total = progress.total.as_deref();
            let total = total.map_or_else(String::new, |total| format!("/{total}"));
            let message = progress.message.as_deref().unwrap_or_default();
            let far = format!("{}{total} {message}", progress.progress);
            say(&safe(far.trim_end(), PROGRESS), Role::Accent);
        }
        if request.aux {
            say("sent by mcpscope itself", Role::TextMuted);
        }
        Some(Line::from(spans))
    }
}

impl Section for Running {
    fn name(&self) -> &'static str {
        "Running"
    }

    fn count(&self, ctx: &Ctx<'_>) -> usize {
        waiting(ctx.timeline).len()
    }

    fn heading(&self) -> Rect {
        self.heading
    }
}

impl Pane for Running {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Running, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let rows = waiting(ctx.timeline);
        self.rows.settle(&rows);
        if self.rows.moved(action, &rows) {
            return Reply::done();
        }
        match action {
            Action::ShowRunning | Action::Right => {
                let request = self.rows.selected.and_then(|row| Self::request(row, ctx));
                request.map_or_else(
                    || Reply::say("nothing runs"),
                    |request| Reply::go(Go::Traffic(request)),
                )
            }
            Action::StopRunning => match self.cancel(ctx) {
                Some(cancel) => Reply::effect(cancel),
                None => Reply::say("there is no call to cancel"),
            },
            Action::Left => Reply::done(),
            _ => Reply::ignored(),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let why = match action {
            Action::ShowRunning if waiting(ctx.timeline).is_empty() => "nothing runs",
            Action::StopRunning if !ctx.live => "this is a recording; nothing is started or sent",
            Action::StopRunning if waiting(ctx.timeline).is_empty() => "nothing runs",
            Action::StopRunning if self.cancel(ctx).is_none() => {
                "mcpscope sent it for itself; it ends by itself"
            }
            Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::NextError
            | Action::PreviousError => "Traffic (5) can be searched, and knows what went wrong",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.calls.hear(event, ctx.timeline);
        Vec::new()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let rows = waiting(ctx.timeline);
        match (self.rows.click(at, &rows), double) {
            (true, true) => self.action(Action::ShowRunning, ctx),
            (true, false) => Reply::done(),
            (false, _) => Reply::ignored(),
        }
    }

    fn wheel(&mut self, _at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        let rows = waiting(ctx.timeline);
        self.rows.wheel(lines, &rows);
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        let title = area.height.min(1);
        self.heading = Rect {
            height: title,
            ..area
        };
        self.rows.area = Rect {
            y: area.y + title,
            height: area.height - title,
            ..area
        };
        self.rows.settle(&waiting(ctx.timeline));
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let rows = waiting(ctx.timeline);
        if rows.is_empty() {
            let words = if ctx.live {
                "Nothing runs: a request that waits for its answer shows here, with how far it has come."
            } else {
                "No request of this recording was left without an answer."
            };
            draw_empty(words, self.rows.area, buf, ctx.theme);
            return Some(self.rows.area.as_position());
        }
        let line = |row: &ExchangeIndex, width| Self::row(*row, width, ctx).unwrap_or_default();
        self.rows.draw(&rows, line, buf, ctx.theme)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Self::request(self.rows.selected?, ctx)
    }
}
