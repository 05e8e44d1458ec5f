//! A value of a tree looked at in another way: a string as JSON or as a text of its own.
//!
//! Slow on big values: not for the drawing thread.

use std::sync::Arc;

use super::TabBody;
use crate::json;
use crate::tui::widgets::json_tree::{Kind, Swapped};
use crate::tui::widgets::plain::Document;

/// In which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// JSON in a string becomes a part of the tree; what became one is a string again.
    InPlace,
    /// The text of a string stands alone.
    Alone,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Opened {
    /// The tree now.
    InPlace(Swapped),
    /// The text.
    Alone(Arc<Document>),
}

/// Opens the value that starts at this byte; nothing of what is no tree.
pub fn open(body: &TabBody, byte: usize, opening: Opening) -> Option<Result<Opened, String>> {
    let TabBody::Tree(tree) = body else {
        return None;
    };
    let place = tree.place_at(byte);
    Some(match opening {
        Opening::InPlace => tree.toggle_decoded(&place).map(Opened::InPlace),
        Opening::Alone if tree.kind(&place) == Kind::String => {
            Ok(Opened::Alone(alone(tree.value_bytes(&place))))
        }
        Opening::Alone => Err("This is no string.".to_owned()),
    })
}

/// The text of a JSON string as a document.
pub fn alone(raw: &[u8]) -> Arc<Document> {
    let text = json::string(raw).unwrap_or_default();
    Arc::new(Document::new(text.into_bytes()))
}
