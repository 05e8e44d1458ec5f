//! A document with tabs: a result, a message, the content of a resource. Part of several panes.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::action::Action;
use crate::tui::effect::{Effect, Subject};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::payload::Tab;

/// See the module.
#[derive(Debug, Clone)]
pub struct Viewer {
    placeholder: String,
}

impl Viewer {
    /// Nothing to show yet; `placeholder` says so.
    pub fn empty(placeholder: &str) -> Self {
        Self {
            placeholder: placeholder.to_owned(),
        }
    }

    /// Whether there is a document (or one is being built).
    pub fn is_empty(&self) -> bool {
        true
    }

    /// Forgets the document.
    pub fn clear(&mut self, placeholder: &str) {
        placeholder.clone_into(&mut self.placeholder);
    }

    /// Shows a subject: gives the effect that builds it, or nothing when it is shown already. The old document stays
    /// until the new one is there; the tab of the same name stays chosen.
    pub fn show(&mut self, _subject: Subject, _ctx: &Ctx<'_>) -> Option<Effect> {
        None
    }

    /// Takes a built document if it is the one that was asked for last.
    pub fn built(&mut self, _viewer: u64, _tabs: &Result<Vec<Tab>, String>) -> bool {
        false
    }

    /// The names of the tabs and the one shown, for the title rule of whoever embeds it.
    pub fn tabs(&self) -> (Vec<&str>, usize) {
        (Vec::new(), 0)
    }

    /// A remark for the right end of the title rule: path, place, hits.
    pub fn remark(&self) -> String {
        String::new()
    }

    /// Does what somebody wants; Esc and Left are ignored when there is nothing left to leave.
    pub fn action(&mut self, _action: Action, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// Whether the find line has the caret.
    pub fn takes_text(&self) -> bool {
        false
    }

    /// Takes a key while the find line has the caret.
    pub fn key(&mut self, _key: KeyEvent, _ctx: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }

    /// Will be drawn in `area` (below its title rule).
    pub fn place(&mut self, _area: Rect) {}

    /// A click in the area it was placed in.
    pub fn click(&mut self, _at: Position, _double: bool) -> Reply {
        Reply::ignored()
    }

    /// The wheel.
    pub fn wheel(&mut self, _lines: isize) {}

    /// Draws the document without a title; returns the cursor's place.
    pub fn draw(
        &self,
        _area: Rect,
        _buf: &mut Buffer,
        _ctx: &Ctx<'_>,
        _focused: bool,
    ) -> Option<Position> {
        None
    }
}
