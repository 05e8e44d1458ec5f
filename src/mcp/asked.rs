//! What servers ask of their client: sampling, elicitation, roots; as requests (2024-11-05 … 2025-11-25), as the
//! `inputRequests` of an `input_required` result (2026-07-28), as the URLs of a -32042 error (2025-11-25).
//!
//! It owns what a question is, how it is told from others, and what a reply looks like ([`reply`]), what a client says
//! it can do ([`capabilities`]), who answers ([`policy`]), and how a request brings answers ([`again`]). It decides
//! nothing; see [`super::client`].

pub mod again;
pub mod capabilities;
pub mod check;
pub mod policy;
pub mod reply;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

pub use capabilities::{Capabilities, Elicitation, RootsCapability, Sampling};
pub use policy::{Policies, Policy};
pub use reply::{Outcome, Reply, Root};

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::json;
use crate::jsonrpc::Id;

/// The most questions of one result that are looked at.
pub const MOST_INPUTS: usize = 256;
/// The longest key of one of them, in bytes.
const LONGEST_KEY: usize = 1024;
/// Characters of what is asked that stay at hand.
const LABEL: usize = 80;
/// The longest id of an elicitation that is told from others, in bytes.
const LONGEST_ID: usize = 256;

/// What kind of thing is asked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum AskKind {
    /// `sampling/createMessage`
    Sampling,
    /// `elicitation/create`, mode form.
    Form,
    /// `elicitation/create`, mode url.
    Url,
    /// `roots/list`
    Roots,
}

impl AskKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sampling, Self::Form, Self::Url, Self::Roots];

    /// The method that asks it.
    pub const fn method(self) -> &'static str {
        match self {
            Self::Sampling => "sampling/createMessage",
            Self::Form | Self::Url => "elicitation/create",
            Self::Roots => "roots/list",
        }
    }

    /// The words for lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sampling => "sampling",
            Self::Form => "elicitation form",
            Self::Url => "elicitation url",
            Self::Roots => "roots",
        }
    }
}

/// The facts of one thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What kind.
    pub kind: AskKind,
    /// Its beginning in words, one line, as the server spelled it (not sanitised): an elicitation's message, the last
    /// message of a sampling request. Empty when there is none.
    pub label: Box<str>,
    /// `elicitationId` (mode url, 2025-11-25).
    pub elicitation: Option<Box<str>>,
    /// The task it is asked for: `_meta` `io.modelcontextprotocol/related-task` (2025-11-25).
    pub task: Option<Box<str>>,
    /// Whether a sampling request has `tools` or `toolChoice`.
    pub tools: bool,
    /// Why nobody can answer it: a mode that no revision knows.
    pub odd: Option<Box<str>>,
}

impl Asked {
    /// Reads the params of `method`; none when it is no question.
    pub fn read(method: &str, params: &[u8]) -> Option<Self> {
        let mode = json::string_at(params, &["mode"]);
        let kind = match (method, mode.as_deref()) {
            ("sampling/createMessage", _) => AskKind::Sampling,
            ("roots/list", _) => AskKind::Roots,
            ("elicitation/create", Some("url")) => AskKind::Url,
            ("elicitation/create", _) => AskKind::Form,
            _ => return None,
        };
        let elicits = matches!(kind, AskKind::Form | AskKind::Url);
        let odd = mode
            .filter(|mode| elicits && !matches!(mode.as_str(), "form" | "url"))
            .map(|mode| {
                format!(
                    "elicitation mode {} is not known",
                    json::quote(&start(&mode))
                )
                .into()
            });
        Some(Self {
            kind,
            label: label(kind, params),
            elicitation: json::string_at(params, &["elicitationId"])
                .filter(|id| kind == AskKind::Url && id.len() <= LONGEST_ID)
                .map(Into::into),
            task: json::string_at(params, &["_meta", super::meta::RELATED_TASK, "taskId"])
                .filter(|id| id.len() <= LONGEST_ID)
                .map(Into::into),
            tools: kind == AskKind::Sampling
                && ["tools", "toolChoice"]
                    .iter()
                    .any(|name| json::get(params, &[name]).is_some()),
            odd,
        })
    }
}

fn label(kind: AskKind, params: &[u8]) -> Box<str> {
    let text = match kind {
        AskKind::Form | AskKind::Url => json::get(params, &["message"]).and_then(json::text),
        AskKind::Sampling => json::get(params, &["messages"])
            .and_then(|messages| json::elements(messages).last())
            .and_then(|message| json::get(message, &["content"]))
            .and_then(|content| match json::kind(content) {
                json::Kind::Array => json::elements(content).next(),
                _ => Some(content),
            })
            .and_then(|block| json::get(block, &["text"]))
            .and_then(json::text),
        AskKind::Roots => None,
    };
    text.map(|text| start(&text).into()).unwrap_or_default()
}

/// The first line of a text, or what of it stays at hand.
fn start(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default();
    line.chars().take(LABEL).collect()
}

/// What an `input_required` result wants (2026-07-28, multi round-trip requests), or the state of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// What is asked, by key, in the server's order; of equal keys the last.
    pub asks: Vec<(Box<str>, Asked)>,
    /// Why some of it cannot be answered: entries that ask nothing known, too many of them.
    pub odd: Option<Box<str>>,
    /// The raw `requestState`, to be given back byte for byte.
    pub state: Option<Arc<str>>,
}

