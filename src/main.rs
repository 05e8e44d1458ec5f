//! mcpscope.

fn main() {}
