//! The protocol vocabulary.

pub mod client;
pub mod facts;
pub mod method;
pub mod revision;
pub mod types;
