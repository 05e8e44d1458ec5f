//! What a server asks back: elicitation, sampling, and the rounds of 2026-07-28.

use std::collections::{HashMap, HashSet};

use super::http::is_here;
use super::schemas::is_secretive;
use crate::json::{self, Kind as JsonKind};
use crate::jsonrpc::Kind;
use crate::lint::rule::{Check, Grade, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::asked::Asked;
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::{V2025_06_18, V2025_11_25, V2026_07_28};
use crate::validity::Validator;

/// So many rounds of one call are no longer usual: clients give up there.
const MOST_ROUNDS: u32 = 10;
/// Ids and calls that are remembered.
const MOST: usize = 10_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "input-is-asked-where-it-may-be",
        checks: &[145],
        since: V2026_07_28,
        section: "basic/patterns/mrtr",
        what: "Only `tools/call`, `prompts/get` and `resources/read` are answered with `input_required`.",
        why: "Clients take it for a broken result elsewhere.",
        fix: "Ask when the tool is called.",
        check: Check::Message(On::AnyResult, asked_where),
        ..Rule::ROW
    },
    Rule {
        name: "input-required-says-what",
        checks: &[146],
        since: V2026_07_28,
        section: "basic/patterns/mrtr",
        what: "`input_required` comes with `inputRequests` or with a `requestState` that is a string.",
        why: "A client has nothing to answer and nothing to send back.",
        fix: "Add what is asked, by key.",
        check: Check::Message(On::AnyResult, says_what),
        ..Rule::ROW
    },
    Rule {
        name: "inputs-are-declared",
        checks: &[147],
        since: V2026_07_28,
        section: "basic/patterns/mrtr",
        what: "What is asked for is a kind and a mode that the client declared with that request.",
        why: "The client cannot answer, and the call ends there.",
        fix: "Answer -32021 with `requiredCapabilities`, or do without.",
        check: Check::Message(On::AnyResult, inputs_declared),
        ..Rule::ROW
    },
    Rule {
        name: "rounds-come-to-an-end",
        checks: &[150],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic/patterns/mrtr",
        what: "A call does not ask for input more than ten times.",
        why: "Clients give up, and people before them.",
        fix: "Ask for several things in one round.",
        check: Check::Watch(|| Box::new(Rounds::default())),
        ..Rule::ROW
    },
    Rule {
        name: "form-is-flat",
        checks: &[151],
        since: V2025_06_18,
        section: "client/elicitation Requested Schema",
        what: "A requested schema has flat fields of the allowed kinds, and requires only fields it has.",
        why: "Clients cannot make a form of anything else.",
        fix: "Ask for text, numbers, yes or no and choices; ask again for what depends on them.",
        check: Check::Message(On::Any, flat),
        ..Rule::ROW
    },
    Rule {
        name: "form-defaults-fit",
        checks: &[152],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "client/elicitation Requested Schema",
        what: "A field's default is allowed by the field, and there are as many `enumNames` as values.",
        why: "The form cannot be sent as it is offered.",
        fix: "Mend the default.",
        check: Check::Message(On::Any, form_defaults),
        ..Rule::ROW
    },
    Rule {
        name: "forms-ask-for-no-secrets",
        checks: &[153],
        grade: Grade::WARNING,
        since: V2025_06_18,
        section: "client/elicitation Security",
        what: "A form does not ask for passwords, tokens, keys or cards.",
        why: "What is typed passes through the client, and models and logs may see it.",
        fix: "Ask with mode `url`: the secret goes to your own page.",
        check: Check::Message(On::Any, no_secrets),
        ..Rule::ROW
    },
    Rule {
        name: "asked-url-can-be-opened",
        checks: &[154],
        since: V2025_11_25,
        section: "client/elicitation URL Mode",
        what: "The `url` somebody is sent to is an http or https URL without a name or password in it.",
        why: "Clients refuse to open it.",
        fix: "Send an absolute https URL; put what it is about into the path or query.",
        check: Check::Message(On::Any, url_opens),
        ..Rule::ROW
    },
    Rule {
        name: "asked-url-is-https",
        checks: &[154],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "client/elicitation URL Mode",
        what: "The `url` somebody is sent to is https, unless it is on their own machine.",
        why: "What they type there can be read on the way.",
        fix: "Use https.",
        check: Check::Message(On::Any, url_https),
        ..Rule::ROW
    },
    Rule {
        name: "elicitation-ids-differ",
        checks: &[155],
        since: V2025_11_25,
        until: V2025_11_25,
        section: "client/elicitation URL Mode",
        what: "Every url that is asked for has an `elicitationId` of its own.",
        why: "The client cannot tell which of them is done.",
        fix: "Use a UUID.",
        check: Check::Watch(|| Box::new(Elicitations::default())),
        ..Rule::ROW
    },
    Rule {
        name: "no-elicitation-ids-any-more",
        checks: &[155],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "client/elicitation URL Mode",
        what: "There is no `elicitationId` any more.",
        why: "Clients pass over it: what the server hangs on it never happens.",
        fix: "Put it into `requestState`.",
        check: Check::Message(On::AnyResult, no_ids),
        ..Rule::ROW
    },
    Rule {
        name: "required-urls-are-listed",
        checks: &[156],
        since: V2025_11_25,
        until: V2025_11_25,
        section: "client/elicitation URL Mode",
        what: "-32042 lists at least one url in `data.elicitations`.",
        why: "The client knows that somebody has to go somewhere, and not where.",
        fix: "List what must be opened, each with `url`, `elicitationId` and `message`.",
        check: Check::Message(On::Errors, urls_listed),
        ..Rule::ROW
    },
    Rule {
        name: "done-is-what-was-asked",
        checks: &[157],
        grade: Grade::ErrorSince(V2026_07_28),
        since: V2025_11_25,
        section: "client/elicitation URL Mode",
        what: "`notifications/elicitation/complete` names an id that was asked with; 2026-07-28 has no such notification.",
        why: "The client cannot tell what is done.",
        fix: "Send the id of the request; in 2026-07-28 nothing.",
        check: Check::Watch(|| Box::new(Done::default())),
        ..Rule::ROW
    },
    Rule {
        name: "sampling-tools-are-declared",
        checks: &[158],
        since: V2025_11_25,
        section: "client/sampling Tools",
        what: "Sampling brings `tools` or `toolChoice` only when the client declared `sampling.tools`.",
        why: "Other clients must refuse the request.",
        fix: "Look at `capabilities.sampling.tools` first.",
        check: Check::Message(On::Any, sampling_tools),
        ..Rule::ROW
    },
    Rule {
        name: "tool-results-follow-their-uses",
        checks: &[158],
        since: V2025_11_25,
        section: "client/sampling Tools",
        what: "In sampling, each use of a tool is answered by its result in the next message, which holds nothing else.",
        why: "The interfaces of the models refuse any other order.",
        fix: "Put all results of one message into the next one, and words into one of their own.",
        check: Check::Message(On::Any, tool_results),
        ..Rule::ROW
    },
    Rule {
        name: "context-is-declared",
        checks: &[159],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "client/sampling",
        what: "`includeContext` is `none` unless the client declared `sampling.context`.",
        why: "Clients leave the context out, and the model knows less than was meant.",
        fix: "Put what the model must know into the messages.",
        check: Check::Message(On::Any, context),
        ..Rule::ROW
    },
];

