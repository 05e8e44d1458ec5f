//! Content as people read it: the blocks of tool results and prompt messages, the contents of resources, in the order
//! of the server. A block itself is in `block`.

use std::sync::Arc;

use super::block::{Blocks, markdown_of, noun};
use super::members::{Block, Members};
use super::outcome;
use super::{About, Payload, SEVERAL, TabBody, WHOLE, tree, verdict};
use crate::json::{self, Kind};
use crate::tui::highlight::Hint;
use crate::tui::widgets::plain::Document;
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::decoded;

/// Bytes of a message that stand in it as base64.
pub(super) struct Binary<'a> {
    /// The JSON string.
    pub raw: &'a [u8],
    pub bytes: Slice,
}

/// The content of a tool's result, block by block.
pub(super) fn tool_content(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Tool => tool(payload, true),
        _ => Vec::new(),
    }
}

/// The messages of a prompt, numbered from 1.
pub(super) fn prompt_messages(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Prompt => prompt(payload, true),
        _ => Vec::new(),
    }
}

/// The contents of a resource.
pub(super) fn resource_contents(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Resource => resource(payload, true),
        _ => Vec::new(),
    }
}

/// The same as it was written, if any of it was laid out.
pub(super) fn source(payload: &Payload<'_>) -> Vec<TabBody> {
    let is_markdown = |block: &Block<'_>| {
        let inner = block.inner();
        let (mime, uri) = (inner.string("mimeType"), inner.string("uri"));
        let hint = Hint {
            mime: mime.as_deref(),
            uri: uri.as_deref(),
        };
        inner
            .get("text")
            .is_some_and(|text| markdown_of(text, hint).is_some())
    };
    if !payload.blocks.iter().any(is_markdown) {
        return Vec::new();
    }
    match payload.about {
        About::Tool => tool(payload, false),
        About::Prompt => prompt(payload, false),
        About::Resource => resource(payload, false),
        About::Request | About::Entry => Vec::new(),
    }
}

fn tool(payload: &Payload<'_>, laid_out: bool) -> Vec<TabBody> {
    if payload.results.is_empty() {
        return Vec::new();
    }
    let mut blocks = Blocks::new(payload, laid_out);
    for result in &payload.results {
        let final_result = outcome::write(&mut blocks.sheet, result);
        if final_result {
            verdict::write(&mut blocks.sheet, result, payload.tool);
        }
        match result.get("content") {
            None if !final_result => {}
            None => blocks.sheet.heading("no content in this result"),
            Some(content) if json::kind(content) != Kind::Array => {
                let what = noun(content);
                blocks
                    .sheet
                    .heading(&format!("content is {what}, not an array"));
                blocks.sheet.json(content);
            }
            Some(content) => {
                let mut items = json::elements(content).enumerate();
                let mut any = false;
                for (index, item) in items.by_ref() {
                    any = true;
                    blocks.block(&format!("[{index}] "), item);
                    if index + 1 == super::block::BLOCKS {
                        break;
                    }
                }
                blocks.is_full(items.count());
                if !any {
                    blocks.sheet.heading("content is empty");
                }
            }
        }
    }
    vec![blocks.sheet.finish()]
}

fn prompt(payload: &Payload<'_>, laid_out: bool) -> Vec<TabBody> {
    if payload.results.is_empty() {
        return Vec::new();
    }
    let mut blocks = Blocks::new(payload, laid_out);
    for result in &payload.results {
        if !outcome::write(&mut blocks.sheet, result) && result.get("messages").is_none() {
            continue;
        }
        if let Some(description) = result.get("description") {
            blocks.sheet.heading("description");
            blocks.sheet.string(description);
        }
        let messages = result.get("messages").unwrap_or_default();
        if json::kind(messages) != Kind::Array {
            blocks
                .sheet
                .heading(&format!("messages: {}", noun(messages)));
            if !messages.is_empty() {
                blocks.sheet.json(messages);
            }
            continue;
        }
        let mut messages = json::elements(messages).enumerate();
        let mut any = false;
        for (index, message) in messages.by_ref() {
            any = true;
            let role = json::string_at(message, &["role"]).unwrap_or_else(|| "no role".to_owned());
            let start = format!("{} {role} · ", index + 1);
            let content = json::get(message, &["content"]);
            match content {
                None => blocks.message(&format!("{start}no content"), message),
                Some(list) if json::kind(list) == Kind::Array => {
                    for (index, item) in json::elements(list).enumerate() {
                        blocks.block(&format!("{start}[{index}] "), item);
                        if blocks.is_full(0) {
                            break;
                        }
                    }
                }
                Some(one) => blocks.block(&start, one),
            }
            if blocks.is_full(0) || index + 1 == super::block::BLOCKS {
                break;
            }
        }
        blocks.is_full(messages.count());
        if !any {
            blocks.sheet.heading("no messages in this prompt");
        }
    }
    vec![blocks.sheet.finish()]
}

