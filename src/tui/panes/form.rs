//! The argument form on the screen: which row has the focus, what is folded, and what is being typed.
//!
//! Owns focus, mode, caret, folds and scroll over a [`Form`], which owns every value. While a field is typed into,
//! letters always type; everything that is not typing is an action. It sends nothing and reads no file: what a key
//! means to others comes back as a [`FormReply`].
//!
//! `rows` says which rows there are, `buttons` what is below them, `lay` lays one out, `draw` draws those in sight,
//! `mouse` looks clicks up in the same lines; `keys`, `ahead`, `paste` and `actions` change things, `reading` what is too long to be read here, `input` is what is typed into, `menu` the lists that drop down,
//! `suggest` the answers offered, `json` the same arguments as text.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use ratatui::layout::Rect;

use crate::form::{Form, NodeId, RowKind, State};
use crate::json::Value;
use crate::tui::action::Action;
use crate::tui::widgets::input::{LineInput, TextBox};

mod actions;
mod ahead;
mod buttons;
mod draw;
mod hint;
mod input;
mod items;
mod json;
mod kept;
mod keys;
mod lay;
mod line;
mod lists;
mod menu;
mod mouse;
mod paste;
mod problems;
mod reading;
mod rows;
mod suggest;
mod widget;
mod words;

pub use buttons::Button;
pub use input::uuid;
pub use reading::Errand;
pub use suggest::{Suggestion, Suggestions};

use json::JsonText;
use menu::Menu;
use problems::Problems;
use reading::Readings;
use rows::{Item, Sheet};
use suggest::Offer;
use widget::Widget;

/// Whether letters go into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Fields that take text are typed into.
    Typing,
    /// Keys are actions.
    Navigation,
}

/// Which of the two ways to edit has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The fields.
    Fields,
    /// The text of all arguments.
    Json,
}

/// What a key or an action did to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormReply {
    /// Nothing: the key may mean something to somebody else.
    Ignored,
    /// Focus, mode, folds or caret changed.
    Moved,
    /// What the form holds changed.
    Edited,
    /// The user asks to send what the form holds.
    Run,
    /// A button was pressed that is for this.
    Press(Action),
    /// Nothing was done, and this is why.
    Say(String),
    /// The bytes of this file are wanted, for [`FormPane::file_read`].
    Read(String),
    /// What this text reads as is wanted, for [`FormPane::parsed`].
    Parse(String),
}

impl FormReply {
    fn of(result: Result<(), impl Into<String>>) -> Self {
        result.map_or_else(|why| Self::Say(why.into()), |()| Self::Edited)
    }
}

/// Where the focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// On a row of the tree.
    Row(NodeId, RowKind),
    /// On what is below them: a note, the buttons.
    Run,
}

/// What is asked for where a field is otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// A value that is not among the choices.
    Other,
    /// The path of a file.
    File,
    /// The key of a member that the schema does not name.
    Member,
}

/// What is typed into.
#[derive(Debug, Clone)]
enum Input {
    /// One line of text, for strings and numbers.
    Line(LineInput),
    /// Text over several lines.
    Lines(TextBox),
    /// One node as JSON.
    Json(TextBox),
    /// The key of an entry, or of one to be added.
    Key(LineInput),
    /// Something else, asked for in the row.
    Ask(Ask, LineInput),
}

/// Lines that were pasted where they could be items.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pasted {
    text: String,
    /// The list, and where in it.
    list: NodeId,
    at: usize,
    /// The item that was pasted into; it gives way when the lines become items and it is empty.
    into: Option<NodeId>,
}

impl Pasted {
    fn count(&self) -> usize {
        let filled = |line: &&str| !line.trim().is_empty();
        self.text.lines().filter(filled).count()
    }
}

