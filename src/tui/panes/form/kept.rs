//! What is kept of a form beside its arguments, and put back with them.

use super::FormPane;
use crate::drafts::Beside;
use crate::json::Value;

impl FormPane {
    /// What was typed and is no part of the arguments yet: half-typed fields, broken text. `secrets`: those too.
    pub fn beside(&self, secrets: bool) -> Beside {
        let known = secrets || !self.form.may_hold_secrets();
        Beside {
            typed: self.form.unfinished(secrets),
            text: self.broken_text().filter(|_| known),
        }
    }

    /// Fills the form with arguments and what was typed beside them. False, and nothing changed, for arguments that are
    /// no object.
    pub fn restore(&mut self, arguments: &Value, beside: &Beside) -> bool {
        let loaded = self.load(arguments);
        if loaded && !beside.is_empty() {
            self.form.restore(&beside.typed);
            self.edited(true);
            if let Some(text) = &beside.text {
                // What is wrong with it is seen there.
                let _ = self.take_text(text);
            }
        }
        loaded
    }
}
