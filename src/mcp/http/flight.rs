//! What is on its way: a frame and what its headers need to know of it ([`Letter`]), an exchange ([`Flight`]).

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::Verb;
use super::headers::{self, Headers, Param};
use crate::json;
use crate::jsonrpc::{self, Id, Kind};
use crate::mcp::types::List;

/// A frame to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    /// Whoever sends it counts.
    pub number: u64,
    pub bytes: Arc<[u8]>,
    /// The method of the (first) message.
    pub method: String,
    /// The requests in it.
    pub requests: Vec<Id>,
    /// The request that it cancels.
    pub cancels: Option<Id>,
    /// The revision it says it speaks, which only 2026-07-28 has it say.
    pub version: Option<String>,
    /// Whether it asks for a list of tools from the beginning, or for more of it.
    pub tools: Option<bool>,
}

impl Letter {
    /// Reads a frame as far as a carrier must; one that is no JSON is carried all the same.
    pub fn read(number: u64, bytes: Vec<u8>) -> Self {
        let mut letter = Self {
            number,
            method: String::new(),
            requests: Vec::new(),
            cancels: None,
            version: None,
            tools: None,
            bytes: Arc::default(),
        };
        let messages: Vec<&[u8]> = match json::kind(&bytes) {
            json::Kind::Array => json::elements(&bytes).collect(),
            _ => vec![&bytes],
        };
        for message in messages.iter().filter_map(|raw| jsonrpc::envelope(raw)) {
            let params = message.params.unwrap_or_default();
            if let (Kind::Request, Some(id)) = (message.kind, &message.id) {
                letter.requests.push(id.clone());
                letter.version = headers::version_in(params);
            }
            let method = message.method.as_deref().unwrap_or_default();
            if method == List::Tools.method() {
                letter.tools = Some(json::get(params, &["cursor"]).is_none());
            }
            if method == "notifications/cancelled" {
                letter.cancels = json::get(params, &["requestId"]).map(Id::read);
            }
            if letter.method.is_empty() {
                method.clone_into(&mut letter.method);
            }
        }
        letter.bytes = bytes.into();
        letter
    }

    /// The headers that 2026-07-28 derives from the body.
    pub fn headers(&self, tools: &HashMap<String, Vec<Param>>) -> Headers {
        let params = json::get(&self.bytes, &["params"]).unwrap_or_default();
        let mut headers = headers::of_request(&self.method, params);
        if self.method == "tools/call"
            && let Some(marked) =
                json::string_at(params, &["name"]).and_then(|name| tools.get(&name))
        {
            let arguments = json::get(params, &["arguments"]).unwrap_or_default();
            headers.extend(headers::of_arguments(marked, arguments));
        }
        headers
    }
}

/// What an exchange is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To send a frame.
    Frame,
    /// To hear what the server says by itself (handshake era).
    Listen,
    /// To hear the rest of a stream that broke off (handshake era).
    Resume,
    /// To be the stream of HTTP+SSE.
    Endpoint,
    /// To give the session back.
    Delete,
}

impl Purpose {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Frame => "message",
            Self::Listen => "server's own messages",
            Self::Resume => "rest of a stream",
            Self::Endpoint => super::OLDER_STREAM,
            Self::Delete => "end of the session",
        }
    }
}

/// An exchange on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flight {
    pub verb: Verb,
    pub url: Url,
    pub purpose: Purpose,
    pub letter: Option<Letter>,
    /// The requests whose answers are to come with it.
    pub waiting: Vec<Id>,
    /// Whether those come with another exchange.
    pub apart: bool,
    /// The session it was sent with.
    pub session: Option<String>,
    /// Redirects so far.
    pub hops: u8,
    /// How often it was sent anew because of a login.
    pub again: u8,
    /// The status, once it is known.
    pub status: u16,
    /// The response's type and what else is to be told of it.
    pub mime: String,
    pub headers: Headers,
    /// Whether it is an event stream.
    pub streaming: bool,
    /// The last event's id, for taking it up again.
    pub last_id: Option<String>,
    /// What the server wants waited before that, in milliseconds.
    pub retry: Option<u64>,
    /// Events that carried something.
    pub events: u32,
    /// How often it was taken up again without any.
    pub fruitless: u32,
}

impl Flight {
    pub fn new(verb: Verb, url: Url, purpose: Purpose) -> Self {
        Self {
            verb,
            url,
            purpose,
            letter: None,
            waiting: Vec::new(),
            apart: false,
            session: None,
            hops: 0,
            again: 0,
            status: 0,
            mime: String::new(),
            headers: Vec::new(),
            streaming: false,
            last_id: None,
            retry: None,
            events: 0,
            fruitless: 0,
        }
    }

    /// Whether it carries a message of this method.
    pub fn is(&self, method: &str) -> bool {
        self.letter
            .as_ref()
            .is_some_and(|letter| letter.method == method)
    }

    /// Whether it carries a message of 2026-07-28, which knows no sessions and no resumption.
    pub fn is_modern(&self) -> bool {
        self.letter
            .as_ref()
            .is_some_and(|letter| letter.version.is_some())
    }

    /// Whether it carries something that wants no answer, a cancellation say, and is not there yet.
    pub fn tells(&self) -> bool {
        let asks_nothing = |letter: &Letter| letter.requests.is_empty();
        self.purpose == Purpose::Frame && self.letter.as_ref().is_some_and(asks_nothing)
    }

    /// `POST https://…`, for sentences.
    pub fn name(&self) -> String {
        format!("{} {}", self.verb.word(), headers::masked_url(&self.url))
    }
}
