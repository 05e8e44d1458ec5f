//! What can be taken out of a page: to the clipboard, to the normal screen, to programs and files.
//!
//! What is taken is what the server wrote, unsanitised: it never passes through the terminal as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::{Page, Sight};
use super::table;
use crate::json;
use crate::json::steps::{self, Notation, Step};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::outside::part::{Part, Shape};
use crate::tui::outside::tools;
use crate::tui::pane::Reply;
use crate::tui::payload::{TabBody, sniff};
use crate::tui::widgets::find::Found;
use crate::tui::widgets::json_tree::{Kind, Place, Tree};
use crate::tui::widgets::plain::Document;
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::Held;

/// More bytes than this are not printed: nobody selects them with a mouse.
const PRINTED: usize = 1_000_000;
/// Of a string in base64, so many characters are looked at to tell its kind.
const LOOKED_AT: usize = 64;
/// The longest name of a file made from the name of a member.
const LONG_NAME: usize = 40;

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Take {
    Value,
    Line,
    Text,
    Key,
    Path(Notation),
    All,
}

/// What an action takes, and whether it is printed instead of copied.
fn meant(action: Action) -> Option<(Take, bool)> {
    Some(match action {
        Action::CopyValue => (Take::Value, false),
        Action::CopyLine => (Take::Line, false),
        Action::CopyText => (Take::Text, false),
        Action::CopyKey => (Take::Key, false),
        Action::CopyPath => (Take::Path(Notation::JsonPath), false),
        Action::CopyBrackets => (Take::Path(Notation::Brackets), false),
        Action::CopyJq => (Take::Path(Notation::Jq), false),
        Action::CopyPointer => (Take::Path(Notation::Pointer), false),
        Action::CopyAll => (Take::All, false),
        Action::PrintValue => (Take::Value, true),
        Action::PrintLine => (Take::Line, true),
        Action::PrintText => (Take::Text, true),
        Action::PrintKey => (Take::Key, true),
        Action::PrintPath => (Take::Path(Notation::JsonPath), true),
        Action::PrintBrackets => (Take::Path(Notation::Brackets), true),
        Action::PrintJq => (Take::Path(Notation::Jq), true),
        Action::PrintPointer => (Take::Path(Notation::Pointer), true),
        Action::PrintAll => (Take::All, true),
        _ => return None,
    })
}

/// Copies or prints, or says why not; nothing for other actions.
///
/// `block` is what the block stands for that is looked at, if there is one.
pub(super) fn reply(page: &Page, block: Option<Held>, action: Action) -> Option<Reply> {
    let (take, print) = meant(action)?;
    let taken = match (block, page.sight()) {
        // Its heading is ours.
        (Some(held), Some(Sight::Text(_, state)))
            if take == Take::Value
                && page.row().is_none()
                && state.found().and_then(Found::current).is_none() =>
        {
            Ok((Part::new(held.value, Shape::Text), "block"))
        }
        _ => taken(page, take),
    };
    Some(match taken {
        Ok((part, _)) if print && part.size() > PRINTED => Reply::say(format!(
            "Not printed: {} is too much to select from; W writes it to a file",
            text::size(part.size() as u64)
        )),
        Ok((part, _)) if print => Reply::effect(Effect::Print(part)),
        Ok((part, what)) => Reply::effect(Effect::CopyPart {
            part,
            what: what.to_owned(),
        }),
        Err(why) => Reply::say(why),
    })
}

/// Why an action that takes a path or a name does nothing in a text.
pub(super) fn needs_tree(action: Action) -> bool {
    matches!(meant(action), Some((Take::Path(_) | Take::Key, _)))
}

