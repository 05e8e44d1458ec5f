//! Requests of a drive over HTTP: what stands in them, and where they are sent again when they are redirected.

use std::sync::Arc;

use url::Url;

use super::super::Edit;
use super::{Do, Drive, Opens};
use crate::json;
use crate::jsonrpc::Id;
use crate::mcp::http::headers::{self, Headers};
use crate::mcp::http::{self, Request, Verb};
use crate::mcp::types::List;

/// An exchange that is under way.
pub(super) struct Flying {
    /// The requests it carries.
    pub ids: Vec<Id>,
    /// What was sent, to be sent again where it is redirected.
    pub request: Request,
    /// How often that was.
    hops: u8,
}

/// Where a response says that a request is to be sent instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere<'a> {
    /// Its status.
    pub status: u16,
    /// The address, as it stands there.
    pub location: &'a str,
}

impl Drive {
    /// Sends a request where it is redirected, as the client would; whether it may.
    pub(super) fn follow(
        &mut self,
        exchange: u32,
        there: Elsewhere<'_>,
        out: &mut Vec<Do>,
    ) -> bool {
        let Some(flying) = self.flying.get(&exchange) else {
            return false;
        };
        let (from, verb) = (&flying.request.url, flying.request.verb);
        let hop = http::hop(from, (verb, there.status, flying.hops), there.location);
        let Ok(url) = hop else { return false };
        let Some(mut flying) = self.flying.remove(&exchange) else {
            return false;
        };
        out.push(Do::Release(exchange));
        let is_home = self.is_home(&url);
        let request = &mut flying.request;
        if is_home {
            self.landed = Some(url.clone());
        } else {
            request.credentials = false;
            let is_own = |name: &str| ["mcp-session-id", "host"].contains(&name);
            request
                .headers
                .retain(|(name, _)| !is_own(&name.to_ascii_lowercase()));
        }
        request.url = url;
        request.follows = Some(exchange);
        flying.hops += 1;
        self.fly(flying, out);
        true
    }

    fn is_home(&self, url: &Url) -> bool {
        let home = self.url.as_ref();
        home.is_some_and(|home| home.origin() == url.origin())
    }

    fn fly(&mut self, mut flying: Flying, out: &mut Vec<Do>) {
        self.exchanges += 1;
        flying.request.exchange = self.exchanges;
        out.push(Do::Exchange(flying.request.clone()));
        self.flying.insert(self.exchanges, flying);
    }

    pub(super) fn exchange(
        &mut self,
        verb: Verb,
        body: Option<Vec<u8>>,
        ids: Vec<Id>,
        edits: &[Edit],
        is_first: bool,
        out: &mut Vec<Do>,
    ) {
        let Some(url) = self.url.clone() else { return };
        let mut headers = self.headers(verb, body.as_deref(), is_first);
        let mut credentials = true;
        for edit in edits {
            match edit {
                Edit::Drop(name) => headers.retain(|(other, _)| other != name),
                Edit::Set(name, value) => {
                    headers.retain(|(other, _)| other != name);
                    headers.push((name.clone(), value.clone()));
                }
                Edit::Dress => {
                    for (name, value) in &mut headers {
                        if name.starts_with("mcp-") {
                            *value = format!("  {value} ");
                        }
                        *name = dressed(name);
                    }
                }
                Edit::Anonymous => credentials = false,
            }
        }
        let frame = body.as_ref().map(|_| {
            self.frames += 1;
            self.frames
        });
        let request = Request {
            exchange: 0,
            verb,
            url,
            headers,
            body: body.map(Arc::from),
            frame,
            credentials,
            why: "probe",
            follows: None,
        };
        let hops = 0;
        self.fly(Flying { ids, request, hops }, out);
    }

    /// The headers a good client would send with it.
    fn headers(&self, verb: Verb, body: Option<&[u8]>, is_first: bool) -> Headers {
        let mut headers: Headers = Vec::new();
        let mut set = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        match verb {
            Verb::Post => {
                set("content-type", "application/json");
                set("accept", "application/json, text/event-stream");
            }
            Verb::Get => set("accept", "text/event-stream"),
            Verb::Delete => {}
        }
        if is_first {
            return headers;
        }
        if !self.known.is_modern() {
            if let Some(session) = &self.session {
                set("mcp-session-id", session);
            }
            if self.revision.has_version_header() && self.open && self.opens != Opens::Probe {
                set("mcp-protocol-version", self.revision.as_str());
            }
            return headers;
        }
        let params = body
            .and_then(|body| json::get(body, &["params"]))
            .unwrap_or_default();
        let version = headers::version_in(params);
        let version = version.as_deref().unwrap_or(self.revision.as_str());
        set("mcp-protocol-version", version);
        let method = body.and_then(|body| json::string_at(body, &["method"]));
        if let Some(method) = method {
            headers.extend(headers::of_request(&method, params));
            if method == "tools/call" {
                headers.extend(self.marked(params));
            }
        }
        headers
    }

    /// The headers that repeat marked arguments of a call.
    fn marked(&self, params: &[u8]) -> Headers {
        let name = json::string_at(params, &["name"]).unwrap_or_default();
        let tool = self.known.list(List::Tools);
        let tool = tool.iter().find(|tool| *tool.name == *name);
        let Some(Ok(marks)) = tool.map(|tool| headers::params(tool.input_schema())) else {
            return Vec::new();
        };
        let arguments = json::get(params, &["arguments"]).unwrap_or_default();
        let mut found = headers::of_arguments(&marks, arguments);
        for (name, _) in &mut found {
            name.make_ascii_lowercase();
        }
        found
    }
}

/// `Mcp-Method` for `mcp-method`.
fn dressed(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}
