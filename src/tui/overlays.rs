//! What is drawn over the body.

pub mod export;
pub mod picker;
pub mod which_key;
