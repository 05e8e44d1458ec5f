//! What the fold needs to know of an entry, read from its bytes once, off the drawing thread.
//!
//! Facts are small and bodies are not: after this the bytes may go. The same function serves a live server and
//! an opened file, so both tell the same story.

mod client;

use std::sync::Arc;

use super::asked::{self, Again, Asked, Inputs, Outcome};
use super::caching::Freshness;
use super::completion::Suggestions;
use super::meta;
use super::method::Method;
use super::revision::Revision;
use super::subscriptions::{Filter, SUBSCRIPTION_ID};
use super::tasks::TaskFacts;
use super::types::{Item, List};
use crate::json;
use crate::jsonrpc::{self, Envelope, Frame, Id, Kind};
pub use client::ClientFacts;

/// Tasks of one page that are looked at.
const MOST_TASKS: usize = 10_000;

/// The facts of one JSON-RPC message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// Its id, if it has one.
    pub id: Option<Id>,
    /// Its method, if it has one.
    pub method: Option<Box<str>>,
    /// What it is about: a tool's name, a URI, a log level. See [`Method::subject`].
    pub subject: Option<Box<str>>,
    /// For a request: the token that progress notifications will name.
    pub progress_token: Option<Id>,
    /// For a notification: the stream it belongs to, by the id of its `subscriptions/listen` (2026-07-28).
    pub subscription: Option<Id>,
    /// What else it says.
    pub detail: Detail,
}

/// What a message says, as far as anybody but a reader of its body cares.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// Nothing more.
    None,
    /// A result; shapes are recognised by their members, for the request that it answers is not known here.
    Result(Box<ResultFacts>),
    /// An error.
    Error {
        /// `error.code`; `None` when missing or no integer.
        code: Option<i64>,
        /// `error.message`.
        message: Box<str>,
        /// `error.data.supported`, as -32022 has it (2026-07-28, versioning).
        supported: Vec<String>,
        /// `error.data.elicitations`, as -32042 has it (2025-11-25).
        urls: Arc<[Asked]>,
    },
    /// A request of the server's that asks a person something.
    Asked(Arc<Asked>),
    /// A request that answers what an earlier one was asked for (2026-07-28).
    Again(Arc<Again>),
    /// A request in which a client says what it is.
    Client(Arc<ClientFacts>),
    /// `notifications/elicitation/complete`: its `elicitationId`.
    Elicited(Box<str>),
    /// `notifications/progress`
    Progress {
        /// Which request.
        token: Id,
        /// How far, as it was spelled.
        progress: Box<str>,
        /// Of how much.
        total: Option<Box<str>>,
        /// In words (2025-03-26 and later).
        message: Option<Box<str>>,
    },
    /// `notifications/cancelled`
    Cancelled {
        /// Which request.
        request: Id,
    },
    /// `notifications/message`
    Log {
        /// Syslog level word.
        level: Box<str>,
    },
    /// A `list_changed` notification.
    Changed(&'static [List]),
    /// A request that names a resource: it is read, subscribed to or not any more.
    Resource(Box<str>),
    /// A request about a task: its id.
    OfTask(Box<str>),
    /// `notifications/resources/updated`
    Updated(Box<str>),
    /// The request `subscriptions/listen`: what is to be told.
    Listen(Box<Filter>),
    /// `notifications/subscriptions/acknowledged`: what is going to be told.
    Acknowledged(Box<Filter>),
    /// A notification about a task.
    Task(Box<TaskFacts>),
}

/// The parts of a result that matter beyond its body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResultFacts {
    /// `isError` of a tool result.
    pub is_error: bool,
    /// `resultType` (2026-07-28).
    pub result_type: Option<Box<str>>,
    /// Listed items, when the result has one of the four list members.
    pub listing: Option<Listing>,
    /// The opening of a connection: an initialize or discover result.
    pub opening: Option<Arc<Opening>>,
    /// What `completion/complete` was answered.
    pub suggestions: Option<Arc<Suggestions>>,
    /// The task it tells of.
    pub task: Option<Box<TaskFacts>>,
    /// The tasks it lists.
    pub tasks: Vec<TaskFacts>,
    /// Where the next page starts, whatever is listed; `null` counts as none.
    pub next: Option<Box<str>>,
    /// How long it is fresh.
    pub freshness: Option<Freshness>,
    /// What the server wants before it goes on: `inputRequests` and `requestState` (2026-07-28).
    pub inputs: Option<Arc<Inputs>>,
    /// `action` of the answer to an elicitation.
    pub action: Option<Outcome>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Which list.
    pub list: List,
    /// What the page holds.
    pub items: Vec<Arc<Item>>,
    /// Where the next page starts; `null` counts as none.
    pub next: Option<Box<str>>,
}

