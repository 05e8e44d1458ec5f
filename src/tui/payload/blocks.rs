//! Content as people read it: the blocks of tool results and prompt messages, the contents of resources.
//!
//! Owns their headings and cards. Blocks are untrusted and may be anything: a block that is not as the specification
//! has it (2026-07-28, server/tools, "Tool Result") is named and shown as JSON.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::sheet::Sheet;
use super::{About, Payload, SEVERAL, TabBody, WHOLE, member, sniff, tree};
use crate::json::{self, Kind};
use crate::text;
use crate::tui::highlight::Hint;
use crate::tui::widgets::plain::Document;

/// Takes base64 with or without padding, as servers send both.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The content of a tool's result, block by block.
pub(super) fn tool_content(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Tool {
        return Vec::new();
    }
    let results = &payload.results;
    let mut sheet = payload.sheet();
    for result in results {
        result_type(&mut sheet, payload, result);
        if payload.get(result, "isError").and_then(json::boolean) == Some(true) {
            sheet.heading("isError: the tool ran and says that it failed");
        }
        match payload.get(result, "content") {
            None => sheet.heading("no content in this result"),
            Some(content) if json::kind(content) != Kind::Array => {
                sheet.heading(&format!("content is {}, not an array", noun(content)));
                sheet.json(content);
            }
            Some(content) => {
                let mut any = false;
                for (index, item) in json::elements(content).enumerate() {
                    any = true;
                    block(&mut sheet, &format!("[{index}] "), item);
                }
                if !any {
                    sheet.heading("content is empty");
                }
            }
        }
    }
    if results.is_empty() {
        Vec::new()
    } else {
        vec![sheet.finish()]
    }
}

/// The messages of a prompt, numbered from 1.
pub(super) fn prompt_messages(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Prompt {
        return Vec::new();
    }
    let results = &payload.results;
    let mut sheet = payload.sheet();
    for result in results {
        result_type(&mut sheet, payload, result);
        if let Some(description) = payload.get(result, "description") {
            sheet.heading("description");
            sheet.string(description);
        }
        let messages = payload.get(result, "messages").unwrap_or_default();
        if json::kind(messages) != Kind::Array {
            sheet.heading(&format!("messages: {}", noun(messages)));
            if !messages.is_empty() {
                sheet.json(messages);
            }
            continue;
        }
        let mut any = false;
        for (index, message) in json::elements(messages).enumerate() {
            any = true;
            let role = json::string_at(message, &["role"]).unwrap_or_else(|| "no role".to_owned());
            let start = format!("{} {role} · ", index + 1);
            let content = json::get(message, &["content"]);
            match content {
                None => {
                    sheet.heading(&format!("{start}no content"));
                    sheet.json(message);
                }
                Some(list) if json::kind(list) == Kind::Array => {
                    for (index, item) in json::elements(list).enumerate() {
                        block(&mut sheet, &format!("{start}[{index}] "), item);
                    }
                }
                Some(one) => block(&mut sheet, &start, one),
            }
        }
        if !any {
            sheet.heading("no messages in this prompt");
        }
    }
    if results.is_empty() {
        Vec::new()
    } else {
        vec![sheet.finish()]
    }
}

/// The contents of a resource.
pub(super) fn resource_contents(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Resource || payload.results.is_empty() {
        return Vec::new();
    }
    let mut sheet = payload.sheet();
    for result in &payload.results {
        result_type(&mut sheet, payload, result);
    }
    for content in &payload.blocks {
        resource(&mut sheet, "", content);
    }
    if payload.blocks.is_empty() {
        sheet.heading("no contents in this result");
        for result in &payload.results {
            if let Some(found) = payload.get(result, "contents") {
                sheet.json(found);
            }
        }
    }
    vec![sheet.finish()]
}

/// The texts among the contents that are JSON by what they say or look like.
pub(super) fn resource_json(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about != About::Resource {
        return Vec::new();
    }
    payload
        .blocks
        .iter()
        .filter_map(|content| {
            let declared = json::string_at(content, &["mimeType"])
                .is_some_and(|mime| mime.to_ascii_lowercase().contains("json"));
            hidden_json(json::get(content, &["text"])?, declared)
        })
        .take(SEVERAL)
        .collect()
}

