//! PAYLOAD_VIEWS: the one table of ways to look at a body. Each says whether it has something to show; raw always has. Documents are built on a blocking thread, never while drawing.
//!
//! A new way to look at something is a row here and a function. Nothing here fails on odd bodies: what is not as
//! the specification has it is named and shown as it is. Content is never executed, and never decoded but for base64.

use std::sync::Arc;

use super::effect::Subject;
use super::highlight::Budget;
use super::widgets::find::Term;
use super::widgets::json_tree::Tree;
use super::widgets::picture::Pictures;
use super::widgets::plain::Document;
use super::widgets::slice::Slice;
use crate::json::{self, Kind};
use crate::jsonrpc::{self, Frame};
use crate::recording::Shared;
use crate::session::{Channel, DAMAGED, Entry};
use blocks::Binary;
use members::{Block, Members};
use sheet::Sheet;

mod about;
mod around;
mod block;
mod blocks;
mod card;
mod exchange;
mod frames;
mod indexed;
mod markdown;
mod members;
mod opened;
mod outcome;
pub mod question;
pub mod rounds;
mod sheet;
pub mod sniff;
/// What the code of an error means, as a sentence goes on with it; nothing for one that is a server's own.
pub fn meaning(code: &str) -> &'static str {
    match code {
        "-32700" => " (parse error)",
        "-32600" => " (invalid request)",
        "-32601" => " (method not found)",
        "-32602" => " (invalid params)",
        "-32603" => " (internal error)",
        // Of MCP itself, by the revisions that have them.
        "-32002" => " (resource not found)",
        "-32020" => " (headers do not match)",
        "-32021" => " (a capability of the client is missing)",
        "-32022" => " (unsupported protocol version)",
        "-32042" => " (an address must be visited first)",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
mod verdict;

pub use about::about;
pub use around::{Around, Near, with_around};
pub use exchange::{among, exchange};
pub use indexed::{Indexed, index};
pub use opened::{Opened, Opening, alone, open, table};
pub use rounds::{Round, with_rounds};

/// Texts up to this many bytes are shown whole: they are copied for it. Trees have no such limit.
const WHOLE: usize = 16 << 20;

/// Of larger ones, texts show this many bytes.
const PART: usize = 1 << 20;

/// Of views that come several times (one for each content), so many are offered.
const SEVERAL: usize = 4;

/// One view of a document, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name in the title.
    pub name: String,
    /// What it shows.
    pub body: TabBody,
}

/// What a tab shows.
#[derive(Debug, Clone)]
pub enum TabBody {
    /// A JSON value, foldable.
    Tree(Arc<Tree>),
    /// Text.
    Text(Arc<Document>),
    /// Bytes that are no text, in hex at first.
    Bytes(Arc<Document>),
}

impl TabBody {
    /// Where `term` is, as the widgets count: rows of a tree, bytes of a text, cells of the array that starts at
    /// `array`. Slow on big bodies.
    pub fn search(&self, term: &Term, array: Option<usize>) -> Vec<u32> {
        match (self, array) {
            (Self::Tree(tree), Some(array)) => {
                let table = opened::table(tree, &tree.place_at(array));
                table.map_or_else(|_| Vec::new(), |table| table.search(term))
            }
            (Self::Tree(tree), None) => tree.search(term),
            (Self::Text(document) | Self::Bytes(document), _) => document.search(term),
        }
    }
}

/// Two bodies are equal when they are the same one: what they hold may be large, and never changes.
impl PartialEq for TabBody {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tree(one), Self::Tree(other)) => Arc::ptr_eq(one, other),
            (Self::Text(one), Self::Text(other)) | (Self::Bytes(one), Self::Bytes(other)) => {
                Arc::ptr_eq(one, other)
            }
            _ => false,
        }
    }
}

impl Eq for TabBody {}