fn resource(payload: &Payload<'_>, laid_out: bool) -> Vec<TabBody> {
    if payload.results.is_empty() && payload.blocks.is_empty() {
        return Vec::new();
    }
    let mut blocks = Blocks::new(payload, laid_out);
    for result in &payload.results {
        outcome::write(&mut blocks.sheet, result);
    }
    for content in &payload.blocks {
        blocks.contents(content);
    }
    blocks.is_full(payload.more_blocks);
    if payload.blocks.is_empty() {
        blocks.sheet.heading("no contents in this result");
        for result in &payload.results {
            if let Some(found) = result.get("contents") {
                blocks.sheet.json(found);
            }
        }
    }
    vec![blocks.sheet.finish()]
}

/// The texts among the contents that are JSON by what they say or look like.
pub(super) fn resource_json(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Resource => payload.trees.iter().map(|(_, tree)| tree.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Texts of blocks that are JSON objects or arrays, as many servers send their data.
pub(super) fn text_as_json(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Resource => Vec::new(),
        _ => payload.trees.iter().map(|(_, tree)| tree.clone()).collect(),
    }
}

/// Decoded images, sounds and blobs.
pub(super) fn blobs(payload: &Payload<'_>) -> Vec<TabBody> {
    payload
        .binaries
        .iter()
        .map(|binary| TabBody::Bytes(Arc::new(Document::new(binary.bytes.clone()))))
        .collect()
}

/// Trees of the first texts that are JSON, with the numbers of their blocks.
pub(super) fn trees(about: About, blocks: &[Block<'_>]) -> Vec<(usize, TabBody)> {
    blocks
        .iter()
        .enumerate()
        .filter_map(|(index, block)| {
            let inner = block.inner();
            let declared = about == About::Resource
                && inner
                    .string("mimeType")
                    .is_some_and(|mime| mime.to_ascii_lowercase().contains("json"));
            let text = block.own.get("text").or_else(|| inner.get("text"))?;
            Some((index, hidden_json(text, declared)?))
        })
        .take(SEVERAL)
        .collect()
}

/// The first images, sounds and blobs, decoded.
pub(super) fn binaries<'a>(about: About, blocks: &[Block<'a>]) -> Vec<Binary<'a>> {
    let data = |block: &Block<'a>| match about {
        About::Resource => block.own.get("blob"),
        _ => block
            .own
            .get("data")
            .or_else(|| block.resource.as_ref()?.get("blob")),
    };
    blocks
        .iter()
        .filter_map(data)
        .filter(|raw| raw.len() <= WHOLE)
        .filter_map(|raw| {
            let bytes = Slice::from(decoded(raw)?);
            Some(Binary { raw, bytes })
        })
        .take(SEVERAL)
        .collect()
}

/// The parts of results that hold content, whatever they are: the blocks of a tool's result or of a prompt's messages,
/// the contents of a resource.
pub(super) fn of<'a>(about: About, results: &[Members<'a>]) -> Vec<&'a [u8]> {
    let name = match about {
        About::Tool => "content",
        About::Resource => "contents",
        About::Prompt => "messages",
        About::Request | About::Entry => return Vec::new(),
    };
    let items = results
        .iter()
        .filter_map(|members| members.get(name))
        .flat_map(json::elements);
    if about != About::Prompt {
        return items.collect();
    }
    items
        .filter_map(|message| json::get(message, &["content"]))
        .flat_map(|content| match json::kind(content) {
            Kind::Array => json::elements(content).collect(),
            _ => vec![content],
        })
        .collect()
}

/// A tree of the JSON in a string: of anything when it was `declared`, else of objects and arrays only.
fn hidden_json(raw: &[u8], declared: bool) -> Option<TabBody> {
    if raw.len() > WHOLE {
        return None;
    }
    let found = json::string(raw)?;
    let structure = matches!(json::kind(found.as_bytes()), Kind::Object | Kind::Array);
    (structure || declared)
        .then(|| tree(found.into_bytes().into()))
        .flatten()
}
