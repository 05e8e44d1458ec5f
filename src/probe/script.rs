//! What scripts of probes are made of: steps, each a few messages that go out together, and how long to wait for them.

use std::time::Duration;

use crate::json::quote;
use crate::jsonrpc::Id;
use crate::mcp::http::Verb;
use crate::mcp::meta;
use crate::mcp::revision::Revision;

/// How long an answer is waited for.
pub const WAIT: Duration = Duration::from_secs(10);
/// How long to wait where nothing need come.
pub const QUIET: Duration = Duration::from_millis(700);

/// What a request of 2026-07-28 says of its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// All of it.
    Whole,
    /// All but this key.
    Without(&'static str),
    /// All, with another version.
    Version(&'static str),
    /// All, and the extension that makes tasks.
    Tasks,
    /// Nothing.
    Nothing,
}

/// A change to the headers that a message would have over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Leave this one out.
    Drop(String),
    /// Have it say this.
    Set(String, String),
    /// Begin the words of all names with capitals, and put blanks around values.
    Dress,
    /// Leave out what a person gave.
    Anonymous,
}

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sends {
    /// A request.
    Request {
        /// Its method.
        method: String,
        /// Its parameters without `_meta`, a JSON object.
        params: String,
        /// Its `_meta`, in 2026-07-28.
        meta: Meta,
        /// Its id, when that is to be a certain one.
        id: Option<Id>,
    },
    /// A notification.
    Notice {
        /// Its method.
        method: String,
        /// Its parameters; `LAST` stands for the id of the last request.
        params: String,
    },
    /// Bytes as they are, with the ids in them that may be answered.
    Raw(Vec<u8>, Vec<Id>),
    /// An HTTP request without a body.
    Verb(Verb),
    /// Close its stdin.
    Close,
    /// Tell it to end.
    Terminate,
}

/// Stands for the id of the last request in the parameters of a notification.
pub const LAST: &str = "\"%last%\"";

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is called; unlike the others of its probe.
    pub name: String,
    /// What goes out, all at once.
    pub sends: Vec<Sends>,
    /// How long is waited for the answers.
    pub wait: Duration,
    /// What is changed about the headers.
    pub edits: Vec<Edit>,
}

impl Step {
    /// Of some messages.
    pub fn new(name: impl Into<String>, sends: Vec<Sends>) -> Self {
        Self {
            name: name.into(),
            sends,
            wait: WAIT,
            edits: Vec::new(),
        }
    }

    /// A request.
    pub fn ask(name: impl Into<String>, method: &str, params: impl Into<String>) -> Self {
        Self::new(name, vec![request(method, params)])
    }

    /// The same with other headers.
    pub fn with(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    /// The same where nothing need come.
    pub const fn quiet(mut self) -> Self {
        self.wait = QUIET;
        self
    }

    /// The same with another `_meta`.
    pub fn meta(mut self, other: Meta) -> Self {
        for one in &mut self.sends {
            if let Sends::Request { meta, .. } = one {
                *meta = other;
            }
        }
        self
    }
}

/// A request with all it needs.
pub fn request(method: &str, params: impl Into<String>) -> Sends {
    Sends::Request {
        method: method.to_owned(),
        params: params.into(),
        meta: Meta::Whole,
        id: None,
    }
}

/// Parameters with what 2026-07-28 wants in them.
pub fn with_meta(params: &str, meta: Meta, revision: Revision) -> String {
    let capabilities = match meta {
        Meta::Tasks => format!("{{\"extensions\":{{{}:{{}}}}}}", quote(super::known::TASKS)),
        _ => "{}".to_owned(),
    };
    let version = match meta {
        Meta::Version(other) => other,
        _ => revision.as_str(),
    };
    let members = [
        (meta::PROTOCOL_VERSION, quote(version)),
        (meta::CLIENT_CAPABILITIES, capabilities),
        (meta::CLIENT_INFO, client_info()),
    ];
    if meta == Meta::Nothing {
        return params.to_owned();
    }
    let members: Vec<String> = members
        .iter()
        .filter(|(key, _)| meta != Meta::Without(key))
        .map(|(key, value)| format!("{}:{value}", quote(key)))
        .collect();
    let inner = params.trim().trim_start_matches('{').trim_start();
    let comma = if inner.starts_with('}') { "" } else { "," };
    format!("{{\"_meta\":{{{}}}{comma}{inner}", members.join(","))
}

/// Who sends all this.
pub fn client_info() -> String {
    format!(
        "{{\"name\":\"mcpscope\",\"version\":{}}}",
        quote(env!("CARGO_PKG_VERSION"))
    )
}