/// A row of the table.
struct PayloadView {
    /// The name of its tab; the second and later get a number.
    name: &'static str,
    /// Its tabs; none when it has nothing to show.
    build: fn(&Payload<'_>) -> Vec<TabBody>,
}

/// The table, in the order of the tabs.
const PAYLOAD_VIEWS: &[PayloadView] = &[
    PayloadView {
        name: "Error",
        build: error,
    },
    PayloadView {
        name: "Content",
        build: blocks::tool_content,
    },
    PayloadView {
        name: "Text",
        build: blocks::resource_contents,
    },
    PayloadView {
        name: "Messages",
        build: blocks::prompt_messages,
    },
    PayloadView {
        name: "Source",
        build: blocks::source,
    },
    PayloadView {
        name: "Structured",
        build: structured,
    },
    PayloadView {
        name: "Text as JSON",
        build: blocks::text_as_json,
    },
    PayloadView {
        name: "Meta",
        build: result_meta,
    },
    PayloadView {
        name: "Request",
        build: request,
    },
    PayloadView {
        name: "Response",
        build: response,
    },
    PayloadView {
        name: "Both",
        build: frames::both,
    },
    PayloadView {
        name: "Text",
        build: entry_text,
    },
    PayloadView {
        name: "JSON",
        build: whole,
    },
    PayloadView {
        name: "JSON",
        build: blocks::resource_json,
    },
    PayloadView {
        name: "Hex",
        build: blocks::blobs,
    },
    PayloadView {
        name: "Result",
        build: resource_result,
    },
    PayloadView {
        name: "Members",
        build: members,
    },
    PayloadView {
        name: "Raw",
        build: frames::raw,
    },
    PayloadView {
        name: "Raw request",
        build: frames::raw_request,
    },
    PayloadView {
        name: "Raw response",
        build: frames::raw_response,
    },
    PayloadView {
        name: "Hex",
        build: frames::hex,
    },
];

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Tool,
    Resource,
    Prompt,
    /// A request, with its answer if there is one.
    Request,
    /// Any other entry.
    Entry,
}

/// What the views are given.
struct Payload<'a> {
    about: About,
    first: &'a Entry,
    /// The body of `first`, shared by all views that show it or a part of it.
    first_bytes: &'a Slice,
    second_bytes: Option<&'a Slice>,
    /// What each of the two ended in on the wire.
    endings: [&'a str; 2],
    /// The members of the `result`s: of one, or of those of a batch.
    results: Vec<Members<'a>>,
    /// The raw `error`s.
    errors: Vec<&'a [u8]>,
    /// The first content blocks of tool results and prompt messages, or contents of resources.
    blocks: Vec<Block<'a>>,
    /// How many there are beyond those.
    more_blocks: usize,
    /// Trees of the first texts in them that are JSON, with the numbers of their blocks.
    trees: Vec<(usize, TabBody)>,
    /// The first of them that stand for bytes.
    binaries: Vec<Binary<'a>>,
    /// The tool as it was listed.
    tool: Option<&'a [u8]>,
    /// What of a text may be highlighted.
    budget: Budget,
    /// What pictures become.
    pictures: Pictures,
}

/// How much may be done for a document.
#[derive(Debug, Clone, Copy)]
struct Means {
    budget: Budget,
    pictures: Pictures,
}

/// The result or the error of a call that stands in the state of the task it became (extension
/// `io.modelcontextprotocol/tasks`).
fn finished_task(about: About, result: &[u8]) -> Option<Result<&[u8], &[u8]>> {
    if about != About::Tool || json::get(result, &["taskId"]).is_none() {
        return None;
    }
    let error = || json::get(result, &["error"]).map(Err);
    json::get(result, &["result"]).map(Ok).or_else(error)
}

