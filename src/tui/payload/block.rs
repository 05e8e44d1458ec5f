//! One content block: its heading, what it holds, and what is behind it.
//!
//! Blocks are untrusted and may be anything: one that is not as the specification has it (2026-07-28, server/tools,
//! "Tool Result") is named and shown as JSON.

use super::card::Card;
use super::members::{Block, Members};
use super::sheet::Sheet;
use super::{About, Payload, WHOLE, card, markdown, numbered};
use crate::json::{self, Kind};
use crate::text;
use crate::tui::highlight::{self, Hint, Language};
use crate::tui::widgets::spot::{Held, Target, file_name};

/// So many blocks are shown one by one.
pub(super) const BLOCKS: usize = 2_000;

/// Writes blocks onto a sheet, one after the other.
pub(super) struct Blocks<'p> {
    payload: &'p Payload<'p>,
    pub sheet: Sheet,
    /// Whether Markdown is laid out, rather than shown as it was written.
    laid_out: bool,
    /// How many blocks were written.
    index: usize,
    /// How many pictures were drawn.
    pictures: usize,
}

impl<'p> Blocks<'p> {
    pub(super) fn new(payload: &'p Payload<'p>, laid_out: bool) -> Self {
        Self {
            payload,
            sheet: payload.sheet(),
            laid_out,
            index: 0,
            pictures: 0,
        }
    }

    /// Whether no more blocks are shown; says so the first time.
    pub(super) fn is_full(&mut self, more: usize) -> bool {
        if self.index == BLOCKS && more > 0 {
            self.sheet
                .heading(&format!("… and {more} more: see the tab JSON"));
        }
        self.index >= BLOCKS
    }

    /// One content block under its heading, which begins with `start`.
    pub(super) fn block(&mut self, start: &str, raw: &[u8]) {
        let payload = self.payload;
        let known = payload.blocks.get(self.index);
        let other;
        let block = match known.filter(|known| std::ptr::eq(known.own.raw, raw)) {
            Some(known) => known,
            None => {
                other = Block::of(raw);
                &other
            }
        };
        let own = &block.own;
        if json::kind(raw) != Kind::Object {
            self.odd(&format!("{start}no block, but {}", noun(raw)), raw);
            return self.next();
        }
        let kind = own.string("type");
        let more = annotations(own);
        match (kind.as_deref(), own.get("text")) {
            (Some("text"), Some(body)) => {
                let (target, held) = (self.text_target(), self.held(body, false, own));
                let odd = halves(body);
                let size = match json::kind(body) {
                    Kind::String => format!(" {}", text::size(text_size(body))),
                    _ => String::new(),
                };
                let heading = format!("{start}text{size}{more}{odd}");
                self.sheet.spot(&heading, target, Some(held));
                self.text(body, Hint::default());
            }
            (Some(kind @ ("image" | "audio")), _) => {
                let mime = mime(own);
                match own.get("data") {
                    Some(data) => {
                        self.card(&format!("{start}{kind} {mime}"), &more, data, own, None);
                    }
                    None => self.sheet.spot(
                        &format!("{start}{kind} {mime} no data{more}"),
                        Target::Nothing,
                        None,
                    ),
                }
            }
            (Some("resource_link"), _) => self.link(start, own, &more),
            (Some("resource"), _) => match &block.resource {
                Some(inner) => {
                    let behind = Target::Block(self.index as u32);
                    self.resource(&format!("{start}resource{more} "), inner, Some(behind));
                }
                None => self.odd(&format!("{start}resource without a resource{more}"), raw),
            },
            (Some("text"), None) => self.odd(&format!("{start}text without text{more}"), raw),
            (Some(kind), _) => {
                let odd = format!("{start}{kind}: a type this version does not know{more}");
                self.odd(&odd, raw);
            }
            (None, _) => self.odd(&format!("{start}no type{more}"), raw),
        }
        self.next();
    }

    /// The contents of a resource that was read.
    pub(super) fn contents(&mut self, block: &Block<'_>) {
        self.resource("", &block.own, None);
        self.next();
    }

