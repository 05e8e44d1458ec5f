//! What requests are about, and what their answers and a server's own notifications say of lists, streams, resources
//! and tasks.

use std::sync::Arc;

use super::super::catalogue::{Fresh, Listed};
use super::super::subscriptions::StreamState;
use super::{State, Waiting};
use crate::mcp::facts::{Detail, Message};
use crate::mcp::subscriptions::Filter;
use crate::mcp::types::List;
use crate::session::Direction;
use crate::session::recorded::Recorded;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum About {
    Nothing,
    /// A call of a tool, which may become a task.
    Tool,
    /// Reading a resource.
    Read(Box<str>),
    /// A subscription to a resource, or its end.
    Watch(Box<str>, bool),
    /// A stream of notifications.
    Listen,
    /// How tasks stand.
    Tasks,
    /// The result of a task.
    TaskResult(Box<str>),
}

impl State {
    /// Takes what a request is about.
    pub(super) fn about(&mut self, entry: &Recorded, message: &Message) -> About {
        if entry.direction != Direction::Out {
            return About::Nothing;
        }
        let connection = self.connection_mut(entry.conn);
        let method = message.method.as_deref().unwrap_or_default();
        match (&message.detail, method) {
            (_, "tools/call") => About::Tool,
            (Detail::Client(client), _) => {
                if connection.tapped {
                    connection.client = Some(Arc::clone(client));
                }
                About::Nothing
            }
            (Detail::OfTask(id), "tasks/result") => About::TaskResult(id.clone()),
            (Detail::OfTask(id), method) => {
                if method == "tasks/get" {
                    connection.tasks.asked(id);
                }
                About::Tasks
            }
            (_, "tasks/list") => About::Tasks,
            (Detail::Resource(uri), "resources/read") => About::Read(uri.clone()),
            (Detail::Again(_), "resources/read") => {
                About::Read(message.subject.clone().unwrap_or_default())
            }
            (Detail::Resource(uri), method) => {
                let on = method == "resources/subscribe";
                connection.subscriptions.watch_asked(uri, on, entry.us);
                About::Watch(uri.clone(), on)
            }
            (Detail::Listen(filter), _) => {
                if let Some(id) = &message.id {
                    let filter = Filter::clone(filter);
                    let subscriptions = &mut connection.subscriptions;
                    subscriptions.listen(id.clone(), filter, entry.seq, entry.us);
                }
                About::Listen
            }
            _ => About::Nothing,
        }
    }

    /// Takes what the answer to a request says of it.
    pub(super) fn answered(&mut self, entry: &Recorded, message: &Message, waiting: &Waiting) {
        let connection = self.connection_mut(entry.conn);
        let shape = connection.shape();
        let refused = match &message.detail {
            Detail::Error { code, .. } => Some(code.unwrap_or(0)),
            _ => None,
        };
        let result = match &message.detail {
            Detail::Result(result) => Some(&**result),
            _ => None,
        };
        match (&waiting.about, result) {
            (About::Tool, Some(result)) => {
                let made = result.result_type.as_deref() == Some("task");
                if let Some(task) = result.task.as_deref().filter(|task| made || task.nested) {
                    let (made, seq) = (Some(waiting.exchange), entry.seq);
                    connection.tasks.told(task, shape, made, seq, entry.us);
                }
            }
            (About::Tasks, Some(result)) => {
                for task in result.task.as_deref().into_iter().chain(&result.tasks) {
                    connection
                        .tasks
                        .told(task, shape, None, entry.seq, entry.us);
                }
            }
            (About::TaskResult(task), _) => {
                let bad = result.is_none_or(|result| result.is_error);
                connection.tasks.result(task, entry.seq, bad);
            }
            (About::Read(uri), Some(result)) => {
                let fresh = result.freshness.map(|freshness| Fresh {
                    freshness,
                    seq: entry.seq,
                    since_us: entry.us,
                    agree: true,
                });
                connection.was_read(uri, fresh);
            }
            (About::Watch(uri, on), _) => {
                connection.subscriptions.watch_answered(uri, *on, refused);
            }
            (About::Listen, _) => {
                if let Some(id) = &message.id {
                    let how = refused.map_or(StreamState::Ended, StreamState::Refused);
                    connection.subscriptions.stream_ended(id, how, entry.us);
                }
            }
            _ => {}
        }
    }

    /// Takes a page of a list; what is whole is held against what there was before.
    pub(super) fn list_page(
        &mut self,
        entry: &Recorded,
        list: List,
        cursor: Option<&str>,
        message: &Message,
    ) {
        let Detail::Result(result) = &message.detail else {
            return;
        };
        let Some(listing) = result.listing.clone().filter(|one| one.list == list) else {
            return;
        };
        let at = (entry.seq, entry.us);
        let catalogue = self.connection_mut(entry.conn).list_mut(list);
        let first = catalogue.page(cursor, listing, result.freshness, at);
        if !first {
            return;
        }
        // The same server, started again.
        let name = self.connection_mut(entry.conn).name.clone();
        let before = self.connections[..]
            .iter()
            .take((entry.conn as usize).min(self.connections.len()))
            .rfind(|other| other.number > 0 && other.name == name && !name.is_empty())
            .map(|other| other.list(list))
            .filter(|other| other.listed == Listed::Whole)
            .map(|other| Arc::clone(&other.items));
        if let Some(before) = before {
            let list = self.connection_mut(entry.conn).list_mut(list);
            list.restarted(&before, entry.seq);
        }
    }

    /// Takes what a server tells by itself.
    pub(super) fn told(&mut self, entry: &Recorded, message: &Message) {
        if entry.direction != Direction::In {
            return;
        }
        let connection = self.connection_mut(entry.conn);
        let shape = connection.shape();
        match &message.detail {
            Detail::Acknowledged(filter) => {
                let id = message.subscription.as_ref();
                connection.subscriptions.acknowledged(id, filter, entry.us);
                return;
            }
            Detail::Changed(lists) => {
                for list in *lists {
                    connection.list_mut(*list).announced();
                }
            }
            Detail::Updated(uri) => {
                connection.subscriptions.updated(uri, entry.seq, entry.us);
                // Whatever was said of its freshness then (2026-07-28, `server/utilities/caching`).
                connection.reads.remove(uri);
            }
            Detail::Task(task) => {
                connection
                    .tasks
                    .told(task, shape, None, entry.seq, entry.us);
            }
            _ => {}
        }
        if let Some(id) = &message.subscription {
            connection.subscriptions.heard(id, entry.us);
        }
    }
}
