//! The sub-tab Subscriptions: streams of notifications and resources that are subscribed to, with what came of them.
//!
//! Read off the fold; what it owns is which row is selected.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::Section;
use super::standing::Standing;
use super::words::{self, RowOfWords, draw_empty};
use crate::inspector::Command;
use crate::jsonrpc::Id;
use crate::mcp::revision::Era;
use crate::mcp::subscriptions::Filter;
use crate::session::timeline::subscriptions::{Stream, StreamState, WatchState, Watched};
use crate::session::timeline::{Connection, EntryIndex};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// Rows below the list about the selected one.
const DETAIL: u16 = 4;
/// Columns of a state.
const STATE: usize = 13;
/// Streams of a connection that are over and still shown.
const OVER: usize = 5;

/// A row, by what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Row {
    Stream { conn: u32, id: Id, seq: u64 },
    Resource { conn: u32, uri: Box<str> },
}

/// What there is to be told of a row.
enum Found<'a> {
    Stream(&'a Stream),
    Resource(&'a Watched),
}

/// See the module.
#[derive(Debug, Default)]
pub struct SubscriptionsTab {
    rows: Standing<Row>,
    heading: Rect,
    detail: Rect,
}

/// Of every server its newest connection; in an opened file all of them that had any.
fn connections<'a>(ctx: &Ctx<'a>) -> impl Iterator<Item = &'a Connection> {
    let newest: Vec<u32> = ctx
        .servers
        .iter()
        .filter_map(|server| server.conn)
        .collect();
    let live = ctx.live;
    ctx.timeline
        .state()
        .connections()
        .filter(move |connection| !live || newest.contains(&connection.number))
}

fn rows(ctx: &Ctx<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for connection in connections(ctx) {
        let conn = connection.number;
        let subscriptions = &connection.subscriptions;
        let resource = |one: &Watched| Row::Resource {
            conn,
            uri: one.uri.clone(),
        };
        let stream = |one: &Stream| Row::Stream {
            conn,
            id: one.id.clone(),
            seq: one.seq,
        };
        let (alive, over): (Vec<&Stream>, Vec<&Stream>) = subscriptions
            .streams
            .iter()
            .partition(|stream| stream.state.is_alive());
        rows.extend(alive.into_iter().map(stream));
        rows.extend(subscriptions.watched.iter().map(resource));
        let skip = over.len().saturating_sub(OVER);
        rows.extend(over.into_iter().skip(skip).map(stream));
    }
    rows
}

fn find<'a>(row: &Row, ctx: &Ctx<'a>) -> Option<(&'a Connection, Found<'a>)> {
    let state = ctx.timeline.state();
    match row {
        Row::Stream { conn, id, seq } => {
            let connection = state.connection(*conn)?;
            let mut streams = connection.subscriptions.streams.iter();
            let stream = streams.find(|stream| stream.id == *id && stream.seq == *seq)?;
            Some((connection, Found::Stream(stream)))
        }
        Row::Resource { conn, uri } => {
            let connection = state.connection(*conn)?;
            let watched = connection.subscriptions.watched(uri)?;
            Some((connection, Found::Resource(watched)))
        }
    }
}

impl SubscriptionsTab {
    fn place_of(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        let (_, found) = find(self.rows.selected.as_ref()?, ctx)?;
        let seq = match found {
            Found::Stream(stream) => Some(stream.seq),
            Found::Resource(watched) => watched.last_seq,
        };
        ctx.timeline.index_of_seq(seq?)
    }

    /// What ends the selected one, or begins it again.
    fn turn(&self, ctx: &Ctx<'_>) -> Result<(Command, &'static str), String> {
        if !ctx.live {
            return Err("this is a recording; nothing is started or sent".to_owned());
        }
        let found = self.rows.selected.as_ref().and_then(|row| find(row, ctx));
        let Some((connection, found)) = found else {
            return Err("there is no subscription".to_owned());
        };
        if !connection.is_ready() {
            return Err("its server is not connected".to_owned());
        }
        let conn = connection.number;
        match found {
            Found::Resource(watched) => {
                let on = !watched.state.is_alive();
                let uri = watched.uri.to_string();
                Ok((
                    Command::Subscribe { conn, uri, on },
                    if on { "subscribing" } else { "unsubscribing" },
                ))
            }
            Found::Stream(stream)
                if stream.asked.uris.is_empty() && stream.asked.tasks.is_empty() =>
            {
                let on = !stream.state.is_alive();
                Ok((
                    Command::FollowLists { conn, on },
                    if on { "opening it anew" } else { "closing it" },
                ))
            }
            Found::Stream(_) => {
                Err("its resources are subscribed to one by one, above or below".to_owned())
            }
        }
    }

