//! What results and messages hold: blocks of content, contents of resources, and their bytes.

use std::borrow::Cow;

use crate::json;
use crate::jsonrpc::Kind;
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::revision::Revision::V2025_06_18;
use crate::mcp::types::List;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "base64-is-valid",
        checks: &[96],
        section: "server/resources, server/prompts",
        what: "`data` and `blob` are base64.",
        why: "Clients cannot show the picture or save the file, and some fail the whole result.",
        fix: "Encode the bytes with the standard alphabet and padding; no `data:` prefix, no line breaks.",
        lines: &[
            ("Python", "base64.b64encode(data).decode()"),
            ("TypeScript", "buffer.toString(\"base64\")"),
            ("Go", "base64.StdEncoding.EncodeToString(data)"),
            ("Rust", "base64::prelude::BASE64_STANDARD.encode(data)"),
        ],
        check: Check::Message(On::Any, base64),
        ..Rule::ROW
    },
    Rule {
        name: "mime-type-is-well-formed",
        checks: &[97],
        section: "schema",
        what: "A `mimeType` is `type/subtype`; that of an image is `image/…`, of audio `audio/…`.",
        why: "Clients choose by it how to show what came.",
        fix: "Write `image/png`, not `png` or `.png`.",
        check: Check::Message(On::Any, mime),
        ..Rule::ROW
    },
    Rule {
        name: "bytes-are-what-they-say",
        checks: &[97],
        grade: Grade::WARNING,
        what: "The bytes of an image or a sound are of the kind its `mimeType` says.",
        why: "Clients that trust the type show a broken picture; strict ones refuse it.",
        fix: "Set the type by what was really made.",
        check: Check::Message(On::Any, magic),
        ..Rule::ROW
    },
    Rule {
        name: "last-modified-is-a-time",
        checks: &[98],
        since: V2025_06_18,
        section: "server/resources Annotations",
        what: "`lastModified` is a date and time of ISO 8601.",
        why: "Clients that sort by it put the resource anywhere.",
        fix: "Write `2025-01-12T15:00:58Z`.",
        lines: &[
            ("Python", "datetime.now(timezone.utc).isoformat()"),
            ("TypeScript", "new Date().toISOString()"),
        ],
        check: Check::Message(On::Any, modified),
        ..Rule::ROW
    },
    Rule {
        name: "contents-are-text-or-blob",
        checks: &[111],
        section: "server/resources",
        what: "Contents of a resource have either `text` or `blob`.",
        why: "Clients disagree on which of the two counts.",
        fix: "Send text as `text` and everything else as `blob`.",
        check: Check::Message(On::Any, one_payload),
        ..Rule::ROW
    },
    Rule {
        name: "embedded-resources-are-declared",
        checks: &[106],
        grade: Grade::WARNING,
        since: V2025_06_18,
        section: "server/tools Embedded Resources",
        what: "A server whose tools answer with resources declares the capability `resources`.",
        why: "Clients do not offer to read or to follow them otherwise.",
        fix: "Declare `\"resources\": {}`.",
        check: Check::Message(On::Results(&["tools/call"]), embedded_declared),
        ..Rule::ROW
    },
    Rule {
        name: "resources-in-prompts-are-whole",
        checks: &[118],
        section: "server/prompts Embedded Resources",
        what: "A resource in a prompt has its URI, its `mimeType` and its content.",
        why: "A client cannot hand it to a model without knowing what it is.",
        fix: "Add the `mimeType`.",
        check: Check::Message(On::Results(&["prompts/get"]), prompt_resources),
        ..Rule::ROW
    },
    Rule {
        name: "failures-are-marked",
        grade: Grade::WARNING,
        section: "",
        what: "A tool that failed says so with `isError`.",
        why: "Clients and models take the words of the error for the result.",
        fix: "Let the exception go up to the SDK, or set `isError` yourself.",
        lines: &[
            ("Python", "raise ToolError(\"…\")"),
            (
                "TypeScript",
                "return { isError: true, content: [{ type: \"text\", text: … }] }",
            ),
            (
                "Go",
                "return &mcp.CallToolResult{IsError: true, Content: …}, nil, nil",
            ),
            ("Rust", "Ok(CallToolResult::error(vec![Content::text(…)]))"),
        ],
        check: Check::Message(On::Results(&["tools/call"]), marked),
        ..Rule::ROW
    },
    Rule {
        name: "unknown-tool-is-an-error",
        checks: &[99],
        grade: Grade::WARNING,
        section: "server/tools Error Handling",
        what: "A call of a tool that is not there is answered with an error, -32602, not with a result.",
        why: "A client cannot tell a wrong name from a tool that failed.",
        fix: "Look the name up before anything else.",
        check: Check::Entry(unknown_tool),
        ..Rule::ROW
    },
    Rule {
        name: "ui-tools-answer-in-words",
        checks: &[175],
        section: "MCP Apps",
        what: "A tool with a user interface answers with content that says something without it.",
        why: "A client that shows no interfaces, and the model, see nothing at all.",
        fix: "Add a text block that tells what the interface shows.",
        check: Check::Message(On::Results(&["tools/call"]), ui_words),
        ..Rule::ROW
    },
];

