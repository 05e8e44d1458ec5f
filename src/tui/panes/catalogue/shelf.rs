//! A list to pick arguments from, with a look at the selected ones: earlier runs, or presets. What is typed looks
//! through it.
//!
//! It reads nothing itself; it says what was picked.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::listing::Key;
use super::words;
use crate::history::{Found, Match, Outcome, Scope};
use crate::json::Value;
use crate::presets::{Listed, Place, Preset};
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};

mod room;

/// What is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    /// Earlier runs.
    Runs(Scope),
    /// Presets.
    Presets,
}

/// One thing on it.
#[derive(Debug)]
enum Ware {
    Run(Box<Found>),
    Preset { listed: Listed, read: Read },
}

#[derive(Debug)]
enum Read {
    No,
    Asked(u64),
    Here(Result<Preset, String>),
}

#[derive(Debug)]
struct Row {
    left: String,
    middle: String,
    right: String,
    ware: Ware,
}

/// What was picked.
#[derive(Debug)]
pub enum Taken {
    /// A run.
    Run(Box<Found>),
    /// A preset, with its name.
    Preset(Preset, String),
}

/// What a key did.
#[derive(Debug)]
pub enum Did {
    /// Nothing but on the shelf.
    Nothing,
    /// It is left.
    Closed,
    /// Something was picked.
    Taken(Taken),
    /// Runs of another scope are wanted.
    Scope(Scope),
    /// A preset is to go.
    Delete(String, Place),
}

/// See the module.
#[derive(Debug)]
pub struct Shelf {
    /// Whose arguments.
    pub key: Key,
    /// What is typed.
    pub line: LineInput,
    asker: u64,
    goods: Goods,
    rows: Vec<Row>,
    shown: Vec<usize>,
    list: ListState,
    /// Why there is nothing on it; sanitised.
    why_empty: String,
    /// A preset was picked before it was read.
    picked: bool,
    /// It is asked whether the selected preset is to go.
    deleting: bool,
}

impl Shelf {
    /// An empty one that waits.
    pub fn new(key: Key, asker: u64, goods: Goods) -> Self {
        Self {
            key,
            line: LineInput::default(),
            asker,
            goods,
            rows: Vec::new(),
            shown: Vec::new(),
            list: ListState::default(),
            why_empty: "reading…".to_owned(),
            picked: false,
            deleting: false,
        }
    }

    /// Whether it waits for this answer.
    pub fn waits_for(&self, asker: u64) -> bool {
        self.asker == asker
    }

