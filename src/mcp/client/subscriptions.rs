//! Being told of changes: `resources/subscribe` one by one in the handshake revisions, streams of notifications
//! (`subscriptions/listen`) in 2026-07-28.
//!
//! There is one stream for each [`Group`]. When what is wanted of a group changes, a new stream is opened first and
//! the old one given up when the new one is acknowledged, so nothing is missed in between. A stream that breaks off is
//! opened anew, ever more patiently; one that the server ends in order is not. What rides a stream against the rules
//! is remarked, and heeded all the same: that something changed is true however it was told.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::{Client, Era, Id, Loss, Message, Output, Purpose, remark};
use crate::json::quote;
use crate::mcp::facts::Detail;
use crate::mcp::http::LossKind;
use crate::mcp::subscriptions::Filter;

/// How long to wait before a stream that broke off is opened anew; doubled each time that is in vain.
const AGAIN: Duration = Duration::from_secs(1);
/// How often in a row that may be in vain.
const FRUITLESS: u32 = 5;
/// Streams that were given up lately and may still have something on its way to us.
const LATELY: usize = 16;
/// Oddities that are told of a connection; more say nothing new.
const TOLD: usize = 100;
/// Resources that can be subscribed to at a time.
const MOST: usize = 10_000;

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Group {
    /// That lists changed.
    Lists,
    /// That resources changed.
    Resources,
}

#[derive(Debug)]
struct Stream {
    id: Id,
    group: Group,
    asked: Filter,
    /// What the server is going to tell, once it said so.
    honoured: Option<Filter>,
}

/// When to open the stream of a group anew.
#[derive(Debug, Clone, Copy, Default)]
struct Patience {
    in_vain: u32,
    at: Option<Duration>,
}

/// What is wanted, and what is open.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    /// Whether to be told of changed lists (2026-07-28; before, servers tell by themselves).
    lists: bool,
    /// Resources, in the order they were asked for.
    uris: Vec<Box<str>>,
    streams: Vec<Stream>,
    patience: [Patience; 2],
    /// Streams that are no more.
    lately: VecDeque<Id>,
    /// What was remarked already.
    told: HashSet<String>,
}

impl Subscriptions {
    /// What is wanted from the beginning.
    pub(super) fn new(lists: bool, uris: &[String]) -> Self {
        Self {
            lists,
            uris: uris.iter().map(|uri| uri.as_str().into()).collect(),
            ..Self::default()
        }
    }

    /// When a stream is to be opened anew.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.patience.iter().filter_map(|one| one.at).min()
    }

    /// Forgets what is open: the connection is.
    pub(super) fn closed(&mut self) {
        self.streams.clear();
        self.patience = [Patience::default(); 2];
    }

    fn stream(&mut self, id: &Id) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|stream| stream.id == *id)
    }

    /// The newest stream of a group.
    fn newest(&self, group: Group) -> Option<&Stream> {
        self.streams.iter().rfind(|stream| stream.group == group)
    }

    fn drop_stream(&mut self, id: &Id) -> Option<Stream> {
        let place = self.streams.iter().position(|stream| stream.id == *id)?;
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back(id.clone());
        Some(self.streams.remove(place))
    }

    /// Remarks something, but not twice.
    fn odd(&mut self, what: String, out: &mut Vec<Output>) {
        if self.told.len() < TOLD && self.told.insert(what.clone()) {
            remark(out, what);
        }
    }
}

impl Client {
    /// The connection works: what is wanted is asked for.
    pub(super) fn subscriptions_ready(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.era == Era::Modern {
            self.sync_streams(now, Group::Lists, out);
            self.sync_streams(now, Group::Resources, out);
            return;
        }
        let uris = self.subscriptions.uris.clone();
        if uris.is_empty() {
            return;
        }
        if !self.tells_of_resources() {
            self.subscriptions.uris.clear();
            return remark(
                out,
                "the server offers no subscriptions any more; none is taken up again".to_owned(),
            );
        }
        for uri in uris {
            self.watch(now, uri, true, out);
        }
    }

    fn tells_of_resources(&self) -> bool {
        // One that said nothing of itself may be asked.
        self.opening
            .as_ref()
            .is_none_or(|opening| opening.is_true(&["resources", "subscribe"]))
    }

    /// Somebody wants to be told when a resource changes, or no longer.
    pub(super) fn subscribe(&mut self, now: Duration, uri: &str, on: bool, out: &mut Vec<Output>) {
        let known = self.subscriptions.uris.iter().any(|other| **other == *uri);
        if known && on && self.era == Era::Modern && self.is_ready() {
            // It may be waited for until its stream is opened anew: no longer.
            return self.sync_streams(now, Group::Resources, out);
        }
        if known == on || (on && self.subscriptions.uris.len() >= MOST) {
            return;
        }
        if on {
            self.subscriptions.uris.push(uri.into());
        } else {
            self.subscriptions.uris.retain(|other| **other != *uri);
        }
        if !self.is_ready() {
            return;
        }
        match self.era {
            Era::Modern => self.sync_streams(now, Group::Resources, out),
            Era::Legacy => self.watch(now, uri.into(), on, out),
        }
    }