/// A block of content or contents of a resource, with its place.
type Part<'a> = (String, &'a [u8]);

/// The blocks of a message: of a tool's result, of a prompt's or a sampling request's messages.
fn blocks<'a>(message: &Message<'a>) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    let method = message.method.as_deref();
    let part = match (message.facts.kind, method) {
        (Kind::Result, Some("tools/call" | "tasks/result")) => {
            found.extend(message.items(&["result", "content"]));
            return found;
        }
        (Kind::Result, Some("prompts/get")) => "result",
        (Kind::Request, Some("sampling/createMessage")) => "params",
        _ => return found,
    };
    for (at, raw) in message.items(&[part, "messages"]) {
        let Some(content) = json::get(raw, &["content"]) else {
            continue;
        };
        if json::kind(content) == json::Kind::Array {
            let inner = json::elements(content).enumerate();
            found.extend(inner.map(|(place, raw)| (format!("{at}/content/{place}"), raw)));
        } else {
            found.push((format!("{at}/content"), content));
        }
    }
    found
}

/// Whether a block is of a type; looked at without decoding anything.
fn is(block: &[u8], word: &str) -> bool {
    json::get(block, &["type"])
        .and_then(json::text)
        .is_some_and(|found| found == word)
}

/// The contents of resources in a message: what was read, and what is embedded.
fn contents<'a>(message: &Message<'a>) -> Vec<Part<'a>> {
    if message.is_result_of("resources/read") {
        return message.items(&["result", "contents"]).collect();
    }
    let embedded = blocks(message).into_iter().filter_map(|(at, block)| {
        let resource = json::get(block, &["resource"]).filter(|_| is(block, "resource"))?;
        Some((format!("{at}/resource"), resource))
    });
    embedded.collect()
}

/// Base64 in a message: its place, what it is, and the type it is said to have.
fn encoded<'a>(message: &Message<'a>) -> Vec<(String, Cow<'a, str>, Option<Cow<'a, str>>)> {
    let of = |at: String, raw: &'a [u8], member: &str| {
        let data = json::get(raw, &[member]).and_then(json::text)?;
        let mime = json::get(raw, &["mimeType"]).and_then(json::text);
        Some((format!("{at}/{member}"), data, mime))
    };
    let media = blocks(message)
        .into_iter()
        .filter(|(_, block)| is(block, "image") || is(block, "audio"))
        .filter_map(|(at, block)| of(at, block, "data"));
    let blobs = contents(message)
        .into_iter()
        .filter_map(|(at, raw)| of(at, raw, "blob"));
    media.chain(blobs).collect()
}

