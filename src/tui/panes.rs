//! The panes of the screen.

pub mod form;
