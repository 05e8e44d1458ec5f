//! What is typed into: which input suits the focused row, and how what was typed gets into the tree.

use super::widget::{Widget, is_secret, json_box, text_box};
use super::{Ask, Focus, FormPane, FormReply, Input, Mode, Side, suggest};
use crate::form::schema::Kind;
use crate::form::{Key, NodeId, RowKind, State};
use crate::json::Value;
use crate::tui::widgets::input::LineInput;
use suggest::{Offer, Suggestion, Suggestions};

impl FormPane {
    /// Opens the input that suits the focused row, in typing mode and if it takes text at all.
    pub(super) fn open_input(&mut self) {
        self.offer = None;
        self.over_default = false;
        self.input = match (self.mode, self.focus) {
            _ if self.side == Side::Json => None,
            (Mode::Typing, Focus::Row(id, RowKind::Node)) => match Widget::of(&self.form, id) {
                Widget::Line => Some(Input::Line(LineInput::new(self.form.text(id)))),
                Widget::Lines => Some(Input::Lines(text_box(&self.form.text(id)))),
                Widget::Json => Some(Input::Json(json_box(&self.form.json(id)))),
                _ => None,
            },
            (Mode::Typing, Focus::Row(id, RowKind::AddEntry)) => {
                let key = self.keys.get(&(id, RowKind::AddEntry)).cloned();
                Some(Input::Key(LineInput::new(key.unwrap_or_default())))
            }
            _ => None,
        };
        if let (Some(Input::Line(_)), Focus::Row(id, _)) = (&self.input, self.focus) {
            self.over_default = self.form.node(id).state() == State::Default;
            self.offer_examples();
        }
    }

    /// Offers what the schema gives as examples and goes on from what is typed.
    pub(super) fn offer_examples(&mut self) {
        let (Focus::Row(id, RowKind::Node), Some(typed)) = (self.focus, self.typed()) else {
            return;
        };
        let field = self.form.field(id);
        if field.examples.is_empty() || is_secret(&self.form, id) {
            return;
        }
        let typed = if self.over_default { "" } else { typed };
        let items: Vec<Suggestion> = field
            .examples
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .filter(|text| text != typed && suggest::begins(text, typed))
            .map(|text| Suggestion {
                text,
                remark: String::new(),
            })
            .collect();
        let remark = "examples".to_owned();
        self.offer = Offer::new(Suggestions { items, remark });
    }

    /// Whether the text of the focused field may have several lines: a secret and base64 have one.
    pub(super) fn takes_new_lines(&self) -> bool {
        self.focused().is_some_and(|id| {
            let kind = self.form.node(id).kind();
            let text = matches!(kind, Kind::String(rules) if !rules.base64);
            (text && !is_secret(&self.form, id)) || self.takes_lines()
        })
    }

    /// Begins a new line in the text of the focused field, at the caret or else at its end. From then on there is a box
    /// for it, in which Enter does the same.
    pub(super) fn new_line(&mut self) -> FormReply {
        if !self.takes_new_lines() {
            return FormReply::Say("only text has lines".to_owned());
        }
        if self.mode == Mode::Navigation {
            self.mode = Mode::Typing;
            self.open_input();
        }
        self.over_default = false;
        match &mut self.input {
            Some(Input::Lines(area) | Input::Json(area)) => {
                area.paste("\n");
                self.keep()
            }
            Some(Input::Line(line)) => {
                line.paste("\n");
                let before = &line.text()[..line.caret()];
                let rows = before.split('\n').count();
                let last = before.rsplit('\n').next().unwrap_or_default();
                let column = last.chars().count() + 1;
                let reply = self.keep();
                self.open_input();
                if let Some(Input::Lines(area)) = &mut self.input {
                    area.go(rows, column);
                }
                reply
            }
            // Its choices, or a question, stand where it is typed.
            _ => FormReply::Say("nothing is typed into".to_owned()),
        }
    }

    /// Hands what is typed to the form.
    pub(super) fn keep(&mut self) -> FormReply {
        let Focus::Row(id, _) = self.focus else {
            return FormReply::Ignored;
        };
        let result = match &self.input {
            Some(Input::Line(line)) => self.form.set_text(id, line.text()),
            Some(Input::Lines(area)) => self.form.set_text(id, &area.text()),
            Some(Input::Json(area)) => {
                let text = area.text();
                if Self::is_long(&text) {
                    return self.keep_unread(id, &text);
                }
                self.form.set_json(id, &text)
            }
            Some(Input::Key(line)) => {
                let key = line.text().to_owned();
                self.keep_key(id, key);
                return FormReply::Edited;
            }
            Some(Input::Ask(..)) => return FormReply::Moved,
            None => return FormReply::Ignored,
        };
        self.edited(false);
        self.offer = None;
        self.offer_examples();
        match result {
            Ok(()) => FormReply::Edited,
            Err(why) => FormReply::Say(why),
        }
    }