    fn row(row: &Row, width: u16, ctx: &Ctx<'_>) -> Line<'static> {
        let Some((connection, found)) = find(row, ctx) else {
            return Line::default();
        };
        let mut line = RowOfWords::new(width, ctx.theme);
        let mut say = |words: String, role| line.say(&words, role);
        let ago = |us: u64| words::lasted(ctx.now_us.saturating_sub(us));
        let server = words::server(ctx.timeline, connection.number);
        match found {
            Found::Stream(stream) => {
                let role = match stream.state {
                    StreamState::Open => Role::Ok,
                    StreamState::Asked => Role::Pending,
                    StreamState::Closed => Role::TextMuted,
                    StreamState::Ended | StreamState::Lost => Role::Warn,
                    StreamState::Refused(_) => Role::Error,
                };
                say(text::pad(&stream.state.words(), STATE), role);
                say(server, Role::Text);
                say(
                    format!("stream {}", safe(&stream.id.to_json(), 20)),
                    Role::TextMuted,
                );
                say(safe(&stream.asked.words(), 60), Role::Text);
                say(heard(u64::from(stream.heard)), Role::Accent);
                if let Some(last) = stream.last_us {
                    say(format!("last {} ago", ago(last)), Role::TextMuted);
                }
            }
            Found::Resource(watched) => {
                let role = match watched.state {
                    WatchState::On => Role::Ok,
                    WatchState::Asked => Role::Pending,
                    WatchState::Off => Role::TextMuted,
                    WatchState::NotHonoured | WatchState::Lost => Role::Warn,
                    WatchState::Refused(_) => Role::Error,
                };
                say(text::pad(&watched.state.words(), STATE), role);
                say(server, Role::Text);
                say(safe(&watched.uri, 60), Role::Text);
                if watched.updates > 0 {
                    say(
                        text::plural(watched.updates as usize, "update"),
                        Role::Accent,
                    );
                }
                if watched.unread > 0 {
                    say(format!("{} not read yet", watched.unread), Role::Warn);
                }
                if let Some(last) = watched.last_us {
                    say(format!("last {} ago", ago(last)), Role::TextMuted);
                }
            }
        }
        line.line()
    }

    fn details(&self, ctx: &Ctx<'_>) -> Vec<(String, Role)> {
        let found = self.rows.selected.as_ref().and_then(|row| find(row, ctx));
        let Some((connection, found)) = found else {
            return Vec::new();
        };
        let words = |filter: &Filter| safe(&filter.words(), 200);
        match found {
            Found::Stream(stream) => {
                let mut lines = vec![(format!("asked for  {}", words(&stream.asked)), Role::Text)];
                match &stream.honoured {
                    None => lines.push(("not acknowledged yet".to_owned(), Role::TextMuted)),
                    Some(honoured) => {
                        lines.push((format!("honoured   {}", words(honoured)), Role::Text));
                        let missing = stream.asked.beyond(honoured);
                        if !missing.is_empty() {
                            let missing = safe(&missing.join(", "), 200);
                            lines.push((format!("not told   {missing}"), Role::Warn));
                        }
                    }
                }
                lines
            }
            Found::Resource(watched) => {
                let how = match connection.revision.map(crate::mcp::revision::Revision::era) {
                    Some(Era::Modern) => "by subscriptions/listen",
                    _ => "by resources/subscribe",
                };
                let end = ctx.keys.word(Action::TurnSubscription);
                vec![
                    (safe(&watched.uri, 200), Role::Text),
                    (
                        format!("{how} · {end} ends it, or begins it again"),
                        Role::TextMuted,
                    ),
                ]
            }
        }
    }
}

fn heard(count: u64) -> String {
    match count {
        0 => "nothing told yet".to_owned(),
        1 => "told once".to_owned(),
        count => format!("told {count} times"),
    }
}

impl Section for SubscriptionsTab {
    fn name(&self) -> &'static str {
        "Subscriptions"
    }

    fn count(&self, ctx: &Ctx<'_>) -> usize {
        connections(ctx)
            .filter(|connection| connection.is_ready())
            .map(|connection| connection.subscriptions.alive())
            .sum()
    }

    fn heading(&self) -> Rect {
        self.heading
    }

    fn remark(&self, ctx: &Ctx<'_>) -> String {
        let unasked: u32 = connections(ctx)
            .map(|connection| connection.subscriptions.unasked)
            .sum();
        match unasked {
            0 => String::new(),
            count => format!(
                "{} nobody asked for",
                text::plural(count as usize, "update")
            ),
        }
    }
}

impl Pane for SubscriptionsTab {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Subscriptions, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let rows = rows(ctx);
        self.rows.settle(&rows);
        if self.rows.moved(action, &rows) {
            return Reply::done();
        }
        match action {
            Action::ShowSubscription | Action::Right => match self.place_of(ctx) {
                Some(entry) => Reply::go(Go::Traffic(entry)),
                None => Reply::say("nothing was told of it yet"),
            },
            Action::TurnSubscription => match self.turn(ctx) {
                Err(why) => Reply::say(why),
                Ok((command, say)) => Reply {
                    say: Some(say.to_owned()),
                    ..Reply::effect(Effect::Engine(command))
                },
            },
            Action::Left => Reply::done(),
            _ => Reply::ignored(),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        match action {
            Action::ShowSubscription => self
                .place_of(ctx)
                .is_none()
                .then(|| "nothing was told of it yet".to_owned()),
            Action::TurnSubscription => self.turn(ctx).err(),
            Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::NextError
            | Action::PreviousError => {
                Some("Traffic (5) can be searched, and knows what went wrong".to_owned())
            }
            _ => None,
        }
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let rows = rows(ctx);
        match (self.rows.click(at, &rows), double) {
            (true, true) => self.action(Action::ShowSubscription, ctx),
            (true, false) => Reply::done(),
            (false, _) => Reply::ignored(),
        }
    }

    fn wheel(&mut self, _at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        let rows = rows(ctx);
        self.rows.wheel(lines, &rows);
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        (self.heading, self.rows.area, self.detail) = words::thirds(area, DETAIL);
        self.rows.settle(&rows(ctx));
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let rows = rows(ctx);
        if rows.is_empty() {
            let key = ctx.keys.word(Action::Subscribe);
            let words = format!(
                "No subscriptions. {key} in Resources subscribes to one; of lists that change a 2026-07-28 server tells by a stream, older ones unasked."
            );
            draw_empty(&words, self.rows.area, buf, ctx.theme);
            return Some(self.rows.area.as_position());
        }
        words::draw_details(&self.details(ctx), self.detail, buf, ctx.theme);
        let line = |row: &Row, width: u16| Self::row(row, width, ctx);
        self.rows.draw(&rows, line, buf, ctx.theme)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.place_of(ctx)
    }
}
