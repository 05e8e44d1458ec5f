//! A value of a tree looked at in another way: a string as JSON or as a text of its own, an array as a table.
//!
//! Slow on big values: not for the drawing thread.

use std::sync::Arc;

use super::TabBody;
use crate::json;
use crate::tui::widgets::json_table::{Sort, Table};
use crate::tui::widgets::json_tree::{Kind, Place, Swapped, Tree};
use crate::tui::widgets::plain::Document;

/// In which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// JSON in a string becomes a part of the tree; what became one is a string again.
    InPlace,
    /// The text of a string stands alone.
    Alone,
    /// The array at or around it is a table, in this order.
    Table(Option<Sort>),
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Opened {
    /// The tree now.
    InPlace(Swapped),
    /// The text.
    Alone(Arc<Document>),
    /// The table, and its rows in the order that was asked for.
    Table {
        /// The table.
        table: Arc<Table>,
        /// The order.
        sort: Option<Sort>,
        /// The rows in it.
        order: Arc<[u32]>,
        /// Where somebody looked.
        byte: usize,
    },
}

/// Opens the value that starts at this byte; nothing of what is no tree.
pub fn open(body: &TabBody, byte: usize, opening: Opening) -> Option<Result<Opened, String>> {
    let TabBody::Tree(tree) = body else {
        return None;
    };
    let place = tree.place_at(byte);
    Some(match opening {
        Opening::InPlace => tree.toggle_decoded(&place).map(Opened::InPlace),
        Opening::Table(sort) => table(tree, &place).map(|table| Opened::Table {
            order: table.order(sort),
            table: Arc::new(table),
            sort,
            byte,
        }),
        Opening::Alone if tree.kind(&place) == Kind::String => {
            Ok(Opened::Alone(alone(tree.value_bytes(&place))))
        }
        Opening::Alone => Err("This is no string.".to_owned()),
    })
}

/// The array at a row of a tree, or the nearest around it, as a table; or why there is none.
pub fn table(tree: &Tree, row: &Place) -> Result<Table, String> {
    let array = tree
        .array_around(row)
        .ok_or("There is no array here: a table needs one.")?;
    if !tree.is_whole(&array) {
        return Err(format!(
            "indexing {} %: the end of the array is not known yet",
            tree.percent()
        ));
    }
    Table::new(tree.bytes(), tree.span(&array))
}

/// The text of a JSON string as a document.
pub fn alone(raw: &[u8]) -> Arc<Document> {
    let text = json::string(raw).unwrap_or_default();
    Arc::new(Document::new(text.into_bytes()))
}
