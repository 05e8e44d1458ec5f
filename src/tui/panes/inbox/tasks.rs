//! The sub-tab Tasks: calls that servers made tasks of, the newest first, and those of earlier runs of mcpscope.
//!
//! What is known of a task is read off the fold. What it owns is which one is selected, and what the file of
//! unfinished tasks has for the servers that are connected: those are offered, and asked after when somebody wants it.

use std::collections::HashMap;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

mod rows;

use super::Section;
use super::standing::Standing;
use super::words::{self, draw_empty};
use crate::history::Server;
use crate::inspector::{Command, Update};
use crate::mcp::client::Wish;
use crate::mcp::facts::Detail;
use crate::mcp::tasks::{Shape, UNKNOWN};
use crate::note::Note;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::tasks::Task;
use crate::session::timeline::{EntryIndex, EntryRow};
use crate::tui::action::{Action, Scope};
use crate::tui::effect::{Effect, Store};
use crate::tui::event::{Event, Stored};
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::panes::stream::safe;
use crate::unfinished::{Change, Unfinished};
use rows::what;

/// Rows below the list about the selected task.
const DETAIL: u16 = 4;

/// A row, by what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Row {
    /// A task of a connection.
    Known { conn: u32, id: Box<str> },
    /// A task of an earlier run, by the server's name.
    Offered { server: Box<str>, id: Box<str> },
}

/// See the module.
#[derive(Debug, Default)]
pub struct TasksTab {
    rows: Standing<Row>,
    /// What the file has, by the name of the server.
    offered: HashMap<Box<str>, Vec<Unfinished>>,
    /// Who asked for it: number, server.
    asked: Vec<(u64, Box<str>)>,
    /// What was put into the file of each server: the task, and what it was made of.
    kept: HashMap<Box<str>, HashMap<Box<str>, Box<str>>>,
    heading: Rect,
    detail: Rect,
}

impl TasksTab {
    /// The newest first: what goes on, what has ended, what is offered.
    fn all(&self, ctx: &Ctx<'_>) -> Vec<Row> {
        let state = ctx.timeline.state();
        let mut known: Vec<(bool, u64, Row)> = Vec::new();
        for connection in state.connections() {
            for task in connection.tasks.all() {
                let row = Row::Known {
                    conn: connection.number,
                    id: task.id.clone(),
                };
                known.push((task.is_over(), task.since_us, row));
            }
        }
        known.sort_by_key(|(over, since, _)| (*over, std::cmp::Reverse(*since)));
        let mut rows: Vec<Row> = known.into_iter().map(|(.., row)| row).collect();
        for server in ctx.servers {
            let conn = server.conn.and_then(|conn| state.connection(conn));
            for one in self.offered.get(&*server.name).into_iter().flatten() {
                let known = conn.is_some_and(|conn| conn.tasks.get(&one.task).is_some());
                if !known {
                    rows.push(Row::Offered {
                        server: server.name.as_str().into(),
                        id: one.task.clone(),
                    });
                }
            }
        }
        rows
    }

    /// Tasks that go on, or are offered.
    fn open(&self, ctx: &Ctx<'_>) -> usize {
        let over = |row: &Row| matches!(row, Row::Known { conn, id } if task(*conn, id, ctx).is_none_or(Task::is_over));
        self.all(ctx).iter().filter(|row| !over(row)).count()
    }

    /// The connection of the selected row and its task's id, if something can be sent there.
    fn target(&self, ctx: &Ctx<'_>) -> Result<(u32, Box<str>), String> {
        if !ctx.live {
            return Err("this is a recording; nothing is started or sent".to_owned());
        }
        let row = self.rows.selected.as_ref().ok_or("there is no task")?;
        let (conn, id) = match row {
            Row::Known { conn, id } => (Some(*conn), id),
            Row::Offered { server, id } => {
                let server = ctx.servers.iter().find(|one| *one.name == **server);
                (server.and_then(|server| server.conn), id)
            }
        };
        let ready = conn
            .and_then(|conn| ctx.timeline.state().connection(conn))
            .is_some_and(crate::session::timeline::Connection::is_ready);
        match conn.filter(|_| ready) {
            Some(conn) => Ok((conn, id.clone())),
            None => Err("its server is not connected".to_owned()),
        }
    }

    fn wish(&self, wish: Wish, ctx: &Ctx<'_>) -> Reply {
        match self.target(ctx) {
            Err(why) => Reply::say(why),
            Ok((conn, id)) => Reply::effect(Effect::Engine(Command::Task {
                conn,
                id: id.into(),
                wish,
            })),
        }
    }

    /// Leaves a task alone; one of an earlier run is forgotten.
    fn leave(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(Row::Offered { server, id }) = self.rows.selected.clone() {
            if let Some(offered) = self.offered.get_mut(&server) {
                offered.retain(|one| one.task != id);
            }
            let identity = identity(&server, ctx);
            return Reply {
                handled: true,
                say: Some("forgotten".to_owned()),
                effects: identity
                    .map(|server| drop_one(server, id))
                    .into_iter()
                    .collect(),
                go: None,
            };
        }
        self.wish(Wish::Leave, ctx)
    }