/// What a server says of itself when a connection opens.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Opening {
    /// `protocolVersion` of an initialize result.
    pub version: Option<String>,
    /// `supportedVersions` of a discover result.
    pub supported: Option<Vec<String>>,
    /// `serverInfo`: name, title, version. Looked for in the body and in `_meta`.
    pub name: Option<String>,
    /// Its version.
    pub server_version: Option<String>,
    /// Raw `capabilities`.
    pub capabilities: Option<String>,
    /// `instructions`
    pub instructions: Option<String>,
}

impl Opening {
    /// Whether the server advertises `capability`.
    pub fn has(&self, capability: &str) -> bool {
        self.capabilities
            .as_deref()
            .and_then(|raw| json::get(raw.as_bytes(), &[capability]))
            .is_some_and(|raw| !matches!(json::kind(raw), json::Kind::Null | json::Kind::Invalid))
            && self
                .capabilities
                .as_deref()
                .and_then(|raw| json::get(raw.as_bytes(), &[capability]))
                .and_then(json::boolean)
                != Some(false)
    }

    /// Whether there is such a member in the capabilities.
    pub fn offers(&self, path: &[&str]) -> bool {
        self.capabilities
            .as_deref()
            .and_then(|raw| json::get(raw.as_bytes(), path))
            .is_some_and(|raw| {
                json::kind(raw) != json::Kind::Null && json::boolean(raw) != Some(false)
            })
    }

    /// Whether a member of the capabilities is `true`.
    pub fn is_true(&self, path: &[&str]) -> bool {
        self.capabilities
            .as_deref()
            .and_then(|raw| json::get(raw.as_bytes(), path))
            .and_then(json::boolean)
            == Some(true)
    }

