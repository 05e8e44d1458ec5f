//! Event: the closed list of what can happen to the screen.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::effect::Source;
use super::effect::comparison::Texts;
use super::effect::configs::Discovery;
use super::effect::exporting::Told;
use super::effect::linting::Linted;
use super::outside::clipboard::Sequence;
use super::outside::pipe::Output;
use super::outside::query::Answer;
use super::outside::save::Unsaved;
use super::payload::question::Question;
use super::payload::{Indexed, Opened, Tab};
use crate::chips::Chip;
use crate::clientlogs::Kept;
use crate::diff::report::Report;
use crate::drafts::Draft;
use crate::filter::Subject;
use crate::form::substitute::Missing;
use crate::history::Found;
use crate::inspector::Update;
use crate::json::{Problem, Value};
use crate::library::{Deleted, Item, Meta, Summary};
use crate::mcp::hand::Again;
use crate::presets::{Listed, Place, Preset};
use crate::recording::index::Indexing;
use crate::recording::sift::Slice;
use crate::recording::{Loaded, News, Over};
use crate::session::recorded::Recorded;
use crate::session::timeline::{EntryIndex, Moment, Timeline};
use crate::tap::control::words::{self, Command};
use crate::tap::running::Running;
use crate::unfinished::Unfinished;
use crate::validity::Verdict;