/// The form of one tool, prompt or template.
#[derive(Debug, Clone)]
pub struct FormPane {
    form: Form,
    sheet: Sheet,
    focus: Focus,
    /// The row of the focus.
    at: usize,
    /// What is below the fields, and which of it is pressed next.
    buttons: &'static [Button],
    button: usize,
    /// What is said where there are no fields.
    empty: &'static str,
    mode: Mode,
    input: Option<Input>,
    /// The line holds a default that nobody has touched: what is typed replaces it.
    over_default: bool,
    folded: HashSet<NodeId>,
    /// Rows hidden above.
    top: usize,
    /// The wheel was turned: the focus may be out of sight.
    loose: bool,
    /// Where it was placed last.
    area: Rect,
    /// Where lists that drop down may go.
    room: Rect,
    menu: Option<Menu>,
    pasted: Option<Pasted>,
    offer: Option<Offer>,
    /// What the form sees is wrong, as it is now.
    seen: Vec<(NodeId, String)>,
    /// What a validator said, by place.
    said: Vec<(NodeId, String)>,
    /// What a server said, by place.
    refused: Vec<(NodeId, String)>,
    /// Keys of entries that were typed and will not do, or not yet; of maps, the key of an entry to be.
    keys: HashMap<(NodeId, RowKind), String>,
    /// The choice of a set that is pointed at.
    tick: usize,
    /// Secrets that are shown.
    revealed: HashSet<NodeId>,
    /// The item that was added last and holds nothing yet.
    fresh: Option<NodeId>,
    side: Side,
    json: JsonText,
    revision: u64,
    /// What it sends, as of a revision: several ask with every key.
    sent: RefCell<Option<(u64, Value)>>,
    /// What was sent before anybody touched it.
    pristine: Value,
    touched: bool,
    /// The field a file is being read for.
    reading: Option<(u64, NodeId)>,
    /// Text that others read or write.
    readings: Readings,
}

/// Forms of more nodes than this count as touched from the first edit on, and are looked at as a whole in pauses of
/// typing only.
const BIG: usize = 3_000;

/// Why an action on a field cannot run elsewhere.
const NO_FIELD: &str = "no field has the focus";

impl FormPane {
    /// A form with the caret in its first field, ready for letters; without fields, on its Run button.
    pub fn new(form: Form) -> Self {
        let folded = rows::folded_at_first(&form);
        let seen = form.problems();
        let sheet = Sheet::of(&form, &folded, Problems::of(&form, &seen, &[], &[]));
        let pristine = form.arguments();
        let mut pane = Self {
            focus: Focus::Run,
            at: 0,
            buttons: buttons::ONLY_RUN,
            button: 0,
            empty: "takes no arguments",
            sheet,
            mode: Mode::Typing,
            input: None,
            over_default: false,
            folded,
            top: 0,
            loose: false,
            area: Rect::ZERO,
            room: Rect::ZERO,
            menu: None,
            pasted: None,
            offer: None,
            seen,
            said: Vec::new(),
            refused: Vec::new(),
            keys: HashMap::new(),
            tick: 0,
            revealed: HashSet::new(),
            fresh: None,
            side: Side::Fields,
            json: JsonText::default(),
            revision: 0,
            sent: RefCell::new(None),
            pristine,
            touched: false,
            reading: None,
            readings: Readings::default(),
            form,
        };
        pane.enter();
        pane
    }

    // --- for whoever shows it ---

    /// What the form holds.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The arguments as they would go on the wire.
    pub fn arguments(&self) -> Value {
        let mut known = self.sent.borrow_mut();
        match &mut *known {
            Some((revision, sent)) if *revision == self.revision => sent.clone(),
            stale => {
                let sent = self.form.arguments();
                *stale = Some((self.revision, sent.clone()));
                sent
            }
        }
    }

    /// The arguments with every secret replaced, as [`Form::redacted`].
    pub fn redacted(&self) -> Value {
        if self.form.may_hold_secrets() {
            self.form.redacted()
        } else {
            self.arguments()
        }
    }

    /// Replaces what the form holds, as [`Form::load`] does; anything but an object changes nothing.
    pub fn load(&mut self, arguments: &Value) -> bool {
        let loaded = self.form.load(arguments);
        if loaded {
            self.forget_text();
            self.keys.clear();
            self.edited(true);
        }
        loaded
    }

