//! The resources of the demo server: a list that takes several pages, one template, and reading.
//! Everything is built in; never opens a file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::changes::{Changing, GUEST_BOOK};
use super::message::{Fault, INVALID_PARAMS, RESOURCE_NOT_FOUND};
use super::revision::Revision;

/// Small on purpose, so that a client has to ask for more pages.
const PAGE: usize = 3;

/// A red square of 8 by 8 pixels.
pub(super) const PICTURE: &[u8] = include_bytes!("picture.png");

const GREETING: &str = "demo://greetings/";

/// The one template.
pub(super) const GREETING_TEMPLATE: &str = "demo://greetings/{name}";

enum Body {
    Text(&'static str),
    Bytes(&'static [u8]),
    /// What the guests wrote so far.
    GuestBook,
}

struct Resource {
    uri: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    mime: &'static str,
    /// What `annotations.priority` says, for those that have annotations.
    priority: Option<f64>,
    body: Body,
}

const RESOURCES: [Resource; 8] = [
    Resource {
        uri: "demo://notes/welcome.txt",
        name: "welcome.txt",
        title: "Welcome",
        description: "Plain text. Start here: what a resource is, in a few lines.",
        mime: "text/plain",
        priority: Some(1.0),
        body: Body::Text(
            "Welcome to the demo server.\n\nA resource is something a server lets you read: a file, a row, a page.\nIt has a URI, and reading it returns text or bytes. Tools do things; resources only show them.\n",
        ),
    },
    Resource {
        uri: "demo://guide/frames.md",
        name: "frames.md",
        title: "What goes over the wire",
        description: "Markdown. The four kinds of JSON-RPC message, with an example each.",
        mime: "text/markdown",
        priority: Some(0.8),
        body: Body::Text(
            "# What goes over the wire\n\nEvery line on stdin and stdout is one JSON object.\n\n| kind | has | answered |\n|---|---|---|\n| request | `id` and `method` | yes, once |\n| result | `id` and `result` | no |\n| error | `id` and `error` | no |\n| notification | `method`, no `id` | never |\n\nA request looks like this:\n\n```json\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n```\n\nWhatever else a server wants to say belongs on **stderr**.\n",
        ),
    },
    Resource {
        uri: "demo://menu/today.json",
        name: "today.json",
        title: "Today's menu",
        description: "JSON. What the book-table tool would serve you.",
        mime: "application/json",
        priority: None,
        body: Body::Text(
            "{\n  \"open\": true,\n  \"currency\": \"EUR\",\n  \"menus\": [\n    {\"name\": \"set lunch\", \"price\": 24.5, \"courses\": [\"leek soup\", \"trout\", \"plum tart\"]},\n    {\"name\": \"tasting\", \"price\": 68.00, \"courses\": [\"beetroot\", \"scallop\", \"quail\", \"goat cheese\", \"quince\"]},\n    {\"name\": \"vegetarian\", \"price\": 31, \"courses\": [\"chicory\", \"barley risotto\", \"pear\"]}\n  ],\n  \"closed on\": [\"Monday\", null]\n}\n",
        ),
    },
    Resource {
        uri: "demo://pictures/square.png",
        name: "square.png",
        title: "A red square",
        description: "A few bytes of PNG. What is not text travels as base64 in a member named blob.",
        mime: "image/png",
        priority: None,
        body: Body::Bytes(PICTURE),
    },
    Resource {
        uri: "demo://notes/pages.txt",
        name: "pages.txt",
        title: "Why the list comes in pages",
        description: "Plain text. What a cursor is and why nobody but the server should read it.",
        mime: "text/plain",
        priority: None,
        body: Body::Text(
            "This server lists three resources at a time.\n\nAn answer with a nextCursor means: there is more, ask again and hand this back.\nThe cursor is the server's own note to itself; a client returns it unread.\n",
        ),
    },
    Resource {
        uri: "demo://guide/eras.md",
        name: "eras.md",
        title: "Two ways to begin",
        description: "Markdown. The handshake of the older revisions, and the stateless one.",
        mime: "text/markdown",
        priority: Some(0.5),
        body: Body::Text(
            "# Two ways to begin\n\nUp to 2025-11-25 a client opens with `initialize`, reads the answer and says\n`notifications/initialized`. Both sides then remember what was agreed.\n\nFrom 2026-07-28 there is nothing to remember: every request carries the revision and the\ncapabilities in `params._meta`, and `server/discover` tells what a server can do.\n\nThis server speaks both. Connect with one, then with the other, and compare the frames.\n",
        ),
    },
    Resource {
        uri: "demo://data/rainfall.csv",
        name: "rainfall.csv",
        title: "A year of rain",
        description: "Comma-separated values, invented.",
        mime: "text/csv",
        priority: None,
        body: Body::Text(
            "month,millimetres\n1,61\n2,48\n3,52\n4,40\n5,55\n6,63\n7,71\n8,66\n9,58\n10,74\n11,80\n12,69\n",
        ),
    },
    Resource {
        uri: GUEST_BOOK,
        name: "guest-book.txt",
        title: "The guest book",
        description: "Plain text that changes: subscribe to it, then call the tool sign-guest-book.",
        mime: "text/plain",
        priority: None,
        body: Body::GuestBook,
    },
];

/// What the tool `change-list` adds and takes away.
const SURPRISE: Resource = Resource {
    uri: "demo://notes/surprise.txt",
    name: "surprise",
    title: "Surprise",
    description: "It was not here before. The tool change-list took it in, and can take it out.",
    mime: "text/plain",
    priority: None,
    body: Body::Text(
        "A list may change while you look at it. You have been told, if you wanted to be.\n",
    ),
};

/// The resources there are at the moment.
fn known(changing: &Changing) -> impl Iterator<Item = &'static Resource> {
    RESOURCES
        .iter()
        .chain(changing.resource.then_some(&SURPRISE))
}

impl Resource {
    /// How many bytes it has.
    fn size(&self, changing: &Changing) -> usize {
        match self.body {
            Body::Text(text) => text.len(),
            Body::Bytes(bytes) => bytes.len(),
            Body::GuestBook => changing.book().len(),
        }
    }