/// Something that is asked back: its place, its method and its params.
struct Ask<'a> {
    at: String,
    method: String,
    params: &'a [u8],
}

/// What a message asks back: as a request, or among the inputs that a result wants.
fn asks<'a>(message: &Message<'a>) -> Vec<Ask<'a>> {
    match (message.facts.kind, &message.facts.detail) {
        (Kind::Request, Detail::Asked(_)) => {
            let params = message.get(&["params"]).unwrap_or_default();
            let method = message
                .facts
                .method
                .as_deref()
                .unwrap_or_default()
                .to_owned();
            vec![Ask {
                at: "/params".to_owned(),
                method,
                params,
            }]
        }
        (Kind::Result, Detail::Result(result)) if result.inputs.is_some() => {
            let raw = message
                .get(&["result", "inputRequests"])
                .unwrap_or_default();
            let each = json::members(raw).map(|(key, entry)| {
                let at = json::pointer::below("/result/inputRequests", &key);
                Ask {
                    at: format!("{at}/params"),
                    method: json::string_at(entry, &["method"]).unwrap_or_default(),
                    params: json::get(entry, &["params"]).unwrap_or_default(),
                }
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

fn is_url(ask: &Ask<'_>) -> bool {
    ask.method == "elicitation/create"
        && json::string_at(ask.params, &["mode"]).as_deref() == Some("url")
}

/// The requested schema of a form, with its place.
fn form<'a>(ask: &Ask<'a>) -> Option<(String, &'a [u8])> {
    if ask.method != "elicitation/create" || is_url(ask) {
        return None;
    }
    let schema = json::get(ask.params, &["requestedSchema"])?;
    Some((format!("{}/requestedSchema", ask.at), schema))
}

/// The fields of a form: place, name, schema.
fn fields<'a>(at: &str, schema: &'a [u8]) -> Vec<(String, String, &'a [u8])> {
    let properties = json::get(schema, &["properties"]).unwrap_or_default();
    let at = format!("{at}/properties");
    json::members(properties)
        .map(|(name, field)| (json::pointer::below(&at, &name), name.into_owned(), field))
        .collect()
}

fn wants_input(message: &Message<'_>) -> bool {
    message.text(&["result", "resultType"]).as_deref() == Some("input_required")
}

fn asked_where(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(method) = message.method.as_deref().filter(|_| wants_input(message)) else {
        return;
    };
    let may = matches!(method, "tools/call" | "prompts/get" | "resources/read");
    told.demand(may, "/result/resultType", || {
        format!("{method} is answered with input_required")
    });
}

fn says_what(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    if !wants_input(message) {
        return;
    }
    let kind = |name: &str| message.get(&["result", name]).map(json::kind);
    let (requests, state) = (kind("inputRequests"), kind("requestState"));
    let fits = requests.is_some() || state.is_some();
    told.demand(fits, "/result", || {
        "neither inputRequests nor requestState".to_owned()
    });
    if state.is_some_and(|kind| kind != JsonKind::String) {
        told.wrong("/result/requestState", "requestState is no string");
    }
}

fn inputs_declared(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let declared = seen.memory.declared_with(message.asked(seen));
    let Some(declared) = declared else { return };
    for ask in asks(message) {
        told.looked();
        match Asked::read(&ask.method, ask.params) {
            None => told.wrong(ask.at, format!("{} asks nothing known", ask.method)),
            Some(asked) if !declared.take(asked.kind) => {
                let words = format!(
                    "{} ({}), which the client did not declare",
                    ask.method,
                    asked.kind.word()
                );
                told.wrong(ask.at, words);
            }
            Some(_) => {}
        }
    }
}

/// Rounds of calls so far, by connection, method and subject.
#[derive(Default)]
struct Rounds {
    counts: HashMap<(u32, Box<str>, Box<str>), u32>,
}

impl Watch for Rounds {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        for message in seen.messages {
            let (Some(asked), Kind::Result) = (message.asked(seen), message.facts.kind) else {
                continue;
            };
            let key = (seen.entry.conn, asked.method.clone(), asked.subject.clone());
            if !wants_input(message) {
                self.counts.remove(&key);
                continue;
            }
            told.looked();
            let count = match self.counts.get(&key).filter(|_| asked.again) {
                Some(count) => count + 1,
                None => 1,
            };
            if count == MOST_ROUNDS + 1 {
                let words = format!("{} asks for the {count}th time", asked.method);
                told.wrong("/result", words);
            }
            if self.counts.len() < MOST {
                self.counts.insert(key, count);
            }
        }
    }
}

/// Why a field is none that a form can have.
fn field_fault(field: &[u8]) -> Option<&'static str> {
    let has = |name: &str| json::get(field, &[name]).is_some();
    if has("$ref") || has("allOf") || has("not") || has("if") {
        return Some("refers or combines");
    }
    match json::string_at(field, &["type"]).as_deref() {
        Some("string") if has("anyOf") => Some("has alternatives"),
        Some("string" | "number" | "integer" | "boolean") => None,
        Some("array") => {
            let items = json::get(field, &["items"]).unwrap_or_default();
            let chooses = json::get(items, &["enum"]).or_else(|| json::get(items, &["anyOf"]));
            chooses.is_none().then_some("is a list of anything")
        }
        Some("object") => Some("is an object"),
        Some(_) => Some("has a type that forms do not have"),
        None => Some("has no type"),
    }
}

