//! Links to servers.

pub mod memory;
pub mod stdio;
pub mod usage;
