//! What goes on without being asked again: resources that are subscribed to, how fresh things are said to be, calls
//! that are tasks. And what is said of Apps.

use super::calls::Pending;
use super::listing::Entry;
use super::work::{Outcome, Work};
use super::{CataloguePane, words};
use crate::inspector::Command;
use crate::json::Value;
use crate::mcp::apps;
use crate::mcp::caching::Freshness;
use crate::mcp::tasks::{self, Support, TaskStatus};
use crate::mcp::types::{Item, List};
use crate::session::timeline::subscriptions::WatchState;
use crate::session::timeline::{Connection, EntryIndex, Exchange, Fresh, Status};
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::Role;

impl CataloguePane {
    // --- subscriptions ---

    /// The resource that is selected: listed, or what a template has become.
    fn selected_uri(&self) -> Option<String> {
        let work = self.work()?;
        match work.list {
            List::Resources | List::Templates => work.uri(),
            List::Tools | List::Prompts => None,
        }
    }

    /// Why the selected resource cannot be subscribed to.
    pub(super) fn why_no_subscription(&self, ctx: &Ctx<'_>) -> Option<String> {
        if let Some(why) = words::cannot_send(ctx) {
            return Some(why);
        }
        if self.selected_uri().is_none() {
            return Some("only resources can be subscribed to".to_owned());
        }
        let offers = ctx.connection().is_some_and(|connection| {
            let opening = connection.opening.as_ref();
            opening.is_none_or(|opening| opening.is_true(&["resources", "subscribe"]))
        });
        (!offers).then(|| "the server does not offer subscriptions to resources".to_owned())
    }

    /// Subscribes to the selected resource, or not any more.
    pub(super) fn subscribe(&self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_no_subscription(ctx) {
            return Reply::say(why);
        }
        let (Some(uri), Some(connection)) = (self.selected_uri(), ctx.connection()) else {
            return Reply::ignored();
        };
        let on = !is_wanted(connection, &uri);
        let say = if on {
            "subscribing to"
        } else {
            "unsubscribing from"
        };
        Reply {
            say: Some(format!("{say} {}", text::sanitize(&uri))),
            ..Reply::effect(Effect::Engine(Command::Subscribe {
                conn: connection.number,
                uri,
                on,
            }))
        }
    }

    // --- tasks ---

    /// Why the selected tool cannot be called as a task.
    pub(super) fn why_no_task(&self, ctx: &Ctx<'_>) -> Option<String> {
        if let Some(why) = words::cannot_send(ctx) {
            return Some(why);
        }
        let work = self.work()?;
        if work.list != List::Tools {
            return Some("only tools can be called as tasks".to_owned());
        }
        let connection = ctx.connection()?;
        tasks::why_not(
            &work.item,
            connection.revision,
            connection.opening.as_deref(),
        )
        .map(str::to_owned)
    }

    /// Sends what the form holds, as a task or as any call.
    pub(super) fn run_as(&mut self, task: bool, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_no_task(ctx).filter(|_| task) {
            return Reply::say(why);
        }
        if let Some(work) = self.work_mut() {
            work.as_task = task;
        }
        self.run(false, ctx)
    }

    /// The params of a call, with what makes it a task when it is to be one.
    pub(super) fn as_task(work: &Work, params: String, ctx: &Ctx<'_>) -> String {
        let (item, wanted) = (&work.item, work.as_task);
        if work.list != List::Tools {
            return params;
        }
        let Some(connection) = ctx.connection() else {
            return params;
        };
        let may =
            tasks::why_not(item, connection.revision, connection.opening.as_deref()).is_none();
        // Called in any other way, such a tool must refuse (2025-11-25, `execution.taskSupport`).
        let must = Support::of(item) == Support::Required;
        if !may || !(wanted || must) {
            return params;
        }
        match Value::parse(params.as_bytes()) {
            Ok(Value::Object(mut members)) => {
                members.push(("task".to_owned(), Value::Object(Vec::new())));
                Value::Object(members).to_string()
            }
            _ => params,
        }
    }

    /// How a pending call that became a task stands, long and short.
    pub(super) fn task_label(call: &Pending, ctx: &Ctx<'_>) -> Option<[String; 2]> {
        let sent = ctx.timeline.index_of_seq(call.seq?)?;
        let index = ctx.timeline.exchange_of_request(sent)?;
        let began = ctx.timeline.entry(sent)?.us();
        let connection = ctx.timeline.state().connection(call.conn)?;
        let task = connection.tasks.of_exchange(index)?;
        let waited = words::took(ctx.now_us.saturating_sub(began));
        let short = format!("task {} {waited}…", task.status);
        let long = match &task.said {
            Some(said) => format!("{short}  {}", text::sanitize(said)),
            None => short.clone(),
        };
        Some([long, short])
    }
}

