//! What is known of a server before it is probed: what it declares and lists, and how it was reached.

use std::sync::Arc;

use crate::json;
use crate::mcp::facts::Opening;
use crate::mcp::revision::{Era, Revision};
use crate::mcp::types::{Item, List, ToolEffect};
use crate::session::timeline::Connection;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The revision that is spoken.
    pub revision: Revision,
    /// Whether it is reached over Streamable HTTP.
    pub http: bool,
    /// Whether it is reached over HTTP+SSE (2024-11-05).
    pub sse: bool,
    /// Whether its address is on this machine.
    pub local: bool,
    /// Whether a person gave a token, or there is one of a login, so that what comes without one can be looked at.
    pub token: bool,
    /// Whether it speaks the other era too; none as long as nobody asked.
    pub both: Option<bool>,
    /// What it said when it was opened.
    pub opening: Opening,
    /// What it lists, in the order of [`List::ALL`].
    pub lists: [Arc<Vec<Arc<Item>>>; 4],
    /// Whether any tool may be called with wrong arguments, not only those that say they only read.
    pub any_tool: bool,
    /// Calls that were given: tool and arguments, as JSON.
    pub calls: Vec<(String, String)>,
}

impl Known {
    /// What a connection showed; none before its revision is known.
    pub fn of(connection: &Connection) -> Option<Self> {
        let url = connection.url.as_deref();
        let url = url.and_then(|url| url::Url::parse(url).ok());
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("");
        let bare = host.trim_matches(['[', ']']);
        let header = |name: &String| name.eq_ignore_ascii_case("authorization");
        Some(Self {
            revision: connection.revision?,
            http: url.is_some() && !connection.apart,
            sse: url.is_some() && connection.apart,
            local: bare == "localhost" || bare == "::1" || bare.starts_with("127."),
            token: url.is_some()
                && (connection.env.iter().any(header) || connection.login.token.is_some()),
            both: None,
            opening: connection.opening.as_deref().cloned().unwrap_or_default(),
            lists: List::ALL.map(|list| Arc::clone(&connection.list(list).items)),
            any_tool: false,
            calls: Vec::new(),
        })
    }

    /// The same server as older clients know it.
    #[must_use]
    pub fn older(&self) -> Self {
        Self {
            revision: Revision::NEWEST_LEGACY,
            // Calls that somebody gave are made in one era only.
            calls: Vec::new(),
            ..self.clone()
        }
    }

    /// What goes with what is sent, where that is more than the probes say.
    pub const fn company(&self) -> Option<&'static str> {
        match (self.http, self.token) {
            _ if self.sse => Some(
                "it speaks HTTP+SSE: what is about the requests of Streamable HTTP is left out; they go with what was given, or the token of this server's login",
            ),
            (true, true) => Some(
                "they go with the token that was given or that of this server's login, and where it redirects them",
            ),
            (true, false) => Some(
                "they go with the headers that were given, if any, and where the server redirects them",
            ),
            (false, _) => None,
        }
    }

    /// Whether what is spoken is 2026-07-28.
    pub fn is_modern(&self) -> bool {
        self.revision.era() == Era::Modern
    }

    /// Whether it declares a capability.
    pub fn has(&self, capability: &str) -> bool {
        self.opening.has(capability)
    }

    /// What it lists.
    pub fn list(&self, list: List) -> &[Arc<Item>] {
        &self.lists[list as usize]
    }

    /// The lists it declares.
    pub fn declared(&self) -> impl Iterator<Item = List> + '_ {
        let has = |list: &List| self.has(list.capability());
        List::ALL.into_iter().filter(has)
    }

    /// Tools that may be called without asking again.
    pub fn callable(&self) -> impl Iterator<Item = &Arc<Item>> {
        let may = |tool: &&Arc<Item>| {
            let barred = self.http && self.is_modern() && tool.barred.is_some();
            !barred && (self.any_tool || tool.effect == ToolEffect::Reads)
        };
        self.list(List::Tools).iter().filter(may)
    }

    /// Whether it makes tasks, in the shape of its revision.
    pub fn has_tasks(&self) -> bool {
        if self.is_modern() {
            self.opening.extensions().iter().any(|id| id == TASKS)
        } else {
            self.has("tasks")
        }
    }

    /// A request that any server answers, and that changes nothing.
    pub fn harmless(&self) -> (&'static str, &'static str) {
        if self.is_modern() {
            ("server/discover", "{}")
        } else {
            ("ping", "{}")
        }
    }

    /// The same for messages that are written by hand: with all that a request needs.
    pub fn harmless_params(&self) -> String {
        if self.is_modern() {
            super::script::with_meta("{}", super::Meta::Whole, self.revision)
        } else {
            "{}".to_owned()
        }
    }
}

/// The extension that makes tasks of calls in 2026-07-28.
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

/// The properties of a schema that must be there, with their types; only simple ones.
pub fn required(schema: &[u8]) -> Vec<(String, String)> {
    let names = json::get(schema, &["required"]).unwrap_or_default();
    json::elements(names)
        .filter_map(json::string)
        .filter_map(|name| {
            let kind = json::string_at(schema, &["properties", &name, "type"])?;
            Some((name, kind))
        })
        .collect()
}
