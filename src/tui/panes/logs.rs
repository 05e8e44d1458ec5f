//! The Logs view: stderr, log notifications, stray output and what happened to the processes, on one time line.
//!
//! Owns which line is selected and the least level shown. Lines are read off the timeline while they are drawn, and
//! only those on screen; whole lines come from the viewer.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::stream::areas::{Areas, Wish};
use super::stream::detail::{Detail, messages};
use super::stream::search::Search;
use super::stream::{Naming, Stream, join, safe};
use super::traffic::draw_empty;
use crate::session::level::Level;
use crate::session::timeline::{EntryIndex, LogRow, LogSource};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::list;
use crate::tui::widgets::rule::Rule;

mod filter;

use filter::Filter;

/// Columns of `14:02:09.120`.
const TIME: usize = 12;
/// Columns of the longest [`LogSource::word`].
const SOURCE: usize = 8;
/// Columns of most level words.
const LEVEL: usize = 8;

/// See the module.
#[derive(Debug, Clone)]
pub struct Logs {
    clock: Clock,
    stream: Stream,
    search: Search,
    filter: Filter,
    detail: Detail,
    /// Whether the whole line is shown below the list.
    open: bool,
    alone: bool,
    area: Rect,
    /// Lines of the log that have what was searched for, shown or not.
    hits: Vec<u32>,
}

impl Logs {
    /// Nothing selected; `follow` says whether it stays at the newest line.
    pub fn new(clock: Clock, follow: bool) -> Self {
        Self {
            clock,
            stream: Stream::new(follow),
            search: Search::default(),
            filter: Filter::default(),
            detail: Detail::new("Select a line: all of it shows here."),
            open: false,
            alone: false,
            area: Rect::default(),
            hits: Vec::new(),
        }
    }

    fn areas(&self) -> Areas {
        Areas::of(
            self.area,
            Wish {
                detail: self.open,
                detail_focused: self.detail.focused,
                alone: self.alone,
                headings: false,
                find: self.search.is_open(),
            },
        )
    }

    fn take(&mut self, ctx: &Ctx<'_>) {
        self.filter.take(ctx.timeline.logs());
        self.stream.arrived(self.filter.len());
    }

    /// The number of the selected line in the log.
    fn number(&self) -> Option<usize> {
        self.filter.line(self.stream.selected()?)
    }

    fn line(&self, ctx: &Ctx<'_>) -> Option<LogRow> {
        ctx.timeline.logs().get(self.number()?).copied()
    }

    fn title(&self, ctx: &Ctx<'_>) -> String {
        let line = self.line(ctx);
        let Some(entry) = line.and_then(|line| ctx.timeline.entry(line.entry)) else {
            return "nothing selected".to_owned();
        };
        let word = line.map_or("", |line| line.source.word());
        let name = format!("#{} {word}", entry.seq());
        if self.alone || !Areas::fits_both(self.area) {
            format!("Logs › {name}")
        } else {
            name
        }
    }

    fn open(&mut self) -> Reply {
        if self.stream.selected().is_none() {
            return Reply::say("There is no line yet.");
        }
        // What somebody reads must not be replaced by what arrives.
        self.stream.hold();
        self.open = true;
        self.detail.focused = true;
        Reply::done()
    }

    /// Out one level.
    fn back(&mut self) -> Reply {
        if self.detail.focused {
            self.detail.focused = false;
            // Where list and line are not on screen together, there is nothing left to close.
            self.open = Areas::fits_both(self.area);
        } else if self.search.is_open() {
            self.search.leave();
        } else if self.open && Areas::fits_both(self.area) {
            self.open = false;
            self.alone = false;
        } else if self.search.leave() {
            self.hits.clear();
        } else {
            return Reply::go(Go::Out);
        }
        Reply::done()
    }

    fn raise(&mut self, ctx: &Ctx<'_>) -> Reply {
        let logs = ctx.timeline.logs();
        let number = self.number().unwrap_or(0);
        self.filter.raise(logs);
        self.stream
            .refiltered(self.filter.len(), self.filter.row(number));
        if let Some(found) = self.search.hits() {
            let term = found.term.clone();
            self.search.found(term, self.shown_hits(logs), number);
        }
        Reply::say(match self.filter.least() {
            None => "Every level is shown.".to_owned(),
            Some(least) => format!("{least} and worse are shown."),
        })
    }

