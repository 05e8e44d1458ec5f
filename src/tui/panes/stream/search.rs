//! Finding text in the recorded lines: the find line, the search under way, and the walk over its hits.
//!
//! Owns what was typed and which hit is stood on. A hit is the number of a row; what rows a line of the file belongs
//! to is the pane's to know, and the file is searched elsewhere.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::safe;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::find::{Found, Term};
use crate::tui::widgets::input::{LineInput, Look, Reaction};

/// What stands before the text being typed.
const LABEL: &str = " Find: ";

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Search {
    line: Option<LineInput>,
    asked: Option<(u64, Term)>,
    found: Option<Found>,
}

impl Search {
    /// Opens the find line.
    pub fn open(&mut self) {
        self.line = Some(LineInput::default());
    }

    /// Whether the find line is open: it has the caret then.
    pub fn is_open(&self) -> bool {
        self.line.is_some()
    }

    /// Closes what is open or forgets what was found; false when there was nothing of either.
    pub fn leave(&mut self) -> bool {
        if self.line.take().is_some() {
            return true;
        }
        self.asked.take().is_some() | self.found.take().is_some()
    }

    /// Forgets what was found: its rows are those of another list.
    pub fn forget(&mut self) {
        (self.asked, self.found) = (None, None);
    }

    /// Takes a key while the line is open.
    pub fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        let Some(line) = &mut self.line else {
            return Reply::ignored();
        };
        if key.kind == KeyEventKind::Release {
            return Reply::ignored();
        }
        match key.code {
            KeyCode::Enter => {
                let term = Term::new(line.text());
                self.line = None;
                self.found = None;
                self.asked = term.map(|term| (ctx.ticket(), term));
                match &self.asked {
                    Some((asker, term)) => Reply::effect(Effect::Search {
                        asker: *asker,
                        text: term.text().to_owned(),
                    }),
                    None => Reply::done(),
                }
            }
            KeyCode::Esc => {
                self.line = None;
                Reply::done()
            }
            _ if line.key(key) == Reaction::Ignored => Reply::ignored(),
            _ => Reply::done(),
        }
    }

    /// Takes pasted text while the line is open.
    pub fn paste(&mut self, text: &str) -> Reply {
        let Some(line) = &mut self.line else {
            return Reply::ignored();
        };
        line.paste(text);
        Reply::done()
    }

    /// A click on the line, drawn in `area`.
    pub fn click(&mut self, at: Position, area: Rect) {
        if let Some(line) = &mut self.line {
            let input = input_of(area);
            line.click(at.x.saturating_sub(input.x), input.width);
        }
    }

    /// The term, if `asker` is who asked last. Once.
    pub fn answered(&mut self, asker: u64) -> Option<Term> {
        let (_, term) = self.asked.take_if(|(mine, _)| *mine == asker)?;
        Some(term)
    }

    /// These rows have it; gives the first at or after the row `from`, which is the one stood on.
    pub fn found(&mut self, term: Term, rows: Vec<u32>, from: usize) -> Option<usize> {
        let found = self.found.insert(Found::new(term, rows, from as u32));
        found.current().map(|row| row as usize)
    }

    /// The next hit from the row `from`, around the end; or the one before it.
    pub fn step(&mut self, forward: bool, from: usize) -> Option<usize> {
        let found = self.found.as_mut()?;
        let row = if forward {
            found.next(from as u32)
        } else {
            found.previous(from as u32)
        };
        row.map(|row| row as usize)
    }

    /// What was found last.
    pub fn hits(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Whether a row is a hit.
    pub fn is_hit(&self, row: usize) -> bool {
        self.found
            .as_ref()
            .is_some_and(|found| found.hits.binary_search(&(row as u32)).is_ok())
    }

    /// Why there is no hit to go to, if so.
    pub fn why_not(&self) -> Option<String> {
        match (&self.found, &self.asked) {
            (_, Some(_)) => Some("Still looking.".to_owned()),
            (None, None) => Some("Nothing was searched for yet.".to_owned()),
            (Some(found), None) if found.hits.is_empty() => {
                Some(format!("Not found: {}", safe(found.term.text(), 30)))
            }
            _ => None,
        }
    }

    /// `[3/50] text`, for the title.
    pub fn remark(&self) -> String {
        match (&self.found, &self.asked) {
            (_, Some((_, term))) => format!("looking for {}…", safe(term.text(), 20)),
            (Some(found), None) => format!("{} {}", found.label(), safe(found.term.text(), 20)),
            (None, None) => String::new(),
        }
    }

    /// Draws the line; gives the caret.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let line = self.line.as_ref()?;
        if area.is_empty() {
            return None;
        }
        let label = ctx.theme.style(Role::TextMuted);
        buf.set_stringn(area.x, area.y, LABEL, usize::from(area.width), label);
        let look = Look {
            placeholder: "text in any recorded line; Enter looks, Esc leaves",
            ..Look::default()
        };
        Some(line.draw(look, input_of(area), buf, ctx.theme))
    }
}

fn input_of(area: Rect) -> Rect {
    let label = (LABEL.len() as u16).min(area.width);
    Rect {
        x: area.x + label,
        width: area.width - label,
        ..area
    }
}
