//! The drawing parts every pane is built from.
//!
//! A widget knows ratatui and the theme's roles, never the application: no session, no actions, no colours of its own.
//! It draws only what is visible, shows untrusted text only sanitised, and returns where the hardware cursor belongs
//! (the focused row or the caret), because screen readers and input methods follow that cursor.

pub mod ascii;
pub mod distinct;
pub mod find;
pub mod hint;
pub mod input;
pub mod json_table;
pub mod json_tree;
pub mod list;
pub mod narrow;
pub mod picture;
pub mod plain;
pub mod popup;
pub mod rule;
pub mod slice;
pub mod spot;
#[cfg(test)]
pub(crate) mod testing;
