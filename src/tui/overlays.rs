//! What is drawn over the body.

pub mod letters;
pub mod picker;
pub mod sheet;
pub mod which_key;
