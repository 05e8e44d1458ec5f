//! The protocol vocabulary: revisions, methods, what the fold needs to know of a message, and the client.

pub mod apps;
pub mod asked;
pub mod auth;
pub mod caching;
pub mod client;
pub mod completion;
pub mod facts;
pub mod hand;
pub mod http;
pub mod method;
pub mod revision;
pub mod shape;
pub mod stand_in;
pub mod subscriptions;
pub mod tasks;
pub mod types;

/// Keys of `_meta` that 2026-07-28 reserves (`basic` `_meta`).
pub mod meta {
    /// The revision a request speaks; required.
    pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    /// What the client can do; required.
    pub const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    /// Who the client is; recommended.
    pub const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    /// The least level of log messages to send with this request; without it none may be sent.
    pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
    /// The trace a request belongs to (W3C Trace Context).
    pub const TRACEPARENT: &str = "traceparent";
    /// Who the server is, on results.
    pub const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
    /// The token progress notifications name (all revisions).
    pub const PROGRESS_TOKEN: &str = "progressToken";
    /// The task a message belongs to (2025-11-25).
    pub const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";
}
