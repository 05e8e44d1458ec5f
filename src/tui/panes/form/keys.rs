//! Keys while something is typed, a list is open or a question is asked. Everything else is an action.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::rows::Item;
use super::widget::Widget;
use super::{Ask, Focus, FormPane, FormReply, Input, Mode, Side};
use crate::form::{Key, NodeId, RowKind};
use crate::json;
use crate::tui::widgets::input::Reaction;

impl FormPane {
    /// Takes a key in typing mode; in navigation mode every key is for the actions, and ignored here.
    pub fn key(&mut self, key: KeyEvent) -> FormReply {
        if key.kind == KeyEventKind::Release {
            return FormReply::Ignored;
        }
        self.loose = false;
        if self.menu.is_some() {
            return self.menu_key(key);
        }
        if self.pasted.is_some()
            && let Some(reply) = self.pasted_key(key)
        {
            return reply;
        }
        if self.mode == Mode::Navigation {
            return FormReply::Ignored;
        }
        let held = KeyModifiers::ALT | KeyModifiers::CONTROL;
        if key.code == KeyCode::Enter && key.modifiers.intersects(held) {
            return FormReply::Run;
        }
        if self.side == Side::Json {
            return self.json_key(key);
        }
        if let Some(reply) = self.offer_key(key) {
            return reply;
        }
        if let Some(Input::Ask(ask, _)) = &self.input {
            let ask = *ask;
            return self.ask_key(ask, key);
        }
        match key.code {
            KeyCode::Esc => {
                self.stop_typing();
                FormReply::Moved
            }
            KeyCode::Tab => self.next_field(),
            KeyCode::BackTab => self.previous_field(),
            _ if self.input.is_some() => self.type_key(key),
            KeyCode::Down => self.next_field(),
            KeyCode::Up => self.previous_field(),
            KeyCode::Enter => self.enter_key(),
            KeyCode::Char(' ') => self.toggle(),
            KeyCode::Right => self.sideways(1),
            KeyCode::Left => self.sideways(-1),
            _ => self.type_ahead(key).unwrap_or(FormReply::Ignored),
        }
    }

    /// Enter where nothing is typed: picks from a list where there is one, else goes on.
    fn enter_key(&mut self) -> FormReply {
        match (self.focus, self.widget()) {
            (Focus::Run, _) => self.press(),
            (Focus::Row(_, RowKind::AddItem), _) => self.add(),
            (Focus::Row(id, _), Some(Widget::Union)) if self.is_absent(id) && !self.is_due(id) => {
                self.next_field()
            }
            (_, Some(Widget::Drop | Widget::TickList | Widget::Union)) => self.open_list(),
            (Focus::Row(id, _), Some(Widget::Array | Widget::Map | Widget::Object))
                if self.is_absent(id) && self.is_due(id) =>
            {
                self.add()
            }
            _ => self.next_field(),
        }
    }

    /// Whether the schema asks for a node.
    pub(super) fn is_due(&self, id: NodeId) -> bool {
        self.form.field(id).required
    }

    /// A sideways arrow where nothing is typed; at a switch, a choice or a button only.
    fn sideways(&mut self, times: i64) -> FormReply {
        match self.widget() {
            _ if self.focus == Focus::Run => self.step_button(times as isize),
            Some(Widget::Boolean | Widget::Radios | Widget::Drop | Widget::Ticks) => {
                self.step(times)
            }
            Some(Widget::Union) if self.focused().is_some_and(|id| !self.is_absent(id)) => {
                self.step(times)
            }
            _ => FormReply::Ignored,
        }
    }

    // --- answers offered ---