/// What to take and what it is, or why not.
type Taken = Result<(Part, &'static str), &'static str>;

fn taken(page: &Page, take: Take) -> Taken {
    let words = |words: String| Part::exact(words.into_bytes());
    if let (Take::Path(_) | Take::Key, Some((tree, row))) = (take, page.row()) {
        let steps = tree.steps(row);
        return match (take, steps.last()) {
            (Take::Path(Notation::Brackets | Notation::Pointer), None) => {
                Err("The whole document has an empty path here: yp and yq have one to be seen.")
            }
            (Take::Path(notation), _) => Ok((words(steps::path(&steps, notation)), "path")),
            (_, Some(Step::Key(name))) => Ok((words(name.clone()), "name")),
            _ => Err("This has no name: it is an item of an array, or the whole value."),
        };
    }
    match page.sight() {
        Some(Sight::Tree(tree, _) | Sight::Table(tree, _)) => {
            // The focused cell of a table is a value of its tree.
            let Some((_, row)) = page.row().filter(|_| take != Take::All) else {
                return match take {
                    Take::All => Ok((
                        within(tree.bytes(), tree.written(), Shape::Exact),
                        "document",
                    )),
                    _ => Err(table::EMPTY),
                };
            };
            match take {
                Take::Text if tree.kind(row) == Kind::String => {
                    Ok((value(tree, row, Shape::Text), "text"))
                }
                Take::Text => Err("This is no string: yy copies the value as it is."),
                Take::Line => Ok((value(tree, row, Shape::OneLine), "value on one line")),
                _ => Ok((value(tree, row, Shape::Exact), "value")),
            }
        }
        Some(Sight::Text(document, state)) => {
            let at = state
                .found()
                .and_then(Found::current)
                .map_or_else(|| state.first_byte(document), |hit| hit as usize);
            let bytes = document.bytes();
            match (take, page.row()) {
                (Take::All, _) => whole(document),
                (Take::Value | Take::Line, Some((tree, row))) => {
                    Ok((value(tree, row, Shape::Exact), "value"))
                }
                _ if page.is_bytes() => Err("Bytes are only copied as a whole document."),
                (Take::Text, _) => Ok((within(bytes, document.part_at(at), Shape::Exact), "text")),
                _ => Ok((within(bytes, document.line_at(at), Shape::Exact), "line")),
            }
        }
        None => Err("There is nothing to copy."),
    }
}

/// All of a text. Of content, what its blocks say: the lines above them are ours.
fn whole(document: &Document) -> Taken {
    let spots = document.spots();
    if spots.is_empty() {
        return Ok((Part::exact(document.bytes().clone()), "document"));
    }
    let held = spots.iter().filter_map(|spot| spot.held.as_ref());
    // Links and what is asked stand for nothing else: then what is shown is what there is.
    if held.clone().next().is_none() {
        return Ok((Part::exact(document.bytes().clone()), "document"));
    }
    let texts = held.filter(|held| !held.base64);
    match Part::texts(texts.map(|held| held.value.clone())) {
        Some(texts) => Ok((texts, "texts")),
        None => Err("There is no text here: W writes a block to a file."),
    }
}

/// What goes to a program or a file, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) part: Part,
    /// Its MIME type.
    pub(super) kind: String,
    /// A name for a file of it.
    pub(super) name: String,
    /// In a word: `value`, `document`, `text`.
    pub(super) what: &'static str,
}

