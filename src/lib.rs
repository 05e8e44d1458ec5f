//! mcpscope.

pub mod cli;
pub mod config;
pub mod demo;
pub mod form;
pub mod inspector;
pub mod json;
pub mod jsonrpc;
pub mod logging;
pub mod mcp;
pub mod note;
pub mod paths;
pub mod recorder;
pub mod recording;
pub mod session;
pub mod text;
pub mod transport;
#[cfg(feature = "tui")]
pub mod tui;
