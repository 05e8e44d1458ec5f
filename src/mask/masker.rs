//! Shown everything in the order of its recording: learns what is secret, and masks it.

use std::collections::HashMap;
use std::ops::Range;

use super::needles::{Needles, What};
use super::rules::Whole;
use super::schema::{Schema, below};
use super::secrets::{Held, Secrets};
use super::walk::{Token, walk};
use super::{Mark, Rule, Rules, is_mask, placeholder};
use crate::json::{self, Kind};

/// How deep arguments are compared with their schema.
const DEEPEST: usize = 128;
/// Questions of servers that are remembered.
const MOST_ASKED: usize = 256;

/// What is shown to the masker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A frame to the server.
    Sent,
    /// A frame from it.
    Came,
    /// A line of anything.
    Line,
    /// A note of ours: JSON whose names of members are ours.
    Note,
}

/// A body as it may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The bytes.
    pub body: Vec<u8>,
    /// Where masks stand in it, in order.
    pub marks: Vec<Mark>,
}

/// Masks what is recorded of one session.
#[derive(Debug)]
pub struct Masker {
    pub(super) secrets: Secrets,
    pub(super) needles: Needles,
    /// The server of each connection.
    servers: HashMap<u32, Box<str>>,
    /// Schemas of tools that mark something as secret, by connection and name.
    tools: HashMap<(u32, Box<str>), Box<[u8]>>,
    /// Schemas of questions that do, by connection and the id or key of the question.
    asked: HashMap<(u32, Box<str>), Box<[u8]>>,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new(Rules::default())
    }
}

/// What replaces a part of a body.
pub(super) struct Edit {
    pub(super) place: Range<usize>,
    pub(super) name: Box<str>,
    pub(super) rule: Rule,
    /// What stands around the mask: quotation marks where it replaces a whole value.
    pub(super) quote: &'static str,
}

impl Masker {
    /// One that knows these rules and no secrets.
    pub fn new(rules: Rules) -> Self {
        Self::over(Secrets::of(rules))
    }

    /// One that knows what is known there, and tells what it finds.
    pub fn over(secrets: Secrets) -> Self {
        Self {
            needles: Needles::unmade(),
            secrets,
            servers: HashMap::new(),
            tools: HashMap::new(),
            asked: HashMap::new(),
        }
    }

    /// The secrets it finds; they are held for as long as somebody has this.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A connection to this server begins.
    pub fn connects(&mut self, conn: u32, server: &str) {
        self.servers.insert(conn, server.into());
    }

    pub(super) fn server(&self, conn: u32) -> Box<str> {
        self.servers.get(&conn).cloned().unwrap_or_default()
    }

    /// The body as it may be written; nothing when it may be written as it is. To be called for everything that
    /// happens on a connection, in order.
    pub fn mask(&mut self, conn: u32, seen: Seen, body: &[u8]) -> Option<Masked> {
        let marked = match seen {
            Seen::Sent => self.marked_by_schema(conn, body),
            _ => Vec::new(),
        };
        // After the schemas: what was found by them is looked for in the rest of the frame too.
        let may = self.may_mask(body);
        if marked.is_empty() && !may {
            return None;
        }
        let core = body.trim_ascii();
        let is_json = matches!(core.first(), Some(b'{' | b'[' | b'"')) && json::check(core).is_ok();
        if is_json && seen == Seen::Came {
            self.learn(conn, body);
        }
        let edits = if is_json {
            self.in_json(conn, seen, body, marked)
        } else {
            self.in_text(conn, body)
        };
        apply(body, edits)
    }

    /// Whether [`Masker::mask`] may find something in a body that is not sent; when not, there is nothing to find.
    pub fn may_mask(&mut self, body: &[u8]) -> bool {
        if self.needles.is_stale(&self.secrets) {
            self.needles = Needles::new(&self.secrets);
        }
        self.needles.may_find(body)
    }

    /// Reads schemas of tools and of questions.
    fn learn(&mut self, conn: u32, body: &[u8]) {
        for name in ["inputSchema", "requestedSchema"] {
            if memchr::memmem::find(body, name.as_bytes()).is_none() {
                continue;
            }
            for message in messages(body) {
                if name == "inputSchema" {
                    let tools = json::get(message, &["result", "tools"]).unwrap_or_default();
                    for tool in json::elements(tools) {
                        let Some(name) = json::string_at(tool, &["name"]) else {
                            continue;
                        };
                        let schema = json::get(tool, &["inputSchema"]).unwrap_or_default();
                        let key = (conn, name.into());
                        if marks_something(schema) {
                            self.tools.insert(key, schema.into());
                        } else {
                            self.tools.remove(&key);
                        }
                    }
                } else {
                    self.learn_questions(conn, message);
                }
            }
        }
    }

