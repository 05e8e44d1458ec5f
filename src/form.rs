//! Argument forms: what a schema asks for, what was answered, and what of it goes on the wire.
//!
//! It draws nothing and sends nothing; a terminal, a plain prompt and a command line are all fronts to it. The rooms:
//!
//! - [`schema`] reads JSON Schema into shapes, one place at a time: [`schema::Field`] and [`schema::Kind`] are what a
//!   front end switches on.
//! - [`Form`] is the tree of values over a schema. [`Form::rows`] is what is visible; nodes are named by [`NodeId`];
//!   edits are methods that take one; [`Form::arguments`] is what is sent.
//! - [`assign`] makes arguments of a command line, [`template`] expands URI templates.
//! - `check` and `number` are what both trees and command lines know of values without a validator.

pub mod assign;
mod check;
pub mod number;
pub mod refusal;
pub mod schema;
pub mod substitute;
pub mod template;
mod tree;

pub use template::expand;
pub use tree::{Form, Key, Node, NodeId, REDACTED, Row, RowKind, State};