/// The value at the cursor, or with `all` the whole document. In a document that is no tree they are the same, but for
/// parts below headings.
pub(super) fn outgoing(page: &Page, all: bool) -> Option<Outgoing> {
    let name = |base: &str, kind: &str| format!("{}.{}", file_name(base), tools::ending(kind));
    match page.sight()? {
        Sight::Tree(tree, _) | Sight::Table(tree, _) if all => Some(Outgoing {
            part: within(tree.bytes(), tree.written(), Shape::Exact),
            kind: "application/json".to_owned(),
            name: name(page.name(), "application/json"),
            what: "document",
        }),
        Sight::Tree(tree, _) | Sight::Table(tree, _) => {
            let (_, row) = page.row()?;
            let key = key(tree, row).unwrap_or_else(|| "value".to_owned());
            let (part, kind) = if tree.kind(row) != Kind::String {
                (value(tree, row, Shape::Exact), "application/json")
            } else if let Some(kind) = blob(tree, row) {
                (value(tree, row, Shape::Blob), kind)
            } else {
                (value(tree, row, Shape::Text), "text/plain")
            };
            Some(Outgoing {
                name: name(&key, kind),
                part,
                kind: kind.to_owned(),
                what: "value",
            })
        }
        Sight::Text(document, state) => {
            let bytes = document.bytes();
            if page.is_bytes() {
                let kind = sniff::kind(bytes).map_or("application/octet-stream", |(kind, _)| kind);
                return Some(Outgoing {
                    part: Part::exact(bytes.clone()),
                    kind: kind.to_owned(),
                    name: name(page.name(), kind),
                    what: "document",
                });
            }
            let at = state.first_byte(document);
            let (part, what) = if all {
                // Where there are only pictures, say, our own lines about them are what there is.
                let exact = || (Part::exact(bytes.clone()), "document");
                whole(document).unwrap_or_else(|_| exact())
            } else {
                (within(bytes, document.part_at(at), Shape::Exact), "text")
            };
            Some(Outgoing {
                part,
                kind: "text/plain".to_owned(),
                name: name(page.name(), "text/plain"),
                what,
            })
        }
    }
}

/// The exact bytes a block of content stands for.
pub(super) fn block(held: Held) -> Outgoing {
    let shape = if held.base64 {
        Shape::Blob
    } else {
        Shape::Text
    };
    let otherwise = if held.base64 {
        "application/octet-stream"
    } else {
        "text/plain"
    };
    Outgoing {
        part: Part::new(held.value, shape),
        kind: held.mime.unwrap_or_else(|| otherwise.to_owned()),
        name: held.name,
        what: "block",
    }
}

/// The document of a tree, for a query.
pub(super) fn whole_tree(page: &Page) -> Option<Part> {
    match page.body() {
        TabBody::Tree(tree) => Some(within(tree.bytes(), tree.written(), Shape::Exact)),
        TabBody::Text(_) | TabBody::Bytes(_) => None,
    }
}

/// The name of a member, decoded: as JSON it is a string like any other.
fn key(tree: &Tree, row: &Place) -> Option<String> {
    let raw = tree.key(row)?;
    json::string(format!("\"{raw}\"").as_bytes())
}

fn value(tree: &Tree, row: &Place, shape: Shape) -> Part {
    within(tree.bytes(), tree.value_bytes(row), shape)
}

/// A part by its bytes: shared when it is inside of the document, else copied.
fn within(whole: &Slice, part: &[u8], shape: Shape) -> Part {
    let range = whole.as_ptr_range();
    let inside = part.as_ptr_range();
    if range.start <= inside.start && inside.end <= range.end {
        let start = inside.start as usize - range.start as usize;
        return Part::new(whole.part(start..start + part.len()), shape);
    }
    Part::new(part, shape)
}

/// The MIME type of a string that holds bytes in base64: `blob` or `data` beside a `mimeType`, as in MCP's contents.
fn blob(tree: &Tree, row: &Place) -> Option<&'static str> {
    if !matches!(tree.key(row).as_deref(), Some("blob" | "data"))
        || !tree.has_sibling(row, "mimeType")
    {
        return None;
    }
    let raw = tree.value_bytes(row);
    let start = raw.get(1..raw.len().saturating_sub(1))?;
    let start = &start[..start.len().min(LOOKED_AT) / 4 * 4];
    let bytes = STANDARD.decode(start).ok()?;
    Some(sniff::kind(&bytes).map_or("application/octet-stream", |(kind, _)| kind))
}

/// A name that is safe for a file, whatever a server calls its members.
fn file_name(base: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = base.chars().take(LONG_NAME).map(safe).collect();
    let name = name.trim_matches('-').to_ascii_lowercase();
    if name.is_empty() {
        "value".to_owned()
    } else {
        name
    }
}
