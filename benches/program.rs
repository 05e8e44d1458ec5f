//! The program that a bench starts.

use std::sync::LazyLock;

/// The one that the variable MCPSCOPE names, as people get it; without it the one that was built beside the bench,
/// which is compiled in more pieces (Cargo.toml tells why) and a little larger.
pub static MCPSCOPE: LazyLock<&str> = LazyLock::new(|| match std::env::var("MCPSCOPE") {
    Ok(path) if !path.is_empty() => path.leak(),
    _ => env!("CARGO_BIN_EXE_mcpscope"),
});