    fn offer_key(&mut self, key: KeyEvent) -> Option<FormReply> {
        let typed = self.typed()?.to_owned();
        let typed = if self.over_default { "" } else { &typed };
        let offer = self.offer.as_mut()?;
        match key.code {
            KeyCode::Tab => {
                let text = offer.taken(typed)?;
                Some(self.take(&text))
            }
            KeyCode::Enter => {
                offer.at?;
                let text = offer.taken(typed)?;
                Some(self.take(&text))
            }
            KeyCode::Down => {
                offer.go(1);
                Some(FormReply::Moved)
            }
            KeyCode::Up if offer.at.is_some() => {
                offer.go(-1);
                Some(FormReply::Moved)
            }
            KeyCode::Esc if offer.at.is_some() => {
                offer.at = None;
                Some(FormReply::Moved)
            }
            _ => None,
        }
    }

    /// Types an answer that was offered.
    pub(super) fn take(&mut self, text: &str) -> FormReply {
        if let Some(Input::Line(line)) = &mut self.input {
            line.set(text);
        }
        self.over_default = false;
        let reply = self.keep();
        self.offer = None;
        reply
    }

    // --- typing ---

    fn type_key(&mut self, key: KeyEvent) -> FormReply {
        let leaves = key.code == KeyCode::Enter && self.enter_leaves();
        let held = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let types = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(held);
        let replaces = std::mem::take(&mut self.over_default) && types;
        let Some(input) = &mut self.input else {
            return FormReply::Ignored;
        };
        let reaction = match input {
            Input::Line(line) => match key.code {
                KeyCode::Enter => return self.enter_in_line(),
                KeyCode::Down => return self.next_field(),
                KeyCode::Up => return self.previous_field(),
                _ => {
                    if replaces {
                        line.set("");
                    }
                    line.key(key)
                }
            },
            Input::Key(line) => match key.code {
                KeyCode::Enter | KeyCode::Down => return self.next_field(),
                KeyCode::Up => return self.previous_field(),
                _ => line.key(key),
            },
            Input::Ask(_, line) => line.key(key),
            Input::Lines(area) | Input::Json(area) => {
                if leaves {
                    return self.next_field();
                }
                let before = area.place();
                let reaction = area.key(key);
                // At its first and last line a box hands the arrows on.
                match key.code {
                    KeyCode::Down if area.place() == before => return self.next_field(),
                    KeyCode::Up if area.place() == before => return self.previous_field(),
                    _ => reaction,
                }
            }
        };
        match reaction {
            Reaction::Ignored => FormReply::Ignored,
            Reaction::Moved => FormReply::Moved,
            Reaction::Edited => self.keep(),
        }
    }

    /// Enter in a line keeps it and goes on. In an item that was just added and is still empty it takes the item away
    /// and leaves the list.
    fn enter_in_line(&mut self) -> FormReply {
        let Focus::Row(id, _) = self.focus else {
            return FormReply::Ignored;
        };
        if self.fresh == Some(id) && self.typed() == Some("") {
            self.fresh = None;
            let at = self.at;
            if self.form.delete(id).is_ok() {
                self.edited(true);
                // Where it was, there is the row that adds; beyond that the list is left.
                return self.go(at + 1);
            }
        }
        self.next_field()
    }

    /// Enter leaves a box that is empty, or holds complete JSON with the caret behind it.
    fn enter_leaves(&self) -> bool {
        match &self.input {
            Some(Input::Lines(area)) => area.text().is_empty(),
            Some(Input::Json(area)) => {
                let text = area.text();
                let last = text.rsplit('\n').next().unwrap_or_default();
                let end = (area.lines(), last.chars().count() + 1);
                let whole = || match self.focused() {
                    // Somebody else reads it.
                    Some(id) if Self::is_long(&text) => !self.form.node(id).is_unfinished(),
                    _ => json::check(text.as_bytes()).is_ok(),
                };
                text.trim().is_empty() || (area.place() == end && whole())
            }
            _ => false,
        }
    }

    fn ask_key(&mut self, ask: Ask, key: KeyEvent) -> FormReply {
        let Some(Input::Ask(_, line)) = &mut self.input else {
            return FormReply::Ignored;
        };
        match key.code {
            KeyCode::Esc => {
                self.mode = Mode::Navigation;
                self.open_input();
                FormReply::Moved
            }
            KeyCode::Enter => {
                let answer = line.text().to_owned();
                if answer.is_empty() && ask == Ask::File {
                    return FormReply::Say("which file?".to_owned());
                }
                self.answered(ask, &answer)
            }
            _ => match line.key(key) {
                Reaction::Ignored => FormReply::Ignored,
                _ => FormReply::Moved,
            },
        }
    }

