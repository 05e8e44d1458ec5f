//! Pasted text: into what is typed, as items, as a choice, or as all arguments. Much of it is read by others first.

use super::json::SMALL;
use super::{Focus, FormPane, FormReply, Input, Mode, Pasted, Side};
use crate::form::schema::Kind;
use crate::form::{Key, NodeId, RowKind};
use crate::json::{self, Value};
use crossterm::event::{KeyCode, KeyEvent};

impl FormPane {
    /// Takes what pasted text reads as, and the text, which may be lines after all.
    pub(super) fn take_pasted(
        &mut self,
        id: Option<NodeId>,
        text: &str,
        result: &Result<Value, json::Problem>,
    ) -> Result<(), String> {
        match (id, result) {
            (None, Ok(value)) if self.load(value) => Ok(()),
            (None, Ok(_)) => Err("not pasted: the arguments are an object".to_owned()),
            (Some(id), _) if self.form.get(id).is_none() => {
                Err("not pasted: the field is no longer there".to_owned())
            }
            (Some(id), Ok(value)) => {
                let set = self.form.set_value(id, value);
                self.edited(true);
                set
            }
            (Some(id), Err(_)) if self.is_list(id) => {
                self.pasted = Some(Pasted {
                    text: text.to_owned(),
                    list: id,
                    at: usize::MAX,
                    into: None,
                });
                Ok(())
            }
            (_, Err(why)) => Err(format!("not pasted: {why}")),
        }
    }

    fn is_list(&self, id: NodeId) -> bool {
        matches!(self.form.node(id).kind(), Kind::Array(array) if array.item.is_some())
    }

    /// Takes pasted text: into what is typed, into a field that can be typed into, as items of a list, as the choice
    /// it names, or, on the Run button, as all arguments when it is a JSON object.
    pub fn paste(&mut self, pasted: &str) -> FormReply {
        if let Some(menu) = &mut self.menu {
            menu.paste(pasted);
            return FormReply::Moved;
        }
        if self.side == Side::Json {
            self.mode = Mode::Typing;
            return self.json_paste(pasted);
        }
        let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
        if let Some(asked) = self.lines_for_list(&pasted) {
            self.pasted = Some(asked);
            return FormReply::Moved;
        }
        self.paste_text(&pasted)
    }

    fn paste_text(&mut self, pasted: &str) -> FormReply {
        if self.input.is_none() {
            self.mode = Mode::Typing;
            self.open_input();
        }
        let over = std::mem::take(&mut self.over_default);
        match (&mut self.input, self.focus) {
            (Some(Input::Line(line)), _) => {
                if over {
                    line.set("");
                }
                line.paste(pasted);
                let reply = self.keep();
                // What is more than a line now gets the room for it.
                if pasted.contains('\n') {
                    self.open_input();
                }
                reply
            }
            (Some(Input::Ask(_, line)), _) => {
                line.paste(pasted);
                FormReply::Moved
            }
            (Some(Input::Key(line)), _) => {
                line.paste(pasted);
                self.keep()
            }
            (Some(Input::Lines(area) | Input::Json(area)), _) => {
                area.paste(pasted);
                self.keep()
            }
            // More than may be read between two frames.
            (None, Focus::Run | Focus::Row(_, RowKind::Node)) if pasted.len() > SMALL => {
                FormReply::Parse(pasted.to_owned())
            }
            (None, Focus::Row(id, RowKind::Node)) => {
                let set = self.form.set_text(id, pasted.trim());
                self.edited(true);
                FormReply::of(set)
            }
            (None, Focus::Row(id, _)) => {
                let made = self.form.add_items(id, usize::MAX, pasted);
                self.edited(true);
                FormReply::of(made.map(|_| ()))
            }
            (None, Focus::Run) => match Value::parse(pasted.as_bytes()) {
                Ok(value) if self.load(&value) => FormReply::Edited,
                _ => FormReply::Ignored,
            },
        }
    }

    /// Whether pasted text is several lines at a place where each could be an item.
    fn lines_for_list(&self, pasted: &str) -> Option<Pasted> {
        let Focus::Row(id, kind) = self.focus else {
            return None;
        };
        if matches!(
            self.input,
            Some(Input::Key(_) | Input::Ask(..) | Input::Json(_))
        ) {
            return None;
        }
        let is_list = self.is_list(id);
        let (list, at, into) = match (kind, self.form.node(id).key()) {
            (RowKind::AddItem, _) => (id, usize::MAX, None),
            (RowKind::Node, _) if is_list => (id, usize::MAX, None),
            (RowKind::Node, Key::Item) if self.typed().is_some() => {
                let (list, at) = self.form.place(id)?;
                (list, at + 1, Some(id))
            }
            _ => return None,
        };
        let asked = Pasted {
            text: pasted.to_owned(),
            list,
            at,
            into,
        };
        // JSON laid out over lines is one value. Of much text only what it looks like is known for now.
        let whole = if pasted.len() > SMALL {
            pasted.trim_start().starts_with(['[', '{'])
        } else {
            json::check(pasted.trim().as_bytes()).is_ok()
        };
        (asked.count() > 1 && !whole).then_some(asked)
    }

    pub(super) fn pasted_key(&mut self, key: KeyEvent) -> Option<FormReply> {
        match key.code {
            KeyCode::Char('y') | KeyCode::Enter => Some(self.answer_paste(true)),
            KeyCode::Char('n') => Some(self.answer_paste(false)),
            KeyCode::Esc => {
                self.pasted = None;
                Some(FormReply::Moved)
            }
            _ => {
                self.pasted = None;
                None
            }
        }
    }

    /// Makes the pasted lines items, or one text.
    pub(super) fn answer_paste(&mut self, items: bool) -> FormReply {
        let Some(pasted) = self.pasted.take() else {
            return FormReply::Ignored;
        };
        if !items {
            return self.paste_one(&pasted);
        }
        // An empty item that was pasted into becomes the first of them.
        let gives_way = pasted.into.filter(|_| self.typed() == Some(""));
        let at = if gives_way.is_some() {
            pasted.at.saturating_sub(1)
        } else {
            pasted.at
        };
        match self.form.add_items(pasted.list, at, &pasted.text) {
            Ok(made) => {
                if let Some(empty) = gives_way {
                    // It was just seen there; if it is not, there is nothing to take away.
                    let _ = self.form.delete(empty);
                }
                self.folded.remove(&pasted.list);
                self.edited(true);
                if let Some(last) = made.last() {
                    self.reveal(*last);
                }
                FormReply::Edited
            }
            Err(why) => FormReply::Say(why),
        }
    }

    fn paste_one(&mut self, pasted: &Pasted) -> FormReply {
        if pasted.into.is_some() {
            return self.paste_text(&pasted.text);
        }
        let added = self.form.add_item(pasted.list);
        match added {
            Ok(item) => {
                self.folded.remove(&pasted.list);
                self.edited(true);
                self.reveal(item);
                self.paste_text(&pasted.text)
            }
            Err(why) => FormReply::Say(why),
        }
    }
}