/// What is wrong with base64, if anything: standard alphabet, padded, nothing else (RFC 4648 §4).
fn base64_fault(text: &str) -> Option<String> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let odd = body
        .char_indices()
        .find(|(_, letter)| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/')));
    match odd {
        Some((at, letter)) => Some(format!("character {at} is {letter:?}")),
        None if padding > 2 || !text.len().is_multiple_of(4) => {
            Some(format!("{} characters are not padded to fours", text.len()))
        }
        None => None,
    }
}

fn base64(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, data, _) in encoded(message) {
        told.looked();
        if let Some(fault) = base64_fault(&data) {
            told.wrong(at, format!("no base64: {fault}"));
        }
    }
}

fn is_mime(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence
        .split_once('/')
        .is_some_and(|(kind, rest)| token(kind) && token(rest))
}

fn mime(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let mut look = |at: String, raw: &[u8], kind: &str| {
        let Some(mime) = json::string_at(raw, &["mimeType"]) else {
            return;
        };
        let fits = is_mime(&mime) && mime.starts_with(kind);
        told.demand(fits, &format!("{at}/mimeType"), || {
            format!("mimeType is \"{mime}\"")
        });
    };
    for (at, block) in blocks(message) {
        if is(block, "image") {
            look(at, block, "image/");
        } else if is(block, "audio") {
            look(at, block, "audio/");
        }
    }
    for (at, raw) in contents(message) {
        look(at, raw, "");
    }
    let listed = [List::Resources, List::Templates];
    let listed = listed
        .into_iter()
        .filter(|list| message.is_result_of(list.method()));
    for list in listed {
        for (at, item) in message.items(&["result", list.member()]) {
            look(at, item, "");
        }
    }
}

/// How kinds of files begin, in base64, and a type each of them may have.
const MAGIC: &[(&str, &[&str])] = &[
    ("iVBORw0KGgo", &["image/png"]),
    ("/9j/", &["image/jpeg", "image/jpg"]),
    ("R0lGOD", &["image/gif"]),
    ("Qk", &["image/bmp", "image/x-ms-bmp"]),
    (
        "T2dnUw",
        &["audio/ogg", "application/ogg", "audio/opus", "audio/vorbis"],
    ),
    ("SUQz", &["audio/mpeg", "audio/mp3"]),
    ("ZkxhQ", &["audio/flac", "audio/x-flac"]),
    ("JVBERi0", &["application/pdf"]),
];

fn magic(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, data, mime) in encoded(message) {
        let Some(mime) = mime else { continue };
        let said = MAGIC.iter().find(|(_, mimes)| mimes.contains(&&*mime));
        let found = MAGIC.iter().find(|(begins, _)| data.starts_with(begins));
        // What begins like nothing known may be anything, unless it says to be of a kind that always begins alike.
        let Some((begins, _)) = said else { continue };
        if data.is_empty() {
            continue;
        }
        told.looked();
        if !data.starts_with(begins) {
            let is = found.map_or("something else", |(_, mimes)| mimes[0]);
            let known = !matches!(mimes_of(&mime), Some("audio/mpeg"));
            // MP3 may begin without a tag.
            if known || found.is_some() {
                told.wrong(at, format!("said to be {mime}, but it is {is}"));
            }
        }
    }
}

/// The usual name of a type.
fn mimes_of(mime: &str) -> Option<&'static str> {
    let row = MAGIC.iter().find(|(_, mimes)| mimes.contains(&mime))?;
    row.1.first().copied()
}

/// Whether a text is a date, or a date and time, of ISO 8601.
pub(super) fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
        || text.parse::<jiff::civil::DateTime>().is_ok()
        || text.parse::<jiff::civil::Date>().is_ok()
}

