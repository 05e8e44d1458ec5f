//! The sub-tab Running: a recording that is being sent again, then requests of ours that go on, the oldest first.
//!
//! Requests are read off the fold. What it owns is which one is selected, known by its exchange, and which of them are
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
use crate::tui::effect::replaying::Replaying;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply, View};
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// Columns of `1:02:03` and of `120 ms`.
const TIME: usize = 7;
/// The most columns of what the server says of its progress.
const PROGRESS: usize = 80;

/// Something that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum One {
    /// A recording is being sent again.
    Replay,
    Request(ExchangeIndex),
}

/// See the module.
#[derive(Debug, Default)]
pub struct Running {
    rows: Standing<One>,
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

/// All that goes on.
fn all(ctx: &Ctx<'_>) -> Vec<One> {
    let replay = ctx.rerun.filter(|_| ctx.live).map(|_| One::Replay);
    let requests = waiting(ctx.timeline).into_iter().map(One::Request);
    replay.into_iter().chain(requests).collect()
}

impl Running {
    fn request(one: One, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        match one {
            One::Replay => None,
            One::Request(index) => Some(ctx.timeline.exchange(index)?.request),
        }
    }

    /// What cancels the selected row, if it is a call or a recording that is sent again.
    fn cancel(&self, ctx: &Ctx<'_>) -> Option<Effect> {
        match self.rows.selected? {
            One::Replay => {
                let end = Replaying::End(ctx.rerun?.asker);
                Some(Effect::Replay(Box::new(end)))
            }
            One::Request(index) => self.calls.cancel(index, ctx.timeline),
        }
    }

    fn line(one: One, width: u16, ctx: &Ctx<'_>) -> Option<Line<'static>> {
        match one {
            One::Replay => {
                let rerun = ctx.rerun?;
                let row = rerun.row.unwrap_or(rerun.server);
                let server = ctx.servers.get(row).map_or("", |server| &server.name);
                let words = format!("{} → {}", rerun.words(), text::sanitize(server));
                let words = text::fit(&words, usize::from(width)).into_owned();
                Some(Line::from(Span::styled(
                    words,
                    ctx.theme.style(Role::Accent),
                )))
            }
            One::Request(index) => Self::row(index, width, ctx),
        }
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
        all(ctx).len()
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
        let rows = all(ctx);
        self.rows.settle(&rows);
        if self.rows.moved(action, &rows) {
            return Reply::done();
        }
        match action {
            Action::ShowRunning | Action::Right => {
                let request = self.rows.selected.and_then(|row| Self::request(row, ctx));
                match (request, self.rows.selected) {
                    (Some(request), _) => Reply::go(Go::Traffic(request)),
                    (None, Some(One::Replay)) => Reply::go(Go::View(View::Traffic)),
                    (None, _) => Reply::say("nothing runs"),
                }
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
            Action::ShowRunning if all(ctx).is_empty() => "nothing runs",
            Action::StopRunning if !ctx.live => "this is a recording; nothing is started or sent",
            Action::StopRunning if all(ctx).is_empty() => "nothing runs",
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
        let rows = all(ctx);
        match (self.rows.click(at, &rows), double) {
            (true, true) => self.action(Action::ShowRunning, ctx),
            (true, false) => Reply::done(),
            (false, _) => Reply::ignored(),
        }
    }

    fn wheel(&mut self, _at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        let rows = all(ctx);
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
        self.rows.settle(&all(ctx));
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let rows = all(ctx);
        if rows.is_empty() {
            let words = if ctx.live {
                "Nothing runs: a request that waits for its answer shows here, with how far it has come."
            } else {
                "No request of this recording was left without an answer."
            };
            draw_empty(words, self.rows.area, buf, ctx.theme);
            return Some(self.rows.area.as_position());
        }
        let line = |row: &One, width| Self::line(*row, width, ctx).unwrap_or_default();
        self.rows.draw(&rows, line, buf, ctx.theme)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Self::request(self.rows.selected?, ctx)
    }
}