    fn learn_questions(&mut self, conn: u32, message: &[u8]) {
        if let Some(schema) = json::get(message, &["params", "requestedSchema"]) {
            let id = json::get(message, &["id"]).unwrap_or_default();
            self.asks(conn, &String::from_utf8_lossy(id), schema);
        }
        // 2026-07-28: questions stand in a result, or in what is told of a task.
        for path in [
            &["result", "inputRequests"][..],
            &["result", "task", "inputRequests"],
            &["params", "inputRequests"],
            &["params", "task", "inputRequests"],
        ] {
            for (key, question) in json::members(json::get(message, path).unwrap_or_default()) {
                if let Some(schema) = json::get(question, &["params", "requestedSchema"]) {
                    self.asks(conn, &format!("key {key}"), schema);
                }
            }
        }
    }

    fn asks(&mut self, conn: u32, which: &str, schema: &[u8]) {
        let key = (conn, which.into());
        if !marks_something(schema) {
            self.asked.remove(&key);
            return;
        }
        if self.asked.len() >= MOST_ASKED {
            // Questions are answered soon; so many open ones are somebody's mistake.
            self.asked.clear();
        }
        self.asked.insert(key, schema.into());
    }

    /// The places of a frame to the server that a schema marks as secret.
    fn marked_by_schema(&self, conn: u32, body: &[u8]) -> Vec<Edit> {
        let mut found = Vec::new();
        if self.tools.is_empty() && self.asked.is_empty() {
            return found;
        }
        let server = self.server(conn);
        let mut look = |raw: Option<&[u8]>, schema: Option<&Box<[u8]>>, rule| {
            if let (Some(raw), Some(schema)) = (raw, schema) {
                let mut marks = Marking {
                    body,
                    secrets: &self.secrets,
                    server: &server,
                    rule,
                    found: &mut found,
                };
                marks.value(raw, rule.word(), &Schema::all(schema), 0);
            }
        };
        for message in messages(body) {
            let method = json::string_at(message, &["method"]);
            match method.as_deref() {
                Some("tools/call") => {
                    let name = json::string_at(message, &["params", "name"]).unwrap_or_default();
                    let arguments = json::get(message, &["params", "arguments"]);
                    look(
                        arguments,
                        self.tools.get(&(conn, name.into())),
                        Rule::Argument,
                    );
                }
                Some(_) => {}
                None => {
                    let id = json::get(message, &["id"]).unwrap_or_default();
                    let id = String::from_utf8_lossy(id);
                    let content = json::get(message, &["result", "content"]);
                    look(content, self.asked.get(&(conn, id.into())), Rule::Answer);
                }
            }
            let replies = json::get(message, &["params", "inputResponses"]);
            for (key, reply) in json::members(replies.unwrap_or_default()) {
                let schema = self.asked.get(&(conn, format!("key {key}").into()));
                look(json::get(reply, &["content"]), schema, Rule::Answer);
                look(
                    json::get(reply, &["result", "content"]),
                    schema,
                    Rule::Answer,
                );
            }
        }
        found
    }

    /// Every place of a JSON text that is to be masked, in order.
    fn in_json(&self, conn: u32, seen: Seen, body: &[u8], marked: Vec<Edit>) -> Vec<Edit> {
        let server = self.server(conn);
        let mut edits = Vec::new();
        let mut marked = marked.into_iter().peekable();
        walk(body, |place, token_at, token| {
            if let Some(edit) = marked.next_if(|edit| edit.place.start == token_at.start)
                && token != Token::Name
            {
                edits.push(edit);
                return true;
            }
            if place.is_envelope() && seen != Seen::Note {
                // Its names and numbers make the message one; but what is typed there as text goes out as it is.
                if token == Token::Text {
                    let raw = &body[token_at.clone()];
                    self.in_string(raw, (token_at.start, false), seen, &server, &mut edits);
                }
                return false;
            }
            let members = token != Token::Name && seen != Seen::Note && !place.in_schema();
            let whole = members
                .then(|| self.secrets.rules().of_member(place))
                .flatten();
            let raw = match token {
                Token::Open if whole == Some(Whole::Anything) => {
                    &body[token_at.start..json::skip_value(body, token_at.start)]
                }
                Token::Open => return false,
                // In a note they are ours.
                Token::Name if seen == Seen::Note => return false,
                // Which of our notes it is.
                Token::Text if seen == Seen::Note && place.is_top("event") => return false,
                _ => &body[token_at.clone()],
            };
            let at = token_at.start..token_at.start + raw.len();
            if whole.is_some()
                && let Some(held) = held(raw)
            {
                let base = place.nearest().unwrap_or_default();
                let name = self.secrets.name(&base, Rule::Member, held, &server);
                edits.push(Edit {
                    place: at,
                    name,
                    rule: Rule::Member,
                    quote: "\"",
                });
                return true;
            }
            match token {
                Token::Text | Token::Name => {
                    let at = (at.start, place.in_schema());
                    self.in_string(raw, at, seen, &server, &mut edits);
                }
                Token::Plain => {
                    // A number cannot be masked in part.
                    if let Some(found) = self.needles.find(raw, true).first()
                        && let What::Known(name, rule) = &found.what
                    {
                        let held = Held::Json(String::from_utf8_lossy(raw).into());
                        let name = self.secrets.name(name, *rule, held, &server);
                        edits.push(Edit {
                            place: at,
                            name,
                            rule: *rule,
                            quote: "\"",
                        });
                    }
                }
                Token::Open => {}
            }
            false
        });
        edits
    }

