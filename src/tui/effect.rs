//! Effect: work for outside, as plain comparable data. `runtime.rs` carries it out and sends back events.

use super::payload::TabBody;
use crate::inspector::Command;
use crate::session::recorded::Place;

/// An entry to be read back from the session file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// Its sequence number.
    pub seq: u64,
    /// Where it stands.
    pub place: Place,
}

/// What a document is made from; decides which views of it there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The answer to `tools/call`.
    ToolResult(Source),
    /// The answer to `resources/read`.
    ResourceResult(Source),
    /// The answer to `prompts/get`.
    PromptResult(Source),
    /// JSON that is known already, such as a schema.
    Json(std::sync::Arc<[u8]>),
    /// A request and its answer, or any single entry.
    Messages {
        /// The request, or the only entry.
        first: Source,
        /// The response.
        second: Option<Source>,
    },
}

/// Work for outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Something for the engine.
    Engine(Command),
    /// Read bodies and build a document; answered by [`super::event::Event::Built`].
    Build {
        /// Who asks: given back, so that late answers can be told.
        viewer: u64,
        /// What.
        subject: Subject,
    },
    /// Read the beginnings of bodies for a list; answered by [`super::event::Event::Previews`].
    Previews(Vec<Source>),
    /// Look for text in the recorded lines; answered by [`super::event::Event::Found`].
    Search {
        /// Who asks.
        asker: u64,
        /// The text; capital letters make it case-sensitive.
        text: String,
    },
    /// Look for text in a big document; answered by [`super::event::Event::FoundIn`].
    FindIn {
        /// Who asks.
        viewer: u64,
        /// Where.
        body: TabBody,
        /// The text; capital letters make it case-sensitive.
        text: String,
    },
    /// Copy the exact body of an entry to the clipboard; answered by [`super::event::Event::ToCopy`].
    CopyBody(Source),
    /// Copy text to the clipboard (OSC 52).
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast.
        what: String,
    },
    /// Let somebody edit text in their own editor, which has the terminal meanwhile; answered by
    /// [`super::event::Event::Edited`].
    Edit {
        /// Who asks.
        asker: u64,
        /// The text.
        text: String,
        /// How the name of its file ends, such as `.json`.
        suffix: String,
        /// Files that are put beside it for the time, by name.
        beside: Vec<(String, Vec<u8>)>,
    },
    /// Read a file that somebody named; answered by [`super::event::Event::FileRead`].
    ReadFile {
        /// Who asks.
        asker: u64,
        /// Its path; `~/` is the home folder.
        path: String,
    },
    /// Say in the status row what an event brought about; `update` does it itself.
    Tell(String),
    /// Clear the screen before the next draw.
    Redraw,
    /// To the shell (`SIGTSTP`).
    Suspend,
    /// Shut everything down and leave.
    Quit,
}
