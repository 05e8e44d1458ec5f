//! The filter bar: what is typed there, whether it is a filter yet, and what may stand at the caret.
//!
//! Owns the text and the list of proposals. What the filter lets through is somebody else's business; a text that is
//! no filter changes nothing.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::chips::Chip;
use crate::filter::complete::{Choice, Choices, complete};
use crate::filter::{Fault, Filter, Key, Subject};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::theme::Role;
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};

/// What stands before the text.
const LABEL: &str = " Filter: ";
/// What stands before a name that is being typed.
const NAME: &str = " Name for the filter: ";

/// Filters of general use, offered when nothing was typed yet.
const fn suggested(subject: Subject) -> &'static [(&'static str, &'static str)] {
    match subject {
        Subject::Rows => &[
            ("-is:aux", "without what mcpscope asks by itself"),
            ("status:error", "what went wrong"),
            ("time>1s", "what took long"),
            ("kind:junk", "bytes that are no JSON-RPC"),
        ],
        Subject::Sessions => &[
            ("status:error", "those in which something went wrong"),
            ("since:7d", "of the last seven days"),
            ("is:kept", "those that stay"),
        ],
    }
}

/// What stands in the bar while nothing is typed.
const fn example(subject: Subject) -> &'static str {
    match subject {
        Subject::Rows => "method:tools/* status:error time>100ms text -is:aux",
        Subject::Sessions => "tag:slow srv:db status:error since:7d text",
    }
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// It was not for the bar.
    Ignored,
    /// Nothing that others need to know.
    Nothing,
    /// This is the filter now.
    Filter(Filter),
    /// The bar was left, and this is the filter.
    Done(Filter),
    /// The bar was left.
    Left,
    /// What is typed cannot be left as it is: it is no filter.
    Wrong(Fault),
    /// The filter is to be kept under this name.
    Name(String),
    /// Something to say.
    Say(String),
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    subject: Subject,
    input: Option<LineInput>,
    name: Option<LineInput>,
    fault: Option<Fault>,
    choices: Vec<Choice>,
    at: std::ops::Range<usize>,
    /// The proposal stood on; none while the caret has the keys.
    chosen: Option<usize>,
    /// Filters that were left with Enter, the newest at the end, and how far back somebody is in them.
    history: Vec<String>,
    back: usize,
    /// Filters with names.
    pub chips: Vec<Chip>,
}

/// Filters that are remembered while the program runs.
const REMEMBERED: usize = 100;

/// Rows of proposals.
const ROWS: u16 = 8;

/// Says what is wrong with what is typed, and which filter stays when somebody leaves.
pub fn wrong(fault: &Fault, in_force: &str) -> String {
    let stays = if in_force.is_empty() {
        "no filter"
    } else {
        in_force
    };
    format!("{fault}; Esc leaves with {}.", text::sanitize(stays))
}

impl Bar {
    /// A bar for filters of these.
    pub fn of(subject: Subject) -> Self {
        Self {
            subject,
            ..Self::default()
        }
    }

    /// Opens it with the text of a filter.
    pub fn open(&mut self, text: &str, values: &dyn Fn(Key) -> Vec<String>) {
        self.input = Some(LineInput::new(text));
        self.back = 0;
        self.fault = None;
        self.look(values);
    }

    /// Asks for a name.
    pub fn ask_name(&mut self, name: &str) {
        self.name = Some(LineInput::new(name));
    }

    /// Whether it has the caret.
    pub fn is_open(&self) -> bool {
        self.input.is_some() || self.name.is_some()
    }