    fn in_text(&self, conn: u32, body: &[u8]) -> Vec<Edit> {
        let server = self.server(conn);
        let found = self.needles.find(body, false).into_iter();
        found
            .map(|one| {
                let what = String::from_utf8_lossy(&body[one.place.clone()]);
                let (name, rule) = self.name_of(one.what, &what, &server);
                Edit {
                    place: one.place,
                    name,
                    rule,
                    quote: "",
                }
            })
            .collect()
    }
}

/// Finds what a schema marks.
struct Marking<'a> {
    body: &'a [u8],
    secrets: &'a Secrets,
    server: &'a str,
    rule: Rule,
    found: &'a mut Vec<Edit>,
}

impl Marking<'_> {
    fn value(&mut self, raw: &[u8], name: &str, schemas: &[Schema<'_>], depth: usize) {
        if schemas.is_empty() || depth > DEEPEST {
            return;
        }
        if schemas.iter().any(Schema::is_secret) {
            if let Some(held) = held(raw) {
                self.found.push(Edit {
                    place: json::place_of(raw, self.body),
                    name: self.secrets.name(name, self.rule, held, self.server),
                    rule: self.rule,
                    quote: "\"",
                });
            }
            return;
        }
        match json::kind(raw) {
            Kind::Object => {
                for (key, value) in json::members(raw) {
                    let schemas = below(schemas, |schema| schema.member(&key));
                    self.value(value, &key, &schemas, depth + 1);
                }
            }
            Kind::Array => {
                for (index, item) in json::elements(raw).enumerate() {
                    let schemas = below(schemas, |schema| schema.items(index));
                    self.value(item, name, &schemas, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// A value as a secret; nothing when there is nothing to hide: `null`, an empty text, a mask.
pub(super) fn held(raw: &[u8]) -> Option<Held> {
    match json::kind(raw) {
        Kind::String => {
            let text = json::text(raw)?;
            (!text.is_empty() && !is_mask(&text)).then(|| Held::Text(text.into()))
        }
        Kind::Null | Kind::Invalid => None,
        _ => Some(Held::Json(String::from_utf8_lossy(raw).into())),
    }
}

/// The messages of a frame.
fn messages(body: &[u8]) -> Vec<&[u8]> {
    match json::kind(body) {
        Kind::Array => json::elements(body).collect(),
        _ => vec![body],
    }
}

/// Whether a schema could mark anything, by a glance.
fn marks_something(schema: &[u8]) -> bool {
    ["writeOnly", "password", "\\u00"]
        .iter()
        .any(|word| memchr::memmem::find(schema, word.as_bytes()).is_some())
}

/// How long the character at `at` of the inside of a string is, as it is spelled and decoded; pieces of characters
/// count one by one.
pub(super) fn unit(inside: &[u8], at: usize) -> (usize, usize) {
    if inside[at] != b'\\' {
        return (1, 1);
    }
    if inside.get(at + 1) != Some(&b'u') {
        return (2, 1);
    }
    let pair = matches!(json::hex4(inside, at + 2), Some(0xD800..=0xDBFF))
        && inside.get(at + 6..at + 8) == Some(b"\\u")
        && matches!(json::hex4(inside, at + 8), Some(0xDC00..=0xDFFF));
    if pair {
        return (12, 4);
    }
    let c = json::hex4(inside, at + 2).and_then(char::from_u32);
    (6, c.unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8())
}

fn apply(body: &[u8], edits: Vec<Edit>) -> Option<Masked> {
    if edits.is_empty() {
        return None;
    }
    let mut masked = Masked {
        body: Vec::with_capacity(body.len() + edits.len() * 16),
        marks: Vec::with_capacity(edits.len()),
    };
    let mut from = 0;
    for edit in edits {
        masked.body.extend_from_slice(&body[from..edit.place.start]);
        from = edit.place.end;
        let at = masked.body.len();
        let mask = placeholder(&edit.name);
        let quote = edit.quote.as_bytes();
        masked.body.extend_from_slice(quote);
        masked.body.extend_from_slice(mask.as_bytes());
        masked.body.extend_from_slice(quote);
        masked.marks.push(Mark {
            at,
            len: masked.body.len() - at,
            name: edit.name,
            rule: edit.rule,
        });
    }
    masked.body.extend_from_slice(&body[from..]);
    Some(masked)
}
