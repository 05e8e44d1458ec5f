//! Questions in the last row of the pane: whether something destructive is to be sent again, what a preset is to be
//! called, whether one may be replaced.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::CataloguePane;
use super::calls::Last;
use super::listing::Key;
use super::shelf::Did;
use crate::presets::Place;
use crate::text;
use crate::tui::effect::{Effect, Store};
use crate::tui::keymap::Chord;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::input::{LineInput, Look, Reaction};

/// A question.
#[derive(Debug)]
pub enum Prompt {
    /// Is this to be sent again? And why it is asked.
    Repeat(Box<Last>, &'static str),
    /// What is the preset to be called?
    Name {
        /// Whose arguments.
        key: Key,
        /// The number under which the usual place was asked for.
        asker: u64,
        /// What is typed.
        line: LineInput,
        /// Where it goes.
        place: Place,
    },
    /// May the preset of this name be replaced?
    Overwrite {
        /// Whose arguments.
        key: Key,
        /// Its name.
        name: String,
        /// Where it is.
        place: Place,
    },
}

impl Prompt {
    /// What keys mean in it.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Repeat(..) => &[("s", "send again"), ("Esc", "do not")],
            Self::Name { .. } => &[
                ("Enter", "save"),
                ("Tab", "mine or the project's"),
                ("Esc", "do not"),
            ],
            Self::Overwrite { .. } => &[("o", "overwrite"), ("Esc", "do not")],
        }
    }
}

impl CataloguePane {
    /// Whether a list or a question was open; it is not any more.
    pub(super) fn put_aside(&mut self) -> bool {
        let shelf = self.shelf.take().is_some() || self.changes.take().is_some();
        self.prompt.take().is_some() || shelf
    }

    /// A key while a list or a question is open. Ctrl-C closes both.
    pub(super) fn asked_key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Option<Reply> {
        if self.changes.is_some() {
            return Some(self.changes_key(key));
        }
        if Chord::from(key) == Chord::CTRL_C && self.put_aside() {
            return Some(Reply::done());
        }
        if self.shelf.is_some() {
            return Some(self.shelf_key(key, ctx));
        }
        let prompt = self.prompt.take()?;
        Some(match prompt {
            Prompt::Repeat(last, _) => match key.code {
                KeyCode::Char('s') => self.again(*last, ctx),
                KeyCode::Esc => Reply::done(),
                _ => return None,
            },
            Prompt::Overwrite {
                key: of,
                name,
                place,
            } => match key.code {
                KeyCode::Char('o') => self.write_preset(of, name, place, true, ctx),
                KeyCode::Esc => Reply::say("not saved"),
                _ => return None,
            },
            Prompt::Name {
                key: of,
                asker,
                mut line,
                place,
            } => match key.code {
                KeyCode::Esc => Reply::done(),
                KeyCode::Enter if !line.text().trim().is_empty() => {
                    let name = line.text().trim().to_owned();
                    self.write_preset(of, name, place, false, ctx)
                }
                code => {
                    let place = match (code, place) {
                        (KeyCode::Tab, Place::Project) => Place::User,
                        (KeyCode::Tab, Place::User) => Place::Project,
                        (_, place) => place,
                    };
                    let taken = code == KeyCode::Tab || line.key(key) != Reaction::Ignored;
                    self.prompt = Some(Prompt::Name {
                        key: of,
                        asker,
                        line,
                        place,
                    });
                    if taken || code == KeyCode::Enter {
                        Reply::done()
                    } else {
                        Reply::ignored()
                    }
                }
            },
        })
    }

