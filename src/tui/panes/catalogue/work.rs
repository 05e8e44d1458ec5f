//! What somebody has done with one item: the draft in its form, the runs, the last result.
//!
//! It outlives views, refreshes and restarts of the server. It sends nothing itself.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::drafts::Memory;
use super::tabs::Tab;
use super::validation::Said;
use super::words;
use crate::form::{Form, expand};
use crate::json::Value;
use crate::mcp::types::{Item, List};
use crate::tui::action::Action;
use crate::tui::pane::Reply;
use crate::tui::panes::form::FormPane;
use crate::tui::panes::viewer::Viewer;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::plain::{self, Document, PlainState, Window};

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// In a word or two.
    pub word: String,
    /// How the word is drawn.
    pub role: Role,
    /// How long it took, in microseconds.
    pub took_us: Option<u64>,
    /// How long a person was waited for meanwhile.
    pub person_us: Option<u64>,
    /// Bytes of the response.
    pub size: Option<u64>,
    /// The entry of the response, or of the request when there was none.
    pub seq: Option<u64>,
    /// The local time of day it ended.
    pub clock: String,
    /// What to show when there is no response to show.
    pub words: Vec<String>,
    /// What else happened while it ran.
    pub during: String,
}

impl Outcome {
    /// For titles, from the longest to the shortest.
    pub fn labels(&self) -> [String; 3] {
        let took = self.took_us.map(words::took);
        let person = self.person_us.map(crate::tui::panes::inbox::lasted);
        let took = took.map(|took| match &person {
            Some(person) => format!("{took}, you {person}"),
            None => took,
        });
        let size = self.size.map(crate::text::size);
        let join = |parts: &[Option<&str>]| {
            let parts: Vec<&str> = parts
                .iter()
                .filter_map(|part| part.filter(|text| !text.is_empty()))
                .collect();
            parts.join("  ")
        };
        let (word, took) = (Some(self.word.as_str()), took.as_deref());
        [
            join(&[word, took, size.as_deref(), Some(&self.clock)]),
            join(&[word, took]),
            self.word.clone(),
        ]
    }
}

/// See the module.
#[derive(Debug)]
pub struct Work {
    /// Whether the next call is to be asked for as a task.
    pub as_task: bool,
    /// Which list it is from.
    pub list: List,
    /// The item as it was listed last.
    pub item: Arc<Item>,
    /// Its form; a resource has none.
    pub form: Option<FormPane>,
    /// The tab beside the form that was turned to.
    pub tab: Tab,
    /// The schema, once it was looked at.
    pub schema: Viewer,
    /// What is said of the arguments.
    pub said: Said,
    /// What is kept of it beyond this run of mcpscope, and where what stands in the form is from.
    pub memory: Memory,
    /// Whether the schema changed under a draft.
    pub changed: bool,
    /// The number under which its arguments were given to an editor.
    pub in_editor: Option<u64>,
    /// Whether it is asked what to do about problems.
    pub asking: bool,
    /// It is to be run once its text was read.
    pub runs_when_read: bool,
    /// Calls made.
    pub runs: u32,
    /// How the last one ended.
    pub outcome: Option<Outcome>,
    /// Its result.
    pub result: Viewer,
    /// The entry of the last request.
    pub request: Option<u64>,
    /// Exchanges of a recording that were looked through for a result.
    pub scanned: usize,
    /// Who reads back what was sent in a recording, for the form.
    pub filled: Option<u64>,
    about: Option<About>,
}

#[derive(Debug)]
struct About {
    document: Arc<Document>,
    state: PlainState,
    window: Window,
}

impl Work {
    /// Nothing done yet.
    pub fn new(list: List, item: Arc<Item>) -> Self {
        Self {
            as_task: false,
            list,
            form: form_of(list, &item).map(FormPane::new),
            tab: match list {
                List::Resources => Tab::About,
                _ => Tab::Form,
            },
            schema: Viewer::empty("reading the schema…"),
            said: Said::default(),
            memory: Memory::default(),
            changed: false,
            in_editor: None,
            asking: false,
            runs_when_read: false,
            runs: 0,
            outcome: None,
            result: no_result(list),
            request: None,
            scanned: 0,
            filled: None,
            about: None,
            item,
        }
    }

    /// Takes the item as it is listed now; a draft moves over to the new form when that is another.
    pub fn renew(&mut self, item: &Arc<Item>) {
        if Arc::ptr_eq(&self.item, item) {
            return;
        }
        if self.item.raw != item.raw {
            self.about = None;
            if source(self.list, &self.item) != source(self.list, item) {
                let form = self.form.as_ref().filter(|form| form.is_touched());
                let kept = form.map(|form| (form.arguments(), form.beside(true)));
                self.form = form_of(self.list, item).map(FormPane::new);
                self.said = Said::default();
                self.memory.form_is_new();
                if let (Some(form), Some(kept)) = (&mut self.form, kept) {
                    form.restore(&kept.0, &kept.1);
                    self.changed = true;
                }
            }
        }
        self.item = Arc::clone(item);
    }

    /// Whether the form holds anything that was put there.
    pub fn has_draft(&self) -> bool {
        self.form.as_ref().is_some_and(FormPane::is_touched)
    }

    /// How many members of the form have a problem.
    pub fn problems(&self) -> usize {
        self.form.as_ref().map_or(0, FormPane::problems)
    }

