//! Work with what outlives this run of mcpscope, as effects carry it: history, drafts, presets, filters, tasks.

use crate::chips::Chip;
use crate::drafts::DraftChange;
use crate::filter::Subject;
use crate::history::{Query, Run, Server};
use crate::presets::{Owner, Place as PresetPlace};
use crate::unfinished::Change;

/// Work with history, drafts and presets, done in order; answered by [`crate::tui::event::Event::Stored`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// Keep a run. Its arguments hold no secrets any more.
    Remember(Box<Run>),
    /// Keep the columns of Traffic, by their names, in the settings.
    KeepColumns(Vec<String>),
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
    /// Keep what became of tasks that had not ended.
    SaveTasks {
        /// Whose.
        server: Server,
        /// What changed.
        changes: Vec<Change>,
    },
    /// Read which tasks of a server had not ended.
    LoadTasks {
        /// Who asks.
        asker: u64,
        /// Whose.
        server: Server,
    },
    /// Read the drafts of a server.
    LoadDrafts {
        /// Who asks.
        asker: u64,
        /// Whose.
        server: Server,
    },
    /// Read the filters of these that have names; answered to all.
    LoadFilters(Subject),
    /// Keep a filter of these under a name; an empty one takes the name away. Answered to all.
    SaveFilter(Subject, Chip),
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
    /// Read what comparisons ignore.
    LoadIgnores {
        /// Who asks.
        asker: u64,
    },
    /// Write down that comparisons ignore this, or that they do not.
    Ignore {
        /// A path, or the name of a rule.
        line: String,
        /// Whether they do.
        on: bool,
    },
    /// Work with the findings that somebody lives with.
    Exceptions(super::linting::Excepting),
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