    fn shelf_key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        match self.shelf.as_mut().map(|shelf| shelf.key(key)) {
            Some(did) => self.shelf_did(did, ctx),
            None => Reply::ignored(),
        }
    }

    /// A click while a list or a question is open: in the list it is the list's, elsewhere it closes both.
    pub(super) fn asked_click(
        &mut self,
        at: Position,
        double: bool,
        ctx: &Ctx<'_>,
    ) -> Option<Reply> {
        let area = self.areas.whole;
        if let Some(shelf) = &mut self.shelf {
            let did = shelf.click(at, double, area);
            return Some(self.shelf_did(did, ctx));
        }
        self.put_aside().then(Reply::done)
    }

    /// The wheel while a list is open; whether there is one.
    pub(super) fn asked_wheel(&mut self, lines: isize) -> bool {
        let area = self.areas.whole;
        if let Some(changes) = &mut self.changes {
            changes.wheel(lines);
            return true;
        }
        self.shelf
            .as_mut()
            .map(|shelf| shelf.wheel(lines, area))
            .is_some()
    }

    fn shelf_did(&mut self, did: Did, ctx: &Ctx<'_>) -> Reply {
        let Some(shelf) = &self.shelf else {
            return Reply::ignored();
        };
        let of = shelf.key.clone();
        match did {
            Did::Nothing => Reply::done(),
            Did::Closed => {
                self.shelf = None;
                Reply::done()
            }
            Did::Taken(taken) => {
                self.shelf = None;
                let reply = self.taken(&of, taken, ctx);
                self.keeping(reply, ctx)
            }
            Did::Scope(scope) => self.runs_of(of, scope, ctx),
            Did::Delete(name, place) => match self.owner(&of, ctx) {
                Some(owner) => Reply::effect(Effect::Store(Store::DeletePreset {
                    asker: ctx.ticket(),
                    owner,
                    name,
                    place,
                })),
                None => Reply::ignored(),
            },
        }
    }

    /// Pasted text while a list or a question is open.
    pub(super) fn asked_paste(&mut self, pasted: &str) -> Option<Reply> {
        if let Some(shelf) = &mut self.shelf {
            shelf.paste(pasted);
            return Some(Reply::done());
        }
        match self.prompt.as_mut()? {
            Prompt::Name { line, .. } => {
                line.paste(pasted);
                Some(Reply::done())
            }
            Prompt::Repeat(..) | Prompt::Overwrite { .. } => Some(Reply::ignored()),
        }
    }

    /// Draws the list or the question over the pane; the caret if it has one.
    pub(super) fn draw_asked(
        &self,
        area: Rect,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) -> Option<Position> {
        if let Some(changes) = &self.changes {
            return Some(changes.draw(area, buf, ctx.theme));
        }
        if let Some(shelf) = &self.shelf {
            return Some(shelf.draw(area, buf, ctx.theme));
        }
        let prompt = self.prompt.as_ref()?;
        let row = Rect {
            y: area.bottom().checked_sub(1)?,
            height: area.height.min(1),
            ..area
        };
        let (question, answers) = match prompt {
            Prompt::Repeat(last, why) => {
                let name = text::sanitize(&last.key.name).into_owned();
                let question = format!(" {} {why}: ", text::fit(&name, 40));
                (question, "s send again  Esc".to_owned())
            }
            Prompt::Overwrite { name, .. } => {
                let name = text::sanitize(name).into_owned();
                let question = format!(" There is a preset {}: ", text::fit(&name, 40));
                (question, "o overwrite  Esc".to_owned())
            }
            Prompt::Name { place, .. } => {
                let word = place.word();
                let other = match place {
                    Place::Project => "Tab only for me",
                    Place::User => "Tab with the project",
                };
                let answers = format!("Enter saves  {other}  Esc");
                (format!(" Save as preset ({word}): "), answers)
            }
        };
        let theme = ctx.theme;
        for at in row.positions() {
            if let Some(cell) = buf.cell_mut(at) {
                cell.reset();
            }
        }
        let width = usize::from(row.width);
        let role = match prompt {
            Prompt::Name { .. } => Role::TextMuted,
            Prompt::Repeat(..) | Prompt::Overwrite { .. } => Role::Warn,
        };
        let (x, _) = buf.set_stringn(row.x, row.y, question, width, theme.style(role));
        let room = usize::from(row.right().saturating_sub(x));
        let key = theme.style(Role::Key);
        let Prompt::Name { line, .. } = prompt else {
            buf.set_stringn(x, row.y, text::fit(&answers, room), room, key);
            return Some(row.as_position());
        };
        let hints = text::width(&answers) + 3;
        let width = room.saturating_sub(hints).max(room.min(12)) as u16;
        let input = Rect { x, width, ..row };
        let caret = line.draw(Look::default(), input, buf, theme);
        let rest = row.right().saturating_sub(input.right() + 2);
        let answers = text::fit(&answers, usize::from(rest)).into_owned();
        buf.set_stringn(input.right() + 2, row.y, answers, usize::from(rest), key);
        Some(caret)
    }
}
