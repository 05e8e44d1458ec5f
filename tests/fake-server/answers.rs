//! What the fake server answers, and every way it can get an answer wrong.
//! Keeps ids and arguments as the bytes they came in; never writes a stream itself.

mod calls;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::catalogue::{self, WILD};
use crate::flags::Options;
use crate::life;
use crate::wire::{Wire, complain};

/// Requests that were answered so far.
static ANSWERED: AtomicU32 = AtomicU32::new(0);

const MODERN: &str = "2026-07-28";
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// One line from the client, looked into only as far as needed.
#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<String>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// The members of `params` that are understood even when the arguments are JSON that this program
/// cannot hold, such as a lone surrogate, and the one whose bytes matter.
#[derive(Default, Deserialize)]
struct RawCall<'a> {
    #[serde(default)]
    name: Option<String>,
    #[serde(rename = "_meta", default)]
    meta: Value,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

/// A request on its way to an answer.
#[derive(Clone)]
struct Request {
    id: String,
    method: String,
    tool: Option<String>,
    params: Value,
    /// The arguments of a call as they were spelled.
    arguments: String,
    modern: bool,
}

/// A call that waits until the client has answered two questions.
struct Asked {
    call: Request,
    ping: String,
    roots: String,
    heard: Vec<String>,
}

enum Answer {
    /// A result, as JSON text of an object.
    Result(String),
    Error(i64, String, Option<Value>),
    /// Whoever has it answers later, or nobody does.
    Later,
}

pub struct Fake {
    options: Options,
    wire: Wire,
    /// Speaks legacy, modern, or both.
    legacy: bool,
    modern: bool,
    /// The first request or notification that opens a legacy connection has arrived.
    opened: bool,
    discovered: bool,
    refused_once: bool,
    /// A discover that waits for `initialize` to arrive.
    late_probe: Option<Request>,
    asked: Option<Asked>,
    /// The tool `finish` was called and its ping is out.
    finishing: bool,
    cancelled: Arc<Mutex<HashSet<String>>>,
}

impl Fake {
    pub fn new(options: Options, wire: Wire) -> Self {
        let late = options.has("--probe-late") || options.has("--probe-after-initialize");
        let both = options.has("--dual") || options.has("--dual-pinned");
        Self {
            legacy: !options.has("--modern") && !late,
            modern: options.has("--modern") || both || late,
            options,
            wire,
            opened: false,
            discovered: false,
            refused_once: false,
            late_probe: None,
            asked: None,
            finishing: false,
            cancelled: Arc::default(),
        }
    }

    pub fn line(&mut self, line: &[u8]) {
        let Ok(incoming) = serde_json::from_slice::<Incoming>(line) else {
            self.wire.frame(
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON-RPC"}}"#,
            );
            return;
        };
        let raw = incoming.params.map_or("null", RawValue::get);
        let call: RawCall = serde_json::from_str(raw).unwrap_or_default();
        let params: Value =
            serde_json::from_str(raw).unwrap_or_else(|_| json!({"_meta": call.meta}));
        match (incoming.method, incoming.id) {
            (Some(method), Some(id)) => {
                let arguments = call.arguments.map_or("(none)", RawValue::get);
                let tool = call.name.filter(|_| method == "tools/call");
                self.request(Request {
                    id: id.get().to_owned(),
                    method,
                    tool,
                    modern: params["_meta"].get(META_VERSION).is_some(),
                    params,
                    arguments: arguments.to_owned(),
                });
            }
            (Some(method), None) => self.notification(&method, &params),
            (None, Some(id)) => self.response(id.get(), incoming.error.is_some()),
            (None, None) => {}
        }
    }