fn flat(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in asks(message) {
        let Some((at, schema)) = form(&ask) else {
            continue;
        };
        told.looked();
        let fields = fields(&at, schema);
        for (place, name, field) in &fields {
            if let Some(fault) = field_fault(field) {
                told.wrong(place.as_str(), format!("the field \"{name}\" {fault}"));
            }
        }
        let required = json::get(schema, &["required"]).unwrap_or_default();
        for (place, name) in json::elements(required)
            .filter_map(json::string)
            .enumerate()
        {
            if !fields.iter().any(|(_, other, _)| *other == name) {
                let words = format!("\"{name}\" is required, and is no field");
                told.wrong(format!("{at}/required/{place}"), words);
            }
        }
    }
}

fn form_defaults(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in asks(message) {
        let Some((at, schema)) = form(&ask) else {
            continue;
        };
        for (place, name, field) in fields(&at, schema) {
            let count =
                |member: &str| json::get(field, &[member]).map(|list| json::elements(list).count());
            if let (Some(values), Some(names)) = (count("enum"), count("enumNames")) {
                told.demand(values == names, &format!("{place}/enumNames"), || {
                    format!("\"{name}\" has {values} values and {names} names")
                });
            }
            let Some(default) = json::get(field, &["default"]) else {
                continue;
            };
            let Ok(validator) = Validator::compile(field) else {
                continue;
            };
            let fits = validator.check_text(default).violations.is_empty();
            told.demand(fits, &format!("{place}/default"), || {
                format!("\"{name}\" does not allow its default")
            });
        }
    }
}

