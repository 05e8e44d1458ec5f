//! What can be drawn over the body, and what lines are filled in for.

use std::path::PathBuf;

use super::Then;
use crate::lint::exceptions::Exception;
use crate::probe::Known;
use crate::tui::overlays::agree::AgreeBox;
use crate::tui::overlays::deeds::DeedsBox;
use crate::tui::overlays::export::ExportBox;
use crate::tui::overlays::picker::Picker;
use crate::tui::overlays::sheet::Sheet;

/// Something drawn over the body.
#[derive(Debug)]
pub enum Overlay {
    /// Help, palette, menu.
    Picker(Picker),
    /// Lines to fill in, and what for.
    Sheet(Sheet, Purpose),
    /// The letter of a mark is waited for: for an entry, or to go to.
    Letters(Option<u64>),
    /// Quit?
    Quit,
    /// Whether a server may run, by its place, and what for.
    Trust(usize, Then),
    /// Whether a tap is put before a server in its client's settings, or taken out, by its place.
    Tap(usize),
    /// An export.
    Export(Box<ExportBox>),
    /// What is about to be sent to a server, all of it, and what is known of the server by which that was put together.
    Agree(AgreeBox, Box<Known>),
    /// What doctor says so far.
    Doctor,
    /// What was done.
    Deeds(DeedsBox),
}

/// What lines are filled in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A place in a recording to go to.
    Place,
    /// The note of an entry, by its sequence number.
    Note(u64),
    /// Name, tags and note of a session.
    Words(PathBuf),
    /// How a session is sent again.
    Replay(PathBuf),
    /// Whether what may destroy something is called.
    Anyway(u64),
    /// What a server is started with that its client asks a person for, by its place, and what for.
    Inputs(usize, Then),
    /// Why findings are ignored from now on.
    Except(Exception),
    /// Where findings are written to.
    Findings,
    /// Which frames a tap holds.
    Hold,
    /// What a tap breaks.
    Break,
    /// Which log of a client is looked at.
    Log,
}