    /// What keys mean in it.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        match (self.goods, self.deleting) {
            (Goods::Presets, true) => &[("y", "delete"), ("Esc", "keep")],
            (Goods::Presets, false) => &[
                ("Enter", "fill the form"),
                ("Tab", "delete"),
                ("Esc", "close"),
            ],
            (Goods::Runs(_), _) => &[
                ("Enter", "fill the form"),
                ("Tab", "other runs"),
                ("Esc", "close"),
            ],
        }
    }

    // --- what comes ---

    /// Runs were found.
    pub fn stock_runs(&mut self, found: Result<Vec<Found>, String>, now: Timestamp) {
        let Goods::Runs(scope) = self.goods else {
            return;
        };
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                self.why_empty = text::sanitize(&why).into_owned();
                return;
            }
        };
        "no runs yet".clone_into(&mut self.why_empty);
        self.rows = found
            .into_iter()
            .map(|found| run_row(found, scope, now))
            .collect();
        self.filter();
    }

    /// Presets were listed.
    pub fn stock_presets(&mut self, listed: Result<Vec<Listed>, String>) {
        let listed = match listed {
            Ok(listed) => listed,
            Err(why) => {
                self.why_empty = text::sanitize(&why).into_owned();
                return;
            }
        };
        "no presets yet".clone_into(&mut self.why_empty);
        let row = |listed: Listed| Row {
            left: listed.place.word().to_owned(),
            middle: listed.name.clone(),
            right: if listed.hidden {
                "the project has one of that name".to_owned()
            } else {
                String::new()
            },
            ware: Ware::Preset {
                listed,
                read: Read::No,
            },
        };
        self.rows = listed.into_iter().map(row).collect();
        self.filter();
    }

    /// The selected preset when it was not read yet: it is to be, under the number `asker`.
    pub fn unread(&mut self, asker: impl FnOnce() -> u64) -> Option<(u64, String, Place)> {
        match &mut self.selected_mut()?.ware {
            Ware::Preset { listed, read } if matches!(read, Read::No) => {
                let asker = asker();
                *read = Read::Asked(asker);
                Some((asker, listed.name.clone(), listed.place))
            }
            _ => None,
        }
    }

    /// A preset was read; gives it when it was picked meanwhile.
    pub fn preset_read(&mut self, asker: u64, preset: &Result<Preset, String>) -> Option<Taken> {
        for row in &mut self.rows {
            if let Ware::Preset { read, .. } = &mut row.ware
                && matches!(read, Read::Asked(asked) if *asked == asker)
            {
                *read = Read::Here(preset.clone());
            }
        }
        if std::mem::take(&mut self.picked) {
            return self.take();
        }
        None
    }

    // --- what is done ---

    /// Takes a key; letters type.
    pub fn key(&mut self, key: KeyEvent) -> Did {
        if std::mem::take(&mut self.deleting) {
            if key.code == KeyCode::Char('y')
                && let Some(row) = self.selected()
                && let Ware::Preset { listed, .. } = &row.ware
            {
                return Did::Delete(listed.name.clone(), listed.place);
            }
            return Did::Nothing;
        }
        self.picked = false;
        match key.code {
            KeyCode::Esc => return Did::Closed,
            KeyCode::Enter => return self.pick(),
            KeyCode::Tab => match self.goods {
                Goods::Runs(scope) => {
                    return Did::Scope(match scope {
                        Scope::Callee => Scope::Server,
                        Scope::Server => Scope::All,
                        Scope::All => Scope::Callee,
                    });
                }
                Goods::Presets => self.deleting = self.selected().is_some(),
            },
            KeyCode::Up => self.list.up(1),
            KeyCode::Down => self.list.down(1, self.shown.len()),
            KeyCode::PageUp => self.list.page_up(10),
            KeyCode::PageDown => self.list.page_down(self.shown.len(), 10),
            _ => {
                if self.line.key(key) == Reaction::Edited {
                    self.filter();
                }
            }
        }
        Did::Nothing
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        self.line.paste(pasted);
        self.filter();
    }

    /// Takes what is selected, now or as soon as it was read.
    fn pick(&mut self) -> Did {
        match self.take() {
            Some(taken) => Did::Taken(taken),
            None => {
                self.picked = true;
                Did::Nothing
            }
        }
    }

    fn take(&self) -> Option<Taken> {
        match &self.selected()?.ware {
            Ware::Run(found) => Some(Taken::Run(found.clone())),
            Ware::Preset {
                listed,
                read: Read::Here(Ok(preset)),
            } => Some(Taken::Preset(preset.clone(), listed.name.clone())),
            Ware::Preset { .. } => None,
        }
    }

    fn selected(&self) -> Option<&Row> {
        self.rows.get(*self.shown.get(self.list.selected)?)
    }

    fn selected_mut(&mut self) -> Option<&mut Row> {
        self.rows.get_mut(*self.shown.get(self.list.selected)?)
    }

    fn filter(&mut self) {
        self.list = ListState::default();
        let pattern = Pattern::parse(self.line.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| {
                let hay = format!("{} {}", row.middle, row.left);
                let score = pattern.score(Utf32Str::new(&hay, &mut buffer), &mut matcher);
                score.map(|score| (score, index))
            })
            .collect();
        // The newest of those that fit alike comes first, as without a filter.
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.shown = scored.into_iter().map(|(_, index)| index).collect();
    }

    // --- drawing ---

    /// Draws it over the pane; the caret is in the line that is typed into.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let tab = match self.goods {
            Goods::Runs(Scope::Callee) => "Tab all of the server",
            Goods::Runs(Scope::Server) => "Tab all servers",
            Goods::Runs(Scope::All) => "Tab only of this",
            Goods::Presets => "Tab deletes",
        };
        let footer = format!(
            "{} of {}  Enter fills the form  {tab}  Esc",
            self.shown.len(),
            self.rows.len()
        );
        let title = self.title(screen);
        let room = self.popup(screen, &title, &footer).draw(screen, buf, theme);
        let line = Rect {
            height: room.height.min(1),
            ..room
        };
        let look = Look {
            placeholder: "type to search",
            ..Look::default()
        };
        let caret = self.line.draw(look, line, buf, theme);
        let rows = self.rows_in(room);
        let below = Rect {
            y: rows.bottom() + 1,
            height: room.bottom().saturating_sub(rows.bottom() + 1),
            ..room
        };
        let width = usize::from(room.width);
        let muted = theme.style(Role::TextMuted);
        if rows.bottom() < room.bottom() {
            let rule = "─".repeat(width);
            buf.set_stringn(room.x, rows.bottom(), rule, width, theme.style(Role::Rule));
        }
        if self.shown.is_empty() {
            let what = if self.rows.is_empty() {
                &*self.why_empty
            } else {
                "Nothing matches."
            };
            buf.set_stringn(rows.x, rows.y, text::fit(what, width), width, muted);
            return caret;
        }
        let mut state = self.list;
        state.clamp(self.shown.len(), usize::from(rows.height));
        list::draw(
            self.shown.len(),
            &state,
            true,
            |index, width| self.row(index, usize::from(width), theme),
            rows,
            buf,
            theme,
        );
        self.draw_preview(below, buf, theme);
        caret
    }

    fn draw_preview(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let Some(row) = self.selected() else {
            return;
        };
        let width = usize::from(area.width);
        let mut lines: Vec<(String, Role)> = Vec::new();
        if self.deleting {
            let name = text::sanitize(&row.middle).into_owned();
            let question = format!("delete {name}?  y deletes  any other key keeps it");
            lines.push((question, Role::Warn));
        }
        match &row.ware {
            Ware::Run(found) => {
                let change = found.change.words();
                if !change.is_empty() {
                    lines.push((format!("since then: {change}"), Role::Warn));
                }
                if found.matched == Match::Renamed {
                    let name = text::sanitize(&found.run.callee.name).into_owned();
                    lines.push((format!("when it was called {name}"), Role::TextMuted));
                }
                lines.extend(pretty(&found.run.arguments, area.height));
            }
            Ware::Preset { read, .. } => match read {
                Read::Here(Ok(preset)) => lines.extend(pretty(&preset.arguments, area.height)),
                Read::Here(Err(why)) => {
                    lines.push((text::sanitize(why).into_owned(), Role::Error));
                }
                Read::No | Read::Asked(_) => {
                    lines.push(("reading…".to_owned(), Role::TextMuted));
                }
            },
        }
        for (y, (line, role)) in (area.y..area.bottom()).zip(lines) {
            let line = text::fit(&line, width);
            buf.set_stringn(area.x, y, line, width, theme.style(role));
        }
    }

    fn row(&self, index: usize, width: usize, theme: &Theme) -> Line<'static> {
        let row = &self.rows[self.shown[index]];
        let lefts = self.rows.iter().map(|row| text::width(&row.left));
        let left = text::pad(&row.left, lefts.max().unwrap_or(0) + 2);
        let right = text::fit(&row.right, width / 2).into_owned();
        let room = width.saturating_sub(text::width(&left) + text::width(&right) + 2);
        let role = match &row.ware {
            Ware::Run(found) => match found.run.outcome {
                Outcome::Ok => Role::Ok,
                Outcome::Cancelled => Role::Warn,
                _ => Role::Error,
            },
            Ware::Preset { .. } => Role::TextMuted,
        };
        let middle = text::sanitize(&row.middle);
        let middle = text::pad(&text::fit(&middle, room), room);
        Line::from(vec![
            Span::styled(left, theme.style(role)),
            Span::styled(middle, theme.style(Role::Text)),
            Span::styled(format!("  {right}"), theme.style(Role::TextMuted)),
        ])
    }
}

fn run_row(found: Found, scope: Scope, now: Timestamp) -> Row {
    let run = &found.run;
    let whose = match scope {
        Scope::Callee => String::new(),
        Scope::Server => format!("{}  ", run.callee.name),
        Scope::All => format!("{}  {}  ", run.server.name, run.callee.name),
    };
    let took = words::took(run.took_us);
    let when = words::ago(run.at, now);
    let count = match found.count {
        1 => String::new(),
        count => format!("  ×{count}"),
    };
    Row {
        left: match run.outcome {
            Outcome::Error(Some(code)) => format!("error {code}"),
            outcome => outcome.word().to_owned(),
        },
        middle: format!("{whose}{}", run.arguments),
        right: format!("{took}  {when}{count}"),
        ware: Ware::Run(Box::new(found)),
    }
}

fn pretty(arguments: &Value, most: u16) -> Vec<(String, Role)> {
    arguments
        .pretty()
        .lines()
        .take(usize::from(most))
        .map(|line| (text::sanitize(line).into_owned(), Role::Text))
        .collect()
}