impl<'a> Payload<'a> {
    fn new(
        about: About,
        subject: &'a Subject,
        first: &'a Entry,
        first_bytes: &'a Slice,
        second: Option<(&'a Entry, &'a Slice)>,
        means: Means,
    ) -> Self {
        let body: &[u8] = first_bytes;
        let answers: Vec<&[u8]> = match (about, json::kind(body)) {
            (About::Request | About::Entry, _) => Vec::new(),
            (_, Kind::Array) => json::elements(body).collect(),
            _ => vec![body],
        };
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        for (name, value) in answers.into_iter().flat_map(json::members) {
            match &*name {
                "result" => match finished_task(about, value) {
                    Some(Ok(result)) => results.push(result),
                    Some(Err(error)) => errors.push(error),
                    None => results.push(value),
                },
                "error" => errors.push(value),
                _ => {}
            }
        }
        let mut results: Vec<Members<'_>> = results.into_iter().map(Members::of).collect();
        let blocks = match subject {
            Subject::Embedded { prompt, block, .. } => {
                let around = if *prompt { About::Prompt } else { About::Tool };
                let block = blocks::of(around, &results).get(*block as usize).copied();
                // The result around it is another document.
                results.clear();
                block
                    .and_then(|block| json::get(block, &["resource"]))
                    .into_iter()
                    .collect()
            }
            _ => blocks::of(about, &results),
        };
        let more_blocks = blocks.len().saturating_sub(block::BLOCKS);
        let blocks: Vec<_> = blocks
            .into_iter()
            .take(block::BLOCKS)
            .map(Block::of)
            .collect();
        Self {
            about,
            first,
            first_bytes,
            second_bytes: second.map(|(_, bytes)| bytes),
            endings: [&first.ending, second.map_or("", |(entry, _)| &entry.ending)],
            trees: blocks::trees(about, &blocks),
            binaries: blocks::binaries(about, &blocks),
            blocks,
            more_blocks,
            results,
            errors,
            tool: match subject {
                Subject::ToolResult(_, tool) => tool.as_ref().map(|tool| tool.as_bytes()),
                _ => None,
            },
            budget: means.budget,
            pictures: means.pictures,
        }
    }

    /// A part of the body, shared where it is one.
    fn part(&self, raw: &[u8]) -> Slice {
        let place = json::place_of(raw, self.first_bytes);
        let part = self.first_bytes.part(place);
        // The address is compared, for equal bytes may be elsewhere too.
        if std::ptr::eq(&raw const *part, &raw const *raw) {
            part
        } else {
            raw.into()
        }
    }

    /// An empty sheet with room for what is shown of this body.
    fn sheet(&self) -> Sheet {
        let room = match self.first_bytes.len() {
            ..=WHOLE => usize::MAX,
            _ => PART,
        };
        Sheet::new(room, self.budget)
    }
}

/// The views of a subject whose entries have been read back: at least one, raw last. Slow on big bodies: not for the
/// drawing thread.
pub fn tabs(
    subject: &Subject,
    first: Shared,
    second: Option<Shared>,
    pictures: Pictures,
) -> Vec<Tab> {
    let means = Means {
        budget: Budget::SHOWN,
        pictures,
    };
    tabs_within(means, subject, first, second)
}

/// As [`tabs`], with as much highlighting as the budget allows.
fn tabs_within(means: Means, subject: &Subject, first: Shared, second: Option<Shared>) -> Vec<Tab> {
    let about = match subject {
        Subject::ToolResult(..) => About::Tool,
        Subject::ResourceResult(_) | Subject::Embedded { .. } => About::Resource,
        Subject::PromptResult(_) => About::Prompt,
        Subject::Messages { .. } if second.is_some() || is_request(&first) => About::Request,
        Subject::Messages { .. }
        | Subject::Json(_)
        | Subject::Http { .. }
        | Subject::Row { .. } => About::Entry,
    };
    // From here on the body is shared, never copied.
    let first_bytes = Slice::from(first.body);
    let second = second.map(|second| (second.entry, Slice::from(second.body)));
    let payload = Payload::new(
        about,
        subject,
        &first.entry,
        &first_bytes,
        second.as_ref().map(|(entry, bytes)| (entry, bytes)),
        means,
    );
    let mut tabs: Vec<Tab> = Vec::new();
    for view in PAYLOAD_VIEWS {
        for (index, body) in (view.build)(&payload).into_iter().take(SEVERAL).enumerate() {
            let name = numbered(view.name, index);
            tabs.push(Tab { name, body });
        }
    }
    tabs
}

/// The name of a tab, with a number from the second one of it on.
fn numbered(name: &str, index: usize) -> String {
    match index {
        0 => name.to_owned(),
        _ => format!("{name} {}", index + 1),
    }
}

