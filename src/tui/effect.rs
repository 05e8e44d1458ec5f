//! Effect: work for outside, as plain comparable data. `runtime.rs` carries it out and sends back events.

use std::path::PathBuf;
use std::sync::Arc;

pub mod comparison;
pub mod configs;
mod copying;
pub mod examining;
pub mod exporting;
pub mod linting;
pub mod replaying;
mod store;
pub mod tapping;
pub mod watching;

use comparison::Comparison;
pub use copying::CopyAs;
pub use store::Store;

use super::outside::clipboard::Sequence;
use super::outside::part::Part;
use super::payload::{Around, Opening, TabBody};
use super::widgets::json_table::Csv;
use crate::configs::{Configured, Machine};
use crate::diff::report::Report;
use crate::diff::{self, Rules};
use crate::filter::Leaf;
use crate::inspector::Command;
use crate::json::Value;
use crate::library::Deleted;
use crate::mcp::asked::{AskKind, Which};
use crate::recording::index::Indexing;
use crate::session::marks::Marks;
use crate::session::recorded::Place;
use crate::session::timeline::{Approach, EntryIndex, Timeline};

/// An entry to be read back from the session file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    /// Its sequence number.
    pub seq: u64,
    /// Where it stands.
    pub place: Place,
    /// Whether it is wanted as it came, masks undone as far as what they hide is known.
    pub revealed: bool,
}

/// What a document is made from; decides which views of it there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The answer to `tools/call`, and the tool as it was listed: its output schema is held against the result.
    ToolResult(Source, Option<Arc<str>>),
    /// The answer to `resources/read`.
    ResourceResult(Source),
    /// The answer to `prompts/get`.
    PromptResult(Source),
    /// A resource that stands in the answer to `tools/call` or `prompts/get`, alone.
    Embedded {
        /// The answer.
        source: Source,
        /// Whether it is the answer to `prompts/get`.
        prompt: bool,
        /// Which of its blocks.
        block: u32,
    },
    /// JSON that is known already, such as a schema.
    Json(Arc<[u8]>),
    /// A request and its answer, or any single entry.
    Messages {
        /// The request, or the only entry.
        first: Source,
        /// The response.
        second: Option<Source>,
    },
    /// An exchange over HTTP, and what it carries.
    Http {
        /// The request it carries and its answer, or what else.
        carries: Option<(Source, Option<Source>)>,
        /// Its steps, in order.
        steps: Arc<[Source]>,
        /// Whether the exchange is the point, rather than what it carries.
        first: bool,
    },
    /// An exchange, and what happened from its beginning to its end.
    Row {
        /// What it says.
        of: Box<Subject>,
        /// What happened meanwhile.
        around: Around,
    },
}

/// The variant somebody picked where several shapes fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Where in the arguments: a JSON Pointer.
    pub pointer: String,
    /// Which variant.
    pub variant: usize,
    /// Of how many.
    pub of: usize,
}

/// Work with the library of sessions, done in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelving {
    /// List the sessions. Those that nobody counted yet are counted then, one by one.
    List {
        /// The one that is being recorded here.
        current: Option<PathBuf>,
    },
    /// Change what stands beside a session.
    Change {
        /// Its file.
        path: PathBuf,
        /// In which way.
        change: MetaChange,
    },
    /// Move sessions to the trash.
    Delete {
        /// Their files.
        paths: Vec<PathBuf>,
        /// The one that is being recorded here.
        current: Option<PathBuf>,
    },
    /// Bring sessions back from there.
    Restore(Vec<Deleted>),
}

/// A change to what stands beside a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetaChange {
    /// What somebody filled in.
    Words {
        /// Its name.
        name: String,
        /// Its tags.
        tags: Vec<String>,
        /// Its note.
        note: String,
    },
    /// Whether it stays however old and large.
    Keep(bool),
    /// Its marks.
    Marks(Marks),
}

/// Which bodies are looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// All of the file from an offset on, where a line begins.
    File {
        /// The offset.
        from: u64,
    },
    /// Those of these entries.
    Entries(Arc<[(EntryIndex, Source)]>),
}

