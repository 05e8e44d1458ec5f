//! Effect: work for outside, as plain comparable data. `runtime.rs` carries it out and sends back events.

use super::payload::TabBody;
use crate::drafts::DraftChange;
use crate::history::{Query, Run, Server};
use crate::inspector::Command;
use crate::presets::{Owner, Place as PresetPlace};
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
    /// A request and its answer, or any single entry.
    Messages {
        /// The request, or the only entry.
        first: Source,
        /// The response.
        second: Option<Source>,
    },
}

/// Work with history, drafts and presets, done in order; answered by [`super::event::Event::Stored`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// Keep a run. Its arguments hold no secrets any more.
    Remember(Box<Run>),
    /// Find runs.
    LoadHistory {
        /// Who asks: given back, so that late answers can be told.
        asker: u64,
        /// Which.
        query: Query,
    },
    /// Keep drafts that changed; cheap enough for every key.
    SaveDrafts {
        /// Whose.
        server: Server,
        /// What changed, without secrets.
        changes: Vec<DraftChange>,
    },
    /// Read the drafts of a server.
    LoadDrafts {
        /// Who asks.
        asker: u64,
        /// Whose.
        server: Server,
    },
    /// List presets.
    ListPresets {
        /// Who asks.
        asker: u64,
        /// Whose.
        owner: Owner,
    },
    /// Read a preset.
    ReadPreset {
        /// Who asks.
        asker: u64,
        /// Whose.
        owner: Owner,
        /// Its name.
        name: String,
        /// From there; else from wherever it is found first.
        place: Option<PresetPlace>,
    },
    /// Write a preset.
    SavePreset {
        /// Who asks.
        asker: u64,
        /// Whose.
        owner: Owner,
        /// Its name.
        name: String,
        /// Where to.
        place: PresetPlace,
        /// The arguments as they are formatted, without secrets.
        text: String,
        /// In the place of one that is there.
        overwrite: bool,
    },
    /// Delete a preset.
    DeletePreset {
        /// Who asks.
        asker: u64,
        /// Whose.
        owner: Owner,
        /// Its name.
        name: String,
        /// Where it stands.
        place: PresetPlace,
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
    /// Read or write what outlives this run of mcpscope.
    Store(Store),
    /// Copy the exact body of an entry to the clipboard; answered by [`super::event::Event::ToCopy`].
    CopyBody(Source),
    /// Copy text to the clipboard (OSC 52).
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast.
        what: String,
    },
    /// Clear the screen before the next draw.
    Redraw,
    /// To the shell (`SIGTSTP`).
    Suspend,
    /// Shut everything down and leave.
    Quit,
}
