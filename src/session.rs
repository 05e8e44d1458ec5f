//! Entries: one recorded line each.

pub mod codec;
pub mod timeline;