/// Texts of blocks that are JSON objects or arrays, as many servers send their data.
pub(super) fn text_as_json(payload: &Payload<'_>) -> Vec<TabBody> {
    if payload.about == About::Resource {
        return Vec::new();
    }
    payload
        .blocks
        .iter()
        .filter_map(|block| {
            let found =
                json::get(block, &["text"]).or_else(|| json::get(block, &["resource", "text"]))?;
            hidden_json(found, false)
        })
        .take(SEVERAL)
        .collect()
}

/// Decoded images, sounds and blobs.
pub(super) fn blobs(payload: &Payload<'_>) -> Vec<TabBody> {
    let place: &[&[&str]] = match payload.about {
        About::Resource => &[&["blob"]],
        _ => &[&["data"], &["resource", "blob"]],
    };
    payload
        .blocks
        .iter()
        .filter_map(|block| place.iter().find_map(|path| json::get(block, path)))
        .filter_map(decoded)
        .take(SEVERAL)
        .map(|bytes| TabBody::Bytes(Arc::new(Document::new(bytes))))
        .collect()
}

/// The parts of results that hold content, whatever they are: the blocks of a tool's result or of a prompt's messages,
/// the contents of a resource.
pub(super) fn of<'a>(about: About, results: &[Vec<(Cow<'a, str>, &'a [u8])>]) -> Vec<&'a [u8]> {
    let name = match about {
        About::Tool => "content",
        About::Resource => "contents",
        About::Prompt => "messages",
        About::Request | About::Entry => return Vec::new(),
    };
    let items = results
        .iter()
        .filter_map(|members| member(members, name))
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

/// `resultType`, when it says anything but that this is the result (2026-07-28).
fn result_type(sheet: &mut Sheet, payload: &Payload<'_>, result: &[u8]) {
    match payload.get(result, "resultType") {
        Some(raw) if json::string(raw).as_deref() != Some("complete") => {
            let spelled = String::from_utf8_lossy(raw);
            let word = json::string(raw).unwrap_or_else(|| spelled.into_owned());
            sheet.heading(&format!("resultType {word}: not the final result"));
        }
        _ => {}
    }
}

/// One content block under its heading.
fn block(sheet: &mut Sheet, start: &str, raw: &[u8]) {
    if json::kind(raw) != Kind::Object {
        sheet.heading(&format!("{start}no block, but {}", noun(raw)));
        return sheet.json(raw);
    }
    let kind = json::string_at(raw, &["type"]);
    let more = annotations(raw);
    match (kind.as_deref(), json::get(raw, &["text"])) {
        (Some("text"), Some(body)) => {
            sheet.heading(&format!("{start}text{more}"));
            sheet.code(body, Hint::default());
        }
        (Some(kind @ ("image" | "audio")), _) => {
            let mime = mime(raw);
            let card = match json::get(raw, &["data"]) {
                Some(data) => card(data, &mime),
                None => "no data".to_owned(),
            };
            sheet.heading(&format!("{start}{kind} {mime} {card}{more}"));
        }
        (Some("resource_link"), _) => link(sheet, start, raw, &more),
        (Some("resource"), _) => match json::get(raw, &["resource"]) {
            Some(inner) => resource(sheet, &format!("{start}resource{more} "), inner),
            None => {
                sheet.heading(&format!("{start}resource without a resource{more}"));
                sheet.json(raw);
            }
        },
        (Some(kind), _) => {
            let odd = if kind == "text" {
                "text without text".to_owned()
            } else {
                format!("{kind}: a type this version does not know")
            };
            sheet.heading(&format!("{start}{odd}{more}"));
            sheet.json(raw);
        }
        (None, _) => {
            sheet.heading(&format!("{start}no type{more}"));
            sheet.json(raw);
        }
    }
}

/// A link to a resource: what it says of itself.
fn link(sheet: &mut Sheet, start: &str, raw: &[u8], more: &str) {
    let uri = json::string_at(raw, &["uri"]).unwrap_or_else(|| "no uri".to_owned());
    let size = json::get(raw, &["size"])
        .and_then(json::integer)
        .and_then(|size| u64::try_from(size).ok())
        .map(|size| format!(" {}", text::size(size)))
        .unwrap_or_default();
    let mime = json::string_at(raw, &["mimeType"])
        .map(|mime| format!(" {mime}"))
        .unwrap_or_default();
    sheet.heading(&format!("{start}resource_link {uri}{mime}{size}{more}"));
    for name in ["title", "name", "description"] {
        if let Some(text) = json::string_at(raw, &[name]) {
            sheet.bytes(format!("{name}: {text}").as_bytes());
        }
    }
}

/// The contents of a resource, read or embedded.
fn resource(sheet: &mut Sheet, start: &str, raw: &[u8]) {
    if json::kind(raw) != Kind::Object {
        sheet.heading(&format!("{start}no contents, but {}", noun(raw)));
        return sheet.json(raw);
    }
    let uri = json::string_at(raw, &["uri"]).unwrap_or_else(|| "no uri".to_owned());
    let mime = mime(raw);
    match (json::get(raw, &["text"]), json::get(raw, &["blob"])) {
        (Some(body), blob) => {
            let size = json::string(body).map_or(body.len(), |text| text.len());
            let both = if blob.is_some() {
                " · has a blob too"
            } else {
                ""
            };
            let size = text::size(size as u64);
            sheet.heading(&format!("{start}{uri} {mime} {size}{both}"));
            let hint = Hint {
                mime: Some(&mime),
                uri: Some(&uri),
            };
            sheet.code(body, hint);
        }
        (None, Some(blob)) => {
            sheet.heading(&format!("{start}{uri} {mime} {}", card(blob, &mime)));
        }
        (None, None) => {
            sheet.heading(&format!("{start}{uri} {mime} neither text nor blob"));
            sheet.json(raw);
        }
    }
}

fn mime(raw: &[u8]) -> String {
    json::string_at(raw, &["mimeType"]).unwrap_or_else(|| "no type given".to_owned())
}

/// `640×480 12 kB`, and what does not fit together: bytes that look like something else, text that is no base64.
fn card(data: &[u8], declared: &str) -> String {
    if data.len() > WHOLE {
        return format!("{} of base64", text::size(data.len() as u64));
    }
    let Some(bytes) = decoded(data) else {
        return match json::kind(data) {
            Kind::String => format!(
                "{} that are no base64",
                text::size(data.len().saturating_sub(2) as u64)
            ),
            _ => format!("whose data is {}", noun(data)),
        };
    };
    let size = text::size(bytes.len() as u64);
    match sniff::kind(&bytes) {
        Some((kind, pixels)) => {
            let pixels = pixels.map_or_else(String::new, |(w, h)| format!("{w}×{h} "));
            let essence = declared.split(';').next().unwrap_or_default().trim();
            let same = kind.eq_ignore_ascii_case(essence);
            let odd = if same {
                String::new()
            } else {
                format!(" · looks like {kind}")
            };
            format!("{pixels}{size}{odd}")
        }
        None => size,
    }
}

/// The bytes of a base64 string. Line breaks are skipped; both alphabets are taken.
fn decoded(data: &[u8]) -> Option<Vec<u8>> {
    if data.len() > WHOLE || json::kind(data) != Kind::String {
        return None;
    }
    let mut text = json::string(data)?;
    text.retain(|c| !c.is_ascii_whitespace());
    STANDARD
        .decode(&text)
        .or_else(|_| URL_SAFE.decode(&text))
        .ok()
}

/// ` · for user · priority 0.9`
fn annotations(raw: &[u8]) -> String {
    let mut out = String::new();
    if let Some(audience) = json::get(raw, &["annotations", "audience"]) {
        let names: Vec<String> = json::elements(audience).filter_map(json::string).collect();
        if !names.is_empty() {
            out = format!(" · for {}", names.join(" and "));
        }
    }
    if let Some(priority) = json::get(raw, &["annotations", "priority"]) {
        out.push_str(" · priority ");
        out.push_str(&String::from_utf8_lossy(priority));
    }
    out
}

/// What a value is, with its article.
fn noun(raw: &[u8]) -> &'static str {
    match json::kind(raw) {
        Kind::Object => "an object",
        Kind::Array => "an array",
        Kind::String => "a string",
        Kind::Number => "a number",
        Kind::Bool => "true or false",
        Kind::Null => "null",
        Kind::Invalid => "missing",
    }
}
