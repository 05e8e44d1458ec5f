//! The screen.

pub mod action;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod pane;
pub mod panes;
pub mod payload;
pub mod previews;
pub mod theme;
pub mod widgets;