    fn listed(&self, revision: Revision, changing: &Changing) -> Value {
        let mut entry = json!({"uri": self.uri, "name": self.name});
        if revision.has_titles() {
            entry["title"] = json!(self.title);
        }
        entry["description"] = json!(self.description);
        entry["mimeType"] = json!(self.mime);
        entry["size"] = json!(self.size(changing));
        if let Some(priority) = self.priority {
            entry["annotations"] = json!({"audience": ["user", "assistant"], "priority": priority});
            if revision.has_titles() {
                entry["annotations"]["lastModified"] = json!("2026-07-28T09:00:00Z");
            }
        }
        entry
    }

    fn contents(&self, changing: &Changing) -> Value {
        match self.body {
            Body::Text(text) => json!({"uri": self.uri, "mimeType": self.mime, "text": text}),
            Body::GuestBook => {
                json!({"uri": self.uri, "mimeType": self.mime, "text": changing.book()})
            }
            Body::Bytes(bytes) => {
                json!({"uri": self.uri, "mimeType": self.mime, "blob": STANDARD.encode(bytes)})
            }
        }
    }
}

/// One page of the list.
pub(super) fn list(
    revision: Revision,
    params: &Value,
    changing: &Changing,
) -> Result<Value, Fault> {
    let count = known(changing).count();
    let start = match params.get("cursor") {
        None => 0,
        Some(cursor) => page_start(cursor, count).ok_or_else(|| bad_cursor(cursor))?,
    };
    let page: Vec<_> = known(changing)
        .skip(start)
        .take(PAGE)
        .map(|resource| resource.listed(revision, changing))
        .collect();
    let mut body = json!({"resources": page});
    if start + PAGE < count {
        body["nextCursor"] =
            json!(URL_SAFE_NO_PAD.encode(format!("resources from {}", start + PAGE)));
    }
    Ok(body)
}

/// The templates; they fit on one page, so no cursor of ours can be meant.
pub(super) fn templates(revision: Revision, params: &Value) -> Result<Value, Fault> {
    if let Some(cursor) = params.get("cursor") {
        return Err(bad_cursor(cursor));
    }
    let mut entry = json!({"uriTemplate": GREETING_TEMPLATE, "name": "greeting"});
    if revision.has_titles() {
        entry["title"] = json!("A greeting");
    }
    entry["description"] = json!(
        "A template: put a name into the braces and read the URI that comes out. Any name will do."
    );
    entry["mimeType"] = json!("text/plain");
    Ok(json!({"resourceTemplates": [entry]}))
}

/// True when there is something to read there.
pub(super) fn exists(uri: &str, changing: &Changing) -> bool {
    known(changing).any(|resource| resource.uri == uri) || greet(uri).is_some()
}

/// How long what was read there stays as it is, in milliseconds.
pub(super) fn fresh(uri: &Value) -> u64 {
    if uri == GUEST_BOOK { 0 } else { 60_000 }
}

pub(super) fn read(
    revision: Revision,
    params: &Value,
    changing: &Changing,
) -> Result<Value, Fault> {
    let Some(uri) = params["uri"].as_str() else {
        return Err(Fault::new(
            INVALID_PARAMS,
            "resources/read needs a uri, as a string",
        ));
    };
    let contents = known(changing)
        .find(|resource| resource.uri == uri)
        .map(|resource| resource.contents(changing))
        .or_else(|| greet(uri));
    match contents {
        Some(contents) => Ok(json!({"contents": [contents]})),
        None => {
            let code = if revision.is_stateless() {
                INVALID_PARAMS
            } else {
                RESOURCE_NOT_FOUND
            };
            Err(Fault::new(code, "resource not found").with_data(json!({"uri": uri})))
        }
    }
}

/// The contents of a resource that is in the list, for tools and prompts that embed one.
pub(super) fn embedded(uri: &str) -> Value {
    RESOURCES
        .iter()
        .find(|resource| resource.uri == uri)
        .map_or(Value::Null, |resource| {
            resource.contents(&Changing::default())
        })
}

/// A link to a resource that is in the list: its list entry as a content block.
pub(super) fn link(revision: Revision, uri: &str) -> Value {
    let mut block = json!({"type": "resource_link"});
    if let Some(Value::Object(entry)) = RESOURCES
        .iter()
        .find(|resource| resource.uri == uri)
        .map(|resource| resource.listed(revision, &Changing::default()))
        && let Value::Object(block) = &mut block
    {
        block.extend(entry);
    }
    block
}

fn greet(uri: &str) -> Option<Value> {
    let name = percent_decoded(uri.strip_prefix(GREETING)?)?;
    (!name.is_empty()).then(|| {
        json!({"uri": uri, "mimeType": "text/plain", "text": format!("Good day, {name}. You expanded a URI template.\n")})
    })
}

/// The value behind a simple `{name}` expansion (RFC 6570 §3.2.2): reserved characters arrive escaped.
fn percent_decoded(text: &str) -> Option<String> {
    if text.contains(['/', '?', '#']) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn page_start(cursor: &Value, count: usize) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor.as_str()?).ok()?;
    let start = std::str::from_utf8(&bytes)
        .ok()?
        .strip_prefix("resources from ")?
        .parse()
        .ok()?;
    (start % PAGE == 0 && start > 0 && start < count).then_some(start)
}

pub(super) fn bad_cursor(cursor: &Value) -> Fault {
    Fault::new(
        INVALID_PARAMS,
        format!("{cursor} is no cursor of this list; leave it out to begin at the start"),
    )
}
