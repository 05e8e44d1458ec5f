//! How the demo server introduces itself: the handshake, and `server/discover`.
//! Never looks at a request beyond its params.

use serde_json::{Value, json};

use super::DemoServer;
use super::able::{Able, TASKS};
use super::message::{self, Fault, INVALID_PARAMS, INVALID_REQUEST};
use super::revision::Revision;

impl DemoServer {
    /// The handshake; a connection has one.
    pub(super) fn initialize(&mut self, params: &Value) -> Result<Value, Fault> {
        if self.agreed.is_some() {
            return Err(Fault::new(
                INVALID_REQUEST,
                "this connection is initialized already",
            ));
        }
        let Some(wanted) = params["protocolVersion"].as_str() else {
            return Err(Fault::new(
                INVALID_PARAMS,
                "initialize needs protocolVersion, as a string",
            ));
        };
        if !params["capabilities"].is_object() || !params["clientInfo"].is_object() {
            return Err(Fault::new(
                INVALID_PARAMS,
                "initialize needs capabilities and clientInfo, both objects",
            ));
        }
        let revision = Revision::parse(wanted)
            .filter(|revision| !revision.is_stateless())
            .unwrap_or(Revision::NEWEST_HANDSHAKE);
        self.agreed = Some(revision);
        self.able = Able::of(revision, &params["capabilities"]);
        Ok(json!({
            "protocolVersion": revision.as_str(),
            "capabilities": capabilities(revision),
            "serverInfo": message::server_info(revision),
            "instructions": INSTRUCTIONS
        }))
    }
}

const INSTRUCTIONS: &str = "A server to learn on. Call echo first, then countdown to see progress, divide by zero to see a tool fail, and refuse to see the protocol fail. From fill-form on the tools ask back, take their time, or change something. Nothing here has an effect outside this process.";

/// What the server can do.
fn capabilities(revision: Revision) -> Value {
    let mut capabilities = json!({
        "logging": {},
        "prompts": {"listChanged": true},
        "resources": {"subscribe": true, "listChanged": true},
        "tools": {"listChanged": true}
    });
    if revision.has_completions_capability() {
        capabilities["completions"] = json!({});
    }
    if revision.has_core_tasks() {
        capabilities["tasks"] =
            json!({"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}});
    }
    if revision.is_stateless() {
        capabilities["extensions"] = json!({TASKS: {}});
    }
    capabilities
}

/// What `server/discover` answers.
pub(super) fn discovery() -> Value {
    json!({
        "supportedVersions": Revision::ALL.map(Revision::as_str),
        "capabilities": capabilities(Revision::V2026_07_28),
        "instructions": INSTRUCTIONS
    })
}