fn is_request(first: &Shared) -> bool {
    first.entry.channel == Channel::Wire
        && first.body.len() <= WHOLE
        && jsonrpc::envelope(&first.body).is_some_and(|e| e.kind == jsonrpc::Kind::Request)
}

/// A tree of one JSON text; nothing for what is not JSON. Of a big one, only the beginning was looked at.
fn tree(bytes: Slice) -> Option<TabBody> {
    Tree::parse(bytes)
        .ok()
        .map(|tree| TabBody::Tree(Arc::new(tree)))
}

fn request(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Request => tree(payload.first_bytes.clone()).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn response(payload: &Payload<'_>) -> Vec<TabBody> {
    payload
        .second_bytes
        .cloned()
        .and_then(tree)
        .into_iter()
        .collect()
}

/// The whole message.
fn whole(payload: &Payload<'_>) -> Vec<TabBody> {
    let structure = matches!(json::kind(payload.first_bytes), Kind::Object | Kind::Array);
    match payload.about {
        About::Tool | About::Prompt => tree(payload.first_bytes.clone()).into_iter().collect(),
        // A line of stderr that is a number is a line.
        About::Entry if structure => tree(payload.first_bytes.clone()).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn resource_result(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Resource => tree(payload.first_bytes.clone()).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What a later version noted about the entry beside its body (a mark, an HTTP exchange): kept, so shown.
fn members(payload: &Payload<'_>) -> Vec<TabBody> {
    let extra = payload.first.extra.as_deref();
    extra
        .and_then(|members| tree(format!("{{{members}}}").into_bytes().into()))
        .into_iter()
        .collect()
}

/// What is no message: junk with the reason on top, or a line of text.
fn entry_text(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Entry {
        return Vec::new();
    }
    let body: &[u8] = payload.first_bytes;
    let mut sheet = payload.sheet();
    if payload.first.channel == Channel::Stdout {
        let why = match (body.len() <= WHOLE).then(|| jsonrpc::read(body)) {
            Some(Frame::Junk(why)) => why,
            _ => "not taken for a message".to_owned(),
        };
        sheet.heading(&format!(
            "on stdout, where only JSON-RPC belongs: {why}. Strict clients fail here."
        ));
    } else if *payload.first.channel.word() == *DAMAGED {
        sheet.heading("a line of the file that is no entry");
    } else if matches!(json::kind(body), Kind::Object | Kind::Array)
        && (body.len() > WHOLE || json::check(body).is_ok())
    {
        return Vec::new();
    }
    sheet.bytes(body);
    vec![sheet.finish()]
}

/// `error` responses: the call did not come through. (A tool that failed says `isError` in a result.)
fn error(payload: &Payload<'_>) -> Vec<TabBody> {
    let mut sheet = payload.sheet();
    for error in &payload.errors {
        if json::kind(error) != Kind::Object {
            sheet.heading("protocol error that is no object");
            sheet.json(error);
            continue;
        }
        let code = json::get(error, &["code"]).map_or_else(
            || "without a code".to_owned(),
            |code| String::from_utf8_lossy(code).into_owned(),
        );
        let meaning = meaning(&code);
        sheet.heading(&format!("protocol error {code}{meaning}"));
        match json::get(error, &["message"]) {
            Some(message) => sheet.string(message),
            None => sheet.heading("no message"),
        }
        if let Some(data) = json::get(error, &["data"]) {
            sheet.heading("data");
            match json::kind(data) {
                Kind::String => sheet.string(data),
                _ => sheet.json(data),
            }
        }
    }
    if payload.errors.is_empty() {
        Vec::new()
    } else {
        vec![sheet.finish()]
    }
}

fn structured(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Tool {
        return Vec::new();
    }
    payload
        .results
        .iter()
        .filter_map(|result| result.get("structuredContent"))
        .filter_map(|raw| tree(payload.part(raw)))
        .collect()
}

fn result_meta(payload: &Payload<'_>) -> Vec<TabBody> {
    payload
        .results
        .iter()
        .filter_map(|result| result.get("_meta"))
        .filter_map(|raw| tree(payload.part(raw)))
        .collect()
}