fn modified(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let mut look = |at: &str, raw: &[u8]| {
        let Some(time) = json::get(raw, &["annotations", "lastModified"]) else {
            return;
        };
        let time = json::string(time);
        let fits = time.as_deref().is_some_and(is_time);
        told.demand(fits, &format!("{at}/annotations/lastModified"), || {
            format!("lastModified is \"{}\"", time.unwrap_or_default())
        });
    };
    for (at, block) in blocks(message) {
        look(&at, block);
    }
    for list in [List::Resources, List::Templates] {
        if message.is_result_of(list.method()) {
            for (at, item) in message.items(&["result", list.member()]) {
                look(&at, item);
            }
        }
    }
}

fn one_payload(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, raw) in contents(message) {
        let has = |name: &str| json::get(raw, &[name]).is_some();
        told.demand(!(has("text") && has("blob")), &at, || {
            "both text and blob".to_owned()
        });
    }
}

fn embedded_declared(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(opening) = seen.connection.and_then(|one| one.opening.as_deref()) else {
        return;
    };
    if opening.capabilities.is_none() {
        return;
    }
    if let Some((at, _)) = contents(message).first() {
        told.demand(opening.has("resources"), at, || {
            "an embedded resource, but resources are not declared".to_owned()
        });
    }
}

fn prompt_resources(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, raw) in contents(message) {
        let typed = json::get(raw, &["mimeType"]).is_some();
        told.demand(typed, &at, || "mimeType is missing".to_owned());
    }
}

/// How the words of a failure begin.
const FAILED: &[&str] = &[
    "Error:",
    "Error ",
    "error:",
    "ERROR",
    "Exception:",
    "Traceback (most recent call last)",
    "Failed to ",
    "panic:",
];

fn failed(message: &Message<'_>) -> bool {
    message.get(&["result", "isError"]).and_then(json::boolean) == Some(true)
}

/// The tool that was called.
fn tool(seen: &Seen<'_>, message: &Message<'_>) -> Option<Box<str>> {
    Some(message.asked(seen)?.subject.clone())
}

fn marked(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let first = message.items(&["result", "content"]).next();
    let text = first.and_then(|(_, block)| json::string_at(block, &["text"]));
    let (Some(text), Some(tool)) = (text, tool(seen, message)) else {
        return;
    };
    told.looked();
    let fails = FAILED.iter().any(|begins| text.starts_with(begins));
    if fails && !failed(message) {
        let words: String = text.chars().take(60).collect();
        let words = format!("{tool} answers \"{words}\" without isError");
        told.about(Subject::Tool(tool), "/result", words);
    }
}

fn unknown_tool(seen: &Seen<'_>, told: &mut Told) {
    let Some(connection) = seen.connection.filter(|_| seen.is_from_server()) else {
        return;
    };
    let list = connection.list(List::Tools);
    if list.listed != crate::session::timeline::Listed::Whole {
        return;
    }
    for message in seen.messages {
        let called = message.asked(seen);
        let Some(called) = called.filter(|asked| &*asked.method == "tools/call") else {
            continue;
        };
        let tool = &called.subject;
        if list.items.iter().any(|item| *item.name == **tool) {
            continue;
        }
        // What works may be there without being listed.
        let refused = message.facts.kind == Kind::Error;
        if refused || failed(message) {
            told.demand(refused, "/result", || {
                format!("there is no tool {tool}, and the answer is a result")
            });
        }
    }
}

fn ui_words(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let (Some(tool), Some(connection)) = (tool(seen, message), seen.connection) else {
        return;
    };
    let list = connection.list(List::Tools);
    let Some(item) = list.items.iter().find(|item| *item.name == *tool) else {
        return;
    };
    let raw = item.raw.as_bytes();
    let linked = json::get(raw, &["_meta", "ui", "resourceUri"])
        .or_else(|| json::get(raw, &["_meta", "ui/resourceUri"]));
    if linked.is_none() {
        return;
    }
    let mut blocks = message.items(&["result", "content"]);
    told.looked();
    if blocks.next().is_none() {
        let words = format!("{tool} has a user interface and answers with no content");
        told.about(Subject::Tool(tool), "/result/content", words);
    }
}
