//! The buttons below the fields: which there are, which of them the focus is on, and what pressing one asks for.
//!
//! Which buttons a form has is for whoever shows it to say; what they do is not known here.

use super::{Focus, FormPane, FormReply};
use crate::tui::action::Action;

/// A button below the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button {
    /// What is on it, without brackets.
    pub label: &'static str,
    /// What it is for; [`Action::Run`] sends what the form holds.
    pub action: Action,
}

/// What a form has below its fields when nobody says otherwise.
pub const ONLY_RUN: &[Button] = &[Button {
    label: "Run",
    action: Action::Run,
}];

impl FormPane {
    /// Puts these below the fields; the first is the one that Enter presses when it comes from the last field.
    pub fn set_buttons(&mut self, buttons: &'static [Button]) {
        self.buttons = buttons;
        self.button = self.button.min(buttons.len().saturating_sub(1));
    }

    /// What is said where there are no fields.
    pub fn say_when_empty(&mut self, words: &'static str) {
        self.empty = words;
    }

    /// What is on the button that has the focus.
    pub fn on_button(&self) -> Option<&'static str> {
        let button = self.buttons.get(self.button)?;
        self.on_run().then_some(button.label)
    }

    /// Presses the button that has the focus.
    pub(super) fn press(&mut self) -> FormReply {
        self.press_at(self.button)
    }

    /// Presses a button, and gives it the focus.
    pub(super) fn press_at(&mut self, at: usize) -> FormReply {
        let Some(button) = self.buttons.get(at) else {
            return FormReply::Ignored;
        };
        self.button = at;
        match button.action {
            Action::Run => FormReply::Run,
            action => FormReply::Press(action),
        }
    }

    /// On to the button beside the one that has the focus; ignored where there is none.
    pub(super) fn step_button(&mut self, by: isize) -> FormReply {
        let to = self.button.checked_add_signed(by);
        match to.filter(|to| *to < self.buttons.len() && self.focus == Focus::Run) {
            Some(to) => {
                self.button = to;
                FormReply::Moved
            }
            None => FormReply::Ignored,
        }
    }
}
