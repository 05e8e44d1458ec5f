//! The index of a big tree while it is made, off the drawing thread.

use std::sync::Arc;

use super::TabBody;
use super::frames::raw_tab;
use crate::tui::widgets::json_tree::Index;

/// What became of the index of a big tree.
#[derive(Debug, Clone)]
pub enum Indexed {
    /// It goes further now.
    Further(Arc<Index>),
    /// The document is no JSON after all, and is shown as text.
    Broken {
        /// As text.
        body: TabBody,
        /// Where and why not.
        why: String,
    },
}

/// Makes the index of a big tree, and tells of every part. Stops when nobody looks at the tree any longer. Slow: not for
/// the drawing thread.
pub fn index(body: TabBody, mut tell: impl FnMut(Indexed)) {
    let TabBody::Tree(tree) = body else { return };
    let Some(indexing) = tree.indexing() else {
        return;
    };
    let bytes = tree.bytes().clone();
    // Who works on it does not look at it.
    drop(tree);
    indexing.run(|part| {
        tell(match part {
            Ok(index) => Indexed::Further(Arc::new(index)),
            Err(error) => Indexed::Broken {
                body: raw_tab(&bytes),
                why: error.to_string(),
            },
        });
    });
}