    /// What keys mean while it has them.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.is_naming() {
            &[("Enter", "keep"), ("Esc", "leave")]
        } else if self.is_open() {
            &[
                ("Enter", "done"),
                ("Esc", "leave"),
                ("Tab", "take the proposal"),
                ("Down", "proposals"),
                ("Up", "earlier filters"),
            ]
        } else {
            &[]
        }
    }

    /// Whether a name is being typed.
    pub fn is_naming(&self) -> bool {
        self.name.is_some()
    }

    /// What is typed, as far as it is in force: the beginning of a key at the end is not looked for as text until
    /// the bar is left, or nearly every filter would show nothing for a moment.
    pub fn text(&self) -> &str {
        let text = self.input.as_ref().map_or("", LineInput::text);
        let end = begun_key(self.subject, text).unwrap_or(text.len());
        text[..end].trim()
    }

    /// Whether what is typed is no filter.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Looks again, when there is more to propose.
    pub fn look_again(&mut self, values: &dyn Fn(Key) -> Vec<String>) {
        if self.chosen.is_none() {
            self.look(values);
        }
    }

    /// Looks again for what may stand at the caret.
    fn look(&mut self, values: &dyn Fn(Key) -> Vec<String>) {
        let Some(input) = &self.input else { return };
        let Choices { at, mut all } = complete(self.subject, input.text(), input.caret(), values);
        if input.text().is_empty() {
            let mine = self.chips.iter().map(|chip| Choice {
                insert: chip.text.clone(),
                label: chip.name.clone(),
                doc: chip.text.clone(),
            });
            let common = suggested(self.subject).iter().map(|(filter, doc)| Choice {
                insert: (*filter).to_owned(),
                label: (*filter).to_owned(),
                doc: (*doc).to_owned(),
            });
            all = mine.chain(common).chain(all).collect();
        }
        (self.choices, self.at, self.chosen) = (all, at, None);
    }

    /// Reads what is typed.
    fn read(&mut self, values: &dyn Fn(Key) -> Vec<String>) -> Typed {
        self.look(values);
        match Filter::parse_for(self.subject, self.text()) {
            Ok(filter) => {
                self.fault = None;
                Typed::Filter(filter)
            }
            Err(fault) => {
                self.fault = Some(fault);
                Typed::Nothing
            }
        }
    }

    fn accept(&mut self, values: &dyn Fn(Key) -> Vec<String>) -> Typed {
        let choice = self.choices.get(self.chosen.unwrap_or(0)).cloned();
        let (Some(choice), Some(input)) = (choice, &mut self.input) else {
            return Typed::Nothing;
        };
        input.replace(self.at.clone(), &choice.insert);
        self.read(values)
    }

    /// Takes a key while it is open.
    pub fn key(&mut self, key: KeyEvent, values: &dyn Fn(Key) -> Vec<String>) -> Typed {
        if key.kind == KeyEventKind::Release {
            return Typed::Ignored;
        }
        if let Some(name) = &mut self.name {
            return match key.code {
                KeyCode::Esc => {
                    self.name = None;
                    Typed::Left
                }
                KeyCode::Enter if name.text().trim().is_empty() => {
                    Typed::Say("A name is needed; Esc leaves.".to_owned())
                }
                KeyCode::Enter => {
                    let name = name.text().trim().to_owned();
                    self.name = None;
                    Typed::Name(name)
                }
                _ if name.key(key) == Reaction::Ignored => Typed::Ignored,
                _ => Typed::Nothing,
            };
        }
        let Some(input) = &mut self.input else {
            return Typed::Ignored;
        };
        match key.code {
            KeyCode::Esc if self.chosen.take().is_some() => Typed::Nothing,
            KeyCode::Esc => self.leave(),
            KeyCode::Enter if self.chosen.is_some() => self.accept(values),
            KeyCode::Enter => match Filter::parse_for(self.subject, input.text()) {
                Err(fault) => Typed::Wrong(fault),
                Ok(whole) => {
                    // What was held back at the end is text after all; without it, it may have been no filter.
                    let held = begun_key(self.subject, input.text()).map(|_| whole);
                    self.fault = None;
                    let left = self.leave();
                    held.map_or(left, Typed::Done)
                }
            },
            KeyCode::Tab => self.accept(values),
            KeyCode::Down => {
                let next = self.chosen.map_or(0, |chosen| chosen + 1);
                self.chosen = (!self.choices.is_empty()).then(|| next.min(self.choices.len() - 1));
                Typed::Nothing
            }
            KeyCode::Up if self.chosen.is_some() => {
                self.chosen = self.chosen.and_then(|chosen| chosen.checked_sub(1));
                Typed::Nothing
            }
            KeyCode::Up => {
                let Some(at) = self.history.len().checked_sub(self.back + 1) else {
                    return Typed::Say("There is no filter before this one.".to_owned());
                };
                self.back += 1;
                input.set(self.history[at].clone());
                self.read(values)
            }
            _ => match input.key(key) {
                Reaction::Ignored => Typed::Ignored,
                Reaction::Moved => {
                    self.look(values);
                    Typed::Nothing
                }
                Reaction::Edited => self.read(values),
            },
        }
    }

    /// Takes pasted text while it is open.
    pub fn paste(&mut self, text: &str, values: &dyn Fn(Key) -> Vec<String>) -> Typed {
        let line = text.replace(['\n', '\r'], " ");
        match (&mut self.name, &mut self.input) {
            (Some(name), _) => {
                name.paste(&line);
                Typed::Nothing
            }
            (None, Some(input)) => {
                input.paste(&line);
                self.read(values)
            }
            (None, None) => Typed::Ignored,
        }
    }

    fn leave(&mut self) -> Typed {
        let typed = self
            .input
            .take()
            .map(|input| input.text().trim().to_owned());
        if let Some(text) = typed.filter(|text| !text.is_empty() && self.fault.is_none()) {
            self.remember(text);
        }
        self.fault = None;
        self.choices.clear();
        Typed::Left
    }

    /// Keeps a filter to be had again with Up.
    pub fn remember(&mut self, text: String) {
        self.history.retain(|old| *old != text);
        self.history.push(text);
        if self.history.len() > REMEMBERED {
            self.history.remove(0);
        }
    }

    /// A click on the bar, or on a proposal.
    pub fn click(
        &mut self,
        at: Position,
        bar: Rect,
        below: Rect,
        values: &dyn Fn(Key) -> Vec<String>,
    ) -> Typed {
        let popup = self.popup(bar, below);
        if popup.contains(at) {
            let row = usize::from(at.y - popup.y) + self.first(popup.height);
            if row < self.choices.len() {
                self.chosen = Some(row);
                return self.accept(values);
            }
            return Typed::Nothing;
        }
        match (&mut self.name, &mut self.input) {
            (Some(name), _) if bar.contains(at) => {
                name.click(at.x.saturating_sub(bar.x + NAME.len() as u16), bar.width);
                Typed::Nothing
            }
            (None, Some(input)) if bar.contains(at) => {
                let field = field_of(bar, 0);
                input.click(at.x.saturating_sub(field.x), field.width);
                self.look(values);
                Typed::Nothing
            }
            _ => Typed::Ignored,
        }
    }

    fn first(&self, height: u16) -> usize {
        let chosen = self.chosen.unwrap_or(0);
        (chosen + 1).saturating_sub(usize::from(height.max(1)))
    }

    /// Where the proposals go: below the bar, under what is being typed.
    fn popup(&self, bar: Rect, below: Rect) -> Rect {
        if self.input.is_none() || self.choices.is_empty() {
            return Rect::default();
        }
        let widest = self
            .choices
            .iter()
            .take(50)
            .map(|choice| text::width(&choice.label) + text::width(&choice.doc) + 6)
            .max()
            .unwrap_or(0) as u16;
        let width = widest.clamp(24, 72).min(bar.width);
        let before = self.input.as_ref().map_or(0, |input| {
            text::width(&text::sanitize(
                &input.text()[..self.at.start.min(input.text().len())],
            )) as u16
        });
        let x = (bar.x + LABEL.len() as u16 + before).min(bar.right().saturating_sub(width));
        Rect {
            x,
            y: bar.bottom(),
            width,
            height: (self.choices.len() as u16)
                .min(ROWS)
                .min(below.bottom().saturating_sub(bar.bottom())),
        }
    }

    /// Draws the bar with the filter that is in force and a remark; gives the caret.
    pub fn draw(
        &self,
        area: Rect,
        filter: &str,
        remark: &str,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        if area.is_empty() {
            return None;
        }
        let theme = ctx.theme;
        let muted = theme.style(Role::TextMuted);
        if let Some(name) = &self.name {
            buf.set_stringn(area.x, area.y, NAME, usize::from(area.width), muted);
            let label = (NAME.len() as u16).min(area.width);
            let field = Rect {
                x: area.x + label,
                width: area.width - label,
                ..area
            };
            let look = Look {
                placeholder: "Enter keeps it, Esc leaves",
                ..Look::default()
            };
            return Some(name.draw(look, field, buf, theme));
        }
        buf.set_stringn(area.x, area.y, LABEL, usize::from(area.width), muted);
        let said = match &self.fault {
            Some(fault) if fault.incomplete => {
                (format!("incomplete: {}", fault.what), Role::TextMuted)
            }
            Some(fault) => (fault.to_string(), Role::Error),
            None if self.input.is_some() && !remark.is_empty() => {
                (format!("valid · {remark}"), Role::Ok)
            }
            None => (remark.to_owned(), Role::TextMuted),
        };
        let most = usize::from(area.width) * 3 / 5;
        let words = text::fit(&text::sanitize(&said.0), most).into_owned();
        let taken = text::width(&words) as u16 + 2;
        let field = field_of(area, taken);
        buf.set_stringn(
            area.right().saturating_sub(taken - 1),
            area.y,
            &words,
            usize::from(taken),
            theme.style(said.1),
        );
        match &self.input {
            Some(input) => {
                let look = Look {
                    invalid: self.fault.as_ref().is_some_and(|fault| !fault.incomplete),
                    placeholder: example(self.subject),
                    ..Look::default()
                };
                Some(input.draw(look, field, buf, theme))
            }
            None => {
                let shown =
                    text::fit(&text::sanitize(filter), usize::from(field.width)).into_owned();
                buf.set_stringn(
                    field.x,
                    field.y,
                    shown,
                    usize::from(field.width),
                    theme.style(Role::Accent),
                );
                None
            }
        }
    }

    /// Draws the proposals over what is below the bar.
    pub fn draw_choices(&self, bar: Rect, below: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let area = self.popup(bar, below).intersection(buf.area);
        if area.is_empty() {
            return;
        }
        Clear.render(area, buf);
        buf.set_style(area, ctx.theme.style(Role::Popup));
        let state = ListState {
            selected: self.chosen.unwrap_or(usize::MAX),
            offset: self.first(area.height),
        };
        let height = usize::from(area.height);
        for (row, choice) in self
            .choices
            .iter()
            .enumerate()
            .skip(state.offset)
            .take(height)
        {
            let chosen = self.chosen == Some(row);
            let y = area.y + (row - state.offset) as u16;
            let mark = if chosen { list::MARK } else { " " };
            let label = text::fit(&text::sanitize(&choice.label), 40).into_owned();
            let room = usize::from(area.width).saturating_sub(text::width(&label) + 4);
            let doc = text::fit(&text::sanitize(&choice.doc), room).into_owned();
            let style = ctx
                .theme
                .style(if chosen { Role::Selection } else { Role::Popup });
            let line = Line::from(vec![
                Span::styled(format!("{mark} {label}  "), style),
                Span::styled(
                    doc,
                    if chosen {
                        style
                    } else {
                        style.patch(ctx.theme.style(Role::TextMuted))
                    },
                ),
            ]);
            let one = Rect {
                y,
                height: 1,
                ..area
            };
            buf.set_style(one, style);
            line.render(one, buf);
        }
    }
}

/// Where a word at the end of a text begins that may become a key.
fn begun_key(of: Subject, text: &str) -> Option<usize> {
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = text[start..].trim_start_matches('-');
    let begins = |row: &crate::filter::key::Row| row.name.starts_with(word);
    (!word.is_empty() && of.keys().any(begins)).then_some(start)
}

/// Where the text is typed; `taken` columns at the right are for a remark.
fn field_of(area: Rect, taken: u16) -> Rect {
    let label = (LABEL.len() as u16).min(area.width);
    Rect {
        x: area.x + label,
        width: (area.width - label).saturating_sub(taken),
        ..area
    }
}
