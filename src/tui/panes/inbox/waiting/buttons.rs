//! The buttons below answers: which there are for what is asked, and what keys mean on them.

use super::{Focus, Waiting};
use crate::tui::action::Action;
use crate::tui::panes::form::Button;

const fn button(label: &'static str, action: Action) -> Button {
    Button { label, action }
}

const ACCEPT: Button = button("Accept", Action::AcceptQuestion);
const SEND: Button = button("Send", Action::AcceptQuestion);
const DONE: Button = button("Done", Action::AcceptQuestion);
const DECLINE: Button = button("Decline", Action::DeclineQuestion);
const CANCEL: Button = button("Cancel", Action::CancelQuestion);
const JSON: Button = button("Edit JSON", Action::EditAnswer);
const STUB: Button = button("Stub", Action::StubAnswer);
const FILE: Button = button("File…", Action::AnswerFile);
const EDITOR: Button = button("Editor", Action::EditOutside);
const OPEN: Button = button("Open in browser", Action::OpenPage);
const AGAIN: Button = button("Open again", Action::OpenPage);
const COPY: Button = button("Copy address", Action::CopyAddress);
const STOP: Button = button("Cancel the call", Action::CancelAsking);
const APPLY: Button = button("Apply", Action::Run);
const LEAVE: Button = button("Leave", Action::Back);

/// Of a form.
pub const FORM: &[Button] = &[ACCEPT, DECLINE, CANCEL, JSON];
/// Of a message of a model.
pub const SAMPLING: &[Button] = &[SEND, DECLINE, STUB, FILE, EDITOR, JSON];
/// Of folders.
pub const ROOTS: &[Button] = &[SEND, DECLINE, JSON];
/// Of a page that was not opened yet.
pub const URL: &[Button] = &[OPEN, DECLINE, CANCEL, COPY];
/// Of one that was.
pub const URL_OPENED: &[Button] = &[DONE, AGAIN, DECLINE, CANCEL, COPY];
/// After it was accepted, until the server says that it is done.
pub const URL_ACCEPTED: &[Button] = &[AGAIN, STOP, COPY];
/// Of policies.
pub const POLICIES: &[Button] = &[APPLY, LEAVE];

type Keys = [(&'static str, &'static str); 3];

const fn on(button: Button) -> Keys {
    [("Enter", button.label), ("←→", "buttons"), ("Tab", "list")]
}

const KEYS: &[Keys] = &[
    on(ACCEPT),
    on(SEND),
    on(DONE),
    on(DECLINE),
    on(CANCEL),
    on(JSON),
    on(STUB),
    on(FILE),
    on(EDITOR),
    on(OPEN),
    on(AGAIN),
    on(COPY),
    on(STOP),
    on(APPLY),
    on(LEAVE),
];

/// What keys mean on a field that is not typed into.
const OFF_BUTTONS: &[(&str, &str)] = &[("Esc", "accept or decline")];

impl Waiting {
    /// What Enter presses while letters are actions: a button has the focus.
    fn pressed_next(&self) -> Option<&'static str> {
        let form = self.typed().filter(|_| !self.is_asking())?;
        let typing = form.takes_keys() && !form.takes_letters();
        form.on_button().filter(|_| typing)
    }

    /// Whether letters are actions though a form is typed into.
    pub(super) fn letters_are_actions(&self) -> bool {
        self.focus == Focus::Answer && self.pressed_next().is_some()
    }

    /// What keys mean on a button.
    pub(super) fn button_keys(&self) -> &'static [(&'static str, &'static str)] {
        // Among the fields letters are those of forms.
        if let Some(form) = self.typed().filter(|_| self.focus == Focus::Answer)
            && !form.takes_keys()
            && !form.on_run()
            && self.answer().is_some_and(|answer| !answer.sent)
        {
            return OFF_BUTTONS;
        }
        let label = self.pressed_next();
        let keys = KEYS.iter().find(|keys| Some(keys[0].1) == label);
        keys.map_or(&[], |keys| keys.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_says_what_keys_do_on_it() {
        for row in [
            FORM,
            SAMPLING,
            ROOTS,
            URL,
            URL_OPENED,
            URL_ACCEPTED,
            POLICIES,
        ] {
            for button in row {
                let known = KEYS.iter().any(|keys| keys[0].1 == button.label);
                assert!(known, "{}", button.label);
            }
        }
    }
}
