//! The form as one row of members, each nested value raw JSON: what the pane was built on before the tree.
//!
//! Only the old pane reads it; it goes when the pane stands on [`crate::form::Form`].

mod check;
use super::number;
pub mod schema;
use super::template;
mod tree;

pub use tree::{Form, Node, State};