    /// A message of a prompt that has no content.
    pub(super) fn message(&mut self, heading: &str, raw: &[u8]) {
        self.odd(heading, raw);
    }

    fn next(&mut self) {
        self.index += 1;
    }

    /// What is not as it should be, as JSON.
    fn odd(&mut self, heading: &str, raw: &[u8]) {
        let mut held = self.held(raw, false, &Members::of(raw));
        held.mime = Some("application/json".to_owned());
        held.name = format!("block-{}.json", self.index + 1);
        self.sheet.spot(heading, Target::Nothing, Some(held));
        self.sheet.json(raw);
    }

    /// A text, laid out when it is Markdown.
    fn text(&mut self, body: &[u8], hint: Hint<'_>) {
        if self.laid_out
            && let Some(text) = markdown_of(body, hint)
        {
            return self.sheet.markdown(&text);
        }
        self.sheet.code(body, hint);
    }

    /// A link to a resource: what it says of itself.
    fn link(&mut self, start: &str, own: &Members<'_>, more: &str) {
        let uri = own.string("uri");
        let size = own
            .get("size")
            .and_then(json::integer)
            .and_then(|size| u64::try_from(size).ok())
            .map(|size| format!(" {}", text::size(size)))
            .unwrap_or_default();
        let mime = own
            .string("mimeType")
            .map(|mime| format!(" {mime}"))
            .unwrap_or_default();
        let shown = uri.as_deref().unwrap_or("no uri");
        let heading = format!("{start}resource_link {shown}{mime}{size}{more}");
        let target = uri.map_or(Target::Nothing, Target::Resource);
        self.sheet.spot(&heading, target, None);
        for name in ["title", "name", "description"] {
            if let Some(text) = own.string(name) {
                self.sheet.bytes(format!("{name}: {text}").as_bytes());
            }
        }
    }

    /// The contents of a resource, read or embedded; behind an embedded one it stands alone.
    fn resource(&mut self, start: &str, own: &Members<'_>, behind: Option<Target>) {
        let raw = own.raw;
        if json::kind(raw) != Kind::Object {
            return self.odd(&format!("{start}no contents, but {}", noun(raw)), raw);
        }
        let uri = own.string("uri").unwrap_or_else(|| "no uri".to_owned());
        let mime = mime(own);
        match (own.get("text"), own.get("blob")) {
            (Some(body), blob) => {
                let both = if blob.is_some() {
                    " · has a blob too"
                } else {
                    ""
                };
                let size = text::size(text_size(body));
                let target = behind.unwrap_or_else(|| self.text_target());
                let held = self.held(body, false, own);
                let heading = format!("{start}{uri} {mime} {size}{both}{}", meta(own));
                self.sheet.spot(&heading, target, Some(held));
                let hint = Hint {
                    mime: Some(&mime),
                    uri: Some(&uri),
                };
                self.text(body, hint);
            }
            (None, Some(blob)) => {
                self.card(
                    &format!("{start}{uri} {mime}"),
                    &meta(own),
                    blob,
                    own,
                    behind,
                );
            }
            (None, None) => self.odd(&format!("{start}{uri} {mime} neither text nor blob"), raw),
        }
    }

    /// Bytes: a line about them, and the picture they are.
    fn card(
        &mut self,
        start: &str,
        more: &str,
        data: &[u8],
        around: &Members<'_>,
        behind: Option<Target>,
    ) {
        let declared = around.string("mimeType");
        let Card { words, bytes } = card::card(self.payload, data, declared.as_deref());
        let hex = self
            .payload
            .binaries
            .iter()
            .position(|binary| std::ptr::eq(binary.raw, data));
        let target = behind.unwrap_or_else(|| {
            hex.map_or(Target::Nothing, |index| Target::Tab(numbered("Hex", index)))
        });
        // Also what is no base64: whoever wants its bytes is told why there are none.
        let held = Some(self.held(data, true, around));
        let picture = bytes
            .filter(|_| self.pictures < card::PICTURES)
            .and_then(|bytes| card::picture(&bytes, self.payload.pictures));
        let not_drawn = match &picture {
            Some(Err(why)) => format!(" · not drawn: {why}"),
            _ => String::new(),
        };
        self.sheet
            .spot(&format!("{start} {words}{not_drawn}{more}"), target, held);
        if let Some(Ok(picture)) = picture {
            self.pictures += 1;
            self.sheet.picture(picture);
        }
    }

