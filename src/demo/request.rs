//! One request to the demo server: which revision it is in, who answers it, and the opening itself.
//! Never sees a line, a batch or a notification; those are sorted out before.

use std::time::Duration;

use serde_json::{Value, json};

use super::calls::{Call, Played};
use super::message::{
    self, Fault, INVALID_PARAMS, INVALID_REQUEST, Level, META_CAPABILITIES, META_LOG_LEVEL,
    META_VERSION, METHOD_NOT_FOUND, UNSUPPORTED_VERSION,
};
use super::revision::Revision;
use super::{DemoServer, Due, arguments, completions, is_id, prompts, resources, tools};

/// A request whose revision is known.
pub(super) struct Request<'a> {
    revision: Revision,
    id: &'a Value,
    method: &'a str,
    params: &'a Value,
    log: Option<Level>,
}

impl DemoServer {
    /// Finds out which revision a request is in. What it carries itself wins over a handshake, so
    /// that one process serves both eras at once.
    pub(super) fn place<'a>(
        &self,
        id: &'a Value,
        method: &'a str,
        params: &'a Value,
    ) -> Result<Request<'a>, Fault> {
        let meta = &params["_meta"];
        let Some(named) = meta.get(META_VERSION) else {
            let handshake = |revision| Request {
                revision,
                id,
                method,
                params,
                log: Some(self.level),
            };
            return match (self.agreed, method) {
                (Some(revision), _) => Ok(handshake(revision)),
                // A handshake opens with one of these two.
                (None, "initialize" | "ping") => Ok(handshake(Revision::NEWEST_HANDSHAKE)),
                (None, _) => Err(missing(
                    META_VERSION,
                    "or begin with initialize, as revisions up to 2025-11-25 do",
                )),
            };
        };
        let Some(named) = named.as_str() else {
            return Err(missing(META_VERSION, "as a string"));
        };
        if Revision::parse(named).is_none_or(|revision| !revision.is_stateless()) {
            // A revision that opens with a handshake is spoken here, but not like this: naming it
            // as a way out would send the client in a circle.
            let supported: Vec<_> = Revision::ALL
                .iter()
                .map(|revision| revision.as_str())
                .filter(|known| *known != named)
                .collect();
            return Err(Fault::new(
                UNSUPPORTED_VERSION,
                format!("{named} is not a revision to name in a request"),
            )
            .with_data(json!({"supported": supported, "requested": named})));
        }
        if !meta[META_CAPABILITIES].is_object() {
            return Err(missing(META_CAPABILITIES, "as an object; {} means none"));
        }
        let log = meta
            .get(META_LOG_LEVEL)
            .map(|level| Level::read(Some(level)))
            .transpose()?;
        Ok(Request {
            revision: Revision::V2026_07_28,
            id,
            method,
            params,
            log,
        })
    }

    pub(super) fn answer(&mut self, request: &Request) -> Vec<Due> {
        let Request {
            revision, params, ..
        } = *request;
        let answer = match (request.method, revision.is_stateless()) {
            ("server/discover", true) => Ok(message::cacheable(revision, discovery())),
            ("initialize", false) => self.initialize(params),
            ("ping", false) => Ok(json!({})),
            ("logging/setLevel", false) => Level::read(params.get("level")).map(|level| {
                self.level = level;
                json!({})
            }),
            ("tools/list", _) => {
                tools::list(revision, params).map(|body| message::cacheable(revision, body))
            }
            ("tools/call", _) => return call(request),
            ("resources/list", _) => {
                resources::list(revision, params).map(|body| message::cacheable(revision, body))
            }
            ("resources/templates/list", _) => resources::templates(revision, params)
                .map(|body| message::cacheable(revision, body)),
            ("resources/read", _) => {
                resources::read(revision, params).map(|body| message::cacheable(revision, body))
            }
            ("prompts/list", _) => {
                prompts::list(revision, params).map(|body| message::cacheable(revision, body))
            }
            ("prompts/get", _) => prompts::get(params),
            ("completion/complete", _) => completions::complete(revision, params),
            (method, _) => Err(unknown(method, revision)),
        };
        vec![request.reply(answer, Duration::ZERO)]
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, Fault> {
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
        Ok(json!({
            "protocolVersion": revision.as_str(),
            "capabilities": capabilities(revision),
            "serverInfo": message::server_info(revision),
            "instructions": INSTRUCTIONS
        }))
    }
}

