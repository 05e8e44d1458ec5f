//! Event: the closed list of what can happen to the screen.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use super::payload::Tab;
use crate::drafts::Draft;
use crate::history::Found;
use crate::inspector::Update;
use crate::presets::{Listed, Place, Preset};
use crate::recording::Loaded;
use crate::session::recorded::Recorded;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has another size now, in columns and rows.
    Resize(u16, u16),
    /// The engine tells something.
    Update(Update),
    /// A part of an opened file.
    Loading {
        /// Its entries.
        entries: Vec<Recorded>,
        /// Bytes read so far, and bytes in all.
        bytes: (u64, u64),
    },
    /// An opened file has been read.
    Loaded(Result<Loaded, String>),
    /// A document was built.
    Built {
        /// For whom.
        viewer: u64,
        /// Its tabs, or why there are none.
        tabs: Result<Vec<Tab>, String>,
    },
    /// Beginnings of bodies, by sequence number.
    Previews(Vec<(u64, Box<str>)>),
    /// Where text was found.
    Found {
        /// For whom.
        asker: u64,
        /// Sequence numbers, ascending.
        seqs: Vec<u64>,
    },
    /// Where text was found in a big document.
    FoundIn {
        /// For whom.
        viewer: u64,
        /// What was looked for.
        text: String,
        /// Where, as the document counts.
        hits: Vec<u32>,
    },
    /// History, drafts or presets were read or written.
    Stored(Stored),
    /// A body was read back, to be copied.
    ToCopy {
        /// Its text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Something is in the clipboard, or is not.
    Copied(Result<String, String>),
    /// Work of ours failed.
    Failed(String),
    /// A second has passed while something is pending.
    Second,
}

/// What became of work with history, drafts and presets. Errors are sentences that name the file and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Runs were looked for.
    History {
        /// For whom.
        asker: u64,
        /// Newest first.
        found: Result<Vec<Found>, String>,
    },
    /// The drafts of a server.
    Drafts {
        /// For whom.
        asker: u64,
        /// Newest last.
        drafts: Result<Vec<Draft>, String>,
    },
    /// Presets were listed.
    Presets {
        /// For whom.
        asker: u64,
        /// By name, the project's first.
        listed: Result<Vec<Listed>, String>,
        /// Where a new one would best go.
        usual: Place,
    },
    /// A preset was read.
    Preset {
        /// For whom.
        asker: u64,
        /// It.
        read: Result<Preset, String>,
    },
    /// A preset was written, or was not.
    PresetSaved {
        /// For whom.
        asker: u64,
        /// Its file.
        saved: Result<PathBuf, Unsaved>,
    },
    /// A preset was deleted.
    PresetDeleted {
        /// For whom.
        asker: u64,
        /// Its file.
        deleted: Result<PathBuf, String>,
    },
    /// Runs or drafts cannot be kept; said once.
    NotKept(String),
}

/// Why a preset was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsaved {
    /// There is one of that name, in this file: ask, and write again with leave to overwrite.
    Exists(PathBuf),
    /// For another reason.
    Failed(String),
}
