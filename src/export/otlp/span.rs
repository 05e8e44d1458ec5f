//! A span, as the JSON of OTLP has it: ids in hexadecimal, 64-bit numbers as strings, enumerations as numbers.

use super::ids::Context;
use crate::json::{self, quote};
use crate::jsonrpc::Id;

/// `SPAN_KIND_SERVER` and `SPAN_KIND_CLIENT`.
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
/// `STATUS_CODE_ERROR`
const ERROR: u8 = 2;

/// Attributes, in order.
#[derive(Debug, Clone, Default)]
pub struct Attributes(Vec<String>);

impl Attributes {
    /// Adds a text.
    pub fn text(&mut self, key: &str, value: &str) {
        self.0.push(format!(
            "{{\"key\":{},\"value\":{{\"stringValue\":{}}}}}",
            quote(key),
            quote(value)
        ));
    }

    /// Adds an integer.
    pub fn number(&mut self, key: &str, value: i64) {
        self.0.push(format!(
            "{{\"key\":{},\"value\":{{\"intValue\":\"{value}\"}}}}",
            quote(key)
        ));
    }

    /// Adds a floating number; what is none is left out.
    pub fn float(&mut self, key: &str, value: f64) {
        if value.is_finite() {
            self.0.push(format!(
                "{{\"key\":{},\"value\":{{\"doubleValue\":{value}}}}}",
                quote(key)
            ));
        }
    }

    /// The list.
    pub fn to_json(&self) -> String {
        format!("[{}]", self.0.join(","))
    }
}

/// A span.
#[derive(Debug, Clone)]
pub struct Span {
    /// Where it stands.
    pub context: Context,
    name: String,
    kind: u8,
    began: u128,
    /// When it ended, in nanoseconds since 1970.
    pub end: u128,
    /// What is known of it.
    pub attributes: Attributes,
    events: Vec<String>,
    failed: bool,
    message: String,
}

impl Span {
    /// A span without length. We are the client: what the server sends is served by us.
    pub fn new(context: Context, method: &str, from_server: bool, began: u128) -> Self {
        let mut attributes = Attributes::default();
        attributes.text("mcp.method.name", method);
        Self {
            context,
            name: method.to_owned(),
            kind: if from_server { SERVER } else { CLIENT },
            began,
            end: began,
            attributes,
            events: Vec::new(),
            failed: false,
            message: String::new(),
        }
    }

    /// What a request is about. Addresses of resources stay out of the name: there are too many of them.
    pub fn subject(&mut self, method: &str, subject: &str) {
        if subject.is_empty() {
            return;
        }
        let key = match method {
            "tools/call" => {
                self.attributes
                    .text("gen_ai.operation.name", "execute_tool");
                "gen_ai.tool.name"
            }
            "prompts/get" => "gen_ai.prompt.name",
            "resources/read" | "resources/subscribe" | "resources/unsubscribe" => {
                self.attributes.text("mcp.resource.uri", subject);
                return;
            }
            _ => return,
        };
        self.attributes.text(key, subject);
        self.name = format!("{method} {subject}");
    }

    /// What only a request has.
    pub fn request(&mut self, id: &Id, message: &[u8]) {
        match id {
            Id::Integer(number) => {
                let number = number.to_string();
                self.attributes.text("jsonrpc.request.id", &number);
            }
            Id::Text(text) => self.attributes.text("jsonrpc.request.id", text),
            // A null id is none, by the conventions.
            Id::Other(spelling) if &**spelling == "null" => {}
            Id::Other(spelling) => self.attributes.text("jsonrpc.request.id", spelling),
        }
        self.version(message);
    }

    /// What only a notification has.
    pub fn notification(&mut self, method: &str, message: &[u8]) {
        self.version(message);
        if method == "notifications/resources/updated"
            && let Some(uri) = json::string_at(message, &["params", "uri"])
        {
            self.attributes.text("mcp.resource.uri", &uri);
        }
    }

    fn version(&mut self, message: &[u8]) {
        let version = json::string_at(message, &["jsonrpc"]);
        if let Some(version) = version.filter(|version| version != "2.0") {
            self.attributes.text("jsonrpc.protocol.version", &version);
        }
    }

    /// What the answer says of a failure.
    pub fn answer(&mut self, answer: Option<&[u8]>) {
        let error = answer.and_then(|answer| json::get(answer, &["error"]));
        let Some(error) = error else {
            return;
        };
        if let Some(code) = json::get(error, &["code"]) {
            let code = String::from_utf8_lossy(code.trim_ascii()).into_owned();
            self.attributes.text("rpc.response.status_code", &code);
        }
        self.message = json::string_at(error, &["message"]).unwrap_or_default();
    }

    /// It failed, in this way.
    pub fn fail(&mut self, kind: &str) {
        self.attributes.text("error.type", kind);
        self.failed = true;
    }

    /// Progress was told.
    pub fn progress(&mut self, at: u128, notification: &[u8]) {
        let mut attributes = Attributes::default();
        let params = json::get(notification, &["params"]).unwrap_or_default();
        for (member, key) in [
            ("progress", "mcpscope.progress"),
            ("total", "mcpscope.progress.total"),
        ] {
            let number = json::get(params, &[member]);
            let number = number.and_then(|raw| std::str::from_utf8(raw).ok()?.trim().parse().ok());
            if let Some(number) = number {
                attributes.float(key, number);
            }
        }
        if let Some(message) = json::string_at(params, &["message"]) {
            attributes.text("mcpscope.progress.message", &message);
        }
        self.events.push(format!(
            "{{\"timeUnixNano\":\"{at}\",\"name\":\"notifications/progress\",\"attributes\":{}}}",
            attributes.to_json()
        ));
    }

    /// The span.
    pub fn to_json(&self) -> String {
        let Context {
            trace,
            span,
            parent,
            state,
            sampled,
        } = &self.context;
        let optional = |name: &str, text: &str| {
            if text.is_empty() {
                String::new()
            } else {
                format!(",\"{name}\":{}", quote(text))
            }
        };
        let events = if self.events.is_empty() {
            String::new()
        } else {
            format!(",\"events\":[{}]", self.events.join(","))
        };
        let status = if self.failed {
            let message = optional("message", &self.message);
            format!(",\"status\":{{\"code\":{ERROR}{message}}}")
        } else {
            String::new()
        };
        format!(
            "{{\"traceId\":\"{trace}\",\"spanId\":\"{span}\"{}{},\"flags\":{},\"name\":{},\"kind\":{},\
             \"startTimeUnixNano\":\"{}\",\"endTimeUnixNano\":\"{}\",\"attributes\":{}{events}{status}}}",
            optional("parentSpanId", parent),
            optional("traceState", state),
            u8::from(*sampled),
            quote(&self.name),
            self.kind,
            self.began,
            self.end,
            self.attributes.to_json(),
        )
    }
}