/// What became of a call that is a task.
pub(super) fn of_task(
    outcome: &mut Outcome,
    exchange: &Exchange,
    response: Option<EntryIndex>,
    ctx: &Ctx<'_>,
) {
    if exchange.status != Status::Task {
        return;
    }
    let index = ctx.timeline.exchange_of_request(exchange.request);
    let connection = ctx.timeline.state().connection(exchange.conn);
    let task = index
        .zip(connection)
        .and_then(|(index, connection)| connection.tasks.of_exchange(index));
    if let Some(task) = task {
        let bad = task.outcome.is_some_and(|outcome| outcome.bad);
        outcome.word = if bad && task.status == TaskStatus::Completed {
            "task: tool error".to_owned()
        } else {
            format!("task {}", task.status)
        };
        outcome.role = match task.status {
            _ if bad => Role::Error,
            TaskStatus::Completed => Role::Ok,
            TaskStatus::Failed => Role::Error,
            _ => Role::Warn,
        };
    }
    // The answer that made it a task was not the end of it.
    let ends = response.and_then(|index| ctx.timeline.entry(index));
    let began = ctx.timeline.entry(exchange.request);
    if let Some((ends, began)) = ends.zip(began) {
        outcome.took_us = Some(ends.us().saturating_sub(began.us()));
    }
}

/// What there is to be said of an answer besides: how fresh it is, that an app belongs to it.
pub(super) fn remarks(list: List, item: &Item, uri: Option<&str>, ctx: &Ctx<'_>) -> String {
    let fresh = uri
        .zip(ctx.connection())
        .and_then(|(uri, connection)| connection.reads.get(uri))
        .filter(|fresh| fresh.freshness.ttl_ms > 0)
        .map(|fresh| {
            format!(
                "{}; mcpscope asks anew all the same",
                fresh_words(fresh, ctx)
            )
        });
    let app = (list == List::Tools)
        .then(|| apps::of_tool(item))
        .flatten()
        .map(|uri| {
            format!(
                "its app {} is not rendered; this is its text",
                text::sanitize(&uri)
            )
        });
    words::joined(&[
        fresh.as_deref().unwrap_or_default(),
        app.as_deref().unwrap_or_default(),
    ])
}

/// `fresh until 14:02:41, private`; or that it never was.
pub fn fresh_words(fresh: &Fresh, ctx: &Ctx<'_>) -> String {
    let Freshness { ttl_ms, .. } = fresh.freshness;
    let came = ctx
        .timeline
        .index_of_seq(fresh.seq)
        .and_then(|index| ctx.timeline.entry(index));
    let until = came.and_then(|entry| {
        let span = jiff::SignedDuration::from_millis(i64::try_from(ttl_ms).ok()?);
        entry.at().checked_add(span).ok()
    });
    let mut words = match until {
        Some(until) if ttl_ms > 0 => format!("fresh until {}", self::words::clock(until)),
        _ => "never fresh".to_owned(),
    };
    let sharing = fresh.freshness.sharing();
    if !sharing.is_empty() {
        words.push_str(", ");
        words.push_str(sharing);
    }
    if !fresh.agree {
        words.push_str(", and its pages disagree who may share it");
    }
    words
}

fn is_wanted(connection: &Connection, uri: &str) -> bool {
    connection
        .subscriptions
        .watched(uri)
        .is_some_and(|watched| watched.state.is_alive())
}

/// The marks of what goes on with an item: `app`, `◉` of a subscription, `◉ 3` with updates that were not read.
pub(super) fn marks(entry: &Entry, connection: Option<&Connection>) -> Vec<String> {
    let mut marks = Vec::new();
    if apps::is_app(entry.key.list, &entry.item) {
        marks.push("app".to_owned());
    }
    let watched = connection
        .filter(|_| entry.key.list == List::Resources)
        .and_then(|connection| connection.subscriptions.watched(&entry.key.name));
    if let Some(watched) = watched {
        match (watched.unread, watched.state) {
            (0, WatchState::On) => marks.push("◉".to_owned()),
            (0, WatchState::Asked | WatchState::Lost) => marks.push("◌".to_owned()),
            (0, _) => {}
            (unread, _) => marks.push(format!("◉ {unread}")),
        }
    }
    marks
}