    /// Somebody wants to be told of changed lists, or no longer (2026-07-28).
    pub(super) fn follow_lists(&mut self, now: Duration, on: bool, out: &mut Vec<Output>) {
        self.subscriptions.lists = on;
        if self.is_ready() && self.era == Era::Modern {
            self.sync_streams(now, Group::Lists, out);
        }
    }

    fn watch(&mut self, now: Duration, uri: Box<str>, on: bool, out: &mut Vec<Output>) {
        let method = if on {
            "resources/subscribe"
        } else {
            "resources/unsubscribe"
        };
        let params = format!("{{\"uri\":{}}}", quote(&uri));
        let id = self.fresh_id();
        let purpose = Purpose::Watch { uri, on };
        self.send(now, id, method, Some(&params), purpose, None, out);
    }

    /// `resources/subscribe` was answered, or will not be.
    pub(super) fn watched(&mut self, uri: &str, on: bool, worked: bool) {
        if on && !worked {
            self.subscriptions.uris.retain(|other| **other != *uri);
        }
    }

    fn wanted(&self, group: Group) -> Filter {
        match group {
            Group::Lists if self.subscriptions.lists => self
                .opening
                .as_ref()
                .map(Filter::lists_of)
                .unwrap_or_default(),
            Group::Lists => Filter::default(),
            Group::Resources => Filter {
                uris: self.subscriptions.uris.clone(),
                ..Filter::default()
            },
        }
    }

    /// Makes what is open what is wanted.
    fn sync_streams(&mut self, now: Duration, group: Group, out: &mut Vec<Output>) {
        self.subscriptions.patience[group as usize].at = None;
        let wanted = self.wanted(group);
        if wanted.is_empty() {
            return self.close_streams(group, None, out);
        }
        if self
            .subscriptions
            .newest(group)
            .is_some_and(|stream| stream.asked == wanted)
        {
            return;
        }
        let id = self.fresh_id();
        let params = format!("{{\"notifications\":{}}}", wanted.to_json());
        self.subscriptions.streams.push(Stream {
            id: id.clone(),
            group,
            asked: wanted,
            honoured: None,
        });
        let purpose = Purpose::Listen { group };
        self.send(
            now,
            id,
            "subscriptions/listen",
            Some(&params),
            purpose,
            None,
            out,
        );
    }

    /// Gives up the streams of a group, but for one.
    fn close_streams(&mut self, group: Group, but: Option<&Id>, out: &mut Vec<Output>) {
        let old: Vec<Id> = self
            .subscriptions
            .streams
            .iter()
            .filter(|stream| stream.group == group && Some(&stream.id) != but)
            .map(|stream| stream.id.clone())
            .collect();
        for id in old {
            self.subscriptions.drop_stream(&id);
            self.pending.remove(&id);
            let why = if but.is_some() {
                "another stream takes its place"
            } else {
                "no longer wanted"
            };
            self.call_off(&id, why, out);
        }
    }

    /// A notification came on a 2026-07-28 connection: is it where it belongs?
    pub(super) fn demultiplex(&mut self, message: &Message, out: &mut Vec<Output>) {
        let method = message.method.as_deref().unwrap_or_default();
        if let Detail::Acknowledged(honoured) = &message.detail {
            return self.acknowledged(message.subscription.as_ref(), honoured, out);
        }
        let rides = matches!(
            message.detail,
            Detail::Changed(_) | Detail::Updated(_) | Detail::Task(_)
        );
        let subscriptions = &mut self.subscriptions;
        let Some(id) = &message.subscription else {
            if rides {
                subscriptions.odd(
                    format!("{method} came without the subscription it belongs to"),
                    out,
                );
            }
            return;
        };
        if subscriptions.lately.contains(id) {
            return;
        }
        let Some(stream) = subscriptions.stream(id) else {
            return subscriptions.odd(
                format!("{method} came for the subscription {id}, which there is not"),
                out,
            );
        };
        let asked_for = |filter: &Filter| match &message.detail {
            Detail::Changed(lists) => lists.iter().any(|list| filter.has_list(*list)),
            Detail::Updated(uri) => filter.covers(uri),
            Detail::Task(task) => filter.tasks.contains(&task.id),
            _ => false,
        };
        let what = match &stream.honoured {
            _ if !rides => {
                format!("{method} must not come with a subscription, and came with {id}")
            }
            None => format!("{method} came before the subscription {id} was acknowledged"),
            Some(filter) if !asked_for(filter) => {
                format!("{method} came with the subscription {id}, which is not for it")
            }
            Some(_) => return,
        };
        subscriptions.odd(what, out);
    }

