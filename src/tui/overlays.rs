//! What is drawn over the body.

pub mod agree;
pub mod deeds;
pub mod export;
pub mod letters;
pub mod picker;
pub mod sheet;
pub mod which_key;