/// A value of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFound {
    /// Of which entry.
    pub source: Source,
    /// By which path.
    pub path: Box<str>,
    /// What is there: of a string its text, else JSON. Not sanitised.
    pub value: Option<Box<str>>,
}

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
    /// Files changed that are watched for a server, or cannot be watched.
    Watched(super::effect::watching::Watched),
    /// The logs that clients keep of their servers.
    ClientLogs(Vec<Kept>),
    /// The servers that clients have in their settings; or why something could not be remembered.
    Servers(Result<Box<Discovery>, String>),
    /// A part of an opened file.
    Loading {
        /// Its entries.
        entries: Vec<Recorded>,
        /// Bytes read so far, and bytes in all.
        bytes: (u64, u64),
    },
    /// The fold of the first part of an opened file, out of its index.
    Folded {
        /// The fold.
        timeline: Box<Timeline>,
        /// Bytes it stands for, and bytes in all.
        bytes: (u64, u64),
    },
    /// An opened file has been read, as far as it goes by now. With what it takes to keep the fold, if that is worth it.
    Loaded(Loaded, Option<Box<Indexing>>),
    /// Nothing more will come of an opened file.
    Over(Over),
    /// A document was built.
    Built {
        /// For whom.
        viewer: u64,
        /// Its tabs, or why there are none.
        tabs: Result<Vec<Tab>, String>,
    },
    /// Beginnings of bodies, by sequence number.
    Previews(Vec<(u64, Box<str>)>),
    /// What a server asks was read.
    Question {
        /// For whom.
        asker: u64,
        /// What it asks, or why that cannot be said.
        read: Result<Question, String>,
    },
    /// Where text was found.
    Found {
        /// For whom.
        asker: u64,
        /// Sequence numbers, ascending.
        seqs: Vec<u64>,
    },
    /// Entries were looked at with the rules of lint.
    Linted(Box<Linted>),
    /// Bodies were looked through for what a filter asks.
    Sifted {
        /// For whom.
        asker: u64,
        /// What was found since the last time.
        part: Sifted,
    },
    /// Values of bodies were read.
    Values(Vec<ValueFound>),
    /// Keys are in order.
    Sorted {
        /// For whom.
        asker: u64,
        /// Their numbers, the greatest first.
        places: Vec<u32>,
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
    /// The index of a big tree has grown.
    Indexed {
        /// For whom.
        viewer: u64,
        /// How far.
        part: Indexed,
    },
    /// A value of a tree is to be looked at in another way.
    Opened {
        /// For whom.
        viewer: u64,
        /// What there is to be looked at, or why not.
        result: Result<Opened, String>,
    },
    /// A body was read back, to be copied.
    ToCopy {
        /// Its text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Something was seen around a server, by the number it was asked for with.
    Looked(u64, Box<super::effect::examining::Looked>),
    /// The command lines of requests, by the numbers they were asked for with, or why there are none.
    LinesWritten(Vec<(u64, Result<String, String>)>),
    /// A text is ready to be printed to the normal screen.
    ToPrint(String),
    /// Text comes back from an editor.
    Edited {
        /// Who asked.
        asker: u64,
        /// The text as it is now; or why there is none, and then nothing was changed.
        result: Result<String, String>,
    },
    /// The text of a server's entry was read.
    ConfigRead {
        /// Who asked.
        asker: u64,
        /// It; or why it cannot be edited.
        result: Result<String, String>,
    },
    /// A file was read.
    FileRead {
        /// Who asked.
        asker: u64,
        /// Its bytes, or why there are none.
        result: Result<Vec<u8>, String>,
    },
    /// Text was read as JSON.
    Parsed {
        /// Who asked.
        asker: u64,
        /// The text.
        text: String,
        /// What it reads as, or why it is no JSON.
        result: Result<Value, Problem>,
    },
    /// Arguments were written as text.
    Laid {
        /// Who asked.
        asker: u64,
        /// The text.
        text: String,
    },
    /// A sequence for the clipboard is ready to be written.
    ToTerminal {
        /// The sequence.
        sequence: Sequence,
        /// What to say when it is written.
        told: String,
    },
    /// A recording is being sent again.
    Replaying {
        /// Who wanted it.
        asker: u64,
        /// What is told of it.
        told: crate::replaying::conductor::Told,
    },
    /// An export goes on, or has ended.
    Exporting {
        /// Who asked.
        asker: u64,
        /// What is told of it.
        told: Told,
    },
    /// A file was written, or was not.
    Saved {
        /// Who asked.
        asker: u64,
        /// What to say about it.
        result: Result<String, Unsaved>,
    },
    /// A command has ended.
    Piped {
        /// Who asked.
        asker: u64,
        /// What came out of it, or why it did not start.
        result: Result<Output, String>,
    },
    /// A query was answered.
    Queried {
        /// Who asked.
        asker: u64,
        /// What came out of it.
        result: Answer,
    },
    /// Arguments were checked.
    Validated {
        /// For whom.
        asker: u64,
        /// Which state of the arguments was checked.
        revision: u64,
        /// What is to say of them, or why their schema cannot be used.
        verdict: Result<Verdict, String>,
    },
    /// What a server said when it refused arguments was read back.
    Refused {
        /// For whom.
        asker: u64,
        /// It; none when nothing can be read out of it.
        refusal: Option<Refusal>,
    },
    /// What was sent was read back.
    FrameRead {
        /// For whom.
        asker: u64,
        /// What a form takes of it, or why there is nothing.
        result: Result<Again, String>,
    },
    /// References were replaced by their values.
    Resolved {
        /// For whom.
        asker: u64,
        /// What came of it, or the references that have no value.
        result: Result<Value, Vec<Missing>>,
    },
    /// What differs was found.
    Compared {
        /// For whom.
        asker: u64,
        /// It, or why it cannot be said.
        result: Result<Arc<Report>, String>,
    },
    /// Two sides were laid out as lines.
    ComparedText {
        /// For whom.
        asker: u64,
        /// They, or why they were not.
        result: Result<Texts, String>,
    },
    /// The taps that run on this machine.
    Taps(Vec<Running>),
    /// A tap has done what it was told, or has not.
    Tapped {
        /// Who wanted it.
        asker: u64,
        /// What it was told.
        command: Command,
        /// What it answered, as raw JSON.
        told: Result<String, words::Refusal>,
    },
    /// A while has passed.
    Woken {
        /// For whom.
        asker: u64,
    },
    /// A session file is open: what is read of it comes as parts.
    SessionOpened(Box<OpenedSession>),
    /// What it takes to look at an entry was read, or could not be.
    Arrived(Result<Box<Moment>, String>),
    /// The fold of an opened file was written down beside it, or could not be.
    FoldKept,
    /// Work with the library was done.
    Library(Shelved),
    /// Something about another session than the one the program began with.
    Of(u32, Box<Self>),
    /// A program that had the terminal is done, and there is nothing to say about it.
    Back,
    /// Something is in the clipboard, or is not.
    Copied(Result<String, String>),
    /// A page was given to a browser, or could not be: what to say of it.
    Browsed {
        /// Who asked.
        asker: u64,
        /// What was done, or why not.
        result: Result<String, String>,
    },
    /// Work of ours failed.
    Failed(String),
    /// A second has passed while something is pending.
    Second,
}

impl From<News> for Event {
    fn from(news: News) -> Self {
        match news {
            News::Entries(entries, bytes) => Self::Loading { entries, bytes },
            News::Folded(timeline, bytes) => Self::Folded { timeline, bytes },
            News::Whole(loaded, indexing) => Self::Loaded(loaded, indexing),
            News::Over(over) => Self::Over(over),
        }
    }
}

/// A session file that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// Which.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// Whether it is read on while it is written.
    pub following: bool,
    /// What people added to it.
    pub meta: Meta,
    /// Whether it is the log of a client.
    pub log: bool,
}