    fn acknowledged(&mut self, id: Option<&Id>, honoured: &Filter, out: &mut Vec<Output>) {
        let waits = |stream: &&mut Stream| stream.honoured.is_none();
        let streams = &mut self.subscriptions.streams;
        let named = id.is_some();
        let found = match id {
            Some(id) => streams.iter_mut().find(|stream| stream.id == *id),
            None => streams.iter_mut().find(waits),
        };
        let Some(stream) = found else {
            let lately = id.is_some_and(|id| self.subscriptions.lately.contains(id));
            if !lately {
                let id = id.map_or_else(|| "none".to_owned(), ToString::to_string);
                self.subscriptions.odd(
                    format!("a subscription was acknowledged that there is not: {id}"),
                    out,
                );
            }
            return;
        };
        let (id, group) = (stream.id.clone(), stream.group);
        if stream.honoured.is_some() {
            let what = format!("the subscription {id} was acknowledged twice");
            return self.subscriptions.odd(what, out);
        }
        stream.honoured = Some(honoured.clone());
        let missing = stream.asked.beyond(honoured);
        let extra = honoured.beyond(&stream.asked);
        if !named {
            let what = "the acknowledgement of a subscription does not say of which".to_owned();
            self.subscriptions.odd(what, out);
        }
        if !missing.is_empty() {
            remark(
                out,
                format!("the server is not going to tell: {}", missing.join(", ")),
            );
        }
        if !extra.is_empty() {
            remark(
                out,
                format!("the server is going to tell unasked: {}", extra.join(", ")),
            );
        }
        self.subscriptions.patience[group as usize] = Patience::default();
        if let Some(pending) = self.pending.get_mut(&id) {
            // From here on it is open as long as it is wanted.
            pending.until = Duration::MAX;
        }
        self.close_streams(group, Some(&id), out);
    }

    /// `subscriptions/listen` was answered: the stream is over, or there never was one.
    pub(super) fn listen_answered(
        &mut self,
        group: Group,
        message: &Message,
        out: &mut Vec<Output>,
    ) {
        let Some(id) = &message.id else { return };
        let Some(stream) = self.subscriptions.drop_stream(id) else {
            return;
        };
        match &message.detail {
            Detail::Error {
                code,
                message: words,
                ..
            } => {
                let code = code.map_or_else(|| "an error".to_owned(), |code| code.to_string());
                remark(
                    out,
                    format!("subscriptions/listen was refused with {code}: {words}"),
                );
                self.revert(group);
            }
            _ => self.ended(group, &stream, "the server ended", out),
        }
    }

    /// The server says that it gave up one of our requests, which only a stream may be (2026-07-28).
    pub(super) fn stream_cancelled(&mut self, id: &Id, out: &mut Vec<Output>) {
        if self.subscriptions.lately.contains(id) {
            return;
        }
        let Some(stream) = self.subscriptions.drop_stream(id) else {
            if self.pending.contains_key(id) {
                let what =
                    format!("the server gave up request {id}; it may do so only with streams");
                self.subscriptions.odd(what, out);
            }
            return;
        };
        self.pending.remove(id);
        self.ended(stream.group, &stream, "the server gave up", out);
    }

    fn ended(&mut self, group: Group, stream: &Stream, who: &str, out: &mut Vec<Output>) {
        remark(
            out,
            format!("{who} the stream that tells of {}", stream.asked.words()),
        );
        self.revert(group);
    }

    /// What is wanted of a group is what is still open of it.
    fn revert(&mut self, group: Group) {
        let left = self
            .subscriptions
            .newest(group)
            .map(|old| old.asked.uris.clone());
        match group {
            Group::Lists => self.subscriptions.lists = left.is_some(),
            Group::Resources => self.subscriptions.uris = left.unwrap_or_default(),
        }
    }

    /// A stream broke off, or nothing was heard of it.
    pub(super) fn listen_lost(
        &mut self,
        now: Duration,
        id: &Id,
        group: Group,
        loss: Option<&Loss>,
        out: &mut Vec<Output>,
    ) {
        if self.subscriptions.drop_stream(id).is_none() {
            return;
        }
        let Some(loss) = loss else {
            remark(
                out,
                "subscriptions/listen was neither acknowledged nor refused".to_owned(),
            );
            return self.revert(group);
        };
        let passes = matches!(
            loss.kind,
            LossKind::Broken | LossKind::Unreachable | LossKind::Fault
        );
        let patience = &mut self.subscriptions.patience[group as usize];
        if !passes || patience.in_vain >= FRUITLESS {
            remark(
                out,
                format!("there is no stream of changes any more: {}", loss.what),
            );
            return self.revert(group);
        }
        patience.at = Some(now + AGAIN * 2u32.pow(patience.in_vain));
        patience.in_vain += 1;
    }

    /// Opens streams anew whose time has come.
    pub(super) fn streams_due(&mut self, now: Duration, out: &mut Vec<Output>) {
        for group in [Group::Lists, Group::Resources] {
            let at = self.subscriptions.patience[group as usize].at;
            if at.is_some_and(|at| at <= now) && self.is_ready() {
                self.sync_streams(now, group, out);
            }
        }
    }
}