    fn notification(&mut self, method: &str, params: &Value) {
        if self.options.names("--crash-on", method, None) {
            life::die(&self.options);
        }
        match method {
            "notifications/initialized" => {
                for _ in 0..self.options.number("--list-changed").unwrap_or(0_u32) {
                    self.wire
                        .frame(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
                }
            }
            "notifications/cancelled" => {
                if let Ok(mut cancelled) = self.cancelled.lock() {
                    cancelled.insert(params["requestId"].to_string());
                }
            }
            _ => {}
        }
        if self.options.names("--crash-after", method, None) {
            life::die(&self.options);
        }
    }

    /// An answer of the client's to something we asked.
    fn response(&mut self, id: &str, failed: bool) {
        if self.finishing && id == r#""finish""# {
            std::process::exit(0);
        }
        let Some(asked) = &mut self.asked else { return };
        let kind = if failed { "error" } else { "result" };
        if id == asked.ping {
            asked.heard.push(format!("ping {kind}"));
        } else if id == asked.roots {
            asked.heard.push(format!("roots {kind}"));
        }
        if asked.heard.len() == 2
            && let Some(mut asked) = self.asked.take()
        {
            asked.heard.sort();
            self.reply(
                &asked.call,
                Answer::Result(text_result(&asked.heard.join(", "))),
            );
        }
    }

    fn request(&mut self, request: Request) {
        let named = |flag: &str| {
            self.options
                .names(flag, &request.method, request.tool.as_deref())
        };
        if named("--crash-on") {
            life::die(&self.options);
        }
        if !self.opened && request.method != "initialize" && self.options.has("--exit-on-probe") {
            life::die(&self.options);
        }
        if named("--hang-on") {
            return;
        }
        if named("--delay-on") {
            thread::sleep(Duration::from_millis(
                self.options.number("--delay").unwrap_or(20),
            ));
        }
        let answer = if named("--deny-list") {
            Answer::Error(-32601, format!("{} is denied", request.method), None)
        } else {
            self.answer(&request)
        };
        self.reply(&request, answer);
    }

    fn answer(&mut self, request: &Request) -> Answer {
        match request.method.as_str() {
            "server/discover" => return self.discover(request),
            "initialize" => return self.initialize(request),
            _ => {}
        }
        if request.modern && !self.modern {
            return Answer::Error(-32602, "what is this _meta".into(), Some(json!("")));
        }
        let pinned = self.discovered && self.options.has("--dual-pinned");
        if !request.modern && (!self.legacy || pinned) {
            return Answer::Error(-32602, format!("params._meta needs {META_VERSION}"), None);
        }
        let cached =
            |body: Value| Answer::Result(with_cache_hints(body, request.modern).to_string());
        let options = &self.options;
        match request.method.as_str() {
            "ping" | "logging/setLevel" if !request.modern => Answer::Result("{}".into()),
            "tools/list" => cached(self.page(request, "tools", catalogue::tools(options))),
            "resources/list" => {
                cached(self.page(request, "resources", catalogue::resources(options)))
            }
            "resources/templates/list" => {
                cached(self.page(request, "resourceTemplates", catalogue::templates()))
            }
            "prompts/list" => cached(self.page(request, "prompts", catalogue::prompts(options))),
            "resources/read" => {
                match catalogue::contents(request.params["uri"].as_str().unwrap_or_default()) {
                    Some(contents) => cached(json!({"contents": [contents]})),
                    None => {
                        let code = if request.modern { -32602 } else { -32002 };
                        Answer::Error(
                            code,
                            "no such resource".into(),
                            Some(json!({"uri": request.params["uri"]})),
                        )
                    }
                }
            }
            "prompts/get" => self.prompt(request),
            "tools/call" if options.has("--ask-same-id") && !request.modern => {
                self.ask(request);
                Answer::Later
            }
            "tools/call" => self.call(request),
            method => Answer::Error(-32601, format!("no method {method}"), None),
        }
    }