    fn shown_hits(&self, logs: &[LogRow]) -> Vec<u32> {
        let shown = |number: &&u32| self.filter.shows(logs[**number as usize]);
        self.hits.iter().filter(shown).copied().collect()
    }

    /// Goes to a line of the log, or tells why there is none to go to.
    fn go(&mut self, number: Option<usize>, why: &str) -> Reply {
        match number {
            Some(number) => {
                self.stream.go(self.filter.row(number));
                Reply::done()
            }
            None => Reply::say(why),
        }
    }

    fn in_list(&mut self, action: Action) -> Reply {
        let number = self.number().unwrap_or(0);
        match action {
            Action::Find => {
                self.search.open();
                Reply::done()
            }
            Action::FindNext | Action::FindPrevious => {
                if let Some(why) = self.search.why_not() {
                    return Reply::say(why);
                }
                let hit = self.search.step(action == Action::FindNext, number);
                self.go(hit, "No hit.")
            }
            Action::Right => self.open(),
            Action::Left => Reply::done(),
            _ if self.stream.act(action) => Reply::done(),
            _ => Reply::ignored(),
        }
    }

    /// The title: how many lines, and of what level.
    fn heading(&self) -> String {
        match self.filter.least() {
            None => format!("LOGS {}", self.filter.len()),
            Some(least) => format!(
                "LOGS {} of {} · {least} and worse",
                self.filter.len(),
                self.filter.count(Level::Debug..=Level::Emergency)
            ),
        }
    }

    fn remark(&self) -> String {
        let counted = |levels, noun| match self.filter.count(levels) {
            0 => String::new(),
            count => text::plural(count, noun),
        };
        join(&[
            self.search.remark(),
            counted(Level::Error..=Level::Emergency, "error"),
            counted(Level::Warning..=Level::Warning, "warning"),
            self.stream.remark(),
        ])
    }

    fn drawn(
        &self,
        row: usize,
        width: u16,
        naming: Naming,
        ctx: &Ctx<'_>,
    ) -> Option<Line<'static>> {
        let number = self.filter.line(row)?;
        let log = ctx.timeline.logs().get(number)?;
        let entry = ctx.timeline.entry(log.entry)?;
        let theme = ctx.theme;
        let mut spans = Vec::with_capacity(8);
        let mut left = usize::from(width);
        let mut cell = |text: &str, role: Role, width: usize| {
            if width > 0 {
                left = left.saturating_sub(width + 1);
                spans.push(Span::styled(text::pad(text, width + 1), theme.style(role)));
            }
        };
        cell(&self.clock.time(entry.at()), Role::TextMuted, TIME);
        let server = naming.of_connection(ctx.timeline, entry.conn());
        cell(&server, Role::Text, naming.width());
        cell(log.source.word(), source_role(log.source), SOURCE);
        let (word, role) = if log.source == LogSource::Junk {
            ("junk", Role::Junk)
        } else {
            (log.level.word(), level_role(log.level))
        };
        cell(word, role, LEVEL);
        let style = theme.style(if log.source == LogSource::Note {
            Role::TextMuted
        } else {
            Role::Text
        });
        match (ctx.previews.get(entry.seq()), self.search.hits()) {
            (None, _) => spans.push(Span::styled("…", theme.style(Role::TextFaint))),
            (Some(text), Some(found)) => {
                let match_style = theme.style(Role::Match);
                spans.extend(found.term.spans(&safe(text, left), style, match_style));
            }
            (Some(text), None) => spans.push(Span::styled(safe(text, left), style)),
        }
        Some(Line::from(spans))
    }
}

