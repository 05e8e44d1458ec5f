//! Event: the closed list of what can happen to the screen.

use crossterm::event::{KeyEvent, MouseEvent};

use super::payload::Tab;
use crate::inspector::Update;
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
    /// A body was read back, to be copied.
    ToCopy {
        /// Its text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Text comes back from an editor.
    Edited {
        /// Who asked.
        asker: u64,
        /// The text as it is now; or why there is none, and then nothing was changed.
        result: Result<String, String>,
    },
    /// A file was read.
    FileRead {
        /// Who asked.
        asker: u64,
        /// Its bytes, or why there are none.
        result: Result<Vec<u8>, String>,
    },
    /// Something is in the clipboard, or is not.
    Copied(Result<String, String>),
    /// Work of ours failed.
    Failed(String),
    /// A second has passed while something is pending.
    Second,
}
