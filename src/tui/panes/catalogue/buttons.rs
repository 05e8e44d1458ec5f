//! The buttons below a form of the catalogue: running, copying, earlier runs, presets. While a call runs, the first one
//! cancels it.

use super::{CataloguePane, Focus};
use crate::tui::action::Action;
use crate::tui::panes::form::{Button, FormPane};

const COPY: Button = Button {
    label: "Copy as…",
    action: Action::CopyList,
};
const HISTORY: Button = Button {
    label: "History",
    action: Action::History,
};
const PRESETS: Button = Button {
    label: "Presets",
    action: Action::Presets,
};

/// When nothing runs.
const READY: &[Button] = &[
    Button {
        label: "Run",
        action: Action::Run,
    },
    COPY,
    HISTORY,
    PRESETS,
];

/// While a call of the same item runs.
const RUNNING: &[Button] = &[
    Button {
        label: "Cancel",
        action: Action::CancelCall,
    },
    COPY,
    HISTORY,
    PRESETS,
];

/// What keys mean on a button, by what is on it.
const KEYS: &[[(&str, &str); 4]] = &[
    on_button("Run"),
    on_button("Cancel"),
    on_button("Copy as…"),
    on_button("History"),
    on_button("Presets"),
];

const fn on_button(label: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("Enter", label),
        ("Tab", "next pane"),
        ("S-Tab", "back"),
        ("←→", "buttons"),
    ]
}

impl CataloguePane {
    /// The buttons below the form that is looked at, as things stand.
    pub(super) fn buttons(&self) -> &'static [Button] {
        let key = self.key();
        let runs = self
            .pending
            .iter()
            .any(|call| Some(&call.key) == key.as_ref() && call.link.is_none());
        if runs { RUNNING } else { READY }
    }

    /// What is on the button that has the focus while fields are filled in: letters are actions there, since there is
    /// nothing to type them into.
    pub(super) fn pressed_next(&self) -> Option<&'static str> {
        let at_fields = self.focus == Focus::Form && self.tab().is_form() && !self.is_asking();
        let form = self.work().filter(|_| at_fields)?.form.as_ref()?;
        let asked = self.shelf.is_some() || self.prompt.is_some();
        form.on_button()
            .filter(|_| form.takes_keys() && !form.takes_letters() && !asked)
    }

    /// What keys mean on a row that is no text field.
    pub(super) fn row_keys(&self) -> &'static [(&'static str, &'static str)] {
        if let Some(label) = self.pressed_next() {
            let mut keys = KEYS.iter().filter(|keys| keys[0].1 == label);
            return keys.next().map_or(&[], |keys| keys.as_slice());
        }
        let at_fields = self.focus == Focus::Form && self.tab().is_form();
        let form = self.work().and_then(|work| work.form.as_ref());
        form.filter(|_| at_fields).map_or(&[], FormPane::row_keys)
    }
}