    /// Why a task cannot be left, cancelled or followed.
    fn why(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let row = self.rows.selected.as_ref();
        let known = row.and_then(|row| match row {
            Row::Known { conn, id } => task(*conn, id, ctx),
            Row::Offered { .. } => None,
        });
        match (action, row, known) {
            (_, None, _) => Some("there is no task".to_owned()),
            (Action::LeaveTask, Some(Row::Offered { .. }), _) => None,
            (Action::CancelTask | Action::LeaveTask, _, Some(task)) if task.is_over() => {
                Some("it is over".to_owned())
            }
            (Action::FollowTask, _, Some(task)) if task.status.is_terminal() => {
                Some("it is over".to_owned())
            }
            _ => self.target(ctx).err(),
        }
    }

    /// Where there is something to be seen of the selected task: its result, else what was told of it last.
    fn place_of(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        let Some(Row::Known { conn, id }) = &self.rows.selected else {
            return None;
        };
        let task = task(*conn, id, ctx)?;
        let seq = task.outcome.map_or(task.last_seq, |outcome| outcome.seq);
        ctx.timeline.index_of_seq(seq)
    }

    /// Puts into the file what changed in the tasks of a connection.
    /// `unknown` are those that its server says it does not know.
    fn keep(&mut self, conn: u32, unknown: Vec<Box<str>>, ctx: &Ctx<'_>) -> Option<Effect> {
        let server = ctx
            .servers
            .iter()
            .find(|server| server.conn == Some(conn))?;
        let identity = server.identity.clone()?;
        let connection = ctx.timeline.state().connection(conn)?;
        let kept = self.kept.entry(server.name.as_str().into()).or_default();
        let mut changes = Vec::new();
        let mut gone = unknown;
        gone.retain(|id| kept.contains_key(id));
        for task in connection.tasks.all() {
            let made = what(task, ctx).into_boxed_str();
            let known = kept.get(&task.id);
            // A notification may tell of a task before the answer says what it was made of.
            let news = known.is_none_or(|kept| *kept != made && task.exchange.is_some());
            if task.may_go_on() && news {
                kept.insert(task.id.clone(), made.clone());
                changes.push(Change::Put(Unfinished {
                    task: task.id.clone(),
                    shape: task.shape,
                    what: made,
                    at: ctx
                        .timeline
                        .index_of_seq(task.last_seq)
                        .and_then(|index| ctx.timeline.entry(index))
                        .map_or(Timestamp::UNIX_EPOCH, EntryRow::at),
                }));
            } else if !task.may_go_on() && known.is_some() {
                gone.push(task.id.clone());
            }
        }
        for id in gone {
            kept.remove(&id);
            if let Some(offered) = self.offered.get_mut(&*server.name) {
                offered.retain(|one| one.task != id);
            }
            changes.push(Change::Drop(id));
        }
        (!changes.is_empty()).then_some(Effect::Store(Store::SaveTasks {
            server: identity,
            changes,
        }))
    }
}

fn task<'a>(conn: u32, id: &str, ctx: &Ctx<'a>) -> Option<&'a Task> {
    ctx.timeline.state().connection(conn)?.tasks.get(id)
}

fn identity(server: &str, ctx: &Ctx<'_>) -> Option<Server> {
    let server = ctx.servers.iter().find(|one| one.name == server)?;
    server.identity.clone()
}

fn drop_one(server: Server, id: Box<str>) -> Effect {
    Effect::Store(Store::SaveTasks {
        server,
        changes: vec![Change::Drop(id)],
    })
}

/// The task that a server says it does not know.
fn unknown(entry: &Recorded) -> Option<Box<str>> {
    match &entry.facts {
        Facts::Note(Note::TaskLeft { task, why }) if why == UNKNOWN => Some(task.as_str().into()),
        _ => None,
    }
}

/// Whether an entry tells anything of tasks.
fn tells(entry: &Recorded) -> bool {
    match &entry.facts {
        Facts::Messages(messages) => messages.iter().any(|message| match &message.detail {
            Detail::Task(_) | Detail::OfTask(_) => true,
            Detail::Result(result) => result.task.is_some() || !result.tasks.is_empty(),
            _ => false,
        }),
        Facts::Note(note) => matches!(note, Note::TaskLeft { .. }),
        _ => false,
    }
}

impl Section for TasksTab {
    fn name(&self) -> &'static str {
        "Tasks"
    }

    fn count(&self, ctx: &Ctx<'_>) -> usize {
        self.open(ctx)
    }

    fn heading(&self) -> Rect {
        self.heading
    }
}