    /// Where JSON in this text is a tree.
    fn text_target(&self) -> Target {
        let name = match self.payload.about {
            About::Resource => "JSON",
            _ => "Text as JSON",
        };
        let tree = self
            .payload
            .trees
            .iter()
            .position(|(block, _)| *block == self.index);
        tree.map_or(Target::Nothing, |index| Target::Tab(numbered(name, index)))
    }

    /// A value of the message, to be had as it is.
    fn held(&self, value: &[u8], base64: bool, around: &Members<'_>) -> Held {
        let mime = around.string("mimeType");
        let uri = around.string("uri");
        let otherwise = format!("block-{}", self.index + 1);
        let typed = mime.as_deref().or((!base64).then_some("text/plain"));
        Held {
            value: self.payload.part(value),
            base64,
            name: file_name(uri.as_deref(), &otherwise, typed),
            mime,
        }
    }
}

/// The text of a JSON string if it is Markdown, by what is said of it or by its looks, and not too long.
pub(super) fn markdown_of(raw: &[u8], hint: Hint<'_>) -> Option<String> {
    if raw.len() > markdown::LARGEST || json::kind(raw) != Kind::String {
        return None;
    }
    let text = json::string(raw)?;
    let is = match highlight::language(hint, &text) {
        Some(language) => matches!(language, Language::Markdown),
        // What is said to be plain is plain.
        None => hint.mime.is_none() && markdown::looks_like(&text),
    };
    is.then_some(text)
}

/// How many bytes of UTF-8 a text is; of a huge one as many as were sent, for decoding it only to count it would take
/// as much again.
fn text_size(body: &[u8]) -> u64 {
    let size = match body.len() {
        ..=WHOLE => json::string(body).map_or(body.len(), |text| text.len()),
        more => more,
    };
    size as u64
}

fn mime(own: &Members<'_>) -> String {
    own.string("mimeType")
        .unwrap_or_else(|| "no type given".to_owned())
}

/// ` · for user · priority 0.9`
fn annotations(own: &Members<'_>) -> String {
    let mut out = String::new();
    let Some(raw) = own.get("annotations") else {
        return meta(own);
    };
    if let Some(audience) = json::get(raw, &["audience"]) {
        let names: Vec<String> = json::elements(audience).filter_map(json::string).collect();
        if !names.is_empty() {
            out = format!(" · for {}", names.join(" and "));
        }
    }
    if let Some(priority) = json::get(raw, &["priority"]) {
        out.push_str(" · priority ");
        out.push_str(&String::from_utf8_lossy(priority));
    }
    if let Some(modified) = json::string_at(raw, &["lastModified"]) {
        out.push_str(" · modified ");
        out.push_str(&modified);
    }
    out + &meta(own)
}

/// ` · 1 lone surrogate`: what a text has that is no character. Of a long one, what is shown of it.
fn halves(body: &[u8]) -> String {
    let (_, count) = json::name_halves(&body[..json::cut(body, WHOLE)]);
    match count {
        0 => String::new(),
        _ => format!(" · {}", text::plural(count, "lone surrogate")),
    }
}

/// ` · _meta: a, b`: the names of what is in it, for the rest is in the tab JSON.
fn meta(own: &Members<'_>) -> String {
    const NAMES: usize = 4;
    let Some(meta) = own.get("_meta") else {
        return String::new();
    };
    let mut names: Vec<String> = json::members(meta)
        .take(NAMES + 1)
        .map(|(name, _)| name.into_owned())
        .collect();
    if names.len() > NAMES {
        "…".clone_into(&mut names[NAMES]);
    }
    format!(" · _meta: {}", names.join(", "))
}

/// What a value is, with its article.
pub(super) fn noun(raw: &[u8]) -> &'static str {
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
