//! Argument forms: what a schema asks for, what was answered, and what of it goes on the wire.
//!
//! Owns the reading of schemas ([`schema`]), the tree of values ([`Form`]), the conversion of command line
//! arguments ([`assign`]) and URI templates ([`template`]). It draws nothing and sends nothing; a terminal, a plain
//! prompt and a command line are all fronts to it.

pub mod assign;
mod check;
pub mod number;
pub mod refusal;
pub mod schema;
pub mod substitute;
pub mod template;
mod tree;

pub use template::expand;
pub use tree::{Form, Node, State};