impl Request<'_> {
    fn reply(&self, answer: Result<Value, Fault>, after: Duration) -> Due {
        let message = match answer {
            Ok(body) => message::result(self.revision, self.id, body),
            Err(fault) => message::error(Some(self.revision), Some(self.id), fault),
        };
        Due {
            after,
            ..Due::answer(self.id, message)
        }
    }
}

const INSTRUCTIONS: &str = "A server to learn on. Call echo first, then countdown to see progress, divide by zero to see a tool fail, and refuse to see the protocol fail. Nothing here has an effect outside this process.";

/// What the server can do. It never changes its lists and offers no subscriptions, so it promises neither.
fn capabilities(revision: Revision) -> Value {
    let mut capabilities = json!({"logging": {}, "prompts": {}, "resources": {}, "tools": {}});
    if revision.has_completions_capability() {
        capabilities["completions"] = json!({});
    }
    capabilities
}

fn discovery() -> Value {
    json!({
        "supportedVersions": Revision::ALL.map(Revision::as_str),
        "capabilities": capabilities(Revision::V2026_07_28),
        "instructions": INSTRUCTIONS
    })
}

fn call(request: &Request) -> Vec<Due> {
    let played = match play(request) {
        Ok(played) => played,
        Err(fault) => return vec![request.reply(Err(fault), Duration::ZERO)],
    };
    let mut due: Vec<_> = played
        .before
        .into_iter()
        .map(|(after, said)| Due {
            after,
            request: Some(request.id.clone()),
            said,
        })
        .collect();
    due.push(request.reply(played.answer, played.after));
    due
}

/// Runs a tool, or says why the call was not one. From 2025-11-25 arguments that do not fit come
/// back as a failed result, for a model to correct; before, they are a protocol error.
fn play(request: &Request) -> Result<Played, Fault> {
    let bad = |message: String| Fault::new(INVALID_PARAMS, message);
    let params = request.params;
    let Some(name) = params["name"].as_str() else {
        return Err(bad("tools/call needs a name, as a string".into()));
    };
    let Some(tool) = tools::TOOLS.iter().find(|tool| tool.name == name) else {
        return Err(bad(format!("there is no tool named {name:?}")));
    };
    let empty = json!({});
    let args = params.get("arguments").unwrap_or(&empty);
    if !args.is_object() {
        return Err(bad("the arguments of a tool are an object".into()));
    }
    let schema = (tool.input)();
    let faults = arguments::faults(&schema, args);
    if !faults.is_empty() {
        let text = format!("{name} cannot run: {}.", faults.join("; "));
        return if request.revision.reports_bad_arguments_as_result() {
            Ok(Played::failed(&text))
        } else {
            Err(bad(text))
        };
    }
    Ok((tool.play)(&Call {
        revision: request.revision,
        args: arguments::with_defaults(&schema, args),
        progress: params["_meta"]
            .get("progressToken")
            .filter(|token| is_id(token))
            .cloned(),
        log: request.log,
    }))
}

fn missing(key: &str, how: &str) -> Fault {
    Fault::new(INVALID_PARAMS, format!("params._meta needs {key}, {how}"))
}

fn unknown(method: &str, revision: Revision) -> Fault {
    let text = match method {
        "initialize" | "ping" | "logging/setLevel" => {
            format!("{method} is not part of {}", revision.as_str())
        }
        _ => format!("this server has no method {method:?}"),
    };
    Fault::new(METHOD_NOT_FOUND, text)
}