impl Pane for TasksTab {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Tasks, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let rows = self.all(ctx);
        self.rows.settle(&rows);
        if self.rows.moved(action, &rows) {
            return Reply::done();
        }
        match action {
            Action::ShowTask | Action::Right => match self.place_of(ctx) {
                Some(entry) => Reply::go(Go::Traffic(entry)),
                None => Reply::say("nothing was told of it in this session yet"),
            },
            Action::FollowTask => self.wish(Wish::Follow, ctx),
            Action::CancelTask => self.wish(Wish::Cancel, ctx),
            Action::LeaveTask => self.leave(ctx),
            Action::ListTasks => match why_not_listed(ctx) {
                Some(why) => Reply::say(why),
                None => Reply::effects(
                    ctx.connection()
                        .map(|connection| {
                            Effect::Engine(Command::ListTasks {
                                conn: connection.number,
                            })
                        })
                        .into_iter()
                        .collect(),
                ),
            },
            Action::Left => Reply::done(),
            _ => Reply::ignored(),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        match action {
            Action::ShowTask => self
                .place_of(ctx)
                .is_none()
                .then(|| "nothing was told of a task here yet".to_owned()),
            Action::FollowTask | Action::CancelTask | Action::LeaveTask => self.why(action, ctx),
            Action::ListTasks => why_not_listed(ctx),
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

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Update(Update::Ready { conn }) if ctx.live => {
                let server = ctx.servers.iter().find(|one| one.conn == Some(*conn));
                let Some((server, identity)) =
                    server.and_then(|server| Some((server, server.identity.clone()?)))
                else {
                    return Vec::new();
                };
                let asker = ctx.ticket();
                self.asked.push((asker, server.name.as_str().into()));
                vec![Effect::Store(Store::LoadTasks {
                    asker,
                    server: identity,
                })]
            }
            Event::Stored(Stored::Tasks { asker, tasks }) => {
                let place = self.asked.iter().position(|(number, _)| number == asker);
                if let (Some(place), Ok(tasks)) = (place, tasks) {
                    let (_, server) = self.asked.remove(place);
                    let kept = self.kept.entry(server.clone()).or_default();
                    kept.extend(tasks.iter().map(|one| (one.task.clone(), one.what.clone())));
                    self.offered.insert(server, tasks.clone());
                }
                Vec::new()
            }
            Event::Update(Update::Recorded(entries)) if ctx.live => {
                let mut conns: Vec<u32> = entries
                    .iter()
                    .filter(|entry| tells(entry))
                    .map(|entry| entry.conn)
                    .collect();
                conns.dedup();
                let mut effects = Vec::new();
                for conn in conns {
                    let of = entries.iter().filter(|entry| entry.conn == conn);
                    let unknown: Vec<Box<str>> = of.filter_map(unknown).collect();
                    effects.extend(unknown.first().map(|id| Effect::Tell {
                        sentence: format!(
                            "the server does not know task {} (any more)",
                            safe(id, 40)
                        ),
                        bad: true,
                    }));
                    effects.extend(self.keep(conn, unknown, ctx));
                }
                effects
            }
            _ => Vec::new(),
        }
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let rows = self.all(ctx);
        match (self.rows.click(at, &rows), double) {
            (true, true) => self.action(Action::ShowTask, ctx),
            (true, false) => Reply::done(),
            (false, _) => Reply::ignored(),
        }
    }

    fn wheel(&mut self, _at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        let rows = self.all(ctx);
        self.rows.wheel(lines, &rows);
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        (self.heading, self.rows.area, self.detail) = words::thirds(area, DETAIL);
        let rows = self.all(ctx);
        self.rows.settle(&rows);
        Vec::new()
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let rows = self.all(ctx);
        if rows.is_empty() {
            let words = "No tasks. A server may make one of a call that takes long; what has come of it shows here, and what had not ended is offered again after a restart.";
            draw_empty(words, self.rows.area, buf, ctx.theme);
            return Some(self.rows.area.as_position());
        }
        words::draw_details(&self.details(ctx), self.detail, buf, ctx.theme);
        let line = |row: &Row, width: u16| self.row(row, width, ctx);
        self.rows.draw(&rows, line, buf, ctx.theme)
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.place_of(ctx)
    }
}

/// Why the server looked at cannot be asked which tasks there are.
fn why_not_listed(ctx: &Ctx<'_>) -> Option<String> {
    if !ctx.live {
        return Some("this is a recording; nothing is started or sent".to_owned());
    }
    let Some(connection) = ctx.connection().filter(|connection| connection.is_ready()) else {
        return Some("its server is not connected".to_owned());
    };
    if connection.shape() == Shape::Extension {
        return Some(
            "the extension has no tasks/list; each task is known by its id alone".to_owned(),
        );
    }
    let offers = connection
        .opening
        .as_ref()
        .is_some_and(|opening| opening.offers(&["tasks", "list"]));
    (!offers).then(|| "the server does not list its tasks".to_owned())
}