/// What became of work with the library. Errors are sentences that name the file and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelved {
    /// The sessions were listed.
    Listed {
        /// When.
        at: Timestamp,
        /// They, newest first.
        items: Result<Vec<Item>, String>,
    },
    /// What is in a session was counted, or could not be.
    Counted {
        /// Its file.
        path: PathBuf,
        /// What is in it.
        summary: Result<Summary, String>,
    },
    /// What stands beside a session was changed.
    Changed {
        /// Its file.
        path: PathBuf,
        /// What stands there now.
        meta: Result<Meta, String>,
    },
    /// Sessions were deleted.
    Deleted {
        /// Those that were.
        deleted: Vec<Deleted>,
        /// Why others were not.
        troubles: Vec<String>,
    },
    /// Sessions came back.
    Restored {
        /// Their files.
        paths: Vec<PathBuf>,
        /// Why others did not.
        troubles: Vec<String>,
    },
}

/// What looking through bodies found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sifted {
    /// In a part of the file.
    Lines(Slice),
    /// Among entries that were read one by one: those it holds in, and how many of them were read so far.
    Entries {
        /// Entries.
        found: Vec<EntryIndex>,
        /// Of the list that was asked for.
        upto: usize,
    },
    /// Nothing can be read, in words.
    Failed(String),
}

/// What a server said when it refused arguments; of moderate size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The raw `error` of a response.
    Error(Vec<u8>),
    /// The text of a result that says it failed.
    Text(String),
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
    /// Tasks of a server that had not ended.
    Tasks {
        /// For whom.
        asker: u64,
        /// Oldest first.
        tasks: Result<Vec<Unfinished>, String>,
    },
    /// The filters that have names; of a filter that was just kept, its name.
    Filters {
        /// What they choose.
        of: Subject,
        /// In the order they are kept, or why there are none.
        chips: Result<Vec<Chip>, String>,
        /// What was kept.
        saved: Option<String>,
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
        saved: Result<PathBuf, PresetUnsaved>,
    },
    /// A preset was deleted.
    PresetDeleted {
        /// For whom.
        asker: u64,
        /// Its file.
        deleted: Result<PathBuf, String>,
    },
    /// What comparisons ignore.
    Ignores {
        /// For whom.
        asker: u64,
        /// Paths and names of rules.
        lines: Result<Vec<String>, String>,
    },
    /// The findings that somebody lives with.
    Exceptions {
        /// The lines of the file.
        lines: Result<Vec<String>, String>,
        /// The file, when it was just written.
        changed: Option<PathBuf>,
    },
    /// What comparisons ignore is written down in this file.
    Ignored(PathBuf),
    /// Runs or drafts cannot be kept; said once.
    NotKept(String),
}

/// Why a preset was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetUnsaved {
    /// There is one of that name, in this file: ask, and write again with leave to overwrite.
    Exists(PathBuf),
    /// For another reason.
    Failed(String),
}
