//! The messages the demo server sends: envelopes, error codes, log levels.
//! Never decides what to answer, only how an answer looks on the wire.

use serde_json::{Map, Value, json};

use super::revision::Revision;

pub(super) const PARSE_ERROR: i64 = -32700;
pub(super) const INVALID_REQUEST: i64 = -32600;
pub(super) const METHOD_NOT_FOUND: i64 = -32601;
pub(super) const INVALID_PARAMS: i64 = -32602;
pub(super) const INTERNAL_ERROR: i64 = -32603;
/// Resource not found, before 2026-07-28 (which uses `INVALID_PARAMS`).
pub(super) const RESOURCE_NOT_FOUND: i64 = -32002;
/// The client did not declare what the request needs (2026-07-28).
pub(super) const MISSING_CAPABILITY: i64 = -32021;
/// A page has to be visited first (only 2025-11-25).
pub(super) const PAGE_FIRST: i64 = -32042;
/// Unsupported protocol version (2026-07-28).
pub(super) const UNSUPPORTED_VERSION: i64 = -32022;

pub(super) const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const META_LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
pub(super) const META_SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// A JSON-RPC error object before it meets its request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) code: i64,
    pub(super) message: String,
    pub(super) data: Option<Value>,
}

impl Fault {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(super) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The error object.
    pub(super) fn body(self) -> Value {
        let mut body = json!({"code": self.code, "message": self.message});
        if let Some(data) = self.data {
            body["data"] = data;
        }
        body
    }
}

/// A result response. In 2026-07-28 every result says its type and who answered.
pub(super) fn result(revision: Revision, id: &Value, body: Value) -> Value {
    let body = if revision.is_stateless() {
        stateless_result(body)
    } else {
        body
    };
    json!({"jsonrpc": "2.0", "id": id, "result": body})
}

/// A body with what every stateless result carries: its type (`complete` unless it says otherwise) and who answered.
pub(super) fn stateless_result(body: Value) -> Value {
    let mut members = Map::new();
    members.insert("resultType".into(), json!("complete"));
    if let Value::Object(body) = body {
        members.extend(body);
    }
    members.insert(
        "_meta".into(),
        json!({ META_SERVER_INFO: server_info(Revision::V2026_07_28) }),
    );
    Value::Object(members)
}

/// Adds the cache hints that 2026-07-28 requires on six results. What this server says is the same
/// for everybody, hence `public`; `fresh` is how long it may be taken as it was, in milliseconds.
pub(super) fn cacheable(revision: Revision, fresh: u64, mut body: Value) -> Value {
    if revision.is_stateless() {
        body["ttlMs"] = json!(fresh);
        body["cacheScope"] = json!("public");
    }
    body
}

/// An error response. Without a readable id, revisions up to 2025-06-18 get the `null` of
/// JSON-RPC 2.0; later schemas want the member left out.
pub(super) fn error(revision: Option<Revision>, id: Option<&Value>, fault: Fault) -> Value {
    let mut members = Map::new();
    members.insert("jsonrpc".into(), json!("2.0"));
    match id {
        Some(id) => {
            members.insert("id".into(), id.clone());
        }
        None if revision.is_none_or(|revision| revision < Revision::V2025_11_25) => {
            members.insert("id".into(), Value::Null);
        }
        None => {}
    }
    members.insert("error".into(), fault.body());
    Value::Object(members)
}

/// A request of ours, which only the handshake era lets a server send.
pub(super) fn request(id: u64, method: &str, params: Option<Value>) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
    if let Some(params) = params {
        message["params"] = params;
    }
    message
}

pub(super) fn notification(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

/// Who this server is, in the members the revision knows.
pub(super) fn server_info(revision: Revision) -> Value {
    let mut info = json!({"name": "mcpscope-demo"});
    if revision.has_titles() {
        info["title"] = json!("mcpscope demo server");
    }
    info["version"] = json!(env!("CARGO_PKG_VERSION"));
    if revision >= Revision::V2025_11_25 {
        info["description"] = json!(
            "A small server to learn the protocol on. It touches nothing outside its own process."
        );
    }
    info
}

/// Severity of a `notifications/message`; later ones compare greater (RFC 5424 names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

impl Level {
    pub(super) const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }

    /// The level a client named, or the fault to answer with.
    pub(super) fn read(value: Option<&Value>) -> Result<Self, Fault> {
        Self::ALL
            .into_iter()
            .find(|level| value.and_then(Value::as_str) == Some(level.as_str()))
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|level| level.as_str()).collect();
                Fault::new(
                    INVALID_PARAMS,
                    format!("a log level is one of {}", names.join(", ")),
                )
            })
    }
}
