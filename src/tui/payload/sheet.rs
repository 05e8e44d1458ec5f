//! Writing a text document: headings of ours between texts of the server's.
//!
//! Owns the limit of what is shown of a huge body, and says where it cut. Texts go in as they are (the document is
//! sanitised when it is drawn, and copied as the server wrote it); headings are sanitised here, for they quote.

use std::sync::Arc;

use std::ops::Range;

use super::TabBody;
use super::markdown::{self, Ink};
use crate::json::{self, Kind, Value};
use crate::text;
use crate::tui::highlight::{self, Budget, Hint, Language, Painting};
use crate::tui::widgets::picture::Picture;
use crate::tui::widgets::plain::{Document, Placed};
use crate::tui::widgets::spot::{Held, Spot, Target};

/// The longest heading, in columns. Names and addresses that servers give end up in them.
const HEADING: usize = 300;

/// JSON is laid out anew up to this many bytes.
const PRETTY: usize = 1 << 20;

/// A text being put together.
pub(super) struct Sheet {
    bytes: Vec<u8>,
    headings: Vec<u32>,
    /// What is not plain.
    inks: Vec<(Range<usize>, Ink)>,
    /// What can be gone to.
    spots: Vec<Spot>,
    pictures: Vec<Placed>,
    budget: Budget,
    /// Bytes of text that may still be added.
    room: usize,
}

impl Sheet {
    /// An empty one that takes `room` bytes of text, of which `budget` are highlighted.
    pub(super) fn new(room: usize, budget: Budget) -> Self {
        Self {
            bytes: Vec::new(),
            headings: Vec::new(),
            inks: Vec::new(),
            spots: Vec::new(),
            pictures: Vec::new(),
            budget,
            room,
        }
    }

    /// A line of ours.
    pub(super) fn heading(&mut self, heading: &str) {
        self.line();
        self.headings.push(self.bytes.len() as u32);
        let safe = text::sanitize(heading);
        self.bytes
            .extend_from_slice(text::fit(&safe, HEADING).as_bytes());
    }

    /// A line of ours above something that can be gone to.
    pub(super) fn spot(&mut self, heading: &str, target: Target, held: Option<Held>) {
        self.heading(heading);
        let at = self.headings.last().copied().unwrap_or(0);
        self.spots.push(Spot { at, target, held });
    }

    /// Room for a picture, which is drawn there.
    pub(super) fn picture(&mut self, picture: Picture) {
        let rows = usize::from(picture.rows());
        self.line();
        self.pictures.push(Placed {
            at: self.bytes.len() as u32,
            picture: Arc::new(picture),
        });
        self.bytes
            .resize(self.bytes.len() + rows.saturating_sub(1), b'\n');
    }

    /// Markdown laid out, and below it what it links to.
    pub(super) fn markdown(&mut self, text: &str) {
        let rendered = markdown::render(text);
        self.line();
        let start = self.bytes.len();
        // It is bounded, but for what is left of the room.
        self.room = self.room.saturating_sub(rendered.text.len());
        self.bytes.extend_from_slice(rendered.text.as_bytes());
        let moved = |range: Range<usize>| start + range.start..start + range.end;
        let inks = rendered.inks.into_iter();
        self.inks
            .extend(inks.map(|(range, ink)| (moved(range), ink)));
        for (index, link) in rendered.links.into_iter().enumerate() {
            let label = if link.label == link.url {
                String::new()
            } else {
                format!("{}  ", link.label)
            };
            let heading = format!("  → [{}] {label}{}", index + 1, link.url);
            self.spot(&heading, target(link.url), None);
        }
    }

    /// As [`string`](Self::string), highlighted if the hint or the text itself tells its language.
    pub(super) fn code(&mut self, raw: &[u8], hint: Hint<'_>) {
        if json::kind(raw) != Kind::String {
            return self.string(raw);
        }
        let start = self.bytes.len();
        let headings = self.headings.len();
        self.string(raw);
        // The line before it was ended, unless there was none.
        let start = start + usize::from(start > 0);
        // What is cut ends with a line that says so.
        let end = match self.headings.get(headings) {
            Some(cut) => (*cut as usize).saturating_sub(1).max(start),
            None => self.bytes.len(),
        };
        let text = std::str::from_utf8(self.bytes.get(start..end).unwrap_or_default());
        if let Some(language) = text.ok().and_then(|text| highlight::language(hint, text)) {
            self.inks.push((start..end, Ink::Code(language)));
        }
    }

    /// The text of the JSON string that `raw` is, or `raw` itself when it is none.
    pub(super) fn string(&mut self, raw: &[u8]) {
        if json::kind(raw) != Kind::String {
            self.heading("not a string:");
            return self.json(raw);
        }
        if raw.len() > self.room {
            // Escapes only make it shorter.
            let end = json::cut(raw, self.room.min(raw.len() - 1));
            let (named, _) = json::name_halves(raw.get(1..end).unwrap_or_default());
            let part = json::decode(&named).into_owned();
            self.bytes_of(part.as_bytes(), raw.len());
        } else {
            let (named, _) = json::name_halves(raw);
            let whole = json::string(&named).unwrap_or_default();
            self.bytes_of(whole.as_bytes(), whole.len());
        }
    }

    /// A JSON value over several lines.
    pub(super) fn json(&mut self, raw: &[u8]) {
        let start = self.bytes.len();
        match (raw.len() <= PRETTY).then(|| Value::parse(raw)) {
            Some(Ok(value)) => self.bytes(value.pretty().as_bytes()),
            _ => self.bytes(raw),
        }
        let start = start + usize::from(start > 0);
        if self.headings.last().is_none_or(|h| (*h as usize) < start) {
            self.inks
                .push((start..self.bytes.len(), Ink::Code(Language::Json)));
        }
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes_of(bytes, bytes.len());
    }

    /// The beginning of a text of `size` bytes.
    fn bytes_of(&mut self, bytes: &[u8], size: usize) {
        self.line();
        let shown = bytes.len().min(self.room);
        self.room -= shown;
        self.bytes.extend_from_slice(&bytes[..shown]);
        if shown < size {
            self.heading(&format!(
                "… cut here: {} of {} shown",
                text::size(shown as u64),
                text::size(size as u64)
            ));
        }
    }

    /// Begins a line.
    fn line(&mut self) {
        if !self.bytes.is_empty() {
            self.bytes.push(b'\n');
        }
    }

    /// The document, as a tab shows it.
    pub(super) fn finish(self) -> TabBody {
        TabBody::Text(Arc::new(self.document()))
    }

    /// The document.
    pub(super) fn document(self) -> Document {
        let mut painting = Painting::new(self.budget);
        for (range, ink) in self.inks {
            match ink {
                Ink::Code(language) => painting.add(&self.bytes, range, language),
                Ink::Role(role) => painting.role(range, role),
            }
        }
        Document::with_headings(self.bytes, self.headings)
            .with_spans(painting.finish())
            .with_spots(self.spots, self.pictures)
    }
}

/// Where an address in a text leads: to a page, to a resource of the server, or nowhere (a part of a path).
fn target(url: String) -> Target {
    match url.split_once(':') {
        Some(("http" | "https", _)) => Target::Page(url),
        Some((scheme, rest))
            if scheme.len() > 1
                && !rest.is_empty()
                && scheme
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) =>
        {
            Target::Resource(url)
        }
        _ => Target::Nothing,
    }
}