/// A value of an entry that somebody wants to see in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The entry.
    pub source: Source,
    /// Where in it: a JSONPath.
    pub path: Box<str>,
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
    /// Read single values of bodies for a list; answered by [`super::event::Event::Values`].
    Values(Vec<Wanted>),
    /// Put keys in order, the greatest first; answered by [`super::event::Event::Sorted`].
    Sort {
        /// Who asks.
        asker: u64,
        /// By number.
        keys: Arc<Vec<u64>>,
    },
    /// Read the beginnings of bodies for a list; answered by [`super::event::Event::Previews`].
    Previews(Vec<Source>),
    /// Read what a server asks; answered by [`super::event::Event::Question`].
    ReadQuestion {
        /// Who asks.
        asker: u64,
        /// The entry that brought it.
        source: Source,
        /// Which it is in there.
        which: Which,
        /// What kind of thing it asks.
        kind: AskKind,
    },
    /// Look for text in the recorded lines; answered by [`super::event::Event::Found`].
    Search {
        /// Who asks.
        asker: u64,
        /// The text; capital letters make it case-sensitive.
        text: String,
    },
    /// Look through bodies for what a filter asks; answered by [`super::event::Event::Sifted`], several times.
    Sift {
        /// The list it is for: its newest work ends what goes on for it.
        who: u64,
        /// Who asks.
        asker: u64,
        /// What is asked.
        leaf: Leaf,
        /// Of which bodies.
        among: Among,
    },
    /// Look for text in a big document; answered by [`super::event::Event::FoundIn`].
    FindIn {
        /// Who asks.
        viewer: u64,
        /// Where.
        body: TabBody,
        /// Where the array starts whose cells are searched, when it is looked at as a table.
        array: Option<usize>,
        /// The text; capital letters make it case-sensitive.
        text: String,
    },
    /// Look at entries with the rules of lint, each once; answered by [`super::event::Event::Linted`], several times.
    Lint(Vec<Source>),
    /// Write what lint found to a file; answered by [`super::event::Event::Linted`].
    Report(Box<linting::Reporting>),
    /// Read or write what outlives this run of mcpscope.
    Store(Store),
    /// Keep the fold of an opened file beside it, so that it opens at once the next time.
    KeepFold {
        /// What of.
        indexing: Box<Indexing>,
        /// The fold.
        timeline: Arc<Timeline>,
    },
    /// Make the index of a big tree; answered by [`super::event::Event::Indexed`], several times.
    Index {
        /// Who asks.
        viewer: u64,
        /// The tree.
        body: TabBody,
    },
    /// Look at a value of a tree in another way; answered by [`super::event::Event::Opened`].
    OpenValue {
        /// Who asks.
        viewer: u64,
        /// The tree.
        body: TabBody,
        /// Where the value starts.
        byte: usize,
        /// In which way.
        opening: Opening,
    },
    /// Count what is masked; answered by [`super::event::Event::ToPrint`].
    ListMasks,
    /// Copy the exact body of an entry to the clipboard; answered by [`super::event::Event::ToCopy`].
    CopyBody(Source),
    /// Write what reproduces a request, to be copied or printed; answered by [`super::event::Event::ToCopy`] or
    /// [`super::event::Event::ToPrint`].
    CopyAs(Box<CopyAs>),
    /// Write the command lines of requests that were sent, each with a number; answered by
    /// [`super::event::Event::LinesWritten`].
    WriteLines(Vec<(u64, CopyAs)>),
    /// Copy a part of a document to the clipboard; answered like [`Effect::Copy`].
    CopyPart {
        /// Which.
        part: Part,
        /// What it is, for the toast.
        what: String,
    },
    /// Write a sequence for the clipboard to the terminal, and say so.
    ToTerminal {
        /// The sequence.
        sequence: Sequence,
        /// What to say then.
        told: String,
    },
    /// Write a part of a document to a file; answered by [`super::event::Event::Saved`].
    Save {
        /// Who asks.
        asker: u64,
        /// What.
        part: Part,
        /// Where; `~/` at the beginning is the home folder.
        path: String,
        /// Whether a file of that name may go.
        overwrite: bool,
    },
    /// Run a command of the user's with a part of a document on its stdin; answered by
    /// [`super::event::Event::Piped`].
    Pipe {
        /// Who asks.
        asker: u64,
        /// What.
        part: Part,
        /// For the shell.
        command: String,
    },
    /// Run a jq filter over a JSON document; answered by [`super::event::Event::Queried`].
    Query {
        /// Who asks.
        asker: u64,
        /// The document.
        document: Part,
        /// The filter.
        filter: String,
    },
    /// Export the session, or count what that would bring; told of by [`super::event::Event::Exporting`].
    Export(Box<exporting::Export>),
    /// Send a recording again; told of by [`super::event::Event::Replaying`].
    Replay(Box<replaying::Replaying>),
    /// End what goes on for an asker: a pipe, a query, an export.
    Stop(u64),
    /// Let the desktop show a part of a document.
    Open {
        /// What.
        part: Part,
        /// Its MIME type.
        kind: String,
    },
    /// Open a page in somebody's browser: only because they pressed what says so.
    Browse {
        /// Who wants to know whether a browser took it: a number, or 0.
        asker: u64,
        /// Its address: http or https.
        address: String,
    },
    /// Show a part of a document in a pager, which has the terminal meanwhile.
    Page {
        /// What.
        part: Part,
        /// Its MIME type.
        kind: String,
    },
    /// Print a part of a document to the normal screen and wait for Enter.
    Print(Part),
    /// Copy text to the clipboard; answered by [`super::event::Event::Copied`], or first by
    /// [`super::event::Event::ToTerminal`].
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast.
        what: String,
    },
    /// Copy a table as CSV; answered like [`Effect::Copy`].
    CopyTable(Csv),
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
    /// Write arguments as text, in the layout of another text if there is one; answered by
    /// [`super::event::Event::Laid`].
    Lay {
        /// Who asks.
        asker: u64,
        /// The text before; may be empty.
        before: String,
        /// The arguments.
        arguments: Value,
    },
    /// Read text as JSON; answered by [`super::event::Event::Parsed`].
    Parse {
        /// Who asks.
        asker: u64,
        /// The text.
        text: String,
    },
    /// Check arguments against a schema; answered by [`super::event::Event::Validated`], for each asker only the newest.
    Validate {
        /// Who asks.
        asker: u64,
        /// Which state of the arguments this is.
        revision: u64,
        /// The raw schema.
        schema: Arc<[u8]>,
        /// The arguments.
        arguments: Value,
        /// The variants that somebody picked.
        chosen: Vec<Chosen>,
    },
    /// Read back what a server said when it refused arguments; answered by [`super::event::Event::Refused`].
    ReadRefusal {
        /// Who asks.
        asker: u64,
        /// The answer.
        source: Source,
    },
    /// Read back what was sent, to be sent again; answered by [`super::event::Event::FrameRead`].
    ReadFrame {
        /// Who asks.
        asker: u64,
        /// Which entry.
        source: Source,
    },
    /// Put values in the place of references; answered by [`super::event::Event::Resolved`].
    Resolve {
        /// Who asks.
        asker: u64,
        /// Arguments, or one of them.
        arguments: Value,
        /// The last result.
        last: Option<Source>,
    },
    /// Find what differs; answered by [`super::event::Event::Compared`].
    Compare {
        /// Who asks.
        asker: u64,
        /// Between what.
        what: Comparison,
        /// What is ignored.
        rules: Rules,
    },
    /// Lay both sides of something out as lines; answered by [`super::event::Event::ComparedText`].
    CompareText {
        /// Who asks.
        asker: u64,
        /// The first.
        a: Option<diff::Part>,
        /// The second.
        b: Option<diff::Part>,
    },
    /// Copy a report as Markdown; answered by [`super::event::Event::ToCopy`].
    CopyReport(Arc<Report>),
    /// Say when a while has passed, by [`super::event::Event::Woken`].
    Wake {
        /// Who asks.
        asker: u64,
        /// In milliseconds.
        after_ms: u64,
    },
    /// Say in the status row what an event brought about; `update` does it itself.
    Tell {
        /// What.
        sentence: String,
        /// Whether something went wrong.
        bad: bool,
    },
    /// Open a session file, to be looked at in the place of what is shown; answered by
    /// [`super::event::Event::SessionOpened`], and part by part by [`super::event::Event::Loading`], each as one of
    /// that session.
    OpenSession {
        /// The number it is given.
        session: u32,
        /// Its file.
        path: PathBuf,
    },
    /// A session is looked at no longer.
    CloseSession(u32),
    /// Read what it takes to look at an entry of a recording; answered by [`super::event::Event::Arrived`].
    Approach(Box<Approach>),
    /// Work with the library of sessions; answered by [`super::event::Event::Library`].
    Library(Shelving),
    /// The same for another session than the one the program began with.
    Of(u32, Box<Self>),
    /// Look around a server; answered by [`super::event::Event::Looked`].
    Look(examining::Looking),
    /// Watch files for a server; changes are told by [`super::event::Event::Watched`].
    Watch(watching::Watching),
    /// Work with the settings of clients.
    Configs(Box<configs::Configs>),
    /// Read the text of a server's entry; answered by [`super::event::Event::ConfigRead`].
    ReadConfig {
        /// Who asks.
        asker: u64,
        /// Which entry.
        server: Box<Configured>,
    },
    /// Look for the logs that clients keep of their servers; answered by [`super::event::Event::ClientLogs`].
    ClientLogs(Box<Machine>),
    /// Have a tap do something; answered by [`super::event::Event::Tapped`].
    Tap(tapping::Telling),
    /// Clear the screen before the next draw.
    Redraw,
    /// To the shell (`SIGTSTP`).
    Suspend,
    /// Shut everything down and leave.
    Quit,
}