fn no_secrets(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in asks(message) {
        let Some((at, schema)) = form(&ask) else {
            continue;
        };
        for (place, name, field) in fields(&at, schema) {
            told.looked();
            let title = json::string_at(field, &["title"]).unwrap_or_default();
            let text = json::string_at(field, &["type"]).as_deref() == Some("string");
            if text && (is_secretive(&name) || is_secretive(&title)) {
                told.wrong(place, format!("the form asks for \"{name}\""));
            }
        }
    }
}

/// The urls that a message sends somebody to, with their places; also those of -32042.
fn urls(message: &Message<'_>) -> Vec<(String, String)> {
    let asked = asks(message).into_iter().filter(is_url).map(|ask| {
        let url = json::string_at(ask.params, &["url"]).unwrap_or_default();
        (format!("{}/url", ask.at), url)
    });
    let required = message
        .items(&["error", "data", "elicitations"])
        .map(|(at, raw)| {
            let url = json::string_at(raw, &["url"]).unwrap_or_default();
            (format!("{at}/url"), url)
        });
    asked.chain(required).collect()
}

fn url_opens(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, text) in urls(message) {
        let fits = url::Url::parse(&text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
        });
        told.demand(fits, &at, || format!("\"{text}\" cannot be opened"));
    }
}

fn url_https(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, text) in urls(message) {
        let Ok(url) = url::Url::parse(&text) else {
            continue;
        };
        let here = url.host_str().is_some_and(is_here);
        told.demand(url.scheme() != "http" || here, &at, || {
            format!("{text} is not https")
        });
    }
}

/// Ids of urls so far.
#[derive(Default)]
struct Elicitations {
    seen: HashSet<(u32, Box<str>)>,
}

impl Watch for Elicitations {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        for message in seen.messages {
            for ask in asks(message).into_iter().filter(is_url) {
                let id = json::string_at(ask.params, &["elicitationId"]);
                let Some(id) = id else {
                    told.wrong(ask.at, "elicitationId is missing");
                    continue;
                };
                let new = self.seen.len() >= MOST
                    || self.seen.insert((seen.entry.conn, id.as_str().into()));
                told.demand(new, &format!("{}/elicitationId", ask.at), || {
                    format!("{id} was asked with before")
                });
            }
        }
    }
}

fn no_ids(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in asks(message).into_iter().filter(is_url) {
        let has = json::get(ask.params, &["elicitationId"]).is_some();
        told.demand(!has, &format!("{}/elicitationId", ask.at), || {
            "elicitationId, which is gone".to_owned()
        });
    }
}