    /// A key is being typed: the entry has it as soon as it will do.
    fn keep_key(&mut self, id: NodeId, key: String) {
        let Focus::Row(_, kind) = self.focus else {
            return;
        };
        if kind == RowKind::Node && self.form.rename_entry(id, &key).is_ok() {
            self.keys.remove(&(id, kind));
            self.edited(false);
        } else {
            self.keys.insert((id, kind), key);
            self.refresh();
        }
    }

    /// Ends the typing of a key: what was to be added is added. The error says why the key will not do.
    pub(super) fn end_key(&mut self) -> Result<Option<NodeId>, String> {
        let (Some(Input::Key(line)), Focus::Row(id, kind)) = (&self.input, self.focus) else {
            return Ok(None);
        };
        let key = line.text().to_owned();
        if kind != RowKind::AddEntry {
            return match self.refused(id) {
                Some(why) => Err(why),
                None => Ok(None),
            };
        }
        if key.is_empty() {
            return Ok(None);
        }
        let entry = self.form.add_entry(id, &key)?;
        self.keys.remove(&(id, RowKind::AddEntry));
        self.edited(false);
        Ok(Some(entry))
    }

    /// Types the key of the focused entry.
    pub(super) fn type_key_of(&mut self) -> Result<(), String> {
        let id = self.node()?;
        if !matches!(self.form.node(id).key(), Key::Extra(_)) {
            return Err("the schema gives it its name".to_owned());
        }
        self.mode = Mode::Typing;
        let key = self.keys.get(&(id, RowKind::Node)).cloned();
        let key = key.or_else(|| self.form.name(id).map(str::to_owned));
        self.input = Some(Input::Key(LineInput::new(key.unwrap_or_default())));
        Ok(())
    }

    /// Asks for something in the row of the focus.
    pub(super) fn ask(&mut self, ask: Ask, text: String) -> FormReply {
        self.mode = Mode::Typing;
        self.input = Some(Input::Ask(ask, LineInput::new(text)));
        FormReply::Moved
    }

    /// What was asked for is there.
    pub(super) fn answered(&mut self, ask: Ask, answer: &str) -> FormReply {
        let Focus::Row(id, _) = self.focus else {
            return FormReply::Ignored;
        };
        match ask {
            Ask::Other => {
                let result = self.form.set_other(id, answer);
                self.edited(true);
                FormReply::of(result)
            }
            Ask::File => {
                self.open_input();
                FormReply::Read(answer.to_owned())
            }
            Ask::Member => match self.form.add_entry(id, answer) {
                Ok(entry) => {
                    self.folded.remove(&id);
                    self.edited(true);
                    self.reveal(entry);
                    FormReply::Edited
                }
                Err(why) => FormReply::Say(why),
            },
        }
    }

    /// Edits the focused node as JSON in place, whatever its kind.
    pub(super) fn edit_json_in_place(&mut self) -> FormReply {
        let Focus::Row(id, RowKind::Node) = self.focus else {
            return FormReply::Say(super::NO_FIELD.to_owned());
        };
        self.mode = Mode::Typing;
        self.input = Some(Input::Json(json_box(&self.form.json(id))));
        FormReply::Moved
    }

    // --- files ---

    /// Remembers under which number a file was asked for.
    pub fn reads_as(&mut self, asker: u64) {
        self.reading = self.focused().map(|id| (asker, id));
    }

    /// Takes the bytes of a file that was asked for, or that there are none; true when it was this form that asked.
    /// The field gets them as base64 if that is what it holds, else as the text they are. Errors say why it does not.
    pub fn file_read(
        &mut self,
        asker: u64,
        result: &Result<Vec<u8>, String>,
    ) -> Result<bool, String> {
        use base64::Engine as _;
        let Some((_, id)) = self.reading.take_if(|(known, _)| *known == asker) else {
            return Ok(false);
        };
        // Why there are none was told by who tried.
        let Ok(bytes) = result else {
            return Ok(true);
        };
        if self.form.get(id).is_none() {
            return Err("the field is no longer there".to_owned());
        }
        let base64 = matches!(self.form.node(id).kind(), Kind::String(text) if text.base64);
        let text = if base64 {
            base64::engine::general_purpose::STANDARD.encode(bytes)
        } else {
            String::from_utf8(bytes.clone()).map_err(|_| "the file is no UTF-8 text")?
        };
        self.form.set_value(id, &Value::String(text))?;
        self.edited(true);
        Ok(true)
    }
}

/// A new UUID (version 4, RFC 9562). Its bits are as random as the hash maps of the standard library, which is enough
/// for a value that is made up.
pub fn uuid() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = || std::hash::RandomState::new().build_hasher().finish();
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff,
    )
}