    /// Starts typing in the focused row, or does what is nearest to it: opens a list, flips a switch, adds.
    pub fn start_typing(&mut self) -> FormReply {
        if self.side == Side::Json {
            self.mode = Mode::Typing;
            return FormReply::Moved;
        }
        match (self.focus, self.widget()) {
            (Focus::Run, _) => self.press(),
            (Focus::Row(_, RowKind::AddItem), _) => self.add(),
            (Focus::Row(_, RowKind::AddEntry), _) => {
                self.mode = Mode::Typing;
                self.open_input();
                FormReply::Moved
            }
            (_, Some(widget)) if widget.is_typed() => {
                self.mode = Mode::Typing;
                self.open_input();
                FormReply::Moved
            }
            (_, Some(Widget::Drop | Widget::TickList)) => self.open_list(),
            (Focus::Row(id, _), Some(Widget::Union)) if !self.is_absent(id) => self.open_list(),
            (_, Some(Widget::Radios)) => self.step(1),
            _ => self.toggle(),
        }
    }

    /// Leaves typing for navigation; what was typed stays.
    pub fn stop_typing(&mut self) {
        self.mode = Mode::Navigation;
        self.input = None;
        self.offer = None;
        self.form.seal();
    }

    /// The caret in the first field, ready for letters, as when the form was new.
    pub fn enter(&mut self) -> FormReply {
        self.mode = Mode::Typing;
        self.input = None;
        if self.side == Side::Json {
            return FormReply::Moved;
        }
        let first = self.stop_from(0, 1);
        self.go(first)
    }

    // --- walking ---

    /// To the next row; after the last one the Run button. In typing mode the caret goes along.
    pub fn next_field(&mut self) -> FormReply {
        match self.end_key() {
            Ok(Some(entry)) => {
                self.reveal(entry);
                return FormReply::Edited;
            }
            // The key of an entry comes before its value.
            Ok(None) if self.on_key() => {
                self.open_input();
                return FormReply::Moved;
            }
            Ok(None) => {}
            Err(why) => return FormReply::Say(why),
        }
        let to = self.stop_from(self.at + 1, 1);
        self.go(to)
    }

    /// While typing, headers that only stand above what can be filled in are passed over.
    pub(super) fn stop_from(&self, mut at: usize, by: isize) -> usize {
        while self.mode == Mode::Typing && self.is_heading(at) {
            match at.checked_add_signed(by) {
                Some(next) => at = next,
                None => return self.stop_from(0, 1),
            }
        }
        at
    }

    fn is_heading(&self, at: usize) -> bool {
        let Item::Row(row) = self.sheet.item(at) else {
            return false;
        };
        let widget = (row.kind == RowKind::Node).then(|| Widget::of(&self.form, row.id));
        let holds = matches!(widget, Some(Widget::Object | Widget::Array | Widget::Map));
        holds && row.folds && !row.folded
    }

    /// To the row before.
    pub fn previous_field(&mut self) -> FormReply {
        if let Err(why) = self.end_key() {
            return FormReply::Say(why);
        }
        let on_key = self.on_key();
        if self.mode == Mode::Typing && !on_key && self.is_entry() && self.type_key_of().is_ok() {
            return FormReply::Moved;
        }
        let to = self.stop_from(self.at.saturating_sub(1), -1);
        self.go(to)
    }

    fn on_key(&self) -> bool {
        matches!(
            (&self.input, self.focus),
            (Some(Input::Key(_)), Focus::Row(_, RowKind::Node))
        )
    }

    fn is_entry(&self) -> bool {
        self.focused()
            .is_some_and(|id| matches!(self.form.node(id).key(), Key::Extra(_)))
    }
}