    /// Whether the text of the JSON tab is none.
    pub fn is_broken(&self) -> bool {
        self.form.as_ref().is_some_and(FormPane::is_broken)
    }

    /// Whether it is worth keeping when somebody looks at something else.
    pub fn is_used(&self) -> bool {
        self.runs > 0 || self.has_draft()
    }

    /// The arguments as they stand in the form.
    pub fn arguments(&self) -> Value {
        self.form
            .as_ref()
            .map_or_else(|| Value::Object(Vec::new()), FormPane::arguments)
    }

    /// The URI that would be read: that of a resource, or what the template becomes.
    pub fn uri(&self) -> Option<String> {
        self.uri_with(&self.arguments())
    }

    fn uri_with(&self, arguments: &Value) -> Option<String> {
        let uri = self.item.uri.as_deref()?;
        Some(match self.list {
            List::Templates => expand(uri, arguments),
            _ => uri.to_owned(),
        })
    }

    /// Method and parameters of the call with these arguments; the error says why there is none.
    pub fn request(&self, arguments: Value) -> Result<(&'static str, String), &'static str> {
        let text = |name: &str, text: String| (name.to_owned(), Value::String(text));
        let uri = self.uri_with(&arguments);
        let arguments = ("arguments".to_owned(), arguments);
        let (method, members) = match self.list {
            List::Tools => {
                let name = text("name", self.item.name.to_string());
                ("tools/call", vec![name, arguments])
            }
            List::Resources | List::Templates => {
                let uri = uri.ok_or("the server gave it no URI")?;
                ("resources/read", vec![text("uri", uri)])
            }
            List::Prompts => {
                let mut members = vec![text("name", self.item.name.to_string())];
                if arguments.1.as_object().is_some_and(|all| !all.is_empty()) {
                    members.push(arguments);
                }
                ("prompts/get", members)
            }
        };
        Ok((method, Value::Object(members).to_string()))
    }

    /// Rows the form would like to have, whatever is in its fields, so that nothing jumps while it is typed into.
    pub fn form_rows(&self) -> u16 {
        let Some(form) = &self.form else {
            let rows = self
                .about
                .as_ref()
                .map_or(4, |about| about.document.lines());
            return u16::try_from(rows + 1).unwrap_or(u16::MAX);
        };
        let head = 3 + usize::from(self.list == List::Templates);
        u16::try_from(head + form.wanted()).unwrap_or(u16::MAX)
    }

    // --- its description ---

    /// Its description will be drawn in `area`.
    pub fn place_about(&mut self, area: Rect) {
        let about = self.about.get_or_insert_with(|| About {
            document: crate::tui::payload::about(&words::about(self.list, &self.item)),
            state: PlainState::new(true),
            window: Window {
                width: 1,
                height: 1,
            },
        });
        about.window = Window {
            width: area.width.max(1),
            height: area.height.max(1),
        };
        about.state.clamp(&about.document, about.window);
    }

    /// Draws its description.
    pub fn draw_about(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let about = self.about.as_ref()?;
        plain::draw(&about.document, &about.state, area, buf, theme)
    }

    /// Scrolls its description; negative is up.
    pub fn scroll_about(&mut self, lines: isize) {
        if let Some(about) = &mut self.about {
            let n = lines.unsigned_abs();
            if lines < 0 {
                about.state.up(n, &about.document, about.window);
            } else {
                about.state.down(n, &about.document, about.window);
            }
        }
    }

    /// Moves about its description.
    pub fn about_action(&mut self, action: Action) -> Reply {
        let Some(About {
            document,
            state,
            window,
        }) = &mut self.about
        else {
            return Reply::ignored();
        };
        match action {
            Action::Up => state.up(1, document, *window),
            Action::Down => state.down(1, document, *window),
            Action::PageUp => state.page_up(document, *window),
            Action::PageDown => state.page_down(document, *window),
            Action::Top => state.first(),
            Action::Bottom => state.last(document, *window),
            _ => return Reply::ignored(),
        }
        Reply::done()
    }
}

/// What the form is made from: when it is the same, so is the form.
fn source(list: List, item: &Item) -> &[u8] {
    match list {
        List::Tools => item.input_schema(),
        List::Templates => item.uri.as_deref().unwrap_or_default().as_bytes(),
        List::Prompts => item.member("arguments").unwrap_or_default(),
        List::Resources => b"",
    }
}

fn form_of(list: List, item: &Item) -> Option<Form> {
    match list {
        List::Tools => Some(Form::from_schema(item.input_schema())),
        List::Templates => Some(Form::from_template(item.uri.as_deref().unwrap_or_default())),
        List::Prompts => {
            let arguments = item.prompt_arguments();
            let fields = arguments.iter().map(|argument| {
                let description = argument.description.as_deref();
                (argument.name.as_str(), description, argument.required)
            });
            Some(Form::from_prompt_arguments(fields))
        }
        List::Resources => None,
    }
}

/// Where a result will be.
pub fn no_result(list: List) -> Viewer {
    Viewer::empty(placeholder(list))
}

fn placeholder(list: List) -> &'static str {
    match list {
        List::Tools => "no result yet: Run calls the tool",
        List::Resources => "not read yet: open it in the list",
        List::Templates => "not read yet: Run reads the URI",
        List::Prompts => "no messages yet: Run gets them",
    }
}
