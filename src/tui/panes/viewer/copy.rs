//! What can be copied from a page, and how much.
//!
//! What goes to the clipboard is what the server wrote, unsanitised: it never passes through the terminal as text.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::{Page, Sight};
use crate::json;
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::Reply;
use crate::tui::widgets::find::Found;
use crate::tui::widgets::json_tree::Kind;

/// More bytes than this are refused: terminals drop long clipboard sequences, and say nothing.
const MOST: usize = 1_000_000;

/// The effect that copies, or why not.
pub(super) fn reply(page: &Page, action: Action) -> Reply {
    match copied(page, action) {
        Ok((bytes, _)) if bytes.len() > MOST => Reply::say(format!(
            "Not copied: {} is too much for the clipboard, the limit is {}.",
            text::size(bytes.len() as u64),
            text::size(MOST as u64)
        )),
        Ok((bytes, what)) => match std::str::from_utf8(bytes.as_ref()) {
            Ok(text) => Reply::effect(Effect::Copy {
                text: text.to_owned(),
                what: what.to_owned(),
            }),
            Err(_) => Reply::effect(Effect::Copy {
                text: STANDARD.encode(&bytes),
                what: format!("{what} as base64, for it is not UTF-8"),
            }),
        },
        Err(why) => Reply::say(why),
    }
}

/// What to copy and what it is, or why not.
type Copied<'p> = Result<(Cow<'p, [u8]>, &'static str), &'static str>;

fn copied(page: &Page, action: Action) -> Copied<'_> {
    if let (Action::CopyPath | Action::CopyKey, Some((tree, row))) = (action, page.row()) {
        return match (action, tree.key(row)) {
            (Action::CopyPath, _) => Ok((tree.path(row).into_bytes().into(), "path")),
            (_, Some(key)) => {
                // As JSON it decodes like any string.
                let name = json::string(format!("\"{key}\"").as_bytes());
                Ok((name.unwrap_or_default().into_bytes().into(), "name"))
            }
            (_, None) => Err("This has no name: it is an item of an array, or the whole value."),
        };
    }
    match page.sight() {
        Some(Sight::Tree(tree, state)) => {
            let row = state.selected();
            match action {
                Action::CopyAll => Ok((tree.written().into(), "document")),
                Action::CopyText if tree.kind(row) == Kind::String => {
                    let text = json::string(tree.value_bytes(row)).unwrap_or_default();
                    Ok((text.into_bytes().into(), "text"))
                }
                Action::CopyText => Err("This is no string: yy copies the value as it is."),
                _ => Ok((tree.value_bytes(row).into(), "value")),
            }
        }
        Some(Sight::Text(document, state)) => {
            let at = state
                .found()
                .and_then(Found::current)
                .map_or_else(|| state.first_byte(document), |hit| hit as usize);
            match (action, page.row()) {
                (Action::CopyAll, _) => Ok(((&**document.bytes()).into(), "document")),
                (Action::CopyValue, Some((tree, row))) => {
                    Ok((tree.value_bytes(row).into(), "value"))
                }
                _ if page.is_bytes() => Err("Bytes are only copied as a whole document."),
                (Action::CopyText, _) => Ok((document.part_at(at).into(), "text")),
                _ => Ok((document.line_at(at).into(), "line")),
            }
        }
        None => Err("There is nothing to copy."),
    }
}