fn urls_listed(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let code = message.get(&["error", "code"]).and_then(json::integer);
    if code == Some(-32042) {
        let count = message.items(&["error", "data", "elicitations"]).count();
        told.demand(count > 0, "/error/data", || {
            "-32042 without a url".to_owned()
        });
    }
}

/// Ids that somebody was sent somewhere with.
#[derive(Default)]
struct Done {
    asked: HashSet<(u32, String)>,
}

impl Watch for Done {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        let conn = seen.entry.conn;
        for message in seen.messages {
            let required = message.items(&["error", "data", "elicitations"]);
            let ids = asks(message)
                .into_iter()
                .filter_map(|ask| json::string_at(ask.params, &["elicitationId"]))
                .chain(required.filter_map(|(_, raw)| json::string_at(raw, &["elicitationId"])));
            for id in ids {
                if self.asked.len() < MOST {
                    self.asked.insert((conn, id));
                }
            }
            let Detail::Elicited(id) = &message.facts.detail else {
                // In 2026-07-28 whoever sends somebody to a url may not send it.
                if asks(message).iter().any(is_url) {
                    told.looked();
                }
                continue;
            };
            let gone = seen.revision() == Some(V2026_07_28);
            let known = self.asked.contains(&(conn, id.to_string()));
            told.demand(known && !gone, "/params/elicitationId", || {
                format!("{id} is done, which nobody asked with")
            });
        }
    }
}

fn samplings<'a>(message: &Message<'a>) -> Vec<Ask<'a>> {
    let mut found = asks(message);
    found.retain(|ask| ask.method == "sampling/createMessage");
    found
}

fn sampling_tools(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(declared) = seen.memory.declared_with(message.asked(seen)) else {
        return;
    };
    for ask in samplings(message) {
        let has = |name: &str| json::get(ask.params, &[name]).is_some();
        let takes = declared.sampling.is_some_and(|sampling| sampling.tools);
        told.demand(
            takes || !(has("tools") || has("toolChoice")),
            &ask.at,
            || "sampling with tools, which the client did not declare".to_owned(),
        );
    }
}

/// The blocks of a message of sampling: type and the id of a use or of what is answered.
fn blocks(message: &[u8]) -> Vec<(String, Option<String>)> {
    let content = json::get(message, &["content"]).unwrap_or_default();
    let of = |block: &[u8]| {
        let kind = json::string_at(block, &["type"]).unwrap_or_default();
        let id = match kind.as_str() {
            "tool_use" => json::string_at(block, &["id"]),
            "tool_result" => json::string_at(block, &["toolUseId"]),
            _ => None,
        };
        (kind, id)
    };
    match json::kind(content) {
        JsonKind::Array => json::elements(content).map(of).collect(),
        _ => vec![of(content)],
    }
}

fn tool_results(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for ask in samplings(message) {
        let messages = json::get(ask.params, &["messages"]).unwrap_or_default();
        told.looked();
        let mut open: HashSet<String> = HashSet::new();
        for (place, raw) in json::elements(messages).enumerate() {
            let at = format!("{}/messages/{place}/content", ask.at);
            let blocks = blocks(raw);
            let of = |word: &str| -> HashSet<String> {
                let all = blocks.iter().filter(|(kind, _)| kind == word);
                all.filter_map(|(_, id)| id.clone()).collect()
            };
            let results = of("tool_result");
            if results != open {
                told.wrong(at, "uses and results of tools do not match");
            } else if !results.is_empty() && blocks.iter().any(|(kind, _)| kind != "tool_result") {
                told.wrong(at, "results of tools with other content beside them");
            }
            open = of("tool_use");
        }
    }
}

fn context(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(declared) = seen.memory.declared_with(message.asked(seen)) else {
        return;
    };
    for ask in samplings(message) {
        let wanted = json::string_at(ask.params, &["includeContext"]);
        let wanted = wanted.unwrap_or_else(|| "none".to_owned());
        let takes = declared.sampling.is_some_and(|sampling| sampling.context);
        told.demand(
            takes || wanted == "none",
            &format!("{}/includeContext", ask.at),
            || format!("includeContext is {wanted}, which the client did not declare"),
        );
    }
}
