//! PAYLOAD_VIEWS: the one table of ways to look at a body. Each says whether it has something to show; raw is last
//! and always has. Documents are built on a blocking thread, never while drawing.

use std::sync::Arc;

use super::widgets::json_tree::Tree;
use super::widgets::plain::Document;

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
}