impl Inputs {
    /// Reads raw `inputRequests`.
    pub fn read_requests(&mut self, raw: &[u8]) {
        for (key, entry) in json::members(raw) {
            let method = json::string_at(entry, &["method"]).unwrap_or_default();
            let params = json::get(entry, &["params"]).unwrap_or_default();
            let asked = Asked::read(&method, params);
            if key.len() > LONGEST_KEY {
                self.odd = Some(format!("a key of {} bytes", key.len()).into());
            } else if self.asks.len() >= MOST_INPUTS {
                self.odd = Some(format!("more than {MOST_INPUTS} things at once").into());
                return;
            } else if let Some(asked) = asked {
                if let Some(odd) = &asked.odd {
                    self.odd = Some(odd.clone());
                }
                self.asks.retain(|(other, _)| **other != *key);
                self.asks.push((key.as_ref().into(), asked));
            } else {
                let method = json::quote(&start(&method));
                self.odd = Some(format!("the method {method}, which asks nothing known").into());
            }
        }
    }
}

/// What a request brings that answers an `input_required` result: the facts that tell which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The keys of its `inputResponses`, and what each says.
    pub replies: Vec<(Box<str>, Outcome)>,
    /// Its `requestState`, as [`state_mark`] has it.
    pub state: Option<u64>,
}

impl Again {
    /// Reads the params of a request; none when it answers nothing.
    pub fn read(params: &[u8]) -> Option<Self> {
        let replies = json::get(params, &["inputResponses"]);
        let state = json::get(params, &["requestState"]);
        (replies.is_some() || state.is_some()).then(|| Self {
            replies: replies
                .map(|raw| {
                    json::members(raw)
                        .take(MOST_INPUTS)
                        .filter(|(key, _)| key.len() <= LONGEST_KEY)
                        .map(|(key, raw)| (key.as_ref().into(), Outcome::of_result(raw)))
                        .collect()
                })
                .unwrap_or_default(),
            state: state.map(state_mark),
        })
    }
}

/// Tells one raw `requestState` from another, in a few bytes.
pub fn state_mark(raw: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    // The same text may be spelled in two ways by two programs.
    match json::text(raw) {
        Some(text) => text.hash(&mut hasher),
        None => raw.hash(&mut hasher),
    }
    hasher.finish()
}

/// Reads `data.elicitations` of a -32042 error (2025-11-25).
pub fn required_urls(data: &[u8]) -> Vec<Asked> {
    let Some(list) = json::get(data, &["elicitations"]) else {
        return Vec::new();
    };
    json::elements(list)
        .take(MOST_INPUTS)
        .filter_map(|params| Asked::read(AskKind::Url.method(), params))
        .map(|asked| Asked {
            kind: AskKind::Url,
            ..asked
        })
        .collect()
}

/// Which question: how it is named on the wire. On one connection there is one open question of a name at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Which {
    /// A request of the server's.
    Request(Id),
    /// An entry of the `inputRequests` that answered a request of ours.
    Input {
        /// The id of our request.
        of: Id,
        /// Its key.
        key: Box<str>,
    },
    /// A URL that a -32042 error wants opened before our request is sent again.
    Required {
        /// The id of our request.
        of: Id,
        /// Its place in `data.elicitations`, from 0.
        nth: u32,
    },
    /// An entry of the `inputRequests` of a task (extension `io.modelcontextprotocol/tasks`).
    Task {
        /// The task.
        task: Box<str>,
        /// Its key.
        key: Box<str>,
    },
}

impl Which {
    /// As notes spell it.
    pub fn to_json(&self) -> String {
        match self {
            Self::Request(id) => format!("{{\"id\":{}}}", id.to_json()),
            Self::Input { of, key } => {
                format!("{{\"of\":{},\"key\":{}}}", of.to_json(), json::quote(key))
            }
            Self::Required { of, nth } => format!("{{\"of\":{},\"nth\":{nth}}}", of.to_json()),
            Self::Task { task, key } => format!(
                "{{\"task\":{},\"key\":{}}}",
                json::quote(task),
                json::quote(key)
            ),
        }
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn read(raw: &[u8]) -> Option<Self> {
        let id = |name: &str| json::get(raw, &[name]).map(Id::read);
        let text = |name: &str| json::string_at(raw, &[name]).map(String::into_boxed_str);
        if let Some(id) = id("id") {
            return Some(Self::Request(id));
        }
        if let (Some(task), Some(key)) = (text("task"), text("key")) {
            return Some(Self::Task { task, key });
        }
        let of = id("of")?;
        if let Some(key) = text("key") {
            return Some(Self::Input { of, key });
        }
        let nth = json::get(raw, &["nth"]).and_then(json::integer)?;
        Some(Self::Required {
            of,
            nth: u32::try_from(nth).ok()?,
        })
    }

    /// The raw params of the question in the body of the entry that brought it (a message, or a batch).
    pub fn params<'a>(&self, body: &'a [u8]) -> Option<&'a [u8]> {
        if json::kind(body) == json::Kind::Array {
            return json::elements(body).find_map(|message| self.in_message(message));
        }
        self.in_message(body)
    }

    fn in_message<'a>(&self, message: &'a [u8]) -> Option<&'a [u8]> {
        let key_of = |container: &[&str], key: &str| {
            json::members(json::get(message, container)?)
                .filter(|(name, _)| name == key)
                .last()
                .map(|(_, entry)| json::get(entry, &["params"]).unwrap_or(b"{}"))
        };
        match self {
            Self::Request(id) => {
                let found = json::get(message, &["id"]).map(Id::read);
                (found.as_ref() == Some(id) && json::get(message, &["method"]).is_some())
                    .then(|| json::get(message, &["params"]).unwrap_or(b"{}"))
            }
            Self::Input { key, .. } => key_of(&["result", "inputRequests"], key),
            Self::Required { nth, .. } => {
                let list = json::get(message, &["error", "data", "elicitations"])?;
                json::elements(list).nth(*nth as usize)
            }
            Self::Task { key, .. } => key_of(&["result", "inputRequests"], key)
                .or_else(|| key_of(&["params", "inputRequests"], key)),
        }
    }
}
