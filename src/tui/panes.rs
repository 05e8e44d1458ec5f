//! The panes of the screen: state, behaviour, drawing and tests of each in one place.

pub mod address;
pub mod catalogue;
pub mod copy_as;
pub mod diff;
pub mod form;
pub mod held;
pub mod inbox;
pub mod lint;
pub mod logs;
pub mod moves;
pub mod request;
pub mod servers;
pub mod sessions;
pub mod stream;
pub mod traffic;
pub mod viewer;
