//! What is typed for a frame, and what the tap is told of it.

use super::*;
use crate::session::timeline::Timeline;
use crate::tap::running::Running;
use crate::tui::panes::stream::fixture::{Stage, line, note, sent};