impl Pane for Logs {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            self.detail.scopes(&[Scope::Logs])
        } else {
            vec![Scope::Logs, Scope::Move]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.take(ctx);
        let hits = self.search.hits().is_some();
        let reply = self.detail.action(action, hits, ctx);
        if reply.handled {
            return reply;
        }
        match action {
            Action::Back => self.back(),
            Action::OpenLine => self.open(),
            Action::FollowLogs => {
                self.stream.toggle_follow();
                Reply::done()
            }
            Action::Level => self.raise(ctx),
            Action::NextError | Action::PreviousError => {
                let forward = action == Action::NextError;
                let logs = ctx.timeline.logs();
                let number = self.number().unwrap_or(0);
                let why = if forward {
                    "No error below."
                } else {
                    "No error above."
                };
                self.go(self.filter.wrong(forward, number, logs), why)
            }
            Action::NextPane | Action::PreviousPane if self.detail.focused => {
                self.detail.focused = false;
                self.open = Areas::fits_both(self.area);
                Reply::done()
            }
            Action::NextPane | Action::PreviousPane => self.open(),
            Action::NextTab | Action::PreviousTab | Action::Wrap if self.open => {
                self.detail.viewer.action(action, ctx)
            }
            Action::Zoom if self.open && Areas::fits_both(self.area) => {
                self.alone = !self.alone;
                Reply::done()
            }
            Action::Left if self.detail.focused => self.back(),
            Action::FindNext | Action::FindPrevious => self.in_list(action),
            _ if self.detail.focused => Reply::ignored(),
            _ => self.in_list(action),
        }
    }

    fn why_not(&self, action: Action, _ctx: &Ctx<'_>) -> Option<String> {
        let hits = self.search.hits().is_some();
        if let Some(why) = self.detail.why_not(action, hits) {
            return Some(why);
        }
        let why = match action {
            Action::OpenLine if self.stream.selected().is_none() => "There is no line yet.",
            Action::NextError | Action::PreviousError if !self.filter.any_wrong() => {
                "Nothing went wrong so far."
            }
            Action::FindNext | Action::FindPrevious if hits || !self.detail.focused => {
                return self.search.why_not();
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn takes_text(&self) -> bool {
        self.search.is_open() || (self.detail.focused && self.detail.viewer.takes_text())
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if self.search.is_open() {
            self.search.key(key, ctx)
        } else {
            self.detail.viewer.key(key, ctx)
        }
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        if self.search.is_open() {
            self.search.paste(text)
        } else {
            self.detail.viewer.paste(text, ctx)
        }
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let heard = self.detail.event(event);
        if !heard.is_empty() {
            return heard;
        }
        if let Event::Found { asker, seqs } = event
            && let Some(term) = self.search.answered(*asker)
        {
            self.take(ctx);
            let logs = ctx.timeline.logs();
            self.hits = seqs
                .iter()
                .filter_map(|seq| {
                    let entry = ctx.timeline.index_of_seq(*seq)?;
                    let at = logs.binary_search_by_key(&entry, |log| log.entry).ok()?;
                    (ctx.timeline.entry(entry)?.seq() == *seq).then_some(at as u32)
                })
                .collect();
            let number = self.number().unwrap_or(0);
            let hit = self.search.found(term, self.shown_hits(logs), number);
            if let Some(hit) = hit {
                self.stream.go(self.filter.row(hit));
            }
        }
        Vec::new()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if areas.find.contains(at) {
            self.search.click(at, areas.find);
            return Reply::done();
        }
        let title = self.title(ctx);
        if let Some(reply) = self.detail.click(at, double, &areas, &title, ctx) {
            self.stream.hold();
            return reply;
        }
        if !areas.rows.contains(at) {
            return Reply::ignored();
        }
        self.detail.focused = false;
        match self.stream.row_at(at, 1, areas.rows) {
            Some(row) => {
                self.stream.go(row);
                if double { self.open() } else { Reply::done() }
            }
            None => Reply::done(),
        }
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas();
        if areas.detail.contains(at) {
            self.detail.viewer.wheel(lines);
        } else if areas.rows.contains(at) {
            self.stream.wheel(lines);
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.area = area;
        let areas = self.areas();
        self.take(ctx);
        let mut effects = Vec::new();
        if !areas.rows.is_empty() {
            let height = usize::from(areas.rows.height);
            self.stream.place(self.filter.len(), height);
            let logs = ctx.timeline.logs();
            let missing: Vec<_> = self
                .stream
                .visible()
                .filter_map(|row| ctx.source(logs.get(self.filter.line(row)?)?.entry))
                .filter(|source| ctx.previews.get(source.seq).is_none())
                .collect();
            if !missing.is_empty() {
                effects.push(Effect::Previews(missing));
            }
        }
        if !areas.detail.is_empty() {
            let entry = self.line(ctx).map(|line| line.entry);
            let subject = messages(entry, None, ctx);
            effects.extend(self.detail.show(subject, ctx));
            effects.extend(self.detail.viewer.place(areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let areas = self.areas();
        if !areas.rule.is_empty() {
            Rule {
                title: &self.heading(),
                focused: !self.detail.focused,
                right: &self.remark(),
                ..Rule::default()
            }
            .draw(areas.rule, buf, ctx.theme);
        }
        if self.filter.len() == 0 && !areas.rows.is_empty() {
            let words = match (self.filter.least(), ctx.live) {
                (Some(least), _) => format!(
                    "Nothing at {least} or worse; {} shows other levels.",
                    ctx.keys.word(Action::Level)
                ),
                (None, true) => format!(
                    "Nothing yet: connect a server ({}); what it writes to stderr, its log \
                    messages, its start and its end will show here.",
                    ctx.keys.word(Action::ViewServers)
                ),
                (None, false) => "This recording holds no log lines.".to_owned(),
            };
            draw_empty(&words, areas.rows, buf, ctx);
        }
        let naming = Naming::of(ctx.timeline);
        let of_list = list::draw(
            self.filter.len(),
            self.stream.list(),
            !self.detail.focused,
            |row, width| self.drawn(row, width, naming, ctx).unwrap_or_default(),
            areas.rows,
            buf,
            ctx.theme,
        );
        let of_detail = self.detail.draw(&areas, buf, &self.title(ctx), ctx);
        if self.search.is_open() {
            return self.search.draw(areas.find, buf, ctx).or(of_list);
        }
        if self.detail.focused {
            of_detail
        } else {
            of_list.or(Some(areas.rows.as_position()))
        }
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        let line = self.line(ctx)?;
        let entry = ctx.timeline.entry(line.entry)?;
        let mut parts = vec![self.clock.moment(entry.at()), format!("#{}", entry.seq())];
        if let Some(connection) = ctx.timeline.state().connection(entry.conn()) {
            parts.push(text::sanitize(&connection.name).into_owned());
        }
        if line.source == LogSource::Junk {
            parts.push("bytes that are no JSON-RPC: strict clients fail here".to_owned());
        } else {
            parts.push(text::size(entry.size()));
        }
        parts.retain(|part| !part.is_empty());
        Some(parts.join(" · "))
    }

    fn rewound(&mut self, ctx: &Ctx<'_>) {
        let at = self.number();
        self.filter.begin_again();
        self.hits.clear();
        self.search.forget();
        self.filter.take(ctx.timeline.logs());
        let row = at.map_or(0, |number| self.filter.row(number));
        self.stream.refiltered(self.filter.len(), row);
    }

    fn reveal(&mut self, entry: EntryIndex, ctx: &Ctx<'_>) {
        self.take(ctx);
        let logs = ctx.timeline.logs();
        let at = logs.partition_point(|log| log.entry < entry);
        if self.filter.len() > 0 {
            self.detail.focused = false;
            self.stream
                .go(self.filter.row(at).min(self.filter.len() - 1));
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Some(self.line(ctx)?.entry)
    }
}

fn source_role(source: LogSource) -> Role {
    match source {
        LogSource::Stderr => Role::TextMuted,
        LogSource::Notification => Role::Notif,
        LogSource::Junk => Role::Junk,
        LogSource::Process | LogSource::Http | LogSource::Note => Role::Life,
    }
}

fn level_role(level: Level) -> Role {
    match level {
        Level::Debug => Role::TextMuted,
        Level::Info | Level::Notice => Role::Info,
        Level::Warning => Role::Warn,
        Level::Error | Level::Critical | Level::Alert | Level::Emergency => Role::Error,
    }
}

#[cfg(test)]
mod tests;
