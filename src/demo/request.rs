//! One request to the demo server: which revision it is in, who answers it, and the opening itself.
//! Never sees a line, a batch or a notification; those are sorted out before.

use std::time::Duration;

use serde_json::{Value, json};

use super::able::Able;
use super::asking::{Answers, brought};
use super::calls::{Call, Played};
use super::changes::Changing;
use super::message::{
    self, Fault, INVALID_PARAMS, Level, META_CAPABILITIES, META_LOG_LEVEL, META_VERSION,
    METHOD_NOT_FOUND, UNSUPPORTED_VERSION,
};
use super::revision::Revision;
use super::tools::{Play, Tool};
use super::{
    DemoServer, Due, Moment, arguments, completions, is_id, opening, prompts, resources, tasks,
    tools,
};

/// How long an answer that never changes may be kept, in milliseconds.
const HOUR: u64 = 3_600_000;
/// The same of one that may change, though not often.
const SOON: u64 = 60_000;

/// A request whose revision is known.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) revision: Revision,
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Value,
    pub(super) now: Moment,
    log: Option<Level>,
    /// What the client can be asked.
    pub(super) able: Able,
    /// What it answered to questions of earlier rounds.
    pub(super) answers: Answers,
}

impl DemoServer {
    /// Finds out which revision a request is in. What it carries itself wins over a handshake, so
    /// that one process serves both eras at once.
    pub(super) fn place(&self, id: &Value, method: &str, params: &Value) -> Result<Request, Fault> {
        let meta = &params["_meta"];
        let request = |revision, log, able| Request {
            revision,
            id: id.clone(),
            method: method.to_owned(),
            params: params.clone(),
            now: self.now,
            log,
            able,
            answers: Answers::new(),
        };
        let Some(named) = meta.get(META_VERSION) else {
            return match (self.agreed, method) {
                (Some(revision), _) => Ok(request(revision, Some(self.level), self.able)),
                // A handshake opens with one of these two.
                (None, "initialize" | "ping") => Ok(request(
                    Revision::NEWEST_HANDSHAKE,
                    Some(self.level),
                    self.able,
                )),
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
        let revision = Revision::V2026_07_28;
        Ok(request(
            revision,
            log,
            Able::of(revision, &meta[META_CAPABILITIES]),
        ))
    }

    pub(super) fn answer(&mut self, request: Request) -> Vec<Due> {
        let revision = request.revision;
        let params = &request.params;
        let hinted = |fresh, body: Result<Value, Fault>| {
            body.map(|body| message::cacheable(revision, fresh, body))
        };
        let answer = match (request.method.as_str(), revision.is_stateless()) {
            ("server/discover", true) => hinted(HOUR, Ok(opening::discovery())),
            ("initialize", false) => self.initialize(params),
            ("ping", false) => Ok(json!({})),
            ("logging/setLevel", false) => Level::read(params.get("level")).map(|level| {
                self.level = level;
                json!({})
            }),
            ("tools/list", _) => hinted(SOON, tools::list(revision, params, &self.changing)),
            ("tools/call", _) => return self.call(request),
            ("resources/list", _) => {
                hinted(SOON, resources::list(revision, params, &self.changing))
            }
            ("resources/templates/list", _) => hinted(HOUR, resources::templates(revision, params)),
            ("resources/read", _) => without_rounds(&request).and_then(|()| {
                hinted(
                    resources::fresh(&params["uri"]),
                    resources::read(revision, params, &self.changing),
                )
            }),
            ("resources/subscribe" | "resources/unsubscribe", false) => self.subscribe(&request),
            ("subscriptions/listen", true) => return self.listen(&request),
            ("prompts/list", _) => hinted(SOON, prompts::list(revision, params, &self.changing)),
            ("prompts/get", _) => return self.prompt(request),
            ("completion/complete", _) => completions::complete(revision, params),
            ("tasks/get" | "tasks/cancel" | "tasks/update" | "tasks/list" | "tasks/result", _) => {
                return self.tasks(&request);
            }
            (method, _) => Err(unknown(method, revision)),
        };
        vec![request.reply(answer, Duration::ZERO)]
    }

    fn prompt(&mut self, mut request: Request) -> Vec<Due> {
        if request.revision.is_stateless() {
            match brought(&request, false) {
                Ok(answers) => request.answers = answers,
                Err(fault) => return vec![request.refuse(fault)],
            }
        }
        let turn = prompts::get(&request, &self.changing);
        self.turn(request, turn, None)
    }

    /// Runs a tool, or says why the call was not one.
    fn call(&mut self, mut request: Request) -> Vec<Due> {
        let tool = match tool(&request, &self.changing) {
            Ok(tool) => tool,
            Err(fault) => return vec![request.refuse(fault)],
        };
        let remembers = match &tool.play {
            Play::Asking(_, remembers) => *remembers,
            Play::Alone(_) | Play::Inside(_) => None,
        };
        if request.revision.is_stateless() {
            match brought(&request, remembers.is_some()) {
                Ok(answers) => request.answers = answers,
                Err(fault) => return vec![request.refuse(fault)],
            }
        }
        let call = match checked(tool, &request) {
            Ok(call) => call,
            Err(bad) => return bad,
        };
        match &tool.play {
            Play::Alone(play) => request.played(play(&call)),
            Play::Asking(play, _) => {
                let turn = play(&call, &request.answers);
                self.turn(request, Ok(turn), remembers)
            }
            Play::Inside(play) => play(self, request, &call),
        }
    }
}

impl Request {
    /// The answer to it.
    pub(super) fn reply(&self, answer: Result<Value, Fault>, after: Duration) -> Due {
        reply(self.revision, &self.id, answer, after)
    }

    /// An error for an answer.
    pub(super) fn refuse(&self, fault: Fault) -> Due {
        self.reply(Err(fault), Duration::ZERO)
    }

    /// A plan, as something to say.
    pub(super) fn played(&self, played: Played) -> Vec<Due> {
        let mut due: Vec<_> = (played.before.into_iter())
            .map(|(after, said)| Due {
                after,
                request: Some(self.id.clone()),
                said,
            })
            .collect();
        due.push(self.reply(played.answer, played.after));
        due
    }
}

/// The answer to the request with this id.
pub(super) fn reply(
    revision: Revision,
    id: &Value,
    answer: Result<Value, Fault>,
    after: Duration,
) -> Due {
    let message = match answer {
        Ok(body) => message::result(revision, id, body),
        Err(fault) => message::error(Some(revision), Some(id), fault),
    };
    Due {
        after,
        ..Due::answer(id, message)
    }
}

/// The tool a call is for.
fn tool(request: &Request, changing: &Changing) -> Result<&'static Tool, Fault> {
    let bad = |message: String| Fault::new(INVALID_PARAMS, message);
    let Some(name) = request.params["name"].as_str() else {
        return Err(bad("tools/call needs a name, as a string".into()));
    };
    let Some(tool) = tools::known(changing).find(|tool| tool.name == name) else {
        return Err(bad(format!("there is no tool named {name:?}")));
    };
    match tasks::misplaced(request, tool.as_task()) {
        Some(fault) => Err(fault),
        None => Ok(tool),
    }
}

/// The call with its arguments, if they fit. From 2025-11-25 arguments that do not come back as a
/// failed result, for a model to correct; before, they are a protocol error.
fn checked(tool: &Tool, request: &Request) -> Result<Call, Vec<Due>> {
    let bad = |message: String| request.refuse(Fault::new(INVALID_PARAMS, message));
    let params = &request.params;
    let empty = json!({});
    let args = params.get("arguments").unwrap_or(&empty);
    if !args.is_object() {
        return Err(vec![bad("the arguments of a tool are an object".into())]);
    }
    let schema = (tool.input)();
    let faults = arguments::faults(&schema, args);
    if !faults.is_empty() {
        let text = format!("{} cannot run: {}.", tool.name, faults.join("; "));
        return Err(if request.revision.reports_bad_arguments_as_result() {
            request.played(Played::failed(&text))
        } else {
            vec![bad(text)]
        });
    }
    Ok(Call {
        revision: request.revision,
        args: arguments::with_defaults(&schema, args),
        progress: params["_meta"]
            .get("progressToken")
            .filter(|token| is_id(token))
            .cloned(),
        log: request.log,
        able: request.able,
    })
}

/// Reading asks nothing here, so nothing may be answered.
fn without_rounds(request: &Request) -> Result<(), Fault> {
    if request.revision.is_stateless() {
        brought(request, false)?;
    }
    Ok(())
}

fn missing(key: &str, how: &str) -> Fault {
    Fault::new(INVALID_PARAMS, format!("params._meta needs {key}, {how}"))
}

fn unknown(method: &str, revision: Revision) -> Fault {
    let text = match method {
        "initialize"
        | "ping"
        | "logging/setLevel"
        | "resources/subscribe"
        | "resources/unsubscribe"
        | "server/discover"
        | "subscriptions/listen" => {
            format!("{method} is not part of {}", revision.as_str())
        }
        _ => format!("this server has no method {method:?}"),
    };
    Fault::new(METHOD_NOT_FOUND, text)
}