    /// Fills the form with arguments that nobody has touched yet: they are no draft before somebody edits them, and what
    /// is typed into the field with the caret first takes the place of what stands there.
    pub fn begin_with(&mut self, arguments: &Value) -> bool {
        let loaded = self.load(arguments);
        if loaded {
            self.pristine = self.form.arguments();
            self.touched = false;
            self.over_default = matches!(self.input, Some(Input::Line(_)));
        }
        loaded
    }

    /// A number that is another one after every edit: an answer about the arguments is stale when it changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether fields are typed into, or keys are actions.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether keys are its own for now: something is typed, or a list or a question is open.
    pub fn takes_keys(&self) -> bool {
        self.mode == Mode::Typing || self.menu.is_some() || self.pasted.is_some()
    }

    /// Whether letters go into the focused field now; choices and buttons leave them to actions in either mode.
    pub fn takes_letters(&self) -> bool {
        match self.side {
            Side::Json => self.mode == Mode::Typing,
            Side::Fields => self.input.is_some() || self.menu.is_some(),
        }
    }

    /// Whether a box is typed into, in which Enter may make a new line.
    pub fn takes_lines(&self) -> bool {
        matches!(&self.input, Some(Input::Lines(_) | Input::Json(_)))
    }

    /// Whether a button has the focus.
    pub fn on_run(&self) -> bool {
        self.side == Side::Fields && self.focus == Focus::Run
    }

    /// Whether the first row has the focus.
    pub fn on_first(&self) -> bool {
        self.at <= self.stop_from(0, 1)
    }

    /// The focused node; none on the Run button.
    pub fn focused(&self) -> Option<NodeId> {
        match self.focus {
            Focus::Row(id, RowKind::Node) => Some(id),
            _ => None,
        }
    }

    /// Where the focused field is in the arguments (JSON Pointer, RFC 6901).
    pub fn focused_pointer(&self) -> Option<String> {
        Some(self.form.pointer(self.focused()?))
    }

    /// What has been typed into the focused text field so far; none when nothing of the kind is typed into.
    pub fn typed(&self) -> Option<&str> {
        match &self.input {
            Some(Input::Line(line)) => Some(line.text()),
            _ => None,
        }
    }

    /// Puts text into the field that is typed into, at the caret.
    pub fn insert(&mut self, text: &str) -> FormReply {
        match &mut self.input {
            Some(Input::Line(line) | Input::Ask(_, line)) => line.paste(text),
            Some(Input::Lines(area) | Input::Json(area)) => area.paste(text),
            _ => return FormReply::Say("nothing is typed into".to_owned()),
        }
        self.keep()
    }

    /// Whether anybody has filled anything in.
    pub fn is_touched(&self) -> bool {
        self.touched || self.broken_text().is_some()
    }

    /// Offers answers for the field that is typed into; none takes the list away.
    pub fn set_suggestions(&mut self, list: Option<Suggestions>) {
        let typed = self.typed().is_some();
        self.offer = list.filter(|_| typed).and_then(Offer::new);
    }

    /// Which way of editing has the keys.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Gives the keys to one of the two ways of editing.
    pub fn turn(&mut self, side: Side) {
        if side == self.side {
            return;
        }
        self.side = side;
        self.menu = None;
        self.offer = None;
        if side == Side::Json {
            self.input = None;
            self.sync_json();
        } else {
            self.open_input();
        }
    }

    /// Keys are actions until somebody wants to type.
    pub fn rest(&mut self) {
        self.mode = Mode::Navigation;
    }

    /// Lines the form would like to have, its button included.
    pub fn wanted(&self) -> usize {
        use crate::form::schema::Kind;
        let tall =
            self.sheet
                .rows
                .iter()
                .take(100)
                .any(|row| match self.form.node(row.id).kind() {
                    Kind::Json(_) => true,
                    Kind::String(text) => text.multiline,
                    _ => false,
                });
        // Opening a box is worth a jump, typing in it is not.
        let extra = if tall || self.takes_lines() { 5 } else { 1 };
        self.sheet.len() + extra
    }

    // --- after changes ---