    fn discover(&mut self, request: &Request) -> Answer {
        for line in 1..=self.options.number("--probe-stderr").unwrap_or(0_u32) {
            complain(&format!("what is server/discover? line {line}"));
        }
        if self.options.has("--silent-probe") {
            return Answer::Later;
        }
        let once = self
            .options
            .value("--refuse-version-once")
            .filter(|_| !self.refused_once);
        if let Some(list) = once.or_else(|| self.options.value("--refuse-version")) {
            let answer = version_error(list, &request.params["_meta"][META_VERSION]);
            self.refused_once = true;
            return answer;
        }
        if !self.modern && !self.options.has("--discover-versions") {
            let code = self.options.number("--probe-error").unwrap_or(-32601);
            return Answer::Error(code, "no method server/discover".into(), None);
        }
        if self.options.has("--probe-after-initialize") && !self.opened {
            self.late_probe = Some(request.clone());
            return Answer::Later;
        }
        if let Some(late) = self.options.number("--probe-late").filter(|_| !self.opened) {
            let (fake, request) = (self.for_thread(), request.clone());
            let answer = self.discovery();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(late));
                fake.reply(&request, answer);
            });
            return Answer::Later;
        }
        self.discovered = true;
        self.discovery()
    }

    fn discovery(&self) -> Answer {
        let default = if self.legacy {
            "2026-07-28,2025-11-25,2025-06-18"
        } else {
            MODERN
        };
        let versions: Vec<_> = self
            .options
            .value("--discover-versions")
            .unwrap_or(default)
            .split(',')
            .collect();
        let body = json!({"supportedVersions": versions, "capabilities": self.capabilities()});
        Answer::Result(with_cache_hints(self.with_instructions(body), true).to_string())
    }

    fn initialize(&mut self, request: &Request) -> Answer {
        self.opened = true;
        if let Some(probe) = self.late_probe.take() {
            let answer = self.discovery();
            self.reply(&probe, answer);
        }
        if !self.legacy || (self.discovered && self.options.has("--dual-pinned")) {
            let refusal = version_error(MODERN, &request.params["protocolVersion"]);
            if let Some(late) = self.options.number::<u64>("--probe-late") {
                // Not before the late answer: what it sends next is then the second of the two.
                let (fake, request) = (self.for_thread(), request.clone());
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(late + 50));
                    fake.reply(&request, refusal);
                });
                return Answer::Later;
            }
            return refusal;
        }
        let body = json!({
            "protocolVersion": self.options.value("--revision").unwrap_or("2025-06-18"),
            "capabilities": self.capabilities(),
            "serverInfo": {"name": self.name(), "version": "0"}
        });
        Answer::Result(self.with_instructions(body).to_string())
    }

    fn name(&self) -> &str {
        self.options.value("--name").unwrap_or("fake")
    }

    fn capabilities(&self) -> Value {
        let plain = || json!({"tools": {"listChanged": true}, "resources": {}, "prompts": {}, "logging": {}});
        match self.options.value("--capabilities") {
            None => plain(),
            Some(text) => {
                serde_json::from_str(text).unwrap_or_else(|error| crate::usage(&error.to_string()))
            }
        }
    }

    fn with_instructions(&self, mut body: Value) -> Value {
        if let Some(text) = self.options.value("--instructions") {
            body["instructions"] = json!(text);
        }
        body
    }

    fn page(&self, request: &Request, member: &str, items: Vec<Value>) -> Value {
        let cursor = request.params["cursor"].as_str().unwrap_or_default();
        let page: usize = cursor
            .rsplit('-')
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or(0);
        if self.options.has("--page-loop") {
            return json!({(member): items, "nextCursor": "again"});
        }
        if self.options.has("--page-endless") {
            return json!({(member): items, "nextCursor": format!("page-{}", page + 1)});
        }
        let pages: usize = self.options.number("--pages").unwrap_or(1).max(1);
        let size = items.len().div_ceil(pages);
        let part: Vec<_> = items.into_iter().skip(page * size).take(size).collect();
        let mut body = json!({(member): part});
        if page + 1 < pages {
            body["nextCursor"] = json!(format!("page-{}", page + 1));
        }
        body
    }

    fn prompt(&self, request: &Request) -> Answer {
        let say = |text: &str| {
            let message = json!({"role": "user", "content": {"type": "text", "text": text}});
            Answer::Result(json!({"messages": [message]}).to_string())
        };
        match (
            request.params["name"].as_str(),
            request.params["arguments"]["who"].as_str(),
        ) {
            (Some("plain"), _) => say("plain words"),
            (Some("greet"), Some(who)) => say(&format!("Greet {who}.")),
            (Some("greet"), None) => Answer::Error(-32602, "who is missing".into(), None),
            (Some(name), _) if name.starts_with("wild") && self.options.has("--wild") => say(WILD),
            _ => Answer::Error(-32602, "no such prompt".into(), None),
        }
    }

    /// Sends an answer, right or wrong.
    fn reply(&self, request: &Request, answer: Answer) {
        let named = |flag: &str| {
            self.options
                .names(flag, &request.method, request.tool.as_deref())
        };
        let error = |id: &str| {
            format!(r#"{{"jsonrpc":"2.0",{id}"error":{{"code":-32603,"message":"lost the id"}}}}"#)
        };
        let Some(frame) = self.frame(request, &answer) else {
            return;
        };
        if named("--partial-on") {
            self.wire.half(&frame);
            life::die(&self.options);
        }
        if named("--null-id-error") {
            self.wire.answer(&error(r#""id":null,"#));
        } else if named("--no-id-error") {
            self.wire.answer(&error(""));
        } else {
            self.wire.answer(&frame);
            if named("--duplicate-response") {
                self.wire.answer(&frame);
            }
        }
        let answered = ANSWERED.fetch_add(1, Ordering::Relaxed) + 1;
        if named("--crash-after") || self.options.number("--crash-at") == Some(answered) {
            life::die(&self.options);
        }
    }

    /// The text of an answer, with the id the flags want; nothing for one that comes later.
    fn frame(&self, request: &Request, answer: &Answer) -> Option<String> {
        let named = |flag: &str| {
            self.options
                .names(flag, &request.method, request.tool.as_deref())
        };
        let id = if named("--wrong-id") {
            "\"nobody asked\"".to_owned()
        } else if named("--string-id") {
            match request
                .id
                .strip_prefix('"')
                .and_then(|id| id.strip_suffix('"'))
            {
                Some(text) => text
                    .parse::<i64>()
                    .map_or_else(|_| "0".to_owned(), |id| id.to_string()),
                None => format!("\"{}\"", request.id),
            }
        } else {
            request.id.clone()
        };
        Some(match answer {
            Answer::Later => return None,
            Answer::Error(code, message, data) => {
                let mut error = json!({"code": code, "message": message});
                if let Some(data) = data {
                    error["data"] = data.clone();
                }
                format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
            }
            Answer::Result(body) if request.modern => {
                let kind = if self.options.has("--no-result-type") {
                    ""
                } else {
                    r#""resultType":"complete","#
                };
                let info = json!({"name": self.name(), "version": "0"});
                let rest = body.strip_prefix('{').unwrap_or(body);
                let comma = if rest == "}" { "" } else { "," };
                format!(
                    r#"{{"jsonrpc":"2.0","id":{id},"result":{{{kind}"_meta":{{"io.modelcontextprotocol/serverInfo":{info}}}{comma}{rest}}}"#
                )
            }
            Answer::Result(body) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{body}}}"#),
        })
    }

    /// A copy for a thread that answers on its own.
    fn for_thread(&self) -> Self {
        Self {
            options: self.options.clone(),
            wire: self.wire.clone(),
            late_probe: None,
            asked: None,
            cancelled: Arc::clone(&self.cancelled),
            ..*self
        }
    }
}

fn text_result(text: &str) -> String {
    json!({"content": [{"type": "text", "text": text}]}).to_string()
}

fn with_cache_hints(mut body: Value, modern: bool) -> Value {
    if modern {
        body["ttlMs"] = json!(0);
        body["cacheScope"] = json!("private");
    }
    body
}

fn version_error(supported: &str, requested: &Value) -> Answer {
    let supported: Vec<_> = supported
        .split(',')
        .filter(|version| !version.is_empty())
        .collect();
    let data = json!({"supported": supported, "requested": requested});
    Answer::Error(
        -32022,
        format!(
            "unsupported protocol version, try {}",
            supported.join(" or ")
        ),
        Some(data),
    )
}