    /// The extensions it declares (`capabilities.extensions`), in the server's order.
    pub fn extensions(&self) -> Vec<String> {
        self.capabilities
            .as_deref()
            .and_then(|raw| json::get(raw.as_bytes(), &["extensions"]))
            .map(|raw| {
                json::members(raw)
                    .map(|(key, _)| key.into_owned())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Whether a discover result lists `revision`.
    pub fn supports(&self, revision: Revision) -> bool {
        let listed = self.supported.iter().flatten();
        listed.into_iter().any(|text| text == revision.as_str())
    }

    /// The names of the advertised capabilities, in the server's order.
    pub fn capability_names(&self) -> Vec<String> {
        self.capabilities
            .as_deref()
            .map(|raw| {
                json::members(raw.as_bytes())
                    .map(|(key, _)| key.into_owned())
                    .collect()
            })
            .unwrap_or_default()
    }
}

/// The messages of a frame (one, or a batch), or why it is none.
pub fn of_frame(bytes: &[u8]) -> Result<Vec<Message>, String> {
    of_read(jsonrpc::read(bytes))
}

/// The same for bytes that are known to be one JSON text.
pub fn of_json(bytes: &[u8]) -> Result<Vec<Message>, String> {
    of_read(jsonrpc::read_json(bytes))
}

fn of_read(frame: Frame<'_>) -> Result<Vec<Message>, String> {
    match frame {
        Frame::One(envelope) => Ok(vec![of_message(&envelope)]),
        Frame::Batch(envelopes) => Ok(envelopes.iter().map(of_message).collect()),
        Frame::Junk(why) => Err(why),
    }
}

/// The facts of one message.
pub fn of_message(envelope: &Envelope<'_>) -> Message {
    let method = envelope.method.as_deref();
    let params = envelope.params.unwrap_or_default();
    Message {
        kind: envelope.kind,
        id: envelope.id.clone(),
        method: method.map(Into::into),
        subject: method.and_then(|name| subject(name, params)),
        progress_token: (envelope.kind == Kind::Request)
            .then(|| json::get(params, &["_meta", meta::PROGRESS_TOKEN]).map(Id::read))
            .flatten(),
        subscription: (envelope.kind == Kind::Notification)
            .then(|| json::get(params, &["_meta", SUBSCRIPTION_ID]).map(Id::read))
            .flatten(),
        detail: match envelope.kind {
            Kind::Result => Detail::Result(Box::new(result(envelope.result.unwrap_or_default()))),
            Kind::Error => error(envelope.error.unwrap_or_default()),
            Kind::Notification => notification(method.unwrap_or_default(), params),
            Kind::Request => request(method.unwrap_or_default(), params),
            Kind::Malformed => Detail::None,
        },
    }
}

/// A request that goes on with an earlier one.
fn again(params: &[u8]) -> Option<Detail> {
    Some(Detail::Again(Arc::new(Again::read(params)?)))
}

fn request(method: &str, params: &[u8]) -> Detail {
    match method {
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => {
            let uri = || Some(Detail::Resource(json::string_at(params, &["uri"])?.into()));
            again(params).or_else(uri).unwrap_or(Detail::None)
        }
        "tasks/get" | "tasks/result" | "tasks/cancel" | "tasks/update" => {
            json::string_at(params, &["taskId"])
                .map_or(Detail::None, |id| Detail::OfTask(id.into()))
        }
        "subscriptions/listen" => {
            let raw = json::get(params, &["notifications"]).unwrap_or_default();
            Detail::Listen(Box::new(Filter::read(raw)))
        }
        "initialize" | "server/discover" | "tools/list" => ClientFacts::read(method, params)
            .map_or(Detail::None, |client| Detail::Client(Arc::new(client))),
        _ => Asked::read(method, params)
            .map(|asked| Detail::Asked(Arc::new(asked)))
            .or_else(|| again(params))
            .unwrap_or(Detail::None),
    }
}

/// What a message with these parameters is about, as a label; see [`Method::subject`].
pub fn subject(method: &str, params: &[u8]) -> Option<Box<str>> {
    let path = Method::find(method)?.subject;
    let raw = (!path.is_empty())
        .then(|| json::get(params, path))
        .flatten()?;
    let text = json::text(raw).unwrap_or_else(|| String::from_utf8_lossy(raw));
    Some(label(&text).into())
}

/// What is shown and compared of a text: one screen line at most, whatever a server puts there.
pub fn label(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(200)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn notification(method: &str, params: &[u8]) -> Detail {
    let spelling =
        |name: &str| json::get(params, &[name]).map(|raw| String::from_utf8_lossy(raw).into());
    match method {
        "notifications/progress" => match json::get(params, &["progressToken"]) {
            Some(token) => Detail::Progress {
                token: Id::read(token),
                progress: spelling("progress").unwrap_or_default(),
                total: spelling("total"),
                message: json::string_at(params, &["message"]).map(Into::into),
            },
            None => Detail::None,
        },
        "notifications/cancelled" => {
            json::get(params, &["requestId"]).map_or(Detail::None, |id| Detail::Cancelled {
                request: Id::read(id),
            })
        }
        "notifications/message" => Detail::Log {
            level: json::string_at(params, &["level"])
                .unwrap_or_default()
                .into(),
        },
        "notifications/resources/updated" => json::string_at(params, &["uri"])
            .map_or(Detail::None, |uri| Detail::Updated(uri.into())),
        "notifications/subscriptions/acknowledged" => {
            let raw = json::get(params, &["notifications"]).unwrap_or_default();
            Detail::Acknowledged(Box::new(Filter::read(raw)))
        }
        "notifications/tasks/status" | "notifications/tasks" => {
            TaskFacts::read(params).map_or(Detail::None, |task| Detail::Task(Box::new(task)))
        }
        "notifications/elicitation/complete" => json::string_at(params, &["elicitationId"])
            .map_or(Detail::None, |id| Detail::Elicited(id.into())),
        other => match List::of_changed(other) {
            [] => Detail::None,
            lists => Detail::Changed(lists),
        },
    }
}

fn error(raw: &[u8]) -> Detail {
    Detail::Error {
        code: json::get(raw, &["code"]).and_then(json::integer),
        message: json::string_at(raw, &["message"])
            .unwrap_or_default()
            .into(),
        supported: json::get(raw, &["data", "supported"])
            .map(|list| json::elements(list).filter_map(json::string).collect())
            .unwrap_or_default(),
        urls: json::get(raw, &["data"])
            .map(asked::required_urls)
            .unwrap_or_default()
            .into(),
    }
}

fn result(raw: &[u8]) -> ResultFacts {
    let mut facts = ResultFacts::default();
    let mut page: Option<(List, &[u8])> = None;
    let mut inputs: Option<Inputs> = None;
    let (mut opens, mut opening) = (false, Opening::default());
    let (mut ttl, mut scope) = (None, None);
    for (key, value) in json::members(raw) {
        match &*key {
            "isError" => facts.is_error = json::boolean(value) == Some(true),
            "resultType" => facts.result_type = json::string(value).map(Into::into),
            "nextCursor" => facts.next = json::string(value).map(Into::into),
            "inputRequests" => inputs.get_or_insert_default().read_requests(value),
            "requestState" if json::kind(value) != json::Kind::Null => {
                inputs.get_or_insert_default().state =
                    Some(String::from_utf8_lossy(value).as_ref().into());
            }
            "action" => {
                facts.action = json::text(value).and_then(|word| match &*word {
                    "accept" => Some(Outcome::Accept),
                    "decline" => Some(Outcome::Decline),
                    "cancel" => Some(Outcome::Cancel),
                    _ => None,
                });
            }

            "protocolVersion" => {
                opens = true;
                opening.version = json::string(value);
            }
            "supportedVersions" => {
                opens = true;
                opening.supported = Some(json::elements(value).filter_map(json::string).collect());
            }
            "capabilities" => {
                opening.capabilities = Some(String::from_utf8_lossy(value).into_owned());
            }
            "serverInfo" => server_info(&mut opening, value),
            "completion" => facts.suggestions = Suggestions::read(value).map(Arc::new),
            "ttlMs" => ttl = Some(value),
            "cacheScope" => scope = Some(value),
            "task" | "taskId" => facts.task = TaskFacts::read(raw).map(Box::new),
            "tasks" => {
                facts.tasks = json::elements(value)
                    .filter_map(TaskFacts::read)
                    .take(MOST_TASKS)
                    .collect();
            }
            "instructions" => opening.instructions = json::string(value),
            "_meta" => {
                if let Some(info) = json::get(value, &[meta::SERVER_INFO])
                    && opening.name.is_none()
                {
                    server_info(&mut opening, info);
                }
            }
            other => {
                if let Some(list) = List::ALL.into_iter().find(|list| list.member() == other) {
                    page = Some((list, value));
                }
            }
        }
    }
    facts.listing = page.map(|(list, value)| Listing {
        list,
        items: json::elements(value)
            .map(|item| Arc::new(Item::read(item)))
            .collect(),
        next: facts.next.clone(),
    });
    // A task has a time to live of its own.
    facts.freshness = Freshness::read(ttl.filter(|_| facts.task.is_none()), scope);
    facts.opening = opens.then(|| Arc::new(opening));
    facts.inputs = inputs.map(Arc::new);
    facts
}

fn server_info(opening: &mut Opening, raw: &[u8]) {
    opening.name = json::string_at(raw, &["name"]);
    opening.server_version = json::string_at(raw, &["version"]);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn one(text: &str) -> Message {
        of_frame(text.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn a_call_names_its_tool_and_token() {
        let call = one(
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","_meta":{"progressToken":"p"}}}"#,
        );
        assert_eq!(call.subject.as_deref(), Some("echo"));
        assert_eq!(call.progress_token, Some(Id::Text("p".into())));
    }

    #[test]
    fn results_are_recognised_by_shape() {
        let Detail::Result(list) = one(
            r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},7],"nextCursor":null}}"#,
        )
        .detail
        else {
            panic!()
        };
        let listing = list.listing.unwrap();
        assert_eq!(
            (listing.list, listing.items.len(), listing.next),
            (List::Tools, 2, None)
        );

        let Detail::Result(discover) = one(
            r#"{"jsonrpc":"2.0","id":"p","result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"x":false},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}}"#,
        )
        .detail
        else {
            panic!()
        };
        let opening = discover.opening.unwrap();
        assert_eq!(opening.name.as_deref(), Some("s"));
        assert!(opening.has("tools") && !opening.has("x") && !opening.has("prompts"));
    }

    #[test]
    fn odd_numbers_and_shapes_are_kept() {
        let Detail::Progress { progress, total, .. } = one(
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1e400,"total":2.50}}"#,
        )
        .detail
        else {
            panic!()
        };
        assert_eq!((&*progress, total.as_deref()), ("1e400", Some("2.50")));
        assert_eq!(
            one(r#"{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}"#).detail,
            Detail::Error {
                code: None,
                message: "".into(),
                supported: vec![],
                urls: Arc::default(),
            }
        );
    }

    proptest::proptest! {
        #[test]
        fn any_frame_is_survived(text in r#"\{("jsonrpc":"2.0",)?"(id|method|result|error|params)":[\[\]{}:,"a0-9]{0,30}\}"#) {
            let _ = of_frame(text.as_bytes());
        }
    }
}