    /// The tree changed. `anew`: also below what is typed into, which shows it again.
    fn edited(&mut self, anew: bool) {
        self.revision += 1;
        let told = self.said.len() + self.refused.len();
        if let Focus::Row(id, _) = self.focus {
            // What was said of a value says nothing of another.
            self.said.retain(|(at, _)| *at != id);
            self.refused.retain(|(at, _)| *at != id);
        }
        let as_before = told == self.said.len() + self.refused.len();
        if !self.leaf_changed(as_before) {
            let form = &self.form;
            self.keys.retain(|(id, _), _| form.get(*id).is_some());
            self.folded.retain(|id| form.get(*id).is_some());
            self.seen = self.form.problems();
            self.refresh();
        }
        // Of a big form nobody needs to know that everything was taken back.
        self.touched =
            self.is_big() || has_unfinished(&self.form) || self.arguments() != self.pristine;
        if anew && self.menu.is_none() {
            self.open_input();
        }
        if self.side == Side::Json {
            self.sync_json();
        }
    }

    /// Whether so much is in the form that a walk over it is not for every key.
    pub fn is_big(&self) -> bool {
        self.form.size() > BIG
    }

    /// Reads the rows off the tree again, and finds the focus.
    fn refresh(&mut self) {
        let problems = Problems::of(&self.form, &self.seen, &self.said, &self.refused);
        self.sheet = Sheet::of(&self.form, &self.folded, problems);
        let before = self.focus;
        if let Focus::Row(id, kind) = self.focus {
            // What is folded away is stood for by what holds it; what went, by what took its place.
            let holder = || {
                let hides = |id: &NodeId| self.folded.contains(id);
                let outermost = rows::above(&self.form, id).filter(hides).last()?;
                self.sheet.find(outermost, RowKind::Node)
            };
            let there = self.sheet.find(id, kind).or_else(holder);
            self.at = there.unwrap_or_else(|| self.at.min(self.sheet.len() - 1));
        } else {
            self.at = self.sheet.len() - 1;
        }
        self.focus = self.focus_at(self.at);
        if self.focus != before {
            self.input = None;
            self.open_input();
        }
    }

    fn focus_at(&self, at: usize) -> Focus {
        match self.sheet.item(at) {
            Item::Row(row) => Focus::Row(row.id, row.kind),
            Item::Note | Item::Run => Focus::Run,
        }
    }

    /// Gives a row the focus; in typing mode the caret goes along.
    fn go(&mut self, at: usize) -> FormReply {
        self.loose = false;
        self.pasted = None;
        let at = at.min(self.sheet.len() - 1);
        let to = self.focus_at(at);
        // Nothing can be done to a note.
        self.at = if to == Focus::Run {
            self.sheet.len() - 1
        } else {
            at
        };
        if to != self.focus {
            self.focus = to;
            self.tick = 0;
            self.button = 0;
            self.form.seal();
        }
        if self.side == Side::Fields {
            self.open_input();
        }
        FormReply::Moved
    }

    /// Gives a node the focus, unfolding what hides it.
    fn reveal(&mut self, id: NodeId) -> FormReply {
        let id = self.form.row_of(id);
        let holders: Vec<NodeId> = rows::above(&self.form, id).collect();
        let mut hidden = false;
        for holder in holders {
            hidden |= self.folded.remove(&holder);
        }
        if hidden {
            self.refresh();
        }
        match self.sheet.find(id, RowKind::Node) {
            Some(at) => self.go(at),
            None => FormReply::Moved,
        }
    }

    /// The focused node, or why there is none.
    fn node(&self) -> Result<NodeId, String> {
        match self.focus {
            Focus::Row(id, _) => Ok(id),
            Focus::Run => Err(NO_FIELD.to_owned()),
        }
    }

    fn widget(&self) -> Option<Widget> {
        match self.focus {
            Focus::Row(id, RowKind::Node) => Some(Widget::of(&self.form, id)),
            _ => None,
        }
    }
}

/// Whether text stands anywhere that is no answer yet.
fn has_unfinished(form: &Form) -> bool {
    let mut todo = vec![form.root()];
    while let Some(id) = todo.pop() {
        let node = form.node(id);
        if node.is_unfinished() {
            return true;
        }
        if node.state() == State::Value {
            todo.extend(form.children(id));
        }
    }
    false
}

#[cfg(test)]
mod tests;
